package eiptest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// stateDoc is what GET /_eip/state answers.
type stateDoc struct {
	Regions    []regionState `json:"regions"` // the home region, and those with something in them or a stock that ends
	Packages   []packageDoc  `json:"packages"`
	Pools      []poolDoc     `json:"pools"`
	Instances  []instanceDoc `json:"instances"`
	Orders     []orderState  `json:"orders"`
	Tokens     []tokenState  `json:"tokens"`
	Quota      int           `json:"quota"`
	Alive      int           `json:"alive"` // addresses that count against the quota
	Balance    float64       `json:"balance"`
	ClockShift string        `json:"clockShift"`
	Faults     faultsDoc     `json:"faults"`
}

type regionState struct {
	ID        string       `json:"id"`
	Stock     int          `json:"stock"`
	Addresses []addressDoc `json:"addresses"`
	Segments  []segmentDoc `json:"segments"`
}

type orderState struct {
	ID        int64  `json:"id"`
	Action    string `json:"action"`
	Region    string `json:"region"`
	Bandwidth int    `json:"bandwidth"`
	Months    int    `json:"months"`
}

// tokenState is a ClientToken that the service remembers.
type tokenState struct {
	Token    string    `json:"token"`
	Action   string    `json:"action"`
	At       time.Time `json:"at"`
	Attempts int       `json:"attempts"`
	Code     string    `json:"code"` // of a remembered refusal
}

func (s *Server) state() stateDoc {
	out := stateDoc{Regions: []regionState{}, Packages: []packageDoc{}, Pools: []poolDoc{}, Instances: []instanceDoc{},
		Orders: []orderState{}, Tokens: []tokenState{}}
	var tokens []*done
	s.locked(func(v *service, now time.Time) {
		for _, id := range v.set.regions {
			rg := v.regions[id]
			r := regionState{ID: id, Stock: rg.stock, Addresses: []addressDoc{}, Segments: []segmentDoc{}}
			for _, a := range rg.addresses {
				if !a.gone {
					r.Addresses = append(r.Addresses, a.doc())
				}
			}
			for _, g := range rg.segments {
				d := g.doc()
				d.Charge = nil
				r.Segments = append(r.Segments, d)
			}
			if id == v.set.home || rg.stock >= 0 || len(r.Addresses) > 0 || len(r.Segments) > 0 {
				out.Regions = append(out.Regions, r)
			}
		}
		for _, p := range v.packageOrder {
			out.Packages = append(out.Packages, p.doc())
		}
		for _, p := range v.poolList {
			out.Pools = append(out.Pools, p.doc())
		}
		for _, id := range slices.Sorted(maps.Keys(v.instances)) {
			out.Instances = append(out.Instances, v.instances[id].doc())
		}
		for _, id := range slices.Sorted(maps.Keys(v.orders)) {
			o := v.orders[id]
			out.Orders = append(out.Orders, orderState{o.id, o.call.action, o.call.region, o.ask.Bandwidth, o.ask.months})
		}
		for _, d := range v.tokens.queue {
			if v.tokens.byKey[d.key] == d && now.Sub(d.at) < v.set.tokenLife {
				tokens = append(tokens, d)
			}
		}
		out.Quota, out.Alive, out.Balance = v.quota, v.alive, v.balance
	})
	for _, d := range tokens {
		action, token := d.names()
		t := tokenState{Token: token, Action: action, At: d.at, Attempts: s.Attempts(token)}
		if d.ref != nil {
			t.Code = d.ref.Code
		}
		out.Tokens = append(out.Tokens, t)
	}
	out.ClockShift, out.Faults = s.engine.Shift().String(), s.faults()
	return out
}

// instance is one instance in JSON.
func (s *Server) instance(id string) (d instanceDoc) {
	s.locked(func(v *service, _ time.Time) {
		if in := v.instances[id]; in != nil {
			d = in.doc()
		}
	})
	return d
}

// callDoc is one attempt. Its number is its place in the order in which attempts
// ended, so that a reader who asks for what came after a number misses none.
type callDoc struct {
	Seq       int       `json:"seq"`
	Time      time.Time `json:"time"` // by the service's clock, when it arrived
	Action    string    `json:"action"`
	Token     string    `json:"token"`
	Attempt   int       `json:"attempt"` // of those with this token, 0 without one
	Fault     string    `json:"fault"`
	Ran       bool      `json:"ran"`
	RanCode   string    `json:"ranCode"` // the code with which the service refused it, whatever was answered
	Status    int       `json:"status"`  // 0: no answer
	Code      string    `json:"code"`
	RequestID string    `json:"requestId"`
}

func steerCalls(s *Server, q *steerRequest) (any, error) {
	since := 0
	if v, given := q.query["since"]; given {
		n, err := strconv.Atoi(v[0])
		if err != nil || n < 0 {
			return nil, fmt.Errorf("since: %.64q is not a number of a call, from 0", v[0])
		}
		since = n
	}
	calls, last := s.engine.CallsAfter(since)
	out := struct {
		Last  int       `json:"last"`
		Calls []callDoc `json:"calls"`
	}{last, []callDoc{}}
	for _, c := range calls {
		out.Calls = append(out.Calls, callDoc{c.Noted, c.Time, c.Action, c.Token, c.Attempt, string(c.Fault), c.Ran, c.RanCode,
			c.Status, c.Code, c.RequestID})
	}
	return out, nil
}
