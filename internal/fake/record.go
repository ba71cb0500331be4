package fake

import (
	"maps"
	"strings"
	"time"
)

// Call is what the engine remembers of one attempt. It holds no secret.
type Call struct {
	Seq       int // from 1, in the order of arrival
	Time      time.Time
	Action    string
	Token     string
	Attempt   int // of those that carried the token, from 1; 0 without one
	Nonce     string
	Params    map[string]string // nil in a brief record
	Fault     Kind              // empty if none
	Ran       bool              // the service ran the request, whatever was answered
	RanCode   string            // what the service would have answered: an error code, or empty
	Limited   bool              // refused by the calls-per-minute limit
	Status    int               // HTTP status answered, 0 if none
	Code      string            // error code answered
	RequestID string

	// Noted is the number of the call in the order in which calls ended, from 1.
	Noted int
}

// tokenLimit bounds the attempts-per-token counter of a fake that runs for long.
const tokenLimit = 1 << 18

// record is the engine's memory; the engine's mutex guards it.
type record struct {
	ring     []Call
	keep     int
	at       int
	seq      int
	ended    int // calls noted
	active   int
	faults   map[Kind]int
	ran      map[Kind]int
	actions  map[string]int
	codes    map[string]int
	attempts map[string]int
	tokens   []string
	oldest   int
}

func (r *record) init(keep int) {
	r.keep = max(keep, 0)
	r.faults, r.ran = map[Kind]int{}, map[Kind]int{}
	r.actions, r.codes = map[string]int{}, map[string]int{}
	r.attempts = map[string]int{}
}

// begin notes the arrival of a call and shows it to the Before function.
func (e *Engine) begin(req *Request) Call {
	now := e.cfg.Clock()
	e.mu.Lock()
	e.seq++
	e.active++
	req.Seq = e.seq
	call := Call{Seq: e.seq, Time: now.Add(e.shift), Action: req.Action, Token: req.Token, Nonce: req.Nonce, Params: req.Params}
	if req.Token != "" {
		call.Attempt = e.countToken(req.Token)
	}
	before := e.before
	e.mu.Unlock()
	if before != nil {
		before(call)
	}
	return call
}

func (r *record) countToken(token string) int {
	n, known := r.attempts[token]
	if !known {
		if len(r.tokens) < tokenLimit {
			r.tokens = append(r.tokens, token)
		} else {
			delete(r.attempts, r.tokens[r.oldest])
			r.tokens[r.oldest] = token
			r.oldest = (r.oldest + 1) % tokenLimit
		}
	}
	r.attempts[token] = n + 1
	return n + 1
}

// maxNames bounds the counters by action and by code, since a peer chooses them.
const maxNames = 1024

func count(m map[string]int, name string) {
	if _, known := m[name]; known || len(m) < maxNames {
		m[name]++
	}
}

// note records a call, once, and before the client can know its outcome: a
// test that has its answer finds the call in the record.
func (e *Engine) note(call *Call) {
	if call.Noted > 0 {
		return
	}
	e.mu.Lock()
	e.ended++
	call.Noted = e.ended
	if call.Fault != "" {
		e.faults[call.Fault]++
		if call.Ran {
			e.ran[call.Fault]++
		}
	}
	count(e.actions, call.Action)
	if call.Code != "" {
		count(e.codes, call.Code)
	}
	if e.keep > 0 {
		kept := *call
		if e.cfg.Brief {
			kept = kept.brief()
		}
		if len(e.ring) < e.keep {
			e.ring = append(e.ring, kept)
		} else {
			e.ring[e.at] = kept
			e.at = (e.at + 1) % e.keep
		}
	}
	e.mu.Unlock()
	if e.cfg.Log != nil {
		e.writeLog(call)
	}
}

// mostShown bounds the texts of a brief record, in bytes.
const mostShown = 128

// brief is the call without parameters and with short texts, so that a record
// cannot grow by what a peer sends.
func (c Call) brief() Call {
	clip := func(s string) string { return strings.Clone(s[:min(len(s), mostShown)]) }
	c.Params = nil
	c.Action, c.Token, c.Nonce, c.Code, c.RanCode = clip(c.Action), clip(c.Token), clip(c.Nonce), clip(c.Code), clip(c.RanCode)
	return c
}

// leave ends a call.
func (e *Engine) leave(call *Call) {
	e.note(call)
	e.mu.Lock()
	e.active--
	e.mu.Unlock()
}

// Calls returns the calls that are still in the record, in the order in which
// they were decided.
func (e *Engine) Calls() []Call {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := make([]Call, 0, len(e.ring))
	out = append(out, e.ring[e.at:]...)
	out = append(out, e.ring[:e.at]...)
	for i := range out {
		out[i].Params = maps.Clone(out[i].Params)
	}
	return out
}

// Attempts counts the attempts that carried a token, spoilt ones included.
func (e *Engine) Attempts(token string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.attempts[token]
}

// Counts is a summary of everything since the start.
type Counts struct {
	Calls   int            // attempts that arrived
	Active  int            // of these, not yet over
	Faults  map[Kind]int   // injected, by kind
	Ran     map[Kind]int   // of these, the ones whose request ran all the same
	Actions map[string]int // attempts by action
	Codes   map[string]int // answered error codes
}

// Counts returns the counters.
func (e *Engine) Counts() Counts {
	e.mu.Lock()
	defer e.mu.Unlock()
	return Counts{Calls: e.seq, Active: e.active, Faults: maps.Clone(e.faults), Ran: maps.Clone(e.ran),
		Actions: maps.Clone(e.actions), Codes: maps.Clone(e.codes)}
}
