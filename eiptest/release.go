package eiptest

import (
	"github.com/eipkit/eip-go/internal/fake"
)

// release serves ReleaseEipAddress. No document names a code for a protected
// address, for a member of a segment or of a bandwidth package, or for one in a
// Global Acceleration instance. Of the codes in the action's table,
// IncorrectEipStatus is the one that fits: the others are about the region, the
// owner, the charge type, and other calls.
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
	case a.DeletionProtection, a.SegmentID != "", a.in != nil, a.BandwidthPackageID != "", a.GlobalAccelerationID != "":
		return nil, c.no("IncorrectEipStatus")
	case !a.UnboundAt.IsZero() && c.now.Sub(a.UnboundAt) < s.set.cooldown:
		return nil, c.no("TaskConflict.AssociateGlobalAccelerationInstance")
	}
	s.move(c.now, a, Releasing, s.set.releaseTime)
	return nil, nil
}
