package fake

import (
	"fmt"
	"net/http"
	"time"
)

// Kind names a way in which one attempt goes wrong. The names are also what
// counters and command-line flags use.
type Kind string

// The kinds of fault. What each does is told in package fault, by its function.
const (
	CutBefore    Kind = "cut-before"
	CutAfter     Kind = "cut-after"
	CutBody      Kind = "cut-body"
	ServerError  Kind = "server-error"
	BadGateway   Kind = "bad-gateway"
	Throttle     Kind = "throttle"
	ThrottleHint Kind = "throttle-hint"
	Latency      Kind = "latency"
	Late         Kind = "late"
	Hang         Kind = "hang"
	WrongClock   Kind = "wrong-clock"
	WrongDate    Kind = "wrong-date"
	Refuse       Kind = "refuse"
	Foreign      Kind = "foreign"
	CutError     Kind = "cut-error"
	EmptyPage    Kind = "empty-page"
	MissingID    Kind = "missing-id"
	WrongID      Kind = "wrong-id"
	ShortPage    Kind = "short-page"
	BlankID      Kind = "blank-id"
	Custom       Kind = "custom"
	Pass         Kind = "pass"
)

// Kinds lists every kind that goes wrong, in a fixed order.
func Kinds() []Kind {
	return []Kind{CutBefore, CutAfter, CutBody, ServerError, BadGateway, Throttle, ThrottleHint,
		Latency, Late, Hang, WrongClock, WrongDate, Refuse,
		Foreign, CutError, EmptyPage, MissingID, WrongID, ShortPage, BlankID, Custom}
}

// Fault is one decision about one attempt.
type Fault struct {
	Kind     Kind
	AfterRun bool          // the request runs although the answer is spoilt
	Delay    time.Duration // Latency, Late: how long; ThrottleHint: what the hint says
	Shift    time.Duration // WrongClock, WrongDate
	Seconds  bool          // ThrottleHint: Retry-After in seconds instead of the vendor's header
	Status   int           // ServerError, Custom; Foreign, where 0 leaves it to the seed
	Foreign  ForeignBody   // Foreign; empty leaves it to the seed
	ID       any           // BlankID: instead of the ID; nil leaves it to the seed
	Header   http.Header   // Custom
	Body     string        // Custom
	Refusal  Refusal       // Refuse, CutError, where status 0 leaves the rest to the service; ServerError if it has a code
	Times    int           // in a script: how many attempts, 0 means 1, negative means for ever
}

// Made returns what some functions make. A nil function makes a fault that cannot
// be.
func Made[F ~func(*Fault)](makers ...F) []Fault {
	out := []Fault{}
	for _, f := range makers {
		var made Fault
		if f != nil {
			f(&made)
		}
		out = append(out, made)
	}
	return out
}

// Check reports what is wrong with a fault before it is put to use.
func (f Fault) Check() error {
	switch f.Kind {
	case CutBefore, CutAfter, CutBody, BadGateway, Throttle, Hang, WrongClock, WrongDate, Pass,
		EmptyPage, MissingID, WrongID, ShortPage:
	case Foreign:
		return f.checkForeign()
	case BlankID:
		return f.checkBlank()
	case Latency, Late, ThrottleHint:
		if f.Delay < 0 {
			return fmt.Errorf("fault %s: duration %v is negative", f.Kind, f.Delay)
		}
	case ServerError:
		if f.Status != 0 && (f.Status < 500 || f.Status > 599) {
			return fmt.Errorf("fault %s: status %d is not between 500 and 599", f.Kind, f.Status)
		}
	case Refuse, CutError:
		if f.Kind == Refuse && f.Refusal.Code == "" {
			return fmt.Errorf("fault %s: no code", f.Kind)
		}
		if n := f.Refusal.Status; n != 0 && (n < 200 || n > 599) {
			return fmt.Errorf("fault %s: status %d is not between 200 and 599", f.Kind, n)
		}
	case Custom:
		if f.Status < 200 || f.Status > 599 {
			return fmt.Errorf("fault %s: status %d is not between 200 and 599", f.Kind, f.Status)
		}
	default:
		return fmt.Errorf("fault %q is not a known kind", f.Kind)
	}
	return nil
}

// Runs reports whether the request runs under the fault when nothing else
// stops it.
func (f Fault) Runs() bool {
	switch f.Kind {
	case CutBefore, Throttle, ThrottleHint, Custom:
		return f.Kind == Custom && f.AfterRun
	case ServerError, BadGateway, Hang, Refuse, Foreign, CutError:
		return f.AfterRun
	}
	return true
}

// Chance is a fault with its probability per attempt.
type Chance struct {
	Fault   Fault
	P       float64
	Actions []string // empty means every action
}

func (c Chance) covers(action string) bool {
	if len(c.Actions) == 0 {
		return true
	}
	for _, a := range c.Actions {
		if a == action {
			return true
		}
	}
	return false
}

// CheckChances reports probabilities that are out of range or add up to more
// than one.
func CheckChances(cs []Chance) error {
	sum := 0.0
	for _, c := range cs {
		if err := c.Fault.Check(); err != nil {
			return err
		}
		if !(c.P >= 0 && c.P <= 1) {
			return fmt.Errorf("fault %s: chance %v is not between 0 and 1", c.Fault.Kind, c.P)
		}
		sum += c.P
	}
	if sum > 1+1e-9 {
		return fmt.Errorf("chances of all faults add up to %v, more than 1", sum)
	}
	return nil
}
