// Package par does things at the same time: in order, a few at once, or one after
// another for each key.
package par

import (
	"context"
	"iter"
	"sync"
)

// InOrder does the work for each item, at most n at a time, and yields the
// results in the order of the items. The context that work gets ends when the
// loop does. When the loop is over no goroutine is left behind, and at most n-1
// items past the last result were begun.
func InOrder[T, R any](ctx context.Context, n int, items iter.Seq[T], work func(context.Context, T) R) iter.Seq[R] {
	return func(yield func(R) bool) {
		ctx, cancel := context.WithCancel(ctx)
		next, stop := iter.Pull(items)
		var running sync.WaitGroup
		defer func() {
			cancel()
			running.Wait()
			stop()
		}()
		var queue []chan R // of the items under way, in their order
		for more := true; ; {
			for more && len(queue) < max(n, 1) {
				var item T
				if item, more = next(); !more {
					break
				}
				result := make(chan R, 1)
				queue = append(queue, result)
				running.Go(func() { result <- work(ctx, item) })
			}
			if len(queue) == 0 {
				return
			}
			result := <-queue[0]
			queue = queue[1:]
			if !yield(result) {
				return
			}
		}
	}
}
