package eip

import (
	"fmt"
	"net/url"
	"reflect"
	"sync"

	"github.com/eipkit/eip-go/internal/form"
)

// layoutSeconds is how most times are written, always in UTC.
const layoutSeconds = "2006-01-02T15:04:05Z"

// requestForm is what a request type is sent as.
type requestForm struct {
	*form.Form
	extra []int // index of the field Extra
}

var requestForms sync.Map // reflect.Type → requestForm; as many as there are types of requests

// formFor finds the form of a request type. It is compiled once.
func formFor(t reflect.Type) requestForm {
	if known, ok := requestForms.Load(t); ok {
		return known.(requestForm)
	}
	extra, ok := t.FieldByName("Extra")
	if !ok || extra.Type != reflect.TypeFor[url.Values]() {
		panic(fmt.Sprintf("eip: %s has no field Extra of type url.Values", t))
	}
	known, _ := requestForms.LoadOrStore(t, requestForm{form.Of(t), extra.Index})
	return known.(requestForm)
}

// encode validates a request, which is a pointer to a struct, and gives its
// parameters.
func (c *Client) encode(action string, req any) (url.Values, error) {
	if c.validate {
		if err := validateRequest(action, req); err != nil {
			return nil, err
		}
	}
	v := reflect.ValueOf(req).Elem()
	f := formFor(v.Type())
	params, err := f.Values(req)
	if err != nil {
		return nil, fmt.Errorf("eip: %s: encoding the request: %w", action, err)
	}
	return params, mergeParams(action, params, *v.FieldByIndex(f.extra).Addr().Interface().(*url.Values))
}
