package eip

import (
	"cmp"
	"context"
	"fmt"
	"iter"

	"github.com/eipkit/eip-go/internal/census"
)

// The largest pages that the service gives, from the SDK metadata. (The 2019
// API reference says 50 for addresses as well; the walk understands an answer
// whose pages are smaller than asked for.)
const (
	maxEipPageSize     = 100
	maxSegmentPageSize = 50
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
	return c.addressWalk(ctx, req).all
}

func (c *Client) addressWalk(ctx context.Context, req *DescribeEipAddressesRequest) *pageWalk[EipAddress] {
	base := req.clone()
	return &pageWalk[EipAddress]{
		action: describeAddresses,
		first:  cmp.Or(base.PageNumber, 1),
		size:   cmp.Or(base.PageSize, maxEipPageSize),
		id:     func(a *EipAddress) string { return a.AllocationID },
		get: func(number, size int) (page[EipAddress], error) {
			r := base.clone()
			r.PageNumber, r.PageSize = number, size
			res, err := c.DescribeEipAddresses(ctx, r)
			if err != nil {
				return page[EipAddress]{}, err
			}
			return page[EipAddress]{res.EipAddresses, res.PageSize, res.TotalCount, res.ResponseMeta}, nil
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
		action: "DescribeEipSegment",
		first:  cmp.Or(base.PageNumber, 1),
		size:   cmp.Or(base.PageSize, maxSegmentPageSize),
		id:     func(s *EipSegment) string { return s.InstanceID },
		get: func(number, size int) (page[EipSegment], error) {
			r := base.clone()
			r.PageNumber, r.PageSize = number, size
			res, err := c.DescribeEipSegment(ctx, r)
			if err != nil {
				return page[EipSegment]{}, err
			}
			return page[EipSegment]{res.EipSegments, res.PageSize, res.TotalCount, res.ResponseMeta}, nil
		},
	}
	return w.all
}

// page is one answer of a paged action.
type page[T any] struct {
	items []T
	size  int // as the service tells it; 0 if it does not
	total int // 0 if the service does not tell it
	meta  ResponseMeta
}

// pageWalk is a loop over the pages of one action.
type pageWalk[T any] struct {
	action string
	first  int // number of the first page
	size   int // asked for; 0 if the action is not paged
	id     func(*T) string
	get    func(number, size int) (page[T], error)
}

// pageState is what one loop remembers.
type pageState struct {
	list      census.List
	meta      ResponseMeta // of the last answer
	first     int          // number of the first page
	high      int          // the highest page read so far
	through   int          // pages up to this one are to be read again
	size      int          // in effect: the service may give smaller pages
	total     int          // of the last answer, 0 if unknown
	rounds    int          // how often pages were read again, since that last brought anything new
	fruitless int          // pages in a row, read for the first time, without anything new
	ended     bool
}

// begin makes the state of a new loop.
func (w *pageWalk[T]) begin() *pageState {
	return &pageState{first: w.first, high: w.first - 1, size: w.size}
}

// all yields every element once.
func (w *pageWalk[T]) all(yield func(*T, error) bool) { w.from(w.begin())(yield) }

// from is all with a state that the caller can look at.
func (w *pageWalk[T]) from(s *pageState) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for number := w.first; number != 0; {
			p, err := w.get(number, w.size)
			if err != nil {
				yield(nil, err)
				return
			}
			s.meta = p.meta
			fresh := 0
			for i := range p.items {
				item := &p.items[i]
				id := w.id(item)
				if !s.list.Add(id) {
					continue
				}
				if id != "" {
					fresh++
				}
				if !yield(item, nil) {
					return
				}
			}
			s.list.Page(p.total)
			if number, err = s.next(number, fresh, len(p.items), p.size, p.total); err != nil {
				yield(nil, unproven(w.action, p.meta, err.Error()))
				return
			}
		}
	}
}

// maxFruitless is how many pages in a row may bring nothing new before the
// walk stops to believe the service.
const maxFruitless = 3

// next says which page to read after this one; 0 is the end.
func (s *pageState) next(number, fresh, count, size, total int) (int, error) {
	if size > 0 && size < s.size {
		s.size = size
	}
	if number == s.first && count > 0 && count < s.size && (number-1)*s.size+count < total {
		s.size = count // its pages are smaller than it says
	}
	fell := 0
	if s.total > 0 && total < s.total {
		fell = s.total - total
	}
	s.total = total
	if fresh > 0 && number <= s.high {
		s.rounds = 0 // to read again was worth it
	}
	if number > s.high {
		s.high = number
		if fresh > 0 {
			s.fruitless = 0
		} else {
			s.fruitless++
		}
		s.ended = s.size == 0 || count == 0 || total > 0 && number*s.size >= total ||
			// A short page is the last one, unless the service counts more.
			count < s.size && (total <= 0 || s.list.Len() >= total)
	}
	// What was behind the elements that are gone has moved towards the front,
	// onto pages that were read before. A service whose total goes up and down
	// must not keep the walk busy for ever.
	if fell > 0 && s.size > 0 && s.rounds <= s.high {
		s.rounds++
		s.through = s.high
		if number == s.high {
			s.through--
		}
		if number > s.first {
			number = max(number-(fell-1)/s.size-1, s.first) - 1
		}
	}
	switch {
	case number < s.through:
		return number + 1, nil
	case s.ended:
		return 0, nil
	case s.fruitless >= maxFruitless:
		if s.list.Len() < total {
			return 0, fmt.Errorf("page %d and the %d before it hold nothing new, although the service counts %d and gave %d",
				s.high, s.fruitless-1, total, s.list.Len())
		}
		return 0, nil
	}
	return s.high + 1, nil
}
