// Segment allocates a contiguous group of elastic IPs, waits for it, lists its
// addresses, and releases it.
//
//	go run ./examples/segment                                    # on the embedded fake: no account, no cost
//	go run ./examples/segment -mask 26 -endpoint http://127.0.0.1:8089   # on a running eipsim
//	go run ./examples/segment -live -region cn-hangzhou          # on the real cloud; asks first
//
// The vendor has deprecated AllocateEipSegmentAddress and names no successor.
//
// If it is interrupted or fails half-way, it releases what it allocated; if it
// cannot, it prints the ID.
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
	"time"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

// cleanupTime limits the clean-up after a failure.
const cleanupTime = 2 * time.Minute

func main() {
	err := run(context.Background(), os.Args[1:], os.Stdin, os.Stdout)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	fs := flag.NewFlagSet("segment", flag.ContinueOnError)
	endpoint := fs.String("endpoint", "", "`URL` of a running eipsim, instead of the embedded fake")
	keyID := fs.String("access-key-id", eiptest.DefaultAccessKeyID, "access key `ID` for -endpoint")
	secret := fs.String("access-key-secret", eiptest.DefaultAccessKeySecret, "its secret")
	live := fs.Bool("live", false, "use the real cloud, with credentials from the environment (asks first)")
	regionID := fs.String("region", "", "region `ID`; needed with -live")
	mask := fs.Int("mask", 28, "prefix length of the group, `24` (256 addresses) to 28 (16 addresses)")
	if err := fs.Parse(args); err != nil || fs.NArg() > 0 {
		return cmp.Or(err, errors.New("there are no arguments, only flags"))
	}
	region := cmp.Or(*regionID, eiptest.DefaultRegion)
	var options []eip.Option // none for the real cloud
	switch {
	case *live && (*regionID == "" || *endpoint != ""), strings.Contains(strings.ToLower(*endpoint), "aliyuncs.com"):
		return errors.New("the real cloud needs -live and -region, and no -endpoint")
	case *live:
		fmt.Fprintf(out, "This allocates a /%d of elastic IPs in %s, for real money.\nType yes to go on: ", *mask, region)
		if answer, _ := bufio.NewReader(in).ReadString('\n'); strings.TrimSpace(answer) != "yes" {
			return errors.New("not confirmed: nothing was done")
		}
	case *endpoint != "":
		options = []eip.Option{eip.WithEndpoint(*endpoint), eip.WithCredentials(eip.StaticCredentials(*keyID, *secret))}
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
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second interrupt ends the process
	return life(ctx, client, *mask, out)
}

// life runs one walk, and cleans up after one that fails.
func life(ctx context.Context, client *eip.Client, mask int, out io.Writer) error {
	g := &group{client: client, out: out}
	if err := g.walk(ctx, mask); err != nil {
		return errors.Join(err, g.cleanUp(ctx))
	}
	return nil
}

// group is one walk through the life of a group of addresses.
type group struct {
	client  *eip.Client
	out     io.Writer
	request *eip.AllocateEipSegmentAddressRequest
	id      string // of the group, from its allocation to its release
	seen    bool   // whether the service has listed the group
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
	fmt.Fprintf(g.out, "allocated group %s\n", g.id)
	fmt.Fprintf(g.out, "its request ID, for the vendor's support: %s\n", made.RequestID)

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

// release releases the whole group. Its addresses cannot be released one by
// one.
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

// cleanUp releases the group of a walk that failed or was interrupted. It has a
// time limit of its own, because ctx may be done.
func (g *group) cleanUp(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	err := g.failed
	for eip.OutcomeUnknown(err) && ctx.Err() == nil {
		fmt.Fprintln(g.out, "asking for the outcome of the allocation")
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
		return fmt.Errorf("the group %s still exists and costs money; release it by hand: %w", g.id, err)
	}
	return nil
}

// settle releases the group from whatever state it is in.
func (g *group) settle(ctx context.Context) error {
	if g.seen { // otherwise an empty list may only mean that it is not listed yet
		now, err := g.client.DescribeEipSegment(ctx, &eip.DescribeEipSegmentRequest{SegmentInstanceID: g.id})
		if err == nil && len(now.EipSegments) == 0 {
			fmt.Fprintf(g.out, "%s is released\n", g.id)
			return nil
		}
	}
	if _, err := g.client.WaitSegmentAllocated(ctx, g.id); err != nil {
		// It is being released, or is gone already.
		return g.client.WaitSegmentGone(ctx, g.id)
	}
	return g.release(ctx)
}
