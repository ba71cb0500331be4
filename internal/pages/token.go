package pages

import "fmt"

// TokenPage is one answer of an action whose pages are chained by a token. M is
// what the vendor notes of it.
type TokenPage[T, M any] struct {
	Items []T
	Next  string // the token of the next page, "" if this is the last one
	Total int    // 0 if the service does not tell it
	Meta  M
}

// TokenWalk is how to walk over the pages of an action whose pages are chained
// by a token.
type TokenWalk[T, M any] struct {
	First string // the token of the first page, "" for the beginning of the list
	ID    func(*T) string
	Get   func(token string) (TokenPage[T, M], error)
	// Unproven makes the error of a walk that ends because its pages do not lead
	// to an end.
	Unproven func(meta M, reason string) error
}

// maxFruitlessTokens is how many pages in a row may bring nothing new before the
// walk stops to believe the service. A service that filters after it has paged
// gives some empty pages.
const maxFruitlessTokens = 16

// All yields every element once. The first error is yielded once, with a nil
// element, and ends the walk. A token that comes twice is an error, and so are
// too many pages in a row without anything new: both would go on for ever.
func (w *TokenWalk[T, M]) All(yield func(*T, error) bool) {
	given := map[string]struct{}{}
	tokens := map[string]struct{}{w.First: {}}
	fruitless := 0
	for token := w.First; ; {
		p, err := w.Get(token)
		if err != nil {
			yield(nil, err)
			return
		}
		fruitless++
		for i := range p.Items {
			item := &p.Items[i]
			if id := w.ID(item); id != "" {
				if _, twice := given[id]; twice {
					continue
				}
				given[id] = struct{}{}
				fruitless = 0
			}
			if !yield(item, nil) {
				return
			}
		}
		if token = p.Next; token == "" {
			return
		}
		reason := ""
		if _, twice := tokens[token]; twice {
			reason = "the token of the next page was that of a page before"
		} else if fruitless >= maxFruitlessTokens {
			reason = fmt.Sprintf("the last %d pages hold nothing new, and there is a token for one more", fruitless)
		}
		if reason != "" {
			yield(nil, w.Unproven(p.Meta, reason))
			return
		}
		tokens[token] = struct{}{}
	}
}
