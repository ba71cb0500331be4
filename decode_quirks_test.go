package eip

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// decodeAddress reads an answer with one address of the given JSON.
func decodeAddress(t *testing.T, fields string) (EipAddress, error) {
	t.Helper()
	var resp DescribeEipAddressesResponse
	err := decodeResponse("DescribeEipAddresses", []byte(`{"RequestId":"r","EipAddresses":{"EipAddress":[`+fields+`]}}`), &resp)
	if err != nil {
		return EipAddress{}, err
	}
	require.Len(t, resp.EipAddresses, 1)
	return resp.EipAddresses[0], nil
}

func TestDecodingQuirksOfAnAddress(t *testing.T) {
	t.Parallel()
	noon := day("2026-01-01T12:00:00Z")
	for _, tc := range []struct {
		name   string
		fields string
		want   EipAddress
	}{
		{"Q-STRNUM strings", `{"Bandwidth":"5","EipBandwidth":"6","BandwidthPackageBandwidth":"7","ReservationBandwidth":"8"}`,
			EipAddress{Bandwidth: 5, EipBandwidth: 6, BandwidthPackageBandwidth: 7, ReservationBandwidth: 8}},
		{"Q-STRNUM numbers", `{"Bandwidth":5,"EipBandwidth":6,"BandwidthPackageBandwidth":7,"ReservationBandwidth":8}`,
			EipAddress{Bandwidth: 5, EipBandwidth: 6, BandwidthPackageBandwidth: 7, ReservationBandwidth: 8}},
		{"Q-STRNUM empty and null", `{"Bandwidth":"","EipBandwidth":null,"ServiceID":" "}`, EipAddress{}},
		{"Q-STRNUM whole in another spelling", `{"Bandwidth":5.0,"EipBandwidth":"1e1","ServiceID":" 7 "}`,
			EipAddress{Bandwidth: 5, EipBandwidth: 10, ServiceID: 7}},
		{"Q-STRNUM HasReservationData string", `{"HasReservationData":"true"}`, EipAddress{HasReservationData: true}},
		{"Q-STRNUM HasReservationData capital", `{"HasReservationData":"True"}`, EipAddress{HasReservationData: true}},
		{"Q-STRNUM HasReservationData boolean", `{"HasReservationData":true}`, EipAddress{HasReservationData: true}},
		{"Q-STRNUM HasReservationData of the 2019 example", `{"AllocationId":"eip-a","HasReservationData":"wweayhddrhht"}`, EipAddress{AllocationID: "eip-a"}},
		{"exact beyond 2^53", `{"ServiceID":9007199254740993}`, EipAddress{ServiceID: 9007199254740993}},
		{"exact beyond 2^53, string", `{"ServiceID":"9223372036854775807"}`, EipAddress{ServiceID: 9223372036854775807}},
		{"Q-SERVICEMANAGED one", `{"ServiceManaged":1}`, EipAddress{ServiceManaged: true}},
		{"Q-SERVICEMANAGED zero", `{"ServiceManaged":0}`, EipAddress{}},
		{"Q-SERVICEMANAGED string", `{"ServiceManaged":"1"}`, EipAddress{ServiceManaged: true}},
		{"Q-SERVICEMANAGED boolean", `{"ServiceManaged":true}`, EipAddress{ServiceManaged: true}},
		{"booleans as strings", `{"DeletionProtection":"TRUE","SecondLimited":"false"}`, EipAddress{DeletionProtection: true}},
		{"booleans empty and null", `{"DeletionProtection":"","SecondLimited":null}`, EipAddress{}},
		{"Q-DESCRITPION wrong", `{"Descritpion":"d"}`, EipAddress{Description: "d"}},
		{"Q-DESCRITPION right", `{"Description":"d"}`, EipAddress{Description: "d"}},
		{"Q-DESCRITPION both", `{"Descritpion":"wrong","Description":"right"}`, EipAddress{Description: "right"}},
		{"Q-DESCRITPION right but empty", `{"Descritpion":"d","Description":""}`, EipAddress{Description: "d"}},
		{"Q-AVAILREG wrapped", `{"AvailableRegions":{"AvailableRegion":["a","b"]}}`, EipAddress{AvailableRegions: AvailableRegions{"a", "b"}}},
		{"Q-AVAILREG flat", `{"AvailableRegions":["a"]}`, EipAddress{AvailableRegions: AvailableRegions{"a"}}},
		{"Q-AVAILREG bare, as the 2019 table has it", `{"AvailableRegions":"a"}`, EipAddress{AvailableRegions: AvailableRegions{"a"}}},
		{"lists empty in every way", `{"AvailableRegions":"","OperationLocks":null,"Tags":{},"SecurityProtectionTypes":{"SecurityProtectionType":null}}`, EipAddress{}},
		{"lists with nothing in", `{"AvailableRegions":[],"OperationLocks":{"LockReason":[null]},"Tags":{"Tag":[]},"SecurityProtectionTypes":{"SecurityProtectionType":[""]}}`, EipAddress{}},
		{"locks wrapped", `{"OperationLocks":{"LockReason":[{"LockReason":"security"}]}}`, EipAddress{OperationLocks: OperationLocks{{LockReasonSecurity}}}},
		{"locks flat", `{"OperationLocks":[{"LockReason":"security"},{"LockReason":"financial"}]}`, EipAddress{OperationLocks: OperationLocks{{LockReasonSecurity}, {LockReasonFinancial}}}},
		{"locks single", `{"OperationLocks":{"LockReason":{"LockReason":"security"}}}`, EipAddress{OperationLocks: OperationLocks{{LockReasonSecurity}}}},
		{"locks as strings", `{"OperationLocks":{"LockReason":["security"]}}`, EipAddress{OperationLocks: OperationLocks{{LockReasonSecurity}}}},
		{"locks as a string", `{"OperationLocks":{"LockReason":"security"}}`, EipAddress{OperationLocks: OperationLocks{{LockReasonSecurity}}}},
		{"tags wrapped", `{"Tags":{"Tag":[{"Key":"a","Value":"1"},{"Key":"b"}]}}`, EipAddress{Tags: Tags{"a": "1", "b": ""}}},
		{"tags flat", `{"Tags":[{"Key":"a","Value":"1"}]}`, EipAddress{Tags: Tags{"a": "1"}}},
		{"tags single", `{"Tags":{"Tag":{"Key":"a","Value":1}}}`, EipAddress{Tags: Tags{"a": "1"}}},
		{"Q-RESOURCID tags of the older SDK", `{"Tags":{"Tag":[{"TagKey":"a","TagValue":"1"}]}}`, EipAddress{Tags: Tags{"a": "1"}}},
		{"a tag without key", `{"Tags":{"Tag":[{"Value":"1"},{"Key":null}]}}`, EipAddress{}},
		{"time", `{"AllocationTime":"2026-01-01T12:00:00Z"}`, EipAddress{AllocationTime: noon}},
		{"time without seconds", `{"ExpiredTime":"2026-01-01T12:00Z"}`, EipAddress{ExpiredTime: noon}},
		{"time with offset", `{"AllocationTime":"2026-01-01T20:00:00+08:00"}`, EipAddress{AllocationTime: noon}},
		{"time with offset and without seconds", `{"AllocationTime":"2026-01-01T20:00+08:00"}`, EipAddress{AllocationTime: noon}},
		{"time without zone", `{"AllocationTime":"2026-01-01T12:00:00"}`, EipAddress{AllocationTime: noon}},
		{"time with fraction", `{"AllocationTime":"2026-01-01T12:00:00.5Z"}`, EipAddress{AllocationTime: noon.Add(time.Second / 2)}},
		{"time empty, null, blank", `{"AllocationTime":"","ExpiredTime":null,"ReservationActiveTime":" "}`, EipAddress{}},
		{"unknown keys", `{"AllocationId":"eip-a","Newer":{"Than":["this"]}}`, EipAddress{AllocationID: "eip-a"}},
		{"strings as numbers and booleans", `{"BizType":5,"HDMonitorStatus":false}`, EipAddress{BizType: "5", HDMonitorStatus: "false"}},
		{"strings null", `{"Name":null,"AllocationId":"eip-a"}`, EipAddress{AllocationID: "eip-a"}},
		{"Q-BINDED and a status newer than the library", `{"Mode":"BINDED","Status":"Melting"}`, EipAddress{Mode: ModeBinded, Status: "Melting"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := decodeAddress(t, tc.fields)
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
}

func TestDecodingQuirksOfAnAnswer(t *testing.T) {
	t.Parallel()
	meta := ResponseMeta{RequestID: "r"}
	one := &DescribeEipAddressesResponse{ResponseMeta: meta, EipAddresses: EipAddressList{{AllocationID: "eip-a"}}, TotalCount: 1}
	none := &DescribeEipAddressesResponse{ResponseMeta: meta}
	info := &DescribeEipGatewayInfoResponse{ResponseMeta: meta, EipInfos: EipInfoList{{IP: "1.2.3.4"}}}
	allocated := &AllocateEipAddressResponse{AllocationID: "eip-a"}
	for _, tc := range []struct {
		name, action, body string
		want               any
	}{
		{"Q-WRAPPEDJSON by answer", "DescribeEipAddresses", `{"DescribeEipAddressesResponse":{"RequestId":"r","TotalCount":"1","EipAddresses":{"EipAddress":{"AllocationId":"eip-a"}}}}`, one},
		{"Q-WRAPPEDJSON by action", "DescribeEipAddresses", `{"DescribeEipAddresses":{"RequestId":"r","TotalCount":1,"EipAddresses":{"EipAddress":[{"AllocationId":"eip-a"}]}}}`, one},
		{"Q-FLATLIST", "DescribeEipAddresses", `{"RequestId":"r","TotalCount":1,"EipAddresses":[{"AllocationId":"eip-a"}]}`, one},
		{"a flat single object", "DescribeEipAddresses", `{"RequestId":"r","TotalCount":1,"EipAddresses":{"AllocationId":"eip-a"}}`, one},
		{"nulls among the elements", "DescribeEipAddresses", `{"RequestId":"r","TotalCount":1,"EipAddresses":{"EipAddress":[null,{"AllocationId":"eip-a"},null]}}`, one},
		{"an empty list", "DescribeEipAddresses", `{"RequestId":"r","EipAddresses":{"EipAddress":[]}}`, none},
		{"an empty object for a list", "DescribeEipAddresses", `{"RequestId":"r","EipAddresses":{}}`, none},
		{"an empty string for a list", "DescribeEipAddresses", `{"RequestId":"r","EipAddresses":""}`, none},
		{"null for everything", "DescribeEipAddresses", `{"RequestId":"r","EipAddresses":null,"PageNumber":null,"TotalCount":0}`, none},
		{"empty XML for a list", "DescribeEipAddresses", `<DescribeEipAddressesResponse><RequestId>r</RequestId><EipAddresses/></DescribeEipAddressesResponse>`, none},
		{"Q-XMLROOT without Response", "DescribeEipAddresses", `<DescribeEipAddresses><RequestId>r</RequestId><EipAddresses><EipAddress/></EipAddresses></DescribeEipAddresses>`, none},
		{"XML with everything around", "DescribeEipAddresses", "\xef\xbb\xbf \n<?xml version='1.0' encoding='UTF-8'?>\n<!-- c --><a:DescribeEipAddressesResponse xmlns:a='u' b='c'>\n<RequestId>\n r\t</RequestId><!-- c --><TotalCount>1</TotalCount><EipAddresses><EipAddress><AllocationId><![CDATA[eip]]>-&#97;</AllocationId></EipAddress></EipAddresses></a:DescribeEipAddressesResponse>\n", one},
		{"Q-REQIDTAB", "AssociateEipAddress", `{"RequestId":" \tr\t\n"}`, &AssociateEipAddressResponse{meta}},
		{"a byte-order mark and blanks", "AssociateEipAddress", "\xef\xbb\xbf\r\n {\"RequestId\":\"r\"}\n\n", &AssociateEipAddressResponse{meta}},
		{"Q-IPCASE IP", "DescribeEipGatewayInfo", `{"RequestId":"r","EipInfos":{"EipInfo":[{"IP":"1.2.3.4"}]}}`, info},
		{"Q-IPCASE Ip", "DescribeEipGatewayInfo", `{"RequestId":"r","EipInfos":{"EipInfo":[{"Ip":"1.2.3.4"}]}}`, info},
		{"Q-CODE200 number", "DescribeEipGatewayInfo", `{"RequestId":"r","Code":200,"Message":"successful"}`, &DescribeEipGatewayInfoResponse{ResponseMeta: meta, Code: "200", Message: "successful"}},
		{"Q-CODE200 elsewhere", "ReleaseEipAddress", `{"RequestId":"r","Code":"200","Message":"successful"}`, &ReleaseEipAddressResponse{meta}},
		{"no RequestId", "AllocateEipAddress", `{"AllocationId":"eip-a"}`, allocated},
		{"null RequestId", "AllocateEipAddress", `{"AllocationId":"eip-a","RequestId":null}`, allocated},
		{"Q-ORDERID number", "AllocateEipSegmentAddress", `{"OrderId":9007199254740993}`, &AllocateEipSegmentAddressResponse{OrderID: 9007199254740993}},
		{"Q-ORDERID string", "AllocateEipAddressPro", `{"OrderId":"9007199254740993"}`, &AllocateEipAddressProResponse{OrderID: 9007199254740993}},
		{"Q-DESCRITPION segment, wrong", "DescribeEipSegment", `{"EipSegments":{"EipSegment":[{"Descritpion":"d"}]}}`, &DescribeEipSegmentResponse{EipSegments: EipSegmentList{{Description: "d"}}}},
		{"Q-DESCRITPION segment, right", "DescribeEipSegment", `{"EipSegments":{"EipSegment":[{"Description":"d"}]}}`, &DescribeEipSegmentResponse{EipSegments: EipSegmentList{{Description: "d"}}}},
		{"Q-STRNUM segment", "DescribeEipSegment", `{"EipSegments":{"EipSegment":[{"IpCount":16},{"IpCount":"16"}]}}`, &DescribeEipSegmentResponse{EipSegments: EipSegmentList{{IPCount: 16}, {IPCount: 16}}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := actionTypes()[tc.action].newResponse()
			require.NoError(t, decodeResponse(tc.action, []byte(tc.body), got))
			require.Equal(t, tc.want, got)
		})
	}
}

func nest(open, mid, shut string, n int) string {
	return strings.Repeat(open, n) + mid + strings.Repeat(shut, n)
}

// What is not the documented answer is never taken for success, and leaves the
// response as it was.
func TestNotTheDocumentedAnswer(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, body, says string }{
		{"empty", ``, "it is empty"},
		{"blank", " \r\n\t", "it is empty"},
		{"a byte-order mark alone", "\xef\xbb\xbf", "it is empty"},
		{"null", `null`, "it is null, not an object"},
		{"a list", `[]`, "it is a list, not an object"},
		{"a string", `"ok"`, `it is "ok", not an object`},
		{"a number", `5`, "it is 5, not an object"},
		{"an empty object", `{}`, "it has none of the documented keys"},
		{"nulls alone", `{"RequestId":null,"EipAddresses":null}`, "it has none of the documented keys"},
		{"no list", `{"RequestId":"r"}`, "it lacks EipAddresses"},
		{"a count without a list", `{"RequestId":"r","TotalCount":3}`, "it lacks EipAddresses"},
		{"null for the list", `{"RequestId":"r","EipAddresses":null,"TotalCount":null}`, "it lacks EipAddresses"},
		{"a captive portal", `{"login":"required","url":"http://portal"}`, "it has none of the documented keys"},
		{"a portal with code and message", `{"Code":"200","Message":"ok"}`, "it has none of the documented keys"},
		{"keys in another case", `{"requestid":"r"}`, "it has none of the documented keys"},
		{"cut", `{"RequestId":"r","EipAddr`, "it is cut off"},
		{"cut after a value", `{"RequestId":"r"`, "it is cut off"},
		{"something after it", `{"RequestId":"r"}{"RequestId":"r"}`, "something follows its JSON"},
		{"text", "Bad \x00Gateway", `it is not JSON: "Bad \x00Gateway"`},
		{"HTML", "<!DOCTYPE html><html><body>502</body></html>", "it is a document with a document type"},
		{"HTML without type", "<html><body>502</body></html>", `its XML root is "html"`},
		{"HTML not well-formed", "<html><br><p>502", "it is not well-formed XML"},
		{"another action", "<DescribeVpcsResponse><RequestId>r</RequestId></DescribeVpcsResponse>", `its XML root is "DescribeVpcsResponse"`},
		{"XML cut", "<DescribeEipAddressesResponse><RequestId>r</Req", "it is not well-formed XML"},
		{"XML without content", "<DescribeEipAddressesResponse/>", `it is "", not an object`},
		{"XML declaration alone", "<?xml version='1.0'?>", "it is cut off"},
		{"two XML roots", "<DescribeEipAddresses><RequestId>r</RequestId></DescribeEipAddresses><Error/>", "more than one XML root"},
		{"text after XML", "<DescribeEipAddresses><RequestId>r</RequestId></DescribeEipAddresses>x", "text outside its XML root"},
		{"XML with entities", `<!DOCTYPE a [<!ENTITY b "cccc">]><DescribeEipAddresses><RequestId>&b;</RequestId></DescribeEipAddresses>`, "document type"},
		{"an unknown entity", `<DescribeEipAddresses><RequestId>&b;</RequestId></DescribeEipAddresses>`, "not well-formed"},
		{"an unknown charset", `<?xml version="1.0" encoding="GBK"?><DescribeEipAddresses><RequestId>r</RequestId></DescribeEipAddresses>`, "not well-formed"},
		{"JSON too deep", `{"RequestId":"r","x":` + nest("[", "", "]", 64) + `}`, "deeper than 64"},
		{"JSON far too deep", nest("[", "", "]", 1<<20), "deeper than 64"},
		{"XML too deep", nest("<a>", "", "</a>", 65), "deeper than 64"},
		{"wrapped, but empty", `{"DescribeEipAddressesResponse":{}}`, "it has none of the documented keys"},
		{"wrapped in another action", `{"DescribeVpcsResponse":{"RequestId":"r"}}`, "it has none of the documented keys"},
		{"a number that is none", `{"RequestId":"r","EipAddresses":{"EipAddress":[{},{"Bandwidth":"lots"}]}}`, `EipAddresses.EipAddress[1].Bandwidth is "lots" where a whole number is due`},
		{"a fraction", `{"RequestId":"r","EipAddresses":{"EipAddress":{"Bandwidth":1.5}}}`, `EipAddresses.EipAddress.Bandwidth is 1.5 where a whole number is due`},
		{"a boolean for a number", `{"RequestId":"r","PageNumber":true}`, `PageNumber is true where a whole number is due`},
		{"a number beyond 64 bits", `{"RequestId":"r","TotalCount":9223372036854775808}`, `TotalCount is 9223372036854775808 where a whole number is due`},
		{"a very long number", `{"RequestId":"r","TotalCount":` + strings.Repeat("9", 5000) + `}`, `TotalCount is a number of 5000 digits where`},
		{"a huge exponent", `{"RequestId":"r","TotalCount":1e999999999}`, `TotalCount is 1e999999999 where`},
		{"a number that a float would change", `{"RequestId":"r","TotalCount":9007199254740993.0}`, `TotalCount is 9007199254740993.0 where a whole number is due`},
		{"a list for a number", `{"RequestId":"r","TotalCount":[]}`, `TotalCount is a list where a whole number is due`},
		{"an object for a string", `{"RequestId":{}}`, `RequestId is an object where a string is due`},
		{"a string that is no boolean", `{"RequestId":"r","EipAddresses":{"EipAddress":[{"DeletionProtection":"perhaps"}]}}`, `EipAddresses.EipAddress[0].DeletionProtection is "perhaps" where a boolean is due`},
		{"a number that is no boolean", `{"RequestId":"r","EipAddresses":[{"ServiceManaged":2}]}`, `EipAddresses[0].ServiceManaged is 2 where a boolean is due`},
		{"a string that is no time", `{"RequestId":"r","EipAddresses":[{"AllocationTime":"yesterday"}]}`, `EipAddresses[0].AllocationTime is "yesterday" where a time is due`},
		{"a number that is no time", `{"RequestId":"r","EipAddresses":[{"AllocationTime":1577880000}]}`, `EipAddresses[0].AllocationTime is 1577880000 where a time is due`},
		{"a time out of range", `{"RequestId":"r","EipAddresses":[{"AllocationTime":"9999-12-31T23:59:59-08:00"}]}`, `where a time is due`},
		{"a scalar for a list of objects", `{"RequestId":"r","EipAddresses":"some"}`, `EipAddresses is "some" where a list is due`},
		{"a scalar in a list of objects", `{"RequestId":"r","EipAddresses":{"EipAddress":[7]}}`, `EipAddresses.EipAddress[0] is 7 where an object is due`},
		{"a list in a list of objects", `{"RequestId":"r","EipAddresses":{"EipAddress":[[]]}}`, `EipAddresses.EipAddress[0] is a list where an object is due`},
		{"a list in a list of strings", `{"RequestId":"r","EipAddresses":[{"AvailableRegions":[["a"]]}]}`, `EipAddresses[0].AvailableRegions[0] is a list where a single value is due`},
		{"another object for a list", `{"RequestId":"r","EipAddresses":{"Other":[]}}`, `EipAddresses is an object where a list is due`},
		{"a tag that is none", `{"RequestId":"r","EipAddresses":[{"Tags":{"Tag":["a"]}}]}`, `EipAddresses[0].Tags.Tag[0] is "a" where an object is due`},
		{"a long text with control characters", `{"RequestId":"r","PageSize":"` + strings.Repeat(`\u001bü`, 200) + `"}`, `PageSize is "\x1bü`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			resp := DescribeEipAddressesResponse{TotalCount: 42}
			err := decodeResponse("DescribeEipAddresses", []byte(tc.body), &resp)
			var notDocumented *answerError
			require.ErrorAs(t, err, &notDocumented)
			require.ErrorContains(t, err, tc.says)
			require.ErrorContains(t, err, "not the documented answer of DescribeEipAddresses")
			require.Less(t, len(err.Error()), 600)
			for _, r := range err.Error() {
				require.True(t, strconv.IsPrint(r), "%q in %q", r, err)
			}
			require.Equal(t, DescribeEipAddressesResponse{TotalCount: 42}, resp)
		})
	}
}

// Code and Message prove nothing, not even where they are documented: any
// service's JSON has them.
func TestCodeAndMessageAreNoProof(t *testing.T) {
	t.Parallel()
	var notDocumented *answerError
	err := decodeResponse("DescribeEipGatewayInfo", []byte(`{"Code":"200","Message":"please log in"}`), new(DescribeEipGatewayInfoResponse))
	require.ErrorAs(t, err, &notDocumented)
}

// An answer is exactly as deep as it may be.
func TestDepthLimit(t *testing.T) {
	t.Parallel()
	var resp AssociateEipAddressResponse
	require.NoError(t, decodeResponse("AssociateEipAddress", []byte(`{"RequestId":"r","x":`+nest("[", `"]}\"["`, "]", 63)+`}`), &resp))
	require.NoError(t, decodeResponse("AssociateEipAddress", []byte(`<AssociateEipAddress><RequestId>r</RequestId>`+nest("<a>", "", "</a>", 63)+`</AssociateEipAddress>`), &resp))
}

// An error that came with a 2xx status is told apart from anything else.
func TestErrorInSuccess(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, action, body string }{
		{"XML", "ReleaseEipAddress", `<Error><Code>Throttling</Code><Message>m</Message><RequestId>r</RequestId></Error>`},
		{"JSON", "ReleaseEipAddress", `{"Code":"Throttling","Message":"m","RequestId":"r"}`},
		{"JSON in lower case", "ReleaseEipAddress", `{"code":"Throttling","message":"m","requestId":"r"}`},
		{"JSON of an action that has a Code", "DescribeEipGatewayInfo", `{"Code":"Throttling","Message":"m","RequestId":"r"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			resp := actionTypes()[tc.action].newResponse()
			var answer *errorAnswer
			err := decodeResponse(tc.action, []byte(tc.body), resp)
			require.ErrorAs(t, err, &answer)
			require.Equal(t, errorBody{Code: "Throttling", Message: "m", RequestID: "r"}, answer.body)
			require.EqualError(t, err, `eip: `+tc.action+` was answered with the error "Throttling": "m"`)
			_, err = decodeTree(tc.action, []byte(tc.body))
			require.ErrorAs(t, err, &answer)
		})
	}
	var answer *errorAnswer
	require.ErrorAs(t, decodeResponse("ReleaseEipAddress", []byte(`<Error/>`), new(ReleaseEipAddressResponse)), &answer)
}

func TestDecodeTree(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, action, body, want string }{
		{"as it is", "ListTagResources", "\xef\xbb\xbf {\"b\":1.50,\"a\":\"<&>\",\"RequestId\":\"r\"}\n", `{"b":1.50,"a":"<&>","RequestId":"r"}`},
		{"unwrapped", "ListTagResources", `{"ListTagResourcesResponse":{"RequestId":"r","n":9007199254740993,"t":"<&>"}}`, `{"RequestId":"r","n":9007199254740993,"t":"<&>"}`},
		{"XML", "ListTagResources", `<ListTagResourcesResponse><RequestId>r</RequestId><a>1</a><a>2</a><a>3</a><b><c/></b></ListTagResourcesResponse>`, `{"RequestId":"r","a":["1","2","3"],"b":{"c":""}}`},
		{"XML, repeated elements that hold lists", "X", `<X><RequestId>r</RequestId><a><b>1</b><b>2</b></a><a><b>3</b></a></X>`, `{"RequestId":"r","a":[{"b":["1","2"]},{"b":"3"}]}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := decodeTree(tc.action, []byte(tc.body))
			require.NoError(t, err)
			require.Equal(t, tc.want, string(got))
		})
	}
	for _, body := range []string{``, `{}`, `null`, `[1]`, `{"a":1}`, `{"RequestId":""}`, `{"RequestId":{}}`, `<Y><RequestId>r</RequestId></Y>`} {
		_, err := decodeTree("X", []byte(body))
		var notDocumented *answerError
		require.ErrorAs(t, err, &notDocumented, body)
	}
}

// The result does not share memory with the body, which a caller may reuse.
func TestDecodeTreeCopies(t *testing.T) {
	t.Parallel()
	body := []byte(`{"RequestId":"r"}`)
	got, err := decodeTree("X", body)
	require.NoError(t, err)
	clear(body)
	require.Equal(t, `{"RequestId":"r"}`, string(got))
}

func TestDecodeErrorBody(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, body string
		want       errorBody
	}{
		{"JSON", `{"Code":"Forbbiden","Message":"no","RequestId":"r\t","HostId":"h","Recommend":"u"}`,
			errorBody{Code: "Forbbiden", Message: "no", RequestID: "r", HostID: "h", Recommend: "u"}},
		{"XML", "\n<?xml version='1.0'?><Error><RequestId> r </RequestId><HostId>h</HostId><Code>Forbbiden</Code><Message>no &amp; no</Message><Recommend>u</Recommend></Error>",
			errorBody{Code: "Forbbiden", Message: "no & no", RequestID: "r", HostID: "h", Recommend: "u"}},
		{"lower case", `{"code":"c","message":"m","requestId":"r"}`, errorBody{Code: "c", Message: "m", RequestID: "r"}},
		{"both cases", `{"Code":"","code":"c","Message":null,"message":"m"}`, errorBody{Code: "c", Message: "m"}},
		{"a number for a code", `{"Code":404,"Message":5}`, errorBody{Code: "404", Message: "5"}},
		{"objects and lists for texts", `{"Code":"c","Message":{"a":"<b>"},"Recommend":[1],"HostId":true}`,
			errorBody{Code: "c", Message: `{"a":"<b>"}`, Recommend: "[1]", HostID: "true"}},
		{"access denied", `{"Code":"NoPermission","AccessDeniedDetail":{"AuthAction":"vpc:AllocateEipAddress","NoPermissionType":"ImplicitDeny"}}`,
			errorBody{Code: "NoPermission", AccessDeniedDetail: `{"AuthAction":"vpc:AllocateEipAddress","NoPermissionType":"ImplicitDeny"}`}},
		{"access denied in XML", `<Error><Code>NoPermission</Code><AccessDeniedDetail><AuthAction>a</AuthAction></AccessDeniedDetail></Error>`,
			errorBody{Code: "NoPermission", AccessDeniedDetail: `{"AuthAction":"a"}`}},
		{"wrapped", `{"Error":{"Code":"c","Message":"m"}}`, errorBody{Code: "c", Message: "m"}},
		{"blanks around the code", `{"Code":" c\n"}`, errorBody{Code: "c"}},
		{"Q-FUWU lost text", `{"Code":"FUWU_BIZ_COMMODITY_VERIFY_FAIL","Message":"????????, ????????PD."}`,
			errorBody{Code: "FUWU_BIZ_COMMODITY_VERIFY_FAIL", Message: "????????, ????????PD."}},
		{"Q-PLACEHOLDER", `{"Code":"IllegalParam.Isp","Message":"The param of Isp [%s] is illegal."}`,
			errorBody{Code: "IllegalParam.Isp", Message: "The param of Isp [%s] is illegal."}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, ok := decodeErrorBody([]byte(tc.body))
			require.True(t, ok)
			require.Equal(t, tc.want, got)
		})
	}
	for _, body := range []string{
		``, `null`, `[]`, `{}`, `"Code"`, `{"Code":"c"`, `{"Message":"m","RequestId":"r"}`, `{"Code":null}`, `{"Code":""}`,
		`{"Code":{"a":1}}`, `{"Code":["c"]}`, `<html><Code>c</Code></html>`, `<Error/>`, `<Error>text</Error>`,
		`<Error><Message>m</Message></Error>`, `<!DOCTYPE a><Error><Code>c</Code></Error>`, nest("[", "", "]", 100),
		`<ReleaseEipAddressResponse><Code>c</Code></ReleaseEipAddressResponse>`,
	} {
		got, ok := decodeErrorBody([]byte(body))
		require.False(t, ok, body)
		require.Empty(t, got.Code, body)
	}
}

func TestUnmarshalJSON(t *testing.T) {
	t.Parallel()
	var resp DescribeEipAddressesResponse
	require.NoError(t, json.Unmarshal([]byte(`{"EipAddresses":[{"Bandwidth":"5"}]}`), &resp))
	require.Equal(t, EipAddressList{{Bandwidth: 5}}, resp.EipAddresses)
	require.NoError(t, json.Unmarshal([]byte(`{}`), &resp))
	require.Equal(t, DescribeEipAddressesResponse{}, resp)
	require.NoError(t, json.Unmarshal([]byte(`null`), &resp))

	var tags Tags
	require.NoError(t, json.Unmarshal([]byte(`{"Tag":[{"Key":"a","Value":"1"}]}`), &tags))
	require.Equal(t, Tags{"a": "1"}, tags)
	var list SecurityProtectionTypes
	require.NoError(t, json.Unmarshal([]byte(`{"SecurityProtectionType":["AntiDDoS_Enhanced"]}`), &list))
	require.Equal(t, SecurityProtectionTypes{SecurityProtectionTypeAntiDDoSEnhanced}, list)

	require.ErrorContains(t, json.Unmarshal([]byte(`{"PageNumber":"x"}`), &resp), `eip: PageNumber is "x" where a whole number is due`)
	require.ErrorContains(t, json.Unmarshal([]byte(`7`), &resp), "an object is due")
	require.ErrorContains(t, resp.UnmarshalJSON([]byte(`<a/>`)), "not JSON")
	require.ErrorContains(t, resp.UnmarshalJSON(nil), "it is empty")
}
