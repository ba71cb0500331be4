package wire

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestScan(t *testing.T) {
	t.Parallel()
	many := func(n int, unit string) string { return strings.TrimSuffix(strings.Repeat(unit, n), ",") }
	for name, tt := range map[string]struct{ text, fails string }{
		"object":                   {`{"a":1,"b":[true,false,null],"c":{"d":"e"}}`, ""},
		"empty object":             {`{}`, ""},
		"empty list":               {`[]`, ""},
		"blanks everywhere":        {" {\t\"a\"\r\n: [ 1 , 2 ] , \"b\" : { } , \"c\":[ ] } \n", ""},
		"byte-order mark":          {"\xef\xbb\xbf {}", ""},
		"blanks, then the mark":    {" \n\xef\xbb\xbf{}", ""},
		"string alone":             {`"a"`, ""},
		"null alone":               {`null`, ""},
		"numbers":                  {`[0,-0,10,-1.5,0.0,1e5,1E+5,1e-05,0e0,123456789012345678901234567890]`, ""},
		"escapes":                  {`["\"\\\/\b\f\n\r\t\u0041\uD83D\ude00\ud800"]`, ""},
		"invalid UTF-8":            {"{\"\xc4\xe3\":\"\xba\xc3\"}", ""},
		"DEL is no control":        {"\"\x7f\"", ""},
		"one name in two objects":  {`{"a":{"a":1},"b":{"a":1}}`, ""},
		"names that differ":        {`{"a":1,"A":1,"a ":1,"":1}`, ""},
		"many names":               {`{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1}`, ""},
		"two marks":                {"\xef\xbb\xbf\xef\xbb\xbf{}", "got byte 0xef at byte 0, want a value"},
		"nothing":                  {"", "it is empty"},
		"blanks":                   {" \n\t", "it is empty"},
		"a mark":                   {"\xef\xbb\xbf", "it is empty"},
		"text":                     {`Bad Gateway`, "it is not JSON: got 'B' at byte 0, want a value"},
		"bytes":                    {"\xff", "got byte 0xff at byte 0, want a value"},
		"NUL":                      {"\x00", `got '\x00' at byte 0, want a value`},
		"plus":                     {`+1`, "want a value"},
		"cut object":               {`{`, "it is cut off"},
		"cut name":                 {`{"a`, "it is cut off"},
		"cut before the colon":     {`{"a"`, "it is cut off"},
		"cut after the colon":      {`{"a":`, "it is cut off"},
		"cut after a member":       {`{"a":1`, "it is cut off"},
		"cut after a comma":        {`{"a":1,`, "it is cut off"},
		"cut list":                 {`[1`, "it is cut off"},
		"cut after an element":     {`[1,`, "it is cut off"},
		"cut word":                 {`tru`, "it is cut off"},
		"cut escape":               {`"\`, "it is cut off"},
		"cut digits":               {`"\u00`, "it is cut off"},
		"cut number":               {`-`, "it is cut off"},
		"cut fraction":             {`1.`, "it is cut off"},
		"cut exponent":             {`1e`, "it is cut off"},
		"cut signed exponent":      {`1e+`, "it is cut off"},
		"wrong word":               {`truth`, "got 't' at byte 3, want true"},
		"wrong false":              {`fals!`, "want false"},
		"wrong null":               {`nul!`, "want null"},
		"word and more":            {`nulll`, "something follows its JSON"},
		"two documents":            {`{} {}`, "something follows its JSON"},
		"leading zero":             {`01`, "something follows its JSON"},
		"no digit after the minus": {`-a`, "got 'a' at byte 1, want a digit"},
		"no digit after the point": {`[1.]`, "got ']' at byte 3, want a digit"},
		"no exponent":              {`[1e]`, "want a digit"},
		"a point first":            {`.5`, "want a value"},
		"hexadecimal":              {`0x10`, "something follows its JSON"},
		"infinity":                 {`Infinity`, "want a value"},
		"no such escape":           {`"\x"`, "got 'x' at byte 2, want an escape"},
		"no hexadecimal digits":    {`"\u00g0"`, "want four hexadecimal digits"},
		"upper-case U":             {`"\U0041"`, "want an escape"},
		"line break in a string":   {"\"a\nb\"", `got '\n' at byte 2, want no control character in a string`},
		"NUL in a string":          {"\"\x00\"", "want no control character"},
		"name without quotes":      {`{a:1}`, "got 'a' at byte 1, want a name in quotes"},
		"number for a name":        {`{1:1}`, "want a name in quotes"},
		"single quotes":            {`{'a':1}`, "want a name in quotes"},
		"no colon":                 {`{"a" 1}`, "got '1' at byte 5, want a colon"},
		"no value":                 {`{"a":}`, "got '}' at byte 5, want a value"},
		"no comma":                 {`{"a":1 "b":2}`, "want a comma or a closing brace"},
		"comma at the end":         {`{"a":1,}`, "want a name in quotes"},
		"comma at the end, list":   {`[1,]`, "want a value"},
		"two commas":               {`[1,,2]`, "want a value"},
		"no comma in a list":       {`[1 2]`, "want a comma or a closing bracket"},
		"wrong bracket":            {`[1}`, "want a comma or a closing bracket"},
		"bad value in an object":   {`{"a":{"b":?}}`, "want a value"},
		"comment":                  {`{/**/}`, "want a name in quotes"},
		"name twice":               {`{"a":1,"a":1}`, `it has the name "a" twice in one object`},
		"name twice, inside":       {`[{"a":[{"b":1,"c":{},"b":[]}]}]`, `it has the name "b" twice`},
		"name twice, escaped":      {`{"a":1,"\u0061":1}`, `it has the name "a" twice`},
		"name twice, both escaped": {`{"\u00e9":1,"é":1}`, `it has the name "é" twice`},
		"slash escaped":            {`{"a/":1,"a\/":1}`, `it has the name "a/" twice`},
		"surrogates":               {`{"\ud83d\ude00":1,"😀":1}`, `it has the name "😀" twice`},
		"half surrogates":          {`{"\ud800":1,"\udfff":1}`, `it has the name "�" twice`},
		"bytes that are replaced":  {"{\"\xff\":1,\"\xfe\":1}", `it has the name "�" twice`},
		"runs that are replaced":   {"{\"a\xff\xfe\":1,\"a\xfe\":1}", `it has the name "a�" twice`},
		"replaced and real":        {"{\"\xff\":1,\"\uFFFD\":1}", `it has the name "�" twice`},
		"empty name twice":         {`{"":1,"":1}`, `it has the name "" twice`},
		"twice among many":         {`{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"\u0063":1}`, `it has the name "c" twice`},
		"long name twice":          {`{"` + many(5000, "x") + `":1,"` + many(5000, "x") + `":1}`, `it has the name "` + many(60, "x") + `"… twice`},
		"64 levels":                {many(64, "[") + many(64, "]"), ""},
		"65 levels":                {many(65, "[") + many(65, "]"), "it is nested deeper than 64 levels"},
		"65 objects":               {many(65, `{"a":`) + "1" + many(65, "}"), "it is nested deeper than 64 levels"},
		"10,000 elements":          {"[" + many(10_000, "11111,") + "]", ""},
		"10,001 elements":          {"[" + many(10_001, "11111,") + "]", "it has a list of more than 10000 elements"},
		"10,000 names":             {numbered(10_000), ""},
		"10,001 names":             {numbered(10_001), "it has more than 10000 different names"},
		"many values":              {"[" + many(400, "["+many(10, "1,")+"],") + "]", ""},
		"too many values":          {"[" + many(400, "["+many(30, "1,")+"],") + "]", "it has more than 8229 values"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tt.fails == "" {
				require.NoError(t, compareWithOracle(t, []byte(tt.text)))
				return
			}
			d, err := Parse([]byte(tt.text))
			require.ErrorContains(t, err, tt.fails)
			require.Nil(t, d)
			require.Error(t, compareWithOracle(t, []byte(tt.text)))
		})
	}
}

// numbered returns an object with so many names.
func numbered(names int) string {
	b := []byte("{")
	for i := range names {
		b = fmt.Appendf(b, `"%d":"0123456789",`, i)
	}
	return string(append(b[:len(b)-1], '}'))
}

// The absolute limit counts as well as the one that grows with the body.
func TestScanTokens(t *testing.T) {
	t.Parallel()
	// 1 token for the document, 3 for each element: itself, a name, a value.
	build := func(lists, rest int) []byte {
		list := "[" + strings.TrimSuffix(strings.Repeat(`{"name":"some text"},`, 8600), ",") + "],"
		return []byte("[" + strings.Repeat(list, lists) + strings.TrimSuffix(strings.Repeat("1,", rest), ",") + "]")
	}
	used := 2 + 10*(1+3*8600) // with the one that means absent
	d, err := Parse(build(10, MaxTokens-used))
	require.NoError(t, err)
	require.Len(t, d.tokens, MaxTokens)
	d.Release()
	_, err = Parse(build(10, MaxTokens-used+1))
	require.EqualError(t, err, "it has more than 262144 values")
}

// compareWithOracle parses a text and compares the outcome with encoding/json
// and the limits of this package. It returns what Parse returns.
func compareWithOracle(t testing.TB, body []byte) error {
	t.Helper()
	want, wantErr := oracle(body)
	d, err := Parse(body)
	if err != nil {
		require.Error(t, wantErr, "refused (%v), but encoding/json accepts %q", err, clip(body))
		requireLine(t, err)
		return err
	}
	defer d.Release()
	require.NoError(t, wantErr, "accepted %q", clip(body))
	require.Equal(t, want, treeOf(t, d.Root()), "%q", clip(body))
	return nil
}

func clip(b []byte) []byte { return b[:min(len(b), 400)] }

// requireLine demands that an error is a short line of printable characters.
func requireLine(t testing.TB, err error) {
	t.Helper()
	text := err.Error()
	require.Less(t, len(text), 600, text)
	require.True(t, strings.ToValidUTF8(text, "") == text, "%q", text)
	for _, r := range text {
		require.True(t, r == ' ' || r > ' ' && strconv.IsPrint(r), "%q in %q", r, text)
	}
}

// oracle reads a text with encoding/json and applies what this package refuses
// besides.
func oracle(body []byte) (any, error) {
	text := bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\xef\xbb\xbf")))
	limit := min(262144, 4096+len(text)/6)
	// A run of bytes that are not UTF-8 stands for one U+FFFD. Outside of strings
	// either is wrong.
	text = bytes.ToValidUTF8(text, []byte("\uFFFD"))
	if !json.Valid(text) {
		return nil, errors.New("not JSON")
	}
	o := oracleReader{dec: json.NewDecoder(bytes.NewReader(text)), room: limit - 1, names: map[string]bool{}}
	o.dec.UseNumber()
	v := o.value(0)
	if o.room < 0 {
		o.err = errors.New("too many tokens")
	}
	return v, o.err
}

type oracleReader struct {
	dec   *json.Decoder
	room  int
	names map[string]bool
	err   error
}

func (o *oracleReader) value(depth int) any {
	o.room--
	token, err := o.dec.Token()
	if err != nil {
		o.err = err
	}
	switch token {
	case json.Delim('['):
		list := []any{}
		for o.err == nil && o.dec.More() {
			list = append(list, o.value(depth+1))
		}
		o.dec.Token()
		if len(list) > 10_000 || depth >= 64 {
			o.err = errors.New("too long or deep")
		}
		return list
	case json.Delim('{'):
		object := map[string]any{}
		for o.err == nil && o.dec.More() {
			o.room--
			name, _ := o.dec.Token()
			if _, twice := object[name.(string)]; twice {
				o.err = errors.New("twice")
			}
			if o.names[name.(string)] = true; len(o.names) > 10_000 {
				o.err = errors.New("too many names")
			}
			object[name.(string)] = o.value(depth + 1)
		}
		o.dec.Token()
		if depth >= 64 {
			o.err = errors.New("too deep")
		}
		return object
	}
	return token
}

// treeOf walks a value as encoding/json would give it.
func treeOf(t testing.TB, v Value) any {
	t.Helper()
	text, scalar := v.Text()
	require.Equal(t, v.Kind() < Object, scalar)
	switch v.Kind() {
	case Null:
		require.Zero(t, text)
		return nil
	case False, True:
		require.Equal(t, fmt.Sprint(v.Kind() == True), text)
		return v.Kind() == True
	case Number:
		require.Equal(t, string(v.JSON()), text)
		return json.Number(text)
	case String:
		return text
	case Array:
		list := []any{}
		for e := range v.elements {
			list = append(list, treeOf(t, e))
		}
		require.Equal(t, len(list), v.Len())
		return list
	}
	object := map[string]any{}
	var names []string
	for key, member := range v.members {
		name, _ := Value{v.doc, key}.Text()
		names = append(names, name)
		require.True(t, v.doc.is(key, name))
		require.False(t, v.doc.is(key, name+"x"))
		if len(names) < 50 {
			require.Equal(t, member, v.Get(name))
		}
		object[name] = treeOf(t, member)
	}
	require.Equal(t, len(names), v.Len())
	for name := range v.Names {
		require.Equal(t, names[0], name)
		names = names[1:]
	}
	return object
}

// FuzzScan compares the scanner with encoding/json.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,-2.5e+10,"b\u00e9\n\ud83d\ude00",true,false,null,{}],"c":{"d":[]}}`,
		"{\"\xff\":1,\"\xfe\":1}", "{\"\xff\xc3\xa9\xff\xff\\ufffd\\ud800\\u0041\":\"\xe4\xbd\"}",
		`{"a":1,"\u0061":2}`, `{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"\u0067":8}`,
		"\xef\xbb\xbf {} ", "[" + strings.Repeat("[", 63) + strings.Repeat("]", 64), strings.Repeat("[", 65) + strings.Repeat("]", 65),
		`[1,]`, `{"a":1,}`, `01`, `-`, `1.e5`, `"\u12`, "\"\x00\"", `tru`, `nulll`, `{"a" 1}`, "\u00a0{}\u0085", "\v{}\f",
		"[" + strings.Repeat("0,", 5000) + "0]",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if trimmed := bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\xef\xbb\xbf"))); len(trimmed) > 0 && trimmed[0] == '<' {
			return
		}
		_ = compareWithOracle(t, body)
	})
}

// allocated returns the bytes that f allocates, with an empty pool.
func allocated(f func()) int {
	docs = sync.Pool{New: func() any { return new(Doc) }}
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

// Names that are made to collide by length, ends and way of writing cost no
// more than others: the probes of the table are counted in the table itself.
func TestDistinctIsLinear(t *testing.T) { // not parallel: it counts allocations
	const members = MaxNames - 1
	for name, write := range map[string]func(b *bytes.Buffer, i int){
		"numbered": func(b *bytes.Buffer, i int) { fmt.Fprintf(b, `"%d"`, i) },
		"same ends": func(b *bytes.Buffer, i int) {
			fmt.Fprintf(b, `"xxxxxxxxxxxxxxxxxxxxxxxxxxxx%06dxxxxxxxxxxxxxxxxxxxxxxxxxxxx"`, i)
		},
		"escaped":        func(b *bytes.Buffer, i int) { fmt.Fprintf(b, `"\u0041\u0041%06d\u0041"`, i) },
		"beyond ASCII":   func(b *bytes.Buffer, i int) { fmt.Fprintf(b, `"é%06dé"`, i) },
		"not UTF-8":      func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "\"\xff%06d\xfe\"", i) },
		"mixed writings": func(b *bytes.Buffer, i int) { fmt.Fprintf(b, `"%c\u%04x%06d"`, 'a'+i%26, 0x4e00+i%5000, i) },
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			b.WriteByte('{')
			for i := range members {
				write(&b, i)
				b.WriteString(`:"0123456789",`)
			}
			b.WriteString(`"z":1}`)
			var d *Doc
			var err error
			got := allocated(func() { d, err = Parse(b.Bytes()) })
			require.NoError(t, err)
			if !raceEnabled {
				require.Less(t, got, 2*b.Len()+1<<20)
			}

			names := &d.names
			require.Len(t, names.list, members+1)
			require.LessOrEqual(t, len(names.table), 6*members)
			probes := 0
			for key := range d.Root().members {
				want := int(uint64(d.hash(key)) * uint64(len(names.table)) >> 32)
				probes += (d.find(key) - want + len(names.table)) % len(names.table)
			}
			require.Less(t, probes, 4*members)
			d.Release()

			// One more name that came before is found.
			twice := append(bytes.TrimSuffix(b.Bytes(), []byte("}")), ',')
			var again bytes.Buffer
			write(&again, members/2)
			_, err = Parse(append(append(twice, again.Bytes()...), ":1}"...))
			require.ErrorContains(t, err, "twice in one object")
		})
	}
}

// The first stop among eight bytes is found at once.
func TestStopsIn(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	for range 200_000 {
		var b [8]byte
		for i := range b {
			b[i] = byte(r.Uint32())
			if r.IntN(3) > 0 {
				b[i] = ' ' + b[i]%95 // mostly what a string has
			}
		}
		want := slices.IndexFunc(b[:], func(c byte) bool { return stops[c] })
		stop := stopsIn(binary.LittleEndian.Uint64(b[:]))
		if want < 0 {
			require.Zero(t, stop, "%q", b)
		} else {
			require.Equal(t, want, bits.TrailingZeros64(stop)/8, "%q", b)
		}
	}
}
