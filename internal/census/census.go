// Package census judges what the service's lists prove about things that are
// not in them. It knows no vendor and no action.
//
// A list proves that something does not exist if all of this holds:
//
//   - Its count, where the service tells one, is the number of distinct elements
//     over all pages, and was the same on each page.
//   - Each of its elements has an ID, and is one that was asked for. An element
//     that was not is a sign that the answer belongs to another question.
//   - If it takes several pages, the walk before this one gave the same elements
//     in the same order. An element can only hide on a page that was read already
//     because one before it has gone, and the later walk cannot have that one.
//
// The last condition costs a second walk. Who asks for it uses Complete, and
// who can do without it uses Doubt.
package census

import "fmt"

// List is what one walk over the pages of a list came to. The zero List is one
// of which no page has been read.
type List struct {
	places  map[string]int // by ID: in the order in which they came
	pages   int
	total   int    // as the last page that tells it has it, 0 if none does
	changed string // how the total changed between two pages
	blank   bool   // some element has no ID
	stray   string // what is wrong with the first element that was not asked for
}

// Add notes an element. It reports whether the walk has not had it before. An
// element without an ID is always new.
func (l *List) Add(id string) bool {
	if id == "" {
		l.blank = true
		return true
	}
	if _, twice := l.places[id]; twice {
		return false
	}
	if l.places == nil {
		l.places = map[string]int{}
	}
	l.places[id] = len(l.places)
	return true
}

// Len is the number of distinct elements with an ID.
func (l *List) Len() int { return len(l.places) }

// Stray notes that the list holds an element that was not asked for. The text
// completes "the list holds …".
func (l *List) Stray(what string) {
	if l.stray == "" {
		l.stray = what
	}
}

// Page notes the end of a page. total is the number of elements that the
// service counts over all pages, 0 if it counts none or does not tell.
func (l *List) Page(total int) {
	l.pages++
	if total == 0 {
		return
	}
	if l.total != 0 && total != l.total && l.changed == "" {
		l.changed = fmt.Sprintf("from %d to %d", l.total, total)
	}
	l.total = total
}

// Doubt says why something that is not in the list may exist all the same. It
// is empty if there is no such reason. things is what the elements are called.
func (l *List) Doubt(things string) string {
	switch {
	case l.pages == 0:
		return "no page of the list was read"
	case l.blank:
		return "the list holds an element without an ID"
	case l.stray != "":
		return "the list holds " + l.stray
	case l.changed != "":
		return "the count changed " + l.changed + " while the pages of the list were read"
	case l.total != 0 && l.total != l.Len():
		return fmt.Sprintf("the list names %d of %d %s", l.Len(), l.total, things)
	}
	return ""
}

// Whole reports whether the list is one page and leaves no doubt.
func (l *List) Whole() bool { return l.pages == 1 && l.Doubt("") == "" }

// Complete reports whether the list leaves no doubt and no page of it can have
// hidden anything. before is the walk before it, nil if there was none.
func (l *List) Complete(before *List) bool {
	return l.Whole() || l.Doubt("") == "" && before != nil && l.agrees(before)
}

// agrees reports whether two walks gave the same.
func (l *List) agrees(before *List) bool {
	if before.Doubt("") != "" || l.Len() != before.Len() {
		return false
	}
	for id, place := range l.places {
		if was, ok := before.places[id]; !ok || was != place {
			return false
		}
	}
	return true
}
