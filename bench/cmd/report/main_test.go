package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/eipkit/eip-go/bench"
)

func sampleResult() result {
	return result{bench.DecodePage, bench.Series{
		bench.Floor: {{Time: 10 * time.Microsecond, Allocs: 40}},
		bench.EIP:   {{Time: 15 * time.Microsecond, Allocs: 60}},
		bench.SDK:   {{Time: 30 * time.Microsecond, Allocs: 120}},
	}}
}

func TestOverBudget(t *testing.T) {
	for _, tt := range []struct {
		budget budget
		want   string
	}{
		{budget{bench.DecodePage, bench.Floor, 1.5}, ""},
		{budget{bench.DecodePage, bench.Floor, 1.4}, "got 1.50 times those of floor, want at most 1.40"},
		{budget{bench.DecodePage, "", 60}, ""},
		{budget{bench.DecodePage, "", 59}, "got 60.00, want at most 59.00"},
		{budget{bench.Sign, "", 1}, ""}, // not measured
	} {
		errs := overBudget([]result{sampleResult()}, []budget{tt.budget})
		switch {
		case tt.want == "" && len(errs) > 0:
			t.Errorf("%v: got %v, want no error", tt.budget, errs)
		case tt.want != "" && (len(errs) != 1 || !strings.Contains(errs[0].Error(), tt.want)):
			t.Errorf("%v: got %v, want %q", tt.budget, errs, tt.want)
		}
	}
}

// Each budget names work that this library does.
func TestBudgets(t *testing.T) {
	for _, b := range budgets {
		if !slices.Contains(bench.Works(), b.work) || b.work == bench.Sign {
			t.Errorf("budget for %q, which is not measured", b.work)
		}
	}
}

func TestTables(t *testing.T) {
	var out strings.Builder
	timeTable(&out, []result{sampleResult()})
	allocsTable(&out, []result{sampleResult()})
	for _, want := range []string{
		"| decode a page of 50 addresses | 10.0 µs | 1.50 | 3.00 | – | 0.50 (0.50–0.50) |\n",
		"| decode a page of 50 addresses | 40 | 60 | 120 | – | 1.50 | 0.50 |\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got\n%s\nwant a row %s", out.String(), want)
		}
	}
}

func TestReportRefusesOptions(t *testing.T) {
	if err := report(nil, 0, false, "", bench.Elapsed); err == nil {
		t.Error("no error for 0 rounds")
	}
	if err := report(nil, 1, false, "(", bench.Elapsed); err == nil {
		t.Error("no error for a bad pattern")
	}
	if err := report(nil, 1, false, "", nil); err == nil {
		t.Error("no error without a clock")
	}
}
