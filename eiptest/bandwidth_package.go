package eiptest

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
)

// How far an address is in a bandwidth package, on the wire. The package itself is
// Available, or Modifying while its bandwidth is changed.
const (
	Binding = "BINDING"
	Binded  = "BINDED"
)

// bandwidthPackage is a bandwidth package, from its creation on.
type bandwidthPackage struct {
	BandwidthPackage
	tags    []tag
	members []*member
	visible time.Time // not found before
	change  uint64    // counts changes of the state, as that of an address
	gone    bool
}

func (p *bandwidthPackage) seen(now time.Time) bool { return !p.gone && !now.Before(p.visible) }

func (p *bandwidthPackage) resource() resource {
	return resource{p.ID, &p.tags, &p.ResourceGroupID, &p.DeletionProtection}
}

// findPackage looks a package up in the call's region, and refuses one that is
// not there.
func (c *call) findPackage(id string) (*bandwidthPackage, *fake.Refusal) {
	p := c.s.packages[id]
	c.uses(dirtyID{kind: packageKind, id: id})
	if p == nil || !p.seen(c.now) || p.RegionID != c.region {
		return nil, c.no("InvalidBandwidthPackageId.NotFound")
	}
	return p, nil
}

// changeable finds a package that no other change is under way in. The Terraform
// provider has met BandwidthPackageOperation.conflict from every action that
// changes a package.
func (c *call) changeable(id string) (*bandwidthPackage, *fake.Refusal) {
	p, ref := c.findPackage(id)
	switch {
	case ref != nil:
		return nil, ref
	case p.Status == Modifying && c.action == "ModifyCommonBandwidthPackageSpec":
		return nil, c.no("IncorrectStatus.CbwpModifying")
	case p.Status != Available || p.busy():
		return nil, c.no("BandwidthPackageOperation.conflict")
	}
	return p, nil
}

// packageBandwidths are the ranges by what is metered, from the SDK metadata. The
// sites of the vendor offer different kinds.
var packageBandwidths = map[string][2]int{
	"PayByTraffic":         {1, 1000}, // international
	"PayByBandwidth":       {2, 20000},
	"PayBy95":              {200, 20000},
	"PayByDominantTraffic": {1, 2000},
}

// packageBandwidth reads the parameter Bandwidth of a package.
func (c *call) packageBandwidth(charge string) (int, *fake.Refusal) {
	n, ok := c.p.number("Bandwidth", 0)
	if limits := packageBandwidths[charge]; !ok || n < limits[0] || n > limits[1] {
		return 0, c.no("InvalidParameter.Bandwidth")
	}
	return n, nil
}

// createPackage serves CreateCommonBandwidthPackage.
func createPackage(c *call) (obj, *fake.Refusal) {
	s := c.s
	p := &bandwidthPackage{BandwidthPackage: BandwidthPackage{
		RegionID: c.region, Zone: c.p["Zone"], Status: Available, InternetChargeType: c.p["InternetChargeType"],
		ISP: c.p["ISP"], Name: c.p["Name"], Description: c.p["Description"], ResourceGroupID: c.p["ResourceGroupId"],
		ChargeType:         "PostPaid",
		SecurityProtection: c.p.indexed("SecurityProtectionTypes", ""), Token: c.token, CreatedAt: c.now,
	}}
	if ref := c.metering(p); ref != nil {
		return nil, ref
	}
	if p.ISP == "" {
		p.ISP = "BGP"
	}
	if p.ResourceGroupID == "" {
		p.ResourceGroupID = defaultGroup
	}
	switch {
	case !validText(p.Name, 128):
		return nil, c.no("InvalidParameter.Name.Malformed")
	case !validText(p.Description, 256):
		return nil, c.no("InvalidParameter.Description.Malformed")
	case !c.sells(p.ISP):
		return nil, invalid("ISP")
	case p.Zone != "" && !strings.HasPrefix(p.Zone, c.region+"-"):
		return nil, c.no("IllegalParam.Zone")
	case !c.hasGroup(p.ResourceGroupID):
		return nil, c.no("InvalidResourceGroupId")
	case len(p.SecurityProtection) > 1, len(p.SecurityProtection) == 1 && p.SecurityProtection[0] != "AntiDDoS_Enhanced":
		return nil, invalid("SecurityProtectionTypes")
	}
	var ref *fake.Refusal
	if p.tags, ref = c.p.tags(); ref != nil {
		return nil, ref
	}
	switch {
	case len(s.packages) >= s.set.packageQuota:
		return nil, c.no("BandwidthPackage.QuotaExceeded")
	case s.balance <= 0:
		return nil, c.no("InsufficientBalance")
	}
	p.ID, p.visible = s.id("cbwp-"), c.now.Add(s.set.visibleAfter)
	s.packages[p.ID] = p
	s.packageOrder = append(s.packageOrder, p)
	s.touchPackage(p)
	return obj{{"BandwidthPackageId", p.ID}, {"ResourceGroupId", p.ResourceGroupID}}, nil
}

// metering reads what is metered, and what depends on it.
func (c *call) metering(p *bandwidthPackage) (ref *fake.Refusal) {
	if p.InternetChargeType == "" {
		p.InternetChargeType = "PayByBandwidth"
		if c.s.set.international {
			p.InternetChargeType = "PayByTraffic"
		}
	}
	_, known := packageBandwidths[p.InternetChargeType]
	if !known || (p.InternetChargeType == "PayByTraffic") != c.s.set.international {
		return c.no("InvalidParameter.InvalidChargeType")
	}
	switch ratio := c.p["Ratio"]; {
	case ratio == "" && p.InternetChargeType == "PayBy95":
		return missing("Ratio")
	case ratio != "" && (ratio != "20" || c.s.set.international):
		return c.no("IllegalParam.Ratio")
	case ratio != "":
		p.Ratio = 20
	}
	p.Bandwidth, ref = c.packageBandwidth(p.InternetChargeType)
	return ref
}

// hasGroup reports whether a resource group exists.
func (c *call) hasGroup(id string) bool {
	if known := c.s.set.groups; len(known) > 0 && id != defaultGroup {
		return slices.Contains(known, id)
	}
	return strings.HasPrefix(id, "rg-")
}

// modifyPackage serves ModifyCommonBandwidthPackageAttribute. No document names
// its codes; those here are those of its family.
func modifyPackage(c *call) (obj, *fake.Refusal) {
	p, ref := c.changeable(c.p["BandwidthPackageId"])
	if ref != nil {
		return nil, ref
	}
	name, named := c.p["Name"]
	text, described := c.p["Description"]
	switch {
	case !validText(name, 128):
		return nil, c.no("InvalidParameter.Name.Malformed")
	case !validText(text, 256):
		return nil, c.no("InvalidParameter.Description.Malformed")
	}
	if named {
		p.Name = name
	}
	if described {
		p.Description = text
	}
	return nil, nil
}

// modifyPackageSpec serves ModifyCommonBandwidthPackageSpec. The package is
// Modifying for a while, and has the new bandwidth at the end of it.
func modifyPackageSpec(c *call) (obj, *fake.Refusal) {
	s := c.s
	p, ref := c.changeable(c.p["BandwidthPackageId"])
	if ref != nil {
		return nil, ref
	}
	band, ref := c.packageBandwidth(p.InternetChargeType)
	switch {
	case ref != nil:
		return nil, ref
	case p.ChargeType == "PrePaid":
		return nil, c.no("Forbidden.ChargeTypeIsPrepaid")
	}
	p.Status = Modifying
	p.change++
	s.after(c.now, s.set.packageTime,
		dueTask{Do: packageTask, ID: p.ID, Change: p.change, Back: s.fails(Modifying), Bandwidth: band})
	return nil, nil
}

// fails takes one of the failures that were asked for of a transition.
func (s *service) fails(through string) bool {
	if s.failing[through] <= 0 {
		return false
	}
	s.failing[through]--
	return true
}

// deletePackage serves DeleteCommonBandwidthPackage. With Force the addresses
// leave the package at once.
func deletePackage(c *call) (obj, *fake.Refusal) {
	p, ref := c.findPackage(c.p["BandwidthPackageId"])
	if ref != nil {
		return nil, ref
	}
	force, set := c.p.flag("Force")
	adding := slices.ContainsFunc(p.members, func(m *member) bool { return m.status == Binding })
	switch {
	case c.p["Force"] != "" && !set:
		return nil, invalid("Force")
	case p.DeletionProtection:
		return nil, c.no("InvalidOperation.DeletionProtection")
	case p.ChargeType == "PrePaid":
		return nil, c.no("ForbiddenAction.PrePaid")
	case p.InternetChargeType == "PayBy95":
		return nil, c.no("OperationUnsupported.Release95Instance")
	case adding:
		return nil, c.no("OperationFailed.AddIpTaskInProcessing")
	case p.Status != Available || p.busy():
		return nil, c.no("BandwidthPackageOperation.conflict")
	case len(p.members) > 0 && !force:
		return nil, c.no("OperationFailed.BandwidthPackageNotEmpty")
	}
	c.s.dropPackage(p)
	return nil, nil
}

// dropPackage takes a package out of the books, and its addresses out of it.
func (s *service) dropPackage(p *bandwidthPackage) {
	for len(p.members) > 0 {
		s.out(p.members[0].address)
	}
	p.gone = true
	s.touchPackage(p)
	delete(s.packages, p.ID)
	s.packageOrder = slices.DeleteFunc(s.packageOrder, func(o *bandwidthPackage) bool { return o == p })
}

// describePackages serves DescribeCommonBandwidthPackages.
func describePackages(c *call) (obj, *fake.Refusal) {
	page, size, ref := c.page(50)
	if ref != nil {
		return nil, ref
	}
	want, ref := c.p.tags()
	if ref != nil {
		return nil, ref
	}
	group := c.p["ResourceGroupId"]
	if group != "" && !c.hasGroup(group) {
		return nil, c.no("InvalidResourceGroupId")
	}
	if dry, _ := c.p.flag("DryRun"); dry {
		return nil, c.no("DryRunOperation")
	}
	is := func(name, has string) bool { return c.p[name] == "" || c.p[name] == has }
	protected, filtered := c.p.flag("SecurityProtectionEnabled")
	reserved, _ := c.p.flag("IncludeReservationData")
	items, total := list{}, 0
	for _, p := range c.s.packageOrder {
		if p.RegionID != c.region || !p.seen(c.now) || !is("BandwidthPackageId", p.ID) || !is("Name", p.Name) ||
			!is("ResourceGroupId", p.ResourceGroupID) || filtered && protected != (len(p.SecurityProtection) > 0) ||
			!c.tagged(p.tags, want) {
			continue
		}
		if total++; total > (page-1)*size && len(items) < size {
			items = append(items, p.show(reserved))
		}
	}
	return obj{wrap("CommonBandwidthPackages", "CommonBandwidthPackage", items),
		{"PageNumber", page}, {"PageSize", size}, {"TotalCount", total}}, nil
}

// tagged reports whether something has all the tags of a filter; one without a
// value stands for any value.
func (c *call) tagged(have, want []tag) bool {
	for i, t := range want {
		_, valued := c.p["Tag."+strconv.Itoa(i+1)+".Value"]
		if !slices.ContainsFunc(have, func(o tag) bool { return o.key == t.key && (!valued || o.value == t.value) }) {
			return false
		}
	}
	return true
}

// show is one package on the wire.
func (p *bandwidthPackage) show(reserved bool) obj {
	tags := make(list, len(p.tags))
	for i, t := range p.tags {
		tags[i] = obj{{"Key", t.key}, {"Value", t.value}}
	}
	protection := make(list, len(p.SecurityProtection))
	for i, v := range p.SecurityProtection {
		protection[i] = v
	}
	addresses := make(list, len(p.members))
	for i, m := range p.members {
		addresses[i] = obj{{"AllocationId", m.address.AllocationID}, {"IpAddress", m.address.IPAddress},
			{"BandwidthPackageIpRelationStatus", m.status}}
	}
	business, managed := "Default", 0
	if p.ServiceManaged {
		managed = 1
	}
	if p.Zone != "" {
		business = "CloudBox"
	}
	o := obj{
		{"BandwidthPackageId", p.ID}, {"RegionId", p.RegionID}, {"Zone", p.Zone}, {"Status", p.Status},
		{"Name", p.Name}, {"Description", p.Description}, {"Bandwidth", itoa(p.Bandwidth)},
		{"InternetChargeType", p.InternetChargeType}, {"InstanceChargeType", p.ChargeType}, {"ISP", p.ISP},
		{"CreationTime", p.CreatedAt.UTC().Format(timeLayout)}, {"ExpiredTime", ""}, {"BusinessStatus", "Normal"},
		{"BizType", business}, {"ResourceGroupId", p.ResourceGroupID}, {"DeletionProtection", p.DeletionProtection},
		{"ServiceManaged", managed}, wrap("PublicIpAddresses", "PublicIpAddresse", addresses),
		wrap("SecurityProtectionTypes", "SecurityProtectionType", protection), wrap("Tags", "Tag", tags),
	}
	if p.Ratio != 0 {
		o = append(o, field{"Ratio", p.Ratio})
	}
	if reserved {
		o = append(o, field{"HasReservationData", "false"})
	}
	return o
}
