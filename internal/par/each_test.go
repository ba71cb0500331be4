package par

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestEach(t *testing.T) {
	t.Parallel()
	list := make([]int, 100)
	for i := range list {
		list[i] = i * i
	}
	got := make([]int, len(list))
	var running, most atomic.Int32
	Each(list, 4, func(i, v int) {
		if n := running.Add(1); n > most.Load() {
			most.Store(n)
		}
		got[i] = v
		running.Add(-1)
	})
	assert.Equal(t, list, got)
	assert.LessOrEqual(t, most.Load(), int32(4))
	Each(nil, 4, func(int, int) { t.Error("called for nothing") })
}
