package zenlayer_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest/fault"
	"github.com/eipkit/eip-go/zenlayer"
	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
)

// TestReconcile: what can be known about a call in each situation, and that no
// more is claimed.
func TestReconcile(t *testing.T) {
	mark := map[string]string{zenlayer.MarkTagKey: "somebody-else"}
	for name, tt := range map[string]struct {
		amount   int
		marked   bool
		snapshot bool
		sole     bool
		group    string
		delay    time.Duration // until new addresses are visible
		fault    fault.Fault
		others   func(srv *zenlayertest.Server) // what others do meanwhile
		verdict  zenlayer.Verdict
		own      bool // EipIDs are those that the call made
		found    int  // candidates
		missing  int
		atOnce   bool
	}{
		"refused":              {amount: 2, snapshot: true, fault: fault.Refuse("INVALID_EIP_TYPE_ZONE_NO_SELL"), verdict: "not made", missing: 2, atOnce: true},
		"throttled to the end": {amount: 1, snapshot: true, fault: fault.Throttle().Times(-1), verdict: "not made", missing: 1, atOnce: true},

		"cut before it ran":              {amount: 3, snapshot: true, fault: fault.CutBefore(), verdict: "not made", missing: 3},
		"cut after it ran":               {amount: 3, snapshot: true, fault: fault.CutAfter(), verdict: "undecided", found: 3, missing: 3},
		"cut after it ran, alone":        {amount: 3, snapshot: true, sole: true, fault: fault.CutAfter(), verdict: "made", own: true, found: 3},
		"cut before it ran, alone":       {amount: 3, snapshot: true, sole: true, fault: fault.CutBefore(), verdict: "not made", missing: 3},
		"not as alone as promised":       {amount: 3, snapshot: true, sole: true, fault: fault.CutAfter(), others: making(1, nil), verdict: "undecided", found: 4, missing: 3},
		"somebody else, as many":         {amount: 2, snapshot: true, fault: fault.CutBefore(), others: making(2, nil), verdict: "undecided", found: 2, missing: 2},
		"somebody else, with a mark":     {amount: 2, snapshot: true, fault: fault.CutBefore(), others: making(2, mark), verdict: "not made", missing: 2},
		"somebody else, elsewhere":       {amount: 2, snapshot: true, fault: fault.CutBefore(), others: elsewhere, verdict: "not made", missing: 2},
		"late, alone":                    {amount: 1, snapshot: true, sole: true, delay: 12 * time.Second, fault: fault.CutAfter(), verdict: "made", own: true, found: 1},
		"moved into the group meanwhile": {amount: 1, snapshot: true, group: "rg-2", fault: fault.CutBefore(), others: moving, verdict: "undecided", found: 1, missing: 1},
		"in the group":                   {amount: 1, snapshot: true, group: "rg-2", sole: true, fault: fault.CutAfter(), others: making(5, nil), verdict: "made", own: true, found: 1},

		"marked, after it ran":             {amount: 3, marked: true, fault: fault.CutAfter(), verdict: "made", own: true, found: 3, atOnce: true},
		"marked, body cut":                 {amount: 100, marked: true, fault: fault.CutBody(), verdict: "made", own: true, found: 100, atOnce: true},
		"marked, others as well":           {amount: 3, marked: true, fault: fault.CutAfter(), others: making(3, nil), verdict: "made", own: true, found: 3, atOnce: true},
		"marked, snapshot, others as well": {amount: 3, marked: true, snapshot: true, fault: fault.CutAfter(), others: making(3, nil), verdict: "made", own: true, found: 3, atOnce: true},
		"marked, before it ran":            {amount: 3, marked: true, fault: fault.CutBefore(), others: making(3, nil), verdict: "not made", missing: 3},
		"marked, late":                     {amount: 3, marked: true, delay: 12 * time.Second, fault: fault.CutAfter(), verdict: "made", own: true, found: 3},
		"marked, untagged ones are there":  {amount: 3, marked: true, snapshot: true, fault: fault.CutBefore(), others: making(3, nil), verdict: "undecided", found: 3, missing: 3},
		"marked, other marks are there":    {amount: 3, marked: true, snapshot: true, fault: fault.CutBefore(), others: making(3, mark), verdict: "not made", missing: 3},
		"marked, some are gone already":    {amount: 3, marked: true, fault: fault.CutAfter(), others: dropOne, verdict: "undecided", own: true, found: 2, missing: 1},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
				ctx := t.Context()
				srv.Make("SEL-A", "POSTPAID", 5, nil)
				time.Sleep(time.Hour)
				req := postpaid(tt.amount)
				req.ResourceGroupID = tt.group
				if tt.marked {
					req.Mark = zenlayer.NewMark()
				}
				in := &zenlayer.ReconcileRequest{Request: req, Sole: tt.sole}
				if tt.snapshot {
					before, err := c.Snapshot(ctx, req)
					require.NoError(t, err)
					in.Before = before
				}
				srv.Fail("AllocateEipAddresses", tt.fault)
				_, in.Err = c.AllocateEipAddresses(ctx, req)
				require.Error(t, in.Err)
				var own []string
				for _, a := range srv.AddressesEverMade() {
					if a.Call != 0 {
						own = append(own, a.EipID)
					}
				}
				if tt.others != nil {
					tt.others(srv)
				}
				began := time.Now()
				rec, err := c.Reconcile(ctx, in)
				require.NoError(t, err)
				assert.Equal(t, tt.verdict, rec.Verdict, rec.Reason)
				assert.Equal(t, tt.verdict != zenlayer.VerdictUndecided, rec.Certain())
				assert.Len(t, rec.Candidates, tt.found, rec.String())
				assert.Equal(t, tt.missing, rec.Missing)
				assert.NotEmpty(t, rec.Reason)
				if tt.own {
					assert.Subset(t, own, rec.EipIDs)
					assert.Len(t, rec.EipIDs, tt.amount-tt.missing)
				} else {
					assert.Empty(t, rec.EipIDs)
				}
				if tt.atOnce {
					assert.Zero(t, time.Since(began))
				} else if tt.delay == 0 || !tt.marked {
					assert.InDelta(t, 30*time.Second, time.Since(began), float64(time.Second))
				}
				assert.LessOrEqual(t, srv.Counts().Actions["AllocateEipAddresses"], 200, "it reads only")
			}, zenlayertest.WithVisibilityDelay(tt.delay))
		})
	}
}

func making(n int, tags map[string]string) func(*zenlayertest.Server) {
	return func(srv *zenlayertest.Server) { srv.Make("SEL-A", "POSTPAID", n, tags) }
}

func elsewhere(srv *zenlayertest.Server) {
	srv.Make("HKG-A", "POSTPAID", 2, nil)
	srv.Make("SEL-A", "PREPAID", 2, nil)
}

// moving puts an address of an hour ago into the group.
func moving(srv *zenlayertest.Server) {
	srv.SetResourceGroup("rg-2", srv.Addresses()[0].EipID)
}

func dropOne(srv *zenlayertest.Server) {
	all := srv.Addresses()
	srv.Drop(all[len(all)-1].EipID)
}

// TestReconcileAfterACrash: snapshot and request were written down, the error
// was lost.
func TestReconcileAfterACrash(t *testing.T) {
	inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
		req := postpaid(2)
		before, err := c.Snapshot(t.Context(), req)
		require.NoError(t, err)
		text, err := json.Marshal(before)
		require.NoError(t, err)
		allocate(t, c, req)

		var again zenlayer.Snapshot
		require.NoError(t, json.Unmarshal(text, &again))
		rec, err := c.Reconcile(t.Context(), &zenlayer.ReconcileRequest{Request: req, Before: &again, Sole: true, Settle: -1})
		require.NoError(t, err)
		assert.Equal(t, zenlayer.VerdictMade, rec.Verdict)
		assert.Equal(t, 1, rec.Looks)
		assert.Contains(t, rec.String(), rec.EipIDs[0])

		srv.Fail("DescribeEipAddresses", fault.Refuse("AUTHFAILURE_UNAUTHORIZED_OPERATION").Times(2))
		_, err = c.Reconcile(t.Context(), &zenlayer.ReconcileRequest{Request: req, Before: &again})
		require.ErrorIs(t, err, eip.ErrPermission)
		_, err = c.Snapshot(t.Context(), req)
		require.ErrorIs(t, err, eip.ErrPermission)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		_, err = c.Reconcile(ctx, &zenlayer.ReconcileRequest{Request: req, Before: &again})
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

// TestConcurrentMarks: calls that run at the same time, each cut after it ran,
// all find their own.
func TestConcurrentMarks(t *testing.T) {
	inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
		const calls = 20
		srv.Fail("AllocateEipAddresses", fault.CutAfter().Times(-1))
		type outcome struct {
			rec *zenlayer.Reconciliation
			err error
		}
		done := make(chan outcome, calls)
		for i := range calls {
			go func() {
				req := postpaid(i%3 + 1)
				req.Mark = zenlayer.NewMark()
				_, err := c.AllocateEipAddresses(t.Context(), req)
				rec, failed := c.Reconcile(t.Context(), &zenlayer.ReconcileRequest{Request: req, Err: err})
				done <- outcome{rec, failed}
			}()
		}
		seen := map[string]bool{}
		for range calls {
			o := <-done
			require.NoError(t, o.err)
			assert.Equal(t, zenlayer.VerdictMade, o.rec.Verdict, o.rec)
			for _, id := range o.rec.EipIDs {
				assert.False(t, seen[id], "claimed twice")
				seen[id] = true
			}
		}
		assert.Len(t, seen, len(srv.AddressesEverMade()))
		assert.Equal(t, calls, srv.Counts().Actions["AllocateEipAddresses"], "no call was repeated")
	})
}
