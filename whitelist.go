package eip

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net/netip"

	"github.com/eipkit/eip-go/internal/prefixes"
)

// defaultMinBits is the shortest mask that [Client.Whitelist] widens networks
// to: a /16 has 65,536 addresses.
const defaultMinBits = 16

// WhitelistQuery chooses the addresses of the client's region that a firewall
// should let in. What is chosen adds up; choosing nothing is an error, so that
// a forgotten field does not become a list of everything.
type WhitelistQuery struct {
	// AllocationIDs are IDs of single addresses, "eip-…".
	AllocationIDs []string
	// SegmentIDs are IDs of contiguous groups, "eipsg-…".
	SegmentIDs []string
	// Tags chooses the addresses that have all of these tags, and
	// ResourceGroupID those of a resource group. With both, an address has to
	// pass both.
	Tags            Tags
	ResourceGroupID string
	// All chooses every address of the region. Those of groups are among them as
	// the single addresses that they are.
	All bool
	// WholeSegments covers the whole network of each group of SegmentIDs. The
	// service keeps up to four addresses of a group for itself, so the exact
	// list of a /28 has several networks where its whole network is one. By
	// default only the addresses that the account has are covered.
	WholeSegments bool
	// MaxPrefixes is the longest list that the firewall takes. A longer one is
	// widened, which lets others in as well. Default: no
	// limit, and nothing but what the account has.
	MaxPrefixes int
	// MinBits is the shortest mask that MaxPrefixes may lead to, 1 to 32.
	// The default is 16.
	MinBits int
}

// Whitelist is the answer to a [WhitelistQuery].
type Whitelist struct {
	// Prefixes is the smallest list of networks: none overlap, and no two can be
	// merged.
	Prefixes []netip.Prefix
	// Addresses is how many of the account's addresses it covers.
	Addresses int
	// Foreign is how many other addresses it covers. It is 0 unless
	// WholeSegments or MaxPrefixes was used.
	Foreign int64
	// Segments are the groups that were asked for.
	Segments []WhitelistSegment
}

// WhitelistSegment is what a contiguous group has of its network.
type WhitelistSegment struct {
	// ID is the ID of the group.
	ID string
	// Network is its network.
	Network netip.Prefix
	// Addresses is how many of the network's addresses the account has, and
	// Reserved how many the service keeps.
	Addresses, Reserved int
}

// Whitelist reads the chosen addresses and gives the smallest list of networks
// for them.
//
// API: DescribeEipAddresses for each 50 AllocationIDs, for each 100 addresses
// chosen by Tags, ResourceGroupID or All, and for each 100 addresses of a group;
// DescribeEipSegment for each of SegmentIDs. It changes nothing.
//
// An ID that does not exist is a [*NotFoundError]: a list that is silently
// short locks somebody out. So it is an error if a group is not Allocated, or
// if an address of AllocationIDs is being released; other addresses that are
// being released are left out, since they will be somebody else's.
func (c *Client) Whitelist(ctx context.Context, q WhitelistQuery) (*Whitelist, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	w := whitelist{client: c, owned: map[netip.Addr]bool{}}
	if err := w.read(ctx, q); err != nil {
		return nil, err
	}
	exact := make([]netip.Addr, 0, len(w.owned))
	for a := range w.owned {
		exact = append(exact, a)
	}
	var whole []netip.Prefix
	if q.WholeSegments {
		for _, s := range w.segments {
			whole = append(whole, s.Network)
		}
	}
	list, err := prefixes.Exact(exact, whole...)
	if err != nil {
		return nil, err
	}
	if q.MaxPrefixes > 0 {
		if list, err = prefixes.Widen(list, q.MaxPrefixes, cmp.Or(q.MinBits, defaultMinBits)); err != nil {
			return nil, err
		}
	}
	covered := 0.0
	for _, p := range list {
		covered += prefixes.Count(p)
	}
	return &Whitelist{
		Prefixes: list, Addresses: len(w.owned), Segments: w.segments,
		Foreign: int64(min(covered-float64(len(w.owned)), math.MaxInt64/2)),
	}, nil
}

func (q WhitelistQuery) check() error {
	var v validator
	if len(q.AllocationIDs) == 0 && len(q.SegmentIDs) == 0 && len(q.Tags) == 0 && q.ResourceGroupID == "" && !q.All {
		v.fault("AllocationIDs", "", "choose addresses by AllocationIDs, SegmentIDs, Tags, ResourceGroupID or All")
	}
	for _, id := range q.SegmentIDs {
		v.required("SegmentIDs", id)
	}
	v.tags(q.Tags)
	v.notNegative("MaxPrefixes", q.MaxPrefixes)
	if q.MinBits < 0 || q.MinBits > 32 {
		v.fault("MinBits", fmt.Sprint(q.MinBits), "must be 1 to 32")
	}
	if len(v.faults) > 0 {
		return &ValidationError{Action: "Whitelist", Faults: v.faults}
	}
	return nil
}

// whitelist is one query under way.
type whitelist struct {
	client   *Client
	owned    map[netip.Addr]bool
	segments []WhitelistSegment
}

func (w *whitelist) read(ctx context.Context, q WhitelistQuery) error {
	list, err := w.client.GetEips(ctx, q.AllocationIDs)
	if err != nil {
		return err
	}
	for _, a := range list {
		if a.Status == StatusReleasing {
			return fmt.Errorf("eip: Whitelist: %s (%s) is being released", a.AllocationID, a.IPAddress)
		}
		if err := w.add(a); err != nil {
			return err
		}
	}
	if q.All || len(q.Tags) > 0 || q.ResourceGroupID != "" {
		if err := w.filtered(ctx, q); err != nil {
			return err
		}
	}
	for _, id := range distinctIDs(q.SegmentIDs) {
		if err := w.segment(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

func (w *whitelist) add(a *EipAddress) error {
	addr, err := a.Addr()
	if err != nil {
		return err
	}
	w.owned[addr.Unmap()] = true
	return nil
}

func (w *whitelist) filtered(ctx context.Context, q WhitelistQuery) error {
	req := &DescribeEipAddressesRequest{Tags: q.Tags, ResourceGroupID: q.ResourceGroupID}
	if q.All {
		req = nil
	}
	for a, err := range w.client.EipAddresses(ctx, req) {
		if err != nil {
			return err
		}
		// A service that does not know a filter ignores it.
		passes := q.All || a.Tags.include(q.Tags) && (q.ResourceGroupID == "" || a.ResourceGroupID == q.ResourceGroupID)
		if a.Status == StatusReleasing || !passes {
			continue
		}
		if err := w.add(a); err != nil {
			return err
		}
	}
	return nil
}

func (w *whitelist) segment(ctx context.Context, id string) error {
	group, err := w.client.segment(ctx, id)
	if err != nil {
		return err
	}
	switch {
	case group == nil:
		return &NotFoundError{What: whatSegment, IDs: []string{id}}
	case group.Status != SegmentStatusAllocated:
		return fmt.Errorf("eip: Whitelist: segment %s is %s; its addresses are known when it is %s", id, group.Status, SegmentStatusAllocated)
	}
	network, err := group.Prefix()
	if err != nil {
		return err
	}
	s := WhitelistSegment{ID: id, Network: network.Masked()}
	for a, err := range w.client.EipAddresses(ctx, &DescribeEipAddressesRequest{SegmentInstanceID: id}) {
		if err != nil {
			return err
		}
		addr, err := a.Addr()
		if err != nil {
			return err
		}
		if a.Status == StatusReleasing || !s.Network.Contains(addr.Unmap()) {
			continue // see filtered
		}
		s.Addresses++
		w.owned[addr.Unmap()] = true
	}
	if s.Addresses == 0 {
		return errors.New("eip: Whitelist: the service lists no address of segment " + id)
	}
	s.Reserved = int(prefixes.Count(s.Network)) - s.Addresses
	w.segments = append(w.segments, s)
	return nil
}
