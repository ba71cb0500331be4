package eip

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// h2Peer speaks HTTP/2 frame by frame to do what a well-behaved
// server never does. It needs real sockets: both ends of HTTP/2 write whenever
// they like, and an in-memory pipe holds nothing.
type h2Peer struct {
	mu     sync.Mutex
	script []func(f *http2.Framer, stream uint32) (closeConn bool)
	nonces []string // of the requests whose body arrived in full
	tokens []string
	wg     sync.WaitGroup
}

func (p *h2Peer) listen(t *testing.T) (endpoint string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p.wg.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			p.wg.Go(func() { defer conn.Close(); p.serve(conn) })
		}
	})
	t.Cleanup(func() { _ = ln.Close(); p.wg.Wait() })
	return "http://" + ln.Addr().String()
}

func (p *h2Peer) serve(conn net.Conn) {
	if _, err := io.ReadFull(conn, make([]byte, len(http2.ClientPreface))); err != nil {
		return
	}
	f := http2.NewFramer(conn, conn)
	if f.WriteSettings() != nil {
		return
	}
	bodies := map[uint32]*bytes.Buffer{}
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			return
		}
		switch fr := frame.(type) {
		case *http2.SettingsFrame:
			if !fr.IsAck() && f.WriteSettingsAck() != nil {
				return
			}
		case *http2.HeadersFrame:
			bodies[fr.StreamID] = &bytes.Buffer{}
		case *http2.DataFrame:
			b := bodies[fr.StreamID]
			if b == nil {
				continue
			}
			b.Write(fr.Data())
			if !fr.StreamEnded() {
				continue
			}
			if p.answer(f, fr.StreamID, b.String()) {
				return
			}
		}
	}
}

func (p *h2Peer) answer(f *http2.Framer, stream uint32, body string) bool {
	form, _ := url.ParseQuery(body)
	p.mu.Lock()
	p.nonces = append(p.nonces, form.Get("SignatureNonce"))
	p.tokens = append(p.tokens, form.Get("ClientToken"))
	step := p.script[min(len(p.nonces), len(p.script))-1]
	p.mu.Unlock()
	return step(f, stream)
}

func h2OK(f *http2.Framer, stream uint32) bool {
	var b bytes.Buffer
	enc := hpack.NewEncoder(&b)
	_ = enc.WriteField(hpack.HeaderField{Name: ":status", Value: "200"})
	_ = enc.WriteField(hpack.HeaderField{Name: "content-length", Value: strconv.Itoa(len(allocateJSON))})
	_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: b.Bytes(), EndHeaders: true})
	return f.WriteData(stream, true, []byte(allocateJSON)) != nil
}

func TestHTTP2Hostile(t *testing.T) {
	t.Parallel()
	refuseStream := func(f *http2.Framer, stream uint32) bool {
		return f.WriteRSTStream(stream, http2.ErrCodeRefusedStream) != nil
	}
	goAwayBefore := func(f *http2.Framer, stream uint32) bool {
		_ = f.WriteGoAway(stream-1, http2.ErrCodeNo, nil) // this stream was not looked at
		return true
	}
	goAwayAfter := func(f *http2.Framer, stream uint32) bool {
		_ = f.WriteGoAway(stream, http2.ErrCodeNo, nil) // this one may have been
		return true
	}
	reset := func(f *http2.Framer, stream uint32) bool {
		return f.WriteRSTStream(stream, http2.ErrCodeInternal) != nil
	}
	type step = func(*http2.Framer, uint32) bool
	cases := []struct {
		name     string
		first    step
		unknown  bool // for a write that is not repeated
		attempts int  // of a tokened write
	}{
		// net/http repeats what the server says it has not processed: the same
		// request, so the same nonce, and one attempt.
		{"refused stream", refuseStream, false, 1},
		{"GOAWAY before the stream", goAwayBefore, false, 1},
		// Here it must not, and the library repeats with a new signature.
		{"GOAWAY after the stream", goAwayAfter, true, 2},
		{"stream reset", reset, true, 2},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for _, kind := range []Kind{KindOnce, KindTokened} {
				t.Run(kind.String(), func(t *testing.T) {
					t.Parallel()
					peer := &h2Peer{script: []func(*http2.Framer, uint32) bool{tc.first, h2OK}}
					var protocols http.Protocols
					protocols.SetUnencryptedHTTP2(true)
					hc := &http.Client{Transport: &http.Transport{Protocols: &protocols}}
					c, err := NewClient("cn-hangzhou", WithEndpoint(peer.listen(t)), WithHTTPClient(hc),
						WithBackoff(time.Millisecond, time.Millisecond),
						WithCredentials(StaticCredentials(wireKey, wireSecret)))
					require.NoError(t, err)
					t.Cleanup(hc.CloseIdleConnections)
					meta, err := do(t.Context(), c, kind)
					if kind == KindOnce && tc.unknown {
						require.Error(t, err)
						assert.True(t, OutcomeUnknown(err), "%v", err)
						assert.Len(t, peer.nonces, 1, "not repeated by anybody")
					} else {
						require.NoError(t, err)
						assert.Len(t, peer.nonces, 2)
						want := tc.attempts
						if kind == KindOnce {
							want = 1
						}
						assert.Equal(t, want, meta.Attempts)
						assert.Equal(t, want == 1, peer.nonces[0] == peer.nonces[1])
						assert.Equal(t, peer.tokens[0], peer.tokens[1])
					}
				})
			}
		})
	}
}
