package eiptest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
)

func TestMonitorDataAddUp(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := newCaller(t, srv)
	id, _ := c.allocate()
	sums := map[string]float64{}
	for _, period := range []string{"60", "300", "900", "3600"} {
		a := c.ok("DescribeEipMonitorData", "AllocationId", id, "StartTime", ago(5*time.Hour), "EndTime", ago(2*time.Hour), "Period", period)
		points := a.tree["EipMonitorDatas"].(map[string]any)["EipMonitorData"].([]any)
		if want := map[string]int{"60": 180, "300": 36, "900": 12, "3600": 3}[period]; len(points) != want {
			t.Errorf("period %s: %d points, want %d", period, len(points), want)
		}
		sum := 0.0
		for _, p := range points {
			m := p.(map[string]any)
			rx, tx, flow := m["EipRX"].(float64), m["EipTX"].(float64), m["EipFlow"].(float64)
			if flow != rx+tx || flow <= 0 || m["EipPackets"].(float64) <= 0 || m["EipBandwidth"].(float64) != float64(int64(flow/60)) {
				t.Fatalf("implausible point %v", m)
			}
			sum += flow
		}
		sums[period] = sum
	}
	for p, s := range sums {
		if s != sums["60"] {
			t.Errorf("period %s adds up to %v, 60 to %v", p, s, sums["60"])
		}
	}
	again := c.ok("DescribeEipMonitorData", "AllocationId", id, "StartTime", ago(3*time.Minute), "EndTime", ago(time.Minute))
	if len(again.tree["EipMonitorDatas"].(map[string]any)["EipMonitorData"].([]any)) != 2 {
		t.Errorf("%s", again.body)
	}
	c.ok("DescribeEipMonitorData", "AllocationId", id, "StartTime", ago(401*time.Minute), "EndTime", ago(time.Minute))
}

// points asks for the points of a window that ends d before now.
func (c *caller) points(id string, from, to time.Duration, extra ...string) []any {
	c.tb.Helper()
	a := c.ok(mon, append([]string{"RegionId", region, "AllocationId", id, "StartTime", ago(from), "EndTime", ago(to)}, extra...)...)
	list, _ := a.tree["EipMonitorDatas"].(map[string]any)["EipMonitorData"].([]any)
	return list
}

// Which periods there are, and how many points of each.
func TestMonitorPeriods(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		opts   []eiptest.Option
		good   []int
		bad    []string
		atMost int
	}{
		{nil, []int{60, 300, 900, 3600}, []string{"600", "61", "0", "-60", "1m", "60.0"}, 400},
		{with(eiptest.WithReference2019()), []int{60, 600, 3600}, []string{"300", "900"}, 200},
		{with(eiptest.WithMonitorPeriods(60, 600)), []int{60, 600}, []string{"300", "3600"}, 400},
		{with(eiptest.WithPointLimit(200)), []int{60, 300}, []string{"600"}, 200},
		{with(eiptest.WithReference2019(), eiptest.WithPointLimit(7), eiptest.WithMonitorPeriods(60, 300)), []int{60, 300}, []string{"600"}, 7},
	} {
		c := newCaller(t, eiptest.NewServer(t, tt.opts...))
		id, _ := c.allocate()
		for _, seconds := range tt.good {
			step := time.Duration(seconds) * time.Second
			got := c.points(id, time.Minute+5*step, time.Minute, "Period", fmt.Sprint(seconds))
			require.Len(t, got, 5, seconds)
			for _, p := range got {
				m := p.(map[string]any)
				require.Equal(t, float64(int64(m["EipFlow"].(float64)/60)), m["EipBandwidth"], "a sixtieth whatever the period")
				require.Equal(t, m["EipFlow"], m["EipRX"].(float64)+m["EipTX"].(float64))
			}
		}
		for _, value := range tt.bad {
			c.refused(400, "InvalidPeriod.ValueNotSupported", mon, args("AllocationId", id, "StartTime", ago(time.Hour), "EndTime", ago(0), "Period", value)...)
		}
		most := time.Duration(tt.atMost) * time.Minute
		require.Len(t, c.points(id, time.Minute+most, time.Minute), tt.atMost)
		c.refused(400, "OperationDenied.TooManyDataQueried", mon,
			args("AllocationId", id, "StartTime", ago(2*time.Minute+most), "EndTime", ago(time.Minute))...)
	}
}

// Seconds that are not zero mean the next minute; a window shorter than a period
// has one point, at its start.
func TestMonitorWindow(t *testing.T) {
	t.Parallel()
	c := newCaller(t, eiptest.NewServer(t))
	id, _ := c.allocate()
	noon := time.Now().Add(-2 * time.Hour).UTC().Truncate(time.Hour)
	stamp := func(d time.Duration) string { return noon.Add(d).Format("2006-01-02T15:04:05Z") }
	for _, tt := range []struct {
		from, to time.Duration
		period   string
		want     []time.Duration
	}{
		{0, 2 * time.Minute, "", []time.Duration{0, time.Minute}},
		{time.Second, 2 * time.Minute, "60", []time.Duration{time.Minute}},
		{0, time.Minute + time.Second, "60", []time.Duration{0, time.Minute}},
		{59 * time.Second, time.Minute + 59*time.Second, "60", []time.Duration{time.Minute}},
		{0, 5 * time.Minute, "3600", []time.Duration{0}},
	} {
		a := c.ok(mon, args("AllocationId", id, "StartTime", stamp(tt.from), "EndTime", stamp(tt.to), "Period", tt.period)...)
		var want, got []string
		for _, d := range tt.want {
			want = append(want, stamp(d))
		}
		for _, p := range a.tree["EipMonitorDatas"].(map[string]any)["EipMonitorData"].([]any) {
			got = append(got, p.(map[string]any)["TimeStamp"].(string))
		}
		require.Equal(t, want, got)
	}
	c.refused(400, "InvalidEndTime.Malformed", mon, args("AllocationId", id, "StartTime", stamp(time.Second), "EndTime", stamp(time.Minute))...)
}
