package eiptest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
)

// What the 2019 API reference has otherwise than newer documents, and that these
// hold without the option. Pages, points, periods and names have their own tests.
func TestReference2019(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, action string
		status       int
		code         string // with the option; the call succeeds without it
		before       func(c *caller, s *eiptest.Server) []string
	}{
		{"PayByBandwidth", all, 400, "InvalidParameter", inHome("InternetChargeType", "PayByBandwidth")},
		{"PrePaid", all, 400, "InvalidParameter", inHome("InstanceChargeType", "PrePaid", "Period", "1")},
		{"bound to HaVip", bind, 400, "InvalidInstanceType.ValueNotSupported", onNew("InstanceId", "havip-test1", "InstanceType", eiptest.HaVip)},
		{"bound to IpAddress", bind, 400, "InvalidInstanceType.ValueNotSupported",
			onNew("InstanceId", "10.0.0.9", "InstanceType", eiptest.PrivateIP, "VpcId", "vpc-1")},
		{"filter by interface", desc, 400, "InvalidIAssociatedInstanceType.ValueNotSupported", inHome("AssociatedInstanceType", eiptest.ENI)},
		{"bound without region", bind, 400, "MissingParameter", func(c *caller, s *eiptest.Server) []string {
			return onNew("InstanceId", "i-test1")(c, s)[2:]
		}},
		{"unbound without region", free, 400, "MissingParameter", bound(ecs(func(*eiptest.Instance) {}), func(*eiptest.Server) {}, "InstanceId", "i-own")},
		{"unbound without instance", free, 400, "MissingParameter", bound(ecs(func(*eiptest.Instance) {}), func(*eiptest.Server) {}, "RegionId", region)},
		{"modified without region", mod, 400, "MissingParameter", func(c *caller, s *eiptest.Server) []string { return onNew("Name", "web")(c, s)[2:] }},
		{"released without region", rel, 400, "MissingParameter", func(c *caller, s *eiptest.Server) []string { return onNew()(c, s)[2:] }},
		{"monitored without region", mon, 400, "MissingParameter", func(c *caller, s *eiptest.Server) []string {
			return onNew("StartTime", ago(time.Hour), "EndTime", ago(time.Minute))(c, s)[2:]
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, older := range []bool{false, true} {
				opts := with(eiptest.WithTransition(0))
				if older {
					opts = append(opts, eiptest.WithReference2019())
				}
				srv := eiptest.NewServer(t, opts...)
				c := newCaller(t, srv)
				p := tt.before(c, srv)
				if older {
					c.refused(tt.status, tt.code, tt.action, p...)
				} else {
					c.ok(tt.action, p...)
				}
			}
		})
	}
	c := newCaller(t, eiptest.NewServer(t, eiptest.WithReference2019(), eiptest.WithTransition(0)))
	id, _ := c.allocate()
	require.Equal(t, "PayByTraffic", c.eipOf(id)["InternetChargeType"])
	require.NotEmpty(t, c.ok(pro, args("InternetChargeType", "PayByBandwidth")...).str("AllocationId"), "another document")
	id, _ = c.allocate()
	for _, kind := range [][2]string{{eiptest.ECS, "i-test1"}, {eiptest.SLB, "lb-test1"}, {eiptest.NAT, "ngw-test1"}} {
		p := args("AllocationId", id, "InstanceId", kind[1], "InstanceType", kind[0])
		c.ok(bind, p...)
		c.ok(free, p...)
	}
	p := args("AllocationId", id, "InstanceId", "eni-test1", "InstanceType", eiptest.ENI)
	c.ok(bind, p...)
	c.refused(400, "InvalidInstanceType.ValueNotSupported", free, p...)
}

// The code of an action that does not exist.
func TestUnknownActionCode(t *testing.T) {
	t.Parallel()
	newCaller(t, eiptest.NewServer(t)).refused(404, "InvalidAction.NotFound", "MakeCoffee")
	for _, code := range []string{"InvalidAction.NotFound", "InvalidApi.NotFound"} {
		a := newCaller(t, eiptest.NewServer(t, eiptest.WithUnknownActionCode(code))).refused(404, code, "MakeCoffee")
		require.Equal(t, "Specified api is not found, please check your url and method.", a.str("Message"))
	}
	for _, code := range []string{"", "Throttling", "invalidaction.notfound"} {
		_, err := eiptest.New(eiptest.WithPipe(), eiptest.WithUnknownActionCode(code))
		require.ErrorContains(t, err, "is not InvalidAction.NotFound or InvalidApi.NotFound")
	}
}

func TestBadOptionsOfDocuments(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]eiptest.Option{
		"page limit: 0 is not positive":                 eiptest.WithPageLimit(0),
		"page limit: -5 is not positive":                eiptest.WithPageLimit(-5),
		"monitor periods: 90 is not":                    eiptest.WithMonitorPeriods(60, 90),
		"monitor periods: 0 is not":                     eiptest.WithMonitorPeriods(0, 60),
		"monitor periods: 172800 is not":                eiptest.WithMonitorPeriods(60, 172800),
		"the default of the action, is not among [300]": eiptest.WithMonitorPeriods(300),
		"the default of the action, is not among []":    eiptest.WithMonitorPeriods(),
	} {
		_, err := eiptest.New(eiptest.WithPipe(), o)
		require.ErrorContains(t, err, want)
	}
}
