package wire

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// The limits of a body.
const (
	// MaxDepth bounds the nesting. The deepest documented answer has seven
	// levels.
	MaxDepth = 64
	// MaxTokens bounds the tape.
	MaxTokens = 1 << 18
	// MaxElements bounds every list. Lists that come in pages have a lower
	// limit, which their action knows.
	MaxElements = 10_000

	// A body may have freeTokens, and beyond them a token for each bytesPerToken
	// bytes, so that the tape is never larger than three times the body.
	freeTokens    = 4096
	bytesPerToken = 4
	// keepTokens is the largest tape that goes back to the pool.
	keepTokens = 1 << 15
)

// A Kind is what a token is.
type Kind uint8

// The kinds. Plain strings have neither escapes nor bytes beyond ASCII.
const (
	Null Kind = iota
	False
	True
	Number
	plainString
	String
	Object
	Array
)

// A token is one value or name: its text, without the quotes of a string, and
// for an object or array the index after its last token.
type token struct {
	start, end uint32
	link       uint32 // kind in the upper 8 bits, next in the lower 24
}

func (t token) kind() Kind { return Kind(t.link >> 24) }
func (t token) next() int  { return int(t.link & (1<<24 - 1)) }

// A Doc is a scanned body. It refers to the body until Release.
type Doc struct {
	text   []byte
	tokens []token // index 0 is a null that means absent, index 1 the document
	root   string  // the name of the XML root, "" for JSON

	seen    []uint64       // the scanner's table of names
	slots   []uint32       // the members of the structs that are being filled
	learned []learned      // the order of members in objects that came before
	strings [256][2]string // texts that came before
}

var docs = sync.Pool{New: func() any { return new(Doc) }}

// Parse scans a body, which is XML if it begins with "<", and JSON otherwise.
// A byte-order mark and blanks around the document are skipped. The error says
// what the body is instead; the caller releases the Doc if there is none.
func Parse(body []byte) (*Doc, error) {
	text := bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\xef\xbb\xbf")))
	if len(text) == 0 {
		return nil, errors.New("it is empty")
	}
	root := ""
	if text[0] == '<' {
		var err error
		if root, text, err = fromXML(text); err != nil {
			return nil, err
		}
	}
	d := docs.Get().(*Doc)
	d.text, d.root = text, root
	if err := d.scan(); err != nil {
		d.Release()
		return nil, err
	}
	return d, nil
}

// Release gives the Doc back. Its values must not be used any more.
func (d *Doc) Release() {
	d.text, d.root = nil, ""
	if cap(d.tokens) > keepTokens {
		d.tokens = nil
	}
	if cap(d.seen) > keepTokens {
		d.seen = nil
	}
	docs.Put(d)
}

// XMLRoot returns the name of the XML root, "" for JSON.
func (d *Doc) XMLRoot() string { return d.root }

// Root returns the document.
func (d *Doc) Root() Value { return Value{d, 1} }

// A Value is one value of a Doc. The zero Value is null.
type Value struct {
	doc *Doc
	at  int
}

func (v Value) token() token {
	if v.doc == nil {
		return token{}
	}
	return v.doc.tokens[v.at]
}

// Kind returns the kind of the value: Null if it is absent as well.
func (v Value) Kind() Kind {
	if k := v.token().kind(); k != plainString {
		return k
	}
	return String
}

// String shows the value in a message: a scalar's beginning, or its kind.
func (v Value) String() string { return describe(v) }

// Get returns the member of an object with this name, null if there is none.
func (v Value) Get(name string) Value {
	for key, member := range v.members {
		if v.doc.is(key, name) {
			return member
		}
	}
	return Value{}
}

// members yields the index of each name of an object, and its value.
func (v Value) members(yield func(key int, member Value) bool) {
	t := v.token()
	if t.kind() != Object {
		return
	}
	for i := v.at + 1; i < t.next(); {
		member := Value{v.doc, i + 1}
		if !yield(i, member) {
			return
		}
		i = member.after()
	}
}

// elements yields the elements of an array.
func (v Value) elements(yield func(Value) bool) {
	t := v.token()
	if t.kind() != Array {
		return
	}
	for i := v.at + 1; i < t.next(); {
		e := Value{v.doc, i}
		if !yield(e) {
			return
		}
		i = e.after()
	}
}

// after returns the index of what follows the value.
func (v Value) after() int {
	if t := v.token(); t.kind() >= Object {
		return t.next()
	}
	return v.at + 1
}

// Names yields the names of an object's members.
func (v Value) Names(yield func(string) bool) {
	for key := range v.members {
		if !yield(string(v.doc.name(key))) {
			return
		}
	}
}

// Len returns the number of members or elements, 0 for a scalar.
func (v Value) Len() int {
	n := 0
	for range v.elements {
		n++
	}
	for range v.members {
		n++
	}
	return n
}

// JSON returns the value's text.
func (v Value) JSON() []byte {
	t := v.token()
	switch t.kind() {
	case Null:
		return []byte("null")
	case plainString, String:
		return v.doc.text[t.start-1 : t.end+1]
	}
	return v.doc.text[t.start:t.end]
}

// Text returns a scalar as text, "" for null. It is not ok for an object or an
// array.
func (v Value) Text() (text string, ok bool) {
	t := v.token()
	switch t.kind() {
	case Null:
		return "", true
	case False:
		return "false", true
	case True:
		return "true", true
	case Number, plainString:
		return v.doc.intern(v.doc.text[t.start:t.end]), true
	case String:
		return unescape(v.doc.text[t.start:t.end]), true
	}
	return "", false
}

// Trimmed returns a scalar as text without surrounding blanks, "" for anything
// else.
func (v Value) Trimmed() string {
	text, _ := v.Text()
	return strings.TrimSpace(text)
}

// Clipped returns the first bytes of a scalar's text, without surrounding
// blanks; of anything else, those of its JSON text. It serves what is shown.
func (v Value) Clipped(most int) string {
	t := v.token()
	switch k := t.kind(); k {
	case Null:
		return ""
	case String:
		return strings.TrimSpace(unescapeSome(v.doc.text[t.start:t.end], most))
	default:
		return strings.TrimSpace(string(v.doc.text[t.start:min(int(t.end), int(t.start)+most)]))
	}
}

// Empty reports whether the value stands for the zero value of any type: null,
// or a string of blanks.
func (v Value) Empty() bool {
	t := v.token()
	switch t.kind() {
	case Null:
		return true
	case plainString:
		return len(bytes.TrimSpace(v.doc.text[t.start:t.end])) == 0
	case String:
		for b := v.doc.text[t.start:t.end]; len(b) > 0; {
			r, n := rune1(b)
			if !unicode.IsSpace(r) {
				return false
			}
			b = b[n:]
		}
		return true
	}
	return false
}

// is reports whether the name at key is this one.
func (d *Doc) is(key int, name string) bool {
	t := d.tokens[key]
	if t.kind() == plainString {
		return string(d.text[t.start:t.end]) == name
	}
	return unescape(d.text[t.start:t.end]) == name
}

// name returns the name at key.
func (d *Doc) name(key int) []byte {
	t := d.tokens[key]
	if t.kind() == plainString {
		return d.text[t.start:t.end]
	}
	return []byte(unescape(d.text[t.start:t.end]))
}

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
	h := uint32(n)*0x9e3779b1 ^ uint32(b[0])<<16 ^ uint32(b[n/2])<<8 ^ uint32(b[n-1])
	h ^= uint32(b[n/4])<<24 ^ uint32(b[n-1-n/4])<<12
	pair := &d.strings[h*0x85ebca6b>>24]
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

// unescape reads the inside of a JSON string that the scanner has accepted.
// What is not UTF-8, and a surrogate without its other half, become U+FFFD.
func unescape(b []byte) string { return unescapeSome(b, len(b)) }

// unescapeSome reads about the first bytes of the inside of a JSON string.
func unescapeSome(b []byte, most int) string {
	var out strings.Builder
	out.Grow(min(len(b), most))
	for len(b) > 0 && out.Len() < most {
		r, n := rune1(b)
		out.WriteRune(r)
		b = b[n:]
	}
	return out.String()
}

// rune1 reads the first character of the inside of a JSON string, and its
// length there.
func rune1(b []byte) (r rune, n int) {
	switch {
	case b[0] < 0x80 && b[0] != '\\':
		return rune(b[0]), 1
	case b[0] != '\\':
		return utf8.DecodeRune(b)
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
