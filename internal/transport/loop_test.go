package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// scripted is a transport that gives its answers in order and repeats the last
// one, and the judge that reads them: each answer names its cause in a header.
type scripted struct {
	answers []answerOf
	sent    int
}

type answerOf struct {
	cause  Cause
	header http.Header
}

func (s *scripted) RoundTrip(req *http.Request) (*http.Response, error) {
	s.sent++
	next := s.answers[min(s.sent, len(s.answers))-1]
	h := next.header.Clone()
	if h == nil {
		h = http.Header{}
	}
	h.Set("X-Cause", fmt.Sprint(int(next.cause)))
	return &http.Response{StatusCode: 200, Header: h, Body: http.NoBody, Request: req}, nil
}

func (s *scripted) judge(a *Answer) Judgement {
	var c Cause
	if _, err := fmt.Sscan(a.Header.Get("X-Cause"), &c); err != nil {
		panic(err)
	}
	j := Judgement{Cause: c}
	if c != CauseSuccess {
		j.Err = errors.New(c.String())
	}
	return j
}

func (s *scripted) call(k Kind) *Call {
	return &Call{
		Action: "Test", Kind: k, Method: http.MethodPost, URL: fakeURL,
		Sign: signTo(fakeURL.String()), Judge: s.judge,
	}
}

var fakeURL = &url.URL{Scheme: "http", Host: "fake.invalid", Path: "/"}

func signTo(rawURL string) func(context.Context, func() time.Time) (*Signed, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		panic(err)
	}
	return func(context.Context, func() time.Time) (*Signed, error) {
		return &Signed{URL: u, Body: []byte("x")}, nil
	}
}

// timeoutError is the error of an attempt that took too long.
type timeoutError struct{ limit time.Duration }

func (e *timeoutError) Error() string { return "attempt timed out after " + e.limit.String() }

func timedOut(limit time.Duration) error { return &timeoutError{limit} }

func testConfig(rt http.RoundTripper) Config {
	return Config{
		Transport: rt, AttemptTimeout: 10 * time.Second, TimedOut: timedOut, MaxAttempts: 8, BackoffMin: 200 * time.Millisecond,
		BackoffMax: 20 * time.Second, Patience: 70 * time.Second, MaxBody: 10 << 20, SkewFrom: 5 * time.Minute,
	}
}

// script runs one call of a kind against answers.
func script(ctx context.Context, k Kind, answers ...answerOf) (*Result, *scripted) {
	s := &scripted{answers: answers}
	return New(testConfig(s)).Do(ctx, s.call(k)), s
}

// What is not the service's own answer proves nothing, whatever its status.
func TestForeignCause(t *testing.T) {
	t.Parallel()
	for status := 100; status < 1000; status++ {
		c := ForeignCause(status)
		assert.True(t, c.Foreign(), status)
		assert.Equal(t, Unknown, c.Outcome(), status)
		assert.False(t, c.Repeats(Once), status)
		assert.Equal(t, status == 407, !c.Repeats(Read), status)
		assert.Equal(t, status == 429, c.Throttling(), status)
		assert.Equal(t, status >= 500, c == CauseForeignServerError, status)

		want := CauseRefusedCode
		switch {
		case status >= 200 && status < 300:
			want = CauseForeign
		case status == 408:
			want = CauseRequestTimeout
		case status == 429:
			want = CauseTooManyRequests
		case status >= 500:
			want = CauseServerError
		}
		assert.Equal(t, want, UnknownCodeCause(status), status)
		for _, n := range []int{0, 9} {
			text := ForeignReason(status, n, true, "it is text")
			assert.Contains(t, text, fmt.Sprintf("HTTP %d", status))
			assert.Equal(t, n == 0, strings.Contains(text, "not from the service"))
			assert.Contains(t, text, "it may have run")
			assert.Equal(t, n == 0, strings.Contains(text, "no body"))
		}
	}
	foreign := 0
	for _, c := range Causes() {
		if c.Foreign() {
			foreign++
		}
	}
	assert.Equal(t, 4, foreign)
	assert.Equal(t, "HTTP 403 with no body, not from the service; a proxy may have blocked the call, but it may have run", ForeignReason(403, 0, true, ""))
}

// The fourth foreign answer ends a call, however they are spread over it.
func TestFourForeignAnswersEndACall(t *testing.T) {
	t.Parallel()
	for _, k := range []Kind{Read, Tokened, Repeatable} {
		synctest.Test(t, func(t *testing.T) {
			res, s := script(t.Context(), k, answerOf{cause: CauseForeign})
			assert.Equal(t, 4, s.sent)
			assert.Equal(t, k != Read, res.Unknown)

			_, s = script(t.Context(), k, answerOf{cause: CauseForeign}, answerOf{cause: CauseForeign}, answerOf{cause: CauseServerError},
				answerOf{cause: CauseForeignServerError}, answerOf{cause: CauseForeign}, answerOf{cause: CauseForeign})
			assert.Equal(t, 6, s.sent, "others do not count")

			res, _ = script(t.Context(), k, answerOf{cause: CauseForeign}, answerOf{cause: CauseForeign}, answerOf{cause: CauseForeign},
				answerOf{cause: CauseSuccess})
			assert.True(t, res.Done)
		})
	}
}

// A hint that is not the service's own slows the call down by no more than the
// longest backoff, and never ends it.
func TestForeignHints(t *testing.T) {
	t.Parallel()
	long := http.Header{"Retry-After": {"86400"}}
	for _, c := range []Cause{CauseForeign, CauseForeignServerError, CauseForeignThrottle} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			res, _ := script(t.Context(), Tokened, answerOf{c, long}, answerOf{cause: CauseSuccess})
			assert.True(t, res.Done, "%s", c)
			assert.Equal(t, 20*time.Second, time.Since(began), "%s", c)

			for _, hint := range []string{"1", "3", "86400"} {
				s := &scripted{answers: []answerOf{{c, http.Header{"Retry-After": {hint}}}, {cause: CauseSuccess}}}
				cfg := testConfig(s)
				cfg.Patience = 2 * time.Second
				res = New(cfg).Do(t.Context(), s.call(Tokened))
				assert.True(t, res.Done, "%s, short patience", c)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			res, _ = script(ctx, Tokened, answerOf{c, long}, answerOf{cause: CauseSuccess})
			assert.True(t, res.Done, "%s, short deadline", c)

			res, s := script(t.Context(), Once, answerOf{c, long})
			assert.Equal(t, 1, s.sent)
			assert.LessOrEqual(t, res.RetryAfter, 20*time.Second)
		})
	}
	for _, c := range []Cause{CauseServerError, CauseThrottled} {
		synctest.Test(t, func(t *testing.T) {
			res, s := script(t.Context(), Tokened, answerOf{c, long})
			assert.Equal(t, 1, s.sent, "%s: the service's own ends the call", c)
			assert.Equal(t, 24*time.Hour, res.RetryAfter)
		})
	}
}

// A bare 429 is waited out with the patience that throttling has, and leaves the
// outcome unknown.
func TestForeignThrottle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		res, s := script(t.Context(), Tokened, answerOf{cause: CauseForeignThrottle})
		assert.True(t, res.Unknown)
		assert.Greater(t, s.sent, 5)
		assert.Greater(t, time.Since(began), 50*time.Second)
		assert.LessOrEqual(t, time.Since(began), 70*time.Second)
	})
}

// Expired credentials are renewed once in a call, of whatever kind.
func TestExpiredCredentialsAreRenewedOnce(t *testing.T) {
	t.Parallel()
	for _, k := range Kinds() {
		synctest.Test(t, func(t *testing.T) {
			s := &scripted{answers: []answerOf{{cause: CauseExpiredCredentials}}}
			call := s.call(k)
			renewed := 0
			call.Renew = func() { renewed++ }
			res := New(testConfig(s)).Do(t.Context(), call)
			assert.Equal(t, 2, s.sent)
			assert.Equal(t, 1, renewed)
			assert.False(t, res.Unknown)
			require.EqualError(t, res.Err, CauseExpiredCredentials.String())
			assert.Equal(t, CauseExpiredCredentials, res.Cause)

			res, _ = script(t.Context(), k, answerOf{cause: CauseExpiredCredentials}, answerOf{cause: CauseSuccess})
			assert.True(t, res.Done, "without Renew")

			cfg := testConfig(s)
			cfg.MaxAttempts = 1
			res = New(cfg).Do(t.Context(), call)
			assert.Equal(t, 1, res.Attempts)
			assert.Equal(t, 1, renewed, "no repeat, so nothing to renew for")
		})
	}
}

// The clock is corrected only by a Date in years that a service can live in.
func TestOnlyASaneDateCorrectsTheClock(t *testing.T) {
	t.Parallel()
	for year, want := range map[int]bool{1: false, 1970: false, 2019: false, 2020: true, 2026: true, 2100: true, 2101: false, 9999: false} {
		synctest.Test(t, func(t *testing.T) {
			date := time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC)
			s := &scripted{answers: []answerOf{
				{CauseClockSkew, http.Header{"Date": {date.Format(http.TimeFormat)}}}, {cause: CauseSuccess},
			}}
			l := New(testConfig(s))
			res := l.Do(t.Context(), s.call(Once))
			assert.Equal(t, want, res.Done, year)
			assert.Equal(t, want, l.Now().Year() == year, year)
		})
	}
}
