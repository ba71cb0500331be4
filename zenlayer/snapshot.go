package zenlayer

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/eipkit/eip-go/internal/census"
)

const (
	// snapshotWalks is how often Snapshot reads a list that changes, or
	// contradicts itself.
	snapshotWalks = 5
	// enoughWalks is how many walks over a list of one page a snapshot is made of.
	enoughWalks = 2
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
	// Incomplete says that the list changed each time while its pages were read,
	// or that it contradicted itself, so that addresses may be missing here. One
	// that is will look new: Reconcile then takes nothing for the call's because it
	// is new.
	Incomplete bool `json:"incomplete,omitempty"`
}

// Snapshot notes which addresses there are before req is sent, so that
// [Client.Reconcile] can tell afterwards which are new. It reads all pages of
// the zone twice, 1000 addresses to a call, and notes what either walk showed, so
// that an address is missing only if two answers left it out; if there are
// several pages, until two walks over them give the same. A list that contradicts
// itself (see [Client.GetEip]) or holds an address that is not of the zone is
// read again as well, five times at most in all.
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
	s.Incomplete = true
	var last *census.List
	whole := 0
	for n := 0; s.Incomplete && n < snapshotWalks; n++ {
		w := c.walk(ctx, s.filter())
		state := w.Begin()
		list := &state.List
		for a, err := range w.From(state) {
			if err != nil {
				return nil, fmt.Errorf("zenlayer: Snapshot: %w", err)
			}
			if !s.within(a) {
				list.Stray(strayPlace)
			}
			if a.EipID != "" {
				s.EipIDs = append(s.EipIDs, a.EipID)
			}
		}
		if list.Whole() {
			whole++
			s.Incomplete = whole < enoughWalks
		} else {
			s.Incomplete = !list.Complete(last)
		}
		last = list
	}
	slices.Sort(s.EipIDs)
	s.EipIDs = slices.Compact(s.EipIDs)
	return s, nil
}

const (
	strayPlace = "an address that is not where it was looked for"
	strayMark  = "an address without the mark that was asked for"
)

// within says whether an address is what the filter asks for.
func (s *Snapshot) within(a *EipAddress) bool {
	return (a.ZoneID == "" || a.ZoneID == s.ZoneID) &&
		(a.EipChargeType == "" || a.EipChargeType == s.EipChargeType) &&
		(s.ResourceGroupID == "" || a.ResourceGroupID == "" || a.ResourceGroupID == s.ResourceGroupID)
}

func (s *Snapshot) filter() *DescribeEipAddressesRequest {
	return &DescribeEipAddressesRequest{
		ZoneID: s.ZoneID, EipChargeType: s.EipChargeType, ResourceGroupID: s.ResourceGroupID,
	}
}
