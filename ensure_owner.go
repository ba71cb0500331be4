package eip

import (
	"context"
	"strconv"
	"strings"
)

// held names what alone can unbind or release an address; it is empty if this
// account's calls can. A network load balancer takes the address for one of its
// zones, and UnassociateEipAddress is then refused with IncorrectEipStatus until
// the load balancer is deleted. An address that is managed belongs to the cloud
// service that made it.
func held(a *EipAddress) string {
	on := string(a.InstanceType) + " " + a.InstanceID
	switch {
	case a.Status == StatusUnassociating || a.Status == StatusReleasing:
		return "" // it is on its way
	case onNLB(a):
		return on
	case !a.ServiceManaged:
		return ""
	}
	by := "the cloud service that manages it"
	if a.ServiceID != 0 {
		by += " (ServiceID " + strconv.FormatInt(a.ServiceID, 10) + ")"
	}
	if a.InstanceID != "" {
		by += ", on " + strings.TrimSpace(on)
	}
	return by
}

func onNLB(a *EipAddress) bool {
	return a.InstanceID != "" && strings.EqualFold(string(a.InstanceType), string(InstanceTypeNlbInstance))
}

// heldError is the error about an address that is held.
func heldError(a *EipAddress) *StateError {
	e := stateError(a, "it is held by "+held(a)+", which alone can let it go (WaitForOwner waits for that)")
	if onNLB(a) {
		e.Code = CodeIncorrectEipStatus
	}
	return e
}

// awaitOwner is the plan for an address that is held.
func (v *convergence) awaitOwner(a *EipAddress) (plan, error) {
	e := heldError(a)
	if !v.patient {
		return 0, e
	}
	// What was refused before says nothing about what comes after the wait.
	v.owner, v.refusal, v.refusals = e, nil, 0
	return planWait, nil
}

// toFree waits until the address is gone, or no longer held.
func (v *convergence) toFree(a *EipAddress) (plan, error) {
	switch {
	case a == nil:
		return planDone, nil
	case held(a) != "":
		return v.awaitOwner(a)
	case a.Status == StatusUnassociating:
		return planWait, nil
	}
	return planDone, nil
}

// awaitFree waits until an address is gone, which gives nil, or no longer held.
// The caller has the turn of the address, or needs none.
func (c *Client) awaitFree(ctx context.Context, op, id string) (*EipAddress, error) {
	v := c.converge(op, id, []EnsureOption{WaitForOwner})
	return v.run(ctx, v.toFree)
}
