// Package wiretest is an HTTP peer for tests whose every byte is scripted. It
// runs over in-memory connections, so that it settles under fake time
// (testing/synctest), or over whatever listener a test gives it.
package wiretest

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// Request is one request as the peer saw it.
type Request struct {
	Method string
	URL    string
	Header http.Header
	Host   string
	Body   string
	// Params are the parameters of query and form together.
	Params url.Values
}

// Step answers one request on a connection. Returning false closes it.
type Step func(conn net.Conn, req *Request) bool

// Server plays its steps in order, one a request, and repeats the last one.
// Dial errors come first.
type Server struct {
	mu       sync.Mutex
	dials    []error
	steps    []Step
	requests []*Request
	conns    map[net.Conn]bool
	opened   int
	wg       sync.WaitGroup
}

// New makes a server that plays these steps.
func New(steps ...Step) *Server {
	return &Server{steps: steps, conns: map[net.Conn]bool{}}
}

// FailDials makes the next dials fail with these errors.
func (s *Server) FailDials(errs ...error) *Server {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dials = append(s.dials, errs...)
	return s
}

// DialContext gives the client's end of a new in-memory connection.
func (s *Server) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	if len(s.dials) > 0 {
		err := s.dials[0]
		s.dials = s.dials[1:]
		s.mu.Unlock()
		return nil, err
	}
	s.mu.Unlock()
	client, server := net.Pipe()
	s.Serve(server)
	return client, nil
}

// Serve talks to one client over conn, in the background.
func (s *Server) Serve(conn net.Conn) {
	s.mu.Lock()
	s.conns[conn] = true
	s.opened++
	s.mu.Unlock()
	s.wg.Go(func() {
		defer func() {
			_ = conn.Close()
			s.mu.Lock()
			delete(s.conns, conn)
			s.mu.Unlock()
		}()
		r := bufio.NewReader(conn)
		for {
			req, err := http.ReadRequest(r)
			if err != nil {
				return
			}
			body, err := io.ReadAll(req.Body)
			if err != nil {
				return
			}
			params := req.URL.Query()
			if form, err := url.ParseQuery(string(body)); err == nil {
				for k, v := range form {
					params[k] = append(params[k], v...)
				}
			}
			seen := &Request{Method: req.Method, URL: req.URL.String(), Header: req.Header,
				Host: req.Host, Body: string(body), Params: params}
			if !s.next(seen)(conn, seen) {
				return
			}
		}
	})
}

func (s *Server) next(req *Request) Step {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, req)
	n := len(s.requests)
	if len(s.steps) == 0 {
		return Cut()
	}
	return s.steps[min(n, len(s.steps))-1]
}

// Requests lists what has arrived so far.
func (s *Server) Requests() []*Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*Request(nil), s.requests...)
}

// Opened is how many connections were made.
func (s *Server) Opened() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened
}

// Close ends every connection and waits for them.
func (s *Server) Close() {
	s.mu.Lock()
	for c := range s.conns {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
}

// Client is an HTTP client that dials the server.
func (s *Server) Client() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: s.DialContext, MaxIdleConnsPerHost: 256}}
}

// Answer writes a complete answer. Headers are "Name: value".
func Answer(status int, body string, headers ...string) Step {
	return func(conn net.Conn, _ *Request) bool {
		return write(conn, head(status, len(body), headers)+body)
	}
}

// AnswerWith makes the answer's body from the request.
func AnswerWith(status int, body func(*Request) string, headers ...string) Step {
	return func(conn net.Conn, req *Request) bool { return Answer(status, body(req), headers...)(conn, req) }
}

// Raw writes these bytes and closes the connection.
func Raw(text string) Step {
	return func(conn net.Conn, _ *Request) bool {
		write(conn, text)
		return false
	}
}

// Cut closes the connection instead of answering.
func Cut() Step { return func(net.Conn, *Request) bool { return false } }

// CutBody promises more than it sends, and closes.
func CutBody(status int, body string, headers ...string) Step {
	return func(conn net.Conn, _ *Request) bool {
		write(conn, head(status, len(body)+100, headers)+body)
		return false
	}
}

// Stall says nothing until the client leaves.
func Stall() Step {
	return func(conn net.Conn, _ *Request) bool {
		_, _ = conn.Read(make([]byte, 1))
		return false
	}
}

// StallBody sends the head and a part of the body, then nothing more.
func StallBody(status int, body string) Step {
	return func(conn net.Conn, req *Request) bool {
		return write(conn, head(status, len(body)+100, nil)+body) && Stall()(conn, req)
	}
}

// Endless sends a body that never ends, until the client leaves.
func Endless(status int) Step {
	return func(conn net.Conn, _ *Request) bool {
		if !write(conn, fmt.Sprintf("HTTP/1.1 %d %s\r\nTransfer-Encoding: chunked\r\n\r\n", status, http.StatusText(status))) {
			return false
		}
		chunk := fmt.Sprintf("%x\r\n%s\r\n", 1<<16, bytes.Repeat([]byte("x"), 1<<16))
		for write(conn, chunk) {
		}
		return false
	}
}

// EndlessHead sends headers that never end, until the client leaves.
func EndlessHead() Step {
	return func(conn net.Conn, _ *Request) bool {
		if !write(conn, "HTTP/1.1 200 OK\r\n") {
			return false
		}
		line := "X-Filler: " + strings.Repeat("x", 4000) + "\r\n"
		for write(conn, line) {
		}
		return false
	}
}

// Then does something before a step.
func Then(do func(), step Step) Step {
	return func(conn net.Conn, req *Request) bool {
		do()
		return step(conn, req)
	}
}

func head(status, length int, headers []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\nContent-Length: %d\r\n", status, http.StatusText(status), length)
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	b.WriteString("\r\n")
	return b.String()
}

func write(conn net.Conn, text string) bool {
	_, err := io.WriteString(conn, text)
	return err == nil
}
