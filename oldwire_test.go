package eip

import (
	"encoding/json"
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/oldwire"
	"github.com/eipkit/eip-go/internal/transport"
	"github.com/eipkit/eip-go/internal/wire"
)

// given is an answer that two readers judge.
type given struct {
	action                 string
	kind                   Kind
	unknownBefore, prepaid bool
	dryRun                 bool // of a write; its kind is then read
	status                 int
	header                 http.Header
	body                   []byte
}

// reading is what a reader makes of an answer.
type reading struct {
	Whose      string // "success", "error" of the service, or "foreign"
	Cause      string
	Outcome    string
	Code       string
	RequestID  string
	RetryAfter time.Duration
	Proves     bool
	Texts      [4]string // Message, HostID, Recommend, AccessDeniedDetail of an error
	Value      any       // of a success
	JSON       any       // of a success, nil if the old reader would not give it to Do
}

// newNames has the causes that had another name before.
var newNames = map[string]transport.Cause{
	"not the documented answer": transport.CauseForeign,
	"refused without a code":    transport.CauseForeign,
	"redirect refused":          transport.CauseForeign,
}

func readOld(g given, fresh func() any) reading {
	j := oldwire.Judge{
		Known:    func(code string) bool { return Code(code).Known() },
		Conflict: func(code string) bool { return Code(code).class(0) == ErrConflict },
	}
	out := fresh()
	v := j.Judge(g.action, g.kind.String(), g.status, g.header, g.body, g.unknownBefore, out)
	r := reading{
		Whose: "foreign", Cause: v.Cause, Outcome: v.Outcome, Code: v.Code, RequestID: v.RequestID,
		RetryAfter: v.RetryAfter, Proves: v.Proves,
	}
	if name, ok := newNames[v.Cause]; ok {
		r.Cause = name.String()
	}
	switch {
	case v.Cause == transport.CauseSuccess.String():
		r.Whose, r.Value = "success", out
		op := operationOf(g.action)
		needs := []string{}
		if op.creates != "" {
			needs = append(needs, op.creates, "OrderId")
		}
		if raw, err := oldwire.DecodeTree(g.action, needs, g.body); err == nil {
			r.JSON = plain(raw)
		}
	case v.Code != "":
		b, ok := oldwire.DecodeErrorBody(g.body)
		if e, isError := errors.AsType[*oldwire.ErrorAnswer](oldwire.DecodeResponse(g.action, g.body, fresh())); isError && !ok {
			b = e.Body
		}
		r.Whose, r.Texts = "error", [4]string{b.Message, b.HostID, b.Recommend, b.AccessDeniedDetail}
	}
	return r
}

func readNew(t testing.TB, g given, fresh func() any) reading {
	t.Helper()
	out := fresh()
	var raw any
	op := operationOf(g.action)
	op.kind = g.kind
	params := url.Values{}
	if g.prepaid {
		params.Set("InstanceChargeType", "PrePaid")
	}
	if g.dryRun {
		params.Set("DryRun", "true")
	}
	judge := newAnswerReader(op, params, func(v wire.Value) error {
		raw = plain(v.JSON())
		return schema.Fill(v, out)
	})
	j := judge.judge(&transport.Answer{Status: g.status, Header: g.header, Body: g.body, UnknownBefore: g.unknownBefore})
	r := reading{
		Whose: "foreign", Cause: j.Cause.String(), Outcome: j.Cause.Outcome().String(), Code: j.Code,
		RequestID: j.RequestID, RetryAfter: j.RetryAfter, Proves: j.Proves,
	}
	if j.Cause != transport.CauseSuccess || j.Code != "" {
		require.True(t, reflect.ValueOf(out).Elem().IsZero(), "no success, and yet a value: %+v", out)
	}
	if j.Cause == transport.CauseSuccess {
		require.NoError(t, j.Err)
		r.Whose, r.Value, r.JSON = "success", out, raw
		return r
	}
	requireOneLine(t, j.Err)
	if asError(j.Err) != nil {
		doc, err := wire.Parse(g.body)
		require.NoError(t, err)
		defer doc.Release()
		v, _, err := openAnswer(g.action, doc)
		require.NoError(t, err)
		b := errorFrom(v)
		r.Whose, r.Texts = "error", [4]string{b.Message, b.HostID, b.Recommend, b.AccessDeniedDetail}
	} else {
		require.True(t, j.Cause.Foreign(), "%q", j.Cause)
	}
	return r
}

// requireOneLine checks the text of an error that quotes a peer.
func requireOneLine(t testing.TB, err error) {
	t.Helper()
	text := err.Error()
	if len(text) >= 4096 || strings.ContainsFunc(text, func(r rune) bool { return !strconv.IsPrint(r) }) {
		t.Fatalf("not one short line: %q", text)
	}
}

var runs = regexp.MustCompile("\uFFFD+")

// plain reads JSON into maps and lists. Bytes that are not UTF-8 are one
// character, however many they are: so they cannot grow threefold.
func plain(raw []byte) any {
	var v any
	dec := json.NewDecoder(strings.NewReader(runs.ReplaceAllString(strings.ToValidUTF8(string(raw), "\uFFFD"), "\uFFFD")))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		return nil
	}
	return v
}

// settle removes from two readings what is never a difference: how a text is
// written that is shown and no more.
func settle(old, new *reading) {
	for i := range old.Texts {
		a, b := &old.Texts[i], &new.Texts[i]
		*a, *b = runs.ReplaceAllString(strings.TrimSpace(*a), "\uFFFD"), runs.ReplaceAllString(*b, "\uFFFD")
		// An object or a list is shown as it was sent.
		if v := plain([]byte(*a)); v != nil && reflect.DeepEqual(v, plain([]byte(*b))) {
			*b = *a
		}
		// A text of blanks is as good as none.
		if *a == "" {
			*b = ""
		}
	}
	// Do wanted a RequestId besides.
	if old.JSON == nil && old.Whose == "success" {
		new.JSON = nil
	}
	// A request ID is short and on one line.
	old.RequestID = transport.Secrets{}.Show(old.RequestID, maxRequestID)
	// Values are compared by what they are written as, because of the runs.
	for _, r := range []*reading{old, new} {
		if r.Value != nil {
			raw, err := json.Marshal(r.Value)
			if err != nil {
				panic(err)
			}
			r.Value = plain(raw)
		}
		r.RequestID = runs.ReplaceAllString(r.RequestID, "\uFFFD")
	}
}

// compare judges an answer by both readers. Every difference is wanted.
func compare(t testing.TB, g given, fresh func() any) (old, new reading) {
	t.Helper()
	compared.Add(1)
	old, new = readOld(g, fresh), readNew(t, g, fresh)
	o, n := old, new
	settle(&o, &n)
	if reflect.DeepEqual(o, n) {
		return old, new
	}
	d := newDifference(g, o, n)
	if d.isWanted() {
		return old, new
	}
	// As the old reader would read it if it let pass what is let pass now.
	if clean, changed := letThrough(g.body); changed {
		g.body = clean
		o, n = readOld(g, fresh), new
		settle(&o, &n)
		if d = newDifference(g, o, n); reflect.DeepEqual(o, n) || d.isWanted() {
			passed.Add(1)
			return old, new
		}
	}
	t.Fatalf("%s (%s, HTTP %d, unknown before %t, prepaid %t, dry run %t, header %v) differs for %q:\nold %+v\nnew %+v",
		g.action, g.kind, g.status, g.unknownBefore, g.prepaid, g.dryRun, g.header, d.body, o, n)
	return old, new
}

// drawn makes an answer of a body: mostly a success of the action's own kind.
func drawn(r *rand.Rand, action string, body []byte) given {
	g := given{action: action, kind: operationOf(action).kind, status: 200, header: http.Header{}, body: body}
	if r.IntN(2) == 0 && g.kind != KindRead {
		g.kind = []Kind{KindOnce, KindRead, KindTokened, KindRepeatable}[r.IntN(4)]
	}
	g.dryRun = g.kind == KindRead && operationOf(action).kind != KindRead
	if r.IntN(2) == 0 {
		g.status = []int{201, 204, 302, 307, 400, 401, 403, 404, 407, 408, 429, 500, 502, 503}[r.IntN(14)]
	}
	g.unknownBefore, g.prepaid = r.IntN(2) == 0, r.IntN(2) == 0
	if r.IntN(3) == 0 {
		g.header.Set("x-acs-request-id", "from-the-header")
		g.header.Set("x-acs-retry-after", "1500")
	}
	return g
}

// mutations is how many mutated answers of each kind are compared.
func mutations() int {
	if os.Getenv("EIP_LONG") == "1" {
		return 20_000
	}
	return 400
}

// seedOf makes a generator that depends on a name alone.
func seedOf(name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(h.Sum64(), 6))
}

// The reader and the old one judge alike, but for what is wanted. Every
// difference that is wanted comes up.
func TestOldWire(t *testing.T) {
	t.Parallel()
	t.Run("all", func(t *testing.T) {
		t.Run("answers", testOldWireAnswers)
		t.Run("shapes", testOldWireShapes)
		t.Run("errors", testOldWireErrors)
		t.Run("rare", testOldWireRare)
	})
	t.Logf("%d answers compared", compared.Load())
	for i, w := range wanted {
		t.Logf("%8d  %s", wantedSeen[i].Load(), w.why)
		require.NotZero(t, wantedSeen[i].Load(), w.why)
	}
	for i, c := range changed {
		t.Logf("%8d  %s", wantedSeen[len(wanted)+i].Load(), c.why)
		require.NotZero(t, wantedSeen[len(wanted)+i].Load(), c.why)
	}
	t.Logf("%8d  invalid UTF-8, a byte-order mark and any encoding of XML are let through", passed.Load())
}

var compared, passed atomic.Int64

// The documents' answers, and whatever becomes of them by accident.
func testOldWireAnswers(t *testing.T) {
	t.Parallel()
	types := actionTypes()
	for _, file := range answerFiles(t) {
		base := filepath.Base(file)
		t.Run(base, func(t *testing.T) {
			t.Parallel()
			action := actionOf(file)
			body, err := os.ReadFile(file)
			require.NoError(t, err)
			fresh := types[action].newResponse
			old, new := compare(t, given{action: action, kind: operationOf(action).kind, status: 200, body: body}, fresh)
			require.Equal(t, "success", new.Whose)
			require.Equal(t, old.Value, new.Value)
			r := seedOf(base)
			accepted := 0
			for range mutations() {
				if old, _ := compare(t, drawn(r, action, mutate(r, body)), fresh); old.Whose == "success" {
					accepted++
				}
			}
			require.Greater(t, accepted, mutations()/20, "too few of them are answers")
			require.Less(t, accepted, mutations()*19/20, "too few of them are none")
		})
	}
}

// What no document prints: an address with all its fields, the other lists,
// answers in the shapes that the service is known to have.
func testOldWireShapes(t *testing.T) {
	t.Parallel()
	types := actionTypes()
	for i, tc := range oldWireShapes(t) {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			r := seedOf(tc.body)
			fresh := types[tc.action].newResponse
			g := given{action: tc.action, kind: operationOf(tc.action).kind, status: 200, body: []byte(tc.body), prepaid: true}
			old, new := compare(t, g, fresh)
			require.Equal(t, "success", new.Whose)
			require.Equal(t, old.Value, new.Value)
			for range mutations() {
				compare(t, drawn(r, tc.action, mutate(r, []byte(tc.body))), fresh)
			}
		})
	}
}

func oldWireShapes(t testing.TB) []struct{ action, body string } {
	t.Helper()
	written := func(v any) string {
		text, err := json.Marshal(v)
		require.NoError(t, err)
		return string(text)
	}
	meta := ResponseMeta{RequestID: "r"}
	return []struct{ action, body string }{
		{"DescribeEipAddresses", written(DescribeEipAddressesResponse{ResponseMeta: meta, TotalCount: 1, EipAddresses: EipAddressList{fullAddress()}})},
		{"DescribeEipAddresses", `{"RequestId":"r","EipAddresses":[{"AllocationId":"a","OperationLocks":{"LockReason":"a"},"Tags":{"Tag":{"TagKey":"a","TagValue":1}},"ExpiredTime":"2026-01-01T00:00:00.5+08:00"}]}`},
		{"DescribeEipAddresses", `{"RequestId":"r","EipAddresses":{"EipAddress":{"AllocationId":"a","SecurityProtectionTypes":["x"],"AvailableRegions":{"AvailableRegion":"cn"},"HDMonitorStatus":"ON","DeletionProtection":"1"}},"TotalCount":"1"}`},
		{"DescribeEipAddresses", `{"RequestId":"r","EipAddresses":"","TotalCount":0}`},
		{"DescribeRegions", `{"RequestId":" r\t","Regions":{"Region":[{"RegionId":"cn-beijing","LocalName":"x","RegionEndpoint":"vpc.aliyuncs.com"}]}}`},
		{"DescribeEipSegment", `{"RequestId":"r","EipSegments":{"EipSegment":[{"InstanceId":"eipsg-a","IpCount":"16","Segment":"203.0.113.0/28","CreationTime":"2026-01-01T00:00Z","Status":"Allocated"}]},"TotalCount":1,"PageNumber":1}`},
		{"DescribeEipGatewayInfo", `{"RequestId":"r","Code":200,"Message":"ok","EipInfos":{"EipInfo":[{"Ip":"1","IpGw":"2","IpMask":"3"}]}}`},
		{"DescribeEipMonitorData", `{"RequestId":"r","EipMonitorDatas":{"EipMonitorData":[{"TimeStamp":"2026-01-01T00:00:00Z","EipRX":1,"EipTX":"2","EipFlow":3,"EipBandwidth":4,"EipPackets":5}]}}`},
		{"AllocateEipAddress", `{"RequestId":"r","OrderId":"1e3","AllocationId":"a"}`},
		{"AllocateEipAddress", `{"RequestId":"r","OrderId":10,"AllocationId":null}`},
		{"AllocateEipAddressPro", `{"AllocateEipAddressProResponse":{"RequestId":"r","OrderId":1,"AllocationId":"a"}}`},
		{"AllocateEipSegmentAddress", `{"RequestId":"r","OrderId":10,"EipSegmentInstanceId":"eipsg-a"}`},
		{"ReleaseEipSegmentAddress", `{"RequestId":"r"}`},
	}
}

func oldWireRare() []string {
	many := strings.Repeat
	return []string{
		`<DescribeEipAddressesResponse a="b"><RequestId>r</RequestId><EipAddresses/></DescribeEipAddressesResponse>`,
		`<DescribeEipAddressesResponse xmlns="a"><RequestId>r</RequestId><EipAddresses/></DescribeEipAddressesResponse>`,
		`<DescribeEipAddressesResponse><RequestId>r</RequestId><EipAddresses/><x>` + many("x", 256<<10) + `</x></DescribeEipAddressesResponse>`,
		`<?xml version="1.0" encoding="GBK"?><DescribeEipAddressesResponse><RequestId>r</RequestId><EipAddresses/><x>` + "\xb3\xac" + `</x></DescribeEipAddressesResponse>`,
		`{"RequestId":"r","EipAddresses":[` + many(`{"AllocationId":"a"},`, 199) + `{"AllocationId":"a"}]}`,
		`{"RequestId":"r","EipAddresses":[` + many(`{"AllocationId":"a"},`, 200) + `{"AllocationId":"a"}]}`,
		`{"RequestId":"r","EipAddresses":[],"x":[` + many(`"xxxxxx",`, 9_999) + `"x"]}`,
		`{"RequestId":"r","EipAddresses":[],"x":[` + many(`"xxxxxx",`, 10_000) + `"x"]}`,
		`{"RequestId":"r","EipAddresses":[],"x":[` + many(`1,`, 9_998) + `1]}`,
		`{"RequestId":"r","TotalCount":" 0 "}`,
		`{"RequestId":"r","TotalCount":0.0}`,
		`{"RequestId":"r","code":{},"TotalCount":0}`,
		`{"RequestId":"r","Code":"Throttling","TotalCount":5}`,
		`{"requestId":"r","Code":404,"code":"Throttling"}`,
		`<DescribeEipAddressesResponse><RequestId>r</RequestId><Code>Throttling</Code></DescribeEipAddressesResponse>`,
	}
}

// What hardly comes up by accident.
func testOldWireRare(t *testing.T) {
	t.Parallel()
	types := actionTypes()
	for _, body := range oldWireRare() {
		r := seedOf(body)
		for range 20 {
			compare(t, drawn(r, "DescribeEipAddresses", []byte(body)), types["DescribeEipAddresses"].newResponse)
		}
	}
}
