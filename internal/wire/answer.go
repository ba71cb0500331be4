package wire

import "strings"

// maxName is the longest code or ID that is believed.
const maxName = 128

// Code returns the error code that a string holds, without surrounding blanks:
// letters, digits, dots, underscores and hyphens after a letter, at most 128 in
// all. It is "" for anything else.
func Code(v Value) string {
	if v.Kind() != String {
		return ""
	}
	text, whole := v.clip(2 * maxName)
	code := strings.TrimSpace(text)
	for i := range len(code) {
		switch c := code[i]; {
		case c|0x20 >= 'a' && c|0x20 <= 'z':
		case i > 0 && (c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-'):
		default:
			return ""
		}
	}
	if len(code) > maxName || !whole {
		return ""
	}
	return code
}

// IsID reports whether a value can be the ID of a resource: a string of 1 to
// 128 printable ASCII characters without blanks.
func IsID(v Value) bool {
	if v.Kind() != String || len(v.JSON()) > 6*maxName+2 { // six bytes an escape
		return false
	}
	id, _ := v.Text()
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			return false
		}
	}
	return id != "" && len(id) <= maxName
}

// List yields the elements of a list that is wrapped in an object under this
// name, or plain, or a single element; empty elements are passed over, as Fill
// does.
func (v Value) List(name string) func(yield func(Value) bool) {
	if inner := v.Get(name); inner.at != 0 {
		v = inner
	}
	return func(yield func(Value) bool) {
		if v.Kind() == Array {
			for e := range v.elements {
				if !e.Empty() && !yield(e) {
					return
				}
			}
		} else if !v.Empty() && (v.Kind() != Object || v.Len() > 0) {
			yield(v)
		}
	}
}
