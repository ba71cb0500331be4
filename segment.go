package eip

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"time"
)

// AllocateEipSegmentAddressRequest asks for a contiguous group of addresses.
// Fields and ranges from the 2024 AllocateEipSegmentAddress page, whose text
// lost the parameter names; they are those of the SDK metadata.
type AllocateEipSegmentAddressRequest struct {
	// RegionID is the region of the group. Required by the service; empty means
	// the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// EipMask is the length of the group's network mask, 24 to 28. Required. 28
	// gives 16 addresses, 27 gives 32, 26 gives 64, 25 gives 128, 24 gives 256;
	// up to four fewer, because some are reserved.
	EipMask int `url:"EipMask,omitempty" check:"required,min=24,max=28"`
	// Bandwidth is the peak bandwidth of the group in Mbit/s. Default: 5. Range:
	// 1 to 500 with PayByBandwidth, 1 to 200 with PayByTraffic.
	Bandwidth int `url:"Bandwidth,omitempty" check:"min=0"`
	// InternetChargeType is what is metered. Default: PayByBandwidth.
	InternetChargeType InternetChargeType `url:"InternetChargeType,omitempty"`
	// ISP is the line type (on the wire "Isp" for this action). Default: BGP.
	ISP ISP `url:"Isp,omitempty"`
	// Netmode is the network type; "public" is its only value.
	Netmode Netmode `url:"Netmode,omitempty"`
	// ResourceGroupID is the resource group of the addresses. Default: the
	// account's default group.
	ResourceGroupID string `url:"ResourceGroupId,omitempty"`
	// Zone is the zone of the group. Not every region or account may choose one.
	Zone string `url:"Zone,omitempty"`
	// ClientToken makes repeats of the call allocate once: 1 to 64 ASCII
	// characters, unique among requests. Default: made for the call.
	ClientToken string `url:"ClientToken,omitempty" check:"token"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`

	settling `url:"-"`
}

// AllocateEipSegmentAddressResponse names the group that is being made.
type AllocateEipSegmentAddressResponse struct {
	ResponseMeta
	// EipSegmentInstanceID is the ID of the group, "eipsg-…".
	EipSegmentInstanceID string `json:"EipSegmentInstanceId,omitempty"`
	// OrderID is the order's number. From the older SDK alone: expect 0.
	OrderID int64 `json:"OrderId,omitempty"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *AllocateEipSegmentAddressResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// AllocateEipSegmentAddress starts to allocate a contiguous group of addresses.
//
// It needs EipMask. The group is made in the background: it is Allocating until
// DescribeEipSegment shows it as Allocated, and until then it can only be
// queried. A repeat with the same ClientToken is safe; a repeat with another
// one allocates, and bills, a second group.
//
// Documented codes (2024 AllocateEipSegmentAddress page), grouped by what was
// wrong. The request: InvalidParameter, IllegalParam.EipMask, IllegalParam.Zone,
// IllegalParam.Name, IllegalParam.Description, IllegalParam.OrderParamComponent,
// InvalidBandwidth.Malformed, InvalidComponent.EipBandwidthMax,
// MissingParam.Bandwidth, QueryParameter.Illegal, TokenVerfiy.Failed,
// InvalidResourceGroupId, InvalidRegionId.NotFound, InvalidRegion.NotSupport,
// UnsupportedFeature.AllocateEipAddressWithZone, INSTANCE_TYPE_NOT_SUPPORT,
// OperationFailed.ChargeTypeInvalid, COMMODITY_NO_EXIST, Forbidden. Quota and
// stock: QuotaExceeded.Eip, QuotaExceeded.LargeSpecEip, ORDER.QUANTITY_INVALID,
// OperationFailed.QuotaExceed, OperationFailed.EipQuotaExceed,
// OperationFailed.InsufficientEIP, OperationFailed.AllocateEipSegment,
// ReserveIpFail. Account and order: InsufficientBalance,
// PAY.INSUFFICIENT_BALANCE, PAYFOR.CREDIT_PAY_INSUFFICIENT_BALANCE,
// PAY.MAYI_WITHHOLDING_AGREEMENT_ILLEGAL, SYSTEM.SALE_VALIDATE_UNEXPECTED_ERROR,
// Trade_Sync_Create_Sub_ERROR, OrderFailed, OrderError.EIP,
// OperationFailed.CreateOrderFailed, OperationFailed.RiskControl,
// OperationFailed.SaleValidate, OperationFailed.SaleExpression,
// OperationFailed.CompleteUserInfo, OperationFailed.QueryPrice,
// OperationFailed.AccountMoneyInvalid, OperationFailed.QueryCredtiInfo,
// OperationFailed.QueryUserLabel. Frequency and state: FrequentPurchase.EIP,
// OperationFailed.FrequentPurchase, OperationConflict, InstanceExist.EipSegment.
// The service itself: OperationFailed.InvokeInnerApi, InternalError.
//
// Deprecated: the vendor's SDK and metadata mark this action as deprecated
// without naming a successor. Addresses from a public IP address pool
// (PublicIPAddressPoolID of AllocateEipAddress) are the nearest thing.
func (c *Client) AllocateEipSegmentAddress(ctx context.Context, req *AllocateEipSegmentAddressRequest) (*AllocateEipSegmentAddressResponse, error) {
	return opAllocateEipSegmentAddress.call(ctx, c, req)
}

// DescribeEipSegmentRequest asks for one page of the contiguous groups of a
// region. All fields are from the SDK metadata.
type DescribeEipSegmentRequest struct {
	// RegionID is the region. Required by the service; empty means the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// SegmentInstanceID is the ID of one group, "eipsg-…". Default: all groups.
	SegmentInstanceID string `url:"SegmentInstanceId,omitempty"`
	// PageNumber is the page, from 1. Default: 1.
	PageNumber int `url:"PageNumber,omitempty" check:"min=0"`
	// PageSize is the number of groups per page, up to 50. Default: 10.
	PageSize int `url:"PageSize,omitempty" check:"min=0"`
	// ClientToken is accepted by the service although the action only reads: 1
	// to 64 ASCII characters. It is not filled in when empty.
	ClientToken string `url:"ClientToken,omitempty" check:"token"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

// DescribeEipSegmentResponse is one page of groups.
type DescribeEipSegmentResponse struct {
	ResponseMeta
	// EipSegments are the groups of this page.
	EipSegments EipSegmentList `json:"EipSegments"`
	// PageNumber is the number of this page.
	PageNumber int `json:"PageNumber"`
	// PageSize is the number of groups per page.
	PageSize int `json:"PageSize"`
	// TotalCount is the number of groups over all pages.
	TotalCount int `json:"TotalCount"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *DescribeEipSegmentResponse) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, r) }

// EipSegment is a contiguous group of addresses. Fields from the SDK metadata.
type EipSegment struct {
	// InstanceID is the ID of the group, "eipsg-…".
	InstanceID string `json:"InstanceId,omitempty"`
	// RegionID is the region of the group.
	RegionID string `json:"RegionId,omitempty"`
	// Zone is the zone of the group.
	Zone string `json:"Zone,omitempty"`
	// Name is the name of the group.
	Name string `json:"Name,omitempty"`
	// Description is the description of the group; the wire misspells its key
	// as Descritpion.
	Description string `json:"Descritpion,omitempty" wire:"alias=Description"`
	// Segment is the network and mask of the group, e.g. "203.0.113.0/28", as
	// sent. See Prefix.
	Segment string `json:"Segment,omitempty"`
	// IPCount is the number of addresses in the group, a numeric string on the
	// wire.
	IPCount int `json:"IpCount,string,omitempty"`
	// Status is the state of the group.
	Status SegmentStatus `json:"Status,omitempty"`
	// CreationTime is when the group was made, in UTC.
	CreationTime time.Time `json:"CreationTime,omitzero"`
}

// Prefix gives Segment as a netip.Prefix.
func (s EipSegment) Prefix() (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s.Segment)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("eip: Segment of %s is %s, not a network with mask", s.InstanceID, shorten(s.Segment))
	}
	return p, nil
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (s *EipSegment) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, s) }

// EipSegmentList is a list of groups, {"EipSegment":[…]} in JSON.
type EipSegmentList []EipSegment

// MarshalJSON gives the service's form.
func (l EipSegmentList) MarshalJSON() ([]byte, error) { return marshalList(l.listKey(), l) }

// UnmarshalJSON reads the service's form and a plain list.
func (l *EipSegmentList) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, l) }

func (EipSegmentList) listKey() string { return "EipSegment" }

// DescribeEipSegment reads one page of the contiguous groups of a region.
//
// It needs nothing and changes nothing: a repeat is safe. A group that is gone
// is missing from the list; that is not an error. The single addresses of a
// group are listed by DescribeEipAddresses with SegmentInstanceID. No document
// lists error codes for it beyond the common ones.
func (c *Client) DescribeEipSegment(ctx context.Context, req *DescribeEipSegmentRequest) (*DescribeEipSegmentResponse, error) {
	return opDescribeEipSegment.call(ctx, c, req)
}

// ReleaseEipSegmentAddressRequest gives a contiguous group back. All fields are
// from the SDK metadata.
type ReleaseEipSegmentAddressRequest struct {
	// RegionID is the region of the group. Required by the service; empty means
	// the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// SegmentInstanceID is the ID of the group, "eipsg-…". Required.
	SegmentInstanceID string `url:"SegmentInstanceId,omitempty" check:"required"`
	// ClientToken makes repeats of the call one call: 1 to 64 ASCII characters,
	// unique among requests. Default: made for the call.
	ClientToken string `url:"ClientToken,omitempty" check:"token"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`

	settling `url:"-"`
}

// ReleaseEipSegmentAddressResponse says that the release has begun.
type ReleaseEipSegmentAddressResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *ReleaseEipSegmentAddressResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// ReleaseEipSegmentAddress gives a contiguous group and all of its addresses
// back.
//
// It needs SegmentInstanceID. No address of the group may be bound or be in a
// bandwidth package. The group is Releasing until DescribeEipSegment no longer
// lists it. A repeat with the same ClientToken is safe; concurrent calls for
// one group are not supported by the service. No document lists error codes
// for it beyond the common ones.
func (c *Client) ReleaseEipSegmentAddress(ctx context.Context, req *ReleaseEipSegmentAddressRequest) (*ReleaseEipSegmentAddressResponse, error) {
	return opReleaseEipSegmentAddress.call(ctx, c, req)
}

func (r *DescribeEipSegmentRequest) clone() *DescribeEipSegmentRequest { return cloneOf(r) }
