package main

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	eip "github.com/eipkit/eip-go"
	zen "github.com/eipkit/eip-go/zenlayer"
	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
)

// zenFinding is what comes out when the second vendor's record is held against
// what callers know.
type zenFinding struct {
	made, alive int
	outcomes    map[string]int
	// What Reconcile said of unknown outcomes, by whether the call had a mark.
	verdicts map[bool]map[zen.Verdict]int

	leaked     int // cost money, and neither told to a caller nor among the candidates
	doubled    int // made by a call's second attempt, or a later one
	lost       int // told, and not made for the call
	unreported int // calls said not to have run, or to have made less, that made something
	wrong      int // certain verdicts that are not true
	missed     int // undecided verdicts whose candidates lack an address
	undecided  int // addresses alive that were left to the caller
	resumed    int // unknown outcomes that were reconciled after a kill
	open       int // calls of which nobody has learnt what came of them
}

// zenAudit goes by the service's record alone: which attempt made an address, and
// which call the attempt belongs to.
func zenAudit(srv *zenlayertest.Server, calls map[int]int, b *zenBooks) zenFinding {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := zenFinding{
		outcomes: map[string]int{},
		verdicts: map[bool]map[zen.Verdict]int{true: {}, false: {}},
	}
	truth := map[int][]string{} // by call
	first := map[int]int{}      // the attempt that made something
	for _, a := range srv.AddressesEverMade() {
		f.made++
		n, known := calls[a.Call]
		if !known {
			f.leaked++ // nobody's call
			continue
		}
		truth[n] = append(truth[n], a.EipID)
		if first[n] == 0 {
			first[n] = a.Call
		}
		if first[n] != a.Call {
			f.doubled++
		}
	}
	alive := map[string]bool{}
	for _, a := range srv.Alive() {
		alive[a.EipID] = true
		f.alive++
	}
	for n, a := range b.allocations {
		f.judge(a, truth[n], alive)
	}
	f.open = b.open()
	for n := range truth {
		if b.allocations[n] == nil {
			f.leaked += len(truth[n])
		}
	}
	return f
}

// judge holds one call against the truth.
func (f *zenFinding) judge(a *zenAllocation, truth []string, alive map[string]bool) {
	f.outcomes[a.outcome]++
	for _, id := range a.told {
		if !slices.Contains(truth, id) {
			f.lost++
		}
	}
	equal := len(a.told) == len(truth) && contains(a.told, truth)
	switch {
	case a.outcome == fine && !equal, a.outcome != fine && a.outcome != unknown && len(truth) > 0:
		f.unreported++
	case a.outcome == unknown:
		f.verdicts[a.marked][a.verdict]++
		if a.resumed {
			f.resumed++
		}
		switch a.verdict {
		case zen.VerdictMade:
			if !equal {
				f.wrong++
			}
		case zen.VerdictNotMade:
			if len(truth) > 0 {
				f.wrong++
			}
		default:
			if !contains(a.candidates, truth) {
				f.missed++
			}
		}
	}
	for _, id := range truth {
		switch {
		case !alive[id]:
		case a.outcome == unknown && a.verdict == zen.VerdictUndecided && slices.Contains(a.candidates, id):
			f.undecided++
		default:
			f.leaked++
		}
	}
}

func (f *zenFinding) verdictsTogether() map[zen.Verdict]int {
	sum := map[zen.Verdict]int{}
	for _, v := range f.verdicts {
		for verdict, n := range v {
			sum[verdict] += n
		}
	}
	return sum
}

func contains(all, some []string) bool {
	for _, id := range some {
		if !slices.Contains(all, id) {
			return false
		}
	}
	return true
}

// zenResult is what came out of one storm over the second vendor.
type zenResult struct {
	cfg         config
	books       *zenBooks
	counts      zenlayertest.Counts
	restarts    int
	kills       int
	finding     zenFinding
	goroutines  int
	connections int
	wall        time.Duration
}

func (r *zenResult) broken() []string {
	f := r.finding
	var out []string
	for _, c := range []struct {
		n    int
		what string
	}{
		{f.leaked, "addresses leaked"},
		{f.doubled, "addresses were made by a repeat of their call"},
		{f.lost, "addresses were told to a caller and not made for it"},
		{f.unreported, "calls made something else than they said"},
		{f.wrong, "verdicts of Reconcile were certain and wrong"},
		{f.missed, "verdicts of Reconcile left a candidate out"},
		{f.open, "calls have an outcome that nobody has learnt"},
		{r.goroutines, "goroutines were left behind"},
		{r.connections, "connections were left open"},
	} {
		if c.n > 0 {
			out = append(out, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	return append(out, r.cfg.tooFew(r.kills)...)
}

// faults gives the number of faults of each kind, in the order of the kinds.
func (r *zenResult) faults(each func(name string, n int)) {
	for _, k := range r.cfg.zenKinds() {
		if k.name == restartKind {
			each(k.name, r.restarts)
			continue
		}
		n := 0
		counted := map[string]bool{} // two doses can be of one kind to the service, or of two
		for _, d := range k.doses {
			if kind := d.fault.Kind(); !counted[kind] {
				counted[kind] = true
				n += r.counts.Faults[kind]
			}
		}
		each(k.name, n)
	}
}

func (r *zenResult) write(w io.Writer) error {
	out := bufio.NewWriter(w)
	f := r.finding
	mode := "the client for " + zenlayer
	if r.cfg.kill {
		mode += fmt.Sprintf(", killed %d times", r.kills)
	}
	fmt.Fprintf(out, "Storm: %s, %d workers, faults %g, seed %d\n", mode, r.cfg.workers, r.cfg.faults, r.cfg.seed)
	fmt.Fprintf(out, "Attempt time-out %s, backoff %s to %s, late answers after %s, late runs after %s,\n"+
		"new addresses hidden for %s, time to settle %s, at most %d attempts.\n"+
		"A call is one operation through the public API; %d of the %d calls allocate, the others look and release.\n\n",
		attemptTimeout, backoffMin, backoffMax, tooLate, zenLate, zenHidden, r.cfg.settle, eip.DefaultMaxAttempts,
		len(r.books.allocations), r.books.made())
	fmt.Fprintf(out, "%-24s %9s %9s %9s %9s %9s\n", "AllocateEipAddresses", "all", "ok", "refused", "not sent", "unknown")
	fmt.Fprintf(out, "%-24s %9d %9d %9d %9d %9d\n\n", "", len(r.books.allocations),
		f.outcomes[fine], f.outcomes[refused], f.outcomes[failed], f.outcomes[unknown])
	fmt.Fprintf(out, "%-24s %9s %9s %9s %9s\n", "Reconcile", "all", "made", "not made", "to caller")
	row := func(name string, v map[zen.Verdict]int) {
		fmt.Fprintf(out, "%-24s %9d %9d %9d %9d\n", name, v[zen.VerdictMade]+v[zen.VerdictNotMade]+v[zen.VerdictUndecided],
			v[zen.VerdictMade], v[zen.VerdictNotMade], v[zen.VerdictUndecided])
	}
	sum := f.verdictsTogether()
	row("with a mark", f.verdicts[true])
	row("with a snapshot alone", f.verdicts[false])
	row("together", sum)
	fmt.Fprintf(out, "\n%-24s %9s %9s\n", "faults", "count", "percent")
	r.faults(func(name string, n int) {
		fmt.Fprintf(out, "%-24s %9d %9.2f\n", name, n, percent(n, r.counts.Calls))
	})
	verdict(out, r.broken())
	fmt.Fprintln(out)
	num := func(name string, n int) { fmt.Fprintln(out, name, n) }
	num("calls", r.books.made())
	num("attempts", r.counts.Calls)
	fmt.Fprintf(out, "foreign_percent_of_attempts %.2f\n", percent(r.counts.Faults[foreignKind], r.counts.Calls))
	num("succeeded_without_help", r.books.fine)
	fmt.Fprintf(out, "succeeded_without_help_percent %.3f\n", percent(r.books.fine, r.books.made()))
	num("allocation_calls", len(r.books.allocations))
	num("allocations_ok", f.outcomes[fine])
	num("allocations_refused", f.outcomes[refused])
	num("allocations_not_sent", f.outcomes[failed])
	num("allocations_unknown", f.outcomes[unknown])
	num("reconciled_for_certain", sum[zen.VerdictMade]+sum[zen.VerdictNotMade])
	num("left_to_the_caller", sum[zen.VerdictUndecided])
	num("reconciled_after_kill", f.resumed)
	num("unsettled", f.open)
	num("unreported", f.unreported)
	num("wrong_verdicts", f.wrong)
	num("missed_candidates", f.missed)
	num("kills", r.kills)
	num("addresses_ever_made", f.made)
	num("addresses_left_to_the_caller", f.undecided)
	num("leaked", f.leaked)
	num("doubled", f.doubled)
	num("lost", f.lost)
	r.faults(func(name string, n int) { num("fault_"+strings.ReplaceAll(name, "-", "_"), n) })
	num("throttled_answers", r.counts.Codes["REQUEST_LIMIT_EXCEEDED"])
	num("connections_opened", r.counts.Connections)
	num("connections_left", r.connections)
	num("goroutines_left", r.goroutines)
	fmt.Fprintf(out, "wall_seconds %.2f\n", r.wall.Seconds())
	return out.Flush()
}
