package eiptest

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
)

// Each method of the client that is an action has a row here with its request, and
// there is no other row.
func TestActionsHaveTheirRequests(t *testing.T) {
	t.Parallel()
	want, got := map[string]string{}, map[string]string{}
	client := reflect.TypeFor[*eip.Client]()
	for i := range client.NumMethod() {
		m := client.Method(i)
		if m.Type.NumIn() != 3 || m.Type.NumOut() != 2 || m.Type.Out(0).Kind() != reflect.Pointer {
			continue
		}
		if meta, ok := m.Type.Out(0).Elem().FieldByName("ResponseMeta"); ok && meta.Anonymous {
			want[m.Name] = m.Type.In(2).Elem().String()
		}
	}
	for name, a := range actions {
		got[name] = a.request.String()
	}
	require.Equal(t, want, got)
	require.Len(t, got, 45)
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
