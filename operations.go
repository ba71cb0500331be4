package eip

import (
	"context"

	"github.com/eipkit/eip-go/internal/transport"
)

// Kind says what a repeat of an action would do. It decides after which
// failures the client sends the action again; the package documentation has the
// rules.
type Kind uint8

// The kinds of action.
const (
	// KindDefault takes the kind of the action from the library's table. An
	// action that is not in the table is treated as KindOnce.
	KindDefault Kind = Kind(transport.Default)
	// KindOnce is repeated only if it certainly did not run: it was not sent, or
	// the service refused it before it ran.
	KindOnce Kind = Kind(transport.Once)
	// KindRead changes nothing, and is repeated freely. Its outcome is never
	// unknown.
	KindRead Kind = Kind(transport.Read)
	// KindTokened carries a ClientToken, and is repeated with the same token. If
	// the request has none, the client makes one. [Again] settles an unknown
	// outcome.
	KindTokened Kind = Kind(transport.Tokened)
	// KindRepeatable has no token, but a repeat lands in the same state. A repeat
	// that arrives late can undo a newer call.
	KindRepeatable Kind = Kind(transport.Repeatable)
)

// String gives the kind's name as logs have it.
func (k Kind) String() string { return transport.Kind(k).String() }

// An operation is the row of an action: what the call path has to know of it.
type operation struct {
	name string
	kind Kind

	readToken bool // a read that accepts a ClientToken all the same; none is made for it
	noRegion  bool // the action has no parameter RegionId

	// What a success must hold. An action with neither creates nor list needs a
	// RequestId alone.

	// creates is the member that has the ID of what the action makes: without it
	// the caller would not learn what to pay for. For a subscription an order
	// does as well.
	creates string
	// createsAlias is the name that some answers have for creates, or "".
	createsAlias string
	// list is what a read lists.
	list listing
	// codeIsFine: a success has a Code of its own.
	codeIsFine bool

	// settledBy are refusals that prove, after an attempt with an unknown
	// outcome, that this attempt ran.
	settledBy []Code
	// ownDoing: a conflict with the present state may be the work of an earlier
	// attempt. The action carries no token by which the service could tell.
	ownDoing bool

	once    bool // the caller forbids repeats
	unknown bool // the action has no row
}

// A listing is the list of an answer.
type listing struct {
	key, wrapper string    // the member, and the one inside it that some answers have
	id           [2]string // what every element must have, with an alias or ""
	paged        bool      // at most twice the larger of the page asked for and 100 elements
}

// op is the row of an action that has a method, with the types of its request
// and its response. Each row is a variable of its own, so that a program links
// the rows of the methods that it calls.
type op[Req, Resp any] operation

// call sends one action. A nil request is the zero request of a read, and a
// fault of anything else.
func (o *op[Req, Resp]) call(ctx context.Context, c *Client, req *Req) (*Resp, error) {
	if req == nil {
		if o.kind != KindRead {
			return nil, &ValidationError{Action: o.name, Faults: []FieldFault{{Field: "Request", Rule: "must not be nil"}}}
		}
		req = new(Req)
	}
	out := new(Resp)
	if err := c.invoke(ctx, (*operation)(o), req, out); err != nil {
		return nil, err
	}
	return out, nil
}

// The rows of the actions that have a method. Whether an action changes
// anything and whether it takes a ClientToken is from the vendor's metadata; the
// actions without a token all end in the same state when they are repeated.
var (
	// Its codes for an address that is in a package already do not say in which: they
	// prove nothing of an earlier attempt.
	opAddCommonBandwidthPackageIp = op[AddCommonBandwidthPackageIpRequest, AddCommonBandwidthPackageIpResponse]{
		name: "AddCommonBandwidthPackageIp", kind: KindTokened}

	opAddCommonBandwidthPackageIps = op[AddCommonBandwidthPackageIpsRequest, AddCommonBandwidthPackageIpsResponse]{
		name: "AddCommonBandwidthPackageIps", kind: KindTokened}

	// The service may refuse what is done already.
	opAddGlobalAccelerationInstanceIp = op[AddGlobalAccelerationInstanceIpRequest, AddGlobalAccelerationInstanceIpResponse]{
		name: "AddGlobalAccelerationInstanceIp", kind: KindRepeatable, ownDoing: true}

	opAddPublicIpAddressPoolCidrBlock = op[AddPublicIpAddressPoolCidrBlockRequest, AddPublicIpAddressPoolCidrBlockResponse]{
		name: "AddPublicIpAddressPoolCidrBlock", kind: KindTokened}

	opAllocateEipAddress = op[AllocateEipAddressRequest, AllocateEipAddressResponse]{
		name: "AllocateEipAddress", kind: KindTokened, creates: "AllocationId"}

	opAllocateEipAddressPro = op[AllocateEipAddressProRequest, AllocateEipAddressProResponse]{
		name: "AllocateEipAddressPro", kind: KindTokened, creates: "AllocationId"}

	opAllocateEipSegmentAddress = op[AllocateEipSegmentAddressRequest, AllocateEipSegmentAddressResponse]{
		name: "AllocateEipSegmentAddress", kind: KindTokened, creates: "EipSegmentInstanceId"}

	opAssociateEipAddress = op[AssociateEipAddressRequest, AssociateEipAddressResponse]{
		name: "AssociateEipAddress", kind: KindTokened}

	opCancelCommonBandwidthPackageIpBandwidth = op[CancelCommonBandwidthPackageIpBandwidthRequest, CancelCommonBandwidthPackageIpBandwidthResponse]{
		name: "CancelCommonBandwidthPackageIpBandwidth", kind: KindRepeatable}

	opCreateCommonBandwidthPackage = op[CreateCommonBandwidthPackageRequest, CreateCommonBandwidthPackageResponse]{
		name: "CreateCommonBandwidthPackage", kind: KindTokened, creates: "BandwidthPackageId"}

	// The region was right, or the package would not be known there.
	opDeleteCommonBandwidthPackage = op[DeleteCommonBandwidthPackageRequest, DeleteCommonBandwidthPackageResponse]{
		name: "DeleteCommonBandwidthPackage", kind: KindRepeatable,
		settledBy: []Code{CodeInvalidBandwidthPackageIdNotFound}}

	opDescribeCommonBandwidthPackages = op[DescribeCommonBandwidthPackagesRequest, DescribeCommonBandwidthPackagesResponse]{
		name: "DescribeCommonBandwidthPackages", kind: KindRead, list: listing{
			key: "CommonBandwidthPackages", wrapper: "CommonBandwidthPackage", id: [2]string{"BandwidthPackageId"}, paged: true}}

	opAssociateEipAddressBatch = op[AssociateEipAddressBatchRequest, AssociateEipAddressBatchResponse]{
		name: "AssociateEipAddressBatch", kind: KindTokened}

	opDeletionProtection = op[DeletionProtectionRequest, DeletionProtectionResponse]{
		name: "DeletionProtection", kind: KindTokened}

	opCreatePublicIpAddressPool = op[CreatePublicIpAddressPoolRequest, CreatePublicIpAddressPoolResponse]{
		name: "CreatePublicIpAddressPool", kind: KindTokened, creates: "PublicIpAddressPoolId",
		createsAlias: "PulbicIpAddressPoolId"}

	opDeletePublicIpAddressPool = op[DeletePublicIpAddressPoolRequest, DeletePublicIpAddressPoolResponse]{
		name: "DeletePublicIpAddressPool", kind: KindTokened}

	opDeletePublicIpAddressPoolCidrBlock = op[DeletePublicIpAddressPoolCidrBlockRequest, DeletePublicIpAddressPoolCidrBlockResponse]{
		name: "DeletePublicIpAddressPoolCidrBlock", kind: KindTokened}

	opDescribeEipAddresses = op[DescribeEipAddressesRequest, DescribeEipAddressesResponse]{
		name: "DescribeEipAddresses", kind: KindRead, list: listing{
			key: "EipAddresses", wrapper: "EipAddress", id: [2]string{"AllocationId"}, paged: true}}

	opDescribeEipGatewayInfo = op[DescribeEipGatewayInfoRequest, DescribeEipGatewayInfoResponse]{
		name: "DescribeEipGatewayInfo", kind: KindRead, list: listing{
			key: "EipInfos", wrapper: "EipInfo", id: [2]string{"Ip", "IP"}}}

	opDescribeEipMonitorData = op[DescribeEipMonitorDataRequest, DescribeEipMonitorDataResponse]{
		name: "DescribeEipMonitorData", kind: KindRead, list: listing{
			key: "EipMonitorDatas", wrapper: "EipMonitorData", id: [2]string{"TimeStamp"}}}

	opDescribeEipSegment = op[DescribeEipSegmentRequest, DescribeEipSegmentResponse]{
		name: "DescribeEipSegment", kind: KindRead, readToken: true, list: listing{
			key: "EipSegments", wrapper: "EipSegment", id: [2]string{"InstanceId"}, paged: true}}

	opDescribeHighDefinitionMonitorLogAttribute = op[DescribeHighDefinitionMonitorLogAttributeRequest, DescribeHighDefinitionMonitorLogAttributeResponse]{
		name: "DescribeHighDefinitionMonitorLogAttribute", kind: KindRead}

	opDescribePublicIpAddress = op[DescribePublicIpAddressRequest, DescribePublicIpAddressResponse]{
		name: "DescribePublicIpAddress", kind: KindRead}

	opDescribeRegions = op[DescribeRegionsRequest, DescribeRegionsResponse]{
		name: "DescribeRegions", kind: KindRead, noRegion: true, list: listing{
			key: "Regions", wrapper: "Region", id: [2]string{"RegionId"}}}

	opModifyCommonBandwidthPackageAttribute = op[ModifyCommonBandwidthPackageAttributeRequest, ModifyCommonBandwidthPackageAttributeResponse]{
		name: "ModifyCommonBandwidthPackageAttribute", kind: KindRepeatable}

	opModifyCommonBandwidthPackageIpBandwidth = op[ModifyCommonBandwidthPackageIpBandwidthRequest, ModifyCommonBandwidthPackageIpBandwidthResponse]{
		name: "ModifyCommonBandwidthPackageIpBandwidth", kind: KindRepeatable}

	// A package that is Modifying may be so by the earlier attempt.
	opModifyCommonBandwidthPackageSpec = op[ModifyCommonBandwidthPackageSpecRequest, ModifyCommonBandwidthPackageSpecResponse]{
		name: "ModifyCommonBandwidthPackageSpec", kind: KindRepeatable, ownDoing: true}

	opListTagResources = op[ListTagResourcesRequest, ListTagResourcesResponse]{
		name: "ListTagResources", kind: KindRead, list: listing{
			key: "TagResources", wrapper: "TagResource", id: [2]string{"ResourceId"}}}

	opGetPublicIpAddressPoolServiceStatus = op[GetPublicIpAddressPoolServiceStatusRequest, GetPublicIpAddressPoolServiceStatusResponse]{
		name: "GetPublicIpAddressPoolServiceStatus", kind: KindRead, readToken: true}

	opListPublicIpAddressPoolCidrBlocks = op[ListPublicIpAddressPoolCidrBlocksRequest, ListPublicIpAddressPoolCidrBlocksResponse]{
		name: "ListPublicIpAddressPoolCidrBlocks", kind: KindRead, list: listing{
			key: "PublicIpPoolCidrBlockList", id: [2]string{"CidrBlock"}, paged: true}}

	opListPublicIpAddressPools = op[ListPublicIpAddressPoolsRequest, ListPublicIpAddressPoolsResponse]{
		name: "ListPublicIpAddressPools", kind: KindRead, list: listing{
			key: "PublicIpAddressPoolList", id: [2]string{"PublicIpAddressPoolId"}, paged: true}}

	opModifyEipAddressAttribute = op[ModifyEipAddressAttributeRequest, ModifyEipAddressAttributeResponse]{
		name: "ModifyEipAddressAttribute", kind: KindRepeatable}

	opModifyEipForwardMode = op[ModifyEipForwardModeRequest, ModifyEipForwardModeResponse]{
		name: "ModifyEipForwardMode", kind: KindTokened}

	opMoveResourceGroup = op[MoveResourceGroupRequest, MoveResourceGroupResponse]{
		name: "MoveResourceGroup", kind: KindRepeatable}

	opOpenPublicIpAddressPoolService = op[OpenPublicIpAddressPoolServiceRequest, OpenPublicIpAddressPoolServiceResponse]{
		name: "OpenPublicIpAddressPoolService", kind: KindTokened, codeIsFine: true}

	// The region was right, or the address would not be known there.
	opReleaseEipAddress = op[ReleaseEipAddressRequest, ReleaseEipAddressResponse]{
		name: "ReleaseEipAddress", kind: KindRepeatable, ownDoing: true,
		settledBy: []Code{CodeInvalidAllocationIdNotFound}}

	opReleaseEipSegmentAddress = op[ReleaseEipSegmentAddressRequest, ReleaseEipSegmentAddressResponse]{
		name: "ReleaseEipSegmentAddress", kind: KindTokened}

	opRemoveCommonBandwidthPackageIp = op[RemoveCommonBandwidthPackageIpRequest, RemoveCommonBandwidthPackageIpResponse]{
		name: "RemoveCommonBandwidthPackageIp", kind: KindTokened,
		settledBy: []Code{CodeOperationUnsupportedIpNotInCbwp, CodeIpInstanceIdNotBandwidthPackage}}

	opSetHighDefinitionMonitorLogStatus = op[SetHighDefinitionMonitorLogStatusRequest, SetHighDefinitionMonitorLogStatusResponse]{
		name: "SetHighDefinitionMonitorLogStatus", kind: KindRepeatable}

	// The service may refuse what is done already.
	opRemoveGlobalAccelerationInstanceIp = op[RemoveGlobalAccelerationInstanceIpRequest, RemoveGlobalAccelerationInstanceIpResponse]{
		name: "RemoveGlobalAccelerationInstanceIp", kind: KindRepeatable, ownDoing: true}

	opTagResources = op[TagResourcesRequest, TagResourcesResponse]{
		name: "TagResources", kind: KindRepeatable}

	opTransformEipSegmentToPublicIpAddressPool = op[TransformEipSegmentToPublicIpAddressPoolRequest, TransformEipSegmentToPublicIpAddressPoolResponse]{
		name: "TransformEipSegmentToPublicIpAddressPool", kind: KindTokened, creates: "PublicIpAddressPoolId"}

	opUnassociateEipAddress = op[UnassociateEipAddressRequest, UnassociateEipAddressResponse]{
		name: "UnassociateEipAddress", kind: KindTokened}

	opUnTagResources = op[UnTagResourcesRequest, UnTagResourcesResponse]{
		name: "UnTagResources", kind: KindRepeatable}

	opUpdatePublicIpAddressPoolAttribute = op[UpdatePublicIpAddressPoolAttributeRequest, UpdatePublicIpAddressPoolAttributeResponse]{
		name: "UpdatePublicIpAddressPoolAttribute", kind: KindTokened}
)

// operations is the table by which Do finds a row: those above, and that of an action
// of the older SDK and the metadata alone, which has no method.
var operations = []*operation{
	(*operation)(&opAddCommonBandwidthPackageIp),
	(*operation)(&opAddCommonBandwidthPackageIps),
	(*operation)(&opAddGlobalAccelerationInstanceIp),
	(*operation)(&opAddPublicIpAddressPoolCidrBlock),
	(*operation)(&opAllocateEipAddress),
	(*operation)(&opAllocateEipAddressPro),
	(*operation)(&opAllocateEipSegmentAddress),
	(*operation)(&opAssociateEipAddress),
	(*operation)(&opAssociateEipAddressBatch),
	(*operation)(&opCancelCommonBandwidthPackageIpBandwidth),
	(*operation)(&opCreateCommonBandwidthPackage),
	(*operation)(&opCreatePublicIpAddressPool),
	(*operation)(&opDeleteCommonBandwidthPackage),
	(*operation)(&opDeletePublicIpAddressPool),
	(*operation)(&opDeletePublicIpAddressPoolCidrBlock),
	(*operation)(&opDeletionProtection),
	(*operation)(&opDescribeCommonBandwidthPackages),
	(*operation)(&opDescribeEipAddresses),
	(*operation)(&opDescribeEipGatewayInfo),
	(*operation)(&opDescribeEipMonitorData),
	(*operation)(&opDescribeEipSegment),
	(*operation)(&opDescribeHighDefinitionMonitorLogAttribute),
	(*operation)(&opDescribePublicIpAddress),
	(*operation)(&opDescribeRegions),
	(*operation)(&opGetPublicIpAddressPoolServiceStatus),
	(*operation)(&opListPublicIpAddressPoolCidrBlocks),
	(*operation)(&opListPublicIpAddressPools),
	(*operation)(&opListTagResources),
	(*operation)(&opModifyCommonBandwidthPackageAttribute),
	(*operation)(&opModifyCommonBandwidthPackageIpBandwidth),
	(*operation)(&opModifyCommonBandwidthPackageSpec),
	(*operation)(&opModifyEipAddressAttribute),
	(*operation)(&opModifyEipForwardMode),
	(*operation)(&opMoveResourceGroup),
	(*operation)(&opOpenPublicIpAddressPoolService),
	(*operation)(&opReleaseEipAddress),
	(*operation)(&opReleaseEipSegmentAddress),
	(*operation)(&opRemoveCommonBandwidthPackageIp),
	(*operation)(&opRemoveGlobalAccelerationInstanceIp),
	(*operation)(&opSetHighDefinitionMonitorLogStatus),
	(*operation)(&opTagResources),
	(*operation)(&opTransformEipSegmentToPublicIpAddressPool),
	(*operation)(&opUnassociateEipAddress),
	(*operation)(&opUnTagResources),
	(*operation)(&opUpdatePublicIpAddressPoolAttribute),

	{name: "ConvertBandwidthPackage", kind: KindTokened},
}

// operationOf finds the row of an action; one that has none is KindOnce.
func operationOf(action string) operation {
	for _, op := range operations {
		if op.name == action {
			return *op
		}
	}
	return operation{name: action, kind: KindOnce, unknown: true}
}
