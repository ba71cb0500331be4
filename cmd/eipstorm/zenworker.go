package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	eip "github.com/eipkit/eip-go"
	zen "github.com/eipkit/eip-go/zenlayer"
)

// releaseLimit is how long one release of several addresses may take before the
// worker looks at what is left. An address that goes away between two looks keeps
// a release waiting, since it may be too new to be listed.
const releaseLimit = 5 * time.Second

// zenWorker allocates, waits and releases. Before it allocates it writes down what
// Reconcile needs, so that another process can go on after a kill.
type zenWorker struct {
	number int
	client *zen.Client
	books  *zenBooks
	ledger ledger[zenEntry] // what the books are written by
	settle time.Duration    // Reconcile's
	limit  time.Duration    // of each stage
}

// run carries a lifecycle from where it stands to its end.
func (w *zenWorker) run(ctx context.Context, c cycle) error {
	a, interrupted := w.books.of(c.n)
	req := zenRequest(c.n)
	if !interrupted {
		if err := w.stage(ctx, c, "snapshot", func(ctx context.Context) error { return w.begin(ctx, c, req) }); err != nil {
			return err
		}
		a, _ = w.books.of(c.n)
	}
	req.Mark = a.mark
	var lost error // of the call, if this process made it
	if !interrupted {
		err := w.stage(ctx, c, "allocation", func(ctx context.Context) (err error) {
			lost, err = w.allocate(ctx, c, req)
			return err
		})
		if err != nil {
			return err
		}
		a, _ = w.books.of(c.n)
	}
	if a.unsettled() {
		err := w.stage(ctx, c, "reconciliation", func(ctx context.Context) error {
			return w.reconcile(ctx, c, &zen.ReconcileRequest{Request: req, Err: lost, Before: a.before, Settle: w.settle}, interrupted)
		})
		if err != nil {
			return err
		}
		a, _ = w.books.of(c.n)
	}
	// Without an ID there is nothing that could be waited for; the audit has its say.
	if len(a.told) > 0 && allIDs(a.told) {
		if !a.seen {
			if err := w.stage(ctx, c, "wait", func(ctx context.Context) error { return w.await(ctx, c, a.told) }); err != nil {
				return err
			}
		}
		err := w.stage(ctx, c, "release", func(ctx context.Context) error { return w.release(ctx, a.told, a.seen) })
		if err != nil {
			return err
		}
	}
	return w.note(c, zenEntry{What: "end"}, false)
}

// stage is one stage with its limit: none goes on for ever, whatever the service
// says of an address.
func (w *zenWorker) stage(ctx context.Context, c cycle, name string, do func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, w.limit)
	defer cancel()
	err := do(limited)
	switch {
	case err == nil:
		return nil
	case limited.Err() != nil && ctx.Err() == nil:
		return fmt.Errorf("%s, %s: not over within %s: %w", nameOf(c.n), name, w.limit, err)
	}
	return fmt.Errorf("%s, %s: %w", nameOf(c.n), name, err)
}

func (w *zenWorker) note(c cycle, e zenEntry, durable bool) error {
	e.Cycle, e.Worker = c.n, w.number
	return w.ledger.note(e, durable)
}

// see counts the calls of a client when they end.
func see(l ledger[zenEntry]) func(context.Context, eip.Attempt) {
	return func(_ context.Context, a eip.Attempt) {
		if !a.Repeat {
			// An error of the journal is there for the next entry as well.
			_ = l.note(zenEntry{What: "over", Fine: a.Cause == "success"}, false)
		}
	}
}

// zenRequest is what a lifecycle allocates, without its mark.
func zenRequest(n int) *zen.AllocateEipAddressesRequest {
	return &zen.AllocateEipAddressesRequest{
		ZoneID: zenZone, EipChargeType: zen.ChargeTypePostpaid, Amount: 1 + n%3,
		Extra: map[string]any{zenCall: strconv.Itoa(n)},
	}
}

// begin writes down what the allocation can be reconciled with: a mark, or the
// addresses that there are.
func (w *zenWorker) begin(ctx context.Context, c cycle, req *zen.AllocateEipAddressesRequest) error {
	e := zenEntry{What: "try"}
	if c.n%2 == 0 {
		e.Mark = zen.NewMark()
	} else if err := persist(ctx, func() (err error) { e.Before, err = w.client.Snapshot(ctx, req); return err }); err != nil {
		return err
	}
	return w.note(c, e, true)
}

// allocate makes the call. lost is its error.
func (w *zenWorker) allocate(ctx context.Context, c cycle, req *zen.AllocateEipAddressesRequest) (lost, err error) {
	res, lost := w.client.AllocateEipAddresses(ctx, req)
	e := zenEntry{What: "call", Outcome: zenOutcome(lost)}
	if res != nil {
		e.IDs = res.EipIDSet
	}
	return lost, w.note(c, e, true)
}

// reconcile finds out what an allocation came to. After a kill its error is not
// known.
func (w *zenWorker) reconcile(ctx context.Context, c cycle, req *zen.ReconcileRequest, interrupted bool) error {
	var r *zen.Reconciliation
	err := persist(ctx, func() (err error) {
		r, err = w.client.Reconcile(ctx, req)
		return err
	})
	if err != nil {
		return err
	}
	e := zenEntry{What: "verdict", Verdict: r.Verdict, IDs: r.EipIDs, Resumed: interrupted}
	for _, found := range r.Candidates {
		e.Candidates = append(e.Candidates, found.EipID)
	}
	return w.note(c, e, true)
}

// await waits until addresses can be released. One that is not found was never
// made, or is gone. That is the audit's matter; the others are given back.
func (w *zenWorker) await(ctx context.Context, c cycle, ids []string) error {
	err := persist(ctx, func() error {
		_, err := w.client.WaitAllAvailable(ctx, ids)
		if errors.Is(err, eip.ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil && ctx.Err() != nil {
		return err
	}
	return w.note(c, zenEntry{What: "seen"}, true)
}

// release gives addresses back. They were waited for before, so that those which
// a look does not find after a failure, or a kill, are gone.
func (w *zenWorker) release(ctx context.Context, ids []string, interrupted bool) error {
	return persist(ctx, func() error {
		if interrupted {
			left, err := w.left(ctx, ids)
			if err != nil || len(left) == 0 {
				return err
			}
			ids = left
		}
		interrupted = true
		limited, cancel := context.WithTimeout(ctx, releaseLimit)
		defer cancel()
		return w.client.EnsureAllReleased(limited, ids)
	})
}

// left gives those of the addresses that are there.
func (w *zenWorker) left(ctx context.Context, ids []string) (left []string, err error) {
	err = persist(ctx, func() error {
		found, err := w.client.GetEips(ctx, ids)
		var missing *eip.NotFoundError
		if err != nil && !errors.As(err, &missing) {
			return err
		}
		for _, a := range found {
			left = append(left, a.EipID)
		}
		return nil
	})
	return left, err
}

// persist repeats what may be repeated: reads, waits and releases.
func persist(ctx context.Context, do func() error) error {
	var err error
	for range mostRepeats {
		if err = do(); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}

// zenOutcome says how an allocation ended.
func zenOutcome(err error) string {
	var e *eip.Error
	switch {
	case err == nil:
		return fine
	case eip.OutcomeUnknown(err):
		return unknown
	case errors.As(err, &e):
		return refused
	}
	return failed
}
