package eiptest

import (
	"maps"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/fake"
	"github.com/eipkit/eip-go/internal/form"
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
		"AllocateEipAddressPro":     {token: true, region: true},
		"UnassociateEipAddress":     {token: true, required: []string{"AllocationId"}},
		"ReleaseEipAddress":         {required: []string{"AllocationId"}},
		"DescribeEipGatewayInfo":    {region: true, required: []string{"InstanceId"}},
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

// Each number and boolean of each action: what is none is refused, in the words
// that the action's document has, and nothing happens.
func TestTypedParameters(t *testing.T) {
	t.Parallel()
	own := map[string]string{ // the codes that name the parameter
		"AllocateEipAddressPro/Bandwidth":                   "InvalidBandwidth.Malformed",
		"AllocateEipSegmentAddress/EipMask":                 "IllegalParam.EipMask",
		"DescribeEipMonitorData/Period":                     "InvalidPeriod.ValueNotSupported",
		"CreateCommonBandwidthPackage/Bandwidth":            "InvalidParameter.Bandwidth",
		"ModifyCommonBandwidthPackageSpec/Bandwidth":        "InvalidParameter.Bandwidth",
		"ModifyCommonBandwidthPackageIpBandwidth/Bandwidth": "InvalidParameter.Bandwidth",
	}
	srv, err := New(WithPipe(), WithPools(Pool{ID: "pippool-1"}))
	require.NoError(t, err)
	t.Cleanup(srv.Close)
	numbers, booleans := 0, 0
	for name, a := range actions {
		p := params{"Action": name, "RegionId": DefaultRegion}
		for _, required := range a.required {
			p[required] = "x"
		}
		for _, of := range a.typed {
			if _, required := p[of.name]; required {
				p[of.name] = "true"
				if !of.boolean {
					p[of.name] = "28"
				}
			}
		}
		for _, of := range a.typed {
			bad := []string{"many", "1.5", "1e3", "0x10", " 5", "5 ", "true", "99999999999999999999", "٣"}
			good := []string{"1", "+7", "-1", "007"}
			if of.boolean {
				booleans++
				bad, good = []string{"yes", "no", "1", "0", " true", "truе", "on", "null"}, []string{"true", "false", "True", "FALSE", ""}
			} else {
				numbers++
			}
			key := name + "/" + of.name
			code := own[key]
			if code == "" {
				code = "InvalidParameter"
			}
			call := func(value string) *fake.Refusal {
				q := maps.Clone(p)
				q[of.name] = value
				_, ref := srv.svc.act(q)
				return ref
			}
			for _, value := range bad {
				ref := call(value)
				require.NotNil(t, ref, "%s=%q", key, value)
				require.Equal(t, code, ref.Code, "%s=%q", key, value)
				require.Equal(t, 400, ref.Status, "%s=%q", key, value)
				if code == "InvalidParameter" {
					require.Contains(t, ref.Message, of.name)
				}
			}
			for _, value := range good {
				require.True(t, value == "" || of.takes(value), "%s=%q", key, value)
			}
			delete(own, key)
		}
	}
	require.Empty(t, own, "there are no such parameters")
	require.Equal(t, 25, numbers)
	require.Equal(t, 23, booleans)
	require.Empty(t, srv.AddressesEverMade())
	require.Empty(t, srv.BandwidthPackages())
	require.Empty(t, srv.Segments())
}

// No list has numbers or booleans, which the rows would not see.
func TestListsHaveTexts(t *testing.T) {
	t.Parallel()
	for name, a := range actions {
		for _, p := range form.ParamsOf(a.request) {
			if p.Type.Kind() != reflect.Slice {
				continue
			}
			fields := []reflect.Type{p.Type.Elem()}
			if fields[0].Kind() == reflect.Struct {
				for i := range fields[0].NumField() {
					fields = append(fields, fields[0].Field(i).Type)
				}
				fields = fields[1:]
			}
			for _, field := range fields {
				require.Equal(t, reflect.String, field.Kind(), "%s %s", name, p.Field)
			}
		}
	}
}
