package eip

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFamilies(t *testing.T) {
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
		{FamilyForbidden, CodeForbbiden, false},
		{FamilyForbidden, CodeForbiddenRAM, true},
		{FamilyIncorrectStatus, CodeIncorrectStatusIp, true},
		{FamilyIncorrectStatus, CodeIncorrectEipStatus, false},
		{FamilyTaskConflict, CodeVPCTASKCONFLICT, false},
		{FamilyInvalidParameter, CodeInvalidParameterMismatch, true},
		{FamilyInvalidParameter, CodeInvalidParamsNotFound, false},
		{"", "", false},
		{"", ".User", false},
	} {
		assert.Equal(t, tt.want, tt.family.Contains(tt.code), "%q in %q", tt.code, tt.family)
	}
	assert.Equal(t, "Throttling.*", FamilyThrottling.Error())
}

func TestEveryFamilyHasDocumentedCodes(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	require.NoError(t, err)
	var families []string
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			spec := spec.(*ast.ValueSpec)
			if ident, ok := spec.Type.(*ast.Ident); !ok || ident.Name != "Family" {
				continue
			}
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			assert.Equal(t, "Family"+value, spec.Names[0].Name)
			families = append(families, value)
		}
	}
	require.NotEmpty(t, families)
	for _, family := range families {
		dotted := 0
		for code := range codeTable {
			if Family(family).Contains(code) && code != Code(family) {
				dotted++
			}
		}
		assert.Positive(t, dotted, family)
	}
	// No group of three or more is left out.
	count := map[string]int{}
	for code := range codeTable {
		first, _, found := strings.Cut(string(code), ".")
		if found {
			count[first]++
		}
	}
	for first, n := range count {
		if n >= 3 {
			assert.Contains(t, families, first)
		}
	}
}
