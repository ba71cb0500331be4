// Package zenlayer is a typed client for the elastic IPs of Zenlayer's bare
// metal product, in the same grammar as the root package.
//
//	client, err := zenlayer.NewClient() // credentials: environment by default
//	res, err := client.AllocateEipAddresses(ctx, &zenlayer.AllocateEipAddressesRequest{
//		ZoneID:        "SEL-A",
//		EipChargeType: zenlayer.ChargeTypePostpaid,
//		Amount:        3,
//	})
//	addresses, err := client.WaitAllAvailable(ctx, res.EipIDSet)
//
// # What is the same
//
// One method for each action, with the wire's name. Errors are the root
// package's: *eip.Error (the service said no), *eip.TransportError (no answer
// of the service's own, or an unknown outcome) and *eip.ValidationError (nothing was sent).
// errors.Is finds a [Code], in either spelling, or one of the root package's
// classes in them, such as eip.ErrNotFound. eip.OutcomeUnknown reports whether a
// write may have happened, and eip.RequestID returns what support asks for.
// HostID, Recommend, AccessDeniedDetail and ClientToken are always empty. The
// service may refuse with HTTP status 200. After an unknown outcome the client
// does not send a request again, and neither should the program before it has
// looked: with [Client.Reconcile] for AllocateEipAddresses, with
// DescribeEipAddresses for anything else. Credentials,
// attempt hooks and the rules by which attempts are repeated are the root's:
// both packages run the same attempt loop. Each attempt is signed anew, and a
// local clock that the service refuses is corrected by the server's.
//
// # What is not
//
// This API has no idempotency token. A repeated AllocateEipAddresses buys
// again, so the client never repeats it unless it certainly did not run, and
// the promise is smaller than that of the root package:
//
//   - No call allocates twice by the client's doing.
//   - The caller is told whenever the outcome is unknown.
//   - [Client.Reconcile] then finds the addresses that can be the call's. It is
//     certain if the request carried a mark (AllocateEipAddressesRequest.Mark),
//     or if the caller knows that nobody else allocates there. Otherwise it
//     gives the candidates, and says that it cannot know.
//
// # Whose answer it is
//
// An answer is believed only if it is the service's own:
//
//   - An error must be one well-formed JSON document with a code and a requestId. A
//     write also wants a code that is [Code.Known], since many gateways answer with
//     keys of the same names. For a read, a known code without a requestId is
//     enough.
//   - A success must have a 2xx status and hold what the action returns, in an
//     object named response: the IDs of what was created, a list whose elements
//     all have their ID, a price, or a requestId if the action returns nothing
//     else. Without that, a 2xx answer with an error code is an error.
//
// Any other answer is foreign, whatever its status: it may come from a gateway or
// a proxy, also after that has forwarded the request. It proves nothing. The call
// ends with a *[TransportError] that wraps an *eip.AnswerError, and the outcome of
// a write is unknown. After a foreign answer, AllocateEipAddresses is not sent
// again; [Client.Reconcile] finds what it made. A test that answers by itself has
// to send a known code and a requestId.
//
// A list proves that an address is gone only if it does not contradict itself:
// its totalCount is the number of its elements, each with an ID and each asked
// for. Waiters, [Client.Reconcile] and snapshots look again at any other.
//
// # Assumptions
//
// Nothing here was tried against the real service. Beside what the documents say,
// the package assumes:
//
//   - Throttling, and a timestamp or signature that is not accepted, come before
//     anything runs.
//   - A known code is a refusal at any HTTP status, except for the codes of a
//     failing or slow service. A request that was refused does not run later.
//   - An answer belongs to the request on its connection. If a peer repeats an
//     earlier answer of the service, this is not found out.
//   - If the repeat of a release or a termination is told that the address does not
//     exist, the attempt before it did the work.
//   - An allocation that is going to run has shown its addresses to
//     DescribeEipAddresses within the time of ReconcileRequest.Settle. Tags are on
//     an address as soon as it is listed. IDs are not used again.
//   - No address is moved between resource groups before an unknown outcome in one
//     of them, without a mark, is settled.
//
// A request that arrives late, after a newer call, can undo what that one did: the
// API has no token by which the service could tell.
package zenlayer
