package eiptest

import (
	"net/netip"
	"slices"

	"github.com/eipkit/eip-go/internal/fake"
)

// transformSegment serves TransformEipSegmentToPublicIpAddressPool. The segment is
// gone when it answers, and its range is the one block of the new pool. No document
// says what becomes of the segment's addresses, in whatever state they are: here
// they stay as they are and become addresses of the pool, which count against the
// quota from then on, even if that is exceeded. The addresses that were kept back
// are free ones of the pool. The codes are those of the segment's actions.
func transformSegment(c *call) (obj, *fake.Refusal) {
	s := c.s
	if ref := c.poolService(); ref != nil {
		return nil, ref
	}
	g := s.segments[c.p["InstanceId"]]
	if g == nil || g.RegionID != c.region {
		return nil, c.noWhere("InvalidInstanceId.NotFound", "our records")
	}
	group, ref := c.group()
	switch {
	case ref != nil:
		return nil, ref
	case !validText(c.p["Name"], 128):
		return nil, c.no("IllegalParam.Name")
	case !validText(c.p["Description"], 256):
		return nil, c.no("IllegalParam.Description")
	case g.Status != Allocated:
		return nil, c.no("OperationConflict")
	}
	prefix, err := netip.ParsePrefix(g.Prefix)
	if err != nil {
		return nil, c.no("InternalError")
	}
	p := &pool{Pool: Pool{ID: s.id("pippool-"), RegionID: c.region, Name: c.p["Name"], Description: c.p["Description"],
		ISP: g.charge.ISP, BizType: "Default", ResourceGroupID: group, Token: c.token}}
	s.enterPool(p, c.now)
	b := newBlock(p, prefix)
	b.own = true
	s.enterBlock(b, Created, c.now)
	for _, a := range g.members {
		if a.gone {
			continue
		}
		a.SegmentID, a.PoolID = "", p.ID
		s.touchAddress(a.AllocationID)
		s.alive++
		s.takeFromPool(a, b)
	}
	g.gone = true
	s.touchSegment(g)
	delete(s.segments, g.ID)
	c.rg.segments = slices.DeleteFunc(c.rg.segments, func(o *segment) bool { return o == g })
	return obj{{"PublicIpAddressPoolId", p.ID}, {"ResourceGroupId", group}}, nil
}
