package main

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"github.com/eipkit/eip-go/eiptest/fault"
)

// restartKind is the one fault that the service's dice do not deal out: its
// listener is closed, with every connection, and opened again.
const restartKind = "restart"

// restartShare is the restarts' share of -faults, and foreignRestartShare with
// -foreign.
const (
	restartShare        = .06
	foreignRestartShare = .03
)

// kind is a kind of fault of one of the fakes, with its doses.
type kind struct {
	name  string
	doses []dose
}

// dose is one fault with its share of -faults, for some actions or for all.
type dose struct {
	fault   fault.Fault
	share   float64
	actions []string
}

// everywhere reports whether the kind meets every action.
func (k kind) everywhere() bool { return len(k.doses) == 0 || k.doses[0].actions == nil }

var writes = []string{stageAction[allocate], stageAction[associate], stageAction[unassociate], stageAction[release],
	stageAction[tagged], stageAction[join], stageAction[leave], createPackage}

// kinds are the faults of the storm. A kind with two faults goes wrong before the
// action runs as often as after it. Those that stop many callers at once, or for
// long, have the smaller shares: throttling without a hint closes an action to
// all workers for up to half a second, and so meets the looks, which are half of
// all calls, less often than the writes. No kind is meant to be rarer than 1.7 %
// of the attempts at -faults 0.3, so that chance leaves it above 1.5 % in 10,000
// calls.
var kinds = []kind{
	{"cut-before", []dose{{fault.CutBefore(), .12, nil}}},
	{"cut-after", []dose{{fault.CutAfter(), .105, nil}}},
	{"cut-body", []dose{{fault.CutBody(), .105, nil}}},
	{"server-error", []dose{{fault.ServerError(503), .0525, nil}, {fault.ServerError(500).AfterRun(), .0525, nil}}},
	{"bad-gateway", []dose{{fault.BadGateway(), .0525, nil}, {fault.BadGateway().AfterRun(), .0525, nil}}},
	{"throttle", []dose{{fault.Throttle(), .02, nil}, {fault.Throttle(), .08, writes}}},
	{"throttle-hint", []dose{{fault.ThrottleHint(hintedWait), .075, nil}}},
	{"latency", []dose{{fault.Latency(tooLate), .04, nil}, {fault.Latency(tooLate).AfterRun(), .04, nil}}},
	{"late", []dose{{fault.Late(tooLate), .07, nil}}},
	{"wrong-date", []dose{{fault.WrongDate(oldDate), .075, nil}}},
	{restartKind, nil},
}

// foreignKind is the kind of an answer that does not come from the service.
const foreignKind = "foreign"

// foreignKinds are the faults with -foreign: those of kinds, with smaller shares,
// and those in which an answer is not the service's, or contradicts itself.
// Foreign answers are 12 % of the attempts at -faults 0.3; half of them come
// after the action ran. Lists concern the looks alone, and IDs the allocations,
// one call in eight: what they do not meet stays whole.
var foreignKinds = []kind{
	{"cut-before", []dose{{fault.CutBefore(), .05, nil}}},
	{"cut-after", []dose{{fault.CutAfter(), .05, nil}}},
	{"cut-body", []dose{{fault.CutBody(), .05, nil}}},
	{"server-error", []dose{{fault.ServerError(503), .025, nil}, {fault.ServerError(500).AfterRun(), .025, nil}}},
	{"bad-gateway", []dose{{fault.BadGateway(), .025, nil}, {fault.BadGateway().AfterRun(), .025, nil}}},
	{"throttle", []dose{{fault.Throttle(), .01, nil}, {fault.Throttle(), .03, writes}}},
	{"throttle-hint", []dose{{fault.ThrottleHint(hintedWait), .035, nil}}},
	{"latency", []dose{{fault.Latency(tooLate), .02, nil}, {fault.Latency(tooLate).AfterRun(), .02, nil}}},
	{"late", []dose{{fault.Late(tooLate), .04, nil}}},
	{"wrong-date", []dose{{fault.WrongDate(oldDate), .03, nil}}},
	{foreignKind, []dose{{fault.Foreign(0, ""), .2, nil}, {fault.Foreign(0, "").AfterRun(), .2, nil}}},
	{"cut-error", []dose{{fault.CutError(""), .015, nil}, {fault.CutError("").AfterRun(), .015, nil}}},
	{"empty-page", []dose{{fault.EmptyPage(), .02, looks}}},
	{"missing-id", []dose{{fault.MissingID(), .015, looks}}},
	{"wrong-id", []dose{{fault.WrongID(), .015, looks}}},
	{"short-page", []dose{{fault.ShortPage(), .015, looks}}},
	{"blank-id", []dose{{fault.BlankID(nil), .04, []string{stageAction[allocate]}}}},
	{restartKind, nil},
}

// looks are the actions that answer a list.
var looks = []string{stageAction[available], stageAction[joined]}

// kinds are the faults of a run.
func (c config) kinds() []kind {
	if c.foreign {
		return foreignKinds
	}
	return kinds
}

// restartShare is the restarts' share of -faults in a run.
func (c config) restartShare() float64 {
	if c.foreign {
		return foreignRestartShare
	}
	return restartShare
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
	r := &restarter{again: again, p: cfg.restartShare() * cfg.faults, seed: cfg.seed, wanted: make(chan struct{}, 1<<16)}
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
