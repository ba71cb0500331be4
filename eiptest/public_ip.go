package eiptest

import (
	"net/netip"

	"github.com/eipkit/eip-go/internal/fake"
)

// rangeBits is the prefix length of the ranges in which the network is listed.
const rangeBits = 20

// describeRanges serves DescribePublicIpAddress: the ranges of the network that
// single addresses and segments come from, which all regions share. It has no
// IPv6.
func describeRanges(c *call) (obj, *fake.Refusal) {
	page, size, ref := c.pageOf(100, 100)
	if ref != nil {
		return nil, ref
	}
	var all []string
	switch c.p["IpVersion"] {
	case "", "ipv4":
		for _, half := range []byte{18, 19} {
			for n := 0; n < halfNetwork; n += 1 << (32 - rangeBits) {
				all = append(all, netip.PrefixFrom(nth(half, n), rangeBits).String())
			}
		}
	case "ipv6":
	default:
		return nil, invalid("IpVersion")
	}
	items := list{}
	for i, r := range all {
		if i/size == page-1 {
			items = append(items, r)
		}
	}
	return obj{{"Code", "200"}, {"Message", "success"}, {"Success", true}, {"RegionId", c.region}, {"PublicIpAddress", items},
		{"PageNumber", page}, {"PageSize", size}, {"TotalCount", len(all)}}, nil
}
