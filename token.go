package eip

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// newToken makes a ClientToken: 128 random bits and more, in letters and digits.
func newToken() string { return "eip-go-" + rand.Text() }

// ClientTokenFor makes a ClientToken that depends on its arguments alone, so
// that a program that crashed between the call and the answer can ask again
// and gets the address of the first call instead of a second one.
//
// key names the purpose, for example "prod/gateway-7". generation tells one
// address for this purpose from the next: the service gives the original
// answer for a known token even if the address has been released since, so a
// program that finds the address gone goes on to the next generation.
//
// The same arguments give the same token in every version of this library.
// The result has 64 characters of ASCII, as many as the service allows.
func ClientTokenFor(key string, generation int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "eip-go/token/1\n%d\n%s", generation, key))
	return hex.EncodeToString(sum[:])
}
