package eiptest

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"time"

	"github.com/eipkit/eip-go/internal/strict"
)

var endpoints []endpoint

func init() { // a literal would refer to itself through the list
	endpoints = []endpoint{
		{method: "GET", does: "lists the endpoints", run: listEndpoints},
		{method: "GET", path: "state", does: "what the service knows: addresses, segments, bandwidth packages, pools, instances, unpaid orders, client tokens, quota, stock (-1: no end), balance, clock shift, faults",
			gives: `{"regions":[{"id":"cn-hangzhou","stock":-1,"addresses":[{"id":"eip-…","ip":"198.18.0.2","status":"Available"}],"segments":[]}],"packages":[],"pools":[],"instances":[],"orders":[],"tokens":[],"quota":20,"alive":1,"balance":1000000000,"clockShift":"0s","faults":{"scripted":[],"chances":[]}}`,
			run:   func(s *Server, _ *steerRequest) (any, error) { return s.state(), nil }},
		{method: "GET", path: "calls", does: "the calls that ended after the one of number since (0: all that are kept), in that order; ask again with since=last",
			gives: `{"last":1,"calls":[{"seq":1,"time":"2026-01-01T00:00:00Z","action":"AllocateEipAddress","token":"t1","attempt":1,"fault":"cut-after","ran":true,"status":0,"code":"","requestId":""}]}`,
			run:   steerCalls},
		{method: "POST", path: "faults", does: "queues a fault for the next attempts of an action (empty: of any); times is 1 without it, -1 for ever. Fields by fault: status, body, header, code, message, delay, shift, afterRun",
			body:  `{"action":"AllocateEipAddress","fault":"cut-after","times":2}`,
			gives: `{"scripted":[{"action":"AllocateEipAddress","fault":"cut-after","times":2}],"chances":[]}`, run: steerFail},
		{method: "PUT", path: "chances", does: "replaces the chances of faults per attempt, of all actions or of some",
			body:  `{"chances":[{"fault":"cut-after","chance":0.1,"actions":["AllocateEipAddress"]},{"fault":"latency","delay":"300ms","chance":0.2}]}`,
			gives: `{"scripted":[],"chances":[{"fault":"cut-after","chance":0.1,"actions":["AllocateEipAddress"]}]}`, run: steerChances},
		{method: "DELETE", path: "faults", does: "drops all queued faults and all chances",
			run: func(s *Server, _ *steerRequest) (any, error) { s.Calm(); return s.faults(), nil }},
		{method: "PUT", path: "clock", does: "makes the service's clock wrong", body: `{"shift":"-1h"}`, run: steerClock},
		{method: "PUT", path: "quota", does: "sets how many addresses may be alive at once", body: `{"quota":20}`, run: steerQuota},
		{method: "PUT", path: "stock", does: "sets how many addresses a region has left; -1 means no end", body: `{"region":"cn-hangzhou","stock":5}`, run: steerStock},
		{method: "PUT", path: "balance", does: "sets the account's money", body: `{"balance":100.5}`, run: steerBalance},
		{method: "POST", path: "instances", does: "adds an instance to bind addresses to, or replaces the one with its ID; types: " + shortNames(),
			body: `{"id":"i-mine","type":"ecs","region":"cn-hangzhou"}`, gives: `{"id":"i-mine","type":"EcsInstance","region":"cn-hangzhou","status":"Running"}`, run: steerInstance},
		{method: "DELETE", path: "instances/{id}", does: "removes an instance; an address that is bound to it stays so", run: steerNoInstance},
		{method: "POST", path: "reset", does: "begins anew: the state, clock and chances of the start, no queued faults. IDs go on",
			run: func(s *Server, _ *steerRequest) (any, error) { return done0, s.Reset() }},
		{method: "GET", path: "snapshot", does: "the whole state, to be put back or to begin with (eipsim -seed-file); faults and clock are not part of it",
			gives: `{"format":"eipsim/1","quota":20,"addresses":[]}`, run: func(s *Server, _ *steerRequest) (any, error) { return raw(s.WriteSnapshot), nil }},
		{method: "PUT", path: "snapshot", does: "replaces the whole state by that of a snapshot or seed file; everything in it has a default. IDs go on", most: mostSnapshotBody,
			body: `{"addresses":[{"region":"cn-hangzhou"}]}`, run: func(s *Server, q *steerRequest) (any, error) { return done0, s.LoadSnapshot(q.body) }},
	}
}

// done0 is the answer of an endpoint that has nothing to tell.
var done0 = struct{}{}

func listEndpoints(*Server, *steerRequest) (any, error) {
	type shown struct {
		Method  string          `json:"method"`
		Path    string          `json:"path"`
		Does    string          `json:"does"`
		Body    json.RawMessage `json:"body,omitempty"`
		Answers json.RawMessage `json:"answers"`
	}
	list := struct {
		About     string  `json:"about"`
		Endpoints []shown `json:"endpoints"`
	}{About: "Steers this fake Elastic IP service. Bodies are application/json; an error is {\"error\":\"…\"}; durations are as 1h30m, 300ms."}
	for _, e := range endpoints {
		gives := e.gives
		if gives == "" {
			gives = "{}"
		}
		list.Endpoints = append(list.Endpoints, shown{e.method, SteerPrefix + e.path, e.does, json.RawMessage(e.body), json.RawMessage(gives)})
	}
	return list, nil
}

// need refuses a document that lacks a field.
func need(field string) error {
	return &strict.Error{Field: field, Rule: "is missing"}
}

// mostShift bounds the shift of the clock, so that no time overflows.
const mostShift = 200 * 365 * 24 * time.Hour

func steerClock(s *Server, q *steerRequest) (any, error) {
	var b struct {
		Shift *durationText `json:"shift"`
	}
	if err := q.read(&b); err != nil {
		return nil, err
	}
	if b.Shift == nil {
		return nil, need("shift")
	}
	d := time.Duration(*b.Shift)
	if d > mostShift || d < -mostShift {
		return nil, fmt.Errorf("shift: %v is more than %v either way", d, mostShift)
	}
	s.ShiftClock(d)
	return map[string]string{"shift": d.String()}, nil
}

func steerQuota(s *Server, q *steerRequest) (any, error) {
	var b struct {
		Quota *int `json:"quota"`
	}
	if err := q.read(&b); err != nil {
		return nil, err
	}
	switch {
	case b.Quota == nil:
		return nil, need("quota")
	case *b.Quota < 0:
		return nil, fmt.Errorf("quota: %d is negative", *b.Quota)
	}
	return b, s.setQuota(*b.Quota)
}

func steerStock(s *Server, q *steerRequest) (any, error) {
	var b struct {
		Region string `json:"region"`
		Stock  *int   `json:"stock"`
	}
	if err := q.read(&b); err != nil {
		return nil, err
	}
	switch {
	case b.Region == "":
		return nil, need("region")
	case b.Stock == nil:
		return nil, need("stock")
	case *b.Stock < -1:
		return nil, fmt.Errorf("stock: %d is less than -1", *b.Stock)
	}
	ok, err := s.setStock(b.Region, *b.Stock)
	if !ok {
		return nil, fmt.Errorf("region: %.64q is not one of this service", b.Region)
	}
	return b, err
}

func steerBalance(s *Server, q *steerRequest) (any, error) {
	var b struct {
		Balance *float64 `json:"balance"`
	}
	if err := q.read(&b); err != nil {
		return nil, err
	}
	switch {
	case b.Balance == nil:
		return nil, need("balance")
	case math.Abs(*b.Balance) > 1e15:
		return nil, fmt.Errorf("balance: %v is more than 1e15 either way", *b.Balance)
	}
	return b, s.setBalance(*b.Balance)
}

func steerInstance(s *Server, q *steerRequest) (any, error) {
	var d instanceDoc
	if err := q.read(&d); err != nil {
		return nil, err
	}
	in, err := s.svc.instanceOf(d, "")
	if err != nil {
		return nil, err
	}
	if err := s.AddInstance(in); err != nil {
		return nil, err
	}
	return s.instance(in.ID), nil
}

func steerNoInstance(s *Server, q *steerRequest) (any, error) {
	known := false
	err := s.changed(func(v *service, _ time.Time) {
		if _, known = v.instances[q.id]; known {
			v.removeInstance(q.id)
		}
	})
	if !known {
		return nil, steerErrorf(http.StatusNotFound, "id: there is no instance %.64q", q.id)
	}
	return done0, err
}

// durationText is a duration such as "-1h" in JSON.
type durationText time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *durationText) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("is not a duration such as 1h30m or -300ms")
	}
	*d = durationText(v)
	return nil
}

// MarshalText implements encoding.TextMarshaler.
func (d durationText) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }
