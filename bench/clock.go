package bench

import "time"

// Clock returns the time spent since some fixed moment.
type Clock func() time.Duration

// Elapsed is the clock on the wall.
func Elapsed() time.Duration { return time.Since(started) }

var started = time.Now()
