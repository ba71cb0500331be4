// Segment allocates a contiguous group of elastic IPs, waits for it, lists its
// addresses, and releases it.
//
//	go run ./examples/segment                                    # on the embedded fake: no account, no cost
//	go run ./examples/segment -mask 26 -endpoint http://127.0.0.1:8089   # on a running eipsim
//	go run ./examples/segment -live -region cn-hangzhou          # on the real cloud; asks first
//
// The vendor has deprecated AllocateEipSegmentAddress. If the program is
// interrupted or fails half-way, it releases the group; if it cannot, it prints
// the ID.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/exampleapp"
)

// cleanupTime is what releasing the group may take after a failure.
const cleanupTime = 2 * time.Minute

func main() { exampleapp.Main(run) }

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	fs := flag.NewFlagSet("segment", flag.ContinueOnError)
	flags := exampleapp.AddFlags(fs)
	mask := fs.Int("mask", 28, "prefix length of the group, `24` (256 addresses) to 28 (16 addresses)")
	if err := exampleapp.Parse(fs, args); err != nil {
		return err
	}
	app, err := flags.Start(ctx, in, out, fmt.Sprintf("a contiguous group of elastic IPs (/%d), and release it again", *mask))
	if err != nil {
		return err
	}
	defer app.Close()
	g := &group{client: app.Client, out: out}
	err = g.walk(ctx, *mask)
	if err == nil || g.request == nil {
		return err
	}
	return errors.Join(err, g.giveBack(ctx))
}

// group is one walk through the life of a group.
type group struct {
	client  *eip.Client
	out     io.Writer
	request *eip.AllocateEipSegmentAddressRequest
	id      string // once it is known and until it is gone
	seen    bool   // it has shown up in a list
	failed  error  // of the allocation
}

func (g *group) walk(ctx context.Context, mask int) error {
	g.request = &eip.AllocateEipSegmentAddressRequest{EipMask: mask, InternetChargeType: eip.InternetChargeTypePayByTraffic}
	made, err := g.client.AllocateEipSegmentAddress(ctx, g.request) //lint:ignore SA1019 the example is about it
	if err != nil {
		g.failed = err
		return err
	}
	g.id = made.EipSegmentInstanceID
	fmt.Fprintf(g.out, "asked for a /%d: group %s (request %s)\n", mask, g.id, made.RequestID)

	segment, err := g.client.WaitSegmentAllocated(ctx, g.id)
	if err != nil {
		return err
	}
	g.seen = true
	fmt.Fprintf(g.out, "%s is %s: %s, %d addresses\n", segment.InstanceID, segment.Status, segment.Segment, segment.IPCount)

	n := 0
	for address, err := range g.client.EipAddresses(ctx, &eip.DescribeEipAddressesRequest{SegmentInstanceID: g.id}) {
		if err != nil {
			return err
		}
		n++
		fmt.Fprintf(g.out, "%4d  %-15s  %s  %s\n", n, address.IPAddress, address.AllocationID, address.Status)
	}
	fmt.Fprintf(g.out, "%d of the /%d's %d addresses can be used; the service keeps the others\n", n, mask, 1<<(32-mask))
	return g.release(ctx)
}

// release gives the whole group back: its addresses cannot go one by one.
func (g *group) release(ctx context.Context) error {
	if _, err := g.client.ReleaseEipSegmentAddress(ctx, &eip.ReleaseEipSegmentAddressRequest{SegmentInstanceID: g.id}); err != nil {
		return err
	}
	if err := g.client.WaitSegmentGone(ctx, g.id); err != nil {
		return err
	}
	fmt.Fprintf(g.out, "%s is released\n", g.id)
	g.id = ""
	return nil
}

// giveBack releases what a failed or interrupted walk has left. It has a time
// of its own, because the walk's context may be over.
func (g *group) giveBack(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	err := g.failed
	for eip.OutcomeUnknown(err) && ctx.Err() == nil {
		fmt.Fprintln(g.out, "asking what became of the allocation")
		var made *eip.AllocateEipSegmentAddressResponse
		//lint:ignore SA1019 as above
		if made, err = g.client.AllocateEipSegmentAddress(ctx, eip.Again(g.request, err)); err == nil {
			g.id = made.EipSegmentInstanceID
		}
	}
	if eip.OutcomeUnknown(err) {
		return fmt.Errorf("a group may exist; the ClientToken of its allocation is %s: %w", eip.ClientTokenOf(err), err)
	}
	if g.id == "" {
		return nil
	}
	fmt.Fprintln(g.out, "releasing", g.id)
	if err := g.settle(ctx); err != nil {
		return fmt.Errorf("the group %s is still there and costs money; release it by hand: %w", g.id, err)
	}
	return nil
}

// settle releases the group from whatever state it is in.
func (g *group) settle(ctx context.Context) error {
	if g.seen { // a new group may take a moment to show up; this one has
		now, err := g.client.DescribeEipSegment(ctx, &eip.DescribeEipSegmentRequest{SegmentInstanceID: g.id})
		if err == nil && len(now.EipSegments) == 0 {
			fmt.Fprintf(g.out, "%s is released\n", g.id)
			return nil
		}
	}
	if _, err := g.client.WaitSegmentAllocated(ctx, g.id); err != nil {
		// Being released, or gone already.
		return g.client.WaitSegmentGone(ctx, g.id)
	}
	return g.release(ctx)
}
