package transport

import (
	"context"
	"time"
)

// Pause waits between two looks at something that changes by itself. The n-th
// wait, counted from 0, is a random one around lowest·2ⁿ, and never more than
// highest. A wait that would outlive the context is not begun.
func Pause(ctx context.Context, lowest, highest time.Duration, n int) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	wait := jittered(lowest, highest, n)
	if deadline, ok := ctx.Deadline(); ok && time.Now().Add(wait).After(deadline) {
		return &DeadlineError{Wait: wait}
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Backoff waits before the n-th repeat, counted from 0, of a call that has
// ended: a random time up to BackoffMin·2ⁿ, at most BackoffMax. It returns when
// the context is over. Unlike Pause it begins a wait that would outlive the
// context, so that a caller who repeats until then does not spin.
func (l *Loop) Backoff(ctx context.Context, n int) {
	timer := time.NewTimer(fullJitter(l.cfg.BackoffMin, l.cfg.BackoffMax, n))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
