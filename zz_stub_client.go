package eip

import (
	"context"
	"errors"
	"net/url"

	"github.com/google/go-querystring/query"
)

// Stub of the core, dropped on merge.

type Client struct {
	send func(ctx context.Context, action string, form url.Values) ([]byte, error)
}

var ErrInvalidParameter = errors.New("eip: invalid parameter")

type request interface {
	validate(v *validator)
	extra() url.Values
}

func invoke[Resp any, Req any](ctx context.Context, c *Client, action string, req *Req) (*Resp, error) {
	if req == nil {
		req = new(Req)
	}
	r := any(req).(request)
	if err := validateRequest(action, r); err != nil {
		return nil, err
	}
	form, err := query.Values(req)
	if err != nil {
		return nil, err
	}
	for k, v := range r.extra() {
		form[k] = v
	}
	body, err := c.send(ctx, action, form)
	if err != nil {
		return nil, err
	}
	resp := new(Resp)
	if err := decodeResponse(action, body, resp); err != nil {
		return nil, err
	}
	if i, ok := any(resp).(interface{ incomplete() string }); ok {
		if missing := i.incomplete(); missing != "" {
			return nil, errors.New("missing " + missing)
		}
	}
	any(resp).(interface{ responseMeta() *ResponseMeta }).responseMeta().Attempts = 1
	return resp, nil
}
