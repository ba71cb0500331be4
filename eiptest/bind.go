package eiptest

import (
	"net/netip"
	"slices"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
)

// The types of instance that an address can be bound to, on the wire.
const (
	ECS       = "EcsInstance"
	SLB       = "SlbInstance"
	NAT       = "Nat"
	HaVip     = "HaVip"
	ENI       = "NetworkInterface"
	PrivateIP = "IpAddress" // a bare private address of a VPC; no instance stands behind it
)

// GA is the type of a bandwidth-sharing Global Acceleration instance, which
// addresses are added to and not bound to.
const GA = "GlobalAccelerationInstance"

// instanceTypes lists the types that actions know, and ready the states in which
// an instance of each type, and of NLB and GA, can be used.
var (
	instanceTypes = []string{ECS, SLB, NAT, HaVip, ENI, PrivateIP}
	ready         = map[string][]string{
		ECS:   {"Running", "Stopped"},
		SLB:   {"active"},
		NAT:   {"Available"},
		HaVip: {"Available", "InUse"},
		ENI:   {"Available", "InUse"},
		NLB:   {"Active"},
		GA:    {"Available", "InUse"},
	}
)

// limits of bindings per instance; a type that is missing takes one.
const (
	natBindings = 20
	eniBindings = 50
)

// associate serves AssociateEipAddress.
func associate(c *call) (obj, *fake.Refusal) {
	s, kind := c.s, c.p["InstanceType"]
	if kind == "" {
		kind = ECS
	}
	mode := c.p["Mode"]
	switch {
	case !slices.Contains(s.set.bindTypes, kind):
		return nil, c.no("InvalidInstanceType.ValueNotSupported")
	case mode != "" && mode != "NAT" && mode != "MULTI_BINDED" && mode != "BINDED",
		mode != "" && mode != "NAT" && kind != ENI:
		return nil, c.noWhere("InvalidParameter", "")
	case kind == PrivateIP && c.p["VpcId"] == "":
		return nil, missing("VpcId")
	case c.p["InstanceRegionId"] != "" && s.regions[c.p["InstanceRegionId"]] == nil:
		return nil, c.no("Forbidden.RegionNotFound")
	}
	a := c.find(c.p["AllocationId"])
	if ref := c.mine(a); ref != nil {
		return nil, ref
	}
	id := c.p["InstanceId"]
	if a.Status == InUse && a.InstanceID == id && a.InstanceType == kind {
		return nil, c.no("InvalidAssociation.Duplicated")
	}
	if a.Status != Available || a.Locked != "" {
		return nil, c.wrongState(a)
	}
	if a.GlobalAccelerationID != "" && c.p["InstanceRegionId"] == "" && kind != PrivateIP {
		return nil, missing("InstanceRegionId")
	}
	if mode == "" {
		mode = "NAT"
	}
	private, vpc := c.p["PrivateIpAddress"], c.p["VpcId"]
	if kind == PrivateIP {
		if addr, err := netip.ParseAddr(id); err != nil || !addr.IsPrivate() {
			return nil, c.noWhere("InvalidParameter", "")
		}
		if len(s.bound[id]) > 0 {
			return nil, c.no("InvalidAssociation.Duplicated")
		}
		private = id
	} else {
		in := s.instances[id]
		if ref := c.canBind(a, in, id, kind, mode); ref != nil {
			return nil, ref
		}
		if private != "" && !slices.Contains(in.PrivateIPs, private) {
			return nil, c.noWhere("InvalidParameter", "")
		}
		if private == "" && len(in.PrivateIPs) > 0 && kind != NAT {
			private = in.PrivateIPs[0]
		}
		if ref := c.taken(in, mode, private); ref != nil {
			return nil, ref
		}
		vpc = in.VpcID
	}
	if dry, _ := c.p.flag("DryRun"); dry {
		return nil, c.no("DryRunOperation")
	}
	s.bind(a, id, kind)
	a.Mode, a.PrivateIPAddress, a.VpcID = mode, private, vpc
	a.namedPrivate, a.namedVPC = c.p["PrivateIpAddress"] != "", c.p["VpcId"] != ""
	s.move(c.now, a, Associating, s.set.bindTime)
	return nil, nil
}

// canBind checks the instance alone. An address is bound in its own region; one
// that is in a Global Acceleration instance may be bound in the region that
// InstanceRegionId names.
func (c *call) canBind(a *address, in *Instance, id, kind, mode string) *fake.Refusal {
	there := c.p["InstanceRegionId"]
	switch {
	case in == nil && kind != ECS || in != nil && in.Type != kind && kind != ECS:
		return c.no("InvalidParams.NotFound")
	case in == nil || in.Type != kind:
		return c.no("InvalidInstanId.NotFound")
	case in.Owner != "":
		return c.no("BIND_INSTANCE_OWENER_ERROR")
	case there != "" && c.regionOf(in) != there:
		return c.no("InvalidInstanId.NotFound")
	case c.regionOf(in) != a.RegionID && (there == "" || a.GlobalAccelerationID == ""):
		return c.no("InvalidParameter.Mismatch")
	case in.Classic:
		return c.noWhere("OperationDenied", "not in VPC")
	case in.DefaultVPC:
		return c.noWhere("OperationDenied", "default vpc")
	case kind == HaVip && !in.isReady():
		return c.no("IncorrectHaVipStatus")
	case !in.isReady():
		return c.no("IncorrectInstanceStatus")
	case kind == NAT && c.s.set.oldNAT:
		return c.no("IncorrectInstanceStatus")
	case in.PortMapped:
		return c.no("BIND_INSTANCE_HAVE_PORTMAP_OR_BIND_EIP")
	case kind == ENI && in.Primary:
		return c.noWhere("InvalidParameter", "")
	}
	return nil
}

// taken refuses an instance that has as many addresses as it may have.
func (c *call) taken(in *Instance, mode, private string) *fake.Refusal {
	all := c.s.bound[in.ID]
	for _, b := range all {
		if b.inTransition() && in.Type != NAT && in.Type != ENI {
			return c.no("InvalidBindingStatus")
		}
	}
	full := false
	switch in.Type {
	case NAT:
		full = len(all) >= natBindings
	case ENI:
		full = len(all) >= eniBindings
		for _, b := range all {
			// One address per private address, and no mixing of modes.
			full = full || b.Mode != mode || mode == "BINDED" || b.PrivateIPAddress == private
		}
	default:
		full = len(all) > 0
	}
	if full {
		return c.no("InvalidAssociation.Duplicated")
	}
	return nil
}

func (c *call) regionOf(in *Instance) string { return c.s.regionOf(in) }

func (s *service) regionOf(in *Instance) string {
	if in.RegionID == "" {
		return s.set.home
	}
	return in.RegionID
}

func (in *Instance) isReady() bool { return slices.Contains(ready[in.Type], in.Status) }

// unassociate serves UnassociateEipAddress. An address that a network load
// balancer holds cannot be unbound, which clients report as IncorrectEipStatus.
func unassociate(c *call) (obj, *fake.Refusal) {
	s, kind, id := c.s, c.p["InstanceType"], c.p["InstanceId"]
	if kind == "" {
		kind = ECS
	}
	if !slices.Contains(s.set.unbindTypes, kind) {
		return nil, c.no("InvalidInstanceType.ValueNotSupported")
	}
	a := c.find(c.p["AllocationId"])
	if ref := c.mine(a); ref != nil {
		return nil, ref
	}
	switch {
	case a.Status != InUse:
		return nil, c.wrongState(a)
	case a.InstanceType == NLB:
		return nil, c.no("IncorrectEipStatus")
	}
	if id != "" && id != a.InstanceID {
		if s.instances[id] == nil {
			return nil, c.no("InvalidInstanceId.NotFound")
		}
		return nil, c.no("InvalidBindingStatus")
	}
	private := c.p["PrivateIpAddress"]
	if kind != a.InstanceType || private != "" && private != a.PrivateIPAddress {
		return nil, c.no("InvalidParameter")
	}
	force, _ := c.p.flag("Force")
	if in := s.instances[a.InstanceID]; in != nil {
		switch {
		case in.DefaultVPC:
			return nil, c.no("OperationDenied")
		case in.isReady() || force:
		case in.Type == HaVip:
			return nil, c.no("IncorrectHaVipStatus")
		default:
			return nil, c.no("IncorrectInstanceStatus")
		}
	}
	s.unassociate(a, c.now)
	return nil, nil
}

// unassociate sends an address on its way to Available.
func (s *service) unassociate(a *address, now time.Time) {
	s.move(now, a, Unassociating, s.set.bindTime)
}
