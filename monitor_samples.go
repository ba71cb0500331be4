package eip

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/eipkit/eip-go/internal/par"
)

// Defaults of a [MonitorQuery].
const (
	// monitorPoints is how many points one call asks for, from the SDK metadata.
	monitorPoints = 400
	// smallMonitorPoints is the limit of the 2019 API reference. A query goes down
	// to it when the service shows that it does not give more.
	smallMonitorPoints = 200
	// monitorPeriod is the time that one point stands for.
	monitorPeriod = time.Minute
	// monitorParallel is how many calls are under way at a time.
	monitorParallel = 4
)

// MonitorQuery names a span of the traffic of one address, of any length. (The
// SDK metadata lets it begin at most 31 days back.)
type MonitorQuery struct {
	// RegionID is the region of the address. Default: the client's.
	RegionID string
	// AllocationID is the ID of the address, "eip-…". Required, except for
	// [Client.MonitorAddresses], which takes a list instead.
	AllocationID string
	// Start and End are the span. Required, Start before End. A sample is in the
	// span if its period begins in it: at Start or later, and before End. So a
	// Start or End off the minute counts as the next full minute, as it does to
	// the service, and spans that share an end share no sample.
	Start, End time.Time
	// Period is the time that one sample stands for, in whole seconds. The
	// default is a minute. The 2019 API reference allows 60, 600 and 3600
	// seconds, the SDK metadata 60, 300, 900 and 3600; other values are left to
	// the service to refuse. Samples begin at multiples of it, counted from
	// midnight UTC.
	Period time.Duration
	// MaxPoints is how many points one call may ask for. The
	// default is 400. A query for more than 200 points goes down to 200 by itself if the service refuses with OperationDenied.TooManyDataQueried
	// or answers with less than was asked for.
	MaxPoints int
	// Parallel is how many calls may be under way at a time. The
	// default is 4; 1 asks for a window only when the one before has
	// been read to its end.
	Parallel int
}

// Sample is the traffic of one address in one period.
type Sample struct {
	// Start is when the period begins, in UTC: the service's TimeStamp, cut to
	// a multiple of the period. (No document says whether TimeStamp is the
	// beginning of what was counted; this library takes it to be.)
	Start time.Time
	// Period is how long it lasts.
	Period time.Duration
	// BytesIn and BytesOut are what came in (EipRX) and went out (EipTX).
	BytesIn, BytesOut int64
	// Flow is the sum of both as the service told it (EipFlow), in bytes.
	Flow int64
	// Packets is the number of packets.
	Packets int64
	// EipBandwidth is the service's own figure, as sent. The 2019 API reference
	// calls it bit/s and gives it as EipFlow/60, which cannot both be: EipFlow is
	// bytes, so by the formula, and by the numbers that the reference prints
	// (32,666,910 and 544,448), it is bytes per second, and that only if the
	// period is a minute. No document says what it is for other periods. Use
	// Bits, BitsIn and BitsOut instead.
	EipBandwidth int64
}

// Bits is the mean rate of both directions together over the period, in bits
// per second: Flow × 8 / period.
func (s Sample) Bits() float64 { return s.rate(s.Flow) }

// BitsIn is the mean inbound rate over the period, in bits per second.
func (s Sample) BitsIn() float64 { return s.rate(s.BytesIn) }

// BitsOut is the mean outbound rate over the period, in bits per second.
func (s Sample) BitsOut() float64 { return s.rate(s.BytesOut) }

func (s Sample) rate(bytes int64) float64 {
	if s.Period <= 0 {
		return math.NaN()
	}
	return float64(bytes) * 8 / s.Period.Seconds()
}

// MonitorError says from where on the samples of a span are missing, because a
// call for them failed. It unwraps to the call's error.
type MonitorError struct {
	// Rest is the query for all that is missing. Everything before Rest.Start
	// has been delivered, so going on is another loop over
	// MonitorSamples(ctx, err.Rest), without gap or double.
	Rest MonitorQuery
	// Start and End are the window that failed. Start is Rest.Start.
	Start, End time.Time
	// Err is the error of the last call. It is never nil.
	Err error
}

// Error names the address, the window and the cause.
func (e *MonitorError) Error() string {
	return fmt.Sprintf("eip: traffic of %s from %s to %s: %v", e.Rest.AllocationID,
		e.Start.Format(layoutSeconds), e.End.Format(layoutSeconds), e.Err)
}

// Unwrap gives the error of the call.
func (e *MonitorError) Unwrap() error { return e.Err }

// MonitorSamples walks over the samples of a span in the order of time, each
// once, in as few calls as the point limit allows.
//
// API: DescribeEipMonitorData, once for each MaxPoints samples, Parallel at a
// time. It changes nothing. Each loop begins anew; a loop that is left ends the
// calls that are under way and leaves no goroutine behind.
//
// A call that fails has been repeated as the client repeats any read. What
// fails all the same is yielded once, after all samples before it, as a
// [*MonitorError], and ends the loop:
//
//	for s, err := range client.MonitorSamples(ctx, q) {
//		var failed *eip.MonitorError
//		if errors.As(err, &failed) {
//			rest = failed.Rest // the query with which to go on, when it is time
//		}
//		…
//	}
//
// Samples that the service does not have are left out, not given as 0:
// [MonitorSeries.Gaps] finds them. A faulty query is a [*ValidationError].
func (c *Client) MonitorSamples(ctx context.Context, q MonitorQuery) iter.Seq2[Sample, error] {
	return func(yield func(Sample, error) bool) {
		run, err := c.newMonitorRun(ctx, q, nil)
		if err != nil {
			yield(Sample{}, err)
			return
		}
		for w := range par.InOrder(ctx, run.q.Parallel, run.windows(), run.fetch) {
			for _, s := range w.samples {
				if !yield(s, nil) {
					return
				}
			}
			if w.err != nil {
				yield(Sample{}, w.err)
				return
			}
		}
	}
}

// monitorRun is one loop over a span.
type monitorRun struct {
	c          *Client
	q          MonitorQuery // with its defaults
	start, end time.Time    // aligned
	limit      *atomic.Int64
}

// newMonitorRun checks a query. A nil limit means a new one; queries that are
// asked together share what they learn of the service's.
func (c *Client) newMonitorRun(ctx context.Context, q MonitorQuery, limit *atomic.Int64) (*monitorRun, error) {
	if ctx == nil {
		return nil, errors.New("eip: MonitorSamples: the context is nil")
	}
	if err := q.check("MonitorSamples"); err != nil {
		return nil, err
	}
	q.Period = cmp.Or(q.Period, monitorPeriod)
	q.Parallel = cmp.Or(q.Parallel, monitorParallel)
	// A window must not be longer than a Duration can say.
	q.MaxPoints = int(min(int64(cmp.Or(q.MaxPoints, monitorPoints)), math.MaxInt64/int64(q.Period)))
	if limit == nil {
		limit = new(atomic.Int64)
		limit.Store(int64(q.MaxPoints))
	}
	return &monitorRun{c: c, q: q, start: alignUp(q.Start, q.Period), end: alignUp(q.End, q.Period), limit: limit}, nil
}

// check gives all faults of a query.
func (q MonitorQuery) check(action string) error {
	var v validator
	v.required("AllocationID", q.AllocationID)
	q.faults(&v)
	if len(v.faults) > 0 {
		return &ValidationError{Action: action, Faults: v.faults}
	}
	return nil
}

func (q MonitorQuery) faults(v *validator) {
	if q.Start.IsZero() {
		v.fault("Start", "", "is required")
	}
	if q.End.IsZero() {
		v.fault("End", "", "is required")
	}
	ok := v.writable("Start", q.Start)
	ok = v.writable("End", q.End) && ok
	if ok && !q.Start.IsZero() && !q.End.IsZero() && !q.Start.Before(q.End) {
		v.fault("Start", q.Start.UTC().Format(layoutSeconds), "must be before End (here "+q.End.UTC().Format(layoutSeconds)+")")
	}
	if q.Period < 0 || q.Period%time.Second != 0 {
		v.fault("Period", q.Period.String(), "must be a positive number of whole seconds")
	}
	v.notNegative("MaxPoints", q.MaxPoints)
	v.notNegative("Parallel", q.Parallel)
}

// alignUp gives the first multiple of the period that is not before t.
func alignUp(t time.Time, period time.Duration) time.Time {
	t = t.UTC()
	if down := t.Truncate(period); !down.Equal(t) {
		return down.Add(period)
	}
	return t.Truncate(period) // without a monotonic clock
}

// window is a part of a span: samples that begin at start or later, and before
// end. Both are multiples of the period.
type window struct{ start, end time.Time }

// windows cuts the span into the fewest parts.
func (r *monitorRun) windows() iter.Seq[window] {
	return func(yield func(window) bool) {
		for w := (window{start: r.start}); w.start.Before(r.end); w.start = w.end {
			w.end = r.upTo(w.start, r.q.MaxPoints, r.end)
			if !yield(w) {
				return
			}
		}
	}
}

// upTo is where a window of so many points from start ends, within end.
func (r *monitorRun) upTo(start time.Time, points int, end time.Time) time.Time {
	if full := start.Add(time.Duration(points) * r.q.Period); full.Before(end) {
		return full
	}
	return end
}

// windowSamples is what became of a window. With an error, the samples are
// those before it.
type windowSamples struct {
	samples []Sample
	err     error
}

// fetch reads one window: in one call, or in several if the service turns out
// to give fewer points than the window has.
func (r *monitorRun) fetch(ctx context.Context, w window) windowSamples {
	var out windowSamples
	for w.start.Before(w.end) {
		limit := int(r.limit.Load())
		end := r.upTo(w.start, limit, w.end)
		res, err := r.c.DescribeEipMonitorData(ctx, &DescribeEipMonitorDataRequest{
			RegionID: r.q.RegionID, AllocationID: r.q.AllocationID,
			StartTime: w.start, EndTime: end, Period: int(r.q.Period / time.Second),
		})
		if errors.Is(err, CodeOperationDeniedTooManyDataQueried) && limit > smallMonitorPoints {
			r.limit.Store(smallMonitorPoints)
			continue
		}
		if err != nil {
			rest := r.q
			rest.Start, rest.End = w.start, r.end
			out.err = &MonitorError{Rest: rest, Start: w.start, End: end, Err: err}
			return out
		}
		got := r.samples(res.EipMonitorDatas, window{w.start, end})
		out.samples = append(out.samples, got...)
		if n := len(got); limit > smallMonitorPoints && cutShort(got, w.start, end) {
			r.limit.Store(smallMonitorPoints)
			end = got[n-1].Start.Add(r.q.Period)
		}
		w.start = end
	}
	return out
}

// samples reads the points of a window: in order, each once, none from outside.
// A point at the very end belongs to the next window, whether or not the
// service gives it here as well.
func (r *monitorRun) samples(data EipMonitorDataList, w window) []Sample {
	out := make([]Sample, 0, len(data))
	for _, d := range data {
		s := Sample{
			Start: d.TimeStamp.UTC().Truncate(r.q.Period), Period: r.q.Period,
			BytesIn: d.EipRX, BytesOut: d.EipTX, Flow: d.EipFlow, Packets: d.EipPackets, EipBandwidth: d.EipBandwidth,
		}
		if !s.Start.Before(w.start) && s.Start.Before(w.end) {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b Sample) int { return a.Start.Compare(b.Start) })
	return slices.CompactFunc(out, func(a, b Sample) bool { return a.Start.Equal(b.Start) })
}

// cutShort says whether an answer looks as the 2019 API reference describes one
// to a window above its limit of 200 points: the first 200, or only the very
// first. The 200 may begin after the window does, and have gaps. If the service
// has no more, asking again costs a call and nothing else.
func cutShort(got []Sample, start, end time.Time) bool {
	switch n := len(got); {
	case n == 0 || end.Sub(start) <= smallMonitorPoints*got[0].Period:
		return false
	case n == 1:
		return got[0].Start.Equal(start)
	default:
		return n == smallMonitorPoints
	}
}
