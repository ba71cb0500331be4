package zenlayertest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/zenlayer"
	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
)

// What an allocation makes: the default amount, the states on the way, and the
// order number by charge type.
func TestAllocation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := zenlayertest.NewServer(t, zenlayertest.WithPipe(), zenlayertest.WithTransition(time.Minute))
		c := srv.Client(t, zenlayer.WithoutValidation())
		state := func(id string) string {
			a, _ := srv.Address(id)
			return a.Status
		}
		res, err := c.AllocateEipAddresses(t.Context(), &zenlayer.AllocateEipAddressesRequest{ZoneID: "SEL-A", EipChargeType: "POSTPAID"})
		require.NoError(t, err)
		require.Len(t, res.EipIDSet, 1)
		require.Empty(t, res.OrderNumber)
		require.NotEmpty(t, res.RequestID)
		require.Equal(t, "CREATING", state(res.EipIDSet[0]))
		time.Sleep(time.Minute)
		_, err = c.DescribeEipAddresses(t.Context(), nil)
		require.NoError(t, err)
		require.Equal(t, "AVAILABLE", state(res.EipIDSet[0]))

		srv.FailCreation(1)
		res, err = c.AllocateEipAddresses(t.Context(), &zenlayer.AllocateEipAddressesRequest{ZoneID: "SEL-A", EipChargeType: "PREPAID",
			EipChargePrepaid: &zenlayer.ChargePrepaid{Period: 1}, Amount: 100})
		require.NoError(t, err)
		require.Len(t, res.EipIDSet, 100)
		require.NotEmpty(t, res.OrderNumber)
		time.Sleep(time.Minute)
		require.Equal(t, "CREATE_FAILED", state(res.EipIDSet[0]))
		require.Equal(t, "AVAILABLE", state(res.EipIDSet[99]))
	})
}

// Where an address lands that names no resource group, and that the request fails
// where there is none to land in.
func TestDefaultResourceGroup(t *testing.T) {
	t.Parallel()
	srv := zenlayertest.NewServer(t)
	ask := &zenlayer.AllocateEipAddressesRequest{ZoneID: "SEL-A", EipChargeType: "POSTPAID"}
	_, err := srv.Client(t).AllocateEipAddresses(t.Context(), ask)
	require.NoError(t, err)
	require.Equal(t, zenlayertest.DefaultResourceGroup, srv.Alive()[0].ResourceGroupID)

	srv = zenlayertest.NewServer(t, zenlayertest.WithoutDefaultResourceGroup())
	_, err = srv.Client(t).AllocateEipAddresses(t.Context(), ask)
	require.ErrorIs(t, err, zenlayer.CodeOperationFailedResourceGroupNotFound)
	require.Empty(t, srv.AddressesEverMade())
	ask.ResourceGroupID = "rg-own"
	_, err = srv.Client(t).AllocateEipAddresses(t.Context(), ask)
	require.NoError(t, err)
}

// The balance is looked at for both charge types, and lowered at once for a
// subscription alone.
func TestBalance(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		balance    float64
		chargeType zenlayer.ChargeType
		good       bool
		left       float64
	}{
		{12, "PREPAID", true, 0}, {11.99, "PREPAID", false, 11.99}, {0.01, "POSTPAID", true, 0.01}, {0, "POSTPAID", false, 0},
	} {
		srv := zenlayertest.NewServer(t, zenlayertest.WithBalance(tt.balance), zenlayertest.WithPrices(2, 0.5))
		ask := &zenlayer.AllocateEipAddressesRequest{ZoneID: "SEL-A", EipChargeType: tt.chargeType, Amount: 2}
		if tt.chargeType == "PREPAID" {
			ask.EipChargePrepaid = &zenlayer.ChargePrepaid{Period: 3}
		}
		_, err := srv.Client(t).AllocateEipAddresses(t.Context(), ask)
		if tt.good {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, "OPERATION_DENIED_INSUFFICIENT_BALANCE")
			require.Empty(t, srv.AddressesEverMade())
		}
		require.InDelta(t, tt.left, srv.Balance(), 1e-9)
	}
}

// What the stock of a zone is before an allocation, and that one for more is
// refused.
func TestStockOfAZone(t *testing.T) {
	t.Parallel()
	srv := zenlayertest.NewServer(t)
	c := srv.Client(t)
	for zone, want := range map[string]string{"SEL-A": "SELL", "SIN-A": "SELL_SHORTAGE", "FRA-A": "SOLD_OUT"} {
		res, err := c.DescribeEipAvailableResources(t.Context(), &zenlayer.DescribeEipAvailableResourcesRequest{EipChargeType: "POSTPAID", ZoneID: zone})
		require.NoError(t, err)
		require.Len(t, res.EipResources, 1)
		require.EqualValues(t, want, res.EipResources[0].Status)
	}
	_, err := c.AllocateEipAddresses(t.Context(), &zenlayer.AllocateEipAddressesRequest{ZoneID: "FRA-A", EipChargeType: "POSTPAID"})
	require.ErrorIs(t, err, eip.ErrCapacity)
}

// Where a call goes, and what its answer looks like on the wire: that of the
// documented example.
func TestEnvelope(t *testing.T) {
	t.Parallel()
	srv := zenlayertest.NewServer(t, zenlayertest.WithBearerToken("bearer"))
	call := func(method, path, action string) (int, map[string]any) {
		req, err := http.NewRequestWithContext(t.Context(), method, srv.URL()+path, strings.NewReader(`{"eipChargeType":"POSTPAID","zoneId":"SEL-A"}`))
		require.NoError(t, err)
		req.Header.Set("X-ZC-Action", action)
		req.Header.Set("X-ZC-Version", "2022-11-20")
		req.Header.Set("Authorization", "Bearer bearer")
		resp, err := srv.HTTPClient().Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		var body map[string]any
		if strings.Contains(resp.Header.Get("Content-Type"), "json") {
			require.NoError(t, json.NewDecoder(resp.Body).Decode(&body))
		}
		return resp.StatusCode, body
	}
	status, body := call(http.MethodPost, "/api/v2/bmc", "AllocateEipAddresses")
	require.Equal(t, http.StatusOK, status)
	require.Len(t, body, 2)
	inner := body["response"].(map[string]any)
	require.Len(t, inner, 3)
	require.Equal(t, body["requestId"], inner["requestId"])
	require.Len(t, inner["eipIdSet"], 1)
	require.Equal(t, "", inner["orderNumber"])
	for _, bad := range [][3]string{
		{http.MethodGet, "/api/v2/bmc", "AllocateEipAddresses"}, {http.MethodPost, "/api/v2/zec", "AllocateEipAddresses"},
		{http.MethodPost, "/api/v2/bmc", ""}, {http.MethodPost, "/api/v2/bmc", "AllocateEipAddress"},
	} {
		status, body := call(bad[0], bad[1], bad[2])
		require.GreaterOrEqual(t, status, 400)
		require.NotContains(t, body, "response")
	}
	require.Len(t, srv.AddressesEverMade(), 1)
}
