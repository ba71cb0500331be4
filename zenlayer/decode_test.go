package zenlayer

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/wiretest"
)

// TestUnmarshalJSON: the public types read what the service writes, parts of
// answers too.
func TestUnmarshalJSON(t *testing.T) {
	t.Parallel()
	var page DescribeEipAddressesResponse
	require.NoError(t, json.Unmarshal([]byte(`{"requestId":"r",`+answers[actionDescribe]+`}`), &page))
	assert.Equal(t, DescribeEipAddressesResponse{
		ResponseMeta: ResponseMeta{RequestID: "r"}, TotalCount: 1,
		DataSet: []EipAddress{{
			EipID: "eipId1", ZoneID: "SEL-A", IPAddress: "192.0.2.1", Netmask: 32, EipChargeType: ChargeTypePrepaid, Period: 3,
			CreateTime: time.Date(2026, 2, 1, 3, 4, 5, 0, time.UTC), ExpiredTime: time.Date(2026, 5, 1, 3, 4, 5, 0, time.UTC),
			ResourceGroupID: "rg-1", ResourceGroupName: "one", EipStatus: EipStatusCreating, Tags: Tags{"a": "1"},
		}},
	}, page)

	var made AllocateEipAddressesResponse
	require.NoError(t, json.Unmarshal([]byte(`{"eipIdSet":["a",""," ","b","a"],"orderNumber":null}`), &made))
	assert.Equal(t, []string{"a", "b"}, made.EipIDSet)
	require.NoError(t, json.Unmarshal([]byte(`{"eipIdSet":null}`), &made))
	assert.Nil(t, made.EipIDSet)

	var price InquiryPriceCreateEipAddressResponse
	require.NoError(t, json.Unmarshal([]byte(`{`+answers[actionPrice]+`}`), &price))
	require.NotNil(t, price.EipPrice)
	assert.Equal(t, json.Number("3.00"), price.EipPrice.OriginalPrice)
	assert.Equal(t, []StepPrice{{StepStart: "0", StepEnd: "10", UnitPrice: "1", DiscountUnitPrice: "0.1"}}, price.EipPrice.StepPrices)

	for text, want := range map[string]Tags{
		`null`: nil, `{}`: nil, `[]`: nil, `{"tags":null}`: nil, `{"tags":[]}`: nil,
		`{"tags":[{"key":"a","value":"1"},{"key":"b","value":""}]}`: {"a": "1", "b": ""},
		`[{"key":"a","value":"1"}]`:                                 {"a": "1"},
	} {
		tags := Tags{"before": "it"}
		require.NoError(t, json.Unmarshal([]byte(text), &tags), text)
		assert.Equal(t, want, tags, text)
	}
	var address EipAddress
	for _, text := range []string{`{"createTime":"yesterday"}`, `{"netmask":"x"}`, `{"tags":"x"}`, `7`} {
		require.ErrorContains(t, json.Unmarshal([]byte(text), &address), "zenlayer: ", text)
	}
	require.ErrorContains(t, address.UnmarshalJSON([]byte(`<eipId>e</eipId>`)), "not JSON")
	require.ErrorContains(t, address.UnmarshalJSON(nil), "it is empty")
}

// TestAnswerThatDoesNotFit: an answer that is the service's own but does not fit
// the caller's out says that the call is done.
func TestAnswerThatDoesNotFit(t *testing.T) {
	t.Parallel()
	srv := wiretest.New(wiretest.Answer(200, success(`"zoneSet":[{"zoneId":"SEL-A"}]`)))
	c := wireClient(t, srv)
	var out struct{ ZoneSet int }
	meta, err := c.Do(t.Context(), RawRequest{Action: "CreateSomething"}, &out)
	require.ErrorContains(t, err, "CreateSomething is done (request "+testRequest+"), but its answer does not fit")
	require.NotNil(t, meta)
	assert.Equal(t, ResponseMeta{RequestID: testRequest, HTTPStatus: 200, Attempts: 1}, *meta)
	assert.Len(t, srv.Requests(), 1)
	for _, bad := range []any{out, (*int)(nil)} {
		_, err = c.Do(t.Context(), RawRequest{Action: "CreateSomething"}, bad)
		require.ErrorContains(t, err, "must be a non-nil pointer")
	}
	assert.Len(t, srv.Requests(), 1)
}
