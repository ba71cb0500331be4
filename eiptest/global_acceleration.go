package eiptest

import "github.com/eipkit/eip-go/internal/fake"

// accelerator looks up the address and the Global Acceleration instance that a
// call names. No document names codes; those here are the documented ones that
// fit.
func (c *call) accelerator() (*address, *Instance, *fake.Refusal) {
	a := c.find(c.p["IpInstanceId"])
	if ref := c.mine(a); ref != nil {
		return nil, nil, ref
	}
	in := c.s.instances[c.p["GlobalAccelerationInstanceId"]]
	switch {
	case in == nil || in.Type != GA:
		return nil, nil, c.noWhere("InvalidInstanceId.NotFound", "our records")
	case in.Owner != "":
		return nil, nil, c.no("BIND_INSTANCE_OWENER_ERROR")
	case c.regionOf(in) != c.region:
		return nil, nil, c.no("InvalidParameter.Mismatch")
	case !in.isReady():
		return nil, nil, c.no("IncorrectInstanceStatus")
	}
	return a, in, nil
}

// addToAccelerator serves AddGlobalAccelerationInstanceIp. An address is in one
// instance at most; a second call for the same one is refused too.
func addToAccelerator(c *call) (obj, *fake.Refusal) {
	a, in, ref := c.accelerator()
	switch {
	case ref != nil:
		return nil, ref
	case a.GlobalAccelerationID != "":
		return nil, c.no("InvalidAssociation.Duplicated")
	case a.Status != Available || a.Locked != "":
		return nil, c.wrongState(a)
	}
	a.GlobalAccelerationID = in.ID
	return nil, nil
}

// removeFromAccelerator serves RemoveGlobalAccelerationInstanceIp.
func removeFromAccelerator(c *call) (obj, *fake.Refusal) {
	a, in, ref := c.accelerator()
	switch {
	case ref != nil:
		return nil, ref
	case a.GlobalAccelerationID != in.ID:
		return nil, c.no("InvalidBindingStatus")
	case a.inTransition():
		return nil, c.wrongState(a)
	}
	a.GlobalAccelerationID = ""
	return nil, nil
}
