package eip_test

import (
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// The helpers look in the client's region alone, so they allocate nowhere else.
func TestHelpersStayInTheRegion(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		for _, elsewhere := range []eip.AllocateEipAddressRequest{
			{RegionID: "cn-beijing"}, {Extra: url.Values{"RegionId": {"cn-beijing"}}},
		} {
			for name, run := range map[string]func() error{
				"AllocateAssociated": func() error {
					_, err := c.AllocateAssociated(t.Context(), &eip.AllocateAssociatedRequest{Instance: onTest1, Key: "k", Allocate: elsewhere})
					return err
				},
				"AllocateMany": func() error {
					_, err := c.AllocateMany(t.Context(), 2, &eip.AllocateManyRequest{Allocate: elsewhere})
					return err
				},
				"Rotate": func() error {
					_, err := c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1, Allocate: elsewhere})
					return err
				},
				"Adopt": func() error {
					req := elsewhere
					req.ClientToken = "t"
					_, err := c.Adopt(t.Context(), &eip.AdoptRequest{Unsettled: []*eip.AllocateEipAddressRequest{&req}})
					return err
				},
			} {
				err := run()
				require.ErrorIs(t, err, eip.ErrInvalidParameter, name)
				require.ErrorContains(t, err, "client's region (cn-hangzhou)", name)
			}
		}
		assert.Zero(t, srv.Counts().Calls)
		_, err := c.AllocateMany(t.Context(), 1, &eip.AllocateManyRequest{Allocate: eip.AllocateEipAddressRequest{RegionID: "cn-hangzhou"}})
		require.NoError(t, err)
	})
}

func TestTokensDependOnTheRegion(t *testing.T) {
	t.Parallel()
	req := &eip.AllocateManyRequest{Key: "k"}
	assert.NotEqual(t, req.Request("cn-hangzhou", 0, 0).ClientToken, req.Request("cn-beijing", 0, 0).ClientToken)
	assert.Equal(t, req.Request("cn-hangzhou", 0, 0).ClientToken, req.Request("cn-hangzhou", 0, 0).ClientToken)
}

// The service shows addresses later than the helpers wait: at most one is made
// in vain, and everything that there may be is told.
func TestHelpersWhenAddressesAppearLate(t *testing.T) {
	t.Parallel()
	for _, delay := range []time.Duration{30 * time.Second, 70 * time.Second, 90 * time.Second, 150 * time.Second, time.Hour} {
		for _, quota := range []int{1, 2, 100} {
			for name, tc := range map[string]struct {
				n   int
				run func(ctx context.Context, c *eip.Client) ([]string, error)
			}{
				"AllocateAssociated": {1, func(ctx context.Context, c *eip.Client) ([]string, error) {
					a, err := c.AllocateAssociated(ctx, &eip.AllocateAssociatedRequest{Instance: onTest1, Key: "k"})
					return idsOf(err, a), err
				}},
				"AllocateAssociated without a key": {1, func(ctx context.Context, c *eip.Client) ([]string, error) {
					a, err := c.AllocateAssociated(ctx, &eip.AllocateAssociatedRequest{Instance: onTest1})
					return idsOf(err, a), err
				}},
				"AllocateMany": {3, func(ctx context.Context, c *eip.Client) ([]string, error) {
					list, err := c.AllocateMany(ctx, 3, &eip.AllocateManyRequest{Key: "k"})
					return idsOf(err, list...), err
				}},
				"AllocateMany without a key": {3, func(ctx context.Context, c *eip.Client) ([]string, error) {
					list, err := c.AllocateMany(ctx, 3, nil)
					return idsOf(err, list...), err
				}},
				"Rotate": {1, func(ctx context.Context, c *eip.Client) ([]string, error) {
					res, err := c.Rotate(ctx, &eip.RotateRequest{Instance: onTest1})
					if err != nil {
						return nil, err
					}
					return idsOf(nil, res.New), nil
				}},
			} {
				onFake(t, []eiptest.Option{eiptest.WithVisibilityDelay(delay)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
					has := 0
					if name == "Rotate" {
						id := allocate(t, c, nil)
						srv.SetVisible(id, true)
						require.True(t, srv.ForceBind(id, "i-test1"))
						has = 1
					}
					srv.SetQuota(quota + has)
					ids, err := tc.run(t.Context(), c)
					requireTold(t, srv, err, ids...)
					assert.LessOrEqual(t, len(srv.AddressesEverMade()), has+tc.n+1, "%v", err)
					if delay < eip.DefaultVisibilityGrace && quota == 100 {
						require.NoError(t, err)
					}
					if err != nil && delay > 2*eip.DefaultVisibilityGrace {
						assert.NotContains(t, err.Error(), "nothing is left")
					}
				})
				if t.Failed() {
					t.Fatalf("%s, visible after %s, quota %d", name, delay, quota)
				}
			}
		}
	}
}

func idsOf(err error, list ...*eip.EipAddress) (ids []string) {
	if err != nil {
		return nil
	}
	for _, a := range list {
		ids = append(ids, a.AllocationID)
	}
	return ids
}

// An address that was never seen is not called gone before the service was told
// to release it.
func TestEnsureReleasedUnseen(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := allocate(t, c, nil)
		empty := `{"RequestId":"r","PageNumber":1,"PageSize":50,"TotalCount":0,"EipAddresses":{"EipAddress":[]}}`
		srv.Fail("DescribeEipAddresses", fault.Answer(200, nil, empty).Times(-1))
		start := time.Now()
		require.NoError(t, c.EnsureReleased(t.Context(), id, eip.JustAllocated))
		assert.GreaterOrEqual(t, time.Since(start), eip.DefaultVisibilityGrace)
		assert.Equal(t, 1, srv.Counts().Actions["ReleaseEipAddress"])
		time.Sleep(time.Minute) // fake time, for the release to end
		assert.Empty(t, srv.Addresses())
	})
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		require.NoError(t, c.EnsureReleased(t.Context(), "eip-gone", eip.JustAllocated))
		assert.Equal(t, 1, srv.Counts().Actions["ReleaseEipAddress"])
		srv.Fail("ReleaseEipAddress", fault.Refuse("Forbbiden"))
		require.ErrorIs(t, c.EnsureReleased(t.Context(), "eip-gone", eip.JustAllocated), eip.ErrPermission)
		require.NoError(t, c.EnsureReleased(t.Context(), "eip-gone"))
		assert.Equal(t, 2, srv.Counts().Actions["ReleaseEipAddress"])
	})
}

// A call that fails releases nothing that an earlier one has given.
func TestHelpersSpareWhatWasThere(t *testing.T) {
	t.Parallel()
	onFake(t, []eiptest.Option{eiptest.WithQuota(6)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		list, err := c.AllocateMany(t.Context(), 5, &eip.AllocateManyRequest{Key: "pool"})
		require.NoError(t, err)
		_, err = c.AllocateMany(t.Context(), 8, &eip.AllocateManyRequest{Key: "pool"})
		require.ErrorIs(t, err, eip.ErrQuota)
		requireTold(t, srv, err)
		assert.ElementsMatch(t, idsOf(nil, list...), aliveIDs(srv))
	})
	for _, untagged := range []bool{false, true} {
		onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
			req := &eip.AllocateAssociatedRequest{Instance: onTest1, Key: "k"}
			a, err := c.AllocateAssociated(t.Context(), req)
			require.NoError(t, err)
			_, err = c.EnsureUnassociated(t.Context(), a.AllocationID)
			require.NoError(t, err)
			if untagged { // then it is its token that finds it
				srv.SetTags(a.AllocationID, nil)
				time.Sleep(2 * time.Minute) // fake time
			}
			srv.Fail("AssociateEipAddress", fault.Refuse("Forbbiden"))
			_, err = c.AllocateAssociated(t.Context(), req)
			require.ErrorIs(t, err, eip.ErrPermission)
			requireTold(t, srv, err)
			assert.Equal(t, []string{a.AllocationID}, aliveIDs(srv))
		})
	}
	// It is bound by this call, and then the call fails: it is unbound again.
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := allocate(t, c, &eip.AllocateEipAddressRequest{Tags: eip.Tags{eip.KeyTag: "k"}})
		srv.Before(func(call eiptest.Call) {
			if call.Action == "DescribeEipAddresses" && srv.Counts().Actions["AssociateEipAddress"] == 1 {
				srv.Before(nil)
				srv.Fail("DescribeEipAddresses", fault.Refuse("Forbbiden"))
			}
		})
		_, err := c.AllocateAssociated(t.Context(), &eip.AllocateAssociatedRequest{Instance: onTest1, Key: "k"})
		require.ErrorIs(t, err, eip.ErrPermission)
		requireTold(t, srv, err)
		a, alive := srv.Address(id)
		require.True(t, alive)
		assert.Empty(t, a.InstanceID)
	})
}

// What an earlier rotation has made stays when a later one fails.
func TestRotateSparesWhatWasThere(t *testing.T) {
	t.Parallel()
	for name, explicit := range map[string]bool{"another address on the instance": false, "the old one named again": true} {
		onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
			old := bound("i-test1")(t, srv, c)
			res, err := c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1})
			require.NoError(t, err)
			b := res.New.AllocationID
			_, err = c.EnsureUnassociated(t.Context(), b)
			require.NoError(t, err)
			req := &eip.RotateRequest{Instance: onTest1}
			if explicit {
				req.Old = old
			} else {
				bound("i-test1")(t, srv, c)
			}
			before := aliveIDs(srv)
			srv.Fail("AssociateEipAddress", fault.Refuse("Forbbiden"))
			_, err = c.Rotate(t.Context(), req)
			require.ErrorIs(t, err, eip.ErrPermission, name)
			requireTold(t, srv, err, b)
			assert.ElementsMatch(t, before, aliveIDs(srv), name)
		})
	}
}

// Addresses that this client has seen go cost no wait, and any number of them,
// released by anybody, one wait at most.
func TestReleasedGenerationsAreFoundQuickly(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		old := bound("i-test1")(t, srv, c)
		start := time.Now()
		for range 30 {
			srv.Fail("AssociateEipAddress", fault.Refuse("Forbbiden"))
			_, err := c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1})
			require.ErrorIs(t, err, eip.ErrPermission)
			requireTold(t, srv, err, old)
		}
		_, err := c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1})
		require.NoError(t, err)
		assert.Len(t, srv.AddressesEverMade(), 32)
		assert.Less(t, time.Since(start), 31*20*time.Second)
	})
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, _ *eip.Client) {
		for range 20 { // processes, each of which knows nothing of those before
			c := srv.Client(t)
			start := time.Now()
			a, err := c.AllocateAssociated(t.Context(), &eip.AllocateAssociatedRequest{Instance: onTest1, Key: "k"})
			require.NoError(t, err)
			assert.Less(t, time.Since(start), 2*eip.DefaultVisibilityGrace)
			require.NoError(t, c.EnsureReleased(t.Context(), a.AllocationID, eip.UnbindFirst))
		}
	})
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, _ *eip.Client) {
		for range 5 {
			c := srv.Client(t)
			start := time.Now()
			list, err := c.AllocateMany(t.Context(), 7, &eip.AllocateManyRequest{Key: "k"})
			require.NoError(t, err)
			assert.Less(t, time.Since(start), 2*eip.DefaultVisibilityGrace)
			assert.Len(t, srv.Addresses(), 7)
			for _, a := range list {
				require.NoError(t, c.EnsureReleased(t.Context(), a.AllocationID))
			}
		}
	})
}

// A nil context is an error, as with the actions, and not a panic.
func TestHelpersRefuseANilContext(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		var none context.Context
		for name, run := range map[string]func() error{
			"WaitAvailable":       func() error { _, err := c.WaitAvailable(none, "eip-1"); return err },
			"WaitAllGone":         func() error { return c.WaitAllGone(none, []string{"eip-1"}) },
			"WaitSegmentGone":     func() error { return c.WaitSegmentGone(none, "eipsg-1") },
			"EnsureReleased":      func() error { return c.EnsureReleased(none, "eip-1") },
			"EnsureAssociated":    func() error { _, err := c.EnsureAssociated(none, "eip-1", onTest1); return err },
			"Adopt":               func() error { _, err := c.Adopt(none, &eip.AdoptRequest{Key: "k"}); return err },
			"AllocateMany":        func() error { _, err := c.AllocateMany(none, 2, nil); return err },
			"AllocateMany, a key": func() error { _, err := c.AllocateMany(none, 2, &eip.AllocateManyRequest{Key: "k"}); return err },
			"Rotate":              func() error { _, err := c.Rotate(none, &eip.RotateRequest{Instance: onTest1}); return err },
			"FindIdle":            func() error { _, err := c.FindIdle(none, eip.IdleQuery{}); return err },
			"FindEipsByTag":       func() error { _, err := c.FindEipsByTag(none, eip.Tags{"a": "b"}); return err },
			"ReleaseIdle":         func() error { _, err := c.ReleaseIdle(none, &eip.IdleReport{}, eip.ReleaseIdleOptions{}); return err },
			"AllocateAssociated": func() error {
				_, err := c.AllocateAssociated(none, &eip.AllocateAssociatedRequest{Instance: onTest1})
				return err
			},
		} {
			require.ErrorContains(t, run(), "the context is nil", name)
		}
		assert.Zero(t, srv.Counts().Calls)
	})
}

// A pool and a single address have one key, and do not take each other's.
func TestOneKeyForManyAndOne(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		list, err := c.AllocateMany(t.Context(), 2, &eip.AllocateManyRequest{Key: "k"})
		require.NoError(t, err)
		for range 2 {
			a, err := c.AllocateAssociated(t.Context(), &eip.AllocateAssociatedRequest{Instance: onTest1, Key: "k"})
			require.NoError(t, err)
			assert.NotContains(t, idsOf(nil, list...), a.AllocationID)
		}
		again, err := c.AllocateMany(t.Context(), 2, &eip.AllocateManyRequest{Key: "k"})
		require.NoError(t, err)
		assert.Equal(t, idsOf(nil, list...), idsOf(nil, again...))
		assert.Len(t, srv.AddressesEverMade(), 3)
	})
}

// The same key with another request: the error says what to do, and that works.
func TestAnotherRequestWithTheSameKey(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		req := &eip.AllocateAssociatedRequest{Instance: onTest1, Key: "k"}
		a, err := c.AllocateAssociated(t.Context(), req)
		require.NoError(t, err)
		require.NoError(t, c.EnsureReleased(t.Context(), a.AllocationID, eip.UnbindFirst))
		req.Allocate.Bandwidth = 7
		_, err = c.AllocateAssociated(t.Context(), req)
		require.ErrorIs(t, err, eip.CodeIdempotentParameterMismatch)
		require.ErrorContains(t, err, "higher Generation")
		req.Generation = 1
		_, err = c.AllocateAssociated(t.Context(), req)
		require.NoError(t, err)
		assert.Len(t, srv.Addresses(), 1)
	})
}
