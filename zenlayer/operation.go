package zenlayer

import eip "github.com/eipkit/eip-go"

// Actions of the API. The names are the wire's, letter for letter.
const (
	actionAllocate          = "AllocateEipAddresses"
	actionAssociate         = "AssociateEipAddress"
	actionDescribe          = "DescribeEipAddresses"
	actionDescribeStock     = "DescribeEipAvailableResources"
	actionDescribeInstance  = "DescribeInstanceAvailableEipResources"
	actionPrice             = "InquiryPriceCreateEipAddress"
	actionModifyGroup       = "ModifyEipAddressesResourceGroup"
	actionRelease           = "ReleaseEipAddresses"
	actionRenew             = "RenewEipAddress"
	actionTerminate         = "TerminateEipAddress"
	actionUnAssociate       = "UnAssociateEipAddress"
	actionDescribeZones     = "DescribeZones"
	maxIDsPerCall           = 100  // eipIds of every action, and amount
	maxPageSize             = 1000 // of DescribeEipAddresses
	maxTagFilters           = 20   // tags and tagKeys of DescribeEipAddresses
	maxTagLength            = 128  // characters of a tag's key or value
	maxRequestClientLength  = 128  // of the header X-ZC-Request-Client
	defaultEndpoint         = "https://console.zenlayer.com" + servicePath
	servicePath             = "/api/v2/bmc"
	serviceName             = "bmc"
	defaultAllocationAmount = 1
)

// operation is what the call path has to know of an action.
type operation struct {
	kind eip.Kind
	// settled lists the refusals that, to a repeat after an attempt with an
	// unknown outcome, mean that this attempt did the work.
	settled []Code
	// many says that one call concerns many addresses: a refusal then says
	// nothing about each of them, and settles nothing if it is more than one.
	many bool
}

// operations is the table of all actions. No action of this API takes an
// idempotency token, so there is no KindTokened.
var operations = map[string]operation{
	// Reads change nothing.
	actionDescribe:         {kind: eip.KindRead},
	actionDescribeStock:    {kind: eip.KindRead},
	actionDescribeInstance: {kind: eip.KindRead},
	actionDescribeZones:    {kind: eip.KindRead},
	// An inquiry orders nothing.
	actionPrice: {kind: eip.KindRead},

	// A repeat allocates, and charges, a second time.
	actionAllocate: {kind: eip.KindOnce},
	// A repeat of a renewal that ran may buy a second period.
	actionRenew: {kind: eip.KindOnce},

	// Binding names both ends. A repeat of one that ran is refused, because the
	// address is not AVAILABLE any more; it cannot bind twice or elsewhere.
	actionAssociate: {kind: eip.KindRepeatable},
	// An address that is already free stays free, without an error.
	actionUnAssociate: {kind: eip.KindRepeatable},
	// What is in the recycle bin already is refused with a code that says so.
	actionTerminate: {kind: eip.KindRepeatable, settled: []Code{
		CodeOperationDeniedEipRecycled, CodeInvalidEipNotFound, CodeOperationFailedResourceNotFound,
	}},
	// IDs are not used again, so that a repeat can only meet what is gone.
	actionRelease: {kind: eip.KindRepeatable, many: true, settled: []Code{
		CodeInvalidEipNotFound, CodeOperationFailedResourceNotFound,
	}},
	// A move to the same group twice ends in that group.
	actionModifyGroup: {kind: eip.KindRepeatable},
}

// operationOf finds an action; one that is not in the table is KindOnce.
func operationOf(action string) operation {
	if op, ok := operations[action]; ok {
		return op
	}
	return operation{kind: eip.KindOnce}
}
