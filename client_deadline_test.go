package eip

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/wiretest"
)

// A deadline that falls into a backoff: the wait is not begun, and the error
// holds both the deadline and the last answer.
func TestDeadlineDuringBackoff(t *testing.T) {
	t.Parallel()
	for _, kind := range []Kind{KindRead, KindTokened, KindRepeatable} {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := wireClient(t, wiretest.New(refuse(503, "ServiceUnavailable", "Retry-After: 5")))
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
				defer cancel()
				start := time.Now()
				_, err := do(ctx, c, kind)
				assert.Zero(t, time.Since(start), "no fake time passes")
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				var te *TransportError
				require.ErrorAs(t, err, &te)
				require.NotNil(t, te.Last)
				assert.Equal(t, CodeServiceUnavailable, te.Last.Code)
				assert.Equal(t, requestID, te.Last.RequestID)
				assert.Equal(t, requestID, RequestID(err))
				assert.True(t, te.Sent)
				assert.Equal(t, 1, te.Attempts)
				assert.Equal(t, kind != KindRead, OutcomeUnknown(err))
				// The last answer is among the wrapped errors only if it is the truth.
				assert.Equal(t, kind == KindRead, errors.Is(err, CodeServiceUnavailable))
			})
		})
	}
}

func TestCancelDuringBackoff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := wireClient(t, wiretest.New(refuse(503, "ServiceUnavailable", "Retry-After: 5")))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2*time.Second, cancel)
		start := time.Now()
		_, err := do(ctx, c, KindTokened)
		assert.Equal(t, 2*time.Second, time.Since(start), "at once when it is cancelled")
		assert.ErrorIs(t, err, context.Canceled)
		assert.True(t, OutcomeUnknown(err))
		assert.NotEmpty(t, ClientTokenOf(err))
		var te *TransportError
		require.ErrorAs(t, err, &te)
		assert.True(t, te.Sent)
	})
}

// Cancelled while a throttled answer is waited out: the outcome is known.
func TestCancelDuringThrottling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := wireClient(t, wiretest.New(refuse(400, "Throttling.User", "x-acs-retry-after: 9000")))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		_, err := do(ctx, c, KindOnce)
		assert.Equal(t, time.Second, time.Since(start))
		assert.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, err, ErrThrottled)
		assert.False(t, OutcomeUnknown(err))
	})
}

// The attempt time-out is not the caller's deadline.
func TestAttemptTimeout(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]wiretest.Step{"no answer": wiretest.Stall(), "stalled body": wiretest.StallBody(200, `{"Req`)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := wireClient(t, wiretest.New(step), WithMaxAttempts(1), WithAttemptTimeout(4*time.Second))
				start := time.Now()
				_, err := do(t.Context(), c, KindTokened)
				assert.Equal(t, 4*time.Second, time.Since(start))
				assert.True(t, OutcomeUnknown(err))
				assert.NotErrorIs(t, err, context.DeadlineExceeded)
				assert.NotErrorIs(t, err, context.Canceled)
				assert.ErrorContains(t, err, "attempt time-out of 4s")
			})
		})
	}
	t.Run("the client's Timeout counts if it is smaller", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			srv := wiretest.New(wiretest.Stall(), ok())
			hc := srv.Client()
			hc.Timeout = 3 * time.Second
			c := wireClient(t, srv, WithHTTPClient(hc))
			start := time.Now()
			_, err := do(t.Context(), c, KindTokened)
			require.NoError(t, err)
			assert.GreaterOrEqual(t, time.Since(start), 3*time.Second)
			assert.Less(t, time.Since(start), 4*time.Second)
			assert.Equal(t, 3*time.Second, hc.Timeout, "the caller's client is not changed")
		})
	})
	t.Run("a slow provider counts against the context alone", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := wireClient(t, wiretest.New(ok()), WithAttemptTimeout(time.Second),
				WithCredentials(CredentialsProviderFunc(func(ctx context.Context) (Credentials, error) {
					select {
					case <-time.After(10 * time.Second):
						return NewCredentials(wireKey, wireSecret, "", time.Time{}), nil
					case <-ctx.Done():
						return Credentials{}, ctx.Err()
					}
				})))
			meta, err := do(t.Context(), c, KindOnce)
			require.NoError(t, err)
			assert.Equal(t, 1, meta.Attempts)

			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			_, err = do(ctx, c, KindOnce)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.False(t, OutcomeUnknown(err), "nothing was sent")
		})
	})
}

// A key that changes while a call is being repeated is used from the next
// attempt on, and the token stays.
func TestKeyRotatesDuringACall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		srv := wiretest.New(wiretest.Cut(), wiretest.Cut(), ok())
		c := wireClient(t, srv, WithCredentials(CredentialsProviderFunc(func(context.Context) (Credentials, error) {
			n++
			if n < 3 {
				return NewCredentials("old-key", "old-secret", "old-token", time.Time{}), nil
			}
			return NewCredentials("new-key", "new-secret", "", time.Time{}), nil
		})))
		_, err := do(t.Context(), c, KindTokened)
		require.NoError(t, err)
		var keys, tokens []string
		for _, r := range srv.Requests() {
			keys = append(keys, r.Params.Get("AccessKeyId"))
			tokens = append(tokens, r.Params.Get("SecurityToken"))
		}
		assert.Equal(t, []string{"old-key", "old-key", "new-key"}, keys)
		assert.Equal(t, []string{"old-token", "old-token", ""}, tokens)
		assertFreshSignatures(t, srv.Requests(), KindTokened)
	})
}

// The outcome of a call is that of all its attempts.
func TestOutcomeIsFolded(t *testing.T) {
	t.Parallel()
	quota := refuse(400, "QuotaExceeded.Eip")
	cases := []struct {
		name    string
		kind    Kind
		action  string
		steps   []wiretest.Step
		unknown bool
		done    bool
	}{
		{name: "cut, then throttled until patience ends", kind: KindTokened, unknown: true,
			steps: []wiretest.Step{wiretest.Cut(), refuse(400, "Throttling.User")}},
		{name: "throttled, then cut and cut again", kind: KindTokened, unknown: true,
			steps: []wiretest.Step{refuse(400, "Throttling.User"), wiretest.Cut()}},
		{name: "cut, then success", kind: KindTokened, done: true, steps: []wiretest.Step{wiretest.Cut(), ok()}},
		{name: "cut, then a quota that the first attempt may have used up", kind: KindTokened, unknown: true,
			steps: []wiretest.Step{wiretest.Cut(), quota}},
		{name: "cut, then credentials that expired meanwhile", kind: KindTokened, unknown: true,
			steps: []wiretest.Step{wiretest.Cut(), refuse(400, "InvalidSecurityToken.Expired")}},
		{name: "cut, then parameters refused", kind: KindTokened,
			steps: []wiretest.Step{wiretest.Cut(), refuse(400, "InvalidParameter")}},
		{name: "cut, then an unknown code", kind: KindTokened, unknown: true,
			steps: []wiretest.Step{wiretest.Cut(), refuse(400, "InvalidSomethingNew")}},
		{name: "cut, then a 404 page", kind: KindTokened, unknown: true,
			steps: []wiretest.Step{wiretest.Cut(), wiretest.Answer(404, "<html>")}},
		{name: "cut, then a redirect", kind: KindTokened, unknown: true,
			steps: []wiretest.Step{wiretest.Cut(), wiretest.Answer(302, "", "Location: /x")}},
		{name: "parameters refused prove nothing without a token", kind: KindRepeatable, unknown: true,
			steps: []wiretest.Step{wiretest.Cut(), refuse(400, "InvalidParameter")}},
		{name: "a read has no outcome", kind: KindRead, steps: []wiretest.Step{wiretest.Cut(), quota}},
		{name: "quota at once", kind: KindTokened, steps: []wiretest.Step{quota}},
		{name: "release: cut, then gone", action: "ReleaseEipAddress", done: true,
			steps: []wiretest.Step{wiretest.Cut(), refuse(404, "InvalidAllocationId.NotFound")}},
		{name: "release: throttled, then gone", action: "ReleaseEipAddress",
			steps: []wiretest.Step{refuse(400, "Throttling", "x-acs-retry-after: 1"), refuse(404, "InvalidAllocationId.NotFound")}},
		{name: "release: gone at once", action: "ReleaseEipAddress",
			steps: []wiretest.Step{refuse(404, "InvalidAllocationId.NotFound")}},
		{name: "release: cut, then being released, then gone", action: "ReleaseEipAddress", done: true,
			steps: []wiretest.Step{wiretest.Cut(), refuse(400, "IncorrectEipStatus"), refuse(400, "OperationConflict"),
				refuse(404, "InvalidAllocationId.NotFound")}},
		{name: "release: bound, so refused at once", action: "ReleaseEipAddress",
			steps: []wiretest.Step{refuse(400, "IncorrectEipStatus"), ok()}},
		{name: "release: cut, then a subscription", action: "ReleaseEipAddress", unknown: true,
			steps: []wiretest.Step{wiretest.Cut(), refuse(400, "Forbidden.ChargeTypeIsPrepaid"), ok()}},
		{name: "modify: cut, then a state that is not its own doing", action: "ModifyEipAddressAttribute", unknown: true,
			steps: []wiretest.Step{wiretest.Cut(), refuse(400, "IncorrectEipStatus"), ok()}},
		{name: "release: cut, then being released for ever", action: "ReleaseEipAddress", unknown: true,
			steps: []wiretest.Step{wiretest.Cut(), refuse(400, "IncorrectEipStatus")}},
		{name: "modify: cut, then gone", action: "ModifyEipAddressAttribute", unknown: true,
			steps: []wiretest.Step{wiretest.Cut(), refuse(404, "InvalidAllocationId.NotFound")}},
		{name: "a token that is processed for ever", kind: KindTokened, unknown: true,
			steps: []wiretest.Step{refuse(400, "LastTokenProcessing")}},
		{name: "cut, then no connection any more", kind: KindTokened, unknown: true,
			steps: []wiretest.Step{wiretest.Cut()}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := wiretest.New(tc.steps...)
				c := wireClient(t, srv)
				action := tc.action
				if action == "" {
					action = "TestAction"
				}
				_, err := c.Do(t.Context(), RawRequest{Action: action, Kind: tc.kind}, nil)
				if tc.done {
					require.NoError(t, err)
					return
				}
				require.Error(t, err)
				assert.Equal(t, tc.unknown, OutcomeUnknown(err), "%v", err)
				if !tc.unknown {
					var e *Error
					require.ErrorAs(t, err, &e)
					return
				}
				var e *Error
				assert.False(t, errors.As(err, &e), "the last answer is not the outcome: %v", err)
				if tc.kind == KindTokened {
					assert.Equal(t, srv.Requests()[0].Params.Get("ClientToken"), ClientTokenOf(err))
					assert.ErrorContains(t, err, ClientTokenOf(err))
				}
			})
		})
	}
}

// A service that is down for good is asked no more often than the table says.
func TestDownForGood(t *testing.T) {
	t.Parallel()
	for kind, want := range map[Kind]int{KindRead: 8, KindTokened: 8, KindRepeatable: 8, KindOnce: 1} {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := wiretest.New(wiretest.Answer(502, "<html>"))
				c := wireClient(t, srv)
				_, err := do(t.Context(), c, kind)
				var te *TransportError
				require.ErrorAs(t, err, &te)
				assert.Equal(t, want, te.Attempts)
				assert.Len(t, srv.Requests(), want)
				assert.Equal(t, 502, te.HTTPStatus)
				var answer *AnswerError
				require.ErrorAs(t, err, &answer)
				assert.Equal(t, "<html>", answer.Excerpt)
			})
		})
	}
}

// A client whose clock is an hour wrong works after one refusal, and needs
// none on its next call.
func TestClockSkewHeals(t *testing.T) {
	t.Parallel()
	for name, off := range map[string]time.Duration{"behind": time.Hour, "ahead": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				today()
				srv := wiretest.New(strictClock(off))
				c := wireClient(t, srv)
				for i, want := range []int{2, 1, 1} {
					meta, err := do(t.Context(), c, KindOnce)
					require.NoError(t, err)
					assert.Equal(t, want, meta.Attempts, "call %d", i+1)
				}
			})
		})
	}
	t.Run("for all calls that are under way", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			today()
			srv := wiretest.New(wiretest.Step(func(conn netConn, r *wiretest.Request) bool {
				<-time.After(time.Second) // all are signed before the first answer
				return strictClock(time.Hour)(conn, r)
			}))
			c := wireClient(t, srv)
			var calls sync.WaitGroup
			for range 10 {
				calls.Go(func() {
					meta, err := do(t.Context(), c, KindOnce)
					if assert.NoError(t, err) {
						assert.Equal(t, 2, meta.Attempts)
					}
				})
			}
			calls.Wait()
		})
	})
	t.Run("a clock that is set right again", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			today()
			off := time.Hour
			srv := wiretest.New(wiretest.Step(func(conn netConn, r *wiretest.Request) bool { return strictClock(off)(conn, r) }))
			c := wireClient(t, srv)
			_, err := do(t.Context(), c, KindOnce)
			require.NoError(t, err)
			off = 0
			meta, err := do(t.Context(), c, KindOnce)
			require.NoError(t, err)
			assert.Equal(t, 2, meta.Attempts)
			meta, err = do(t.Context(), c, KindOnce)
			require.NoError(t, err)
			assert.Equal(t, 1, meta.Attempts)
		})
	})
	for name, headers := range map[string][]string{
		"an answer from a cache": {"Age: 12"},
		"a small difference":     nil,
	} {
		t.Run(name+" changes nothing", func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				today()
				d := time.Hour
				if headers == nil {
					d = 4 * time.Minute
				}
				srv := wiretest.New(refuse(400, "InvalidTimeStamp.Expired", append(headers, date(d))...), ok())
				c := wireClient(t, srv)
				_, err := do(t.Context(), c, KindRead)
				assert.ErrorIs(t, err, CodeInvalidTimeStampExpired)
				_, err = do(t.Context(), c, KindRead)
				require.NoError(t, err)
				for _, r := range srv.Requests() {
					assert.Equal(t, time.Now().UTC().Format(timestampLayout), r.Params.Get("Timestamp"))
				}
			})
		})
	}
	t.Run("a wrong Date on a good answer changes nothing", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			today()
			srv := wiretest.New(wiretest.Answer(200, okJSON, date(5*time.Hour)))
			c := wireClient(t, srv)
			for range 2 {
				_, err := do(t.Context(), c, KindRead)
				require.NoError(t, err)
			}
			assert.Equal(t, time.Now().UTC().Format(timestampLayout), srv.Requests()[1].Params.Get("Timestamp"))
		})
	})
}

// strictClock is a service whose clock is off, and which refuses timestamps
// more than 15 minutes away from it.
func strictClock(off time.Duration) wiretest.Step {
	return func(conn netConn, req *wiretest.Request) bool {
		at, err := time.Parse(timestampLayout, req.Params.Get("Timestamp"))
		if err != nil || time.Now().Add(off).Sub(at).Abs() > 15*time.Minute {
			return refuse(400, "InvalidTimeStamp.Expired", date(off))(conn, req)
		}
		return wiretest.Answer(200, okJSON, date(off))(conn, req)
	}
}
