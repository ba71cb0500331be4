package eip_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// newPool makes a pool on the fake.
func newPool(t *testing.T, c *eip.Client, req *eip.CreatePublicIpAddressPoolRequest) string {
	t.Helper()
	if req == nil {
		req = new(eip.CreatePublicIpAddressPoolRequest)
	}
	res, err := c.CreatePublicIpAddressPool(t.Context(), req)
	require.NoError(t, err)
	return res.PublicIPAddressPoolID
}

// poolOf gives what the fake has of a pool.
func poolOf(t *testing.T, srv *eiptest.Server, id string) eiptest.Pool {
	t.Helper()
	for _, p := range srv.Pools() {
		if p.ID == id {
			return p
		}
	}
	require.Fail(t, "no pool", id)
	return eiptest.Pool{}
}

// lastAsked are the parameters of the latest call of an action.
func lastAsked(srv *eiptest.Server, action string) map[string]string {
	calls := srv.CallsOf(action)
	return calls[len(calls)-1].Params
}

func TestCreatePublicIpAddressPool(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithResourceGroups("rg-a"))
	c := srv.Client(t)
	full := func() *eip.CreatePublicIpAddressPoolRequest {
		return &eip.CreatePublicIpAddressPoolRequest{
			RegionID: "cn-hongkong", Name: "edge", Description: "for the edge", ISP: eip.ISPBGPPro, // Q-ISP
			BizType: eip.PoolBizTypeCloudBox, Zones: []string{"cn-hongkong-b", "cn-hongkong-c"},
			SecurityProtectionTypes: eip.SecurityProtectionTypes{eip.SecurityProtectionTypeAntiDDoSEnhanced},
			ResourceGroupID:         "rg-a", Tags: eip.Tags{"team": "net", "env": "prod"}, DryRun: true, ClientToken: "one",
		}
	}
	_, err := c.CreatePublicIpAddressPool(t.Context(), full())
	require.ErrorIs(t, err, eip.ErrDryRun)
	require.Empty(t, srv.Pools())
	want := map[string]string{
		"RegionId": "cn-hongkong", "Name": "edge", "Description": "for the edge", "Isp": "BGP_PRO", "BizType": "CloudBox",
		"Zones.1": "cn-hongkong-b", "Zones.2": "cn-hongkong-c", "SecurityProtectionTypes.1": "AntiDDoS_Enhanced",
		"ResourceGroupId": "rg-a", "Tag.1.Key": "env", "Tag.1.Value": "prod", "Tag.2.Key": "team", "Tag.2.Value": "net",
		"DryRun": "true",
	}
	require.Equal(t, want, lastAsked(srv, "CreatePublicIpAddressPool"))
	require.Equal(t, "one", srv.CallsOf("CreatePublicIpAddressPool")[0].Token)

	req := full()
	req.DryRun, req.ClientToken = false, "two"
	res, err := c.CreatePublicIpAddressPool(t.Context(), req)
	require.NoError(t, err)
	require.Equal(t, "rg-a", res.ResourceGroupID)
	p := poolOf(t, srv, res.PublicIPAddressPoolID)
	p.CreatedAt = time.Time{}
	require.Equal(t, eiptest.Pool{
		ID: p.ID, RegionID: "cn-hongkong", Status: eiptest.Created, AntiDDoS: true, Blocks: []eiptest.PoolBlock{}, Name: "edge",
		Description: "for the edge", ISP: "BGP_PRO", BizType: "CloudBox", Zones: []string{"cn-hongkong-b", "cn-hongkong-c"},
		ResourceGroupID: "rg-a", Tags: map[string]string{"env": "prod", "team": "net"}, Token: "two",
	}, p)

	// The rest has its defaults.
	p = poolOf(t, srv, newPool(t, c, nil))
	require.Equal(t, []string{"cn-hangzhou", "BGP", "Default", "rg-default"}, []string{p.RegionID, p.ISP, p.BizType, p.ResourceGroupID})

	// What is refused makes no pool.
	for name, tc := range map[string]struct {
		req  eip.CreatePublicIpAddressPoolRequest
		want error
	}{
		"region":      {eip.CreatePublicIpAddressPoolRequest{RegionID: "mars-1"}, eip.CodeInvalidRegionIdNotFound},
		"name":        {eip.CreatePublicIpAddressPoolRequest{Name: "http://x"}, eip.CodeInvalidParameter},
		"description": {eip.CreatePublicIpAddressPoolRequest{Description: strings.Repeat("x", 257)}, eip.CodeInvalidParameter},
		"line":        {eip.CreatePublicIpAddressPoolRequest{ISP: eip.ISPChinaMobile}, eip.CodeIllegalParamIsp},
		"use":         {eip.CreatePublicIpAddressPoolRequest{BizType: "Fun"}, eip.CodeInvalidParameter},
		"zone":        {eip.CreatePublicIpAddressPoolRequest{Zones: []string{"cn-beijing-a"}}, eip.CodeInvalidParameter},
		"protection": {eip.CreatePublicIpAddressPoolRequest{SecurityProtectionTypes: eip.SecurityProtectionTypes{"None"}},
			eip.CodeInvalidParameter},
		"group": {eip.CreatePublicIpAddressPoolRequest{ResourceGroupID: "rg-b"}, eip.CodeInvalidResourceGroupId},
		"tag":   {eip.CreatePublicIpAddressPoolRequest{Tags: eip.Tags{"acs:x": ""}}, eip.CodeInvalidParameter},
	} {
		_, err := c.CreatePublicIpAddressPool(t.Context(), &tc.req)
		require.ErrorIs(t, err, tc.want, name)
	}
	require.Len(t, srv.Pools(), 2)
	_, err = c.CreatePublicIpAddressPool(t.Context(), &eip.CreatePublicIpAddressPoolRequest{BizType: eip.PoolBizTypeCloudBox})
	require.ErrorContains(t, err, "Zones: is required when BizType is CloudBox")
	_, err = srv.Client(t, eip.WithoutValidation()).CreatePublicIpAddressPool(t.Context(),
		&eip.CreatePublicIpAddressPoolRequest{BizType: eip.PoolBizTypeCloudBox})
	require.ErrorIs(t, err, eip.Code("MissingParameter"))

	// A repeat after a lost answer makes no second pool.
	srv.Fail("CreatePublicIpAddressPool", fault.CutAfter())
	res, err = c.CreatePublicIpAddressPool(t.Context(), &eip.CreatePublicIpAddressPoolRequest{Name: "once"})
	require.NoError(t, err)
	require.Equal(t, 2, res.Attempts)
	require.Len(t, srv.Pools(), 3)
	require.Equal(t, "once", poolOf(t, srv, res.PublicIPAddressPoolID).Name)
}

// Q-PULBIC: the ID comes under its right name, a misspelt one, or both; without
// either the call has no result.
func TestCreatePublicIpAddressPoolAnswer(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := srv.Client(t, eip.WithMaxAttempts(1))
	for body, want := range map[string]string{
		`{"RequestId":"r","PublicIpAddressPoolId":"pippool-1","PulbicIpAddressPoolId":"pippool-1","ResourceGroupId":"rg-1"}`: "pippool-1",
		`{"RequestId":"r","PulbicIpAddressPoolId":"pippool-2","ResourceGroupId":"rg-1"}`:                                     "pippool-2",
		`{"RequestId":"r","PublicIpAddressPoolId":"pippool-3","ResourceGroupId":"rg-1"}`:                                     "pippool-3",
		`<CreatePublicIpAddressPoolResponse><RequestId>r</RequestId><PulbicIpAddressPoolId>pippool-4</PulbicIpAddressPoolId>` +
			`<ResourceGroupId>rg-1</ResourceGroupId></CreatePublicIpAddressPoolResponse>`: "pippool-4",
		`{"RequestId":"r","ResourceGroupId":"rg-1"}`: "",
	} {
		srv.Fail("CreatePublicIpAddressPool", fault.Answer(200, nil, body))
		res, err := c.CreatePublicIpAddressPool(t.Context(), &eip.CreatePublicIpAddressPoolRequest{})
		if want == "" {
			require.ErrorContains(t, err, "it lacks PublicIpAddressPoolId")
			require.True(t, eip.OutcomeUnknown(err))
			continue
		}
		require.NoError(t, err, body)
		require.Equal(t, want, res.PublicIPAddressPoolID)
		require.Equal(t, "rg-1", res.ResourceGroupID)
	}
	srv.Fail("CreatePublicIpAddressPool", fault.BlankID(7))
	_, err := c.CreatePublicIpAddressPool(t.Context(), &eip.CreatePublicIpAddressPoolRequest{})
	require.True(t, eip.OutcomeUnknown(err))
}

func TestListPublicIpAddressPools(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := srv.Client(t)
	enhanced := eip.SecurityProtectionTypes{eip.SecurityProtectionTypeAntiDDoSEnhanced}
	a := newPool(t, c, &eip.CreatePublicIpAddressPoolRequest{RegionID: "cn-hongkong", Name: "a", Description: "first",
		ISP: eip.ISPBGPPro, SecurityProtectionTypes: enhanced, ResourceGroupID: "rg-a",
		Tags: eip.Tags{"env": "prod", "team": "net"}, Zones: []string{"cn-hongkong-b"}})
	b := newPool(t, c, &eip.CreatePublicIpAddressPoolRequest{RegionID: "cn-hongkong", Name: "b", Tags: eip.Tags{"env": "test"}})
	other := newPool(t, c, nil)
	list := func(req eip.ListPublicIpAddressPoolsRequest) []string {
		if req.RegionID == "" {
			req.RegionID = "cn-hongkong"
		}
		res, err := c.ListPublicIpAddressPools(t.Context(), &req)
		require.NoError(t, err)
		ids := []string{}
		for _, p := range res.PublicIPAddressPools {
			ids = append(ids, p.PublicIPAddressPoolID)
		}
		require.Len(t, ids, res.TotalCount)
		require.Empty(t, res.NextToken)
		return ids
	}

	full := eip.ListPublicIpAddressPoolsRequest{
		RegionID: "cn-hongkong", PublicIPAddressPoolIDs: []string{a, b}, Name: "a", Status: eip.PoolStatusCreated, ISP: eip.ISPBGPPro,
		SecurityProtectionEnabled: eip.Ptr(true), ResourceGroupID: "rg-a", Tags: eip.Tags{"env": "prod"}, MaxResults: 20,
	}
	require.Equal(t, []string{a}, list(full))
	params := map[string]string{ // Q-TAGS, Q-ISP
		"RegionId": "cn-hongkong", "PublicIpAddressPoolIds.1": a, "PublicIpAddressPoolIds.2": b, "Name": "a", "Status": "Created",
		"Isp": "BGP_PRO", "SecurityProtectionEnabled": "true", "ResourceGroupId": "rg-a",
		"Tags.1.Key": "env", "Tags.1.Value": "prod", "MaxResults": "20",
	}
	require.Equal(t, params, lastAsked(srv, "ListPublicIpAddressPools"))
	full.DryRun, full.NextToken = true, "bm90aGluZw"
	_, err := c.ListPublicIpAddressPools(t.Context(), &full)
	require.ErrorIs(t, err, eip.CodeInvalidParameter, "the token is no token")
	params["DryRun"], params["NextToken"] = "true", "bm90aGluZw"
	require.Equal(t, params, lastAsked(srv, "ListPublicIpAddressPools"))
	full.NextToken = ""
	_, err = c.ListPublicIpAddressPools(t.Context(), &full)
	require.ErrorIs(t, err, eip.ErrDryRun)

	for name, tc := range map[string]struct {
		req  eip.ListPublicIpAddressPoolsRequest
		want []string
	}{
		"all":            {eip.ListPublicIpAddressPoolsRequest{}, []string{a, b}},
		"another region": {eip.ListPublicIpAddressPoolsRequest{RegionID: "cn-hangzhou"}, []string{other}},
		"IDs":            {eip.ListPublicIpAddressPoolsRequest{PublicIPAddressPoolIDs: []string{b, other, "pippool-x"}}, []string{b}},
		"name":           {eip.ListPublicIpAddressPoolsRequest{Name: "b"}, []string{b}},
		"state":          {eip.ListPublicIpAddressPoolsRequest{Status: eip.PoolStatusDeleting}, []string{}},
		"line":           {eip.ListPublicIpAddressPoolsRequest{ISP: eip.ISPBGP}, []string{b}},
		"unprotected":    {eip.ListPublicIpAddressPoolsRequest{SecurityProtectionEnabled: eip.Ptr(false)}, []string{b}},
		"group":          {eip.ListPublicIpAddressPoolsRequest{ResourceGroupID: "rg-a"}, []string{a}},
		"tag":            {eip.ListPublicIpAddressPoolsRequest{Tags: eip.Tags{"env": "test"}}, []string{b}},
		"tag, any value": {eip.ListPublicIpAddressPoolsRequest{Tags: eip.Tags{"env": ""}}, []string{a, b}},
		"tags":           {eip.ListPublicIpAddressPoolsRequest{Tags: eip.Tags{"env": "test", "team": ""}}, []string{}},
	} {
		require.Equal(t, tc.want, list(tc.req), name)
	}

	for name, req := range map[string]eip.ListPublicIpAddressPoolsRequest{
		"state": {Status: "Sleeping"}, "line": {ISP: "x"}, "few": {MaxResults: 9}, "many": {MaxResults: 101}, "tag": {Tags: eip.Tags{"acs:": ""}},
	} {
		_, err := c.ListPublicIpAddressPools(t.Context(), &req)
		require.ErrorIs(t, err, eip.CodeInvalidParameter, name)
	}
	_, err = c.ListPublicIpAddressPools(t.Context(), &eip.ListPublicIpAddressPoolsRequest{PublicIPAddressPoolIDs: make([]string, 101)})
	require.ErrorContains(t, err, "must have at most 100 elements")

	srv.Fail("ListPublicIpAddressPools", fault.CutAfter())
	res, err := c.ListPublicIpAddressPools(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, 2, res.Attempts)
	require.Equal(t, other, res.PublicIPAddressPools[0].PublicIPAddressPoolID)
}

// Q-FLATLIST, Q-V1POOL: the lists of an answer are plain ones, in both formats; and
// the answer is written as the service writes it.
func TestListPublicIpAddressPoolsAnswer(t *testing.T) {
	t.Parallel()
	const written = `{"RequestId":"r","PublicIpAddressPoolList":[{"PublicIpAddressPoolId":"pippool-1","RegionId":"cn-hangzhou",` +
		`"Zones":["cn-hangzhou-b"],"Name":"n","Description":"d","Status":"Modifying","BusinessStatus":"Normal","BizType":"Default",` +
		`"Isp":"BGP","SecurityProtectionTypes":["AntiDDoS_Enhanced"],"TotalIpNum":16,"UsedIpNum":2,"IpAddressRemaining":true,` +
		`"ResourceGroupId":"rg-1","OwnerId":1234567890123456789,"UserType":"admin","ShareType":"Shared",` +
		`"CreationTime":"2026-01-02T03:04:05Z","PublicIpCidrBlockList":[{"CidrBlock":"203.0.113.0/28","Status":"Created",` +
		`"TotalIpNum":16,"UsedIpNum":2,"CreationTime":"2026-01-02T03:04:05Z"}],"Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":""}]}],` +
		`"NextToken":"t","MaxResults":10,"TotalCount":11}`
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	want := eip.PublicIPAddressPool{
		PublicIPAddressPoolID: "pippool-1", RegionID: "cn-hangzhou", Zones: []string{"cn-hangzhou-b"}, Name: "n", Description: "d",
		Status: eip.PoolStatusModifying, BusinessStatus: "Normal", BizType: eip.PoolBizTypeDefault, ISP: eip.ISPBGP,
		SecurityProtectionTypes: []eip.SecurityProtectionType{eip.SecurityProtectionTypeAntiDDoSEnhanced},
		TotalIPNum:              16, UsedIPNum: 2, IPAddressRemaining: true, ResourceGroupID: "rg-1", Tags: eip.Tags{"a": "1", "b": ""},
		OwnerID: 1234567890123456789, UserType: "admin", ShareType: "Shared", CreationTime: at,
		PublicIPCIDRBlocks: []eip.PublicIPAddressPoolCIDRBlock{{CIDRBlock: "203.0.113.0/28", Status: eip.PoolStatusCreated,
			TotalIPNum: 16, UsedIPNum: 2, CreationTime: at}},
	}
	srv := eiptest.NewServer(t)
	c := srv.Client(t)
	for name, body := range map[string]string{
		"JSON": written,
		"JSON, wrapped": `{"RequestId":"r","PublicIpAddressPoolList":[{"PublicIpAddressPoolId":"pippool-1","RegionId":"cn-hangzhou",` +
			`"Zones":"cn-hangzhou-b","Name":"n","Description":"d","Status":"Modifying","BusinessStatus":"Normal","BizType":"Default",` +
			`"Isp":"BGP","SecurityProtectionTypes":["AntiDDoS_Enhanced"],"TotalIpNum":"16","UsedIpNum":"2","IpAddressRemaining":"true",` +
			`"ResourceGroupId":"rg-1","OwnerId":"1234567890123456789","UserType":"admin","ShareType":"Shared",` +
			`"CreationTime":"2026-01-02T03:04:05Z","PublicIpCidrBlockList":{"CidrBlock":"203.0.113.0/28","Status":"Created",` +
			`"TotalIpNum":16,"UsedIpNum":2,"CreationTime":"2026-01-02T03:04:05Z"},"Tags":{"Tag":[{"Key":"a","Value":"1"},{"Key":"b"}]}}],` +
			`"NextToken":"t","MaxResults":"10","TotalCount":"11"}`,
		"XML": `<?xml version="1.0" encoding="UTF-8"?><ListPublicIpAddressPoolsResponse><RequestId>r</RequestId><PublicIpAddressPoolList>` +
			`<PublicIpAddressPoolId>pippool-1</PublicIpAddressPoolId><RegionId>cn-hangzhou</RegionId><Zones>cn-hangzhou-b</Zones>` +
			`<Name>n</Name><Description>d</Description><Status>Modifying</Status><BusinessStatus>Normal</BusinessStatus><BizType>Default</BizType>` +
			`<Isp>BGP</Isp><SecurityProtectionTypes>AntiDDoS_Enhanced</SecurityProtectionTypes><TotalIpNum>16</TotalIpNum><UsedIpNum>2</UsedIpNum>` +
			`<IpAddressRemaining>true</IpAddressRemaining><ResourceGroupId>rg-1</ResourceGroupId><OwnerId>1234567890123456789</OwnerId>` +
			`<UserType>admin</UserType><ShareType>Shared</ShareType><CreationTime>2026-01-02T03:04:05Z</CreationTime>` +
			`<PublicIpCidrBlockList><CidrBlock>203.0.113.0/28</CidrBlock><Status>Created</Status><TotalIpNum>16</TotalIpNum>` +
			`<UsedIpNum>2</UsedIpNum><CreationTime>2026-01-02T03:04:05Z</CreationTime></PublicIpCidrBlockList>` +
			`<Tags><Key>a</Key><Value>1</Value></Tags><Tags><Key>b</Key><Value></Value></Tags></PublicIpAddressPoolList>` +
			`<NextToken>t</NextToken><MaxResults>10</MaxResults><TotalCount>11</TotalCount></ListPublicIpAddressPoolsResponse>`,
	} {
		srv.Fail("ListPublicIpAddressPools", fault.Answer(200, nil, body))
		res, err := c.ListPublicIpAddressPools(t.Context(), nil)
		require.NoError(t, err, name)
		require.Equal(t, []eip.PublicIPAddressPool{want}, res.PublicIPAddressPools, name)
		require.Equal(t, []any{"t", 10, 11}, []any{res.NextToken, res.MaxResults, res.TotalCount}, name)
		text, err := json.Marshal(res)
		require.NoError(t, err)
		require.JSONEq(t, written, string(text), name)
		var back eip.ListPublicIpAddressPoolsResponse
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, res.PublicIPAddressPools, back.PublicIPAddressPools, name)
	}
	for _, body := range []string{
		`{"RequestId":"r","TotalCount":0}`, `{"RequestId":"r","TotalCount":0,"PublicIpAddressPoolList":[]}`,
		`<ListPublicIpAddressPoolsResponse><RequestId>r</RequestId><TotalCount>0</TotalCount></ListPublicIpAddressPoolsResponse>`,
	} {
		srv.Fail("ListPublicIpAddressPools", fault.Answer(200, nil, body))
		res, err := c.ListPublicIpAddressPools(t.Context(), nil)
		require.NoError(t, err, body)
		require.Empty(t, res.PublicIPAddressPools)
	}
}

func TestUpdatePublicIpAddressPoolAttribute(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithPools(eiptest.Pool{ID: "pippool-busy", Status: eiptest.Deleting}))
	c := srv.Client(t)
	id := newPool(t, c, &eip.CreatePublicIpAddressPoolRequest{Name: "old", Description: "old too"})
	update := func(req eip.UpdatePublicIpAddressPoolAttributeRequest) error {
		if req.PublicIPAddressPoolID == "" {
			req.PublicIPAddressPoolID = id
		}
		_, err := c.UpdatePublicIpAddressPoolAttribute(t.Context(), &req)
		return err
	}
	has := func(name, description string) {
		t.Helper()
		p := poolOf(t, srv, id)
		require.Equal(t, [2]string{name, description}, [2]string{p.Name, p.Description})
	}

	req := eip.UpdatePublicIpAddressPoolAttributeRequest{RegionID: "cn-hangzhou", Name: eip.Ptr("new"), Description: eip.Ptr(""),
		DryRun: true, ClientToken: "one"}
	require.ErrorIs(t, update(req), eip.ErrDryRun)
	require.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "PublicIpAddressPoolId": id, "Name": "new", "Description": "", "DryRun": "true"},
		lastAsked(srv, "UpdatePublicIpAddressPoolAttribute"))
	require.Equal(t, "one", srv.CallsOf("UpdatePublicIpAddressPoolAttribute")[0].Token)
	for name, refused := range map[string]struct {
		req  eip.UpdatePublicIpAddressPoolAttributeRequest
		want error
	}{
		"unknown":     {eip.UpdatePublicIpAddressPoolAttributeRequest{PublicIPAddressPoolID: "pippool-x"}, eip.CodeResourceNotFoundPublicIpAddressPool},
		"elsewhere":   {eip.UpdatePublicIpAddressPoolAttributeRequest{RegionID: "cn-beijing"}, eip.CodeResourceNotFoundPublicIpAddressPool},
		"deleting":    {eip.UpdatePublicIpAddressPoolAttributeRequest{PublicIPAddressPoolID: "pippool-busy"}, eip.CodeIncorrectStatusPublicIpAddressPool},
		"name":        {eip.UpdatePublicIpAddressPoolAttributeRequest{Name: eip.Ptr("https://x")}, eip.CodeInvalidParameter},
		"description": {eip.UpdatePublicIpAddressPoolAttributeRequest{Description: eip.Ptr("http://x")}, eip.CodeInvalidParameter},
	} {
		require.ErrorIs(t, update(refused.req), refused.want, name)
	}
	has("old", "old too")

	require.NoError(t, update(eip.UpdatePublicIpAddressPoolAttributeRequest{Name: eip.Ptr("new")}))
	has("new", "old too")
	require.NoError(t, update(eip.UpdatePublicIpAddressPoolAttributeRequest{Description: eip.Ptr("")}))
	has("new", "")
	_, err := c.UpdatePublicIpAddressPoolAttribute(t.Context(), &eip.UpdatePublicIpAddressPoolAttributeRequest{})
	require.ErrorContains(t, err, "PublicIPAddressPoolID: is required")

	srv.Fail("UpdatePublicIpAddressPoolAttribute", fault.CutAfter())
	require.NoError(t, update(eip.UpdatePublicIpAddressPoolAttributeRequest{Name: eip.Ptr("last")}))
	has("last", "")
}

func TestDeletePublicIpAddressPool(t *testing.T) {
	t.Parallel()
	onFake(t, []eiptest.Option{eiptest.WithTransition(time.Second), eiptest.WithPools(
		eiptest.Pool{ID: "pippool-kept", DeletionProtection: true}, eiptest.Pool{ID: "pippool-used", Free: 1},
	)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := newPool(t, c, nil)
		remove := func(id string) error {
			_, err := c.DeletePublicIpAddressPool(t.Context(), &eip.DeletePublicIpAddressPoolRequest{PublicIPAddressPoolID: id})
			return err
		}
		_, err := c.DeletePublicIpAddressPool(t.Context(), &eip.DeletePublicIpAddressPoolRequest{
			RegionID: "cn-hangzhou", PublicIPAddressPoolID: id, DryRun: true, ClientToken: "one"})
		require.ErrorIs(t, err, eip.ErrDryRun)
		require.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "PublicIpAddressPoolId": id, "DryRun": "true"},
			lastAsked(srv, "DeletePublicIpAddressPool"))
		require.Equal(t, "one", srv.CallsOf("DeletePublicIpAddressPool")[0].Token)

		eipID := allocate(t, c, &eip.AllocateEipAddressRequest{PublicIPAddressPoolID: "pippool-used"})
		block, err := c.AddPublicIpAddressPoolCidrBlock(t.Context(), &eip.AddPublicIpAddressPoolCidrBlockRequest{
			PublicIPAddressPoolID: id, CIDRMask: 28})
		require.NoError(t, err)
		require.ErrorIs(t, remove("pippool-x"), eip.ErrNotFound)
		require.ErrorIs(t, remove("pippool-kept"), eip.CodeIncorrectStatusPublicIpAddressPool)
		require.ErrorIs(t, remove("pippool-used"), eip.CodeIncorrectStatusPublicIpAddressPool)
		require.ErrorIs(t, remove(id), eip.CodeIncorrectStatusPublicIpAddressPool, "a block is being added")
		require.Len(t, srv.Pools(), 3)
		_, err = c.WaitPoolBlockCreated(t.Context(), id, block.CIDRBlock)
		require.NoError(t, err)

		// It goes with its blocks, which can only be queried meanwhile.
		srv.Fail("DeletePublicIpAddressPool", fault.CutAfter())
		require.NoError(t, remove(id))
		p := poolOf(t, srv, id)
		require.Equal(t, []string{"Deleting", "Deleting"}, []string{p.Status, p.Blocks[0].Status})
		require.ErrorIs(t, remove(id), eip.CodeIncorrectStatusPublicIpAddressPool)
		_, err = c.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{PublicIPAddressPoolID: id})
		require.ErrorIs(t, err, eip.CodeIncorrectStatusPublicIpAddressPool)
		require.NoError(t, c.WaitPoolGone(t.Context(), id))
		require.Len(t, srv.Pools(), 2)

		_, err = c.ReleaseEipAddress(t.Context(), &eip.ReleaseEipAddressRequest{AllocationID: eipID})
		require.NoError(t, err)
		require.NoError(t, c.WaitGone(t.Context(), eipID))
		require.NoError(t, remove("pippool-used"), "nothing of it is in use")
	})
}
