// Rotate gives an instance a new elastic IP and releases the old one, and
// survives a crash at any point.
//
//	go run ./examples/rotate                    on the embedded fake
//	go run ./examples/rotate -crash-after 7     dies after 7 requests, then runs again
//	go run ./examples/rotate -endpoint http://127.0.0.1:8089
//	go run ./examples/rotate -live -region cn-hangzhou -instance i-…
//
// With -endpoint or -live, -crash-after ends this very process (exit status 3).
// The same command without that flag then finishes what was begun. A run within
// a day of the last one first waits for a minute: the service still knows the
// tokens of the released addresses, and answers with their IDs.
package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

// key names what the address is for. The helpers tag each address with it, and a
// later run finds it by that.
const key = "examples/rotate"

func main() {
	err := run(context.Background(), os.Args[1:], os.Stdin, os.Stdout)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	fs := flag.NewFlagSet("rotate", flag.ContinueOnError)
	endpoint := fs.String("endpoint", "", "`URL` of a running eipsim, instead of the embedded fake")
	keyID := fs.String("access-key-id", eiptest.DefaultAccessKeyID, "access key `ID` for -endpoint")
	secret := fs.String("access-key-secret", eiptest.DefaultAccessKeySecret, "its secret")
	live := fs.Bool("live", false, "use the real cloud, with credentials from the environment (asks first)")
	regionID := fs.String("region", "", "region `ID`; needed with -live")
	instance := fs.String("instance", "", "`ID` of an ECS instance without an elastic IP; needed with -live")
	crash := fs.Int("crash-after", 0, "end the process without any clean-up after `n` requests")
	if err := fs.Parse(args); err != nil || fs.NArg() > 0 {
		return cmp.Or(err, errors.New("there are no arguments, only flags"))
	}
	region := cmp.Or(*regionID, eiptest.DefaultRegion)
	options := crashAfter(*crash)
	switch {
	case *live && (*regionID == "" || *instance == "" || *endpoint != ""),
		strings.Contains(strings.ToLower(*endpoint), "aliyuncs.com"):
		return errors.New("the real cloud needs -live, -region and -instance, and no -endpoint")
	case *live:
		fmt.Fprintf(out, "This allocates two elastic IPs in %s, for real money,\nand binds them to %s in turn.\nType yes to go on: ", region, *instance)
		if answer, _ := bufio.NewReader(in).ReadString('\n'); strings.TrimSpace(answer) != "yes" {
			return errors.New("not confirmed: nothing was done")
		}
	case *endpoint != "":
		options = append(options, eip.WithEndpoint(*endpoint), eip.WithCredentials(eip.StaticCredentials(*keyID, *secret)))
	case *crash > 0:
		return rehearse(ctx, *crash, out)
	default:
		srv, err := eiptest.New(eiptest.WithRegion(region))
		if err != nil {
			return err
		}
		defer srv.Close()
		options = srv.ClientOptions()
		fmt.Fprintln(out, "on the embedded fake: nothing is real, nothing is billed")
	}
	client, err := eip.NewClient(region, options...)
	if err != nil {
		return err
	}
	// A second interrupt ends the process.
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	// Both fakes have the instance i-test1.
	return rotate(ctx, client, cmp.Or(*instance, "i-test1"), out)
}

// rotate runs the steps, and cleans up if one fails. The clean-up has a time
// limit of its own, because ctx may be done.
func rotate(ctx context.Context, client *eip.Client, instance string, out io.Writer) error {
	err := steps(ctx, client, eip.Instance{ID: instance}, out)
	if err == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), eip.DefaultRollbackTime)
	defer cancel()
	if e := cleanUp(ctx, client, err, out); e != nil {
		return errors.Join(err, e)
	}
	return fmt.Errorf("%w\neverything with the key %q is released", err, key)
}

func steps(ctx context.Context, client *eip.Client, to eip.Instance, out io.Writer) error {
	fmt.Fprintf(out, "1. make sure that %s has an address\n", to.ID)
	left, err := client.Adopt(ctx, &eip.AdoptRequest{Key: key})
	if err != nil {
		return err
	}
	if len(left) > 1 {
		fmt.Fprintln(out, "   an earlier run died during its rotation, which comes first")
	} else {
		first, err := client.AllocateAssociated(ctx, &eip.AllocateAssociatedRequest{
			Allocate: eip.AllocateEipAddressRequest{Bandwidth: 5, Tags: eip.Tags{"made-by": key}},
			Instance: to,
			Key:      key,
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "   %s (%s) is on %s\n", first.IPAddress, first.AllocationID, first.InstanceID)
	}

	fmt.Fprintln(out, "2. rotate: allocate, unbind the old one, bind the new one, release the old one")
	res, err := client.Rotate(ctx, &eip.RotateRequest{
		Instance: to,
		Allocate: eip.AllocateEipAddressRequest{Bandwidth: 5, Tags: eip.Tags{"made-by": key}},
		Key:      key,
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "   %s (%s) is on %s\n", res.New.IPAddress, res.New.AllocationID, res.New.InstanceID)
	fmt.Fprintf(out, "   %s is released\n", res.Old.AllocationID)

	fmt.Fprintln(out, "3. clean up: unbind and release everything with the key")
	if err := cleanUp(ctx, client, nil, out); err != nil {
		return err
	}
	fmt.Fprintf(out, "done: %s had %s, which is released\n", to.ID, res.New.IPAddress)
	return nil
}

// cleanUp releases everything that carries the key, from every run. failed is the
// error of the helper that failed, if any: it lists allocations with an unknown
// outcome and addresses that the service did not list yet, which Adopt cannot
// find by the key.
func cleanUp(ctx context.Context, client *eip.Client, failed error, out io.Writer) error {
	req := &eip.AdoptRequest{Key: key}
	unlisted := map[string]bool{}
	note := func(err error) {
		var partial *eip.PartialError
		if !errors.As(err, &partial) {
			return
		}
		for _, a := range partial.Alive {
			if a.Status == "" {
				unlisted[a.AllocationID] = true
			}
		}
	}
	var partial *eip.PartialError
	if errors.As(failed, &partial) {
		req.Unsettled = partial.Unsettled
	}
	note(failed)
	list, err := client.Adopt(ctx, req)
	if err != nil {
		// Release the addresses that can be found all the same.
		note(err)
		err = fmt.Errorf("addresses with the key %q may still exist and cost money: %w", key, err)
		var again error
		if list, again = client.Adopt(ctx, &eip.AdoptRequest{Key: key}); again != nil {
			return errors.Join(err, again)
		}
	}
	errs := []error{err}
	for _, a := range list {
		delete(unlisted, a.AllocationID)
		if err := client.EnsureReleased(ctx, a.AllocationID, eip.UnbindFirst); err != nil {
			errs = append(errs, fmt.Errorf("%s is not released and costs money: %w", a.AllocationID, err))
			continue
		}
		fmt.Fprintf(out, "   %s (%s) is released\n", a.IPAddress, a.AllocationID)
	}
	for id := range unlisted {
		if err := client.EnsureReleased(ctx, id, eip.UnbindFirst, eip.JustAllocated); err != nil {
			errs = append(errs, fmt.Errorf("%s is not released and costs money: %w", id, err))
		}
	}
	return errors.Join(errs...)
}
