package eiptest_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

func TestSameTokenSameAnswer(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0))
	c := newCaller(t, srv)
	p := args("ClientToken", "tok", "Bandwidth", "5")
	first := c.ok("AllocateEipAddress", p...)
	again := c.ok("AllocateEipAddress", append(p, "Format", "XML", "SignatureType", "")...)
	if again.str("AllocationId") != first.str("AllocationId") || again.str("EipAddress") != first.str("EipAddress") {
		t.Fatalf("%s\n%s", first.body, again.body)
	}
	if first.str("RequestId") == again.str("RequestId") {
		t.Error("two requests with one RequestId")
	}
	c.refused(400, "IdempotentParameterMismatch", "AllocateEipAddress", args("ClientToken", "tok", "Bandwidth", "6")...)
	c.refused(400, "IdempotentParameterMismatch", "AllocateEipAddress", args("ClientToken", "tok")...)
	c.ok("ReleaseEipAddress", "AllocationId", first.str("AllocationId"))
	if a := c.ok("AllocateEipAddress", p...); a.str("AllocationId") != first.str("AllocationId") {
		t.Error("the token made a second address after the release")
	}
	if n := len(srv.AddressesEverMade()); n != 1 {
		t.Errorf("%d addresses", n)
	}
	if n := srv.Attempts("tok"); n != 5 {
		t.Errorf("%d attempts, want 5", n)
	}
	// Another action, and reads, are not concerned.
	c.ok("AllocateEipSegmentAddress", args("ClientToken", "tok", "EipMask", "28")...)
	c.ok("DescribeEipSegment", args("ClientToken", "tok")...)
	c.ok("DescribeEipSegment", args("ClientToken", "tok", "PageSize", "3")...)
	// Without a token every call is a new one.
	c.allocate()
	c.allocate()
	if n := len(srv.Addresses()); n < 2 {
		t.Errorf("%d alive", n)
	}
}

func TestRefusalsAndTokens(t *testing.T) {
	t.Parallel()
	for _, replay := range []bool{false, true} {
		opts := []eiptest.Option{eiptest.WithQuota(0)}
		if replay {
			opts = append(opts, eiptest.WithRefusalReplay())
		}
		srv := eiptest.NewServer(t, opts...)
		c := newCaller(t, srv)
		c.refused(400, "QuotaExceeded.Eip", "AllocateEipAddress", args("ClientToken", "tok")...)
		srv.SetQuota(5)
		if a := c.call("AllocateEipAddress", args("ClientToken", "tok")...); (a.status == 400) != replay {
			t.Errorf("replay %t: status %d", replay, a.status)
		}
		c.ok("AllocateEipAddress", args("ClientToken", "new")...)
	}
}

func TestTokenLifeAndBusyTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe(), eiptest.WithTokenBusy(2*time.Second), eiptest.WithTokenLife(time.Hour))
		c := newCaller(t, srv)
		p := args("ClientToken", "tok")
		first := c.ok("AllocateEipAddress", p...)
		c.refused(400, "LastTokenProcessing", "AllocateEipAddress", p...)
		time.Sleep(2 * time.Second)
		if a := c.ok("AllocateEipAddress", p...); a.str("AllocationId") != first.str("AllocationId") {
			t.Error("another address")
		}
		time.Sleep(time.Hour)
		if a := c.ok("AllocateEipAddress", p...); a.str("AllocationId") == first.str("AllocationId") {
			t.Error("the token outlived its life")
		}
		srv.ForgetTokens()
		c.ok("AllocateEipAddress", p...)
		if n := len(srv.AddressesEverMade()); n != 3 {
			t.Errorf("%d addresses, want 3", n)
		}
	})
}

// Many callers with few tokens: one address for each token.
func TestConcurrentCallers(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithQuota(1000), eiptest.WithTransition(0),
		eiptest.WithChance(fault.CutAfter(), 0.1), eiptest.WithChance(fault.CutBody(), 0.1),
		eiptest.WithChance(fault.CutBefore(), 0.1), eiptest.WithChance(fault.BadGateway().AfterRun(), 0.1))
	var wg sync.WaitGroup
	for w := range 16 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c := newCaller(t, srv)
			c.place = []string{"query", "form", "split"}[w%3]
			for i := range 20 {
				for range 50 { // until an answer arrives whole
					a := c.call("AllocateEipAddress", args("ClientToken", string(rune('a'+i)))...)
					if a.err == nil && a.status == 200 {
						break
					}
				}
				c.call("DescribeEipAddresses", args()...)
				srv.Calls()
				srv.Addresses()
			}
		}()
	}
	wg.Wait()
	if n := len(srv.AddressesEverMade()); n != 20 {
		t.Errorf("%d addresses for 20 tokens", n)
	}
	k := srv.Counts()
	for _, kind := range []string{"cut-before", "cut-after", "cut-body", "bad-gateway"} {
		if k.Faults[kind] == 0 {
			t.Errorf("no fault of kind %s: %v", kind, k.Faults)
		}
	}
	if k.Ran["cut-before"] != 0 || k.Ran["cut-after"] != k.Faults["cut-after"] {
		t.Errorf("faults %v, ran %v", k.Faults, k.Ran)
	}
}
