// Package fault has the faults that the fake services of this library inject:
// those of [github.com/eipkit/eip-go/eiptest] and of
// [github.com/eipkit/eip-go/zenlayer/zenlayertest]. Both take them as scripts for
// the next attempts (Server.Fail) and as chances (WithChance):
//
//	srv.Fail("AllocateEipAddress", fault.CutAfter(), fault.Throttle().Times(3))
package fault

import (
	"net/http"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
)

// Fault is one way in which an attempt goes wrong. Make one with the functions
// of this package; the methods return changed copies. The zero Fault is none,
// and no server takes it.
type Fault func(*fake.Fault)

// Times makes a scripted fault meet n attempts in a row instead of one; a
// negative n means every further one.
func (f Fault) Times(n int) Fault {
	made := fake.Made(f)[0]
	made.Times = n
	return of(made)
}

// AfterRun makes the action run although the answer is spoilt. CutAfter,
// CutBody and the faults of lists and IDs run it in any case; CutBefore and
// throttling never do.
func (f Fault) AfterRun() Fault {
	made := fake.Made(f)[0]
	made.AfterRun = true
	return of(made)
}

// Kind is the fault's name, as a server's Call.Fault and Counts.Faults have it.
func (f Fault) Kind() string { return string(fake.Made(f)[0].Kind) }

// Kinds lists the names of all faults.
func Kinds() []string {
	var out []string
	for _, k := range fake.Kinds() {
		out = append(out, string(k))
	}
	return out
}

func of(made fake.Fault) Fault { return func(x *fake.Fault) { *x = made } }

// CutBefore closes the connection before the action runs.
func CutBefore() Fault { return of(fake.Fault{Kind: fake.CutBefore}) }

// CutAfter runs the action and closes the connection without a byte of answer.
func CutAfter() Fault { return of(fake.Fault{Kind: fake.CutAfter}) }

// CutBody runs the action and closes the connection half-way through the body.
func CutBody() Fault { return of(fake.Fault{Kind: fake.CutBody}) }

// ServerError answers a 5xx status with the service's error for it, such as
// InternalError for 500 and ServiceUnavailable for 503. The action does not run
// unless AfterRun says so.
func ServerError(status int) Fault { return of(fake.Fault{Kind: fake.ServerError, Status: status}) }

// BadGateway answers 502 with an HTML page. The action does not run unless
// AfterRun says so.
func BadGateway() Fault { return of(fake.Fault{Kind: fake.BadGateway}) }

// Throttle refuses as the service does to a caller who is too fast, without a
// hint: with Throttling.User and status 400 or, for Zenlayer, with
// REQUEST_LIMIT_EXCEEDED and status 429.
func Throttle() Fault { return of(fake.Fault{Kind: fake.Throttle}) }

// ThrottleHint refuses as Throttle does and says in the vendor's own header,
// x-acs-retry-after in milliseconds, when to come back. Zenlayer has none: there
// it is ThrottleRetryAfter.
func ThrottleHint(d time.Duration) Fault { return of(fake.Fault{Kind: fake.ThrottleHint, Delay: d}) }

// ThrottleRetryAfter is ThrottleHint with a Retry-After header in seconds.
func ThrottleRetryAfter(d time.Duration) Fault {
	return of(fake.Fault{Kind: fake.ThrottleHint, Delay: d, Seconds: true})
}

// Latency waits before the action runs, or with AfterRun before it is
// answered. If the client leaves meanwhile, the wait ends, and an action that
// has not run does not run; Late is for one that does.
func Latency(d time.Duration) Fault { return of(fake.Fault{Kind: fake.Latency, Delay: d}) }

// Late waits, whether or not the client is still there, and then runs the
// action in any case: a service that has read a request does not notice that its
// caller gave up. Only Close ends the wait early, and then the action does not
// run.
func Late(d time.Duration) Fault { return of(fake.Fault{Kind: fake.Late, Delay: d}) }

// Hang never answers; it ends when the client goes away. The action does not
// run unless AfterRun says so.
func Hang() Fault { return of(fake.Fault{Kind: fake.Hang}) }

// WrongClock shifts the clock that checks the timestamp, and the Date header
// with it, for one attempt.
func WrongClock(d time.Duration) Fault { return of(fake.Fault{Kind: fake.WrongClock, Shift: d}) }

// WrongDate shifts the Date header of one answer and nothing else.
func WrongDate(d time.Duration) Fault { return of(fake.Fault{Kind: fake.WrongDate, Shift: d}) }

// Refuse answers a code in the service's shape, with the status and message that
// go with it. The action does not run unless AfterRun says so.
func Refuse(code string) Fault {
	return of(fake.Fault{Kind: fake.Refuse, Refusal: fake.Refusal{Code: code}})
}

// RefuseWith answers any status, code and message in the service's shape. The
// action does not run unless AfterRun says so.
func RefuseWith(status int, code, message string) Fault {
	return of(fake.Fault{Kind: fake.Refuse, Refusal: fake.Refusal{Status: status, Code: code, Message: message}})
}

// Answer answers whatever it is given. The action does not run unless AfterRun
// says so.
func Answer(status int, header http.Header, body string) Fault {
	return of(fake.Fault{Kind: fake.Custom, Status: status, Header: header, Body: body})
}

// Pass lets one attempt through, for scripts such as "second attempt only".
func Pass() Fault { return of(fake.Fault{Kind: fake.Pass}) }

// CutError answers a documented refusal that ends in the middle of its text,
// with a Content-Length that fits what is left. An empty code stands for that of
// a caller who lacks the permission. The action does not run unless AfterRun says
// so.
func CutError(code string) Fault {
	return of(fake.Fault{Kind: fake.CutError, Refusal: fake.Refusal{Code: code}})
}

// EmptyPage empties the list of an answer; the total stays as it is, and is at
// least 1. This fault and the next three concern DescribeEipAddresses and
// DescribeEipSegment. Other answers, and lists with nothing to change, stay as
// they are, and are not counted among the faults.
func EmptyPage() Fault { return of(fake.Fault{Kind: fake.EmptyPage}) }

// MissingID takes the ID out of the first element of a list.
func MissingID() Fault { return of(fake.Fault{Kind: fake.MissingID}) }

// WrongID gives the first element of a list another ID, which no address has.
func WrongID() Fault { return of(fake.Fault{Kind: fake.WrongID}) }

// ShortPage takes the last element out of a list and leaves the total as it is.
// A list with less than two elements keeps them, and the total is 1 more.
func ShortPage() Fault { return of(fake.Fault{Kind: fake.ShortPage}) }

// BlankID runs an action that creates addresses or a segment, and answers a
// success with id in the place of each new ID: a blank string, an int or a bool.
// Nil is drawn from "   ", "", 0 and false for each attempt. Other answers stay
// as they are, and are not counted among the faults.
func BlankID(id any) Fault { return of(fake.Fault{Kind: fake.BlankID, ID: id}) }
