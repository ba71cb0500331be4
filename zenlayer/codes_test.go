package zenlayer

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/transport"
	"github.com/eipkit/eip-go/internal/wiretest"
)

// classes is what a program does next about each code, written down a second
// time.
var classes = map[error][]Code{
	eip.ErrCredentials: {"AUTHFAILURE_INVALID_AUTHORIZATION", "AUTHFAILURE_SIGNATURE_FAILURE", "AUTHFAILURE_SIGNATURE_EXPIRED"},
	eip.ErrPermission:  {"AUTHFAILURE_UNAUTHORIZED_OPERATION"},
	eip.ErrThrottled:   {"REQUEST_LIMIT_EXCEEDED"},
	eip.ErrInternal: {"INTERNAL_SERVER_ERROR", "SERVICE_TEMPORARY_UNAVAILABLE", "REQUEST_TIMED_OUT",
		"INVALID_OPERATION_TIMEOUT"},
	eip.ErrInvalidParameter: {"MISSING_PARAMETER", "INVALID_PARAMETER_TYPE", "INVALID_PARAMETER_EXCEED_MAXIMUM",
		"INVALID_PARAMETER_LESS_MINIMUM", "INVALID_PARAMETER_EXCEED_LENGTH", "INVALID_PARAMETER_LESS_LENGTH",
		"INVALID_PARAMETER_PATTERN_ERROR", "INVALID_PARAMETER_DATE_FORMAT_ERROR", "INVALID_PARAMETER_VALUE",
		// As in the root package: a region or group that does not exist is a
		// wrong parameter.
		"INVALID_ZONE_NOT_FOUND", "OPERATION_FAILED_RESOURCE_GROUP_NOT_FOUND", "OPERATION_DENIED_EIP_ZONE_NOT_SAME"},
	eip.ErrNotFound: {"INVALID_EIP_NOT_FOUND", "INVALID_INSTANCE_NOT_FOUND", "OPERATION_FAILED_RESOURCE_NOT_FOUND"},
	eip.ErrCapacity: {"INVALID_EIP_TYPE_ZONE_NO_SELL"},
	eip.ErrQuota:    {"OPERATION_DENIED_EIP_INSTANCE_EXCEED_LIMIT"},
	eip.ErrUnsupported: {"INVALID_ESXI_NOT_SUPPORT", "OPERATION_DENIED_EIP_ESXI_INSTANCE_ASSIGN",
		"OPERATION_DENIED_EIP_SUBSCRIPTION"},
	eip.ErrConflict: {"OPERATION_FAILED_FOR_RECYCLE_RESOURCE", "FAILED_OPERATION_FOR_RECYCLE_RESOURCE",
		"OPERATION_DENIED_EIP_STATUS_NOT_AVAILABLE", "OPERATION_DENIED_EIP_STATUS_NOT_SUPPORT",
		"OPERATION_DENIED_EIP_RECYCLED", "OPERATION_DENIED_EIP_NOT_RECYCLED",
		"OPERATION_DENIED_INSTANCE_NOT_RUNNING", "OPERATION_DENIED_INSTANCE_RECYCLED"},
}

// TestDocumentedCodes serves each documented code in both spellings, bare and
// in the envelope, with its status and with 200, and looks at the error.
func TestDocumentedCodes(t *testing.T) {
	t.Parallel()
	rows := load[[]codeFact](t, "codes.json")
	want := map[Code]error{}
	for class, codes := range classes {
		for _, c := range codes {
			want[c] = class
		}
	}
	require.Len(t, want, len(rows))
	for _, row := range rows {
		class := want[row.Code]
		require.NotNil(t, class, row.Code)
		for _, spelled := range []Code{row.Code, row.SDK} {
			for _, status := range []int{max(row.Status, 400), 200} {
				for shape, body := range map[string]string{
					"bare":      failure(string(spelled)),
					"enveloped": success(`"code":"` + string(spelled) + `","message":"a message"`),
					"in error":  `{"requestId":"` + testRequest + `","error":{"code":"` + string(spelled) + `","message":"a message"}}`,
				} {
					t.Run(string(spelled)+"/"+strconv.Itoa(status)+"/"+shape, func(t *testing.T) {
						t.Parallel()
						srv := wiretest.New(wiretest.Answer(status, body))
						c := wireClient(t, srv, WithMaxAttempts(1), WithThrottlePatience(0))
						_, err := c.DescribeEipAddresses(t.Context(), nil)
						require.Error(t, err)
						var e *eip.Error
						require.ErrorAs(t, err, &e)
						assert.Equal(t, spelled, Code(e.Code))
						assert.Equal(t, status, e.HTTPStatus)
						assert.Equal(t, "a message", e.Message)
						assert.Equal(t, testRequest, e.RequestID)
						assert.Equal(t, testRequest, eip.RequestID(err))
						assert.ErrorIs(t, err, row.Code)
						assert.ErrorIs(t, err, row.SDK)
						assert.ErrorIs(t, err, class)
						assert.Equal(t, class, e.Class())
						for other := range classes {
							if other != class {
								assert.NotErrorIs(t, err, other)
							}
						}
						assert.NotErrorIs(t, err, Code("SOMETHING_ELSE"))
						assert.NotErrorIs(t, err, Code(""))
						assert.Contains(t, err.Error(), row.Code.Hint())
					})
				}
			}
		}
	}
}

// The sources in codes.tsv are those of the documents.
func TestCodesFileSaysWhatTheDocumentsSay(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("codes.tsv")
	require.NoError(t, err)
	got, last := map[Code][]string{}, Code("")
	for line := range strings.Lines(string(text)) {
		cols := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		switch {
		case strings.HasPrefix(line, "#") || cols[1] == "fake":
		case cols[0] != "":
			last = Code(cols[0])
			assert.Empty(t, got[last], last)
			assert.Equal(t, cols[4], last.Hint())
			assert.Equal(t, cols[4], Code(strings.ReplaceAll(string(last), "_", ".")).Hint())
		default:
			got[last] = append(got[last], cols[1]+" "+cols[2])
			assert.Equal(t, "-", cols[3], "the documents print no messages")
		}
	}
	status := func(n int) string {
		if n == 0 {
			return "-"
		}
		return strconv.Itoa(n)
	}
	want := map[Code][]string{}
	for _, a := range load[facts](t, "actions.json").Actions {
		for _, e := range a.Errors {
			want[Code(e.Code)] = append(want[Code(e.Code)], a.Name+" "+status(e.Status))
		}
	}
	for _, row := range load[[]codeFact](t, "codes.json") {
		if want[row.Code] == nil {
			want[row.Code] = []string{"* " + status(row.Status)}
		}
		assert.True(t, row.Code.Known(), row.Code)
		assert.True(t, row.SDK.Known(), row.SDK)
		assert.ErrorIs(t, row.Code, row.SDK)
	}
	assert.Equal(t, want, got)
	assert.Len(t, codeTable, len(want))
	assert.False(t, Code("NOBODY_KNOWS").Known())
	assert.Empty(t, Code("NOBODY_KNOWS").Hint())
}

// constantName is the name of a code's constant.
func constantName(code string) string {
	name := "Code"
	for _, w := range strings.Split(strings.ToLower(code), "_") {
		name += strings.ToUpper(w[:1]) + w[1:]
	}
	return name
}

// TestCodeConstants: there is a constant for each row of the table, and its
// name follows from its value.
func TestCodeConstants(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "zz_codes.go", nil, 0)
	require.NoError(t, err)
	found := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Code") {
			return true
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		require.NoError(t, err)
		assert.Equal(t, constantName(value), spec.Names[0].Name)
		assert.Contains(t, codeTable, Code(value))
		found++
		return true
	})
	assert.Len(t, codeTable, found)
	assert.Equal(t, Code("OPERATION_DENIED_EIP_ZONE_NOT_SAME"), CodeOperationDeniedEipZoneNotSame)
}

// causes is what is more than a refusal, written down a second time.
var causes = map[Code]transport.Cause{
	"REQUEST_LIMIT_EXCEEDED":        transport.CauseThrottled,
	"AUTHFAILURE_SIGNATURE_EXPIRED": transport.CauseClockSkew,
	"SERVICE_TEMPORARY_UNAVAILABLE": transport.CauseServiceUnavailable,
	"REQUEST_TIMED_OUT":             transport.CauseRequestTimeout,
	"INVALID_OPERATION_TIMEOUT":     transport.CauseRequestTimeout,
	"INTERNAL_SERVER_ERROR":         transport.CauseServerError,
}

// TestCauses: what each code proves, in both spellings, whatever the status.
func TestCauses(t *testing.T) {
	t.Parallel()
	for _, row := range load[[]codeFact](t, "codes.json") {
		want, other := causes[row.Code]
		if !other {
			want = transport.CauseRefusedCode
		}
		for _, status := range []int{200, 302, 400, 403, 404, 408, 429, 500, 503} {
			assert.Equal(t, want, causeOfCode(row.Code, status), row.Code)
			assert.Equal(t, want, causeOfCode(row.SDK, status), row.SDK)
		}
	}
}

func TestUnknownCodes(t *testing.T) {
	t.Parallel()
	for code, want := range map[Code]struct {
		status int
		class  error
	}{
		"INVALID_SUBNET_NOT_FOUND":               {404, eip.ErrNotFound},
		"Invalid.Vpc.Region.Not.Found":           {404, eip.ErrInvalidParameter},
		"OPERATION_DENIED_NETMASK_OUT_OF_STOCK":  {403, eip.ErrCapacity},
		"Resource.Insufficient.Product.Sold.out": {400, eip.ErrCapacity},
		"OPERATION_DENIED_INSTANCE_QUOTA_EXCEED": {403, eip.ErrQuota},
		"OPERATION_DENIED_INSUFFICIENT_BALANCE":  {403, eip.ErrAccount},
		"AUTHFAILURE_SOMETHING":                  {401, eip.ErrCredentials},
		"INVALID_SOMETHING":                      {400, eip.ErrInvalidParameter},
		"NOBODY_KNOWS":                           {400, eip.ErrInvalidParameter},
		"Nobody.Knows":                           {403, eip.ErrPermission},
		"NOBODY_KNOWS_":                          {401, eip.ErrCredentials},
		"SLOWER":                                 {429, eip.ErrThrottled},
		"ANYTHING":                               {500, eip.ErrInternal},
		"":                                       {400, eip.ErrInvalidParameter},
	} {
		assert.Equal(t, want.class, code.class(want.status), code)
		assert.False(t, code.Known(), code)
	}
	assert.Equal(t, "no error code", Code("").Error())
	assert.Equal(t, `"a\nb"`, Code("a\nb").Error())
	assert.LessOrEqual(t, len(Code(strings.Repeat("x", 1000)).Error()), 140)
	assert.False(t, errors.Is(&eip.Error{Code: "X"}, http.ErrAbortHandler))
}

// TestOperations compares the table of operations with the documents.
func TestOperations(t *testing.T) {
	t.Parallel()
	all := load[facts](t, "actions.json")
	require.Len(t, all.Actions, 11)
	names := []string{actionDescribeZones}
	for _, a := range all.Actions {
		names = append(names, a.Name)
		op, known := operations[a.Name]
		require.True(t, known, a.Name)
		read := strings.HasPrefix(a.Name, "Describe") || strings.HasPrefix(a.Name, "Inquiry")
		switch {
		case read:
			assert.Equal(t, eip.KindRead, op.kind, a.Name)
		case a.Charges:
			assert.Equal(t, eip.KindOnce, op.kind, a.Name)
		default:
			assert.Equal(t, eip.KindRepeatable, op.kind, a.Name)
		}
		for _, code := range op.settled {
			assert.True(t, code.Known(), code)
		}
		assert.Equal(t, op.many, slices.Contains(a.Required, "eipIds") && op.settled != nil, a.Name)
	}
	for name := range operations {
		assert.Contains(t, names, name)
	}
	assert.Equal(t, eip.KindOnce, operationOf("CreateSomething").kind)
}
