package eip

import (
	"context"
	"net/url"
)

// TagResourcesRequest puts the same tags on one or more resources. All fields
// are from the SDK metadata.
type TagResourcesRequest struct {
	// RegionID is the region of the resources. Required by the service; empty
	// means the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// ResourceType is the type of all the resources. Required.
	ResourceType ResourceType `url:"ResourceType,omitempty" check:"required"`
	// ResourceIDs are the IDs of the resources, of an address its AllocationID.
	// Required; up to 50 (the metadata's text says 20).
	ResourceIDs []string `url:"ResourceId,omitempty" check:"required,max=50,filled"`
	// Tags are the tags to add, up to 20. Required. A key that a resource has
	// already gets the new value.
	Tags Tags `url:"Tag,omitempty" check:"required,max=20,filled"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

// TagResourcesResponse says that the tags are set.
type TagResourcesResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *TagResourcesResponse) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, r) }

// TagResources adds tags to resources of one type, or changes their values.
//
// It needs ResourceType, ResourceIDs and Tags. A resource has at most 20 tags.
// The action takes no ClientToken; a repeat is safe, since it sets the same
// values again. No document lists error codes for it beyond the common ones.
func (c *Client) TagResources(ctx context.Context, req *TagResourcesRequest) (*TagResourcesResponse, error) {
	return opTagResources.call(ctx, c, req)
}

// UnTagResourcesRequest takes tags from one or more resources. All fields are
// from the SDK metadata, unless their comment names another source.
type UnTagResourcesRequest struct {
	// RegionID is the region of the resources. Required by the service; empty
	// means the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// ResourceType is the type of all the resources. Required.
	ResourceType ResourceType `url:"ResourceType,omitempty" check:"required"`
	// ResourceIDs are the IDs of the resources, of an address its AllocationID.
	// Required; up to 50 (the metadata's text says 20).
	ResourceIDs []string `url:"ResourceId,omitempty" check:"required,max=50,filled"`
	// TagKeys are the keys of the tags to take away, up to 20.
	TagKeys []string `url:"TagKey,omitempty" check:"max=20,filled"`
	// All takes all tags away. It has an effect only without TagKeys. Default:
	// false.
	All bool `url:"All,omitempty"`
	// Tags are tags to take away, up to 20, each only where it has this value.
	// From the older SDK alone: the service may ignore it.
	Tags Tags `url:"Tag,omitempty" check:"max=20,filled"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

// UnTagResourcesResponse says that the tags are gone.
type UnTagResourcesResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *UnTagResourcesResponse) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, r) }

// UnTagResources takes tags from resources of one type.
//
// It needs ResourceType and ResourceIDs, and TagKeys or All to say which tags.
// A key that a resource does not have is no error. The action takes no
// ClientToken; a repeat is safe, since it takes the same tags away again. No
// document lists error codes for it beyond the common ones.
func (c *Client) UnTagResources(ctx context.Context, req *UnTagResourcesRequest) (*UnTagResourcesResponse, error) {
	return opUnTagResources.call(ctx, c, req)
}
