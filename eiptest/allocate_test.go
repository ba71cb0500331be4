package eiptest_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
)

// What an address is that was asked for without anything, and what the answers
// hold by charge type.
func TestAllocateAnswers(t *testing.T) {
	t.Parallel()
	for _, action := range []string{all, pro} {
		srv := eiptest.NewServer(t)
		c := newCaller(t, srv)
		a := c.ok(action, args()...)
		require.Equal(t, []string{"RegionId"}, keysOf(srv.Calls()[0].Params))
		require.ElementsMatch(t, []string{"RequestId", "AllocationId", "EipAddress", "ResourceGroupId"}, keysOf(a.tree))
		shown := c.eipOf(a.str("AllocationId"))
		for key, want := range map[string]any{"Bandwidth": "5", "ISP": "BGP", "ChargeType": "PostPaid", "InternetChargeType": "PayByBandwidth",
			"Netmode": "public", "Status": eiptest.Available, "RegionId": region, "ExpiredTime": "", "Name": "", "ResourceGroupId": "rg-default"} {
			require.Equal(t, want, shown[key], key)
		}
		require.Empty(t, shown["SecurityProtectionTypes"].(map[string]any)["SecurityProtectionType"])

		a = c.ok(action, args("InstanceChargeType", "PrePaid", "Period", "1", "AutoPay", "true")...)
		require.ElementsMatch(t, []string{"RequestId", "AllocationId", "OrderId"}, keysOf(a.tree))
		require.NotEmpty(t, c.eipOf(a.str("AllocationId"))["ExpiredTime"])
		a = c.ok(action, args("InstanceChargeType", "PrePaid", "Period", "1", "AutoPay", "false")...)
		require.ElementsMatch(t, []string{"RequestId", "OrderId"}, keysOf(a.tree))

		a = c.ok(action, args("ResourceGroupId", "rg-a")...)
		require.Equal(t, "rg-a", a.str("ResourceGroupId"))
		require.Equal(t, "rg-a", c.eipOf(a.str("AllocationId"))["ResourceGroupId"])

		// Two addresses are never the same one.
		require.NotEqual(t, c.ok(action, args()...).str("EipAddress"), c.ok(action, args()...).str("EipAddress"))
		a = c.ok(action, args("SecurityProtectionTypes.1", "AntiDDoS_Enhanced")...)
		require.Contains(t, string(c.ok(desc, args("SecurityProtectionEnabled", "true")...).body), a.str("AllocationId"))
		c.refused(400, "InvalidParameter", action, args("SecurityProtectionTypes.1", "Wall")...)
		c.refused(400, "InvalidParameter", action, args("Netmode", "private")...)
		c.ok(action, args("Netmode", "Public")...)
	}
	// AutoPay is true by default for one of the two actions.
	c := newCaller(t, eiptest.NewServer(t))
	require.Empty(t, c.ok(all, args("InstanceChargeType", "PrePaid", "Period", "1")...).str("AllocationId"))
	require.NotEmpty(t, c.ok(pro, args("InstanceChargeType", "PrePaid", "Period", "1")...).str("AllocationId"))
}

func keysOf[V any](m map[string]V) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}

// The bounds of Bandwidth by charge type and metering.
func TestBandwidthRanges(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		most int
		args []string
	}{
		{500, nil},
		{500, []string{"InstanceChargeType", "PostPaid", "InternetChargeType", "PayByBandwidth"}},
		{200, []string{"InternetChargeType", "PayByTraffic"}},
		{1000, []string{"InstanceChargeType", "PrePaid", "Period", "1"}},
	} {
		c := newCaller(t, eiptest.NewServer(t))
		for action, code := range map[string]string{all: "InvalidParameter", pro: "InvalidBandwidth.Malformed", seg: "InvalidParameter"} {
			if action == seg && tt.most == 1000 {
				continue
			}
			p := args(append([]string{"EipMask", "28"}, tt.args...)...)
			for _, good := range []int{1, tt.most} {
				c.ok(action, append(p, "Bandwidth", strconv.Itoa(good))...)
			}
			for _, bad := range []int{-1, 0, tt.most + 1} {
				c.refused(400, code, action, append(p, "Bandwidth", strconv.Itoa(bad))...)
			}
		}
	}
}

// How long a subscription can be, by action and cycle.
func TestPeriods(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		action, cycle string
		most          int
	}{{all, "", 9}, {all, "Month", 9}, {all, "Year", 5}, {pro, "", 9}, {pro, "Month", 9}, {pro, "Year", 3}} {
		c := newCaller(t, eiptest.NewServer(t))
		p := args("InstanceChargeType", "PrePaid", "PricingCycle", tt.cycle, "Bandwidth", "1")
		for _, good := range []int{1, tt.most} {
			require.NotEmpty(t, c.ok(tt.action, append(p, "Period", strconv.Itoa(good))...).str("OrderId"))
		}
		for _, bad := range []string{"0", "-1", strconv.Itoa(tt.most + 1), "soon"} {
			c.refused(400, "InvalidParameter", tt.action, append(p, "Period", bad)...)
		}
		c.refused(400, "MissingParameter", tt.action, p...)
		c.refused(400, "InvalidParameter", tt.action, append(p, "Period", "1", "PricingCycle", "Week")...)
		c.refused(400, "InvalidParameter", tt.action, append(p, "Period", "1", "InternetChargeType", "PayByTraffic")...)
		c.ok(tt.action, args("Period", "99", "PricingCycle", "Week", "AutoPay", "true")...) // PostPaid does not look at them
	}
}
