// Command eipsim serves a fake Elastic IP service over loopback HTTP, for
// programs in any language: command-line tools, infrastructure tools, other
// SDKs. Point them at the printed address as their endpoint.
//
//	go run ./cmd/eipsim -listen 127.0.0.1:8089 -access-key-id testid -access-key-secret testsecret -region cn-hangzhou
//
// GET /_eip/ lists the endpoints by which tests steer it. -seed-file begins with the
// state of a snapshot, and -state keeps the state in a file over restarts.
//
// With -vendor zenlayer it serves Zenlayer's interface instead, with flags of
// its own (-vendor zenlayer -h).
package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run serves until the context ends. It returns the exit status: 0 after a
// regular end, 1 if it cannot serve, 2 for wrong arguments.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	vendor, args, err := cutVendor(args)
	if err != nil {
		fmt.Fprintln(stderr, "eipsim:", err)
		return 2
	}
	var p program
	var open func() (server, error)
	args = joinLog(args)
	if vendor == "zenlayer" {
		var opts []zenlayertest.Option
		opts, err = parseZenlayer(&p, args, stderr)
		open = func() (server, error) { return zenlayertest.New(opts...) }
	} else {
		var opts []eiptest.Option
		opts, err = parse(&p, args, stderr)
		open = func() (server, error) { return eiptest.New(opts...) }
	}
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "eipsim:", err)
		return 2
	}
	if p.version {
		err = printVersion(stdout)
	} else {
		err = p.run(ctx, vendor, open, stdout, stderr)
	}
	if err != nil {
		fmt.Fprintln(stderr, "eipsim:", err)
		return 1
	}
	return 0
}

// run serves until the context ends.
func (p *program) run(ctx context.Context, vendor string, open func() (server, error), stdout, stderr io.Writer) error {
	srv, err := open()
	if err != nil {
		return err
	}
	defer srv.Close()
	l, says, err := p.open()
	if err != nil {
		return err
	}
	defer l.Close()
	if _, err := io.WriteString(stdout, says); err != nil {
		return err
	}
	if err := serve(ctx, newHTTP(front(srv, vendor == "alibaba"), p.limits), l, p.limits.grace, srv.Close); err != nil {
		return err
	}
	summarize(stderr, srv)
	return nil
}

// open listens. It returns what is printed of it: the address in the first line,
// and the certificate, if there is one, in the second.
func (p *program) open() (l net.Listener, says string, err error) {
	l, err = net.Listen("tcp", p.listen)
	if err != nil {
		return nil, "", fmt.Errorf("-listen %s: %w", p.listen, err)
	}
	if !p.tls {
		return l, fmt.Sprintf("listening on http://%s\n", l.Addr()), nil
	}
	crt, err := selfSigned(p.listen, time.Now())
	if err == nil && p.tlsCert != "" {
		err = writeCertificate(p.tlsCert, crt)
	}
	if err != nil {
		l.Close()
		return nil, "", err
	}
	says = fmt.Sprintf("listening on https://%s\ncertificate SHA-256 %s\n", l.Addr(), fingerprint(crt))
	return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{crt}, MinVersion: tls.VersionTLS12}), says, nil
}
