package eip

import (
	"errors"
	"fmt"
	"strings"
)

// NotFoundError says that what was looked for is not there: the service
// answered with a list that does not hold it and does not contradict itself. It
// matches [ErrNotFound].
type NotFoundError struct {
	// What names the kind of thing: "address", "segment", "address pool" or "block
	// of an address pool".
	What string
	// IDs are those that are missing, in the order in which they were asked for.
	IDs []string
}

// Error names what is missing.
func (e *NotFoundError) Error() string {
	return "eip: no " + e.What + " " + shortList(e.IDs)
}

// Is reports that target is ErrNotFound.
func (e *NotFoundError) Is(target error) bool { return target == ErrNotFound }

// shortList names a few of many.
func shortList(ids []string) string {
	const most = 8
	if len(ids) <= most {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:most], ", "), len(ids)-most)
}

const (
	whatAddress   = "address"
	whatSegment   = "segment"
	whatPackage   = "bandwidth package"
	whatPool      = "address pool"
	whatPoolBlock = "block of an address pool"
)

// WaitError reports that a wait ended before the wanted state was reached. It
// unwraps to the reason: the context's error and cause, a *NotFoundError, a
// *StateError for a state that cannot lead to the wanted one, or the error of a
// look that failed. If the last look was answered with a list that contradicts
// itself, the *TransportError that says so is joined with the reason.
type WaitError struct {
	// Want is what was waited for, for example "Available".
	Want string
	// IDs are those that have not got there, in the order given.
	IDs []string
	// Last holds, for each of IDs, the address as it was last seen. It is nil for
	// one that was certainly not there at the last look. One that no look has
	// shown, and whose absence no look has proven, is not in Last.
	Last map[string]*EipAddress
	// LastSegment is the group as it was last seen, when a group was waited for.
	LastSegment *EipSegment
	// LastPackage is the bandwidth package as it was last seen, when a package or
	// the addresses in it were waited for.
	LastPackage *CommonBandwidthPackage
	// LastState is the state as it was last seen, when something else than an
	// address or a group was waited for: what State returns then.
	LastState string
	// Err is the reason.
	Err error

	ctxErr error
}

// Error tells what was waited for, the last states and the reason.
func (e *WaitError) Error() string {
	states := make([]string, 0, len(e.IDs))
	for _, id := range e.IDs {
		last := " was last "
		if e.State(id) == notSeen {
			last = " was "
		}
		states = append(states, id+last+e.State(id))
	}
	return fmt.Sprintf("eip: waiting for %s: %s: %s", e.Want, shortList(states), oneLine(e.Err))
}

// State is the last state seen of one of IDs: a Status, with the instance if
// there is one, "not there", or "not seen" if no look says whether it is there. Of
// an address that is to be in a bandwidth package it is the state there.
func (e *WaitError) State(id string) string {
	if p := e.LastPackage; p != nil {
		if p.BandwidthPackageID == id {
			return string(p.Status)
		}
		if m := p.Member(id); m != nil {
			return string(m.Status)
		}
	}
	if e.LastSegment != nil && e.LastSegment.InstanceID == id {
		return string(e.LastSegment.Status)
	}
	if e.LastState != "" {
		return e.LastState
	}
	a, looked := e.Last[id]
	if !looked {
		return notSeen
	}
	return stateOf(a)
}

// notSeen is the state of an address of which no look says whether it is there.
const notSeen = "not seen"

// Unwrap gives the reason, and the context's own error if the context ended.
func (e *WaitError) Unwrap() []error {
	if e.ctxErr != nil {
		return []error{e.Err, e.ctxErr}
	}
	return []error{e.Err}
}

func stateOf(a *EipAddress) string {
	switch {
	case a == nil:
		return "not there"
	case a.InstanceID != "":
		return string(a.Status) + " (" + a.InstanceID + ")"
	}
	return string(a.Status)
}

func oneLine(err error) string {
	if err == nil {
		return ""
	}
	return strings.ReplaceAll(err.Error(), "\n", "; ")
}

// StateError says that a helper or a waiter stopped because of the state in
// which it found an address. It was not told to change that state, or cannot.
// It matches [ErrConflict], unless Code says otherwise.
type StateError struct {
	// AllocationID is the address, the segment or the bandwidth package.
	AllocationID string
	// Status and InstanceID are its state.
	Status     Status
	InstanceID string
	// Reason says why that is in the way.
	Reason string
	// Code is what the service itself answers in this case, if that is known.
	// The error matches it and its class.
	Code Code
}

// Error tells the state and why it is in the way.
func (e *StateError) Error() string {
	s := "eip: " + e.AllocationID + " is " + string(e.Status)
	if e.InstanceID != "" {
		s += " (" + e.InstanceID + ")"
	}
	return s + ": " + e.Reason
}

// Is matches the code and its class; without one, ErrConflict.
func (e *StateError) Is(target error) bool {
	if e.Code == "" {
		return target == ErrConflict
	}
	return codeMatches(e.Code, 0, target)
}

func stateError(a *EipAddress, reason string) *StateError {
	return &StateError{AllocationID: a.AllocationID, Status: a.Status, InstanceID: a.InstanceID, Reason: reason}
}

// Holding is an address that a helper leaves behind.
type Holding struct {
	// AllocationID and IPAddress name it; IPAddress is empty if the service has
	// not told it.
	AllocationID string
	IPAddress    string
	// Status and InstanceID are what was last seen of it. An empty Status means
	// that it could not be seen: it may be alive.
	Status     Status
	InstanceID string
}

// String says in one line what there is.
func (h Holding) String() string {
	s := h.AllocationID
	if h.IPAddress != "" {
		s += " (" + h.IPAddress + ")"
	}
	switch {
	case h.Status == "":
		s += " in an unknown state"
	case h.InstanceID != "":
		s += " " + string(h.Status) + " with " + h.InstanceID
	default:
		s += " " + string(h.Status)
	}
	return s
}

func holdingOf(a *EipAddress) Holding {
	return Holding{AllocationID: a.AllocationID, IPAddress: a.IPAddress, Status: a.Status, InstanceID: a.InstanceID}
}

// PartialError says that a helper of several steps has failed, and what there
// is now. It unwraps to the reason, and to why the clean-up failed if it did.
type PartialError struct {
	// Op is the helper.
	Op string
	// Err is the reason.
	Err error
	// Alive are the addresses that there still are, of those that the helper
	// made or was to replace: each of them costs money. It is empty if
	// everything that was made is released.
	Alive []Holding
	// Unsettled are allocations whose outcome is unknown, with their ClientToken:
	// each may have made an address. They are as [Again] returns them: sending one
	// settles it, and so does giving it to Again with this error. [Client.Adopt]
	// settles them all.
	Unsettled []*AllocateEipAddressRequest
	// RollbackErr is why the clean-up could not be finished, nil if it was.
	RollbackErr error
}

// Error tells the reason and everything that is left.
func (e *PartialError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "eip: %s: %s", e.Op, oneLine(e.Err))
	if e.RollbackErr != nil {
		fmt.Fprintf(&b, "; cleaning up failed: %s", oneLine(e.RollbackErr))
	}
	if len(e.Alive) == 0 && len(e.Unsettled) == 0 {
		b.WriteString("; nothing is left of what it made")
	}
	for i, h := range e.Alive {
		b.WriteString([]string{"; alive: ", ", "}[min(i, 1)])
		b.WriteString(h.String())
	}
	for i, r := range e.Unsettled {
		b.WriteString([]string{"; outcome unknown for ClientToken ", ", "}[min(i, 1)])
		b.WriteString(r.ClientToken)
	}
	return b.String()
}

// Unwrap gives the reason and the error of the clean-up.
func (e *PartialError) Unwrap() []error {
	if e.RollbackErr != nil {
		return []error{e.Err, e.RollbackErr}
	}
	return []error{e.Err}
}

// OutcomeUnknown says whether some address may exist that Alive does not list.
func (e *PartialError) OutcomeUnknown() bool { return len(e.Unsettled) > 0 }

// isGone says whether err is about something that is not there.
func isGone(err error) bool {
	var n *NotFoundError
	return errors.As(err, &n)
}
