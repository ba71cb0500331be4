package zenlayer

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDocs: every exported thing has a comment, and the comment of an action's
// method names each of its documented codes.
func TestDocs(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	more, err := filepath.Glob("zenlayertest/*.go")
	require.NoError(t, err)
	methods := map[string]string{}
	for _, name := range append(names, more...) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Recv != nil {
					methods[d.Name.Name] = d.Doc.Text()
				}
				standard := strings.Contains(" Error Is Unwrap MarshalJSON UnmarshalJSON ", " "+d.Name.Name+" ")
				private := d.Recv != nil && !ast.IsExported(receiver(d))
				assert.True(t, !d.Name.IsExported() || private || standard || strings.HasPrefix(d.Doc.Text(), d.Name.Name+" "), "%s: %s", name, d.Name.Name)
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch s := spec.(type) {
					case *ast.TypeSpec:
						assert.True(t, !s.Name.IsExported() || d.Doc.Text()+s.Doc.Text() != "", "%s: %s", name, s.Name)
					case *ast.ValueSpec:
						assert.True(t, !s.Names[0].IsExported() || d.Doc.Text()+s.Doc.Text() != "", "%s: %s", name, s.Names[0])
					}
				}
			}
		}
	}
	for _, a := range load[facts](t, "actions.json").Actions {
		doc := methods[a.Name]
		assert.Contains(t, doc, "repeat", a.Name)
		for _, e := range a.Errors {
			constant := constantName(e.Code)
			assert.True(t, strings.Contains(doc, constant) || strings.Contains(doc, "those of AllocateEipAddresses"), "%s: %s", a.Name, constant)
		}
	}
}

func receiver(d *ast.FuncDecl) string {
	typ := d.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	name, ok := typ.(*ast.Ident)
	if !ok {
		return "X"
	}
	return name.Name
}
