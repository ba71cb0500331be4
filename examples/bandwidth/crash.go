package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync/atomic"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

// crashStatus is the exit status of a process that crashAfter ends.
const crashStatus = 3

// crasher is a transport that ends the process when the last of its requests
// was answered, before the program reads the answer.
type crasher struct{ requests atomic.Int64 }

func (c *crasher) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(req)
	if c.requests.Add(-1) == 0 {
		fmt.Fprintln(os.Stderr, "crash: the process ends here, without any clean-up")
		os.Exit(crashStatus)
	}
	return res, err
}

// crashAfter returns the option that ends the process after n requests, or none
// if n is 0.
func crashAfter(n int) []eip.Option {
	if n <= 0 {
		return nil
	}
	c := new(crasher)
	c.requests.Store(int64(n))
	return []eip.Option{eip.WithHTTPClient(&http.Client{Transport: c})}
}

// rehearse runs this program twice against one fake, as processes of their own:
// the first one crashes after n requests.
func rehearse(ctx context.Context, n int, out io.Writer) error {
	srv, err := eiptest.New()
	if err != nil {
		return err
	}
	defer srv.Close()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	run := func(args ...string) error {
		cmd := exec.CommandContext(ctx, self, append(args, "-endpoint", srv.URL())...)
		cmd.Stdout, cmd.Stderr = out, out
		return cmd.Run()
	}
	fmt.Fprintf(out, "--- first run, crashes after %d requests\n", n)
	err = run("-crash-after", strconv.Itoa(n))
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != crashStatus) {
		return fmt.Errorf("first run: %w", err)
	}
	fmt.Fprintln(out, "--- the first run has ended; what exists on the fake:")
	for _, a := range srv.Addresses() {
		fmt.Fprintf(out, "   %s (%s) %s\n", a.IPAddress, a.AllocationID, a.Status)
	}
	for _, p := range srv.BandwidthPackages() {
		fmt.Fprintf(out, "   %s %s, %d addresses\n", p.ID, p.Status, len(p.Members))
	}
	fmt.Fprintln(out, "--- second run, the same command")
	if err := run(); err != nil {
		return fmt.Errorf("second run: %w", err)
	}
	if left := srv.Addresses(); len(left) > 0 {
		return fmt.Errorf("left on the fake: %+v", left)
	}
	if left := srv.BandwidthPackages(); len(left) > 0 {
		return fmt.Errorf("left on the fake: %+v", left)
	}
	fmt.Fprintf(out, "survived: the package is deleted, and all %d addresses of both runs are released\n", len(srv.AddressesEverMade()))
	return nil
}
