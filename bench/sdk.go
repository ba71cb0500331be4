package bench

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	_ "unsafe" // for go:linkname

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/utils"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/vpc"
	jsoniter "github.com/json-iterator/go"
)

// newSDK is github.com/aliyun/alibaba-cloud-sdk-go, the older official SDK.
func newSDK(loopback string) (*Subject, error) {
	s := &Subject{Name: SDK, Program: "github.com/eipkit/eip-go/bench/size/sdk", Ops: map[Work]Op{}}
	creds := credentials.NewStaticAKCredentialsProvider(AccessKeyID, AccessKeySecret)
	at := func(endpoint string, t http.RoundTripper) (*vpc.Client, error) {
		u, err := url.Parse(endpoint)
		if err != nil {
			return nil, err
		}
		config := sdk.NewConfig().WithScheme(strings.ToUpper(u.Scheme))
		config.Transport = t
		c, err := vpc.NewClientWithOptions(Region, config, creds)
		if err != nil {
			return nil, err
		}
		c.Domain = u.Host
		return c, nil
	}
	inMemory := func(answer string) (*vpc.Client, error) { return at(memoryURL(answer), sharedMemory()) }

	// Sign also makes the timestamp and the nonce, and signs a sixteenth,
	// empty parameter, SignatureType.
	signed := vpc.CreateAllocateEipAddressRequest()
	for _, p := range businessParams {
		signed.GetQueryParams()[p[0]] = p[1]
	}
	s.Ops[Sign] = Op{
		Do: func() error {
			if err := auth.Sign(signed, nil, Region, creds); err != nil {
				return err
			}
			if signed.GetQueryParams()["Signature"] == "" {
				return errors.New("no signature")
			}
			return nil
		},
		Got: func() string { return "" },
	}

	send, err := inMemory("send")
	if err != nil {
		return nil, err
	}
	var small *responses.CommonResponse
	s.Ops[Send] = Op{
		Do: func() (err error) {
			req := requests.NewCommonRequest()
			req.Product, req.Version, req.ApiName = "Vpc", "2016-04-28", "DescribeZones"
			for _, p := range businessParams {
				req.QueryParams[p[0]] = p[1]
			}
			small, err = send.ProcessCommonRequest(req)
			return err
		},
		// A common response is not decoded.
		Got: func() string {
			var id string
			_, _ = fmt.Sscanf(small.GetHttpContentString(), `{"RequestId":%q}`, &id)
			return id
		},
	}

	allocate := func(c *vpc.Client) Op {
		var out *vpc.AllocateEipAddressResponse
		return Op{
			Do:  func() (err error) { out, err = sdkAllocate(c); return err },
			Got: func() string { return out.AllocationId + " " + out.EipAddress },
		}
	}
	memoryClient, err := inMemory("allocate")
	if err != nil {
		return nil, err
	}
	s.Ops[AllocateMemory] = allocate(memoryClient)
	loopbackClient, err := at(loopback, nil)
	if err != nil {
		return nil, err
	}
	s.Ops[AllocateLoopback] = allocate(loopbackClient)

	b := newBodies()
	type decoder func(body []byte, out responses.AcsResponse) error
	decodePage := func(decode decoder, body []byte) Op {
		var out *vpc.DescribeEipAddressesResponse
		return Op{
			Do:  func() error { out = vpc.CreateDescribeEipAddressesResponse(); return decode(body, out) },
			Got: func() string { return sdkPageDigest(out) },
		}
	}
	s.Ops[DecodePage], s.Ops[DecodePageExported] = decodePage(sdkDecode, b.page), decodePage(sdkUnmarshal, b.page)
	s.Ops[DecodeShuffled] = decodePage(sdkDecode, b.pageShuffled)
	s.Ops[DecodeShuffledExported] = decodePage(sdkUnmarshal, b.pageShuffled)

	for work, answer := range map[Work]string{DescribePage: "page", DescribeShuffled: "page-shuffled"} {
		c, err := inMemory(answer)
		if err != nil {
			return nil, err
		}
		var out *vpc.DescribeEipAddressesResponse
		s.Ops[work] = Op{
			Do: func() (err error) {
				req := vpc.CreateDescribeEipAddressesRequest()
				req.PageNumber, req.PageSize = "1", "50"
				out, err = c.DescribeEipAddresses(req)
				return err
			},
			Got: func() string { return sdkPageDigest(out) },
		}
	}

	decodePoints := func(decode decoder, body []byte) Op {
		var out *vpc.DescribeEipMonitorDataResponse
		return Op{
			Do: func() error { out = vpc.CreateDescribeEipMonitorDataResponse(); return decode(body, out) },
			Got: func() string {
				var d pointDigest
				for _, m := range out.EipMonitorDatas.EipMonitorData {
					d.add(m.TimeStamp, m.EipFlow, int64(m.EipPackets))
				}
				return d.String()
			},
		}
	}
	s.Ops[DecodePoints], s.Ops[DecodePointsExported] = decodePoints(sdkDecode, b.points), decodePoints(sdkUnmarshal, b.points)
	s.Ops[DecodePointsAny] = decodePoints(sdkDecode, b.pointsShuffled)

	s.Dial = func(endpoint string) (func() (string, error), func(), error) {
		c, err := at(endpoint, nil)
		if err != nil {
			return nil, nil, err
		}
		call := func() (string, error) { out, err := sdkAllocate(c); return out.AllocationId, err }
		// The SDK's pool cannot be reached; the server closes its connections.
		return call, func() {}, nil
	}
	return s, nil
}

func sdkAllocate(c *vpc.Client) (*vpc.AllocateEipAddressResponse, error) {
	req := vpc.CreateAllocateEipAddressRequest()
	req.Bandwidth, req.InternetChargeType, req.ISP, req.ClientToken = "10", "PayByTraffic", "BGP", utils.GetNonce()
	return c.AllocateEipAddress(req)
}

// sdkJSON is the parser by which the SDK decodes every answer. It is not
// exported.
//
//go:linkname sdkJSON github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses.jsonParser
var sdkJSON jsoniter.API

// sdkDecode decodes a body as the SDK does once it has read it.
func sdkDecode(body []byte, out responses.AcsResponse) error { return sdkJSON.Unmarshal(body, out) }

// sdkUnmarshal decodes a body by the function that the SDK exports. It reads
// the body into a growing buffer and copies it to a string, which for a page
// takes most of the time that the parser takes.
func sdkUnmarshal(body []byte, out responses.AcsResponse) error {
	return responses.Unmarshal(out, &http.Response{
		StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(body)),
	}, "JSON")
}

func sdkPageDigest(p *vpc.DescribeEipAddressesResponse) string {
	var d pageDigest
	for _, a := range p.EipAddresses.EipAddress {
		d.add(a.AllocationId, a.IpAddress, a.Bandwidth, a.Status, a.AllocationTime)
	}
	return d.String()
}
