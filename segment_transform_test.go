package eip_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// Q-NOV1, Q-EIPIDNAMES: an action that the older SDK does not have, in which
// InstanceId is a segment.
func TestTransformEipSegmentToPublicIpAddressPool(t *testing.T) {
	t.Parallel()
	onFake(t, []eiptest.Option{eiptest.WithTransition(time.Second), eiptest.WithResourceGroups("rg-a"), eiptest.WithQuota(14)},
		func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
			segment, err := c.AllocateEipSegmentAddress(t.Context(), &eip.AllocateEipSegmentAddressRequest{EipMask: 28})
			require.NoError(t, err)
			id := segment.EipSegmentInstanceID
			full := func() *eip.TransformEipSegmentToPublicIpAddressPoolRequest {
				return &eip.TransformEipSegmentToPublicIpAddressPoolRequest{RegionID: "cn-hangzhou", SegmentInstanceID: id, Name: "edge",
					Description: "once a segment", ResourceGroupID: "rg-a", ClientToken: "one"}
			}
			transform := func(change func(*eip.TransformEipSegmentToPublicIpAddressPoolRequest)) error {
				req := full()
				change(req)
				req.ClientToken = ""
				_, err := c.TransformEipSegmentToPublicIpAddressPool(t.Context(), req)
				return err
			}
			require.ErrorIs(t, transform(func(*eip.TransformEipSegmentToPublicIpAddressPoolRequest) {}), eip.CodeOperationConflict, "Allocating")
			s, err := c.WaitSegmentAllocated(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, 13, s.IPCount)
			members := aliveIDs(srv)
			srv.ForceBind(members[0], "i-test1")
			for name, tc := range map[string]struct {
				change func(*eip.TransformEipSegmentToPublicIpAddressPoolRequest)
				want   error
			}{
				"unknown": {func(r *eip.TransformEipSegmentToPublicIpAddressPoolRequest) { r.SegmentInstanceID = "eipsg-x" },
					eip.CodeInvalidInstanceIdNotFound},
				"elsewhere": {func(r *eip.TransformEipSegmentToPublicIpAddressPoolRequest) { r.RegionID = "cn-beijing" },
					eip.CodeInvalidInstanceIdNotFound},
				"name": {func(r *eip.TransformEipSegmentToPublicIpAddressPoolRequest) { r.Name = "http://x" }, eip.CodeIllegalParamName},
				"description": {func(r *eip.TransformEipSegmentToPublicIpAddressPoolRequest) { r.Description = strings.Repeat("x", 257) },
					eip.CodeIllegalParamDescription},
				"group": {func(r *eip.TransformEipSegmentToPublicIpAddressPoolRequest) { r.ResourceGroupID = "rg-b" },
					eip.CodeInvalidResourceGroupId},
			} {
				require.ErrorIs(t, transform(tc.change), tc.want, name)
			}
			require.Empty(t, srv.Pools())
			require.Equal(t, eiptest.Allocated, srv.Segments()[0].Status)
			require.ErrorContains(t, transform(func(r *eip.TransformEipSegmentToPublicIpAddressPoolRequest) { r.SegmentInstanceID = "" }),
				"SegmentInstanceID: is required")

			// The answer is lost; the repeat finds the segment gone, and gets the answer.
			srv.Fail("TransformEipSegmentToPublicIpAddressPool", fault.CutAfter())
			res, err := c.TransformEipSegmentToPublicIpAddressPool(t.Context(), full())
			require.NoError(t, err)
			require.Equal(t, 2, res.Attempts)
			require.Equal(t, "rg-a", res.ResourceGroupID)
			require.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "InstanceId": id, "Name": "edge", "Description": "once a segment",
				"ResourceGroupId": "rg-a"}, lastAsked(srv, "TransformEipSegmentToPublicIpAddressPool"))
			require.Equal(t, 2, srv.Attempts("one"))
			require.ErrorIs(t, transform(func(*eip.TransformEipSegmentToPublicIpAddressPoolRequest) {}), eip.CodeInvalidInstanceIdNotFound)

			// Its range is the block of the pool, and its members are addresses of it.
			require.Empty(t, srv.Segments())
			require.NoError(t, c.WaitSegmentGone(t.Context(), id))
			p := poolOf(t, srv, res.PublicIPAddressPoolID)
			require.Equal(t, []any{"edge", "once a segment", "BGP", "Default", "rg-a", eiptest.Created, 16, 13, 3},
				[]any{p.Name, p.Description, p.ISP, p.BizType, p.ResourceGroupID, p.Status, p.Total, p.Used, p.Free})
			require.Len(t, p.Blocks, 1)
			require.Equal(t, s.Segment, p.Blocks[0].Prefix)
			require.Equal(t, members, aliveIDs(srv))
			for i, a := range srv.Addresses() {
				require.Equal(t, []string{"", p.ID}, []string{a.SegmentID, a.PoolID})
				require.Equal(t, i == 0, a.Status == eiptest.InUse)
			}

			// What was kept back is free; it counts against the quota now.
			fresh := allocate(t, c, &eip.AllocateEipAddressRequest{PublicIPAddressPoolID: p.ID})
			require.Equal(t, 14, poolOf(t, srv, p.ID).Used)
			_, err = c.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{PublicIPAddressPoolID: p.ID})
			require.ErrorIs(t, err, eip.CodeQuotaExceededEip)

			// Every address can be released by itself, and then the pool deleted.
			srv.ForceBind(members[0], "")
			for _, id := range append(members, fresh) {
				_, err := c.ReleaseEipAddress(t.Context(), &eip.ReleaseEipAddressRequest{AllocationID: id})
				require.NoError(t, err)
			}
			require.NoError(t, c.WaitAllGone(t.Context(), append(members, fresh)))
			require.Zero(t, poolOf(t, srv, p.ID).Used)
			_, err = c.DeletePublicIpAddressPool(t.Context(), &eip.DeletePublicIpAddressPoolRequest{PublicIPAddressPoolID: p.ID})
			require.NoError(t, err)
			require.NoError(t, c.WaitPoolGone(t.Context(), p.ID))
		})
}

func TestTransformEipSegmentToPublicIpAddressPoolAnswer(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := srv.Client(t, eip.WithMaxAttempts(1))
	for body, ok := range map[string]bool{
		`{"RequestId":"r","PublicIpAddressPoolId":"pippool-1","ResourceGroupId":"rg-1"}`: true,
		`<TransformEipSegmentToPublicIpAddressPoolResponse><RequestId>r</RequestId><PublicIpAddressPoolId>pippool-1</PublicIpAddressPoolId>` +
			`<ResourceGroupId>rg-1</ResourceGroupId></TransformEipSegmentToPublicIpAddressPoolResponse>`: true,
		`{"RequestId":"r","PulbicIpAddressPoolId":"pippool-1"}`: false, // misspelt by another action alone
	} {
		srv.Fail("TransformEipSegmentToPublicIpAddressPool", fault.Answer(200, nil, body))
		res, err := c.TransformEipSegmentToPublicIpAddressPool(t.Context(),
			&eip.TransformEipSegmentToPublicIpAddressPoolRequest{SegmentInstanceID: "eipsg-1"})
		if !ok {
			require.True(t, eip.OutcomeUnknown(err))
			continue
		}
		require.NoError(t, err)
		require.Equal(t, []string{"pippool-1", "rg-1"}, []string{res.PublicIPAddressPoolID, res.ResourceGroupID})
	}
}
