package eip

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// RotateRequest asks for a new address in the place of an old one.
type RotateRequest struct {
	// Instance has the old address and gets the new one. Its ID is required.
	Instance Instance
	// Old is the ID of the address to replace. Default: the one that the
	// instance has; required if it has several.
	Old string
	// Allocate is what to allocate, tags included. It must not be a
	// subscription.
	Allocate AllocateEipAddressRequest
	// Key names the purpose, as in [AllocateAssociatedRequest]; it may be the
	// Key with which AllocateAssociated made the old address. Default: "rotate/"
	// and the ID of the instance.
	Key string
	// Generation is as in [AllocateAssociatedRequest], for the new address.
	Generation int
	// WaitForOwner waits, before anything is done, until a network load balancer
	// or a cloud service that holds the old address has let it go; see
	// [WaitForOwner]. Default: such an address is a *[StateError].
	WaitForOwner bool
	// LiftProtection takes the deletion protection of the old address away right
	// before it is released. Default: an address that is protected is a
	// *[StateError].
	LiftProtection bool
	// LeavePackage lets an old address that is in a bandwidth package leave it,
	// right before it is released, and the new one takes its place there, so that
	// what is paid stays the same. A limit that the old address had within the
	// package is not taken over. Default: an address that is in a package is a
	// *[StateError].
	LeavePackage bool
}

// RotateResult says what a rotation has come to: New is bound, Old is gone, and
// there is nothing else that this call has made.
type RotateResult struct {
	// New is the new address, bound to the instance.
	New *EipAddress
	// Old is the old address as it was before; its Status is empty if it was
	// gone already.
	Old Holding
}

// Rotate gives an instance a new address and releases the old one. The new one
// is allocated first, so that a quota or an empty stock leaves everything as it
// was; then the old one is unbound and the new one bound, and in between, for
// some seconds, the instance has none: most instances can have only one. The old
// address is released last, and whoever relied on it cannot get it back for sure.
//
// With LeavePackage, the new address is added to the old one's bandwidth package
// before the old one is unbound: a package that refuses it then costs nothing, and
// the instance never has an address that is metered by itself. The old one leaves
// the package only when the new one is bound, so for that time both are in it.
// Without LeavePackage, an old address that is just being added to a package, which
// DescribeEipAddresses does not show, is found only when its release is refused.
//
// If something fails before the new address is bound, the old one is bound again
// and the new one taken out of the package again and released, unless it was there
// before this call, from a rotation that had crashed, say: then it stays, unbound,
// and in the package. If releasing the old one fails, the new one stays
// bound. Either way the *[PartialError] lists under Alive which addresses there
// are, and which of them is bound to what; only an error from before anything
// was done, such as an invalid request, comes without it.
//
// API: DescribeEipAddresses by instance, tag and ID; AllocateEipAddress;
// UnassociateEipAddress; AssociateEipAddress; ReleaseEipAddress, and
// DescribeCommonBandwidthPackages if that is refused because of the state;
// DeletionProtection with LiftProtection; DescribeCommonBandwidthPackages,
// AddCommonBandwidthPackageIp and RemoveCommonBandwidthPackageIp with LeavePackage.
// An old address that cannot be released (a subscription, a member of a segment,
// one with deletion protection, one in a bandwidth package, one that a network
// load balancer or a cloud service holds) is refused before anything is done, with
// a *[StateError] that names the package or the holder, and a new one that an
// earlier call has made and that is in use elsewhere by now before the old one is
// unbound. The clean-up goes on when the caller's context is over, for
// [DefaultRollbackTime] at most.
//
// After a crash at any point, calling it again finishes the rotation: the new
// address carries the old one's ID as a tag (ReplacesTag). With Old given, a
// rotation that was finished stays so, and its result is given again; without
// Old, a call after a finished rotation begins the next one, with what is then on
// the instance. Rotations of one
// instance on one client go one after another; other clients are met by looking
// again.
func (c *Client) Rotate(ctx context.Context, req *RotateRequest) (*RotateResult, error) {
	const op = "Rotate"
	if err := needContext(ctx, op); err != nil {
		return nil, err
	}
	if req == nil {
		req = new(RotateRequest)
	}
	r := &rotation{c: c, to: req.Instance, key: req.Key, template: req.Allocate.clone(), generation: req.Generation,
		patient: req.WaitForOwner, lift: req.LiftProtection, leave: req.LeavePackage}
	if err := validInstance(op, r.to); err != nil {
		return nil, err
	}
	if r.key == "" {
		r.key = "rotate/" + r.to.ID
	}
	if err := c.validTemplate(op, r.key, r.generation, r.template); err != nil {
		return nil, err
	}
	if req.Old != "" {
		var v validator
		if v.listed("Old", req.Old); strings.ContainsFunc(req.Old, unicode.IsControl) {
			v.fault("Old", shorten(req.Old), "must not contain control characters")
		}
		if len(v.faults) > 0 {
			return nil, &ValidationError{Action: op, Faults: v.faults}
		}
	}
	unlock, err := c.turns.Of(ctx, "instance "+r.to.ID)
	if err != nil {
		return nil, &WaitError{Want: "another rotation of " + r.to.ID + " to end", Err: err, ctxErr: ctx.Err()}
	}
	defer unlock()
	old := req.Old
	if old == "" {
		if old, err = r.begun(ctx); err != nil {
			return nil, err
		}
	}
	r.since = c.begins(r.key)
	r.mark = newMark(c.regionID, r.key, Tags{ReplacesTag: old})
	r.old.AllocationID = old
	a, err := r.run(ctx)
	if err != nil {
		return nil, r.rollBack(ctx, op, err)
	}
	return &RotateResult{New: a, Old: r.old}, nil
}

// rotation is one Rotate under way.
type rotation struct {
	c          *Client
	to         Instance
	key        string
	template   *AllocateEipAddressRequest
	generation int
	mark       mark
	since      time.Time // when it began
	patient    bool      // WaitForOwner
	lift       bool      // LiftProtection
	leave      bool      // LeavePackage

	old     Holding // as it was found
	got     made    // the new one
	unseen  []made  // passed over for it, although nobody has seen it
	touched bool    // the old one was bound, or a call that crashed has unbound it
	bound   bool    // the new one may have been bound by this call
	through bool    // the new one is bound: there is no way back
}

// begun finds out which address to replace: that of a rotation which was begun
// and not finished, or the one that the instance has.
func (r *rotation) begun(ctx context.Context) (old string, err error) {
	list, err := r.c.found(ctx, newMark(r.c.regionID, r.key, nil))
	if err != nil {
		return "", err
	}
	on, err := r.c.FindEipsByInstance(ctx, r.to)
	if err != nil {
		return "", err
	}
	replaced := map[string]bool{}
	for _, a := range list {
		replaced[a.Tags[ReplacesTag]] = true
	}
	for _, a := range list {
		x := a.Tags[ReplacesTag]
		if x == "" || replaced[a.AllocationID] || a.InstanceID != "" && !boundTo(a, r.to) {
			continue
		}
		left, err := r.c.lookUp(ctx, []string{x})
		if err != nil {
			return "", err
		}
		// The old one is there still, or it is gone and the new one was never
		// bound. Otherwise that rotation is over, whatever became of its address.
		unfinished := left[x] == nil && len(on) == 0 && a.Status == StatusAvailable
		if unfinished || left[x] != nil && (left[x].InstanceID == "" || boundTo(left[x], r.to)) {
			return x, nil
		}
	}
	switch {
	case len(on) == 0:
		return "", fmt.Errorf("eip: Rotate: nothing to replace: %w",
			&NotFoundError{What: whatAddress, IDs: []string{"on " + r.to.ID}})
	case len(on) > 1:
		return "", &ValidationError{Action: "Rotate", Faults: []FieldFault{{
			Field: "Old", Rule: fmt.Sprintf("is required: %s has %d addresses", r.to.ID, len(on)),
		}}}
	}
	return on[0].AllocationID, nil
}

func (r *rotation) run(ctx context.Context) (*EipAddress, error) {
	id := r.old.AllocationID
	found, err := r.c.lookUp(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	old := found[id]
	if old != nil && r.patient {
		r.old = holdingOf(old)
		if old, err = r.c.awaitFree(ctx, "Rotate", id); err != nil {
			return nil, err
		}
	}
	if old != nil {
		r.old = holdingOf(old)
		if err := releasable(old, r.lift, r.leave); err != nil {
			return nil, err
		}
		if held(old) != "" {
			return nil, heldError(old)
		}
		if old.InstanceID != "" && !boundTo(old, r.to) {
			return nil, stateError(old, "it is not on "+r.to.ID)
		}
	} else {
		list, err := r.c.found(ctx, r.mark)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 {
			return nil, &NotFoundError{What: whatAddress, IDs: []string{id}}
		}
	}
	in, err := r.packageOfOld(ctx, old)
	if err != nil {
		return nil, err
	}
	r.got, r.unseen, err = r.c.obtain(ctx, r.mark, r.template, r.generation, r.to, r.since)
	if err != nil {
		return nil, err
	}
	r.unseen = nil
	v := r.c.converge("Rotate", r.got.id, []EnsureOption{JustAllocated})
	v.to = r.to
	if _, err := v.toAssociated(r.got.address); err != nil {
		return nil, err // before the instance loses the old one for it
	}
	if in != "" {
		if err := r.join(ctx, in); err != nil {
			return nil, err
		}
	}
	if old != nil {
		r.touched = old.InstanceID != "" || r.got.found
		if err := r.unbindOld(ctx); err != nil {
			return nil, err
		}
	}
	a, err := v.locked(ctx, v.toAssociated)
	r.bound = v.bound
	if err != nil {
		return nil, err
	}
	r.through = true
	if old == nil {
		return a, nil
	}
	var opts []EnsureOption
	if r.patient {
		opts = append(opts, WaitForOwner)
	}
	if r.lift {
		opts = append(opts, LiftProtection)
	}
	if r.leave {
		opts = append(opts, LeavePackage)
	}
	return a, r.c.EnsureReleased(ctx, id, opts...)
}

// packageOfOld is the package in which the new address is to be, if any. One that
// the old address is being added to shows in the packages alone.
func (r *rotation) packageOfOld(ctx context.Context, old *EipAddress) (id string, err error) {
	if old == nil || !r.leave {
		return "", nil
	}
	if old.BandwidthPackageID != "" || old.Status == StatusReleasing {
		return old.BandwidthPackageID, nil
	}
	p, err := r.c.packageOf(ctx, old.AllocationID)
	if p == nil || err != nil {
		return "", err
	}
	return p.BandwidthPackageID, nil
}

// join adds the new address to a package.
func (r *rotation) join(ctx context.Context, id string) error {
	v := r.c.membership("Rotate", []string{r.got.id}, []EnsureOption{JustAllocated}, JustAllocated)
	v.target, r.got.joined = id, true
	return v.run(ctx)
}

// unbindOld takes the old address off the instance, and off no other. It may be
// on its way out already, if a call before this one has crashed.
func (r *rotation) unbindOld(ctx context.Context) error {
	v := r.c.converge("Rotate", r.old.AllocationID, nil)
	_, err := v.locked(ctx, func(a *EipAddress) (plan, error) {
		switch {
		case a == nil:
			return planDone, nil
		case a.Status == StatusInUse && !boundTo(a, r.to):
			return 0, stateError(a, "it is not on "+r.to.ID+" any more")
		}
		return v.toUnassociated(a)
	})
	return err
}

// rollBack goes back if it can, and says what there is.
func (r *rotation) rollBack(ctx context.Context, op string, why error) error {
	ctx, cancel := rollbackContext(ctx, 2)
	defer cancel()
	e := &PartialError{Op: op, Err: why}
	if u := r.got.unknown; u != nil {
		id, left, err := r.c.settle(ctx, u)
		if r.got.id = id; err != nil {
			e.Unsettled = []*AllocateEipAddressRequest{left}
			e.RollbackErr = err
		}
	}
	var left []Holding
	if !r.through {
		var err error
		left, err = r.goBack(ctx)
		e.RollbackErr = errors.Join(e.RollbackErr, err)
	}
	e.Alive = r.survey(ctx, left)
	return e
}

// goBack binds the old address again, if this rotation has unbound it, and releases
// the new one, if this rotation has made it and it is not in use elsewhere.
func (r *rotation) goBack(ctx context.Context) (left []Holding, err error) {
	var errs []error
	var from *Instance
	if r.bound {
		from = &r.to
		v := r.c.converge("rollback", r.got.id, nil)
		_, err := v.locked(ctx, func(a *EipAddress) (plan, error) {
			if a == nil || a.InstanceID != "" && !boundTo(a, r.to) {
				return planDone, nil
			}
			return v.toUnassociated(a)
		})
		errs = append(errs, err)
	}
	if r.touched {
		_, err := r.c.EnsureAssociated(ctx, r.old.AllocationID, r.to)
		errs = append(errs, err)
	}
	left, err = r.c.undo(ctx, r.made(), r.since, from)
	return left, errors.Join(append(errs, err)...)
}

// made is what this rotation has, or may have, for the new address.
func (r *rotation) made() []made {
	list := r.unseen
	if r.got.id != "" {
		list = append(list[:len(list):len(list)], r.got)
	}
	return list
}

// survey looks what there is. What was left unseen is told as such.
func (r *rotation) survey(ctx context.Context, left []Holding) (alive []Holding) {
	list := append([]made{{id: r.old.AllocationID, ip: r.old.IPAddress}}, r.made()...)
	ids := make([]string, len(list))
	for i, m := range list {
		ids[i] = m.id
	}
	now, err := r.c.lookUp(ctx, ids)
	for _, m := range list {
		unseen := slices.ContainsFunc(left, func(h Holding) bool { return h.AllocationID == m.id && h.Status == "" })
		switch a := now[m.id]; {
		case a != nil:
			alive = append(alive, holdingOf(a))
		case err != nil || unseen:
			alive = append(alive, Holding{AllocationID: m.id, IPAddress: m.ip})
		}
	}
	return alive
}
