package eip_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

func TestDescribeCommonBandwidthPackages(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithBandwidthPackageTime(0))
	c := srv.Client(t)
	create := func(r eip.CreateCommonBandwidthPackageRequest) string {
		res, err := c.CreateCommonBandwidthPackage(t.Context(), &r)
		require.NoError(t, err)
		return res.BandwidthPackageID
	}
	plain := create(eip.CreateCommonBandwidthPackageRequest{Bandwidth: 5, Tags: eip.Tags{"env": "test"}})
	full := create(eip.CreateCommonBandwidthPackageRequest{Bandwidth: 200, Name: "shared", Description: "d", ResourceGroupID: "rg-a",
		Tags: eip.Tags{"env": "prod"}, SecurityProtectionTypes: eip.SecurityProtectionTypes{eip.SecurityProtectionTypeAntiDDoSEnhanced}})
	create(eip.CreateCommonBandwidthPackageRequest{RegionID: "cn-beijing", Bandwidth: 5})
	a := allocate(t, c, nil)
	add(t, c, plain, a)
	find := func(r eip.DescribeCommonBandwidthPackagesRequest) []string {
		res, err := c.DescribeCommonBandwidthPackages(t.Context(), &r)
		require.NoError(t, err)
		ids := []string{}
		for _, p := range res.CommonBandwidthPackages {
			ids = append(ids, p.BandwidthPackageID)
		}
		return ids
	}

	// Every filter at once, and each by itself.
	all := eip.DescribeCommonBandwidthPackagesRequest{
		RegionID: "cn-hangzhou", BandwidthPackageID: full, Name: "shared", ResourceGroupID: "rg-a",
		SecurityProtectionEnabled: eip.Ptr(true), Tags: eip.Tags{"env": "prod"}, IncludeReservationData: true,
		PageNumber: 1, PageSize: 50, Extra: map[string][]string{"New": {"x"}},
	}
	require.Equal(t, []string{full}, find(all))
	require.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "BandwidthPackageId": full, "Name": "shared", "ResourceGroupId": "rg-a",
		"SecurityProtectionEnabled": "true", "Tag.1.Key": "env", "Tag.1.Value": "prod", "IncludeReservationData": "true",
		"PageNumber": "1", "PageSize": "50", "New": "x"}, lastParams(srv, "DescribeCommonBandwidthPackages"))
	for want, r := range map[string]eip.DescribeCommonBandwidthPackagesRequest{
		full: {Name: "shared"}, plain: {SecurityProtectionEnabled: eip.Ptr(false)},
	} {
		require.Equal(t, []string{want}, find(r))
	}
	require.Equal(t, []string{plain}, find(eip.DescribeCommonBandwidthPackagesRequest{Tags: eip.Tags{"env": "test"}}))
	require.Equal(t, []string{full}, find(eip.DescribeCommonBandwidthPackagesRequest{ResourceGroupID: "rg-a"}))
	require.Equal(t, []string{plain, full}, find(eip.DescribeCommonBandwidthPackagesRequest{}))
	require.Equal(t, []string{full}, find(eip.DescribeCommonBandwidthPackagesRequest{PageNumber: 2, PageSize: 1}))
	require.Empty(t, find(eip.DescribeCommonBandwidthPackagesRequest{BandwidthPackageID: "cbwp-none"}))

	// What the service shows of a package.
	res, err := c.DescribeCommonBandwidthPackages(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, []int{1, 10, 2}, []int{res.PageNumber, res.PageSize, res.TotalCount})
	got := res.CommonBandwidthPackages[0]
	require.WithinDuration(t, time.Now(), got.CreationTime, time.Minute)
	address, ok := srv.Address(a)
	require.True(t, ok)
	require.Equal(t, eip.CommonBandwidthPackage{
		BandwidthPackageID: plain, RegionID: "cn-hangzhou", Status: eip.BandwidthPackageStatusAvailable, Bandwidth: 5,
		InternetChargeType: eip.InternetChargeTypePayByBandwidth, InstanceChargeType: eip.InstanceChargeTypePostPaid, ISP: eip.ISPBGP,
		PublicIPAddresses: eip.BandwidthPackageIPList{{AllocationID: a, IPAddress: address.IPAddress, Status: eip.BandwidthPackageIPStatusBinded}},
		ResourceGroupID:   "rg-default", Tags: eip.Tags{"env": "test"}, CreationTime: got.CreationTime, BusinessStatus: "Normal",
		BizType: "Default", SecurityProtectionTypes: got.SecurityProtectionTypes,
	}, got)
	require.Empty(t, got.SecurityProtectionTypes)

	_, err = c.DescribeCommonBandwidthPackages(t.Context(), &eip.DescribeCommonBandwidthPackagesRequest{DryRun: true})
	require.ErrorIs(t, err, eip.CodeDryRunOperation)
	require.Equal(t, "true", lastParams(srv, "DescribeCommonBandwidthPackages")["DryRun"])
	_, err = c.DescribeCommonBandwidthPackages(t.Context(), &eip.DescribeCommonBandwidthPackagesRequest{PageSize: 51})
	require.ErrorIs(t, err, eip.CodeInvalidParameter)
	_, err = c.DescribeCommonBandwidthPackages(t.Context(), &eip.DescribeCommonBandwidthPackagesRequest{PageNumber: -1})
	require.ErrorContains(t, err, "PageNumber (-1): must not be negative")
	srv.Fail("DescribeCommonBandwidthPackages", fault.CutAfter())
	res, err = c.DescribeCommonBandwidthPackages(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, 2, res.Attempts)
}

func TestBandwidthPackages(t *testing.T) {
	t.Parallel()
	onFake(t, []eiptest.Option{eiptest.WithBandwidthPackageQuota(200)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		for range 120 {
			newPackage(t, c)
		}
		walk := func(req *eip.DescribeCommonBandwidthPackagesRequest) (ids []string) {
			for p, err := range c.BandwidthPackages(t.Context(), req) {
				require.NoError(t, err)
				ids = append(ids, p.BandwidthPackageID)
			}
			return ids
		}
		var want []string
		for _, p := range srv.BandwidthPackages() {
			want = append(want, p.ID)
		}
		require.Equal(t, want, walk(nil))
		require.Len(t, srv.CallsOf("DescribeCommonBandwidthPackages"), 3)
		require.Equal(t, want[100:], walk(&eip.DescribeCommonBandwidthPackagesRequest{PageNumber: 6, PageSize: 20}))
		require.Empty(t, walk(&eip.DescribeCommonBandwidthPackagesRequest{Name: "none"}))

		srv.Fail("DescribeCommonBandwidthPackages", fault.Refuse("Forbbiden"))
		n := 0
		for p, err := range c.BandwidthPackages(t.Context(), nil) {
			require.Nil(t, p)
			require.ErrorIs(t, err, eip.ErrPermission)
			n++
		}
		require.Equal(t, 1, n)
	})
}

func TestGetBandwidthPackage(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := srv.Client(t)
	id := newPackage(t, c)
	p, err := c.GetBandwidthPackage(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, id, p.BandwidthPackageID)
	p, err = c.GetBandwidthPackage(t.Context(), "cbwp-none")
	require.Nil(t, p)
	require.EqualError(t, err, "eip: no bandwidth package cbwp-none")
	require.ErrorIs(t, err, eip.ErrNotFound)
	_, err = c.GetBandwidthPackage(t.Context(), " ")
	require.EqualError(t, err, "eip: DescribeCommonBandwidthPackages: invalid request, nothing was sent: packageID: is required")
	srv.Fail("DescribeCommonBandwidthPackages", fault.Refuse("Forbbiden"))
	_, err = c.GetBandwidthPackage(t.Context(), id)
	require.ErrorIs(t, err, eip.ErrPermission)
}

// Bandwidth packages are judged by the rule of absence.
func TestAbsenceOfABandwidthPackage(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ fields, says string }{
		"a count without a list": {`"TotalCount":1,"CommonBandwidthPackages":{"CommonBandwidthPackage":[]}`,
			"the list names 0 of 1 bandwidth packages"},
		"another package": {`"TotalCount":1,"CommonBandwidthPackages":{"CommonBandwidthPackage":[{"BandwidthPackageId":"cbwp-other"}]}`,
			"the list holds a bandwidth package that was not asked for"},
		"no ID":   {`"TotalCount":1,"CommonBandwidthPackages":{"CommonBandwidthPackage":[{"Status":"Available"}]}`, ""},
		"no list": {`"TotalCount":1`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				id := newPackage(t, c)
				srv.Fail("DescribeCommonBandwidthPackages", lie(tc.fields).Times(3))
				p, err := c.GetBandwidthPackage(t.Context(), id)
				require.NoError(t, err)
				require.Equal(t, id, p.BandwidthPackageID)

				srv.Fail("DescribeCommonBandwidthPackages", lie(tc.fields).Times(-1))
				_, err = c.GetBandwidthPackage(t.Context(), id)
				require.Error(t, err)
				require.NotErrorIs(t, err, eip.ErrNotFound)
				assert.Contains(t, err.Error(), tc.says)
			})
		})
	}
}
