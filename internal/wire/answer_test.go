package wire

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCode(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 128)
	for text, want := range map[string]string{
		`"a"`: "a", `"Throttling.User"`: "Throttling.User", `" InvalidParameter\n"`: "InvalidParameter", `"z9_-.Z"`: "z9_-.Z",
		`"\u0041b"`: "Ab", `"\u00a0A\u3000"`: "A", `"A-"`: "A-",
		`"` + long + `"`: long, `"` + strings.Repeat(`\u0061`, 128) + `"`: long, `" ` + long + ` "`: long,
		`"` + long + `a"`: "", `"` + strings.Repeat(`\u0061`, 129) + `"`: "", `"` + strings.Repeat("a", 5000) + `"`: "",
		`""`: "", `" "`: "", `"9a"`: "", `".a"`: "", `"_a"`: "", `"-a"`: "", `"a b"`: "", `"a\tb"`: "", `"a\u0000"`: "", `"a:b"`: "", `"a/b"`: "", `"a@b"`: "", `"[a"`: "", "\"`a\"": "", `"a{"`: "",
		`"é"`: "", `"aé"`: "", `"\u0430"`: "", `"\u212a"`: "", "\"a\xff\"": "", `"\ufeffA"`: "",
		`5`: "", `true`: "", `false`: "", `null`: "", `{"a":"b"}`: "", `["a"]`: "",
		// Nothing hides behind blanks.
		`"Throttling` + strings.Repeat(" ", 130) + `<b>"`:      "",
		`"Throttling` + strings.Repeat(" ", 500) + `<b>"`:      "",
		`"Throttling` + strings.Repeat(`\u0020`, 500) + `<b>"`: "",
		`"Throttling` + strings.Repeat(" ", 130) + `"`:         "Throttling",
	} {
		require.Equal(t, want, Code(valueOf(t, text)), text)
	}
	require.Empty(t, Code(Value{}))
}

func TestIsID(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`"eip-2zeerraiwb7ujsxdc****"`: true, `"a"`: true, `"!~"`: true, `"0"`: true, `"false"`: true, `"\u0061\/\""`: true, `"\\"`: true,
		`"` + strings.Repeat("a", 128) + `"`: true, `"` + strings.Repeat(`\u0061`, 128) + `"`: true,
		`"` + strings.Repeat("a", 129) + `"`: false, `"` + strings.Repeat(`\u0061`, 129) + `"`: false, `"` + strings.Repeat("a", 5000) + `"`: false,
		`""`: false, `" "`: false, `"   "`: false, `"a b"`: false, `" a"`: false, `"a "`: false, `"a\n"`: false, `"a\u0000"`: false, "\"a\x7f\"": false, `"\u0020"`: false,
		`"é"`: false, `"a\u00e9"`: false, `"\u00a0"`: false, "\"a\xff\"": false, `"\ud800"`: false,
		`0`: false, `5`: false, `true`: false, `false`: false, `null`: false, `{}`: false, `{"a":1}`: false, `[]`: false, `["a"]`: false,
	} {
		require.Equal(t, want, IsID(valueOf(t, text)), text)
	}
	require.False(t, IsID(Value{}))
	require.True(t, IsID(valueOf(t, `<a><b> x </b></a>`).Get("b")))
}

func TestList(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"Item":[{"a":1},{"b":2}]}`: `{"a":1} {"b":2}`, `[{"a":1},{"b":2}]`: `{"a":1} {"b":2}`, `{"Item":{"a":1}}`: `{"a":1}`, `{"a":1}`: `{"a":1}`,
		`[null,""," ",{},5,"x",[]]`: `{} 5 "x" []`, `"x"`: `"x"`, `5`: `5`, `{"Item":"x"}`: `"x"`, `{"It\u0065m":["x"]}`: `"x"`, `{"Item":{"Item":["x"]}}`: `{"Item":["x"]}`,
		`null`: ``, `""`: ``, `" "`: ``, `{}`: ``, `[]`: ``, `{"Item":null}`: ``, `{"Item":[]}`: ``, `{"Item":{}}`: ``, `{"Item":""}`: ``, `{"Item":null,"Other":[1]}`: ``,
	} {
		var got []string
		for e := range valueOf(t, text).List("Item") {
			got = append(got, string(e.JSON()))
		}
		require.Equal(t, want, strings.Join(got, " "), text)
	}
	for range (Value{}).List("Item") {
		t.Fatal("an element of nothing")
	}
	for e := range valueOf(t, `[1,2]`).List("Item") {
		require.Equal(t, "1", string(e.JSON()))
		break
	}
}
