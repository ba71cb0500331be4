package eiptest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/eipkit/eip-go/internal/strict"
)

// WriteSnapshot writes the whole state of the service as JSON: addresses, segments,
// packages, pools, instances, unpaid orders, client tokens with their answers,
// quota, stock, balance, and what is under way. Access keys, faults, the shift of
// the clock and the record of calls are not part of it.
func (s *Server) WriteSnapshot(w io.Writer) error {
	var d *document
	s.locked(func(v *service, _ time.Time) { d = v.whole() })
	b := bufio.NewWriter(w)
	if err := errors.Join(d.write(b), b.Flush()); err != nil {
		return fmt.Errorf("eiptest: snapshot: %w", err)
	}
	return nil
}

// write writes the document on one line, without holding the text of its long lists
// as a whole.
func (d *document) write(b *bufio.Writer) error {
	short := *d
	short.Addresses, short.Released, short.Tokens = nil, nil, nil
	head, err := json.Marshal(short)
	if err != nil {
		return err
	}
	b.Write(head[:len(head)-1])
	err = errors.Join(writeList(b, "addresses", d.Addresses), writeList(b, "released", d.Released), writeList(b, "tokens", d.Tokens))
	if err != nil {
		return err
	}
	_, err = b.WriteString("}\n")
	return err
}

func writeList[T any](b *bufio.Writer, name string, rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	before := `,"` + name + `":[`
	for i := range rows {
		text, err := json.Marshal(&rows[i])
		if err != nil {
			return err
		}
		b.WriteString(before)
		b.Write(text)
		before = ","
	}
	_, err := b.WriteString("]")
	return err
}

// LoadSnapshot replaces the whole state by that of a snapshot, or of a seed of the
// same format that somebody has written. Everything in it has a default. An error
// names line and field, and nothing is changed then. IDs that were given before are
// not given again.
func (s *Server) LoadSnapshot(data []byte) error {
	d, err := parseDocument(data)
	if err != nil {
		return fmt.Errorf("eiptest: %w", err)
	}
	return s.replace(data, d)
}

// Reset begins anew: with the state, the chances and the right clock of the start,
// and without queued faults. IDs that were given before are not given again, and
// the record of calls goes on.
func (s *Server) Reset() error {
	var d *document
	if s.set.seedData != nil {
		var err error
		if d, err = parseDocument(s.set.seedData); err != nil {
			return err // it was read before
		}
	}
	s.engine.Reset()
	return s.replace(s.set.seedData, d)
}

// replace has the state of a document, or that of the options for nil.
func (s *Server) replace(data []byte, d *document) error {
	var failed error
	err := s.changed(func(v *service, now time.Time) {
		if d == nil {
			d = &document{Format: formatName}
		}
		made, err := v.booksOf(d, now)
		if err != nil {
			failed = located(err, data)
			return
		}
		v.books, v.dirty.whole = made, true
		v.advance(now)
	})
	if failed != nil {
		return fmt.Errorf("eiptest: %w", failed)
	}
	return err
}

// parseDocument reads a snapshot or a seed.
func parseDocument(data []byte) (*document, error) {
	d := &document{}
	if err := strict.Decode(data, d); err != nil {
		return nil, err
	}
	if d.Change || d.Removed != nil {
		return nil, located(wrong("change", "is for the lines of a state file after the first"), data)
	}
	return d, nil
}

// located adds the line to an error that names a field.
func located(err error, data []byte) error {
	var at *strict.Error
	if !errors.As(err, &at) || at.Line > 0 {
		return err
	}
	for field := at.Field; ; {
		if line := strict.Line(data, field); line > 0 || field == "" {
			return &strict.Error{Line: max(line, 1), Field: at.Field, Rule: at.Rule}
		}
		field = field[:max(strings.LastIndexAny(field, ".["), 0)] // the line of what lacks the field
	}
}

// begin has the state of the state file or, if that is new, of the seed.
func (s *Server) begin() error {
	d, what := s.set.seedDoc, "seed"
	s.set.seedDoc = nil // Reset reads the data again
	fromSeed := d != nil
	var j *journal
	if s.set.stateFile != "" {
		var kept *document
		var err error
		if j, kept, err = openJournal(s.set.stateFile); err != nil {
			return err
		}
		if kept != nil {
			d, fromSeed, what = kept, false, "state file "+s.set.stateFile
		}
	}
	err := func() error {
		if d != nil {
			made, err := s.svc.booksOf(d, s.svc.clock())
			if err != nil {
				if fromSeed {
					err = located(err, s.set.seedData)
				}
				return fmt.Errorf("eiptest: %s: %w", what, err)
			}
			s.svc.books = made
		}
		if j != nil {
			return j.begin(s.svc)
		}
		return nil
	}()
	if err != nil && j != nil {
		j.unlock()
	}
	return err
}

// end closes the state file, if there is one.
func (s *service) end() {
	if s.journal != nil {
		s.journal.close(s)
	}
}
