// Package zenlayertest is an in-memory elastic IP service in the manner of
// Zenlayer's bare metal product, for tests: real HTTP, real signatures, real
// state, no network and no bill.
//
//	func TestAllocate(t *testing.T) {
//		srv := zenlayertest.NewServer(t)
//		client := srv.Client(t)
//		srv.Fail("AllocateEipAddresses", fault.CutAfter()) // it runs, the answer is lost
//		_, err := client.AllocateEipAddresses(t.Context(), &zenlayer.AllocateEipAddressesRequest{…})
//		// eip.OutcomeUnknown(err), and srv.AddressesEverMade() has one.
//	}
//
// It has the eleven elastic IP actions and DescribeZones, in both versions of
// the API. It checks ZC2-HMAC-SHA256 signatures and timestamps (five minutes),
// or bearer tokens; it keeps zones with their stock, instances, resource groups
// and a balance; addresses go through the asynchronous states, the recycle bin
// with its 24 hours included. Parameters that it does not know are ignored.
//
// # Time
//
// A server that is made WithPipe inside a testing/synctest bubble lives on the
// bubble's clock; nothing in it waits for real time. Transitions take a few
// milliseconds by default, and are carried out when the next call looks.
//
// The client corrects its clock only by a Date in the years 2020 to 2100, and a
// bubble's clock begins in the year 2000. A test of WrongClock, WrongDate or
// ShiftClock in a bubble has to move the clock first:
//
//	time.Sleep(time.Until(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)))
//
// # Faults
//
// Faults are made by package fault. Fail queues them for the next attempts of an
// action, WithChance deals them out at random from a seed. The record (Calls, Counts) says which attempts
// they met, and whether the action ran all the same; each address knows by
// which attempt it was made.
//
// Foreign answers as a gateway between a client and the service does: an HTML page,
// an empty body, a redirect, JSON of another shape or without a requestId, with any
// status from 200 to 599; with AfterRun it has forwarded the request. CutError,
// EmptyPage, MissingID, WrongID, ShortPage and BlankID damage an answer of the
// service and leave its framing whole. None of these answers proves anything to
// the client: a write has an unknown outcome, and a waiter looks again.
//
// An answer of a test's own (Answer, or a mock) needs a requestId; an error needs a
// known code as well, or a write does not believe it.
//
// # What is a guess
//
// The documents give the HTTP status of a few codes only; the others come with
// the status that their name suggests. They do not name the code for a balance
// that is too small (here: OPERATION_DENIED_INSUFFICIENT_BALANCE), for an
// unknown action or version (INVALID_PARAMETER_VALUE), nor for an operation on
// an address that is still being made, which none of the actions allows
// (OPERATION_DENIED_EIP_STATUS_NOT_SUPPORT).
// A write of the client believes known codes alone, so that a balance that is
// too small leaves it with an unknown outcome.
// An allocation makes all addresses or none. RenewEipAddress restores an
// address from the recycle bin, and extends a subscription; subscriptions do
// not run out by themselves.
package zenlayertest
