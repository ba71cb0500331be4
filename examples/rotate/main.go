// Rotate gives an instance a new elastic IP and releases the old one, and
// survives a crash at any point.
//
//	go run ./examples/rotate                    on the embedded fake
//	go run ./examples/rotate -crash-after 7     dies after 7 requests, then runs again
//	go run ./examples/rotate -endpoint http://127.0.0.1:8089
//	go run ./examples/rotate -live -region cn-hangzhou -instance i-…
//
// With -endpoint or -live, -crash-after ends this very process (exit status 3);
// run the command again, without the flag, and it finishes what was begun. A run
// within a day of the last one waits for a minute at first: the service still
// knows the token of an address that is released, and does not tell that it is.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/exampleapp"
)

func main() { exampleapp.Main(run) }

// key names what the address is for. Everything that the helpers make carries
// it, and a second run finds it by that.
const key = "examples/rotate"

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	fs := flag.NewFlagSet("rotate", flag.ContinueOnError)
	where := exampleapp.AddFlags(fs)
	crash := fs.Int("crash-after", 0, "end the process without any clean-up after `n` requests")
	if err := exampleapp.Parse(fs, args); err != nil {
		return err
	}
	if *crash > 0 && !where.Live && where.Endpoint == "" {
		return rehearse(ctx, *crash, out)
	}
	if where.Live && where.Instance == "" {
		return errors.New("-live needs -instance, the ID of an ECS instance without an elastic IP")
	}
	app, err := where.Start(ctx, in, out, "two pay-as-you-go addresses, one after the other, on "+where.Instance+
		", and release both", exampleapp.CrashAfter(*crash))
	if err != nil {
		return err
	}
	defer app.Close()
	return rotate(ctx, app.Client, app.Instance, out)
}

func rotate(ctx context.Context, client *eip.Client, instance string, out io.Writer) error {
	to := eip.Instance{ID: instance}

	fmt.Fprintf(out, "1. make sure that %s has an address\n", instance)
	left, err := client.Adopt(ctx, &eip.AdoptRequest{Key: key})
	if err != nil {
		return tell(ctx, client, err)
	}
	if len(left) > 1 {
		fmt.Fprintln(out, "   a run before this one has died in the middle of a rotation, which comes first")
	} else {
		first, err := client.AllocateAssociated(ctx, &eip.AllocateAssociatedRequest{
			Allocate: eip.AllocateEipAddressRequest{Bandwidth: 5, Tags: eip.Tags{"made-by": key}},
			Instance: to,
			Key:      key,
		})
		if err != nil {
			return tell(ctx, client, err)
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
		return tell(ctx, client, err)
	}
	fmt.Fprintf(out, "   %s (%s) is on %s, %s is released\n",
		res.New.IPAddress, res.New.AllocationID, res.New.InstanceID, res.Old.AllocationID)

	fmt.Fprintln(out, "3. clean up: unbind and release what carries the key")
	if err := cleanUp(ctx, client, nil); err != nil {
		return tell(ctx, client, err)
	}
	fmt.Fprintf(out, "done: %s had %s, and it is released\n", instance, res.New.IPAddress)
	return nil
}

// cleanUp releases everything that carries the key, whichever run made it, and
// what a helper that failed has told of: allocations whose outcome it does not
// know, and addresses that it could not see.
func cleanUp(ctx context.Context, client *eip.Client, failed error) error {
	req := &eip.AdoptRequest{Key: key}
	unseen := map[string]bool{}
	note := func(err error) {
		var p *eip.PartialError
		if !errors.As(err, &p) {
			return
		}
		for _, h := range p.Alive {
			if h.Status == "" {
				unseen[h.AllocationID] = true
			}
		}
	}
	var p *eip.PartialError
	if errors.As(failed, &p) {
		req.Unsettled = p.Unsettled
	}
	note(failed)
	list, err := client.Adopt(ctx, req)
	if err != nil {
		// What it could not settle or see must not keep the rest from going.
		note(err)
		err = fmt.Errorf("what carries the key %q may still cost money: %w", key, err)
		var later error
		if list, later = client.Adopt(ctx, &eip.AdoptRequest{Key: key}); later != nil {
			return errors.Join(err, later)
		}
	}
	errs := []error{err}
	for _, a := range list {
		delete(unseen, a.AllocationID)
		if err := client.EnsureReleased(ctx, a.AllocationID, eip.UnbindFirst); err != nil {
			errs = append(errs, fmt.Errorf("%s is not released, and costs money: %w", a.AllocationID, err))
		}
	}
	for id := range unseen {
		if err := client.EnsureReleased(ctx, id, eip.UnbindFirst, eip.JustAllocated); err != nil {
			errs = append(errs, fmt.Errorf("%s is not released, and costs money: %w", id, err))
		}
	}
	return errors.Join(errs...)
}

// tell cleans up after a failure or an interrupt, and says what came of it.
func tell(ctx context.Context, client *eip.Client, err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), eip.DefaultRollbackTime)
	defer cancel()
	if e := cleanUp(ctx, client, err); e != nil {
		return errors.Join(err, e)
	}
	return fmt.Errorf("%w\neverything that carries the key %q is released", err, key)
}

// rehearse runs this program twice against one fake: the first run dies.
func rehearse(ctx context.Context, n int, out io.Writer) error {
	srv, err := exampleapp.Rehearse(ctx, n, out)
	if err != nil {
		return err
	}
	defer srv.Close()
	if left := srv.Addresses(); len(left) > 0 {
		return fmt.Errorf("left on the fake: %s", exampleapp.Alive(srv))
	}
	fmt.Fprintf(out, "survived: %d addresses were made over both runs, and all of them are released\n", len(srv.AddressesEverMade()))
	return nil
}
