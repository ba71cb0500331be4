package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// lifecycles is whoever runs them: a worker, or a naive one.
type lifecycles interface {
	run(ctx context.Context, c cycle) error
}

// crew is the workers of one process.
type crew struct {
	calls   int // to be made at least
	workers int
	made    func() int // calls so far
	hire    func(number int) lifecycles
	open    map[int]cycle // lifecycles that a kill interrupted, by worker
	next    int           // the first new lifecycle
}

// work returns when enough calls were made and every lifecycle that was begun is
// over, or with the first error.
func (c *crew) work(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var next atomic.Int64
	next.Store(int64(c.next))
	var wg sync.WaitGroup
	for n := range c.workers {
		wg.Go(func() {
			w := c.hire(n)
			job, interrupted := c.open[n]
			for interrupted || c.made() < c.calls {
				if !interrupted {
					job = cycle{n: int(next.Add(1)) - 1, worker: n}
				}
				interrupted = false
				if err := w.run(ctx, job); err != nil {
					stop(fmt.Errorf("worker %d: %w", n, err))
					return
				}
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// progress writes a line about the work, again and again on the same row, until
// it is stopped. It writes nothing if out is not a terminal.
func progress(out io.Writer, line func() string) (stop func()) {
	if !isTerminal(out) {
		return func() {}
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				fmt.Fprintf(out, "\r\x1b[K%s", line())
			case <-done:
				fmt.Fprint(out, "\r\x1b[K")
				return
			}
		}
	})
	return func() {
		close(done)
		wg.Wait()
	}
}
