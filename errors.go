package eip

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/eipkit/eip-go/internal/vendor"
)

// Error reports that the service refused a call, and that the outcome is known:
// nothing was done (for a read: nothing was read). The answer is the service's own:
// it has a code and a RequestId (for a read, a known code is enough).
//
// Match it with errors.Is against a [Code], a [Family] or a class such as
// [ErrQuota]; read its fields with errors.As. The clients of package zenlayer
// return the same type. errors.Is then finds that vendor's codes, in either
// spelling, and the same classes.
type Error struct {
	// Action is the API action, for example "AllocateEipAddress".
	Action string
	// Code is the service's error code, for example "QuotaExceeded.Eip". It is
	// complete or the answer is not believed: an answer without a code is a
	// TransportError that wraps an AnswerError. A code of Zenlayer is spelled as it
	// was sent. Its methods are those of zenlayer.Code(e.Code), since a Code knows
	// the codes of Alibaba Cloud alone.
	Code Code
	// Message is the service's text, cut to 512 bytes on one line. It is not
	// stable; do not compare it.
	Message string
	// RequestID is what the vendor's support asks for. It is from the body, or from
	// the header x-acs-request-id.
	RequestID string
	// HTTPStatus is the status of the answer.
	HTTPStatus int
	// HostID names the endpoint that answered.
	HostID string
	// Recommend is the vendor's link to a page about the error, if any.
	Recommend string
	// AccessDeniedDetail is what the service says about a missing permission,
	// as it sent it, if it did.
	AccessDeniedDetail string
	// Attempts is how often the request was handed to the network.
	Attempts int
	// ClientToken is the idempotency token that the request carried, if any.
	ClientToken string
	// RetryAfter is how long the service asks to wait; 0 if it does not say.
	RetryAfter time.Duration

	vendor *vendor.Vendor // nil: Alibaba Cloud
}

// Error gives one line: action, code, message, what to do, and what to quote
// to the vendor's support.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(prefix(e.vendor))
	b.WriteString(e.Action)
	b.WriteString(": ")
	b.WriteString(e.Code.Error())
	if e.Message != "" {
		b.WriteString(": ")
		b.WriteString(e.Message)
	}
	writeFacts(&b, e.HTTPStatus, e.RequestID, e.Attempts, "", e.RetryAfter)
	if hint := e.Hint(); hint != "" {
		b.WriteString("; ")
		b.WriteString(hint)
	}
	return b.String()
}

// Hint returns one line that says what to do about the error, or "". For an error
// of Alibaba Cloud it is that of [Code.Hint].
func (e *Error) Hint() string {
	if e.vendor != nil {
		return e.vendor.Hint(string(e.Code))
	}
	return e.Code.Hint()
}

// Is matches a Code exactly, a Family, the class of the code, or a zenlayer.Code
// in either spelling.
func (e *Error) Is(target error) bool {
	if e.vendor != nil {
		if class, ok := target.(errorClass); ok {
			return e.Class() == class //nolint:errorlint // identity is meant
		}
	}
	return codeMatches(e.Code, e.HTTPStatus, target)
}

// Class is the group of the code by what a program does next: [ErrNotFound],
// [ErrThrottled], [ErrQuota] and so on. It is nil for an error without a code.
func (e *Error) Class() error {
	switch {
	case e.Code == "":
		return nil
	case e.vendor != nil:
		return e.vendor.Class(string(e.Code), e.HTTPStatus)
	}
	return e.Code.class(e.HTTPStatus)
}

// TransportError reports that no answer of the service's own came back, or that
// the outcome of a write is unknown. It unwraps to its cause: a context's error, a
// network error, an answer that is not the service's ([*AnswerError]). It never
// holds a URL.
//
// If OutcomeUnknown reports true, the call may have done its work. To settle it,
// send the request that [Again] returns: the service then gives the answer of the
// first call instead of doing it twice. For an action without a ClientToken, look at
// the state before sending it again.
type TransportError struct {
	// Action is the API action.
	Action string
	// Err is the cause. It is never nil.
	Err error
	// Last is the last answer with a code in this call, if there was one; for a
	// call that was not sent because the service throttles its action, the answer
	// to the call that was. It is among the wrapped errors only if the outcome is
	// known: to a call that [Again] has made, it may be a refusal that says nothing
	// about the call before it.
	Last *Error
	// HTTPStatus and RequestID are those of the last attempt's answer, if any.
	HTTPStatus int
	RequestID  string
	// Attempts is how often the request was sent in this call.
	Attempts int
	// Sent says whether the request may have reached the service at all. It is
	// always true for a call that [Again] has made, because the one before it may
	// have.
	Sent bool
	// FirstAttempt is when the first attempt that may have reached the service was
	// sent, by the local clock, in UTC. It is zero if there was none. For a call
	// that [Again] has made, it is that of the first call. The service remembers a
	// ClientToken from about then, and the documents do not say for how long.
	FirstAttempt time.Time
	// ClientToken is the idempotency token that the request carried, if any.
	ClientToken string
	// RetryAfter is how long the service asks to wait; 0 if it does not say.
	RetryAfter time.Duration

	unknown bool
	call    *openCall // what Again needs, for an unknown outcome
	vendor  *vendor.Vendor
}

// OutcomeUnknown says whether the call may have done its work. It is never
// true for a read.
func (e *TransportError) OutcomeUnknown() bool { return e.unknown }

// Error gives one line: action, what is known of the outcome, the cause, the
// last answer, and for an unknown outcome the token.
func (e *TransportError) Error() string {
	var b strings.Builder
	b.WriteString(prefix(e.vendor))
	b.WriteString(e.Action)
	b.WriteString(": ")
	switch {
	case e.unknown:
		b.WriteString("outcome unknown: ")
	case !e.Sent:
		b.WriteString("not sent: ")
	}
	if e.Err != nil {
		b.WriteString(strings.ReplaceAll(e.Err.Error(), "\n", "; "))
	}
	if e.Last != nil && e.Last != e.Err {
		fmt.Fprintf(&b, "; last answer: %s", e.Last.Code)
		if e.Last.Message != "" {
			fmt.Fprintf(&b, ": %s", e.Last.Message)
		}
	}
	token := ""
	if e.unknown {
		token = e.ClientToken
	}
	writeFacts(&b, e.HTTPStatus, e.RequestID, e.Attempts, token, e.RetryAfter)
	switch {
	case e.unknown && e.call != nil && e.call.byToken:
		b.WriteString("; use Again to settle it")
	case e.unknown:
		b.WriteString("; look at the state before sending it again")
	}
	return b.String()
}

// Unwrap gives the cause, and the last answer if the outcome is known.
func (e *TransportError) Unwrap() []error {
	if e.Err == nil {
		return nil
	}
	if e.Last != nil && !e.unknown && error(e.Last) != e.Err {
		return []error{e.Err, e.Last}
	}
	return []error{e.Err}
}

// MarshalJSON writes the error's text for its cause, because the cause may be
// any type with any field.
func (e *TransportError) MarshalJSON() ([]byte, error) {
	cause := ""
	if e.Err != nil {
		cause = e.Err.Error()
	}
	return json.Marshal(struct {
		Action         string
		Err            string
		Last           *Error `json:",omitempty"`
		HTTPStatus     int    `json:",omitempty"`
		RequestID      string `json:",omitempty"`
		Attempts       int
		Sent           bool
		FirstAttempt   time.Time     `json:",omitzero"`
		ClientToken    string        `json:",omitempty"`
		RetryAfter     time.Duration `json:",omitempty"`
		OutcomeUnknown bool
	}{
		e.Action, cause, e.Last, e.HTTPStatus, e.RequestID, e.Attempts,
		e.Sent, e.FirstAttempt, e.ClientToken, e.RetryAfter, e.unknown,
	})
}

// AnswerError is the cause of a [TransportError] for an answer that is not taken
// for the service's own, whatever its status: HTML or an empty body from a proxy, a
// redirect, a cut or foreign document, an error without a RequestId, a success that
// lacks what the action returns. Such an answer proves nothing about a write. It is
// also the cause if a list contradicts itself (see [Client.GetEip]).
type AnswerError struct {
	// HTTPStatus is the status of the answer.
	HTTPStatus int
	// ContentType is the answer's header of that name.
	ContentType string
	// RequestID is the request ID, if the answer or its header had one.
	RequestID string
	// Reason says what is wrong with it, in one line: what is missing or malformed,
	// where the answer may come from, and for a write that it may have run. The text
	// is not stable.
	Reason string
	// Excerpt is the beginning of the body, at most 160 bytes in printable
	// characters on one line, without secrets.
	Excerpt string

	muted bool // it matches no class
}

// Error says what is wrong with the answer, and how it begins.
func (e *AnswerError) Error() string {
	s := e.Reason
	if e.Excerpt != "" {
		s += fmt.Sprintf("; it begins %q", e.Excerpt)
	}
	return s
}

// Is matches ErrThrottled for a 429 and ErrInternal for a 5xx status, unless
// the outcome of the call is unknown: then the last answer does not say what
// became of it.
func (e *AnswerError) Is(target error) bool {
	switch {
	case e.muted:
		return false
	case e.HTTPStatus == http.StatusTooManyRequests:
		return target == ErrThrottled
	case e.HTTPStatus >= 500:
		return target == ErrInternal
	}
	return false
}

// mute gives the cause of an unknown outcome: an answer in it can be read, but
// matches no class.
func mute(err error) error {
	switch e := err.(type) { //nolint:errorlint // its own and Join's shape
	case *AnswerError:
		own := *e
		own.muted = true
		return &own
	case *ValidationError:
		own := *e
		own.muted = true
		return &own
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok { //nolint:errorlint // as above
		var errs []error
		for _, e := range joined.Unwrap() {
			errs = append(errs, mute(e))
		}
		return errors.Join(errs...)
	}
	return err
}

// AttemptTimeoutError is the cause of a [TransportError] whose attempt took
// longer than [WithAttemptTimeout] allows. It is a net.Error with Timeout true,
// and not a context.DeadlineExceeded.
type AttemptTimeoutError struct {
	// Limit is the attempt time-out.
	Limit time.Duration
}

// Error names the limit.
func (e *AttemptTimeoutError) Error() string {
	return fmt.Sprintf("no complete answer within the attempt time-out of %s", e.Limit)
}

// Timeout returns true, as net.Error has it.
func (e *AttemptTimeoutError) Timeout() bool { return true }

// Temporary returns true, as net.Error has it.
func (e *AttemptTimeoutError) Temporary() bool { return true }

// OutcomeUnknown reports whether err, or one of the errors joined in it, is that
// of a write that may have happened. Then send the request that [Again] returns or,
// for an action without a token, look at the state before sending it again.
func OutcomeUnknown(err error) bool { return unknownIn(err) != nil }

// unknownIn finds the first error of an unknown outcome, wherever it is joined
// or wrapped.
func unknownIn(err error) error {
	if u, ok := err.(interface{ OutcomeUnknown() bool }); ok { //nolint:errorlint // walks itself
		// It speaks for what it wraps: a *PartialError may have settled that.
		if u.OutcomeUnknown() {
			return err
		}
		return nil
	}
	switch w := err.(type) { //nolint:errorlint // walks itself
	case interface{ Unwrap() error }:
		return unknownIn(w.Unwrap())
	case interface{ Unwrap() []error }:
		for _, e := range w.Unwrap() {
			if found := unknownIn(e); found != nil {
				return found
			}
		}
	}
	return nil
}

// RequestID gives the request ID that err holds, "" if it holds none.
func RequestID(err error) string {
	var t *TransportError
	if errors.As(err, &t) {
		if t.RequestID == "" && t.Last != nil && t.Attempts > 0 {
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

// ClientTokenOf gives the ClientToken of the call that failed with err, "" if
// it carried none; of several joined errors that of the first one whose outcome
// is unknown. It is for logs, and for a program that notes it in order to look
// for the address later; to settle the call, use [Again].
func ClientTokenOf(err error) string {
	if unknown := unknownIn(err); unknown != nil {
		err = unknown
	}
	if p, ok := err.(*PartialError); ok && len(p.Unsettled) > 0 { //nolint:errorlint // unknownIn found it
		return p.Unsettled[0].ClientToken
	}
	var t *TransportError
	if errors.As(err, &t) {
		return t.ClientToken
	}
	var e *Error
	if errors.As(err, &e) {
		return e.ClientToken
	}
	return ""
}

// writeFacts writes what is known beside the text, in parentheses.
func writeFacts(b *strings.Builder, status int, requestID string, attempts int, token string, after time.Duration) {
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
	if token != "" {
		facts = append(facts, "ClientToken "+token)
	}
	if after > 0 {
		facts = append(facts, "retry after "+after.String())
	}
	if len(facts) > 0 {
		b.WriteString(" (")
		b.WriteString(strings.Join(facts, ", "))
		b.WriteString(")")
	}
}
