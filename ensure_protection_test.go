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

// protects counts the calls of DeletionProtection.
func protects(srv *eiptest.Server) int { return srv.Counts().Actions["DeletionProtection"] }

func TestEnsureDeletionProtectionFromEveryState(t *testing.T) {
	t.Parallel()
	refused := map[string]string{"missing": "no address", "released": "no address", "releasing": "being released"}
	for _, on := range []bool{true, false} {
		for _, s := range starts {
			t.Run(fmt.Sprintf("%t/%s", on, s.name), func(t *testing.T) {
				t.Parallel()
				onFake(t, s.opts, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
					id := s.make(t, srv, c)
					before, alive := srv.Address(id)
					a, err := c.EnsureDeletionProtection(t.Context(), id, on)
					if want := refused[s.name]; want != "" && (!alive || on) {
						require.ErrorContains(t, err, want)
						assert.Zero(t, protects(srv))
						return
					}
					require.NoError(t, err)
					assert.Equal(t, on, a.DeletionProtection)
					now, _ := srv.Address(id)
					assert.Equal(t, on, now.DeletionProtection)
					want := 0
					if before.DeletionProtection != on {
						want = 1
					}
					assert.Equal(t, want, protects(srv), "no call if it is so already")
					_, err = c.EnsureDeletionProtection(t.Context(), id, on)
					require.NoError(t, err)
					assert.Equal(t, want, protects(srv))
				})
			})
		}
	}
}

// An unknown outcome is settled with its token, and by looking.
func TestEnsureDeletionProtectionUnderFaults(t *testing.T) {
	t.Parallel()
	faults := append(foreign(), fault.CutBefore(), fault.CutAfter(), fault.CutBody(), fault.ServerError(503),
		fault.ServerError(500).AfterRun(), fault.Throttle(), fault.Refuse("TaskConflict"), fault.Refuse("LastTokenProcessing").AfterRun(),
		fault.CutAfter().Times(9), fault.CutBefore().Times(9))
	for _, f := range faults {
		onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
			id := plain(t, srv, c)
			srv.Fail("DeletionProtection", f)
			a, err := c.EnsureDeletionProtection(t.Context(), id, true)
			require.NoError(t, err, f.Kind())
			assert.True(t, a.DeletionProtection)
			tokens := map[string]bool{}
			for _, call := range srv.CallsOf("DeletionProtection") {
				tokens[call.Token] = true
			}
			want := 1
			if code := srv.CallsOf("DeletionProtection")[0].Code; code == "TaskConflict" {
				want = 2
			}
			assert.Len(t, tokens, want, "%s: a definite refusal takes a new token, an unknown outcome keeps it", f.Kind())
		})
	}
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := plain(t, srv, c)
		srv.Fail("DeletionProtection", fault.CutBefore().Times(-1))
		_, err := c.EnsureDeletionProtection(t.Context(), id, true)
		require.True(t, eip.OutcomeUnknown(err), "it does not go on for ever")
		srv.Calm()
		srv.Fail("DeletionProtection", fault.Refuse("Forbbiden"))
		_, err = c.EnsureDeletionProtection(t.Context(), id, true)
		require.ErrorIs(t, err, eip.ErrPermission)
		_, err = c.EnsureDeletionProtection(t.Context(), id, true, eip.UnbindFirst)
		require.ErrorContains(t, err, "opts[0] (UnbindFirst)")
	})
}

func TestEnsureDeletionProtectionCutAtEveryStep(t *testing.T) {
	t.Parallel()
	var id string
	for _, on := range []bool{true, false} {
		eachCut(t, nil,
			func(t *testing.T, srv *eiptest.Server) {
				id = changed(plain, func(a *eiptest.Address) { a.DeletionProtection = !on })(t, srv, srv.Client(t))
			},
			func(ctx context.Context, c *eip.Client) error {
				_, err := c.EnsureDeletionProtection(ctx, id, on)
				return err
			},
			func(t *testing.T, srv *eiptest.Server, err error) {
				require.NoError(t, err)
				a, _ := srv.Address(id)
				assert.Equal(t, on, a.DeletionProtection)
			})
	}
}

// Callers of one client take turns; those of others are met by looking.
func TestEnsureDeletionProtectionFromManyCallers(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := plain(t, srv, c)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				_, err := c.EnsureDeletionProtection(t.Context(), id, true)
				assert.NoError(t, err)
			})
		}
		wg.Wait()
		assert.Equal(t, 1, protects(srv), "one call for all of them")
		for i := range 8 {
			other := srv.Client(t)
			wg.Go(func() {
				_, err := other.EnsureDeletionProtection(t.Context(), id, i%2 == 0)
				assert.NoError(t, err)
			})
		}
		wg.Wait()
	})
}

// A new address that is not visible yet.
func TestEnsureDeletionProtectionJustAllocated(t *testing.T) {
	t.Parallel()
	onFake(t, []eiptest.Option{eiptest.WithVisibilityDelay(20 * time.Second)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := plain(t, srv, c)
		_, err := c.EnsureDeletionProtection(t.Context(), id, true)
		require.ErrorIs(t, err, eip.ErrNotFound)
		a, err := c.EnsureDeletionProtection(t.Context(), id, true, eip.JustAllocated)
		require.NoError(t, err)
		assert.True(t, a.DeletionProtection)
	})
}

// LiftProtection takes the protection away, at the last moment.
func TestEnsureReleasedLiftsProtection(t *testing.T) {
	t.Parallel()
	protect := func(a *eiptest.Address) { a.DeletionProtection = true }
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := changed(bound("i-test1"), protect)(t, srv, c)
		err := c.EnsureReleased(t.Context(), id, eip.LiftProtection)
		require.ErrorContains(t, err, "may not unbind")
		a, _ := srv.Address(id)
		assert.True(t, a.DeletionProtection, "nothing was done")
		assert.Zero(t, writes(srv))
		require.NoError(t, c.EnsureReleased(t.Context(), id, eip.LiftProtection, eip.UnbindFirst))
		assert.Empty(t, srv.Addresses())
		var order []string
		for _, call := range srv.Calls() {
			if call.Action != "DescribeEipAddresses" && call.Action != "AllocateEipAddress" {
				order = append(order, call.Action)
			}
		}
		assert.Equal(t, []string{"UnassociateEipAddress", "DeletionProtection", "ReleaseEipAddress"}, order)

		// Somebody protects it between the look and the release.
		id = plain(t, srv, c)
		once := sync.OnceFunc(func() { srv.Change(id, protect) })
		srv.Before(func(call eiptest.Call) {
			if call.Action == "ReleaseEipAddress" {
				once()
			}
		})
		require.ErrorContains(t, c.EnsureReleased(t.Context(), id), "deletion protection")
		id = plain(t, srv, c)
		once = sync.OnceFunc(func() { srv.Change(id, protect) })
		require.NoError(t, c.EnsureReleased(t.Context(), id, eip.LiftProtection))
		_, alive := srv.Address(id)
		assert.False(t, alive)
	})
	var id string
	eachCut(t, nil,
		func(t *testing.T, srv *eiptest.Server) {
			id = changed(bound("i-test1"), protect)(t, srv, srv.Client(t))
		},
		func(ctx context.Context, c *eip.Client) error {
			return c.EnsureReleased(ctx, id, eip.UnbindFirst, eip.LiftProtection)
		},
		func(t *testing.T, srv *eiptest.Server, err error) {
			require.NoError(t, err)
			assert.Empty(t, srv.Addresses())
		})
}
