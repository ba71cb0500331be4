package fake

import (
	"fmt"
	"net/http"
	"time"
)

// Kind names a way in which one attempt goes wrong. The names are also what
// counters and command-line flags use.
type Kind string

// The kinds of fault.
const (
	// CutBefore closes the connection before the request runs.
	CutBefore Kind = "cut-before"
	// CutAfter runs the request and closes the connection without answering.
	CutAfter Kind = "cut-after"
	// CutBody runs the request, announces the whole body, sends half of it
	// and closes the connection.
	CutBody Kind = "cut-body"
	// ServerError answers a documented error with a 5xx status. It runs the
	// request first if AfterRun is set.
	ServerError Kind = "server-error"
	// BadGateway answers 502 with an HTML page, as a proxy does. It runs the
	// request first if AfterRun is set.
	BadGateway Kind = "bad-gateway"
	// Throttle refuses the request before it runs, without saying for how long.
	Throttle Kind = "throttle"
	// ThrottleHint refuses the request before it runs and says when to come back.
	ThrottleHint Kind = "throttle-hint"
	// Latency waits Delay before the request runs, or after it if AfterRun is set.
	Latency Kind = "latency"
	// Late waits Delay without looking whether the client is still there, and
	// runs the request in any case: a service that has read a request does so.
	Late Kind = "late"
	// Hang never answers; it ends when the client goes away.
	Hang Kind = "hang"
	// WrongClock shifts the clock that checks the timestamp and makes the
	// Date header, for one request, by Shift.
	WrongClock Kind = "wrong-clock"
	// WrongDate shifts the Date header alone by Shift.
	WrongDate Kind = "wrong-date"
	// Refuse answers Refusal in the service's own shape; the request does not
	// run unless AfterRun is set.
	Refuse Kind = "refuse"
	// Foreign answers what does not come from the service: an answer of a
	// gateway, a proxy or a login page, with Status and with the body that
	// Foreign names. What is left open is drawn from the seed. The request runs
	// first if AfterRun is set: the gateway has forwarded it then.
	Foreign Kind = "foreign"
	// CutError answers a documented refusal that ends in the middle of its
	// text, with a Content-Length that fits what is left. The request runs first
	// if AfterRun is set.
	CutError Kind = "cut-error"
	// EmptyPage answers a list without elements whose count of all elements is
	// what it was, and at least 1.
	EmptyPage Kind = "empty-page"
	// MissingID answers a list whose first element has no ID.
	MissingID Kind = "missing-id"
	// WrongID answers a list whose first element has another ID than it should.
	WrongID Kind = "wrong-id"
	// ShortPage answers a list without its last element; one with less than two
	// elements keeps them, and counts one more. The count of all elements does
	// not fit the page in either case.
	ShortPage Kind = "short-page"
	// BlankID runs a creation and answers a success whose ID is blank, a number
	// or a boolean.
	BlankID Kind = "blank-id"
	// Custom answers Status, Header and Body as they are.
	Custom Kind = "custom"
	// Pass does nothing: it lets one attempt through in an ordered script.
	Pass Kind = "pass"
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
