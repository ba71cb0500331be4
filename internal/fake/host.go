package fake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// PipeURL is the address of a service that is reached over in-memory
// connections. Nothing resolves it, so a client that misses the transport
// fails at once.
const PipeURL = "http://vpc.fake.invalid"

// Host makes a handler reachable. It can be stopped and started again at the
// same address.
type Host struct {
	handler http.Handler
	pipe    bool

	mu     sync.Mutex
	addr   string
	srv    *http.Server
	pipes  *pipeListener
	served chan struct{}
	trs    []*http.Transport
	closed bool

	conns  sync.WaitGroup
	opened atomic.Int64
	open   atomic.Int64
}

// Listen serves the handler over TCP. Port 0 picks a port.
func Listen(addr string, h http.Handler) (*Host, error) {
	host := &Host{handler: h, addr: addr}
	return host, host.Start()
}

// Pipe serves the handler over in-memory connections.
func Pipe(h http.Handler) *Host {
	host := &Host{handler: h, pipe: true}
	host.Start() // cannot fail without a socket
	return host
}

// URL is the address of the service, without a final slash.
func (h *Host) URL() string {
	if h.pipe {
		return PipeURL
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return "http://" + h.addr
}

// Start listens again after Stop, at the same address.
func (h *Host) Start() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return errors.New("fake: the server is closed")
	}
	if h.srv != nil {
		return nil
	}
	var l net.Listener
	if h.pipe {
		h.pipes = &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
		l = h.pipes
	} else {
		tcp, err := net.Listen("tcp", h.addr)
		if err != nil {
			return fmt.Errorf("fake: listen on %s: %w", h.addr, err)
		}
		h.addr = tcp.Addr().String()
		l = tcp
	}
	// A fake that logs the broken connections it makes on purpose would drown
	// the output of a test.
	h.srv = &http.Server{Handler: h.handler, ErrorLog: log.New(io.Discard, "", 0), ConnState: h.track,
		ReadHeaderTimeout: time.Minute}
	if h.pipe {
		h.srv.ReadHeaderTimeout = 0
	}
	h.served = make(chan struct{})
	go func(srv *http.Server, served chan struct{}) {
		defer close(served)
		srv.Serve(l)
	}(h.srv, h.served)
	return nil
}

func (h *Host) track(_ net.Conn, s http.ConnState) {
	switch s {
	case http.StateNew:
		h.conns.Add(1)
		h.opened.Add(1)
		h.open.Add(1)
	case http.StateClosed, http.StateHijacked:
		h.open.Add(-1)
		h.conns.Done()
	}
}

// Stop closes the listener and every connection. Requests that are running go
// on, but nobody hears their answers.
func (h *Host) Stop() {
	h.mu.Lock()
	srv, served := h.srv, h.served
	h.srv = nil
	h.mu.Unlock()
	if srv != nil {
		srv.Close()
		<-served
		srv.Close() // a connection that was accepted meanwhile
	}
}

// Restart is Stop and Start. The port is free again at once; if another
// process is quicker, it tries for a second.
func (h *Host) Restart() error {
	h.Stop()
	var err error
	for range 50 {
		if err = h.Start(); err == nil || h.pipe {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
	return err
}

// Close stops for good and waits until every connection's goroutine has left
// its handler. It must not be called by a handler.
func (h *Host) Close() {
	h.mu.Lock()
	h.closed = true
	trs := h.trs
	h.trs = nil
	h.mu.Unlock()
	h.Stop()
	for _, tr := range trs {
		tr.CloseIdleConnections()
	}
	h.conns.Wait()
}

// Conns tells how many connections were opened so far and how many are open.
func (h *Host) Conns() (opened, open int) {
	return int(h.opened.Load()), int(h.open.Load())
}

// DialContext connects to the service, whatever the address says. It fits
// http.Transport.
func (h *Host) DialContext(ctx context.Context, network, _ string) (net.Conn, error) {
	h.mu.Lock()
	pipes, addr, up := h.pipes, h.addr, h.srv != nil
	h.mu.Unlock()
	if !h.pipe {
		var d net.Dialer
		return d.DialContext(ctx, network, addr)
	}
	refused := &net.OpError{Op: "dial", Net: "pipe", Addr: pipeAddr{}, Err: syscall.ECONNREFUSED}
	if !up {
		return nil, refused
	}
	client, server := net.Pipe()
	select {
	case pipes.conns <- server:
		return client, nil
	case <-pipes.done:
		return nil, refused
	case <-ctx.Done():
		return nil, &net.OpError{Op: "dial", Net: "pipe", Addr: pipeAddr{}, Err: ctx.Err()}
	}
}

// Transport returns a transport of its own whose idle connections are closed
// with the host.
func (h *Host) Transport() *http.Transport {
	tr := &http.Transport{DialContext: h.DialContext, MaxIdleConns: 1024, MaxIdleConnsPerHost: 1024,
		DisableCompression: true}
	h.mu.Lock()
	h.trs = append(h.trs, tr)
	h.mu.Unlock()
	return tr
}

// pipeListener accepts the server ends of in-memory connections.
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }
