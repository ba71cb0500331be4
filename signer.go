package eip

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the vendor's signature version 1.0 is HMAC-SHA1
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// The signature that the RPC style prescribes (signature version 1.0): the
// parameters of query and form together, sorted by key, percent-encoded after
// RFC 3986, and the HMAC-SHA1 of the method, the path "/" and that string.
// Everything here is a pure function: no clock, no randomness, no I/O.

const (
	signatureVersion = "1.0"

	// timestampLayout is the common parameter Timestamp: whole seconds, and in UTC,
	// where the zone is written as Z. The package time knows it, and is fast.
	timestampLayout = time.RFC3339
)

// signInput is what a signer gets for one attempt.
type signInput struct {
	method string
	params url.Values // business and common parameters, one value a key
	creds  Credentials
	nonce  string
	at     time.Time

	// These are signed by signature V3 alone: host and path as they are sent, what
	// the body holds, and the headers of every request, which are not changed.
	host, path string
	placement  Placement
	header     http.Header
}

// signOutput is what it gives back.
type signOutput struct {
	encoded   []byte // the parameters to send
	signature string
	// header has all headers of the request, and authorization the one of that
	// name. They are empty if the signature is among the parameters.
	header        http.Header
	authorization string
}

// signer turns parameters into signed parameters, or into parameters and signed
// headers.
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
	encoded := append(canonical, "&Signature="...)
	return signOutput{encoded: percentEncode(encoded, signature), signature: signature}
}

// param is one parameter.
type param struct{ key, value string }

// pairsOf lists the parameters to be signed, with room for more. Signature
// itself is left out, empty values stay.
func pairsOf(params url.Values, more int) []param {
	pairs := make([]param, 0, len(params)+more)
	for k, v := range params {
		switch {
		case k == "Signature":
		case len(v) == 0:
			pairs = append(pairs, param{key: k})
		default:
			pairs = append(pairs, param{k, v[0]})
		}
	}
	return pairs
}

// canonicalize sorts the parameters by the bytes of the key, before encoding,
// and encodes them. The result is also what is sent: a server that reads a
// form or a query reads the same parameters from it.
func canonicalize(pairs []param) []byte {
	slices.SortFunc(pairs, func(a, b param) int { return strings.Compare(a.key, b.key) })
	n := 64 // for the signature
	for _, p := range pairs {
		n += len(p.key) + len(p.value)*5/4 + 8
	}
	out := make([]byte, 0, n)
	for i, p := range pairs {
		if i > 0 {
			out = append(out, '&')
		}
		out = percentEncode(out, p.key)
		out = append(out, '=')
		out = percentEncode(out, p.value)
	}
	return out
}

// stringToSign joins method, path and canonical parameters.
func stringToSign(method string, canonical []byte) []byte {
	out := make([]byte, 0, len(method)+5+len(canonical)*3/2)
	out = append(out, method...)
	out = append(out, "&%2F&"...)
	return percentEncode(out, canonical)
}

// hmacSHA1 is the signature of a string: the key is the secret and an
// ampersand, the result is in standard base64.
func hmacSHA1(secret string, text []byte) string {
	return string(sha1MACs.sum(secret, text, func(sum []byte) []byte { return base64.StdEncoding.AppendEncode(nil, sum) }))
}

// A keyedMAC is an HMAC and the secret that it was made for. To make one takes
// longer than to sign a request with it.
type keyedMAC struct {
	secret string
	mac    hash.Hash
	result [sha256.Size]byte
}

// macs makes HMACs of one kind. It keeps those that were used last: one for each
// processor, for as long as they are used.
type macs struct {
	hash   func() hash.Hash
	suffix string // of the key, after the secret
	used   sync.Pool
}

var (
	sha1MACs   = macs{hash: sha1.New, suffix: "&"}
	sha256MACs = macs{hash: sha256.New}
)

// sum is the encoded HMAC of a text.
func (m *macs) sum(secret string, text []byte, encode func([]byte) []byte) []byte {
	k, _ := m.used.Get().(*keyedMAC)
	if k == nil || k.secret != secret {
		k = &keyedMAC{secret: secret, mac: hmac.New(m.hash, []byte(secret+m.suffix))}
	}
	k.mac.Reset()
	k.mac.Write(text)
	encoded := encode(k.mac.Sum(k.result[:0]))
	m.used.Put(k)
	return encoded
}

// unreserved are the characters that RFC 3986 leaves as they are.
var unreserved = func() (set [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~") {
		set[c] = true
	}
	return set
}()

// percentEncode appends s after RFC 3986: letters, digits and - _ . ~ stay,
// every other byte becomes %XX in upper case. url.QueryEscape differs in the
// space, which it writes as a plus sign.
func percentEncode[T string | []byte](dst []byte, s T) []byte {
	const hex = "0123456789ABCDEF"
	kept := 0
	for i := range len(s) {
		if c := s[i]; !unreserved[c] {
			dst = append(append(dst, s[kept:i]...), '%', hex[c>>4], hex[c&15])
			kept = i + 1
		}
	}
	return append(dst, s[kept:]...)
}

// newNonce makes a SignatureNonce, a fresh one for each attempt.
func newNonce() string { return rand.Text() }
