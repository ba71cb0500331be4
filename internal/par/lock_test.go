package par

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := new(Lock)
		var wg sync.WaitGroup
		inside := map[string]int{}
		for i := range 100 {
			key := []string{"a", "b", "c"}[i%3]
			wg.Go(func() {
				unlock, err := l.Of(t.Context(), key)
				assert.NoError(t, err)
				l.mu.Lock()
				inside[key]++
				assert.Equal(t, 1, inside[key])
				l.mu.Unlock()
				synctestYield()
				l.mu.Lock()
				inside[key]--
				l.mu.Unlock()
				unlock()
			})
		}
		wg.Wait()
		assert.Empty(t, l.entries, "nothing is kept of locks that nobody holds")

		unlock, err := l.Of(t.Context(), "a")
		require.NoError(t, err)
		other, err := l.Of(t.Context(), "b")
		require.NoError(t, err, "another key does not wait")
		other()
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("enough")
		done := make(chan error, 1)
		go func() {
			_, err := l.Of(ctx, "a")
			done <- err
		}()
		synctest.Wait()
		cancel(why)
		require.ErrorIs(t, <-done, why)
		unlock()
		assert.Empty(t, l.entries)
	})
}

// synctestYield lets the other goroutines of the bubble run.
func synctestYield() { <-func() chan struct{} { c := make(chan struct{}); go close(c); return c }() }
