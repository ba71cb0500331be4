package zenlayer

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"
)

const (
	// defaultSettle is how long Reconcile goes on looking for addresses that a
	// call may still be making.
	defaultSettle = 30 * time.Second

	// confirmingWalks is how often Reconcile reads again at once, if pages or an
	// ID that is none may have hidden something.
	confirmingWalks = 2
)

// NewMark makes a value for AllocateEipAddressesRequest.Mark that no other call
// has. Write it down before the call if the program may crash.
func NewMark() string { return rand.Text() }

// ReconcileRequest is what [Client.Reconcile] goes by.
type ReconcileRequest struct {
	// Request is the request whose outcome is unknown, as it was sent. Required.
	Request *AllocateEipAddressesRequest
	// Err is the error of the call. If it shows that the outcome is known after
	// all, nothing is looked at. It may be nil after a crash.
	Err error
	// Before is the snapshot from before the call. Required unless the request
	// has a Mark.
	Before *Snapshot
	// Known are addresses that other calls are known to have made since Before
	// was taken, or with the same Mark; they are not this call's. Those in an
	// *[AllocateManyError] in Err count as known by themselves.
	Known []string
	// Sole says that nobody and nothing but this call has allocated in this
	// zone, with this charge type (or moved addresses into this resource group,
	// if the request names one) since Before was taken, but for the addresses in
	// Known. It is a promise of the caller's, which nothing here can check. For a
	// part of AllocateMany it covers the parts before it as well: with Before
	// from before the first part, hand in the *[AllocateManyError] as Err, or its
	// EipIDs as Known.
	Sole bool
	// Settle is how long to go on looking before it is concluded that no more
	// addresses will appear. By default it is 30 seconds; a negative one
	// means a single look (or three in a row, if something may have been hidden
	// from the first by its pages or by an ID that is none).
	Settle time.Duration
}

// Verdict is what Reconcile found out.
type Verdict string

// The verdicts.
const (
	// VerdictMade: the call ran, and EipIDs are all of its addresses.
	VerdictMade Verdict = "made"
	// VerdictNotMade: the call made nothing.
	VerdictNotMade Verdict = "not made"
	// VerdictUndecided: it cannot be known from here. Reason says why, and
	// Candidates has what to look at.
	VerdictUndecided Verdict = "undecided"
)

// Reconciliation is what can be known about a call after the fact.
type Reconciliation struct {
	// Verdict is certain unless it is [VerdictUndecided], on the assumptions that
	// the package's documentation lists and that the request promised.
	Verdict Verdict
	// EipIDs are addresses that this call made for certain, whatever the verdict.
	EipIDs []string
	// Candidates are the addresses that can be this call's, those of EipIDs
	// included. One that a list showed and a look-up by its ID did not find is
	// among them, unless the verdict is certain.
	Candidates []*EipAddress
	// Missing is how many of the addresses that were asked for are not in EipIDs.
	Missing int
	// Reason says in a sentence how the verdict came about.
	Reason string
	// Looks is how often the list was read.
	Looks int
}

// Certain says whether the matter is settled.
func (r *Reconciliation) Certain() bool { return r.Verdict != VerdictUndecided }

// Reconcile finds out what became of an allocation whose outcome is unknown, by
// comparing the addresses before and after it: an address can be the call's if
// it is neither in the snapshot nor known to be another call's, in its zone, of
// its charge type, in the resource group that it named, and has its tags (or
// none yet). What one look saw counts, even if a later one does not see it: the
// verdict is then not [VerdictNotMade]. No clock is asked.
//
// No single answer makes an address the call's. What the list showed is looked up
// by its ID, and counts as made only if that finds it with the same mark, or as
// new. An ID that is not found so may stand in the list for another address: the
// list is then read again, and what remains is undecided.
//
// It is certain in these cases, and in no other:
//
//   - The error says that the allocation was refused, or never sent: not made.
//     (Errors of other actions say nothing; nor does an *[AllocateManyError] with
//     addresses, since Request may be the whole.)
//   - The request has a Mark, and as many addresses carry it as were asked for:
//     made. That no other call carried it is the caller's promise. (If an address
//     in the snapshot carries it too, or one in another zone, it is broken, and
//     nothing is certain.)
//   - The caller is Sole, and as many addresses are new as were asked for when
//     the time to settle is over: made. (Not if the snapshot is Incomplete.)
//   - The time to settle is over, and no look saw anything that can be the
//     call's: not made. (With a Mark and a snapshot, a new address without any
//     tags can be, since its tags may be late.) If the list takes several pages,
//     two equal walks over it are needed, since page numbers may hide what moves.
//     A list that contradicts itself (see [Client.GetEip]), or holds an address
//     that was not asked for, is no such look.
//
// A mark is looked for everywhere, so that it finds addresses that have been
// moved to another resource group as well; without one, such addresses are not
// found. Whenever it is not certain it says so. It reads only. An error means
// that it could not read; what was known by then is lost, so call it again.
func (c *Client) Reconcile(ctx context.Context, req *ReconcileRequest) (*Reconciliation, error) {
	r, err := newReconciler(req)
	if err != nil {
		return nil, err
	}
	if out := r.fromError(); out != nil {
		return out, nil
	}
	settle := req.Settle
	if settle == 0 {
		settle = defaultSettle
	}
	until := time.Now().Add(settle)
	p := c.newPoller()
	for {
		if err := r.look(ctx, c); err != nil {
			return nil, fmt.Errorf("zenlayer: Reconcile: %w", err)
		}
		last := !time.Now().Before(until)
		if last || r.marked() {
			if err := r.confirm(ctx, c); err != nil {
				return nil, fmt.Errorf("zenlayer: Reconcile: %w", err)
			}
		}
		for more := confirmingWalks; last && more > 0 && r.needsMore(); more-- {
			err := r.look(ctx, c)
			if err == nil {
				err = r.confirm(ctx, c)
			}
			if err != nil {
				return nil, fmt.Errorf("zenlayer: Reconcile: %w", err)
			}
		}
		if out := r.decide(last); out != nil {
			return out, nil
		}
		if err := p.PauseUntil(ctx, until); err != nil {
			return nil, fmt.Errorf("zenlayer: Reconcile: %w", err)
		}
	}
}

// String gives verdict, reason and IDs on one line.
func (r *Reconciliation) String() string {
	s := string(r.Verdict) + ": " + r.Reason
	if len(r.EipIDs) > 0 {
		s += " (" + strings.Join(r.EipIDs, ", ") + ")"
	}
	return s
}
