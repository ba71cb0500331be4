package oldwire

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The walker below reads a tree into a struct by the names in its json tags. A
// second tag, wire, tells what a field needs besides:
//
//	alias=X  the key that some answers use instead
//	trim     a string with blanks around it that are not part of it
//	loose    a boolean that is false if it cannot be read
//
// What the service is known to vary is read without asking: numbers and
// booleans as strings, booleans as 0 and 1, "" and null for any zero value, a
// list wrapped in an object or not, a single element where a list is due,
// times without seconds. Everything else of a wrong type is an error that names
// the path.

// shapeError is a value of a wrong type. The path grows from the inside out.
type shapeError struct {
	path string
	want string
	got  string
}

// Error names the path, what is there, and what is due.
func (e *shapeError) Error() string {
	return e.path + " is " + e.got + " where " + e.want + " is due"
}

// at puts the parent's part in front of the path of a shapeError.
func at(parent string, err error) error {
	var e *shapeError
	if !errors.As(err, &e) {
		return err
	}
	switch {
	case e.path == "":
		e.path = parent
	case strings.HasPrefix(e.path, "["):
		e.path = parent + e.path
	default:
		e.path = parent + "." + e.path
	}
	return e
}

func mismatch(want string, v any) error {
	return &shapeError{want: want, got: describe(v)}
}

var timeType = reflect.TypeFor[time.Time]()

// isTags finds the map of a resource's labels, which is another package's type.
func isTags(t reflect.Type) bool { return t.Kind() == reflect.Map && t.Name() == "Tags" }

// isMeta finds the struct that every response embeds.
func isMeta(sf reflect.StructField) bool { return sf.Anonymous && sf.Type.Name() == "ResponseMeta" }

// listKey gives the key under which the service wraps a list of this type, by
// the form in which the type writes itself: {"EipAddress":[]}. A plain list has
// none.
func listKey(t reflect.Type) string {
	if t == reflect.TypeFor[tagPairs]() {
		return "Tag"
	}
	if known, ok := knownKeys.Load(t); ok {
		return known.(string)
	}
	key := ""
	if m, ok := reflect.Zero(t).Interface().(json.Marshaler); ok {
		var wrapped map[string][]any
		if text, err := m.MarshalJSON(); err == nil && json.Unmarshal(text, &wrapped) == nil && len(wrapped) == 1 {
			for key = range wrapped {
			}
		}
	}
	knownKeys.Store(t, key)
	return key
}

var knownKeys sync.Map // reflect.Type → string

// tagPair is one tag.
type tagPair struct {
	Key   string `json:"Key" wire:"alias=TagKey"`
	Value string `json:"Value" wire:"alias=TagValue"`
}

type tagPairs []tagPair

// field is what the walker needs to know of one struct field.
type field struct {
	index       int
	name, alias string
	trim, loose bool
	needed      bool // a whole answer without it is not the documented one
}

// fieldsOf reads the tags of a struct, once for each type: read anew for each
// answer they took a third of the decoding.
func fieldsOf(t reflect.Type) []field {
	if known, ok := knownFields.Load(t); ok {
		return known.([]field)
	}
	fields := readFields(t)
	knownFields.Store(t, fields)
	return fields
}

var knownFields sync.Map // reflect.Type → []field; as many as there are types of answers

// neededIn has the lists without which an answer is not the documented one.
var neededIn = map[string]string{
	"DescribeEipAddressesResponse": "EipAddresses", "DescribeRegionsResponse": "Regions", "DescribeEipSegmentResponse": "EipSegments",
}

func readFields(t reflect.Type) []field {
	fields := make([]field, 0, t.NumField())
	for i := range t.NumField() {
		sf := t.Field(i)
		name, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
		if name == "-" || !sf.IsExported() {
			continue
		}
		f := field{index: i, name: name, needed: name != "" && neededIn[t.Name()] == name}
		if wire := sf.Tag.Get("wire"); wire != "" {
			for option := range strings.SplitSeq(wire, ",") {
				switch key, value, _ := strings.Cut(option, "="); key {
				case "alias":
					f.alias = value
				case "trim":
					f.trim = true
				case "loose":
					f.loose = true
				}
			}
		}
		fields = append(fields, f)
	}
	return fields
}

// fromTree reads a tree into out, a pointer. A whole answer must have at least
// one key of its struct that proves it to be that answer, and every list that
// is needed: to take a missing one for an empty one would be to take addresses
// for gone.
func fromTree(tree any, out any, whole bool) error {
	dst := reflect.ValueOf(out).Elem()
	if whole {
		obj, _ := tree.(object)
		if !hasKeyOf(dst.Type(), obj, true) {
			return errors.New("it has none of the documented keys")
		}
	}
	value := reflect.New(dst.Type()).Elem()
	if err := readValue(value, tree, field{}); err != nil {
		return err
	}
	if obj, _ := tree.(object); whole {
		if total, _ := scalarText(obj["TotalCount"]); total != "0" {
			for _, f := range fieldsOf(dst.Type()) {
				if f.needed && obj[f.name] == nil {
					return errors.New("it lacks " + f.name)
				}
			}
		}
	}
	dst.Set(value) // all or nothing
	return nil
}

// hasKeyOf looks for a key of the struct; those of embedded structs count if
// meta says so. Code and Message do not count: any service's JSON may have them.
func hasKeyOf(t reflect.Type, obj object, meta bool) bool {
	for _, f := range fieldsOf(t) {
		if t.Field(f.index).Anonymous {
			if meta && hasKeyOf(t.Field(f.index).Type, obj, meta) {
				return true
			}
			continue
		}
		if f.name != "Code" && f.name != "Message" && (obj[f.name] != nil || f.alias != "" && obj[f.alias] != nil) {
			return true
		}
	}
	return false
}

// isEmpty holds for what stands for a zero value of any type.
func isEmpty(v any) bool {
	if s, ok := v.(string); ok {
		return strings.TrimSpace(s) == ""
	}
	return v == nil
}

// readValue reads v into dst, whatever its kind.
func readValue(dst reflect.Value, v any, f field) error {
	switch t := dst.Type(); {
	case t == timeType:
		t, err := readTime(v)
		if err == nil {
			dst.Set(reflect.ValueOf(t))
		}
		return err
	case isTags(t):
		return readTags(dst, v)
	}
	switch dst.Kind() {
	case reflect.String:
		s, ok := scalarText(v)
		if !ok {
			return mismatch("a string", v)
		}
		if f.trim {
			s = strings.TrimSpace(s)
		}
		dst.SetString(s)
		return nil
	case reflect.Int, reflect.Int64:
		n, err := readInt(v)
		if err == nil && dst.OverflowInt(n) {
			err = mismatch("a smaller number", v)
		}
		if err == nil {
			dst.SetInt(n)
		}
		return err
	case reflect.Bool:
		b, err := readBool(v)
		if err != nil && f.loose {
			b, err = false, nil
		}
		dst.SetBool(b)
		return err
	case reflect.Slice:
		return readList(dst, v)
	case reflect.Struct:
		if isEmpty(v) {
			return nil
		}
		obj, ok := v.(object)
		if !ok {
			return mismatch("an object", v)
		}
		return readObject(dst, obj, fieldsOf(dst.Type()))
	default:
		return fmt.Errorf("eip: no way to read a %s", dst.Type())
	}
}

// readObject fills a struct. Unknown keys are ignored.
func readObject(dst reflect.Value, obj object, fields []field) error {
	for _, f := range fields {
		target := dst.Field(f.index)
		if isMeta(dst.Type().Field(f.index)) {
			if err := readObject(target, obj, fieldsOf(target.Type())); err != nil {
				return err
			}
			continue
		}
		name := f.name
		v := obj[name]
		if f.alias != "" && isEmpty(v) && obj[f.alias] != nil {
			name, v = f.alias, obj[f.alias]
		}
		if v == nil {
			continue
		}
		if err := readValue(target, v, f); err != nil {
			return at(name, err)
		}
	}
	return nil
}

// readList reads a list: wrapped in an object under the type's key, plain, or
// a single element in place of either. Empty elements are dropped, and an empty
// list is nil.
func readList(dst reflect.Value, v any) error {
	key := listKey(dst.Type())
	if obj, ok := v.(object); ok {
		if len(obj) == 0 {
			return nil
		}
		if inner, wrapped := obj[key]; wrapped {
			if err := readElements(dst, inner, key); err != nil {
				return at(key, err)
			}
			return nil
		}
	}
	return readElements(dst, v, key)
}

func readElements(dst reflect.Value, v any, key string) error {
	elements, isList := v.([]any)
	if !isList {
		if obj, isObject := v.(object); isObject && len(obj) == 0 || isEmpty(v) {
			return nil
		}
		elements = []any{v}
	}
	elem := dst.Type().Elem()
	var fields []field
	if elem.Kind() == reflect.Struct {
		fields = fieldsOf(elem)
	}
	list := reflect.MakeSlice(dst.Type(), 0, len(elements))
	item := reflect.New(elem).Elem()
	for i, e := range elements {
		if isEmpty(e) {
			continue
		}
		item.SetZero()
		if err := readElement(item, e, key, fields, isList); err != nil {
			if isList {
				return at("["+strconv.Itoa(i)+"]", err)
			}
			return err
		}
		list = reflect.Append(list, item)
	}
	if list.Len() > 0 {
		dst.Set(list)
	}
	return nil
}

func readElement(item reflect.Value, v any, key string, fields []field, inList bool) error {
	if fields == nil {
		if _, nested := v.([]any); nested {
			return mismatch("a single value", v)
		}
		return readValue(item, v, field{})
	}
	obj, isObject := v.(object)
	if !isObject {
		// OperationLocks: the elements of LockReason are objects with one key,
		// LockReason again; a bare string means that key.
		for _, f := range fields {
			if _, scalar := scalarText(v); scalar && f.name == key {
				return readValue(item.Field(f.index), v, f)
			}
		}
		if inList {
			return mismatch("an object", v)
		}
		return mismatch("a list", v)
	}
	if !inList && !hasKeyOf(item.Type(), obj, true) {
		// Neither the wrapper nor an element: to read it as an empty list would
		// make addresses disappear.
		return mismatch("a list", v)
	}
	return readObject(item, obj, fields)
}

// readTags reads a list of keys and values as a map. A tag without key is no
// tag.
func readTags(dst reflect.Value, v any) error {
	var pairs tagPairs
	if err := readList(reflect.ValueOf(&pairs).Elem(), v); err != nil {
		return err
	}
	var tags map[string]string
	for _, p := range pairs {
		if p.Key == "" {
			continue
		}
		if tags == nil {
			tags = make(map[string]string, len(pairs))
		}
		tags[p.Key] = p.Value
	}
	dst.Set(reflect.ValueOf(tags).Convert(dst.Type()))
	return nil
}
