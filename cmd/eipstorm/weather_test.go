package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// meetsEvery checks that each kind of a mix was met. Those of lists and IDs
// concern one action each, and are counted together. Without EIP_LONG=1 chance may
// leave one of the others out.
func meetsEvery(t *testing.T, f figures, mix []kind) {
	t.Helper()
	some, rare := 0.0, false
	var missing []string
	for _, k := range mix {
		name := "fault_" + strings.ReplaceAll(k.name, "-", "_")
		switch {
		case !k.everywhere():
			some, rare = some+f[name], true
		case f[name] == 0:
			missing = append(missing, name)
		}
	}
	assert.Equal(t, rare, some > 0, "faults of lists and IDs")
	if long() || len(missing) > 1 {
		assert.Empty(t, missing)
	}
}

// shares adds the shares of each kind up: those for all actions, and the others.
func shares(t *testing.T, mix []kind, restarts float64) map[string][2]float64 {
	t.Helper()
	of := map[string][2]float64{restartKind: {restarts, 0}}
	for _, k := range mix {
		for _, d := range k.doses {
			s := of[k.name]
			if d.actions == nil {
				s[0] += d.share
			} else {
				s[1] += d.share
			}
			of[k.name] = s
		}
		_, known := of[k.name]
		assert.True(t, known, k.name)
	}
	return of
}

// The kinds share what -faults says, and no more. In the older mix none is rare;
// in the other one foreign answers are more than a tenth of the attempts.
func TestKindsShareTheFaults(t *testing.T) {
	t.Parallel()
	older, foreign := config{}, config{foreign: true}
	for name, tt := range map[string]struct {
		of    map[string][2]float64
		least float64
	}{
		alibaba:                {shares(t, older.kinds(), older.restartShare()), .0155},
		alibaba + ", foreign":  {shares(t, foreign.kinds(), foreign.restartShare()), .0015},
		zenlayer:               {shares(t, older.zenKinds(), older.restartShare()), .0155},
		zenlayer + ", foreign": {shares(t, foreign.zenKinds(), foreign.restartShare()), .0015},
	} {
		sum := 0.0
		for kind, s := range tt.of {
			sum += s[0] + s[1]
			// Four attempts in ten are writes.
			assert.GreaterOrEqual(t, .3*(s[0]+.4*s[1]), tt.least, "%s: %s is too rare", name, kind)
		}
		assert.InDelta(t, 1, sum, 1e-9, name)
		share := tt.of[foreignKind][0] * .3
		assert.Equal(t, strings.Contains(name, "foreign"), share > .11, name)
	}
	for _, k := range kinds {
		for _, d := range k.doses {
			assert.Equal(t, k.name, d.fault.Kind())
		}
	}
}

// Every fault of the fakes that the storm can bear takes part.
func TestAllFaultsTakePart(t *testing.T) {
	t.Parallel()
	var names, zenNames []string
	for _, k := range foreignKinds {
		names = append(names, k.name)
		for _, d := range k.doses {
			assert.Equal(t, k.name, d.fault.Kind())
		}
	}
	for _, k := range zenForeignKinds {
		zenNames = append(zenNames, k.name)
	}
	for _, kind := range fault.Kinds() {
		// A call that hangs is one that is cut after the attempt's time-out, and a
		// wrong clock stops all callers.
		left := []string{"hang", "wrong-clock", "refuse", "custom"}
		assert.NotEqual(t, slices.Contains(left, kind), slices.Contains(names, kind), kind)
	}
	for _, kind := range fault.Kinds() {
		left := []string{"hang", "wrong-clock", "refuse", "custom", "throttle-hint"}
		assert.NotEqual(t, slices.Contains(left, kind), slices.Contains(zenNames, kind), kind)
	}
}

// The older mix has no foreign answers, and all of its own kinds.
func TestOlderWeather(t *testing.T) { // not parallel, like all storms
	f := weather(t, 0, sized("-foreign=false -calls 40 -workers 4 -seed 2", "-foreign=false -calls 800 -workers 32 -seed 2")...)
	assert.Zero(t, f["foreign_percent_of_attempts"])
	assert.Positive(t, f["fault_cut_after"]+f["fault_server_error"]+f["fault_bad_gateway"])
	if !long() { // TestKindsShareTheFaults has the other vendor's mix
		return
	}
	meetsEvery(t, f, kinds)
	f = weather(t, 0, strings.Fields("-foreign=false -vendor zenlayer -calls 800 -workers 32")...)
	assert.Zero(t, f["foreign_percent_of_attempts"])
	meetsEvery(t, f, zenKinds)
}

// Without the service's record, an address is alive if two walks over all pages
// show it, and no page contradicted itself.
func TestWalksThatAreSpoilt(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithQuota(1000), eiptest.WithChance(fault.EmptyPage(), .1), eiptest.WithChance(fault.MissingID(), .1),
		eiptest.WithChance(fault.WrongID(), .1), eiptest.WithChance(fault.ShortPage(), .1))
	client := srv.Client(t)
	want := map[string]made{}
	for n := range 120 {
		res, err := client.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{Name: nameOf(n), Tags: eip.Tags{"made-by": "storm"}})
		require.NoError(t, err)
		if n >= 10 {
			want[res.AllocationID] = made{id: res.AllocationID, name: nameOf(n), alive: true}
		}
	}
	times := 1
	if long() {
		times = 5
	}
	for range times {
		s := &sightings{made: map[string]made{}}
		require.NoError(t, s.list(t.Context(), client, 10))
		assert.Equal(t, want, s.made)
	}
	srv.Fail("DescribeEipAddresses", fault.EmptyPage().Times(-1))
	s := &sightings{made: map[string]made{}}
	assert.Error(t, s.list(t.Context(), client, 10))
}
