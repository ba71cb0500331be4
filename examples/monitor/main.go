// Monitor shows the traffic of one address: a chart in the terminal, a table
// with peak, mean and percentiles, and an SVG file.
//
//	cd examples/monitor && go run .
//
// It is a module of its own, because the plotting library is larger than all
// that eip-go needs. It runs on the embedded fake unless -endpoint or -live says
// otherwise.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/exampleapp"
	"github.com/eipkit/eip-go/internal/termchart"
)

func main() { exampleapp.Main(run) }

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	fs := flag.NewFlagSet("monitor", flag.ContinueOnError)
	common := exampleapp.AddFlags(fs)
	id := fs.String("id", "", "`ID` of the address; default: the first one of the region")
	last := fs.Duration("last", 24*time.Hour, "how far to look back")
	period := fs.Duration("period", eip.DefaultMonitorPeriod, "length of one sample")
	svg := fs.String("svg", filepath.Join(os.TempDir(), "eip-traffic.svg"), "`file` to write the chart to; \"\" for none")
	if err := exampleapp.Parse(fs, args); err != nil {
		return err
	}
	if *last <= 0 || *period <= 0 {
		return errors.New("-last and -period must be longer than 0")
	}
	common.Plan = "It reads the monitoring data of one address.\nIt creates and changes nothing."
	var calls atomic.Int64
	app, err := common.Start(ctx, in, out, "", eip.WithAttemptHook(func(_ context.Context, a eip.Attempt) {
		if a.Action == "DescribeEipMonitorData" {
			calls.Add(1)
		}
	}))
	if err != nil {
		return err
	}
	defer app.Close()
	address, release, err := pick(ctx, app.Client, *id, common.Live)
	if err != nil {
		return err
	}
	if address == nil {
		fmt.Fprintln(out, "The region has no address: there is nothing to show.")
		return nil
	}
	defer release()

	end := time.Now().Truncate(*period)
	series, err := app.Client.MonitorSeries(ctx, eip.MonitorQuery{
		AllocationID: address.AllocationID, Start: end.Add(-*last), End: end, Period: *period,
	})
	if err != nil {
		return err
	}
	title := address.IPAddress + " (" + address.AllocationID + ")"
	head := fmt.Sprintf("%s: %s of %s, read in %s\n\n",
		title, count(len(series.Samples), "sample"), short(*period), count(int(calls.Load()), "call"))
	if err := termchart.Text(out, termchart.StyleOf(out), head); err != nil {
		return err
	}
	if err := show(out, title, series); err != nil {
		return err
	}
	if *svg == "" {
		return nil
	}
	if len(series.Samples) == 0 {
		fmt.Fprintln(out, "No samples: no SVG is written.")
		return nil
	}
	if err := writeSVG(*svg, title, series); err != nil {
		return err
	}
	fmt.Fprintln(out, "SVG:", *svg)
	return nil
}

// pick finds the address to look at. Where nothing is real it makes one if
// there is none, and release gives it back.
func pick(ctx context.Context, client *eip.Client, id string, live bool) (*eip.EipAddress, func(), error) {
	nothing := func() {}
	if id != "" {
		a, err := client.GetEip(ctx, id)
		return a, nothing, err
	}
	for a, err := range client.EipAddresses(ctx, nil) {
		return a, nothing, err
	}
	if live {
		return nil, nothing, nil
	}
	res, err := client.AllocateEipAddress(ctx, &eip.AllocateEipAddressRequest{Name: "eip-go-monitor"})
	if err != nil {
		return nil, nothing, err
	}
	release := func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		if err := client.EnsureReleased(ctx, res.AllocationID); err != nil {
			fmt.Fprintln(os.Stderr, "still there:", res.AllocationID, err)
		}
	}
	a, err := client.WaitAvailable(ctx, res.AllocationID)
	if err != nil {
		release()
		return nil, nothing, err
	}
	return a, release, nil
}

// show writes the chart and the table.
func show(out io.Writer, title string, s *eip.MonitorSeries) error {
	style := termchart.StyleOf(out)
	const minute = "01-02 15:04"
	err := termchart.Render(out, style, termchart.Chart{
		Title: "Traffic of " + title, Unit: "bit/s",
		Series: []termchart.Series{
			{Label: "in", Points: s.Points(eip.Sample.BitsIn)},
			{Label: "out", Points: s.Points(eip.Sample.BitsOut)},
		},
		From: s.Start.Format(minute), To: s.End.Format(minute) + " UTC",
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(out)
	var rows [][]string
	if len(s.Samples) > 0 {
		rows = table(s)
	}
	err = termchart.Table(out, style, []termchart.Column{
		{Head: ""}, {Head: "in", Right: true}, {Head: "out", Right: true}, {Head: "both", Right: true},
	}, rows, "There are no samples in this span.")
	if err != nil {
		return err
	}
	fmt.Fprintln(out)
	for i, gap := range s.Gaps() {
		if i == 5 {
			fmt.Fprintf(out, "… and %d more gaps\n", len(s.Gaps())-i)
			break
		}
		fmt.Fprintf(out, "no data from %s to %s (%d samples)\n", gap.Start.Format(minute), gap.End.Format(minute), gap.Samples)
	}
	return nil
}

func table(s *eip.MonitorSeries) [][]string {
	of := func(name string, f func(eip.Rates) float64) []string {
		return []string{name, rate(f(s.In())), rate(f(s.Out())), rate(f(s.Total()))}
	}
	in, out := s.Bytes()
	return [][]string{
		of("peak", eip.Rates.Peak),
		of("mean", eip.Rates.Mean),
		of("median", func(r eip.Rates) float64 { return r.Percentile(50) }),
		of("95th percentile", func(r eip.Rates) float64 { return r.Percentile(95) }),
		of("99th percentile", func(r eip.Rates) float64 { return r.Percentile(99) }),
		{"sum", prefixed(float64(in), "B"), prefixed(float64(out), "B"), prefixed(float64(in+out), "B")},
	}
}

func rate(v float64) string { return prefixed(v, "bit/s") }

// prefixed writes a number with three digits and a decimal prefix.
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

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// short writes a period as people say it.
func short(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return d.String()
}

var errNoFile = errors.New("the SVG could not be written")
