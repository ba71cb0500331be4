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
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
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
	var open func() (server, error)
	if vendor == "zenlayer" {
		var opts []zenlayertest.Option
		opts, err = parseZenlayer(args, stderr)
		open = func() (server, error) { return zenlayertest.New(opts...) }
	} else {
		var opts []eiptest.Option
		opts, err = parse(args, stderr)
		open = func() (server, error) { return eiptest.New(opts...) }
	}
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "eipsim:", err)
		return 2
	}
	srv, err := open()
	if err != nil {
		fmt.Fprintln(stderr, "eipsim:", err)
		return 1
	}
	defer srv.Close()
	if _, err := fmt.Fprintln(stdout, "listening on", srv.URL()); err != nil {
		fmt.Fprintln(stderr, "eipsim:", err)
		return 1
	}
	<-ctx.Done()
	summarize(stderr, srv)
	return 0
}
