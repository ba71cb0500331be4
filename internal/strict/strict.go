// Package strict reads JSON that people write: a member that is unknown, there
// twice or of the wrong type is an error that names line, field and rule.
package strict

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Error says what is wrong with a document, and where.
type Error struct {
	Line  int    // from 1; 0 if it is not known
	Field string // such as addresses[2].bandwidth; empty for the document itself
	Rule  string
}

// Error implements error.
func (e *Error) Error() string {
	text := e.Rule
	if e.Field != "" {
		text = e.Field + ": " + text
	}
	if e.Line > 0 {
		text = "line " + strconv.Itoa(e.Line) + ": " + text
	}
	return text
}

// Decode reads one JSON value into v, which is a pointer to a struct.
func Decode(data []byte, v any) error {
	w := walker{data: data, dec: json.NewDecoder(bytes.NewReader(data))}
	w.dec.UseNumber()
	if err := w.value(reflect.TypeOf(v).Elem(), ""); err != nil {
		return err
	}
	if _, err := w.dec.Token(); err != io.EOF {
		return w.fail("", "there is more after the end of the document")
	}
	if err := json.Unmarshal(data, v); err != nil {
		return &Error{Rule: err.Error()} // the walk has seen all that it could be
	}
	return nil
}

// Line finds the line of a field of a document that Decode has read; 0 if it has no
// such field.
func Line(data []byte, field string) int {
	w := walker{data: data, dec: json.NewDecoder(bytes.NewReader(data)), want: field}
	w.dec.UseNumber()
	w.any("")
	return w.found
}

type walker struct {
	data  []byte
	dec   *json.Decoder
	want  string
	found int
}

// line is the line of the token that was read last.
func (w *walker) line() int {
	at := min(int(w.dec.InputOffset()), len(w.data))
	return 1 + bytes.Count(w.data[:at], []byte("\n"))
}

func (w *walker) fail(field, rule string, args ...any) error {
	return &Error{Line: w.line(), Field: field, Rule: fmt.Sprintf(rule, args...)}
}

// syntax explains an error of the decoder.
func (w *walker) syntax(err error, field string) error {
	var bad *json.SyntaxError
	line := w.line()
	if errors.As(err, &bad) {
		at := min(int(bad.Offset), len(w.data))
		line = 1 + bytes.Count(w.data[:at], []byte("\n"))
	}
	// Go 1.26 says so with io.ErrUnexpectedEOF, Go 1.27 with a SyntaxError.
	cut := bad != nil && int(bad.Offset) >= len(w.data) && strings.Contains(bad.Error(), "unexpected end")
	if cut || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &Error{Line: 1 + bytes.Count(w.data, []byte("\n")), Field: field, Rule: "the document ends too early"}
	}
	return &Error{Line: line, Field: field, Rule: err.Error()}
}

var (
	unmarshaler     = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// value checks the next value against a type.
func (w *walker) value(t reflect.Type, field string) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if p := reflect.PointerTo(t); p.Implements(unmarshaler) || p.Implements(textUnmarshaler) {
		return w.leaf(t, field)
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return w.object(t, field)
	case reflect.Slice:
		return w.array(t, field)
	}
	return w.leaf(t, field)
}

// leaf checks a value by reading it.
func (w *walker) leaf(t reflect.Type, field string) error {
	var raw json.RawMessage
	if err := w.dec.Decode(&raw); err != nil {
		return w.syntax(err, field)
	}
	if err := json.Unmarshal(raw, reflect.New(t).Interface()); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return w.fail(field, "%.64s is not %s", raw, article(t))
		}
		return w.fail(field, "%.64s: %s", raw, err)
	}
	return nil
}

func article(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "an integer"
	case reflect.Uint64:
		return "an integer from 0"
	case reflect.Float64:
		return "a number"
	}
	return "a " + t.Kind().String()
}

// open reads the first token of an object or an array. Null stands for none.
func (w *walker) open(delim json.Delim, what, field string) (null bool, err error) {
	tok, err := w.dec.Token()
	switch {
	case err != nil:
		return false, w.syntax(err, field)
	case tok == nil && field != "":
		return true, nil
	case tok != delim:
		return false, w.fail(field, "%v is not %s", shown(tok), what)
	}
	return false, nil
}

func shown(tok json.Token) string {
	if s, ok := tok.(string); ok {
		return fmt.Sprintf("%.64q", s)
	}
	return fmt.Sprint(tok)
}

func (w *walker) object(t reflect.Type, field string) error {
	null, err := w.open('{', "an object", field)
	if null || err != nil {
		return err
	}
	known := map[string]reflect.Type{}
	if t.Kind() == reflect.Struct {
		members(t, known)
	}
	seen := map[string]bool{}
	for w.dec.More() {
		tok, err := w.dec.Token()
		if err != nil {
			return w.syntax(err, field)
		}
		name := tok.(string)
		in := join(field, name)
		if seen[name] {
			return w.fail(in, "is there twice")
		}
		seen[name] = true
		of := known[name]
		switch {
		case t.Kind() == reflect.Map:
			of = t.Elem()
		case of == nil:
			return w.fail(in, "is not a field of %s; known are %s", whose(field), strings.Join(slices.Sorted(keys(known)), ", "))
		}
		if err := w.value(of, in); err != nil {
			return err
		}
	}
	return w.close(field)
}

func keys(m map[string]reflect.Type) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func whose(field string) string {
	if field == "" {
		return "the document"
	}
	return field
}

func join(field, name string) string {
	name = fmt.Sprintf("%.64q", name)
	name = name[1 : len(name)-1]
	if field == "" {
		return name
	}
	return field + "." + name
}

// members collects the members of a struct, those of embedded structs included.
func members(t reflect.Type, into map[string]reflect.Type) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			members(f.Type, into)
		case name != "-" && name != "":
			into[name] = f.Type
		}
	}
}

func (w *walker) array(t reflect.Type, field string) error {
	null, err := w.open('[', "a list", field)
	if null || err != nil {
		return err
	}
	for i := 0; w.dec.More(); i++ {
		if err := w.value(t.Elem(), fmt.Sprintf("%s[%d]", field, i)); err != nil {
			return err
		}
	}
	return w.close(field)
}

func (w *walker) close(field string) error {
	if _, err := w.dec.Token(); err != nil {
		return w.syntax(err, field)
	}
	return nil
}

// any walks over a value of any type until it has found the wanted field.
func (w *walker) any(field string) {
	if w.found > 0 {
		return
	}
	tok, err := w.dec.Token()
	if err != nil {
		return
	}
	if field == w.want {
		w.found = w.line()
		return
	}
	d, _ := tok.(json.Delim)
	for i := 0; (d == '{' || d == '[') && w.found == 0 && w.dec.More(); i++ {
		in := fmt.Sprintf("%s[%d]", field, i)
		if d == '{' {
			name, err := w.dec.Token()
			if err != nil {
				return
			}
			s, _ := name.(string)
			in = join(field, s)
		}
		w.any(in)
	}
	if (d == '{' || d == '[') && w.found == 0 {
		w.dec.Token()
	}
}
