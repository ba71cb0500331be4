// Whitelist turns elastic IPs into the shortest list of networks for a
// firewall: as plain lines, as an nftables set, and as Terraform.
//
//	go run ./examples/whitelist
//	go run ./examples/whitelist -live -region cn-hangzhou -all -format nft   # on the real cloud; asks first
//
// It runs on the embedded fake unless -endpoint or -live says otherwise. Unless
// -all, -id or -segment chooses addresses, it allocates a group and three single
// ones, and releases them at the end; with -live it does not.
package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

func main() {
	err := run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run prints the list to out, and what else there is to say to log, so that out
// can be piped into a file.
func run(ctx context.Context, args []string, in io.Reader, out, log io.Writer) error {
	fs := flag.NewFlagSet("whitelist", flag.ContinueOnError)
	endpoint := fs.String("endpoint", "", "`URL` of a running eipsim, instead of the embedded fake")
	keyID := fs.String("access-key-id", eiptest.DefaultAccessKeyID, "access key `ID` for -endpoint")
	secret := fs.String("access-key-secret", eiptest.DefaultAccessKeySecret, "its secret")
	live := fs.Bool("live", false, "use the real cloud, with credentials from the environment (asks first)")
	regionID := fs.String("region", "", "region `ID`; needed with -live")
	q, format := queryFlags(fs)
	if err := fs.Parse(args); err != nil || fs.NArg() > 0 {
		return cmp.Or(err, errors.New("there are no arguments, only flags"))
	}
	region := cmp.Or(*regionID, eiptest.DefaultRegion)
	chosen := q.All || len(q.AllocationIDs) > 0 || len(q.SegmentIDs) > 0
	var options []eip.Option // none for the real cloud
	switch {
	case *live && (*regionID == "" || *endpoint != ""), strings.Contains(strings.ToLower(*endpoint), "aliyuncs.com"):
		return errors.New("the real cloud needs -live and -region, and no -endpoint")
	case *live && !chosen:
		return errors.New("-live needs -all, -id or -segment")
	case *live:
		fmt.Fprintf(log, "This lists elastic IPs of %s in the real cloud.\nType yes to go on: ", region)
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
		fmt.Fprintln(log, "on the embedded fake: nothing is real, nothing is billed")
	}
	client, err := eip.NewClient(region, options...)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second interrupt ends the process
	if chosen {
		return whitelist(ctx, client, *q, *format, out, log)
	}
	if err = populate(ctx, client, q); err == nil {
		err = whitelist(ctx, client, *q, *format, out, log)
	}
	return errors.Join(err, release(ctx, client, q))
}

// formats are the ways to print a list.
var formats = map[string]func(io.Writer, []netip.Prefix){"plain": plain, "nft": nft, "terraform": terraform}

// queryFlags adds the flags that choose the addresses and the format.
func queryFlags(fs *flag.FlagSet) (*eip.WhitelistQuery, *string) {
	var q eip.WhitelistQuery
	add := func(list *[]string) func(string) error {
		return func(id string) error {
			*list = append(*list, id)
			return nil
		}
	}
	fs.Func("id", "`ID` of an address; can be given several times", add(&q.AllocationIDs))
	fs.Func("segment", "`ID` of a contiguous group; can be given several times", add(&q.SegmentIDs))
	fs.BoolVar(&q.All, "all", false, "all addresses of the region")
	fs.BoolVar(&q.WholeSegments, "whole", false, "cover whole groups, with the addresses that the service keeps")
	fs.IntVar(&q.MaxPrefixes, "most", 0, "let in foreign addresses rather than print more than `n` networks")
	format := "all"
	fs.Func("format", "plain, nft, terraform or all (default all)", func(s string) error {
		if format = s; formats[s] == nil && s != "all" {
			return errors.New("want plain, nft, terraform or all")
		}
		return nil
	})
	return &q, &format
}

// whitelist prints the networks of the addresses that q chooses.
func whitelist(ctx context.Context, client *eip.Client, q eip.WhitelistQuery, format string, out, log io.Writer) error {
	list, err := client.Whitelist(ctx, q)
	if err != nil {
		return err
	}
	for _, s := range list.Segments {
		fmt.Fprintf(log, "%s: %s, %d own addresses, %d reserved\n", s.ID, s.Network, s.Addresses, s.Reserved)
	}
	fmt.Fprintf(log, "%d addresses in %d networks, %d foreign addresses let in\n", list.Addresses, len(list.Prefixes), list.Foreign)
	if len(list.Prefixes) == 0 {
		fmt.Fprintln(log, "There is no address, so there is no list.")
		return nil
	}
	if format != "all" {
		formats[format](out, list.Prefixes)
		return nil
	}
	for _, name := range []string{"plain", "nft", "terraform"} {
		fmt.Fprintf(out, "\n# %s\n", name)
		formats[name](out, list.Prefixes)
	}
	return nil
}

func plain(w io.Writer, list []netip.Prefix) {
	for _, p := range list {
		fmt.Fprintln(w, p)
	}
}

func nft(w io.Writer, list []netip.Prefix) {
	fmt.Fprint(w, "table inet eip {\n")
	v4 := slices.DeleteFunc(slices.Clone(list), func(p netip.Prefix) bool { return !p.Addr().Is4() })
	fmt.Fprint(w, "\tset whitelist {\n\t\ttype ipv4_addr\n\t\tflags interval\n")
	if len(v4) > 0 { // nft refuses an empty list of elements
		fmt.Fprint(w, "\t\telements = {\n")
		for _, p := range v4 {
			fmt.Fprintf(w, "\t\t\t%s,\n", p)
		}
		fmt.Fprint(w, "\t\t}\n")
	}
	fmt.Fprint(w, "\t}\n}\n")
}

func terraform(w io.Writer, list []netip.Prefix) {
	var b strings.Builder
	b.WriteString("locals {\n  eip_whitelist = [\n")
	for _, p := range list {
		fmt.Fprintf(&b, "    %q,\n", p.String())
	}
	b.WriteString(`  ]
}

resource "alicloud_security_group_rule" "eip_whitelist" {
  for_each          = toset(local.eip_whitelist)
  security_group_id = var.security_group_id
  type              = "ingress"
  ip_protocol       = "tcp"
  port_range        = "443/443"
  cidr_ip           = each.value
}
`)
	fmt.Fprint(w, b.String())
}

// populate allocates a contiguous group and three addresses, and chooses them.
// What it allocated before an error is chosen as well.
func populate(ctx context.Context, client *eip.Client, q *eip.WhitelistQuery) error {
	//lint:ignore SA1019 the vendor names no successor
	segment, err := client.AllocateEipSegmentAddress(ctx, &eip.AllocateEipSegmentAddressRequest{EipMask: 28})
	if err != nil {
		return err
	}
	q.SegmentIDs = []string{segment.EipSegmentInstanceID}
	addresses, err := client.AllocateMany(ctx, 3, &eip.AllocateManyRequest{})
	if err != nil {
		return err
	}
	for _, a := range addresses {
		q.AllocationIDs = append(q.AllocationIDs, a.AllocationID)
	}
	_, err = client.WaitSegmentAllocated(ctx, segment.EipSegmentInstanceID)
	return err
}

// release releases what populate has allocated. It has a time limit of its own,
// because ctx may be done.
func release(ctx context.Context, client *eip.Client, q *eip.WhitelistQuery) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	var errs []error
	for _, id := range q.AllocationIDs {
		errs = append(errs, client.EnsureReleased(ctx, id))
	}
	for _, id := range q.SegmentIDs {
		_, err := client.WaitSegmentAllocated(ctx, id)
		if err == nil {
			_, err = client.ReleaseEipSegmentAddress(ctx, &eip.ReleaseEipSegmentAddressRequest{SegmentInstanceID: id})
		}
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("not everything is released: %w", err)
	}
	return nil
}
