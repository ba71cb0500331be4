package eip_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

func TestWaitBandwidthPackage(t *testing.T) {
	t.Parallel()
	opts := []eiptest.Option{eiptest.WithBandwidthPackageTime(20 * time.Second), eiptest.WithVisibilityDelay(15 * time.Second)}
	onFake(t, opts, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := newPackage(t, c)
		p, err := c.WaitBandwidthPackageAvailable(t.Context(), id) // not visible at first
		require.NoError(t, err)
		require.Equal(t, id, p.BandwidthPackageID)
		_, err = c.ModifyCommonBandwidthPackageSpec(t.Context(), &eip.ModifyCommonBandwidthPackageSpecRequest{BandwidthPackageID: id, Bandwidth: 9})
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err = c.WaitBandwidthPackageAvailable(ctx, id)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		var w *eip.WaitError
		require.ErrorAs(t, err, &w)
		assert.Equal(t, eip.BandwidthPackageStatusModifying, w.LastPackage.Status)
		assert.Equal(t, []string{id}, w.IDs)
		assert.Equal(t, "Modifying", w.State(id))
		assert.ErrorContains(t, err, "waiting for Available: "+id+" was last Modifying")
		p, err = c.WaitBandwidthPackageAvailable(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, 9, p.Bandwidth)

		// A package that never was ends the wait after the grace.
		_, err = c.DeleteCommonBandwidthPackage(t.Context(), &eip.DeleteCommonBandwidthPackageRequest{BandwidthPackageID: id})
		require.NoError(t, err)
		require.NoError(t, c.WaitBandwidthPackageGone(t.Context(), id))
		begin := time.Now()
		_, err = c.WaitBandwidthPackageAvailable(t.Context(), id)
		require.ErrorIs(t, err, eip.ErrNotFound)
		assert.ErrorContains(t, err, "no bandwidth package "+id)
		assert.InDelta(t, eip.DefaultVisibilityGrace.Seconds(), time.Since(begin).Seconds(), 11, "the grace, since it may be new")
		_, err = c.WaitBandwidthPackageAvailable(t.Context(), "")
		require.ErrorIs(t, err, eip.ErrInvalidParameter)
		srv.Fail("DescribeCommonBandwidthPackages", fault.Refuse("Forbbiden"))
		require.ErrorIs(t, c.WaitBandwidthPackageGone(t.Context(), id), eip.ErrPermission)
	})
}

func TestWaitInBandwidthPackage(t *testing.T) {
	t.Parallel()
	onFake(t, []eiptest.Option{eiptest.WithBandwidthPackageTime(30 * time.Second)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		pkg, a, b := newPackage(t, c), allocate(t, c, nil), allocate(t, c, nil)
		_, err := c.AddCommonBandwidthPackageIps(t.Context(), &eip.AddCommonBandwidthPackageIpsRequest{
			BandwidthPackageID: pkg, IPInstanceIDs: []string{a, b}})
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err = c.WaitInBandwidthPackage(ctx, pkg, a)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorContains(t, err, "waiting for addresses in "+pkg+": "+a+" was last BINDING")
		p, err := c.WaitAllInBandwidthPackage(t.Context(), pkg, []string{b, a, b})
		require.NoError(t, err)
		for _, id := range []string{a, b} {
			require.Equal(t, eip.BandwidthPackageIPStatusBinded, p.Member(id).Status)
		}
		calls := len(srv.CallsOf("DescribeCommonBandwidthPackages"))
		_, err = c.WaitInBandwidthPackage(t.Context(), pkg, b)
		require.NoError(t, err)
		require.Len(t, srv.CallsOf("DescribeCommonBandwidthPackages"), calls+1, "it is there already")

		// Out again, and the waiters for that.
		_, err = c.RemoveCommonBandwidthPackageIp(t.Context(), &eip.RemoveCommonBandwidthPackageIpRequest{BandwidthPackageID: pkg, IPInstanceID: a})
		require.NoError(t, err)
		out, err := c.WaitOutOfBandwidthPackage(t.Context(), a)
		require.NoError(t, err)
		require.Empty(t, out.BandwidthPackageID)
		require.Equal(t, []string{b}, memberIDs(t, srv, pkg))
		_, err = c.RemoveCommonBandwidthPackageIp(t.Context(), &eip.RemoveCommonBandwidthPackageIpRequest{BandwidthPackageID: pkg, IPInstanceID: b})
		require.NoError(t, err)
		list, err := c.WaitAllOutOfBandwidthPackage(t.Context(), []string{a, b})
		require.NoError(t, err)
		require.Len(t, list, 2)
		_, err = c.WaitOutOfBandwidthPackage(t.Context(), "eip-none")
		require.ErrorIs(t, err, eip.ErrNotFound)

		_, err = c.WaitAllInBandwidthPackage(t.Context(), pkg, nil)
		require.ErrorContains(t, err, "allocationIDs: is required")
		_, err = c.WaitInBandwidthPackage(t.Context(), pkg, "")
		require.ErrorContains(t, err, "allocationIDs[0]: is required")
		_, err = c.WaitInBandwidthPackage(t.Context(), "", a)
		require.ErrorContains(t, err, "packageID: is required")
	})
}

// A wait ends when the address cannot get there any more.
func TestWaitInBandwidthPackageKnowsFailures(t *testing.T) {
	t.Parallel()
	onFake(t, []eiptest.Option{eiptest.WithBandwidthPackageTime(10 * time.Second)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		pkg, a := newPackage(t, c), allocate(t, c, nil)
		srv.FailTransitions(eiptest.Binding, 1)
		add(t, c, pkg, a)
		begin := time.Now()
		_, err := c.WaitInBandwidthPackage(t.Context(), pkg, a)
		var s *eip.StateError
		require.ErrorAs(t, err, &s)
		require.Equal(t, pkg, s.AllocationID)
		require.ErrorIs(t, err, eip.ErrConflict)
		assert.ErrorContains(t, err, a+": not in the package, or no longer")
		assert.Less(t, time.Since(begin), 30*time.Second)

		// An address that nobody added has the grace to appear.
		begin = time.Now()
		_, err = c.WaitInBandwidthPackage(t.Context(), pkg, a)
		require.ErrorAs(t, err, &s)
		assert.InDelta(t, eip.DefaultVisibilityGrace.Seconds(), time.Since(begin).Seconds(), 11)
		var w *eip.WaitError
		require.ErrorAs(t, err, &w)
		assert.Equal(t, "not there", w.State(a))

		// The package goes.
		add(t, c, pkg, a)
		time.Sleep(time.Second)
		srv.Fail("DescribeCommonBandwidthPackages", fault.Pass(), lie(`"TotalCount":0,"CommonBandwidthPackages":{"CommonBandwidthPackage":[]}`))
		_, err = c.WaitInBandwidthPackage(t.Context(), pkg, a)
		require.ErrorIs(t, err, eip.ErrNotFound)
		var gone *eip.NotFoundError
		require.ErrorAs(t, err, &gone)
		require.Equal(t, []string{pkg}, gone.IDs)
	})
}

// A list that contradicts itself says nothing about the package; the waiters look
// again.
func TestWaitBandwidthPackageInDoubt(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := newPackage(t, c)
		const fields = `"TotalCount":1,"CommonBandwidthPackages":{"CommonBandwidthPackage":[]}`
		srv.Fail("DescribeCommonBandwidthPackages", lie(fields).Times(9))
		_, err := c.WaitBandwidthPackageAvailable(t.Context(), id)
		require.NoError(t, err)
		srv.Fail("DescribeCommonBandwidthPackages", lie(fields).Times(-1))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err = c.WaitBandwidthPackageGone(ctx, id)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NotErrorIs(t, err, eip.ErrNotFound)
		assert.ErrorContains(t, err, id+" was not seen")
		assert.ErrorContains(t, err, "the list names 0 of 1 bandwidth packages")
	})
}
