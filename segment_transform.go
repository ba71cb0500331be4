package eip

import (
	"context"
	"net/url"
)

// TransformEipSegmentToPublicIpAddressPoolRequest turns a contiguous group of
// addresses into a pool. All fields are from the SDK metadata; the older SDK
// does not have the action.
type TransformEipSegmentToPublicIpAddressPoolRequest struct {
	// RegionID is the region of the group. Required by the service; empty means
	// the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// SegmentInstanceID is the ID of the group, "eipsg-…" (on the wire
	// "InstanceId" for this action). Required.
	SegmentInstanceID string `url:"InstanceId,omitempty" check:"required"`
	// Name is the pool's name, up to 128 characters, not beginning with "http://"
	// or "https://". Default: none.
	Name string `url:"Name,omitempty"`
	// Description is that of the pool, up to 256 characters, not beginning with
	// "http://" or "https://". Default: none.
	Description string `url:"Description,omitempty"`
	// ResourceGroupID is the resource group of the pool. Default: the account's
	// default one.
	ResourceGroupID string `url:"ResourceGroupId,omitempty"`
	// ClientToken makes repeats of the call one call: 1 to 64 ASCII characters,
	// unique among requests. Default: made for the call.
	ClientToken string `url:"ClientToken,omitempty" check:"token"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`

	settling `url:"-"`
}

// TransformEipSegmentToPublicIpAddressPoolResponse names the pool.
type TransformEipSegmentToPublicIpAddressPoolResponse struct {
	ResponseMeta
	// PublicIPAddressPoolID is the ID of the pool, "pippool-…".
	PublicIPAddressPoolID string `json:"PublicIpAddressPoolId,omitempty"`
	// ResourceGroupID is the resource group of the pool.
	ResourceGroupID string `json:"ResourceGroupId,omitempty"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *TransformEipSegmentToPublicIpAddressPoolResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// TransformEipSegmentToPublicIpAddressPool turns a contiguous group of addresses
// into a new pool of public addresses, whose block is the range of the group.
//
// It needs SegmentInstanceID. A repeat with the same ClientToken is safe; a
// repeat with another one does not find the group any more. The documents do not
// say what becomes of the group's addresses: look at them with DescribeEipAddresses
// and PublicIPAddressPoolID. No document lists error codes for it beyond the
// common ones.
func (c *Client) TransformEipSegmentToPublicIpAddressPool(ctx context.Context, req *TransformEipSegmentToPublicIpAddressPoolRequest) (*TransformEipSegmentToPublicIpAddressPoolResponse, error) {
	return opTransformEipSegmentToPublicIpAddressPool.call(ctx, c, req)
}
