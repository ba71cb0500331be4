// Package pages walks over the pages of a list that changes meanwhile. It knows
// no vendor and no action.
//
// No element is yielded twice in one walk. Page numbers cannot promise that one
// walk sees everything: elements that come and go while it runs move the others
// between pages. When the service's total falls, the pages that may have lost
// something to the ones before are read again. What may be missed all the same:
// an element that is made while the walk runs, and, if between two pages at least
// as many are made as go, so that the total does not fall, one that was there all
// the time. The package census judges what a walk proves.
package pages

import (
	"fmt"
	"iter"

	"github.com/eipkit/eip-go/internal/census"
)

// Page is one answer of a paged action. M is what the vendor notes of it.
type Page[T, M any] struct {
	Items []T
	Size  int // as the service tells it; 0 if it does not
	Total int // 0 if the service does not tell it
	Meta  M
}

// Walk is how to walk over the pages of one action.
type Walk[T, M any] struct {
	First int // number of the first page
	Size  int // of a page, as asked for
	ID    func(*T) string
	Get   func(number, size int) (Page[T, M], error)
	// Unproven makes the error of a walk that ends because its pages contradict
	// their total.
	Unproven func(meta M, reason string) error
}

// State is what one walk has come to.
type State[M any] struct {
	List census.List
	Meta M // of the last page

	first     int // number of the first page
	high      int // the highest page read so far
	through   int // pages up to this one are to be read again
	size      int // in effect: the service may give smaller pages
	total     int // of the last page, 0 if unknown
	rounds    int // how often pages were read again, since that last brought anything new
	fruitless int // pages in a row, read for the first time, without anything new
	ended     bool
}

// Begin makes the state of a new walk.
func (w *Walk[T, M]) Begin() *State[M] {
	return &State[M]{first: w.First, high: w.First - 1, size: w.Size}
}

// All yields every element once. The first error is yielded once, with a nil
// element, and ends the walk.
func (w *Walk[T, M]) All(yield func(*T, error) bool) { w.From(w.Begin())(yield) }

// From is All with a state that the caller can look at. A state is for one walk.
func (w *Walk[T, M]) From(s *State[M]) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for number := w.First; number != 0; {
			p, err := w.Get(number, w.Size)
			if err != nil {
				yield(nil, err)
				return
			}
			s.Meta = p.Meta
			fresh := 0
			for i := range p.Items {
				item := &p.Items[i]
				id := w.ID(item)
				if !s.List.Add(id) {
					continue
				}
				if id != "" {
					fresh++
				}
				if !yield(item, nil) {
					return
				}
			}
			s.List.Page(p.Total)
			if number, err = s.next(number, fresh, len(p.Items), p.Size, p.Total); err != nil {
				yield(nil, w.Unproven(p.Meta, err.Error()))
				return
			}
		}
	}
}

// maxFruitless is how many pages in a row may bring nothing new before the
// walk stops to believe the service.
const maxFruitless = 3

// minRounds is how often pages are read again without anything new, at least,
// before a falling total is no longer believed. In longer walks the number of
// pages is added.
const minRounds = 8

// next says which page to read after this one; 0 is the end.
func (s *State[M]) next(number, fresh, count, size, total int) (int, error) {
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
		s.ended = count == 0 || total > 0 && number*s.size >= total ||
			// A short page is the last one, unless the service counts more.
			count < s.size && (total <= 0 || s.List.Len() >= total)
	}
	// What was behind the elements that are gone has moved towards the front,
	// onto pages that were read before. A service whose total goes up and down
	// must not keep the walk busy for ever.
	if fell > 0 && s.rounds <= s.high+minRounds {
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
		if s.List.Len() < total {
			return 0, fmt.Errorf("page %d and the %d before it hold nothing new, although the service counts %d and gave %d",
				s.high, s.fruitless-1, total, s.List.Len())
		}
		return 0, nil
	}
	return s.high + 1, nil
}
