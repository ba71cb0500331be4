package wire

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// hostile are the units that bodies of one unit are made of: what stands before
// them, the unit, and what stands after them.
var hostile = []struct{ name, before, unit, after string }{
	{"percent", "", "%", ""},
	{"spaces", "", " ", ""},
	{"line breaks", "", "\n", "{}"},
	{"quotes", "", `"`, ""},
	{"backslashes", `"`, `\`, `"`},
	{"open brackets", "", "[", ""},
	{"open objects", "", `{"a":`, ""},
	{"open XML", "", "<a>", ""},
	{"marks", "", "\xef\xbb\xbf", ""},
	{"NUL", "", "\x00", ""},
	{"numbers without a list", "", "1,", ""},
	{"empty objects without a list", "", "{},", ""},
	{"digits", "", "1", ""},
	{"bytes", "", "\xff", ""},
	{"words", "", "null", ""},

	{"empty objects", `{"Items":[`, "{},", "{}]}"},
	{"nulls", `{"Items":[`, "null,", "{}]}"},
	{"strings", `{"Names":[`, `"a",`, `""]}`},
	{"long strings", `{"Names":[`, `"` + strings.Repeat("a", 1000) + `",`, `""]}`},
	{"escaped strings", `{"Names":[`, `"\u0041\u00e9",`, `""]}`},
	{"bad bytes in strings", `{"Names":[`, "\"\xff\",", `""]}`},
	{"numbers", `{"Days":[`, "1,", "1]}"},
	{"fractions", `{"Days":[`, "5.0,", "1]}"},
	{"digits in a number", `{"TotalCount":`, "1", "}"},
	{"digits in a string", `{"TotalCount":"`, "1", `"}`},
	{"blanks in a string", `{"TotalCount":"`, " ", `"}`},
	{"escaped blanks in a string", `{"TotalCount":"`, `\u0020`, `"}`},
	{"lists in lists", "[", "[{},{}],", "[]]"},
	{"lists of items in lists", `{"Items":[`, `{"Parts":[{},{},{},{},{},{},{},{}]},`, "{}]}"},
	{"lists of strings in lists", `{"Items":[`, `{"Parts":{"Names":["ab","ab","ab","ab","ab","ab","ab","ab","ab"]}},`, "{}]}"},
	{"bad bytes in lists", `{"Items":[`, "{\"Parts\":{\"Names\":[\"\xff\",\"\xff\",\"\xff\",\"\xff\",\"\xff\",\"\xff\"]}},", "{}]}"},
	{"single elements", `{"Items":[`, `{"Parts":{"Text":1}},`, "{}]}"},
	{"locks", `{"Items":[`, `{"Locks":"a"},`, "{}]}"},
	{"times", `{"Items":[`, `{"Time":"2026-01-02T03:04"},`, "{}]}"},
	{"bad times", `{"Items":[`, `{"Time":"2026-99-02T03:04"},`, "{}]}"},
	{"tags", `{"One":{"Tags":[`, `{"Key":"a"},`, "{}]}}"},
	{"tags of many", `{"Items":[`, `{"Tags":[{"Key":"ab"},{"Key":"ac"},{"Key":"ad"},{"Key":"ae"},{"Key":"af"},{"Key":"ag"}]},`, "{}]}"},
	{"unknown tags", `{"One":{"Tags":[`, `{"\u004cey":"a"},`, "{}]}}"},

	{"one string", `{"RequestId":"`, "a", `"}`},
	{"one string of escapes", `{"RequestId":"`, `\u0041`, `"}`},
	{"one string of surrogates", `{"RequestId":"`, `\ud800`, `"}`},
	{"one string of GBK", `{"RequestId":"`, "\xc4\xe3\xba\xc3", `"}`},
	{"one string of GBK and ASCII", `{"RequestId":"`, "\xffA", `"}`},
	{"one name", `{"`, "a", `":1}`},
	{"one name of escapes", `{"`, `\u0041`, `":1}`},
	{"one name of GBK", `{"`, "\xffA", `":1}`},
	{"one member", `{`, `"\u0041":1,`, `"b":1}`},
	{"one name wanted elsewhere", `{"Items":{"`, `\u0041`, `":1}}`},
	{"strings to be described", `{"TotalCount":"x`, `\u0001`, `"}`},

	{"XML elements", "<a>", "<b/>", "</a>"},
	{"XML elements with long names", "<a>", "<LongName></LongName>", "</a>"},
	{"XML elements of two levels", "<a>", "<Item><ID>five</ID></Item>", "</a>"},
	{"XML text", "<a>", "x", "</a>"},
	{"XML quotes", "<a>", `"`, "</a>"},
	{"XML of GBK", "<a>", "\xffA", "</a>"},
	{"XML attributes", "<a ", `xmlns="" `, "/>"},
	{"XML attribute", `<a b="`, "x", `"/>`},
	{"XML comments", "<a>", "<!---->", "</a>"},
	{"XML instructions", "<a>", "<?a?>", "</a>"},
	{"XML entities", "<a>", "&lt;", "</a>"},
	{"XML name", "<", "a", "/>"},
}

// hostileBody appends a body of about size bytes to b. The names of members
// differ.
func hostileBody(b []byte, before, unit, after string, size int) []byte {
	b = append(b, before...)
	if unit == `"\u0041":1,` {
		for i := 0; len(b) < size; i++ {
			b = append(strconv.AppendInt(append(b, `"\u0041`...), int64(i), 16), `":1,`...)
		}
		return append(b, after...)
	}
	start, n := len(b), max(1, (size-len(before)-len(after))/len(unit))
	b = append(b, unit...)
	for end := start + n*len(unit); len(b) < end; {
		b = append(b, b[start:min(len(b), start+end-len(b))]...)
	}
	return append(b, after...)
}

// readAll does what a caller may do with a body.
func readAll(body []byte) error {
	d, err := Parse(body)
	if err != nil {
		return err
	}
	defer d.Release()
	var out page
	err = testSchema.Fill(d.Root(), &out)
	for _, name := range []string{"Code", "Message", "RequestId", "Items"} {
		if len(d.Root().Get(name).Clipped(512)) > 520 {
			return fmt.Errorf("%s is not clipped", name)
		}
	}
	Code(d.Root().Get("Code"))
	IsID(d.Root().Get("RequestId"))
	return err
}

// No body makes a reader allocate more than a small multiple of its size.
func TestHostileMemory(t *testing.T) { // not parallel: it counts allocations
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	buf := make([]byte, 0, 11<<20)
	for _, h := range hostile {
		t.Run(h.name, func(t *testing.T) {
			for _, size := range []int{1 << 10, 64 << 10, 250 << 10, 512 << 10, 1 << 20, 10 << 20} {
				body := hostileBody(buf, h.before, h.unit, h.after, size)
				most := 4*len(body) + 1<<20
				if size == 10<<20 {
					most = 2*len(body) + 1<<20
				}
				var err error
				got := allocated(func() { err = readAll(body) })
				if got > most {
					t.Errorf("%s: %d bytes: allocated %d, %.1f times the body, at most %d allowed (%v)", h.name, len(body), got, float64(got)/float64(len(body)), most, err)
				}
				if err != nil {
					requireLine(t, err)
				}
			}
		})
	}
}

// Twice the body takes about twice the time.
func TestHostileTime(t *testing.T) { // not parallel: it takes time
	const size = 1 << 20
	measure := func(body []byte) time.Duration {
		start := time.Now()
		_ = readAll(body)
		return time.Since(start)
	}
	for _, h := range hostile {
		once, twice := hostileBody(nil, h.before, h.unit, h.after, size/2), hostileBody(nil, h.before, h.unit, h.after, size)
		for try := 0; ; try++ {
			short, long := measure(once), measure(twice)
			// What ends within 50 ms is no danger; quadratic time would be minutes.
			if long < 50*time.Millisecond || long < 6*short {
				break
			}
			require.Less(t, try, 10, "%s: %v for %d bytes, %v for %d", h.name, short, len(once), long, len(twice))
		}
	}
}

// Lists have a room that does not depend on the body alone.
func TestFillRoom(t *testing.T) {
	t.Parallel()
	type big struct {
		A   string `json:"A"`
		pad [100 << 10]byte
	}
	_ = big{}.pad
	type holder struct {
		Bigs []big `json:"Bigs"`
		One  []big `json:"One"`
	}
	var out holder
	require.NoError(t, fillText(`{"Bigs":[{},{},{},{},{}],"One":{"A":"a"}}`, &out))
	require.Len(t, out.Bigs, 5)
	require.EqualError(t, fillText(`{"Bigs":[{},{},{},{},{},{},{},{}]}`, &out), "Bigs: got a list, want a smaller answer")
	require.EqualError(t, fillText(`{"Bigs":[{},{},{},{},{},{},{}],"One":{"A":"a"}}`, &out), "One: got an object, want a smaller answer")
	require.NoError(t, fillText(`{"Bigs":[{},{},{},{},{},{},{},{},{},{},{}],"X":"`+strings.Repeat("x", 2<<20)+`"}`, &out))
	require.Len(t, out.Bigs, 11)
	tag := `{"Key":"a"}        ,` // blanks: the tape alone allows less
	require.Regexp(t, `^Items\[[0-9]+\]\.Tags: got a list, want a smaller answer$`, fillText(`{"Items":[`+strings.Repeat(`{"Tags":[`+strings.Repeat(tag, 9)+`{}]},`, 2000)+`{}]}`, new(page)).Error())
}
