package eip

import "github.com/eipkit/eip-go/internal/transport"

// Kind says what a repeat of an action would do. It decides after which
// failures the client sends the action again.
type Kind uint8

// The kinds of action.
const (
	// KindDefault takes the kind of the action from the library's table. An
	// action that is not in the table is treated as KindOnce.
	KindDefault Kind = iota
	// KindOnce is repeated only if it certainly did not run.
	KindOnce
	// KindRead changes nothing, and is repeated freely.
	KindRead
	// KindTokened carries a ClientToken; it is repeated with the same token.
	// If the request has none, the client makes one.
	KindTokened
	// KindRepeatable has no token, but a repeat lands in the same state.
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
	// needs are the keys of which a successful answer must have one: without
	// them the caller would not learn what was made.
	needs []string
}

// operations lists the actions of the product that concern elastic IPs and
// their neighbours: bandwidth packages, address pools, tags. Whether an action
// changes anything and whether it takes a ClientToken is from the vendor's
// metadata; the actions without a token all end in the same state when they
// are repeated.
var operations = map[string]operation{
	"AddCommonBandwidthPackageIp":               {kind: KindTokened},
	"AddCommonBandwidthPackageIps":              {kind: KindTokened},
	"AddGlobalAccelerationInstanceIp":           {kind: KindRepeatable},
	"AddPublicIpAddressPoolCidrBlock":           {kind: KindTokened},
	"AllocateEipAddress":                        {kind: KindTokened, needs: []string{"AllocationId", "OrderId"}},
	"AllocateEipAddressPro":                     {kind: KindTokened, needs: []string{"AllocationId", "OrderId"}},
	"AllocateEipSegmentAddress":                 {kind: KindTokened, needs: []string{"EipSegmentInstanceId"}},
	"AssociateEipAddress":                       {kind: KindTokened},
	"AssociateEipAddressBatch":                  {kind: KindTokened},
	"CancelCommonBandwidthPackageIpBandwidth":   {kind: KindRepeatable},
	"ConvertBandwidthPackage":                   {kind: KindTokened},
	"CreateCommonBandwidthPackage":              {kind: KindTokened},
	"CreatePublicIpAddressPool":                 {kind: KindTokened},
	"DeleteCommonBandwidthPackage":              {kind: KindRepeatable},
	"DeletePublicIpAddressPool":                 {kind: KindTokened},
	"DeletePublicIpAddressPoolCidrBlock":        {kind: KindTokened},
	"DeletionProtection":                        {kind: KindTokened},
	"DescribeCommonBandwidthPackages":           {kind: KindRead},
	"DescribeEipAddresses":                      {kind: KindRead},
	"DescribeEipGatewayInfo":                    {kind: KindRead},
	"DescribeEipMonitorData":                    {kind: KindRead},
	"DescribeEipSegment":                        {kind: KindRead, readToken: true},
	"DescribeHighDefinitionMonitorLogAttribute": {kind: KindRead},
	"DescribePublicIpAddress":                   {kind: KindRead},
	"DescribeRegions":                           {kind: KindRead, noRegion: true},
	"GetPublicIpAddressPoolServiceStatus":       {kind: KindRead, readToken: true},
	"ListPublicIpAddressPoolCidrBlocks":         {kind: KindRead},
	"ListPublicIpAddressPools":                  {kind: KindRead},
	"ListTagResources":                          {kind: KindRead},
	"ModifyCommonBandwidthPackageAttribute":     {kind: KindRepeatable},
	"ModifyCommonBandwidthPackageIpBandwidth":   {kind: KindRepeatable},
	"ModifyCommonBandwidthPackageSpec":          {kind: KindRepeatable},
	"ModifyEipAddressAttribute":                 {kind: KindRepeatable},
	"ModifyEipForwardMode":                      {kind: KindTokened},
	"MoveResourceGroup":                         {kind: KindRepeatable},
	"OpenPublicIpAddressPoolService":            {kind: KindTokened},
	"ReleaseEipAddress":                         {kind: KindRepeatable},
	"ReleaseEipSegmentAddress":                  {kind: KindTokened},
	"RemoveCommonBandwidthPackageIp":            {kind: KindTokened},
	"RemoveGlobalAccelerationInstanceIp":        {kind: KindRepeatable},
	"SetHighDefinitionMonitorLogStatus":         {kind: KindRepeatable},
	"TagResources":                              {kind: KindRepeatable},
	"TransformEipSegmentToPublicIpAddressPool":  {kind: KindTokened},
	"UnTagResources":                            {kind: KindRepeatable},
	"UnassociateEipAddress":                     {kind: KindTokened},
	"UpdatePublicIpAddressPoolAttribute":        {kind: KindTokened},
}

// operationOf finds an action; one that is not in the table is KindOnce.
func operationOf(action string) operation {
	if op, ok := operations[action]; ok {
		return op
	}
	return operation{kind: KindOnce}
}
