package eiptest

import (
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
)

// Version is the API version that the service speaks.
const Version = "2016-04-28"

// timeLayout is the form of every time on the wire.
const timeLayout = "2006-01-02T15:04:05Z"

// window is how far a timestamp may be from the service's clock, and
// nonceLife how long a nonce is remembered: over both sides of the window.
const (
	window    = 15 * time.Minute
	nonceLife = 31 * time.Minute
)

// incoming is what Parse found out about a request.
type incoming struct {
	method string
	params map[string]string
	xml    bool
	format string
	v3     *requestV3    // nil if the signature is of version 1.0
	bad    *fake.Refusal // found while parsing
}

// Parse implements fake.Service.
func (s *service) Parse(r *http.Request, body []byte) *fake.Request {
	in := &incoming{method: r.Method, params: map[string]string{}}
	in.add(r.URL.RawQuery)
	if len(body) > 0 {
		// Clients that send an empty body leave all sorts of types beside it;
		// a body that is not a form is not part of the signature.
		ct, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if r.Header.Get("Content-Type") == "" || err == nil && ct == "application/x-www-form-urlencoded" {
			in.add(string(body))
		}
	}
	in.format = in.params["Format"]
	in.xml = !strings.EqualFold(in.format, "JSON")
	bare := r.Method == http.MethodGet && len(in.params) == 0 && in.bad == nil
	if signedByHeaders(r, in.params) {
		bare = false
		in.v3 = newRequestV3(r, body)
		in.v3.common(in.params)
		if in.format == "" {
			in.xml = in.v3.wantsXML()
		}
	}
	return &fake.Request{
		Action: in.params["Action"],
		Token:  in.params["ClientToken"],
		Nonce:  in.params["SignatureNonce"],
		Params: in.public(),
		Alien:  actions[in.params["Action"]].run == nil,
		Usage:  bare,
		Vendor: in,
	}
}

// add merges one encoded part. A later part wins, as it does in clients that
// build one map from both.
func (in *incoming) add(encoded string) {
	if encoded == "" {
		return
	}
	values, err := url.ParseQuery(encoded)
	if err != nil && in.bad == nil {
		ref := refusalFor("*", "InvalidParameter", "The specified parameter is not valid.")
		in.bad = &ref
	}
	for k, v := range values {
		in.params[k] = v[0]
	}
}

// common lists the parameters that belong to the call's envelope, not to what
// it asks for.
var common = map[string]bool{
	"Action": true, "Version": true, "Format": true, "AccessKeyId": true, "Signature": true,
	"SignatureMethod": true, "SignatureVersion": true, "SignatureNonce": true, "SignatureType": true,
	"Timestamp": true, "SecurityToken": true, "ClientToken": true, "AcceptLanguage": true,
}

// public copies what may be shown: neither key, signature nor security token.
func (in *incoming) public() map[string]string {
	out := make(map[string]string, len(in.params))
	for k, v := range in.params {
		if !common[k] {
			out[k] = v
		}
	}
	return out
}

// check does what the gateway does before an action sees the call: method,
// action, version, time, key, signature, security token, nonce.
func (s *service) check(in *incoming, now time.Time) *fake.Refusal {
	p := in.params
	no := func(code string) *fake.Refusal { r := refusalFor("*", code, ""); return &r }
	switch {
	case in.method != http.MethodGet && in.method != http.MethodPost:
		return no("UnsupportedHTTPMethod")
	case in.bad != nil:
		return in.bad
	case in.format != "" && !strings.EqualFold(in.format, "JSON") && !strings.EqualFold(in.format, "XML"):
		return no("InvalidParameter.Format")
	}
	if ref := in.incomplete(); ref != nil {
		return ref
	}
	switch {
	case actions[p["Action"]].run == nil:
		return no(s.set.unknownAction)
	case p["Version"] != Version:
		return no("NoSuchVersion")
	}
	at, err := time.Parse(timeLayout, p["Timestamp"])
	if err != nil {
		return no("InvalidTimeStamp.Format")
	}
	if d := now.Sub(at); d > window || d < -window {
		return no("InvalidTimeStamp.Expired")
	}
	key, known := s.key(p["AccessKeyId"])
	if !known {
		return no("InvalidAccessKeyId.NotFound")
	}
	if ref := in.mismatch(key.secret); ref != nil {
		return ref
	}
	switch {
	case key.disabled:
		return no("InvalidAccessKeyId.Inactive")
	case key.token == "" && p["SecurityToken"] != "":
		return no("InvalidSecurityToken.MismatchWithAccessKey")
	case key.token != "" && p["SecurityToken"] == "":
		return no("MissingSecurityToken")
	case key.token != p["SecurityToken"]:
		return no("InvalidSecurityToken.MismatchWithAccessKey")
	case !key.expires.IsZero() && !now.Before(key.expires):
		return no("InvalidSecurityToken.Expired")
	}
	if !s.nonces.fresh(p["AccessKeyId"]+"\x00"+p["SignatureNonce"], s.clock()) {
		return no("SignatureNonceUsed")
	}
	return nil
}

// incomplete refuses a request whose signature cannot be verified.
func (in *incoming) incomplete() *fake.Refusal {
	if in.v3 != nil {
		return in.v3.incomplete()
	}
	p := in.params
	for _, name := range []string{"Action", "Version", "AccessKeyId", "SignatureMethod", "SignatureVersion",
		"SignatureNonce", "Timestamp", "Signature"} {
		if p[name] == "" {
			return missingCommon(name)
		}
	}
	code := ""
	switch {
	case !strings.EqualFold(p["SignatureMethod"], "HMAC-SHA1") || p["SignatureType"] != "":
		code = "InvalidSignatureMethod"
	case p["SignatureVersion"] != "1.0":
		code = "IncompleteSignature"
	default:
		return nil
	}
	ref := refusalFor("*", code, "")
	return &ref
}

// missingCommon refuses a request without one of the common parameters.
func missingCommon(name string) *fake.Refusal {
	return &fake.Refusal{Status: 400, Code: "Missing" + name, Message: name + " is mandatory for this action."}
}

// mismatch refuses a signature that is not the one of the secret.
func (in *incoming) mismatch(secret string) *fake.Refusal {
	if in.v3 != nil {
		return in.v3.mismatch(secret)
	}
	text := stringToSign(in.method, in.params)
	if signed(secret, text, in.params["Signature"]) {
		return nil
	}
	ref := refusalFor("*", "SignatureDoesNotMatch", "")
	if in.params["SecurityToken"] == "" { // the text would repeat it
		ref.Message += " server string to sign is:" + text
	}
	return &ref
}

// Refuse implements fake.Service.
func (s *service) Refuse(req *fake.Request, ref fake.Refusal) fake.Reply {
	if ref.Status == 0 {
		ref = refusalFor(req.Action, ref.Code, "")
	}
	id := requestID()
	return s.reply(req, ref.Status, "Error", ref.Code, id, errorAnswer(id, s.set.hostID, ref))
}

// errorAnswer is the body of a refusal.
func errorAnswer(requestID, hostID string, ref fake.Refusal) obj {
	return obj{
		{"RequestId", requestID}, {"HostId", hostID}, {"Code", ref.Code}, {"Message", ref.Message},
		{"Recommend", "https://api.alibabacloud.com/troubleshoot?q=" + url.QueryEscape(ref.Code) + "&product=Vpc"},
	}
}

func (s *service) reply(req *fake.Request, status int, root, code, id string, body obj) fake.Reply {
	rep := fake.Reply{Status: status, Code: code, RequestID: id}
	if in := req.Vendor.(*incoming); in.xml {
		rep.Header = http.Header{"Content-Type": {"text/xml;charset=utf-8"}}
		rep.Body = renderXML(root, body)
	} else {
		rep.Header = http.Header{"Content-Type": {"application/json;charset=utf-8"}}
		rep.Body = renderJSON(body)
	}
	return rep
}

// Throttled implements fake.Service.
func (s *service) Throttled() fake.Refusal { return refusalFor("*", "Throttling.User", "") }

// Denied implements fake.Service.
func (s *service) Denied() fake.Refusal { return refusalFor("*", "Forbidden.RAM", "") }

// Broken implements fake.Service.
func (s *service) Broken(status int) fake.Refusal {
	code := "ServiceUnavailable"
	if status == http.StatusInternalServerError {
		code = "InternalError"
	}
	return refusalFor("*", code, "")
}
