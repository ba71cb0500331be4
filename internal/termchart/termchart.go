// Package termchart draws small charts and tables as text, for the example
// programs. It fits itself to the width of the terminal, and falls back to
// plain ASCII where there is none.
package termchart

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Series is one row of values, evenly spaced. NaN means that there is no value
// at that place; it is drawn as such, not as 0. So is an infinity.
type Series struct {
	Label  string
	Points []float64
}

// Chart is what [Render] draws: a panel for each series, so that they can be
// told apart without colour. They share one scale, so that they can be compared,
// unless that would make one too flat to be read.
type Chart struct {
	Title string
	// Unit is the unit of the points without a prefix, for example "bit/s":
	// the chart picks k, M, G or T.
	Unit   string
	Series []Series
	// From and To are written below the ends of the horizontal axis.
	From, To string
	// Height is the number of lines of one panel. Default: DefaultHeight.
	Height int
}

const (
	// DefaultHeight is the number of lines of one panel.
	DefaultHeight = 6
	// DefaultWidth is the width where nothing tells it.
	DefaultWidth = 80

	minWidth  = 12 // narrower is drawn as if it were this wide
	axisFrom  = 28 // narrower has no room for numbers beside the axis
	columnCap = 400
)

// Render draws the chart. Where several points share a column, the column shows
// the highest of them, because a peak is what one looks for, and a line below
// says how many they are. Values below 0 are drawn as 0.
func Render(w io.Writer, style Style, c Chart) error {
	width := style.width()
	p := painter{style: style, width: width, height: c.Height}
	if p.height <= 0 {
		p.height = DefaultHeight
	}
	if c.Title != "" {
		p.text(style.bold, c.Title)
	}
	peak := math.NaN()
	most := 0
	for _, s := range c.Series {
		most = max(most, len(s.Points))
		if v := summary(s.Points).peak; math.IsNaN(peak) || v > peak {
			peak = v
		}
	}
	if math.IsNaN(peak) {
		p.text(nil, "no data")
		_, err := io.WriteString(w, p.b.String())
		return err
	}
	p.layout(most, c.Series, peak, c.Unit)
	for i, s := range c.Series {
		p.panel(i, s, peak, c.Unit)
	}
	p.ends(c.From, c.To)
	p.legend(most)
	_, err := io.WriteString(w, p.b.String())
	return err
}

// facts are the numbers in a panel's head.
type facts struct {
	peak, mean float64 // NaN without values
	values     int
}

func summary(points []float64) facts {
	f := facts{peak: math.NaN(), mean: math.NaN()}
	sum := 0.0
	for _, v := range points {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		f.values++
		sum += v
		if math.IsNaN(f.peak) || v > f.peak {
			f.peak = v
		}
	}
	if f.values > 0 {
		f.mean = sum / float64(f.values)
	}
	return f
}

// painter holds what all panels of one chart share.
type painter struct {
	b             strings.Builder
	style         Style
	width, height int
	unit          string
	divide, top   float64 // points are divided by divide; top is the axis's end
	margin        int     // columns left of the plot
	columns       int
	gaps          bool
}

// ownScale is how many times lower than the highest a series must be to get a
// scale of its own.
const ownScale = 4

// scale picks the prefix of the unit and a round end of the axis, for a series
// among others with a higher peak.
func (p *painter) scale(own, peak float64, unit string) {
	if own > 0 && own*ownScale < peak {
		peak = own
	}
	p.divide = 1
	for _, prefix := range []string{"", "k", "M", "G", "T"} {
		p.unit = prefix + unit
		if peak/p.divide < 1000 {
			break
		}
		if prefix != "T" {
			p.divide *= 1000
		}
	}
	p.top = 1
	if v := peak / p.divide; v > 0 {
		p.top = roundUp(v)
	}
}

// roundUp gives the next number that reads well on an axis.
func roundUp(v float64) float64 {
	ten := math.Pow(10, math.Floor(math.Log10(v)))
	for _, step := range []float64{1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8} {
		if v <= step*ten*(1+1e-9) {
			return step * ten
		}
	}
	return 10 * ten
}

func number(v float64) string {
	switch {
	case math.Abs(v) >= 1e6:
		return strconv.FormatFloat(v, 'g', 3, 64)
	case v == math.Trunc(v) || math.Abs(v) >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

func (p *painter) layout(points int, series []Series, peak float64, unit string) {
	if p.width >= axisFrom {
		for _, s := range series {
			p.scale(summary(s.Points).peak, peak, unit)
			p.margin = max(p.margin, len(number(p.top))+2, len(number(p.top/2))+2)
		}
	}
	p.columns = min(p.width-p.margin, columnCap)
	// Few points get columns of equal width.
	if points > 0 && points < p.columns {
		p.columns -= p.columns % points
	}
}

// panel draws one series.
func (p *painter) panel(index int, s Series, peak float64, unit string) {
	f := summary(s.Points)
	p.scale(f.peak, peak, unit)
	head := s.Label
	if f.values == 0 {
		p.text(nil, strings.TrimSpace(head+"  no data"))
		return
	}
	head += fmt.Sprintf("  peak %s, mean %s %s", number(f.peak/p.divide), number(f.mean/p.divide), p.unit)
	p.text(nil, strings.TrimSpace(head))
	g := p.style.glyphs()
	columns := reduce(s.Points, p.columns)
	middle := p.height / 2
	for row := range p.height {
		label := ""
		switch {
		case row == 0:
			label = number(p.top)
		case row == middle && p.height%2 == 0:
			label = number(p.top / 2)
		}
		p.axis(label, g.side)
		var line strings.Builder
		for _, v := range columns {
			line.WriteString(p.cell(v, row, g))
		}
		p.b.WriteString(p.style.paint(index, strings.TrimRight(line.String(), " ")))
		p.b.WriteByte('\n')
	}
	p.axis("0", g.corner)
	p.b.WriteString(strings.Repeat(g.floor, p.columns))
	p.b.WriteByte('\n')
}

func (p *painter) axis(label, glyph string) {
	if p.margin > 0 {
		fmt.Fprintf(&p.b, "%*s %s", p.margin-2, label, glyph)
	}
}

// cell is one character: the part of a column that lies in this row.
func (p *painter) cell(v float64, row int, g glyphs) string {
	bottom := p.height - 1 - row
	if math.IsNaN(v) {
		if bottom == 0 {
			p.gaps = true
			return g.gap
		}
		return " "
	}
	eighths := v / p.divide / p.top * float64(p.height*8)
	if v > 0 && eighths < 1 {
		eighths = 1 // little is not nothing
	}
	n := int(math.Round(eighths)) - bottom*8
	return g.levels[min(max(n, 0), 8)]
}

// reduce fits points into columns: the highest of those that share one.
func reduce(points []float64, columns int) []float64 {
	out := make([]float64, columns)
	for i := range out {
		from, to := i*len(points)/columns, (i+1)*len(points)/columns
		out[i] = summary(points[from:max(to, from+1)]).peak
	}
	return out
}

// ends writes what the horizontal axis begins and ends with.
func (p *painter) ends(from, to string) {
	from, to = printable(from), printable(to)
	room := p.columns - Cells(from) - Cells(to)
	switch {
	case from == "" && to == "":
	case room >= 2:
		p.b.WriteString(strings.Repeat(" ", p.margin) + from + strings.Repeat(" ", room) + to + "\n")
	default:
		p.text(nil, "from "+from)
		p.text(nil, "to "+to)
	}
}

func (p *painter) legend(points int) {
	var notes []string
	if points > p.columns {
		notes = append(notes, fmt.Sprintf("a column is the highest of %s points", share(points, p.columns)))
	}
	if p.gaps {
		notes = append(notes, p.style.glyphs().gap+" no data")
	}
	if len(notes) > 0 {
		p.text(nil, strings.Join(notes, "; "))
	}
}

func share(points, columns int) string {
	if points%columns == 0 {
		return strconv.Itoa(points / columns)
	}
	return fmt.Sprintf("%d or %d", points/columns, points/columns+1)
}

// text writes words, broken at the width.
func (p *painter) text(paint func(string) string, s string) {
	for _, line := range wrap(printable(s), p.width) {
		if paint != nil {
			line = paint(line)
		}
		p.b.WriteString(line + "\n")
	}
}
