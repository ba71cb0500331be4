package eip

import (
	"encoding/json"
	"net/url"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Ptr returns a pointer to v. It serves the few request fields that are
// pointers because the service tells "not given" from the zero value, such as
// ModifyEipAddressAttributeRequest.Name.
func Ptr[T any](v T) *T { return &v }

// ResponseMeta is embedded in every response. It holds what a caller logs or
// quotes to support, whatever the action.
type ResponseMeta struct {
	// RequestID is the service's ID of the answered request, without the blanks
	// that some answers have around it. Every document lists it for every action.
	RequestID string `json:"RequestId" wire:"trim"`
	// HTTPStatus is the status of the answer. It is not part of the JSON form.
	HTTPStatus int `json:"-"`
	// Attempts says how many requests the call took, the last one included.
	// It is not part of the JSON form.
	Attempts int `json:"-"`
	// ClientToken is the idempotency token that was sent, if the action takes
	// one. It is not part of the JSON form.
	ClientToken string `json:"-"`
}

// responseMeta lets the call path fill in what the body does not hold.
func (m *ResponseMeta) responseMeta() *ResponseMeta { return m }

// CommaList is a list that the service wants in one parameter, its values
// joined by commas: AllocationId and EipAddress of DescribeEipAddresses. A
// value cannot hold a comma itself.
type CommaList []string

// EncodeValues implements query.Encoder: key=a,b,c.
func (l CommaList) EncodeValues(key string, v *url.Values) error {
	if len(l) > 0 {
		v.Set(key, strings.Join(l, ","))
	}
	return nil
}

// SecurityProtectionTypes is a list of protection levels. In a request it is
// sent as SecurityProtectionTypes.1, SecurityProtectionTypes.2 and so on; in a
// response it is a list wrapped in an object.
type SecurityProtectionTypes []SecurityProtectionType

// EncodeValues implements query.Encoder: key.1=a&key.2=b. Numbering starts at 1,
// as the SDK metadata says.
func (l SecurityProtectionTypes) EncodeValues(key string, v *url.Values) error {
	for i, t := range l {
		v.Set(key+"."+strconv.Itoa(i+1), string(t))
	}
	return nil
}

// MarshalJSON gives the service's form, {"SecurityProtectionType":[…]}.
func (l SecurityProtectionTypes) MarshalJSON() ([]byte, error) { return marshalList(l.listKey(), l) }

// UnmarshalJSON reads the service's form and a plain list.
func (l *SecurityProtectionTypes) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, l) }

func (SecurityProtectionTypes) listKey() string { return "SecurityProtectionType" }

// Tags are the key-value labels of a resource. The service takes up to 20 per
// address; a key has 1 to 128 characters, a value up to 128, neither may begin
// with "aliyun" or "acs:" or contain "http://" or "https://" (from the SDK
// metadata; only the number and that a key is not empty are checked here).
//
// In a request they are sent as Tag.1.Key, Tag.1.Value and so on, in the order
// of the keys, so that the same tags always give the same form. In a filter, an
// empty value is sent as an empty value.
type Tags map[string]string

// EncodeValues implements query.Encoder: key.1.Key=env&key.1.Value=prod, in key
// order.
func (t Tags) EncodeValues(key string, v *url.Values) error {
	for i, k := range t.keys() {
		prefix := key + "." + strconv.Itoa(i+1)
		v.Set(prefix+".Key", k)
		v.Set(prefix+".Value", t[k])
	}
	return nil
}

// MarshalJSON gives the service's form, {"Tag":[{"Key":"…","Value":"…"}]}, in
// key order.
func (t Tags) MarshalJSON() ([]byte, error) {
	list := make([]tagPair, 0, len(t))
	for _, k := range t.keys() {
		list = append(list, tagPair{Key: k, Value: t[k]})
	}
	return marshalList(t.listKey(), list)
}

// UnmarshalJSON reads the service's form and a plain list of pairs.
func (t *Tags) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, t) }

func (Tags) listKey() string { return "Tag" }

func (t Tags) keys() []string {
	keys := make([]string, 0, len(t))
	for k := range t {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// tagPair is one tag as responses have it.
type tagPair struct{ Key, Value string }

// marshalList wraps a list the way this API does: in an object with one key.
// An empty list is written as such, never as null.
func marshalList[T any](key string, list []T) ([]byte, error) {
	if list == nil {
		list = []T{}
	}
	return json.Marshal(map[string][]T{key: list})
}

// cloneOf copies a request with everything that its exported fields point to. A
// nil request gives the zero one.
func cloneOf[R any](r *R) *R {
	cp := new(R)
	if r == nil {
		return cp
	}
	*cp = *r
	fields := reflect.ValueOf(cp).Elem()
	for i := range fields.NumField() {
		f := fields.Field(i)
		if !f.CanSet() || f.IsZero() {
			continue
		}
		switch f.Kind() {
		case reflect.Pointer:
			p := reflect.New(f.Type().Elem())
			p.Elem().Set(f.Elem())
			f.Set(p)
		case reflect.Slice:
			f.Set(reflect.AppendSlice(reflect.MakeSlice(f.Type(), 0, f.Len()), f))
		case reflect.Map:
			if extra, ok := f.Addr().Interface().(*url.Values); ok {
				*extra = cloneValues(*extra)
				continue
			}
			m := reflect.MakeMapWithSize(f.Type(), f.Len())
			for k, v := range f.Seq2() {
				m.SetMapIndex(k, v)
			}
			f.Set(m)
		}
	}
	return cp
}

func cloneValues(v url.Values) url.Values {
	if v == nil {
		return nil
	}
	cp := make(url.Values, len(v))
	for k, list := range v {
		cp[k] = slices.Clone(list)
	}
	return cp
}
