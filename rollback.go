package eip

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/eipkit/eip-go/internal/par"
)

// DefaultRollbackTime is how long a helper that has failed may take to release
// what it has made; AllocateMany adds a second for each address. It begins
// with the failure and does not depend on the caller's context, which may be
// over already: a call whose context was cancelled can take this much longer.
const DefaultRollbackTime = 3 * time.Minute

// rollbackContext survives the caller's, for a bounded time.
func rollbackContext(ctx context.Context, addresses int) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), DefaultRollbackTime+time.Duration(addresses)*time.Second)
}

// undo releases what a helper has made, and gives what is left. It unbinds from
// one instance alone, if there is one, and takes out of a bandwidth package only
// what the helper has added; an address that is bound is left as it
// is otherwise. So is one that was there before the helper began: found by its
// tags, or older than since. An address that was never seen is left, with an
// empty Status, unless the service has accepted its release.
func (c *Client) undo(ctx context.Context, list []made, since time.Time, onlyFrom *Instance) (left []Holding, err error) {
	list, missing := c.appeared(ctx, list)
	errs := make([]error, len(list))
	each := make([]*Holding, len(list))
	par.Each(list, defaultConcurrency, func(i int, m made) {
		v := c.converge("rollback", m.id, nil)
		v.unbind, v.onlyFrom = onlyFrom != nil, onlyFrom
		v.leave = m.joined
		v.fresh, v.graceOver = !m.found && m.address == nil, missing[m.id]
		spared := false
		a, err := v.locked(ctx, func(a *EipAddress) (plan, error) {
			if a == nil && m.found {
				return planDone, nil
			}
			if a == nil || !m.found && !predates(a, since) {
				return v.toReleased(a)
			}
			if spared = true; a.InstanceID == "" || !v.mayUnbind(a) {
				return planDone, nil
			}
			return v.toUnassociated(a)
		})
		switch {
		case err == nil && !spared && !v.denied:
			c.gone.saw(m.id)
		case spared && a != nil:
			each[i] = Ptr(holdingOf(a))
		case v.last != nil:
			each[i] = Ptr(holdingOf(v.last))
		case err != nil || v.denied:
			each[i] = &Holding{AllocationID: m.id, IPAddress: m.ip}
		}
		errs[i] = err
	})
	for _, h := range each {
		if h != nil {
			left = append(left, *h)
		}
	}
	return left, errors.Join(errs...)
}

// appeared waits, with one call for many, until what was made a moment ago can
// be seen. It gives those that were never seen by then.
func (c *Client) appeared(ctx context.Context, list []made) ([]made, map[string]bool) {
	list = slices.Clone(list)
	missing := map[string]bool{}
	var ids []string
	for _, m := range list {
		switch {
		case m.denied:
			missing[m.id] = true
		case m.address == nil && !m.found:
			ids = append(ids, m.id)
		}
	}
	last, err := c.await(ctx, ids, goalVisible)
	for i, m := range list {
		if a := last[m.id]; a != nil {
			list[i].address = a
		}
	}
	var gone *NotFoundError
	if errors.As(err, &gone) {
		for _, id := range gone.IDs {
			missing[id] = true
		}
	}
	return list, missing
}

// settle learns by its token what became of an allocation that may have been
// sent before: the ID of the address that it made, "" if it certainly made none.
// With an error, that is still unknown, and left is the request that settles it.
func (c *Client) settle(ctx context.Context, req *AllocateEipAddressRequest) (id string, left *AllocateEipAddressRequest, err error) {
	req = asUnsettled(req)
	res, err := c.AllocateEipAddress(ctx, req)
	switch {
	case err == nil:
		return res.AllocationID, nil, nil
	case OutcomeUnknown(err):
		return "", Again(req, err), err
	}
	return "", nil, nil
}
