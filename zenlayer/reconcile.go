package zenlayer

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/transport"
)

const (
	// DefaultSettle is how long Reconcile goes on looking for addresses that a
	// call may still be making.
	DefaultSettle = 30 * time.Second

	// snapshotSlack is by how much an address may seem older than the snapshot
	// that does not have it. The service counts in seconds, and accepts clocks
	// that differ by five minutes.
	snapshotSlack = 6 * time.Minute
)

// NewMark makes a value for AllocateEipAddressesRequest.Mark that no other call
// has. Write it down before the call if the program may crash.
func NewMark() string { return rand.Text() }

// Snapshot is what there was before an allocation: the addresses in its zone,
// of its charge type, in its resource group if it names one. It can be stored
// as JSON.
type Snapshot struct {
	// Taken is when it was begun, by the service's clock as far as it is known.
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

// ReconcileRequest is what [Client.Reconcile] goes by.
type ReconcileRequest struct {
	// Request is the request whose outcome is unknown, as it was sent. Required.
	Request *AllocateEipAddressesRequest
	// Err is the error of the call. If it shows that the outcome is known after
	// all, nothing is looked at. It may be nil after a crash.
	Err error
	// Before is the snapshot from before the call. Required unless the request
	// has a Mark.
	Before *Snapshot
	// Sole says that nobody and nothing but this call has allocated in this
	// zone, with this charge type (and in this resource group, if the request
	// names one) since Before was taken. It is a promise of the caller's, which
	// nothing here can check.
	Sole bool
	// Settle is how long to go on looking before it is concluded that no more
	// addresses will appear. By default it is [DefaultSettle]; a negative one
	// means a single look.
	Settle time.Duration
}

// Verdict is what Reconcile found out.
type Verdict string

// The verdicts.
const (
	// VerdictMade: the call ran, and EipIDs are all of its addresses.
	VerdictMade Verdict = "made"
	// VerdictNotMade: the call made nothing.
	VerdictNotMade Verdict = "not made"
	// VerdictUndecided: it cannot be known from here. Reason says why, and
	// Candidates has what to look at.
	VerdictUndecided Verdict = "undecided"
)

// Reconciliation is what can be known about a call after the fact.
type Reconciliation struct {
	// Verdict is certain unless it is [VerdictUndecided], on the assumptions that
	// the package's documentation lists and that the request promised.
	Verdict Verdict
	// EipIDs are addresses that this call made for certain, whatever the verdict.
	EipIDs []string
	// Candidates are the addresses that can be this call's, those of EipIDs
	// included.
	Candidates []*EipAddress
	// Missing is how many of the addresses that were asked for are not in EipIDs.
	Missing int
	// Reason says in a sentence how the verdict came about.
	Reason string
	// Looks is how often the addresses were read.
	Looks int
}

// Certain says whether the matter is settled.
func (r *Reconciliation) Certain() bool { return r.Verdict != VerdictUndecided }

// Reconcile finds out what became of an allocation whose outcome is unknown, by
// comparing the addresses before and after it: an address can be the call's if
// it is new, in its zone, of its charge type, in the resource group that it
// named, has its tags (or none yet), and was not created before the snapshot.
//
// It is certain in these cases, and in no other:
//
//   - The error says that the call was refused, or never sent: not made.
//   - The request has a Mark, and as many addresses carry it as were asked for:
//     made.
//   - The caller is Sole, and as many addresses are new as were asked for when
//     the time to settle is over: made.
//   - The time to settle is over, and there is nothing that can be the call's:
//     not made. (With a Mark and a snapshot, a new address without any tags can
//     be, since its tags may be late.)
//
// Whenever it is not certain it says so. It reads only. An error means that it
// could not read; what was known by then is lost, so call it again.
func (c *Client) Reconcile(ctx context.Context, req *ReconcileRequest) (*Reconciliation, error) {
	r, err := newReconciler(req)
	if err != nil {
		return nil, err
	}
	if out := r.fromError(); out != nil {
		return out, nil
	}
	settle := req.Settle
	if settle == 0 {
		settle = DefaultSettle
	}
	until := time.Now().Add(settle)
	for n := 0; ; n++ {
		if err := r.look(ctx, c); err != nil {
			return nil, fmt.Errorf("zenlayer: Reconcile: %w", err)
		}
		last := !time.Now().Before(until)
		if out := r.decide(last); out != nil {
			return out, nil
		}
		if err := c.pauseUntil(ctx, until, n); err != nil {
			return nil, fmt.Errorf("zenlayer: Reconcile: %w", err)
		}
	}
}

// pauseUntil is a waiter's pause, cut short so that a look is taken when the
// time to settle is over.
func (c *Client) pauseUntil(ctx context.Context, until time.Time, n int) error {
	left := max(time.Until(until), time.Millisecond)
	return transport.Pause(ctx, min(c.pollMin, left), min(c.pollMax, left), n)
}

// reconciler is one reconciliation under way.
type reconciler struct {
	req    *AllocateEipAddressesRequest
	err    error
	before *Snapshot
	known  map[string]bool // IDs of before
	sole   bool

	marked   []*EipAddress // with the request's mark
	unmarked []*EipAddress // new ones that can be the call's but for the mark
	looks    int
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
	r := &reconciler{req: req.Request, err: req.Err, before: req.Before, sole: req.Sole, known: map[string]bool{}}
	if r.before != nil {
		for _, id := range r.before.EipIDs {
			r.known[id] = true
		}
	}
	return r, nil
}

// fromError settles what the call's own error settles.
func (r *reconciler) fromError() *Reconciliation {
	if r.err == nil || eip.OutcomeUnknown(r.err) {
		return nil
	}
	var (
		refused *Error
		failed  *TransportError
		invalid *ValidationError
	)
	if errors.As(r.err, &refused) || errors.As(r.err, &failed) || errors.As(r.err, &invalid) {
		return &Reconciliation{
			Verdict: VerdictNotMade, Missing: r.req.amount(),
			Reason: "the call's error says that nothing was done",
		}
	}
	return nil // an error of somebody else's says nothing
}

// look reads what there is now.
func (r *reconciler) look(ctx context.Context, c *Client) error {
	r.looks++
	r.marked, r.unmarked = nil, nil
	filter := &DescribeEipAddressesRequest{}
	if r.before != nil {
		filter = r.before.filter()
	} else {
		filter.Tags = []Tag{{Key: MarkTagKey, Value: r.req.Mark}}
	}
	for a, err := range c.EipAddresses(ctx, filter) {
		if err != nil {
			return err
		}
		switch mark, has := a.Tags[MarkTagKey]; {
		case r.req.Mark != "" && has && mark == r.req.Mark:
			r.marked = append(r.marked, a)
		case r.before == nil, !r.new(a):
		case has:
			// Another call's, and certainly so.
		case len(a.Tags) > 0 && !r.tagged(a):
			// Whoever has tags would have those of the request as well.
		default:
			r.unmarked = append(r.unmarked, a)
		}
	}
	return nil
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

// new says whether an address can have been made after the snapshot.
func (r *reconciler) new(a *EipAddress) bool {
	if r.known[a.EipID] {
		return false
	}
	if !a.CreateTime.IsZero() && a.CreateTime.Before(r.before.Taken.Add(-snapshotSlack)) {
		return false
	}
	// What the filter was asked for, in case that the service let more through.
	return (a.ZoneID == "" || a.ZoneID == r.before.ZoneID) &&
		(a.EipChargeType == "" || a.EipChargeType == r.before.EipChargeType) &&
		(r.before.ResourceGroupID == "" || a.ResourceGroupID == "" || a.ResourceGroupID == r.before.ResourceGroupID)
}

// decide gives the verdict, or nil if it is worth looking again.
func (r *reconciler) decide(last bool) *Reconciliation {
	want := r.req.amount()
	out := &Reconciliation{
		Looks: r.looks, EipIDs: idsOf(r.marked), Candidates: slices.Concat(r.marked, r.unmarked),
	}
	out.Missing = max(want-len(out.EipIDs), 0)
	made := func(ids []string, reason string) *Reconciliation {
		out.Verdict, out.EipIDs, out.Missing, out.Reason = VerdictMade, ids, 0, reason
		return out
	}
	if r.req.Mark != "" && len(r.marked) == want {
		out.Candidates = r.marked
		return made(out.EipIDs, fmt.Sprintf("all %d addresses carry the mark of the call", want))
	}
	if !last {
		return nil
	}
	found := len(r.unmarked)
	switch {
	case r.req.Mark != "" && len(r.marked) > 0:
		out.Verdict = VerdictUndecided
		out.Reason = fmt.Sprintf("%d addresses carry the mark of the call, which asked for %d", len(r.marked), want)
	case r.req.Mark != "" && found == 0:
		out.Verdict = VerdictNotMade
		out.Reason = "no address carries the mark of the call"
	case r.req.Mark != "":
		out.Verdict = VerdictUndecided
		out.Reason = fmt.Sprintf("no address carries the mark of the call, but %d new ones have no tags at all", found)
	case found == 0:
		out.Verdict = VerdictNotMade
		out.Reason = "no new address can be the call's"
	case !r.sole:
		out.Verdict = VerdictUndecided
		out.Reason = fmt.Sprintf("%d new addresses can be the call's, which asked for %d, but anybody else can have made them", found, want)
	case found == want:
		return made(idsOf(r.unmarked), fmt.Sprintf("%d addresses are new, and nobody else makes any", want))
	default:
		out.Verdict = VerdictUndecided
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

// String gives verdict, reason and IDs on one line.
func (r *Reconciliation) String() string {
	s := string(r.Verdict) + ": " + r.Reason
	if len(r.EipIDs) > 0 {
		s += " (" + strings.Join(r.EipIDs, ", ") + ")"
	}
	return s
}
