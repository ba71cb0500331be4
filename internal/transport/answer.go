package transport

import (
	"net/http"
	"strings"
)

// CauseOfStatus judges an answer by its HTTP status alone, for answers that say
// nothing else.
func CauseOfStatus(status int) Cause {
	switch {
	case status == http.StatusTooManyRequests:
		return CauseTooManyRequests
	case status == http.StatusRequestTimeout:
		return CauseRequestTimeout
	case status >= 500:
		return CauseServerError
	case status >= 400:
		return CauseRefusedStatus
	case status >= 300:
		return CauseRedirect
	}
	return CauseUndecodable
}

// ReasonOfStatus says what is wrong with an answer that has this status and no
// documented error.
func ReasonOfStatus(status int) string {
	switch {
	case status >= 300 && status < 400:
		return "a redirect, which is never followed, because it would carry the request to another host"
	case status >= 400:
		return "an error status without a documented error"
	}
	return "a status that no API answer has"
}

// excerptLength is how much of a strange answer an error shows.
const excerptLength = 160

// Excerpt takes the beginning of a text that a peer sent, printable and on one
// line.
func Excerpt(text string) string {
	s := strings.ToValidUTF8(text[:min(len(text), 4*excerptLength)], "\uFFFD")
	s = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return ' '
		}
		return r
	}, s)), " ")
	if r := []rune(s); len(r) > excerptLength {
		s = string(r[:excerptLength]) + "…"
	}
	return s
}
