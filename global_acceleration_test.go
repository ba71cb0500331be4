package eip_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// accelerated gives the Global Acceleration instance of an address.
func accelerated(t *testing.T, srv *eiptest.Server, id string) string {
	t.Helper()
	a, ok := srv.Address(id)
	require.True(t, ok)
	return a.GlobalAccelerationID
}

// Q-EIPIDNAMES: the address is IpInstanceId. Q-NOTOKEN: no token is sent.
func TestAddGlobalAccelerationInstanceIp(t *testing.T) {
	t.Parallel()
	onFake(t, []eiptest.Option{eiptest.WithTransition(0), eiptest.WithInstances(append(eiptest.DefaultInstances(),
		eiptest.Instance{ID: "ga-test1", Type: eiptest.GA}, eiptest.Instance{ID: "ga-test2", Type: eiptest.GA},
		eiptest.Instance{ID: "ga-busy", Type: eiptest.GA, Status: "Activating"},
		eiptest.Instance{ID: "ga-far", Type: eiptest.GA, RegionID: "cn-beijing"},
		eiptest.Instance{ID: "ga-foreign", Type: eiptest.GA, Owner: "someone"})...)}, addToAccelerator)
}

func addToAccelerator(t *testing.T, srv *eiptest.Server, c *eip.Client) {
	id, bound, foreign := allocate(t, c, nil), allocate(t, c, nil), allocate(t, c, nil)
	srv.ForceBind(bound, "i-test1")
	srv.Change(foreign, func(a *eiptest.Address) { a.Owner = "someone" })
	add := func(ga, id string) error {
		_, err := c.AddGlobalAccelerationInstanceIp(t.Context(), &eip.AddGlobalAccelerationInstanceIpRequest{
			GlobalAccelerationInstanceID: ga, AllocationID: id})
		return err
	}
	for name, tc := range map[string]struct {
		ga, id string
		want   error
	}{
		"no address":          {"ga-test1", "eip-x", eip.CodeInvalidAllocationIdNotFound},
		"somebody's address":  {"ga-test1", foreign, eip.CodeForbbiden},
		"bound":               {"ga-test1", bound, eip.CodeIncorrectEipStatus},
		"no instance":         {"ga-x", id, eip.CodeInvalidInstanceIdNotFound},
		"another type":        {"i-test2", id, eip.CodeInvalidInstanceIdNotFound},
		"not ready":           {"ga-busy", id, eip.CodeIncorrectInstanceStatus},
		"another region":      {"ga-far", id, eip.CodeInvalidParameterMismatch},
		"somebody's instance": {"ga-foreign", id, eip.CodeBINDINSTANCEOWENERERROR},
	} {
		require.ErrorIs(t, add(tc.ga, tc.id), tc.want, name)
	}
	require.Empty(t, accelerated(t, srv, id))
	_, err := c.AddGlobalAccelerationInstanceIp(t.Context(), &eip.AddGlobalAccelerationInstanceIpRequest{})
	require.ErrorContains(t, err, "GlobalAccelerationInstanceID: is required; AllocationID: is required")

	_, err = c.AddGlobalAccelerationInstanceIp(t.Context(), &eip.AddGlobalAccelerationInstanceIpRequest{
		RegionID: "cn-hangzhou", GlobalAccelerationInstanceID: "ga-test1", AllocationID: id})
	require.NoError(t, err)
	calls := srv.CallsOf("AddGlobalAccelerationInstanceIp")
	require.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "GlobalAccelerationInstanceId": "ga-test1", "IpInstanceId": id},
		calls[len(calls)-1].Params)
	require.Empty(t, calls[len(calls)-1].Token)
	require.Equal(t, "ga-test1", accelerated(t, srv, id))
	require.ErrorIs(t, add("ga-test2", id), eip.CodeInvalidAssociationDuplicated)
	require.Equal(t, "ga-test1", accelerated(t, srv, id))
	_, err = c.ReleaseEipAddress(t.Context(), &eip.ReleaseEipAddressRequest{AllocationID: id})
	require.ErrorIs(t, err, eip.CodeIncorrectEipStatus)
	_, alive := srv.Address(id)
	require.True(t, alive)

	// It was added, the answer was lost, and the repeat was refused because of that:
	// nothing of it proves who did it.
	other := allocate(t, c, nil)
	srv.Fail("AddGlobalAccelerationInstanceIp", fault.CutAfter())
	err = add("ga-test1", other)
	require.True(t, eip.OutcomeUnknown(err), "%v", err)
	require.ErrorContains(t, err, "last answer: InvalidAssociation.Duplicated")
	require.Equal(t, "ga-test1", accelerated(t, srv, other))
	srv.Fail("AddGlobalAccelerationInstanceIp", fault.CutBefore())
	require.NoError(t, add("ga-test2", allocate(t, c, nil)))

	// Such an instance is nothing to bind an address to, and keeps a segment.
	_, err = c.AssociateEipAddress(t.Context(), &eip.AssociateEipAddressRequest{AllocationID: id, InstanceID: "ga-test1", InstanceType: eiptest.GA})
	require.ErrorIs(t, err, eip.CodeInvalidInstanceTypeValueNotSupported)
	segment, err := c.AllocateEipSegmentAddress(t.Context(), &eip.AllocateEipSegmentAddressRequest{EipMask: 28})
	require.NoError(t, err)
	for _, a := range srv.Addresses() {
		if a.SegmentID != "" {
			require.NoError(t, add("ga-test1", a.AllocationID))
			break
		}
	}
	_, err = c.ReleaseEipSegmentAddress(t.Context(), &eip.ReleaseEipSegmentAddressRequest{SegmentInstanceID: segment.EipSegmentInstanceID})
	require.ErrorIs(t, err, eip.CodeIncorrectEipStatus)
}

func TestRemoveGlobalAccelerationInstanceIp(t *testing.T) {
	t.Parallel()
	onFake(t, []eiptest.Option{eiptest.WithTransition(0), eiptest.WithInstances(eiptest.Instances(eiptest.GA, 2)...)}, removeFromAccelerator)
}

func removeFromAccelerator(t *testing.T, srv *eiptest.Server, c *eip.Client) {
	id := allocate(t, c, nil)
	add := func() {
		_, err := c.AddGlobalAccelerationInstanceIp(t.Context(), &eip.AddGlobalAccelerationInstanceIpRequest{
			GlobalAccelerationInstanceID: "ga-test1", AllocationID: id})
		require.NoError(t, err)
	}
	remove := func(ga, id string) error {
		_, err := c.RemoveGlobalAccelerationInstanceIp(t.Context(), &eip.RemoveGlobalAccelerationInstanceIpRequest{
			RegionID: "cn-hangzhou", GlobalAccelerationInstanceID: ga, AllocationID: id})
		return err
	}
	require.ErrorIs(t, remove("ga-test1", id), eip.CodeInvalidBindingStatus)
	add()
	require.ErrorIs(t, remove("ga-test2", id), eip.CodeInvalidBindingStatus)
	require.ErrorIs(t, remove("ga-x", id), eip.CodeInvalidInstanceIdNotFound)
	require.ErrorIs(t, remove("ga-test1", "eip-x"), eip.CodeInvalidAllocationIdNotFound)
	srv.SetStatus(id, eiptest.Associating)
	require.ErrorIs(t, remove("ga-test1", id), eip.CodeIncorrectEipStatus)
	srv.SetStatus(id, eiptest.Available)
	require.Equal(t, "ga-test1", accelerated(t, srv, id))
	_, err := c.RemoveGlobalAccelerationInstanceIp(t.Context(), &eip.RemoveGlobalAccelerationInstanceIpRequest{})
	require.ErrorContains(t, err, "GlobalAccelerationInstanceID: is required; AllocationID: is required")

	require.NoError(t, remove("ga-test1", id))
	calls := srv.CallsOf("RemoveGlobalAccelerationInstanceIp")
	require.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "GlobalAccelerationInstanceId": "ga-test1", "IpInstanceId": id},
		calls[len(calls)-1].Params)
	require.Empty(t, calls[len(calls)-1].Token)
	require.Empty(t, accelerated(t, srv, id))

	add()
	srv.Fail("RemoveGlobalAccelerationInstanceIp", fault.CutAfter())
	err = remove("ga-test1", id)
	require.True(t, eip.OutcomeUnknown(err), "%v", err)
	require.ErrorContains(t, err, "last answer: InvalidBindingStatus")
	require.Empty(t, accelerated(t, srv, id))
	_, err = c.ReleaseEipAddress(t.Context(), &eip.ReleaseEipAddressRequest{AllocationID: id})
	require.NoError(t, err)
}

// The answers hold nothing but a RequestId, in both formats.
func TestGlobalAccelerationInstanceIpAnswers(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := srv.Client(t)
	for _, format := range []string{`{"RequestId":"r"}`, `<%sResponse><RequestId>r</RequestId></%sResponse>`} {
		body := func(action string) string { return strings.ReplaceAll(format, "%s", action) }
		srv.Fail("AddGlobalAccelerationInstanceIp", fault.Answer(200, nil, body("AddGlobalAccelerationInstanceIp")))
		added, err := c.AddGlobalAccelerationInstanceIp(t.Context(), &eip.AddGlobalAccelerationInstanceIpRequest{
			GlobalAccelerationInstanceID: "ga-1", AllocationID: "eip-1"})
		require.NoError(t, err)
		require.Equal(t, "r", added.RequestID)
		srv.Fail("RemoveGlobalAccelerationInstanceIp", fault.Answer(200, nil, body("RemoveGlobalAccelerationInstanceIp")))
		removed, err := c.RemoveGlobalAccelerationInstanceIp(t.Context(), &eip.RemoveGlobalAccelerationInstanceIpRequest{
			GlobalAccelerationInstanceID: "ga-1", AllocationID: "eip-1"})
		require.NoError(t, err)
		require.Equal(t, "r", removed.RequestID)
	}
}
