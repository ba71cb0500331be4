// Package form gives the parameters that a request struct is sent as. The
// fields and their tags are the only place where a parameter is written down:
// the client encodes by them, and its fake service reads its lists from them.
//
// A field is encoded by go-querystring from its url tag, with these additions:
//
//   - A time is written in UTC, in the layout of its layout tag.
//   - A slice of strings that has no encoder of its own becomes Name.1, Name.2
//     and so on.
//   - A time with the tag filter:"Key" becomes Filter.N.Key and Filter.N.Value.
//     The filters that are set are numbered from 1 in the order of the fields.
package form

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-querystring/query"
)

// A Form encodes the requests of one type.
type Form struct {
	params []Param
	// special are the fields that go-querystring alone would write differently.
	special []Param
}

// A Param is one field of a request.
type Param struct {
	// Field is the name of the field in Go.
	Field string
	// Names are the names on the wire, with N for a number.
	Names []string
	// Type is the type of the field.
	Type reflect.Type
	// Check is the tag of the same name: the rules that the field must pass,
	// separated by commas.
	Check string

	index        int
	name, filter string
	layout       string
}

// Required reports whether the rules want the field to be set.
func (p Param) Required() bool { return p.rule("required") }

// Defaulted reports whether the service wants the parameter, and the client
// sets it if the field is not set.
func (p Param) Defaulted() bool { return p.rule("defaulted") }

func (p Param) rule(name string) bool { return slices.Contains(strings.Split(p.Check, ","), name) }

var (
	timeType    = reflect.TypeFor[time.Time]()
	encoderType = reflect.TypeFor[query.Encoder]()
)

// Of compiles the form of a struct type. It panics if a tag makes no sense.
func Of(t reflect.Type) *Form {
	f := new(Form)
	for i := range t.NumField() {
		sf := t.Field(i)
		name, _, _ := strings.Cut(sf.Tag.Get("url"), ",")
		p := Param{
			Field: sf.Name, Type: sf.Type, Check: sf.Tag.Get("check"),
			index: i, name: name, filter: sf.Tag.Get("filter"), layout: sf.Tag.Get("layout"),
		}
		switch {
		case !sf.IsExported():
			continue
		case p.filter != "":
			p.Names = []string{"Filter.N.Key", "Filter.N.Value"}
		case name == "-":
			continue
		case name == "":
			panic(fmt.Sprintf("form: %s.%s has no name on the wire", t, sf.Name))
		case sf.Type.Implements(encoderType):
			p.Names = encoded(name, sf.Type)
		case sf.Type.Kind() == reflect.Slice:
			p.Names = []string{name + ".N"}
		default:
			p.Names = []string{name}
		}
		if (sf.Type == timeType) != (p.layout != "") || p.filter != "" && sf.Type != timeType {
			panic(fmt.Sprintf("form: %s.%s: a time needs a layout, and nothing else takes a layout or a filter", t, sf.Name))
		}
		f.params = append(f.params, p)
		if sf.Type == timeType || sf.Type.Kind() == reflect.Slice && !sf.Type.Implements(encoderType) {
			f.special = append(f.special, p)
		}
	}
	return f
}

// encoded gives the names that an encoder uses for one element.
func encoded(name string, t reflect.Type) []string {
	v := reflect.Zero(t)
	switch t.Kind() {
	case reflect.Slice:
		v = reflect.MakeSlice(t, 1, 1)
	case reflect.Map:
		v = reflect.MakeMap(t)
		v.SetMapIndex(reflect.Zero(t.Key()), reflect.Zero(t.Elem()))
	}
	sent := url.Values{}
	if err := v.Interface().(query.Encoder).EncodeValues(name, &sent); err != nil {
		panic(fmt.Sprintf("form: %s: %v", t, err))
	}
	var names []string
	for key := range sent {
		parts := strings.Split(key, ".")
		for i, part := range parts {
			if part == "1" {
				parts[i] = "N"
			}
		}
		names = append(names, strings.Join(parts, "."))
	}
	slices.Sort(names)
	return names
}

// Params lists the fields that are sent, in their order. The list is not to be
// changed.
func (f *Form) Params() []Param { return f.params }

// Values encodes a request: a pointer to a struct of the form's type, which is
// not changed.
func (f *Form) Values(req any) (url.Values, error) {
	v, err := query.Values(req)
	if err != nil || len(f.special) == 0 {
		return v, err
	}
	fields := reflect.ValueOf(req).Elem()
	filters := 0
	for i := range f.special {
		p := &f.special[i]
		field := fields.Field(p.index)
		if field.IsZero() {
			continue
		}
		if p.layout == "" {
			v.Del(p.name)
			for n := range field.Len() {
				v.Set(p.name+"."+strconv.Itoa(n+1), field.Index(n).String())
			}
			continue
		}
		at := field.Addr().Interface().(*time.Time)
		if at.IsZero() { // in another zone
			continue
		}
		text := at.UTC().Format(p.layout)
		if p.filter == "" {
			v.Set(p.name, text)
			continue
		}
		filters++
		prefix := "Filter." + strconv.Itoa(filters)
		v.Set(prefix+".Key", p.filter)
		v.Set(prefix+".Value", text)
	}
	return v, nil
}
