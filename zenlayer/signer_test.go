package zenlayer

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/wiretest"
)

type vector struct {
	Name                                  string
	Time                                  int64
	ID, Password, Host, ContentType, Body string
	Action, Version, Client               string
	Canonical, ToSign, Authorization      string
}

// The vectors are from the vendor's SDK, run with a fixed clock, and from its
// documentation.
func TestSignatureVectors(t *testing.T) {
	t.Parallel()
	vectors := load[[]vector](t, "signatures.json")
	require.Len(t, vectors, 11)
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			in := signInput{
				keyID: v.ID, password: v.Password, contentType: v.ContentType, host: v.Host,
				timestamp: strconv.FormatInt(v.Time, 10), body: []byte(v.Body),
			}
			assert.Equal(t, v.Canonical, in.canonicalRequest())
			assert.Equal(t, v.ToSign, in.stringToSign())
			got, signature := in.sign()
			assert.Equal(t, v.Authorization, got)
			assert.Contains(t, got, "Signature="+signature)
		})
	}
}

// TestSignatureCovers shows what a signature depends on, and what not.
func TestSignatureCovers(t *testing.T) {
	t.Parallel()
	base := signInput{keyID: "id", password: "p", contentType: contentType, host: "h", timestamp: "1", body: []byte("{}")}
	_, want := base.sign()
	for name, change := range map[string]func(*signInput){
		"password":     func(in *signInput) { in.password = "q" },
		"content type": func(in *signInput) { in.contentType += ";charset=utf-8" },
		"host":         func(in *signInput) { in.host = "h:80" },
		"timestamp":    func(in *signInput) { in.timestamp = "2" },
		"body":         func(in *signInput) { in.body = []byte("{ }") },
	} {
		in := base
		change(&in)
		_, got := in.sign()
		assert.NotEqual(t, want, got, name)
	}
	in := base
	in.keyID = "other"
	_, got := in.sign()
	assert.Equal(t, want, got, "the key ID is not signed, it picks the password")
}

// TestHeadersOfAttempts compares what goes over the wire with a signature made
// of what arrived, and shows that each attempt has its own timestamp.
func TestHeadersOfAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, headersOfAttempts)
}

func headersOfAttempts(t *testing.T) {
	srv := wiretest.New(refuse(429, "REQUEST_LIMIT_EXCEEDED", "Retry-After: 2"), ok())
	start := time.Now()
	c := wireClient(t, srv, WithRequestClient("my-client 1.0"), WithAPIVersion(APIVersion20221120), WithUserAgent("prog/1"))
	_, err := c.TerminateEipAddress(t.Context(), &TerminateEipAddressRequest{EipID: "eipId1"})
	require.NoError(t, err)
	assert.GreaterOrEqual(t, time.Since(start), 2*time.Second)
	var stamps []string
	for _, r := range srv.Requests() {
		assert.Equal(t, "POST", r.Method)
		assert.Equal(t, "/api/v2/bmc", r.URL)
		assert.Equal(t, "fake.invalid", r.Host)
		assert.JSONEq(t, `{"eipId":"eipId1"}`, r.Body)
		for name, want := range map[string]string{
			"Content-Type": "application/json", "X-ZC-Action": "TerminateEipAddress", "X-ZC-Version": "2022-11-20",
			"X-ZC-Signature-Method": "ZC2-HMAC-SHA256", "X-ZC-Service": "bmc", "X-ZC-Request-Client": "my-client 1.0",
		} {
			assert.Equal(t, want, r.Header.Get(name), name)
		}
		assert.Contains(t, r.Header.Get("User-Agent"), "prog/1 eip-go/"+eip.Version)
		in := signInput{
			keyID: testKey, password: testPassword, contentType: r.Header.Get("Content-Type"), host: r.Host,
			timestamp: r.Header.Get("X-ZC-Timestamp"), body: []byte(r.Body),
		}
		want, _ := in.sign()
		assert.Equal(t, want, r.Header.Get("Authorization"))
		stamps = append(stamps, in.timestamp)
	}
	require.Len(t, stamps, 2)
	assert.NotEqual(t, stamps[0], stamps[1], "each attempt is signed anew")
}

func TestBearerToken(t *testing.T) {
	t.Parallel()
	srv := wiretest.New(ok())
	hc := srv.Client()
	t.Cleanup(func() { hc.CloseIdleConnections(); srv.Close() })
	c, err := NewClient(WithEndpoint("http://fake.invalid"), WithHTTPClient(hc), WithBearerToken("test-token"))
	require.NoError(t, err)
	_, err = c.ReleaseEipAddresses(t.Context(), &ReleaseEipAddressesRequest{EipIDs: []string{"eipId1"}})
	require.NoError(t, err)
	r := srv.Requests()[0]
	assert.Equal(t, "Bearer test-token", r.Header.Get("Authorization"))
	assert.Empty(t, r.Header.Values("X-ZC-Timestamp"))
	assert.Empty(t, r.Header.Values("X-ZC-Signature-Method"))
	assert.Equal(t, "2026-02-01", r.Header.Get("X-ZC-Version"))
	assert.Equal(t, `{"eipIds":["eipId1"]}`, r.Body)
}
