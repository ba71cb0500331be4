package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// pipes is a listener whose connections are in memory, so that a test of
// time-outs lives on a bubble's clock.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// dial connects, or gives nil if nobody listens.
func (p *pipes) dial() net.Conn {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client
	case <-p.done:
		return nil
	}
}

// A request that is slow to arrive, or an answer that is slow to be received,
// ends with its connection; a handler takes any time.
func TestTimeouts(t *testing.T) {
	t.Parallel()
	const post = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n"
	for _, tt := range []struct {
		name   string
		sends  []string      // a second apart
		closed time.Duration // since the connection was made, 0 if it is answered
	}{
		{"nothing", nil, 30 * time.Second},
		{"half a header", []string{"GET / HT"}, 30 * time.Second},
		{"a header by and by", []string{"G", "E", "T", " ", "/", " "}, 30 * time.Second},
		{"half a body", []string{post + "\r\n", "12"}, 30 * time.Second},
		{"all of the body", []string{post, "\r\n", "12", "345"}, 0},
		{"no body", []string{"GET / HTTP/1.1\r\nHost: h\r\n\r\n"}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newPipes()
				hs := newHTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if _, err := io.ReadAll(r.Body); err != nil {
						panic(http.ErrAbortHandler) // as the service cuts it
					}
					select { // longer than any limit
					case <-r.Context().Done():
					case <-time.After(time.Hour):
						io.WriteString(w, "late")
					}
				}), defaultLimits)
				go hs.Serve(l)
				defer hs.Close()
				begun := time.Now()
				c := l.dial()
				defer c.Close()
				go func() {
					for _, part := range tt.sends {
						io.WriteString(c, part)
						time.Sleep(time.Second) // on the bubble's clock
					}
				}()
				answer, err := io.ReadAll(&untilBlank{r: bufio.NewReader(c)})
				took := time.Since(begun)
				if tt.closed == 0 {
					require.NoError(t, err)
					require.Contains(t, string(answer), "200 OK")
					require.GreaterOrEqual(t, took, time.Hour)
					return
				}
				require.NotContains(t, string(answer), "200 OK")
				require.GreaterOrEqual(t, took, tt.closed)
				require.LessOrEqual(t, took, tt.closed+time.Second)
			})
		})
	}
}

// untilBlank reads lines up to the end of a header.
type untilBlank struct {
	r   *bufio.Reader
	end bool
}

func (u *untilBlank) Read(p []byte) (int, error) {
	if u.end {
		return 0, io.EOF
	}
	line, err := u.r.ReadString('\n')
	u.end = line == "\r\n"
	return copy(p, line), err
}

// A client that does not read its answer is dropped.
func TestWriteTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newPipes()
		var took time.Duration
		ended := make(chan error, 1)
		hs := newHTTP(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			begun := time.Now()
			_, err := w.Write(make([]byte, 1<<20))
			took = time.Since(begun)
			ended <- err
		}), defaultLimits)
		go hs.Serve(l)
		defer hs.Close()
		c := l.dial()
		defer c.Close()
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
		require.Error(t, <-ended)
		require.Equal(t, defaultLimits.write, took)
	})
}

// A thousand connections that are slow do not stop others, and are closed.
func TestThousandSlowConnections(t *testing.T) {
	t.Parallel()
	endpoint, _, stop := start(t, "-listen", "127.0.0.1:0", "-read-timeout", "3s")
	begun := time.Now()
	var slow []net.Conn
	for i := range 1000 {
		c, err := net.Dial("tcp", strings.TrimPrefix(endpoint, "http://"))
		require.NoError(t, err)
		defer c.Close()
		if i%2 == 0 {
			_, err = io.WriteString(c, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nAct")
		} else {
			_, err = io.WriteString(c, "GET /healt")
		}
		require.NoError(t, err)
		slow = append(slow, c)
	}
	fresh := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}
	for range 20 {
		resp, err := fresh.Get(endpoint + "/healthz")
		require.NoError(t, err)
		text, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, "ok", string(text))
	}
	status, _ := get(t, endpoint, "testid", "testsecret", map[string]string{"Action": "DescribeRegions"})
	require.Equal(t, 200, status)
	for _, c := range slow {
		require.NoError(t, c.SetReadDeadline(begun.Add(time.Minute)))
		_, err := io.Copy(io.Discard, c)
		require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "a slow connection is still open")
	}
	require.Zero(t, stop())
}

// At the end a call that runs is answered, and one that hangs is cut.
func TestStopsGracefully(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, err := eiptest.New(eiptest.WithPipe())
		require.NoError(t, err)
		defer srv.Close()
		srv.Fail("Hangs", fault.Hang())
		srv.Fail("Runs", fault.Latency(2*time.Second))
		ctx, cancel := context.WithCancel(t.Context())
		l := newPipes()
		ended := make(chan error, 1)
		go func() {
			ended <- serve(ctx, newHTTP(front(srv, true), defaultLimits), l, defaultLimits.grace, srv.Close)
		}()
		conns := map[string]net.Conn{}
		for _, action := range []string{"Hangs", "Runs"} {
			conns[action] = l.dial()
			fmt.Fprintf(conns[action], "GET /?Action=%s HTTP/1.1\r\nHost: h\r\n\r\n", action)
		}
		synctest.Wait()
		begun := time.Now()
		cancel()
		resp, err := http.ReadResponse(bufio.NewReader(conns["Runs"]), nil)
		require.NoError(t, err)
		require.Equal(t, 400, resp.StatusCode)
		require.Equal(t, 2*time.Second, time.Since(begun))
		resp.Body.Close()
		require.Nil(t, l.dial(), "nobody listens any more")
		_, err = conns["Hangs"].Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF)
		require.NoError(t, <-ended)
		require.Equal(t, defaultLimits.grace, time.Since(begun))
	})
}

// A listener that breaks is an error.
func TestServeFails(t *testing.T) {
	t.Parallel()
	l := httptest.NewUnstartedServer(nil).Listener
	require.NoError(t, l.Close())
	ended := false
	require.Error(t, serve(t.Context(), newHTTP(http.NotFoundHandler(), defaultLimits), l, time.Second, func() { ended = true }))
	require.True(t, ended)
}
