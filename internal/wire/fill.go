package wire

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Fill reads a value into out, a pointer. What the service is known to vary is
// read without asking: numbers and booleans as strings, booleans as 0 and 1, ""
// and null for any zero value, a list wrapped in an object or not, a single
// element where a list belongs, times without seconds. Members that no field
// has are passed over. Anything else of another type is an error that names the
// path; out then stays as it was.
func (s *Schema) Fill(v Value, out any) error {
	dst := reflect.ValueOf(out).Elem()
	p := s.planOf(dst.Type())
	value := reflect.New(p.typ).Elem()
	w := walk{schema: s, doc: v.doc, room: freeRoom}
	if v.doc != nil {
		w.room = max(freeRoom, len(v.doc.text))
	}
	if !w.fill(value, v, p, nil) {
		return w.err()
	}
	dst.Set(value)
	return nil
}

// freeRoom is how many bytes lists may take in any case. Beyond it they may take
// as many as the body has: an element of two bytes, {}, can mean a struct of a
// thousand.
const freeRoom = 768 << 10

// A walk fills one value. Its error is put together on the way back, so that no
// path is built for what fits.
type walk struct {
	schema    *Schema
	doc       *Doc
	room      int // what lists may still take
	path      string
	got, want string
}

func (w *walk) err() error {
	if w.path == "" {
		return fmt.Errorf("got %s, want %s", w.got, w.want)
	}
	return fmt.Errorf("%s: got %s, want %s", w.path, w.got, w.want)
}

// mismatch notes a value of a wrong type.
func (w *walk) mismatch(v Value, want string) bool {
	w.path, w.got, w.want = "", describe(v), want
	return false
}

// in puts the parent's part in front of the path of an error.
func (w *walk) in(parent string, ok bool) bool {
	switch {
	case ok:
	case w.path == "" || w.path[0] == '[':
		w.path = parent + w.path
	default:
		w.path = parent + "." + w.path
	}
	return ok
}

// fill reads v into dst, whatever its type. f is nil for an element of a list.
func (w *walk) fill(dst reflect.Value, v Value, p *plan, f *field) bool {
	switch p.shape {
	case asString:
		text, ok := v.Text()
		if !ok {
			return w.mismatch(v, "a string")
		}
		if f != nil && f.trim {
			text = strings.TrimSpace(text)
		}
		dst.SetString(text)
	case asNumber:
		text, ok := v.decimal()
		if !ok {
			return w.mismatch(v, "a number")
		}
		dst.SetString(text)
	case asInt:
		n, ok := v.integer()
		if !ok {
			return w.mismatch(v, "a whole number")
		}
		if dst.OverflowInt(n) {
			return w.mismatch(v, "a smaller number")
		}
		dst.SetInt(n)
	case asBool:
		b, ok := v.boolean()
		if !ok && (f == nil || !f.loose) {
			return w.mismatch(v, "a boolean")
		}
		dst.SetBool(b)
	case asTime:
		t, ok := v.time()
		if !ok {
			return w.mismatch(v, "a time")
		}
		*dst.Addr().Interface().(*time.Time) = t
	case asList, asTags:
		return w.list(dst, v, p)
	case asStruct:
		if v.Empty() {
			return true
		}
		if v.Kind() != Object {
			return w.mismatch(v, "an object")
		}
		return w.object(dst, v, p)
	case asPointer:
		if v.Empty() {
			return true
		}
		if !w.take(int(p.elem.typ.Size())) {
			return w.mismatch(v, "a smaller answer")
		}
		target := reflect.New(p.typ.Elem())
		if !w.fill(target.Elem(), v, p.elem, f) {
			return false
		}
		dst.Set(target)
	default:
		return w.mismatch(v, "nothing: no way to read a "+p.typ.String())
	}
	return true
}

// object fills a struct. The members are first put into the slots of the plan,
// so that a field is set by its name or else by its alias, in any order.
func (w *walk) object(dst reflect.Value, v Value, p *plan) bool {
	base := len(w.doc.slots)
	w.doc.slots = append(w.doc.slots, make([]uint32, len(p.slots)+1)...)
	slots := w.doc.slots[base:]
	ok := w.fields(dst, v, p, slots)
	w.doc.slots = w.doc.slots[:base]
	return ok
}

func (w *walk) fields(dst reflect.Value, v Value, p *plan, slots []uint32) bool {
	w.doc.assign(v, p, slots)
	for i := range p.fields {
		f := &p.fields[i]
		name, member := f.name, Value{w.doc, int(slots[f.slot])}
		if f.aliasSlot != 0 && slots[f.aliasSlot] != 0 && member.Empty() {
			if alias := (Value{w.doc, int(slots[f.aliasSlot])}); alias.Kind() != Null {
				name, member = f.alias, alias
			}
		}
		if member.Kind() == Null {
			continue
		}
		target := dst
		for _, at := range f.index {
			target = target.Field(at)
		}
		if !w.fill(target, member, f.plan, f) {
			return w.in(name, false)
		}
	}
	return true
}

// assign notes the member of each slot. Slot 0 is that of the names that no
// field has.
func (d *Doc) assign(v Value, p *plan, slots []uint32) {
	known := d.slotsOf(p)
	for key, end := v.at+1, v.token().next(); key < end; key = d.after(key + 1) {
		slots[d.slot(p, known, key)] = uint32(key + 1)
	}
}

// list fills a slice or tags: wrapped in an object under the type's key, plain,
// or a single element in place of either. Empty elements are dropped, and an
// empty list is nil.
func (w *walk) list(dst reflect.Value, v Value, p *plan) bool {
	if v.Kind() == Object && p.key != "" {
		if v.Len() == 0 {
			return true
		}
		for key, inner := range v.members {
			if w.doc.is(key, p.key) {
				return w.in(p.key, w.elements(dst, inner, p))
			}
		}
	}
	return w.elements(dst, v, p)
}

func (w *walk) elements(dst reflect.Value, v Value, p *plan) bool {
	if p.shape == asTags {
		return w.tags(dst, v, p)
	}
	if v.Kind() != Array {
		if v.Empty() || v.Kind() == Object && v.Len() == 0 {
			return true
		}
		if !w.take(int(p.elem.typ.Size())) {
			return w.mismatch(v, "a smaller answer")
		}
		dst.Grow(1) // and not MakeSlice, which allocates a header as well
		dst.SetLen(1)
		return w.element(dst.Index(0), v, p, false)
	}
	n := v.filled()
	if n == 0 {
		return true
	}
	if !w.take(n * int(p.elem.typ.Size())) {
		return w.mismatch(v, "a smaller answer")
	}
	dst.Grow(n)
	dst.SetLen(n)
	n = 0
	at := -1
	for e := range v.elements {
		at++
		if e.Empty() {
			continue
		}
		if !w.element(dst.Index(n), e, p, true) {
			return w.in("["+strconv.Itoa(at)+"]", false)
		}
		n++
	}
	return true
}

// filled returns the number of elements that are not empty.
func (v Value) filled() int {
	n := 0
	for e := range v.elements {
		if !e.Empty() {
			n++
		}
	}
	return n
}

// take takes some bytes of the room.
func (w *walk) take(size int) bool {
	w.room -= size
	return w.room >= 0
}

// element fills one element of a list. inList is false for a single value in
// place of a list.
func (w *walk) element(dst reflect.Value, v Value, p *plan, inList bool) bool {
	if p.elem.shape != asStruct {
		if v.Kind() == Array {
			return w.mismatch(v, "a single value")
		}
		return w.fill(dst, v, p.elem, nil)
	}
	if v.Kind() == Object {
		if !inList && !w.doc.hasName(v, p.elem) {
			// Neither the wrapper nor an element: to read it as an empty list
			// would make addresses disappear.
			return w.mismatch(v, "a list")
		}
		return w.object(dst, v, p.elem)
	}
	if v.Kind() != Array {
		// OperationLocks: the elements of LockReason are objects with one member,
		// LockReason again; a bare string means that member.
		for i := range p.elem.fields {
			if f := &p.elem.fields[i]; f.name == p.key {
				return w.fill(dst.FieldByIndex(f.index), v, f.plan, f)
			}
		}
	}
	if inList {
		return w.mismatch(v, "an object")
	}
	return w.mismatch(v, "a list")
}

// hasName reports whether an object has a member that is not null for one of
// the plan's names.
func (d *Doc) hasName(v Value, p *plan) bool {
	known := d.slotsOf(p)
	for key, member := range v.members {
		if member.Kind() != Null && d.slot(p, known, key) != 0 {
			return true
		}
	}
	return false
}

// tagSize is about what a tag takes in a map.
const tagSize = 80

// tags fills a map from a list of pairs. A tag without key is none.
func (w *walk) tags(dst reflect.Value, v Value, p *plan) bool {
	var tags map[string]string
	add := func(v Value) bool {
		if v.Empty() {
			return true
		}
		if v.Kind() != Object {
			return w.mismatch(v, "an object")
		}
		keyName, key := v.either(w.schema.TagKey)
		keyText, ok := key.Text()
		if !ok {
			return w.in(keyName, w.mismatch(key, "a string"))
		}
		valueName, value := v.either(w.schema.TagValue)
		valueText, ok := value.Text()
		if !ok {
			return w.in(valueName, w.mismatch(value, "a string"))
		}
		if keyText != "" {
			tags[keyText] = valueText
		}
		return true
	}
	n := v.filled()
	if v.Kind() != Array {
		if v.Empty() || v.Kind() == Object && v.Len() == 0 {
			return true
		}
		_, key := v.either(w.schema.TagKey)
		_, value := v.either(w.schema.TagValue)
		if key.Kind() == Null && value.Kind() == Null {
			return w.mismatch(v, "a list")
		}
		n = 1
	}
	if !w.take(n * tagSize) {
		return w.mismatch(v, "a smaller answer")
	}
	tags = make(map[string]string, n)
	if v.Kind() != Array && !add(v) {
		return false
	}
	at := 0
	for e := range v.elements {
		if !add(e) {
			return w.in("["+strconv.Itoa(at)+"]", false)
		}
		at++
	}
	if len(tags) > 0 {
		dst.Set(reflect.ValueOf(tags).Convert(p.typ))
	}
	return true
}

// either returns the member of the first name, or of the alias if that is
// empty, and the name that it has.
func (v Value) either(names [2]string) (name string, member Value) {
	member = v.Get(names[0])
	if names[1] != "" && member.Empty() {
		if alias := v.Get(names[1]); alias.Kind() != Null {
			return names[1], alias
		}
	}
	return names[0], member
}
