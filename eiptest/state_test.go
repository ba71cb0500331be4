package eiptest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// The whole life of an address, in a bubble, over in-memory connections.
func TestLifeOfAnAddress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe(), eiptest.WithTransition(time.Minute))
		c := newCaller(t, srv)
		id, ip := c.allocate("Bandwidth", "7", "Tag.1.Key", "team", "Tag.1.Value", "net")
		if got := c.status(id); got != eiptest.Available {
			t.Fatalf("after allocate: %s", got)
		}
		c.ok("AssociateEipAddress", "AllocationId", id, "InstanceId", "i-test1")
		step := func(want string, d time.Duration) {
			t.Helper()
			if got := c.status(id); got != want {
				t.Fatalf("got %s, want %s", got, want)
			}
			time.Sleep(d)
		}
		step(eiptest.Associating, 59*time.Second)
		step(eiptest.Associating, time.Second)
		step(eiptest.InUse, 0)
		c.refused(400, "IncorrectEipStatus", "ReleaseEipAddress", "AllocationId", id)
		d := c.ok("DescribeEipAddresses", "RegionId", "cn-hangzhou", "EipAddress", ip)
		for field, want := range map[string]string{"InstanceId": "i-test1", "InstanceType": eiptest.ECS, "Bandwidth": "7",
			"InstanceRegionId": "cn-hangzhou", "Mode": "NAT", "VpcId": "vpc-test1", "AllocationTime": "2000-01-01T00:00:00Z"} {
			if got := d.str("EipAddresses", "EipAddress", field); got != want {
				t.Errorf("%s is %q, want %q", field, got, want)
			}
		}
		if !strings.Contains(string(d.body), `"Bandwidth":"7"`) || !strings.Contains(string(d.body), `"Tags":{"Tag":[{"Key":"team","Value":"net"}]}`) {
			t.Errorf("the shapes of the wire are wrong: %s", d.body)
		}
		c.ok("UnassociateEipAddress", "AllocationId", id, "InstanceId", "i-test1")
		step(eiptest.Unassociating, time.Minute)
		step(eiptest.Available, 0)
		c.ok("ReleaseEipAddress", "AllocationId", id)
		step(eiptest.Releasing, time.Minute)
		step("gone", 0)
		c.refused(404, "InvalidAllocationId.NotFound", "ReleaseEipAddress", "AllocationId", id)
		if len(srv.Addresses()) != 0 || len(srv.AddressesEverMade()) != 1 {
			t.Errorf("alive %v, made %v", srv.Addresses(), srv.AddressesEverMade())
		}
	})
}

func TestTransitionsFailOrAreOvertaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe(), eiptest.WithTransition(time.Minute))
		c := newCaller(t, srv)
		id, _ := c.allocate()
		srv.FailTransitions(eiptest.Associating, 1)
		c.ok("AssociateEipAddress", "AllocationId", id, "InstanceId", "i-test1")
		time.Sleep(time.Minute)
		if a, _ := srv.Address(id); a.Status != eiptest.Available || a.InstanceID != "" {
			t.Fatalf("%+v", a)
		}
		c.ok("AssociateEipAddress", "AllocationId", id, "InstanceId", "i-test1")
		srv.SetStatus(id, eiptest.InUse)
		c.ok("UnassociateEipAddress", "AllocationId", id)
		srv.ForceBind(id, "i-test2")
		time.Sleep(time.Hour)
		if a, _ := srv.Address(id); a.Status != eiptest.InUse || a.InstanceID != "i-test2" {
			t.Fatalf("%+v", a)
		}
		c.ok("UnassociateEipAddress", "AllocationId", id)
		srv.ForceRelease(id)
		time.Sleep(time.Hour)
		if got := c.status(id); got != "gone" {
			t.Fatal(got)
		}
	})
}

func TestDelayedVisibility(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe(), eiptest.WithVisibilityDelay(3*time.Second))
		c := newCaller(t, srv)
		id, _ := c.allocate()
		if got := c.status(id); got != "gone" {
			t.Fatal(got)
		}
		c.refused(404, "InvalidAllocationId.NotFound", "AssociateEipAddress", "AllocationId", id, "InstanceId", "i-test1")
		time.Sleep(3 * time.Second)
		if got := c.status(id); got != eiptest.Available {
			t.Fatal(got)
		}
		srv.SetVisible(id, false)
		if got := c.status(id); got != "gone" {
			t.Fatal(got)
		}
	})
}

// A released address can be had again for seven days, by IP or by ID.
func TestSevenDays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe(), eiptest.WithTransition(0))
		c := newCaller(t, srv)
		id, ip := c.allocate()
		c.ok("ReleaseEipAddress", "AllocationId", id)
		time.Sleep(7*24*time.Hour - time.Second)
		a := c.ok("AllocateEipAddressPro", "RegionId", "cn-hangzhou", "IpAddress", ip)
		if a.str("EipAddress") != ip || a.str("AllocationId") == id {
			t.Fatalf("%s", a.body)
		}
		second := a.str("AllocationId")
		c.ok("ReleaseEipAddress", "AllocationId", second)
		if a = c.ok("AllocateEipAddress", "RegionId", "cn-hangzhou", "InstanceId", second); a.str("AllocationId") != second || a.str("EipAddress") != ip {
			t.Fatalf("%s", a.body)
		}
		c.ok("ReleaseEipAddress", "AllocationId", second)
		time.Sleep(7*24*time.Hour + time.Second)
		c.refused(400, "OperationFailed.AllocateUnfamiliarIp", "AllocateEipAddressPro", "RegionId", "cn-hangzhou", "IpAddress", ip)
	})
}

func TestSubscription(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithBalance(1000))
	c := newCaller(t, srv)
	a := c.ok("AllocateEipAddress", "RegionId", "cn-hangzhou", "InstanceChargeType", "PrePaid", "Period", "2")
	if a.str("OrderId") == "" || a.str("AllocationId") != "" || len(srv.Addresses()) != 0 {
		t.Fatalf("an unpaid order made an address: %s", a.body)
	}
	var order int64
	fmt.Sscan(a.str("OrderId"), &order)
	id, err := srv.PayOrder(order)
	if err != nil || c.status(id) != eiptest.Available || srv.Balance() != 800 {
		t.Fatalf("%q %v, balance %v", id, err, srv.Balance())
	}
	if _, err := srv.PayOrder(order); err == nil {
		t.Error("an order was paid twice")
	}
	a = c.ok("AllocateEipAddressPro", "RegionId", "cn-hangzhou", "InstanceChargeType", "PrePaid", "Period", "1", "PricingCycle", "Month", "AutoPay", "true")
	if a.str("OrderId") == "" || a.str("AllocationId") == "" || a.str("EipAddress") != "" {
		t.Fatalf("%s", a.body)
	}
}

func TestNetworkInterfaces(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0))
	c := newCaller(t, srv)
	private := srv.Instances()["eni-test1"].PrivateIPs
	var ips []string
	for i := range 3 {
		id, ip := c.allocate()
		ips = append(ips, ip)
		c.ok("AssociateEipAddress", "AllocationId", id, "InstanceId", "eni-test1", "InstanceType", eiptest.ENI,
			"Mode", "MULTI_BINDED", "PrivateIpAddress", private[i])
	}
	id, _ := c.allocate()
	c.refused(400, "InvalidAssociation.Duplicated", "AssociateEipAddress", "AllocationId", id, "InstanceId", "eni-test1",
		"InstanceType", eiptest.ENI, "Mode", "MULTI_BINDED", "PrivateIpAddress", private[0])
	c.refused(400, "InvalidAssociation.Duplicated", "AssociateEipAddress", "AllocationId", id, "InstanceId", "eni-test1",
		"InstanceType", eiptest.ENI, "Mode", "NAT", "PrivateIpAddress", private[3])
	a := c.ok("DescribeEipGatewayInfo", "RegionId", "cn-hangzhou", "InstanceId", "eni-test1")
	if a.code() != "200" || a.str("Message") != "successful" {
		t.Errorf("%s", a.body)
	}
	want := fmt.Sprintf(`{"Ip":"%s","IpGw":"%s.1","IpMask":"255.255.255.0"}`, ips[2], ips[2][:strings.LastIndex(ips[2], ".")])
	if !strings.Contains(string(a.body), want) {
		t.Errorf("%s lacks %s", a.body, want)
	}
	// A NAT gateway takes many, a bare private address one.
	for range 3 {
		id, _ := c.allocate()
		c.ok("AssociateEipAddress", "AllocationId", id, "InstanceId", "ngw-test1", "InstanceType", eiptest.NAT)
	}
	c.ok("AssociateEipAddress", "AllocationId", id, "InstanceId", "10.1.2.3", "InstanceType", eiptest.PrivateIP, "VpcId", "vpc-1")
	if a := c.ok("DescribeEipAddresses", "RegionId", "cn-hangzhou", "AssociatedInstanceId", "ngw-test1"); a.str("TotalCount") != "3" {
		t.Errorf("%s", a.body)
	}
}

func TestModify(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := newCaller(t, srv)
	id, _ := c.allocate("Name", "one", "Description", "first")
	c.ok("ModifyEipAddressAttribute", "AllocationId", id, "Bandwidth", "9", "Name", "two")
	if a, _ := srv.Address(id); a.Bandwidth != 9 || a.Name != "two" || a.Description != "first" {
		t.Fatalf("%+v", a)
	}
	c.ok("ModifyEipAddressAttribute", "AllocationId", id, "Name", "")
	if a, _ := srv.Address(id); a.Name != "" || a.Bandwidth != 9 {
		t.Fatalf("%+v", a)
	}
}

func TestSegment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe(), eiptest.WithTransition(time.Second))
		c := newCaller(t, srv)
		id := c.ok("AllocateEipSegmentAddress", "RegionId", "cn-hangzhou", "EipMask", "28").str("EipSegmentInstanceId")
		look := func() (status, count string, members string) {
			a := c.ok("DescribeEipSegment", "RegionId", "cn-hangzhou", "SegmentInstanceId", id, "ClientToken", "ignored")
			m := c.ok("DescribeEipAddresses", "RegionId", "cn-hangzhou", "SegmentInstanceId", id, "PageSize", "100")
			return a.str("EipSegments", "EipSegment", "Status"), a.str("EipSegments", "EipSegment", "IpCount"), m.str("TotalCount")
		}
		if s, n, m := look(); s != eiptest.Allocating || n != "13" || m != "0" {
			t.Fatal(s, n, m)
		}
		time.Sleep(5 * time.Second)
		if s, n, m := look(); s != eiptest.Allocated || n != "13" || m != "13" {
			t.Fatal(s, n, m)
		}
		member := srv.Addresses()[0].AllocationID
		c.refused(400, "IncorrectEipStatus", "ReleaseEipAddress", "AllocationId", member)
		srv.ForceBind(member, "i-test1")
		c.refused(400, "IncorrectEipStatus", "ReleaseEipSegmentAddress", "RegionId", "cn-hangzhou", "SegmentInstanceId", id)
		srv.ForceBind(member, "")
		c.ok("ReleaseEipSegmentAddress", "RegionId", "cn-hangzhou", "SegmentInstanceId", id)
		if s, _, m := look(); s != eiptest.Releasing || m != "13" {
			t.Fatal(s, m)
		}
		time.Sleep(5 * time.Second)
		if s, _, m := look(); s != "" || m != "0" || len(srv.Addresses()) != 0 || len(srv.Segments()) != 0 {
			t.Fatal(s, m)
		}
	})
}

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
			var sec float64
			fmt.Sscan(period, &sec)
			if flow != rx+tx || flow <= 0 || m["EipPackets"].(float64) <= 0 || m["EipBandwidth"].(float64) != float64(int64(flow/sec)) {
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

func TestRegions(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	a := newCaller(t, srv).ok("DescribeRegions", "AcceptLanguage", "en-US")
	list := a.tree["Regions"].(map[string]any)["Region"].([]any)
	if len(list) != 36 || !strings.Contains(string(a.body), `{"RegionId":"cn-hangzhou","LocalName":"China (Hangzhou)","RegionEndpoint":"vpc.cn-hangzhou.aliyuncs.com"}`) {
		t.Errorf("%d regions: %s", len(list), a.body)
	}
	one := eiptest.NewServer(t, eiptest.WithRegions("cn-beijing"), eiptest.WithRegion("cn-beijing"))
	newCaller(t, one).refused(404, "InvalidRegionId.NotFound", "AllocateEipAddress", "RegionId", "cn-hangzhou")
}

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
