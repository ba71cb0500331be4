package eiptest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/eipkit/eip-go/internal/fake"
)

// methodV3 is the only algorithm of signature V3 that the service verifies.
const methodV3 = "ACS3-HMAC-SHA256"

// headersV3 are the headers that a request with signature V3 must have and sign,
// beside Host, each with the parameter that stands for it in signature version
// 1.0. The documents name a missing parameter in the code; there is none for the
// hash of the body.
var headersV3 = [...]struct{ header, parameter string }{
	{"x-acs-action", "Action"}, {"x-acs-version", "Version"}, {"x-acs-date", "Timestamp"},
	{"x-acs-signature-nonce", "SignatureNonce"}, {"x-acs-content-sha256", ""},
}

// authorization is the header of that name, taken apart.
type authorization struct {
	method    string
	keyID     string
	signed    []string // names of headers, in lower case
	signature string
}

// parseAuthorization reads "ACS3-HMAC-SHA256 Credential=…,SignedHeaders=a;b,Signature=…".
// fault says what of it is not as the documents have it; the method is read all
// the same.
func parseAuthorization(value string) (a authorization, fault string) {
	method, fields, _ := strings.Cut(strings.TrimSpace(value), " ")
	if a.method = method; method == "" {
		return a, "Authorization is missing."
	}
	seen := map[string]bool{}
	for field := range strings.SplitSeq(fields, ",") {
		name, text, ok := strings.Cut(strings.TrimSpace(field), "=")
		switch {
		case !ok || text == "":
			return a, "Authorization has a part without a value."
		case seen[name]:
			return a, "Authorization has a part twice."
		}
		seen[name] = true
		switch name {
		case "Credential":
			a.keyID = text
		case "SignedHeaders":
			a.signed = strings.Split(text, ";")
		case "Signature":
			a.signature = text
		default:
			return a, "Authorization has a part that is none of Credential, SignedHeaders and Signature."
		}
	}
	switch {
	case len(seen) != 3:
		return a, "Authorization lacks one of Credential, SignedHeaders and Signature."
	case len(a.signature) != 2*sha256.Size || strings.Trim(a.signature, "0123456789abcdef") != "":
		return a, "Signature is not 64 hexadecimal digits in lower case."
	}
	slices.Sort(a.signed)
	for i, name := range a.signed {
		if name == "" || name != strings.ToLower(name) || i > 0 && name == a.signed[i-1] {
			return a, "SignedHeaders is not a list of different names in lower case."
		}
	}
	return a, ""
}

// requestV3 is what signature V3 covers.
type requestV3 struct {
	authorization
	fault  string // of Authorization
	verb   string // GET or POST
	path   string
	query  url.Values
	header http.Header
	host   string
	hash   string // of the body that arrived
}

// signedByHeaders reports whether a request is one of signature V3. Some clients
// send x-acs-action beside a signature of version 1.0.
func signedByHeaders(r *http.Request, params map[string]string) bool {
	if method, _, _ := strings.Cut(strings.TrimSpace(r.Header.Get("Authorization")), " "); len(method) >= 3 && strings.EqualFold(method[:3], "ACS") {
		return true
	}
	return r.Header.Get("X-Acs-Action") != "" && params["Signature"] == "" && params["AccessKeyId"] == ""
}

func newRequestV3(r *http.Request, body []byte) *requestV3 {
	sum := sha256.Sum256(body)
	v := &requestV3{
		verb: r.Method, path: r.URL.EscapedPath(), query: r.URL.Query(), header: r.Header, host: r.Host, hash: hex.EncodeToString(sum[:]),
	}
	v.authorization, v.fault = parseAuthorization(r.Header.Get("Authorization"))
	if v.path == "" {
		v.path = "/"
	}
	return v
}

// value is that of a header, "" if there is none.
func (v *requestV3) value(name string) string {
	if name == "host" {
		return strings.TrimSpace(v.host)
	}
	return strings.TrimSpace(strings.Join(v.header.Values(name), ","))
}

// common puts the headers in the place of the parameters that say the same.
func (v *requestV3) common(params map[string]string) {
	for name := range common {
		if name != "Format" && name != "ClientToken" && name != "AcceptLanguage" {
			delete(params, name)
		}
	}
	for _, h := range headersV3 {
		if h.parameter != "" {
			params[h.parameter] = v.value(h.header)
		}
	}
	params["AccessKeyId"] = v.keyID
	params["SecurityToken"] = v.value("x-acs-security-token")
}

// wantsXML reports whether the caller accepts XML and not JSON.
func (v *requestV3) wantsXML() bool {
	accept := strings.ToLower(v.value("accept"))
	return strings.Contains(accept, "xml") && !strings.Contains(accept, "json")
}

// incomplete refuses what cannot be verified. The documents have no code for a
// header that is missing or not signed; IncompleteSignature is that of a signature
// that does not conform, and the codes of missing parameters are taken where the
// header stands for one.
func (v *requestV3) incomplete() *fake.Refusal {
	no := func(why string) *fake.Refusal {
		ref := refusalFor("*", "IncompleteSignature", "")
		ref.Message += " " + why
		return &ref
	}
	switch {
	case v.method != methodV3 && v.method != "":
		ref := refusalFor("*", "InvalidSignatureMethod", "")
		return &ref
	case v.fault != "":
		return no(v.fault)
	}
	for _, h := range headersV3 {
		switch {
		case v.value(h.header) != "":
		case h.parameter == "":
			return no("The header " + h.header + " is missing.")
		default:
			return missingCommon(h.parameter)
		}
	}
	for _, name := range v.signed {
		if v.value(name) == "" && len(v.header.Values(name)) == 0 {
			return no("SignedHeaders names " + name + ", which the request does not have.")
		}
	}
	// Host, and all headers of the vendor's that are there, must be signed.
	if !slices.Contains(v.signed, "host") {
		return no("The header host is not signed.")
	}
	for name := range v.header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-acs-") && !slices.Contains(v.signed, name) {
			return no("The header " + name + " is not signed.")
		}
	}
	return nil
}

// canonical is the canonical request over the headers that the caller signed.
func (v *requestV3) canonical() string {
	var b strings.Builder
	b.Grow(1024)
	b.WriteString(v.verb + "\n" + v.path + "\n")
	first := true
	for _, k := range slices.Sorted(maps.Keys(v.query)) {
		for _, value := range v.query[k] {
			if !first {
				b.WriteByte('&')
			}
			first = false
			escape(&b, k)
			b.WriteByte('=')
			escape(&b, value)
		}
	}
	b.WriteByte('\n')
	for _, name := range v.signed {
		b.WriteString(name + ":" + v.value(name) + "\n")
	}
	b.WriteString("\n" + strings.Join(v.signed, ";") + "\n" + v.value("x-acs-content-sha256"))
	return b.String()
}

// signatureV3 is the signature of a canonical request.
func signatureV3(secret, canonical string) (toSign, signature string) {
	sum := sha256.Sum256([]byte(canonical))
	toSign = methodV3 + "\n" + hex.EncodeToString(sum[:])
	relaxed(func() {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(toSign))
		signature = hex.EncodeToString(mac.Sum(nil))
	})
	return toSign, signature
}

// mismatch refuses a signature that is not the one of the secret, or a body that
// is not the one that was signed. The text of what was to be signed is only shown
// if it holds no security token.
func (v *requestV3) mismatch(secret string) *fake.Refusal {
	ref := refusalFor("*", "SignatureDoesNotMatch", "")
	if v.value("x-acs-content-sha256") != v.hash {
		ref.Message += " x-acs-content-sha256 is not the hash of the body."
		return &ref
	}
	canonical := v.canonical()
	toSign, want := signatureV3(secret, canonical)
	if hmac.Equal([]byte(want), []byte(v.signature)) {
		return nil
	}
	ref.Message += " server StringToSign is [" + toSign + "]"
	if v.value("x-acs-security-token") == "" {
		ref.Message += " server CanonicalRequest is [" + canonical + "]"
	}
	return &ref
}
