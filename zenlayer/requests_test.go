package zenlayer

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/wiretest"
)

// typed has a request, the method, and what it sends, for each action.
var typed = map[string]struct {
	request, response any
	call              func(context.Context, *Client) (any, error)
	sends             string
}{
	actionAllocate: {AllocateEipAddressesRequest{}, AllocateEipAddressesResponse{}, func(ctx context.Context, c *Client) (any, error) {
		return c.AllocateEipAddresses(ctx, &AllocateEipAddressesRequest{
			ZoneID: "HKG-A", EipChargeType: ChargeTypePrepaid, EipChargePrepaid: &ChargePrepaid{Period: 3}, Amount: 100,
			ResourceGroupID: "rg-1", Netmask: 29, MarketingOptions: &MarketingInfo{DiscountCode: "d", UsePocVoucher: eip.Ptr(false)},
			Tags: Tags{"b": "2", "a": "<1>"}, Mark: "m", Extra: map[string]any{"newer": []int{1}},
		})
	}, `{"zoneId":"HKG-A","eipChargeType":"PREPAID","eipChargePrepaid":{"period":3},"amount":100,"resourceGroupId":"rg-1",
		"netmask":29,"marketingOptions":{"discountCode":"d","usePocVoucher":false},
		"tags":{"tags":[{"key":"a","value":"<1>"},{"key":"b","value":"2"},{"key":"eip-go-mark","value":"m"}]},"newer":[1]}`},
	actionDescribe: {DescribeEipAddressesRequest{}, DescribeEipAddressesResponse{}, func(ctx context.Context, c *Client) (any, error) {
		return c.DescribeEipAddresses(ctx, &DescribeEipAddressesRequest{
			EipIDs: []string{"eipId1", "eipId2"}, EipChargeType: ChargeTypePostpaid, IPAddress: "192.0.2.1", ZoneID: "SEL-A",
			ResourceGroupID: "rg-1", EipStatus: EipStatusAvailable, InstanceID: "i", InstanceName: "n", PageSize: 100, PageNum: 2,
			TagKeys: []string{"k"}, Tags: []Tag{{"a", "1"}, {"a", "2"}},
		})
	}, `{"eipIds":["eipId1","eipId2"],"eipChargeType":"POSTPAID","ipAddress":"192.0.2.1","zoneId":"SEL-A","resourceGroupId":"rg-1",
		"eipStatus":"AVAILABLE","instanceId":"i","instanceName":"n","pageSize":100,"pageNum":2,"tagKeys":["k"],
		"tags":[{"key":"a","value":"1"},{"key":"a","value":"2"}]}`},
	actionDescribeStock: {DescribeEipAvailableResourcesRequest{}, DescribeEipAvailableResourcesResponse{}, func(ctx context.Context, c *Client) (any, error) {
		return c.DescribeEipAvailableResources(ctx, &DescribeEipAvailableResourcesRequest{EipChargeType: ChargeTypePostpaid, ZoneID: "SEL-A"})
	}, `{"eipChargeType":"POSTPAID","zoneId":"SEL-A"}`},
	actionDescribeInstance: {DescribeInstanceAvailableEipResourcesRequest{}, DescribeInstanceAvailableEipResourcesResponse{}, func(ctx context.Context, c *Client) (any, error) {
		return c.DescribeInstanceAvailableEipResources(ctx, &DescribeInstanceAvailableEipResourcesRequest{InstanceID: "i"})
	}, `{"instanceId":"i"}`},
	actionPrice: {InquiryPriceCreateEipAddressRequest{}, InquiryPriceCreateEipAddressResponse{}, func(ctx context.Context, c *Client) (any, error) {
		return c.InquiryPriceCreateEipAddress(ctx, &InquiryPriceCreateEipAddressRequest{ZoneID: "SEL-A",
			EipChargeType: ChargeTypePrepaid, EipChargePrepaid: &ChargePrepaid{Period: 1}, Amount: 2, Netmask: 32})
	}, `{"zoneId":"SEL-A","eipChargeType":"PREPAID","eipChargePrepaid":{"period":1},"amount":2,"netmask":32}`},
	actionAssociate: {AssociateEipAddressRequest{}, AssociateEipAddressResponse{}, func(ctx context.Context, c *Client) (any, error) {
		return c.AssociateEipAddress(ctx, &AssociateEipAddressRequest{EipID: "eipId1", InstanceID: "instanceId1"})
	}, `{"eipId":"eipId1","instanceId":"instanceId1"}`},
	actionUnAssociate: {UnAssociateEipAddressRequest{}, UnAssociateEipAddressResponse{}, func(ctx context.Context, c *Client) (any, error) {
		return c.UnAssociateEipAddress(ctx, &UnAssociateEipAddressRequest{EipID: "eipId1"})
	}, `{"eipId":"eipId1"}`},
	actionTerminate: {TerminateEipAddressRequest{}, TerminateEipAddressResponse{}, func(ctx context.Context, c *Client) (any, error) {
		return c.TerminateEipAddress(ctx, &TerminateEipAddressRequest{EipID: "eipId1"})
	}, `{"eipId":"eipId1"}`},
	actionRelease: {ReleaseEipAddressesRequest{}, ReleaseEipAddressesResponse{}, func(ctx context.Context, c *Client) (any, error) {
		return c.ReleaseEipAddresses(ctx, &ReleaseEipAddressesRequest{EipIDs: []string{"eipId1", "eipId2"}})
	}, `{"eipIds":["eipId1","eipId2"]}`},
	actionRenew: {RenewEipAddressRequest{}, RenewEipAddressResponse{}, func(ctx context.Context, c *Client) (any, error) {
		return c.RenewEipAddress(ctx, &RenewEipAddressRequest{EipID: "eipId1"})
	}, `{"eipId":"eipId1"}`},
	actionModifyGroup: {ModifyEipAddressesResourceGroupRequest{}, ModifyEipAddressesResourceGroupResponse{}, func(ctx context.Context, c *Client) (any, error) {
		return c.ModifyEipAddressesResourceGroup(ctx, &ModifyEipAddressesResourceGroupRequest{EipIDs: []string{"eipId1"}, ResourceGroupID: "rg-2"})
	}, `{"eipIds":["eipId1"],"resourceGroupId":"rg-2"}`},
}

// answers has what each action answers beside the request ID.
var answers = map[string]string{
	actionAllocate:         `"eipIdSet":["eipId1"],"orderNumber":"00012345678901234567890"`,
	actionDescribe:         `"totalCount":1,"dataSet":[{"eipId":"eipId1","zoneId":"SEL-A","ipAddress":"192.0.2.1","netmask":32,"instanceId":null,"instanceName":null,"eipChargeType":"PREPAID","period":3,"createTime":"2026-02-01T03:04:05Z","expiredTime":"2026-05-01T03:04:05Z","resourceGroupId":"rg-1","resourceGroupName":"one","eipStatus":"CREATING","tags":{"tags":[{"key":"a","value":"1"}]}}]`,
	actionDescribeStock:    `"eipResources":[{"zoneId":"SEL-A","status":"SELL_SHORTAGE","netmask":32}]`,
	actionDescribeInstance: `"instanceEipResources":[{"eipId":"eipId1","ipAddress":"192.0.2.1","netmask":32}]`,
	actionPrice:            `"eipPrice":{"discount":80.0,"discountPrice":2.4,"originalPrice":3.00,"unitPrice":null,"stepPrices":[{"stepStart":0,"stepEnd":10,"unitPrice":1,"discountUnitPrice":0.1}],"chargeUnit":"MONTH","category":"STANDARD"}`,
}

// jsonNames lists the names that a struct has on the wire.
func jsonNames(v any) []string {
	var out []string
	typ := reflect.TypeOf(v)
	for i := range typ.NumField() {
		f := typ.Field(i)
		if f.Anonymous {
			out = append(out, jsonNames(reflect.New(f.Type).Elem().Interface())...)
			continue
		}
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); f.IsExported() && name != "-" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// TestFields compares the structs with the documented fields.
func TestFields(t *testing.T) {
	t.Parallel()
	all := load[facts](t, "actions.json")
	require.Len(t, typed, len(all.Actions))
	for _, a := range all.Actions {
		assert.Equal(t, a.Request, jsonNames(typed[a.Name].request), a.Name)
		assert.Equal(t, a.Response, jsonNames(typed[a.Name].response), a.Name)
		method, has := reflect.TypeFor[*Client]().MethodByName(a.Name)
		require.True(t, has, a.Name)
		assert.Equal(t, a.Name+"Request", method.Type.In(2).Elem().Name())
		assert.Equal(t, a.Name+"Response", method.Type.Out(0).Elem().Name())
	}
	for name, v := range map[string]any{
		"ChargePrepaid": ChargePrepaid{}, "MarketingInfo": MarketingInfo{}, "Tag": Tag{}, "EipAddress": EipAddress{},
		"EipAvailable": EipAvailable{}, "InstanceAvailableEip": InstanceAvailableEip{}, "PriceItem": PriceItem{}, "StepPrice": StepPrice{},
	} {
		assert.Equal(t, all.Types[name], jsonNames(v), name)
	}
}

func TestEachAction(t *testing.T) {
	t.Parallel()
	for action, tt := range typed {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			body := success(answers[action])
			srv := wiretest.New(wiretest.Answer(200, body))
			got, err := tt.call(t.Context(), wireClient(t, srv))
			require.NoError(t, err)
			require.Len(t, srv.Requests(), 1)
			assert.JSONEq(t, tt.sends, srv.Requests()[0].Body)
			assert.Equal(t, action, srv.Requests()[0].Header.Get("X-ZC-Action"))
			meta := got.(response).responseMeta()
			assert.Equal(t, ResponseMeta{RequestID: testRequest, HTTPStatus: 200, Attempts: 1}, *meta)

			// Marshalling gives the service's shape back, and reads the same.
			text, err := json.Marshal(got)
			require.NoError(t, err)
			again := reflect.New(reflect.TypeOf(got).Elem()).Interface()
			require.NoError(t, json.Unmarshal(text, again))
			*again.(response).responseMeta() = *meta
			assert.Equal(t, got, again)
		})
	}
}

// TestDocumentedExample is the example of the AllocateEipAddresses page: its
// request has exactly two keys.
func TestDocumentedExample(t *testing.T) {
	t.Parallel()
	srv := wiretest.New(wiretest.Answer(200, `{
		"requestId": "T05992D0C-7E8B-4047-B0C0-780F2CD549D3",
		"response": {
			"requestId": "T05992D0C-7E8B-4047-B0C0-780F2CD549D3",
			"eipIdSet": ["eipId1"],
			"orderNumber" : ""
		}
	}`))
	res, err := wireClient(t, srv).AllocateEipAddresses(t.Context(), &AllocateEipAddressesRequest{
		ZoneID: "SEL-A", EipChargeType: ChargeTypePostpaid,
	})
	require.NoError(t, err)
	var sent map[string]any
	require.NoError(t, json.Unmarshal([]byte(srv.Requests()[0].Body), &sent))
	assert.Equal(t, map[string]any{"eipChargeType": "POSTPAID", "zoneId": "SEL-A"}, sent)
	assert.Equal(t, []string{"eipId1"}, res.EipIDSet)
	assert.Empty(t, res.OrderNumber)
	assert.Equal(t, "T05992D0C-7E8B-4047-B0C0-780F2CD549D3", res.RequestID)
}

func TestDecodedValues(t *testing.T) {
	t.Parallel()
	srv := wiretest.New(wiretest.Answer(200, success(answers[actionDescribe])))
	res, err := wireClient(t, srv).DescribeEipAddresses(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, "{}", srv.Requests()[0].Body)
	a := res.DataSet[0]
	assert.Equal(t, time.Date(2026, 2, 1, 3, 4, 5, 0, time.UTC), a.CreateTime)
	assert.Equal(t, time.Date(2026, 5, 1, 3, 4, 5, 0, time.UTC), a.ExpiredTime)
	assert.Equal(t, Tags{"a": "1"}, a.Tags)
	assert.Equal(t, 3, a.Period)
	assert.True(t, a.EipStatus.Pending())
	addr, err := a.Addr()
	require.NoError(t, err)
	assert.Equal(t, "192.0.2.1", addr.String())
	a.IPAddress = ""
	_, err = a.Addr()
	require.Error(t, err)

	srv = wiretest.New(wiretest.Answer(200, success(`"totalCount":1,"dataSet":[{"eipId":"e","period":null,"createTime":"","expiredTime":null,"tags":[{"key":"k","value":"v"}]}]`)))
	res, err = wireClient(t, srv).DescribeEipAddresses(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, EipAddress{EipID: "e", Tags: Tags{"k": "v"}}, res.DataSet[0])

	srv = wiretest.New(wiretest.Answer(200, success(answers[actionPrice])))
	price, err := wireClient(t, srv).InquiryPriceCreateEipAddress(t.Context(), &InquiryPriceCreateEipAddressRequest{ZoneID: "z", EipChargeType: ChargeTypePostpaid})
	require.NoError(t, err)
	assert.Equal(t, json.Number("3.00"), price.EipPrice.OriginalPrice, "exactly as sent")
	assert.Empty(t, price.EipPrice.UnitPrice)
}

// TestIncompleteAnswers: a success that lacks what the call was for is none.
func TestIncompleteAnswers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ action, fields, says string }{
		{actionAllocate, ``, "lacks eipIdSet"},
		{actionAllocate, `"eipIdSet":[]`, "lacks eipIdSet"},
		{actionAllocate, `"eipIdSet":[""]`, "lacks eipIdSet"},
		{actionAllocate, `"eipIdSet":"eipId1"`, "lacks eipIdSet"},
		{actionDescribe, ``, "lacks dataSet"},
		{actionDescribe, `"totalCount":3`, "lacks dataSet"},
		{actionDescribe, `"totalCount":1,"dataSet":[{"eipId":"e","createTime":"yesterday"}]`, `dataSet[0].createTime: got "yesterday", want a time`},
		{actionDescribeStock, ``, "lacks eipResources"},
		{actionDescribeInstance, ``, "lacks instanceEipResources"},
		{actionPrice, `"eipPrice":null`, "lacks eipPrice"},
	} {
		srv := wiretest.New(wiretest.Answer(200, success(tt.fields)))
		_, err := typed[tt.action].call(t.Context(), wireClient(t, srv, WithMaxAttempts(1)))
		var answer *eip.AnswerError
		require.ErrorAs(t, err, &answer, tt.fields)
		assert.Contains(t, err.Error(), tt.says)
		assert.Equal(t, tt.action == actionAllocate, eip.OutcomeUnknown(err), "%s %s", tt.action, tt.fields)
	}
	srv := wiretest.New(wiretest.Answer(200, success(`"totalCount":0,"dataSet":null`)))
	res, err := wireClient(t, srv).DescribeEipAddresses(t.Context(), nil)
	require.NoError(t, err, "nothing at all, said in so many words")
	assert.Empty(t, res.DataSet)
}

func TestExtraAndRaw(t *testing.T) {
	t.Parallel()
	srv := wiretest.New(wiretest.Answer(200, success(`"zoneSet":[{"zoneId":"SEL-A"}]`)))
	c := wireClient(t, srv)
	_, err := c.RenewEipAddress(t.Context(), &RenewEipAddressRequest{EipID: "e", Extra: map[string]any{"eipId": "f"}})
	require.ErrorContains(t, err, `"eipId" is set by a field and in Extra`)
	_, err = c.RenewEipAddress(t.Context(), &RenewEipAddressRequest{EipID: "e", Extra: map[string]any{"": 1}})
	require.ErrorContains(t, err, "empty name")
	_, err = c.RenewEipAddress(t.Context(), &RenewEipAddressRequest{EipID: "e", Extra: map[string]any{"f": func() {}}})
	require.ErrorContains(t, err, "encoding Extra")
	_, err = c.Do(t.Context(), RawRequest{}, nil)
	require.ErrorContains(t, err, "Action")
	_, err = c.Do(t.Context(), RawRequest{Action: "A", Kind: 99}, nil)
	require.ErrorContains(t, err, "Kind")
	assert.Empty(t, srv.Requests())

	var zones struct{ ZoneSet []struct{ ZoneID string } }
	meta, err := c.Do(t.Context(), RawRequest{Action: "DescribeZones", Params: map[string]any{"acceptLanguage": "en-US"}}, &zones)
	require.NoError(t, err)
	assert.Equal(t, testRequest, meta.RequestID)
	assert.Equal(t, "SEL-A", zones.ZoneSet[0].ZoneID)
	assert.Equal(t, `{"acceptLanguage":"en-US"}`, srv.Requests()[0].Body)
}
