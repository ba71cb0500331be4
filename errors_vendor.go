package eip

import (
	"cmp"
	"context"
	"errors"

	"github.com/eipkit/eip-go/internal/transport"
	"github.com/eipkit/eip-go/internal/vendor"
)

// What the packages of other vendors share of this one.
func init() {
	vendor.Mark = setVendor
	vendor.Failure = failure
	vendor.Foreign = foreign
	vendor.Observer = func(hook any) func(context.Context, *transport.Attempt) {
		return observer(hook.(func(context.Context, Attempt)))
	}
}

func setVendor(v *vendor.Vendor, err error) {
	switch e := err.(type) { //nolint:errorlint // its own
	case *Error:
		e.vendor = v
	case *TransportError:
		e.vendor = v
	case *ValidationError:
		e.vendor = v
	}
}

// prefix is what the texts of errors begin with.
func prefix(v *vendor.Vendor) string {
	if v == nil {
		return "eip: "
	}
	return v.Name + ": "
}

// foreign judges an answer that is not the service's own.
func foreign(a *transport.Answer, requestID, reason string, write bool) transport.Judgement {
	id := a.Secrets.Show(requestID, maxRequestID)
	return transport.Judgement{
		Cause: transport.ForeignCause(a.Status), RequestID: id,
		Err: &AnswerError{
			HTTPStatus:  a.Status,
			ContentType: a.Secrets.Show(a.Header.Get("Content-Type"), maxRequestID),
			RequestID:   id,
			Reason:      transport.ForeignReason(a.Status, len(a.Body), write, a.Reason(reason)),
			Excerpt:     a.Excerpt(),
		},
	}
}

// errUnsettled is the cause when the last answer is one of the service's own
// that leaves the outcome open.
var errUnsettled = errors.New("no answer tells whether it ran")

// failure makes the error of a call that failed. The errors that the judge made
// may be in a hook's or another call's hands by now: what this call has to add
// goes into copies.
func failure(v *vendor.Vendor, action, token string, res *transport.Result) error {
	last := asError(res.Last)
	if last != nil && res.Reached { // otherwise it is the answer that another call got
		own := *last
		own.Attempts, own.ClientToken = res.Attempts, token
		own.RetryAfter = cmp.Or(own.RetryAfter, res.RetryAfter)
		last = &own
	}
	if e := asError(res.Err); e != nil && !res.Unknown {
		own := *e
		own.Attempts, own.ClientToken, own.RetryAfter = res.Attempts, token, res.RetryAfter
		return &own
	}
	t := &TransportError{
		Action: action, Err: res.Err, Last: last, HTTPStatus: res.Status, RequestID: res.RequestID,
		Attempts: res.Attempts, Sent: res.Reached, ClientToken: token,
		FirstAttempt: res.FirstAttempt.UTC().Round(0), RetryAfter: res.RetryAfter, unknown: res.Unknown, vendor: v,
	}
	if asError(t.Err) != nil {
		t.Err = errUnsettled
	}
	// An answer without a code is not in Last; it goes with the cause.
	if strange, ok := res.Last.(*AnswerError); ok && error(strange) != t.Err { //nolint:errorlint // judge makes them
		t.Err = errors.Join(t.Err, strange)
	}
	if t.unknown {
		t.Err = mute(t.Err)
	}
	return t
}

func asError(err error) *Error {
	e, _ := err.(*Error) //nolint:errorlint // judge makes them, and nothing wraps them
	return e
}
