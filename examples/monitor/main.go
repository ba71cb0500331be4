// Monitor shows the traffic of one address: a chart in the terminal, a table
// with peak, mean and percentiles, and an SVG file.
//
//	cd examples/monitor
//	go run .                              # on the embedded fake: no account, no cost
//	go run . -endpoint http://127.0.0.1:8089   # on a running eipsim
//	go run . -live -region cn-hangzhou    # on the real cloud; asks first
//
// It is a module of its own, because the plotting library is larger than
// everything that eip-go needs.
package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

func main() {
	err := run(context.Background(), os.Args[1:], os.Stdin, os.Stdout)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	fs := flag.NewFlagSet("monitor", flag.ContinueOnError)
	endpoint := fs.String("endpoint", "", "`URL` of a running eipsim, instead of the embedded fake")
	keyID := fs.String("access-key-id", eiptest.DefaultAccessKeyID, "access key `ID` for -endpoint")
	secret := fs.String("access-key-secret", eiptest.DefaultAccessKeySecret, "its secret")
	live := fs.Bool("live", false, "use the real cloud, with credentials from the environment (asks first)")
	regionID := fs.String("region", "", "region `ID`; needed with -live")
	id := fs.String("id", "", "`ID` of the address (default the first one of the region)")
	last := fs.Duration("last", 24*time.Hour, "how far to look back")
	period := fs.Duration("period", time.Minute, "length of one sample")
	svg := fs.String("svg", filepath.Join(os.TempDir(), "eip-traffic.svg"), "`file` to write the chart to; \"\" for none")
	if err := fs.Parse(args); err != nil || fs.NArg() > 0 || *last <= 0 || *period <= 0 {
		return cmp.Or(err, errors.New("-last and -period must be positive, and there are no arguments, only flags"))
	}
	region := cmp.Or(*regionID, eiptest.DefaultRegion)
	var options []eip.Option // none for the real cloud
	switch {
	case *live && (*regionID == "" || *endpoint != ""), strings.Contains(strings.ToLower(*endpoint), "aliyuncs.com"):
		return errors.New("the real cloud needs -live and -region, and no -endpoint")
	case *live:
		fmt.Fprintf(out, "This reads the traffic of an elastic IP of %s in the real cloud.\nType yes to go on: ", region)
		if answer, _ := bufio.NewReader(in).ReadString('\n'); strings.TrimSpace(answer) != "yes" {
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
		options = srv.ClientOptions()
		fmt.Fprintln(out, "on the embedded fake: nothing is real, nothing is billed")
	}
	client, err := eip.NewClient(region, options...)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second interrupt ends the process
	address, release, err := pick(ctx, client, *id, !*live)
	if err != nil {
		return err
	}
	end := time.Now().Truncate(*period)
	series, err := client.MonitorSeries(ctx, eip.MonitorQuery{
		AllocationID: address.AllocationID, Start: end.Add(-*last), End: end, Period: *period,
	})
	if err = errors.Join(err, release()); err != nil {
		return err
	}
	title := address.IPAddress + " (" + address.AllocationID + ")"
	show(out, title, series)
	if *svg == "" || len(series.Samples) == 0 {
		return nil
	}
	if err := writeSVG(*svg, title, series); err != nil {
		return fmt.Errorf("SVG: %w", err)
	}
	fmt.Fprintln(out, "SVG:", *svg)
	return nil
}

// pick returns the address to look at: the one with the ID, or the first one of
// the region. If there is none it allocates one, but only if it may; release
// releases that one.
func pick(ctx context.Context, client *eip.Client, id string, may bool) (a *eip.EipAddress, release func() error, err error) {
	release = func() error { return nil }
	if id != "" {
		a, err = client.GetEip(ctx, id)
		return a, release, err
	}
	for a, err := range client.EipAddresses(ctx, nil) {
		return a, release, err
	}
	if !may {
		return nil, nil, errors.New("the region has no elastic IP")
	}
	made, err := client.AllocateMany(ctx, 1, &eip.AllocateManyRequest{
		Allocate: eip.AllocateEipAddressRequest{Name: "eip-go-monitor"},
	})
	if err != nil {
		return nil, nil, err
	}
	return made[0], func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute) // ctx may be done
		defer cancel()
		return client.EnsureReleased(ctx, made[0].AllocationID)
	}, nil
}

// show prints the charts and the table.
func show(out io.Writer, title string, s *eip.MonitorSeries) {
	const minute = "01-02 15:04"
	fmt.Fprintf(out, "%s: %d samples of %s\n", title, len(s.Samples), short(s.Period))
	fmt.Fprintf(out, "%s to %s UTC\n\n", s.Start.Format(minute), s.End.Format(minute))
	chart(out, "in", s.Points(eip.Sample.BitsIn))
	chart(out, "out", s.Points(eip.Sample.BitsOut))
	fmt.Fprintln(out)
	for i, gap := range s.Gaps() {
		if i == 5 {
			fmt.Fprintf(out, "… and %d more gaps\n", len(s.Gaps())-i)
			break
		}
		fmt.Fprintf(out, "no data from %s to %s (%d samples)\n", gap.Start.Format(minute), gap.End.Format(minute), gap.Samples)
	}
	if len(s.Samples) == 0 {
		return
	}
	row := func(name, in, out2, both string) {
		fmt.Fprintf(out, "%-15s  %12s  %12s  %12s\n", name, in, out2, both)
	}
	row("", "in", "out", "both")
	rates := func(name string, of func(eip.Rates) float64) {
		row(name, rate(of(s.In())), rate(of(s.Out())), rate(of(s.Total())))
	}
	rates("peak", eip.Rates.Peak)
	rates("mean", eip.Rates.Mean)
	for _, p := range []float64{50, 95, 99} {
		rates(fmt.Sprintf("%.0fth percentile", p), func(r eip.Rates) float64 { return r.Percentile(p) })
	}
	received, sent := s.Bytes()
	row("sum", prefixed(float64(received), "B"), prefixed(float64(sent), "B"), prefixed(float64(received+sent), "B"))
	fmt.Fprintln(out)
}

func rate(v float64) string { return prefixed(v, "bit/s") }

// prefixed formats a number with three digits and a decimal prefix.
func prefixed(v float64, unit string) string {
	if math.IsNaN(v) {
		return "-"
	}
	prefixes := []string{"", "k", "M", "G", "T"}
	for v >= 999.5 && len(prefixes) > 1 {
		v, prefixes = v/1000, prefixes[1:]
	}
	digits := 2
	switch {
	case prefixes[0] == "" && v == math.Trunc(v), v >= 100:
		digits = 0
	case v >= 10:
		digits = 1
	}
	return strconv.FormatFloat(v, 'f', digits, 64) + " " + prefixes[0] + unit
}

// short formats a period in hours or minutes.
func short(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return d.String()
}
