package eip

import (
	"context"
	"net/url"
)

// AddGlobalAccelerationInstanceIpRequest puts an address into a
// bandwidth-sharing Global Acceleration instance. All fields are from the SDK
// metadata.
type AddGlobalAccelerationInstanceIpRequest struct {
	// RegionID is the region of the instance. Required by the service; empty
	// means the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// GlobalAccelerationInstanceID is the ID of the instance, "ga-…". Required.
	GlobalAccelerationInstanceID string `url:"GlobalAccelerationInstanceId,omitempty" check:"required"`
	// AllocationID is the ID of the address, "eip-…" (on the wire "IpInstanceId"
	// for this action). Required.
	AllocationID string `url:"IpInstanceId,omitempty" check:"required"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

// AddGlobalAccelerationInstanceIpResponse says that the address is added.
type AddGlobalAccelerationInstanceIpResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *AddGlobalAccelerationInstanceIpResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// AddGlobalAccelerationInstanceIp puts an address into a bandwidth-sharing
// Global Acceleration instance.
//
// It needs GlobalAccelerationInstanceID and AllocationID. The action takes no
// ClientToken; a repeat lands in the same state. If a repeat is refused because
// of the present state after an attempt whose outcome is unknown, the outcome
// stays unknown: that attempt may have added the address. No document lists
// error codes for it beyond the common ones.
func (c *Client) AddGlobalAccelerationInstanceIp(ctx context.Context, req *AddGlobalAccelerationInstanceIpRequest) (*AddGlobalAccelerationInstanceIpResponse, error) {
	return opAddGlobalAccelerationInstanceIp.call(ctx, c, req)
}

// RemoveGlobalAccelerationInstanceIpRequest takes an address out of a
// bandwidth-sharing Global Acceleration instance. All fields are from the SDK
// metadata.
type RemoveGlobalAccelerationInstanceIpRequest struct {
	// RegionID is the region of the instance. Required by the service; empty
	// means the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// GlobalAccelerationInstanceID is the ID of the instance, "ga-…". Required.
	GlobalAccelerationInstanceID string `url:"GlobalAccelerationInstanceId,omitempty" check:"required"`
	// AllocationID is the ID of the address, "eip-…" (on the wire "IpInstanceId"
	// for this action). Required.
	AllocationID string `url:"IpInstanceId,omitempty" check:"required"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

// RemoveGlobalAccelerationInstanceIpResponse says that the address is removed.
type RemoveGlobalAccelerationInstanceIpResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *RemoveGlobalAccelerationInstanceIpResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// RemoveGlobalAccelerationInstanceIp takes an address out of a
// bandwidth-sharing Global Acceleration instance.
//
// It needs GlobalAccelerationInstanceID and AllocationID. The action takes no
// ClientToken; a repeat lands in the same state. If a repeat is refused because
// of the present state after an attempt whose outcome is unknown, the outcome
// stays unknown: that attempt may have removed the address. No document lists
// error codes for it beyond the common ones.
func (c *Client) RemoveGlobalAccelerationInstanceIp(ctx context.Context, req *RemoveGlobalAccelerationInstanceIpRequest) (*RemoveGlobalAccelerationInstanceIpResponse, error) {
	return opRemoveGlobalAccelerationInstanceIp.call(ctx, c, req)
}
