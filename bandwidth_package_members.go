package eip

import (
	"context"
	"net/url"
)

// AddCommonBandwidthPackageIpRequest adds an address to a bandwidth package. All
// fields are from the SDK metadata.
type AddCommonBandwidthPackageIpRequest struct {
	// RegionID is the region of the package and the address. Required by the
	// service; empty means the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// BandwidthPackageID is the ID of the package, "cbwp-…". Required.
	BandwidthPackageID string `url:"BandwidthPackageId,omitempty" check:"required"`
	// IPInstanceID is the ID of the address, "eip-…": its AllocationID. Required.
	IPInstanceID string `url:"IpInstanceId,omitempty" check:"required"`
	// IPType is the type of what is added. EIP is its only value.
	IPType BandwidthPackageIPType `url:"IpType,omitempty"`
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

// AddCommonBandwidthPackageIpResponse says that the address is being added.
type AddCommonBandwidthPackageIpResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *AddCommonBandwidthPackageIpResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// AddCommonBandwidthPackageIp starts to add an address to a bandwidth package.
//
// It needs BandwidthPackageID and IPInstanceID. The address must be pay-as-you-go,
// of the region and the line type of the package, and in no package. It is BINDING
// until DescribeCommonBandwidthPackages shows it as BINDED, and until then the
// package can only be queried: one change at a time. See
// [Client.WaitInBandwidthPackage]. A repeat with the same ClientToken is safe. The
// codes for an address that is in a package already do not say in which one, so
// that the client does not take them as success after an attempt with an unknown
// outcome: look at the package.
//
// Documented codes (2023 AddCommonBandwidthPackageIp page), grouped by what was
// wrong. The request: MissingParam.BandwidthPackageId,
// ParamExclusive.IpInstanceIdAndBandwidthPackageId, OperationUnsupported.IpType,
// InvalidRegionId.NotFound, InvalidBandwidthPackageId.NotFound,
// InvalidBandwidthPackage.NotExist, InvalidIpInstanceId.NotFound,
// InvalidInstanceId.NotFound. The address and the package:
// IpInstanceId.AlreadyInBandwidthPackage, IpInstanceId.ChargeType.NotSupport,
// IpInstanceId.BizStatusInvalid, IpInstanceId.QuotaExceeded,
// IpInstanceId.InvalidIpInternetChargeType, IncorrectStatus.Eip,
// InvalidEIPStatus.BizDisabled, Forbidden.FinancialLocked,
// BandwidthPackageId.InvalidBizStatus, BandwidthPackageId.InvalidBandwidth,
// AttrMismatching.BandwidthPackageIpVersion, OperationFailed.ZoneIdInconsistent,
// Mismatch.CloudBoxCbwpZoneAndEipZone,
// OperationDenied.SecurityProtectionTypesInconsistent. Frequency:
// EipOperation.TooFrequently, TaskConflict, OperationFailed.DistibuteLock (so
// spelt). The Terraform provider also meets BandwidthPackageOperation.conflict.
func (c *Client) AddCommonBandwidthPackageIp(ctx context.Context, req *AddCommonBandwidthPackageIpRequest) (*AddCommonBandwidthPackageIpResponse, error) {
	return opAddCommonBandwidthPackageIp.call(ctx, c, req)
}

// AddCommonBandwidthPackageIpsRequest adds addresses to a bandwidth package. All
// fields are from the SDK metadata.
type AddCommonBandwidthPackageIpsRequest struct {
	// RegionID is the region of the package and the addresses. Required by the
	// service; empty means the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// BandwidthPackageID is the ID of the package, "cbwp-…". Required.
	BandwidthPackageID string `url:"BandwidthPackageId,omitempty" check:"required"`
	// IPInstanceIDs are the IDs of the addresses, "eip-…", up to 10. Required.
	IPInstanceIDs []string `url:"IpInstanceIds,omitempty" check:"required,max=10,filled"`
	// IPType is the type of what is added. EIP is its only value.
	IPType BandwidthPackageIPType `url:"IpType,omitempty"`
	// ClientToken makes repeats of the call one call: 1 to 64 ASCII characters,
	// unique among requests. Default: made for the call.
	ClientToken string `url:"ClientToken,omitempty" check:"token"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`

	settling `url:"-"`
}

// AddCommonBandwidthPackageIpsResponse says that the addresses are being added.
type AddCommonBandwidthPackageIpsResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *AddCommonBandwidthPackageIpsResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// AddCommonBandwidthPackageIps starts to add up to ten addresses to a bandwidth
// package.
//
// It needs BandwidthPackageID and IPInstanceIDs. Otherwise it is as
// [Client.AddCommonBandwidthPackageIp]; see [Client.WaitAllInBandwidthPackage]. A
// repeat with the same ClientToken is safe.
//
// Documented codes (2024 AddCommonBandwidthPackageIps page), grouped by what was
// wrong. The request: MissingParam.BandwidthPackageId,
// ParamExclusive.IpInstanceIdAndBandwidthPackageId, OperationUnsupported.IpType,
// InvalidRegionId.NotFound, InvalidBandwidthPackageId.NotFound,
// InvalidBandwidthPackage.NotExist, InvalidIpInstanceId.NotFound,
// InvalidInstanceId.NotFound. The addresses and the package:
// EIP_ALREADY_IN_BANDWIDTHPACKAGE, IpInstanceId.AlreadyInBandwidthPackage,
// IpInstanceId.ChargeType.NotSupport, IpInstanceId.BizStatusInvalid,
// IpInstanceId.QuotaExceeded, IpInstanceId.InvalidIpInternetChargeType,
// IncorrectStatus.Eip, InvalidEIPStatus.BizDisabled, Forbidden.FinancialLocked,
// BandwidthPackageId.InvalidBizStatus, BandwidthPackageId.InvalidBandwidth,
// AttrMismatching.BandwidthPackageIpVersion, OperationFailed.ZoneIdInconsistent,
// Mismatch.CloudBoxCbwpZoneAndEipZone,
// OperationDenied.SecurityProtectionTypesInconsistent. Frequency:
// EipOperation.TooFrequently, TaskConflict, OperationFailed.DistibuteLock (so
// spelt). The Terraform provider also meets BandwidthPackageOperation.conflict.
func (c *Client) AddCommonBandwidthPackageIps(ctx context.Context, req *AddCommonBandwidthPackageIpsRequest) (*AddCommonBandwidthPackageIpsResponse, error) {
	return opAddCommonBandwidthPackageIps.call(ctx, c, req)
}

// RemoveCommonBandwidthPackageIpRequest takes an address out of a bandwidth
// package. All fields are from the SDK metadata.
type RemoveCommonBandwidthPackageIpRequest struct {
	// RegionID is the region of the package. Required by the service; empty means
	// the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// BandwidthPackageID is the ID of the package, "cbwp-…". Required.
	BandwidthPackageID string `url:"BandwidthPackageId,omitempty" check:"required"`
	// IPInstanceID is the ID of the address, "eip-…": its AllocationID. Required.
	IPInstanceID string `url:"IpInstanceId,omitempty" check:"required"`
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

// RemoveCommonBandwidthPackageIpResponse says that the address is being taken
// out.
type RemoveCommonBandwidthPackageIpResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *RemoveCommonBandwidthPackageIpResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// RemoveCommonBandwidthPackageIp takes an address out of a bandwidth package. The
// address has the bandwidth and the metering again that it had before.
//
// It needs BandwidthPackageID and IPInstanceID. The address is in the package
// until DescribeEipAddresses shows it in none; see
// [Client.WaitOutOfBandwidthPackage]. A repeat with the same ClientToken is safe.
// After an attempt with an unknown outcome the client takes
// OperationUnsupported.IpNotInCbwp, as the Terraform provider does in any case,
// and IpInstanceId.NotBandwidthPackage as success.
//
// Documented codes (2023 RemoveCommonBandwidthPackageIp page):
// IpInstanceId.NotBandwidthPackage, OperationUnsupported.IpNotInCbwp,
// InvalidIpInstanceId.Malformed, InvalidBandwidthPackageId.NotFound,
// InvalidInstanceId.NotFound, InvalidRegionId.NotFound, DependencyViolation.ip,
// DependencyViolation.RouteEntry, EIP_BIND_NATGATEWAY, IncorrectStatus.Eip,
// InvalidEIPStatus.BizDisabled, Forbidden.FinancialLocked,
// OperationFailed.SnatPoolIp, InvalidIP.IpInSnatPool,
// OperationUnsupported.EipBindRemote, OperationFailed.DistibuteLock (so spelt),
// Trade_Sync_Create_Sub_ERROR, FAILED_INVOKE_INNER_API,
// OperationFailed.SystemBusy. The Terraform provider also meets
// BandwidthPackageOperation.conflict.
func (c *Client) RemoveCommonBandwidthPackageIp(ctx context.Context, req *RemoveCommonBandwidthPackageIpRequest) (*RemoveCommonBandwidthPackageIpResponse, error) {
	return opRemoveCommonBandwidthPackageIp.call(ctx, c, req)
}

// ModifyCommonBandwidthPackageIpBandwidthRequest limits what one address may use
// of a bandwidth package. All fields are from the SDK metadata.
type ModifyCommonBandwidthPackageIpBandwidthRequest struct {
	// RegionID is the region of the package. Required by the service; empty means
	// the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// BandwidthPackageID is the ID of the package, "cbwp-…". Required.
	BandwidthPackageID string `url:"BandwidthPackageId,omitempty" check:"required"`
	// EipID is the ID of the address, "eip-…": its AllocationID. Required.
	EipID string `url:"EipId,omitempty" check:"required"`
	// Bandwidth is the peak bandwidth of the address within the package in Mbit/s,
	// a numeric string in the metadata. Required. It must not be above that of the
	// package.
	Bandwidth int `url:"Bandwidth,omitempty" check:"required,min=1"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

// ModifyCommonBandwidthPackageIpBandwidthResponse says that the limit is set.
type ModifyCommonBandwidthPackageIpBandwidthResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *ModifyCommonBandwidthPackageIpBandwidthResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// ModifyCommonBandwidthPackageIpBandwidth limits what one address may use of its
// bandwidth package.
//
// It needs BandwidthPackageID, EipID and Bandwidth. The limit has an effect only
// while the address is bound to an ECS instance. The action takes no ClientToken;
// a repeat is safe, since it sets the same value again. Concurrent calls for one
// address are not supported by the service.
//
// Documented codes (2026 ModifyCommonBandwidthPackageIpBandwidth page):
// OperationFailed.DistibuteLock (so spelt), Forbidden.FinancialLocked,
// InvalidEIPStatus.BizDisabled, InvalidRegionId.NotFound.
func (c *Client) ModifyCommonBandwidthPackageIpBandwidth(ctx context.Context, req *ModifyCommonBandwidthPackageIpBandwidthRequest) (*ModifyCommonBandwidthPackageIpBandwidthResponse, error) {
	return opModifyCommonBandwidthPackageIpBandwidth.call(ctx, c, req)
}

// CancelCommonBandwidthPackageIpBandwidthRequest lifts the limit of one address in
// a bandwidth package. All fields are from the SDK metadata.
type CancelCommonBandwidthPackageIpBandwidthRequest struct {
	// RegionID is the region of the package. Required by the service; empty means
	// the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// BandwidthPackageID is the ID of the package, "cbwp-…". Required.
	BandwidthPackageID string `url:"BandwidthPackageId,omitempty" check:"required"`
	// EipID is the ID of the address, "eip-…": its AllocationID. Required.
	EipID string `url:"EipId,omitempty" check:"required"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

// CancelCommonBandwidthPackageIpBandwidthResponse says that the limit is lifted.
type CancelCommonBandwidthPackageIpBandwidthResponse struct {
	ResponseMeta
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *CancelCommonBandwidthPackageIpBandwidthResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// CancelCommonBandwidthPackageIpBandwidth lifts the limit that
// ModifyCommonBandwidthPackageIpBandwidth has set.
//
// It needs BandwidthPackageID and EipID. The action takes no ClientToken; a repeat
// is safe, since without the limit it changes nothing. Concurrent calls for one
// address are not supported by the service. No document lists error codes for it
// beyond the common ones.
func (c *Client) CancelCommonBandwidthPackageIpBandwidth(ctx context.Context, req *CancelCommonBandwidthPackageIpBandwidthRequest) (*CancelCommonBandwidthPackageIpBandwidthResponse, error) {
	return opCancelCommonBandwidthPackageIpBandwidth.call(ctx, c, req)
}
