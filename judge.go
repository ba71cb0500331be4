package eip

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/eipkit/eip-go/internal/transport"
)

// answerReader reads the answers of one call: it decodes them, and says what
// each tells about the call.
type answerReader struct {
	action string
	kind   Kind
	// decode takes a 2xx body. missing names what the caller came for, if the
	// answer lacks it.
	decode func(body []byte) (requestID, missing string, err error)

	requestID string // of the success
}

// judge is the vendor's half of the retry table: what an answer means. When it
// is repeated stands in the table of internal/transport.
func (r *answerReader) judge(a *transport.Answer) transport.Judgement {
	if a.Status >= 200 && a.Status < 300 {
		return r.judgeSuccess(a)
	}
	body, ok := decodeErrorBody(a.Body)
	if !ok {
		return transport.Judgement{
			Cause:      transport.ForeignCause(a.Status),
			Err:        r.strange(a, transport.ForeignReason(a.Status, len(a.Body)), ""),
			RequestID:  headerRequestID(a),
			RetryAfter: retryHint(a.Header),
		}
	}
	return r.judgeCode(a, body)
}

func (r *answerReader) judgeSuccess(a *transport.Answer) transport.Judgement {
	id, missing, err := r.decode(a.Body)
	var refused *errorAnswer
	switch {
	case errors.As(err, &refused):
		return r.judgeCode(a, refused.body)
	case err != nil:
		// The text of err quotes the body, cut where it may cut a secret in two.
		// What is shown is said of a body without secrets.
		if _, _, clean := r.decode([]byte(a.Secrets.Scrub(string(a.Body)))); clean != nil {
			err = clean
		}
	case missing != "":
		err = fmt.Errorf("it lacks %s", missing)
	default:
		id = a.Secrets.Scrub(id)
		r.requestID = id
		return transport.Judgement{Cause: transport.CauseSuccess, RequestID: id}
	}
	if id == "" {
		id = headerRequestID(a)
	}
	return transport.Judgement{
		Cause: transport.CauseForeign, RequestID: id, Err: r.strange(a, err.Error(), id),
	}
}

// headerRequestID is the request ID that the gateway puts into a header, for
// answers whose body has none.
func headerRequestID(a *transport.Answer) string {
	return a.Secrets.Scrub(transport.Excerpt(a.Header.Get("x-acs-request-id")))
}

func (r *answerReader) judgeCode(a *transport.Answer, body errorBody) transport.Judgement {
	// The service quotes the string to sign in its answer to a wrong signature,
	// and the security token with it.
	for _, s := range []*string{
		&body.Code, &body.Message, &body.RequestID, &body.HostID, &body.Recommend, &body.AccessDeniedDetail,
	} {
		*s = a.Secrets.Scrub(*s)
	}
	code := Code(body.Code)
	if a.UnknownBefore && settlesByAbsence(r.action, code) {
		r.requestID = body.RequestID
		return transport.Judgement{
			Cause: transport.CauseSuccess, Code: body.Code, RequestID: body.RequestID,
		}
	}
	after := retryHint(a.Header)
	cause := causeOfCode(code, a.Status)
	if a.UnknownBefore && cause == transport.CauseRefusedCode && mayBeOwnDoing(r.action, code, a.Status) {
		cause = transport.CauseTokenProcessing
	}
	return transport.Judgement{
		Cause:      cause,
		Code:       body.Code,
		RequestID:  body.RequestID,
		RetryAfter: after,
		Proves:     r.kind == KindTokened && provesNothingRan(code),
		Err: &Error{
			Action: r.action, Code: code, Message: body.Message, RequestID: body.RequestID,
			HTTPStatus: a.Status, HostID: body.HostID, Recommend: body.Recommend,
			AccessDeniedDetail: body.AccessDeniedDetail, RetryAfter: after,
		},
	}
}

// causeOfCode judges an answer with an error code. A code that is known is
// judged before the HTTP status: InsufficientEipCapacity comes as a 500 and is
// a refusal.
func causeOfCode(code Code, status int) transport.Cause {
	switch code {
	case CodeServiceUnavailable:
		return transport.CauseServiceUnavailable
	case CodeSystemBusy:
		return transport.CauseSystemBusy
	case CodeLastTokenProcessing, CodeOperationFailedLastTokenProcessing:
		return transport.CauseTokenProcessing
	case CodeSignatureNonceUsed:
		return transport.CauseNonceUsed
	case CodeInvalidTimeStampExpired, CodeIllegalTimestamp:
		return transport.CauseClockSkew
	case CodeInternalError, CodeUnknownError:
		// Documented, but what they say is that nobody knows.
		return transport.CauseServerError
	case CodeRejectedThrottling:
		return transport.CauseThrottled
	}
	switch {
	case FamilyThrottling.Contains(code):
		return transport.CauseThrottled
	case FamilyInvalidSecurityToken.Contains(code):
		return transport.CauseExpiredCredentials
	case code.Known():
		return transport.CauseRefusedCode
	}
	return transport.UnknownCodeCause(status)
}

// provesNothingRan says whether a refusal also settles what became of earlier
// attempts with the same token. It does if the form of the parameters was
// refused: it was the same each time. It does not if the refusal may be the
// work of the earlier attempt (a quota or a balance that it used up, a state
// that it changed, an address that it took), or comes from in front of the
// operation (credentials, permissions, throttling).
func provesNothingRan(code Code) bool {
	switch code {
	case CodeIdempotentParameterMismatch, CodeInvalidParameter, CodeInvalidParameterFormat,
		CodeUnsupportedParameter, CodeQueryParameterIllegal, CodeMissingParameter,
		CodeMissingParamBandwidth, CodeInvalidBandwidthMalformed, CodeIllegalParamName,
		CodeIllegalParamDescription, CodeIllegalParamIsp, CodeIllegalParamEipMask, CodeIllegalParamZone:
		return true
	}
	return false
}

// settlesByAbsence: a release whose first attempt ended in the dark, and which
// then finds the address gone, has done its work.
func settlesByAbsence(action string, code Code) bool {
	return action == "ReleaseEipAddress" && code == CodeInvalidAllocationIdNotFound
}

// mayBeOwnDoing: a release whose first attempt ended in the dark may meet the
// state that this attempt brought about, since an address is Releasing for a
// while before it is gone. It carries no token by which the service could tell.
func mayBeOwnDoing(action string, code Code, status int) bool {
	return action == "ReleaseEipAddress" && code.Known() && code.class(status) == ErrConflict
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

// strange makes the error for an answer that is not the documented one.
func (r *answerReader) strange(a *transport.Answer, reason, requestID string) *AnswerError {
	if requestID == "" {
		requestID = headerRequestID(a)
	}
	return &AnswerError{
		HTTPStatus:  a.Status,
		ContentType: a.Secrets.Scrub(transport.Excerpt(a.Header.Get("Content-Type"))),
		RequestID:   requestID,
		Reason:      a.Secrets.Scrub(reason),
		Excerpt:     transport.Excerpt(a.Secrets.Scrub(string(a.Body))),
	}
}

// errUnsettled is the cause when the last answer is one of the service's own
// that leaves the outcome open.
var errUnsettled = errors.New("no answer tells whether it ran")

// failure turns a call that failed into its error. The errors that the judge
// made may be in a hook's or another call's hands by now: what this call has to
// add goes into copies.
func (r *answerReader) failure(res *transport.Result, token string) error {
	last := asError(res.Last)
	if last != nil && res.Reached { // otherwise it is the answer that another call got
		own := *last
		own.Attempts, own.ClientToken = res.Attempts, token
		last = &own
	}
	if e := asError(res.Err); e != nil && !res.Unknown {
		own := *e
		own.Attempts, own.ClientToken, own.RetryAfter = res.Attempts, token, res.RetryAfter
		return &own
	}
	t := &TransportError{
		Action: r.action, Err: res.Err, Last: last, HTTPStatus: res.Status, RequestID: res.RequestID,
		Attempts: res.Attempts, Sent: res.Reached, ClientToken: token,
		RetryAfter: res.RetryAfter, unknown: res.Unknown,
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
