package transport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// Config is what a client decides once. Every field must be set, but those
// that say otherwise.
type Config struct {
	Transport      http.RoundTripper
	Jar            http.CookieJar // may be nil
	AttemptTimeout time.Duration  // of one attempt, its body included
	MaxAttempts    int            // throttled attempts do not count
	BackoffMin     time.Duration
	BackoffMax     time.Duration
	Patience       time.Duration // with throttling, from a call's first throttled answer
	MaxBody        int64         // bytes of an answer
	SkewFrom       time.Duration // a smaller difference of clocks is none

	// TimedOut makes the error of an attempt that took longer than
	// AttemptTimeout. Its result is a pointer, and a net.Error.
	TimedOut func(limit time.Duration) error

	Logger  *slog.Logger                    // nil: silent
	Observe func(context.Context, *Attempt) // nil: nobody looks
}

// Loop sends calls. It is safe for concurrent use.
type Loop struct {
	cfg      Config
	timedOut error // by TimedOut
	gates    *gates
	skew     *atomic.Int64 // server time minus local time, once it was found to matter
}

// New returns a loop with this configuration.
func New(cfg Config) *Loop {
	return &Loop{cfg: cfg, timedOut: cfg.TimedOut(cfg.AttemptTimeout), gates: new(gates), skew: new(atomic.Int64)}
}

// Share makes l, which was not used yet, share what another loop knows of the
// local clock, and, if the service counts the calls of both together, the waits
// that it asks for.
func (l *Loop) Share(with *Loop, counted bool) {
	l.skew = with.skew
	if counted {
		l.gates = with.gates
	}
}

// Now is the local time corrected by what is known of the server's clock.
func (l *Loop) Now() time.Time { return time.Now().Add(time.Duration(l.skew.Load())) }

// Signed is one attempt, ready to be sent.
type Signed struct {
	URL     *url.URL // never changed
	Header  http.Header
	Body    []byte // nil: no body
	Secrets Secrets
}

// Answer is what came back for one attempt.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	// UnknownBefore is true if an earlier attempt of this call may have run, or
	// the call is Unsettled.
	UnknownBefore bool
	Secrets       Secrets
}

// Judgement is a vendor's reading of an answer.
type Judgement struct {
	Cause      Cause
	Err        error // nil exactly for CauseSuccess
	Code       string
	RequestID  string
	RetryAfter time.Duration // the vendor's own hint; 0: none
	// Proves says that this refusal also tells that no earlier attempt of the
	// call, or of one that it settles, has run.
	Proves bool
}

// Call is one operation.
type Call struct {
	Action string
	Kind   Kind
	Method string
	URL    *url.URL // without anything secret: it is the URL that errors may name
	// Sign makes an attempt. now is to be read as late as possible.
	Sign func(ctx context.Context, now func() time.Time) (*Signed, error)
	// Judge reads an answer.
	Judge func(*Answer) Judgement
	// Renew makes the next Sign use fresh credentials. It is called before the
	// repeat that follows CauseExpiredCredentials. It may be nil.
	Renew func()
	// Unsettled says that an earlier call with the same idempotency token may
	// have run. The outcome is then unknown from the start, and only a success or
	// a refusal that proves something ends that. It means nothing for a read.
	Unsettled bool
}

// Result is how a call ended.
type Result struct {
	Done bool
	// Unknown says that the operation may have run. Never for a read.
	Unknown bool
	// Reached says that some attempt may have reached the service.
	Reached bool
	// FirstAttempt is when the first such attempt was sent, by the local clock.
	// It is zero if there was none.
	FirstAttempt time.Time
	Cause        Cause // of the last attempt
	Attempts     int
	Status       int           // of the last attempt's answer, 0 without one
	RequestID    string        // of the last attempt's answer
	Err          error         // why the call failed
	Last         error         // the last answer's error, whichever attempt it was
	RetryAfter   time.Duration // the last hint of the service
}

// run is one call under way.
type run struct {
	loop *Loop
	call *Call
	ctx  context.Context //nolint:containedctx // a run lives exactly as long as its call

	single   http.Client          // of one attempt
	repeated retryablehttp.Client // of those until the gate is passed again

	gate    *gate
	seat    seat
	entered bool // and not yet told how it ended

	cur         attempt
	tries       int               // attempts begun
	sent        int               // of them, those that were signed and handed to the transport
	counted     int               // attempts that count against MaxAttempts
	seen        [causeCount]uint8 // how often each cause came up, for those with a limit
	unknown     bool
	done        bool
	reached     bool
	first       time.Time // when the first attempt that reached was sent
	throttledAt time.Time
	last        error
	requestID   string
	decision    decision
}

// decision is what follows from an attempt.
type decision struct {
	cause    Cause
	err      error // of the attempt
	answered bool  // err is the service's own
	repeat   bool
	wait     time.Duration
	hint     time.Duration
	why      string
	ctxErr   error
}

// Do sends a call until it is done, refused, or given up.
func (l *Loop) Do(ctx context.Context, call *Call) *Result {
	r := &run{loop: l, call: call, ctx: ctx, unknown: call.Unsettled && call.Kind != Read}
	if ctx.Err() != nil {
		r.decision = decision{cause: CauseCanceledBefore, ctxErr: contextError(ctx)}
		return r.result()
	}
	if l.cfg.Patience > 0 { // without patience nobody waits, so there is nothing to share
		r.gate, r.seat.patience = l.gates.of(call.Action), l.cfg.Patience
	}
	for r.enter() {
		r.attempts()
		if !r.decision.repeat {
			break
		}
	}
	return r.result()
}

// enter passes the gate, or notes why the call ends before it.
func (r *run) enter() bool {
	if r.gate == nil {
		return true
	}
	var end time.Time
	if !r.throttledAt.IsZero() {
		end = r.throttledAt.Add(r.loop.cfg.Patience)
	}
	refusal, err := r.gate.enter(r.ctx, &r.seat, end)
	if err == nil {
		r.entered = true
		return true
	}
	d := &r.decision
	d.repeat = false
	var held *HeldBackError
	switch {
	case r.ctx.Err() != nil:
		d.ctxErr = contextError(r.ctx)
	case errors.As(err, &held):
		if r.sent == 0 {
			d.err, d.hint = held, held.Wait
		}
		// One that was refused itself ends with that refusal.
	default:
		d.ctxErr = err
	}
	if r.sent == 0 {
		d.cause = CauseCanceledBefore
		r.last = refusal
	}
	return false
}

// pass tells the gate how the attempt ended. The call does not keep its place
// inside while it waits for its next attempt, or if something panics.
func (r *run) pass(end passage, hint time.Duration, refusal error) {
	if r.entered && r.gate != nil {
		r.entered = false
		r.gate.leave(&r.seat, end, hint, refusal)
	}
}

// attempts runs go-retryablehttp until the call ends or has to pass the gate
// again.
func (r *run) attempts() {
	defer r.pass(otherwise, 0, nil)
	r.single = http.Client{
		Transport:     r,
		Jar:           r.loop.cfg.Jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	r.repeated = retryablehttp.Client{
		HTTPClient:   &r.single,
		RetryMax:     math.MaxInt32,
		CheckRetry:   r.check,
		Backoff:      func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return r.decision.wait },
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	plain := http.Request{Method: r.call.Method, URL: r.call.URL, Header: http.Header{}}
	req, err := retryablehttp.FromRequest(plain.WithContext(r.ctx))
	if err != nil {
		r.decision = decision{cause: CauseSigning, err: err}
		return
	}
	resp, err := r.repeated.Do(req)
	if resp != nil {
		_ = resp.Body.Close() // read already; this is for form's sake
	}
	if err != nil && r.ctx.Err() != nil && r.decision.repeat {
		// The context ended during the wait that the judge had allowed.
		r.decision.repeat = false
		r.decision.ctxErr = contextError(r.ctx)
	}
}

// check is go-retryablehttp's CheckRetry: it judges the attempt that has just
// ended, and decides.
func (r *run) check(_ context.Context, _ *http.Response, err error) (bool, error) {
	j := r.judge(err)
	r.fold(j)
	r.decision = r.decide(j)
	r.requestID = j.RequestID
	switch {
	case j.Cause == CauseSuccess:
		r.pass(served, 0, nil)
	case j.Cause.Throttling():
		r.entered = true // also if it went past an open gate a while ago
		r.pass(throttled, r.decision.hint, j.Err)
	default:
		r.pass(otherwise, 0, nil)
	}
	r.observe(j)
	// A throttled call leaves the loop to wait at the gate with the others.
	return r.decision.repeat && !j.Cause.Throttling(), nil
}

// judge names what the attempt told.
func (r *run) judge(err error) Judgement {
	a := &r.cur
	switch {
	case a.signErr != nil:
		if r.ctx.Err() != nil {
			return Judgement{Cause: CauseCanceledBefore, Err: a.signErr}
		}
		return Judgement{Cause: CauseSigning, Err: a.signErr}
	case a.answer != nil:
		j := r.call.Judge(a.answer)
		if j.RetryAfter <= 0 {
			j.RetryAfter = retryAfter(a.answer.Header, time.Now())
		}
		if j.Cause == CauseClockSkew && !r.loop.correctClock(a) {
			j.Cause = CauseRefusedCode
		}
		return j
	case a.err != nil:
		err = a.err
	}
	if err == nil {
		err = errors.New("the HTTP client gave neither an answer nor an error")
	}
	sent := ""
	if a.url != nil {
		sent = a.url.String()
	}
	j := Judgement{Cause: a.cause, Err: a.secrets.ScrubError(err, sent)}
	if j.Cause == CauseNone {
		j.Cause = classify(r.ctx, err, a)
	}
	if r.ctx.Err() != nil {
		// What net/http gives then is the context's cause, which may be another
		// call's error.
		j.Err = contextError(r.ctx)
	}
	if j.Cause == CauseAttemptTimeout {
		j.Err = r.loop.timedOut
	}
	return j
}

// fold keeps the outcome of the whole call.
func (r *run) fold(j Judgement) {
	if !r.reached && (r.cur.answer != nil || r.cur.reached) {
		r.reached, r.first = true, r.cur.start
	}
	if r.cur.answer != nil && j.Err != nil {
		r.last = j.Err
	}
	switch {
	case j.Cause == CauseSuccess:
		r.done, r.unknown = true, false
	case j.Cause.Outcome() == Unknown:
		r.unknown = r.call.Kind != Read
	case j.Cause.Outcome() == Refused && j.Proves:
		r.unknown = false
	}
}

// decide says whether the call goes on, and after which wait.
func (r *run) decide(j Judgement) decision {
	cfg := &r.loop.cfg
	d := decision{cause: j.Cause, err: j.Err, answered: r.cur.answer != nil, hint: j.RetryAfter}
	now := time.Now()
	if j.Cause.Foreign() {
		d.hint = r.boundHint(j.Cause, d.hint, now)
	}
	switch {
	case j.Cause == CauseSuccess:
		d.why = "done"
		return d
	case r.ctx.Err() != nil:
		d.why, d.ctxErr = "the context is over", contextError(r.ctx)
		return d
	case !j.Cause.Repeats(r.call.Kind):
		d.why = fmt.Sprintf("%s: not repeated for an operation of kind %s", j.Cause, r.call.Kind)
		return d
	}
	if most := table[j.Cause].most; most > 0 {
		if r.seen[j.Cause] >= most {
			d.why = fmt.Sprintf("%s: not repeated more than %d times", j.Cause, most)
			return d
		}
		r.seen[j.Cause]++
	}
	if j.Cause.Throttling() {
		if r.throttledAt.IsZero() {
			r.throttledAt = now
		}
		left := r.throttledAt.Add(cfg.Patience).Sub(now)
		if left <= 0 || d.hint > left {
			d.why = "out of patience with throttling"
			return d
		}
		d.wait = d.hint
	} else {
		r.counted++
		if r.counted >= cfg.MaxAttempts {
			d.why = fmt.Sprintf("all %d attempts used", cfg.MaxAttempts)
			return d
		}
		if d.hint > cfg.Patience && !j.Cause.Foreign() {
			d.why = "told to wait longer than the patience"
			return d
		}
		d.wait = max(fullJitter(cfg.BackoffMin, cfg.BackoffMax, r.counted-1), d.hint)
	}
	if deadline, ok := r.ctx.Deadline(); ok && d.wait > 0 && now.Add(d.wait).After(deadline) {
		d.ctxErr = &DeadlineError{Wait: d.wait}
		d.why = d.ctxErr.Error()
		return d
	}
	d.repeat = true
	d.why = j.Cause.String()
	if j.Cause == CauseExpiredCredentials && r.call.Renew != nil {
		r.call.Renew()
	}
	return d
}

// result sums the call up.
func (r *run) result() *Result {
	d := r.decision
	out := &Result{
		Done: r.done, Unknown: r.unknown && !r.done, Reached: r.reached, FirstAttempt: r.first,
		Cause: d.cause, Attempts: r.sent, RetryAfter: d.hint, Last: r.last,
	}
	if r.cur.answer != nil {
		out.Status, out.RequestID = r.cur.answer.Status, r.requestID
	}
	if r.done {
		return out
	}
	switch {
	case d.ctxErr != nil && d.err != nil && !d.answered && !(r.ctx.Err() != nil && errors.Is(d.err, r.ctx.Err())):
		out.Err = errors.Join(d.ctxErr, d.err)
	case d.ctxErr != nil:
		out.Err = d.ctxErr
	default:
		out.Err = d.err
	}
	return out
}
