package zenlayer_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/eipkit/eip-go/eiptest/fault"
	"github.com/eipkit/eip-go/zenlayer"
	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
)

// TestSnapshotBelievesNoSingleAnswer: an old address that one answer leaves out,
// or names otherwise, does not look new afterwards.
func TestSnapshotBelievesNoSingleAnswer(t *testing.T) {
	wrong, pass := fault.WrongID(), fault.Pass()
	gone := fault.Answer(200, nil, `{"response":{"totalCount":0,"dataSet":[]}}`)
	for name, tt := range map[string]struct {
		old        int
		answers    []fault.Fault
		incomplete bool
		calls      int
	}{
		"first walk":                {1, []fault.Fault{wrong}, false, 2},
		"second walk":               {1, []fault.Fault{pass, wrong}, false, 2},
		"empty at first":            {1, []fault.Fault{gone}, false, 2},
		"contradicts itself":        {1, []fault.Fault{fault.EmptyPage(), wrong}, false, 3},
		"contradicts itself always": {1, []fault.Fault{fault.ShortPage().Times(8)}, true, 9}, // two pages a walk
		"several pages":             {1001, []fault.Fault{wrong}, false, 6},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
				old := srv.Make("SEL-A", "POSTPAID", tt.old, nil)
				req := postpaid(1)
				srv.Fail("DescribeEipAddresses", tt.answers...)
				before := snapshot(t, c, req)
				assert.Equal(t, tt.incomplete, before.Incomplete)
				assert.Subset(t, before.EipIDs, old)
				assert.Equal(t, tt.calls, srv.Counts().Actions["DescribeEipAddresses"])
				lost := lose(t, srv, c, req, fault.CutBefore())
				r := reconcile(t, c, &zenlayer.ReconcileRequest{Request: req, Err: lost, Before: before, Sole: true, Settle: -1})
				assert.Equal(t, zenlayer.VerdictNotMade, r.Verdict, r)
			})
		})
	}
}
