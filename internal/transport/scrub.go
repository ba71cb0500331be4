package transport

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

const redacted = "REDACTED"

// Secrets are the values of one attempt that must not be seen outside it.
type Secrets []string

// Scrub replaces every secret in s, in whatever mixture of encodings a peer or
// a proxy quotes it back: as it is, percent-encoded once (a form value) or twice
// (a signed string), in upper or lower case, escaped as in JSON or HTML.
func (x Secrets) Scrub(s string) string {
	for _, secret := range x {
		s = scrub(s, secret)
	}
	return s
}

func scrub(s, secret string) string {
	if secret == "" || s == "" {
		return s
	}
	var out strings.Builder
	kept := 0
	for i := 0; i < len(s); i++ {
		if end, ok := quotes(s[i:], secret); ok {
			out.WriteString(s[kept:i])
			out.WriteString(redacted)
			i += end - 1
			kept = i + 1
		}
	}
	if kept == 0 {
		return s
	}
	out.WriteString(s[kept:])
	return out.String()
}

// quotes says whether s begins with the secret in some encoding, and where that
// ends.
func quotes(s, secret string) (end int, ok bool) {
	at := 0
	for i := range len(secret) {
		c := secret[i]
		if at >= len(s) {
			return 0, false
		}
		if n := escapeOf(s[at:], c); n > 0 {
			at += n
			continue
		}
		if s[at] != c {
			return 0, false
		}
		at++
	}
	return at, true
}

// escapeOf says how long an escape of c stands at the beginning of s.
func escapeOf(s string, c byte) int {
	if s[0] != '%' && s[0] != '\\' && s[0] != '&' {
		return 0
	}
	hex := fmt.Sprintf("%02x", c)
	for _, form := range []string{
		"%" + hex, "%25" + hex, "\\" + string(rune(c)), "\\u00" + hex, "&#x" + hex + ";", fmt.Sprintf("&#%d;", c), entities[c],
	} {
		if form != "" && len(s) >= len(form) && strings.EqualFold(s[:len(form)], form) {
			return len(form)
		}
	}
	return 0
}

var entities = map[byte]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '"': "&quot;", '\'': "&apos;"}

// ScrubError returns err without anything secret, and without the URL that
// net/http puts around a transport's errors; sent is the URL of the attempt, for
// transports that write it into texts of their own. Its identity is kept as far as
// that is safe: errors.Is always works, errors.As only when nothing in the
// chain holds a secret or a URL.
func (x Secrets) ScrubError(err error, sent string) error {
	if err == nil {
		return nil
	}
	for {
		wrapped, ok := err.(*url.Error) //nolint:errorlint // only the outermost layer is peeled
		if !ok {
			break
		}
		err = wrapped.Err
	}
	var inner *url.Error
	seen := fmt.Sprintf("%v\n%+v\n%#v", err, err, err)
	quotes := sent != "" && strings.Contains(seen, sent)
	if !errors.As(err, &inner) && !quotes && x.Scrub(seen) == seen {
		return err
	}
	text := err.Error()
	if quotes {
		text = strings.ReplaceAll(text, sent, redacted)
	}
	if inner != nil {
		text = strings.ReplaceAll(text, inner.Error(), inner.Err.Error())
		for _, u := range []string{inner.URL, strings.Trim(fmt.Sprintf("%q", inner.URL), `"`)} {
			if u != "" {
				text = strings.ReplaceAll(text, u, redacted)
			}
		}
	}
	text = x.Scrub(text)
	return &opaqueError{text: text, origin: func() error { return err }}
}

// opaqueError stands for an error that must not be shown. The original is
// behind a function, because fmt and encoding/json look into everything else.
type opaqueError struct {
	text   string
	origin func() error
}

func (e *opaqueError) Error() string        { return e.text }
func (e *opaqueError) Is(target error) bool { return errors.Is(e.origin(), target) }

// Timeout keeps the answer that net.Error gives.
func (e *opaqueError) Timeout() bool {
	var t interface{ Timeout() bool }
	return errors.As(e.origin(), &t) && t.Timeout()
}

// Temporary makes it a net.Error.
func (e *opaqueError) Temporary() bool { return e.Timeout() }
