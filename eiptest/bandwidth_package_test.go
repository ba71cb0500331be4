package eiptest_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
)

const (
	mkPkg   = "CreateCommonBandwidthPackage"
	rmPkg   = "DeleteCommonBandwidthPackage"
	descPkg = "DescribeCommonBandwidthPackages"
	namePkg = "ModifyCommonBandwidthPackageAttribute"
	specPkg = "ModifyCommonBandwidthPackageSpec"
	join    = "AddCommonBandwidthPackageIp"
	joinAll = "AddCommonBandwidthPackageIps"
	leave   = "RemoveCommonBandwidthPackageIp"
	limit   = "ModifyCommonBandwidthPackageIpBandwidth"
	free1   = "CancelCommonBandwidthPackageIpBandwidth"
)

// pack makes a bandwidth package of 100 Mbit/s.
func (c *caller) pack(extra ...string) string {
	c.tb.Helper()
	return c.ok(mkPkg, args(append([]string{"Bandwidth", "100"}, extra...)...)...).str("BandwidthPackageId")
}

// packed makes a package and calls with its ID and more.
func packed(extra ...string) func(*caller, *eiptest.Server) []string {
	return func(c *caller, _ *eiptest.Server) []string {
		return args(append([]string{"BandwidthPackageId", c.pack()}, extra...)...)
	}
}

// joining makes a package and an address and changes it; param is the name of the
// address's ID. in says whether the address is added first.
func joining(in bool, param string, f func(*eiptest.Address), extra ...string) func(*caller, *eiptest.Server) []string {
	return func(c *caller, s *eiptest.Server) []string {
		p := packed(extra...)(c, s)
		id, _ := c.allocate()
		if in {
			c.ok(join, args("BandwidthPackageId", p[3], "IpInstanceId", id)...)
		}
		if f != nil {
			s.Change(id, f)
		}
		return append(p, param, id)
	}
}

// busy makes a package to which an address is being added.
func busy(extra ...string) func(*caller, *eiptest.Server) []string {
	return func(c *caller, s *eiptest.Server) []string {
		p := joining(true, "IpInstanceId", nil, extra...)(c, s)
		return p[:len(p)-2]
	}
}

// subscribed makes a package that is a subscription.
func subscribed(extra ...string) func(*caller, *eiptest.Server) []string {
	return func(c *caller, s *eiptest.Server) []string {
		p := packed(extra...)(c, s)
		s.ChangeBandwidthPackage(p[3], func(p *eiptest.BandwidthPackage) { p.ChargeType = "PrePaid" })
		return p
	}
}

func financial(a *eiptest.Address) { a.Locked = "financial" }
func security(a *eiptest.Address)  { a.Locked = "security" }
func moving(a *eiptest.Address)    { a.Status = eiptest.Unassociating }
func prepaid(a *eiptest.Address)   { a.ChargeType = "PrePaid" }
func protected(a *eiptest.Address) { a.SecurityProtection = []string{"AntiDDoS_Enhanced"} }
func elsewhere(a *eiptest.Address) { a.BandwidthPackageID = "cbwp-other" }
func telecom(a *eiptest.Address)   { a.ISP = "ChinaTelecom" }

var (
	now  = with(eiptest.WithBandwidthPackageTime(0))
	slow = with(eiptest.WithBandwidthPackageTime(time.Hour))
)

// packageTable is the part of table that is about bandwidth packages.
var packageTable = []provoked{
	{mkPkg, 404, "InvalidRegionId.NotFound", nil, fixed("RegionId", "mars-1", "Bandwidth", "5")},
	{mkPkg, 400, "MissingParameter", nil, inHome()},
	{mkPkg, 400, "MissingParameter", nil, inHome("Bandwidth", "200", "InternetChargeType", "PayBy95")},
	{mkPkg, 400, "InvalidParameter.Bandwidth", nil, inHome("Bandwidth", "1")},
	{mkPkg, 400, "InvalidParameter.Bandwidth", nil, inHome("Bandwidth", "20001")},
	{mkPkg, 400, "InvalidParameter.Bandwidth", nil, inHome("Bandwidth", "many")},
	{mkPkg, 400, "InvalidParameter.Bandwidth", nil, inHome("Bandwidth", "199", "InternetChargeType", "PayBy95", "Ratio", "20")},
	{mkPkg, 400, "InvalidParameter.Bandwidth", nil, inHome("Bandwidth", "2001", "InternetChargeType", "PayByDominantTraffic")},
	{mkPkg, 400, "InvalidParameter.Bandwidth", with(eiptest.WithInternationalSite()), inHome("Bandwidth", "1001")},
	{mkPkg, 400, "InvalidParameter.InvalidChargeType", nil, inHome("Bandwidth", "5", "InternetChargeType", "PayByLuck")},
	{mkPkg, 400, "InvalidParameter.InvalidChargeType", nil, inHome("Bandwidth", "5", "InternetChargeType", "PayByTraffic")},
	{mkPkg, 400, "InvalidParameter.InvalidChargeType", with(eiptest.WithInternationalSite()),
		inHome("Bandwidth", "5", "InternetChargeType", "PayByBandwidth")},
	{mkPkg, 400, "IllegalParam.Ratio", nil, inHome("Bandwidth", "200", "InternetChargeType", "PayBy95", "Ratio", "30")},
	{mkPkg, 400, "IllegalParam.Ratio", with(eiptest.WithInternationalSite()), inHome("Bandwidth", "5", "Ratio", "20")},
	{mkPkg, 400, "InvalidParameter.Name.Malformed", nil, inHome("Bandwidth", "5", "Name", "http://x")},
	{mkPkg, 400, "InvalidParameter.Description.Malformed", nil, inHome("Bandwidth", "5", "Description", strings.Repeat("x", 257))},
	{mkPkg, 400, "IllegalParam.Zone", nil, inHome("Bandwidth", "5", "Zone", "cn-beijing-a")},
	{mkPkg, 400, "InvalidParameter", nil, inHome("Bandwidth", "5", "ISP", "ChinaTelecom")},
	{mkPkg, 400, "InvalidParameter", nil, inHome("Bandwidth", "5", "SecurityProtectionTypes.1", "Wall")},
	{mkPkg, 400, "InvalidParameter", nil, inHome("Bandwidth", "5", "Tag.1.Key", "acs:x")},
	{mkPkg, 400, "InvalidResourceGroupId", with(eiptest.WithResourceGroups("rg-a")), inHome("Bandwidth", "5", "ResourceGroupId", "rg-b")},
	{mkPkg, 400, "BandwidthPackage.QuotaExceeded", with(eiptest.WithBandwidthPackageQuota(1)), func(c *caller, _ *eiptest.Server) []string {
		c.pack()
		return args("Bandwidth", "5")
	}},
	{mkPkg, 400, "InsufficientBalance", with(eiptest.WithBalance(0)), inHome("Bandwidth", "5")},

	{descPkg, 404, "InvalidRegionId.NotFound", nil, fixed("RegionId", "mars-1")},
	{descPkg, 400, "InvalidParameter", nil, inHome("PageSize", "51")},
	{descPkg, 400, "InvalidParameter", nil, inHome("Tag.1.Key", "")},
	{descPkg, 400, "InvalidResourceGroupId", nil, inHome("ResourceGroupId", "nonsense")},
	{descPkg, 400, "DryRunOperation", nil, inHome("DryRun", "true")},

	{namePkg, 404, "InvalidBandwidthPackageId.NotFound", nil, inHome("BandwidthPackageId", "cbwp-none")},
	{namePkg, 400, "InvalidParameter.Name.Malformed", nil, packed("Name", "https://x")},
	{namePkg, 400, "InvalidParameter.Description.Malformed", nil, packed("Description", "http://x")},
	{namePkg, 400, "BandwidthPackageOperation.conflict", slow, busy("Name", "x")},

	{specPkg, 404, "InvalidBandwidthPackageId.NotFound", nil, inHome("BandwidthPackageId", "cbwp-none", "Bandwidth", "5")},
	{specPkg, 404, "InvalidBandwidthPackageId.NotFound", with(eiptest.WithVisibilityDelay(time.Hour)), packed("Bandwidth", "5")},
	{specPkg, 400, "InvalidParameter.Bandwidth", nil, packed("Bandwidth", "20001")},
	{specPkg, 400, "BandwidthPackageOperation.conflict", slow, busy("Bandwidth", "5")},
	{specPkg, 400, "IncorrectStatus.CbwpModifying", slow, func(c *caller, s *eiptest.Server) []string {
		p := packed("Bandwidth", "200")(c, s)
		c.ok(specPkg, p...)
		return p
	}},

	{rmPkg, 404, "InvalidBandwidthPackageId.NotFound", nil, inHome("BandwidthPackageId", "cbwp-none")},
	{specPkg, 400, "Forbidden.ChargeTypeIsPrepaid", nil, subscribed("Bandwidth", "5")},
	{rmPkg, 400, "ForbiddenAction.PrePaid", nil, subscribed()},
	{rmPkg, 400, "InvalidParameter", nil, packed("Force", "please")},
	{rmPkg, 400, "InvalidOperation.DeletionProtection", nil, func(c *caller, s *eiptest.Server) []string {
		p := packed("Force", "true")(c, s)
		s.ChangeBandwidthPackage(p[3], func(b *eiptest.BandwidthPackage) { b.DeletionProtection = true })
		return p
	}},
	{rmPkg, 400, "OperationUnsupported.Release95Instance", nil, func(c *caller, _ *eiptest.Server) []string {
		made := c.ok(mkPkg, args("Bandwidth", "200", "InternetChargeType", "PayBy95", "Ratio", "20")...)
		return args("BandwidthPackageId", made.str("BandwidthPackageId"))
	}},
	{rmPkg, 400, "OperationFailed.AddIpTaskInProcessing", slow, busy("Force", "true")},
	{rmPkg, 400, "OperationFailed.BandwidthPackageNotEmpty", now, busy("Force", "false")},
	{rmPkg, 400, "BandwidthPackageOperation.conflict", slow, func(c *caller, s *eiptest.Server) []string {
		p := packed("Bandwidth", "200")(c, s)
		c.ok(specPkg, p...)
		return p[:4]
	}},

	{join, 404, "InvalidRegionId.NotFound", nil, fixed("RegionId", "mars-1", "BandwidthPackageId", "x", "IpInstanceId", "x")},
	{join, 404, "InvalidBandwidthPackageId.NotFound", nil, inHome("BandwidthPackageId", "cbwp-none", "IpInstanceId", "x")},
	{join, 404, "InvalidIpInstanceId.NotFound", nil, packed("IpInstanceId", "eip-none")},
	{join, 404, "InvalidIpInstanceId.NotFound", nil, joining(false, "IpInstanceId", owned)},
	{join, 400, "OperationUnsupported.IpType", nil, packed("IpInstanceId", "x", "IpType", "NAT")},
	{join, 400, "IpInstanceId.AlreadyInBandwidthPackage", now, joining(true, "IpInstanceId", nil)},
	{join, 400, "IpInstanceId.AlreadyInBandwidthPackage", slow, joining(true, "IpInstanceId", nil)},
	{join, 400, "IpInstanceId.AlreadyInBandwidthPackage", nil, joining(false, "IpInstanceId", elsewhere)},
	{join, 400, "IpInstanceId.ChargeType.NotSupport", nil, joining(false, "IpInstanceId", prepaid)},
	{join, 400, "Mismatch.IpAndIsp", nil, joining(false, "IpInstanceId", telecom)},
	{join, 400, "OperationDenied.SecurityProtectionTypesInconsistent", nil, joining(false, "IpInstanceId", protected)},
	{join, 400, "Forbidden.FinancialLocked", nil, joining(false, "IpInstanceId", financial)},
	{join, 400, "InvalidEIPStatus.BizDisabled", nil, joining(false, "IpInstanceId", security)},
	{join, 400, "IncorrectStatus.Eip", nil, joining(false, "IpInstanceId", moving)},
	{join, 400, "DryRunOperation", nil, joining(false, "IpInstanceId", nil, "DryRun", "true")},
	{join, 400, "BandwidthPackageOperation.conflict", slow, func(c *caller, s *eiptest.Server) []string {
		id, _ := c.allocate()
		return append(busy()(c, s), "IpInstanceId", id)
	}},

	{joinAll, 400, "MissingParameter", nil, packed()},
	{joinAll, 400, "InvalidParameter", nil, packed("IpInstanceIds.1", "eip-a", "IpInstanceIds.2", "eip-a")},
	{joinAll, 400, "InvalidIpInstanceId.NotFound", nil, joining(false, "IpInstanceIds.1", nil, "IpInstanceIds.2", "eip-none")},
	{joinAll, 400, "IpInstanceId.AlreadyInBandwidthPackage", now, joining(true, "IpInstanceIds.1", nil)},

	{leave, 404, "InvalidBandwidthPackageId.NotFound", nil, inHome("BandwidthPackageId", "cbwp-none", "IpInstanceId", "x")},
	{leave, 400, "OperationUnsupported.IpNotInCbwp", nil, joining(false, "IpInstanceId", nil)},
	{leave, 400, "OperationUnsupported.IpNotInCbwp", now, joining(true, "IpInstanceId", elsewhere)},
	{leave, 400, "BandwidthPackageOperation.conflict", slow, joining(true, "IpInstanceId", nil)},
	{leave, 400, "Forbidden.FinancialLocked", now, joining(true, "IpInstanceId", financial)},
	{leave, 400, "InvalidEIPStatus.BizDisabled", now, joining(true, "IpInstanceId", security)},
	{leave, 400, "IncorrectStatus.Eip", now, joining(true, "IpInstanceId", moving)},
	{leave, 400, "DryRunOperation", now, joining(true, "IpInstanceId", nil, "DryRun", "true")},

	{limit, 400, "OperationUnsupported.IpNotInCbwp", nil, joining(false, "EipId", nil, "Bandwidth", "5")},
	{limit, 400, "InvalidParameter.Bandwidth", now, joining(true, "EipId", nil, "Bandwidth", "101")},
	{limit, 400, "InvalidParameter.Bandwidth", now, joining(true, "EipId", nil, "Bandwidth", "0")},
	{limit, 400, "BandwidthPackageOperation.conflict", slow, joining(true, "EipId", nil, "Bandwidth", "5")},
	{limit, 400, "Forbidden.FinancialLocked", now, joining(true, "EipId", financial, "Bandwidth", "5")},
	{free1, 400, "OperationUnsupported.IpNotInCbwp", nil, joining(false, "EipId", nil)},
	{free1, 404, "InvalidBandwidthPackageId.NotFound", nil, inHome("BandwidthPackageId", "cbwp-none", "EipId", "x")},

	{rel, 400, "IncorrectEipStatus", slow, func(c *caller, s *eiptest.Server) []string {
		p := joining(true, "AllocationId", nil)(c, s)
		return append([]string{"RegionId", region}, p[len(p)-2:]...)
	}},
}

// scriptedPackages is the part of scripted that is about bandwidth packages.
var scriptedPackages = strings.Fields(`AttrMismatching.BandwidthPackageIpVersion BandwidthPackage.FinancialLocked
	BandwidthPackageId.InvalidBandwidth BandwidthPackageId.InvalidBizStatus DependencyViolation.Ips
	DependencyViolation.RouteEntry DependencyViolation.ip EIP_ALREADY_IN_BANDWIDTHPACKAGE EIP_BIND_NATGATEWAY
	EipOperation.TooFrequently FAILED_INVOKE_INNER_API IllegalParam.AvailableZone
	IncorrectStatus.ResourceStatus InvalidBandwidth.ValueNotSupported InvalidBandwidthPackage.NotExist
	InvalidBandwidthPackageIdNumber.NotSupported InvalidCommonBandwidthPackageId.NotFound InvalidIP.IpInSnatPool
	InvalidIpInstanceId.Malformed InvalidVpcId.NotFound InvalidZoneId.NotFound IpInstanceId.BizStatusInvalid
	IpInstanceId.InvalidIpInternetChargeType IpInstanceId.NotBandwidthPackage IpInstanceId.QuotaExceeded
	Mismatch.CloudBoxCbwpZoneAndEipZone MissingParam.BandwidthPackageId MissingParam.NameOrDescription
	OperationFailed.DistibuteLock OperationFailed.QueryCommodityInfo OperationFailed.SnatPoolIp
	OperationFailed.SyncOrderToSub OperationFailed.SystemBusy OperationFailed.ZoneIdInconsistent
	OperationUnsupported.EipBindRemote OperationUnsupported.InvalidZone OperationUnsupported.ResourceGroupId
	OrderError.BandwidthPackage ParamExclusive.IpInstanceIdAndBandwidthPackageId ResourceNotEnough.Bandwidth
	ResourceNotEnough.CommonBandWidthPackage TaskConflict UnsupportedRegion.CloudBoxInternet`)

// seenIn is what a package and an address say of each other.
func (c *caller) seenIn(pkg, id string) (inPackage, ofAddress, bandwidth string) {
	c.tb.Helper()
	p := c.ok(descPkg, args("BandwidthPackageId", pkg)...)
	a := c.ok(desc, args("AllocationId", id)...)
	return p.str("CommonBandwidthPackages", "CommonBandwidthPackage", "PublicIpAddresses", "PublicIpAddresse", "BandwidthPackageIpRelationStatus"),
		a.str("EipAddresses", "EipAddress", "BandwidthPackageId"), a.str("EipAddresses", "EipAddress", "Bandwidth")
}

func TestBandwidthPackageMembers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe(), eiptest.WithBandwidthPackageTime(time.Second))
		c := newCaller(t, srv)
		pkg := c.pack()
		id, _ := c.allocate("Bandwidth", "7")
		sees := func(inPackage, ofAddress, bandwidth string) {
			t.Helper()
			i, o, b := c.seenIn(pkg, id)
			require.Equal(t, []string{inPackage, ofAddress, bandwidth}, []string{i, o, b})
		}
		sees("", "", "7")
		c.ok(join, args("BandwidthPackageId", pkg, "IpInstanceId", id, "IpType", "EIP")...)
		sees(eiptest.Binding, "", "7")
		time.Sleep(time.Second)
		sees(eiptest.Binded, pkg, "100")
		address := c.ok(desc, args("BandwidthPackageId", pkg)...)
		require.Equal(t, "7", address.str("EipAddresses", "EipAddress", "EipBandwidth"))
		require.Equal(t, "100", address.str("EipAddresses", "EipAddress", "BandwidthPackageBandwidth"))
		require.Equal(t, "CommonBandwidthPackage", address.str("EipAddresses", "EipAddress", "BandwidthPackageType"))

		c.ok(limit, args("BandwidthPackageId", pkg, "EipId", id, "Bandwidth", "40")...)
		sees(eiptest.Binded, pkg, "40")
		c.ok(specPkg, args("BandwidthPackageId", pkg, "Bandwidth", "30")...)
		sees(eiptest.Binded, pkg, "40")
		require.Equal(t, eiptest.Modifying, srv.BandwidthPackages()[0].Status)
		time.Sleep(time.Second)
		sees(eiptest.Binded, pkg, "30")
		c.ok(free1, args("BandwidthPackageId", pkg, "EipId", id)...)
		require.Zero(t, srv.BandwidthPackages()[0].Members[0].Bandwidth)

		c.refused(400, "IncorrectEipStatus", rel, "AllocationId", id)
		c.ok(leave, args("BandwidthPackageId", pkg, "IpInstanceId", id)...)
		sees(eiptest.Binded, pkg, "30")
		require.True(t, srv.BandwidthPackages()[0].Members[0].Leaving)
		c.refused(400, "BandwidthPackageOperation.conflict", leave, args("BandwidthPackageId", pkg, "IpInstanceId", id)...)
		time.Sleep(time.Second)
		sees("", "", "7")
		c.ok(rel, "AllocationId", id)
	})
}

// Transitions that fail end where they began; what somebody else does overtakes
// them.
func TestBandwidthPackageTransitions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe(), eiptest.WithBandwidthPackageTime(time.Second))
		c := newCaller(t, srv)
		pkg := c.pack()
		id, _ := c.allocate()
		srv.FailTransitions(eiptest.Binding, 1)
		c.ok(join, args("BandwidthPackageId", pkg, "IpInstanceId", id)...)
		time.Sleep(time.Second)
		require.Empty(t, srv.BandwidthPackages()[0].Members)

		srv.FailTransitions(eiptest.Modifying, 1)
		c.ok(specPkg, args("BandwidthPackageId", pkg, "Bandwidth", "30")...)
		time.Sleep(time.Second)
		require.Equal(t, 100, srv.BandwidthPackages()[0].Bandwidth)
		require.Equal(t, eiptest.Available, srv.BandwidthPackages()[0].Status)

		// The address goes while it is being added, or removed.
		c.ok(join, args("BandwidthPackageId", pkg, "IpInstanceId", id)...)
		require.True(t, srv.ForceRelease(id))
		time.Sleep(time.Second)
		require.Empty(t, srv.BandwidthPackages()[0].Members)

		// Somebody changes the package while it is Modifying, and moves an address.
		c.ok(specPkg, args("BandwidthPackageId", pkg, "Bandwidth", "30")...)
		require.True(t, srv.ChangeBandwidthPackage(pkg, func(p *eiptest.BandwidthPackage) {
			p.ID, p.Status, p.Bandwidth, p.Tags = "cbwp-own", eiptest.Available, 50, map[string]string{"k": "v"}
		}))
		require.False(t, srv.ChangeBandwidthPackage("cbwp-none", func(*eiptest.BandwidthPackage) {}))
		time.Sleep(time.Second)
		require.Equal(t, pkg, srv.BandwidthPackages()[0].ID)
		require.Equal(t, 50, srv.BandwidthPackages()[0].Bandwidth)
		require.Equal(t, map[string]string{"k": "v"}, srv.BandwidthPackages()[0].Tags)
		id, _ = c.allocate()
		require.True(t, srv.Change(id, func(a *eiptest.Address) { a.BandwidthPackageID = pkg }))
		inPackage, of, band := c.seenIn(pkg, id)
		require.Equal(t, []string{eiptest.Binded, pkg, "50"}, []string{inPackage, of, band})
		other := c.pack()
		require.True(t, srv.Change(id, func(a *eiptest.Address) { a.BandwidthPackageID = other }))
		require.Empty(t, srv.BandwidthPackages()[0].Members)
		require.Len(t, srv.BandwidthPackages()[1].Members, 1)
		c.ok(rmPkg, args("BandwidthPackageId", other, "Force", "true")...)
		_, of, _ = c.seenIn(pkg, id)
		require.Empty(t, of)
	})
}

// A segment with a member in a package is not released.
func TestBandwidthPackageHoldsSegment(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0), eiptest.WithBandwidthPackageTime(0))
	c := newCaller(t, srv)
	segment := c.ok(seg, args("EipMask", "28")...).str("EipSegmentInstanceId")
	member, pkg := srv.Addresses()[3].AllocationID, c.pack()
	c.ok(joinAll, args("BandwidthPackageId", pkg, "IpInstanceIds.1", member)...)
	c.refused(400, "IncorrectEipStatus", "ReleaseEipSegmentAddress", args("SegmentInstanceId", segment)...)
	c.ok(leave, args("BandwidthPackageId", pkg, "IpInstanceId", member)...)
	c.ok("ReleaseEipSegmentAddress", args("SegmentInstanceId", segment)...)
}

// Packages are tagged through the handlers that all resources share.
func TestBandwidthPackageIsAResource(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := newCaller(t, srv)
	pkg := c.pack()
	tag := func(kind, id string) []string {
		return args("ResourceType", kind, "ResourceId.1", id, "Tag.1.Key", "team", "Tag.1.Value", "edge")
	}
	c.ok("TagResources", tag("CommonBandwidthPackage", pkg)...)
	require.Equal(t, map[string]string{"team": "edge"}, srv.BandwidthPackages()[0].Tags)
	c.refused(404, "InvalidBandwidthPackageId.NotFound", "TagResources", tag("COMMONBANDWIDTHPACKAGE", "cbwp-none")...)
	require.Equal(t, "1", c.ok(descPkg, args("Tag.1.Key", "team")...).str("TotalCount"))
	require.Equal(t, "0", c.ok(descPkg, args("Tag.1.Key", "team", "Tag.1.Value", "core")...).str("TotalCount"))
	require.Equal(t, "0", c.ok(descPkg, "RegionId", "cn-beijing").str("TotalCount"))
}

// The international site has PayByTraffic, which is its default.
func TestBandwidthPackageSites(t *testing.T) {
	t.Parallel()
	c := newCaller(t, eiptest.NewServer(t, eiptest.WithInternationalSite()))
	c.pack()
	require.Equal(t, "PayByTraffic", c.ok(descPkg, args()...).str("CommonBandwidthPackages", "CommonBandwidthPackage", "InternetChargeType"))
	c = newCaller(t, eiptest.NewServer(t))
	c.pack()
	require.Equal(t, "PayByBandwidth", c.ok(descPkg, args()...).str("CommonBandwidthPackages", "CommonBandwidthPackage", "InternetChargeType"))
	require.Empty(t, c.ok(descPkg, args()...).str("CommonBandwidthPackages", "CommonBandwidthPackage", "Ratio"))
	c.ok(mkPkg, args("Bandwidth", "200", "InternetChargeType", "PayBy95", "Ratio", "20", "Name", "b")...)
	require.Equal(t, "20", c.ok(descPkg, args("Name", "b")...).str("CommonBandwidthPackages", "CommonBandwidthPackage", "Ratio"))
}
