package zenlayer

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"
)

// ChargeType says how an address is paid for. New values may appear.
type ChargeType string

// The charge types, from the AllocateEipAddresses page.
const (
	// ChargeTypePrepaid is a subscription: paid in advance, by the month.
	ChargeTypePrepaid ChargeType = "PREPAID"
	// ChargeTypePostpaid is pay-as-you-go.
	ChargeTypePostpaid ChargeType = "POSTPAID"
)

// EipStatus is the state of an address. New values may appear.
type EipStatus string

// The states, from the vendor's command-line schema of version 2026-02-01.
// While a state is pending (see [EipStatus.Pending]) the service allows no
// operation on the address but queries.
const (
	EipStatusCreating      EipStatus = "CREATING"      // pending; becomes AVAILABLE or CREATE_FAILED
	EipStatusCreateFailed  EipStatus = "CREATE_FAILED" // terminating it refunds what was paid
	EipStatusAvailable     EipStatus = "AVAILABLE"     // made, and not bound
	EipStatusAssociating   EipStatus = "ASSOCIATING"   // pending; becomes ASSOCIATED, or AVAILABLE if it fails
	EipStatusAssociated    EipStatus = "ASSOCIATED"    // bound to an instance
	EipStatusUnassociating EipStatus = "UNASSOCIATING" // pending; becomes AVAILABLE
	EipStatusRecycling     EipStatus = "RECYCLING"     // pending; becomes RECYCLE
	EipStatusRecycle       EipStatus = "RECYCLE"       // in the recycle bin; released after 24 hours
	EipStatusReleasing     EipStatus = "RELEASING"     // pending; seen by the vendor's Terraform provider alone
)

// Pending says whether the state ends by itself soon.
func (s EipStatus) Pending() bool {
	switch s {
	case EipStatusCreating, EipStatusAssociating, EipStatusUnassociating, EipStatusRecycling, EipStatusReleasing:
		return true
	}
	return false
}

// StockStatus says how many addresses a zone has left. New values may appear.
type StockStatus string

// The stock states, from the SDK's comments.
const (
	StockStatusSell         StockStatus = "SELL"          // more than 10
	StockStatusSellShortage StockStatus = "SELL_SHORTAGE" // fewer than 10
	StockStatusSoldOut      StockStatus = "SOLD_OUT"      // none
)

// Tag is one label of an address. Key and value have 1 to 128 characters each.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Tags are the labels of an address. On the wire they are an object with a
// list in it, {"tags":[{"key":…,"value":…}]}; the keys are sorted, so that the
// same tags always give the same bytes. (The filter of DescribeEipAddresses is
// a plain list of [Tag].)
type Tags map[string]string

// MarshalJSON gives the service's form.
func (t Tags) MarshalJSON() ([]byte, error) {
	list := make([]Tag, 0, len(t))
	for _, key := range slices.Sorted(maps.Keys(t)) {
		list = append(list, Tag{Key: key, Value: t[key]})
	}
	return json.Marshal(map[string][]Tag{"tags": list})
}

// UnmarshalJSON reads the service's form, a plain list of tags, and null.
func (t *Tags) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, t) }

// ChargePrepaid is what a subscription needs.
type ChargePrepaid struct {
	// Period is how many months are bought, at least 1.
	Period int `json:"period"`
}

// MarketingInfo is for the vendor's discounts. It is in the SDK, not in the
// documents.
type MarketingInfo struct {
	DiscountCode  string `json:"discountCode,omitempty"`
	UsePocVoucher *bool  `json:"usePocVoucher,omitempty"`
}

// EipAddress is one elastic IP as DescribeEipAddresses shows it.
type EipAddress struct {
	EipID     string `json:"eipId"`
	ZoneID    string `json:"zoneId"`
	IPAddress string `json:"ipAddress"`
	// Netmask is the length of the prefix; 32 for a single address.
	Netmask int `json:"netmask,omitempty"`
	// InstanceID and InstanceName are empty while the address is not bound.
	InstanceID    string     `json:"instanceId,omitempty"`
	InstanceName  string     `json:"instanceName,omitempty"`
	EipChargeType ChargeType `json:"eipChargeType"`
	// Period is the months of a subscription; 0 for pay-as-you-go.
	Period int `json:"period,omitempty"`
	// CreateTime is in UTC, with a resolution of a second.
	CreateTime time.Time `json:"createTime,omitzero"`
	// ExpiredTime is in UTC; zero for pay-as-you-go.
	ExpiredTime       time.Time `json:"expiredTime,omitzero"`
	ResourceGroupID   string    `json:"resourceGroupId"`
	ResourceGroupName string    `json:"resourceGroupName"`
	EipStatus         EipStatus `json:"eipStatus"`
	Tags              Tags      `json:"tags,omitempty"`
}

// Addr gives the address as a netip.Addr. It fails while there is none yet.
func (a *EipAddress) Addr() (netip.Addr, error) {
	addr, err := netip.ParseAddr(a.IPAddress)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("zenlayer: address %s: %w", a.EipID, err)
	}
	return addr, nil
}

// UnmarshalJSON reads the service's form: times may be null or empty.
func (a *EipAddress) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, a) }

// EipAvailable is the stock of one zone.
type EipAvailable struct {
	ZoneID string      `json:"zoneId"`
	Status StockStatus `json:"status"`
	// Netmask is what AllocateEipAddressesRequest.Netmask can be.
	Netmask int `json:"netmask,omitempty"`
}

// InstanceAvailableEip is an address that can be bound to an instance.
type InstanceAvailableEip struct {
	EipID     string `json:"eipId"`
	IPAddress string `json:"ipAddress"`
	Netmask   int    `json:"netmask,omitempty"`
}

// PriceItem is a price. Amounts are decimal numbers exactly as they were sent,
// and empty where the service sent null; json.Number has a Float64 method.
// Fields that are not about the charge type asked for are empty.
type PriceItem struct {
	// Discount is the percentage that is paid: 80.0 is 20 % off.
	Discount json.Number `json:"discount,omitempty"`
	// DiscountPrice and OriginalPrice are of a subscription.
	DiscountPrice json.Number `json:"discountPrice,omitempty"`
	OriginalPrice json.Number `json:"originalPrice,omitempty"`
	// UnitPrice and DiscountUnitPrice are of pay-as-you-go, empty if the price
	// is tiered (StepPrices).
	UnitPrice         json.Number `json:"unitPrice,omitempty"`
	DiscountUnitPrice json.Number `json:"discountUnitPrice,omitempty"`
	// ChargeUnit is what a unit price is for: HOUR, DAY or MONTH.
	ChargeUnit string      `json:"chargeUnit,omitempty"`
	StepPrices []StepPrice `json:"stepPrices,omitempty"`
	// The following are in version 2026-02-01 alone.
	AmountUnit              string      `json:"amountUnit,omitempty"`
	ExcessUnitPrice         json.Number `json:"excessUnitPrice,omitempty"`
	ExcessDiscountUnitPrice json.Number `json:"excessDiscountUnitPrice,omitempty"`
	ExcessAmountUnit        string      `json:"excessAmountUnit,omitempty"`
	Category                string      `json:"category,omitempty"` // STANDARD or CUSTOMIZED
}

// StepPrice is one tier of a tiered price.
type StepPrice struct {
	StepStart         json.Number `json:"stepStart,omitempty"`
	StepEnd           json.Number `json:"stepEnd,omitempty"`
	UnitPrice         json.Number `json:"unitPrice,omitempty"`
	DiscountUnitPrice json.Number `json:"discountUnitPrice,omitempty"`
}

// ResponseMeta is embedded in every response.
type ResponseMeta struct {
	// RequestID is what the vendor's support asks for.
	RequestID string `json:"requestId"`
	// HTTPStatus is the status of the answer, and Attempts how many requests the
	// call took. They are not part of the JSON form.
	HTTPStatus int `json:"-"`
	Attempts   int `json:"-"`
}

func (m *ResponseMeta) responseMeta() *ResponseMeta { return m }
