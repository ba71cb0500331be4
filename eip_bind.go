package eip

import (
	"context"
	"net/url"
)

// This file holds the ways of binding that serve few kinds of resources.
// AssociateEipAddress and UnassociateEipAddress are in eip.go.

// AssociateEipAddressBatchRequest binds several addresses to one resource. All
// fields are from the SDK metadata, the longest ClientToken from the 2019 API
// reference. The parameters are spelt Binded on the wire.
type AssociateEipAddressBatchRequest struct {
	// RegionID is the region of the addresses. Required by the service; empty
	// means the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// InstanceIDs are the IDs of the addresses, "eip-…", and not of the resource.
	// Required; up to 50.
	InstanceIDs []string `url:"InstanceIds,omitempty" check:"required,max=50,filled"`
	// BindedInstanceID is the ID of the resource. Required.
	BindedInstanceID string `url:"BindedInstanceId,omitempty" check:"required"`
	// BindedInstanceType is the type of the resource: Nat or NetworkInterface, a
	// secondary one. Required.
	BindedInstanceType InstanceType `url:"BindedInstanceType,omitempty" check:"required"`
	// Mode is how the addresses are bound to a network interface. Required for
	// BindedInstanceType NetworkInterface; MULTI_BINDED is the only value.
	Mode Mode `url:"Mode,omitempty"`
	// ClientToken makes repeats of the call one call: 1 to 64 ASCII characters,
	// unique among requests. Default: made for the call.
	ClientToken string `url:"ClientToken,omitempty" check:"token"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`

	settling `url:"-"`
}

func (r *AssociateEipAddressBatchRequest) validate(v *validator) {
	if r.BindedInstanceType == InstanceTypeNetworkInterface && r.Mode == "" {
		v.fault("Mode", "", "is required when BindedInstanceType is NetworkInterface")
	}
}

// AssociateEipAddressBatchResponse says that the bindings have begun.
type AssociateEipAddressBatchResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *AssociateEipAddressBatchResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// AssociateEipAddressBatch binds several addresses to a NAT gateway or to a
// secondary network interface of the same region.
//
// It needs InstanceIDs, BindedInstanceID and BindedInstanceType, and Mode for a
// network interface. Each address must be Available; it is Associating until
// DescribeEipAddresses shows it as InUse ([Client.WaitInUse]). A repeat with the
// same ClientToken is safe; a later call for the same addresses is refused.
// Concurrent calls for one address are not supported by the service. No document
// lists error codes for it beyond the common ones.
func (c *Client) AssociateEipAddressBatch(ctx context.Context, req *AssociateEipAddressBatchRequest) (*AssociateEipAddressBatchResponse, error) {
	return opAssociateEipAddressBatch.call(ctx, c, req)
}

// ModifyEipForwardModeRequest changes how an address is bound. All fields are
// from the newer SDK and its metadata; the older SDK lacks the action.
type ModifyEipForwardModeRequest struct {
	// RegionID is the region of the address. Required by the service; empty means
	// the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// InstanceID is the ID of the address, "eip-…", and not of what it is bound
	// to. Required.
	InstanceID string `url:"InstanceId,omitempty" check:"required"`
	// Mode is how the address is to be bound: NAT, MULTI_BINDED or BINDED.
	// Required.
	Mode Mode `url:"Mode,omitempty" check:"required"`
	// ClientToken makes repeats of the call one call: 1 to 64 ASCII characters,
	// unique among requests. Default: made for the call.
	ClientToken string `url:"ClientToken,omitempty" check:"token"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`

	settling `url:"-"`
}

// ModifyEipForwardModeResponse says that the address is bound in the new way.
type ModifyEipForwardModeResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *ModifyEipForwardModeResponse) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, r) }

// ModifyEipForwardMode changes how an address is bound to a network interface.
//
// It needs InstanceID and Mode. A repeat with the same ClientToken is safe.
// Concurrent calls for one address are not supported by the service. No document
// lists error codes for it beyond the common ones.
func (c *Client) ModifyEipForwardMode(ctx context.Context, req *ModifyEipForwardModeRequest) (*ModifyEipForwardModeResponse, error) {
	return opModifyEipForwardMode.call(ctx, c, req)
}
