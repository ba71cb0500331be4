package transport

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestJitter(t *testing.T) {
	t.Parallel()
	for n := range 70 {
		top := ceiling(200*time.Millisecond, 20*time.Second, n)
		for range 100 {
			full := fullJitter(200*time.Millisecond, 20*time.Second, n)
			assert.True(t, 0 <= full && full <= top, "%s of %s", full, top)
			half := jittered(200*time.Millisecond, 20*time.Second, n)
			assert.True(t, top/2 <= half && half <= top, "%s of %s", half, top)
		}
	}
	assert.Equal(t, 200*time.Millisecond, ceiling(200*time.Millisecond, 20*time.Second, 0))
	assert.Equal(t, 20*time.Second, ceiling(200*time.Millisecond, 20*time.Second, 1<<30))
}

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
