// Package eip is a client for the Alibaba Cloud Elastic IP API: product VPC,
// version 2016-04-28, RPC style, signed with HMAC-SHA1 or ACS3-HMAC-SHA256.
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
// same token with every attempt of that call. If no attempt gets an answer that
// tells what happened, the error reports that the outcome is unknown
// ([OutcomeUnknown]) and holds the token ([ClientTokenOf]). To settle it, send
// the request that [Again] returns: the service answers as it did, or would have
// done, the first time.
//
//	made, err := client.AllocateEipAddress(ctx, req)
//	for eip.OutcomeUnknown(err) && ctx.Err() == nil {
//		made, err = client.AllocateEipAddress(ctx, eip.Again(req, err))
//	}
//
// The outcome is folded over all these calls. A repeat that is throttled, refused
// for its credentials or its clock, answered by a proxy or not sent leaves it
// unknown. Only a success, or a refusal that proves that nothing was done, settles
// it. Copying the token by hand into a new request makes another call, as far as
// this package knows: if that one is refused, its error says nothing about the
// first.
//
// A program that may crash between the call and its answer sets ClientToken
// itself, from [ClientTokenFor], and asks again after the restart, or gives the
// request to [Client.Adopt], which treats it as one that may have been sent.
//
// An action without a token, such as ReleaseEipAddress, has no Again: look at
// the state, then send it again, as the Ensure helpers do.
//
// # Whose answer it is
//
// A gateway or a proxy between the client and the service can answer with any
// status, also after it has forwarded the request. So an answer is believed only
// if it is the service's own:
//
//   - An error must be one well-formed JSON or XML document with an error code,
//     and have a RequestId in the document or in the header x-acs-request-id. If
//     its keys are in lower case, as those of ordinary gateways are, a write wants
//     a known code as well ([Code.Known]). For a read, a known code without a
//     RequestId is enough.
//   - A success must have a 2xx status and hold what the action returns: the ID of
//     what was created, or an order number if the request asked for PrePaid; a list
//     whose elements all have their ID; a RequestId if the action returns nothing
//     else. Without that, a 2xx answer with an error code is an error; if the code
//     is not a known one, the outcome of a write is unknown.
//
// Any other answer is foreign, whatever its status: an HTML page, an empty body, a
// redirect, a document that is cut or has a name twice in one object, a list that
// is too long, an error without a RequestId. A foreign answer proves nothing. The
// call ends with a [*TransportError] that wraps an [*AnswerError], and the outcome
// of a write is unknown. A test that answers by itself has to send what the service
// sends; package eiptest has ErrorBody for that.
//
// What is not there needs a proof as well: see [Client.GetEip].
//
// The body, the nesting and the number of elements of an answer are limited, and
// so is what an error shows of it: 512 bytes of a message, 160 bytes of a body, on
// one line of printable characters.
//
// # Assumptions
//
// The promise rests on how the service handles ClientToken. The documents say
// that a request with the token and the parameters of an earlier one gets the
// earlier one's answer. They leave open, and this package assumes:
//
//   - A token is remembered for longer than a call and its settlement take.
//     The documents give no time. [TransportError] has the time of the first
//     attempt; if much time has passed since, look the address up by the tags that
//     were given with the allocation before asking again.
//   - A refusal is final: a request that was refused does not run later. A
//     documented code other than those named below under "Unknown" is a refusal,
//     even one as vague as OperationFailed.InvokeInnerApi.
//   - A refusal of the form of the parameters (MissingParameter, InvalidParameter
//     and the like) proves that no earlier attempt with the same token and
//     parameters ran. Other refusals do not prove that: a quota may be used up by
//     the earlier attempt.
//   - Throttling (Throttling, Throttling.User, a 429 of the service's own), a
//     refused timestamp and expired credentials come before the operation starts.
//   - A request that is still being worked on is answered with
//     LastTokenProcessing, and not carried out a second time. A request that
//     arrives late, after its repeat, is recognised by its token too.
//   - After an attempt with an unknown outcome, InvalidAllocationId.NotFound in
//     answer to ReleaseEipAddress means that this attempt released the address,
//     InvalidBandwidthPackageId.NotFound in answer to DeleteCommonBandwidthPackage
//     that it deleted the package, and OperationUnsupported.IpNotInCbwp or
//     IpInstanceId.NotBandwidthPackage in answer to RemoveCommonBandwidthPackageIp
//     that it removed the address. This takes for granted that the region was right. The
//     Ensure helpers look once more before they report an address as gone.
//   - An answer belongs to the request on its connection. If a peer repeats an
//     earlier answer of the service, or sends that of another request, this is not
//     found out.
//
// No client can prevent this: a request without a token that arrives late, after a
// newer call, can undo what that one did. An attempt of ModifyEipAddressAttribute
// that was delayed on its way sets the old name or bandwidth again, and one of
// ReleaseEipAddress releases an address that the program has meanwhile decided to
// keep.
//
// None of this could be tried against the real service, nor could the form body
// as the place for the common parameters ([PlacementForm]; [PlacementQuery] is what the
// vendor's SDKs do), [SignatureV3], the Date header as a clock, or whether an empty Name or
// Description in ModifyEipAddressAttribute clears it. The tests run against
// package eiptest, which behaves as the documents say, and against vectors and
// answers that the documents print. cmd/eipstorm puts the promise to the test
// under faults, foreign answers, late requests and killed processes; the README
// has its figures.
//
// # When an attempt is repeated
//
// Every action has a kind ([Kind]): a read; tokened (it carries a ClientToken);
// repeatable (no token, but a repeat lands in the same state: release, modify,
// tag); once (its repeat would do it twice). The result of an attempt decides:
//
//   - Not sent (dialling, TLS handshake, DNS that may pass): repeated for every
//     kind.
//   - Not sent, and permanent (a certificate that is not accepted, an unknown host,
//     no credentials, a context that is over): not repeated.
//   - Refused before it ran (Throttling and its family, Rejected.Throttling, HTTP
//     429 with an unknown code, a wrong clock): repeated for every kind.
//   - Refused for its credentials (InvalidSecurityToken.Expired and the like):
//     repeated once for every kind, with credentials that are fetched anew.
//   - Unknown (no answer, a cut answer, an answer over the size limit, the attempt
//     time-out, HTTP 5xx without a known code, HTTP 408 with an unknown code,
//     ServiceUnavailable, SystemBusy, InternalError, UnknownError,
//     LastTokenProcessing, SignatureNonceUsed): repeated unless the kind is once.
//   - Foreign, with HTTP 429: as throttling, unless the kind is once. With any
//     other status from 200 to 499: repeated unless the kind is once; the fourth
//     such answer ends the call. With HTTP 407: not repeated. The outcome of a write
//     is unknown after each of them.
//   - Refused for good (any other code, whatever its status): not repeated. That
//     includes conflicts of state, which the Ensure helpers settle by looking. Only
//     a release repeats after one if an earlier attempt may have run, because the
//     conflict may be that attempt's own doing.
//
// A known code is judged before the HTTP status.
//
// The outcome of a call is that of all its attempts: once one of them may have
// run, the call's outcome is unknown until a success, or an answer that proves
// what happened, settles it.
//
// A call makes 8 attempts, with exponential backoff and full jitter from 200 ms
// to 20 s. Throttled attempts do not count: the service counts calls by the
// minute, so they have a patience of 70 s of their own. x-acs-retry-after and
// Retry-After are obeyed; in a foreign answer they are cut to the longest backoff,
// and never end the call. While one caller is told to wait, the others that call
// the same action on the same client wait with it, each for as long as its
// patience lasts without any of them getting through. A wait that would outlive
// the context's deadline is not begun. A clock that is wrong is corrected after the
// first refusal, by the answer's Date header if that is in the years 2020 to 2100.
// Changes to these rules are not considered breaking.
//
// # Errors
//
// [*Error] is a refusal by the service: nothing was done. [*TransportError] is
// the lack of an answer of the service's own, or an unknown outcome.
// [*ValidationError] is a request that was not sent. Match codes, families and classes with errors.Is:
//
//	errors.Is(err, eip.CodeQuotaExceededEip) // this code
//	errors.Is(err, eip.FamilyThrottling)     // Throttling and Throttling.User
//	errors.Is(err, eip.ErrQuota)             // any code of the class
//
// An HTTP status alone is never taken for "not found".
//
// # Signatures
//
// Requests are signed with HMAC-SHA1 over all parameters ([SignatureV1], the
// default) or with ACS3-HMAC-SHA256 ([SignatureV3], set by [WithSignature]), to
// which the vendor tells its users to move. The access keys are the same. With
// SignatureV3 the common parameters and the signature are headers, so that no
// placement puts a credential into the form or the URL. Method, host, path, query,
// body and every x-acs-* header are signed; a proxy must not rewrite them. Every
// attempt is signed anew.
//
// With GODEBUG=fips140=only the standard library does not allow HMAC-SHA1, nor a
// secret of fewer than 14 bytes. NewClient then returns an error unless SignatureV3
// is set.
//
// # Secrets
//
// The access key's secret, the security token and signatures are on the wire
// and nowhere else: not in errors, logs, hooks, or the printed or marshalled
// form of any type. In texts of a peer they are searched for and replaced, unless
// they are shorter than 8 bytes; no real key is. The header Authorization of
// SignatureV3 counts as one. Requests go out as POST with everything in the body,
// so that no URL holds a credential. Redirects are never followed.
//
// # What is left out
//
// The parameters OwnerId, OwnerAccount, ResourceOwnerId and
// ResourceOwnerAccount, which the vendor's SDKs have and its documents do not
// explain, are left out on purpose; use Extra if you need them.
//
// # Proxies
//
// The client obeys HTTPS_PROXY, HTTP_PROXY and NO_PROXY as net/http does, which
// exempts loopback addresses. A Transport that [WithHTTPClient] brings decides
// itself. A proxy that answers CONNECT with 3xx or 4xx ends the call at once:
// nothing was sent. Any other failure to connect through it is repeated. A 407 in
// answer to a request over plain HTTP leaves the outcome unknown and is not
// repeated, since the proxy may have forwarded the request. Errors name the proxy's
// host, never the credentials in its URL.
//
// # Stability
//
// Before 1.0 a minor version may break the interface, and the changelog says
// how. New constants, fields and enum values, the texts of errors and the retry
// rules are never considered breaking. The values of [ClientTokenFor] do not
// change.
package eip
