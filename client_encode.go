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

var requestForms sync.Map // reflect.Type → *form.Form; as many as there are types of requests

// formFor finds the form of a request type. It is compiled once.
func formFor(t reflect.Type) *form.Form {
	if known, ok := requestForms.Load(t); ok {
		return known.(*form.Form)
	}
	known, _ := requestForms.LoadOrStore(t, form.Of(t))
	return known.(*form.Form)
}

// encode validates a request, which is a pointer to a struct, and gives its
// parameters.
func (c *Client) encode(action string, req any) (url.Values, error) {
	if c.validate {
		if err := validateRequest(action, req); err != nil {
			return nil, err
		}
	}
	f := formFor(reflect.TypeOf(req).Elem())
	params, err := f.Values(req)
	if err != nil {
		return nil, fmt.Errorf("eip: %s: encoding the request: %w", action, err)
	}
	return params, mergeParams(action, params, f.Extra(req))
}
