package eip

import (
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
	require.Len(t, facts.rows, 164)
	require.Len(t, facts.class, 146)
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

// codeConstants reads the Code constants of codes_const.go: name to value, and
// name to comment.
func codeConstants(t *testing.T) (values map[string]Code, comments map[string]string, classes map[string]string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "codes_const.go", nil, parser.ParseComments)
	require.NoError(t, err)
	values, comments, classes = map[string]Code{}, map[string]string{}, map[string]string{}
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		require.True(t, ok && group.Tok == token.CONST, "codes_const.go holds constants alone")
		for _, spec := range group.Specs {
			spec := spec.(*ast.ValueSpec)
			require.Len(t, spec.Names, 1)
			require.Equal(t, "Code", spec.Type.(*ast.Ident).Name)
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			name := spec.Names[0].Name
			values[name] = Code(value)
			comments[name] = strings.Join(strings.Fields(spec.Doc.Text()), " ")
			classes[name] = group.Doc.Text()
		}
	}
	return values, comments, classes
}

// constantName is the rule that the comment of Code states.
func constantName(c Code) string {
	name := "Code"
	for _, part := range strings.FieldsFunc(string(c), func(r rune) bool { return r == '.' || r == '_' }) {
		name += strings.ToUpper(part[:1]) + part[1:]
	}
	return name
}

func TestCodeConstantsAreTheDocumentedCodes(t *testing.T) {
	t.Parallel()
	facts := readCodeFacts(t)
	values, _, _ := codeConstants(t)

	want := map[string]Code{}
	for _, code := range facts.all() {
		want[constantName(code)] = code
	}
	require.Len(t, want, 146, "two codes share a name, or one is missing")
	assert.Equal(t, want, values)

	distinct := map[Code]bool{}
	for _, row := range facts.rows {
		distinct[row.code] = true
	}
	assert.Len(t, distinct, 102)

	// A few by hand, lest rule and names be wrong in the same way.
	assert.Equal(t, Code("QuotaExceeded.Eip"), CodeQuotaExceededEip)
	assert.Equal(t, Code("VPC_TASK_CONFLICT"), CodeVPCTASKCONFLICT)
	assert.Equal(t, Code("Forbbiden"), CodeForbbiden)
	assert.Equal(t, Code("Trade_Sync_Create_Sub_ERROR"), CodeTradeSyncCreateSubERROR)
	assert.Equal(t, Code("InvalidAllocationId.NotFound"), CodeInvalidAllocationIdNotFound)
}

// usesText is the form in which the constants' comments list the uses.
func usesText(uses []CodeUse) string {
	if len(uses) == 0 {
		return "No source gives a status."
	}
	var parts []string
	for _, use := range uses {
		action := use.Action
		if action == "" {
			action = "any action"
		}
		parts = append(parts, fmt.Sprintf("%s %d", action, use.HTTPStatus))
	}
	return strings.Join(parts, ", ") + "."
}

func TestCodeCommentsSayWhatTheTableSays(t *testing.T) {
	t.Parallel()
	values, comments, groups := codeConstants(t)
	classOfName := map[string]errorClass{
		"ErrNotFound": ErrNotFound, "ErrThrottled": ErrThrottled, "ErrQuota": ErrQuota, "ErrAccount": ErrAccount,
		"ErrOrder": ErrOrder, "ErrPermission": ErrPermission, "ErrCredentials": ErrCredentials,
		"ErrInvalidParameter": ErrInvalidParameter, "ErrConflict": ErrConflict, "ErrCapacity": ErrCapacity,
		"ErrUnsupported": ErrUnsupported, "ErrInternal": ErrInternal, "ErrDryRun": ErrDryRun,
	}
	for name, code := range values {
		info, ok := code.Info()
		require.True(t, ok, name)
		assert.Equal(t, usesText(info.Uses), comments[name], name)
		group := strings.TrimSuffix(strings.TrimPrefix(groups[name], "Codes of the class "), ".\n")
		assert.Equal(t, error(classOfName[group]), info.Class, "%s stands under %q", name, group)
	}
}

func TestCodeInfoHasEveryRowOfTheDocuments(t *testing.T) {
	t.Parallel()
	facts := readCodeFacts(t)
	want := map[Code]map[CodeUse]bool{}
	misspells := map[Code]Code{}
	for _, code := range facts.all() {
		want[code] = map[CodeUse]bool{}
	}
	for _, row := range facts.rows {
		want[row.code][CodeUse{row.action, row.httpStatus}] = true
		if row.misspells != "" {
			misspells[row.code] = row.misspells
		}
	}
	statuses := map[Code][]int{}
	for code, uses := range want {
		for use := range uses {
			statuses[code] = append(statuses[code], use.HTTPStatus)
		}
	}
	for _, common := range facts.Common {
		if common.Misspells != "" {
			misspells[common.Code] = common.Misspells
		}
		statuses[common.Code] = append(statuses[common.Code], common.Statuses...)
	}
	require.Len(t, codeTable, len(want))
	for code, uses := range want {
		info, ok := code.Info()
		require.True(t, ok, code)
		assert.True(t, code.Known())
		assert.Equal(t, code, info.Code)
		assert.Equal(t, error(facts.class[code]), info.Class, code)
		assert.Equal(t, misspells[code], info.MisspellingOf, code)
		assert.Equal(t, code.Hint(), info.Hint)

		got := map[CodeUse]bool{}
		var actions []string
		for _, use := range info.Uses {
			if use.Action != "" {
				got[use] = true
				actions = append(actions, use.Action)
			}
		}
		assert.Equal(t, uses, got, code)
		slices.Sort(actions)
		assert.Equal(t, slices.Compact(actions), info.Actions, code)

		slices.Sort(statuses[code])
		assert.Equal(t, slices.Compact(statuses[code]), info.HTTPStatuses, code)
	}
}

func TestCodeInfoSlicesBelongToTheCaller(t *testing.T) {
	t.Parallel()
	info, _ := CodeForbbiden.Info()
	require.NotEmpty(t, info.Uses)
	info.Uses[0], info.Actions[0], info.HTTPStatuses[0] = CodeUse{"X", 1}, "X", 1
	again, _ := CodeForbbiden.Info()
	assert.NotEqual(t, CodeUse{"X", 1}, again.Uses[0])
	assert.NotEqual(t, "X", again.Actions[0])
	assert.NotEqual(t, 1, again.HTTPStatuses[0])
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

func TestUnknownCode(t *testing.T) {
	t.Parallel()
	for _, code := range []Code{"", "Throttling.Pool", "forbidden", "Forbidden.", " Forbidden"} {
		info, ok := code.Info()
		assert.False(t, ok, code)
		assert.False(t, code.Known(), code)
		assert.Equal(t, CodeInfo{}, info)
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
