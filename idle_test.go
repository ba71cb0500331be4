package eip_test

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

const day = 24 * time.Hour

// estate is a fake with addresses of every kind, by name.
func estate(t *testing.T) (*eiptest.Server, *eip.Client, map[string]string) {
	t.Helper()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0), eiptest.WithQuota(100))
	client := srv.Client(t, eip.WithBackoff(time.Millisecond, time.Millisecond), eip.WithMaxAttempts(3))
	ids := map[string]string{}
	make := func(name string, change func(*eiptest.Address)) {
		res, err := client.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{
			Tags: eip.Tags{"team": "a"}, ResourceGroupID: "rg-1",
		})
		require.NoError(t, err)
		ids[name] = res.AllocationID
		require.True(t, srv.Change(res.AllocationID, func(a *eiptest.Address) {
			a.CreatedAt = a.CreatedAt.Add(-10 * day)
			if change != nil {
				change(a)
			}
		}))
	}
	make("idle", nil)
	make("oldest", func(a *eiptest.Address) { a.CreatedAt = a.CreatedAt.Add(-90 * day) })
	make("quiet", func(a *eiptest.Address) { a.Quiet = true })
	make("bound", nil)
	require.True(t, srv.ForceBind(ids["bound"], "i-test1"))
	make("moving", func(a *eiptest.Address) { a.Status = eiptest.Associating })
	make("subscription", func(a *eiptest.Address) { a.ChargeType = "PrePaid" })
	make("package", func(a *eiptest.Address) { a.BandwidthPackageID = "cbwp-1" })
	make("managed", func(a *eiptest.Address) { a.ServiceManaged = true })
	make("protected", func(a *eiptest.Address) { a.DeletionProtection = true })
	make("young", func(a *eiptest.Address) { a.CreatedAt = time.Now().Add(-23 * time.Hour) })
	make("other team", func(a *eiptest.Address) { a.Tags = map[string]string{"team": "b"} })
	make("other group", func(a *eiptest.Address) { a.ResourceGroupID = "rg-2" })
	segmentOf(t, client, 28)
	for _, a := range srv.Addresses() {
		if a.SegmentID != "" {
			require.True(t, srv.Change(a.AllocationID, func(a *eiptest.Address) { a.CreatedAt = a.CreatedAt.Add(-10 * day) }))
		}
	}
	return srv, client, ids
}

func idleIDs(r *eip.IdleReport) []string {
	var out []string
	for _, a := range r.Idle {
		out = append(out, a.Address.AllocationID)
	}
	return out
}

func TestFindIdle(t *testing.T) {
	t.Parallel()
	srv, client, ids := estate(t)
	before := len(srv.AddressesEverMade())
	report, err := client.FindIdle(t.Context(), eip.IdleQuery{})
	require.NoError(t, err)
	assert.Equal(t, ids["oldest"], report.Idle[0].Address.AllocationID, "the oldest first")
	assert.ElementsMatch(t, []string{ids["idle"], ids["oldest"], ids["quiet"], ids["other team"], ids["other group"]}, idleIDs(report))
	assert.Equal(t, "cn-hangzhou", report.RegionID)
	assert.WithinDuration(t, time.Now(), report.MadeAt, time.Minute)
	assert.InDelta(t, float64(100*day), float64(report.Idle[0].Age), float64(2*time.Minute))
	why := map[string]eip.KeepReason{}
	inSegment := 0
	for _, k := range report.Kept {
		if k.Reason == eip.KeepInSegment {
			inSegment++
			continue
		}
		why[k.AllocationID] = k.Reason
	}
	assert.Equal(t, 13, inSegment)
	assert.Equal(t, map[string]eip.KeepReason{
		ids["bound"]: eip.KeepBound, ids["moving"]: eip.KeepInTransition, ids["subscription"]: eip.KeepNotPostPaid,
		ids["package"]: eip.KeepInBandwidthPackage, ids["managed"]: eip.KeepServiceManaged,
		ids["protected"]: eip.KeepProtected, ids["young"]: eip.KeepYoung,
	}, why)
	for _, a := range report.Idle {
		assert.Nil(t, a.Traffic, "not asked for")
	}
	assert.Zero(t, srv.Counts().Actions[monitorAction])
	assert.Zero(t, srv.Counts().Actions["ReleaseEipAddress"])
	assert.Len(t, srv.AddressesEverMade(), before)

	for name, c := range map[string]struct {
		q    eip.IdleQuery
		want []string
	}{
		"by tag":      {eip.IdleQuery{Tags: eip.Tags{"team": "b"}}, []string{"other team"}},
		"by group":    {eip.IdleQuery{ResourceGroupID: "rg-2"}, []string{"other group"}},
		"both":        {eip.IdleQuery{Tags: eip.Tags{"team": "a"}, ResourceGroupID: "rg-1"}, []string{"idle", "oldest", "quiet"}},
		"older":       {eip.IdleQuery{MinAge: 30 * day}, []string{"oldest"}},
		"any age":     {eip.IdleQuery{MinAge: time.Nanosecond, ResourceGroupID: "rg-1", Tags: eip.Tags{"team": "a"}}, []string{"idle", "oldest", "quiet", "young"}},
		"none":        {eip.IdleQuery{MinAge: 1000 * day}, nil},
		"no such tag": {eip.IdleQuery{Tags: eip.Tags{"team": "c"}}, nil},
	} {
		got, err := client.FindIdle(t.Context(), c.q)
		require.NoError(t, err, name)
		var want []string
		for _, n := range c.want {
			want = append(want, ids[n])
		}
		assert.ElementsMatch(t, want, idleIDs(got), name)
	}
}

func TestFindIdleTraffic(t *testing.T) {
	t.Parallel()
	srv, client, ids := estate(t)
	report, err := client.FindIdle(t.Context(), eip.IdleQuery{TrafficOver: 7*day + 20*time.Minute, Parallel: 2})
	require.NoError(t, err)
	assert.Equal(t, len(report.Idle), srv.Counts().Actions[monitorAction], "168 hours fit into one call")
	for _, a := range report.Idle {
		require.NotNil(t, a.Traffic)
		assert.Equal(t, 168, a.Traffic.Samples)
		assert.Zero(t, a.Traffic.Missing)
		if a.Address.AllocationID == ids["quiet"] {
			assert.Equal(t, eip.IdleTraffic{Since: a.Traffic.Since, Samples: 168}, *a.Traffic)
			continue
		}
		series, err := client.MonitorSeries(t.Context(), eip.MonitorQuery{
			AllocationID: a.Address.AllocationID, Period: time.Hour, Start: a.Traffic.Since, End: a.Traffic.Since.Add(7 * day),
		})
		require.NoError(t, err)
		in, out := series.Bytes()
		assert.Equal(t, in+out, a.Traffic.Bytes)
		assert.InDelta(t, series.Total().Peak(), a.Traffic.Peak, 0)
		i := slices.Index(series.Total(), a.Traffic.Peak)
		assert.Equal(t, series.Samples[i].Start, a.Traffic.PeakAt)
	}
	srv.Fail(monitorAction, fault.RefuseWith(403, "Forbidden.RAM", "no"))
	report, err = client.FindIdle(t.Context(), eip.IdleQuery{TrafficOver: day})
	require.ErrorIs(t, err, eip.ErrPermission)
	assert.Nil(t, report)
}

// What the service does not tell is no ground for releasing.
func TestFindIdleNeedsToBeTold(t *testing.T) {
	t.Parallel()
	srv, client, ids := estate(t)
	srv.Change(ids["idle"], func(a *eiptest.Address) { a.ChargeType = "" })
	srv.Change(ids["oldest"], func(a *eiptest.Address) { a.Status = "" })
	report, err := client.FindIdle(t.Context(), eip.IdleQuery{})
	require.NoError(t, err)
	assert.NotContains(t, idleIDs(report), ids["idle"])
	assert.NotContains(t, idleIDs(report), ids["oldest"])
}

// A report that has grown old releases nothing that has changed since.
func TestReleaseIdleFromAnOldReport(t *testing.T) {
	t.Parallel()
	changes := map[string]struct {
		do     func(*eiptest.Server, string)
		reason eip.KeepReason
	}{
		"bound":         {func(s *eiptest.Server, id string) { s.ForceBind(id, "i-test2") }, eip.KeepBound},
		"being bound":   {func(s *eiptest.Server, id string) { s.SetStatus(id, eiptest.Associating) }, eip.KeepInTransition},
		"being unbound": {func(s *eiptest.Server, id string) { s.SetStatus(id, eiptest.Unassociating) }, eip.KeepInTransition},
		"protected": {func(s *eiptest.Server, id string) {
			s.Change(id, func(a *eiptest.Address) { a.DeletionProtection = true })
		}, eip.KeepProtected},
		"tag added":    {func(s *eiptest.Server, id string) { s.SetTags(id, map[string]string{"team": "a", "keep": "yes"}) }, eip.KeepRetagged},
		"tag changed":  {func(s *eiptest.Server, id string) { s.SetTags(id, map[string]string{"team": "b"}) }, eip.KeepRetagged},
		"tags removed": {func(s *eiptest.Server, id string) { s.SetTags(id, nil) }, eip.KeepRetagged},
		"subscription": {func(s *eiptest.Server, id string) {
			s.Change(id, func(a *eiptest.Address) { a.ChargeType = "PrePaid" })
		}, eip.KeepNotPostPaid},
		"package": {func(s *eiptest.Server, id string) {
			s.Change(id, func(a *eiptest.Address) { a.BandwidthPackageID = "cbwp-9" })
		}, eip.KeepInBandwidthPackage},
		"managed": {func(s *eiptest.Server, id string) { s.Change(id, func(a *eiptest.Address) { a.ServiceManaged = true }) }, eip.KeepServiceManaged},
		"other group": {func(s *eiptest.Server, id string) {
			s.Change(id, func(a *eiptest.Address) { a.ResourceGroupID = "rg-9" })
		}, eip.KeepMoved},
		"made anew": {func(s *eiptest.Server, id string) {
			s.Change(id, func(a *eiptest.Address) { a.CreatedAt = a.CreatedAt.Add(day) })
		}, eip.KeepRecreated},
		"gone":         {func(s *eiptest.Server, id string) { s.ForceRelease(id) }, eip.KeepGone},
		"nothing":      {func(*eiptest.Server, string) {}, ""},
		"nothing, too": {func(*eiptest.Server, string) {}, ""},
	}
	for _, mode := range []string{"release", "dry run", "changed at the last moment"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			srv := eiptest.NewServer(t, eiptest.WithTransition(0))
			client := srv.Client(t)
			byID := map[string]string{}
			for name := range changes {
				res, err := client.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{Tags: eip.Tags{"team": "a"}})
				require.NoError(t, err)
				byID[res.AllocationID] = name
				srv.Change(res.AllocationID, func(a *eiptest.Address) { a.CreatedAt = a.CreatedAt.Add(-10 * day) })
			}
			found, err := client.FindIdle(t.Context(), eip.IdleQuery{})
			require.NoError(t, err)
			require.Len(t, found.Idle, len(changes))
			// The report goes through a file.
			text, err := json.Marshal(found)
			require.NoError(t, err)
			report := new(eip.IdleReport)
			require.NoError(t, json.Unmarshal(text, report))
			require.Equal(t, found, report)

			late := mode == "changed at the last moment"
			changed := map[string]bool{}
			if late { // between the check and the release
				srv.Before(func(c eiptest.Call) {
					if id := c.Params["AllocationId"]; c.Action == "ReleaseEipAddress" && !changed[id] {
						changed[id] = true
						changes[byID[id]].do(srv, id)
					}
				})
			} else {
				for id, name := range byID {
					changes[name].do(srv, id)
				}
			}
			alive := len(srv.Addresses())
			results, err := client.ReleaseIdle(t.Context(), report, eip.ReleaseIdleOptions{DryRun: mode == "dry run"})
			require.NoError(t, err)
			require.Len(t, results, len(changes))
			for i, r := range results {
				name := byID[r.AllocationID]
				assert.Equal(t, report.Idle[i].Address.AllocationID, r.AllocationID, "in the report's order")
				assert.Equal(t, report.Idle[i].Address.IPAddress, r.IPAddress)
				_, there := srv.Address(r.AllocationID)
				switch {
				case late:
					// What the service itself does not look at goes through.
					refused := slices.Contains([]string{"bound", "being bound", "being unbound", "protected", "subscription", "gone", "package"}, name)
					if refused {
						assert.Equal(t, []any{eip.IdleKept, changes[name].reason, name != "gone"}, []any{r.Outcome, r.Reason, there}, name)
						require.Error(t, r.Err, name)
					}
				case changes[name].reason != "":
					if name == "protected" || name == "managed" || name == "package" {
						var why *eip.StateError
						require.ErrorAs(t, r.Err, &why, name)
						r.Err = nil
					}
					assert.Equal(t, eip.IdleResult{
						AllocationID: r.AllocationID, IPAddress: r.IPAddress, Outcome: eip.IdleKept, Reason: changes[name].reason,
					}, r, name)
					assert.Equal(t, name != "gone", there, name)
				case mode == "dry run":
					assert.Equal(t, eip.IdleWouldRelease, r.Outcome, name)
					assert.True(t, there)
				default:
					assert.Equal(t, eip.IdleReleased, r.Outcome, name)
					assert.False(t, there)
				}
			}
			switch mode {
			case "dry run":
				assert.Zero(t, srv.Counts().Actions["ReleaseEipAddress"])
			case "release":
				assert.Equal(t, 2, srv.Counts().Actions["ReleaseEipAddress"])
				assert.Len(t, srv.Addresses(), alive-2)
				again, err := client.ReleaseIdle(t.Context(), report, eip.ReleaseIdleOptions{})
				require.NoError(t, err, "a repeat is safe")
				for _, r := range again {
					assert.Equal(t, eip.IdleKept, r.Outcome)
				}
				assert.Equal(t, 2, srv.Counts().Actions["ReleaseEipAddress"])
			}
		})
	}
}

func TestReleaseIdleTroubles(t *testing.T) {
	t.Parallel()
	srv, client, ids := estate(t)
	report, err := client.FindIdle(t.Context(), eip.IdleQuery{Tags: eip.Tags{"team": "a"}, ResourceGroupID: "rg-1"})
	require.NoError(t, err)
	require.Len(t, report.Idle, 3)
	srv.Fail("ReleaseEipAddress", fault.CutBefore().Times(3), fault.RefuseWith(403, "Forbidden.RAM", "no"))
	results, err := client.ReleaseIdle(t.Context(), report, eip.ReleaseIdleOptions{})
	var trouble *eip.ReleaseIdleError
	require.ErrorAs(t, err, &trouble)
	require.ErrorIs(t, err, eip.ErrPermission)
	assert.True(t, eip.OutcomeUnknown(err))
	assert.Equal(t, []eip.IdleOutcome{eip.IdleUnknown, eip.IdleFailed, eip.IdleReleased},
		[]eip.IdleOutcome{results[0].Outcome, results[1].Outcome, results[2].Outcome})
	assert.True(t, eip.OutcomeUnknown(results[0].Err))
	assert.Equal(t, results[:1], trouble.Unknown)
	assert.Equal(t, results[1:2], trouble.Failed)
	require.ErrorContains(t, err, results[0].AllocationID)
	results, err = client.ReleaseIdle(t.Context(), report, eip.ReleaseIdleOptions{})
	require.NoError(t, err, "the same report settles it")
	assert.Equal(t, []eip.IdleOutcome{eip.IdleReleased, eip.IdleReleased, eip.IdleKept},
		[]eip.IdleOutcome{results[0].Outcome, results[1].Outcome, results[2].Outcome})
	for _, id := range []string{ids["idle"], ids["oldest"], ids["quiet"]} {
		_, there := srv.Address(id)
		assert.False(t, there)
	}

	// The answer lost after it ran: the client's own attempts find out.
	report, err = client.FindIdle(t.Context(), eip.IdleQuery{})
	require.NoError(t, err)
	require.Len(t, report.Idle, 2)
	srv.Fail("ReleaseEipAddress", fault.CutAfter())
	srv.Fail("DescribeEipAddresses", fault.Pass(), fault.RefuseWith(403, "Forbidden.RAM", "no"))
	results, err = client.ReleaseIdle(t.Context(), report, eip.ReleaseIdleOptions{})
	require.ErrorIs(t, err, eip.ErrPermission)
	assert.False(t, eip.OutcomeUnknown(err))
	assert.Equal(t, eip.IdleReleased, results[0].Outcome)
	assert.Equal(t, eip.IdleFailed, results[1].Outcome, "what cannot be checked is not released")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	results, err = client.ReleaseIdle(ctx, report, eip.ReleaseIdleOptions{})
	require.ErrorIs(t, err, context.Canceled)
	for _, r := range results {
		assert.Equal(t, eip.IdleNotTried, r.Outcome)
	}
}

func TestIdleFaults(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	client := srv.Client(t)
	for want, q := range map[string]eip.IdleQuery{
		"MinAge (-1s)":      {MinAge: -time.Second},
		"TrafficOver (-1s)": {TrafficOver: -time.Second},
		"Parallel (-1)":     {Parallel: -1},
		"PackagePeakBelow (-1): must be a number":   {PackagePeakBelow: -1, TrafficOver: day},
		"PackagePeakBelow (NaN): must be a number":  {PackagePeakBelow: math.NaN(), TrafficOver: day},
		"PackagePeakBelow (+Inf): must be a number": {PackagePeakBelow: math.Inf(1), TrafficOver: day},
		"PackagePeakBelow (0.5): needs TrafficOver": {PackagePeakBelow: 0.5},
		"Tags": {Tags: eip.Tags{"": "x"}},
	} {
		report, err := client.FindIdle(t.Context(), q)
		require.ErrorIs(t, err, eip.ErrInvalidParameter)
		require.ErrorContains(t, err, want)
		assert.Nil(t, report)
		_, err = client.ReleaseIdle(t.Context(), &eip.IdleReport{RegionID: "cn-hangzhou", Query: q}, eip.ReleaseIdleOptions{})
		require.ErrorContains(t, err, want)
	}
	good := eip.EipAddress{AllocationID: "eip-1", IPAddress: "192.0.2.1", AllocationTime: time.Unix(1, 0)}
	for want, change := range map[string]func(*eip.IdleReport){
		"RegionID":                       func(r *eip.IdleReport) { r.RegionID = "cn-beijing" },
		"RegionID (":                     func(r *eip.IdleReport) { r.RegionID = "" },
		"Idle[0].Address.AllocationID":   func(r *eip.IdleReport) { r.Idle[0].Address.AllocationID = "" },
		"must not contain a comma":       func(r *eip.IdleReport) { r.Idle[0].Address.AllocationID = "eip-1,eip-2" },
		"Idle[0].Address.IPAddress":      func(r *eip.IdleReport) { r.Idle[0].Address.IPAddress = "" },
		"Idle[0].Address.AllocationTime": func(r *eip.IdleReport) { r.Idle[0].Address.AllocationTime = time.Time{} },
	} {
		report := &eip.IdleReport{RegionID: "cn-hangzhou", Idle: []eip.IdleAddress{{Address: good}}}
		change(report)
		results, err := client.ReleaseIdle(t.Context(), report, eip.ReleaseIdleOptions{})
		require.ErrorIs(t, err, eip.ErrInvalidParameter)
		require.ErrorContains(t, err, want)
		assert.Nil(t, results)
	}
	_, err := client.ReleaseIdle(t.Context(), nil, eip.ReleaseIdleOptions{})
	require.ErrorContains(t, err, "report")
	_, err = client.ReleaseIdle(noContext, &eip.IdleReport{}, eip.ReleaseIdleOptions{})
	require.ErrorContains(t, err, "context is nil")
	assert.Zero(t, srv.Counts().Calls)

	results, err := client.ReleaseIdle(t.Context(), &eip.IdleReport{RegionID: "cn-hangzhou"}, eip.ReleaseIdleOptions{})
	require.NoError(t, err, "nothing to do")
	assert.Empty(t, results)
	// A report that somebody wrote by hand has the default age.
	res, err := client.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{})
	require.NoError(t, err)
	a, err := client.GetEip(t.Context(), res.AllocationID)
	require.NoError(t, err)
	results, err = client.ReleaseIdle(t.Context(), &eip.IdleReport{RegionID: "cn-hangzhou", Idle: []eip.IdleAddress{{Address: *a}}}, eip.ReleaseIdleOptions{})
	require.NoError(t, err)
	assert.Equal(t, eip.KeepYoung, results[0].Reason)
}

// Addresses go while the traffic of the others is read.
func TestFindIdleWhileTheyGo(t *testing.T) {
	t.Parallel()
	srv, client, ids := estate(t)
	srv.Before(func(call eiptest.Call) {
		if call.Action == "DescribeEipMonitorData" {
			srv.Before(nil)
			srv.ForceRelease(ids["idle"])
			srv.ForceRelease(ids["other team"])
		}
	})
	report, err := client.FindIdle(t.Context(), eip.IdleQuery{TrafficOver: day, Parallel: 2})
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{ids["oldest"], ids["quiet"], ids["other group"]}, idleIDs(report))
	gone := 0
	for _, k := range report.Kept {
		if k.Reason == eip.KeepGone {
			gone++
		}
	}
	assert.Equal(t, 2, gone)
	for _, a := range report.Idle {
		assert.NotNil(t, a.Traffic)
	}
}
