package main

import (
	"fmt"
	"sync"

	zen "github.com/eipkit/eip-go/zenlayer"
)

// zenEntry is one line of the books for the second vendor.
type zenEntry struct {
	// What is "over" (a call of any action), or belongs to a lifecycle: "try"
	// (before the allocation), "call" (after it), "verdict" (of Reconcile), "seen"
	// (its addresses are available) or "end".
	What   string `json:"what"`
	Cycle  int    `json:"n"`
	Worker int    `json:"w"`
	// Fine says that the call succeeded.
	Fine bool `json:"fine,omitempty"`
	// Mark or Before is what an allocation that has not ended is reconciled with.
	Mark   string        `json:"mark,omitempty"`
	Before *zen.Snapshot `json:"before,omitempty"`
	// Outcome is that of the allocation. IDs are what its caller was told, by the
	// answer or by Reconcile.
	Outcome    string      `json:"outcome,omitempty"`
	IDs        []string    `json:"ids,omitempty"`
	Verdict    zen.Verdict `json:"verdict,omitempty"`
	Candidates []string    `json:"candidates,omitempty"`
	// Resumed says that a kill came between the allocation and its verdict.
	Resumed bool `json:"resumed,omitempty"`
}

// zenAllocation is one call of AllocateEipAddresses with its lifecycle, as far as
// its caller knows.
type zenAllocation struct {
	worker     int
	marked     bool
	mark       string
	before     *zen.Snapshot
	outcome    string // unknown as well if a kill came between "try" and "call"
	resumed    bool   // a kill came between the call and its verdict
	told       []string
	verdict    zen.Verdict
	candidates []string
	seen, over bool
}

// unsettled reports whether nobody has learnt what came of the call.
func (a *zenAllocation) unsettled() bool {
	return a.outcome == "" || a.outcome == unknown && a.verdict == ""
}

// zenBooks is what the callers know.
type zenBooks struct {
	mu          sync.Mutex
	allocations map[int]*zenAllocation // by lifecycle
	calls       int
	fine        int // calls that succeeded
}

func newZenBooks() *zenBooks { return &zenBooks{allocations: map[int]*zenAllocation{}} }

// note enters one line. It makes the books a ledger in memory.
func (b *zenBooks) note(e zenEntry, _ bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e.What == "over" {
		b.calls++
		if e.Fine {
			b.fine++
		}
		return nil
	}
	a := b.allocations[e.Cycle]
	switch {
	case e.What == "try":
		b.allocations[e.Cycle] = &zenAllocation{worker: e.Worker, marked: e.Before == nil, mark: e.Mark, before: e.Before}
		return nil
	case a == nil:
		return fmt.Errorf("the books have no allocation %d for an entry %q", e.Cycle, e.What)
	}
	switch e.What {
	case "call":
		a.outcome, a.told = e.Outcome, e.IDs
	case "verdict":
		a.outcome, a.verdict, a.told, a.candidates = unknown, e.Verdict, e.IDs, e.Candidates
		a.resumed = e.Resumed
	case "seen":
		a.seen = true
	case "end":
		a.over = true
	default:
		return fmt.Errorf("the books have no entry %q", e.What)
	}
	return nil
}

// made is the number of calls so far.
func (b *zenBooks) made() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls
}

// of returns what is known of a lifecycle's allocation. ok is false if it was not
// begun.
func (b *zenBooks) of(n int) (a zenAllocation, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if found := b.allocations[n]; found != nil {
		return *found, true
	}
	return a, false
}

// unfinished returns the lifecycles that a kill interrupted, by worker, and the
// number of the next new one.
func (b *zenBooks) unfinished() (open map[int]cycle, next int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	open = map[int]cycle{}
	for n, a := range b.allocations {
		next = max(next, n+1)
		if !a.over {
			open[a.worker] = cycle{n: n, worker: a.worker}
		}
	}
	return open, next
}

// open is the number of allocations of which nobody has learnt what came of them.
func (b *zenBooks) open() int {
	n := 0
	for _, a := range b.allocations {
		if a.unsettled() {
			n++
		}
	}
	return n
}
