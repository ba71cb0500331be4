package eiptest_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/eipkit/eip-go/eiptest"
)

// caller is a client of its own making: it signs from the documents and shares
// nothing with the library or the fake.
type caller struct {
	tb     testing.TB
	srv    *eiptest.Server
	http   *http.Client
	key    string
	secret string
	method string
	place  string // query, form or split
}

var nonce atomic.Int64

func newCaller(tb testing.TB, srv *eiptest.Server) *caller {
	return &caller{tb: tb, srv: srv, http: srv.HTTPClient(), key: "testid", secret: "testsecret", method: "POST", place: "form"}
}

type answer struct {
	status int
	header http.Header
	body   []byte
	tree   map[string]any
	err    error
}

func (a answer) str(path ...string) string {
	var v any = a.tree
	for _, p := range path {
		switch t := v.(type) {
		case map[string]any:
			v = t[p]
		case []any:
			if len(t) == 0 {
				return ""
			}
			if m, ok := t[0].(map[string]any); ok {
				v = m[p]
			}
		}
	}
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		return fmt.Sprintf("%.0f", v)
	default:
		return fmt.Sprint(v)
	}
}

func (a answer) code() string { return a.str("Code") }

func enc(s string) string {
	s = url.QueryEscape(s)
	return strings.NewReplacer("+", "%20", "*", "%2A", "%7E", "~").Replace(s)
}

func (c *caller) sign(p map[string]string) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(p)) {
		parts = append(parts, enc(k)+"="+enc(p[k]))
	}
	mac := hmac.New(sha1.New, []byte(c.secret+"&"))
	io.WriteString(mac, c.method+"&%2F&"+enc(strings.Join(parts, "&")))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// envelope adds the common parameters; what is there already stays, and "-"
// takes a parameter away.
func (c *caller) envelope(action string, extra ...string) map[string]string {
	p := map[string]string{
		"Action": action, "Version": "2016-04-28", "Format": "JSON", "AccessKeyId": c.key,
		"SignatureMethod": "HMAC-SHA1", "SignatureVersion": "1.0",
		"SignatureNonce": fmt.Sprintf("n-%d", nonce.Add(1)),
		"Timestamp":      time.Now().UTC().Format("2006-01-02T15:04:05Z"),
	}
	for i := 0; i+1 < len(extra); i += 2 {
		if extra[i+1] == "-" {
			delete(p, extra[i])
		} else {
			p[extra[i]] = extra[i+1]
		}
	}
	return p
}

func (c *caller) call(action string, extra ...string) answer {
	c.tb.Helper()
	p := c.envelope(action, extra...)
	if _, given := p["Signature"]; !given {
		p["Signature"] = c.sign(p)
	}
	return c.send(p)
}

func (c *caller) send(p map[string]string) answer {
	c.tb.Helper()
	query, form := url.Values{}, url.Values{}
	for i, k := range slices.Sorted(maps.Keys(p)) {
		if c.place == "query" || c.place == "split" && i%2 == 0 {
			query.Set(k, p[k])
		} else {
			form.Set(k, p[k])
		}
	}
	target := c.srv.URL() + "/"
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	var body io.Reader
	if len(form) > 0 {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(c.tb.Context(), c.method, target, body)
	if err != nil {
		c.tb.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{err: err}
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, header: resp.Header}
	if a.body, a.err = io.ReadAll(resp.Body); a.err != nil {
		return a
	}
	if strings.Contains(resp.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(a.body, &a.tree); err != nil {
			c.tb.Fatalf("not JSON: %v\n%s", err, a.body)
		}
	} else if strings.Contains(resp.Header.Get("Content-Type"), "xml") {
		a.tree = parseXML(c.tb, a.body)
	}
	return a
}

// ok fails the test unless the call succeeded.
func (c *caller) ok(action string, extra ...string) answer {
	c.tb.Helper()
	a := c.call(action, extra...)
	if a.err != nil || a.status != 200 {
		c.tb.Fatalf("%s %v: status %d, error %v\n%s", action, extra, a.status, a.err, a.body)
	}
	return a
}

// refused fails the test unless the call was refused with the code.
func (c *caller) refused(status int, code, action string, extra ...string) answer {
	c.tb.Helper()
	a := c.call(action, extra...)
	if a.err != nil || a.status != status || a.code() != code {
		c.tb.Fatalf("%s %v: got status %d code %q error %v, want %d %s\n%s", action, extra, a.status, a.code(), a.err, status, code, a.body)
	}
	return a
}

// allocate makes an address and returns its ID and IP.
func (c *caller) allocate(extra ...string) (id, ip string) {
	c.tb.Helper()
	a := c.ok("AllocateEipAddress", append([]string{"RegionId", "cn-hangzhou"}, extra...)...)
	return a.str("AllocationId"), a.str("EipAddress")
}

// status is what DescribeEipAddresses says of an address, or "gone".
func (c *caller) status(id string) string {
	c.tb.Helper()
	a := c.ok("DescribeEipAddresses", "RegionId", "cn-hangzhou", "AllocationId", id)
	if a.str("TotalCount") == "0" {
		return "gone"
	}
	return a.str("EipAddresses", "EipAddress", "Status")
}

// parseXML turns an answer into the tree that the same answer has as JSON,
// but for the types of its leaves; "root" holds the root's name.
func parseXML(tb testing.TB, body []byte) map[string]any {
	type node struct {
		name string
		m    map[string]any
		text string
	}
	dec := xml.NewDecoder(strings.NewReader(string(body)))
	var stack []*node
	for {
		tok, err := dec.Token()
		if err != nil {
			tb.Fatalf("not XML: %v\n%s", err, body)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			stack = append(stack, &node{name: t.Name.Local, m: map[string]any{}})
		case xml.CharData:
			if len(stack) > 0 {
				stack[len(stack)-1].text += string(t)
			}
		case xml.EndElement:
			n := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			var v any = n.text
			if len(n.m) > 0 {
				v = n.m
			}
			if len(stack) == 0 {
				n.m["root"] = n.name
				return n.m
			}
			up := stack[len(stack)-1].m
			if old, again := up[n.name]; again {
				if l, isList := old.([]any); isList {
					v = append(l, v)
				} else {
					v = []any{old, v}
				}
			}
			up[n.name] = v
		}
	}
}
