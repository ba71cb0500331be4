package eiptest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/eipkit/eip-go/eiptest"
)

// order makes an unpaid order and returns its number.
func (c *caller) order(extra ...string) (n int64) {
	c.tb.Helper()
	a := c.ok("AllocateEipAddress", args(append([]string{"InstanceChargeType", "PrePaid", "Period", "1"}, extra...)...)...)
	if _, err := fmt.Sscan(a.str("OrderId"), &n); err != nil {
		c.tb.Fatalf("%s: %v", a.body, err)
	}
	return n
}

// What can change between an order and its payment is looked at when it is
// paid. The order stays, and can be paid once there is room.
func TestPayOrderLooksAgain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, says string
		full, room func(*eiptest.Server)
	}{
		{"quota", "QuotaExceeded.Eip", func(s *eiptest.Server) { s.SetQuota(0) }, func(s *eiptest.Server) { s.SetQuota(1) }},
		{"stock", "InsufficientEipCapacity", func(s *eiptest.Server) { s.SetStock("cn-hangzhou", 0) },
			func(s *eiptest.Server) { s.SetStock("cn-hangzhou", 1) }},
		{"balance", "InsufficientBalance", func(s *eiptest.Server) { s.SetBalance(1) }, func(s *eiptest.Server) { s.SetBalance(1000) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv := eiptest.NewServer(t)
			n := newCaller(t, srv).order()
			tt.full(srv)
			if id, err := srv.PayOrder(n); err == nil || !strings.Contains(err.Error(), tt.says) || len(srv.AddressesEverMade()) != 0 {
				t.Fatalf("%q %v", id, err)
			}
			tt.room(srv)
			if id, err := srv.PayOrder(n); err != nil || id == "" {
				t.Errorf("%q %v", id, err)
			}
		})
	}
}

// Two orders for one reserved IP make one address.
func TestTwoOrdersForOneAddress(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0))
	c := newCaller(t, srv)
	id, ip := c.allocate()
	c.ok("ReleaseEipAddress", "AllocationId", id)
	one, two := c.order("IpAddress", ip), c.order("IpAddress", ip)
	first, err := srv.PayOrder(one)
	if err != nil {
		t.Fatal(err)
	}
	if a, err := srv.PayOrder(two); err == nil || !strings.Contains(err.Error(), "ReserveIpFail") {
		t.Errorf("%q %v", a, err)
	}
	if alive := srv.Addresses(); len(alive) != 1 || alive[0].AllocationID != first || alive[0].IPAddress != ip {
		t.Errorf("%+v", alive)
	}
}

// What is released goes back to its pool.
func TestPoolGetsItsAddressesBack(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0), eiptest.WithPools(eiptest.Pool{ID: "pippool-1", Free: 1}))
	c := newCaller(t, srv)
	for range 3 {
		id, _ := c.allocate("PublicIpAddressPoolId", "pippool-1")
		c.refused(400, "ResourceNotEnough.PublicIpAddressPool", "AllocateEipAddressPro", args("PublicIpAddressPoolId", "pippool-1")...)
		c.ok("ReleaseEipAddress", "AllocationId", id)
	}
}
