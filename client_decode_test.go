package eip

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/transport"
	"github.com/eipkit/eip-go/internal/wire"
)

// decodeResponse reads what may be a part of an answer.
func decodeResponse(action string, body []byte, out any) error {
	doc, err := wire.Parse(body)
	if err != nil {
		return err
	}
	defer doc.Release()
	v, _, err := openAnswer(action, doc)
	if err != nil {
		return err
	}
	return schema.Fill(v, out)
}

// judgeBody judges a whole answer. raw is the object of a success.
func judgeBody(action string, status int, body string, out any) (j transport.Judgement, raw string) {
	r := newAnswerReader(operationOf(action), url.Values{}, func(v wire.Value) error {
		raw = string(v.JSON())
		if out == nil {
			return nil
		}
		return schema.Fill(v, out)
	})
	return r.judge(&transport.Answer{Status: status, Header: http.Header{}, Body: []byte(body)}), raw
}

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
		{"XML with everything around", "DescribeEipAddresses", "\xef\xbb\xbf \n<?xml version='1.0' encoding='GBK'?>\n<!-- c --><a:DescribeEipAddressesResponse xmlns:a='u' xmlns='v'>\n<RequestId>\n r\t</RequestId><!-- c --><TotalCount>1</TotalCount><EipAddresses><EipAddress><AllocationId><![CDATA[eip]]>-&#97;</AllocationId></EipAddress></EipAddresses></a:DescribeEipAddressesResponse>\n", one},
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

// What is not the service's answer is never taken for success, and leaves the
// response as it was.
func TestNotTheDocumentedAnswer(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, body, says string }{
		{"empty", ``, "with no body"},
		{"blank", " \r\n\t", "it is empty"},
		{"a byte-order mark alone", "\xef\xbb\xbf", "it is empty"},
		{"null", `null`, "it is null, not an object"},
		{"a list", `[]`, "it is a list, not an object"},
		{"a string", `"ok"`, `it is "ok", not an object`},
		{"a number", `5`, "it is 5, not an object"},
		{"an empty object", `{}`, "it lacks EipAddresses"},
		{"nulls alone", `{"RequestId":null,"EipAddresses":null}`, "it lacks EipAddresses"},
		{"no list", `{"RequestId":"r"}`, "it lacks EipAddresses"},
		{"a count without a list", `{"RequestId":"r","TotalCount":3}`, "it lacks EipAddresses"},
		{"null for the list", `{"RequestId":"r","EipAddresses":null,"TotalCount":null}`, "it lacks EipAddresses"},
		{"a captive portal", `{"login":"required","url":"http://portal"}`, "it lacks EipAddresses"},
		{"a portal with code and message", `{"Code":"200","Message":"ok"}`, "it lacks EipAddresses"},
		{"keys in another case", `{"requestid":"r"}`, "it lacks EipAddresses"},
		{"cut", `{"RequestId":"r","EipAddr`, "it is cut off"},
		{"cut after a value", `{"RequestId":"r"`, "it is cut off"},
		{"something after it", `{"RequestId":"r"}{"RequestId":"r"}`, "something follows its JSON"},
		{"text", "Bad \x00Gateway", `it is not JSON: got 'B' at byte 0, want a value`},
		{"HTML", "<!DOCTYPE html><html><body>502</body></html>", "it is a document with a document type"},
		{"HTML without type", "<html><body>502</body></html>", `its XML root is "html"`},
		{"HTML not well-formed", "<html><br><p>502", "it is cut off"},
		{"another action", "<DescribeVpcsResponse><RequestId>r</RequestId></DescribeVpcsResponse>", `its XML root is "DescribeVpcsResponse"`},
		{"XML cut", "<DescribeEipAddressesResponse><RequestId>r</Req", "it is not well-formed XML"},
		{"XML without content", "<DescribeEipAddressesResponse/>", `it is "", not an object`},
		{"XML declaration alone", "<?xml version='1.0'?>", "it is cut off"},
		{"two XML roots", "<DescribeEipAddresses><RequestId>r</RequestId></DescribeEipAddresses><Error/>", "more than one XML root"},
		{"text after XML", "<DescribeEipAddresses><RequestId>r</RequestId></DescribeEipAddresses>x", "text outside its XML root"},
		{"XML with entities", `<!DOCTYPE a [<!ENTITY b "cccc">]><DescribeEipAddresses><RequestId>&b;</RequestId></DescribeEipAddresses>`, "document type"},
		{"an unknown entity", `<DescribeEipAddresses><RequestId>&b;</RequestId></DescribeEipAddresses>`, "not well-formed"},
		{"XML with attributes", `<DescribeEipAddresses a="b"><RequestId>r</RequestId></DescribeEipAddresses>`, "it has XML attributes"},
		{"XML too large", `<DescribeEipAddresses><RequestId>` + strings.Repeat("r", 1<<18) + `</RequestId></DescribeEipAddresses>`, "of more than 262144 bytes"},
		{"a name twice", `{"RequestId":"r","TotalCount":0,"TotalCount":1}`, `it has the name "TotalCount" twice`},
		{"a name twice, once escaped", `{"RequestId":"r","TotalCount":0,"Total\u0043ount":1}`, `it has the name "TotalCount" twice`},
		{"an element without an ID", `{"RequestId":"r","TotalCount":2,"EipAddresses":[{"AllocationId":"eip-a"},{"IpAddress":"203.0.113.7"}]}`, "EipAddresses[1] lacks AllocationId"},
		{"an element with a blank ID", `{"RequestId":"r","TotalCount":1,"EipAddresses":[{"AllocationId":" "}]}`, "EipAddresses[0] lacks AllocationId"},
		{"a list that is too long", `{"RequestId":"r","TotalCount":201,"EipAddresses":[` + strings.Repeat(`{"AllocationId":"a"},`, 200) + `{"AllocationId":"a"}]}`, "EipAddresses has more than 200 elements"},
		{"JSON too deep", `{"RequestId":"r","x":` + nest("[", "", "]", 64) + `}`, "deeper than 64"},
		{"JSON far too deep", nest("[", "", "]", 1<<20), "deeper than 64"},
		{"XML too deep", nest("<a>", "", "</a>", 65), "deeper than 64"},
		{"wrapped, but empty", `{"DescribeEipAddressesResponse":{}}`, "it lacks EipAddresses"},
		{"wrapped in another action", `{"DescribeVpcsResponse":{"RequestId":"r"}}`, "it lacks EipAddresses"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			resp := DescribeEipAddressesResponse{TotalCount: 42}
			j, _ := judgeBody("DescribeEipAddresses", 200, tc.body, &resp)
			require.Equal(t, transport.CauseForeign, j.Cause)
			var foreign *AnswerError
			require.ErrorAs(t, j.Err, &foreign)
			text := j.Err.Error()
			require.Contains(t, text, tc.says)
			require.Contains(t, text, "HTTP 200")
			require.Less(t, len(text), 1000)
			for _, r := range text {
				require.True(t, strconv.IsPrint(r), "%q in %q", r, text)
			}
			require.Equal(t, DescribeEipAddressesResponse{TotalCount: 42}, resp)
		})
	}
}

// A value of a wrong type is an error that names the path, and leaves the
// response as it was.
func TestWrongTypes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, body, says string }{
		{"a number that is none", `{"RequestId":"r","EipAddresses":{"EipAddress":[{},{"Bandwidth":"lots"}]}}`, `EipAddresses.EipAddress[1].Bandwidth: got "lots", want a whole number`},
		{"a fraction", `{"RequestId":"r","EipAddresses":{"EipAddress":{"Bandwidth":1.5}}}`, `EipAddresses.EipAddress.Bandwidth: got 1.5, want a whole number`},
		{"a boolean for a number", `{"RequestId":"r","PageNumber":true}`, `PageNumber: got true, want a whole number`},
		{"a number beyond 64 bits", `{"RequestId":"r","TotalCount":9223372036854775808}`, `TotalCount: got 9223372036854775808, want a whole number`},
		{"a very long number", `{"RequestId":"r","TotalCount":` + strings.Repeat("9", 5000) + `}`, `TotalCount: got a number of 5000 digits, want`},
		{"a huge exponent", `{"RequestId":"r","TotalCount":1e999999999}`, `TotalCount: got 1e999999999, want`},
		{"a number that a float would change", `{"RequestId":"r","TotalCount":9007199254740993.0}`, `TotalCount: got 9007199254740993.0, want a whole number`},
		{"a list for a number", `{"RequestId":"r","TotalCount":[]}`, `TotalCount: got a list, want a whole number`},
		{"an object for a string", `{"RequestId":{}}`, `RequestId: got an object, want a string`},
		{"a string that is no boolean", `{"RequestId":"r","EipAddresses":{"EipAddress":[{"DeletionProtection":"perhaps"}]}}`, `EipAddresses.EipAddress[0].DeletionProtection: got "perhaps", want a boolean`},
		{"a number that is no boolean", `{"RequestId":"r","EipAddresses":[{"ServiceManaged":2}]}`, `EipAddresses[0].ServiceManaged: got 2, want a boolean`},
		{"a string that is no time", `{"RequestId":"r","EipAddresses":[{"AllocationTime":"yesterday"}]}`, `EipAddresses[0].AllocationTime: got "yesterday", want a time`},
		{"a number that is no time", `{"RequestId":"r","EipAddresses":[{"AllocationTime":1577880000}]}`, `EipAddresses[0].AllocationTime: got 1577880000, want a time`},
		{"a time out of range", `{"RequestId":"r","EipAddresses":[{"AllocationTime":"9999-12-31T23:59:59-08:00"}]}`, `want a time`},
		{"a scalar for a list of objects", `{"RequestId":"r","EipAddresses":"some"}`, `EipAddresses: got "some", want a list`},
		{"a scalar in a list of objects", `{"RequestId":"r","EipAddresses":{"EipAddress":[7]}}`, `EipAddresses.EipAddress[0]: got 7, want an object`},
		{"a list in a list of objects", `{"RequestId":"r","EipAddresses":{"EipAddress":[[]]}}`, `EipAddresses.EipAddress[0]: got a list, want an object`},
		{"a list in a list of strings", `{"RequestId":"r","EipAddresses":[{"AvailableRegions":[["a"]]}]}`, `EipAddresses[0].AvailableRegions[0]: got a list, want a single value`},
		{"another object for a list", `{"RequestId":"r","EipAddresses":{"Other":[]}}`, `EipAddresses: got an object, want a list`},
		{"a tag that is none", `{"RequestId":"r","EipAddresses":[{"Tags":{"Tag":["a"]}}]}`, `EipAddresses[0].Tags.Tag[0]: got "a", want an object`},
		{"a long text with control characters", `{"RequestId":"r","PageSize":"` + strings.Repeat(`\u001bü`, 200) + `"}`, `PageSize: got "\x1bü`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			resp := DescribeEipAddressesResponse{TotalCount: 42}
			err := decodeResponse("DescribeEipAddresses", []byte(tc.body), &resp)
			require.ErrorContains(t, err, tc.says)
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
	j, _ := judgeBody("DescribeEipGatewayInfo", 200, `{"Code":"200","Message":"please log in"}`, nil)
	require.Equal(t, transport.CauseForeign, j.Cause)
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
			j, _ := judgeBody(tc.action, 200, tc.body, nil)
			require.Equal(t, transport.CauseThrottled, j.Cause)
			require.Equal(t, &Error{Action: tc.action, Code: "Throttling", Message: "m", RequestID: "r", HTTPStatus: 200}, j.Err)
		})
	}
	j, _ := judgeBody("ReleaseEipAddress", 200, `<Error/>`, nil)
	require.Equal(t, transport.CauseForeign, j.Cause)
}

func TestDecodeTree(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, action, body, want string }{
		{"as it is", "X", "\xef\xbb\xbf {\"b\":1.50,\"a\":\"<&>\",\"RequestId\":\"r\"}\n", `{"b":1.50,"a":"<&>","RequestId":"r"}`},
		{"unwrapped", "X", `{"XResponse":{"RequestId":"r","n":9007199254740993,"t":"<&>"}}`, `{"RequestId":"r","n":9007199254740993,"t":"<&>"}`},
		{"XML", "X", `<XResponse><RequestId>r</RequestId><a>1</a><a>2</a><a>3</a><b><c/></b></XResponse>`, `{"RequestId":"r","a":["1","2","3"],"b":{"c":""}}`},
		{"XML, repeated elements that hold lists", "X", `<X><RequestId>r</RequestId><a><b>1</b><b>2</b></a><a><b>3</b></a></X>`, `{"RequestId":"r","a":[{"b":["1","2"]},{"b":"3"}]}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			j, got := judgeBody(tc.action, 200, tc.body, nil)
			require.Equal(t, transport.CauseSuccess, j.Cause, "%v", j.Err)
			require.Equal(t, tc.want, got)
		})
	}
	for _, body := range []string{``, `{}`, `null`, `[1]`, `{"a":1}`, `{"RequestId":""}`, `{"RequestId":{}}`, `<Y><RequestId>r</RequestId></Y>`} {
		j, _ := judgeBody("X", 200, body, nil)
		require.Equal(t, transport.CauseForeign, j.Cause, body)
	}
}

// errorOf reads an error answer of ReleaseEipAddress.
func errorOf(t *testing.T, body string) errorBody {
	t.Helper()
	doc, err := wire.Parse([]byte(body))
	if err != nil {
		return errorBody{}
	}
	defer doc.Release()
	v, _, err := openAnswer("ReleaseEipAddress", doc)
	if err != nil {
		return errorBody{}
	}
	return errorFrom(v)
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
		{"lower case", `{"code":"c","message":"m","requestId":"r"}`, errorBody{Code: "c", Message: "m", RequestID: "r", lower: true}},
		{"both cases", `{"Code":"","code":"c","Message":null,"message":"m"}`, errorBody{Code: "c", Message: "m", lower: true}},
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
			require.Equal(t, tc.want, errorOf(t, tc.body))
		})
	}
	for _, body := range []string{
		``, `null`, `[]`, `{}`, `"Code"`, `{"Code":"c"`, `{"Message":"m","RequestId":"r"}`, `{"Code":null}`, `{"Code":""}`,
		`{"Code":{"a":1}}`, `{"Code":["c"]}`, `<html><Code>c</Code></html>`, `<Error/>`, `<Error>text</Error>`,
		`<Error><Message>m</Message></Error>`, `<!DOCTYPE a><Error><Code>c</Code></Error>`, nest("[", "", "]", 100),
		`{"Code":404}`, `{"Code":true}`, `{"Code":"4"}`, `{"Code":"a b"}`, `{"Code":"` + strings.Repeat("a", 129) + `"}`, `{"Code":"ä"}`,
	} {
		require.Empty(t, errorOf(t, body).Code, body)
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

	require.ErrorContains(t, json.Unmarshal([]byte(`{"PageNumber":"x"}`), &resp), `eip: PageNumber: got "x", want a whole number`)
	require.ErrorContains(t, json.Unmarshal([]byte(`7`), &resp), "want an object")
	require.ErrorContains(t, resp.UnmarshalJSON([]byte(`<a/>`)), "not JSON")
	require.ErrorContains(t, resp.UnmarshalJSON(nil), "it is empty")
}
