package eiptest

import (
	"net/netip"

	"github.com/eipkit/eip-go/internal/fake"
)

// regionNames are the regions of the vendor's metadata.
var regionNames = [][2]string{
	{"ap-northeast-1", "Japan (Tokyo)"},
	{"ap-northeast-2", "South Korea (Seoul)"},
	{"ap-south-1", "India (Mumbai)"},
	{"ap-southeast-1", "Singapore"},
	{"ap-southeast-2", "Australia (Sydney)"},
	{"ap-southeast-3", "Malaysia (Kuala Lumpur)"},
	{"ap-southeast-5", "Indonesia (Jakarta)"},
	{"ap-southeast-6", "Philippines (Manila)"},
	{"ap-southeast-7", "Thailand (Bangkok)"},
	{"cn-beijing", "China (Beijing)"},
	{"cn-beijing-finance-1", "China North 2 Finance"},
	{"cn-chengdu", "China (Chengdu)"},
	{"cn-fuzhou", "China (Fuzhou - Local Region)"},
	{"cn-guangzhou", "China (Guangzhou)"},
	{"cn-hangzhou", "China (Hangzhou)"},
	{"cn-heyuan", "China (Heyuan)"},
	{"cn-heyuan-acdr-1", "Heyuan ACDR Auto"},
	{"cn-hongkong", "China (Hong Kong)"},
	{"cn-huhehaote", "China (Hohhot)"},
	{"cn-nanjing", "China (Nanjing - Local Region)"},
	{"cn-qingdao", "China (Qingdao)"},
	{"cn-shanghai", "China (Shanghai)"},
	{"cn-shanghai-finance-1", "China East 2 Finance"},
	{"cn-shenzhen", "China (Shenzhen)"},
	{"cn-shenzhen-finance-1", "China South 1 Finance"},
	{"cn-wuhan-lr", "China (Wuhan - Local Region)"},
	{"cn-wulanchabu", "China (Ulanqab)"},
	{"cn-zhangjiakou", "China (Zhangjiakou)"},
	{"cn-zhengzhou-jva", "Zhengzhou (China Unicom Joint Venture)"},
	{"eu-central-1", "Germany (Frankfurt)"},
	{"eu-west-1", "UK (London)"},
	{"me-central-1", "Saudi Arabia (Riyadh)"},
	{"me-east-1", "UAE (Dubai)"},
	{"na-south-1", "Mexico"},
	{"us-east-1", "US (Virginia)"},
	{"us-west-1", "US (Silicon Valley)"},
}

// closedRegions exist, but sell nothing any more.
var closedRegions = []string{"ap-south-1", "ap-southeast-2"}

// describeRegions serves DescribeRegions. Names are English whatever
// AcceptLanguage says.
func describeRegions(c *call) (obj, *fake.Refusal) {
	items := list{}
	for _, id := range c.s.set.regions {
		name := id
		for _, r := range regionNames {
			if r[0] == id {
				name = r[1]
			}
		}
		items = append(items, obj{{"RegionId", id}, {"LocalName", name}, {"RegionEndpoint", "vpc." + id + ".aliyuncs.com"}})
	}
	return obj{wrap("Regions", "Region", items)}, nil
}

// gatewayInfo serves DescribeEipGatewayInfo: the addresses that a secondary
// network interface shows in multi-EIP mode. A success carries Code and
// Message as well.
func gatewayInfo(c *call) (obj, *fake.Refusal) {
	in := c.s.instances[c.p["InstanceId"]]
	if in == nil || in.Owner != "" || in.Type != ENI || c.regionOf(in) != c.region {
		return nil, c.no("Forbbiden")
	}
	items := list{}
	for _, a := range c.s.bound[in.ID] {
		if a.Status != InUse || a.Mode != "MULTI_BINDED" || !a.seen(c.now) {
			continue
		}
		ip, err := netip.ParseAddr(a.IPAddress)
		if err != nil {
			continue
		}
		net := ip.As4()
		net[3] = 1
		items = append(items, obj{{"Ip", a.IPAddress}, {"IpGw", netip.AddrFrom4(net).String()}, {"IpMask", "255.255.255.0"}})
	}
	return obj{{"Code", "200"}, {"Message", "successful"}, wrap("EipInfos", "EipInfo", items)}, nil
}
