package eip

import (
	"encoding/json"
	"net/netip"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
)

// fullPackage has every field set.
func fullPackage() CommonBandwidthPackage {
	return CommonBandwidthPackage{
		BandwidthPackageID: "cbwp-a", RegionID: "cn-beijing", Zone: "z", Name: "n", Description: "d",
		Status: BandwidthPackageStatusModifying, Bandwidth: 20, InternetChargeType: InternetChargeTypePayBy95,
		InstanceChargeType: InstanceChargeTypePostPaid, Ratio: 20, ISP: ISPBGP,
		PublicIPAddresses: BandwidthPackageIPList{
			{AllocationID: "eip-a", IPAddress: "203.0.113.7", Status: BandwidthPackageIPStatusBinded},
			{AllocationID: "eip-b", IPAddress: "203.0.113.8", Status: BandwidthPackageIPStatusBinding},
		},
		ResourceGroupID: "rg-a", Tags: Tags{"a": "1"},
		SecurityProtectionTypes: SecurityProtectionTypes{SecurityProtectionTypeAntiDDoSEnhanced},
		CreationTime:            day("2026-01-01T00:00:00Z"), ExpiredTime: day("2027-01-01T00:00:00Z"), BusinessStatus: "Normal",
		BizType: "CloudBox", DeletionProtection: true, ServiceManaged: true, HasReservationData: true,
		ReservationActiveTime: day("2026-06-01T00:00:00Z"), ReservationBandwidth: 1000,
		ReservationInternetChargeType: InternetChargeTypePayByDominantTraffic, ReservationOrderType: ReservationOrderTypeRenewChange,
	}
}

// Q-ADDRESSE, Q-STRNUM, Q-BWTYPE, Q-BINDED: the keys and the types of the wire, in
// both formats.
func TestBandwidthPackageAnswers(t *testing.T) {
	t.Parallel()
	full := fullPackage()
	v := reflect.ValueOf(full)
	for i := range v.NumField() {
		require.False(t, v.Field(i).IsZero(), "%s is not set", v.Type().Field(i).Name)
	}
	want := &DescribeCommonBandwidthPackagesResponse{
		ResponseMeta: ResponseMeta{RequestID: "r"}, CommonBandwidthPackages: CommonBandwidthPackageList{full},
		PageNumber: 1, PageSize: 10, TotalCount: 1,
	}
	const rest = `"RegionId":"cn-beijing","Zone":"z","Name":"n","Description":"d","Status":"Modifying",
		"InternetChargeType":"PayBy95","InstanceChargeType":"PostPaid","Ratio":20,"ISP":"BGP","PublicIpAddresses":{"PublicIpAddresse":[
		{"AllocationId":"eip-a","IpAddress":"203.0.113.7","BandwidthPackageIpRelationStatus":"BINDED"},
		{"AllocationId":"eip-b","IpAddress":"203.0.113.8","BandwidthPackageIpRelationStatus":"BINDING"}]},
		"ResourceGroupId":"rg-a","Tags":{"Tag":[{"Key":"a","Value":"1"}]},
		"SecurityProtectionTypes":{"SecurityProtectionType":["AntiDDoS_Enhanced"]},
		"CreationTime":"2026-01-01T00:00:00Z","ExpiredTime":"2027-01-01T00:00:00Z","BusinessStatus":"Normal","BizType":"CloudBox",
		"DeletionProtection":true,"ServiceManaged":1,"ReservationActiveTime":"2026-06-01T00:00:00Z",
		"ReservationInternetChargeType":"PayByDominantTraffic","ReservationOrderType":"RENEWCHANGE","BandwidthPackageId":"cbwp-a"`
	page := func(more string) string {
		return `{"RequestId":"r","PageNumber":1,"PageSize":10,"TotalCount":1,"CommonBandwidthPackages":{"CommonBandwidthPackage":[{` +
			more + `,` + rest + `}]}}`
	}
	asDocumented := page(`"Bandwidth":"20","ReservationBandwidth":"1000","HasReservationData":"true"`)
	for name, body := range map[string]string{
		"JSON":                  asDocumented,
		"JSON of other types":   page(`"Bandwidth":20,"ReservationBandwidth":1000,"HasReservationData":true`),
		"JSON of a plain list":  `{"RequestId":"r","PageNumber":"1","PageSize":"10","TotalCount":"1","CommonBandwidthPackages":[{"Bandwidth":"20","ReservationBandwidth":"1000","HasReservationData":"true",` + rest + `}]}`,
		"XML, tags as elements": xmlPackages,
	} {
		var got DescribeCommonBandwidthPackagesResponse
		require.NoError(t, decodeResponse("DescribeCommonBandwidthPackages", []byte(body), &got), name)
		require.Equal(t, *want, got, name)
	}
	requireSameAfterMarshal(t, "DescribeCommonBandwidthPackages", want)
	written, err := json.Marshal(want)
	require.NoError(t, err)
	require.JSONEq(t, asDocumented, string(written))

	// An element and a list alone keep their values as well.
	var alone CommonBandwidthPackage
	written, err = json.Marshal(full)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(written, &alone))
	require.Equal(t, full, alone)
	var member BandwidthPackageIP
	require.NoError(t, json.Unmarshal([]byte(`{"AllocationId":"eip-a","IpAddress":"203.0.113.7"}`), &member))
	addr, err := member.Addr()
	require.NoError(t, err)
	require.Equal(t, netip.MustParseAddr("203.0.113.7"), addr)
	written, err = json.Marshal(BandwidthPackageIPList(nil))
	require.NoError(t, err)
	require.Equal(t, `{"PublicIpAddresse":[]}`, string(written))
	require.Nil(t, full.Member("eip-c"))
	require.Equal(t, BandwidthPackageIPStatusBinding, full.Member("eip-b").Status)
}

const xmlPackages = `<?xml version="1.0" encoding="UTF-8"?><DescribeCommonBandwidthPackagesResponse><RequestId>r</RequestId>
	<PageNumber>1</PageNumber><PageSize>10</PageSize><TotalCount>1</TotalCount>
	<CommonBandwidthPackages><CommonBandwidthPackage><BandwidthPackageId>cbwp-a</BandwidthPackageId><RegionId>cn-beijing</RegionId>
	<Zone>z</Zone><Name>n</Name><Description>d</Description><Status>Modifying</Status><Bandwidth>20</Bandwidth>
	<InternetChargeType>PayBy95</InternetChargeType><InstanceChargeType>PostPaid</InstanceChargeType><Ratio>20</Ratio><ISP>BGP</ISP>
	<PublicIpAddresses>
	<PublicIpAddresse><AllocationId>eip-a</AllocationId><IpAddress>203.0.113.7</IpAddress>
	<BandwidthPackageIpRelationStatus>BINDED</BandwidthPackageIpRelationStatus></PublicIpAddresse>
	<PublicIpAddresse><AllocationId>eip-b</AllocationId><IpAddress>203.0.113.8</IpAddress>
	<BandwidthPackageIpRelationStatus>BINDING</BandwidthPackageIpRelationStatus></PublicIpAddresse></PublicIpAddresses>
	<ResourceGroupId>rg-a</ResourceGroupId><Tags><Tag><Key>a</Key><Value>1</Value></Tag></Tags>
	<SecurityProtectionTypes><SecurityProtectionType>AntiDDoS_Enhanced</SecurityProtectionType></SecurityProtectionTypes>
	<CreationTime>2026-01-01T00:00:00Z</CreationTime><ExpiredTime>2027-01-01T00:00:00Z</ExpiredTime>
	<BusinessStatus>Normal</BusinessStatus><BizType>CloudBox</BizType><DeletionProtection>true</DeletionProtection>
	<ServiceManaged>1</ServiceManaged><HasReservationData>true</HasReservationData>
	<ReservationActiveTime>2026-06-01T00:00:00Z</ReservationActiveTime><ReservationBandwidth>1000</ReservationBandwidth>
	<ReservationInternetChargeType>PayByDominantTraffic</ReservationInternetChargeType>
	<ReservationOrderType>RENEWCHANGE</ReservationOrderType></CommonBandwidthPackage></CommonBandwidthPackages>
	</DescribeCommonBandwidthPackagesResponse>`
