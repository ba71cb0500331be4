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
// One method for each action, with the wire's name. Errors are *[Error] (the
// service said no), *[TransportError] (no usable answer, or an unknown outcome)
// and *[ValidationError] (nothing was sent); errors.Is finds a [Code] or one of
// the root package's classes in them, such as eip.ErrNotFound, and
// eip.OutcomeUnknown says whether a write may have happened. Credentials,
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
// An answer is believed only if it is the service's own. An error is, if it has
// a code and a requestId; a write also wants a code that is [Code.Known], since
// many gateways answer with keys of the same names. A success is, if it holds
// what the caller came for. All else may come from a proxy or gateway, whatever
// its status, and leaves the outcome of a write unknown. A test that answers by
// itself needs the requestId as well.
//
// # Assumptions
//
// Nothing here was tried against the real service. Taken for granted, beside
// what the documents say, is: that throttling is refused before anything runs;
// that a code which the documents know is a refusal at any HTTP status, except
// for those of a failing or slow service; that an allocation which is going to
// run has shown its addresses to DescribeEipAddresses within the time that
// ReconcileRequest.Settle allows; that tags are on an address as soon as it is
// listed; that IDs are not used again; that nobody moves addresses between
// resource groups before an unknown outcome in one, without a mark, is settled.
package zenlayer
