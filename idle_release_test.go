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

// outcomes are those of results, in order.
func outcomes(results []eip.IdleResult) (list []eip.IdleOutcome) {
	for _, r := range results {
		list = append(list, r.Outcome)
	}
	return list
}

// Addresses of a report that somebody has added to a package since.
func TestReleaseIdleMeetsPackages(t *testing.T) {
	t.Parallel()
	onFake(t, []eiptest.Option{eiptest.WithBandwidthPackageTime(30 * time.Second)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		report := idleReport(t, srv, c, 3)
		id := func(i int) string { return report.Idle[i].Address.AllocationID }
		pkg := newPackage(t, c)
		_, err := c.EnsureInBandwidthPackage(t.Context(), pkg, []string{id(0)})
		require.NoError(t, err)
		add(t, c, pkg, id(1))

		dry, err := c.ReleaseIdle(t.Context(), report, eip.ReleaseIdleOptions{DryRun: true, LeavePackage: true})
		require.NoError(t, err)
		require.Equal(t, []eip.IdleOutcome{eip.IdleWouldRelease, eip.IdleWouldRelease, eip.IdleWouldRelease}, outcomes(dry))
		require.Zero(t, writes(srv))

		report.Idle = report.Idle[:2]
		began := time.Now()
		results, err := c.ReleaseIdle(t.Context(), report, eip.ReleaseIdleOptions{})
		require.NoError(t, err)
		require.Equal(t, []eip.IdleOutcome{eip.IdleKept, eip.IdleKept}, outcomes(results))
		for i, how := range []string{"in", "being added to"} {
			require.Equal(t, eip.KeepInBandwidthPackage, results[i].Reason)
			var state *eip.StateError
			require.ErrorAs(t, results[i].Err, &state)
			require.ErrorContains(t, results[i].Err, "it is "+how+" the bandwidth package "+pkg)
		}
		require.ErrorIs(t, results[1].Err, eip.CodeIncorrectEipStatus)
		require.Zero(t, time.Since(began))
		require.Len(t, srv.CallsOf("ReleaseEipAddress"), 1, "only a refusal shows the second one")

		results, err = c.ReleaseIdle(t.Context(), report, eip.ReleaseIdleOptions{LeavePackage: true})
		require.NoError(t, err)
		require.Equal(t, []eip.IdleOutcome{eip.IdleReleased, eip.IdleReleased}, outcomes(results))
		require.NoError(t, c.WaitAllGone(t.Context(), []string{id(0), id(1)}))
		require.Empty(t, packageOn(t, srv, pkg).Members)
		require.Len(t, srv.BandwidthPackages(), 1, "the package stays")
	})
}

// It cannot be taken out: it is left, and that is told.
func TestReleaseIdleCannotLeave(t *testing.T) {
	t.Parallel()
	for name, settled := range map[string]bool{"in it": true, "being added": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onFake(t, []eiptest.Option{eiptest.WithBandwidthPackageTime(30 * time.Second)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				report := idleReport(t, srv, c, 1)
				id, pkg := report.Idle[0].Address.AllocationID, newPackage(t, c)
				add(t, c, pkg, id)
				if settled {
					_, err := c.WaitInBandwidthPackage(t.Context(), pkg, id)
					require.NoError(t, err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				results, err := c.ReleaseIdle(ctx, report, eip.ReleaseIdleOptions{LeavePackage: true})
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Equal(t, []eip.IdleOutcome{eip.IdleNotTried}, outcomes(results))

				time.Sleep(time.Minute)
				srv.Change(id, func(a *eiptest.Address) { a.BandwidthPackageID = pkg })
				srv.Fail("RemoveCommonBandwidthPackageIp", fault.Refuse("Forbidden.RAM"))
				results, err = c.ReleaseIdle(t.Context(), report, eip.ReleaseIdleOptions{LeavePackage: true})
				require.ErrorIs(t, err, eip.ErrPermission)
				require.Equal(t, []eip.IdleOutcome{eip.IdleFailed}, outcomes(results))
				require.Equal(t, []string{id}, membersOf(t, srv, pkg))

				// It is bound while it leaves.
				srv.Before(func(call eiptest.Call) {
					if call.Action == "RemoveCommonBandwidthPackageIp" {
						srv.ForceBind(id, "i-test1")
					}
				})
				calls := len(srv.CallsOf("ReleaseEipAddress"))
				results, err = c.ReleaseIdle(t.Context(), report, eip.ReleaseIdleOptions{LeavePackage: true})
				require.NoError(t, err)
				require.Equal(t, eip.KeepBound, results[0].Reason)
				require.Len(t, srv.CallsOf("ReleaseEipAddress"), calls, "it is looked at again before it goes")
			})
		})
	}
	// The packages cannot be read: the refusal stands alone.
	onFake(t, []eiptest.Option{eiptest.WithBandwidthPackageTime(time.Hour)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		report := idleReport(t, srv, c, 1)
		add(t, c, newPackage(t, c), report.Idle[0].Address.AllocationID)
		srv.Fail("DescribeCommonBandwidthPackages", fault.Refuse("Forbidden.RAM").Times(-1))
		results, err := c.ReleaseIdle(t.Context(), report, eip.ReleaseIdleOptions{LeavePackage: true})
		require.ErrorIs(t, err, eip.CodeIncorrectEipStatus)
		assert.Equal(t, []eip.IdleOutcome{eip.IdleFailed}, outcomes(results))
	})
}

func TestReleaseIdleLeaveCutAtEveryStep(t *testing.T) {
	t.Parallel()
	for name, settled := range map[string]bool{"in it": true, "being added": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var text []byte
			var pkg string
			eachCut(t, []eiptest.Option{eiptest.WithBandwidthPackageTime(3 * time.Second)},
				func(t *testing.T, srv *eiptest.Server) {
					c := srv.Client(t)
					report := idleReport(t, srv, c, 1)
					var err error
					text, err = json.Marshal(report)
					require.NoError(t, err)
					pkg = newPackage(t, c)
					id := report.Idle[0].Address.AllocationID
					add(t, c, pkg, id)
					if settled {
						_, err = c.WaitInBandwidthPackage(t.Context(), pkg, id)
						require.NoError(t, err)
					}
					srv.Change(id, func(a *eiptest.Address) { a.DeletionProtection = true })
				},
				func(ctx context.Context, c *eip.Client) error {
					report := new(eip.IdleReport)
					if err := json.Unmarshal(text, report); err != nil {
						return err
					}
					results, err := c.ReleaseIdle(ctx, report, eip.ReleaseIdleOptions{LeavePackage: true, LiftProtection: true})
					if err == nil && results[0].Outcome == eip.IdleKept && results[0].Reason != eip.KeepGone && results[0].Reason != eip.KeepInTransition {
						err = errors.New(string(results[0].Reason))
					}
					return err
				},
				func(t *testing.T, srv *eiptest.Server, err error) {
					require.NoError(t, err)
					time.Sleep(time.Minute)
					require.Empty(t, srv.Addresses())
					require.Empty(t, packageOn(t, srv, pkg).Members)
				})
		})
	}
}
