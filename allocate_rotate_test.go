package eip_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

func TestRotateFromEveryState(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		opts []eiptest.Option
		// make gives the address to replace, "" to let Rotate find it.
		make    func(t *testing.T, srv *eiptest.Server, c *eip.Client) string
		request eip.RotateRequest
		err     string
		ever    int  // addresses ever made
		partial bool // the error lists what there is
	}{
		{name: "bound here", make: bound("i-test1"), ever: 2},
		{name: "found on the instance", ever: 2, make: func(t *testing.T, srv *eiptest.Server, c *eip.Client) string {
			bound("i-test1")(t, srv, c)
			return ""
		}},
		{name: "nothing on the instance", err: "nothing to replace", make: func(*testing.T, *eiptest.Server, *eip.Client) string { return "" }},
		{name: "available", make: plain, ever: 2},
		{name: "unassociating", opts: slowly, ever: 2, make: func(t *testing.T, srv *eiptest.Server, c *eip.Client) string {
			id := bound("i-test1")(t, srv, c)
			_, err := c.UnassociateEipAddress(t.Context(), &eip.UnassociateEipAddressRequest{AllocationID: id})
			require.NoError(t, err)
			return id
		}},
		{name: "associating", opts: slowly, ever: 2, make: func(t *testing.T, _ *eiptest.Server, c *eip.Client) string {
			id := allocate(t, c, nil)
			_, err := c.AssociateEipAddress(t.Context(), &eip.AssociateEipAddressRequest{AllocationID: id, InstanceID: "i-test1"})
			require.NoError(t, err)
			return id
		}},
		{name: "releasing", opts: slowly, ever: 2, make: func(t *testing.T, _ *eiptest.Server, c *eip.Client) string {
			id := allocate(t, c, nil)
			_, err := c.ReleaseEipAddress(t.Context(), &eip.ReleaseEipAddressRequest{AllocationID: id})
			require.NoError(t, err)
			return id
		}},
		{name: "elsewhere", make: bound("i-test2"), err: "not on i-test1", ever: 1, partial: true},
		{name: "gone", make: func(*testing.T, *eiptest.Server, *eip.Client) string { return "eip-gone" }, err: "no address", partial: true},
		{name: "subscription", make: changed(bound("i-test1"), func(a *eiptest.Address) { a.ChargeType = "PrePaid" }),
			err: "subscription", ever: 1, partial: true},
		{name: "protected", make: changed(bound("i-test1"), func(a *eiptest.Address) { a.DeletionProtection = true }),
			err: "deletion protection", ever: 1, partial: true},
		{name: "no quota", opts: []eiptest.Option{eiptest.WithQuota(1)}, make: bound("i-test1"), err: "QuotaExceeded", ever: 1, partial: true},
		{name: "another one on the instance", err: "another address", ever: 3, partial: true, make: func(t *testing.T, srv *eiptest.Server, c *eip.Client) string {
			bound("i-test1")(t, srv, c)
			return plain(t, srv, c)
		}},
		{name: "several on a gateway", err: "Old", make: func(t *testing.T, srv *eiptest.Server, c *eip.Client) string {
			bound("ngw-test1")(t, srv, c)
			bound("ngw-test1")(t, srv, c)
			return ""
		}, request: eip.RotateRequest{Instance: eip.Instance{ID: "ngw-test1", Type: eip.InstanceTypeNat}}, ever: 2},
		{name: "one of several on a gateway", make: func(t *testing.T, srv *eiptest.Server, c *eip.Client) string {
			bound("ngw-test1")(t, srv, c)
			return bound("ngw-test1")(t, srv, c)
		}, request: eip.RotateRequest{Instance: eip.Instance{ID: "ngw-test1", Type: eip.InstanceTypeNat}}, ever: 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			onFake(t, tc.opts, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				req := tc.request
				if req.Instance.ID == "" {
					req.Instance = onTest1
				}
				req.Old = tc.make(t, srv, c)
				before := srv.Addresses()
				res, err := c.Rotate(t.Context(), &req)
				assert.Len(t, srv.AddressesEverMade(), tc.ever)
				if tc.err == "" {
					require.NoError(t, err)
					a, ok := srv.Address(res.New.AllocationID)
					require.True(t, ok)
					assert.Equal(t, req.Instance.ID, a.InstanceID)
					assert.Equal(t, eiptest.InUse, a.Status)
					_, ok = srv.Address(res.Old.AllocationID)
					assert.False(t, ok, "the old one is gone")
					assert.Len(t, srv.Addresses(), len(before), "one for one")
					if req.Old != "" {
						calls := writes(srv)
						again, err := c.Rotate(t.Context(), &req)
						require.NoError(t, err)
						assert.Equal(t, res.New.AllocationID, again.New.AllocationID, "a finished rotation stays so")
						assert.Equal(t, calls, writes(srv))
					}
					return
				}
				require.ErrorContains(t, err, tc.err)
				var p *eip.PartialError
				assert.Equal(t, tc.partial, errors.As(err, &p), "%v", err)
				assert.Equal(t, before, srv.Addresses(), "nothing has changed")
				if tc.partial && tc.name != "another one on the instance" {
					requireTold(t, srv, err)
				}
			})
		})
	}
}

// Binding the new address fails: the old one is bound again, the new one gone.
func TestRotateGoesBack(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		old := bound("i-test1")(t, srv, c)
		srv.Fail("AssociateEipAddress", fault.Refuse("Forbbiden"))
		_, err := c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1})
		require.ErrorIs(t, err, eip.ErrPermission)
		requireTold(t, srv, err)
		a, _ := srv.Address(old)
		isHere(t, a, true)
		assert.Len(t, srv.Addresses(), 1)
		require.ErrorContains(t, err, "InUse with i-test1")

		// It can be tried again, although the new address's token is used up.
		res, err := c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1})
		require.NoError(t, err)
		assert.Equal(t, old, res.Old.AllocationID)
		assert.Len(t, srv.Addresses(), 1)
	})
	// The new address was bound, but nobody heard of it.
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		old := bound("i-test1")(t, srv, c)
		srv.Fail("AssociateEipAddress", fault.CutAfter().Times(8))
		srv.Before(func(call eiptest.Call) {
			if n := srv.Counts().Actions; call.Action == "DescribeEipAddresses" && n["AssociateEipAddress"] == 8 {
				srv.Before(nil)
				srv.Fail("DescribeEipAddresses", fault.Refuse("Forbbiden"))
			}
		})
		_, err := c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1})
		require.ErrorIs(t, err, eip.ErrPermission)
		requireTold(t, srv, err)
		a, _ := srv.Address(old)
		isHere(t, a, true)
		assert.Len(t, srv.Addresses(), 1)
	})
	// Neither can be bound: the error says that none is.
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		old := bound("i-test1")(t, srv, c)
		srv.Fail("AssociateEipAddress", fault.Refuse("Forbbiden").Times(-1))
		_, err := c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1})
		requireTold(t, srv, err)
		var p *eip.PartialError
		require.ErrorAs(t, err, &p)
		require.Error(t, p.RollbackErr)
		require.Len(t, p.Alive, 1)
		assert.Equal(t, old, p.Alive[0].AllocationID)
		assert.Equal(t, eip.StatusAvailable, p.Alive[0].Status)
	})
}

// A rotation that had died in the gap cannot be finished: the old address, which
// the dead one had unbound, is bound again.
func TestRotateGoesBackForADeadOne(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		old := bound("i-test1")(t, srv, c)
		doomed := diesBefore(t, srv, "AssociateEipAddress")
		_, err := doomed.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1})
		require.ErrorIs(t, err, errDead)
		require.Len(t, srv.Addresses(), 2)
		for _, a := range srv.Addresses() {
			require.Empty(t, a.InstanceID, "it died in the gap")
		}
		srv.Fail("AssociateEipAddress", fault.Refuse("Forbbiden"))
		_, err = c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1})
		require.ErrorIs(t, err, eip.ErrPermission)
		requireTold(t, srv, err)
		a, _ := srv.Address(old)
		isHere(t, a, true)
	})
}

// The second rotation of a chain died in the gap: it is that one which is
// finished, and not the first one again.
func TestRotateFinishesTheLastOfAChain(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		bound("i-test1")(t, srv, c)
		req := &eip.RotateRequest{Instance: onTest1}
		first, err := c.Rotate(t.Context(), req)
		require.NoError(t, err)
		_, err = diesBefore(t, srv, "AssociateEipAddress").Rotate(t.Context(), req)
		require.ErrorIs(t, err, errDead)
		res, err := c.Rotate(t.Context(), req)
		require.NoError(t, err)
		assert.Equal(t, first.New.AllocationID, res.Old.AllocationID)
		require.Equal(t, []string{res.New.AllocationID}, aliveIDs(srv))
		assert.Len(t, srv.AddressesEverMade(), 3)
	})
}

// Somebody takes the old address away while the new one is made: it is left
// where it is.
func TestRotateLeavesWhatWasMoved(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		old := bound("i-test1")(t, srv, c)
		srv.Before(func(call eiptest.Call) {
			if call.Action == "AllocateEipAddress" {
				srv.ForceBind(old, "i-test2")
			}
		})
		_, err := c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1})
		require.ErrorIs(t, err, eip.ErrConflict)
		requireTold(t, srv, err)
		require.Equal(t, []string{old}, aliveIDs(srv))
		assert.Equal(t, "i-test2", srv.Addresses()[0].InstanceID)
	})
}

// diesBefore makes a client whose process dies before it sends an action.
func diesBefore(t *testing.T, srv *eiptest.Server, action string) *eip.Client {
	t.Helper()
	dead := false
	return srv.Client(t, eip.WithMaxAttempts(1), eip.WithHTTPClient(&http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		form, err := io.ReadAll(body)
		if err != nil {
			return nil, err
		}
		if dead = dead || strings.Contains(string(form), "Action="+action); dead {
			return nil, errDead
		}
		return srv.HTTPClient().Transport.RoundTrip(req)
	})}))
}

// Releasing the old address fails: the new one stays, and both are told.
func TestRotateKeepsTheNewOne(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		old := bound("i-test1")(t, srv, c)
		srv.Fail("ReleaseEipAddress", fault.Refuse("Forbbiden"))
		_, err := c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1})
		require.ErrorIs(t, err, eip.ErrPermission)
		requireTold(t, srv, err)
		require.Len(t, srv.Addresses(), 2)
		var p *eip.PartialError
		require.ErrorAs(t, err, &p)
		require.Len(t, p.Alive, 2)
		assert.Equal(t, eip.StatusAvailable, p.Alive[0].Status)
		assert.Equal(t, "i-test1", p.Alive[1].InstanceID)

		res, err := c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1})
		require.NoError(t, err, "the next call finishes it")
		assert.Equal(t, old, res.Old.AllocationID)
		assert.Equal(t, p.Alive[1].AllocationID, res.New.AllocationID)
		assert.Len(t, srv.Addresses(), 1)
		assert.Len(t, srv.AddressesEverMade(), 2)
	})
}

// Nothing can be seen any more: the addresses are listed all the same.
func TestRotateBlind(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		bound("i-test1")(t, srv, c)
		srv.Before(func(call eiptest.Call) {
			if call.Action == "UnassociateEipAddress" {
				srv.Before(nil)
				srv.Fail("", fault.Pass(), fault.Refuse("Forbbiden").Times(-1))
			}
		})
		_, err := c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1})
		require.ErrorIs(t, err, eip.ErrPermission)
		requireTold(t, srv, err)
		require.Len(t, srv.Addresses(), 2)
		require.ErrorContains(t, err, "in an unknown state")
	})
}

// One rotation after another: each begins where the last one ended.
func TestRotateChain(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		first, err := c.AllocateAssociated(t.Context(), &eip.AllocateAssociatedRequest{Instance: onTest1, Key: "gateway"})
		require.NoError(t, err)
		id := first.AllocationID
		for range 5 {
			res, err := c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1, Key: "gateway"})
			require.NoError(t, err)
			assert.Equal(t, id, res.Old.AllocationID)
			assert.NotEqual(t, id, res.New.AllocationID)
			id = res.New.AllocationID
		}
		require.Equal(t, []string{id}, aliveIDs(srv))
		// The key still finds the address of the purpose.
		a, err := c.AllocateAssociated(t.Context(), &eip.AllocateAssociatedRequest{Instance: onTest1, Key: "gateway"})
		require.NoError(t, err)
		assert.Equal(t, id, a.AllocationID)
	})
}

// AllocateAssociated and Rotate share a key, and a rotation was begun: what is
// on the instance is what AllocateAssociated gives, and if nothing is, it says
// what to do and changes nothing.
func TestAllocateAssociatedDuringARotation(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		req := &eip.AllocateAssociatedRequest{Instance: onTest1, Key: "gateway"}
		a, err := c.AllocateAssociated(t.Context(), req)
		require.NoError(t, err)
		allocate(t, c, &eip.AllocateEipAddressRequest{Tags: eip.Tags{eip.KeyTag: "gateway", eip.ReplacesTag: a.AllocationID}})
		again, err := c.AllocateAssociated(t.Context(), req)
		require.NoError(t, err)
		assert.Equal(t, a.AllocationID, again.AllocationID)
		_, err = c.EnsureUnassociated(t.Context(), a.AllocationID)
		require.NoError(t, err)
		_, err = c.AllocateAssociated(t.Context(), req)
		require.ErrorIs(t, err, eip.ErrConflict)
		require.ErrorContains(t, err, "Rotate finishes it")
		assert.Len(t, srv.Addresses(), 2)
		_, err = c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1, Key: "gateway"})
		require.NoError(t, err)
		_, err = c.AllocateAssociated(t.Context(), req)
		require.NoError(t, err)
		assert.Len(t, srv.Addresses(), 1)
	})
}

// Several callers replace the same address, on one client and on several.
func TestRotateConcurrently(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		old := bound("i-test1")(t, srv, c)
		var wg sync.WaitGroup
		for i := range 6 {
			client := c
			if i%2 == 0 {
				client = srv.Client(t)
			}
			wg.Go(func() {
				_, err := client.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1, Old: old})
				assert.NoError(t, err)
			})
		}
		wg.Wait()
		require.Len(t, srv.Addresses(), 1)
		assert.Len(t, srv.AddressesEverMade(), 2)
		isHere(t, srv.Addresses()[0], true)
	})
}
