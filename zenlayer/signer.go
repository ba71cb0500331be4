package zenlayer

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

const (
	signatureMethod = "ZC2-HMAC-SHA256"
	contentType     = "application/json"
	// signedHeaders are the least that the signature has to cover, and all that
	// the vendor's own SDK covers. Action, version and path are not among them,
	// so that equal bodies at the same second have equal signatures.
	signedHeaders = "content-type;host"
)

// signInput is what a signature depends on.
type signInput struct {
	keyID       string
	password    string
	contentType string
	host        string // as the Host header has it, with the port if there is one
	timestamp   string // Unix seconds, decimal
	body        []byte
}

// canonicalRequest is the request as the signature sees it: always POST, the
// path "/" and no query, whatever the URL is.
func (in *signInput) canonicalRequest() string {
	return strings.Join([]string{
		"POST",
		"/",
		"",
		"content-type:" + in.contentType,
		"host:" + in.host,
		"",
		signedHeaders,
		hexSum(in.body),
	}, "\n")
}

// stringToSign binds the canonical request to a time.
func (in *signInput) stringToSign() string {
	return signatureMethod + "\n" + in.timestamp + "\n" + hexSum([]byte(in.canonicalRequest()))
}

// sign gives the value of the Authorization header, and the signature in it.
func (in *signInput) sign() (authorization, signature string) {
	mac := hmac.New(sha256.New, []byte(in.password))
	mac.Write([]byte(in.stringToSign()))
	signature = hex.EncodeToString(mac.Sum(nil))
	return signatureMethod + " Credential=" + in.keyID + ", SignedHeaders=" + signedHeaders +
		", Signature=" + signature, signature
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
