package eiptest

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/eipkit/eip-go/eiptest/fault"
	"github.com/eipkit/eip-go/internal/fake"
)

// Option sets one property of a server. Options that contradict themselves
// make New fail; their order does not matter.
type Option func(*settings) error

// settings is everything that can be set, with its default.
type settings struct {
	engine fake.Config
	listen string
	pipe   bool
	clock  func() time.Time
	seed   uint64
	hostID string

	keyID     string
	keys      map[string]accessKey
	home      string
	regions   []string
	instances []Instance
	pools     []Pool
	stock     map[string]int
	masks     map[string]int
	groups    []string
	singleISP bool

	international bool
	finance       bool
	oldNAT        bool
	proRegions    []string
	unknownAction string
	contradicted
	poolsClosed bool

	quota, segmentQuota, segmentLess, points int
	taggedAtOnce, packageQuota               int
	balance, price                           float64

	bindTime, releaseTime, segmentTime time.Duration
	packageTime, poolTime              time.Duration
	visibleAfter, keepTime, cooldown   time.Duration
	conflict                           string

	seedData []byte // nil without WithSeedDocument
	seedDoc  *document

	stateFile string

	steerOff   bool
	steerHosts []string

	tokenLife, tokenBusy time.Duration
	replayRefusals       bool
}

// What a client has to use with a server that was given neither keys nor a
// region.
const (
	DefaultAccessKeyID     = "testid"
	DefaultAccessKeySecret = "testsecret"
	DefaultRegion          = "cn-hangzhou"
)

// The other defaults of a server.
const (
	defaultQuota      = 20  // addresses, from the vendor's quota page
	defaultPointLimit = 400 // monitoring points per call, from the SDK metadata
	defaultPageLimit  = 100 // addresses a page, from the SDK metadata
	defaultRecord     = 4096
	defaultTransition = 2 * time.Millisecond
)

func defaults() settings {
	return settings{
		engine: fake.Config{Keep: defaultRecord, HintHeader: "x-acs-retry-after", Seed: 1},
		listen: "127.0.0.1:0", seed: 1, hostID: "vpc.aliyuncs.com",
		keys: map[string]accessKey{}, home: DefaultRegion,
		stock: map[string]int{}, masks: map[string]int{},
		quota: defaultQuota, segmentQuota: 10, segmentLess: 3, points: byDocument, taggedAtOnce: 50, packageQuota: 20,
		balance: 1e9, price: 20,
		bindTime: defaultTransition, releaseTime: defaultTransition, segmentTime: 5 * defaultTransition,
		packageTime: defaultTransition, poolTime: 5 * defaultTransition,
		tokenLife:     24 * time.Hour,
		unknownAction: "InvalidAction.NotFound", contradicted: contradicted{pageLimit: byDocument},
	}
}

func set(f func(*settings)) Option {
	return func(s *settings) error { f(s); return nil }
}

func positive(name string, d time.Duration, f func(*settings)) Option {
	return func(s *settings) error {
		if d < 0 {
			return fmt.Errorf("eiptest: %s: %v is negative", name, d)
		}
		f(s)
		return nil
	}
}

// WithPipe serves over in-memory connections instead of loopback TCP. Only
// HTTPClient and Client reach the server then. It is what a testing/synctest
// bubble needs, since real sockets never settle under fake time.
func WithPipe() Option { return set(func(s *settings) { s.pipe = true }) }

// WithListen sets the TCP address to listen on, "127.0.0.1:0" by default.
func WithListen(addr string) Option { return set(func(s *settings) { s.listen = addr }) }

// WithCredentials adds an access key. The first one replaces the default pair
// (testid, testsecret) and is what ClientOptions uses.
func WithCredentials(id, secret string) Option { return WithSecurityToken(id, secret, "", time.Time{}) }

// WithSecurityToken adds a temporary access key: every request must carry the
// token with it, and none is accepted once it has expired (zero: never).
func WithSecurityToken(id, secret, token string, expires time.Time) Option {
	return func(s *settings) error {
		if id == "" || secret == "" {
			return fmt.Errorf("eiptest: credentials: key ID and secret must not be empty")
		}
		if len(s.keys) == 0 {
			s.keyID = id
		}
		s.keys[id] = accessKey{secret: secret, token: token, expires: expires}
		return nil
	}
}

// WithRegion sets the home region: that of instances without a region, and of
// calls whose optional RegionId is missing. cn-hangzhou by default.
func WithRegion(id string) Option { return set(func(s *settings) { s.home = id }) }

// WithRegions limits the service to these regions; calls for others are
// refused. By default it has the 36 of the vendor's metadata.
func WithRegions(ids ...string) Option {
	return set(func(s *settings) { s.regions = append(s.regions, ids...) })
}

// WithInstances adds instances to bind addresses to. Without it the server
// has those of DefaultInstances; with an empty list it has none.
func WithInstances(in ...Instance) Option {
	return func(s *settings) error {
		for _, i := range in {
			if err := i.check(); err != nil {
				return err
			}
		}
		s.instances = append(s.instances, in...)
		if s.instances == nil {
			s.instances = []Instance{} // none at all was asked for
		}
		return nil
	}
}

// WithPools adds pools of public addresses (PublicIpAddressPoolId), which are
// there from the start. Their addresses are those of their Blocks, and Free others
// that are in no block.
func WithPools(pools ...Pool) Option {
	return set(func(s *settings) { s.pools = append(s.pools, pools...) })
}

// WithPoolServiceClosed makes a server whose pools cannot be created or get
// blocks until OpenPublicIpAddressPoolService opens their service. Without it the
// service is open.
func WithPoolServiceClosed() Option { return set(func(s *settings) { s.poolsClosed = true }) }

// WithResourceGroups names the resource groups that exist beside rg-default, which
// holds what names none. Without it every ID that begins with "rg-" does.
func WithResourceGroups(ids ...string) Option {
	return set(func(s *settings) { s.groups = append(s.groups, ids...) })
}

// WithSingleISP puts the account on the list of those who may choose a
// single-ISP line (ChinaTelecom, …).
func WithSingleISP() Option { return set(func(s *settings) { s.singleISP = true }) }

// WithQuota sets how many addresses may be alive at once, segments not
// counted. 20 by default.
func WithQuota(n int) Option { return set(func(s *settings) { s.quota = n }) }

// WithSegmentQuota sets how many segments may be alive at once, 10 by default.
func WithSegmentQuota(n int) Option { return set(func(s *settings) { s.segmentQuota = n }) }

// WithBandwidthPackageQuota sets how many bandwidth packages there may be at once,
// 20 by default: a number of this package's own.
func WithBandwidthPackageQuota(n int) Option {
	return set(func(s *settings) { s.packageQuota = n })
}

// WithInternationalSite makes the account one of the vendor's international site,
// whose bandwidth packages have 1 to 1000 Mbit/s and PayByTraffic alone. By default
// it is one of the China site, which has the other kinds of metering.
func WithInternationalSite() Option { return set(func(s *settings) { s.international = true }) }

// WithTaggedAtOnce sets how many resources one call of TagResources,
// UnTagResources or ListTagResources may name: 50 by default, as the SDK says; the
// metadata's text says 20.
func WithTaggedAtOnce(n int) Option { return set(func(s *settings) { s.taggedAtOnce = n }) }

// WithSegmentReserved sets how many addresses of a segment are kept back: 0,
// 1, 3 (the default) or 4, as the 2024 AllocateEipSegmentAddress page has it.
func WithSegmentReserved(n int) Option {
	return func(s *settings) error {
		if !slices.Contains([]int{0, 1, 3, 4}, n) {
			return fmt.Errorf("eiptest: reserved addresses of a segment: %d is not 0, 1, 3 or 4", n)
		}
		s.segmentLess = n
		return nil
	}
}

// WithStock sets how many addresses a region has left; without it there is no end.
func WithStock(region string, n int) Option { return set(func(s *settings) { s.stock[region] = n }) }

// WithSegmentStock sets how many segments of a mask (24 to 28) each region has
// left; without it there is no end.
func WithSegmentStock(mask, n int) Option {
	return set(func(s *settings) { s.masks[itoa(mask)] = n })
}

// WithBalance sets the account's money. At zero nothing can be bought; a
// subscription costs 20 for each Mbit/s and month.
func WithBalance(money float64) Option { return set(func(s *settings) { s.balance = money }) }

// WithTransition sets how long an address takes to be bound, unbound or
// released, 2 ms by default; segments, pools and the blocks of pools take five
// times as long. At zero the final state is reached within the call.
func WithTransition(d time.Duration) Option {
	return positive("transition", d, func(s *settings) { s.bindTime, s.releaseTime, s.segmentTime, s.poolTime = d, d, 5*d, 5*d })
}

// WithBandwidthPackageTime sets how long it takes to change the bandwidth of a
// package, and to add an address to it or remove one, 2 ms by default. At zero the
// final state is reached within the call.
func WithBandwidthPackageTime(d time.Duration) Option {
	return positive("bandwidth package time", d, func(s *settings) { s.packageTime = d })
}

// WithVisibilityDelay hides a new address or bandwidth package for a while: it is
// not listed, and calls that name it do not find it.
func WithVisibilityDelay(d time.Duration) Option {
	return positive("visibility delay", d, func(s *settings) { s.visibleAfter = d })
}

// WithConflictCode sets the code that refuses an operation on an address that
// is still in transition: IncorrectEipStatus by default, OperationConflict or
// TaskConflict as other clients report it.
func WithConflictCode(code string) Option { return set(func(s *settings) { s.conflict = code }) }

// WithReleaseCooldown refuses the release of an address for a while after it
// was unbound, with TaskConflict.AssociateGlobalAccelerationInstance.
func WithReleaseCooldown(d time.Duration) Option {
	return positive("release cooldown", d, func(s *settings) { s.cooldown = d })
}

// WithKeepTime sets how long a released address is kept back before it can be
// asked for again (Ip.Keeped), zero by default.
func WithKeepTime(d time.Duration) Option {
	return positive("keep time", d, func(s *settings) { s.keepTime = d })
}

// WithTokenLife sets how long a ClientToken is remembered, 24 hours by default.
func WithTokenLife(d time.Duration) Option {
	return positive("token life", d, func(s *settings) { s.tokenLife = d })
}

// WithTokenBusy makes a token count as being worked on for a while after its
// first call: repeats are refused with LastTokenProcessing.
func WithTokenBusy(d time.Duration) Option {
	return positive("token busy time", d, func(s *settings) { s.tokenBusy = d })
}

// WithRefusalReplay makes a token remember a refusal too, so that repeating it
// is refused for ever even if the reason has gone.
func WithRefusalReplay() Option { return set(func(s *settings) { s.replayRefusals = true }) }

// WithRateLimit allows n calls of each action per minute of the clock and
// refuses the others with Throttling.User, status 400. With hint the answer
// says in x-acs-retry-after, in milliseconds, when the next minute begins.
// There is no limit by default; the vendor's for AllocateEipAddress is 120.
func WithRateLimit(n int, hint bool) Option {
	return set(func(s *settings) { s.engine.PerMinute, s.engine.LimitHint = n, hint })
}

// WithPointLimit sets how many monitoring points one call may ask for: 400 by
// default, 200 in the 2019 API reference.
func WithPointLimit(n int) Option { return set(func(s *settings) { s.points = n }) }

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

// WithBriefRecord is WithRecord for a server that runs for long: the calls are kept
// without Params, and with long texts cut off.
func WithBriefRecord(n int) Option {
	return set(func(s *settings) { s.engine.Keep, s.engine.Brief = n, true })
}

// WithSeedDocument makes a server that begins with the state of a snapshot, or of a
// seed of the same format that somebody has written; see LoadSnapshot. Everything
// in it has a default: {"addresses":[{"region":"cn-hangzhou"}]} is one address. What
// it does not mention is as the other options say. An error names line and field.
func WithSeedDocument(data []byte) Option {
	return func(s *settings) error {
		d, err := parseDocument(data)
		if err != nil {
			return fmt.Errorf("eiptest: seed: %w", err)
		}
		s.seedData, s.seedDoc = slices.Clone(data), d
		return nil
	}
}

// WithStateFile keeps the state in a file, in the format of a snapshot followed by
// changes. A server that finds the file begins with what is in it, and what the
// options say of quota, stock, balance, instances, pools and seed counts for a new
// file only. Every change is in the file before its call is answered; there is no
// fsync, so that it outlives the process and not the machine. The file is compacted
// beside the answers. Access keys, nonces, faults and the shift of the clock are
// not kept. A call whose change cannot be written is answered with InternalError.
// One process at a time has the file, by a lock on the path with ".lock" added.
func WithStateFile(path string) Option {
	return func(s *settings) error {
		if path == "" {
			return fmt.Errorf("eiptest: state file: the path is empty")
		}
		s.stateFile = path
		return nil
	}
}

// WithSteering allows steering over HTTP (see SteerPrefix) on listeners that are not
// on loopback, for requests whose Host is a name or address of loopback or one of
// these. Without it only loopback has it. Everyone who reaches the listener can steer
// the server then.
func WithSteering(hosts ...string) Option {
	return func(s *settings) error {
		for _, h := range hosts {
			if h == "" || strings.ContainsAny(h, "/ ") || hostName(h) != h {
				return fmt.Errorf("eiptest: steering: %.64q is not the name or address of a host, without port", h)
			}
		}
		s.steerHosts = append(s.steerHosts, hosts...)
		return nil
	}
}

// WithoutSteering switches steering over HTTP off.
func WithoutSteering() Option { return set(func(s *settings) { s.steerOff = true }) }

// WithRecord sets how many of the latest calls are kept for Calls: 4096 by
// default, 0 for none. Counters count in any case.
func WithRecord(n int) Option { return set(func(s *settings) { s.engine.Keep = n }) }

// WithUsage sets the text that a visit without parameters is answered with.
func WithUsage(text string) Option { return set(func(s *settings) { s.engine.Usage = text }) }
