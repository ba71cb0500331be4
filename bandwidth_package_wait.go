package eip

import (
	"context"
	"fmt"

	"github.com/eipkit/eip-go/internal/transport"
)

// WaitBandwidthPackageAvailable waits until a bandwidth package is Available:
// after it was made, or its bandwidth was changed. A package that is not visible
// yet has [DefaultVisibilityGrace] to appear; one that goes ends the wait. The
// package is Available also while addresses are being added to it or removed.
//
// API: DescribeCommonBandwidthPackages, once for each look; otherwise it is as
// [Client.WaitVisible].
func (c *Client) WaitBandwidthPackageAvailable(ctx context.Context, packageID string) (*CommonBandwidthPackage, error) {
	return c.awaitPackage(ctx, packageID, packageGoal{
		want: string(BandwidthPackageStatusAvailable), pending: always([]string{packageID}),
		judge: func(before, p *CommonBandwidthPackage, poller *transport.Poller) (bool, error) {
			if absent, err := packageAbsent(packageID, before, p, poller); absent {
				return false, err
			}
			return p.Status == BandwidthPackageStatusAvailable, nil
		},
	})
}

// WaitBandwidthPackageGone waits until a bandwidth package is no longer listed:
// after it was deleted. One that was made a moment ago and is not visible yet
// counts as gone.
//
// API: DescribeCommonBandwidthPackages, once for each look; otherwise it is as
// [Client.WaitVisible].
func (c *Client) WaitBandwidthPackageGone(ctx context.Context, packageID string) error {
	_, err := c.awaitPackage(ctx, packageID, packageGoal{
		want: "a bandwidth package to be gone", pending: always([]string{packageID}),
		judge: func(_, p *CommonBandwidthPackage, _ *transport.Poller) (bool, error) { return p == nil, nil },
	})
	return err
}

// WaitInBandwidthPackage waits until an address is in a bandwidth package and
// BINDED: after it was added. It returns the package as it was last seen. A
// package or an address in it that is not visible yet has
// [DefaultVisibilityGrace] to appear. An address that was seen in the package and
// is no longer there ends the wait, as does a package that goes.
//
// API: DescribeCommonBandwidthPackages, once for each look; otherwise it is as
// [Client.WaitVisible].
func (c *Client) WaitInBandwidthPackage(ctx context.Context, packageID, allocationID string) (*CommonBandwidthPackage, error) {
	return c.WaitAllInBandwidthPackage(ctx, packageID, []string{allocationID})
}

// WaitAllInBandwidthPackage is [Client.WaitInBandwidthPackage] for many addresses
// together, with one call for each look.
func (c *Client) WaitAllInBandwidthPackage(ctx context.Context, packageID string, allocationIDs []string) (*CommonBandwidthPackage, error) {
	var v validator
	for i, id := range allocationIDs {
		v.required(fmt.Sprintf("allocationIDs[%d]", i), id)
	}
	if len(allocationIDs) == 0 {
		v.fault("allocationIDs", "", "is required")
	}
	if len(v.faults) > 0 {
		return nil, &ValidationError{Action: describePackages, Faults: v.faults}
	}
	pending := distinctIDs(allocationIDs)
	return c.awaitPackage(ctx, packageID, packageGoal{
		want: "addresses in " + packageID, pending: func() []string { return pending },
		judge: func(before, p *CommonBandwidthPackage, poller *transport.Poller) (bool, error) {
			if absent, err := packageAbsent(packageID, before, p, poller); absent {
				return false, err
			}
			var next, lost []string
			for _, id := range pending {
				m := p.Member(id)
				if m != nil && m.Status == BandwidthPackageIPStatusBinded {
					continue
				}
				next = append(next, id)
				if m == nil && (before != nil && before.Member(id) != nil || !inGrace(poller)) {
					lost = append(lost, id)
				}
			}
			if pending = next; len(lost) > 0 {
				return false, &StateError{AllocationID: packageID, Status: Status(p.Status),
					Reason: shortList(lost) + ": not in the package, or no longer"}
			}
			return len(pending) == 0, nil
		},
	})
}

// WaitOutOfBandwidthPackage waits until an address is in no bandwidth package:
// after it was removed, or its package was deleted. An address that is being
// added to a package, and not BINDED yet, counts as in none.
//
// API: DescribeEipAddresses, once for each look; otherwise it is as
// [Client.WaitVisible].
func (c *Client) WaitOutOfBandwidthPackage(ctx context.Context, allocationID string) (*EipAddress, error) {
	return c.awaitOne(ctx, allocationID, goalOutOfPackage)
}

// WaitAllOutOfBandwidthPackage is [Client.WaitOutOfBandwidthPackage] for many
// addresses together, as [Client.WaitAllAvailable].
func (c *Client) WaitAllOutOfBandwidthPackage(ctx context.Context, allocationIDs []string) ([]*EipAddress, error) {
	return c.awaitAll(ctx, allocationIDs, goalOutOfPackage)
}

var goalOutOfPackage = goal{want: "an address in no bandwidth package",
	done: func(a *EipAddress) bool { return a != nil && a.BandwidthPackageID == "" }}

// packageGoal is what a wait for a bandwidth package is for.
type packageGoal struct {
	want string
	// pending lists what has not got there.
	pending func() []string
	// judge says whether the goal is reached. p is nil if the package is missing,
	// before is the package at the previous look, nil at the first one.
	judge func(before, p *CommonBandwidthPackage, poller *transport.Poller) (bool, error)
}

func always(ids []string) func() []string { return func() []string { return ids } }

// packageAbsent reports that a package is missing, with an error once it cannot
// appear any more.
func packageAbsent(id string, before, p *CommonBandwidthPackage, poller *transport.Poller) (bool, error) {
	switch {
	case p != nil:
		return false, nil
	case before != nil || !inGrace(poller):
		return true, &NotFoundError{What: whatPackage, IDs: []string{id}}
	}
	return true, nil
}

func (c *Client) awaitPackage(ctx context.Context, id string, g packageGoal) (*CommonBandwidthPackage, error) {
	if err := needContext(ctx, "waiting for "+g.want); err != nil {
		return nil, err
	}
	if err := needPackageID(id); err != nil {
		return nil, err
	}
	var last *CommonBandwidthPackage
	var doubt *TransportError // of the last look
	looked := map[string]*EipAddress{}
	poller := newPoller()
	for {
		p, why, err := c.lookAtPackage(ctx, id)
		var done bool
		if err == nil {
			doubt = why
		}
		if err == nil && doubt == nil {
			done, err = g.judge(last, p, poller)
			last = p
			for _, pending := range g.pending() {
				looked[pending] = nil
			}
		}
		if done {
			return p, nil
		}
		if err == nil {
			err = poller.Pause(ctx)
		}
		if err != nil {
			return nil, &WaitError{
				Want: g.want, IDs: g.pending(), Last: looked, LastPackage: last, Err: withDoubt(err, doubt), ctxErr: ctx.Err(),
			}
		}
	}
}
