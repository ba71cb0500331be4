package eiptest_test

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
)

// Addresses come out of the pool's blocks and go back into them.
func TestAllocateFromPool(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0), eiptest.WithQuota(100), eiptest.WithStock(region, 0), eiptest.WithPools(
		eiptest.Pool{ID: "pippool-1", ISP: "BGP", Blocks: []eiptest.PoolBlock{{Prefix: "203.0.113.16/28"}, {Prefix: "203.0.113.64/28"}}}))
	c := newCaller(t, srv)
	blocks := func() (first, second eiptest.PoolBlock) { b := srv.Pools()[0].Blocks; return b[0], b[1] }
	take := func() (id, ip string) { return c.allocate("PublicIpAddressPoolId", "pippool-1") }

	id, ip := take()
	a, _ := srv.Address(id)
	require.Equal(t, []string{ip, "pippool-1", "BGP"}, []string{a.IPAddress, a.PoolID, a.ISP})
	require.Equal(t, "pippool-1", c.ok("DescribeEipAddresses", args("AllocationId", id)...).str("EipAddresses", "EipAddress", "PublicIpAddressPoolId"))
	seen := map[string]string{ip: id}
	prefix := netip.MustParsePrefix("203.0.113.16/28")
	for range 15 {
		id, ip := take()
		require.True(t, prefix.Contains(netip.MustParseAddr(ip)), ip)
		seen[ip] = id
	}
	require.Len(t, seen, 16)
	first, second := blocks()
	require.Equal(t, []int{16, 16, 16, 0}, []int{first.Total, first.Used, second.Total, second.Used})
	list := c.ok("ListPublicIpAddressPoolCidrBlocks", args("PublicIpAddressPoolId", "pippool-1", "CidrBlock", "203.0.113.16/28")...)
	require.Equal(t, []string{"1", "16", "16"}, []string{list.str("TotalCount"),
		list.str("PublicIpPoolCidrBlockList", "TotalIpNum"), list.str("PublicIpPoolCidrBlockList", "UsedIpNum")})
	for range 16 {
		_, ip := take()
		require.True(t, netip.MustParsePrefix("203.0.113.64/28").Contains(netip.MustParseAddr(ip)), ip)
	}
	pool := c.ok("ListPublicIpAddressPools", args()...)
	for key, want := range map[string]string{"TotalIpNum": "32", "UsedIpNum": "32", "IpAddressRemaining": "false"} {
		require.Equal(t, want, pool.str("PublicIpAddressPoolList", key), key)
	}
	c.refused(400, "ResourceNotEnough.PublicIpAddressPool", "AllocateEipAddress", args("PublicIpAddressPoolId", "pippool-1")...)

	// The region's stock is another matter, and no address of the pool is in it.
	c.refused(500, "InsufficientEipCapacity", "AllocateEipAddress", args()...)
	c.ok("ReleaseEipAddress", args("AllocationId", id)...)
	first, _ = blocks()
	require.Equal(t, 15, first.Used)
	c.refused(500, "InsufficientEipCapacity", "AllocateEipAddress", args()...)
	_, again := take()
	require.Equal(t, ip, again, "the only one that is left")
}

// An IP of a pool can be asked for.
func TestAllocateIPOfPool(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0), eiptest.WithPools(
		eiptest.Pool{ID: "pippool-1", ISP: "BGP_PRO", Blocks: []eiptest.PoolBlock{{Prefix: "203.0.113.0/28"}}},
		eiptest.Pool{ID: "pippool-2", Blocks: []eiptest.PoolBlock{{Prefix: "203.0.113.16/28"}}},
		eiptest.Pool{ID: "pippool-3", AntiDDoS: true, Blocks: []eiptest.PoolBlock{{Prefix: "203.0.113.32/28"}}},
		eiptest.Pool{ID: "pippool-4", RegionID: "cn-beijing", Blocks: []eiptest.PoolBlock{{Prefix: "203.0.113.48/28"}}}))
	c := newCaller(t, srv)
	ask := func(extra ...string) string {
		return c.ok(pro, args(extra...)...).str("AllocationId")
	}
	id := ask("IpAddress", "203.0.113.7", "PublicIpAddressPoolId", "pippool-1")
	a, _ := srv.Address(id)
	require.Equal(t, []string{"203.0.113.7", "pippool-1", "BGP_PRO"}, []string{a.IPAddress, a.PoolID, a.ISP})
	other := ask("IpAddress", "203.0.113.17") // the pool is that of the IP
	a, _ = srv.Address(other)
	require.Equal(t, []string{"203.0.113.17", "pippool-2"}, []string{a.IPAddress, a.PoolID})

	for _, tc := range []struct {
		code string
		args []string
	}{
		{"Ip.Allocated", []string{"IpAddress", "203.0.113.7"}},
		{"Mismatch.IpAndPublicIpAddressPool", []string{"IpAddress", "203.0.113.8", "PublicIpAddressPoolId", "pippool-2"}},
		{"Mismatch.IpAndIsp", []string{"PublicIpAddressPoolId", "pippool-1", "ISP", "BGP"}},
		{"Mismatch.EipSecurityProtectionTypeAndPoolSecurityProtectionType", []string{"IpAddress", "203.0.113.33"}},
		{"ResourceNotFound.PublicIpAddressPool", []string{"IpAddress", "203.0.113.49"}},
		{"ResourceNotFound.Ip", []string{"IpAddress", "203.0.113.99"}},
	} {
		c.refused(400, tc.code, pro, args(tc.args...)...)
	}
	c.refused(400, "ReserveIpFail", all, args("IpAddress", "203.0.113.8", "PublicIpAddressPoolId", "pippool-2")...)
	used := []int{}
	for _, p := range srv.Pools() {
		used = append(used, p.Used)
	}
	require.Equal(t, []int{1, 1, 0, 0}, used)

	// One that was released, by its IP or its ID, unless its block is gone.
	c.ok(rel, args("AllocationId", id)...)
	require.Equal(t, id, ask("InstanceId", id))
	a, _ = srv.Address(id)
	require.Equal(t, []string{"203.0.113.7", "pippool-1", "BGP_PRO"}, []string{a.IPAddress, a.PoolID, a.ISP})
	require.Equal(t, 1, srv.Pools()[0].Used)
	c.ok(rel, args("AllocationId", id)...)
	c.ok(rel, args("AllocationId", ask("IpAddress", "203.0.113.7"))...)
	c.ok("DeletePublicIpAddressPoolCidrBlock", args("PublicIpAddressPoolId", "pippool-1", "CidrBlock", "203.0.113.0/28")...)
	c.refused(400, "ResourceNotFound.Ip", pro, args("IpAddress", "203.0.113.7")...)
	c.ok(rel, args("AllocationId", other)...)
	c.ok("DeletePublicIpAddressPool", args("PublicIpAddressPoolId", "pippool-2")...)
	c.refused(400, "OperationFailed.InstanceNotExist", pro, args("InstanceId", other)...)
	// A block that is added later has nothing to do with the one before.
	c.ok("AddPublicIpAddressPoolCidrBlock", args("PublicIpAddressPoolId", "pippool-1", "CidrBlock", "203.0.113.0/28")...)
	require.NotEqual(t, id, ask("IpAddress", "203.0.113.7"))
	c.refused(400, "OperationFailed.InstanceNotExist", pro, args("InstanceId", id)...)
}

// What was released from a block is not handed out as anybody's address.
func TestPoolKeepsItsAddresses(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0))
	c := newCaller(t, srv)
	id := c.ok("CreatePublicIpAddressPool", args()...).str("PublicIpAddressPoolId")
	cidr := c.ok("AddPublicIpAddressPoolCidrBlock", args("PublicIpAddressPoolId", id, "CidrMask", "28")...).str("CidrBlock")
	first, ip := c.allocate("PublicIpAddressPoolId", id)
	require.True(t, netip.MustParsePrefix(cidr).Contains(netip.MustParseAddr(ip)))
	c.ok(rel, args("AllocationId", first)...)
	_, next := c.allocate("PublicIpAddressPoolId", id)
	require.NotEqual(t, ip, next, "in turn")
	c.refused(400, "IncorrectStatus.PublicIpAddressPool", "DeletePublicIpAddressPool", args("PublicIpAddressPoolId", id)...)

	// The range of a block that the service picked is picked again once it is free.
	srv.ForceRelease(srv.Addresses()[0].AllocationID)
	c.ok("DeletePublicIpAddressPool", args("PublicIpAddressPoolId", id)...)
	id = c.ok("CreatePublicIpAddressPool", args()...).str("PublicIpAddressPoolId")
	require.Equal(t, cidr, c.ok("AddPublicIpAddressPoolCidrBlock", args("PublicIpAddressPoolId", id, "CidrMask", "28")...).str("CidrBlock"))
	for range 300 { // to the end of what the service can pick
		if a := c.call("AddPublicIpAddressPoolCidrBlock", args("PublicIpAddressPoolId", id, "CidrMask", "24")...); a.status != 200 {
			require.Equal(t, "OperationFailed.InsufficientEIP", a.code())
			return
		}
	}
	t.Fatal("blocks without end")
}
