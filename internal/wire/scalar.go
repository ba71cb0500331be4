package wire

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// describe shows a value in a message.
func describe(v Value) string {
	switch v.Kind() {
	case Null:
		return "null"
	case Object:
		return "an object"
	case Array:
		return "a list"
	case String:
		text, _ := v.clip(256)
		return excerpt(strings.TrimSpace(text))
	case Number:
		if n := len(v.JSON()); n > 40 {
			return "a number of " + strconv.Itoa(n) + " digits"
		}
	}
	return string(v.JSON())
}

// excerpt quotes the beginning of a text from a peer for a message.
func excerpt(s string) string {
	const most = 60
	s = strings.ToValidUTF8(s, "\uFFFD")
	quoted, n := []byte{'"'}, 0
	for _, r := range s {
		if n++; n > most || len(quoted) > 4*most {
			return string(quoted) + `"…`
		}
		q := strconv.Quote(string(r))
		quoted = append(quoted, q[1:len(q)-1]...)
	}
	return string(append(quoted, '"'))
}

// scalar returns the text of a number or string without surrounding blanks, nil
// for null, and false for anything else.
func (v Value) scalar() (text []byte, ok bool) {
	t := v.token()
	switch t.kind() {
	case Null:
		return nil, true
	case Number, plainString:
		return bytes.TrimSpace(v.doc.text[t.start:t.end]), true
	case String: // a number or a time has no escapes, but nothing forbids them
		if v.Empty() {
			return nil, true
		}
		text, whole := v.clip(256)
		return []byte(strings.TrimSpace(text)), whole
	}
	return nil, false
}

// integer reads a whole number; null and "" are 0.
func (v Value) integer() (int64, bool) {
	text, ok := v.scalar()
	if !ok || len(text) == 0 {
		return 0, ok
	}
	if n, ok := digits(text); ok {
		return n, true
	}
	if len(text) > 256 {
		return 0, false
	}
	// ParseInt reads only what it can read: a failure costs an allocation.
	notDigit := func(r rune) bool { return r < '0' || r > '9' }
	if bytes.IndexFunc(bytes.TrimLeft(text[:1], "+-"), notDigit) < 0 && bytes.IndexFunc(text[1:], notDigit) < 0 {
		n, err := strconv.ParseInt(string(text), 10, 64)
		return n, err == nil
	}
	// 5.0 and 1e3 are whole as well; from 2^53 on a float would not be exact.
	f, err := strconv.ParseFloat(string(text), 64)
	return int64(f), err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53
}

// digits reads up to 18 digits.
func digits(text []byte) (n int64, ok bool) {
	if len(text) == 0 || len(text) > 18 {
		return 0, false
	}
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// decimal reads a number exactly as it was sent; null and "" are "".
func (v Value) decimal() (string, bool) {
	text, ok := v.scalar()
	if !ok || len(text) == 0 {
		return "", ok
	}
	if c := text[0]; len(text) > 64 || c != '-' && (c < '0' || c > '9') || !json.Valid(text) {
		return "", false
	}
	return v.doc.intern(text), true
}

// boolean reads true, false, 0 and 1, each also as a string in any case; null
// and "" are false.
func (v Value) boolean() (b, ok bool) {
	switch v.Kind() {
	case True:
		return true, true
	case False:
		return false, true
	}
	text, ok := v.scalar()
	switch {
	case !ok:
	case len(text) == 0, string(text) == "0", len(text) == 5 && bytes.EqualFold(text, []byte("false")):
		return false, true
	case string(text) == "1", len(text) == 4 && bytes.EqualFold(text, []byte("true")):
		return true, true
	}
	return false, false
}

// layoutOf returns the layout in which a time arrives. A fraction of a second
// is read by those with seconds. Trying one after another would cost an
// allocation for each failure.
func layoutOf(text []byte) string {
	colons := bytes.Count(text, []byte(":"))
	n := len(text)
	offset := n > 6 && text[n-3] == ':' && (text[n-6] == '+' || text[n-6] == '-')
	switch {
	case offset && colons == 3, !offset && text[n-1] == 'Z' && colons == 2:
		return time.RFC3339
	case offset, text[n-1] == 'Z':
		return "2006-01-02T15:04Z07:00" // ExpiredTime by the text of the 2019 API reference
	case colons == 2:
		return "2006-01-02T15:04:05" // without zone: UTC, as all times of this API
	}
	return "2006-01-02T15:04"
}

// time reads a time in UTC; null and "" are the zero time.
func (v Value) time() (time.Time, bool) {
	if v.Empty() {
		return time.Time{}, true
	}
	if v.Kind() != String {
		return time.Time{}, false
	}
	text, ok := v.scalar()
	if t, ok := utc(text); ok {
		return t, true
	}
	if !ok || len(text) > 64 {
		return time.Time{}, false
	}
	t, err := time.Parse(layoutOf(text), string(text))
	t = t.UTC()
	return t, err == nil && t.Year() >= 1 && t.Year() <= 9999
}

// utc reads 2006-01-02T15:04:05Z, with or without the seconds, which is how
// nearly all times arrive. time.Parse would copy the text.
func utc(b []byte) (time.Time, bool) {
	const layout = "0000-00-00T00:00:00Z"
	n := len(b)
	if n != len(layout) && n != len(layout)-3 || b[n-1] != 'Z' {
		return time.Time{}, false
	}
	for i, c := range b[:n-1] {
		if layout[i] == '0' && (c < '0' || c > '9') || layout[i] != '0' && c != layout[i] {
			return time.Time{}, false
		}
	}
	two := func(i int) int { return int(b[i]-'0')*10 + int(b[i+1]-'0') }
	year, month, day, hour, minute, second := two(0)*100+two(2), two(5), two(8), two(11), two(14), 0
	if n == len(layout) {
		second = two(17)
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	// Anything out of range would have been carried over.
	return t, year >= 1 && int(t.Month()) == month && t.Day() == day && hour < 24 && minute < 60 && second < 60
}
