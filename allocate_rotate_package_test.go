package eip_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// boundIn makes an address that is bound to i-test1 and in a new package.
func boundIn(t *testing.T, srv *eiptest.Server, c *eip.Client, settled bool) (id, pkg string) {
	t.Helper()
	pkg = newPackage(t, c)
	id = inPackage(hereOf, settled)(t, srv, c, pkg, "")
	require.True(t, srv.ForceBind(id, "i-test1"))
	return id, pkg
}

func TestRotateInAPackage(t *testing.T) {
	t.Parallel()
	for name, settled := range map[string]bool{"in it": true, "being added": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Without the option: before anything is done, or when the release is
			// refused.
			onFake(t, slowPackages, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				old, pkg := boundIn(t, srv, c, settled)
				before := changes(srv)
				_, err := c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1})
				var state *eip.StateError
				require.ErrorAs(t, err, &state)
				require.ErrorContains(t, err, "the bandwidth package "+pkg)
				requireTold(t, srv, err)
				a, ok := srv.Address(old)
				require.True(t, ok)
				if settled {
					isHere(t, a, true)
					require.Equal(t, before, changes(srv), "nothing was done")
					require.Len(t, srv.AddressesEverMade(), 1)
				} else {
					require.Len(t, srv.Addresses(), 2)
				}
			})
			onFake(t, slowPackages, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				old, pkg := boundIn(t, srv, c, settled)
				req := &eip.RotateRequest{Instance: onTest1, Old: old, LeavePackage: true}
				res, err := c.Rotate(t.Context(), req)
				require.NoError(t, err)
				require.Equal(t, []string{res.New.AllocationID}, aliveIDs(srv))
				isHere(t, srv.Addresses()[0], true)
				require.Equal(t, []string{res.New.AllocationID}, membersOf(t, srv, pkg))
				require.Equal(t, pkg, res.New.BandwidthPackageID)
				actions := []string{}
				for _, a := range order(srv)[1:] { // the first one is the test's own
					actions = append(actions, strings.TrimSuffix(a, "EipAddress"))
				}
				require.Equal(t, "AddCommonBandwidthPackageIp Unassociate Associate RemoveCommonBandwidthPackageIp Release",
					strings.Join(actions, " "))
				calls := changes(srv)
				again, err := c.Rotate(t.Context(), req)
				require.NoError(t, err)
				require.Equal(t, res.New.AllocationID, again.New.AllocationID)
				require.Equal(t, calls, changes(srv), "a finished rotation stays so")
			})
		})
	}
}

func TestRotateInAPackageCutAtEveryStep(t *testing.T) {
	t.Parallel()
	for name, settled := range map[string]bool{"in it": true, "being added": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var old, pkg string
			eachCut(t, []eiptest.Option{eiptest.WithBandwidthPackageTime(3 * time.Second)},
				func(t *testing.T, srv *eiptest.Server) { old, pkg = boundIn(t, srv, srv.Client(t), settled) },
				func(ctx context.Context, c *eip.Client) error {
					_, err := c.Rotate(ctx, &eip.RotateRequest{Instance: onTest1, Old: old, LeavePackage: true})
					return err
				},
				func(t *testing.T, srv *eiptest.Server, err error) {
					require.NoError(t, err)
					require.Len(t, srv.AddressesEverMade(), 2)
					require.Len(t, srv.Addresses(), 1)
					isHere(t, srv.Addresses()[0], true)
					require.Equal(t, aliveIDs(srv), membersOf(t, srv, pkg))
				})
		})
	}
}

// Every step may be refused whenever it is tried. Before the new address is bound, everything is as
// it was; afterwards both are there, and the next call goes on.
func TestRotateInAPackageGoesBack(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		action  string
		faults  []fault.Fault
		through bool
	}{
		{"AllocateEipAddress", []fault.Fault{fault.Refuse("QuotaExceeded.Eip")}, false},
		{"AddCommonBandwidthPackageIp", []fault.Fault{fault.Refuse("Mismatch.IpAndIsp")}, false},
		{"AddCommonBandwidthPackageIp", []fault.Fault{fault.CutAfter().Times(12)}, false},
		{"UnassociateEipAddress", []fault.Fault{fault.Refuse("Forbidden.RAM")}, false},
		{"AssociateEipAddress", []fault.Fault{fault.Refuse("Forbidden.RAM")}, false},
		{"RemoveCommonBandwidthPackageIp", []fault.Fault{fault.Refuse("Forbidden.RAM")}, true},
		{"ReleaseEipAddress", []fault.Fault{fault.Refuse("Forbidden.RAM")}, true},
	} {
		t.Run(tc.action, func(t *testing.T) {
			t.Parallel()
			onFake(t, []eiptest.Option{eiptest.WithBandwidthPackageTime(3 * time.Second)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				old, pkg := boundIn(t, srv, c, true)
				srv.Fail(tc.action, tc.faults...)
				req := &eip.RotateRequest{Instance: onTest1, Old: old, LeavePackage: true}
				res, err := c.Rotate(t.Context(), req)
				if tc.faults[0].Kind() == fault.CutAfter().Kind() {
					require.NoError(t, err, "looking shows that it was added")
				} else {
					require.Error(t, err)
					requireTold(t, srv, err)
					if tc.through {
						require.Len(t, srv.Addresses(), 2)
					} else {
						require.Equal(t, []string{old}, aliveIDs(srv))
						isHere(t, srv.Addresses()[0], true)
						require.Equal(t, []string{old}, membersOf(t, srv, pkg))
					}
					res, err = c.Rotate(t.Context(), req)
					require.NoError(t, err)
				}
				require.Equal(t, []string{res.New.AllocationID}, aliveIDs(srv))
				require.Equal(t, aliveIDs(srv), membersOf(t, srv, pkg))
			})
		})
	}
	// The context ends while the new one is being added: it is taken out again.
	onFake(t, []eiptest.Option{eiptest.WithBandwidthPackageTime(20 * time.Second)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		old, pkg := boundIn(t, srv, c, true)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := c.Rotate(ctx, &eip.RotateRequest{Instance: onTest1, LeavePackage: true})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		requireTold(t, srv, err)
		require.Equal(t, []string{old}, aliveIDs(srv))
		require.Equal(t, []string{old}, membersOf(t, srv, pkg))
	})
}

// Rotations on several instances, whose addresses share a package.
func TestRotateInAPackageConcurrently(t *testing.T) {
	t.Parallel()
	onFake(t, []eiptest.Option{eiptest.WithBandwidthPackageTime(time.Second)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		pkg := newPackage(t, c)
		ids := map[string]string{} // by instance
		for i := range 3 {
			id, instance := inPackage(hereOf, true)(t, srv, c, pkg, ""), fmt.Sprintf("i-test%d", i+1)
			require.True(t, srv.ForceBind(id, instance))
			ids[instance] = id
		}
		var wg sync.WaitGroup
		for instance, id := range ids {
			for _, client := range []*eip.Client{c, srv.Client(t)} {
				wg.Go(func() {
					_, err := client.Rotate(t.Context(), &eip.RotateRequest{Instance: eip.Instance{ID: instance}, Old: id, LeavePackage: true})
					assert.NoError(t, err)
				})
			}
		}
		wg.Wait()
		require.Len(t, srv.Addresses(), 3)
		require.Len(t, srv.AddressesEverMade(), 6)
		require.ElementsMatch(t, aliveIDs(srv), membersOf(t, srv, pkg))
	})
}
