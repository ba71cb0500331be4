package eiptest_test

import (
	"strings"
	"testing"

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
