package eip_test

import (
	"context"
	"crypto/fips140"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// recorder keeps the requests that a client sends.
type recorder struct {
	base http.RoundTripper
	mu   sync.Mutex
	seen []*http.Request
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	r.mu.Lock()
	r.seen = append(r.seen, req)
	r.mu.Unlock()
	return r.base.RoundTrip(req)
}

var placements = map[string]eip.Placement{"form": eip.PlacementForm, "query": eip.PlacementQuery, "GET": eip.PlacementGET}

// Both signatures are what the service accepts, in every placement, with and
// without a security token, and at an endpoint with a path.
func TestSignaturesAreAccepted(t *testing.T) {
	t.Parallel()
	for _, signature := range []eip.Signature{eip.SignatureV1, eip.SignatureV3} {
		for name, placement := range placements {
			for _, token := range []string{"", "CAIS8wF1q6Ft5B2yfSjIr5fFAP+/=="} {
				for _, path := range []string{"", "/a b/%2Fc"} {
					t.Run(strings.Join([]string{[]string{"V1", "V3"}[signature], name, token, path}, "/"), func(t *testing.T) {
						t.Parallel()
						srv := eiptest.NewServer(t, eiptest.WithSecurityToken("testid", "testsecret", token, time.Time{}))
						sent := &recorder{base: srv.Transport()}
						c := srv.Client(t, eip.WithSignature(signature), eip.WithPlacement(placement), eip.WithEndpoint(srv.URL()+path),
							eip.WithHTTPClient(&http.Client{Transport: sent}), eip.WithCredentials(eip.StaticSecurityToken("testid", "testsecret", token)))
						made, err := c.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{
							Bandwidth: 5, Description: "a b*c~+/ü名", Tags: eip.Tags{"k": ""},
						})
						require.NoError(t, err)
						addresses := srv.AddressesEverMade()
						require.Len(t, addresses, 1)
						assert.Equal(t, made.AllocationID, addresses[0].AllocationID)
						assert.Equal(t, "a b*c~+/ü名", addresses[0].Description)
						regions, err := c.DescribeRegions(t.Context(), nil) // which has no parameters
						require.NoError(t, err)
						assert.NotEmpty(t, regions.Regions)
						assert.Equal(t, signature == eip.SignatureV3, sent.seen[0].Header.Get("Authorization") != "")
						assert.Equal(t, signature == eip.SignatureV3 && token != "", sent.seen[0].Header.Get("X-Acs-Security-Token") != "")
					})
				}
			}
		}
	}
}

// Over TLS and HTTP/2 the host is the one that is signed, too.
func TestSignatureV3OverHTTP2(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithPipe())
	front := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, 2, r.ProtoMajor)
		srv.ServeHTTP(w, r)
	}))
	front.EnableHTTP2 = true
	front.StartTLS()
	t.Cleanup(front.Close)
	for name, placement := range placements {
		c := srv.Client(t, eip.WithSignature(eip.SignatureV3), eip.WithPlacement(placement), eip.WithEndpoint(front.URL), eip.WithHTTPClient(front.Client()))
		_, err := c.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{Name: name})
		require.NoError(t, err, name)
		_, err = c.DescribeRegions(t.Context(), nil)
		require.NoError(t, err, name)
	}
	assert.Len(t, srv.AddressesEverMade(), 3)
}

// What a request with signature V3 looks like: the common parameters are headers
// and no parameters, and every attempt is signed anew.
func TestSignatureV3OnTheWire(t *testing.T) {
	t.Parallel()
	for name, placement := range placements {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := eiptest.NewServer(t, eiptest.WithPipe())
				sent := &recorder{base: srv.Transport()}
				c := srv.Client(t, eip.WithSignature(eip.SignatureV3), eip.WithPlacement(placement), eip.WithHTTPClient(&http.Client{Transport: sent}))
				srv.Fail("AllocateEipAddress", fault.CutBefore(), fault.CutAfter(), fault.Throttle())
				made, err := c.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{Bandwidth: 5})
				require.NoError(t, err)
				require.Equal(t, 4, made.Attempts)
				require.Len(t, srv.AddressesEverMade(), 1)
				require.Len(t, sent.seen, 4)
				fresh := map[string]bool{}
				for _, req := range sent.seen {
					assert.Equal(t, map[string]string{"form": "POST", "query": "POST", "GET": "GET"}[name], req.Method)
					var names []string
					for header := range req.Header {
						names = append(names, header)
					}
					slices.Sort(names)
					want := []string{
						"Accept", "Authorization", "Content-Type", "User-Agent", "X-Acs-Action", "X-Acs-Content-Sha256", "X-Acs-Date",
						"X-Acs-Signature-Nonce", "X-Acs-Version",
					}
					if placement != eip.PlacementForm {
						want = slices.Delete(want, 2, 3)
					}
					assert.Equal(t, want, names)
					assert.Equal(t, "application/json", req.Header.Get("Accept"))
					assert.Equal(t, "AllocateEipAddress", req.Header.Get("X-Acs-Action"))
					assert.Equal(t, eip.APIVersion, req.Header.Get("X-Acs-Version"))
					_, err := time.Parse("2006-01-02T15:04:05Z", req.Header.Get("X-Acs-Date"))
					assert.NoError(t, err)
					for _, header := range []string{"X-Acs-Signature-Nonce", "Authorization"} {
						assert.False(t, fresh[req.Header.Get(header)], "%s is the same twice", header)
						fresh[req.Header.Get(header)] = true
					}
					if placement == eip.PlacementForm {
						assert.Empty(t, req.URL.RawQuery)
					} else {
						assert.Equal(t, []string{"Bandwidth", "ClientToken", "RegionId"}, slices.Sorted(maps.Keys(req.URL.Query())))
					}
				}
				assert.Len(t, fresh, 8)
				for _, call := range srv.Calls() {
					assert.Equal(t, map[string]string{"Bandwidth": "5", "RegionId": "cn-hangzhou"}, call.Params)
					assert.Equal(t, made.ClientToken, call.Token)
				}
			})
		})
	}
}

// The service names a wrong clock with the same codes for both signatures, and
// both heal.
func TestClockSkewHealsWithBothSignatures(t *testing.T) {
	t.Parallel()
	for _, signature := range []eip.Signature{eip.SignatureV1, eip.SignatureV3} {
		for _, shift := range []time.Duration{-20 * time.Minute, 3 * time.Hour} {
			onFake(t, nil, func(t *testing.T, srv *eiptest.Server, _ *eip.Client) {
				time.Sleep(time.Until(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)))
				srv.ShiftClock(shift)
				c := srv.Client(t, eip.WithSignature(signature))
				made, err := c.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{})
				require.NoError(t, err)
				assert.Equal(t, 2, made.Attempts)
				assert.Equal(t, "InvalidTimeStamp.Expired", srv.Calls()[0].Code)
				next, err := c.DescribeRegions(t.Context(), nil)
				require.NoError(t, err)
				assert.Equal(t, 1, next.Attempts, "the client keeps the correction")
				assert.Len(t, srv.AddressesEverMade(), 1)
			})
		}
	}
}

func TestSignatureV3Refusals(t *testing.T) {
	t.Parallel()
	onFake(t, []eiptest.Option{eiptest.WithSecurityToken("testid", "testsecret", "token-1", time.Time{})},
		func(t *testing.T, srv *eiptest.Server, _ *eip.Client) {
			call := func(key, secret, token string) error {
				c := srv.Client(t, eip.WithSignature(eip.SignatureV3), eip.WithCredentials(eip.StaticSecurityToken(key, secret, token)))
				_, err := c.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{})
				require.Error(t, err)
				assert.False(t, eip.OutcomeUnknown(err), "%v", err)
				return err
			}
			assert.ErrorIs(t, call("testid", "testsecreT", "token-1"), eip.CodeSignatureDoesNotMatch)
			assert.ErrorIs(t, call("testid", "testsecret", "token-2"), eip.CodeInvalidSecurityTokenMismatchWithAccessKey)
			assert.ErrorIs(t, call("nobody", "testsecret", "token-1"), eip.CodeInvalidAccessKeyIdNotFound)
			assert.Empty(t, srv.AddressesEverMade())

			// An action that is no header's value is not sent at all.
			c := srv.Client(t, eip.WithSignature(eip.SignatureV3))
			calls := srv.Counts().Calls
			for _, action := range []string{"Release\r\nHost: x", "a b", "Действие", "a\x00"} {
				_, err := c.Do(t.Context(), eip.RawRequest{Action: action, Kind: eip.KindOnce}, nil)
				require.ErrorContains(t, err, "SignatureV3")
				assert.False(t, eip.OutcomeUnknown(err), "%v", err)
			}
			assert.Equal(t, calls, srv.Counts().Calls)
		})
}

func TestWithSignatureBadInput(t *testing.T) {
	t.Parallel()
	_, err := eip.NewClient("cn-hangzhou", eip.WithSignature(7))
	require.ErrorContains(t, err, "WithSignature: 7")
	_, err = eip.NewClient("cn-hangzhou", eip.WithSignature(eip.SignatureV3), eip.WithEndpoint("https://пример.invalid"))
	require.ErrorContains(t, err, "xn--")
	_, err = eip.NewClient("cn-hangzhou", eip.WithEndpoint("https://пример.invalid"))
	require.NoError(t, err)
}

// Under GODEBUG=fips140=only the standard library panics at SHA-1, and at short
// keys. The test runs itself once more in that mode.
func TestSignaturesInFIPSOnlyMode(t *testing.T) {
	t.Parallel()
	if !fips140.Enforced() {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSignaturesInFIPSOnlyMode$", "-test.v")
		cmd.Env = append(os.Environ(), "GODEBUG=fips140=only")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Contains(t, string(out), "in FIPS 140-only mode, an address was allocated")
		return
	}
	srv := eiptest.NewServer(t, eiptest.WithCredentials("testid", "a-secret-of-30-bytes--as-usual"))
	for _, opts := range [][]eip.Option{nil, {eip.WithSignature(eip.SignatureV1)}, srv.ClientOptions()} {
		_, err := eip.NewClient("cn-hangzhou", opts...)
		require.ErrorContains(t, err, "HMAC-SHA1")
		require.ErrorContains(t, err, "WithSignature(SignatureV3)")
	}
	for name, placement := range placements {
		c := srv.Client(t, eip.WithSignature(eip.SignatureV3), eip.WithPlacement(placement))
		_, err := c.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{Name: name})
		require.NoError(t, err)
	}
	require.Len(t, srv.AddressesEverMade(), len(placements))
	t.Log("in FIPS 140-only mode, an address was allocated")

	short := srv.Client(t, eip.WithSignature(eip.SignatureV3), eip.WithCredentials(eip.StaticCredentials("testid", "CANARY-short")))
	_, err := short.AllocateEipAddress(context.Background(), &eip.AllocateEipAddressRequest{})
	require.ErrorContains(t, err, "fewer than 14 bytes")
	require.NotContains(t, err.Error(), "CANARY")
	require.False(t, eip.OutcomeUnknown(err))

	// The fake answers either signature, whatever the keys.
	weak := eiptest.NewServer(t)
	resp, err := weak.HTTPClient().Post(weak.URL(), "application/x-www-form-urlencoded", strings.NewReader(
		"Action=DescribeRegions&Version=2016-04-28&AccessKeyId=testid&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&SignatureNonce=1"+
			"&Timestamp="+time.Now().UTC().Format("2006-01-02T15:04:05Z")+"&Signature=x"))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusBadRequest, resp.StatusCode)
}
