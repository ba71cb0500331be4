package eiptest

import (
	"fmt"
	"slices"
)

// This file holds the options for what the documents say differently. By default
// the newer document holds.

// byDocument stands for a number that the documents decide.
const byDocument = -1

// contradicted is what the documents contradict each other in.
type contradicted struct {
	reference2019 bool

	pageLimit    int                 // byDocument, or as an option has it
	periods      []int               // nil, or as an option has them
	shortestText int                 // characters that a name or description has at least
	traffic      bool                // AllocateEipAddress knows PostPaid and PayByTraffic alone
	bindTypes    []string            // what AssociateEipAddress binds to
	unbindTypes  []string            // what UnassociateEipAddress and the filter know
	requiredToo  map[string][]string // required beyond the request structs, by action
}

// follow fills in what no option has set.
func (s *settings) follow() {
	limit, points, periods := defaultPageLimit, defaultPointLimit, []int{60, 300, 900, 3600}
	s.bindTypes, s.unbindTypes = instanceTypes, instanceTypes
	if s.reference2019 {
		limit, points, periods = 50, 200, []int{60, 600, 3600}
		s.shortestText, s.traffic = 2, true
		s.bindTypes, s.unbindTypes = []string{ECS, SLB, NAT, ENI}, []string{ECS, SLB, NAT, HaVip}
		s.requiredToo = map[string][]string{
			"AssociateEipAddress":       {"RegionId"},
			"UnassociateEipAddress":     {"RegionId", "InstanceId"},
			"ModifyEipAddressAttribute": {"RegionId"},
			"ReleaseEipAddress":         {"RegionId"},
			"DescribeEipMonitorData":    {"RegionId"},
		}
	}
	if s.pageLimit == byDocument {
		s.pageLimit = limit
	}
	if s.points == byDocument {
		s.points = points
	}
	if s.periods == nil {
		s.periods = periods
	}
}

// WithReference2019 makes the service follow the 2019 API reference where that
// contradicts newer documents:
//
//   - DescribeEipAddresses has 50 addresses a page at most (WithPageLimit);
//   - DescribeEipMonitorData has 200 points at most (WithPointLimit), of 60, 600 or
//     3600 seconds (WithMonitorPeriods);
//   - Name and Description of ModifyEipAddressAttribute have at least 2 characters;
//   - AllocateEipAddress allocates PostPaid and PayByTraffic alone;
//   - addresses are bound to EcsInstance, SlbInstance, Nat and NetworkInterface;
//     UnassociateEipAddress and the filter know HaVip instead of the last;
//   - AssociateEipAddress, UnassociateEipAddress, ModifyEipAddressAttribute,
//     ReleaseEipAddress and DescribeEipMonitorData require RegionId, and
//     UnassociateEipAddress requires InstanceId.
//
// The options in brackets hold where they are given as well.
func WithReference2019() Option { return set(func(s *settings) { s.reference2019 = true }) }

// WithPageLimit sets how many addresses a page of DescribeEipAddresses may have:
// 100 by default, as the SDK metadata says, 50 in the 2019 API reference.
func WithPageLimit(n int) Option {
	return func(s *settings) error {
		if n < 1 {
			return fmt.Errorf("eiptest: page limit: %d is not positive", n)
		}
		s.pageLimit = n
		return nil
	}
}

// WithMonitorPeriods sets which values DescribeEipMonitorData takes for Period, in
// seconds: 60, 300, 900 and 3600 by default, as the SDK metadata says; 60, 600 and
// 3600 in the 2019 API reference. Each has to be a number of whole minutes.
func WithMonitorPeriods(seconds ...int) Option {
	return func(s *settings) error {
		for _, n := range seconds {
			if n < 60 || n%60 != 0 || n > 24*3600 {
				return fmt.Errorf("eiptest: monitor periods: %d is not a number of whole minutes up to a day", n)
			}
		}
		if !slices.Contains(seconds, 60) {
			return fmt.Errorf("eiptest: monitor periods: 60, the default of the action, is not among %v", seconds)
		}
		s.periods = slices.Clone(seconds)
		return nil
	}
}

// WithUnknownActionCode sets the code, with status 404, that answers an action that
// does not exist: InvalidAction.NotFound by default, as a live service has it, or
// InvalidApi.NotFound, as older answers have it.
func WithUnknownActionCode(code string) Option {
	return func(s *settings) error {
		if code != "InvalidAction.NotFound" && code != "InvalidApi.NotFound" {
			return fmt.Errorf("eiptest: code of an unknown action: %q is not InvalidAction.NotFound or InvalidApi.NotFound", code)
		}
		s.unknownAction = code
		return nil
	}
}

// WithBGPProRegions sets the regions that sell the line type BGP_PRO. By default
// they are seven, of which the AllocateEipAddressPro page (2026) lacks Tokyo and
// the AllocateEipSegmentAddress page (2024) does not; each holds for its action.
func WithBGPProRegions(ids ...string) Option {
	return set(func(s *settings) { s.proRegions = append([]string{}, ids...) })
}

// WithFinanceCloud makes the account one of the Finance Cloud: in cn-hangzhou it
// has to ask for the line type BGP_FinanceCloud.
func WithFinanceCloud() Option { return set(func(s *settings) { s.finance = true }) }

// WithOldNATBandwidthPackage makes the account one that had a NAT bandwidth package
// before 26 January 2018: no address can be bound to its NAT gateways. The documents
// do not name the code (here: IncorrectInstanceStatus).
func WithOldNATBandwidthPackage() Option { return set(func(s *settings) { s.oldNAT = true }) }
