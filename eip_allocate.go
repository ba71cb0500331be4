package eip

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
)

// AllocateEipAddressRequest asks for one address. The zero value asks for a
// pay-as-you-go address of 5 Mbit/s on the BGP line, billed by bandwidth.
//
// Fields whose comment names no document are in the 2019 API reference (which
// allows pay-as-you-go by traffic alone) or the 2017 AllocateEipAddress page,
// with ranges and defaults from the SDK metadata.
type AllocateEipAddressRequest struct {
	// RegionID is the region of the address. Required by the service; empty
	// means the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// Bandwidth is the peak bandwidth in Mbit/s. Default: 5. Range: 1 to 500 for
	// PostPaid with PayByBandwidth, 1 to 200 for PostPaid with PayByTraffic, 1 to
	// 1000 for PrePaid; the upper bounds are checked by the service.
	Bandwidth int `url:"Bandwidth,omitempty" check:"min=0"`
	// InternetChargeType is what is metered. Default: PayByBandwidth. A
	// subscription allows nothing else.
	InternetChargeType InternetChargeType `url:"InternetChargeType,omitempty"`
	// InstanceChargeType is how the address is paid for. Default: PostPaid.
	InstanceChargeType InstanceChargeType `url:"InstanceChargeType,omitempty"`
	// PricingCycle is the unit of Period, for PrePaid. Default: Month.
	PricingCycle PricingCycle `url:"PricingCycle,omitempty"`
	// Period is the length of a subscription: 1 to 9 months or 1 to 5 years.
	// Required for PrePaid.
	Period int `url:"Period,omitempty" check:"min=0"`
	// AutoPay says whether the order of a subscription is paid at once. Default
	// (nil): false, the order waits to be paid in the order centre.
	AutoPay *bool `url:"AutoPay,omitempty"`
	// ISP is the line type. Default: BGP. The finance cloud in Hangzhou requires
	// BGP_FinanceCloud.
	ISP ISP `url:"ISP,omitempty"`
	// Netmode is the network type. Default, and only value: "public".
	Netmode Netmode `url:"Netmode,omitempty"`
	// IPAddress asks for one particular address, e.g. one that was released not
	// long ago. Excludes InstanceID. Default: any. From the SDK metadata.
	IPAddress string `url:"IpAddress,omitempty"`
	// InstanceID asks for the address that had this ID, "eip-…". Excludes
	// IPAddress. Default: any. From the SDK metadata.
	InstanceID string `url:"InstanceId,omitempty"`
	// PublicIPAddressPoolID is the pool, "pippool-…", to take the address from.
	// Needs a permission. From the SDK metadata.
	PublicIPAddressPoolID string `url:"PublicIpAddressPoolId,omitempty"`
	// Zone is the zone of the address. From the SDK metadata.
	Zone string `url:"Zone,omitempty"`
	// SecurityProtectionTypes is the protection against denial of service.
	// Default: the basic one. From the SDK metadata, which allows one element in
	// one place and ten in another.
	SecurityProtectionTypes SecurityProtectionTypes `url:"SecurityProtectionTypes,omitempty" check:"filled"`
	// ResourceGroupID is the resource group. Default: the account's default one.
	ResourceGroupID string `url:"ResourceGroupId,omitempty"`
	// Name is the address's name, up to 128 characters, not beginning with
	// "http://" or "https://"; not accepted for PrePaid. From the SDK metadata.
	Name string `url:"Name,omitempty"`
	// Description is up to 256 characters, with the same limits as Name. From
	// the SDK metadata.
	Description string `url:"Description,omitempty"`
	// Tags are up to 20 tags, given together with the address, so that no
	// address is ever without its owner's mark. From the SDK metadata.
	Tags Tags `url:"Tag,omitempty" check:"max=20,filled"`
	// ActivityID is reserved by the vendor. From the SDK metadata.
	ActivityID int64 `url:"ActivityId,omitempty"`
	// ClientToken makes repeats of the call allocate once: 1 to 64 ASCII
	// characters, unique among requests. Default: made for the call.
	ClientToken string `url:"ClientToken,omitempty" check:"token"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`

	settling `url:"-"`
}

func (r *AllocateEipAddressRequest) validate(v *validator) {
	v.subscription(r.InstanceChargeType, r.InternetChargeType, r.Period)
	v.exclusive(r.IPAddress, r.InstanceID)
}

// AllocateEipAddressResponse names the address that was allocated, or the order
// that will allocate it.
type AllocateEipAddressResponse struct {
	ResponseMeta
	// AllocationID is the ID of the address, "eip-…": what all other actions take.
	AllocationID string `json:"AllocationId,omitempty"`
	// EipAddress is the address as sent. Only for PostPaid. See Addr.
	EipAddress string `json:"EipAddress,omitempty"`
	// OrderID is the exact number of the order. Only for PrePaid.
	OrderID int64 `json:"OrderId,omitempty"`
	// ResourceGroupID is the resource group. Only for PostPaid.
	ResourceGroupID string `json:"ResourceGroupId,omitempty"`
}

// Addr gives EipAddress as a netip.Addr.
func (r *AllocateEipAddressResponse) Addr() (netip.Addr, error) {
	return parseAddr("EipAddress", r.EipAddress)
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *AllocateEipAddressResponse) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, r) }

// AllocateEipAddress allocates an address, which then is Available. It is billed
// from that moment until it is released.
//
// It needs nothing. A repeat with the same ClientToken gives the same address;
// a repeat with another one allocates, and bills, a second one. The client
// makes one token per call and keeps it over all attempts.
//
// Documented codes: Forbbiden (so spelt), QuotaExceeded.Eip, InvalidParameter
// (InternetChargeType or Bandwidth), InvalidRegionId.NotFound,
// InvalidRegion.NotSupport, InsufficientBalance, InsufficientEipCapacity (status
// 500, yet a refusal), ReserveIpFail. The newer codes of AllocateEipAddressPro
// may be met here too.
func (c *Client) AllocateEipAddress(ctx context.Context, req *AllocateEipAddressRequest) (*AllocateEipAddressResponse, error) {
	return opAllocateEipAddress.call(ctx, c, req)
}

// AllocateEipAddressProRequest asks for one address, which may be a particular
// one. Fields, ranges and defaults from the 2026 AllocateEipAddressPro page,
// unless a comment says otherwise.
type AllocateEipAddressProRequest struct {
	// RegionID is the region of the address. Required by the service; empty
	// means the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// IPAddress asks for one particular address: one of the pool, or one that
	// the account had within the last seven days. Excludes InstanceID. Default:
	// any.
	IPAddress string `url:"IpAddress,omitempty"`
	// InstanceID asks for the address that had this ID, "eip-…". Excludes
	// IPAddress. Default: any.
	InstanceID string `url:"InstanceId,omitempty"`
	// Bandwidth is the peak bandwidth in Mbit/s. Default: 5. Range: 1 to 500 for
	// PostPaid with PayByBandwidth, 1 to 200 for PostPaid with PayByTraffic, 1 to
	// 1000 for PrePaid; the upper bounds are checked by the service.
	Bandwidth int `url:"Bandwidth,omitempty" check:"min=0"`
	// InternetChargeType is what is metered. Default: PayByBandwidth. A
	// subscription allows nothing else.
	InternetChargeType InternetChargeType `url:"InternetChargeType,omitempty"`
	// InstanceChargeType is how the address is paid for. Default: PostPaid.
	InstanceChargeType InstanceChargeType `url:"InstanceChargeType,omitempty"`
	// PricingCycle is the unit of Period, for PrePaid. Default: Month.
	PricingCycle PricingCycle `url:"PricingCycle,omitempty"`
	// Period is the length of a subscription: 1 to 9 months or 1 to 3 years.
	// Required for PrePaid.
	Period int `url:"Period,omitempty" check:"min=0"`
	// AutoPay says whether the order of a subscription is paid at once. The
	// documents disagree about what nil means (the page names no default, the
	// SDK metadata says true): set it for every subscription.
	AutoPay *bool `url:"AutoPay,omitempty"`
	// ISP is the line type. Default: BGP. The finance cloud in Hangzhou requires
	// BGP_FinanceCloud.
	ISP ISP `url:"ISP,omitempty"`
	// Netmode is the network type. Default, and only value: "public".
	Netmode Netmode `url:"Netmode,omitempty"`
	// PublicIPAddressPoolID is the pool, "pippool-…", to take the address from.
	// Needs a permission.
	PublicIPAddressPoolID string `url:"PublicIpAddressPoolId,omitempty"`
	// SecurityProtectionTypes is the protection against denial of service.
	// Default: the basic one.
	SecurityProtectionTypes SecurityProtectionTypes `url:"SecurityProtectionTypes,omitempty" check:"filled"`
	// ResourceGroupID is the resource group. Default: the account's default one.
	ResourceGroupID string `url:"ResourceGroupId,omitempty"`
	// Tags are tags given together with the address, up to 20 (the number is
	// from the SDK metadata).
	Tags Tags `url:"Tag,omitempty" check:"max=20,filled"`
	// ClientToken makes repeats of the call allocate once: 1 to 64 ASCII
	// characters (the length is from the 2019 API reference), unique among
	// requests. Default: made for the call.
	ClientToken string `url:"ClientToken,omitempty" check:"token"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`

	settling `url:"-"`
}

func (r *AllocateEipAddressProRequest) validate(v *validator) {
	v.subscription(r.InstanceChargeType, r.InternetChargeType, r.Period)
	v.exclusive(r.IPAddress, r.InstanceID)
}

// AllocateEipAddressProResponse names the address that was allocated, or the
// order that will allocate it.
type AllocateEipAddressProResponse struct {
	ResponseMeta
	// AllocationID is the ID of the address, "eip-…": what all other actions take.
	AllocationID string `json:"AllocationId,omitempty"`
	// EipAddress is the address as sent. Only for PostPaid. See Addr.
	EipAddress string `json:"EipAddress,omitempty"`
	// OrderID is the exact number of the order. Only for PrePaid; with AutoPay
	// false the order waits to be paid in the order centre.
	OrderID int64 `json:"OrderId,omitempty"`
	// ResourceGroupID is the resource group. Only for PostPaid.
	ResourceGroupID string `json:"ResourceGroupId,omitempty"`
}

// Addr gives EipAddress as a netip.Addr.
func (r *AllocateEipAddressProResponse) Addr() (netip.Addr, error) {
	return parseAddr("EipAddress", r.EipAddress)
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *AllocateEipAddressProResponse) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, r) }

// AllocateEipAddressPro allocates an address, if wanted a particular one, and
// is billed as AllocateEipAddress is.
//
// It needs nothing. A repeat with the same ClientToken gives the same address;
// a repeat with another one allocates, and bills, a second one. The client
// makes one token per call and keeps it over all attempts.
//
// Documented codes (2026 AllocateEipAddressPro page), grouped by what was wrong.
// The request: InvalidParameter, QueryParameter.Illegal,
// InvalidBandwidth.Malformed, IllegalParam.IpAddress, IllegalParam.Isp,
// InvalidResourceGroupId, InvalidRegionId.NotFound, InvalidRegion.NotSupport,
// INSTANCE_TYPE_NOT_SUPPORT, COMMODITY_NO_EXIST, TokenVerfiy.Failed (so spelt),
// InvalidStatus.ValueNotSupported, Forbidden. The wanted address or pool:
// Invalid.Reserve.Ip, Ip.Allocated, Ip.Keeped, ReserveIpFail,
// OperationFailed.AllocateUnfamiliarIp, OperationFailed.InstanceNotExist,
// INVALID_INSTANCE_STATUS, ResourceNotFound.Ip, IncorrectStatus.Ip,
// OperationFailed.IpIsLocked, OperationDenied.IpBelongToOtherUser,
// Mismatch.IpAndIsp, Mismatch.IpAndPublicIpAddressPool,
// ResourceNotFound.PublicIpAddressPool, ResourceNotEnough.PublicIpAddressPool,
// IncorrectStatus.PublicIpAddressPool,
// Mismatch.EipSecurityProtectionTypeAndPoolSecurityProtectionType. Quota and
// stock: QuotaExceeded.Eip, QuotaExceeded.LargeSpecEip,
// OperationFailed.ResourceNotEnough. Account and order: InsufficientBalance,
// OrderFailed, OrderError.EIP, SYSTEM.UNKNOWN.ERROR,
// OperationFailed.RiskControl, FUWU_BIZ_COMMODITY_VERIFY_FAIL. Frequency:
// FrequentPurchase.EIP. The service itself: InternalError.
func (c *Client) AllocateEipAddressPro(ctx context.Context, req *AllocateEipAddressProRequest) (*AllocateEipAddressProResponse, error) {
	return opAllocateEipAddressPro.call(ctx, c, req)
}

// parseAddr reads an address that the service sent.
func parseAddr(field, s string) (netip.Addr, error) {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("eip: %s is %s, not an IP address", field, shorten(s))
	}
	return a, nil
}

func (r *AllocateEipAddressRequest) clone() *AllocateEipAddressRequest { return cloneOf(r) }
