package eip

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/transport"
)

// documentedCode is a row of an action's error table.
type documentedCode struct {
	action     string
	httpStatus int
	code       Code
	message    string
	misspells  Code
}

// commonCode is a code that any action may answer.
type commonCode struct {
	Code      Code   `json:"code"`
	Statuses  []int  `json:"statuses"`
	Message   string `json:"message"`
	Misspells Code   `json:"misspelling_of"`
}

// codeFacts is testdata/errors.json: the error tables of the documents row by
// row, the common codes, and the class of each code.
type codeFacts struct {
	Documented [][]any           `json:"documented"`
	Common     []commonCode      `json:"common"`
	Classes    map[string][]Code `json:"classes"`

	rows  []documentedCode
	class map[Code]errorClass
}

// classNames are the names that testdata/errors.json has for the classes.
var classNames = map[string]errorClass{
	"not-found": ErrNotFound, "throttled": ErrThrottled, "quota": ErrQuota, "account": ErrAccount,
	"order": ErrOrder, "permission": ErrPermission, "credentials": ErrCredentials,
	"invalid-parameter": ErrInvalidParameter, "conflict": ErrConflict, "capacity": ErrCapacity,
	"unsupported": ErrUnsupported, "internal": ErrInternal, "dry-run": ErrDryRun,
}

func readCodeFacts(t *testing.T) *codeFacts {
	t.Helper()
	text, err := os.ReadFile("testdata/errors.json")
	require.NoError(t, err)
	facts := &codeFacts{class: map[Code]errorClass{}}
	require.NoError(t, json.Unmarshal(text, facts))
	for _, fields := range facts.Documented {
		row := documentedCode{
			action:     fields[0].(string),
			httpStatus: int(fields[1].(float64)),
			code:       Code(fields[2].(string)),
			message:    fields[3].(string),
		}
		if len(fields) > 4 {
			row.misspells = Code(fields[4].(string))
		}
		facts.rows = append(facts.rows, row)
	}
	for name, codes := range facts.Classes {
		class, ok := classNames[name]
		require.True(t, ok, "class %q", name)
		for _, code := range codes {
			facts.class[code] = class
		}
	}
	require.Len(t, facts.rows, 292)
	require.Len(t, facts.class, 212)
	require.Len(t, facts.Classes, len(classNames))
	return facts
}

// all returns every code of the facts, each once.
func (f *codeFacts) all() []Code {
	var codes []Code
	for _, row := range f.rows {
		codes = append(codes, row.code)
	}
	for _, common := range f.Common {
		codes = append(codes, common.Code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// A codeLine is what codes.tsv has of a code; a source is an action, statuses and
// a message.
type codeLine struct {
	misspells, hint string
	sources         [][3]string
}

func readCodes(t *testing.T) map[Code]*codeLine {
	t.Helper()
	text, err := os.ReadFile("codes.tsv")
	require.NoError(t, err)
	codes := map[Code]*codeLine{}
	var last *codeLine
	for line := range strings.Lines(string(text)) {
		switch c := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); {
		case strings.HasPrefix(line, "#"):
		case c[0] == "":
			last.sources = append(last.sources, [3]string(c[1:]))
		default:
			last = &codeLine{misspells: c[3], hint: c[4]}
			codes[Code(c[0])] = last
		}
	}
	return codes
}

// Every row of the documents' error tables and every common code is in codes.tsv,
// and nothing else is.
func TestCodesFileSaysWhatTheDocumentsSay(t *testing.T) {
	t.Parallel()
	facts := readCodeFacts(t)
	type row struct {
		code            Code
		action, message string
		statuses        string
	}
	want, got := map[row]bool{}, map[row]bool{}
	misspells, statuses := map[Code]Code{}, map[Code]map[int]bool{}
	status := func(code Code, n ...int) {
		if statuses[code] == nil {
			statuses[code] = map[int]bool{}
		}
		for _, n := range n {
			statuses[code][n] = true
		}
	}
	for _, r := range facts.rows {
		want[row{r.code, r.action, r.message, strconv.Itoa(r.httpStatus)}] = true
		misspells[r.code] = cmp.Or(misspells[r.code], r.misspells)
		status(r.code, r.httpStatus)
	}
	for _, r := range facts.Common {
		want[row{r.Code, "*", cmp.Or(r.Message, "-"), ""}] = true
		misspells[r.Code] = cmp.Or(misspells[r.Code], r.Misspells)
		status(r.Code, r.Statuses...)
	}
	codes := readCodes(t)
	require.Len(t, codes, len(facts.all()))
	for code, line := range codes {
		found := map[int]bool{}
		for _, src := range line.sources {
			r := row{code, src[0], src[2], src[1]}
			for _, s := range strings.Split(src[1], ",") {
				if n, err := strconv.Atoi(s); err == nil && r.action != "fake" {
					found[n] = true
				}
			}
			switch r.action {
			case "fake":
				continue // the words of eiptest
			case "*":
				r.statuses = "" // below
			}
			got[r] = true
		}
		assert.Equal(t, statuses[code], found, code)
		assert.Equal(t, cmp.Or(string(misspells[code]), "-"), line.misspells, code)
		assert.Equal(t, facts.class[code], codeTable[code].class, code)
		assert.Equal(t, codeTable[code].hint, line.hint, code)
	}
	assert.Equal(t, want, got)
}

// There is a constant for each documented code, and its name follows from its
// value as the comment of Code says.
func TestCodeConstants(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "zz_codes.go", nil, 0)
	require.NoError(t, err)
	values := map[string]Code{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, "Code") {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			values[spec.Names[0].Name] = Code(value)
		}
		return true
	})
	want := map[string]Code{}
	for _, code := range readCodeFacts(t).all() {
		name := "Code"
		for _, part := range strings.FieldsFunc(string(code), func(r rune) bool { return r == '.' || r == '_' }) {
			name += strings.ToUpper(part[:1]) + part[1:]
		}
		want[name] = code
	}
	assert.Equal(t, want, values)
	assert.Len(t, codeTable, len(want))

	// A few by hand, lest rule and names be wrong in the same way.
	assert.Equal(t, Code("QuotaExceeded.Eip"), CodeQuotaExceededEip)
	assert.Equal(t, Code("VPC_TASK_CONFLICT"), CodeVPCTASKCONFLICT)
	assert.Equal(t, Code("Forbbiden"), CodeForbbiden)
	assert.Equal(t, Code("Trade_Sync_Create_Sub_ERROR"), CodeTradeSyncCreateSubERROR)
}

// What codes say beyond a refusal, written down a second time: another row of the
// retry table, or that no attempt has run.
func TestWhatCodesProve(t *testing.T) {
	t.Parallel()
	causes := map[Code]transport.Cause{
		"Throttling":                                 transport.CauseThrottled,
		"Throttling.Api":                             transport.CauseThrottled,
		"Throttling.User":                            transport.CauseThrottled,
		"Rejected.Throttling":                        transport.CauseThrottled,
		"IllegalTimestamp":                           transport.CauseClockSkew,
		"InvalidTimeStamp.Expired":                   transport.CauseClockSkew,
		"InvalidSecurityToken.Expired":               transport.CauseExpiredCredentials,
		"InvalidSecurityToken.Malformed":             transport.CauseExpiredCredentials,
		"InvalidSecurityToken.MismatchWithAccessKey": transport.CauseExpiredCredentials,
		"SignatureNonceUsed":                         transport.CauseNonceUsed,
		"LastTokenProcessing":                        transport.CauseTokenProcessing,
		"OperationFailed.LastTokenProcessing":        transport.CauseTokenProcessing,
		"InternalError":                              transport.CauseServerError,
		"UnknownError":                               transport.CauseServerError,
		"ServiceUnavailable":                         transport.CauseServiceUnavailable,
		"SystemBusy":                                 transport.CauseSystemBusy,
	}
	neverRan := []Code{"IdempotentParameterMismatch", "IllegalParam.AvailableZone", "IllegalParam.Description", "IllegalParam.EipMask", "IllegalParam.Isp",
		"IllegalParam.Name", "IllegalParam.Ratio", "IllegalParam.Zone", "InvalidBandwidth.Malformed",
		"InvalidBandwidth.ValueNotSupported", "InvalidIpInstanceId.Malformed", "InvalidParameter",
		"InvalidParameter.Bandwidth", "InvalidParameter.Description.Malformed", "InvalidParameter.Format",
		"InvalidParameter.InvalidChargeType", "InvalidParameter.Name.Malformed",
		"MissingParam.Bandwidth", "MissingParam.BandwidthPackageId", "MissingParam.NameOrDescription", "MissingParameter", "QueryParameter.Illegal", "UnsupportedParameter"}
	for code, row := range codeTable {
		want, ok := causes[code]
		if !ok {
			want = transport.CauseRefusedCode
		}
		for _, status := range []int{200, 400, 403, 404, 429, 500, 503} {
			assert.Equal(t, want, causeOfCode(code, status), "%s %d", code, status)
		}
		assert.Equal(t, slices.Contains(neverRan, code), row.neverRan, code)
	}
}

func TestCodeHints(t *testing.T) {
	t.Parallel()
	facts := readCodeFacts(t)
	letters := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, strings.ToLower(s))
	}
	messages := map[string]bool{}
	for _, row := range facts.rows {
		messages[letters(row.message)] = true
	}
	for _, common := range facts.Common {
		messages[letters(common.Message)] = true
	}
	seen := map[string]Code{}
	check := func(t *testing.T, what, hint string) {
		t.Helper()
		require.NotEmpty(t, hint, what)
		assert.LessOrEqual(t, len(hint), 160, what)
		assert.NotContains(t, hint, "\n", what)
		assert.True(t, strings.HasSuffix(hint, "."), what)
		for message := range messages {
			// Sentences of the documents are theirs; only short ones could
			// turn up by chance.
			if len(message) >= 20 {
				assert.NotContains(t, letters(hint), message, what)
			}
		}
	}
	for _, code := range facts.all() {
		check(t, string(code), code.Hint())
		seen[code.Hint()] = code
	}
	for class, hint := range classHints {
		check(t, class.Error(), hint)
	}
	// Codes that ask for the same steps may share a line, but most do not.
	assert.Greater(t, len(seen), 140)

	assert.Equal(t, classHints[ErrThrottled], Code("Throttling.Pool").Hint(), "unknown: by class")
	assert.Empty(t, Code("SomethingNew").Hint())
	assert.Empty(t, Code("").Hint())
}

func TestCodeKnown(t *testing.T) {
	t.Parallel()
	for code, want := range map[Code]bool{"": false, "Throttling": true, "Throttling.Pool": false, "Throttling.": false,
		"throttling": false, " Throttling": false, "Forbbiden": true} {
		assert.Equal(t, want, code.Known(), code)
	}
}

func TestCodeError(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		code Code
		want string
	}{
		{CodeQuotaExceededEip, "QuotaExceeded.Eip"},
		{"", "no error code"},
		{"two words", `"two words"`},
		{"a\x1b[31mb\n", `"a\x1b[31mb\n"`},
		{"错误", `"\u9519\u8bef"`},
		{Code(strings.Repeat("x", 128)), strings.Repeat("x", 128)},
		{Code(strings.Repeat("x", 1<<20)), `"` + strings.Repeat("x", 128) + `"...`},
	} {
		assert.Equal(t, tt.want, tt.code.Error())
	}
}

// answered stands in for an error that carries a code and a status.
type answered struct {
	code   Code
	status int
}

func (a answered) Error() string          { return a.code.Error() }
func (a answered) Is(target error) bool   { return codeMatches(a.code, a.status, target) }
func wrapped(code Code, status int) error { return fmt.Errorf("call: %w", answered{code, status}) }

func TestCodeMatchesExactly(t *testing.T) {
	t.Parallel()
	err := wrapped("Forbidden.RAM", 403)
	require.ErrorIs(t, err, CodeForbiddenRAM)
	require.ErrorIs(t, err, Family("Forbidden"))
	require.ErrorIs(t, err, ErrPermission)
	for _, target := range []error{CodeForbidden, CodeForbbiden, CodeForbiddenRiskControl, Code("forbidden.ram"),
		FamilyThrottling, ErrCredentials, errors.New("Forbidden.RAM"), Family(""), Code("")} {
		assert.NotErrorIs(t, err, target)
	}
	assert.NotErrorIs(t, wrapped("", 400), Code(""), "no code is not a code to look for")
	assert.False(t, codeMatches("Forbidden", 403, nil))
}

func TestCodeMatchesItsClassAlone(t *testing.T) {
	t.Parallel()
	facts := readCodeFacts(t)
	for code, class := range facts.class {
		for _, status := range []int{0, 200, 400, 403, 404, 429, 500, 503} {
			err := wrapped(code, status)
			require.ErrorIs(t, err, code)
			for _, other := range classNames {
				if other == class {
					require.ErrorIs(t, err, other)
				} else {
					require.NotErrorIs(t, err, other, "%s %d", code, status)
				}
			}
		}
	}
}

func TestFamilyContains(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		family Family
		code   Code
		want   bool
	}{
		{FamilyThrottling, CodeThrottling, true},
		{FamilyThrottling, CodeThrottlingUser, true},
		{FamilyThrottling, "Throttling.Api.New", true},
		{FamilyThrottling, "Throttling.", true},
		{FamilyThrottling, "ThrottlingUser", false},
		{FamilyThrottling, "Throttling_User", false},
		{FamilyThrottling, CodeRejectedThrottling, false},
		{FamilyThrottling, "throttling.User", false},
		{FamilyThrottling, "Throttlin", false},
		{FamilyThrottling, "", false},
		{"Forbidden", CodeForbbiden, false},
		{"Forbidden", CodeForbiddenRAM, true},
		{"IncorrectStatus", CodeIncorrectEipStatus, false},
		{"", "", false},
		{"", ".User", false},
	} {
		assert.Equal(t, tt.want, tt.family.Contains(tt.code), "%q in %q", tt.code, tt.family)
	}
	assert.Equal(t, "Throttling.*", FamilyThrottling.Error())
}
