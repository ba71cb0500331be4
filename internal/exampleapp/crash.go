package exampleapp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync/atomic"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

// CrashStatus is the exit status of a process that ended by CrashAfter.
const CrashStatus = 3

// childVariable marks the processes that Rehearse starts.
const childVariable = "EIP_EXAMPLE_CHILD"

// IsChild says whether this process was started by Rehearse. A test binary
// asks it in TestMain, and runs main instead of the tests.
func IsChild() bool { return os.Getenv(childVariable) != "" }

// CrashAfter ends the process without any clean-up as soon as the n-th request
// was answered, before the program learns the answer. 0 never does.
func CrashAfter(n int) eip.Option {
	var seen atomic.Int64
	return eip.WithAttemptHook(func(context.Context, eip.Attempt) {
		if n > 0 && seen.Add(1) == int64(n) {
			fmt.Fprintf(os.Stderr, "crash after request %d: the process ends here, without any clean-up\n", n)
			os.Exit(CrashStatus)
		}
	})
}

// Rehearse shows that an example survives a crash: it starts the embedded
// fake, runs this program against it as a process of its own that crashes after
// n requests, and then once more to the end. args go to both runs.
func Rehearse(ctx context.Context, n int, out io.Writer, args ...string) (*eiptest.Server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	srv, err := eiptest.New()
	if err != nil {
		return nil, err
	}
	args = append([]string{"-endpoint", srv.URL()}, args...)
	run := func(extra ...string) error {
		cmd := exec.CommandContext(ctx, self, append(extra, args...)...)
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
		cmd.Env = append(os.Environ(), childVariable+"=1")
		cmd.Stdout, cmd.Stderr = out, out
		return cmd.Run()
	}
	fmt.Fprintf(out, "--- first run, crashes after %d requests\n", n)
	err = run("-crash-after", fmt.Sprint(n))
	var exit *exec.ExitError
	switch {
	case err == nil:
		fmt.Fprintf(out, "--- it was done before its request %d\n", n)
	case errors.As(err, &exit) && exit.ExitCode() == CrashStatus:
		fmt.Fprintf(out, "--- the process is dead; alive on the fake: %s\n", Alive(srv))
	default:
		srv.Close()
		return nil, fmt.Errorf("first run: %w", err)
	}
	fmt.Fprintln(out, "--- second run, the same command")
	if err := run(); err != nil {
		srv.Close()
		return nil, fmt.Errorf("second run: %w", err)
	}
	return srv, nil
}

// Alive lists what exists on the fake, in one line.
func Alive(srv *eiptest.Server) string {
	s := ""
	for _, a := range srv.Addresses() {
		if s != "" {
			s += ", "
		}
		s += a.IPAddress + " (" + a.AllocationID + ") " + a.Status
		if a.InstanceID != "" {
			s += " on " + a.InstanceID
		}
	}
	if s == "" {
		return "nothing"
	}
	return s
}
