package bench

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The floor is what a careful program would do without a library: sign, POST,
// read, json.Unmarshal into structs of its own. It has no retries, no
// validation and no leniency.

type floorClient struct {
	http     *http.Client
	endpoint string
}

type floorParam struct{ key, value string }

func (c *floorClient) call(ctx context.Context, action string, out any, business ...floorParam) error {
	params := make([]floorParam, 0, 16)
	params = append(params,
		floorParam{"Action", action},
		floorParam{"Version", "2016-04-28"},
		floorParam{"Format", "JSON"},
		floorParam{"AccessKeyId", AccessKeyID},
		floorParam{"SignatureMethod", "HMAC-SHA1"},
		floorParam{"SignatureNonce", floorRandom()},
		floorParam{"SignatureVersion", "1.0"},
		floorParam{"Timestamp", time.Now().UTC().Format(timeForm)},
		floorParam{"RegionId", Region},
	)
	params = append(params, business...)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint, bytes.NewReader(floorSign(params, AccessKeySecret)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: status %d: %s", action, resp.StatusCode, body)
	}
	return json.Unmarshal(body, out)
}

// floorRandom returns a nonce or token.
func floorRandom() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// floorSign returns the signed form. It sorts params.
func floorSign(params []floorParam, secret string) []byte {
	slices.SortFunc(params, func(a, b floorParam) int { return strings.Compare(a.key, b.key) })
	form := make([]byte, 0, 768)
	for i, p := range params {
		if i > 0 {
			form = append(form, '&')
		}
		form = floorEscape(form, p.key)
		form = append(form, '=')
		form = floorEscape(form, p.value)
	}
	mac := hmac.New(sha1.New, []byte(secret+"&"))
	mac.Write(floorEscape(append(make([]byte, 0, 1024), "POST&%2F&"...), form))
	form = append(form, "&Signature="...)
	return floorEscape(form, base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// floorEscape appends s, percent-encoded as RFC 3986 has it.
func floorEscape[T string | []byte](dst []byte, s T) []byte {
	const hexDigits = "0123456789ABCDEF"
	kept := 0
	for i := range len(s) {
		if c := s[i]; !floorUnreserved[c] {
			dst = append(append(dst, s[kept:i]...), '%', hexDigits[c>>4], hexDigits[c&15])
			kept = i + 1
		}
	}
	return append(dst, s[kept:]...)
}

var floorUnreserved = func() (set [256]bool) {
	for c := range set {
		set[c] = 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
			c == '-' || c == '_' || c == '.' || c == '~'
	}
	return set
}()

type floorSmallest struct {
	RequestID string `json:"RequestId"`
}

type floorAllocated struct {
	RequestID       string `json:"RequestId"`
	AllocationID    string `json:"AllocationId"`
	EipAddress      string `json:"EipAddress"`
	ResourceGroupID string `json:"ResourceGroupId"`
}

func (c *floorClient) allocate(ctx context.Context) (*floorAllocated, error) {
	out := new(floorAllocated)
	err := c.call(ctx, "AllocateEipAddress", out,
		floorParam{"Bandwidth", "10"}, floorParam{"InternetChargeType", "PayByTraffic"},
		floorParam{"ISP", "BGP"}, floorParam{"ClientToken", floorRandom()})
	return out, err
}

func newFloor(loopback string) (*Subject, error) {
	s := &Subject{Name: Floor, Program: "github.com/eipkit/eip-go/bench/size/floor", Ops: map[Work]Op{}}
	ctx := context.Background()
	at := func(endpoint string, t http.RoundTripper) *floorClient {
		return &floorClient{http: &http.Client{Transport: t}, endpoint: endpoint}
	}

	unsorted := make([]floorParam, 0, 16)
	for k, v := range signedParams() {
		unsorted = append(unsorted, floorParam{k, v[0]})
	}
	params := make([]floorParam, len(unsorted))
	s.Ops[Sign] = Op{
		Do: func() error {
			copy(params, unsorted) // floorSign sorts them
			if form := floorSign(params, AccessKeySecret); !bytes.Contains(form, []byte("&Signature=")) {
				return fmt.Errorf("no signature in %q", form)
			}
			return nil
		},
		Got: func() string { return "" },
	}

	send := at(memoryURL("send"), sharedMemory())
	var small *floorSmallest
	s.Ops[Send] = Op{
		Do: func() error {
			small = new(floorSmallest)
			var business [len(businessParams)]floorParam
			for i, p := range businessParams {
				business[i] = floorParam{p[0], p[1]}
			}
			return send.call(ctx, "DescribeZones", small, business[:]...)
		},
		Got: func() string { return small.RequestID },
	}

	s.floorV3(send)

	allocate := func(c *floorClient) Op {
		var out *floorAllocated
		return Op{
			Do:  func() (err error) { out, err = c.allocate(ctx); return err },
			Got: func() string { return out.AllocationID + " " + out.EipAddress },
		}
	}
	s.Ops[AllocateMemory] = allocate(at(memoryURL("allocate"), sharedMemory()))
	s.Ops[AllocateLoopback] = allocate(at(loopback, newDefaultPool()))

	b := newBodies()
	decodePage := func(body []byte) Op {
		var out *floorPage
		return Op{
			Do:  func() error { out = new(floorPage); return json.Unmarshal(body, out) },
			Got: func() string { return out.digest() },
		}
	}
	s.Ops[DecodePage], s.Ops[DecodeShuffled] = decodePage(b.page), decodePage(b.pageShuffled)

	describe := func(c *floorClient) Op {
		var out *floorPage
		return Op{
			Do: func() error {
				out = new(floorPage)
				return c.call(ctx, "DescribeEipAddresses", out, floorParam{"PageNumber", "1"}, floorParam{"PageSize", "50"})
			},
			Got: func() string { return out.digest() },
		}
	}
	s.Ops[DescribePage] = describe(at(memoryURL("page"), sharedMemory()))
	s.Ops[DescribeShuffled] = describe(at(memoryURL("page-shuffled"), sharedMemory()))

	decodePoints := func(body []byte) Op {
		var out *floorPoints
		return Op{
			Do:  func() error { out = new(floorPoints); return json.Unmarshal(body, out) },
			Got: func() string { return out.digest() },
		}
	}
	s.Ops[DecodePoints], s.Ops[DecodePointsAny] = decodePoints(b.points), decodePoints(b.pointsShuffled)

	s.Dial = func(endpoint string) (func() (string, error), func(), error) {
		pool := newDefaultPool()
		c := at(endpoint, pool)
		call := func() (string, error) { out, err := c.allocate(ctx); return out.AllocationID, err }
		return call, pool.CloseIdleConnections, nil
	}
	return s, nil
}

// newDefaultPool returns a transport with net/http's default settings.
func newDefaultPool() *http.Transport {
	switch t := http.DefaultTransport.(type) {
	case *memoryOr:
		return t.other.Clone()
	case *http.Transport:
		return t.Clone()
	}
	return new(http.Transport)
}
