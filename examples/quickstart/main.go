// Quickstart shows the whole life of an elastic IP: allocated, bound, watched,
// unbound, released.
//
//	go run ./examples/quickstart                             # on the embedded fake: no account, no cost
//	go run ./examples/quickstart -endpoint http://127.0.0.1:8089   # on a running eipsim
//	go run ./examples/quickstart -live -region cn-hangzhou -instance i-…   # on the real cloud; asks first
//
// If it is interrupted or fails half-way, it releases what it allocated; if it
// cannot, it prints the ID.
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
	"github.com/eipkit/eip-go/internal/termchart"
)

// cleanupTime is what giving an address back may take after a failure.
const cleanupTime = time.Minute

func main() { exampleapp.Main(run) }

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	fs := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags := exampleapp.AddFlags(fs)
	if err := exampleapp.Parse(fs, args); err != nil {
		return err
	}
	app, err := flags.Start(ctx, in, out, "one pay-as-you-go elastic IP of 5 Mbit/s, and release it again")
	if err != nil {
		return err
	}
	defer app.Close()
	return life(ctx, app.Client, app.Instance, out)
}

// life is one walk. What a walk that fails has left is given back.
func life(ctx context.Context, client *eip.Client, instance string, out io.Writer) error {
	tour := &tour{client: client, instance: instance, out: out}
	address, err := tour.walk(ctx)
	if err != nil {
		return errors.Join(err, tour.giveBack(ctx))
	}
	fmt.Fprintf(out, "%s (%s) is released\n", address.IPAddress, address.AllocationID)
	return nil
}

// tour is one walk through the life of an address.
type tour struct {
	client   *eip.Client
	instance string
	out      io.Writer

	request *eip.AllocateEipAddressRequest
	id      string // of the address, once it is known and until it is gone
	seen    bool   // the address has shown up in a list
	failed  error  // of the allocation
}

func (t *tour) say(format string, args ...any) { fmt.Fprintf(t.out, format+"\n", args...) }

func (t *tour) walk(ctx context.Context) (*eip.EipAddress, error) {
	regions, err := t.client.DescribeRegions(ctx, &eip.DescribeRegionsRequest{AcceptLanguage: eip.LanguageEnglish})
	if err != nil {
		return nil, err
	}
	t.say("%d regions; this one is %s", len(regions.Regions), t.client.Region())

	// Tags go into the allocation itself, so that no crash can leave an address
	// behind that nobody can find.
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
	t.say("allocated %s, %s (request %s, attempts %d)", made.EipAddress, made.AllocationID, made.RequestID, made.Attempts)

	address, err := t.client.WaitAvailable(ctx, t.id)
	if err != nil {
		return nil, err
	}
	t.seen = true
	t.say("%s is %s: %d Mbit/s, %s, tags %v", address.IPAddress, address.Status, address.Bandwidth,
		address.InternetChargeType, map[string]string(address.Tags))

	if t.instance == "" {
		t.say("no -instance given: not binding it to anything")
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

// watch draws the traffic of the last hour. A new address of the real cloud has
// none yet; the fake makes some up.
func (t *tour) watch(ctx context.Context) error {
	end := time.Now().Truncate(time.Minute)
	data, err := t.client.DescribeEipMonitorData(ctx, &eip.DescribeEipMonitorDataRequest{
		AllocationID: t.id, StartTime: end.Add(-time.Hour), EndTime: end, Period: 60,
	})
	if err != nil {
		return err
	}
	var received, sent []float64
	for _, point := range data.EipMonitorDatas {
		received = append(received, float64(point.EipRX)*8/60)
		sent = append(sent, float64(point.EipTX)*8/60)
	}
	return termchart.Render(t.out, termchart.StyleOf(t.out), termchart.Chart{
		Title: "traffic of the last hour", Unit: "bit/s", Height: 4,
		Series: []termchart.Series{{Label: "in", Points: received}, {Label: "out", Points: sent}},
		From:   end.Add(-time.Hour).UTC().Format("15:04"), To: end.UTC().Format("15:04 UTC"),
	})
}

// giveBack releases what a failed or interrupted walk has left. It has a time
// of its own, because the walk's context may be over.
func (t *tour) giveBack(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	err := t.failed
	for eip.OutcomeUnknown(err) && ctx.Err() == nil {
		// The request as Again returns it gives the address that the first one made,
		// or makes the one that it did not.
		t.say("asking what became of the allocation")
		var made *eip.AllocateEipAddressResponse
		if made, err = t.client.AllocateEipAddress(ctx, eip.Again(t.request, err)); err == nil {
			t.id = made.AllocationID
		}
	}
	if eip.OutcomeUnknown(err) {
		return fmt.Errorf("an address may exist; its tag is made-by=eip-go-quickstart, its ClientToken %s: %w", eip.ClientTokenOf(err), err)
	}
	if t.id == "" {
		return nil
	}
	t.say("releasing %s", t.id)
	options := []eip.EnsureOption{eip.UnbindFirst}
	if !t.seen { // a new address may take a moment to show up
		options = append(options, eip.JustAllocated)
	}
	if err := t.client.EnsureReleased(ctx, t.id, options...); err != nil {
		return fmt.Errorf("the address %s is still there and costs money; release it by hand: %w", t.id, err)
	}
	t.say("%s is released", t.id)
	return nil
}
