package main

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	zen "github.com/eipkit/eip-go/zenlayer"
)

func TestZenlayer(t *testing.T) { // not parallel, like all storms: it counts goroutines
	args := sized("-vendor zenlayer -calls 100 -workers 28 -seed 1", "-vendor zenlayer -calls 1200 -workers 64 -seed 1")
	f := weather(t, 0, args...)
	f.keepsTheSmallerPromise(t, 100)
	assert.Positive(t, f["allocations_unknown"])
	assert.Zero(t, f["kills"]+f["reconciled_after_kill"])
	assert.InDelta(t, 12, f["foreign_percent_of_attempts"], 6)
	assert.LessOrEqual(t, f["succeeded_without_help"], f["calls"])
	assert.Greater(t, f["succeeded_without_help"], f["allocation_calls"], "it counts all actions, as calls does")
	meetsEvery(t, f, (config{foreign: foreignByDefault}).zenKinds())
	assert.InDelta(t, f["fault_throttle"], f["throttled_answers"], 0)
}

// keepsTheSmallerPromise is keepsThePromise for the second vendor.
func (f figures) keepsTheSmallerPromise(t *testing.T, calls int) {
	t.Helper()
	for _, name := range []string{"leaked", "doubled", "lost", "unsettled", "unreported", "wrong_verdicts", "missed_candidates",
		"goroutines_left", "connections_left"} {
		n, ok := f[name]
		assert.True(t, ok, name)
		assert.Zero(t, n, name)
	}
	assert.GreaterOrEqual(t, f["calls"], float64(calls))
	assert.Positive(t, f["addresses_ever_made"])
	assert.InDelta(t, f["allocation_calls"],
		f["allocations_ok"]+f["allocations_refused"]+f["allocations_not_sent"]+f["allocations_unknown"], 0)
	assert.InDelta(t, f["allocations_unknown"], f["reconciled_for_certain"]+f["left_to_the_caller"], 0)
	if long() { // chance may leave out either of the few calls with a mark; TestZenWorkerAfterAKill does not
		assert.Positive(t, f["reconciled_for_certain"])
	}
}

func TestZenlayerKill(t *testing.T) {
	cfg := killTest(t, "-kill -calls 120 -workers 12 -vendor zenlayer -seed 1", "-kill -calls 1000 -workers 16 -vendor zenlayer -seed 1")
	f, text := weatherOf(t, 0, cfg)
	f.keepsTheSmallerPromise(t, cfg.calls)
	assert.InDelta(t, cfg.kills, f["kills"], 0)
	if long() { // three kills may all miss the allocations; TestZenWorkerAfterAKill does not
		assert.Positive(t, f["reconciled_after_kill"])
	}
	assert.Contains(t, text, fmt.Sprintf("killed %d times", cfg.kills))
}

// The storm sees a Reconcile that does not wait until everything has settled.
// Without EIP_LONG=1 it is one lifecycle, in TestZenWorkerThatDoesNotSettle.
func TestZenlayerThatDoesNotSettle(t *testing.T) {
	if !long() {
		t.Skip("takes seconds; EIP_LONG is not 1")
	}
	cfg, err := parse(strings.Fields("-vendor zenlayer -calls 500 -workers 16 -faults 0.4 -seed 1"), io.Discard)
	require.NoError(t, err)
	cfg.settle = time.Nanosecond
	f, text := weatherOf(t, 1, cfg)
	assert.Positive(t, f["wrong_verdicts"]+f["missed_candidates"])
	assert.Contains(t, text, "The promise was not kept")
}

// Every way in which a client could be wrong about a call is found.
func TestZenAudit(t *testing.T) {
	t.Parallel()
	list := func(ids ...string) []string { return ids }
	for _, tc := range []struct {
		name  string
		call  zenAllocation
		truth []string
		alive []string
		want  zenFinding
	}{
		{"told and released", zenAllocation{outcome: fine, told: list("a", "b")}, list("a", "b"), nil, zenFinding{}},
		{"never made", zenAllocation{outcome: fine, told: list("a", "b")}, list("a"), nil, zenFinding{lost: 1, unreported: 1}},
		{"one more than told", zenAllocation{outcome: fine, told: list("a")}, list("a", "b"), list("b"), zenFinding{unreported: 1, leaked: 1}},
		{"refused, and nothing made", zenAllocation{outcome: refused}, nil, nil, zenFinding{}},
		{"refused, and made all the same", zenAllocation{outcome: refused}, list("a"), list("a"), zenFinding{unreported: 1, leaked: 1}},
		{"not sent, and made all the same", zenAllocation{outcome: failed}, list("a"), nil, zenFinding{unreported: 1}},
		{"certain and right", zenAllocation{outcome: unknown, verdict: zen.VerdictMade, told: list("a")}, list("a"), nil, zenFinding{}},
		{"certain and too few", zenAllocation{outcome: unknown, verdict: zen.VerdictMade, told: list("a")}, list("a", "b"), nil, zenFinding{wrong: 1}},
		{"certain of somebody else's", zenAllocation{outcome: unknown, verdict: zen.VerdictMade, told: list("b")}, list("a"), nil, zenFinding{wrong: 1, lost: 1}},
		{"certain that there is nothing", zenAllocation{outcome: unknown, verdict: zen.VerdictNotMade}, nil, nil, zenFinding{}},
		{"and yet there is", zenAllocation{outcome: unknown, verdict: zen.VerdictNotMade}, list("a"), list("a"), zenFinding{wrong: 1, leaked: 1}},
		{"left to the caller", zenAllocation{outcome: unknown, verdict: zen.VerdictUndecided, candidates: list("a", "x")}, list("a"), list("a"), zenFinding{undecided: 1}},
		{"left, and not among the candidates", zenAllocation{outcome: unknown, verdict: zen.VerdictUndecided, candidates: list("x")}, list("a"), list("a"), zenFinding{missed: 1, leaked: 1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			alive := map[string]bool{}
			for _, id := range tc.alive {
				alive[id] = true
			}
			f := zenFinding{outcomes: map[string]int{}, verdicts: map[bool]map[zen.Verdict]int{true: {}, false: {}}}
			f.judge(&tc.call, tc.truth, alive)
			assert.Equal(t, 1, f.outcomes[tc.call.outcome])
			bad := f.lost + f.unreported + f.wrong + f.missed + f.leaked
			f.outcomes, f.verdicts = nil, nil
			assert.Equal(t, tc.want, f)
			r := &zenResult{finding: f}
			assert.Equal(t, bad == 0, len(r.broken()) == 0)
		})
	}
	assert.Len(t, (&zenResult{finding: zenFinding{doubled: 1}}).broken(), 1)
	assert.Len(t, (&zenResult{finding: zenFinding{open: 1}}).broken(), 1)
	assert.Len(t, (&zenResult{cfg: config{kill: true, kills: 2}, kills: 1}).broken(), 1)
	assert.Len(t, (&zenResult{goroutines: 1}).broken(), 1)
	assert.Len(t, (&zenResult{connections: 1}).broken(), 1)
}
