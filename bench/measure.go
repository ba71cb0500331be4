package bench

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"
)

const (
	// roundTime is about how long one subject runs in one round.
	roundTime = 40 * time.Millisecond
	// An operation is warm after so many runs or so much time. The SDK's
	// small answers need about 20,000 runs.
	warmRuns = 20_000
	warmTime = 2 * time.Second
)

// Sample is what one run of an operation cost, as the mean over a round.
type Sample struct {
	Time   time.Duration
	Allocs float64
}

// Series has the samples of each subject, by name; sample i of every subject
// is from round i.
type Series map[string][]Sample

// Measure runs the work of all subjects that have it in interleaved rounds. The
// number of runs in a round is fixed beforehand for each subject, and the
// garbage collector runs before each. Every subject is checked before and
// after.
func Measure(subjects []*Subject, w Work, rounds int, clock Clock) (Series, error) {
	runs := map[string]int{}
	var taking []*Subject
	for _, s := range subjects {
		op, ok := s.Ops[w]
		if !ok {
			continue
		}
		if err := op.Check(w); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", w, s.Name, err)
		}
		once, err := warm(op)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", w, s.Name, err)
		}
		runs[s.Name] = int(max(1, roundTime/max(1, once)))
		taking = append(taking, s)
	}
	series := Series{}
	for round := range rounds {
		for i := range taking {
			// Each round begins with another subject.
			s := taking[(i+round)%len(taking)]
			sample, err := run(s.Ops[w], runs[s.Name], clock)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", w, s.Name, err)
			}
			series[s.Name] = append(series[s.Name], sample)
		}
	}
	for _, s := range taking {
		if err := s.Ops[w].Check(w); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", w, s.Name, err)
		}
	}
	return series, nil
}

// MeasureAllocs is one short round of Measure, too short for its times to mean
// anything.
func MeasureAllocs(subjects []*Subject, w Work) (Series, error) {
	const runs = 300
	series := Series{}
	for _, s := range subjects {
		op, ok := s.Ops[w]
		if !ok {
			continue
		}
		if err := op.Check(w); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", w, s.Name, err)
		}
		if _, err := run(op, runs, Elapsed); err != nil { // fills pools and caches
			return nil, fmt.Errorf("%s: %s: %w", w, s.Name, err)
		}
		sample, err := run(op, runs, Elapsed)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", w, s.Name, err)
		}
		series[s.Name] = []Sample{sample}
	}
	return series, nil
}

// warm returns the time of one run once the operation is warm.
func warm(op Op) (time.Duration, error) {
	// The clock is read once per batch.
	const batch = 20
	repeat := func(runs int, most time.Duration) (time.Duration, error) {
		n, start := 0, time.Now()
		for ; n < runs && time.Since(start) < most; n += batch {
			for range batch {
				if err := op.Do(); err != nil {
					return 0, err
				}
			}
		}
		return time.Since(start) / time.Duration(n), nil
	}
	if _, err := repeat(warmRuns, warmTime); err != nil {
		return 0, err
	}
	return repeat(warmRuns, roundTime)
}

func run(op Op, runs int, clock Clock) (Sample, error) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := clock()
	for range runs {
		if err := op.Do(); err != nil {
			return Sample{}, err
		}
	}
	spent := clock() - start
	runtime.ReadMemStats(&after)
	return Sample{
		Time:   spent / time.Duration(runs),
		Allocs: float64(after.Mallocs-before.Mallocs) / float64(runs),
	}, nil
}

// Time is the median time of one run.
func (s Series) Time(subject string) time.Duration {
	return time.Duration(s.quantile(subject, 0.5, func(i int) float64 { return float64(s[subject][i].Time) }))
}

// Allocs is the median number of allocations of one run.
func (s Series) Allocs(subject string) float64 {
	return s.quantile(subject, 0.5, func(i int) float64 { return s[subject][i].Allocs })
}

// Ratio is the median over the rounds of the time of one subject to the time
// of another in the same round; low and high are its quartiles.
func (s Series) Ratio(subject, to string) (low, median, high float64) {
	value := func(i int) float64 { return float64(s[subject][i].Time) / float64(s[to][i].Time) }
	return s.quantile(subject, 0.25, value), s.quantile(subject, 0.5, value), s.quantile(subject, 0.75, value)
}

// quantile interpolates between the values of the subject's rounds.
func (s Series) quantile(subject string, q float64, value func(round int) float64) float64 {
	values := make([]float64, len(s[subject]))
	for i := range values {
		values[i] = value(i)
	}
	slices.Sort(values)
	at := q * float64(len(values)-1)
	i := int(at)
	if i+1 == len(values) {
		return values[i]
	}
	return values[i] + (at-float64(i))*(values[i+1]-values[i])
}

// Connections counts the connections that a new client of the subject opens
// for the given number of goroutines, which make one call each, so many times.
// They begin each round together, so that the rounds need the same connections.
// The server takes 2 ms to answer, so that the calls overlap as they would with
// a remote service.
func Connections(s *Subject, goroutines, rounds int) (int64, error) {
	srv := NewLoopback(2 * time.Millisecond)
	defer srv.Close()
	call, done, err := s.Dial(srv.URL())
	if err != nil {
		return 0, err
	}
	defer done()
	want := allocated().get("AllocationId").(string)
	checked := func() error {
		id, err := call()
		if err == nil && id != want {
			err = fmt.Errorf("address %q, want %q", id, want)
		}
		return err
	}
	if err := checked(); err != nil { // the SDK makes its transport in the first call
		return 0, fmt.Errorf("%s: %w", s.Name, err)
	}
	errs := make([]error, goroutines)
	for range rounds {
		var wg sync.WaitGroup
		for i := range goroutines {
			wg.Go(func() { errs[i] = checked() })
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			return 0, fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	return srv.Opened(), nil
}
