package zenlayertest

import (
	"maps"
	"slices"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
)

// Address is what the service knows of one elastic IP.
type Address struct {
	EipID           string
	IPAddress       string
	ZoneID          string
	Netmask         int
	Status          string // empty once it is gone
	ChargeType      string
	Period          int // months of a subscription
	InstanceID      string
	ResourceGroupID string
	Tags            map[string]string
	OrderNumber     string
	Call            int // number of the attempt that made it, as in Call.Seq; 0 if a test did
	Renewals        int // how often it was renewed
	CreatedAt       time.Time
	ExpiresAt       time.Time // subscriptions only
	GoneAt          time.Time // zero while it is listed, in the recycle bin too
}

// Call is one attempt that the server saw. It holds neither key, signature nor
// token.
type Call struct {
	Seq       int // from 1, in order of arrival
	Time      time.Time
	Action    string
	Params    map[string]string // what the action asks for; lists and objects as JSON
	Fault     string            // kind of the fault injected, if any
	Ran       bool              // the request reached the service, whatever was answered
	RanCode   string            // the code with which the service refused it, empty if it did as asked
	Limited   bool              // refused by WithRateLimit
	Status    int               // HTTP status answered, 0 if none
	Code      string            // error code answered
	RequestID string
}

func newCall(c fake.Call) Call {
	return Call{Seq: c.Seq, Time: c.Time, Action: c.Action, Params: c.Params,
		Fault: string(c.Fault), Ran: c.Ran, RanCode: c.RanCode, Limited: c.Limited,
		Status: c.Status, Code: c.Code, RequestID: c.RequestID}
}

// Calls returns the latest calls, in the order in which they ended.
func (s *Server) Calls() []Call {
	var out []Call
	for _, c := range s.engine.Calls() {
		out = append(out, newCall(c))
	}
	return out
}

// CallsOf returns the latest calls of one action.
func (s *Server) CallsOf(action string) []Call {
	return slices.DeleteFunc(s.Calls(), func(c Call) bool { return c.Action != action })
}

// Counts is a summary since the start of the server.
type Counts struct {
	Calls       int            // attempts that arrived
	Active      int            // of these, not over yet
	Faults      map[string]int // injected faults by kind
	Ran         map[string]int // of these, the ones whose action ran all the same
	Actions     map[string]int // attempts by action
	Codes       map[string]int // error codes answered
	Connections int            // connections opened
	Open        int            // connections open now
}

// Counts returns the counters.
func (s *Server) Counts() Counts {
	c := s.engine.Counts()
	out := Counts{Calls: c.Calls, Active: c.Active, Faults: map[string]int{}, Ran: map[string]int{},
		Actions: c.Actions, Codes: c.Codes}
	for k, n := range c.Faults {
		out.Faults[string(k)] = n
	}
	for k, n := range c.Ran {
		out.Ran[string(k)] = n
	}
	out.Connections, out.Open = s.host.Conns()
	return out
}

// locked runs f with the state brought up to date.
func (s *Server) locked(f func(*service, time.Time)) {
	now := s.svc.clock()
	s.svc.mu.Lock()
	defer s.svc.mu.Unlock()
	s.svc.advance(now)
	f(s.svc, now)
}

func (a *address) copy() Address {
	out := a.Address
	out.Tags = maps.Clone(a.Tags)
	return out
}

// AddressesEverMade returns every address that was ever made, in order of
// creation, with what it last was and the attempt that made it.
func (s *Server) AddressesEverMade() []Address {
	var out []Address
	s.locked(func(v *service, _ time.Time) {
		for _, a := range v.made {
			out = append(out, a.copy())
		}
	})
	return out
}

// Addresses returns the addresses that are not gone, in order of creation,
// those in the recycle bin and those not visible yet included.
func (s *Server) Addresses() []Address {
	return slices.DeleteFunc(s.AddressesEverMade(), func(a Address) bool { return !a.GoneAt.IsZero() })
}

// Alive returns the addresses that cost money: those that are neither gone nor
// in the recycle bin, nor failed.
func (s *Server) Alive() []Address {
	return slices.DeleteFunc(s.Addresses(), func(a Address) bool {
		return a.Status == recycling || a.Status == recycle || a.Status == createFailed
	})
}

// Address returns one address that is not gone.
func (s *Server) Address(id string) (a Address, ok bool) {
	s.locked(func(v *service, _ time.Time) {
		if p := v.byID[id]; p != nil {
			a, ok = p.copy(), true
		}
	})
	return a, ok
}

// Balance returns the account's money.
func (s *Server) Balance() (money float64) {
	s.locked(func(v *service, _ time.Time) { money = v.balance })
	return money
}

// SetBalance changes the account's money.
func (s *Server) SetBalance(money float64) {
	s.locked(func(v *service, _ time.Time) { v.balance = money })
}

// SetStock changes the stock of a zone; negative means no end.
func (s *Server) SetStock(zoneID string, n int) {
	s.locked(func(v *service, _ time.Time) {
		if z := v.zones[zoneID]; z != nil {
			z.Stock = n
		}
	})
}

// FailCreation makes the next n addresses end as CREATE_FAILED.
func (s *Server) FailCreation(n int) {
	s.locked(func(v *service, _ time.Time) { v.failCreation = n })
}

// FailAssociation makes the next n bindings end as AVAILABLE again.
func (s *Server) FailAssociation(n int) {
	s.locked(func(v *service, _ time.Time) { v.failBinding = n })
}

// Make makes addresses behind the client's back, as somebody else in the same
// account would, and gives their IDs. They are taken from the zone's stock as far
// as that goes.
func (s *Server) Make(zoneID, chargeType string, n int, tags map[string]string) []string {
	var out []string
	s.locked(func(v *service, now time.Time) {
		for range n {
			a := v.add(Address{ZoneID: zoneID, Netmask: 32, ChargeType: chargeType,
				ResourceGroupID: v.set.group, Tags: maps.Clone(tags)}, now)
			v.take(a)
			out = append(out, a.EipID)
		}
	})
	return out
}

// Drop removes addresses at once, as somebody else in the same account would.
func (s *Server) Drop(ids ...string) {
	s.locked(func(v *service, now time.Time) {
		for _, id := range ids {
			if a := v.byID[id]; a != nil {
				v.drop(a, now)
			}
		}
	})
}

// SetResourceGroup moves addresses, as somebody else in the same account would.
func (s *Server) SetResourceGroup(group string, ids ...string) {
	s.locked(func(v *service, _ time.Time) {
		for _, id := range ids {
			if a := v.byID[id]; a != nil {
				a.ResourceGroupID = group
			}
		}
	})
}
