package eip_test

import (
	"net/http"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
	"github.com/eipkit/eip-go/internal/wiretest"
)

func TestLookups(t *testing.T) {
	t.Parallel()
	onFake(t, manyAddresses(200), func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		ids := fill(t, srv, c, 120)
		a, err := c.GetEip(t.Context(), ids[5])
		require.NoError(t, err)
		assert.Equal(t, ids[5], a.AllocationID)

		a, err = c.GetEip(t.Context(), "eip-missing")
		assert.Nil(t, a)
		require.ErrorIs(t, err, eip.ErrNotFound)
		var n *eip.NotFoundError
		require.ErrorAs(t, err, &n)
		assert.Equal(t, []string{"eip-missing"}, n.IDs)

		before := srv.Counts().Actions["DescribeEipAddresses"]
		wanted := slices.Concat([]string{ids[119], "eip-x"}, ids[:100], []string{ids[119], "eip-y"})
		list, err := c.GetEips(t.Context(), wanted)
		require.ErrorIs(t, err, eip.ErrNotFound)
		require.ErrorAs(t, err, &n)
		assert.Equal(t, []string{"eip-x", "eip-y"}, n.IDs)
		require.Len(t, list, 101)
		assert.Equal(t, ids[119], list[0].AllocationID)
		assert.Equal(t, ids[99], list[100].AllocationID)
		assert.Equal(t, 3, srv.Counts().Actions["DescribeEipAddresses"]-before, "103 different IDs, 50 to a call")

		list, err = c.GetEips(t.Context(), nil)
		require.NoError(t, err)
		assert.Empty(t, list)
		for _, bad := range []string{"", " ", "eip-1,eip-2"} {
			_, err = c.GetEip(t.Context(), bad)
			require.ErrorIs(t, err, eip.ErrInvalidParameter, "%q", bad)
			_, err = c.FindEipByAddress(t.Context(), bad)
			require.ErrorIs(t, err, eip.ErrInvalidParameter, "%q", bad)
		}

		one := srv.Addresses()[7]
		a, err = c.FindEipByAddress(t.Context(), one.IPAddress)
		require.NoError(t, err)
		assert.Equal(t, one.AllocationID, a.AllocationID)
		_, err = c.FindEipByAddress(t.Context(), "192.0.2.1")
		require.ErrorIs(t, err, eip.ErrNotFound)

		require.True(t, srv.SetTags(ids[3], map[string]string{"env": "prod", "team": "a"}))
		require.True(t, srv.SetTags(ids[4], map[string]string{"env": "prod"}))
		list, err = c.FindEipsByTag(t.Context(), eip.Tags{"env": "prod"})
		require.NoError(t, err)
		assert.Len(t, list, 2)
		list, err = c.FindEipsByTag(t.Context(), eip.Tags{"env": "prod", "team": "a"})
		require.NoError(t, err)
		assert.Len(t, list, 1)
		list, err = c.FindEipsByTag(t.Context(), eip.Tags{"env": "test"})
		require.NoError(t, err)
		assert.NotNil(t, list)
		assert.Empty(t, list)
		_, err = c.FindEipsByTag(t.Context(), nil)
		require.ErrorIs(t, err, eip.ErrInvalidParameter)

		require.True(t, srv.ForceBind(ids[8], "ngw-test1"))
		require.True(t, srv.ForceBind(ids[9], "ngw-test1"))
		list, err = c.FindEipsByInstance(t.Context(), eip.Instance{ID: "ngw-test1", Type: eip.InstanceTypeNat})
		require.NoError(t, err)
		assert.Len(t, list, 2)
		list, err = c.FindEipsByInstance(t.Context(), eip.Instance{ID: "i-test1"})
		require.NoError(t, err)
		assert.Empty(t, list)
		_, err = c.FindEipsByInstance(t.Context(), eip.Instance{})
		require.ErrorIs(t, err, eip.ErrInvalidParameter)

		srv.Fail("DescribeEipAddresses", fault.Refuse("Forbbiden").Times(3))
		_, err = c.GetEip(t.Context(), ids[0])
		require.ErrorIs(t, err, eip.ErrPermission)
		_, err = c.FindEipByAddress(t.Context(), one.IPAddress)
		require.ErrorIs(t, err, eip.ErrPermission)
		_, err = c.FindEipsByTag(t.Context(), eip.Tags{"a": "b"})
		require.ErrorIs(t, err, eip.ErrPermission)
	})
}

// A service that ignores a filter gives what was not asked for. What was asked
// for may be there all the same, unless the list holds it.
func TestLookupsDoNotTrustTheFilter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, srv := pageClient(t, func(_, _ int) ([]string, int, int) { return names(0, 10), 10, 10 })
		a, err := c.GetEip(t.Context(), "eip-9")
		require.NoError(t, err)
		assert.Equal(t, "eip-9", a.AllocationID)
		list, err := c.GetEips(t.Context(), []string{"eip-3", "eip-0"})
		require.NoError(t, err)
		assert.Len(t, list, 2)
		for want, run := range map[string]func() error{
			"that was not asked for": func() error { _, err := c.GetEip(t.Context(), "eip-99"); return err },
			"not asked for":          func() error { _, err := c.FindEipByAddress(t.Context(), "192.0.2.1"); return err },
			"without the tags":       func() error { _, err := c.FindEipsByTag(t.Context(), eip.Tags{"a": "b"}); return err },
			"not on the instance":    func() error { _, err := c.FindEipsByInstance(t.Context(), eip.Instance{ID: "i-1"}); return err },
		} {
			before := len(srv.Requests())
			err := run()
			var answer *eip.AnswerError
			require.ErrorAs(t, err, &answer)
			assert.Contains(t, answer.Reason, want)
			require.NotErrorIs(t, err, eip.ErrNotFound)
			assert.Equal(t, "r", eip.RequestID(err))
			assert.False(t, eip.OutcomeUnknown(err))
			assert.Len(t, srv.Requests()[before:], 4)
		}
	})
}

// detailClient talks to a service whose answers a test writes, one for each
// call; the last one is repeated.
func detailClient(t *testing.T, answers ...string) (*eip.Client, *wiretest.Server) {
	t.Helper()
	var steps []wiretest.Step
	for _, a := range answers {
		steps = append(steps, wiretest.Answer(http.StatusOK, `{"RequestId":"r",`+a+`}`))
	}
	srv := wiretest.New(steps...)
	hc := srv.Client()
	t.Cleanup(func() {
		hc.CloseIdleConnections()
		srv.Close()
	})
	c, err := eip.NewClient("cn-hangzhou", eip.WithEndpoint("http://fake.invalid"),
		eip.WithCredentials(eip.StaticCredentials("id", "secret")), eip.WithHTTPClient(hc))
	require.NoError(t, err)
	return c, srv
}

// What is in a list is there, whatever is wrong with the answer; what is not in
// it is gone only if nothing is.
func TestLookupsBelieve(t *testing.T) {
	t.Parallel()
	const (
		one       = `"TotalCount":1,"EipAddresses":{"EipAddress":[{"AllocationId":"eip-1","RegionId":"cn-hangzhou"}]}`
		elsewhere = `"TotalCount":1,"EipAddresses":{"EipAddress":[{"AllocationId":"eip-1","RegionId":"cn-beijing"}]}`
		none      = `"TotalCount":0,"EipAddresses":{"EipAddress":[]}`
		hidden    = `"TotalCount":1,"EipAddresses":{"EipAddress":[]}`
		twice     = `"TotalCount":2,"EipAddresses":{"EipAddress":[{"AllocationId":"eip-1"},{"AllocationId":"eip-1"}]}`
		more      = `"TotalCount":1,"EipAddresses":{"EipAddress":[{"AllocationId":"eip-1"},{"AllocationId":"eip-3"}]}`
	)
	for name, tc := range map[string]struct {
		answers []string
		missing []string // nil: the look-up proves nothing
		doubt   string
		looks   int
	}{
		"all there":                    {[]string{`"TotalCount":2,"EipAddresses":{"EipAddress":[{"AllocationId":"eip-1"},{"AllocationId":"eip-2"}]}`}, []string{}, "", 1},
		"all there, wrong count":       {[]string{`"TotalCount":7,"EipAddresses":{"EipAddress":[{"AllocationId":"eip-1"},{"AllocationId":"eip-2"}]}`}, []string{}, "", 1},
		"all there, one elsewhere":     {[]string{`"TotalCount":2,"EipAddresses":{"EipAddress":[{"AllocationId":"eip-1","RegionId":"cn-beijing"},{"AllocationId":"eip-2"}]}`}, []string{}, "", 1},
		"one missing":                  {[]string{one}, []string{"eip-2"}, "", 1},
		"both missing":                 {[]string{none}, []string{"eip-1", "eip-2"}, "", 1},
		"no count":                     {[]string{`"EipAddresses":{"EipAddress":[{"AllocationId":"eip-2"}]}`}, []string{"eip-1"}, "", 1},
		"no list for a count of 0":     {[]string{`"TotalCount":0`}, []string{"eip-1", "eip-2"}, "", 1},
		"null for a count of 0":        {[]string{`"TotalCount":0,"EipAddresses":null`}, []string{"eip-1", "eip-2"}, "", 1},
		"the other region's":           {[]string{elsewhere}, nil, "the list holds an address of another region", 4},
		"a count without a list":       {[]string{hidden}, nil, "the list names 0 of 1 addresses", 4},
		"one twice":                    {[]string{twice}, nil, "not asked for", 4},
		"more than were asked for":     {[]string{more}, nil, "not asked for", 4},
		"hidden at first":              {[]string{hidden, hidden, hidden, none}, []string{"eip-1", "eip-2"}, "", 4},
		"one seen, the other hidden":   {[]string{twice, hidden, none}, []string{"eip-2"}, "", 3},
		"a list that does not hold it": {[]string{more, one}, nil, "not asked for", 4},
		"a negative count":             {[]string{`"TotalCount":-1,"EipAddresses":{"EipAddress":[]}`}, nil, "0 of -1", 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, srv := detailClient(t, tc.answers...)
				list, err := c.GetEips(t.Context(), []string{"eip-1", "eip-2"})
				assert.Len(t, srv.Requests(), tc.looks)
				if tc.missing == nil {
					require.ErrorContains(t, err, tc.doubt)
					require.NotErrorIs(t, err, eip.ErrNotFound)
					assert.Empty(t, list)
					return
				}
				var gone *eip.NotFoundError
				if len(tc.missing) > 0 {
					require.ErrorAs(t, err, &gone)
					assert.Equal(t, tc.missing, gone.IDs)
				} else {
					require.NoError(t, err)
				}
				assert.Len(t, list, 2-len(tc.missing))
			})
		})
	}
}

// A list of another region is no list of this one, not even if it is full of
// what was asked for: a key is one of its region.
func TestFindInTheRegion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, srv := detailClient(t, `"TotalCount":1,"EipAddresses":{"EipAddress":[{"AllocationId":"eip-1","RegionId":"cn-beijing",`+
			`"InstanceId":"i-1","IpAddress":"192.0.2.1","Tags":{"Tag":[{"Key":"a","Value":"b"},{"Key":"eip-go-key","Value":"k"}]}}]}`)
		_, err := c.FindEipsByTag(t.Context(), eip.Tags{"a": "b"})
		require.ErrorContains(t, err, "another region")
		_, err = c.FindEipsByInstance(t.Context(), eip.Instance{ID: "i-1"})
		require.ErrorContains(t, err, "another region")
		_, err = c.AllocateAssociated(t.Context(), &eip.AllocateAssociatedRequest{Instance: onTest1, Key: "k"})
		require.ErrorContains(t, err, "another region")
		for _, r := range srv.Requests() {
			assert.Equal(t, "DescribeEipAddresses", r.Params.Get("Action"))
		}
		a, err := c.FindEipByAddress(t.Context(), "192.0.2.1")
		require.NoError(t, err, "one of its kind in the world")
		assert.Equal(t, "eip-1", a.AllocationID)
		_, err = c.WaitVisible(t.Context(), "eip-1")
		require.NoError(t, err)
	})
}

// The service may take a tag without a value for any value.
func TestFindByTagWithoutValue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := detailClient(t, `"TotalCount":2,"EipAddresses":{"EipAddress":[{"AllocationId":"eip-1","Tags":{"Tag":[{"Key":"a","Value":""}]}},`+
			`{"AllocationId":"eip-2","Tags":{"Tag":[{"Key":"a","Value":"b"}]}}]}`)
		list, err := c.FindEipsByTag(t.Context(), eip.Tags{"a": ""})
		require.NoError(t, err)
		require.Len(t, list, 1)
		assert.Equal(t, "eip-1", list[0].AllocationID)
		_, err = c.FindEipsByTag(t.Context(), eip.Tags{"a": "b"})
		require.ErrorContains(t, err, "without the tags")
	})
}

// Addresses come and go between the pages: a walk whose count changes proves
// nothing, and the next one that is steady does.
func TestFindAcrossPages(t *testing.T) {
	t.Parallel()
	tags := eip.Tags{"env": "prod"}
	for name, always := range map[string]bool{"once": false, "always": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onFake(t, append(manyAddresses(250), eiptest.WithTransition(0)), func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				for range 250 {
					allocate(t, c, &eip.AllocateEipAddressRequest{Tags: tags})
				}
				ids, calls := aliveIDs(srv), 0
				srv.Before(func(eiptest.Call) {
					if calls++; calls == 2 || always {
						srv.ForceRelease(ids[0])
						ids = ids[1:]
					}
				})
				list, err := c.FindEipsByTag(t.Context(), tags)
				srv.Before(nil)
				if always {
					require.ErrorContains(t, err, "the count changed from ")
					require.NotErrorIs(t, err, eip.ErrNotFound)
					assert.Less(t, calls, 150)
					return
				}
				require.NoError(t, err)
				assert.Len(t, list, 249)
			})
		})
	}
}

// One address goes and another comes between two pages, so that the count stays
// as it is and the page that was read already hides a third one. The helpers
// that buy what is missing see it.
func TestHelpersSeeWhatPagesHide(t *testing.T) {
	t.Parallel()
	onFake(t, append(manyAddresses(160), eiptest.WithTransition(0)), func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		req := &eip.AllocateManyRequest{Key: "k"}
		_, err := c.AllocateMany(t.Context(), 150, req)
		require.NoError(t, err)
		ids, calls := aliveIDs(srv), 0
		other := allocate(t, c, nil)
		srv.Before(func(call eiptest.Call) {
			if call.Action != "DescribeEipAddresses" {
				return
			}
			if calls++; calls == 2 {
				srv.ForceRelease(ids[3])
				srv.SetTags(other, map[string]string{eip.KeyTag: "k"})
			}
		})
		list, err := c.Adopt(t.Context(), &eip.AdoptRequest{Key: "k"})
		require.NoError(t, err)
		var got []string
		for _, a := range list {
			got = append(got, a.AllocationID)
		}
		assert.ElementsMatch(t, append(slices.Delete(slices.Clone(ids), 3, 4), other), got)
		assert.Equal(t, 6, calls, "three walks: the last two agree")
	})
}
