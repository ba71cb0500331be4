// Whitelist turns elastic IPs into the shortest list of networks for a
// firewall: as plain lines, as an nftables set, and as Terraform.
//
//	go run ./examples/whitelist
//
// It runs on the embedded fake unless -endpoint or -live says otherwise; there it
// makes a contiguous group and three single addresses to have something to show.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/exampleapp"
)

func main() { exampleapp.Main(run) }

// formats are the ways to write a list.
var formats = map[string]func(io.Writer, []netip.Prefix){"plain": plain, "nft": nft, "terraform": terraform}

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	fs := flag.NewFlagSet("whitelist", flag.ContinueOnError)
	common := exampleapp.AddFlags(fs)
	var q eip.WhitelistQuery
	add := func(list *[]string) func(string) error {
		return func(s string) error {
			*list = append(*list, s)
			return nil
		}
	}
	fs.Func("id", "`ID` of an address; can be given several times", add(&q.AllocationIDs))
	fs.Func("segment", "`ID` of a contiguous group; can be given several times", add(&q.SegmentIDs))
	fs.BoolVar(&q.All, "all", false, "all addresses of the region")
	fs.BoolVar(&q.WholeSegments, "whole", false, "cover whole groups, with the addresses that the service keeps")
	fs.IntVar(&q.MaxPrefixes, "most", 0, "let others in as well rather than have a longer list than `n`")
	format := fs.String("format", "all", "plain, nft, terraform or all; all but the list goes to standard error unless all")
	if err := exampleapp.Parse(fs, args); err != nil {
		return err
	}
	if _, ok := formats[*format]; !ok && *format != "all" {
		return fmt.Errorf("-format %s is none of plain, nft, terraform, all", *format)
	}
	said := out
	if *format != "all" {
		said = os.Stderr
	}
	chosen := q.All || len(q.AllocationIDs) > 0 || len(q.SegmentIDs) > 0
	if common.Live && !chosen {
		return errors.New("-live needs -all, -id or -segment")
	}
	common.Plan = "It lists addresses. It creates and changes nothing."
	app, err := common.Start(ctx, in, said, "")
	if err != nil {
		return err
	}
	defer app.Close()
	if !chosen {
		give, err := populate(ctx, app.Client, &q)
		defer give()
		if err != nil {
			return err
		}
	}
	list, err := app.Client.Whitelist(ctx, q)
	if err != nil {
		return err
	}
	for _, s := range list.Segments {
		fmt.Fprintf(said, "%s: %s, %d addresses of ours, %d reserved\n", s.ID, s.Network, s.Addresses, s.Reserved)
	}
	fmt.Fprintf(said, "%d addresses in %d networks, %d foreign ones let in\n", list.Addresses, len(list.Prefixes), list.Foreign)
	if len(list.Prefixes) == 0 {
		fmt.Fprintln(said, "There is no address to let in, so there is no list.")
		return nil
	}
	if *format != "all" {
		formats[*format](out, list.Prefixes)
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

// populate makes a contiguous group and three addresses where nothing is real,
// and chooses them. give gives back what was made.
func populate(ctx context.Context, client *eip.Client, q *eip.WhitelistQuery) (give func(), err error) {
	give = func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		for _, id := range q.AllocationIDs {
			if _, err := client.ReleaseEipAddress(ctx, &eip.ReleaseEipAddressRequest{AllocationID: id}); err != nil {
				fmt.Fprintln(os.Stderr, "still there:", id, err)
			}
		}
		for _, id := range q.SegmentIDs {
			if _, err := client.ReleaseEipSegmentAddress(ctx, &eip.ReleaseEipSegmentAddressRequest{SegmentInstanceID: id}); err != nil {
				fmt.Fprintln(os.Stderr, "still there:", id, err)
			}
		}
	}
	//lint:ignore SA1019 the vendor names no successor, and whoever has groups needs them let in
	segment, err := client.AllocateEipSegmentAddress(ctx, &eip.AllocateEipSegmentAddressRequest{EipMask: 28})
	if err != nil {
		return give, err
	}
	q.SegmentIDs = []string{segment.EipSegmentInstanceID}
	for range 3 {
		res, err := client.AllocateEipAddress(ctx, &eip.AllocateEipAddressRequest{})
		if err != nil {
			return give, err
		}
		q.AllocationIDs = append(q.AllocationIDs, res.AllocationID)
	}
	if _, err := client.WaitAllAvailable(ctx, q.AllocationIDs); err != nil {
		return give, err
	}
	_, err = client.WaitSegmentAllocated(ctx, segment.EipSegmentInstanceID)
	return give, err
}
