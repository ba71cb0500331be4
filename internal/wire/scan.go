package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"unicode/utf8"
)

// scanner writes the tape of one text.
type scanner struct {
	doc   *Doc
	text  []byte
	at    int
	limit int // of tokens
}

var errCut = errors.New("it is cut off")

// scan reads the whole text.
func (d *Doc) scan() error {
	if int64(len(d.text)) > math.MaxUint32 {
		return errors.New("it is larger than 4 GiB")
	}
	s := scanner{doc: d, text: d.text, limit: min(MaxTokens, freeTokens+len(d.text)/bytesPerToken)}
	if cap(d.tokens) == 0 {
		size := max(64, len(d.text)/12)
		if size > keepTokens {
			size = freeTokens // so large a body is rarely an answer
		}
		d.tokens = make([]token, 0, min(s.limit, size))
	}
	d.tokens = append(d.tokens[:0], token{})
	if err := s.value(0, 0); err != nil {
		return err
	}
	if s.blanks(); s.at < len(s.text) {
		return errors.New("something follows its JSON")
	}
	return nil
}

// push writes a token.
func (s *scanner) push(k Kind, start, end int) error {
	d := s.doc
	if len(d.tokens) >= s.limit {
		return fmt.Errorf("it has more than %d values", s.limit)
	}
	if len(d.tokens) == cap(d.tokens) {
		// In few steps, so that all of them together take little more than the
		// last one.
		size := 4 * cap(d.tokens)
		if size > s.limit/16 {
			size = s.limit
		}
		grown := make([]token, len(d.tokens), size)
		copy(grown, d.tokens)
		d.tokens = grown
	}
	d.tokens = append(d.tokens, token{uint32(start), uint32(end), uint32(k) << 24})
	return nil
}

func (s *scanner) blanks() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\n', '\r', '\t':
			s.at++
		default:
			return
		}
	}
}

// peek skips blanks and returns the next byte, 0 at the end.
func (s *scanner) peek() byte {
	s.blanks()
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

// bad names what stands where something else is wanted.
func (s *scanner) bad(want string) error {
	if s.at >= len(s.text) {
		return errCut
	}
	got := strconv.QuoteRune(rune(s.text[s.at]))
	if s.text[s.at] >= utf8.RuneSelf {
		got = fmt.Sprintf("byte %#x", s.text[s.at])
	}
	return fmt.Errorf("it is not JSON: got %s at byte %d, want %s", got, s.at, want)
}

// value reads a value. before is a value that came before in the same place of
// something similar, 0 if there is none: what it holds is likely to have the same
// names.
func (s *scanner) value(depth, before int) error {
	switch c := s.peek(); {
	case c == '{' || c == '[':
		if depth >= MaxDepth {
			return fmt.Errorf("it is nested deeper than %d levels", MaxDepth)
		}
		if c == '{' {
			return s.object(depth+1, before)
		}
		return s.array(depth+1, before)
	case c == '"':
		return s.str()
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	case c == 't':
		return s.word("true", True)
	case c == 'f':
		return s.word("false", False)
	case c == 'n':
		return s.word("null", Null)
	}
	return s.bad("a value")
}

// word reads true, false or null.
func (s *scanner) word(word string, k Kind) error {
	start := s.at
	for i := range len(word) {
		if s.at >= len(s.text) || s.text[s.at] != word[i] {
			return s.bad(word)
		}
		s.at++
	}
	return s.push(k, start, s.at)
}

func (s *scanner) object(depth, before int) error {
	d, self := s.doc, len(s.doc.tokens)
	if err := s.push(Object, s.at, 0); err != nil {
		return err
	}
	s.at++
	// like is the next name of the object before, as long as all names were the
	// same, and otherwise 0.
	like, end := 0, 0
	if d.tokens[before].kind() == Object {
		like, end = before+1, d.tokens[before].next()
	}
	members := 0
	if s.peek() != '}' {
		for {
			if s.peek() != '"' {
				return s.bad("a name in quotes")
			}
			value := 0
			if like != 0 && like < end && s.repeats(like) {
				t := d.tokens[like]
				if err := s.push(t.kind(), s.at+1, s.at+1+int(t.end-t.start)); err != nil {
					return err
				}
				d.tokens[len(d.tokens)-1].link |= uint32(t.hash())
				s.at += int(t.end-t.start) + 2
				value = like + 1
				like = (Value{d, value}).after()
			} else {
				like = 0
				if err := s.str(); err != nil {
					return err
				}
				d.noteHash(len(d.tokens) - 1)
			}
			if s.peek() != ':' {
				return s.bad("a colon")
			}
			s.at++
			if err := s.value(depth, value); err != nil {
				return err
			}
			members++
			if s.peek() != ',' {
				break
			}
			s.at++
		}
		if s.peek() != '}' {
			return s.bad("a comma or a closing brace")
		}
	}
	s.close(self)
	if like != 0 && like == end {
		return nil // the same names as before, and those were distinct
	}
	return d.distinct(self, members)
}

// repeats reports whether the name at key stands here again.
func (s *scanner) repeats(key int) bool {
	t := s.doc.tokens[key]
	return bytes.HasPrefix(s.text[s.at:], s.text[t.start-1:t.end+1])
}

func (s *scanner) array(depth, before int) error {
	self := len(s.doc.tokens)
	if err := s.push(Array, s.at, 0); err != nil {
		return err
	}
	s.at++
	if s.peek() != ']' {
		if before != 0 { // its first element, or what follows an empty list
			before = min(before+1, len(s.doc.tokens)-1)
		}
		for n := 1; ; n++ {
			if n > MaxElements {
				return fmt.Errorf("it has a list of more than %d elements", MaxElements)
			}
			element := len(s.doc.tokens)
			if err := s.value(depth, before); err != nil {
				return err
			}
			before = element
			if s.peek() != ',' {
				break
			}
			s.at++
		}
		if s.peek() != ']' {
			return s.bad("a comma or a closing bracket")
		}
	}
	s.close(self)
	return nil
}

// close ends the object or array that begins at self.
func (s *scanner) close(self int) {
	s.at++
	t := &s.doc.tokens[self]
	t.end = uint32(s.at)
	t.link |= uint32(len(s.doc.tokens))
}

// stops are the bytes at which a string needs a second look.
var stops = func() (t [256]bool) {
	for c := range t {
		t[c] = c < ' ' || c >= 0x80 || c == '"' || c == '\\'
	}
	return t
}()

// stopsIn returns a word that is 0 if none of eight bytes is a stop. The lowest
// bit that is set is in the byte that is the first stop.
func stopsIn(w uint64) uint64 {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	quote, slash := w^'"'*ones, w^'\\'*ones
	return ((w-' '*ones)&^w | (quote-ones)&^quote | (slash-ones)&^slash | w) & high
}

// str reads a string, from quote to quote.
func (s *scanner) str() error {
	s.at++
	start, kind := s.at, plainString
	for {
		for s.at+8 <= len(s.text) { // eight bytes at a time
			if stop := stopsIn(binary.LittleEndian.Uint64(s.text[s.at:])); stop != 0 {
				s.at += bits.TrailingZeros64(stop) / 8
				break
			}
			s.at += 8
		}
		for s.at < len(s.text) && !stops[s.text[s.at]] {
			s.at++
		}
		if s.at >= len(s.text) {
			return errCut
		}
		switch c := s.text[s.at]; {
		case c == '"':
			s.at++
			return s.push(kind, start, s.at-1)
		case c >= 0x80:
			kind = String
			s.at++
		case c == '\\':
			kind = String
			s.at++
			switch {
			case s.at >= len(s.text):
				return errCut
			case escapes[s.text[s.at]] != 0:
				s.at++
			case s.text[s.at] != 'u':
				return s.bad("an escape")
			case len(s.text)-s.at < 5:
				return errCut
			case hex4(s.text[s.at+1:]) < 0:
				s.at++
				return s.bad("four hexadecimal digits")
			default:
				s.at += 5
			}
		default:
			return s.bad("no control character in a string")
		}
	}
}

func (s *scanner) number() error {
	start := s.at
	if s.text[s.at] == '-' {
		s.at++
	}
	if s.at < len(s.text) && s.text[s.at] == '0' {
		s.at++
	} else if err := s.digits(); err != nil {
		return err
	}
	if s.at < len(s.text) && s.text[s.at] == '.' {
		s.at++
		if err := s.digits(); err != nil {
			return err
		}
	}
	if s.at < len(s.text) && s.text[s.at]|0x20 == 'e' {
		s.at++
		if s.at < len(s.text) && (s.text[s.at] == '+' || s.text[s.at] == '-') {
			s.at++
		}
		if err := s.digits(); err != nil {
			return err
		}
	}
	return s.push(Number, start, s.at)
}

// digits reads one digit or more.
func (s *scanner) digits() error {
	start := s.at
	for s.at < len(s.text) && s.text[s.at]-'0' <= 9 {
		s.at++
	}
	if s.at == start {
		return s.bad("a digit")
	}
	return nil
}

// distinct refuses an object that has a name twice: two readers may take
// different ones. A few names are compared with each other, many by a table, so
// that the time stays linear. No name is copied.
func (d *Doc) distinct(self, members int) error {
	object := Value{d, self}
	if members <= 6 {
		for key, member := range object.members {
			for other := member.after(); other < object.after(); other = (Value{d, other + 1}).after() {
				if d.same(key, other) {
					return d.twice(key)
				}
			}
		}
		return nil
	}
	size := members + members/3 + 1 // at most three quarters full
	if cap(d.seen) < size {
		d.seen = make([]uint32, size)
	}
	d.seen = d.seen[:size]
	clear(d.seen)
	for key := range object.members {
		at := d.slot(key)
		for ; d.seen[at] != 0; at = (at + 1) % size {
			if d.same(key, int(d.seen[at])) {
				return d.twice(key)
			}
		}
		d.seen[at] = uint32(key)
	}
	return nil
}

// slot returns where in the table the search for the name at key begins.
func (d *Doc) slot(key int) int {
	return int(uint64(d.tokens[key].hash()) * uint64(len(d.seen)) >> 24)
}

func (d *Doc) twice(key int) error {
	return fmt.Errorf("it has the name %s twice in one object", excerpt(Value{d, key}.Clipped(256)))
}
