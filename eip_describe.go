package eip

import (
	"context"
	"net/netip"
	"net/url"
	"time"
)

// DescribeEipAddressesRequest asks for one page of the addresses of a region.
// The zero value asks for the first ten. Fields are filters, and an address has
// to pass all of them.
//
// Fields whose comment names no document are in the 2019 API reference.
type DescribeEipAddressesRequest struct {
	// RegionID is the region. Required by the service; empty means the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// AllocationIDs are IDs of addresses, "eip-…", up to 50, sent joined by
	// commas as AllocationId. Default: all.
	AllocationIDs CommaList `url:"AllocationId,omitempty" check:"max=50,filled,nocomma"`
	// EipAddresses are IP addresses, up to 50, sent joined by commas as
	// EipAddress. Default: all.
	EipAddresses CommaList `url:"EipAddress,omitempty" check:"max=50,filled,nocomma"`
	// EipName is the name of an address, 1 to 128 characters. From the SDK
	// metadata.
	EipName string `url:"EipName,omitempty"`
	// Status is the state of an address.
	Status Status `url:"Status,omitempty"`
	// AssociatedInstanceID is the ID of the resource that holds the address.
	AssociatedInstanceID string `url:"AssociatedInstanceId,omitempty"`
	// AssociatedInstanceType is the type of that resource. Default: EcsInstance.
	AssociatedInstanceType InstanceType `url:"AssociatedInstanceType,omitempty"`
	// ChargeType is how the address is paid for.
	ChargeType InstanceChargeType `url:"ChargeType,omitempty"`
	// ISP is the line type.
	ISP ISP `url:"ISP,omitempty"`
	// LockReason is why the address is locked.
	LockReason LockReason `url:"LockReason,omitempty"`
	// ResourceGroupID is the resource group.
	ResourceGroupID string `url:"ResourceGroupId,omitempty"`
	// PublicIPAddressPoolID is the pool, "pippool-…", that the address is from.
	// From the SDK metadata.
	PublicIPAddressPoolID string `url:"PublicIpAddressPoolId,omitempty"`
	// SegmentInstanceID is the contiguous group, "eipsg-…", that the address
	// belongs to. From the SDK metadata.
	SegmentInstanceID string `url:"SegmentInstanceId,omitempty"`
	// BandwidthPackageID is the bandwidth package that the address draws from.
	// From the older SDK alone: the service may ignore it.
	BandwidthPackageID string `url:"BandwidthPackageId,omitempty"`
	// SecurityProtectionEnabled filters for enhanced protection on or off; nil
	// does not filter. From the SDK metadata.
	SecurityProtectionEnabled *bool `url:"SecurityProtectionEnabled,omitempty"`
	// ServiceManaged filters for addresses that a cloud service made for the
	// account (true) or that the account made itself (false); nil does not
	// filter. From the SDK metadata.
	ServiceManaged *bool `url:"ServiceManaged,omitempty"`
	// Tags are tags that the address must have, up to 20. From the SDK metadata.
	Tags Tags `url:"Tag,omitempty" check:"max=20,filled"`
	// CreationStartTime keeps addresses made at or after this time. It is sent in
	// UTC to the minute (seconds are cut off) as a Filter. The key is from the
	// SDK metadata; the 2019 API reference shows the parameters with unrelated
	// values.
	CreationStartTime time.Time `url:"-" filter:"CreationStartTime" layout:"2006-01-02T15:04Z"`
	// CreationEndTime keeps addresses made until this time. It is sent as
	// CreationStartTime is and must not lie before it.
	CreationEndTime time.Time `url:"-" filter:"CreationEndTime" layout:"2006-01-02T15:04Z"`
	// IncludeReservationData also tells about orders that have not taken effect.
	// Default: false.
	IncludeReservationData bool `url:"IncludeReservationData,omitempty"`
	// DryRun asks only whether the call would be accepted: the service then
	// answers with the error code DryRunOperation. From the SDK metadata.
	DryRun bool `url:"DryRun,omitempty"`
	// PageNumber is the page, from 1. Default: 1.
	PageNumber int `url:"PageNumber,omitempty" check:"min=0"`
	// PageSize is the number of addresses per page: up to 100 (SDK metadata) or
	// 50 (2019 API reference). Default: 10.
	PageSize int `url:"PageSize,omitempty" check:"min=0"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

func (r *DescribeEipAddressesRequest) validate(v *validator) {
	if bothGiven(r.CreationStartTime, r.CreationEndTime) && r.CreationEndTime.Before(r.CreationStartTime) {
		v.fault("CreationStartTime", r.CreationStartTime.UTC().Format(layoutSeconds),
			"must not be after CreationEndTime (here "+r.CreationEndTime.UTC().Format(layoutSeconds)+")")
	}
}

// DescribeEipAddressesResponse is one page of addresses.
type DescribeEipAddressesResponse struct {
	ResponseMeta
	// EipAddresses are the addresses of this page.
	EipAddresses EipAddressList `json:"EipAddresses"`
	// PageNumber is the number of this page.
	PageNumber int `json:"PageNumber"`
	// PageSize is the number of addresses per page.
	PageSize int `json:"PageSize"`
	// TotalCount is the number of addresses over all pages.
	TotalCount int `json:"TotalCount"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *DescribeEipAddressesResponse) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, r) }

// DescribeEipAddresses reads one page of the addresses of a region.
//
// It needs nothing and changes nothing: a repeat is safe. An address that does
// not exist is missing from the list; that is not an error.
//
// Documented codes (2019 API reference): Forbidden.RegionNotFound,
// InvalidFilterKey.NotFound, InvalidFilterValue, InvalidLockReason.NotFound,
// InvalidIAssociatedInstanceType.ValueNotSupported (so spelt),
// InvalidChargeType.ValueNotSupported.
func (c *Client) DescribeEipAddresses(ctx context.Context, req *DescribeEipAddressesRequest) (*DescribeEipAddressesResponse, error) {
	return opDescribeEipAddresses.call(ctx, c, req)
}

// DescribeEipGatewayInfoRequest asks for the gateways of the addresses of a
// network interface.
type DescribeEipGatewayInfoRequest struct {
	// RegionID is the region of the interface. Required by the service; empty
	// means the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// InstanceID is the ID of the secondary network interface, "eni-…" (not of
	// an address). Required.
	InstanceID string `url:"InstanceId,omitempty" check:"required"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

// DescribeEipGatewayInfoResponse lists gateways.
type DescribeEipGatewayInfoResponse struct {
	ResponseMeta
	// EipInfos are the addresses of the interface with their gateways.
	EipInfos EipInfoList `json:"EipInfos"`
	// Code is the service's status in the body of a successful answer, "200".
	Code string `json:"Code,omitempty"`
	// Message goes with Code, "successful".
	Message string `json:"Message,omitempty"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *DescribeEipGatewayInfoResponse) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, r) }

// EipInfo is what a machine needs to know to put an address on an interface.
// Fields from the 2019 API reference.
type EipInfo struct {
	// IP is the address as sent (on the wire Ip, in the documents' examples IP).
	IP string `json:"Ip,omitempty" wire:"alias=IP"`
	// IPGw is the address of its gateway.
	IPGw string `json:"IpGw,omitempty"`
	// IPMask is its network mask in dotted form, e.g. "255.255.255.0".
	IPMask string `json:"IpMask,omitempty"`
}

// Addr gives IP as a netip.Addr.
func (i EipInfo) Addr() (netip.Addr, error) { return parseAddr("Ip", i.IP) }

// Gateway gives IPGw as a netip.Addr.
func (i EipInfo) Gateway() (netip.Addr, error) { return parseAddr("IpGw", i.IPGw) }

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (i *EipInfo) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, i) }

// EipInfoList is a list of gateways, {"EipInfo":[…]} in JSON.
type EipInfoList []EipInfo

// MarshalJSON gives the service's form.
func (l EipInfoList) MarshalJSON() ([]byte, error) { return marshalList(l.listKey(), l) }

// UnmarshalJSON reads the service's form and a plain list.
func (l *EipInfoList) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, l) }

func (EipInfoList) listKey() string { return "EipInfo" }

// DescribeEipGatewayInfo reads gateway and mask of the addresses that are bound
// to a secondary network interface in the mode MULTI_BINDED.
//
// It needs InstanceID and changes nothing: a repeat is safe.
//
// Documented codes (2019 API reference): Forbbiden (so spelt).
func (c *Client) DescribeEipGatewayInfo(ctx context.Context, req *DescribeEipGatewayInfoRequest) (*DescribeEipGatewayInfoResponse, error) {
	return opDescribeEipGatewayInfo.call(ctx, c, req)
}

func (r *DescribeEipAddressesRequest) clone() *DescribeEipAddressesRequest { return cloneOf(r) }
