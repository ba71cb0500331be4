package eiptest_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

func TestRateLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe(), eiptest.WithRateLimit(2, true))
		c := newCaller(t, srv)
		time.Sleep(10 * time.Second)
		c.ok("DescribeRegions")
		c.ok("DescribeRegions")
		a := c.refused(400, "Throttling.User", "DescribeRegions")
		if got := a.header.Get("x-acs-retry-after"); got != "50000" {
			t.Errorf("hint %q, want 50000 ms", got)
		}
		c.ok("DescribeEipSegment", "RegionId", "cn-hangzhou") // another action's account
		time.Sleep(50 * time.Second)
		c.ok("DescribeRegions")
		if calls := srv.CallsOf("DescribeRegions"); len(calls) != 4 || !calls[2].Limited || calls[2].Ran {
			t.Errorf("%+v", calls)
		}
	})
}

func TestNoInstances(t *testing.T) {
	t.Parallel()
	if n := len(eiptest.NewServer(t).Instances()); n != len(eiptest.DefaultInstances()) {
		t.Errorf("%d instances by default", n)
	}
	if n := len(eiptest.NewServer(t, eiptest.WithInstances()).Instances()); n != 0 {
		t.Errorf("%d instances where none was asked for", n)
	}
}

func TestBadOptions(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]eiptest.Option{
		"chance":     eiptest.WithChance(fault.CutAfter(), 1.5),
		"chance NaN": eiptest.WithChance(fault.CutAfter(), 0/zero),
		"status":     eiptest.WithChance(fault.ServerError(200), 0.1),
		"answer":     eiptest.WithChance(fault.Answer(7, http.Header{}, ""), 0.1),
		"instance":   eiptest.WithInstances(eiptest.Instance{ID: "i-1", Type: "Toaster"}),
		"private IP": eiptest.WithInstances(eiptest.Instance{ID: "i-1", Type: eiptest.ECS, PrivateIPs: []string{"x"}}),
		"no ID":      eiptest.WithInstances(eiptest.Instance{Type: eiptest.ECS}),
		"region":     eiptest.WithRegion("mars-1"),
		"secret":     eiptest.WithCredentials("id", ""),
		"transition": eiptest.WithTransition(-1),
		"reserved":   eiptest.WithSegmentReserved(2),
	} {
		if srv, err := eiptest.New(o); err == nil {
			srv.Close()
			t.Errorf("%s: accepted", name)
		}
	}
}

var zero float64
