package eip_test

import (
	"encoding/json"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// addBlock adds a block to a pool on the fake.
func addBlock(t *testing.T, c *eip.Client, poolID, cidr string, mask int) string {
	t.Helper()
	res, err := c.AddPublicIpAddressPoolCidrBlock(t.Context(), &eip.AddPublicIpAddressPoolCidrBlockRequest{
		PublicIPAddressPoolID: poolID, CIDRBlock: cidr, CIDRMask: mask})
	require.NoError(t, err)
	return res.CIDRBlock
}

func TestAddPublicIpAddressPoolCidrBlock(t *testing.T) {
	t.Parallel()
	onFake(t, []eiptest.Option{eiptest.WithTransition(time.Second), eiptest.WithPools(
		eiptest.Pool{ID: "pippool-busy", Status: eiptest.Deleting},
		eiptest.Pool{ID: "pippool-old", Blocks: []eiptest.PoolBlock{{Prefix: "192.0.2.0/25"}}},
	)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := newPool(t, c, nil)
		add := func(req eip.AddPublicIpAddressPoolCidrBlockRequest) error {
			if req.PublicIPAddressPoolID == "" {
				req.PublicIPAddressPoolID = id
			}
			_, err := c.AddPublicIpAddressPoolCidrBlock(t.Context(), &req)
			return err
		}
		require.ErrorIs(t, add(eip.AddPublicIpAddressPoolCidrBlockRequest{
			RegionID: "cn-hangzhou", CIDRBlock: "203.0.113.0/24", DryRun: true, ClientToken: "one"}), eip.ErrDryRun)
		require.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "PublicIpAddressPoolId": id, "CidrBlock": "203.0.113.0/24", "DryRun": "true"},
			lastAsked(srv, "AddPublicIpAddressPoolCidrBlock"))
		require.Equal(t, "one", srv.CallsOf("AddPublicIpAddressPoolCidrBlock")[0].Token)

		bare := srv.Client(t, eip.WithoutValidation())
		for name, tc := range map[string]struct {
			req  eip.AddPublicIpAddressPoolCidrBlockRequest
			want error
		}{
			"unknown":       {eip.AddPublicIpAddressPoolCidrBlockRequest{PublicIPAddressPoolID: "pippool-x", CIDRMask: 28}, eip.ErrNotFound},
			"deleting":      {eip.AddPublicIpAddressPoolCidrBlockRequest{PublicIPAddressPoolID: "pippool-busy", CIDRMask: 28}, eip.CodeIncorrectStatusPublicIpAddressPool},
			"neither":       {eip.AddPublicIpAddressPoolCidrBlockRequest{}, eip.Code("MissingParameter")},
			"both":          {eip.AddPublicIpAddressPoolCidrBlockRequest{CIDRBlock: "203.0.113.0/24", CIDRMask: 28}, eip.CodeQueryParameterIllegal},
			"short mask":    {eip.AddPublicIpAddressPoolCidrBlockRequest{CIDRMask: 23}, eip.CodeInvalidParameter},
			"long mask":     {eip.AddPublicIpAddressPoolCidrBlockRequest{CIDRMask: 29}, eip.CodeInvalidParameter},
			"no network":    {eip.AddPublicIpAddressPoolCidrBlockRequest{CIDRBlock: "203.0.113.1/24"}, eip.CodeInvalidParameter},
			"private":       {eip.AddPublicIpAddressPoolCidrBlockRequest{CIDRBlock: "10.0.0.0/24"}, eip.CodeInvalidParameter},
			"IPv6":          {eip.AddPublicIpAddressPoolCidrBlockRequest{CIDRBlock: "2001:db8::/28"}, eip.CodeInvalidParameter},
			"huge":          {eip.AddPublicIpAddressPoolCidrBlockRequest{CIDRBlock: "203.0.0.0/8"}, eip.CodeInvalidParameter},
			"another's":     {eip.AddPublicIpAddressPoolCidrBlockRequest{CIDRBlock: "192.0.2.0/24"}, eip.CodeIpAllocated},
			"the service's": {eip.AddPublicIpAddressPoolCidrBlockRequest{CIDRBlock: "198.19.0.0/24"}, eip.CodeIpAllocated},
		} {
			if tc.req.PublicIPAddressPoolID == "" {
				tc.req.PublicIPAddressPoolID = id
			}
			_, err := bare.AddPublicIpAddressPoolCidrBlock(t.Context(), &tc.req)
			require.ErrorIs(t, err, tc.want, name)
		}
		require.Empty(t, poolOf(t, srv, id).Blocks)
		require.ErrorContains(t, add(eip.AddPublicIpAddressPoolCidrBlockRequest{}), "CIDRBlock: is required, unless CIDRMask is given")
		require.ErrorContains(t, add(eip.AddPublicIpAddressPoolCidrBlockRequest{CIDRBlock: "203.0.113.0/24", CIDRMask: 28}),
			"CIDRMask (28): must not be given together with CIDRBlock")
		require.ErrorContains(t, add(eip.AddPublicIpAddressPoolCidrBlockRequest{CIDRMask: 29}), "must be 24 to 28")

		// It is being added for a while.
		require.Equal(t, "203.0.113.0/24", addBlock(t, c, id, "203.0.113.0/24", 0))
		b := poolOf(t, srv, id).Blocks[0]
		require.Equal(t, eiptest.PoolBlock{Prefix: "203.0.113.0/24", Status: eiptest.Modifying, Total: 256, CreatedAt: b.CreatedAt}, b)
		_, err := c.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{PublicIPAddressPoolID: id})
		require.ErrorIs(t, err, eip.CodeResourceNotEnoughPublicIpAddressPool)
		require.ErrorIs(t, add(eip.AddPublicIpAddressPoolCidrBlockRequest{CIDRBlock: "203.0.113.0/24"}), eip.CodeIpAllocated)
		time.Sleep(5 * time.Second)
		require.Equal(t, eiptest.Created, poolOf(t, srv, id).Blocks[0].Status)

		// Q-TFTOKEN: a repeat with the same token allocates nothing, one with another
		// token does.
		srv.Fail("AddPublicIpAddressPoolCidrBlock", fault.CutAfter())
		res, err := c.AddPublicIpAddressPoolCidrBlock(t.Context(), &eip.AddPublicIpAddressPoolCidrBlockRequest{
			PublicIPAddressPoolID: id, CIDRMask: 26})
		require.NoError(t, err)
		require.Equal(t, 2, res.Attempts)
		require.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "PublicIpAddressPoolId": id, "CidrMask": "26"},
			lastAsked(srv, "AddPublicIpAddressPoolCidrBlock"))
		require.Len(t, poolOf(t, srv, id).Blocks, 2)
		prefix, err := netip.ParsePrefix(res.CIDRBlock)
		require.NoError(t, err)
		require.Equal(t, 26, prefix.Bits())
		require.NotEqual(t, res.CIDRBlock, addBlock(t, c, id, "", 26))
		require.Len(t, poolOf(t, srv, id).Blocks, 3)

		// An unknown outcome is settled by the request and the error.
		srv.Fail("AddPublicIpAddressPoolCidrBlock", fault.CutAfter())
		req := &eip.AddPublicIpAddressPoolCidrBlockRequest{PublicIPAddressPoolID: id, CIDRMask: 28}
		_, err = srv.Client(t, eip.WithMaxAttempts(1)).AddPublicIpAddressPoolCidrBlock(t.Context(), req)
		require.True(t, eip.OutcomeUnknown(err))
		res, err = c.AddPublicIpAddressPoolCidrBlock(t.Context(), eip.Again(req, err))
		require.NoError(t, err)
		blocks := poolOf(t, srv, id).Blocks
		require.Len(t, blocks, 4)
		require.Equal(t, blocks[3].Prefix, res.CIDRBlock)
	})
}

func TestAddPublicIpAddressPoolCidrBlockAnswer(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := srv.Client(t)
	for _, body := range []string{
		`{"RequestId":"r","CidrBlock":"203.0.113.0/24"}`,
		`<AddPublicIpAddressPoolCidrBlockResponse><RequestId>r</RequestId><CidrBlock>203.0.113.0/24</CidrBlock></AddPublicIpAddressPoolCidrBlockResponse>`,
	} {
		srv.Fail("AddPublicIpAddressPoolCidrBlock", fault.Answer(200, nil, body))
		require.Equal(t, "203.0.113.0/24", addBlock(t, c, "pippool-1", "203.0.113.0/24", 0))
	}
}

func TestListPublicIpAddressPoolCidrBlocks(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0))
	c := srv.Client(t)
	id := newPool(t, c, nil)
	first, second := addBlock(t, c, id, "203.0.113.0/28", 0), addBlock(t, c, id, "", 28)
	list := func(req eip.ListPublicIpAddressPoolCidrBlocksRequest) (*eip.ListPublicIpAddressPoolCidrBlocksResponse, error) {
		if req.PublicIPAddressPoolID == "" {
			req.PublicIPAddressPoolID = id
		}
		return c.ListPublicIpAddressPoolCidrBlocks(t.Context(), &req)
	}
	res, err := list(eip.ListPublicIpAddressPoolCidrBlocksRequest{RegionID: "cn-hangzhou", CIDRBlock: first, MaxResults: 100})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "PublicIpAddressPoolId": id, "CidrBlock": first, "MaxResults": "100"},
		lastAsked(srv, "ListPublicIpAddressPoolCidrBlocks"))
	require.Len(t, res.CIDRBlocks, 1)
	at := res.CIDRBlocks[0].CreationTime
	require.False(t, at.IsZero())
	require.Equal(t, eip.PublicIPAddressPoolCIDRBlock{PublicIPAddressPoolID: id, CIDRBlock: first, Status: eip.PoolStatusCreated,
		TotalIPNum: 16, CreationTime: at}, res.CIDRBlocks[0])
	require.Equal(t, []any{"", 100, 1}, []any{res.NextToken, res.MaxResults, res.TotalCount})
	prefix, err := res.CIDRBlocks[0].Prefix()
	require.NoError(t, err)
	require.Equal(t, netip.MustParsePrefix("203.0.113.0/28"), prefix)
	_, err = eip.PublicIPAddressPoolCIDRBlock{PublicIPAddressPoolID: id, CIDRBlock: "x"}.Prefix()
	require.EqualError(t, err, `eip: CIDRBlock of `+id+` is "x", not a network with mask`)

	_, err = list(eip.ListPublicIpAddressPoolCidrBlocksRequest{DryRun: true, NextToken: "x"})
	require.ErrorIs(t, err, eip.CodeInvalidParameter)
	require.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "PublicIpAddressPoolId": id, "DryRun": "true", "NextToken": "x"},
		lastAsked(srv, "ListPublicIpAddressPoolCidrBlocks"))
	_, err = list(eip.ListPublicIpAddressPoolCidrBlocksRequest{DryRun: true})
	require.ErrorIs(t, err, eip.ErrDryRun)
	_, err = list(eip.ListPublicIpAddressPoolCidrBlocksRequest{PublicIPAddressPoolID: "pippool-x"})
	require.ErrorIs(t, err, eip.CodeResourceNotFoundPublicIpAddressPool)
	_, err = list(eip.ListPublicIpAddressPoolCidrBlocksRequest{MaxResults: 101})
	require.ErrorIs(t, err, eip.CodeInvalidParameter)
	_, err = c.ListPublicIpAddressPoolCidrBlocks(t.Context(), nil)
	require.ErrorContains(t, err, "PublicIPAddressPoolID: is required")

	srv.Fail("ListPublicIpAddressPoolCidrBlocks", fault.CutAfter())
	res, err = list(eip.ListPublicIpAddressPoolCidrBlocksRequest{})
	require.NoError(t, err)
	require.Equal(t, []any{2, 2, second}, []any{res.Attempts, len(res.CIDRBlocks), res.CIDRBlocks[1].CIDRBlock})
}

// Q-FLATLIST, Q-V1POOL of the blocks.
func TestListPublicIpAddressPoolCidrBlocksAnswer(t *testing.T) {
	t.Parallel()
	const written = `{"RequestId":"r","PublicIpPoolCidrBlockList":[{"PublicIpAddressPoolId":"pippool-1","CidrBlock":"203.0.113.0/28",` +
		`"Status":"Deleting","TotalIpNum":16,"UsedIpNum":3,"CreationTime":"2026-01-02T03:04:05Z"}],"NextToken":"t","MaxResults":10,"TotalCount":11}`
	want := []eip.PublicIPAddressPoolCIDRBlock{{PublicIPAddressPoolID: "pippool-1", CIDRBlock: "203.0.113.0/28", Status: eip.PoolStatusDeleting,
		TotalIPNum: 16, UsedIPNum: 3, CreationTime: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}}
	srv := eiptest.NewServer(t)
	c := srv.Client(t)
	for _, body := range []string{
		written,
		`<ListPublicIpAddressPoolCidrBlocksResponse><RequestId>r</RequestId><PublicIpPoolCidrBlockList>` +
			`<PublicIpAddressPoolId>pippool-1</PublicIpAddressPoolId><CidrBlock>203.0.113.0/28</CidrBlock><Status>Deleting</Status>` +
			`<TotalIpNum>16</TotalIpNum><UsedIpNum>3</UsedIpNum><CreationTime>2026-01-02T03:04:05Z</CreationTime></PublicIpPoolCidrBlockList>` +
			`<NextToken>t</NextToken><MaxResults>10</MaxResults><TotalCount>11</TotalCount></ListPublicIpAddressPoolCidrBlocksResponse>`,
	} {
		srv.Fail("ListPublicIpAddressPoolCidrBlocks", fault.Answer(200, nil, body))
		res, err := c.ListPublicIpAddressPoolCidrBlocks(t.Context(), &eip.ListPublicIpAddressPoolCidrBlocksRequest{PublicIPAddressPoolID: "pippool-1"})
		require.NoError(t, err)
		require.Equal(t, want, res.CIDRBlocks)
		text, err := json.Marshal(res)
		require.NoError(t, err)
		require.JSONEq(t, written, string(text))
	}
}

func TestDeletePublicIpAddressPoolCidrBlock(t *testing.T) {
	t.Parallel()
	onFake(t, []eiptest.Option{eiptest.WithTransition(time.Second)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := newPool(t, c, nil)
		cidr := addBlock(t, c, id, "", 28)
		remove := func(poolID, cidr string) error {
			_, err := c.DeletePublicIpAddressPoolCidrBlock(t.Context(), &eip.DeletePublicIpAddressPoolCidrBlockRequest{
				PublicIPAddressPoolID: poolID, CIDRBlock: cidr})
			return err
		}
		require.ErrorIs(t, remove(id, cidr), eip.CodeIncorrectStatusPublicIpAddressPool, "it is being added")
		_, err := c.WaitPoolBlockCreated(t.Context(), id, cidr)
		require.NoError(t, err)
		_, err = c.DeletePublicIpAddressPoolCidrBlock(t.Context(), &eip.DeletePublicIpAddressPoolCidrBlockRequest{
			RegionID: "cn-hangzhou", PublicIPAddressPoolID: id, CIDRBlock: cidr, DryRun: true, ClientToken: "one"})
		require.ErrorIs(t, err, eip.ErrDryRun)
		require.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "PublicIpAddressPoolId": id, "CidrBlock": cidr, "DryRun": "true"},
			lastAsked(srv, "DeletePublicIpAddressPoolCidrBlock"))
		calls := srv.CallsOf("DeletePublicIpAddressPoolCidrBlock")
		require.Equal(t, "one", calls[len(calls)-1].Token)

		used := allocate(t, c, &eip.AllocateEipAddressRequest{PublicIPAddressPoolID: id})
		require.ErrorIs(t, remove(id, cidr), eip.CodeIncorrectStatusPublicIpAddressPool, "an address is in use")
		require.ErrorIs(t, remove(id, "203.0.113.0/24"), eip.CodeInvalidParameter)
		require.ErrorIs(t, remove("pippool-x", cidr), eip.CodeResourceNotFoundPublicIpAddressPool)
		require.Equal(t, eiptest.Created, poolOf(t, srv, id).Blocks[0].Status)
		_, err = c.DeletePublicIpAddressPoolCidrBlock(t.Context(), &eip.DeletePublicIpAddressPoolCidrBlockRequest{})
		require.ErrorContains(t, err, "PublicIPAddressPoolID: is required; CIDRBlock: is required")

		_, err = c.ReleaseEipAddress(t.Context(), &eip.ReleaseEipAddressRequest{AllocationID: used})
		require.NoError(t, err)
		require.NoError(t, c.WaitGone(t.Context(), used))
		srv.Fail("DeletePublicIpAddressPoolCidrBlock", fault.CutAfter())
		require.NoError(t, remove(id, cidr))
		require.Equal(t, eiptest.Deleting, poolOf(t, srv, id).Blocks[0].Status)
		require.ErrorIs(t, remove(id, cidr), eip.CodeIncorrectStatusPublicIpAddressPool)
		require.NoError(t, c.WaitPoolBlockGone(t.Context(), id, cidr))
		require.Empty(t, poolOf(t, srv, id).Blocks)
		require.ErrorIs(t, remove(id, cidr), eip.CodeInvalidParameter)
	})
}
