package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"time"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

// The waits of the storm. They are short, so that it fits into a minute; the
// proportions are those of the library's defaults (200 ms to 20 s between
// attempts, 15 s for one attempt). How often a call is sent, and how long it
// bears with throttling, are the library's defaults.
const (
	attemptTimeout = 150 * time.Millisecond
	backoffMin     = 5 * time.Millisecond
	backoffMax     = 100 * time.Millisecond
	hintedWait     = 20 * time.Millisecond
	tooLate        = 250 * time.Millisecond // attemptTimeout, and time to repeat
	oldDate        = -48 * time.Hour
	tokenBusy      = 2 * time.Millisecond
	pollPause      = 4 * time.Millisecond // longer than a transition of the fake
)

// config is what the flags say.
type config struct {
	calls    int
	workers  int
	faults   float64
	seed     uint64
	endpoint string
	kill     bool
	kills    int
	naive    bool
	vendor   string
	// signature is how the client signs; Zenlayer has one of its own.
	signature eip.Signature
	foreign   bool
	settle    time.Duration // Reconcile's; tests make it too short
	attempts  int           // per call; 0 is the library's default, tests make it less
}

// foreignByDefault says whether gateways and contradicting answers take part
// without the flag -foreign.
const foreignByDefault = true

// leastKills is how many kills it takes to say anything.
const leastKills = 20

// signatures are the values of -signature.
var signatures = map[string]eip.Signature{"v1": eip.SignatureV1, "v3": eip.SignatureV3}

// The vendors.
const (
	alibaba  = "alibaba"
	zenlayer = "zenlayer"
)

func parse(args []string, stderr io.Writer) (config, error) {
	c := config{settle: zenSettle}
	fs := flag.NewFlagSet("eipstorm", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.IntVar(&c.calls, "calls", 10_000, "calls to make at least; a call is one operation through the public API, an allocation as much as a look")
	fs.IntVar(&c.workers, "workers", 64, "workers at the same time")
	fs.Float64Var(&c.faults, "faults", 0.3, "chance of a fault per attempt, shared by all kinds")
	fs.Uint64Var(&c.seed, "seed", 1, "seed of the faults and of the kills")
	fs.StringVar(&c.endpoint, "endpoint", "", "service to use instead of the embedded one: a loopback `URL`, for example eipsim's; "+
		"its faults are its own, it takes the key pair testid and testsecret, and it needs an ECS instance per worker (eipsim -instances ecs=64 -quota 100000)")
	fs.BoolVar(&c.kill, "kill", false, "kill the process with the workers again and again")
	fs.IntVar(&c.kills, "kills", 25, fmt.Sprintf("how often, with -kill; at least %d", leastKills))
	fs.BoolVar(&c.naive, "naive", false, "repeat on any error and send no token, as is often done; the report gives what leaks as a share of the allocation calls, and of all calls")
	fs.StringVar(&c.vendor, "vendor", alibaba, alibaba+" or "+zenlayer+", whose API has no tokens: unknown outcomes go to Reconcile")
	fs.Func("signature", "how the client signs: `v1`, HMAC-SHA1, the default, or v3, ACS3-HMAC-SHA256", func(v string) error {
		signature, ok := signatures[v]
		if !ok {
			return errors.New("it is neither v1 nor v3")
		}
		c.signature = signature
		return nil
	})
	fs.BoolVar(&c.foreign, "foreign", foreignByDefault, "spoil answers as gateways do, and let lists and IDs contradict themselves; "+
		"without it the embedded service has the older faults alone")
	if err := fs.Parse(args); err != nil {
		return c, err
	}
	switch {
	case fs.NArg() > 0:
		return c, fmt.Errorf("%q is not a flag", fs.Arg(0))
	case c.calls < 1:
		return c, fmt.Errorf("-calls %d is less than 1", c.calls)
	case c.workers < 1 || c.workers > 10_000:
		return c, fmt.Errorf("-workers %d is not between 1 and 10000", c.workers)
	case !(c.faults >= 0 && c.faults <= 0.9):
		return c, fmt.Errorf("-faults %v is not between 0 and 0.9", c.faults)
	case c.kills < leastKills:
		return c, fmt.Errorf("-kills %d is less than %d", c.kills, leastKills)
	case c.kill && c.naive:
		return c, errors.New("-kill and -naive exclude each other: the naive loop has nothing to settle with")
	case c.vendor != alibaba && c.vendor != zenlayer:
		return c, fmt.Errorf("-vendor %q is neither %s nor %s", c.vendor, alibaba, zenlayer)
	case c.vendor == zenlayer && (c.naive || c.endpoint != ""):
		return c, errors.New("-vendor zenlayer goes with neither -naive nor -endpoint")
	case c.vendor == zenlayer && c.signature != eip.SignatureV1:
		return c, errors.New("-signature v3 does not go with -vendor zenlayer, which has a signature of its own")
	case c.endpoint != "" && (c.kill || c.naive):
		return c, errors.New("-endpoint goes with neither -kill nor -naive, which need the embedded service's record")
	}
	if c.endpoint != "" {
		return c, checkLoopback(c.endpoint)
	}
	return c, nil
}

// checkLoopback refuses services elsewhere: a storm at the real one would cost
// real money.
func checkLoopback(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" {
		return errors.New("-endpoint is not a URL with a host")
	}
	if u.Hostname() == "localhost" {
		return nil
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("-endpoint: %s is not a loopback address; a storm at a real service would be billed", u.Hostname())
}

// clientOptions are those of every client of the storm. The transport is the
// library's own.
func clientOptions(endpoint string, signature eip.Signature) []eip.Option {
	return []eip.Option{
		eip.WithEndpoint(endpoint), eip.WithSignature(signature),
		eip.WithCredentials(eip.StaticCredentials(eiptest.DefaultAccessKeyID, eiptest.DefaultAccessKeySecret)),
		eip.WithBackoff(backoffMin, backoffMax), eip.WithAttemptTimeout(attemptTimeout),
		eip.WithUserAgent("eip-go-storm"), eip.WithAttemptHook(countAttempt),
	}
}

// service starts the embedded service with its faults.
func service(cfg config) (*eiptest.Server, error) {
	instances := cfg.workers
	if cfg.naive {
		instances = cfg.calls // one for each lifecycle: some are never given back
	}
	opts := []eiptest.Option{
		eiptest.WithSeed(cfg.seed), eiptest.WithRecord(0), eiptest.WithQuota(1 << 30), eiptest.WithBandwidthPackageQuota(1 << 30),
		eiptest.WithTokenBusy(tokenBusy), eiptest.WithInstances(eiptest.Instances(eiptest.ECS, instances)...),
	}
	for _, k := range cfg.kinds() {
		for _, d := range k.doses {
			opts = append(opts, eiptest.WithChance(d.fault, cfg.faults*d.share, d.actions...))
		}
	}
	return eiptest.New(opts...)
}
