package eip

import (
	"context"
	"net/url"
)

// DescribePublicIpAddressRequest asks for one page of the ranges from which a
// region's public addresses come. The zero value asks for the first 100 of IPv4.
// All fields are from the SDK metadata. (The older SDK also has Bandwidth,
// KbpsBandwidth, ResourceBid and ResourceUid, which Extra can hold.)
type DescribePublicIpAddressRequest struct {
	// RegionID is the region. Required by the service; empty means the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// IPVersion is the version of the addresses. Default: ipv4.
	IPVersion IPVersion `url:"IpVersion,omitempty"`
	// PageNumber is the page, from 1. Default: 1.
	PageNumber int `url:"PageNumber,omitempty" check:"min=0"`
	// PageSize is the number of ranges per page, 1 to 100. Default: 100.
	PageSize int `url:"PageSize,omitempty" check:"min=0"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

// DescribePublicIpAddressResponse is one page of ranges.
type DescribePublicIpAddressResponse struct {
	ResponseMeta
	// PublicIPAddress are the ranges of this page, in CIDR notation.
	PublicIPAddress []string `json:"PublicIpAddress,omitempty"`
	// IPRange are ranges as well. From the older SDK alone: newer answers lack
	// it.
	IPRange []string `json:"IpRange,omitempty"`
	// RegionID is the region.
	RegionID string `json:"RegionId,omitempty"`
	// PageNumber is the number of this page.
	PageNumber int `json:"PageNumber"`
	// PageSize is the number of ranges per page.
	PageSize int `json:"PageSize"`
	// TotalCount is the number of ranges over all pages.
	TotalCount int `json:"TotalCount"`
	// Code is "200".
	Code string `json:"Code,omitempty"`
	// Message is the text beside Code.
	Message string `json:"Message,omitempty"`
	// Success says that the call succeeded. An answer in which it is false is an
	// error of the call.
	Success bool `json:"Success,omitempty"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *DescribePublicIpAddressResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// DescribePublicIpAddress reads one page of the ranges from which the public
// addresses of a region come, in whatever account they are.
//
// It needs nothing and changes nothing: a repeat is safe. [Client.Whitelist]
// makes ranges of the account's own addresses. No document lists error codes for
// it beyond the common ones.
func (c *Client) DescribePublicIpAddress(ctx context.Context, req *DescribePublicIpAddressRequest) (*DescribePublicIpAddressResponse, error) {
	return opDescribePublicIpAddress.call(ctx, c, req)
}
