package eiptest_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/eipkit/eip-go/eiptest"
)

// BenchmarkCycle is allocate, look, bind, look, unbind, release, over loopback
// HTTP: six requests.
func BenchmarkCycle(b *testing.B) {
	srv, err := eiptest.New(eiptest.WithQuota(1<<20), eiptest.WithTransition(0), eiptest.WithRecord(0))
	if err != nil {
		b.Fatal(err)
	}
	defer srv.Close()
	c := newCaller(b, srv)
	b.ReportAllocs()
	for b.Loop() {
		id, _ := c.allocate()
		c.status(id)
		c.ok("AssociateEipAddress", "AllocationId", id, "InstanceId", "i-test1")
		c.status(id)
		c.ok("UnassociateEipAddress", "AllocationId", id)
		c.ok("ReleaseEipAddress", "AllocationId", id)
	}
}

// BenchmarkServe is the service's own share of one request that looks an
// address up among ten thousand.
func BenchmarkServe(b *testing.B) {
	srv, err := eiptest.New(eiptest.WithPipe(), eiptest.WithQuota(1<<20), eiptest.WithTransition(0), eiptest.WithRecord(0))
	if err != nil {
		b.Fatal(err)
	}
	defer srv.Close()
	c := newCaller(b, srv)
	var id string
	for range 10_000 {
		id, _ = c.allocate()
	}
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		p := c.envelope("DescribeEipAddresses", "RegionId", "cn-hangzhou", "AllocationId", id)
		p["Signature"] = c.sign(p)
		form := url.Values{}
		for k, v := range p {
			form.Set(k, v)
		}
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		b.StartTimer()
		srv.ServeHTTP(w, r)
		if w.Code != 200 {
			b.Fatal(w.Body)
		}
	}
}
