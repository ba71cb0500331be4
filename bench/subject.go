package bench

import (
	"fmt"
	"net/url"
)

// Work names a unit of work.
type Work string

// The units of work. V3 is the signature ACS3-HMAC-SHA256, with which the common
// ones of the 15 parameters are headers; the peers have only HMAC-SHA1. A page is 50 addresses with all 42 documented members
// each; "shuffled" has the members of every object in a different order, the
// others have them in the order of the documents.
const (
	Sign             Work = "sign 15 parameters"
	SignV3           Work = "sign 15 parameters, V3"
	Send             Work = "call with 15 parameters and the smallest answer, in memory"
	SendV3           Work = "call with 15 parameters and the smallest answer, in memory, V3"
	AllocateMemory   Work = "AllocateEipAddress in memory"
	AllocateLoopback Work = "AllocateEipAddress over loopback"
	DecodePage       Work = "decode a page of 50 addresses"
	DecodeShuffled   Work = "decode a page of 50 addresses, shuffled"
	DescribePage     Work = "DescribeEipAddresses in memory, 50 addresses"
	DescribeShuffled Work = "DescribeEipAddresses in memory, 50 addresses, shuffled"
	DecodePoints     Work = "decode 400 monitor points"
	DecodePointsAny  Work = "decode 400 monitor points, shuffled"
)

// The same decoding, but the SDK by the only function that it exports for it,
// which also reads and copies the answer.
const (
	DecodePageExported     Work = "decode a page of 50 addresses (sdk: exported function)"
	DecodeShuffledExported Work = "decode a page of 50 addresses, shuffled (sdk: exported function)"
	DecodePointsExported   Work = "decode 400 monitor points (sdk: exported function)"
)

// exported maps the work with the SDK's exported function to that without.
var exported = map[Work]Work{
	DecodePageExported:     DecodePage,
	DecodeShuffledExported: DecodeShuffled,
	DecodePointsExported:   DecodePoints,
}

// Works lists the units of work in the order of the report.
func Works() []Work {
	return []Work{
		Sign, SignV3, Send, SendV3, AllocateMemory, AllocateLoopback,
		DecodePage, DecodePageExported, DecodeShuffled, DecodeShuffledExported,
		DescribePage, DescribeShuffled,
		DecodePoints, DecodePointsExported, DecodePointsAny,
	}
}

// Want describes what an Op for the work has to have decoded. It is empty for
// Sign and SignV3, whose operations check the signature's form themselves.
func (w Work) Want() string {
	if same, ok := exported[w]; ok {
		w = same
	}
	switch w {
	case Sign, SignV3:
		return ""
	case Send, SendV3:
		return requestID
	case AllocateMemory, AllocateLoopback:
		return wantAllocated()
	case DecodePage, DecodeShuffled, DescribePage, DescribeShuffled:
		return wantPage()
	case DecodePoints, DecodePointsAny:
		return wantPoints()
	}
	panic("bench: unknown work " + string(w))
}

// Op does one unit of work.
type Op struct {
	// Do does the work once. Its result is kept until the next Do.
	Do func() error
	// Got describes the result of the latest Do in the words of Work.Want.
	Got func() string
}

// Check does the work once and compares the result with what is wanted.
func (o Op) Check(w Work) error {
	if err := o.Do(); err != nil {
		return err
	}
	if got, want := o.Got(), w.Want(); got != want {
		return fmt.Errorf("decoded %q, want %q", got, want)
	}
	return nil
}

// Subject is one implementation of the client.
type Subject struct {
	Name string
	// Ops has an operation for every Work that the subject can do alone.
	Ops map[Work]Op
	// Dial returns a client with the subject's default connection pool, as a
	// function that calls AllocateEipAddress once at the endpoint and returns
	// the ID of the address. It is safe for concurrent use to the extent that
	// the subject is. done closes the pool.
	Dial func(endpoint string) (call func() (id string, err error), done func(), err error)
	// Program is the import path of a program that does nothing but call
	// AllocateEipAddress.
	Program string
}

// The names of the subjects.
const (
	Floor    = "floor"
	EIP      = "eip"
	SDK      = "sdk"
	Aliyungo = "aliyungo"
)

// Subjects returns all subjects. Their AllocateLoopback calls go to the
// server at the URL given.
func Subjects(loopback string) ([]*Subject, error) {
	sharedMemory()
	var subjects []*Subject
	for _, make := range []func(string) (*Subject, error){newFloor, newEIP, newSDK, newAliyungo} {
		s, err := make(loopback)
		if err != nil {
			return nil, err
		}
		for w, same := range exported {
			if _, ok := s.Ops[w]; !ok {
				s.Ops[w] = s.Ops[same]
			}
		}
		subjects = append(subjects, s)
	}
	return subjects, nil
}

// memoryURL is the endpoint of an answer of sharedMemory.
func memoryURL(answer string) string { return "https://" + answer + memorySuffix + "/" }

// bodies are the answers that are decoded alone.
type bodies struct{ page, pageShuffled, points, pointsShuffled []byte }

func newBodies() bodies {
	return bodies{compact(page()), shuffled(page()), compact(points()), shuffled(points())}
}

// signedParams are the 15 parameters of Sign, the common ones included.
func signedParams() url.Values {
	v := url.Values{}
	for _, p := range [...][2]string{
		{"Action", "DescribeZones"},
		{"Version", "2016-04-28"},
		{"Format", "JSON"},
		{"AccessKeyId", AccessKeyID},
		{"SignatureMethod", "HMAC-SHA1"},
		{"SignatureNonce", "0f7cc4b8e8b24c4d8b1c6f0a2b9d5e31"},
		{"SignatureVersion", "1.0"},
		{"Timestamp", "2026-01-21T09:50:23Z"},
		{"RegionId", Region},
	} {
		v.Set(p[0], p[1])
	}
	for _, p := range businessParams {
		v.Set(p[0], p[1])
	}
	return v
}

// businessParams are the parameters of Sign and Send that are not common to all
// actions, with the characters that need encoding in ordinary requests.
var businessParams = [6][2]string{
	{"AcceptLanguage", "zh-CN"},
	{"Bandwidth", "10"},
	{"ClientToken", "02fb3da4-130e-11e9-8e44-0016e04115b0"},
	{"Description", "egress of the shop, 第 1 号"},
	{"InternetChargeType", "PayByTraffic"},
	{"Name", "egress-001"},
}
