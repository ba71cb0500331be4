package eip

import (
	"context"
	"net/url"
)

// This file holds what binds, unbinds, changes and releases one address.
// Allocating is in eip_allocate.go, reading in eip_describe.go, traffic in
// monitor.go, contiguous groups in segment.go.

// AssociateEipAddressRequest binds an address to a resource of the same region.
type AssociateEipAddressRequest struct {
	// RegionID is the region of the address. Default: the client's. The 2019 API
	// reference requires it, the SDK metadata does not.
	RegionID string `url:"RegionId,omitempty"`
	// AllocationID is the ID of the address, "eip-…". Required.
	AllocationID string `url:"AllocationId,omitempty" check:"required"`
	// InstanceID is the ID of the resource; for InstanceType IpAddress it is the
	// IP address. Required.
	InstanceID string `url:"InstanceId,omitempty" check:"required"`
	// InstanceType is the type of the resource. Default: EcsInstance.
	InstanceType InstanceType `url:"InstanceType,omitempty"`
	// InstanceRegionID is the region of the resource. The service wants it only
	// for an address in a shared-bandwidth Global Acceleration instance.
	InstanceRegionID string `url:"InstanceRegionId,omitempty"`
	// Mode is how the address is bound to a network interface. Default: NAT. The
	// SDK metadata wants it for InstanceType NetworkInterface.
	Mode Mode `url:"Mode,omitempty"`
	// PrivateIPAddress is the private address, within the switch's network, to
	// bind to. Default: the service picks one. The SDK metadata wants it for
	// InstanceType NetworkInterface.
	PrivateIPAddress string `url:"PrivateIpAddress,omitempty"`
	// VPCID is the VPC of the IP address. Required for InstanceType IpAddress.
	// From the SDK metadata.
	VPCID string `url:"VpcId,omitempty"`
	// DryRun asks only whether the call would be accepted: the service then
	// answers with the error code DryRunOperation. From the older SDK alone.
	DryRun bool `url:"DryRun,omitempty"`
	// ClientToken makes repeats of the call one call: 1 to 64 ASCII characters,
	// unique among requests. Default: made for the call. From the SDK metadata.
	ClientToken string `url:"ClientToken,omitempty" check:"token"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`

	settling `url:"-"`
}

func (r *AssociateEipAddressRequest) validate(v *validator) {
	if r.InstanceType == InstanceTypeIPAddress && r.VPCID == "" {
		v.fault("VPCID", "", "is required when InstanceType is IpAddress")
	}
}

// AssociateEipAddressResponse says that the binding has begun.
type AssociateEipAddressResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *AssociateEipAddressResponse) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, r) }

// AssociateEipAddress binds an address to an ECS instance, a load balancer, a
// NAT gateway, a network interface, a high-availability virtual IP or an IP
// address of the same region.
//
// It needs AllocationID and InstanceID, and the address must be Available. The
// address is Associating until DescribeEipAddresses shows it as InUse. A repeat
// with the same ClientToken is safe; a later call for the same pair is refused.
// Concurrent calls for one address are not supported by the service.
//
// Documented codes (2019 API reference): InvalidAssociation.Duplicated,
// OperationDenied, InvalidParameter, InvalidParameter.Mismatch,
// InvalidParams.NotFound, InvalidInstanId.NotFound (so spelt),
// InvalidAllocationId.NotFound, InvalidInstanceType.ValueNotSupported,
// IncorrectEipStatus, IncorrectInstanceStatus, IncorrectHaVipStatus,
// InvalidBindingStatus, BIND_INSTANCE_HAVE_PORTMAP_OR_BIND_EIP,
// BIND_INSTANCE_OWENER_ERROR, Forbbiden (so spelt).
func (c *Client) AssociateEipAddress(ctx context.Context, req *AssociateEipAddressRequest) (*AssociateEipAddressResponse, error) {
	return opAssociateEipAddress.call(ctx, c, req)
}

// UnassociateEipAddressRequest unbinds an address.
type UnassociateEipAddressRequest struct {
	// RegionID is the region of the address. Default: the client's. The 2019 API
	// reference requires it, the SDK metadata does not.
	RegionID string `url:"RegionId,omitempty"`
	// AllocationID is the ID of the address, "eip-…". Required.
	AllocationID string `url:"AllocationId,omitempty" check:"required"`
	// InstanceID is the ID of the resource that the address is bound to. The 2019
	// API reference requires it, the SDK metadata does not.
	InstanceID string `url:"InstanceId,omitempty"`
	// InstanceType is the type of that resource. Default: EcsInstance.
	InstanceType InstanceType `url:"InstanceType,omitempty"`
	// PrivateIPAddress is the private address that the address is bound to. From
	// the SDK metadata.
	PrivateIPAddress string `url:"PrivateIpAddress,omitempty"`
	// Force unbinds although a NAT gateway still has rules that use the address.
	// Default: false. From the SDK metadata.
	Force bool `url:"Force,omitempty"`
	// ClientToken makes repeats of the call one call: 1 to 64 ASCII characters,
	// unique among requests. Default: made for the call. From the SDK metadata.
	ClientToken string `url:"ClientToken,omitempty" check:"token"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`

	settling `url:"-"`
}

// UnassociateEipAddressResponse says that the unbinding has begun.
type UnassociateEipAddressResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *UnassociateEipAddressResponse) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, r) }

// UnassociateEipAddress unbinds an address from the resource that holds it.
//
// It needs AllocationID, and the address must be InUse. The address is
// Unassociating until DescribeEipAddresses shows it as Available. An address that
// a network load balancer holds (InstanceType NlbInstance) cannot be unbound:
// the service answers IncorrectEipStatus until the load balancer is deleted. A
// repeat with the same ClientToken is safe. Concurrent calls for one address are
// not supported by the service.
//
// Documented codes (2019 API reference): IncorrectEipStatus,
// IncorrectInstanceStatus, IncorrectHaVipStatus, InvalidInstanceId.NotFound,
// InvalidInstanceType.ValueNotSupported, InvalidBindingStatus, InvalidParameter,
// OperationDenied, Forbidden.RegionNotFound, Forbbiden (so spelt).
func (c *Client) UnassociateEipAddress(ctx context.Context, req *UnassociateEipAddressRequest) (*UnassociateEipAddressResponse, error) {
	return opUnassociateEipAddress.call(ctx, c, req)
}

// ModifyEipAddressAttributeRequest changes what is given and leaves the rest.
type ModifyEipAddressAttributeRequest struct {
	// RegionID is the region of the address. Default: the client's. The 2019 API
	// reference requires it (and describes it wrongly), the SDK metadata does not.
	RegionID string `url:"RegionId,omitempty"`
	// AllocationID is the ID of the address, "eip-…". Required.
	AllocationID string `url:"AllocationId,omitempty" check:"required"`
	// Bandwidth is the new peak bandwidth in Mbit/s: 1 to 500 with
	// PayByBandwidth, 1 to 200 with PayByTraffic (SDK metadata). 0 leaves it.
	Bandwidth int `url:"Bandwidth,omitempty" check:"min=0"`
	// Name is the new name: up to 128 characters, not beginning with "http://"
	// or "https://". The documents give its least length as 2 (2019 API
	// reference), 1 or 0. Nil leaves the name, a pointer to "" clears it.
	Name *string `url:"Name,omitempty"`
	// Description is the new description: up to 256 characters, otherwise as
	// Name. Nil leaves the description, a pointer to "" clears it.
	Description *string `url:"Description,omitempty"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

// ModifyEipAddressAttributeResponse says that the change is made.
type ModifyEipAddressAttributeResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *ModifyEipAddressAttributeResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// ModifyEipAddressAttribute changes the name, the description and the peak
// bandwidth of an address.
//
// It needs AllocationID. The action takes no ClientToken; a repeat is safe,
// since it sets the same values again.
//
// Documented codes (2019 API reference): InsufficientBalance.Eip,
// InvalidAllocationId.NotFound, InvalidParameter, IncorrectEipStatus,
// Forbidden.RegionNotFound, InternalError.
func (c *Client) ModifyEipAddressAttribute(ctx context.Context, req *ModifyEipAddressAttributeRequest) (*ModifyEipAddressAttributeResponse, error) {
	return opModifyEipAddressAttribute.call(ctx, c, req)
}

// ReleaseEipAddressRequest gives an address back.
type ReleaseEipAddressRequest struct {
	// RegionID is the region of the address. Default: the client's. The 2019 API
	// reference requires it, the SDK metadata does not.
	RegionID string `url:"RegionId,omitempty"`
	// AllocationID is the ID of the address, "eip-…". Required.
	AllocationID string `url:"AllocationId,omitempty" check:"required"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

// ReleaseEipAddressResponse says that the release has begun.
type ReleaseEipAddressResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *ReleaseEipAddressResponse) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, r) }

// ReleaseEipAddress gives an address back, which ends its costs.
//
// It needs AllocationID. The address must be Available and pay-as-you-go; a
// subscription cannot be released. The address is Releasing until
// DescribeEipAddresses no longer lists it. The action takes no ClientToken; a
// repeat is safe, since an ID is never given out twice. After an attempt with an
// unknown outcome the client takes InvalidAllocationId.NotFound as success, and goes on
// asking while a state conflict may be that attempt's own doing (Releasing).
// Concurrent calls for one address are not supported by the service.
//
// Documented codes (2019 API reference): InvalidAllocationId.NotFound,
// IncorrectEipStatus, Forbidden.ChargeTypeIsPrepaid,
// TaskConflict.AssociateGlobalAccelerationInstance, Forbidden.RegionNotFound,
// Forbbiden (so spelt), InternalError.
func (c *Client) ReleaseEipAddress(ctx context.Context, req *ReleaseEipAddressRequest) (*ReleaseEipAddressResponse, error) {
	return opReleaseEipAddress.call(ctx, c, req)
}
