package zenlayer

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	eip "github.com/eipkit/eip-go"
)

// Error reports that the service refused a call, and that the outcome is known:
// nothing was done (for a read: nothing was read). The answer is the service's own:
// it has a code and a requestId, and for a write the code is a known one (for a
// read, a known code is enough).
//
// Match it with errors.Is against a [Code] or a class of the root package such
// as eip.ErrNotFound; read its fields with errors.As.
type Error struct {
	// Action is the API action, for example "AllocateEipAddresses".
	Action string
	// Code is the service's error code as it was sent, in either spelling.
	Code Code
	// Message is the service's text, cut to 512 bytes on one line. It is not
	// stable; do not compare it.
	Message string
	// RequestID is what the vendor's support asks for.
	RequestID string
	// HTTPStatus is the status of the answer. The service may refuse with 200.
	HTTPStatus int
	// Attempts is how often the request was sent.
	Attempts int
	// RetryAfter is how long the service asks to wait; 0 if it does not say.
	RetryAfter time.Duration
}

// Error gives one line: action, code, message, what to quote to the vendor's
// support, and what to do.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "zenlayer: %s: %s", e.Action, e.Code.Error())
	if e.Message != "" {
		b.WriteString(": ")
		b.WriteString(e.Message)
	}
	writeFacts(&b, e.HTTPStatus, e.RequestID, e.Attempts, e.RetryAfter)
	if hint := e.Code.Hint(); hint != "" {
		b.WriteString("; ")
		b.WriteString(hint)
	}
	return b.String()
}

// Is matches a Code in either spelling, or the class of the code.
func (e *Error) Is(target error) bool { return e.Code.matches(e.HTTPStatus, target) }

// Class is the group of the code by what a program does next, one of the root
// package's classes: eip.ErrNotFound, eip.ErrThrottled and so on. It is nil
// for an error without a code.
func (e *Error) Class() error {
	if e.Code == "" {
		return nil
	}
	return e.Code.class(e.HTTPStatus)
}

// TransportError reports that no answer of the service's own came back, or that
// the outcome of a write is unknown. It unwraps to its cause: a context's error, a
// network error, an answer that is not the service's (*eip.AnswerError; errors.As
// finds it in any case, errors.Is its class only if the outcome is known). It never
// holds a URL.
//
// If OutcomeUnknown reports true, the call may have done its work. The API has no
// idempotency token. Look at the state before sending the request again: for
// AllocateEipAddresses with [Client.Reconcile], for all other actions with
// DescribeEipAddresses.
type TransportError struct {
	// Action is the API action.
	Action string
	// Err is the cause. It is never nil.
	Err error
	// Last is the last answer with a code in this call, if there was one; for a
	// call that was not sent because the service throttles its action, the answer
	// to the call that was. It is among the wrapped errors only if the outcome is
	// known.
	Last *Error
	// HTTPStatus and RequestID are those of the last attempt's answer, if any.
	HTTPStatus int
	RequestID  string
	// Attempts is how often the request was sent.
	Attempts int
	// Sent says whether the request may have reached the service at all.
	Sent bool
	// RetryAfter is how long the service asks to wait; 0 if it does not say.
	RetryAfter time.Duration

	unknown bool
}

// OutcomeUnknown says whether the call may have done its work. It is never
// true for a read. eip.OutcomeUnknown asks it of any error.
func (e *TransportError) OutcomeUnknown() bool { return e.unknown }

func (e *TransportError) Error() string {
	var b strings.Builder
	b.WriteString("zenlayer: ")
	b.WriteString(e.Action)
	b.WriteString(": ")
	switch {
	case e.unknown:
		b.WriteString("outcome unknown: ")
	case !e.Sent:
		b.WriteString("not sent: ")
	}
	b.WriteString(strings.ReplaceAll(e.Err.Error(), "\n", "; "))
	if e.Last != nil {
		fmt.Fprintf(&b, "; last answer: %s", e.Last.Code.Error())
		if e.Last.Message != "" {
			fmt.Fprintf(&b, ": %s", e.Last.Message)
		}
	}
	writeFacts(&b, e.HTTPStatus, e.RequestID, e.Attempts, e.RetryAfter)
	if e.unknown {
		b.WriteString("; look at the state before sending it again")
	}
	return b.String()
}

// Unwrap gives the cause, and the last answer if the outcome is known.
func (e *TransportError) Unwrap() []error {
	if e.Last != nil && !e.unknown {
		return []error{e.Err, e.Last}
	}
	return []error{e.Err}
}

// MarshalJSON writes the error's text for its cause, because the cause may be
// any type with any field.
func (e *TransportError) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Action         string
		Err            string
		Last           *Error `json:",omitempty"`
		HTTPStatus     int    `json:",omitempty"`
		RequestID      string `json:",omitempty"`
		Attempts       int
		Sent           bool
		RetryAfter     time.Duration `json:",omitempty"`
		OutcomeUnknown bool
	}{
		e.Action, e.Err.Error(), e.Last, e.HTTPStatus, e.RequestID, e.Attempts,
		e.Sent, e.RetryAfter, e.unknown,
	})
}

// RequestID gives the request ID that err holds, "" if it holds none.
func RequestID(err error) string {
	var t *TransportError
	if errors.As(err, &t) {
		if t.RequestID == "" && t.Last != nil && t.Sent {
			return t.Last.RequestID
		}
		return t.RequestID
	}
	var e *Error
	if errors.As(err, &e) {
		return e.RequestID
	}
	return ""
}

// ValidationError tells everything that is wrong with a request that was
// therefore not sent. It matches eip.ErrInvalidParameter.
type ValidationError struct {
	// Action is the API action, or the method of this package, that was called.
	Action string
	// Faults has each fault with its field, value and rule.
	Faults []eip.FieldFault
}

// Error lists all faults.
func (e *ValidationError) Error() string {
	texts := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		texts[i] = f.String()
	}
	return fmt.Sprintf("zenlayer: %s: invalid request, nothing was sent: %s", e.Action, strings.Join(texts, "; "))
}

// Is reports that target is eip.ErrInvalidParameter.
func (e *ValidationError) Is(target error) bool { return target == eip.ErrInvalidParameter }

// writeFacts writes what is known beside the text, in parentheses.
func writeFacts(b *strings.Builder, status int, requestID string, attempts int, after time.Duration) {
	var facts []string
	if status != 0 {
		facts = append(facts, fmt.Sprintf("HTTP %d", status))
	}
	if requestID != "" {
		facts = append(facts, "request "+requestID)
	}
	if attempts > 1 {
		facts = append(facts, fmt.Sprintf("%d attempts", attempts))
	}
	if after > 0 {
		facts = append(facts, "retry after "+after.String())
	}
	if len(facts) > 0 {
		b.WriteString(" (" + strings.Join(facts, ", ") + ")")
	}
}
