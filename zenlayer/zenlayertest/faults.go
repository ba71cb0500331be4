package zenlayertest

import (
	"net/http"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
)

// Fault is one way in which an attempt goes wrong. Make one with the functions
// below; the methods return changed copies.
type Fault struct{ f fake.Fault }

// Times makes a scripted fault meet n attempts in a row instead of one; a
// negative n means every further one.
func (f Fault) Times(n int) Fault {
	f.f.Times = n
	return f
}

// AfterRun makes the action run although the answer is spoilt. CutAfter,
// CutBody and the faults of lists and IDs run it in any case; CutBefore and
// throttling never do.
func (f Fault) AfterRun() Fault {
	f.f.AfterRun = true
	return f
}

// Kind is the fault's name, as Call.Fault and Counts.Faults have it.
func (f Fault) Kind() string { return string(f.f.Kind) }

// CutBefore closes the connection before the action runs.
func CutBefore() Fault { return Fault{fake.Fault{Kind: fake.CutBefore}} }

// CutAfter runs the action and closes the connection without a byte of answer.
func CutAfter() Fault { return Fault{fake.Fault{Kind: fake.CutAfter}} }

// CutBody runs the action and closes the connection half-way through the body.
func CutBody() Fault { return Fault{fake.Fault{Kind: fake.CutBody}} }

// ServerError answers a 5xx status with an error: INTERNAL_SERVER_ERROR for
// 500, REQUEST_TIMED_OUT for 504, SERVICE_TEMPORARY_UNAVAILABLE for the others.
// The action does not run unless AfterRun says so.
func ServerError(status int) Fault { return Fault{fake.Fault{Kind: fake.ServerError, Status: status}} }

// BadGateway answers 502 with an HTML page. The action does not run unless
// AfterRun says so.
func BadGateway() Fault { return Fault{fake.Fault{Kind: fake.BadGateway}} }

// Throttle refuses with REQUEST_LIMIT_EXCEEDED, status 429, without a hint.
func Throttle() Fault { return Fault{fake.Fault{Kind: fake.Throttle}} }

// ThrottleRetryAfter refuses in the same way and says in Retry-After, in
// seconds, when to come back.
func ThrottleRetryAfter(d time.Duration) Fault {
	return Fault{fake.Fault{Kind: fake.ThrottleHint, Delay: d, Seconds: true}}
}

// Throttle200 refuses with REQUEST_LIMIT_EXCEEDED and HTTP status 200.
func Throttle200() Fault { return RefuseWith(http.StatusOK, codeLimit, "Too many requests.") }

// Latency waits before the action runs, or with AfterRun before it is
// answered. If the client leaves meanwhile, the wait ends, and an action that
// has not run does not run; Late is for one that does.
func Latency(d time.Duration) Fault { return Fault{fake.Fault{Kind: fake.Latency, Delay: d}} }

// Late waits, whether or not the client is still there, and then runs the
// action in any case: a service that has read a request does not notice that its
// caller gave up. Only Close ends the wait early, and then the action does not
// run.
func Late(d time.Duration) Fault { return Fault{fake.Fault{Kind: fake.Late, Delay: d}} }

// Hang never answers; it ends when the client goes away. The action does not
// run unless AfterRun says so.
func Hang() Fault { return Fault{fake.Fault{Kind: fake.Hang}} }

// WrongClock shifts the clock that checks the timestamp, and the Date header
// with it, for one attempt.
func WrongClock(d time.Duration) Fault { return Fault{fake.Fault{Kind: fake.WrongClock, Shift: d}} }

// WrongDate shifts the Date header of one answer and nothing else.
func WrongDate(d time.Duration) Fault { return Fault{fake.Fault{Kind: fake.WrongDate, Shift: d}} }

// Refuse answers a code with its status, in the service's shape. The action
// does not run unless AfterRun says so.
func Refuse(code string) Fault { return RefuseWith(statusOf(code), code, "Injected refusal.") }

// RefuseWith answers any status, code and message in the service's shape.
func RefuseWith(status int, code, message string) Fault {
	return Fault{fake.Fault{Kind: fake.Refuse, Refusal: fake.Refusal{Status: status, Code: code, Message: message}}}
}

// Answer answers whatever it is given. The action does not run unless AfterRun
// says so.
func Answer(status int, header http.Header, body string) Fault {
	return Fault{fake.Fault{Kind: fake.Custom, Status: status, Header: header, Body: body}}
}

// Pass lets one attempt through, for scripts such as "second attempt only".
func Pass() Fault { return Fault{fake.Fault{Kind: fake.Pass}} }

// FaultKinds lists the names of all faults.
func FaultKinds() []string {
	var out []string
	for _, k := range fake.Kinds() {
		out = append(out, string(k))
	}
	return out
}

// Fail queues faults, in order, for the next attempts of an action; an empty
// action means the next attempts of any. An action's own queue goes first. A
// fault that cannot be is a mistake in the test, and panics.
func (s *Server) Fail(action string, faults ...Fault) {
	fs := make([]fake.Fault, len(faults))
	for i, f := range faults {
		fs[i] = f.f
	}
	if err := s.engine.Script(action, fs...); err != nil {
		panic("zenlayertest: " + err.Error())
	}
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
