package main

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

// result is what came out of one storm.
type result struct {
	cfg         config
	books       *books
	counts      eiptest.Counts
	restarts    int
	kills       int
	finding     finding
	goroutines  int // more than before
	connections int // still open at the service
	wall        time.Duration
}

// broken says what of the promise was not kept, and what was left lying about.
func (r *result) broken() []string {
	f, all := r.finding, r.books.total().calls
	var out []string
	say := func(n int, format string, args ...any) {
		if n > 0 {
			out = append(out, fmt.Sprintf(format, append([]any{n}, args...)...))
		}
	}
	say(f.leaked, "%d addresses leaked: %.3f %% of the %d allocation calls, %.3f %% of all %d calls",
		percent(f.leaked, r.allocations()), r.allocations(), percent(f.leaked, all), all)
	say(f.doubled, "%d addresses were made for calls that had one already")
	say(f.lost, "%d addresses were told to a caller and not made for it")
	say(f.held, "%d addresses are in the books and not released")
	say(r.unsettled(), "%d calls have an outcome that nobody has learnt")
	say(r.books.absent, "%d looks said that an address is not there, and it was")
	say(r.books.denied, "%d releases were refused for what they had done themselves")
	say(r.books.astray, "%d looks found an address without the package or the tag that it was given")
	say(f.members, "%d addresses were left in bandwidth packages")
	say(r.goroutines, "%d goroutines were left behind")
	say(r.connections, "%d connections were left open")
	return append(out, r.cfg.tooFew(r.kills)...)
}

// tooFew says so if -kill asked for more kills than there were.
func (c config) tooFew(kills int) []string {
	if !c.kill || kills >= c.kills {
		return nil
	}
	return []string{fmt.Sprintf("only %d kills of %d: the run was over before the others; it takes more -calls", kills, c.kills)}
}

// allocations is the number of calls that allocate.
func (r *result) allocations() int {
	if a := r.books.actions[stageAction[allocate]]; a != nil {
		return a.calls
	}
	return 0
}

// verdict prints why the exit status is what it is.
func verdict(out io.Writer, broken []string) {
	if len(broken) == 0 {
		fmt.Fprint(out, "\nThe promise was kept.\n")
		return
	}
	fmt.Fprint(out, "\nThe promise was not kept, and the exit status is 1:\n")
	for _, why := range broken {
		fmt.Fprintln(out, "  "+why)
	}
}

// unsettled is the number of calls whose outcome nobody has learnt.
func (r *result) unsettled() int {
	n := 0
	for _, c := range r.books.cycles {
		if !c.over && c.tried {
			n++
		}
	}
	return n
}

// share is the part of the attempts that a kind of fault met, in percent.
func (r *result) share(n int) float64 { return percent(n, r.counts.Calls) }

func percent(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return 100 * float64(n) / float64(of)
}

func (r *result) throttled() int {
	n := 0
	for code, answers := range r.counts.Codes {
		if eip.FamilyThrottling.Contains(eip.Code(code)) {
			n += answers
		}
	}
	return n
}

// faults gives the number of faults of each kind, in the order of kinds, and how
// many of them let the action run.
func (r *result) faults(each func(name string, n, ran int)) {
	for _, k := range r.cfg.kinds() {
		if k.name == restartKind {
			each(k.name, r.restarts, 0)
			continue
		}
		each(k.name, r.counts.Faults[k.name], r.counts.Ran[k.name])
	}
}

// write prints the table and then every figure on a line of its own.
func (r *result) write(w io.Writer) error {
	out := bufio.NewWriter(w)
	r.table(out)
	fmt.Fprintln(out)
	r.figures(func(name, value string) { fmt.Fprintln(out, name, value) })
	return out.Flush()
}

func (r *result) table(out io.Writer) {
	mode := "the client"
	switch {
	case r.cfg.naive:
		mode = "a naive loop"
	case r.cfg.kill:
		mode = fmt.Sprintf("the client, killed %d times", r.kills)
	}
	if r.cfg.signature == eip.SignatureV3 {
		mode += ", signature V3"
	}
	fmt.Fprintf(out, "Storm: %s, %d workers, faults %g, seed %d\n", mode, r.cfg.workers, r.cfg.faults, r.cfg.seed)
	fmt.Fprintf(out, "Attempt time-out %s, backoff %s to %s, late answers and late runs after %s, throttling hint %s, at most %d attempts.\n"+
		"A call is one operation through the public API; %d of the %d calls allocate.\n\n",
		attemptTimeout, backoffMin, backoffMax, tooLate, hintedWait, eip.DefaultMaxAttempts,
		r.allocations(), r.books.total().calls)
	fmt.Fprintf(out, "%-24s %7s %7s %7s %7s %7s %6s %4s %4s\n",
		"calls by action", "all", "ok", "refused", "unknown", "failed", "mean", "p99", "max")
	row := func(name string, t tally) {
		mean, p99, most := t.spread()
		fmt.Fprintf(out, "%-24s %7d %7d %7d %7d %7d %6.2f %4d %4d\n",
			name, t.calls, t.fine, t.refused, t.unknown, t.failed, mean, p99, most)
	}
	for _, action := range slices.Sorted(maps.Keys(r.books.actions)) {
		row(action, *r.books.actions[action])
	}
	row("together", r.books.total())
	if r.cfg.endpoint == "" {
		fmt.Fprintf(out, "\n%-24s %7s %7s %7s\n", "faults", "count", "ran", "percent")
		r.faults(func(name string, n, ran int) {
			fmt.Fprintf(out, "%-24s %7d %7d %7.2f\n", name, n, ran, r.share(n))
		})
	}
	f := r.finding
	fmt.Fprintf(out, "\n%-24s %7s %7s %7s %7s %7s\n", "addresses", "made", "held", "leaked", "doubled", "lost")
	fmt.Fprintf(out, "%-24s %7d %7d %7d %7d %7d\n", "", f.made, f.held, f.leaked, f.doubled, f.lost)
	for _, e := range f.examples {
		fmt.Fprintln(out, "  "+e)
	}
	verdict(out, r.broken())
}

func (r *result) figures(each func(name, value string)) {
	num := func(name string, n int) { each(name, fmt.Sprint(n)) }
	float := func(name string, f float64, digits int) { each(name, fmt.Sprintf("%.*f", digits, f)) }
	t := r.books.total()
	mean, p99, most := t.spread()
	num("calls", t.calls)
	num("succeeded_without_help", t.fine)
	float("succeeded_without_help_percent", percent(t.fine, t.calls), 3)
	num("refused", t.refused)
	num("unknown", t.unknown)
	num("failed", t.failed)
	num("settled", r.books.settled)
	num("settled_after_kill", r.books.resumed)
	num("unsettled", r.unsettled())
	num("settling_calls", r.books.again)
	float("attempts_per_call_mean", mean, 3)
	num("attempts_per_call_p99", p99)
	num("attempts_per_call_max", most)
	num("given_up", r.books.givenUp)
	num("wrongly_absent", r.books.absent)
	num("wrongly_refused", r.books.denied)
	if r.cfg.endpoint == "" {
		num("attempts", r.counts.Calls)
		float("foreign_percent_of_attempts", r.share(r.counts.Faults[foreignKind]), 2)
		r.faults(func(name string, n, _ int) { num("fault_"+strings.ReplaceAll(name, "-", "_"), n) })
	}
	num("astray", r.books.astray)
	num("packages_ever_made", r.finding.packages)
	num("members_left", r.finding.members)
	num("kills", r.kills)
	num("addresses_ever_made", r.finding.made)
	num("held", r.finding.held)
	num("leaked", r.finding.leaked)
	num("allocation_calls", r.allocations())
	float("leaked_per_allocation_percent", percent(r.finding.leaked, r.allocations()), 3)
	float("leaked_per_call_percent", percent(r.finding.leaked, t.calls), 3)
	num("doubled", r.finding.doubled)
	num("lost", r.finding.lost)
	if r.cfg.endpoint == "" {
		num("throttled_answers", r.throttled())
		num("connections_opened", r.counts.Connections)
		num("connections_left", r.connections)
	}
	num("goroutines_left", r.goroutines)
	float("wall_seconds", r.wall.Seconds(), 2)
}
