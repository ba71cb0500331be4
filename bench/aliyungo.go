package bench

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/denverdino/aliyungo/common"
	"github.com/denverdino/aliyungo/ecs"
	"github.com/denverdino/aliyungo/util"
)

// newAliyungo is github.com/denverdino/aliyungo. It always uses
// http.DefaultTransport, has 10 of the 42 members of an address, and ignores
// the others.
func newAliyungo(loopback string) (*Subject, error) {
	s := &Subject{Name: Aliyungo, Program: "github.com/eipkit/eip-go/bench/size/aliyungo", Ops: map[Work]Op{}}
	at := func(endpoint string) *ecs.Client {
		c := ecs.NewClientWithEndpoint(endpoint, AccessKeyID, AccessKeySecret)
		c.SetVersion(ecs.VPCAPIVersion)
		return c
	}

	values := signedParams()
	s.Ops[Sign] = Op{
		Do: func() error {
			if util.CreateSignatureForRequest(http.MethodPost, &values, AccessKeySecret+"&") == "" {
				return errors.New("no signature")
			}
			return nil
		},
		Got: func() string { return "" },
	}

	send := at(memoryURL("send"))
	var small *common.Response
	s.Ops[Send] = Op{
		Do: func() error {
			args := struct {
				RegionId                                                                      common.Region //nolint:revive,staticcheck // the wire's name
				AcceptLanguage, Bandwidth, ClientToken, Description, InternetChargeType, Name string
			}{
				Region, businessParams[0][1], businessParams[1][1], businessParams[2][1],
				businessParams[3][1], businessParams[4][1], businessParams[5][1],
			}
			small = new(common.Response)
			return send.Invoke("DescribeZones", &args, small)
		},
		Got: func() string { return small.RequestId },
	}

	allocate := func(c *ecs.Client) Op {
		var id, ip string
		return Op{
			Do:  func() (err error) { ip, id, err = aliyungoAllocate(c); return err },
			Got: func() string { return id + " " + ip },
		}
	}
	s.Ops[AllocateMemory] = allocate(at(memoryURL("allocate")))
	s.Ops[AllocateLoopback] = allocate(at(loopback))

	// Invoke decodes by json.Unmarshal.
	b := newBodies()
	decodePage := func(body []byte) Op {
		var out *ecs.DescribeEipAddressesResponse
		return Op{
			Do:  func() error { out = new(ecs.DescribeEipAddressesResponse); return json.Unmarshal(body, out) },
			Got: func() string { return aliyungoPageDigest(out.EipAddresses.EipAddress) },
		}
	}
	s.Ops[DecodePage], s.Ops[DecodeShuffled] = decodePage(b.page), decodePage(b.pageShuffled)

	describe := func(c *ecs.Client) Op {
		var out []ecs.EipAddressSetType
		return Op{
			Do: func() (err error) {
				out, _, err = c.DescribeEipAddresses(&ecs.DescribeEipAddressesArgs{
					RegionId: Region, Pagination: common.Pagination{PageNumber: 1, PageSize: PageSize},
				})
				return err
			},
			Got: func() string { return aliyungoPageDigest(out) },
		}
	}
	s.Ops[DescribePage] = describe(at(memoryURL("page")))
	s.Ops[DescribeShuffled] = describe(at(memoryURL("page-shuffled")))

	decodePoints := func(body []byte) Op {
		var out *ecs.DescribeEipMonitorDataResponse
		return Op{
			Do: func() error { out = new(ecs.DescribeEipMonitorDataResponse); return json.Unmarshal(body, out) },
			Got: func() string {
				var d pointDigest
				for _, m := range out.EipMonitorDatas.EipMonitorData {
					d.add(m.TimeStamp.String(), int64(m.EipFlow), int64(m.EipPackets))
				}
				return d.String()
			},
		}
	}
	s.Ops[DecodePoints], s.Ops[DecodePointsAny] = decodePoints(b.points), decodePoints(b.pointsShuffled)

	s.Dial = func(endpoint string) (func() (string, error), func(), error) {
		c := at(endpoint)
		call := func() (string, error) { _, id, err := aliyungoAllocate(c); return id, err }
		return call, http.DefaultClient.CloseIdleConnections, nil
	}
	return s, nil
}

func aliyungoAllocate(c *ecs.Client) (ip, id string, err error) {
	return c.AllocateEipAddress(&ecs.AllocateEipAddressArgs{
		RegionId: Region, Bandwidth: 10, InternetChargeType: common.PayByTraffic, ISP: "BGP",
		ClientToken: c.GenerateClientToken(),
	})
}

func aliyungoPageDigest(addresses []ecs.EipAddressSetType) string {
	var d pageDigest
	for _, a := range addresses {
		d.add(a.AllocationId, a.IpAddress, a.Bandwidth, string(a.Status), a.AllocationTime.String())
	}
	return d.String()
}
