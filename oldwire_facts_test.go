package eip

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"regexp"
)

// nameTwice reports whether an object of a body has a name twice.
func nameTwice(body []byte) bool {
	body = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\xef\xbb\xbf")))
	if bytes.HasPrefix(body, []byte("<")) {
		return elementTwice(body)
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var value func() bool
	value = func() bool {
		token, err := dec.Token()
		if err != nil {
			return false
		}
		names := map[string]bool{}
		if delim, ok := token.(json.Delim); ok {
			for dec.More() {
				if delim == '{' {
					name, err := dec.Token()
					if err != nil {
						return false
					}
					text := runs.ReplaceAllString(name.(string), "\uFFFD")
					if names[text] {
						return true
					}
					names[text] = true
				}
				if value() {
					return true
				}
			}
			_, _ = dec.Token()
		}
		return false
	}
	return value()
}

// elementTwice reports whether an element of XML comes again after others.
func elementTwice(body []byte) bool {
	dec := xml.NewDecoder(bytes.NewReader(body))
	type open struct {
		last string
		seen map[string]bool
	}
	stack := []open{{seen: map[string]bool{}}}
	for {
		token, err := dec.Token()
		if err != nil {
			return false
		}
		switch t := token.(type) {
		case xml.StartElement:
			top := &stack[len(stack)-1]
			if name := t.Name.Local; name != top.last {
				if top.seen[name] {
					return true
				}
				top.last, top.seen[name] = name, true
			}
			stack = append(stack, open{seen: map[string]bool{}})
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		}
	}
}

// size counts names and values, and gives the length of the longest list.
func size(v any) (values, longest int) {
	values = 1
	add := func(v any) {
		n, l := size(v)
		values, longest = values+n, max(longest, l)
	}
	switch v := v.(type) {
	case []any:
		longest = len(v)
		for _, e := range v {
			add(e)
		}
	case map[string]any:
		for _, m := range v {
			values++
			add(m)
		}
	}
	return values, longest
}

// hasAttributes reports whether XML has attributes other than xmlns.
func hasAttributes(body []byte) bool {
	dec := xml.NewDecoder(bytes.NewReader(body))
	for {
		token, err := dec.RawToken()
		if err != nil {
			return false
		}
		if t, ok := token.(xml.StartElement); ok {
			for _, a := range t.Attr {
				if a.Name.Space != "xmlns" && (a.Name.Space != "" || a.Name.Local != "xmlns") {
					return true
				}
			}
		}
	}
}

// letThrough gives a body without what only the old reader refuses or reads
// otherwise.
func letThrough(body []byte) (clean []byte, changed bool) {
	clean = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\xef\xbb\xbf")))
	clean = bytes.ToValidUTF8(clean, []byte("\uFFFD"))
	if bytes.HasPrefix(clean, []byte("<")) {
		clean = encodingPattern.ReplaceAll(clean, nil)
	}
	return clean, !bytes.Equal(clean, body)
}

var encodingPattern = regexp.MustCompile(`encoding\s*=\s*("[^"]*"|'[^']*')`)
