// Package eiptest is an in-memory Elastic IP service for tests: real HTTP,
// real signatures, real state, no network and no bill.
//
//	func TestAllocate(t *testing.T) {
//		srv := eiptest.NewServer(t)
//		client := srv.Client(t)
//		srv.Fail("AllocateEipAddress", eiptest.CutAfter()) // it runs, the answer is lost
//		res, err := client.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{})
//		...
//		if n := len(srv.AddressesEverMade()); n != 1 { ... }
//	}
//
// The service speaks the RPC interface of product VPC, version 2016-04-28,
// with the thirteen actions around elastic IPs and their segments. It checks
// HMAC-SHA1 signatures over query and form together, timestamps and nonces,
// keeps addresses, segments, instances, quotas and balances, honours
// ClientToken, and refuses what the documents say it refuses, with the
// documented codes, in JSON or XML. Any client of that interface can use it:
// it does not matter whether parameters come in the query, in the body or in both.
//
// # Time
//
// A server that is made WithPipe inside a testing/synctest bubble lives on the
// bubble's clock; nothing in it waits for real time. Transitions (Associating,
// Releasing, …) take a few milliseconds by default and are carried out when
// the next call looks. WithTransition sets how long they take, zero included.
//
// # Faults
//
// Fail queues faults for the next attempts of an action, WithChance deals them
// out at random from a seed. Each fault concerns one attempt; the record
// (Calls, Counts) says which, and whether the action ran all the same. Late is
// the one by which an action runs after its caller has given up and repeated it:
// then the ClientToken has to keep it from being done twice.
//
// Foreign answers as gateways between a client and the service do. CutError,
// EmptyPage, MissingID, WrongID, ShortPage and BlankID damage an answer of the
// service and leave its framing whole.
//
// # What is a guess
//
// The documents do not say how long a ClientToken is remembered (here: a day,
// see WithTokenLife), whether a refusal is replayed to its token (here: no, see
// WithRefusalReplay), and which code answers the release of a protected
// address or of a segment's member (here: IncorrectEipStatus). A replayed
// answer carries a RequestId of its own.
package eiptest
