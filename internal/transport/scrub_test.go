package transport

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestScrub(t *testing.T) {
	t.Parallel()
	secrets := Secrets{"s3cr+t/=", "", "tok&en&x", "sk"}
	once := url.QueryEscape("s3cr+t/=")
	twice := url.QueryEscape(once)
	for in, want := range map[string]string{
		"":                            "",
		"nothing":                     "nothing",
		"RiskControl":                 "RiskControl",
		"a s3cr+t/= b":                "a REDACTED b",
		"x=" + once:                   "x=REDACTED",
		"x%3D" + twice:                "x%3DREDACTED",
		"y" + url.QueryEscape(twice):  "yREDACTED",
		"tok%26en%26x tok%2526en%26x": "REDACTED REDACTED",
		"tok&amp;en&amp;amp;x tok\\u0026en\\u0026x tok&#38;en&#x0026;x tok&ampen&x tok": "REDACTED REDACTED REDACTED REDACTED tok",
		"tok&amp;#38;en\\\\u0026x; %74ok&#x25;26en&x":                                   "REDACTED; REDACTED",
		`"s3cr+t\/="`:                  `"REDACTED"`,
		`"s3cr+t\\\/="`:                `"REDACTED"`,
		`s3cr\x2bt\U0000002F\u003D`:    "REDACTED",
		"s3cr&plus;t&sol;&equals;":     "REDACTED",
		"s3cr%u002bt%2f=":              "REDACTED",
		"s3cr%2bt%2f=":                 "REDACTED",
		"s3cr%2bt%2f":                  "s3cr%2bt%2f",
		"s3cr t/=":                     "REDACTED",
		"s3c\r\n r+t\t/=":              "REDACTED",
		"s3cr%2\r\nBt%2F=":             "REDACTED",
		`s3cr+\nt/\u200b=`:             "REDACTED",
		"s3cr\u200b+t\u00a0/\u00ad=":   "REDACTED",
		"s3cr<br>+t/<BR />= <br>":      "REDACTED <br>",
		"s3cr+&lt;br&gt;t/=":           "REDACTED",
		"s3s3cr+t/=s3":                 "s3REDACTEDs3",
		"s3cr+t/=s3cr+t/=tok&en&x%":    "REDACTEDREDACTEDREDACTED%",
		"%4s3cr+t/=":                   "%4REDACTED",
		"50%" + once:                   "50%REDACTED",
		"\xd6\xd0s3cr\xff+t/=\xce\xc4": "\xd6\xd0REDACTED\xce\xc4",
	} {
		assert.Equal(t, want, secrets.Scrub(in), "%q", in)
		assert.Equal(t, want != in, secrets.In(in), "%q", in)
	}
	// A secret that has escapes of its own.
	own := Secrets{"ab%41\\ncd&amp;"}
	for _, in := range []string{own[0], url.QueryEscape(own[0]), html.EscapeString(own[0]), strconv.Quote(own[0]), "%61b%2541%5c%5Cncd&amp;amp;"} {
		assert.Equal(t, redacted, strings.Trim(own.Scrub(in), `"`), "%q", in)
	}
	// What cannot be edited is withheld.
	long := strings.Repeat("x", largestScrubbed)
	assert.Equal(t, long, secrets.Scrub(long))
	assert.Equal(t, withheld, secrets.Scrub(long+twice))
	assert.Equal(t, tooDeep, secrets.Scrub("s3cr"+strings.Repeat("&#x26;#x25;", 1)+nest("+", 20)+"t/="))
}

// nest encodes c again and again, each time in another way.
func nest(c string, depth int) string {
	for i := range depth {
		if i%2 == 0 {
			c = fmt.Sprintf("%%%02x", c[0]) + c[1:]
		} else {
			c = fmt.Sprintf("&#%d;", c[0]) + c[1:]
		}
	}
	return c
}

// What is shown is bounded, printable, on one line, and holds no secret, nor the
// half of one where the text was cut.
func TestShow(t *testing.T) {
	t.Parallel()
	secret := "0123456789abcdef/ghijklmnop+qrstuvwxyz=="
	x := Secrets{secret, "short"}
	assert.Equal(t, "a b c", x.Show(" a\r\n\tb\x00\x1b\u202e\u0085c\n", 100))
	assert.Equal(t, "\uFFFD(\uFFFD", x.Show("\xd6\xd0(\xff", 100))
	assert.Equal(t, "ab…", x.Show("abcdefgh", 5))
	assert.Equal(t, "…", x.Show("ééé", 4))
	assert.Equal(t, "é…", x.Show("ééé", 5))
	for _, encode := range []func(string) string{
		func(s string) string { return s },
		url.QueryEscape,
		func(s string) string { return url.QueryEscape(url.QueryEscape(s)) },
		func(s string) string { return each(s, "\\u%04x") },
		func(s string) string { return each(s, "\\\\x%02x") },
		func(s string) string { return each(s, "&#%d;") },
		func(s string) string { return each(s, "&amp;#x%X;") },
		func(s string) string { return each(s, "%%%02X") },
		func(s string) string { return each(s, "%%2525%02x") },
		func(s string) string { return strings.Join(strings.Split(s, ""), "\r\n ") },
	} {
		for before := range 200 {
			for _, after := range []string{"", strings.Repeat(".", 1000)} {
				got := x.Show(strings.Repeat("-", before)+encode(secret)+after, 100)
				require.LessOrEqual(t, len(got), 100)
				require.NotContains(t, fixpoint(got), "0123", "%q", got)
			}
		}
	}
}

func each(s, format string) string {
	var out strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&out, format, s[i])
	}
	return out.String()
}

// Time grows with the text and not faster; this takes minutes if it does. It is
// not parallel, because it counts allocations.
func TestScrubIsLinear(t *testing.T) {
	x := Secrets{"testsecret-CANARY", strings.Repeat("token+/=", 100), "c2lnbmF0dXJl+ab/cde="}
	for _, unit := range []string{
		"%", "%25", "%2", "\\", "&", "&#", "&amp;", "&#0", "&amp", "<", "<br", " ", "+", "t", "testsecret-CANAR", "token ", "\\u", "\xff",
		"\u200b", "é", "&#37;", "%26#37;", "a", "\\\\n", "&lt",
	} {
		text := strings.Repeat(unit, 1<<20/len(unit))
		began := time.Now()
		x.Scrub(text)
		took := time.Since(began)
		t.Logf("1 MiB of %q: %v", unit, took)
		assert.Less(t, took, 5*time.Second, "%q", unit)
		assert.Less(t, testing.AllocsPerRun(1, func() { x.Show(text, MaxMessage) }), 200.0, "%q", unit)
	}
	for _, id := range []string{"4C467B38-3910-447D-87BC-AC049166F216", "QuotaExceeded.Eip"} {
		assert.Zero(t, testing.AllocsPerRun(10, func() { x.Scrub(id) }))
	}
}

func TestHideUsers(t *testing.T) {
	for in, want := range map[string]string{
		"":                                     "",
		"dial tcp: no such host":               "dial tcp: no such host",
		"http://proxy:3128":                    "http://proxy:3128",
		"http://user:pa55@proxy:3128/x failed": "http://REDACTED@proxy:3128/x failed",
		"a://b@c://d:e@f":                      "a://REDACTED@c://REDACTED@f",
		`parse "http://u:p@h@host"`:            `parse "http://REDACTED@host"`,
		"http://host/a@b":                      "http://host/a@b",
		"://":                                  "://",
	} {
		assert.Equal(t, want, hideUsers(in), in)
	}
	err := Secrets{}.ScrubError(fmt.Errorf("proxyconnect: http://user:pa55@proxy: %w", errors.New("refused")), "")
	assert.EqualError(t, err, "proxyconnect: http://REDACTED@proxy: refused")
	assert.NotContains(t, fmt.Sprintf("%+v %#v", err, err), "pa55")
}

func TestScrubError(t *testing.T) {
	t.Parallel()
	secrets := Secrets{"s3cr+t/="}
	plain := errors.New("nothing in it")
	assert.Same(t, plain, secrets.ScrubError(plain, ""))
	require.NoError(t, secrets.ScrubError(nil, ""))

	inner := fmt.Errorf("wrapped: %w", &url.Error{Op: "Post", URL: "https://x/?s=s3cr", Err: context.DeadlineExceeded})
	err := secrets.ScrubError(&url.Error{Op: "Post", URL: "https://y", Err: inner}, "https://y")
	assert.Equal(t, "wrapped: context deadline exceeded", err.Error())
	require.ErrorIs(t, err, context.DeadlineExceeded)
	var ue *url.Error
	assert.False(t, errors.As(err, &ue))
	var to interface{ Timeout() bool }
	require.ErrorAs(t, err, &to)
	assert.True(t, to.Timeout())

	// A peer's megabytes and lines do not get into a text.
	long := &BodyLimitError{Limit: 1}
	err = secrets.ScrubError(fmt.Errorf("malformed HTTP response %q: %w", strings.Repeat("\x1bx\n", 1<<20), long), "")
	assert.LessOrEqual(t, len(err.Error()), MaxMessage)
	var same *BodyLimitError
	require.ErrorAs(t, err, &same, "it holds nothing secret")
	err = secrets.ScrubError(errors.Join(long, errors.New("second line")), "")
	assert.Equal(t, long.Error()+" second line", err.Error())
	require.ErrorIs(t, err, long)
	err = secrets.ScrubError(fmt.Errorf("%s %w", strings.Repeat("x", 505)+"s3cr+t/=", long), "")
	assert.NotContains(t, err.Error(), "s3")
	require.ErrorIs(t, err, long)
	same = nil
	assert.False(t, errors.As(err, &same))
}

var (
	escapes  = regexp.MustCompile(`(?i)%u[0-9a-f]{4}|%[0-9a-f]{2}|\\u[0-9a-f]{4}|\\x[0-9a-f]{2}`)
	inserted = regexp.MustCompile(`(?i)\\[abfnrtv]|\\|<w?br/?>`)
	// digits are those of an escape of an ASCII character.
	digits = regexp.MustCompile(`(?i)00[0-7][0-9a-f]`)
)

// fixpoint decodes a text until nothing is left to decode, with the standard
// library's decoders: what a patient reader would find in it.
func fixpoint(s string) string {
	for {
		was := s
		s = strings.Map(func(r rune) rune {
			if r == '+' || r == utf8.RuneError || unicode.IsSpace(r) || !unicode.IsPrint(r) {
				return -1
			}
			return r
		}, s)
		s = html.UnescapeString(s)
		s = escapes.ReplaceAllStringFunc(s, func(e string) string {
			n, _ := strconv.ParseUint(strings.TrimLeft(e, `\%uUxX`), 16, 32)
			return string(rune(n))
		})
		s = inserted.ReplaceAllString(s, "")
		if s == was {
			return s
		}
	}
}

// Whatever stands around a secret and however it is encoded, a patient reader of
// what is left does not find it.
func FuzzScrub(f *testing.F) {
	f.Add("s3cr+t/=", []byte{0}, "before", "after", 30)
	f.Add("0123456789abcdef", []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, "%2", "%41", 50)
	f.Add("ab%41cd&amp;x", []byte{3, 3, 4, 1}, "&", ";", 5)
	f.Add("secret&#37;41", []byte{8, 30, 77, 200}, "\\", "", 99)
	f.Fuzz(func(t *testing.T, secret string, how []byte, before, after string, most int) {
		// Half an escape before or behind runs into the first or last one of it.
		plain := func(r rune) rune {
			if special(r) && r != '+' && r < utf8.RuneSelf {
				return -1
			}
			return r
		}
		secret = strings.Map(func(r rune) rune {
			if r >= utf8.RuneSelf {
				return -1
			}
			return plain(r)
		}, secret)
		before, after = strings.Map(plain, before), strings.Map(plain, after)
		bare := fixpoint(secret)
		if len(secret) < shortestSecret || len(secret) > 100 || len(bare) < shortestSecret || len(how) > 64 || len(before)+len(after) > 1000 ||
			strings.Contains(redacted+withheld+tooDeep+redacted, bare) {
			t.Skip()
		}
		if digits.MatchString(bare) {
			t.Skip() // with the mark of an escape before them they can be read in two ways
		}
		distinct := map[rune]bool{}
		for _, r := range bare {
			distinct[r] = true
		}
		if len(distinct) < 6 || strings.Contains(fixpoint(before), bare[:4]) || strings.Contains(fixpoint(after), bare[:4]) {
			t.Skip() // parts of it that nobody can tell from chance
		}
		x := Secrets{secret}
		text := before + mangle(secret, how) + after
		mark := func(s string) string { return strings.ReplaceAll(s, redacted, "█") }
		got := mark(x.Scrub(text))
		if strings.Contains(fixpoint(got), bare) || strings.Contains(got, secret) {
			t.Errorf("%q shows in %q, which was %q", secret, got, text)
		}
		most = 10 + (most%600+600)%600
		got = x.Show(text, most)
		if strings.Contains(fixpoint(text), bare) && strings.Contains(fixpoint(mark(got)), bare[:(len(bare)+1)/2]) {
			t.Errorf("half of %q shows in %q, which was %q", secret, got, text)
		}
		if len(got) > most || !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%q is not a line of at most %d bytes", got, most)
		}
	})
}

// mangle encodes some characters of s, in rounds: how says which, and how.
func mangle(s string, how []byte) string {
	forms := []string{"%%%02x", "%%%02X", "%%25%02x", "&#%d;", "&#x%x;", "&#x00%X;", "\\u%04x", "\\x%02X", "%c\n", "%c ", "%c%%0a", "%%u%04x"}
	for n, h := range how {
		if n == 5 || len(s) > 1000 {
			break // the depth that is searched
		}
		var out strings.Builder
		for i := range len(s) {
			if (i*7+n*3+int(h))%11 < int(h)%11 {
				fmt.Fprintf(&out, forms[(int(h)+i*int(h>>4))%len(forms)], s[i])
			} else {
				out.WriteByte(s[i])
			}
		}
		s = out.String()
	}
	return s
}
