package zenlayer

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/wire"
)

// schema is what this API's structs say beyond their tags.
var schema = wire.Schema{
	ListKey: func(t reflect.Type) string {
		if t == reflect.TypeFor[Tags]() {
			return "tags"
		}
		return ""
	},
	TagKey:   [2]string{"key"},
	TagValue: [2]string{"value"},
}

// unmarshalLenient serves the UnmarshalJSON methods: any part of an answer, not
// necessarily a whole one.
func unmarshalLenient(data []byte, out any) error {
	doc, err := wire.Parse(data)
	if err != nil {
		return fmt.Errorf("zenlayer: %w", err)
	}
	defer doc.Release()
	if doc.XMLRoot() != "" {
		return errors.New("zenlayer: not JSON")
	}
	if err := schema.Fill(doc.Root(), out); err != nil {
		return fmt.Errorf("zenlayer: %w", err)
	}
	return nil
}

// pageSize returns that of a request, 0 if it has none.
func pageSize(request []byte) int {
	doc, err := wire.Parse(request)
	if err != nil {
		return 0 // only if Extra brings what no answer could have
	}
	defer doc.Release()
	n, _ := strconv.Atoi(doc.Root().Get("pageSize").Clipped(maxRequestID))
	return n
}

// The most that is shown of a request ID and of a code, and the most that is read: a secret must be seen whole to be found.
const (
	maxRequestID = 128
	maxRead      = 16 << 10
)

// An errorBody is what an error answer says.
type errorBody struct{ code, message, requestID string }

// errorFrom reads an error: the documented {"requestId","code","message"}, or
// the same inside response or error. failed says that there is a code which is
// not one of success, be it one of this service or not.
//
// In what may be a success a code inside response may be a field of the answer,
// unless the action is known to return none, or there is nothing else.
func (r *answerReader) errorFrom(v wire.Value, good bool) (failed bool, body errorBody) {
	response := v.Get("response")
	places := []wire.Value{v, response, v.Get("error")}
	if good && !(r.op.known && (r.op.returns() || r.op.kind != eip.KindRead)) && !onlyErrorKeys(response) {
		places[1] = wire.Value{}
	}
	body.requestID = requestIDOf(v, response)
	for _, place := range places {
		text := place.Get("code").Clipped(maxRead)
		if text == "" || good && isSuccess(text) {
			continue
		}
		failed = true
		if body.code = wire.Code(place.Get("code")); body.code != "" {
			body.message = place.Get("message").Clipped(maxRead)
			body.requestID = requestIDOf(v, place, response)
			break
		}
	}
	return failed, body
}

// requestIDOf returns the first request ID of these objects.
func requestIDOf(objects ...wire.Value) string {
	for _, o := range objects {
		if id := o.Get("requestId"); id.Kind() == wire.String && !id.Empty() {
			return id.Clipped(maxRead)
		}
	}
	return ""
}

// isSuccess reports whether a code is one of success.
func isSuccess(code string) bool {
	switch strings.ToLower(code) {
	case "200", "ok", "success":
		return true
	}
	return false
}

// onlyErrorKeys reports whether an object has nothing but what errors have.
func onlyErrorKeys(v wire.Value) bool {
	for key := range v.Names {
		switch key {
		case "requestId", "code", "message":
		default:
			return false
		}
	}
	return true
}
