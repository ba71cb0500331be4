package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
)

// server is a fake of either vendor.
type server interface {
	http.Handler
	Close()
}

// cutVendor takes the flag -vendor out of the arguments, since the other flags
// depend on it.
func cutVendor(args []string) (vendor string, rest []string, err error) {
	vendor = "alibaba"
	for i := 0; i < len(args); i++ {
		name, value, given := strings.Cut(args[i], "=")
		if name != "-vendor" && name != "--vendor" {
			rest = append(rest, args[i])
			continue
		}
		if !given {
			if i++; i == len(args) {
				return "", nil, errors.New("-vendor needs a value: alibaba or zenlayer")
			}
			value = args[i]
		}
		vendor = value
	}
	if vendor != "alibaba" && vendor != "zenlayer" {
		return "", nil, fmt.Errorf("-vendor %q is neither alibaba nor zenlayer", vendor)
	}
	return vendor, rest, nil
}

// zenlayerUsage answers GET / without an action.
const zenlayerUsage = `eipsim: a fake elastic IP service in the manner of Zenlayer's bare metal product.

POST signed JSON requests (ZC2-HMAC-SHA256, header X-ZC-Action) to /api/v2/bmc
at this address, over plain HTTP, with the access key that was given on the
command line.
Nothing here is real: no address is reachable and nothing is billed.
`

// parseZenlayer turns the command line without -vendor into options. Errors
// never repeat a secret.
func parseZenlayer(p *program, args []string, stderr io.Writer) ([]zenlayertest.Option, error) {
	fs := flag.NewFlagSet("eipsim -vendor zenlayer", flag.ContinueOnError)
	fs.SetOutput(stderr)
	p.flags(fs)
	keyID := fs.String("access-key-id", zenlayertest.DefaultAccessKeyID, "access key `ID` to accept")
	secret := fs.String("access-key-secret", zenlayertest.DefaultAccessKeyPassword, "its password")
	bearer := fs.String("bearer-token", "", "token that authorizes a request instead of a signature, besides the key")
	instances := fs.String("instances", "", "servers to bind to: `id=zone`, joined by commas; without it instance-sel-1 in SEL-A and a few more")
	groups := fs.String("resource-groups", "", "resource groups besides "+zenlayertest.DefaultResourceGroup+": `IDs` joined by commas; without it every ID that begins with rg- is one")
	zones := fs.String("zones", "SEL-A=-1,HKG-A=-1,SIN-A=8,FRA-A=0", "zones with their stock: `zone=count`, joined by commas; -1 has no end")
	balance := fs.Float64("balance", 1e9, "the account's money")
	transition := fs.Duration("transition", 2*time.Millisecond, "time an address takes to be made, bound, unbound or recycled")
	visibility := fs.Duration("visibility", 0, "time until a new address is visible")
	latency := fs.Duration("latency", 0, "delay of every answer")
	rate := fs.Int("rate-limit", 0, "calls per action and minute, 0 for no limit")
	hint := fs.Bool("rate-hint", false, "tell a limited caller when to come back")
	seed := fs.Uint64("seed", 1, "seed of the faults")
	var odds chances
	odds.flags(fs)
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if fs.NArg() > 0 {
		return nil, fmt.Errorf("%d arguments that are not flags", fs.NArg())
	}
	if err := cmp.Or(odds.check(), p.check()); err != nil {
		return nil, err
	}
	opts := []zenlayertest.Option{
		zenlayertest.WithPipe(), zenlayertest.WithCredentials(*keyID, *secret), zenlayertest.WithBalance(*balance),
		zenlayertest.WithTransition(*transition), zenlayertest.WithVisibilityDelay(*visibility), zenlayertest.WithLatency(*latency),
		zenlayertest.WithRateLimit(*rate, *hint), zenlayertest.WithSeed(*seed), zenlayertest.WithRecord(0),
		zenlayertest.WithUsage(zenlayerUsage),
	}
	known := map[string]bool{}
	for part := range strings.SplitSeq(*zones, ",") {
		id, count, _ := strings.Cut(strings.TrimSpace(part), "=")
		n, err := strconv.Atoi(count)
		if id == "" || err != nil {
			return nil, fmt.Errorf("-zones: %q is not zone=count", part)
		}
		known[id] = true
		opts = append(opts, zenlayertest.WithZones(zenlayertest.Zone{ID: id, Stock: n}))
	}
	if *instances != "" {
		servers, err := parseServers(*instances, known)
		if err != nil {
			return nil, err
		}
		opts = append(opts, zenlayertest.WithInstances(servers...))
	}
	if *bearer != "" {
		opts = append(opts, zenlayertest.WithBearerToken(*bearer))
	}
	if *groups != "" {
		for id := range strings.SplitSeq(*groups, ",") {
			if id = strings.TrimSpace(id); id == "" {
				return nil, fmt.Errorf("-resource-groups: %q has an empty ID", *groups)
			}
			opts = append(opts, zenlayertest.WithResourceGroups(id))
		}
	}
	switch p.log {
	case textLog:
		opts = append(opts, zenlayertest.WithLog(stderr))
	case jsonLog:
		opts = append(opts, zenlayertest.WithJSONLog(stderr))
	}
	odds.each(func(name string, p float64) {
		opts = append(opts, zenlayertest.WithChance(odds.fault(name), p))
	})
	return opts, nil
}

// parseServers reads the instances of -vendor zenlayer.
func parseServers(v string, zones map[string]bool) ([]zenlayertest.Instance, error) {
	var out []zenlayertest.Instance
	seen := map[string]bool{}
	for part := range strings.SplitSeq(v, ",") {
		id, zone, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch {
		case id == "" || zone == "":
			return nil, fmt.Errorf("-instances: %q is not id=zone", part)
		case !zones[zone]:
			return nil, fmt.Errorf("-instances: %s: there is no zone %q in -zones", id, zone)
		case seen[id]:
			return nil, errors.New("-instances: " + id + " is there twice")
		}
		seen[id] = true
		out = append(out, zenlayertest.Instance{ID: id, ZoneID: zone})
	}
	return out, nil
}
