package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/eipkit/eip-go/bench"
)

// result is what was measured of one unit of work.
type result struct {
	work   bench.Work
	series bench.Series
}

// has reports whether all the subjects did the work.
func (r result) has(subjects ...string) bool {
	for _, s := range subjects {
		if len(r.series[s]) == 0 {
			return false
		}
	}
	return true
}

const none = "–"

// timeTable prints the times: the floor's own, and the ratios of the others to
// it. The last column has the quartiles as well.
func timeTable(out io.Writer, results []result) {
	fmt.Fprint(out, "Time\n\n")
	row(out, "", "floor", "eip / floor", "sdk / floor", "aliyungo / floor", "eip / sdk")
	row(out, "---", "--:", "--:", "--:", "--:", "--:")
	for _, r := range results {
		toFloor := func(s string) string {
			if !r.has(s, bench.Floor) {
				return none
			}
			_, median, _ := r.series.Ratio(s, bench.Floor)
			return fmt.Sprintf("%.2f", median)
		}
		toSDK := none
		if r.has(bench.EIP, bench.SDK) {
			low, median, high := r.series.Ratio(bench.EIP, bench.SDK)
			toSDK = fmt.Sprintf("%.2f (%.2f–%.2f)", median, low, high)
		}
		row(out, string(r.work), duration(r.series.Time(bench.Floor)),
			toFloor(bench.EIP), toFloor(bench.SDK), toFloor(bench.Aliyungo), toSDK)
	}
	fmt.Fprintln(out)
}

// allocsTable prints the allocations of one run.
func allocsTable(out io.Writer, results []result) {
	fmt.Fprint(out, "Allocations\n\n")
	row(out, "", "floor", "eip", "sdk", "aliyungo", "eip / floor", "eip / sdk")
	row(out, "---", "--:", "--:", "--:", "--:", "--:", "--:")
	for _, r := range results {
		count := func(s string) string {
			if !r.has(s) {
				return none
			}
			return fmt.Sprintf("%.0f", r.series.Allocs(s))
		}
		ratio := func(s, to string) string {
			if !r.has(s, to) {
				return none
			}
			return fmt.Sprintf("%.2f", r.series.Allocs(s)/r.series.Allocs(to))
		}
		name := string(r.work)
		if r.work == bench.AllocateLoopback {
			name += " (the server's included)"
		}
		row(out, name, count(bench.Floor), count(bench.EIP), count(bench.SDK), count(bench.Aliyungo),
			ratio(bench.EIP, bench.Floor), ratio(bench.EIP, bench.SDK))
	}
	fmt.Fprintln(out)
}

// Connections are counted for so many goroutines with so many calls each, and
// given as the median of so many repetitions.
const (
	goroutines  = 64
	callsEach   = 20
	repetitions = 5
)

// programTable prints what is not a time: connections and sizes of programs.
func programTable(out io.Writer, subjects []*bench.Subject) error {
	connections := []string{fmt.Sprintf("connections opened by %d goroutines that make a call at once, %d times", goroutines, callsEach)}
	sizes := []string{"size of a program that calls AllocateEipAddress, MB"}
	heads, lines := []string{""}, []string{"---"}
	for _, s := range subjects {
		heads, lines = append(heads, s.Name), append(lines, "--:")
		var opened []int64
		for range repetitions {
			n, err := bench.Connections(s, goroutines, callsEach)
			if err != nil {
				return err
			}
			opened = append(opened, n)
		}
		slices.Sort(opened)
		connections = append(connections, fmt.Sprint(opened[len(opened)/2]))
		n, err := programSize(s.Program)
		if err != nil {
			return err
		}
		sizes = append(sizes, fmt.Sprintf("%.1f", float64(n)/1e6))
	}
	fmt.Fprint(out, "Connections and programs\n\n")
	row(out, heads...)
	row(out, lines...)
	row(out, connections...)
	row(out, sizes...)
	return nil
}

func row(out io.Writer, cells ...string) {
	fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | "))
}

// duration formats with three digits.
func duration(d time.Duration) string {
	us := float64(d) / float64(time.Microsecond)
	switch {
	case us < 10:
		return fmt.Sprintf("%.2f µs", us)
	case us < 100:
		return fmt.Sprintf("%.1f µs", us)
	}
	return fmt.Sprintf("%.0f µs", us)
}
