package eip

import (
	"context"
	"slices"
	"time"

	"github.com/eipkit/eip-go/internal/transport"
)

// How the waiters and the helpers pace themselves.
const (
	// pollMin and pollMax bound the delays between two looks at the state.
	pollMin = 250 * time.Millisecond
	pollMax = 10 * time.Second
	// DefaultVisibilityGrace is how long an address that was allocated a moment
	// ago may be missing from answers before it is taken for gone. The Terraform
	// provider of this cloud tolerates about as much.
	DefaultVisibilityGrace = 60 * time.Second
)

// goal is what a wait is for.
type goal struct {
	want string
	// done says whether the address is there. a is nil if it is missing.
	done func(a *EipAddress) bool
	// hopeless says why the wanted state cannot come any more, or "". before is
	// the address at the previous look, nil at the first one.
	hopeless func(before, a *EipAddress) string
	// fresh tolerates a missing address for the grace window, because it may
	// have been made a moment ago.
	fresh bool
}

func newPoller() *transport.Poller { return transport.NewPoller(pollMin, pollMax) }

// inGrace reports whether a thing that was missing since the wait began may still
// turn up.
func inGrace(p *transport.Poller) bool { return p.Age() < DefaultVisibilityGrace }

// await looks at the addresses until all of them have reached the goal. It
// gives what it saw last of each; on an error too.
func (c *Client) await(ctx context.Context, ids []string, g goal) (map[string]*EipAddress, error) {
	if err := needContext(ctx, "waiting for "+g.want); err != nil {
		return nil, err
	}
	last := make(map[string]*EipAddress, len(ids))
	pending := slices.Clone(ids)
	p := newPoller()
	var doubt *TransportError // of the last look, about one of those that are pending
	for {
		fail := func(err error) (map[string]*EipAddress, error) {
			return last, &WaitError{
				Want: g.want, IDs: pending, Last: pick(last, pending), Err: withDoubt(err, doubt), ctxErr: ctx.Err(),
			}
		}
		now, doubts, err := c.look(ctx, pending)
		if err != nil {
			return fail(err)
		}
		doubt = nil
		var next, missing []string
		for _, id := range pending {
			if doubts[id] != nil { // the look says nothing about it
				doubt, next = doubts[id], append(next, id)
				continue
			}
			a, before := now[id], last[id]
			last[id] = a
			if g.done(a) {
				continue
			}
			next = append(next, id)
			switch {
			case a == nil && (before != nil || !g.fresh || !inGrace(p)):
				missing = append(missing, id)
			case a != nil && g.hopeless != nil && err == nil:
				if why := g.hopeless(before, a); why != "" {
					err = stateError(a, why)
				}
			}
		}
		pending = next
		switch {
		case err != nil:
			return fail(err)
		case len(missing) > 0:
			return fail(&NotFoundError{What: whatAddress, IDs: missing})
		case len(pending) == 0:
			return last, nil
		}
		if err := p.Pause(ctx); err != nil {
			return fail(err)
		}
	}
}

// pick gives the entries of some IDs.
func pick(m map[string]*EipAddress, ids []string) map[string]*EipAddress {
	out := make(map[string]*EipAddress, len(ids))
	for _, id := range ids {
		if a, looked := m[id]; looked {
			out[id] = a
		}
	}
	return out
}

// awaitOne is await for one address.
func (c *Client) awaitOne(ctx context.Context, id string, g goal) (*EipAddress, error) {
	last, err := c.await(ctx, []string{id}, g)
	if err != nil {
		return nil, err
	}
	return last[id], nil
}

// The goals.
var (
	goalVisible = goal{want: "an address to be visible", fresh: true,
		done: func(a *EipAddress) bool { return a != nil }}
	goalAvailable = goal{want: "Available", fresh: true,
		done:     func(a *EipAddress) bool { return a != nil && a.Status == StatusAvailable },
		hopeless: fallsBack(StatusUnassociating, StatusInUse, "unbinding it has failed", true)}
	goalUnbound = goal{want: "an unbound address", done: unbound,
		hopeless: fallsBack(StatusUnassociating, StatusInUse, "unbinding it has failed", true)}
	goalGone = goal{want: "an address to be gone",
		done:     func(a *EipAddress) bool { return a == nil },
		hopeless: fallsBack(StatusReleasing, StatusAvailable, "releasing it has failed", false)}
)

func unbound(a *EipAddress) bool {
	return a != nil && a.Status == StatusAvailable && a.InstanceID == ""
}

// fallsBack recognises a transition that ended where it had begun.
func fallsBack(through, back Status, why string, releasingToo bool) func(before, a *EipAddress) string {
	return func(before, a *EipAddress) string {
		switch {
		case before != nil && before.Status == through && a.Status == back:
			return why
		case releasingToo && a.Status == StatusReleasing:
			return "it is being released"
		}
		return ""
	}
}

// goalInUse wants the address on one instance, or on any if instanceID is "".
func goalInUse(instanceID string) goal {
	want := "InUse"
	if instanceID != "" {
		want += " with " + instanceID
	}
	return goal{
		want: want,
		done: func(a *EipAddress) bool {
			return a != nil && a.Status == StatusInUse && (instanceID == "" || a.InstanceID == instanceID)
		},
		hopeless: func(before, a *EipAddress) string {
			if a.Status == StatusInUse {
				return "it is bound to another instance"
			}
			return fallsBack(StatusAssociating, StatusAvailable, "binding it has failed", true)(before, a)
		},
	}
}

// WaitVisible waits until a new address appears in DescribeEipAddresses.
//
// All waiters of addresses are alike. API: DescribeEipAddresses, once for each
// 50 addresses that are pending, at once and then after delays that grow from
// 250 ms to 10 s, each at random, so that many waiters spread out. They change
// nothing, and can be begun again after a crash. The context is their only
// deadline, and a delay that would outlive it is not begun. They return the
// address as it was last seen, or a *[WaitError] that holds the last state. An
// address that is missing ends the wait, as does a state that cannot lead to the
// wanted one; only WaitVisible and WaitAvailable, which are called after an
// allocation, give an address that was not seen yet [DefaultVisibilityGrace] to
// appear. A look whose answer contradicts itself (see [Client.GetEip]) says
// nothing about an address that it does not show; the waiters look again until
// the context ends.
func (c *Client) WaitVisible(ctx context.Context, id string) (*EipAddress, error) {
	return c.awaitOne(ctx, id, goalVisible)
}

// WaitAvailable waits until an address is Available: after it was allocated or
// unbound. See [Client.WaitVisible] for what the waiters have in common.
func (c *Client) WaitAvailable(ctx context.Context, id string) (*EipAddress, error) {
	return c.awaitOne(ctx, id, goalAvailable)
}

// WaitInUse waits until an address is bound to an instance; to any, if
// instanceID is "". An address that is bound to another one, or falls back from
// Associating to Available, ends the wait. See [Client.WaitVisible].
func (c *Client) WaitInUse(ctx context.Context, id, instanceID string) (*EipAddress, error) {
	return c.awaitOne(ctx, id, goalInUse(instanceID))
}

// WaitUnbound waits until an address is bound to nothing. See
// [Client.WaitVisible].
func (c *Client) WaitUnbound(ctx context.Context, id string) (*EipAddress, error) {
	return c.awaitOne(ctx, id, goalUnbound)
}

// WaitGone waits until an address is no longer listed: after it was released.
// An address that falls back from Releasing to Available ends the wait. One
// that was allocated a moment ago and is not visible yet counts as gone. See
// [Client.WaitVisible].
func (c *Client) WaitGone(ctx context.Context, id string) error {
	_, err := c.awaitOne(ctx, id, goalGone)
	return err
}

// WaitAllAvailable waits until all of the addresses are Available, looking at
// 50 of them with one call: the 256 addresses of a segment take 6 calls each
// time. The result is in the order of the IDs, each once. See
// [Client.WaitVisible].
func (c *Client) WaitAllAvailable(ctx context.Context, ids []string) ([]*EipAddress, error) {
	return c.awaitAll(ctx, ids, goalAvailable)
}

// WaitAllGone is [Client.WaitGone] for many addresses together, as
// [Client.WaitAllAvailable].
func (c *Client) WaitAllGone(ctx context.Context, ids []string) error {
	_, err := c.awaitAll(ctx, ids, goalGone)
	return err
}

func (c *Client) awaitAll(ctx context.Context, ids []string, g goal) ([]*EipAddress, error) {
	ids = distinctIDs(ids)
	last, err := c.await(ctx, ids, g)
	if err != nil {
		return nil, err
	}
	list := make([]*EipAddress, 0, len(ids))
	for _, id := range ids {
		if last[id] != nil {
			list = append(list, last[id])
		}
	}
	return list, nil
}

func distinctIDs(ids []string) []string {
	out := make([]string, 0, len(ids))
	seen := make(map[string]struct{}, len(ids))
	for _, id := range ids {
		if _, twice := seen[id]; !twice {
			seen[id] = struct{}{}
			out = append(out, id)
		}
	}
	return out
}
