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
