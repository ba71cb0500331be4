package wire

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"
)

const (
	// maxXML is the largest XML document that is read: XML is rare in this API,
	// and encoding/xml is slow.
	maxXML = 256 << 10

	// An XML document may have so many tags and attributes, and beyond them one
	// for so many bytes: encoding/xml allocates for each of them. The names of
	// this API are long, and it has no attributes.
	freeTags          = 1024
	bytesPerTag       = 8
	freeAttributes    = 256
	bytesPerAttribute = 64
)

var errXML = errors.New("it is not well-formed XML")

// fromXML rewrites an XML document to the JSON text that the same answer has:
// an element with elements inside becomes an object, those that repeat the name
// of the one before them a list with it, any other one its text without
// surrounding blanks. What is not UTF-8 becomes U+FFFD, whatever encoding the
// document claims. Comments and namespaces mean nothing in this API. Attributes
// and a document type are refused, so that neither entities nor HTML get any
// further; encoding/xml itself expands only the five predefined entities and
// loads nothing.
func fromXML(body []byte) (root string, text []byte, err error) {
	if len(body) > maxXML {
		return "", nil, fmt.Errorf("it is an XML or HTML document of more than %d bytes", maxXML)
	}
	if bytes.Count(body, []byte("<")) > freeTags+len(body)/bytesPerTag {
		return "", nil, errors.New("it is an XML or HTML document of too many tags")
	}
	if bytes.Count(body, []byte("=")) > freeAttributes+len(body)/bytesPerAttribute {
		return "", nil, errors.New("it is an XML or HTML document of too many attributes")
	}
	if body = validUTF8(body); len(body) > maxXML {
		return "", nil, fmt.Errorf("it is an XML or HTML document of more than %d bytes", maxXML)
	}
	dec := xml.NewDecoder(bytes.NewReader(body))
	dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	w := xmlWriter{out: make([]byte, 0, len(body)+growth(body))}
	for {
		token, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", nil, errXML
		}
		switch t := token.(type) {
		case xml.Directive:
			return "", nil, errors.New("it is a document with a document type")
		case xml.StartElement:
			err = w.start(t)
		case xml.CharData:
			err = w.chars(t)
		case xml.EndElement:
			err = w.end(t.Name)
		}
		if err != nil {
			return "", nil, err
		}
	}
	if w.root == "" || len(w.open) > 0 {
		return "", nil, errCut
	}
	// What did not become a bracket goes.
	return w.root, slices.DeleteFunc(w.out, func(c byte) bool { return c == maybeList }), nil
}

// maybeList stands in front of a value until it is known whether it begins a
// list. No text of XML has this byte.
const maybeList = 0

// validUTF8 returns a text with each run of bytes that are not UTF-8 replaced by
// one U+FFFD, as bytes.ToValidUTF8 does, which would grow in steps.
func validUTF8(text []byte) []byte {
	if utf8.Valid(text) {
		return text
	}
	size := 0
	for rest := text; len(rest) > 0; {
		r, n := rawRune(rest)
		size += utf8.RuneLen(r)
		rest = rest[n:]
	}
	out := make([]byte, 0, size)
	for len(text) > 0 {
		r, n := rawRune(text)
		out = utf8.AppendRune(out, r)
		text = text[n:]
	}
	return out
}

// growth returns by how much a text of JSON is longer than the XML that it is
// made of, at most.
func growth(text []byte) int {
	n := 0
	for _, c := range text {
		switch c {
		case '"', '\\', '\n', '\r', '\t':
			n++
		case '/': // <a/> becomes "a":"" and a comma
			n += 4
		}
	}
	return n
}

// An xmlWriter writes JSON text while the elements come in.
type xmlWriter struct {
	out  []byte
	root string
	open []element // from the root inwards
	text []byte    // of the innermost element, if that has no child
}

// An element is an XML element that is still open.
type element struct {
	name  xml.Name
	child string // the name of the last child, "" if there is none
	first int    // where out has maybeList for the first child of that name
	list  bool   // it has become a bracket
}

func (w *xmlWriter) start(t xml.StartElement) error {
	for _, a := range t.Attr {
		if a.Name.Space != "xmlns" && (a.Name.Space != "" || a.Name.Local != "xmlns") {
			return errors.New("it has XML attributes")
		}
	}
	switch {
	case len(w.open) == 0 && w.root != "":
		return errors.New("it has more than one XML root")
	case len(w.open) == MaxDepth:
		return fmt.Errorf("it is nested deeper than %d levels", MaxDepth)
	case len(w.open) == 0:
		w.root = t.Name.Local
	default:
		w.open[len(w.open)-1].begin(w, t.Name.Local)
	}
	w.open = append(w.open, element{name: t.Name})
	w.text = w.text[:0]
	return nil
}

// begin writes what stands before a child's value. An element that comes again
// later, after others, gives an object with a name twice, which the scanner
// refuses.
func (e *element) begin(w *xmlWriter, child string) {
	if child == e.child {
		if !e.list {
			e.list, w.out[e.first] = true, '['
		}
		w.out = append(w.out, ',')
		return
	}
	if e.child == "" {
		w.out = append(w.out, '{')
	} else {
		e.finish(w)
		w.out = append(w.out, ',')
	}
	w.out = append(appendQuoted(w.out, []byte(child)), ':', maybeList)
	e.child, e.first, e.list = child, len(w.out)-1, false
}

// finish ends the list of a child, if it is one.
func (e *element) finish(w *xmlWriter) {
	if e.list {
		w.out = append(w.out, ']')
	}
}

func (w *xmlWriter) chars(text []byte) error {
	switch {
	case len(w.open) == 0:
		if len(bytes.TrimSpace(text)) > 0 {
			return errors.New("it has text outside its XML root")
		}
	case w.open[len(w.open)-1].child == "":
		w.text = append(w.text, text...)
	}
	return nil
}

func (w *xmlWriter) end(name xml.Name) error {
	if len(w.open) == 0 || w.open[len(w.open)-1].name != name {
		return errXML
	}
	e := &w.open[len(w.open)-1]
	if e.child == "" {
		w.out = appendQuoted(w.out, bytes.TrimSpace(w.text))
	} else {
		e.finish(w)
		w.out = append(w.out, '}')
	}
	w.open = w.open[:len(w.open)-1]
	return nil
}

// appendQuoted writes a text of XML as a JSON string. Of control characters, XML
// has only those that have a short escape.
func appendQuoted(out, text []byte) []byte {
	out = append(out, '"')
	for _, c := range text {
		switch c {
		case '"', '\\':
			out = append(out, '\\', c)
		case '\n':
			out = append(out, '\\', 'n')
		case '\r':
			out = append(out, '\\', 'r')
		case '\t':
			out = append(out, '\\', 't')
		default:
			out = append(out, c)
		}
	}
	return append(out, '"')
}
