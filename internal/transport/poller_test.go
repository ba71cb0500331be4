package transport

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The pauses grow, differ, and keep within their bounds.
func TestPoller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const lowest, highest = 250 * time.Millisecond, 10 * time.Second
		begun := time.Now()
		p := NewPoller(lowest, highest)
		distinct := map[time.Duration]bool{}
		most := lowest
		pause := func() {
			before := time.Now()
			require.NoError(t, p.Pause(t.Context()))
			d := time.Since(before)
			assert.LessOrEqual(t, d, most)
			assert.GreaterOrEqual(t, d, most*2/3-1)
			distinct[d] = true
			most = min(most+most/2, highest)
		}
		for range 50 {
			pause()
		}
		assert.Greater(t, len(distinct), 40, "they are jittered")
		assert.Equal(t, time.Since(begun), p.Age())
		p.Reset()
		most = lowest
		pause()
	})
}

func TestPollerEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := NewPoller(time.Minute, time.Hour)
		begun := time.Now()
		require.NoError(t, p.PauseUntil(t.Context(), begun.Add(time.Second)))
		assert.Equal(t, time.Second, time.Since(begun))
		require.NoError(t, p.PauseUntil(t.Context(), begun))
		assert.Equal(t, time.Second+time.Millisecond, time.Since(begun), "one look at least is not in a spin")

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var early *DeadlineError
		require.ErrorAs(t, p.Pause(ctx), &early, "a wait that would outlive the deadline is not begun")
		require.ErrorIs(t, early, context.DeadlineExceeded)
		assert.Equal(t, time.Second+time.Millisecond, time.Since(begun))

		why := errors.New("enough")
		caused, stop := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { stop(why) })
		assert.Equal(t, why, p.Pause(caused))
		assert.Equal(t, why, p.Pause(caused), "the context was over before")

		tiny := NewPoller(1, 1)
		require.NoError(t, tiny.Pause(t.Context()))
	})
}
