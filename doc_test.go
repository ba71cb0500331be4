package eip

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sources parses the package's own files.
func sources(t *testing.T) []*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var files []*ast.File
	set := token.NewFileSet()
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "zz_") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		require.NoError(t, err)
		files = append(files, f)
	}
	return files
}

// Each action has a method of its own name, which calls that action's row, and
// whose comment says what it needs, whether a repeat is safe, and every
// documented code.
func TestMethodsOfActions(t *testing.T) {
	t.Parallel()
	facts := loadFacts(t)
	types := actionTypes()
	seen := map[string]bool{}
	for _, file := range sources(t) {
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Recv == nil {
				continue
			}
			action := fn.Name.Name
			if _, ok := types[action]; !ok {
				continue
			}
			seen[action] = true
			row := ""
			ast.Inspect(fn.Body, func(n ast.Node) bool {
				if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "call" {
					row = sel.X.(*ast.Ident).Name
				}
				return true
			})
			require.Equal(t, "op"+action, row)

			fact, doc := facts[action], fn.Doc.Text()
			require.True(t, strings.HasPrefix(doc, action+" "), action)
			for _, word := range []string{"needs", "repeat"} {
				require.Contains(t, doc, word, action)
			}
			words := map[string]bool{}
			for _, w := range regexp.MustCompile(`[A-Za-z0-9_.]+`).FindAllString(doc, -1) {
				words[strings.TrimRight(w, ".")] = true
			}
			for _, code := range fact.Codes {
				require.True(t, words[code], "%s does not name the code %s", action, code)
			}
			require.Equal(t, fact.Deprecated, strings.Contains(doc, "\nDeprecated: "), action)
		}
	}
	require.Len(t, seen, len(types))
}

// exportedReceiver says whether a function is one that go doc shows.
func exportedReceiver(fn *ast.FuncDecl) bool {
	if fn.Recv == nil {
		return true
	}
	typ := fn.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	name, ok := typ.(*ast.Ident)
	return !ok || name.IsExported()
}

// go doc reads like a reference: every exported thing of the action files has a
// comment, each field of a request and a response included.
func TestEverythingExportedHasAComment(t *testing.T) {
	t.Parallel()
	fields := 0
	for _, file := range sources(t) {
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && exportedReceiver(d) {
					require.NotEmpty(t, d.Doc.Text(), d.Name.Name)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch s := spec.(type) {
					case *ast.TypeSpec:
						if !s.Name.IsExported() {
							continue
						}
						require.NotEmpty(t, d.Doc.Text()+s.Doc.Text(), s.Name.Name)
						st, ok := s.Type.(*ast.StructType)
						if !ok || !regexp.MustCompile(`Request$|Response$|^Eip|^Region`).MatchString(s.Name.Name) {
							continue
						}
						for _, f := range st.Fields.List {
							for _, name := range f.Names {
								fields++
								require.True(t, !name.IsExported() || strings.HasPrefix(f.Doc.Text(), name.Name+" "),
									"%s.%s: the comment begins with %q", s.Name.Name, name.Name, f.Doc.Text())
							}
						}
					case *ast.ValueSpec:
						for _, name := range s.Names {
							require.True(t, !name.IsExported() || d.Doc.Text()+s.Doc.Text() != "", name.Name)
						}
					}
				}
			}
		}
	}
	require.Greater(t, fields, 150)
}

// Every quirk that concerns the encoding, the decoding or the validation of
// these actions is named by a test.
func TestEveryQuirkIsNamed(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	var all strings.Builder
	for _, name := range names {
		if name == "docs_test.go" {
			continue
		}
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		all.Write(text)
	}
	for _, quirk := range strings.Fields(`
		Q-OWNER Q-REGIONREQ Q-INSTIDREQ Q-NOTOKEN Q-READTOKEN Q-TOKENLEN Q-DRYRUNV1 Q-NETMODE Q-ISP Q-PERIOD Q-AUTOPAY
		Q-PDFCHARGE Q-002GHOST Q-ORDERID Q-REQIDTAB Q-PAGEMAX Q-COMMALIST Q-FILTER Q-BWPFILTER Q-DESCRITPION Q-AVAILREG
		Q-WRAPPEDJSON Q-STRNUM Q-SERVICEMANAGED Q-FORCESTR Q-CODE200 Q-IPCASE Q-STARTEND Q-UTC Q-POINTS Q-PERIODVALS
		Q-UNTAGV1 Q-TAGLIMIT Q-TFPAGE Q-MOVETYPE Q-BOOLSTR Q-V1RANGE Q-NLB
		Q-XMLROOT Q-XMLTYPO Q-IPTYPE Q-NAMELEN Q-BINDED Q-EIPIDNAMES Q-FLATLIST Q-RESOURCID Q-FUWU Q-PLACEHOLDER
		Q-PULBIC Q-V1POOL Q-TAGS Q-TFTOKEN Q-NOV1`) {
		require.True(t, regexp.MustCompile(quirk+`\b`).MatchString(all.String()), quirk)
	}
}

// README's table of actions is what the rows and the facts say.
func TestReadmeActions(t *testing.T) {
	t.Parallel()
	source := map[string]string{} // of each method
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`(?m)^func \(c \*Client\) (\w+)\(`).FindAllStringSubmatch(string(text), -1) {
			source[m[1]] = name
		}
	}
	facts := loadFacts(t)
	var rows, others []string
	sorted := slices.SortedFunc(slices.Values(operations), func(a, b *operation) int { return cmp.Compare(a.name, b.name) })
	for _, op := range sorted {
		file := source[op.name]
		if file == "" {
			others = append(others, op.name)
			continue
		}
		documents := strings.Join(facts[op.name].Documents, ", ")
		rows = append(rows, fmt.Sprintf("| [%s](%s) | %s | %s |\n", op.name, file, op.kind, cmp.Or(documents, "SDK metadata")))
	}
	want := "<!-- actions: as TestReadmeActions prints them -->\n| Action, and method | Kind | Documented in |\n| --- | --- | --- |\n" +
		strings.Join(rows, "") + "<!-- actions: end -->"
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	if !strings.Contains(string(readme), want) {
		t.Errorf("README.md must have:\n%s", want)
	}
	if list := "`" + strings.Join(others, "`, `") + "`"; !strings.Contains(strings.Join(strings.Fields(string(readme)), " "), list) {
		t.Errorf("README.md must list, at Do: %s", list)
	}
}
