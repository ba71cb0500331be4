package eiptest

import (
	"slices"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
)

// modify serves ModifyEipAddressAttribute.
func modify(c *call) (obj, *fake.Refusal) {
	a := c.find(c.p["AllocationId"])
	switch {
	case a == nil:
		return nil, c.no("InvalidAllocationId.NotFound")
	case a.Owner != "":
		return nil, c.noWhere("Forbbiden", "")
	case a.inTransition() || a.Locked != "":
		return nil, c.wrongState(a)
	}
	band, ok := c.p.number("Bandwidth", a.Bandwidth)
	name, named := c.p["Name"]
	text, described := c.p["Description"]
	switch {
	case !ok || band < 1 || band > mostBandwidth(a.ChargeType, a.InternetChargeType):
		return nil, c.noWhere("InvalidParameter", "Bandwidth")
	case !validText(name, 128) || !validText(text, 256):
		return nil, c.noWhere("InvalidParameter", "The parameter is invalid")
	case band > a.Bandwidth && c.s.balance <= 0:
		return nil, c.no("InsufficientBalance.Eip")
	}
	a.Bandwidth = band
	if named {
		a.Name = name
	}
	if described {
		a.Description = text
	}
	return nil, nil
}

// release serves ReleaseEipAddress. No document names a code for a protected
// address or for a member of a segment; the state code is the documented one
// that fits.
func release(c *call) (obj, *fake.Refusal) {
	s, a := c.s, c.find(c.p["AllocationId"])
	if ref := c.mine(a); ref != nil {
		return nil, ref
	}
	switch {
	case a.ChargeType == "PrePaid":
		return nil, c.no("Forbidden.ChargeTypeIsPrepaid")
	case a.Status != Available:
		return nil, c.wrongState(a)
	case a.DeletionProtection, a.SegmentID != "":
		return nil, c.no("IncorrectEipStatus")
	case !a.UnboundAt.IsZero() && c.now.Sub(a.UnboundAt) < s.set.cooldown:
		return nil, c.no("TaskConflict.AssociateGlobalAccelerationInstance")
	}
	s.move(c.now, a, Releasing, s.set.releaseTime, func(at time.Time) { s.leave(a, at) })
	return nil, nil
}

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
	s.after(c.now, s.set.segmentTime, func(at time.Time) { s.fill(g, at) })
	return obj{{"EipSegmentInstanceId", g.ID}}, nil
}

// fill ends the allocation of a segment: now its members exist.
func (s *service) fill(g *segment, at time.Time) {
	if g.gone {
		return
	}
	g.Status = Allocated
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
		if !a.gone && a.Status != Available {
			return nil, c.no("IncorrectEipStatus")
		}
	}
	g.Status = Releasing
	for _, a := range g.members {
		if !a.gone {
			a.Status = Releasing
			a.change++
		}
	}
	s.after(c.now, s.set.segmentTime, func(at time.Time) { s.dissolve(g, at) })
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

// page reads PageNumber and PageSize.
func (c *call) page(most int) (page, size int, ref *fake.Refusal) {
	page, ok1 := c.p.number("PageNumber", 1)
	size, ok2 := c.p.number("PageSize", 10)
	switch {
	case !ok1 || page < 1 || page > 1<<30:
		return 0, 0, invalid("PageNumber")
	case !ok2 || size < 1 || size > most:
		return 0, 0, invalid("PageSize")
	}
	return page, size, nil
}
