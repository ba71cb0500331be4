package eip

import (
	"context"
	"iter"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/eipkit/eip-go/internal/par"
)

// MonitorSeries is the traffic of one address over a span of time.
type MonitorSeries struct {
	// AllocationID is the ID of the address.
	AllocationID string
	// Start and End are the span, on multiples of the period: samples begin at
	// Start or later, and before End.
	Start, End time.Time
	// Period is the time that one sample stands for.
	Period time.Duration
	// Samples are those that the service has, in the order of time. See Gaps.
	Samples []Sample
}

// MonitorSeries reads the samples of a span into memory. It is
// [Client.MonitorSamples] in one piece: the first error ends it, and is all
// that it returns then. 30 days by the minute are about 3 MB.
func (c *Client) MonitorSeries(ctx context.Context, q MonitorQuery) (*MonitorSeries, error) {
	return c.monitorSeries(ctx, q, nil)
}

func (c *Client) monitorSeries(ctx context.Context, q MonitorQuery, limit *atomic.Int64) (*MonitorSeries, error) {
	run, err := c.newMonitorRun(ctx, q, limit)
	if err != nil {
		return nil, err
	}
	out := &MonitorSeries{AllocationID: q.AllocationID, Start: run.start, End: run.end, Period: run.q.Period}
	for w := range par.InOrder(ctx, run.q.Parallel, run.windows(), run.fetch) {
		if w.err != nil {
			return nil, w.err
		}
		out.Samples = append(out.Samples, w.samples...)
	}
	return out, nil
}

// MonitorAddresses walks over the traffic of many addresses, one series each,
// in the order of ids. The query holds the span; its AllocationID must be
// empty, and its Parallel is how many addresses are read at a time.
//
// API: DescribeEipMonitorData, as [Client.MonitorSamples]. It changes nothing.
// The first error is yielded once, after the series before it, with a nil
// series, and ends the loop; it says which address it is about. A loop that is
// left ends the calls that are under way and leaves no goroutine behind. No
// more than Parallel series are held at a time.
func (c *Client) MonitorAddresses(ctx context.Context, ids []string, q MonitorQuery) iter.Seq2[*MonitorSeries, error] {
	ids = slices.Clone(ids)
	return func(yield func(*MonitorSeries, error) bool) {
		if err := checkMonitorAddresses(ids, q); err != nil {
			yield(nil, err)
			return
		}
		// Checks what is left, and fills in the defaults.
		probe := q
		probe.AllocationID = "all"
		run, err := c.newMonitorRun(ctx, probe, nil)
		if err != nil {
			yield(nil, err)
			return
		}
		type result struct {
			series *MonitorSeries
			err    error
		}
		for r := range par.InOrder(ctx, run.q.Parallel, slices.Values(ids), func(ctx context.Context, id string) result {
			one := q
			one.AllocationID, one.Parallel = id, 1
			series, err := c.monitorSeries(ctx, one, run.limit)
			return result{series, err}
		}) {
			if !yield(r.series, r.err) || r.err != nil {
				return
			}
		}
	}
}

func checkMonitorAddresses(ids []string, q MonitorQuery) error {
	var v validator
	for _, id := range ids {
		v.required("ids", id)
	}
	if q.AllocationID != "" {
		v.fault("AllocationID", shorten(q.AllocationID), "must be empty: the addresses are a list of their own")
	}
	q.faults(&v)
	if len(v.faults) > 0 {
		return &ValidationError{Action: "MonitorAddresses", Faults: v.faults}
	}
	return nil
}

// MonitorGap is a time of which the service has no samples.
type MonitorGap struct {
	// Start and End are when it begins and ends.
	Start, End time.Time
	// Samples is how many are missing.
	Samples int
}

// Expected is how many samples the span would have without gaps.
func (s *MonitorSeries) Expected() int {
	if s.Period <= 0 {
		return 0
	}
	return int(s.End.Sub(s.Start) / s.Period)
}

// Missing is how many samples the service does not have.
func (s *MonitorSeries) Missing() int { return s.Expected() - len(s.Samples) }

// Gaps lists the times of which the service has no samples, in order. A span
// that reaches into the future, or to before the address was made, has one at
// that end.
func (s *MonitorSeries) Gaps() []MonitorGap {
	if s.Period <= 0 {
		return nil
	}
	var gaps []MonitorGap
	add := func(from, to time.Time) {
		if from.Before(to) {
			gaps = append(gaps, MonitorGap{Start: from, End: to, Samples: int(to.Sub(from) / s.Period)})
		}
	}
	at := s.Start
	for _, sample := range s.Samples {
		add(at, sample.Start)
		at = sample.Start.Add(s.Period)
	}
	add(at, s.End)
	return gaps
}

// Bytes is how much came in and went out, in bytes, as far as the samples tell.
func (s *MonitorSeries) Bytes() (in, out int64) {
	for _, sample := range s.Samples {
		in += sample.BytesIn
		out += sample.BytesOut
	}
	return in, out
}

// Packets is the number of packets, as far as the samples tell.
func (s *MonitorSeries) Packets() int64 {
	var n int64
	for _, sample := range s.Samples {
		n += sample.Packets
	}
	return n
}

// In are the inbound rates of the samples in bits per second.
func (s *MonitorSeries) In() Rates { return s.rates(Sample.BitsIn) }

// Out are the outbound rates of the samples in bits per second.
func (s *MonitorSeries) Out() Rates { return s.rates(Sample.BitsOut) }

// Total are the rates of both directions together in bits per second.
func (s *MonitorSeries) Total() Rates { return s.rates(Sample.Bits) }

func (s *MonitorSeries) rates(of func(Sample) float64) Rates {
	out := make(Rates, len(s.Samples))
	for i, sample := range s.Samples {
		out[i] = of(sample)
	}
	return out
}

// Points gives one value for each period of the span, NaN where the sample is
// missing, as a chart wants them. of is for example Sample.BitsIn.
func (s *MonitorSeries) Points(of func(Sample) float64) []float64 {
	out := make([]float64, s.Expected())
	for i := range out {
		out[i] = math.NaN()
	}
	for _, sample := range s.Samples {
		if i := int(sample.Start.Sub(s.Start) / s.Period); i >= 0 && i < len(out) {
			out[i] = of(sample)
		}
	}
	return out
}

// Rates are the rates of samples of equal length, in bits per second. Samples
// that are missing are not among them, so nothing below counts a gap as 0.
type Rates []float64

// Peak is the highest rate; NaN if there is none. It is the highest mean over
// one period: within a period, the line may have been busier.
func (r Rates) Peak() float64 {
	if len(r) == 0 {
		return math.NaN()
	}
	return slices.Max(r)
}

// Mean is the mean rate; NaN if there is none.
func (r Rates) Mean() float64 {
	if len(r) == 0 {
		return math.NaN()
	}
	mean := 0.0
	for i, v := range r {
		mean += (v - mean) / float64(i+1)
	}
	return mean
}

// Percentile is the lowest rate that at least p percent of the samples do not
// exceed (the nearest rank: of n sorted rates, the one at place ⌈n·p/100⌉,
// without interpolation); NaN if there is none. p from 0, the lowest rate, to
// 100, the highest.
//
// Carriers bill by the 95th percentile: they drop the highest 5 % and charge for
// what is left at the top. They take it of samples of five minutes (Period
// 5*time.Minute), of a calendar month, and often of the busier direction alone:
// max(series.In().Percentile(95), series.Out().Percentile(95)).
func (r Rates) Percentile(p float64) float64 {
	if len(r) == 0 || math.IsNaN(p) {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(r))
	// What the product is off by must not lift it to the next rank.
	rank := math.Ceil(p*float64(len(r))/100 - 1e-9)
	return sorted[int(min(max(rank, 1), float64(len(r))))-1]
}
