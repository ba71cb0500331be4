package eip

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/eipkit/eip-go/internal/transport"
)

// convergence brings one address to a state: look, do one thing, look again.
type convergence struct {
	c  *Client
	op string
	id string
	to Instance

	bad validator // what is wrong with the call

	move, unbind, force, fresh bool
	patient, lift, leave       bool      // WaitForOwner, LiftProtection, LeavePackage
	onlyFrom                   *Instance // if set, a release unbinds from here alone

	poll *transport.Poller
	seen bool // the address was there
	// graceOver says that others have waited for the address already; denied
	// that it was never seen, and that the service does not know what to release.
	graceOver, denied bool
	last              *EipAddress
	owner             *StateError     // who or what holds it, if the last look is why this waits
	looked            bool            // a look has shown whether it is there
	doubt             *TransportError // of the last look, if that did not

	turn    string // the bandwidth package that it is leaving, whose turn this has
	endTurn func()

	actions  int
	bound    bool // an AssociateEipAddress was sent that may have worked
	accepted *accepted
	failures int // accepted actions that did not lead anywhere

	again        error  // of an action whose outcome is unknown: the next one settles it
	unsettled    error  // that error, kept when a refusal has come since
	unsettledFor string // that action, with the state that it was for
	unknowns     int

	refusal      error     // the last one, until the state changes
	refusals     int       // in a row, whatever the state
	refusedSince time.Time // the first of them
	refusedIn    string    // the situation in which it came
	waited       bool      // a pause and a look have passed since then
}

// accepted is the last action that the service accepted.
type accepted struct {
	plan plan
	at   time.Time
	left bool // the address has left the state in which the action was sent
}

// run is the loop. decide is asked at each look, with nil for an address that
// is missing. It is not asked after a look that proves nothing.
func (v *convergence) run(ctx context.Context, decide func(*EipAddress) (plan, error)) (*EipAddress, error) {
	v.poll = newPoller()
	defer v.leaveTurn()
	for {
		found, doubts, err := v.c.look(ctx, []string{v.id})
		if err != nil {
			return nil, v.stopped(ctx, err)
		}
		if v.doubt = doubts[v.id]; v.doubt != nil {
			if err := v.poll.Pause(ctx); err != nil {
				return nil, v.stopped(ctx, err)
			}
			continue
		}
		a := found[v.id]
		v.last, v.seen, v.looked, v.owner = a, v.seen || a != nil, true, nil
		p, err := decide(a)
		if err != nil {
			return nil, err
		}
		if p == planDone {
			return a, nil
		}
		if again, err := v.takeTurn(ctx, a, p); err != nil {
			return nil, err
		} else if again {
			continue
		}
		if p != planWait {
			if p, err = v.reconsider(ctx, a, p); err != nil {
				return nil, err
			}
		} else if v.accepted != nil {
			v.accepted.left = true
		}
		if p != planWait {
			if err := v.act(ctx, a, p); err != nil {
				return nil, err
			}
			if v.refusal == nil && v.again == nil {
				v.poll.Reset()
			}
			if v.accepted == nil && (v.again != nil || v.refusals < 2) {
				continue // refused once, or unknown: look at once
			}
			v.waited = v.accepted == nil
		}
		if err := v.poll.Pause(ctx); err != nil {
			return nil, v.stopped(ctx, err)
		}
	}
}

// stopped is the error of a convergence that cannot look any more. An outcome
// that is unknown is told with it.
func (v *convergence) stopped(ctx context.Context, err error) error {
	e := &WaitError{
		Want: v.op, IDs: []string{v.id}, Last: map[string]*EipAddress{}, Err: withDoubt(err, v.doubt), ctxErr: ctx.Err(),
	}
	if v.looked {
		e.Last[v.id] = v.last
	}
	if v.refusal != nil {
		e.Err = errors.Join(e.Err, v.refusal)
	}
	if v.owner != nil {
		e.Err = errors.Join(e.Err, v.owner)
	}
	return e
}

// reconsider thinks again before an action is sent: the last one may not show
// yet, or may have been refused for a reason that has not gone.
func (v *convergence) reconsider(ctx context.Context, a *EipAddress, p plan) (plan, error) {
	if acc := v.accepted; acc != nil && acc.plan == p {
		if !acc.left && time.Since(acc.at) < settleTime {
			return planWait, nil // the state lags behind
		}
		v.accepted = nil
		if v.failures++; v.failures >= maxFailures {
			return 0, stateError(a, fmt.Sprintf("%s was accepted %d times and led nowhere", p.action(), v.failures))
		}
	}
	v.accepted = nil
	if v.actions >= maxActions {
		return 0, stateError(a, fmt.Sprintf("%d actions have not brought it to where %s wants it; somebody else keeps changing it",
			v.actions, v.op))
	}
	if v.refusal == nil || v.again != nil {
		return p, nil
	}
	// Somebody else may change the state so often that each refusal is the first
	// one in its state.
	if time.Since(v.refusedSince) >= DefaultConflictPatience {
		return 0, fmt.Errorf("%w (for %s now)", v.refusal, DefaultConflictPatience)
	}
	if v.refusedIn != situation(a) {
		v.refusal = nil
		return p, nil
	}
	// The same state, and the service has just refused this very thing.
	if !errors.Is(v.refusal, ErrConflict) && !errors.Is(v.refusal, CodeInvalidAllocationIdNotFound) &&
		!errors.Is(v.refusal, CodeInvalidBandwidthPackageIdNotFound) {
		return 0, v.refusal
	}
	if p == planAssociate && (!v.waited || v.refusals > 1) {
		if err := v.occupied(ctx, a); err != nil {
			return 0, err
		}
	}
	if p == planRelease && a != nil && (!v.waited || v.refusals > 1) {
		if wait, err := v.joining(ctx, a); err != nil || wait {
			return planWait, err
		}
	}
	if v.waited {
		v.waited = false
		return p, nil
	}
	v.waited = true
	return planWait, nil
}

// occupied says why an instance cannot take the address, if another address
// that stays there is the reason. That none is seen proves nothing, so one look
// is enough.
func (v *convergence) occupied(ctx context.Context, a *EipAddress) error {
	if k := v.to.kind(); k == InstanceTypeNat || k == InstanceTypeNetworkInterface {
		return nil // they can have several
	}
	others, _, err := v.c.collectOnce(ctx, onInstance(v.to))
	if err != nil {
		return v.stopped(ctx, err)
	}
	for _, o := range others {
		if o.AllocationID != a.AllocationID && o.Status == StatusInUse {
			e := stateError(a, v.to.ID+" has another address already: "+o.AllocationID+" ("+o.IPAddress+")")
			e.Code = CodeInvalidAssociationDuplicated
			return e
		}
	}
	return nil
}

// act sends one action. Its error ends the convergence; a refusal or an
// unknown outcome is kept for the next look instead.
func (v *convergence) act(ctx context.Context, a *EipAddress, p plan) error {
	what := p.action() + " " + stateOf(a)
	if a != nil {
		what += " " + string(a.InstanceType) + " " + a.BandwidthPackageID
	}
	if v.unsettledFor != what {
		v.again, v.unsettled, v.unknowns = nil, nil, 0
	}
	again := v.again
	v.again, v.unsettledFor = nil, what
	err := v.send(ctx, a, p, again)
	if OutcomeUnknown(err) {
		v.unsettled = err
		v.bound = v.bound || p == planAssociate
	}
	refused := refusalOf(err, again)
	switch {
	case err == nil:
		v.actions++
		v.accepted = &accepted{plan: p, at: time.Now()}
		v.refusal, v.refusals, v.unknowns, v.unsettled = nil, 0, 0, nil
		v.bound = v.bound || p == planAssociate
		return nil
	case refused != nil:
		if v.refusals == 0 {
			v.refusedSince = time.Now()
		}
		v.refusals++
		v.refusal, v.refusedIn, v.waited = refused, situation(a), false
		if v.unsettled != nil {
			v.refusal = fmt.Errorf("%w; %w", refused, v.unsettled)
		}
		return nil
	case OutcomeUnknown(err):
		if v.unknowns++; v.unknowns >= maxFailures || ctx.Err() != nil {
			return err
		}
		v.again, v.refusal = err, err
		return nil
	}
	return err
}

// refusalOf is the refusal that an action met, if it met one. A conflict that a
// repeat meets is one as well, although the outcome of the action stays unknown:
// the next look says what there is to do, and what is then done is a call of its
// own.
func refusalOf(err, again error) error {
	var refused *Error
	var open *TransportError
	switch {
	case !OutcomeUnknown(err) && errors.As(err, &refused):
		return err
	case again != nil && errors.As(err, &open) && open.Last != nil && errors.Is(open.Last, ErrConflict) &&
		open.Last.Code != CodeLastTokenProcessing && open.Last.Code != CodeOperationFailedLastTokenProcessing:
		return open.Last
	}
	return nil
}

func (v *convergence) send(ctx context.Context, a *EipAddress, p plan, again error) (err error) {
	switch p {
	case planAssociate:
		_, err = v.c.AssociateEipAddress(ctx, Again(&AssociateEipAddressRequest{
			AllocationID: v.id, InstanceID: v.to.ID, InstanceType: v.to.Type, Mode: v.to.Mode,
			PrivateIPAddress: v.to.PrivateIPAddress, VPCID: v.to.VPCID,
		}, again))
	case planUnassociate:
		_, err = v.c.UnassociateEipAddress(ctx, Again(&UnassociateEipAddressRequest{
			AllocationID: v.id, InstanceID: a.InstanceID, InstanceType: a.InstanceType, Force: v.force,
		}, again))
	case planRelease:
		_, err = v.c.ReleaseEipAddress(ctx, &ReleaseEipAddressRequest{AllocationID: v.id})
	case planLeave:
		_, err = v.c.RemoveCommonBandwidthPackageIp(ctx, Again(&RemoveCommonBandwidthPackageIpRequest{
			BandwidthPackageID: a.BandwidthPackageID, IPInstanceID: v.id,
		}, again))
	case planProtect, planUnprotect:
		_, err = v.c.DeletionProtection(ctx, Again(&DeletionProtectionRequest{
			Type: ProtectedTypeEIP, InstanceID: v.id, ProtectionEnable: Ptr(p == planProtect),
		}, again))
	}
	return err
}

// situation is the state of an address as far as an action may be refused for it.
func situation(a *EipAddress) string {
	s := stateOf(a)
	if a != nil && a.DeletionProtection {
		s += ", protected"
	}
	if a != nil && a.BandwidthPackageID != "" {
		s += ", in " + a.BandwidthPackageID
	}
	return s
}

func (p plan) action() string {
	switch p {
	case planAssociate:
		return "AssociateEipAddress"
	case planUnassociate:
		return "UnassociateEipAddress"
	case planRelease:
		return "ReleaseEipAddress"
	case planLeave:
		return "RemoveCommonBandwidthPackageIp"
	case planProtect, planUnprotect:
		return "DeletionProtection"
	}
	return ""
}

// plan is what follows from a look at the state.
type plan uint8

const (
	planDone plan = iota
	planWait
	planAssociate
	planUnassociate
	planRelease
	planProtect
	planUnprotect
	planLeave
)
