package eiptest_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// Every fault, over both networks: what the client sees, and whether the
// action ran.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault fault.Fault
		ran   bool
		see   func(answer) bool
	}{
		{"cut before", fault.CutBefore(), false, func(a answer) bool { return a.err != nil && a.status == 0 }},
		{"cut after", fault.CutAfter(), true, func(a answer) bool { return a.err != nil && a.status == 0 }},
		{"cut body", fault.CutBody(), true, func(a answer) bool {
			return a.status == 200 && errors.Is(a.err, io.ErrUnexpectedEOF) && len(a.body) > 0
		}},
		{"503", fault.ServerError(503), false, func(a answer) bool { return a.status == 503 && a.code() == "ServiceUnavailable" }},
		{"500 after", fault.ServerError(500).AfterRun(), true, func(a answer) bool { return a.status == 500 && a.code() == "InternalError" }},
		{"502", fault.BadGateway(), false, func(a answer) bool { return a.status == 502 && strings.Contains(string(a.body), "<html>") }},
		{"502 after", fault.BadGateway().AfterRun(), true, func(a answer) bool { return a.status == 502 }},
		{"throttle", fault.Throttle(), false, func(a answer) bool {
			return a.status == 400 && a.code() == "Throttling.User" && a.header.Get("x-acs-retry-after") == ""
		}},
		{"hint", fault.ThrottleHint(1500 * time.Millisecond), false, func(a answer) bool { return a.header.Get("x-acs-retry-after") == "1500" }},
		{"Retry-After", fault.ThrottleRetryAfter(1500 * time.Millisecond), false, func(a answer) bool { return a.header.Get("Retry-After") == "2" }},
		{"latency", fault.Latency(time.Millisecond), true, func(a answer) bool { return a.status == 200 }},
		{"latency after", fault.Latency(time.Millisecond).AfterRun(), true, func(a answer) bool { return a.status == 200 }},
		{"late", fault.Late(time.Millisecond), true, func(a answer) bool { return a.status == 200 }},
		{"wrong clock", fault.WrongClock(-time.Hour), true, func(a answer) bool {
			return a.code() == "InvalidTimeStamp.Expired" && off(a, -time.Hour)
		}},
		{"wrong date", fault.WrongDate(-time.Hour), true, func(a answer) bool { return a.status == 200 && off(a, -time.Hour) }},
		{"refuse", fault.Refuse("SystemBusy"), false, func(a answer) bool { return a.status == 400 && a.code() == "SystemBusy" }},
		{"refuse after", fault.Refuse("InsufficientEipCapacity").AfterRun(), true, func(a answer) bool { return a.status == 500 }},
		{"refuse with", fault.RefuseWith(418, "Teapot", "short"), false, func(a answer) bool { return a.status == 418 && a.str("Message") == "short" }},
		{"answer", fault.Answer(200, http.Header{"X-A": {"b"}}, "null"), false, func(a answer) bool {
			return a.status == 200 && string(a.body) == "null" && a.header.Get("X-A") == "b"
		}},
		{"pass", fault.Pass(), true, func(a answer) bool { return a.status == 200 && off(a, 0) }},
	} {
		for _, network := range []string{"tcp", "pipe"} {
			t.Run(network+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				var opts []eiptest.Option
				if network == "pipe" {
					opts = append(opts, eiptest.WithPipe())
				}
				srv := eiptest.NewServer(t, opts...)
				c := newCaller(t, srv)
				srv.Fail("AllocateEipAddress", tt.fault)
				c.ok("DescribeRegions") // another action is not concerned
				a := c.call("AllocateEipAddress", args("ClientToken", "tok")...)
				if !tt.see(a) {
					t.Errorf("status %d error %v header %v body %s", a.status, a.err, a.header, a.body)
				}
				calls := srv.CallsOf("AllocateEipAddress")
				if len(calls) != 1 || calls[0].Ran != tt.ran || calls[0].Token != "tok" || calls[0].Status != a.status ||
					tt.name != "pass" && calls[0].Fault != tt.fault.Kind() {
					t.Fatalf("record %+v", calls)
				}
				made := tt.ran && calls[0].RanCode == ""
				if n := len(srv.AddressesEverMade()); (n == 1) != made {
					t.Errorf("%d addresses, ran %t", n, made)
				}
				c.ok("AllocateEipAddress", args("ClientToken", "tok")...) // the script is over
				if n := len(srv.AddressesEverMade()); n != 1 {
					t.Errorf("%d addresses", n)
				}
			})
		}
	}
}

// off reports whether the Date header is wrong by d.
func off(a answer, d time.Duration) bool {
	at, err := http.ParseTime(a.header.Get("Date"))
	return err == nil && time.Since(at.Add(-d)).Abs() < time.Minute
}

func TestScriptsGoInOrder(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := newCaller(t, srv)
	srv.Fail("", fault.ServerError(504).Times(2), fault.Pass(), fault.ServerError(500))
	srv.Fail("DescribeRegions", fault.ServerError(503))
	for i, want := range []int{503, 504, 504, 200, 500, 200} {
		if a := c.call("DescribeRegions"); a.status != want {
			t.Errorf("call %d: %d, want %d", i, a.status, want)
		}
	}
	srv.Fail("", fault.ServerError(503).Times(-1))
	for range 5 {
		c.refused(503, "ServiceUnavailable", "DescribeRegions")
	}
	srv.Calm()
	c.ok("DescribeRegions")
}

// A server that hangs lets go of the client's leaving and of Close, in fake time.
func TestHangAndLatencyEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe())
		srv.Fail("", fault.Hang().AfterRun(), fault.Latency(time.Hour), fault.Latency(time.Hour).AfterRun(), fault.Hang())
		start := time.Now()
		for range 3 {
			c := newCaller(t, srv)
			c.http = &http.Client{Transport: srv.Transport(), Timeout: 10 * time.Second}
			if a := c.call("AllocateEipAddress", args()...); a.err == nil {
				t.Fatalf("an answer: %s", a.body)
			}
		}
		if d := time.Since(start); d != 30*time.Second {
			t.Errorf("waited %v", d)
		}
		synctest.Wait()
		if k := srv.Counts(); k.Active != 0 || k.Open != 0 || k.Calls != 3 {
			t.Errorf("%+v", k)
		}
		if n := len(srv.AddressesEverMade()); n != 2 {
			t.Errorf("%d addresses: a late action ran without its client", n)
		}
		var wg sync.WaitGroup
		wg.Add(1)
		go func() {
			defer wg.Done()
			if a := newCaller(t, srv).call("DescribeRegions"); a.err == nil {
				t.Error("an answer from a closed server")
			}
		}()
		synctest.Wait()
		srv.Close()
		wg.Wait()
	})
}

func TestRestart(t *testing.T) {
	t.Parallel()
	for _, network := range []string{"tcp", "pipe"} {
		t.Run(network, func(t *testing.T) {
			t.Parallel()
			var opts []eiptest.Option
			if network == "pipe" {
				opts = append(opts, eiptest.WithPipe())
			}
			srv := eiptest.NewServer(t, opts...)
			c := newCaller(t, srv)
			url := srv.URL()
			c.allocate()
			if err := srv.Restart(); err != nil {
				t.Fatal(err)
			}
			if srv.URL() != url {
				t.Fatalf("moved from %s to %s", url, srv.URL())
			}
			c.http.CloseIdleConnections()
			c.allocate()
			srv.Stop()
			if a := c.call("DescribeRegions"); a.err == nil {
				t.Error("a stopped server answers")
			}
			if err := srv.Start(); err != nil {
				t.Fatal(err)
			}
			c.http.CloseIdleConnections()
			c.allocate()
			if len(srv.Addresses()) != 3 {
				t.Error("the state did not survive")
			}
			if k := srv.Counts(); k.Connections < 3 {
				t.Errorf("%d connections", k.Connections)
			}
			srv.Close()
			if srv.Counts().Open != 0 {
				t.Error("connections are open after Close")
			}
			if err := srv.Start(); err == nil {
				t.Error("started after Close")
			}
		})
	}
}

func TestChancesFollowTheSeed(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) string {
		srv := eiptest.NewServer(t, eiptest.WithPipe(), eiptest.WithSeed(seed), eiptest.WithRecord(10),
			eiptest.WithChance(fault.ServerError(503), 0.3), eiptest.WithChance(fault.Throttle(), 0.3, "AllocateEipAddress"))
		c := newCaller(t, srv)
		var b strings.Builder
		for range 60 {
			b.WriteString(c.call("DescribeRegions").code() + ",")
		}
		if n := len(srv.Calls()); n != 10 {
			t.Errorf("%d calls kept, want 10", n)
		}
		if calls := srv.Calls(); calls[9].Seq != 60 || calls[0].Seq != 51 {
			t.Errorf("kept %d to %d", calls[0].Seq, calls[9].Seq)
		}
		return b.String()
	}
	one := run(7)
	if one != run(7) {
		t.Error("the same seed gives another sequence")
	}
	if one == run(8) {
		t.Error("another seed gives the same sequence")
	}
	if !strings.Contains(one, "ServiceUnavailable") || strings.Contains(one, "Throttling") {
		t.Errorf("%s", one)
	}
}

func TestClockShiftAndBefore(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := newCaller(t, srv)
	srv.ShiftClock(20 * time.Minute)
	if a := c.refused(400, "InvalidTimeStamp.Expired", "DescribeRegions"); !off(a, 20*time.Minute) {
		t.Errorf("Date %s", a.header.Get("Date"))
	}
	srv.ShiftClock(0)
	id, _ := c.allocate()
	srv.Before(func(call eiptest.Call) {
		if call.Action == "DescribeEipAddresses" && call.Params["AllocationId"] == id {
			srv.ForceRelease(id)
		}
	})
	if got := c.status(id); got != "gone" {
		t.Errorf("status %s", got)
	}
	srv.Before(nil)
	c.allocate()
}

// Neither the log nor the record holds a secret.
func TestLogHoldsNoSecret(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	srv := eiptest.NewServer(t, eiptest.WithLog(&log), eiptest.WithSecurityToken("keyid", "canary-secret", "canary-token", time.Time{}))
	c := newCaller(t, srv)
	c.key, c.secret = "keyid", "canary-secret"
	c.ok("AllocateEipAddress", args("SecurityToken", "canary-token", "ClientToken", "a\nb")...)
	p := c.envelope("DescribeRegions", "SecurityToken", "canary-token")
	p["Signature"] = "canary-signature"
	c.send(p)
	calls := srv.Calls()
	srv.Close()
	text := log.String()
	for _, call := range calls {
		for k, v := range call.Params {
			text += k + v
		}
	}
	if strings.Contains(text, "canary") {
		t.Errorf("%s", text)
	}
	if strings.Count(log.String(), "\n") != 2 {
		t.Errorf("log lines were forged:\n%s", log.String())
	}
}

func TestNewServerFailsTheTest(t *testing.T) {
	t.Parallel()
	tb := &fakeTB{}
	if srv := eiptest.NewServer(tb, eiptest.WithRegion("mars-1")); srv != nil || tb.failed == 0 {
		t.Errorf("srv %v, failed %d", srv, tb.failed)
	}
}

type fakeTB struct{ failed int }

func (*fakeTB) Helper()                 {}
func (*fakeTB) Cleanup(func())          {}
func (f *fakeTB) Fatalf(string, ...any) { f.failed++ }
