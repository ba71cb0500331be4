package zenlayer_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest/fault"
	"github.com/eipkit/eip-go/zenlayer"
	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
)

func snapshot(t *testing.T, c *zenlayer.Client, req *zenlayer.AllocateEipAddressesRequest) *zenlayer.Snapshot {
	t.Helper()
	s, err := c.Snapshot(t.Context(), req)
	require.NoError(t, err)
	return s
}

func reconcile(t *testing.T, c *zenlayer.Client, req *zenlayer.ReconcileRequest) *zenlayer.Reconciliation {
	t.Helper()
	r, err := c.Reconcile(t.Context(), req)
	require.NoError(t, err)
	return r
}

// lose makes a call whose answer is lost.
func lose(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client, req *zenlayer.AllocateEipAddressesRequest, how fault.Fault) error {
	t.Helper()
	srv.Fail("AllocateEipAddresses", how)
	_, err := c.AllocateEipAddresses(t.Context(), req)
	require.True(t, eip.OutcomeUnknown(err), err)
	return err
}

// TestReconcileAsksNoClock: the local clock may be fast, and with a bearer token
// nothing ever shows it.
func TestReconcileAsksNoClock(t *testing.T) {
	slow := zenlayertest.WithClock(func() time.Time { return time.Now().Add(-10 * time.Minute) })
	for name, tt := range map[string]struct {
		server []zenlayertest.Option
		client []zenlayer.Option
	}{
		"signed": {server: []zenlayertest.Option{slow}},
		"bearer": {server: []zenlayertest.Option{slow, zenlayertest.WithBearerToken("token")}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
				req := postpaid(2)
				before := snapshot(t, c, req)
				lost := lose(t, srv, c, req, fault.CutAfter())
				r := reconcile(t, c, &zenlayer.ReconcileRequest{Request: req, Err: lost, Before: before, Settle: -1})
				assert.Equal(t, zenlayer.VerdictUndecided, r.Verdict, r)
				assert.Len(t, r.Candidates, 2)
				r = reconcile(t, c, &zenlayer.ReconcileRequest{Request: req, Err: lost, Before: before, Sole: true, Settle: -1})
				assert.Equal(t, zenlayer.VerdictMade, r.Verdict, r)
			}, tt.server...)
		})
	}
}

// TestReconcileAPart: the addresses of the parts before it are not its own.
func TestReconcileAPart(t *testing.T) {
	inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
		before := snapshot(t, c, postpaid(0))
		srv.Fail("AllocateEipAddresses", fault.Pass(), fault.CutBefore())
		_, err := c.AllocateMany(t.Context(), 200, postpaid(0))
		var many *zenlayer.AllocateManyError
		require.ErrorAs(t, err, &many)
		in := &zenlayer.ReconcileRequest{Request: many.Unknown, Err: err, Before: before, Sole: true, Settle: -1}
		assert.Equal(t, zenlayer.VerdictNotMade, reconcile(t, c, in).Verdict)
		in.Err, in.Known = many.Err, many.EipIDs
		assert.Equal(t, zenlayer.VerdictNotMade, reconcile(t, c, in).Verdict)

		// Part 2 ran.
		before = snapshot(t, c, postpaid(0))
		srv.Fail("AllocateEipAddresses", fault.Pass(), fault.CutAfter())
		_, err = c.AllocateMany(t.Context(), 200, postpaid(0))
		require.ErrorAs(t, err, &many)
		r := reconcile(t, c, &zenlayer.ReconcileRequest{Request: many.Unknown, Err: fmt.Errorf("wrapped: %w", err), Before: before, Sole: true, Settle: -1})
		assert.Equal(t, zenlayer.VerdictMade, r.Verdict, r)
		assert.Len(t, r.EipIDs, 100)
		for _, id := range many.EipIDs {
			assert.NotContains(t, r.EipIDs, id)
		}
	})
}

// TestReconcileForeignErrors: only the allocation's own error tells what became
// of it.
func TestReconcileForeignErrors(t *testing.T) {
	inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
		req := postpaid(2)
		req.Mark = zenlayer.NewMark()
		ids := allocate(t, c, req)
		srv.Fail("DescribeEipAddresses", fault.Refuse("AUTHFAILURE_UNAUTHORIZED_OPERATION"))
		_, err := c.WaitAllAvailable(t.Context(), ids)
		require.ErrorIs(t, err, eip.ErrPermission)
		_, invalid := c.DescribeEipAddresses(t.Context(), &zenlayer.DescribeEipAddressesRequest{PageSize: -1})
		srv.Fail("DescribeEipAddresses", fault.BadGateway().Times(8))
		_, failed := c.DescribeEipAddresses(t.Context(), nil)
		for _, err := range []error{err, invalid, failed, errors.New("somebody else's")} {
			r := reconcile(t, c, &zenlayer.ReconcileRequest{Request: req, Err: err, Settle: -1})
			assert.Equal(t, zenlayer.VerdictMade, r.Verdict, "%s: %s", err, r)
		}

		whole := postpaid(0)
		before := snapshot(t, c, whole)
		srv.Fail("AllocateEipAddresses", fault.Pass(), fault.Refuse("INVALID_EIP_TYPE_ZONE_NO_SELL"))
		_, err = c.AllocateMany(t.Context(), 200, whole)
		r := reconcile(t, c, &zenlayer.ReconcileRequest{Request: whole, Err: err, Before: before, Settle: -1})
		assert.Positive(t, r.Looks, "an error that holds addresses is no refusal of the whole")
		srv.Fail("AllocateEipAddresses", fault.Refuse("INVALID_EIP_TYPE_ZONE_NO_SELL"))
		_, err = c.AllocateMany(t.Context(), 200, whole)
		r = reconcile(t, c, &zenlayer.ReconcileRequest{Request: whole, Err: err, Before: before, Settle: -1})
		assert.Equal(t, zenlayer.VerdictNotMade, r.Verdict)
		assert.Zero(t, r.Looks)
		_, err = c.AllocateMany(t.Context(), 0, whole)
		assert.Equal(t, zenlayer.VerdictNotMade, reconcile(t, c, &zenlayer.ReconcileRequest{Request: whole, Err: err, Before: before}).Verdict)
	})
}

// TestReconcileForgetsNothing: what one look saw is there for the verdict, even
// if it is gone, or hidden, at the next.
func TestReconcileForgetsNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
		req := postpaid(2)
		before := snapshot(t, c, req)
		lost := lose(t, srv, c, req, fault.CutAfter())
		looks := 0
		srv.Before(func(call zenlayertest.Call) {
			if looks++; looks == 2 {
				for _, a := range srv.Addresses() {
					srv.Drop(a.EipID)
				}
			}
		})
		r := reconcile(t, c, &zenlayer.ReconcileRequest{Request: req, Err: lost, Before: before})
		assert.Greater(t, r.Looks, 2)
		assert.Equal(t, zenlayer.VerdictUndecided, r.Verdict, r)
		assert.Len(t, r.Candidates, 2)
	})
}

// TestReconcileLateTags: an address that was untagged at first is judged by the
// tags that it got.
func TestReconcileLateTags(t *testing.T) {
	inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
		req := postpaid(1)
		before := snapshot(t, c, req)
		lost := lose(t, srv, c, req, fault.CutBefore())
		list := func(tags string) fault.Fault {
			return fault.Answer(200, nil, `{"response":{"totalCount":1,"dataSet":[{"eipId":"eip-1","zoneId":"SEL-A","eipChargeType":"POSTPAID"`+tags+`}]}}`)
		}
		srv.Fail("DescribeEipAddresses", list(""), list(`,"tags":{"tags":[{"key":"eip-go-mark","value":"other"}]}`))
		r := reconcile(t, c, &zenlayer.ReconcileRequest{Request: req, Err: lost, Before: before})
		assert.Equal(t, zenlayer.VerdictNotMade, r.Verdict, r)
		assert.Empty(t, r.Candidates)
	})
}

// TestReconcileHiddenByPages: addresses that others remove and add while pages
// are read keep the total as it is, and hide what moves to a page already read.
func TestReconcileHiddenByPages(t *testing.T) {
	tags := map[string]string{"somebody": "else"}
	for name, tt := range map[string]struct {
		always  bool // they never stop
		found   int
		verdict zenlayer.Verdict
		fault   fault.Fault
	}{
		"once":         {found: 2, verdict: "undecided", fault: fault.CutAfter()},
		"always":       {always: true, verdict: "undecided", fault: fault.CutBefore()},
		"nothing made": {verdict: "not made", fault: fault.CutBefore()},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
				old := srv.Make("SEL-A", "POSTPAID", 1000, nil)
				req := postpaid(2)
				req.Tags = zenlayer.Tags{"mine": "1"}
				before := snapshot(t, c, req)
				lost := lose(t, srv, c, req, tt.fault)
				srv.Make("SEL-A", "POSTPAID", 15, tags)
				pages := 0
				srv.Before(func(call zenlayertest.Call) {
					if pages++; pages%2 == 0 && (pages == 2 || tt.always) {
						srv.Drop(old[:20]...)
						old = old[20:]
						srv.Make("SEL-A", "POSTPAID", 20, tags)
					}
				})
				r := reconcile(t, c, &zenlayer.ReconcileRequest{Request: req, Err: lost, Before: before, Settle: -1})
				assert.Equal(t, tt.verdict, r.Verdict, r)
				assert.Len(t, r.Candidates, tt.found)
				if tt.always {
					assert.Contains(t, r.Reason, "pages")
				}
			})
		})
	}
}

// TestSnapshotIsComplete: an old address that pages hide would look new
// afterwards.
func TestSnapshotIsComplete(t *testing.T) {
	for name, always := range map[string]bool{"they stop": false, "they never stop": true} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
				old := srv.Make("SEL-A", "POSTPAID", 1002, nil)
				pages := 0
				srv.Before(func(zenlayertest.Call) {
					if pages++; pages == 2 || always {
						srv.Drop(old[:2]...)
						old = old[2:]
						srv.Make("SEL-A", "POSTPAID", 2, nil)
					}
				})
				req := postpaid(2)
				before := snapshot(t, c, req)
				srv.Before(nil)
				assert.Equal(t, always, before.Incomplete)
				lost := lose(t, srv, c, req, fault.CutBefore())
				r := reconcile(t, c, &zenlayer.ReconcileRequest{Request: req, Err: lost, Before: before, Sole: true, Settle: -1})
				if always {
					assert.Equal(t, zenlayer.VerdictUndecided, r.Verdict, r)
					assert.Contains(t, r.Reason, "incomplete")
					return
				}
				for _, a := range srv.Addresses() {
					assert.Contains(t, before.EipIDs, a.EipID)
				}
				assert.Equal(t, zenlayer.VerdictNotMade, r.Verdict, r)
			})
		})
	}
}

// TestReconcileMarks: a mark is as good as it is unique, and is found anywhere.
func TestReconcileMarks(t *testing.T) {
	t.Run("used again", func(t *testing.T) {
		inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
			req := postpaid(1)
			req.Mark = "again"
			first := allocate(t, c, req)
			lost := lose(t, srv, c, req, fault.CutBefore())
			r := reconcile(t, c, &zenlayer.ReconcileRequest{Request: req, Err: lost, Known: first, Settle: -1})
			assert.Equal(t, zenlayer.VerdictNotMade, r.Verdict, r)
			r = reconcile(t, c, &zenlayer.ReconcileRequest{Request: req, Err: lost, Before: snapshot(t, c, req), Settle: -1})
			assert.Equal(t, zenlayer.VerdictUndecided, r.Verdict, r)
			assert.Empty(t, r.EipIDs)
			assert.Equal(t, 1, r.Missing)

			before := snapshot(t, c, req)
			lost = lose(t, srv, c, req, fault.CutAfter())
			r = reconcile(t, c, &zenlayer.ReconcileRequest{Request: req, Err: lost, Before: before, Settle: -1})
			assert.Equal(t, zenlayer.VerdictUndecided, r.Verdict, r)
			assert.Len(t, r.Candidates, 1)
			r = reconcile(t, c, &zenlayer.ReconcileRequest{Request: req, Err: lost, Settle: -1})
			assert.Equal(t, zenlayer.VerdictUndecided, r.Verdict, "one too many: %s", r)
			assert.Empty(t, r.EipIDs)
		})
	})
	t.Run("in another zone", func(t *testing.T) {
		inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
			req := postpaid(1)
			req.Mark = zenlayer.NewMark()
			srv.Make("HKG-A", "POSTPAID", 1, map[string]string{zenlayer.MarkTagKey: req.Mark})
			lost := lose(t, srv, c, req, fault.CutBefore())
			r := reconcile(t, c, &zenlayer.ReconcileRequest{Request: req, Err: lost, Settle: -1})
			assert.Equal(t, zenlayer.VerdictUndecided, r.Verdict, r)
		})
	})
	t.Run("moved", func(t *testing.T) {
		inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
			req := postpaid(2)
			req.ResourceGroupID, req.Mark = "rg-a", zenlayer.NewMark()
			before := snapshot(t, c, req)
			lost := lose(t, srv, c, req, fault.CutAfter())
			for _, a := range srv.Alive() {
				srv.SetResourceGroup("rg-b", a.EipID)
			}
			r := reconcile(t, c, &zenlayer.ReconcileRequest{Request: req, Err: lost, Before: before, Settle: -1})
			assert.Equal(t, zenlayer.VerdictMade, r.Verdict, r)
		})
	})
}
