package eip

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/wiretest"
)

// Every test here runs inside a synctest bubble, which fails if a goroutine is
// left behind, and closes the peer, which waits for its connections.

func gzipBomb(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	zeros := make([]byte, 1<<20)
	for range 32 {
		_, err := w.Write(zeros)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.String()
}

func TestHostileNetwork(t *testing.T) {
	t.Parallel()
	bomb := gzipBomb(t)
	lie := func(length int) wiretest.Step {
		return wiretest.Raw(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", length, okJSON))
	}
	cases := []struct {
		name  string
		steps []wiretest.Step
		opts  []Option
		// what the error of a write without repeats says
		cause string
	}{
		{name: "a proxy answers HTML", steps: []wiretest.Step{wiretest.Answer(200, "<html>log in</html>", "Content-Type: text/html")}, cause: "not taken for the service's answer"},
		{name: "a proxy closes", steps: []wiretest.Step{wiretest.Cut()}},
		{name: "garbage instead of HTTP", steps: []wiretest.Step{wiretest.Raw("SSH-2.0-OpenSSH_9.9\r\n")}},
		{name: "a redirect to another host", cause: "redirect",
			steps: []wiretest.Step{wiretest.Answer(302, "", "Location: http://evil.invalid/")}},
		{name: "a redirect that keeps the method", cause: "redirect",
			steps: []wiretest.Step{wiretest.Answer(307, "", "Location: http://evil.invalid/")}},
		{name: "an answer that never ends", steps: []wiretest.Step{wiretest.Endless(200)}, cause: "larger than the limit"},
		{name: "an error that never ends", steps: []wiretest.Step{wiretest.Endless(500)}, cause: "larger than the limit"},
		{name: "a body that stalls", steps: []wiretest.Step{wiretest.StallBody(200, okJSON[:9])}, cause: "attempt time-out"},
		{name: "silence", steps: []wiretest.Step{wiretest.Stall()}, cause: "attempt time-out"},
		{name: "a Content-Length that promises too much", steps: []wiretest.Step{lie(len(okJSON) + 50)}, cause: "unexpected EOF"},
		{name: "a Content-Length that cuts the answer short", steps: []wiretest.Step{lie(len(okJSON) - 5)}, cause: "not taken for the service's answer"},
		{name: "a negative Content-Length", steps: []wiretest.Step{lie(-1)}},
		{name: "a gzip bomb", steps: []wiretest.Step{wiretest.Answer(200, bomb, "Content-Encoding: gzip")}, cause: "larger than the limit"},
		{name: "broken gzip", steps: []wiretest.Step{wiretest.Answer(200, "not gzip at all", "Content-Encoding: gzip")}},
		{name: "headers without end", steps: []wiretest.Step{wiretest.EndlessHead()}},
		{name: "interim answers without end", steps: []wiretest.Step{wiretest.Raw(strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 50))}},
		{name: "status 999", steps: []wiretest.Step{wiretest.Raw("HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n")}},
		{name: "switching protocols", steps: []wiretest.Step{wiretest.Raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")}},
		{name: "deep JSON", steps: []wiretest.Step{wiretest.Answer(200, strings.Repeat(`{"a":`, 100000)+"1"+strings.Repeat("}", 100000))}, cause: "not taken for the service's answer"},
		{name: "control characters", steps: []wiretest.Step{wiretest.Answer(200, "\x00\x1b[31m\xff\xfe")}, cause: "not taken for the service's answer"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for _, place := range []Placement{PlacementForm, PlacementGET} {
				t.Run(place.method(), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						srv := wiretest.New(append(tc.steps, wiretest.Answer(200, allocateJSON))...)
						hc := srv.Client()
						hc.Transport.(*http.Transport).MaxResponseHeaderBytes = 64 << 10
						c := wireClient(t, srv, append([]Option{WithPlacement(place), WithHTTPClient(hc)}, tc.opts...)...)

						// Alone: the right outcome.
						_, err := c.Do(t.Context(), RawRequest{Action: "CreateSomething", Kind: KindOnce}, nil)
						require.Error(t, err)
						assert.True(t, OutcomeUnknown(err), "%v", err)
						assert.ErrorContains(t, err, tc.cause)
						assert.Less(t, len(err.Error()), 1000)
						assert.NotContains(t, err.Error(), "\x1b")
						assert.Len(t, srv.Requests(), 1, "sent once")
					})
					synctest.Test(t, func(t *testing.T) {
						srv := wiretest.New(append(tc.steps, wiretest.Answer(200, allocateJSON))...)
						hc := srv.Client()
						hc.Transport.(*http.Transport).MaxResponseHeaderBytes = 64 << 10
						c := wireClient(t, srv, append([]Option{WithPlacement(place), WithHTTPClient(hc)}, tc.opts...)...)
						res, err := c.AllocateEipAddress(t.Context(), &AllocateEipAddressRequest{})
						require.NoError(t, err)
						assert.Equal(t, "eip-1", res.AllocationID)
						assertFreshSignatures(t, srv.Requests(), KindTokened)
					})
				})
			}
		})
	}
}

// A kept connection that the server closes just as the next request is
// written: net/http must not repeat the request by itself, because that would
// be the same nonce and signature again.
func TestIdleConnectionClosedAtTheWorstMoment(t *testing.T) {
	t.Parallel()
	for _, setup := range []struct {
		name string
		opts []Option
	}{
		{"form", nil},
		{"POST query", []Option{WithPlacement(PlacementQuery)}},
		{"GET", []Option{WithPlacement(PlacementGET)}},
	} {
		t.Run(setup.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := wiretest.New(ok(), wiretest.Cut(), ok(), wiretest.Cut())
				c := wireClient(t, srv, setup.opts...)
				_, err := do(t.Context(), c, KindTokened)
				require.NoError(t, err)
				meta, err := do(t.Context(), c, KindTokened)
				require.NoError(t, err)
				assert.Equal(t, 2, meta.Attempts, "the library repeated it, knowingly")
				assert.Len(t, srv.Requests(), 3)
				nonces := map[string]bool{}
				for _, r := range srv.Requests() {
					nonces[r.Params.Get("SignatureNonce")] = true
				}
				assert.Len(t, nonces, 3, "no request was sent twice")

				// A write that must not be repeated is not, by anybody.
				_, err = do(t.Context(), c, KindOnce)
				require.Error(t, err)
				assert.True(t, OutcomeUnknown(err))
				assert.Len(t, srv.Requests(), 4)
			})
		})
	}
}

// Failed calls do not empty the pool of kept connections.
func TestFailuresKeepConnections(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var steps []wiretest.Step
		for range 20 {
			steps = append(steps, refuse(400, "QuotaExceeded.Eip"), wiretest.Answer(503, "<html>busy</html>"))
		}
		srv := wiretest.New(append(steps, ok())...)
		c := wireClient(t, srv)
		for range 20 {
			_, err := do(t.Context(), c, KindRead)
			require.ErrorIs(t, err, ErrQuota)
		}
		_, err := do(t.Context(), c, KindRead)
		require.NoError(t, err)
		assert.Equal(t, 1, srv.Opened())
	})
}

// The caller's client is not changed, and its redirect policy not asked.
func TestCallersHTTPClientIsLeftAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := wiretest.New(wiretest.Answer(302, "", "Location: http://evil.invalid/"))
		hc := srv.Client()
		hc.Timeout = time.Minute
		asked := false
		hc.CheckRedirect = func(*http.Request, []*http.Request) error { asked = true; return nil }
		before := *hc
		c := wireClient(t, srv, WithHTTPClient(hc))
		_, err := do(t.Context(), c, KindRead)
		require.Error(t, err)
		assert.False(t, asked)
		assert.Equal(t, before.Timeout, hc.Timeout)
		assert.Same(t, before.Transport, hc.Transport)
		assert.NotNil(t, hc.CheckRedirect)
	})
}

// What a peer says after a connection is there is no proof that the request was
// not carried out, whatever it sounds like.
func TestPeersThatSoundLikeDialErrors(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"as a status": "server gave HTTP response to HTTPS client\r\n\r\n",
		"as a header": "HTTP/1.1 200 OK\r\nhttp: server gave HTTP response to HTTPS client\r\n\r\n",
		"a time-out":  "net/http: TLS handshake timeout\r\n\r\n",
		"a lookup":    "lookup vpc.aliyuncs.com: no such host\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := wiretest.New(wiretest.Raw(raw), ok())
				_, err := do(t.Context(), wireClient(t, srv), KindOnce)
				assert.True(t, OutcomeUnknown(err), "%v", err)
				assert.Len(t, srv.Requests(), 1)
			})
		})
	}
}

// Plain bytes in the middle of a TLS connection give the error of a failed
// handshake, after the request was carried out.
func TestTLSGarbageAfterTheRequest(t *testing.T) {
	t.Parallel()
	var served atomic.Int64
	raw := make(chan net.Conn, 8)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		served.Add(1)
		conn := <-raw
		_, _ = io.WriteString(conn, "HTTP/1.1 400 this is not TLS\r\n\r\n")
		_ = conn.Close()
	}))
	srv.Listener = tapListener{srv.Listener, raw}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	c, err := NewClient("cn-hangzhou", WithEndpoint(srv.URL), WithHTTPClient(srv.Client()),
		WithBackoff(time.Millisecond, time.Millisecond), WithCredentials(StaticCredentials(wireKey, wireSecret)))
	require.NoError(t, err)
	_, err = do(t.Context(), c, KindOnce)
	assert.True(t, OutcomeUnknown(err), "%v", err)
	assert.EqualValues(t, 1, served.Load(), "sent once")
}

// tapListener hands out the raw connections below TLS.
type tapListener struct {
	net.Listener
	raw chan<- net.Conn
}

func (l tapListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		l.raw <- conn
	}
	return conn, err
}

// A certificate that is not accepted is not tried again.
func TestUntrustedCertificate(t *testing.T) {
	t.Parallel()
	var served atomic.Int64
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served.Add(1) }))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	c, err := NewClient("cn-hangzhou", WithEndpoint(srv.URL), WithCredentials(StaticCredentials(wireKey, wireSecret)))
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	_, err = do(t.Context(), c, KindTokened)
	var te *TransportError
	require.ErrorAs(t, err, &te)
	assert.False(t, te.Sent)
	assert.Equal(t, 1, te.Attempts)
	assert.Zero(t, served.Load())
}

// A POST with everything in the query says that its body is empty, instead of
// sending an empty chunk.
func TestPostQueryHasALength(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := wiretest.New(ok())
		_, err := do(t.Context(), wireClient(t, srv, WithPlacement(PlacementQuery)), KindRead)
		require.NoError(t, err)
		req := srv.Requests()[0]
		assert.Equal(t, "0", req.Header.Get("Content-Length"))
		assert.NotEmpty(t, req.Params.Get("Signature"))
	})
}
