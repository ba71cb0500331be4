package eip

import "context"

// EnsureDeletionProtection makes sure that an address is protected from being
// released (on), or that it is not, and gives the address as it then is. If it
// is so already, nothing is sent. An address that is not there is a
// *[NotFoundError]; for one that was allocated a moment ago give
// [JustAllocated]. One that is being released is a *[StateError].
//
// API: DescribeEipAddresses to look, DeletionProtection to change. Otherwise it
// is as [Client.EnsureAssociated]: safe to call again after a crash, for one
// address one after another, an unknown outcome settled with its ClientToken
// ([Again]), a refusal because of the state answered by looking again. It
// guarantees the protection for the moment of its last look, not against somebody
// who changes it afterwards.
func (c *Client) EnsureDeletionProtection(ctx context.Context, id string, on bool, opts ...EnsureOption) (*EipAddress, error) {
	v := c.converge("EnsureDeletionProtection", id, opts, JustAllocated)
	return v.locked(ctx, v.toProtected(on))
}

func (v *convergence) toProtected(on bool) func(*EipAddress) (plan, error) {
	return func(a *EipAddress) (plan, error) {
		switch {
		case a == nil:
			return v.absent(&NotFoundError{What: whatAddress, IDs: []string{v.id}})
		case a.DeletionProtection == on:
			return planDone, nil
		case a.Status == StatusReleasing:
			return 0, stateError(a, "it is being released")
		case on:
			return planProtect, nil
		}
		return planUnprotect, nil
	}
}
