package eip

import (
	"cmp"
	"context"
	"iter"

	"github.com/eipkit/eip-go/internal/pages"
)

// The largest pages that the service gives, from the SDK metadata. (The 2019
// API reference says 50 for addresses as well; the walk understands an answer
// whose pages are smaller than asked for.)
const (
	maxEipPageSize     = 100
	maxSegmentPageSize = 50
	maxPackagePageSize = 50
)

type (
	page[T any]     = pages.Page[T, ResponseMeta]
	pageWalk[T any] = pages.Walk[T, ResponseMeta]

	tokenPage[T any] = pages.TokenPage[T, ResponseMeta]
	tokenWalk[T any] = pages.TokenWalk[T, ResponseMeta]
)

// EipAddresses walks over all addresses that pass the request's filters, page
// by page. A nil request means all addresses of the client's region.
//
// API: DescribeEipAddresses, once for each page of 100, or of the request's
// PageSize; it begins at the request's PageNumber, or at 1. The request is
// copied when EipAddresses is called; the calls begin when the loop does, and
// each loop over the result begins anew. The first error is yielded once, with
// a nil address, and ends the loop; nothing is asked for after the loop stops.
//
// No address is given twice in one loop. What page numbers cannot promise is
// that one loop sees everything: addresses that come and go while it runs move
// the others between pages. When the service's total falls, the pages that may
// have lost something to the ones before are read again, so a loop may release
// what it is given. What may be missed all the same: an address that is made
// while the loop runs, and, if between two pages at least as many are made as go,
// so that the total does not fall, one that was there all the time.
func (c *Client) EipAddresses(ctx context.Context, req *DescribeEipAddressesRequest) iter.Seq2[*EipAddress, error] {
	return c.addressWalk(ctx, req).All
}

func (c *Client) addressWalk(ctx context.Context, req *DescribeEipAddressesRequest) *pageWalk[EipAddress] {
	base := req.clone()
	return &pageWalk[EipAddress]{
		First:    cmp.Or(base.PageNumber, 1),
		Size:     cmp.Or(base.PageSize, maxEipPageSize),
		ID:       func(a *EipAddress) string { return a.AllocationID },
		Unproven: unprovenBy(describeAddresses),
		Get: func(number, size int) (page[EipAddress], error) {
			r := base.clone()
			r.PageNumber, r.PageSize = number, size
			res, err := c.DescribeEipAddresses(ctx, r)
			if err != nil {
				return page[EipAddress]{}, err
			}
			return page[EipAddress]{Items: res.EipAddresses, Size: res.PageSize, Total: res.TotalCount, Meta: res.ResponseMeta}, nil
		},
	}
}

// EipSegments walks over all contiguous groups of addresses, page by page. A
// nil request means all groups of the client's region.
//
// API: DescribeEipSegment, once for each page of 50, or of the request's
// PageSize. Otherwise it is as [Client.EipAddresses].
func (c *Client) EipSegments(ctx context.Context, req *DescribeEipSegmentRequest) iter.Seq2[*EipSegment, error] {
	base := req.clone()
	w := pageWalk[EipSegment]{
		First:    cmp.Or(base.PageNumber, 1),
		Size:     cmp.Or(base.PageSize, maxSegmentPageSize),
		ID:       func(s *EipSegment) string { return s.InstanceID },
		Unproven: unprovenBy("DescribeEipSegment"),
		Get: func(number, size int) (page[EipSegment], error) {
			r := base.clone()
			r.PageNumber, r.PageSize = number, size
			res, err := c.DescribeEipSegment(ctx, r)
			if err != nil {
				return page[EipSegment]{}, err
			}
			return page[EipSegment]{Items: res.EipSegments, Size: res.PageSize, Total: res.TotalCount, Meta: res.ResponseMeta}, nil
		},
	}
	return w.All
}

func unprovenBy(action string) func(ResponseMeta, string) error {
	return func(meta ResponseMeta, reason string) error { return unproven(action, meta, reason) }
}
