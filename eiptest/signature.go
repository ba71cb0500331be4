package eiptest

import (
	"crypto/fips140"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"slices"
	"strings"
)

// stringToSign builds the canonical string of signature version 1.0 from the
// method and every parameter of the query and the form but Signature. It is
// written from the documents and shares nothing with the client's signer.
func stringToSign(method string, params map[string]string) string {
	keys := make([]string, 0, len(params))
	for k := range params {
		if k != "Signature" {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys) // by bytes, before anything is encoded
	var inner strings.Builder
	inner.Grow(1024)
	for i, k := range keys {
		if i > 0 {
			inner.WriteByte('&')
		}
		escape(&inner, k)
		inner.WriteByte('=')
		escape(&inner, params[k])
	}
	var out strings.Builder
	out.Grow(2 * inner.Len())
	out.WriteString(method)
	out.WriteString("&%2F&")
	escape(&out, inner.String())
	return out.String()
}

// escape is the percent-encoding of RFC 3986: every byte but the unreserved ones.
func escape(b *strings.Builder, s string) {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
			c == '-' || c == '_' || c == '.' || c == '~' {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
}

func signature(secret, text string) (encoded string) {
	relaxed(func() {
		mac := hmac.New(sha1.New, []byte(secret+"&"))
		mac.Write([]byte(text))
		encoded = base64.StdEncoding.EncodeToString(mac.Sum(nil))
	})
	return encoded
}

// relaxed runs f without the rules of GODEBUG=fips140=only, under which SHA-1 and
// short keys panic: a fake has nothing to protect, and answers what it is asked.
func relaxed(f func()) {
	if fips140.Enforced() {
		fips140.WithoutEnforcement(f)
		return
	}
	f()
}

// signed reports whether got is the signature of text, in constant time.
func signed(secret, text, got string) bool {
	return hmac.Equal([]byte(signature(secret, text)), []byte(got))
}
