package transport

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestEverySequence fails if any one cell of the table is changed to the unsafe
// side: it says then that the promise is broken. Other changes break the policy
// (calls give up too early, go on too long, or call a known outcome unknown), or
// change nothing, for a reason that stands here. With -v it lists the cells. It
// is not parallel, because it changes the table.
func TestEverySequenceFindsEachCell(t *testing.T) {
	for _, c := range Causes() {
		was := table[c]
		for o := NotSent; o <= Done; o++ {
			if o != was.outcome {
				table[c].outcome = o
				try(t, fmt.Sprintf("%q means %s instead of %s", c, o, was.outcome), c, was.outcome == Unknown, nil)
				table[c] = was
			}
		}
		for _, k := range Kinds() {
			table[c].repeat[k] = !was.repeat[k]
			unsafe := k == Once && was.outcome == Unknown && c != CauseCanceledAfter
			try(t, fmt.Sprintf("%q is repeated for %s: %t", c, k, !was.repeat[k]), c, unsafe, nil)
			table[c] = was
		}
		if was.most > 0 {
			for _, most := range []uint8{0, was.most - 1, was.most + 1} {
				table[c].most = most
				try(t, fmt.Sprintf("%q is repeated %d times instead of %d", c, most, was.most), c, false, nil)
				table[c] = was
			}
		}
		proves := func(j *Judgement) { j.Proves = j.Proves || j.Cause == c }
		try(t, fmt.Sprintf("%q proves that nothing ran", c), c, was.outcome == Refused, proves)
	}
}

// try looks for a sequence that shows what was changed about c.
func try(t *testing.T, what string, c Cause, unsafe bool, tweak func(*Judgement)) {
	t.Helper()
	promise, policy := "", ""
	look := func(w *walk) {
		explore(t, w)
		for what, how := range w.promise {
			promise = what + ", in: " + how
		}
		for what, how := range w.policy {
			policy = what + ", in: " + how
		}
	}
	for first, e := range events {
		if e.cause != c && e.cause != CauseNoAnswer {
			continue
		}
		for _, k := range Kinds() {
			look(&walk{kind: k, first: first, events: events, length: 2, maxAttempts: 8, tweak: tweak})
			if e.cause == c && promise == "" {
				look(&walk{kind: k, events: events[first : first+1], length: 6, maxAttempts: 8, tweak: tweak})
			}
		}
	}
	reason := ""
	switch {
	case promise != "":
		t.Logf("%s: BREAKS THE PROMISE: %s", what, promise)
	case policy != "":
		t.Logf("%s: breaks the policy: %s", what, policy)
	case c == CauseSuccess:
		reason = "a success ends the call before the table is asked"
	case slices.Contains([]Cause{CauseCanceledBefore, CauseCanceledAfter}, c):
		reason = "the end of the context ends the call before the table is asked"
	case tweak != nil && table[c].outcome == Unknown:
		reason = "only a refusal can prove anything"
	case tweak != nil:
		reason = "it is told by the loop itself, not by a judge"
	case table[c].outcome == Done:
		reason = "only a success makes a call done"
	default:
		reason = "it says as well that nothing ran"
	}
	if reason != "" {
		t.Logf("%s: changes nothing: %s", what, reason)
	}
	assert.Equal(t, unsafe, promise != "", what)
}
