package wiretest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode"
)

// A Hostile is a body that is as large as it may be: a unit that is repeated
// between a beginning and an end.
type Hostile struct {
	Name, Begin, Unit, End string
	// Numbered: the unit is a format with a number.
	Numbered bool
}

// HostileUnits are units that serve for any vendor, without what its answers
// begin with.
func HostileUnits() []Hostile {
	return []Hostile{
		{Name: "percent signs", Unit: "%"},
		{Name: "escaped percents", Unit: "%25"},
		{Name: "ampersands", Unit: "&amp;"},
		{Name: "backslashes", Unit: `\`},
		{Name: "NUL", Unit: "\x00"},
		{Name: "blanks", Unit: " "},
		{Name: "quotes", Unit: `"`},
		{Name: "brackets", Unit: "["},
		{Name: "braces", Unit: `{"a":`},
		{Name: "angle brackets", Unit: "<"},
		{Name: "elements", Begin: "<Error>", Unit: "<a>b</a>", End: "</Error>"},
		{Name: "nested elements", Unit: "<a>"},
		{Name: "attributes", Begin: "<Error ", Unit: `a="b" `, End: "></Error>"},
		{Name: "HTML", Begin: "<html>", Unit: "<p class='a'>denied</p>", End: "</html>"},
		{Name: "lists", Begin: `{"a":[`, Unit: "[],", End: "[]]}"},
		{Name: "members", Begin: "{", Unit: `"a":1,`, End: `"b":1}`},
		{Name: "escaped names", Begin: "{", Unit: `"\u0061":1,`, End: `"b":1}`},
		{Name: "different names", Begin: "{", Unit: `"%07d":1,`, End: `"b":1}`, Numbered: true},
		{Name: "different escaped names", Begin: "{", Unit: `"\u0061%07d":1,`, End: `"b":1}`, Numbered: true},
		{Name: "objects that grow", Begin: `{"a":[`, Unit: `{"aaaa":1,"bbbb":1,"cccc":1,"dddd":1,"eeee":1,"ffff":1,"gggg":1},`, End: "{}]}"},
	}
}

// Body makes the body, of at most size bytes.
func (h Hostile) Body(size int) []byte {
	var b bytes.Buffer
	b.Grow(size)
	b.WriteString(h.Begin)
	for i := 0; ; i++ {
		unit := h.Unit
		if h.Numbered {
			unit = fmt.Sprintf(unit, i)
		}
		if b.Len()+len(unit)+len(h.End) > size {
			break
		}
		b.WriteString(unit)
	}
	b.WriteString(h.End)
	return b.Bytes()
}

// HostileSize is the size of a hostile body in a test: 1.6 megabytes, where the
// bound of the memory is closest, and ten with EIP_LONG=1. The race detector
// makes everything slow.
func HostileSize() int {
	switch {
	case raceEnabled:
		return 128 << 10
	case os.Getenv("EIP_LONG") == "1":
		return 10 << 20
	}
	return 1600 << 10
}

// Bodies is a transport that answers every request with one body.
type Bodies struct {
	Status int
	Body   []byte
	Length bool // tell it in advance
}

// RoundTrip implements http.RoundTripper.
func (b *Bodies) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
	res := &http.Response{
		StatusCode: b.Status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(b.Body)), ContentLength: -1, Request: req,
	}
	if b.Length {
		res.ContentLength = int64(len(b.Body))
	}
	return res, nil
}

// RequireBounded demands that a call which gets a hostile body fails, and that
// it allocates at most four times the body and a megabyte, takes linear time,
// and ends with an error of one short printable line. It measures memory, so
// that no other test may run beside it.
func RequireBounded(t *testing.T, size int, call func() error) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	err := call()
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	if used, most := after.TotalAlloc-before.TotalAlloc, uint64(4*size+1<<20); used > most && !raceEnabled {
		t.Errorf("%d bytes allocated, at most %d wanted", used, most)
	}
	if took > 5*time.Second { // linear takes a tenth of a second
		t.Errorf("it took %s", took)
	}
	RequireShort(t, err)
}

// RequireShort demands an error whose text is one short line of printable
// characters.
func RequireShort(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	text := err.Error()
	if len(text) >= 4096 || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("not one short line: %.5000q", text)
	}
}

// EndlessBody is a transport that answers with a body which has no end, and calls
// Reached after some of it. Like net/http's it fails when the context of the
// request is over.
type EndlessBody struct{ Reached func() }

// RoundTrip implements http.RoundTripper.
func (e EndlessBody) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
	return &http.Response{
		StatusCode: 200, Header: http.Header{}, ContentLength: -1, Body: &endlessBody{EndlessBody: e, ctx: req.Context()}, Request: req,
	}, nil
}

type endlessBody struct {
	EndlessBody
	ctx  context.Context //nolint:containedctx // of the one request
	sent int
}

func (b *endlessBody) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	if b.sent += len(p); b.sent > 1<<16 {
		b.Reached()
	}
	return copy(p, bytes.Repeat([]byte("{"), len(p))), nil
}

func (b *endlessBody) Close() error { return nil }
