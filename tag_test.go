package eip_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

func TestTagResources(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithQuota(60))
	c := srv.Client(t)
	a := allocate(t, c, &eip.AllocateEipAddressRequest{Tags: eip.Tags{"team": "edge", "env": "test"}})
	b := allocate(t, c, nil)
	tag := func(kind eip.ResourceType, tags eip.Tags, ids ...string) error {
		_, err := c.TagResources(t.Context(), &eip.TagResourcesRequest{ResourceType: kind, ResourceIDs: ids, Tags: tags})
		return err
	}
	tagsOf := func(id string) map[string]string {
		address, ok := srv.Address(id)
		require.True(t, ok)
		return address.Tags
	}

	require.NoError(t, tag("eip", eip.Tags{"env": "prod", "new": ""}, a, b))
	require.Equal(t, map[string]string{
		"RegionId": "cn-hangzhou", "ResourceType": "eip", "ResourceId.1": a, "ResourceId.2": b,
		"Tag.1.Key": "env", "Tag.1.Value": "prod", "Tag.2.Key": "new", "Tag.2.Value": "",
	}, srv.CallsOf("TagResources")[0].Params)
	require.Equal(t, map[string]string{"team": "edge", "env": "prod", "new": ""}, tagsOf(a))
	require.Equal(t, map[string]string{"env": "prod", "new": ""}, tagsOf(b))
	found, err := c.FindEipsByTag(t.Context(), eip.Tags{"env": "prod"})
	require.NoError(t, err)
	require.Len(t, found, 2)

	// What is refused changes nothing.
	more := eip.Tags{}
	for i := range 18 {
		more[fmt.Sprint("k", i)] = "v"
	}
	require.ErrorIs(t, tag(eip.ResourceTypeEIP, eip.Tags{"x": "y"}, b, "eip-unknown"), eip.CodeInvalidAllocationIdNotFound)
	require.ErrorIs(t, tag(eip.ResourceTypeEIP, more, b, a), eip.ErrInvalidParameter, "a would have 21 tags")
	require.ErrorIs(t, tag("VPC", eip.Tags{"x": "y"}, b), eip.ErrInvalidParameter)
	require.ErrorIs(t, tag(eip.ResourceTypeEIP, eip.Tags{"acs:x": "y"}, b), eip.ErrInvalidParameter)
	require.Len(t, tagsOf(b), 2)
	require.NoError(t, tag(eip.ResourceTypeEIP, more, b))
	require.Len(t, tagsOf(b), 20)

	// A repeat after a lost answer lands in the same state.
	srv.Fail("TagResources", fault.CutAfter())
	res, err := c.TagResources(t.Context(), &eip.TagResourcesRequest{
		ResourceType: eip.ResourceTypeEIP, ResourceIDs: []string{a}, Tags: eip.Tags{"env": "dev"}})
	require.NoError(t, err)
	require.Equal(t, 2, res.Attempts)
	require.Equal(t, "dev", tagsOf(a)["env"])
}

func TestTagResourcesLimits(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTaggedAtOnce(20))
	c := srv.Client(t)
	id := allocate(t, c, nil)
	tag := func(n int) error {
		ids := make([]string, n)
		for i := range ids {
			ids[i] = id
		}
		_, err := c.TagResources(t.Context(), &eip.TagResourcesRequest{ResourceType: "EIP", ResourceIDs: ids, Tags: eip.Tags{"k": "v"}})
		return err
	}
	require.NoError(t, tag(20))
	require.ErrorIs(t, tag(21), eip.CodeInvalidParameter)
	require.ErrorContains(t, tag(51), "ResourceIDs (51 elements): must have at most 50 elements")

	_, err := c.TagResources(t.Context(), &eip.TagResourcesRequest{})
	require.EqualError(t, err, "eip: TagResources: invalid request, nothing was sent: "+
		"ResourceType: is required; ResourceIDs: is required; Tags: is required")
	for _, missing := range []string{"ResourceType", "ResourceId", "Tag"} {
		params := map[string][]string{"ResourceType": {"EIP"}, "ResourceId.1": {id}, "Tag.1.Key": {"k"}}
		delete(params, map[string]string{"ResourceId": "ResourceId.1", "Tag": "Tag.1.Key"}[missing])
		delete(params, missing)
		_, err := c.Do(t.Context(), eip.RawRequest{Action: "TagResources", Params: params}, nil)
		require.ErrorIs(t, err, eip.Code("MissingParameter"))
		require.ErrorContains(t, err, `"`+missing+`"`)
	}
}

// UnTagResources takes no ClientToken (Q-NOTOKEN), up to 50 IDs (Q-TAGLIMIT), and
// Tag from the older SDK alone (Q-UNTAGV1).
func TestUnTagResources(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTaggedAtOnce(20))
	c := srv.Client(t)
	tags := eip.Tags{"team": "edge", "env": "test", "cost": "7", "old": "yes"}
	a, b := allocate(t, c, &eip.AllocateEipAddressRequest{Tags: tags}), allocate(t, c, &eip.AllocateEipAddressRequest{Tags: tags})
	untag := func(req eip.UnTagResourcesRequest, ids ...string) error {
		req.ResourceIDs = ids
		if req.ResourceType == "" {
			req.ResourceType = eip.ResourceTypeEIP
		}
		_, err := c.UnTagResources(t.Context(), &req)
		return err
	}
	tagsOf := func(id string) map[string]string {
		address, ok := srv.Address(id)
		require.True(t, ok)
		return address.Tags
	}

	require.NoError(t, untag(eip.UnTagResourcesRequest{
		RegionID: "cn-hangzhou", ResourceType: "eip", TagKeys: []string{"team", "unknown"}, All: true, Tags: eip.Tags{"env": "test", "cost": "8"},
	}, a, b))
	require.Equal(t, map[string]string{
		"RegionId": "cn-hangzhou", "ResourceType": "eip", "ResourceId.1": a, "ResourceId.2": b, "All": "true",
		"TagKey.1": "team", "TagKey.2": "unknown",
		"Tag.1.Key": "cost", "Tag.1.Value": "8", "Tag.2.Key": "env", "Tag.2.Value": "test",
	}, srv.CallsOf("UnTagResources")[0].Params)
	rest := map[string]string{"cost": "7", "old": "yes"}
	require.Equal(t, rest, tagsOf(a), "All has no effect beside TagKeys")
	require.Equal(t, rest, tagsOf(b))

	// What is refused changes nothing.
	many := make([]string, 21)
	for i := range many {
		many[i] = a
	}
	require.ErrorIs(t, untag(eip.UnTagResourcesRequest{All: true}, b, "eip-unknown"), eip.CodeInvalidAllocationIdNotFound)
	require.ErrorIs(t, untag(eip.UnTagResourcesRequest{All: true, ResourceType: "VPC"}, b), eip.ErrInvalidParameter)
	require.ErrorIs(t, untag(eip.UnTagResourcesRequest{All: true}, many...), eip.ErrInvalidParameter, "the other limit")
	require.ErrorIs(t, untag(eip.UnTagResourcesRequest{Tags: eip.Tags{"aliyun": "x"}}, b), eip.ErrInvalidParameter)
	require.ErrorContains(t, untag(eip.UnTagResourcesRequest{TagKeys: many}, b), "TagKeys (21 elements): must have at most 20 elements")
	unchecked := srv.Client(t, eip.WithoutValidation())
	_, err := unchecked.UnTagResources(t.Context(), &eip.UnTagResourcesRequest{ResourceType: "EIP", ResourceIDs: []string{b}, TagKeys: many})
	require.ErrorIs(t, err, eip.CodeInvalidParameter)
	_, err = c.UnTagResources(t.Context(), &eip.UnTagResourcesRequest{})
	require.EqualError(t, err, "eip: UnTagResources: invalid request, nothing was sent: ResourceType: is required; ResourceIDs: is required")
	require.NoError(t, untag(eip.UnTagResourcesRequest{}, b), "no key, no change")
	require.Equal(t, rest, tagsOf(b))

	// A repeat after a lost answer lands in the same state.
	srv.Fail("UnTagResources", fault.CutAfter())
	res, err := c.UnTagResources(t.Context(), &eip.UnTagResourcesRequest{ResourceType: "EIP", ResourceIDs: []string{a}, TagKeys: []string{"old"}})
	require.NoError(t, err)
	require.Equal(t, 2, res.Attempts)
	require.Equal(t, map[string]string{"cost": "7"}, tagsOf(a))
	require.NoError(t, untag(eip.UnTagResourcesRequest{All: true}, a))
	require.Empty(t, tagsOf(a))
}
