package eip_test

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// newPackage makes a bandwidth package of 100 Mbit/s on the fake.
func newPackage(t *testing.T, c *eip.Client) string {
	t.Helper()
	res, err := c.CreateCommonBandwidthPackage(t.Context(), &eip.CreateCommonBandwidthPackageRequest{Bandwidth: 100})
	require.NoError(t, err)
	return res.BandwidthPackageID
}

// packageOn finds a package on the fake.
func packageOn(t *testing.T, srv *eiptest.Server, id string) eiptest.BandwidthPackage {
	t.Helper()
	for _, p := range srv.BandwidthPackages() {
		if p.ID == id {
			return p
		}
	}
	t.Fatalf("no package %s", id)
	return eiptest.BandwidthPackage{}
}

// lastParams are the parameters of the latest call of an action, its token
// included.
func lastParams(srv *eiptest.Server, action string) map[string]string {
	calls := srv.CallsOf(action)
	last := calls[len(calls)-1]
	params := maps.Clone(last.Params)
	if last.Token != "" {
		params["ClientToken"] = last.Token
	}
	return params
}

// xmlAnswer is a success of an action in the other format.
func xmlAnswer(action, members string) fault.Fault {
	return fault.Answer(200, nil, fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?><%[1]sResponse><RequestId>r</RequestId>%[2]s</%[1]sResponse>`,
		action, members))
}

func TestCreateCommonBandwidthPackage(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := srv.Client(t)
	full := &eip.CreateCommonBandwidthPackageRequest{
		RegionID: "cn-hongkong", Bandwidth: 200, InternetChargeType: eip.InternetChargeTypePayBy95, Ratio: 20,
		ISP: eip.ISPBGPPro, Zone: "cn-hongkong-cb", Name: "shared", Description: "for the edge", ResourceGroupID: "rg-a",
		SecurityProtectionTypes: eip.SecurityProtectionTypes{eip.SecurityProtectionTypeAntiDDoSEnhanced},
		Tags:                    eip.Tags{"env": "prod", "team": ""}, ClientToken: "token-1",
		Extra: map[string][]string{"New": {"x"}},
	}
	res, err := c.CreateCommonBandwidthPackage(t.Context(), full)
	require.NoError(t, err)
	require.Equal(t, map[string]string{
		"RegionId": "cn-hongkong", "Bandwidth": "200", "InternetChargeType": "PayBy95", "Ratio": "20", "ISP": "BGP_PRO",
		"Zone": "cn-hongkong-cb", "Name": "shared", "Description": "for the edge", "ResourceGroupId": "rg-a",
		"SecurityProtectionTypes.1": "AntiDDoS_Enhanced", "Tag.1.Key": "env", "Tag.1.Value": "prod",
		"Tag.2.Key": "team", "Tag.2.Value": "", "ClientToken": "token-1", "New": "x",
	}, lastParams(srv, "CreateCommonBandwidthPackage"))
	require.Equal(t, "rg-a", res.ResourceGroupID)
	require.Equal(t, "token-1", res.ClientToken)
	made := packageOn(t, srv, res.BandwidthPackageID)
	require.False(t, made.CreatedAt.IsZero())
	made.CreatedAt = time.Time{}
	require.Equal(t, eiptest.BandwidthPackage{
		ID: res.BandwidthPackageID, RegionID: "cn-hongkong", Zone: "cn-hongkong-cb", Status: eiptest.Available, Bandwidth: 200,
		InternetChargeType: "PayBy95", Ratio: 20, ISP: "BGP_PRO", Name: "shared", Description: "for the edge",
		ResourceGroupID: "rg-a", Tags: map[string]string{"env": "prod", "team": ""},
		SecurityProtection: []string{"AntiDDoS_Enhanced"}, ChargeType: "PostPaid", Token: "token-1",
	}, made)

	// What is refused makes nothing. (eiptest has the other refusals.)
	refuse := func(r eip.CreateCommonBandwidthPackageRequest) error {
		_, err := c.CreateCommonBandwidthPackage(t.Context(), &r)
		return err
	}
	require.ErrorIs(t, refuse(eip.CreateCommonBandwidthPackageRequest{Bandwidth: 1}), eip.CodeInvalidParameterBandwidth)
	require.ErrorIs(t, refuse(eip.CreateCommonBandwidthPackageRequest{Bandwidth: 5, InternetChargeType: "PayByTraffic"}),
		eip.CodeInvalidParameterInvalidChargeType) // Q-SITE
	require.ErrorIs(t, refuse(eip.CreateCommonBandwidthPackageRequest{Bandwidth: 5, RegionID: "mars-1"}), eip.CodeInvalidRegionIdNotFound)
	require.EqualError(t, refuse(eip.CreateCommonBandwidthPackageRequest{InternetChargeType: "PayBy95", Ratio: -1, Tags: eip.Tags{"": "v"}}),
		"eip: CreateCommonBandwidthPackage: invalid request, nothing was sent: Bandwidth: is required: at least 1; "+
			"Ratio (-1): must not be negative; Tags (a tag without key, value \"v\"): must not have an empty key")
	require.ErrorContains(t, refuse(eip.CreateCommonBandwidthPackageRequest{Bandwidth: 200, InternetChargeType: "PayBy95"}),
		"Ratio: is required when InternetChargeType is PayBy95")
	require.Len(t, srv.BandwidthPackages(), 1)

	// A repeat after a lost answer makes one package.
	srv.Fail("CreateCommonBandwidthPackage", fault.CutAfter())
	res, err = c.CreateCommonBandwidthPackage(t.Context(), &eip.CreateCommonBandwidthPackageRequest{Bandwidth: 2})
	require.NoError(t, err)
	require.Equal(t, 2, res.Attempts)
	require.Len(t, srv.BandwidthPackages(), 2)
	require.Equal(t, "PayByBandwidth", packageOn(t, srv, res.BandwidthPackageID).InternetChargeType)

	srv.Fail("CreateCommonBandwidthPackage", xmlAnswer("CreateCommonBandwidthPackage",
		"<BandwidthPackageId>cbwp-x</BandwidthPackageId><ResourceGroupId>rg-x</ResourceGroupId>"))
	res, err = c.CreateCommonBandwidthPackage(t.Context(), &eip.CreateCommonBandwidthPackageRequest{Bandwidth: 2})
	require.NoError(t, err)
	require.Equal(t, []string{"cbwp-x", "rg-x", "r"}, []string{res.BandwidthPackageID, res.ResourceGroupID, res.RequestID})
}

func TestModifyCommonBandwidthPackageAttribute(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := srv.Client(t)
	id := newPackage(t, c)
	modify := func(name, description *string) (*eip.ModifyCommonBandwidthPackageAttributeResponse, error) {
		return c.ModifyCommonBandwidthPackageAttribute(t.Context(), &eip.ModifyCommonBandwidthPackageAttributeRequest{
			RegionID: "cn-hangzhou", BandwidthPackageID: id, Name: name, Description: description,
			Extra: map[string][]string{"New": {"x"}}})
	}
	texts := func() []string {
		p := packageOn(t, srv, id)
		return []string{p.Name, p.Description}
	}
	_, err := modify(eip.Ptr("a"), eip.Ptr("b"))
	require.NoError(t, err)
	require.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "BandwidthPackageId": id, "Name": "a", "Description": "b", "New": "x"},
		lastParams(srv, "ModifyCommonBandwidthPackageAttribute"))
	require.Equal(t, []string{"a", "b"}, texts())

	_, err = modify(eip.Ptr("http://x"), eip.Ptr("c"))
	require.ErrorIs(t, err, eip.CodeInvalidParameterNameMalformed)
	_, err = c.ModifyCommonBandwidthPackageAttribute(t.Context(), &eip.ModifyCommonBandwidthPackageAttributeRequest{BandwidthPackageID: "cbwp-none"})
	require.ErrorIs(t, err, eip.CodeInvalidBandwidthPackageIdNotFound)
	require.ErrorIs(t, err, eip.ErrNotFound)
	_, err = c.ModifyCommonBandwidthPackageAttribute(t.Context(), &eip.ModifyCommonBandwidthPackageAttributeRequest{Name: eip.Ptr("c")})
	require.ErrorContains(t, err, "BandwidthPackageID: is required")
	require.Equal(t, []string{"a", "b"}, texts())

	srv.Fail("ModifyCommonBandwidthPackageAttribute", fault.CutAfter())
	res, err := modify(nil, eip.Ptr(""))
	require.NoError(t, err)
	require.Equal(t, 2, res.Attempts)
	require.Equal(t, []string{"a", ""}, texts(), "nil leaves the name, a pointer to nothing clears the description")

	srv.Fail("ModifyCommonBandwidthPackageAttribute", xmlAnswer("ModifyCommonBandwidthPackageAttribute", ""))
	res, err = modify(eip.Ptr("lost"), nil)
	require.NoError(t, err)
	require.Equal(t, "r", res.RequestID)
}

func TestModifyCommonBandwidthPackageSpec(t *testing.T) {
	t.Parallel()
	onFake(t, []eiptest.Option{eiptest.WithBandwidthPackageTime(time.Second)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := newPackage(t, c)
		spec := func(bandwidth int) (*eip.ModifyCommonBandwidthPackageSpecResponse, error) {
			return c.ModifyCommonBandwidthPackageSpec(t.Context(), &eip.ModifyCommonBandwidthPackageSpecRequest{
				RegionID: "cn-hangzhou", BandwidthPackageID: id, Bandwidth: bandwidth, Extra: map[string][]string{"New": {"x"}}})
		}
		_, err := spec(300)
		require.NoError(t, err)
		require.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "BandwidthPackageId": id, "Bandwidth": "300", "New": "x"},
			lastParams(srv, "ModifyCommonBandwidthPackageSpec"), "Q-BWTYPE: text on the wire")
		p := packageOn(t, srv, id)
		require.Equal(t, eiptest.Modifying, p.Status)
		require.Equal(t, 100, p.Bandwidth)
		_, err = spec(400)
		require.ErrorIs(t, err, eip.CodeIncorrectStatusCbwpModifying)
		require.ErrorIs(t, err, eip.ErrConflict)
		seen, err := c.WaitBandwidthPackageAvailable(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, 300, seen.Bandwidth)

		_, err = spec(20001)
		require.ErrorIs(t, err, eip.CodeInvalidParameterBandwidth)
		_, err = spec(-5)
		require.ErrorContains(t, err, "Bandwidth (-5): must be at least 1")
		_, err = c.ModifyCommonBandwidthPackageSpec(t.Context(), &eip.ModifyCommonBandwidthPackageSpecRequest{})
		require.EqualError(t, err, "eip: ModifyCommonBandwidthPackageSpec: invalid request, nothing was sent: "+
			"BandwidthPackageID: is required; Bandwidth: is required: at least 1")
		require.Equal(t, 300, packageOn(t, srv, id).Bandwidth)

		// Q-NOTOKEN: after a lost answer the package is Modifying by the first
		// attempt, and the client goes on asking until that is over.
		srv.Fail("ModifyCommonBandwidthPackageSpec", fault.CutAfter())
		res, err := spec(500)
		require.NoError(t, err)
		require.Greater(t, res.Attempts, 2)
		seen, err = c.WaitBandwidthPackageAvailable(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, 500, seen.Bandwidth)

		srv.Fail("ModifyCommonBandwidthPackageSpec", xmlAnswer("ModifyCommonBandwidthPackageSpec", ""))
		res, err = spec(600)
		require.NoError(t, err)
		require.Equal(t, "r", res.RequestID)
	})
}

func TestDeleteCommonBandwidthPackage(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithBandwidthPackageTime(0))
	c := srv.Client(t)
	id, address := newPackage(t, c), allocate(t, c, nil)
	_, err := c.AddCommonBandwidthPackageIp(t.Context(), &eip.AddCommonBandwidthPackageIpRequest{BandwidthPackageID: id, IPInstanceID: address})
	require.NoError(t, err)
	remove := func(force string) (*eip.DeleteCommonBandwidthPackageResponse, error) {
		return c.DeleteCommonBandwidthPackage(t.Context(), &eip.DeleteCommonBandwidthPackageRequest{
			RegionID: "cn-hangzhou", BandwidthPackageID: id, Force: force, Extra: map[string][]string{"New": {"x"}}})
	}
	for _, force := range []string{"", "false"} {
		_, err = remove(force)
		require.ErrorIs(t, err, eip.CodeOperationFailedBandwidthPackageNotEmpty)
	}
	_, err = remove("True")
	require.ErrorContains(t, err, `Force ("True"): must be "true" or "false"`)
	require.True(t, srv.ChangeBandwidthPackage(id, func(p *eiptest.BandwidthPackage) { p.DeletionProtection = true }))
	_, err = remove("true")
	require.ErrorIs(t, err, eip.CodeInvalidOperationDeletionProtection)
	require.Len(t, packageOn(t, srv, id).Members, 1)
	require.True(t, srv.ChangeBandwidthPackage(id, func(p *eiptest.BandwidthPackage) { p.DeletionProtection = false }))

	// A repeat after a lost answer meets a package that is gone, which proves that
	// the first attempt deleted it.
	srv.Fail("DeleteCommonBandwidthPackage", fault.CutAfter())
	res, err := remove("true")
	require.NoError(t, err)
	require.Equal(t, 2, res.Attempts)
	require.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "BandwidthPackageId": id, "Force": "true", "New": "x"},
		lastParams(srv, "DeleteCommonBandwidthPackage"), "Q-FORCESTR")
	require.Empty(t, srv.BandwidthPackages())
	a, ok := srv.Address(address)
	require.True(t, ok)
	require.Empty(t, a.BandwidthPackageID)
	_, err = remove("")
	require.ErrorIs(t, err, eip.CodeInvalidBandwidthPackageIdNotFound, "without such an attempt it is a refusal")

	srv.Fail("DeleteCommonBandwidthPackage", xmlAnswer("DeleteCommonBandwidthPackage", ""))
	res, err = remove("")
	require.NoError(t, err)
	require.Equal(t, "r", res.RequestID)
	_, err = c.DeleteCommonBandwidthPackage(context.Background(), nil)
	require.ErrorIs(t, err, eip.ErrInvalidParameter)
}
