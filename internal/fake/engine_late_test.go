package fake_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
)

// bubble serves the service over a pipe.
func bubble(t *testing.T, cfg fake.Config) (*jsonService, *fake.Engine, *fake.Host) {
	t.Helper()
	svc := &jsonService{}
	cfg.Keep = 8
	e, err := fake.NewEngine(svc, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return svc, e, fake.Pipe(e)
}

// impatient sends a request and leaves after a second. It gives the status that
// it got, 0 for none.
func impatient(t *testing.T, h *fake.Host) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "POST", h.URL(), strings.NewReader(`{"token":"t"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Client{Transport: h.Transport()}).Do(req)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

// A late request runs although its client is gone, unless the engine ends first.
func TestLate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		fault       fake.Fault
		end         bool
		status, ran int64
	}{
		{"late", fake.Fault{Kind: fake.Late, Delay: 5 * time.Second}, false, 0, 1},
		{"a little late", fake.Fault{Kind: fake.Late, Delay: time.Second / 2}, false, 200, 1},
		{"late, and closed", fake.Fault{Kind: fake.Late, Delay: 5 * time.Second}, true, 0, 0},
		{"latency", fake.Fault{Kind: fake.Latency, Delay: 5 * time.Second}, false, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				svc, e, h := bubble(t, fake.Config{})
				defer h.Close()
				defer e.End()
				e.Script("", tt.fault)
				if status := impatient(t, h); int64(status) != tt.status {
					t.Errorf("status %d", status)
				}
				if tt.end {
					e.End()
					h.Close() // waits for the handler
					if c := e.Counts(); c.Active != 0 {
						t.Errorf("%d calls after the end", c.Active)
					}
				}
				time.Sleep(time.Minute)
				if n := svc.ran.Load(); n != tt.ran {
					t.Errorf("ran %d times, want %d", n, tt.ran)
				}
				if c := e.Counts(); c.Active != 0 || c.Faults[tt.fault.Kind] != 1 || int64(c.Ran[tt.fault.Kind]) != tt.ran {
					t.Errorf("%+v", c)
				}
			})
		})
	}
}

// Whoever waits when the engine ends, or leaves before the answer, gets none,
// and the record says so.
func TestNoAnswerWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	after := fake.Fault{Kind: fake.Latency, Delay: time.Hour, AfterRun: true}
	for _, tt := range []struct {
		name  string
		cfg   fake.Config
		fault fake.Fault
		ends  bool
		ran   bool
	}{
		{"general latency", fake.Config{Latency: time.Hour}, fake.Fault{Kind: fake.Pass}, true, false},
		{"latency before", fake.Config{}, fake.Fault{Kind: fake.Latency, Delay: time.Hour}, true, false},
		{"latency after", fake.Config{}, after, true, true},
		{"latency after, and left", fake.Config{}, after, false, true},
		{"late", fake.Config{}, fake.Fault{Kind: fake.Late, Delay: time.Hour}, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, e, h := bubble(t, tt.cfg)
				defer h.Close()
				defer e.End()
				e.Script("", tt.fault)
				if tt.ends {
					time.AfterFunc(time.Second/2, e.End)
				}
				if status := impatient(t, h); status != 0 {
					t.Errorf("answered with status %d", status)
				}
				synctest.Wait()
				if calls := e.Calls(); len(calls) != 1 || calls[0].Status != 0 || calls[0].Ran != tt.ran {
					t.Errorf("%+v", calls)
				}
			})
		})
	}
}

// However many names a peer makes up, the limit's memory has an end: what is no
// action shares one minute, and so do all names beyond a bound.
func TestLimitIsBounded(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	send := func(e *fake.Engine, action string) int {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header.Set("X-Action", action)
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		return w.Code
	}
	e, err := fake.NewEngine(&jsonService{}, fake.Config{PerMinute: 1, Clock: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		action string
		status int
	}{{"Make", 200}, {"Make", 429}, {"?a", 200}, {"?b", 429}, {"Drop", 200}} {
		if got := send(e, step.action); got != step.status {
			t.Errorf("%s: %d, want %d", step.action, got, step.status)
		}
	}
	admitted := 0
	for i := range 3000 {
		if send(e, fmt.Sprint("Name", i)) == 200 {
			admitted++
		}
	}
	if admitted > 1024 {
		t.Errorf("%d names have a minute of their own", admitted)
	}
}
