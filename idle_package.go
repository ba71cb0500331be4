package eip

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// IdlePackage is a bandwidth package that no address uses and that is paid for all
// the same. It has no address, not even one that is being added; it is Available,
// pay-as-you-go, made by the account itself, without deletion protection, at least
// IdleQuery.MinAge old, and has the tags and the resource group of the query. What
// the service does not tell counts against it. DeleteCommonBandwidthPackage gives
// one back; no helper does.
type IdlePackage struct {
	// Package is what the service told of it, its bandwidth included.
	Package CommonBandwidthPackage
	// Age is how long ago it was made, at the time of the report.
	Age time.Duration
}

// QuietMember is an address in a bandwidth package whose busiest hour in
// IdleQuery.TrafficOver had a mean rate, both directions together, below
// IdleQuery.PackagePeakBelow. It may be bound. It was allocated at least
// IdleQuery.MinAge ago, is no cloud service's, and has the tags and the resource
// group of the query. One without any samples is not listed; see Traffic.Missing
// for how much is known. Within its busiest hour the line may have been busier.
// EnsureNotInBandwidthPackage takes one out; no other helper does.
type QuietMember struct {
	// Address is what the service told of it, BandwidthPackageID included.
	Address EipAddress
	// Age is how long ago it was allocated, at the time of the report.
	Age time.Duration
	// Traffic is its traffic over IdleQuery.TrafficOver.
	Traffic IdleTraffic
}

// covers says whether a thing has the tags and the resource group of the query. A
// service that does not know a filter ignores it.
func (q IdleQuery) covers(tags Tags, group string) bool {
	return tags.include(q.Tags) && (q.ResourceGroupID == "" || group == q.ResourceGroupID)
}

// old says whether something was made long enough ago.
func (q IdleQuery) old(made, now time.Time) bool {
	return !made.IsZero() && now.Sub(made) >= cmp.Or(q.MinAge, defaultIdleAge)
}

// mayBeQuiet says whether the traffic of an address is to be looked at.
func (q IdleQuery) mayBeQuiet(a *EipAddress, now time.Time) bool {
	return a.BandwidthPackageID != "" && !a.ServiceManaged && q.covers(a.Tags, a.ResourceGroupID) && q.old(a.AllocationTime, now)
}

// idlePackages lists the packages without addresses.
func (c *Client) idlePackages(ctx context.Context, report *IdleReport) error {
	q := report.Query
	filter := &DescribeCommonBandwidthPackagesRequest{Tags: q.Tags, ResourceGroupID: q.ResourceGroupID}
	for p, err := range c.BandwidthPackages(ctx, filter) {
		if err != nil {
			return err
		}
		if len(p.PublicIPAddresses) == 0 && p.Status == BandwidthPackageStatusAvailable &&
			p.InstanceChargeType == InstanceChargeTypePostPaid && !p.ServiceManaged && !p.DeletionProtection &&
			q.covers(p.Tags, p.ResourceGroupID) && q.old(p.CreationTime, report.MadeAt) {
			report.IdlePackages = append(report.IdlePackages, IdlePackage{Package: *p, Age: report.MadeAt.Sub(p.CreationTime)})
		}
	}
	slices.SortStableFunc(report.IdlePackages, func(a, b IdlePackage) int { return cmp.Compare(b.Age, a.Age) })
	return nil
}
