package eip

import (
	"crypto/tls"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/wiretest"
)

// Every default, pinned: a change is to be made on purpose.
func TestDefaults(t *testing.T) {
	t.Parallel()
	assert.Equal(t, 8, DefaultMaxAttempts)
	assert.Equal(t, 70*time.Second, DefaultThrottlePatience)
	cfg := defaultConfig()
	assert.Equal(t, 200*time.Millisecond, cfg.BackoffMin)
	assert.Equal(t, 20*time.Second, cfg.BackoffMax)
	assert.Equal(t, 15*time.Second, cfg.AttemptTimeout)
	assert.EqualValues(t, 10<<20, cfg.MaxBody)
	assert.Equal(t, "2016-04-28", APIVersion)
	assert.Regexp(t, `^\d+\.\d+\.\d+$`, Version)

	c, err := NewClient("eu-central-1")
	require.NoError(t, err)
	assert.Equal(t, "https://vpc.eu-central-1.aliyuncs.com/", c.Endpoint())
	assert.Equal(t, PlacementForm, c.placement)
	assert.Equal(t, http.MethodPost, c.placement.method())
	assert.True(t, c.validate)
	assert.Equal(t, EnvironmentCredentials(), c.credentials)

	own := c.own
	require.NotNil(t, own)
	assert.NotSame(t, http.DefaultTransport, own)
	assert.NotNil(t, own.Proxy)
	assert.GreaterOrEqual(t, own.MaxIdleConnsPerHost, 64, "a concurrent caller keeps its connections")
	assert.True(t, own.ForceAttemptHTTP2)
	assert.NotZero(t, own.TLSHandshakeTimeout)
	assert.NotZero(t, own.IdleConnTimeout)
	assert.LessOrEqual(t, own.MaxResponseHeaderBytes, int64(1<<20))
	if cfg := own.TLSClientConfig; cfg != nil {
		assert.False(t, cfg.InsecureSkipVerify)
		assert.GreaterOrEqual(t, cfg.MinVersion, uint16(tls.VersionTLS12))
	}

	other, err := NewClient("eu-central-1", WithHTTPClient(&http.Client{Transport: http.DefaultTransport}))
	require.NoError(t, err)
	assert.Nil(t, other.own, "a caller's transport is the caller's")
	other.CloseIdleConnections()
}

// What every request carries without being asked.
func TestCommonParameters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := wiretest.New(wiretest.Answer(200, allocateJSON))
		c := wireClient(t, srv, WithUserAgent("my-operator/1.4"))
		_, err := c.AllocateEipAddress(t.Context(), &AllocateEipAddressRequest{})
		require.NoError(t, err)
		req := srv.Requests()[0]
		assert.Equal(t, http.MethodPost, req.Method)
		assert.Equal(t, "/", req.URL)
		assert.Equal(t, "application/x-www-form-urlencoded", req.Header.Get("Content-Type"))
		assert.Regexp(t, `^my-operator/1\.4 eip-go/\d+\.\d+\.\d+ \(go\S+; \w+/\w+\)$`, req.Header.Get("User-Agent"))
		assert.Empty(t, req.Header.Get("Idempotency-Key"), "net/http would repeat the request")
		assert.Empty(t, req.Header.Get("Referer"))
		got := map[string]string{}
		for name, values := range req.Params {
			require.Len(t, values, 1, name)
			got[name] = values[0]
		}
		for _, fresh := range []string{"Signature", "SignatureNonce", "ClientToken"} {
			assert.NotEmpty(t, got[fresh])
			delete(got, fresh)
		}
		assert.Equal(t, map[string]string{
			"Action": "AllocateEipAddress", "Version": "2016-04-28", "Format": "JSON", "RegionId": "cn-hangzhou",
			"AccessKeyId": wireKey, "SignatureMethod": "HMAC-SHA1", "SignatureVersion": "1.0",
			"Timestamp": time.Now().UTC().Format(timestampLayout),
		}, got)

		// The region of a request goes before the client's, in the parameter alone.
		_, err = c.AllocateEipAddress(t.Context(), &AllocateEipAddressRequest{RegionID: "cn-beijing"})
		require.NoError(t, err)
		assert.Equal(t, "cn-beijing", srv.Requests()[1].Params.Get("RegionId"))
		_, err = c.DescribeRegions(t.Context(), nil)
		require.Error(t, err) // the answer is not one of regions
		assert.False(t, srv.Requests()[2].Params.Has("RegionId"), "DescribeRegions has none")
		assert.False(t, srv.Requests()[2].Params.Has("ClientToken"))
	})
}
