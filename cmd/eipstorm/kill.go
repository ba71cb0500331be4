package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

// childEnv holds the job of a child process.
const childEnv = "EIP_STORM_CHILD"

// job is what the parent tells a child.
type job struct {
	Vendor    string
	Endpoint  string
	Signature eip.Signature
	Journal   string
	Calls     int
	Workers   int
	Seed      uint64
	Settle    time.Duration
}

// killing holds the service and the books in this process and the workers in
// another one, which is killed at random moments and started again.
func killing(ctx context.Context, cfg config, out io.Writer) (*result, error) {
	before := runtime.NumGoroutine()
	start := time.Now()
	site, err := open(cfg)
	if err != nil {
		return nil, err
	}
	defer site.close()
	seen := newCounter()
	site.srv.Before(func(c eiptest.Call) {
		seen.add()
		site.restarts.see(c.Seq)
	})
	b := newBooks()
	kills, err := killed(ctx, cfg, site.srv.URL(), seen, b, out)
	if errors.Is(err, errUnread) {
		return nil, err
	}
	res, serr := site.settle(cfg, b)
	res.wall = time.Since(start)
	res.kills = kills
	site.close()
	res.goroutines = settled(func() int { return runtime.NumGoroutine() - before })
	if err == nil {
		err = serr
	}
	return res, err
}

// errUnread says that the books lack what the journal has.
var errUnread = errors.New("the journal cannot be read")

// killed runs the workers in a child process that it kills again and again, and
// enters what their journal says into the books. It returns how often it killed.
func killed[E any](ctx context.Context, cfg config, endpoint string, seen *counter, b ledger[E], out io.Writer) (int, error) {
	dir, err := os.MkdirTemp("", "eip-storm-")
	if err != nil {
		return 0, errors.Join(errUnread, err)
	}
	defer os.RemoveAll(dir)
	j := job{
		Vendor: cfg.vendor, Endpoint: endpoint, Signature: cfg.signature, Journal: filepath.Join(dir, "journal"),
		Calls: cfg.calls, Workers: cfg.workers, Seed: cfg.seed, Settle: cfg.settle,
	}
	var kills atomic.Int64
	stop := progress(out, func() string {
		return fmt.Sprintf("%d kills, %d attempts of at least %d", kills.Load(), seen.n.Load(), cfg.calls)
	})
	err = killAgainAndAgain(ctx, cfg, j, seen, &kills)
	stop()
	if _, rerr := readJournal(j.Journal, b); rerr != nil {
		err = errors.Join(errUnread, err, rerr)
	}
	return int(kills.Load()), err
}

// killAgainAndAgain kills at the attempts that the seed picks, and lets the last
// child finish. The moments lie all over the run: there are at least as many
// attempts as calls.
func killAgainAndAgain(ctx context.Context, cfg config, j job, seen *counter, kills *atomic.Int64) error {
	rng := rand.New(rand.NewPCG(cfg.seed, 20))
	var moments []int64
	for range cfg.kills {
		moments = append(moments, 1+rng.Int64N(int64(cfg.calls)*9/10+1))
	}
	slices.Sort(moments)
	for _, at := range moments {
		// A child that starts late finds its moment gone by; it gets a few attempts
		// of its own, in the middle of settling.
		at = max(at, seen.n.Load()+1+rng.Int64N(int64(cfg.workers)))
		after := time.Duration(rng.Int64N(int64(3 * time.Millisecond)))
		killed, err := child(ctx, j, seen.reach(at), after)
		if err != nil {
			return err
		}
		if !killed {
			return nil // it was done before; the count of kills tells
		}
		kills.Add(1)
	}
	_, err := child(ctx, j, nil, 0)
	return err
}

// child runs one child until it ends or, some time after the signal comes, is
// killed.
func child(ctx context.Context, j job, signal <-chan struct{}, after time.Duration) (killed bool, err error) {
	self, err := os.Executable()
	if err != nil {
		return false, err
	}
	text, err := json.Marshal(j)
	if err != nil {
		return false, err
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return false, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err = <-ended:
	case <-signal:
		if pause(ctx, after) == nil { // otherwise it is killed with the context
			killed = cmd.Process.Kill() == nil // SIGKILL: nothing of the child runs after it
		}
		err = <-ended
		killed = killed && cmd.ProcessState.ExitCode() == -1
	}
	switch {
	case ctx.Err() != nil:
		return false, fmt.Errorf("interrupted: %w", context.Cause(ctx))
	case killed:
		return true, nil
	case err != nil:
		return false, fmt.Errorf("the child ended by itself: %w: %s", err, bytes.TrimSpace(said.Bytes()))
	}
	return false, nil
}

// childMain is the child: the workers, with a journal.
func childMain(ctx context.Context, text string, stderr io.Writer) int {
	if err := childRun(ctx, text); err != nil {
		fmt.Fprintln(stderr, "eipstorm: child:", err)
		return 1
	}
	return 0
}

func childRun(ctx context.Context, text string) error {
	var j job
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		return err
	}
	if j.Vendor == zenlayer {
		return zenChild(ctx, j)
	}
	return alibabaChild(ctx, j)
}

// alibabaChild has tokens that it can work out again after a kill.
func alibabaChild(ctx context.Context, j job) error {
	b := newBooks()
	journal, err := openJournal(j.Journal, b)
	if err != nil {
		return err
	}
	client, err := eip.NewClient(region, clientOptions(j.Endpoint, j.Signature)...)
	if err != nil {
		return errors.Join(err, journal.close())
	}
	token := func(cycle int, s step) string {
		what := createPackage
		if s < steps {
			what = stageAction[s]
		}
		return eip.ClientTokenFor(fmt.Sprintf("storm/%d/%s/%d", j.Seed, what, cycle), 0)
	}
	c := &crew{calls: j.Calls, workers: j.Workers, made: b.calls, hire: func(n int) lifecycles {
		return &worker{
			number: n, client: client, books: both[entry]{journal, b}, token: token, bandwidthPackage: b.packageOf(n),
		}
	}}
	c.open, c.next = b.unfinished()
	err = c.work(ctx)
	client.CloseIdleConnections()
	return errors.Join(err, journal.close())
}

// counter counts attempts, and tells when a number of them has been reached.
type counter struct {
	n    atomic.Int64
	mark atomic.Pointer[mark]
}

type mark struct {
	at   int64
	here chan struct{}
	told atomic.Bool
}

func newCounter() *counter { return &counter{} }

func (c *counter) add() {
	n := c.n.Add(1)
	if m := c.mark.Load(); m != nil && n >= m.at && m.told.CompareAndSwap(false, true) {
		close(m.here)
	}
}

// reach returns what is closed at the attempt with this number.
func (c *counter) reach(at int64) <-chan struct{} {
	m := &mark{at: at, here: make(chan struct{})}
	c.mark.Store(m)
	if c.n.Load() >= at && m.told.CompareAndSwap(false, true) {
		close(m.here)
	}
	return m.here
}
