package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// The test binary is also the child of -kill.
func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		os.Exit(start(context.Background()))
	}
	os.Exit(m.Run())
}

// figures are the lines "name value" at the end of the output.
type figures map[string]float64

func weather(t *testing.T, status int, args ...string) figures {
	t.Helper()
	cfg, err := parse(args, io.Discard)
	require.NoError(t, err)
	f, _ := weatherOf(t, status, cfg)
	return f
}

// weatherOf is weather for what the flags do not allow.
func weatherOf(t *testing.T, status int, cfg config) (figures, string) {
	t.Helper()
	var out, said bytes.Buffer
	got := conduct(t.Context(), cfg, &out, &said)
	require.Equal(t, status, got, "%s\n%s", &said, &out)
	assert.Empty(t, said.String())
	assert.NotContains(t, out.String(), "\r", "no progress line without a terminal")
	f, text := figuresIn(t, out.String())
	assert.Equal(t, status == 0, strings.Contains(text, "The promise was kept."), text)
	return f, text
}

// figuresIn reads the lines at the end of a report.
func figuresIn(t *testing.T, text string) (figures, string) {
	t.Helper()
	at := strings.LastIndex(text, "\n\n")
	require.Positive(t, at, text)
	f := figures{}
	for line := range strings.Lines(text[at+2:]) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), " ")
		require.True(t, ok, line)
		n, err := strconv.ParseFloat(value, 64)
		require.NoError(t, err, line)
		f[name] = n
	}
	return f, text
}

func (f figures) keepsThePromise(t *testing.T, calls int) {
	t.Helper()
	for _, name := range []string{"leaked", "doubled", "lost", "held", "unsettled", "goroutines_left", "connections_left"} {
		n, ok := f[name]
		assert.True(t, ok, name)
		assert.Zero(t, n, name)
	}
	assert.GreaterOrEqual(t, f["calls"], float64(calls))
	assert.Positive(t, f["addresses_ever_made"])
	assert.InDelta(t, f["calls"], f["succeeded_without_help"]+f["refused"]+f["unknown"]+f["failed"], 0)
	assert.Greater(t, f["connections_opened"], 1.0)
	assert.Greater(t, f["attempts_per_call_mean"], 1.0)
	assert.GreaterOrEqual(t, f["attempts_per_call_max"], f["attempts_per_call_p99"])
}

// long says whether the environment asks for the full sizes.
func long() bool { return os.Getenv("EIP_LONG") == "1" }

// sized returns the arguments of a storm: few calls, or with EIP_LONG=1 in the
// environment many.
func sized(few, many string) []string {
	if long() {
		return strings.Fields(many)
	}
	return strings.Fields(few)
}

// The storms are not parallel: each counts the goroutines of the process before
// and after.

func TestStorm(t *testing.T) {
	// The few calls are a lifecycle of each worker.
	f := weather(t, 0, sized("-calls 200 -workers 36 -faults 0.3 -seed 6", "-calls 2000 -workers 64 -faults 0.3 -seed 3")...)
	f.keepsThePromise(t, 200)
	assert.GreaterOrEqual(t, f["succeeded_without_help_percent"], 99.0)
	assert.InDelta(t, 12, f["foreign_percent_of_attempts"], 6)
	meetsEvery(t, f, (config{foreign: foreignByDefault}).kinds())
	assert.InDelta(t, f["fault_throttle"]+f["fault_throttle_hint"], f["throttled_answers"], 0)
}

// Where nearly every attempt goes wrong, calls do end in the dark, and all of
// them are settled.
func TestStormThatIsTooMuch(t *testing.T) {
	t.Run("two attempts", func(t *testing.T) {
		cfg, err := parse(strings.Fields("-calls 80 -workers 16 -faults 0.4 -seed 1"), io.Discard)
		require.NoError(t, err)
		cfg.attempts = 2
		f, _ := weatherOf(t, 0, cfg)
		f.isSettled(t)
	})
	t.Run("nine faults in ten", func(t *testing.T) {
		if !long() {
			t.Skip("takes ten seconds; EIP_LONG is not 1")
		}
		weather(t, 0, "-calls", "80", "-workers", "16", "-faults", "0.9", "-seed", "1").isSettled(t)
	})
}

func (f figures) isSettled(t *testing.T) {
	t.Helper()
	f.keepsThePromise(t, 80)
	assert.Positive(t, f["unknown"])
	assert.Positive(t, f["settled"])
	assert.Positive(t, f["settling_calls"])
}

func TestKill(t *testing.T) {
	cfg := killTest(t, "-kill -calls 60 -workers 8 -seed 1", "-kill -calls 1000 -workers 16 -seed 1")
	f, _ := weatherOf(t, 0, cfg)
	f.keepsThePromise(t, cfg.calls)
	assert.InDelta(t, cfg.kills, f["kills"], 0)
	assert.Positive(t, f["settled_after_kill"])
	assert.Positive(t, f["fault_"+foreignKind])
}

// killTest is a storm with -kill: with three kills, or with EIP_LONG=1 with as
// many as the flag has by default.
func killTest(t *testing.T, few, many string) config {
	t.Helper()
	cfg, err := parse(sized(few, many), io.Discard)
	require.NoError(t, err)
	if !long() {
		cfg.kills = 3
	}
	return cfg
}

// A run that is over before its kills says that this is why it ends with 1.
func TestTooShortForItsKills(t *testing.T) {
	cfg, err := parse(strings.Fields("-calls 1 -workers 1 -faults 0 -kill -kills 1000"), io.Discard)
	require.NoError(t, err)
	f, text := weatherOf(t, 1, cfg)
	assert.Less(t, f["kills"], 1000.0)
	assert.Zero(t, f["leaked"]+f["doubled"]+f["lost"])
	assert.Contains(t, text, fmt.Sprintf("only %.0f kills of 1000", f["kills"]))
}

// An interrupt is called one, and is not the child's fault.
func TestKillInterrupted(t *testing.T) {
	cfg, err := parse(strings.Fields("-calls 1000000 -workers 4 -kill"), io.Discard)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeoutCause(t.Context(), 300*time.Millisecond, errors.New("somebody pressed a key"))
	defer cancel()
	var out, said bytes.Buffer
	assert.Equal(t, 1, conduct(ctx, cfg, &out, &said))
	assert.Contains(t, said.String(), "interrupted: somebody pressed a key")
	assert.NotContains(t, said.String(), "by itself")
}

// The same storm over the loop that people write shows that the audit finds
// what there is to find.
func TestNaive(t *testing.T) {
	cfg, err := parse(sized("-calls 300 -workers 64 -naive -seed 1", "-calls 2000 -workers 64 -naive -seed 1"), io.Discard)
	require.NoError(t, err)
	f, text := weatherOf(t, 1, cfg)
	least := 1.0 // of some 60 allocations
	if long() {
		least = 5
	}
	assert.GreaterOrEqual(t, f["leaked_per_allocation_percent"], least)
	assert.InDelta(t, 100*f["leaked"]/f["allocation_calls"], f["leaked_per_allocation_percent"], .001)
	assert.InDelta(t, 100*f["leaked"]/f["calls"], f["leaked_per_call_percent"], .001)
	assert.Contains(t, text, fmt.Sprintf("%.0f addresses leaked: %.3f %% of the %.0f allocation calls, %.3f %% of all %.0f calls",
		f["leaked"], f["leaked_per_allocation_percent"], f["allocation_calls"], f["leaked_per_call_percent"], f["calls"]))
	assert.Positive(t, f["doubled"])
	assert.Zero(t, f["lost"])
	assert.Zero(t, f["goroutines_left"])
	assert.Zero(t, f["connections_left"])
}

func TestElsewhere(t *testing.T) {
	srv := eiptest.NewServer(t, eiptest.WithInstances(eiptest.Instances(eiptest.ECS, 4)...),
		eiptest.WithChance(fault.CutAfter(), .2), eiptest.WithQuota(1000))
	f := weather(t, 0, "-calls", "60", "-workers", "4", "-endpoint", srv.URL())
	assert.GreaterOrEqual(t, f["calls"], 60.0)
	assert.InDelta(t, len(srv.AddressesEverMade()), f["addresses_ever_made"], 0)
	assert.Zero(t, f["leaked"]+f["doubled"]+f["lost"]+f["held"])
	assert.Empty(t, srv.Addresses())
}

// The flag decides how every request is signed.
func TestStormSignatures(t *testing.T) {
	for signature, want := range map[string]bool{"v1": false, "v3": true} {
		srv := eiptest.NewServer(t, eiptest.WithPipe(), eiptest.WithInstances(eiptest.Instances(eiptest.ECS, 4)...),
			eiptest.WithChance(fault.CutAfter(), .2), eiptest.WithQuota(1000))
		var other atomic.Int64
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if (r.Header.Get("Authorization") != "") != want {
				other.Add(1)
			}
			srv.ServeHTTP(w, r)
		}))
		f := weather(t, 0, "-calls", "40", "-workers", "4", "-endpoint", front.URL, "-signature", signature)
		front.Close()
		assert.Zero(t, other.Load(), "requests with the other signature than %s", signature)
		assert.GreaterOrEqual(t, f["calls"], 40.0)
		assert.Zero(t, f["leaked"]+f["doubled"]+f["lost"]+f["held"])
	}
}

func TestStormV3(t *testing.T) {
	f := weather(t, 0, sized("-calls 100 -workers 16 -faults 0.3 -seed 2 -signature v3", "-calls 2000 -workers 64 -faults 0.3 -seed 3 -signature v3")...)
	f.keepsThePromise(t, 100)
}

func TestKillV3(t *testing.T) {
	cfg := killTest(t, "-kill -calls 40 -workers 4 -seed 2 -signature v3", "-kill -calls 1000 -workers 16 -seed 2 -signature v3")
	cfg.kills = min(cfg.kills, 5)
	f, _ := weatherOf(t, 0, cfg)
	f.keepsThePromise(t, cfg.calls)
}

// A service that is not there ends the run with an error, not with a promise.
func TestNobodyThere(t *testing.T) {
	srv, err := eiptest.New()
	require.NoError(t, err)
	srv.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, said bytes.Buffer
	assert.Equal(t, 1, run(ctx, []string{"-endpoint", srv.URL(), "-calls", "1", "-workers", "1"}, &out, &said))
	assert.Contains(t, said.String(), "eipstorm: ")
}

func TestWrongArguments(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ args, want string }{
		{"-calls 0", "-calls 0"},
		{"-workers 0", "-workers 0"},
		{"-workers 100000", "-workers 100000"},
		{"-faults 1", "-faults 1"},
		{"-faults -0.1", "-faults -0.1"},
		{"-faults NaN", "-faults NaN"},
		{"-kills 0", "-kills 0"},
		{"-kill -kills 19", "-kills 19 is less than 20"},
		{"-kill -naive", "exclude"},
		{"-naive -endpoint http://127.0.0.1:1", "-endpoint goes with neither"},
		{"-kill -endpoint http://127.0.0.1:1", "-endpoint goes with neither"},
		{"-vendor acme", "-vendor"},
		{"-vendor zenlayer -naive", "neither -naive nor"},
		{"-vendor zenlayer -endpoint http://127.0.0.1:1", "neither -naive nor"},
		{"-vendor zenlayer -kill -naive", "exclude"},
		{"-vendor zenlayer -signature v3", "-signature v3 does not go with"},
		{"-signature v2", "neither v1 nor v3"},
		{"-endpoint https://vpc.aliyuncs.com", "would be billed"},
		{"-endpoint http://10.0.0.1:80", "would be billed"},
		{"-endpoint 127.0.0.1:80", "-endpoint"},
		{"-endpoint ://", "-endpoint is not a URL"},
		{"-seed x", "-seed"},
		{"-unknown", "-unknown"},
		{"more", "not a flag"},
	} {
		t.Run(tc.args, func(t *testing.T) {
			t.Parallel()
			var said bytes.Buffer
			assert.Equal(t, 2, run(t.Context(), strings.Fields(tc.args), io.Discard, &said))
			assert.Contains(t, said.String(), tc.want)
		})
	}
	var said bytes.Buffer
	assert.Equal(t, 0, run(t.Context(), []string{"-h"}, io.Discard, &said))
	for _, want := range []string{"-naive", "a call is one operation", "at least 20", "share of the allocation calls"} {
		assert.Contains(t, said.String(), want)
	}
	for _, ok := range []string{"http://localhost:1", "http://[::1]:1", "http://127.9.9.9"} {
		assert.NoError(t, checkLoopback(ok), ok)
	}
}

func TestTerminal(t *testing.T) {
	t.Parallel()
	assert.False(t, isTerminal(&bytes.Buffer{}))
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	require.NoError(t, err)
	defer null.Close()
	assert.False(t, isTerminal(null))
	file, err := os.Create(t.TempDir() + "/out")
	require.NoError(t, err)
	defer file.Close()
	assert.False(t, isTerminal(file))
	progress(file, func() string { t.Error("there is nobody to see it"); return "" })()
}

func TestSpread(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		attempts  map[int]int
		mean      string
		p99, most int
	}{
		{nil, "0.00", 0, 0},
		{map[int]int{1: 1}, "1.00", 1, 1},
		{map[int]int{1: 99, 7: 1}, "1.06", 1, 7},
		{map[int]int{1: 98, 3: 1, 9: 1}, "1.10", 3, 9},
		{map[int]int{2: 1, 4: 1}, "3.00", 4, 4},
	} {
		t.Run(fmt.Sprint(tc.attempts), func(t *testing.T) {
			t.Parallel()
			all := tally{attempts: tc.attempts}
			for _, n := range tc.attempts {
				all.calls += n
			}
			mean, p99, most := all.spread()
			assert.Equal(t, tc.mean, fmt.Sprintf("%.2f", mean))
			assert.Equal(t, tc.p99, p99)
			assert.Equal(t, tc.most, most)
		})
	}
}
