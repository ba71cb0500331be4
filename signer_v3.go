package eip

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
)

// Signature V3, ACS3-HMAC-SHA256: the HMAC-SHA256 of the hash of a canonical
// request, which holds the method, the path, the query, the signed headers and
// the hash of the body. The common parameters are headers; the parameters of the
// action are in the query or in a form. As in signer.go, everything here is a
// pure function.

// The headers of signature V3, as net/http writes their names.
const (
	headerAction  = "X-Acs-Action"
	headerHash    = "X-Acs-Content-Sha256"
	headerDate    = "X-Acs-Date"
	headerToken   = "X-Acs-Security-Token"
	headerNonce   = "X-Acs-Signature-Nonce"
	headerVersion = "X-Acs-Version"
)

// signV3 is the signer for signature V3.
func signV3(in signInput) signOutput {
	encoded := canonicalize(businessPairs(in.params))
	query, body := encoded, []byte(nil)
	if in.placement == PlacementForm {
		query, body = nil, encoded
	}
	hash := hashHex(body)

	// One array for all values. The signed headers are listed in the order of
	// their names.
	values := [...]string{
		in.params.Get("Action"), string(hash[:]), in.at.UTC().Format(timestampLayout),
		in.creds.SecurityToken(), in.nonce, in.params.Get("Version"), "",
	}
	header := make(http.Header, len(in.header)+len(values))
	for name, v := range in.header {
		header[name] = v
	}
	var room [8]param
	headers := room[:0]
	if contentType := in.header["Content-Type"]; contentType != nil {
		headers = append(headers, param{"content-type", contentType[0]})
	}
	headers = append(headers, param{"host", in.host})
	for i, name := range [...][2]string{
		{headerAction, "x-acs-action"}, {headerHash, "x-acs-content-sha256"}, {headerDate, "x-acs-date"},
		{headerToken, "x-acs-security-token"}, {headerNonce, "x-acs-signature-nonce"}, {headerVersion, "x-acs-version"},
	} {
		if values[i] == "" && name[0] == headerToken {
			continue
		}
		header[name[0]] = values[i : i+1 : i+1]
		headers = append(headers, param{name[1], values[i]})
	}

	signature := hmacSHA256(in.creds.AccessKeySecret(), stringToSignV3(canonicalRequest(in.method, in.path, query, headers, hash[:])))
	authorization := authorizationV3(in.creds.AccessKeyID(), headers, signature)
	last := len(values) - 1
	values[last] = authorization
	header["Authorization"] = values[last:]
	return signOutput{
		encoded: encoded, header: header,
		signature: authorization[len(authorization)-len(signature):], authorization: authorization,
	}
}

// businessPairs lists the parameters without those that signature V3 has in
// headers.
func businessPairs(params url.Values) []param {
	pairs := pairsOf(params, 0)
	kept := pairs[:0]
	for _, p := range pairs {
		switch p.key {
		case "Action", "Version", "Format":
		default:
			kept = append(kept, p)
		}
	}
	return kept
}

// canonicalRequest is what is hashed: the headers are those that are signed, in
// lower case and in order. hash is that of the body.
func canonicalRequest(method, path string, query []byte, headers []param, hash []byte) []byte {
	n := len(method) + len(path) + len(query) + len(hash) + 8
	for _, h := range headers {
		n += 2*len(h.key) + len(h.value) + 3
	}
	out := make([]byte, 0, n)
	out = append(append(out, method...), '\n')
	out = append(append(out, path...), '\n')
	out = append(append(out, query...), '\n')
	for _, h := range headers {
		out = append(append(out, h.key...), ':')
		out = append(append(out, strings.TrimSpace(h.value)...), '\n')
	}
	out = append(out, '\n')
	out = append(appendNames(out, headers), '\n')
	return append(out, hash...)
}

// appendNames appends the names of the signed headers.
func appendNames(dst []byte, headers []param) []byte {
	for i, h := range headers {
		if i > 0 {
			dst = append(dst, ';')
		}
		dst = append(dst, h.key...)
	}
	return dst
}

// stringToSignV3 joins the name of the method and the hash of the canonical
// request.
func stringToSignV3(canonical []byte) []byte {
	hash := hashHex(canonical)
	out := make([]byte, 0, len(signatureMethodV3)+1+len(hash))
	out = append(append(out, signatureMethodV3...), '\n')
	return append(out, hash[:]...)
}

// hmacSHA256 is the signature of a string: the key is the secret itself, the
// result is in hexadecimal digits.
func hmacSHA256(secret string, text []byte) []byte {
	return sha256MACs.sum(secret, text, func(sum []byte) []byte { return hex.AppendEncode(nil, sum) })
}

// authorizationV3 is the value of the header Authorization.
func authorizationV3(keyID string, headers []param, signature []byte) string {
	n := len(signatureMethodV3) + len(keyID) + len(signature) + 64
	for _, h := range headers {
		n += len(h.key) + 1
	}
	out := make([]byte, 0, n)
	out = append(append(out, signatureMethodV3...), " Credential="...)
	out = append(append(out, keyID...), ",SignedHeaders="...)
	out = append(appendNames(out, headers), ",Signature="...)
	return string(append(out, signature...))
}

// hashHex is SHA-256 in hexadecimal digits.
func hashHex(text []byte) (digits [2 * sha256.Size]byte) {
	sum := sha256.Sum256(text)
	hex.Encode(digits[:], sum[:])
	return digits
}

// sentHost is the host as net/http sends it, since signature V3 signs it: without
// an empty port and without the zone of an IPv6 address.
func sentHost(u *url.URL) string {
	host := strings.TrimSuffix(u.Host, ":")
	if end := strings.LastIndexByte(host, ']'); end > 0 {
		if zone := strings.LastIndexByte(host[:end], '%'); zone > 0 {
			return host[:zone] + host[end:]
		}
	}
	return host
}

// sentPath is the path as net/http sends it.
func sentPath(u *url.URL) string {
	if path := u.EscapedPath(); path != "" {
		return path
	}
	return "/"
}
