package alicredentials

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// withheld stands for what a source answered with. The library puts whole
// answers and files into its errors, and they may hold keys.
const withheld = "(withheld)"

var (
	// foreign is where, in an error of the library or of the INI parser, the text
	// of somebody else begins. net/http quotes it.
	foreign = regexp.MustCompile(`(?i)message = |stderr: ` +
		`|session token (?:from \w+ )?failed: ` +
		`|get credentials from OAuth: |refresh token from OAuth: ` +
		`|cli config from '[^']*' failed: ` +
		`|not found: |closing key quote|unclosed section` +
		`|AccessKeyId: |AccessKeySecret: |SecurityToken: `)
	// ofURI is a credentials URI, in which there may be blanks, and what was
	// answered there.
	ofURI = regexp.MustCompile(`credentials from (?:[A-Z]+ )?([A-Za-z]+://[^\s"]*).*`)
	// quoted is what Go's %q made of somebody else's text, perhaps cut off.
	quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*(?:"|\\?$)`)
	// location is a URL. The library signs in the query; user, password and a
	// path that only few know are secrets as well.
	location = regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://[^\s"]*`)
	// code is an error code in an answer, such as
	// AuthenticationFail.OIDCToken.Expired. Keys have digits in them.
	code = regexp.MustCompile(`"Code"\s*:\s*"([A-Z][A-Za-z]{2,40}(?:\.[A-Z][A-Za-z]{2,40}){0,4})"`)
)

// plainLimit is the length of an error's text, in bytes. The longest one of the
// library's own is far below.
const plainLimit = 512

// plain takes off an error what may be secret: URLs except for the host, quoted
// text, and whatever a source answered. An error with nothing of the kind stays
// as it is.
func plain(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return errors.New(plainURL(u))
	}
	text := err.Error()
	if masked := plainText(text); masked != text {
		return errors.New(masked)
	}
	return err
}

// plainURL is the text of an error of net/http, whose causes repeat status lines
// and headers of the peer unless they are of a known type.
func plainURL(u *url.Error) string {
	if u.Op == "parse" {
		return "the URL is malformed"
	}
	var cause string
	var (
		network   *net.OpError
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
	)
	switch {
	case u.Timeout():
		cause = "no answer in time"
	case errors.As(u.Err, &network), errors.As(u.Err, &authority), errors.As(u.Err, &host),
		errors.As(u.Err, &invalid), errors.As(u.Err, &verify),
		errors.Is(u.Err, io.EOF), errors.Is(u.Err, io.ErrUnexpectedEOF):
		cause = plainText(u.Err.Error())
	default:
		cause = fmt.Sprintf("%s %T", withheld, u.Err)
	}
	return fmt.Sprintf("%s %s: %s", u.Op, hostOf(u.URL), cause)
}

func plainText(text string) string {
	rest := ""
	cut := func(at int) {
		if rest == "" {
			rest = " " + withheld
		}
		text = strings.TrimRight(text[:at], " :=")
	}
	if m := code.FindStringSubmatch(text); m != nil {
		rest = " " + withheld + " Code " + m[1]
	} else if !strings.ContainsFunc(text, special) && len(text) <= plainLimit &&
		!foreign.MatchString(text) && !ofURI.MatchString(text) && !location.MatchString(text) {
		return text
	}
	if at := strings.IndexFunc(text, breaking); at >= 0 {
		cut(at)
	}
	if m := foreign.FindStringIndex(text); m != nil {
		cut(m[1])
	}
	if m := ofURI.FindStringSubmatchIndex(text); m != nil {
		uri := text[m[2]:m[3]]
		cut(m[2])
		text += " " + hostOf(uri)
	}
	text = quoted.ReplaceAllStringFunc(text, func(s string) string {
		if inner := strings.Trim(s, `"`); strings.Contains(inner, "://") {
			return hostOf(inner)
		}
		return `"…"`
	})
	text = location.ReplaceAllStringFunc(text, hostOf)
	if len(text) > plainLimit {
		text = strings.ToValidUTF8(text[:plainLimit], "") + "…"
	}
	return text + rest
}

// breaking begins an answer: JSON, HTML, or a further line.
func breaking(r rune) bool { return r == '{' || r == '<' || unicode.IsControl(r) }

func special(r rune) bool { return breaking(r) || r == '"' }

// hostOf is a URL without user, password, path and query. Of other schemes than
// HTTP's it does not know where they are.
func hostOf(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "a URL " + withheld
	}
	return u.Scheme + "://" + u.Host
}
