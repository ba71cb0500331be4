// Package transport is the attempt loop that both vendors share.
//
// It knows how to sign and send one attempt, what an attempt's end says about
// the call, when to repeat, how long to wait and when to give up. It knows no
// vendor: the caller supplies a function that signs an attempt and one that
// judges an answer.
//
// The loop itself is go-retryablehttp's. Its defaults repeat any request on
// any error, so only its mechanics are used: CheckRetry is the one judge,
// Backoff returns the wait that the judge computed, the logger is off, and
// the answer is read inside the attempt.
package transport
