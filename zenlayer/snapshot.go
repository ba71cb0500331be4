package zenlayer

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Snapshot is what there was before an allocation: the addresses in its zone,
// of its charge type, in its resource group if it names one. It can be stored
// as JSON.
type Snapshot struct {
	// Taken is when it was begun, by the service's clock as far as that is known.
	// It is for the reader: Reconcile goes by the IDs alone, since the local clock
	// may be wrong and the service's is not known before the first answer.
	Taken           time.Time  `json:"taken"`
	ZoneID          string     `json:"zoneId"`
	EipChargeType   ChargeType `json:"eipChargeType"`
	ResourceGroupID string     `json:"resourceGroupId,omitempty"`
	// EipIDs are the addresses, in ascending order.
	EipIDs []string `json:"eipIds"`
}

// Snapshot notes which addresses there are before req is sent, so that
// [Client.Reconcile] can tell afterwards which are new. It reads all pages of
// the zone, 1000 addresses to a call.
//
// A request with a Mark needs none.
func (c *Client) Snapshot(ctx context.Context, req *AllocateEipAddressesRequest) (*Snapshot, error) {
	if req == nil || req.ZoneID == "" {
		var v validator
		v.required("ZoneID", "")
		return nil, v.err("Snapshot")
	}
	s := &Snapshot{
		Taken: c.loop.Now().UTC(), ZoneID: req.ZoneID,
		EipChargeType: req.EipChargeType, ResourceGroupID: req.ResourceGroupID, EipIDs: []string{},
	}
	for a, err := range c.EipAddresses(ctx, s.filter()) {
		if err != nil {
			return nil, fmt.Errorf("zenlayer: Snapshot: %w", err)
		}
		s.EipIDs = append(s.EipIDs, a.EipID)
	}
	slices.Sort(s.EipIDs)
	return s, nil
}

func (s *Snapshot) filter() *DescribeEipAddressesRequest {
	return &DescribeEipAddressesRequest{
		ZoneID: s.ZoneID, EipChargeType: s.EipChargeType, ResourceGroupID: s.ResourceGroupID,
	}
}
