package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"sync"
	"time"

	eip "github.com/eipkit/eip-go"
	zen "github.com/eipkit/eip-go/zenlayer"
	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
)

// The second vendor's API has no token, so its client promises less: it never
// allocates twice by its own repeats, it says of every outcome that it does not
// know that it is unknown, and Reconcile is right whenever it is certain. Every
// other call carries a mark, by which Reconcile can be certain; the rest have
// nothing but a snapshot to go by, while the other workers allocate too. With
// -kill the mark or the snapshot is in the journal before the call is made.

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

// zenClient makes a client of the storm, whose calls are counted in a ledger.
func zenClient(endpoint string, l ledger[zenEntry]) (*zen.Client, error) {
	return zen.NewClient(
		zen.WithEndpoint(endpoint),
		zen.WithCredentials(eip.StaticCredentials(zenlayertest.DefaultAccessKeyID, zenlayertest.DefaultAccessKeyPassword)),
		zen.WithBackoff(backoffMin, backoffMax), zen.WithAttemptTimeout(attemptTimeout),
		zen.WithPollDelay(pollPause, 25*pollPause), zen.WithAttemptHook(see(l)),
	)
}

// zenEmbedded runs the storm with the workers in this process.
func zenEmbedded(ctx context.Context, cfg config, out io.Writer) (*zenResult, error) {
	return zenStorm(ctx, cfg, func(s *zenSite, b *zenBooks) (int, error) {
		client, err := zenClient(s.srv.URL(), b)
		if err != nil {
			return 0, err
		}
		defer client.CloseIdleConnections()
		defer progress(out, func() string { return fmt.Sprintf("%d of %d calls", b.made(), cfg.calls) })()
		c := &crew{calls: cfg.calls, workers: cfg.workers, made: b.made, hire: func(n int) lifecycles {
			return &zenWorker{number: n, client: client, books: b, ledger: b, settle: cfg.settle, limit: stageLimit}
		}}
		return 0, c.work(ctx)
	})
}

// zenKilling runs it with the workers in a process that is killed.
func zenKilling(ctx context.Context, cfg config, out io.Writer) (*zenResult, error) {
	return zenStorm(ctx, cfg, func(s *zenSite, b *zenBooks) (int, error) {
		return killed(ctx, cfg, s.srv.URL(), s.seen, b, out)
	})
}

// zenChild is the child of zenKilling.
func zenChild(ctx context.Context, j job) error {
	b := newZenBooks()
	journal, err := openJournal(j.Journal, b)
	if err != nil {
		return err
	}
	l := both[zenEntry]{journal, b}
	client, err := zenClient(j.Endpoint, l)
	if err != nil {
		return errors.Join(err, journal.close())
	}
	c := &crew{calls: j.Calls, workers: j.Workers, made: b.made, hire: func(n int) lifecycles {
		return &zenWorker{number: n, client: client, books: b, ledger: l, settle: j.Settle, limit: stageLimit}
	}}
	c.open, c.next = b.unfinished()
	err = c.work(ctx)
	client.CloseIdleConnections()
	return errors.Join(err, journal.close())
}

// zenSite is the second vendor's fake, what disturbs it, and its record.
type zenSite struct {
	srv      *zenlayertest.Server
	restarts *restarter
	ran      *zenAttempts
	seen     *counter // attempts
}

func zenOpen(cfg config) (*zenSite, error) {
	srv, err := zenService(cfg)
	if err != nil {
		return nil, err
	}
	s := &zenSite{
		srv: srv, restarts: newRestarter(srv.Restart, cfg), ran: &zenAttempts{call: map[int]int{}}, seen: newCounter(),
	}
	srv.Before(func(c zenlayertest.Call) {
		s.seen.add()
		s.ran.see(c)
		s.restarts.see(c.Seq)
	})
	return s, nil
}

// zenStorm runs workers against the second vendor's fake, until they have ended,
// and holds its record against their books. They return how often they were
// killed.
func zenStorm(ctx context.Context, cfg config, workers func(*zenSite, *zenBooks) (kills int, err error)) (*zenResult, error) {
	before := runtime.NumGoroutine()
	start := time.Now()
	s, err := zenOpen(cfg)
	if err != nil {
		return nil, err
	}
	defer s.srv.Close()
	b := newZenBooks()
	kills, err := workers(s, b)
	if errors.Is(err, errUnread) {
		return nil, err
	}
	settled(func() int { return s.srv.Counts().Active })
	s.srv.Before(nil)
	rerr := s.restarts.stop()
	open := settled(func() int { return s.srv.Counts().Open })
	res := &zenResult{
		cfg: cfg, books: b, counts: s.srv.Counts(), restarts: int(s.restarts.count.Load()), kills: kills,
		finding: zenAudit(s.srv, s.ran.call, b), connections: open, wall: time.Since(start),
	}
	s.srv.Close()
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
