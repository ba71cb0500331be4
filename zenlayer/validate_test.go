package zenlayer

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/wiretest"
)

func many(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("eip-%03d", i)
	}
	return out
}

// TestBadInput: each of these is refused before the network, by an error that
// names the field.
func TestBadInput(t *testing.T) {
	t.Parallel()
	srv := wiretest.New(ok())
	c := wireClient(t, srv)
	ctx := t.Context()
	allocate := func(change func(*AllocateEipAddressesRequest)) error {
		req := &AllocateEipAddressesRequest{ZoneID: "SEL-A", EipChargeType: ChargeTypePostpaid}
		change(req)
		_, err := c.AllocateEipAddresses(ctx, req)
		return err
	}
	price := func(req *InquiryPriceCreateEipAddressRequest) error {
		_, err := c.InquiryPriceCreateEipAddress(ctx, req)
		return err
	}
	describe := func(req *DescribeEipAddressesRequest) error {
		_, err := c.DescribeEipAddresses(ctx, req)
		return err
	}
	release := func(ids ...string) error {
		_, err := c.ReleaseEipAddresses(ctx, &ReleaseEipAddressesRequest{EipIDs: ids})
		return err
	}
	group := func(id string, ids ...string) error {
		_, err := c.ModifyEipAddressesResourceGroup(ctx, &ModifyEipAddressesResourceGroupRequest{EipIDs: ids, ResourceGroupID: id})
		return err
	}
	second := func(_ any, err error) error { return err }
	for _, tt := range []struct {
		name, says string
		err        error
	}{
		{"amount 101", "Amount (101): must be 1 to 100", allocate(func(r *AllocateEipAddressesRequest) { r.Amount = 101 })},
		{"negative amount", "Amount (-1)", allocate(func(r *AllocateEipAddressesRequest) { r.Amount = -1 })},
		{"no zone", "ZoneID: is required", allocate(func(r *AllocateEipAddressesRequest) { r.ZoneID = "" })},
		{"blank zone", `ZoneID (" "): is required`, allocate(func(r *AllocateEipAddressesRequest) { r.ZoneID = " " })},
		{"no charge type", "EipChargeType: is required", allocate(func(r *AllocateEipAddressesRequest) { r.EipChargeType = "" })},
		{"prepaid without a period", "EipChargePrepaid: is required when EipChargeType is PREPAID",
			allocate(func(r *AllocateEipAddressesRequest) { r.EipChargeType = ChargeTypePrepaid })},
		{"prepaid for no time", "EipChargePrepaid.Period (0): must be at least 1 month", allocate(func(r *AllocateEipAddressesRequest) {
			r.EipChargeType, r.EipChargePrepaid = ChargeTypePrepaid, &ChargePrepaid{}
		})},
		{"negative netmask", "Netmask (-1)", allocate(func(r *AllocateEipAddressesRequest) { r.Netmask = -1 })},
		{"empty tag", "Tags", allocate(func(r *AllocateEipAddressesRequest) { r.Tags = Tags{"k": ""} })},
		{"long tag", "Tags", allocate(func(r *AllocateEipAddressesRequest) { r.Tags = Tags{strings.Repeat("é", 129): "v"} })},
		{"long mark", "Mark", allocate(func(r *AllocateEipAddressesRequest) { r.Mark = strings.Repeat("x", 129) })},
		{"two marks", "Tags", allocate(func(r *AllocateEipAddressesRequest) { r.Mark, r.Tags = "a", Tags{MarkTagKey: "b"} })},
		{"nil allocate", "ZoneID: is required", second(c.AllocateEipAddresses(ctx, nil))},
		{"price of 101", "Amount (101)", price(&InquiryPriceCreateEipAddressRequest{ZoneID: "z", EipChargeType: ChargeTypePostpaid, Amount: 101})},
		{"price of a subscription without a period", "EipChargePrepaid", price(&InquiryPriceCreateEipAddressRequest{ZoneID: "z", EipChargeType: ChargeTypePrepaid})},
		{"101 IDs", "EipIDs (101 elements)", describe(&DescribeEipAddressesRequest{EipIDs: many(101)})},
		{"an empty ID", `EipIDs[1] (""): must not be empty`, describe(&DescribeEipAddressesRequest{EipIDs: []string{"a", ""}})},
		{"large page", "PageSize (1001)", describe(&DescribeEipAddressesRequest{PageSize: 1001})},
		{"negative page", "PageNum (-1)", describe(&DescribeEipAddressesRequest{PageNum: -1})},
		{"21 tag keys", "TagKeys", describe(&DescribeEipAddressesRequest{TagKeys: many(21)})},
		{"21 tags", "Tags (21 elements)", describe(&DescribeEipAddressesRequest{Tags: make([]Tag, 21)})},
		{"stock without a charge type", "EipChargeType", second(c.DescribeEipAvailableResources(ctx, nil))},
		{"no instance", "InstanceID", second(c.DescribeInstanceAvailableEipResources(ctx, nil))},
		{"bind nothing", "EipID: is required; InstanceID: is required", second(c.AssociateEipAddress(ctx, nil))},
		{"unbind nothing", "EipID", second(c.UnAssociateEipAddress(ctx, nil))},
		{"terminate nothing", "EipID", second(c.TerminateEipAddress(ctx, nil))},
		{"renew nothing", "EipID", second(c.RenewEipAddress(ctx, nil))},
		{"release nothing", "EipIDs (0 elements): must have 1 to 100 elements", release()},
		{"release 101", "EipIDs (101 elements)", release(many(101)...)},
		{"release an empty ID", "EipIDs[0]", release(" ")},
		{"move nothing", "EipIDs (0 elements)", group("rg-1")},
		{"move nowhere", "ResourceGroupID", group("", "e")},
		{"many of none", "n (0)", second(c.AllocateMany(ctx, 0, nil))},
		{"many with an amount", "Amount (1)", second(c.AllocateMany(ctx, 1, &AllocateEipAddressesRequest{Amount: 1}))},
		{"wait for an empty ID", "ids[0]", second(c.WaitAllAvailable(ctx, []string{""}))},
		{"ensure an empty ID", "ids[1]", c.EnsureAllReleased(ctx, []string{"a", ""})},
		{"look up an empty ID", "ids[0]", second(c.GetEips(ctx, []string{""}))},
		{"snapshot of nothing", "ZoneID", second(c.Snapshot(ctx, nil))},
		{"reconcile nothing", "Request: is required", second(c.Reconcile(ctx, nil))},
		{"reconcile without a snapshot", "Before", second(c.Reconcile(ctx, &ReconcileRequest{Request: &AllocateEipAddressesRequest{}}))},
		{"snapshot of another zone", "Before.ZoneID", second(c.Reconcile(ctx, &ReconcileRequest{
			Request: &AllocateEipAddressesRequest{ZoneID: "A"}, Before: &Snapshot{ZoneID: "B"}}))},
	} {
		var invalid *eip.ValidationError
		if assert.ErrorAs(t, tt.err, &invalid, tt.name) {
			assert.Contains(t, tt.err.Error(), tt.says, tt.name)
			assert.Contains(t, tt.err.Error(), "nothing was sent", tt.name)
			assert.ErrorIs(t, tt.err, eip.ErrInvalidParameter, tt.name)
			assert.False(t, eip.OutcomeUnknown(tt.err), tt.name)
		}
	}
	assert.Empty(t, srv.Requests())
	var none context.Context
	_, err := c.RenewEipAddress(none, &RenewEipAddressRequest{EipID: "e"})
	require.ErrorContains(t, err, "context is nil")
}

// TestWhatTheServiceDecides is sent although it looks wrong: the rules may
// change, or differ from account to account.
func TestWhatTheServiceDecides(t *testing.T) {
	t.Parallel()
	srv := wiretest.New(wiretest.Answer(200, success(`"eipIdSet":["e"]`)))
	c := wireClient(t, srv)
	for _, req := range []*AllocateEipAddressesRequest{
		{ZoneID: "NOWHERE", EipChargeType: "SOMETHING_NEW"},
		{ZoneID: "SEL-A", EipChargeType: ChargeTypePrepaid, EipChargePrepaid: &ChargePrepaid{Period: 1000}},
		{ZoneID: "SEL-A", EipChargeType: ChargeTypePostpaid, Amount: 100, Netmask: 1},
	} {
		_, err := c.AllocateEipAddresses(t.Context(), req)
		require.NoError(t, err)
	}
	open := wireClient(t, srv, WithoutValidation())
	_, err := open.AllocateEipAddresses(t.Context(), &AllocateEipAddressesRequest{Amount: 1000})
	require.NoError(t, err)
}
