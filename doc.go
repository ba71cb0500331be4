// Package eip is a client for the Alibaba Cloud Elastic IP API: product VPC,
// version 2016-04-28, RPC style, signed with HMAC-SHA1.
//
//	client, err := eip.NewClient("cn-hangzhou") // credentials from the environment
//	if err != nil {
//		return err
//	}
//	made, err := client.AllocateEipAddress(ctx, &eip.AllocateEipAddressRequest{Bandwidth: 10})
//	if err != nil {
//		return err
//	}
//	fmt.Println(made.AllocationID, made.EipAddress, made.RequestID)
//
// Every action is a method of [Client] with the name that it has in the API:
// (ctx, *ActionRequest) in, (*ActionResponse, error) out. Actions that the
// package has no types for go through [Client.Do]; parameters that are newer
// than the package go into a request's Extra. On top of the actions there are
// iterators ([Client.EipAddresses]), look-ups ([Client.GetEip]), waits
// ([Client.WaitAvailable]) and helpers that converge on a state and are safe to
// repeat ([Client.EnsureAssociated]).
//
// Package eiptest is the same service in memory, for tests.
//
// # The promise
//
// An elastic IP costs money from the second it exists. So:
//
// One call allocates at most one address, whatever the network does; the caller
// always learns its ID, or learns that the outcome is unknown together with the
// token that settles it.
//
// The client makes a ClientToken for every call that takes one, and sends the
// same token with every attempt of that call. If no attempt brings a usable
// answer, the error says so ([OutcomeUnknown]) and holds the token
// ([ClientTokenOf]). To settle it, send the request that [Again] returns: the
// service answers as it did, or would have done, the first time.
//
//	made, err := client.AllocateEipAddress(ctx, req)
//	for eip.OutcomeUnknown(err) && ctx.Err() == nil {
//		made, err = client.AllocateEipAddress(ctx, eip.Again(req, err))
//	}
//
// The outcome is folded over all these calls: one that is throttled, refused for
// its credentials or its clock, answered by a proxy or not sent leaves it unknown,
// and only a success or a refusal that proves that nothing was done ends that. To
// copy the token by hand into a new request is another call to this package: if
// that one is refused, its error says nothing about the first.
//
// A program that may crash between the call and its answer sets ClientToken
// itself, from [ClientTokenFor], and asks again after the restart, or gives the
// request to [Client.Adopt], which treats it as one that may have been sent.
//
// An action without a token, such as ReleaseEipAddress, has no Again: look at
// the state, then send it again, as the Ensure helpers do.
//
// # Assumptions
//
// The promise rests on how the service handles ClientToken. The documents say
// that a request with the token and the parameters of an earlier one gets the
// earlier one's answer. They leave open, and this package assumes:
//
//   - a token is remembered for longer than a call and its settlement take.
//     The documents give no time. [TransportError] has that of the first
//     attempt; when much has passed since, look the address up by the tags that
//     were given with the allocation before asking again;
//   - a refusal is final: a request that was refused does not run later; and a
//     documented code other than those named below under "Unknown" is a refusal,
//     even one as vague as OperationFailed.InvokeInnerApi;
//   - throttling (Throttling, Throttling.User, HTTP 429) and a refused
//     timestamp come before the operation starts;
//   - a request that is still being worked on is answered with
//     LastTokenProcessing, and not carried out a second time; one that arrives
//     late, after its repeat, is recognised by its token too;
//   - ReleaseEipAddress for an address that is gone is answered with
//     InvalidAllocationId.NotFound.
//
// None of this could be tried against the real service, nor could the form body
// as the place for the common parameters ([InBody]; [InQuery] is what the
// vendor's SDKs do), the Date header as a clock, or whether an empty Name or
// Description in ModifyEipAddressAttribute clears it. The tests run against
// package eiptest, which behaves as the documents say, and against vectors and
// answers that the documents print. examples/storm puts the promise to the test
// under faults, late requests and killed processes; the README has its figures.
//
// # When an attempt is repeated
//
// Every action has a kind: a read; tokened (it carries a ClientToken);
// repeatable (no token, but a repeat lands in the same state: release, modify,
// tag); once (its repeat would do it twice). What one attempt tells decides:
//
//   - Not sent (dialling, TLS handshake, DNS that may pass): repeated for every
//     kind.
//   - Refused before it ran (Throttling and its family, Rejected.Throttling,
//     HTTP 429, a wrong clock): repeated for every kind.
//   - Unknown (no answer, a cut answer, HTTP 5xx, HTML or another answer that is
//     not the documented one, an answer over the size limit, the attempt
//     time-out, HTTP 408, ServiceUnavailable, SystemBusy, InternalError, UnknownError,
//     LastTokenProcessing, SignatureNonceUsed): repeated unless the kind is once.
//   - Refused for good (any other documented code, whatever its status; any
//     other 4xx; a redirect): not repeated. That includes conflicts of state,
//     which the Ensure helpers settle by looking; only a release whose earlier
//     attempt may have run asks again after one, because it may be that
//     attempt's own doing.
//   - Not sent, and will not be (a certificate that is not accepted, an unknown
//     host, a context that is over): not repeated.
//
// The outcome of a call is that of all its attempts: once one of them may have
// run, the call's outcome is unknown until a success, or an answer that proves
// what happened, settles it.
//
// A call makes 8 attempts, with exponential backoff and full jitter from 200 ms
// to 20 s. Throttled attempts do not count: the service counts calls by the
// minute, so they have a patience of 70 s of their own. x-acs-retry-after and
// Retry-After are obeyed. While one caller is told to wait, the others that call
// the same action on the same client wait with it, each for as long as its
// patience lasts without anybody getting through. A wait that would outlive the
// context's deadline is not begun. A clock that is wrong is corrected after the
// first refusal. Changes to these rules are not considered breaking.
//
// # Errors
//
// [*Error] is a refusal by the service: nothing was done. [*TransportError] is
// the lack of a usable answer, or an unknown outcome. [*ValidationError] is a
// request that was not sent. Match codes, families and classes with errors.Is:
//
//	errors.Is(err, eip.CodeQuotaExceededEip) // this code
//	errors.Is(err, eip.FamilyThrottling)     // Throttling and Throttling.User
//	errors.Is(err, eip.ErrQuota)             // any code of the class
//
// An HTTP status alone is never taken for "not found".
//
// # Secrets
//
// The access key's secret, the security token and signatures are on the wire
// and nowhere else: not in errors, logs, hooks, or the printed or marshalled
// form of any type. Requests go out as POST with everything in the body, so that
// no URL holds a credential. Redirects are never followed.
//
// # What is left out
//
// The parameters OwnerId, OwnerAccount, ResourceOwnerId and
// ResourceOwnerAccount, which the vendor's SDKs have and its documents do not
// explain, are left out on purpose; use Extra if you need them. The client does
// not look for a proxy in the environment; bring an [http.Client] whose transport
// does ([WithHTTPClient]).
//
// # Stability
//
// Before 1.0 a minor version may break the interface, and the changelog says
// how. New constants, fields and enum values, the texts of errors and the retry
// rules are never considered breaking. The values of [ClientTokenFor] do not
// change.
package eip
