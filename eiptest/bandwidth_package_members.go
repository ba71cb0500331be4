package eiptest

import (
	"slices"
	"strconv"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
)

// mostAddedAtOnce is how many addresses one call may add, from the SDK metadata.
const mostAddedAtOnce = 10

// member is an address in a bandwidth package, or on its way into it or out. The
// metadata know no state on the wire for one that is being removed: it is BINDED
// until it is out.
type member struct {
	of      *bandwidthPackage
	address *address
	status  string // on the wire
	number  uint64 // tells joining twice apart
	leaving bool
	limit   int // Mbit/s that the address may use, 0 for all
}

// busy reports whether an address is being added or removed. There is one change
// of a package at a time.
func (p *bandwidthPackage) busy() bool {
	return slices.ContainsFunc(p.members, func(m *member) bool { return m.status == Binding || m.leaving })
}

// bandwidth is what an address may use.
func (m *member) bandwidth() int {
	if m.limit > 0 {
		return min(m.limit, m.of.Bandwidth)
	}
	return m.of.Bandwidth
}

// addToPackage serves AddCommonBandwidthPackageIp.
func addToPackage(c *call) (obj, *fake.Refusal) { return c.addToPackage([]string{c.p["IpInstanceId"]}) }

// addAllToPackage serves AddCommonBandwidthPackageIps. It adds all addresses or
// none.
func addAllToPackage(c *call) (obj, *fake.Refusal) {
	ids := c.p.indexed("IpInstanceIds", "")
	for i, id := range ids {
		if i >= mostAddedAtOnce || slices.Contains(ids[:i], id) {
			return nil, invalid("IpInstanceIds." + strconv.Itoa(i+1))
		}
	}
	return c.addToPackage(ids)
}

func (c *call) addToPackage(ids []string) (obj, *fake.Refusal) {
	if kind := c.p["IpType"]; kind != "" && kind != "EIP" {
		return nil, c.no("OperationUnsupported.IpType")
	}
	p, ref := c.findPackage(c.p["BandwidthPackageId"])
	if ref != nil {
		return nil, ref
	}
	added := make([]*address, len(ids))
	for i, id := range ids {
		if added[i] = c.find(id); added[i] == nil || added[i].Owner != "" {
			return nil, c.no("InvalidIpInstanceId.NotFound")
		}
		if ref := c.canJoin(p, added[i]); ref != nil {
			return nil, ref
		}
	}
	if _, ref := c.changeable(p.ID); ref != nil {
		return nil, ref
	}
	if dry, _ := c.p.flag("DryRun"); dry {
		return nil, c.no("DryRunOperation")
	}
	for _, a := range added {
		c.s.join(c.now, p, a)
	}
	return nil, nil
}

// canJoin refuses an address that cannot be in a package. No document names the
// code for one of another line type; Mismatch.IpAndIsp is the documented one that
// fits.
func (c *call) canJoin(p *bandwidthPackage, a *address) *fake.Refusal {
	switch {
	case a.in != nil || a.BandwidthPackageID != "":
		return c.no("IpInstanceId.AlreadyInBandwidthPackage")
	case a.ChargeType == "PrePaid":
		return c.no("IpInstanceId.ChargeType.NotSupport")
	case a.ISP != p.ISP:
		return c.no("Mismatch.IpAndIsp")
	case !slices.Equal(a.SecurityProtection, p.SecurityProtection):
		return c.no("OperationDenied.SecurityProtectionTypesInconsistent")
	}
	return c.usable(a)
}

// usable refuses an address that is locked or on its way to another state.
func (c *call) usable(a *address) *fake.Refusal {
	switch {
	case a.Locked == "financial":
		return c.no("Forbidden.FinancialLocked")
	case a.Locked != "":
		return c.no("InvalidEIPStatus.BizDisabled")
	case a.inTransition():
		return c.no("IncorrectStatus.Eip")
	}
	return nil
}

// join begins to add an address to a package.
func (s *service) join(now time.Time, p *bandwidthPackage, a *address) {
	m := s.include(p, a, Binding)
	s.after(now, s.set.packageTime, dueTask{Do: joinTask, ID: a.AllocationID, Number: m.number, Back: s.fails(Binding)})
}

// include makes an address a member of a package.
func (s *service) include(p *bandwidthPackage, a *address, status string) *member {
	s.memberSeq++
	m := &member{of: p, address: a, status: status, number: s.memberSeq}
	p.members, a.in = append(p.members, m), m
	s.touchPackage(p)
	s.touchAddress(a.AllocationID)
	return m
}

// out takes an address out of its package, if it is in one.
func (s *service) out(a *address) {
	s.touchAddress(a.AllocationID)
	if m := a.in; m != nil {
		s.touchPackage(m.of)
		m.of.members = slices.DeleteFunc(m.of.members, func(o *member) bool { return o == m })
	}
	a.in, a.BandwidthPackageID = nil, ""
}

// put makes an address a member of a package, as somebody else may have done; an
// ID of no package is only noted.
func (s *service) put(a *address, id string) {
	s.out(a)
	a.BandwidthPackageID = id
	if p := s.packages[id]; p != nil {
		s.include(p, a, Binded)
	}
}

// member finds an address in the package that the call names, and refuses one
// that is not there. Only the page of the removal has a code for that.
func (c *call) member(id string) (*member, *fake.Refusal) {
	p, ref := c.findPackage(c.p["BandwidthPackageId"])
	if ref != nil {
		return nil, ref
	}
	a := c.find(id)
	if a == nil || a.Owner != "" || a.in == nil || a.in.of != p {
		return nil, c.no("OperationUnsupported.IpNotInCbwp")
	}
	if _, ref := c.changeable(p.ID); ref != nil {
		return nil, ref
	}
	return a.in, c.usable(a)
}

// removeFromPackage serves RemoveCommonBandwidthPackageIp.
func removeFromPackage(c *call) (obj, *fake.Refusal) {
	s := c.s
	m, ref := c.member(c.p["IpInstanceId"])
	if ref != nil {
		return nil, ref
	}
	if dry, _ := c.p.flag("DryRun"); dry {
		return nil, c.no("DryRunOperation")
	}
	m.leaving = true
	s.after(c.now, s.set.packageTime, dueTask{Do: leaveTask, ID: m.address.AllocationID, Number: m.number})
	return nil, nil
}

// limitInPackage serves ModifyCommonBandwidthPackageIpBandwidth. Its page has no
// code for a wrong bandwidth; that of the package's own is the one that fits.
func limitInPackage(c *call) (obj, *fake.Refusal) {
	m, ref := c.member(c.p["EipId"])
	if ref != nil {
		return nil, ref
	}
	n, ok := c.p.number("Bandwidth", 0)
	if !ok || n < 1 || n > m.of.Bandwidth {
		return nil, c.no("InvalidParameter.Bandwidth")
	}
	m.limit = n
	return nil, nil
}

// unlimitInPackage serves CancelCommonBandwidthPackageIpBandwidth.
func unlimitInPackage(c *call) (obj, *fake.Refusal) {
	m, ref := c.member(c.p["EipId"])
	if ref != nil {
		return nil, ref
	}
	m.limit = 0
	return nil, nil
}
