package eiptest

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/fake"
)

// codesText holds one refusal per line: action, HTTP status, code, message.
// The rows of an action are those of the error tables of its document (2017
// AllocateEipAddress page, 2019 API reference, 2024 AllocateEipSegmentAddress
// page, 2026 AllocateEipAddressPro page), misspellings included; the rows of
// "*" are the gateway's, and codes that only other clients of this cloud are
// known to meet, with status 400 where no source gives one.
//
//go:embed codes.tsv
var codesText string

// refusals maps an action and a code to the documented answers.
var refusals = sync.OnceValue(func() map[string][]fake.Refusal {
	m := map[string][]fake.Refusal{}
	for line := range strings.Lines(codesText) {
		col := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 4)
		status, err := strconv.Atoi(col[1])
		if err != nil {
			panic("eiptest: codes.tsv: " + line)
		}
		ref := fake.Refusal{Status: status, Code: col[2], Message: col[3]}
		if ref.Message == "" {
			ref.Message = plain[ref.Code]
		}
		m[col[0]+" "+col[2]] = append(m[col[0]+" "+col[2]], ref)
		m[" "+col[2]] = append(m[" "+col[2]], ref)
	}
	return m
})

// plain words codes whose message no document prints.
var plain = map[string]string{
	"Rejected.Throttling":                        "The request was rejected by flow control.",
	"SystemBusy":                                 "The system is busy.",
	"UnknownError":                               "An unknown error occurred.",
	"Forbidden.AccessKeyDisabled":                "The access key is disabled.",
	"InvalidSecurityToken.Expired":               "The security token has expired.",
	"InvalidSecurityToken.Malformed":             "The security token is malformed.",
	"InvalidSecurityToken.MismatchWithAccessKey": "The security token does not belong to the access key.",
	"UnsupportedParameter":                       "The parameter is not supported.",
	"NoPermission":                               "No permission.",
	"TaskConflict":                               "The operation conflicts with a running task.",
	"VPC_TASK_CONFLICT":                          "The operation conflicts with a running task.",
	"IncorrectStatus":                            "The status of the resource does not support this operation.",
	"LastTokenProcessing":                        "The last request with this client token is still being processed.",
	"OperationFailed.LastTokenProcessing":        "The last request with this client token is still being processed.",
	"IdempotentParameterMismatch":                "The client token was used before with other parameters.",
	"IdempotentFailed":                           "The client token cannot be used again.",
}

// refusalFor finds the documented answer for a code: the action's own row,
// then the gateway's, then any. part picks the row whose message holds it.
func refusalFor(action, code, part string) fake.Refusal {
	all := refusals()
	for _, where := range []string{action, "*", ""} {
		for _, ref := range all[where+" "+code] {
			if strings.Contains(ref.Message, part) {
				return ref
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

func missing(name string) *fake.Refusal {
	return &fake.Refusal{Status: 400, Code: "MissingParameter",
		Message: `The input parameter "` + name + `" that is mandatory for processing this request is not supplied.`}
}

// invalid refuses a parameter for which the action's document has no code of its own.
func invalid(name string) *fake.Refusal {
	return &fake.Refusal{Status: 400, Code: "InvalidParameter",
		Message: `The specified value of parameter "` + name + `" is not valid.`}
}
