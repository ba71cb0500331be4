package zenlayer_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/eipkit/eip-go/eiptest/fault"
	"github.com/eipkit/eip-go/zenlayer"
	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
)

// TestReconcileBelievesNoSingleAnswer: an ID that one list alone shows is not
// said to be made, and what it stands in front of is looked for.
func TestReconcileBelievesNoSingleAnswer(t *testing.T) {
	wrong, pass, empty := fault.WrongID(), fault.Pass(), fault.EmptyPage()
	type script = []fault.Fault
	for name, tt := range map[string]struct {
		amount int
		marked bool
		sole   bool
		// answers are those that the looks get; the list and the look-up by ID take
		// turns as long as something is not confirmed.
		answers script
		verdict zenlayer.Verdict
		own     int // EipIDs, all of them the call's
		found   int // candidates
		looks   int
	}{
		"marked":               {1, true, false, script{wrong}, "made", 1, 1, 2},
		"marked, one of three": {3, true, false, script{wrong}, "made", 3, 3, 2},
		"marked, twice":        {1, true, false, script{wrong, pass, wrong}, "made", 1, 1, 3},
		"marked, each time":    {2, true, false, script{wrong, pass, wrong, pass, wrong}, "undecided", 1, 4, 3},
		"marked, look-up that contradicts itself": {2, true, false, script{pass, empty}, "made", 2, 2, 2},
		"marked, look-up with another ID":         {1, true, false, script{pass, wrong}, "made", 1, 1, 2},
		"marked, no look-up that finds it":        {1, true, false, script{pass, empty, pass, empty, pass, empty}, "undecided", 0, 1, 3},
		"alone":                                   {2, false, true, script{wrong}, "undecided", 0, 3, 2},
		"alone, look-up that contradicts itself":  {2, false, true, script{pass, empty}, "made", 2, 2, 2},
		"alone, no look-up that finds it":         {1, false, true, script{pass, empty, pass, empty, pass, empty}, "undecided", 0, 1, 3},
		"not alone":                               {2, false, false, script{wrong}, "undecided", 0, 3, 2},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
				in := &zenlayer.ReconcileRequest{Request: postpaid(tt.amount), Sole: tt.sole, Settle: -1}
				if tt.marked {
					in.Request.Mark = zenlayer.NewMark()
				} else {
					in.Before = snapshot(t, c, in.Request)
				}
				in.Err = lose(t, srv, c, in.Request, fault.CutAfter())
				var made []string
				for _, a := range srv.Alive() {
					made = append(made, a.EipID)
				}
				srv.Fail("DescribeEipAddresses", tt.answers...)
				r := reconcile(t, c, in)
				assert.Equal(t, tt.verdict, r.Verdict, r)
				assert.Len(t, r.EipIDs, tt.own)
				assert.Subset(t, made, r.EipIDs)
				assert.Equal(t, tt.amount-tt.own, r.Missing)
				assert.Equal(t, tt.looks, r.Looks)
				var candidates []string
				for _, a := range r.Candidates {
					candidates = append(candidates, a.EipID)
				}
				assert.Len(t, candidates, tt.found)
				if name != "marked, each time" { // there no answer shows the first
					assert.Subset(t, candidates, made)
				}
				if tt.verdict == zenlayer.VerdictUndecided && (tt.marked || tt.sole) {
					assert.Contains(t, r.Reason, "not found by their IDs")
				}
			})
		})
	}
}

// TestReconcileSomebodyElses: a list that puts the mark on another caller's
// address does not make it the call's.
func TestReconcileSomebodyElses(t *testing.T) {
	inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
		req := postpaid(1)
		req.Mark = zenlayer.NewMark()
		lost := lose(t, srv, c, req, fault.CutBefore())
		others := srv.Make("SEL-A", "POSTPAID", 1, map[string]string{zenlayer.MarkTagKey: "another"})
		srv.Fail("DescribeEipAddresses", fault.Answer(200, nil, fmt.Sprintf(
			`{"response":{"totalCount":1,"dataSet":[{"eipId":%q,"zoneId":"SEL-A","tags":{"tags":[{"key":%q,"value":%q}]}}]}}`,
			others[0], zenlayer.MarkTagKey, req.Mark)))
		r := reconcile(t, c, &zenlayer.ReconcileRequest{Request: req, Err: lost, Settle: -1})
		assert.Equal(t, zenlayer.VerdictUndecided, r.Verdict, r)
		assert.Empty(t, r.EipIDs)
		assert.Equal(t, 1, r.Missing)
	})
}
