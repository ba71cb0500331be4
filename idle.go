package eip

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
)

// defaultIdleAge is how old an address must be to count as idle. A younger one
// may be on its way to where it is needed.
const defaultIdleAge = 24 * time.Hour

// IdleQuery says which addresses of the client's region count as idle.
type IdleQuery struct {
	// Tags are tags that an address must have, with these values. Default: any.
	Tags Tags
	// ResourceGroupID is the resource group that it must be in. Default: any.
	ResourceGroupID string
	// MinAge is how long ago it must have been allocated. The
	// default is 24 hours; time.Nanosecond means any age.
	MinAge time.Duration
	// TrafficOver is how far to look back at the traffic of each idle address,
	// for example 7*24*time.Hour, in whole hours. (By the SDK metadata data are
	// kept for 31 days.) It does not decide what is idle: the service does not tell since when an address has
	// been unbound, and a peak in the last days says that it was still in use
	// then. Default: do not look.
	TrafficOver time.Duration
	// PackagePeakBelow also looks at the traffic of the addresses in bandwidth
	// packages, and lists as quiet those with a peak below this, in Mbit/s; see
	// [QuietMember]. It needs TrafficOver. Default: do not look.
	PackagePeakBelow float64
	// NoPackages does not look for bandwidth packages without addresses, which
	// needs a permission of its own. Default: look.
	NoPackages bool
	// Parallel is how many addresses' traffic is read at a time. The
	// default is 4.
	Parallel int
}

// IdleReport is what [Client.FindIdle] found. It is a plain value: it can be
// shown, written as JSON, read back, cut down to what is really to go, and
// handed to [Client.ReleaseIdle], which trusts nothing in it.
type IdleReport struct {
	// MadeAt is when the report was made, in UTC, by the local clock.
	MadeAt time.Time
	// RegionID is the region that it is about.
	RegionID string
	// Query is what was asked for, with its defaults.
	Query IdleQuery
	// Idle are the idle addresses, the oldest first.
	Idle []IdleAddress
	// Kept are the other addresses that pass Tags and ResourceGroupID, with the
	// first reason why they are not idle.
	Kept []KeptAddress
	// IdlePackages are the bandwidth packages without addresses, the oldest first.
	// A report of an older version of this library has none.
	IdlePackages []IdlePackage
	// QuietMembers are the addresses in bandwidth packages with little traffic, the
	// quietest first; none unless IdleQuery.PackagePeakBelow is given. They are
	// among Kept as well.
	QuietMembers []QuietMember
}

// IdleAddress is an address that nobody uses and somebody pays for.
type IdleAddress struct {
	// Address is what the service told of it.
	Address EipAddress
	// Age is how long ago it was allocated, at the time of the report. The
	// service tells the time of allocation to the minute.
	Age time.Duration
	// Traffic is its traffic over IdleQuery.TrafficOver; nil if that was not
	// asked for.
	Traffic *IdleTraffic
}

// IdleTraffic sums up what an address carried, both directions together, from
// samples of an hour each.
type IdleTraffic struct {
	// Since is when the time that was looked at begins.
	Since time.Time
	// Peak is the busiest hour's mean in bits per second, and PeakAt when that
	// hour began. Both are zero if there was no traffic.
	Peak   float64
	PeakAt time.Time
	// Bytes is the sum.
	Bytes int64
	// Samples is how many hours the service had data for, and Missing for how
	// many it had none. Without samples, a Peak of 0 means nothing.
	Samples, Missing int
}

// KeptAddress is an address that is not idle.
type KeptAddress struct {
	AllocationID string
	IPAddress    string
	Reason       KeepReason
}

// KeepReason says why an address is not idle, or why one that was idle is not
// released.
type KeepReason string

// The reasons why an address is not idle, in the order in which they are looked
// for.
const (
	// KeepBound: it is bound to a resource.
	KeepBound KeepReason = "bound"
	// KeepInTransition: it is being bound, unbound or released.
	KeepInTransition KeepReason = "in transition"
	// KeepNotPostPaid: it is a subscription, or the service does not tell.
	KeepNotPostPaid KeepReason = "not pay-as-you-go"
	// KeepInSegment: it belongs to a contiguous group, released as a whole.
	KeepInSegment KeepReason = "in a segment"
	// KeepInBandwidthPackage: it is in a bandwidth package.
	KeepInBandwidthPackage KeepReason = "in a bandwidth package"
	// KeepServiceManaged: a cloud service made it and uses it.
	KeepServiceManaged KeepReason = "managed by a service"
	// KeepProtected: it has deletion protection.
	KeepProtected KeepReason = "protected"
	// KeepYoung: it is younger than MinAge, or the service does not tell its age.
	KeepYoung KeepReason = "too young"
)

// The further reasons why ReleaseIdle keeps an address of a report.
const (
	// KeepGone: it is no longer there. FindIdle gives it for one that goes while
	// its traffic is read.
	KeepGone KeepReason = "gone"
	// KeepRecreated: it was allocated at another time, or is another IP address,
	// than the report has it.
	KeepRecreated KeepReason = "another address than in the report"
	// KeepRetagged: its tags are not those that the report has.
	KeepRetagged KeepReason = "tags changed"
	// KeepMoved: it is in another resource group than the report has it.
	KeepMoved KeepReason = "resource group changed"
	// KeepOutside: it does not have the tags or the resource group that the
	// report's query asks for.
	KeepOutside KeepReason = "outside the query"
)

// FindIdle lists the addresses of the client's region that nobody uses:
// Available, pay-as-you-go, in no contiguous group and no bandwidth package,
// made by the account itself, without deletion protection, and old enough. It also
// lists the bandwidth packages that have no addresses ([IdlePackage]) and, if asked
// to, the addresses in packages that carry little ([QuietMember]).
//
// API: DescribeEipAddresses for each 100 addresses; DescribeCommonBandwidthPackages
// for each 50 packages, unless NoPackages is given; with TrafficOver also
// DescribeEipMonitorData for each 400 hours of each idle address, and with
// PackagePeakBelow of each address in a package. It changes nothing.
func (c *Client) FindIdle(ctx context.Context, q IdleQuery) (*IdleReport, error) {
	if err := q.check("FindIdle"); err != nil {
		return nil, err
	}
	q.MinAge = cmp.Or(q.MinAge, defaultIdleAge)
	q.Parallel = cmp.Or(q.Parallel, monitorParallel)
	q.Tags = maps.Clone(q.Tags)
	report := &IdleReport{MadeAt: time.Now().UTC().Round(0), RegionID: c.regionID, Query: q}
	var members []QuietMember
	for a, err := range c.EipAddresses(ctx, &DescribeEipAddressesRequest{Tags: q.Tags, ResourceGroupID: q.ResourceGroupID}) {
		if err != nil {
			return nil, err
		}
		if q.PackagePeakBelow > 0 && q.mayBeQuiet(a, report.MadeAt) {
			members = append(members, QuietMember{Address: *a, Age: report.MadeAt.Sub(a.AllocationTime)})
		}
		switch reason := q.judge(a, report.MadeAt); reason {
		case KeepOutside: // a service that does not know a filter ignores it
		case "":
			report.Idle = append(report.Idle, IdleAddress{Address: *a, Age: report.MadeAt.Sub(a.AllocationTime)})
		default:
			report.Kept = append(report.Kept, KeptAddress{a.AllocationID, a.IPAddress, reason})
		}
	}
	slices.SortStableFunc(report.Idle, func(a, b IdleAddress) int { return cmp.Compare(b.Age, a.Age) })
	if !q.NoPackages {
		if err := c.idlePackages(ctx, report); err != nil {
			return nil, err
		}
	}
	if q.TrafficOver > 0 {
		if err := c.fillTraffic(ctx, report, members); err != nil {
			return nil, err
		}
	}
	return report, nil
}

func (q IdleQuery) check(action string) error {
	var v validator
	v.tags(q.Tags)
	v.notNegative("Parallel", q.Parallel)
	for _, d := range []struct {
		name  string
		value time.Duration
	}{{"MinAge", q.MinAge}, {"TrafficOver", q.TrafficOver}} {
		if d.value < 0 {
			v.fault(d.name, d.value.String(), "must not be negative")
		}
	}
	switch peak := q.PackagePeakBelow; {
	case !(peak >= 0) || math.IsInf(peak, 0): //nolint:staticcheck // NaN is neither
		v.fault("PackagePeakBelow", strconv.FormatFloat(peak, 'g', -1, 64), "must be a number of Mbit/s, and not negative")
	case peak > 0 && q.TrafficOver == 0:
		v.fault("PackagePeakBelow", strconv.FormatFloat(peak, 'g', -1, 64), "needs TrafficOver")
	}
	if len(v.faults) > 0 {
		return &ValidationError{Action: action, Faults: v.faults}
	}
	return nil
}

// judge gives the first reason to keep an address; "" if it is idle. What the
// service does not tell counts against releasing.
func (q IdleQuery) judge(a *EipAddress, now time.Time) KeepReason {
	switch {
	case !q.covers(a.Tags, a.ResourceGroupID):
		return KeepOutside
	case a.Status == StatusInUse, a.InstanceID != "":
		return KeepBound
	case a.Status != StatusAvailable:
		return KeepInTransition
	case a.ChargeType != InstanceChargeTypePostPaid:
		return KeepNotPostPaid
	case a.SegmentInstanceID != "":
		return KeepInSegment
	case a.BandwidthPackageID != "":
		return KeepInBandwidthPackage
	case a.ServiceManaged:
		return KeepServiceManaged
	case a.DeletionProtection:
		return KeepProtected
	case !q.old(a.AllocationTime, now):
		return KeepYoung
	}
	return ""
}
