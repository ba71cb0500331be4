package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
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
	for _, name := range faultNames {
		assert.Equal(t, name, faults[name].Kind())
		assert.Equal(t, name, zenlayerFaults[name].Kind())
	}
}
