package eip_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// The bounds of the delays between two looks.
const (
	pollMin = 250 * time.Millisecond
	pollMax = 10 * time.Second
)

// What comes out of each waiter for each state. "" is success, "wait" goes on
// until the context ends, anything else is a part of the error.
func TestWaitersFromEveryState(t *testing.T) {
	t.Parallel()
	one := func(f func(context.Context, string) (*eip.EipAddress, error)) func(context.Context, string) error {
		return func(ctx context.Context, id string) error {
			a, err := f(ctx, id)
			if err == nil && a.AllocationID != id {
				return errors.New("another address")
			}
			return err
		}
	}
	for _, tc := range []struct {
		name string
		run  func(c *eip.Client) func(context.Context, string) error
		want map[string]string
	}{
		{"Visible", func(c *eip.Client) func(context.Context, string) error { return one(c.WaitVisible) }, map[string]string{
			"missing": "wait", "released": "wait", "available": "", "here": "", "associating here": "", "unassociating": "", "releasing": ""}},
		{"Available", func(c *eip.Client) func(context.Context, string) error { return one(c.WaitAvailable) }, map[string]string{
			"missing": "wait", "released": "wait", "available": "", "here": "wait", "associating here": "wait", "unassociating": "", "releasing": "being released"}},
		{"InUse", func(c *eip.Client) func(context.Context, string) error {
			return one(func(ctx context.Context, id string) (*eip.EipAddress, error) { return c.WaitInUse(ctx, id, "i-test1") })
		}, map[string]string{
			"missing": "no address", "released": "no address", "available": "wait", "here": "", "elsewhere": "another instance",
			"associating here": "", "associating elsewhere": "another instance", "unassociating": "wait", "releasing": "being released"}},
		{"InUse anywhere", func(c *eip.Client) func(context.Context, string) error {
			return one(func(ctx context.Context, id string) (*eip.EipAddress, error) { return c.WaitInUse(ctx, id, "") })
		}, map[string]string{"here": "", "elsewhere": "", "associating elsewhere": ""}},
		{"Unbound", func(c *eip.Client) func(context.Context, string) error { return one(c.WaitUnbound) }, map[string]string{
			"missing": "no address", "available": "", "here": "wait", "unassociating": "", "releasing": "being released"}},
		{"Gone", func(c *eip.Client) func(context.Context, string) error {
			return func(ctx context.Context, id string) error { return c.WaitGone(ctx, id) }
		}, map[string]string{
			"missing": "", "released": "", "available": "wait", "here": "wait", "releasing": ""}},
	} {
		for _, s := range starts {
			want, listed := tc.want[s.name]
			if !listed {
				continue
			}
			t.Run(tc.name+"/"+s.name, func(t *testing.T) {
				t.Parallel()
				onFake(t, s.opts, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
					id := s.make(t, srv, c)
					ctx, cancel := context.WithTimeout(t.Context(), eip.DefaultVisibilityGrace-time.Second)
					defer cancel()
					err := tc.run(c)(ctx, id)
					if want == "" {
						require.NoError(t, err)
						return
					}
					var w *eip.WaitError
					require.ErrorAs(t, err, &w)
					assert.Equal(t, []string{id}, w.IDs)
					assert.Contains(t, err.Error(), w.State(id))
					if a, ok := srv.Address(id); ok && w.Last[id] != nil {
						assert.Equal(t, a.Status, string(w.Last[id].Status), "the last state seen")
					}
					if want == "wait" {
						require.ErrorIs(t, err, context.DeadlineExceeded)
						return
					}
					require.NotErrorIs(t, err, context.DeadlineExceeded)
					require.ErrorContains(t, err, want)
				})
			})
		}
	}
}

// A wait that would outlive the deadline is not begun, and a cancelled one ends
// at once, with the cause.
func TestWaitersAndTheContext(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := bound("i-test1")(t, srv, c)
		begin := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err := c.WaitAvailable(ctx, id)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Zero(t, time.Since(begin), "the first look was at once, and no wait was begun")
		assert.Equal(t, 1, srv.Counts().Actions["DescribeEipAddresses"])

		ctx, stop := context.WithCancelCause(t.Context())
		why := errors.New("operator said so")
		result := make(chan error, 1)
		go func() {
			_, err := c.WaitAvailable(ctx, id)
			result <- err
		}()
		synctest.Wait()
		stop(why)
		synctest.Wait()
		select {
		case err = <-result:
		default:
			t.Fatal("a cancelled wait goes on")
		}
		require.ErrorIs(t, err, why)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorContains(t, err, "InUse (i-test1)")

		before := srv.Counts().Calls
		_, err = c.WaitAvailable(ctx, id)
		require.ErrorIs(t, err, why)
		assert.Equal(t, before, srv.Counts().Calls, "a context that is over sends nothing")
	})
}

// The delays grow, differ, and keep within their bounds.
func TestWaiterDelays(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := bound("i-test1")(t, srv, c)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		_, err := c.WaitAvailable(ctx, id)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		calls := srv.CallsOf("DescribeEipAddresses")
		most := pollMin
		distinct := map[time.Duration]bool{}
		for i := 1; i < len(calls); i++ {
			d := calls[i].Time.Sub(calls[i-1].Time)
			assert.LessOrEqual(t, d, most, "delay %d", i)
			assert.Greater(t, d, most*2/3-time.Millisecond, "delay %d", i)
			distinct[d] = true
			most = min(most+most/2, pollMax)
		}
		assert.Greater(t, len(calls), 50)
		assert.Greater(t, len(distinct), 40, "delays are jittered")
	})
}

// A new address that is not visible yet is waited for, for a while.
func TestWaitersTolerateInvisibility(t *testing.T) {
	t.Parallel()
	for delay, want := range map[time.Duration]bool{
		eip.DefaultVisibilityGrace / 2: true, eip.DefaultVisibilityGrace * 2: false,
	} {
		onFake(t, []eiptest.Option{eiptest.WithVisibilityDelay(delay)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
			id := plain(t, srv, c)
			_, err := c.WaitAvailable(t.Context(), id)
			assert.Equal(t, want, err == nil, "%v", err)
			if err != nil {
				require.ErrorIs(t, err, eip.ErrNotFound)
				require.ErrorContains(t, err, "not there")
			}
		})
	}
	// One that was there and is gone is not waited for.
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := bound("i-test1")(t, srv, c)
		srv.Before(func(eiptest.Call) {
			if srv.Counts().Actions["DescribeEipAddresses"] == 1 {
				srv.ForceRelease(id)
			}
		})
		begin := time.Now()
		_, err := c.WaitAvailable(t.Context(), id)
		require.ErrorIs(t, err, eip.ErrNotFound)
		assert.Less(t, time.Since(begin), eip.DefaultVisibilityGrace/2)
	})
}

// Transitions that fall back end the waits.
func TestWaitersKnowFailures(t *testing.T) {
	t.Parallel()
	onFake(t, slowly, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := plain(t, srv, c)
		srv.FailTransitions(eiptest.Associating, 1)
		srv.FailTransitions(eiptest.Unassociating, 1)
		srv.FailTransitions(eiptest.Releasing, 1)

		_, err := c.AssociateEipAddress(t.Context(), &eip.AssociateEipAddressRequest{AllocationID: id, InstanceID: "i-test1"})
		require.NoError(t, err)
		_, err = c.WaitInUse(t.Context(), id, "i-test1")
		require.ErrorIs(t, err, eip.ErrConflict)
		require.ErrorContains(t, err, "has failed")

		_, err = c.ReleaseEipAddress(t.Context(), &eip.ReleaseEipAddressRequest{AllocationID: id})
		require.NoError(t, err)
		err = c.WaitGone(t.Context(), id)
		require.ErrorContains(t, err, "has failed")

		require.True(t, srv.ForceBind(id, "i-test1"))
		_, err = c.UnassociateEipAddress(t.Context(), &eip.UnassociateEipAddressRequest{AllocationID: id})
		require.NoError(t, err)
		_, err = c.WaitUnbound(t.Context(), id)
		require.ErrorContains(t, err, "has failed")

		srv.Fail("DescribeEipAddresses", fault.Refuse("Forbbiden"))
		_, err = c.WaitUnbound(t.Context(), id)
		require.ErrorIs(t, err, eip.ErrPermission)
	})
}

// 256 addresses take 6 calls each time, and those that have got there are not
// asked for again.
func TestWaitAll(t *testing.T) {
	t.Parallel()
	onFake(t, append(manyAddresses(256), eiptest.WithVisibilityDelay(5*time.Second)), func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		ids := fill(t, srv, c, 256)
		list, err := c.WaitAllAvailable(t.Context(), append(ids, ids[0]))
		require.NoError(t, err)
		require.Len(t, list, 256)
		for i, a := range list {
			assert.Equal(t, ids[i], a.AllocationID)
		}
		polls := map[time.Time]int{}
		for _, call := range srv.CallsOf("DescribeEipAddresses") {
			polls[call.Time]++
		}
		assert.Greater(t, len(polls), 3)
		for at, n := range polls {
			assert.LessOrEqual(t, n, 6, "%s", at)
		}

		for _, id := range ids[10:] {
			srv.ForceRelease(id)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		err = c.WaitAllGone(ctx, ids)
		var w *eip.WaitError
		require.ErrorAs(t, err, &w)
		assert.Equal(t, ids[:10], w.IDs)
		require.ErrorContains(t, err, "and 2 more")
		calls := srv.CallsOf("DescribeEipAddresses")
		asked := strings.Split(calls[len(calls)-1].Params["AllocationId"], ",")
		assert.Equal(t, ids[:10], asked, "only what is left is asked for")

		list, err = c.WaitAllAvailable(t.Context(), ids[:10])
		require.NoError(t, err)
		assert.Len(t, list, 10)
		_, err = c.WaitAllAvailable(t.Context(), ids)
		require.ErrorIs(t, err, eip.ErrNotFound)
		require.ErrorAs(t, err, &w)
		assert.Len(t, w.IDs, 246)
	})
}

func TestWaitSegment(t *testing.T) {
	t.Parallel()
	onFake(t, slowly, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		res, err := c.AllocateEipSegmentAddress(t.Context(), &eip.AllocateEipSegmentAddressRequest{EipMask: 24}) //nolint:staticcheck // deprecated by the vendor
		require.NoError(t, err)
		id := res.EipSegmentInstanceID

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = c.WaitSegmentAllocated(ctx, id)
		var w *eip.WaitError
		require.ErrorAs(t, err, &w)
		assert.Equal(t, eip.SegmentStatusAllocating, w.LastSegment.Status)
		assert.Equal(t, "Allocating", w.State(id))

		s, err := c.WaitSegmentAllocated(t.Context(), id)
		require.NoError(t, err)
		assert.Equal(t, eip.SegmentStatusAllocated, s.Status)
		assert.Equal(t, 253, s.IPCount)

		_, err = c.ReleaseEipSegmentAddress(t.Context(), &eip.ReleaseEipSegmentAddressRequest{SegmentInstanceID: id})
		require.NoError(t, err)
		_, err = c.WaitSegmentAllocated(t.Context(), id)
		require.ErrorContains(t, err, "being released")
		require.NoError(t, c.WaitSegmentGone(t.Context(), id))
		assert.Empty(t, srv.Segments())

		begin := time.Now()
		_, err = c.WaitSegmentAllocated(t.Context(), id)
		require.ErrorIs(t, err, eip.ErrNotFound)
		assert.InDelta(t, eip.DefaultVisibilityGrace.Seconds(), time.Since(begin).Seconds(), 11, "the grace, since it may be new")
		require.NoError(t, c.WaitSegmentGone(t.Context(), id))
		_, err = c.WaitSegmentAllocated(t.Context(), "")
		require.ErrorIs(t, err, eip.ErrInvalidParameter)
		srv.Fail("DescribeEipSegment", fault.Refuse("Forbbiden"))
		require.ErrorIs(t, c.WaitSegmentGone(t.Context(), id), eip.ErrPermission)
	})
}

// Groups of addresses are judged by the same rule.
func TestAbsenceOfASegment(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ fields, says string }{
		"a count without a list": {`"TotalCount":1,"EipSegments":{"EipSegment":[]}`, "the list names 0 of 1 segments"},
		"another group": {`"TotalCount":1,"EipSegments":{"EipSegment":[{"InstanceId":"eipsg-other"}]}`,
			"the list holds a segment that was not asked for"},
		"no ID":   {`"TotalCount":1,"EipSegments":{"EipSegment":[{"Status":"Allocated"}]}`, ""},
		"no list": {`"TotalCount":1`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				id := segmentOf(t, c, 28)
				_, err := c.WaitSegmentAllocated(t.Context(), id)
				require.NoError(t, err)
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
				defer cancel()
				whitelist := func() error {
					_, err := c.Whitelist(ctx, eip.WhitelistQuery{SegmentIDs: []string{id}})
					return err
				}

				srv.Fail("DescribeEipSegment", lie(tc.fields).Times(3))
				_, err = c.WaitSegmentAllocated(t.Context(), id)
				require.NoError(t, err)
				srv.Fail("DescribeEipSegment", lie(tc.fields).Times(3))
				require.NoError(t, whitelist())
				srv.Fail("DescribeEipSegment", lie(tc.fields).Times(3))
				short, end := context.WithTimeout(t.Context(), time.Minute)
				defer end()
				err = c.WaitSegmentGone(short, id)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.ErrorContains(t, err, id+" was last Allocated")

				srv.Fail("DescribeEipSegment", lie(tc.fields).Times(-1))
				_, visible := c.WaitSegmentAllocated(ctx, id)
				for _, err := range []error{whitelist(), c.WaitSegmentGone(ctx, id), visible} {
					require.Error(t, err)
					require.NotErrorIs(t, err, eip.ErrNotFound)
					assert.NotContains(t, err.Error(), "not there")
					assert.Contains(t, err.Error(), tc.says)
				}
			})
		})
	}
}
