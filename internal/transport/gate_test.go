package transport

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The gate under any mixture of refusals, successes, cancelled callers and
// deadlines: nobody is stuck, nobody passes while it is closed, and no more
// than its width at once while it recovers.
func TestGateNeverSticks(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := new(gate)
				var mu sync.Mutex
				rnd := rand.New(rand.NewPCG(seed, 1))
				roll := func(n int) int { mu.Lock(); defer mu.Unlock(); return rnd.IntN(n) }
				refusal := errors.New("throttled")
				var wg sync.WaitGroup
				for range 60 {
					wg.Go(func() {
						for range 20 {
							ctx, cancel := context.WithCancel(t.Context())
							if roll(10) == 0 {
								time.AfterFunc(time.Duration(roll(3000))*time.Millisecond, cancel)
							}
							if roll(10) == 0 {
								ctx, cancel = context.WithTimeout(ctx, time.Duration(roll(3000))*time.Millisecond)
							}
							s := seat{patience: time.Minute}
							last, err := g.enter(ctx, &s, time.Time{})
							if err != nil {
								assert.True(t, last == nil || last == refusal)
								cancel()
								continue
							}
							g.mu.Lock()
							assert.LessOrEqual(t, g.inside, gateWidth)
							if s.counted {
								assert.False(t, time.Now().Before(g.until), "passed a closed gate")
							}
							g.mu.Unlock()
							time.Sleep(time.Duration(roll(50)) * time.Millisecond) // fake time
							hint := time.Duration(0)
							if roll(2) == 0 {
								hint = time.Duration(roll(2000)) * time.Millisecond
							}
							end := passage(roll(3))
							g.leave(&s, end, hint, refusal)
							cancel()
						}
					})
				}
				wg.Wait()
				assert.Empty(t, g.queue)
				assert.Zero(t, g.inside)
			})
		})
	}
}

// After a quiet minute the gate is as if nothing had happened.
func TestGateForgets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := new(gate)
		s := seat{patience: time.Minute}
		_, err := g.enter(t.Context(), &s, time.Time{})
		require.NoError(t, err)
		g.leave(&s, throttled, 3*time.Second, errors.New("throttled"))
		start := time.Now()
		_, err = g.enter(t.Context(), &s, time.Time{})
		require.NoError(t, err)
		assert.Equal(t, 3*time.Second, time.Since(start))
		g.leave(&s, served, 0, nil)
		time.Sleep(gateCalm + time.Second) // fake time
		other := seat{patience: time.Minute}
		_, err = g.enter(t.Context(), &other, time.Time{})
		require.NoError(t, err)
		assert.Zero(t, g.width)
		assert.False(t, other.counted)
	})
}

// A call that was refused keeps its place in front of those that came later.
func TestGateKeepsTheOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := new(gate)
		first, second := seat{patience: time.Minute}, seat{patience: time.Minute}
		_, err := g.enter(t.Context(), &first, time.Time{})
		require.NoError(t, err)
		_, err = g.enter(t.Context(), &second, time.Time{})
		require.NoError(t, err)
		g.leave(&first, throttled, time.Second, nil)
		g.leave(&second, throttled, time.Second, nil)
		var order []int
		var mu sync.Mutex
		var wg sync.WaitGroup
		pass := func(n int, s *seat) {
			wg.Go(func() {
				_, err := g.enter(t.Context(), s, time.Time{})
				assert.NoError(t, err)
				mu.Lock()
				order = append(order, n)
				mu.Unlock()
				time.Sleep(time.Millisecond) // fake time: hold the only place
				g.leave(s, throttled, time.Second, nil)
				g.mu.Lock()
				g.until = time.Now() // the next one may go
				g.mu.Unlock()
			})
			synctest.Wait()
		}
		pass(3, &seat{patience: time.Minute})
		pass(2, &second)
		pass(1, &first)
		wg.Wait()
		assert.Equal(t, []int{1, 2, 3}, order)
	})
}
