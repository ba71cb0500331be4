package eip

import (
	"crypto/sha256"
	"maps"
	"net/url"
	"time"
)

// Again returns a copy of req that settles the call which ended with err, when
// it is sent by the same method of a client of the same account and region:
//
//	for eip.OutcomeUnknown(err) && ctx.Err() == nil {
//		res, err = client.AllocateEipAddress(ctx, eip.Again(req, err))
//	}
//
// It takes every request with a ClientToken, and a *[RawRequest] for
// [Client.Do]. The copy is a shallow one, and req is not changed.
//
// If the outcome of err is unknown ([OutcomeUnknown]), the copy carries the
// ClientToken of that call, and the outcome of its own call is folded over both.
// Only a success, or a refusal that proves that nothing was done, ends the
// doubt: that refusal is an *[Error]. A repeat that is throttled, refused for
// any other reason, not sent or cancelled ends with a *[TransportError] whose
// outcome is unknown and which has the same token and the same FirstAttempt; its
// Last is what the service said to the repeat. That error can be given to Again
// in turn, as often as needed.
//
// The first repeat is sent at once. The later ones wait before they send, for a
// random time up to the backoff of the client ([WithBackoff]), which grows with
// the number of repeats. A wait that would outlive the context's deadline lasts
// until then.
//
// If the outcome of err is known, or err is nil, the copy carries nothing: it is
// a new call.
//
// Of several errors that are joined or wrapped in err, that of the first call
// that fits the request is settled; the others are left to the caller. Those of
// a [PartialError] are its Unsettled requests, which carry already what settles
// them. A call fits if it was of the same action with the same parameters,
// defaults such as RegionID included, and if its ClientToken is that of req or
// req has none. If no call fits, nothing is sent, because the service would do
// something else; the error wraps a *[ValidationError], and the outcome of the
// earlier call stays unknown. Such a call waits as any other repeat.
//
// How long the service remembers a ClientToken is not documented. A repeat that
// comes later makes a second address. If much time has passed since the error's
// FirstAttempt, look the address up by the tags that were given with the
// allocation ([Client.FindEipsByTag]) before asking again.
//
// An action without a ClientToken, such as ReleaseEipAddress, cannot be settled
// in this way: look at the state, then send it again. The Ensure helpers do so.
func Again[P tokened[R], R any](req P, err error) P {
	open := openIn(err, nil)
	if req == nil && len(open) == 0 {
		return nil
	}
	next := P(new(R))
	if req != nil {
		*next = *req
	}
	*next.carried() = settling{}
	if len(open) > 0 {
		next.carried().open = &open
	}
	return next
}

// tokened is a pointer to a request that carries a ClientToken.
type tokened[R any] interface {
	*R
	carrier
}

// carrier is what embeds a settling.
type carrier interface{ carried() *settling }

// settling is embedded in the requests that carry a ClientToken. [Again] fills
// it in. It is a pointer, so that a request that is printed does not show it.
type settling struct{ open *[]openCall }

func (s *settling) carried() *settling { return s }

// calls lists what the request was made to settle.
func (s *settling) calls() []openCall {
	if s.open == nil {
		return nil
	}
	return *s.open
}

// openOf lists what a request was made to settle.
func openOf(req any) []openCall {
	if c, ok := req.(carrier); ok {
		return c.carried().calls()
	}
	return nil
}

// openCall is a call whose outcome is unknown. It is never changed.
type openCall struct {
	action string
	token  string
	// byToken says that the service knows the call by its token. If not, nothing
	// can settle it but a look.
	byToken bool
	print   fingerprint
	first   time.Time // when its first attempt that may have reached the service was sent
	// repeats is how often it was repeated; in a request, with the call that is
	// to be made.
	repeats int
}

// fingerprint is the hash of a call's parameters but for the token. The zero
// one is that of a call whose parameters are not known.
type fingerprint [sha256.Size]byte

func fingerprintOf(params url.Values) fingerprint {
	rest := maps.Clone(params)
	delete(rest, "ClientToken")
	return sha256.Sum256([]byte(rest.Encode()))
}

// openIn adds the calls of err whose outcome is unknown to a list.
func openIn(err error, list []openCall) []openCall {
	switch e := err.(type) { //nolint:errorlint // walks itself
	case nil:
		return list
	case *TransportError:
		if !e.unknown {
			return list
		}
		call := openCall{action: e.Action, token: e.ClientToken, first: e.FirstAttempt}
		if e.call != nil {
			call = *e.call
		}
		call.repeats++
		return append(list, call)
	case *PartialError:
		for _, r := range e.Unsettled {
			if r != nil {
				list = append(list, asUnsettled(r).calls()...)
			}
		}
		return list
	case interface{ OutcomeUnknown() bool }:
		if !e.OutcomeUnknown() {
			return list // it speaks for what it wraps
		}
	}
	before := len(list)
	switch w := err.(type) { //nolint:errorlint // as above
	case interface{ Unwrap() error }:
		list = openIn(w.Unwrap(), list)
	case interface{ Unwrap() []error }:
		for _, e := range w.Unwrap() {
			list = openIn(e, list)
		}
	}
	if _, ok := err.(interface{ OutcomeUnknown() bool }); ok && len(list) == before { //nolint:errorlint // as above
		list = append(list, openCall{repeats: 1}) // of something else
	}
	return list
}

// asUnsettled is a request of which somebody says that it may have been sent
// before with its token. Nothing else is known of that call, unless the request
// carries it.
func asUnsettled(r *AllocateEipAddressRequest) *AllocateEipAddressRequest {
	for _, call := range r.calls() {
		if call.token == r.ClientToken {
			return r
		}
	}
	r = r.clone()
	r.open = &[]openCall{{action: "AllocateEipAddress", token: r.ClientToken, byToken: true, repeats: 1}}
	return r
}
