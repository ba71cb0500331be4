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
	// [ReconcileRequest] together with this error as Err, which tells what is
	// known to exist; nil if there is none. If a success gave fewer IDs than it
	// was asked for, its Amount is how many are missing.
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
		if e.Unknown.Mark != "" {
			fmt.Fprintf(&b, ", tagged %s=%s", MarkTagKey, e.Unknown.Mark)
		}
	}
	b.WriteString(": " + e.Err.Error())
	return b.String()
}

// Unwrap gives the error of the call that failed.
func (e *AllocateManyError) Unwrap() error { return e.Err }

// OutcomeUnknown says whether there may be more addresses than EipIDs.
func (e *AllocateManyError) OutcomeUnknown() bool { return e.Unknown != nil }

// MarshalJSON writes the error's text for its cause. Unknown has the service's
// names, and its Mark and Extra beside them.
func (e *AllocateManyError) MarshalJSON() ([]byte, error) {
	type request struct {
		*AllocateEipAddressesRequest
		Mark  string         `json:"mark,omitempty"`
		Extra map[string]any `json:"extra,omitempty"`
	}
	var unknown *request
	if u := e.Unknown; u != nil {
		unknown = &request{u, u.Mark, u.Extra}
	}
	return json.Marshal(struct {
		EipIDs       []string
		OrderNumbers []string `json:",omitempty"`
		Want         int
		Unknown      *request `json:",omitempty"`
		Err          string
	}{e.EipIDs, e.OrderNumbers, e.Want, unknown, e.Err.Error()})
}

// allocateMany is AllocateMany's name in errors.
const allocateMany = "AllocateMany"

// AllocateMany asks for n addresses like req, by as many calls of
// AllocateEipAddresses as it takes, 100 to a call, one after another.
// req.Amount has to be 0. If req.Mark is set, each call has a mark of its own:
// that one with "-1", "-2" and so on behind it. All calls are validated before
// the first one is sent.
//
// The first call that fails ends it, with an *[AllocateManyError] that holds
// the IDs that exist, and the request whose outcome is unknown if that is so.
// An answer with fewer IDs than were asked for counts as such a failure: the
// missing addresses may exist. Nothing is released.
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
	if err := v.err(allocateMany); err != nil {
		return nil, err
	}
	calls := (n-1)/maxIDsPerCall + 1
	// The parts differ in the amount and in the mark, which is longest in the
	// last. What is wrong with that must not show when the others are paid for.
	if err := c.checkAllocation(partOf(req, n, calls)); err != nil {
		return nil, err
	}
	out := &AllocateManyResponse{}
	for out.Calls < calls {
		part := partOf(req, n, out.Calls+1)
		res, err := c.AllocateEipAddresses(ctx, part)
		out.Calls++
		unknown := part
		if err == nil {
			out.EipIDs = append(out.EipIDs, res.EipIDSet...)
			if res.OrderNumber != "" {
				out.OrderNumbers = append(out.OrderNumbers, res.OrderNumber)
			}
			missing := part.Amount - len(res.EipIDSet)
			if missing <= 0 {
				continue
			}
			err = fmt.Errorf("the service gave %d IDs for an amount of %d (request %s)",
				len(res.EipIDSet), part.Amount, res.RequestID)
			unknown.Amount = missing
		} else if !eip.OutcomeUnknown(err) {
			unknown = nil
		}
		return nil, &AllocateManyError{
			EipIDs: out.EipIDs, OrderNumbers: out.OrderNumbers, Want: n, Unknown: unknown, Err: err,
		}
	}
	return out, nil
}

// partOf is the number-th request, counted from 1, of those for n addresses.
func partOf(req *AllocateEipAddressesRequest, n, number int) *AllocateEipAddressesRequest {
	part := *req
	part.Amount = min(n-(number-1)*maxIDsPerCall, maxIDsPerCall)
	if part.Mark != "" {
		part.Mark += "-" + strconv.Itoa(number)
	}
	return &part
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
// all that is left in one *[BatchError]; an error that is no refusal ends it, and
// so does a service that still throttles when the patience is over.
func (c *Client) TerminateMany(ctx context.Context, ids []string) error {
	ids = unique(ids)
	failure := &BatchError{Action: actionTerminate}
	var errs []error
	for i, id := range ids {
		_, err := c.TerminateEipAddress(ctx, &TerminateEipAddressRequest{EipID: id})
		// What a TransportError wraps does not make it a refusal.
		refused, ok := err.(*eip.Error) //nolint:errorlint // the client's own, not wrapped
		switch {
		case err == nil, ok && (refused.Is(CodeOperationDeniedEipRecycled) || refused.Is(eip.ErrNotFound)):
			failure.Done = append(failure.Done, id)
			continue
		case ok && !refused.Is(eip.ErrThrottled):
			failure.Left, errs = append(failure.Left, id), append(errs, fmt.Errorf("%s: %w", id, err))
			continue
		}
		failure.Left, errs = append(failure.Left, ids[i:]...), append(errs, fmt.Errorf("%s: %w", id, err))
		break
	}
	if len(failure.Left) == 0 {
		return nil
	}
	failure.Err = errors.Join(errs...)
	return failure
}
