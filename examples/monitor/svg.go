package main

import (
	"image/color"
	"math"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	eip "github.com/eipkit/eip-go"
)

// columns is the maximum number of points of a line: a month by the minute would
// make a file of several megabytes.
const columns = 1000

// writeSVG draws both directions over time, and the 95th percentile of the
// busier one.
func writeSVG(file, title string, s *eip.MonitorSeries) error {
	p := plot.New()
	p.Title.Text = "Traffic of " + title
	p.X.Label.Text = "UTC"
	p.X.Tick.Marker = plot.TickerFunc(hours)
	divide, unit := scale(s.Total().Peak())
	p.Y.Label.Text = unit
	p.Y.Min = 0
	p.Title.Padding = vg.Points(6)
	p.Legend.Top, p.Legend.Left = true, true
	p.Legend.XOffs, p.Legend.YOffs = vg.Points(8), vg.Points(-4)
	p.Legend.Padding = vg.Points(2)
	p.Add(plotter.NewGrid())
	for _, line := range []struct {
		name  string
		of    func(eip.Sample) float64
		color color.Color
	}{
		{"in", eip.Sample.BitsIn, color.RGBA{R: 0x1b, G: 0x7a, B: 0x3d, A: 0xff}},
		{"out", eip.Sample.BitsOut, color.RGBA{R: 0xa0, G: 0x2c, B: 0x8f, A: 0xff}},
	} {
		named := false
		for _, part := range parts(s, line.of, divide) {
			l, err := plotter.NewLine(part)
			if err != nil {
				return err
			}
			l.Color, l.Width = line.color, vg.Points(1)
			p.Add(l)
			if !named {
				p.Legend.Add(line.name, l)
				named = true
			}
		}
	}
	billed := math.Max(s.In().Percentile(95), s.Out().Percentile(95))
	level, err := plotter.NewLine(plotter.XYs{
		{X: float64(s.Start.Unix()), Y: billed / divide}, {X: float64(s.End.Unix()), Y: billed / divide},
	})
	if err != nil {
		return err
	}
	level.Dashes = []vg.Length{vg.Points(5), vg.Points(4)}
	level.Color = color.RGBA{R: 0x33, G: 0x33, B: 0x33, A: 0xff}
	p.Add(level)
	p.Legend.Add("95th percentile", level)
	p.Y.Max *= 1.35 // room for the legend
	return p.Save(24*vg.Centimeter, 10*vg.Centimeter, file)
}

// parts cuts a line at its gaps, which are not drawn. If several samples share a
// column, it shows the highest.
func parts(s *eip.MonitorSeries, of func(eip.Sample) float64, divide float64) []plotter.XYs {
	points := s.Points(of)
	share := max(1, (len(points)+columns-1)/columns)
	var out []plotter.XYs
	open := false
	for from := 0; from < len(points); from += share {
		high := highest(points[from:min(from+share, len(points))])
		if math.IsNaN(high) {
			open = false
			continue
		}
		if !open {
			out = append(out, nil)
			open = true
		}
		at := s.Start.Add(time.Duration(from) * s.Period)
		last := &out[len(out)-1]
		*last = append(*last, plotter.XY{X: float64(at.Unix()), Y: high / divide})
	}
	return out
}

func scale(peak float64) (divide float64, unit string) {
	divide = 1
	for _, unit = range []string{"bit/s", "kbit/s", "Mbit/s"} {
		if peak < 1000*divide {
			return divide, unit
		}
		divide *= 1000
	}
	return divide, "Gbit/s"
}

// hours returns ticks at round times.
func hours(from, to float64) []plot.Tick {
	span := time.Duration(to-from) * time.Second
	step, format := 14*24*time.Hour, "01-02"
	for _, s := range []time.Duration{
		time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 3 * time.Hour,
		6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 2 * 24 * time.Hour, 4 * 24 * time.Hour, 7 * 24 * time.Hour,
	} {
		if span <= 8*s {
			step = s
			break
		}
	}
	if step < 24*time.Hour {
		format = "15:04"
		if span > 24*time.Hour {
			format = "01-02 15:04"
		}
	}
	var ticks []plot.Tick
	for at := time.Unix(int64(from), 0).UTC().Truncate(step); at.Unix() <= int64(to); at = at.Add(step) {
		if at.Unix() >= int64(from) {
			ticks = append(ticks, plot.Tick{Value: float64(at.Unix()), Label: at.Format(format)})
		}
	}
	return ticks
}
