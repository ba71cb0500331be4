package eip

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func many(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = "x"
	}
	return list
}

func manyTags(n int) Tags {
	tags := Tags{}
	for i := range n {
		tags[strings.Repeat("k", i+1)] = ""
	}
	return tags
}

// TestValidation has every rule with what breaks it and what just does not. A
// case without faults must pass.
func TestValidation(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	token64 := strings.Repeat("t", 64)
	prepaid := func(period int) *AllocateEipAddressRequest {
		return &AllocateEipAddressRequest{InstanceChargeType: InstanceChargeTypePrePaid, Period: period}
	}
	window := func(start, end time.Time) *DescribeEipMonitorDataRequest {
		return &DescribeEipMonitorDataRequest{AllocationID: "eip-a", StartTime: start, EndTime: end}
	}
	for _, tc := range []struct {
		name   string
		req    any
		faults []string
	}{
		{"regions", &DescribeRegionsRequest{}, nil},

		{"allocate, zero", &AllocateEipAddressRequest{}, nil},
		{"allocate, negative bandwidth", &AllocateEipAddressRequest{Bandwidth: -1}, []string{`Bandwidth (-1): must not be negative`}},
		{"allocate, any upper bound is the service's", &AllocateEipAddressRequest{Bandwidth: 100000}, nil},
		{"allocate, negative period", &AllocateEipAddressRequest{Period: -1}, []string{`Period (-1): must not be negative`}},
		{"allocate, PrePaid without period", prepaid(0), []string{`Period (0): must be at least 1 when InstanceChargeType is PrePaid`}},
		{"allocate, PrePaid with a negative period", prepaid(-2), []string{`Period (-2): must not be negative`}},
		{"Q-PERIOD allocate, PrePaid of any length", prepaid(36), nil},
		{"allocate, PrePaid with all", &AllocateEipAddressRequest{InstanceChargeType: InstanceChargeTypePrePaid, Period: 1, PricingCycle: PricingCycleYear, AutoPay: Ptr(true), InternetChargeType: InternetChargeTypePayByBandwidth}, nil},
		{"Q-PDFCHARGE allocate, PrePaid by traffic", &AllocateEipAddressRequest{InstanceChargeType: InstanceChargeTypePrePaid, Period: 1, InternetChargeType: InternetChargeTypePayByTraffic},
			[]string{`InternetChargeType ("PayByTraffic"): must be PayByBandwidth (or empty) when InstanceChargeType is PrePaid`}},
		{"allocate, PostPaid by traffic", &AllocateEipAddressRequest{InstanceChargeType: InstanceChargeTypePostPaid, InternetChargeType: InternetChargeTypePayByTraffic}, nil},
		{"allocate, address and ID", &AllocateEipAddressRequest{IPAddress: "203.0.113.7", InstanceID: "eip-a"},
			[]string{`IPAddress ("203.0.113.7"): excludes InstanceID (here "eip-a"): give one of the two, or neither`}},
		{"allocate, address alone", &AllocateEipAddressRequest{IPAddress: "203.0.113.7"}, nil},
		{"allocate, ID alone", &AllocateEipAddressRequest{InstanceID: "eip-a"}, nil},
		{"Q-TOKENLEN allocate, longest token", &AllocateEipAddressRequest{ClientToken: token64}, nil},
		{"Q-TOKENLEN allocate, token too long", &AllocateEipAddressRequest{ClientToken: token64 + "u"},
			[]string{`ClientToken ("` + token64[:40] + `"… (65 bytes)): must have 1 to 64 ASCII characters`}},
		{"allocate, token not ASCII", &AllocateEipAddressRequest{ClientToken: "tökn"}, []string{`ClientToken ("tökn"): must have printable ASCII characters only`}},
		{"allocate, token with a line break", &AllocateEipAddressRequest{ClientToken: "a\nb"}, []string{`ClientToken ("a\nb"): must have printable ASCII characters only`}},
		{"allocate, 20 tags", &AllocateEipAddressRequest{Tags: manyTags(20)}, nil},
		{"allocate, 21 tags", &AllocateEipAddressRequest{Tags: manyTags(21)}, []string{`Tags (21 tags): must have at most 20 tags`}},
		{"allocate, tag without key", &AllocateEipAddressRequest{Tags: Tags{"": "v"}}, []string{`Tags (a tag without key, value "v"): must not have an empty key`}},
		{"allocate, tag without value", &AllocateEipAddressRequest{Tags: Tags{"k": ""}}, nil},
		{"allocate, empty protection type", &AllocateEipAddressRequest{SecurityProtectionTypes: SecurityProtectionTypes{"a", " "}}, []string{`SecurityProtectionTypes[1] (" "): must not be empty`}},
		{"allocate, values newer than the library", &AllocateEipAddressRequest{ISP: "New", InstanceChargeType: "New", InternetChargeType: "New", Netmode: "New", PricingCycle: "New"}, nil},
		{"allocate, everything at once", &AllocateEipAddressRequest{Bandwidth: -1, Period: -1, IPAddress: "a", InstanceID: "b", ClientToken: "é", Tags: Tags{"": ""}, SecurityProtectionTypes: SecurityProtectionTypes{""}},
			[]string{
				`Bandwidth (-1): must not be negative`, `Period (-1): must not be negative`,
				`SecurityProtectionTypes[0] (""): must not be empty`, `Tags (a tag without key, value ""): must not have an empty key`,
				`ClientToken ("é"): must have printable ASCII characters only`,
				`IPAddress ("a"): excludes InstanceID (here "b"): give one of the two, or neither`,
			}},

		{"pro, zero", &AllocateEipAddressProRequest{}, nil},
		{"Q-PERIOD pro, PrePaid of any length", &AllocateEipAddressProRequest{InstanceChargeType: InstanceChargeTypePrePaid, Period: 5}, nil},
		{"pro, all rules", &AllocateEipAddressProRequest{InstanceChargeType: InstanceChargeTypePrePaid, InternetChargeType: InternetChargeTypePayByTraffic, Bandwidth: -5, IPAddress: "a", InstanceID: "b", ClientToken: "\x7f", Tags: manyTags(21), SecurityProtectionTypes: SecurityProtectionTypes{""}},
			[]string{
				`Bandwidth (-5): must not be negative`,
				`SecurityProtectionTypes[0] (""): must not be empty`, `Tags (21 tags): must have at most 20 tags`,
				`ClientToken ("\x7f"): must have printable ASCII characters only`,
				`Period (0): must be at least 1 when InstanceChargeType is PrePaid`,
				`InternetChargeType ("PayByTraffic"): must be PayByBandwidth (or empty) when InstanceChargeType is PrePaid`,
				`IPAddress ("a"): excludes InstanceID (here "b"): give one of the two, or neither`,
			}},

		{"associate, zero", &AssociateEipAddressRequest{}, []string{`AllocationID: is required`, `InstanceID: is required`}},
		{"associate", &AssociateEipAddressRequest{AllocationID: "eip-a", InstanceID: "i-a"}, nil},
		{"associate, blanks", &AssociateEipAddressRequest{AllocationID: " \t", InstanceID: "i-a", ClientToken: token64 + "u"},
			[]string{`AllocationID (" \t"): is required`, `ClientToken ("` + token64[:40] + `"… (65 bytes)): must have 1 to 64 ASCII characters`}},
		{"Q-IPTYPE associate with an IP address", &AssociateEipAddressRequest{AllocationID: "eip-a", InstanceID: "192.168.0.2", InstanceType: InstanceTypeIPAddress},
			[]string{`VPCID: is required when InstanceType is IpAddress`}},
		{"associate with an IP address of a VPC", &AssociateEipAddressRequest{AllocationID: "eip-a", InstanceID: "192.168.0.2", InstanceType: InstanceTypeIPAddress, VPCID: "vpc-a"}, nil},
		{"associate with an interface, mode and address left to the service", &AssociateEipAddressRequest{AllocationID: "eip-a", InstanceID: "eni-a", InstanceType: InstanceTypeNetworkInterface}, nil},

		{"unassociate, zero", &UnassociateEipAddressRequest{ClientToken: "\x00"}, []string{`AllocationID: is required`, `ClientToken ("\x00"): must have printable ASCII characters only`}},
		{"Q-INSTIDREQ unassociate without instance", &UnassociateEipAddressRequest{AllocationID: "eip-a"}, nil},

		{"modify, zero", &ModifyEipAddressAttributeRequest{Bandwidth: -1}, []string{`AllocationID: is required`, `Bandwidth (-1): must not be negative`}},
		{"Q-NAMELEN modify, any name", &ModifyEipAddressAttributeRequest{AllocationID: "eip-a", Name: Ptr(""), Description: Ptr("x")}, nil},

		{"release, zero", &ReleaseEipAddressRequest{}, []string{`AllocationID: is required`}},
		{"Q-REGIONREQ release", &ReleaseEipAddressRequest{AllocationID: "eip-a"}, nil},

		{"addresses, zero", &DescribeEipAddressesRequest{}, nil},
		{"Q-PAGEMAX addresses, any page size", &DescribeEipAddressesRequest{PageNumber: 1, PageSize: 1000}, nil},
		{"addresses, negative page", &DescribeEipAddressesRequest{PageNumber: -1, PageSize: -10}, []string{`PageNumber (-1): must not be negative`, `PageSize (-10): must not be negative`}},
		{"Q-COMMALIST addresses, 50 of each", &DescribeEipAddressesRequest{AllocationIDs: many(50), EipAddresses: many(50)}, nil},
		{"Q-COMMALIST addresses, 51 of each", &DescribeEipAddressesRequest{AllocationIDs: many(51), EipAddresses: many(51)},
			[]string{`AllocationIDs (51 elements): must have at most 50 elements`, `EipAddresses (51 elements): must have at most 50 elements`}},
		{"Q-COMMALIST addresses, empty and joined elements", &DescribeEipAddressesRequest{AllocationIDs: []string{"eip-a", ""}, EipAddresses: []string{"1.2.3.4,5.6.7.8"}},
			[]string{`AllocationIDs[1] (""): must not be empty`, `EipAddresses[0] ("1.2.3.4,5.6.7.8"): must not contain a comma: give each value as an element of its own`}},
		{"addresses, tags", &DescribeEipAddressesRequest{Tags: Tags{"": ""}}, []string{`Tags (a tag without key, value ""): must not have an empty key`}},
		{"addresses, one creation time", &DescribeEipAddressesRequest{CreationEndTime: noon}, nil},
		{"addresses, same creation times", &DescribeEipAddressesRequest{CreationStartTime: noon, CreationEndTime: noon}, nil},
		{"addresses, creation times swapped", &DescribeEipAddressesRequest{CreationStartTime: noon, CreationEndTime: noon.Add(-time.Minute)},
			[]string{`CreationStartTime (2026-01-01T12:00:00Z): must not be after CreationEndTime (here 2026-01-01T11:59:00Z)`}},
		{"addresses, a year that cannot be written", &DescribeEipAddressesRequest{CreationStartTime: noon, CreationEndTime: noon.AddDate(10000, 0, 0)},
			[]string{`CreationEndTime (year 12026): must lie in the years 1 to 9999`}},

		{"gateway, zero", &DescribeEipGatewayInfoRequest{}, []string{`InstanceID: is required`}},
		{"gateway", &DescribeEipGatewayInfoRequest{InstanceID: "eni-a"}, nil},

		{"monitor, zero", &DescribeEipMonitorDataRequest{}, []string{`AllocationID: is required`, `StartTime: is required`, `EndTime: is required`}},
		{"monitor, no end", window(noon, time.Time{}), []string{`EndTime: is required`}},
		{"monitor, no start", window(time.Time{}, noon), []string{`StartTime: is required`}},
		{"monitor", window(noon, noon.Add(time.Second)), nil},
		{"Q-STARTEND monitor, swapped", window(noon.Add(time.Hour), noon), []string{`StartTime (2026-01-01T13:00:00Z): must be before EndTime (here 2026-01-01T12:00:00Z)`}},
		{"monitor, empty window", window(noon, noon), []string{`StartTime (2026-01-01T12:00:00Z): must be before EndTime (here 2026-01-01T12:00:00Z)`}},
		{"monitor, empty window as it is sent", window(noon, noon.Add(time.Second-1)), []string{`StartTime (2026-01-01T12:00:00Z): must be before EndTime (here 2026-01-01T12:00:00Z)`}},
		{"Q-UTC monitor, in order though the clocks are not", window(noon.In(time.FixedZone("", 8*3600)), noon.Add(time.Hour)), nil},
		{"monitor, a year that cannot be written", window(noon.AddDate(-3000, 0, 0), noon), []string{`StartTime (year -974): must lie in the years 1 to 9999`}},
		{"Q-PERIODVALS monitor, any period", &DescribeEipMonitorDataRequest{AllocationID: "eip-a", StartTime: noon, EndTime: noon.Add(time.Hour), Period: 7}, nil},
		{"Q-POINTS monitor, any number of points", window(noon, noon.AddDate(1, 0, 0)), nil},
		{"monitor, negative period", &DescribeEipMonitorDataRequest{AllocationID: "eip-a", StartTime: noon, EndTime: noon.Add(time.Hour), Period: -60}, []string{`Period (-60): must not be negative`}},

		{"segment, zero", &AllocateEipSegmentAddressRequest{}, []string{`EipMask: is required: 24 to 28`}},
		{"segment, smallest mask", &AllocateEipSegmentAddressRequest{EipMask: 24}, nil},
		{"segment, largest mask", &AllocateEipSegmentAddressRequest{EipMask: 28}, nil},
		{"segment, mask too small", &AllocateEipSegmentAddressRequest{EipMask: 23, Bandwidth: -1, ClientToken: "é"},
			[]string{`EipMask (23): must be 24 to 28`, `Bandwidth (-1): must not be negative`, `ClientToken ("é"): must have printable ASCII characters only`}},
		{"segment, mask too large", &AllocateEipSegmentAddressRequest{EipMask: 29}, []string{`EipMask (29): must be 24 to 28`}},
		{"segments, zero", &DescribeEipSegmentRequest{}, nil},
		{"Q-READTOKEN segments, all rules", &DescribeEipSegmentRequest{PageNumber: -1, PageSize: -1, ClientToken: "é"},
			[]string{`PageNumber (-1): must not be negative`, `PageSize (-1): must not be negative`, `ClientToken ("é"): must have printable ASCII characters only`}},
		{"segment release, zero", &ReleaseEipSegmentAddressRequest{ClientToken: "é"}, []string{`SegmentInstanceID: is required`, `ClientToken ("é"): must have printable ASCII characters only`}},
		{"segment release", &ReleaseEipSegmentAddressRequest{SegmentInstanceID: "eipsg-a"}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			err := validateRequest("Action", tc.req)
			if tc.faults == nil {
				require.NoError(t, err)
				return
			}
			var invalid *ValidationError
			require.ErrorAs(t, err, &invalid)
			require.ErrorIs(t, err, ErrInvalidParameter)
			require.Equal(t, "Action", invalid.Action)
			var faults []string
			for _, f := range invalid.Faults {
				faults = append(faults, f.String())
			}
			require.Equal(t, tc.faults, faults)
			require.Equal(t, "eip: Action: invalid request, nothing was sent: "+strings.Join(tc.faults, "; "), err.Error())
		})
	}
}

// A full request passes, but for what excludes each other.
func TestValidationOfFullRequests(t *testing.T) {
	t.Parallel()
	for action, req := range fullRequests() {
		err := validateRequest(action, req)
		switch action {
		case "AllocateEipAddress", "AllocateEipAddressPro": // full means both IPAddress and InstanceID
			require.ErrorContains(t, err, "excludes")
		default:
			require.NoError(t, err, action)
		}
	}
}

func TestValidationErrorMatchesItsClassOnly(t *testing.T) {
	t.Parallel()
	err := validateRequest("ReleaseEipAddress", &ReleaseEipAddressRequest{})
	require.ErrorIs(t, err, ErrInvalidParameter)
	require.NotErrorIs(t, err, errors.New("eip: invalid parameter"))
}

func TestShorten(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                            `""`,
		"a\tb":                        `"a\tb"`,
		strings.Repeat("a", 40):       `"` + strings.Repeat("a", 40) + `"`,
		strings.Repeat("a", 41):       `"` + strings.Repeat("a", 40) + `"… (41 bytes)`,
		"a" + strings.Repeat("ü", 30): `"a` + strings.Repeat("ü", 19) + `"… (61 bytes)`,
		strings.Repeat("\x80", 50):    `""… (50 bytes)`,
	} {
		require.Equal(t, want, shorten(in))
	}
}
