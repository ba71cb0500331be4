package transport

import (
	"context"
	"math/rand/v2"
	"time"
)

// Poller paces the looks at something that changes by itself. The first pause
// is the lowest, each further one is half as long again, and none is longer than
// the highest. Each is shortened by up to a third at random, so that many pollers
// spread out.
type Poller struct {
	lowest, highest time.Duration
	next            time.Duration
	begun           time.Time
}

// NewPoller returns a Poller for one wait. Both bounds are positive.
func NewPoller(lowest, highest time.Duration) *Poller {
	return &Poller{lowest: lowest, highest: highest, next: lowest, begun: time.Now()}
}

// Age is the time since NewPoller.
func (p *Poller) Age() time.Duration { return time.Since(p.begun) }

// Reset makes the next pause as short as the first one.
func (p *Poller) Reset() { p.next = p.lowest }

// Pause waits before the next look. It returns the context's cause if that ends
// the wait. A wait that would outlive the context's deadline is not begun.
func (p *Poller) Pause(ctx context.Context) error { return p.pause(ctx, p.highest) }

// PauseUntil is Pause with an end: the wait is cut short so that it is over at
// that time, or after a millisecond.
func (p *Poller) PauseUntil(ctx context.Context, end time.Time) error {
	return p.pause(ctx, max(time.Until(end), time.Millisecond))
}

func (p *Poller) pause(ctx context.Context, most time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	wait := min(p.next-rand.N(p.next/3+1), most)
	p.next = min(p.next+p.next/2, p.highest)
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
