package eip

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"
)

// ReleaseIdleOptions are the options of [Client.ReleaseIdle].
type ReleaseIdleOptions struct {
	// DryRun checks every address and releases none.
	DryRun bool
	// WaitForOwner waits until a network load balancer, or the cloud service that
	// manages the address, has let an address go that it holds by now, as long as
	// the context allows; the addresses after it wait as well. A dry run does not
	// wait. Default: such an address is kept.
	WaitForOwner bool
	// LiftProtection takes the deletion protection that an address has by now
	// away, right before it is released (DeletionProtection). An address that is
	// then not released has lost its protection. Default: such an address is kept.
	LiftProtection bool
	// LeavePackage takes an address that is in a bandwidth package by now, or is
	// just being added to one, out of it before it is released
	// (RemoveCommonBandwidthPackageIp). An address that is then not released is
	// metered by itself again. Default: such an address is kept.
	LeavePackage bool
}

// IdleOutcome says what became of an address of a report.
type IdleOutcome string

// The outcomes of ReleaseIdle.
const (
	// IdleReleased: the service has taken it back, or is doing so.
	IdleReleased IdleOutcome = "released"
	// IdleWouldRelease: it is still idle; a dry run releases nothing.
	IdleWouldRelease IdleOutcome = "would be released"
	// IdleKept: it is no longer idle, for IdleResult.Reason.
	IdleKept IdleOutcome = "kept"
	// IdleFailed: it could not be checked, its protection could not be taken away,
	// it could not be taken out of its bandwidth package, or the service refused to release it although it is idle. It is still there.
	// See IdleResult.Err.
	IdleFailed IdleOutcome = "failed"
	// IdleUnknown: it may have been released or not: the service did not answer, or
	// the answer was not its own. See IdleResult.Err. Handing in the same report
	// again settles it.
	IdleUnknown IdleOutcome = "unknown"
	// IdleNotTried: the context ended first.
	IdleNotTried IdleOutcome = "not tried"
)

// IdleResult is what became of one address of a report.
type IdleResult struct {
	AllocationID string
	IPAddress    string
	Outcome      IdleOutcome
	// Reason is why an address was kept, for IdleKept.
	Reason KeepReason
	// Err is the error for IdleFailed, IdleUnknown and IdleNotTried. For IdleKept
	// it is the service's refusal, if the address changed between the check and
	// the release; a *[StateError] that says so, or names the holder or the
	// package, if the address has deletion protection, is held by a network load
	// balancer or a cloud service, or is in a bandwidth package; and nil otherwise.
	// For an address that is just being added to a package it is both.
	Err error
}

// ReleaseIdleError says that not every address of a report came to a clear end.
// It unwraps to the errors of those that did not.
type ReleaseIdleError struct {
	// Failed, Unknown and NotTried are the results with these outcomes.
	Failed, Unknown, NotTried []IdleResult
}

// Error counts, and names what may have happened.
func (e *ReleaseIdleError) Error() string {
	var parts []string
	for _, p := range []struct {
		list []IdleResult
		what string
	}{{e.Unknown, "with unknown outcome"}, {e.Failed, "failed"}, {e.NotTried, "not tried"}} {
		if len(p.list) == 0 {
			continue
		}
		ids := make([]string, len(p.list))
		for i, r := range p.list {
			ids[i] = r.AllocationID
		}
		parts = append(parts, fmt.Sprintf("%d %s (%s): %s", len(ids), p.what, shortList(ids), oneLine(p.list[0].Err)))
	}
	return "eip: ReleaseIdle: " + strings.Join(parts, "; ")
}

// Unwrap gives the error of every address that came to no clear end.
func (e *ReleaseIdleError) Unwrap() []error {
	var out []error
	for _, list := range [][]IdleResult{e.Failed, e.Unknown, e.NotTried} {
		for _, r := range list {
			out = append(out, r.Err)
		}
	}
	return out
}

// OutcomeUnknown says whether some address may have been released or not.
func (e *ReleaseIdleError) OutcomeUnknown() bool { return len(e.Unknown) > 0 }

// ReleaseIdle releases the idle addresses of a report, however old it is, one
// after another. Each is read again right before it goes, and is kept if it is
// no longer idle by the report's own query, if its tags, its resource group, its
// IP address or its time of allocation are not those of the report, or if it is
// gone. What is not in report.Idle is not touched. An address that was bound
// and unbound again since the report is idle.
//
// API: DescribeEipAddresses and ReleaseEipAddress, once each for each address,
// and DescribeEipAddresses once more where the release is refused, and
// DescribeCommonBandwidthPackages if that does not explain it; what the
// options add comes on top. Packages themselves are not touched. Between the
// check and the release, the service's own rules hold: it refuses to release
// what is bound or protected. It does not refuse what was tagged in that moment.
// Other calls of this client's helpers on the same address wait meanwhile.
//
// There is one result for each address of report.Idle, in that order, also when
// there is an error. The error is a [*ReleaseIdleError] unless every address was
// released or kept. A repeat with the same report is safe: what was released is
// then gone. A release goes on after the call; [Client.WaitAllGone] waits for it.
func (c *Client) ReleaseIdle(ctx context.Context, report *IdleReport, opts ReleaseIdleOptions) ([]IdleResult, error) {
	if err := c.checkReport(ctx, report); err != nil {
		return nil, err
	}
	results := make([]IdleResult, len(report.Idle))
	failed := new(ReleaseIdleError)
	for i, idle := range report.Idle {
		r := c.releaseIdle(ctx, report.Query, idle.Address, opts)
		r.AllocationID, r.IPAddress = idle.Address.AllocationID, idle.Address.IPAddress
		results[i] = r
		switch r.Outcome {
		case IdleFailed:
			failed.Failed = append(failed.Failed, r)
		case IdleUnknown:
			failed.Unknown = append(failed.Unknown, r)
		case IdleNotTried:
			failed.NotTried = append(failed.NotTried, r)
		}
	}
	if len(failed.Unwrap()) > 0 {
		return results, failed
	}
	return results, nil
}

// checkReport wants a report of this region, whole enough to compare with.
func (c *Client) checkReport(ctx context.Context, report *IdleReport) error {
	if ctx == nil {
		return errors.New("eip: ReleaseIdle: the context is nil")
	}
	var v validator
	if report == nil {
		v.fault("report", "", "must not be nil")
		return &ValidationError{Action: "ReleaseIdle", Faults: v.faults}
	}
	if report.RegionID != c.regionID {
		v.fault("RegionID", shorten(report.RegionID), "must be the client's region ("+c.regionID+")")
	}
	for i, idle := range report.Idle {
		field := fmt.Sprintf("Idle[%d].Address.", i)
		v.listed(field+"AllocationID", idle.Address.AllocationID)
		v.required(field+"IPAddress", idle.Address.IPAddress)
		if idle.Address.AllocationTime.IsZero() {
			v.fault(field+"AllocationTime", "", "is required")
		}
	}
	if len(v.faults) > 0 {
		return &ValidationError{Action: "ReleaseIdle", Faults: v.faults}
	}
	return report.Query.check("ReleaseIdle")
}

// releaseIdle checks one address and releases it.
func (c *Client) releaseIdle(ctx context.Context, q IdleQuery, then EipAddress, opts ReleaseIdleOptions) IdleResult {
	if err := context.Cause(ctx); err != nil {
		return IdleResult{Outcome: IdleNotTried, Err: err}
	}
	unlock, err := c.turns.Of(ctx, then.AllocationID)
	if err != nil {
		return IdleResult{Outcome: IdleNotTried, Err: err}
	}
	defer unlock()
	if r := c.readyIdle(ctx, q, then, opts); r.Outcome != IdleWouldRelease || opts.DryRun {
		return r
	}
	release := func() error {
		_, err := c.ReleaseEipAddress(ctx, &ReleaseEipAddressRequest{AllocationID: then.AllocationID})
		return err
	}
	err = release()
	var refused *Error
	if !OutcomeUnknown(err) && errors.As(err, &refused) {
		// Perhaps for what has happened since the check, or does not show there.
		reason, now, again := c.stillIdle(ctx, q, then, ReleaseIdleOptions{})
		if again == nil && reason != "" {
			return IdleResult{Outcome: IdleKept, Reason: reason, Err: err}
		}
		if again == nil && errors.Is(err, ErrConflict) {
			in, unseen := c.packageOf(ctx, then.AllocationID)
			switch {
			case unseen != nil || in == nil: // the refusal stands alone
			case !opts.LeavePackage:
				return IdleResult{Outcome: IdleKept, Reason: KeepInBandwidthPackage, Err: errors.Join(err, memberError(now, in))}
			default:
				if left := c.leavePackages(ctx, "ReleaseIdle", then.AllocationID); left != nil {
					return notReady(ctx, left)
				}
				if r := c.readyIdle(ctx, q, then, opts); r.Outcome != IdleWouldRelease {
					return r
				}
				err = release()
			}
		}
	}
	switch {
	case err == nil:
		return IdleResult{Outcome: IdleReleased}
	case ctx.Err() != nil && !OutcomeUnknown(err) && !errors.As(err, &refused):
		return IdleResult{Outcome: IdleNotTried, Err: err} // it was never sent
	case OutcomeUnknown(err):
		return IdleResult{Outcome: IdleUnknown, Err: err}
	}
	return IdleResult{Outcome: IdleFailed, Err: err}
}

// readyIdle checks one address and makes it ready for its release, which the
// outcome then says: IdleWouldRelease. A dry run checks alone.
func (c *Client) readyIdle(ctx context.Context, q IdleQuery, then EipAddress, opts ReleaseIdleOptions) IdleResult {
	const op = "ReleaseIdle"
	reason, now, err := c.stillIdle(ctx, q, then, opts)
	if err == nil && reason != "" && now != nil && held(now) != "" && opts.WaitForOwner && !opts.DryRun {
		if _, err = c.awaitFree(ctx, op, then.AllocationID); err != nil {
			return notReady(ctx, err)
		}
		reason, now, err = c.stillIdle(ctx, q, then, opts)
	}
	if err == nil && reason == "" && now.BandwidthPackageID != "" && !opts.DryRun {
		if err = c.leavePackages(ctx, op, then.AllocationID); err != nil {
			return notReady(ctx, err)
		}
		reason, now, err = c.stillIdle(ctx, q, then, opts) // it has taken a while
	}
	if err == nil && reason == "" && now.DeletionProtection && !opts.DryRun {
		v := c.converge(op, then.AllocationID, nil)
		_, err = v.run(ctx, v.toProtected(false))
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return IdleResult{Outcome: IdleNotTried, Err: err}
	case err != nil:
		return IdleResult{Outcome: IdleFailed, Err: err}
	case reason != "":
		return IdleResult{Outcome: IdleKept, Reason: reason, Err: inTheWay(now, reason)}
	}
	return IdleResult{Outcome: IdleWouldRelease}
}

// notReady is the result for an address that is not ready for its release. A wait
// that would outlive the context is not begun.
func notReady(ctx context.Context, err error) IdleResult {
	if ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) {
		return IdleResult{Outcome: IdleNotTried, Err: err}
	}
	return IdleResult{Outcome: IdleFailed, Err: err}
}

// inTheWay is the error about an address that is kept because of somebody who
// can be named, of its protection, or of its bandwidth package.
func inTheWay(a *EipAddress, reason KeepReason) error {
	switch {
	case a == nil:
	case reason == KeepInBandwidthPackage:
		return inPackageError(a, "in", a.BandwidthPackageID)
	case held(a) != "":
		return heldError(a)
	case reason == KeepProtected:
		return releasable(a, false, false)
	}
	return nil
}

// stillIdle reads an address again and compares it with what it was then. now is
// nil if the address is gone.
func (c *Client) stillIdle(ctx context.Context, q IdleQuery, then EipAddress, opts ReleaseIdleOptions) (_ KeepReason, now *EipAddress, _ error) {
	now, err := c.GetEip(ctx, then.AllocationID)
	switch {
	case isGone(err):
		return KeepGone, nil, nil
	case err != nil:
		return "", nil, err
	case now.IPAddress != then.IPAddress, !now.AllocationTime.Equal(then.AllocationTime):
		return KeepRecreated, now, nil
	}
	judged := *now
	judged.DeletionProtection = now.DeletionProtection && !opts.LiftProtection
	if opts.LeavePackage {
		judged.BandwidthPackageID = ""
	}
	reason := q.judge(&judged, time.Now())
	switch {
	case reason != "" && reason != KeepOutside:
		return reason, now, nil
	case !maps.Equal(now.Tags, then.Tags):
		return KeepRetagged, now, nil
	case now.ResourceGroupID != then.ResourceGroupID:
		return KeepMoved, now, nil
	}
	return reason, now, nil
}
