package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// event is one result of an attempt, and what the design says of it: the table,
// written down a second time.
type event struct {
	name    string
	cause   Cause
	means   Outcome // Unknown: the operation may have run or not
	repeats string  // kinds: O once, R read, T tokened, P repeatable
	most    int     // repeats in one call, 0: any number
	// proves: a refusal that also says that nothing has run so far.
	// settles: a refusal that, after an unknown outcome, says that it has run.
	proves, settles bool
}

var events = []event{
	{name: "success", cause: CauseSuccess, means: Done},

	{name: "dial", cause: CauseDial, means: NotSent, repeats: "ORTP"},
	{name: "TLS", cause: CauseTLSHandshake, means: NotSent, repeats: "ORTP"},
	{name: "DNS", cause: CauseDNSTemporary, means: NotSent, repeats: "ORTP"},
	{name: "certificate", cause: CauseCertificate, means: NotSent},
	{name: "unknown host", cause: CauseUnknownHost, means: NotSent},
	{name: "proxy", cause: CauseProxyRefused, means: NotSent},
	{name: "signing", cause: CauseSigning, means: NotSent},
	{name: "cancelled before", cause: CauseCanceledBefore, means: NotSent},

	{name: "cancelled after", cause: CauseCanceledAfter, means: Unknown},
	{name: "no answer", cause: CauseNoAnswer, means: Unknown, repeats: "RTP"},
	{name: "cut", cause: CauseCutAnswer, means: Unknown, repeats: "RTP"},
	{name: "over the limit", cause: CauseOverLimit, means: Unknown, repeats: "RTP"},
	{name: "time-out", cause: CauseAttemptTimeout, means: Unknown, repeats: "RTP"},
	{name: "foreign 5xx", cause: CauseForeignServerError, means: Unknown, repeats: "RTP"},
	{name: "foreign 429", cause: CauseForeignThrottle, means: Unknown, repeats: "RTP"},
	{name: "foreign", cause: CauseForeign, means: Unknown, repeats: "RTP", most: 3},
	{name: "407", cause: CauseProxyAuth, means: Unknown},

	{name: "throttled", cause: CauseThrottled, means: Refused, repeats: "ORTP"},
	{name: "429", cause: CauseTooManyRequests, means: Refused, repeats: "ORTP"},
	{name: "clock", cause: CauseClockSkew, means: Refused, repeats: "ORTP"},
	{name: "expired", cause: CauseExpiredCredentials, means: Refused, repeats: "ORTP", most: 1},
	{name: "unavailable", cause: CauseServiceUnavailable, means: Unknown, repeats: "RTP"},
	{name: "busy", cause: CauseSystemBusy, means: Unknown, repeats: "RTP"},
	{name: "5xx", cause: CauseServerError, means: Unknown, repeats: "RTP"},
	{name: "408", cause: CauseRequestTimeout, means: Unknown, repeats: "RTP"},
	{name: "token processing", cause: CauseTokenProcessing, means: Unknown, repeats: "RTP"},
	{name: "nonce used", cause: CauseNonceUsed, means: Unknown, repeats: "RTP"},
	{name: "refused", cause: CauseRefusedCode, means: Refused},
	{name: "refused, nothing ran", cause: CauseRefusedCode, means: Refused, proves: true},
	{name: "refused, so it ran", cause: CauseRefusedCode, means: Refused, settles: true},
}

var letters = map[Kind]string{Once: "O", Read: "R", Tokened: "T", Repeatable: "P"}

// walk is a search through all sequences of events that the loop lets happen:
// a sequence goes on only where the loop really asked for another attempt.
type walk struct {
	kind        Kind
	length      int // of a sequence; then the context ends
	maxAttempts int
	unsettled   bool // an earlier call with the token may have run
	events      []event
	first       int               // the event that the sequences begin with
	tweak       func(*Judgement)  // breaks the judge, for mutations
	calls       int               // that the loop made
	sequences   int               // with the operation run or not run where both are possible
	promise     map[string]string // what was broken, with a sequence that shows it
	policy      map[string]string
}

// run walks, inside a bubble.
func (s *walk) run(t *testing.T) {
	s.promise, s.policy = map[string]string{}, map[string]string{}
	choice := []int{s.first}
	for {
		c := &trial{walk: s, choice: choice}
		c.do(t.Context())
		c.check()
		s.calls++
		choice = c.choice[:len(c.seen)]
		for len(choice) > 0 && (len(choice) == 1 || choice[len(choice)-1] == len(s.events)-1) {
			choice = choice[:len(choice)-1]
		}
		if len(choice) == 0 {
			return
		}
		choice[len(choice)-1]++
	}
}

// trial is one call. Its events are those of choice, and the first of all from
// there on.
type trial struct {
	*walk
	choice []int
	seen   []event
	more   bool // the loop asked for an attempt more than the length
	cancel context.CancelFunc
	res    *Result
	// unknownBefore is what the loop told the judge at each event.
	unknownBefore []bool
}

func (c *trial) do(ctx context.Context) {
	ctx, c.cancel = context.WithCancel(ctx)
	defer c.cancel()
	cfg := testConfig(c)
	cfg.MaxAttempts, cfg.MaxBody = c.maxAttempts, 4
	c.res = New(cfg).Do(ctx, &Call{
		Action: "Test", Kind: c.kind, Unsettled: c.unsettled, Method: http.MethodPost, URL: fakeURL, Sign: c.sign, Judge: c.judge,
	})
}

func (c *trial) sign(ctx context.Context, now func() time.Time) (*Signed, error) {
	now()
	if c.more = len(c.seen) == c.length; c.more {
		c.cancel()
		return nil, ctx.Err()
	}
	if len(c.seen) == len(c.choice) {
		c.choice = append(c.choice, 0)
	}
	e := c.events[c.choice[len(c.seen)]]
	c.seen = append(c.seen, e)
	c.unknownBefore = append(c.unknownBefore, false)
	switch e.cause {
	case CauseSigning:
		return nil, errors.New("no credentials")
	case CauseCanceledBefore:
		c.cancel()
		return nil, ctx.Err()
	}
	return &Signed{URL: fakeURL, Body: []byte("x")}, nil
}

// RoundTrip makes the event happen, as net/http would let it.
func (c *trial) RoundTrip(req *http.Request) (*http.Response, error) {
	e := c.seen[len(c.seen)-1]
	trace := httptrace.ContextClientTrace(req.Context())
	trace.GetConn("fake.invalid:80")
	switch e.cause {
	case CauseDial:
		return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	case CauseTLSHandshake:
		return nil, tls.RecordHeaderError{Msg: "no TLS"}
	case CauseDNSTemporary:
		return nil, &net.DNSError{IsTemporary: true}
	case CauseUnknownHost:
		return nil, &net.DNSError{IsNotFound: true}
	case CauseProxyRefused:
		return nil, &ProxyError{Status: 403}
	case CauseCertificate:
		return nil, x509.UnknownAuthorityError{}
	}
	trace.GotConn(httptrace.GotConnInfo{})
	var body io.Reader = http.NoBody
	switch e.cause {
	case CauseNoAnswer:
		return nil, io.EOF
	case CauseCanceledAfter:
		c.cancel()
		return nil, req.Context().Err()
	case CauseAttemptTimeout:
		<-req.Context().Done()
		return nil, req.Context().Err()
	case CauseCutAnswer:
		body = iotest.ErrReader(io.ErrUnexpectedEOF)
	case CauseOverLimit:
		body = strings.NewReader("12345")
	}
	date := time.Now().Add(time.Duration(len(c.seen)) * time.Hour)
	return &http.Response{
		StatusCode: 200, Header: http.Header{"Date": {date.UTC().Format(http.TimeFormat)}}, Body: io.NopCloser(body), Request: req,
	}, nil
}

// judge reads the answer as a vendor's judge would.
func (c *trial) judge(a *Answer) Judgement {
	n := len(c.seen) - 1
	e := c.seen[n]
	c.unknownBefore[n] = a.UnknownBefore
	j := Judgement{Cause: e.cause, Err: errors.New(e.name), Proves: e.proves && c.kind == Tokened}
	if e.cause == CauseSuccess || e.settles && a.UnknownBefore {
		return Judgement{Cause: CauseSuccess}
	}
	if c.tweak != nil {
		c.tweak(&j)
	}
	return j
}

// check compares what the loop said with all that may have happened.
func (c *trial) check() {
	fail := func(in map[string]string, format string, args ...any) {
		text := fmt.Sprintf(format, args...)
		if _, known := in[text]; !known {
			in[text] = c.String()
		}
	}
	counted, times := 0, map[Cause]int{}
	for i, e := range c.seen {
		if e.cause != CauseThrottled && e.cause != CauseTooManyRequests && e.cause != CauseForeignThrottle {
			counted++
		}
		times[e.cause]++
		settled := e.settles && c.unknownBefore[i]
		want := !settled && strings.Contains(e.repeats, letters[c.kind]) && counted < c.maxAttempts && (e.most == 0 || times[e.cause] <= e.most)
		if got := i+1 < len(c.seen) || c.more; got != want {
			fail(c.policy, "a call of kind %s is repeated after %q: %t", c.kind, e.name, got)
		}
		if cause := c.res.Cause; i+1 == len(c.seen) && !c.more && cause != e.cause && !(settled && cause == CauseSuccess) {
			fail(c.policy, "%q is taken for %q", e.name, cause)
		}
	}

	// What an onlooker knows who believes each event, in turn.
	unknown, reached := c.unsettled && c.kind != Read, false
	for i, e := range c.seen {
		if c.unknownBefore[i] && !unknown {
			fail(c.policy, "the judge is told of an unknown outcome without one")
		}
		reached = reached || e.means != NotSent
		switch {
		case e.means == Unknown:
			unknown = c.kind != Read
		case e.means == Done, e.settles && unknown, e.proves && c.kind == Tokened:
			unknown = false
		}
	}
	if c.res.Unknown && !unknown {
		fail(c.policy, "the outcome of a call of kind %s is called unknown when it is known", c.kind)
	}
	if c.res.Reached != reached {
		fail(c.policy, "reached is %t", c.res.Reached)
	}
	if c.res.Attempts > c.length || c.res.Done && c.res.Unknown || c.res.Done != (c.res.Err == nil) {
		fail(c.policy, "the result contradicts itself")
	}

	// Each world in which the events may have come about. The last bit is for the
	// call before.
	bits := len(c.seen)
	if c.unsettled {
		bits++
	}
	for world := range 1 << bits {
		runs, possible := world>>len(c.seen), true
		for i, e := range c.seen {
			ran := world>>i&1 == 1
			settled := e.settles && c.unknownBefore[i]
			switch {
			case e.means == Done, e.means == Unknown:
				possible = possible && (ran || e.means == Unknown)
			case ran, e.proves && runs > 0, settled && runs == 0:
				possible = false
			}
			if ran {
				runs++
			}
		}
		if !possible {
			continue
		}
		c.sequences++
		made := runs
		if c.kind == Tokened {
			made = min(runs, 1) // the service knows the token
		}
		switch {
		case c.res.Done && runs == 0:
			fail(c.promise, "done is said of a call of kind %s that did not run", c.kind)
		case c.kind == Read:
		case !c.res.Done && !c.res.Unknown && runs > 0:
			fail(c.promise, "refused or not sent is said of a call of kind %s that ran", c.kind)
		case (c.kind == Once || c.kind == Tokened) && made > 1:
			fail(c.promise, "a call of kind %s made %d resources", c.kind, made)
		}
	}
}

func (c *trial) String() string {
	names := make([]string, 0, len(c.seen))
	for _, e := range c.seen {
		names = append(names, e.name)
	}
	return fmt.Sprintf("%s (unsettled before: %t): said done %t, unknown %t", strings.Join(names, ", "), c.unsettled, c.res.Done, c.res.Unknown)
}

// explore runs a search in a bubble whose clock shows a year that is believed.
func explore(t *testing.T, s *walk) *walk {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)))
		s.run(t)
	})
	return s
}

// Every sequence of attempt results of up to three, for every kind, of a call on
// its own and of one that settles another; up to four with EIP_LONG=1 and up to
// five with EIP_LONG=5. It goes through the loop
// itself, and what the loop says is held against everything that may have
// happened at the service.
func TestEverySequence(t *testing.T) {
	length := map[string]int{"": 3, "5": 5}[os.Getenv("EIP_LONG")]
	if length == 0 {
		length = 4
	}
	covered := map[Cause]bool{}
	for _, e := range events {
		covered[e.cause] = true
	}
	for _, c := range Causes() {
		assert.True(t, covered[c], "no event for %q", c)
	}
	var calls, sequences atomic.Int64
	began := time.Now()
	t.Run("all", func(t *testing.T) {
		for _, kind := range Kinds() {
			for first, e := range events {
				t.Run(kind.String()+"/"+e.name, func(t *testing.T) {
					t.Parallel()
					walks := []*walk{
						{kind: kind, first: first, events: events, length: length, maxAttempts: 8},
						{kind: kind, first: first, events: events, length: 3, maxAttempts: 2},
					}
					if kind == Tokened || kind == Repeatable { // the others have nothing to settle
						walks = append(walks, &walk{kind: kind, first: first, events: events, length: length, maxAttempts: 8, unsettled: true})
					}
					for _, s := range walks {
						explore(t, s)
						calls.Add(int64(s.calls))
						sequences.Add(int64(s.sequences))
						assert.Empty(t, s.promise)
						assert.Empty(t, s.policy)
					}
				})
			}
		}
	})
	t.Logf("%d sequences of up to %d attempts, told apart by what ran, in %d calls and %s",
		sequences.Load(), length, calls.Load(), time.Since(began).Round(time.Millisecond))
}
