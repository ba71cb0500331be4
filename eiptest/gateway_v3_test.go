package eiptest_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/eipkit/eip-go/eiptest"
)

// callerV3 signs with ACS3-HMAC-SHA256. Like caller it is written from the
// documents, and shares nothing with the library or the fake.
type callerV3 struct {
	tb     testing.TB
	srv    *eiptest.Server
	key    string
	secret string
	method string
	place  string // query, form or split
	accept string
	more   map[string]string // headers: more of them, or other values; "-" takes one away
	skip   []string          // headers that are sent and not signed
	sign   []string          // headers that are signed besides host, content-type and x-acs-*
	change func(*http.Request)
}

func newCallerV3(tb testing.TB, srv *eiptest.Server) *callerV3 {
	return &callerV3{tb: tb, srv: srv, key: "testid", secret: "testsecret", method: "POST", place: "form", accept: "application/json",
		more: map[string]string{}}
}

func sha(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s))) }

// request builds one signed request of an action.
func (c *callerV3) request(action string, args ...string) *http.Request {
	c.tb.Helper()
	query, form := map[string]string{}, map[string]string{}
	for i := 0; i+1 < len(args); i += 2 {
		if c.place == "query" || c.place == "split" && i%4 == 0 {
			query[args[i]] = args[i+1]
		} else {
			form[args[i]] = args[i+1]
		}
	}
	encoded := func(p map[string]string) string {
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(p)) {
			parts = append(parts, enc(k)+"="+enc(p[k]))
		}
		return strings.Join(parts, "&")
	}
	body := encoded(form)
	target, err := url.Parse(c.srv.URL())
	if err != nil {
		c.tb.Fatal(err)
	}
	headers := map[string]string{
		"host": target.Host, "x-acs-action": action, "x-acs-version": "2016-04-28",
		"x-acs-date":            time.Now().UTC().Format("2006-01-02T15:04:05Z"),
		"x-acs-signature-nonce": fmt.Sprintf("v3-%d", nonce.Add(1)), "x-acs-content-sha256": sha(body),
		"user-agent": "own signer", "accept": c.accept,
	}
	if body != "" {
		headers["content-type"] = "application/x-www-form-urlencoded"
	}
	for k, v := range c.more {
		if headers[k] = v; v == "-" {
			delete(headers, k)
		}
	}
	var names, lines []string
	for _, k := range slices.Sorted(maps.Keys(headers)) {
		own := k == "host" || k == "content-type" || strings.HasPrefix(k, "x-acs-") || slices.Contains(c.sign, k)
		if own && !slices.Contains(c.skip, k) {
			names = append(names, k)
			lines = append(lines, k+":"+strings.TrimSpace(headers[k])+"\n")
		}
	}
	text := strings.Join([]string{c.method, "/", encoded(query), strings.Join(lines, ""), strings.Join(names, ";"), headers["x-acs-content-sha256"]}, "\n")
	mac := hmac.New(sha256.New, []byte(c.secret))
	io.WriteString(mac, "ACS3-HMAC-SHA256\n"+sha(text))
	address := c.srv.URL() + "/"
	if len(query) > 0 {
		address += "?" + encoded(query)
	}
	req, err := http.NewRequestWithContext(c.tb.Context(), c.method, address, strings.NewReader(body))
	if err != nil {
		c.tb.Fatal(err)
	}
	for k, v := range headers {
		if k != "host" {
			req.Header.Set(k, v)
		}
	}
	req.Header.Set("Authorization", fmt.Sprintf("ACS3-HMAC-SHA256 Credential=%s,SignedHeaders=%s,Signature=%x", c.key, strings.Join(names, ";"), mac.Sum(nil)))
	if c.change != nil {
		c.change(req)
	}
	return req
}

func (c *callerV3) call(action string, args ...string) answer {
	c.tb.Helper()
	resp, err := c.srv.HTTPClient().Do(c.request(action, args...))
	if err != nil {
		c.tb.Fatal(err)
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, header: resp.Header}
	if a.body, err = io.ReadAll(resp.Body); err != nil {
		c.tb.Fatal(err)
	}
	if strings.Contains(resp.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(a.body, &a.tree); err != nil {
			c.tb.Fatalf("not JSON: %v\n%s", err, a.body)
		}
	} else {
		a.tree = parseXML(c.tb, a.body)
	}
	return a
}

// Every placement, with the sets of headers that the vendor's engine and others
// send and sign, in each format.
func TestEveryWayToSendV3(t *testing.T) {
	t.Parallel()
	sets := map[string]func(*callerV3){
		"plain":  func(*callerV3) {},
		"engine": func(c *callerV3) { c.more["x-acs-credentials-provider"] = "static_ak" },
		"more": func(c *callerV3) {
			c.more["x-acs-retry-attempts"] = "1"
			c.sign = []string{"accept", "user-agent"}
		},
		"content type not signed": func(c *callerV3) { c.skip = []string{"content-type"} },
		"blanks":                  func(c *callerV3) { c.more["x-acs-signature-nonce"] = "  " + t.Name() + "  " },
	}
	formats := []struct {
		accept, format string
		xml            bool
	}{
		{"application/json", "", false}, {"", "", false}, {"*/*", "", false}, {"application/json, text/xml", "", false},
		{"application/xml", "", true}, {"text/xml", "JSON", false}, {"application/json", "xml", true},
	}
	for _, method := range []string{"POST", "GET"} {
		for _, place := range []string{"query", "form", "split"} {
			for set, prepare := range sets {
				for _, f := range formats {
					t.Run(strings.Join([]string{method, place, set, f.accept, f.format}, "/"), func(t *testing.T) {
						t.Parallel()
						srv := eiptest.NewServer(t)
						c := newCallerV3(t, srv)
						c.method, c.place, c.accept = method, place, f.accept
						prepare(c)
						args := []string{"RegionId", "cn-hangzhou", "Description", "a b*~+/ü名", "Tag.1.Key", "k", "Tag.1.Value", "", "A.2", "x", "A.10", "y"}
						if f.format != "" {
							args = append(args, "Format", f.format)
						}
						a := c.call("AllocateEipAddress", args...)
						made := srv.AddressesEverMade()
						if a.status != 200 || len(made) != 1 || made[0].AllocationID != a.str("AllocationId") || made[0].Description != "a b*~+/ü名" {
							t.Fatalf("status %d, answer %s, made %+v", a.status, a.body, made)
						}
						if gotXML := a.tree["root"] != nil; gotXML != f.xml {
							t.Errorf("XML %t, want %t: %s", gotXML, f.xml, a.body)
						}
						call := srv.Calls()[0]
						if call.Action != "AllocateEipAddress" || call.Nonce == "" || call.Params["Description"] != "a b*~+/ü名" || len(call.Params) != 6 {
							t.Errorf("recorded as %+v", call)
						}
						delete(c.more, "x-acs-signature-nonce")
						args[1] = "mars-1"
						bad := c.call("AllocateEipAddress", args...)
						if bad.status != 404 || bad.code() != "InvalidRegionId.NotFound" || (bad.tree["root"] != nil) != f.xml {
							t.Errorf("status %d: %s", bad.status, bad.body)
						}
					})
				}
			}
		}
	}
}

func TestGatewayRefusalsV3(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t,
		eiptest.WithCredentials("testid", "testsecret"),
		eiptest.WithSecurityToken("stsid", "stssecret", "the-token", time.Time{}),
		eiptest.WithSecurityToken("oldid", "oldsecret", "old-token", time.Now().Add(-time.Minute)))
	set := func(name, value string) func(*callerV3) { return func(c *callerV3) { c.more[name] = value } }
	sent := func(name, value string) func(*callerV3) { // after it was signed
		return func(c *callerV3) { c.change = func(r *http.Request) { r.Header.Set(name, value) } }
	}
	authorization := func(from, to string) func(*callerV3) {
		return func(c *callerV3) {
			c.change = func(r *http.Request) {
				r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), from, to, 1))
			}
		}
	}
	stamp := func(d time.Duration) string { return time.Now().Add(d).UTC().Format("2006-01-02T15:04:05Z") }
	sts := func(token string) func(*callerV3) {
		return func(c *callerV3) { c.key, c.secret, c.more["x-acs-security-token"] = "stsid", "stssecret", token }
	}
	cases := []struct {
		name   string
		status int
		code   string
		says   string
		change func(*callerV3)
	}{
		{"wrong secret", 400, "SignatureDoesNotMatch", "server StringToSign is [ACS3-HMAC-SHA256\n", func(c *callerV3) { c.secret = "wrongsecret" }},
		{"secret of the other signature", 400, "SignatureDoesNotMatch", "CanonicalRequest is [POST\n/\n", func(c *callerV3) { c.secret += "&" }},
		{"another header value", 400, "SignatureDoesNotMatch", "", sent("x-acs-signature-nonce", "other")},
		{"another action", 400, "SignatureDoesNotMatch", "", sent("x-acs-action", "DescribeRegions")},
		{"another content type", 400, "SignatureDoesNotMatch", "", sent("content-type", "application/x-www-form-urlencoded; charset=utf-8")},
		{"another host", 400, "SignatureDoesNotMatch", "", func(c *callerV3) { c.change = func(r *http.Request) { r.Host = "vpc.aliyuncs.com" } }},
		{"another query", 400, "SignatureDoesNotMatch", "", func(c *callerV3) { c.change = func(r *http.Request) { r.URL.RawQuery = "Bandwidth=9" } }},
		{"wrong body hash", 400, "SignatureDoesNotMatch", "hash of the body", set("x-acs-content-sha256", sha("another body"))},
		{"unsigned payload", 400, "SignatureDoesNotMatch", "hash of the body", set("x-acs-content-sha256", "UNSIGNED-PAYLOAD")},
		{"one byte of the body", 400, "SignatureDoesNotMatch", "hash of the body", func(c *callerV3) {
			c.change = func(r *http.Request) {
				r.Body = io.NopCloser(strings.NewReader("RegionId=cn-hangzhov"))
				r.GetBody = nil
			}
		}},
		{"no action", 400, "MissingAction", "", set("x-acs-action", "-")},
		{"no version", 400, "MissingVersion", "", set("x-acs-version", "-")},
		{"no date", 400, "MissingTimestamp", "", set("x-acs-date", "-")},
		{"no nonce", 400, "MissingSignatureNonce", "", set("x-acs-signature-nonce", "-")},
		{"no body hash", 400, "IncompleteSignature", "x-acs-content-sha256 is missing", set("x-acs-content-sha256", "-")},
		{"host not signed", 400, "IncompleteSignature", "host is not signed", func(c *callerV3) { c.skip = []string{"host"} }},
		{"action not signed", 400, "IncompleteSignature", "x-acs-action is not signed", func(c *callerV3) { c.skip = []string{"x-acs-action"} }},
		{"version not signed", 400, "IncompleteSignature", "x-acs-version is not signed", func(c *callerV3) { c.skip = []string{"x-acs-version"} }},
		{"date not signed", 400, "IncompleteSignature", "x-acs-date is not signed", func(c *callerV3) { c.skip = []string{"x-acs-date"} }},
		{"nonce not signed", 400, "IncompleteSignature", "x-acs-signature-nonce is not signed", func(c *callerV3) { c.skip = []string{"x-acs-signature-nonce"} }},
		{"body hash not signed", 400, "IncompleteSignature", "x-acs-content-sha256 is not signed", func(c *callerV3) { c.skip = []string{"x-acs-content-sha256"} }},
		{"another header not signed", 400, "IncompleteSignature", "x-acs-credentials-provider is not signed", func(c *callerV3) {
			c.more["x-acs-credentials-provider"] = "static_ak"
			c.skip = []string{"x-acs-credentials-provider"}
		}},
		{"security token not signed", 400, "IncompleteSignature", "x-acs-security-token is not signed", func(c *callerV3) {
			sts("the-token")(c)
			c.skip = []string{"x-acs-security-token"}
		}},
		{"a header signed that is not there", 400, "IncompleteSignature", "x-acs-absent", authorization(";x-acs-version", ";x-acs-absent;x-acs-version")},
		{"no authorization", 400, "IncompleteSignature", "Authorization is missing", func(c *callerV3) {
			c.change = func(r *http.Request) { r.Header.Del("Authorization") }
		}},
		{"no signature", 400, "IncompleteSignature", "", authorization("Signature=", "Sig=")},
		{"no key", 400, "IncompleteSignature", "", authorization("Credential=testid,", "")},
		{"short signature", 400, "IncompleteSignature", "64 hexadecimal digits", sent("Authorization",
			"ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=host,Signature=00")},
		{"unknown algorithm", 400, "InvalidSignatureMethod", "", authorization("ACS3-HMAC-SHA256", "ACS3-HMAC-SM3")},
		{"signature of ROA style", 400, "InvalidSignatureMethod", "", sent("Authorization", "acs testid:gIhHoaSyyOBj5A2gmbUEb7THO+Y=")},
		{"another vendor's", 400, "InvalidSignatureMethod", "", authorization("ACS3", "AWS4")},
		{"old date", 400, "InvalidTimeStamp.Expired", "", set("x-acs-date", stamp(-16*time.Minute))},
		{"early date", 400, "InvalidTimeStamp.Expired", "", set("x-acs-date", stamp(16*time.Minute))},
		{"date of HTTP", 400, "InvalidTimeStamp.Format", "", set("x-acs-date", "Tue, 23 Feb 2016 12:46:24 GMT")},
		{"unknown action", 404, "InvalidAction.NotFound", "", set("x-acs-action", "MakeCoffee")},
		{"other version", 400, "NoSuchVersion", "", set("x-acs-version", "2014-05-26")},
		{"unknown key", 404, "InvalidAccessKeyId.NotFound", "", func(c *callerV3) { c.key = "nobody" }},
		{"PUT", 403, "UnsupportedHTTPMethod", "", func(c *callerV3) { c.method = "PUT" }},
		{"no security token", 400, "MissingSecurityToken", "", func(c *callerV3) { c.key, c.secret = "stsid", "stssecret" }},
		{"other security token", 400, "InvalidSecurityToken.MismatchWithAccessKey", "", sts("other")},
		{"needless security token", 400, "InvalidSecurityToken.MismatchWithAccessKey", "", set("x-acs-security-token", "other")},
		{"expired security token", 400, "InvalidSecurityToken.Expired", "", func(c *callerV3) {
			c.key, c.secret, c.more["x-acs-security-token"] = "oldid", "oldsecret", "old-token"
		}},
		{"wrong secret with a security token", 400, "SignatureDoesNotMatch", "StringToSign", func(c *callerV3) {
			sts("the-token")(c)
			c.secret = "wrongsecret"
		}},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			c := newCallerV3(t, srv)
			tt.change(c)
			a := c.call("AllocateEipAddress", "RegionId", "cn-hangzhou")
			if a.status != tt.status || a.code() != tt.code || !strings.Contains(a.str("Message"), tt.says) {
				t.Errorf("got status %d %s, want %d %s, %q\n%s", a.status, a.code(), tt.status, tt.code, tt.says, a.body)
			}
			if a.str("RequestId") == "" || a.str("HostId") == "" {
				t.Errorf("error without RequestId or HostId: %s", a.body)
			}
			for _, secret := range []string{"testsecret", "stssecret", "oldsecret", "the-token", "old-token"} {
				if strings.Contains(string(a.body), secret) {
					t.Errorf("the answer reveals %q: %s", secret, a.body)
				}
			}
		})
	}
	if n := len(srv.AddressesEverMade()); n != 0 {
		t.Errorf("%d addresses were made", n)
	}
	c := newCallerV3(t, srv)
	sts("the-token")(c)
	if a := c.call("DescribeRegions"); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	srv.DisableKey("testid", true)
	if a := newCallerV3(t, srv).call("DescribeRegions"); a.code() != "InvalidAccessKeyId.Inactive" {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// The nonces of both signatures are the same account's, and so are the tokens.
func TestBothSignaturesShareTheAccount(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c, old := newCallerV3(t, srv), newCaller(t, srv)
	c.more["x-acs-signature-nonce"] = "same"
	c.secret = "wrong"
	if a := c.call("DescribeRegions"); a.code() != "SignatureDoesNotMatch" { // does not use it up
		t.Errorf("%d %s", a.status, a.body)
	}
	c.secret = "testsecret"
	if a := c.call("DescribeRegions"); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := c.call("DescribeRegions"); a.code() != "SignatureNonceUsed" {
		t.Errorf("%d %s", a.status, a.body)
	}
	old.refused(400, "SignatureNonceUsed", "DescribeRegions", "SignatureNonce", "same")

	delete(c.more, "x-acs-signature-nonce")
	first := c.call("AllocateEipAddress", "RegionId", "cn-hangzhou", "ClientToken", "t-1")
	again := old.ok("AllocateEipAddress", "RegionId", "cn-hangzhou", "ClientToken", "t-1")
	if first.str("AllocationId") == "" || first.str("AllocationId") != again.str("AllocationId") || len(srv.AddressesEverMade()) != 1 {
		t.Errorf("one token, two answers: %s and %s", first.body, again.body)
	}
}

// A client of signature version 1.0 may name the action in a header too.
func TestOldSignatureWithHeaders(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := newCaller(t, srv)
	base := c.http.Transport
	c.http = &http.Client{Transport: transportFunc(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.Header.Set("x-acs-action", "DescribeRegions")
		r.Header.Set("x-acs-version", "2016-04-28")
		return base.RoundTrip(r)
	})}
	c.ok("DescribeRegions")
}

type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
