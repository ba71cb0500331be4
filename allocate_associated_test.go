package eip_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
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
	for _, f := range []fault.Fault{
		fault.CutBefore(), fault.CutAfter(), fault.CutBody().Times(2), fault.ServerError(503).Times(3),
		fault.BadGateway().AfterRun(), fault.Throttle(), fault.Hang().AfterRun(),
	} {
		for step := range 8 {
			onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				if step > 0 {
					srv.Fail("", fault.Pass().Times(step))
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
		}, err: "locked", ever: 1, alive: 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			onFake(t, tc.opts, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				if tc.left != nil {
					id := allocate(t, c, &eip.AllocateEipAddressRequest{
						Tags: eip.Tags{eip.KeyTag: "k"}, ClientToken: eip.ClientTokenFor("cn-hangzhou\nk", 0),
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
		srv.Fail("AssociateEipAddress", fault.Refuse("Forbbiden").Times(-1))
		srv.Fail("ReleaseEipAddress", fault.Refuse("Forbbiden").Times(-1))
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
		srv.Fail("AllocateEipAddress", fault.CutAfter().Times(-1))
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

// A call that fails does not unbind what an earlier one has bound.
func TestAllocateAssociatedLeavesWhatIsInUse(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		req := &eip.AllocateAssociatedRequest{Instance: onTest1, Key: "k"}
		a, err := c.AllocateAssociated(t.Context(), req)
		require.NoError(t, err)
		srv.Fail("DescribeEipAddresses", fault.Pass(), fault.Refuse("Forbbiden"))
		_, err = c.AllocateAssociated(t.Context(), req)
		require.ErrorIs(t, err, eip.ErrPermission)
		requireTold(t, srv, err)
		got, alive := srv.Address(a.AllocationID)
		require.True(t, alive)
		isHere(t, got, true)
	})
}

// An account that may not list addresses does not get one after another.
func TestAllocateAssociatedWithoutSight(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		empty := `{"RequestId":"r","PageNumber":1,"PageSize":50,"TotalCount":0,"EipAddresses":{"EipAddress":[]}}`
		srv.Fail("DescribeEipAddresses", fault.Answer(200, nil, empty).Times(-1))
		_, err := c.AllocateAssociated(t.Context(), &eip.AllocateAssociatedRequest{Instance: onTest1, Key: "k"})
		require.ErrorContains(t, err, "may list addresses")
		assert.Len(t, srv.AddressesEverMade(), 1)
		for _, a := range srv.Addresses() {
			assert.Equal(t, eiptest.Releasing, a.Status)
		}
	})
}
