package pages

import (
	"crypto/sha256"
	"fmt"
	"iter"

	"github.com/eipkit/eip-go/internal/census"
)

// TokenPage is one answer of an action whose pages are found by a token. M is
// what the vendor notes of it.
type TokenPage[T, M any] struct {
	Items []T
	Next  string // the token of the next page, "" on the last one
	Total int    // 0 if the service does not tell it
	Meta  M
}

// TokenWalk is how to walk over such pages.
type TokenWalk[T, M any] struct {
	Start string // token of the first page, "" for the beginning of the list
	ID    func(*T) string
	Get   func(token string) (TokenPage[T, M], error)
	// Unproven makes the error of a walk that has no end.
	Unproven func(meta M, reason string) error
}

// TokenState is what one walk has come to.
type TokenState[M any] struct {
	List census.List
	Meta M // of the last page

	used   map[[sha256.Size]byte]struct{} // the tokens so far: a token can be long
	barren int                            // pages in a row without anything new
}

// The service says with each token that there is more, so that a walk needs
// limits of its own.
const (
	// maxBarren is how many pages in a row may bring nothing new. A service that
	// filters after it has cut the pages has empty ones in the middle.
	maxBarren = 20
	// maxTokenPages is how many pages one walk reads.
	maxTokenPages = 100_000
)

// Begin makes the state of a new walk.
func (w *TokenWalk[T, M]) Begin() *TokenState[M] { return new(TokenState[M]) }

// All yields every element once, until a page has no token of a next one. The
// first error is yielded once, with a nil element, and ends the walk.
func (w *TokenWalk[T, M]) All(yield func(*T, error) bool) { w.From(w.Begin())(yield) }

// From is All with a state that the caller can look at. A state is for one walk.
func (w *TokenWalk[T, M]) From(s *TokenState[M]) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for token := w.Start; ; {
			p, err := w.Get(token)
			if err != nil {
				yield(nil, err)
				return
			}
			s.Meta = p.Meta
			fresh := false
			for i := range p.Items {
				item := &p.Items[i]
				id := w.ID(item)
				if !s.List.Add(id) {
					continue
				}
				fresh = fresh || id != ""
				if !yield(item, nil) {
					return
				}
			}
			s.List.Page(p.Total)
			if p.Next == "" {
				return
			}
			if reason := s.next(token, p.Next, fresh); reason != "" {
				yield(nil, w.Unproven(p.Meta, reason))
				return
			}
			token = p.Next
		}
	}
}

// next notes the token of the page that was read, and says why the one that
// follows cannot be, "" if it can.
func (s *TokenState[M]) next(token, next string, fresh bool) string {
	if s.used == nil {
		s.used = map[[sha256.Size]byte]struct{}{}
	}
	s.used[sha256.Sum256([]byte(token))] = struct{}{}
	if s.barren++; fresh {
		s.barren = 0
	}
	switch _, twice := s.used[sha256.Sum256([]byte(next))]; {
	case twice:
		return fmt.Sprintf("page %d names a next page that was read before", len(s.used))
	case s.barren >= maxBarren:
		return fmt.Sprintf("page %d and the %d before it hold nothing new, and the service names a next one", len(s.used), s.barren-1)
	case len(s.used) >= maxTokenPages:
		return fmt.Sprintf("page %d is not the last one", len(s.used))
	}
	return ""
}
