package eip

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/eipkit/eip-go/internal/census"
	"github.com/eipkit/eip-go/internal/pages"
)

// GetEip reads one address of the client's region by its ID, "eip-…".
//
// API: DescribeEipAddresses, once. It changes nothing. An address that is not
// there is a *NotFoundError, which matches [ErrNotFound]; the result is never
// nil without an error. An address that was allocated a moment ago may not be
// visible yet: [Client.WaitVisible] waits for it.
//
// All look-ups have this in common: an answer that does not hold what is looked
// for, but contradicts itself or is about something else, does not prove that it
// is not there. A look-up then looks again after growing delays, up to four
// times in all. If that does not help, its error is a *[TransportError] that
// wraps an *[AnswerError]. An answer contradicts itself if its TotalCount is not
// the number of its elements, or changes from page to page, or if an element has
// no ID.
func (c *Client) GetEip(ctx context.Context, id string) (*EipAddress, error) {
	list, err := c.GetEips(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// GetEips reads addresses of the client's region by their IDs.
//
// API: DescribeEipAddresses, once for each 50 IDs; otherwise it is as
// [Client.GetEip]. The result is in the order of the IDs, each once. If some are
// missing, the others are returned together with a *NotFoundError that lists the
// missing ones; any other error comes without addresses.
func (c *Client) GetEips(ctx context.Context, ids []string) ([]*EipAddress, error) {
	found, err := c.lookUp(ctx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]*EipAddress, 0, len(found))
	var missing []string
	listed := make(map[string]struct{}, len(ids))
	for _, id := range ids {
		if _, twice := listed[id]; twice {
			continue
		}
		listed[id] = struct{}{}
		if a := found[id]; a != nil {
			list = append(list, a)
		} else {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		return list, &NotFoundError{What: whatAddress, IDs: missing}
	}
	return list, nil
}

// lookUp reads addresses by their IDs. What is missing from the map does not
// exist.
func (c *Client) lookUp(ctx context.Context, ids []string) (map[string]*EipAddress, error) {
	found := make(map[string]*EipAddress, len(ids))
	err := lookAgain(ctx, func() (*TransportError, error) {
		now, doubts, err := c.look(ctx, ids)
		if err != nil {
			return nil, err
		}
		maps.Copy(found, now)
		var doubt *TransportError
		var open []string
		for _, id := range ids {
			if doubts[id] != nil {
				doubt, open = doubts[id], append(open, id)
			}
		}
		ids = open
		return doubt, nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// look reads addresses by their IDs once, in as few calls as the service allows.
// What is missing from found does not exist, unless doubts has it: then the look
// says nothing about it.
func (c *Client) look(ctx context.Context, ids []string) (found map[string]*EipAddress, doubts map[string]*TransportError, err error) {
	var v validator
	for i, id := range ids {
		v.listed(fmt.Sprintf("ids[%d]", i), id)
	}
	if len(v.faults) > 0 {
		// Without this an empty ID would ask for every address there is.
		return nil, nil, &ValidationError{Action: describeAddresses, Faults: v.faults}
	}
	found, doubts = make(map[string]*EipAddress, len(ids)), map[string]*TransportError{}
	for some := range slices.Chunk(distinctIDs(ids), maxListedAddresses) {
		now, doubt, err := c.lookFor(ctx, &DescribeEipAddressesRequest{AllocationIDs: some, PageSize: maxListedAddresses},
			some, func(a *EipAddress) string { return a.AllocationID })
		if err != nil {
			return nil, nil, err
		}
		maps.Copy(found, now)
		for _, id := range some {
			if doubt != nil && now[id] == nil {
				doubts[id] = doubt
			}
		}
	}
	return found, doubts, nil
}

// lookFor reads one page that should have addresses with certain names and no
// others. doubt is about those that are missing, and nil if none is.
func (c *Client) lookFor(ctx context.Context, req *DescribeEipAddressesRequest, names []string, name func(*EipAddress) string,
) (found map[string]*EipAddress, doubt *TransportError, err error) {
	res, err := c.DescribeEipAddresses(ctx, req)
	if err != nil {
		return nil, nil, err
	}
	found = make(map[string]*EipAddress, len(names))
	var list census.List
	for i := range res.EipAddresses {
		a := &res.EipAddresses[i]
		list.Add(a.AllocationID)
		if c.elsewhere(a.RegionID) {
			list.Stray(strayRegion)
		}
		switch {
		case !slices.Contains(names, name(a)):
			list.Stray(strayAddress)
		case a.AllocationID != "":
			found[name(a)] = a
		}
	}
	list.Page(res.TotalCount)
	if len(found) == len(names) {
		return found, nil, nil
	}
	return found, inDoubt(res.ResponseMeta, &list), nil
}

// listed wants a value that can stand in a comma list.
func (v *validator) listed(field, value string) {
	v.required(field, value)
	if strings.Contains(value, ",") {
		v.fault(field, shorten(value), "must not contain a comma")
	}
}

// FindEipByAddress reads one address of the client's region by its IP address.
//
// API: DescribeEipAddresses, once; otherwise it is as [Client.GetEip]. An
// address that the account does not have in this region is a *NotFoundError.
func (c *Client) FindEipByAddress(ctx context.Context, ip string) (*EipAddress, error) {
	var v validator
	v.listed("ip", ip)
	if len(v.faults) > 0 {
		return nil, &ValidationError{Action: describeAddresses, Faults: v.faults}
	}
	var found map[string]*EipAddress
	err := lookAgain(ctx, func() (doubt *TransportError, err error) {
		found, doubt, err = c.lookFor(ctx, &DescribeEipAddressesRequest{EipAddresses: CommaList{ip}},
			[]string{ip}, func(a *EipAddress) string { return a.IPAddress })
		return doubt, err
	})
	switch {
	case err != nil:
		return nil, err
	case found[ip] == nil:
		return nil, &NotFoundError{What: whatAddress, IDs: []string{ip}}
	}
	return found[ip], nil
}

// FindEipsByInstance lists the addresses that are bound to a resource, or being
// bound to it or unbound from it. A NAT gateway can have several. None is an
// empty list, not an error.
//
// API: DescribeEipAddresses, once for each 100 addresses; otherwise it is as
// [Client.GetEip]: an answer with an address that is not on the resource proves
// nothing.
func (c *Client) FindEipsByInstance(ctx context.Context, to Instance) ([]*EipAddress, error) {
	if strings.TrimSpace(to.ID) == "" {
		return nil, &ValidationError{
			Action: describeAddresses, Faults: []FieldFault{{Field: "Instance.ID", Rule: "is required"}},
		}
	}
	return c.collect(ctx, onInstance(to), false)
}

// FindEipsByTag lists the addresses that have all of these tags, with these
// values. None is an empty list, not an error.
//
// API: DescribeEipAddresses, once for each 100 addresses; otherwise it is as
// [Client.GetEip]: an answer with an address that lacks a tag proves nothing.
func (c *Client) FindEipsByTag(ctx context.Context, tags Tags) ([]*EipAddress, error) {
	if len(tags) == 0 {
		return nil, &ValidationError{
			Action: describeAddresses, Faults: []FieldFault{{Field: "tags", Rule: "needs at least one tag"}},
		}
	}
	return c.collect(ctx, withTags(tags), false)
}

// filter is a question about addresses.
type filter struct {
	req *DescribeEipAddressesRequest
	// passes says whether an address is what the question is about. If it is
	// not, stray completes "the list holds …", or is empty if the service may
	// understand the question so.
	passes func(*EipAddress) (ok bool, stray string)
}

func onInstance(to Instance) filter {
	return filter{
		&DescribeEipAddressesRequest{AssociatedInstanceID: to.ID, AssociatedInstanceType: to.Type},
		func(a *EipAddress) (bool, string) { return a.InstanceID == to.ID, strayPlace },
	}
}

func withTags(tags Tags) filter {
	return filter{
		&DescribeEipAddressesRequest{Tags: tags},
		func(a *EipAddress) (bool, string) {
			if a.Tags.include(tags) {
				return true, ""
			}
			for k, want := range tags {
				// The service may take a tag without a value for any value.
				if have, ok := a.Tags[k]; !ok || have != want && want != "" {
					return false, strayTags
				}
			}
			return false, ""
		},
	}
}

// collect reads all pages, and keeps what passes the filter. If it must be sure,
// a list of several pages is read until two walks in a row give the same.
func (c *Client) collect(ctx context.Context, f filter, sure bool) ([]*EipAddress, error) {
	var list []*EipAddress
	var before *census.List
	err := lookAgain(ctx, func() (doubt *TransportError, err error) {
		var s *pages.State[ResponseMeta]
		if list, s, err = c.collectOnce(ctx, f); err != nil {
			return nil, err
		}
		if doubt = inDoubt(s.Meta, &s.List); doubt == nil && sure && !s.List.Complete(before) {
			doubt = unproven(describeAddresses, s.Meta, "no two walks over the pages of the list gave the same")
		}
		before = &s.List
		return doubt, nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// collectOnce reads all pages once. The list has what was read, even if the
// state of the walk leaves a doubt.
func (c *Client) collectOnce(ctx context.Context, f filter) ([]*EipAddress, *pages.State[ResponseMeta], error) {
	list := []*EipAddress{}
	w := c.addressWalk(ctx, f.req)
	s := w.Begin()
	for a, err := range w.From(s) {
		if err != nil {
			return nil, nil, err
		}
		if c.elsewhere(a.RegionID) {
			s.List.Stray(strayRegion)
		}
		switch ok, stray := f.passes(a); {
		case ok && a.AllocationID != "":
			list = append(list, a)
		case stray != "":
			s.List.Stray(stray)
		}
	}
	return list, s, nil
}

func (t Tags) include(tags Tags) bool {
	for k, v := range tags {
		if have, ok := t[k]; !ok || have != v {
			return false
		}
	}
	return true
}
