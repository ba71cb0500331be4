package eip_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// Success is a string on the wire (Q-BOOLSTR); there is no ClientToken
// (Q-NOTOKEN).
func TestHighDefinitionMonitorLog(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := srv.Client(t)
	id := allocate(t, c, nil)
	request := func(status eip.HDMonitorStatus) *eip.SetHighDefinitionMonitorLogStatusRequest {
		return &eip.SetHighDefinitionMonitorLogStatusRequest{RegionID: "cn-hangzhou", InstanceID: id,
			InstanceType: eip.ResourceTypeEIP, LogProject: "project", LogStore: "store", Status: status}
	}
	// state gives what both reads say.
	state := func() (eip.HDMonitorStatus, string) {
		a, err := c.GetEip(t.Context(), id)
		require.NoError(t, err)
		res, err := c.DescribeHighDefinitionMonitorLogAttribute(t.Context(), &eip.DescribeHighDefinitionMonitorLogAttributeRequest{
			RegionID: "cn-hangzhou", InstanceID: id, InstanceType: eip.ResourceTypeEIP})
		require.NoError(t, err)
		require.True(t, res.Success)
		require.Equal(t, id, res.InstanceID)
		require.Equal(t, eip.ResourceTypeEIP, res.InstanceType)
		return a.HDMonitorStatus, res.LogProject + "/" + res.LogStore
	}
	is := func(status eip.HDMonitorStatus, where string) {
		t.Helper()
		gotStatus, gotWhere := state()
		require.Equal(t, []string{string(status), where}, []string{string(gotStatus), gotWhere})
	}
	is("OFF", "/")
	require.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "InstanceId": id, "InstanceType": "EIP"},
		srv.CallsOf("DescribeHighDefinitionMonitorLogAttribute")[0].Params)

	res, err := c.SetHighDefinitionMonitorLogStatus(t.Context(), request(eip.HDMonitorStatusOn))
	require.NoError(t, err)
	require.True(t, res.Success)
	require.Equal(t, map[string]string{
		"RegionId": "cn-hangzhou", "InstanceId": id, "InstanceType": "EIP", "LogProject": "project", "LogStore": "store", "Status": "ON",
	}, srv.CallsOf("SetHighDefinitionMonitorLogStatus")[0].Params)
	is("ON", "project/store")

	for name, tc := range map[string]struct {
		change func(*eip.SetHighDefinitionMonitorLogStatusRequest)
		code   eip.Code
	}{
		"status":  {func(r *eip.SetHighDefinitionMonitorLogStatusRequest) { r.Status = "off" }, eip.CodeInvalidParameter},
		"type":    {func(r *eip.SetHighDefinitionMonitorLogStatusRequest) { r.InstanceType = "VPC" }, eip.CodeInvalidParameter},
		"address": {func(r *eip.SetHighDefinitionMonitorLogStatusRequest) { r.InstanceID = "eip-unknown" }, eip.CodeInvalidAllocationIdNotFound},
	} {
		req := request(eip.HDMonitorStatusOff)
		tc.change(req)
		_, err = c.SetHighDefinitionMonitorLogStatus(t.Context(), req)
		require.ErrorIs(t, err, tc.code, name)
	}
	require.True(t, srv.SetStatus(id, eiptest.Associating))
	_, err = c.SetHighDefinitionMonitorLogStatus(t.Context(), request(eip.HDMonitorStatusOff))
	require.ErrorIs(t, err, eip.CodeIncorrectEipStatus)
	require.True(t, srv.SetStatus(id, eiptest.Available))
	_, err = c.SetHighDefinitionMonitorLogStatus(t.Context(), &eip.SetHighDefinitionMonitorLogStatusRequest{})
	require.EqualError(t, err, "eip: SetHighDefinitionMonitorLogStatus: invalid request, nothing was sent: "+
		"InstanceID: is required; LogProject: is required; LogStore: is required; Status: is required")
	is("ON", "project/store")

	for _, tc := range []struct {
		req  eip.DescribeHighDefinitionMonitorLogAttributeRequest
		code error
	}{
		{eip.DescribeHighDefinitionMonitorLogAttributeRequest{}, eip.ErrInvalidParameter},
		{eip.DescribeHighDefinitionMonitorLogAttributeRequest{InstanceID: "eip-unknown"}, eip.CodeInvalidAllocationIdNotFound},
		{eip.DescribeHighDefinitionMonitorLogAttributeRequest{InstanceID: id, InstanceType: "VPC"}, eip.CodeInvalidParameter},
	} {
		_, err = c.DescribeHighDefinitionMonitorLogAttribute(t.Context(), &tc.req)
		require.ErrorIs(t, err, tc.code)
	}

	// A repeat after a lost answer lands in the same state.
	srv.Fail("SetHighDefinitionMonitorLogStatus", fault.CutAfter())
	res, err = c.SetHighDefinitionMonitorLogStatus(t.Context(), request(eip.HDMonitorStatusOff))
	require.NoError(t, err)
	require.Equal(t, 2, res.Attempts)
	is("OFF", "/")
}

// An answer that says that it was no success is none.
func TestMonitorLogWithoutSuccess(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := srv.Client(t, eip.WithMaxAttempts(1))
	srv.Fail("SetHighDefinitionMonitorLogStatus", fault.Answer(200, nil, `{"RequestId":"r","Success":"false"}`))
	_, err := c.SetHighDefinitionMonitorLogStatus(t.Context(), &eip.SetHighDefinitionMonitorLogStatusRequest{
		InstanceID: "eip-1", LogProject: "p", LogStore: "s", Status: "ON"})
	require.True(t, eip.OutcomeUnknown(err))
	require.ErrorContains(t, err, "Success: false")
}
