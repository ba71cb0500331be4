// Ensure shows the helpers that bring an elastic IP to a state from any other
// one, several addresses together, and that a crash leaves nothing behind.
//
//	go run ./examples/ensure                    on the embedded fake
//	go run ./examples/ensure -crash-after 9     dies after 9 requests, then runs again
//	go run ./examples/ensure -endpoint http://127.0.0.1:8089
//	go run ./examples/ensure -live -region cn-hangzhou -instance i-…
//
// With -endpoint or -live, -crash-after ends this very process (exit status 3);
// run the command again, without the flag, and it finishes what was begun. A run
// within a day of the last one waits for a minute at first: the service still
// knows the tokens of addresses that are released, and does not tell that they
// are.
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

// key names what the addresses are for.
const key = "examples/ensure"

// howMany addresses are made.
const howMany = 3

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	fs := flag.NewFlagSet("ensure", flag.ContinueOnError)
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
	app, err := where.Start(ctx, in, out, fmt.Sprintf("%d pay-as-you-go addresses, bind one to %s, and release all",
		howMany, where.Instance), exampleapp.CrashAfter(*crash))
	if err != nil {
		return err
	}
	defer app.Close()
	return ensure(ctx, app.Client, app.Instance, out)
}

// ensure goes through the steps, and cleans up if one fails.
func ensure(ctx context.Context, client *eip.Client, instance string, out io.Writer) error {
	err := steps(ctx, client, eip.Instance{ID: instance}, out)
	if err == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), eip.DefaultRollbackTime)
	defer cancel()
	if e := release(ctx, client, err, out); e != nil {
		return errors.Join(err, e)
	}
	return fmt.Errorf("%w\neverything that carries the key %q is released", err, key)
}

func steps(ctx context.Context, client *eip.Client, to eip.Instance, out io.Writer) error {
	fmt.Fprintf(out, "1. allocate %d addresses: all, or none\n", howMany)
	list, err := client.AllocateMany(ctx, howMany, &eip.AllocateManyRequest{
		Allocate: eip.AllocateEipAddressRequest{Bandwidth: 5, Tags: eip.Tags{"made-by": key}},
		Key:      key,
	})
	if err != nil {
		return err
	}
	for _, a := range list {
		fmt.Fprintf(out, "   %s (%s) %s\n", a.IPAddress, a.AllocationID, a.Status)
	}
	first, second := list[0].AllocationID, list[1].AllocationID

	fmt.Fprintf(out, "2. bind the first one to %s; the second time there is nothing to do\n", to.ID)
	for _, a := range list[1:] { // a run before this one may have died with one of them bound
		if _, err := client.EnsureUnassociated(ctx, a.AllocationID); err != nil {
			return err
		}
	}
	for range 2 {
		a, err := client.EnsureAssociated(ctx, first, to)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "   %s is %s with %s\n", a.IPAddress, a.Status, a.InstanceID)
	}

	fmt.Fprintln(out, "3. bind the second one to the same instance: refused, with the reason")
	_, err = client.EnsureAssociated(ctx, second, to)
	if err == nil {
		return errors.New("the instance took a second address")
	}
	var state *eip.StateError
	if !errors.As(err, &state) {
		return err
	}
	fmt.Fprintln(out, "  ", state.Reason)

	fmt.Fprintln(out, "4. swap them: unbind the first one, bind the second one")
	if _, err := client.EnsureUnassociated(ctx, first); err != nil {
		return err
	}
	a, err := client.EnsureAssociated(ctx, second, to)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "   %s is %s with %s\n", a.IPAddress, a.Status, a.InstanceID)

	fmt.Fprintln(out, "5. release everything that carries the key")
	if err := release(ctx, client, nil, out); err != nil {
		return err
	}
	if err := client.WaitAllGone(ctx, []string{first, second}); err != nil {
		return err
	}
	fmt.Fprintf(out, "done: %d addresses were made and are released\n", howMany)
	return nil
}

// release releases everything that carries the key, whichever run made it, and
// what a helper that failed has told of: allocations whose outcome it does not
// know, and addresses that it could not see.
func release(ctx context.Context, client *eip.Client, failed error, out io.Writer) error {
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
			continue
		}
		fmt.Fprintf(out, "   %s (%s) is gone\n", a.IPAddress, a.AllocationID)
	}
	for id := range unseen {
		if err := client.EnsureReleased(ctx, id, eip.UnbindFirst, eip.JustAllocated); err != nil {
			errs = append(errs, fmt.Errorf("%s is not released, and costs money: %w", id, err))
		}
	}
	return errors.Join(errs...)
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
