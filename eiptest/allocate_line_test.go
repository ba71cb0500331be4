package eiptest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
)

// Which line types are sold where, to whom, and by which action.
func TestLineTypes(t *testing.T) {
	t.Parallel()
	single := with(eiptest.WithSingleISP())
	finance := with(eiptest.WithFinanceCloud())
	for _, tt := range []struct {
		isp, region   string
		all, pro, seg bool
		opts          []eiptest.Option
	}{
		{"", "cn-hangzhou", true, true, true, nil},
		{"BGP", "cn-hangzhou", true, true, true, nil},
		{"BGP", "eu-central-1", true, true, true, nil},
		{"BGP_International", "cn-hangzhou", true, true, true, nil},
		{"BGP_PRO", "cn-hangzhou", false, false, false, nil},
		{"BGP_PRO", "cn-hongkong", true, true, true, nil},
		{"BGP_PRO", "ap-southeast-1", true, true, true, nil},
		{"BGP_PRO", "ap-southeast-3", true, true, true, nil},
		{"BGP_PRO", "ap-southeast-6", true, true, true, nil},
		{"BGP_PRO", "ap-southeast-5", true, true, true, nil},
		{"BGP_PRO", "ap-southeast-7", true, true, true, nil},
		{"BGP_PRO", "ap-northeast-1", true, false, true, nil}, // Tokyo
		{"BGP_PRO", "ap-northeast-1", true, true, true, with(eiptest.WithBGPProRegions("ap-northeast-1"))},
		{"BGP_PRO", "cn-hongkong", false, false, false, with(eiptest.WithBGPProRegions("ap-northeast-1"))},
		{"BGP_PRO", "cn-hongkong", false, false, false, with(eiptest.WithBGPProRegions())},
		{"ChinaTelecom", "cn-hangzhou", false, false, false, nil},
		{"ChinaTelecom", "cn-hangzhou", true, true, true, single},
		{"ChinaUnicom", "cn-hangzhou", true, true, true, single},
		{"ChinaMobile", "cn-hangzhou", true, true, true, single},
		{"ChinaTelecom_L2", "cn-hangzhou", true, true, true, single},
		{"ChinaUnicom_L2", "cn-hangzhou", true, true, true, single},
		{"ChinaMobile_L2", "cn-hangzhou", true, true, true, single},
		{"BGP_FinanceCloud", "cn-beijing", false, false, false, nil},
		{"BGP_FinanceCloud", "cn-hangzhou", true, true, true, finance},
		{"BGP", "cn-hangzhou", false, false, false, finance},
		{"", "cn-hangzhou", false, false, false, finance},
		{"", "cn-beijing", true, true, true, finance},
		{"Carrier", "cn-hangzhou", false, false, false, single},
	} {
		c := newCaller(t, eiptest.NewServer(t, tt.opts...))
		try := func(action, parameter string, good bool, refusal string) {
			t.Helper()
			if tt.isp == "" {
				refusal = "MissingParameter"
			}
			p := []string{"RegionId", tt.region, "EipMask", "28", parameter, tt.isp}
			if good {
				c.ok(action, p...)
			} else {
				c.refused(400, refusal, action, p...)
			}
		}
		try(all, "ISP", tt.all, "InvalidParameter")
		try(pro, "ISP", tt.pro, "IllegalParam.Isp")
		try(seg, "Isp", tt.seg, "InvalidParameter")
	}
	c := newCaller(t, eiptest.NewServer(t))
	id, _ := c.allocate()
	require.Equal(t, "BGP", c.eipOf(id)["ISP"])
	id, _ = c.allocate("ISP", "BGP_International")
	require.Equal(t, "BGP_International", c.eipOf(id)["ISP"])
	require.Equal(t, "1", c.ok(desc, args("ISP", "BGP_International")...).str("TotalCount"))
}
