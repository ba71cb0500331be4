package eip

import (
	"context"
	"net/url"
)

// DescribeRegionsRequest asks for the regions in which the product is sold. The
// zero value asks for all. All fields are from the SDK metadata; the documents
// only refer to the action.
type DescribeRegionsRequest struct {
	// AcceptLanguage is the language of LocalName. Default: Chinese.
	AcceptLanguage Language `url:"AcceptLanguage,omitempty"`
	// ProductType is the product whose regions are wanted. Default: VPC.
	ProductType string `url:"ProductType,omitempty"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

// DescribeRegionsResponse lists regions.
type DescribeRegionsResponse struct {
	ResponseMeta
	// Regions are the regions, in the service's order.
	Regions RegionList `json:"Regions"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *DescribeRegionsResponse) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, r) }

// Region is one region of DescribeRegions. From the SDK metadata.
type Region struct {
	// RegionID is the region's ID, e.g. "cn-hangzhou": what requests and
	// NewClient take.
	RegionID string `json:"RegionId,omitempty"`
	// LocalName is the region's name in the language asked for.
	LocalName string `json:"LocalName,omitempty"`
	// RegionEndpoint is the host that serves the region.
	RegionEndpoint string `json:"RegionEndpoint,omitempty"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *Region) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, r) }

// RegionList is a list of regions, {"Region":[…]} in JSON.
type RegionList []Region

// MarshalJSON gives the service's form.
func (l RegionList) MarshalJSON() ([]byte, error) { return marshalList(l.listKey(), l) }

// UnmarshalJSON reads the service's form and a plain list.
func (l *RegionList) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, l) }

func (RegionList) listKey() string { return "Region" }

// DescribeRegions lists the regions in which the product is sold.
//
// It needs nothing and changes nothing: a repeat is safe. No document lists
// error codes for it beyond the common ones.
func (c *Client) DescribeRegions(ctx context.Context, req *DescribeRegionsRequest) (*DescribeRegionsResponse, error) {
	return opDescribeRegions.call(ctx, c, req)
}
