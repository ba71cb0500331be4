package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/eipkit/eip-go/eiptest"
)

// ids are the names of the instance types on the command line.
var ids = map[string]string{"ecs": eiptest.ECS, "eni": eiptest.ENI, "slb": eiptest.SLB, "nat": eiptest.NAT, "havip": eiptest.HaVip}

// usageText answers GET / without parameters; the verb is the home region.
const usageText = `eipsim: a fake Elastic IP service (product Vpc, version ` + eiptest.Version + `).

Point any client of the RPC interface at this address as its endpoint, over
plain HTTP, with the access key that was given on the command line. Requests
are signed with HMAC-SHA1 or ACS3-HMAC-SHA256 (signature V3); parameters may
come in the query, in the form body, or in both. A browser gets a page that shows
the addresses and the last calls. GET /healthz answers ok. Home region: %s. Instances to bind addresses to:
%s
GET ` + eiptest.SteerPrefix + ` tells how this server is steered: state, calls, faults, clock, quota, snapshots.
Nothing here is real: no address is reachable and nothing is billed.
`

// parse turns the command line into options. Errors never repeat a secret.
func parse(p *program, args []string, stderr io.Writer) ([]eiptest.Option, error) {
	fs := flag.NewFlagSet("eipsim", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.String("vendor", "alibaba", "whose service: alibaba or zenlayer, which has flags of its own (-vendor zenlayer -h)")
	p.flags(fs)
	keyID := fs.String("access-key-id", eiptest.DefaultAccessKeyID, "access key `ID` to accept")
	secret := fs.String("access-key-secret", eiptest.DefaultAccessKeySecret, "its secret")
	token := fs.String("security-token", "", "security token that must come with the key")
	region := fs.String("region", eiptest.DefaultRegion, "home region")
	instances := fs.String("instances", "ecs=3,eni=2,slb=1,nat=1,havip=1",
		"instances to bind to: `type=count` or type=id, joined by commas")
	quota := fs.Int("quota", 20, "addresses alive at once")
	transition := fs.Duration("transition", 2*time.Millisecond, "time an address takes to be bound, unbound or released, or to join or leave a bandwidth package")
	visibility := fs.Duration("visibility", 0, "time until a new address is visible")
	latency := fs.Duration("latency", 0, "delay of every answer")
	rate := fs.Int("rate-limit", 0, "calls per action and minute, 0 for no limit")
	hint := fs.Bool("rate-hint", false, "tell a limited caller when to come back")
	seed := fs.Uint64("seed", 1, "seed of the faults")
	steer := fs.String("steer", "", "`hosts` under whose names the server may be steered (GET /_eip/ tells how) although it listens elsewhere than on loopback, joined by commas; off switches steering off")
	seedFile := fs.String("seed-file", "", "JSON `file` with the state to begin with, as GET /_eip/snapshot gives it; everything in it has a default")
	stateFile := fs.String("state", "", "`file` that keeps the state over restarts; a new one begins with the other flags and -seed-file")
	tokenLife := fs.Duration("token-life", 24*time.Hour, "how long a ClientToken is remembered")
	old := fs.Bool("reference-2019", false, "follow the 2019 API reference where newer documents contradict it")
	var odds chances
	odds.flags(fs)
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if fs.NArg() > 0 {
		return nil, fmt.Errorf("%d arguments that are not flags", fs.NArg())
	}
	all, err := parseInstances(*instances)
	if err != nil {
		return nil, err
	}
	if err := cmp.Or(odds.check(), p.check()); err != nil {
		return nil, err
	}
	var list strings.Builder
	for _, in := range all {
		fmt.Fprintf(&list, "  %-18s %s\n", in.ID, in.Type)
	}
	opts := []eiptest.Option{
		eiptest.WithPipe(), eiptest.WithSecurityToken(*keyID, *secret, *token, time.Time{}),
		eiptest.WithRegion(*region), eiptest.WithInstances(all...), eiptest.WithQuota(*quota),
		eiptest.WithTransition(*transition), eiptest.WithBandwidthPackageTime(*transition),
		eiptest.WithVisibilityDelay(*visibility), eiptest.WithLatency(*latency),
		eiptest.WithRateLimit(*rate, *hint), eiptest.WithSeed(*seed), eiptest.WithTokenLife(*tokenLife),
		eiptest.WithBriefRecord(keptCalls), eiptest.WithUsage(fmt.Sprintf(usageText, *region, list.String())),
	}
	if opts, err = steering(opts, *steer); err != nil {
		return nil, err
	}
	if *seedFile != "" {
		seed, err := readSeed(*seedFile)
		if err != nil {
			return nil, err
		}
		opts = append(opts, eiptest.WithSeedDocument(seed))
	}
	if *stateFile != "" {
		opts = append(opts, eiptest.WithStateFile(*stateFile))
	}
	if *old {
		opts = append(opts, eiptest.WithReference2019())
	}
	switch p.log {
	case textLog:
		opts = append(opts, eiptest.WithLog(stderr))
	case jsonLog:
		opts = append(opts, eiptest.WithJSONLog(stderr))
	}
	odds.each(func(name string, p float64) { opts = append(opts, eiptest.WithChance(odds.fault(name), p)) })
	return opts, nil
}

// maxInstances bounds a count on the command line.
const maxInstances = 100_000

func parseInstances(v string) ([]eiptest.Instance, error) {
	out := []eiptest.Instance{}
	seen := map[string]bool{}
	for part := range strings.SplitSeq(v, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, what, ok := strings.Cut(part, "=")
		kind := ids[strings.ToLower(name)]
		if !ok || kind == "" || what == "" {
			return nil, fmt.Errorf("-instances: %q is not type=count or type=id with type ecs, eni, slb, nat or havip", part)
		}
		more := []eiptest.Instance{{ID: what, Type: kind}}
		if n, err := strconv.Atoi(what); err == nil {
			if n < 0 || n > maxInstances {
				return nil, fmt.Errorf("-instances: %s: %d is not between 0 and %d", name, n, maxInstances)
			}
			more = eiptest.Instances(kind, n)
		}
		for _, in := range more {
			if seen[in.ID] {
				return nil, errors.New("-instances: " + in.ID + " is there twice")
			}
			seen[in.ID] = true
			out = append(out, in)
		}
	}
	return out, nil
}
