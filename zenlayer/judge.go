package zenlayer

import (
	"fmt"
	"slices"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/transport"
	"github.com/eipkit/eip-go/internal/vendor"
	"github.com/eipkit/eip-go/internal/wire"
)

// answerReader reads the answers of one call: whose each is, what it holds, and
// what it tells about the call.
type answerReader struct {
	action string
	op     operation
	ids    int // addresses that the call names
	page   int // elements that it asks for
	// fill takes the object response of a success.
	fill func(wire.Value) error

	requestID string // of the success
}

func newAnswerReader(action string, op operation, fill func(wire.Value) error) *answerReader {
	return &answerReader{action: action, op: op, ids: 1, fill: fill}
}

// judge is the vendor's half of the retry table: what an answer means. When it
// is repeated stands in the table of internal/transport.
func (r *answerReader) judge(a *transport.Answer) transport.Judgement {
	doc, err := wire.Parse(a.Body)
	if err != nil {
		return r.foreign(a, "", err.Error())
	}
	defer doc.Release()
	v := doc.Root()
	switch {
	case doc.XMLRoot() != "":
		return r.foreign(a, "", "it is XML, not JSON")
	case v.Kind() != wire.Object:
		return r.foreign(a, "", fmt.Sprintf("it is %s, not an object", v))
	}
	good := a.Status >= 200 && a.Status <= 299
	failed, body := r.errorFrom(v, good)
	lacks := r.lacks(v)
	// What was bought must not be thrown away for a code beside it.
	if !good || failed && (!r.op.returns() || lacks != "" || r.lacksList(v)) {
		return r.judgeError(a, body)
	}
	id := requestIDOf(v, v.Get("response"))
	if lacks != "" {
		return r.foreign(a, id, lacks)
	}
	if err := r.fill(v.Get("response")); err != nil {
		return r.foreign(a, id, err.Error())
	}
	r.requestID = a.Secrets.Show(id, maxRequestID)
	return transport.Judgement{Cause: transport.CauseSuccess, RequestID: r.requestID}
}

// lacks says what a 2xx answer would need to be a success of the action, "" if
// it has it all.
func (r *answerReader) lacks(v wire.Value) string {
	response, list := v.Get("response"), r.op.list
	switch {
	case response.Kind() != wire.Object:
		return "it has no object named response"
	case r.op.creates != "":
		made, n := response.Get(r.op.creates), 0
		for id := range made.List("") { // passes over empty ones
			if !wire.IsID(id) {
				return fmt.Sprintf("its %s has %s, which is no ID", r.op.creates, id)
			}
			n++
		}
		if made.Kind() != wire.Array || n == 0 {
			return "it lacks " + r.op.creates
		}
	case list.key != "":
		return r.lacksInList(response)
	case r.op.object != "":
		if o := response.Get(r.op.object); o.Kind() != wire.Object || o.Len() == 0 {
			return "it lacks " + r.op.object
		}
	case requestIDOf(v, response) == "":
		return "it lacks requestId"
	}
	return ""
}

// lacksInList is lacks for the list of a read.
func (r *answerReader) lacksInList(response wire.Value) string {
	key, id := r.op.list.key, r.op.list.id
	list := response.Get(key)
	if list.Kind() == wire.Null && response.Get("totalCount").Clipped(maxRequestID) == "0" {
		return ""
	}
	if list.Kind() != wire.Array {
		return "it lacks " + key
	}
	if most := 2 * max(r.page, 100); r.op.list.paged && list.Len() > most { // any other has wire.MaxElements
		return fmt.Sprintf("its %s has more than %d elements", key, most)
	}
	n := 0
	for e := range list.List("") {
		if !wire.IsID(e.Get(id)) {
			break
		}
		n++
	}
	if n < list.Len() {
		return fmt.Sprintf("an element of its %s lacks %s", key, id)
	}
	return ""
}

// lacksList reports whether the list of a read is not there. A count of none
// stands for it, but not beside a code.
func (r *answerReader) lacksList(v wire.Value) bool {
	return r.op.list.key != "" && v.Get("response").Get(r.op.list.key).Kind() == wire.Null
}

// judgeError judges an answer that may be an error of the service.
func (r *answerReader) judgeError(a *transport.Answer, body errorBody) transport.Judgement {
	code := Code(body.code)
	if reason := r.notOwn(a, body); reason != "" {
		return r.foreign(a, body.requestID, reason)
	}
	id := a.Secrets.Show(body.requestID, maxRequestID)
	if a.UnknownBefore && r.settles(code) {
		// The answer is not the one that the attempt before it was owed, but it
		// says that this attempt did the work.
		r.requestID = id
		return transport.Judgement{Cause: transport.CauseSuccess, Code: body.code, RequestID: id}
	}
	return transport.Judgement{
		Cause: causeOfCode(code, a.Status), Code: body.code, RequestID: id,
		Err: vendor.Of(zenlayer, &eip.Error{
			Action: r.action, Code: eip.Code(code), Message: a.Secrets.Show(body.message, transport.MaxMessage),
			RequestID: id, HTTPStatus: a.Status,
		}),
	}
}

// notOwn says why an error is not taken for the service's, "" if it is. The
// service gives every answer a requestId. Since its keys are what ordinary
// gateways answer with, a write also wants a code that is known. A read cannot
// buy anything, and a known code is enough for it.
func (r *answerReader) notOwn(a *transport.Answer, body errorBody) string {
	write, known := r.op.kind != eip.KindRead, Code(body.code).Known()
	switch {
	case body.code == "":
		return "it has no error code"
	case a.Secrets.In(body.code):
		return "its code holds a secret"
	case body.requestID == "" && (write || !known):
		return "it has code " + body.code + " but no requestId"
	case write && !known:
		return "it has the unknown code " + body.code
	}
	return ""
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
	row, known := codeTable[code.folded()]
	switch {
	case row.cause != transport.CauseNone:
		return row.cause
	case known:
		return transport.CauseRefusedCode
	}
	return transport.UnknownCodeCause(status)
}

// foreign judges an answer that is not the service's own.
func (r *answerReader) foreign(a *transport.Answer, requestID, reason string) transport.Judgement {
	return vendor.Foreign(a, requestID, reason, r.op.kind != eip.KindRead)
}
