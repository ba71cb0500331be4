package fake

import (
	"net/http"
	"strconv"
	"time"
)

func (e *Engine) hint(h http.Header, d time.Duration, seconds bool) http.Header {
	if h == nil {
		h = http.Header{}
	}
	if seconds || e.cfg.HintHeader == "" {
		h.Set("Retry-After", strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10))
	} else {
		h.Set(e.cfg.HintHeader, strconv.FormatInt(d.Milliseconds(), 10))
	}
	return h
}

// limit counts a call against its action's minute. The minutes are those of
// the clock, not sliding ones: whoever is limited in one is admitted in the next.
// A peer chooses the names, so that those which are no action share a minute,
// and so do all beyond a bound if the service does not tell.
func (e *Engine) limit(req *Request, now time.Time) (time.Duration, bool) {
	if e.cfg.PerMinute <= 0 {
		return 0, false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if m := now.Unix() / 60; m != e.minute {
		e.minute = m
		clear(e.spent)
	}
	action := req.Action
	if _, known := e.spent[action]; req.Alien || !known && len(e.spent) >= maxNames {
		action = ""
	}
	if e.spent[action] >= e.cfg.PerMinute {
		next := time.Unix((e.minute+1)*60, 0)
		return next.Sub(now), true
	}
	e.spent[action]++
	return 0, false
}

// pick decides what happens to an attempt: the action's script, then the
// script for any action, then the dice.
func (e *Engine) pick(action string, call *Call) Fault {
	e.mu.Lock()
	defer e.mu.Unlock()
	f, ok := e.next(action)
	if !ok && action != "" {
		f, ok = e.next("")
	}
	if !ok && len(e.chances) > 0 {
		u := e.rng.Float64()
		for _, c := range e.chances {
			if u < c.P {
				if c.covers(action) {
					f = c.Fault
				}
				break
			}
			u -= c.P
		}
	}
	if f.Kind == Pass {
		f = Fault{}
	}
	f = f.drawn(e.rng, action)
	call.Fault = f.Kind
	return f
}

func (e *Engine) next(action string) (Fault, bool) {
	q := e.scripts[action]
	if len(q) == 0 {
		return Fault{}, false
	}
	f := q[0]
	if f.Times < 0 {
		return f, true
	}
	if f.Times > 1 {
		q[0].Times--
	} else {
		e.scripts[action] = q[1:]
	}
	return f, true
}
