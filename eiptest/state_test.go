package eiptest_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eipkit/eip-go/eiptest"
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
			"InstanceRegionId": "cn-hangzhou", "Mode": "NAT", "PrivateIpAddress": "", "VpcId": "", "AllocationTime": "2000-01-01T00:00:00Z"} {
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
	if a := c.ok("DescribeEipAddresses", "RegionId", "cn-hangzhou", "AssociatedInstanceId", "ngw-test1",
		"AssociatedInstanceType", eiptest.NAT); a.str("TotalCount") != "3" {
		t.Errorf("%s", a.body)
	}
}
