package main

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// chart prints a bar chart of evenly spaced points, in plain ASCII and less than
// 80 columns. A column shows the highest of its points, so that no peak is lost,
// or ? if it has none. Missing points are NaN.
func chart(out io.Writer, label string, points []float64) {
	const width, height = 72, 6
	columns := make([]float64, min(width, len(points)))
	for i := range columns {
		columns[i] = highest(points[i*len(points)/len(columns) : (i+1)*len(points)/len(columns)])
	}
	peak := highest(columns)
	if math.IsNaN(peak) {
		fmt.Fprintf(out, "%s: no data\n", label)
		return
	}
	fmt.Fprintf(out, "%s, peak %s\n", label, rate(peak))
	for row := height; row > 0; row-- {
		var line strings.Builder
		for _, v := range columns {
			halves := 0
			if v > 0 { // a little is not nothing
				halves = int(math.Ceil(v / peak * 2 * height))
			}
			switch {
			case math.IsNaN(v) && row == 1:
				line.WriteByte('?')
			case halves >= 2*row:
				line.WriteByte('#')
			case halves == 2*row-1:
				line.WriteByte('.')
			default:
				line.WriteByte(' ')
			}
		}
		fmt.Fprintln(out, strings.TrimRight("| "+line.String(), " "))
	}
	fmt.Fprintln(out, "+-"+strings.Repeat("-", len(columns)))
}

// highest returns the highest of the points, or NaN if all are missing.
func highest(points []float64) float64 {
	high := math.NaN()
	for _, v := range points {
		if math.IsNaN(high) || v > high {
			high = v
		}
	}
	return high
}
