package zenlayer_test

import (
	"context"
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

// lies are answers that do not show an address and do not prove that it is
// gone, with a part of what the error says. An empty part stands for an answer
// that the decoder may refuse as a whole.
var lies = map[string]struct{ fields, says string }{
	"a count without a list": {`"totalCount":1,"dataSet":[]`, "the list names 0 of 1 addresses"},
	"another address":        {`"totalCount":1,"dataSet":[{"eipId":"other","zoneId":"HKG-A"}]`, "the list holds an address "},
	"fewer than it counts":   {`"totalCount":3,"dataSet":[{"eipId":"other","zoneId":"HKG-A"}]`, "the list holds an address "},
	"no ID":                  {`"totalCount":1,"dataSet":[{"zoneId":"SEL-A"}]`, ""},
	"no list":                {`"totalCount":1`, ""},
}

func lie(fields string) fault.Fault {
	return fault.Answer(200, nil, `{"requestId":"r","response":{"requestId":"r",`+fields+`}}`)
}

// lookup is something that may conclude that an address is not there.
type lookup struct {
	run  func(ctx context.Context, c *zenlayer.Client, id string) error
	once bool // it does not go on until the context ends
	// after says what is expected once the service has told the truth; by
	// default no error.
	after error
	gone  bool // the address is gone then
}

var lookups = map[string]lookup{
	"GetEip": {once: true, run: func(ctx context.Context, c *zenlayer.Client, id string) error {
		_, err := c.GetEip(ctx, id)
		return err
	}},
	"WaitAvailable": {run: func(ctx context.Context, c *zenlayer.Client, id string) error {
		_, err := c.WaitAvailable(ctx, id)
		return err
	}},
	"WaitAssociated": {after: zenlayer.ErrUnexpectedStatus, run: func(ctx context.Context, c *zenlayer.Client, id string) error {
		_, err := c.WaitAssociated(ctx, id, "instance-sel-1")
		return err
	}},
	"WaitAllRecycled": {after: context.DeadlineExceeded, run: func(ctx context.Context, c *zenlayer.Client, id string) error {
		return c.WaitAllRecycled(ctx, []string{id})
	}},
	"WaitAllGone": {after: context.DeadlineExceeded, run: func(ctx context.Context, c *zenlayer.Client, id string) error {
		return c.WaitAllGone(ctx, []string{id})
	}},
	"EnsureReleased": {gone: true, run: func(ctx context.Context, c *zenlayer.Client, id string) error { return c.EnsureReleased(ctx, id) }},
}

func eachLie(t *testing.T, f func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client, l lookup, id, fields, says string)) {
	t.Helper()
	for name, l := range lookups {
		for which, tc := range lies {
			t.Run(name+"/"+which, func(t *testing.T) {
				inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
					id := srv.Make("SEL-A", "POSTPAID", 1, nil)[0]
					time.Sleep(time.Minute) // fake time
					f(t, srv, c, l, id, tc.fields, tc.says)
				})
			})
		}
	}
}

// A look that proves nothing is followed by another one, whose answer counts.
func TestAbsenceIsProven(t *testing.T) {
	eachLie(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client, l lookup, id, fields, _ string) {
		srv.Fail("DescribeEipAddresses", lie(fields).Times(3))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		err := l.run(ctx, c, id)
		if l.after != nil {
			require.ErrorIs(t, err, l.after)
		} else {
			require.NoError(t, err)
		}
		_, alive := srv.Address(id)
		assert.Equal(t, !l.gone, alive)
	})
}

// If no look proves anything, the error says so, nothing is changed or called
// gone, and the looks are bounded.
func TestAbsenceIsNeverProven(t *testing.T) {
	eachLie(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client, l lookup, id, fields, says string) {
		alive, before := srv.Addresses(), srv.Counts().Actions["DescribeEipAddresses"]
		srv.Fail("DescribeEipAddresses", lie(fields).Times(-1))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		err := l.run(ctx, c, id)
		require.Error(t, err)
		require.NotErrorIs(t, err, eip.ErrNotFound)
		assert.NotContains(t, err.Error(), "not found")
		assert.False(t, eip.OutcomeUnknown(err))
		var answer *eip.AnswerError
		require.ErrorAs(t, err, &answer)
		assert.Equal(t, alive, srv.Addresses())
		var batch *zenlayer.BatchError
		if errors.As(err, &batch) {
			assert.Equal(t, []string{id}, batch.Left)
		}
		if says == "" {
			return
		}
		assert.Contains(t, answer.Reason, says)
		assert.Equal(t, "r", eip.RequestID(err))
		looks := srv.Counts().Actions["DescribeEipAddresses"] - before
		if l.once {
			assert.Equal(t, 4, looks)
			return
		}
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Contains(t, err.Error(), "(not seen)")
		assert.Less(t, looks, 100)
	})
}

// The context ends the looks of a look-up, and its error is told.
func TestAbsenceAndTheContext(t *testing.T) {
	for name, l := range lookups {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
				srv.Fail("DescribeEipAddresses", lie(lies["a count without a list"].fields).Times(-1))
				why := errors.New("enough")
				ctx, cancel := context.WithCancelCause(t.Context())
				begin := time.Now()
				time.AfterFunc(100*time.Millisecond, func() { cancel(why) })
				err := l.run(ctx, c, "id")
				require.ErrorIs(t, err, why)
				require.ErrorContains(t, err, "the list names 0 of 1 addresses")
				require.NotErrorIs(t, err, eip.ErrNotFound)
				assert.Equal(t, 100*time.Millisecond, time.Since(begin))
			})
		})
	}
}

// What is in a list is there; what is not in it is gone only if the list does not
// contradict itself.
func TestLookupsBelieve(t *testing.T) {
	element := func(id string) string { return fmt.Sprintf(`{"eipId":%q}`, id) }
	for name, tc := range map[string]struct {
		fields  string
		missing []string // nil: the look-up proves nothing
	}{
		"all there, wrong count":   {`"totalCount":7,"dataSet":[` + element("a") + `,` + element("b") + `]`, []string{}},
		"one missing":              {`"totalCount":1,"dataSet":[` + element("b") + `]`, []string{"a"}},
		"no count":                 {`"dataSet":[` + element("b") + `]`, []string{"a"}},
		"none":                     {`"totalCount":0,"dataSet":[]`, []string{"a", "b"}},
		"no list for a count of 0": {`"totalCount":0`, []string{"a", "b"}},
		"one twice":                {`"totalCount":2,"dataSet":[` + element("b") + `,` + element("b") + `]`, nil},
		"more than asked for":      {`"totalCount":2,"dataSet":[` + element("b") + `,` + element("c") + `]`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
				srv.Fail("DescribeEipAddresses", lie(tc.fields).Times(-1))
				list, err := c.GetEips(t.Context(), []string{"a", "b"})
				if tc.missing == nil {
					require.Error(t, err)
					require.NotErrorIs(t, err, eip.ErrNotFound)
					assert.Empty(t, list)
					return
				}
				assert.Len(t, list, 2-len(tc.missing))
				var gone *eip.NotFoundError
				if errors.As(err, &gone) {
					assert.Equal(t, tc.missing, gone.IDs)
				} else {
					require.NoError(t, err)
					assert.Empty(t, tc.missing)
				}
			})
		})
	}
}

// A call that ran is never "not made" because a list does not show what it made.
func TestReconcileAgainstLies(t *testing.T) {
	for which, tc := range lies {
		for _, marked := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, marked: %t", which, marked), func(t *testing.T) {
				inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
					req := postpaid(2)
					in := &zenlayer.ReconcileRequest{Request: req, Sole: true}
					if marked {
						req.Mark = zenlayer.NewMark()
					} else {
						in.Before = snapshot(t, c, req)
					}
					in.Err = lose(t, srv, c, req, fault.CutAfter())
					times := 5
					if tc.says == "" {
						times = 3 // refused as a whole, which ends a call at the fourth
					}
					srv.Fail("DescribeEipAddresses", lie(tc.fields).Times(times))
					assert.Equal(t, zenlayer.VerdictMade, reconcile(t, c, in).Verdict, "the later looks tell")

					srv.Fail("DescribeEipAddresses", lie(tc.fields).Times(-1))
					r, err := c.Reconcile(t.Context(), in)
					if tc.says == "" {
						if err == nil { // else the answer is refused as a whole
							assert.Equal(t, zenlayer.VerdictUndecided, r.Verdict, r)
						}
						return
					}
					require.NoError(t, err)
					assert.Equal(t, zenlayer.VerdictUndecided, r.Verdict, r)
					assert.Contains(t, r.Reason, tc.says)
					assert.Less(t, r.Looks, 100)
				})
			})
		}
	}
}

// A snapshot from such a list says that it is incomplete.
func TestSnapshotOfLies(t *testing.T) {
	for which, tc := range lies {
		t.Run(which, func(t *testing.T) {
			inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
				srv.Make("SEL-A", "POSTPAID", 2, nil)
				srv.Fail("DescribeEipAddresses", lie(tc.fields).Times(3))
				s := snapshot(t, c, postpaid(1))
				assert.False(t, s.Incomplete, "the later walks are whole")
				assert.Subset(t, s.EipIDs, []string{srv.Addresses()[0].EipID, srv.Addresses()[1].EipID})
				srv.Fail("DescribeEipAddresses", lie(tc.fields).Times(-1))
				s, err := c.Snapshot(t.Context(), postpaid(1))
				if err == nil {
					assert.True(t, s.Incomplete)
				} else {
					assert.Empty(t, tc.says, "%v", err)
				}
			})
		})
	}
}
