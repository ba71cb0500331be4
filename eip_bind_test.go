package eip_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// The resource is BindedInstanceId, so spelt (Q-BINDED), and the addresses are
// InstanceIds (Q-EIPIDNAMES).
func TestAssociateEipAddressBatch(t *testing.T) {
	t.Parallel()
	onFake(t, append([]eiptest.Option{
		eiptest.WithQuota(60),
		eiptest.WithInstances(eiptest.Instances(eiptest.ENI, 2)...),
		eiptest.WithInstances(eiptest.Instances(eiptest.NAT, 1)...),
		eiptest.WithInstances(eiptest.Instances(eiptest.ECS, 1)...),
		eiptest.WithInstances(eiptest.Instance{ID: "eni-first", Type: eiptest.ENI, Primary: true}),
	}, slowly...), func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		ids := make([]string, 26)
		for i := range ids {
			ids[i] = allocate(t, c, nil)
		}
		bind := func(req eip.AssociateEipAddressBatchRequest, ids ...string) error {
			req.InstanceIDs = ids
			_, err := c.AssociateEipAddressBatch(t.Context(), &req)
			return err
		}
		eni := eip.AssociateEipAddressBatchRequest{RegionID: "cn-hangzhou", BindedInstanceID: "eni-test1",
			BindedInstanceType: eip.InstanceTypeNetworkInterface, Mode: eip.ModeMultiBinded, ClientToken: "t-1"}
		require.NoError(t, bind(eni, ids[0], ids[1]))
		call := srv.CallsOf("AssociateEipAddressBatch")[0]
		require.Equal(t, map[string]string{
			"RegionId": "cn-hangzhou", "BindedInstanceId": "eni-test1", "BindedInstanceType": "NetworkInterface",
			"InstanceIds.1": ids[0], "InstanceIds.2": ids[1], "Mode": "MULTI_BINDED",
		}, call.Params)
		require.Equal(t, "t-1", call.Token)
		a, _ := srv.Address(ids[0])
		require.Equal(t, eiptest.Associating, a.Status)
		private := map[string]bool{}
		for _, id := range ids[:2] {
			got, err := c.WaitInUse(t.Context(), id, "eni-test1")
			require.NoError(t, err)
			require.Equal(t, eip.ModeMultiBinded, got.Mode)
			require.Empty(t, got.PrivateIPAddress, "the call did not name it")
			bound, _ := srv.Address(id)
			private[bound.PrivateIPAddress] = true
		}
		require.Len(t, private, 2, "each has a private address of its own")

		// What is refused binds none of them.
		eni.ClientToken = ""
		with := func(f func(*eip.AssociateEipAddressBatchRequest)) eip.AssociateEipAddressBatchRequest {
			r := eni
			f(&r)
			return r
		}
		for name, tc := range map[string]struct {
			req  eip.AssociateEipAddressBatchRequest
			ids  []string
			code eip.Code
		}{
			"a type without batches": {with(func(r *eip.AssociateEipAddressBatchRequest) {
				r.BindedInstanceID, r.BindedInstanceType = "i-test1", "EcsInstance"
			}), ids[2:3], eip.CodeInvalidInstanceTypeValueNotSupported},
			"a mode for one address":   {with(func(r *eip.AssociateEipAddressBatchRequest) { r.Mode = eip.ModeBinded }), ids[2:3], eip.CodeInvalidParameter},
			"bound there already":      {eni, []string{ids[2], ids[0]}, eip.CodeInvalidAssociationDuplicated},
			"bound elsewhere":          {with(func(r *eip.AssociateEipAddressBatchRequest) { r.BindedInstanceID = "eni-test2" }), []string{ids[2], ids[0]}, eip.CodeIncorrectEipStatus},
			"twice in the list":        {eni, []string{ids[2], ids[2]}, eip.CodeInvalidParameter},
			"an address that is not":   {eni, []string{ids[2], "eip-unknown"}, eip.CodeInvalidAllocationIdNotFound},
			"an interface that is not": {with(func(r *eip.AssociateEipAddressBatchRequest) { r.BindedInstanceID = "eni-9" }), ids[2:3], eip.CodeInvalidParamsNotFound},
			"a first interface":        {with(func(r *eip.AssociateEipAddressBatchRequest) { r.BindedInstanceID = "eni-first" }), ids[2:3], eip.CodeInvalidParameter},
			"more than private ones":   {eni, ids[2:5], eip.CodeInvalidAssociationDuplicated},
		} {
			require.ErrorIs(t, bind(tc.req, tc.ids...), tc.code, name)
			a, _ = srv.Address(ids[2])
			require.Equal(t, eiptest.Available, a.Status, name)
		}
		require.ErrorContains(t, bind(with(func(r *eip.AssociateEipAddressBatchRequest) { r.Mode = "" }), ids[2]),
			"Mode: is required when BindedInstanceType is NetworkInterface")
		require.ErrorContains(t, bind(eip.AssociateEipAddressBatchRequest{}),
			"InstanceIDs: is required; BindedInstanceID: is required; BindedInstanceType: is required")

		// A NAT gateway takes 20. A repeat after a lost answer has the same token, and
		// does not meet its own doing.
		nat := eip.AssociateEipAddressBatchRequest{BindedInstanceID: "ngw-test1", BindedInstanceType: eip.InstanceTypeNat}
		require.ErrorIs(t, bind(nat, ids[5:26]...), eip.CodeInvalidAssociationDuplicated)
		before := len(srv.CallsOf("AssociateEipAddressBatch"))
		srv.Fail("AssociateEipAddressBatch", fault.CutAfter())
		require.NoError(t, bind(nat, ids[5:25]...))
		require.Len(t, srv.CallsOf("AssociateEipAddressBatch"), before+2)
		time.Sleep(time.Minute)
		on, err := c.FindEipsByInstance(t.Context(), eip.Instance{ID: "ngw-test1", Type: eip.InstanceTypeNat})
		require.NoError(t, err)
		require.Len(t, on, 20)
	})
}

// The action is missing from the older SDK (Q-NOV1); the address is the
// InstanceId (Q-EIPIDNAMES).
func TestModifyEipForwardMode(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0))
	c := srv.Client(t)
	id := allocate(t, c, nil)
	change := func(id string, mode eip.Mode) error {
		_, err := c.ModifyEipForwardMode(t.Context(), &eip.ModifyEipForwardModeRequest{
			RegionID: "cn-hangzhou", InstanceID: id, Mode: mode, ClientToken: "t-" + string(mode) + id})
		return err
	}
	mode := func() eip.Mode {
		a, err := c.GetEip(t.Context(), id)
		require.NoError(t, err)
		return a.Mode
	}
	require.ErrorIs(t, change(id, eip.ModeNAT), eip.CodeIncorrectEipStatus, "it is not bound")
	require.True(t, srv.ForceBind(id, "i-test1"))
	require.ErrorIs(t, change(id, eip.ModeBinded), eip.CodeIncorrectEipStatus, "an ECS instance has one mode")
	require.True(t, srv.ForceBind(id, "eni-test1"))

	require.NoError(t, change(id, eip.ModeBinded))
	call := srv.CallsOf("ModifyEipForwardMode")[2]
	require.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "InstanceId": id, "Mode": "BINDED"}, call.Params)
	require.Equal(t, "t-BINDED"+id, call.Token)
	require.Equal(t, eip.ModeBinded, mode())

	require.ErrorIs(t, change("eip-unknown", eip.ModeNAT), eip.CodeInvalidAllocationIdNotFound)
	require.ErrorIs(t, change(id, "OTHER"), eip.CodeInvalidParameter)
	_, err := c.ModifyEipForwardMode(t.Context(), &eip.ModifyEipForwardModeRequest{})
	require.EqualError(t, err, "eip: ModifyEipForwardMode: invalid request, nothing was sent: InstanceID: is required; Mode: is required")
	require.Equal(t, eip.ModeBinded, mode())

	srv.Fail("ModifyEipForwardMode", fault.CutAfter())
	require.NoError(t, change(id, eip.ModeMultiBinded))
	require.Equal(t, 2, srv.Attempts("t-MULTI_BINDED"+id))
	require.Equal(t, eip.ModeMultiBinded, mode())

	other := allocate(t, c, nil)
	_, err = c.AssociateEipAddressBatch(t.Context(), &eip.AssociateEipAddressBatchRequest{InstanceIDs: []string{other},
		BindedInstanceID: "eni-test1", BindedInstanceType: eip.InstanceTypeNetworkInterface, Mode: eip.ModeMultiBinded})
	require.NoError(t, err)
	require.ErrorIs(t, change(id, eip.ModeNAT), eip.CodeInvalidBindingStatus, "all addresses of an interface have one mode")
	require.Equal(t, eip.ModeMultiBinded, mode())
}
