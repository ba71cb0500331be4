package fake_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
)

// jsonService is a service of another shape than the one the engine was made
// for: an action in a header, JSON both ways.
type jsonService struct{ ran atomic.Int64 }

func (s *jsonService) Parse(r *http.Request, body []byte) *fake.Request {
	var p map[string]string
	json.Unmarshal(body, &p)
	return &fake.Request{Action: r.Header.Get("X-Action"), Token: p["token"], Params: p,
		Alien: strings.HasPrefix(r.Header.Get("X-Action"), "?"), Usage: r.Method == "GET"}
}

func (s *jsonService) Run(req *fake.Request, now time.Time) fake.Reply {
	s.ran.Add(1)
	return fake.Reply{Status: 200, Body: []byte(`{"at":"` + now.UTC().Format(time.RFC3339) + `"}`)}
}

func (s *jsonService) Refuse(_ *fake.Request, ref fake.Refusal) fake.Reply {
	return fake.Reply{Status: ref.Status, Code: ref.Code, Body: []byte(`{"code":"` + ref.Code + `"}`)}
}

func (s *jsonService) Throttled() fake.Refusal { return fake.Refusal{Status: 429, Code: "LIMIT"} }

func (s *jsonService) Denied() fake.Refusal { return fake.Refusal{Status: 403, Code: "DENIED"} }

func (s *jsonService) Broken(status int) fake.Refusal {
	return fake.Refusal{Status: status, Code: "BROKEN"}
}

func post(t *testing.T, h *fake.Host, action, body string) (*http.Response, string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "POST", h.URL()+"/api", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Action", action)
	resp, err := (&http.Client{Transport: h.Transport()}).Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp, string(b), err
}

// The engine serves any service, in a bubble, with its clock.
func TestAnotherService(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		svc := &jsonService{}
		e, err := fake.NewEngine(svc, fake.Config{PerMinute: 3, LimitHint: true, Keep: 2, Usage: "hello", MaxBody: 64})
		if err != nil {
			t.Fatal(err)
		}
		h := fake.Pipe(e)
		defer h.Close()
		defer e.End()
		time.Sleep(time.Hour)
		resp, body, err := post(t, h, "Make", `{"token":"t1"}`)
		if err != nil || body != `{"at":"2000-01-01T01:00:00Z"}` || resp.Header.Get("Date") != "Sat, 01 Jan 2000 01:00:00 GMT" {
			t.Fatalf("%v %s %v", resp, body, err)
		}
		if err := e.Script("Make", fake.Fault{Kind: fake.CutAfter}, fake.Fault{Kind: fake.ServerError, Status: 504, AfterRun: true}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := post(t, h, "Make", `{"token":"t1"}`); err == nil {
			t.Error("an answer that was cut")
		}
		if resp, body, _ := post(t, h, "Make", `{"token":"t1"}`); resp.StatusCode != 504 || body != `{"code":"BROKEN"}` {
			t.Errorf("%d %s", resp.StatusCode, body)
		}
		if resp, _, _ := post(t, h, "Make", ""); resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "60" {
			t.Errorf("%d %v", resp.StatusCode, resp.Header)
		}
		if n := svc.ran.Load(); n != 3 {
			t.Errorf("ran %d times, want 3", n)
		}
		if n := e.Attempts("t1"); n != 3 {
			t.Errorf("%d attempts, want 3", n)
		}
		if resp, _, _ := post(t, h, "Make", strings.Repeat("x", 65)); resp.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%d", resp.StatusCode)
		}
		if calls := e.Calls(); len(calls) != 2 || calls[1].Code != "LIMIT" || calls[0].Fault != fake.ServerError {
			t.Errorf("%+v", calls)
		}
		c := e.Counts()
		if c.Calls != 4 || c.Faults[fake.CutAfter] != 1 || c.Ran[fake.CutAfter] != 1 || c.Codes["LIMIT"] != 1 || c.Actions["Make"] != 4 {
			t.Errorf("%+v", c)
		}
	})
}

func TestDialRespectsContextAndStop(t *testing.T) {
	t.Parallel()
	h := fake.Pipe(http.NotFoundHandler())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	// A cancelled dial may still win the race against the listener; a dial to a
	// stopped host may not.
	if conn, err := h.DialContext(ctx, "tcp", "anywhere:80"); err == nil {
		conn.Close()
	} else if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	h.Stop()
	if _, err := h.DialContext(t.Context(), "tcp", "anywhere:80"); err == nil {
		t.Error("a stopped host was reached")
	}
	if err := h.Start(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := post(t, h, "x", ""); err != nil {
		t.Error(err)
	}
	h.Close()
	if opened, open := h.Conns(); opened == 0 || open != 0 {
		t.Errorf("opened %d, open %d", opened, open)
	}
	if err := h.Restart(); err == nil {
		t.Error("restarted after Close")
	}
	if _, err := fake.Listen("256.0.0.1:0", http.NotFoundHandler()); err == nil {
		t.Error("listens nowhere")
	}
}

// A writer that cannot be hijacked is aborted the way net/http understands.
func TestCutWithoutHijacker(t *testing.T) {
	t.Parallel()
	e, err := fake.NewEngine(&jsonService{}, fake.Config{})
	if err != nil {
		t.Fatal(err)
	}
	e.Script("", fake.Fault{Kind: fake.CutBefore})
	defer func() {
		if r := recover(); r != http.ErrAbortHandler {
			t.Errorf("recovered %v", r)
		}
		if c := e.Counts(); c.Active != 0 || c.Faults[fake.CutBefore] != 1 {
			t.Errorf("%+v", c)
		}
	}()
	e.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/", nil))
}

func TestFaultsAreChecked(t *testing.T) {
	t.Parallel()
	e, err := fake.NewEngine(&jsonService{}, fake.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []fake.Fault{
		{}, {Kind: "sneeze"}, {Kind: fake.Latency, Delay: -1}, {Kind: fake.ServerError, Status: 404},
		{Kind: fake.Refuse}, {Kind: fake.Refuse, Refusal: fake.Refusal{Status: 99, Code: "x"}}, {Kind: fake.Custom},
		{Kind: fake.Foreign, Status: 100}, {Kind: fake.Foreign, Foreign: "poem"},
		{Kind: fake.Foreign, Status: 403, Foreign: fake.ForeignRedirect},
		{Kind: fake.BlankID, ID: "eip-1"}, {Kind: fake.BlankID, ID: 1.5},
	} {
		if e.Script("", f) == nil {
			t.Errorf("%+v was accepted", f)
		}
	}
	for _, k := range fake.Kinds() {
		f := fake.Fault{Kind: k, Status: 500, Refusal: fake.Refusal{Code: "x"}}
		if err := f.Check(); err != nil {
			t.Error(err)
		}
	}
	if _, err := fake.NewEngine(&jsonService{}, fake.Config{Chances: []fake.Chance{
		{Fault: fake.Fault{Kind: fake.Hang}, P: 0.6}, {Fault: fake.Fault{Kind: fake.Throttle}, P: 0.6}}}); err == nil {
		t.Error("chances of 1.2 were accepted")
	}
}

func TestLogLinesCannotBeForged(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	e, err := fake.NewEngine(&jsonService{}, fake.Config{Log: &log})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/", strings.NewReader(`{"token":"a\nb\u0000"}`))
	e.ServeHTTP(httptest.NewRecorder(), r)
	if n := strings.Count(log.String(), "\n"); n != 1 {
		t.Errorf("%d lines: %q", n, log.String())
	}
}
