package eip

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/eipkit/eip-go/internal/transport"
)

// maxAddedAtOnce is how many addresses one AddCommonBandwidthPackageIps takes.
const maxAddedAtOnce = 10

// membership brings addresses into one bandwidth package or out of all: look,
// change one package once, look again.
type membership struct {
	c           *Client
	op          string
	ids         []string // distinct
	target      string   // the package to be in, "" for none
	move, fresh bool
	bad         validator // what is wrong with the call

	poll   *transport.Poller
	places map[string]place // by address, at the last look
	last   *CommonBandwidthPackage
	busy   map[string]bool // packages that are being changed
	doubt  *TransportError // of the last look
	seen   map[string]bool // addresses that were there

	locked string // the package whose turn this is
	unlock func()

	sent     map[string]sentMember // by address: the last call that was accepted
	failures map[string]int

	again    error // of a change whose outcome is unknown
	againFor string
	unknowns int

	refusal      error // the last one, until a change is accepted
	refusedSince time.Time
	actions      int
}

// place is where an address is.
type place struct {
	pkg     string
	binding bool        // it is being added there
	address *EipAddress // nil if it is in the target, or not there
}

// there reports whether the address exists.
func (p place) there(target string) bool {
	return p.address != nil || p.binding || target != "" && p.pkg == target
}

// sentMember is an accepted change of one address.
type sentMember struct {
	at   time.Time
	left bool // it has shown meanwhile
}

func (s sentMember) shown() sentMember {
	s.left = true
	return s
}

// packageChange is what one package needs.
type packageChange struct {
	add, remove []string
	wait        bool // a change does not show yet
}

func (v *membership) run(ctx context.Context) error {
	if err := needContext(ctx, v.op); err != nil {
		return err
	}
	if len(v.bad.faults) > 0 {
		return &ValidationError{Action: v.op, Faults: v.bad.faults}
	}
	defer v.leave()
	v.poll = newPoller()
	for {
		if err := v.look(ctx); err != nil {
			return v.stopped(ctx, err)
		}
		if v.doubt == nil {
			todo, done, err := v.decide()
			if err != nil || done {
				return err
			}
			again, err := v.change(ctx, todo)
			if err != nil {
				return err
			}
			if again {
				continue
			}
		}
		if err := v.poll.Pause(ctx); err != nil {
			return v.stopped(ctx, err)
		}
	}
}

// look reads where the addresses are. After a look that proves nothing there is a
// doubt.
func (v *membership) look(ctx context.Context) error {
	v.doubt, v.busy = nil, map[string]bool{}
	places, outside := map[string]place{}, v.ids
	note := func(p *CommonBandwidthPackage) {
		if p.Status != "" && p.Status != BandwidthPackageStatusAvailable {
			v.busy[p.BandwidthPackageID] = true
		}
		for i := range p.PublicIPAddresses {
			m := &p.PublicIPAddresses[i]
			binding := m.Status != BandwidthPackageIPStatusBinded
			if binding {
				v.busy[p.BandwidthPackageID] = true
			}
			places[m.AllocationID] = place{pkg: p.BandwidthPackageID, binding: binding}
		}
	}
	if v.target != "" {
		p, doubt, err := v.c.lookAtPackage(ctx, v.target)
		switch {
		case err != nil:
			return err
		case doubt != nil:
			v.doubt = doubt
			return nil
		case p == nil:
			return &NotFoundError{What: whatPackage, IDs: []string{v.target}}
		}
		v.last = p
		note(p)
		outside = slices.DeleteFunc(slices.Clone(v.ids), func(id string) bool { return places[id].pkg != "" })
	} else {
		for p, err := range v.c.BandwidthPackages(ctx, nil) {
			if err != nil {
				return err
			}
			note(p)
		}
	}
	if len(outside) > 0 {
		found, doubts, err := v.c.look(ctx, outside)
		if err != nil {
			return err
		}
		for _, id := range outside {
			if v.doubt = doubts[id]; v.doubt != nil {
				return nil
			}
			a, at := found[id], places[id]
			if at.address = a; a != nil && at.pkg == "" {
				// In the target, but not by the look at that a moment before: what
				// changes will show at the next one.
				at.pkg, at.binding = a.BandwidthPackageID, v.target != "" && a.BandwidthPackageID == v.target
			}
			places[id] = at
		}
	}
	for _, id := range v.ids {
		v.seen[id] = v.seen[id] || places[id].there(v.target)
	}
	v.places = places
	return nil
}

// change changes the package whose turn it is, once. again says that the state is
// to be read again at once.
func (v *membership) change(ctx context.Context, todo map[string]*packageChange) (again bool, err error) {
	if v.locked != "" && todo[v.locked] == nil {
		v.leave()
	}
	if v.locked == "" {
		ready := slices.DeleteFunc(slices.Sorted(maps.Keys(todo)), func(id string) bool { return len(todo[id].remove) == 0 })
		switch {
		case len(ready) > 0: // take out before anything is added
			v.locked = ready[0]
		case v.target != "" && todo[v.target] != nil:
			v.locked = v.target
		default:
			return false, nil
		}
		id := v.locked
		if v.unlock, err = v.c.turns.Of(ctx, packageTurn(id)); err != nil {
			v.locked = ""
			return false, fmt.Errorf("eip: %s: waiting for another call on %s: %w", v.op, id, err)
		}
		return true, nil // what was seen may have changed meanwhile
	}
	what := todo[v.locked]
	switch {
	case v.busy[v.locked] || what.wait:
		return false, nil
	case len(what.remove) > 0:
		return v.send(ctx, false, what.remove[:1])
	case len(what.add) > 0:
		return v.send(ctx, true, what.add[:min(len(what.add), maxAddedAtOnce)])
	}
	return false, nil
}

func (v *membership) leave() {
	if v.unlock != nil {
		v.unlock()
	}
	v.locked, v.unlock = "", nil
}

// send makes one change of the package whose turn it is.
func (v *membership) send(ctx context.Context, add bool, ids []string) (again bool, err error) {
	if v.refusal != nil && time.Since(v.refusedSince) >= DefaultConflictPatience {
		return false, fmt.Errorf("%w (for %s now)", v.refusal, DefaultConflictPatience)
	}
	// Every address may have to be moved, and somebody else may interfere.
	if v.actions >= maxActions+2*len(v.ids) {
		return false, &StateError{AllocationID: v.locked, Reason: fmt.Sprintf(
			"%d changes have not brought it to where %s wants it; somebody else keeps changing it", v.actions, v.op)}
	}
	what := fmt.Sprint(add, v.locked, ids)
	if v.againFor != what {
		v.again, v.againFor, v.unknowns = nil, what, 0
	}
	settles := v.again
	v.again = nil
	err = v.call(ctx, add, ids, settles)
	refused := refusalOf(err, settles)
	switch {
	case err == nil:
		v.actions++
		v.refusal, v.unknowns, v.againFor = nil, 0, ""
		for _, id := range ids {
			v.sent[id] = sentMember{at: time.Now()}
		}
		v.poll.Reset()
		return false, nil
	case refused != nil && v.passing(refused):
		if v.refusal == nil {
			v.refusedSince = time.Now()
			again = true
		}
		v.refusal = refused
		return again, nil
	case refused != nil:
		return false, fmt.Errorf("eip: %s: %s of %s: %w", v.op, v.locked, shortList(ids), err)
	case OutcomeUnknown(err):
		if v.unknowns++; v.unknowns >= maxFailures || ctx.Err() != nil {
			return false, err
		}
		v.again = err
		return true, nil
	}
	return false, err
}

// passing reports whether a refusal may be about a state that changes.
func (v *membership) passing(refused error) bool {
	missing := errors.Is(refused, CodeInvalidIpInstanceIdNotFound) || errors.Is(refused, CodeInvalidInstanceIdNotFound)
	return errors.Is(refused, ErrConflict) || missing && v.fresh && inGrace(v.poll)
}

func (v *membership) call(ctx context.Context, add bool, ids []string, settles error) (err error) {
	switch {
	case !add:
		_, err = v.c.RemoveCommonBandwidthPackageIp(ctx, Again(&RemoveCommonBandwidthPackageIpRequest{
			BandwidthPackageID: v.locked, IPInstanceID: ids[0],
		}, settles))
	case len(ids) == 1:
		_, err = v.c.AddCommonBandwidthPackageIp(ctx, Again(&AddCommonBandwidthPackageIpRequest{
			BandwidthPackageID: v.locked, IPInstanceID: ids[0],
		}, settles))
	default:
		_, err = v.c.AddCommonBandwidthPackageIps(ctx, Again(&AddCommonBandwidthPackageIpsRequest{
			BandwidthPackageID: v.locked, IPInstanceIDs: ids,
		}, settles))
	}
	return err
}

// stopped is the error of a membership that cannot look any more.
func (v *membership) stopped(ctx context.Context, err error) error {
	e := &WaitError{Want: v.op, Last: map[string]*EipAddress{}, LastPackage: v.last, Err: withDoubt(err, v.doubt), ctxErr: ctx.Err()}
	for _, id := range v.ids {
		at, looked := v.places[id]
		if looked && at.there(v.target) && at.pkg == v.target && !at.binding {
			continue
		}
		e.IDs = append(e.IDs, id)
		if looked && (at.address != nil || !at.there(v.target)) {
			e.Last[id] = at.address
		}
	}
	for _, open := range []error{v.refusal, v.again} {
		if open != nil && !strings.Contains(err.Error(), open.Error()) {
			e.Err = errors.Join(e.Err, open)
		}
	}
	return e
}
