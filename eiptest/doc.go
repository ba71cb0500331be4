// Package eiptest is an in-memory Elastic IP service for tests: real HTTP,
// real signatures, real state, no network and no bill.
//
//	func TestAllocate(t *testing.T) {
//		srv := eiptest.NewServer(t)
//		client := srv.Client(t)
//		srv.Fail("AllocateEipAddress", fault.CutAfter()) // it runs, the answer is lost
//		res, err := client.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{})
//		...
//		if n := len(srv.AddressesEverMade()); n != 1 { ... }
//	}
//
// The service speaks the RPC interface of product VPC, version 2016-04-28, with
// the actions that eip.Client has methods for. It checks signatures, timestamps
// and nonces, keeps addresses, segments, bandwidth packages, pools, instances,
// quotas and balances, honours ClientToken, and refuses what the documents say it
// refuses, with the documented codes, in JSON or XML. Any client of that interface
// can use it: it does not matter whether parameters come in the query, in the body
// or in both.
//
// Both signatures are accepted: HMAC-SHA1 (SignatureVersion 1.0) over query and
// form together, and ACS3-HMAC-SHA256 (signature V3), for which Host and every
// x-acs-* header of the request must be signed. An answer is in the format that
// the parameter Format asks for. Without it, a request with HMAC-SHA1 is answered
// in XML, and one with signature V3 in JSON, unless it accepts XML alone.
//
// # Time
//
// A server that is made WithPipe inside a testing/synctest bubble lives on the
// bubble's clock; nothing in it waits for real time. Transitions (Associating,
// Releasing, …) take a few milliseconds by default and are carried out when
// the next call looks. WithTransition sets how long they take, zero included.
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
// action, WithChance deals them out at random from a seed. Each fault concerns one attempt; the record
// (Calls, Counts) says which, and whether the action ran all the same. Late is
// the one by which an action runs after its caller has given up and repeated it:
// then the ClientToken has to keep it from being done twice.
//
// Foreign answers as a gateway between a client and the service does: an HTML page,
// an empty body, a redirect, JSON of another shape or without a RequestId, with any
// status from 200 to 599; with AfterRun it has forwarded the request. CutError,
// EmptyPage, MissingID, WrongID, ShortPage and BlankID damage an answer of the
// service and leave its framing whole. None of these answers proves anything to
// the client: a write has an unknown outcome, and a look-up looks again.
//
// # Steering over HTTP
//
// Under SteerPrefix a server is steered by requests of any language: the same as the
// methods here do, in JSON. GET /_eip/ lists the endpoints with examples. It is for
// loopback, for the names of loopback as Host, and for no web page of another
// origin; see WithSteering.
//
// # Snapshots, seeds and state files
//
// WriteSnapshot, WithSeedDocument and WithStateFile share one format. A seed is
// checked as strictly as an action checks its parameters, and an error names line
// and field. A state file begins with a snapshot on one line; each further line has
// what one call has changed.
//
// # Answers of your own
//
// A test that answers by itself, with httpmock or with the fault Answer, has to
// send what the service sends, or the client takes the answer for a gateway's. An
// error needs a Code and a RequestId; ErrorBody makes its body. A success needs
// what the action returns: an AllocationId, or a list whose elements have their
// IDs and whose TotalCount is their number. If the action returns nothing else, it
// needs a RequestId.
//
// # Rules
//
// RULES.md in this directory lists what the documents say that the service does,
// with the line of each document and the test that pins it. Where documents
// contradict each other, the newer one holds; WithReference2019 and the options
// beside it make the service follow the other. What the tables give as a number or
// a boolean has to be one.
//
// # What is a guess
//
// The documents do not say how long a ClientToken is remembered (here: a day,
// see WithTokenLife), whether a refusal is replayed to its token (here: no, see
// WithRefusalReplay), and which code answers the release of a protected
// address, of a member of a segment or a bandwidth package, or of one in a Global
// Acceleration instance (here: IncorrectEipStatus). Nor do they say what
// DescribeCommonBandwidthPackages shows of an address that is being removed (here:
// BINDED), when DescribeEipAddresses begins to show the package of one that is being
// added (here: once it is BINDED), and what a limit within a package looks like
// (here: it is the Bandwidth of the address). A replayed answer carries a RequestId
// of its own.
//
// Of pools they do not say which codes refuse what (the handlers' comments do),
// whether a block has fewer addresses than its mask (here: no), whether the pool
// changes its state while a block is added or deleted (here: no), and what becomes
// of a segment's addresses when it is turned into a pool (here: they stay, as
// addresses of the pool). A second AddGlobalAccelerationInstanceIp, and a second
// removal, is refused.
//
// Nor do they say where the line type BGP_International is sold (here: everywhere),
// which characters are letters in the name of an address (here: those of every
// script), which code refuses a NAT gateway for an old NAT bandwidth package (here:
// IncorrectInstanceStatus), and how an action whose page has no code for it refuses
// an address of somebody else: ModifyEipAddressAttribute does not find it, an action
// without a table answers as AssociateEipAddress does. An instance that is not in
// the region that InstanceRegionId names is not found there.
//
// Nor do they say which code answers a header of signature V3 that is missing or
// not signed. Here a missing one is answered with the code of the parameter that it
// stands for (MissingTimestamp for x-acs-date), anything else with
// IncompleteSignature, and a body that is not the signed one with
// SignatureDoesNotMatch.
package eiptest
