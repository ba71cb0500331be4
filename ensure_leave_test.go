package eip_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// slowPackages makes changes of packages last, so that a helper meets them.
var slowPackages = []eiptest.Option{eiptest.WithBandwidthPackageTime(7 * time.Second)}

// changes counts the calls that could have changed something, packages included.
func changes(srv *eiptest.Server) int {
	n := srv.Counts().Actions
	return writes(srv) + n["RemoveCommonBandwidthPackageIp"] + n["AddCommonBandwidthPackageIp"]
}

// order lists the calls that could have changed something.
func order(srv *eiptest.Server) (actions []string) {
	for _, call := range srv.Calls() {
		switch call.Action {
		case "DescribeEipAddresses", "DescribeCommonBandwidthPackages", "AllocateEipAddress", "CreateCommonBandwidthPackage":
		default:
			actions = append(actions, call.Action)
		}
	}
	return actions
}

// memberStart brings an address into a state that has to do with a package.
type memberStart struct {
	make func(t *testing.T, srv *eiptest.Server, c *eip.Client, pkg string) string
	says string // without LeavePackage
	late bool   // only a refused release shows it
}

func memberStarts() map[string]memberStart {
	settled, adding := inPackage(hereOf, true), inPackage(hereOf, false)
	in := func(t *testing.T, srv *eiptest.Server, c *eip.Client, pkg string) string {
		return settled(t, srv, c, pkg, "")
	}
	being := func(t *testing.T, srv *eiptest.Server, c *eip.Client, pkg string) string {
		return adding(t, srv, c, pkg, "")
	}
	then := func(first func(*testing.T, *eiptest.Server, *eip.Client, string) string, f func(*testing.T, *eiptest.Server, *eip.Client, string, string),
	) func(*testing.T, *eiptest.Server, *eip.Client, string) string {
		return func(t *testing.T, srv *eiptest.Server, c *eip.Client, pkg string) string {
			id := first(t, srv, c, pkg)
			f(t, srv, c, pkg, id)
			return id
		}
	}
	bind := func(t *testing.T, srv *eiptest.Server, _ *eip.Client, _, id string) {
		require.True(t, srv.ForceBind(id, "i-test1"))
	}
	return map[string]memberStart{
		"in it":              {make: in, says: "it is in the bandwidth package %s:"},
		"in it, bound":       {make: then(in, bind), says: "it is in the bandwidth package %s:"},
		"being added":        {make: being, says: "it is being added to the bandwidth package %s:", late: true},
		"being added, bound": {make: then(being, bind), says: "the bandwidth package %s:", late: true},
		"in it, protected": {make: then(in, func(t *testing.T, srv *eiptest.Server, _ *eip.Client, _, id string) {
			srv.Change(id, func(a *eiptest.Address) { a.DeletionProtection = true })
		}), says: "deletion protection"},
		"leaving": {make: then(in, func(t *testing.T, _ *eiptest.Server, c *eip.Client, pkg, id string) {
			_, err := c.RemoveCommonBandwidthPackageIp(t.Context(), &eip.RemoveCommonBandwidthPackageIpRequest{BandwidthPackageID: pkg, IPInstanceID: id})
			require.NoError(t, err)
		}), says: "it is in the bandwidth package %s:"},
		"in it, being bound": {make: then(in, func(t *testing.T, _ *eiptest.Server, c *eip.Client, _, id string) {
			_, err := c.AssociateEipAddress(t.Context(), &eip.AssociateEipAddressRequest{AllocationID: id, InstanceID: "i-test1"})
			require.NoError(t, err)
		}), says: "it is in the bandwidth package %s:"},
		"in it, being unbound": {make: then(in, func(t *testing.T, srv *eiptest.Server, c *eip.Client, _, id string) {
			require.True(t, srv.ForceBind(id, "i-test1"))
			_, err := c.UnassociateEipAddress(t.Context(), &eip.UnassociateEipAddressRequest{AllocationID: id})
			require.NoError(t, err)
		}), says: "it is in the bandwidth package %s:"},
		"in it, the package being modified": {make: then(in, func(t *testing.T, _ *eiptest.Server, c *eip.Client, pkg, _ string) {
			_, err := c.ModifyCommonBandwidthPackageSpec(t.Context(), &eip.ModifyCommonBandwidthPackageSpecRequest{BandwidthPackageID: pkg, Bandwidth: 300})
			require.NoError(t, err)
		}), says: "it is in the bandwidth package %s:"},
	}
}

func TestEnsureReleasedFromAPackage(t *testing.T) {
	t.Parallel()
	for name, s := range memberStarts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onFake(t, append(slowPackages[:1:1], slowly...), func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				pkg := newPackage(t, c)
				id := s.make(t, srv, c, pkg)
				before, began := changes(srv), time.Now()
				err := c.EnsureReleased(t.Context(), id, eip.UnbindFirst)
				var state *eip.StateError
				require.ErrorAs(t, err, &state)
				want := s.says
				if name != "in it, protected" {
					want = fmt.Sprintf(s.says, pkg)
				}
				require.ErrorContains(t, err, want)
				require.ErrorIs(t, err, eip.ErrConflict)
				_, alive := srv.Address(id)
				require.True(t, alive)
				if s.late {
					assert.Less(t, time.Since(began), time.Minute, "it does not retry without looking")
				} else {
					assert.Zero(t, changes(srv)-before, "nothing is done")
					assert.Zero(t, time.Since(began), "at once")
				}
			})
			onFake(t, append(slowPackages[:1:1], slowly...), func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				pkg := newPackage(t, c)
				id := s.make(t, srv, c, pkg)
				require.NoError(t, c.EnsureReleased(t.Context(), id, eip.UnbindFirst, eip.LeavePackage, eip.LiftProtection))
				_, alive := srv.Address(id)
				require.False(t, alive)
				require.Empty(t, packageOn(t, srv, pkg).Members)
				before := changes(srv)
				require.NoError(t, c.EnsureReleased(t.Context(), id, eip.UnbindFirst, eip.LeavePackage))
				require.Zero(t, changes(srv)-before, "the second run has nothing to do")
			})
		})
	}
}

// It leaves the package before anything else is done to it, and only if it can be
// released afterwards.
func TestEnsureReleasedLeavesFirst(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		pkg := newPackage(t, c)
		id := inPackage(hereOf, true)(t, srv, c, pkg, "")
		srv.ForceBind(id, "i-test1")
		srv.Change(id, func(a *eiptest.Address) { a.DeletionProtection = true })
		for _, opts := range [][]eip.EnsureOption{{eip.LeavePackage, eip.LiftProtection}, {eip.LeavePackage, eip.UnbindFirst}} {
			before := changes(srv)
			var state *eip.StateError
			require.ErrorAs(t, c.EnsureReleased(t.Context(), id, opts...), &state)
			require.Zero(t, changes(srv)-before)
		}
		require.NoError(t, c.EnsureReleased(t.Context(), id, eip.UnbindFirst, eip.LiftProtection, eip.LeavePackage))
		assert.Equal(t, []string{"AddCommonBandwidthPackageIp", "RemoveCommonBandwidthPackageIp", "UnassociateEipAddress",
			"DeletionProtection", "ReleaseEipAddress"}, order(srv))
		_, err := c.EnsureUnassociated(t.Context(), id, eip.LeavePackage)
		require.ErrorContains(t, err, "opts[0] (LeavePackage): does nothing here")

		// Somebody adds it between the look and the release.
		id = plain(t, srv, c)
		once := sync.OnceFunc(func() { srv.Change(id, func(a *eiptest.Address) { a.BandwidthPackageID = pkg }) })
		srv.Before(func(call eiptest.Call) {
			if call.Action == "ReleaseEipAddress" {
				once()
			}
		})
		require.ErrorContains(t, c.EnsureReleased(t.Context(), id), "in the bandwidth package "+pkg)
		require.NoError(t, c.EnsureReleased(t.Context(), id, eip.LeavePackage))
	})
}

func TestEnsureReleasedFromAPackageCutAtEveryStep(t *testing.T) {
	t.Parallel()
	for name, settled := range map[string]bool{"in it": true, "being added": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var id, pkg string
			eachCut(t, []eiptest.Option{eiptest.WithBandwidthPackageTime(3 * time.Second)},
				func(t *testing.T, srv *eiptest.Server) {
					c := srv.Client(t)
					pkg = newPackage(t, c)
					id = inPackage(hereOf, settled)(t, srv, c, pkg, "")
					require.True(t, srv.ForceBind(id, "i-test1"))
				},
				func(ctx context.Context, c *eip.Client) error {
					return c.EnsureReleased(ctx, id, eip.UnbindFirst, eip.LeavePackage)
				},
				func(t *testing.T, srv *eiptest.Server, err error) {
					require.NoError(t, err)
					require.Empty(t, srv.Addresses())
					require.Empty(t, packageOn(t, srv, pkg).Members)
				})
		})
	}
}

func TestEnsureReleasedFromAPackageUnderFaults(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]fault.Fault{
		"cut after":         fault.CutAfter().Times(8),
		"cut before":        fault.CutBefore().Times(8),
		"foreign":           fault.Foreign(403, fault.ForeignHTML).AfterRun().Times(4),
		"conflict":          fault.Refuse("BandwidthPackageOperation.conflict"),
		"conflict, but ran": fault.Refuse("BandwidthPackageOperation.conflict").AfterRun(),
		"not there":         fault.Refuse("OperationUnsupported.IpNotInCbwp").Times(2),
		"no such package":   fault.Refuse("InvalidBandwidthPackageId.NotFound").Times(2),
		"conflicts":         fault.Refuse("TaskConflict").Times(5),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onFake(t, []eiptest.Option{eiptest.WithBandwidthPackageTime(3 * time.Second)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				pkg := newPackage(t, c)
				id := inPackage(hereOf, true)(t, srv, c, pkg, "")
				srv.Fail("RemoveCommonBandwidthPackageIp", f)
				require.NoError(t, c.EnsureReleased(t.Context(), id, eip.LeavePackage))
				require.Empty(t, srv.Addresses())
			})
		})
	}
	// What does not pass ends it, after the patience or at once.
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		pkg := newPackage(t, c)
		id := inPackage(hereOf, true)(t, srv, c, pkg, "")
		srv.Fail("RemoveCommonBandwidthPackageIp", fault.Refuse("BandwidthPackageOperation.conflict").Times(-1))
		began := time.Now()
		require.ErrorIs(t, c.EnsureReleased(t.Context(), id, eip.LeavePackage), eip.CodeBandwidthPackageOperationConflict)
		require.InDelta(t, eip.DefaultConflictPatience.Seconds(), time.Since(began).Seconds(), 2*pollMax.Seconds())
		srv.Calm()
		srv.Fail("RemoveCommonBandwidthPackageIp", fault.Refuse("Forbidden.RAM"))
		began = time.Now()
		require.ErrorIs(t, c.EnsureReleased(t.Context(), id, eip.LeavePackage), eip.ErrPermission)
		require.Zero(t, time.Since(began))
		require.Equal(t, []string{id}, membersOf(t, srv, pkg))
	})
	// The packages cannot be read: the refusal of the release stands alone.
	onFake(t, []eiptest.Option{eiptest.WithBandwidthPackageTime(time.Hour)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := inPackage(hereOf, false)(t, srv, c, newPackage(t, c), "")
		srv.Fail("DescribeCommonBandwidthPackages", fault.Refuse("Forbidden.RAM").Times(-1))
		require.ErrorIs(t, c.EnsureReleased(t.Context(), id), eip.CodeIncorrectEipStatus)
		// They can be read, and adding it does not end: the wait says for what.
		srv.Calm()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		began := time.Now()
		err := c.EnsureReleased(ctx, id, eip.LeavePackage)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "it is being added to the bandwidth package")
		require.Greater(t, time.Since(began), 9*time.Minute)
	})
}

// Many addresses leave one package, on one client and on others.
func TestEnsureReleasedFromAPackageConcurrently(t *testing.T) {
	t.Parallel()
	onFake(t, []eiptest.Option{eiptest.WithBandwidthPackageTime(4 * time.Second), eiptest.WithQuota(60)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		pkg := newPackage(t, c)
		var ids []string
		for range 16 {
			ids = append(ids, allocate(t, c, nil))
		}
		_, err := c.EnsureInBandwidthPackage(t.Context(), pkg, ids)
		require.NoError(t, err)
		other := srv.Client(t)
		var wg sync.WaitGroup
		for i, id := range ids {
			client := c
			if i%4 == 0 {
				client = other
			}
			wg.Go(func() { assert.NoError(t, client.EnsureReleased(t.Context(), id, eip.LeavePackage)) })
		}
		for range 2 { // the same one, from both
			wg.Go(func() { assert.NoError(t, c.EnsureReleased(t.Context(), ids[1], eip.LeavePackage)) })
			wg.Go(func() { assert.NoError(t, other.EnsureReleased(t.Context(), ids[1], eip.LeavePackage)) })
		}
		wg.Wait()
		require.Empty(t, srv.Addresses())
		require.Empty(t, packageOn(t, srv, pkg).Members)
	})
}

// The patience for a package that is busy is not taken from that for the release.
func TestEnsureReleasedHasPatienceForEachStep(t *testing.T) {
	t.Parallel()
	onFake(t, []eiptest.Option{eiptest.WithBandwidthPackageTime(100 * time.Second)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := inPackage(hereOf, true)(t, srv, c, newPackage(t, c), "")
		srv.Fail("ReleaseEipAddress", fault.Refuse("TaskConflict").Times(5))
		began := time.Now()
		require.NoError(t, c.EnsureReleased(t.Context(), id, eip.LeavePackage))
		require.Greater(t, time.Since(began), eip.DefaultConflictPatience)
		require.Len(t, srv.CallsOf("ReleaseEipAddress"), 6)
	})
}

// The address gets into another package, or into one, between a look and a call.
func TestEnsureReleasedMeetsOtherPackages(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		here, there := newPackage(t, c), newPackage(t, c)
		id := inPackage(hereOf, true)(t, srv, c, here, "")
		move := func(when string) {
			once := sync.OnceFunc(func() { srv.Change(id, func(a *eiptest.Address) { a.BandwidthPackageID = there }) })
			srv.Before(func(call eiptest.Call) {
				if call.Action == when {
					once()
				}
			})
		}
		// The outcome of the first removal stays unknown.
		move("RemoveCommonBandwidthPackageIp")
		srv.Fail("RemoveCommonBandwidthPackageIp", fault.CutBefore().Times(8))
		require.NoError(t, c.EnsureReleased(t.Context(), id, eip.LeavePackage))
		calls := srv.CallsOf("RemoveCommonBandwidthPackageIp")
		require.Equal(t, there, calls[len(calls)-1].Params["BandwidthPackageId"])

		// The release stays refused, but in another state.
		id = plain(t, srv, c)
		move("ReleaseEipAddress")
		srv.Fail("ReleaseEipAddress", fault.Refuse("OperationDenied"))
		require.NoError(t, c.EnsureReleased(t.Context(), id, eip.LeavePackage))
		require.Empty(t, srv.Addresses())

		// It is on its way out, and still shows its package.
		id = plain(t, srv, c)
		srv.Change(id, func(a *eiptest.Address) { a.Status, a.BandwidthPackageID = eiptest.Releasing, there })
		time.AfterFunc(time.Minute, func() { srv.ForceRelease(id) })
		before := changes(srv)
		require.NoError(t, c.EnsureReleased(t.Context(), id))
		require.Equal(t, before, changes(srv))
	})
}
