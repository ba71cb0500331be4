package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
)

// journal is a ledger on disk: one JSON object a line. A durable entry is on the
// disk, synced, before note returns. Workers that write at the same time share
// one sync.
type journal struct {
	file *os.File
	work sync.WaitGroup

	mu      sync.Mutex
	changed *sync.Cond
	buf     []byte
	asked   int // durable entries so far
	kept    int // of these, the ones on the disk
	err     error
	closed  bool
}

// openJournal opens the file, or makes it, and enters what it says into the books.
// Half a line at the end is the trace of a kill; it is cut off.
func openJournal[E any](path string, b ledger[E]) (*journal, error) {
	size, err := readJournal(path, b)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Truncate(size); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	j := &journal{file: f}
	j.changed = sync.NewCond(&j.mu)
	j.work.Go(j.flush)
	return j, nil
}

// readJournal replays a journal. size is the length of its whole lines.
func readJournal[E any](path string, b ledger[E]) (size int64, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return 0, nil
		}
		return 0, err
	}
	data = data[:bytes.LastIndexByte(data, '\n')+1]
	n := 0
	for line := range bytes.Lines(data) {
		n++
		var e E
		err := json.Unmarshal(line, &e)
		if err == nil {
			err = b.note(e, false)
		}
		if err != nil {
			return 0, fmt.Errorf("journal, line %d: %w", n, err)
		}
	}
	return int64(len(data)), nil
}

// note appends an entry.
func (j *journal) note(e any, durable bool) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return os.ErrClosed
	}
	j.buf = append(append(j.buf, line...), '\n')
	mine := 0
	if durable {
		j.asked++
		mine = j.asked
	}
	j.changed.Broadcast()
	for j.kept < mine && j.err == nil {
		j.changed.Wait()
	}
	return j.err
}

// flush writes what has come together since the last time.
func (j *journal) flush() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for {
		for len(j.buf) == 0 && !j.closed {
			j.changed.Wait()
		}
		if len(j.buf) == 0 || j.err != nil {
			return
		}
		buf, asked := j.buf, j.asked
		j.buf = nil
		wanted := asked > j.kept
		j.mu.Unlock()
		_, err := j.file.Write(buf)
		if err == nil && wanted {
			err = j.file.Sync()
		}
		j.mu.Lock()
		j.kept, j.err = asked, err
		j.changed.Broadcast()
	}
}

// close writes the rest and closes the file.
func (j *journal) close() error {
	j.mu.Lock()
	j.closed = true
	j.changed.Broadcast()
	j.mu.Unlock()
	j.work.Wait()
	return errors.Join(j.err, j.file.Close())
}

// both writes to the journal and keeps the books of this process up to date.
type both[E any] struct {
	journal *journal
	books   ledger[E]
}

func (l both[E]) note(e E, durable bool) error {
	if err := l.journal.note(e, durable); err != nil {
		return err
	}
	return l.books.note(e, durable)
}
