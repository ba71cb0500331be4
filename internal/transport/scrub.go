package transport

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

const redacted = "REDACTED"

// Secrets are the values of one attempt that must not be seen outside it.
type Secrets []string

// Scrub replaces every secret in s, as it is and in the encodings in which a
// peer or a proxy may quote it back (a form value; a signed string, which
// encodes twice).
func (x Secrets) Scrub(s string) string {
	if s == "" {
		return s
	}
	for _, secret := range x {
		if secret == "" {
			continue
		}
		plus := url.QueryEscape(secret)
		once := strings.ReplaceAll(plus, "+", "%20")
		twice := url.QueryEscape(once)
		for _, form := range []string{
			secret, plus, once, twice, url.PathEscape(secret),
			lowerHex(plus), lowerHex(once), lowerHex(twice),
			strings.ReplaceAll(secret, "/", `\/`), strings.Trim(fmt.Sprintf("%q", secret), `"`),
		} {
			s = strings.ReplaceAll(s, form, redacted)
		}
	}
	return s
}

// lowerHex writes the percent sequences of s with lower-case digits.
func lowerHex(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], bytes.ToLower(b[i+1:i+3]))
		}
	}
	return string(b)
}

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
