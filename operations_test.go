package eip

import (
	"go/ast"
	"go/token"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/wiretest"
)

// Every action of the facts has a method and a row, which fits the facts. One more
// action has a row alone.
func TestRowsFitTheFacts(t *testing.T) {
	t.Parallel()
	facts, methods := loadFacts(t), actionTypes()
	assert.ElementsMatch(t, slices.Collect(maps.Keys(facts)), slices.Collect(maps.Keys(methods)))
	for _, op := range operations {
		fact, ok := facts[op.name]
		if !ok {
			assert.Equal(t, "ConvertBandwidthPackage", op.name, "an action of the older SDK and the metadata alone")
			continue
		}
		delete(facts, op.name) // a second row would be one without facts
		want := KindRepeatable
		switch {
		case fact.Kind == "read":
			want = KindRead
		case fact.Token:
			want = KindTokened
		}
		assert.Equal(t, want, op.kind, op.name)
		assert.Equal(t, fact.Kind == "read" && fact.Token, op.readToken, "%s: readToken", op.name)
		region := slices.ContainsFunc(fact.Request, func(p paramFact) bool { return p.Name == "RegionId" })
		assert.Equal(t, !region, op.noRegion, "%s: noRegion", op.name)
		if op.creates != "" {
			assert.Contains(t, fact.Response, op.creates, op.name)
		}
		if l := op.list; l.key != "" {
			path := l.key
			if l.wrapper != "" {
				path += "." + l.wrapper
			}
			assert.Contains(t, fact.Response, path+"[]."+l.id[0], op.name)
			assert.True(t, !l.paged || fact.Paging != "none", "%s is not paged", op.name)
		}
	}
	assert.Empty(t, facts, "actions without a row")
	assert.Equal(t, KindOnce, operationOf("NobodyKnowsThis").kind)
}

// Each row that has types is named after its action, has that action's types and
// is in the table; and its action has a method, which is one of these.
func TestRowsAreNamedAfterTheirActions(t *testing.T) {
	t.Parallel()
	rows, listed := map[string]bool{}, map[string]bool{}
	for _, file := range sources(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				action := rowOf(n)
				if action == "" {
					break
				}
				require.Equal(t, "op"+action, n.Names[0].Name)
				types := n.Values[0].(*ast.CompositeLit).Type.(*ast.IndexListExpr).Indices
				require.Equal(t, action+"Request", types[0].(*ast.Ident).Name)
				require.Equal(t, action+"Response", types[1].(*ast.Ident).Name)
				rows[action] = true
			case *ast.UnaryExpr: // &opAction
				if row, ok := n.X.(*ast.Ident); ok && n.Op == token.AND {
					if action, ok := strings.CutPrefix(row.Name, "op"); ok && ast.IsExported(action) {
						listed[action] = true
					}
				}
			}
			return true
		})
	}
	require.Equal(t, rows, listed)
	methods := actionTypes()
	require.Len(t, methods, len(rows))
	for action, at := range methods {
		require.True(t, rows[action], action)
		require.Equal(t, action+"Request", at.request.Name())
		require.Equal(t, action+"Response", at.response.Name())
	}
}

// rowOf gives the name in the row of an action with types, "" if the variable is
// something else.
func rowOf(v *ast.ValueSpec) (action string) {
	if len(v.Values) != 1 {
		return ""
	}
	lit, ok := v.Values[0].(*ast.CompositeLit)
	if !ok {
		return ""
	}
	typ, ok := lit.Type.(*ast.IndexListExpr)
	if !ok || typ.X.(*ast.Ident).Name != "op" {
		return ""
	}
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok && kv.Key.(*ast.Ident).Name == "name" {
			action, _ = strconv.Unquote(kv.Value.(*ast.BasicLit).Value)
		}
	}
	return action
}

// A nil request is the zero request of a read, and is refused for anything else,
// with or without validation.
func TestNilRequests(t *testing.T) {
	t.Parallel()
	for action, at := range actionTypes() {
		for name, opts := range map[string][]Option{"checked": nil, "unchecked": {WithoutValidation()}} {
			t.Run(action+", "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					srv := wiretest.New(refuse(403, "Forbidden.RAM"))
					c := wireClient(t, srv, opts...)
					err := callMethod(t, c, action, reflect.Zero(reflect.PointerTo(at.request)))
					if operationOf(action).kind == KindRead && (name == "unchecked" || validateRequest(action, at.newRequest()) == nil) {
						require.ErrorIs(t, err, CodeForbiddenRAM)
						return
					}
					require.ErrorIs(t, err, ErrInvalidParameter)
					require.Empty(t, srv.Requests())
					if operationOf(action).kind != KindRead {
						require.EqualError(t, err, "eip: "+action+": invalid request, nothing was sent: Request: must not be nil")
					}
				})
			})
		}
	}
}

// callMethod calls the method of an action.
func callMethod(t *testing.T, c *Client, action string, req reflect.Value) error {
	t.Helper()
	out := reflect.ValueOf(c).MethodByName(action).Call([]reflect.Value{reflect.ValueOf(t.Context()), req})
	err, _ := out[1].Interface().(error)
	require.Equal(t, err != nil, out[0].IsNil(), "never (nil, nil)")
	return err
}
