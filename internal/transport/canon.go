package transport

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// decodingRounds is how many layers of encoding are taken off. Repeated
	// percent-encoding, &amp;amp; and rows of backslashes count as one.
	decodingRounds = 8
	// longestEscape is the length of an escape, leading zeros aside, and
	// longestTail that of one whose characters are escapes.
	longestEscape = 12
	longestTail   = 64
)

// canon is a text on its way to the form in which secrets are searched for:
// without blanks, control characters and plus signs, any of which a peer may
// insert or swap, and with its escapes decoded round by round.
type canon struct {
	text []byte
	// from and to tell for each byte where what it stands for begins and ends in
	// the original. They are nil if nobody wants to know.
	from, to []int32
	// cut says that the original went on. An escape near the end may then be a
	// part of one, and is left alone.
	cut bool
}

// newCanon returns text without its blanks, and not decoded yet.
func newCanon(text string, located, cut bool) *canon {
	c := &canon{text: []byte(text), cut: cut}
	if located {
		c.from, c.to = make([]int32, len(text)), make([]int32, len(text))
		for i := range c.from {
			c.from[i], c.to[i] = int32(i), int32(i+1)
		}
	}
	c.round(false)
	return c
}

// round takes the blanks off and, if decode is set, one layer of escapes. It
// reports whether that changed anything. What it writes is never longer than
// what it has read, so it works in place.
func (c *canon) round(decode bool) (changed bool) {
	t, w := c.text, 0
	put := func(b byte, i, n int) {
		t[w] = b
		if c.from != nil {
			c.from[w], c.to[w] = c.from[i], c.to[i+n-1]
		}
		w++
	}
	for i := 0; i < len(t); {
		b := t[i]
		switch {
		case blank(b):
			i++
			changed = true
		case b >= utf8.RuneSelf:
			r, n := utf8.DecodeRune(t[i:])
			if (r != utf8.RuneError || n > 1) && unicode.IsPrint(r) {
				for j := range n {
					put(t[i+j], i+j, 1)
				}
			} else {
				changed = true
			}
			i += n
		case !decode || !special(rune(b)) || c.cut && len(t)-i <= longestEscape:
			put(b, i, 1)
			i++
		default:
			n, r, wide := unescape(t[i:])
			var code [utf8.UTFMax]byte
			switch {
			case n == 0:
				put(b, i, 1)
				i++
				continue
			case r < 0 || r < utf8.RuneSelf && blank(byte(r)) || wide && !unicode.IsPrint(r): // nothing to keep
			case wide:
				for _, b := range code[:utf8.EncodeRune(code[:], r)] {
					put(b, i, n)
				}
			default:
				put(byte(r), i, n)
			}
			changed = true
			i += n
		}
	}
	c.text = t[:w]
	return changed
}

// tail returns how much of the end of the text may be the beginning of a needle,
// with perhaps a part of an escape behind it.
func (c *canon) tail(needle []byte) (long int) {
	for end := len(c.text); end > 0 && end >= len(c.text)-longestTail; end-- {
		if end < len(c.text) && !special(rune(c.text[end])) {
			continue
		}
		for n := min(len(needle)-1, end); n > 0; n-- {
			if bytes.HasSuffix(c.text[:end], needle[:n]) {
				long = max(long, n+len(c.text)-end)
				break
			}
		}
	}
	return long
}

func blank(b byte) bool { return b <= ' ' || b == '+' || b == 0x7f }

// unescape decodes the escape at the beginning of t: how long it is, 0 if there
// is none, and what it stands for: a byte, a character if wide is set, or -1 for
// something that is left out.
func unescape(t []byte) (n int, r rune, wide bool) {
	switch t[0] {
	case '%':
		n = 1
		for len(t) >= n+4 && t[n] == '2' && t[n+1] == '5' && hexOf(t[n+2:n+4]) >= 0 {
			n += 2 // a percent sign that was encoded again
		}
		if r = hexOf(at(t, n, 2)); r >= 0 {
			return n + 2, r, false
		}
		if len(t) > 1 && t[1]|0x20 == 'u' {
			if r = hexOf(at(t, 2, 4)); r >= 0 {
				return 6, r, true
			}
		}
		return 0, 0, false
	case '\\':
		return unescapeBackslash(t)
	case '&':
		n, r = unescapeEntity(t)
		return n, r, true
	}
	if len(t) < 2 || t[1]|0x20 != 'b' && t[1]|0x20 != 'w' {
		return 0, 0, false
	}
	for _, tag := range []string{"<br>", "<br/>", "<wbr>", "<wbr/>"} {
		if hasFold(t, tag) {
			return len(tag), -1, false
		}
	}
	return 0, 0, false
}

// unescapeBackslash knows the escapes of JSON, JavaScript and Go. A backslash
// before anything else is left out, but one before another escape waits for what
// that turns into.
func unescapeBackslash(t []byte) (n int, r rune, wide bool) {
	if len(t) < 2 {
		return 1, -1, false
	}
	digits := 0
	switch t[1] {
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	}
	if special(rune(t[1])) && t[1] != '\\' || bytes.ContainsFunc(t[2:min(2+digits, len(t))], special) {
		return 0, 0, false
	}
	if strings.IndexByte("abfnrtv", t[1]) >= 0 {
		return 2, -1, false
	}
	if r = hexOf(at(t, 2, digits)); r >= 0 {
		return 2 + digits, r, digits > 2
	}
	return 1, -1, false
}

// unescapeEntity knows HTML's numeric entities and the names of ASCII
// characters.
func unescapeEntity(t []byte) (n int, r rune) {
	n = 1
	for hasFold(t[n:], "amp;") {
		n += len("amp;") // an ampersand that was encoded again
	}
	first := n
	if n < len(t) && t[n] == '#' {
		n++
		base := rune(10)
		if n < len(t) && t[n]|0x20 == 'x' {
			base = 16
			n++
		}
		digits := n
		for ; n < len(t); n++ {
			d := hexOf(t[n : n+1])
			if d < 0 || d >= base || r > unicode.MaxRune {
				break
			}
			r = r*base + d
		}
		if n > digits && r <= unicode.MaxRune {
			switch {
			case n < len(t) && t[n] == ';':
				n++
			case n < len(t) && special(rune(t[n])):
				return 0, 0 // more digits may come out of that
			}
			return n, r
		}
	} else if n < len(t) && letter(t[n]) {
		for n < len(t) && n < first+longestEscape && letter(t[n]) {
			n++
		}
		if r = entity(strings.ToLower(string(t[first:n]))); r > 0 && n < len(t) && t[n] == ';' {
			return n + 1, r
		}
		for _, name := range []string{"amp", "lt", "gt", "quot"} { // these also without the semicolon
			if hasFold(t[first:], name) {
				return first + len(name), entity(name)
			}
		}
	}
	if first > 1 {
		return first, '&'
	}
	return 0, 0
}

func hasFold(t []byte, prefix string) bool {
	return len(t) >= len(prefix) && strings.EqualFold(string(t[:len(prefix)]), prefix)
}

// entities are HTML's names of ASCII characters, each followed by its character.
const entities = " amp& lt< gt> quot\" apos' excl! num# dollar$ percnt% lpar( rpar) ast* plus+ comma, period. sol/" +
	" colon: semi; equals= quest? commat@ lsqb[ lbrack[ bsol\\ rsqb] rbrack] hat^ lowbar_ underbar_ grave`" +
	" lcub{ lbrace{ verbar| vert| rcub} rbrace} tab\t newline\t nbsp\t "

// entity returns the character that HTML has this name for, or 0.
func entity(name string) rune {
	if i := strings.Index(entities, " "+name); name != "" && i >= 0 {
		if r := rune(entities[i+1+len(name)]); !letter(byte(r)) {
			return r
		}
	}
	return 0
}

func letter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// at returns n bytes of t from i, or nil if there are fewer.
func at(t []byte, i, n int) []byte {
	if len(t) < i+n {
		return nil
	}
	return t[i : i+n]
}

// hexOf returns the value of hexadecimal digits, or -1.
func hexOf(digits []byte) rune {
	if len(digits) == 0 {
		return -1
	}
	r := rune(0)
	for _, d := range digits {
		switch {
		case d >= '0' && d <= '9':
			d -= '0'
		case d|0x20 >= 'a' && d|0x20 <= 'f':
			d = d | 0x20 - 'a' + 10
		default:
			return -1
		}
		if r = r<<4 | rune(d); r < 0 {
			return -1
		}
	}
	return r
}
