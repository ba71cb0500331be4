package eip_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

var onTest1 = eip.Instance{ID: "i-test1"}

// canceller ends a context at the n-th request, before it is sent or while its
// answer is on the way; the connection stays as good as it was.
type canceller struct {
	base   http.RoundTripper
	n      int64
	before bool
	cancel context.CancelFunc
	seen   atomic.Int64
}

func (m *canceller) RoundTrip(req *http.Request) (*http.Response, error) {
	n := m.seen.Add(1)
	if n == m.n && m.before {
		m.cancel()
		return nil, req.Context().Err()
	}
	res, err := m.base.RoundTrip(req)
	if n == m.n && err == nil {
		m.cancel()
		_ = res.Body.Close()
		return nil, req.Context().Err()
	}
	return res, err
}

// eachCancel cancels a helper at request k, for every k.
func eachCancel(t *testing.T, prepare func(t *testing.T, srv *eiptest.Server),
	run func(ctx context.Context, c *eip.Client) error, check func(t *testing.T, srv *eiptest.Server, err error),
) {
	t.Helper()
	for _, before := range []bool{true, false} {
		for k := 1; ; k++ {
			over := false
			onFake(t, nil, func(t *testing.T, srv *eiptest.Server, _ *eip.Client) {
				prepare(t, srv)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				m := &canceller{base: srv.Transport(), n: int64(k), before: before, cancel: cancel}
				err := run(ctx, srv.Client(t, eip.WithHTTPClient(&http.Client{Transport: m})))
				if over = ctx.Err() == nil; !over && err != nil {
					require.ErrorIs(t, err, context.Canceled)
				}
				check(t, srv, err)
			})
			if t.Failed() {
				t.Fatalf("cancelled at request %d, before it was sent: %t", k, before)
			}
			if over {
				require.Greater(t, k, 2)
				break
			}
		}
	}
}

func TestAllocateAssociatedCancelledAtEveryStep(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", "test/1"} {
		eachCancel(t, func(*testing.T, *eiptest.Server) {},
			func(ctx context.Context, c *eip.Client) error {
				_, err := c.AllocateAssociated(ctx, &eip.AllocateAssociatedRequest{Instance: onTest1, Key: key})
				return err
			},
			func(t *testing.T, srv *eiptest.Server, err error) {
				if err == nil {
					require.Len(t, srv.Addresses(), 1)
					return
				}
				requireTold(t, srv, err)
				require.Empty(t, srv.Addresses(), "the way back does not need the caller's context: %v", err)
			})
	}
}

func TestAllocateManyCancelledAtEveryStep(t *testing.T) {
	t.Parallel()
	eachCancel(t, func(*testing.T, *eiptest.Server) {},
		func(ctx context.Context, c *eip.Client) error {
			_, err := c.AllocateMany(ctx, 4, &eip.AllocateManyRequest{Key: "k", Concurrency: 2})
			return err
		},
		func(t *testing.T, srv *eiptest.Server, err error) {
			if err == nil {
				require.Len(t, srv.Addresses(), 4)
				return
			}
			requireTold(t, srv, err)
			require.Empty(t, srv.Addresses())
		})
}

func TestRotateCancelledAtEveryStep(t *testing.T) {
	t.Parallel()
	var old string
	eachCancel(t, rotateBench(&old),
		func(ctx context.Context, c *eip.Client) error {
			_, err := c.Rotate(ctx, &eip.RotateRequest{Instance: onTest1})
			return err
		},
		func(t *testing.T, srv *eiptest.Server, err error) {
			var p *eip.PartialError
			if err != nil && !errors.As(err, &p) {
				requireTold(t, srv, nil, old) // before anything was done
			} else if err != nil {
				requireTold(t, srv, err)
			}
			onInstance := 0
			for _, a := range srv.Addresses() {
				if a.InstanceID == "i-test1" && a.Status == eiptest.InUse {
					onInstance++
				}
			}
			assert.Equal(t, 1, onInstance, "the instance has an address, whatever happened: %v", err)
		})
}

// Every request of AllocateAssociated meets every kind of broken answer, one
// at a time: it comes through, with one address ever made.
func TestAllocateAssociatedUnderFaults(t *testing.T) {
	t.Parallel()
	for _, f := range []eiptest.Fault{
		eiptest.CutBefore(), eiptest.CutAfter(), eiptest.CutBody().Times(2), eiptest.ServerError(503).Times(3),
		eiptest.BadGateway().AfterRun(), eiptest.Throttle(), eiptest.Hang().AfterRun(),
	} {
		for step := range 8 {
			onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				if step > 0 {
					srv.Fail("", eiptest.Pass().Times(step))
				}
				srv.Fail("", f)
				a, err := c.AllocateAssociated(t.Context(), &eip.AllocateAssociatedRequest{Instance: onTest1, Key: "k"})
				require.NoError(t, err, "%s at step %d", f.Kind(), step)
				require.Len(t, srv.AddressesEverMade(), 1)
				assert.Equal(t, srv.Addresses()[0].AllocationID, a.AllocationID)
			})
		}
	}
}

// What an earlier call may have left under the key, and what comes out.
func TestAllocateAssociatedFromEveryState(t *testing.T) {
	t.Parallel()
	req := func() *eip.AllocateAssociatedRequest {
		return &eip.AllocateAssociatedRequest{Instance: onTest1, Key: "k"}
	}
	for _, tc := range []struct {
		name  string
		opts  []eiptest.Option
		left  func(t *testing.T, srv *eiptest.Server, c *eip.Client, id string)
		err   string
		ever  int // addresses ever made
		alive int
	}{
		{name: "nothing", ever: 1, alive: 1},
		{name: "available", left: func(*testing.T, *eiptest.Server, *eip.Client, string) {}, ever: 1, alive: 1},
		{name: "here", left: func(_ *testing.T, srv *eiptest.Server, _ *eip.Client, id string) { srv.ForceBind(id, "i-test1") }, ever: 1, alive: 1},
		{name: "elsewhere", left: func(_ *testing.T, srv *eiptest.Server, _ *eip.Client, id string) { srv.ForceBind(id, "i-test2") },
			err: "bound elsewhere", ever: 1, alive: 1},
		{name: "released", left: func(_ *testing.T, srv *eiptest.Server, _ *eip.Client, id string) { srv.ForceRelease(id) }, ever: 2, alive: 1},
		{name: "releasing", opts: slowly, left: func(t *testing.T, _ *eiptest.Server, c *eip.Client, id string) {
			_, err := c.ReleaseEipAddress(t.Context(), &eip.ReleaseEipAddressRequest{AllocationID: id})
			require.NoError(t, err)
		}, ever: 2, alive: 1},
		{name: "associating", opts: slowly, left: func(t *testing.T, _ *eiptest.Server, c *eip.Client, id string) {
			_, err := c.AssociateEipAddress(t.Context(), &eip.AssociateEipAddressRequest{AllocationID: id, InstanceID: "i-test1"})
			require.NoError(t, err)
		}, ever: 1, alive: 1},
		{name: "the service has forgotten the token", left: func(_ *testing.T, srv *eiptest.Server, _ *eip.Client, _ string) { srv.ForgetTokens() }, ever: 1, alive: 1},
		{name: "not visible yet", opts: []eiptest.Option{eiptest.WithVisibilityDelay(20 * time.Second)},
			left: func(*testing.T, *eiptest.Server, *eip.Client, string) {}, ever: 1, alive: 1},
		{name: "two of them", left: func(t *testing.T, _ *eiptest.Server, c *eip.Client, _ string) {
			allocate(t, c, &eip.AllocateEipAddressRequest{Tags: eip.Tags{eip.KeyTag: "k"}})
		}, err: "more than one address", ever: 2, alive: 2},
		{name: "locked", left: func(_ *testing.T, srv *eiptest.Server, _ *eip.Client, id string) {
			srv.Change(id, func(a *eiptest.Address) { a.Locked = "security" })
		}, err: "locked", ever: 1, alive: 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			onFake(t, tc.opts, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				if tc.left != nil {
					id := allocate(t, c, &eip.AllocateEipAddressRequest{
						Tags: eip.Tags{eip.KeyTag: "k"}, ClientToken: eip.ClientTokenFor("k", 0),
					})
					tc.left(t, srv, c, id)
				}
				a, err := c.AllocateAssociated(t.Context(), req())
				assert.Len(t, srv.AddressesEverMade(), tc.ever)
				assert.Len(t, srv.Addresses(), tc.alive)
				if tc.err != "" {
					require.ErrorContains(t, err, tc.err)
					if tc.name != "two of them" {
						requireTold(t, srv, err)
					}
					return
				}
				require.NoError(t, err)
				got, alive := srv.Address(a.AllocationID)
				require.True(t, alive)
				isHere(t, got, true)
				again, err := c.AllocateAssociated(t.Context(), req())
				require.NoError(t, err)
				assert.Equal(t, a.AllocationID, again.AllocationID)
			})
		})
	}
}

// The way back fails too: the error has the ID.
func TestAllocateAssociatedWhenTheWayBackFails(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		srv.Fail("AssociateEipAddress", eiptest.Refuse("Forbbiden").Times(-1))
		srv.Fail("ReleaseEipAddress", eiptest.Refuse("Forbbiden").Times(-1))
		_, err := c.AllocateAssociated(t.Context(), &eip.AllocateAssociatedRequest{Instance: onTest1})
		require.ErrorIs(t, err, eip.ErrPermission)
		requireTold(t, srv, err)
		var p *eip.PartialError
		require.ErrorAs(t, err, &p)
		require.Len(t, p.Alive, 1)
		require.Error(t, p.RollbackErr)
		assert.Equal(t, srv.Addresses()[0].IPAddress, p.Alive[0].IPAddress)
	})
	// Nothing is heard of the allocation any more: the error has the token.
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		srv.Fail("AllocateEipAddress", eiptest.CutAfter().Times(-1))
		_, err := c.AllocateAssociated(t.Context(), &eip.AllocateAssociatedRequest{Instance: onTest1})
		require.True(t, eip.OutcomeUnknown(err))
		require.Len(t, srv.Addresses(), 1)
		requireTold(t, srv, err)
		var p *eip.PartialError
		require.ErrorAs(t, err, &p)
		srv.Calm()
		list, err := c.Adopt(t.Context(), &eip.AdoptRequest{Unsettled: p.Unsettled})
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.Len(t, srv.AddressesEverMade(), 1, "settled, not made again")
		assert.Equal(t, srv.Addresses()[0].AllocationID, list[0].AllocationID)
	})
	// Nothing was made: the plain refusal.
	onFake(t, []eiptest.Option{eiptest.WithQuota(0)}, func(t *testing.T, _ *eiptest.Server, c *eip.Client) {
		_, err := c.AllocateAssociated(t.Context(), &eip.AllocateAssociatedRequest{Instance: onTest1})
		require.ErrorIs(t, err, eip.ErrQuota)
		var p *eip.PartialError
		require.NotErrorAs(t, err, &p)
	})
}

// An account that may not list addresses does not get one after another.
func TestAllocateAssociatedWithoutSight(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		empty := `{"RequestId":"r","PageNumber":1,"PageSize":50,"TotalCount":0,"EipAddresses":{"EipAddress":[]}}`
		srv.Fail("DescribeEipAddresses", eiptest.Answer(200, nil, empty).Times(-1))
		_, err := c.AllocateAssociated(t.Context(), &eip.AllocateAssociatedRequest{Instance: onTest1, Key: "k"})
		require.ErrorContains(t, err, "may list addresses")
		assert.Len(t, srv.AddressesEverMade(), 1)
		assert.Empty(t, srv.Addresses())
	})
}

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
			want := (&eip.AllocateManyRequest{Key: "k"}).Request(i, 0).ClientToken
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
		assert.Nil(t, (&eip.AllocateManyRequest{}).Request(0, 0))
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
			srv.Fail("ReleaseEipAddress", eiptest.Refuse("Forbbiden").Times(-1))
			_, err := c.AllocateMany(t.Context(), 9, &eip.AllocateManyRequest{Key: key})
			require.ErrorIs(t, err, eip.ErrQuota)
			assert.Len(t, srv.Addresses(), 5)
			requireTold(t, srv, err)
		})
		onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
			srv.Fail("AllocateEipAddress", eiptest.Pass().Times(3), eiptest.CutAfter().Times(-1))
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
	// An address in use is not released, and the error says that it is there.
	onFake(t, []eiptest.Option{eiptest.WithQuota(5)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		list, err := c.AllocateMany(t.Context(), 3, &eip.AllocateManyRequest{Key: "k"})
		require.NoError(t, err)
		require.True(t, srv.ForceBind(list[1].AllocationID, "i-test1"))
		_, err = c.AllocateMany(t.Context(), 9, &eip.AllocateManyRequest{Key: "k"})
		require.ErrorIs(t, err, eip.ErrQuota)
		requireTold(t, srv, err)
		assert.Equal(t, []string{list[1].AllocationID}, aliveIDs(srv))
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
					asked = append(asked, req.Request(i, 0))
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
	// What was released meanwhile is not given.
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		req := &eip.AllocateEipAddressRequest{ClientToken: "t"}
		srv.ForceRelease(allocate(t, c, req))
		list, err := c.Adopt(t.Context(), &eip.AdoptRequest{Unsettled: []*eip.AllocateEipAddressRequest{req}})
		require.NoError(t, err)
		assert.Empty(t, list)
		// What cannot be settled is told, with what was found.
		has := allocate(t, c, &eip.AllocateEipAddressRequest{Tags: eip.Tags{"a": "b"}})
		srv.Fail("AllocateEipAddress", eiptest.Refuse("Forbbiden"))
		_, err = c.Adopt(t.Context(), &eip.AdoptRequest{Tags: eip.Tags{"a": "b"}, Unsettled: []*eip.AllocateEipAddressRequest{{ClientToken: "u"}}})
		require.ErrorIs(t, err, eip.ErrPermission)
		require.ErrorContains(t, err, has)
		require.ErrorContains(t, err, "ClientToken u")
		requireTold(t, srv, err)
	})
}
