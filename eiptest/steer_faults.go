package eiptest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/eipkit/eip-go/eiptest/fault"
	"github.com/eipkit/eip-go/internal/fake"
)

// faultDoc is a fault in JSON, with its name and what differs from its default.
type faultDoc struct {
	Fault    string            `json:"fault"`
	Status   int               `json:"status,omitempty"`
	Body     string            `json:"body,omitempty"`
	Header   map[string]string `json:"header,omitempty"`
	Code     string            `json:"code,omitempty"`
	Message  string            `json:"message,omitempty"`
	Delay    durationText      `json:"delay,omitempty"`
	Shift    durationText      `json:"shift,omitempty"`
	AfterRun *bool             `json:"afterRun,omitempty"`
}

// mostDelay bounds how long a fault delays an answer, and how long the hint of a
// throttled caller says.
const mostDelay = time.Hour

func (d faultDoc) fault(field string) (fault.Fault, error) {
	details := fault.Details{Status: d.Status, Body: d.Body, Code: d.Code, Message: d.Message,
		Delay: time.Duration(d.Delay), Shift: time.Duration(d.Shift), AfterRun: d.AfterRun}
	for name, v := range d.Header {
		if details.Header == nil {
			details.Header = http.Header{}
		}
		details.Header.Set(name, v)
	}
	switch {
	case d.Fault == "":
		return nil, need(field + "fault")
	case details.Delay < 0 || details.Delay > mostDelay:
		return nil, fmt.Errorf("%sdelay: %v is not between 0 and %v", field, details.Delay, mostDelay)
	case details.Shift > mostShift || details.Shift < -mostShift:
		return nil, fmt.Errorf("%sshift: %v is more than %v either way", field, details.Shift, mostShift)
	}
	f, err := fault.Named(d.Fault, details)
	if err != nil {
		return nil, fmt.Errorf("%sfault: %w", field, err)
	}
	return f, nil
}

// faultDocOf is the way back: the name that makes the fault, and the details.
func faultDocOf(f fake.Fault) faultDoc {
	d := faultDoc{Fault: string(f.Kind), Status: f.Status, Body: f.Body, Code: f.Refusal.Code, Message: f.Refusal.Message,
		Delay: durationText(f.Delay), Shift: durationText(f.Shift)}
	if f.Kind == fake.Foreign {
		d.Body = string(f.Foreign)
	}
	if f.Refusal.Status != 0 {
		d.Status = f.Refusal.Status
	}
	for name := range f.Header {
		if d.Header == nil {
			d.Header = map[string]string{}
		}
		d.Header[name] = f.Header.Get(name)
	}
	byName := f.Kind == fake.Latency || f.Kind == fake.Hang
	if (f.Kind == fake.Foreign || f.Kind == fake.CutError) && f.AfterRun {
		d.Fault, byName = d.Fault+"-after", true
	}
	if f.AfterRun != byName {
		d.AfterRun = &f.AfterRun
	}
	return d
}

type scriptedDoc struct {
	Action string `json:"action"`
	faultDoc
	Times *int `json:"times"`
}

type chanceDoc struct {
	faultDoc
	Chance  *float64 `json:"chance"`
	Actions []string `json:"actions,omitempty"`
}

// faultsDoc is what GET /_eip/state has of faults.
type faultsDoc struct {
	Scripted []scriptedDoc `json:"scripted"`
	Chances  []chanceDoc   `json:"chances"`
}

func (s *Server) faults() faultsDoc {
	out := faultsDoc{Scripted: []scriptedDoc{}, Chances: []chanceDoc{}}
	for _, f := range s.engine.Scripts() {
		times := f.Fault.Times
		if times == 0 {
			times = 1
		}
		out.Scripted = append(out.Scripted, scriptedDoc{f.Action, faultDocOf(f.Fault), &times})
	}
	for _, c := range s.engine.Chances() {
		out.Chances = append(out.Chances, chanceDoc{faultDocOf(c.Fault), &c.P, c.Actions})
	}
	return out
}

// knownAction refuses a name that no action has.
func knownAction(field, action string) error {
	if actions[action].run == nil {
		return fmt.Errorf("%s: %.64q is not an action of this service, such as %s", field, action,
			slices.Sorted(maps.Keys(actions))[0])
	}
	return nil
}

// mostTimes bounds how often a scripted fault occurs; -1 is for ever.
const mostTimes = 1_000_000

func steerFail(s *Server, q *steerRequest) (any, error) {
	var b scriptedDoc
	if err := q.read(&b); err != nil {
		return nil, err
	}
	if b.Action != "" {
		if err := knownAction("action", b.Action); err != nil {
			return nil, err
		}
	}
	f, err := b.fault("")
	if err != nil {
		return nil, err
	}
	if b.Times != nil {
		if n := *b.Times; n == 0 || n < -1 || n > mostTimes {
			return nil, fmt.Errorf("times: %d is neither -1 nor between 1 and %d", n, mostTimes)
		}
		f = f.Times(*b.Times)
	}
	if err := s.engine.TryScript(b.Action, fake.Made(f)...); err != nil {
		return nil, err
	}
	return s.faults(), nil
}

func steerChances(s *Server, q *steerRequest) (any, error) {
	var b struct {
		Chances []chanceDoc `json:"chances"`
	}
	if err := q.read(&b); err != nil {
		return nil, err
	}
	if b.Chances == nil {
		return nil, need("chances")
	}
	var all []Chance
	for i, c := range b.Chances {
		field := fmt.Sprintf("chances[%d].", i)
		f, err := c.fault(field)
		if err != nil {
			return nil, err
		}
		if c.Chance == nil {
			return nil, need(field + "chance")
		}
		for n, action := range c.Actions {
			if err := knownAction(fmt.Sprintf("%sactions[%d]", field, n), action); err != nil {
				return nil, err
			}
		}
		all = append(all, Chance{Fault: f, Chance: *c.Chance, Actions: c.Actions})
	}
	if err := s.SetChances(all...); err != nil {
		return nil, err
	}
	return s.faults(), nil
}
