package eip

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"time"
)

// AddPublicIpAddressPoolCidrBlockRequest adds a block of addresses to a pool.
// All fields are from the SDK metadata.
type AddPublicIpAddressPoolCidrBlockRequest struct {
	// RegionID is the region of the pool. Required by the service; empty means
	// the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// PublicIPAddressPoolID is the ID of the pool, "pippool-…". Required.
	PublicIPAddressPoolID string `url:"PublicIpAddressPoolId,omitempty" check:"required"`
	// CIDRBlock is the network and mask of the block, e.g. "203.0.113.0/24".
	// Exactly one of CIDRBlock and CIDRMask is required.
	CIDRBlock string `url:"CidrBlock,omitempty"`
	// CIDRMask is the length of the network mask of a block that the service
	// picks, 24 to 28. Exactly one of CIDRBlock and CIDRMask is required.
	CIDRMask int `url:"CidrMask,omitempty" check:"min=24,max=28"`
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

func (r *AddPublicIpAddressPoolCidrBlockRequest) validate(v *validator) {
	switch {
	case r.CIDRBlock == "" && r.CIDRMask == 0:
		v.fault("CIDRBlock", "", "is required, unless CIDRMask is given")
	case r.CIDRBlock != "" && r.CIDRMask != 0:
		v.fault("CIDRMask", fmt.Sprint(r.CIDRMask), "must not be given together with CIDRBlock")
	}
}

// AddPublicIpAddressPoolCidrBlockResponse says that the block is being added.
type AddPublicIpAddressPoolCidrBlockResponse struct {
	ResponseMeta
	// CIDRBlock is the network and mask of the block, which the service has picked
	// if the request has CIDRMask.
	CIDRBlock string `json:"CidrBlock,omitempty"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *AddPublicIpAddressPoolCidrBlockResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// AddPublicIpAddressPoolCidrBlock starts to add a block of addresses to a pool.
//
// It needs PublicIPAddressPoolID and either CIDRBlock or CIDRMask; pool and
// block must be of one region and of one line type. The block is Modifying until
// ListPublicIpAddressPoolCidrBlocks shows it as Created, and until then it can
// only be queried: [Client.WaitPoolBlockCreated]. A repeat with the same
// ClientToken is safe. With CIDRMask, a repeat with another token can allocate a
// second block: do not make a new token for each attempt, and settle an unknown
// outcome with [Again]. No document lists error codes for it beyond the common
// ones.
func (c *Client) AddPublicIpAddressPoolCidrBlock(ctx context.Context, req *AddPublicIpAddressPoolCidrBlockRequest) (*AddPublicIpAddressPoolCidrBlockResponse, error) {
	return opAddPublicIpAddressPoolCidrBlock.call(ctx, c, req)
}

// ListPublicIpAddressPoolCidrBlocksRequest asks for one page of the blocks of a
// pool. All fields are from the SDK metadata.
type ListPublicIpAddressPoolCidrBlocksRequest struct {
	// RegionID is the region of the pool. Required by the service; empty means
	// the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// PublicIPAddressPoolID is the ID of the pool, "pippool-…". Required.
	PublicIPAddressPoolID string `url:"PublicIpAddressPoolId,omitempty" check:"required"`
	// CIDRBlock is the network and mask of one block. Default: all blocks.
	CIDRBlock string `url:"CidrBlock,omitempty"`
	// MaxResults is the number of blocks per page, 10 to 100. Default: 10.
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

// ListPublicIpAddressPoolCidrBlocksResponse is one page of blocks.
type ListPublicIpAddressPoolCidrBlocksResponse struct {
	ResponseMeta
	// CIDRBlocks are the blocks of this page.
	CIDRBlocks []PublicIPAddressPoolCIDRBlock `json:"PublicIpPoolCidrBlockList"`
	// NextToken is the token of the next page, empty on the last one.
	NextToken string `json:"NextToken,omitempty"`
	// MaxResults is the number of blocks per page. From the older SDK alone:
	// expect 0.
	MaxResults int `json:"MaxResults,omitempty"`
	// TotalCount is the number of blocks over all pages.
	TotalCount int `json:"TotalCount"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *ListPublicIpAddressPoolCidrBlocksResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// PublicIPAddressPoolCIDRBlock is a block of the addresses of a pool. Fields
// from the SDK metadata.
type PublicIPAddressPoolCIDRBlock struct {
	// PublicIPAddressPoolID is the pool that the block belongs to, "pippool-…".
	PublicIPAddressPoolID string `json:"PublicIpAddressPoolId,omitempty"`
	// CIDRBlock is the network and mask of the block, e.g. "203.0.113.0/24", as
	// sent. See Prefix.
	CIDRBlock string `json:"CidrBlock,omitempty"`
	// Status is the state of the block.
	Status PoolStatus `json:"Status,omitempty"`
	// TotalIPNum is the number of addresses of the block.
	TotalIPNum int `json:"TotalIpNum,omitempty"`
	// UsedIPNum is the number of addresses of the block that are taken.
	UsedIPNum int `json:"UsedIpNum,omitempty"`
	// CreationTime is when the block was added, in UTC.
	CreationTime time.Time `json:"CreationTime,omitzero"`
}

// Prefix gives CIDRBlock as a netip.Prefix.
func (b PublicIPAddressPoolCIDRBlock) Prefix() (netip.Prefix, error) {
	p, err := netip.ParsePrefix(b.CIDRBlock)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("eip: CIDRBlock of %s is %s, not a network with mask",
			b.PublicIPAddressPoolID, shorten(b.CIDRBlock))
	}
	return p, nil
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (b *PublicIPAddressPoolCIDRBlock) UnmarshalJSON(text []byte) error {
	return unmarshalLenient(text, b)
}

// ListPublicIpAddressPoolCidrBlocks reads one page of the blocks of a pool.
//
// It needs PublicIPAddressPoolID and changes nothing: a repeat is safe. A block
// that is gone is missing from the list; that is not an error.
// [Client.PublicIPAddressPoolCIDRBlocks] walks over all pages. No document lists
// error codes for it beyond the common ones.
func (c *Client) ListPublicIpAddressPoolCidrBlocks(ctx context.Context, req *ListPublicIpAddressPoolCidrBlocksRequest) (*ListPublicIpAddressPoolCidrBlocksResponse, error) {
	return opListPublicIpAddressPoolCidrBlocks.call(ctx, c, req)
}

// DeletePublicIpAddressPoolCidrBlockRequest takes a block of addresses out of a
// pool. All fields are from the SDK metadata.
type DeletePublicIpAddressPoolCidrBlockRequest struct {
	// RegionID is the region of the pool. Required by the service; empty means
	// the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// PublicIPAddressPoolID is the ID of the pool, "pippool-…". Required.
	PublicIPAddressPoolID string `url:"PublicIpAddressPoolId,omitempty" check:"required"`
	// CIDRBlock is the network and mask of the block. Required.
	CIDRBlock string `url:"CidrBlock,omitempty" check:"required"`
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

// DeletePublicIpAddressPoolCidrBlockResponse says that the deletion has begun.
type DeletePublicIpAddressPoolCidrBlockResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *DeletePublicIpAddressPoolCidrBlockResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// DeletePublicIpAddressPoolCidrBlock takes a block of addresses out of a pool.
//
// It needs PublicIPAddressPoolID and CIDRBlock, and no address of the block may
// be in use. The block is Deleting until ListPublicIpAddressPoolCidrBlocks no
// longer lists it: [Client.WaitPoolBlockGone]. A repeat with the same
// ClientToken is safe; concurrent calls for one block are not supported by the
// service. No document lists error codes for it beyond the common ones.
func (c *Client) DeletePublicIpAddressPoolCidrBlock(ctx context.Context, req *DeletePublicIpAddressPoolCidrBlockRequest) (*DeletePublicIpAddressPoolCidrBlockResponse, error) {
	return opDeletePublicIpAddressPoolCidrBlock.call(ctx, c, req)
}

func (r *ListPublicIpAddressPoolCidrBlocksRequest) clone() *ListPublicIpAddressPoolCidrBlocksRequest {
	return cloneOf(r)
}
