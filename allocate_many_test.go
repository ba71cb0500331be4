package eip_test

import (
	"net/http"
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

func TestHelpersRefuseBadRequests(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		prePaid := eip.AllocateEipAddressRequest{InstanceChargeType: eip.InstanceChargeTypePrePaid, Period: 1}
		for name, run := range map[string]func() error{
			"Instance.ID": func() error { _, err := c.AllocateAssociated(t.Context(), nil); return err },
			"subscription": func() error {
				_, err := c.AllocateAssociated(t.Context(), &eip.AllocateAssociatedRequest{Instance: onTest1, Allocate: prePaid})
				return err
			},
			"at most 128": func() error {
				_, err := c.AllocateAssociated(t.Context(), &eip.AllocateAssociatedRequest{Instance: onTest1, Key: string(make([]byte, 200))})
				return err
			},
			"must be empty with Key": func() error {
				_, err := c.AllocateAssociated(t.Context(), &eip.AllocateAssociatedRequest{Instance: onTest1, Key: "k",
					Allocate: eip.AllocateEipAddressRequest{ClientToken: "t"}})
				return err
			},
			"set by the helper": func() error {
				_, err := c.AllocateAssociated(t.Context(), &eip.AllocateAssociatedRequest{Instance: onTest1, Key: "k",
					Allocate: eip.AllocateEipAddressRequest{Tags: eip.Tags{eip.ItemTag: "1"}}})
				return err
			},
			"VPCID": func() error {
				_, err := c.Rotate(t.Context(), &eip.RotateRequest{Instance: eip.Instance{ID: "10.0.0.1", Type: eip.InstanceTypeIPAddress}})
				return err
			},
			"must be at least 1": func() error { _, err := c.AllocateMany(t.Context(), 0, nil); return err },
			"one particular": func() error {
				_, err := c.AllocateMany(t.Context(), 2, &eip.AllocateManyRequest{Allocate: eip.AllocateEipAddressRequest{IPAddress: "192.0.2.1"}})
				return err
			},
			"token of its own": func() error {
				_, err := c.AllocateMany(t.Context(), 2, &eip.AllocateManyRequest{Allocate: eip.AllocateEipAddressRequest{ClientToken: "t"}})
				return err
			},
			"Key: is required": func() error { _, err := c.Adopt(t.Context(), nil); return err },
			"allocate another address": func() error {
				_, err := c.Adopt(t.Context(), &eip.AdoptRequest{Unsettled: []*eip.AllocateEipAddressRequest{{}}})
				return err
			},
			"control characters": func() error {
				_, err := c.AllocateMany(t.Context(), 2, &eip.AllocateManyRequest{Key: "a\nb"})
				return err
			},
			"Old (": func() error {
				_, err := c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1, Old: "eip-1\neip-2"})
				return err
			},
			"at most 18 tags": func() error {
				tags := eip.Tags{}
				for i := range 19 {
					tags[string(rune('a'+i))] = "x"
				}
				_, err := c.AllocateMany(t.Context(), 2, &eip.AllocateManyRequest{Key: "k", Allocate: eip.AllocateEipAddressRequest{Tags: tags}})
				return err
			},
			"Generation": func() error {
				_, err := c.Rotate(t.Context(), &eip.RotateRequest{Instance: onTest1, Generation: -1})
				return err
			},
			"must not be negative": func() error {
				_, err := c.AllocateMany(t.Context(), 2, &eip.AllocateManyRequest{Concurrency: -1})
				return err
			},
		} {
			err := run()
			require.ErrorIs(t, err, eip.ErrInvalidParameter, name)
			require.ErrorContains(t, err, name)
		}
		assert.Zero(t, srv.Counts().Calls)
	})
}

// Several callers with one key, on one client and on several.
func TestAllocateAssociatedConcurrently(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		var wg sync.WaitGroup
		for i := range 6 {
			client := c
			if i%2 == 0 {
				client = srv.Client(t)
			}
			wg.Go(func() {
				_, err := client.AllocateAssociated(t.Context(), &eip.AllocateAssociatedRequest{Instance: onTest1, Key: "k"})
				assert.NoError(t, err)
			})
		}
		wg.Wait()
		assert.Len(t, srv.AddressesEverMade(), 1)
	})
}

func TestAllocateMany(t *testing.T) {
	t.Parallel()
	onFake(t, manyAddresses(100), func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		most, now := 0, 0
		var mu sync.Mutex
		busy := eip.WithHTTPClient(&http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			defer func() { mu.Lock(); now--; mu.Unlock() }()
			time.Sleep(time.Millisecond) // fake time, so that they overlap
			return srv.HTTPClient().Transport.RoundTrip(req)
		})})
		list, err := srv.Client(t, busy).AllocateMany(t.Context(), 60, &eip.AllocateManyRequest{
			Key: "k", Concurrency: 3, Allocate: eip.AllocateEipAddressRequest{Bandwidth: 7, Tags: eip.Tags{"a": "b"}},
		})
		require.NoError(t, err)
		require.Len(t, list, 60)
		assert.Equal(t, 3, most, "as many at once as allowed")
		assert.Equal(t, 60, srv.Counts().Actions["AllocateEipAddress"])
		assert.Equal(t, 3, srv.Counts().Actions["DescribeEipAddresses"], "by tag, then 50 at a time")
		for i, a := range list {
			assert.Equal(t, 7, a.Bandwidth)
			assert.Equal(t, "b", a.Tags["a"])
			want := (&eip.AllocateManyRequest{Key: "k"}).Request(c.Region(), i, 0).ClientToken
			got, _ := srv.Address(a.AllocationID)
			assert.Equal(t, want, got.Token)
		}

		// Released and asked for again: the tokens point to what is gone.
		for _, a := range list[10:] {
			srv.ForceRelease(a.AllocationID)
		}
		again, err := c.AllocateMany(t.Context(), 60, &eip.AllocateManyRequest{
			Key: "k", Allocate: eip.AllocateEipAddressRequest{Bandwidth: 7, Tags: eip.Tags{"a": "b"}},
		})
		require.NoError(t, err)
		assert.Len(t, srv.Addresses(), 60)
		for i := range again {
			assert.Equal(t, i < 10, again[i].AllocationID == list[i].AllocationID, "%d", i)
		}

		// All of them are found by the key.
		adopted, err := c.Adopt(t.Context(), &eip.AdoptRequest{Key: "k"})
		require.NoError(t, err)
		assert.Len(t, adopted, 60)
		adopted, err = c.Adopt(t.Context(), &eip.AdoptRequest{Key: "k", Tags: eip.Tags{"a": "c"}})
		require.NoError(t, err)
		assert.Empty(t, adopted)
		assert.Nil(t, (&eip.AllocateManyRequest{}).Request("cn-hangzhou", 0, 0))
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// One allocation fails for good: the others are released, and the error says
// what could not be, with IDs and tokens.
func TestAllocateManyFails(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", "k"} {
		onFake(t, []eiptest.Option{eiptest.WithQuota(5)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
			_, err := c.AllocateMany(t.Context(), 9, &eip.AllocateManyRequest{Key: key})
			require.ErrorIs(t, err, eip.ErrQuota)
			requireTold(t, srv, err)
			assert.Empty(t, srv.Addresses())
			assert.Len(t, srv.AddressesEverMade(), 5)
			require.ErrorContains(t, err, "nothing is left")
		})
		onFake(t, []eiptest.Option{eiptest.WithQuota(5)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
			srv.Fail("ReleaseEipAddress", fault.Refuse("Forbbiden").Times(-1))
			_, err := c.AllocateMany(t.Context(), 9, &eip.AllocateManyRequest{Key: key})
			require.ErrorIs(t, err, eip.ErrQuota)
			assert.Len(t, srv.Addresses(), 5)
			requireTold(t, srv, err)
		})
		onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
			srv.Fail("AllocateEipAddress", fault.Pass().Times(3), fault.CutAfter().Times(-1))
			_, err := c.AllocateMany(t.Context(), 9, &eip.AllocateManyRequest{Key: key})
			require.True(t, eip.OutcomeUnknown(err))
			assert.NotEmpty(t, srv.Addresses())
			requireTold(t, srv, err)
			var p *eip.PartialError
			require.ErrorAs(t, err, &p)
			srv.Calm()
			list, err := c.Adopt(t.Context(), &eip.AdoptRequest{Unsettled: p.Unsettled})
			require.NoError(t, err)
			for _, a := range list {
				require.NoError(t, c.EnsureReleased(t.Context(), a.AllocationID))
			}
			assert.Empty(t, srv.Addresses())
		})
	}
	// What an earlier call has given is not released, and the error says that it
	// is there.
	onFake(t, []eiptest.Option{eiptest.WithQuota(5)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		list, err := c.AllocateMany(t.Context(), 3, &eip.AllocateManyRequest{Key: "k"})
		require.NoError(t, err)
		require.True(t, srv.ForceBind(list[1].AllocationID, "i-test1"))
		_, err = c.AllocateMany(t.Context(), 9, &eip.AllocateManyRequest{Key: "k"})
		require.ErrorIs(t, err, eip.ErrQuota)
		requireTold(t, srv, err)
		assert.ElementsMatch(t, []string{list[0].AllocationID, list[1].AllocationID, list[2].AllocationID}, aliveIDs(srv))
		assert.Len(t, srv.AddressesEverMade(), 5)
	})
}

// A crash between the calls and their answers: Adopt finds what was made by
// tag, and settles by token what was not.
func TestAdoptAfterACrash(t *testing.T) {
	t.Parallel()
	for k := 1; k < 8; k++ {
		for _, before := range []bool{true, false} {
			onFake(t, []eiptest.Option{eiptest.WithVisibilityDelay(5 * time.Second)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				req := &eip.AllocateManyRequest{Key: "k", Concurrency: 1}
				doomed, _ := dying(t, srv, k, before)
				_, err := doomed.AllocateMany(t.Context(), 4, req)
				require.Error(t, err)
				var asked []*eip.AllocateEipAddressRequest
				for i := range 4 {
					asked = append(asked, req.Request(c.Region(), i, 0))
				}
				list, err := c.Adopt(t.Context(), &eip.AdoptRequest{Key: "k", Unsettled: asked})
				require.NoError(t, err)
				var ids []string
				for _, a := range list {
					ids = append(ids, a.AllocationID)
				}
				slices.Sort(ids)
				alive := aliveIDs(srv)
				slices.Sort(alive)
				assert.Equal(t, alive, ids)
				assert.Len(t, ids, 4)
				assert.Len(t, srv.AddressesEverMade(), 4)
			})
		}
	}
	// What was released meanwhile is told as what nobody can see.
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		req := &eip.AllocateEipAddressRequest{ClientToken: "t"}
		srv.ForceRelease(allocate(t, c, req))
		_, err := c.Adopt(t.Context(), &eip.AdoptRequest{Unsettled: []*eip.AllocateEipAddressRequest{req}})
		require.ErrorIs(t, err, eip.ErrNotFound)
		require.ErrorContains(t, err, "in an unknown state")
		requireTold(t, srv, err)
		// What cannot be settled is told, with what was found.
		has := allocate(t, c, &eip.AllocateEipAddressRequest{Tags: eip.Tags{"a": "b"}})
		srv.Fail("AllocateEipAddress", fault.Refuse("Forbbiden"))
		_, err = c.Adopt(t.Context(), &eip.AdoptRequest{Tags: eip.Tags{"a": "b"}, Unsettled: []*eip.AllocateEipAddressRequest{{ClientToken: "u"}}})
		require.ErrorContains(t, err, "Forbbiden")
		require.NotErrorIs(t, err, eip.ErrPermission, "that says nothing about the call that was noted")
		require.True(t, eip.OutcomeUnknown(err))
		require.ErrorContains(t, err, has)
		require.ErrorContains(t, err, "ClientToken u")
		requireTold(t, srv, err)
	})
}
