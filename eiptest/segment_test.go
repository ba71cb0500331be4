package eiptest_test

import (
	"testing"
	"testing/synctest"
	"time"

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
