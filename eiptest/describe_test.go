package eiptest_test

import (
	"fmt"
	"testing"

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
