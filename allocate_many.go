package eip

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
)

// DefaultConcurrency is how many calls a helper for many addresses has under
// way at once.
const DefaultConcurrency = 4

// AllocateManyRequest asks for several addresses of one kind.
type AllocateManyRequest struct {
	// Allocate is what to allocate, tags included. It must not be a
	// subscription.
	Allocate AllocateEipAddressRequest
	// Key names the purpose, as in [AllocateAssociatedRequest]. The addresses
	// are told apart by their number (ItemTag).
	Key string
	// Generation is where to begin, as in [AllocateAssociatedRequest].
	Generation int
	// Concurrency is how many calls may be under way at once. Default:
	// DefaultConcurrency.
	Concurrency int
}

// Request gives the request that AllocateMany sends for one address and one
// generation, or nil without a Key. A program that wants to clean up after a
// crash, and not to go on, gives it to [Client.Adopt].
func (r *AllocateManyRequest) Request(item, generation int) *AllocateEipAddressRequest {
	if r == nil || r.Key == "" {
		return nil
	}
	return r.mark(item).request(&r.Allocate, generation)
}

func (r *AllocateManyRequest) mark(item int) mark {
	return newMark(r.Key, Tags{ItemTag: strconv.Itoa(item)})
}

// AllocateMany allocates n addresses, a few at a time, and waits until all are
// visible: all of them, or everything is released again. The result is in the
// order of their numbers. Every error after the first allocation is a
// *[PartialError], which lists what exists still and the tokens of what is not
// known.
//
// API: with a Key DescribeEipAddresses by tag; AllocateEipAddress n times;
// DescribeEipAddresses for 50 at a time; on failure AllocateEipAddress with the
// same token for each unknown outcome, and ReleaseEipAddress for each address
// that is not bound. The clean-up goes on when the caller's context is over, for
// [DefaultRollbackTime] and a second for each address at most.
//
// After a crash, calling it again with the same Key and request goes on with
// what was made, found by tag or token, and makes the rest; with a smaller n it
// leaves the addresses with higher numbers as they are ([Client.Adopt] finds
// them). If that call fails, what the crashed one had made is released too,
// unless it is bound. Without a Key, a crash leaves what was made to the
// caller's own tags. Calls with one Key on one client go one after another.
func (c *Client) AllocateMany(ctx context.Context, n int, req *AllocateManyRequest) ([]*EipAddress, error) {
	const op = "AllocateMany"
	if req == nil {
		req = new(AllocateManyRequest)
	}
	r := *req
	r.Allocate = *req.Allocate.clone()
	if err := validTemplate(op, r.Key, r.Generation, &r.Allocate); err != nil {
		return nil, err
	}
	var v validator
	if n < 1 {
		v.fault("n", strconv.Itoa(n), "must be at least 1")
	}
	if r.Allocate.ClientToken != "" {
		v.fault("Allocate.ClientToken", shorten(r.Allocate.ClientToken), "must be empty: each address has a token of its own")
	}
	if r.Allocate.IPAddress != "" || r.Allocate.InstanceID != "" {
		v.fault("Allocate", "", "must not ask for one particular address")
	}
	v.notNegative("Concurrency", r.Concurrency)
	if len(v.faults) > 0 {
		return nil, &ValidationError{Action: op, Faults: v.faults}
	}
	if r.Concurrency == 0 {
		r.Concurrency = DefaultConcurrency
	}
	unlock, err := c.turn(ctx, op, newMark(r.Key, nil))
	if err != nil {
		return nil, err
	}
	defer unlock()
	b := &batch{c: c, req: &r, items: make([]made, n), generation: make([]int, n)}
	if err := b.find(ctx); err != nil {
		return nil, err
	}
	if err := b.run(ctx); err != nil {
		return nil, b.rollBack(ctx, op, err)
	}
	list := make([]*EipAddress, n)
	for i := range b.items {
		list[i] = b.items[i].address
	}
	return list, nil
}

// batch is one AllocateMany under way.
type batch struct {
	c          *Client
	req        *AllocateManyRequest
	items      []made
	generation []int

	mu  sync.Mutex
	err error // the first one
}

func (b *batch) run(ctx context.Context) error {
	for {
		var open []int
		for i := range b.items {
			if b.items[i].id == "" {
				if b.generation[i] >= maxGenerations {
					return tooManyGenerations(b.req.mark(i), b.req.Generation)
				}
				open = append(open, i)
			}
		}
		if len(open) > 0 {
			inParallel(open, b.req.Concurrency, func(_, i int) { b.allocate(ctx, i) })
			if b.err != nil {
				return b.err
			}
		}
		again, err := b.look(ctx)
		if err != nil || !again {
			return err
		}
	}
}

// find takes what an earlier call has left under the key.
func (b *batch) find(ctx context.Context) error {
	m := newMark(b.req.Key, nil)
	list, err := b.c.found(ctx, m)
	if err != nil {
		return err
	}
	for _, a := range list {
		i, err := strconv.Atoi(a.Tags[ItemTag])
		if err != nil || i < 0 || i >= len(b.items) {
			continue
		}
		if b.items[i].id != "" {
			return ambiguous(b.req.mark(i), []*EipAddress{b.items[i].address, a})
		}
		b.items[i] = made{id: a.AllocationID, ip: a.IPAddress, address: a}
	}
	return nil
}

// allocate makes one address, unless another one has failed already.
func (b *batch) allocate(ctx context.Context, i int) {
	b.mu.Lock()
	failed := b.err != nil
	b.mu.Unlock()
	if failed {
		return
	}
	got, err := b.c.allocateOne(ctx, b.req.mark(i).request(&b.req.Allocate, b.req.Generation+b.generation[i]))
	b.mu.Lock()
	defer b.mu.Unlock()
	b.items[i] = got
	if err != nil && b.err == nil {
		b.err = err
	}
}

// look waits until all addresses are visible. Those that are gone, because a
// token stood for one that was released, are to be made again.
func (b *batch) look(ctx context.Context) (again bool, err error) {
	byID := make(map[string]int, len(b.items))
	var ids []string
	for i := range b.items {
		if b.items[i].address == nil {
			ids = append(ids, b.items[i].id)
			byID[b.items[i].id] = i
		}
	}
	last, err := b.c.await(ctx, ids, goalVisible)
	var gone []string
	var missing *NotFoundError
	switch {
	case err != nil && b.req.Key != "" && errors.As(err, &missing):
		for _, id := range missing.IDs {
			if err := b.c.confirmGone(ctx, id); err != nil {
				return false, err
			}
		}
		gone = missing.IDs
	case err != nil:
		return false, err
	}
	var releasing []string
	for id, a := range last {
		switch {
		case a == nil:
		case a.Status == StatusReleasing:
			releasing = append(releasing, id)
		default:
			b.items[byID[id]].address = a
		}
	}
	if _, err := b.c.await(ctx, releasing, goalGone); err != nil {
		return false, err
	}
	for _, id := range append(gone, releasing...) {
		i := byID[id]
		b.items[i] = made{}
		b.generation[i]++
		again = true
	}
	return again, nil
}

// rollBack settles and releases, and makes the error.
func (b *batch) rollBack(ctx context.Context, op string, why error) error {
	ctx, cancel := rollbackContext(ctx, len(b.items))
	defer cancel()
	e := &PartialError{Op: op, Err: why}
	var unknown []int
	for i := range b.items {
		if b.items[i].unknown != nil {
			unknown = append(unknown, i)
		}
	}
	errs := make([]error, len(unknown))
	inParallel(unknown, b.req.Concurrency, func(k, i int) {
		b.items[i].id, errs[k] = b.c.settle(ctx, b.items[i].unknown)
	})
	for k, i := range unknown {
		if errs[k] != nil {
			e.Unsettled = append(e.Unsettled, b.items[i].unknown)
		}
	}
	var ids []string
	for i := range b.items {
		if b.items[i].id != "" {
			ids = append(ids, b.items[i].id)
		}
	}
	if len(ids) == 0 && len(unknown) == 0 {
		return why // nothing was made
	}
	var err error
	e.Alive, err = b.c.undo(ctx, ids, nil)
	e.RollbackErr = errors.Join(append(errs, err)...)
	for i := range e.Alive {
		k := slices.IndexFunc(b.items, func(m made) bool { return m.id == e.Alive[i].AllocationID })
		if e.Alive[i].IPAddress == "" && k >= 0 {
			e.Alive[i].IPAddress = b.items[k].ip
		}
	}
	return e
}

// AdoptRequest says how to find what was made.
type AdoptRequest struct {
	// Key finds what the helpers made under it.
	Key string
	// Tags finds what has these tags, all of them. One of Key, Tags and
	// Unsettled is required; Key and Tags together must both fit.
	Tags Tags
	// Unsettled are allocations of which nobody knows whether they were
	// done: those of a *PartialError, or those that a program noted before it
	// crashed, or [AllocateManyRequest.Request]. Each needs its ClientToken.
	Unsettled []*AllocateEipAddressRequest
}

// Adopt gives the living addresses that were made before a crash: those that
// their tags find, and those that the tokens of unsettled allocations stand for.
// Sending an allocation again with its token gives the address that it made, and
// if it made none, it makes it now: afterwards there is exactly one for each
// token, and it is in the result, unless it was released meanwhile. The result
// has each address once, oldest first.
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
	if req == nil {
		req = new(AdoptRequest)
	}
	if err := req.check(op); err != nil {
		return nil, err
	}
	tags := newMark(req.Key, req.Tags).tags
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
		id, err := c.settle(ctx, u.clone())
		if err != nil {
			e.Err, e.Unsettled = err, slices.Clone(req.Unsettled[i:])
			break
		}
		if id != "" && !have[id] {
			have[id] = true
			ids = append(ids, id)
		}
	}
	last, err := c.await(ctx, ids, goalVisible)
	if err != nil && !isGone(err) && e.Err == nil {
		e.Err = err
	}
	for _, id := range ids {
		switch a := last[id]; {
		case a == nil && e.Err != nil:
			e.Alive = append(e.Alive, Holding{AllocationID: id})
		case a != nil && a.Status != StatusReleasing:
			list = append(list, a)
		}
	}
	sortByAge(list)
	if e.Err != nil {
		for _, a := range list {
			e.Alive = append(e.Alive, holdingOf(a))
		}
		return nil, e
	}
	return list, nil
}

func (r *AdoptRequest) check(op string) error {
	var v validator
	if r.Key == "" && len(r.Tags) == 0 && len(r.Unsettled) == 0 {
		v.fault("Key", "", "is required, or Tags, or Unsettled")
	}
	for i, u := range r.Unsettled {
		if u == nil || u.ClientToken == "" {
			v.fault("Unsettled["+strconv.Itoa(i)+"].ClientToken", "", "is required: without it the call would allocate another address")
		}
	}
	if len(v.faults) > 0 {
		return &ValidationError{Action: op, Faults: v.faults}
	}
	return nil
}
