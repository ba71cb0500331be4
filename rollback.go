package eip

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// DefaultRollbackTime is how long a helper that has failed may take to release
// what it has made; AllocateMany adds a second for each address. It begins
// with the failure and does not depend on the caller's context, which may be
// over already: a call whose context was cancelled can take this much longer.
const DefaultRollbackTime = 3 * time.Minute

// Holding is an address that a helper leaves behind.
type Holding struct {
	// AllocationID and IPAddress name it; IPAddress is empty if the service has
	// not told it.
	AllocationID string
	IPAddress    string
	// Status and InstanceID are what was last seen of it. An empty Status means
	// that it could not be seen: it may be alive.
	Status     Status
	InstanceID string
}

// String says in one line what there is.
func (h Holding) String() string {
	s := h.AllocationID
	if h.IPAddress != "" {
		s += " (" + h.IPAddress + ")"
	}
	switch {
	case h.Status == "":
		s += " in an unknown state"
	case h.InstanceID != "":
		s += " " + string(h.Status) + " with " + h.InstanceID
	default:
		s += " " + string(h.Status)
	}
	return s
}

func holdingOf(a *EipAddress) Holding {
	return Holding{AllocationID: a.AllocationID, IPAddress: a.IPAddress, Status: a.Status, InstanceID: a.InstanceID}
}

// PartialError says that a helper of several steps has failed, and what there
// is now. It unwraps to the reason, and to why the clean-up failed if it did.
type PartialError struct {
	// Op is the helper.
	Op string
	// Err is the reason.
	Err error
	// Alive are the addresses that there still are, of those that the helper
	// made or was to replace: each of them costs money. It is empty if
	// everything that was made is released.
	Alive []Holding
	// Unsettled are allocations whose outcome is unknown, with their ClientToken:
	// each may have made an address. They are as [Again] returns them: sending one
	// settles it, and so does giving it to Again with this error. [Client.Adopt]
	// settles them all.
	Unsettled []*AllocateEipAddressRequest
	// RollbackErr is why the clean-up could not be finished, nil if it was.
	RollbackErr error
}

// Error tells the reason and everything that is left.
func (e *PartialError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "eip: %s: %s", e.Op, oneLine(e.Err))
	if e.RollbackErr != nil {
		fmt.Fprintf(&b, "; cleaning up failed: %s", oneLine(e.RollbackErr))
	}
	if len(e.Alive) == 0 && len(e.Unsettled) == 0 {
		b.WriteString("; nothing is left of what it made")
	}
	for i, h := range e.Alive {
		b.WriteString([]string{"; alive: ", ", "}[min(i, 1)])
		b.WriteString(h.String())
	}
	for i, r := range e.Unsettled {
		b.WriteString([]string{"; outcome unknown for ClientToken ", ", "}[min(i, 1)])
		b.WriteString(r.ClientToken)
	}
	return b.String()
}

// Unwrap gives the reason and the error of the clean-up.
func (e *PartialError) Unwrap() []error {
	if e.RollbackErr != nil {
		return []error{e.Err, e.RollbackErr}
	}
	return []error{e.Err}
}

// OutcomeUnknown says whether some address may exist that Alive does not list.
func (e *PartialError) OutcomeUnknown() bool { return len(e.Unsettled) > 0 }

// rollbackContext survives the caller's, for a bounded time.
func rollbackContext(ctx context.Context, addresses int) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), DefaultRollbackTime+time.Duration(addresses)*time.Second)
}

// undo releases what a helper has made, and gives what is left. It unbinds from
// one instance alone, if there is one; an address that is bound is left as it
// is otherwise. So is one that was there before the helper began: found by its
// tags, or older than since. An address that was never seen is left, with an
// empty Status, unless the service has accepted its release.
func (c *Client) undo(ctx context.Context, list []made, since time.Time, onlyFrom *Instance) (left []Holding, err error) {
	list, missing := c.appeared(ctx, list)
	errs := make([]error, len(list))
	each := make([]*Holding, len(list))
	inParallel(list, DefaultConcurrency, func(i int, m made) {
		v := c.converge("rollback", m.id, nil)
		v.unbind, v.onlyFrom = onlyFrom != nil, onlyFrom
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
			c.turns.saw(m.id)
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

// inParallel does something with each element, a few at a time.
func inParallel[T any](list []T, atOnce int, do func(i int, v T)) {
	var wg sync.WaitGroup
	seats := make(chan struct{}, atOnce)
	for i, v := range list {
		seats <- struct{}{}
		wg.Go(func() {
			defer func() { <-seats }()
			do(i, v)
		})
	}
	wg.Wait()
}
