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

// kinds are the faults of the storm with their shares of -faults. Those that
// stop many callers at once, or for long, have the smaller shares. A kind with
// two faults goes wrong before the action runs as often as after it.
var kinds = []struct {
	name   string
	share  float64
	faults []eiptest.Fault
}{
	{"cut-before", .14, []eiptest.Fault{eiptest.CutBefore()}},
	{"cut-after", .13, []eiptest.Fault{eiptest.CutAfter()}},
	{"cut-body", .13, []eiptest.Fault{eiptest.CutBody()}},
	{"server-error", .13, []eiptest.Fault{eiptest.ServerError(503), eiptest.ServerError(500).AfterRun()}},
	{"bad-gateway", .13, []eiptest.Fault{eiptest.BadGateway(), eiptest.BadGateway().AfterRun()}},
	{"throttle", .045, []eiptest.Fault{eiptest.Throttle()}},
	{"throttle-hint", .045, []eiptest.Fault{eiptest.ThrottleHint(hintedWait)}},
	{"latency", .10, []eiptest.Fault{eiptest.Latency(tooLate), eiptest.Latency(tooLate).AfterRun()}},
	{"wrong-date", .10, []eiptest.Fault{eiptest.WrongDate(oldDate)}},
	{restartKind, .05, nil},
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
	r := &restarter{again: again, seed: cfg.seed, wanted: make(chan struct{}, 1<<16)}
	for _, k := range kinds {
		if k.name == restartKind {
			r.p = k.share * cfg.faults
		}
	}
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
