package wire

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
)

// maxXML is the largest XML document that is read: XML is rare in this API, and
// encoding/xml is slow.
const maxXML = 256 << 10

// fromXML rewrites an XML document to the JSON text that the same answer has:
// an element with elements inside becomes an object, a repeated one a list, any
// other one its text without surrounding blanks. Comments and namespaces mean
// nothing in this API. Attributes and a document type are refused, so that
// neither entities nor HTML get any further; encoding/xml itself expands only
// the five predefined entities and loads nothing.
func fromXML(body []byte) (root string, text []byte, err error) {
	if len(body) > maxXML {
		return "", nil, fmt.Errorf("it is an XML or HTML document of more than %d bytes", maxXML)
	}
	dec := xml.NewDecoder(bytes.NewReader(body))
	dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	var stack []*element
	var top *element
	for {
		token, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", nil, errors.New("it is not well-formed XML")
		}
		switch t := token.(type) {
		case xml.Directive:
			return "", nil, errors.New("it is a document with a document type")
		case xml.StartElement:
			for _, a := range t.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					return "", nil, errors.New("it has XML attributes")
				}
			}
			switch {
			case len(stack) == 0 && top != nil:
				return "", nil, errors.New("it has more than one XML root")
			case len(stack) == MaxDepth:
				return "", nil, fmt.Errorf("it is nested deeper than %d levels", MaxDepth)
			}
			stack = append(stack, &element{name: t.Name})
			if top == nil {
				top = stack[0]
			}
		case xml.CharData:
			if len(stack) > 0 {
				e := stack[len(stack)-1]
				e.text = append(e.text, t...)
			} else if len(bytes.TrimSpace(t)) > 0 {
				return "", nil, errors.New("it has text outside its XML root")
			}
		case xml.EndElement:
			if len(stack) == 0 || stack[len(stack)-1].name != t.Name {
				return "", nil, errors.New("it is not well-formed XML")
			}
			last := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if len(stack) > 0 {
				stack[len(stack)-1].add(last)
			}
		}
	}
	if top == nil || len(stack) > 0 {
		return "", nil, errCut
	}
	return top.name.Local, top.appendJSON(nil), nil
}

// An element is an XML element while it is read.
type element struct {
	name     xml.Name
	text     []byte
	children []*element
	byName   map[string]*element // the first of each name
	more     []*element          // of the same parent and name
}

// add puts a child in; further ones of a name stand with the first.
func (e *element) add(child *element) {
	if e.byName == nil {
		e.byName = map[string]*element{}
	}
	if first := e.byName[child.name.Local]; first != nil {
		first.more = append(first.more, child)
		return
	}
	e.byName[child.name.Local] = child
	e.children = append(e.children, child)
}

// appendJSON writes the element's content.
func (e *element) appendJSON(out []byte) []byte {
	if len(e.children) == 0 {
		return appendQuoted(out, bytes.TrimSpace(e.text))
	}
	out = append(out, '{')
	for i, child := range e.children {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendQuoted(out, []byte(child.name.Local))
		out = append(out, ':')
		if child.more == nil {
			out = child.appendJSON(out)
			continue
		}
		out = append(out, '[')
		out = child.appendJSON(out)
		for _, more := range child.more {
			out = append(out, ',')
			out = more.appendJSON(out)
		}
		out = append(out, ']')
	}
	return append(out, '}')
}

func appendQuoted(out, text []byte) []byte {
	quoted, _ := json.Marshal(string(text)) // a string can always be written
	return append(out, quoted...)
}
