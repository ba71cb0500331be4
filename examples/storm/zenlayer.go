package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	eip "github.com/eipkit/eip-go"
	zen "github.com/eipkit/eip-go/zenlayer"
	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
)

// The second vendor's API has no token, so its client promises less: it never
// allocates twice by its own repeats, it says of every outcome that it does not
// know that it is unknown, and Reconcile is right whenever it is certain. Every
// other call carries a mark, by which Reconcile can be certain; the rest have
// nothing but a snapshot to go by, while the other workers allocate too.

const (
	zenZone = "SEL-A"
	// zenCall is a parameter of no meaning to the service or to Reconcile. It tells
	// the audit which call an attempt belongs to.
	zenCall = "stormCall"
	// An allocation whose caller has lost sight of it runs up to zenLate later, and
	// what it makes is shown zenHidden after that. Reconcile has to wait for both:
	// zenSettle is longer, with room for a busy machine.
	zenLate   = attemptTimeout + 60*time.Millisecond
	zenHidden = 60 * time.Millisecond
	zenSettle = 600 * time.Millisecond
)

// zenAllocation is one call of AllocateEipAddresses, as its caller sees it.
type zenAllocation struct {
	marked     bool
	outcome    string
	told       []string // by the answer, or by a certain Reconcile
	verdict    zen.Verdict
	candidates []string
	released   bool
}

// zenBooks is what the callers know.
type zenBooks struct {
	mu          sync.Mutex
	allocations map[int]*zenAllocation
	calls       atomic.Int64
	fine        atomic.Int64 // calls that succeeded
	attempts    atomic.Int64
}

func (b *zenBooks) made() int { return int(b.calls.Load()) }

func (b *zenBooks) see(_ context.Context, a eip.Attempt) {
	b.attempts.Add(1)
	if a.Number == 1 {
		b.calls.Add(1)
	}
	if a.Cause == "success" {
		b.fine.Add(1)
	}
}

// zenStorm runs the storm against the second vendor's fake.
func zenStorm(ctx context.Context, cfg config, out io.Writer) (*zenResult, error) {
	before := runtime.NumGoroutine()
	start := time.Now()
	srv, err := zenService(cfg)
	if err != nil {
		return nil, err
	}
	defer srv.Close()
	restarts := newRestarter(srv.Restart, cfg)
	ran := &zenAttempts{call: map[int]int{}}
	srv.Before(func(c zenlayertest.Call) {
		ran.see(c)
		restarts.see(c.Seq)
	})
	b := &zenBooks{allocations: map[int]*zenAllocation{}}
	client, err := zen.NewClient(
		zen.WithEndpoint(srv.URL()),
		zen.WithCredentials(eip.StaticCredentials(zenlayertest.DefaultAccessKeyID, zenlayertest.DefaultAccessKeyPassword)),
		zen.WithBackoff(backoffMin, backoffMax), zen.WithAttemptTimeout(attemptTimeout),
		zen.WithPollDelay(pollPause, 25*pollPause), zen.WithAttemptHook(b.see),
	)
	if err != nil {
		return nil, errors.Join(err, restarts.stop())
	}
	stop := progress(out, func() string { return fmt.Sprintf("%d of %d calls", b.made(), cfg.calls) })
	c := &crew{calls: cfg.calls, workers: cfg.workers, made: b.made, hire: func(int) lifecycles {
		return &zenWorker{client: client, books: b, settle: cfg.settle}
	}}
	err = c.work(ctx)
	stop()
	client.CloseIdleConnections()
	settled(func() int { return srv.Counts().Active })
	srv.Before(nil)
	rerr := restarts.stop()
	open := settled(func() int { return srv.Counts().Open })
	res := &zenResult{
		cfg: cfg, books: b, counts: srv.Counts(), restarts: int(restarts.count.Load()),
		finding: zenAudit(srv, ran.call, b), connections: open, wall: time.Since(start),
	}
	srv.Close()
	res.goroutines = settled(func() int { return runtime.NumGoroutine() - before })
	if err == nil {
		err = rerr
	}
	return res, err
}

// zenAttempts knows which call each allocating attempt belongs to.
type zenAttempts struct {
	mu   sync.Mutex
	call map[int]int
}

func (a *zenAttempts) see(c zenlayertest.Call) {
	if n, err := strconv.Atoi(c.Params[zenCall]); err == nil {
		a.mu.Lock()
		a.call[c.Seq] = n
		a.mu.Unlock()
	}
}

// zenWorker allocates, waits and releases.
type zenWorker struct {
	client *zen.Client
	books  *zenBooks
	settle time.Duration
}

func (w *zenWorker) run(ctx context.Context, c cycle) error {
	req := &zen.AllocateEipAddressesRequest{
		ZoneID: zenZone, EipChargeType: zen.ChargeTypePostpaid, Amount: 1 + c.n%3,
		Extra: map[string]any{zenCall: strconv.Itoa(c.n)},
	}
	a := &zenAllocation{marked: c.n%2 == 0}
	var snapshot *zen.Snapshot
	if a.marked {
		req.Mark = fmt.Sprintf("storm-%d-%d", c.n, time.Now().UnixNano())
	} else {
		err := persist(ctx, func() (err error) { snapshot, err = w.client.Snapshot(ctx, req); return err })
		if err != nil {
			return err
		}
	}
	res, lost := w.client.AllocateEipAddresses(ctx, req)
	if res != nil {
		a.told = res.EipIDSet
	}
	a.outcome = zenOutcome(lost)
	w.books.mu.Lock()
	w.books.allocations[c.n] = a
	w.books.mu.Unlock()
	if a.outcome == unknown {
		var r *zen.Reconciliation
		rerr := persist(ctx, func() (err error) {
			r, err = w.client.Reconcile(ctx, &zen.ReconcileRequest{Request: req, Err: lost, Before: snapshot, Settle: w.settle})
			return err
		})
		if rerr != nil {
			return rerr
		}
		a.verdict, a.told = r.Verdict, r.EipIDs
		for _, found := range r.Candidates {
			a.candidates = append(a.candidates, found.EipID)
		}
	}
	if len(a.told) == 0 || !allIDs(a.told) {
		return nil // nothing that could be waited for; the audit has its say
	}
	// An address that is not found was never made, or is gone. That is the audit's
	// matter; the others are given back.
	err := persist(ctx, func() error {
		_, err := w.client.WaitAllAvailable(ctx, a.told)
		if errors.Is(err, eip.ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil && ctx.Err() != nil {
		return err
	}
	if err := w.release(ctx, a.told); err != nil {
		return err
	}
	a.released = true
	return nil
}

// release gives addresses back. They were waited for before, so that those which
// a look does not find after a failure are gone.
func (w *zenWorker) release(ctx context.Context, ids []string) error {
	return persist(ctx, func() error {
		failure := w.client.EnsureAllReleased(ctx, ids)
		if failure == nil {
			return nil
		}
		var left []string
		err := persist(ctx, func() error {
			found, err := w.client.GetEips(ctx, ids)
			var missing *eip.NotFoundError
			if err != nil && !errors.As(err, &missing) {
				return err
			}
			left = nil
			for _, a := range found {
				left = append(left, a.EipID)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if len(left) == 0 {
			return nil
		}
		ids = left
		return failure
	})
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
	var e *zen.Error
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
