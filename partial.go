package eip

import (
	"context"
	"errors"
	"fmt"
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
	// Unsettled are allocations whose outcome is not known, with their
	// ClientToken: each may have made an address. [Client.Adopt] settles them.
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

// undo releases addresses that a helper has made. It unbinds them from one
// instance alone, if there is one; an address that is bound is left as it is
// otherwise. It gives what is left.
func (c *Client) undo(ctx context.Context, ids []string, onlyFrom *Instance) (left []Holding, err error) {
	var (
		mu   sync.Mutex
		errs = make([]error, len(ids))
		gone = map[string]bool{}
		last = map[string]*EipAddress{}
	)
	inParallel(ids, DefaultConcurrency, func(i int, id string) {
		v := c.converge("rollback", id, []EnsureOption{JustAllocated})
		v.unbind, v.onlyFrom = onlyFrom != nil, onlyFrom
		_, err := v.locked(ctx, v.toReleased)
		mu.Lock()
		defer mu.Unlock()
		errs[i], gone[id], last[id] = err, err == nil, v.last
	})
	for _, id := range ids {
		switch a := last[id]; {
		case gone[id]:
		case a != nil:
			left = append(left, holdingOf(a))
		default:
			left = append(left, Holding{AllocationID: id})
		}
	}
	return left, errors.Join(errs...)
}

// settle learns by its token what became of an allocation whose outcome is
// unknown: the ID of the address that it made, "" if it certainly made none.
func (c *Client) settle(ctx context.Context, req *AllocateEipAddressRequest) (id string, err error) {
	res, err := c.AllocateEipAddress(ctx, req)
	if err == nil {
		return res.AllocationID, nil
	}
	var refused *Error
	if errors.As(err, &refused) && !OutcomeUnknown(err) && provesNothingRan(refused.Code) {
		return "", nil
	}
	return "", err
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
