package transport

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDefaults(t *testing.T) {
	t.Parallel()
	s := Defaults()
	assert.Equal(t, 8, s.MaxAttempts)
	assert.Equal(t, 200*time.Millisecond, s.BackoffMin)
	assert.Equal(t, 20*time.Second, s.BackoffMax)
	assert.Equal(t, 15*time.Second, s.AttemptTimeout)
	assert.Equal(t, 70*time.Second, s.Patience)
	assert.EqualValues(t, 10<<20, s.MaxBody)
	assert.Nil(t, s.Logger)
	assert.Nil(t, s.Observe)
	assert.False(t, s.NoValidation)
}

// Each setter takes what can be, and refuses the rest with the option's name, the
// value and the rule. A setting that was refused is as before.
func TestSetters(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		set  func(s *Settings) error
		says string // "": it is set
	}{
		{func(s *Settings) error { return s.SetHTTPClient(&http.Client{}) }, ""},
		{func(s *Settings) error { return s.SetHTTPClient(nil) }, "WithHTTPClient: the client is nil"},
		{func(s *Settings) error { return s.SetMaxAttempts(1) }, ""},
		{func(s *Settings) error { return s.SetMaxAttempts(0) }, "WithMaxAttempts: 0 is less than 1"},
		{func(s *Settings) error { return s.SetBackoff(time.Second, time.Second) }, ""},
		{func(s *Settings) error { return s.SetBackoff(0, time.Second) }, "WithBackoff: 0s to 1s is not a range"},
		{func(s *Settings) error { return s.SetBackoff(2, 1) }, "WithBackoff: 2ns to 1ns is not a range"},
		{func(s *Settings) error { return s.SetAttemptTimeout(1) }, ""},
		{func(s *Settings) error { return s.SetAttemptTimeout(0) }, "WithAttemptTimeout: 0s is not positive"},
		{func(s *Settings) error { return s.SetPatience(0) }, ""},
		{func(s *Settings) error { return s.SetPatience(-1) }, "WithThrottlePatience: -1ns is negative"},
		{func(s *Settings) error { return s.SetMaxBody(1) }, ""},
		{func(s *Settings) error { return s.SetMaxBody(0) }, "WithMaxResponseBytes: 0 is less than 1"},
		{func(s *Settings) error { return s.SetProduct("my-operator/1.4") }, ""},
		{func(s *Settings) error { return s.SetProduct(" ") }, `WithUserAgent: " " is not printable`},
		{func(s *Settings) error { return s.SetProduct("a\nb") }, `WithUserAgent: "a\nb" is not printable`},
		{func(s *Settings) error { return s.SetLogger(slog.Default()) }, ""},
		{func(s *Settings) error { return s.SetLogger(nil) }, "WithLogger: the logger is nil"},
		{func(s *Settings) error { return s.SetObserver(func(context.Context, *Attempt) {}) }, ""},
		{func(s *Settings) error { return s.SetObserver(nil) }, "WithAttemptHook: the function is nil"},
	} {
		s := Defaults()
		err := tc.set(&s)
		if tc.says == "" {
			require.NoError(t, err)
			assert.NotEqual(t, Defaults(), s)
			continue
		}
		require.ErrorContains(t, err, tc.says)
		assert.Equal(t, Defaults(), s)
	}
}

func TestUserAgent(t *testing.T) {
	t.Parallel()
	s := Defaults()
	assert.Regexp(t, `^eip-go/1\.2\.3 \(go\S+; \w+/\w+\)$`, s.UserAgent("1.2.3"))
	require.NoError(t, s.SetProduct("my-operator/1.4"))
	assert.Regexp(t, `^my-operator/1\.4 eip-go/1\.2\.3 \(`, s.UserAgent("1.2.3"))
}

// A client of the user's gives transport, jar and the smaller time-out, and is
// not changed.
func TestSettingsLoop(t *testing.T) {
	t.Parallel()
	s := Defaults()
	s.TimedOut = timedOut
	l, own := s.Loop()
	require.NotNil(t, own)
	assert.Same(t, own, l.cfg.Transport)
	assert.Equal(t, 15*time.Second, l.cfg.AttemptTimeout)
	assert.Equal(t, timedOut(15*time.Second), l.timedOut)
	_, other := s.Loop()
	assert.NotSame(t, own, other)

	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	rt := new(http.Transport)
	for timeout, want := range map[time.Duration]time.Duration{0: 15 * time.Second, time.Second: time.Second, time.Hour: 15 * time.Second} {
		hc := &http.Client{Transport: rt, Jar: jar, Timeout: timeout}
		require.NoError(t, s.SetHTTPClient(hc))
		assert.NotSame(t, hc, s.Client)
		l, own = s.Loop()
		assert.Nil(t, own)
		assert.Same(t, rt, l.cfg.Transport)
		assert.Equal(t, jar, l.cfg.Jar)
		assert.Equal(t, want, l.cfg.AttemptTimeout)
		assert.Equal(t, timeout, hc.Timeout)
	}
	require.NoError(t, s.SetHTTPClient(&http.Client{}))
	_, own = s.Loop()
	assert.NotNil(t, own, "a client without a transport gets the library's")
}
