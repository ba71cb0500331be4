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
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-querystring/query"
)

// A Form encodes the requests of one type.
type Form struct {
	special []special
	extra   int // the field Extra, -1 if there is none
}

// special is a field that go-querystring alone would write differently.
type special struct {
	index        int
	name, filter string
	layout       string // of a time
}

var (
	timeType    = reflect.TypeFor[time.Time]()
	extraType   = reflect.TypeFor[url.Values]()
	encoderType = reflect.TypeFor[query.Encoder]()
)

// Of compiles the form of a struct type. It panics if a tag makes no sense.
func Of(t reflect.Type) *Form {
	f := &Form{extra: -1}
	for i := range t.NumField() {
		sf := t.Field(i)
		if !sf.IsExported() {
			continue
		}
		if sf.Type == extraType {
			f.extra = i
			continue
		}
		s := special{index: i, name: nameOf(sf), filter: sf.Tag.Get("filter"), layout: sf.Tag.Get("layout")}
		isTime := sf.Type == timeType
		switch {
		case s.name == "" || s.name == "-" && s.filter == "":
			panic("form: " + t.String() + "." + sf.Name + " has no name on the wire")
		case isTime != (s.layout != "") || s.filter != "" && !isTime:
			panic("form: " + t.String() + "." + sf.Name + ": a time needs a layout, and nothing else takes a layout or a filter")
		case isTime || sf.Type.Kind() == reflect.Slice && !sf.Type.Implements(encoderType):
			f.special = append(f.special, s)
		}
	}
	return f
}

// nameOf gives the name on the wire.
func nameOf(sf reflect.StructField) string {
	name, _, _ := strings.Cut(sf.Tag.Get("url"), ",")
	return name
}

// Extra gives the parameters of a request that no field is for.
func (f *Form) Extra(req any) url.Values {
	if f.extra < 0 {
		return nil
	}
	return *reflect.ValueOf(req).Elem().Field(f.extra).Addr().Interface().(*url.Values)
}

// Values encodes the fields of a request, but for Extra. The request is a
// pointer to a struct of the form's type, and is not changed.
func (f *Form) Values(req any) (url.Values, error) {
	v, err := query.Values(req)
	if err != nil || len(f.special) == 0 {
		return v, err
	}
	fields := reflect.ValueOf(req).Elem()
	filters := 0
	for i := range f.special {
		s := &f.special[i]
		field := fields.Field(s.index)
		if field.IsZero() {
			continue
		}
		if s.layout == "" {
			v.Del(s.name)
			for n := range field.Len() {
				v.Set(s.name+"."+strconv.Itoa(n+1), field.Index(n).String())
			}
			continue
		}
		at := field.Addr().Interface().(*time.Time)
		if at.IsZero() { // in another zone
			continue
		}
		text := at.UTC().Format(s.layout)
		if s.filter == "" {
			v.Set(s.name, text)
			continue
		}
		filters++
		prefix := "Filter." + strconv.Itoa(filters)
		v.Set(prefix+".Key", s.filter)
		v.Set(prefix+".Value", text)
	}
	return v, nil
}
