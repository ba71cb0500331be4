package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest/fault"
	"github.com/eipkit/eip-go/zenlayer"
)

func TestZenlayer(t *testing.T) {
	t.Parallel()
	endpoint, stderr, stop := start(t, "-vendor", "zenlayer", "-listen", "127.0.0.1:0", "-access-key-id", "me",
		"-access-key-secret", "CANARY", "-zones", "X-1=2", "-log")
	c, err := zenlayer.NewClient(zenlayer.WithEndpoint(endpoint), zenlayer.WithCredentials(eip.StaticCredentials("me", "CANARY")))
	require.NoError(t, err)
	defer c.CloseIdleConnections()
	req := &zenlayer.AllocateEipAddressesRequest{ZoneID: "X-1", EipChargeType: zenlayer.ChargeTypePostpaid, Amount: 2}
	_, err = c.AllocateEipAddresses(t.Context(), req)
	require.NoError(t, err)
	_, err = c.AllocateEipAddresses(t.Context(), req)
	require.ErrorIs(t, err, eip.ErrCapacity)
	assert.Zero(t, stop())
	assert.Contains(t, stderr.String(), "AllocateEipAddresses")
	assert.NotContains(t, stderr.String(), "CANARY")
}

// The bearer token authorizes, the named instances and resource groups exist,
// and others do not.
func TestZenlayerBearerInstancesGroups(t *testing.T) {
	t.Parallel()
	endpoint, stderr, stop := start(t, "-vendor", "zenlayer", "-listen", "127.0.0.1:0", "-zones", "X-1=5,X-2=5", "-log",
		"-bearer-token", "CANARY", "-instances", "mine=X-1, other=X-2", "-resource-groups", "rg-a, rg-b", "-transition", "0s")
	c, err := zenlayer.NewClient(zenlayer.WithEndpoint(endpoint), zenlayer.WithBearerToken("CANARY"))
	require.NoError(t, err)
	defer c.CloseIdleConnections()
	req := zenlayer.AllocateEipAddressesRequest{ZoneID: "X-1", EipChargeType: zenlayer.ChargeTypePostpaid, ResourceGroupID: "rg-b"}
	res, err := c.AllocateEipAddresses(t.Context(), &req)
	require.NoError(t, err)
	bind := zenlayer.AssociateEipAddressRequest{EipID: res.EipIDSet[0], InstanceID: "other"}
	_, err = c.AssociateEipAddress(t.Context(), &bind)
	require.Error(t, err, "another zone's")
	bind.InstanceID = "mine"
	_, err = c.AssociateEipAddress(t.Context(), &bind)
	require.NoError(t, err)
	req.ResourceGroupID = "rg-c"
	_, err = c.AllocateEipAddresses(t.Context(), &req)
	require.Error(t, err)
	wrong, err := zenlayer.NewClient(zenlayer.WithEndpoint(endpoint), zenlayer.WithBearerToken("something-else"))
	require.NoError(t, err)
	defer wrong.CloseIdleConnections()
	req.ResourceGroupID = "rg-b"
	_, err = wrong.AllocateEipAddresses(t.Context(), &req)
	require.ErrorIs(t, err, eip.ErrCredentials)
	assert.Zero(t, stop())
	assert.NotContains(t, stderr.String(), "CANARY")
}

func TestZenlayerArguments(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"-vendor", "nobody"}, 2, `"nobody" is neither`},
		{[]string{"-vendor"}, 2, "needs a value"},
		{[]string{"--vendor=zenlayer", "-h"}, 0, "-zones"},
		{[]string{"-h"}, 0, "-vendor"},
		{[]string{"-vendor=zenlayer", "-zones", "A"}, 2, "zone=count"},
		{[]string{"-vendor=zenlayer", "-instances", "a"}, 2, "id=zone"},
		{[]string{"-vendor=zenlayer", "-instances", "a=nowhere"}, 2, `no zone "nowhere"`},
		{[]string{"-vendor=zenlayer", "-instances", "a=SEL-A,a=HKG-A"}, 2, "twice"},
		{[]string{"-vendor=zenlayer", "-resource-groups", "rg-a,,rg-b"}, 2, "empty ID"},
		{[]string{"-vendor=zenlayer", "-faults", "2"}, 2, "-faults"},
		{[]string{"-vendor=zenlayer", "-fault", "nothing=1"}, 2, "nothing"},
		{[]string{"-vendor=zenlayer", "-region", "x"}, 2, "region"},
		{[]string{"-vendor=zenlayer", "extra"}, 2, "not flags"},
		{[]string{"-vendor=zenlayer", "-listen", "nowhere:port"}, 1, "nowhere"},
		{[]string{"-vendor=zenlayer", "-access-key-secret", ""}, 1, "must not be empty"},
	} {
		var stdout, stderr bytes.Buffer
		ctx, cancel := context.WithCancel(t.Context())
		assert.Equal(t, tt.status, run(ctx, tt.args, &stdout, &stderr), strings.Join(tt.args, " "))
		cancel()
		assert.Contains(t, stderr.String(), tt.says)
	}
	assert.Contains(t, faultNames, "late")
	kinds := map[string]bool{}
	for _, name := range faultNames {
		kind := strings.TrimSuffix(name, "-after")
		if name == "cut-after" {
			kind = name
		}
		kinds[kind] = true
		assert.Equal(t, kind, new(chances).fault(name).Kind())
	}
	for _, kind := range fault.Kinds() {
		assert.True(t, kinds[kind] || kind == "refuse" || kind == "custom", "%s cannot be had by a flag", kind)
	}
}

// The flags of foreign answers, and the summary at the end, of both vendors.
func TestForeignAnswers(t *testing.T) {
	t.Parallel()
	for _, vendor := range []string{"alibaba", "zenlayer"} {
		endpoint, stderr, stop := start(t, "-vendor", vendor, "-listen", "127.0.0.1:0", "-fault", "foreign-after=1",
			"-foreign-status", "451", "-foreign-body", "denied-json")
		resp, err := http.Post(endpoint+"/api/v2/bmc", "", strings.NewReader("{}"))
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, 451, resp.StatusCode)
		assert.JSONEq(t, `{"error":"denied"}`, string(body))
		assert.Zero(t, stop())
		assert.Equal(t, "1 attempts, of them foreign 1 (100.00 %)\n", stderr.String())
		for _, bad := range [][]string{{"-foreign-status", "99"}, {"-foreign-body", "poem"}, {"-foreign-status", "403", "-foreign-body", "redirect"}} {
			var out, errs bytes.Buffer
			args := append([]string{"-vendor", vendor, "-listen", "127.0.0.1:0", "-faults", ".1"}, bad...)
			assert.Equal(t, 1, run(t.Context(), args, &out, &errs))
			assert.Contains(t, errs.String(), bad[len(bad)-1])
		}
	}
}

// Foreign answers are more than a tenth of the attempts at -faults 0.3, and all
// kinds but hang are dealt out.
func TestFaultsAreShared(t *testing.T) {
	t.Parallel()
	c := chances{overall: .3, single: map[string]float64{"late": 0}}
	sum, foreign, kinds := 0.0, 0.0, 0
	c.each(func(name string, p float64) {
		sum, kinds = sum+p, kinds+1
		if strings.HasPrefix(name, "foreign") {
			foreign += p
		}
		assert.NotEqual(t, "late", name)
		assert.NotEqual(t, "hang", name)
	})
	assert.InDelta(t, .29, sum, 1e-9)
	assert.InDelta(t, .12, foreign, 1e-9)
	assert.Equal(t, len(faultNames)-2, kinds)
}
