package zenlayer

import (
	"context"
	"iter"
	"slices"

	eip "github.com/eipkit/eip-go"
)

// EipAddresses walks over all addresses that a filter lets through, page by page:
// 1000 to a page unless req.PageSize says otherwise, from req.PageNum on. A
// nil req means all addresses. The request is copied.
//
// No address is given twice. If the total falls while the walk goes on, so
// that addresses have moved to an earlier page, that page is read again, once.
// Page numbers cannot promise more: if others add and remove addresses while a
// walk of several pages goes on, one may be left out, be it new or as old as
// any; the total may tell nothing of that. Two walks that give the same have
// left nothing out that was there all the time. An error ends the walk, and is
// given once.
func (c *Client) EipAddresses(ctx context.Context, req *DescribeEipAddressesRequest) iter.Seq2[*EipAddress, error] {
	return c.walk(ctx, req, nil)
}

// walk is what a walk over pages was like.
type walk struct {
	ids    []string // in the order in which they came
	pages  int      // read
	total  int      // on the latest page
	steady bool     // the total was the same on all pages
}

// onePage says that one answer had everything, so that no pages can have moved.
func (w *walk) onePage() bool { return w.pages == 1 && len(w.ids) >= w.total }

// same says that two walks one after another gave the same, completely. What a
// page hides has moved there because an address before it is gone; the later
// walk cannot have that one.
func (w *walk) same(before *walk) bool {
	return w.steady && before.steady && len(w.ids) >= w.total && slices.Equal(w.ids, before.ids)
}

// walk is EipAddresses with notes.
func (c *Client) walk(ctx context.Context, req *DescribeEipAddressesRequest, notes *walk) iter.Seq2[*EipAddress, error] {
	first := DescribeEipAddressesRequest{}
	if req != nil {
		first = *req
	}
	return func(yield func(*EipAddress, error) bool) {
		page := first
		if page.PageSize == 0 {
			page.PageSize = maxPageSize
		}
		if page.PageNum == 0 {
			page.PageNum = 1
		}
		start, total := page.PageNum, -1
		seen := map[string]bool{}
		again := map[int]bool{}
		w := walk{steady: true}
		if notes != nil {
			defer func() { *notes = w }()
		}
		for {
			res, err := c.DescribeEipAddresses(ctx, &page)
			if err != nil {
				yield(nil, err)
				return
			}
			fell := total >= 0 && res.TotalCount < total
			w.pages++
			w.steady = w.steady && (total < 0 || total == res.TotalCount)
			total = res.TotalCount
			w.total = total
			for i := range res.DataSet {
				a := &res.DataSet[i]
				if seen[a.EipID] {
					continue
				}
				seen[a.EipID] = true
				w.ids = append(w.ids, a.EipID)
				if !yield(a, nil) {
					return
				}
			}
			switch {
			case fell && page.PageNum > start && !again[page.PageNum]:
				again[page.PageNum] = true
				page.PageNum--
			case len(res.DataSet) == 0, page.PageNum*page.PageSize >= res.TotalCount:
				return
			default:
				page.PageNum++
			}
		}
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
func (c *Client) GetEip(ctx context.Context, id string) (*EipAddress, error) {
	list, err := c.GetEips(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// GetEips reads addresses by their IDs, 100 to a call of DescribeEipAddresses.
// The result is in the order of the IDs, each once. If some are missing, the
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

// lookUp reads addresses by their IDs. Those that do not exist are not in the
// result.
func (c *Client) lookUp(ctx context.Context, ids []string) (map[string]*EipAddress, error) {
	var v validator
	v.noneEmpty("ids", ids)
	if err := v.err("GetEips"); err != nil {
		return nil, err
	}
	found := make(map[string]*EipAddress, len(ids))
	err := eachChunk(unique(ids), func(some []string) error {
		res, err := c.DescribeEipAddresses(ctx, &DescribeEipAddressesRequest{EipIDs: some, PageSize: len(some)})
		if err != nil {
			return err
		}
		for i := range res.DataSet {
			found[res.DataSet[i].EipID] = &res.DataSet[i]
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
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
