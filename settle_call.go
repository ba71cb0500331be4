package eip

import (
	"context"
	"errors"
	"net/url"
	"strconv"

	"github.com/eipkit/eip-go/internal/transport"
)

// toSettle picks the call that a request settles, waits for its turn and puts
// its token into the parameters. It returns nil for a request that settles
// nothing, and an error if no call fits.
func (c *Client) toSettle(ctx context.Context, open []openCall, action string, params url.Values) (*openCall, error) {
	if len(open) == 0 {
		return nil, nil
	}
	var nearest openCall
	var fault FieldFault
	for i := range open {
		f := open[i].misfit(action, params)
		if f.Rule == "" {
			params.Set("ClientToken", open[i].token)
			c.beforeRepeat(ctx, open[i])
			return &open[i], nil
		}
		if fault.Rule == "" || nearest.action != action && open[i].action == action {
			nearest, fault = open[i], f
		}
	}
	return nil, c.stillOpen(ctx, []openCall{nearest}, action, &ValidationError{Action: action, Faults: []FieldFault{fault}})
}

// misfit says why a request cannot settle the call. The Rule is empty if it can.
func (o *openCall) misfit(action string, params url.Values) FieldFault {
	own := params.Get("ClientToken")
	switch {
	case o.action == "":
		return FieldFault{Field: "Again", Rule: "must be given the error of a call of this package's Client"}
	case o.action != action:
		return FieldFault{Field: "Again", Value: strconv.Quote(o.action), Rule: "must be given the error of a call of the same action"}
	case !o.byToken:
		return FieldFault{Field: "Again", Rule: "cannot settle a call whose kind is not tokened; look at the state before sending it again"}
	case own != "" && own != o.token:
		return FieldFault{Field: "ClientToken", Value: shorten(own), Rule: "must be empty, or that of the call to settle"}
	case o.print != fingerprint{} && o.print != fingerprintOf(params):
		return FieldFault{Field: "Again", Rule: "must be given the request of the call to settle, with the same parameters " +
			"(RegionID and other defaults included): the service would answer IdempotentParameterMismatch, or do something else"}
	}
	return FieldFault{}
}

// beforeRepeat waits before the second repeat of a call and those after it.
func (c *Client) beforeRepeat(ctx context.Context, call openCall) {
	if ctx != nil && call.repeats > 1 {
		c.loop.Backoff(ctx, call.repeats-2)
	}
}

// stillOpen is the error of a request that was to settle a call, if it was not
// sent because of err. The outcome of that call is as unknown as before.
func (c *Client) stillOpen(ctx context.Context, open []openCall, action string, err error) error {
	if len(open) == 0 {
		return err
	}
	switch err.(type) { //nolint:errorlint // what send returns for a call that has had its turn
	case *Error, *TransportError:
		return err
	}
	call := open[0]
	for _, o := range open {
		if o.action == action {
			call = o
			break
		}
	}
	c.beforeRepeat(ctx, call)
	err = mute(err)
	if ctx != nil && ctx.Err() != nil {
		err = errors.Join(ctx.Err(), err)
	}
	if call.action != "" {
		action = call.action
	}
	return &TransportError{
		Action: action, Err: err, Sent: true, ClientToken: call.token, FirstAttempt: call.first,
		unknown: true, call: &call,
	}
}

// foldInto completes the error of a call with the time of the first attempt of
// the call that it was to settle, and, if the outcome is unknown, with what
// settles it. settles is that earlier call, or nil.
func foldInto(err error, res *transport.Result, op operation, settles *openCall, params url.Values) error {
	if e := asError(err); e != nil && settles != nil && settles.print == (fingerprint{}) && e.Code == CodeIdempotentParameterMismatch {
		// The token stands for something that was asked for with other parameters,
		// and nobody knows with which the earlier call was sent.
		err = &TransportError{
			Action: e.Action, Err: errUnsettled, Last: e, HTTPStatus: e.HTTPStatus, RequestID: e.RequestID,
			Attempts: e.Attempts, FirstAttempt: res.FirstAttempt.UTC().Round(0),
			ClientToken: e.ClientToken, RetryAfter: e.RetryAfter, unknown: true,
		}
	}
	t, ok := err.(*TransportError) //nolint:errorlint // the answer reader makes it
	if !ok {
		return err
	}
	if settles != nil {
		t.Sent = true
		if !settles.first.IsZero() {
			t.FirstAttempt = settles.first
		}
	}
	if t.unknown {
		t.call = &openCall{
			action: t.Action, token: t.ClientToken, byToken: op.kind == KindTokened || settles != nil,
			print: fingerprintOf(params), first: t.FirstAttempt,
		}
		if settles != nil {
			t.call.print, t.call.repeats = settles.print, settles.repeats
		}
	}
	return err
}
