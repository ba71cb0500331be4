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
// differently. They leave a few percent above what is measured, and are lowered
// when the library needs less.
var budgets = []budget{
	{bench.Send, "", 111},
	{bench.AllocateMemory, "", 134},
	{bench.AllocateMemory, bench.Floor, 4.3},
	{bench.DecodePage, bench.SDK, 2.45}, // the aim is 0.15, in any order of the members
	{bench.DecodeShuffled, bench.SDK, 2.45},
	{bench.DescribePage, bench.SDK, 2.35},
	{bench.DescribeShuffled, bench.SDK, 2.35},
	{bench.DecodePoints, "", 10300}, // the aim is 10
	{bench.DecodePointsAny, "", 10300},
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
