// Zenlayer shows the whole life of elastic IPs of Zenlayer's bare metal product:
// stock, price, allocated, available, released.
//
//	go run ./examples/zenlayer                                # on the embedded fake: no account, no cost
//	go run ./examples/zenlayer -endpoint http://127.0.0.1:8089   # on a running eipsim -vendor zenlayer
//	go run ./examples/zenlayer -live                          # on the real service; asks before it buys
//
// The access key of the environment is for -live alone.
//
// If it is interrupted or fails half-way, it releases what it allocated; if it
// cannot, it prints the IDs.
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
	"github.com/eipkit/eip-go/zenlayer"
	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
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

// run runs the example. In tests, options lead -live to something else than the
// real service.
func run(ctx context.Context, args []string, in io.Reader, out io.Writer, options ...zenlayer.Option) error {
	fs := flag.NewFlagSet("zenlayer", flag.ContinueOnError)
	endpoint := fs.String("endpoint", "", "`URL` of a running eipsim, instead of the embedded fake")
	keyID := fs.String("access-key-id", zenlayertest.DefaultAccessKeyID, "access key `ID` for -endpoint")
	secret := fs.String("access-key-secret", zenlayertest.DefaultAccessKeyPassword, "its secret")
	live := fs.Bool("live", false, "use the real service, with credentials from the environment (asks first)")
	o := order{in: in, out: out}
	fs.StringVar(&o.zone, "zone", "", "`zone` to allocate in (default the first with enough addresses)")
	fs.IntVar(&o.n, "n", 3, "number of addresses, 1 to 100")
	timeout := fs.Duration("timeout", 10*time.Minute, "time limit for everything but the clean-up")
	if err := fs.Parse(args); err != nil || fs.NArg() > 0 || o.n < 1 || o.n > 100 {
		return cmp.Or(err, errors.New("-n is 1 to 100, and there are no arguments, only flags"))
	}
	switch {
	case *live && *endpoint != "", strings.Contains(strings.ToLower(*endpoint), "zenlayer.com"):
		return errors.New("the real service needs -live, and no -endpoint")
	case *live:
		o.ask = true
	case *endpoint != "":
		options = []zenlayer.Option{
			zenlayer.WithEndpoint(*endpoint), zenlayer.WithCredentials(eip.StaticCredentials(*keyID, *secret)),
			zenlayer.WithPollDelay(100*time.Millisecond, 15*time.Second), // eipsim is fast
		}
	default:
		srv, err := zenlayertest.New()
		if err != nil {
			return err
		}
		defer srv.Close()
		options = srv.ClientOptions()
		fmt.Fprintln(out, "on the embedded fake: nothing is real, nothing is billed")
	}
	client, err := zenlayer.NewClient(options...)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()
	return o.life(ctx, client)
}

// order is what the flags ask for.
type order struct {
	zone string // "" for the first with enough addresses
	n    int
	ask  bool // before buying

	in  io.Reader
	out io.Writer
}

// life allocates the addresses, waits until they are available, and releases
// them.
func (o *order) life(ctx context.Context, c *zenlayer.Client) (err error) {
	zone, err := o.findZone(ctx, c)
	if err != nil {
		return err
	}
	price, err := c.InquiryPriceCreateEipAddress(ctx, &zenlayer.InquiryPriceCreateEipAddressRequest{
		ZoneID: zone, EipChargeType: zenlayer.ChargeTypePostpaid, Amount: o.n,
	})
	if err != nil {
		return err
	}
	sum := cmp.Or(price.EipPrice.DiscountUnitPrice.String(), "a tiered price")
	fmt.Fprintf(o.out, "price     %d in %s: %s per %s\n", o.n, zone, sum, strings.ToLower(price.EipPrice.ChargeUnit))
	if o.ask {
		fmt.Fprintf(o.out, "Buy %d addresses in %s? Type yes: ", o.n, zone)
		if answer, _ := bufio.NewReader(o.in).ReadString('\n'); strings.TrimSpace(answer) != "yes" {
			return errors.New("not confirmed: nothing was bought")
		}
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second interrupt ends the process

	// The mark is a tag by which the addresses can be found if the answer is
	// lost: this API has no ClientToken.
	req := &zenlayer.AllocateEipAddressesRequest{
		ZoneID: zone, EipChargeType: zenlayer.ChargeTypePostpaid, Amount: o.n, Mark: zenlayer.NewMark(),
	}
	ids, err := allocate(ctx, c, req, o.out)
	defer func() { err = errors.Join(err, release(ctx, c, ids, o.out)) }()
	if err != nil {
		return err
	}
	addresses, err := c.WaitAllAvailable(ctx, ids)
	if err != nil {
		return err
	}
	for _, a := range addresses {
		fmt.Fprintf(o.out, "available %s %s\n", a.EipID, a.IPAddress)
	}
	return nil
}

// findZone prints the stock of each zone and returns the one to allocate in.
func (o *order) findZone(ctx context.Context, c *zenlayer.Client) (string, error) {
	stock, err := c.DescribeEipAvailableResources(ctx, &zenlayer.DescribeEipAvailableResourcesRequest{
		EipChargeType: zenlayer.ChargeTypePostpaid, ZoneID: o.zone,
	})
	if err != nil {
		return "", err
	}
	found := ""
	for _, z := range stock.EipResources {
		fmt.Fprintf(o.out, "stock     %-8s %s\n", z.ZoneID, z.Status)
		enough := z.Status == zenlayer.StockStatusSell || o.zone != "" && z.Status != zenlayer.StockStatusSoldOut
		if found == "" && enough {
			found = z.ZoneID
		}
	}
	if found == "" {
		return "", errors.New("no zone has enough addresses to sell")
	}
	return found, nil
}

// allocate returns the IDs of the addresses that are known to exist, with an
// error unless they are those that req asks for.
func allocate(ctx context.Context, c *zenlayer.Client, req *zenlayer.AllocateEipAddressesRequest, out io.Writer) ([]string, error) {
	res, err := c.AllocateEipAddresses(ctx, req)
	if err == nil {
		fmt.Fprintf(out, "allocated %s\n", strings.Join(res.EipIDSet, " "))
		return res.EipIDSet, nil
	}
	if !eip.OutcomeUnknown(err) {
		return nil, err
	}
	fmt.Fprintln(out, "unknown  ", err)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	found, failed := c.Reconcile(ctx, &zenlayer.ReconcileRequest{Request: req, Err: err})
	switch {
	case failed != nil:
		return nil, fmt.Errorf("addresses tagged %s=%s may exist: %w", zenlayer.MarkTagKey, req.Mark, errors.Join(err, failed))
	case found.Verdict == zenlayer.VerdictMade:
		fmt.Fprintln(out, "settled  ", found)
		return found.EipIDs, nil
	case found.Verdict == zenlayer.VerdictNotMade:
		return nil, fmt.Errorf("nothing was made: %w", err)
	default:
		return found.EipIDs, fmt.Errorf("addresses tagged %s=%s may exist: %s: %w", zenlayer.MarkTagKey, req.Mark, found.Reason, err)
	}
}

// release releases the addresses. It has a time limit of its own, because ctx may
// be done.
func release(ctx context.Context, c *zenlayer.Client, ids []string, out io.Writer) error {
	if len(ids) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	if err := c.EnsureAllReleased(ctx, ids); err != nil {
		left := ids
		var batch *zenlayer.BatchError
		if errors.As(err, &batch) {
			left = batch.Left
		}
		return fmt.Errorf("could not release %s: %w", strings.Join(left, " "), err)
	}
	fmt.Fprintf(out, "released  %s\n", strings.Join(ids, " "))
	return nil
}
