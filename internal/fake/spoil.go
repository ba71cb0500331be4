package fake

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Spoil says how a service changes the body of a success before it writes it.
// The zero value changes nothing.
type Spoil struct {
	Kind Kind
	// ID is what WrongID and BlankID put in the place of an ID: a string, a
	// number or a boolean.
	ID any
}

// spoils reports whether faults of this kind change the body of a success.
func (k Kind) spoils() bool {
	switch k {
	case EmptyPage, MissingID, WrongID, ShortPage, BlankID:
		return true
	}
	return false
}

// List changes one page of a list and the number of all elements, as the kind
// says. setID returns a copy of an element with another ID, or with none if id
// is nil. ok is false if there was nothing to change; nothing is changed in
// place.
func List[T any](s Spoil, items []T, total int, setID func(item T, id any) T) (_ []T, _ int, ok bool) {
	switch s.Kind {
	case EmptyPage:
		return items[:0:0], max(total, 1), true
	case ShortPage:
		if len(items) < 2 {
			return items, total + 1, true
		}
		return items[: len(items)-1 : len(items)-1], total, true
	case MissingID, WrongID:
		if len(items) == 0 {
			return items, total, false
		}
		var id any
		if s.Kind == WrongID {
			id = s.ID
		}
		out := append([]T{setID(items[0], id)}, items[1:]...)
		return out, total, true
	}
	return items, total, false
}

// blankIDs are what BlankID draws from.
var blankIDs = []any{"   ", "", 0, false}

// checkBlank reports an ID that could be taken for one.
func (f Fault) checkBlank() error {
	switch id := f.ID.(type) {
	case nil, int, bool:
		return nil
	case string:
		if strings.TrimSpace(id) == "" {
			return nil
		}
	}
	return fmt.Errorf("fault %s: ID %#v is not a blank string, an int or a bool", f.Kind, f.ID)
}

// drawn chooses what a fault of this action leaves open.
func (f Fault) drawn(rng *rand.Rand, action string) Fault {
	switch {
	case f.Kind == Foreign:
		if f.Foreign != "" {
			return f.drawForeign(rng)
		}
		// A read takes a documented code for the service's own without a request
		// ID, so that it is no gateway's answer to one.
		for f = f.drawForeign(rng); f.Foreign == ForeignNoRequestID && strings.HasPrefix(action, "Describe"); {
			f.Foreign = ""
			f = f.drawForeign(rng)
		}
		return f
	case f.Kind == BlankID && f.ID == nil:
		f.ID = blankIDs[rng.IntN(len(blankIDs))]
	case f.Kind == WrongID:
		f.ID = fmt.Sprintf("eip-%016x", rng.Uint64())
	}
	return f
}
