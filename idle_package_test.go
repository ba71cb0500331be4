package eip_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// packageEstate is a fake with packages of every kind, and addresses in them, by
// name.
func packageEstate(t *testing.T, srv *eiptest.Server, c *eip.Client) map[string]string {
	t.Helper()
	ids := map[string]string{}
	pack := func(name string, change func(*eiptest.BandwidthPackage)) {
		ids[name] = newPackage(t, c)
		require.True(t, srv.ChangeBandwidthPackage(ids[name], func(p *eiptest.BandwidthPackage) {
			p.CreatedAt = p.CreatedAt.Add(-10 * day)
			p.Tags, p.ResourceGroupID = map[string]string{"team": "a"}, "rg-1"
			if change != nil {
				change(p)
			}
		}))
	}
	pack("empty", nil)
	pack("oldest", func(p *eiptest.BandwidthPackage) { p.CreatedAt = p.CreatedAt.Add(-90 * day) })
	pack("protected", func(p *eiptest.BandwidthPackage) { p.DeletionProtection = true })
	pack("managed", func(p *eiptest.BandwidthPackage) { p.ServiceManaged = true })
	pack("subscription", func(p *eiptest.BandwidthPackage) { p.ChargeType = "PrePaid" })
	pack("not told", func(p *eiptest.BandwidthPackage) { p.ChargeType = "" })
	pack("young", func(p *eiptest.BandwidthPackage) { p.CreatedAt = time.Now().Add(-23 * time.Hour) })
	pack("modifying", func(p *eiptest.BandwidthPackage) { p.Status = eiptest.Modifying })
	pack("other team", func(p *eiptest.BandwidthPackage) { p.Tags["team"] = "b" })
	pack("other group", func(p *eiptest.BandwidthPackage) { p.ResourceGroupID = "rg-2" })
	pack("full", nil)
	pack("filling", nil)
	member := func(name string, change func(*eiptest.Address)) {
		ids[name] = allocate(t, c, &eip.AllocateEipAddressRequest{Tags: eip.Tags{"team": "a"}, ResourceGroupID: "rg-1"})
		require.True(t, srv.Change(ids[name], func(a *eiptest.Address) {
			a.CreatedAt, a.BandwidthPackageID = a.CreatedAt.Add(-10*day), ids["full"]
			change(a)
		}))
	}
	member("busy member", func(*eiptest.Address) {})
	member("quiet member", func(a *eiptest.Address) { a.Quiet = true })
	member("bound member", func(a *eiptest.Address) { a.Quiet = true })
	require.True(t, srv.ForceBind(ids["bound member"], "i-test1"))
	member("young member", func(a *eiptest.Address) { a.Quiet, a.CreatedAt = true, time.Now().Add(-time.Hour) })
	member("managed member", func(a *eiptest.Address) { a.Quiet, a.ServiceManaged = true, true })
	member("protected member", func(a *eiptest.Address) { a.Quiet, a.DeletionProtection = true, true })
	member("team b", func(a *eiptest.Address) { a.Quiet, a.Tags = true, map[string]string{"team": "b"} })
	member("no member", func(a *eiptest.Address) { a.Quiet, a.BandwidthPackageID = true, "" })
	member("joining member", func(a *eiptest.Address) { a.Quiet, a.BandwidthPackageID, a.DeletionProtection = true, "", true })
	add(t, c, ids["filling"], ids["joining member"])
	return ids
}

func packageIDs(r *eip.IdleReport) (ids []string) {
	for _, p := range r.IdlePackages {
		ids = append(ids, p.Package.BandwidthPackageID)
	}
	return ids
}

func quietIDs(r *eip.IdleReport) (ids []string) {
	for _, m := range r.QuietMembers {
		ids = append(ids, m.Address.AllocationID)
	}
	return ids
}

func TestFindIdlePackages(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithBandwidthPackageTime(time.Hour), eiptest.WithTransition(0), eiptest.WithQuota(100))
	c := srv.Client(t)
	ids := packageEstate(t, srv, c)
	for name, tc := range map[string]struct {
		q    eip.IdleQuery
		want []string
	}{
		"any":         {eip.IdleQuery{}, []string{"oldest", "empty", "other team", "other group"}},
		"by tag":      {eip.IdleQuery{Tags: eip.Tags{"team": "b"}}, []string{"other team"}},
		"by group":    {eip.IdleQuery{ResourceGroupID: "rg-2"}, []string{"other group"}},
		"both":        {eip.IdleQuery{Tags: eip.Tags{"team": "a"}, ResourceGroupID: "rg-1"}, []string{"oldest", "empty"}},
		"older":       {eip.IdleQuery{MinAge: 30 * day}, []string{"oldest"}},
		"any age":     {eip.IdleQuery{MinAge: time.Nanosecond}, []string{"oldest", "empty", "other team", "other group", "young"}},
		"not at all":  {eip.IdleQuery{NoPackages: true}, nil},
		"no such tag": {eip.IdleQuery{Tags: eip.Tags{"team": "c"}}, nil},
	} {
		before := srv.Counts().Actions["DescribeCommonBandwidthPackages"]
		report, err := c.FindIdle(t.Context(), tc.q)
		require.NoError(t, err, name)
		var want []string
		for _, n := range tc.want {
			want = append(want, ids[n])
		}
		assert.ElementsMatch(t, want, packageIDs(report), name)
		assert.Equal(t, !tc.q.NoPackages, srv.Counts().Actions["DescribeCommonBandwidthPackages"] > before, name)
		assert.Empty(t, report.QuietMembers, "not asked for")
		if name == "any" {
			oldest := report.IdlePackages[0]
			assert.Equal(t, ids["oldest"], oldest.Package.BandwidthPackageID, "the oldest first")
			assert.Equal(t, 100, oldest.Package.Bandwidth)
			assert.InDelta(t, float64(100*day), float64(oldest.Age), float64(2*time.Minute))
		}
	}
	packages := len(srv.BandwidthPackages())
	report, err := c.FindIdle(t.Context(), eip.IdleQuery{})
	require.NoError(t, err)
	_, err = c.ReleaseIdle(t.Context(), report, eip.ReleaseIdleOptions{LeavePackage: true})
	require.NoError(t, err)
	assert.Len(t, srv.BandwidthPackages(), packages, "packages are not touched")
	assert.Zero(t, srv.Counts().Actions["RemoveCommonBandwidthPackageIp"])

	srv.Fail("DescribeCommonBandwidthPackages", fault.Refuse("Forbidden.RAM").Times(-1))
	_, err = c.FindIdle(t.Context(), eip.IdleQuery{})
	require.ErrorIs(t, err, eip.ErrPermission)
	require.ErrorContains(t, err, "DescribeCommonBandwidthPackages")
	_, err = c.FindIdle(t.Context(), eip.IdleQuery{NoPackages: true})
	require.NoError(t, err)
}

func TestFindQuietMembers(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithBandwidthPackageTime(time.Hour), eiptest.WithTransition(0), eiptest.WithQuota(100))
	c := srv.Client(t)
	ids := packageEstate(t, srv, c)
	quiet := []string{ids["quiet member"], ids["bound member"], ids["protected member"]}
	q := eip.IdleQuery{TrafficOver: 2 * day, PackagePeakBelow: 0.001, Tags: eip.Tags{"team": "a"}}
	report, err := c.FindIdle(t.Context(), q)
	require.NoError(t, err)
	assert.ElementsMatch(t, quiet, quietIDs(report))
	require.Equal(t, []string{ids["no member"]}, idleIDs(report))
	assert.NotNil(t, report.Idle[0].Traffic)
	for _, m := range report.QuietMembers {
		assert.Equal(t, ids["full"], m.Address.BandwidthPackageID)
		assert.Equal(t, eip.IdleTraffic{Since: m.Traffic.Since, Samples: 48}, m.Traffic)
		assert.InDelta(t, float64(10*day), float64(m.Age), float64(2*time.Minute))
	}

	// The threshold is in Mbit/s, and exclusive.
	q.PackagePeakBelow = 1000
	report, err = c.FindIdle(t.Context(), q)
	require.NoError(t, err)
	require.ElementsMatch(t, append(quiet, ids["busy member"]), quietIDs(report))
	busy := report.QuietMembers[len(report.QuietMembers)-1]
	require.Equal(t, ids["busy member"], busy.Address.AllocationID, "the quietest first")
	require.Positive(t, busy.Traffic.Peak)
	for factor, listed := range map[float64]bool{1: false, 1.0001: true} {
		q.PackagePeakBelow = busy.Traffic.Peak / 1e6 * factor
		report, err = c.FindIdle(t.Context(), q)
		require.NoError(t, err)
		assert.Equal(t, listed, assert.ObjectsAreEqual(4, len(report.QuietMembers)), factor)
	}

	// A member that goes while this reads, and one without any data.
	srv.Before(func(call eiptest.Call) {
		if call.Action == monitorAction {
			srv.Before(nil)
			srv.ForceRelease(ids["quiet member"])
		}
	})
	report, err = c.FindIdle(t.Context(), q)
	require.NoError(t, err)
	assert.NotContains(t, quietIDs(report), ids["quiet member"])
	assert.Contains(t, quietIDs(report), ids["bound member"])

	// Through a file, and from one that an older version wrote.
	text, err := json.Marshal(report)
	require.NoError(t, err)
	again := new(eip.IdleReport)
	require.NoError(t, json.Unmarshal(text, again))
	require.Equal(t, report, again)
	var fields map[string]any
	require.NoError(t, json.Unmarshal(text, &fields))
	delete(fields, "IdlePackages")
	delete(fields, "QuietMembers")
	delete(fields["Query"].(map[string]any), "PackagePeakBelow")
	delete(fields["Query"].(map[string]any), "NoPackages")
	text, err = json.Marshal(fields)
	require.NoError(t, err)
	older := new(eip.IdleReport)
	require.NoError(t, json.Unmarshal(text, older))
	assert.Empty(t, older.IdlePackages)
	results, err := c.ReleaseIdle(t.Context(), older, eip.ReleaseIdleOptions{})
	require.NoError(t, err)
	assert.Equal(t, []eip.IdleOutcome{eip.IdleReleased}, outcomes(results))
}

// Data that the service does not have say nothing, and errors are told.
func TestFindQuietMembersNeedsData(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithBandwidthPackageTime(time.Hour), eiptest.WithTransition(0), eiptest.WithQuota(100))
	c := srv.Client(t)
	packageEstate(t, srv, c)
	q := eip.IdleQuery{TrafficOver: day, PackagePeakBelow: 1}
	dataless := srv.Client(t, eip.WithHTTPClient(&http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		form, err := io.ReadAll(body)
		if err != nil {
			return nil, err
		}
		if !strings.Contains(string(form), "Action="+monitorAction) {
			return srv.HTTPClient().Transport.RoundTrip(req)
		}
		answer := `{"RequestId":"4EC47282-1B74-4534-BD0E-403F3EE64CAF","EipMonitorDatas":{"EipMonitorData":[]}}`
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
			Body: io.NopCloser(strings.NewReader(answer)), Request: req}, nil
	})}))
	report, err := dataless.FindIdle(t.Context(), q)
	require.NoError(t, err)
	assert.Empty(t, report.QuietMembers)
	require.Len(t, report.Idle, 1)
	assert.Zero(t, report.Idle[0].Traffic.Samples)
	srv.Fail(monitorAction, fault.Refuse("Forbidden.RAM"))
	_, err = c.FindIdle(t.Context(), q)
	require.ErrorIs(t, err, eip.ErrPermission)
}
