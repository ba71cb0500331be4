package zenlayer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/transport"
)

// newcomerGrace is how long a waiter believes that an address which it has not
// seen yet is still to appear, or that a binding is still to begin.
const newcomerGrace = 30 * time.Second

var (
	// ErrCreateFailed says that an address that was waited for is CREATE_FAILED.
	// Terminate it to have it paid back.
	ErrCreateFailed = errors.New("zenlayer: creation failed")
	// ErrUnexpectedStatus says that an address that was waited for is in a state
	// from which it does not come to the one that was waited for.
	ErrUnexpectedStatus = errors.New("zenlayer: unexpected status")
)

// WaitError says that a wait ended before all addresses were where they should
// be. It unwraps to the reason: [ErrCreateFailed], [ErrUnexpectedStatus],
// eip.ErrNotFound, the context's error, or that of a call. If the last look was
// answered with a list that contradicts itself, the *eip.TransportError that says
// so is joined with the reason.
type WaitError struct {
	// Want is what was waited for.
	Want string
	// Failed are the addresses that will not get there.
	Failed []string
	// Pending are the addresses that might still have got there.
	Pending []string
	// Last holds the last state seen of each address, by ID. An address that was
	// not found, or that no look has shown, is not in it.
	Last map[string]*EipAddress
	// Looks is how often the addresses were looked at.
	Looks int
	// Err is the reason.
	Err error
}

func (e *WaitError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "zenlayer: waiting for %s: %s", e.Want, strings.ReplaceAll(e.Err.Error(), "\n", "; "))
	for _, part := range []struct {
		name, missing string
		ids           []string
	}{{"failed", "not found", e.Failed}, {"pending", "not seen", e.Pending}} {
		if len(part.ids) == 0 {
			continue
		}
		b.WriteString("; " + part.name + ": ")
		for i, id := range part.ids {
			if i == 10 {
				fmt.Fprintf(&b, " and %d more", len(part.ids)-i)
				break
			}
			if i > 0 {
				b.WriteString(", ")
			}
			status := part.missing
			if a, ok := e.Last[id]; ok {
				status = string(a.EipStatus)
			}
			b.WriteString(id + " (" + status + ")")
		}
	}
	return b.String()
}

// Unwrap gives the reason.
func (e *WaitError) Unwrap() error { return e.Err }

// MarshalJSON writes the error's text for its reason.
func (e *WaitError) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Want            string
		Failed, Pending []string `json:",omitempty"`
		Last            map[string]*EipAddress
		Looks           int
		Err             string
	}{e.Want, e.Failed, e.Pending, e.Last, e.Looks, e.Err.Error()})
}

// wait is one kind of wait.
type wait struct {
	want string
	// there says that an address is where it should be.
	there func(*EipAddress) bool
	// never gives the reason why it will not get there, or nil.
	never func(*EipAddress) error
	// gone says that not being there is what is waited for; with newcomers an
	// address that was never there may still be to come.
	gone, newcomers bool
}

func unexpected(a *EipAddress) error {
	if a.EipStatus == EipStatusCreateFailed {
		return ErrCreateFailed
	}
	return ErrUnexpectedStatus
}

// WaitAvailable is [Client.WaitAllAvailable] for one address.
func (c *Client) WaitAvailable(ctx context.Context, id string) (*EipAddress, error) {
	got, err := c.WaitAllAvailable(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	return got[0], nil
}

// WaitAllAvailable waits until all addresses are AVAILABLE, after
// AllocateEipAddresses or UnAssociateEipAddress, and gives them in the order
// of ids. The context is its only deadline.
//
// It looks at once, and then after growing, random delays ([WithPollDelay]),
// at 100 addresses with one call. CREATE_FAILED (see [ErrCreateFailed]) and the
// states of the recycle bin end it at once, with a *[WaitError] that names the
// addresses. An address that has not been seen yet may be missing for 30
// seconds; one that disappears is eip.ErrNotFound. A look whose answer
// contradicts itself (see [Client.GetEip]) says nothing about an address that it
// does not show. An address that is ASSOCIATED is waited for until it is unbound.
func (c *Client) WaitAllAvailable(ctx context.Context, ids []string) ([]*EipAddress, error) {
	return c.wait(ctx, ids, wait{
		want:  string(EipStatusAvailable),
		there: func(a *EipAddress) bool { return a.EipStatus == EipStatusAvailable },
		never: func(a *EipAddress) error {
			switch a.EipStatus {
			case EipStatusCreateFailed, EipStatusRecycling, EipStatusRecycle, EipStatusReleasing:
				return unexpected(a)
			}
			return nil
		},
	})
}

// WaitAssociated waits until an address is ASSOCIATED with the instance, after
// AssociateEipAddress. An address that is AVAILABLE after it was seen
// ASSOCIATING, or for 30 seconds on end (the binding may have failed before the
// first look), or that is bound to another instance, ends it with
// [ErrUnexpectedStatus]. All else is as with [Client.WaitAllAvailable].
func (c *Client) WaitAssociated(ctx context.Context, id, instanceID string) (*EipAddress, error) {
	var (
		began bool
		idle  time.Time // since when it has been seen AVAILABLE
	)
	got, err := c.wait(ctx, []string{id}, wait{
		want:  string(EipStatusAssociated) + " with " + instanceID,
		there: func(a *EipAddress) bool { return a.EipStatus == EipStatusAssociated && a.InstanceID == instanceID },
		never: func(a *EipAddress) error {
			if a.EipStatus != EipStatusAvailable {
				idle = time.Time{}
			} else if idle.IsZero() {
				idle = time.Now()
			}
			switch a.EipStatus {
			case EipStatusAssociating:
				began = true
				return nil
			case EipStatusAvailable:
				if !began && time.Since(idle) <= newcomerGrace {
					return nil
				}
			case EipStatusCreating, EipStatusUnassociating:
				return nil
			}
			return unexpected(a)
		},
	})
	if err != nil {
		return nil, err
	}
	return got[0], nil
}

// WaitAllRecycled waits until all addresses are in the recycle bin (RECYCLE),
// after TerminateEipAddress. Addresses that are gone count as well. All else is
// as with [Client.WaitAllAvailable].
func (c *Client) WaitAllRecycled(ctx context.Context, ids []string) error {
	_, err := c.wait(ctx, ids, wait{
		want: string(EipStatusRecycle), gone: true,
		there: func(a *EipAddress) bool { return a.EipStatus == EipStatusRecycle || a.EipStatus == EipStatusReleasing },
		never: func(*EipAddress) error { return nil },
	})
	return err
}

// WaitAllGone waits until no address is listed any more, after
// ReleaseEipAddresses. One that is too new to be listed passes for gone. All else is as with [Client.WaitAllAvailable].
func (c *Client) WaitAllGone(ctx context.Context, ids []string) error {
	_, err := c.wait(ctx, ids, wait{
		want: "gone", gone: true,
		there: func(*EipAddress) bool { return false },
		never: func(*EipAddress) error { return nil },
	})
	return err
}

// wait looks at the addresses until each of them is there, or one of them
// never will be.
func (c *Client) wait(ctx context.Context, ids []string, w wait) ([]*EipAddress, error) {
	ids = unique(ids)
	v := validator{}
	v.noneEmpty("ids", ids)
	if err := v.err("Wait"); err != nil {
		return nil, err
	}
	failure := &WaitError{Want: w.want, Last: make(map[string]*EipAddress, len(ids))}
	p := c.newPoller()
	pending := ids
	var doubt *eip.TransportError // of the last look, about one of those that are pending
	for n := 0; len(pending) > 0; n++ {
		if n > 0 {
			if err := p.Pause(ctx); err != nil {
				failure.Pending, failure.Err = pending, withDoubt(err, doubt)
				return nil, failure
			}
		}
		found, doubts, err := c.look(ctx, pending)
		failure.Looks++
		if err != nil {
			failure.Pending, failure.Err = pending, withDoubt(err, doubt)
			return nil, failure
		}
		doubt = nil
		var left []string
		for _, id := range pending {
			a, ok := found[id]
			_, before := failure.Last[id]
			switch {
			case ok:
				failure.Last[id] = a
				if w.there(a) {
					continue
				}
				if err := w.never(a); err != nil {
					failure.Failed, failure.Err = append(failure.Failed, id), err
					continue
				}
			case doubts[id] != nil: // the look says nothing about it
				doubt = doubts[id]
			case w.gone && w.newcomers && !before && p.Age() <= newcomerGrace:
				// It may be too new to be listed.
			case w.gone:
				delete(failure.Last, id)
				continue
			case before || p.Age() > newcomerGrace:
				delete(failure.Last, id)
				failure.Failed, failure.Err = append(failure.Failed, id), eip.ErrNotFound
				continue
			}
			left = append(left, id)
		}
		pending = left
		if len(failure.Failed) > 0 {
			failure.Pending = pending
			return nil, failure
		}
	}
	out := make([]*EipAddress, 0, len(ids))
	for _, id := range ids {
		if a, ok := failure.Last[id]; ok {
			out = append(out, a)
		}
	}
	return out, nil
}

func (c *Client) newPoller() *transport.Poller { return transport.NewPoller(c.pollMin, c.pollMax) }

// withDoubt is the reason why a wait ended, with what its last look left open.
func withDoubt(err error, doubt *eip.TransportError) error {
	if doubt == nil {
		return err
	}
	return errors.Join(err, doubt)
}
