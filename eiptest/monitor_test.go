package eiptest_test

import (
	"testing"
	"time"

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
