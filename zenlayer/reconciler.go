package zenlayer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/census"
)

// fit says what an address can be to the call.
type fit int

const (
	foreign  fit = iota // certainly not made by the call
	possible            // new, and like those that were asked for
	own                 // carries the mark of the call
)

// reconciler is one reconciliation under way.
type reconciler struct {
	req    *AllocateEipAddressesRequest
	err    error
	before *Snapshot
	old    map[string]bool // IDs of before
	known  map[string]bool // IDs of other calls
	sole   bool

	// The union over all looks, with the latest state of each address.
	seen  map[string]*EipAddress
	fits  map[string]fit
	order []string // IDs of seen as they came

	confirmed map[string]bool // IDs that a look-up by ID found to be what the list had shown
	latest    []string        // IDs that the latest look showed and that can be the call's

	reused bool // the mark is on addresses that are not the call's
	walks  []*census.List
	doubt  string // why the latest look can have missed something
	looks  int
}

func newReconciler(req *ReconcileRequest) (*reconciler, error) {
	var v validator
	switch {
	case req == nil || req.Request == nil:
		v.fault("Request", "", "is required")
	case req.Before == nil && req.Request.Mark == "":
		v.fault("Before", "", "is required for a request without a Mark: without either there is nothing to compare with")
	case req.Before != nil:
		b := req.Before
		for _, pair := range []struct{ field, before, sent string }{
			{"Before.ZoneID", b.ZoneID, req.Request.ZoneID},
			{"Before.EipChargeType", string(b.EipChargeType), string(req.Request.EipChargeType)},
			{"Before.ResourceGroupID", b.ResourceGroupID, req.Request.ResourceGroupID},
		} {
			if pair.before != pair.sent {
				v.fault(pair.field, shorten(pair.before), "must be that of the request, "+shorten(pair.sent))
			}
		}
	}
	if err := v.err("Reconcile"); err != nil {
		return nil, err
	}
	r := &reconciler{
		req: req.Request, err: req.Err, before: req.Before, sole: req.Sole,
		old: map[string]bool{}, known: map[string]bool{},
		seen: map[string]*EipAddress{}, fits: map[string]fit{}, confirmed: map[string]bool{},
	}
	if r.before != nil {
		for _, id := range r.before.EipIDs {
			r.old[id] = true
		}
	}
	known := req.Known
	var many *AllocateManyError
	if errors.As(req.Err, &many) {
		known = slices.Concat(known, many.EipIDs)
	}
	for _, id := range known {
		r.known[id] = true
	}
	return r, nil
}

// fromError settles what the call's own error settles. Whatever else is joined
// or wrapped in it, the refusal of a look at the addresses for example, says
// nothing.
func (r *reconciler) fromError() *Reconciliation {
	if r.err == nil || eip.OutcomeUnknown(r.err) {
		return nil
	}
	var (
		many    *AllocateManyError
		refused *eip.Error
		failed  *eip.TransportError
		invalid *eip.ValidationError
	)
	if errors.As(r.err, &many) && len(many.EipIDs) > 0 {
		return nil
	}
	if errors.As(r.err, &refused) && refused.Action == actionAllocate ||
		errors.As(r.err, &failed) && failed.Action == actionAllocate ||
		errors.As(r.err, &invalid) && (invalid.Action == actionAllocate || invalid.Action == allocateMany) {
		return &Reconciliation{
			Verdict: VerdictNotMade, Missing: r.req.amount(),
			Reason: "the call's error says that nothing was done",
		}
	}
	return nil
}

// look reads what there is now: what carries the mark, wherever it is by now,
// and what is where the snapshot was taken.
func (r *reconciler) look(ctx context.Context, c *Client) error {
	r.looks++
	var filters []*DescribeEipAddressesRequest
	if r.req.Mark != "" {
		filters = append(filters, &DescribeEipAddressesRequest{Tags: []Tag{{Key: MarkTagKey, Value: r.req.Mark}}})
	}
	if r.before != nil {
		filters = append(filters, r.before.filter())
	}
	walks := make([]*census.List, len(filters))
	r.doubt, r.latest = "", nil
	for i, filter := range filters {
		w := c.walk(ctx, filter)
		state := w.Begin()
		list := &state.List
		for a, err := range w.From(state) {
			if err != nil {
				return err
			}
			switch {
			case len(filter.Tags) > 0:
				if mark, ok := a.Tags[MarkTagKey]; !ok || mark != r.req.Mark {
					list.Stray(strayMark)
				}
			case !r.before.within(a):
				list.Stray(strayPlace)
			}
			if a.EipID != "" {
				r.see(a)
				r.latest = append(r.latest, a.EipID)
			}
		}
		var before *census.List
		if i < len(r.walks) {
			before = r.walks[i]
		}
		if walks[i] = list; r.doubt == "" && !list.Complete(before) {
			r.doubt = cmp.Or(list.Doubt("addresses"), "the list changed while its pages were read")
		}
	}
	r.walks = walks
	return nil
}

// confirm looks up by their IDs the addresses that can be the call's, and that
// no look-up has shown yet. An ID that one list alone has shown may be none of
// the service's: it is not the call's for certain, and in that list it may stand
// in the place of another address.
func (r *reconciler) confirm(ctx context.Context, c *Client) error {
	var open []string
	for _, id := range r.order {
		if r.unconfirmed(id) {
			open = append(open, id)
		}
	}
	if len(open) == 0 {
		return nil
	}
	found, _, err := c.look(ctx, open)
	if err != nil {
		return err
	}
	for _, id := range open {
		a, ok := found[id]
		if !ok {
			continue
		}
		now := r.fit(a)
		r.see(a)
		r.confirmed[id] = now == r.fits[id]
	}
	if n := r.nameless(); n > 0 && r.doubt == "" {
		r.doubt = fmt.Sprintf("%d addresses of the list are not found by their IDs", n)
	}
	return nil
}

// unconfirmed reports whether an address can be the call's, but one kind of
// look alone has shown it.
func (r *reconciler) unconfirmed(id string) bool {
	return r.fits[id] != foreign && !r.confirmed[id]
}

// nameless is the number of unconfirmed addresses in the latest look.
func (r *reconciler) nameless() int {
	n := 0
	for _, id := range r.latest {
		if r.unconfirmed(id) {
			n++
		}
	}
	return n
}

// sure gives the confirmed ones of a list.
func (r *reconciler) sure(list []*EipAddress) []*EipAddress {
	var out []*EipAddress
	for _, a := range list {
		if r.confirmed[a.EipID] {
			out = append(out, a)
		}
	}
	return out
}

// see files an address. Tags may be late, so that a later sight of it counts
// more; but a mark does not go away.
func (r *reconciler) see(a *EipAddress) {
	f := r.fit(a)
	if _, again := r.seen[a.EipID]; !again {
		if f == foreign {
			return
		}
		r.order = append(r.order, a.EipID)
	}
	r.seen[a.EipID] = a
	if r.fits[a.EipID] != own {
		r.fits[a.EipID] = f
	}
}

func (r *reconciler) fit(a *EipAddress) fit {
	mark, has := a.Tags[MarkTagKey]
	switch {
	case r.known[a.EipID]:
		return foreign
	case r.req.Mark != "" && has && mark == r.req.Mark:
		if r.old[a.EipID] || a.ZoneID != "" && a.ZoneID != r.req.ZoneID {
			r.reused = true
			return foreign
		}
		return own
	case r.before == nil, r.old[a.EipID], !r.before.within(a):
		return foreign
	case has: // another call's, and certainly so
		return foreign
	case len(a.Tags) > 0 && !r.tagged(a): // whoever has tags would have those of the request as well
		return foreign
	}
	return possible
}

// tagged says whether an address has all tags that the request put on its own.
func (r *reconciler) tagged(a *EipAddress) bool {
	for key, value := range r.req.wire().Tags {
		if got, ok := a.Tags[key]; !ok || got != value {
			return false
		}
	}
	return true
}

// those gives the addresses of a fit, in the order in which they were seen.
func (r *reconciler) those(f fit) []*EipAddress {
	var out []*EipAddress
	for _, id := range r.order {
		if r.fits[id] == f {
			out = append(out, r.seen[id])
		}
	}
	return out
}

// needsMore says whether the latest look can have missed something that changes
// the verdict: nothing was seen, without that meaning that nothing is there, or
// an address may be hidden behind an ID that is none.
func (r *reconciler) needsMore() bool {
	nothing := len(r.those(own)) == 0 && len(r.those(possible)) == 0
	return r.doubt != "" && !r.reused && (nothing || r.nameless() > 0)
}

// marked reports whether as many addresses as were asked for carry the mark.
func (r *reconciler) marked() bool {
	return r.req.Mark != "" && len(r.those(own)) >= r.req.amount()
}

// decide gives the verdict, or nil if it is worth looking again.
func (r *reconciler) decide(last bool) *Reconciliation {
	want, marked, unmarked := r.req.amount(), r.those(own), r.those(possible)
	sure := r.sure(marked)
	out := &Reconciliation{
		Verdict: VerdictUndecided, Looks: r.looks, EipIDs: []string{},
		Candidates: slices.Concat(marked, unmarked),
	}
	unique := !r.reused && len(sure) <= want
	if unique {
		out.EipIDs = idsOf(sure)
	}
	out.Missing = max(want-len(out.EipIDs), 0)
	made := func(list []*EipAddress, reason string) *Reconciliation {
		out.Verdict, out.EipIDs, out.Candidates, out.Missing, out.Reason = VerdictMade, idsOf(list), list, 0, reason
		return out
	}
	if r.req.Mark != "" && unique && len(sure) == want {
		return made(sure, fmt.Sprintf("all %d addresses carry the mark of the call", want))
	}
	if !last {
		return nil
	}
	found, hearsay := len(unmarked), len(unmarked)-len(r.sure(unmarked))
	switch {
	case r.reused:
		out.Reason = "the mark of the call is on addresses that it did not make as well, so that it proves nothing"
	case len(sure) < len(marked):
		out.Reason = fmt.Sprintf("%d addresses carry the mark of the call, which asked for %d, but %d of them are not found by their IDs",
			len(marked), want, len(marked)-len(sure))
	case len(marked) > 0:
		out.Reason = fmt.Sprintf("%d addresses carry the mark of the call, which asked for %d", len(marked), want)
	case found == 0 && r.doubt != "":
		out.Reason = "nothing can be the call's among what was seen, but " + r.doubt
	case found == 0 && r.req.Mark != "":
		out.Verdict = VerdictNotMade
		out.Reason = "no address carries the mark of the call"
	case found == 0:
		out.Verdict = VerdictNotMade
		out.Reason = "no new address can be the call's"
	case r.req.Mark != "":
		out.Reason = fmt.Sprintf("no address carries the mark of the call, but %d new ones have no tags at all", found)
	case !r.sole:
		out.Reason = fmt.Sprintf("%d new addresses can be the call's, which asked for %d, but anybody else can have made them", found, want)
	case r.before.Incomplete:
		out.Reason = fmt.Sprintf("%d addresses are not in the snapshot, but that is incomplete", found)
	case hearsay > 0:
		out.Reason = fmt.Sprintf("%d addresses are new, but %d of them are not found by their IDs", found, hearsay)
	case found == want:
		return made(unmarked, fmt.Sprintf("%d addresses are new, and nobody else makes any", want))
	default:
		out.Reason = fmt.Sprintf("%d addresses are new, but the call asked for %d", found, want)
	}
	return out
}

func idsOf(list []*EipAddress) []string {
	out := make([]string, 0, len(list))
	for _, a := range list {
		out = append(out, a.EipID)
	}
	slices.Sort(out)
	return out
}
