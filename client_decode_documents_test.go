package eip

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/transport"
)

func day(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// printedAnswers has the values of every answer that the documents print. A
// name ends in the format where the two formats of an answer differ.
func printedAnswers() map[string]any {
	id := func(s string) ResponseMeta { return ResponseMeta{RequestID: s} }
	const common = "0ED8D006-F706-4D23-88ED-E11ED28DCAC0"
	addresses := func(group string) *DescribeEipAddressesResponse {
		return &DescribeEipAddressesResponse{
			ResponseMeta: id("7EEF2D6B-D207-4197-AE37-01279C888757"),
			EipAddresses: EipAddressList{{
				AllocationID: "eip-2ze88m67qx5zxxxxx", IPAddress: "59.110.xx.xx", RegionID: "cn-beijing",
				Status: StatusAvailable, Bandwidth: 1, InternetChargeType: InternetChargeTypePayByTraffic,
				ChargeType: InstanceChargeTypePostPaid, AllocationTime: day("2018-01-15T11:17:30Z"),
				ResourceGroupID: group, AvailableRegions: AvailableRegions{"cn-beijing"},
			}},
			PageNumber: 1, PageSize: 10, TotalCount: 1,
		}
	}
	return map[string]any{
		"AllocateEipAddress": &AllocateEipAddressResponse{
			ResponseMeta: id("B6B9F518-60F8-4D81-9242-1207B356754D"),
			AllocationID: "eip-25877c70gfdkh****", EipAddress: "123.xx.xx.206",
		},
		"AllocateEipAddress-2017": &AllocateEipAddressResponse{
			ResponseMeta: id("B6B9F518-60F8-4D81-9242-1207B356754D"), AllocationID: "eip-25877c70x",
		},
		"AllocateEipAddressPro": &AllocateEipAddressProResponse{
			ResponseMeta: id("4EC47282-1B74-4534-BD0E-403F3EE64CAF"), AllocationID: "eip-25877c70gddh****",
			EipAddress: "192.0.XX.XX", OrderID: 20190000, ResourceGroupID: "rg-resourcegroup****",
		},
		"AllocateEipSegmentAddress": &AllocateEipSegmentAddressResponse{ // Q-REQIDTAB
			ResponseMeta: id("F7A6301A-64BA-41EC-8284-8F4838C15D1F"), EipSegmentInstanceID: "eipsg-2zett8ba055tbsxme****",
		},
		"AssociateEipAddress":       &AssociateEipAddressResponse{id(common)},
		"UnassociateEipAddress":     &UnassociateEipAddressResponse{id(common)},
		"ModifyEipAddressAttribute": &ModifyEipAddressAttributeResponse{id(common)},
		"ReleaseEipAddress":         &ReleaseEipAddressResponse{id("748C38F6-9A3D-482E-83FB-DB6C39C68AEA")},
		"DescribeEipAddresses.json": addresses("rg-acfmxazxxxxxxxx"), // Q-WRAPPEDJSON, Q-AVAILREG
		"DescribeEipAddresses.xml":  addresses("rg-acfmxazxxxxxxxxx"),
		"DescribeEipGatewayInfo": &DescribeEipGatewayInfoResponse{ // Q-IPCASE, Q-CODE200
			ResponseMeta: id(common), Code: "200", Message: "successful",
			EipInfos: EipInfoList{{IP: "47.xx.xx.236", IPGw: "47.xx.xx.1", IPMask: "255.255.255.0"}},
		},
		"DescribeEipMonitorData": &DescribeEipMonitorDataResponse{ // Q-XMLROOT
			ResponseMeta: id("B7D72D42-8A6C-4764-963B-5F7C049FA769"),
			EipMonitorDatas: EipMonitorDataList{
				{TimeStamp: day("2019-05-29T03:39:00Z"), EipRX: 32526540, EipTX: 140370, EipFlow: 32666910, EipBandwidth: 544448, EipPackets: 23700},
				{TimeStamp: day("2019-05-29T03:40:00Z"), EipRX: 25290, EipTX: 17730, EipFlow: 43020, EipBandwidth: 717, EipPackets: 120},
			},
		},
	}
}

func answerFiles(t testing.TB) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*.json", "*.xml"} {
		found, err := filepath.Glob("testdata/answers/" + pattern)
		require.NoError(t, err)
		files = append(files, found...)
	}
	require.Len(t, files, 19)
	return files
}

// actionOf gives the action of an answer file.
func actionOf(file string) string {
	name, _, _ := strings.Cut(filepath.Base(file), ".")
	name, _, _ = strings.Cut(name, "-")
	return name
}

func TestPrintedAnswers(t *testing.T) {
	t.Parallel()
	want, types := printedAnswers(), actionTypes()
	for _, file := range answerFiles(t) {
		base := filepath.Base(file)
		t.Run(base, func(t *testing.T) {
			t.Parallel()
			expected, ok := want[base]
			if !ok {
				expected, ok = want[strings.TrimSuffix(base, filepath.Ext(base))]
			}
			require.True(t, ok, "no values for %s", base)
			body, err := os.ReadFile(file)
			require.NoError(t, err)
			action := actionOf(file)

			got := types[action].newResponse()
			require.NoError(t, decodeResponse(action, body, got))
			require.Equal(t, expected, got)
			requireSameAfterMarshal(t, action, got)

			// The whole answer is a success, and its raw form holds the same.
			j, raw := judgeBody(action, 200, string(body), nil)
			require.Equal(t, transport.CauseSuccess, j.Cause, "%v", j.Err)
			again := types[action].newResponse()
			require.NoError(t, decodeResponse(action, []byte(raw), again))
			require.Equal(t, expected, again)
		})
	}
}

// requireSameAfterMarshal writes a response and reads it by both ways.
func requireSameAfterMarshal(t testing.TB, action string, resp any) {
	t.Helper()
	written, err := json.Marshal(resp)
	require.NoError(t, err)
	byDecoder := reflect.New(reflect.TypeOf(resp).Elem()).Interface()
	if err := decodeResponse(action, written, byDecoder); err != nil {
		t.Fatalf("%s does not decode: %v", written, err)
	}
	require.Equal(t, resp, byDecoder, "%s", written)
	byJSON := reflect.New(reflect.TypeOf(resp).Elem()).Interface()
	require.NoError(t, json.Unmarshal(written, byJSON))
	require.Equal(t, resp, byJSON, "%s", written)
}

// Q-XMLTYPO: as printed, with two angle brackets, it is no XML.
func TestAnswerWithDoubledBracketIsRefused(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("testdata/answers/ReleaseEipAddress.xml")
	require.NoError(t, err)
	var resp ReleaseEipAddressResponse
	require.ErrorContains(t, decodeResponse("ReleaseEipAddress", append([]byte("<"), body...), &resp), "not well-formed XML")
}

// fullAddress has every field set.
func fullAddress() EipAddress {
	return EipAddress{
		AllocationID: "eip-a", IPAddress: "203.0.113.7", Name: "n", Description: "d", RegionID: "cn-beijing",
		Status: StatusInUse, InstanceID: "i-a", InstanceType: InstanceTypeEcsInstance, InstanceRegionID: "cn-beijing",
		Mode: ModeNAT, PrivateIPAddress: "192.168.0.2", VPCID: "vpc-a", Bandwidth: 100, EipBandwidth: 5,
		BandwidthPackageID: "cbwp-a", BandwidthPackageType: BandwidthPackageTypeCommon, BandwidthPackageBandwidth: 100,
		InternetChargeType: InternetChargeTypePayByBandwidth, ChargeType: InstanceChargeTypePrePaid,
		AllocationTime: day("2026-01-01T00:00:00Z"), ExpiredTime: day("2027-01-01T00:00:00Z"), ISP: ISPBGP,
		Netmode: NetmodePublic, Zone: "z", ResourceGroupID: "rg-a", Tags: Tags{"a": "1", "b": ""},
		PublicIPAddressPoolID: "pippool-a", SegmentInstanceID: "eipsg-a",
		SecurityProtectionTypes: SecurityProtectionTypes{SecurityProtectionTypeAntiDDoSEnhanced},
		OperationLocks:          OperationLocks{{LockReason: LockReasonSecurity}}, BusinessStatus: "Normal",
		DeletionProtection: true, SecondLimited: true, HDMonitorStatus: HDMonitorStatusOn, BizType: "b",
		ServiceManaged: true, ServiceID: 9007199254740993, HasReservationData: true,
		ReservationActiveTime: day("2026-06-01T00:00:00Z"), ReservationBandwidth: 12,
		ReservationInternetChargeType: InternetChargeTypePayByTraffic, ReservationOrderType: ReservationOrderTypeUpgrade,
		AvailableRegions: AvailableRegions{"cn-beijing"},
	}
}

// A response written as JSON has the service's shape: wrapped lists, numbers in
// strings, and keys as on the wire.
func TestMarshalHasTheShapeOfTheService(t *testing.T) {
	t.Parallel()
	address := fullAddress()
	v := reflect.ValueOf(address)
	for i := range v.NumField() {
		require.False(t, v.Field(i).IsZero(), "%s is not set", v.Type().Field(i).Name)
	}
	resp := &DescribeEipAddressesResponse{
		ResponseMeta: ResponseMeta{RequestID: "r"},
		EipAddresses: EipAddressList{address, {AllocationID: "eip-b"}}, PageNumber: 1, PageSize: 10, TotalCount: 2,
	}
	requireSameAfterMarshal(t, "DescribeEipAddresses", resp)
	written, err := json.Marshal(resp)
	require.NoError(t, err)
	require.JSONEq(t, `{"RequestId":"r","PageNumber":1,"PageSize":10,"TotalCount":2,"EipAddresses":{"EipAddress":[{
		"AllocationId":"eip-a","IpAddress":"203.0.113.7","Name":"n","Description":"d","RegionId":"cn-beijing",
		"Status":"InUse","InstanceId":"i-a","InstanceType":"EcsInstance","InstanceRegionId":"cn-beijing",
		"Mode":"NAT","PrivateIpAddress":"192.168.0.2","VpcId":"vpc-a","Bandwidth":"100","EipBandwidth":"5",
		"BandwidthPackageId":"cbwp-a","BandwidthPackageType":"CommonBandwidthPackage","BandwidthPackageBandwidth":"100",
		"InternetChargeType":"PayByBandwidth","ChargeType":"PrePaid","AllocationTime":"2026-01-01T00:00:00Z",
		"ExpiredTime":"2027-01-01T00:00:00Z","ISP":"BGP","Netmode":"public","Zone":"z","ResourceGroupId":"rg-a",
		"Tags":{"Tag":[{"Key":"a","Value":"1"},{"Key":"b","Value":""}]},"PublicIpAddressPoolId":"pippool-a",
		"SegmentInstanceId":"eipsg-a","SecurityProtectionTypes":{"SecurityProtectionType":["AntiDDoS_Enhanced"]},
		"OperationLocks":{"LockReason":[{"LockReason":"security"}]},"BusinessStatus":"Normal","DeletionProtection":true,
		"SecondLimited":true,"HDMonitorStatus":"ON","BizType":"b","ServiceManaged":1,"ServiceID":9007199254740993,
		"HasReservationData":"true","ReservationActiveTime":"2026-06-01T00:00:00Z","ReservationBandwidth":"12",
		"ReservationInternetChargeType":"PayByTraffic","ReservationOrderType":"UPGRADE",
		"AvailableRegions":{"AvailableRegion":["cn-beijing"]}},{"AllocationId":"eip-b"}]}}`, string(written))

	// An element alone, and a list alone, keep their values as well.
	written, err = json.Marshal(address)
	require.NoError(t, err)
	var alone EipAddress
	require.NoError(t, json.Unmarshal(written, &alone))
	require.Equal(t, address, alone)
	written, err = json.Marshal(EipAddressList(nil))
	require.NoError(t, err)
	require.Equal(t, `{"EipAddress":[]}`, string(written))
}

// What the call path fills in is not part of the JSON form.
func TestMarshalLeavesOutWhatIsNotTheServices(t *testing.T) {
	t.Parallel()
	resp := &ReleaseEipAddressResponse{ResponseMeta{RequestID: "r", HTTPStatus: 200, Attempts: 3, ClientToken: "t"}}
	written, err := json.Marshal(resp)
	require.NoError(t, err)
	require.Equal(t, `{"RequestId":"r"}`, string(written))
	require.Same(t, &resp.ResponseMeta, resp.responseMeta())
}

func TestSegmentAndRegionAnswers(t *testing.T) {
	t.Parallel()
	var segments DescribeEipSegmentResponse
	require.NoError(t, decodeResponse("DescribeEipSegment", []byte(`{"RequestId":"r","PageNumber":1,"PageSize":10,"TotalCount":1,
		"EipSegments":{"EipSegment":[{"InstanceId":"eipsg-a","IpCount":"16","Segment":"203.0.113.0/28","Status":"Allocated",
		"Descritpion":"d","CreationTime":"2026-01-01T00:00:00Z","RegionId":"cn-beijing","Zone":"z","Name":"n"}]}}`), &segments))
	require.Equal(t, EipSegmentList{{
		InstanceID: "eipsg-a", IPCount: 16, Segment: "203.0.113.0/28", Status: SegmentStatusAllocated, Description: "d",
		CreationTime: day("2026-01-01T00:00:00Z"), RegionID: "cn-beijing", Zone: "z", Name: "n",
	}}, segments.EipSegments)
	prefix, err := segments.EipSegments[0].Prefix()
	require.NoError(t, err)
	require.Equal(t, netip.MustParsePrefix("203.0.113.0/28"), prefix)
	_, err = EipSegment{InstanceID: "eipsg-a", Segment: "203.0.xx"}.Prefix()
	require.EqualError(t, err, `eip: Segment of eipsg-a is "203.0.xx", not a network with mask`)
	written, err := json.Marshal(segments.EipSegments[0])
	require.NoError(t, err)
	require.Contains(t, string(written), `"Descritpion":"d"`) // Q-DESCRITPION
	require.Contains(t, string(written), `"IpCount":"16"`)    // Q-STRNUM
	requireSameAfterMarshal(t, "DescribeEipSegment", &segments)

	var regions DescribeRegionsResponse
	require.NoError(t, decodeResponse("DescribeRegions", []byte(`{"RequestId":"r","Regions":{"Region":[
		{"RegionId":"cn-hangzhou","LocalName":"Hangzhou","RegionEndpoint":"vpc.aliyuncs.com"},{"RegionId":"eu-west-1"}]}}`), &regions))
	require.Equal(t, RegionList{{RegionID: "cn-hangzhou", LocalName: "Hangzhou", RegionEndpoint: "vpc.aliyuncs.com"}, {RegionID: "eu-west-1"}}, regions.Regions)
	requireSameAfterMarshal(t, "DescribeRegions", &regions)
}
