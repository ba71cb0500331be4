package main

import (
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
)

// told makes books in which each lifecycle n has come to a stage with address
// ids[n].
func told(t *testing.T, until step, ids ...string) *books {
	t.Helper()
	b := newBooks()
	for n, id := range ids {
		for s := allocate; s <= until; s++ {
			e := entry{What: "done", Cycle: n, Worker: n, Step: s}
			if s == allocate {
				e.ID = id
			}
			require.NoError(t, b.note(e, false))
		}
	}
	return b
}

func TestAudit(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		record []made
		books  func(*testing.T) *books
		want   finding
	}{
		{"all is well", []made{{id: "a", token: "1", name: "storm-0"}},
			func(t *testing.T) *books { return told(t, gone, "a") }, finding{made: 1}},
		{"held", []made{{id: "a", token: "1", name: "storm-0", alive: true}},
			func(t *testing.T) *books { return told(t, available, "a") }, finding{made: 1, alive: 1, held: 1}},
		{"nobody was told", []made{{id: "a", token: "1", name: "storm-0", alive: true}},
			func(t *testing.T) *books { return newBooks() }, finding{made: 1, alive: 1, leaked: 1}},
		{"released, and yet alive", []made{{id: "a", token: "1", name: "storm-0", alive: true}},
			func(t *testing.T) *books { return told(t, gone, "a") }, finding{made: 1, alive: 1, leaked: 1}},
		{"nobody was told, and gone all the same", []made{{id: "a", token: "1", name: "storm-0"}},
			func(t *testing.T) *books { return newBooks() }, finding{made: 1}},
		{"two for one token", []made{{id: "a", token: "1", name: "storm-0"}, {id: "b", token: "1", name: "storm-1"}},
			func(t *testing.T) *books { return told(t, gone, "a", "b") }, finding{made: 2, doubled: 1}},
		{"two for one call", []made{{id: "a", name: "storm-0"}, {id: "b", name: "storm-0"}, {id: "c", name: "storm-1"}},
			func(t *testing.T) *books { return told(t, gone, "a", "c") }, finding{made: 3, doubled: 1}},
		{"three for one call", []made{{id: "a", token: "1", name: "storm-0"}, {id: "b", token: "2", name: "storm-0"}, {id: "c", token: "1", name: "storm-0"}},
			func(t *testing.T) *books { return told(t, gone, "a") }, finding{made: 3, doubled: 2}},
		{"never made", nil,
			func(t *testing.T) *books { return told(t, available, "a") }, finding{lost: 1}},
		{"made for somebody else", []made{{id: "a", token: "1", name: "storm-7"}},
			func(t *testing.T) *books { return told(t, gone, "a") }, finding{made: 1, lost: 1}},
		{"told twice", []made{{id: "a", token: "1", name: "storm-1"}},
			func(t *testing.T) *books { return told(t, gone, "a", "a") }, finding{made: 1, lost: 1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := audit(tc.record, tc.books(t))
			assert.Len(t, got.examples, got.leaked+got.doubled+got.lost-boolToInt(tc.name == "told twice"))
			got.examples = nil
			assert.Equal(t, tc.want, got)
		})
	}
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Every figure that must be 0 breaks the promise when it is not.
func TestKept(t *testing.T) {
	t.Parallel()
	ok := func() *result { return &result{books: newBooks()} }
	assert.Empty(t, ok().broken())
	for name, change := range map[string]func(*result){
		"leaked":      func(r *result) { r.finding.leaked = 1 },
		"doubled":     func(r *result) { r.finding.doubled = 1 },
		"lost":        func(r *result) { r.finding.lost = 1 },
		"held":        func(r *result) { r.finding.held = 1 },
		"goroutines":  func(r *result) { r.goroutines = 1 },
		"connections": func(r *result) { r.connections = 1 },
		"unsettled":   func(r *result) { _ = r.books.note(entry{What: "try", Cycle: 1}, false) },
		"absent":      func(r *result) { _ = r.books.note(entry{What: "absent"}, false) },
		"denied":      func(r *result) { _ = r.books.note(entry{What: "denied"}, false) },
		"kills":       func(r *result) { r.cfg.kill, r.cfg.kills = true, 1 },
	} {
		r := ok()
		change(r)
		assert.Len(t, r.broken(), 1, name)
	}
}

func TestJournal(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	b := newBooks()
	j, err := openJournal(path, b)
	require.NoError(t, err)
	assert.Zero(t, b.calls())
	var writers sync.WaitGroup
	for n := range 20 {
		writers.Go(func() {
			l := both[entry]{j, b}
			assert.NoError(t, l.note(entry{What: "try", Cycle: n, Worker: n, Token: "t"}, true))
			data, err := os.ReadFile(path)
			assert.NoError(t, err)
			assert.Contains(t, string(data), `"n":`+itoa(n)+`,`, "a durable entry is in the file")
			assert.NoError(t, l.note(entry{What: "call", Action: "A", Attempts: 2, Outcome: fine}, false))
			if n%2 == 0 {
				assert.NoError(t, l.note(entry{What: "done", Cycle: n, Worker: n, Step: allocate, ID: "eip-" + itoa(n)}, false))
			}
		})
	}
	writers.Wait()
	require.NoError(t, j.close())
	require.ErrorIs(t, j.note(entry{What: "try"}, true), os.ErrClosed)

	// A kill in the middle of a line.
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString(`{"what":"done","n":1,"w":1,"st`)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	before, err := os.Stat(path)
	require.NoError(t, err)

	again := newBooks()
	j, err = openJournal(path, again)
	require.NoError(t, err)
	require.NoError(t, j.close())
	after, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, before.Size()-int64(len(`{"what":"done","n":1,"w":1,"st`)), after.Size())
	assert.Equal(t, b.cycles, again.cycles)
	assert.Equal(t, b.told, again.told)
	assert.Equal(t, 20, again.calls())
	open, next := again.unfinished()
	assert.Len(t, open, 20)
	assert.Equal(t, 20, next)
	assert.Equal(t, cycle{n: 4, worker: 4, next: available, id: "eip-4"}, open[4])
	assert.Equal(t, cycle{n: 5, worker: 5, next: allocate, tried: true}, open[5])
}

func itoa(n int) string { return strconv.Itoa(n) }

func TestJournalThatIsNone(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"not JSON":         "{\"what\":\"try\"}\nhello\n",
		"an unknown entry": `{"what":"dance"}` + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "journal")
			require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
			_, err := openJournal(path, newBooks())
			assert.ErrorContains(t, err, "journal, line ")
		})
	}
}

func TestAuditPackages(t *testing.T) {
	t.Parallel()
	mine := eiptest.BandwidthPackage{ID: "p", Name: packageName(0)}
	inside := eiptest.BandwidthPackage{ID: "p", Name: packageName(0), Members: make([]eiptest.BandwidthPackageMember, 2)}
	for name, tt := range map[string]struct {
		record []eiptest.BandwidthPackage
		told   []string // by worker
		want   finding
	}{
		"all is well":     {[]eiptest.BandwidthPackage{mine}, []string{"p"}, finding{packages: 1}},
		"left inside":     {[]eiptest.BandwidthPackage{inside}, []string{"p"}, finding{packages: 1, members: 2}},
		"nobody was told": {[]eiptest.BandwidthPackage{mine}, nil, finding{packages: 1, leaked: 1}},
		"two for a worker": {[]eiptest.BandwidthPackage{mine, {ID: "q", Name: packageName(0)}}, []string{"p"},
			finding{packages: 2, leaked: 1, doubled: 1}},
		"never made": {nil, []string{"p"}, finding{lost: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBooks()
			for n, id := range tt.told {
				require.NoError(t, b.note(entry{What: "package", Worker: n, ID: id}, false))
				require.Equal(t, id, b.packageOf(n))
			}
			var got finding
			got.auditPackages(tt.record, b)
			assert.Len(t, got.examples, got.leaked+got.doubled)
			got.examples = nil
			assert.Equal(t, tt.want, got)
		})
	}
	b := newBooks()
	require.NoError(t, b.note(entry{What: "package", ID: "p"}, false))
	require.NoError(t, b.note(entry{What: "package", ID: "q"}, false))
	assert.Equal(t, []string{"q"}, b.twice)
}
