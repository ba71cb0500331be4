package zenlayer

import (
	"context"
	"maps"
	"slices"
)

// MarkTagKey is the key of the tag that AllocateEipAddressesRequest.Mark makes.
const MarkTagKey = "eip-go-mark"

// AllocateEipAddressesRequest asks for 1 to 100 elastic IPs in one zone.
type AllocateEipAddressesRequest struct {
	// ZoneID is the zone, for example "SEL-A". Required.
	ZoneID string `json:"zoneId,omitempty"`
	// EipChargeType is [ChargeTypePrepaid] or [ChargeTypePostpaid]. Required.
	EipChargeType ChargeType `json:"eipChargeType,omitempty"`
	// EipChargePrepaid is required for a subscription.
	EipChargePrepaid *ChargePrepaid `json:"eipChargePrepaid,omitempty"`
	// Amount is how many addresses are made, 1 to 100; 0 leaves it to the
	// service, which takes 1.
	Amount int `json:"amount,omitempty"`
	// ResourceGroupID is the group that the addresses are put into: by default
	// the default one, and if the caller has none the call fails.
	ResourceGroupID string `json:"resourceGroupId,omitempty"`
	// Netmask is the length of the prefix, one of those that
	// DescribeEipAvailableResources shows (from the SDK; not on the page).
	Netmask int `json:"netmask,omitempty"`
	// MarketingOptions are for discounts (from the SDK; not on the page).
	MarketingOptions *MarketingInfo `json:"marketingOptions,omitempty"`
	// Tags are put on each of the addresses as they are made (from the SDK; not
	// on the page). Keys and values have 1 to 128 characters.
	Tags Tags `json:"tags,omitempty"`

	// Mark is a value that no other call carries, see [NewMark]. It is sent as
	// one more tag, with the key [MarkTagKey], and is what lets
	// [Client.Reconcile] tell for certain which addresses this call made, also
	// when others allocate at the same time. It is not set by default, since the
	// tag stays on the addresses: no action of this product changes tags.
	Mark string `json:"-"`
	// Extra are parameters that are newer than this library, by their names on
	// the wire. One that a field sets as well is an error.
	Extra map[string]any `json:"-"`
}

func (r *AllocateEipAddressesRequest) extra() map[string]any { return r.Extra }

// wire is the request with its mark among its tags.
func (r *AllocateEipAddressesRequest) wire() *AllocateEipAddressesRequest {
	if r == nil || r.Mark == "" {
		return r
	}
	marked := *r
	marked.Tags = maps.Clone(r.Tags)
	if marked.Tags == nil {
		marked.Tags = Tags{}
	}
	marked.Tags[MarkTagKey] = r.Mark
	return &marked
}

// amount is how many addresses the request is for.
func (r *AllocateEipAddressesRequest) amount() int {
	if r.Amount == 0 {
		return defaultAllocationAmount
	}
	return r.Amount
}

func (r *AllocateEipAddressesRequest) check(v *validator) {
	v.required("ZoneID", r.ZoneID)
	v.charge(r.EipChargeType, r.EipChargePrepaid)
	v.amount(r.Amount)
	v.notNegative("Netmask", r.Netmask)
	for _, key := range slices.Sorted(maps.Keys(r.Tags)) {
		v.tag("Tags", key, r.Tags[key])
	}
}

// checkMark is what the mark needs, which goes out as one more tag.
func (r *AllocateEipAddressesRequest) checkMark(v *validator) {
	if r == nil || r.Mark == "" {
		return
	}
	v.tag("Mark", MarkTagKey, r.Mark)
	if value, both := r.Tags[MarkTagKey]; both && value != r.Mark {
		v.fault("Tags", shorten(value), "must not have the key "+MarkTagKey+", which Mark sets")
	}
}

// checkAllocation finds what would keep a request from being sent.
func (c *Client) checkAllocation(req *AllocateEipAddressesRequest) error {
	if c.validate {
		var v validator
		req.checkMark(&v)
		req.check(&v)
		if err := v.err(actionAllocate); err != nil {
			return err
		}
	}
	_, err := encode(actionAllocate, req.wire(), req.Extra)
	return err
}

// AllocateEipAddressesResponse holds the IDs of addresses that are being made.
type AllocateEipAddressesResponse struct {
	ResponseMeta
	// EipIDSet are the IDs, without empty ones. The addresses are still CREATING;
	// see [Client.WaitAllAvailable].
	EipIDSet []string `json:"eipIdSet"`
	// OrderNumber is set for a subscription.
	OrderNumber string `json:"orderNumber"`
}

// UnmarshalJSON drops IDs that are empty or there twice.
func (r *AllocateEipAddressesResponse) UnmarshalJSON(b []byte) error {
	if err := unmarshalLenient(b, r); err != nil {
		return err
	}
	if r.EipIDSet != nil {
		r.EipIDSet = unique(r.EipIDSet)
	}
	return nil
}

// AllocateEipAddresses calls the action of that name: it buys 1 to 100 elastic
// IPs. It is asynchronous: the IDs come at once, the addresses are CREATING and
// then AVAILABLE or CREATE_FAILED; [Client.WaitAllAvailable] waits for them.
//
// The action has no idempotency token, so a repeat would buy again. The client
// sends it again only if it certainly did not run: if no connection was made,
// or the answer was a throttling one. In all other cases of doubt the error
// says that the outcome is unknown (eip.OutcomeUnknown), and
// [Client.Reconcile] finds out what can be found out.
//
// An answer with some IDs, but fewer than were asked for, is given as it is:
// compare the length of EipIDSet. The missing addresses may exist; Reconcile
// finds them, with the missing number as Request.Amount and EipIDSet as Known.
//
// A subscription is paid from the balance at once, pay-as-you-go from then on.
// To ask for more than 100 see [Client.AllocateMany].
//
// Documented errors: CodeInvalidZoneNotFound (404), CodeInvalidEipTypeZoneNoSell
// (400), CodeMissingParameter (400).
func (c *Client) AllocateEipAddresses(ctx context.Context, req *AllocateEipAddressesRequest) (*AllocateEipAddressesResponse, error) {
	if c.validate {
		var v validator
		req.checkMark(&v)
		if err := v.err(actionAllocate); err != nil {
			return nil, err
		}
	}
	res, err := invoke[AllocateEipAddressesResponse](ctx, c, actionAllocate, req.wire())
	if err != nil {
		return nil, err
	}
	res.EipIDSet = unique(res.EipIDSet)
	return res, nil
}

// InquiryPriceCreateEipAddressRequest asks what addresses would cost.
type InquiryPriceCreateEipAddressRequest struct {
	// ZoneID is the zone. Required.
	ZoneID string `json:"zoneId,omitempty"`
	// EipChargeType is how they would be paid for. Required.
	EipChargeType ChargeType `json:"eipChargeType,omitempty"`
	// EipChargePrepaid is required for a subscription.
	EipChargePrepaid *ChargePrepaid `json:"eipChargePrepaid,omitempty"`
	// Amount is 1 to 100; 0 leaves it to the service, which takes 1.
	Amount int `json:"amount,omitempty"`
	// Netmask is the length of the prefix (from the SDK; not on the page).
	Netmask int `json:"netmask,omitempty"`
	// Extra are parameters that are newer than this library.
	Extra map[string]any `json:"-"`
}

func (r *InquiryPriceCreateEipAddressRequest) extra() map[string]any { return r.Extra }

func (r *InquiryPriceCreateEipAddressRequest) check(v *validator) {
	v.required("ZoneID", r.ZoneID)
	v.charge(r.EipChargeType, r.EipChargePrepaid)
	v.amount(r.Amount)
	v.notNegative("Netmask", r.Netmask)
}

// InquiryPriceCreateEipAddressResponse holds a price.
type InquiryPriceCreateEipAddressResponse struct {
	ResponseMeta
	// EipPrice is the price.
	EipPrice *PriceItem `json:"eipPrice"`
}

// InquiryPriceCreateEipAddress calls the action of that name: it tells what
// AllocateEipAddresses would cost. It orders nothing and is repeated freely.
//
// Documented errors: those of AllocateEipAddresses.
func (c *Client) InquiryPriceCreateEipAddress(ctx context.Context, req *InquiryPriceCreateEipAddressRequest) (*InquiryPriceCreateEipAddressResponse, error) {
	return invoke[InquiryPriceCreateEipAddressResponse](ctx, c, actionPrice, req)
}

// RenewEipAddressRequest names the address to renew.
type RenewEipAddressRequest struct {
	// EipID is the address. Required.
	EipID string `json:"eipId,omitempty"`
	// Extra are parameters that are newer than this library.
	Extra map[string]any `json:"-"`
}

func (r *RenewEipAddressRequest) extra() map[string]any { return r.Extra }
func (r *RenewEipAddressRequest) check(v *validator)    { v.required("EipID", r.EipID) }

// RenewEipAddressResponse has nothing but the meta data.
type RenewEipAddressResponse struct {
	ResponseMeta
}

// RenewEipAddress calls the action of that name: it renews an address, which
// costs money. The documents do not say in which states; the vendor's newer
// product restores an address from the recycle bin with it.
//
// A repeat may pay twice, so the client sends it again only if it certainly
// did not run. If the outcome is unknown, compare ExpiredTime and EipStatus
// with what they were.
//
// Documented error: CodeInvalidEipNotFound (404).
func (c *Client) RenewEipAddress(ctx context.Context, req *RenewEipAddressRequest) (*RenewEipAddressResponse, error) {
	return invoke[RenewEipAddressResponse](ctx, c, actionRenew, req)
}
