package eip

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/transport"
	"github.com/eipkit/eip-go/internal/wiretest"
)

// However a repeat ends, the outcome stays unknown, with the same token and the
// time of the first attempt, until a success ends it.
func TestAgainOverTheTable(t *testing.T) {
	t.Parallel()
	for _, cause := range transport.Causes() {
		if cause == transport.CauseSuccess {
			continue
		}
		require.NotEmpty(t, scenarios[cause], "cause %q has no scenario", cause)
		for _, sc := range scenarios[cause] {
			t.Run(cause.String()+"/"+sc.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { settleUnder(t, cause, sc) })
			})
		}
	}
}

func settleUnder(t *testing.T, cause transport.Cause, sc scenario) {
	today() // for the clock's sake
	srv := newPeer()
	calm := wireClient(t, srv.Server, WithMaxAttempts(1))
	var seen []string
	troubled := wireClient(t, srv.Server, append([]Option{WithMaxAttempts(1), WithAttemptHook(func(_ context.Context, a Attempt) {
		seen = append(seen, a.Cause)
	})}, sc.opts...)...)
	req := &AllocateEipAddressRequest{Bandwidth: 10}
	begun := time.Now()
	var err error = doubt(t, calm, req)
	token := ClientTokenOf(err)
	time.Sleep(time.Hour)
	for n := range 4 {
		ctx, cancel := context.WithCancel(t.Context())
		if sc.dial != nil {
			srv.FailDials(sc.dial)
		}
		if sc.first != nil {
			first := sc.first()
			if sc.during {
				first = wiretest.Then(cancel, first)
			}
			srv.does(first)
		}
		if sc.before != nil {
			sc.before(cancel)
		}
		calm.CloseIdleConnections()
		_, err = troubled.AllocateEipAddress(ctx, Again(req, err))
		cancel()
		te := openError(t, err)
		assert.Equal(t, token, te.ClientToken, "repeat %d", n)
		assert.True(t, te.FirstAttempt.Equal(begun), "%s", te.FirstAttempt)
	}
	if sc.before == nil {
		require.NotEmpty(t, seen)
		assert.Equal(t, cause.String(), seen[0])
	}
	srv.does(allocated())
	res, err := calm.AllocateEipAddress(t.Context(), Again(req, err))
	require.NoError(t, err)
	assert.Equal(t, "eip-1", res.AllocationID)
	assert.Equal(t, token, res.ClientToken)
	for _, r := range srv.Requests() {
		assert.Equal(t, token, r.Params.Get("ClientToken"))
	}
	assert.Equal(t, &AllocateEipAddressRequest{Bandwidth: 10}, req)
}

// A refusal that says nothing about the first call is shown in Last.
func TestAgainKeepsTheLastAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := newPeer()
		c := wireClient(t, srv.Server, WithMaxAttempts(1))
		req := &AllocateEipAddressRequest{}
		first := doubt(t, c, req)
		srv.does(refuse(403, "Forbidden.RAM"))
		_, err := c.AllocateEipAddress(t.Context(), Again(req, fmt.Errorf("wrapped: %w", first)))
		te := openError(t, err)
		require.NotNil(t, te.Last)
		assert.Equal(t, Code("Forbidden.RAM"), te.Last.Code)
		assert.Equal(t, requestID, RequestID(err))
		b, err := json.Marshal(te)
		require.NoError(t, err)
		assert.Contains(t, string(b), `"FirstAttempt":"2000-01-01T00:00:00Z"`)
		assert.Contains(t, string(b), `"OutcomeUnknown":true`)

		// A call that is not sent because of another one's answer does not quote it.
		srv.does(refuse(400, "Throttling", "x-acs-retry-after: 600000"))
		_, err = c.AllocateEipAddress(t.Context(), &AllocateEipAddressRequest{})
		require.ErrorIs(t, err, ErrThrottled)
		_, err = c.AllocateEipAddress(t.Context(), Again(req, te))
		assert.Empty(t, RequestID(err))
		assert.Equal(t, te.ClientToken, openError(t, err).ClientToken)
	})
}

// Codes that prove that nothing ran under the token end the doubt.
func TestAgainEndsWithAProof(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"IdempotentParameterMismatch", "InvalidParameter", "MissingParameter"} {
		synctest.Test(t, func(t *testing.T) {
			srv := newPeer()
			c := wireClient(t, srv.Server, WithMaxAttempts(1))
			req := &AllocateEipAddressRequest{}
			first := doubt(t, c, req)
			srv.does(refuse(400, code))
			_, err := c.AllocateEipAddress(t.Context(), Again(req, first))
			var e *Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, Code(code), e.Code)
			assert.Equal(t, first.ClientToken, e.ClientToken)
			assert.False(t, OutcomeUnknown(err))

			// After that, Again makes a new call.
			srv.does(allocated())
			res, err := c.AllocateEipAddress(t.Context(), Again(Again(req, first), err))
			require.NoError(t, err)
			assert.NotEqual(t, first.ClientToken, res.ClientToken)
		})
	}
}

// What does not fit the call is not sent, and the call stays unknown.
func TestAgainRefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	plain := &AllocateEipAddressRequest{Bandwidth: 10}
	for name, tc := range map[string]struct {
		req, again *AllocateEipAddressRequest
		opts       []Option
		nilContext bool
		text       string
	}{
		"another parameter":    {req: plain, again: &AllocateEipAddressRequest{Bandwidth: 20}, text: "IdempotentParameterMismatch"},
		"a parameter more":     {req: plain, again: &AllocateEipAddressRequest{Bandwidth: 10, Name: "x"}, text: "same parameters"},
		"nil":                  {req: plain, text: "same parameters"},
		"another region":       {req: plain, again: &AllocateEipAddressRequest{Bandwidth: 10, RegionID: "cn-beijing"}, text: "RegionID"},
		"another token":        {req: plain, again: &AllocateEipAddressRequest{Bandwidth: 10, ClientToken: "x"}, text: `ClientToken ("x")`},
		"its own token":        {req: &AllocateEipAddressRequest{ClientToken: "x"}, again: &AllocateEipAddressRequest{ClientToken: "y"}, text: `ClientToken ("y")`},
		"an invalid request":   {req: plain, again: &AllocateEipAddressRequest{Bandwidth: -1}, text: "Bandwidth (-1)"},
		"an invalid token":     {req: plain, again: &AllocateEipAddressRequest{ClientToken: strings.Repeat("x", 65)}, text: "64 ASCII"},
		"a forbidden Extra":    {req: plain, again: &AllocateEipAddressRequest{Extra: url.Values{"Action": {"x"}}}, text: "set by the client"},
		"without validation":   {req: plain, again: &AllocateEipAddressRequest{Bandwidth: -1}, opts: []Option{WithoutValidation()}, text: "same parameters"},
		"no context":           {req: plain, again: plain, nilContext: true, text: "context is nil"},
		"a field set in Extra": {req: plain, again: &AllocateEipAddressRequest{Bandwidth: 10, Extra: url.Values{"Bandwidth": {"5"}}}, text: "set one of them"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := newPeer()
				c := wireClient(t, srv.Server, append(tc.opts, WithMaxAttempts(1))...)
				first := doubt(t, c, tc.req)
				srv.does(allocated())
				var err error = first
				for range 3 {
					ctx := t.Context()
					if tc.nilContext {
						ctx = nil
					}
					_, err = c.AllocateEipAddress(ctx, Again(tc.again, err))
					te := openError(t, err)
					assert.Equal(t, first.ClientToken, te.ClientToken)
					assert.Equal(t, first.FirstAttempt, te.FirstAttempt)
					assert.Equal(t, "AllocateEipAddress", te.Action)
					assert.ErrorContains(t, err, tc.text)
					assert.Zero(t, te.Attempts)
				}
				assert.Len(t, srv.Requests(), 1)

				// The right request still settles it.
				res, err := c.AllocateEipAddress(t.Context(), Again(tc.req, err))
				require.NoError(t, err)
				assert.Equal(t, first.ClientToken, res.ClientToken)
			})
		})
	}
}

func TestAgainForAnotherAction(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := newPeer()
		c := wireClient(t, srv.Server, WithMaxAttempts(1))
		first := doubt(t, c, &AllocateEipAddressRequest{})
		srv.does(allocated())
		_, err := c.AllocateEipAddressPro(t.Context(), Again(&AllocateEipAddressProRequest{}, first))
		te := openError(t, err)
		assert.Equal(t, first.ClientToken, te.ClientToken)
		assert.Equal(t, "AllocateEipAddress", te.Action)
		var invalid *ValidationError
		require.ErrorAs(t, err, &invalid)
		assert.Equal(t, "AllocateEipAddressPro", invalid.Action)
		assert.Len(t, srv.Requests(), 1)

		// RegionID as the client fills it in is the same parameter.
		res, err := c.AllocateEipAddress(t.Context(), Again(&AllocateEipAddressRequest{RegionID: "cn-hangzhou"}, err))
		require.NoError(t, err)
		assert.Equal(t, first.ClientToken, res.ClientToken)

		// A call without a token, and an error of somebody else.
		srv.does(wiretest.Cut())
		raw := RawRequest{Action: "ReleaseEipAddress", Params: url.Values{"AllocationId": {"eip-1"}}}
		for text, err := range map[string]error{
			"kind is not tokened": func() error { _, err := c.Do(t.Context(), raw, nil); return err }(),
			"this package's":      strangeDoubt{},
		} {
			require.True(t, OutcomeUnknown(err))
			before := len(srv.Requests())
			for range 3 {
				_, err = c.Do(t.Context(), *Again(&raw, err), nil)
				assert.True(t, OutcomeUnknown(err))
				assert.ErrorContains(t, err, text)
				assert.NotContains(t, err.Error(), "use Again")
			}
			assert.Len(t, srv.Requests(), before)
		}

		_, err = c.Do(t.Context(), *Again(&RawRequest{}, first), nil)
		assert.Equal(t, first.ClientToken, openError(t, err).ClientToken)
		assert.ErrorContains(t, err, "Action is empty")
	})
}

type strangeDoubt struct{}

func (strangeDoubt) Error() string        { return "who knows" }
func (strangeDoubt) OutcomeUnknown() bool { return true }

// Of several calls the one that fits is settled.
func TestAgainOfSeveral(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := newPeer()
		c := wireClient(t, srv.Server, WithMaxAttempts(1))
		ten, twenty := &AllocateEipAddressRequest{Bandwidth: 10}, &AllocateEipAddressRequest{Bandwidth: 20}
		_, bind := c.AssociateEipAddress(t.Context(), &AssociateEipAddressRequest{AllocationID: "eip-1", InstanceID: "i-1"})
		a, b, other := doubt(t, c, ten), doubt(t, c, ten), doubt(t, c, twenty)
		err := fmt.Errorf("x: %w", errors.Join(nil, &Error{ClientToken: "e"}, bind, fmt.Errorf("y: %w", errors.Join(a, b)), other))
		srv.does(allocated())
		for _, tc := range []struct {
			req   *AllocateEipAddressRequest
			token string
		}{
			{ten, a.ClientToken}, {twenty, other.ClientToken},
			{&AllocateEipAddressRequest{Bandwidth: 10, ClientToken: b.ClientToken}, b.ClientToken},
		} {
			res, err := c.AllocateEipAddress(t.Context(), Again(tc.req, err))
			require.NoError(t, err)
			assert.Equal(t, tc.token, res.ClientToken)
		}
	})
}

// A program that knows nothing but the loop does not press the service while
// everything is refused, and gets its address when that ends.
func TestAgainDoesNotSpin(t *testing.T) {
	t.Parallel()
	const most = 45 // in any minute; the first waits are short
	for name, steps := range map[string][]wiretest.Step{
		"refused":        {refuse(403, "Forbidden.RAM")},
		"a proxy's page": {wiretest.Answer(502, "<html>")},
		"of all kinds": {refuse(403, "Forbidden.RAM"), wiretest.Answer(502, ""), refuse(400, "QuotaExceeded.Eip"),
			wiretest.Cut(), refuse(400, "InvalidAccessKeyId.NotFound"), refuse(400, "Throttling", "x-acs-retry-after: 100000")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := newPeer()
				var mu sync.Mutex
				var sent []time.Time
				c := wireClient(t, srv.Server, WithMaxAttempts(1), WithAttemptHook(func(_ context.Context, a Attempt) {
					mu.Lock()
					defer mu.Unlock()
					sent = append(sent, a.Start)
				}))
				req := &AllocateEipAddressRequest{}
				var err error = doubt(t, c, req)
				srv.does(func(conn net.Conn, r *wiretest.Request) bool { return steps[rand.N(len(steps))](conn, r) })
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				time.AfterFunc(30*time.Minute, func() { srv.does(allocated()) })
				var res *AllocateEipAddressResponse
				rounds := 0
				for OutcomeUnknown(err) && ctx.Err() == nil {
					res, err = c.AllocateEipAddress(ctx, Again(req, err))
					require.Less(t, rounds, 30*most)
					rounds++
				}
				require.NoError(t, err)
				assert.Equal(t, "eip-1", res.AllocationID)
				assert.Greater(t, len(sent), 5)
				for i := range sent {
					if i >= most {
						assert.Greater(t, sent[i].Sub(sent[i-most]), time.Minute)
					}
				}
			})
		})
	}
}

// Neither does one that makes a mistake, or whose deadline is near.
func TestAgainWaitsForTheContext(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		again *AllocateEipAddressRequest
		opts  []Option
	}{
		"refused":             {again: &AllocateEipAddressRequest{}},
		"not the same":        {again: &AllocateEipAddressRequest{Bandwidth: 1}},
		"invalid":             {again: &AllocateEipAddressRequest{Bandwidth: -1}},
		"no credentials":      {again: &AllocateEipAddressRequest{}, opts: scenarios[transport.CauseSigning][0].opts},
		"waits over deadline": {again: &AllocateEipAddressRequest{}, opts: []Option{WithBackoff(time.Hour, time.Hour)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := newPeer()
				first := doubt(t, wireClient(t, srv.Server, WithMaxAttempts(1)), &AllocateEipAddressRequest{})
				srv.does(refuse(403, "Forbidden.RAM"))
				c := wireClient(t, srv.Server, tc.opts...)
				begun := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
				defer cancel()
				var err error = first
				rounds := 0
				for ; OutcomeUnknown(err) && ctx.Err() == nil; rounds++ {
					require.Less(t, rounds, 200)
					_, err = c.AllocateEipAddress(ctx, Again(tc.again, err))
				}
				assert.Equal(t, first.ClientToken, openError(t, err).ClientToken)
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				assert.Equal(t, 5*time.Minute, time.Since(begun))
			})
		})
	}
}

// A context that is over leaves the outcome unknown, and nothing is sent.
func TestAgainWithAContextThatIsOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := newPeer()
		c := wireClient(t, srv.Server, WithMaxAttempts(1))
		first := doubt(t, c, &AllocateEipAddressRequest{})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		begun := time.Now()
		var err error = first
		for range 5 {
			_, err = c.AllocateEipAddress(ctx, Again(&AllocateEipAddressRequest{}, err))
			require.ErrorIs(t, err, context.Canceled)
			assert.Equal(t, first.FirstAttempt, openError(t, err).FirstAttempt)
		}
		assert.Equal(t, begun, time.Now())
		assert.Len(t, srv.Requests(), 1)

		// Cancelled while it waits for its turn.
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(time.Nanosecond, cancel)
		_, err = c.AllocateEipAddress(ctx, Again(&AllocateEipAddressRequest{}, err))
		require.ErrorIs(t, err, context.Canceled)
		openError(t, err)
		assert.Equal(t, time.Nanosecond, time.Since(begun))
		assert.Len(t, srv.Requests(), 1)
	})
}
