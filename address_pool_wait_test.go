package eip_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// poolWaiters are the waiters for a state, for a pool and for its block.
var poolWaiters = map[string]struct {
	action        string
	created, gone func(ctx context.Context, c *eip.Client, poolID, cidr string) error
	remove        func(t *testing.T, c *eip.Client, poolID, cidr string)
}{
	"pool": {"ListPublicIpAddressPools",
		func(ctx context.Context, c *eip.Client, poolID, _ string) error {
			return errOf(c.WaitPoolCreated(ctx, poolID))
		},
		func(ctx context.Context, c *eip.Client, poolID, _ string) error { return c.WaitPoolGone(ctx, poolID) },
		func(t *testing.T, c *eip.Client, poolID, _ string) {
			_, err := c.DeletePublicIpAddressPool(t.Context(), &eip.DeletePublicIpAddressPoolRequest{PublicIPAddressPoolID: poolID})
			require.NoError(t, err)
		}},
	"block": {"ListPublicIpAddressPoolCidrBlocks",
		func(ctx context.Context, c *eip.Client, poolID, cidr string) error {
			return errOf(c.WaitPoolBlockCreated(ctx, poolID, cidr))
		},
		func(ctx context.Context, c *eip.Client, poolID, cidr string) error {
			return c.WaitPoolBlockGone(ctx, poolID, cidr)
		},
		func(t *testing.T, c *eip.Client, poolID, cidr string) {
			_, err := c.DeletePublicIpAddressPoolCidrBlock(t.Context(), &eip.DeletePublicIpAddressPoolCidrBlockRequest{
				PublicIPAddressPoolID: poolID, CIDRBlock: cidr})
			require.NoError(t, err)
		}},
}

// The life of a pool and of its block: asked for often at first, then less often.
func TestWaitPool(t *testing.T) {
	t.Parallel()
	onFake(t, []eiptest.Option{eiptest.WithTransition(time.Minute)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := newPool(t, c, nil)
		p, err := c.WaitPoolCreated(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, eip.PoolStatusCreated, p.Status)

		begin := time.Now()
		cidr := addBlock(t, c, id, "", 28)
		b, err := c.WaitPoolBlockCreated(t.Context(), id, cidr)
		require.NoError(t, err)
		require.Equal(t, []any{cidr, eip.PoolStatusCreated}, []any{b.CIDRBlock, b.Status})
		require.GreaterOrEqual(t, time.Since(begin), 5*time.Minute)
		require.Less(t, time.Since(begin), 5*time.Minute+pollMax)
		require.InDelta(t, 45, len(srv.CallsOf("ListPublicIpAddressPoolCidrBlocks")), 35)

		for _, name := range []string{"block", "pool"} {
			begin = time.Now()
			poolWaiters[name].remove(t, c, id, cidr)
			require.NoError(t, poolWaiters[name].gone(t.Context(), c, id, cidr), name)
			require.GreaterOrEqual(t, time.Since(begin), 5*time.Minute, name)
			require.Less(t, time.Since(begin), 5*time.Minute+pollMax, name)
		}
		require.Empty(t, srv.Pools())
	})
}

func TestWaitPoolEnds(t *testing.T) {
	t.Parallel()
	for name, w := range poolWaiters {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onFake(t, []eiptest.Option{eiptest.WithTransition(time.Second)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				id := newPool(t, c, nil)
				cidr := addBlock(t, c, id, "", 28)
				waited := func(err error, state string, is error, says string) {
					t.Helper()
					var wait *eip.WaitError
					require.ErrorAs(t, err, &wait)
					require.ErrorIs(t, err, is)
					require.Equal(t, state, wait.State(wait.IDs[0]))
					require.ErrorContains(t, err, says)
				}
				short := func() context.Context {
					ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
					t.Cleanup(cancel)
					return ctx
				}

				// It stays, and the context ends.
				require.NoError(t, w.created(t.Context(), c, id, cidr))
				require.NoError(t, poolWaiters["block"].created(t.Context(), c, id, cidr))
				waited(w.gone(short(), c, id, cidr), "Created", context.DeadlineExceeded, "to be gone")
				// Deleting it fails.
				srv.FailTransitions(eiptest.Deleting, 1)
				w.remove(t, c, id, cidr)
				waited(w.gone(t.Context(), c, id, cidr), "Created", eip.ErrConflict, "deleting it has failed")
				// It is being deleted.
				w.remove(t, c, id, cidr)
				waited(w.created(t.Context(), c, id, cidr), "Deleting", eip.ErrConflict, "it is being deleted")
				// A lie does not show that it is gone.
				srv.Fail(w.action, fault.EmptyPage().Times(-1))
				waited(w.gone(short(), c, id, cidr), "not seen", context.DeadlineExceeded, "the list names 0 of 1")
				srv.Calm()
				require.NoError(t, w.gone(t.Context(), c, id, cidr))

				// It never comes, or goes meanwhile.
				if name == "pool" {
					begin := time.Now()
					waited(w.created(t.Context(), c, id, cidr), "not there", eip.ErrNotFound, "no address pool")
					require.GreaterOrEqual(t, time.Since(begin), eip.DefaultVisibilityGrace)
					require.Less(t, time.Since(begin), eip.DefaultVisibilityGrace+pollMax)
					return
				}
				srv.FailTransitions(eiptest.Modifying, 1)
				cidr = addBlock(t, c, id, "", 28)
				waited(w.created(t.Context(), c, id, cidr), "not there", eip.ErrNotFound, "no block of an address pool")
				// The service refuses the look.
				waited(w.gone(t.Context(), c, "pippool-x", cidr), "not seen", eip.CodeResourceNotFoundPublicIpAddressPool, "PublicIpAddressPool is not found")
			})
		})
	}
}

func TestWaitPoolNeedsNames(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe())
		c := srv.Client(t)
		for name, w := range poolWaiters {
			for _, wait := range []func(context.Context, *eip.Client, string, string) error{w.created, w.gone} {
				require.ErrorIs(t, wait(t.Context(), c, " ", ""), eip.ErrInvalidParameter, name)
				require.Error(t, wait(nil, c, "pippool-1", "203.0.113.0/28"), name) //nolint:staticcheck // that is the test
			}
		}
		require.Empty(t, srv.Calls())
	})
}
