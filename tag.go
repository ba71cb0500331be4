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
