package eip_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

func TestAllocateAssociatedCutAtEveryStep(t *testing.T) {
	t.Parallel()
	var got *eip.EipAddress
	eachCut(t, nil, func(*testing.T, *eiptest.Server) { got = nil },
		func(ctx context.Context, c *eip.Client) (err error) {
			got, err = c.AllocateAssociated(ctx, &eip.AllocateAssociatedRequest{
				Allocate: eip.AllocateEipAddressRequest{Bandwidth: 10, Tags: eip.Tags{"owner": "me"}},
				Instance: eip.Instance{ID: "i-test1"}, Key: "test/1",
			})
			return err
		},
		func(t *testing.T, srv *eiptest.Server, err error) {
			require.NoError(t, err)
			requireTold(t, srv, nil, got.AllocationID)
			require.Len(t, srv.AddressesEverMade(), 1, "never a second one")
			a := srv.Addresses()[0]
			assert.Equal(t, eiptest.InUse, a.Status)
			assert.Equal(t, "i-test1", a.InstanceID)
			assert.Equal(t, map[string]string{"owner": "me", eip.KeyTag: "test/1"}, a.Tags)
		})
}

// The second run cannot succeed: what it has made itself goes, what the first one
// had made may stay, and is told.
func TestAllocateAssociatedCutThenFails(t *testing.T) {
	t.Parallel()
	eachCut(t, nil, func(t *testing.T, srv *eiptest.Server) { srv.RemoveInstance("i-test1") },
		func(ctx context.Context, c *eip.Client) error {
			_, err := c.AllocateAssociated(ctx, &eip.AllocateAssociatedRequest{
				Instance: eip.Instance{ID: "i-test1"}, Key: "test/1",
			})
			return err
		},
		func(t *testing.T, srv *eiptest.Server, err error) {
			require.ErrorIs(t, err, eip.CodeInvalidInstanIdNotFound)
			requireTold(t, srv, err)
		})
}

func TestAllocateManyCutAtEveryStep(t *testing.T) {
	t.Parallel()
	var got []*eip.EipAddress
	eachCut(t, nil, func(*testing.T, *eiptest.Server) { got = nil },
		func(ctx context.Context, c *eip.Client) (err error) {
			got, err = c.AllocateMany(ctx, 5, &eip.AllocateManyRequest{Key: "test/many", Concurrency: 2})
			return err
		},
		func(t *testing.T, srv *eiptest.Server, err error) {
			require.NoError(t, err)
			ids := []string{}
			for _, a := range got {
				ids = append(ids, a.AllocationID)
			}
			require.Len(t, ids, 5)
			requireTold(t, srv, nil, ids...)
			require.Len(t, srv.AddressesEverMade(), 5)
		})
}

func TestAllocateManyCutThenFails(t *testing.T) {
	t.Parallel()
	eachCut(t, []eiptest.Option{eiptest.WithQuota(3)}, func(*testing.T, *eiptest.Server) {},
		func(ctx context.Context, c *eip.Client) error {
			_, err := c.AllocateMany(ctx, 5, &eip.AllocateManyRequest{Key: "test/many", Concurrency: 2})
			return err
		},
		func(t *testing.T, srv *eiptest.Server, err error) {
			require.ErrorIs(t, err, eip.CodeQuotaExceededEip)
			requireTold(t, srv, err)
		})
}

// rotateBench is an instance with an old address.
func rotateBench(old *string) func(t *testing.T, srv *eiptest.Server) {
	return func(t *testing.T, srv *eiptest.Server) {
		*old = allocate(t, srv.Client(t), nil)
		require.True(t, srv.ForceBind(*old, "i-test1"))
	}
}

func TestRotateCutAtEveryStep(t *testing.T) {
	t.Parallel()
	var old string
	var res *eip.RotateResult
	eachCut(t, nil, rotateBench(&old),
		func(ctx context.Context, c *eip.Client) (err error) {
			res, err = c.Rotate(ctx, &eip.RotateRequest{Instance: eip.Instance{ID: "i-test1"}, Old: old})
			return err
		},
		func(t *testing.T, srv *eiptest.Server, err error) {
			require.NoError(t, err)
			requireTold(t, srv, nil, res.New.AllocationID)
			assert.NotEqual(t, old, res.New.AllocationID)
			assert.Equal(t, old, res.Old.AllocationID)
			require.Len(t, srv.AddressesEverMade(), 2)
			assert.Equal(t, "i-test1", srv.Addresses()[0].InstanceID)
			assert.Equal(t, eiptest.InUse, srv.Addresses()[0].Status)
		})
}

// Without Old, the second run finishes the first one's rotation if there is
// something to finish, and begins another one otherwise.
func TestRotateCutWithoutOld(t *testing.T) {
	t.Parallel()
	var old string
	var res *eip.RotateResult
	eachCut(t, nil, rotateBench(&old),
		func(ctx context.Context, c *eip.Client) (err error) {
			res, err = c.Rotate(ctx, &eip.RotateRequest{Instance: eip.Instance{ID: "i-test1"}})
			return err
		},
		func(t *testing.T, srv *eiptest.Server, err error) {
			require.NoError(t, err)
			requireTold(t, srv, nil, res.New.AllocationID)
			assert.NotEqual(t, old, res.New.AllocationID)
			assert.Equal(t, "i-test1", srv.Addresses()[0].InstanceID)
		})
}

// The second run cannot bind the new address.
func TestRotateCutThenFails(t *testing.T) {
	t.Parallel()
	var old string
	eachCut(t, nil, func(t *testing.T, srv *eiptest.Server) {
		rotateBench(&old)(t, srv)
		srv.Fail("AssociateEipAddress", fault.Refuse("Forbbiden"), fault.Refuse("Forbbiden"))
	},
		func(ctx context.Context, c *eip.Client) error {
			_, err := c.Rotate(ctx, &eip.RotateRequest{Instance: eip.Instance{ID: "i-test1"}, Old: old})
			return err
		},
		func(t *testing.T, srv *eiptest.Server, err error) {
			// If the first run met a refusal before it died, the second one may
			// succeed.
			if err != nil {
				requireTold(t, srv, err)
				return
			}
			require.Len(t, srv.Addresses(), 1)
			assert.Equal(t, "i-test1", srv.Addresses()[0].InstanceID)
		})
}

func TestEnsureCutAtEveryStep(t *testing.T) {
	t.Parallel()
	var id string
	onTest2 := func(t *testing.T, srv *eiptest.Server) {
		id = allocate(t, srv.Client(t), nil)
		require.True(t, srv.ForceBind(id, "i-test2"))
	}
	t.Run("EnsureAssociated", func(t *testing.T) { //nolint:paralleltest // they share id
		eachCut(t, nil, onTest2,
			func(ctx context.Context, c *eip.Client) error {
				_, err := c.EnsureAssociated(ctx, id, eip.Instance{ID: "i-test1"}, eip.MoveBound)
				return err
			},
			func(t *testing.T, srv *eiptest.Server, err error) {
				require.NoError(t, err)
				a, _ := srv.Address(id)
				assert.Equal(t, "i-test1", a.InstanceID)
				assert.Equal(t, eiptest.InUse, a.Status)
			})
	})
	t.Run("EnsureUnassociated", func(t *testing.T) { //nolint:paralleltest // they share id
		eachCut(t, nil, onTest2,
			func(ctx context.Context, c *eip.Client) error {
				_, err := c.EnsureUnassociated(ctx, id)
				return err
			},
			func(t *testing.T, srv *eiptest.Server, err error) {
				require.NoError(t, err)
				a, _ := srv.Address(id)
				assert.Empty(t, a.InstanceID)
				assert.Equal(t, eiptest.Available, a.Status)
			})
	})
	t.Run("EnsureReleased", func(t *testing.T) { //nolint:paralleltest // they share id
		eachCut(t, nil, onTest2,
			func(ctx context.Context, c *eip.Client) error { return c.EnsureReleased(ctx, id, eip.UnbindFirst) },
			func(t *testing.T, srv *eiptest.Server, err error) {
				require.NoError(t, err)
				assert.Empty(t, srv.Addresses())
			})
	})
}
