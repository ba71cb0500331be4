package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
)

// classify names the cause of an attempt that ended without an answer.
// reached is false only if no connection was ever handed to the request, so
// that not one byte of it can have left.
func classify(ctx context.Context, err error, reached, timedOut bool) Cause {
	if ctx.Err() != nil {
		if reached {
			return CauseCanceledAfter
		}
		return CauseCanceledBefore
	}
	if c, ok := beforeSending(err); ok {
		return c
	}
	if !reached {
		return CauseDial
	}
	if timedOut {
		return CauseAttemptTimeout
	}
	return CauseNoAnswer
}

// beforeSending recognises errors that can only come up before a request is
// written, whatever transport reports them.
func beforeSending(err error) (Cause, bool) {
	if isCertificate(err) {
		return CauseCertificate, true
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
	// net/http keeps these two to itself.
	if s := err.Error(); strings.Contains(s, "TLS handshake timeout") ||
		strings.Contains(s, "server gave HTTP response to HTTPS client") {
		return CauseTLSHandshake, true
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
