package fake

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
)

// ForeignBody names the content of an answer that does not come from the
// service.
type ForeignBody string

// The bodies of foreign answers, as package fault describes them.
const (
	ForeignHTML        ForeignBody = "html"
	ForeignLogin       ForeignBody = "login"
	ForeignEmpty       ForeignBody = "empty"
	ForeignCut         ForeignBody = "cut-json"
	ForeignGateway     ForeignBody = "gateway-json"
	ForeignDenied      ForeignBody = "denied-json"
	ForeignNoRequestID ForeignBody = "no-request-id"
	ForeignRedirect    ForeignBody = "redirect"
)

// ForeignBodies lists the bodies of foreign answers in a fixed order.
func ForeignBodies() []ForeignBody {
	return []ForeignBody{ForeignHTML, ForeignLogin, ForeignEmpty, ForeignCut, ForeignGateway, ForeignDenied,
		ForeignNoRequestID, ForeignRedirect}
}

// ForeignStatuses lists the statuses from which a foreign answer without a
// status draws. 407 is not among them: clients never repeat it.
func ForeignStatuses() []int {
	return []int{
		200, 301, 302, 303, 307, 308,
		400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 411, 413, 414, 415, 418, 421, 422, 425, 426, 428, 429, 431, 451,
	}
}

// foreignLocation is where a redirect leads: to the same host, so that a client
// that follows it stays with the fake.
const foreignLocation = "/login"

// checkForeign reports a status or a body that a foreign answer cannot have.
func (f Fault) checkForeign() error {
	if f.Status != 0 && (f.Status < 200 || f.Status > 599) {
		return fmt.Errorf("fault %s: status %d is not between 200 and 599", f.Kind, f.Status)
	}
	if f.Foreign != "" && !slices.Contains(ForeignBodies(), f.Foreign) {
		return fmt.Errorf("fault %s: body %q is not one of %v", f.Kind, f.Foreign, ForeignBodies())
	}
	if f.Foreign == ForeignRedirect && f.Status != 0 && f.Status/100 != 3 {
		return fmt.Errorf("fault %s: body %q needs a status between 300 and 399, not %d", f.Kind, f.Foreign, f.Status)
	}
	return nil
}

// drawForeign chooses what a foreign answer leaves open. A redirect draws a 3xx
// status; status 200 draws the login page, since the other bodies with it are
// not what gateways send.
func (f Fault) drawForeign(rng *rand.Rand) Fault {
	for f.Status == 0 {
		all := ForeignStatuses()
		n := all[rng.IntN(len(all))]
		if f.Foreign != ForeignRedirect || n/100 == 3 {
			f.Status = n
		}
	}
	for f.Foreign == "" {
		all := ForeignBodies()
		b := all[rng.IntN(len(all))]
		switch {
		case f.Status/100 == 2:
			f.Foreign = ForeignLogin
		case b != ForeignRedirect || f.Status/100 == 3:
			f.Foreign = b
		}
	}
	return f
}

// foreign makes the answer. refused is a documented refusal of the service.
func (f Fault) foreign(refused Reply) Reply {
	html := http.Header{"Content-Type": {"text/html"}}
	json := http.Header{"Content-Type": {"application/json"}}
	text := http.StatusText(f.Status)
	rep := Reply{Status: f.Status}
	switch f.Foreign {
	case ForeignHTML:
		rep.Header, rep.Body = html, page(f.Status, text)
	case ForeignLogin:
		rep.Header, rep.Body = html, []byte("<html>\r\n<head><title>Sign in</title></head>\r\n<body>\r\n"+
			`<form method="post" action="/login"><input name="user"><input name="password" type="password"></form>`+
			"\r\n</body>\r\n</html>\r\n")
	case ForeignEmpty:
	case ForeignCut:
		rep.Header, rep.Body = json, fmt.Appendf(nil, `{"code":%d,"message":"%s`, f.Status, text[:len(text)/2])
	case ForeignGateway:
		rep.Header, rep.Body = json, fmt.Appendf(nil, `{"code":%d,"message":"%s","requestId":"7f3c2a90-gateway"}`, f.Status, text)
	case ForeignDenied:
		rep.Header, rep.Body = json, []byte(`{"error":"denied"}`)
	case ForeignNoRequestID:
		rep.Header, rep.Body = refused.Header.Clone(), withoutRequestID(refused.Body, refused.RequestID)
	case ForeignRedirect:
		html.Set("Location", foreignLocation)
		rep.Header, rep.Body = html, page(f.Status, text)
	}
	if f.Status == http.StatusNoContent || f.Status == http.StatusNotModified {
		rep.Body = nil // HTTP has none with these
	}
	return rep
}

// page is a page of the kind that a reverse proxy shows.
func page(status int, text string) []byte {
	return fmt.Appendf(nil, "<html>\r\n<head><title>%[1]d %[2]s</title></head>\r\n<body>\r\n"+
		"<center><h1>%[1]d %[2]s</h1></center>\r\n</body>\r\n</html>\r\n", status, text)
}

// withoutRequestID takes every member that holds the request ID out of a JSON
// object or of an XML element.
func withoutRequestID(body []byte, id string) []byte {
	for at := bytes.Index(body, []byte(id)); id != "" && at >= 0; at = bytes.Index(body, []byte(id)) {
		first, last := bytes.LastIndexAny(body[:at], ",{"), at+len(id)+1 // as far as the closing quote
		switch {
		case body[0] == '<':
			first = bytes.LastIndexByte(body[:at], '<')
			last = at + bytes.IndexByte(body[at:], '>') + 1
		case body[first] == '{': // the first member: the comma behind it goes
			first, last = first+1, last+1
		}
		body = slices.Concat(body[:first], body[last:])
	}
	return body
}

// cutText ends an answer in the middle of its text. What it announces is the
// length of what is left, so that only its content tells that it was cut.
func cutText(rep Reply) Reply {
	return Reply{Status: rep.Status, Header: rep.Header, Body: rep.Body[:len(rep.Body)/2]}
}
