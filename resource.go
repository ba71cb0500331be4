package eip

import (
	"context"
	"net/url"
)

// This file holds what is done alike to resources of several types. Tags are in
// tag.go and tag_list.go.

// MoveResourceGroupRequest moves a resource to another resource group. All
// fields are from the SDK metadata.
type MoveResourceGroupRequest struct {
	// RegionID is the region of the resource. Required by the service; empty
	// means the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// ResourceType is the type of the resource. Required.
	ResourceType MoveResourceType `url:"ResourceType,omitempty" check:"required"`
	// ResourceID is the ID of the resource, of an address its AllocationID.
	// Required.
	ResourceID string `url:"ResourceId,omitempty" check:"required"`
	// NewResourceGroupID is the resource group to move it to, "rg-…". Required.
	NewResourceGroupID string `url:"NewResourceGroupId,omitempty" check:"required"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

// MoveResourceGroupResponse says that the resource is in the new group.
type MoveResourceGroupResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *MoveResourceGroupResponse) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, r) }

// MoveResourceGroup moves a resource to another resource group.
//
// It needs ResourceType, ResourceID and NewResourceGroupID. The action takes no
// ClientToken; a repeat is safe, since it ends in the same group. No document
// lists error codes for it beyond the common ones. (The SDK's text calls the
// action ChangeResourceGroup, which serves Express Connect alone.)
func (c *Client) MoveResourceGroup(ctx context.Context, req *MoveResourceGroupRequest) (*MoveResourceGroupResponse, error) {
	return opMoveResourceGroup.call(ctx, c, req)
}

// DeletionProtectionRequest protects a resource from being deleted, or takes the
// protection away. All fields are from the SDK metadata, the longest ClientToken
// from the 2019 API reference.
type DeletionProtectionRequest struct {
	// RegionID is the region of the resource. Required by the service; empty
	// means the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// Type is the type of the resource. Required.
	Type ProtectedType `url:"Type,omitempty" check:"required"`
	// InstanceID is the ID of the resource, of an address its AllocationID and
	// not the ID of what it is bound to. Required.
	InstanceID string `url:"InstanceId,omitempty" check:"required"`
	// ProtectionEnable says whether the resource is to be protected: Ptr(true)
	// or Ptr(false). Required.
	ProtectionEnable *bool `url:"ProtectionEnable,omitempty" check:"required"`
	// ClientToken makes repeats of the call one call: 1 to 64 ASCII characters,
	// unique among requests. Default: made for the call.
	ClientToken string `url:"ClientToken,omitempty" check:"token"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`

	settling `url:"-"`
}

// DeletionProtectionResponse says that the protection is as it was asked for.
type DeletionProtectionResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *DeletionProtectionResponse) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, r) }

// DeletionProtection turns the protection of a resource from deletion on or off.
// An address that is protected cannot be released.
//
// It needs Type, InstanceID and ProtectionEnable. A repeat with the same
// ClientToken is safe. [Client.EnsureDeletionProtection] looks first, and
// settles an unknown outcome. No document lists error codes for it beyond the
// common ones.
func (c *Client) DeletionProtection(ctx context.Context, req *DeletionProtectionRequest) (*DeletionProtectionResponse, error) {
	return opDeletionProtection.call(ctx, c, req)
}
