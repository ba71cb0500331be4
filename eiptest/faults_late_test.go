package eiptest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// An attempt whose client gave up runs after the client has repeated it with the
// same token. The token keeps it from making a second address: it is answered
// with the first one, or with LastTokenProcessing if that has just been made.
func TestLateRunMeetsItsRepeat(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		busy time.Duration
		code string
	}{
		{"replayed", 0, ""},
		{"still being worked on", time.Minute, "LastTokenProcessing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := eiptest.NewServer(t, eiptest.WithPipe(), eiptest.WithTokenBusy(tt.busy))
				client := srv.Client(t, eip.WithAttemptTimeout(time.Second), eip.WithBackoff(time.Millisecond, time.Second))
				srv.Fail("AllocateEipAddress", fault.Late(10*time.Second))
				res, err := client.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{})
				if err != nil || res.Attempts != 2 {
					t.Fatalf("%+v %v", res, err)
				}
				if c := srv.Counts(); c.Active != 1 {
					t.Fatalf("%d calls are under way, want the late one", c.Active)
				}
				time.Sleep(time.Minute)
				made := srv.AddressesEverMade()
				if len(made) != 1 || made[0].AllocationID != res.AllocationID {
					t.Errorf("made %+v, told %s", made, res.AllocationID)
				}
				calls := srv.CallsOf("AllocateEipAddress")
				if len(calls) != 2 || calls[1].Fault != "late" || !calls[1].Ran || calls[1].RanCode != tt.code ||
					calls[0].Token != calls[1].Token {
					t.Errorf("%+v", calls)
				}
			})
		})
	}
}

// If nobody repeats, the late run makes the address, and the token finds it.
func TestLateRunAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe())
		client := srv.Client(t, eip.WithAttemptTimeout(time.Second), eip.WithMaxAttempts(1))
		srv.Fail("AllocateEipAddress", fault.Late(10*time.Second))
		_, err := client.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{})
		if !eip.OutcomeUnknown(err) || errors.Is(err, context.Canceled) || len(srv.AddressesEverMade()) != 0 {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		res, err := client.AllocateEipAddress(t.Context(), eip.Again(&eip.AllocateEipAddressRequest{}, err))
		if err != nil {
			t.Fatal(err)
		}
		if made := srv.AddressesEverMade(); len(made) != 1 || made[0].AllocationID != res.AllocationID {
			t.Errorf("made %+v, told %s", made, res.AllocationID)
		}
	})
}
