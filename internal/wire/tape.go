package wire

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"unicode"
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
	// MaxNames bounds the different names of members in the whole body. The
	// answers of this API have about 100.
	MaxNames = 10_000

	// A body may have freeTokens, and beyond them a token for each bytesPerToken
	// bytes, so that the tape is never larger than twice the body. The densest
	// list of this API, monitor data without traffic, has a token for 8 bytes.
	freeTokens    = 4096
	bytesPerToken = 6
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
	// link has the kind in the upper 8 bits; in the lower 24 the next of an object
	// or array, or the number of a name.
	link uint32
}

func (t token) kind() Kind { return Kind(t.link >> 24) }
func (t token) next() int  { return int(t.link & (1<<24 - 1)) }
func (t token) name() int  { return int(t.link & (1<<24 - 1)) }

// A Doc is a scanned body. It refers to the body until Release, and belongs to
// one goroutine: reading a value changes what the Doc remembers.
type Doc struct {
	text   []byte
	tokens []token // index 0 is a null that means absent, index 1 the document
	root   string  // the name of the XML root, "" for JSON

	names   names
	known   []knownSlots   // of the types that were filled
	slots   []uint32       // the members of the structs that are being filled
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
	for i := v.at + 1; i < t.next(); i = v.doc.after(i + 1) {
		if !yield(i, Value{v.doc, i + 1}) {
			return
		}
	}
}

// elements yields the elements of an array.
func (v Value) elements(yield func(Value) bool) {
	t := v.token()
	if t.kind() != Array {
		return
	}
	for i := v.at + 1; i < t.next(); i = v.doc.after(i) {
		if !yield(Value{v.doc, i}) {
			return
		}
	}
}

// after returns the index of what follows the value at an index.
func (d *Doc) after(at int) int {
	if t := d.tokens[at]; t.kind() >= Object {
		return t.next()
	}
	return at + 1
}

// Names yields the names of an object's members.
func (v Value) Names(yield func(string) bool) {
	for key := range v.members {
		if name, _ := (Value{v.doc, key}).Text(); !yield(name) {
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

// JSON returns the value's text, a part of the body.
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
		b := v.doc.text[t.start:t.end]
		if bytes.IndexByte(b, '\\') < 0 && utf8.Valid(b) {
			return v.doc.intern(b), true
		}
		text, _ := unescape(b, 3*len(b)) // one byte may become three
		return text, true
	}
	return "", false
}

// Trimmed returns a scalar as text without surrounding blanks, "" for anything
// else.
func (v Value) Trimmed() string {
	text, _ := v.Text()
	return strings.TrimSpace(text)
}

// Clipped returns about the first bytes of a scalar's text, as Trim does; of
// anything else, those of its JSON text. It serves what is shown.
func (v Value) Clipped(most int) string {
	text, _ := v.clip(most)
	return Trim(text)
}

// Trim returns a text without the blanks and unprintable characters around it. A
// text of nothing else says nothing.
func Trim(text string) string {
	return strings.TrimFunc(text, func(r rune) bool { return r == ' ' || !unicode.IsPrint(r) })
}

// clip returns about the first bytes of the text of a scalar, or of the JSON
// text of anything else, and whether that is all of it.
func (v Value) clip(most int) (text string, whole bool) {
	t := v.token()
	b := v.doc.bytesOf(t)
	switch {
	case t.kind() == Null:
		return "", true
	case t.kind() == String:
		return unescape(b, most)
	case len(b) > most:
		return string(b[:most]), false
	}
	return string(b), true
}

// bytesOf returns the text of a token as it stands in the body.
func (d *Doc) bytesOf(t token) []byte {
	if d == nil {
		return nil
	}
	return d.text[t.start:t.end]
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
