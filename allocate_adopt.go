package eip

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// AdoptRequest says how to find what was made.
type AdoptRequest struct {
	// Key finds what the helpers made under it.
	Key string
	// Tags finds what has these tags, all of them. One of Key, Tags and
	// Unsettled is required; Key and Tags together must both fit.
	Tags Tags
	// Unsettled are allocations whose outcome is unknown: those of a
	// *PartialError, those that a program noted before it crashed, or
	// [AllocateManyRequest.Request]. Each needs its ClientToken. A refusal leaves it
	// unsettled, unless it proves that nothing was made.
	Unsettled []*AllocateEipAddressRequest
}

// Adopt gives the living addresses that were made before a crash: those that
// their tags find, and those that the tokens of unsettled allocations stand for.
// Sending an allocation again with its token gives the address that it made, and
// if it made none, it makes it now: afterwards there is exactly one for each
// token. The result has each address once, oldest first.
//
// An address that a token stands for and that does not appear within
// [DefaultVisibilityGrace] was released meanwhile, or is slow to appear, which
// nobody can tell: unless this client has seen it go, that is a *[PartialError]
// which lists it under Alive with an empty Status, after those that were found.
//
// API: DescribeEipAddresses by tag; AllocateEipAddress for each unsettled
// request; DescribeEipAddresses for those. It changes nothing but that.
//
// It can be called again after a crash at any point. It does not find an
// address whose allocation is still under way, unless its request is among the
// unsettled. If it fails, *[PartialError] lists what it has found so far and
// the requests that are not settled yet; it releases nothing.
func (c *Client) Adopt(ctx context.Context, req *AdoptRequest) ([]*EipAddress, error) {
	const op = "Adopt"
	if err := needContext(ctx, op); err != nil {
		return nil, err
	}
	if req == nil {
		req = new(AdoptRequest)
	}
	if err := req.check(op, c.regionID); err != nil {
		return nil, err
	}
	tags := newMark(c.regionID, req.Key, req.Tags).tags
	if req.Key == "" {
		tags = req.Tags
	}
	var list []*EipAddress
	e := &PartialError{Op: op}
	if len(tags) > 0 {
		var err error
		if list, err = c.found(ctx, mark{key: "-", tags: tags}); err != nil {
			return nil, err
		}
	}
	have := map[string]bool{}
	for _, a := range list {
		have[a.AllocationID] = true
	}
	var ids []string
	for i, u := range req.Unsettled {
		id, left, err := c.settle(ctx, u.clone())
		if err != nil {
			e.Err, e.Unsettled = err, []*AllocateEipAddressRequest{left}
			for _, u := range req.Unsettled[i+1:] {
				e.Unsettled = append(e.Unsettled, asUnsettled(u.clone()))
			}
			break
		}
		if id != "" && !have[id] {
			have[id] = true
			ids = append(ids, id)
		}
	}
	for len(ids) > 0 {
		last, err := c.await(ctx, ids, goalVisible)
		var missing *NotFoundError
		if !errors.As(err, &missing) {
			missing = new(NotFoundError)
			if err != nil && e.Err == nil {
				e.Err = err
			}
		}
		var again []string
		for _, id := range ids {
			switch a := last[id]; {
			case a != nil && a.Status != StatusReleasing:
				list = append(list, a)
			case a != nil || c.gone.has(id):
			case e.Err == nil && !slices.Contains(missing.IDs, id):
				again = append(again, id) // the wait ended because of another one
			default:
				e.Alive = append(e.Alive, Holding{AllocationID: id})
			}
		}
		ids = again
	}
	if e.Err == nil && len(e.Alive) > 0 {
		unseen := make([]string, len(e.Alive))
		for i, h := range e.Alive {
			unseen[i] = h.AllocationID
		}
		e.Err = fmt.Errorf("a token stands for it, and it was in no list for %s: it is gone, or it may appear later: %w",
			DefaultVisibilityGrace, &NotFoundError{What: whatAddress, IDs: unseen})
	}
	sortByAge(list)
	if e.Err != nil {
		alive := make([]Holding, 0, len(list)+len(e.Alive))
		for _, a := range list {
			alive = append(alive, holdingOf(a))
		}
		e.Alive = append(alive, e.Alive...)
		return nil, e
	}
	return list, nil
}

func (r *AdoptRequest) check(op, region string) error {
	var v validator
	v.key(r.Key)
	if r.Key == "" && len(r.Tags) == 0 && len(r.Unsettled) == 0 {
		v.fault("Key", "", "is required, or Tags, or Unsettled")
	}
	for i, u := range r.Unsettled {
		if u == nil || u.ClientToken == "" {
			v.fault("Unsettled["+strconv.Itoa(i)+"].ClientToken", "", "is required: without it the call would allocate another address")
			continue
		}
		v.inRegion("Unsettled["+strconv.Itoa(i)+"].", region, u)
	}
	if len(v.faults) > 0 {
		return &ValidationError{Action: op, Faults: v.faults}
	}
	return nil
}
