package eiptest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// wire sends one signed call and returns what comes back, unread and with no
// redirect followed.
func wire(t *testing.T, srv *eiptest.Server, action string, extra ...string) (*http.Response, string) {
	t.Helper()
	c := newCaller(t, srv)
	p := c.envelope(action, extra...)
	p["Signature"] = c.sign(p)
	form := url.Values{}
	for k, v := range p {
		form.Set(k, v)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL()+"/", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := srv.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.ContentLength != int64(len(body)) {
		t.Fatalf("%d bytes of %d: %v", len(body), resp.ContentLength, err)
	}
	return resp, string(body)
}

// Every status and body, before and after the action: what comes back, and
// whether there is an address.
func TestForeignAnswers(t *testing.T) {
	t.Parallel()
	want := map[fault.ForeignBody]string{
		fault.ForeignHTML:        `^<html>\r\n<head><title>%d `,
		fault.ForeignLogin:       `<input name="password" type="password">`,
		fault.ForeignEmpty:       `^$`,
		fault.ForeignCut:         `^\{"code":%d,"message":"[A-Z][A-Za-z ']*$`,
		fault.ForeignGateway:     `^\{"code":%d,"message":"[^"]+","requestId":"[^"]+"\}$`,
		fault.ForeignDenied:      `^\{"error":"denied"\}$`,
		fault.ForeignNoRequestID: `^\{"HostId":"[^"]+","Code":"Forbidden.RAM","Message":"[^"]+","Recommend":"[^"]+"\}$`,
		fault.ForeignRedirect:    `^<html>\r\n<head><title>%d `,
	}
	bodies := fault.ForeignBodies()
	if len(bodies) != len(want) {
		t.Fatalf("%d bodies", len(bodies))
	}
	srv := eiptest.NewServer(t, eiptest.WithPipe(), eiptest.WithQuota(1000))
	made := 0
	for _, status := range append(fault.ForeignStatuses(), 202, 407, 500, 599) {
		for _, b := range bodies {
			if b == fault.ForeignRedirect && status/100 != 3 {
				continue
			}
			for _, after := range []bool{false, true} {
				f := fault.Foreign(status, b)
				if after {
					f = f.AfterRun()
					made++
				}
				srv.Fail("AllocateEipAddress", f)
				resp, body := wire(t, srv, "AllocateEipAddress", args()...)
				pattern := strings.ReplaceAll(want[b], "%d", fmt.Sprint(status))
				if http.StatusText(status) == "" {
					pattern = strings.ReplaceAll(strings.ReplaceAll(pattern, "[A-Z][A-Za-z ']*", ""), "[^\"]+\",\"req", "\",\"req")
				}
				if resp.StatusCode != status || !regexp.MustCompile(pattern).MatchString(body) ||
					(resp.Header.Get("Location") == "/login") != (b == fault.ForeignRedirect) {
					t.Errorf("%d %s: %d %v %q, want %s", status, b, resp.StatusCode, resp.Header, body, pattern)
				}
				calls := srv.CallsOf("AllocateEipAddress")
				if c := calls[len(calls)-1]; c.Ran != after || c.Fault != "foreign" || c.Status != status || c.Code != "" {
					t.Errorf("%d %s: record %+v", status, b, c)
				}
				if n := len(srv.AddressesEverMade()); n != made {
					t.Fatalf("%d %s after %t: %d addresses, want %d", status, b, after, n, made)
				}
			}
		}
	}
	// The service's refusal without its RequestId comes in XML as well.
	srv.Fail("", fault.Foreign(400, fault.ForeignNoRequestID))
	if _, body := wire(t, srv, "AllocateEipAddress", args("Format", "XML")...); strings.Contains(body, "RequestId") ||
		!strings.Contains(body, "<Error><HostId>") || !strings.HasSuffix(body, "</Error>") {
		t.Error(body)
	}
}

// A refusal that is cut has a Content-Length that fits, and no end.
func TestCutErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		fault  fault.Fault
		ran    bool
		status int
		format string
		starts string
	}{
		{fault.CutError(""), false, 403, "JSON", `{"RequestId":"`},
		{fault.CutError("").AfterRun(), true, 403, "JSON", `{"RequestId":"`},
		{fault.CutError("QuotaExceeded.Eip"), false, 400, "JSON", `{"RequestId":"`},
		{fault.CutError("InsufficientEipCapacity").AfterRun(), true, 500, "XML", `<?xml version="1.0" encoding="UTF-8"?><Error>`},
	} {
		srv := eiptest.NewServer(t, eiptest.WithPipe())
		srv.Fail("", tt.fault)
		resp, body := wire(t, srv, "AllocateEipAddress", args("Format", tt.format)...)
		if resp.StatusCode != tt.status || !strings.HasPrefix(body, tt.starts) || strings.HasSuffix(body, "}") || strings.Contains(body, "</Error>") {
			t.Errorf("%d %s", resp.StatusCode, body)
		}
		c := srv.Calls()[0]
		if c.Fault != "cut-error" || c.Ran != tt.ran || c.Code != "" || (len(srv.AddressesEverMade()) == 1) != tt.ran {
			t.Errorf("%+v", c)
		}
	}
}

// Lists that contradict themselves, for addresses and segments, in both formats.
func TestContradictingLists(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithPipe())
	c := newCaller(t, srv)
	first, _ := c.allocate()
	second, _ := c.allocate()
	segment := c.ok("AllocateEipSegmentAddress", args("EipMask", "28")...).str("EipSegmentInstanceId")
	both := args("AllocationId", first+","+second)
	for _, tt := range []struct {
		fault  fault.Fault
		action string
		args   []string
		with   []string // patterns that the answer matches
		without,
		kind string // what it does not hold; the fault that the record has
	}{
		{fault.EmptyPage(), "DescribeEipAddresses", both, []string{`"EipAddress":\[\]`, `"TotalCount":2`}, first, "empty-page"},
		{fault.EmptyPage(), "DescribeEipAddresses", args("AllocationId", "eip-none"), []string{`"EipAddress":\[\]`, `"TotalCount":1`}, first, "empty-page"},
		{fault.EmptyPage(), "DescribeEipAddresses", append(both, "Format", "XML"), []string{`<EipAddresses></EipAddresses>`, `<TotalCount>2</T`}, first, "empty-page"},
		{fault.EmptyPage(), "DescribeEipSegment", args(), []string{`"EipSegment":\[\]`, `"TotalCount":1`}, segment, "empty-page"},
		{fault.ShortPage(), "DescribeEipAddresses", both, []string{first, `"TotalCount":2`}, second, "short-page"},
		{fault.ShortPage(), "DescribeEipAddresses", args("AllocationId", first), []string{first, `"TotalCount":2`}, second, "short-page"},
		{fault.MissingID(), "DescribeEipAddresses", both, []string{`\[\{"IpAddress":`, second, `"TotalCount":2`}, first, "missing-id"},
		{fault.MissingID(), "DescribeEipSegment", args(), []string{`\[\{"RegionId":`, `"TotalCount":1`}, segment, "missing-id"},
		{fault.MissingID(), "DescribeEipAddresses", args("AllocationId", "eip-none"), []string{`"EipAddress":\[\]`, `"TotalCount":0`}, first, ""},
		{fault.WrongID(), "DescribeEipAddresses", both, []string{`\[\{"AllocationId":"eip-[0-9a-f]{16}"`, second}, first, "wrong-id"},
		{fault.WrongID(), "DescribeEipSegment", args(), []string{`\[\{"InstanceId":"eip-[0-9a-f]{16}"`}, segment, "wrong-id"},
		{fault.WrongID(), "DescribeRegions", nil, []string{`"RegionId":"cn-hangzhou"`}, first, ""},
	} {
		srv.Fail(tt.action, tt.fault)
		resp, body := wire(t, srv, tt.action, tt.args...)
		for _, p := range tt.with {
			if resp.StatusCode != 200 || !regexp.MustCompile(p).MatchString(body) {
				t.Errorf("%s %s: %s has no %s", tt.fault.Kind(), tt.action, body, p)
			}
		}
		if strings.Contains(body, tt.without) || !strings.Contains(body, "RequestId") {
			t.Errorf("%s %s: %s", tt.fault.Kind(), tt.action, body)
		}
		calls := srv.Calls()
		if c := calls[len(calls)-1]; c.Fault != tt.kind || !c.Ran {
			t.Errorf("%s %s: %+v", tt.fault.Kind(), tt.action, c)
		}
		if a := c.ok(tt.action, tt.args...); strings.Contains(string(a.body), "eip-none") || tt.without == first && tt.args != nil &&
			tt.args[len(tt.args)-1] == first+","+second && !strings.Contains(string(a.body), first) {
			t.Errorf("%s changed more than one answer: %s", tt.fault.Kind(), a.body)
		}
	}
	if single(srv) != 2 || len(srv.Segments()) != 1 {
		t.Error("the state has changed")
	}
}

// single counts the addresses ever made that are no segment's.
func single(srv *eiptest.Server) int {
	n := 0
	for _, a := range srv.AddressesEverMade() {
		if a.SegmentID == "" {
			n++
		}
	}
	return n
}

// Creations that succeed and do not tell what they made; the answer kept with a
// token stays whole.
func TestBlankIDs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		id   any
		text string
	}{{"   ", `"   "`}, {"", `""`}, {0, "0"}, {false, "false"}, {nil, `("   "|""|0|false)`}} {
		srv := eiptest.NewServer(t, eiptest.WithPipe())
		c := newCaller(t, srv)
		for action, name := range map[string]string{"AllocateEipAddress": "AllocationId", "AllocateEipAddressPro": "AllocationId",
			"AllocateEipSegmentAddress": "EipSegmentInstanceId"} {
			p := args("ClientToken", "t", "EipMask", "28")
			srv.Fail(action, fault.BlankID(tt.id))
			resp, body := wire(t, srv, action, p...)
			if !regexp.MustCompile(`[{,]"`+name+`":`+tt.text+`[,}]`).MatchString(body) || resp.StatusCode != 200 {
				t.Errorf("%s: %s", action, body)
			}
			if id := c.ok(action, p...).str(name); !strings.HasPrefix(id, "eip") {
				t.Errorf("%s: replayed %q", action, id)
			}
		}
		if calls := srv.CallsOf("AllocateEipAddress"); calls[0].Fault != "blank-id" || !calls[0].Ran {
			t.Errorf("%+v", calls[0])
		}
		if n := single(srv); n != 2 || len(srv.Segments()) != 1 {
			t.Errorf("%d addresses", n)
		}
		srv.Fail("", fault.BlankID(tt.id))
		c.ok("DescribeEipAddresses", args()...)
		srv.Fail("AllocateEipAddress", fault.BlankID(tt.id))
		c.refused(400, "MissingParameter", "AllocateEipAddress")
		if n := srv.Counts().Faults["blank-id"]; n != 3 {
			t.Errorf("%d answers counted as spoilt", n)
		}
	}
	srv := eiptest.NewServer(t)
	for name, f := range map[string]func(){
		"an ID":     func() { srv.Fail("", fault.BlankID("eip-1")) },
		"a status":  func() { srv.Fail("", fault.Foreign(100, "")) },
		"a body":    func() { srv.Fail("", fault.Foreign(403, "poem")) },
		"no detour": func() { srv.Fail("", fault.Foreign(403, fault.ForeignRedirect)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			f()
		}()
	}
}
