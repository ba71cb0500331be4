package zenlayer

import (
	"context"
	"errors"

	eip "github.com/eipkit/eip-go"
)

// EnsureReleased is [Client.EnsureAllReleased] for one address.
func (c *Client) EnsureReleased(ctx context.Context, id string) error {
	return c.EnsureAllReleased(ctx, []string{id})
}

// EnsureAllReleased gives addresses back for good, whatever state they are in: it
// waits until those that are CREATING, ASSOCIATING or UNASSOCIATING have
// settled, terminates what is alive (which unbinds it), waits for the recycle
// bin, releases, and waits until nothing is listed. Addresses that are gone are
// passed over, so that it can be called again after a failure or a crash. Since
// an address may be too new to be listed, one that is not there from the first
// look on counts as gone after 30 seconds only.
//
// A *[BatchError] holds the IDs that still exist or may do so, as far as is
// known. A
// subscription cannot be terminated: its ID is in the error, with
// CodeOperationDeniedEipSubscription.
func (c *Client) EnsureAllReleased(ctx context.Context, ids []string) error {
	ids = unique(ids)
	v := validator{}
	v.noneEmpty("ids", ids)
	if err := v.err("EnsureAllReleased"); err != nil {
		return err
	}
	doubtful := map[string]bool{} // not seen, and not yet to be taken for gone
	fail := func(err error) error {
		out := &BatchError{Action: "EnsureAllReleased", Left: ids, Err: err}
		if found, look := c.lookUp(ctx, ids); look == nil {
			out.Left = nil
			for _, id := range ids {
				if _, ok := found[id]; ok || doubtful[id] {
					out.Left = append(out.Left, id)
				} else {
					out.Done = append(out.Done, id)
				}
			}
		}
		return out
	}
	_, err := c.wait(ctx, ids, wait{
		want: "a state that ends nothing by itself", gone: true, newcomers: true,
		there: func(a *EipAddress) bool {
			return !a.EipStatus.Pending() || a.EipStatus == EipStatusRecycling || a.EipStatus == EipStatusReleasing
		},
		never: func(*EipAddress) error { return nil },
	})
	if err != nil {
		var waited *WaitError
		if errors.As(err, &waited) {
			for _, id := range waited.Pending {
				doubtful[id] = waited.Last[id] == nil
			}
		}
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
