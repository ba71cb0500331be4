package transport

// Kind says what a repeat of an operation would do.
type Kind uint8

// The kinds of operation.
const (
	// Once is an operation whose repeat would do it twice: it is repeated only
	// when it certainly did not run. It is the zero value on purpose.
	Once Kind = iota
	// Read changes nothing.
	Read
	// Tokened carries an idempotency token: the service recognises the repeat.
	Tokened
	// Repeatable carries no token, but a repeat lands in the same state.
	Repeatable

	kindCount
)

// Kinds lists all kinds.
func Kinds() []Kind { return []Kind{Once, Read, Tokened, Repeatable} }

func (k Kind) String() string {
	if k < kindCount {
		return [...]string{"once", "read", "tokened", "repeatable"}[k]
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
	CauseUndecodable
	CauseOverLimit
	CauseAttemptTimeout
	CauseRequestTimeout
	CauseServiceUnavailable
	CauseSystemBusy
	CauseTokenProcessing
	CauseNonceUsed

	// Refused for good.
	CauseRefusedCode
	CauseRefusedStatus
	CauseRedirect

	// Not sent, and will not be.
	CauseCertificate
	CauseUnknownHost
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

// row is what a cause means: what it says about the operation, and which
// kinds of operation are repeated after it.
type row struct {
	text    string
	outcome Outcome
	repeat  [kindCount]bool
}

var (
	everyKind = [kindCount]bool{Once: true, Read: true, Tokened: true, Repeatable: true}
	safeKinds = [kindCount]bool{Read: true, Tokened: true, Repeatable: true}
	noKind    = [kindCount]bool{}
)

// table is the one place that says when an attempt is repeated.
var table = [causeCount]row{
	CauseNone:    {"nothing happened", NotSent, noKind},
	CauseSuccess: {"success", Done, noKind},

	CauseDial:         {"could not connect", NotSent, everyKind},
	CauseTLSHandshake: {"TLS handshake failed", NotSent, everyKind},
	CauseDNSTemporary: {"temporary DNS failure", NotSent, everyKind},

	CauseThrottled:       {"throttled", Refused, everyKind},
	CauseTooManyRequests: {"HTTP 429", Refused, everyKind},
	CauseClockSkew:       {"clock skew", Refused, everyKind},

	CauseNoAnswer:           {"no answer", Unknown, safeKinds},
	CauseCutAnswer:          {"answer cut off", Unknown, safeKinds},
	CauseServerError:        {"HTTP 5xx", Unknown, safeKinds},
	CauseUndecodable:        {"not the documented answer", Unknown, safeKinds},
	CauseOverLimit:          {"answer over the size limit", Unknown, safeKinds},
	CauseAttemptTimeout:     {"attempt timed out", Unknown, safeKinds},
	CauseRequestTimeout:     {"HTTP 408", Unknown, safeKinds},
	CauseServiceUnavailable: {"service unavailable", Unknown, safeKinds},
	CauseSystemBusy:         {"system busy", Unknown, safeKinds},
	CauseTokenProcessing:    {"an earlier attempt is still being processed", Unknown, safeKinds},
	CauseNonceUsed:          {"a copy of this request arrived before", Unknown, safeKinds},

	CauseRefusedCode:   {"refused", Refused, noKind},
	CauseRefusedStatus: {"refused without a code", Refused, noKind},
	CauseRedirect:      {"redirect refused", Refused, noKind},

	CauseCertificate:    {"certificate not accepted", NotSent, noKind},
	CauseUnknownHost:    {"unknown host", NotSent, noKind},
	CauseSigning:        {"could not sign", NotSent, noKind},
	CauseCanceledBefore: {"cancelled before sending", NotSent, noKind},

	CauseCanceledAfter: {"cancelled while under way", Unknown, noKind},
}

func (c Cause) String() string {
	if c < causeCount {
		return table[c].text
	}
	return "invalid cause"
}

// Outcome says what an attempt that ended so tells about the operation.
func (c Cause) Outcome() Outcome { return table[c].outcome }

// Repeats says whether an operation of this kind is sent again after c.
func (c Cause) Repeats(k Kind) bool { return k < kindCount && table[c].repeat[k] }

// Throttling says whether the service asked for fewer calls.
func (c Cause) Throttling() bool { return c == CauseThrottled || c == CauseTooManyRequests }
