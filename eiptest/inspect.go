package eiptest

import (
	"slices"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
)

// Address is what the service knows of one elastic IP.
type Address struct {
	AllocationID       string
	IPAddress          string
	RegionID           string
	Status             string // empty once it is gone
	Bandwidth          int    // Mbit/s
	InternetChargeType string
	ChargeType         string
	ISP                string
	Netmode            string
	Zone               string
	Name               string
	Description        string
	ResourceGroupID    string
	Tags               map[string]string
	InstanceID         string
	InstanceType       string
	Mode               string
	PrivateIPAddress   string
	VpcID              string
	SegmentID          string
	PoolID             string
	SecurityProtection []string
	Locked             string // "", "financial" or "security"
	Owner              string // empty for the account under test
	DeletionProtection bool
	ServiceManaged     bool
	BandwidthPackageID string // once it is Binded
	HDMonitor          bool   // monitoring by the second is on
	LogProject         string // where its data go
	LogStore           string
	// GlobalAccelerationID is the Global Acceleration instance that it is in.
	GlobalAccelerationID string
	Quiet                bool   // carries no traffic: its monitoring data are 0
	Token                string // ClientToken of the call that made it; a segment's is with the segment
	CreatedAt            time.Time
	UnboundAt            time.Time
	ReleasedAt           time.Time // zero while it is alive
	ExpiresAt            time.Time // subscriptions only
}

// Segment is what the service knows of one contiguous group of addresses.
type Segment struct {
	ID          string
	RegionID    string
	Zone        string
	Status      string
	Prefix      string // such as 198.19.0.0/28
	Count       int    // addresses in it, fewer than the prefix has
	Name        string
	Description string
	Token       string
	CreatedAt   time.Time
}

// BandwidthPackage is what the service knows of one bandwidth package.
type BandwidthPackage struct {
	ID                 string
	RegionID           string
	Zone               string
	Status             string // Available or Modifying
	Bandwidth          int    // Mbit/s
	InternetChargeType string
	Ratio              int // percent, with PayBy95
	ISP                string
	Name               string
	Description        string
	ResourceGroupID    string
	Tags               map[string]string
	SecurityProtection []string
	DeletionProtection bool
	ServiceManaged     bool
	ChargeType         string                   // PostPaid; see ChangeBandwidthPackage for PrePaid
	Members            []BandwidthPackageMember // in the order in which they were added
	Token              string                   // ClientToken of the call that made it
	CreatedAt          time.Time
}

// BandwidthPackageMember is an address in a bandwidth package.
type BandwidthPackageMember struct {
	AllocationID string
	Status       string // Binding or Binded
	Leaving      bool   // being removed
	Bandwidth    int    // what it may use, in Mbit/s; 0 for all of the package's
}

// Call is one attempt that the server saw. It holds neither key, signature nor
// security token.
type Call struct {
	Seq       int // from 1, in order of arrival
	Time      time.Time
	Action    string
	Token     string
	Attempt   int // of those that carried the Token, from 1; 0 without one
	Nonce     string
	Params    map[string]string // what the action asks for, the envelope left out
	Fault     string            // kind of the fault injected, if any
	Ran       bool              // the request reached the service, whatever was answered
	RanCode   string            // the code with which the service refused it, empty if it did as asked
	Limited   bool              // refused by WithRateLimit
	Status    int               // HTTP status answered, 0 if none
	Code      string            // error code answered
	RequestID string
}

func newCall(c fake.Call) Call {
	return Call{Seq: c.Seq, Time: c.Time, Action: c.Action, Token: c.Token, Attempt: c.Attempt, Nonce: c.Nonce, Params: c.Params,
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

// Attempts counts the attempts that carried a ClientToken, those included that
// were cut before they ran.
func (s *Server) Attempts(token string) int { return s.engine.Attempts(token) }

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

// locked runs f, which changes nothing, with the state brought up to date.
func (s *Server) locked(f func(*service, time.Time)) {
	now := s.svc.clock()
	s.svc.mu.Lock()
	defer s.svc.mu.Unlock()
	s.svc.advance(now)
	f(s.svc, now)
}

// changed is locked for a function that changes something, which is written down
// if there is a state file. An error of that is kept for the next write.
func (s *Server) changed(f func(*service, time.Time)) error {
	var err error
	s.locked(func(v *service, now time.Time) {
		f(v, now)
		err = v.commit(true)
	})
	return err
}

func (a *address) copy() Address {
	out := a.Address
	out.SecurityProtection = slices.Clone(a.SecurityProtection)
	out.Tags = make(map[string]string, len(a.tags))
	for _, t := range a.tags {
		out.Tags[t.key] = t.value
	}
	return out
}

// Addresses returns the addresses that are alive, in order of creation, those
// of segments and those not visible yet included.
func (s *Server) Addresses() []Address {
	return slices.DeleteFunc(s.AddressesEverMade(), func(a Address) bool { return !a.ReleasedAt.IsZero() })
}

// AddressesEverMade returns every address that was ever made, in order of
// creation, with what it last was.
func (s *Server) AddressesEverMade() []Address {
	var out []Address
	s.locked(func(v *service, _ time.Time) {
		for _, a := range v.made {
			out = append(out, a.copy())
		}
	})
	return out
}

// Address returns one address that is alive.
func (s *Server) Address(id string) (a Address, ok bool) {
	s.locked(func(v *service, _ time.Time) {
		if p := v.byID[id]; p != nil {
			a, ok = p.copy(), true
		}
	})
	return a, ok
}

// Segments returns the segments that are there.
func (s *Server) Segments() []Segment {
	var out []Segment
	s.locked(func(v *service, _ time.Time) {
		for _, g := range v.segments {
			out = append(out, g.Segment)
		}
	})
	slices.SortFunc(out, func(a, b Segment) int {
		if c := a.CreatedAt.Compare(b.CreatedAt); c != 0 {
			return c
		}
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return out
}

func (p *bandwidthPackage) copy() BandwidthPackage {
	out := p.BandwidthPackage
	out.SecurityProtection = slices.Clone(out.SecurityProtection)
	out.Tags = make(map[string]string, len(p.tags))
	for _, t := range p.tags {
		out.Tags[t.key] = t.value
	}
	for _, m := range p.members {
		out.Members = append(out.Members, BandwidthPackageMember{
			AllocationID: m.address.AllocationID, Status: m.status, Leaving: m.leaving, Bandwidth: m.limit,
		})
	}
	return out
}

// BandwidthPackages returns the bandwidth packages that are there, in order of
// creation, those not visible yet included.
func (s *Server) BandwidthPackages() []BandwidthPackage {
	var out []BandwidthPackage
	s.locked(func(v *service, _ time.Time) {
		for _, p := range v.packageOrder {
			out = append(out, p.copy())
		}
	})
	return out
}

// Pools returns the pools of public addresses that are there, with their blocks,
// in order of creation.
func (s *Server) Pools() []Pool {
	var out []Pool
	s.locked(func(v *service, _ time.Time) {
		for _, p := range v.poolList {
			out = append(out, p.copy())
		}
	})
	return out
}

// Instances returns the instances, by ID.
func (s *Server) Instances() map[string]Instance {
	out := map[string]Instance{}
	s.locked(func(v *service, _ time.Time) {
		for id, in := range v.instances {
			c := *in
			c.PrivateIPs = slices.Clone(c.PrivateIPs)
			out[id] = c
		}
	})
	return out
}

// Balance returns the account's money.
func (s *Server) Balance() (money float64) {
	s.locked(func(v *service, _ time.Time) { money = v.balance })
	return money
}
