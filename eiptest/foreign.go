package eiptest

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
	// ForeignNoRequestID is a documented refusal of the service (Forbidden.RAM)
	// without its request ID.
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
	return Fault{fake.Fault{Kind: fake.Foreign, Status: status, Foreign: fake.ForeignBody(body)}}
}

// CutError answers a documented refusal that ends in the middle of its text,
// with a Content-Length that fits what is left. An empty code stands for
// Forbidden.RAM. The action does not run unless AfterRun says so.
func CutError(code string) Fault {
	return Fault{fake.Fault{Kind: fake.CutError, Refusal: fake.Refusal{Code: code}}}
}

// EmptyPage empties the list of an answer; TotalCount stays as it is, and is at
// least 1. This fault and the next three concern DescribeEipAddresses and
// DescribeEipSegment. Other answers, and lists with nothing to change, stay as
// they are, and are not counted among the faults.
func EmptyPage() Fault { return Fault{fake.Fault{Kind: fake.EmptyPage}} }

// MissingID takes the ID out of the first element of a list.
func MissingID() Fault { return Fault{fake.Fault{Kind: fake.MissingID}} }

// WrongID gives the first element of a list another ID, which no address has.
func WrongID() Fault { return Fault{fake.Fault{Kind: fake.WrongID}} }

// ShortPage takes the last element out of a list and leaves TotalCount as it is.
// A list with less than two elements keeps them, and TotalCount is 1 more.
func ShortPage() Fault { return Fault{fake.Fault{Kind: fake.ShortPage}} }

// BlankID runs an action that creates an address or a segment, and answers a
// success with id for AllocationId or EipSegmentInstanceId: a blank string, an
// int or a bool. Nil is drawn from "   ", "", 0 and false for each attempt.
// Other answers stay as they are, and are not counted among the faults.
func BlankID(id any) Fault { return Fault{fake.Fault{Kind: fake.BlankID, ID: id}} }
