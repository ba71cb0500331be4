package eip

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/wiretest"
)

// An error belongs to its call: what another call, a hook or the gate does with
// the same answer does not change it.
func TestErrorsAreNotShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var seen []error
		c := wireClient(t, wiretest.New(refuse(400, "Throttling.User", "x-acs-retry-after: 100000")),
			WithAttemptHook(func(_ context.Context, a Attempt) { seen = append(seen, a.Err) }))
		_, first := c.AllocateEipAddress(t.Context(), &AllocateEipAddressRequest{ClientToken: "token-A"})
		_, second := c.AllocateEipAddress(t.Context(), &AllocateEipAddressRequest{ClientToken: "token-B"})
		assert.Equal(t, "token-A", ClientTokenOf(first))
		assert.Equal(t, "token-B", ClientTokenOf(second))
		require.Len(t, seen, 1)
		assert.NotSame(t, seen[0], first)

		// The second was not sent. It has the answer that closed the gate, as it was.
		var te *TransportError
		require.ErrorAs(t, second, &te)
		assert.False(t, te.Sent)
		assert.Zero(t, te.Attempts)
		assert.ErrorIs(t, second, CodeThrottlingUser)
		assert.Equal(t, 100*time.Second, te.RetryAfter)
		assert.Empty(t, te.RequestID, "that of the answer is not this call's")
	})
}

func TestJoinedErrors(t *testing.T) {
	t.Parallel()
	known := &TransportError{Action: "A", Err: io.EOF, ClientToken: "known"}
	unknown := &TransportError{Action: "B", Err: io.EOF, ClientToken: "unknown", unknown: true}
	for name, err := range map[string]error{
		"joined": errors.Join(known, unknown), "wrapped": fmt.Errorf("x: %w", unknown),
		"deep": fmt.Errorf("x: %w", errors.Join(nil, &Error{ClientToken: "e"}, fmt.Errorf("y: %w", unknown))),
	} {
		assert.True(t, OutcomeUnknown(err), name)
		assert.Equal(t, "unknown", ClientTokenOf(err), name)
	}
	assert.False(t, OutcomeUnknown(errors.Join(known, io.EOF)))
	assert.False(t, OutcomeUnknown(nil))
	assert.Equal(t, "known", ClientTokenOf(known))
	assert.Empty(t, ClientTokenOf(io.EOF))
	assert.Empty(t, RequestID(io.EOF))
}

// The cause of a context is shown and found, but what it is made of is not this
// call's: a sibling's code and request ID are not taken for its own.
func TestContextCause(t *testing.T) {
	t.Parallel()
	sibling := &Error{Action: "Other", Code: CodeQuotaExceededEip, RequestID: "SIBLING"}
	for _, under := range []string{"before", "under way", "while waiting"} {
		t.Run(under, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				step := wiretest.Then(func() { cancel(sibling) }, wiretest.Stall())
				if under == "while waiting" {
					step = wiretest.Answer(503, "", "Retry-After: 9")
					time.AfterFunc(time.Second, func() { cancel(sibling) })
				}
				if under == "before" {
					cancel(sibling)
				}
				_, err := do(ctx, wireClient(t, wiretest.New(step)), KindTokened)
				assert.ErrorIs(t, err, context.Canceled)
				assert.ErrorIs(t, err, sibling, "by identity")
				assert.NotErrorIs(t, err, ErrQuota)
				assert.NotErrorIs(t, err, CodeQuotaExceededEip)
				var e *Error
				assert.False(t, errors.As(err, &e))
				assert.Empty(t, RequestID(err))
				assert.Equal(t, under != "before", OutcomeUnknown(err))
				assert.ErrorContains(t, err, "QuotaExceeded.Eip", "the text tells why")
				assert.Equal(t, 1, strings.Count(err.Error(), "QuotaExceeded.Eip"))
			})
		})
	}
}

// The last answer is there when a deadline ends the call, with a code or
// without one.
func TestLastAnswerWithoutACode(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		step  wiretest.Step
		class error
	}{
		"HTML 503": {wiretest.Answer(503, "<html>until noon</html>", "Retry-After: 9", "x-acs-request-id: REQ-7"), ErrInternal},
		"bare 429": {wiretest.Answer(429, "slow down", "Retry-After: 9", "x-acs-request-id: REQ-7"), ErrThrottled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, kind := range []Kind{KindTokened, KindRead} {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
					defer cancel()
					_, err := do(ctx, wireClient(t, wiretest.New(tc.step), WithMaxAttempts(1000)), kind)
					assert.ErrorIs(t, err, context.DeadlineExceeded)
					var answer *AnswerError
					require.ErrorAs(t, err, &answer)
					assert.Equal(t, "REQ-7", answer.RequestID)
					assert.Equal(t, "REQ-7", RequestID(err))
					unknown := kind == KindTokened
					assert.Equal(t, unknown, OutcomeUnknown(err))
					assert.Equal(t, !unknown, errors.Is(err, tc.class), "an unknown outcome is of no class")
				})
			}
		})
	}
}

// After a success on the wire the caller's mistake is not taken for a failure of
// the call.
func TestDoDecodesAfterTheCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := wiretest.New(wiretest.Answer(200, `{"RequestId":"REQ-1","Id":"seven"}`))
		c := wireClient(t, srv)
		var out struct{ Id int } //nolint:revive // the wire's name
		meta, err := c.Do(t.Context(), RawRequest{Action: "CreateThing", Kind: KindTokened}, &out)
		require.Error(t, err)
		require.NotNil(t, meta)
		assert.Equal(t, "REQ-1", meta.RequestID)
		assert.NotEmpty(t, meta.ClientToken)
		assert.False(t, OutcomeUnknown(err))
		assert.ErrorContains(t, err, "is done")
		assert.Len(t, srv.Requests(), 1)

		for _, wrong := range []any{out, (*struct{})(nil), 7} {
			_, err = c.Do(t.Context(), RawRequest{Action: "CreateThing"}, wrong)
			assert.ErrorContains(t, err, "non-nil pointer")
		}
		assert.Len(t, srv.Requests(), 1, "nothing was sent for those")

		_, err = c.Do(t.Context(), RawRequest{Action: "AllocateEipAddress", Kind: KindRepeatable}, nil)
		assert.ErrorContains(t, err, "of kind tokened")
	})
	synctest.Test(t, func(t *testing.T) {
		srv := wiretest.New(wiretest.Cut())
		_, err := wireClient(t, srv).Do(t.Context(), RawRequest{Action: "AllocateEipAddress", Kind: KindOnce}, nil)
		assert.True(t, OutcomeUnknown(err))
		assert.Len(t, srv.Requests(), 1, "not repeated")
		assert.NotEmpty(t, srv.Requests()[0].Params.Get("ClientToken"), "but with a token to settle it")
	})
	synctest.Test(t, func(t *testing.T) {
		srv := wiretest.New(ok())
		_, err := wireClient(t, srv, WithMaxAttempts(2)).Do(t.Context(), RawRequest{Action: "AllocateEipAddress"}, nil)
		assert.True(t, OutcomeUnknown(err), "a success without the ID is none")
	})
}

// A transport that breaks the rules of http.RoundTripper does no harm.
func TestStrangeTransports(t *testing.T) {
	t.Parallel()
	client := func(f roundTripFunc, opts ...Option) *Client {
		c, err := NewClient("cn-hangzhou", append([]Option{WithEndpoint("http://fake.invalid"), WithMaxAttempts(1),
			WithCredentials(StaticCredentials(wireKey, wireSecret)), WithHTTPClient(&http.Client{Transport: f})}, opts...)...)
		require.NoError(t, err)
		return c
	}
	_, err := do(t.Context(), client(func(*http.Request) (*http.Response, error) { return nil, nil }), KindTokened)
	assert.True(t, OutcomeUnknown(err), "%v", err)
	_, err = do(t.Context(), client(func(*http.Request) (*http.Response, error) { return &http.Response{StatusCode: 200}, nil }), KindTokened)
	assert.True(t, OutcomeUnknown(err), "%v", err)
	_, err = do(t.Context(), client(func(*http.Request) (*http.Response, error) { return &http.Response{StatusCode: 403}, nil }), KindTokened)
	assert.True(t, OutcomeUnknown(err), "%v", err)
	_, err = do(t.Context(), client(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(okJSON))}, nil
	}, WithMaxResponseBytes(1<<63-1)), KindTokened)
	require.NoError(t, err)
}

// The errors of this package answer what a net.Error is asked, and marshal.
func TestErrorForms(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, err := do(t.Context(), wireClient(t, wiretest.New(wiretest.Stall()), WithMaxAttempts(1)), KindRead)
		var timeout net.Error
		require.ErrorAs(t, err, &timeout)
		assert.True(t, timeout.Timeout())
		var attempt *AttemptTimeoutError
		require.ErrorAs(t, err, &attempt)
		assert.Equal(t, 15*time.Second, attempt.Limit)
		b, jsonErr := json.Marshal(err)
		require.NoError(t, jsonErr)
		assert.JSONEq(t, `{"Action":"TestAction","Err":"no complete answer within the attempt time-out of 15s","Attempts":1,"Sent":true,"FirstAttempt":"2000-01-01T00:00:00Z","OutcomeUnknown":false}`, string(b))
	})
	assert.NotPanics(t, func() {
		zero := &TransportError{}
		_ = zero.Error()
		_, _ = json.Marshal(zero)
		_ = errors.Is(zero, io.EOF)
		_ = (&Error{}).Error()
		_ = (&AnswerError{}).Error()
		_ = (&ValidationError{}).Error()
		_ = (&PartialError{}).Error()
	})
}
