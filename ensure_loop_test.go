package eip_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// Refusals because of the state: each is met once, and the helper finds its way.
func TestEnsureSettlesConflicts(t *testing.T) {
	t.Parallel()
	for _, code := range []string{
		"IncorrectEipStatus", "TaskConflict", "OperationConflict", "InvalidBindingStatus", "IncorrectInstanceStatus",
		"TaskConflict.AssociateGlobalAccelerationInstance", "IncorrectStatus.NatGateway", "VPC_TASK_CONFLICT",
		"InvalidAssociation.Duplicated", "LastTokenProcessing",
	} {
		for _, ran := range []bool{false, true} {
			name := code
			if ran {
				name += ", although it ran"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
					id := bound("i-test2")(t, srv, c)
					refusal := fault.RefuseWith(400, code, "not now")
					if ran {
						refusal = refusal.AfterRun()
					}
					for _, action := range []string{"AssociateEipAddress", "UnassociateEipAddress", "ReleaseEipAddress"} {
						srv.Fail(action, refusal)
					}
					a, err := c.EnsureAssociated(t.Context(), id, eip.Instance{ID: "i-test1"}, eip.MoveBound)
					require.NoError(t, err)
					assert.Equal(t, "i-test1", a.InstanceID)
					tokens := map[string]bool{}
					calls := srv.CallsOf("AssociateEipAddress")
					for _, call := range calls {
						tokens[call.Token] = true
					}
					switch {
					case code == "LastTokenProcessing":
						assert.Len(t, tokens, 1, "an unknown outcome keeps the token")
					case ran:
						assert.Len(t, calls, 1, "looking again was enough")
					default:
						assert.Len(t, tokens, 2, "a definite refusal takes a new token")
					}
					require.NoError(t, c.EnsureReleased(t.Context(), id, eip.UnbindFirst))
					assert.Empty(t, srv.Addresses())
				})
			})
		}
	}
}

// A refusal that nothing explains is not repeated for ever, and one that has
// nothing to do with the state is not repeated at all.
func TestEnsureGivesUp(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := plain(t, srv, c)
		to := eip.Instance{ID: "i-test1"}

		srv.Fail("AssociateEipAddress", fault.Refuse("IncorrectInstanceStatus").Times(-1))
		begin := time.Now()
		_, err := c.EnsureAssociated(t.Context(), id, to)
		require.ErrorIs(t, err, eip.CodeIncorrectInstanceStatus)
		took := time.Since(begin)
		assert.InDelta(t, eip.DefaultConflictPatience.Seconds(), took.Seconds(), 2*pollMax.Seconds())
		assert.Less(t, len(srv.CallsOf("AssociateEipAddress")), 25)

		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err = c.EnsureAssociated(ctx, id, to)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, eip.CodeIncorrectInstanceStatus, "what it was waiting for")

		srv.Calm()
		before := writes(srv)
		srv.Fail("AssociateEipAddress", fault.Refuse("Forbbiden"))
		_, err = c.EnsureAssociated(t.Context(), id, to)
		require.ErrorIs(t, err, eip.ErrPermission)
		assert.Equal(t, 1, writes(srv)-before)

		_, err = c.EnsureAssociated(t.Context(), id, eip.Instance{ID: "i-missing"})
		require.ErrorIs(t, err, eip.CodeInvalidInstanIdNotFound)

		// The instance has another address, which stays there.
		other := bound("i-test1")(t, srv, c)
		_, err = c.EnsureAssociated(t.Context(), id, to)
		require.ErrorIs(t, err, eip.CodeInvalidAssociationDuplicated)
		require.ErrorContains(t, err, other)
	})
}

// Somebody moves the address about all the time, and each call is refused: that
// is no reason to ask without a pause.
func TestEnsurePausesInAFight(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := bound("i-test2")(t, srv, c)
		looks := 0
		srv.Before(func(call eiptest.Call) {
			if call.Action == "DescribeEipAddresses" {
				looks++
				srv.ForceBind(id, []string{"i-test2", "i-test3"}[looks%2])
			}
		})
		require.NoError(t, srv.AddInstance(eiptest.Instance{ID: "i-test3", Type: "EcsInstance"}))
		srv.Fail("UnassociateEipAddress", fault.Refuse("TaskConflict").Times(-1))
		begin := time.Now()
		_, err := c.EnsureUnassociated(t.Context(), id)
		require.ErrorIs(t, err, eip.ErrConflict)
		assert.InDelta(t, eip.DefaultConflictPatience.Seconds(), time.Since(begin).Seconds(), 2*pollMax.Seconds())
		assert.Less(t, writes(srv), 30)
	})
}

// The instance has another address that is on its way out.
func TestEnsureAssociatedWaitsForTheInstance(t *testing.T) {
	t.Parallel()
	onFake(t, slowly, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id, other := plain(t, srv, c), bound("i-test1")(t, srv, c)
		_, err := c.UnassociateEipAddress(t.Context(), &eip.UnassociateEipAddressRequest{AllocationID: other})
		require.NoError(t, err)
		a, err := c.EnsureAssociated(t.Context(), id, eip.Instance{ID: "i-test1"})
		require.NoError(t, err)
		assert.Equal(t, id, a.AllocationID)
	})
}

// An outcome that stays unknown over a whole call: the next call has the same
// token, so that it cannot do twice what was done.
func TestEnsureKeepsTheTokenOfAnUnknownOutcome(t *testing.T) {
	t.Parallel()
	for _, lost := range []fault.Fault{fault.CutBefore(), fault.ServerError(503)} {
		onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
			id := plain(t, srv, c)
			srv.Fail("AssociateEipAddress", lost.Times(eip.DefaultMaxAttempts+1))
			_, err := c.EnsureAssociated(t.Context(), id, eip.Instance{ID: "i-test1"})
			require.NoError(t, err)
			tokens := map[string]bool{}
			for _, call := range srv.CallsOf("AssociateEipAddress") {
				tokens[call.Token] = true
			}
			assert.Len(t, tokens, 1)

			srv.Fail("UnassociateEipAddress", lost.Times(-1))
			_, err = c.EnsureUnassociated(t.Context(), id)
			require.True(t, eip.OutcomeUnknown(err), "it does not go on for ever")
			assert.Len(t, srv.CallsOf("UnassociateEipAddress"), 3*eip.DefaultMaxAttempts)
		})
	}
}

// The lists lag behind what was accepted: that is waited out, not sent again.
func TestEnsureWhenTheStateLags(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := plain(t, srv, c)
		stale := func(status, instance string) fault.Fault {
			return fault.Answer(200, nil, fmt.Sprintf(`{"RequestId":"r","TotalCount":1,"EipAddresses":{"EipAddress":[`+
				`{"AllocationId":%q,"Status":%q,"InstanceId":%q,"InstanceType":"EcsInstance"}]}}`, id, status, instance))
		}
		srv.Fail("DescribeEipAddresses", fault.Pass(), stale("Available", "").Times(4))
		_, err := c.EnsureAssociated(t.Context(), id, onTest1)
		require.NoError(t, err)
		srv.Fail("DescribeEipAddresses", fault.Pass(), stale("InUse", "i-test1").Times(4))
		_, err = c.EnsureUnassociated(t.Context(), id)
		require.NoError(t, err)
		srv.Fail("DescribeEipAddresses", fault.Pass(), stale("Available", "").Times(4))
		require.NoError(t, c.EnsureReleased(t.Context(), id))
		assert.Equal(t, 3, writes(srv), "one call for each")
	})
}

// Transitions that end where they began: once is met by trying again, always
// ends in an error.
func TestEnsureFailingTransitions(t *testing.T) {
	t.Parallel()
	for _, slow := range []bool{false, true} {
		opts := []eiptest.Option{}
		if slow {
			opts = slowly
		}
		onFake(t, opts, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
			to := eip.Instance{ID: "i-test1"}
			for n, want := range map[int]bool{1: true, 99: false} {
				id := plain(t, srv, c)
				srv.FailTransitions(eiptest.Associating, n)
				_, err := c.EnsureAssociated(t.Context(), id, to)
				assert.Equal(t, want, err == nil, "%v", err)
				srv.FailTransitions(eiptest.Associating, 0)
				_, err = c.EnsureAssociated(t.Context(), id, to)
				require.NoError(t, err)
				srv.FailTransitions(eiptest.Unassociating, n)
				_, err = c.EnsureUnassociated(t.Context(), id)
				assert.Equal(t, want, err == nil, "%v", err)
				srv.FailTransitions(eiptest.Unassociating, 0)
				_, err = c.EnsureUnassociated(t.Context(), id)
				require.NoError(t, err)
				srv.FailTransitions(eiptest.Releasing, n)
				err = c.EnsureReleased(t.Context(), id)
				assert.Equal(t, want, err == nil, "%v", err)
				if err != nil {
					require.ErrorIs(t, err, eip.ErrConflict)
				}
				srv.FailTransitions(eiptest.Releasing, 0)
				require.NoError(t, c.EnsureReleased(t.Context(), id))
			}
		})
	}
}

// Every request of a helper meets every kind of broken answer, one at a time.
func TestEnsureUnderFaults(t *testing.T) {
	t.Parallel()
	faults := []fault.Fault{
		fault.CutBefore(), fault.CutAfter(), fault.CutBody(), fault.ServerError(503),
		fault.ServerError(500).AfterRun(), fault.BadGateway().AfterRun(), fault.Throttle(), fault.Hang().AfterRun(),
		fault.CutAfter().Times(9), // more than one call has patience for
	}
	for _, f := range faults {
		for step := range 14 {
			onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				id := bound("i-test2")(t, srv, c)
				if step > 0 {
					srv.Fail("", fault.Pass().Times(step))
				}
				srv.Fail("", f)
				a, err := c.EnsureAssociated(t.Context(), id, eip.Instance{ID: "i-test1"}, eip.MoveBound)
				if err == nil {
					assert.Equal(t, "i-test1", a.InstanceID)
					err = c.EnsureReleased(t.Context(), id, eip.UnbindFirst)
				}
				if err != nil {
					// Reading failed for longer than a call has patience: the error
					// says so, and calling again does the rest.
					require.NotErrorIs(t, err, eip.ErrConflict)
					srv.Calm()
					require.NoError(t, c.EnsureReleased(t.Context(), id, eip.UnbindFirst))
				}
				assert.Empty(t, srv.Addresses(), "%s at step %d", f.Kind(), step)
			})
		}
	}
}

// Somebody else changes the address between every look and every action.
func TestEnsureUnderConcurrentChange(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := plain(t, srv, c)
		left := 6
		srv.Before(func(call eiptest.Call) {
			if call.Action == "DescribeEipAddresses" || left == 0 {
				return
			}
			left--
			srv.ForceBind(id, []string{"", "i-test2"}[left%2])
		})
		a, err := c.EnsureAssociated(t.Context(), id, eip.Instance{ID: "i-test1"}, eip.MoveBound)
		require.NoError(t, err)
		assert.Equal(t, "i-test1", a.InstanceID)
		assert.Zero(t, left)

		// And without end.
		srv.Before(func(call eiptest.Call) {
			if call.Action == "DescribeEipAddresses" {
				srv.ForceBind(id, "i-test2")
			}
		})
		_, err = c.EnsureAssociated(t.Context(), id, eip.Instance{ID: "i-test1"}, eip.MoveBound)
		require.ErrorIs(t, err, eip.ErrConflict)
	})
}

// Calls on one address from one client go one after another, and those for
// different addresses do not wait for each other.
func TestEnsureTakesTurns(t *testing.T) {
	t.Parallel()
	onFake(t, slowly, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := plain(t, srv, c)
		under := 0
		var mu sync.Mutex
		srv.Before(func(call eiptest.Call) {
			mu.Lock()
			defer mu.Unlock()
			if call.Action == "DescribeEipAddresses" || call.Params["AllocationId"] != id {
				return
			}
			if a, _ := srv.Address(id); a.Status != eiptest.Available && a.Status != eiptest.InUse {
				under++
			}
		})
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				if i%2 == 0 {
					_, err := c.EnsureAssociated(t.Context(), id, eip.Instance{ID: "i-test1"})
					assert.NoError(t, err)
				} else {
					_, err := c.EnsureUnassociated(t.Context(), id)
					assert.NoError(t, err)
				}
			})
		}
		wg.Wait()
		assert.Zero(t, under, "no action met the address in transition")
		assert.Zero(t, srv.Counts().Codes["IncorrectEipStatus"])

		// A turn that does not come ends with the context.
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = c.EnsureReleased(t.Context(), id, eip.UnbindFirst)
		}()
		synctest.Wait() // the other one has its turn now
		_, err := c.EnsureUnassociated(ctx, id)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "another call")
		<-done
	})
}

// Two processes, each with a client of its own, want the same.
func TestEnsureFromTwoClients(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := bound("i-test2")(t, srv, c)
		var wg sync.WaitGroup
		for range 4 {
			other := srv.Client(t)
			wg.Go(func() {
				_, err := other.EnsureAssociated(t.Context(), id, eip.Instance{ID: "i-test1"}, eip.MoveBound)
				assert.NoError(t, err)
			})
		}
		wg.Wait()
		for range 4 {
			other := srv.Client(t)
			wg.Go(func() { assert.NoError(t, other.EnsureReleased(t.Context(), id, eip.UnbindFirst)) })
		}
		wg.Wait()
		assert.Empty(t, srv.Addresses())
	})
}

// A new address that is not visible yet.
func TestEnsureReleasedJustAllocated(t *testing.T) {
	t.Parallel()
	onFake(t, []eiptest.Option{eiptest.WithVisibilityDelay(20 * time.Second)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := plain(t, srv, c)
		require.NoError(t, c.EnsureReleased(t.Context(), id))
		require.Len(t, srv.Addresses(), 1, "as documented, without JustAllocated it was taken for gone")
		require.NoError(t, c.EnsureReleased(t.Context(), id, eip.JustAllocated))
		assert.Empty(t, srv.Addresses())
	})
}
