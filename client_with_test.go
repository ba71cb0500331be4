package eip_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

func TestRegionFromEnvironment(t *testing.T) { // not parallel: it sets a variable
	for _, tt := range []struct{ given, variable, want, fails string }{
		{given: "cn-beijing", variable: "cn-hangzhou", want: "cn-beijing"},
		{variable: "cn-hangzhou", want: "cn-hangzhou"},
		{fails: "eip: NewClient: eip: RegionID is empty, and so is ALIBABA_CLOUD_REGION_ID in the environment: " +
			`give a region such as "cn-hangzhou" in either`},
		{variable: "Hangzhou!", fails: `RegionID "Hangzhou!" is not a region`},
	} {
		t.Setenv("ALIBABA_CLOUD_REGION_ID", tt.variable)
		c, err := eip.NewClient(tt.given)
		if tt.fails != "" {
			require.ErrorContains(t, err, tt.fails)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, tt.want, c.Region())
		require.Equal(t, "https://vpc."+tt.want+".aliyuncs.com/", c.Endpoint())
	}
}

func TestWith(t *testing.T) {
	t.Parallel()
	base, err := eip.NewClient("cn-hangzhou", eip.WithMaxAttempts(2))
	require.NoError(t, err)
	other, err := base.With(eip.WithRegion("cn-beijing"))
	require.NoError(t, err)
	require.Equal(t, "cn-beijing", other.Region())
	require.Equal(t, "https://vpc.cn-beijing.aliyuncs.com/", other.Endpoint())
	require.Equal(t, "cn-hangzhou", base.Region())

	fixed, err := base.With(eip.WithEndpoint("http://127.0.0.1:1"))
	require.NoError(t, err)
	moved, err := fixed.With(eip.WithRegion("cn-beijing"))
	require.NoError(t, err)
	require.Equal(t, fixed.Endpoint(), moved.Endpoint(), "an endpoint that was given stays")

	inside, err := base.With(eip.WithInternalEndpoint())
	require.NoError(t, err)
	require.Equal(t, "https://vpc-vpc.cn-hangzhou.aliyuncs.com/", inside.Endpoint())

	_, err = base.With(eip.WithMaxAttempts(0))
	require.EqualError(t, err, "eip: With: WithMaxAttempts: 0 is less than 1")
	_, err = base.With(eip.WithRegion("Not A Region"))
	require.ErrorContains(t, err, "is not a region")
}

// Twenty regions from one client open no more connections than one needs, and
// fetch credentials once.
func TestWithManyRegions(t *testing.T) {
	t.Parallel()
	regions := slices.DeleteFunc(eip.Regions(), func(region string) bool {
		return region == "ap-south-1" || region == "ap-southeast-2" // closed
	})[:20]
	srv := eiptest.NewServer(t, eiptest.WithRegions(regions...))
	var fetched atomic.Int64
	source := eip.CachedCredentials(eip.CredentialsProviderFunc(func(context.Context) (eip.Credentials, error) {
		fetched.Add(1)
		return eip.NewCredentials(eiptest.DefaultAccessKeyID, eiptest.DefaultAccessKeySecret, "", time.Time{}), nil
	}), time.Minute)
	base, err := eip.NewClient(regions[0], eip.WithEndpoint(srv.URL()), eip.WithCredentials(source))
	require.NoError(t, err)
	t.Cleanup(base.CloseIdleConnections)
	for i, region := range regions {
		c, err := base.With(eip.WithRegion(region))
		require.NoError(t, err)
		res, err := c.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{Name: fmt.Sprint("a", i)})
		require.NoError(t, err)
		address, ok := srv.Address(res.AllocationID)
		require.True(t, ok)
		require.Equal(t, region, address.RegionID)
	}
	require.EqualValues(t, 1, fetched.Load())
	require.Equal(t, 1, srv.Counts().Connections)
}

// Clients of one region wait together, those of two regions do not.
func TestWithGates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe())
		base := srv.Client(t)
		patient, err := base.With(eip.WithThrottlePatience(30 * time.Second))
		require.NoError(t, err)
		elsewhere, err := base.With(eip.WithRegion("cn-beijing"))
		require.NoError(t, err)
		stranger, err := base.With(eip.WithCredentials(eip.StaticCredentials(eiptest.DefaultAccessKeyID, eiptest.DefaultAccessKeySecret)))
		require.NoError(t, err)

		began := time.Now()
		took := func(c *eip.Client) time.Duration {
			_, err := c.DescribeEipAddresses(t.Context(), nil)
			require.NoError(t, err)
			return time.Since(began)
		}
		srv.Fail("DescribeEipAddresses", fault.ThrottleHint(20*time.Second))
		done := make(chan time.Duration)
		go func() { done <- took(base) }()
		synctest.Wait()
		require.Zero(t, took(elsewhere), "another region is not held back")
		require.Zero(t, took(stranger), "nor is another account")
		require.Equal(t, 20*time.Second, took(patient))
		require.Equal(t, 20*time.Second, <-done)
		require.Len(t, srv.CallsOf("DescribeEipAddresses"), 5)
	})
}
