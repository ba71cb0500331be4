package eip

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/wiretest"
)

// minuteLimit admits a number of calls in each minute, and refuses the others,
// as the service does.
type minuteLimit struct {
	mu               sync.Mutex
	perMinute        int
	hint             bool
	window           time.Time
	count            int
	served, refusals int
}

func (m *minuteLimit) step() wiretest.Step {
	return func(conn net.Conn, req *wiretest.Request) bool {
		m.mu.Lock()
		now := time.Now()
		if w := now.Truncate(time.Minute); !w.Equal(m.window) {
			m.window, m.count = w, 0
		}
		admitted := m.count < m.perMinute
		if admitted {
			m.count++
			m.served++
		} else {
			m.refusals++
		}
		wait := m.window.Add(time.Minute).Sub(now)
		m.mu.Unlock()
		<-time.After(20 * time.Millisecond) // fake time: an answer takes a moment
		if admitted {
			return ok()(conn, req)
		}
		var headers []string
		if m.hint {
			headers = []string{fmt.Sprintf("x-acs-retry-after: %d", wait.Milliseconds())}
		}
		return refuse(400, "Throttling.User", headers...)(conn, req)
	}
}

// crowd runs goroutines that each make some calls, and gives the refusals that
// the service dealt out.
func crowd(t *testing.T, hint, shared bool) (served, refusals int, took time.Duration) {
	t.Helper()
	const goroutines, calls = 100, 5
	synctest.Test(t, func(t *testing.T) {
		limit := &minuteLimit{perMinute: 120, hint: hint}
		srv := wiretest.New(limit.step())
		start := time.Now()
		common := wireClient(t, srv)
		var wg sync.WaitGroup
		errs := make(chan error, goroutines*calls)
		for range goroutines {
			c := common
			if !shared {
				c = wireClient(t, srv)
			}
			wg.Go(func() {
				for range calls {
					if _, err := do(t.Context(), c, KindRead); err != nil {
						errs <- err
					}
				}
			})
		}
		wg.Wait()
		close(errs)
		for err := range errs {
			if shared {
				require.NoError(t, err)
			}
		}
		served, refusals, took = limit.served, limit.refusals, time.Since(start)
	})
	return served, refusals, took
}

// A hundred goroutines against a service that admits 120 calls a minute: all
// finish, and the service has to refuse at least 90 % fewer calls than if each
// of them retried for itself.
func TestGateSparesTheService(t *testing.T) {
	t.Parallel()
	for _, hint := range []bool{false, true} {
		t.Run(fmt.Sprintf("hint=%v", hint), func(t *testing.T) {
			t.Parallel()
			served, refused, took := crowd(t, hint, true)
			require.Equal(t, 500, served, "all calls finish")
			_, alone, tookAlone := crowd(t, hint, false)
			t.Logf("refused calls: %d with a shared client (%s), %d with independent retries (%s): %.1f %% fewer",
				refused, took, alone, tookAlone, 100*(1-float64(refused)/float64(alone)))
			assert.LessOrEqual(t, took, 6*time.Minute)
			if hint {
				// Told exactly when to come back, even the independent ones are
				// refused once a minute only; what remains is the one wave that
				// was under way before anybody knew.
				assert.LessOrEqual(t, refused, 100+4*8, "one wave, and in each further minute those that the recovering gate let through together")
				assert.Less(t, refused, alone/2)
				return
			}
			assert.LessOrEqual(t, float64(refused), 0.1*float64(alone))
		})
	}
}

// A call that waits at the gate because of others goes as soon as it may.
func TestGateReopens(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := wiretest.New(refuse(400, "Throttling", "x-acs-retry-after: 5000"), ok())
		c := wireClient(t, srv)
		start := time.Now()
		var wg sync.WaitGroup
		for i := range 5 {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond) // fake time: an order
				_, err := do(t.Context(), c, KindRead)
				assert.NoError(t, err)
			})
		}
		// Another action is not held back.
		time.Sleep(10 * time.Millisecond)
		_, err := c.Do(t.Context(), RawRequest{Action: "OtherAction", Kind: KindRead}, nil)
		require.NoError(t, err)
		assert.Equal(t, 10*time.Millisecond, time.Since(start))
		wg.Wait()
		assert.Equal(t, 5*time.Second, time.Since(start))
		assert.Len(t, srv.Requests(), 7, "one refused, five more for the action, one for the other")
	})
}

func TestThrottlingPatience(t *testing.T) {
	t.Parallel()
	t.Run("throttled attempts do not count", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			var steps []wiretest.Step
			for range 12 {
				steps = append(steps, refuse(400, "Throttling.User", "x-acs-retry-after: 1000"))
			}
			c := wireClient(t, wiretest.New(append(steps, ok())...), WithMaxAttempts(2))
			meta, err := do(t.Context(), c, KindOnce)
			require.NoError(t, err)
			assert.Equal(t, 13, meta.Attempts)
		})
	})
	t.Run("it ends", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := wireClient(t, wiretest.New(refuse(400, "Throttling.User")))
			start := time.Now()
			_, err := do(t.Context(), c, KindOnce)
			var e *Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, CodeThrottlingUser, e.Code)
			assert.ErrorIs(t, err, ErrThrottled)
			assert.ErrorIs(t, err, FamilyThrottling)
			assert.False(t, OutcomeUnknown(err))
			assert.LessOrEqual(t, time.Since(start), DefaultThrottlePatience)
			assert.Greater(t, time.Since(start), DefaultThrottlePatience-15*time.Second)
			assert.Less(t, e.Attempts, 20)
		})
	})
	t.Run("a hint longer than the patience ends the call at once", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			for _, header := range []string{"x-acs-retry-after: 71000", "Retry-After: 71"} {
				c := wireClient(t, wiretest.New(refuse(400, "Throttling.User", header)))
				start := time.Now()
				_, err := do(t.Context(), c, KindTokened)
				var e *Error
				require.ErrorAs(t, err, &e)
				assert.Equal(t, 71*time.Second, e.RetryAfter)
				assert.Zero(t, time.Since(start))
				assert.Equal(t, 1, e.Attempts)
			}
		})
	})
	t.Run("Retry-After as a date, by the server's own clock", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			wrong := time.Now().Add(5 * time.Hour)
			c := wireClient(t, wiretest.New(
				refuse(400, "Throttling", "Date: "+wrong.UTC().Format(time.RFC1123[:len(time.RFC1123)-3])+"GMT",
					"Retry-After: "+wrong.Add(7*time.Second).UTC().Format(time.RFC1123[:len(time.RFC1123)-3])+"GMT"),
				ok()))
			start := time.Now()
			_, err := do(t.Context(), c, KindRead)
			require.NoError(t, err)
			assert.Equal(t, 7*time.Second, time.Since(start))
		})
	})
	t.Run("a hint with a 503 is obeyed", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := wireClient(t, wiretest.New(wiretest.Answer(503, "", "Retry-After: 9"), ok()))
			start := time.Now()
			_, err := do(t.Context(), c, KindRead)
			require.NoError(t, err)
			assert.Equal(t, 9*time.Second, time.Since(start))
		})
	})
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := wireClient(t, wiretest.New(refuse(400, "Throttling.User"), ok()), WithThrottlePatience(0))
			_, err := do(t.Context(), c, KindRead)
			assert.ErrorIs(t, err, ErrThrottled)
		})
	})
}

// A call that has to wait at the gate longer than its context lasts does not
// begin to wait, and says what closed the gate.
func TestGateAndDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := wiretest.New(refuse(400, "Throttling.User", "x-acs-retry-after: 30000"), ok())
		c := wireClient(t, srv)
		first := make(chan error)
		go func() { _, err := do(t.Context(), c, KindRead); first <- err }()
		synctest.Wait()

		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := do(ctx, c, KindTokened)
		require.Error(t, err)
		assert.Zero(t, time.Since(start))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorIs(t, err, CodeThrottlingUser)
		assert.False(t, OutcomeUnknown(err))
		var te *TransportError
		require.ErrorAs(t, err, &te)
		assert.False(t, te.Sent)
		assert.Zero(t, te.Attempts)

		// Cancelled while waiting.
		ctx2, cancel2 := context.WithCancelCause(t.Context())
		second := make(chan error)
		go func() { _, err := do(ctx2, c, KindTokened); second <- err }()
		synctest.Wait()
		reason := errors.New("shutting down")
		cancel2(reason)
		err = <-second
		assert.ErrorIs(t, err, reason)
		assert.Zero(t, time.Since(start))
		require.NoError(t, <-first)
		assert.Len(t, srv.Requests(), 2)
	})
}

// However the service throttles, no call waits longer than its patience lets
// it, and the action is not dead for the others.
func TestTheGateIsBounded(t *testing.T) {
	t.Parallel()
	t.Run("a hint of a day", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			srv := wiretest.New(refuse(400, "Throttling.User", "x-acs-retry-after: 86400000"), ok())
			c := wireClient(t, srv)
			_, err := do(t.Context(), c, KindRead)
			require.ErrorIs(t, err, ErrThrottled)
			start := time.Now()
			_, err = do(t.Context(), c, KindRead)
			require.ErrorIs(t, err, ErrThrottled)
			assert.Zero(t, time.Since(start))
			time.Sleep(DefaultThrottlePatience) // fake time: somebody asks again before the day is over
			_, err = do(t.Context(), c, KindRead)
			require.NoError(t, err)
		})
	})
	t.Run("throttled for good", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			srv := wiretest.New(refuse(400, "Throttling.User"))
			c := wireClient(t, srv)
			var wg sync.WaitGroup
			for i := range 50 {
				wg.Go(func() {
					time.Sleep(time.Duration(i) * 10 * time.Millisecond) // fake time: late arrivals
					start := time.Now()
					_, err := do(t.Context(), c, KindTokened)
					assert.ErrorIs(t, err, ErrThrottled)
					assert.False(t, OutcomeUnknown(err))
					assert.LessOrEqual(t, time.Since(start), DefaultThrottlePatience+time.Second)
				})
			}
			wg.Wait()
			assert.Less(t, len(srv.Requests()), 40)
		})
	})
	t.Run("hints of a millisecond", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			srv := wiretest.New(refuse(400, "Throttling.User", "x-acs-retry-after: 1"))
			_, err := do(t.Context(), wireClient(t, srv), KindRead)
			require.ErrorIs(t, err, ErrThrottled)
			assert.Less(t, len(srv.Requests()), 25, "a hint that is wrong is not followed at its own pace")
		})
	})
	t.Run("a probe that gets no answer", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := wireClient(t, wiretest.New(refuse(400, "Throttling.User", "x-acs-retry-after: 1000"), wiretest.Stall(), ok()))
			var wg sync.WaitGroup
			for range 3 {
				wg.Go(func() {
					ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
					defer cancel()
					_, err := do(ctx, c, KindRead)
					assert.NoError(t, err)
				})
			}
			wg.Wait()
		})
	})
	t.Run("a hook that panics", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			bad := true
			c := wireClient(t, wiretest.New(refuse(400, "Throttling.User", "x-acs-retry-after: 1000"), ok()),
				WithAttemptHook(func(_ context.Context, a Attempt) {
					if a.Err == nil && bad {
						bad = false
						panic("hook")
					}
				}))
			assert.PanicsWithValue(t, "hook", func() { _, _ = do(t.Context(), c, KindRead) })
			start := time.Now()
			_, err := do(t.Context(), c, KindRead)
			require.NoError(t, err)
			assert.Zero(t, time.Since(start))
		})
	})
	t.Run("no patience, no gate", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			srv := wiretest.New(refuse(400, "Throttling.User", "x-acs-retry-after: 3600000"))
			c := wireClient(t, srv, WithThrottlePatience(0))
			start := time.Now()
			for range 3 {
				_, err := do(t.Context(), c, KindRead)
				require.ErrorIs(t, err, ErrThrottled)
			}
			assert.Zero(t, time.Since(start))
			assert.Len(t, srv.Requests(), 3)
		})
	})
}
