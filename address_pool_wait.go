package eip

import (
	"context"
	"strings"

	"github.com/eipkit/eip-go/internal/transport"
)

// WaitPoolCreated waits until a pool of public addresses is Created: after it was
// made or changed. A pool that is not visible yet has [DefaultVisibilityGrace] to
// appear; one that is being deleted ends the wait.
//
// API: ListPublicIpAddressPools, once for each look; otherwise it is as
// [Client.WaitVisible], and the state of the *[WaitError] is in its LastState.
func (c *Client) WaitPoolCreated(ctx context.Context, poolID string) (*PublicIPAddressPool, error) {
	if err := validPool(poolID); err != nil {
		return nil, err
	}
	return awaitPooled(ctx, c.poolLook(poolID), poolCreated)
}

// WaitPoolGone waits until a pool of public addresses is no longer listed: after
// it was deleted. One that falls back from Deleting to Created ends the wait.
//
// API: ListPublicIpAddressPools, once for each look; otherwise it is as
// [Client.WaitPoolCreated].
func (c *Client) WaitPoolGone(ctx context.Context, poolID string) error {
	if err := validPool(poolID); err != nil {
		return err
	}
	_, err := awaitPooled(ctx, c.poolLook(poolID), poolGone)
	return err
}

// WaitPoolBlockCreated waits until a block of a pool is Created: until then it can
// only be queried. The block is named as the answer of
// AddPublicIpAddressPoolCidrBlock has it. One that is not visible yet has
// [DefaultVisibilityGrace] to appear; one that is being deleted ends the wait, and
// so does an error of the service about the pool.
//
// API: ListPublicIpAddressPoolCidrBlocks, once for each look; otherwise it is as
// [Client.WaitPoolCreated].
func (c *Client) WaitPoolBlockCreated(ctx context.Context, poolID, cidrBlock string) (*PublicIPAddressPoolCIDRBlock, error) {
	if err := validBlock(poolID, cidrBlock); err != nil {
		return nil, err
	}
	return awaitPooled(ctx, c.poolBlockLook(poolID, cidrBlock), poolCreated)
}

// WaitPoolBlockGone waits until a block of a pool is no longer listed: after it
// was deleted. One that falls back from Deleting to Created ends the wait, and so
// does an error of the service about the pool.
//
// API: ListPublicIpAddressPoolCidrBlocks, once for each look; otherwise it is as
// [Client.WaitPoolCreated].
func (c *Client) WaitPoolBlockGone(ctx context.Context, poolID, cidrBlock string) error {
	if err := validBlock(poolID, cidrBlock); err != nil {
		return err
	}
	_, err := awaitPooled(ctx, c.poolBlockLook(poolID, cidrBlock), poolGone)
	return err
}

func validPool(poolID string) error {
	if strings.TrimSpace(poolID) == "" {
		return &ValidationError{Action: listPools, Faults: []FieldFault{{Field: "poolID", Rule: "is required"}}}
	}
	return nil
}

// pooled is how to look at a pool, or at a block of one.
type pooled[T any] struct {
	what, called, id string
	look             func(context.Context) (*T, *TransportError, error)
	status           func(*T) PoolStatus
}

func (c *Client) poolLook(id string) pooled[PublicIPAddressPool] {
	return pooled[PublicIPAddressPool]{
		what: whatPool, called: "an " + whatPool, id: id,
		look: func(ctx context.Context) (*PublicIPAddressPool, *TransportError, error) {
			return c.lookAtPool(ctx, id)
		},
		status: func(p *PublicIPAddressPool) PoolStatus { return p.Status },
	}
}

func (c *Client) poolBlockLook(poolID, cidrBlock string) pooled[PublicIPAddressPoolCIDRBlock] {
	return pooled[PublicIPAddressPoolCIDRBlock]{
		what: whatPoolBlock, called: "a " + whatPoolBlock, id: cidrBlock,
		look: func(ctx context.Context) (*PublicIPAddressPoolCIDRBlock, *TransportError, error) {
			return c.lookAtPoolBlock(ctx, poolID, cidrBlock)
		},
		status: func(b *PublicIPAddressPoolCIDRBlock) PoolStatus { return b.Status },
	}
}

// poolGoal is the state that a pool, or a block of one, is to reach.
type poolGoal bool

const (
	poolCreated poolGoal = true
	poolGone    poolGoal = false
)

// judge says whether the goal is reached. The states are "" for what is not there;
// first is true until a look has shown it.
func (g poolGoal) judge(what, id string, before, now PoolStatus, first bool, p *transport.Poller) (bool, error) {
	switch {
	case g == poolGone && now == PoolStatusCreated && before == PoolStatusDeleting:
		return false, &StateError{AllocationID: id, Status: Status(now), Reason: "deleting it has failed"}
	case g == poolGone:
		return now == "", nil
	case now == PoolStatusDeleting:
		return false, &StateError{AllocationID: id, Status: Status(now), Reason: "it is being deleted"}
	case now == "" && (!first || !inGrace(p)):
		return false, &NotFoundError{What: what, IDs: []string{id}}
	}
	return now == PoolStatusCreated, nil
}

// awaitPooled looks until the goal is reached.
func awaitPooled[T any](ctx context.Context, of pooled[T], g poolGoal) (*T, error) {
	want := of.called + " to be gone"
	if g == poolCreated {
		want = of.called + " to be " + string(PoolStatusCreated)
	}
	if err := needContext(ctx, "waiting for "+want); err != nil {
		return nil, err
	}
	var before PoolStatus
	var doubt *TransportError // of the last look
	first, state := true, notSeen
	p := newPoller()
	for {
		now, why, err := of.look(ctx)
		if err == nil {
			doubt = why
		}
		if err == nil && doubt == nil {
			var status PoolStatus
			state = stateOf(nil)
			if now != nil {
				if status = of.status(now); status == "" {
					status = "unknown" // it is there
				}
				state = string(status)
			}
			var done bool
			if done, err = g.judge(of.what, of.id, before, status, first, p); done {
				return now, nil
			}
			before, first = status, first && now == nil
		}
		if err == nil {
			err = p.Pause(ctx)
		}
		if err != nil {
			return nil, &WaitError{
				Want: want, IDs: []string{of.id}, LastState: state, Err: withDoubt(err, doubt), ctxErr: ctx.Err(),
			}
		}
	}
}
