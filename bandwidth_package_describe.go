package eip

import (
	"context"
	"encoding/json"
	"net/netip"
	"net/url"
	"time"
)

// DescribeCommonBandwidthPackagesRequest asks for one page of the bandwidth
// packages of a region. The zero value asks for the first ten. Fields are filters,
// and a package has to pass all of them. All are from the SDK metadata.
type DescribeCommonBandwidthPackagesRequest struct {
	// RegionID is the region. Required by the service; empty means the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// BandwidthPackageID is the ID of one package, "cbwp-…". Default: all.
	BandwidthPackageID string `url:"BandwidthPackageId,omitempty"`
	// Name is the name of a package.
	Name string `url:"Name,omitempty"`
	// ResourceGroupID is the resource group.
	ResourceGroupID string `url:"ResourceGroupId,omitempty"`
	// SecurityProtectionEnabled filters for enhanced protection on or off; nil
	// does not filter. The SDK marks it as deprecated.
	SecurityProtectionEnabled *bool `url:"SecurityProtectionEnabled,omitempty"`
	// Tags are tags that the package must have, up to 20.
	Tags Tags `url:"Tag,omitempty" check:"max=20,filled"`
	// IncludeReservationData also tells about orders that have not taken effect.
	// Default: false.
	IncludeReservationData bool `url:"IncludeReservationData,omitempty"`
	// DryRun asks only whether the call would be accepted: the service then
	// answers with the error code DryRunOperation.
	DryRun bool `url:"DryRun,omitempty"`
	// PageNumber is the page, from 1. Default: 1.
	PageNumber int `url:"PageNumber,omitempty" check:"min=0"`
	// PageSize is the number of packages per page, up to 50. Default: 10.
	PageSize int `url:"PageSize,omitempty" check:"min=0"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

// DescribeCommonBandwidthPackagesResponse is one page of bandwidth packages.
type DescribeCommonBandwidthPackagesResponse struct {
	ResponseMeta
	// CommonBandwidthPackages are the packages of this page.
	CommonBandwidthPackages CommonBandwidthPackageList `json:"CommonBandwidthPackages"`
	// PageNumber is the number of this page.
	PageNumber int `json:"PageNumber"`
	// PageSize is the number of packages per page.
	PageSize int `json:"PageSize"`
	// TotalCount is the number of packages over all pages.
	TotalCount int `json:"TotalCount"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *DescribeCommonBandwidthPackagesResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// CommonBandwidthPackage is a bandwidth package as
// DescribeCommonBandwidthPackages tells it. Fields from the SDK metadata. A field
// that the service left out or left empty has its zero value.
type CommonBandwidthPackage struct {
	// BandwidthPackageID is the ID of the package, "cbwp-…".
	BandwidthPackageID string `json:"BandwidthPackageId,omitempty"`
	// RegionID is the region of the package.
	RegionID string `json:"RegionId,omitempty"`
	// Zone is the zone of the package; empty unless BizType is CloudBox.
	Zone string `json:"Zone,omitempty"`
	// Name is the name of the package.
	Name string `json:"Name,omitempty"`
	// Description is the description of the package.
	Description string `json:"Description,omitempty"`
	// Status is the state of the package.
	Status BandwidthPackageStatus `json:"Status,omitempty"`
	// Bandwidth is the peak bandwidth of the package in Mbit/s, a numeric string on
	// the wire.
	Bandwidth int `json:"Bandwidth,string,omitempty"`
	// InternetChargeType is what is metered.
	InternetChargeType InternetChargeType `json:"InternetChargeType,omitempty"`
	// InstanceChargeType is how the package is paid for.
	InstanceChargeType InstanceChargeType `json:"InstanceChargeType,omitempty"`
	// Ratio is the percentage of the bandwidth that is paid for in any case, with
	// PayBy95.
	Ratio int `json:"Ratio,omitempty"`
	// ISP is the line type.
	ISP ISP `json:"ISP,omitempty"`
	// PublicIPAddresses are the addresses in the package.
	PublicIPAddresses BandwidthPackageIPList `json:"PublicIpAddresses,omitempty"`
	// ResourceGroupID is the resource group.
	ResourceGroupID string `json:"ResourceGroupId,omitempty"`
	// Tags are the tags.
	Tags Tags `json:"Tags,omitempty"`
	// SecurityProtectionTypes are the levels of protection; empty is the basic one.
	SecurityProtectionTypes SecurityProtectionTypes `json:"SecurityProtectionTypes,omitempty"`
	// CreationTime is when the package was made, in UTC.
	CreationTime time.Time `json:"CreationTime,omitzero"`
	// ExpiredTime is when a subscription ends, in UTC; zero for PostPaid.
	ExpiredTime time.Time `json:"ExpiredTime,omitzero"`
	// BusinessStatus is the state of the account's payments: "Normal",
	// "FinancialLocked" or "Unactivated".
	BusinessStatus string `json:"BusinessStatus,omitempty"`
	// BizType is the kind of business the package serves: "Default" or "CloudBox".
	BizType string `json:"BizType,omitempty"`
	// DeletionProtection says whether the package is protected from deletion.
	DeletionProtection bool `json:"DeletionProtection,omitempty"`
	// ServiceManaged says that a cloud service made the package for the account.
	// It is 0 or 1 on the wire.
	ServiceManaged bool `json:"ServiceManaged,omitempty"`
	// HasReservationData says that an order has not taken effect yet; told only if
	// the request had IncludeReservationData. It is a string on the wire; what
	// cannot be read is taken as false.
	HasReservationData bool `json:"HasReservationData,string,omitempty" wire:"loose"`
	// ReservationActiveTime is when that order takes effect, in UTC.
	ReservationActiveTime time.Time `json:"ReservationActiveTime,omitzero"`
	// ReservationBandwidth is the bandwidth from then on, in Mbit/s, a numeric
	// string on the wire.
	ReservationBandwidth int `json:"ReservationBandwidth,string,omitempty"`
	// ReservationInternetChargeType is what is metered from then on.
	ReservationInternetChargeType InternetChargeType `json:"ReservationInternetChargeType,omitempty"`
	// ReservationOrderType is the type of that order.
	ReservationOrderType ReservationOrderType `json:"ReservationOrderType,omitempty"`
}

// Member finds an address in the package by its AllocationID. It is nil if the
// address is not there.
func (p *CommonBandwidthPackage) Member(allocationID string) *BandwidthPackageIP {
	for i := range p.PublicIPAddresses {
		if p.PublicIPAddresses[i].AllocationID == allocationID {
			return &p.PublicIPAddresses[i]
		}
	}
	return nil
}

// MarshalJSON gives the service's form, in which ServiceManaged is a number.
func (p CommonBandwidthPackage) MarshalJSON() ([]byte, error) {
	type plain CommonBandwidthPackage // without methods
	managed := 0
	if p.ServiceManaged {
		managed = 1
	}
	return json.Marshal(struct {
		plain
		ServiceManaged int `json:"ServiceManaged,omitempty"`
	}{plain(p), managed})
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (p *CommonBandwidthPackage) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, p) }

// CommonBandwidthPackageList is a list of packages,
// {"CommonBandwidthPackage":[…]} in JSON.
type CommonBandwidthPackageList []CommonBandwidthPackage

// MarshalJSON gives the service's form.
func (l CommonBandwidthPackageList) MarshalJSON() ([]byte, error) { return marshalList(l.listKey(), l) }

// UnmarshalJSON reads the service's form and a plain list.
func (l *CommonBandwidthPackageList) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, l) }

func (CommonBandwidthPackageList) listKey() string { return "CommonBandwidthPackage" }

// BandwidthPackageIP is one address in a bandwidth package. Fields from the SDK
// metadata.
type BandwidthPackageIP struct {
	// AllocationID is the ID of the address, "eip-…".
	AllocationID string `json:"AllocationId,omitempty"`
	// IPAddress is the address as sent. See Addr.
	IPAddress string `json:"IpAddress,omitempty"`
	// Status says how far the address is in the package; its key on the wire is
	// BandwidthPackageIpRelationStatus.
	Status BandwidthPackageIPStatus `json:"BandwidthPackageIpRelationStatus,omitempty"`
}

// Addr gives IPAddress as a netip.Addr.
func (i BandwidthPackageIP) Addr() (netip.Addr, error) { return parseAddr("IpAddress", i.IPAddress) }

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (i *BandwidthPackageIP) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, i) }

// BandwidthPackageIPList is a list of addresses in a package, so spelt on the
// wire: {"PublicIpAddresse":[…]} in JSON.
type BandwidthPackageIPList []BandwidthPackageIP

// MarshalJSON gives the service's form.
func (l BandwidthPackageIPList) MarshalJSON() ([]byte, error) { return marshalList(l.listKey(), l) }

// UnmarshalJSON reads the service's form and a plain list.
func (l *BandwidthPackageIPList) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, l) }

func (BandwidthPackageIPList) listKey() string { return "PublicIpAddresse" }

// DescribeCommonBandwidthPackages reads one page of the bandwidth packages of a
// region.
//
// It needs nothing and changes nothing: a repeat is safe. A package that does not
// exist is missing from the list; that is not an error.
//
// Documented codes (2023 DescribeCommonBandwidthPackages page):
// InvalidBandwidthPackageIdNumber.NotSupported, InvalidResourceGroupId,
// OperationUnsupported.ResourceGroupId, InvalidRegionId.NotFound.
func (c *Client) DescribeCommonBandwidthPackages(ctx context.Context, req *DescribeCommonBandwidthPackagesRequest) (*DescribeCommonBandwidthPackagesResponse, error) {
	return opDescribeCommonBandwidthPackages.call(ctx, c, req)
}

func (r *DescribeCommonBandwidthPackagesRequest) clone() *DescribeCommonBandwidthPackagesRequest {
	return cloneOf(r)
}
