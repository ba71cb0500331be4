// Bandwidth moves three busy elastic IPs into a bandwidth package, which they then
// share, and out of it again. A crash at any point leaves one package at most, and
// the next run goes on with it.
//
//	go run ./examples/bandwidth                    on the embedded fake
//	go run ./examples/bandwidth -crash-after 28    dies after 28 requests, then runs again
//	go run ./examples/bandwidth -endpoint http://127.0.0.1:8089
//	go run ./examples/bandwidth -live -region cn-hangzhou -instances i-…,i-…,i-…
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
	"slices"
	"strings"
	"syscall"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

// key names what the addresses and the package are for. The addresses are tagged
// with it by the helpers, the package by this program, and a later run finds them
// by that.
const key = "examples/bandwidth"

// count is how many addresses are moved.
const count = 3

// Mbit/s of each address by itself, and of the package.
const (
	ownBandwidth    = 5
	sharedBandwidth = 10
)

func main() {
	err := run(context.Background(), os.Args[1:], os.Stdin, os.Stdout)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	fs := flag.NewFlagSet("bandwidth", flag.ContinueOnError)
	endpoint := fs.String("endpoint", "", "`URL` of a running eipsim, instead of the embedded fake")
	keyID := fs.String("access-key-id", eiptest.DefaultAccessKeyID, "access key `ID` for -endpoint")
	secret := fs.String("access-key-secret", eiptest.DefaultAccessKeySecret, "its secret")
	live := fs.Bool("live", false, "use the real cloud, with credentials from the environment (asks first)")
	regionID := fs.String("region", "", "region `ID`; needed with -live")
	list := fs.String("instances", "", "`IDs` of 3 ECS instances without an elastic IP, with commas; needed with -live")
	crash := fs.Int("crash-after", 0, "end the process without any clean-up after `n` requests")
	if err := fs.Parse(args); err != nil || fs.NArg() > 0 {
		return cmp.Or(err, errors.New("there are no arguments, only flags"))
	}
	region := cmp.Or(*regionID, eiptest.DefaultRegion)
	// Both fakes have these instances.
	instances := strings.Split(cmp.Or(*list, "i-test1,i-test2,i-test3"), ",")
	options := crashAfter(*crash)
	switch {
	case *live && (*regionID == "" || *list == "" || *endpoint != ""),
		strings.Contains(strings.ToLower(*endpoint), "aliyuncs.com"):
		return errors.New("the real cloud needs -live, -region and -instances, and no -endpoint")
	case len(instances) != count || slices.Contains(instances, ""):
		return fmt.Errorf("-instances: %d IDs are needed, with commas between them", count)
	case *live:
		fmt.Fprintf(out, "This allocates %d elastic IPs in %s, for real money, binds them to\n%s,\nand creates a bandwidth package of %d Mbit/s.\nType yes to go on: ",
			count, region, strings.Join(instances, ", "), sharedBandwidth)
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
	return (&mover{client: client, instances: instances, out: out}).run(ctx)
}

// run runs the steps, and cleans up if one fails. The clean-up has a time limit of
// its own, because ctx may be done.
func (m *mover) run(ctx context.Context) error {
	err := m.steps(ctx)
	if err == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), eip.DefaultRollbackTime)
	defer cancel()
	if e := m.cleanUp(ctx, err); e != nil {
		return errors.Join(err, e)
	}
	return fmt.Errorf("%w\neverything with the key %q is released", err, key)
}

func (m *mover) steps(ctx context.Context) error {
	fmt.Fprintf(m.out, "1. %d addresses of %d Mbit/s, each bound to an instance\n", count, ownBandwidth)
	addresses, err := m.client.AllocateMany(ctx, count, &eip.AllocateManyRequest{
		Allocate: eip.AllocateEipAddressRequest{Bandwidth: ownBandwidth, Tags: tags},
		Key:      key,
	})
	if err != nil {
		return err
	}
	ids := make([]string, count)
	for i, a := range addresses {
		ids[i] = a.AllocationID
		if _, err := m.client.EnsureAssociated(ctx, ids[i], eip.Instance{ID: m.instances[i]}); err != nil {
			return err
		}
	}
	if err := m.report(ctx, ids); err != nil {
		return err
	}

	fmt.Fprintf(m.out, "2. a bandwidth package of %d Mbit/s: found by its tag, or created\n", sharedBandwidth)
	p, err := m.thePackage(ctx, ids)
	if err != nil {
		return err
	}
	fmt.Fprintf(m.out, "   %s is %s, with %d addresses\n", p.BandwidthPackageID, p.Status, len(p.PublicIPAddresses))

	fmt.Fprintln(m.out, "3. move the addresses in: they stay bound, and share its bandwidth")
	if _, err := m.client.EnsureInBandwidthPackage(ctx, p.BandwidthPackageID, ids); err != nil {
		return err
	}
	if err := m.report(ctx, ids); err != nil {
		return err
	}

	fmt.Fprintln(m.out, "4. move them out: each has its own bandwidth again")
	if _, err := m.client.EnsureNotInBandwidthPackage(ctx, ids); err != nil {
		return err
	}
	if err := m.report(ctx, ids); err != nil {
		return err
	}

	fmt.Fprintln(m.out, "5. clean up: everything with the key")
	if err := m.cleanUp(ctx, nil); err != nil {
		return err
	}
	fmt.Fprintf(m.out, "done: %d addresses shared %d Mbit/s for a while, and are released\n", count, sharedBandwidth)
	return nil
}
