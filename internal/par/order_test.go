package par

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// numbers counts how many were taken.
func numbers(n int, taken *atomic.Int64) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			taken.Add(1)
			if !yield(i) {
				return
			}
		}
	}
}

func TestInOrder(t *testing.T) {
	t.Parallel()
	for _, n := range []int{-1, 0, 1, 2, 7, 1000} {
		synctest.Test(t, func(t *testing.T) {
			var taken, running, most atomic.Int64
			rnd := rand.New(rand.NewPCG(1, uint64(n)))
			waits := make([]time.Duration, 100)
			for i := range waits {
				waits[i] = time.Duration(rnd.IntN(1000)) * time.Millisecond
			}
			var got []int
			for v := range InOrder(t.Context(), n, numbers(100, &taken), func(_ context.Context, i int) int {
				if now := running.Add(1); now > most.Load() {
					most.Store(now)
				}
				time.Sleep(waits[i]) // fake time
				running.Add(-1)
				return 2 * i
			}) {
				got = append(got, v)
			}
			want := make([]int, 100)
			for i := range want {
				want[i] = 2 * i
			}
			assert.Equal(t, want, got, "in order, whatever each one takes")
			assert.Equal(t, int64(min(max(n, 1), 100)), most.Load(), "bounded, and as parallel as it may be")
		})
	}
}

// A bubble does not end while one of its goroutines is alive.
func TestInOrderLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var taken, ended atomic.Int64
		work := func(ctx context.Context, i int) int {
			if i > 2 {
				<-ctx.Done()
			}
			ended.Add(1)
			return i
		}
		for i := range InOrder(t.Context(), 4, numbers(100, &taken), work) {
			if i == 2 {
				break
			}
		}
		assert.Equal(t, int64(6), taken.Load(), "3 results and n-1 begun after them")
		assert.Equal(t, taken.Load(), ended.Load(), "all that was begun has ended")

		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		all := slices.Collect(InOrder(ctx, 3, numbers(5, new(atomic.Int64)), work))
		assert.Equal(t, []int{0, 1, 2, 3, 4}, all, "what a cancelled context means is the work's business")

		func() {
			defer func() { assert.Equal(t, "caller", recover()) }()
			for range InOrder(t.Context(), 4, numbers(100, &taken), work) {
				panic("caller")
			}
		}()
	})
}
