package eiptest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	eip "github.com/eipkit/eip-go"
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

// Whatever a client with a right signature asks for, the service answers.
func FuzzAction(f *testing.F) {
	names := []string{"DescribeRegions", all, pro, desc, bind, free, mod, rel, mon, "DescribeEipGatewayInfo", seg,
		"DescribeEipSegment", "ReleaseEipSegmentAddress"} // the corpus counts on this order
	for m := range reflect.TypeFor[*eip.Client]().Methods() {
		if m.Type.NumIn() == 3 && m.Type.In(2).Kind() == reflect.Pointer && m.Type.In(2).Elem().Name() == m.Name+"Request" &&
			!slices.Contains(names, m.Name) {
			names = append(names, m.Name)
		}
	}
	f.Add(uint8(1), "RegionId=cn-hangzhou&Bandwidth=99999999999999999999&Tag.1.Key=%ff&ClientToken=a", true)
	f.Add(uint8(2), "RegionId=cn-hangzhou&IpAddress=::1&InstanceChargeType=PrePaid&Period=-1&AutoPay=maybe", false)
	f.Add(uint8(3), "RegionId=cn-hangzhou&PageNumber=9223372036854775807&PageSize=100&Filter.1.Key=CreationEndTime", false)
	f.Add(uint8(8), "AllocationId=x&StartTime=0000-01-01T00:00:00Z&EndTime=9999-12-31T23:59:59Z&Period=60", true)
	f.Add(uint8(10), "RegionId=cn-hangzhou&EipMask=28&Zone=cn-hangzhou-b", true)
	srv, err := eiptest.New(eiptest.WithPipe(), eiptest.WithTransition(0), eiptest.WithRecord(0))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(srv.Close)
	f.Fuzz(func(t *testing.T, n uint8, query string, asJSON bool) {
		extra, err := url.ParseQuery(query)
		if err != nil || len(query) > 1<<14 {
			t.Skip()
		}
		c := newCaller(t, srv)
		p := c.envelope(names[int(n)%len(names)])
		for k, v := range extra {
			if _, taken := p[k]; !taken && k != "Signature" {
				p[k] = v[0]
			}
		}
		if !asJSON {
			p["Format"] = "XML"
		}
		p["Signature"] = c.sign(p)
		form := url.Values{}
		for k, v := range p {
			form.Set(k, v)
		}
		r := httptest.NewRequest("POST", "/", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		srv.ServeHTTP(w, r)
		if w.Code == http.StatusInternalServerError || strings.Contains(w.Body.String(), "SignatureDoesNotMatch") {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		if asJSON && !json.Valid(w.Body.Bytes()) {
			t.Fatalf("not JSON: %s", w.Body)
		}
		if !asJSON {
			parseXML(t, w.Body.Bytes())
		}
	})
}
