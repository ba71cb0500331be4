package wire

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestValue(t *testing.T) {
	t.Parallel()
	body := []byte(`{"s":" a b ","e":"\u0020\n\u00e9\t","n":-1.50,"t":true,"f":false,"z":null,"o":{"x":1,"y":[]},"a":[1,{"b":2},[3]],"\u006bey":"\u00a0"}`)
	d, err := Parse(body)
	require.NoError(t, err)
	defer d.Release()
	v := d.Root()
	for name, want := range map[string]struct {
		kind          Kind
		text, trimmed string
		scalar, empty bool
		json          string
		len           int
		clipped       string
	}{
		"s":    {String, " a b ", "a b", true, false, `" a b "`, 0, "a"},
		"e":    {String, " \né\t", "é", true, false, `"\u0020\n\u00e9\t"`, 0, "é"},
		"n":    {Number, "-1.50", "-1.50", true, false, "-1.50", 0, "-1."},
		"t":    {True, "true", "true", true, false, "true", 0, "tru"},
		"f":    {False, "false", "false", true, false, "false", 0, "fal"},
		"z":    {Null, "", "", true, true, "null", 0, ""},
		"none": {Null, "", "", true, true, "null", 0, ""},
		"o":    {Object, "", "", false, false, `{"x":1,"y":[]}`, 2, `{"x`},
		"a":    {Array, "", "", false, false, `[1,{"b":2},[3]]`, 3, `[1,`},
		"key":  {String, "\u00a0", "", true, true, `"\u00a0"`, 0, ""},
	} {
		member := v.Get(name)
		require.Equal(t, want.kind, member.Kind(), name)
		text, ok := member.Text()
		require.Equal(t, want.text, text, name)
		require.Equal(t, want.scalar, ok, name)
		require.Equal(t, want.trimmed, member.Trimmed(), name)
		require.Equal(t, want.empty, member.Empty(), name)
		require.Equal(t, want.json, string(member.JSON()), name)
		require.Equal(t, want.len, member.Len(), name)
		require.Equal(t, want.clipped, member.Clipped(3), name)
	}
	require.Equal(t, 9, v.Len())
	require.Equal(t, Value{}, v.Get("k"))
	require.Equal(t, Value{}, v.Get("keys"))
	require.Equal(t, Value{}, v.Get("a").Get("b"))
	require.Equal(t, Value{}, v.Get("s").Get("b"))
	var names []string
	for name := range v.Names {
		if names = append(names, name); name == "a" {
			break
		}
	}
	require.Equal(t, []string{"s", "e", "n", "t", "f", "z", "o", "a"}, names)
	for name := range v.Get("a").Names {
		t.Fatal("a name in a list: " + name)
	}
	for range v.Get("a").elements {
		break
	}
	// What is cut off is not unescaped, but no text is cut within a character.
	require.Equal(t, "éé", valueOf(t, `"\u00e9\u00e9\u00e9"`).Clipped(3))
	require.Equal(t, "abc", valueOf(t, `"abc\u00e9"`).Clipped(3))
	require.Equal(t, "x", valueOf(t, `"`+strings.Repeat(" ", 20)+`x"`).Clipped(21))
}

func TestZeroValue(t *testing.T) {
	t.Parallel()
	var v Value
	require.Equal(t, Null, v.Kind())
	require.Equal(t, "null", v.String())
	require.Equal(t, "null", string(v.JSON()))
	require.True(t, v.Empty())
	require.Zero(t, v.Len())
	require.Zero(t, v.Clipped(9))
	require.Zero(t, v.Trimmed())
	require.Equal(t, v, v.Get("a"))
	text, ok := v.Text()
	require.True(t, ok)
	require.Empty(t, text)
}

// What goes back to the pool is small, whatever the body was.
func TestRelease(t *testing.T) {
	t.Parallel()
	members := []byte("{")
	for i := range MaxNames - 1 {
		members = fmt.Appendf(members, `"name %d":"%s",`, i, strings.Repeat("x", i%60))
	}
	members = append(members, `"z":[1,2,3]}`...)
	for _, body := range [][]byte{
		members,
		[]byte(`["` + strings.Repeat("a", 1<<20) + `","` + strings.Repeat("é", 1<<20) + `","` + strings.Repeat(`\u0041`, 1<<18) + `"]`),
		[]byte(`<a>` + strings.Repeat("x", 1<<17) + `</a>`),
		[]byte("[" + strings.Repeat(`[[[[[["some text for room"]]]]]],`, 1200) + "{}]"),
	} {
		d, err := Parse(body)
		require.NoError(t, err)
		for e := range d.Root().elements {
			_, _ = e.Text()
		}
		for _, member := range d.Root().members {
			_, _ = member.Text()
		}
		var out page
		_ = testSchema.Fill(d.Root(), &out)
		d.Release()

		require.Nil(t, d.text)
		require.Empty(t, d.root)
		require.LessOrEqual(t, cap(d.tokens), keepTokens)
		require.LessOrEqual(t, cap(d.names.list), MaxNames)
		require.LessOrEqual(t, len(d.names.table), 2*MaxNames)
		require.LessOrEqual(t, cap(d.slots), 1024)
		for _, pair := range d.strings {
			require.LessOrEqual(t, len(pair[0]), maxInterned)
			require.LessOrEqual(t, len(pair[1]), maxInterned)
		}
	}
}

// A tape that comes from the pool holds nothing of the body before.
func TestDocIsUsedAgain(t *testing.T) {
	t.Parallel()
	d := new(Doc)
	for _, text := range []string{`{"a":1,"b":[1,2,3]}`, `[]`, `{"a":{"b":{"c":"d"}}}`, `null`, `[`, `{"a":"b"}`} {
		d.text = []byte(text)
		if err := d.scan(); err != nil {
			require.Equal(t, "[", text)
			continue
		}
		require.Equal(t, text, string(d.Root().JSON()))
		require.Equal(t, token{}, d.tokens[0])
	}
}

// A big answer is scanned without an allocation once the Doc has been used.
func TestScanAllocates(t *testing.T) { // not parallel: it counts allocations
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	body := []byte(`{"RequestId":"r","Items":[` + strings.Repeat(`{"ID":"a","Te\u0078t":"é","Int":"5","Flag":true,"Long":7,"Time":null,"Kind":"x"},`, 99) + `{}]}`)
	d := new(Doc)
	d.text = body
	require.NoError(t, d.scan())
	require.Zero(t, testing.AllocsPerRun(10, func() {
		if d.scan() != nil {
			t.Fail()
		}
		d.Root().Get("Items").Get("ID")
		d.Root().Len()
	}))
	d.intern(body[2:11])
	require.Zero(t, testing.AllocsPerRun(10, func() { d.intern(body[2:11]) }))
	var out page
	require.LessOrEqual(t, testing.AllocsPerRun(10, func() {
		if testSchema.Fill(d.Root(), &out) != nil {
			t.Fail()
		}
	}), 6.0)
	require.Len(t, out.Items, 100)
	require.Equal(t, item{ID: "a", Text: "é", Int: 5, Flag: true, Long: 7, Kind: "x"}, out.Items[98])
}
