package wire

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxInterned is the length of a text that is worth remembering.
const maxInterned = 48

// intern returns the text as a string, the same one as before if it is short
// and came before: most fields of a list have few different values. The table
// is small and has a fixed hash, so that the number of allocations depends on
// the answers alone.
func (d *Doc) intern(b []byte) string {
	n := len(b)
	if n == 0 {
		return ""
	}
	if n > maxInterned {
		return string(b)
	}
	pair := &d.strings[quickHash(b)]
	if pair[0] == string(b) {
		return pair[0]
	}
	if pair[1] == string(b) {
		pair[0], pair[1] = pair[1], pair[0]
		return pair[0]
	}
	pair[1] = pair[0]
	pair[0] = string(b)
	return pair[0]
}

// quickHash returns a hash of the length and some bytes.
func quickHash(b []byte) uint8 {
	n := len(b)
	if n == 0 {
		return 0
	}
	h := uint32(n)*0x9e3779b1 ^ uint32(b[0])<<16 ^ uint32(b[n/2])<<8 ^ uint32(b[n-1])
	h ^= uint32(b[n/4])<<24 ^ uint32(b[n-1-n/4])<<12
	return uint8(h * 0x85ebca6b >> 24)
}

// unescape reads about the first bytes of the inside of a JSON string that the
// scanner has accepted, and reports whether that is all of it. A run of bytes
// that are not UTF-8 becomes one U+FFFD, as in strings.ToValidUTF8, so that no
// text grows to more than twice its size; a surrogate without its other half
// becomes one as well.
func unescape(b []byte, most int) (text string, whole bool) {
	size := 0
	for rest := b; len(rest) > 0 && size < most; {
		r, n := rune1(rest)
		size += utf8.RuneLen(r)
		rest = rest[n:]
	}
	var out strings.Builder
	out.Grow(size)
	for out.Len() < size {
		r, n := rune1(b)
		out.WriteRune(r)
		b = b[n:]
	}
	return out.String(), len(b) == 0
}

// rune1 reads the first character of the inside of a JSON string, and its
// length there.
func rune1(b []byte) (r rune, n int) {
	switch {
	case b[0] < 0x80 && b[0] != '\\':
		return rune(b[0]), 1
	case b[0] != '\\':
		return rawRune(b)
	case b[1] != 'u':
		return rune(escapes[b[1]]), 2
	}
	r = rune(hex4(b[2:]))
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
		if both := utf16.DecodeRune(r, rune(hex4(b[8:]))); both != utf8.RuneError {
			return both, 12
		}
	}
	return utf8.RuneError, 6
}

// rawRune reads the first character of a text without escapes, U+FFFD for a run
// of bytes that are not UTF-8, and its length there.
func rawRune(b []byte) (r rune, n int) {
	r, n = utf8.DecodeRune(b)
	if r != utf8.RuneError || n > 1 {
		return r, n
	}
	for n < len(b) && b[n] >= utf8.RuneSelf {
		if _, size := utf8.DecodeRune(b[n:]); size > 1 {
			break
		}
		n++
	}
	return utf8.RuneError, n
}

// escapes are the characters that a backslash may precede, besides u.
var escapes = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// hex4 reads four hexadecimal digits, -1 if they are none.
func hex4(b []byte) int {
	if len(b) < 4 {
		return -1
	}
	n := 0
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			n = n<<4 | int(c-'0')
		case c >= 'a' && c <= 'f':
			n = n<<4 | int(c-'a'+10)
		case c >= 'A' && c <= 'F':
			n = n<<4 | int(c-'A'+10)
		default:
			return -1
		}
	}
	return n
}
