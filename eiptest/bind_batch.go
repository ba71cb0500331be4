package eiptest

import (
	"slices"
	"strconv"

	"github.com/eipkit/eip-go/internal/fake"
)

// associateBatch serves AssociateEipAddressBatch. It binds all addresses or
// none, each to a private address of the network interface that is free. No
// document names its codes; those here are AssociateEipAddress's.
func associateBatch(c *call) (obj, *fake.Refusal) {
	s, id, kind, mode := c.s, c.p["BindedInstanceId"], c.p["BindedInstanceType"], c.p["Mode"]
	ids := c.p.indexed("InstanceIds", "")
	switch {
	case kind != NAT && kind != ENI:
		return nil, c.no("InvalidInstanceType.ValueNotSupported")
	case kind == ENI && mode == "":
		return nil, missing("Mode")
	case kind == ENI && mode != "MULTI_BINDED", kind == NAT && mode != "" && mode != "NAT":
		return nil, invalid("Mode")
	case len(ids) > 50:
		return nil, invalid("InstanceIds.51")
	}
	if kind == NAT {
		mode = "NAT"
	}
	in := s.instances[id]
	var list []*address
	for i, each := range ids {
		a := c.find(each)
		if ref := c.mine(a); ref != nil {
			return nil, ref
		}
		switch {
		case slices.Contains(list, a):
			return nil, invalid("InstanceIds." + strconv.Itoa(i+1))
		case a.Status == InUse && a.InstanceID == id:
			return nil, c.no("InvalidAssociation.Duplicated")
		case a.Status != Available || a.Locked != "":
			return nil, c.wrongState(a)
		}
		if ref := c.canBind(a, in, id, kind, mode); ref != nil {
			return nil, ref
		}
		list = append(list, a)
	}
	private := make([]string, len(list))
	if kind == ENI {
		free := slices.DeleteFunc(slices.Clone(in.PrivateIPs), func(ip string) bool {
			return slices.ContainsFunc(s.bound[id], func(b *address) bool { return b.PrivateIPAddress == ip })
		})
		if ref := c.taken(in, mode, ""); ref != nil {
			return nil, ref
		}
		if len(free) < len(list) || len(s.bound[id])+len(list) > eniBindings {
			return nil, c.no("InvalidAssociation.Duplicated")
		}
		copy(private, free)
	} else if len(s.bound[id])+len(list) > natBindings {
		return nil, c.no("InvalidAssociation.Duplicated")
	}
	for i, a := range list {
		s.bind(a, id, kind)
		a.Mode, a.PrivateIPAddress, a.VpcID = mode, private[i], in.VpcID
		s.move(c.now, a, Associating, s.set.bindTime)
	}
	return nil, nil
}

// changeMode serves ModifyEipForwardMode, for an address that is on a secondary
// network interface: it is the only resource with more than one mode. All
// addresses of an interface have one mode, and BINDED is for one alone, as with
// AssociateEipAddress. No document names its codes; those here are
// AssociateEipAddress's.
func changeMode(c *call) (obj, *fake.Refusal) {
	mode := c.p["Mode"]
	if mode != "NAT" && mode != "MULTI_BINDED" && mode != "BINDED" {
		return nil, invalid("Mode")
	}
	a := c.find(c.p["InstanceId"])
	if ref := c.mine(a); ref != nil {
		return nil, ref
	}
	switch {
	case a.Status != InUse || a.InstanceType != ENI || a.Locked != "":
		return nil, c.wrongState(a)
	case len(c.s.bound[a.InstanceID]) > 1 && mode != a.Mode:
		return nil, c.no("InvalidBindingStatus")
	}
	a.Mode = mode
	return nil, nil
}
