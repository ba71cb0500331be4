package zenlayer_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest/fault"
	"github.com/eipkit/eip-go/zenlayer"
	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
)

// TestAllocateManyChecksFirst: what is wrong with the last part is found before
// the first is paid for.
func TestAllocateManyChecksFirst(t *testing.T) {
	inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
		for name, change := range map[string]func(*zenlayer.AllocateEipAddressesRequest){
			"the mark gets too long": func(r *zenlayer.AllocateEipAddressesRequest) { r.Mark = strings.Repeat("m", 126) },
			"a tag takes its place": func(r *zenlayer.AllocateEipAddressesRequest) {
				r.Mark, r.Tags = "m", zenlayer.Tags{zenlayer.MarkTagKey: "m-1"}
			},
			"no zone":   func(r *zenlayer.AllocateEipAddressesRequest) { r.ZoneID = "" },
			"set twice": func(r *zenlayer.AllocateEipAddressesRequest) { r.Extra = map[string]any{"amount": 7} },
		} {
			req := postpaid(0)
			change(req)
			_, err := c.AllocateMany(t.Context(), 1000, req)
			require.Error(t, err, name)
			var partial *zenlayer.AllocateManyError
			assert.NotErrorAs(t, err, &partial, name)
			assert.False(t, eip.OutcomeUnknown(err), name)
		}
		assert.Empty(t, srv.AddressesEverMade())
		req := postpaid(0)
		req.Mark = strings.Repeat("m", 125)
		res, err := c.AllocateMany(t.Context(), 1000, req)
		require.NoError(t, err)
		assert.Len(t, res.EipIDs, 1000)
		assert.Equal(t, 10, res.Calls)
	})
}

// TestTooFewIDs: what the answer left out is an unknown outcome, and Reconcile
// finds it.
func TestTooFewIDs(t *testing.T) {
	for name, mark := range map[string]string{"marked": "m", "sole": ""} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
				req := postpaid(0)
				req.Mark = mark
				before := snapshot(t, c, req)
				// The service makes five, and its answer names two.
				srv.Fail("AllocateEipAddresses", fault.CutAfter())
				part := postpaid(5)
				if mark != "" {
					part.Mark = mark + "-1"
				}
				_, _ = c.AllocateEipAddresses(t.Context(), part)
				made := srv.Addresses()
				require.Len(t, made, 5)
				srv.Fail("AllocateEipAddresses", fault.Answer(200, nil,
					`{"requestId":"r","response":{"eipIdSet":["`+made[0].EipID+`","","`+made[3].EipID+`"]}}`))
				_, err := c.AllocateMany(t.Context(), 5, req)
				require.ErrorContains(t, err, "2 IDs for an amount of 5")
				assert.True(t, eip.OutcomeUnknown(err))
				var partial *zenlayer.AllocateManyError
				require.ErrorAs(t, err, &partial)
				require.NotNil(t, partial.Unknown)
				assert.Equal(t, 3, partial.Unknown.Amount)
				r := reconcile(t, c, &zenlayer.ReconcileRequest{Request: partial.Unknown, Err: err, Before: before, Sole: true, Settle: -1})
				assert.Equal(t, zenlayer.VerdictMade, r.Verdict, r)
				assert.ElementsMatch(t, []string{made[1].EipID, made[2].EipID, made[4].EipID}, r.EipIDs)
			})
		})
	}
}

// TestReleaseOfTheNew: an address that is not listed yet is not gone.
func TestReleaseOfTheNew(t *testing.T) {
	inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
		ids := allocate(t, c, postpaid(2))
		require.NoError(t, c.EnsureAllReleased(t.Context(), ids))
		assert.Empty(t, srv.Addresses())

		// What is in doubt when it ends is left, not done.
		ids = allocate(t, c, postpaid(2))
		srv.Fail("DescribeEipAddresses", fault.Pass(), fault.Refuse("AUTHFAILURE_UNAUTHORIZED_OPERATION"))
		err := c.EnsureAllReleased(t.Context(), ids)
		var batch *zenlayer.BatchError
		require.ErrorAs(t, err, &batch)
		assert.Equal(t, ids, batch.Left)
		began := time.Now()
		require.NoError(t, c.EnsureAllReleased(t.Context(), append(ids, "eip-nobody")))
		assert.Empty(t, srv.Addresses())
		assert.Less(t, time.Since(began), 2*time.Minute)
	}, zenlayertest.WithVisibilityDelay(20*time.Second))
}

// TestWaitAssociatedTooLate: the binding has failed before the first look.
func TestWaitAssociatedTooLate(t *testing.T) {
	inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
		id := srv.Make("SEL-A", "POSTPAID", 1, nil)[0]
		srv.FailAssociation(1)
		_, err := c.AssociateEipAddress(t.Context(), &zenlayer.AssociateEipAddressRequest{EipID: id, InstanceID: "instance-sel-1"})
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		began := time.Now()
		_, err = c.WaitAssociated(ctx, id, "instance-sel-1")
		require.ErrorIs(t, err, zenlayer.ErrUnexpectedStatus)
		assert.Greater(t, time.Since(began), 30*time.Second, "it may still begin")
		assert.Less(t, time.Since(began), time.Minute)
	}, zenlayertest.WithTransition(0))
}

// TestTerminateManyStops: what holds for every call is not waited out for each.
func TestTerminateManyStops(t *testing.T) {
	for name, within := range map[string]time.Duration{"patience ends": time.Hour, "the context would": 40 * time.Second} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
				ids := srv.Make("SEL-A", "POSTPAID", 5, nil)
				time.Sleep(time.Minute)
				srv.Fail("TerminateEipAddress", fault.Pass(), fault.ThrottleRetryAfter(45*time.Second).Times(-1))
				ctx, cancel := context.WithTimeout(t.Context(), within)
				defer cancel()
				began := time.Now()
				err := c.TerminateMany(ctx, ids)
				var batch *zenlayer.BatchError
				require.ErrorAs(t, err, &batch)
				require.ErrorIs(t, err, eip.ErrThrottled)
				assert.Equal(t, ids[:1], batch.Done)
				assert.Equal(t, ids[1:], batch.Left)
				assert.LessOrEqual(t, time.Since(began), 2*time.Minute)
				assert.LessOrEqual(t, srv.Counts().Actions["TerminateEipAddress"], 4)
				assert.Equal(t, 1, strings.Count(err.Error(), "REQUEST_LIMIT_EXCEEDED"), err)
			})
		})
	}
}
