package eip

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/form"
)

// actionFacts is what testdata/facts.json holds of one action. The file explains
// itself.
type actionFacts struct {
	Kind       string            `json:"kind"`
	Token      bool              `json:"token"`
	Paging     string            `json:"paging"`
	Deprecated bool              `json:"deprecated"`
	Documents  []string          `json:"documents"`
	Request    []paramFact       `json:"request"`
	Response   map[string]string `json:"response"`
	Codes      []string          `json:"codes"`
}

type paramFact struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Text     string   `json:"text"`
	Repeat   []string `json:"repeat"`
	Required bool     `json:"required"`
	Most     int      `json:"most"`
	Older    bool     `json:"older"`
}

// names are the parameter's names on the wire.
func (p paramFact) names() []string {
	if p.Repeat != nil {
		return p.Repeat
	}
	return []string{p.Name}
}

// fits reports whether a field of the type holds such a parameter.
func (p paramFact) fits(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch kind := t.Kind(); p.Type + " " + p.Text {
	case "String ":
		return kind == reflect.String
	case "String number", "Integer ":
		return kind == reflect.Int
	case "Long ":
		return kind == reflect.Int64
	case "Boolean ":
		return kind == reflect.Bool
	case "String time", "RepeatList time":
		return t == reflect.TypeFor[time.Time]()
	case "String comma list":
		return t == reflect.TypeFor[CommaList]()
	case "RepeatList ":
		return kind == reflect.Slice && len(p.Repeat) == 1 || t == reflect.TypeFor[Tags]()
	}
	return false
}

func loadFacts(t testing.TB) map[string]actionFacts {
	t.Helper()
	raw, err := os.ReadFile("testdata/facts.json")
	require.NoError(t, err)
	var facts struct {
		Actions map[string]actionFacts `json:"actions"`
	}
	require.NoError(t, json.Unmarshal(raw, &facts))
	require.Len(t, facts.Actions, 45)
	return facts.Actions
}

// actionType is what an action's method takes and returns.
type actionType struct{ request, response reflect.Type }

func (a actionType) newRequest() any  { return reflect.New(a.request).Interface() }
func (a actionType) newResponse() any { return reflect.New(a.response).Interface() }

// actionTypes finds the methods of actions: those whose answer has a ResponseMeta.
func actionTypes() map[string]actionType {
	types := map[string]actionType{}
	client := reflect.TypeFor[*Client]()
	for i := range client.NumMethod() {
		m := client.Method(i)
		if m.Type.NumIn() != 3 || m.Type.NumOut() != 2 || m.Type.Out(0).Kind() != reflect.Pointer {
			continue
		}
		response := m.Type.Out(0).Elem()
		if meta, ok := response.FieldByName("ResponseMeta"); ok && meta.Anonymous {
			types[m.Name] = actionType{m.Type.In(2).Elem(), response}
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

// Every documented parameter is sent by one field, of a type that fits, and no
// field sends anything else. What the form says of the fields is what they send.
func TestRequestsHaveEveryDocumentedParameter(t *testing.T) {
	t.Parallel()
	facts := loadFacts(t)
	for action, at := range actionTypes() {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			require.NotPanics(t, func() { checksOf(at.request) }, "the rules make sense")
			documented := map[string]paramFact{}
			for _, p := range facts[action].Request {
				documented[strings.Join(p.names(), " ")] = p
			}
			sentBy := map[string]string{}
			for _, p := range form.ParamsOf(at.request) {
				names := strings.Join(p.Names, " ")
				fact, ok := documented[names]
				require.True(t, ok, "%s is sent as %s, which is not documented", p.Field, names)
				require.True(t, fact.fits(p.Type), "%s is a %s; the documents say %s %s", p.Field, p.Type, fact.Type, fact.Text)
				other := sentBy[names]
				require.True(t, other == "" || fact.Name == "Filter", "%s is sent by %s as well as by %s", names, other, p.Field)
				sentBy[names] = p.Field

				req := at.newRequest()
				setField(t, reflect.ValueOf(req).Elem().FieldByName(p.Field))
				require.Equal(t, p.Names, wireNames(formOf(t, req)), p.Field)

				require.Equal(t, fact.Required, p.Required() || p.Defaulted(), "%s: required", p.Field)
				require.Equal(t, p.Defaulted(), fact.Required && fact.Name == "RegionId", "%s: only a region has a default", p.Field)
				if _, most, ok := strings.Cut(p.Check, "max="); ok && p.Type.Kind() != reflect.Int {
					most, _, _ = strings.Cut(most, ",")
					require.Equal(t, strconv.Itoa(fact.Most), most, "%s: longest list", p.Field)
				}
			}
			for names, fact := range documented {
				require.True(t, sentBy[names] != "" || fact.Older, "no field sends %s", names)
			}
		})
	}
}

// A ClientToken stands on the requests that take one and on no other. (Q-NOTOKEN,
// Q-READTOKEN, Q-DRYRUNV1, Q-OWNER follow from the test above; this one fails
// first and says why.)
func TestRequestsTokensAndOwners(t *testing.T) {
	t.Parallel()
	facts := loadFacts(t)
	for action, at := range actionTypes() {
		_, has := at.request.FieldByName("ClientToken")
		require.Equal(t, facts[action].Token, has, "%s: ClientToken (Q-NOTOKEN, Q-READTOKEN)", action)
		for _, owner := range []string{"OwnerID", "OwnerAccount", "ResourceOwnerID", "ResourceOwnerAccount"} {
			_, has = at.request.FieldByName(owner)
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
// the service uses for it; and no field reads any other.
func TestResponsesHaveEveryDocumentedKey(t *testing.T) {
	t.Parallel()
	facts := loadFacts(t)
	misspelt := map[string]string{ // Q-DESCRITPION, Q-PULBIC
		"EipAddresses.EipAddress[].Descritpion": "EipAddresses.EipAddress[].Description",
		"PulbicIpAddressPoolId":                 "PublicIpAddressPoolId",
	}
	for action, at := range actionTypes() {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			read := map[string]bool{}
			responsePaths(t, at.response, "", read)
			for path, kind := range facts[action].Response {
				kind, _, older := strings.Cut(kind, ",")
				if older && !read[path] {
					continue
				}
				require.True(t, read[path], "no field reads %s", path)
				delete(read, path)
				want := leaf(t, kind)
				if path == "Code" {
					want = "200" // any other alone would be an error
				}
				tree := build(path, want).(map[string]any)
				if tree["RequestId"] == nil {
					tree["RequestId"] = "r"
				}
				body, err := json.Marshal(tree)
				require.NoError(t, err)
				resp := at.newResponse()
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
				if strings.HasSuffix(path, "Tag[].Value") || strings.HasSuffix(path, "Tags[].Value") {
					continue // a tag without key is no tag; Tag[].Key covers the pair
				}
				require.Equal(t, want, got[path], "%s in %s", path, written)
			}
			// The blocks of a pool have one struct, in whichever list they are (Q-V1POOL).
			delete(read, "PublicIpAddressPoolList[].PublicIpCidrBlockList[].PublicIpAddressPoolId")
			require.Empty(t, read, "read, but not documented")
		})
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
			path := prefix + name + ".Tag[]"
			if typ == reflect.TypeFor[PublicIPAddressPool]() { // Q-FLATLIST
				path = prefix + name + "[]"
			}
			found[path+".Key"] = true
			found[path+".Value"] = true
		case ft.Kind() == reflect.Slice:
			path := prefix + name + "[]" // a plain list (Q-FLATLIST)
			if l, wrapped := reflect.Zero(ft).Interface().(lister); wrapped {
				path = prefix + name + "." + l.listKey() + "[]"
			}
			if ft.Elem().Kind() == reflect.Struct {
				responsePaths(t, ft.Elem(), path+".", found)
			} else {
				found[path] = true
			}
		default:
			found[prefix+name] = true
			// Aliases are leniency, except the one that the documents list.
			if alias, _ := strings.CutPrefix(sf.Tag.Get("wire"), "alias="); alias == "Descritpion" || alias == "PulbicIpAddressPoolId" {
				found[prefix+alias] = true
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
