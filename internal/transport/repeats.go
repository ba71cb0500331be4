package transport

// Kind says what a repeat of an operation would do.
type Kind uint8

// The kinds of operation.
const (
	// Default is the zero Kind. It is treated as Once, the most cautious kind.
	Default Kind = iota
	// Once is an operation whose repeat would do it twice: it is repeated only
	// when it certainly did not run.
	Once
	// Read changes nothing.
	Read
	// Tokened carries an idempotency token: the service recognises the repeat.
	Tokened
	// Repeatable carries no token, but a repeat lands in the same state.
	Repeatable

	kindCount
)

// Kinds lists all kinds but Default.
func Kinds() []Kind { return []Kind{Once, Read, Tokened, Repeatable} }

func (k Kind) String() string {
	if k < kindCount {
		return [...]string{"default", "once", "read", "tokened", "repeatable"}[k]
	}
	return "invalid kind"
}

// Outcome says what is known about an operation.
type Outcome uint8

// The outcomes.
const (
	// NotSent: no byte of the request can have reached the service.
	NotSent Outcome = iota
	// Refused: the service said no, and nothing was done.
	Refused
	// Unknown: the operation may or may not have run.
	Unknown
	// Done: the service said that it did it.
	Done
)

func (o Outcome) String() string {
	if o <= Done {
		return [...]string{"not sent", "refused", "unknown", "done"}[o]
	}
	return "invalid outcome"
}

// Cause is what one attempt told: a row of the table.
type Cause uint8

// The causes.
const (
	CauseNone Cause = iota
	CauseSuccess

	// Not sent, may pass.
	CauseDial
	CauseTLSHandshake
	CauseDNSTemporary

	// Refused before it ran.
	CauseThrottled
	CauseTooManyRequests
	CauseClockSkew

	// Outcome unknown, may pass.
	CauseNoAnswer
	CauseCutAnswer
	CauseServerError
	CauseOverLimit
	CauseAttemptTimeout
	CauseRequestTimeout
	CauseServiceUnavailable
	CauseSystemBusy
	CauseTokenProcessing
	CauseNonceUsed

	// Outcome unknown: the answer is not the service's own.
	CauseForeignServerError
	CauseForeignThrottle
	CauseForeign
	CauseProxyAuth

	// Refused; fresh credentials may be accepted.
	CauseExpiredCredentials

	// Refused for good.
	CauseRefusedCode

	// Not sent, and will not be.
	CauseCertificate
	CauseUnknownHost
	CauseProxyRefused
	CauseSigning
	CauseCanceledBefore

	// The caller left while the request was under way.
	CauseCanceledAfter

	causeCount
)

// Causes lists every row of the table.
func Causes() []Cause {
	out := make([]Cause, 0, causeCount)
	for c := CauseSuccess; c < causeCount; c++ {
		out = append(out, c)
	}
	return out
}

// row is what a cause means: what it says about the operation, which kinds of
// operation are repeated after it, and how often within one call (0: as often
// as attempts and patience allow).
type row struct {
	text    string
	outcome Outcome
	repeat  [kindCount]bool
	most    uint8
}

// Limits of the repeats within one call.
const (
	// foreignRepeats: the fourth foreign answer ends the call. What answers
	// instead of the service rarely goes away by itself.
	foreignRepeats = 3
	// credentialsRepeats: credentials that were fetched anew and are refused as
	// well will not get better.
	credentialsRepeats = 1
)

var (
	everyKind = [kindCount]bool{Default: true, Once: true, Read: true, Tokened: true, Repeatable: true}
	safeKinds = [kindCount]bool{Read: true, Tokened: true, Repeatable: true}
	noKind    = [kindCount]bool{}
)

// table is the one place that says when an attempt is repeated.
var table = [causeCount]row{
	CauseNone:    {"nothing happened", NotSent, noKind, 0},
	CauseSuccess: {"success", Done, noKind, 0},

	CauseDial:         {"could not connect", NotSent, everyKind, 0},
	CauseTLSHandshake: {"TLS handshake failed", NotSent, everyKind, 0},
	CauseDNSTemporary: {"temporary DNS failure", NotSent, everyKind, 0},

	CauseThrottled:       {"throttled", Refused, everyKind, 0},
	CauseTooManyRequests: {"HTTP 429", Refused, everyKind, 0},
	CauseClockSkew:       {"clock skew", Refused, everyKind, 0},

	CauseNoAnswer:           {"no answer", Unknown, safeKinds, 0},
	CauseCutAnswer:          {"answer cut off", Unknown, safeKinds, 0},
	CauseServerError:        {"HTTP 5xx", Unknown, safeKinds, 0},
	CauseOverLimit:          {"answer over the size limit", Unknown, safeKinds, 0},
	CauseAttemptTimeout:     {"attempt timed out", Unknown, safeKinds, 0},
	CauseRequestTimeout:     {"HTTP 408", Unknown, safeKinds, 0},
	CauseServiceUnavailable: {"service unavailable", Unknown, safeKinds, 0},
	CauseSystemBusy:         {"system busy", Unknown, safeKinds, 0},
	CauseTokenProcessing:    {"an earlier attempt is still being processed", Unknown, safeKinds, 0},
	CauseNonceUsed:          {"a copy of this request arrived before", Unknown, safeKinds, 0},

	CauseForeignServerError: {"HTTP 5xx, not from the service", Unknown, safeKinds, 0},
	CauseForeignThrottle:    {"HTTP 429, not from the service", Unknown, safeKinds, 0},
	CauseForeign:            {"not the service's answer", Unknown, safeKinds, foreignRepeats},
	CauseProxyAuth:          {"a proxy wants credentials", Unknown, noKind, 0},

	CauseExpiredCredentials: {"credentials expired", Refused, everyKind, credentialsRepeats},
	CauseRefusedCode:        {"refused", Refused, noKind, 0},

	CauseCertificate:    {"certificate not accepted", NotSent, noKind, 0},
	CauseUnknownHost:    {"unknown host", NotSent, noKind, 0},
	CauseProxyRefused:   {"a proxy refused to connect", NotSent, noKind, 0},
	CauseSigning:        {"could not sign", NotSent, noKind, 0},
	CauseCanceledBefore: {"cancelled before sending", NotSent, noKind, 0},

	CauseCanceledAfter: {"cancelled while under way", Unknown, noKind, 0},
}

func (c Cause) String() string {
	if c < causeCount {
		return table[c].text
	}
	return "invalid cause"
}

// Outcome says what an attempt that ended so tells about the operation.
func (c Cause) Outcome() Outcome { return table[c].outcome }

// Repeats says whether an operation of this kind is sent again after c, if c
// has not come up too often in the call.
func (c Cause) Repeats(k Kind) bool { return k < kindCount && table[c].repeat[k] }

// Throttling reports whether fewer calls were asked for.
func (c Cause) Throttling() bool {
	return c == CauseThrottled || c == CauseTooManyRequests || c == CauseForeignThrottle
}

// Foreign reports whether c is an answer that is not the service's own.
func (c Cause) Foreign() bool { return c >= CauseForeignServerError && c <= CauseProxyAuth }
