package eip

import (
	"go/ast"
	"go/token"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/wiretest"
)

// Every action of the vendor's list has its kind, and the kind fits the facts.
func TestEveryActionHasAKind(t *testing.T) {
	t.Parallel()
	actions := loadOperationFacts(t)
	require.Len(t, operations, len(actions))
	for _, a := range actions {
		op := operationOf(a.Name)
		if !assert.False(t, op.unknown, "%s has no row", a.Name) {
			continue
		}
		switch {
		case !a.Mutating:
			assert.Equal(t, KindRead, op.kind, a.Name)
			assert.Equal(t, a.Token, op.readToken, a.Name)
		case a.Token:
			assert.Equal(t, KindTokened, op.kind, a.Name)
		default:
			assert.Equal(t, KindRepeatable, op.kind, a.Name)
		}
		assert.Equal(t, !a.Region, op.noRegion, a.Name)
	}
	assert.Equal(t, KindOnce, operationOf("NobodyKnowsThis").kind)
}

// Each row that has types is named after its action, has that action's types and
// is in the table; and the action has a method.
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
