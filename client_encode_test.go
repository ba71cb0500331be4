package eip

import (
	"net/url"
	"os"
	"reflect"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fullRequests has every field of every request filled. The forms they must
// give are in testdata/forms, one line per parameter.
func fullRequests() map[string]any {
	// Not UTC, and with fractions, on purpose.
	east := time.FixedZone("UTC+8", 8*60*60)
	start := time.Date(2026, 3, 1, 8, 30, 15, 999, east)
	end := time.Date(2026, 3, 1, 9, 0, 59, 999999999, east)
	return map[string]any{
		"DescribeRegions": &DescribeRegionsRequest{AcceptLanguage: LanguageEnglish, ProductType: "VPC"},
		"AllocateEipAddress": &AllocateEipAddressRequest{
			RegionID: "cn-hangzhou", Bandwidth: 10, InternetChargeType: InternetChargeTypePayByBandwidth,
			InstanceChargeType: InstanceChargeTypePrePaid, PricingCycle: PricingCycleYear, Period: 5,
			AutoPay: Ptr(false), ISP: ISPBGPPro, Netmode: NetmodePublic, IPAddress: "203.0.113.7",
			InstanceID: "eip-a", PublicIPAddressPoolID: "pippool-a", Zone: "cn-hangzhou-b",
			SecurityProtectionTypes: SecurityProtectionTypes{SecurityProtectionTypeAntiDDoSEnhanced, "Other"},
			ResourceGroupID:         "rg-a", Name: "a name", Description: "ä & b=c",
			Tags: Tags{"team": "net", "env": "prod", "empty": ""}, ActivityID: 9007199254740993, ClientToken: "token-1",
		},
		"AllocateEipAddressPro": &AllocateEipAddressProRequest{
			RegionID: "cn-hangzhou", IPAddress: "203.0.113.7", InstanceID: "eip-a", Bandwidth: 10,
			InternetChargeType: InternetChargeTypePayByBandwidth, InstanceChargeType: InstanceChargeTypePrePaid,
			PricingCycle: PricingCycleMonth, Period: 9, AutoPay: Ptr(true), ISP: ISPBGP, Netmode: NetmodePublic,
			PublicIPAddressPoolID:   "pippool-a",
			SecurityProtectionTypes: SecurityProtectionTypes{SecurityProtectionTypeAntiDDoSEnhanced},
			ResourceGroupID:         "rg-a", Tags: Tags{"env": "prod"}, ClientToken: "token-1",
		},
		"DescribeEipAddresses": &DescribeEipAddressesRequest{
			RegionID: "cn-hangzhou", AllocationIDs: []string{"eip-b", "eip-a"}, EipAddresses: []string{"203.0.113.7", "203.0.113.8"},
			EipName: "a name", Status: StatusInUse, AssociatedInstanceID: "i-a", AssociatedInstanceType: InstanceTypeEcsInstance,
			ChargeType: InstanceChargeTypePostPaid, ISP: ISPBGP, LockReason: LockReasonFinancial, ResourceGroupID: "rg-a",
			PublicIPAddressPoolID: "pippool-a", SegmentInstanceID: "eipsg-a", BandwidthPackageID: "cbwp-a",
			SecurityProtectionEnabled: Ptr(false), ServiceManaged: Ptr(false), Tags: Tags{"b": "2", "a": "1"},
			CreationStartTime: start, CreationEndTime: end, IncludeReservationData: true, DryRun: true,
			PageNumber: 2, PageSize: 100,
		},
		"AssociateEipAddress": &AssociateEipAddressRequest{
			RegionID: "cn-hangzhou", AllocationID: "eip-a", InstanceID: "eni-a", InstanceType: InstanceTypeNetworkInterface,
			InstanceRegionID: "cn-beijing", Mode: ModeMultiBinded, PrivateIPAddress: "192.168.0.2", VPCID: "vpc-a",
			DryRun: true, ClientToken: "token-1",
		},
		"UnassociateEipAddress": &UnassociateEipAddressRequest{
			RegionID: "cn-hangzhou", AllocationID: "eip-a", InstanceID: "ngw-a", InstanceType: InstanceTypeNat,
			PrivateIPAddress: "192.168.0.2", Force: true, ClientToken: "token-1",
		},
		"ModifyEipAddressAttribute": &ModifyEipAddressAttributeRequest{
			RegionID: "cn-hangzhou", AllocationID: "eip-a", Bandwidth: 100, Name: Ptr(""), Description: Ptr("new"),
		},
		"ReleaseEipAddress":      &ReleaseEipAddressRequest{RegionID: "cn-hangzhou", AllocationID: "eip-a"},
		"DescribeEipGatewayInfo": &DescribeEipGatewayInfoRequest{RegionID: "cn-hangzhou", InstanceID: "eni-a"},
		"DescribeEipMonitorData": &DescribeEipMonitorDataRequest{
			RegionID: "cn-hangzhou", AllocationID: "eip-a", StartTime: start, EndTime: end, Period: 300,
		},
		"AllocateEipSegmentAddress": &AllocateEipSegmentAddressRequest{
			RegionID: "cn-hangzhou", EipMask: 28, Bandwidth: 5, InternetChargeType: InternetChargeTypePayByTraffic,
			ISP: ISPBGP, Netmode: NetmodePublic, ResourceGroupID: "rg-a", Zone: "cn-hangzhou-b", ClientToken: "token-1",
		},
		"DescribeEipSegment": &DescribeEipSegmentRequest{
			RegionID: "cn-hangzhou", SegmentInstanceID: "eipsg-a", PageNumber: 1, PageSize: 50, ClientToken: "token-1",
		},
		"ReleaseEipSegmentAddress": &ReleaseEipSegmentAddressRequest{
			RegionID: "cn-hangzhou", SegmentInstanceID: "eipsg-a", ClientToken: "token-1",
		},
	}
}

// lines writes a form as sorted lines, unescaped, which a reader can check.
func lines(form url.Values) string {
	var out []string
	for name, values := range form {
		for _, v := range values {
			out = append(out, name+"="+v+"\n")
		}
	}
	sort.Strings(out)
	return strings.Join(out, "")
}

func TestFormsOfFullRequests(t *testing.T) {
	t.Parallel()
	full := fullRequests()
	for action, req := range full {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			v := reflect.ValueOf(req).Elem()
			for i := range v.NumField() {
				if f := v.Type().Field(i); f.IsExported() && f.Name != "Extra" {
					require.False(t, v.Field(i).IsZero(), "%s is not filled", v.Type().Field(i).Name)
				}
			}
			form := formOf(t, req)
			want, err := os.ReadFile("testdata/forms/" + action + ".txt")
			require.NoError(t, err)
			require.Equal(t, string(want), lines(form))
		})
	}
}

// The zero request sends nothing at all: every default is the service's, and
// what must be there is added by the call path.
func TestFormsOfZeroRequests(t *testing.T) {
	t.Parallel()
	for action, at := range actionTypes() {
		require.Empty(t, formOf(t, at.newRequest()), action)
	}
}

func TestEncodingIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	tags := Tags{}
	for _, k := range []string{"e", "d", "c", "b", "a"} {
		tags[k] = k
	}
	want := "Tag.1.Key=a&Tag.1.Value=a&Tag.2.Key=b&Tag.2.Value=b&Tag.3.Key=c&Tag.3.Value=c&Tag.4.Key=d&Tag.4.Value=d&Tag.5.Key=e&Tag.5.Value=e"
	for range 20 {
		require.Equal(t, want, formOf(t, &AllocateEipAddressRequest{Tags: tags}).Encode())
	}
}

func TestEncodingQuirks(t *testing.T) {
	t.Parallel()
	minute := time.Date(2026, 1, 1, 0, 0, 30, 0, time.FixedZone("", -3600))
	for _, tc := range []struct {
		name string
		req  any
		want string
	}{
		{"Q-COMMALIST one value", &DescribeEipAddressesRequest{AllocationIDs: []string{"eip-a"}}, "AllocationId=eip-a"},
		{"Q-COMMALIST", &DescribeEipAddressesRequest{EipAddresses: []string{"a", "b"}}, "EipAddress=a%2Cb"},
		{"Q-FILTER start alone", &DescribeEipAddressesRequest{CreationStartTime: minute}, "Filter.1.Key=CreationStartTime&Filter.1.Value=2026-01-01T01%3A00Z"},
		{"Q-FILTER end alone", &DescribeEipAddressesRequest{CreationEndTime: minute}, "Filter.1.Key=CreationEndTime&Filter.1.Value=2026-01-01T01%3A00Z"},
		{"Q-BWPFILTER", &DescribeEipAddressesRequest{BandwidthPackageID: "cbwp-a"}, "BandwidthPackageId=cbwp-a"},
		{"Q-SERVICEMANAGED true", &DescribeEipAddressesRequest{ServiceManaged: Ptr(true)}, "ServiceManaged=true"},
		{"Q-SERVICEMANAGED false is a filter", &DescribeEipAddressesRequest{ServiceManaged: Ptr(false)}, "ServiceManaged=false"},
		{"Q-ISP address", &AllocateEipAddressRequest{ISP: ISPBGP}, "ISP=BGP"},
		{"Q-ISP segment", &AllocateEipSegmentAddressRequest{ISP: ISPBGP}, "Isp=BGP"},
		{"Q-ISP a value newer than the library", &AllocateEipAddressRequest{ISP: "BGP_International"}, "ISP=BGP_International"},
		{"Q-NETMODE", &AllocateEipAddressRequest{Netmode: NetmodePublic}, "Netmode=public"},
		{"Q-AUTOPAY nil is not false", &AllocateEipAddressProRequest{Period: 1}, "Period=1"},
		{"Q-AUTOPAY false", &AllocateEipAddressProRequest{AutoPay: Ptr(false)}, "AutoPay=false"},
		{"Q-FORCESTR", &UnassociateEipAddressRequest{Force: true}, "Force=true"},
		{"Q-DRYRUNV1", &AssociateEipAddressRequest{DryRun: true}, "DryRun=true"},
		{"Q-BINDED", &AssociateEipAddressRequest{Mode: ModeBinded}, "Mode=BINDED"},
		{"Q-IPTYPE", &AssociateEipAddressRequest{InstanceType: InstanceTypeIPAddress, VPCID: "vpc-a"}, "InstanceType=IpAddress&VpcId=vpc-a"},
		{"Q-EIPIDNAMES", &DescribeEipGatewayInfoRequest{InstanceID: "eni-a"}, "InstanceId=eni-a"},
		{"Q-READTOKEN", &DescribeEipSegmentRequest{ClientToken: "t"}, "ClientToken=t"},
		{"Q-STRNUM", &AllocateEipSegmentAddressRequest{EipMask: 24, Bandwidth: 5}, "Bandwidth=5&EipMask=24"},
		{"Q-NAMELEN clear the name", &ModifyEipAddressAttributeRequest{Name: Ptr("")}, "Name="},
		{"Q-PERIODVALS a period of one document", &DescribeEipMonitorDataRequest{Period: 600}, "Period=600"},
		{"Q-UTC", &DescribeEipMonitorDataRequest{StartTime: minute}, "StartTime=2026-01-01T01%3A00%3A30Z"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, formOf(t, tc.req).Encode())
		})
	}
}

// What stands in a request's Extra is sent.
func TestExtra(t *testing.T) {
	t.Parallel()
	for action, at := range actionTypes() {
		req := at.newRequest()
		want := url.Values{"New": {"1"}}
		reflect.ValueOf(req).Elem().FieldByName("Extra").Set(reflect.ValueOf(want))
		require.Equal(t, want, formOf(t, req), action)
	}
}

// Encoding leaves the caller's request as it was.
func TestEncodingDoesNotChangeTheRequest(t *testing.T) {
	t.Parallel()
	before, after := fullRequests(), fullRequests()
	for action := range after {
		formOf(t, after[action])
		require.Equal(t, before[action], after[action], action)
	}
}
