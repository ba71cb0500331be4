package eiptest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
)

func TestRegions(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	a := newCaller(t, srv).ok("DescribeRegions", "AcceptLanguage", "en-US")
	list := a.tree["Regions"].(map[string]any)["Region"].([]any)
	if len(list) != 36 || !strings.Contains(string(a.body), `{"RegionId":"cn-hangzhou","LocalName":"China (Hangzhou)","RegionEndpoint":"vpc.cn-hangzhou.aliyuncs.com"}`) {
		t.Errorf("%d regions: %s", len(list), a.body)
	}
	one := eiptest.NewServer(t, eiptest.WithRegions("cn-beijing"), eiptest.WithRegion("cn-beijing"))
	newCaller(t, one).refused(404, "InvalidRegionId.NotFound", "AllocateEipAddress", "RegionId", "cn-hangzhou")
}

// Gateways are told of a secondary interface with several addresses, and of
// nothing else.
func TestGatewayInfoOfInterfaces(t *testing.T) {
	t.Parallel()
	const info = "DescribeEipGatewayInfo"
	srv := eiptest.NewServer(t, eiptest.WithTransition(0))
	require.NoError(t, srv.AddInstance(eiptest.Instance{ID: "eni-far", Type: eiptest.ENI, RegionID: "cn-beijing"}))
	require.NoError(t, srv.AddInstance(eiptest.Instance{ID: "eni-theirs", Type: eiptest.ENI, Owner: "someone"}))
	c := newCaller(t, srv)
	id, ip := c.allocate()
	c.refused(400, "MissingParameter", info, args()...)
	c.refused(400, "MissingParameter", info, "InstanceId", "eni-test1")
	for _, other := range []string{"eni-none", "i-test1", "eni-far", "eni-theirs", id} {
		c.refused(403, "Forbbiden", info, args("InstanceId", other)...)
	}
	require.NotContains(t, string(c.ok(info, args("InstanceId", "eni-test1")...).body), "IpGw")
	for mode, shown := range map[string]bool{"NAT": false, "MULTI_BINDED": true} {
		c.ok(bind, args("AllocationId", id, "InstanceId", "eni-test1", "InstanceType", eiptest.ENI, "Mode", mode)...)
		a := c.ok(info, args("InstanceId", "eni-test1")...)
		require.Equal(t, shown, a.str("EipInfos", "EipInfo", "Ip") == ip, mode)
		c.ok(free, args("AllocationId", id, "InstanceType", eiptest.ENI)...)
	}
}
