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
	d.resetNames()
	if err := s.value(0, 0); err != nil {
		return err
	}
	if s.peek(); s.at < len(s.text) {
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
		d.tokens = append(make([]token, 0, stepTo(cap(d.tokens), s.limit)), d.tokens...)
	}
	d.tokens = append(d.tokens, token{uint32(start), uint32(end), uint32(k) << 24})
	return nil
}

// stepTo returns the next larger size of a table. There are few steps, so that
// all of them together take little more than the last one.
func stepTo(size, limit int) int {
	if size *= 4; size > limit/16 {
		return limit
	}
	return size
}

// peek skips blanks and returns the next byte, 0 at the end.
func (s *scanner) peek() byte {
	if s.at < len(s.text) && s.text[s.at] > ' ' {
		return s.text[s.at]
	}
	return s.blanks()
}

func (s *scanner) blanks() byte {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; c {
		case ' ', '\n', '\r', '\t':
		default:
			return c
		}
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
				d.tokens[len(d.tokens)-1].link |= uint32(t.name())
				s.at += int(t.end-t.start) + 2
				value = like + 1
				like = d.after(value)
			} else {
				like = 0
				if err := s.str(); err != nil {
					return err
				}
				if err := d.number(len(d.tokens) - 1); err != nil {
					return err
				}
			}
			if s.peek() != ':' {
				return s.bad("a colon")
			}
			s.at++
			if err := s.value(depth, value); err != nil {
				return err
			}
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
	return d.distinct(self)
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

// toStop goes to the next byte that is a stop, or to the end.
func (s *scanner) toStop() {
	text, at := s.text, s.at
	for at+8 <= len(text) { // eight bytes at a time
		if stop := stopsIn(binary.LittleEndian.Uint64(text[at:])); stop != 0 {
			s.at = at + bits.TrailingZeros64(stop)/8
			return
		}
		at += 8
	}
	for at < len(text) && !stops[text[at]] {
		at++
	}
	s.at = at
}

// str reads a string, from quote to quote.
func (s *scanner) str() error {
	s.at++
	start, kind := s.at, plainString
	for {
		s.toStop()
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
