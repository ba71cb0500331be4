package eiptest

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
)

// filterLayouts are the accepted forms of a creation time filter: without
// seconds as documented, and with them as some clients send it.
var filterLayouts = []string{"2006-01-02T15:04Z", timeLayout}

// filter is the condition of one DescribeEipAddresses call.
type filter struct {
	equal  []func(*address) bool
	ids    []string
	ips    []string
	from   time.Time
	to     time.Time
	source []*address
}

// describeAddresses serves DescribeEipAddresses.
func describeAddresses(c *call) (obj, *fake.Refusal) {
	page, size, ref := c.page(c.s.set.pageLimit)
	if ref != nil {
		return nil, ref
	}
	f, ref := c.filter()
	if ref != nil {
		return nil, ref
	}
	if dry, _ := c.p.flag("DryRun"); dry {
		return nil, c.no("DryRunOperation")
	}
	items, total := list{}, 0
	for _, a := range f.source {
		if !a.seen(c.now) || a.RegionID != c.region || a.Owner != "" || !f.holds(a) {
			continue
		}
		if total++; total > (page-1)*size && len(items) < size {
			items = append(items, a.show())
		}
	}
	return obj{wrap("EipAddresses", "EipAddress", items),
		{"PageNumber", page}, {"PageSize", size}, {"TotalCount", total}}, nil
}

func (f *filter) holds(a *address) bool {
	if !f.from.IsZero() && a.CreatedAt.Before(f.from) || !f.to.IsZero() && a.CreatedAt.After(f.to) {
		return false
	}
	if len(f.ids) > 0 && !slices.Contains(f.ids, a.AllocationID) ||
		len(f.ips) > 0 && !slices.Contains(f.ips, a.IPAddress) {
		return false
	}
	for _, eq := range f.equal {
		if !eq(a) {
			return false
		}
	}
	return true
}

// filter reads every filter of the action and finds the shortest list that
// holds all matches.
func (c *call) filter() (*filter, *fake.Refusal) {
	f := &filter{}
	text := func(name string, of func(*address) string) {
		if v := c.p[name]; v != "" {
			f.equal = append(f.equal, func(a *address) bool { return of(a) == v })
		}
	}
	yes := func(name string, of func(*address) bool) {
		if v, set := c.p.flag(name); set {
			f.equal = append(f.equal, func(a *address) bool { return of(a) == v })
		}
	}
	one := func(name string, allowed []string) bool {
		return c.p[name] == "" || slices.Contains(allowed, c.p[name])
	}
	switch {
	case !one("ChargeType", []string{"PostPaid", "PrePaid"}):
		return nil, c.no("InvalidChargeType.ValueNotSupported")
	case !one("AssociatedInstanceType", c.s.set.unbindTypes):
		return nil, c.no("InvalidIAssociatedInstanceType.ValueNotSupported")
	case !one("LockReason", []string{"financial", "security"}):
		return nil, c.no("InvalidLockReason.NotFound")
	case !one("Status", []string{Associating, Unassociating, InUse, Available, Releasing}):
		return nil, c.no("InvalidStatus.ValueNotSupported")
	case !one("ISP", isps):
		return nil, invalid("ISP")
	}
	text("ChargeType", func(a *address) string { return a.ChargeType })
	if c.p["AssociatedInstanceId"] != "" && c.p["AssociatedInstanceType"] == "" {
		f.equal = append(f.equal, func(a *address) bool { return a.InstanceType == ECS }) // the default
	}
	text("AssociatedInstanceType", func(a *address) string { return a.InstanceType })
	text("AssociatedInstanceId", func(a *address) string { return a.InstanceID })
	text("LockReason", func(a *address) string { return a.Locked })
	text("Status", func(a *address) string { return a.Status })
	text("ISP", func(a *address) string { return a.ISP })
	text("EipName", func(a *address) string { return a.Name })
	text("ResourceGroupId", func(a *address) string { return a.ResourceGroupID })
	text("PublicIpAddressPoolId", func(a *address) string { return a.PoolID })
	text("SegmentInstanceId", func(a *address) string { return a.SegmentID })
	text("BandwidthPackageId", func(a *address) string { return a.BandwidthPackageID })
	yes("ServiceManaged", func(a *address) bool { return a.ServiceManaged })
	yes("SecurityProtectionEnabled", func(a *address) bool { return len(a.SecurityProtection) > 0 })
	want, ref := c.tagFilter()
	if ref != nil {
		return nil, ref
	}
	for _, w := range want {
		f.equal = append(f.equal, func(a *address) bool { return slices.ContainsFunc(a.tags, w.fits) })
	}
	if ref := c.times(f); ref != nil {
		return nil, ref
	}
	var ok bool
	if f.ids, ok = commaList(c.p["AllocationId"]); !ok {
		return nil, invalid("AllocationId")
	}
	if f.ips, ok = commaList(c.p["EipAddress"]); !ok {
		return nil, invalid("EipAddress")
	}
	f.source = c.source(f)
	return f, nil
}

// source picks the index that answers the call.
func (c *call) source(f *filter) []*address {
	s := c.s
	switch {
	case len(f.ids) > 0:
		return lookUp(f.ids, s.byID)
	case len(f.ips) > 0:
		return lookUp(f.ips, s.byIP)
	case c.p["AssociatedInstanceId"] != "":
		return s.bound[c.p["AssociatedInstanceId"]]
	case c.p["SegmentInstanceId"] != "":
		if g := s.segments[c.p["SegmentInstanceId"]]; g != nil {
			return g.members
		}
		return nil
	}
	return c.rg.addresses
}

// lookUp keeps the order of creation, so that pages do not depend on the
// order of the IDs in the list.
func lookUp(keys []string, index map[string]*address) []*address {
	out := make([]*address, 0, len(keys))
	for _, k := range keys {
		if a := index[k]; a != nil && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b *address) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return out
}

func commaList(v string) ([]string, bool) {
	if v == "" {
		return nil, true
	}
	parts := strings.Split(v, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts, len(parts) <= 50
}

// filters gives the numbers of the Filter.N that say something, in order. They
// have to be 1, 2 and so on.
func (c *call) filters() ([]int, bool) {
	var all []int
	for name, value := range c.p {
		rest, isFilter := strings.CutPrefix(name, "Filter.")
		number, part, _ := strings.Cut(rest, ".")
		if !isFilter || value == "" || part != "Key" && part != "Value" {
			continue
		}
		n, err := strconv.Atoi(number)
		if err != nil || strconv.Itoa(n) != number {
			return nil, false
		}
		all = append(all, n)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	return all, len(all) == 0 || all[0] == 1 && all[len(all)-1] == len(all)
}

// times reads Filter.N.
func (c *call) times(f *filter) *fake.Refusal {
	numbers, ok := c.filters()
	if !ok {
		return c.no("InvalidFilterKey.NotFound")
	}
	for _, n := range numbers {
		name := "Filter." + strconv.Itoa(n)
		key, value := c.p[name+".Key"], c.p[name+".Value"]
		if key != "CreationStartTime" && key != "CreationEndTime" {
			return c.no("InvalidFilterKey.NotFound")
		}
		at, err := time.Parse(filterLayouts[0], value)
		if err != nil {
			if at, err = time.Parse(filterLayouts[1], value); err != nil {
				return c.no("InvalidFilterValue")
			}
		}
		if key == "CreationStartTime" {
			f.from = at
		} else {
			f.to = at
		}
	}
	return nil
}

// show is one address on the wire: numbers as strings, lists wrapped, empty
// members present, as the real service has it.
// PrivateIpAddress and VpcId are those that the call named which bound the address,
// EipBandwidth is shown of an address in a bandwidth package alone, and nothing is
// ever reserved, as recorded answers have it.
func (a *address) show() obj {
	tags := make(list, len(a.tags))
	for i, t := range a.tags {
		tags[i] = obj{{"Key", t.key}, {"Value", t.value}}
	}
	locks := list{}
	if a.Locked != "" {
		locks = list{obj{{"LockReason", a.Locked}}}
	}
	protection := make(list, len(a.SecurityProtection))
	for i, v := range a.SecurityProtection {
		protection[i] = v
	}
	expires, managed, business, monitored, private, vpc := "", 0, "Normal", "OFF", "", ""
	bandwidth, packageType, packageBandwidth := a.Bandwidth, "", ""
	if a.in != nil && a.in.status == Binded {
		bandwidth, packageType, packageBandwidth = a.in.bandwidth(), "CommonBandwidthPackage", itoa(a.in.of.Bandwidth)
	}
	if a.namedPrivate {
		private = a.PrivateIPAddress
	}
	if a.namedVPC {
		vpc = a.VpcID
	}
	if !a.ExpiresAt.IsZero() {
		expires = a.ExpiresAt.UTC().Format("2006-01-02T15:04Z")
	}
	if a.ServiceManaged {
		managed = 1
	}
	if a.HDMonitor {
		monitored = "ON"
	}
	if a.Locked == "financial" {
		business = "FinancialLocked"
	} else if a.Locked == "security" {
		business = "SecurityLocked"
	}
	o := obj{
		{"AllocationId", a.AllocationID}, {"IpAddress", a.IPAddress}, {"Status", a.Status}, {"RegionId", a.RegionID},
		{"AllocationTime", a.CreatedAt.UTC().Format(timeLayout)}, {"Bandwidth", itoa(bandwidth)},
		{"InternetChargeType", a.InternetChargeType}, {"ChargeType", a.ChargeType},
		{"ExpiredTime", expires}, {"ISP", a.ISP}, {"Netmode", a.Netmode}, {"Zone", a.Zone},
		{"BusinessStatus", business}, {"Name", a.Name}, {"Description", a.Description}, {"Descritpion", a.Description},
		{"ResourceGroupId", a.ResourceGroupID}, {"InstanceId", a.InstanceID}, {"InstanceType", a.InstanceType},
		{"InstanceRegionId", a.instanceRegion}, {"Mode", a.Mode}, {"PrivateIpAddress", private},
		{"VpcId", vpc}, {"BandwidthPackageId", a.BandwidthPackageID},
		{"BandwidthPackageType", packageType}, {"BandwidthPackageBandwidth", packageBandwidth},
		{"PublicIpAddressPoolId", a.PoolID}, {"SegmentInstanceId", a.SegmentID}, {"HDMonitorStatus", monitored},
		{"DeletionProtection", a.DeletionProtection}, {"SecondLimited", false}, {"ServiceManaged", managed},
		{"HasReservationData", false},
		wrap("SecurityProtectionTypes", "SecurityProtectionType", protection),
		wrap("AvailableRegions", "AvailableRegion", list{a.RegionID}),
		wrap("OperationLocks", "LockReason", locks), wrap("Tags", "Tag", tags),
	}
	if a.BandwidthPackageID != "" {
		o = append(o, field{"EipBandwidth", itoa(a.Bandwidth)})
	}
	return o
}

// page reads PageNumber and PageSize.
func (c *call) page(most int) (page, size int, ref *fake.Refusal) { return c.pageOf(10, most) }

// pageOf is page with another default of PageSize.
func (c *call) pageOf(def, most int) (page, size int, ref *fake.Refusal) {
	page, ok1 := c.p.number("PageNumber", 1)
	size, ok2 := c.p.number("PageSize", def)
	switch {
	case !ok1 || page < 1 || page > 1<<30:
		return 0, 0, invalid("PageNumber")
	case !ok2 || size < 1 || size > most:
		return 0, 0, invalid("PageSize")
	}
	return page, size, nil
}
