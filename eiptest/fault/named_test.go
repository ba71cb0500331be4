package fault_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest/fault"
	"github.com/eipkit/eip-go/internal/fake"
)

func TestNamed(t *testing.T) {
	t.Parallel()
	no, yes := false, true
	for _, name := range fault.Names() {
		f, err := fault.Named(name, fault.Details{})
		require.NoError(t, err, name)
		assert.Contains(t, name, f.Kind())
	}
	for _, tt := range []struct {
		name string
		d    fault.Details
		want fault.Fault
	}{
		{"cut-after", fault.Details{}, fault.CutAfter()},
		{"server-error", fault.Details{Status: 500}, fault.ServerError(500)},
		{"server-error", fault.Details{Status: 500, AfterRun: &yes}, fault.ServerError(500).AfterRun()},
		{"latency", fault.Details{}, fault.Latency(2 * time.Second).AfterRun()},
		{"latency", fault.Details{Delay: time.Second, AfterRun: &no}, fault.Latency(time.Second)},
		{"hang", fault.Details{AfterRun: &no}, fault.Hang()},
		{"throttle-hint", fault.Details{}, fault.ThrottleHint(500 * time.Millisecond)},
		{"wrong-clock", fault.Details{Shift: time.Hour}, fault.WrongClock(time.Hour)},
		{"foreign-after", fault.Details{Status: 403, Body: "html"}, fault.Foreign(403, "html").AfterRun()},
		{"cut-error-after", fault.Details{Code: "X"}, fault.CutError("X").AfterRun()},
		{"refuse", fault.Details{Code: "X", Status: 418, Message: "no"}, fault.RefuseWith(418, "X", "no")},
		{"custom", fault.Details{Status: 200, Body: "{}"}, fault.Answer(200, nil, "{}")},
		{"pass", fault.Details{}, fault.Pass()},
	} {
		f, err := fault.Named(tt.name, tt.d)
		require.NoError(t, err, tt.name)
		assert.Equal(t, fake.Made(tt.want), fake.Made(f), tt.name)
	}
}

func TestNamedRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		d    fault.Details
		says string
	}{
		{"", fault.Details{}, `"" is not one of cut-before`},
		{"cut", fault.Details{}, `"cut" is not one of`},
		{"cut-after-after", fault.Details{}, "is not one of"},
		{"cut-after", fault.Details{Status: 500}, "status: fault cut-after takes none"},
		{"latency", fault.Details{Shift: 1}, "shift"},
		{"latency", fault.Details{Delay: -1}, "negative"},
		{"server-error", fault.Details{Status: 404}, "404 is not between 500 and 599"},
		{"server-error", fault.Details{Code: "X"}, "code"},
		{"foreign", fault.Details{Body: "poem"}, "poem"},
		{"refuse", fault.Details{}, "no code"},
		{"refuse", fault.Details{Code: "X", Status: 99}, "99"},
		{"custom", fault.Details{}, "status 0"},
		{"throttle", fault.Details{Message: "m"}, "message"},
		{"hang", fault.Details{Header: map[string][]string{"A": {"b"}}}, "header"},
	} {
		_, err := fault.Named(tt.name, tt.d)
		require.ErrorContains(t, err, tt.says, tt.name)
	}
}
