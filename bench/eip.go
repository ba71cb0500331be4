package bench

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	eip "github.com/eipkit/eip-go"
)

// newEIP is this library. It has no Op for Sign and SignV3: the signers are not
// exported, and no public function signs without sending. Send and SendV3 show them
// within a call; BenchmarkSign and BenchmarkSignV3 of the library's own tests show
// them alone.
func newEIP(loopback string) (*Subject, error) {
	s := &Subject{Name: EIP, Program: "github.com/eipkit/eip-go/bench/size/eip", Ops: map[Work]Op{}}
	ctx := context.Background()
	at := func(endpoint string, opts ...eip.Option) (*eip.Client, error) {
		return eip.NewClient(Region, append(opts,
			eip.WithEndpoint(endpoint),
			eip.WithCredentials(eip.StaticCredentials(AccessKeyID, AccessKeySecret)))...)
	}
	inMemory := func(answer string, opts ...eip.Option) (*eip.Client, error) {
		return at(memoryURL(answer), append(opts, eip.WithHTTPClient(&http.Client{Transport: sharedMemory()}))...)
	}

	for work, signature := range map[Work]eip.Signature{Send: eip.SignatureV1, SendV3: eip.SignatureV3} {
		send, err := inMemory("send", eip.WithSignature(signature))
		if err != nil {
			return nil, err
		}
		var meta *eip.ResponseMeta
		s.Ops[work] = Op{
			Do: func() (err error) {
				params := make(url.Values, len(businessParams))
				for _, p := range businessParams {
					params.Set(p[0], p[1])
				}
				meta, err = send.Do(ctx, eip.RawRequest{Action: "DescribeZones", Params: params, Kind: eip.KindRead}, nil)
				return err
			},
			Got: func() string { return meta.RequestID },
		}
	}

	allocate := func(c *eip.Client) Op {
		var out *eip.AllocateEipAddressResponse
		return Op{
			Do:  func() (err error) { out, err = eipAllocate(ctx, c); return err },
			Got: func() string { return out.AllocationID + " " + out.EipAddress },
		}
	}
	memoryClient, err := inMemory("allocate")
	if err != nil {
		return nil, err
	}
	s.Ops[AllocateMemory] = allocate(memoryClient)
	loopbackClient, err := at(loopback)
	if err != nil {
		return nil, err
	}
	s.Ops[AllocateLoopback] = allocate(loopbackClient)

	b := newBodies()
	decodePage := func(body []byte) Op {
		var out *eip.DescribeEipAddressesResponse
		return Op{
			Do:  func() error { out = new(eip.DescribeEipAddressesResponse); return out.UnmarshalJSON(body) },
			Got: func() string { return eipPageDigest(out) },
		}
	}
	s.Ops[DecodePage], s.Ops[DecodeShuffled] = decodePage(b.page), decodePage(b.pageShuffled)

	for work, answer := range map[Work]string{DescribePage: "page", DescribeShuffled: "page-shuffled"} {
		c, err := inMemory(answer)
		if err != nil {
			return nil, err
		}
		var out *eip.DescribeEipAddressesResponse
		s.Ops[work] = Op{
			Do: func() (err error) {
				out, err = c.DescribeEipAddresses(ctx, &eip.DescribeEipAddressesRequest{PageNumber: 1, PageSize: PageSize})
				return err
			},
			Got: func() string { return eipPageDigest(out) },
		}
	}

	decodePoints := func(body []byte) Op {
		var out *eip.DescribeEipMonitorDataResponse
		return Op{
			Do: func() error { out = new(eip.DescribeEipMonitorDataResponse); return out.UnmarshalJSON(body) },
			Got: func() string {
				var d pointDigest
				for _, m := range out.EipMonitorDatas {
					d.add(m.TimeStamp.Format(timeForm), m.EipFlow, m.EipPackets)
				}
				return d.String()
			},
		}
	}
	s.Ops[DecodePoints], s.Ops[DecodePointsAny] = decodePoints(b.points), decodePoints(b.pointsShuffled)

	s.Dial = func(endpoint string) (func() (string, error), func(), error) {
		c, err := at(endpoint)
		if err != nil {
			return nil, nil, err
		}
		call := func() (string, error) {
			out, err := eipAllocate(ctx, c)
			if err != nil {
				return "", err
			}
			return out.AllocationID, nil
		}
		return call, c.CloseIdleConnections, nil
	}
	return s, nil
}

func eipAllocate(ctx context.Context, c *eip.Client) (*eip.AllocateEipAddressResponse, error) {
	// The client makes the ClientToken.
	return c.AllocateEipAddress(ctx, &eip.AllocateEipAddressRequest{
		Bandwidth: 10, InternetChargeType: eip.InternetChargeTypePayByTraffic, ISP: eip.ISPBGP,
	})
}

func eipPageDigest(p *eip.DescribeEipAddressesResponse) string {
	var d pageDigest
	for _, a := range p.EipAddresses {
		d.add(a.AllocationID, a.IPAddress, strconv.Itoa(a.Bandwidth), string(a.Status), a.AllocationTime.Format(timeForm))
	}
	return d.String()
}
