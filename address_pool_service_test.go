package eip_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

func TestOpenPublicIpAddressPoolService(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithPoolServiceClosed(), eiptest.WithTransition(0),
		eiptest.WithPools(eiptest.Pool{ID: "pippool-1", Free: 1}))
	c := srv.Client(t)
	enabled := func() bool {
		res, err := c.GetPublicIpAddressPoolServiceStatus(t.Context(), nil)
		require.NoError(t, err)
		return res.Enabled
	}
	segment, err := c.AllocateEipSegmentAddress(t.Context(), &eip.AllocateEipSegmentAddressRequest{EipMask: 28})
	require.NoError(t, err)
	change := map[string]func() error{
		"create": func() error {
			_, err := c.CreatePublicIpAddressPool(t.Context(), &eip.CreatePublicIpAddressPoolRequest{})
			return err
		},
		"add": func() error {
			_, err := c.AddPublicIpAddressPoolCidrBlock(t.Context(), &eip.AddPublicIpAddressPoolCidrBlockRequest{
				PublicIPAddressPoolID: "pippool-1", CIDRMask: 28})
			return err
		},
		"transform": func() error {
			_, err := c.TransformEipSegmentToPublicIpAddressPool(t.Context(), &eip.TransformEipSegmentToPublicIpAddressPoolRequest{
				SegmentInstanceID: segment.EipSegmentInstanceID})
			return err
		},
	}
	require.False(t, enabled())
	for name, f := range change {
		require.ErrorIs(t, f(), eip.CodeForbidden, name)
	}
	require.Len(t, srv.Pools(), 1)
	require.Empty(t, srv.Pools()[0].Blocks)
	require.Len(t, srv.Segments(), 1)

	// The answer is lost, and the repeat has the same token.
	srv.Fail("OpenPublicIpAddressPoolService", fault.CutAfter())
	res, err := c.OpenPublicIpAddressPoolService(t.Context(), &eip.OpenPublicIpAddressPoolServiceRequest{RegionID: "cn-beijing", ClientToken: "one"})
	require.NoError(t, err)
	require.Equal(t, []any{2, "200", "successful"}, []any{res.Attempts, res.Code, res.Message})
	require.Equal(t, map[string]string{"RegionId": "cn-beijing"}, lastAsked(srv, "OpenPublicIpAddressPoolService"))
	require.Equal(t, 2, srv.Attempts("one"))
	require.True(t, enabled())
	for name, f := range change {
		require.NoError(t, f(), name)
	}
	_, err = c.OpenPublicIpAddressPoolService(t.Context(), &eip.OpenPublicIpAddressPoolServiceRequest{})
	require.NoError(t, err, "it stays open")

	_, err = c.OpenPublicIpAddressPoolService(t.Context(), &eip.OpenPublicIpAddressPoolServiceRequest{RegionID: "mars-1"})
	require.ErrorIs(t, err, eip.CodeForbiddenRegionNotFound)
}

// Q-CODE200: a success of its own code, in both formats; other codes are errors all
// the same.
func TestOpenPublicIpAddressPoolServiceAnswer(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := srv.Client(t, eip.WithMaxAttempts(1))
	open := func() (*eip.OpenPublicIpAddressPoolServiceResponse, error) {
		return c.OpenPublicIpAddressPoolService(t.Context(), &eip.OpenPublicIpAddressPoolServiceRequest{})
	}
	for _, body := range []string{
		`{"RequestId":"r","Code":"200","Message":"m"}`, `{"RequestId":"r","Code":200,"Message":"m"}`,
		`<OpenPublicIpAddressPoolServiceResponse><RequestId>r</RequestId><Code>200</Code><Message>m</Message></OpenPublicIpAddressPoolServiceResponse>`,
	} {
		srv.Fail("OpenPublicIpAddressPoolService", fault.Answer(200, nil, body))
		res, err := open()
		require.NoError(t, err, body)
		require.Equal(t, []string{"200", "m"}, []string{res.Code, res.Message})
	}
	srv.Fail("OpenPublicIpAddressPoolService", fault.Answer(400, nil, `{"RequestId":"r","Code":"Forbidden.RAM","Message":"m"}`))
	_, err := open()
	require.ErrorIs(t, err, eip.CodeForbiddenRAM)
	srv.Fail("OpenPublicIpAddressPoolService", fault.Answer(200, nil, `{"Code":"200","Message":"m"}`))
	_, err = open()
	require.True(t, eip.OutcomeUnknown(err), "it lacks a RequestId: %v", err)
}

// Q-READTOKEN: the read takes a token, and gets none that it is not given.
func TestGetPublicIpAddressPoolServiceStatus(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := srv.Client(t)
	for i, token := range []string{"", "mine"} {
		res, err := c.GetPublicIpAddressPoolServiceStatus(t.Context(), &eip.GetPublicIpAddressPoolServiceStatusRequest{
			RegionID: "cn-beijing", ClientToken: token})
		require.NoError(t, err)
		require.True(t, res.Enabled)
		call := srv.CallsOf("GetPublicIpAddressPoolServiceStatus")[i]
		require.Equal(t, map[string]string{"RegionId": "cn-beijing"}, call.Params)
		require.Equal(t, token, call.Token)
	}
	for body, want := range map[string]bool{
		`{"RequestId":"r","Enabled":true}`: true, `{"RequestId":"r","Enabled":"false"}`: false,
		`<GetPublicIpAddressPoolServiceStatusResponse><RequestId>r</RequestId><Enabled>true</Enabled></GetPublicIpAddressPoolServiceStatusResponse>`: true,
	} {
		srv.Fail("GetPublicIpAddressPoolServiceStatus", fault.Answer(200, nil, body))
		res, err := c.GetPublicIpAddressPoolServiceStatus(t.Context(), nil)
		require.NoError(t, err, body)
		require.Equal(t, want, res.Enabled, body)
	}
	_, err := c.GetPublicIpAddressPoolServiceStatus(t.Context(), &eip.GetPublicIpAddressPoolServiceStatusRequest{RegionID: "mars-1"})
	require.ErrorIs(t, err, eip.CodeForbiddenRegionNotFound)
	srv.Fail("GetPublicIpAddressPoolServiceStatus", fault.CutAfter())
	res, err := c.GetPublicIpAddressPoolServiceStatus(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, 2, res.Attempts)
}
