package eip

import (
	"encoding/json"
	"net/netip"
	"time"
)

// EipAddress is one address as DescribeEipAddresses tells it.
//
// Fields whose comment names no document are in the 2019 API reference. A field
// that the service left out or left empty has its zero value.
type EipAddress struct {
	// AllocationID is the ID of the address, "eip-…".
	AllocationID string `json:"AllocationId,omitempty"`
	// IPAddress is the address as sent. See Addr.
	IPAddress string `json:"IpAddress,omitempty"`
	// Name is the name of the address.
	Name string `json:"Name,omitempty"`
	// Description is the description of the address. Some answers misspell its
	// key as Descritpion (2019 API reference, older SDK); both are read.
	Description string `json:"Description,omitempty" wire:"alias=Descritpion"`
	// RegionID is the region of the address.
	RegionID string `json:"RegionId,omitempty"`
	// Status is the state of the address.
	Status Status `json:"Status,omitempty"`
	// InstanceID is the ID of the resource that the address is bound to.
	InstanceID string `json:"InstanceId,omitempty"`
	// InstanceType is the type of that resource.
	InstanceType InstanceType `json:"InstanceType,omitempty"`
	// InstanceRegionID is the region of that resource.
	InstanceRegionID string `json:"InstanceRegionId,omitempty"`
	// Mode is how the address is bound. From the SDK metadata.
	Mode Mode `json:"Mode,omitempty"`
	// PrivateIPAddress is the private address that it is bound to. It is empty
	// unless the call that bound the address named it. From the SDK metadata.
	PrivateIPAddress string `json:"PrivateIpAddress,omitempty"`
	// VPCID is the VPC of the resource. It is empty unless the call that bound the
	// address named it. From the SDK metadata.
	VPCID string `json:"VpcId,omitempty"`
	// Bandwidth is the peak bandwidth in Mbit/s, a numeric string on the wire.
	// In a bandwidth package it is the package's. See Bandwidths.
	Bandwidth int `json:"Bandwidth,string,omitempty"`
	// EipBandwidth is, within a bandwidth package, the bandwidth in Mbit/s that
	// the address had before and has again after it; otherwise 0. A numeric
	// string on the wire.
	EipBandwidth int `json:"EipBandwidth,string,omitempty"`
	// BandwidthPackageID is the bandwidth package that the address is in, if any.
	BandwidthPackageID string `json:"BandwidthPackageId,omitempty"`
	// BandwidthPackageType is the type of that package.
	BandwidthPackageType BandwidthPackageType `json:"BandwidthPackageType,omitempty"`
	// BandwidthPackageBandwidth is the bandwidth of that package in Mbit/s, a
	// numeric string on the wire. From the SDK metadata.
	BandwidthPackageBandwidth int `json:"BandwidthPackageBandwidth,string,omitempty"`
	// InternetChargeType is what is metered.
	InternetChargeType InternetChargeType `json:"InternetChargeType,omitempty"`
	// ChargeType is how the address is paid for.
	ChargeType InstanceChargeType `json:"ChargeType,omitempty"`
	// AllocationTime is when the address was made, in UTC.
	AllocationTime time.Time `json:"AllocationTime,omitzero"`
	// ExpiredTime is when a subscription ends, in UTC; zero for PostPaid.
	ExpiredTime time.Time `json:"ExpiredTime,omitzero"`
	// ISP is the line type.
	ISP ISP `json:"ISP,omitempty"`
	// Netmode is the network type. From the SDK metadata.
	Netmode Netmode `json:"Netmode,omitempty"`
	// Zone is the zone of the address. From the SDK metadata.
	Zone string `json:"Zone,omitempty"`
	// ResourceGroupID is the resource group.
	ResourceGroupID string `json:"ResourceGroupId,omitempty"`
	// Tags are the tags. From the SDK metadata.
	Tags Tags `json:"Tags,omitempty"`
	// PublicIPAddressPoolID is the pool that the address is from. From the SDK
	// metadata.
	PublicIPAddressPoolID string `json:"PublicIpAddressPoolId,omitempty"`
	// SegmentInstanceID is the contiguous group that the address belongs to.
	// From the SDK metadata.
	SegmentInstanceID string `json:"SegmentInstanceId,omitempty"`
	// SecurityProtectionTypes are the levels of protection; empty is the basic
	// one. From the SDK metadata.
	SecurityProtectionTypes SecurityProtectionTypes `json:"SecurityProtectionTypes,omitempty"`
	// OperationLocks say why the address is locked; empty if it is not.
	OperationLocks OperationLocks `json:"OperationLocks,omitempty"`
	// BusinessStatus is the state of the account's payments, e.g. "Normal". From
	// the SDK metadata.
	BusinessStatus string `json:"BusinessStatus,omitempty"`
	// DeletionProtection says whether the address is protected from release.
	// From the SDK metadata.
	DeletionProtection bool `json:"DeletionProtection,omitempty"`
	// SecondLimited says whether the second-level limit of the bandwidth is on.
	// From the SDK metadata.
	SecondLimited bool `json:"SecondLimited,omitempty"`
	// HDMonitorStatus says whether monitoring by the second is on.
	HDMonitorStatus HDMonitorStatus `json:"HDMonitorStatus,omitempty"`
	// BizType is the kind of business the address serves. From the SDK metadata.
	BizType string `json:"BizType,omitempty"`
	// ServiceManaged says that a cloud service made the address for the account.
	// It is 0 or 1 on the wire. From the SDK metadata.
	ServiceManaged bool `json:"ServiceManaged,omitempty"`
	// ServiceID is the ID of that service. From the newer SDK alone.
	ServiceID int64 `json:"ServiceID,omitempty"`
	// HasReservationData says that an order has not taken effect yet; told only
	// if the request had IncludeReservationData. It is a string on the wire, and
	// the 2019 API reference prints one that is no boolean: what cannot be read
	// is taken as false.
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
	// AvailableRegions are regions of the address. From the 2019 API reference
	// and the older SDK alone: newer answers lack it.
	AvailableRegions AvailableRegions `json:"AvailableRegions,omitempty"`
}

// Addr gives IPAddress as a netip.Addr.
func (a EipAddress) Addr() (netip.Addr, error) { return parseAddr("IpAddress", a.IPAddress) }

// Bandwidths tells the address's own bandwidth from that of the bandwidth
// package it is in, both in Mbit/s. Outside a package, inPackage is 0. Inside
// one, the service moves the address's own bandwidth to EipBandwidth and shows
// the package's as Bandwidth; own is 0 if it did not tell the former.
func (a EipAddress) Bandwidths() (own, inPackage int) {
	if a.BandwidthPackageID == "" {
		if a.EipBandwidth > 0 {
			return a.EipBandwidth, 0
		}
		return a.Bandwidth, 0
	}
	if a.BandwidthPackageBandwidth > 0 {
		return a.EipBandwidth, a.BandwidthPackageBandwidth
	}
	return a.EipBandwidth, a.Bandwidth
}

// MarshalJSON gives the service's form, in which ServiceManaged is a number.
func (a EipAddress) MarshalJSON() ([]byte, error) {
	type plain EipAddress // without methods
	managed := 0
	if a.ServiceManaged {
		managed = 1
	}
	return json.Marshal(struct {
		plain
		ServiceManaged int `json:"ServiceManaged,omitempty"`
	}{plain(a), managed})
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (a *EipAddress) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, a) }

// EipAddressList is a list of addresses, {"EipAddress":[…]} in JSON.
type EipAddressList []EipAddress

// MarshalJSON gives the service's form.
func (l EipAddressList) MarshalJSON() ([]byte, error) { return marshalList(l.listKey(), l) }

// UnmarshalJSON reads the service's form and a plain list.
func (l *EipAddressList) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, l) }

func (EipAddressList) listKey() string { return "EipAddress" }

// OperationLock is one reason why an address is locked.
type OperationLock struct {
	// LockReason is the reason.
	LockReason LockReason `json:"LockReason,omitempty"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (l *OperationLock) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, l) }

// OperationLocks is a list of locks, {"LockReason":[…]} in JSON.
type OperationLocks []OperationLock

// MarshalJSON gives the service's form.
func (l OperationLocks) MarshalJSON() ([]byte, error) { return marshalList(l.listKey(), l) }

// UnmarshalJSON reads the service's form and a plain list.
func (l *OperationLocks) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, l) }

func (OperationLocks) listKey() string { return "LockReason" }

// AvailableRegions is a list of region IDs, {"AvailableRegion":[…]} in JSON.
type AvailableRegions []string

// MarshalJSON gives the service's form.
func (l AvailableRegions) MarshalJSON() ([]byte, error) { return marshalList(l.listKey(), l) }

// UnmarshalJSON reads the service's form and a plain list.
func (l *AvailableRegions) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, l) }

func (AvailableRegions) listKey() string { return "AvailableRegion" }
