package transport

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestBackoff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		loop := New(Config{TimedOut: timedOut, BackoffMin: time.Second, BackoffMax: time.Hour})
		for n := range 20 {
			begun := time.Now()
			loop.Backoff(t.Context(), n)
			assert.LessOrEqual(t, time.Since(begun), ceiling(time.Second, time.Hour, n))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
		defer cancel()
		begun := time.Now()
		loop.Backoff(ctx, 50)
		assert.Equal(t, time.Nanosecond, time.Since(begun))
	})
}
