package zenlayer

import "context"

// AssociateEipAddressRequest names an address and an instance.
type AssociateEipAddressRequest struct {
	// EipID is the address, which has to be AVAILABLE. Required.
	EipID string `json:"eipId,omitempty"`
	// InstanceID is the instance, which has to be running, in the address's
	// zone, and without ESXi. Required.
	InstanceID string `json:"instanceId,omitempty"`
	// Extra are parameters that are newer than this library.
	Extra map[string]any `json:"-"`
}

func (r *AssociateEipAddressRequest) extra() map[string]any { return r.Extra }

func (r *AssociateEipAddressRequest) check(v *validator) {
	v.required("EipID", r.EipID)
	v.required("InstanceID", r.InstanceID)
}

// AssociateEipAddressResponse has nothing but the meta data.
type AssociateEipAddressResponse struct {
	ResponseMeta
}

// AssociateEipAddress calls the action of that name: it binds an address to an
// instance. It is asynchronous: the address is ASSOCIATING, then ASSOCIATED, or
// AVAILABLE again if that failed; see [Client.WaitAssociated].
//
// The client repeats it: a binding that has been made is not made again, but
// refused. If the outcome is unknown, look at the address's InstanceID.
//
// Documented errors: CodeInvalidEipNotFound (404), CodeInvalidInstanceNotFound
// (403), CodeOperationDeniedInstanceRecycled,
// CodeOperationDeniedInstanceNotRunning, CodeOperationDeniedEipZoneNotSame,
// CodeFailedOperationForRecycleResource,
// CodeOperationDeniedEipStatusNotAvailable,
// CodeOperationDeniedEipEsxiInstanceAssign,
// CodeOperationDeniedEipInstanceExceedLimit.
func (c *Client) AssociateEipAddress(ctx context.Context, req *AssociateEipAddressRequest) (*AssociateEipAddressResponse, error) {
	return invoke[AssociateEipAddressResponse](ctx, c, actionAssociate, req)
}

// UnAssociateEipAddressRequest names an address.
type UnAssociateEipAddressRequest struct {
	// EipID is the address, ASSOCIATED or AVAILABLE. Required.
	EipID string `json:"eipId,omitempty"`
	// Extra are parameters that are newer than this library.
	Extra map[string]any `json:"-"`
}

func (r *UnAssociateEipAddressRequest) extra() map[string]any { return r.Extra }
func (r *UnAssociateEipAddressRequest) check(v *validator)    { v.required("EipID", r.EipID) }

// UnAssociateEipAddressResponse has nothing but the meta data.
type UnAssociateEipAddressResponse struct {
	ResponseMeta
}

// UnAssociateEipAddress calls the action of that name, with the capital A that
// the service wants: it unbinds an address from whatever it is bound to. It is
// asynchronous: the address is UNASSOCIATING, then AVAILABLE; see
// [Client.WaitAvailable]. An address that is AVAILABLE stays so.
//
// The client repeats it, since a repeat ends in the same state. The request
// does not say from which instance, so do not bind an address elsewhere while
// a call to unbind it is under way.
//
// Documented errors: CodeInvalidEipNotFound (404),
// CodeFailedOperationForRecycleResource (403),
// CodeOperationDeniedEipStatusNotSupport (403).
func (c *Client) UnAssociateEipAddress(ctx context.Context, req *UnAssociateEipAddressRequest) (*UnAssociateEipAddressResponse, error) {
	return invoke[UnAssociateEipAddressResponse](ctx, c, actionUnAssociate, req)
}

// TerminateEipAddressRequest names an address.
type TerminateEipAddressRequest struct {
	// EipID is the address: AVAILABLE, ASSOCIATED or CREATE_FAILED. Required.
	EipID string `json:"eipId,omitempty"`
	// Extra are parameters that are newer than this library.
	Extra map[string]any `json:"-"`
}

func (r *TerminateEipAddressRequest) extra() map[string]any { return r.Extra }
func (r *TerminateEipAddressRequest) check(v *validator)    { v.required("EipID", r.EipID) }

// TerminateEipAddressResponse has nothing but the meta data.
type TerminateEipAddressResponse struct {
	ResponseMeta
}

// TerminateEipAddress calls the action of that name: it moves a pay-as-you-go
// address to the recycle bin, unbinding it first, and ends its billing. After
// 24 hours there, or by [Client.ReleaseEipAddresses] before, it is gone. An
// address that is CREATE_FAILED is paid back. The address is RECYCLING, then
// RECYCLE; see [Client.WaitAllRecycled].
//
// The client repeats it: an address in the recycle bin is refused with
// CodeOperationDeniedEipRecycled, one that is gone with CodeInvalidEipNotFound
// or CodeOperationFailedResourceNotFound. After an attempt with an unknown
// outcome these count as the success of that attempt: whoever did it, the
// address is not alive. (Nor is one that never was.)
//
// Documented errors: CodeInvalidEipNotFound (404),
// CodeOperationDeniedEipSubscription (403), CodeOperationDeniedEipRecycled
// (403).
func (c *Client) TerminateEipAddress(ctx context.Context, req *TerminateEipAddressRequest) (*TerminateEipAddressResponse, error) {
	return invoke[TerminateEipAddressResponse](ctx, c, actionTerminate, req)
}

// ReleaseEipAddressesRequest names addresses.
type ReleaseEipAddressesRequest struct {
	// EipIDs are 1 to 100 addresses, all RECYCLE. Required.
	EipIDs []string `json:"eipIds,omitempty"`
	// Extra are parameters that are newer than this library.
	Extra map[string]any `json:"-"`
}

func (r *ReleaseEipAddressesRequest) extra() map[string]any { return r.Extra }
func (r *ReleaseEipAddressesRequest) check(v *validator)    { v.ids("EipIDs", r.EipIDs) }
func (r *ReleaseEipAddressesRequest) count() int            { return len(r.EipIDs) }

// ReleaseEipAddressesResponse has nothing but the meta data.
type ReleaseEipAddressesResponse struct {
	ResponseMeta
}

// ReleaseEipAddresses calls the action of that name: it gives addresses that
// are in the recycle bin back for good. [Client.ReleaseMany] takes more than
// 100, [Client.EnsureAllReleased] takes addresses in any state.
//
// The client repeats it: IDs are not used twice. If it was one address, and a
// repeat after an attempt with an unknown outcome finds it gone, that is a
// success.
//
// Documented error: CodeOperationDeniedEipNotRecycled (403).
func (c *Client) ReleaseEipAddresses(ctx context.Context, req *ReleaseEipAddressesRequest) (*ReleaseEipAddressesResponse, error) {
	return invoke[ReleaseEipAddressesResponse](ctx, c, actionRelease, req)
}

// ModifyEipAddressesResourceGroupRequest names addresses and a group.
type ModifyEipAddressesResourceGroupRequest struct {
	// EipIDs are 1 to 100 addresses. Required.
	EipIDs []string `json:"eipIds,omitempty"`
	// ResourceGroupID is the group they are moved to. Required.
	ResourceGroupID string `json:"resourceGroupId,omitempty"`
	// Extra are parameters that are newer than this library.
	Extra map[string]any `json:"-"`
}

func (r *ModifyEipAddressesResourceGroupRequest) extra() map[string]any { return r.Extra }
func (r *ModifyEipAddressesResourceGroupRequest) count() int            { return len(r.EipIDs) }

func (r *ModifyEipAddressesResourceGroupRequest) check(v *validator) {
	v.ids("EipIDs", r.EipIDs)
	v.required("ResourceGroupID", r.ResourceGroupID)
}

// ModifyEipAddressesResourceGroupResponse has nothing but the meta data.
type ModifyEipAddressesResourceGroupResponse struct {
	ResponseMeta
}

// ModifyEipAddressesResourceGroup calls the action of that name: it moves
// addresses to another resource group. The caller has to be an administrator
// of the team. The client repeats it, since a repeat ends in the same group.
//
// Documented errors: CodeOperationFailedResourceGroupNotFound,
// CodeOperationFailedResourceNotFound.
func (c *Client) ModifyEipAddressesResourceGroup(ctx context.Context, req *ModifyEipAddressesResourceGroupRequest) (*ModifyEipAddressesResourceGroupResponse, error) {
	return invoke[ModifyEipAddressesResourceGroupResponse](ctx, c, actionModifyGroup, req)
}
