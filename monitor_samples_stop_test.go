package eip_test

import (
	"context"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/internal/wiretest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// noContext is what a caller forgot.
var noContext context.Context

func TestMonitorStops(t *testing.T) {
	t.Parallel()
	srv, client, id := monitored(t)
	end := lastMinute()
	q := eip.MonitorQuery{AllocationID: id, Start: end.AddDate(0, 0, -30), End: end, Parallel: 1}
	for range client.MonitorSamples(t.Context(), q) {
		break
	}
	assert.Equal(t, 1, srv.Counts().Actions[monitorAction])
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	var last error
	for _, err := range client.MonitorSamples(ctx, q) {
		if n++; n == 500 {
			cancel()
		}
		last = err
	}
	require.ErrorIs(t, last, context.Canceled)
	assert.LessOrEqual(t, n, 801, "what has arrived, and the error")
	var failed *eip.MonitorError
	require.ErrorAs(t, last, &failed)
	assert.Equal(t, q.Start.Add(time.Duration(n-1)*time.Minute), failed.Rest.Start)
}

// A bubble does not end while one of its goroutines is alive.
func TestMonitorLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		answer := wiretest.Answer(200, `{"EipMonitorDatas":{"EipMonitorData":[{"TimeStamp":"2026-03-01T00:00:00Z"},{"TimeStamp":"2026-03-01T00:01:00Z"}]}}`)
		client := wired(t, wiretest.New(func(conn net.Conn, r *wiretest.Request) bool {
			if r.Params.Get("StartTime") == start.Format(time.RFC3339) {
				return answer(conn, r)
			}
			return wiretest.Stall()(conn, r)
		}))
		q := eip.MonitorQuery{AllocationID: "eip-1", Start: start, End: start.AddDate(0, 0, 10)}
		begin := time.Now()
		for range client.MonitorSamples(t.Context(), q) {
			break
		}
		assert.Zero(t, time.Since(begin), "leaving does not wait for the calls that hang")
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		_, err := client.MonitorSeries(ctx, q)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 3*time.Second, time.Since(begin))
		q.AllocationID = ""
		for _, err := range client.MonitorAddresses(ctx, []string{"eip-1", "eip-2", "eip-3"}, q) {
			require.ErrorIs(t, err, context.DeadlineExceeded)
		}
	})
}

func TestMonitorAddresses(t *testing.T) {
	t.Parallel()
	srv, client, first := monitored(t, eiptest.WithPointLimit(200))
	ids := []string{first}
	for range 9 {
		res, err := client.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{})
		require.NoError(t, err)
		ids = append(ids, res.AllocationID)
	}
	end := lastMinute()
	q := eip.MonitorQuery{Start: end.Add(-1000 * time.Minute), End: end, Parallel: 3}
	var active, most atomic.Int64
	srv.Before(func(c eiptest.Call) {
		now := int64(srv.Counts().Active)
		active.Store(now)
		if now > most.Load() {
			most.Store(now)
		}
	})
	var got []string
	for s, err := range client.MonitorAddresses(t.Context(), ids, q) {
		require.NoError(t, err)
		got = append(got, s.AllocationID)
		requireGrid(t, s.Samples, q.Start, time.Minute, 1000)
		one := q
		one.AllocationID = s.AllocationID
		assert.Equal(t, collect(t, client, one), s.Samples)
	}
	assert.Equal(t, ids, got)
	assert.LessOrEqual(t, most.Load(), int64(3+3), "three addresses, and this test's own three windows")

	before := srv.Counts()
	for range client.MonitorAddresses(t.Context(), ids, q) {
	}
	refused := srv.Counts().Codes["OperationDenied.TooManyDataQueried"] - before.Codes["OperationDenied.TooManyDataQueried"]
	assert.LessOrEqual(t, refused, 3, "what one address taught of the limit, the others know")
	assert.Equal(t, 10*5+refused, srv.Counts().Actions[monitorAction]-before.Actions[monitorAction])

	broken := slices.Clone(ids)
	broken[4] = "eip-gone"
	got = nil
	var last error
	for s, err := range client.MonitorAddresses(t.Context(), broken, q) {
		require.NoError(t, last, "nothing comes after the error")
		if last = err; err == nil {
			got = append(got, s.AllocationID)
		} else {
			assert.Nil(t, s)
		}
	}
	assert.Equal(t, ids[:4], got, "those before it, in order")
	require.ErrorIs(t, last, eip.ErrNotFound)
	require.ErrorContains(t, last, "eip-gone")
	for range client.MonitorAddresses(t.Context(), nil, q) {
		t.Error("no addresses, no series")
	}
}

func TestMonitorQueryFaults(t *testing.T) {
	t.Parallel()
	srv, client, id := monitored(t)
	now := lastMinute()
	good := eip.MonitorQuery{AllocationID: id, Start: now.Add(-time.Hour), End: now}
	for name, c := range map[string]struct {
		change func(*eip.MonitorQuery)
		want   string
	}{
		"no address":      {func(q *eip.MonitorQuery) { q.AllocationID = " " }, "AllocationID"},
		"no start":        {func(q *eip.MonitorQuery) { q.Start = time.Time{} }, "Start: is required"},
		"no end":          {func(q *eip.MonitorQuery) { q.End = time.Time{} }, "End: is required"},
		"swapped":         {func(q *eip.MonitorQuery) { q.Start, q.End = q.End, q.Start }, "must be before End"},
		"empty":           {func(q *eip.MonitorQuery) { q.Start = q.End }, "must be before End"},
		"year 10000":      {func(q *eip.MonitorQuery) { q.End = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, "End"},
		"half a second":   {func(q *eip.MonitorQuery) { q.Period = 1500 * time.Millisecond }, "Period (1.5s)"},
		"negative period": {func(q *eip.MonitorQuery) { q.Period = -time.Minute }, "Period (-1m0s)"},
		"points":          {func(q *eip.MonitorQuery) { q.MaxPoints = -1 }, "MaxPoints"},
		"parallel":        {func(q *eip.MonitorQuery) { q.Parallel = -1 }, "Parallel"},
	} {
		q := good
		c.change(&q)
		_, err := client.MonitorSeries(t.Context(), q)
		var invalid *eip.ValidationError
		require.ErrorAs(t, err, &invalid, name)
		require.ErrorContains(t, err, c.want, name)
		n := 0
		for _, err := range client.MonitorSamples(t.Context(), q) {
			require.ErrorAs(t, err, &invalid, name)
			n++
		}
		assert.Equal(t, 1, n, name)
		if q.AllocationID == id {
			q.AllocationID = ""
			for _, err := range client.MonitorAddresses(t.Context(), []string{id}, q) {
				require.ErrorAs(t, err, &invalid, name)
				require.ErrorContains(t, err, c.want, name)
			}
		}
	}
	for _, err := range client.MonitorAddresses(t.Context(), []string{id}, good) {
		require.ErrorContains(t, err, "AllocationID")
	}
	good.AllocationID = ""
	for _, err := range client.MonitorAddresses(t.Context(), []string{id, ""}, good) {
		require.ErrorContains(t, err, "ids")
	}
	good.AllocationID = id
	_, err := client.MonitorSeries(noContext, good)
	require.ErrorContains(t, err, "context is nil")
	assert.Zero(t, srv.Counts().Actions[monitorAction])

	// The longest query there is does not overflow: it is refused by the service.
	good.Start, good.End = time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	good.MaxPoints, good.Period = 1<<62, 200*365*24*time.Hour
	_, err = client.MonitorSeries(t.Context(), good)
	require.Error(t, err)
}
