// Idle lists the elastic IPs that nobody uses, and releases them on request.
//
//	go run ./examples/idle              # a dry run
//	go run ./examples/idle -release     # for good
//
// It runs on the embedded fake unless -endpoint or -live says otherwise.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/internal/exampleapp"
	"github.com/eipkit/eip-go/internal/termchart"
)

func main() { exampleapp.Main(run) }

const day = 24 * time.Hour

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	fs := flag.NewFlagSet("idle", flag.ContinueOnError)
	common := exampleapp.AddFlags(fs)
	tags := eip.Tags{}
	fs.Func("tag", "`key=value` that an address must have; can be given several times", func(s string) error {
		k, v, ok := strings.Cut(s, "=")
		if !ok || k == "" {
			return fmt.Errorf("%q is not key=value", s)
		}
		tags[k] = v
		return nil
	})
	group := fs.String("group", "", "resource group `ID` that an address must be in")
	age := fs.Duration("age", eip.DefaultIdleAge, "how old an address must be")
	traffic := fs.Duration("traffic", 7*day, "how far to look back at the traffic; 0 does not look")
	release := fs.Bool("release", false, "release the idle addresses; without it nothing is changed")
	if err := exampleapp.Parse(fs, args); err != nil {
		return err
	}
	common.Plan = "It lists addresses and reads their monitoring data.\nIt creates and changes nothing."
	if *release {
		common.Plan = "It lists addresses and reads their monitoring data.\n" +
			"Then it asks again, and releases the idle ones for good:\nwhat is released may not come back."
	}
	app, err := common.Start(ctx, in, out, "")
	if err != nil {
		return err
	}
	defer app.Close()
	if app.Server != nil {
		if err := populate(ctx, app); err != nil {
			return err
		}
	}
	report, err := app.Client.FindIdle(ctx, eip.IdleQuery{
		Tags: tags, ResourceGroupID: *group, MinAge: max(*age, time.Nanosecond), TrafficOver: *traffic,
	})
	if err != nil {
		return err
	}
	style := termchart.StyleOf(out)
	head := fmt.Sprintf("\nRegion %s, %s, older than %s\n\n", report.RegionID, report.MadeAt.Format("2006-01-02 15:04 UTC"), period(*age))
	if err := termchart.Text(out, style, head); err != nil {
		return err
	}
	if err := list(out, style, report); err != nil {
		return err
	}
	if len(report.Idle) == 0 {
		return nil
	}
	if *release && common.Live {
		fmt.Fprintf(out, "\nRelease these %d for good? Type yes: ", len(report.Idle))
		if line, _ := bufio.NewReader(in).ReadString('\n'); strings.TrimSpace(line) != "yes" {
			fmt.Fprintln(out, "Nothing is released.")
			return nil
		}
	}
	if *release && app.Server != nil && len(report.Idle) > 1 {
		busy := report.Idle[1].Address
		app.Server.ForceBind(busy.AllocationID, "i-test2")
		said := fmt.Sprintf("\n(On the fake, somebody binds %s to i-test2 in this moment.)\n", busy.IPAddress)
		if err := termchart.Text(out, style, said); err != nil {
			return err
		}
	}
	results, err := app.Client.ReleaseIdle(ctx, report, eip.ReleaseIdleOptions{DryRun: !*release})
	if len(results) > 0 {
		fmt.Fprintln(out)
		if err := tell(out, style, results); err != nil {
			return err
		}
	}
	if !*release {
		if err := termchart.Text(out, style, "\nThis was a dry run: nothing is released. -release does it.\n"); err != nil {
			return err
		}
	}
	return err
}

// list writes the idle addresses, and why the others are not among them.
func list(out io.Writer, style termchart.Style, r *eip.IdleReport) error {
	columns := []termchart.Column{{Head: "address"}, {Head: "ID"}, {Head: "name"}, {Head: "age", Right: true}}
	if r.Query.TrafficOver > 0 {
		columns = append(columns, termchart.Column{Head: "peak, " + period(r.Query.TrafficOver), Right: true})
	}
	var rows [][]string
	for _, a := range r.Idle {
		row := []string{a.Address.IPAddress, a.Address.AllocationID, a.Address.Name, period(a.Age)}
		if t := a.Traffic; t != nil {
			peak := "no data"
			switch {
			case t.Samples > 0 && t.Peak == 0:
				peak = "none"
			case t.Samples > 0:
				peak = strconv.FormatFloat(t.Peak/1000, 'f', 0, 64) + " kbit/s"
			}
			row = append(row, peak)
		}
		rows = append(rows, row)
	}
	if err := termchart.Table(out, style, columns, rows, "No address is idle."); err != nil {
		return err
	}
	why := map[eip.KeepReason]int{}
	for _, k := range r.Kept {
		why[k.Reason]++
	}
	if len(why) == 0 {
		return nil
	}
	var parts []string
	for _, reason := range slices.Sorted(maps.Keys(why)) {
		parts = append(parts, fmt.Sprintf("%d %s", why[reason], reason))
	}
	return termchart.Text(out, style, "\nNot idle: "+strings.Join(parts, ", ")+"\n")
}

// tell writes what became of each address.
func tell(out io.Writer, style termchart.Style, results []eip.IdleResult) error {
	columns := []termchart.Column{{Head: "address"}, {Head: "outcome"}}
	var rows [][]string
	for _, r := range results {
		why := string(r.Reason)
		if why == "" && r.Err != nil {
			why = r.Err.Error()
		}
		if why != "" && len(columns) == 2 {
			columns = append(columns, termchart.Column{Head: "why"})
		}
		rows = append(rows, []string{r.IPAddress, string(r.Outcome), why})
	}
	return termchart.Table(out, style, columns, rows, "")
}

// period writes a time as people say it.
func period(d time.Duration) string {
	switch {
	case d >= 2*day:
		return fmt.Sprintf("%d d", d/day)
	case d >= time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return d.Round(time.Second).String()
}

// populate fills the embedded fake with what an account gathers over time.
func populate(ctx context.Context, app *exampleapp.App) error {
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
		{"new", 0, nil},
	} {
		res, err := app.Client.AllocateEipAddress(ctx, &eip.AllocateEipAddressRequest{Name: a.name})
		if err != nil {
			return err
		}
		app.Server.Change(res.AllocationID, func(x *eiptest.Address) {
			x.CreatedAt = x.CreatedAt.Add(-time.Duration(a.days) * day)
			if a.change != nil {
				a.change(x)
			}
		})
		if a.name == "web" {
			app.Server.ForceBind(res.AllocationID, "i-test1")
		}
	}
	return nil
}
