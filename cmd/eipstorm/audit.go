package main

import (
	"fmt"

	"github.com/eipkit/eip-go/eiptest"
)

// made is what the service knows of one address, from its own record.
type made struct {
	id, token, name string
	alive           bool
}

// finding is what comes out when the service's record is held against the books.
type finding struct {
	made, alive           int
	leaked, doubled, lost int
	held                  int // alive, and in the books
	packages, members     int // bandwidth packages made, and addresses left in them
	examples              []string
}

// nameOf is the mark by which the service's record tells whose an address is.
func nameOf(cycle int) string { return fmt.Sprintf("storm-%d", cycle) }

// audit compares the record with the books. It goes by what the service made
// and what callers were told, and by nothing that the client says of itself.
func audit(record []made, b *books) finding {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := finding{made: len(record)}
	told := func(n int, what, id, why string) {
		if n <= 5 {
			f.examples = append(f.examples, fmt.Sprintf("%s %s: %s", what, id, why))
		}
	}
	byID := map[string]made{}
	byToken, byName := map[string]string{}, map[string]string{}
	for _, a := range record {
		byID[a.id] = a
		_, known := b.told[a.id]
		if a.alive {
			f.alive++
			if known && !b.released[a.id] {
				f.held++
			} else {
				f.leaked++
				told(f.leaked, "leaked", a.id, "alive, and nobody knows of it ("+a.name+")")
			}
		}
		first, again := byToken[a.token]
		if !again || a.token == "" {
			first, again = byName[a.name]
		}
		if again {
			f.doubled++
			told(f.doubled, "doubled", a.id, "made for the same call as "+first)
		}
		byToken[a.token], byName[a.name] = a.id, a.id
	}
	for id, n := range b.told {
		if a, ok := byID[id]; !ok || a.name != nameOf(n) {
			f.lost++
			told(f.lost, "lost", id, "told to "+nameOf(n)+", and not made for it")
		}
	}
	f.lost += len(b.twice)
	return f
}

// auditPackages compares the bandwidth packages with what the workers were told.
func (f *finding) auditPackages(record []eiptest.BandwidthPackage, b *books) {
	b.mu.Lock()
	defer b.mu.Unlock()
	told, names := map[string]bool{}, map[string]string{}
	for _, id := range b.packages {
		told[id] = true
	}
	f.packages = len(record)
	for _, p := range record {
		f.members += len(p.Members)
		if !told[p.ID] {
			f.leaked++
			f.examples = append(f.examples, fmt.Sprintf("leaked %s: a bandwidth package that no worker was told of (%s)", p.ID, p.Name))
		}
		if first := names[p.Name]; first != "" {
			f.doubled++
			f.examples = append(f.examples, fmt.Sprintf("doubled %s: a bandwidth package made for the same worker as %s", p.ID, first))
		}
		names[p.Name] = p.ID
		delete(told, p.ID)
	}
	f.lost += len(told)
}

// recordOf reads the embedded service's record.
func recordOf(srv *eiptest.Server) []made {
	var out []made
	for _, a := range srv.AddressesEverMade() {
		out = append(out, made{id: a.AllocationID, token: a.Token, name: a.Name, alive: a.ReleasedAt.IsZero()})
	}
	return out
}
