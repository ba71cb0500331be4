package eip

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/transport"
	"github.com/eipkit/eip-go/internal/wiretest"
)

// scenario makes the first attempt of a call end in one way. The second
// attempt, if there is one, succeeds.
type scenario struct {
	name  string
	first func() wiretest.Step
	dial  error
	opts  []Option
	// before and during run on the call's context.
	before func(cancel func())
	during bool // cancel while the request is under way
}

func step(s wiretest.Step) func() wiretest.Step { return func() wiretest.Step { return s } }

// expected is the table of the design, written down a second time: the kinds
// that are repeated (O once, R read, T tokened, P repeatable) and the outcome.
var expected = map[transport.Cause]struct {
	repeats string
	outcome transport.Outcome
}{
	transport.CauseSuccess: {"", transport.Done},

	transport.CauseDial:         {"ORTP", transport.NotSent},
	transport.CauseTLSHandshake: {"ORTP", transport.NotSent},
	transport.CauseDNSTemporary: {"ORTP", transport.NotSent},

	transport.CauseThrottled:       {"ORTP", transport.Refused},
	transport.CauseTooManyRequests: {"ORTP", transport.Refused},
	transport.CauseClockSkew:       {"ORTP", transport.Refused},

	transport.CauseNoAnswer:           {"RTP", transport.Unknown},
	transport.CauseCutAnswer:          {"RTP", transport.Unknown},
	transport.CauseServerError:        {"RTP", transport.Unknown},
	transport.CauseForeign:            {"RTP", transport.Unknown},
	transport.CauseForeignThrottle:    {"RTP", transport.Unknown},
	transport.CauseForeignServerError: {"RTP", transport.Unknown},
	transport.CauseProxyAuth:          {"", transport.Unknown},
	transport.CauseOverLimit:          {"RTP", transport.Unknown},
	transport.CauseAttemptTimeout:     {"RTP", transport.Unknown},
	transport.CauseRequestTimeout:     {"RTP", transport.Unknown},
	transport.CauseServiceUnavailable: {"RTP", transport.Unknown},
	transport.CauseSystemBusy:         {"RTP", transport.Unknown},
	transport.CauseTokenProcessing:    {"RTP", transport.Unknown},
	transport.CauseNonceUsed:          {"RTP", transport.Unknown},

	transport.CauseExpiredCredentials: {"ORTP", transport.Refused},
	transport.CauseRefusedCode:        {"", transport.Refused},

	transport.CauseCertificate:    {"", transport.NotSent},
	transport.CauseUnknownHost:    {"", transport.NotSent},
	transport.CauseProxyRefused:   {"", transport.NotSent},
	transport.CauseSigning:        {"", transport.NotSent},
	transport.CauseCanceledBefore: {"", transport.NotSent},
	transport.CauseCanceledAfter:  {"", transport.Unknown},
}

var scenarios = map[transport.Cause][]scenario{
	transport.CauseSuccess: {{name: "200", first: ok}},
	transport.CauseDial: {
		{name: "connection refused", dial: &net.OpError{Op: "dial", Err: errors.New("connection refused")}},
		{name: "unnamed dial error", dial: errors.New("no route")},
		{name: "502 to CONNECT", dial: errors.New(http.StatusText(http.StatusBadGateway))},
		{name: "503 to CONNECT", dial: &transport.ProxyError{Host: "proxy:3128", Status: 503, Reason: "503 Service Unavailable"}},
	},
	transport.CauseTLSHandshake: {
		{name: "not TLS", dial: tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}},
		{name: "time-out", dial: errors.New("net/http: TLS handshake timeout")},
	},
	transport.CauseDNSTemporary: {
		{name: "SERVFAIL", dial: &net.OpError{Op: "dial", Err: &net.DNSError{Err: "server misbehaving", IsTemporary: true}}},
		{name: "time-out", dial: &net.DNSError{Err: "i/o timeout", IsTimeout: true}},
	},
	transport.CauseThrottled: {
		{name: "Throttling", first: step(refuse(400, "Throttling"))},
		{name: "Throttling.User", first: step(refuse(400, "Throttling.User"))},
		{name: "an unknown member of the family", first: step(refuse(400, "Throttling.Region"))},
		{name: "Rejected.Throttling", first: step(refuse(400, "Rejected.Throttling"))},
		{name: "Throttling as 503", first: step(refuse(503, "Throttling"))},
		{name: "with a hint", first: step(refuse(400, "Throttling", "x-acs-retry-after: 3000"))},
	},
	transport.CauseTooManyRequests: {{name: "429 with an unknown code", first: step(refuse(429, "SlowDown"))}},
	transport.CauseForeignThrottle: {
		{name: "429 without a body", first: step(wiretest.Answer(429, ""))},
		{name: "429 with Retry-After", first: step(wiretest.Answer(429, "slow down", "Retry-After: 2"))},
		{name: "429 with a long Retry-After", first: step(wiretest.Answer(429, "slow down", "Retry-After: 86400"))},
	},
	transport.CauseClockSkew: {
		{name: "an hour behind", first: func() wiretest.Step { return refuse(400, "InvalidTimeStamp.Expired", date(time.Hour)) }},
		{name: "an hour ahead", first: func() wiretest.Step { return refuse(400, "InvalidTimeStamp.Expired", date(-time.Hour)) }},
		{name: "IllegalTimestamp", first: func() wiretest.Step { return refuse(400, "IllegalTimestamp", date(time.Hour)) }},
	},
	transport.CauseNoAnswer: {{name: "closed", first: step(wiretest.Cut())}},
	transport.CauseCutAnswer: {
		{name: "cut body", first: step(wiretest.CutBody(200, okJSON))},
		{name: "cut error body", first: step(wiretest.CutBody(400, errorJSON("QuotaExceeded.Eip")))},
	},
	transport.CauseServerError: {
		{name: "unknown code with 500", first: step(refuse(500, "SomethingNew"))},
		{name: "InternalError", first: step(refuse(500, "InternalError"))},
		{name: "UnknownError", first: step(refuse(500, "UnknownError"))},
	},
	transport.CauseForeignServerError: {
		{name: "500", first: step(wiretest.Answer(500, ""))},
		{name: "HTML 502", first: step(wiretest.Answer(502, "<html><h1>502 Bad Gateway</h1></html>", "Content-Type: text/html"))},
		{name: "503 with a long Retry-After", first: step(wiretest.Answer(503, "", "Retry-After: 86400"))},
	},
	transport.CauseForeign: {
		{name: "HTML 200", first: step(wiretest.Answer(200, "<html>welcome to the hotel</html>"))},
		{name: "empty 200", first: step(wiretest.Answer(200, ""))},
		{name: "null", first: step(wiretest.Answer(200, "null"))},
		{name: "half an object", first: step(wiretest.Answer(200, `{"RequestId":`))},
		{name: "404 HTML", first: step(wiretest.Answer(404, "<html>no such page</html>"))},
		{name: "403 empty", first: step(wiretest.Answer(403, ""))},
		{name: "408", first: step(wiretest.Answer(408, ""))},
		{name: "400 JSON without a code", first: step(wiretest.Answer(400, `{"error":"no"}`))},
		{name: "302", first: step(wiretest.Answer(302, "", "Location: http://evil.invalid/"))},
		{name: "307", first: step(wiretest.Answer(307, "", "Location: http://evil.invalid/"))},
		{name: "bad Location", first: step(wiretest.Answer(302, "", "Location: http://[::1"))},
		{name: "304", first: step(wiretest.Raw("HTTP/1.1 304 Not Modified\r\n\r\n"))},
	},
	transport.CauseProxyAuth:          {{name: "407", first: step(wiretest.Answer(407, "<html>", "Proxy-Authenticate: Basic"))}},
	transport.CauseOverLimit:          {{name: "4 KiB and more", first: step(wiretest.Answer(200, strings.Repeat(" ", 5000))), opts: []Option{WithMaxResponseBytes(4096)}}},
	transport.CauseAttemptTimeout:     {{name: "silence", first: step(wiretest.Stall())}, {name: "stalled body", first: step(wiretest.StallBody(200, "{"))}},
	transport.CauseRequestTimeout:     {{name: "408", first: step(refuse(408, "SomethingNew"))}},
	transport.CauseServiceUnavailable: {{name: "503", first: step(refuse(503, "ServiceUnavailable"))}, {name: "as 400", first: step(refuse(400, "ServiceUnavailable"))}},
	transport.CauseSystemBusy:         {{name: "400", first: step(refuse(400, "SystemBusy"))}},
	transport.CauseTokenProcessing: {
		{name: "LastTokenProcessing", first: step(refuse(400, "LastTokenProcessing"))},
		{name: "OperationFailed.LastTokenProcessing", first: step(refuse(400, "OperationFailed.LastTokenProcessing"))},
	},
	transport.CauseNonceUsed: {{name: "SignatureNonceUsed", first: step(refuse(400, "SignatureNonceUsed"))}},
	transport.CauseRefusedCode: {
		{name: "QuotaExceeded.Eip", first: step(refuse(400, "QuotaExceeded.Eip"))},
		{name: "a refusal that comes as 500", first: step(refuse(500, "InsufficientEipCapacity"))},
		{name: "OperationConflict", first: step(refuse(400, "OperationConflict"))},
		{name: "FrequentPurchase.EIP", first: step(refuse(400, "FrequentPurchase.EIP"))},
		{name: "IncorrectEipStatus", first: step(refuse(400, "IncorrectEipStatus"))},
		{name: "TaskConflict", first: step(refuse(400, "TaskConflict"))},
		{name: "unknown code with 403", first: step(refuse(403, "SomethingNew"))},
		{name: "a name that only begins alike", first: step(refuse(400, "ThrottlingNot"))},
		{name: "timestamp refused, clocks agree", first: func() wiretest.Step { return refuse(400, "InvalidTimeStamp.Expired", date(time.Minute)) }},
		{name: "timestamp refused, cached answer", first: func() wiretest.Step {
			return refuse(400, "InvalidTimeStamp.Expired", date(-time.Hour), "Age: 3600")
		}},
		{name: "timestamp refused, no Date", first: step(refuse(400, "InvalidTimeStamp.Expired"))},
	},
	transport.CauseExpiredCredentials: {
		{name: "InvalidSecurityToken.Expired", first: step(refuse(400, "InvalidSecurityToken.Expired"))},
		{name: "one of its kin", first: step(refuse(403, "InvalidSecurityToken.MismatchWithAccessKey"))},
	},
	transport.CauseCertificate: {
		{name: "unknown authority", dial: x509.UnknownAuthorityError{}},
		{name: "verification", dial: &tls.CertificateVerificationError{Err: errors.New("expired")}},
		{name: "other host", dial: x509.HostnameError{Certificate: &x509.Certificate{}, Host: "vpc.aliyuncs.com"}},
	},
	transport.CauseUnknownHost: {{name: "NXDOMAIN", dial: &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}}},
	transport.CauseProxyRefused: {
		{name: "403 to CONNECT", dial: errors.New(http.StatusText(http.StatusForbidden))},
		{name: "407 to CONNECT", dial: errors.New(http.StatusText(http.StatusProxyAuthRequired))},
		{name: "302 to CONNECT", dial: errors.New(http.StatusText(http.StatusFound))},
		{name: "its own text", dial: &transport.ProxyError{Host: "proxy:3128", Status: 403, Reason: "403 Filtered"}},
	},
	transport.CauseSigning: {{name: "no credentials", first: ok, opts: []Option{
		WithCredentials(CredentialsProviderFunc(func(context.Context) (Credentials, error) { return Credentials{}, ErrNoCredentials })),
	}}},
	transport.CauseCanceledBefore: {{name: "cancelled", first: ok, before: func(cancel func()) { cancel() }}},
	transport.CauseCanceledAfter:  {{name: "cancelled under way", first: step(wiretest.Stall()), during: true}},
}

// Every cell of the retry table: every cause, every kind, over in-memory
// connections and under fake time.
func TestRetryTable(t *testing.T) {
	t.Parallel()
	letters := map[Kind]string{KindOnce: "O", KindRead: "R", KindTokened: "T", KindRepeatable: "P"}
	require.Len(t, letters, len(transport.Kinds()), "a kind without a test")
	for _, cause := range transport.Causes() {
		want, known := expected[cause]
		require.True(t, known, "cause %q is not in the expected table", cause)
		require.NotEmpty(t, scenarios[cause], "cause %q has no scenario", cause)
		assert.Equal(t, want.outcome, cause.Outcome(), "outcome of %q", cause)
		for _, sc := range scenarios[cause] {
			for kind, letter := range letters {
				t.Run(cause.String()+"/"+sc.name+"/"+kind.String(), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						walk(t, cause, sc, kind, strings.Contains(want.repeats, letter), want.outcome)
					})
				})
			}
		}
	}
}

func walk(t *testing.T, cause transport.Cause, sc scenario, kind Kind, repeats bool, outcome transport.Outcome) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	today()
	var steps []wiretest.Step
	if sc.first != nil {
		first := sc.first()
		if sc.during {
			first = wiretest.Then(cancel, first)
		}
		steps = append(steps, first)
	}
	srv := wiretest.New(append(steps, ok())...)
	if sc.dial != nil {
		srv.FailDials(sc.dial)
	}
	var seen []Attempt
	c := wireClient(t, srv, append([]Option{
		WithAttemptHook(func(_ context.Context, a Attempt) { seen = append(seen, a) }),
	}, sc.opts...)...)
	if sc.before != nil {
		sc.before(cancel)
	}
	meta, err := do(ctx, c, kind)

	if cause == transport.CauseSuccess {
		require.NoError(t, err)
		assert.Equal(t, 1, meta.Attempts)
		return
	}
	if sc.before == nil {
		require.NotEmpty(t, seen)
		assert.Equal(t, cause.String(), seen[0].Cause)
		assert.Equal(t, repeats, seen[0].Repeat)
		assert.NotEmpty(t, seen[0].Reason)
		assert.Equal(t, outcome == transport.Unknown && kind != KindRead, seen[0].OutcomeUnknown)
	}
	if repeats {
		require.NoError(t, err)
		assert.Equal(t, 2, meta.Attempts)
		assertFreshSignatures(t, srv.Requests(), kind)
		return
	}
	require.Error(t, err)
	assert.LessOrEqual(t, len(seen), 1)
	assert.Equal(t, outcome == transport.Unknown && kind != KindRead, OutcomeUnknown(err), "%v", err)
	var refused *Error
	var broken *TransportError
	require.True(t, errors.As(err, &refused) || errors.As(err, &broken), "%T", err)
	if errors.As(err, &broken) {
		assert.Equal(t, "TestAction", broken.Action)
		assert.Equal(t, outcome != transport.NotSent, broken.Sent)
	}
	if kind == KindTokened {
		assert.NotEmpty(t, ClientTokenOf(err))
	}
}

// assertFreshSignatures: one token over all attempts, a nonce for each.
func assertFreshSignatures(t *testing.T, reqs []*wiretest.Request, kind Kind) {
	t.Helper()
	nonces, tokens := map[string]bool{}, map[string]bool{}
	for _, r := range reqs {
		nonces[r.Params.Get("SignatureNonce")] = true
		tokens[r.Params.Get("ClientToken")] = true
	}
	assert.Len(t, nonces, len(reqs))
	assert.LessOrEqual(t, len(tokens), 1)
	if kind == KindTokened {
		assert.NotContains(t, tokens, "")
	}
}

// A smoke row over real sockets: the table's "no answer" and "HTTP 5xx".
func TestRetryOverLoopback(t *testing.T) {
	t.Parallel()
	srv := wiretest.New(wiretest.Cut(), wiretest.Answer(502, "<html>"), wiretest.Answer(200, allocateJSON))
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			srv.Serve(conn)
		}
	}()
	t.Cleanup(func() { _ = ln.Close(); srv.Close() })
	c, err := NewClient("cn-hangzhou", WithEndpoint("http://"+ln.Addr().String()),
		WithCredentials(StaticCredentials(wireKey, wireSecret)), WithBackoff(time.Millisecond, time.Millisecond))
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	res, err := c.AllocateEipAddress(t.Context(), &AllocateEipAddressRequest{})
	require.NoError(t, err)
	assert.Equal(t, "eip-1", res.AllocationID)
	assert.Equal(t, 3, res.Attempts)
	assert.Equal(t, http.StatusOK, res.HTTPStatus)
	assertFreshSignatures(t, srv.Requests(), KindTokened)
}
