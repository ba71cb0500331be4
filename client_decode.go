package eip

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/eipkit/eip-go/internal/transport"
	"github.com/eipkit/eip-go/internal/wire"
)

// schema is what this API's structs say beyond their tags.
var schema = wire.Schema{
	ListKey: func(t reflect.Type) string {
		if !t.Implements(listerType) {
			return ""
		}
		return reflect.Zero(t).Interface().(lister).listKey()
	},
	// The older SDK knows a tag as TagKey and TagValue.
	TagKey:   [2]string{"Key", "TagKey"},
	TagValue: [2]string{"Value", "TagValue"},
}

// lister is implemented by the named list types: the key under which the
// service wraps the list.
type lister interface{ listKey() string }

var listerType = reflect.TypeFor[lister]()

// unmarshalLenient serves the UnmarshalJSON methods: any part of an answer, not
// necessarily a whole one.
func unmarshalLenient(data []byte, out any) error {
	doc, err := wire.Parse(data)
	if err != nil {
		return fmt.Errorf("eip: %w", err)
	}
	defer doc.Release()
	if doc.XMLRoot() != "" {
		return errors.New("eip: not JSON")
	}
	if err := schema.Fill(doc.Root(), out); err != nil {
		return fmt.Errorf("eip: %w", err)
	}
	return nil
}

// openAnswer returns the object that holds an answer of the action: the
// document itself, or what an outer object or the XML root wraps. failed says
// that the wrapper is that of an error.
func openAnswer(action string, doc *wire.Doc) (v wire.Value, failed bool, err error) {
	v = doc.Root()
	switch root := doc.XMLRoot(); root {
	case "", action, action + "Response":
	case "Error":
		failed = true
	default:
		return v, false, fmt.Errorf("its XML root is %s", shorten(root))
	}
	if v.Kind() != wire.Object {
		return v, failed, fmt.Errorf("it is %s, not an object", v)
	}
	if v.Len() == 1 {
		// XML converted to JSON, root and all, as the 2019 API reference prints it.
		for _, key := range []string{action, action + "Response", "Error"} {
			if inner := v.Get(key); inner.Kind() == wire.Object {
				return inner, failed || key == "Error", nil
			}
		}
	}
	return v, failed, nil
}

// An errorBody is what an error answer says.
type errorBody struct {
	Code, Message, RequestID, HostID, Recommend string
	// AccessDeniedDetail tells which permission is missing, as JSON text.
	AccessDeniedDetail string
	// lower says that the code has its key in lower case, which the SDK accepts
	// and which the JSON of many a gateway has.
	lower bool
}

// The most that is shown of the texts of an error, and the most that is read: a
// secret must be seen whole to be found.
const (
	maxMessage   = transport.MaxMessage
	maxRequestID = 128
	maxRead      = 16 << 10
)

// errorFrom picks the members of an error.
func errorFrom(v wire.Value) errorBody {
	get := func(keys ...string) string {
		for _, key := range keys {
			if text := v.Get(key).Clipped(maxRead); text != "" {
				return text
			}
		}
		return ""
	}
	b := errorBody{
		Message:            get("Message", "message"),
		RequestID:          requestIDOf(v, "RequestId", "requestId"),
		HostID:             get("HostId"),
		Recommend:          get("Recommend"),
		AccessDeniedDetail: get("AccessDeniedDetail"),
	}
	if b.Code = wire.Code(v.Get("Code")); b.Code == "" {
		b.Code = wire.Code(v.Get("code"))
		b.lower = b.Code != ""
	}
	return b
}

// requestIDOf returns the first request ID among the members.
func requestIDOf(v wire.Value, keys ...string) string {
	for _, key := range keys {
		if id := v.Get(key); id.Kind() < wire.Object {
			if text := id.Clipped(maxRead); text != "" {
				return text
			}
		}
	}
	return ""
}

// saysError reports whether a 2xx answer has a code that is not one of success.
func saysError(v wire.Value) bool {
	for _, key := range []string{"Code", "code"} {
		switch strings.ToLower(v.Get(key).Clipped(maxRequestID)) {
		case "", "200", "ok", "success":
		default:
			return true
		}
	}
	return false
}

// onlyErrorKeys reports whether an answer has nothing but what errors have.
func onlyErrorKeys(v wire.Value) bool {
	for key := range v.Names {
		switch key {
		case "Code", "Message", "RequestId", "HostId", "Recommend", "AccessDeniedDetail",
			"code", "message", "requestId", "Success", "success":
		default:
			return false
		}
	}
	return true
}
