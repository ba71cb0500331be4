package fault

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
)

// Details are what a fault that is made by its name may be told. What the fault
// has no use for is refused by Named. Zero values mean the default of the name.
type Details struct {
	Status  int    // server-error, foreign, refuse, custom
	Body    string // foreign: one of ForeignBodies; custom: any text
	Header  http.Header
	Code    string // refuse, cut-error
	Message string // refuse, with a Status
	// Delay belongs to latency, late (2 s without it) and throttle-hint (500 ms).
	Delay time.Duration
	Shift time.Duration // wrong-clock, wrong-date; an hour back without it
	// AfterRun makes the action run although the answer is spoilt, and nil leaves it
	// to the name: latency, hang and the names that end in -after do so.
	AfterRun *bool
}

// names are the names in the order in which eipsim's chances deal them out.
var names = []string{"cut-before", "cut-after", "cut-body", "server-error", "bad-gateway", "throttle",
	"throttle-hint", "latency", "late", "hang", "wrong-clock", "wrong-date", "foreign", "foreign-after",
	"cut-error", "cut-error-after", "empty-page", "missing-id", "wrong-id", "short-page", "blank-id"}

// Names lists the names that Named takes without details, in a fixed order: those
// of eipsim's flag -fault. A name that ends in -after is the kind before it, after
// the action ran. Named also takes refuse, custom and pass.
func Names() []string { return slices.Clone(names) }

// detailsOf says which details a name takes, besides AfterRun.
var detailsOf = map[string]string{"server-error": "status", "throttle-hint": "delay", "latency": "delay", "late": "delay",
	"wrong-clock": "shift", "wrong-date": "shift", "foreign": "status body", "cut-error": "code",
	"refuse": "status code message", "custom": "status body header"}

// Named makes the fault that a name stands for, as eipsim's flag -fault and the
// steering endpoints have it. It refuses an unknown name, details that the fault
// has no use for, and values that cannot be.
func Named(name string, d Details) (Fault, error) {
	kind := name
	after := name == "latency" || name == "hang"
	if name == "foreign-after" || name == "cut-error-after" {
		kind, after = strings.TrimSuffix(name, "-after"), true
	}
	if !slices.Contains(names, name) && name != "refuse" && name != "custom" && name != "pass" {
		return nil, fmt.Errorf("fault: %.64q is not one of %s, refuse, custom, pass", name, strings.Join(names, ", "))
	}
	if err := d.fit(name, detailsOf[kind]); err != nil {
		return nil, err
	}
	made := fake.Fault{Kind: fake.Kind(kind), Delay: d.Delay, Shift: d.Shift, Header: d.Header, AfterRun: after}
	switch kind {
	case "server-error", "custom":
		made.Status, made.Body = d.Status, d.Body
	case "foreign":
		made.Status, made.Foreign = d.Status, fake.ForeignBody(d.Body)
	case "cut-error", "refuse":
		made.Refusal = fake.Refusal{Status: d.Status, Code: d.Code, Message: d.Message}
	case "latency", "late":
		made.Delay = ordinary(d.Delay, 2*time.Second)
	case "throttle-hint":
		made.Delay = ordinary(d.Delay, 500*time.Millisecond)
	case "wrong-clock", "wrong-date":
		made.Shift = ordinary(d.Shift, -time.Hour)
	}
	if d.AfterRun != nil {
		made.AfterRun = *d.AfterRun
	}
	if err := made.Check(); err != nil {
		return nil, err
	}
	return of(made), nil
}

func ordinary(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

// fit refuses details that the fault has no use for.
func (d Details) fit(name, takes string) error {
	for _, has := range []struct {
		field string
		given bool
	}{
		{"status", d.Status != 0}, {"body", d.Body != ""}, {"header", len(d.Header) > 0}, {"code", d.Code != ""},
		{"message", d.Message != ""}, {"delay", d.Delay != 0}, {"shift", d.Shift != 0},
	} {
		if has.given && !slices.Contains(strings.Fields(takes), has.field) {
			return fmt.Errorf("%s: fault %s takes none", has.field, name)
		}
	}
	return nil
}
