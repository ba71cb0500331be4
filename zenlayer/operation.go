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

	// What the object response of a success must hold. An action with none of
	// the three returns nothing else than a requestId, and needs that.

	// creates is the list of the IDs of what the action makes, and has one ID or
	// more: without them the caller would not learn what to pay for. An
	// orderNumber does not do instead, since no action tells what an order made;
	// Reconcile finds the addresses. Fewer IDs than the amount asked for are
	// given to the caller as they are.
	creates string
	// list is what a read lists.
	list listing
	// object is an object that a read is for.
	object string

	// settled lists the refusals that, to a repeat after an attempt with an
	// unknown outcome, mean that this attempt did the work.
	settled []Code
	// many says that one call concerns many addresses: a refusal then says
	// nothing about each of them, and settles nothing if it is more than one.
	many bool

	known bool // it is in the table
}

// A listing is the list of an answer.
type listing struct {
	key, id string // the member, and what every element must have
	paged   bool   // at most twice the larger of the page asked for and 100 elements
}

// returns reports whether the action is known to return more than a requestId.
func (op operation) returns() bool { return op.creates != "" || op.list.key != "" || op.object != "" }

// operations is the table of all actions. No action of this API takes an
// idempotency token, so there is no KindTokened.
var operations = map[string]operation{
	// Reads change nothing.
	actionDescribe:         {kind: eip.KindRead, list: listing{key: "dataSet", id: "eipId", paged: true}},
	actionDescribeStock:    {kind: eip.KindRead, list: listing{key: "eipResources", id: "zoneId"}},
	actionDescribeInstance: {kind: eip.KindRead, list: listing{key: "instanceEipResources", id: "eipId"}},
	actionDescribeZones:    {kind: eip.KindRead},
	// An inquiry orders nothing.
	actionPrice: {kind: eip.KindRead, object: "eipPrice"},

	// A repeat allocates, and charges, a second time.
	actionAllocate: {kind: eip.KindOnce, creates: "eipIdSet"},
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
	op, known := operations[action]
	if !known {
		op.kind = eip.KindOnce
	}
	op.known = known
	return op
}
