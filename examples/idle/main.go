// Idle lists the elastic IPs that nobody uses, and releases them on request. It
// also lists bandwidth packages that have no addresses, and addresses in packages
// that carry little; it leaves those as they are.
//
//	go run ./examples/idle              # a dry run
//	go run ./examples/idle -release     # for good
//	go run ./examples/idle -live -region cn-hangzhou   # on the real cloud; asks first
//
// It runs on the embedded fake unless -endpoint or -live says otherwise.
package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

const day = 24 * time.Hour

func main() {
	err := run(context.Background(), os.Args[1:], os.Stdin, os.Stdout)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	fs := flag.NewFlagSet("idle", flag.ContinueOnError)
	endpoint := fs.String("endpoint", "", "`URL` of a running eipsim, instead of the embedded fake")
	keyID := fs.String("access-key-id", eiptest.DefaultAccessKeyID, "access key `ID` for -endpoint")
	secret := fs.String("access-key-secret", eiptest.DefaultAccessKeySecret, "its secret")
	live := fs.Bool("live", false, "use the real cloud, with credentials from the environment (asks first)")
	regionID := fs.String("region", "", "region `ID`; needed with -live")
	j := job{in: bufio.NewReader(in), out: out}
	j.addFlags(fs)
	if err := fs.Parse(args); err != nil || fs.NArg() > 0 {
		return cmp.Or(err, errors.New("there are no arguments, only flags"))
	}
	region := cmp.Or(*regionID, eiptest.DefaultRegion)
	var options []eip.Option // none for the real cloud
	switch {
	case *live && (*regionID == "" || *endpoint != ""), strings.Contains(strings.ToLower(*endpoint), "aliyuncs.com"):
		return errors.New("the real cloud needs -live and -region, and no -endpoint")
	case *live:
		j.ask = true
		fmt.Fprintf(out, "This lists the elastic IPs of %s in the real cloud.\nType yes to go on: ", region)
		if !j.yes() {
			return errors.New("not confirmed: nothing was done")
		}
	case *endpoint != "":
		options = []eip.Option{eip.WithEndpoint(*endpoint), eip.WithCredentials(eip.StaticCredentials(*keyID, *secret))}
	default:
		srv, err := eiptest.New(eiptest.WithRegion(region))
		if err != nil {
			return err
		}
		defer srv.Close()
		options, j.fake = srv.ClientOptions(), srv
		fmt.Fprintln(out, "on the embedded fake: nothing is real, nothing is billed")
	}
	client, err := eip.NewClient(region, options...)
	if err != nil {
		return err
	}
	return j.run(ctx, client)
}

// job is what the flags ask for.
type job struct {
	query   eip.IdleQuery
	release bool // and not only list
	ask     bool // before releasing

	in   *bufio.Reader
	out  io.Writer
	fake *eiptest.Server // nil unless embedded
}

func (j *job) addFlags(fs *flag.FlagSet) {
	j.query.Tags = eip.Tags{}
	fs.Func("tag", "`key=value` that an address must have; can be given several times", func(s string) error {
		k, v, ok := strings.Cut(s, "=")
		if !ok || k == "" {
			return errors.New("want key=value")
		}
		j.query.Tags[k] = v
		return nil
	})
	fs.StringVar(&j.query.ResourceGroupID, "group", "", "resource group `ID` that an address must be in")
	fs.DurationVar(&j.query.MinAge, "age", 24*time.Hour, "minimum age of an address")
	fs.DurationVar(&j.query.TrafficOver, "traffic", 7*day, "how far to look back at the traffic; 0 does not look")
	fs.Float64Var(&j.query.PackagePeakBelow, "package-peak", 0, "list addresses in packages with a peak below this many `Mbit/s`; 0 does not look")
	fs.BoolVar(&j.query.NoPackages, "no-packages", false, "do not look for packages without addresses")
	fs.BoolVar(&j.release, "release", false, "release the idle addresses; without it nothing is changed")
}

// yes reads one line and reports whether it is "yes".
func (j *job) yes() bool {
	line, _ := j.in.ReadString('\n')
	return strings.TrimSpace(line) == "yes"
}

func (j *job) run(ctx context.Context, client *eip.Client) error {
	if j.fake != nil {
		if err := populate(ctx, client, j.fake); err != nil {
			return err
		}
	}
	j.query.MinAge = max(j.query.MinAge, time.Nanosecond) // 0 would mean the default
	report, err := client.FindIdle(ctx, j.query)
	if err != nil {
		return err
	}
	list(j.out, report)
	if len(report.Idle) == 0 {
		return nil
	}
	if j.release && j.ask {
		fmt.Fprintf(j.out, "\nRelease these %d for good? Type yes: ", len(report.Idle))
		if !j.yes() {
			fmt.Fprintln(j.out, "Nothing is released.")
			return nil
		}
	}
	if j.release && j.fake != nil && len(report.Idle) > 1 {
		busy := report.Idle[1].Address
		j.fake.ForceBind(busy.AllocationID, "i-test2")
		fmt.Fprintf(j.out, "\n(On the fake, somebody now binds %s to i-test2.)\n", busy.IPAddress)
	}
	// An interrupt ends the release, and the table shows how far it came.
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	results, err := client.ReleaseIdle(ctx, report, eip.ReleaseIdleOptions{DryRun: !j.release})
	if len(results) > 0 {
		fmt.Fprintln(j.out)
		table := tabwriter.NewWriter(j.out, 0, 0, 2, ' ', 0)
		for _, r := range results {
			outcome := string(r.Outcome)
			if r.Reason != "" {
				outcome += ": " + string(r.Reason)
			}
			fmt.Fprintf(table, "%s\t%s\n", r.IPAddress, outcome)
		}
		table.Flush()
	}
	if !j.release {
		fmt.Fprintln(j.out, "\nThis was a dry run: nothing is released. -release does it.")
	}
	return err
}

// list prints the idle addresses, and how many others there are for each
// reason.
func list(out io.Writer, r *eip.IdleReport) {
	fmt.Fprintf(out, "\nRegion %s, %s, older than %s\n\n", r.RegionID, r.MadeAt.Format("2006-01-02 15:04 UTC"), period(r.Query.MinAge))
	if len(r.Idle) == 0 {
		fmt.Fprintln(out, "No address is idle.")
	} else {
		table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		fmt.Fprint(table, "address\tID\tage\tpeak rate\tname\n")
		for _, a := range r.Idle {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", a.Address.IPAddress, a.Address.AllocationID, period(a.Age), peak(a.Traffic), a.Address.Name)
		}
		table.Flush()
	}
	kept := map[eip.KeepReason]int{}
	for _, k := range r.Kept {
		kept[k.Reason]++
	}
	if len(kept) > 0 {
		fmt.Fprintln(out, "\nNot idle:")
	}
	for _, reason := range slices.Sorted(maps.Keys(kept)) {
		fmt.Fprintf(out, "%3d %s\n", kept[reason], reason)
	}
	listPackages(out, r)
}

// listPackages prints what the report says about bandwidth packages.
func listPackages(out io.Writer, r *eip.IdleReport) {
	if len(r.IdlePackages) > 0 {
		fmt.Fprint(out, "\nBandwidth packages without addresses:\n\n")
		table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		fmt.Fprint(table, "ID\tage\tbandwidth\tname\n")
		for _, p := range r.IdlePackages {
			fmt.Fprintf(table, "%s\t%s\t%d Mbit/s\t%s\n", p.Package.BandwidthPackageID, period(p.Age), p.Package.Bandwidth, p.Package.Name)
		}
		table.Flush()
	}
	if len(r.QuietMembers) > 0 {
		fmt.Fprintf(out, "\nIn a bandwidth package, with a peak below %g Mbit/s:\n\n", r.Query.PackagePeakBelow)
		table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		fmt.Fprint(table, "address\tpackage\tage\tpeak rate\tname\n")
		for _, m := range r.QuietMembers {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", m.Address.IPAddress, m.Address.BandwidthPackageID, period(m.Age), peak(&m.Traffic), m.Address.Name)
		}
		table.Flush()
	}
}

// peak formats the traffic of the busiest hour.
func peak(t *eip.IdleTraffic) string {
	switch {
	case t == nil:
		return "-"
	case t.Samples == 0:
		return "no data"
	case t.Peak == 0:
		return "none"
	}
	return fmt.Sprintf("%.0f kbit/s", t.Peak/1000)
}

// period formats a duration in days, hours or seconds.
func period(d time.Duration) string {
	switch {
	case d >= 2*day:
		return fmt.Sprintf("%d d", d/day)
	case d >= time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return d.Round(time.Second).String()
}

// populate fills the fake with addresses of all kinds, and packages.
func populate(ctx context.Context, client *eip.Client, srv *eiptest.Server) error {
	packages := map[string]string{}
	for _, name := range []string{"spare", "shared"} {
		res, err := client.CreateCommonBandwidthPackage(ctx, &eip.CreateCommonBandwidthPackageRequest{Bandwidth: 100, Name: name})
		if err != nil {
			return err
		}
		packages[name] = res.BandwidthPackageID
		srv.ChangeBandwidthPackage(res.BandwidthPackageID, func(p *eiptest.BandwidthPackage) { p.CreatedAt = p.CreatedAt.Add(-150 * day) })
	}
	shared := func(quiet bool) func(*eiptest.Address) {
		return func(a *eiptest.Address) { a.BandwidthPackageID, a.Quiet = packages["shared"], quiet }
	}
	for _, a := range []struct {
		name   string
		days   int
		change func(*eiptest.Address)
	}{
		{"load-test", 212, func(a *eiptest.Address) { a.Quiet = true }},
		{"old-blog", 96, func(a *eiptest.Address) { a.Quiet = true }},
		{"migration", 9, nil},
		{"web", 300, nil},
		{"dns", 300, func(a *eiptest.Address) { a.DeletionProtection = true }},
		{"mail", 80, func(a *eiptest.Address) { a.ChargeType = "PrePaid" }},
		{"ingress", 41, func(a *eiptest.Address) { a.ServiceManaged = true }},
		{"shop", 120, shared(false)},
		{"old-shop", 140, shared(true)},
		{"new", 0, nil},
	} {
		res, err := client.AllocateEipAddress(ctx, &eip.AllocateEipAddressRequest{Name: a.name})
		if err != nil {
			return err
		}
		srv.Change(res.AllocationID, func(x *eiptest.Address) {
			x.CreatedAt = x.CreatedAt.Add(-time.Duration(a.days) * day)
			if a.change != nil {
				a.change(x)
			}
		})
		if a.name == "web" {
			srv.ForceBind(res.AllocationID, "i-test1")
		}
	}
	return nil
}
