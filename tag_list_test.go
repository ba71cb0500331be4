package eip_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// ResourceId is the one spelling that is sent: ResourcId is a slip of a struct of
// the older SDK (Q-RESOURCID).
func TestListTagResources(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTaggedAtOnce(20))
	c := srv.Client(t)
	a := allocate(t, c, &eip.AllocateEipAddressRequest{Tags: eip.Tags{"team": "edge", "env": "test"}})
	b := allocate(t, c, &eip.AllocateEipAddressRequest{Tags: eip.Tags{"team": "core"}})
	list := func(req eip.ListTagResourcesRequest) ([]string, string, error) {
		if req.ResourceType == "" {
			req.ResourceType = eip.ResourceTypeEIP
		}
		res, err := c.ListTagResources(t.Context(), &req)
		if err != nil {
			return nil, "", err
		}
		var got []string
		for _, tag := range res.TagResources {
			require.Equal(t, eip.ResourceTypeEIP, tag.ResourceType)
			got = append(got, map[string]string{a: "a", b: "b"}[tag.ResourceID]+" "+tag.TagKey+"="+tag.TagValue)
		}
		return got, res.NextToken, nil
	}

	got, next, err := list(eip.ListTagResourcesRequest{RegionID: "cn-hangzhou", ResourceType: "eip",
		ResourceIDs: []string{a, b, "eip-unknown"}, Tags: eip.Tags{"team": "edge"}, MaxResults: 1})
	require.NoError(t, err)
	require.Equal(t, []string{"a env=test"}, got)
	got, last, err := list(eip.ListTagResourcesRequest{ResourceType: "eip",
		ResourceIDs: []string{a, b, "eip-unknown"}, Tags: eip.Tags{"team": "edge"}, MaxResults: 1, NextToken: next})
	require.NoError(t, err)
	require.Equal(t, []string{"a team=edge"}, got)
	require.Empty(t, last)
	require.Equal(t, map[string]string{
		"RegionId": "cn-hangzhou", "ResourceType": "eip", "ResourceId.1": a, "ResourceId.2": b, "ResourceId.3": "eip-unknown",
		"Tag.1.Key": "team", "Tag.1.Value": "edge", "MaxResults": "1", "NextToken": next,
	}, srv.CallsOf("ListTagResources")[1].Params)

	got, _, err = list(eip.ListTagResourcesRequest{Tags: eip.Tags{"team": "core"}})
	require.NoError(t, err)
	require.Equal(t, []string{"b team=core"}, got, "without IDs")
	got, _, err = list(eip.ListTagResourcesRequest{ResourceIDs: []string{"eip-unknown"}})
	require.NoError(t, err)
	require.Empty(t, got)

	_, _, err = list(eip.ListTagResourcesRequest{})
	require.EqualError(t, err, "eip: ListTagResources: invalid request, nothing was sent: ResourceIDs: is required when there are no Tags")
	_, err = c.Do(t.Context(), eip.RawRequest{Action: "ListTagResources", Params: map[string][]string{"ResourceType": {"EIP"}}}, nil)
	require.ErrorIs(t, err, eip.Code("MissingParameter"))
	for _, refused := range []eip.ListTagResourcesRequest{
		{ResourceIDs: []string{a}, MaxResults: 51},
		{ResourceIDs: []string{a}, NextToken: "?"},
		{ResourceIDs: []string{a}, ResourceType: "VPC"},
		{ResourceIDs: make21(a)},
		{Tags: eip.Tags{"acs:x": ""}},
	} {
		_, _, err = list(refused)
		require.ErrorIs(t, err, eip.CodeInvalidParameter, "%+v", refused)
	}
	srv.Fail("ListTagResources", fault.CutAfter())
	got, _, err = list(eip.ListTagResourcesRequest{ResourceIDs: []string{b}})
	require.NoError(t, err)
	require.Len(t, got, 1)
}

// make21 is one more than the metadata's text allows.
func make21(id string) []string {
	ids := make([]string, 21)
	for i := range ids {
		ids[i] = id
	}
	return ids
}

// The iterator follows NextToken to the end, which the Terraform provider does
// not (Q-TFPAGE), whatever comes and goes meanwhile.
func TestResourceTags(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithQuota(10))
	c := srv.Client(t)
	tags := eip.Tags{}
	for i := range 15 {
		tags[fmt.Sprintf("k%02d", i)] = "v"
	}
	var ids []string
	for range 10 {
		ids = append(ids, allocate(t, c, &eip.AllocateEipAddressRequest{Tags: tags}))
	}
	read := func(req *eip.ListTagResourcesRequest) map[string]int {
		seen := map[string]int{}
		for tag, err := range c.ResourceTags(t.Context(), req) {
			require.NoError(t, err)
			seen[tag.ResourceID+" "+tag.TagKey]++
		}
		return seen
	}
	req := &eip.ListTagResourcesRequest{ResourceType: eip.ResourceTypeEIP, ResourceIDs: ids}
	walk := c.ResourceTags(t.Context(), req)
	req.ResourceIDs = nil // copied already
	n := 0
	for range 2 {
		for tag, err := range walk {
			require.NoError(t, err)
			require.NotNil(t, tag)
			n++
		}
	}
	require.Equal(t, 2*150, n, "each loop begins anew")
	require.Len(t, srv.CallsOf("ListTagResources"), 2*3)
	require.Len(t, read(&eip.ListTagResourcesRequest{ResourceType: "EIP", Tags: eip.Tags{"k00": "v"}, MaxResults: 7}), 150)

	srv.Before(func(call eiptest.Call) { // the resource that the first page ends in goes
		if call.Action == "ListTagResources" && call.Params["NextToken"] != "" {
			srv.ForceRelease(ids[3])
		}
	})
	seen := read(&eip.ListTagResourcesRequest{ResourceType: "EIP", ResourceIDs: ids})
	for _, id := range ids {
		for key := range tags {
			if id != ids[3] {
				require.Equal(t, 1, seen[id+" "+key])
			}
		}
	}
}

// A server whose list has no end does not make the loop endless.
func TestResourceTagsWithoutEnd(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := srv.Client(t)
	page := fault.Answer(200, nil, `{"RequestId":"r","NextToken":"again","TagResources":{"TagResource":[`+
		`{"ResourceId":"eip-1","ResourceType":"EIP","TagKey":"k","TagValue":"v"}]}}`)
	srv.Fail("ListTagResources", page.Times(-1))
	n := 0
	var end error
	for tag, err := range c.ResourceTags(t.Context(), &eip.ListTagResourcesRequest{ResourceType: "EIP", ResourceIDs: []string{"eip-1"}}) {
		if err != nil {
			require.Nil(t, tag)
			end = err
			continue
		}
		n++
	}
	require.Equal(t, 1, n)
	require.ErrorContains(t, end, "page 2 names a next page that was read before")
	var answer *eip.AnswerError
	require.ErrorAs(t, end, &answer)
	require.Len(t, srv.CallsOf("ListTagResources"), 2)

	srv.Calm()
	srv.Fail("ListTagResources", fault.Refuse("Forbbiden"))
	for tag, err := range c.ResourceTags(t.Context(), &eip.ListTagResourcesRequest{ResourceType: "EIP", ResourceIDs: []string{"eip-1"}}) {
		require.Nil(t, tag)
		require.ErrorIs(t, err, eip.ErrPermission)
	}
}
