package eip

import (
	"crypto/fips140"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Signature is the method by which requests are signed.
type Signature uint8

// The signatures. The service takes both, from the same access keys.
const (
	// SignatureV1 is HMAC-SHA1 over all parameters (SignatureVersion 1.0), as the
	// 2019 API reference has it. Signature, key ID and security token are parameters
	// of the form or the query. It is the default. It is not available where
	// GODEBUG=fips140=only forbids SHA-1.
	SignatureV1 Signature = iota
	// SignatureV3 is ACS3-HMAC-SHA256, to which the vendor tells its users to move.
	// Action, version, time, nonce, security token and signature are headers; only
	// the parameters of the action are in the form or the query.
	SignatureV3
)

// The names of the methods on the wire.
const (
	signatureMethod   = "HMAC-SHA1"
	signatureMethodV3 = "ACS3-HMAC-SHA256"
)

// shortestKey is the number of bytes that the key of an HMAC needs in FIPS
// 140-only mode, where the standard library panics if it has fewer.
const shortestKey = 14

// check reports why a client cannot sign its requests to the endpoint like this.
func (s Signature) check(endpoint *url.URL) error {
	switch {
	case s == SignatureV1 && fips140.Enforced():
		return errors.New("the signature HMAC-SHA1 (SignatureV1, the default) is not available with GODEBUG=fips140=only, " +
			"which forbids SHA-1: use WithSignature(SignatureV3)")
	case s == SignatureV3 && strings.ContainsFunc(endpoint.Host, func(r rune) bool { return r > '~' }):
		return fmt.Errorf("SignatureV3 signs the name of the host, and that of the endpoint is not ASCII: write %s with xn-- (Punycode)",
			quoteShort(endpoint.Host))
	}
	return nil
}

// signer is the function that signs.
func (s Signature) signer() signer {
	if s == SignatureV3 {
		return signV3
	}
	return signRPC
}

// checkAttempt reports why this request cannot be signed with these credentials.
func (s Signature) checkAttempt(action string, creds Credentials) error {
	switch {
	case s == SignatureV3 && !isPlain(action):
		return fmt.Errorf("eip: action %s cannot be sent: SignatureV3 has it in a header, which takes printable ASCII characters without blanks",
			quoteShort(action))
	case fips140.Enforced() && len(creds.AccessKeySecret()) < shortestKey:
		return fmt.Errorf("eip: credentials: access key secret has fewer than %d bytes: GODEBUG=fips140=only does not allow it as the key of an HMAC",
			shortestKey)
	}
	return nil
}
