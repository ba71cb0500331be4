package zenlayer

import (
	"context"
	"strconv"
)

// DescribeEipAddressesRequest is a filter, and a page of what it lets through.
// All fields are optional; what is set has to fit together.
type DescribeEipAddressesRequest struct {
	// EipIDs are up to 100 IDs. Those that do not exist are left out of the
	// answer, without an error.
	EipIDs []string `json:"eipIds,omitempty"`
	// EipChargeType, IPAddress, ZoneID, ResourceGroupID, EipStatus, InstanceID
	// and InstanceName are as in [EipAddress].
	EipChargeType   ChargeType `json:"eipChargeType,omitempty"`
	IPAddress       string     `json:"ipAddress,omitempty"`
	ZoneID          string     `json:"zoneId,omitempty"`
	ResourceGroupID string     `json:"resourceGroupId,omitempty"`
	EipStatus       EipStatus  `json:"eipStatus,omitempty"`
	InstanceID      string     `json:"instanceId,omitempty"`
	InstanceName    string     `json:"instanceName,omitempty"`
	// PageSize is how many addresses an answer has at most: up to 1000, by
	// default 20.
	PageSize int `json:"pageSize,omitempty"`
	// PageNum counts pages from 1, the default.
	PageNum int `json:"pageNum,omitempty"`
	// TagKeys and Tags, up to 20 each, are from the SDK; not on the page.
	TagKeys []string `json:"tagKeys,omitempty"`
	Tags    []Tag    `json:"tags,omitempty"`
	// Extra are parameters that are newer than this library.
	Extra map[string]any `json:"-"`
}

func (r *DescribeEipAddressesRequest) extra() map[string]any { return r.Extra }

func (r *DescribeEipAddressesRequest) check(v *validator) {
	v.optionalIDs("EipIDs", r.EipIDs)
	if r.PageSize < 0 || r.PageSize > maxPageSize {
		v.fault("PageSize", strconv.Itoa(r.PageSize), "must be 1 to 1000, or 0 for the default of 20")
	}
	v.notNegative("PageNum", r.PageNum)
	if len(r.TagKeys) > maxTagFilters {
		v.fault("TagKeys", strconv.Itoa(len(r.TagKeys))+" elements", "must have at most 20 elements")
	}
	v.noneEmpty("TagKeys", r.TagKeys)
	if len(r.Tags) > maxTagFilters {
		v.fault("Tags", strconv.Itoa(len(r.Tags))+" elements", "must have at most 20 elements")
	}
	for i, tag := range r.Tags {
		v.tag("Tags["+strconv.Itoa(i)+"]", tag.Key, tag.Value)
	}
}

// DescribeEipAddressesResponse is one page of addresses.
type DescribeEipAddressesResponse struct {
	ResponseMeta
	// TotalCount is how many addresses the filter lets through.
	TotalCount int `json:"totalCount"`
	// DataSet are those of the page.
	DataSet []EipAddress `json:"dataSet"`
}

// DescribeEipAddresses calls the action of that name: one page of the
// addresses of the account. It is repeated freely. [Client.EipAddresses] walks
// over all pages.
func (c *Client) DescribeEipAddresses(ctx context.Context, req *DescribeEipAddressesRequest) (*DescribeEipAddressesResponse, error) {
	return invoke[DescribeEipAddressesResponse](ctx, c, actionDescribe, req)
}

// DescribeEipAvailableResourcesRequest asks for the stock.
type DescribeEipAvailableResourcesRequest struct {
	// EipChargeType is how the addresses would be paid for. Required.
	EipChargeType ChargeType `json:"eipChargeType,omitempty"`
	// ZoneID is one zone; without it the answer has all.
	ZoneID string `json:"zoneId,omitempty"`
	// Extra are parameters that are newer than this library.
	Extra map[string]any `json:"-"`
}

func (r *DescribeEipAvailableResourcesRequest) extra() map[string]any { return r.Extra }

func (r *DescribeEipAvailableResourcesRequest) check(v *validator) {
	v.required("EipChargeType", string(r.EipChargeType))
}

// DescribeEipAvailableResourcesResponse is the stock of zones.
type DescribeEipAvailableResourcesResponse struct {
	ResponseMeta
	// EipResources has one element for each zone, or each zone and netmask.
	EipResources []EipAvailable `json:"eipResources"`
}

// DescribeEipAvailableResources calls the action of that name: which zones have
// addresses to sell. It is repeated freely.
//
// Documented error: CodeInvalidZoneNotFound (404).
func (c *Client) DescribeEipAvailableResources(ctx context.Context, req *DescribeEipAvailableResourcesRequest) (*DescribeEipAvailableResourcesResponse, error) {
	return invoke[DescribeEipAvailableResourcesResponse](ctx, c, actionDescribeStock, req)
}

// DescribeInstanceAvailableEipResourcesRequest names an instance.
type DescribeInstanceAvailableEipResourcesRequest struct {
	// InstanceID is the instance. Required.
	InstanceID string `json:"instanceId,omitempty"`
	// Extra are parameters that are newer than this library.
	Extra map[string]any `json:"-"`
}

func (r *DescribeInstanceAvailableEipResourcesRequest) extra() map[string]any { return r.Extra }

func (r *DescribeInstanceAvailableEipResourcesRequest) check(v *validator) {
	v.required("InstanceID", r.InstanceID)
}

// DescribeInstanceAvailableEipResourcesResponse lists addresses.
type DescribeInstanceAvailableEipResourcesResponse struct {
	ResponseMeta
	// InstanceEipResources are the addresses that can be bound to the instance.
	InstanceEipResources []InstanceAvailableEip `json:"instanceEipResources"`
}

// DescribeInstanceAvailableEipResources calls the action of that name: which of
// the account's addresses can be bound to an instance. It is repeated freely.
//
// Documented error: CodeInvalidEsxiNotSupport.
func (c *Client) DescribeInstanceAvailableEipResources(ctx context.Context, req *DescribeInstanceAvailableEipResourcesRequest) (*DescribeInstanceAvailableEipResourcesResponse, error) {
	return invoke[DescribeInstanceAvailableEipResourcesResponse](ctx, c, actionDescribeInstance, req)
}
