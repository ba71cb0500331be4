package eiptest

import (
	"fmt"
	"slices"
	"time"

	"github.com/eipkit/eip-go/eiptest/fault"
	"github.com/eipkit/eip-go/internal/fake"
)

// Fail queues faults, in order, for the next attempts of an action; an empty
// action means the next attempts of any. An action's own queue goes first. A
// fault that cannot be is a mistake in the test, and panics.
func (s *Server) Fail(action string, faults ...fault.Fault) {
	if err := s.engine.Script(action, fake.Made(faults...)...); err != nil {
		panic("eiptest: " + err.Error())
	}
}

// Chance is a fault with its probability per attempt, of all actions or of some.
type Chance struct {
	Fault   fault.Fault
	Chance  float64
	Actions []string // empty means all
}

// SetChances replaces all chances, those of WithChance included. They add up to 1
// at most; otherwise nothing is changed.
func (s *Server) SetChances(chances ...Chance) error {
	var all []fake.Chance
	for _, c := range chances {
		all = append(all, fake.Chance{Fault: fake.Made(c.Fault)[0], P: c.Chance, Actions: slices.Clone(c.Actions)})
	}
	if err := s.engine.SetChances(all); err != nil {
		return fmt.Errorf("eiptest: %w", err)
	}
	return nil
}

// Calm drops all queued faults and all chances.
func (s *Server) Calm() { s.engine.Calm() }

// ShiftClock makes the service's clock wrong by d, in the timestamp check and
// in the Date header, until it is called again. States go by the right clock.
func (s *Server) ShiftClock(d time.Duration) { s.engine.ShiftClock(d) }

// Before sets a function that sees every call before anything is decided
// about it. It may change the service's state, so that a test can interfere
// between two pages or two polls.
func (s *Server) Before(f func(Call)) {
	if f == nil {
		s.engine.Before(nil)
		return
	}
	s.engine.Before(func(c fake.Call) { f(newCall(c)) })
}
