package eip_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// memberIDs lists the addresses of a package on the fake.
func memberIDs(t *testing.T, srv *eiptest.Server, pkg string) []string {
	t.Helper()
	ids := []string{}
	for _, m := range packageOn(t, srv, pkg).Members {
		ids = append(ids, m.AllocationID)
	}
	return ids
}

// add puts an address into a package.
func add(t *testing.T, c *eip.Client, pkg, id string) {
	t.Helper()
	_, err := c.AddCommonBandwidthPackageIp(t.Context(), &eip.AddCommonBandwidthPackageIpRequest{BandwidthPackageID: pkg, IPInstanceID: id})
	require.NoError(t, err)
}

func TestAddCommonBandwidthPackageIp(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithBandwidthPackageTime(time.Hour))
	c := srv.Client(t)
	pkg, other := newPackage(t, c), newPackage(t, c)
	a, b := allocate(t, c, nil), allocate(t, c, nil)
	call := func(r eip.AddCommonBandwidthPackageIpRequest) (*eip.AddCommonBandwidthPackageIpResponse, error) {
		return c.AddCommonBandwidthPackageIp(t.Context(), &r)
	}

	// The full request is a dry run, which changes nothing.
	_, err := call(eip.AddCommonBandwidthPackageIpRequest{
		RegionID: "cn-hangzhou", BandwidthPackageID: pkg, IPInstanceID: a, IPType: eip.BandwidthPackageIPTypeEIP,
		DryRun: true, ClientToken: "token-1", Extra: map[string][]string{"New": {"x"}},
	})
	require.ErrorIs(t, err, eip.ErrDryRun)
	require.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "BandwidthPackageId": pkg, "IpInstanceId": a, "IpType": "EIP",
		"DryRun": "true", "ClientToken": "token-1", "New": "x"}, lastParams(srv, "AddCommonBandwidthPackageIp"))
	require.Empty(t, memberIDs(t, srv, pkg))

	// A repeat after a lost answer adds once.
	srv.Fail("AddCommonBandwidthPackageIp", fault.CutAfter())
	res, err := call(eip.AddCommonBandwidthPackageIpRequest{BandwidthPackageID: pkg, IPInstanceID: a})
	require.NoError(t, err)
	require.Equal(t, 2, res.Attempts)
	require.Equal(t, []eiptest.BandwidthPackageMember{{AllocationID: a, Status: eiptest.Binding}}, packageOn(t, srv, pkg).Members)

	// One change at a time, and one package for an address. (eiptest has the other
	// refusals.)
	_, err = call(eip.AddCommonBandwidthPackageIpRequest{BandwidthPackageID: pkg, IPInstanceID: b})
	require.ErrorIs(t, err, eip.CodeBandwidthPackageOperationConflict)
	require.ErrorIs(t, err, eip.ErrConflict)
	for _, p := range []string{pkg, other} {
		_, err = call(eip.AddCommonBandwidthPackageIpRequest{BandwidthPackageID: p, IPInstanceID: a})
		require.ErrorIs(t, err, eip.CodeIpInstanceIdAlreadyInBandwidthPackage)
	}
	_, err = call(eip.AddCommonBandwidthPackageIpRequest{BandwidthPackageID: other, IPInstanceID: "eip-none"})
	require.ErrorIs(t, err, eip.CodeInvalidIpInstanceIdNotFound)
	_, err = call(eip.AddCommonBandwidthPackageIpRequest{})
	require.EqualError(t, err, "eip: AddCommonBandwidthPackageIp: invalid request, nothing was sent: "+
		"BandwidthPackageID: is required; IPInstanceID: is required")
	require.Equal(t, []string{a}, memberIDs(t, srv, pkg))
	require.Empty(t, memberIDs(t, srv, other))

	srv.Fail("AddCommonBandwidthPackageIp", xmlAnswer("AddCommonBandwidthPackageIp", ""))
	res, err = call(eip.AddCommonBandwidthPackageIpRequest{BandwidthPackageID: other, IPInstanceID: b})
	require.NoError(t, err)
	require.Equal(t, "r", res.RequestID)
}

// Q-NOTINCBWP the other way round: that an address is in some package does not
// prove that an earlier attempt added it to this one. The service has forgotten
// the token here.
func TestAddCommonBandwidthPackageIpProvesNothing(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithBandwidthPackageTime(0), eiptest.WithTokenLife(0))
	c := srv.Client(t)
	pkg, a := newPackage(t, c), allocate(t, c, nil)
	srv.Fail("AddCommonBandwidthPackageIp", fault.CutAfter())
	_, err := c.AddCommonBandwidthPackageIp(t.Context(), &eip.AddCommonBandwidthPackageIpRequest{BandwidthPackageID: pkg, IPInstanceID: a})
	require.True(t, eip.OutcomeUnknown(err), "%v", err)
	require.ErrorContains(t, err, "AlreadyInBandwidthPackage")
	p, err := c.GetBandwidthPackage(t.Context(), pkg)
	require.NoError(t, err)
	require.Equal(t, eip.BandwidthPackageIPStatusBinded, p.Member(a).Status, "a look tells")
}

func TestAddCommonBandwidthPackageIps(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithBandwidthPackageTime(0))
	c := srv.Client(t)
	pkg := newPackage(t, c)
	var ids []string
	for range 10 {
		ids = append(ids, allocate(t, c, nil))
	}
	call := func(ids ...string) (*eip.AddCommonBandwidthPackageIpsResponse, error) {
		return c.AddCommonBandwidthPackageIps(t.Context(), &eip.AddCommonBandwidthPackageIpsRequest{
			RegionID: "cn-hangzhou", BandwidthPackageID: pkg, IPInstanceIDs: ids, IPType: eip.BandwidthPackageIPTypeEIP,
			ClientToken: "token-" + ids[0], Extra: map[string][]string{"New": {"x"}}})
	}

	// All or none.
	_, err := call(ids[0], "eip-none")
	require.ErrorIs(t, err, eip.CodeInvalidIpInstanceIdNotFound)
	require.Empty(t, memberIDs(t, srv, pkg))

	srv.Fail("AddCommonBandwidthPackageIps", fault.CutAfter())
	res, err := call(ids[1:3]...)
	require.NoError(t, err)
	require.Equal(t, 2, res.Attempts)
	require.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "BandwidthPackageId": pkg, "IpInstanceIds.1": ids[1],
		"IpInstanceIds.2": ids[2], "IpType": "EIP", "ClientToken": "token-" + ids[1], "New": "x"},
		lastParams(srv, "AddCommonBandwidthPackageIps"))
	require.Equal(t, ids[1:3], memberIDs(t, srv, pkg))

	_, err = call(ids[3], ids[2])
	require.ErrorIs(t, err, eip.CodeIpInstanceIdAlreadyInBandwidthPackage)
	_, err = call(append(ids, "eip-eleventh")...)
	require.ErrorContains(t, err, "IPInstanceIDs (11 elements): must have at most 10 elements")
	_, err = call(ids[3], " ")
	require.ErrorContains(t, err, "IPInstanceIDs[1]")
	_, err = c.AddCommonBandwidthPackageIps(t.Context(), &eip.AddCommonBandwidthPackageIpsRequest{BandwidthPackageID: pkg})
	require.ErrorContains(t, err, "IPInstanceIDs: is required")
	unchecked := srv.Client(t, eip.WithoutValidation())
	_, err = unchecked.AddCommonBandwidthPackageIps(t.Context(), &eip.AddCommonBandwidthPackageIpsRequest{
		BandwidthPackageID: pkg, IPInstanceIDs: append(ids, "eip-eleventh")})
	require.ErrorIs(t, err, eip.CodeInvalidParameter)
	require.Len(t, memberIDs(t, srv, pkg), 2)

	srv.Fail("AddCommonBandwidthPackageIps", xmlAnswer("AddCommonBandwidthPackageIps", ""))
	res, err = call(ids[4])
	require.NoError(t, err)
	require.Equal(t, "r", res.RequestID)
}

func TestRemoveCommonBandwidthPackageIp(t *testing.T) {
	t.Parallel()
	onFake(t, []eiptest.Option{eiptest.WithBandwidthPackageTime(time.Second)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		pkg, a := newPackage(t, c), allocate(t, c, nil)
		add(t, c, pkg, a)
		_, err := c.WaitInBandwidthPackage(t.Context(), pkg, a)
		require.NoError(t, err)
		call := func(r eip.RemoveCommonBandwidthPackageIpRequest) (*eip.RemoveCommonBandwidthPackageIpResponse, error) {
			return c.RemoveCommonBandwidthPackageIp(t.Context(), &r)
		}
		_, err = call(eip.RemoveCommonBandwidthPackageIpRequest{RegionID: "cn-hangzhou", BandwidthPackageID: pkg, IPInstanceID: a,
			DryRun: true, ClientToken: "token-1", Extra: map[string][]string{"New": {"x"}}})
		require.ErrorIs(t, err, eip.ErrDryRun)
		require.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "BandwidthPackageId": pkg, "IpInstanceId": a,
			"DryRun": "true", "ClientToken": "token-1", "New": "x"}, lastParams(srv, "RemoveCommonBandwidthPackageIp"))
		_, err = call(eip.RemoveCommonBandwidthPackageIpRequest{BandwidthPackageID: pkg, IPInstanceID: "eip-other"})
		require.ErrorIs(t, err, eip.CodeOperationUnsupportedIpNotInCbwp)
		_, err = call(eip.RemoveCommonBandwidthPackageIpRequest{})
		require.EqualError(t, err, "eip: RemoveCommonBandwidthPackageIp: invalid request, nothing was sent: "+
			"BandwidthPackageID: is required; IPInstanceID: is required")
		require.False(t, packageOn(t, srv, pkg).Members[0].Leaving)

		srv.Fail("RemoveCommonBandwidthPackageIp", fault.CutAfter())
		res, err := call(eip.RemoveCommonBandwidthPackageIpRequest{BandwidthPackageID: pkg, IPInstanceID: a})
		require.NoError(t, err)
		require.Equal(t, 2, res.Attempts)
		require.True(t, packageOn(t, srv, pkg).Members[0].Leaving)
		_, err = call(eip.RemoveCommonBandwidthPackageIpRequest{BandwidthPackageID: pkg, IPInstanceID: a})
		require.ErrorIs(t, err, eip.CodeBandwidthPackageOperationConflict)
		time.Sleep(time.Second)
		require.Empty(t, memberIDs(t, srv, pkg))
		_, err = call(eip.RemoveCommonBandwidthPackageIpRequest{BandwidthPackageID: pkg, IPInstanceID: a})
		require.ErrorIs(t, err, eip.CodeOperationUnsupportedIpNotInCbwp, "without an unknown attempt it is a refusal")

		srv.Fail("RemoveCommonBandwidthPackageIp", xmlAnswer("RemoveCommonBandwidthPackageIp", ""))
		res, err = call(eip.RemoveCommonBandwidthPackageIpRequest{BandwidthPackageID: pkg, IPInstanceID: a})
		require.NoError(t, err)
		require.Equal(t, "r", res.RequestID)
	})
}

// Q-NOTINCBWP: after an attempt with an unknown outcome it proves that this attempt
// ran, even if the service has forgotten the token.
func TestRemoveCommonBandwidthPackageIpIsSettled(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithBandwidthPackageTime(0), eiptest.WithTokenLife(0))
	c := srv.Client(t)
	pkg, a := newPackage(t, c), allocate(t, c, nil)
	add(t, c, pkg, a)
	srv.Fail("RemoveCommonBandwidthPackageIp", fault.CutAfter())
	res, err := c.RemoveCommonBandwidthPackageIp(t.Context(), &eip.RemoveCommonBandwidthPackageIpRequest{BandwidthPackageID: pkg, IPInstanceID: a})
	require.NoError(t, err)
	require.Equal(t, 2, res.Attempts)
	require.Equal(t, "OperationUnsupported.IpNotInCbwp", srv.CallsOf("RemoveCommonBandwidthPackageIp")[1].Code)
	require.NotEmpty(t, res.RequestID)

	add(t, c, pkg, a)
	srv.Fail("RemoveCommonBandwidthPackageIp", fault.CutAfter(), fault.Refuse("IpInstanceId.NotBandwidthPackage"))
	_, err = c.RemoveCommonBandwidthPackageIp(t.Context(), &eip.RemoveCommonBandwidthPackageIpRequest{BandwidthPackageID: pkg, IPInstanceID: a})
	require.NoError(t, err)
	require.Empty(t, memberIDs(t, srv, pkg))
}

func TestCommonBandwidthPackageIpBandwidth(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithBandwidthPackageTime(0))
	c := srv.Client(t)
	pkg, a := newPackage(t, c), allocate(t, c, nil)
	add(t, c, pkg, a)
	modify := func(id string, bandwidth int) (*eip.ModifyCommonBandwidthPackageIpBandwidthResponse, error) {
		return c.ModifyCommonBandwidthPackageIpBandwidth(t.Context(), &eip.ModifyCommonBandwidthPackageIpBandwidthRequest{
			RegionID: "cn-hangzhou", BandwidthPackageID: pkg, EipID: id, Bandwidth: bandwidth, Extra: map[string][]string{"New": {"x"}}})
	}
	cancel := func(id string) (*eip.CancelCommonBandwidthPackageIpBandwidthResponse, error) {
		return c.CancelCommonBandwidthPackageIpBandwidth(t.Context(), &eip.CancelCommonBandwidthPackageIpBandwidthRequest{
			RegionID: "cn-hangzhou", BandwidthPackageID: pkg, EipID: id, Extra: map[string][]string{"New": {"x"}}})
	}
	limit := func() int { return packageOn(t, srv, pkg).Members[0].Bandwidth }

	// A repeat after a lost answer sets the same limit.
	srv.Fail("ModifyCommonBandwidthPackageIpBandwidth", fault.CutAfter())
	res, err := modify(a, 40)
	require.NoError(t, err)
	require.Equal(t, 2, res.Attempts)
	require.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "BandwidthPackageId": pkg, "EipId": a, "Bandwidth": "40", "New": "x"},
		lastParams(srv, "ModifyCommonBandwidthPackageIpBandwidth"))
	require.Equal(t, 40, limit())
	own, err := c.GetEip(t.Context(), a)
	require.NoError(t, err)
	require.Equal(t, 40, own.Bandwidth)
	require.Equal(t, 100, own.BandwidthPackageBandwidth)
	require.Equal(t, 5, own.EipBandwidth)
	require.Equal(t, eip.BandwidthPackageTypeCommon, own.BandwidthPackageType)

	_, err = modify(a, 101)
	require.ErrorIs(t, err, eip.CodeInvalidParameterBandwidth)
	_, err = modify("eip-none", 40)
	require.ErrorIs(t, err, eip.CodeOperationUnsupportedIpNotInCbwp)
	_, err = cancel("eip-none")
	require.ErrorIs(t, err, eip.CodeOperationUnsupportedIpNotInCbwp)
	_, err = c.ModifyCommonBandwidthPackageIpBandwidth(t.Context(), &eip.ModifyCommonBandwidthPackageIpBandwidthRequest{})
	require.EqualError(t, err, "eip: ModifyCommonBandwidthPackageIpBandwidth: invalid request, nothing was sent: "+
		"BandwidthPackageID: is required; EipID: is required; Bandwidth: is required: at least 1")
	_, err = c.CancelCommonBandwidthPackageIpBandwidth(t.Context(), &eip.CancelCommonBandwidthPackageIpBandwidthRequest{})
	require.EqualError(t, err, "eip: CancelCommonBandwidthPackageIpBandwidth: invalid request, nothing was sent: "+
		"BandwidthPackageID: is required; EipID: is required")
	require.Equal(t, 40, limit())

	srv.Fail("CancelCommonBandwidthPackageIpBandwidth", fault.CutAfter())
	done, err := cancel(a)
	require.NoError(t, err)
	require.Equal(t, 2, done.Attempts)
	require.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "BandwidthPackageId": pkg, "EipId": a, "New": "x"},
		lastParams(srv, "CancelCommonBandwidthPackageIpBandwidth"))
	require.Zero(t, limit())

	srv.Fail("ModifyCommonBandwidthPackageIpBandwidth", xmlAnswer("ModifyCommonBandwidthPackageIpBandwidth", ""))
	res, err = modify(a, 40)
	require.NoError(t, err)
	require.Equal(t, "r", res.RequestID)
	srv.Fail("CancelCommonBandwidthPackageIpBandwidth", xmlAnswer("CancelCommonBandwidthPackageIpBandwidth", ""))
	done, err = cancel(a)
	require.NoError(t, err)
	require.Equal(t, "r", done.RequestID)
}
