package eip_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// What became of the addresses of a rotation that is over does not hold up the
// next one: it replaces what is on the instance.
func TestRotateAfterTheNewOneWasMoved(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"i-test2", ""} {
		onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
			bound("i-test1")(t, srv, c)
			first, err := c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1})
			require.NoError(t, err)
			b := first.New.AllocationID
			_, err = c.EnsureUnassociated(t.Context(), b)
			require.NoError(t, err)
			if where != "" {
				require.True(t, srv.ForceBind(b, where))
			}
			x := bound("i-test1")(t, srv, c)
			res, err := c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1})
			require.NoError(t, err)
			assert.Equal(t, x, res.Old.AllocationID)
			assert.ElementsMatch(t, []string{b, res.New.AllocationID}, aliveIDs(srv))
			a, _ := srv.Address(b)
			assert.Equal(t, where, a.InstanceID)
		})
	}
	// The old one was not released, and somebody uses it elsewhere.
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		old := bound("i-test1")(t, srv, c)
		srv.Fail("ReleaseEipAddress", fault.Refuse("Forbbiden"))
		_, err := c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1})
		require.ErrorIs(t, err, eip.ErrPermission)
		require.True(t, srv.ForceBind(old, "i-test2"))
		res, err := c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1})
		require.NoError(t, err)
		assert.ElementsMatch(t, []string{old, res.New.AllocationID}, aliveIDs(srv))
	})
}

// The new address of a rotation that crashed is in use elsewhere by now: the
// instance keeps the old one all the time.
func TestRotateLooksBeforeItUnbinds(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		old := bound("i-test1")(t, srv, c)
		b := allocate(t, c, &eip.AllocateEipAddressRequest{Tags: eip.Tags{eip.KeyTag: "rotate/i-test1", eip.ReplacesTag: old}})
		require.True(t, srv.ForceBind(b, "i-test2"))
		_, err := c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1, Old: old})
		require.ErrorIs(t, err, eip.ErrConflict)
		requireTold(t, srv, err)
		assert.Zero(t, writes(srv), "no outage for nothing")
		assert.ElementsMatch(t, []string{old, b}, aliveIDs(srv))
	})
}

// Several callers want the same addresses, on one client and on several.
func TestAllocateManyAndAdoptConcurrently(t *testing.T) {
	t.Parallel()
	onFake(t, []eiptest.Option{eiptest.WithQuota(30), eiptest.WithVisibilityDelay(3 * time.Second)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		req := &eip.AllocateManyRequest{Key: "k"}
		var wg sync.WaitGroup
		for i := range 8 {
			client := c
			if i%2 == 0 {
				client = srv.Client(t)
			}
			wg.Go(func() {
				if i < 5 {
					list, err := client.AllocateMany(t.Context(), 6, req)
					if assert.NoError(t, err) {
						assert.Len(t, list, 6)
					}
					return
				}
				var asked []*eip.AllocateEipAddressRequest
				for k := range 6 {
					asked = append(asked, req.Request(client.Region(), k, 0))
				}
				list, err := client.Adopt(t.Context(), &eip.AdoptRequest{Key: "k", Unsettled: asked})
				if assert.NoError(t, err) {
					assert.Len(t, list, 6)
				}
			})
		}
		wg.Wait()
		assert.Len(t, srv.AddressesEverMade(), 6)
	})
}

// What an earlier call may have left of one of three addresses.
func TestAllocateManyFromEveryState(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		opts []eiptest.Option
		left func(t *testing.T, srv *eiptest.Server, c *eip.Client, id string)
		err  string
		ever int
	}{
		"available": {left: func(*testing.T, *eiptest.Server, *eip.Client, string) {}, ever: 3},
		"in use":    {left: func(_ *testing.T, srv *eiptest.Server, _ *eip.Client, id string) { srv.ForceBind(id, "i-test1") }, ever: 3},
		"released":  {left: func(_ *testing.T, srv *eiptest.Server, _ *eip.Client, id string) { srv.ForceRelease(id) }, ever: 4},
		"releasing": {opts: slowly, ever: 4, left: func(t *testing.T, _ *eiptest.Server, c *eip.Client, id string) {
			_, err := c.ReleaseEipAddress(t.Context(), &eip.ReleaseEipAddressRequest{AllocationID: id})
			require.NoError(t, err)
		}},
		"associating": {opts: slowly, ever: 3, left: func(t *testing.T, _ *eiptest.Server, c *eip.Client, id string) {
			_, err := c.AssociateEipAddress(t.Context(), &eip.AssociateEipAddressRequest{AllocationID: id, InstanceID: "i-test1"})
			require.NoError(t, err)
		}},
		"without tags":  {left: func(_ *testing.T, srv *eiptest.Server, _ *eip.Client, id string) { srv.SetTags(id, nil) }, ever: 3},
		"without token": {left: func(_ *testing.T, srv *eiptest.Server, _ *eip.Client, _ string) { srv.ForgetTokens() }, ever: 3},
		"not visible yet": {opts: []eiptest.Option{eiptest.WithVisibilityDelay(20 * time.Second)}, ever: 3,
			left: func(*testing.T, *eiptest.Server, *eip.Client, string) {}},
		"twice": {err: "more than one address", ever: 2, left: func(t *testing.T, _ *eiptest.Server, c *eip.Client, _ string) {
			allocate(t, c, &eip.AllocateEipAddressRequest{Tags: eip.Tags{eip.KeyTag: "k", eip.ItemTag: "1"}})
		}},
		"a number out of range": {ever: 4, left: func(_ *testing.T, srv *eiptest.Server, _ *eip.Client, id string) {
			srv.SetTags(id, map[string]string{eip.KeyTag: "k", eip.ItemTag: strconv.Itoa(1 << 40)})
			srv.ForgetTokens()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onFake(t, tc.opts, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				req := &eip.AllocateManyRequest{Key: "k"}
				id := allocate(t, c, req.Request(c.Region(), 1, 0))
				tc.left(t, srv, c, id)
				list, err := c.AllocateMany(t.Context(), 3, req)
				assert.Len(t, srv.AddressesEverMade(), tc.ever)
				if tc.err != "" {
					require.ErrorContains(t, err, tc.err)
					return
				}
				require.NoError(t, err)
				for _, a := range list {
					_, alive := srv.Address(a.AllocationID)
					assert.True(t, alive)
				}
				assert.Len(t, list, 3)
			})
		})
	}
}

func TestAdoptCutAtEveryStep(t *testing.T) {
	t.Parallel()
	var list []*eip.EipAddress
	eachCut(t, []eiptest.Option{eiptest.WithVisibilityDelay(2 * time.Second)}, func(t *testing.T, srv *eiptest.Server) {
		list = nil
		allocate(t, srv.Client(t), &eip.AllocateEipAddressRequest{Tags: eip.Tags{eip.KeyTag: "k"}})
	},
		func(ctx context.Context, c *eip.Client) (err error) {
			list, err = c.Adopt(ctx, &eip.AdoptRequest{Key: "k", Unsettled: []*eip.AllocateEipAddressRequest{
				{ClientToken: "t1"}, {ClientToken: "t2"},
			}})
			return err
		},
		func(t *testing.T, srv *eiptest.Server, err error) {
			require.NoError(t, err)
			assert.LessOrEqual(t, len(srv.AddressesEverMade()), 3)
			ids := idsOf(nil, list...)
			for _, a := range srv.Addresses() {
				if a.Tags[eip.KeyTag] == "" {
					assert.Contains(t, ids, a.AllocationID)
				}
			}
		})
}

func TestEnsureReleasedJustAllocatedCutAtEveryStep(t *testing.T) {
	t.Parallel()
	for _, delay := range []time.Duration{0, 20 * time.Second} {
		var id string
		eachCut(t, []eiptest.Option{eiptest.WithVisibilityDelay(delay)}, func(t *testing.T, srv *eiptest.Server) {
			id = allocate(t, srv.Client(t), nil)
		},
			func(ctx context.Context, c *eip.Client) error { return c.EnsureReleased(ctx, id, eip.JustAllocated) },
			func(t *testing.T, srv *eiptest.Server, err error) {
				require.NoError(t, err)
				assert.Empty(t, srv.Addresses())
			})
	}
}

// The tokens of some stand for addresses that appear late: those that appeared
// are listed with their state, and the others as unseen.
func TestAdoptTellsOfTheUnseen(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		hidden := &eip.AllocateEipAddressRequest{ClientToken: "hidden"}
		shown := &eip.AllocateEipAddressRequest{ClientToken: "shown"}
		id := allocate(t, c, hidden)
		srv.SetVisible(id, false)
		other := allocate(t, c, shown)
		_, err := c.Adopt(t.Context(), &eip.AdoptRequest{Unsettled: []*eip.AllocateEipAddressRequest{hidden, shown}})
		requireTold(t, srv, err)
		var p *eip.PartialError
		require.ErrorAs(t, err, &p)
		require.Len(t, p.Alive, 2)
		assert.Equal(t, other, p.Alive[0].AllocationID)
		assert.Equal(t, eip.StatusAvailable, p.Alive[0].Status)
		assert.Equal(t, id, p.Alive[1].AllocationID)
		assert.Empty(t, p.Alive[1].Status)
	})
}
