package zenlayer

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOptions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		says string
		opt  Option
	}{
		{"WithCredentials", WithCredentials(nil)},
		{"WithBearerToken", WithBearerToken("")},
		{"WithBearerToken", WithBearerToken("a b")},
		{"WithBearerTokenFunc", WithBearerTokenFunc(nil)},
		{"WithAPIVersion", WithAPIVersion("latest")},
		{"WithEndpoint", WithEndpoint("")},
		{"WithEndpoint", WithEndpoint("console.zenlayer.com")},
		{"WithEndpoint", WithEndpoint("ftp://host")},
		{"WithEndpoint", WithEndpoint("https://user:CANARY@host")},
		{"WithEndpoint", WithEndpoint("https://host?x=CANARY")},
		{"WithEndpoint", WithEndpoint("https://host:")},
		{"WithEndpoint", WithEndpoint("https://hö.invalid")},
		{"WithEndpoint", WithEndpoint("https://%zz")},
		{"WithHTTPClient", WithHTTPClient(nil)},
		{"WithRequestClient", WithRequestClient("")},
		{"WithRequestClient", WithRequestClient("a\r\nb")},
		{"WithRequestClient", WithRequestClient(strings.Repeat("a", 129))},
		{"WithMaxAttempts", WithMaxAttempts(0)},
		{"WithBackoff", WithBackoff(2, 1)},
		{"WithPollDelay", WithPollDelay(0, 1)},
		{"WithAttemptTimeout", WithAttemptTimeout(0)},
		{"WithThrottlePatience", WithThrottlePatience(-1)},
		{"WithMaxResponseBytes", WithMaxResponseBytes(0)},
		{"WithUserAgent", WithUserAgent("a\nb")},
		{"WithLogger", WithLogger(nil)},
		{"WithAttemptHook", WithAttemptHook(nil)},
	} {
		_, err := NewClient(tt.opt)
		if assert.ErrorContains(t, err, tt.says) {
			assert.NotContains(t, err.Error(), "CANARY")
		}
	}
	_, err := NewClient(WithBearerToken("t"), WithCredentials(EnvironmentCredentials()))
	require.ErrorContains(t, err, "choose one")

	c, err := NewClient(nil)
	require.NoError(t, err)
	assert.Equal(t, "https://console.zenlayer.com/api/v2/bmc", c.Endpoint())
	c.CloseIdleConnections()
	for raw, want := range map[string]string{
		"http://127.0.0.1:8080": "http://127.0.0.1:8080/api/v2/bmc",
		"http://Host/":          "http://host/api/v2/bmc",
		"https://host/gateway":  "https://host/gateway",
	} {
		c, err := NewClient(WithEndpoint(raw), WithHTTPClient(&http.Client{}))
		require.NoError(t, err)
		assert.Equal(t, want, c.Endpoint())
	}
}
