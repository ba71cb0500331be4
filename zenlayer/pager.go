package zenlayer

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"maps"
	"slices"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/census"
	"github.com/eipkit/eip-go/internal/pages"
	"github.com/eipkit/eip-go/internal/vendor"
)

type (
	page     = pages.Page[EipAddress, ResponseMeta]
	pageWalk = pages.Walk[EipAddress, ResponseMeta]
)

// EipAddresses walks over all addresses that a filter lets through, page by page:
// 1000 to a page unless req.PageSize says otherwise, from req.PageNum on. A
// nil req means all addresses. The request is copied. Each loop over the result
// begins anew.
//
// No address is yielded twice in one loop. If the total falls while the loop goes
// on, the pages that may have lost something to the ones before are read again.
// Page numbers cannot promise more: if others add and remove addresses while a
// walk of several pages goes on, one may be left out, be it new or as old as
// any; the total may tell nothing of that. Two walks that give the same have
// left nothing out that was there all the time. An error ends the walk, and is
// yielded once.
func (c *Client) EipAddresses(ctx context.Context, req *DescribeEipAddressesRequest) iter.Seq2[*EipAddress, error] {
	return c.walk(ctx, req).All
}

func (c *Client) walk(ctx context.Context, req *DescribeEipAddressesRequest) *pageWalk {
	var base DescribeEipAddressesRequest
	if req != nil {
		base = *req
	}
	return &pageWalk{
		First: cmp.Or(base.PageNum, 1),
		Size:  cmp.Or(base.PageSize, maxPageSize),
		ID:    func(a *EipAddress) string { return a.EipID },
		Get: func(number, size int) (page, error) {
			r := base
			r.PageNum, r.PageSize = number, size
			res, err := c.DescribeEipAddresses(ctx, &r)
			if err != nil {
				return page{}, err
			}
			return page{Items: res.DataSet, Total: res.TotalCount, Meta: res.ResponseMeta}, nil
		},
		Unproven: func(meta ResponseMeta, reason string) error { return unproven(meta, reason) },
	}
}

// eachChunk calls f for at most 100 IDs at a time, until it fails.
func eachChunk(ids []string, f func([]string) error) error {
	for len(ids) > 0 {
		n := min(len(ids), maxIDsPerCall)
		if err := f(ids[:n]); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// GetEip reads one address by its ID. One that is not there is an
// *eip.NotFoundError, which matches eip.ErrNotFound.
//
// An answer that does not hold the address, but contradicts itself or is about
// another one, does not prove that it is not there. GetEip then looks again after
// growing delays ([WithPollDelay]), up to four times in all. If that does not
// help, the error is a *eip.TransportError that wraps an *eip.AnswerError. An
// answer contradicts itself if its totalCount is not the number of its elements,
// or if an element has no ID.
func (c *Client) GetEip(ctx context.Context, id string) (*EipAddress, error) {
	list, err := c.GetEips(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// GetEips reads addresses by their IDs, 100 to a call of DescribeEipAddresses,
// otherwise as [Client.GetEip]. The result is in the order of the IDs, each once. If some are missing, the
// others are returned together with an *eip.NotFoundError that lists the
// missing ones; any other error comes without addresses.
func (c *Client) GetEips(ctx context.Context, ids []string) ([]*EipAddress, error) {
	found, err := c.lookUp(ctx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]*EipAddress, 0, len(found))
	var missing []string
	for _, id := range unique(ids) {
		if a := found[id]; a != nil {
			list = append(list, a)
		} else {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		return list, &eip.NotFoundError{What: "address", IDs: missing}
	}
	return list, nil
}

// maxLooks is how often a look-up looks before it gives up on answers that
// prove nothing.
const maxLooks = 4

// lookUp reads addresses by their IDs. Those that are not in the result do not
// exist. It looks again while that is in doubt, maxLooks times at most.
func (c *Client) lookUp(ctx context.Context, ids []string) (map[string]*EipAddress, error) {
	found := make(map[string]*EipAddress, len(ids))
	p := c.newPoller()
	for n := 1; ; n++ {
		now, doubts, err := c.look(ctx, ids)
		if err != nil {
			return nil, err
		}
		maps.Copy(found, now)
		var doubt *eip.TransportError
		var open []string
		for _, id := range ids {
			if doubts[id] != nil {
				doubt, open = doubts[id], append(open, id)
			}
		}
		switch {
		case doubt == nil:
			return found, nil
		case n == maxLooks:
			return nil, doubt
		}
		if err := p.Pause(ctx); err != nil {
			if end := ctx.Err(); end != nil && !errors.Is(err, end) {
				err = errors.Join(err, end)
			}
			doubt.Err = errors.Join(err, doubt.Err)
			return nil, doubt
		}
		ids = open
	}
}

// look reads addresses by their IDs once. Those that are not in found do not
// exist, unless doubts has them: then the look says nothing about them. The rule
// is that of the package census.
func (c *Client) look(ctx context.Context, ids []string) (found map[string]*EipAddress, doubts map[string]*eip.TransportError, err error) {
	var v validator
	v.noneEmpty("ids", ids)
	if err := v.err("GetEips"); err != nil {
		return nil, nil, err
	}
	found, doubts = make(map[string]*EipAddress, len(ids)), map[string]*eip.TransportError{}
	err = eachChunk(unique(ids), func(some []string) error {
		res, err := c.DescribeEipAddresses(ctx, &DescribeEipAddressesRequest{EipIDs: some, PageSize: len(some)})
		if err != nil {
			return err
		}
		var list census.List
		for i := range res.DataSet {
			a := &res.DataSet[i]
			list.Add(a.EipID)
			if !slices.Contains(some, a.EipID) {
				list.Stray("an address that was not asked for")
				continue
			}
			found[a.EipID] = a
		}
		list.Page(res.TotalCount)
		if reason := list.Doubt("addresses"); reason != "" {
			for _, id := range some {
				if found[id] == nil {
					doubts[id] = unproven(res.ResponseMeta, reason)
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return found, doubts, nil
}

// unproven is the error of a look that proves nothing about what it did not find.
func unproven(meta ResponseMeta, reason string) *eip.TransportError {
	return vendor.Of(zenlayer, &eip.TransportError{
		Action: actionDescribe, HTTPStatus: meta.HTTPStatus, RequestID: meta.RequestID, Attempts: meta.Attempts, Sent: true,
		Err: &eip.AnswerError{HTTPStatus: meta.HTTPStatus, RequestID: meta.RequestID, Reason: reason},
	})
}

// unique gives each ID once, in the order in which they first come.
func unique(ids []string) []string {
	seen := make(map[string]bool, len(ids))
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}
