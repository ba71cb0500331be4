package transport

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// unsettledScript makes a loop and a call whose attempts end with these causes, one
// after the other; the last one stays. CauseNoAnswer and CauseDial come from the
// transport, CauseSigning from the signer.
func unsettledScript(kind Kind, proves bool, causes ...Cause) (*Loop, *Call, *[]bool) {
	n := -1
	cause := func() Cause { return causes[min(n, len(causes)-1)] }
	loop := New(Config{
		Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			switch cause() {
			case CauseNoAnswer:
				return nil, io.ErrUnexpectedEOF
			case CauseDial:
				return nil, &net.OpError{Op: "dial", Err: errors.New("no route")}
			}
			return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(""))}, nil
		}),
		AttemptTimeout: time.Second, TimedOut: timedOut, MaxAttempts: 2, BackoffMin: time.Millisecond, BackoffMax: time.Second,
		Patience: time.Minute, MaxBody: 1 << 20, SkewFrom: time.Minute,
	})
	before := new([]bool)
	call := &Call{
		Action: "Test", Kind: kind, Method: http.MethodPost, URL: fakeURL,
		Sign: func(context.Context, func() time.Time) (*Signed, error) {
			if n++; cause() == CauseSigning {
				return nil, errors.New("no credentials")
			}
			return &Signed{URL: fakeURL}, nil
		},
		Judge: func(a *Answer) Judgement {
			*before = append(*before, a.UnknownBefore)
			j := Judgement{Cause: cause(), Proves: proves}
			if j.Cause != CauseSuccess {
				j.Err = errors.New(j.Cause.String())
			}
			return j
		},
	}
	return loop, call, before
}

func TestUnsettled(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		causes  []Cause
		proves  bool
		kind    Kind // zero: Tokened
		settled bool
		reached bool
	}{
		"success":                       {causes: []Cause{CauseSuccess}, settled: true, reached: true},
		"a refusal that proves":         {causes: []Cause{CauseRefusedCode}, proves: true, settled: true, reached: true},
		"another refusal":               {causes: []Cause{CauseRefusedCode}, reached: true},
		"throttled for good":            {causes: []Cause{CauseThrottled}, reached: true},
		"an unknown outcome":            {causes: []Cause{CauseNoAnswer}, reached: true},
		"unknown, then one that proves": {causes: []Cause{CauseNoAnswer, CauseRefusedCode}, proves: true, settled: true, reached: true},
		"nothing but dial errors":       {causes: []Cause{CauseDial}},
		"no credentials":                {causes: []Cause{CauseSigning}},
		"a read is never unknown":       {causes: []Cause{CauseRefusedCode}, kind: Read, settled: true, reached: true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				kind := tc.kind
				if kind == Default {
					kind = Tokened
				}
				loop, call, before := unsettledScript(kind, tc.proves, tc.causes...)
				call.Unsettled = true
				begun := time.Now()
				res := loop.Do(t.Context(), call)
				assert.Equal(t, !tc.settled, res.Unknown)
				assert.Equal(t, tc.reached, res.Reached)
				if tc.reached {
					assert.Equal(t, begun, res.FirstAttempt)
				} else {
					assert.Zero(t, res.FirstAttempt)
				}
				for _, b := range *before {
					assert.Equal(t, kind != Read, b, "UnknownBefore")
				}
			})
		})
	}
}

// The call is over before anything is sent: by its context, and at the gate.
func TestUnsettledBeforeSending(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		loop, call, _ := unsettledScript(Tokened, false, CauseThrottled)
		call.Unsettled = true
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		res := loop.Do(ctx, call)
		assert.True(t, res.Unknown)
		assert.False(t, res.Reached)
		require.ErrorIs(t, res.Err, context.Canceled)

		loop.Do(t.Context(), call) // closes the gate
		ctx, cancel = context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		res = loop.Do(ctx, call)
		assert.True(t, res.Unknown)
		assert.Zero(t, res.Attempts)
		assert.Zero(t, res.FirstAttempt)
	})
}

// FirstAttempt passes over attempts of which nothing was sent.
func TestFirstAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		loop, call, _ := unsettledScript(Tokened, false, CauseDial, CauseNoAnswer)
		loop.cfg.BackoffMin, loop.cfg.BackoffMax = time.Hour, time.Hour
		begun := time.Now()
		res := loop.Do(t.Context(), call)
		assert.True(t, res.Unknown)
		assert.Equal(t, time.Now(), res.FirstAttempt)
		assert.NotEqual(t, begun, res.FirstAttempt)
	})
}
