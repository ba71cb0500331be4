package eip

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/eipkit/eip-go/internal/transport"
	"github.com/eipkit/eip-go/internal/wire"
)

// answerReader reads the answers of one call: whose each is, what it holds, and
// what it tells about the call.
type answerReader struct {
	op operation
	// prepaid and dryRun: the request asked for a subscription, or whether the
	// call would be accepted. page is the number of elements it asked for.
	prepaid, dryRun bool
	page            int
	// fill takes the object of a success.
	fill func(wire.Value) error

	requestID string // of the success
}

func newAnswerReader(op operation, params url.Values, fill func(wire.Value) error) *answerReader {
	r := &answerReader{
		op: op, fill: fill,
		prepaid: params.Get("InstanceChargeType") == string(InstanceChargeTypePrePaid),
		dryRun:  params.Get("DryRun") == "true",
	}
	for _, name := range []string{"PageSize", "MaxResults"} {
		if n := params.Get(name); n != "" {
			r.page, _ = strconv.Atoi(n)
		}
	}
	if r.dryRun {
		r.op.kind = KindRead // it changes nothing
	}
	return r
}

// judge is the vendor's half of the retry table: what an answer means. When it
// is repeated stands in the table of internal/transport.
func (r *answerReader) judge(a *transport.Answer) transport.Judgement {
	doc, err := wire.Parse(a.Body)
	if err != nil {
		return r.foreign(a, err.Error())
	}
	defer doc.Release()
	v, failed, err := openAnswer(r.op.name, doc)
	if err != nil {
		return r.foreign(a, err.Error())
	}
	if a.Status < 200 || a.Status > 299 || failed || saysError(v) && !r.hasData(v) {
		return r.judgeError(a, errorFrom(v))
	}
	if lacks := r.lacks(v); lacks != "" {
		return r.foreign(a, lacks)
	}
	if err := r.fill(v); err != nil {
		return r.foreign(a, err.Error())
	}
	r.requestID = a.Secrets.Show(requestIDOf(v, "RequestId"), maxRequestID)
	return transport.Judgement{Cause: transport.CauseSuccess, RequestID: r.requestID}
}

// hasData reports whether a 2xx answer with a code is a success all the same:
// it has what the caller came for.
func (r *answerReader) hasData(v wire.Value) bool {
	switch {
	case r.op.codeIsFine:
		return true
	case r.dryRun: // of which a RequestId is all that is wanted
		return r.op.creates != "" && r.created(v)
	case r.op.creates != "":
		return r.lacks(v) == ""
	case r.op.list.key != "":
		return v.Get(r.op.list.key).Kind() != wire.Null && r.lacks(v) == ""
	case !r.op.unknown && r.op.kind != KindRead:
		return false // it returns nothing else
	}
	return !onlyErrorKeys(v)
}

// created reports whether the answer has the ID of what the action makes.
func (r *answerReader) created(v wire.Value) bool {
	return wire.IsID(v.Get(r.op.creates)) || r.op.createsAlias != "" && wire.IsID(v.Get(r.op.createsAlias))
}

// lacks says what a 2xx answer would need to be a success of the action, "" if
// it has it all.
func (r *answerReader) lacks(v wire.Value) string {
	for _, key := range []string{"Success", "success"} {
		if strings.EqualFold(v.Get(key).Clipped(maxRequestID), "false") {
			return "it says " + key + ": false"
		}
	}
	list := r.op.list
	switch {
	case r.dryRun:
	case r.op.creates != "":
		if r.created(v) {
			return ""
		}
		if order, _ := v.Get("OrderId").Text(); r.prepaid && strings.Trim(order, "0123456789") == "" && strings.Trim(order, "0") != "" {
			return ""
		}
		return "it lacks " + r.op.creates
	case list.key != "":
		if v.Get(list.key).Kind() == wire.Null && v.Get("TotalCount").Clipped(maxRequestID) != "0" {
			return "it lacks " + list.key
		}
		most := wire.MaxElements
		if list.paged {
			most = 2 * max(r.page, 100)
		}
		n := 0
		for e := range v.Get(list.key).List(list.wrapper) {
			if n++; n > most {
				return fmt.Sprintf("its %s has more than %d elements", list.key, most)
			}
			if !wire.IsID(e.Get(list.id[0])) && !wire.IsID(e.Get(list.id[1])) {
				return fmt.Sprintf("%s[%d] lacks %s", list.key, n-1, list.id[0])
			}
		}
		return ""
	}
	if requestIDOf(v, "RequestId") == "" {
		return "it lacks RequestId"
	}
	return ""
}

// judgeError judges an answer that may be an error of the service.
func (r *answerReader) judgeError(a *transport.Answer, body errorBody) transport.Judgement {
	if body.RequestID == "" {
		body.RequestID = wire.Trim(a.Header.Get("x-acs-request-id"))
	}
	code := Code(body.Code)
	if reason := r.notOwn(a, body); reason != "" {
		return r.foreign(a, reason)
	}
	// The service quotes the string to sign in its answer to a wrong signature,
	// and the security token with it.
	id := a.Secrets.Show(body.RequestID, maxRequestID)
	if a.UnknownBefore && slices.Contains(r.op.settledBy, code) {
		r.requestID = id
		return transport.Judgement{Cause: transport.CauseSuccess, Code: body.Code, RequestID: id}
	}
	after := retryHint(a.Header)
	cause := causeOfCode(code, a.Status)
	if a.UnknownBefore && r.op.ownDoing && cause == transport.CauseRefusedCode && code.Known() && code.class(a.Status) == ErrConflict {
		cause = transport.CauseTokenProcessing
	}
	return transport.Judgement{
		Cause:      cause,
		Code:       body.Code,
		RequestID:  id,
		RetryAfter: after,
		Proves:     r.op.kind == KindTokened && codeTable[code].neverRan,
		Err: &Error{
			Action: r.op.name, Code: code, Message: a.Secrets.Show(body.Message, maxMessage), RequestID: id,
			HTTPStatus: a.Status, HostID: a.Secrets.Show(body.HostID, maxRequestID),
			Recommend:          a.Secrets.Show(body.Recommend, maxMessage),
			AccessDeniedDetail: a.Secrets.Show(body.AccessDeniedDetail, maxMessage), RetryAfter: after,
		},
	}
}

// notOwn says why an error is not taken for the service's, "" if it is. The
// documents promise a RequestId in every answer. Keys in lower case are what
// ordinary gateways answer with, so that a write also wants a code that is
// known. A read cannot buy anything, and a known code is enough for it.
func (r *answerReader) notOwn(a *transport.Answer, body errorBody) string {
	code := Code(body.Code)
	switch {
	case code == "":
		return "it has no error code"
	case a.Secrets.In(body.Code):
		return "its code holds a secret"
	case strings.TrimSpace(body.RequestID) == "" && (r.op.kind != KindRead || !code.Known()):
		return "it has code " + body.Code + " but no RequestId"
	case body.lower && r.op.kind != KindRead && !code.Known():
		return "it has the unknown code " + body.Code + " in lower-case keys"
	}
	return ""
}

// causeOfCode judges an answer with an error code. A code that is known is
// judged before the HTTP status: InsufficientEipCapacity comes as a 500 and is
// a refusal.
func causeOfCode(code Code, status int) transport.Cause {
	row, known := codeTable[code]
	switch {
	case row.cause != transport.CauseNone:
		return row.cause
	case known:
		return transport.CauseRefusedCode
	case FamilyThrottling.Contains(code):
		return transport.CauseThrottled
	}
	return transport.UnknownCodeCause(status)
}

// retryHint reads the vendor's own header: milliseconds to wait.
func retryHint(h http.Header) time.Duration {
	ms, err := strconv.ParseInt(strings.TrimSpace(h.Get("x-acs-retry-after")), 10, 64)
	if err != nil || ms <= 0 {
		return 0
	}
	const most = int64(1<<63-1) / int64(time.Millisecond)
	return time.Duration(min(ms, most)) * time.Millisecond
}

// foreign judges an answer that is not the service's own.
func (r *answerReader) foreign(a *transport.Answer, reason string) transport.Judgement {
	j := foreign(a, a.Header.Get("x-acs-request-id"), reason, r.op.kind != KindRead)
	j.RetryAfter = retryHint(a.Header)
	return j
}
