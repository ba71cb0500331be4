package termchart

import (
	"io"
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"
)

// Style is what the place that a chart is written to can show.
type Style struct {
	// Width is the number of columns. Default: DefaultWidth.
	Width int
	// Blocks says that block characters can be shown; otherwise all is ASCII.
	Blocks bool
	// Color says that escape sequences for colour and bold are understood. Only
	// colours that can be read on light and on dark are used, and nothing
	// depends on them.
	Color bool
}

// StyleOf looks at where w leads. Anything but a terminal gets plain ASCII in
// 80 columns, and so does TERM=dumb (in the terminal's own width). A terminal
// whose locale names another character set than UTF-8 gets no blocks, and
// NO_COLOR takes the colour away.
func StyleOf(w io.Writer) Style {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return Style{Width: DefaultWidth}
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		width = DefaultWidth
	}
	return terminalStyle(width, os.Getenv)
}

// terminalStyle judges a terminal by the environment.
func terminalStyle(width int, env func(string) string) Style {
	s := Style{Width: width}
	if env("TERM") == "dumb" {
		return s
	}
	s.Color = env("NO_COLOR") == ""
	s.Blocks = true
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(env(name)); v != "" {
			s.Blocks = strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
			break
		}
	}
	return s
}

func (s Style) width() int {
	if s.Width <= 0 {
		return DefaultWidth
	}
	return max(s.Width, minWidth)
}

// glyphs are the characters of a chart.
type glyphs struct {
	levels                   [9]string // nothing to full, by eighths
	side, corner, floor, gap string
}

func (s Style) glyphs() glyphs {
	if s.Blocks {
		return glyphs{
			levels: [9]string{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
			side:   "│", corner: "└", floor: "─", gap: "?",
		}
	}
	return glyphs{
		levels: [9]string{" ", ".", ".", ".", ":", ":", ":", "#", "#"},
		side:   "|", corner: "+", floor: "-", gap: "?",
	}
}

// paint colours a panel: green, magenta, then the terminal's own colour. Both
// keep their contrast on light and on dark.
func (s Style) paint(index int, text string) string {
	if !s.Color || text == "" || index > 1 {
		return text
	}
	return "\x1b[" + []string{"32", "35"}[index] + "m" + text + "\x1b[0m"
}

func (s Style) bold(text string) string {
	if !s.Color || text == "" {
		return text
	}
	return "\x1b[1m" + text + "\x1b[0m"
}

// printable takes out what would move the cursor or change colours: names come
// from a service.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}

// wide are characters that fill two columns: East Asian scripts, and the
// pictures beyond them.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1100, Hi: 0x115f, Stride: 1}, {Lo: 0x2e80, Hi: 0x303e, Stride: 1},
		{Lo: 0x3041, Hi: 0xa4cf, Stride: 1}, {Lo: 0xac00, Hi: 0xd7a3, Stride: 1},
		{Lo: 0xf900, Hi: 0xfaff, Stride: 1}, {Lo: 0xfe30, Hi: 0xfe6f, Stride: 1},
		{Lo: 0xff00, Hi: 0xff60, Stride: 1}, {Lo: 0xffe0, Hi: 0xffe6, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x1f300, Hi: 0x1f64f, Stride: 1}, {Lo: 0x1f900, Hi: 0x1f9ff, Stride: 1},
		{Lo: 0x20000, Hi: 0x3fffd, Stride: 1},
	},
}

// Cells is the number of columns that s fills.
func Cells(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case unicode.Is(wide, r):
			n += 2
		default:
			n++
		}
	}
	return n
}

// wrap breaks s into lines of at most width columns, between words where that
// is possible.
func wrap(s string, width int) []string {
	if Cells(s) <= width {
		return []string{s}
	}
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && Cells(line)+1+Cells(word) <= width {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for Cells(word) > width {
			head := cut(word, width)
			lines = append(lines, head)
			word = word[len(head):]
		}
		line = word
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// cut takes as many characters as fit into width columns, at least one.
func cut(s string, width int) string {
	n := 0
	for i, r := range s {
		if n += Cells(string(r)); n > width && i > 0 {
			return s[:i]
		}
	}
	return s
}
