package eip

import (
	"context"
	"net/url"
)

// This file holds what makes, changes and deletes a bandwidth package. Reading is
// in bandwidth_package_describe.go, the addresses of a package are in
// bandwidth_package_members.go.
//
// The documents of the two sites of the vendor differ: the international site
// knows packages of 1 to 1000 Mbit/s by PayByTraffic alone, the China site the
// other kinds of metering and larger packages. The library leaves both to the
// service.

// CreateCommonBandwidthPackageRequest asks for a bandwidth package. Fields from
// the SDK metadata and the 2026 CreateCommonBandwidthPackage page.
type CreateCommonBandwidthPackageRequest struct {
	// RegionID is the region of the package. Required by the service; empty means
	// the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// Bandwidth is the peak bandwidth of the package in Mbit/s. Required. Range: 1
	// to 1000 on the international site; on the China site 2 to 20000 with
	// PayByBandwidth, 200 to 20000 with PayBy95, 1 to 2000 with
	// PayByDominantTraffic.
	Bandwidth int `url:"Bandwidth,omitempty" check:"required,min=1"`
	// InternetChargeType is what is metered: PayByTraffic on the international
	// site; PayByBandwidth (the default there), PayBy95 or PayByDominantTraffic on
	// the China site.
	InternetChargeType InternetChargeType `url:"InternetChargeType,omitempty"`
	// Ratio is the percentage of the bandwidth that is paid for in any case. 20 is
	// its only value. Required for PayBy95.
	Ratio int `url:"Ratio,omitempty" check:"min=0"`
	// ISP is the line type. Addresses in the package must have the same. Default:
	// BGP.
	ISP ISP `url:"ISP,omitempty"`
	// Zone is the zone of the package. Required for a cloud box, and given for
	// nothing else.
	Zone string `url:"Zone,omitempty"`
	// Name is the name: up to 128 characters, not beginning with "http://" or
	// "https://".
	Name string `url:"Name,omitempty"`
	// Description is the description: up to 256 characters, otherwise as Name.
	Description string `url:"Description,omitempty"`
	// ResourceGroupID is the resource group. Default: the account's default group.
	ResourceGroupID string `url:"ResourceGroupId,omitempty"`
	// SecurityProtectionTypes are the levels of protection, up to 10, of which the
	// service takes one. Default: the basic one. The SDK marks it as deprecated.
	SecurityProtectionTypes SecurityProtectionTypes `url:"SecurityProtectionTypes,omitempty" check:"max=10,filled"`
	// Tags are tags for the package, up to 20.
	Tags Tags `url:"Tag,omitempty" check:"max=20,filled"`
	// ClientToken makes repeats of the call make one package: 1 to 64 ASCII
	// characters, unique among requests. Default: made for the call.
	ClientToken string `url:"ClientToken,omitempty" check:"token"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`

	settling `url:"-"`
}

func (r *CreateCommonBandwidthPackageRequest) validate(v *validator) {
	if r.InternetChargeType == InternetChargeTypePayBy95 && r.Ratio == 0 {
		v.fault("Ratio", "", "is required when InternetChargeType is PayBy95")
	}
}

// CreateCommonBandwidthPackageResponse names the new package.
type CreateCommonBandwidthPackageResponse struct {
	ResponseMeta
	// BandwidthPackageID is the ID of the package, "cbwp-…".
	BandwidthPackageID string `json:"BandwidthPackageId,omitempty"`
	// ResourceGroupID is the resource group of the package.
	ResourceGroupID string `json:"ResourceGroupId,omitempty"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *CreateCommonBandwidthPackageResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// CreateCommonBandwidthPackage makes a bandwidth package, which addresses can
// share.
//
// It needs Bandwidth. The package can be changed when
// DescribeCommonBandwidthPackages shows it as Available. A repeat with the same
// ClientToken is safe; a repeat with another one makes, and bills, a second
// package.
//
// Documented codes (2026 CreateCommonBandwidthPackage page): MissingParameter,
// InvalidParameter.Name.Malformed, InvalidParameter.Description.Malformed,
// InvalidParameter.Bandwidth, InvalidParameter.InvalidChargeType,
// IllegalParam.Zone, IllegalParam.Ratio, IllegalParam.AvailableZone,
// MissingParam.NameOrDescription, InvalidResourceGroupId,
// InvalidRegionId.NotFound, InvalidVpcId.NotFound, InvalidZoneId.NotFound,
// OperationUnsupported.InvalidZone, UnsupportedRegion.CloudBoxInternet,
// BandwidthPackage.QuotaExceeded, ResourceNotEnough.Bandwidth,
// ResourceNotEnough.CommonBandWidthPackage, BandwidthPackageOperation.conflict,
// OperationFailed.SaleValidate, OperationFailed.SyncOrderToSub,
// OperationFailed.SystemBusy.
func (c *Client) CreateCommonBandwidthPackage(ctx context.Context, req *CreateCommonBandwidthPackageRequest) (*CreateCommonBandwidthPackageResponse, error) {
	return opCreateCommonBandwidthPackage.call(ctx, c, req)
}

// ModifyCommonBandwidthPackageAttributeRequest changes what is given and leaves
// the rest. All fields are from the SDK metadata.
type ModifyCommonBandwidthPackageAttributeRequest struct {
	// RegionID is the region of the package. Required by the service; empty means
	// the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// BandwidthPackageID is the ID of the package, "cbwp-…". Required.
	BandwidthPackageID string `url:"BandwidthPackageId,omitempty" check:"required"`
	// Name is the new name: up to 128 characters, not beginning with "http://" or
	// "https://". Nil leaves the name, a pointer to "" clears it.
	Name *string `url:"Name,omitempty"`
	// Description is the new description: up to 256 characters, otherwise as Name.
	// Nil leaves the description, a pointer to "" clears it.
	Description *string `url:"Description,omitempty"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

// ModifyCommonBandwidthPackageAttributeResponse says that the change is made.
type ModifyCommonBandwidthPackageAttributeResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *ModifyCommonBandwidthPackageAttributeResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// ModifyCommonBandwidthPackageAttribute changes the name and the description of a
// bandwidth package.
//
// It needs BandwidthPackageID. The action takes no ClientToken; a repeat is safe,
// since it sets the same values again. No document lists error codes for it
// beyond the common ones.
func (c *Client) ModifyCommonBandwidthPackageAttribute(ctx context.Context, req *ModifyCommonBandwidthPackageAttributeRequest) (*ModifyCommonBandwidthPackageAttributeResponse, error) {
	return opModifyCommonBandwidthPackageAttribute.call(ctx, c, req)
}

// ModifyCommonBandwidthPackageSpecRequest changes the bandwidth of a package. All
// fields are from the SDK metadata.
type ModifyCommonBandwidthPackageSpecRequest struct {
	// RegionID is the region of the package. Required by the service; empty means
	// the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// BandwidthPackageID is the ID of the package, "cbwp-…". Required.
	BandwidthPackageID string `url:"BandwidthPackageId,omitempty" check:"required"`
	// Bandwidth is the new peak bandwidth in Mbit/s, a numeric string in the
	// metadata. Required. Its range is that of CreateCommonBandwidthPackage.
	Bandwidth int `url:"Bandwidth,omitempty" check:"required,min=1"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

// ModifyCommonBandwidthPackageSpecResponse says that the change has begun.
type ModifyCommonBandwidthPackageSpecResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *ModifyCommonBandwidthPackageSpecResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// ModifyCommonBandwidthPackageSpec starts to change the bandwidth of a package.
//
// It needs BandwidthPackageID and Bandwidth. The package is Modifying until
// DescribeCommonBandwidthPackages shows it as Available, and until then it can
// only be queried; see [Client.WaitBandwidthPackageAvailable]. The action takes no
// ClientToken; a repeat is safe, since it sets the same value again. After an
// attempt with an unknown outcome the client goes on asking while a state
// conflict may be that attempt's own doing (Modifying). Concurrent calls for one
// package are not supported by the service.
//
// Documented codes (2026 ModifyCommonBandwidthPackageSpec page):
// InvalidParameter.Bandwidth, InvalidBandwidth.ValueNotSupported,
// InvalidBandwidthPackageId.NotFound, InvalidCommonBandwidthPackageId.NotFound,
// InvalidRegionId.NotFound, ResourceNotEnough.Bandwidth,
// IncorrectStatus.CbwpModifying, IncorrectStatus.ResourceStatus,
// Forbidden.ChargeTypeIsPrepaid, BandwidthPackage.FinancialLocked,
// SYSTEM.SALE_VALIDATE_UNEXPECTED_ERROR, OperationFailed.SyncOrderToSub,
// OperationFailed.SaleValidate, OperationFailed.QueryCommodityInfo,
// OperationFailed.QueryPrice, OrderError.BandwidthPackage.
func (c *Client) ModifyCommonBandwidthPackageSpec(ctx context.Context, req *ModifyCommonBandwidthPackageSpecRequest) (*ModifyCommonBandwidthPackageSpecResponse, error) {
	return opModifyCommonBandwidthPackageSpec.call(ctx, c, req)
}

// DeleteCommonBandwidthPackageRequest gives a bandwidth package back. All fields
// are from the SDK metadata.
type DeleteCommonBandwidthPackageRequest struct {
	// RegionID is the region of the package. Required by the service; empty means
	// the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// BandwidthPackageID is the ID of the package, "cbwp-…". Required.
	BandwidthPackageID string `url:"BandwidthPackageId,omitempty" check:"required"`
	// Force deletes the package although it has addresses, which leave it: "true"
	// or "false", a string for this action. Default: "false".
	Force string `url:"Force,omitempty"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

func (r *DeleteCommonBandwidthPackageRequest) validate(v *validator) {
	if r.Force != "" && r.Force != "true" && r.Force != "false" {
		v.fault("Force", shorten(r.Force), `must be "true" or "false"`)
	}
}

// DeleteCommonBandwidthPackageResponse says that the package is deleted.
type DeleteCommonBandwidthPackageResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *DeleteCommonBandwidthPackageResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// DeleteCommonBandwidthPackage gives a bandwidth package back, which ends its
// costs. Its addresses stay, with the bandwidths that they had before.
//
// It needs BandwidthPackageID. The package must not be protected against deletion
// and, without Force, have no addresses. The action takes no ClientToken; a repeat
// is safe, since an ID is never given out twice. After an attempt with an unknown
// outcome the client takes InvalidBandwidthPackageId.NotFound as success.
// Concurrent calls for one package are not supported by the service.
//
// Documented codes (2023 DeleteCommonBandwidthPackage page): MissingParam.%s (so
// printed), DependencyViolation.Ips, ForbiddenAction.PrePaid,
// OperationFailed.BandwidthPackageNotEmpty, InvalidOperation.DeletionProtection,
// OperationUnsupported.Release95Instance, OperationFailed.AddIpTaskInProcessing,
// InvalidRegionId.NotFound, InvalidBandwidthPackageId.NotFound.
func (c *Client) DeleteCommonBandwidthPackage(ctx context.Context, req *DeleteCommonBandwidthPackageRequest) (*DeleteCommonBandwidthPackageResponse, error) {
	return opDeleteCommonBandwidthPackage.call(ctx, c, req)
}
