package fake_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
)

// listService makes one thing for each "Make" and lists two for each "List".
type listService struct {
	jsonService
	xml bool
}

func (s *listService) Run(req *fake.Request, now time.Time) fake.Reply {
	s.ran.Add(1)
	if req.Action == "Make" {
		id := any(`"a"`)
		if req.Spoil.Kind == fake.BlankID {
			id, req.Spoilt = fmt.Sprintf("%#v", req.Spoil.ID), true
		}
		return fake.Reply{Status: 200, Body: fmt.Appendf(nil, `{"id":%v}`, id)}
	}
	items, total, ok := fake.List(req.Spoil, []string{"a", "b"}, 2, func(_ string, id any) string { return fmt.Sprint(id) })
	req.Spoilt = ok
	return fake.Reply{Status: 200, Body: fmt.Appendf(nil, `{"total":%d,"list":%q}`, total, items)}
}

func (s *listService) Refuse(_ *fake.Request, ref fake.Refusal) fake.Reply {
	rep := fake.Reply{Status: ref.Status, Code: ref.Code, RequestID: "R-1", Header: http.Header{"Content-Type": {"application/x-error"}},
		Body: fmt.Appendf(nil, `{"RequestId":"R-1","Code":"%s","Data":{"a":1,"requestId":"R-1"}}`, ref.Code)}
	if s.xml {
		rep.Body = fmt.Appendf(nil, `<?xml version="1.0"?><Error><RequestId>R-1</RequestId><Code>%s</Code></Error>`, ref.Code)
	}
	return rep
}

// raw sends one request and returns every byte of the answer.
func raw(t *testing.T, h *fake.Host, action string) string {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /api HTTP/1.1\r\nHost: x\r\nX-Action: %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", action)
	text, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func listen(t *testing.T, svc fake.Service, cfg fake.Config) (*fake.Engine, *fake.Host) {
	t.Helper()
	e, err := fake.NewEngine(svc, cfg)
	if err != nil {
		t.Fatal(err)
	}
	h, err := fake.Listen("127.0.0.1:0", e)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.End(); h.Close() })
	return e, h
}

// What each foreign answer, and each answer of the service that is spoilt, is on
// the wire, byte for byte, and whether the request ran.
func TestForeignOnTheWire(t *testing.T) {
	t.Parallel()
	const date = "Date: Sat, 01 Jan 2000 00:00:00 GMT\r\n"
	plain := func(status, headers, body string) string {
		return "HTTP/1.1 " + status + "\r\n" + "Content-Length: " + fmt.Sprint(len(body)) + "\r\n" + headers + date +
			"Connection: close\r\n\r\n" + body
	}
	typed := func(status, ct, headers, body string) string {
		return "HTTP/1.1 " + status + "\r\n" + "Content-Length: " + fmt.Sprint(len(body)) + "\r\nContent-Type: " + ct + "\r\n" + date +
			headers + "Connection: close\r\n\r\n" + body
	}
	page := func(title string) string {
		return "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title + "</h1></center>\r\n</body>\r\n</html>\r\n"
	}
	foreign := func(status int, b fake.ForeignBody) fake.Fault {
		return fake.Fault{Kind: fake.Foreign, Status: status, Foreign: b}
	}
	for _, tt := range []struct {
		name   string
		action string
		fault  fake.Fault
		xml    bool
		want   string
	}{
		{"html", "Make", foreign(403, fake.ForeignHTML), false, typed("403 Forbidden", "text/html", "", page("403 Forbidden"))},
		{"login", "Make", foreign(200, fake.ForeignLogin), false, typed("200 OK", "text/html", "",
			"<html>\r\n<head><title>Sign in</title></head>\r\n<body>\r\n<form method=\"post\" action=\"/login\">"+
				"<input name=\"user\"><input name=\"password\" type=\"password\"></form>\r\n</body>\r\n</html>\r\n")},
		{"empty", "Make", foreign(404, fake.ForeignEmpty), false, plain("404 Not Found", "", "")},
		{"proxy's own", "Make", foreign(407, fake.ForeignEmpty), false, plain("407 Proxy Authentication Required", "", "")},
		{"cut JSON", "Make", foreign(409, fake.ForeignCut), false, typed("409 Conflict", "application/json", "", `{"code":409,"message":"Conf`)},
		{"gateway's JSON", "Make", foreign(403, fake.ForeignGateway), false, typed("403 Forbidden", "application/json", "",
			`{"code":403,"message":"Forbidden","requestId":"7f3c2a90-gateway"}`)},
		{"denied", "Make", foreign(451, fake.ForeignDenied), false, typed("451 Unavailable For Legal Reasons", "application/json", "", `{"error":"denied"}`)},
		{"no request ID", "Make", foreign(400, fake.ForeignNoRequestID), false, typed("400 Bad Request", "application/x-error", "",
			`{"Code":"DENIED","Data":{"a":1}}`)},
		{"no request ID, XML", "Make", foreign(400, fake.ForeignNoRequestID), true, typed("400 Bad Request", "application/x-error", "",
			`<?xml version="1.0"?><Error><Code>DENIED</Code></Error>`)},
		{"redirect", "Make", foreign(307, fake.ForeignRedirect), false, typed("307 Temporary Redirect", "text/html", "Location: /login\r\n",
			page("307 Temporary Redirect"))},
		{"bare 429", "Make", foreign(429, fake.ForeignEmpty), false, plain("429 Too Many Requests", "", "")},
		{"cut error", "Make", fake.Fault{Kind: fake.CutError}, false, typed("403 Forbidden", "application/x-error", "",
			`{"RequestId":"R-1","Code":"DENIED"`)},
		{"cut error with a code", "Make", fake.Fault{Kind: fake.CutError, Refusal: fake.Refusal{Status: 400, Code: "Full"}}, false,
			typed("400 Bad Request", "application/x-error", "", `{"RequestId":"R-1","Code":"Full",`)},
	} {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%t", tt.name, after), func(t *testing.T) {
				t.Parallel()
				svc := &listService{xml: tt.xml}
				e, h := listen(t, svc, fake.Config{Keep: 1, Clock: func() time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }})
				f := tt.fault
				f.AfterRun = after
				if err := e.Script("", f); err != nil {
					t.Fatal(err)
				}
				if got := raw(t, h, tt.action); got != tt.want {
					t.Errorf("got\n%s\nwant\n%s", got, tt.want)
				}
				c := e.Calls()[0]
				if n := svc.ran.Load(); (n == 1) != after || n > 1 || c.Ran != after || c.Fault != tt.fault.Kind || c.Code != "" {
					t.Errorf("ran %d times, record %+v", n, c)
				}
			})
		}
	}
}

// The lists and IDs that a fault spoils.
func TestSpoiltOnTheWire(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		action string
		fault  fake.Fault
		want   string
		met    bool
	}{
		{"List", fake.Fault{Kind: fake.EmptyPage}, `{"total":2,"list":[]}`, true},
		{"List", fake.Fault{Kind: fake.ShortPage}, `{"total":2,"list":["a"]}`, true},
		{"List", fake.Fault{Kind: fake.MissingID}, `{"total":2,"list":["<nil>" "b"]}`, true},
		{"List", fake.Fault{Kind: fake.BlankID}, `{"total":2,"list":["a" "b"]}`, false},
		{"Make", fake.Fault{Kind: fake.BlankID, ID: "  "}, `{"id":"  "}`, true},
		{"Make", fake.Fault{Kind: fake.BlankID, ID: 0}, `{"id":0}`, true},
		{"Make", fake.Fault{Kind: fake.BlankID, ID: false}, `{"id":false}`, true},
		{"Make", fake.Fault{Kind: fake.MissingID}, `{"id":"a"}`, false},
	} {
		svc := &listService{}
		e, h := listen(t, svc, fake.Config{Keep: 1})
		if err := e.Script("", tt.fault); err != nil {
			t.Fatal(err)
		}
		got := raw(t, h, tt.action)
		if !strings.HasSuffix(got, "\r\n\r\n"+tt.want) {
			t.Errorf("%s %s: %s", tt.action, tt.fault.Kind, got)
		}
		if c := e.Calls()[0]; !c.Ran || (c.Fault == tt.fault.Kind) != tt.met || e.Counts().Faults[tt.fault.Kind] != 0 != tt.met {
			t.Errorf("%s %s: %+v", tt.action, tt.fault.Kind, c)
		}
	}
	svc := &listService{}
	e, h := listen(t, svc, fake.Config{})
	if err := e.Script("", fake.Fault{Kind: fake.WrongID, Times: 2}); err != nil {
		t.Fatal(err)
	}
	one, two := raw(t, h, "List"), raw(t, h, "List")
	if one == two || !strings.Contains(one, `{"total":2,"list":["eip-`) || !strings.HasSuffix(one, `" "b"]}`) {
		t.Errorf("%s\n%s", one, two)
	}
}

// A list with nothing to change, and the count of one that is short by itself.
func TestListsOfFewElements(t *testing.T) {
	t.Parallel()
	set := func(_ string, id any) string { return fmt.Sprint(id) }
	for _, tt := range []struct {
		kind  fake.Kind
		items []string
		want  []string
		total int
		ok    bool
	}{
		{fake.EmptyPage, []string{}, []string{}, 1, true},
		{fake.EmptyPage, []string{"a"}, []string{}, 1, true},
		{fake.ShortPage, []string{}, []string{}, 1, true},
		{fake.ShortPage, []string{"a"}, []string{"a"}, 2, true},
		{fake.MissingID, []string{}, []string{}, 0, false},
		{fake.WrongID, []string{}, []string{}, 0, false},
		{fake.WrongID, []string{"a"}, []string{"other"}, 1, true},
		{fake.CutAfter, []string{"a"}, []string{"a"}, 1, false},
	} {
		given := slices.Clone(tt.items)
		got, total, ok := fake.List(fake.Spoil{Kind: tt.kind, ID: "other"}, tt.items, len(tt.items), set)
		if !slices.Equal(got, tt.want) || got == nil || total != tt.total || ok != tt.ok || !slices.Equal(tt.items, given) {
			t.Errorf("%s of %q: %q, %d, %t; list was changed to %q", tt.kind, given, got, total, ok, tt.items)
		}
	}
}

// Chance draws every status and every body, by the seed alone.
func TestForeignIsDrawn(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) (answers []string, statuses map[int]bool) {
		e, h := listen(t, &listService{}, fake.Config{Seed: seed, Keep: 1000,
			Chances: []fake.Chance{{Fault: fake.Fault{Kind: fake.Foreign}, P: .9}, {Fault: fake.Fault{Kind: fake.BlankID}, P: .1}}})
		statuses = map[int]bool{}
		for range 700 {
			text := raw(t, h, "Make")
			head, body, _ := strings.Cut(text, "\r\n\r\n")
			answers = append(answers, head[:12]+body)
		}
		for _, c := range e.Calls() {
			if c.Fault == fake.Foreign {
				statuses[c.Status] = true
			}
		}
		return answers, statuses
	}
	one, statuses := run(3)
	for _, s := range fake.ForeignStatuses() {
		if !statuses[s] {
			t.Errorf("status %d was not drawn", s)
		}
		delete(statuses, s)
	}
	if len(statuses) > 0 || slices.Contains(fake.ForeignStatuses(), http.StatusProxyAuthRequired) {
		t.Errorf("drawn as well: %v", statuses)
	}
	all := strings.Join(one, "\n")
	for _, part := range []string{"<h1>403", "password", "{\"error\":\"denied\"}", "7f3c2a90", "\"Code\":\"DENIED\",\"Data\"", "<h1>30", "200<html>",
		`{"id":""}`, `{"id":"   "}`, `{"id":0}`, `{"id":false}`} {
		if !strings.Contains(all, part) {
			t.Errorf("%s was not drawn", part)
		}
	}
	if two, _ := run(3); !slices.Equal(one, two) {
		t.Error("the same seed gives other answers")
	}
	if two, _ := run(4); slices.Equal(one, two) {
		t.Error("another seed gives the same answers")
	}
}
