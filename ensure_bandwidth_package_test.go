package eip_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// membersOf lists the addresses that are in a package on the fake and stay there.
func membersOf(t *testing.T, srv *eiptest.Server, id string) []string {
	t.Helper()
	ids := []string{}
	for _, m := range packageOn(t, srv, id).Members {
		if m.Status == eiptest.Binded && !m.Leaving {
			ids = append(ids, m.AllocationID)
		}
	}
	return ids
}

// packageStart is a state of an address, seen from the package "here".
type packageStart struct {
	make func(t *testing.T, srv *eiptest.Server, c *eip.Client, here, there string) string
	// What becomes of it: "" for success, or a part of the error.
	in, moved, out string
}

func inPackage(pkg func(here, there string) string, settled bool) func(*testing.T, *eiptest.Server, *eip.Client, string, string) string {
	return func(t *testing.T, _ *eiptest.Server, c *eip.Client, here, there string) string {
		id := allocate(t, c, nil)
		to := pkg(here, there)
		_, err := c.AddCommonBandwidthPackageIp(t.Context(), &eip.AddCommonBandwidthPackageIpRequest{BandwidthPackageID: to, IPInstanceID: id})
		require.NoError(t, err)
		if settled {
			_, err = c.WaitInBandwidthPackage(t.Context(), to, id)
			require.NoError(t, err)
		}
		return id
	}
}

func hereOf(here, _ string) string   { return here }
func thereOf(_, there string) string { return there }

func leaving(start func(*testing.T, *eiptest.Server, *eip.Client, string, string) string, pkg func(here, there string) string,
) func(*testing.T, *eiptest.Server, *eip.Client, string, string) string {
	return func(t *testing.T, srv *eiptest.Server, c *eip.Client, here, there string) string {
		id := start(t, srv, c, here, there)
		_, err := c.RemoveCommonBandwidthPackageIp(t.Context(), &eip.RemoveCommonBandwidthPackageIpRequest{
			BandwidthPackageID: pkg(here, there), IPInstanceID: id})
		require.NoError(t, err)
		return id
	}
}

func startOf(s start) func(*testing.T, *eiptest.Server, *eip.Client, string, string) string {
	return func(t *testing.T, srv *eiptest.Server, c *eip.Client, _, _ string) string { return s.make(t, srv, c) }
}

func packageStarts() map[string]packageStart {
	all := map[string]packageStart{
		"in it":                  {make: inPackage(hereOf, true)},
		"being added":            {make: inPackage(hereOf, false)},
		"in another":             {make: inPackage(thereOf, true), in: "it is in the bandwidth package"},
		"being added to another": {make: inPackage(thereOf, false), in: "it is in the bandwidth package"},
		"leaving another":        {make: leaving(inPackage(thereOf, true), thereOf), in: "it is in the bandwidth package"},
		"another being modified": {make: func(t *testing.T, srv *eiptest.Server, c *eip.Client, here, there string) string {
			id := inPackage(thereOf, true)(t, srv, c, here, there)
			_, err := c.ModifyCommonBandwidthPackageSpec(t.Context(), &eip.ModifyCommonBandwidthPackageSpecRequest{BandwidthPackageID: there, Bandwidth: 300})
			require.NoError(t, err)
			return id
		}, in: "it is in the bandwidth package"},
	}
	refusals := map[string][2]string{ // in, out
		"missing": {"no address eip-missing", "no address eip-missing"}, "released": {"no address", "no address"},
		"subscription": {"cannot be in a bandwidth package", ""}, "locked": {"it is locked", ""},
		"releasing": {"it is being released", ""},
	}
	for _, s := range starts {
		fails := refusals[s.name]
		all[s.name] = packageStart{make: startOf(s), in: fails[0], moved: fails[0], out: fails[1]}
	}
	return all
}

// Every state, with one more address that only has to be added, or is in another
// package.
func TestEnsureBandwidthPackageFromAnyState(t *testing.T) {
	t.Parallel()
	slow := []eiptest.Option{eiptest.WithBandwidthPackageTime(7 * time.Second), eiptest.WithTransition(20 * time.Second)}
	for name, s := range packageStarts() {
		check := func(what string, fails string, run func(ctx context.Context, c *eip.Client, here string, ids []string) error, in bool) {
			t.Run(name+"/"+what, func(t *testing.T) {
				t.Parallel()
				onFake(t, slow, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
					here, there := newPackage(t, c), newPackage(t, c)
					id := s.make(t, srv, c, here, there)
					other := allocate(t, c, nil)
					began := time.Now()
					err := run(t.Context(), c, here, []string{id, other})
					if fails != "" {
						require.ErrorContains(t, err, fails)
						require.Less(t, time.Since(began), 2*time.Minute)
						return
					}
					require.NoError(t, err)
					want := []string{}
					if in {
						want = []string{id, other}
					}
					require.ElementsMatch(t, want, membersOf(t, srv, here))
					if !in {
						require.NotContains(t, membersOf(t, srv, there), id)
					}
					calls := srv.Counts().Calls
					require.NoError(t, run(t.Context(), c, here, []string{id, other}))
					require.LessOrEqual(t, srv.Counts().Calls-calls, 2, "the second time only looks")
				})
			})
		}
		check("in", s.in, func(ctx context.Context, c *eip.Client, here string, ids []string) error {
			_, err := c.EnsureInBandwidthPackage(ctx, here, ids)
			return err
		}, true)
		check("moved", s.moved, func(ctx context.Context, c *eip.Client, here string, ids []string) error {
			p, err := c.EnsureInBandwidthPackage(ctx, here, ids, eip.MoveBound)
			if err == nil {
				require.Equal(t, here, p.BandwidthPackageID)
			}
			return err
		}, true)
		check("out", s.out, func(ctx context.Context, c *eip.Client, _ string, ids []string) error {
			got, err := c.EnsureNotInBandwidthPackage(ctx, ids)
			if err == nil {
				require.Len(t, got, 2)
				require.Equal(t, ids[0], got[0].AllocationID)
			}
			return err
		}, false)
	}
}

// The helper dies at each of its requests, and goes on when it is called again.
func TestEnsureBandwidthPackageCutAtEveryStep(t *testing.T) {
	t.Parallel()
	opts := []eiptest.Option{eiptest.WithBandwidthPackageTime(3 * time.Second)}
	var here, there string
	var ids []string
	prepare := func(t *testing.T, srv *eiptest.Server) {
		c := srv.Client(t)
		here, there, ids = newPackage(t, c), newPackage(t, c), nil
		for range 3 {
			ids = append(ids, allocate(t, c, nil))
		}
		_, err := c.EnsureInBandwidthPackage(t.Context(), there, ids[:2])
		require.NoError(t, err)
	}
	t.Run("in", func(t *testing.T) {
		eachCut(t, opts, prepare, func(ctx context.Context, c *eip.Client) error {
			_, err := c.EnsureInBandwidthPackage(ctx, here, ids, eip.MoveBound)
			return err
		}, func(t *testing.T, srv *eiptest.Server, err error) {
			require.NoError(t, err)
			require.ElementsMatch(t, ids, membersOf(t, srv, here))
			require.Empty(t, membersOf(t, srv, there))
		})
	})
	t.Run("out", func(t *testing.T) {
		eachCut(t, opts, prepare, func(ctx context.Context, c *eip.Client) error {
			_, err := c.EnsureNotInBandwidthPackage(ctx, ids)
			return err
		}, func(t *testing.T, srv *eiptest.Server, err error) {
			require.NoError(t, err)
			require.Empty(t, packageOn(t, srv, there).Members)
		})
	})
}

// Faults of every kind on the way, the answers that were lost included.
func TestEnsureBandwidthPackageUnderFaults(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]fault.Fault{
		"cut after":         fault.CutAfter().Times(8),
		"cut before":        fault.CutBefore().Times(8),
		"foreign":           fault.Foreign(403, fault.ForeignHTML).AfterRun().Times(4),
		"conflict":          fault.RefuseWith(400, "BandwidthPackageOperation.conflict", "not now"),
		"conflict, but ran": fault.RefuseWith(400, "BandwidthPackageOperation.conflict", "not now").AfterRun(),
		"task conflict":     fault.RefuseWith(400, "TaskConflict", "not now").Times(3),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onFake(t, []eiptest.Option{eiptest.WithBandwidthPackageTime(3 * time.Second)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				here, there := newPackage(t, c), newPackage(t, c)
				ids := []string{allocate(t, c, nil), allocate(t, c, nil), allocate(t, c, nil)}
				_, err := c.EnsureInBandwidthPackage(t.Context(), there, ids[:1])
				require.NoError(t, err)
				for _, action := range []string{"AddCommonBandwidthPackageIp", "AddCommonBandwidthPackageIps", "RemoveCommonBandwidthPackageIp"} {
					srv.Fail(action, f)
				}
				_, err = c.EnsureInBandwidthPackage(t.Context(), here, ids, eip.MoveBound)
				require.NoError(t, err)
				require.ElementsMatch(t, ids, membersOf(t, srv, here))
				_, err = c.EnsureNotInBandwidthPackage(t.Context(), ids)
				require.NoError(t, err)
				require.Empty(t, packageOn(t, srv, here).Members)
			})
		})
	}
}

// 100 addresses go in with ten calls.
func TestEnsureInBandwidthPackageFewCalls(t *testing.T) {
	t.Parallel()
	opts := []eiptest.Option{eiptest.WithBandwidthPackageTime(time.Second), eiptest.WithQuota(200)}
	onFake(t, opts, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		here := newPackage(t, c)
		var ids []string
		for range 100 {
			ids = append(ids, allocate(t, c, nil))
		}
		p, err := c.EnsureInBandwidthPackage(t.Context(), here, append(ids, ids[0]))
		require.NoError(t, err)
		require.Len(t, p.PublicIPAddresses, 100)
		require.Len(t, srv.CallsOf("AddCommonBandwidthPackageIps"), 10)
		require.Empty(t, srv.CallsOf("AddCommonBandwidthPackageIp"))
		// For each call a look before it is sent, and some until it has taken effect.
		require.LessOrEqual(t, len(srv.CallsOf("DescribeCommonBandwidthPackages")), 60)
		_, err = c.EnsureNotInBandwidthPackage(t.Context(), ids)
		require.NoError(t, err)
		require.Len(t, srv.CallsOf("RemoveCommonBandwidthPackageIp"), 100)
		require.Empty(t, packageOn(t, srv, here).Members)
	})
}

// Callers on one client and on others, into packages and out of them: each ends,
// and the last word of each address holds.
func TestEnsureBandwidthPackageConcurrently(t *testing.T) {
	t.Parallel()
	opts := []eiptest.Option{eiptest.WithBandwidthPackageTime(500 * time.Millisecond), eiptest.WithQuota(60)}
	onFake(t, opts, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		packages := []string{newPackage(t, c), newPackage(t, c)}
		clients := []*eip.Client{c, c, srv.Client(t)}
		var mu sync.Mutex
		var inside, outside []string
		var wg sync.WaitGroup
		for i := range 12 {
			ids := []string{allocate(t, c, nil), allocate(t, c, nil)}
			wg.Go(func() {
				c := clients[i%len(clients)]
				_, err := c.EnsureInBandwidthPackage(t.Context(), packages[i%2], ids)
				assert.NoError(t, err)
				if i%4 == 0 {
					_, err = c.EnsureNotInBandwidthPackage(t.Context(), ids)
					assert.NoError(t, err)
				}
				if i%4 == 1 { // and back to the other one
					_, err = c.EnsureInBandwidthPackage(t.Context(), packages[(i+1)%2], ids, eip.MoveBound)
					assert.NoError(t, err)
				}
				mu.Lock()
				defer mu.Unlock()
				if i%4 == 0 {
					outside = append(outside, ids...)
				} else {
					inside = append(inside, ids...)
				}
			})
		}
		wg.Wait()
		all := slices.Concat(membersOf(t, srv, packages[0]), membersOf(t, srv, packages[1]))
		require.ElementsMatch(t, inside, all)
		for _, id := range outside {
			require.NotContains(t, all, id)
		}
	})
}

func TestEnsureBandwidthPackageErrors(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		here, id := newPackage(t, c), allocate(t, c, nil)
		var none context.Context
		for _, tt := range []struct {
			run   func(ctx context.Context) error
			fails string
		}{
			{func(ctx context.Context) error {
				_, err := c.EnsureInBandwidthPackage(ctx, "", nil, eip.UnbindFirst)
				return err
			}, "eip: EnsureInBandwidthPackage: invalid request, nothing was sent: opts[0] (UnbindFirst): does nothing here, so it must " +
				"not be given; allocationIDs: is required; packageID: is required"},
			{func(ctx context.Context) error {
				_, err := c.EnsureNotInBandwidthPackage(ctx, []string{id, " "}, eip.MoveBound)
				return err
			}, "opts[0] (MoveBound): does nothing here"},
			{func(ctx context.Context) error {
				_, err := c.EnsureInBandwidthPackage(ctx, "cbwp-missing", []string{id})
				return err
			}, "no bandwidth package cbwp-missing"},
			{func(ctx context.Context) error {
				_, err := c.EnsureInBandwidthPackage(none, here, []string{id})
				return err
			}, "the context is nil"},
		} {
			require.ErrorContains(t, tt.run(t.Context()), tt.fails)
		}
		require.Empty(t, srv.CallsOf("AddCommonBandwidthPackageIp"))

		// A refusal that has nothing to do with the state ends it.
		srv.Fail("AddCommonBandwidthPackageIp", fault.Refuse("Forbidden.RAM"))
		_, err := c.EnsureInBandwidthPackage(t.Context(), here, []string{id})
		require.ErrorIs(t, err, eip.ErrPermission)
		require.ErrorContains(t, err, fmt.Sprintf("eip: EnsureInBandwidthPackage: %s of %s: ", here, id))

		// A conflict that stays ends it after the patience.
		srv.Fail("AddCommonBandwidthPackageIp", fault.Refuse("TaskConflict").Times(-1))
		began := time.Now()
		_, err = c.EnsureInBandwidthPackage(t.Context(), here, []string{id})
		require.ErrorIs(t, err, eip.ErrConflict)
		require.InDelta(t, eip.DefaultConflictPatience.Seconds(), time.Since(began).Seconds(), 2*pollMax.Seconds())

		// The context's end says what is left.
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err = c.EnsureInBandwidthPackage(ctx, here, []string{id})
		var wait *eip.WaitError
		require.ErrorAs(t, err, &wait)
		require.Equal(t, []string{id}, wait.IDs)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, eip.ErrConflict)
	})
}

// An address that was allocated a moment ago may not be visible yet.
func TestEnsureInBandwidthPackageJustAllocated(t *testing.T) {
	t.Parallel()
	onFake(t, []eiptest.Option{eiptest.WithVisibilityDelay(5 * time.Second)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		here := newPackage(t, c)
		_, err := c.WaitBandwidthPackageAvailable(t.Context(), here)
		require.NoError(t, err)
		id := allocate(t, c, nil)
		_, err = c.EnsureInBandwidthPackage(t.Context(), here, []string{id})
		require.ErrorIs(t, err, eip.ErrNotFound)
		_, err = c.EnsureInBandwidthPackage(t.Context(), here, []string{id}, eip.JustAllocated)
		require.NoError(t, err)
		require.Equal(t, []string{id}, membersOf(t, srv, here))
	})
}
