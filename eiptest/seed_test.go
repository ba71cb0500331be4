package eiptest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
)

// Three lines make addresses with everything that the documents say of them.
func TestSeedDefaults(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0), eiptest.WithSeedDocument([]byte(`{
  "addresses": [{"region": "cn-hangzhou"}, {"region": "cn-beijing", "ip": "203.0.113.7"}, {"instanceId": "i-test1"}]
}`)))
	all := srv.Addresses()
	require.Len(t, all, 3)
	assert.Equal(t, "198.18.0.2", all[0].IPAddress)
	assert.True(t, strings.HasPrefix(all[0].AllocationID, "eip-"))
	assert.Equal(t, []any{"Available", 5, "PayByBandwidth", "PostPaid", "BGP", "rg-default"},
		[]any{all[0].Status, all[0].Bandwidth, all[0].InternetChargeType, all[0].ChargeType, all[0].ISP, all[0].ResourceGroupID})
	assert.Equal(t, "203.0.113.7", all[1].IPAddress)
	assert.Equal(t, []string{"InUse", "EcsInstance", "NAT", "cn-hangzhou"}, []string{all[2].Status, all[2].InstanceType, all[2].Mode, all[2].RegionID})
	c := newCaller(t, srv)
	c.refused(404, "InvalidAllocationId.NotFound", "ReleaseEipAddress", "RegionId", "cn-hangzhou", "AllocationId", all[1].AllocationID)
	c.ok("UnassociateEipAddress", "RegionId", "cn-hangzhou", "AllocationId", all[2].AllocationID)
	c.ok("ReleaseEipAddress", "RegionId", "cn-hangzhou", "AllocationId", all[2].AllocationID)
	_, ip := c.allocate()
	assert.NotEqual(t, all[0].IPAddress, ip)
}

// Segments, pools and packages of a seed work as those of actions do.
func TestSeedGroups(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0), eiptest.WithBandwidthPackageTime(0), eiptest.WithSeedDocument([]byte(`{
  "quota": 50, "balance": 12.5, "regions": [{"id": "cn-hangzhou", "stock": 3}],
  "instances": [{"id": "eni-a", "type": "eni"}],
  "segments": [{}, {"id": "eipsg-mine", "mask": 27}],
  "pools": [{"id": "pool-a", "blocks": [{"prefix": "203.0.113.0/28"}]}, {"id": "pool-b", "free": 2}],
  "packages": [{"id": "cbwp-a", "members": [{"id": "eip-b"}]}],
  "addresses": [{"id": "eip-a", "bandwidthPackageId": "cbwp-a"}, {"id": "eip-b"}, {"id": "eip-c", "poolId": "pool-a"},
    {"id": "eip-d", "poolId": "pool-a", "ip": "203.0.113.0"}, {"id": "eip-e", "poolId": "pool-b", "tags": {"k": "v"}}]
}`)))
	segments := srv.Segments()
	require.Len(t, segments, 2)
	assert.ElementsMatch(t, []int{13, 29}, []int{segments[0].Count, segments[1].Count})
	require.Len(t, srv.Addresses(), 5+13+29)
	p := srv.BandwidthPackages()[0]
	assert.Equal(t, []eiptest.BandwidthPackageMember{{AllocationID: "eip-b", Status: eiptest.Binded}, {AllocationID: "eip-a", Status: eiptest.Binded}}, p.Members)
	pools := srv.Pools()
	assert.Equal(t, []int{14, 2, 2, 1}, []int{pools[0].Free, pools[0].Used, pools[1].Free, pools[1].Used})
	c := newCaller(t, srv)
	c.ok("RemoveCommonBandwidthPackageIp", "RegionId", "cn-hangzhou", "BandwidthPackageId", "cbwp-a", "IpInstanceId", "eip-b")
	c.ok("ReleaseEipAddress", "RegionId", "cn-hangzhou", "AllocationId", "eip-b")
	c.ok("ReleaseEipAddress", "RegionId", "cn-hangzhou", "AllocationId", "eip-d")
	c.ok("ReleaseEipAddress", "RegionId", "cn-hangzhou", "AllocationId", "eip-e")
	c.ok("ReleaseEipSegmentAddress", "RegionId", "cn-hangzhou", "SegmentInstanceId", "eipsg-mine")
	pools = srv.Pools()
	assert.Equal(t, []int{15, 3}, []int{pools[0].Free, pools[1].Free})
	assert.Len(t, srv.Instances(), 1)
}

func TestSeedRefused(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		``:                                       "line 1: the document ends too early",
		"{\n\"addreses\":[]}":                    "line 2: addreses: is not a field of the document; known are addresses,",
		"{\"addresses\":[\n{},\n{\"regon\":1}]}": "line 3: addresses[1].regon: is not a field",
		"{\"addresses\":[\n{},\n{\"bandwidth\":\"5\"}]}":                                          `line 3: addresses[1].bandwidth: "5" is not an integer`,
		"{\"addresses\":[\n{},\n{\"bandwidth\":501}]}":                                            "line 3: addresses[1].bandwidth: 501 is not between 1 and 500",
		"{\"addresses\":[{\"bandwidth\":-1}]}":                                                    "addresses[0].bandwidth: -1",
		"{\"addresses\":[{\"region\":\n\"mars\"}]}":                                               `line 2: addresses[0].region: "mars" is not a region`,
		"{\"addresses\":[{\"ip\":\"x\"}]}":                                                        `addresses[0].ip: "x" is not an IPv4 address`,
		"{\"addresses\":[{\"ip\":\"10.0.0.1\"}]}":                                                 "addresses[0].ip: 10.0.0.1 is not public",
		"{\"addresses\":[{\"ip\":\"::1\"}]}":                                                      "is not an IPv4 address",
		"{\"addresses\":[{\"ip\":\"1.2.3.4\"},{\"ip\":\"1.2.3.4\"}]}":                             "addresses[1].ip: 1.2.3.4 is there twice",
		"{\"addresses\":[{\"id\":\"a\"},\n{\"id\":\"a\"}]}":                                       `line 2: addresses[1].id: "a" is there twice`,
		"{\"addresses\":[{\"status\":\"Gone\"}]}":                                                 `addresses[0].status: "Gone" is not one of Available`,
		"{\"addresses\":[{\"status\":\"InUse\"}]}":                                                "line 1: addresses[0].instanceId: is missing, which InUse needs",
		"{\"addresses\":[{\"status\":\"Available\",\"instanceId\":\"i-test1\"}]}":                 "addresses[0].status: Available has no instance",
		"{\"addresses\":[{\"instanceId\":\"i-x\"}]}":                                              `addresses[0].instanceId: "i-x" is not an instance`,
		"{\"addresses\":[{\"instanceId\":\"i-test1\",\"instanceType\":\"Nat\"}]}":                 "is not the type of i-test1",
		"{\"addresses\":[{\"chargeType\":\"Free\"}]}":                                             `chargeType: "Free"`,
		"{\"addresses\":[{\"isp\":\"X\"}]}":                                                       `isp: "X"`,
		"{\"addresses\":[{\"tags\":{\"aliyun\":\"x\"}}]}":                                         "addresses[0].tags",
		"{\"addresses\":[{\"name\":\"http://x\"}]}":                                               "addresses[0].name",
		"{\"addresses\":[{\"segmentId\":\"s\"}]}":                                                 `addresses[0].segmentId: "s" is not a segment`,
		"{\"addresses\":[{\"poolId\":\"p\"}]}":                                                    `addresses[0].poolId: "p" is not a pool`,
		"{\"segments\":[{\"mask\":29}]}":                                                          "segments[0].mask: 29 is not between 24 and 28",
		"{\"segments\":[{\"prefix\":\"198.19.0.1/28\"}]}":                                         "segments[0].prefix",
		"{\"segments\":[{\"prefix\":\"198.19.0.0/28\"},{\"prefix\":\"198.19.0.0/28\"}]}":          "198.19.0.0/28 overlaps another one",
		"{\"segments\":[{\"count\":17}]}":                                                         "segments[0].count: 17 is not between 1 and 16",
		"{\"segments\":[{\"prefix\":\"198.19.0.0/28\"}],\"addresses\":[{\"ip\":\"198.19.0.3\"}]}": "is also an address of its own",
		"{\"pools\":[{\"blocks\":[{\"prefix\":\"10.0.0.0/24\"}]}]}":                               "pools[0].blocks[0].prefix: 10.0.0.0/24 is not public",
		"{\"pools\":[{\"blocks\":[{\"prefix\":\"198.19.0.0/24\"}]}]}":                             "which the service hands out",
		"{\"pools\":[{\"free\":-1}]}":                                                             "pools[0].free: -1 is negative",
		"{\"packages\":[{\"bandwidth\":1}]}":                                                      "packages[0].bandwidth: 1 is not between 2 and 20000",
		"{\"packages\":[{\"members\":[{\"id\":\"x\"}]}]}":                                         `packages[0].members[0].id: "x" is not an address`,
		"{\"packages\":[{\"internetChargeType\":\"x\"}]}":                                         "packages[0].internetChargeType",
		"{\"instances\":[{\"id\":\"a\",\"type\":\"ecs\"},{\"id\":\"a\",\"type\":\"ecs\"}]}":       `instances[1].id: "a" is there twice`,
		"{\"instances\":[{\"type\":\"ecs\"}]}":                                                    "instances[0].id: is missing",
		"{\"regions\":[{\"id\":\"mars\"}]}":                                                       `regions[0].id: "mars"`,
		"{\"regions\":[{\"id\":\"cn-hangzhou\",\"stock\":-2}]}":                                   "regions[0].stock: -2",
		"{\"quota\":-1}":                    "quota: -1 is negative",
		"{\"balance\":1e300}":               "balance: 1e+300",
		"{\"format\":\"eipsim/2\"}":         `format: "eipsim/2" is not "eipsim/1"`,
		"{\"tokens\":[{\"action\":\"X\"}]}": `tokens[0].action: "X"`,
		"{\"tokens\":[{\"action\":\"AllocateEipAddress\",\"token\":\"t\",\"answer\":[]}]}": "tokens[0].answer",
		"{\"orders\":[{\"action\":\"X\"}]}":                                                `orders[0].action: "X"`,
		"{\"due\":[{\"do\":\"X\"}]}":                                                       `due[0].do: "X"`,
		"{\"counters\":{\"nextIp\":-5}}":                                                   "counters: nextIp",
		"{\"counters\":{\"free\":{\"x\":[]}}}":                                             "counters.free.x",
		"{\"change\":true}":                                                                "change: is for the lines of a state file",
	} {
		_, err := eiptest.New(eiptest.WithSeedDocument([]byte(text)))
		require.Error(t, err, text)
		assert.Contains(t, err.Error(), says, text)
		assert.Contains(t, err.Error(), "seed: line ", text)
	}
}

// Whatever is in a seed, it is refused or the service lives with it: every action
// that looks answers, and its snapshot can be put back.
func FuzzSeed(f *testing.F) {
	for _, text := range []string{`{}`, `{"addresses":[{"region":"cn-hangzhou"}]}`,
		`{"segments":[{"mask":27}],"pools":[{"id":"p","free":2,"blocks":[{"prefix":"203.0.113.0/28"}]}],"packages":[{"members":[{"id":"a"}]}],"addresses":[{"id":"a"},{"poolId":"p"}]}`,
		`{"format":"eipsim/1","addresses":[{"id":"a","region":"cn-hangzhou","ip":"198.18.0.2","status":"Releasing"}],"due":[{"seq":1,"at":"2020-01-01T00:00:00Z","do":"Releasing","id":"a"}]}`,
		`{"format":"eipsim/1","released":[{"id":"a","region":"cn-hangzhou","ip":"198.18.0.2"}],"orders":[{"id":5,"action":"AllocateEipAddress","region":"cn-hangzhou","months":1,"ask":{"region":"cn-hangzhou","bandwidth":5}}],"tokens":[{"accessKeyId":"testid","action":"AllocateEipAddress","token":"t","answer":{"AllocationId":"a"}}]}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		srv, err := eiptest.New(eiptest.WithPipe(), eiptest.WithSeedDocument(text), eiptest.WithTransition(0))
		if err != nil {
			return
		}
		defer srv.Close()
		c := newCaller(t, srv)
		for _, a := range srv.Addresses() {
			c.call("AssociateEipAddress", "RegionId", a.RegionID, "AllocationId", a.AllocationID, "InstanceId", "i-test1")
			c.call("ReleaseEipAddress", "RegionId", a.RegionID, "AllocationId", a.AllocationID)
		}
		for _, g := range srv.Segments() {
			c.call("ReleaseEipSegmentAddress", "RegionId", g.RegionID, "SegmentInstanceId", g.ID)
		}
		srv.PayOrder(5)
		for _, action := range []string{"DescribeEipAddresses", "DescribeEipSegment", "DescribeCommonBandwidthPackages", "ListPublicIpAddressPools", "AllocateEipAddress"} {
			if a := c.call(action, "RegionId", "cn-hangzhou", "ClientToken", "t"); a.err != nil || a.status == http.StatusInternalServerError {
				t.Errorf("%s: %d %v %s", action, a.status, a.err, a.body)
			}
		}
		want := snapshotOf(t, srv)
		if err := srv.LoadSnapshot([]byte(want)); err != nil {
			t.Errorf("its own snapshot: %v\n%s", err, want)
		}
	})
}
