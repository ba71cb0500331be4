package eiptest_test

import (
	"net/netip"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
)

func TestSegment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe(), eiptest.WithTransition(time.Second))
		c := newCaller(t, srv)
		id := c.ok("AllocateEipSegmentAddress", "RegionId", "cn-hangzhou", "EipMask", "28").str("EipSegmentInstanceId")
		look := func() (status, count string, members string) {
			a := c.ok("DescribeEipSegment", "RegionId", "cn-hangzhou", "SegmentInstanceId", id, "ClientToken", "ignored")
			m := c.ok("DescribeEipAddresses", "RegionId", "cn-hangzhou", "SegmentInstanceId", id, "PageSize", "100")
			return a.str("EipSegments", "EipSegment", "Status"), a.str("EipSegments", "EipSegment", "IpCount"), m.str("TotalCount")
		}
		if s, n, m := look(); s != eiptest.Allocating || n != "13" || m != "0" {
			t.Fatal(s, n, m)
		}
		time.Sleep(5 * time.Second)
		if s, n, m := look(); s != eiptest.Allocated || n != "13" || m != "13" {
			t.Fatal(s, n, m)
		}
		member := srv.Addresses()[0].AllocationID
		c.refused(400, "IncorrectEipStatus", "ReleaseEipAddress", "AllocationId", member)
		srv.ForceBind(member, "i-test1")
		c.refused(400, "IncorrectEipStatus", "ReleaseEipSegmentAddress", "RegionId", "cn-hangzhou", "SegmentInstanceId", id)
		srv.ForceBind(member, "")
		c.ok("ReleaseEipSegmentAddress", "RegionId", "cn-hangzhou", "SegmentInstanceId", id)
		if s, _, m := look(); s != eiptest.Releasing || m != "13" {
			t.Fatal(s, m)
		}
		time.Sleep(5 * time.Second)
		if s, _, m := look(); s != "" || m != "0" || len(srv.Addresses()) != 0 || len(srv.Segments()) != 0 {
			t.Fatal(s, m)
		}
	})
}

// How many segments there may be at once, over all regions; one that is released
// makes room, and members count against no other quota.
func TestSegmentQuota(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		opts []eiptest.Option
		most int
	}{{nil, 10}, {with(eiptest.WithSegmentQuota(2)), 2}, {with(eiptest.WithSegmentQuota(0)), 0}} {
		srv := eiptest.NewServer(t, append(tt.opts, eiptest.WithTransition(0), eiptest.WithQuota(0))...)
		c := newCaller(t, srv)
		for i := range tt.most {
			c.ok(seg, "RegionId", []string{region, "cn-beijing"}[i%2], "EipMask", "28")
		}
		for _, at := range []string{region, "cn-beijing", "eu-west-1"} {
			c.refused(400, "OperationFailed.EipQuotaExceed", seg, "RegionId", at, "EipMask", "28")
		}
		require.Len(t, srv.Segments(), tt.most)
		if tt.most > 0 {
			last := srv.Segments()[tt.most-1]
			c.ok("ReleaseEipSegmentAddress", "RegionId", last.RegionID, "SegmentInstanceId", last.ID)
			c.ok(seg, args("EipMask", "28")...)
		}
		// Members do not count against the quota of addresses, which is 0 here.
		c.refused(400, "QuotaExceeded.Eip", all, args()...)
	}
}

// How many addresses a segment has, by its mask and what is kept back.
func TestSegmentSizes(t *testing.T) {
	t.Parallel()
	for mask, size := range map[string]int{"28": 16, "27": 32, "26": 64, "25": 128, "24": 256} {
		for _, less := range []int{0, 1, 3, 4} {
			srv := eiptest.NewServer(t, eiptest.WithTransition(0), eiptest.WithSegmentReserved(less))
			c := newCaller(t, srv)
			id := c.ok(seg, args("EipMask", mask)...).str("EipSegmentInstanceId")
			require.Len(t, srv.Addresses(), size-less)
			require.Equal(t, strconv.Itoa(size-less), c.ok("DescribeEipSegment", args("SegmentInstanceId", id)...).str("EipSegments", "EipSegment", "IpCount"))
			prefix := netip.MustParsePrefix(srv.Segments()[0].Prefix)
			for i, a := range srv.Addresses() {
				ip := netip.MustParseAddr(a.IPAddress)
				require.True(t, prefix.Contains(ip))
				if i > 0 {
					require.Equal(t, netip.MustParseAddr(srv.Addresses()[i-1].IPAddress).Next(), ip, "they are in a row")
				}
				if i == 3 {
					break
				}
			}
		}
	}
	c := newCaller(t, eiptest.NewServer(t))
	for _, bad := range []string{"23", "29", "0", "x", "28.0"} {
		c.refused(400, "IllegalParam.EipMask", seg, args("EipMask", bad)...)
	}
	c.refused(400, "MissingParameter", seg, args()...)
}

// While a segment is being allocated, it can be looked at and nothing else.
func TestSegmentInAllocation(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(time.Hour))
	c := newCaller(t, srv)
	a := c.ok(seg, args("EipMask", "28")...)
	require.Len(t, a.tree, 2, "an ID and a RequestId")
	id := a.str("EipSegmentInstanceId")
	require.Equal(t, eiptest.Allocating, c.ok("DescribeEipSegment", args("SegmentInstanceId", id)...).str("EipSegments", "EipSegment", "Status"))
	c.refused(400, "OperationConflict", "ReleaseEipSegmentAddress", args("SegmentInstanceId", id)...)
	c.refused(400, "OperationConflict", "TransformEipSegmentToPublicIpAddressPool", args("InstanceId", id)...)
	require.Equal(t, eiptest.Allocating, srv.Segments()[0].Status)
	require.Equal(t, "0", c.ok(desc, args("SegmentInstanceId", id)...).str("TotalCount"))
}

// What a segment is that was asked for with its mask alone, and with all that can
// be said of it.
func TestSegmentDefaults(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0))
	c := newCaller(t, srv)
	for _, tt := range []struct {
		args, want []string // bandwidth, metering, group, zone
	}{
		{nil, []string{"5", "PayByBandwidth", "rg-default", ""}},
		{[]string{"Bandwidth", "9", "InternetChargeType", "PayByTraffic", "ResourceGroupId", "rg-a", "Zone", "cn-hangzhou-b", "Netmode", "public"},
			[]string{"9", "PayByTraffic", "rg-a", "cn-hangzhou-b"}},
	} {
		id := c.ok(seg, args(append(tt.args, "EipMask", "28")...)...).str("EipSegmentInstanceId")
		a := c.ok(desc, args("SegmentInstanceId", id)...)
		for i, key := range []string{"Bandwidth", "InternetChargeType", "ResourceGroupId", "Zone"} {
			require.Equal(t, tt.want[i], a.str("EipAddresses", "EipAddress", key), key)
		}
		require.Equal(t, []string{"PostPaid", "BGP"}, []string{a.str("EipAddresses", "EipAddress", "ChargeType"), a.str("EipAddresses", "EipAddress", "ISP")})
		require.Equal(t, tt.want[3], c.ok("DescribeEipSegment", args("SegmentInstanceId", id)...).str("EipSegments", "EipSegment", "Zone"))
	}
	c.refused(400, "InvalidParameter", seg, args("EipMask", "28", "Netmode", "hybrid")...)
	require.Len(t, srv.Segments(), 2)
}
