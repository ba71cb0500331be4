package wire

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// valueOf returns the value of a text for a test.
func valueOf(t testing.TB, text string) Value {
	t.Helper()
	d, err := Parse([]byte(text))
	require.NoError(t, err)
	return d.Root()
}

func TestInteger(t *testing.T) {
	t.Parallel()
	zeros := strings.Repeat("0", 300)
	for text, want := range map[string]any{
		`0`: 0, `-0`: 0, `7`: 7, `-7`: -7, `"7"`: 7, `" 7\n"`: 7, `"+7"`: 7, `"007"`: 7, `"\u0037"`: 7, `null`: 0, `""`: 0, `" "`: 0, `"\u00a0"`: 0,
		`5.0`: 5, `1e3`: 1000, `"1E3"`: 1000, `-2.50e1`: -25, `"5."`: 5, `".0"`: 0,
		`999999999999999999`: 999999999999999999, `9223372036854775807`: 1<<63 - 1, `"-9223372036854775808"`: -1 << 63,
		`9007199254740991.0`: 1<<53 - 1, `9007199254740992.0`: nil, `9223372036854775808`: nil, `-9223372036854775809`: nil, `1e30`: nil,
		`1.5`: nil, `1e-1`: nil, `"x"`: nil, `"-"`: nil, `"+"`: nil, `"."`: nil, `"1 2"`: nil, `"1,000"`: nil, `"NaN"`: nil, `"Inf"`: nil, `"٣"`: nil, `"-x"`: nil,
		`true`: nil, `false`: nil, `[]`: nil, `{}`: nil, `"1\u0000"`: nil,
		// Blanks do not hide what follows them.
		`"5` + strings.Repeat(" ", 300) + `"`: 5, `"5` + strings.Repeat(" ", 300) + `x"`: nil,
		`"5` + strings.Repeat(" ", 300) + `é"`: nil, `"` + strings.Repeat(`\u0020`, 300) + `"`: 0,
		`"` + zeros + `5"`: nil, `5.` + zeros: nil,
	} {
		n, ok := valueOf(t, text).integer()
		require.Equal(t, want != nil, ok, text)
		if ok {
			require.EqualValues(t, want, n, text)
		}
	}
}

func TestDecimal(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`0`: "0", `-1.50`: "-1.50", `"12.5"`: "12.5", `" 1e5 "`: "1e5", `"\u0031"`: "1", `123456789012345678901234567890`: "123456789012345678901234567890",
		`null`: "", `""`: "", `" "`: "", `"é"`: "!", `"01"`: "!", `"+1"`: "!", `".5"`: "!", `"1."`: "!", `"-"`: "!", `"NaN"`: "!", `"{}"`: "!", `"true"`: "!", `"\"1\""`: "!",
		`true`: "!", `[]`: "!", `{}`: "!", `"1 2"`: "!", `"1é"`: "!", strings.Repeat("1", 64): strings.Repeat("1", 64), strings.Repeat("1", 65): "!",
	} {
		got, ok := valueOf(t, text).decimal()
		require.Equal(t, want != "!", ok, text)
		if ok {
			require.Equal(t, want, got)
		}
	}
}

func TestBoolean(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]any{
		`true`: true, `"true"`: true, `"TRUE"`: true, `" tRuE\t"`: true, `1`: true, `"1"`: true, `"tru\u0065"`: true,
		`false`: false, `"False"`: false, `0`: false, `"0 "`: false, `null`: false, `""`: false, `" "`: false,
		`2`: nil, `-1`: nil, `1.0`: nil, `"yes"`: nil, `"t"`: nil, `"falſe"`: nil, `"\u017false"`: nil, `"truе"`: nil, `[]`: nil, `{}`: nil, `"01"`: nil,
		`"true` + strings.Repeat(" ", 300) + `é"`: nil,
	} {
		got, ok := valueOf(t, text).boolean()
		require.Equal(t, want != nil, ok, text)
		if ok {
			require.Equal(t, want, got, text)
		}
	}
}

func TestTime(t *testing.T) {
	t.Parallel()
	at := func(sec, nsec int) time.Time { return time.Date(2026, 2, 3, 4, 5, sec, nsec, time.UTC) }
	for text, want := range map[string]any{
		`"2026-02-03T04:05:06Z"`: at(6, 0), `"2026-02-03T04:05Z"`: at(0, 0), `"2026-02-03T04:05:06"`: at(6, 0), `"2026-02-03T04:05"`: at(0, 0),
		`"2026-02-03T12:05:06+08:00"`: at(6, 0), `"2026-02-02T23:05:06-05:00"`: at(6, 0), `"2026-02-03T12:05+08:00"`: at(0, 0),
		`"2026-02-03T04:05:06.5Z"`: at(6, 5e8), `"2026-02-03T04:05:06.000000001"`: at(6, 1), `"2026-02-03T12:05:06.25+08:00"`: at(6, 25e7),
		`" 2026-02-03T04:05:06Z\n"`: at(6, 0), `"2026-02-03T04:05:06\u005a"`: at(6, 0), `"2026-02-03T04:05:06Z` + strings.Repeat(" ", 300) + `"`: at(6, 0),
		`"2024-02-29T00:00Z"`:    time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC),
		`"9999-12-31T23:59:59Z"`: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), `"0001-01-01T00:00Z"`: time.Time{},
		`null`: time.Time{}, `""`: time.Time{}, `" "`: time.Time{}, `"\u3000"`: time.Time{},
		`"2026-02-29T00:00:00Z"`: nil, `"2026-13-01T00:00Z"`: nil, `"2026-00-01T00:00Z"`: nil, `"2026-01-00T00:00Z"`: nil, `"2026-04-31T00:00"`: nil,
		`"2026-02-03T24:00:00Z"`: nil, `"2026-02-03T04:60Z"`: nil, `"2026-02-03T04:05:60Z"`: nil, `"2026-02-03T04:05:06z"`: nil, `"2026-02-03t04:05:06Z"`: nil,
		`"2026-02-03 04:05:06"`: nil, `"2026-02-03"`: nil, `"0000-01-01T00:00:00Z"`: nil, `"0000-12-31T23:59:59"`: nil, `"0001-01-01T00:00:00+08:00"`: nil,
		`"9999-12-31T23:59:59-01:00"`: nil, `"2026-2-3T04:05Z"`: nil, `"2026-02-03T04:05Zx"`: nil, `"Z"`: nil, `":"`: nil, `"+08:00"`: nil, `"::Z"`: nil,
		`"é026-02-03T04:05Z"`: nil, `1767225600`: nil, `true`: nil, `[]`: nil, `{}`: nil, `"2026-02-03T04:05:06.` + strings.Repeat("0", 60) + `Z"`: nil,
	} {
		got, ok := valueOf(t, text).time()
		require.Equal(t, want != nil, ok, text)
		if ok {
			require.Equal(t, want, got, text) // the location as well
		}
	}
}

// One layout is chosen; trying all of them, one after another, gives the same.
func TestTimeLayouts(t *testing.T) {
	t.Parallel()
	layouts := []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04"}
	rng := rand.New(rand.NewPCG(1, 1))
	d := new(Doc)
	read := 0
	for range 15_000 {
		text := []byte(time.Unix(rng.Int64N(4e9), 0).In(time.FixedZone("", 1800*(rng.IntN(20)-10))).Format(
			append(layouts, "2006-01-02T15:04:05.000", "2006-01-02T3:04:05Z07:00", "2006-01-02T15:04-07")[rng.IntN(7)]))
		switch i := rng.IntN(len(text)); rng.IntN(4) {
		case 0:
			text[i] = "Z:+-T09."[rng.IntN(8)]
		case 1:
			text = append(text[:i], text[i+1:]...)
		}
		want, wantOK := time.Time{}, false
		for _, layout := range layouts {
			if parsed, err := time.Parse(layout, string(text)); err == nil {
				want, wantOK = parsed.UTC(), true
				read++
				break
			}
		}
		d.text = []byte(`"` + string(text) + `"`)
		require.NoError(t, d.scan())
		got, ok := d.Root().time()
		require.Equal(t, wantOK, ok, "%s", text)
		if ok {
			require.Equal(t, want, got, "%s", text)
		}
	}
	require.Greater(t, read, 4_000)
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`null`: "null", `{"a":1}`: "an object", `[1]`: "a list", `true`: "true", `false`: "false", `-1.50`: "-1.50",
		strings.Repeat("1", 40): strings.Repeat("1", 40), strings.Repeat("1", 41): "a number of 41 digits",
		`"a\n\"\u0000é"`: `"a\n\"\x00é"`, "\"\xc4\xe3\"": `"�"`, `"\u2028\u200b\ufeff"`: `"\u200b\ufeff"`,
		`"` + strings.Repeat("a", 60) + `"`:        `"` + strings.Repeat("a", 60) + `"`,
		`"` + strings.Repeat("a", 61) + `"`:        `"` + strings.Repeat("a", 60) + `"…`,
		`"` + strings.Repeat(`\u0001`, 80) + `"`:   `"` + strings.Repeat(`\x01`, 60) + `"…`,
		`"` + strings.Repeat(`中`, 99) + `"`:        `"` + strings.Repeat(`中`, 60) + `"…`,
		`"` + strings.Repeat(" ", 300) + `x` + `"`: `""`,
	} {
		require.Equal(t, want, valueOf(t, text).String(), text)
	}
	require.Equal(t, "null", Value{}.String())
}

// json.Number is only read, never changed.
func TestDecimalKeepsDigits(t *testing.T) {
	t.Parallel()
	for _, n := range []string{"0.10", "1E+2", "-0", "100000000000000000000000"} {
		got, ok := valueOf(t, n).decimal()
		require.True(t, ok)
		require.Equal(t, json.Number(n), json.Number(got))
	}
}
