package transport

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const answer200 = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// What a broken peer sends behind its answer ends the connection, and does not
// get into the standard logger; with http.DefaultTransport it would. The test is
// not parallel, because the logger is everybody's.
func TestLeftoversAreNotLogged(t *testing.T) {
	var logged bytes.Buffer
	defer log.SetOutput(log.Writer())
	log.SetOutput(&logged)
	cert := httptest.NewUnstartedServer(nil)
	cert.StartTLS() // for its certificate
	defer cert.Close()
	for _, secure := range []bool{false, true} {
		for name, answer := range map[string][]string{
			"behind the answer": {answer200 + "\x1b[31mLEFTOVER"},
			"later":             {answer200, "LEFTOVER"},
			"another answer":    {answer200 + answer200},
			"a 408":             {answer200, "HTTP/1.1 408 Request Timeout\r\n\r\n"},
			"behind chunks":     {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nLEFTOVER"},
		} {
			t.Run(fmt.Sprintf("%s/TLS=%t", name, secure), func(t *testing.T) {
				ln, err := net.Listen("tcp", "127.0.0.1:0")
				require.NoError(t, err)
				defer ln.Close()
				rt, scheme := NewHTTPTransport(), "http"
				if secure {
					ln, scheme = tls.NewListener(ln, &tls.Config{Certificates: cert.TLS.Certificates}), "https"
					rt.TLSClientConfig = &tls.Config{RootCAs: cert.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
				}
				defer rt.CloseIdleConnections()
				read, closed := make(chan bool), make(chan error)
				go func() {
					conn, err := ln.Accept()
					if err != nil {
						closed <- err
						return
					}
					defer conn.Close()
					r := bufio.NewReader(conn)
					req, err := http.ReadRequest(r)
					if err == nil {
						_, err = io.Copy(io.Discard, req.Body)
					}
					if err == nil {
						_, err = io.WriteString(conn, answer[0])
					}
					if err == nil && len(answer) > 1 {
						<-read
						_, err = io.WriteString(conn, answer[1])
					}
					if err == nil {
						_, err = r.ReadByte() // until the client hangs up
					}
					closed <- err
				}()
				s := &scripted{answers: []answerOf{{cause: CauseSuccess}}}
				call := s.call(Once)
				call.Sign = signTo(scheme + "://" + ln.Addr().String())
				body := ""
				call.Judge = func(a *Answer) Judgement { body = string(a.Body); return Judgement{Cause: CauseSuccess} }
				require.True(t, New(testConfig(rt)).Do(t.Context(), call).Done)
				assert.Equal(t, "ok", body)
				close(read)
				assert.ErrorIs(t, <-closed, io.EOF)
				assert.Empty(t, logged.String())
			})
		}
	}
}

// Connections are kept after answers of every form, and HTTP/2 is spoken.
func TestConnectionsAreKept(t *testing.T) {
	t.Parallel()
	var opened atomic.Int64
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/chunked":
			for range 5 {
				fmt.Fprint(w, strings.Repeat("x", 5000))
				w.(http.Flusher).Flush()
			}
			w.Header().Set(http.TrailerPrefix+"X-End", "yes")
		case "/none":
			w.WriteHeader(http.StatusNoContent)
		case "/304":
			w.WriteHeader(http.StatusNotModified)
		case "/hints":
			w.WriteHeader(http.StatusEarlyHints)
			fmt.Fprint(w, "after hints")
		case "/long":
			w.Header().Set("Content-Length", "100000")
			fmt.Fprint(w, strings.Repeat("x", 100000))
		case "/empty":
		}
	})
	for _, proto := range []string{"HTTP", "HTTPS", "HTTP/2.0"} {
		srv := httptest.NewUnstartedServer(handler)
		srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
			if s == http.StateNew {
				opened.Add(1)
			}
		}
		srv.EnableHTTP2 = proto == "HTTP/2.0"
		rt := NewHTTPTransport()
		if proto == "HTTP" {
			srv.Start()
		} else {
			srv.StartTLS()
			rt.TLSClientConfig = &tls.Config{RootCAs: srv.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
		}
		opened.Store(0)
		client := &http.Client{Transport: rt}
		for range 3 {
			for _, path := range []string{"/chunked", "/none", "/304", "/hints", "/long", "/empty"} {
				res, err := client.Post(srv.URL+path, "text/plain", strings.NewReader("body"))
				require.NoError(t, err, "%s %s", proto, path)
				_, err = io.Copy(io.Discard, res.Body)
				require.NoError(t, err, "%s %s", proto, path)
				_ = res.Body.Close()
				assert.Equal(t, proto == "HTTP/2.0", res.ProtoMajor == 2)
			}
		}
		assert.EqualValues(t, 1, opened.Load(), proto)
		rt.CloseIdleConnections()
		srv.Close()
	}
}

// A certificate that is not accepted, a peer that does not speak TLS and one
// that says nothing keep their causes.
func TestHandshakeCauses(t *testing.T) {
	t.Parallel()
	srv := httptest.NewUnstartedServer(nil)
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	defer srv.Close()
	plain := httptest.NewServer(nil)
	defer plain.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer silent.Close()
	for url, want := range map[string]Cause{
		srv.URL: CauseCertificate, strings.Replace(plain.URL, "http", "https", 1): CauseTLSHandshake, "https://" + silent.Addr().String(): CauseTLSHandshake,
	} {
		rt := NewHTTPTransport()
		if strings.HasSuffix(url, silent.Addr().String()) {
			rt.TLSHandshakeTimeout = time.Millisecond
		}
		s := &scripted{answers: []answerOf{{cause: CauseSuccess}}}
		call := s.call(Once)
		call.Sign = signTo(url)
		cfg := testConfig(rt)
		cfg.MaxAttempts = 1
		res := New(cfg).Do(t.Context(), call)
		assert.Equal(t, want, res.Cause, "%v", res.Err)
		assert.False(t, res.Reached)
	}
}

// FuzzTidyConn compares the connection with net/http: where both understand an
// answer they agree on where it ends, whatever the pieces it comes in.
func FuzzTidyConn(f *testing.F) {
	for _, s := range []string{
		answer200, answer200 + "x", "HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n" + answer200 + answer200,
		"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2;a=b\r\nok\r\n0\r\nA: b\r\n\r\nmore",
		"HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\nmore", "HTTP/1.1 200 OK\r\n\r\nto the end", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nabc",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "junk",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, sent string) {
		// Byte by byte, net/http reads no further than the answer goes.
		r := strings.NewReader(sent)
		b := bufio.NewReaderSize(iotest.OneByteReader(r), 16)
		res, err := http.ReadResponse(b, nil)
		for err == nil && res.StatusCode < 200 && res.StatusCode != 101 {
			res, err = http.ReadResponse(b, nil)
		}
		if err == nil {
			_, err = io.Copy(io.Discard, res.Body)
		}
		used := len(sent) - r.Len() - b.Buffered()

		whole := &tidyConn{}
		whole.asked.Store(true)
		owed := whole.follow([]byte(sent))
		pieces := &tidyConn{}
		pieces.asked.Store(true)
		n := 0
		for n < len(sent) && pieces.follow([]byte{sent[n]}) == 1 {
			n++
		}
		if n != owed {
			t.Errorf("%q: %d bytes as a whole, %d in pieces", sent, owed, n)
		}
		if err == nil && owed < used {
			t.Errorf("%q: cut after %d bytes, of an answer of %d", sent, owed, used)
		}
		if err == nil && owed != used && whole.state != blind {
			t.Errorf("%q: %d bytes let through, of an answer of %d", sent, owed, used)
		}
	})
}
