package main

import (
	"fmt"

	"github.com/eipkit/eip-go/bench"
)

// budget is the most that this library may allocate for a unit of work: as a
// multiple of the allocations of another subject, or as a number if to is
// empty.
type budget struct {
	work bench.Work
	to   string
	most float64
}

// The budgets hold for Go 1.26 and 1.27, whose encoding/json allocate
// differently, so that the floor has 39 allocations on one and 31 on the other.
// They leave a few percent above what is measured, and are lowered when the
// library needs less. Those of decoding are the aims of the design.
var budgets = []budget{
	{bench.Send, "", 73},
	{bench.SendV3, "", 85},
	{bench.AllocateMemory, "", 90},
	{bench.AllocateMemory, bench.Floor, 2.9},
	{bench.AllocateLoopback, "", 170}, // the server's included
	{bench.DecodePage, bench.SDK, 0.15},
	{bench.DecodeShuffled, bench.SDK, 0.15},
	{bench.DescribePage, bench.SDK, 0.16},
	{bench.DescribeShuffled, bench.SDK, 0.16},
	{bench.DecodePoints, "", 10},
	{bench.DecodePointsAny, "", 10},
}

// overBudget returns an error for each budget that is exceeded. Work that
// was not measured has no budget.
func overBudget(results []result, budgets []budget) []error {
	byWork := map[bench.Work]result{}
	for _, r := range results {
		byWork[r.work] = r
	}
	var errs []error
	for _, b := range budgets {
		r, ok := byWork[b.work]
		if !ok {
			continue
		}
		got, unit := r.series.Allocs(bench.EIP), ""
		if b.to != "" {
			got, unit = got/r.series.Allocs(b.to), " times those of "+b.to
		}
		if got > b.most {
			errs = append(errs, fmt.Errorf("%s: allocations: got %.2f%s, want at most %.2f", b.work, got, unit, b.most))
		}
	}
	return errs
}
