package eiptest

import (
	"strings"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/fake"
)

// A documentedAnswer is how an action refuses with a code: as its document has it,
// or as the gateway does ("*"), or in words of this package ("fake") because no
// source prints any.
type documentedAnswer struct {
	action        string
	status        int
	code, message string
}

// refusalFor finds the answer for a code: that of this package, the action's own,
// the gateway's, any. part picks the row whose message holds it.
func refusalFor(action, code, part string) fake.Refusal {
	for _, where := range []string{"fake", action, "*", ""} {
		for _, row := range documented {
			if row.code == code && (row.action == where || where == "") && strings.Contains(row.message, part) {
				return fake.Refusal{Status: row.status, Code: code, Message: row.message}
			}
		}
	}
	return fake.Refusal{Status: 400, Code: code, Message: "The request was refused."}
}

// ErrorBody returns the JSON body with which the service refuses a call, for
// tests that mock a single answer:
//
//	httpmock.NewStringResponder(400, eiptest.ErrorBody(eip.CodeQuotaExceededEip))
//
// The message is the documented one of the code. The body has a RequestId,
// without which the client does not take an error for the service's own.
func ErrorBody(code eip.Code) string {
	ref := refusalFor("*", string(code), "")
	return string(renderJSON(errorAnswer("4C467B38-3910-447D-87BC-AC049166F216", "vpc.aliyuncs.com", ref)))
}

// no is the documented refusal of this call with a code.
func (c *call) no(code string) *fake.Refusal {
	ref := refusalFor(c.action, code, "")
	return &ref
}

// noWhere is like no where several rows have the code.
func (c *call) noWhere(code, part string) *fake.Refusal {
	ref := refusalFor(c.action, code, part)
	return &ref
}

// noWith fills the place of a value in the documented message.
func (c *call) noWith(code, value string) *fake.Refusal {
	ref := c.no(code)
	ref.Message = strings.ReplaceAll(ref.Message, "%s", value)
	return ref
}

func missing(name string) *fake.Refusal { return naming("MissingParameter", name) }

// invalid refuses a parameter for which the action's document has no code of its own.
func invalid(name string) *fake.Refusal { return naming("InvalidParameter", name) }

// naming is the gateway's refusal of a parameter.
func naming(code, name string) *fake.Refusal {
	ref := refusalFor("*", code, "")
	ref.Message = strings.ReplaceAll(ref.Message, "<parameter name>", name)
	return &ref
}
