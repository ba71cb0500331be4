// Quickstart shows the whole life of an elastic IP: allocated, bound, watched,
// unbound, released.
//
//	go run ./examples/quickstart                             # on the embedded fake: no account, no cost
//	go run ./examples/quickstart -endpoint http://127.0.0.1:8089   # on a running eipsim
//	go run ./examples/quickstart -signature v3               # signed with ACS3-HMAC-SHA256
//	go run ./examples/quickstart -live -region cn-hangzhou -instance i-…   # on the real cloud; asks first
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
const cleanupTime = time.Minute

func main() {
	err := run(context.Background(), os.Args[1:], os.Stdin, os.Stdout)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	fs := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	endpoint := fs.String("endpoint", "", "`URL` of a running eipsim, instead of the embedded fake")
	keyID := fs.String("access-key-id", eiptest.DefaultAccessKeyID, "access key `ID` for -endpoint")
	secret := fs.String("access-key-secret", eiptest.DefaultAccessKeySecret, "its secret")
	live := fs.Bool("live", false, "use the real cloud, with credentials from the environment (asks first)")
	regionID := fs.String("region", "", "region `ID`; needed with -live")
	instance := fs.String("instance", "", "`ID` of an ECS instance without an elastic IP, to bind the address to")
	var signature eip.Signature
	fs.Func("signature", "how requests are signed: `v1`, HMAC-SHA1, the default, or v3, ACS3-HMAC-SHA256", func(v string) error {
		var ok bool
		if signature, ok = map[string]eip.Signature{"v1": eip.SignatureV1, "v3": eip.SignatureV3}[v]; !ok {
			return errors.New("it is neither v1 nor v3")
		}
		return nil
	})
	if err := fs.Parse(args); err != nil || fs.NArg() > 0 {
		return cmp.Or(err, errors.New("there are no arguments, only flags"))
	}
	region := cmp.Or(*regionID, eiptest.DefaultRegion)
	var options []eip.Option // none for the real cloud
	switch {
	case *live && (*regionID == "" || *endpoint != ""), strings.Contains(strings.ToLower(*endpoint), "aliyuncs.com"):
		return errors.New("the real cloud needs -live and -region, and no -endpoint")
	case *live:
		fmt.Fprintf(out, "This allocates an elastic IP in %s, for real money.\nType yes to go on: ", region)
		if answer, _ := bufio.NewReader(in).ReadString('\n'); strings.TrimSpace(answer) != "yes" {
			return errors.New("not confirmed: nothing was done")
		}
	case *endpoint != "":
		options = []eip.Option{eip.WithEndpoint(*endpoint), eip.WithCredentials(eip.StaticCredentials(*keyID, *secret))}
		*instance = cmp.Or(*instance, "i-test1") // eipsim has it
	default:
		srv, err := eiptest.New(eiptest.WithRegion(region))
		if err != nil {
			return err
		}
		defer srv.Close()
		options = srv.ClientOptions()
		*instance = cmp.Or(*instance, "i-test1")
		fmt.Fprintln(out, "on the embedded fake: nothing is real, nothing is billed")
	}
	client, err := eip.NewClient(region, append(options, eip.WithSignature(signature))...)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second interrupt ends the process
	return life(ctx, client, *instance, out)
}

// life runs one tour, and cleans up after one that fails.
func life(ctx context.Context, client *eip.Client, instance string, out io.Writer) error {
	tour := &tour{client: client, instance: instance, out: out}
	address, err := tour.walk(ctx)
	if err != nil {
		return errors.Join(err, tour.cleanUp(ctx))
	}
	fmt.Fprintf(out, "%s (%s) is released\n", address.IPAddress, address.AllocationID)
	return nil
}

// tour is one walk through the life of an address.
type tour struct {
	client   *eip.Client
	instance string // to bind the address to; "" for none
	out      io.Writer

	request *eip.AllocateEipAddressRequest
	id      string // of the address, from its allocation to its release
	seen    bool   // whether the service has listed the address
	failed  error  // of the allocation
}

func (t *tour) say(format string, args ...any) { fmt.Fprintf(t.out, format+"\n", args...) }

func (t *tour) walk(ctx context.Context) (*eip.EipAddress, error) {
	regions, err := t.client.DescribeRegions(ctx, &eip.DescribeRegionsRequest{AcceptLanguage: eip.LanguageEnglish})
	if err != nil {
		return nil, err
	}
	t.say("%d regions; this one is %s", len(regions.Regions), t.client.Region())

	// The tags are part of the allocation, so that the address can be found
	// even if the program dies before it has read the answer.
	t.request = &eip.AllocateEipAddressRequest{
		Bandwidth:          5,
		InternetChargeType: eip.InternetChargeTypePayByTraffic,
		Name:               "quickstart",
		Tags:               eip.Tags{"made-by": "eip-go-quickstart"},
	}
	made, err := t.client.AllocateEipAddress(ctx, t.request)
	if err != nil {
		t.failed = err
		return nil, err
	}
	t.id = made.AllocationID
	t.say("allocated %s (%s), attempts: %d", made.EipAddress, made.AllocationID, made.Attempts)
	t.say("its request ID, for the vendor's support: %s", made.RequestID)

	address, err := t.client.WaitAvailable(ctx, t.id)
	if err != nil {
		return nil, err
	}
	t.seen = true
	t.say("%s is %s: %d Mbit/s, %s", address.IPAddress, address.Status, address.Bandwidth, address.InternetChargeType)

	if t.instance == "" {
		t.say("no -instance given: not bound to anything")
	} else if err := t.bind(ctx); err != nil {
		return nil, err
	}
	if err := t.watch(ctx); err != nil {
		return nil, err
	}
	if t.instance != "" {
		if err := t.unbind(ctx); err != nil {
			return nil, err
		}
	}

	if _, err := t.client.ReleaseEipAddress(ctx, &eip.ReleaseEipAddressRequest{AllocationID: t.id}); err != nil {
		return nil, err
	}
	if err := t.client.WaitGone(ctx, t.id); err != nil {
		return nil, err
	}
	t.id = ""
	return address, nil
}

func (t *tour) bind(ctx context.Context) error {
	if _, err := t.client.AssociateEipAddress(ctx, &eip.AssociateEipAddressRequest{
		AllocationID: t.id, InstanceID: t.instance, InstanceType: eip.InstanceTypeEcsInstance,
	}); err != nil {
		return err
	}
	bound, err := t.client.WaitInUse(ctx, t.id, t.instance)
	if err != nil {
		return err
	}
	t.say("bound to %s %s", bound.InstanceType, bound.InstanceID)
	return nil
}

func (t *tour) unbind(ctx context.Context) error {
	if _, err := t.client.UnassociateEipAddress(ctx, &eip.UnassociateEipAddressRequest{
		AllocationID: t.id, InstanceID: t.instance, InstanceType: eip.InstanceTypeEcsInstance,
	}); err != nil {
		return err
	}
	free, err := t.client.WaitUnbound(ctx, t.id)
	if err != nil {
		return err
	}
	t.say("unbound: %s again", free.Status)
	return nil
}

// watch reports the traffic of the last hour. A new address of the real cloud
// has none yet; the fake invents some.
func (t *tour) watch(ctx context.Context) error {
	end := time.Now().Truncate(time.Minute)
	data, err := t.client.DescribeEipMonitorData(ctx, &eip.DescribeEipMonitorDataRequest{
		AllocationID: t.id, StartTime: end.Add(-time.Hour), EndTime: end, Period: 60,
	})
	if err != nil {
		return err
	}
	var received, sent int64
	for _, minute := range data.EipMonitorDatas {
		received += minute.EipRX
		sent += minute.EipTX
	}
	t.say("traffic of the last hour: %d kB received, %d kB sent", received/1000, sent/1000)
	return nil
}

// cleanUp releases the address of a tour that failed or was interrupted. It has
// a time limit of its own, because ctx may be done.
func (t *tour) cleanUp(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	err := t.failed
	for eip.OutcomeUnknown(err) && ctx.Err() == nil {
		// Again returns the request with the token of the first one: sent again, it
		// returns the address that the first one made, or makes it now.
		t.say("asking for the outcome of the allocation")
		var made *eip.AllocateEipAddressResponse
		if made, err = t.client.AllocateEipAddress(ctx, eip.Again(t.request, err)); err == nil {
			t.id = made.AllocationID
		}
	}
	if eip.OutcomeUnknown(err) {
		return fmt.Errorf("an address may exist, with the tag made-by=eip-go-quickstart (ClientToken %s): %w", eip.ClientTokenOf(err), err)
	}
	if t.id == "" {
		return nil
	}
	t.say("releasing %s", t.id)
	options := []eip.EnsureOption{eip.UnbindFirst}
	if !t.seen { // the service may take a moment to list a new address
		options = append(options, eip.JustAllocated)
	}
	if err := t.client.EnsureReleased(ctx, t.id, options...); err != nil {
		return fmt.Errorf("the address %s still exists and costs money; release it by hand: %w", t.id, err)
	}
	t.say("%s is released", t.id)
	return nil
}
