package eip

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// How long the converging helpers go on.
const (
	// DefaultConflictPatience is how long they go on after a refusal that the
	// state of address and instance does not explain, such as TaskConflict or
	// IncorrectInstanceStatus.
	DefaultConflictPatience = 2 * time.Minute
	// settleTime is how long the state may lag behind an action that was
	// accepted, before the action counts as failed.
	settleTime = 10 * time.Second
	// maxFailures is how often an action may be accepted and then fail.
	maxFailures = 3
	// maxActions bounds a fight with somebody who wants another state.
	maxActions = 20
)

// EnsureOption changes what a converging helper may do on its way. One that a
// helper has no use for is a *ValidationError.
type EnsureOption uint8

const (
	// MoveBound lets EnsureAssociated unbind the address from where it is, and
	// EnsureInBandwidthPackage take it out of another package.
	MoveBound EnsureOption = iota + 1
	// UnbindFirst lets EnsureReleased unbind the address.
	UnbindFirst
	// ForceUnbind unbinds although a NAT gateway has rules that use the address
	// (Force of UnassociateEipAddress).
	ForceUnbind
	// JustAllocated says that the address was allocated a moment ago: if it is
	// missing it has [DefaultVisibilityGrace] to appear.
	JustAllocated
	// WaitForOwner waits until a network load balancer, or the cloud service that
	// manages the address, has let the address go, as long as the context allows.
	// Without it, an address that has to be unbound or released and is held so is
	// a *[StateError] at once: no action can take it from there.
	WaitForOwner
	// LiftProtection lets EnsureReleased take the deletion protection away
	// (DeletionProtection), right before it releases the address.
	LiftProtection
	// LeavePackage lets EnsureReleased take the address out of its bandwidth
	// package (RemoveCommonBandwidthPackageIp), before it unbinds or releases it.
	LeavePackage
)

// String gives the constant's name.
func (o EnsureOption) String() string {
	switch o {
	case MoveBound:
		return "MoveBound"
	case UnbindFirst:
		return "UnbindFirst"
	case ForceUnbind:
		return "ForceUnbind"
	case JustAllocated:
		return "JustAllocated"
	case WaitForOwner:
		return "WaitForOwner"
	case LiftProtection:
		return "LiftProtection"
	case LeavePackage:
		return "LeavePackage"
	}
	return fmt.Sprintf("EnsureOption(%d)", uint8(o))
}

// EnsureAssociated makes sure that an address is bound to an instance, from any
// state, and gives the address as it then is. If it is bound there already,
// nothing is done. If it is bound elsewhere, that is a *[StateError], unless
// [MoveBound] is given. If the instance has another address already, which
// only NAT gateways and network interfaces can, that is a *[StateError] too. So
// is an address to be moved that a network load balancer or a cloud service
// holds (see [WaitForOwner]); the error names the holder.
//
// API: DescribeEipAddresses to look, AssociateEipAddress to bind,
// UnassociateEipAddress to move. A look that does not show the address, and whose
// answer contradicts itself (see [Client.GetEip]), is taken again until the
// context ends. A refusal because of the state is answered by
// looking again, never by sending the same once more; if nothing that can be
// seen explains it, the helper tries again for [DefaultConflictPatience]. After
// an unknown outcome the next call settles it ([Again]); after a refusal it is a
// new one, with a new ClientToken.
//
// It can be called again after a crash at any point, and goes on from the state
// that it finds. It guarantees the binding for the moment of its last look, not
// against somebody who unbinds the address afterwards. On an error the address
// may be bound nowhere if it was to be moved, and if the error's outcome is
// unknown ([OutcomeUnknown]) the binding may still take place.
//
// Helpers for one address that run on one client go one after another, since
// the service does not support concurrent calls for one address. Other clients
// are not kept out; their changes are met by looking again.
func (c *Client) EnsureAssociated(ctx context.Context, id string, to Instance, opts ...EnsureOption) (*EipAddress, error) {
	v := c.converge("EnsureAssociated", id, opts, MoveBound, ForceUnbind, JustAllocated, WaitForOwner)
	v.to = to
	if strings.TrimSpace(to.ID) == "" {
		return nil, &ValidationError{Action: "AssociateEipAddress", Faults: []FieldFault{{Field: "to.ID", Rule: "is required"}}}
	}
	return v.locked(ctx, v.toAssociated)
}

// EnsureUnassociated makes sure that an address is bound to nothing, from any
// state, and gives the address as it then is. An address that is not there is a
// *[NotFoundError]. One that a network load balancer or a cloud service holds is
// a *[StateError] that names the holder, unless [WaitForOwner] is given.
//
// API: DescribeEipAddresses to look, UnassociateEipAddress to unbind. Otherwise
// it is as [Client.EnsureAssociated]: safe to call again after a crash, for one
// address one after another, conflicts settled by looking.
func (c *Client) EnsureUnassociated(ctx context.Context, id string, opts ...EnsureOption) (*EipAddress, error) {
	v := c.converge("EnsureUnassociated", id, opts, ForceUnbind, JustAllocated, WaitForOwner)
	return v.locked(ctx, v.toUnassociated)
}

// EnsureReleased makes sure that an address is gone, and with it its costs. One
// that is not there is gone: for an address that was allocated a moment ago give
// [JustAllocated], or it may be taken for gone before it appears. With it, an
// address that does not appear within [DefaultVisibilityGrace] is released
// unseen; only if the service then says that it does not exist it counts as
// gone, and a service that is slower than that may still show it later. A bound
// address is a *[StateError], unless [UnbindFirst] is given. So is one that
// cannot be released: a subscription, a member of a segment, an address with
// deletion protection (unless [LiftProtection] is given), one in a bandwidth
// package (unless [LeavePackage] is given), and one that a network load balancer
// or a cloud service holds (unless [WaitForOwner] is given); nothing is done to it
// then. The error names the segment, the package or the holder.
//
// The address leaves its package first, is then unbound, loses its protection, and
// is released. An address that is just being added to a package does not show it:
// only when the release is refused, and the packages show why, this is the same
// *[StateError], or with [LeavePackage] the helper waits until it can be taken out.
//
// API: DescribeEipAddresses to look, ReleaseEipAddress to release,
// UnassociateEipAddress to unbind, DeletionProtection to take the protection
// away, RemoveCommonBandwidthPackageIp to leave a package, and
// DescribeCommonBandwidthPackages after a release that was refused because of the
// state. Otherwise it is as [Client.EnsureAssociated]. On an error the address may
// be out of its package, unbound or unprotected, and still cost money.
func (c *Client) EnsureReleased(ctx context.Context, id string, opts ...EnsureOption) error {
	v := c.converge("EnsureReleased", id, opts, UnbindFirst, ForceUnbind, JustAllocated, WaitForOwner, LiftProtection, LeavePackage)
	_, err := v.locked(ctx, v.toReleased)
	return err
}

// converge makes a convergence with an address; see run.
// Options that do not apply are kept in bad.
func (c *Client) converge(op, id string, opts []EnsureOption, apply ...EnsureOption) *convergence {
	var bad validator
	for i, o := range opts {
		if len(apply) > 0 && !slices.Contains(apply, o) {
			bad.fault(fmt.Sprintf("opts[%d]", i), o.String(), "does nothing here, so it must not be given")
		}
	}
	return &convergence{
		bad: bad,
		c:   c, op: op, id: id,
		move: slices.Contains(opts, MoveBound), unbind: slices.Contains(opts, UnbindFirst),
		force: slices.Contains(opts, ForceUnbind), fresh: slices.Contains(opts, JustAllocated),
		patient: slices.Contains(opts, WaitForOwner), lift: slices.Contains(opts, LiftProtection),
		leave: slices.Contains(opts, LeavePackage),
	}
}

// locked runs the convergence in its turn.
func (v *convergence) locked(ctx context.Context, decide func(*EipAddress) (plan, error)) (*EipAddress, error) {
	if err := needContext(ctx, v.op); err != nil {
		return nil, err
	}
	if v.bad.listed("id", v.id); len(v.bad.faults) > 0 {
		return nil, &ValidationError{Action: v.op, Faults: v.bad.faults}
	}
	unlock, err := v.c.turns.Of(ctx, v.id)
	if err != nil {
		return nil, fmt.Errorf("eip: %s: waiting for another call on %s: %w", v.op, v.id, err)
	}
	defer unlock()
	return v.run(ctx, decide)
}

func (v *convergence) toAssociated(a *EipAddress) (plan, error) {
	if a == nil {
		return v.absent(&NotFoundError{What: whatAddress, IDs: []string{v.id}})
	}
	there := boundTo(a, v.to)
	switch a.Status {
	case StatusInUse:
		switch {
		case there:
			return planDone, nil
		case v.move && held(a) != "":
			return v.awaitOwner(a)
		case v.move:
			return planUnassociate, nil
		}
		return 0, stateError(a, "it is bound elsewhere, not to "+v.to.ID)
	case StatusAssociating:
		switch {
		case !there && !v.move:
			return 0, stateError(a, "it is being bound elsewhere, not to "+v.to.ID)
		case !there && held(a) != "":
			return v.awaitOwner(a)
		}
	case StatusAvailable:
		if why := lockedWhy(a); why != "" {
			return 0, stateError(a, why)
		}
		return planAssociate, nil
	case StatusReleasing:
		return 0, stateError(a, "it is being released")
	}
	return planWait, nil
}

func (v *convergence) toUnassociated(a *EipAddress) (plan, error) {
	if a == nil {
		return v.absent(&NotFoundError{What: whatAddress, IDs: []string{v.id}})
	}
	switch a.Status {
	case StatusAvailable, StatusReleasing:
		return planDone, nil
	case StatusInUse, StatusAssociating:
		switch {
		case held(a) != "":
			return v.awaitOwner(a)
		case a.Status == StatusInUse:
			return planUnassociate, nil
		}
	}
	return planWait, nil
}

func (v *convergence) toReleased(a *EipAddress) (plan, error) {
	if a == nil {
		if p, err := v.absent(nil); p != planDone || !v.fresh || v.seen {
			return p, err
		}
		// It was never seen, so that it is missing says nothing: the service is
		// told to release it all the same.
		switch {
		case v.accepted != nil:
			return planDone, nil
		case errors.Is(v.refusal, CodeInvalidAllocationIdNotFound):
			v.denied = true
			return planDone, nil
		}
		return planRelease, nil
	}
	if err := releasable(a, v.lift, v.leave); err != nil {
		return 0, err
	}
	switch a.Status {
	case StatusAvailable:
		switch {
		case held(a) != "":
			return v.awaitOwner(a)
		case a.BandwidthPackageID != "":
			return planLeave, nil
		case a.DeletionProtection:
			return planUnprotect, nil
		}
		return planRelease, nil
	case StatusInUse, StatusAssociating:
		switch {
		case held(a) != "":
			return v.awaitOwner(a)
		case !v.mayUnbind(a):
			return 0, stateError(a, "it is in use, and this call may not unbind it")
		case a.Status != StatusInUse: // nothing can be done to it yet
		case a.BandwidthPackageID != "":
			return planLeave, nil
		default:
			return planUnassociate, nil
		}
	}
	return planWait, nil
}

// absent judges an address that is missing.
func (v *convergence) absent(err error) (plan, error) {
	if v.fresh && !v.seen && !v.graceOver && inGrace(v.poll) {
		return planWait, nil
	}
	return planDone, err
}

// mayUnbind says whether a release may take the address from where it is.
func (v *convergence) mayUnbind(a *EipAddress) bool {
	return v.unbind && (v.onlyFrom == nil || boundTo(a, *v.onlyFrom))
}

// releasable refuses what ReleaseEipAddress refuses in any state. lift says that
// deletion protection may be taken away first, leave that it may be taken out of
// its bandwidth package.
func releasable(a *EipAddress, lift, leave bool) error {
	switch {
	case a.ChargeType == InstanceChargeTypePrePaid:
		e := stateError(a, "it is a subscription, which no call can release: let it expire, or refund it in the console")
		e.Code = CodeForbiddenChargeTypeIsPrepaid
		return e
	case a.SegmentInstanceID != "":
		return stateError(a, "it belongs to the segment "+a.SegmentInstanceID+", which is released as a whole (ReleaseEipSegmentAddress)")
	case a.DeletionProtection && !lift:
		return stateError(a, "it has deletion protection: take that away first, or give LiftProtection")
	case a.BandwidthPackageID != "" && !leave && a.Status != StatusReleasing:
		return inPackageError(a, "in", a.BandwidthPackageID)
	}
	return nil
}

func lockedWhy(a *EipAddress) string {
	if len(a.OperationLocks) == 0 {
		return ""
	}
	return "it is locked (" + string(a.OperationLocks[0].LockReason) + ")"
}
