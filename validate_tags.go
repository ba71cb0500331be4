package eip

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The rules of one field stand in its check tag, separated by commas:
//
//	required  text is more than blanks; anything else is not its zero value, nor empty
//	min=N     a number is at least N
//	max=N     a number is at most N; a list, or tags, have at most N elements
//	filled    no element of a list is blank, and no tag has an empty key
//	nocomma   no element of a list has a comma
//	token     text can stand in a ClientToken
//	defaulted the service wants it, and the client sets it: nothing is checked
//
// A number that is not required may be 0, which stands for "not given". A time
// with a layout must lie in the years that the layout can write. Rules over
// several fields are a method of the request, validate.

// checkWords lists the rules that a field may have, by its kind.
var checkWords = map[reflect.Kind][]string{
	reflect.String:  {"required", "token", "defaulted"},
	reflect.Int:     {"required", "min", "max"},
	reflect.Slice:   {"required", "max", "filled", "nocomma"},
	reflect.Map:     {"required", "max", "filled"},
	reflect.Pointer: {"required"},
	reflect.Struct:  {"required"}, // a time
}

// A check holds the rules of one field.
type check struct {
	field       string
	index       int
	least, most int64
	limits      string // least and most in words
	required    bool
	filled      bool
	nocomma     bool
	token       bool
}

var checks sync.Map // reflect.Type → []check; as many as there are types of requests

// checksOf compiles the rules of a struct type, once. It panics if a rule makes
// no sense where it stands.
func checksOf(t reflect.Type) []check {
	if known, ok := checks.Load(t); ok {
		return known.([]check)
	}
	var list []check
	for i := range t.NumField() {
		sf := t.Field(i)
		tag := sf.Tag.Get("check")
		if tag == "defaulted" || tag == "" && sf.Tag.Get("layout") == "" {
			continue
		}
		k := check{field: sf.Name, index: i, least: math.MinInt64, most: math.MaxInt64}
		for word := range strings.SplitSeq(tag, ",") {
			if err := k.add(sf.Type.Kind(), word); word != "" && err != nil {
				panic(fmt.Sprintf("eip: %s.%s: check %q: %v", t, sf.Name, word, err))
			}
		}
		switch {
		case k.most < math.MaxInt64:
			k.limits = fmt.Sprintf("%d to %d", k.least, k.most)
		case k.least > 0:
			k.limits = fmt.Sprintf("at least %d", k.least)
		}
		list = append(list, k)
	}
	known, _ := checks.LoadOrStore(t, list)
	return known.([]check)
}

// add reads one rule of a field.
func (k *check) add(kind reflect.Kind, word string) (err error) {
	name, number, _ := strings.Cut(word, "=")
	if !slices.Contains(checkWords[kind], name) {
		return fmt.Errorf("not a rule for a %s", kind)
	}
	switch name {
	case "required":
		k.required = true
	case "min":
		k.least, err = strconv.ParseInt(number, 10, 64)
	case "max":
		k.most, err = strconv.ParseInt(number, 10, 64)
	case "filled":
		k.filled = true
	case "nocomma":
		k.nocomma = true
	case "token":
		k.token = true
	}
	return err
}

// fields checks each field of a struct, given as a pointer, by its tag.
func (v *validator) fields(of any) {
	s := reflect.ValueOf(of).Elem()
	list := checksOf(s.Type())
	for i := range list {
		list[i].run(v, s.Field(list[i].index))
	}
}

func (k *check) run(v *validator, f reflect.Value) {
	switch f.Kind() {
	case reflect.String:
		if k.required {
			v.required(k.field, f.String())
		}
		if k.token {
			v.clientToken(f.String())
		}
		return
	case reflect.Int:
		k.number(v, f.Int())
		return
	case reflect.Slice, reflect.Map:
		if f.Len() > 0 {
			k.elements(v, f)
			return
		}
	case reflect.Struct:
		if at := f.Addr().Interface().(*time.Time); !at.IsZero() {
			v.writable(k.field, *at)
			return
		}
	default:
		if !f.IsZero() {
			return
		}
	}
	if k.required {
		v.fault(k.field, "", "is required")
	}
}

func (k *check) number(v *validator, n int64) {
	switch {
	case n == 0 && !k.required, n != 0 && n >= k.least && n <= k.most:
	case n == 0 && k.limits != "":
		v.fault(k.field, "", "is required: "+k.limits)
	case n == 0:
		v.fault(k.field, "", "is required")
	case k.limits != "":
		v.fault(k.field, strconv.FormatInt(n, 10), "must be "+k.limits)
	default:
		v.fault(k.field, strconv.FormatInt(n, 10), "must not be negative")
	}
}

// elements checks a list, or a map of tags, that has at least one element.
func (k *check) elements(v *validator, f reflect.Value) {
	noun := "elements"
	if f.Kind() == reflect.Map {
		noun = "tags"
	}
	if n := int64(f.Len()); n > k.most {
		v.fault(k.field, fmt.Sprintf("%d %s", n, noun), fmt.Sprintf("must have at most %d %s", k.most, noun))
	}
	if f.Kind() == reflect.Map {
		if value := f.MapIndex(noKey); k.filled && value.IsValid() {
			v.fault(k.field, "a tag without key, value "+shorten(value.String()), "must not have an empty key")
		}
		return
	}
	for i := range f.Len() {
		s, rule := f.Index(i).String(), ""
		switch {
		case k.filled && strings.TrimSpace(s) == "":
			rule = "must not be empty"
		case k.nocomma && strings.Contains(s, ","):
			rule = "must not contain a comma: give each value as an element of its own"
		default:
			continue
		}
		v.fault(k.field+"["+strconv.Itoa(i)+"]", shorten(s), rule)
	}
}

var noKey = reflect.ValueOf("")
