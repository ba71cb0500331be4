package eip_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
	"github.com/eipkit/eip-go/internal/wiretest"
)

const monitorAction = "DescribeEipMonitorData"

// monitored is a fake with one address, and a client without long waits.
func monitored(t *testing.T, opts ...eiptest.Option) (*eiptest.Server, *eip.Client, string) {
	t.Helper()
	srv := eiptest.NewServer(t, opts...)
	client := srv.Client(t, eip.WithBackoff(time.Millisecond, time.Millisecond))
	res, err := client.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{})
	require.NoError(t, err)
	return srv, client, res.AllocationID
}

// lastMinute is a recent full minute.
func lastMinute() time.Time { return time.Now().UTC().Truncate(time.Minute).Add(-time.Minute) }

func collect(t *testing.T, client *eip.Client, q eip.MonitorQuery) []eip.Sample {
	t.Helper()
	var got []eip.Sample
	for s, err := range client.MonitorSamples(t.Context(), q) {
		require.NoError(t, err)
		got = append(got, s)
	}
	return got
}

// requireGrid wants one sample for each period from start on.
func requireGrid(t *testing.T, got []eip.Sample, start time.Time, period time.Duration, n int) {
	t.Helper()
	require.Len(t, got, n)
	for i, s := range got {
		if want := start.Add(time.Duration(i) * period); s.Start != want || s.Period != period {
			t.Fatalf("sample %d begins at %v and lasts %v, not at %v and %v", i, s.Start, s.Period, want, period)
		}
	}
}

func TestMonthOfMinutes(t *testing.T) {
	t.Parallel()
	const days = 30
	for _, parallel := range []int{1, 0, 16} {
		t.Run(fmt.Sprint(parallel), func(t *testing.T) {
			t.Parallel()
			srv, client, id := monitored(t)
			end := lastMinute()
			q := eip.MonitorQuery{AllocationID: id, Start: end.AddDate(0, 0, -days), End: end, Parallel: parallel}
			got := collect(t, client, q)
			requireGrid(t, got, q.Start, time.Minute, 43_200)
			assert.Equal(t, 108, srv.Counts().Actions[monitorAction], "43,200 points by 400")

			// What a single call says of any place is what the walk gave there.
			for _, at := range []int{0, 399, 400, 21_600, 43_199} {
				res, err := client.DescribeEipMonitorData(t.Context(), &eip.DescribeEipMonitorDataRequest{
					AllocationID: id, StartTime: got[at].Start, EndTime: got[at].Start.Add(time.Minute),
				})
				require.NoError(t, err)
				require.Len(t, res.EipMonitorDatas, 1)
				d := res.EipMonitorDatas[0]
				assert.Equal(t, eip.Sample{
					Start: d.TimeStamp, Period: time.Minute, BytesIn: d.EipRX, BytesOut: d.EipTX,
					Flow: d.EipFlow, Packets: d.EipPackets, EipBandwidth: d.EipBandwidth,
				}, got[at])
			}
		})
	}
}

func TestMonitorOffTheMinute(t *testing.T) {
	t.Parallel()
	srv, client, id := monitored(t)
	base := lastMinute().Add(-24 * time.Hour).Truncate(time.Hour)
	full := collect(t, client, eip.MonitorQuery{AllocationID: id, Start: base, End: base.Add(20 * time.Hour)})
	for name, c := range map[string]struct {
		start, end time.Duration
		from, to   int // minutes
	}{
		"on the minute":      {0, 20 * time.Hour, 0, 1200},
		"start off":          {17 * time.Second, 20 * time.Hour, 1, 1200},
		"end off":            {0, 10*time.Hour + time.Second, 0, 601},
		"both off":           {59*time.Minute + 59*time.Second, 10*time.Hour + time.Nanosecond, 60, 601},
		"one minute":         {time.Minute, 2 * time.Minute, 1, 2},
		"less than a minute": {time.Minute + time.Second, time.Minute + 59*time.Second, 2, 2},
		"around one start":   {30 * time.Second, 90 * time.Second, 1, 2},
	} {
		before := srv.Counts().Actions[monitorAction]
		zone := time.FixedZone("UTC+8", 8*60*60)
		got := collect(t, client, eip.MonitorQuery{AllocationID: id, Start: base.Add(c.start).In(zone), End: base.Add(c.end).In(zone)})
		assert.Equal(t, append([]eip.Sample(nil), full[c.from:c.to]...), got, name)
		assert.Equal(t, (c.to-c.from+399)/400, srv.Counts().Actions[monitorAction]-before, "calls: %s", name)
	}
	// Spans that share an end share no sample, wherever the end lies.
	for cut := time.Minute; cut < 2*time.Minute; cut += 13 * time.Second {
		q := eip.MonitorQuery{AllocationID: id, Start: base, End: base.Add(cut)}
		first := collect(t, client, q)
		q.Start, q.End = q.End, base.Add(time.Hour)
		assert.Equal(t, full[:60], append(first, collect(t, client, q)...), "%v", cut)
	}
}

func TestMonitorPeriods(t *testing.T) {
	t.Parallel()
	srv, client, id := monitored(t)
	start := lastMinute().Add(-20 * 24 * time.Hour).Truncate(time.Hour)
	for _, period := range []time.Duration{5 * time.Minute, 15 * time.Minute, time.Hour} {
		before := srv.Counts().Actions[monitorAction]
		n := int(19 * 24 * time.Hour / period)
		got := collect(t, client, eip.MonitorQuery{
			AllocationID: id, Start: start.Add(time.Second - period), End: start.Add(19 * 24 * time.Hour), Period: period,
		})
		requireGrid(t, got, start, period, n)
		assert.Equal(t, (n+399)/400, srv.Counts().Actions[monitorAction]-before)
	}
	for _, err := range client.MonitorSamples(t.Context(), eip.MonitorQuery{
		AllocationID: id, Start: start, End: start.Add(time.Hour), Period: 7 * time.Minute,
	}) {
		require.ErrorIs(t, err, eip.Code("InvalidPeriod.ValueNotSupported"), "which periods there are is the service's business")
	}
}

func TestMonitorSmallerLimit(t *testing.T) {
	t.Parallel()
	srv, client, id := monitored(t, eiptest.WithPointLimit(200))
	end := lastMinute()
	q := eip.MonitorQuery{AllocationID: id, Start: end.AddDate(0, 0, -5), End: end, Parallel: 1}
	requireGrid(t, collect(t, client, q), q.Start, time.Minute, 7_200)
	assert.Equal(t, 36+1, srv.Counts().Actions[monitorAction], "one refusal, then 7,200 points by 200")

	before := srv.Counts()
	q.Parallel = 4
	requireGrid(t, collect(t, client, q), q.Start, time.Minute, 7_200)
	refused := srv.Counts().Codes["OperationDenied.TooManyDataQueried"] - before.Codes["OperationDenied.TooManyDataQueried"]
	assert.LessOrEqual(t, refused, 4, "no more refusals than were under way")
	assert.Equal(t, 36+refused, srv.Counts().Actions[monitorAction]-before.Actions[monitorAction])

	q.MaxPoints = 200
	before = srv.Counts()
	requireGrid(t, collect(t, client, q), q.Start, time.Minute, 7_200)
	assert.Equal(t, 36, srv.Counts().Actions[monitorAction]-before.Actions[monitorAction])

	// A limit below the smaller one is not guessed at.
	_, tight, id := monitored(t, eiptest.WithPointLimit(199))
	q.AllocationID, q.MaxPoints = id, 0
	_, err := tight.MonitorSeries(t.Context(), q)
	require.ErrorIs(t, err, eip.CodeOperationDeniedTooManyDataQueried)
	q.MaxPoints = 199
	series, err := tight.MonitorSeries(t.Context(), q)
	require.NoError(t, err)
	assert.Zero(t, series.Missing())
}

// wired is a client of a scripted peer.
func wired(t *testing.T, srv *wiretest.Server) *eip.Client {
	t.Helper()
	hc := srv.Client()
	t.Cleanup(func() { hc.CloseIdleConnections(); srv.Close() })
	client, err := eip.NewClient("cn-hangzhou", eip.WithEndpoint("http://fake.invalid"),
		eip.WithCredentials(eip.StaticCredentials("id", "secret")), eip.WithHTTPClient(hc))
	require.NoError(t, err)
	return client
}

// scripted is a client of a peer that answers monitor calls as told.
func scripted(t *testing.T, points func(start, end time.Time, period time.Duration) []time.Time) (*eip.Client, *wiretest.Server) {
	t.Helper()
	srv := wiretest.New(wiretest.AnswerWith(200, func(r *wiretest.Request) string {
		start, err1 := time.Parse(time.RFC3339, r.Params.Get("StartTime"))
		end, err2 := time.Parse(time.RFC3339, r.Params.Get("EndTime"))
		period, err3 := time.ParseDuration(r.Params.Get("Period") + "s")
		if err := errors.Join(err1, err2, err3); err != nil {
			return err.Error()
		}
		var b strings.Builder
		for i, at := range points(start, end, period) {
			if i > 0 {
				b.WriteString(",")
			}
			fmt.Fprintf(&b, `{"TimeStamp":%q,"EipRX":%d,"EipTX":1,"EipFlow":%d}`, at.Format(time.RFC3339), at.Unix()/60, at.Unix()/60+1)
		}
		return `{"RequestId":"r","EipMonitorDatas":{"EipMonitorData":[` + b.String() + `]}}`
	}))
	return wired(t, srv), srv
}

func steps(start, end time.Time, period time.Duration) []time.Time {
	var out []time.Time
	for at := start; at.Before(end); at = at.Add(period) {
		out = append(out, at)
	}
	return out
}

// The 2019 API reference does not say that too long a window is refused.
func TestMonitorCutShort(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for name, cut := range map[string]int{"the first 200": 200, "only the first": 1} {
		client, srv := scripted(t, func(start, end time.Time, period time.Duration) []time.Time {
			all := steps(start, end, period)
			if len(all) > 200 {
				all = all[:cut]
			}
			return all
		})
		q := eip.MonitorQuery{AllocationID: "eip-1", Start: start, End: start.Add(2000 * time.Minute), Parallel: 1}
		requireGrid(t, collect(t, client, q), start, time.Minute, 2000)
		assert.LessOrEqual(t, len(srv.Requests()), 11, name)
	}
	// The same, and the first minute is missing.
	gap, _ := scripted(t, func(s, end time.Time, period time.Duration) []time.Time {
		all := slices.DeleteFunc(steps(s, end, period), func(at time.Time) bool { return at.Equal(start) })
		return all[:min(len(all), 200)]
	})
	requireGrid(t, collect(t, gap, eip.MonitorQuery{AllocationID: "eip-1", Start: start, End: start.Add(400 * time.Minute)}),
		start.Add(time.Minute), time.Minute, 399)
	// An address that has so few points is asked about once more, and believed.
	client, srv := scripted(t, func(s, end time.Time, period time.Duration) []time.Time {
		return slices.DeleteFunc(steps(s, end, period), func(at time.Time) bool { return at.Sub(start) >= 200*time.Minute })
	})
	series, err := client.MonitorSeries(t.Context(), eip.MonitorQuery{
		AllocationID: "eip-1", Start: start, End: start.Add(800 * time.Minute), Parallel: 1,
	})
	require.NoError(t, err)
	requireGrid(t, series.Samples, start, time.Minute, 200)
	assert.Equal(t, 600, series.Missing())
	assert.Len(t, srv.Requests(), 4)
}

func TestMonitorStrangePoints(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	client, _ := scripted(t, func(from, to time.Time, period time.Duration) []time.Time {
		all := steps(from.Add(-3*period), to.Add(4*period), period) // both ends, and beyond
		for i := range all {
			all[i] = all[i].Add(23 * time.Second) // as the reference's own example of a TimeStamp
		}
		slices.Reverse(all)
		return append(all, all...)
	})
	got := collect(t, client, eip.MonitorQuery{AllocationID: "eip-1", Start: start, End: start.Add(1000 * time.Minute)})
	requireGrid(t, got, start, time.Minute, 1000)
	for _, s := range got {
		assert.Equal(t, s.Start.Unix()/60, s.BytesIn, "the sample of its own minute")
	}
}

func TestMonitorGaps(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	at := func(minute int) time.Time { return start.Add(time.Duration(minute) * time.Minute) }
	missing := func(m int) bool { return m < 5 || m >= 390 && m < 410 || m == 700 || m >= 995 }
	client, _ := scripted(t, func(from, to time.Time, period time.Duration) []time.Time {
		return slices.DeleteFunc(steps(from, to, period), func(t time.Time) bool { return missing(int(t.Sub(start) / time.Minute)) })
	})
	series, err := client.MonitorSeries(t.Context(), eip.MonitorQuery{AllocationID: "eip-1", Start: start, End: at(1000)})
	require.NoError(t, err)
	assert.Equal(t, []eip.MonitorGap{
		{at(0), at(5), 5}, {at(390), at(410), 20}, {at(700), at(701), 1}, {at(995), at(1000), 5},
	}, series.Gaps())
	assert.Equal(t, 1000, series.Expected())
	assert.Equal(t, 31, series.Missing())
	points := series.Points(eip.Sample.BitsIn)
	require.Len(t, points, 1000)
	for i, p := range points {
		assert.Equal(t, missing(i), p != p, "%d: NaN, not 0", i) //nolint:testifylint // NaN is what differs from itself
	}

	none, _ := scripted(t, func(time.Time, time.Time, time.Duration) []time.Time { return nil })
	series, err = none.MonitorSeries(t.Context(), eip.MonitorQuery{AllocationID: "eip-1", Start: start, End: at(1000)})
	require.NoError(t, err)
	assert.Empty(t, series.Samples)
	assert.Equal(t, []eip.MonitorGap{{at(0), at(1000), 1000}}, series.Gaps())
}

// One window fails and is asked again: by the client itself, and by the caller.
func TestMonitorWindowFails(t *testing.T) {
	t.Parallel()
	for _, parallel := range []int{1, 4} {
		t.Run(fmt.Sprint(parallel), func(t *testing.T) {
			t.Parallel()
			srv, client, id := monitored(t)
			end := lastMinute()
			q := eip.MonitorQuery{AllocationID: id, Start: end.Add(-10_000*time.Minute + 20*time.Second), End: end, Parallel: parallel}
			want := collect(t, client, q)
			requireGrid(t, want, end.Add(-9_999*time.Minute), time.Minute, 9_999)

			before := srv.Counts().Actions[monitorAction]
			srv.Fail(monitorAction, fault.Pass(), fault.Pass(), fault.CutAfter(), fault.Pass(), fault.CutBody(), fault.BadGateway())
			assert.Equal(t, want, collect(t, client, q), "the client's own attempts")
			assert.Equal(t, 25+3, srv.Counts().Actions[monitorAction]-before)

			for _, faults := range [][]fault.Fault{
				{fault.RefuseWith(403, "Forbidden.RAM", "no")},
				{fault.Pass().Times(7), fault.RefuseWith(403, "Forbidden.RAM", "no"), fault.Pass(), fault.RefuseWith(403, "Forbidden.RAM", "no")},
				{fault.Pass().Times(24), fault.RefuseWith(403, "Forbidden.RAM", "no")},
			} {
				srv.Fail(monitorAction, faults...)
				var got []eip.Sample
				failures := 0
				for rest := q; rest.AllocationID != ""; {
					var failed *eip.MonitorError
					ended := false
					for s, err := range client.MonitorSamples(t.Context(), rest) {
						require.False(t, ended, "nothing comes after the error")
						if err == nil {
							got = append(got, s)
							continue
						}
						ended = true
						failures++
						require.ErrorAs(t, err, &failed)
						require.ErrorIs(t, err, eip.ErrPermission)
						require.ErrorContains(t, err, id)
						require.Equal(t, failed.Start, failed.Rest.Start)
						require.Equal(t, end, failed.Rest.End)
					}
					rest = eip.MonitorQuery{}
					if failed != nil {
						rest = failed.Rest
					}
				}
				assert.Positive(t, failures)
				assert.Equal(t, want, got, "without gap or double")
				srv.Calm()
			}
			srv.Fail(monitorAction, fault.Pass(), fault.RefuseWith(403, "Forbidden.RAM", "no"))
			series, err := client.MonitorSeries(t.Context(), q)
			require.ErrorIs(t, err, eip.ErrPermission)
			assert.Nil(t, series)
		})
	}
}
