package eip

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// fillTraffic fills in the traffic of the idle addresses, and lists those of the
// members that are quiet. What goes while this reads is neither any more.
func (c *Client) fillTraffic(ctx context.Context, report *IdleReport, members []QuietMember) error {
	ids := make([]string, 0, len(report.Idle)+len(members))
	for _, a := range report.Idle {
		ids = append(ids, a.Address.AllocationID)
	}
	for _, m := range members {
		ids = append(ids, m.Address.AllocationID)
	}
	traffic, err := c.idleTraffic(ctx, report, ids)
	if err != nil {
		return err
	}
	report.Idle = slices.DeleteFunc(report.Idle, func(a IdleAddress) bool {
		if traffic[a.Address.AllocationID] != nil {
			return false
		}
		report.Kept = append(report.Kept, KeptAddress{a.Address.AllocationID, a.Address.IPAddress, KeepGone})
		return true
	})
	for i := range report.Idle {
		report.Idle[i].Traffic = traffic[report.Idle[i].Address.AllocationID]
	}
	for _, m := range members {
		t := traffic[m.Address.AllocationID]
		if t != nil && t.Samples > 0 && t.Peak < report.Query.PackagePeakBelow*1e6 {
			m.Traffic = *t
			report.QuietMembers = append(report.QuietMembers, m)
		}
	}
	slices.SortStableFunc(report.QuietMembers, func(a, b QuietMember) int { return cmp.Compare(a.Traffic.Peak, b.Traffic.Peak) })
	return nil
}

// idleTraffic reads the traffic of addresses. One that goes while this reads is
// missing from the result.
func (c *Client) idleTraffic(ctx context.Context, report *IdleReport, ids []string) (map[string]*IdleTraffic, error) {
	end := report.MadeAt.Truncate(time.Hour)
	q := MonitorQuery{
		Start: end.Add(-max(report.Query.TrafficOver.Truncate(time.Hour), time.Hour)), End: end,
		Period: time.Hour, Parallel: report.Query.Parallel,
	}
	out := make(map[string]*IdleTraffic, len(ids))
	for len(ids) > 0 {
		done := 0
		for series, err := range c.MonitorAddresses(ctx, ids, q) {
			if errors.Is(err, ErrNotFound) && ctx.Err() == nil {
				done++
				break
			}
			if err != nil {
				return nil, fmt.Errorf("eip: FindIdle: %w", err)
			}
			t := &IdleTraffic{Since: series.Start, Samples: len(series.Samples), Missing: series.Missing()}
			for _, s := range series.Samples {
				t.Bytes += s.Flow
				if rate := s.Bits(); rate > t.Peak {
					t.Peak, t.PeakAt = rate, s.Start
				}
			}
			out[ids[done]] = t
			done++
		}
		ids = ids[done:]
	}
	return out, nil
}
