package eip

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the vendor's signature version 1.0 is HMAC-SHA1
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The signature that the RPC style prescribes (signature version 1.0): the
// parameters of query and form together, sorted by key, percent-encoded after
// RFC 3986, and the HMAC-SHA1 of the method, the path "/" and that string.
// Everything here is a pure function: no clock, no randomness, no I/O.

const (
	signatureMethod  = "HMAC-SHA1"
	signatureVersion = "1.0"

	// timestampLayout is the common parameter Timestamp: UTC, whole seconds.
	timestampLayout = "2006-01-02T15:04:05Z"
)

// signInput is what a signer gets for one attempt.
type signInput struct {
	method string
	params url.Values // business and common parameters, one value a key
	creds  Credentials
	nonce  string
	at     time.Time
}

// signOutput is what it gives back: the encoded parameters to send, the
// signature among them.
type signOutput struct {
	encoded   string
	signature string
}

// signer turns parameters into signed parameters. It is a type of its own so
// that the vendor's newer ACS3-HMAC-SHA256 can stand beside HMAC-SHA1.
type signer func(signInput) signOutput

// signRPC is the signer for signature version 1.0.
func signRPC(in signInput) signOutput {
	pairs := pairsOf(in.params, 6)
	pairs = append(pairs,
		param{"AccessKeyId", in.creds.AccessKeyID()},
		param{"SignatureMethod", signatureMethod},
		param{"SignatureNonce", in.nonce},
		param{"SignatureVersion", signatureVersion},
		param{"Timestamp", in.at.UTC().Format(timestampLayout)},
	)
	if token := in.creds.SecurityToken(); token != "" {
		pairs = append(pairs, param{"SecurityToken", token})
	}
	canonical := canonicalize(pairs)
	signature := hmacSHA1(in.creds.AccessKeySecret(), stringToSign(in.method, canonical))
	var b strings.Builder
	b.Grow(len(canonical) + 64)
	b.WriteString(canonical)
	b.WriteString("&Signature=")
	percentEncode(&b, signature)
	return signOutput{encoded: b.String(), signature: signature}
}

// param is one parameter.
type param struct{ key, value string }

// pairsOf lists the parameters to be signed, with room for more. Signature
// itself is left out, empty values stay.
func pairsOf(params url.Values, more int) []param {
	pairs := make([]param, 0, len(params)+more)
	for k := range params {
		if k != "Signature" {
			pairs = append(pairs, param{k, params.Get(k)})
		}
	}
	return pairs
}

// canonicalize sorts the parameters by the bytes of the key, before encoding,
// and encodes them. The result is also what is sent: a server that reads a
// form or a query reads the same parameters from it.
func canonicalize(pairs []param) string {
	slices.SortFunc(pairs, func(a, b param) int { return strings.Compare(a.key, b.key) })
	n := 0
	for _, p := range pairs {
		n += len(p.key) + len(p.value) + 8
	}
	var b strings.Builder
	b.Grow(n)
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		percentEncode(&b, p.key)
		b.WriteByte('=')
		percentEncode(&b, p.value)
	}
	return b.String()
}

// stringToSign joins method, path and canonical parameters.
func stringToSign(method, canonical string) string {
	var b strings.Builder
	b.Grow(len(method) + 5 + len(canonical)*5/4)
	b.WriteString(method)
	b.WriteString("&%2F&")
	percentEncode(&b, canonical)
	return b.String()
}

// hmacSHA1 is the signature of a string: the key is the secret and an
// ampersand, the result is in standard base64.
func hmacSHA1(secret, text string) string {
	mac := hmac.New(sha1.New, []byte(secret+"&"))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// percentEncode writes s after RFC 3986: letters, digits and - _ . ~ stay,
// every other byte becomes %XX in upper case. url.QueryEscape differs in the
// space, which it writes as a plus sign.
func percentEncode(b *strings.Builder, s string) {
	const hex = "0123456789ABCDEF"
	for i := 0; i < len(s); i++ {
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
