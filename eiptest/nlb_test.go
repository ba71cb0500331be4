package eiptest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
)

// A network load balancer takes an address and frees it; no action does.
func TestNLB(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0),
		eiptest.WithInstances(eiptest.Instances(eiptest.NLB, 1)...), eiptest.WithInstances(eiptest.Instances(eiptest.ECS, 1)...))
	c := newCaller(t, srv)
	id, _ := c.allocate()
	c.refused(400, "InvalidInstanceType.ValueNotSupported", "AssociateEipAddress",
		args("AllocationId", id, "InstanceId", "nlb-test1", "InstanceType", "NlbInstance")...)
	require.EqualError(t, srv.TakeByNLB("eip-unknown", "nlb-test1"), "eiptest: no address eip-unknown")
	require.EqualError(t, srv.TakeByNLB(id, "i-test1"), "eiptest: i-test1 is not a network load balancer")
	require.EqualError(t, srv.FreeByNLB(id), "eiptest: no network load balancer holds "+id)

	require.NoError(t, srv.TakeByNLB(id, "nlb-test1"))
	require.EqualError(t, srv.TakeByNLB(id, "nlb-test1"), "eiptest: "+id+" is InUse, not Available")
	a, _ := srv.Address(id)
	require.Equal(t, []string{eiptest.InUse, "nlb-test1", eiptest.NLB}, []string{a.Status, a.InstanceID, a.InstanceType})
	for _, extra := range [][]string{nil, {"InstanceId", "nlb-test1"}, {"Force", "true"}} {
		c.refused(400, "IncorrectEipStatus", "UnassociateEipAddress", args(append([]string{"AllocationId", id}, extra...)...)...)
	}
	c.refused(400, "IncorrectEipStatus", "ReleaseEipAddress", args("AllocationId", id)...)

	require.NoError(t, srv.FreeByNLB(id))
	c.ok("ReleaseEipAddress", args("AllocationId", id)...)
	require.ErrorContains(t, srv.AddInstance(eiptest.Instance{ID: "x", Type: "IpAddress"}), "NlbInstance")
}
