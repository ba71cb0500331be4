package par

import "sync"

// Each calls do for each element of a list, at most atOnce at a time, and returns
// when all are done.
func Each[T any](list []T, atOnce int, do func(i int, v T)) {
	var wg sync.WaitGroup
	seats := make(chan struct{}, atOnce)
	for i, v := range list {
		seats <- struct{}{}
		wg.Go(func() {
			defer func() { <-seats }()
			do(i, v)
		})
	}
	wg.Wait()
}
