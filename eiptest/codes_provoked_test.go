package eiptest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/eipkit/eip-go/eiptest"
)

const region = "cn-hangzhou"

// args joins parameters of a call in the home region.
func args(a ...string) []string { return append([]string{"RegionId", region}, a...) }

// provoked is one documented refusal and the state that leads to it.
type provoked struct {
	action string
	status int
	code   string
	opts   []eiptest.Option
	// before prepares the state and returns the parameters of the call.
	before func(c *caller, s *eiptest.Server) []string
}

func with(o ...eiptest.Option) []eiptest.Option { return o }

func fixed(a ...string) func(*caller, *eiptest.Server) []string {
	return func(*caller, *eiptest.Server) []string { return a }
}

// inHome is fixed in the home region.
func inHome(a ...string) func(*caller, *eiptest.Server) []string { return fixed(args(a...)...) }

// released makes an address, releases it, and asks for it again by IP.
func released(extra ...string) func(*caller, *eiptest.Server) []string {
	return func(c *caller, s *eiptest.Server) []string {
		id, ip := c.allocate()
		c.ok("ReleaseEipAddress", "AllocationId", id)
		return args(append([]string{"IpAddress", ip}, extra...)...)
	}
}

// onNew makes an address and calls with its ID and more.
func onNew(extra ...string) func(*caller, *eiptest.Server) []string {
	return func(c *caller, s *eiptest.Server) []string {
		id, _ := c.allocate()
		return args(append([]string{"AllocationId", id}, extra...)...)
	}
}

// changed is onNew after a change of the address.
func changed(f func(*eiptest.Address), extra ...string) func(*caller, *eiptest.Server) []string {
	return func(c *caller, s *eiptest.Server) []string {
		id, _ := c.allocate()
		s.Change(id, f)
		return args(append([]string{"AllocationId", id}, extra...)...)
	}
}

// onInstance binds to an instance of its own.
func onInstance(in eiptest.Instance, extra ...string) func(*caller, *eiptest.Server) []string {
	return func(c *caller, s *eiptest.Server) []string {
		if err := s.AddInstance(in); err != nil {
			c.tb.Fatal(err)
		}
		id, _ := c.allocate()
		return args(append([]string{"AllocationId", id, "InstanceId", in.ID, "InstanceType", in.Type}, extra...)...)
	}
}

// bound has an address on an instance and unbinds it after a change.
func bound(in eiptest.Instance, change func(*eiptest.Server), extra ...string) func(*caller, *eiptest.Server) []string {
	return func(c *caller, s *eiptest.Server) []string {
		p := onInstance(in)(c, s)
		c.ok("AssociateEipAddress", p...)
		change(s)
		return append([]string{"AllocationId", p[3]}, extra...)
	}
}

func owned(a *eiptest.Address) { a.Owner = "someone" }

func ecs(f func(*eiptest.Instance)) eiptest.Instance {
	in := eiptest.Instance{ID: "i-own", Type: eiptest.ECS}
	f(&in)
	return in
}

const (
	all  = "AllocateEipAddress"
	pro  = "AllocateEipAddressPro"
	seg  = "AllocateEipSegmentAddress"
	bind = "AssociateEipAddress"
	free = "UnassociateEipAddress"
	mod  = "ModifyEipAddressAttribute"
	rel  = "ReleaseEipAddress"
	desc = "DescribeEipAddresses"
	mon  = "DescribeEipMonitorData"
)

// Every documented code that the state can produce, with what provokes it.
// Codes that are missing here stand for reasons that the fake does not have
// (orders, risk control, pools in odd states); tests script them with Refuse.
var table = []provoked{
	{all, 404, "InvalidRegionId.NotFound", nil, fixed("RegionId", "mars-1")},
	{all, 400, "InvalidRegion.NotSupport", nil, fixed("RegionId", "ap-south-1")},
	{all, 400, "InvalidParameter", nil, inHome("InternetChargeType", "PayByLuck")},
	{all, 400, "InvalidParameter", nil, inHome("Bandwidth", "501")},
	{all, 400, "InvalidParameter", nil, inHome("Bandwidth", "201", "InternetChargeType", "PayByTraffic")},
	{all, 400, "InvalidParameter", nil, inHome("Bandwidth", "many")},
	{all, 400, "QuotaExceeded.Eip", with(eiptest.WithQuota(0)), inHome()},
	{all, 400, "InsufficientBalance", with(eiptest.WithBalance(0)), inHome()},
	{all, 500, "InsufficientEipCapacity", with(eiptest.WithStock(region, 0)), inHome()},
	{all, 400, "ReserveIpFail", nil, inHome("IpAddress", "8.8.8.8")},
	{all, 400, "InvalidResourceGroupId", nil, inHome("ResourceGroupId", "nonsense")},
	{all, 400, "MissingParameter", nil, inHome("InstanceChargeType", "PrePaid")},

	{pro, 404, "InvalidRegionId.NotFound", nil, fixed("RegionId", "mars-1")},
	{pro, 400, "InvalidRegion.NotSupport", nil, fixed("RegionId", "ap-southeast-2")},
	{pro, 400, "InvalidBandwidth.Malformed", nil, inHome("Bandwidth", "0")},
	{pro, 400, "InvalidParameter", nil, inHome("InstanceChargeType", "PrePaid", "InternetChargeType", "PayByTraffic")},
	{pro, 400, "QuotaExceeded.Eip", with(eiptest.WithQuota(0)), inHome()},
	{pro, 400, "InsufficientBalance", with(eiptest.WithBalance(99)), inHome("InstanceChargeType", "PrePaid", "Period", "1")},
	{pro, 400, "OperationFailed.ResourceNotEnough", with(eiptest.WithStock(region, 0)), inHome()},
	{pro, 400, "InvalidResourceGroupId", with(eiptest.WithResourceGroups("rg-a")), inHome("ResourceGroupId", "rg-b")},
	{pro, 400, "IllegalParam.Isp", nil, inHome("ISP", "BGP_PRO")},
	{pro, 400, "IllegalParam.Isp", nil, inHome("ISP", "ChinaTelecom")},
	{pro, 400, "QueryParameter.Illegal", nil, inHome("IpAddress", "198.18.0.2", "InstanceId", "eip-x")},
	{pro, 400, "IllegalParam.IpAddress", nil, inHome("IpAddress", "1.2.3")},
	{pro, 400, "Invalid.Reserve.Ip", nil, inHome("IpAddress", "10.0.0.1")},
	{pro, 400, "ResourceNotFound.Ip", nil, inHome("IpAddress", "8.8.8.8")},
	{pro, 400, "OperationFailed.AllocateUnfamiliarIp", nil, inHome("IpAddress", "198.18.7.7")},
	{pro, 400, "OperationFailed.InstanceNotExist", nil, inHome("InstanceId", "eip-never")},
	{pro, 400, "Ip.Allocated", nil, func(c *caller, s *eiptest.Server) []string { _, ip := c.allocate(); return args("IpAddress", ip) }},
	{pro, 400, "INVALID_INSTANCE_STATUS", nil, func(c *caller, s *eiptest.Server) []string { id, _ := c.allocate(); return args("InstanceId", id) }},
	{pro, 400, "Ip.Keeped", with(eiptest.WithKeepTime(time.Hour)), released()},
	{pro, 400, "Mismatch.IpAndIsp", with(eiptest.WithSingleISP()), released("ISP", "ChinaMobile")},
	{pro, 400, "Mismatch.IpAndPublicIpAddressPool", with(eiptest.WithPools(eiptest.Pool{ID: "pippool-1", Free: 1})),
		released("PublicIpAddressPoolId", "pippool-1")},
	{pro, 400, "OperationDenied.IpBelongToOtherUser", nil, func(c *caller, s *eiptest.Server) []string {
		id, ip := c.allocate()
		s.Change(id, owned)
		return args("IpAddress", ip)
	}},
	{pro, 400, "OperationFailed.IpIsLocked", nil, func(c *caller, s *eiptest.Server) []string {
		id, ip := c.allocate()
		s.Change(id, func(a *eiptest.Address) { a.Locked = "security" })
		s.ForceRelease(id)
		return args("IpAddress", ip)
	}},
	{pro, 400, "IncorrectStatus.Ip", nil, func(c *caller, s *eiptest.Server) []string {
		id, ip := c.allocate()
		s.SetStatus(id, eiptest.Releasing)
		return args("IpAddress", ip)
	}},
	{pro, 400, "ResourceNotFound.PublicIpAddressPool", nil, inHome("PublicIpAddressPoolId", "pippool-x")},
	{pro, 400, "ResourceNotEnough.PublicIpAddressPool", with(eiptest.WithPools(eiptest.Pool{ID: "pippool-1"})),
		inHome("PublicIpAddressPoolId", "pippool-1")},
	{pro, 400, "IncorrectStatus.PublicIpAddressPool", with(eiptest.WithPools(eiptest.Pool{ID: "pippool-1", Status: "Modifying", Free: 1})),
		inHome("PublicIpAddressPoolId", "pippool-1")},
	{pro, 400, "Mismatch.EipSecurityProtectionTypeAndPoolSecurityProtectionType",
		with(eiptest.WithPools(eiptest.Pool{ID: "pippool-1", Free: 1, AntiDDoS: true})), inHome("PublicIpAddressPoolId", "pippool-1")},

	{seg, 404, "InvalidRegionId.NotFound", nil, fixed("RegionId", "mars-1", "EipMask", "28")},
	{seg, 400, "InvalidRegion.NotSupport", nil, fixed("RegionId", "ap-south-1", "EipMask", "28")},
	{seg, 400, "IllegalParam.EipMask", nil, inHome("EipMask", "29")},
	{seg, 400, "IllegalParam.Zone", nil, inHome("EipMask", "28", "Zone", "cn-beijing-a")},
	{seg, 400, "InvalidParameter", nil, inHome("EipMask", "28", "Bandwidth", "-1")},
	{seg, 400, "InvalidParameter", nil, inHome("EipMask", "28", "InternetChargeType", "x")},
	{seg, 400, "INSTANCE_TYPE_NOT_SUPPORT", nil, inHome("EipMask", "28", "InstanceChargeType", "PrePaid")},
	{seg, 400, "InvalidResourceGroupId", nil, inHome("EipMask", "28", "ResourceGroupId", "x")},
	{seg, 400, "OperationFailed.EipQuotaExceed", with(eiptest.WithSegmentQuota(0)), inHome("EipMask", "28")},
	{seg, 400, "OperationFailed.AllocateEipSegment", with(eiptest.WithSegmentStock(26, 0)), inHome("EipMask", "26")},
	{seg, 400, "InsufficientBalance", with(eiptest.WithBalance(0)), inHome("EipMask", "28")},
	{seg, 400, "OperationFailed.InsufficientEIP", with(eiptest.WithSegmentQuota(1000), eiptest.WithTransition(time.Hour)), func(c *caller, s *eiptest.Server) []string {
		for range 256 {
			c.ok(seg, args("EipMask", "24")...)
		}
		return args("EipMask", "24")
	}},

	{bind, 404, "InvalidAllocationId.NotFound", nil, inHome("AllocationId", "eip-none", "InstanceId", "i-test1")},
	{bind, 404, "InvalidInstanId.NotFound", nil, onNew("InstanceId", "i-none")},
	{bind, 404, "InvalidInstanId.NotFound", nil, onNew("InstanceId", "lb-test1")},
	{bind, 400, "InvalidParams.NotFound", nil, onNew("InstanceId", "lb-none", "InstanceType", eiptest.SLB)},
	{bind, 400, "InvalidInstanceType.ValueNotSupported", nil, onNew("InstanceId", "i-test1", "InstanceType", "Toaster")},
	{bind, 400, "InvalidParameter", nil, onNew("InstanceId", "i-test1", "Mode", "LOUD")},
	{bind, 400, "InvalidParameter", nil, onNew("InstanceId", "i-test1", "PrivateIpAddress", "10.9.9.9")},
	{bind, 400, "InvalidParameter", nil, onInstance(eiptest.Instance{ID: "eni-p", Type: eiptest.ENI, Primary: true})},
	{bind, 400, "MissingParameter", nil, onNew("InstanceId", "10.0.0.9", "InstanceType", eiptest.PrivateIP)},
	{bind, 400, "InvalidParameter.Mismatch", nil, onInstance(ecs(func(i *eiptest.Instance) { i.RegionID = "cn-beijing" }))},
	{bind, 400, "OperationDenied", nil, onInstance(ecs(func(i *eiptest.Instance) { i.Classic = true }))},
	{bind, 400, "OperationDenied", nil, onInstance(ecs(func(i *eiptest.Instance) { i.DefaultVPC = true }))},
	{bind, 400, "IncorrectInstanceStatus", nil, onInstance(ecs(func(i *eiptest.Instance) { i.Status = "Starting" }))},
	{bind, 400, "BIND_INSTANCE_OWENER_ERROR", nil, onInstance(ecs(func(i *eiptest.Instance) { i.Owner = "x" }))},
	{bind, 400, "BIND_INSTANCE_HAVE_PORTMAP_OR_BIND_EIP", nil, onInstance(ecs(func(i *eiptest.Instance) { i.PortMapped = true }))},
	{bind, 400, "IncorrectHaVipStatus", nil, onInstance(eiptest.Instance{ID: "havip-1", Type: eiptest.HaVip, Status: "Deleting"})},
	{bind, 400, "Forbbiden", nil, changed(owned, "InstanceId", "i-test1")},
	{bind, 400, "IncorrectEipStatus", nil, changed(func(a *eiptest.Address) { a.Locked = "financial" }, "InstanceId", "i-test1")},
	{bind, 400, "IncorrectEipStatus", nil, func(c *caller, s *eiptest.Server) []string {
		id, _ := c.allocate()
		s.ForceBind(id, "i-test2")
		return args("AllocationId", id, "InstanceId", "i-test1")
	}},
	{bind, 400, "InvalidAssociation.Duplicated", nil, func(c *caller, s *eiptest.Server) []string {
		other, _ := c.allocate()
		s.ForceBind(other, "i-test1")
		return onNew("InstanceId", "i-test1")(c, s)
	}},
	{bind, 400, "InvalidAssociation.Duplicated", nil, func(c *caller, s *eiptest.Server) []string {
		p := onNew("InstanceId", "i-test1")(c, s)
		c.ok(bind, p...)
		return p
	}},
	{bind, 400, "InvalidBindingStatus", with(eiptest.WithTransition(time.Hour)), func(c *caller, s *eiptest.Server) []string {
		c.ok(bind, onNew("InstanceId", "i-test1")(c, s)...)
		return onNew("InstanceId", "i-test1")(c, s)
	}},
	{bind, 400, "OperationConflict", with(eiptest.WithTransition(time.Hour), eiptest.WithConflictCode("OperationConflict")),
		func(c *caller, s *eiptest.Server) []string {
			p := onNew("InstanceId", "i-test1")(c, s)
			c.ok(bind, p...)
			return p
		}},
	{bind, 400, "DryRunOperation", nil, onNew("InstanceId", "i-test1", "DryRun", "true")},

	{free, 404, "Forbidden.RegionNotFound", nil, fixed("RegionId", "mars-1", "AllocationId", "eip-x")},
	{free, 404, "InvalidAllocationId.NotFound", nil, inHome("AllocationId", "eip-none")},
	{free, 400, "IncorrectEipStatus", nil, onNew()},
	{free, 400, "InvalidInstanceType.ValueNotSupported", nil, onNew("InstanceType", "Toaster")},
	{free, 400, "Forbbiden", nil, changed(owned)},
	{free, 400, "InvalidInstanceId.NotFound", nil, bound(ecs(func(*eiptest.Instance) {}), func(*eiptest.Server) {}, "InstanceId", "i-none")},
	{free, 400, "InvalidBindingStatus", nil, bound(ecs(func(*eiptest.Instance) {}), func(*eiptest.Server) {}, "InstanceId", "i-test1")},
	{free, 400, "InvalidParameter", nil, bound(ecs(func(*eiptest.Instance) {}), func(*eiptest.Server) {}, "InstanceType", eiptest.NAT)},
	{free, 400, "IncorrectInstanceStatus", nil, bound(ecs(func(*eiptest.Instance) {}),
		func(s *eiptest.Server) { s.SetInstanceStatus("i-own", "Stopping") })},
	{free, 400, "IncorrectHaVipStatus", nil, bound(eiptest.Instance{ID: "havip-1", Type: eiptest.HaVip},
		func(s *eiptest.Server) { s.SetInstanceStatus("havip-1", "Deleting") }, "InstanceType", eiptest.HaVip)},
	{free, 400, "OperationDenied", nil, bound(ecs(func(*eiptest.Instance) {}),
		func(s *eiptest.Server) { s.AddInstance(ecs(func(i *eiptest.Instance) { i.DefaultVPC = true })) })},

	{mod, 404, "Forbidden.RegionNotFound", nil, fixed("RegionId", "mars-1", "AllocationId", "eip-x")},
	{mod, 404, "InvalidAllocationId.NotFound", nil, inHome("AllocationId", "eip-none")},
	{mod, 400, "InvalidParameter", nil, onNew("Bandwidth", "1001")},
	{mod, 400, "InvalidParameter", nil, onNew("Name", "http://x")},
	{mod, 400, "InvalidParameter", nil, onNew("Description", strings.Repeat("x", 257))},
	{mod, 400, "IncorrectEipStatus", nil, changed(func(a *eiptest.Address) { a.Status = eiptest.Releasing }, "Name", "x")},
	{mod, 400, "InsufficientBalance.Eip", nil, func(c *caller, s *eiptest.Server) []string {
		p := onNew("Bandwidth", "6")(c, s)
		s.SetBalance(0)
		return p
	}},

	{rel, 404, "Forbidden.RegionNotFound", nil, fixed("RegionId", "mars-1", "AllocationId", "eip-x")},
	{rel, 404, "InvalidAllocationId.NotFound", nil, inHome("AllocationId", "eip-none")},
	{rel, 400, "IncorrectEipStatus", nil, changed(func(a *eiptest.Address) { a.Status = eiptest.InUse })},
	{rel, 400, "IncorrectEipStatus", nil, changed(func(a *eiptest.Address) { a.DeletionProtection = true })},
	{rel, 400, "Forbbiden", nil, changed(owned)},
	{rel, 400, "Forbidden.ChargeTypeIsPrepaid", nil, func(c *caller, s *eiptest.Server) []string {
		return args("AllocationId", c.ok(pro, args("InstanceChargeType", "PrePaid", "Period", "1")...).str("AllocationId"))
	}},
	{rel, 400, "TaskConflict.AssociateGlobalAccelerationInstance", with(eiptest.WithReleaseCooldown(time.Hour)),
		func(c *caller, s *eiptest.Server) []string {
			p := onNew("InstanceId", "i-test1")(c, s)
			c.ok(bind, p...)
			c.ok(free, p[:4]...)
			return p[:4]
		}},

	{desc, 404, "Forbidden.RegionNotFound", nil, fixed("RegionId", "mars-1")},
	{desc, 404, "InvalidFilterKey.NotFound", nil, inHome("Filter.1.Key", "Colour", "Filter.1.Value", "red")},
	{desc, 404, "InvalidFilterValue", nil, inHome("Filter.1.Key", "CreationStartTime", "Filter.1.Value", "yesterday")},
	{desc, 404, "InvalidLockReason.NotFound", nil, inHome("LockReason", "mood")},
	{desc, 400, "InvalidIAssociatedInstanceType.ValueNotSupported", nil, inHome("AssociatedInstanceType", "Toaster")},
	{desc, 400, "InvalidChargeType.ValueNotSupported", nil, inHome("ChargeType", "Gift")},
	{desc, 400, "InvalidParameter", nil, inHome("PageSize", "101")},
	{desc, 400, "InvalidParameter", nil, inHome("PageNumber", "0")},
	{desc, 400, "InvalidParameter", nil, inHome("AllocationId", strings.Repeat("eip-a,", 50)+"eip-b")},
	{desc, 400, "DryRunOperation", nil, inHome("DryRun", "true")},

	{"DescribeEipGatewayInfo", 403, "Forbbiden", nil, inHome("InstanceId", "eni-none")},
	{"DescribeEipSegment", 400, "InvalidParameter", nil, inHome("PageSize", "51")},
	{"ReleaseEipSegmentAddress", 404, "InvalidInstanceId.NotFound", nil, inHome("SegmentInstanceId", "eipsg-none")},
	{"ReleaseEipSegmentAddress", 400, "OperationConflict", with(eiptest.WithTransition(time.Hour)), func(c *caller, s *eiptest.Server) []string {
		return args("SegmentInstanceId", c.ok(seg, args("EipMask", "28")...).str("EipSegmentInstanceId"))
	}},

	{mon, 404, "Forbidden.RegionNotFound", nil, fixed("RegionId", "mars-1", "AllocationId", "x", "StartTime", "x", "EndTime", "x")},
	{mon, 400, "InvalidAllocationId.NotFound", nil, inHome("AllocationId", "eip-none", "StartTime", ago(2*time.Hour), "EndTime", ago(time.Hour))},
	{mon, 404, "InvalidInstanceId.NotFound", nil, changed(owned, "StartTime", ago(2*time.Hour), "EndTime", ago(time.Hour))},
	{mon, 400, "InvalidStartTime.Malformed", nil, onNew("StartTime", "noon", "EndTime", ago(0))},
	{mon, 400, "InvalidEndTime.Malformed", nil, onNew("StartTime", ago(time.Hour), "EndTime", "noon")},
	{mon, 400, "InvalidEndTime.Malformed", nil, onNew("StartTime", ago(0), "EndTime", ago(time.Hour))},
	{mon, 400, "InvalidPeriod.ValueNotSupported", nil, onNew("StartTime", ago(time.Hour), "EndTime", ago(0), "Period", "600")},
	{mon, 400, "InvalidStartTime.TooEarly", nil, onNew("StartTime", ago(32*24*time.Hour), "EndTime", ago(0), "Period", "3600")},
	{mon, 400, "OperationDenied.TooManyDataQueried", nil, onNew("StartTime", ago(401*time.Minute), "EndTime", ago(0))},
	{mon, 400, "OperationDenied.TooManyDataQueried", with(eiptest.WithPointLimit(200)), onNew("StartTime", ago(201*time.Minute), "EndTime", ago(0))},
}

// ago is a whole minute of the past.
func ago(d time.Duration) string {
	return time.Now().Add(-d).UTC().Truncate(time.Minute).Format("2006-01-02T15:04:05Z")
}

func TestDocumentedRefusals(t *testing.T) {
	t.Parallel()
	for _, tt := range slices.Concat(table, packageTable) {
		t.Run(tt.action+"/"+tt.code, func(t *testing.T) {
			t.Parallel()
			srv := eiptest.NewServer(t, append([]eiptest.Option{eiptest.WithTransition(0)}, tt.opts...)...)
			c := newCaller(t, srv)
			p := tt.before(c, srv)
			count := func() int { return len(srv.AddressesEverMade()) + len(srv.Segments()) + len(srv.BandwidthPackages()) }
			before := count()
			a := c.refused(tt.status, tt.code, tt.action, p...)
			if a.str("Message") == "" || strings.Contains(a.str("Message"), "%s") || strings.Contains(a.str("Message"), "<parameter") {
				t.Errorf("message %q", a.str("Message"))
			}
			if now := count(); now != before {
				t.Errorf("a refusal made something: %d before, %d after", before, now)
			}
		})
	}
}
