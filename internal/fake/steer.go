package fake

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// MostScripted bounds the faults that wait in all scripts together.
const MostScripted = 10_000

// Scripted is a fault that waits for the next attempts of an action.
type Scripted struct {
	Action string // empty means any
	Fault  Fault
}

// Scripts lists the faults that wait, by action and in the order of their turn.
func (e *Engine) Scripts() []Scripted {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := []Scripted{}
	for _, action := range slices.Sorted(maps.Keys(e.scripts)) {
		for _, f := range e.scripts[action] {
			out = append(out, Scripted{action, f})
		}
	}
	return out
}

// TryScript is Script, and refuses faults that would make the scripts too long.
func (e *Engine) TryScript(action string, faults ...Fault) error {
	for _, f := range faults {
		if err := f.Check(); err != nil {
			return err
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	n := len(faults)
	for _, q := range e.scripts {
		n += len(q)
	}
	if n > MostScripted {
		return fmt.Errorf("%d scripted faults are more than %d", n, MostScripted)
	}
	e.scripts[action] = append(e.scripts[action], faults...)
	return nil
}

// Chances returns the chances.
func (e *Engine) Chances() []Chance {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.chances)
}

// SetChances replaces all chances. It changes nothing if they cannot be.
func (e *Engine) SetChances(cs []Chance) error {
	if err := CheckChances(cs); err != nil {
		return err
	}
	e.mu.Lock()
	e.chances = slices.Clone(cs)
	e.mu.Unlock()
	return nil
}

// Shift is how wrong the clock is.
func (e *Engine) Shift() time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.shift
}

// CallsAfter returns the calls in the record that ended after the n-th one, and
// the number of the last one that ended.
func (e *Engine) CallsAfter(n int) (calls []Call, last int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range e.ring {
		if c := e.ring[(e.at+i)%len(e.ring)]; c.Noted > n {
			calls = append(calls, c)
		}
	}
	return calls, e.ended
}

// Reset drops scripts and shift, and has the chances of the configuration again.
func (e *Engine) Reset() {
	e.mu.Lock()
	clear(e.scripts)
	e.chances, e.shift = e.cfg.Chances, 0
	e.mu.Unlock()
}
