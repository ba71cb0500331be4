package zenlayertest

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
	"github.com/eipkit/eip-go/zenlayer"
)

// window is how far a timestamp may be from the service's clock.
const window = 300 * time.Second

const method = "ZC2-HMAC-SHA256"

// authorize checks who sends a request, from its headers and bytes alone. It is
// written apart from the client's signer, so that the two test each other.
func (s *service) authorize(in *incoming, now time.Time) *fake.Refusal {
	given := in.header.Get("Authorization")
	if token, ok := strings.CutPrefix(given, "Bearer "); ok {
		known := false
		for t := range s.set.bearers {
			known = subtle.ConstantTimeCompare([]byte(t), []byte(token)) == 1 || known
		}
		if !known {
			return refuse(zenlayer.CodeAuthfailureInvalidAuthorization, "The token is not valid.")
		}
		return nil
	}
	scheme, rest, _ := strings.Cut(given, " ")
	if scheme != method || in.header.Get("X-ZC-Signature-Method") != method {
		return refuse(zenlayer.CodeAuthfailureInvalidAuthorization, "The signature method is not supported.")
	}
	fields := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		k, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		fields[k] = v
	}
	password, ok := s.set.keys[fields["Credential"]]
	if !ok {
		return refuse(zenlayer.CodeAuthfailureInvalidAuthorization, "The access key does not exist.")
	}
	stamp, err := strconv.ParseInt(in.header.Get("X-ZC-Timestamp"), 10, 64)
	if err != nil {
		return refuse(zenlayer.CodeAuthfailureInvalidAuthorization, "X-ZC-Timestamp is not a Unix time.")
	}
	var canonical strings.Builder
	canonical.WriteString("POST\n/\n\n")
	needed := map[string]bool{"content-type": true, "host": true}
	last := ""
	for name := range strings.SplitSeq(fields["SignedHeaders"], ";") {
		if name != strings.ToLower(name) || name <= last {
			return refuse(zenlayer.CodeAuthfailureInvalidAuthorization, "SignedHeaders are not in lower case and order.")
		}
		last = name
		delete(needed, name)
		value := in.header.Get(name)
		if name == "host" {
			value = in.host
		}
		fmt.Fprintf(&canonical, "%s:%s\n", name, value)
	}
	if len(needed) > 0 {
		return refuse(zenlayer.CodeAuthfailureInvalidAuthorization, "SignedHeaders lack content-type or host.")
	}
	fmt.Fprintf(&canonical, "\n%s\n%x", fields["SignedHeaders"], sha256.Sum256(in.body))
	mac := hmac.New(sha256.New, []byte(password))
	fmt.Fprintf(mac, "%s\n%s\n%x", method, in.header.Get("X-ZC-Timestamp"), sha256.Sum256([]byte(canonical.String())))
	if !hmac.Equal([]byte(fmt.Sprintf("%x", mac.Sum(nil))), []byte(fields["Signature"])) {
		return refuse(zenlayer.CodeAuthfailureSignatureFailure, "The signature does not match.")
	}
	if now.Sub(time.Unix(stamp, 0)).Abs() > window {
		return refuse(zenlayer.CodeAuthfailureSignatureExpired, "The signature has expired.")
	}
	return nil
}

// incoming is a request as it came.
type incoming struct {
	method, path, host string
	header             http.Header
	body               []byte
	params             params
	bad                bool // the body is no JSON object
}
