package eiptest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
)

// journal keeps the state in a file: its first line is a whole document, each
// further one a change. A change is written before its call is answered, without
// fsync: it outlives the process, not the machine. The service's mutex guards it.
type journal struct {
	path   string
	file   *os.File
	unlock func()
	end    int64 // of the last whole line
	limit  int64 // size at which the file is compacted

	compacting bool
	tail       []byte // lines since the compaction began
	running    sync.WaitGroup
}

// The file is compacted when it has four times the size that it had afterwards,
// and this at least.
const (
	compactGrowth = 4
	compactLeast  = 1 << 20
)

// mostTail is how many bytes are written with the service's mutex held when a
// compaction ends.
const mostTail = 64 << 10

// openJournal takes the state file, and reads what is in it; nil if there is
// nothing.
func openJournal(path string) (*journal, *document, error) {
	unlock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, nil, fmt.Errorf("eiptest: state file: %w", err)
	}
	d, err := readJournal(path)
	if err != nil {
		unlock()
		return nil, nil, fmt.Errorf("eiptest: state file %s: %w", path, err)
	}
	return &journal{path: path, unlock: unlock}, d, nil
}

// begin writes the whole state to the file, and has the changes follow it.
func (j *journal) begin(s *service) error {
	f, size, err := j.writeWhole(s.whole())
	if err == nil {
		err = os.Rename(f.Name(), j.path)
	}
	if err != nil {
		return fmt.Errorf("eiptest: state file: %w", err)
	}
	j.took(f, size)
	s.journal, s.dirty.ids = j, map[dirtyID]struct{}{}
	return nil
}

// took goes on with a new file.
func (j *journal) took(f *os.File, size int64) {
	if j.file != nil {
		j.file.Close()
	}
	j.file, j.end, j.limit = f, size, max(compactGrowth*size, compactLeast)
}

// writeWhole writes a document to a new file beside the state file.
func (j *journal) writeWhole(d *document) (_ *os.File, size int64, err error) {
	f, err := os.OpenFile(j.path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, 0, err
	}
	b := bufio.NewWriterSize(f, 64<<10)
	if err = errors.Join(d.write(b), b.Flush()); err == nil {
		size, err = f.Seek(0, 1)
	}
	if err != nil {
		f.Close()
		os.Remove(f.Name())
		return nil, 0, err
	}
	return f, size, nil
}

// commit writes down what has changed, if there is a state file. What could not be
// written is written with the next change. force is for changes of the account.
func (s *service) commit(force bool) error {
	j := s.journal
	if j == nil || !force && len(s.dirty.order) == 0 && len(s.dirty.tokens) == 0 && !s.dirty.whole {
		return nil
	}
	if j.file == nil {
		return errors.New("eiptest: state file: the server is closed")
	}
	d := s.whole
	if !s.dirty.whole {
		d = s.change
	}
	line, err := json.Marshal(d())
	if err == nil {
		line = append(line, '\n')
		_, err = j.file.WriteAt(line, j.end)
	}
	if err != nil {
		j.file.Truncate(j.end)
		s.dirty.order = append(s.dirty.order, dirtyID{kind: accountKind})
		return fmt.Errorf("eiptest: state file: %w", err)
	}
	j.end += int64(len(line))
	clear(s.dirty.ids)
	s.dirty.order, s.dirty.tokens, s.dirty.whole = s.dirty.order[:0], nil, false
	if j.compacting {
		j.tail = append(j.tail, line...)
	} else if j.end > j.limit {
		j.compacting = true
		j.running.Add(1)
		go j.compact(s)
	}
	return nil
}

// compact writes the state to a new file beside the answers, and puts it into the
// place of the old one. If that fails, the old one stays.
func (j *journal) compact(s *service) {
	defer j.running.Done()
	d := s.wholeByParts(func() { j.tail = nil })
	f, size, err := j.writeWhole(d)
	for {
		s.mu.Lock()
		tail := j.tail
		j.tail = nil
		last := err != nil || len(tail) <= mostTail
		if !last {
			s.mu.Unlock()
		}
		if err == nil && len(tail) > 0 {
			_, err = f.WriteAt(tail, size)
			size += int64(len(tail))
		}
		if last {
			break
		}
	}
	defer s.mu.Unlock()
	j.compacting = false
	if err == nil {
		err = os.Rename(f.Name(), j.path)
	}
	if err != nil {
		if f != nil {
			f.Close()
			os.Remove(f.Name())
		}
		j.limit = j.end + max(j.end, compactLeast) // later again
		return
	}
	j.took(f, size)
}

// close ends the journal, after a compaction that is under way.
func (j *journal) close(s *service) {
	for done := false; !done; {
		j.running.Wait()
		s.mu.Lock()
		if done = !j.compacting; done && j.file != nil {
			j.file.Close()
			j.file = nil
			j.unlock()
		}
		s.mu.Unlock()
	}
}

// change is the document of what has changed. The service's mutex is held.
func (s *service) change() *document {
	d := &document{Change: true}
	s.small(d)
	gone := &removedDoc{}
	for _, id := range s.dirty.order {
		s.changeOf(d, gone, id)
	}
	for _, t := range s.dirty.tokens {
		d.Tokens = append(d.Tokens, t.doc())
	}
	if !gone.empty() {
		d.Removed = gone
	}
	return d
}

func (s *service) changeOf(d *document, gone *removedDoc, of dirtyID) {
	switch of.kind {
	case addressKind:
		if a := s.byID[of.id]; a != nil {
			d.Addresses = append(d.Addresses, a.doc())
		} else if a := s.pastByID[of.id]; a != nil {
			d.Released = append(d.Released, a.doc())
		} else {
			gone.Addresses = append(gone.Addresses, of.id)
		}
	case segmentKind:
		if g := s.segments[of.id]; g != nil {
			d.Segments = append(d.Segments, g.doc())
		} else {
			gone.Segments = append(gone.Segments, of.id)
		}
	case packageKind:
		if p := s.packages[of.id]; p != nil {
			d.Packages = append(d.Packages, p.doc())
		} else {
			gone.Packages = append(gone.Packages, of.id)
		}
	case poolKind:
		if p := s.pools[of.id]; p != nil {
			d.Pools = append(d.Pools, p.doc())
		} else {
			gone.Pools = append(gone.Pools, of.id)
		}
	case instanceKind:
		if in := s.instances[of.id]; in != nil {
			d.Instances = append(d.Instances, in.doc())
		} else {
			gone.Instances = append(gone.Instances, of.id)
		}
	case orderKind:
		if o := s.orders[int64(of.number)]; o != nil {
			d.Orders = append(d.Orders, o.doc())
		} else {
			gone.Orders = append(gone.Orders, int64(of.number))
		}
	case dueKind:
		i := slices.IndexFunc(s.due.items, func(it dueItem) bool { return it.seq == of.number })
		if i >= 0 {
			d.Due = append(d.Due, s.due.items[i].doc())
		} else {
			gone.Due = append(gone.Due, of.number)
		}
	}
}

func (it dueItem) doc() dueDoc { return dueDoc{it.seq, it.at, it.task} }

func (r *removedDoc) empty() bool {
	return len(r.Instances)+len(r.Pools)+len(r.Segments)+len(r.Addresses)+len(r.Packages)+len(r.Orders)+len(r.Due) == 0
}
