package eiptest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// Pools that are there from the start have what they were given, and what Pools
// returns is a copy.
func TestWithPools(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithPools(
		eiptest.Pool{ID: "pippool-1", Free: 2},
		eiptest.Pool{ID: "pippool-2", RegionID: "cn-beijing", Status: eiptest.Modifying, Name: "n", ISP: "BGP_PRO", AntiDDoS: true,
			Zones: []string{"cn-beijing-a"}, Tags: map[string]string{"b": "2", "a": "1"}, DeletionProtection: true, Free: 1,
			Blocks: []eiptest.PoolBlock{{Prefix: "203.0.113.0/28"}, {Prefix: "203.0.113.16/28"}}},
	))
	c := newCaller(t, srv)
	pools := srv.Pools()
	require.Len(t, pools, 2)
	require.Equal(t, []any{"pippool-1", "", eiptest.Created, 2, 2, 0}, []any{pools[0].ID, pools[0].RegionID, pools[0].Status,
		pools[0].Free, pools[0].Total, pools[0].Used})
	p := pools[1]
	require.Equal(t, []any{eiptest.Modifying, 33, 33, true, map[string]string{"a": "1", "b": "2"}, 2},
		[]any{p.Status, p.Free, p.Total, p.DeletionProtection, p.Tags, len(p.Blocks)})
	p.Zones[0], p.Tags["a"], p.Blocks[0].Prefix = "x", "x", "x"
	again := srv.Pools()[1]
	require.Equal(t, []string{"cn-beijing-a", "1", "203.0.113.0/28"}, []string{again.Zones[0], again.Tags["a"], again.Blocks[0].Prefix})

	// A pool without a region is in every one.
	for region, want := range map[string]string{"cn-hangzhou": "1", "cn-beijing": "2"} {
		a := c.ok("ListPublicIpAddressPools", "RegionId", region)
		require.Equal(t, want, a.str("TotalCount"))
		require.Equal(t, []string{"pippool-1", region}, []string{a.str("PublicIpAddressPoolList", "PublicIpAddressPoolId"),
			a.str("PublicIpAddressPoolList", "RegionId")})
	}

	for name, pool := range map[string]eiptest.Pool{
		"no ID": {}, "no network": {ID: "p", Blocks: []eiptest.PoolBlock{{Prefix: "x"}}},
		"private": {ID: "p", Blocks: []eiptest.PoolBlock{{Prefix: "10.0.0.0/24"}}},
		"own":     {ID: "p", Blocks: []eiptest.PoolBlock{{Prefix: "198.18.0.0/24"}}},
		"twice":   {ID: "p", Blocks: []eiptest.PoolBlock{{Prefix: "203.0.113.0/24"}, {Prefix: "203.0.113.16/28"}}},
	} {
		_, err := eiptest.New(eiptest.WithPools(pool))
		require.ErrorContains(t, err, "eiptest: pool", name)
	}
	_, err := eiptest.New(eiptest.WithPools(eiptest.Pool{ID: "p"}, eiptest.Pool{ID: "p"}))
	require.ErrorContains(t, err, "given twice")
}

// A pool's lists are plain in both formats, and it has its tags like any other
// resource.
func TestPoolAnswers(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0))
	c := newCaller(t, srv)
	a := c.ok("CreatePublicIpAddressPool", args("Zones.1", region+"-b", "Zones.2", region+"-c", "Tag.1.Key", "k", "Tag.1.Value", "v")...)
	id := a.str("PublicIpAddressPoolId")
	require.Equal(t, id, a.str("PulbicIpAddressPoolId"))
	require.Regexp(t, "^pippool-", id)
	c.ok("TagResources", args("ResourceType", "PublicIpAddressPool", "ResourceId.1", id, "Tag.1.Key", "more", "Tag.1.Value", "x")...)
	c.refused(400, "ResourceNotFound.PublicIpAddressPool", "TagResources",
		args("ResourceType", "PUBLICIPADDRESSPOOL", "ResourceId.1", "pippool-x", "Tag.1.Key", "k")...)
	require.Equal(t, map[string]string{"k": "v", "more": "x"}, srv.Pools()[0].Tags)
	for _, format := range []string{"JSON", "XML"} {
		a := c.ok("ListPublicIpAddressPools", args("Format", format)...)
		pool, ok := a.tree["PublicIpAddressPoolList"].(map[string]any)
		if format == "JSON" {
			pool, ok = a.tree["PublicIpAddressPoolList"].([]any)[0].(map[string]any)
		}
		require.True(t, ok, "%s", a.body)
		require.Equal(t, []any{region + "-b", region + "-c"}, pool["Zones"], format)
		require.Equal(t, []any{map[string]any{"Key": "k", "Value": "v"}, map[string]any{"Key": "more", "Value": "x"}}, pool["Tags"], format)
	}
}

// A transition that fails ends where it began.
func TestPoolTransitionsFail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe(), eiptest.WithTransition(time.Second),
			eiptest.WithPools(eiptest.Pool{ID: "pippool-1", Blocks: []eiptest.PoolBlock{{Prefix: "203.0.113.0/28"}}}))
		c := newCaller(t, srv)
		pool := func() eiptest.Pool { return srv.Pools()[0] }
		srv.FailTransitions(eiptest.Modifying, 1)
		c.ok("AddPublicIpAddressPoolCidrBlock", args("PublicIpAddressPoolId", "pippool-1", "CidrMask", "24")...)
		require.Equal(t, eiptest.Modifying, pool().Blocks[1].Status)
		time.Sleep(5 * time.Second)
		require.Len(t, pool().Blocks, 1)

		srv.FailTransitions(eiptest.Deleting, 2)
		c.ok("DeletePublicIpAddressPoolCidrBlock", args("PublicIpAddressPoolId", "pippool-1", "CidrBlock", "203.0.113.0/28")...)
		require.Equal(t, []string{eiptest.Created, eiptest.Deleting}, []string{pool().Status, pool().Blocks[0].Status})
		time.Sleep(5 * time.Second)
		require.Equal(t, eiptest.Created, pool().Blocks[0].Status)
		c.ok("DeletePublicIpAddressPool", args("PublicIpAddressPoolId", "pippool-1")...)
		require.Equal(t, []string{eiptest.Deleting, eiptest.Deleting}, []string{pool().Status, pool().Blocks[0].Status})
		time.Sleep(5 * time.Second)
		require.Equal(t, []string{eiptest.Created, eiptest.Created}, []string{pool().Status, pool().Blocks[0].Status})

		c.ok("DeletePublicIpAddressPool", args("PublicIpAddressPoolId", "pippool-1")...)
		time.Sleep(5*time.Second - time.Nanosecond)
		require.Len(t, srv.Pools(), 1)
		time.Sleep(time.Nanosecond)
		require.Empty(t, srv.Pools())
	})
}

// Faults that damage a list damage a plain one, too.
func TestSpoiltPools(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithPools(eiptest.Pool{ID: "pippool-1"}, eiptest.Pool{ID: "pippool-2"}))
	c := newCaller(t, srv)
	for _, tc := range []struct {
		fault     fault.Fault
		first, of string
	}{
		{fault.Pass(), "pippool-1", "2"}, {fault.EmptyPage(), "", "2"}, {fault.MissingID(), "", "2"}, {fault.ShortPage(), "pippool-1", "2"},
	} {
		srv.Fail("ListPublicIpAddressPools", tc.fault)
		a := c.ok("ListPublicIpAddressPools", args()...)
		require.Equal(t, []string{tc.first, tc.of}, []string{a.str("PublicIpAddressPoolList", "PublicIpAddressPoolId"), a.str("TotalCount")})
	}
	srv.Fail("CreatePublicIpAddressPool", fault.BlankID(7))
	a := c.ok("CreatePublicIpAddressPool", args()...)
	require.Equal(t, []string{"7", ""}, []string{a.str("PublicIpAddressPoolId"), a.str("PulbicIpAddressPoolId")})
}
