package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	eip "github.com/eipkit/eip-go"
)

// step is a stage of a lifecycle.
type step int

// The stages of a lifecycle, in order. A stage that writes is followed by one that
// looks until the write has taken effect, but for the tag, which does so at once.
const (
	allocate step = iota
	available
	tagged
	join // a bandwidth package
	joined
	associate
	bound
	unassociate
	unbound
	leave // the package
	left
	release
	gone
	steps
)

// How one call ended, for its caller.
const (
	fine    = "ok"
	refused = "refused" // the service said no, and nothing was done
	unknown = "unknown" // it may have been done
	failed  = "failed"  // not sent, or a look that got no answer
)

// entry is one line of the books. Workers write it; whoever reads the lines in
// order knows what the workers knew.
type entry struct {
	// What is "try" (before a write), "call" (after a call), "done" (a stage is
	// over), "absent" (a look did not find an address that was not released),
	// "astray" (a look found an address without its package or its tag), "package"
	// (a worker has got its bandwidth package), "denied" (a first release was refused because the address is released) or
	// "end" (of a lifecycle that was given up).
	What   string `json:"what"`
	Cycle  int    `json:"n"`
	Worker int    `json:"w"`
	Step   step   `json:"step"`
	// Token is what a write that has not ended yet is settled with.
	Token string `json:"token,omitempty"`
	// ID is the address that the caller was told.
	ID string `json:"id,omitempty"`
	// Action, Attempts and Outcome are those of a call. Again marks a repeat that
	// settles an earlier call.
	Action   string `json:"action,omitempty"`
	Attempts int    `json:"attempts,omitempty"`
	Outcome  string `json:"outcome,omitempty"`
	Again    bool   `json:"again,omitempty"`
	// Settled says that the stage had an unknown outcome on its way, Resumed that
	// a kill interrupted it.
	Settled bool `json:"settled,omitempty"`
	Resumed bool `json:"resumed,omitempty"`
}

// ledger takes the entries of one vendor's books. A durable one is safe from a
// kill when note returns.
type ledger[E any] interface {
	note(e E, durable bool) error
}

// tally counts the calls of one action, those that settle left out.
type tally struct {
	calls, fine, refused, unknown, failed int
	attempts                              map[int]int // calls by the number of their attempts
}

// cycle is one lifecycle as far as it is in the books.
type cycle struct {
	n, worker int
	next      step
	id        string
	tried     bool // the write of next was begun
	over      bool
}

// books is what the workers were told.
type books struct {
	mu       sync.Mutex
	actions  map[string]*tally
	again    int // calls that settled others
	settled  int
	givenUp  int // lifecycles
	absent   int // looks that did not find what is there
	denied   int // releases that were refused because they had succeeded
	astray   int // looks that found an address without its package or its tag
	resumed  int
	told     map[string]int // address ID by lifecycle
	twice    []string       // IDs that two lifecycles were told
	cycles   map[int]*cycle
	released map[string]bool
	packages map[int]string // bandwidth package by worker
}

func newBooks() *books {
	return &books{actions: map[string]*tally{}, told: map[string]int{}, cycles: map[int]*cycle{}, released: map[string]bool{}, packages: map[int]string{}}
}

// note enters one line. It makes books a ledger in memory.
func (b *books) note(e entry, _ bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e.What {
	case "call":
		b.count(e)
		return nil
	case "absent":
		b.absent++
		return nil
	case "denied":
		b.denied++
		return nil
	case "astray":
		b.astray++
		return nil
	case "package":
		if had := b.packages[e.Worker]; had != "" && had != e.ID {
			b.twice = append(b.twice, e.ID)
		}
		b.packages[e.Worker] = e.ID
		return nil
	case "try", "done", "end":
	default:
		return fmt.Errorf("the books have no entry %q", e.What)
	}
	c := b.cycles[e.Cycle]
	if c == nil {
		c = &cycle{n: e.Cycle, worker: e.Worker}
		b.cycles[e.Cycle] = c
	}
	switch e.What {
	case "try":
		c.tried = true
	case "end":
		c.over = true
		b.givenUp++
	case "done":
		c.tried, c.next = false, e.Step+1
		c.over = c.next == steps
		if e.Settled {
			b.settled++
		}
		if e.Resumed {
			b.resumed++
		}
		switch e.Step {
		case allocate:
			if n, before := b.told[e.ID]; before && n != e.Cycle {
				b.twice = append(b.twice, e.ID)
			}
			c.id = e.ID
			b.told[e.ID] = e.Cycle
		case release:
			b.released[c.id] = true
		}
	}
	return nil
}

func (b *books) count(e entry) {
	if e.Again {
		b.again++
		return
	}
	t := b.actions[e.Action]
	if t == nil {
		t = &tally{attempts: map[int]int{}}
		b.actions[e.Action] = t
	}
	t.calls++
	t.attempts[e.Attempts]++
	switch e.Outcome {
	case fine:
		t.fine++
	case refused:
		t.refused++
	case unknown:
		t.unknown++
	default:
		t.failed++
	}
}

// calls is the number of calls so far, those that settle left out.
func (b *books) calls() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, t := range b.actions {
		n += t.calls
	}
	return n
}

// packageOf returns the bandwidth package of a worker, "" if it has none yet.
func (b *books) packageOf(worker int) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.packages[worker]
}

// total sums the tallies of all actions.
func (b *books) total() tally {
	sum := tally{attempts: map[int]int{}}
	for _, t := range b.actions {
		sum.calls += t.calls
		sum.fine += t.fine
		sum.refused += t.refused
		sum.unknown += t.unknown
		sum.failed += t.failed
		for n, calls := range t.attempts {
			sum.attempts[n] += calls
		}
	}
	return sum
}

// unfinished returns the lifecycles that a kill interrupted, by worker, and the
// number of the next new one.
func (b *books) unfinished() (open map[int]cycle, next int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	open = map[int]cycle{}
	for n, c := range b.cycles {
		next = max(next, n+1)
		if !c.over {
			open[c.worker] = *c
		}
	}
	return open, next
}

// spread gives mean, 99th percentile and maximum of the attempts per call.
func (t tally) spread() (mean float64, p99, most int) {
	sum, seen := 0, 0
	for _, n := range slices.Sorted(maps.Keys(t.attempts)) {
		sum += n * t.attempts[n]
		if seen*100 < t.calls*99 {
			p99 = n
		}
		seen += t.attempts[n]
		most = n
	}
	if t.calls > 0 {
		mean = float64(sum) / float64(t.calls)
	}
	return mean, p99, most
}

// outcomeOf says how a call ended, and after how many attempts.
func outcomeOf(attempts int, err error) (string, int) {
	if err == nil {
		return fine, attempts
	}
	var t *eip.TransportError
	var e *eip.Error
	switch {
	case errors.As(err, &t):
		if t.OutcomeUnknown() {
			return unknown, t.Attempts
		}
		return failed, t.Attempts
	case errors.As(err, &e):
		return refused, e.Attempts
	}
	return failed, 0
}
