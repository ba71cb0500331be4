package eip

import (
	"context"
	"strconv"
)

// defaultConcurrency is how many calls a helper for many addresses has under
// way at once.
const defaultConcurrency = 4

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
	// Concurrency is how many calls may be under way at once. The
	// default is 4.
	Concurrency int
}

// Request gives the request that AllocateMany sends, with a client of a region
// ([Client.Region]), for one address and one generation, or nil without a Key.
// A program that wants to clean up after a crash, and not to go on, gives it to
// [Client.Adopt].
func (r *AllocateManyRequest) Request(region string, item, generation int) *AllocateEipAddressRequest {
	if r == nil || r.Key == "" {
		return nil
	}
	return r.mark(region, item).request(&r.Allocate, generation)
}

func (r *AllocateManyRequest) mark(region string, item int) mark {
	return newMark(region, r.Key, Tags{ItemTag: strconv.Itoa(item)})
}

// AllocateMany allocates n addresses, a few at a time, and waits until all are
// visible: all of them, or everything that it made is released again. The result is in the
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
// them). If that call fails, it releases what it has made itself, and lists what
// was there before it. Without a Key, a crash leaves what was made to the
// caller's own tags. For addresses that are slow to appear it is as
// [Client.AllocateAssociated]: at most one is made in vain.
// Calls with one Key on one client go one after another.
func (c *Client) AllocateMany(ctx context.Context, n int, req *AllocateManyRequest) ([]*EipAddress, error) {
	const op = "AllocateMany"
	if err := needContext(ctx, op); err != nil {
		return nil, err
	}
	if req == nil {
		req = new(AllocateManyRequest)
	}
	r := *req
	r.Allocate = *req.Allocate.clone()
	if err := c.validTemplate(op, r.Key, r.Generation, &r.Allocate); err != nil {
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
		r.Concurrency = defaultConcurrency
	}
	unlock, err := c.turn(ctx, op, newMark(c.regionID, r.Key, nil))
	if err != nil {
		return nil, err
	}
	defer unlock()
	b := &batch{c: c, req: &r, since: c.begins(r.Key), items: make([]made, n), generation: make([]int, n)}
	for i := range b.generation {
		b.generation[i] = r.Generation
	}
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
