package eip

// The enumerations of this API are open string types: the constants below are
// the values that some document names, and any other string may be sent or
// received, since the service gains values faster than a library can follow.

// InstanceChargeType says how an address is paid for. Values from the 2026
// AllocateEipAddressPro page; the 2019 API reference knows PostPaid alone.
type InstanceChargeType string

const (
	// InstanceChargeTypePostPaid is pay-as-you-go, the service's default.
	InstanceChargeTypePostPaid InstanceChargeType = "PostPaid"
	// InstanceChargeTypePrePaid is a subscription. It ends in an order, and the
	// address cannot be released by an API call.
	InstanceChargeTypePrePaid InstanceChargeType = "PrePaid"
)

// InternetChargeType says what is metered. Values from the 2017
// AllocateEipAddress page and all later documents.
type InternetChargeType string

const (
	// InternetChargeTypePayByBandwidth meters the peak bandwidth; the service's
	// default, and the only choice for subscriptions.
	InternetChargeTypePayByBandwidth InternetChargeType = "PayByBandwidth"
	// InternetChargeTypePayByTraffic meters the traffic that flowed.
	InternetChargeTypePayByTraffic InternetChargeType = "PayByTraffic"
	// InternetChargeTypePayBy95 meters the 95th percentile of the bandwidth used.
	// Of bandwidth packages of the China site alone, from the SDK metadata.
	InternetChargeTypePayBy95 InternetChargeType = "PayBy95"
	// InternetChargeTypePayByDominantTraffic meters the traffic of the direction
	// that has more of it. Of bandwidth packages of the China site alone, from the
	// SDK metadata.
	InternetChargeTypePayByDominantTraffic InternetChargeType = "PayByDominantTraffic"
)

// ISP is the type of the line. Values from the 2026 AllocateEipAddressPro page
// and the 2024 AllocateEipSegmentAddress page. The single-operator lines need
// an account on the vendor's allowlist.
type ISP string

const (
	// ISPBGP is the multi-operator line, offered in every region; the default.
	ISPBGP ISP = "BGP"
	// ISPBGPPro is the premium multi-operator line, offered in Hong Kong and
	// some regions of Southeast Asia. The documents disagree about Tokyo.
	ISPBGPPro ISP = "BGP_PRO"
	// ISPChinaTelecom is a single-operator line (allowlist).
	ISPChinaTelecom ISP = "ChinaTelecom"
	// ISPChinaUnicom is a single-operator line (allowlist).
	ISPChinaUnicom ISP = "ChinaUnicom"
	// ISPChinaMobile is a single-operator line (allowlist).
	ISPChinaMobile ISP = "ChinaMobile"
	// ISPChinaTelecomL2 is a single-operator line of the second kind (allowlist).
	ISPChinaTelecomL2 ISP = "ChinaTelecom_L2"
	// ISPChinaUnicomL2 is a single-operator line of the second kind (allowlist).
	ISPChinaUnicomL2 ISP = "ChinaUnicom_L2"
	// ISPChinaMobileL2 is a single-operator line of the second kind (allowlist).
	ISPChinaMobileL2 ISP = "ChinaMobile_L2"
	// ISPBGPFinanceCloud is the line of the finance cloud in Hangzhou, where it
	// must be given.
	ISPBGPFinanceCloud ISP = "BGP_FinanceCloud"
)

// Netmode is the type of the network. Its one value is "public" (the 2019 API
// reference writes "Public").
type Netmode string

// NetmodePublic is the public network, the only value and the default.
const NetmodePublic Netmode = "public"

// PricingCycle is the unit of a subscription's Period. Values from the 2026
// AllocateEipAddressPro page.
type PricingCycle string

const (
	// PricingCycleMonth counts the period in months; the service's default.
	PricingCycleMonth PricingCycle = "Month"
	// PricingCycleYear counts the period in years.
	PricingCycleYear PricingCycle = "Year"
)

// InstanceType is the type of the resource that an address is bound to. The
// SDK metadata has all six values; the 2019 API reference lacks IpAddress, and
// NetworkInterface or HaVip depending on the action.
type InstanceType string

const (
	// InstanceTypeEcsInstance is a virtual machine in a VPC; the default.
	InstanceTypeEcsInstance InstanceType = "EcsInstance"
	// InstanceTypeSlbInstance is a load balancer in a VPC.
	InstanceTypeSlbInstance InstanceType = "SlbInstance"
	// InstanceTypeNat is a NAT gateway, the one resource that can hold several
	// addresses.
	InstanceTypeNat InstanceType = "Nat"
	// InstanceTypeHaVip is a high-availability virtual IP address.
	InstanceTypeHaVip InstanceType = "HaVip"
	// InstanceTypeNetworkInterface is a secondary elastic network interface.
	InstanceTypeNetworkInterface InstanceType = "NetworkInterface"
	// InstanceTypeIPAddress is a bare IP address in a VPC; the VPC has to be
	// named as well. From the SDK metadata alone.
	InstanceTypeIPAddress InstanceType = "IpAddress"
	// InstanceTypeNlbInstance is a network load balancer. No action binds an
	// address to it or unbinds one from it: the load balancer takes the address
	// for a zone, and frees it when it is deleted. No document names the value;
	// it follows the pattern of SlbInstance.
	InstanceTypeNlbInstance InstanceType = "NlbInstance"
)

// Mode is how an address is bound to a network interface. NAT and MULTI_BINDED
// are from the 2019 API reference, BINDED from the SDK metadata; the spellings
// are the wire's.
type Mode string

const (
	// ModeNAT translates between the address and a private one; the default.
	ModeNAT Mode = "NAT"
	// ModeMultiBinded shows several addresses on the interface itself.
	ModeMultiBinded Mode = "MULTI_BINDED"
	// ModeBinded shows one address on the interface itself (cut-through).
	ModeBinded Mode = "BINDED"
)

// Status is the state of an address. The first four values are from the 2019
// API reference, Releasing from the SDK metadata.
type Status string

const (
	// StatusAssociating: being bound; lasts until InUse.
	StatusAssociating Status = "Associating"
	// StatusUnassociating: being unbound; lasts until Available.
	StatusUnassociating Status = "Unassociating"
	// StatusInUse: bound to a resource.
	StatusInUse Status = "InUse"
	// StatusAvailable: not bound; the only state in which it can be bound or
	// released.
	StatusAvailable Status = "Available"
	// StatusReleasing: being given back; lasts until the address is gone.
	StatusReleasing Status = "Releasing"
)

// SegmentStatus is the state of a contiguous group of addresses. Allocating and
// Allocated are from the 2024 AllocateEipSegmentAddress page, Releasing from
// the SDK metadata.
type SegmentStatus string

const (
	// SegmentStatusAllocating: being made; only queries are possible.
	SegmentStatusAllocating SegmentStatus = "Allocating"
	// SegmentStatusAllocated: the addresses are there.
	SegmentStatusAllocated SegmentStatus = "Allocated"
	// SegmentStatusReleasing: being given back.
	SegmentStatusReleasing SegmentStatus = "Releasing"
)

// LockReason says why an address is locked. Values from the 2019 API reference.
type LockReason string

const (
	// LockReasonFinancial: a payment is overdue.
	LockReasonFinancial LockReason = "financial"
	// LockReasonSecurity: locked for security reasons.
	LockReasonSecurity LockReason = "security"
)

// SecurityProtectionType is a level of protection against denial-of-service
// attacks. Value from the 2026 AllocateEipAddressPro page.
type SecurityProtectionType string

// SecurityProtectionTypeAntiDDoSEnhanced is the enhanced level. Without any
// value, the service gives the basic one.
const SecurityProtectionTypeAntiDDoSEnhanced SecurityProtectionType = "AntiDDoS_Enhanced"

// BandwidthPackageType is the type of the package that an address draws its
// bandwidth from. Value from the 2019 API reference.
type BandwidthPackageType string

// BandwidthPackageTypeCommon is a shared bandwidth package.
const BandwidthPackageTypeCommon BandwidthPackageType = "CommonBandwidthPackage"

// BandwidthPackageStatus is the state of a bandwidth package. Values from the
// SDK metadata.
type BandwidthPackageStatus string

const (
	// BandwidthPackageStatusAvailable: it can be changed.
	BandwidthPackageStatusAvailable BandwidthPackageStatus = "Available"
	// BandwidthPackageStatusModifying: its bandwidth is being changed; only queries
	// are possible.
	BandwidthPackageStatusModifying BandwidthPackageStatus = "Modifying"
)

// BandwidthPackageIPStatus says how far an address is in a bandwidth package.
// Values from the SDK metadata; the spellings are the wire's.
type BandwidthPackageIPStatus string

const (
	// BandwidthPackageIPStatusBinding: being added; only queries of the package
	// are possible.
	BandwidthPackageIPStatusBinding BandwidthPackageIPStatus = "BINDING"
	// BandwidthPackageIPStatusBinded: it draws from the package.
	BandwidthPackageIPStatusBinded BandwidthPackageIPStatus = "BINDED"
)

// BandwidthPackageIPType is the type of what is added to a bandwidth package.
// Value from the SDK metadata.
type BandwidthPackageIPType string

// BandwidthPackageIPTypeEIP is an elastic IP, the only value.
const BandwidthPackageIPTypeEIP BandwidthPackageIPType = "EIP"

// ReservationOrderType is the type of an order that has not taken effect yet.
// Values from the 2019 API reference.
type ReservationOrderType string

const (
	// ReservationOrderTypeRenewChange renews with another specification.
	ReservationOrderTypeRenewChange ReservationOrderType = "RENEWCHANGE"
	// ReservationOrderTypeTempUpgrade upgrades for a time.
	ReservationOrderTypeTempUpgrade ReservationOrderType = "TEMP_UPGRADE"
	// ReservationOrderTypeUpgrade upgrades.
	ReservationOrderTypeUpgrade ReservationOrderType = "UPGRADE"
)

// HDMonitorStatus says whether monitoring by the second is on. ON and OFF are
// from the SDK metadata; the 2019 API reference shows "false".
type HDMonitorStatus string

const (
	// HDMonitorStatusOn: monitoring by the second is on.
	HDMonitorStatusOn HDMonitorStatus = "ON"
	// HDMonitorStatusOff: monitoring by the second is off.
	HDMonitorStatusOff HDMonitorStatus = "OFF"
)

// Language is a language for texts in an answer. Values from the SDK metadata.
type Language string

const (
	// LanguageChinese gives Chinese names; the service's default.
	LanguageChinese Language = "zh-CN"
	// LanguageEnglish gives English names.
	LanguageEnglish Language = "en-US"
)

// ResourceType is the type of a resource that has tags, or whose monitoring is
// logged. From the SDK metadata, which name 19 types of the product with tags;
// the service takes them in any case.
type ResourceType string

const (
	// ResourceTypeEIP is an elastic IP.
	ResourceTypeEIP ResourceType = "EIP"
	// ResourceTypeCommonBandwidthPackage is a bandwidth package.
	ResourceTypeCommonBandwidthPackage ResourceType = "COMMONBANDWIDTHPACKAGE"
	// ResourceTypePublicIPAddressPool is a pool of public addresses.
	ResourceTypePublicIPAddressPool ResourceType = "PUBLICIPADDRESSPOOL"
)

// MoveResourceType is the type of a resource that MoveResourceGroup moves. From
// the SDK metadata, which name 14 types of the product. They are not those of
// [ResourceType]; the Terraform provider sends them in other cases, which the
// service takes.
type MoveResourceType string

const (
	// MoveResourceTypeEip is an elastic IP.
	MoveResourceTypeEip MoveResourceType = "Eip"
	// MoveResourceTypeBandwidthPackage is a bandwidth package.
	MoveResourceTypeBandwidthPackage MoveResourceType = "BandwidthPackage"
	// MoveResourceTypePublicIPAddressPool is a pool of public addresses.
	MoveResourceTypePublicIPAddressPool MoveResourceType = "PublicIpAddressPool"
)

// ProtectedType is the type of a resource that DeletionProtection protects.
// Values from the SDK metadata.
type ProtectedType string

const (
	// ProtectedTypeEIP is an elastic IP.
	ProtectedTypeEIP ProtectedType = "EIP"
	// ProtectedTypeCBWP is a bandwidth package.
	ProtectedTypeCBWP ProtectedType = "CBWP"
	// ProtectedTypeNATGW is a NAT gateway.
	ProtectedTypeNATGW ProtectedType = "NATGW"
)

// IPVersion is the version of IP addresses. Values from the SDK metadata.
type IPVersion string

const (
	// IPVersion4 is IPv4; the service's default.
	IPVersion4 IPVersion = "ipv4"
	// IPVersion6 is IPv6.
	IPVersion6 IPVersion = "ipv6"
)
