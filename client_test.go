package eip_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

// Bad options fail in NewClient, before anything is sent, and say what to
// change.
func TestNewClientBadInput(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 64)
	cases := []struct {
		name   string
		region string
		opts   []eip.Option
		want   []string
	}{
		{"no region", "", nil, []string{"RegionID", "empty"}},
		{"a region with a path", "evil.com/", nil, []string{"evil.com/", "region"}},
		{"a region with a dot", "cn.hangzhou", nil, []string{"cn.hangzhou"}},
		{"a region with a port", "cn-hangzhou:80", nil, []string{"cn-hangzhou:80"}},
		{"a region in capitals", "CN-HANGZHOU", nil, []string{"CN-HANGZHOU", "lower"}},
		{"a region that is too long", long, nil, []string{"63"}},
		{"endpoint without scheme", "cn-hangzhou", []eip.Option{eip.WithEndpoint("127.0.0.1:8089")}, []string{"WithEndpoint", "scheme", "https://"}},
		{"endpoint with another scheme", "cn-hangzhou", []eip.Option{eip.WithEndpoint("ftp://x")}, []string{"ftp", "http"}},
		{"endpoint without host", "cn-hangzhou", []eip.Option{eip.WithEndpoint("https://")}, []string{"host"}},
		{"endpoint with a query", "cn-hangzhou", []eip.Option{eip.WithEndpoint("https://x/?a=b")}, []string{"query"}},
		{"endpoint with a password", "cn-hangzhou", []eip.Option{eip.WithEndpoint("https://u:CANARY@x/")}, []string{"user"}},
		{"nil http client", "cn-hangzhou", []eip.Option{eip.WithHTTPClient(nil)}, []string{"WithHTTPClient", "nil"}},
		{"nil credentials", "cn-hangzhou", []eip.Option{eip.WithCredentials(nil)}, []string{"WithCredentials", "nil"}},
		{"nil logger", "cn-hangzhou", []eip.Option{eip.WithLogger(nil)}, []string{"WithLogger", "nil"}},
		{"nil hook", "cn-hangzhou", []eip.Option{eip.WithAttemptHook(nil)}, []string{"WithAttemptHook", "nil"}},
		{"placement", "cn-hangzhou", []eip.Option{eip.WithPlacement(9)}, []string{"9", "PlacementForm"}},
		{"no attempts", "cn-hangzhou", []eip.Option{eip.WithMaxAttempts(0)}, []string{"WithMaxAttempts", "0"}},
		{"backoff", "cn-hangzhou", []eip.Option{eip.WithBackoff(time.Second, time.Millisecond)}, []string{"WithBackoff", "1s", "1ms"}},
		{"attempt time-out", "cn-hangzhou", []eip.Option{eip.WithAttemptTimeout(-1)}, []string{"WithAttemptTimeout", "-1ns"}},
		{"patience", "cn-hangzhou", []eip.Option{eip.WithThrottlePatience(-time.Second)}, []string{"WithThrottlePatience", "-1s"}},
		{"response size", "cn-hangzhou", []eip.Option{eip.WithMaxResponseBytes(0)}, []string{"WithMaxResponseBytes", "0"}},
		{"user agent", "cn-hangzhou", []eip.Option{eip.WithUserAgent("a\r\nb")}, []string{"WithUserAgent", `\r\n`}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c, err := eip.NewClient(tc.region, tc.opts...)
			require.Error(t, err)
			assert.Nil(t, c)
			for _, want := range tc.want {
				assert.ErrorContains(t, err, want)
			}
			assert.NotContains(t, err.Error(), "CANARY")
		})
	}
}

// Options are independent of their order, nil ones are skipped.
func TestOptionOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	hc := &http.Client{Timeout: time.Second}
	options := []eip.Option{
		nil, eip.WithInternalEndpoint(), eip.WithEndpoint("http://127.0.0.1:1/x"), eip.WithHTTPClient(hc),
		eip.WithAttemptTimeout(2 * time.Second), eip.WithUserAgent("x/1"),
	}
	a, err := eip.NewClient("cn-hangzhou", options...)
	require.NoError(t, err)
	for i, j := 0, len(options)-1; i < j; i, j = i+1, j-1 {
		options[i], options[j] = options[j], options[i]
	}
	b, err := eip.NewClient("cn-hangzhou", options...)
	require.NoError(t, err)
	assert.Equal(t, a.Endpoint(), b.Endpoint())
	assert.Equal(t, "http://127.0.0.1:1/x", a.Endpoint())

	c, err := eip.NewClient("eu-central-1", eip.WithInternalEndpoint())
	require.NoError(t, err)
	assert.Equal(t, "https://vpc-vpc.eu-central-1.aliyuncs.com/", c.Endpoint())
	c, err = eip.NewClient("xx-new-region-7")
	require.NoError(t, err)
	assert.Equal(t, "https://vpc.xx-new-region-7.aliyuncs.com/", c.Endpoint())
	assert.Equal(t, "xx-new-region-7", c.Region())
}

// Bad requests: a clear error that names what to change, before the network or
// after it as fits, and nothing allocated.
func TestBadRequests(t *testing.T) {
	t.Parallel()
	allocate := func(req *eip.AllocateEipAddressRequest) func(context.Context, *eip.Client) error {
		return func(ctx context.Context, c *eip.Client) error {
			_, err := c.AllocateEipAddress(ctx, req)
			return err
		}
	}
	cases := []struct {
		name  string
		opts  []eip.Option
		call  func(context.Context, *eip.Client) error
		is    error
		want  []string
		calls int // that reach the service
	}{
		{name: "no credentials", is: eip.ErrNoCredentials, want: []string{"not sent"},
			opts: []eip.Option{eip.WithCredentials(eip.StaticCredentials("", ""))}, call: allocate(&eip.AllocateEipAddressRequest{})},
		{name: "half a key", want: []string{"not sent", "access key secret"},
			opts: []eip.Option{eip.WithCredentials(eip.StaticCredentials("testid", ""))}, call: allocate(&eip.AllocateEipAddressRequest{})},
		{name: "wrong secret", is: eip.CodeSignatureDoesNotMatch, want: []string{"SignatureDoesNotMatch", "secret"}, calls: 1,
			opts: []eip.Option{eip.WithCredentials(eip.StaticCredentials("testid", "CANARY"))}, call: allocate(&eip.AllocateEipAddressRequest{})},
		{name: "unknown key", is: eip.ErrCredentials, want: []string{"InvalidAccessKeyId.NotFound"}, calls: 1,
			opts: []eip.Option{eip.WithCredentials(eip.StaticCredentials("nobody", "CANARY"))}, call: allocate(&eip.AllocateEipAddressRequest{})},
		{name: "unknown region", is: eip.CodeInvalidRegionIdNotFound, want: []string{"InvalidRegionId.NotFound"}, calls: 1,
			call: allocate(&eip.AllocateEipAddressRequest{RegionID: "mars-1"})},
		{name: "negative bandwidth", is: eip.ErrInvalidParameter, want: []string{"Bandwidth", "-1", "negative"},
			call: allocate(&eip.AllocateEipAddressRequest{Bandwidth: -1})},
		{name: "a token of 65 characters", is: eip.ErrInvalidParameter, want: []string{"ClientToken", "1 to 64"},
			call: allocate(&eip.AllocateEipAddressRequest{ClientToken: strings.Repeat("t", 65)})},
		{name: "a token that is not ASCII", is: eip.ErrInvalidParameter, want: []string{"ClientToken", "ASCII"},
			call: allocate(&eip.AllocateEipAddressRequest{ClientToken: "tokén"})},
		{name: "a field and Extra", want: []string{"Bandwidth", `"5"`, `"7"`, "Extra"},
			call: allocate(&eip.AllocateEipAddressRequest{Bandwidth: 5, Extra: url.Values{"Bandwidth": {"7"}}})},
		{name: "Extra sets what the client sets", want: []string{"AccessKeyId"},
			call: allocate(&eip.AllocateEipAddressRequest{Extra: url.Values{"AccessKeyId": {"x"}}})},
		{name: "Extra with two values", want: []string{"Foo", "2 values"},
			call: allocate(&eip.AllocateEipAddressRequest{Extra: url.Values{"Foo": {"1", "2"}}})},
		{name: "Extra with an empty name", want: []string{"empty name"},
			call: allocate(&eip.AllocateEipAddressRequest{Extra: url.Values{"": {"1"}}})},
		{name: "a bad token in Extra", is: eip.ErrInvalidParameter, want: []string{"ClientToken"},
			call: allocate(&eip.AllocateEipAddressRequest{Extra: url.Values{"ClientToken": {strings.Repeat("t", 65)}}})},
		{name: "request that needs fields", is: eip.ErrInvalidParameter, want: []string{"AllocationID", "InstanceID", "required"},
			call: func(ctx context.Context, c *eip.Client) error {
				_, err := c.AssociateEipAddress(ctx, &eip.AssociateEipAddressRequest{})
				return err
			}},
		{name: "nil context", want: []string{"context is nil"},
			call: func(_ context.Context, c *eip.Client) error {
				var none context.Context
				_, err := c.AllocateEipAddress(none, &eip.AllocateEipAddressRequest{})
				return err
			}},
		{name: "Do without an action", want: []string{"Action"},
			call: func(ctx context.Context, c *eip.Client) error {
				_, err := c.Do(ctx, eip.RawRequest{}, nil)
				return err
			}},
		{name: "Do with an invalid kind", want: []string{"Kind 99"},
			call: func(ctx context.Context, c *eip.Client) error {
				_, err := c.Do(ctx, eip.RawRequest{Action: "X", Kind: 99}, nil)
				return err
			}},
		{name: "Do with a parameter of the envelope", want: []string{"Signature"},
			call: func(ctx context.Context, c *eip.Client) error {
				_, err := c.Do(ctx, eip.RawRequest{Action: "X", Params: url.Values{"Signature": {"x"}}}, nil)
				return err
			}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := eiptest.NewServer(t, eiptest.WithPipe())
				err := tc.call(t.Context(), srv.Client(t, tc.opts...))
				require.Error(t, err)
				if tc.is != nil {
					assert.ErrorIs(t, err, tc.is)
				}
				for _, want := range tc.want {
					assert.ErrorContains(t, err, want)
				}
				assert.NotContains(t, err.Error(), "CANARY")
				assert.False(t, eip.OutcomeUnknown(err))
				assert.Equal(t, tc.calls, srv.Counts().Calls)
				assert.Empty(t, srv.AddressesEverMade())
			})
		})
	}
	t.Run("a nil request is the zero request", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			srv := eiptest.NewServer(t, eiptest.WithPipe())
			res, err := srv.Client(t).AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{})
			require.NoError(t, err)
			assert.Equal(t, 5, srv.AddressesEverMade()[0].Bandwidth, "the documented default")
			assert.NotEmpty(t, res.RequestID)
		})
	})
	t.Run("without validation the service decides", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			srv := eiptest.NewServer(t, eiptest.WithPipe())
			_, err := srv.Client(t, eip.WithoutValidation()).AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{Bandwidth: -1})
			var e *eip.Error
			require.ErrorAs(t, err, &e)
			assert.NotZero(t, srv.Counts().Calls)
		})
	})
}

// Do and Extra: what this library has no types for goes the same way.
func TestDoAndExtra(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe())
		client := srv.Client(t)
		var out struct{ AllocationId, EipAddress string } //nolint:revive // the wire's names
		meta, err := client.Do(t.Context(), eip.RawRequest{
			Action: "AllocateEipAddress", Params: url.Values{"Bandwidth": {"7"}},
		}, &out)
		require.NoError(t, err)
		assert.NotEmpty(t, meta.ClientToken, "the library's table knows the action's kind")
		made := srv.AddressesEverMade()
		require.Len(t, made, 1)
		assert.Equal(t, made[0].AllocationID, out.AllocationId)
		assert.Equal(t, 7, made[0].Bandwidth)

		res, err := client.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{Extra: url.Values{"Bandwidth": {"9"}}})
		require.NoError(t, err)
		a, found := srv.Address(res.AllocationID)
		require.True(t, found)
		assert.Equal(t, 9, a.Bandwidth)

		_, err = client.Do(t.Context(), eip.RawRequest{Action: "NoSuchAction", Kind: eip.KindRead}, nil)
		var e *eip.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "NoSuchAction", e.Action)
	})
}
