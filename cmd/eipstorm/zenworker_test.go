package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest/fault"
	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
)

// zenTest is a worker with a service of its own.
type zenTest struct {
	srv    *zenlayertest.Server
	ran    *zenAttempts
	books  *zenBooks
	worker *zenWorker
}

func newZenTest(t *testing.T, opts ...zenlayertest.Option) *zenTest {
	t.Helper()
	srv := zenlayertest.NewServer(t, append(opts, zenlayertest.WithZones(zenlayertest.Zone{ID: zenZone, Stock: -1}))...)
	z := &zenTest{srv: srv, ran: &zenAttempts{call: map[int]int{}}, books: newZenBooks()}
	srv.Before(z.ran.see)
	client, err := zenClient(srv.URL(), z.books)
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	z.worker = &zenWorker{client: client, books: z.books, ledger: z.books, settle: zenSettle, limit: stageLimit}
	return z
}

func (z *zenTest) finding() zenFinding { return zenAudit(z.srv, z.ran.call, z.books) }

// The audit sees a Reconcile that does not wait until everything has settled.
func TestZenWorkerThatDoesNotSettle(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		settle        time.Duration
		wrong, leaked int
	}{{time.Nanosecond, 1, 1}, {zenSettle, 0, 0}} {
		z := newZenTest(t, zenlayertest.WithVisibilityDelay(zenHidden))
		z.srv.Fail("AllocateEipAddresses", fault.CutAfter())
		z.worker.settle = tc.settle
		require.NoError(t, z.worker.run(t.Context(), cycle{}))
		f := z.finding()
		assert.Equal(t, tc.wrong, f.wrong, tc.settle)
		assert.Equal(t, tc.leaked, f.leaked, tc.settle)
		assert.Equal(t, 1, f.made)
		assert.Equal(t, 1-tc.leaked, f.made-f.alive)
	}
}

// No stage goes on for ever.
func TestZenWorkerEnds(t *testing.T) {
	t.Parallel()
	z := newZenTest(t, zenlayertest.WithTransition(time.Hour))
	z.worker.limit = 50 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	err := z.worker.run(ctx, cycle{n: 2})
	require.Error(t, err)
	// A slow machine may end the wait with a look that fails; the release follows.
	assert.Regexp(t, "storm-2, (wait|release): not over within 50ms", err.Error())
}

// mortal is a ledger whose process is killed before one of its entries.
type mortal struct {
	books *zenBooks
	left  int // entries until then
	lines []byte
}

var errKilled = errors.New("killed")

func (l *mortal) note(e zenEntry, durable bool) error {
	if e.What == "over" {
		return nil
	}
	if l.left == 0 {
		return errKilled
	}
	l.left--
	line, err := json.Marshal(e)
	l.lines = append(append(l.lines, line...), '\n')
	return errors.Join(err, l.books.note(e, durable))
}

// A kill can come before any entry of the journal. The next process goes on from
// there, with what the journal holds.
func TestZenWorkerAfterAKill(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		cycle   int // the even ones have a mark
		fault   fault.Fault
		entries int
	}{
		"mark":                   {0, fault.Pass(), 4},
		"snapshot":               {1, fault.Pass(), 4},
		"mark, answer lost":      {2, fault.CutAfter(), 5},
		"snapshot, answer lost":  {3, fault.CutAfter(), 4},
		"mark, request lost":     {4, fault.CutBefore(), 4},
		"snapshot, request lost": {5, fault.CutBefore(), 4},
	} {
		for after := range tc.entries + 1 {
			t.Run(fmt.Sprintf("%s, after %d", name, after), func(t *testing.T) {
				t.Parallel()
				z := newZenTest(t)
				z.srv.Fail("AllocateEipAddresses", tc.fault)
				z.worker.settle = time.Nanosecond // what runs has run
				l := &mortal{books: z.books, left: after}
				z.worker.ledger = l
				err := z.worker.run(t.Context(), cycle{n: tc.cycle})
				assert.Equal(t, after == tc.entries, err == nil, err)
				if err != nil {
					require.ErrorIs(t, err, errKilled)
				}

				path := filepath.Join(t.TempDir(), "journal")
				require.NoError(t, os.WriteFile(path, l.lines, 0o600))
				z.books = newZenBooks()
				j, err := openJournal(path, z.books)
				require.NoError(t, err)
				z.worker.books, z.worker.ledger = z.books, both[zenEntry]{j, z.books}
				open, next := z.books.unfinished()
				if after > 0 {
					assert.Equal(t, tc.cycle+1, next)
					assert.Len(t, open, min(1, tc.entries-after))
				} else {
					open[0] = cycle{n: tc.cycle}
				}
				for _, c := range open {
					require.NoError(t, z.worker.run(t.Context(), c))
				}
				require.NoError(t, j.close())

				f := z.finding()
				assert.Empty(t, (&zenResult{finding: f}).broken())
				assert.Equal(t, f.undecided, f.alive)
				assert.Len(t, z.books.allocations, 1)
				if tc.cycle%2 == 0 {
					assert.Zero(t, f.alive, "a mark tells")
				}
			})
		}
	}
}
