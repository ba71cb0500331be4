package wire

import (
	"encoding/json"
	"reflect"
	"strings"
	"sync"
	"time"
)

// A Schema is what a vendor's structs say beyond their json tags.
//
// The name of a field is that of its json tag. A second tag, wire, tells what a
// field needs besides:
//
//	alias=X  the name that some answers use instead
//	trim     a string with blanks around it that are not part of it
//	loose    a boolean that is false if it cannot be read
type Schema struct {
	// ListKey returns the name under which the service wraps a list of this
	// type, "" if it does not. A map type is a list of tags.
	ListKey func(reflect.Type) string
	// TagKey and TagValue are the names of the two members of a tag, each with
	// an alias or "".
	TagKey, TagValue [2]string

	plans sync.Map // reflect.Type → *plan; as many as there are types of answers
}

// shape says how a type is read.
type shape uint8

const (
	unreadable shape = iota
	asString
	asNumber // json.Number
	asInt
	asBool
	asTime
	asList
	asTags
	asStruct
	asPointer
)

// A plan is what the walk needs to know of one type.
type plan struct {
	shape  shape
	typ    reflect.Type
	key    string // of a list or tags: the name under which it is wrapped
	elem   *plan  // of a list or pointer
	fields []field
	// slots has the slot of each name, from 1 on. A field has the slot of its own
	// name, and one for its alias.
	slots map[string]int
}

// A field is one field of a struct, or of a struct that is embedded in it.
type field struct {
	index       []int
	name, alias string
	slot        int // of name
	aliasSlot   int // of alias, 0 if there is none
	trim, loose bool
	plan        *plan
}

var (
	timeType   = reflect.TypeFor[time.Time]()
	numberType = reflect.TypeFor[json.Number]()
	tagsType   = reflect.TypeFor[map[string]string]()
)

// planOf compiles the plan of a type, once.
func (s *Schema) planOf(t reflect.Type) *plan {
	if known, ok := s.plans.Load(t); ok {
		return known.(*plan)
	}
	known, _ := s.plans.LoadOrStore(t, s.compile(t)) // another goroutine may have been quicker
	return known.(*plan)
}

func (s *Schema) compile(t reflect.Type) *plan {
	p := &plan{typ: t}
	switch {
	case t == timeType:
		p.shape = asTime
	case t == numberType:
		p.shape = asNumber
	case t.Kind() == reflect.String:
		p.shape = asString
	case t.Kind() == reflect.Int || t.Kind() == reflect.Int64:
		p.shape = asInt
	case t.Kind() == reflect.Bool:
		p.shape = asBool
	case t.ConvertibleTo(tagsType):
		p.shape, p.key = asTags, s.ListKey(t)
	case t.Kind() == reflect.Pointer:
		p.shape, p.elem = asPointer, s.planOf(t.Elem())
	case t.Kind() == reflect.Slice:
		p.shape, p.key, p.elem = asList, s.ListKey(t), s.planOf(t.Elem())
	case t.Kind() == reflect.Struct:
		p.shape = asStruct
		p.slots = map[string]int{}
		s.addFields(p, t, nil)
	}
	return p
}

func (s *Schema) addFields(p *plan, t reflect.Type, path []int) {
	for i := range t.NumField() {
		sf := t.Field(i)
		at := append(path[:len(path):len(path)], i)
		name, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
		if sf.Anonymous && name == "" {
			s.addFields(p, sf.Type, at)
			continue
		}
		if name == "" || name == "-" || !sf.IsExported() {
			continue
		}
		f := field{index: at, name: name, slot: p.slot(name), plan: s.planOf(sf.Type)}
		for option := range strings.SplitSeq(sf.Tag.Get("wire"), ",") {
			switch key, value, _ := strings.Cut(option, "="); key {
			case "alias":
				f.alias, f.aliasSlot = value, p.slot(value)
			case "trim":
				f.trim = true
			case "loose":
				f.loose = true
			}
		}
		p.fields = append(p.fields, f)
	}
}

// slot returns the slot of a name.
func (p *plan) slot(name string) int {
	slot, ok := p.slots[name]
	if !ok {
		slot = len(p.slots) + 1
		p.slots[name] = slot
	}
	return slot
}
