package eiptest

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
)

type vectorV3 struct {
	Name, Method, Body, Secret          string
	Canonical, Signature, Authorization string
	Query, Headers                      map[string]string
}

// request is the vector as it arrives.
func (v vectorV3) request() *http.Request {
	query := url.Values{}
	for k, p := range v.Query {
		query.Set(k, p)
	}
	r := httptest.NewRequest(v.Method, "/?"+query.Encode(), strings.NewReader(v.Body))
	for name, value := range v.Headers {
		r.Header.Set(name, value)
	}
	r.Host = v.Headers["host"]
	r.Header.Del("Host")
	r.Header.Set("Authorization", v.Authorization)
	return r
}

// The vectors come from the vendor's engine and another implementation; the last
// two are whole requests of the engine.
func TestSignatureV3Vectors(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/signatures_v3.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Vectors []vectorV3
		Wrong   []struct{ Vector, Mistake, Signature string }
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) != 16 || len(file.Wrong) != 9 {
		t.Fatalf("%d vectors, %d mistakes", len(file.Vectors), len(file.Wrong))
	}
	got := map[string]string{}
	for _, v := range file.Vectors {
		req := newRequestV3(v.request(), []byte(v.Body))
		if req.fault != "" || req.keyID != "testid" {
			t.Errorf("%s: fault %q, key %q", v.Name, req.fault, req.keyID)
		}
		if canonical := req.canonical(); canonical != v.Canonical {
			t.Errorf("%s: canonical request\n got %q\nwant %q", v.Name, canonical, v.Canonical)
		}
		if ref := req.mismatch(v.Secret); ref != nil {
			t.Errorf("%s: %s", v.Name, ref.Message)
		}
		// Only the vector that does not sign the host is not complete.
		if ref := req.incomplete(); (ref != nil) != (v.Name == "no-host") {
			t.Errorf("%s: %+v", v.Name, ref)
		}
		for _, wrong := range []string{v.Secret + "&", v.Secret + "x", ""} {
			if ref := req.mismatch(wrong); ref == nil || ref.Code != "SignatureDoesNotMatch" {
				t.Errorf("%s: the secret %q passes: %+v", v.Name, wrong, ref)
			}
		}
		if ref := newRequestV3(v.request(), []byte(v.Body+"x")).mismatch(v.Secret); ref == nil || !strings.Contains(ref.Message, "hash of the body") {
			t.Errorf("%s: another body passes: %+v", v.Name, ref)
		}
		for name := range v.Headers {
			signed := name == "host" || name == "content-type" || strings.HasPrefix(name, "x-acs-")
			r := v.request()
			if name == "host" {
				r.Host = "elsewhere.invalid"
			} else {
				r.Header.Set(name, "other")
			}
			if ref := newRequestV3(r, []byte(v.Body)).mismatch(v.Secret); (ref != nil) != signed {
				t.Errorf("%s: another value of %s: %+v", v.Name, name, ref)
			}
		}
		_, got[v.Name] = signatureV3(v.Secret, v.Canonical)
	}
	for _, w := range file.Wrong {
		if got[w.Vector] == "" || got[w.Vector] == w.Signature {
			t.Errorf("%s: the mistake %q goes unnoticed", w.Vector, w.Mistake)
		}
	}
}

// signatureOfNothing has the form of a signature.
var signatureOfNothing = strings.Repeat("0", 64)

func TestParseAuthorization(t *testing.T) {
	t.Parallel()
	for value, fault := range map[string]string{
		"ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host;x-acs-action,Signature=" + signatureOfNothing:           "",
		" ACS3-HMAC-SHA256  Signature=" + signatureOfNothing + ", SignedHeaders=x-acs-action;host , Credential=id": "",
		"":                 "is missing",
		"ACS3-HMAC-SHA256": "without a value",
		"ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host":                                               "lacks one",
		"ACS3-HMAC-SHA256 Credential=,SignedHeaders=host,Signature=" + signatureOfNothing:                 "without a value",
		"ACS3-HMAC-SHA256 Credential=id,Credential=id,SignedHeaders=host,Signature=" + signatureOfNothing: "twice",
		"ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host,Signature=" + signatureOfNothing + ",Extra=x":  "none of",
		"ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host,Signature=" + signatureOfNothing + ",":         "without a value",
		"ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host,Signature=" + strings.Repeat("A", 64):          "64 hexadecimal",
		"ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host,Signature=00":                                  "64 hexadecimal",
		"ACS3-HMAC-SHA256 Credential=id,SignedHeaders=Host,Signature=" + signatureOfNothing:               "lower case",
		"ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host;host,Signature=" + signatureOfNothing:          "different names",
		"ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host;;x-acs-action,Signature=" + signatureOfNothing: "different names",
	} {
		a, got := parseAuthorization(value)
		if fault == "" && (got != "" || a.method != methodV3 || a.keyID != "id" || !slices.Equal(a.signed, []string{"host", "x-acs-action"})) {
			t.Errorf("%q: %+v, %q", value, a, got)
		}
		if !strings.Contains(got, fault) || fault != "" && got == "" {
			t.Errorf("%q: got %q, want %q", value, got, fault)
		}
	}
}

// A client of signature version 1.0 may send some of the headers as well.
func TestSignedByHeaders(t *testing.T) {
	t.Parallel()
	const authorization = "Authorization"
	for _, tt := range []struct {
		header map[string]string
		params map[string]string
		want   bool
	}{
		{map[string]string{authorization: "ACS3-HMAC-SHA256 Credential=x"}, nil, true},
		{map[string]string{authorization: "acs id:signature"}, nil, true},
		{map[string]string{authorization: "ACS3-HMAC-SM3 x"}, map[string]string{"Signature": "x", "AccessKeyId": "y"}, true},
		{map[string]string{authorization: "Basic x"}, nil, false},
		{map[string]string{authorization: "Basic x", "x-acs-action": "y"}, nil, true},
		{map[string]string{"x-acs-action": "y"}, nil, true},
		{map[string]string{"x-acs-action": "y"}, map[string]string{"Signature": "x"}, false},
		{map[string]string{"x-acs-action": "y"}, map[string]string{"AccessKeyId": "x"}, false},
		{map[string]string{"x-acs-version": "y"}, nil, false},
		{nil, nil, false},
	} {
		r := httptest.NewRequest("POST", "/", nil)
		for k, v := range tt.header {
			r.Header.Set(k, v)
		}
		if got := signedByHeaders(r, tt.params); got != tt.want {
			t.Errorf("%v %v: %t", tt.header, tt.params, got)
		}
	}
}

// What the parser accepts says the same when it is written down again.
func FuzzAuthorization(f *testing.F) {
	f.Add("ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host;x-acs-action,Signature=" + signatureOfNothing)
	f.Add("ACS3-HMAC-SHA256 Credential==,SignedHeaders=a=b,Signature=" + signatureOfNothing)
	f.Add("acs id:signature")
	f.Add(",;=\x00\xff")
	f.Fuzz(func(t *testing.T, value string) {
		a, fault := parseAuthorization(value)
		if fault != "" {
			if strings.ContainsAny(fault, "\n\r") || len(fault) > 100 {
				t.Fatalf("fault %q", fault)
			}
			return
		}
		if a.keyID == "" || len(a.signature) != 64 || !slices.IsSorted(a.signed) || len(slices.Compact(slices.Clone(a.signed))) != len(a.signed) {
			t.Fatalf("%q is taken for %+v", value, a)
		}
		again, fault := parseAuthorization(a.method + " Credential=" + a.keyID + ",SignedHeaders=" + strings.Join(a.signed, ";") + ",Signature=" + a.signature)
		if fault != "" || again.method != a.method || again.keyID != a.keyID || again.signature != a.signature || !slices.Equal(again.signed, a.signed) {
			t.Fatalf("%q: %+v, then %+v, %q", value, a, again, fault)
		}
	})
}

// Whatever the headers are, nothing is made without a right signature, and the
// handler answers.
func FuzzHeadersV3(f *testing.F) {
	f.Add("ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature="+
		signatureOfNothing, "AllocateEipAddress", "2026-01-02T03:04:05Z", "RegionId=cn-hangzhou", "application/xml")
	f.Add("ACS3-HMAC-SM3", "", "", "%zz&a=1;b", "*/*")
	srv, err := New(WithPipe())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(srv.Close)
	f.Fuzz(func(t *testing.T, authorization, action, date, query, accept string) {
		r := httptest.NewRequest("POST", "/", nil)
		r.URL.RawQuery = query
		maps.Copy(r.Header, http.Header{
			"Authorization": {authorization}, "X-Acs-Action": {action}, "X-Acs-Date": {date}, "X-Acs-Version": {Version},
			"X-Acs-Signature-Nonce": {"n"}, "X-Acs-Content-Sha256": {newRequestV3(r, nil).hash}, "Accept": {accept},
		})
		w := httptest.NewRecorder()
		srv.ServeHTTP(w, r)
		if w.Code < 400 || w.Code > 499 || w.Body.Len() == 0 {
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
		if n := len(srv.AddressesEverMade()); n != 0 {
			t.Fatalf("%d addresses made without a signature", n)
		}
	})
}
