package eiptest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strconv"
)

// A field is one member of an answer. Its value is a string, an int, an
// int64, a bool, an obj, or a list of these; a list is an array in JSON and a
// repeated element in XML. Members keep their order, so that one tree gives
// both formats.
type field struct {
	name  string
	value any
}

type obj []field

type list []any

// wrap is how this service shows a list: {"Regions": {"Region": [...]}}.
func wrap(outer, inner string, items list) field {
	return field{outer, obj{{inner, items}}}
}

func renderJSON(o obj) []byte { return appendJSON(make([]byte, 0, 512), o) }

func appendJSON(b []byte, v any) []byte {
	switch v := v.(type) {
	case obj:
		b = append(b, '{')
		for i, f := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSONString(b, f.name)
			b = append(b, ':')
			b = appendJSON(b, f.value)
		}
		return append(b, '}')
	case list:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, e)
		}
		return append(b, ']')
	case string:
		return appendJSONString(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case bool:
		return strconv.AppendBool(b, v)
	}
	return append(b, "null"...)
}

func appendJSONString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			quoted, err := json.Marshal(s)
			if err != nil {
				return append(b, `""`...)
			}
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

func renderXML(root string, o obj) []byte {
	b := bytes.NewBuffer(make([]byte, 0, 768))
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>`)
	writeXML(b, root, o)
	return b.Bytes()
}

func writeXML(b *bytes.Buffer, name string, v any) {
	if items, ok := v.(list); ok {
		for _, e := range items {
			writeXML(b, name, e)
		}
		return
	}
	b.WriteByte('<')
	b.WriteString(name)
	b.WriteByte('>')
	switch v := v.(type) {
	case obj:
		for _, f := range v {
			writeXML(b, f.name, f.value)
		}
	case string:
		xml.EscapeText(b, []byte(v))
	case int:
		b.WriteString(strconv.Itoa(v))
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case bool:
		b.WriteString(strconv.FormatBool(v))
	}
	b.WriteString("</")
	b.WriteString(name)
	b.WriteByte('>')
}
