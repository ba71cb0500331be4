package eip_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/eipkit/eip-go/internal/prefixes"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

// segmentOf makes a contiguous group.
func segmentOf(t *testing.T, client *eip.Client, mask int) string {
	t.Helper()
	res, err := client.AllocateEipSegmentAddress(t.Context(), &eip.AllocateEipSegmentAddressRequest{EipMask: mask})
	require.NoError(t, err)
	return res.EipSegmentInstanceID
}

// ownedBy lists the addresses that pass, as the fake knows them.
func ownedBy(srv *eiptest.Server, passes func(eiptest.Address) bool) []netip.Addr {
	var out []netip.Addr
	for _, a := range srv.Addresses() {
		if passes(a) {
			out = append(out, netip.MustParseAddr(a.IPAddress))
		}
	}
	slices.SortFunc(out, netip.Addr.Compare)
	return out
}

// expand lists every address of the networks.
func expand(list []netip.Prefix) []netip.Addr {
	var out []netip.Addr
	for _, p := range list {
		for a := p.Addr(); p.Contains(a); a = a.Next() {
			out = append(out, a)
		}
	}
	return out
}

func TestWhitelist(t *testing.T) {
	t.Parallel()
	for _, reserved := range []int{0, 1, 3, 4} {
		srv := eiptest.NewServer(t, eiptest.WithTransition(0), eiptest.WithSegmentReserved(reserved))
		client := srv.Client(t)
		small, large := segmentOf(t, client, 28), segmentOf(t, client, 24)
		var ids []string
		for i := range 6 {
			req := &eip.AllocateEipAddressRequest{ResourceGroupID: "rg-1"}
			if i < 3 {
				req.Tags, req.ResourceGroupID = eip.Tags{"fw": "yes"}, "rg-2"
			}
			res, err := client.AllocateEipAddress(t.Context(), req)
			require.NoError(t, err)
			ids = append(ids, res.AllocationID)
		}
		inSmall := func(a eiptest.Address) bool { return a.SegmentID == small }
		for name, c := range map[string]struct {
			q      eip.WhitelistQuery
			passes func(eiptest.Address) bool
		}{
			"by ID":    {eip.WhitelistQuery{AllocationIDs: ids[:2]}, func(a eiptest.Address) bool { return slices.Contains(ids[:2], a.AllocationID) }},
			"by tag":   {eip.WhitelistQuery{Tags: eip.Tags{"fw": "yes"}}, func(a eiptest.Address) bool { return a.Tags["fw"] == "yes" }},
			"by group": {eip.WhitelistQuery{ResourceGroupID: "rg-1"}, func(a eiptest.Address) bool { return a.ResourceGroupID == "rg-1" }},
			"by both":  {eip.WhitelistQuery{ResourceGroupID: "rg-1", Tags: eip.Tags{"fw": "yes"}}, func(eiptest.Address) bool { return false }},
			"segment":  {eip.WhitelistQuery{SegmentIDs: []string{small}}, inSmall},
			"all":      {eip.WhitelistQuery{All: true}, func(eiptest.Address) bool { return true }},
			"added up": {
				eip.WhitelistQuery{SegmentIDs: []string{small}, AllocationIDs: ids[:1], Tags: eip.Tags{"fw": "yes"}},
				func(a eiptest.Address) bool { return inSmall(a) || a.Tags["fw"] == "yes" },
			},
			"both segments": {
				eip.WhitelistQuery{SegmentIDs: []string{small, large}},
				func(a eiptest.Address) bool { return a.SegmentID != "" },
			},
		} {
			got, err := client.Whitelist(t.Context(), c.q)
			require.NoError(t, err, name)
			want := ownedBy(srv, c.passes)
			assert.Equal(t, want, expand(got.Prefixes), "%s, %d reserved: exactly what is owned", name, reserved)
			assert.Equal(t, len(want), got.Addresses, name)
			assert.Zero(t, got.Foreign, name)
		}

		got, err := client.Whitelist(t.Context(), eip.WhitelistQuery{SegmentIDs: []string{small, large, small}, WholeSegments: true})
		require.NoError(t, err)
		require.Len(t, got.Segments, 2, "each once")
		assert.Equal(t, int64(2*reserved), got.Foreign)
		for i, bits := range []int{28, 24} {
			s := got.Segments[i]
			assert.Equal(t, bits, s.Network.Bits())
			assert.Equal(t, []int{1<<(32-bits) - reserved, reserved}, []int{s.Addresses, s.Reserved})
			assert.Len(t, expand([]netip.Prefix{s.Network}), 1<<(32-bits))
		}
		want, err := prefixes.Exact(nil, got.Segments[0].Network, got.Segments[1].Network)
		require.NoError(t, err)
		assert.Equal(t, want, got.Prefixes)

		wide, err := client.Whitelist(t.Context(), eip.WhitelistQuery{SegmentIDs: []string{small}, MaxPrefixes: 2})
		require.NoError(t, err)
		assert.LessOrEqual(t, len(wide.Prefixes), 2)
		assert.Subset(t, expand(wide.Prefixes), ownedBy(srv, inSmall))
		assert.Equal(t, int64(len(expand(wide.Prefixes))-wide.Addresses), wide.Foreign)
	}
}

func TestWhitelistRefuses(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0))
	client := srv.Client(t)
	res, err := client.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{})
	require.NoError(t, err)
	id, group := res.AllocationID, segmentOf(t, client, 28)
	before := srv.Counts().Calls
	for want, q := range map[string]eip.WhitelistQuery{
		"choose addresses":    {},
		"choose addresses by": {WholeSegments: true, MaxPrefixes: 3},
		"SegmentIDs":          {SegmentIDs: []string{""}},
		"Tags":                {Tags: eip.Tags{"": "x"}},
		"MaxPrefixes (-1)":    {All: true, MaxPrefixes: -1},
		"MinBits (33): must":  {All: true, MinBits: 33},
	} {
		got, err := client.Whitelist(t.Context(), q)
		require.ErrorIs(t, err, eip.ErrInvalidParameter)
		require.ErrorContains(t, err, want)
		assert.Nil(t, got)
	}
	assert.Equal(t, before, srv.Counts().Calls, "nothing was sent")

	for want, q := range map[string]eip.WhitelistQuery{
		"eip-gone":   {AllocationIDs: []string{id, "eip-gone"}},
		"eipsg-gone": {SegmentIDs: []string{group, "eipsg-gone"}},
	} {
		got, err := client.Whitelist(t.Context(), q)
		require.ErrorIs(t, err, eip.ErrNotFound)
		require.ErrorContains(t, err, want)
		assert.Nil(t, got)
	}
	require.True(t, srv.SetStatus(id, eiptest.Releasing))
	_, err = client.Whitelist(t.Context(), eip.WhitelistQuery{AllocationIDs: []string{id}})
	require.ErrorContains(t, err, "is being released")
	all, err := client.Whitelist(t.Context(), eip.WhitelistQuery{All: true})
	require.NoError(t, err)
	assert.Equal(t, 13, all.Addresses, "those of the group; what is being released is left out")

	_, err = client.Whitelist(t.Context(), eip.WhitelistQuery{All: true, MaxPrefixes: 1, MinBits: 32})
	require.ErrorContains(t, err, "too few")

	slow := eiptest.NewServer(t, eiptest.WithTransition(time.Hour))
	client = slow.Client(t)
	_, err = client.Whitelist(t.Context(), eip.WhitelistQuery{SegmentIDs: []string{segmentOf(t, client, 28)}})
	require.ErrorContains(t, err, "is Allocating")
}
