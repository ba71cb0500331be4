package oldwire

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// parseXML rewrites an XML document to the tree that the same answer has in
// JSON: an element with elements inside becomes an object, a repeated one a
// list, any other one its text without surrounding blanks. Attributes, comments
// and namespaces mean nothing in this API. A document type is refused, so that
// neither entities nor HTML get any further; encoding/xml itself expands
// only the five predefined entities and loads nothing.
func parseXML(body []byte) (root string, tree any, err error) {
	dec := xml.NewDecoder(bytes.NewReader(body))
	var stack []*element
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", nil, errors.New("it is not well-formed XML: " + excerpt(string(body)))
		}
		switch t := token.(type) {
		case xml.Directive:
			return "", nil, errors.New("it is a document with a document type: " + excerpt(string(body)))
		case xml.StartElement:
			if len(stack) == 0 && root != "" {
				return "", nil, errors.New("it has more than one XML root")
			}
			if len(stack) == maxDepth {
				return "", nil, fmt.Errorf("it is nested deeper than %d levels", maxDepth)
			}
			if root == "" {
				root = t.Name.Local
			}
			stack = append(stack, &element{name: t.Name.Local})
		case xml.CharData:
			if len(stack) > 0 {
				top := stack[len(stack)-1]
				top.text = append(top.text, t...)
			} else if len(bytes.TrimSpace(t)) > 0 {
				return "", nil, errors.New("it has text outside its XML root")
			}
		case xml.EndElement:
			last := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if len(stack) == 0 {
				tree = last.value()
			} else {
				stack[len(stack)-1].add(last.name, last.value())
			}
		}
	}
	if root == "" || len(stack) > 0 {
		return "", nil, errors.New("it is cut off")
	}
	return root, tree, nil
}

// element is an XML element while it is read.
type element struct {
	name     string
	text     []byte
	children object
	repeated map[string]bool // names whose value in children is a list made here
}

// add puts a child in; the second of a name makes a list.
func (e *element) add(name string, value any) {
	if e.children == nil {
		e.children = make(object)
	}
	first, seen := e.children[name]
	switch {
	case !seen:
		e.children[name] = value
	case e.repeated[name]:
		e.children[name] = append(first.([]any), value)
	default:
		if e.repeated == nil {
			e.repeated = make(map[string]bool)
		}
		e.repeated[name] = true
		e.children[name] = []any{first, value}
	}
}

func (e *element) value() any {
	if e.children != nil {
		return e.children
	}
	return strings.TrimSpace(string(e.text))
}
