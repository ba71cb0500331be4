package eip

import (
	"context"
	"encoding/json"
	"net/url"
	"time"
)

// This file holds the pools themselves. Their blocks of addresses are in
// address_pool_block.go, look-ups and iterators in address_pool_find.go.

// PoolStatus is the state of a pool of public addresses, or of one of its
// blocks. Values from the SDK metadata.
type PoolStatus string

const (
	// PoolStatusCreated: it is there and can be used.
	PoolStatusCreated PoolStatus = "Created"
	// PoolStatusModifying: it is being changed; a block in this state is being
	// added, and can only be queried.
	PoolStatusModifying PoolStatus = "Modifying"
	// PoolStatusDeleting: it is being deleted; only queries are possible.
	PoolStatusDeleting PoolStatus = "Deleting"
)

// PoolBizType is what a pool of public addresses is for. Values from the SDK
// metadata.
type PoolBizType string

const (
	// PoolBizTypeDefault is a pool for any use; the service's default.
	PoolBizTypeDefault PoolBizType = "Default"
	// PoolBizTypeCloudBox is a pool for a cloud box. The account has to be
	// allowed to have one, and the pool needs a zone.
	PoolBizTypeCloudBox PoolBizType = "CloudBox"
)

// CreatePublicIpAddressPoolRequest asks for a pool of public addresses. All
// fields are from the SDK metadata.
type CreatePublicIpAddressPoolRequest struct {
	// RegionID is the region of the pool. Required by the service; empty means
	// the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// Name is the pool's name, up to 128 characters, not beginning with "http://"
	// or "https://". Default: none.
	Name string `url:"Name,omitempty"`
	// Description is up to 256 characters, not beginning with "http://" or
	// "https://". Default: none.
	Description string `url:"Description,omitempty"`
	// ISP is the line type of the pool's addresses (on the wire "Isp" for the
	// pool actions). Default: BGP.
	ISP ISP `url:"Isp,omitempty"`
	// BizType is what the pool is for. Default: Default.
	BizType PoolBizType `url:"BizType,omitempty"`
	// Zones are the zones of the pool. Required for BizType CloudBox.
	Zones []string `url:"Zones,omitempty" check:"filled"`
	// SecurityProtectionTypes is the protection against denial of service of the
	// pool's addresses. Default: the basic one.
	SecurityProtectionTypes SecurityProtectionTypes `url:"SecurityProtectionTypes,omitempty" check:"filled"`
	// ResourceGroupID is the resource group. Default: the account's default one.
	ResourceGroupID string `url:"ResourceGroupId,omitempty"`
	// Tags are the pool's tags, up to 20. Default: none.
	Tags Tags `url:"Tag,omitempty" check:"max=20,filled"`
	// DryRun asks only whether the call would be accepted: the service then
	// answers with the error code DryRunOperation.
	DryRun bool `url:"DryRun,omitempty"`
	// ClientToken makes repeats of the call create once: 1 to 64 ASCII
	// characters, unique among requests. Default: made for the call.
	ClientToken string `url:"ClientToken,omitempty" check:"token"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`

	settling `url:"-"`
}

func (r *CreatePublicIpAddressPoolRequest) validate(v *validator) {
	if r.BizType == PoolBizTypeCloudBox && len(r.Zones) == 0 {
		v.fault("Zones", "", "is required when BizType is CloudBox")
	}
}

// CreatePublicIpAddressPoolResponse names the new pool.
type CreatePublicIpAddressPoolResponse struct {
	ResponseMeta
	// PublicIPAddressPoolID is the ID of the pool, "pippool-…". The service sends
	// it a second time under a misspelt name, which is read if it stands alone.
	PublicIPAddressPoolID string `json:"PublicIpAddressPoolId,omitempty" wire:"alias=PulbicIpAddressPoolId"`
	// ResourceGroupID is the resource group of the pool.
	ResourceGroupID string `json:"ResourceGroupId,omitempty"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *CreatePublicIpAddressPoolResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// CreatePublicIpAddressPool makes a pool of public addresses. It has no
// addresses until AddPublicIpAddressPoolCidrBlock adds some.
//
// It needs nothing but a region; the service has to be opened
// (OpenPublicIpAddressPoolService), and the account allowed to have pools. A
// repeat with the same ClientToken is safe; a repeat with another one creates a
// second pool. No document lists error codes for it beyond the common ones.
func (c *Client) CreatePublicIpAddressPool(ctx context.Context, req *CreatePublicIpAddressPoolRequest) (*CreatePublicIpAddressPoolResponse, error) {
	return opCreatePublicIpAddressPool.call(ctx, c, req)
}

// ListPublicIpAddressPoolsRequest asks for one page of the pools of a region
// that pass all of its filters. All fields are from the SDK metadata.
type ListPublicIpAddressPoolsRequest struct {
	// RegionID is the region. Required by the service; empty means the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// PublicIPAddressPoolIDs are the IDs of pools, "pippool-…", up to 100.
	// Default: all pools.
	PublicIPAddressPoolIDs []string `url:"PublicIpAddressPoolIds,omitempty" check:"max=100,filled"`
	// Name is the name of the pools. Default: any.
	Name string `url:"Name,omitempty"`
	// Status is the state of the pools. Default: any.
	Status PoolStatus `url:"Status,omitempty"`
	// ISP is the line type of the pools (on the wire "Isp"). The metadata call
	// BGP the default, without saying whether pools of other lines are left out
	// then.
	ISP ISP `url:"Isp,omitempty"`
	// SecurityProtectionEnabled selects pools with the enhanced protection, or
	// without it. Default (nil): both.
	SecurityProtectionEnabled *bool `url:"SecurityProtectionEnabled,omitempty"`
	// ResourceGroupID is the resource group of the pools. Default: any.
	ResourceGroupID string `url:"ResourceGroupId,omitempty"`
	// Tags are tags that the pools have, up to 20, sent as Tags.N.Key and
	// Tags.N.Value by this action alone. Default: any.
	Tags Tags `url:"Tags,omitempty" check:"max=20,filled"`
	// MaxResults is the number of pools per page, 10 to 100. Default: 10.
	MaxResults int `url:"MaxResults,omitempty" check:"min=0"`
	// NextToken is the token of the page, from the answer with the page before.
	// Default: the first page.
	NextToken string `url:"NextToken,omitempty"`
	// DryRun asks only whether the call would be accepted: the service then
	// answers with the error code DryRunOperation.
	DryRun bool `url:"DryRun,omitempty"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

// ListPublicIpAddressPoolsResponse is one page of pools.
type ListPublicIpAddressPoolsResponse struct {
	ResponseMeta
	// PublicIPAddressPools are the pools of this page.
	PublicIPAddressPools []PublicIPAddressPool `json:"PublicIpAddressPoolList"`
	// NextToken is the token of the next page, empty on the last one.
	NextToken string `json:"NextToken,omitempty"`
	// MaxResults is the number of pools per page. From the older SDK alone:
	// expect 0.
	MaxResults int `json:"MaxResults,omitempty"`
	// TotalCount is the number of pools over all pages.
	TotalCount int `json:"TotalCount"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *ListPublicIpAddressPoolsResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// PublicIPAddressPool is a pool of public addresses. Fields from the SDK
// metadata.
type PublicIPAddressPool struct {
	// PublicIPAddressPoolID is the ID of the pool, "pippool-…".
	PublicIPAddressPoolID string `json:"PublicIpAddressPoolId,omitempty"`
	// RegionID is the region of the pool.
	RegionID string `json:"RegionId,omitempty"`
	// Zones are the zones of the pool.
	Zones []string `json:"Zones,omitempty"`
	// Name is the name of the pool.
	Name string `json:"Name,omitempty"`
	// Description is the description of the pool.
	Description string `json:"Description,omitempty"`
	// Status is the state of the pool.
	Status PoolStatus `json:"Status,omitempty"`
	// BusinessStatus is "Normal", or "FinancialLocked" if a payment is overdue.
	BusinessStatus string `json:"BusinessStatus,omitempty"`
	// BizType is what the pool is for.
	BizType PoolBizType `json:"BizType,omitempty"`
	// ISP is the line type of the pool (on the wire "Isp").
	ISP ISP `json:"Isp,omitempty"`
	// SecurityProtectionTypes is the protection of the pool's addresses against
	// denial of service; none means the basic one.
	SecurityProtectionTypes []SecurityProtectionType `json:"SecurityProtectionTypes,omitempty"`
	// TotalIPNum is the number of addresses of the pool.
	TotalIPNum int `json:"TotalIpNum,omitempty"`
	// UsedIPNum is the number of addresses of the pool that are taken.
	UsedIPNum int `json:"UsedIpNum,omitempty"`
	// IPAddressRemaining says whether an address of the pool is free.
	IPAddressRemaining bool `json:"IpAddressRemaining,omitempty"`
	// ResourceGroupID is the resource group of the pool.
	ResourceGroupID string `json:"ResourceGroupId,omitempty"`
	// Tags are the tags of the pool.
	Tags Tags `json:"Tags,omitempty"`
	// OwnerID is the account that the pool belongs to.
	OwnerID int64 `json:"OwnerId,omitempty"`
	// UserType is "admin" for the owner of the pool and "user" for an account
	// that the pool is shared with.
	UserType string `json:"UserType,omitempty"`
	// ShareType is "Shared" for a pool that is shared, and empty for one that is
	// not.
	ShareType string `json:"ShareType,omitempty"`
	// CreationTime is when the pool was made, in UTC.
	CreationTime time.Time `json:"CreationTime,omitzero"`
	// PublicIPCIDRBlocks are the blocks of the pool. From the older SDK alone:
	// expect none, and use ListPublicIpAddressPoolCidrBlocks.
	PublicIPCIDRBlocks []PublicIPAddressPoolCIDRBlock `json:"PublicIpCidrBlockList,omitempty"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (p *PublicIPAddressPool) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, p) }

// MarshalJSON gives the service's form, in which the tags of a pool are a plain
// list.
func (p PublicIPAddressPool) MarshalJSON() ([]byte, error) {
	type fields PublicIPAddressPool
	out := struct {
		fields
		Tags []tagPair `json:"Tags,omitempty"` // in place of that of fields
	}{fields: fields(p)}
	for _, k := range p.Tags.keys() {
		out.Tags = append(out.Tags, tagPair{k, p.Tags[k]})
	}
	return json.Marshal(out)
}

// ListPublicIpAddressPools reads one page of the pools of a region.
//
// It needs nothing and changes nothing: a repeat is safe. A pool that is gone
// is missing from the list; that is not an error. [Client.PublicIPAddressPools]
// walks over all pages. No document lists error codes for it beyond the common
// ones.
func (c *Client) ListPublicIpAddressPools(ctx context.Context, req *ListPublicIpAddressPoolsRequest) (*ListPublicIpAddressPoolsResponse, error) {
	return opListPublicIpAddressPools.call(ctx, c, req)
}

// UpdatePublicIpAddressPoolAttributeRequest changes the name or the description
// of a pool. All fields are from the SDK metadata.
type UpdatePublicIpAddressPoolAttributeRequest struct {
	// RegionID is the region of the pool. Required by the service; empty means
	// the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// PublicIPAddressPoolID is the ID of the pool, "pippool-…". Required.
	PublicIPAddressPoolID string `url:"PublicIpAddressPoolId,omitempty" check:"required"`
	// Name is the new name, up to 128 characters, not beginning with "http://" or
	// "https://"; empty takes the name away. Default (nil): unchanged.
	Name *string `url:"Name,omitempty"`
	// Description is the new description, up to 256 characters, not beginning with
	// "http://" or "https://"; empty takes it away. Default (nil): unchanged.
	Description *string `url:"Description,omitempty"`
	// DryRun asks only whether the call would be accepted: the service then
	// answers with the error code DryRunOperation.
	DryRun bool `url:"DryRun,omitempty"`
	// ClientToken makes repeats of the call one call: 1 to 64 ASCII characters,
	// unique among requests. Default: made for the call.
	ClientToken string `url:"ClientToken,omitempty" check:"token"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`

	settling `url:"-"`
}

// UpdatePublicIpAddressPoolAttributeResponse says that the pool is changed.
type UpdatePublicIpAddressPoolAttributeResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *UpdatePublicIpAddressPoolAttributeResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// UpdatePublicIpAddressPoolAttribute changes the name and the description of a
// pool of public addresses.
//
// It needs PublicIPAddressPoolID. A repeat with the same ClientToken is safe;
// concurrent calls for one pool are not supported by the service. No document
// lists error codes for it beyond the common ones.
func (c *Client) UpdatePublicIpAddressPoolAttribute(ctx context.Context, req *UpdatePublicIpAddressPoolAttributeRequest) (*UpdatePublicIpAddressPoolAttributeResponse, error) {
	return opUpdatePublicIpAddressPoolAttribute.call(ctx, c, req)
}

// DeletePublicIpAddressPoolRequest deletes a pool. All fields are from the SDK
// metadata.
type DeletePublicIpAddressPoolRequest struct {
	// RegionID is the region of the pool. Required by the service; empty means
	// the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// PublicIPAddressPoolID is the ID of the pool, "pippool-…". Required.
	PublicIPAddressPoolID string `url:"PublicIpAddressPoolId,omitempty" check:"required"`
	// DryRun asks only whether the call would be accepted: the service then
	// answers with the error code DryRunOperation.
	DryRun bool `url:"DryRun,omitempty"`
	// ClientToken makes repeats of the call one call: 1 to 64 ASCII characters,
	// unique among requests. Default: made for the call.
	ClientToken string `url:"ClientToken,omitempty" check:"token"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`

	settling `url:"-"`
}

// DeletePublicIpAddressPoolResponse says that the deletion has begun.
type DeletePublicIpAddressPoolResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *DeletePublicIpAddressPoolResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// DeletePublicIpAddressPool deletes a pool of public addresses.
//
// It needs PublicIPAddressPoolID, and no address of the pool may be in use. The
// pool is Deleting until ListPublicIpAddressPools no longer lists it:
// [Client.WaitPoolGone]. A repeat with the same ClientToken is safe; concurrent
// calls for one pool are not supported by the service. No document lists error
// codes for it beyond the common ones.
func (c *Client) DeletePublicIpAddressPool(ctx context.Context, req *DeletePublicIpAddressPoolRequest) (*DeletePublicIpAddressPoolResponse, error) {
	return opDeletePublicIpAddressPool.call(ctx, c, req)
}

func (r *ListPublicIpAddressPoolsRequest) clone() *ListPublicIpAddressPoolsRequest {
	return cloneOf(r)
}
