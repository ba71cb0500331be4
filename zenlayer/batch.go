package zenlayer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	eip "github.com/eipkit/eip-go"
)

// AllocateManyResponse is what AllocateMany made.
type AllocateManyResponse struct {
	// EipIDs are the addresses, still CREATING; see [Client.WaitAllAvailable].
	EipIDs []string
	// OrderNumbers are those of the calls, if there were any.
	OrderNumbers []string
	// Calls is how many calls it took.
	Calls int
}

// AllocateManyError says that AllocateMany ended before all addresses were
// asked for. The addresses in EipIDs exist and cost money.
type AllocateManyError struct {
	// EipIDs are the addresses that exist for certain.
	EipIDs []string
	// OrderNumbers are those of the calls that succeeded.
	OrderNumbers []string
	// Want is how many were asked for.
	Want int
	// Unknown is the request whose outcome is unknown, ready for
	// [ReconcileRequest]; nil if there is none.
	Unknown *AllocateEipAddressesRequest
	// Err is the error of the call that failed.
	Err error
}

func (e *AllocateManyError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "zenlayer: AllocateMany: %d of %d addresses exist", len(e.EipIDs), e.Want)
	if len(e.EipIDs) > 0 {
		b.WriteString(" (" + strings.Join(e.EipIDs, ", ") + ")")
	}
	if e.Unknown != nil {
		fmt.Fprintf(&b, ", and %d more may", e.Unknown.amount())
	}
	b.WriteString(": " + e.Err.Error())
	return b.String()
}

// Unwrap gives the error of the call that failed.
func (e *AllocateManyError) Unwrap() error { return e.Err }

// OutcomeUnknown says whether there may be more addresses than EipIDs.
func (e *AllocateManyError) OutcomeUnknown() bool { return e.Unknown != nil }

// MarshalJSON writes the error's text for its cause.
func (e *AllocateManyError) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		EipIDs       []string
		OrderNumbers []string `json:",omitempty"`
		Want         int
		Unknown      *AllocateEipAddressesRequest `json:",omitempty"`
		Err          string
	}{e.EipIDs, e.OrderNumbers, e.Want, e.Unknown, e.Err.Error()})
}

// AllocateMany asks for n addresses like req, by as many calls of
// AllocateEipAddresses as it takes, 100 to a call, one after another.
// req.Amount has to be 0. If req.Mark is set, each call has a mark of its own:
// that one with "-1", "-2" and so on behind it.
//
// The first call that fails ends it, with an *[AllocateManyError] that holds
// the IDs that exist, and the request whose outcome is unknown if that is so.
// Nothing is released.
func (c *Client) AllocateMany(ctx context.Context, n int, req *AllocateEipAddressesRequest) (*AllocateManyResponse, error) {
	if req == nil {
		req = &AllocateEipAddressesRequest{}
	}
	var v validator
	if n < 1 {
		v.fault("n", strconv.Itoa(n), "must be at least 1")
	}
	if req.Amount != 0 {
		v.fault("Amount", strconv.Itoa(req.Amount), "must be 0: the number of addresses is an argument of its own")
	}
	if err := v.err("AllocateMany"); err != nil {
		return nil, err
	}
	out := &AllocateManyResponse{}
	for left := n; left > 0; {
		part := *req
		part.Amount = min(left, maxIDsPerCall)
		if part.Mark != "" {
			part.Mark += "-" + strconv.Itoa(out.Calls+1)
		}
		res, err := c.AllocateEipAddresses(ctx, &part)
		out.Calls++
		if err == nil {
			out.EipIDs = append(out.EipIDs, res.EipIDSet...)
			if res.OrderNumber != "" {
				out.OrderNumbers = append(out.OrderNumbers, res.OrderNumber)
			}
			if len(res.EipIDSet) != part.Amount {
				err = fmt.Errorf("the service gave %d IDs for an amount of %d (request %s)",
					len(res.EipIDSet), part.Amount, res.RequestID)
			}
		}
		if err != nil {
			failure := &AllocateManyError{EipIDs: out.EipIDs, OrderNumbers: out.OrderNumbers, Want: n, Err: err}
			if eip.OutcomeUnknown(err) {
				failure.Unknown = &part
			}
			return nil, failure
		}
		left -= part.Amount
	}
	return out, nil
}

// BatchError says that something was done to some addresses of many only.
type BatchError struct {
	// Action says what was to be done.
	Action string
	// Done are the addresses to which it was done.
	Done []string
	// Left are all others: it was not done to them, or it is not known.
	Left []string
	// Err is the first error, and the only one unless several addresses were
	// refused each on its own.
	Err error
}

func (e *BatchError) Error() string {
	return fmt.Sprintf("zenlayer: %s: %d of %d addresses left (%s): %s", e.Action, len(e.Left),
		len(e.Left)+len(e.Done), strings.Join(e.Left, ", "), strings.ReplaceAll(e.Err.Error(), "\n", "; "))
}

// Unwrap gives the errors of the calls.
func (e *BatchError) Unwrap() error { return e.Err }

// MarshalJSON writes the error's text for its cause.
func (e *BatchError) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Action     string
		Done, Left []string
		Err        string
	}{e.Action, e.Done, e.Left, e.Err.Error()})
}

// ReleaseMany releases addresses that are in the recycle bin, 100 to a call of
// ReleaseEipAddresses. The first call that fails ends it, with a *[BatchError].
func (c *Client) ReleaseMany(ctx context.Context, ids []string) error {
	ids = unique(ids)
	done := 0
	err := eachChunk(ids, func(some []string) error {
		_, err := c.ReleaseEipAddresses(ctx, &ReleaseEipAddressesRequest{EipIDs: some})
		if err == nil {
			done += len(some)
		}
		return err
	})
	if err != nil {
		return &BatchError{Action: actionRelease, Done: ids[:done], Left: ids[done:], Err: err}
	}
	return nil
}

// TerminateMany moves addresses to the recycle bin, by one call of
// TerminateEipAddress for each, since that action takes one. Addresses that are
// in the bin, or gone, are passed over. It goes on after a refusal, and gives
// all that is left in one *[BatchError]; an error that is no refusal ends it.
func (c *Client) TerminateMany(ctx context.Context, ids []string) error {
	ids = unique(ids)
	failure := &BatchError{Action: actionTerminate}
	var errs []error
	for i, id := range ids {
		_, err := c.TerminateEipAddress(ctx, &TerminateEipAddressRequest{EipID: id})
		var refused *Error
		switch {
		case err == nil, errors.Is(err, CodeOperationDeniedEipRecycled), errors.Is(err, eip.ErrNotFound):
			failure.Done = append(failure.Done, id)
		case errors.As(err, &refused):
			failure.Left, errs = append(failure.Left, id), append(errs, fmt.Errorf("%s: %w", id, err))
		default:
			failure.Left, errs = append(failure.Left, ids[i:]...), append(errs, fmt.Errorf("%s: %w", id, err))
		}
		if len(failure.Left)+len(failure.Done) == len(ids) {
			break
		}
	}
	if len(failure.Left) == 0 {
		return nil
	}
	failure.Err = errors.Join(errs...)
	return failure
}

// EnsureReleased is [Client.EnsureAllReleased] for one address.
func (c *Client) EnsureReleased(ctx context.Context, id string) error {
	return c.EnsureAllReleased(ctx, []string{id})
}

// EnsureAllReleased gives addresses back for good, whatever state they are in: it
// waits until those that are CREATING, ASSOCIATING or UNASSOCIATING have
// settled, terminates what is alive (which unbinds it), waits for the recycle
// bin, releases, and waits until nothing is listed. Addresses that are gone are
// passed over, so that it can be called again after a failure or a crash; so
// wait for an address that may be too new to be listed before you give it here.
//
// A *[BatchError] holds the IDs that still exist, as far as is known. A
// subscription cannot be terminated: its ID is in the error, with
// CodeOperationDeniedEipSubscription.
func (c *Client) EnsureAllReleased(ctx context.Context, ids []string) error {
	ids = unique(ids)
	v := validator{}
	v.noneEmpty("ids", ids)
	if err := v.err("EnsureAllReleased"); err != nil {
		return err
	}
	fail := func(err error) error {
		out := &BatchError{Action: "EnsureAllReleased", Left: ids, Err: err}
		if found, look := c.lookUp(ctx, ids); look == nil {
			out.Left = nil
			for _, id := range ids {
				if _, ok := found[id]; ok {
					out.Left = append(out.Left, id)
				} else {
					out.Done = append(out.Done, id)
				}
			}
		}
		return out
	}
	_, err := c.wait(ctx, ids, wait{
		want: "a state that ends nothing by itself", gone: true,
		there: func(a *EipAddress) bool {
			return !a.EipStatus.Pending() || a.EipStatus == EipStatusRecycling || a.EipStatus == EipStatusReleasing
		},
		never: func(*EipAddress) error { return nil },
	})
	if err != nil {
		return fail(err)
	}
	found, err := c.lookUp(ctx, ids)
	if err != nil {
		return fail(err)
	}
	var alive, binned []string
	for _, id := range ids {
		switch a, ok := found[id]; {
		case !ok, a.EipStatus == EipStatusReleasing:
		case a.EipStatus == EipStatusRecycle, a.EipStatus == EipStatusRecycling:
			binned = append(binned, id)
		default:
			alive = append(alive, id)
		}
	}
	terminated := c.TerminateMany(ctx, alive)
	var partly *BatchError
	if errors.As(terminated, &partly) {
		alive = partly.Done
	}
	binned = append(binned, alive...)
	if err := c.WaitAllRecycled(ctx, binned); err != nil {
		return fail(errors.Join(terminated, err))
	}
	if found, err = c.lookUp(ctx, binned); err != nil {
		return fail(errors.Join(terminated, err))
	}
	there := inBin(binned, found)
	if err := c.ReleaseMany(ctx, there); err != nil {
		// A batch whose outcome is unknown may be gone, or one that somebody else
		// released may hold up the others: what is still there tells.
		if !errors.Is(err, eip.ErrNotFound) && !eip.OutcomeUnknown(err) {
			return fail(errors.Join(terminated, err))
		}
		if found, err = c.lookUp(ctx, there); err != nil {
			return fail(errors.Join(terminated, err))
		}
		if err := c.ReleaseMany(ctx, inBin(there, found)); err != nil {
			return fail(errors.Join(terminated, err))
		}
	}
	if err := c.WaitAllGone(ctx, there); err != nil {
		return fail(errors.Join(terminated, err))
	}
	if terminated != nil {
		return fail(terminated)
	}
	return nil
}

// inBin gives those of ids that are in the recycle bin.
func inBin(ids []string, found map[string]*EipAddress) []string {
	var out []string
	for _, id := range ids {
		if a, ok := found[id]; ok && a.EipStatus == EipStatusRecycle {
			out = append(out, id)
		}
	}
	return out
}
