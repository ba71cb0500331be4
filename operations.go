package eip

import "github.com/eipkit/eip-go/internal/transport"

// Kind says what a repeat of an action would do. It decides after which
// failures the client sends the action again; the package documentation has the
// rules.
type Kind uint8

// The kinds of action.
const (
	// KindDefault takes the kind of the action from the library's table. An
	// action that is not in the table is treated as KindOnce.
	KindDefault Kind = iota
	// KindOnce is repeated only if it certainly did not run: it was not sent, or
	// the service refused it before it ran.
	KindOnce
	// KindRead changes nothing, and is repeated freely. Its outcome is never
	// unknown.
	KindRead
	// KindTokened carries a ClientToken, and is repeated with the same token. If
	// the request has none, the client makes one. [Again] settles an unknown
	// outcome.
	KindTokened
	// KindRepeatable has no token, but a repeat lands in the same state. A repeat
	// that arrives late can undo a newer call.
	KindRepeatable
)

// String gives the kind's name as logs have it.
func (k Kind) String() string {
	if k == KindDefault {
		return "default"
	}
	return k.transport().String()
}

func (k Kind) transport() transport.Kind {
	switch k {
	case KindRead:
		return transport.Read
	case KindTokened:
		return transport.Tokened
	case KindRepeatable:
		return transport.Repeatable
	default:
		return transport.Once
	}
}

// operation is what the call path has to know of an action.
type operation struct {
	kind      Kind
	once      bool // the caller forbids repeats
	readToken bool // a read that accepts a ClientToken all the same; none is made for it
	noRegion  bool // the action has no parameter RegionId

	// What a success must hold. An action with neither creates nor list needs a
	// RequestId alone.

	// creates is the member that has the ID of what the action makes: without it
	// the caller would not learn what to pay for. For a subscription an order
	// does as well.
	creates string
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

	known bool // it is in the table
}

// A listing is the list of an answer.
type listing struct {
	key, wrapper string    // the member, and the one inside it that some answers have
	id           [2]string // what every element must have, with an alias or ""
	paged        bool      // at most twice the larger of the page asked for and 100 elements
}

// operations lists the actions of the product that concern elastic IPs and
// their neighbours: bandwidth packages, address pools, tags. Whether an action
// changes anything and whether it takes a ClientToken is from the vendor's
// metadata; the actions without a token all end in the same state when they
// are repeated.
var operations = map[string]operation{
	"AddCommonBandwidthPackageIp":             {kind: KindTokened},
	"AddCommonBandwidthPackageIps":            {kind: KindTokened},
	"AddGlobalAccelerationInstanceIp":         {kind: KindRepeatable},
	"AddPublicIpAddressPoolCidrBlock":         {kind: KindTokened},
	"AllocateEipAddress":                      {kind: KindTokened, creates: "AllocationId"},
	"AllocateEipAddressPro":                   {kind: KindTokened, creates: "AllocationId"},
	"AllocateEipSegmentAddress":               {kind: KindTokened, creates: "EipSegmentInstanceId"},
	"AssociateEipAddress":                     {kind: KindTokened},
	"AssociateEipAddressBatch":                {kind: KindTokened},
	"CancelCommonBandwidthPackageIpBandwidth": {kind: KindRepeatable},
	"ConvertBandwidthPackage":                 {kind: KindTokened},
	"CreateCommonBandwidthPackage":            {kind: KindTokened, creates: "BandwidthPackageId"},
	"CreatePublicIpAddressPool":               {kind: KindTokened, creates: "PublicIpAddressPoolId"},
	"DeleteCommonBandwidthPackage":            {kind: KindRepeatable},
	"DeletePublicIpAddressPool":               {kind: KindTokened},
	"DeletePublicIpAddressPoolCidrBlock":      {kind: KindTokened},
	"DeletionProtection":                      {kind: KindTokened},
	"DescribeCommonBandwidthPackages": {kind: KindRead, list: listing{
		key: "CommonBandwidthPackages", wrapper: "CommonBandwidthPackage", id: [2]string{"BandwidthPackageId"}, paged: true}},
	"DescribeEipAddresses": {kind: KindRead, list: listing{
		key: "EipAddresses", wrapper: "EipAddress", id: [2]string{"AllocationId"}, paged: true}},
	"DescribeEipGatewayInfo": {kind: KindRead, list: listing{
		key: "EipInfos", wrapper: "EipInfo", id: [2]string{"Ip", "IP"}}},
	"DescribeEipMonitorData": {kind: KindRead, list: listing{
		key: "EipMonitorDatas", wrapper: "EipMonitorData", id: [2]string{"TimeStamp"}}},
	"DescribeEipSegment": {kind: KindRead, readToken: true, list: listing{
		key: "EipSegments", wrapper: "EipSegment", id: [2]string{"InstanceId"}, paged: true}},
	"DescribeHighDefinitionMonitorLogAttribute": {kind: KindRead},
	"DescribePublicIpAddress":                   {kind: KindRead},
	"DescribeRegions": {kind: KindRead, noRegion: true, list: listing{
		key: "Regions", wrapper: "Region", id: [2]string{"RegionId"}}},
	"GetPublicIpAddressPoolServiceStatus": {kind: KindRead, readToken: true},
	"ListPublicIpAddressPoolCidrBlocks": {kind: KindRead, list: listing{
		key: "PublicIpPoolCidrBlockList", id: [2]string{"CidrBlock"}, paged: true}},
	"ListPublicIpAddressPools": {kind: KindRead, list: listing{
		key: "PublicIpAddressPoolList", id: [2]string{"PublicIpAddressPoolId"}, paged: true}},
	"ListTagResources": {kind: KindRead, list: listing{
		key: "TagResources", wrapper: "TagResource", id: [2]string{"ResourceId"}}},
	"ModifyCommonBandwidthPackageAttribute":   {kind: KindRepeatable},
	"ModifyCommonBandwidthPackageIpBandwidth": {kind: KindRepeatable},
	"ModifyCommonBandwidthPackageSpec":        {kind: KindRepeatable},
	"ModifyEipAddressAttribute":               {kind: KindRepeatable},
	"ModifyEipForwardMode":                    {kind: KindTokened},
	"MoveResourceGroup":                       {kind: KindRepeatable},
	"OpenPublicIpAddressPoolService":          {kind: KindTokened, codeIsFine: true},
	// The region was right, or the address would not be known there.
	"ReleaseEipAddress": {kind: KindRepeatable, ownDoing: true,
		settledBy: []Code{CodeInvalidAllocationIdNotFound}},
	"ReleaseEipSegmentAddress": {kind: KindTokened},
	// The code is from the vendor's Terraform provider, which takes it so.
	"RemoveCommonBandwidthPackageIp": {kind: KindTokened,
		settledBy: []Code{"OperationUnsupported.IpNotInCbwp"}},
	"RemoveGlobalAccelerationInstanceIp":       {kind: KindRepeatable},
	"SetHighDefinitionMonitorLogStatus":        {kind: KindRepeatable},
	"TagResources":                             {kind: KindRepeatable},
	"TransformEipSegmentToPublicIpAddressPool": {kind: KindTokened, creates: "PublicIpAddressPoolId"},
	"UnTagResources":                           {kind: KindRepeatable},
	"UnassociateEipAddress":                    {kind: KindTokened},
	"UpdatePublicIpAddressPoolAttribute":       {kind: KindTokened},
}

// operationOf finds an action; one that is not in the table is KindOnce.
func operationOf(action string) operation {
	op, known := operations[action]
	if !known {
		op.kind = KindOnce
	}
	op.known = known
	return op
}
