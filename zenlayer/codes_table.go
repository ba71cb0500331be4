package zenlayer

import (
	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/transport"
)

// codeRow is what is known of one code.
type codeRow struct {
	class error
	// cause is what the code says about the attempt, if that is not simply that
	// it was refused.
	cause   transport.Cause
	status  int // documented HTTP status, 0 if no source gives one
	actions []string
	hint    string
}

// codeTable has the codes of the documents' pages, of the constants of the
// vendor's SDK that concern elastic IPs, and those that its Terraform provider
// compares with.
var codeTable = map[Code]codeRow{
	CodeAuthfailureInvalidAuthorization: {class: eip.ErrCredentials,
		hint: "The Authorization header is not what the service expects: check the access key ID, or the bearer token."},
	CodeAuthfailureSignatureExpired: {class: eip.ErrCredentials, cause: transport.CauseClockSkew,
		hint: "The clocks differ by more than five minutes: set the local one."},
	CodeAuthfailureSignatureFailure: {class: eip.ErrCredentials,
		hint: "Check the access key password; behind a proxy, check that body, Content-Type and Host arrive unchanged."},
	CodeAuthfailureUnauthorizedOperation: {class: eip.ErrPermission,
		hint: "The access key's user may not do this: ask the team's administrator."},
	// Documented, but what it says is that nobody knows.
	CodeInternalServerError: {class: eip.ErrInternal, cause: transport.CauseServerError,
		hint: "The service failed: look at the state of the address before you try again."},
	CodeInvalidOperationTimeout: {class: eip.ErrInternal, cause: transport.CauseRequestTimeout,
		hint: "The service gave up waiting for itself, and the work may still be done: look before you try again."},
	CodeInvalidParameterDateFormatError: {class: eip.ErrInvalidParameter,
		hint: "Times are written YYYY-MM-DDThh:mm:ssZ."},
	CodeInvalidParameterExceedLength: {class: eip.ErrInvalidParameter,
		hint: "A text or list is too long: at most 100 IDs a call, 128 characters for a tag's key or value."},
	CodeInvalidParameterExceedMaximum: {class: eip.ErrInvalidParameter,
		hint: "A number is too large: amount goes to 100, pageSize to 1000."},
	CodeInvalidParameterLessLength: {class: eip.ErrInvalidParameter,
		hint: "A text or list is too short, or empty."},
	CodeInvalidParameterLessMinimum: {class: eip.ErrInvalidParameter,
		hint: "A number is too small: amount, period and pageNum begin at 1."},
	CodeInvalidParameterPatternError: {class: eip.ErrInvalidParameter,
		hint: "A text has a form that the service does not take: the message names it."},
	CodeInvalidParameterType: {class: eip.ErrInvalidParameter,
		hint: "A parameter is of another JSON type than documented: look at what Extra adds."},
	CodeInvalidParameterValue: {class: eip.ErrInvalidParameter,
		hint: "A parameter has a value that the service does not know: the message names it."},
	CodeMissingParameter: {class: eip.ErrInvalidParameter, status: 400,
		actions: []string{actionAllocate, actionPrice},
		hint:    "A required parameter is missing or empty: the message names it."},
	CodeOperationFailedForRecycleResource: {class: eip.ErrConflict,
		hint: "The resource is in the recycle bin: renew it first, or leave it."},
	CodeOperationFailedResourceGroupNotFound: {class: eip.ErrInvalidParameter,
		actions: []string{actionModifyGroup},
		hint:    "There is no such resource group, or it is not the caller's: check ResourceGroupID."},
	CodeOperationFailedResourceNotFound: {class: eip.ErrNotFound,
		actions: []string{actionModifyGroup},
		hint:    "One of the addresses does not exist: check the IDs."},
	CodeRequestLimitExceeded: {class: eip.ErrThrottled, cause: transport.CauseThrottled, status: 429,
		hint: "Too many calls: wait, then send fewer at once."},
	CodeRequestTimedOut: {class: eip.ErrInternal, cause: transport.CauseRequestTimeout,
		hint: "The service was too slow, and the work may still be done: look before you try again."},
	CodeServiceTemporaryUnavailable: {class: eip.ErrInternal, cause: transport.CauseServiceUnavailable,
		hint: "The service is away for a while, and the work may have been done: look before you try again."},

	CodeFailedOperationForRecycleResource: {class: eip.ErrConflict, status: 403,
		actions: []string{actionAssociate, actionUnAssociate},
		hint:    "The address is in the recycle bin: renew it first, or allocate another."},
	CodeInvalidEipNotFound: {class: eip.ErrNotFound, status: 404,
		actions: []string{actionAssociate, actionUnAssociate, actionTerminate, actionRenew},
		hint:    "There is no such address: check its ID; released addresses are gone for good."},
	CodeInvalidEipTypeZoneNoSell: {class: eip.ErrCapacity, status: 400,
		actions: []string{actionAllocate, actionPrice},
		hint:    "The zone sells none of these at the moment: ask DescribeEipAvailableResources for one that does."},
	CodeInvalidEsxiNotSupport: {class: eip.ErrUnsupported,
		actions: []string{actionDescribeInstance},
		hint:    "Instances with ESXi cannot have elastic IPs."},
	CodeInvalidInstanceNotFound: {class: eip.ErrNotFound, status: 403,
		actions: []string{actionAssociate},
		hint:    "There is no such instance: check its ID."},
	CodeInvalidZoneNotFound: {class: eip.ErrInvalidParameter, status: 404,
		actions: []string{actionAllocate, actionDescribeStock, actionPrice},
		hint:    "There is no such zone: DescribeEipAvailableResources lists those that sell elastic IPs."},
	CodeOperationDeniedEipEsxiInstanceAssign: {class: eip.ErrUnsupported,
		actions: []string{actionAssociate},
		hint:    "Instances with ESXi cannot have elastic IPs."},
	CodeOperationDeniedEipInstanceExceedLimit: {class: eip.ErrQuota,
		actions: []string{actionAssociate},
		hint:    "The instance has as many addresses as it may have: unbind one first."},
	CodeOperationDeniedEipNotRecycled: {class: eip.ErrConflict, status: 403,
		actions: []string{actionRelease},
		hint:    "Only what is in the recycle bin can be released: terminate it first and wait for RECYCLE."},
	CodeOperationDeniedEipRecycled: {class: eip.ErrConflict, status: 403,
		actions: []string{actionTerminate},
		hint:    "The address is in the recycle bin already."},
	CodeOperationDeniedEipStatusNotAvailable: {class: eip.ErrConflict,
		actions: []string{actionAssociate},
		hint:    "Only an AVAILABLE address can be bound: wait, or unbind it first."},
	CodeOperationDeniedEipStatusNotSupport: {class: eip.ErrConflict, status: 403,
		actions: []string{actionUnAssociate},
		hint:    "The address is in a state that does not allow this: read it, and wait if it is pending."},
	CodeOperationDeniedEipSubscription: {class: eip.ErrUnsupported, status: 403,
		actions: []string{actionTerminate},
		hint:    "A subscription cannot be terminated: it ends when it expires."},
	CodeOperationDeniedEipZoneNotSame: {class: eip.ErrInvalidParameter,
		actions: []string{actionAssociate},
		hint:    "Address and instance have to be in the same zone."},
	CodeOperationDeniedInstanceNotRunning: {class: eip.ErrConflict,
		actions: []string{actionAssociate},
		hint:    "The instance has to be running."},
	CodeOperationDeniedInstanceRecycled: {class: eip.ErrConflict,
		actions: []string{actionAssociate},
		hint:    "The instance is in the recycle bin."},
}
