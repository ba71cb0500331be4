package eiptest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/eipkit/eip-go/eiptest"
)

// Whatever arrives, the handler answers, and nothing is made without a right
// signature. The fuzzer cannot sign, so anything it makes is a finding.
func FuzzRequest(f *testing.F) {
	const signed = "Action=AllocateEipAddress&Version=2016-04-28&Format=JSON&AccessKeyId=testid&SignatureMethod=HMAC-SHA1" +
		"&SignatureVersion=1.0&SignatureNonce=1&Timestamp=2016-02-23T12:46:24Z&RegionId=cn-hangzhou&Signature="
	f.Add("POST", "", signed+"gIhHoaSyyOBj5A2gmbUEb7THO%2BY%3D", "application/x-www-form-urlencoded")
	f.Add("GET", signed+"8NOapwW09cwUHcptbmbM0sqHn2k%3D", "", "")
	f.Add("POST", "Action=DescribeRegions&Format=xml&%zz", "a=%00&;=", "text/plain; charset")
	f.Add("PUT", "Tag.1.Key=a&Tag.1.Key=b&Filter.1.Key=CreationStartTime", "", "application/x-www-form-urlencoded; x=\"")
	srv, err := eiptest.New(eiptest.WithPipe())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(srv.Close)
	f.Fuzz(func(t *testing.T, method, query, body, contentType string) {
		if !token(method) || len(query)+len(body) > 1<<16 {
			t.Skip()
		}
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Method, r.URL.RawQuery = method, query
		r.Header["Content-Type"] = []string{contentType}
		w := httptest.NewRecorder()
		srv.ServeHTTP(w, r)
		if w.Code < 200 || w.Code > 599 || w.Code == http.StatusOK && !strings.HasPrefix(w.Body.String(), "This is a fake") {
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
		if w.Body.Len() == 0 {
			t.Error("empty answer")
		}
		if n := len(srv.AddressesEverMade()) + len(srv.Segments()); n != 0 {
			t.Fatalf("%d addresses or segments made without a signature", n)
		}
	})
}

// token reports whether a method can be sent at all.
func token(s string) bool {
	for _, c := range s {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return s != ""
}
