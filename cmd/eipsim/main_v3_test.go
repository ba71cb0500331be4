package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// requestV3 is a request with signature V3 (ACS3-HMAC-SHA256), by a signer of its
// own: method, query and form, and headers besides those that each request has.
type requestV3 struct {
	method, query, form string
	more                map[string]string
}

func hash(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s))) }

// sendV3 signs and sends one request. Query and form are given as they are signed:
// sorted and encoded.
func sendV3(t *testing.T, endpoint, id, secret, action string, r requestV3) (status int, contentType, body string) {
	t.Helper()
	u, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	headers := map[string]string{
		"host": u.Host, "x-acs-action": action, "x-acs-version": "2016-04-28", "x-acs-date": time.Now().UTC().Format("2006-01-02T15:04:05Z"),
		"x-acs-signature-nonce": hash(time.Now().String() + t.Name()), "x-acs-content-sha256": hash(r.form),
	}
	if r.form != "" {
		headers["content-type"] = "application/x-www-form-urlencoded"
	}
	for k, v := range r.more {
		if strings.HasPrefix(k, "x-acs-") {
			headers[k] = v
		}
	}
	names := slices.Sorted(maps.Keys(headers))
	text := r.method + "\n/\n" + r.query + "\n"
	for _, name := range names {
		text += name + ":" + headers[name] + "\n"
	}
	signed := strings.Join(names, ";")
	text += "\n" + signed + "\n" + headers["x-acs-content-sha256"]
	mac := hmac.New(sha256.New, []byte(secret))
	io.WriteString(mac, "ACS3-HMAC-SHA256\n"+hash(text))
	req, err := http.NewRequestWithContext(t.Context(), r.method, endpoint+"/?"+r.query, strings.NewReader(r.form))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range r.more {
		req.Header.Set(name, value)
	}
	for name, value := range headers {
		if name != "host" {
			req.Header.Set(name, value)
		}
	}
	req.Header.Set("Authorization", fmt.Sprintf("ACS3-HMAC-SHA256 Credential=%s,SignedHeaders=%s,Signature=%x", id, signed, mac.Sum(nil)))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Content-Type"), string(raw)
}

// Any client of signature V3 can use the program: the vendor's engine sends a
// query or a form, names the source of its credentials, and accepts JSON.
func TestSignatureV3(t *testing.T) {
	t.Parallel()
	endpoint, stderr, stop := start(t, "-listen", "127.0.0.1:0", "-access-key-id", "key1", "-access-key-secret", "the-secret", "-log")
	const all = "Bandwidth=5&Description=a%20b%2A%E5%90%8D&RegionId=cn-hangzhou"
	engine := map[string]string{"accept": "application/json", "x-acs-credentials-provider": "static_ak",
		"user-agent": "AlibabaCloud (linux; amd64) Golang/1.26.8 Core/0.01 TeaDSL/2"}
	n := 0
	for name, r := range map[string]requestV3{
		"POST query": {method: "POST", query: all},
		"POST form":  {method: "POST", form: all},
		"POST split": {method: "POST", query: "RegionId=cn-hangzhou", form: "Bandwidth=5&Description=a%20b"},
		"GET":        {method: "GET", query: all},
	} {
		for provider, more := range map[string]map[string]string{"": nil, "with the headers of the engine": engine} {
			r.more = more
			status, contentType, body := sendV3(t, endpoint, "key1", "the-secret", "AllocateEipAddress", r)
			if n++; status != 200 || !strings.Contains(body, `"AllocationId":"eip-`) || !strings.Contains(contentType, "json") {
				t.Errorf("%s %s: %d %s %s", name, provider, status, contentType, body)
			}
			status, contentType, body = sendV3(t, endpoint, "key1", "the-secreT", "AllocateEipAddress", r)
			if status != 400 || !strings.Contains(body, "SignatureDoesNotMatch") || !strings.Contains(contentType, "json") {
				t.Errorf("%s %s: wrong secret: %d %s %s", name, provider, status, contentType, body)
			}
		}
	}
	xml := requestV3{method: "POST", form: "RegionId=cn-hangzhou", more: map[string]string{"accept": "application/xml"}}
	if status, _, body := sendV3(t, endpoint, "key1", "the-secret", "DescribeEipAddresses", xml); status != 200 ||
		!strings.Contains(body, fmt.Sprintf("<TotalCount>%d</TotalCount>", n)) {
		t.Errorf("%d %s, want %d addresses", status, body, n)
	}
	resp, err := http.Get(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if !strings.Contains(string(text), "ACS3-HMAC-SHA256") {
		t.Errorf("GET / does not mention the signature:\n%s", text)
	}
	if code := stop(); code != 0 {
		t.Errorf("exit status %d", code)
	}
	if log := stderr.String(); strings.Contains(log, "the-secret") || strings.Contains(log, "SignedHeaders") {
		t.Errorf("the log holds a secret:\n%s", log)
	}
}
