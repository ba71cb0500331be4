package transport

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	redacted = "REDACTED"
	withheld = "[withheld: it contains a secret]"
	tooDeep  = "[withheld: it is encoded too often to be searched for secrets]"

	// shortestSecret: a shorter one would eat letters out of words. Of a longer
	// one at least shortestNeedle characters must not be blanks or plus signs.
	shortestSecret = 8
	shortestNeedle = 4
	// largestScrubbed is the size from which on a text is not edited any more,
	// but shown or withheld as a whole.
	largestScrubbed = 64 << 10
)

// Lengths to which a peer's text is cut where it is shown, in bytes.
const (
	MaxExcerpt = 160 // of a body or a header
	MaxMessage = 512 // of a message or a transport's error
)

// Secrets are the values of one attempt that must not be seen outside it. One
// that is shorter than 8 bytes is not searched for.
type Secrets []string

// Scrub replaces every secret in s, in whatever mixture of encodings a peer or
// a proxy quotes it back: percent-encoded, in upper or lower case, escaped as in
// JSON, JavaScript or HTML, each of them repeatedly; with blanks and line breaks
// put in, and with blanks for plus signs. A text that cannot be edited is
// withheld as a whole. It takes time in proportion to s.
func (x Secrets) Scrub(s string) string { return x.scrub(s, false) }

// In reports whether s contains a secret, in an encoding that Scrub knows.
func (x Secrets) In(s string) bool { return x.Scrub(s) != s }

// Show returns the beginning of a text that a peer sent: at most most bytes of
// valid UTF-8, printable, on one line, and without secrets, even one that is
// cut in two. It looks at little more of the text than it shows.
func (x Secrets) Show(text string, most int) string {
	window := most + x.overlap()
	if len(text) <= window {
		return oneLine(x.scrub(text, false), most)
	}
	s := x.scrub(text[:window], true)
	return oneLine(s[:min(len(s), window)], most)
}

// Excerpt returns the beginning of the body, as Show does.
func (a *Answer) Excerpt() string {
	window := MaxExcerpt + a.Secrets.overlap() + 1 // one more, so that Show sees that the text goes on
	return a.Secrets.Show(string(a.Body[:min(len(a.Body), window)]), MaxExcerpt)
}

// Reason returns what is wrong with the body, as Show does. text may quote a
// part of the body, and where it cuts the quotation it may cut a secret.
func (a *Answer) Reason(text string) string {
	if strings.Contains(text, "…") && a.Secrets.In(string(a.Body)) {
		return "its text holds a secret"
	}
	return a.Secrets.Show(text, MaxMessage)
}

// overlap is how much of a text is looked at beyond what is shown.
func (x Secrets) overlap() (n int) {
	for _, secret := range x {
		n = max(n, len(secret))
	}
	return n + longestTail
}

// oneLine makes a text printable, and cuts it.
func oneLine(s string, most int) string {
	if len(s) <= most && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return s // a request ID or a code
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)), " ")
	const more = "…"
	if len(s) <= most {
		return s
	}
	end := max(most-len(more), 0)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + more
}

// scrub is Scrub for a text that may be the beginning of a longer one: then the
// beginning of a secret at its end is replaced as well.
func (x Secrets) scrub(s string, cut bool) string {
	if s == "" || !cut && x.plain(s) {
		return s
	}
	wanted := x.needles()
	if len(wanted) == 0 {
		return s
	}
	for range 4 {
		located := len(s) <= largestScrubbed
		found, deep := search(s, wanted, located, cut)
		switch {
		case deep:
			return tooDeep
		case len(found) == 0:
			return s
		case !located:
			return withheld
		}
		// What is left may read differently without what was taken out.
		s, cut = replace(s, found), false
	}
	return withheld
}

// plain reports, without allocating, that s is short, encodes nothing and is no
// place for a secret. Most texts are request IDs and codes.
func (x Secrets) plain(s string) bool {
	if len(s) > 128 || strings.ContainsFunc(s, special) {
		return false
	}
	for _, secret := range x {
		switch {
		case len(secret) < shortestSecret:
			continue
		case strings.ContainsAny(secret, "%\\&<") || blank(secret[0]):
			return false
		}
		for rest := s; ; rest = rest[1:] {
			i := strings.IndexByte(rest, secret[0])
			if i < 0 {
				break
			}
			if rest = rest[i:]; begins(rest, secret) {
				return false
			}
		}
	}
	return true
}

// begins reports whether s begins with the secret, but for blanks and plus signs
// in the secret.
func begins(s, secret string) bool {
	at := 0
	for i := range len(secret) {
		if blank(secret[i]) {
			continue
		}
		if at == len(s) || s[at] != secret[i] {
			return false
		}
		at++
	}
	return true
}

// special reports whether r may be a part of an escape or be left out.
func special(r rune) bool {
	return r >= utf8.RuneSelf || blank(byte(r)) || r == '%' || r == '\\' || r == '&' || r == '<'
}

// needles returns the forms of the secrets that are searched for: without
// blanks, and what remains if their own escapes are decoded.
func (x Secrets) needles() (out [][]byte) {
	for _, secret := range x {
		if len(secret) < shortestSecret {
			continue
		}
		c := newCanon(secret, false, false)
		for n := 0; n <= decodingRounds; n++ {
			if len(c.text) >= shortestNeedle {
				out = append(out, bytes.Clone(c.text))
			}
			if !c.round(true) {
				break
			}
		}
	}
	return out
}

// span is a part of a text.
type span struct{ from, to int32 }

// search finds the needles in s, in each layer of its encodings. If they are not
// to be located it stops at the first, and its span means nothing. deep says
// that there are more layers than it looks at.
func search(s string, needles [][]byte, located, cut bool) (found []span, deep bool) {
	c := newCanon(s, located, cut)
	for range decodingRounds {
		for _, needle := range needles {
			for at := 0; ; {
				i := bytes.Index(c.text[at:], needle)
				if i < 0 {
					break
				}
				if !located {
					return make([]span, 1), false
				}
				found = append(found, span{c.from[at+i], c.to[at+i+len(needle)-1]})
				at += i + len(needle)
			}
			if !cut {
				continue
			}
			if n := c.tail(needle); n > 0 && !located {
				return make([]span, 1), false
			} else if n > 0 {
				found = append(found, span{c.from[len(c.text)-n], int32(len(s))})
			}
		}
		if !c.round(true) {
			return found, false
		}
	}
	return found, true
}

// replace puts the mark in the place of the spans, and one for those that
// overlap.
func replace(s string, spans []span) string {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var out strings.Builder
	at := int32(0)
	for i, sp := range spans {
		if i == 0 || sp.from >= at {
			out.WriteString(s[at:sp.from])
			out.WriteString(redacted)
		}
		at = max(at, sp.to)
	}
	out.WriteString(s[at:])
	return out.String()
}

// ScrubError returns err without anything secret, and without the URL that
// net/http puts around a transport's errors; sent is the URL of the attempt, for
// transports that write it into texts of their own. Its identity is kept as far as
// that is safe: errors.Is always works, errors.As only when nothing in the
// chain holds a secret or a URL. Its text is one line of at most MaxMessage bytes.
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
	text := hideUsers(err.Error())
	safe := !errors.As(err, &inner) && !quotes && !x.In(seen) && hideUsers(seen) == seen
	if safe && oneLine(text, MaxMessage) == text {
		return err
	}
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
	return &opaqueError{text: x.Show(text, MaxMessage), safe: safe, origin: func() error { return err }}
}

// hideUsers takes the user and password out of every URL in a text: a proxy's
// URL may have them.
func hideUsers(s string) string {
	var out strings.Builder
	for {
		begin := strings.Index(s, "://")
		if begin < 0 {
			break
		}
		begin += len("://")
		out.WriteString(s[:begin])
		s = s[begin:]
		end := strings.IndexAny(s, "/?# \"'")
		if end < 0 {
			end = len(s)
		}
		if at := strings.LastIndexByte(s[:end], '@'); at >= 0 {
			out.WriteString(redacted)
			s = s[at:]
		}
	}
	if out.Len() == 0 {
		return s
	}
	return out.String() + s
}

// opaqueError stands for an error that must not be shown as it is. The original
// is behind a function, because fmt and encoding/json look into everything else.
type opaqueError struct {
	text   string
	safe   bool // the original is only too long, or has several lines
	origin func() error
}

func (e *opaqueError) Error() string        { return e.text }
func (e *opaqueError) Is(target error) bool { return errors.Is(e.origin(), target) }

// Unwrap returns the original, if it holds nothing secret.
func (e *opaqueError) Unwrap() error {
	if e.safe {
		return e.origin()
	}
	return nil
}

// Timeout keeps the answer that net.Error gives.
func (e *opaqueError) Timeout() bool {
	var t interface{ Timeout() bool }
	return errors.As(e.origin(), &t) && t.Timeout()
}

// Temporary makes it a net.Error.
func (e *opaqueError) Temporary() bool { return e.Timeout() }
