package eip_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

var withNLB = []eiptest.Option{eiptest.WithInstances(append(eiptest.DefaultInstances(), eiptest.Instances(eiptest.NLB, 1)...)...)}

func onNLB(t *testing.T, srv *eiptest.Server, c *eip.Client) string {
	id := allocate(t, c, nil)
	require.NoError(t, srv.TakeByNLB(id, "nlb-test1"))
	_, err := c.WaitInUse(t.Context(), id, "nlb-test1")
	require.NoError(t, err)
	return id
}

// An address that a network load balancer holds (Q-NLB), or a cloud service: at
// once an error that says who, and nothing is done.
func TestEnsureNamesTheHolder(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		make func(*testing.T, *eiptest.Server, *eip.Client) string
		who  string
		code eip.Code
		free bool // EnsureUnassociated has nothing to do
	}{
		"NLB": {onNLB, "NlbInstance nlb-test1", eip.CodeIncorrectEipStatus, false},
		"managed, in use": {changed(bound("lb-test1"), func(a *eiptest.Address) { a.ServiceManaged = true }),
			"the cloud service that manages it, on SlbInstance lb-test1", "", false},
		"managed, available": {changed(plain, func(a *eiptest.Address) { a.ServiceManaged = true }),
			"the cloud service that manages it,", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onFake(t, withNLB, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				id := tc.make(t, srv, c)
				begin := time.Now()
				for helper, run := range map[string]func() error{
					"EnsureReleased":              func() error { return c.EnsureReleased(t.Context(), id) },
					"EnsureReleased, UnbindFirst": func() error { return c.EnsureReleased(t.Context(), id, eip.UnbindFirst) },
					"EnsureUnassociated":          func() error { _, err := c.EnsureUnassociated(t.Context(), id); return err },
					"EnsureAssociated": func() error {
						_, err := c.EnsureAssociated(t.Context(), id, onTest1, eip.MoveBound)
						return err
					},
				} {
					if tc.free && helper != "EnsureReleased" && helper != "EnsureReleased, UnbindFirst" {
						continue
					}
					err := run()
					var s *eip.StateError
					require.ErrorAs(t, err, &s, helper)
					require.ErrorContains(t, err, "held by "+tc.who, helper)
					assert.Equal(t, tc.code, s.Code)
					require.ErrorIs(t, err, eip.ErrConflict)
				}
				assert.Zero(t, writes(srv))
				assert.Zero(t, time.Since(begin), "at once")
			})
		})
	}
}

// WaitForOwner waits as long as the context allows, and no longer.
func TestEnsureWaitsForTheOwner(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(ctx context.Context, c *eip.Client, id string) error{
		"EnsureReleased": func(ctx context.Context, c *eip.Client, id string) error {
			return c.EnsureReleased(ctx, id, eip.WaitForOwner)
		},
		"EnsureUnassociated": func(ctx context.Context, c *eip.Client, id string) error {
			_, err := c.EnsureUnassociated(ctx, id, eip.WaitForOwner)
			return err
		},
		"EnsureAssociated": func(ctx context.Context, c *eip.Client, id string) error {
			_, err := c.EnsureAssociated(ctx, id, onTest1, eip.MoveBound, eip.WaitForOwner)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onFake(t, append(withNLB[:1:1], slowly...), func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				id := onNLB(t, srv, c)
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
				defer cancel()
				err := run(ctx, c, id)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.ErrorContains(t, err, "NlbInstance nlb-test1")
				assert.Zero(t, writes(srv))

				time.AfterFunc(time.Hour, func() { assert.NoError(t, srv.FreeByNLB(id)) })
				require.NoError(t, run(t.Context(), c, id))
				a, alive := srv.Address(id)
				switch name {
				case "EnsureReleased":
					assert.False(t, alive)
				case "EnsureUnassociated":
					assert.Equal(t, eiptest.Available, a.Status)
				default:
					isHere(t, a, alive)
				}
			})
		})
	}
}

// The load balancer takes the address between the look and the call: the refusal
// is explained by the next look, and does not outlive the wait.
func TestEnsureWhenTheOwnerComesLater(t *testing.T) {
	t.Parallel()
	onFake(t, withNLB, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := plain(t, srv, c)
		taken := false
		srv.Before(func(call eiptest.Call) {
			if call.Action == "ReleaseEipAddress" && !taken {
				taken = true
				assert.NoError(t, srv.TakeByNLB(id, "nlb-test1"))
			}
		})
		require.ErrorContains(t, c.EnsureReleased(t.Context(), id, eip.UnbindFirst), "held by NlbInstance nlb-test1")
		_, err := c.WaitInUse(t.Context(), id, "nlb-test1")
		require.NoError(t, err)
		require.NoError(t, srv.FreeByNLB(id))
		_, err = c.WaitAvailable(t.Context(), id)
		require.NoError(t, err)
		taken = false
		time.AfterFunc(time.Hour, func() { assert.NoError(t, srv.FreeByNLB(id)) })
		require.NoError(t, c.EnsureReleased(t.Context(), id, eip.WaitForOwner))
		assert.Empty(t, srv.Addresses())
	})
}

func TestEnsureReleasedFromOwnerCutAtEveryStep(t *testing.T) {
	t.Parallel()
	var id string
	eachCut(t, withNLB,
		func(t *testing.T, srv *eiptest.Server) {
			id = onNLB(t, srv, srv.Client(t))
			time.AfterFunc(3*time.Second, func() { assert.NoError(t, srv.FreeByNLB(id)) })
		},
		func(ctx context.Context, c *eip.Client) error { return c.EnsureReleased(ctx, id, eip.WaitForOwner) },
		func(t *testing.T, srv *eiptest.Server, err error) {
			require.NoError(t, err)
			assert.Empty(t, srv.Addresses())
		})
}

// Rotate refuses before it has done anything, unless it is to wait or to lift.
func TestRotateMeetsOwnerAndProtection(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		make   func(*testing.T, *eiptest.Server, *eip.Client) string
		err    string
		change func(*eip.RotateRequest)
	}{
		"NLB": {onNLB, "held by NlbInstance nlb-test1", func(r *eip.RotateRequest) { r.WaitForOwner = true }},
		"managed": {changed(bound("i-test1"), func(a *eiptest.Address) { a.ServiceManaged = true }),
			"held by the cloud service that manages it, on EcsInstance i-test1", func(r *eip.RotateRequest) { r.WaitForOwner = true }},
		"protected": {changed(bound("i-test1"), func(a *eiptest.Address) { a.DeletionProtection = true }),
			"deletion protection", func(r *eip.RotateRequest) { r.LiftProtection = true }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onFake(t, withNLB, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				req := &eip.RotateRequest{Instance: onTest1, Old: tc.make(t, srv, c)}
				_, err := c.Rotate(t.Context(), req)
				var s *eip.StateError
				require.ErrorAs(t, err, &s)
				require.ErrorContains(t, err, tc.err)
				require.Len(t, srv.AddressesEverMade(), 1, "nothing was done")
				assert.Zero(t, writes(srv))

				tc.change(req)
				if req.WaitForOwner {
					ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
					defer cancel()
					_, err = c.Rotate(ctx, req)
					require.ErrorIs(t, err, context.DeadlineExceeded)
					require.ErrorContains(t, err, tc.err)
					require.Len(t, srv.AddressesEverMade(), 1)
					time.AfterFunc(time.Hour, func() {
						if srv.FreeByNLB(req.Old) != nil {
							srv.Change(req.Old, func(a *eiptest.Address) { a.ServiceManaged = false })
						}
					})
				}
				res, err := c.Rotate(t.Context(), req)
				require.NoError(t, err)
				require.Len(t, srv.Addresses(), 1)
				a, _ := srv.Address(res.New.AllocationID)
				isHere(t, a, true)
			})
		})
	}
}

// The protection of the old address is lifted only when the new one is bound.
func TestRotateLiftsProtectionLast(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		old := changed(bound("i-test1"), func(a *eiptest.Address) { a.DeletionProtection = true })(t, srv, c)
		srv.Fail("AssociateEipAddress", fault.Refuse("Forbbiden"))
		_, err := c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1, LiftProtection: true})
		require.ErrorIs(t, err, eip.ErrPermission)
		a, _ := srv.Address(old)
		isHere(t, a, true)
		assert.True(t, a.DeletionProtection)
		require.Len(t, srv.Addresses(), 1)
	})
	var old string
	eachCut(t, nil,
		func(t *testing.T, srv *eiptest.Server) {
			old = changed(bound("i-test1"), func(a *eiptest.Address) { a.DeletionProtection = true })(t, srv, srv.Client(t))
		},
		func(ctx context.Context, c *eip.Client) error {
			_, err := c.Rotate(ctx, &eip.RotateRequest{Instance: onTest1, Old: old, LiftProtection: true})
			return err
		},
		func(t *testing.T, srv *eiptest.Server, err error) {
			require.NoError(t, err)
			require.Len(t, srv.AddressesEverMade(), 2)
			require.Len(t, srv.Addresses(), 1)
			isHere(t, srv.Addresses()[0], true)
		})
}

// idleReport is a report of addresses that are idle now.
func idleReport(t *testing.T, srv *eiptest.Server, c *eip.Client, n int) *eip.IdleReport {
	t.Helper()
	for range n {
		changed(plain, func(a *eiptest.Address) { a.CreatedAt = a.CreatedAt.Add(-10 * day) })(t, srv, c)
	}
	report, err := c.FindIdle(t.Context(), eip.IdleQuery{})
	require.NoError(t, err)
	require.Len(t, report.Idle, n)
	return report
}

func TestReleaseIdleMeetsOwnerAndProtection(t *testing.T) {
	t.Parallel()
	onFake(t, withNLB, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		report := idleReport(t, srv, c, 3)
		id := func(i int) string { return report.Idle[i].Address.AllocationID }
		require.NoError(t, srv.TakeByNLB(id(1), "nlb-test1"))
		require.True(t, srv.Change(id(0), func(a *eiptest.Address) { a.DeletionProtection = true }))
		require.True(t, srv.Change(id(2), func(a *eiptest.Address) { a.ServiceManaged = true }))
		_, err := c.WaitInUse(t.Context(), id(1), "nlb-test1")
		require.NoError(t, err)

		results, err := c.ReleaseIdle(t.Context(), report, eip.ReleaseIdleOptions{})
		require.NoError(t, err)
		for i, want := range []struct {
			reason eip.KeepReason
			why    string
		}{
			{eip.KeepProtected, "deletion protection"},
			{eip.KeepBound, "held by NlbInstance nlb-test1"},
			{eip.KeepServiceManaged, "held by the cloud service that manages it"},
		} {
			assert.Equal(t, eip.IdleKept, results[i].Outcome)
			assert.Equal(t, want.reason, results[i].Reason)
			var s *eip.StateError
			require.ErrorAs(t, results[i].Err, &s)
			require.ErrorContains(t, results[i].Err, want.why)
		}
		assert.Zero(t, writes(srv))

		// A dry run neither waits nor lifts.
		both := eip.ReleaseIdleOptions{WaitForOwner: true, LiftProtection: true}
		dry := both
		dry.DryRun = true
		begin := time.Now()
		results, err = c.ReleaseIdle(t.Context(), report, dry)
		require.NoError(t, err)
		require.Equal(t, []eip.IdleOutcome{eip.IdleWouldRelease, eip.IdleKept, eip.IdleKept},
			[]eip.IdleOutcome{results[0].Outcome, results[1].Outcome, results[2].Outcome})
		assert.Zero(t, time.Since(begin))
		assert.Zero(t, writes(srv))

		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		results, err = c.ReleaseIdle(ctx, report, both)
		var trouble *eip.ReleaseIdleError
		require.ErrorAs(t, err, &trouble)
		require.Equal(t, []eip.IdleOutcome{eip.IdleReleased, eip.IdleNotTried, eip.IdleNotTried},
			[]eip.IdleOutcome{results[0].Outcome, results[1].Outcome, results[2].Outcome})
		require.Len(t, trouble.NotTried, 2)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, results[1].Err, "NlbInstance nlb-test1")
		assert.Equal(t, 2, writes(srv), "the protection was lifted, and the address released")
		require.NoError(t, c.WaitAllGone(t.Context(), []string{id(0)}))

		time.AfterFunc(time.Hour, func() { assert.NoError(t, srv.FreeByNLB(id(1))) })
		time.AfterFunc(2*time.Hour, func() { srv.Change(id(2), func(a *eiptest.Address) { a.ServiceManaged = false }) })
		results, err = c.ReleaseIdle(t.Context(), report, both)
		require.NoError(t, err)
		require.Equal(t, []eip.IdleOutcome{eip.IdleKept, eip.IdleReleased, eip.IdleReleased},
			[]eip.IdleOutcome{results[0].Outcome, results[1].Outcome, results[2].Outcome})
		assert.Equal(t, eip.KeepGone, results[0].Reason)
		require.NoError(t, c.WaitAllGone(t.Context(), []string{id(0), id(1), id(2)}))
	})
}

// The protection cannot be lifted: the address is left, and that is told.
func TestReleaseIdleCannotLift(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		report := idleReport(t, srv, c, 1)
		id := report.Idle[0].Address.AllocationID
		srv.Change(id, func(a *eiptest.Address) { a.DeletionProtection = true })
		srv.Fail("DeletionProtection", fault.Refuse("Forbbiden"))
		results, err := c.ReleaseIdle(t.Context(), report, eip.ReleaseIdleOptions{LiftProtection: true})
		require.ErrorIs(t, err, eip.ErrPermission)
		assert.Equal(t, eip.IdleFailed, results[0].Outcome)
		a, _ := srv.Address(id)
		assert.True(t, a.DeletionProtection)
		assert.Equal(t, eiptest.Available, a.Status)
	})
}

func TestReleaseIdleLiftCutAtEveryStep(t *testing.T) {
	t.Parallel()
	var text []byte
	eachCut(t, nil,
		func(t *testing.T, srv *eiptest.Server) {
			report := idleReport(t, srv, srv.Client(t), 1)
			srv.Change(report.Idle[0].Address.AllocationID, func(a *eiptest.Address) { a.DeletionProtection = true })
			var err error
			text, err = json.Marshal(report)
			require.NoError(t, err)
		},
		func(ctx context.Context, c *eip.Client) error {
			report := new(eip.IdleReport)
			if err := json.Unmarshal(text, report); err != nil {
				return err
			}
			results, err := c.ReleaseIdle(ctx, report, eip.ReleaseIdleOptions{LiftProtection: true})
			if err == nil && results[0].Outcome == eip.IdleKept && results[0].Reason != eip.KeepGone && results[0].Reason != eip.KeepInTransition {
				err = errors.New(string(results[0].Reason))
			}
			return err
		},
		func(t *testing.T, srv *eiptest.Server, err error) {
			require.NoError(t, err)
			time.Sleep(time.Minute)
			assert.Empty(t, srv.Addresses())
		})
}
