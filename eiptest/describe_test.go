package eiptest_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
)

func TestPagesAndFilters(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithQuota(1000), eiptest.WithTransition(0))
	c := newCaller(t, srv)
	var ids []string
	for i := range 25 {
		id, _ := c.allocate("Name", fmt.Sprintf("n%d", i), "Tag.1.Key", "odd", "Tag.1.Value", fmt.Sprint(i%2))
		ids = append(ids, id)
	}
	c.ok("AllocateEipAddress", "RegionId", "cn-beijing")
	srv.ForceBind(ids[3], "i-test1")
	srv.Change(ids[4], func(a *eiptest.Address) { a.Locked = "security" })
	for _, tt := range []struct {
		want string
		args []string
	}{
		{"25", nil},
		{"25", []string{"PageSize", "100"}},
		{"12", []string{"Tag.1.Key", "odd", "Tag.1.Value", "1"}},
		{"25", []string{"Tag.1.Key", "odd"}},
		{"0", []string{"Tag.1.Key", "odd", "Tag.1.Value", "2"}},
		{"1", []string{"EipName", "n7"}},
		{"1", []string{"Status", "InUse"}},
		{"24", []string{"Status", "Available"}},
		{"1", []string{"AssociatedInstanceId", "i-test1", "AssociatedInstanceType", "EcsInstance"}},
		{"0", []string{"AssociatedInstanceId", "i-test1", "AssociatedInstanceType", "Nat"}},
		{"1", []string{"LockReason", "security"}},
		{"2", []string{"AllocationId", ids[1] + "," + ids[2] + "," + ids[1] + ",eip-none"}},
		{"0", []string{"ChargeType", "PrePaid"}},
		{"25", []string{"ISP", "BGP", "ServiceManaged", "false", "SecurityProtectionEnabled", "false"}},
		{"0", []string{"Filter.1.Key", "CreationEndTime", "Filter.1.Value", "2020-01-01T00:00Z"}},
		{"25", []string{"Filter.1.Key", "CreationStartTime", "Filter.1.Value", "2020-01-01T00:00Z"}},
		{"25", []string{"Filter.1.Key", "", "Filter.1.Value", ""}},
		{"0", []string{"BandwidthPackageId", "cbwp-x"}},
		{"0", []string{"ResourceGroupId", "rg-other"}},
	} {
		if a := c.ok("DescribeEipAddresses", args(tt.args...)...); a.str("TotalCount") != tt.want {
			t.Errorf("%v: %s, want %s", tt.args, a.str("TotalCount"), tt.want)
		}
	}
	seen := map[string]int{}
	for page := 1; page <= 4; page++ {
		a := c.ok("DescribeEipAddresses", args("PageNumber", fmt.Sprint(page))...)
		list, _ := a.tree["EipAddresses"].(map[string]any)["EipAddress"].([]any)
		for _, e := range list {
			seen[e.(map[string]any)["AllocationId"].(string)]++
		}
		if want := map[int]int{1: 10, 2: 10, 3: 5, 4: 0}[page]; len(list) != want {
			t.Errorf("page %d has %d, want %d", page, len(list), want)
		}
	}
	if len(seen) != 25 {
		t.Errorf("pages showed %d different addresses", len(seen))
	}
	// Many addresses come and go, and the list is compacted underneath.
	for _, id := range ids[5:] {
		c.ok("ReleaseEipAddress", "AllocationId", id)
	}
	for range 60 {
		id, _ := c.allocate()
		c.ok("ReleaseEipAddress", "AllocationId", id)
	}
	if a := c.ok("DescribeEipAddresses", args()...); a.str("TotalCount") != "5" {
		t.Errorf("%s addresses are left, want 5", a.str("TotalCount"))
	}
}

// What a recorded answer has, and what it lacks.
func TestShownFields(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithBandwidthPackageTime(0))
	c := newCaller(t, srv)
	id, _ := c.allocate("Bandwidth", "7", "Description", "front")
	require.Equal(t, []any{"front", "front"}, []any{c.eipOf(id)["Description"], c.eipOf(id)["Descritpion"]}, "so spelt")
	for _, reserved := range []string{"", "true", "false"} {
		a := c.ok(desc, args("IncludeReservationData", reserved)...)
		require.Contains(t, string(a.body), `"HasReservationData":false`)
		require.NotContains(t, string(a.body), `"Reservation`)
		require.NotContains(t, string(a.body), "EipBandwidth")
	}
	pkg := c.pack()
	c.ok(join, args("BandwidthPackageId", pkg, "IpInstanceId", id)...)
	shown := c.eipOf(id)
	require.Equal(t, []any{"100", "7"}, []any{shown["Bandwidth"], shown["EipBandwidth"]})
	c.ok(leave, args("BandwidthPackageId", pkg, "IpInstanceId", id)...)
	require.NotContains(t, c.eipOf(id), "EipBandwidth")
	require.Equal(t, "7", c.eipOf(id)["Bandwidth"])
}

// How many addresses a page may have.
func TestPageLimit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		opts []eiptest.Option
		most int
	}{
		{nil, 100},
		{with(eiptest.WithReference2019()), 50},
		{with(eiptest.WithPageLimit(20)), 20},
		{with(eiptest.WithPageLimit(100), eiptest.WithReference2019()), 100},
		{with(eiptest.WithReference2019(), eiptest.WithPageLimit(100)), 100},
	} {
		c := newCaller(t, eiptest.NewServer(t, tt.opts...))
		require.Equal(t, fmt.Sprint(tt.most), c.ok(desc, args("PageSize", fmt.Sprint(tt.most))...).str("PageSize"))
		a := c.refused(400, "InvalidParameter", desc, args("PageSize", fmt.Sprint(tt.most+1))...)
		require.Contains(t, a.str("Message"), "PageSize")
		c.refused(400, "InvalidParameter", desc, args("PageSize", "0")...)
		a = c.ok(desc, args()...)
		require.Equal(t, []string{"1", "10", "0"}, []string{a.str("PageNumber"), a.str("PageSize"), a.str("TotalCount")})
	}
}

// The numbers of the filters begin with 1 and have no gap.
func TestFilterNumbers(t *testing.T) {
	t.Parallel()
	c := newCaller(t, eiptest.NewServer(t))
	c.allocate()
	const from, to, past, ahead = "CreationStartTime", "CreationEndTime", "2020-01-01T00:00Z", "2099-01-01T00:00:00Z"
	for _, tt := range []struct {
		code string // "" for success
		args []string
	}{
		{"", []string{"Filter.1.Key", from, "Filter.1.Value", past}},
		{"", []string{"Filter.1.Key", from, "Filter.1.Value", past, "Filter.2.Key", to, "Filter.2.Value", ahead}},
		{"", []string{"Filter.1.Key", from, "Filter.1.Value", past, "Filter.2.Key", "", "Filter.2.Value", ""}},
		{"", []string{"Filter.1.Key", "", "Filter.2.Key", ""}},
		{"", []string{"Filter.Colour", "red"}}, // a parameter that nobody knows
		{"InvalidFilterKey.NotFound", []string{"Filter.2.Key", from, "Filter.2.Value", past}},
		{"InvalidFilterKey.NotFound", []string{"Filter.2.Key", from}},
		{"InvalidFilterKey.NotFound", []string{"Filter.2.Value", past}},
		{"InvalidFilterKey.NotFound", []string{"Filter.1.Key", "", "Filter.1.Value", "", "Filter.2.Key", from, "Filter.2.Value", past}},
		{"InvalidFilterKey.NotFound", []string{"Filter.1.Key", from, "Filter.1.Value", past, "Filter.3.Key", to, "Filter.3.Value", ahead}},
		{"InvalidFilterKey.NotFound", []string{"Filter.0.Key", from, "Filter.0.Value", past}},
		{"InvalidFilterKey.NotFound", []string{"Filter.01.Key", from, "Filter.01.Value", past}},
		{"InvalidFilterKey.NotFound", []string{"Filter.99999999999999999999.Key", from}},
		{"InvalidFilterKey.NotFound", []string{"Filter.1.Value", past}},
		{"InvalidFilterKey.NotFound", []string{"Filter.1.Key", "Filter.1.Name", "Filter.1.Value", "value1"}},
		{"InvalidFilterValue", []string{"Filter.1.Key", from}},
		{"InvalidFilterValue", []string{"Filter.1.Key", from, "Filter.1.Value", "2020-01-01"}},
	} {
		if tt.code == "" {
			require.Equal(t, "1", c.ok(desc, args(tt.args...)...).str("TotalCount"), tt.args)
		} else {
			c.refused(404, tt.code, desc, args(tt.args...)...)
		}
	}
}

// When a subscription ends, without seconds.
func TestExpiredTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCaller(t, eiptest.NewServer(t, eiptest.WithPipe()))
		for cycle, want := range map[string]string{"Month": "2000-03-01T00:00Z", "Year": "2002-01-01T00:00Z"} {
			id := c.ok(pro, args("InstanceChargeType", "PrePaid", "Period", "2", "PricingCycle", cycle)...).str("AllocationId")
			require.Equal(t, want, c.eipOf(id)["ExpiredTime"])
		}
		id, _ := c.allocate()
		require.Equal(t, "", c.eipOf(id)["ExpiredTime"])
	})
}

// Why an address is locked, and what that says of its business state.
func TestLockReason(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := newCaller(t, srv)
	id, _ := c.allocate()
	require.Equal(t, map[string]any{"LockReason": []any{}}, c.eipOf(id)["OperationLocks"])
	for reason, business := range map[string]string{"financial": "FinancialLocked", "security": "SecurityLocked"} {
		srv.Change(id, func(a *eiptest.Address) { a.Locked = reason })
		shown := c.eipOf(id)
		require.Equal(t, map[string]any{"LockReason": []any{map[string]any{"LockReason": reason}}}, shown["OperationLocks"])
		require.Equal(t, business, shown["BusinessStatus"])
		require.Equal(t, "1", c.ok(desc, args("LockReason", reason)...).str("TotalCount"))
	}
}
