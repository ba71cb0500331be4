package eip

import (
	"context"
	"fmt"
	"time"
)

// packageTurn is the key of the turns of a bandwidth package, of which the service
// makes one change at a time.
func packageTurn(id string) string { return "bandwidth package " + id }

// takeTurn has the turn of the package that an address is to leave, until the
// address is out. again says that the address is to be looked at again, since this
// has waited for the turn.
func (v *convergence) takeTurn(ctx context.Context, a *EipAddress, p plan) (again bool, err error) {
	in := ""
	if a != nil {
		in = a.BandwidthPackageID
	}
	if v.turn != "" && in != v.turn {
		// It is out. What was accepted or refused meanwhile was about the package.
		v.accepted, v.refusal, v.refusals = nil, nil, 0
	}
	if v.turn != "" && (in != v.turn || p != planLeave) {
		v.leaveTurn()
	}
	if p != planLeave || v.turn != "" {
		return false, nil
	}
	if v.endTurn, err = v.c.turns.Of(ctx, packageTurn(in)); err != nil {
		return false, fmt.Errorf("eip: %s: %s is waiting for another call on %s: %w", v.op, v.id, in, err)
	}
	v.turn = in
	return true, nil
}

func (v *convergence) leaveTurn() {
	if v.endTurn != nil {
		v.endTurn()
	}
	v.turn, v.endTurn = "", nil
}

// joining looks whether a release is refused because the address is in a bandwidth
// package, or on its way there, which shows nowhere else. It is an error unless the
// address may be taken out. wait says that this has to wait until it can be. That
// the packages cannot be read proves nothing, so the refusal then stands alone.
func (v *convergence) joining(ctx context.Context, a *EipAddress) (wait bool, err error) {
	p, err := v.c.packageOf(ctx, v.id)
	switch {
	case err != nil && ctx.Err() != nil:
		return false, v.stopped(ctx, err)
	case err != nil || p == nil:
		return false, nil
	}
	e := memberError(a, p)
	if !v.leave {
		return false, e
	}
	v.owner = e
	if m := p.Member(v.id); m.Status != BandwidthPackageIPStatusBinded {
		v.refusedSince = time.Now() // how long adding it takes is not documented
	}
	return true, nil
}

// packageOf finds the bandwidth package that an address is in, or is being added
// to. It is nil if there is none.
func (c *Client) packageOf(ctx context.Context, id string) (*CommonBandwidthPackage, error) {
	for p, err := range c.BandwidthPackages(ctx, nil) {
		if err != nil {
			return nil, err
		}
		if p.Member(id) != nil {
			return p, nil
		}
	}
	return nil, nil
}

// memberError is the error about an address that a package shows as a member.
func memberError(a *EipAddress, p *CommonBandwidthPackage) *StateError {
	how := "being added to"
	if m := p.Member(a.AllocationID); m != nil && m.Status == BandwidthPackageIPStatusBinded {
		how = "in"
	}
	return inPackageError(a, how, p.BandwidthPackageID)
}

func inPackageError(a *EipAddress, how, id string) *StateError {
	return stateError(a, "it is "+how+" the bandwidth package "+id+": take it out first, or give LeavePackage")
}

// leavePackages takes an address out of every bandwidth package, whether it shows
// there or is just being added. That the address is gone is no error. The caller
// has its turn, or needs none.
func (c *Client) leavePackages(ctx context.Context, op, id string) error {
	if err := c.membership(op, []string{id}, nil).run(ctx); !isGone(err) {
		return err
	}
	return nil
}
