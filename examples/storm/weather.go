package main

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"github.com/eipkit/eip-go/eiptest"
)

// restartKind is the one fault that the service's dice do not deal out: its
// listener is closed, with every connection, and opened again.
const restartKind = "restart"

// restartShare is the restarts' share of -faults.
const restartShare = .06

// dose is one fault with its share of -faults, for some actions or for all.
type dose struct {
	fault   eiptest.Fault
	share   float64
	actions []string
}

var writes = []string{stageAction[allocate], stageAction[associate], stageAction[unassociate], stageAction[release]}

// kinds are the faults of the storm. A kind with two faults goes wrong before the
// action runs as often as after it. Those that stop many callers at once, or for
// long, have the smaller shares: throttling without a hint closes an action to
// all workers for up to half a second, and so meets the looks, which are half of
// all calls, less often than the writes. No kind is meant to be rarer than 1.7 %
// of the attempts at -faults 0.3, so that chance leaves it above 1.5 % in 10,000
// calls.
var kinds = []struct {
	name  string
	doses []dose
}{
	{"cut-before", []dose{{eiptest.CutBefore(), .12, nil}}},
	{"cut-after", []dose{{eiptest.CutAfter(), .105, nil}}},
	{"cut-body", []dose{{eiptest.CutBody(), .105, nil}}},
	{"server-error", []dose{{eiptest.ServerError(503), .0525, nil}, {eiptest.ServerError(500).AfterRun(), .0525, nil}}},
	{"bad-gateway", []dose{{eiptest.BadGateway(), .0525, nil}, {eiptest.BadGateway().AfterRun(), .0525, nil}}},
	{"throttle", []dose{{eiptest.Throttle(), .02, nil}, {eiptest.Throttle(), .08, writes}}},
	{"throttle-hint", []dose{{eiptest.ThrottleHint(hintedWait), .075, nil}}},
	{"latency", []dose{{eiptest.Latency(tooLate), .04, nil}, {eiptest.Latency(tooLate).AfterRun(), .04, nil}}},
	{"late", []dose{{eiptest.Late(tooLate), .07, nil}}},
	{"wrong-date", []dose{{eiptest.WrongDate(oldDate), .075, nil}}},
	{restartKind, nil},
}

// restarter closes and opens the service's listener at the attempts that the
// seed picks.
type restarter struct {
	again  func() error
	p      float64
	seed   uint64
	wanted chan struct{}
	done   sync.WaitGroup
	count  atomic.Int64
	failed atomic.Pointer[error]
}

func newRestarter(again func() error, cfg config) *restarter {
	r := &restarter{again: again, p: restartShare * cfg.faults, seed: cfg.seed, wanted: make(chan struct{}, 1<<16)}
	r.done.Go(func() {
		for range r.wanted {
			if err := again(); err != nil {
				r.failed.CompareAndSwap(nil, &err)
				return
			}
			r.count.Add(1)
		}
	})
	return r
}

// see takes part in the fate of one attempt, by its number alone.
func (r *restarter) see(number int) {
	if rand.New(rand.NewPCG(r.seed, uint64(number))).Float64() < r.p {
		select {
		case r.wanted <- struct{}{}:
		default:
		}
	}
}

// stop waits for the last restart. Nothing may call see any more.
func (r *restarter) stop() error {
	close(r.wanted)
	r.done.Wait()
	if err := r.failed.Load(); err != nil {
		return *err
	}
	return nil
}
