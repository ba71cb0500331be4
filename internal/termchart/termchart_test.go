package termchart

import (
	"bytes"
	"errors"
	"math"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func draw(t *testing.T, s Style, c Chart) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Render(&b, s, c))
	return b.String()
}

func TestRenderPlain(t *testing.T) {
	t.Parallel()
	got := draw(t, Style{Width: 30}, Chart{
		Title: "eip-1", Unit: "bit/s", Height: 4, From: "00:00", To: "00:05",
		Series: []Series{{Label: "in", Points: []float64{0, 1e6, 2e6, 4e6, math.NaN()}}},
	})
	assert.Equal(t, strings.Join([]string{
		"eip-1",
		"in  peak 4, mean 1.75 Mbit/s",
		"4 |               #####",
		"  |               #####",
		"2 |          ##########",
		"  |     ###############?????",
		"0 +-------------------------",
		"   00:00               00:05",
		"? no data",
		"",
	}, "\n"), got)
}

func TestRenderBlocks(t *testing.T) {
	t.Parallel()
	got := draw(t, Style{Width: 12, Blocks: true}, Chart{
		Height: 1, Series: []Series{{Points: []float64{0, .001, 1, 2, 3, 4, 5, 6, 7, 8}}},
	})
	assert.Equal(t, "peak 8, mean\n3.6\n ▁▁▂▃▄▅▆▇█\n──────────\n", got,
		"each eighth has its block, little is not nothing, and a narrow chart has no numbers beside the axis")
}

func TestRenderWithoutValues(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	for name, series := range map[string][]Series{
		"no series": nil, "no points": {{Label: "in"}}, "only gaps": {{Label: "in", Points: []float64{nan, math.Inf(1)}}},
	} {
		assert.Equal(t, "t\nno data\n", draw(t, Style{}, Chart{Title: "t", Series: series}), name)
	}
	got := draw(t, Style{}, Chart{Series: []Series{{Label: "in", Points: []float64{1}}, {Label: "out"}}})
	assert.Contains(t, got, "out  no data\n", "one series of two")
}

func TestRenderConstant(t *testing.T) {
	t.Parallel()
	zero := draw(t, Style{Width: 40}, Chart{Unit: "bit/s", Series: []Series{{Label: "in", Points: make([]float64, 100)}}})
	assert.Contains(t, zero, "in  peak 0, mean 0 bit/s\n")
	assert.NotContains(t, zero, "#")
	assert.NotContains(t, zero, "no data", "0 is a value")
	points := bytes.Repeat([]byte{1}, 100)
	flat := make([]float64, len(points))
	for i := range flat {
		flat[i] = 5000
	}
	assert.Contains(t, draw(t, Style{Width: 40}, Chart{Unit: "bit/s", Series: []Series{{Points: flat}}}), "peak 5, mean 5 kbit/s")
}

func TestRenderScales(t *testing.T) {
	t.Parallel()
	c := Chart{Unit: "bit/s", Series: []Series{
		{Label: "low", Points: []float64{2e3}}, {Label: "near", Points: []float64{2e6}}, {Label: "high", Points: []float64{8e6}},
	}}
	got := draw(t, Style{Width: 40}, c)
	assert.Contains(t, got, "low  peak 2, mean 2 kbit/s\n2 |##", "too flat on the others' scale")
	assert.Contains(t, got, "near  peak 2, mean 2 Mbit/s\n8 |\n", "comparable with the highest")
	assert.Contains(t, got, "high  peak 8, mean 8 Mbit/s\n8 |##")
}

func TestRenderKeepsPeaks(t *testing.T) {
	t.Parallel()
	points := make([]float64, 43200)
	points[20001] = 9e9
	got := draw(t, Style{Width: 80}, Chart{Unit: "bit/s", Series: []Series{{Points: points}}})
	assert.Contains(t, got, "10 |")
	assert.Contains(t, got, "#", "one minute in a month is seen")
	assert.Contains(t, got, "a column is the highest of")
}

func TestRenderFitsEveryWidth(t *testing.T) {
	t.Parallel()
	points := make([]float64, 300)
	for i := range points {
		points[i] = 1e5 * (1 + math.Sin(float64(i)/20))
	}
	points[7] = math.NaN()
	c := Chart{
		Title: "eip-2zeerraiwb7uj6ixxxxxx, the last five hours 公网", Unit: "bit/s",
		From: "2026-03-01 00:00", To: "2026-03-01 05:00",
		Series: []Series{{Label: "into the address", Points: points}, {Label: "out of the address", Points: points}},
	}
	for _, blocks := range []bool{false, true} {
		for width := 1; width <= 300; width += 1 + width/16 {
			got := draw(t, Style{Width: width, Blocks: blocks}, c)
			for line := range strings.Lines(got) {
				assert.LessOrEqual(t, Cells(strings.TrimSuffix(line, "\n")), max(width, minWidth), "%d: %q", width, line)
				assert.Equal(t, strings.TrimRight(line, " \n"), strings.TrimSuffix(line, "\n"), "blanks at the end")
			}
			if !blocks {
				for _, r := range strings.ReplaceAll(strings.ReplaceAll(got, "公", ""), "网", "") {
					require.Less(t, r, rune(utf8.RuneSelf), "%d: only the title holds what is not ASCII", width)
				}
			}
		}
	}
}

func TestRenderNegativeAndStrange(t *testing.T) {
	t.Parallel()
	got := draw(t, Style{Width: 20}, Chart{
		Title: "a\x1b[31mred\nline\xff", Series: []Series{{Points: []float64{-5, 3, math.Inf(-1)}}},
	})
	assert.NotContains(t, got, "\x1b")
	assert.Contains(t, got, "a [31mred line?\n")
	assert.NotPanics(t, func() { draw(t, Style{Width: 20}, Chart{Series: []Series{{Points: []float64{-5}}}}) })
	for _, v := range []float64{1e-300, 1e300, math.MaxFloat64, math.SmallestNonzeroFloat64} {
		assert.NotPanics(t, func() { draw(t, Style{Width: 40}, Chart{Series: []Series{{Points: []float64{v, 0}}}}) }, "%g", v)
	}
}

func TestRenderColor(t *testing.T) {
	t.Parallel()
	c := Chart{Title: "t", Series: []Series{{Points: []float64{1}}, {Points: []float64{1}}, {Points: []float64{1}}}}
	got := draw(t, Style{Width: 40, Color: true}, c)
	assert.Contains(t, got, "\x1b[1mt\x1b[0m\n")
	assert.Contains(t, got, "\x1b[32m#")
	assert.Contains(t, got, "\x1b[35m#")
	plain := got
	for _, code := range []string{"\x1b[1m", "\x1b[32m", "\x1b[35m", "\x1b[0m"} {
		plain = strings.ReplaceAll(plain, code, "")
	}
	assert.Equal(t, draw(t, Style{Width: 40}, c), plain, "colour changes nothing else")
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("pipe is gone") }

func TestWriteErrors(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, Render(broken{}, Style{}, Chart{}), "pipe is gone")
	require.ErrorContains(t, Render(broken{}, Style{}, Chart{Series: []Series{{Points: []float64{1}}}}), "pipe is gone")
	require.ErrorContains(t, Table(broken{}, Style{}, nil, nil, "none"), "pipe is gone")
	require.ErrorContains(t, Table(broken{}, Style{}, []Column{{Head: "a"}}, [][]string{{"1"}}, ""), "pipe is gone")
}

func TestStyle(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env  map[string]string
		want Style
	}{
		"nothing set": {nil, Style{Width: 90, Blocks: true, Color: true}},
		"dumb":        {map[string]string{"TERM": "dumb", "LANG": "C.UTF-8"}, Style{Width: 90}},
		"no colour":   {map[string]string{"NO_COLOR": "1"}, Style{Width: 90, Blocks: true}},
		"utf-8":       {map[string]string{"LANG": "zh_CN.UTF-8"}, Style{Width: 90, Blocks: true, Color: true}},
		"utf8":        {map[string]string{"LC_CTYPE": "C.utf8", "LANG": "C"}, Style{Width: 90, Blocks: true, Color: true}},
		"latin":       {map[string]string{"LC_ALL": "de_DE.ISO-8859-1", "LANG": "C.UTF-8"}, Style{Width: 90, Color: true}},
	} {
		assert.Equal(t, c.want, terminalStyle(90, func(k string) string { return c.env[k] }), name)
	}
	assert.Equal(t, Style{Width: 80}, StyleOf(new(bytes.Buffer)))
	f, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer f.Close()
	assert.Equal(t, Style{Width: 80}, StyleOf(f), "a file is no terminal")
}

func TestTable(t *testing.T) {
	t.Parallel()
	columns := []Column{{Head: "address"}, {Head: "age", Right: true}, {Head: "name"}}
	rows := [][]string{{"192.0.2.1", "3 d", "web"}, {"192.0.2.100", "120 d", "测试\x1b[2J"}, {"192.0.2.7", "1 d"}}
	var b bytes.Buffer
	require.NoError(t, Table(&b, Style{Width: 40}, columns, rows, "none"))
	assert.Equal(t, "address        age  name\n192.0.2.1      3 d  web\n192.0.2.100  120 d  测试 [2J\n192.0.2.7      1 d\n", b.String())
	b.Reset()
	require.NoError(t, Table(&b, Style{Width: 20}, columns, rows[:2], "none"))
	assert.Equal(t, "address  192.0.2.1\nage      3 d\nname     web\n\naddress  192.0.2.100\nage      120 d\nname     测试 [2J\n", b.String())
	b.Reset()
	require.NoError(t, Table(&b, Style{Width: 12}, columns, rows[1:2], "none"))
	assert.Equal(t, "address\n  192.0.2.10\n  0\nage\n  120 d\nname\n  测试 [2J\n", b.String())
	b.Reset()
	columns[0].Head = ""
	require.NoError(t, Table(&b, Style{Width: 12}, columns, [][]string{{"192.0.2.1", "3 d"}}, "none"))
	assert.Equal(t, "192.0.2.1\nage   3 d\n", b.String())
	b.Reset()
	require.NoError(t, Table(&b, Style{Width: 20}, columns, nil, "no address is idle at all"))
	assert.Equal(t, "no address is idle\nat all\n", b.String())
}

func TestRoundUp(t *testing.T) {
	t.Parallel()
	for v := 1e-6; v < 1e9; v *= 1.37 {
		up := roundUp(v)
		assert.GreaterOrEqual(t, up*(1+1e-9), v)
		assert.LessOrEqual(t, up, v*1.35)
	}
	assert.InDelta(t, 10, roundUp(8.5), 1e-9)
}

func TestText(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	require.NoError(t, Text(&b, Style{Width: 20}, "\nNot idle: 1 bound, 1 managed by a service\nshort \x07one\n"))
	assert.Equal(t, "\nNot idle: 1 bound, 1\nmanaged by a service\nshort  one\n", b.String())
	require.ErrorContains(t, Text(broken{}, Style{}, "x"), "pipe is gone")
}
