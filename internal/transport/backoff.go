package transport

import (
	"context"
	"math/rand/v2"
	"time"
)

// jittered grows from lowest to highest by powers of two, and takes a random
// point in the upper half, so that callers spread out without any of them
// coming back at once.
func jittered(lowest, highest time.Duration, n int) time.Duration {
	d := ceiling(lowest, highest, n)
	return d/2 + rand.N(d/2+1)
}

// fullJitter takes a random point between 0 and the grown wait.
func fullJitter(lowest, highest time.Duration, n int) time.Duration {
	return rand.N(ceiling(lowest, highest, n) + 1)
}

func ceiling(lowest, highest time.Duration, n int) time.Duration {
	d := lowest
	for ; n > 0 && d < highest; n-- {
		d *= 2
	}
	return min(d, highest)
}

// Backoff waits before the n-th repeat, counted from 0, of a call that has
// ended: a random time up to BackoffMin·2ⁿ, at most BackoffMax. It returns when
// the context is over. Unlike a Poller it begins a wait that would outlive the
// context, so that a caller who repeats until then does not spin.
func (l *Loop) Backoff(ctx context.Context, n int) {
	timer := time.NewTimer(fullJitter(l.cfg.BackoffMin, l.cfg.BackoffMax, n))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
