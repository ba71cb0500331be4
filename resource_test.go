package eip_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// The types are not those of tags, and are taken in any case (Q-MOVETYPE); the
// address is the ResourceId (Q-EIPIDNAMES).
func TestMoveResourceGroup(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithResourceGroups("rg-1", "rg-2"))
	c := srv.Client(t)
	id := allocate(t, c, &eip.AllocateEipAddressRequest{ResourceGroupID: "rg-1"})
	move := func(kind eip.MoveResourceType, id, group string) error {
		_, err := c.MoveResourceGroup(t.Context(), &eip.MoveResourceGroupRequest{
			RegionID: "cn-hangzhou", ResourceType: kind, ResourceID: id, NewResourceGroupID: group})
		return err
	}
	group := func() string {
		a, ok := srv.Address(id)
		require.True(t, ok)
		return a.ResourceGroupID
	}
	require.NoError(t, move(eip.MoveResourceTypeEip, id, "rg-2"))
	require.Equal(t, map[string]string{
		"RegionId": "cn-hangzhou", "ResourceType": "Eip", "ResourceId": id, "NewResourceGroupId": "rg-2",
	}, srv.CallsOf("MoveResourceGroup")[0].Params)
	require.Equal(t, "rg-2", group())

	require.ErrorIs(t, move("Eip", id, "rg-unknown"), eip.CodeInvalidResourceGroupId)
	require.ErrorIs(t, move("Eip", "eip-unknown", "rg-1"), eip.CodeInvalidAllocationIdNotFound)
	require.ErrorIs(t, move("Vpc", id, "rg-1"), eip.ErrInvalidParameter)
	_, err := c.MoveResourceGroup(t.Context(), &eip.MoveResourceGroupRequest{})
	require.EqualError(t, err, "eip: MoveResourceGroup: invalid request, nothing was sent: "+
		"ResourceType: is required; ResourceID: is required; NewResourceGroupID: is required")
	require.Equal(t, "rg-2", group())

	srv.Fail("MoveResourceGroup", fault.CutAfter())
	require.NoError(t, move("EIP", id, "rg-1"), "as the Terraform provider spells it")
	require.Len(t, srv.CallsOf("MoveResourceGroup"), 6)
	require.Equal(t, "rg-1", group())
	require.NoError(t, move("Eip", id, "rg-default"))
	require.Equal(t, "rg-default", group())

	open := eiptest.NewServer(t) // every group that looks like one exists
	c = open.Client(t)
	id = allocate(t, c, nil)
	require.NoError(t, move("eip", id, "rg-anything"))
	require.ErrorIs(t, move("eip", id, "group"), eip.CodeInvalidResourceGroupId)
}

// The address is the InstanceId (Q-EIPIDNAMES).
func TestDeletionProtection(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := srv.Client(t)
	id := allocate(t, c, nil)
	protect := func(kind eip.ProtectedType, id string, on *bool) (*eip.DeletionProtectionResponse, error) {
		return c.DeletionProtection(t.Context(), &eip.DeletionProtectionRequest{
			RegionID: "cn-hangzhou", Type: kind, InstanceID: id, ProtectionEnable: on})
	}
	protected := func() bool {
		a, err := c.GetEip(t.Context(), id)
		require.NoError(t, err)
		return a.DeletionProtection
	}
	_, err := c.DeletionProtection(t.Context(), &eip.DeletionProtectionRequest{
		RegionID: "cn-hangzhou", Type: eip.ProtectedTypeEIP, InstanceID: id, ProtectionEnable: eip.Ptr(true), ClientToken: "t-1"})
	require.NoError(t, err)
	call := srv.CallsOf("DeletionProtection")[0]
	require.Equal(t, map[string]string{
		"RegionId": "cn-hangzhou", "Type": "EIP", "InstanceId": id, "ProtectionEnable": "true",
	}, call.Params)
	require.Equal(t, "t-1", call.Token)
	require.True(t, protected())
	_, err = c.ReleaseEipAddress(t.Context(), &eip.ReleaseEipAddressRequest{AllocationID: id})
	require.ErrorIs(t, err, eip.CodeIncorrectEipStatus)

	_, err = protect("EIP", "eip-unknown", eip.Ptr(false))
	require.ErrorIs(t, err, eip.CodeInvalidAllocationIdNotFound)
	_, err = protect(eip.ProtectedTypeNATGW, "ngw-test1", eip.Ptr(false))
	require.ErrorIs(t, err, eip.ErrInvalidParameter)
	_, err = protect("EIP", id, nil)
	require.EqualError(t, err, "eip: DeletionProtection: invalid request, nothing was sent: ProtectionEnable: is required")
	_, err = c.Do(t.Context(), eip.RawRequest{Action: "DeletionProtection", Params: map[string][]string{
		"Type": {"EIP"}, "InstanceId": {id}, "ProtectionEnable": {"no"}}}, nil)
	require.ErrorIs(t, err, eip.CodeInvalidParameter)
	require.True(t, protected())

	// A repeat after a lost answer has the same token, and is answered again.
	srv.Fail("DeletionProtection", fault.CutAfter())
	res, err := protect("eip", id, eip.Ptr(false))
	require.NoError(t, err)
	require.Equal(t, 2, res.Attempts)
	require.Equal(t, 2, srv.Attempts(res.ClientToken))
	require.Equal(t, "false", srv.CallsOf("DeletionProtection")[4].Params["ProtectionEnable"], "false is sent")
	require.False(t, protected())
	_, err = c.ReleaseEipAddress(t.Context(), &eip.ReleaseEipAddressRequest{AllocationID: id})
	require.NoError(t, err)
}
