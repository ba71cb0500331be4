// Command zenlayer takes elastic IPs of Zenlayer's bare metal product through
// their whole life: stock, price, allocate, wait until they are AVAILABLE,
// terminate, release.
//
//	go run ./examples/zenlayer                                # on an embedded fake service
//	go run ./examples/zenlayer -endpoint http://127.0.0.1:8089  # on a fake that runs elsewhere
//	go run ./examples/zenlayer -live                          # on the real one; asks before it spends
//
// The access key of the environment is for -live alone; -endpoint takes the
// fakes' own, or one from the command line.
//
// Whatever happens, an interrupt included, it releases what it made. It prints
// the IDs of what it could not release, and ends with status 1.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/zenlayer"
	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// cleanup is how long releasing may take after an interrupt or a failure.
const cleanup = 2 * time.Minute

// settings is what the command line says.
type settings struct {
	endpoint, zone string
	keyID, secret  string // for the endpoint
	live           bool
	n              int
	timeout        time.Duration
}

// run returns the exit status: 0 if all went well and everything is released,
// 1 if not, 2 for wrong arguments. With -live the client has the options live:
// none, unless a test has something else in the place of the real service.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, live ...zenlayer.Option) int {
	var s settings
	fs := flag.NewFlagSet("zenlayer", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.StringVar(&s.endpoint, "endpoint", "", "send to this `URL` instead of the embedded fake")
	fs.StringVar(&s.zone, "zone", "", "`zone` to allocate in; by default the first that has enough to sell")
	fs.StringVar(&s.keyID, "access-key-id", zenlayertest.DefaultAccessKeyID, "access key `ID` for -endpoint")
	fs.StringVar(&s.secret, "access-key-secret", zenlayertest.DefaultAccessKeyPassword, "its secret")
	fs.BoolVar(&s.live, "live", false, "use the real service, with the access key of the environment, after asking; costs money")
	fs.IntVar(&s.n, "n", 3, "how many addresses")
	fs.DurationVar(&s.timeout, "timeout", 10*time.Minute, "for everything but releasing")
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	if fs.NArg() > 0 || s.n < 1 || s.n > 100 {
		fmt.Fprintln(stderr, "zenlayer: -n is 1 to 100, and there are no arguments")
		return 2
	}
	if err := s.check(); err != nil {
		fmt.Fprintln(stderr, "zenlayer:", err)
		return 2
	}
	client, done, err := s.client(stdout, live)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	defer done()
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	if err := s.life(ctx, client, stdin, stdout); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

// check wants flags that go together, and that the way to the real service is
// the one that asks.
func (s *settings) check() error {
	if s.live && s.endpoint != "" {
		return errors.New("-live and -endpoint exclude each other")
	}
	u, err := url.Parse(s.endpoint)
	if err != nil {
		return errors.New("-endpoint is not a URL")
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if host == "zenlayer.com" || strings.HasSuffix(host, ".zenlayer.com") {
		return fmt.Errorf("-endpoint %s is the real service: use -live", host)
	}
	return nil
}

// client connects to the real service, to an endpoint, or to a fake of its own.
func (s *settings) client(stdout io.Writer, live []zenlayer.Option) (*zenlayer.Client, func(), error) {
	switch {
	case s.endpoint != "":
		c, err := zenlayer.NewClient(
			zenlayer.WithEndpoint(s.endpoint),
			zenlayer.WithCredentials(eip.StaticCredentials(s.keyID, s.secret)),
			zenlayer.WithPollDelay(100*time.Millisecond, zenlayer.DefaultPollMax))
		return c, func() {}, err
	case s.live:
		c, err := zenlayer.NewClient(live...)
		return c, func() {}, err
	}
	srv, err := zenlayertest.New()
	if err != nil {
		return nil, nil, err
	}
	fmt.Fprintln(stdout, "on an embedded fake service: nothing is real, nothing is billed")
	c, err := zenlayer.NewClient(srv.ClientOptions()...)
	if err != nil {
		srv.Close()
		return nil, nil, err
	}
	return c, srv.Close, nil
}

// life is the life of the addresses.
func (s *settings) life(ctx context.Context, c *zenlayer.Client, stdin io.Reader, out io.Writer) (err error) {
	stock, err := c.DescribeEipAvailableResources(ctx, &zenlayer.DescribeEipAvailableResourcesRequest{
		EipChargeType: zenlayer.ChargeTypePostpaid, ZoneID: s.zone,
	})
	if err != nil {
		return err
	}
	zone := ""
	for _, z := range stock.EipResources {
		fmt.Fprintf(out, "stock     %-8s %s\n", z.ZoneID, z.Status)
		enough := z.Status == zenlayer.StockStatusSell || s.zone != "" && z.Status != zenlayer.StockStatusSoldOut
		if zone == "" && enough {
			zone = z.ZoneID
		}
	}
	if zone == "" {
		return errors.New("no zone has enough addresses to sell")
	}
	price, err := c.InquiryPriceCreateEipAddress(ctx, &zenlayer.InquiryPriceCreateEipAddressRequest{
		ZoneID: zone, EipChargeType: zenlayer.ChargeTypePostpaid, Amount: s.n,
	})
	if err != nil {
		return err
	}
	sum := price.EipPrice.DiscountUnitPrice.String()
	if sum == "" {
		sum = "a tiered price"
	}
	fmt.Fprintf(out, "price     %d in %s: %s per %s\n", s.n, zone, sum, strings.ToLower(price.EipPrice.ChargeUnit))
	if s.live && !yes(ctx, stdin, out, fmt.Sprintf("Buy %d addresses in %s? Type yes: ", s.n, zone)) {
		fmt.Fprintln(out, "nothing was bought")
		return nil
	}

	// The mark is what makes it possible to find out what became of this call if
	// its answer is lost.
	req := &zenlayer.AllocateEipAddressesRequest{
		ZoneID: zone, EipChargeType: zenlayer.ChargeTypePostpaid, Amount: s.n, Mark: zenlayer.NewMark(),
	}
	ids, err := allocate(ctx, c, req, out)
	defer func() { err = errors.Join(err, release(ctx, c, ids, out)) }()
	if err != nil {
		return err
	}
	addresses, err := c.WaitAllAvailable(ctx, ids)
	if err != nil {
		return err
	}
	for _, a := range addresses {
		fmt.Fprintf(out, "available %s %s\n", a.EipID, a.IPAddress)
	}
	return nil
}

// allocate gives the IDs of what exists for certain, with an error if that is
// not what was asked for.
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
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanup)
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

// release gives everything back, also when the context is over.
func release(ctx context.Context, c *zenlayer.Client, ids []string, out io.Writer) error {
	if len(ids) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanup)
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

// yes asks a question. An interrupt is no.
func yes(ctx context.Context, in io.Reader, out io.Writer, question string) bool {
	fmt.Fprint(out, question)
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(in).ReadString('\n') // an unreadable answer is no
		answer <- line
	}()
	select {
	case line := <-answer:
		return strings.TrimSpace(line) == "yes"
	case <-ctx.Done():
		return false
	}
}
