package oldwire

import (
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Judge is the old way to judge an answer, without the secrets and the texts.
// What is known of a code is asked of the root package.
type Judge struct {
	// Known reports whether the documents have the code.
	Known func(code string) bool
	// Conflict reports whether a known code says that a state is in the way.
	Conflict func(code string) bool
}

// Verdict is what an answer tells about its call. Cause and Outcome are the
// texts that internal/transport has for them.
type Verdict struct {
	Cause, Outcome  string
	Code, RequestID string
	RetryAfter      time.Duration
	Proves          bool // no earlier attempt of the call has run
}

// Judge judges an answer of an action, whose kind is "once", "read", "tokened"
// or "repeatable". A 2xx body is read into out, a pointer to the action's
// response struct. unknownBefore tells that an earlier attempt may have run.
func (j Judge) Judge(action, kind string, status int, header http.Header, body []byte, unknownBefore bool, out any) Verdict {
	v := j.judge(action, kind, status, header, body, unknownBefore, out)
	switch v.Cause {
	case success:
		v.Outcome = "done"
	case throttled, tooManyRequests, clockSkew, refusedCode, refusedStatus, redirect:
		v.Outcome = "refused"
	default:
		v.Outcome = "unknown"
	}
	return v
}

// The causes that an answer can have.
const (
	success            = "success"
	throttled          = "throttled"
	tooManyRequests    = "HTTP 429"
	clockSkew          = "clock skew"
	serverError        = "HTTP 5xx"
	undecodable        = "not the documented answer"
	requestTimeout     = "HTTP 408"
	serviceUnavailable = "service unavailable"
	systemBusy         = "system busy"
	tokenProcessing    = "an earlier attempt is still being processed"
	nonceUsed          = "a copy of this request arrived before"
	refusedCode        = "refused"
	refusedStatus      = "refused without a code"
	redirect           = "redirect refused"
)

func (j Judge) judge(action, kind string, status int, header http.Header, body []byte, unknownBefore bool, out any) Verdict {
	hint := retryHint(header)
	if status < 200 || status >= 300 {
		b, ok := DecodeErrorBody(body)
		if !ok {
			return Verdict{Cause: causeOfStatus(status), RequestID: headerID(header), RetryAfter: hint}
		}
		return j.judgeCode(action, kind, status, hint, b, unknownBefore)
	}
	id := ""
	err := DecodeResponse(action, body, out)
	if refused, ok := errors.AsType[*ErrorAnswer](err); ok {
		return j.judgeCode(action, kind, status, hint, refused.Body, unknownBefore)
	}
	if err == nil {
		id = reflect.ValueOf(out).Elem().FieldByName("RequestID").String()
		if Complete(action, out) {
			return Verdict{Cause: success, RequestID: id}
		}
	}
	if id == "" {
		id = headerID(header)
	}
	return Verdict{Cause: undecodable, RequestID: id}
}

// Complete reports whether a response, a pointer, has what the caller came for.
func Complete(action string, out any) bool {
	resp := reflect.ValueOf(out).Elem()
	switch action {
	case "AllocateEipAddress", "AllocateEipAddressPro":
		return !resp.FieldByName("AllocationID").IsZero() || !resp.FieldByName("OrderID").IsZero()
	case "AllocateEipSegmentAddress":
		return !resp.FieldByName("EipSegmentInstanceID").IsZero()
	}
	return true
}

func (j Judge) judgeCode(action, kind string, status int, hint time.Duration, b ErrorBody, unknownBefore bool) Verdict {
	releases := unknownBefore && action == "ReleaseEipAddress"
	if releases && b.Code == "InvalidAllocationId.NotFound" {
		return Verdict{Cause: success, Code: b.Code, RequestID: b.RequestID}
	}
	cause := j.causeOfCode(b.Code, status)
	if releases && cause == refusedCode && j.Known(b.Code) && j.Conflict(b.Code) {
		cause = tokenProcessing
	}
	return Verdict{
		Cause: cause, Code: b.Code, RequestID: b.RequestID, RetryAfter: hint,
		Proves: kind == "tokened" && slices.Contains(provesNothingRan, b.Code),
	}
}

func (j Judge) causeOfCode(code string, status int) string {
	switch code {
	case "ServiceUnavailable":
		return serviceUnavailable
	case "SystemBusy":
		return systemBusy
	case "LastTokenProcessing", "OperationFailed.LastTokenProcessing":
		return tokenProcessing
	case "SignatureNonceUsed":
		return nonceUsed
	case "InvalidTimeStamp.Expired", "IllegalTimestamp":
		return clockSkew
	case "InternalError", "UnknownError":
		return serverError
	case "Rejected.Throttling":
		return throttled
	}
	switch {
	case code == "Throttling" || strings.HasPrefix(code, "Throttling."):
		return throttled
	case j.Known(code):
		return refusedCode
	}
	if c := causeOfStatus(status); c != refusedStatus {
		return c
	}
	return refusedCode
}

var provesNothingRan = []string{
	"IdempotentParameterMismatch", "InvalidParameter", "InvalidParameter.Format", "UnsupportedParameter",
	"QueryParameter.Illegal", "MissingParameter", "MissingParam.Bandwidth", "InvalidBandwidth.Malformed",
	"IllegalParam.Name", "IllegalParam.Description", "IllegalParam.Isp", "IllegalParam.EipMask", "IllegalParam.Zone",
}

func causeOfStatus(status int) string {
	switch {
	case status == http.StatusTooManyRequests:
		return tooManyRequests
	case status == http.StatusRequestTimeout:
		return requestTimeout
	case status >= 500:
		return serverError
	case status >= 400:
		return refusedStatus
	case status >= 300:
		return redirect
	}
	return undecodable
}

func headerID(h http.Header) string { return strings.TrimSpace(h.Get("x-acs-request-id")) }

func retryHint(h http.Header) time.Duration {
	ms, err := strconv.ParseInt(strings.TrimSpace(h.Get("x-acs-retry-after")), 10, 64)
	if err != nil || ms <= 0 {
		return 0
	}
	const most = int64(1<<63-1) / int64(time.Millisecond)
	return time.Duration(min(ms, most)) * time.Millisecond
}
