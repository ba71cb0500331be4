package eiptest

import (
	"slices"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
)

// allocateSegment serves AllocateEipSegmentAddress.
func allocateSegment(c *call) (obj, *fake.Refusal) {
	s, mask := c.s, c.p["EipMask"]
	if !slices.Contains([]string{"24", "25", "26", "27", "28"}, mask) {
		return nil, c.no("IllegalParam.EipMask")
	}
	charge, ref := c.billing()
	if ref != nil {
		return nil, ref
	}
	if charge.ChargeType != "PostPaid" {
		return nil, c.no("INSTANCE_TYPE_NOT_SUPPORT")
	}
	count := 0
	for _, other := range s.segments {
		if !other.gone {
			count++
		}
	}
	stock, limited := c.rg.masks[mask]
	switch {
	case count >= s.set.segmentQuota:
		return nil, c.no("OperationFailed.EipQuotaExceed")
	case limited && stock <= 0:
		return nil, c.no("OperationFailed.AllocateEipSegment")
	case s.balance <= 0:
		return nil, c.no("InsufficientBalance")
	}
	size := 1 << (32 - int(mask[0]-'0')*10 - int(mask[1]-'0'))
	first, ok := s.net.block(size)
	if !ok {
		return nil, c.no("OperationFailed.InsufficientEIP")
	}
	if limited {
		c.rg.masks[mask] = stock - 1
	}
	g := &segment{first: first, size: size, charge: charge}
	g.Segment = Segment{ID: s.id("eipsg-"), RegionID: c.region, Zone: charge.Zone, Status: Allocating,
		Prefix: first.String() + "/" + mask, Count: size - s.set.segmentLess, CreatedAt: c.now, Token: c.token}
	s.segments[g.ID] = g
	c.rg.segments = append(c.rg.segments, g)
	s.touchSegment(g)
	s.after(c.now, s.set.segmentTime, dueTask{Do: fillTask, ID: g.ID})
	return obj{{"EipSegmentInstanceId", g.ID}}, nil
}

// fill ends the allocation of a segment: now its members exist.
func (s *service) fill(g *segment, at time.Time) {
	if g.gone {
		return
	}
	g.Status = Allocated
	s.touchSegment(g)
	ip := g.first
	if g.Count < g.size {
		ip = ip.Next() // the network's own address is one of the reserved
	}
	for range g.Count {
		a := &address{Address: g.charge}
		a.AllocationID, a.IPAddress, a.SegmentID, a.Token = s.id("eip-"), ip.String(), g.ID, ""
		s.enter(a, at)
		g.members = append(g.members, a)
		ip = ip.Next()
	}
}

// releaseSegment serves ReleaseEipSegmentAddress. The action has no error
// table: the codes are the nearest of its family.
func releaseSegment(c *call) (obj, *fake.Refusal) {
	s, g := c.s, c.s.segments[c.p["SegmentInstanceId"]]
	if g == nil || g.RegionID != c.region {
		return nil, c.noWhere("InvalidInstanceId.NotFound", "our records")
	}
	if g.Status != Allocated {
		return nil, c.no("OperationConflict")
	}
	for _, a := range g.members {
		if !a.gone && (a.Status != Available || a.in != nil || a.GlobalAccelerationID != "") {
			return nil, c.no("IncorrectEipStatus")
		}
	}
	g.Status = Releasing
	for _, a := range g.members {
		if !a.gone {
			a.Status = Releasing
			a.change++
			s.touchAddress(a.AllocationID)
		}
	}
	s.touchSegment(g)
	s.after(c.now, s.set.segmentTime, dueTask{Do: dissolveTask, ID: g.ID})
	return nil, nil
}

// dissolve ends a segment with all its members.
func (s *service) dissolve(g *segment, at time.Time) {
	if g.gone {
		return
	}
	for _, a := range g.members {
		s.leave(a, at)
	}
	g.gone = true
	s.touchSegment(g)
	delete(s.segments, g.ID)
	s.net.free(g.first, g.size)
	rg := s.regions[g.RegionID]
	rg.segments = slices.DeleteFunc(rg.segments, func(o *segment) bool { return o == g })
	if n, limited := rg.masks[g.Prefix[len(g.Prefix)-2:]]; limited {
		rg.masks[g.Prefix[len(g.Prefix)-2:]] = n + 1
	}
}

// describeSegments serves DescribeEipSegment.
func describeSegments(c *call) (obj, *fake.Refusal) {
	page, size, ref := c.page(50)
	if ref != nil {
		return nil, ref
	}
	id := c.p["SegmentInstanceId"]
	items, total := list{}, 0
	for _, g := range c.rg.segments {
		if id != "" && g.ID != id {
			continue
		}
		if total++; total > (page-1)*size && len(items) < size {
			items = append(items, obj{
				{"InstanceId", g.ID}, {"RegionId", g.RegionID}, {"Zone", g.Zone}, {"Status", g.Status},
				{"Segment", g.Prefix}, {"IpCount", itoa(g.Count)}, {"Name", g.Name}, {"Descritpion", g.Description},
				{"CreationTime", g.CreatedAt.UTC().Format(timeLayout)},
			})
		}
	}
	return obj{wrap("EipSegments", "EipSegment", items),
		{"PageNumber", page}, {"PageSize", size}, {"TotalCount", total}}, nil
}
