package eiptest_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
)

// eipOf is what DescribeEipAddresses shows of one address.
func (c *caller) eipOf(id string) map[string]any {
	c.tb.Helper()
	a := c.ok(desc, args("AllocationId", id)...)
	list, _ := a.tree["EipAddresses"].(map[string]any)["EipAddress"].([]any)
	require.Len(c.tb, list, 1)
	return list[0].(map[string]any)
}

// The private address and the VPC are shown if the call that bound the address
// named them, and not otherwise; where it is bound is known all the same.
func TestBindingShowsWhatItNamed(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0))
	private := srv.Instances()["i-test1"].PrivateIPs[0]
	for _, tt := range []struct {
		name, private, vpc string
		extra              []string
	}{
		{"nothing", "", "", []string{"InstanceId", "i-test1"}},
		{"private address", private, "", []string{"InstanceId", "i-test1", "PrivateIpAddress", private}},
		{"VPC", "", "vpc-test1", []string{"InstanceId", "i-test1", "VpcId", "vpc-test1"}},
		{"bare private address", "", "vpc-1", []string{"InstanceId", "10.0.0.9", "InstanceType", eiptest.PrivateIP, "VpcId", "vpc-1"}},
	} {
		c := newCaller(t, srv)
		id, _ := c.allocate()
		c.ok(bind, args(append([]string{"AllocationId", id}, tt.extra...)...)...)
		shown := c.eipOf(id)
		require.Equal(t, []any{tt.private, tt.vpc}, []any{shown["PrivateIpAddress"], shown["VpcId"]}, tt.name)
		bound, _ := srv.Address(id)
		require.NotEmpty(t, bound.PrivateIPAddress, tt.name)
		require.NotEmpty(t, bound.VpcID, tt.name)
		srv.ForceBind(id, "i-test2")
		require.Empty(t, c.eipOf(id)["PrivateIpAddress"], "somebody else's binding named nothing")
		srv.ForceBind(id, "")
	}
}

// InstanceType is EcsInstance where a call names none.
func TestDefaultInstanceType(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0))
	c := newCaller(t, srv)
	ecs, _ := c.allocate()
	nat, _ := c.allocate()
	c.refused(404, "InvalidInstanId.NotFound", bind, args("AllocationId", nat, "InstanceId", "ngw-test1")...)
	c.ok(bind, args("AllocationId", ecs, "InstanceId", "i-test1")...)
	c.ok(bind, args("AllocationId", nat, "InstanceId", "ngw-test1", "InstanceType", eiptest.NAT)...)

	for _, tt := range []struct {
		want string
		args []string
	}{
		{"1", []string{"AssociatedInstanceId", "i-test1"}},
		{"0", []string{"AssociatedInstanceId", "ngw-test1"}},
		{"1", []string{"AssociatedInstanceId", "ngw-test1", "AssociatedInstanceType", eiptest.NAT}},
		{"1", []string{"AssociatedInstanceType", eiptest.NAT}},
		{"2", nil}, // a call that asks for no instance has no default
	} {
		require.Equal(t, tt.want, c.ok(desc, args(tt.args...)...).str("TotalCount"), tt.args)
	}

	c.refused(400, "InvalidParameter", free, args("AllocationId", nat, "InstanceId", "ngw-test1")...)
	require.Equal(t, eiptest.InUse, c.status(nat))
	c.ok(free, args("AllocationId", nat, "InstanceId", "ngw-test1", "InstanceType", eiptest.NAT)...)
	c.ok(free, args("AllocationId", ecs)...)
}

// InstanceRegionId names the region of the instance. Only an address in a Global
// Acceleration instance is bound in another region than its own.
func TestInstanceRegionID(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0), eiptest.WithInstances(
		eiptest.Instance{ID: "i-home", Type: eiptest.ECS}, eiptest.Instance{ID: "i-far", Type: eiptest.ECS, RegionID: "cn-beijing"},
		eiptest.Instance{ID: "ga-1", Type: eiptest.GA}))
	c := newCaller(t, srv)
	id, _ := c.allocate()
	of := func(extra ...string) []string { return args(append([]string{"AllocationId", id}, extra...)...) }
	c.refused(404, "Forbidden.RegionNotFound", bind, of("InstanceId", "i-home", "InstanceRegionId", "mars-1")...)
	c.refused(404, "InvalidInstanId.NotFound", bind, of("InstanceId", "i-home", "InstanceRegionId", "cn-beijing")...)
	c.refused(400, "InvalidParameter.Mismatch", bind, of("InstanceId", "i-far", "InstanceRegionId", "cn-beijing")...)
	c.refused(400, "InvalidParameter.Mismatch", bind, of("InstanceId", "i-far")...)
	c.ok(bind, of("InstanceId", "i-home", "InstanceRegionId", region)...)
	require.Equal(t, region, c.eipOf(id)["InstanceRegionId"])
	c.ok(free, of()...)
	require.Empty(t, c.eipOf(id)["InstanceRegionId"])

	c.ok("AddGlobalAccelerationInstanceIp", args("IpInstanceId", id, "GlobalAccelerationInstanceId", "ga-1")...)
	a := c.refused(400, "MissingParameter", bind, of("InstanceId", "i-far")...)
	require.Contains(t, a.str("Message"), "InstanceRegionId")
	c.ok(bind, of("InstanceId", "i-far", "InstanceRegionId", "cn-beijing")...)
	require.Equal(t, "cn-beijing", c.eipOf(id)["InstanceRegionId"])
}

// An address of somebody else is refused with the code that the table of each
// action has for it, and nothing happens to it.
func TestForeignAddress(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0), eiptest.WithBandwidthPackageTime(0))
	c := newCaller(t, srv)
	pkg := c.pack()
	id, ip := c.allocate()
	inside, _ := c.allocate()
	c.ok(join, args("BandwidthPackageId", pkg, "IpInstanceId", inside)...)
	srv.Change(id, owned)
	srv.Change(inside, owned)
	before, _ := srv.Address(id)
	for _, tt := range []struct {
		action string
		status int
		code   string
		args   []string
	}{
		{bind, 400, "Forbbiden", []string{"AllocationId", id, "InstanceId", "i-test1"}},
		{free, 400, "Forbbiden", []string{"AllocationId", id}},
		{rel, 400, "Forbbiden", []string{"AllocationId", id}},
		{mod, 404, "InvalidAllocationId.NotFound", []string{"AllocationId", id, "Name", "mine"}},
		{mon, 404, "InvalidInstanceId.NotFound", []string{"AllocationId", id, "StartTime", ago(2 * time.Hour), "EndTime", ago(time.Hour)}},
		{all, 400, "ReserveIpFail", []string{"IpAddress", ip}},
		{pro, 400, "OperationDenied.IpBelongToOtherUser", []string{"IpAddress", ip}},
		{join, 404, "InvalidIpInstanceId.NotFound", []string{"BandwidthPackageId", pkg, "IpInstanceId", id}},
		{joinAll, 400, "InvalidIpInstanceId.NotFound", []string{"BandwidthPackageId", pkg, "IpInstanceIds.1", id}},
		{leave, 400, "OperationUnsupported.IpNotInCbwp", []string{"BandwidthPackageId", pkg, "IpInstanceId", inside}},
		{"AssociateEipAddressBatch", 400, "Forbbiden", []string{"InstanceIds.1", id, "BindedInstanceId", "ngw-test1", "BindedInstanceType", eiptest.NAT}},
		{"ModifyEipForwardMode", 400, "Forbbiden", []string{"InstanceId", id, "Mode", "NAT"}},
		{"TagResources", 400, "Forbbiden", []string{"ResourceType", "EIP", "ResourceId.1", id, "Tag.1.Key", "k"}},
		{"MoveResourceGroup", 400, "Forbbiden", []string{"ResourceType", "eip", "ResourceId", id, "NewResourceGroupId", "rg-a"}},
		{"DeletionProtection", 400, "Forbbiden", []string{"Type", "EIP", "InstanceId", id, "ProtectionEnable", "true"}},
		{"DescribeHighDefinitionMonitorLogAttribute", 400, "Forbbiden", []string{"InstanceId", id, "InstanceType", "EIP"}},
	} {
		a := c.refused(tt.status, tt.code, tt.action, args(tt.args...)...)
		require.NotEmpty(t, a.str("Message"))
		after, _ := srv.Address(id)
		require.Equal(t, before, after, tt.action)
	}
	require.Equal(t, "0", c.ok(desc, args()...).str("TotalCount"))
}

// An ECS instance, an SLB instance and a HaVip take one address each, a NAT
// gateway several.
func TestAddressesPerInstance(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		kind, id string
		many     bool
	}{
		{eiptest.ECS, "i-test1", false}, {eiptest.SLB, "lb-test1", false}, {eiptest.HaVip, "havip-test1", false}, {eiptest.NAT, "ngw-test1", true},
	} {
		c := newCaller(t, eiptest.NewServer(t, eiptest.WithTransition(0)))
		for i := range 3 {
			id, _ := c.allocate()
			p := args("AllocationId", id, "InstanceId", tt.id, "InstanceType", tt.kind)
			if i == 0 || tt.many {
				c.ok(bind, p...)
			} else {
				c.refused(400, "InvalidAssociation.Duplicated", bind, p...)
			}
		}
	}
}

// An account that had a NAT bandwidth package binds to everything but a NAT gateway.
func TestOldNATBandwidthPackage(t *testing.T) {
	t.Parallel()
	c := newCaller(t, eiptest.NewServer(t, eiptest.WithTransition(0), eiptest.WithOldNATBandwidthPackage()))
	id, _ := c.allocate()
	c.refused(400, "IncorrectInstanceStatus", bind, args("AllocationId", id, "InstanceId", "ngw-test1", "InstanceType", eiptest.NAT)...)
	c.ok(bind, args("AllocationId", id, "InstanceId", "i-test1")...)
}

// Each type can be bound and unbound, and in its one mode or modes.
func TestInstanceTypes(t *testing.T) {
	t.Parallel()
	for i, kind := range []string{eiptest.ECS, eiptest.SLB, eiptest.NAT, eiptest.HaVip, eiptest.ENI, eiptest.PrivateIP} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			srv := eiptest.NewServer(t, eiptest.WithTransition(0))
			c := newCaller(t, srv)
			id, _ := c.allocate()
			instance := []string{"i-test1", "lb-test1", "ngw-test1", "havip-test1", "eni-test1", "10.0.0." + strconv.Itoa(i)}[i]
			p := args("AllocationId", id, "InstanceId", instance, "InstanceType", kind)
			if kind == eiptest.PrivateIP {
				p = append(p, "VpcId", "vpc-1")
			}
			for _, mode := range []string{"MULTI_BINDED", "NAT"} {
				if mode == "MULTI_BINDED" && kind != eiptest.ENI {
					c.refused(400, "InvalidParameter", bind, append(p, "Mode", mode)...)
					continue
				}
				c.ok(bind, append(p, "Mode", mode)...)
				shown := c.eipOf(id)
				require.Equal(t, []any{eiptest.InUse, instance, kind, mode},
					[]any{shown["Status"], shown["InstanceId"], shown["InstanceType"], shown["Mode"]})
				c.ok(free, args("AllocationId", id, "InstanceId", instance, "InstanceType", kind)...)
				require.Equal(t, eiptest.Available, c.status(id))
			}
		})
	}
}
