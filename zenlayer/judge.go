package zenlayer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/transport"
)

// answerReader reads the answers of one call: it decodes them, and says what
// each tells about the call.
type answerReader struct {
	action string
	op     operation
	ids    int // addresses that the call names
	// decode takes the inner object of a success. missing names what the caller
	// came for, if the answer lacks it.
	decode func(response json.RawMessage) (missing string, err error)
	// telling says that decode knows a complete answer from any other object.
	telling bool

	requestID string // of the success
}

// judge is the vendor's half of the retry table: what an answer means. When it
// is repeated stands in the table of internal/transport.
func (r *answerReader) judge(a *transport.Answer) transport.Judgement {
	good := a.Status >= 200 && a.Status < 300
	env, err := decodeAnswer(a.Body, good)
	id := a.Secrets.Scrub(env.requestID)
	if err == nil && env.code != "" {
		// What was bought must not be thrown away for a code beside it, which may
		// be one that says that all is well.
		if !good || !r.telling || env.bare || r.accept(env) != nil {
			return r.judgeCode(a, env)
		}
	}
	if !good {
		return transport.Judgement{
			Cause: transport.ForeignCause(a.Status), RequestID: id,
			Err: strange(a, transport.ForeignReason(a.Status, len(a.Body), r.op.kind != eip.KindRead, "it is no documented error"), id),
		}
	}
	if err == nil {
		err = r.accept(env)
	}
	if err != nil {
		// The text of err may quote the body, cut where that cuts a secret in two.
		// What is shown is said of a body without secrets.
		clean, bad := decodeAnswer([]byte(a.Secrets.Scrub(string(a.Body))), good)
		if bad == nil {
			bad = r.accept(clean)
		}
		if bad != nil {
			err = bad
		}
		return transport.Judgement{
			Cause: transport.CauseForeign, RequestID: id, Err: strange(a, err.Error(), id),
		}
	}
	r.requestID = id
	return transport.Judgement{Cause: transport.CauseSuccess, RequestID: id}
}

// accept decodes what should be a success.
func (r *answerReader) accept(env answer) error {
	if len(env.response) == 0 || env.response[0] != '{' {
		return errors.New("it has no object named response")
	}
	missing, err := r.decode(env.response)
	switch {
	case err != nil:
		return err
	case missing != "":
		return fmt.Errorf("it lacks %s", missing)
	}
	return nil
}

func (r *answerReader) judgeCode(a *transport.Answer, env answer) transport.Judgement {
	code := Code(a.Secrets.Scrub(env.code))
	id := a.Secrets.Scrub(env.requestID)
	if a.UnknownBefore && r.settles(code) {
		// The answer is not the one that the attempt before it was owed, but it
		// says that this attempt did the work.
		if _, err := r.decode(json.RawMessage("{}")); err == nil {
			r.requestID = id
			return transport.Judgement{Cause: transport.CauseSuccess, Code: string(code), RequestID: id}
		}
	}
	return transport.Judgement{
		Cause: causeOfCode(code, a.Status), Code: string(code), RequestID: id,
		Err: &Error{
			Action: r.action, Code: code, Message: a.Secrets.Scrub(env.message),
			RequestID: id, HTTPStatus: a.Status,
		},
	}
}

// settles says whether a refusal shows that an earlier attempt ran.
func (r *answerReader) settles(code Code) bool {
	if r.op.many && r.ids != 1 {
		return false // it does not say whether the others are gone as well
	}
	return slices.ContainsFunc(r.op.settled, func(c Code) bool { return c.folded() == code.folded() })
}

// causeOfCode judges an answer with an error code. A code that is known is
// judged before the HTTP status: the service may refuse with 200.
func causeOfCode(code Code, status int) transport.Cause {
	switch code.folded() {
	case CodeRequestLimitExceeded:
		return transport.CauseThrottled
	case CodeServiceTemporaryUnavailable:
		return transport.CauseServiceUnavailable
	case CodeRequestTimedOut, CodeInvalidOperationTimeout:
		return transport.CauseRequestTimeout
	case CodeInternalServerError:
		// Documented, but what it says is that nobody knows.
		return transport.CauseServerError
	case CodeAuthfailureSignatureExpired:
		return transport.CauseClockSkew
	}
	if code.Known() {
		return transport.CauseRefusedCode
	}
	return transport.UnknownCodeCause(status)
}

// answer is the envelope of every answer.
type answer struct {
	requestID string
	code      string
	message   string
	response  json.RawMessage
	bare      bool // response has nothing that an error would not have
}

// decodeAnswer reads a success, {"requestId","response":{…}}, and an error: the
// documented {"requestId","code","message"}, or the same inside response or
// error, at any status. In what may be a success a code inside response is an
// error's only if there is nothing else: it may be a field of the answer.
func decodeAnswer(body []byte, good bool) (answer, error) {
	body = bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\xef\xbb\xbf"))
	if len(body) == 0 {
		return answer{}, errors.New("it is empty")
	}
	top, err := decodeObject(body)
	if err != nil {
		return answer{}, err
	}
	out := answer{requestID: text(top["requestId"]), response: bytes.TrimSpace(top["response"])}
	inner, err := decodeObject(out.response)
	if err != nil {
		inner = nil // the caller finds out
	}
	if out.requestID == "" {
		out.requestID = text(inner["requestId"])
	}
	out.bare = true
	for key := range inner {
		out.bare = out.bare && (key == "requestId" || key == "code" || key == "message")
	}
	if good && !out.bare {
		inner = nil
	}
	failure, _ := decodeObject(top["error"])
	for _, place := range []map[string]json.RawMessage{top, inner, failure} {
		if out.code = text(place["code"]); out.code != "" {
			out.message = text(place["message"])
			break
		}
	}
	return out, nil
}

func decodeObject(b []byte) (map[string]json.RawMessage, error) {
	var out map[string]json.RawMessage
	if len(b) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(b, &out); err != nil {
		return nil, fmt.Errorf("it is not a JSON object: %w", err)
	}
	return out, nil
}

// text reads a string; anything else counts as none, since a number or an
// object is no code of this service.
func text(b json.RawMessage) string {
	var s string
	if len(b) == 0 || json.Unmarshal(b, &s) != nil {
		return ""
	}
	return strings.TrimSpace(s)
}

// strange makes the error for an answer that is not the documented one.
func strange(a *transport.Answer, reason, requestID string) *eip.AnswerError {
	return &eip.AnswerError{
		HTTPStatus:  a.Status,
		ContentType: a.Secrets.Show(a.Header.Get("Content-Type"), transport.MaxExcerpt),
		RequestID:   requestID,
		Reason:      a.Secrets.Show(reason, transport.MaxMessage),
		Excerpt:     a.Excerpt(),
	}
}

// errUnsettled is the cause when the last answer is one of the service's own
// that leaves the outcome open.
var errUnsettled = errors.New("no answer tells whether it ran")

// failure turns a call that failed into its error. The errors that the judge
// made may be in a hook's or another call's hands by now: what this call has to
// add goes into copies.
func (r *answerReader) failure(res *transport.Result) error {
	last := asError(res.Last)
	if last != nil && res.Reached { // otherwise it is the answer that another call got
		own := *last
		own.Attempts, own.RetryAfter = res.Attempts, res.RetryAfter
		last = &own
	}
	if e := asError(res.Err); e != nil && !res.Unknown {
		own := *e
		own.Attempts, own.RetryAfter = res.Attempts, res.RetryAfter
		return &own
	}
	t := &TransportError{
		Action: r.action, Err: res.Err, Last: last, HTTPStatus: res.Status, RequestID: res.RequestID,
		Attempts: res.Attempts, Sent: res.Reached,
		RetryAfter: res.RetryAfter, unknown: res.Unknown,
	}
	if asError(t.Err) != nil {
		t.Err = errUnsettled
	}
	// An answer without a code is not in Last; it goes with the cause. If the
	// outcome is unknown it can be read, but matches no class: it does not say
	// what became of the call.
	strange, ok := res.Last.(*eip.AnswerError) //nolint:errorlint // judge makes them
	if !ok {
		return t
	}
	answer := error(strange)
	if t.unknown {
		answer = &mutedAnswer{strange}
	}
	if t.Err == error(strange) { //nolint:errorlint // identity is meant
		t.Err = answer
	} else {
		t.Err = errors.Join(t.Err, answer)
	}
	return t
}

// mutedAnswer shows an answer to errors.As alone.
type mutedAnswer struct{ answer *eip.AnswerError }

func (m *mutedAnswer) Error() string { return m.answer.Error() }

// As gives a copy of the answer.
func (m *mutedAnswer) As(target any) bool {
	out, ok := target.(**eip.AnswerError)
	if ok {
		own := *m.answer
		*out = &own
	}
	return ok
}

func asError(err error) *Error {
	e, _ := err.(*Error) //nolint:errorlint // judge makes them, and nothing wraps them
	return e
}
