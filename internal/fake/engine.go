package fake

import (
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Request is one HTTP request as its service understands it.
type Request struct {
	Action string
	Token  string // idempotency token, if the vendor has one
	Nonce  string
	Params map[string]string // for the record: never a secret, never changed afterwards
	Usage  bool              // a bare visit by a person: answer Config.Usage
	Alien  bool              // the service has no such action: all of these share one limit
	Vendor any               // whatever the service keeps between Parse and Run
	Seq    int               // number of the attempt in the record, set by the engine before Run
	Spoil  Spoil             // change of a success, set by the engine before Run
	Spoilt bool              // set by Run if it made that change
}

// Refusal is an error answer in the vendor's terms.
type Refusal struct {
	Status        int
	Code, Message string
}

// Reply is an answer before any fault spoils it.
type Reply struct {
	Status    int
	Header    http.Header
	Body      []byte
	Code      string // error code, empty for a success
	RequestID string
}

// Service is what a vendor adds to the engine. Its methods are called
// concurrently.
type Service interface {
	// Parse reads a request without checking or changing anything. It must
	// accept any input.
	Parse(r *http.Request, body []byte) *Request
	// Run checks the request and carries it out. The time is the service's
	// clock for this attempt. If the answer is a success that has what
	// req.Spoil concerns, Run changes it accordingly and sets req.Spoilt.
	Run(req *Request, now time.Time) Reply
	// Refuse shapes an error answer in the format that the request asks for.
	Refuse(req *Request, ref Refusal) Reply
	// Throttled is the refusal of a caller who is too fast.
	Throttled() Refusal
	// Denied is a documented refusal that has nothing to do with the request,
	// such as that of a caller without the right to it.
	Denied() Refusal
	// Broken is the documented refusal that goes with a 5xx status.
	Broken(status int) Refusal
}

// Config is the vendor-neutral part of a fake's settings.
type Config struct {
	Clock      func() time.Time // nil means time.Now
	Seed       uint64           // of the chances
	Chances    []Chance
	Latency    time.Duration // before every request
	PerMinute  int           // calls per action and minute, 0 means no limit
	LimitHint  bool          // a limited call is told when to come back
	HintHeader string        // the vendor's header for that, in milliseconds
	Keep       int           // calls kept in the record, 0 means none
	Brief      bool          // they are kept without parameters, and with short texts
	Log        io.Writer     // one line per call, nil means none
	LogJSON    bool          // the lines are JSON objects
	Usage      string        // answer to a bare visit
	MaxBody    int64         // bytes of a request body, 0 means 1 MiB
}

// Engine is an http.Handler that runs a Service under faults.
type Engine struct {
	svc  Service
	cfg  Config
	done chan struct{}
	end  sync.Once

	mu      sync.Mutex
	rng     *rand.Rand
	chances []Chance
	scripts map[string][]Fault
	shift   time.Duration
	before  func(Call)
	minute  int64
	spent   map[string]int
	record
	log sync.Mutex
}

// NewEngine makes an engine. It fails on chances that cannot be.
func NewEngine(svc Service, cfg Config) (*Engine, error) {
	if err := CheckChances(cfg.Chances); err != nil {
		return nil, err
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.MaxBody == 0 {
		cfg.MaxBody = 1 << 20
	}
	e := &Engine{
		svc: svc, cfg: cfg, done: make(chan struct{}),
		rng:     rand.New(rand.NewPCG(cfg.Seed, 0x9e3779b97f4a7c15)),
		chances: cfg.Chances,
		scripts: map[string][]Fault{},
		spent:   map[string]int{},
	}
	e.record.init(cfg.Keep)
	return e, nil
}

// End wakes every handler that waits. The engine answers nothing afterwards.
func (e *Engine) End() { e.end.Do(func() { close(e.done) }) }

// Now is the service's clock: the injected one plus any lasting shift.
func (e *Engine) Now() time.Time {
	e.mu.Lock()
	shift := e.shift
	e.mu.Unlock()
	return e.cfg.Clock().Add(shift)
}

// ShiftClock makes the service's clock wrong by d until it is called again.
func (e *Engine) ShiftClock(d time.Duration) {
	e.mu.Lock()
	e.shift = d
	e.mu.Unlock()
}

// Script queues faults for an action; the empty action stands for any. An
// action's own queue goes first.
func (e *Engine) Script(action string, faults ...Fault) error {
	for _, f := range faults {
		if err := f.Check(); err != nil {
			return err
		}
	}
	e.mu.Lock()
	e.scripts[action] = append(e.scripts[action], faults...)
	e.mu.Unlock()
	return nil
}

// Calm drops every script and every chance.
func (e *Engine) Calm() {
	e.mu.Lock()
	clear(e.scripts)
	e.chances = nil
	e.mu.Unlock()
}

// Before sets a function that sees each call before anything is decided about
// it. It runs without locks, so it may change the service's state.
func (e *Engine) Before(f func(Call)) {
	e.mu.Lock()
	e.before = f
	e.mu.Unlock()
}

// ServeHTTP runs one attempt.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, e.cfg.MaxBody))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			http.Error(w, "request body too large", http.StatusRequestEntityTooLarge)
			return
		}
		cut(w)
		return
	}
	req := e.svc.Parse(r, body)
	if req.Usage && e.cfg.Usage != "" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		io.WriteString(w, e.cfg.Usage)
		return
	}
	call := e.begin(req)
	fault := e.pick(req.Action, &call)
	e.serve(w, r, req, fault, &call)
}

// serve carries the attempt out under its fault and always records it.
func (e *Engine) serve(w http.ResponseWriter, r *http.Request, req *Request, f Fault, call *Call) {
	now := call.Time
	date := now
	if f.Kind == WrongClock {
		now = now.Add(f.Shift)
		date = now
	} else if f.Kind == WrongDate {
		date = date.Add(f.Shift)
	}
	defer e.leave(call)
	if !e.wait(r, e.cfg.Latency) {
		e.cut(w, call)
		return
	}
	switch {
	case f.Kind == Latency && !f.AfterRun:
		if !e.wait(r, f.Delay) {
			e.cut(w, call)
			return
		}
	case f.Kind == Late:
		if !e.sleep(f.Delay, nil) {
			e.cut(w, call)
			return
		}
	case f.Kind == CutBefore:
		e.cut(w, call)
		return
	case f.Kind == Throttle || f.Kind == ThrottleHint:
		rep := e.svc.Refuse(req, e.svc.Throttled())
		if f.Kind == ThrottleHint {
			rep.Header = e.hint(rep.Header, f.Delay, f.Seconds)
		}
		e.answer(w, rep, date, call)
		return
	}
	var rep Reply
	if f.Runs() {
		if d, limited := e.limit(req, now); limited {
			rep = e.svc.Refuse(req, e.svc.Throttled())
			if e.cfg.LimitHint {
				rep.Header = e.hint(rep.Header, d, false)
			}
			call.Limited = true
		} else {
			if f.Kind.spoils() {
				req.Spoil = Spoil{Kind: f.Kind, ID: f.ID}
			}
			rep = e.svc.Run(req, now)
			call.Ran, call.RanCode = true, rep.Code
		}
	}
	if f.Kind.spoils() && !req.Spoilt {
		call.Fault = "" // the answer has nothing of the kind, and stays as it is
	}
	switch f.Kind {
	case CutAfter:
		e.cut(w, call)
	case CutBody:
		e.cutBody(w, rep, date, call)
	case ServerError:
		status := f.Status
		if status == 0 {
			status = http.StatusServiceUnavailable
		}
		ref := f.Refusal
		if ref.Code == "" {
			ref = e.svc.Broken(status)
		}
		ref.Status = status
		e.answer(w, e.svc.Refuse(req, ref), date, call)
	case BadGateway:
		e.answer(w, Fault{Status: http.StatusBadGateway, Foreign: ForeignHTML}.foreign(Reply{}), date, call)
	case Refuse:
		e.answer(w, e.svc.Refuse(req, f.Refusal), date, call)
	case Foreign:
		e.answer(w, f.foreign(e.svc.Refuse(req, e.svc.Denied())), date, call)
	case CutError:
		ref := f.Refusal
		if ref.Code == "" {
			ref = e.svc.Denied()
		}
		e.answer(w, cutText(e.svc.Refuse(req, ref)), date, call)
	case Custom:
		e.answer(w, Reply{Status: f.Status, Header: f.Header.Clone(), Body: []byte(f.Body)}, date, call)
	case Hang:
		e.note(call)
		select {
		case <-r.Context().Done():
		case <-e.done:
		}
		cut(w)
	default:
		if f.Kind == Latency && f.AfterRun && !e.wait(r, f.Delay) {
			e.cut(w, call)
			return
		}
		e.answer(w, rep, date, call)
	}
}

// wait pauses unless the client leaves or the engine ends first.
func (e *Engine) wait(r *http.Request, d time.Duration) bool {
	return e.sleep(d, r.Context().Done())
}

// sleep pauses unless somebody leaves or the engine ends first. Nobody leaves
// through a nil channel.
func (e *Engine) sleep(d time.Duration, left <-chan struct{}) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-left:
	case <-e.done:
	}
	return false
}

func (e *Engine) answer(w http.ResponseWriter, rep Reply, date time.Time, call *Call) {
	e.head(w, rep, date, call)
	w.Write(rep.Body)
}

func (e *Engine) head(w http.ResponseWriter, rep Reply, date time.Time, call *Call) {
	call.Status, call.Code, call.RequestID = rep.Status, rep.Code, rep.RequestID
	e.note(call)
	h := w.Header()
	for k, v := range rep.Header {
		h[http.CanonicalHeaderKey(k)] = v
	}
	if h.Get("Date") == "" {
		h.Set("Date", date.UTC().Format(http.TimeFormat))
	}
	h.Set("Content-Length", strconv.Itoa(len(rep.Body)))
	w.WriteHeader(rep.Status)
}

// cutBody promises the whole body and breaks the promise half-way.
func (e *Engine) cutBody(w http.ResponseWriter, rep Reply, date time.Time, call *Call) {
	e.head(w, rep, date, call)
	w.Write(rep.Body[:len(rep.Body)/2])
	if fl, ok := w.(http.Flusher); ok {
		fl.Flush()
	}
	cut(w)
}

// cut records the call and closes the connection.
func (e *Engine) cut(w http.ResponseWriter, call *Call) {
	e.note(call)
	cut(w)
}

// cut closes the connection at once. A writer that cannot be hijacked is
// aborted by the panic that net/http reserves for this.
func cut(w http.ResponseWriter) {
	if hj, ok := w.(http.Hijacker); ok {
		if conn, _, err := hj.Hijack(); err == nil {
			conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}
