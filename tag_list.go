package eip

import (
	"context"
	"iter"
	"net/url"
)

// ListTagResourcesRequest asks for one page of the tags of resources. Fields
// are filters, and a resource has to pass all of them. No document says whether
// the tags of such a resource that were not asked for are listed as well. All
// fields are from the SDK metadata.
type ListTagResourcesRequest struct {
	// RegionID is the region of the resources. Required by the service; empty
	// means the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// ResourceType is the type of all the resources. Required.
	ResourceType ResourceType `url:"ResourceType,omitempty" check:"required"`
	// ResourceIDs are the IDs of resources, of an address its AllocationID; up to
	// 50 (the metadata's text says 20). Required, unless Tags are given.
	ResourceIDs []string `url:"ResourceId,omitempty" check:"max=50,filled"`
	// Tags are tags that a resource must have, up to 20. Required, unless
	// ResourceIDs are given.
	Tags Tags `url:"Tag,omitempty" check:"max=20,filled"`
	// MaxResults is the number of entries per page, 1 to 50. Default: 50.
	MaxResults int `url:"MaxResults,omitempty" check:"min=0"`
	// NextToken is what the page before has as NextToken. Default: the first
	// page. The other fields have to be the same for all pages.
	NextToken string `url:"NextToken,omitempty"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

func (r *ListTagResourcesRequest) validate(v *validator) {
	if len(r.ResourceIDs) == 0 && len(r.Tags) == 0 {
		v.fault("ResourceIDs", "", "is required when there are no Tags")
	}
}

func (r *ListTagResourcesRequest) clone() *ListTagResourcesRequest { return cloneOf(r) }

// ListTagResourcesResponse is one page of the tags of resources.
type ListTagResourcesResponse struct {
	ResponseMeta
	// NextToken asks for the page after this one; it is empty on the last page.
	NextToken string `json:"NextToken,omitempty"`
	// TagResources are the tags of this page.
	TagResources ResourceTagList `json:"TagResources"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *ListTagResourcesResponse) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, r) }

// ResourceTag is one tag of one resource. Fields from the SDK metadata.
type ResourceTag struct {
	// ResourceID is the ID of the resource.
	ResourceID string `json:"ResourceId,omitempty"`
	// ResourceType is the type of the resource, in the service's own spelling.
	ResourceType ResourceType `json:"ResourceType,omitempty"`
	// TagKey is the key of the tag.
	TagKey string `json:"TagKey,omitempty"`
	// TagValue is the value of the tag.
	TagValue string `json:"TagValue,omitempty"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (t *ResourceTag) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, t) }

// ResourceTagList is a list of tags, {"TagResource":[…]} in JSON.
type ResourceTagList []ResourceTag

// MarshalJSON gives the service's form.
func (l ResourceTagList) MarshalJSON() ([]byte, error) { return marshalList(l.listKey(), l) }

// UnmarshalJSON reads the service's form and a plain list.
func (l *ResourceTagList) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, l) }

func (ResourceTagList) listKey() string { return "TagResource" }

// ListTagResources reads one page of the tags of resources of one type.
//
// It needs ResourceType, and ResourceIDs or Tags. It changes nothing: a repeat
// is safe. A page is the last one if its NextToken is empty, however many
// entries it has; [Client.ResourceTags] reads all pages. A resource that does
// not exist has no tags; that is not an error. No document lists error codes
// for it beyond the common ones.
func (c *Client) ListTagResources(ctx context.Context, req *ListTagResourcesRequest) (*ListTagResourcesResponse, error) {
	return opListTagResources.call(ctx, c, req)
}

// ResourceTags walks over all tags that pass the request's filters, page by
// page.
//
// API: ListTagResources, once for each page of 50, or of the request's
// MaxResults; it begins with the request's NextToken, and ends with the page
// that has none. The request is copied when ResourceTags is called; the calls
// begin when the loop does, and each loop over the result begins anew. The first
// error is yielded once, with a nil tag, and ends the loop; nothing is asked for
// after the loop stops.
//
// No tag of a resource is given twice in one loop. A NextToken that the loop has
// used already, or page after page without anything new, is a *[TransportError]
// that wraps an *[AnswerError]: such a list has no end.
func (c *Client) ResourceTags(ctx context.Context, req *ListTagResourcesRequest) iter.Seq2[*ResourceTag, error] {
	return c.tagWalk(ctx, req).All
}

func (c *Client) tagWalk(ctx context.Context, req *ListTagResourcesRequest) *tokenWalk[ResourceTag] {
	base := req.clone()
	return &tokenWalk[ResourceTag]{
		Start:    base.NextToken,
		ID:       func(t *ResourceTag) string { return t.ResourceID + "\x00" + t.TagKey },
		Unproven: unprovenBy("ListTagResources"),
		Get: func(token string) (tokenPage[ResourceTag], error) {
			r := base.clone()
			r.NextToken = token
			res, err := c.ListTagResources(ctx, r)
			if err != nil {
				return tokenPage[ResourceTag]{}, err
			}
			return tokenPage[ResourceTag]{Items: res.TagResources, Next: res.NextToken, Meta: res.ResponseMeta}, nil
		},
	}
}
