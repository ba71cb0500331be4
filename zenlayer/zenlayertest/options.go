package zenlayertest

import (
	"fmt"
	"io"
	"time"

	"github.com/eipkit/eip-go/eiptest/fault"
	"github.com/eipkit/eip-go/internal/fake"
)

// Option sets one property of a server. Their order does not matter.
type Option func(*settings) error

// settings is everything that can be set, with its default.
type settings struct {
	engine fake.Config
	listen string
	pipe   bool
	clock  func() time.Time
	seed   uint64

	keyID     string
	keys      map[string]string
	bearers   map[string]bool
	zones     []Zone
	instances []Instance
	groups    map[string]bool
	group     string // the default one; empty if there is none

	balance, monthly, hourly float64

	makeTime, bindTime, binTime time.Duration
	binLife, visibleAfter       time.Duration

	enveloped, always200, dotted bool
}

// Zone is a zone with its stock.
type Zone struct {
	ID string
	// Stock is how many addresses are left; negative means no end.
	Stock int
	// Netmask is the length of the prefix that it sells; 0 means 32.
	Netmask int
}

// Instance is a server to which addresses can be bound.
type Instance struct {
	ID     string
	ZoneID string
	Name   string
	// Stopped, Recycled and ESXi are reasons why it cannot have an address.
	Stopped, Recycled, ESXi bool
	// Limit is how many addresses it can have; 0 means any number.
	Limit int
}

// What a client has to use with a server that was given neither keys nor zones.
const (
	DefaultAccessKeyID       = "testid"
	DefaultAccessKeyPassword = "testsecret"
	DefaultResourceGroup     = "rg-default"
	DefaultZone              = "SEL-A"
)

// The other defaults of a server.
const (
	defaultTransition  = 2 * time.Millisecond
	defaultRecycleTime = 24 * time.Hour // from the documents
	defaultRecord      = 4096
)

// DefaultZones are the zones of a server that is given none.
func DefaultZones() []Zone {
	return []Zone{{ID: DefaultZone, Stock: -1}, {ID: "HKG-A", Stock: -1}, {ID: "SIN-A", Stock: 8}, {ID: "FRA-A", Stock: 0}}
}

// DefaultInstances are the instances of a server that is given none.
func DefaultInstances() []Instance {
	return []Instance{
		{ID: "instance-sel-1", ZoneID: DefaultZone, Name: "sel-1"},
		{ID: "instance-sel-2", ZoneID: DefaultZone, Name: "sel-2", Limit: 2},
		{ID: "instance-sel-stopped", ZoneID: DefaultZone, Name: "sel-stopped", Stopped: true},
		{ID: "instance-sel-recycled", ZoneID: DefaultZone, Name: "sel-recycled", Recycled: true},
		{ID: "instance-sel-esxi", ZoneID: DefaultZone, Name: "sel-esxi", ESXi: true},
		{ID: "instance-hkg-1", ZoneID: "HKG-A", Name: "hkg-1"},
	}
}

func defaults() settings {
	return settings{
		engine: fake.Config{Keep: defaultRecord}, listen: "127.0.0.1:0", seed: 1,
		keys: map[string]string{}, bearers: map[string]bool{}, group: DefaultResourceGroup,
		balance: 1e9, monthly: 3, hourly: 0.005,
		makeTime: defaultTransition, bindTime: defaultTransition, binTime: defaultTransition,
		binLife: defaultRecycleTime,
	}
}

func set(f func(*settings)) Option {
	return func(s *settings) error { f(s); return nil }
}

func positive(name string, d time.Duration, f func(*settings)) Option {
	return func(s *settings) error {
		if d < 0 {
			return fmt.Errorf("zenlayertest: %s: %v is negative", name, d)
		}
		f(s)
		return nil
	}
}

// WithPipe serves over in-memory connections instead of loopback TCP, which is
// what a testing/synctest bubble needs. Only HTTPClient, Transport and Client
// reach the server then.
func WithPipe() Option { return set(func(s *settings) { s.pipe = true }) }

// WithListen sets the TCP address to listen on, "127.0.0.1:0" by default.
func WithListen(addr string) Option { return set(func(s *settings) { s.listen = addr }) }

// WithCredentials adds an access key. The first one replaces the default pair
// (testid, testsecret) and is what ClientOptions uses.
func WithCredentials(id, password string) Option {
	return func(s *settings) error {
		if id == "" || password == "" {
			return fmt.Errorf("zenlayertest: credentials: ID and password must not be empty")
		}
		if len(s.keys) == 0 {
			s.keyID = id
		}
		s.keys[id] = password
		return nil
	}
}

// WithBearerToken accepts requests that are authorized by this token instead
// of a signature.
func WithBearerToken(token string) Option {
	return func(s *settings) error {
		if token == "" {
			return fmt.Errorf("zenlayertest: bearer token: it must not be empty")
		}
		s.bearers[token] = true
		return nil
	}
}

// WithZones adds zones. Without it the server has those of DefaultZones.
func WithZones(zones ...Zone) Option {
	return func(s *settings) error {
		for _, z := range zones {
			if z.ID == "" {
				return fmt.Errorf("zenlayertest: a zone has no ID")
			}
		}
		s.zones = append(s.zones, zones...)
		return nil
	}
}

// WithInstances adds instances. Without it the server has those of
// DefaultInstances.
func WithInstances(in ...Instance) Option {
	return func(s *settings) error {
		for _, i := range in {
			if i.ID == "" || i.ZoneID == "" {
				return fmt.Errorf("zenlayertest: instance %q: ID and ZoneID must not be empty", i.ID)
			}
		}
		s.instances = append(s.instances, in...)
		return nil
	}
}

// WithResourceGroups names the resource groups that exist beside the default
// one. Without it every ID that begins with "rg-" does.
func WithResourceGroups(ids ...string) Option {
	return set(func(s *settings) {
		if s.groups == nil {
			s.groups = map[string]bool{}
		}
		for _, id := range ids {
			s.groups[id] = true
		}
	})
}

// WithoutDefaultResourceGroup leaves the caller without an authorized default
// group, so that an allocation has to name one.
func WithoutDefaultResourceGroup() Option { return set(func(s *settings) { s.group = "" }) }

// WithBalance sets the account's money. Without any nothing can be bought.
func WithBalance(money float64) Option { return set(func(s *settings) { s.balance = money }) }

// WithPrices sets what an address costs by the month (subscription, 3 by
// default) and by the hour (pay-as-you-go, 0.005 by default).
func WithPrices(monthly, hourly float64) Option {
	return set(func(s *settings) { s.monthly, s.hourly = monthly, hourly })
}

// WithTransition sets how long an address takes to be made, bound, unbound, or
// moved to the recycle bin: 2 ms by default. At zero the final state is reached
// within the call.
func WithTransition(d time.Duration) Option {
	return positive("transition", d, func(s *settings) { s.makeTime, s.bindTime, s.binTime = d, d, d })
}

// WithRecycleTime sets how long an address stays in the recycle bin, 24 hours
// by default.
func WithRecycleTime(d time.Duration) Option {
	return positive("recycle time", d, func(s *settings) { s.binLife = d })
}

// WithVisibilityDelay hides a new address for a while: it is not listed, and
// calls that name it do not find it.
func WithVisibilityDelay(d time.Duration) Option {
	return positive("visibility delay", d, func(s *settings) { s.visibleAfter = d })
}

// WithEnvelopedErrors puts code and message of an error into the object named
// response, instead of beside the request ID.
func WithEnvelopedErrors() Option { return set(func(s *settings) { s.enveloped = true }) }

// WithStatus200 answers every refusal with HTTP 200, as has been seen of the
// real service's throttling.
func WithStatus200() Option { return set(func(s *settings) { s.always200 = true }) }

// WithDottedCodes spells codes as the constants of the vendor's SDK do
// (Invalid.Eip.Not.Found).
func WithDottedCodes() Option { return set(func(s *settings) { s.dotted = true }) }

// WithRateLimit allows n calls of each action per minute of the clock and
// refuses the others with REQUEST_LIMIT_EXCEEDED, status 429. With hint the
// answer says in Retry-After when the next minute begins. There is no limit by
// default; the vendor's are not known.
func WithRateLimit(n int, hint bool) Option {
	return set(func(s *settings) { s.engine.PerMinute, s.engine.LimitHint = n, hint })
}

// WithClock replaces time.Now. Latency and hanging answers still use timers.
func WithClock(now func() time.Time) Option { return set(func(s *settings) { s.clock = now }) }

// WithSeed seeds the chances of WithChance and the identifiers.
func WithSeed(seed uint64) Option { return set(func(s *settings) { s.seed = seed }) }

// WithChance deals a fault out at random, with probability p per attempt, to
// the named actions or to all. The chances of one server add up to 1 at most.
func WithChance(f fault.Fault, p float64, actions ...string) Option {
	return set(func(s *settings) {
		s.engine.Chances = append(s.engine.Chances, fake.Chance{Fault: fake.Made(f)[0], P: p, Actions: actions})
	})
}

// WithLatency delays every answer.
func WithLatency(d time.Duration) Option {
	return positive("latency", d, func(s *settings) { s.engine.Latency = d })
}

// WithLog writes one line of text per call, without secrets. In it, ran=true means
// that the action was carried out, whatever was answered; a call that the service
// refused ran nothing. It replaces WithJSONLog.
func WithLog(w io.Writer) Option {
	return set(func(s *settings) { s.engine.Log, s.engine.LogJSON = w, false })
}

// WithJSONLog writes one JSON object per call and line, without secrets. Its members
// are time, seq, action, token, fault, ran, status, code and requestId; what there is
// none of is empty, and the status is 0 if no answer was sent. The member ran means
// what it means to WithLog, which it replaces.
func WithJSONLog(w io.Writer) Option {
	return set(func(s *settings) { s.engine.Log, s.engine.LogJSON = w, true })
}

// WithRecord sets how many of the latest calls are kept for Calls: 4096 by
// default, 0 for none. Counters count in any case.
func WithRecord(n int) Option { return set(func(s *settings) { s.engine.Keep = n }) }

// WithUsage sets the text that a visit by a browser is answered with.
func WithUsage(text string) Option { return set(func(s *settings) { s.engine.Usage = text }) }
