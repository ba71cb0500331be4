package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
)

// classify names the cause of an attempt that ended without an answer. What
// went wrong before a connection was handed to the request is told from the
// error; afterwards the peer may have had a hand in the error, and some of it
// may have left.
func classify(ctx context.Context, err error, a *attempt) Cause {
	if ctx.Err() != nil {
		if a.reached {
			return CauseCanceledAfter
		}
		return CauseCanceledBefore
	}
	if !a.connected {
		if c, ok := beforeSending(err); ok {
			a.reached = false
			return c
		}
	}
	if !a.reached {
		if refusedConnect(err) {
			return CauseProxyRefused
		}
		return CauseDial
	}
	if a.timedOut {
		return CauseAttemptTimeout
	}
	return CauseNoAnswer
}

// beforeSending recognises errors that can only come up before a request is
// written, if no connection was there yet.
func beforeSending(err error) (Cause, bool) {
	if isCertificate(err) {
		return CauseCertificate, true
	}
	var proxy *ProxyError
	switch {
	case errors.As(err, &proxy) && proxy.final():
		return CauseProxyRefused, true
	case proxy != nil:
		return CauseDial, true
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		if dns.IsNotFound && !dns.IsTemporary && !dns.IsTimeout {
			return CauseUnknownHost, true
		}
		return CauseDNSTemporary, true
	}
	var op *net.OpError
	if errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") {
		return CauseDial, true
	}
	var record tls.RecordHeaderError
	if errors.As(err, &record) {
		return CauseTLSHandshake, true
	}
	// net/http keeps the types of these two to itself.
	for err := err; err != nil; err = errors.Unwrap(err) {
		switch err.Error() {
		case "net/http: TLS handshake timeout", "http: server gave HTTP response to HTTPS client":
			return CauseTLSHandshake, true
		}
	}
	return CauseNone, false
}

func isCertificate(err error) bool {
	var (
		verify    *tls.CertificateVerificationError
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		roots     x509.SystemRootsError
	)
	return errors.As(err, &verify) || errors.As(err, &authority) || errors.As(err, &hostname) ||
		errors.As(err, &invalid) || errors.As(err, &roots)
}
