package transport

import (
	"fmt"
	"net/http"
)

// ForeignCause judges an answer that is not the service's own. It proves
// nothing, whatever its status says.
func ForeignCause(status int) Cause {
	switch {
	case status == http.StatusTooManyRequests:
		return CauseForeignThrottle
	case status == http.StatusProxyAuthRequired:
		return CauseProxyAuth
	case status >= 500:
		return CauseForeignServerError
	}
	return CauseForeign
}

// UnknownCodeCause judges an answer of the service's own that has a code which
// is in no table.
func UnknownCodeCause(status int) Cause {
	switch {
	case status == http.StatusTooManyRequests:
		return CauseTooManyRequests
	case status == http.StatusRequestTimeout:
		return CauseRequestTimeout
	case status >= 500:
		return CauseServerError
	case status >= 200 && status < 300:
		return CauseForeign
	}
	return CauseRefusedCode
}

// ForeignReason says why an answer is not taken for the service's own, and
// where it may come from. why is about its body.
func ForeignReason(status, bodyLen int, write bool, why string) string {
	text := fmt.Sprintf("HTTP %d: %s: not taken for the service's answer", status, why)
	if bodyLen == 0 {
		text = fmt.Sprintf("HTTP %d with no body, not from the service", status)
	}
	switch {
	case status < 300:
	case status < 400:
		text += "; a redirect is never followed, because it would carry the request to another host"
	case status == http.StatusProxyAuthRequired:
		text += "; a proxy wants credentials"
	case status == http.StatusTooManyRequests:
		text += "; a proxy or gateway may have limited the rate"
	case status < 500:
		text += "; a proxy may have blocked the call"
	default:
		text += "; a proxy or gateway may have answered"
	}
	if write {
		text += ", but it may have run"
	}
	return text
}
