package eip

import (
	"context"
)

// AllocateAssociatedRequest asks for an address that is bound to an instance.
type AllocateAssociatedRequest struct {
	// Allocate is what to allocate, tags included. It must not be a
	// subscription, which could not be released if a later step fails.
	Allocate AllocateEipAddressRequest
	// Instance is what to bind it to. Its ID is required.
	Instance Instance
	// Key names the purpose, for example "prod/gateway-7", so that a program
	// that crashed can call again and get the same address: up to 128 bytes.
	// Tags (KeyTag) and ClientToken are made from it. Without it a crash may
	// leave an address behind that only the caller's own tags find.
	Key string
	// Generation is where to begin to count the addresses that were released
	// while the service still knew their tokens; each one that is passed over
	// takes DefaultVisibilityGrace. Default: 0.
	Generation int
}

// AllocateAssociated allocates an address, tags and token in the one call, waits
// until it is Available, binds it to an instance, and looks whether it really
// is. If something fails, what it made is unbound and released again; the error
// is then a *[PartialError], which lists the address if that failed too.
//
// API: with a Key DescribeEipAddresses by tag; AllocateEipAddress;
// DescribeEipAddresses; AssociateEipAddress; on failure AllocateEipAddress with
// the same token to settle an unknown outcome, UnassociateEipAddress (only if
// this call bound the address) and ReleaseEipAddress. The clean-up goes on when
// the caller's context is over, for [DefaultRollbackTime] at most.
//
// After a crash, calling it again with the same Key and request gives the same
// address, found by tag or by token, whichever steps were done, and never a
// second one. If the second call fails too, the address is released, unless it
// is bound to something that this call did not bind it to. It does not guarantee
// that if the service forgets tokens and tags are not visible for more than
// [DefaultVisibilityGrace]. Calls with one Key on one client go one after another.
func (c *Client) AllocateAssociated(ctx context.Context, req *AllocateAssociatedRequest) (*EipAddress, error) {
	const op = "AllocateAssociated"
	if req == nil {
		req = new(AllocateAssociatedRequest)
	}
	template, to := req.Allocate.clone(), req.Instance
	if err := validTemplate(op, req.Key, req.Generation, template); err != nil {
		return nil, err
	}
	if err := validInstance(op, to); err != nil {
		return nil, err
	}
	m := newMark(req.Key, nil)
	unlock, err := c.turn(ctx, op, m)
	if err != nil {
		return nil, err
	}
	defer unlock()
	got, err := c.obtain(ctx, m, template, req.Generation, to)
	if err != nil {
		return nil, c.rollBack(ctx, op, got, nil, err)
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
	return nil, c.rollBack(ctx, op, got, from, err)
}

// validInstance wants an instance that can be named.
func validInstance(op string, to Instance) error {
	var v validator
	v.required("Instance.ID", to.ID)
	if to.Type == InstanceTypeIPAddress && to.VPCID == "" {
		v.fault("Instance.VPCID", "", "is required when Type is IpAddress")
	}
	if len(v.faults) > 0 {
		return &ValidationError{Action: op, Faults: v.faults}
	}
	return nil
}

// turn makes calls with one key go one after another.
func (c *Client) turn(ctx context.Context, op string, m mark) (func(), error) {
	if m.key == "" {
		return func() {}, nil
	}
	unlock, err := c.turns.lock(ctx, "key "+m.name)
	if err != nil {
		return nil, &WaitError{Want: "another call of " + op + " with this key to end", Err: err, ctxErr: ctx.Err()}
	}
	return unlock, nil
}

// rollBack releases what one allocation has come to, and makes the error.
func (c *Client) rollBack(ctx context.Context, op string, got made, from *Instance, why error) error {
	if got.id == "" && got.unknown == nil {
		return why // nothing was made
	}
	ctx, cancel := rollbackContext(ctx, 1)
	defer cancel()
	e := &PartialError{Op: op, Err: why}
	if got.unknown != nil {
		if got.id, e.RollbackErr = c.settle(ctx, got.unknown); e.RollbackErr != nil {
			e.Unsettled = []*AllocateEipAddressRequest{got.unknown}
			return e
		}
	}
	if got.id != "" {
		e.Alive, e.RollbackErr = c.undo(ctx, []string{got.id}, from)
		for i := range e.Alive {
			if e.Alive[i].IPAddress == "" {
				e.Alive[i].IPAddress = got.ip
			}
		}
	}
	return e
}
