package eip

import (
	"context"
	"errors"
	"time"
)

// AllocateAssociatedRequest asks for an address that is bound to an instance.
type AllocateAssociatedRequest struct {
	// Allocate is what to allocate, tags included. It must not be a
	// subscription, which could not be released if a later step fails.
	Allocate AllocateEipAddressRequest
	// Instance is what to bind it to. Its ID is required.
	Instance Instance
	// Key names the purpose, for example "prod/gateway-7", so that a program
	// that crashed can call again and get the same address: up to 128 bytes
	// without control characters. Tags (KeyTag) and, with the region,
	// ClientToken are made from it. Without it a crash may leave an address
	// behind that only the caller's own tags find. A request that differs from
	// that of an earlier call with this Key may be refused with
	// IdempotentParameterMismatch: raise Generation.
	Key string
	// Generation tells the tokens of this Key from those of earlier addresses
	// that were released while the service still knows their tokens. It need
	// not be raised for those, but to pass them over takes
	// DefaultVisibilityGrace once, unless this client has seen them go.
	// Default: 0.
	Generation int
}

// AllocateAssociated allocates an address, tags and token in the one call, waits
// until it is Available, binds it to an instance, and looks whether it really
// is. If something fails, what it made is unbound and released again; an address
// that was there before the call is left, and unbound only if this call has
// bound it. The error is then a *[PartialError], which lists what is left.
//
// API: with a Key DescribeEipAddresses by tag; AllocateEipAddress;
// DescribeEipAddresses; AssociateEipAddress; on failure AllocateEipAddress with
// the same token to settle an unknown outcome, UnassociateEipAddress (only if
// this call bound the address) and ReleaseEipAddress. The clean-up goes on when
// the caller's context is over, for [DefaultRollbackTime] at most.
//
// After a crash, calling it again with the same Key and request gives the same
// address, found by tag or by token, whichever steps were done, and never a
// second one. If the second call fails too, the address stays, and the error lists
// it: to the second call it is one that was there before. (The service tells the
// time of allocation to the minute: one that is made within the same minute and
// not visible by its tags yet counts as the call's own.)
//
// An address that is not visible for [DefaultVisibilityGrace] may be taken for
// one that was released, and a second one is made in its place, never a third.
// If the call then fails, the error lists it with an empty Status.
// Calls with one Key on one client go one after another.
func (c *Client) AllocateAssociated(ctx context.Context, req *AllocateAssociatedRequest) (*EipAddress, error) {
	const op = "AllocateAssociated"
	if err := needContext(ctx, op); err != nil {
		return nil, err
	}
	if req == nil {
		req = new(AllocateAssociatedRequest)
	}
	template, to := req.Allocate.clone(), req.Instance
	if err := c.validTemplate(op, req.Key, req.Generation, template); err != nil {
		return nil, err
	}
	if err := validInstance(op, to); err != nil {
		return nil, err
	}
	m := newMark(c.regionID, req.Key, nil)
	unlock, err := c.turn(ctx, op, m)
	if err != nil {
		return nil, err
	}
	defer unlock()
	since := c.begins(req.Key)
	got, unseen, err := c.obtain(ctx, m, template, req.Generation, to, since)
	if err != nil {
		return nil, c.rollBack(ctx, op, got, unseen, since, nil, err)
	}
	v := c.converge(op, got.id, []EnsureOption{JustAllocated})
	v.to = to
	a, err := v.locked(ctx, v.toAssociated)
	if err == nil {
		return a, nil
	}
	var from *Instance
	if v.bound {
		from = &to
	}
	if v.last != nil {
		got.address = v.last
	}
	return nil, c.rollBack(ctx, op, got, nil, since, from, err)
}

// rollBack releases what one allocation has come to, and makes the error.
func (c *Client) rollBack(ctx context.Context, op string, got made, unseen []made, since time.Time, from *Instance, why error) error {
	if got.id == "" && got.unknown == nil && len(unseen) == 0 {
		return why // nothing was made
	}
	ctx, cancel := rollbackContext(ctx, 1)
	defer cancel()
	e := &PartialError{Op: op, Err: why}
	var errs []error
	if got.unknown != nil {
		id, left, err := c.settle(ctx, got.unknown)
		if got.id = id; err != nil {
			e.Unsettled = []*AllocateEipAddressRequest{left}
			errs = append(errs, err)
		}
	}
	if got.id != "" {
		unseen = append(unseen, got)
	}
	var err error
	e.Alive, err = c.undo(ctx, unseen, since, from)
	e.RollbackErr = errors.Join(append(errs, err)...)
	return e
}
