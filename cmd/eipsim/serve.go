package main

import (
	"bufio"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// newHTTP makes a server that closes connections on which a request or an
// answer takes too long. A handler itself may take any time, since faults make
// answers late on purpose.
//
// It speaks HTTP/1.1 alone: a fault that cuts a connection must not end other
// calls, as it would on a connection of HTTP/2.
func newHTTP(h http.Handler, l limits) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Server{
		Handler:     l.handler(h),
		ReadTimeout: l.read,
		IdleTimeout: l.idle,
		Protocols:   protocols,
		ErrorLog:    log.New(io.Discard, "", 0), // of connections that were cut on purpose
	}
}

// serve serves until the context ends. Then it takes no new connections, and
// gives the calls that run their time to end; after that it calls end, which
// has to wake those that wait, and closes what is left. It returns an error only
// if it cannot serve.
func serve(ctx context.Context, hs *http.Server, l net.Listener, grace time.Duration, end func()) error {
	served := make(chan error, 1)
	go func() { served <- hs.Serve(l) }()
	select {
	case err := <-served:
		end()
		return err
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err := hs.Shutdown(patience)
	end()
	if err != nil {
		hs.Close()
	}
	<-served
	return nil
}

// handler lets a handler take any time, while its request has to arrive and its
// answer has to be received within the limits.
func (l limits) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn := http.NewResponseController(w)
		r.Body = &timedBody{ReadCloser: r.Body, conn: conn}
		next.ServeHTTP(&timedWriter{ResponseWriter: w, conn: conn, limit: l.write}, r)
	})
}

// timedBody lifts the deadline of the request once all of it has arrived.
// Without that the deadline would end the context of a call that takes longer.
type timedBody struct {
	io.ReadCloser
	conn *http.ResponseController
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		_ = b.conn.SetReadDeadline(time.Time{}) // the connection may be gone
	}
	return n, err
}

// timedWriter sets the deadline of the answer when it begins.
type timedWriter struct {
	http.ResponseWriter
	conn  *http.ResponseController
	limit time.Duration
	begun bool
}

func (w *timedWriter) begin() {
	if !w.begun {
		w.begun = true
		_ = w.conn.SetWriteDeadline(time.Now().Add(w.limit)) // the connection may be gone
	}
}

func (w *timedWriter) WriteHeader(status int) {
	w.begin()
	w.ResponseWriter.WriteHeader(status)
}

func (w *timedWriter) Write(p []byte) (int, error) {
	w.begin()
	return w.ResponseWriter.Write(p)
}

// Hijack and Flush are what faults need to cut an answer.
func (w *timedWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) { return w.conn.Hijack() }

// Flush sends what has been written.
func (w *timedWriter) Flush() {
	w.begin()
	_ = w.conn.Flush() // the connection may be gone
}

// Unwrap lets http.ResponseController reach the connection.
func (w *timedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
