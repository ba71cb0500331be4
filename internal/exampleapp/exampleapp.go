// Package exampleapp is what the runnable examples have in common: where they
// send their calls (the embedded fake, an endpoint, or the real cloud after a
// question), and how they end.
package exampleapp

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

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

// ErrDeclined says that the question before a run on the real cloud was not
// answered with yes. Nothing was sent.
var ErrDeclined = errors.New("not confirmed; nothing was created")

// Flags are the flags that every example has.
type Flags struct {
	// Endpoint is the URL of a running eipsim.
	Endpoint string
	// Live chooses the real cloud.
	Live bool
	// Region is the region; required with Live.
	Region string
	// Instance is the resource to bind addresses to; required with Live.
	Instance string
	// Plan is what a run on the real cloud does, in full sentences, for an
	// example that does not simply create something. It is not a flag.
	Plan string
	// KeyID and Secret are for Endpoint alone; Live reads the environment.
	KeyID, Secret string
}

// AddFlags adds the common flags to an example's own.
func AddFlags(fs *flag.FlagSet) *Flags {
	f := new(Flags)
	fs.StringVar(&f.Endpoint, "endpoint", "", "`URL` of a running eipsim, instead of the embedded fake")
	fs.BoolVar(&f.Live, "live", false, "use the real cloud, with credentials from the environment (asks first)")
	fs.StringVar(&f.Region, "region", "", "region `ID`; needed with -live")
	fs.StringVar(&f.Instance, "instance", "", "`ID` of an ECS instance without an elastic IP; needed with -live if the example binds one")
	fs.StringVar(&f.KeyID, "access-key-id", eiptest.DefaultAccessKeyID, "access key `ID` for -endpoint")
	fs.StringVar(&f.Secret, "access-key-secret", eiptest.DefaultAccessKeySecret, "its secret")
	return f
}

// App is what an example runs on.
type App struct {
	// Client sends to the place that the flags chose.
	Client *eip.Client
	// Server is the embedded fake; nil if the calls go elsewhere.
	Server *eiptest.Server
	// Instance is an instance to bind addresses to; empty only if Live was
	// chosen without one.
	Instance string
}

// Close ends the embedded fake, if there is one.
func (a *App) Close() {
	a.Client.CloseIdleConnections()
	if a.Server != nil {
		a.Server.Close()
	}
}

// Start makes the client. For the real cloud it first says what will be
// created, for example "one pay-as-you-go address of 5 Mbit/s", and asks on in;
// any answer but yes is ErrDeclined.
func (f *Flags) Start(ctx context.Context, in io.Reader, out io.Writer, creates string, opts ...eip.Option) (*App, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	app := &App{Instance: f.Instance}
	if app.Instance == "" && !f.Live {
		app.Instance = "i-test1" // both fakes have it
	}
	region := f.Region
	if region == "" {
		region = eiptest.DefaultRegion
	}
	switch {
	case f.Live:
		plan := f.Plan
		if plan == "" {
			plan = "It will create " + creates + ". That costs money from the first second until it is released."
		}
		if err := confirm(ctx, in, out, region, plan); err != nil {
			return nil, err
		}
	case f.Endpoint != "":
		opts = append([]eip.Option{
			eip.WithEndpoint(f.Endpoint), eip.WithCredentials(eip.StaticCredentials(f.KeyID, f.Secret)),
		}, opts...)
		fmt.Fprintln(out, "using", f.Endpoint)
	default:
		srv, err := eiptest.New(eiptest.WithRegion(region))
		if err != nil {
			return nil, err
		}
		app.Server = srv
		opts = append(srv.ClientOptions(), opts...)
		fmt.Fprintln(out, "using the embedded fake: nothing is real, nothing is billed")
	}
	client, err := eip.NewClient(region, opts...)
	if err != nil {
		if app.Server != nil {
			app.Server.Close()
		}
		return nil, err
	}
	app.Client = client
	return app, nil
}

// check wants flags that go together.
func (f *Flags) check() error {
	if f.Live {
		switch {
		case f.Endpoint != "":
			return errors.New("-live and -endpoint exclude each other")
		case f.Region == "":
			return errors.New("-live needs -region, for example -region cn-hangzhou")
		}
		return nil
	}
	u, err := url.Parse(f.Endpoint)
	if err != nil {
		return fmt.Errorf("-endpoint: %w", err)
	}
	// The way to the real cloud is the one that asks.
	if host := strings.ToLower(u.Hostname()); host == "aliyuncs.com" || strings.HasSuffix(host, ".aliyuncs.com") {
		return fmt.Errorf("-endpoint %s is the real cloud: use -live -region", f.Endpoint)
	}
	return nil
}

// confirm asks.
func confirm(ctx context.Context, in io.Reader, out io.Writer, region, plan string) error {
	fmt.Fprintf(out, "This runs on the real cloud, in region %s, with the account of your environment's access key.\n"+
		"%s\nType yes to go on: ", region, plan)
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(in).ReadString('\n') // a missing answer is not yes
		answer <- line
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(out)
		return context.Cause(ctx)
	case line := <-answer:
		if strings.TrimSpace(line) != "yes" {
			return ErrDeclined
		}
		return nil
	}
}

// Run is the body of an example. It gets the arguments after the program's
// name, and a context that ends with the first interrupt.
type Run func(ctx context.Context, args []string, in io.Reader, out io.Writer) error

// Main runs an example and ends the process: with status 0 if it succeeded, 2
// for wrong flags, 1 otherwise. The first interrupt ends the context, so that
// the example can clean up; the second one ends the process.
func Main(run Run) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout)
	stop()
	switch {
	case err == nil:
	case errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var errUsage = errors.New("wrong flags")

// Parse reads the flags of an example; there are no other arguments. The flag
// set has told what is wrong when it returns an error.
func Parse(fs *flag.FlagSet, args []string) error {
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return errUsage
	}
	if fs.NArg() > 0 {
		fmt.Fprintf(fs.Output(), "%q is not a flag\n", fs.Arg(0))
		return errUsage
	}
	return nil
}
