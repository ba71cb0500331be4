// Report measures this library, its peers and a hand-written floor in one run,
// and prints Markdown tables of the results. Run it in the module's directory:
//
//	go run ./cmd/report [-rounds n] [-only regexp] [-cpu]
//	go run ./cmd/report -quick
//
// With -quick it counts allocations in one short round and exits with status 1
// if a budget is exceeded.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"

	"github.com/eipkit/eip-go/bench"
)

func main() {
	rounds := flag.Int("rounds", 20, "number of interleaved rounds, at least 1")
	quick := flag.Bool("quick", false, "count allocations only and compare them with the budgets")
	only := flag.String("only", "", "measure only the work whose name matches this regular expression")
	cpu := flag.Bool("cpu", false, "measure the processor time of the process; for machines that are busy otherwise")
	flag.Parse()
	var clock bench.Clock = bench.Elapsed
	if *cpu {
		clock = bench.CPUTime
	}
	if err := report(os.Stdout, *rounds, *quick, *only, clock); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

func report(out io.Writer, rounds int, quick bool, only string, clock bench.Clock) error {
	if rounds < 1 {
		return fmt.Errorf("-rounds: got %d, want at least 1", rounds)
	}
	if clock == nil {
		return errors.New("-cpu: the processor time cannot be measured on this system")
	}
	wanted, err := regexp.Compile(only)
	if err != nil {
		return fmt.Errorf("-only: %w", err)
	}
	srv := bench.NewLoopback(0)
	defer srv.Close()
	subjects, err := bench.Subjects(srv.URL())
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s, %s/%s, %d CPUs", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	if !quick {
		fmt.Fprintf(out, ", medians of %d interleaved rounds", rounds)
	}
	fmt.Fprint(out, "\n\n")

	var results []result
	for _, w := range bench.Works() {
		if !wanted.MatchString(string(w)) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s\n", w)
		var series bench.Series
		if quick {
			series, err = bench.MeasureAllocs(subjects, w)
		} else {
			series, err = bench.Measure(subjects, w, rounds, clock)
		}
		if err != nil {
			return err
		}
		results = append(results, result{w, series})
	}
	if quick {
		allocsTable(out, results)
		if err := errors.Join(overBudget(results, budgets)...); err != nil {
			return err
		}
		fmt.Fprintln(out, "All allocations are within their budgets.")
		return nil
	}
	timeTable(out, results)
	allocsTable(out, results)
	if only != "" {
		return nil
	}
	return programTable(out, subjects)
}
