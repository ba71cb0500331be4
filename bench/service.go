package bench

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// What every subject is configured with.
const (
	Region          = "cn-hangzhou"
	AccessKeyID     = "bench-access-key-id"
	AccessKeySecret = "bench-access-key-secret"
)

// memorySuffix ends the names of the hosts that are answered from memory.
const memorySuffix = ".memory.invalid"

// memory is an http.RoundTripper that answers every request at once. The first
// label of the host selects the answer, so that the time to find out what was
// asked for is not part of any measurement.
type memory struct {
	answers map[string][]byte
	header  http.Header
}

func newMemory() *memory {
	return &memory{
		answers: map[string][]byte{
			"send" + memorySuffix:          compact(smallest()),
			"allocate" + memorySuffix:      compact(allocated()),
			"page" + memorySuffix:          compact(page()),
			"page-shuffled" + memorySuffix: shuffled(page()),
		},
		header: http.Header{
			"Content-Type":     {"application/json;charset=utf-8"},
			"Date":             {time.Now().UTC().Format(http.TimeFormat)},
			"X-Acs-Request-Id": {requestID},
		},
	}
}

// RoundTrip implements http.RoundTripper.
func (m *memory) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return nil, err
		}
		if err := req.Body.Close(); err != nil {
			return nil, err
		}
	}
	answer, ok := m.answers[req.URL.Host]
	if !ok {
		return nil, &net.DNSError{Err: "no such host", Name: req.URL.Host, IsNotFound: true}
	}
	body := new(memoryBody)
	body.Reset(answer)
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: m.header, Body: body, ContentLength: int64(len(answer)), Request: req,
	}, nil
}

type memoryBody struct{ bytes.Reader }

func (*memoryBody) Close() error { return nil }

// memoryOr answers the memory hosts from memory and sends everything else on.
type memoryOr struct {
	*memory
	other *http.Transport
}

func (t *memoryOr) RoundTrip(req *http.Request) (*http.Response, error) {
	if _, ok := t.answers[req.URL.Host]; ok {
		return t.memory.RoundTrip(req)
	}
	return t.other.RoundTrip(req)
}

func (t *memoryOr) CloseIdleConnections() { t.other.CloseIdleConnections() }

// sharedMemory is the transport behind all calls in memory.
//
// aliyungo has no option for a transport: it always uses
// http.DefaultTransport, which is therefore wrapped once per process. Requests
// to other hosts reach the original, with its default connection pool.
var sharedMemory = sync.OnceValue(func() *memory {
	m := newMemory()
	if original, ok := http.DefaultTransport.(*http.Transport); ok {
		http.DefaultTransport = &memoryOr{m, original}
	}
	// The SDK sends even requests to loopback through a proxy.
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		if err := os.Unsetenv(name); err != nil {
			panic(err)
		}
	}
	return m
})

// Loopback is an HTTP server that answers every request with a successful
// answer of AllocateEipAddress.
type Loopback struct {
	srv    *httptest.Server
	opened atomic.Int64
}

// NewLoopback starts a server that takes the given time to answer.
func NewLoopback(latency time.Duration) *Loopback {
	l := new(Loopback)
	answer := compact(allocated())
	l.srv = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if latency > 0 {
			time.Sleep(latency)
		}
		w.Header()["Content-Type"] = []string{"application/json;charset=utf-8"}
		_, _ = w.Write(answer)
	}))
	l.srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			l.opened.Add(1)
		}
	}
	l.srv.Start()
	return l
}

// URL is the base URL of the server.
func (l *Loopback) URL() string { return l.srv.URL }

// Opened is the number of connections that clients have opened so far.
func (l *Loopback) Opened() int64 { return l.opened.Load() }

// Close shuts the server down.
func (l *Loopback) Close() {
	l.srv.CloseClientConnections()
	l.srv.Close()
}
