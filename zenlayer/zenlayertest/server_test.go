package zenlayertest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest/fault"
	"github.com/eipkit/eip-go/zenlayer"
	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
)

type vector struct {
	Name, ID, Password, Host, ContentType, Body, Action, Version, Authorization string
	Time                                                                        int64
}

// send makes a request as it is, and gives status and decoded body.
func send(t *testing.T, srv *zenlayertest.Server, change func(*http.Request), body string) (int, map[string]any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL()+"/api/v2/bmc", strings.NewReader(body))
	require.NoError(t, err)
	change(req)
	resp, err := srv.HTTPClient().Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	var out map[string]any
	if json.Unmarshal(raw, &out) != nil {
		out = map[string]any{"text": string(raw)}
	}
	return resp.StatusCode, out
}

// TestForeignSignatures sends what the vendor's own SDK made, and the example
// of its documentation, through the fake's own check.
func TestForeignSignatures(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../testdata/signatures.json")
	require.NoError(t, err)
	var vectors []vector
	require.NoError(t, json.Unmarshal(raw, &vectors))
	require.NotEmpty(t, vectors)
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			srv := zenlayertest.NewServer(t, zenlayertest.WithCredentials(v.ID, v.Password),
				zenlayertest.WithClock(func() time.Time { return time.Unix(v.Time, 0) }))
			head := func(r *http.Request) {
				r.Host = v.Host
				for name, value := range map[string]string{
					"Content-Type": v.ContentType, "X-ZC-Action": v.Action, "X-ZC-Version": v.Version, "Authorization": v.Authorization,
					"X-ZC-Timestamp": strconv.FormatInt(v.Time, 10), "X-ZC-Signature-Method": "ZC2-HMAC-SHA256",
				} {
					r.Header.Set(name, value)
				}
			}
			_, body := send(t, srv, head, v.Body)
			code, _ := body["code"].(string)
			assert.NotContains(t, code, "AUTHFAILURE", body)
			for name, change := range map[string]func(*http.Request){
				"AUTHFAILURE_SIGNATURE_FAILURE":     func(r *http.Request) { r.Host = "elsewhere" },
				"AUTHFAILURE_INVALID_AUTHORIZATION": func(r *http.Request) { r.Header.Del("Authorization") },
				"INVALID_PARAMETER_VALUE":           func(r *http.Request) { r.Header.Set("X-ZC-Version", "2020-01-01") },
			} {
				_, body := send(t, srv, func(r *http.Request) { head(r); change(r) }, v.Body)
				assert.Equal(t, name, body["code"])
			}
			_, body = send(t, srv, head, v.Body+" ")
			assert.Equal(t, "AUTHFAILURE_SIGNATURE_FAILURE", body["code"])
			srv.ShiftClock(301 * time.Second)
			_, body = send(t, srv, head, v.Body)
			assert.Equal(t, "AUTHFAILURE_SIGNATURE_EXPIRED", body["code"])
		})
	}
}

func TestAuthorization(t *testing.T) {
	t.Parallel()
	srv := zenlayertest.NewServer(t, zenlayertest.WithBearerToken("good"))
	for token, want := range map[string]error{"good": nil, "bad": eip.ErrCredentials} {
		c, err := zenlayer.NewClient(zenlayer.WithEndpoint(srv.URL()), zenlayer.WithHTTPClient(srv.HTTPClient()), zenlayer.WithBearerToken(token))
		require.NoError(t, err)
		_, err = c.DescribeEipAddresses(t.Context(), nil)
		require.ErrorIs(t, err, want)
	}
	for id, want := range map[string]zenlayer.Code{
		"testid": zenlayer.CodeAuthfailureSignatureFailure, "other": zenlayer.CodeAuthfailureInvalidAuthorization,
	} {
		c := srv.Client(t, zenlayer.WithCredentials(eip.StaticCredentials(id, "wrong")))
		_, err := c.DescribeEipAddresses(t.Context(), nil)
		require.ErrorIs(t, err, want)
		require.ErrorIs(t, err, eip.ErrCredentials)
	}
	status, body := send(t, srv, func(r *http.Request) { r.Method, r.URL.Path = http.MethodGet, "/" }, "")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, body["text"], "fake")
	status, _ = send(t, srv, func(r *http.Request) { r.URL.Path = "/api/v2/vm"; r.Header.Set("X-ZC-Action", "A") }, "{}")
	assert.Equal(t, http.StatusNotFound, status)
}

// TestClockHeals: the client learns the service's time within the window of
// five minutes, also in the middle of a purchase.
func TestClockHeals(t *testing.T) {
	t.Parallel()
	for _, off := range []time.Duration{-time.Hour, -301 * time.Second, 6 * time.Minute} {
		srv := zenlayertest.NewServer(t)
		srv.ShiftClock(off)
		c := srv.Client(t)
		res, err := c.AllocateEipAddresses(t.Context(), &zenlayer.AllocateEipAddressesRequest{ZoneID: "SEL-A", EipChargeType: "POSTPAID"})
		require.NoError(t, err, off)
		assert.Equal(t, 2, res.Attempts)
		again, err := c.DescribeEipAddresses(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, 1, again.Attempts, "it is kept")
		assert.Len(t, srv.AddressesEverMade(), 1)
	}
	srv := zenlayertest.NewServer(t)
	srv.ShiftClock(4 * time.Minute)
	_, err := srv.Client(t).DescribeEipAddresses(t.Context(), nil)
	require.NoError(t, err, "within the window")
}

// TestRefusals has each refusal that the state of the service can produce.
func TestRefusals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := zenlayertest.NewServer(t, zenlayertest.WithPipe(), zenlayertest.WithTransition(time.Second), zenlayertest.WithResourceGroups("rg-1"))
		c := srv.Client(t, zenlayer.WithoutValidation())
		ctx := t.Context()
		made := srv.Make("SEL-A", "POSTPAID", 8, nil)
		free, bound, binned, gone := made[0], made[1:4], made[4], "eip-nobody"
		sub := srv.Make("SEL-A", "PREPAID", 1, nil)[0]
		time.Sleep(time.Minute)
		bind := func(id, instance string) error {
			_, err := c.AssociateEipAddress(ctx, &zenlayer.AssociateEipAddressRequest{EipID: id, InstanceID: instance})
			return err
		}
		require.NoError(t, bind(bound[0], "instance-sel-2"))
		require.NoError(t, bind(bound[1], "instance-sel-2"))
		require.NoError(t, c.TerminateMany(ctx, []string{binned}))
		time.Sleep(time.Minute)
		young := srv.Make("SEL-A", "POSTPAID", 1, nil)[0]
		do := func(action string, params map[string]any) error {
			_, err := c.Do(ctx, zenlayer.RawRequest{Action: action, Params: params}, nil)
			return err
		}
		buy := func(with map[string]any) error {
			p := map[string]any{"zoneId": "SEL-A", "eipChargeType": "POSTPAID"}
			for k, v := range with {
				p[k] = v
			}
			return do("AllocateEipAddresses", p)
		}
		type o = map[string]any
		long := make([]string, 101)
		for _, tt := range []struct {
			want zenlayer.Code
			err  error
		}{
			{"MISSING_PARAMETER", do("AllocateEipAddresses", nil)},
			{"MISSING_PARAMETER", buy(o{"eipChargeType": ""})},
			{"MISSING_PARAMETER", buy(o{"eipChargeType": "PREPAID"})},
			{"INVALID_PARAMETER_VALUE", buy(o{"eipChargeType": "FREE"})},
			{"INVALID_PARAMETER_TYPE", buy(o{"zoneId": 7})},
			{"INVALID_PARAMETER_TYPE", buy(o{"amount": "many"})},
			{"INVALID_PARAMETER_LESS_MINIMUM", buy(o{"amount": 0})},
			{"INVALID_PARAMETER_EXCEED_MAXIMUM", buy(o{"amount": 101})},
			{"INVALID_PARAMETER_LESS_MINIMUM", buy(o{"eipChargeType": "PREPAID", "eipChargePrepaid": o{"period": 0}})},
			{"INVALID_PARAMETER_EXCEED_MAXIMUM", buy(o{"eipChargeType": "PREPAID", "eipChargePrepaid": o{"period": 37}})},
			{"INVALID_PARAMETER_TYPE", buy(o{"tags": []int{1}})},
			{"INVALID_PARAMETER_EXCEED_LENGTH", buy(o{"tags": o{"tags": []o{{"key": "", "value": "v"}}}})},
			{"INVALID_PARAMETER_VALUE", buy(o{"tags": o{"tags": []o{{"key": "k", "value": "v"}, {"key": "k", "value": "w"}}}})},
			{"INVALID_ZONE_NOT_FOUND", buy(o{"zoneId": "NOWHERE"})},
			{"INVALID_EIP_TYPE_ZONE_NO_SELL", buy(o{"zoneId": "FRA-A"})},
			{"INVALID_EIP_TYPE_ZONE_NO_SELL", buy(o{"zoneId": "SIN-A", "amount": 9})},
			{"INVALID_EIP_TYPE_ZONE_NO_SELL", buy(o{"netmask": 29})},
			{"OPERATION_FAILED_RESOURCE_GROUP_NOT_FOUND", buy(o{"resourceGroupId": "rg-2"})},
			{"INVALID_ZONE_NOT_FOUND", do("DescribeEipAvailableResources", o{"eipChargeType": "POSTPAID", "zoneId": "NOWHERE"})},
			{"MISSING_PARAMETER", do("DescribeEipAvailableResources", nil)},
			{"INVALID_ZONE_NOT_FOUND", do("InquiryPriceCreateEipAddress", o{"eipChargeType": "POSTPAID", "zoneId": "NOWHERE"})},
			{"INVALID_EIP_TYPE_ZONE_NO_SELL", do("InquiryPriceCreateEipAddress", o{"eipChargeType": "POSTPAID", "zoneId": "FRA-A"})},
			{"INVALID_PARAMETER_EXCEED_LENGTH", do("DescribeEipAddresses", o{"eipIds": long})},
			{"INVALID_PARAMETER_EXCEED_MAXIMUM", do("DescribeEipAddresses", o{"pageSize": 1001})},
			{"INVALID_PARAMETER_LESS_MINIMUM", do("DescribeEipAddresses", o{"pageNum": 0})},
			{"INVALID_ESXI_NOT_SUPPORT", do("DescribeInstanceAvailableEipResources", o{"instanceId": "instance-sel-esxi"})},
			{"INVALID_EIP_NOT_FOUND", bind(gone, "instance-sel-1")},
			{"INVALID_INSTANCE_NOT_FOUND", bind(free, "nobody")},
			{"OPERATION_DENIED_INSTANCE_RECYCLED", bind(free, "instance-sel-recycled")},
			{"OPERATION_DENIED_INSTANCE_NOT_RUNNING", bind(free, "instance-sel-stopped")},
			{"OPERATION_DENIED_EIP_ESXI_INSTANCE_ASSIGN", bind(free, "instance-sel-esxi")},
			{"OPERATION_DENIED_EIP_ZONE_NOT_SAME", bind(free, "instance-hkg-1")},
			{"OPERATION_DENIED_EIP_INSTANCE_EXCEED_LIMIT", bind(free, "instance-sel-2")},
			{"OPERATION_DENIED_EIP_STATUS_NOT_AVAILABLE", bind(young, "instance-sel-1")},
			{"OPERATION_DENIED_EIP_STATUS_NOT_AVAILABLE", bind(bound[0], "instance-sel-1")},
			{"FAILED_OPERATION_FOR_RECYCLE_RESOURCE", bind(binned, "instance-sel-1")},
			{"FAILED_OPERATION_FOR_RECYCLE_RESOURCE", do("UnAssociateEipAddress", o{"eipId": binned})},
			{"OPERATION_DENIED_EIP_STATUS_NOT_SUPPORT", do("UnAssociateEipAddress", o{"eipId": young})},
			{"INVALID_EIP_NOT_FOUND", do("UnAssociateEipAddress", o{"eipId": gone})},
			{"INVALID_EIP_NOT_FOUND", do("TerminateEipAddress", o{"eipId": gone})},
			{"OPERATION_DENIED_EIP_SUBSCRIPTION", do("TerminateEipAddress", o{"eipId": sub})},
			{"OPERATION_DENIED_EIP_RECYCLED", do("TerminateEipAddress", o{"eipId": binned})},
			{"OPERATION_DENIED_EIP_STATUS_NOT_SUPPORT", do("TerminateEipAddress", o{"eipId": young})},
			{"OPERATION_DENIED_EIP_NOT_RECYCLED", do("ReleaseEipAddresses", o{"eipIds": []string{binned, free}})},
			{"INVALID_EIP_NOT_FOUND", do("ReleaseEipAddresses", o{"eipIds": []string{gone}})},
			{"INVALID_PARAMETER_LESS_LENGTH", do("ReleaseEipAddresses", o{"eipIds": []string{}})},
			{"MISSING_PARAMETER", do("ReleaseEipAddresses", nil)},
			{"INVALID_EIP_NOT_FOUND", do("RenewEipAddress", o{"eipId": gone})},
			{"OPERATION_FAILED_RESOURCE_GROUP_NOT_FOUND", do("ModifyEipAddressesResourceGroup", o{"eipIds": []string{free}, "resourceGroupId": "rg-2"})},
			{"OPERATION_FAILED_RESOURCE_NOT_FOUND", do("ModifyEipAddressesResourceGroup", o{"eipIds": []string{gone}, "resourceGroupId": "rg-1"})},
			{"INVALID_PARAMETER_VALUE", do("NoSuchAction", nil)},
		} {
			assert.ErrorIs(t, tt.err, tt.want)
		}
		require.NoError(t, do("UnAssociateEipAddress", o{"eipId": free}), "free already")
		require.NoError(t, buy(o{"zoneId": "SIN-A", "amount": 8, "newer": true}))
		require.ErrorIs(t, buy(o{"zoneId": "SIN-A"}), eip.ErrCapacity)
		srv.SetBalance(0)
		// Nobody knows the code for that; see "What is a guess".
		require.ErrorContains(t, buy(nil), "unknown code OPERATION_DENIED_INSUFFICIENT_BALANCE")
	})
}

// TestMoney: a subscription is paid at once, and paid back if its creation
// failed; a failed allocation costs nothing.
func TestMoney(t *testing.T) {
	t.Parallel()
	srv := zenlayertest.NewServer(t, zenlayertest.WithBalance(100), zenlayertest.WithPrices(2, 0.5), zenlayertest.WithTransition(0))
	c := srv.Client(t)
	buy := func(n, period int) (*zenlayer.AllocateEipAddressesResponse, error) {
		return c.AllocateEipAddresses(t.Context(), &zenlayer.AllocateEipAddressesRequest{ZoneID: "SEL-A", Amount: n,
			EipChargeType: zenlayer.ChargeTypePrepaid, EipChargePrepaid: &zenlayer.ChargePrepaid{Period: period}})
	}
	res, err := buy(2, 6)
	require.NoError(t, err)
	assert.NotEmpty(t, res.OrderNumber)
	assert.InDelta(t, 76, srv.Balance(), 1e-9)
	_, err = buy(10, 6)
	require.ErrorContains(t, err, "unknown code OPERATION_DENIED_INSUFFICIENT_BALANCE")
	assert.InDelta(t, 76, srv.Balance(), 1e-9)
	_, err = c.RenewEipAddress(t.Context(), &zenlayer.RenewEipAddressRequest{EipID: res.EipIDSet[0]})
	require.NoError(t, err)
	assert.InDelta(t, 64, srv.Balance(), 1e-9)
	a, _ := srv.Address(res.EipIDSet[0])
	assert.Equal(t, 1, a.Renewals)
	assert.Equal(t, a.CreatedAt.AddDate(0, 12, 0), a.ExpiresAt)
	srv.FailCreation(1)
	res, err = buy(1, 6)
	require.NoError(t, err)
	_, err = c.TerminateEipAddress(t.Context(), &zenlayer.TerminateEipAddressRequest{EipID: res.EipIDSet[0]})
	require.NoError(t, err)
	assert.InDelta(t, 64, srv.Balance(), 1e-9)
	assert.Len(t, srv.Alive(), 2)
	assert.Len(t, srv.Addresses(), 3)
}

// TestRecord: the fake tells which attempt made which address, and what was
// spoilt.
func TestRecord(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	srv := zenlayertest.NewServer(t, zenlayertest.WithLog(&log))
	c := srv.Client(t)
	srv.Fail("AllocateEipAddresses", fault.CutAfter(), fault.CutBefore(), zenlayertest.Throttle200())
	for range 3 {
		_, err := c.AllocateEipAddresses(t.Context(), &zenlayer.AllocateEipAddressesRequest{ZoneID: "SEL-A", EipChargeType: "POSTPAID", Amount: 2})
		_ = err // the first two end in the dark, which is not what this is about
	}
	made := srv.AddressesEverMade()
	require.Len(t, made, 4)
	calls := srv.CallsOf("AllocateEipAddresses")
	require.Len(t, calls, 4)
	assert.Equal(t, []int{1, 1, 4, 4}, []int{made[0].Call, made[1].Call, made[2].Call, made[3].Call})
	assert.True(t, calls[0].Ran)
	assert.Equal(t, "cut-after", calls[0].Fault)
	assert.False(t, calls[1].Ran)
	assert.Equal(t, map[string]string{"zoneId": "SEL-A", "eipChargeType": "POSTPAID", "amount": "2"}, calls[3].Params)
	counts := srv.Counts()
	assert.Equal(t, map[string]int{"cut-after": 1, "cut-before": 1, "refuse": 1}, counts.Faults)
	assert.Equal(t, map[string]int{"cut-after": 1}, counts.Ran)
	assert.NotContains(t, log.String(), "testsecret")
	assert.Contains(t, fault.Kinds(), fault.Hang().Kind())
}

// TestShapes: the client understands each way in which the fake can write an
// error.
func TestShapes(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]zenlayertest.Option{
		"bare":      nil,
		"enveloped": {zenlayertest.WithEnvelopedErrors()},
		"200":       {zenlayertest.WithStatus200()},
		"dotted":    {zenlayertest.WithDottedCodes()},
		"all":       {zenlayertest.WithEnvelopedErrors(), zenlayertest.WithStatus200(), zenlayertest.WithDottedCodes()},
	} {
		srv := zenlayertest.NewServer(t, opts...)
		_, err := srv.Client(t).TerminateEipAddress(t.Context(), &zenlayer.TerminateEipAddressRequest{EipID: "nobody"})
		require.ErrorIs(t, err, zenlayer.CodeInvalidEipNotFound, name)
		require.ErrorIs(t, err, eip.ErrNotFound, name)
	}
}

func TestOldVersionHasLessInAPrice(t *testing.T) {
	t.Parallel()
	srv := zenlayertest.NewServer(t)
	for version, want := range map[string]string{zenlayer.APIVersion: "STANDARD", zenlayer.APIVersion20221120: ""} {
		res, err := srv.Client(t, zenlayer.WithAPIVersion(version)).InquiryPriceCreateEipAddress(t.Context(),
			&zenlayer.InquiryPriceCreateEipAddressRequest{ZoneID: "SEL-A", EipChargeType: "PREPAID", EipChargePrepaid: &zenlayer.ChargePrepaid{Period: 2}, Amount: 3})
		require.NoError(t, err)
		assert.Equal(t, want, res.EipPrice.Category)
		assert.Equal(t, json.Number("18"), res.EipPrice.OriginalPrice)
	}
}

func TestBadOptions(t *testing.T) {
	t.Parallel()
	for _, opt := range []zenlayertest.Option{
		zenlayertest.WithCredentials("", "x"), zenlayertest.WithBearerToken(""), zenlayertest.WithZones(zenlayertest.Zone{}),
		zenlayertest.WithInstances(zenlayertest.Instance{ID: "i"}), zenlayertest.WithTransition(-1), zenlayertest.WithRecycleTime(-1),
		zenlayertest.WithVisibilityDelay(-1), zenlayertest.WithLatency(-1), zenlayertest.WithChance(fault.CutAfter(), 2),
		zenlayertest.WithListen("nowhere:port"),
	} {
		_, err := zenlayertest.New(opt)
		assert.Error(t, err)
	}
	assert.Panics(t, func() {
		srv := zenlayertest.NewServer(t)
		srv.Fail("", fault.ServerError(200))
	})
}

func FuzzRequests(f *testing.F) {
	srv, err := zenlayertest.New(zenlayertest.WithPipe(), zenlayertest.WithBearerToken("t"),
		zenlayertest.WithZones(zenlayertest.Zone{ID: "SEL-A", Stock: 500}))
	require.NoError(f, err)
	f.Cleanup(srv.Close)
	f.Add("AllocateEipAddresses", `{"zoneId":"SEL-A","eipChargeType":"POSTPAID"}`)
	f.Add("DescribeEipAddresses", `{"eipIds":["a"],"tags":[{"key":"k"}],"pageNum":3}`)
	f.Add("ReleaseEipAddresses", `{"eipIds":null}`)
	f.Add("TerminateEipAddress", `[`)
	f.Fuzz(func(t *testing.T, action, body string) {
		req, err := http.NewRequest(http.MethodPost, srv.URL()+"/api/v2/bmc", strings.NewReader(body))
		require.NoError(t, err)
		req.Header["X-Zc-Action"] = []string{strings.Map(func(r rune) rune {
			if r < ' ' || r > '~' {
				return 'x'
			}
			return r
		}, action)}
		req.Header.Set("X-Zc-Version", "2026-02-01")
		req.Header.Set("Authorization", "Bearer t")
		resp, err := srv.HTTPClient().Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		require.NotEqual(t, http.StatusInternalServerError, resp.StatusCode)
		require.NoError(t, json.NewDecoder(resp.Body).Decode(&map[string]any{}))
	})
}

// TestStockIsGivenBackOnce: addresses that come and go leave the stock as it was.
func TestStockIsGivenBackOnce(t *testing.T) {
	t.Parallel()
	srv := zenlayertest.NewServer(t, zenlayertest.WithZones(zenlayertest.Zone{ID: "Z", Stock: 2}))
	c := srv.Client(t)
	buy := func(n int) error {
		_, err := c.AllocateEipAddresses(t.Context(), &zenlayer.AllocateEipAddressesRequest{
			ZoneID: "Z", EipChargeType: zenlayer.ChargeTypePostpaid, Amount: n})
		return err
	}
	for range 3 {
		made := srv.Make("Z", "POSTPAID", 3, nil)
		require.ErrorIs(t, buy(1), zenlayer.CodeInvalidEipTypeZoneNoSell)
		srv.Drop(made...)
	}
	require.ErrorIs(t, buy(3), zenlayer.CodeInvalidEipTypeZoneNoSell)
	require.NoError(t, buy(2))
	require.ErrorIs(t, buy(1), zenlayer.CodeInvalidEipTypeZoneNoSell)
}
