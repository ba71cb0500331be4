package form

import (
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/google/go-querystring/query"
)

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
}

// Required reports whether the rules want the field to be set.
func (p Param) Required() bool { return p.rule("required") }

// Defaulted reports whether the service wants the parameter, and the client
// sets it if the field is not set.
func (p Param) Defaulted() bool { return p.rule("defaulted") }

func (p Param) rule(name string) bool { return slices.Contains(strings.Split(p.Check, ","), name) }

// ParamsOf lists the fields of a request type, in their order, but for Extra.
func ParamsOf(t reflect.Type) []Param {
	var list []Param
	for i := range t.NumField() {
		sf := t.Field(i)
		if !sf.IsExported() || sf.Type == extraType {
			continue
		}
		name := nameOf(sf)
		p := Param{Field: sf.Name, Names: []string{name}, Type: sf.Type, Check: sf.Tag.Get("check")}
		switch {
		case sf.Tag.Get("filter") != "":
			p.Names = []string{"Filter.N.Key", "Filter.N.Value"}
		case sf.Type.Implements(encoderType):
			p.Names = encoded(name, sf.Type)
		case sf.Type.Kind() == reflect.Slice:
			p.Names = []string{name + ".N"}
		}
		list = append(list, p)
	}
	return list
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
		panic("form: " + t.String() + ": " + err.Error())
	}
	var names []string
	for key := range sent {
		names = append(names, strings.ReplaceAll(key+".", ".1.", ".N."))
	}
	for i := range names {
		names[i] = strings.TrimSuffix(names[i], ".")
	}
	slices.Sort(names)
	return names
}
