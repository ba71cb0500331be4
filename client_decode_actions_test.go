package eip

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Answers of the actions for which no document prints any, in both formats, by
// the trees of the SDK metadata.
func TestAnswersOfFurtherActions(t *testing.T) {
	t.Parallel()
	meta := ResponseMeta{RequestID: "r"}
	for action, tc := range map[string]struct {
		json, xml string
		want      any
	}{
		"UnTagResources":           {`{"RequestId":"r"}`, `<UnTagResourcesResponse><RequestId>r</RequestId></UnTagResourcesResponse>`, &UnTagResourcesResponse{meta}},
		"MoveResourceGroup":        {`{"RequestId":"r"}`, `<MoveResourceGroupResponse><RequestId>r</RequestId></MoveResourceGroupResponse>`, &MoveResourceGroupResponse{meta}},
		"DeletionProtection":       {`{"RequestId":"r"}`, `<DeletionProtectionResponse><RequestId>r</RequestId></DeletionProtectionResponse>`, &DeletionProtectionResponse{meta}},
		"ModifyEipForwardMode":     {`{"RequestId":"r"}`, `<ModifyEipForwardModeResponse><RequestId>r</RequestId></ModifyEipForwardModeResponse>`, &ModifyEipForwardModeResponse{meta}},
		"AssociateEipAddressBatch": {`{"RequestId":"r"}`, `<AssociateEipAddressBatchResponse><RequestId>r</RequestId></AssociateEipAddressBatchResponse>`, &AssociateEipAddressBatchResponse{meta}},
		"ListTagResources": {
			`{"RequestId":"r","NextToken":"n","TagResources":{"TagResource":[
				{"ResourceId":"eip-1","ResourceType":"EIP","TagKey":"k","TagValue":"v"},{"ResourceId":"eip-2","ResourceType":"EIP","TagKey":"k","TagValue":""}]}}`,
			`<ListTagResourcesResponse><RequestId>r</RequestId><NextToken>n</NextToken><TagResources>
				<TagResource><ResourceId>eip-1</ResourceId><ResourceType>EIP</ResourceType><TagKey>k</TagKey><TagValue>v</TagValue></TagResource>
				<TagResource><ResourceId>eip-2</ResourceId><ResourceType>EIP</ResourceType><TagKey>k</TagKey><TagValue></TagValue></TagResource>
				</TagResources></ListTagResourcesResponse>`,
			&ListTagResourcesResponse{meta, "n", ResourceTagList{{"eip-1", "EIP", "k", "v"}, {"eip-2", "EIP", "k", ""}}},
		},
		"SetHighDefinitionMonitorLogStatus": { // Q-BOOLSTR
			`{"RequestId":"r","Success":"true"}`,
			`<SetHighDefinitionMonitorLogStatusResponse><RequestId>r</RequestId><Success>true</Success></SetHighDefinitionMonitorLogStatusResponse>`,
			&SetHighDefinitionMonitorLogStatusResponse{meta, true},
		},
		"DescribeHighDefinitionMonitorLogAttribute": {
			`{"RequestId":"r","InstanceId":"eip-1","InstanceType":"EIP","LogProject":"p","LogStore":"s","Success":"true"}`,
			`<DescribeHighDefinitionMonitorLogAttributeResponse><RequestId>r</RequestId><InstanceId>eip-1</InstanceId>
				<InstanceType>EIP</InstanceType><LogProject>p</LogProject><LogStore>s</LogStore><Success>true</Success>
				</DescribeHighDefinitionMonitorLogAttributeResponse>`,
			&DescribeHighDefinitionMonitorLogAttributeResponse{meta, "eip-1", "EIP", "p", "s", true},
		},
		"DescribePublicIpAddress": { // Q-V1RANGE, Q-FLATLIST
			`{"RequestId":"r","Code":"200","Message":"m","Success":true,"RegionId":"cn-hangzhou","PublicIpAddress":["192.0.2.0/24","198.51.100.0/24"],
				"IpRange":["203.0.113.0/24"],"PageNumber":1,"PageSize":100,"TotalCount":2}`,
			`<DescribePublicIpAddressResponse><RequestId>r</RequestId><Code>200</Code><Message>m</Message><Success>true</Success>
				<RegionId>cn-hangzhou</RegionId><PublicIpAddress>192.0.2.0/24</PublicIpAddress><PublicIpAddress>198.51.100.0/24</PublicIpAddress>
				<IpRange>203.0.113.0/24</IpRange><PageNumber>1</PageNumber><PageSize>100</PageSize><TotalCount>2</TotalCount>
				</DescribePublicIpAddressResponse>`,
			&DescribePublicIpAddressResponse{meta, []string{"192.0.2.0/24", "198.51.100.0/24"}, []string{"203.0.113.0/24"},
				"cn-hangzhou", 1, 100, 2, "200", "m", true},
		},
	} {
		for _, body := range []string{tc.json, tc.xml} {
			got := actionTypes()[action].newResponse()
			require.NoError(t, decodeResponse(action, []byte(body), got), "%s: %s", action, body)
			assert.Equal(t, tc.want, got, action)
		}
	}
}
