package eip

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"reflect"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// actionFacts is what testdata/actions.json holds of one action: its wire
// parameters (N is a number from 1), the leaves of its answer with their kinds
// on the wire, and its documented codes.
type actionFacts struct {
	Request    []string          `json:"request"`
	Response   map[string]string `json:"response"`
	Codes      []string          `json:"codes"`
	Deprecated bool              `json:"deprecated"`
}

func loadFacts(t testing.TB) map[string]actionFacts {
	t.Helper()
	raw, err := os.ReadFile("testdata/actions.json")
	require.NoError(t, err)
	var facts map[string]actionFacts
	require.NoError(t, json.Unmarshal(raw, &facts))
	require.Len(t, facts, 13)
	return facts
}

// actionType is what an action's method takes and returns.
type actionType struct{ request, response reflect.Type }

func (a actionType) newRequest() any  { return reflect.New(a.request).Interface() }
func (a actionType) newResponse() any { return reflect.New(a.response).Interface() }

// actionTypes finds the method of each row that has one.
func actionTypes() map[string]actionType {
	types := map[string]actionType{}
	for _, op := range operations {
		if m, ok := reflect.TypeFor[*Client]().MethodByName(op.name); ok {
			types[op.name] = actionType{m.Type.In(2).Elem(), m.Type.Out(0).Elem()}
		}
	}
	return types
}

// formOf gives the parameters that the fields of a request are sent as.
func formOf(t testing.TB, req any) url.Values {
	t.Helper()
	form, err := new(Client).encode("Action", req) // without validation
	require.NoError(t, err)
	return form
}

// setField gives a request field some value that is not its zero value.
func setField(t *testing.T, f reflect.Value) {
	t.Helper()
	switch f.Interface().(type) {
	case time.Time:
		f.Set(reflect.ValueOf(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)))
		return
	case Tags:
		f.Set(reflect.ValueOf(Tags{"k": "v"}))
		return
	}
	switch f.Kind() {
	case reflect.String:
		f.SetString("x")
	case reflect.Int, reflect.Int64:
		f.SetInt(7)
	case reflect.Bool:
		f.SetBool(true)
	case reflect.Pointer:
		f.Set(reflect.New(f.Type().Elem())) // a pointer to zero must be sent too
	case reflect.Slice:
		f.Set(reflect.MakeSlice(f.Type(), 1, 1))
		f.Index(0).SetString("x")
	default:
		t.Fatalf("no value for a field of type %s", f.Type())
	}
}

// wireNames gives the names of a form, with N for each number, sorted.
func wireNames(form url.Values) []string {
	var names []string
	for name := range form {
		parts := strings.Split(name, ".")
		for i, p := range parts {
			if p == "1" {
				parts[i] = "N"
			}
		}
		names = append(names, strings.Join(parts, "."))
	}
	sort.Strings(names)
	return names
}

// Every documented parameter is sent by exactly one field, and no field sends
// anything else.
func TestRequestsHaveEveryDocumentedParameter(t *testing.T) {
	t.Parallel()
	types := actionTypes()
	for action, fact := range loadFacts(t) {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			at := types[action]
			sentBy := map[string]string{}
			typ := reflect.TypeOf(at.newRequest()).Elem()
			for i := range typ.NumField() {
				name := typ.Field(i).Name
				if name == "Extra" || !typ.Field(i).IsExported() {
					continue
				}
				req := at.newRequest()
				setField(t, reflect.ValueOf(req).Elem().Field(i))
				form := formOf(t, req)
				require.NotEmpty(t, form, "%s sends nothing", name)
				for _, wire := range wireNames(form) {
					other := sentBy[wire]
					if strings.HasPrefix(wire, "Filter.") && strings.HasPrefix(other, "Creation") {
						continue // the two creation times share the filters
					}
					require.Empty(t, other, "%s is sent by %s as well", wire, name)
					sentBy[wire] = name
				}
			}
			var sent []string
			for wire := range sentBy {
				sent = append(sent, wire)
			}
			sort.Strings(sent)
			require.Equal(t, fact.Request, sent)
			_, has := typ.FieldByName("Extra")
			require.True(t, has)
		})
	}
}

// A ClientToken stands on the requests that take one and on no other; the same
// for RegionId. (Q-NOTOKEN, Q-READTOKEN, Q-DRYRUNV1, Q-OWNER follow from the
// test above; this one fails first and says why.)
func TestRequestsTokensAndOwners(t *testing.T) {
	t.Parallel()
	tokened := map[string]bool{
		"AllocateEipAddress": true, "AllocateEipAddressPro": true, "AssociateEipAddress": true,
		"UnassociateEipAddress": true, "AllocateEipSegmentAddress": true,
		"ReleaseEipSegmentAddress": true,
		"DescribeEipSegment":       true, // Q-READTOKEN
		// Q-NOTOKEN: neither ModifyEipAddressAttribute nor ReleaseEipAddress.
	}
	for action, at := range actionTypes() {
		typ := reflect.TypeOf(at.newRequest()).Elem()
		_, has := typ.FieldByName("ClientToken")
		require.Equal(t, tokened[action], has, "%s: ClientToken", action)
		_, has = typ.FieldByName("RegionID")
		require.Equal(t, action != "DescribeRegions", has, "%s: RegionID", action)
		_, has = typ.FieldByName("DryRun")
		require.Equal(t, action == "AssociateEipAddress" || action == "DescribeEipAddresses", has, "%s: DryRun (Q-DRYRUNV1)", action)
		for _, owner := range []string{"OwnerID", "OwnerAccount", "ResourceOwnerID", "ResourceOwnerAccount"} {
			_, has = typ.FieldByName(owner)
			require.False(t, has, "%s: %s (Q-OWNER)", action, owner)
		}
	}
}

// leaf gives a wire value of a kind, as text of JSON.
func leaf(t *testing.T, kind string) any {
	t.Helper()
	switch kind {
	case "string":
		return "x7"
	case "numstring":
		return "7"
	case "boolstring":
		return "true"
	case "int":
		return json.Number("7")
	case "intbool":
		return json.Number("1")
	case "bool":
		return true
	case "time":
		return "2026-01-02T03:04:05Z"
	}
	t.Fatalf("unknown kind %q", kind)
	return nil
}

// build makes an answer with one leaf: A.B[].C → {"A":{"B":[{"C":v}]}}.
func build(path string, v any) any {
	head, rest, nested := strings.Cut(path, ".")
	if nested {
		v = build(rest, v)
	}
	if name, isList := strings.CutSuffix(head, "[]"); isList {
		return map[string]any{name: []any{v}}
	}
	return map[string]any{head: v}
}

// leaves is the reverse: the paths of an answer with their values.
func leaves(prefix string, v any, out map[string]any) {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			p := k
			if prefix != "" {
				p = prefix + "." + k
			}
			leaves(p, e, out)
		}
	case []any:
		for _, e := range v {
			leaves(prefix+"[]", e, out)
		}
	default:
		out[prefix] = v
	}
}

// Every documented key of an answer is read, and written again in the type that
// the service uses for it.
func TestResponsesHaveEveryDocumentedKey(t *testing.T) {
	t.Parallel()
	types := actionTypes()
	misspelt := map[string]string{ // Q-DESCRITPION
		"EipAddresses.EipAddress[].Descritpion": "EipAddresses.EipAddress[].Description",
	}
	for action, fact := range loadFacts(t) {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			for path, kind := range fact.Response {
				want := leaf(t, kind)
				if path == "Code" {
					want = "200" // any other alone would be an error
				}
				tree := build(path, want).(map[string]any)
				if tree["RequestId"] == nil {
					tree["RequestId"] = "r"
				}
				for list, element := range map[string]string{"EipAddresses": "EipAddress", "EipSegments": "EipSegment", "Regions": "Region"} {
					if tree[list] == nil && fact.Response[list+"."+element+"[].RegionId"] != "" {
						tree[list] = map[string]any{} // an answer without it is none
					}
				}
				body, err := json.Marshal(tree)
				require.NoError(t, err)
				resp := types[action].newResponse()
				require.NoError(t, decodeResponse(action, body, resp), path)
				written, err := json.Marshal(resp)
				require.NoError(t, err)
				var back any
				dec := json.NewDecoder(bytes.NewReader(written))
				dec.UseNumber()
				require.NoError(t, dec.Decode(&back))
				got := map[string]any{}
				leaves("", back, got)
				if right, ok := misspelt[path]; ok {
					path = right
				}
				if strings.HasSuffix(path, "Tag[].Value") {
					continue // a tag without key is no tag; Tag[].Key covers the pair
				}
				require.Equal(t, want, got[path], "%s in %s", path, written)
			}
		})
	}
}

// No response field reads a key that is not documented.
func TestResponsesHaveNoOtherKeys(t *testing.T) {
	t.Parallel()
	types := actionTypes()
	for action, fact := range loadFacts(t) {
		found := map[string]bool{}
		responsePaths(t, reflect.TypeOf(types[action].newResponse()).Elem(), "", found)
		var paths, documented []string
		for p := range found {
			paths = append(paths, p)
		}
		for p := range fact.Response {
			documented = append(documented, p)
		}
		require.ElementsMatch(t, documented, paths, action)
	}
}

func responsePaths(t *testing.T, typ reflect.Type, prefix string, found map[string]bool) {
	t.Helper()
	for i := range typ.NumField() {
		sf := typ.Field(i)
		ft := sf.Type
		name, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		switch {
		case sf.Anonymous:
			responsePaths(t, ft, prefix, found)
		case ft == reflect.TypeFor[Tags]():
			found[prefix+name+".Tag[].Key"] = true
			found[prefix+name+".Tag[].Value"] = true
		case ft.Kind() == reflect.Slice:
			key := reflect.Zero(ft).Interface().(lister).listKey()
			path := prefix + name + "." + key + "[]"
			if ft.Elem().Kind() == reflect.Struct {
				responsePaths(t, ft.Elem(), path+".", found)
			} else {
				found[path] = true
			}
		default:
			found[prefix+name] = true
			// Aliases are leniency, except the one that the documents list.
			if sf.Tag.Get("wire") == "alias=Descritpion" {
				found[prefix+"Descritpion"] = true
			}
		}
	}
}

// Q-002GHOST: the page of the segment action speaks of parameters that the
// action does not have.
func TestSegmentRequestHasNoGhosts(t *testing.T) {
	t.Parallel()
	typ := reflect.TypeFor[AllocateEipSegmentAddressRequest]()
	for _, ghost := range []string{"InstanceChargeType", "Name", "Description"} {
		_, has := typ.FieldByName(ghost)
		require.False(t, has, ghost)
	}
}
