// Command eipstorm shows what the client's promise is worth: at most one address
// per call, and the caller always learns which.
//
//	go run ./cmd/eipstorm -calls 10000 -workers 64 -faults 0.3 -seed 1
//	go run ./cmd/eipstorm -signature v3
//	go run ./cmd/eipstorm -kill
//	go run ./cmd/eipstorm -naive
//	go run ./cmd/eipstorm -vendor zenlayer -kill
//
// Workers allocate, wait, tag, add to a bandwidth package of their own, wait,
// associate, wait, unassociate, wait, take out of the package, wait, release and
// wait through the public API, while the embedded fake service cuts connections
// before it reads and after it ran and in the middle of the body, answers 5xx
// and HTML, throttles with and without a hint, answers too late, runs requests
// late, when their caller has given up and repeated them, sends old Date
// headers, and closes and reopens its listener. What comes back with an unknown
// outcome is settled with its token.
//
// With -foreign gateways take part as well: 12 % of all attempts at -faults 0.3
// are answered by somebody else, with a 3xx or 4xx status and a page, with no
// body, or with JSON that is cut or has another shape, half of them after the
// action ran. Refusals are cut in the middle with a Content-Length that fits,
// lists contradict their own count or have elements with no ID or another one,
// and allocations succeed with an ID that is blank. Figures of their own say how
// much of that there was and what it did: foreign_percent_of_attempts, given_up
// (lifecycles whose allocation was refused, or told no ID), wrongly_absent (looks
// that did not find what is there) and wrongly_refused (first releases that were
// refused because they had succeeded).
//
// At the end the service's own record of the addresses that it ever made is
// held against what the workers were told:
//
//   - leaked: alive, and in nobody's books
//   - doubled: more addresses than one for one token, or for one call
//   - lost: an ID that a caller was told, and the service never made for it
//
// The exit status is 0 only if all three are 0, every call that ended in the
// dark was settled, nothing that the books hold is left, and goroutines and
// connections are back to where they were; with -kill, only if the kills were
// made as well. If it is not 0, the report says why.
//
// A call is one operation through the public API, looks at the state included;
// the repeats by which an unknown outcome is settled are counted apart. Workers
// begin new lifecycles until -calls calls were made, and finish those that they
// began, so the figure comes out a little higher.
//
// With -vendor zenlayer the second vendor's client is tried, whose API has no
// token; see zenlayer.go for what is promised there. With -kill as well, what the
// journal left open goes to Reconcile, with the mark or the snapshot that it
// notes before each allocation.
//
// With -kill the workers live in a process of their own, which gets SIGKILL at
// random moments, is started again, and settles what it was doing from its
// journal. With -naive the same lifecycles are run by a loop that repeats on any
// error and sends no token. That leaks, so that its exit status is 1. Only an
// allocation can leak, and one call in eight of that loop is one; the report gives the leaked
// addresses as a share of the allocation calls (leaked_per_allocation_percent) and
// of all calls (leaked_per_call_percent).
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
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := start(ctx)
	stop()
	os.Exit(code)
}

// start is main without the exit. The same program is the parent and, when the
// environment says so, the child of -kill.
func start(ctx context.Context) int {
	if job := os.Getenv(childEnv); job != "" {
		signal.Ignore(os.Interrupt) // a terminal sends it to both; the parent sees to the child
		return childMain(ctx, job, os.Stderr)
	}
	return run(ctx, os.Args[1:], os.Stdout, os.Stderr)
}

// run is one storm. It returns the exit status: 0 if the promise was kept, 1 if
// it was not or could not be tried, 2 for wrong arguments.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	cfg, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "eipstorm:", err)
		return 2
	}
	return conduct(ctx, cfg, stdout, stderr)
}

// conduct is run after the arguments.
func conduct(ctx context.Context, cfg config, stdout, stderr io.Writer) int {
	res, err := storm(ctx, cfg, stdout)
	if err != nil {
		fmt.Fprintln(stderr, "eipstorm:", err)
	}
	if res == nil {
		return 1
	}
	if werr := res.write(stdout); werr != nil {
		fmt.Fprintln(stderr, "eipstorm:", werr)
		return 1
	}
	if err != nil || len(res.broken()) > 0 {
		return 1
	}
	return 0
}

// storm runs what the flags ask for. A result comes with an error if the run
// broke off: the books tell something all the same.
func storm(ctx context.Context, cfg config, stdout io.Writer) (outcome, error) {
	var res *result
	var err error
	switch {
	case cfg.vendor == zenlayer:
		run := zenEmbedded
		if cfg.kill {
			run = zenKilling
		}
		res, err := run(ctx, cfg, stdout)
		if res == nil {
			return nil, err
		}
		return res, err
	case cfg.endpoint != "":
		res, err = elsewhere(ctx, cfg, stdout)
	case cfg.kill:
		res, err = killing(ctx, cfg, stdout)
	default:
		res, err = embedded(ctx, cfg, stdout)
	}
	if res == nil {
		return nil, err
	}
	return res, err
}

// outcome is what a storm comes to.
type outcome interface {
	write(w io.Writer) error
	// broken says in words what of the promise was not kept; nothing if all was.
	broken() []string
}
