package fault

import "github.com/eipkit/eip-go/internal/fake"

// ForeignBody names the content of an answer that does not come from the
// service; see Foreign.
type ForeignBody string

// The bodies of foreign answers.
const (
	// ForeignHTML is the error page of a reverse proxy.
	ForeignHTML = ForeignBody(fake.ForeignHTML)
	// ForeignLogin is an HTML page that asks for a name and a password.
	ForeignLogin = ForeignBody(fake.ForeignLogin)
	// ForeignEmpty has no body.
	ForeignEmpty = ForeignBody(fake.ForeignEmpty)
	// ForeignCut is JSON that ends in the middle of a string, with a
	// Content-Length that fits it.
	ForeignCut = ForeignBody(fake.ForeignCut)
	// ForeignGateway is the JSON of an API gateway: {"code":403,
	// "message":"Forbidden","requestId":"…"}, where code is the HTTP status.
	ForeignGateway = ForeignBody(fake.ForeignGateway)
	// ForeignDenied is {"error":"denied"}.
	ForeignDenied = ForeignBody(fake.ForeignDenied)
	// ForeignNoRequestID is the documented refusal of a caller who lacks the
	// permission, without its request ID.
	ForeignNoRequestID = ForeignBody(fake.ForeignNoRequestID)
	// ForeignRedirect has the header Location: /login and a short HTML page. Its
	// status is between 300 and 399.
	ForeignRedirect = ForeignBody(fake.ForeignRedirect)
)

// ForeignBodies lists the bodies of foreign answers.
func ForeignBodies() []ForeignBody {
	var out []ForeignBody
	for _, b := range fake.ForeignBodies() {
		out = append(out, ForeignBody(b))
	}
	return out
}

// ForeignStatuses lists the statuses that Foreign draws from: 200, and many
// between 300 and 499, 407 not among them.
func ForeignStatuses() []int { return fake.ForeignStatuses() }

// Foreign answers as a gateway, a proxy or a login page does, with any status
// between 200 and 599. The action does not run unless AfterRun says so: then the
// gateway has forwarded the request, and kept the service's answer to itself.
// Status 0 is drawn from ForeignStatuses for each attempt, and an empty body from
// those that go with the status; with a drawn 2xx that is ForeignLogin.
func Foreign(status int, body ForeignBody) Fault {
	return of(fake.Fault{Kind: fake.Foreign, Status: status, Foreign: fake.ForeignBody(body)})
}
