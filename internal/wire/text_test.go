package wire

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestUnescape(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``: "", `abc`: "abc", `\"\\\/\b\f\n\r\t`: "\"\\/\b\f\n\r\t", `\u0041\u00e9\u4E2d`: "Aé中", `\u0000`: "\x00",
		`\ud83d\ude00`: "😀", `\uD83D\uDE00x`: "😀x", `\ud83d`: "\uFFFD", `\ude00`: "\uFFFD", `\ude00\ud83d`: "\uFFFD\uFFFD",
		`\ud83d\u0041`: "\uFFFDA", `\ud83d\n`: "\uFFFD\n", `\ud83dx`: "\uFFFDx", `\ud83d\ud83d\ude00`: "\uFFFD😀", `\ufffd`: "\uFFFD",
		"\xff": "\uFFFD", "\xff\xfe\xfd": "\uFFFD", "a\xffb\xfe": "a\uFFFDb\uFFFD", "\xe4\xb8": "\uFFFD", "\xe4\xb8中": "\uFFFD中", "中\x80\x80é": "中\uFFFDé",
		"\xed\xa0\x80": "\uFFFD", "\xf4\x90\x80\x80": "\uFFFD", "\uFFFD\xff\uFFFD": "\uFFFD\uFFFD\uFFFD", "\xff\\ud800\xff": "\uFFFD\uFFFD\uFFFD",
	} {
		got, whole := unescape([]byte(text), 3*len(text))
		require.Equal(t, want, got, "%q", text)
		require.True(t, whole)
		require.LessOrEqual(t, len(got), 2*len(text)+1)
		var std string
		require.NoError(t, json.Unmarshal(bytes.ToValidUTF8([]byte(`"`+text+`"`), []byte("\uFFFD")), &std))
		require.Equal(t, std, got)
		for most := range len(want) {
			cut, whole := unescape([]byte(text), most)
			require.True(t, strings.HasPrefix(want, cut) && len(cut) < most+utf8.UTFMax)
			require.Equal(t, cut == want, whole)
		}
	}
}

func TestHex4(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"0000": 0, "00e9": 0xe9, "FFFF": 0xffff, "aBcD0": 0xabcd, "": -1, "000": -1, "000g": -1, "00:0": -1, "00@0": -1, "/000": -1, "`000": -1} {
		require.Equal(t, want, hex4([]byte(text)), text)
	}
}

func TestIntern(t *testing.T) {
	t.Parallel()
	d := new(Doc)
	for range 3 {
		for _, s := range []string{"", "a", "Available", strings.Repeat("x", 48), strings.Repeat("x", 49), strings.Repeat("x", 5000)} {
			b := []byte(s)
			got := d.intern(b)
			require.Equal(t, s, got)
			if len(b) > 0 {
				b[0]++ // it is a copy
				require.Equal(t, s, got)
			}
		}
	}
	// Texts that fall into one place of the table push each other out, and that
	// is all.
	for i := range 10_000 {
		s := strings.Repeat("x", 8) + string(rune('a'+i%26)) + strings.Repeat("y", i%30)
		require.Equal(t, s, d.intern([]byte(s)))
	}
}

// Names are compared, hashed and matched as they read, not as they stand.
func TestNames(t *testing.T) {
	t.Parallel()
	groups := [][]string{
		{`abc`, `\u0061bc`, `a\u0062\u0063`}, {`a/b`, `a\/b`, `\u0061\u002fb`}, {`é`, `\u00e9`}, {`😀`, `\ud83d\ude00`},
		{"\xff", "\xfe\xff", `\ufffd`, `\ud800`, "\uFFFD"}, {"\xffa", `\ufffda`}, {``}, {`ab`}, {`abcd`}, {`ABC`}, {`\ufffd\ufffd`, "\xff\\ud800"},
		{strings.Repeat("a", 200), `\u0061` + strings.Repeat("a", 199)},
	}
	var text strings.Builder
	text.WriteString("[{}")
	for _, group := range groups {
		for _, name := range group {
			text.WriteString(`,{"` + name + `":1}`)
		}
	}
	d, err := Parse([]byte(text.String() + "]"))
	require.NoError(t, err)
	type named struct{ group, key int }
	var all []named
	group, i := 0, 0
	for e := range d.Root().elements {
		for key := range e.members {
			if i == len(groups[group]) {
				group, i = group+1, 0
			}
			all = append(all, named{group, key})
			i++
		}
	}
	for _, a := range all {
		want, _ := Value{d, a.key}.Text()
		for _, b := range all {
			same := a.group == b.group
			require.Equal(t, same, d.same(a.key, b.key), "%s %s", groups[a.group], groups[b.group])
			require.Equal(t, same, d.tokens[a.key].name() == d.tokens[b.key].name(), "%s %s", groups[a.group], groups[b.group])
			require.Equal(t, same, d.is(b.key, want), "%s %s", groups[a.group], groups[b.group])
		}
	}
}
