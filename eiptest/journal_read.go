package eiptest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"

	"github.com/eipkit/eip-go/internal/strict"
)

// readJournal reads a state file, whose documents follow one another. One that the
// end of the file cuts off was never answered, and is left out. It returns nil if
// there is no file, or nothing in it.
func readJournal(path string) (*document, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	dec := json.NewDecoder(bufio.NewReaderSize(f, 64<<10))
	dec.DisallowUnknownFields()
	var m *merger
	for {
		var d document
		start := dec.InputOffset()
		switch err := dec.Decode(&d); {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF) && m != nil:
			if m == nil {
				return nil, nil
			}
			return m.document(), nil
		case err != nil:
			return nil, explain(path, start, err)
		case d.Change && m == nil:
			return nil, errors.New("line 1: change: is true in the first line, which has to be a whole state")
		case !d.Change:
			m = newMerger(&d)
		default:
			m.merge(&d)
		}
	}
}

// explain says on which line a document is that cannot be read, and what is wrong
// with it.
func explain(path string, offset int64, err error) error {
	data, readErr := os.ReadFile(path)
	if readErr != nil || offset > int64(len(data)) {
		return err
	}
	skipped := int(offset) + len(data[offset:]) - len(bytes.TrimLeft(data[offset:], " \t\r\n"))
	line := bytes.Count(data[:skipped], []byte("\n"))
	rest := data[skipped:]
	if line > 0 { // all lines but the first are one document each
		rest, _, _ = bytes.Cut(rest, []byte("\n"))
	}
	var at *strict.Error
	if errors.As(strict.Decode(rest, &document{}), &at) {
		return &strict.Error{Line: line + max(at.Line, 1), Field: at.Field, Rule: at.Rule}
	}
	return fmt.Errorf("line %d: %w", line+1, err)
}

// table is a list whose rows are replaced and removed by key.
type table[T any] struct {
	at   map[string]int
	rows []*T
}

func (t *table[T]) put(key string, row T) {
	if t.at == nil {
		t.at = map[string]int{}
	}
	if i, there := t.at[key]; there {
		t.rows[i] = &row
		return
	}
	t.at[key] = len(t.rows)
	t.rows = append(t.rows, &row)
}

func (t *table[T]) remove(key string) {
	if i, there := t.at[key]; there {
		t.rows[i] = nil
		delete(t.at, key)
	}
	if len(t.rows) > 64 && len(t.rows) > 2*len(t.at) {
		t.pack()
	}
}

// pack drops the places of removed rows.
func (t *table[T]) pack() {
	var kept []*T
	moved := make([]int, len(t.rows))
	for i, row := range t.rows {
		if row != nil {
			moved[i] = len(kept)
			kept = append(kept, row)
		}
	}
	for key, i := range t.at {
		t.at[key] = moved[i]
	}
	t.rows = kept
}

func (t *table[T]) list() []T {
	out := make([]T, 0, len(t.at))
	for _, row := range t.rows {
		if row != nil {
			out = append(out, *row)
		}
	}
	return out
}

// merger puts changes into a document.
type merger struct {
	base      document
	instances table[instanceDoc]
	pools     table[poolDoc]
	segments  table[segmentDoc]
	addresses table[addressDoc]
	released  table[addressDoc]
	packages  table[packageDoc]
	orders    table[orderDoc]
	tokens    table[tokenDoc]
	due       table[dueDoc]
	anonymous bool // the document was written by hand, and has no changes
}

// newMerger begins with a whole document. One without format has rows without IDs;
// it is taken as it is, since a server writes its own before it changes it.
func newMerger(d *document) *merger {
	m := &merger{base: *d, anonymous: d.Format == ""}
	if !m.anonymous {
		m.rows(d)
	}
	return m
}

func (m *merger) rows(d *document) {
	for _, x := range d.Instances {
		m.instances.put(x.ID, x)
	}
	for _, x := range d.Pools {
		m.pools.put(x.ID, x)
	}
	for _, x := range d.Segments {
		m.segments.put(x.ID, x)
	}
	for _, x := range d.Addresses {
		m.released.remove(x.ID)
		m.addresses.put(x.ID, x)
	}
	for _, x := range d.Released {
		m.addresses.remove(x.ID)
		m.released.remove(x.ID)
		m.released.put(x.ID, x)
	}
	for _, x := range d.Packages {
		m.packages.put(x.ID, x)
	}
	for _, x := range d.Orders {
		m.orders.put(strconv.FormatInt(x.ID, 10), x)
	}
	for _, x := range d.Tokens {
		key := x.AccessKeyID + "\x00" + x.Action + "\x00" + x.Token
		m.tokens.remove(key)
		m.tokens.put(key, x)
	}
	for _, x := range d.Due {
		m.due.put(strconv.FormatUint(x.Seq, 10), x)
	}
}

// merge puts one change in.
func (m *merger) merge(d *document) {
	b := &m.base
	b.Quota, b.Balance, b.PoolServiceOpen = d.Quota, d.Balance, d.PoolServiceOpen
	b.Regions, b.Failing, b.Counters = d.Regions, d.Failing, d.Counters
	m.rows(d)
	gone := d.Removed
	if gone == nil {
		return
	}
	for _, id := range gone.Instances {
		m.instances.remove(id)
	}
	for _, id := range gone.Pools {
		m.pools.remove(id)
	}
	for _, id := range gone.Segments {
		m.segments.remove(id)
	}
	for _, id := range gone.Addresses {
		m.addresses.remove(id)
		m.released.remove(id)
	}
	for _, id := range gone.Packages {
		m.packages.remove(id)
	}
	for _, id := range gone.Orders {
		m.orders.remove(strconv.FormatInt(id, 10))
	}
	for _, seq := range gone.Due {
		m.due.remove(strconv.FormatUint(seq, 10))
	}
}

// document is what has come out.
func (m *merger) document() *document {
	d := m.base
	if m.anonymous {
		return &d
	}
	d.Instances, d.Pools, d.Segments = m.instances.list(), m.pools.list(), m.segments.list()
	d.Addresses, d.Released, d.Packages = m.addresses.list(), m.released.list(), m.packages.list()
	d.Orders, d.Tokens, d.Due = m.orders.list(), m.tokens.list(), m.due.list()
	return &d
}
