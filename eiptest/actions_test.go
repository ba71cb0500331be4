package eiptest

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
)

// Each row has the request of the client's method of the same name.
func TestActionsHaveTheirRequests(t *testing.T) {
	t.Parallel()
	for name, a := range actions {
		m, ok := reflect.TypeFor[*eip.Client]().MethodByName(name)
		require.True(t, ok, name)
		require.Equal(t, m.Type.In(2).Elem(), a.request, name)
	}
}

// What the rows read from the requests.
func TestActionsParameters(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]action{
		"DescribeRegions":           {},
		"AllocateEipAddress":        {token: true, region: true},
		"DescribeEipAddresses":      {region: true},
		"AssociateEipAddress":       {token: true, required: []string{"AllocationId", "InstanceId"}},
		"ModifyEipAddressAttribute": {required: []string{"AllocationId"}},
		"DescribeEipMonitorData":    {required: []string{"AllocationId", "StartTime", "EndTime"}},
		"AllocateEipSegmentAddress": {token: true, region: true, required: []string{"EipMask"}},
		"DescribeEipSegment":        {region: true}, // its token is not honoured
	} {
		got := actions[name]
		require.Equal(t, want, action{token: got.token, region: got.region, required: got.required}, name)
	}
}
