package eiptest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// steered is an answer of an endpoint.
type steered struct {
	status int
	header http.Header
	text   string
	tree   map[string]any
}

// steer sends one request under the prefix, as any language can.
func steer(t testing.TB, srv *eiptest.Server, method, path, body string, header ...string) steered {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, srv.URL()+eiptest.SteerPrefix+path, strings.NewReader(body))
	require.NoError(t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
			continue
		}
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := srv.HTTPClient().Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	a := steered{status: resp.StatusCode, header: resp.Header, text: string(raw)}
	if method != http.MethodHead {
		require.NoError(t, json.Unmarshal(raw, &a.tree), a.text)
	}
	return a
}

// at looks into the answer.
func (a steered) at(path ...any) any {
	var v any = a.tree
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

// The whole life of an address by a signer of its own, with the service steered
// over HTTP.
func TestSteerLife(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0))
	c := newCaller(t, srv)

	list := steer(t, srv, "GET", "", "")
	require.Equal(t, 200, list.status)
	for i, e := range list.at("endpoints").([]any) {
		e := e.(map[string]any)
		assert.NotEmpty(t, e["does"])
		if e["method"] == "PUT" || e["path"] == "/_eip/faults" && e["method"] == "POST" { // its own example is taken
			body, err := json.Marshal(e["body"])
			require.NoError(t, err)
			res := steer(t, srv, e["method"].(string), strings.TrimPrefix(e["path"].(string), "/_eip/"), string(body))
			assert.Equal(t, 200, res.status, "%d %v %s", i, e["path"], res.text)
		}
	}
	require.Equal(t, 200, steer(t, srv, "POST", "reset", "").status)

	made := c.call("AllocateEipAddress", "RegionId", "cn-hangzhou", "ClientToken", "t1", "Name", "mine", "Tag.1.Key", "k", "Tag.1.Value", "v")
	require.Equal(t, 200, made.status, made.code())
	id := made.str("AllocationId")
	require.Equal(t, 200, steer(t, srv, "POST", "instances", `{"id":"i-mine","type":"ecs"}`).status)
	require.Equal(t, 200, c.call("AssociateEipAddress", "RegionId", "cn-hangzhou", "AllocationId", id, "InstanceId", "i-mine").status)
	state := steer(t, srv, "GET", "state", "")
	for _, tt := range []struct {
		path []any
		want any
	}{
		{[]any{"regions", 0, "id"}, "cn-hangzhou"},
		{[]any{"regions", 0, "stock"}, -1.},
		{[]any{"regions", 0, "addresses", 0, "id"}, id},
		{[]any{"regions", 0, "addresses", 0, "ip"}, made.str("EipAddress")},
		{[]any{"regions", 0, "addresses", 0, "status"}, "InUse"},
		{[]any{"regions", 0, "addresses", 0, "instanceId"}, "i-mine"},
		{[]any{"regions", 0, "addresses", 0, "instanceType"}, "EcsInstance"},
		{[]any{"regions", 0, "addresses", 0, "bandwidth"}, 5.},
		{[]any{"regions", 0, "addresses", 0, "name"}, "mine"},
		{[]any{"regions", 0, "addresses", 0, "tags"}, map[string]any{"k": "v"}},
		{[]any{"regions", 0, "addresses", 0, "segmentId"}, ""},
		{[]any{"regions", 0, "segments"}, []any{}},
		{[]any{"packages"}, []any{}},
		{[]any{"pools"}, []any{}},
		{[]any{"orders"}, []any{}},
		{[]any{"tokens", 0, "token"}, "t1"},
		{[]any{"tokens", 0, "action"}, "AllocateEipAddress"},
		{[]any{"tokens", 0, "attempts"}, 1.},
		{[]any{"quota"}, 20.},
		{[]any{"alive"}, 1.},
		{[]any{"clockShift"}, "0s"},
		{[]any{"faults"}, map[string]any{"scripted": []any{}, "chances": []any{}}},
	} {
		assert.Equal(t, tt.want, state.at(tt.path...), "%v", tt.path)
	}
	assert.NotContains(t, state.text, "testsecret")
	snapshot := steer(t, srv, "GET", "snapshot", "")
	require.Equal(t, 200, snapshot.status)
	assert.NotContains(t, snapshot.text, "testsecret")

	require.Equal(t, 200, steer(t, srv, "PUT", "quota", `{"quota":1}`).status)
	require.Equal(t, "QuotaExceeded.Eip", c.call("AllocateEipAddress", "RegionId", "cn-hangzhou").code())
	require.Equal(t, 200, steer(t, srv, "PUT", "quota", `{"quota":9}`).status)
	require.Equal(t, 200, steer(t, srv, "PUT", "balance", `{"balance":0}`).status)
	require.Equal(t, "InsufficientBalance", c.call("AllocateEipAddress", "RegionId", "cn-hangzhou").code())
	require.Equal(t, 200, steer(t, srv, "PUT", "balance", `{"balance":1}`).status)
	require.Equal(t, 200, steer(t, srv, "PUT", "stock", `{"region":"cn-hangzhou","stock":0}`).status)
	require.Equal(t, "InsufficientEipCapacity", c.call("AllocateEipAddress", "RegionId", "cn-hangzhou").code())
	require.Equal(t, 200, steer(t, srv, "PUT", "clock", `{"shift":"-1h"}`).status)
	require.Equal(t, "-1h0m0s", steer(t, srv, "GET", "state", "").at("clockShift"))
	require.Equal(t, "InvalidTimeStamp.Expired", c.call("DescribeRegions").code())
	require.Equal(t, 200, steer(t, srv, "PUT", "clock", `{"shift":"0s"}`).status)

	last := int(steer(t, srv, "GET", "calls", "").at("last").(float64))
	faults := steer(t, srv, "POST", "faults", `{"action":"DescribeEipAddresses","fault":"cut-after","times":2}`)
	require.Equal(t, "cut-after", faults.at("scripted", 0, "fault"))
	require.Equal(t, 2., faults.at("scripted", 0, "times"))
	require.Error(t, c.call("DescribeEipAddresses", "RegionId", "cn-hangzhou").err)
	require.Equal(t, 1., steer(t, srv, "GET", "state", "").at("faults", "scripted", 0, "times"))
	require.Equal(t, 200, steer(t, srv, "DELETE", "faults", "").status)
	require.Equal(t, 200, steer(t, srv, "PUT", "chances", `{"chances":[{"fault":"server-error","status":500,"chance":1,"actions":["DescribeEipAddresses"]}]}`).status)
	require.Equal(t, 500, c.call("DescribeEipAddresses", "RegionId", "cn-hangzhou").status)
	require.Equal(t, 200, steer(t, srv, "PUT", "chances", `{"chances":[]}`).status)
	require.Equal(t, made.str("AllocationId"), c.call("AllocateEipAddress", "RegionId", "cn-hangzhou", "ClientToken", "t1", "Name", "mine", "Tag.1.Key", "k", "Tag.1.Value", "v").str("AllocationId"))
	calls := srv.Calls()
	seen := steer(t, srv, "GET", "calls?since="+strconv.Itoa(last), "")
	for i, want := range []map[string]any{
		{"seq": float64(last + 1), "action": "DescribeEipAddresses", "fault": "cut-after", "ran": true, "status": 0., "code": "", "attempt": 0.},
		{"seq": float64(last + 2), "action": "DescribeEipAddresses", "fault": "server-error", "ran": false, "status": 500., "code": "InternalError", "attempt": 0.},
		{"seq": float64(last + 3), "action": "AllocateEipAddress", "fault": "", "ran": true, "status": 200., "code": "", "attempt": 2.,
			"requestId": calls[len(calls)-1].RequestID},
	} {
		for field, v := range want {
			assert.Equal(t, v, seen.at("calls", i, field), "%d %s", i, field)
		}
	}
	assert.Equal(t, float64(last+3), seen.at("last"))

	require.Equal(t, 200, c.call("UnassociateEipAddress", "RegionId", "cn-hangzhou", "AllocationId", id).status)
	require.Equal(t, 200, c.call("ReleaseEipAddress", "RegionId", "cn-hangzhou", "AllocationId", id).status)
	require.Equal(t, 200, steer(t, srv, "DELETE", "instances/i-mine", "").status)
	require.Empty(t, steer(t, srv, "GET", "state", "").at("regions", 0, "addresses"))
	require.Equal(t, 200, steer(t, srv, "PUT", "snapshot", snapshot.text).status)
	again := steer(t, srv, "GET", "state", "")
	for _, field := range []string{"regions", "packages", "pools", "instances", "orders", "quota", "balance", "alive"} {
		assert.Equal(t, state.at(field), again.at(field), field)
	}
	require.Equal(t, "InvalidAssociation.Duplicated", c.call("AssociateEipAddress", "RegionId", "cn-hangzhou", "AllocationId", id, "InstanceId", "i-mine").code())
	require.NotEqual(t, id, c.call("AllocateEipAddress", "RegionId", "cn-hangzhou").str("AllocationId"))

	require.Equal(t, 200, steer(t, srv, "POST", "reset", "").status)
	require.Empty(t, steer(t, srv, "GET", "state", "").at("regions", 0, "addresses"))
	require.Nil(t, steer(t, srv, "GET", "state", "").at("tokens", 0))
}

func TestSteerRefuses(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	host := strings.TrimPrefix(srv.URL(), "http://")
	for _, tt := range []struct {
		method, path, body string
		status             int
		says               string
		header             []string
	}{
		// methods and paths
		{"POST", "", "", 405, "method", nil},
		{"POST", "state", "", 405, "method", nil},
		{"DELETE", "calls", "", 405, "GET or HEAD", nil},
		{"GET", "faults", "", 405, "POST or DELETE", nil},
		{"POST", "chances", "{}", 405, "method", nil},
		{"POST", "clock", "{}", 405, "method", nil},
		{"GET", "quota", "", 405, "PUT", nil},
		{"DELETE", "stock", "", 405, "PUT", nil},
		{"PATCH", "balance", "{}", 405, "PUT", nil},
		{"GET", "instances", "", 405, "POST", nil},
		{"GET", "instances/i-test1", "", 405, "DELETE", nil},
		{"GET", "reset", "", 405, "POST", nil},
		{"POST", "snapshot", "{}", 405, "PUT", nil},
		{"GET", "nothing", "", 404, `"/_eip/nothing" is not an endpoint`, nil},
		{"GET", "state/", "", 404, "not an endpoint", nil},
		{"DELETE", "instances/a/b", "", 404, "not an endpoint", nil},
		{"DELETE", "instances/nobody", "", 404, `no instance "nobody"`, nil},
		// who asks
		{"GET", "state", "", 403, `Host: "evil.example"`, []string{"Host", "evil.example"}},
		{"GET", "", "", 403, "Host", []string{"Host", "127.0.0.1.evil.example:80"}},
		{"GET", "calls", "", 403, "Origin", []string{"Origin", "http://evil.example"}},
		{"POST", "faults", `{"fault":"cut-after"}`, 403, "Origin", []string{"Origin", "null"}},
		{"PUT", "chances", `{"chances":[]}`, 403, "Origin", []string{"Origin", "http://localhost:1"}},
		{"DELETE", "faults", "", 403, "Origin", []string{"Origin", "https://evil.example"}},
		{"PUT", "clock", `{"shift":"1h"}`, 403, "Origin", []string{"Origin", "file://" + host}},
		{"POST", "reset", "", 403, "Sec-Fetch-Site", []string{"Sec-Fetch-Site", "cross-site"}},
		// bodies
		{"POST", "faults", `{"fault":"cut-after"}`, 415, "application/json", []string{"Content-Type", "text/plain"}},
		{"PUT", "chances", `{"chances":[]}`, 415, "application/json", []string{"Content-Type", "application/x-www-form-urlencoded"}},
		{"PUT", "quota", "", 415, "application/json", nil},
		{"PUT", "stock", `{}`, 415, "application/json", []string{"Content-Type", "application/json5"}},
		{"PUT", "balance", `{}`, 415, "application/json", []string{"Content-Type", ";"}},
		{"POST", "instances", `{}`, 415, "application/json", []string{"Content-Type", "text/json"}},
		{"PUT", "snapshot", `{}`, 415, "application/json", []string{"Content-Type", "text/plain"}},
		{"PUT", "clock", `{"shift":"1h"}`, 415, "application/json", []string{"Content-Type", ""}},
		{"POST", "reset", "{}", 400, "takes none", nil},
		{"DELETE", "faults", "{}", 400, "takes none", nil},
		{"GET", "state", "{}", 400, "takes none", nil},
		{"PUT", "quota", `{"quota":1}` + strings.Repeat(" ", 1<<20), 413, "1048576", nil},
		{"POST", "faults", strings.Repeat(" ", 1<<20+1), 413, "1048576", nil},
		{"PUT", "snapshot", strings.Repeat(" ", 64<<20+1), 413, "67108864", nil},
		// fields
		{"GET", "state?since=1", "", 400, `"since" is not a parameter`, nil},
		{"GET", "calls?since=x", "", 400, `since: "x"`, nil},
		{"GET", "calls?since=-1", "", 400, `since: "-1"`, nil},
		{"GET", "calls?sinc=1", "", 400, `"sinc"`, nil},
		{"POST", "faults", `{"fault":"cut-after","time":2}`, 400, "line 1: time: is not a field", nil},
		{"POST", "faults", `{}`, 400, "fault: is missing", nil},
		{"POST", "faults", `{"fault":"cut"}`, 400, `"cut" is not one of cut-before`, nil},
		{"POST", "faults", `{"fault":"cut-after","times":0}`, 400, "times: 0", nil},
		{"POST", "faults", `{"fault":"cut-after","times":-2}`, 400, "times: -2", nil},
		{"POST", "faults", `{"fault":"cut-after","action":"Nothing"}`, 400, `action: "Nothing"`, nil},
		{"POST", "faults", `{"fault":"latency","delay":"x"}`, 400, `delay: "x"`, nil},
		{"POST", "faults", `{"fault":"latency","delay":"2h"}`, 400, "delay: 2h0m0s is not between", nil},
		{"POST", "faults", `{"fault":"cut-after","status":500}`, 400, "status", nil},
		{"POST", "faults", "{\n\"fault\":\"refuse\"", 400, "line 2", nil},
		{"PUT", "chances", `{}`, 400, "chances: is missing", nil},
		{"PUT", "chances", `{"chances":[{"fault":"cut-after"}]}`, 400, "chances[0].chance: is missing", nil},
		{"PUT", "chances", `{"chances":[{"fault":"cut-after","chance":1.5}]}`, 400, "1.5 is not between 0 and 1", nil},
		{"PUT", "chances", `{"chances":[{"fault":"cut-after","chance":0.6},{"fault":"late","chance":0.6}]}`, 400, "more than 1", nil},
		{"PUT", "chances", `{"chances":[{"fault":"cut-after","chance":0.6,"actions":["X"]}]}`, 400, "chances[0].actions[0]", nil},
		{"PUT", "chances", `{"chances":[{"fault":"x","chance":0.6}]}`, 400, "chances[0].fault", nil},
		{"PUT", "clock", `{}`, 400, "shift: is missing", nil},
		{"PUT", "clock", `{"shift":5}`, 400, "shift", nil},
		{"PUT", "clock", `{"shift":"2000000h"}`, 400, "more than", nil},
		{"PUT", "quota", `{}`, 400, "quota: is missing", nil},
		{"PUT", "quota", `{"quota":-1}`, 400, "quota: -1", nil},
		{"PUT", "quota", `{"quota":1.5}`, 400, "quota: 1.5 is not an integer", nil},
		{"PUT", "stock", `{"stock":1}`, 400, "region: is missing", nil},
		{"PUT", "stock", `{"region":"cn-hangzhou"}`, 400, "stock: is missing", nil},
		{"PUT", "stock", `{"region":"nowhere","stock":1}`, 400, `region: "nowhere"`, nil},
		{"PUT", "stock", `{"region":"cn-hangzhou","stock":-2}`, 400, "stock: -2", nil},
		{"PUT", "balance", `{}`, 400, "balance: is missing", nil},
		{"PUT", "balance", `{"balance":1e16}`, 400, "balance", nil},
		{"PUT", "balance", `{"balance":"x"}`, 400, "balance", nil},
		{"POST", "instances", `{"type":"ecs"}`, 400, "id: is missing", nil},
		{"POST", "instances", `{"id":"a"}`, 400, "type: is missing", nil},
		{"POST", "instances", `{"id":"a","type":"x"}`, 400, `type: "x"`, nil},
		{"POST", "instances", `{"id":"a","type":"ecs","region":"nowhere"}`, 400, `region: "nowhere"`, nil},
		{"POST", "instances", `{"id":"a","type":"ecs","privateIps":["x"]}`, 400, "privateIps[0]", nil},
		{"POST", "instances", `{"id":"a","type":"ecs","Region":"x"}`, 400, "Region: is not a field", nil},
		{"PUT", "snapshot", `{"address":[]}`, 400, "address: is not a field", nil},
		{"PUT", "snapshot", `{"change":true}`, 400, "change", nil},
		{"PUT", "snapshot", "{\"addresses\":[\n{\"region\":\"nowhere\"}]}", 400, "line 2: addresses[0].region", nil},
	} {
		before := steer(t, srv, "GET", "state", "").text
		res := steer(t, srv, tt.method, tt.path, tt.body, tt.header...)
		assert.Equal(t, tt.status, res.status, "%s %s %.99s: %s", tt.method, tt.path, tt.body, res.text)
		text, _ := res.at("error").(string)
		assert.Contains(t, text, tt.says, "%s %s %.99s", tt.method, tt.path, tt.body)
		assert.Equal(t, before, steer(t, srv, "GET", "state", "").text, "%s %s %.99s", tt.method, tt.path, tt.body)
	}
	assert.Empty(t, srv.Calls(), "steering is not a call")
}

// Who may steer: what listens elsewhere than on loopback needs WithSteering, and
// then the names that it was given.
func TestSteerWhere(t *testing.T) {
	t.Parallel()
	everywhere := eiptest.WithListen("0.0.0.0:0")
	for name, tt := range map[string]struct {
		opts   []eiptest.Option
		header []string
		status int
	}{
		"loopback":            {nil, nil, 200},
		"by its name":         {nil, []string{"Host", "LocalHost:80"}, 200},
		"IPv6":                {nil, []string{"Host", "[::1]:80"}, 200},
		"its own page":        {nil, []string{"Host", "localhost:80", "Origin", "http://localhost:80", "Sec-Fetch-Site", "same-origin"}, 200},
		"in memory":           {[]eiptest.Option{eiptest.WithPipe()}, nil, 200},
		"everywhere":          {[]eiptest.Option{everywhere}, []string{"Host", "localhost"}, 403},
		"allowed":             {[]eiptest.Option{everywhere, eiptest.WithSteering("box.example")}, []string{"Host", "box.example:99"}, 200},
		"allowed, loopback":   {[]eiptest.Option{everywhere, eiptest.WithSteering("box.example")}, []string{"Host", "127.0.0.1"}, 200},
		"allowed, other name": {[]eiptest.Option{everywhere, eiptest.WithSteering("box.example")}, []string{"Host", "evil.example"}, 403},
		"allowed, other page": {[]eiptest.Option{everywhere, eiptest.WithSteering("box.example")}, []string{"Host", "box.example", "Origin", "http://evil.example"}, 403},
		"switched off":        {[]eiptest.Option{eiptest.WithoutSteering()}, nil, 403},
	} {
		srv := eiptest.NewServer(t, tt.opts...)
		assert.Equal(t, tt.status, steer(t, srv, "GET", "state", "", tt.header...).status, name)
	}
	for _, bad := range []string{"", "a/b", "host:80", "a b"} {
		_, err := eiptest.New(eiptest.WithSteering(bad))
		require.ErrorContains(t, err, "steering", bad)
	}
}

// HEAD is GET without a body, and scripts are bounded.
func TestSteerBounds(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	assert.Empty(t, steer(t, srv, "HEAD", "state", "").text)
	all := make([]fault.Fault, 10_000)
	for i := range all {
		all[i] = fault.CutAfter()
	}
	srv.Fail("DescribeRegions", all...)
	assert.Contains(t, steer(t, srv, "POST", "faults", `{"fault":"cut-after"}`).text, "10001 scripted faults are more than 10000")
}

// A brief record has no parameters, and no text longer than 128 bytes.
func TestBriefRecord(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithBriefRecord(2))
	c := newCaller(t, srv)
	c.call("DescribeRegions")
	c.call(strings.Repeat("A", 500), "ClientToken", strings.Repeat("t", 500))
	c.call("DescribeRegions", "ClientToken", "short", "Other", "x")
	calls := srv.Calls()
	require.Len(t, calls, 2)
	assert.Equal(t, []int{128, 128}, []int{len(calls[0].Action), len(calls[0].Token)})
	assert.Equal(t, "short", calls[1].Token)
	assert.Empty(t, calls[1].Params)
	assert.Equal(t, 1, calls[1].Attempt)
	seen := steer(t, srv, "GET", "calls?since=0", "")
	assert.Equal(t, []any{2., 3., 3.}, []any{seen.at("calls", 0, "seq"), seen.at("calls", 1, "seq"), seen.at("last")})
}
