package eip_test

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// Four parameters and IpRange are the older SDK's alone (Q-V1RANGE); a Code in a
// success is no error (Q-CODE200).
func TestDescribePublicIpAddress(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := srv.Client(t)
	res, err := c.DescribePublicIpAddress(t.Context(), nil)
	require.NoError(t, err)
	require.True(t, res.Success)
	require.Equal(t, "200", res.Code)
	require.Equal(t, "success", res.Message)
	require.Equal(t, "cn-hangzhou", res.RegionID)
	require.Equal(t, []int{1, 100, 32}, []int{res.PageNumber, res.PageSize, res.TotalCount})
	require.Empty(t, res.IPRange)
	address, err := c.GetEip(t.Context(), allocate(t, c, nil))
	require.NoError(t, err)
	within := 0
	for _, r := range res.PublicIPAddress {
		prefix, err := netip.ParsePrefix(r)
		require.NoError(t, err)
		addr, err := address.Addr()
		require.NoError(t, err)
		if prefix.Contains(addr) {
			within++
		}
	}
	require.Equal(t, 1, within, "the addresses come from the ranges")

	srv.Fail("DescribePublicIpAddress", fault.CutAfter())
	page, err := c.DescribePublicIpAddress(t.Context(), &eip.DescribePublicIpAddressRequest{
		RegionID: "cn-beijing", IPVersion: eip.IPVersion4, PageNumber: 4, PageSize: 10})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"RegionId": "cn-beijing", "IpVersion": "ipv4", "PageNumber": "4", "PageSize": "10"},
		srv.CallsOf("DescribePublicIpAddress")[1].Params)
	require.Equal(t, res.PublicIPAddress[30:], page.PublicIPAddress)
	page, err = c.DescribePublicIpAddress(t.Context(), &eip.DescribePublicIpAddressRequest{IPVersion: eip.IPVersion6})
	require.NoError(t, err)
	require.Empty(t, page.PublicIPAddress)
	require.Zero(t, page.TotalCount)

	for _, refused := range []eip.DescribePublicIpAddressRequest{{PageSize: 101}, {IPVersion: "ipv5"}} {
		_, err = c.DescribePublicIpAddress(t.Context(), &refused)
		require.ErrorIs(t, err, eip.CodeInvalidParameter)
	}
	_, err = c.DescribePublicIpAddress(t.Context(), &eip.DescribePublicIpAddressRequest{PageNumber: -1, PageSize: -1})
	require.EqualError(t, err, "eip: DescribePublicIpAddress: invalid request, nothing was sent: "+
		"PageNumber (-1): must not be negative; PageSize (-1): must not be negative")
}
