package eip

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// EnsureInBandwidthPackage makes sure that addresses are in a bandwidth package and
// BINDED there, from any state, and returns the package as it then is. Addresses
// that are there already are not touched. One that is in another package is a
// *[StateError], unless [MoveBound] is given: then it is taken out there first, and
// until it has been added it is metered by itself. So is a *[StateError] an address
// that cannot be in a package: a subscription, one that is locked or being
// released.
//
// API: DescribeCommonBandwidthPackages to look, and DescribeEipAddresses for those
// that are not there; AddCommonBandwidthPackageIps for ten addresses at a time
// (AddCommonBandwidthPackageIp for a single one), and
// RemoveCommonBandwidthPackageIp to move one. The service makes one change of a
// package at a time, so each call waits until the one before has taken effect. A
// refusal because of the state is answered by looking again, for
// [DefaultConflictPatience]; after an unknown outcome the same call is settled
// ([Again]) if the state has not changed.
//
// It can be called again after a crash at any point, and goes on from the state
// that it finds. It guarantees the membership for the moment of its last look.
// Helpers that change the same package on one client go one after another; the
// changes of others are met by looking again. On an error some of the addresses may
// be in the package, and none that were to be moved may be in any.
func (c *Client) EnsureInBandwidthPackage(ctx context.Context, packageID string, allocationIDs []string, opts ...EnsureOption) (*CommonBandwidthPackage, error) {
	v := c.membership("EnsureInBandwidthPackage", allocationIDs, opts, MoveBound, JustAllocated)
	v.bad.required("packageID", packageID)
	v.target = packageID
	if err := v.run(ctx); err != nil {
		return nil, err
	}
	return v.last, nil
}

// EnsureNotInBandwidthPackage makes sure that addresses are in no bandwidth
// package, from any state, and returns them as they then are, in the order of their
// IDs, each once. One that is just being added to a package is taken out as soon as
// it is there. An address that does not exist is a *[NotFoundError].
//
// API: DescribeEipAddresses and DescribeCommonBandwidthPackages to look,
// RemoveCommonBandwidthPackageIp to remove, one address at a time from each package.
// Otherwise it is as [Client.EnsureInBandwidthPackage]. Afterwards each address is
// metered by itself again.
func (c *Client) EnsureNotInBandwidthPackage(ctx context.Context, allocationIDs []string, opts ...EnsureOption) ([]*EipAddress, error) {
	v := c.membership("EnsureNotInBandwidthPackage", allocationIDs, opts, JustAllocated)
	if err := v.run(ctx); err != nil {
		return nil, err
	}
	out := make([]*EipAddress, len(v.ids))
	for i, id := range v.ids {
		out[i] = v.places[id].address
	}
	return out, nil
}

// membership makes one that checks its IDs and options when it runs.
func (c *Client) membership(op string, ids []string, opts []EnsureOption, apply ...EnsureOption) *membership {
	v := &membership{
		c: c, op: op, ids: distinctIDs(ids),
		move: slices.Contains(opts, MoveBound), fresh: slices.Contains(opts, JustAllocated),
		sent: map[string]sentMember{}, failures: map[string]int{}, seen: map[string]bool{},
	}
	for i, o := range opts {
		if !slices.Contains(apply, o) {
			v.bad.fault(fmt.Sprintf("opts[%d]", i), o.String(), "does nothing here, so it must not be given")
		}
	}
	if len(ids) == 0 {
		v.bad.fault("allocationIDs", "", "is required")
	}
	for i, id := range ids {
		v.bad.listed("allocationIDs["+strconv.Itoa(i)+"]", id)
	}
	return v
}

// decide says what the addresses need: for each package those to take out, and
// those to add to the target.
func (v *membership) decide() (todo map[string]*packageChange, done bool, err error) {
	todo, done = map[string]*packageChange{}, true
	change := func(id string) *packageChange {
		if todo[id] == nil {
			todo[id] = new(packageChange)
		}
		return todo[id]
	}
	for _, id := range v.ids {
		at := v.places[id]
		if at.pkg == v.target && !at.binding && at.there(v.target) {
			delete(v.sent, id)
			continue
		}
		done = false
		switch {
		case at.binding:
			v.sent[id] = v.sent[id].shown()
		case !at.there(v.target):
			if err := v.absent(id); err != nil {
				return nil, false, err
			}
		case at.pkg == "":
			wait, err := v.unfit(at.address)
			if err != nil {
				return nil, false, err
			}
			if !wait {
				wait, err = v.lagging(id, at.address)
			}
			if err != nil {
				return nil, false, err
			}
			if c := change(v.target); wait {
				c.wait = true
			} else {
				c.add = append(c.add, id)
			}
		default:
			if v.target != "" && !v.move {
				return nil, false, stateError(at.address, "it is in the bandwidth package "+at.pkg+", not in "+v.target)
			}
			wait, err := v.lagging(id, at.address)
			if err != nil {
				return nil, false, err
			}
			if c := change(at.pkg); wait {
				c.wait = true
			} else {
				c.remove = append(c.remove, id)
			}
		}
	}
	return todo, done, nil
}

// absent judges an address that is missing.
func (v *membership) absent(id string) error {
	if v.fresh && !v.seen[id] && inGrace(v.poll) {
		return nil
	}
	return &NotFoundError{What: whatAddress, IDs: []string{id}}
}

// unfit refuses an address that cannot be in a package, and says whether it is
// worth waiting for one.
func (v *membership) unfit(a *EipAddress) (wait bool, err error) {
	switch why := lockedWhy(a); {
	case a.ChargeType == InstanceChargeTypePrePaid:
		e := stateError(a, "it is a subscription, which cannot be in a bandwidth package")
		e.Code = CodeIpInstanceIdChargeTypeNotSupport
		return false, e
	case why != "":
		return false, stateError(a, why)
	case a.Status == StatusReleasing:
		return false, stateError(a, "it is being released")
	}
	return a.Status == StatusAssociating || a.Status == StatusUnassociating, nil
}

// lagging reports whether the last call about an address may still show. One that
// was accepted too often without showing is an error.
func (v *membership) lagging(id string, a *EipAddress) (bool, error) {
	sent, ok := v.sent[id]
	if !ok {
		return false, nil
	}
	if !sent.left && time.Since(sent.at) < settleTime {
		return true, nil
	}
	delete(v.sent, id)
	if v.failures[id]++; v.failures[id] >= maxFailures {
		return false, stateError(a, fmt.Sprintf("its bandwidth package was changed %d times, and it led nowhere", v.failures[id]))
	}
	return false, nil
}
