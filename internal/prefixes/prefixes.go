// Package prefixes covers addresses with few networks.
package prefixes

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
)

// Exact gives the smallest list of networks that covers exactly these
// addresses and networks: nothing else is covered, none of them overlap, and no
// two can be merged. It is sorted, IPv4 before IPv6.
//
// Doubles and overlaps are allowed. An IPv4 address in IPv6 form
// (::ffff:192.0.2.1) counts as the IPv4 address that it is. Bits beyond a
// network's mask are ignored. Invalid values, zones, and networks in IPv6 form
// that hold more than IPv4 addresses are errors. Nothing in, nothing out.
func Exact(addrs []netip.Addr, networks ...netip.Prefix) ([]netip.Prefix, error) {
	list := make([]netip.Prefix, 0, len(addrs)+len(networks))
	for i, a := range addrs {
		if !a.IsValid() || a.Zone() != "" {
			return nil, fmt.Errorf("addrs[%d] (%s) must be an address without a zone", i, a)
		}
		a = a.Unmap()
		list = append(list, netip.PrefixFrom(a, a.BitLen()))
	}
	for i, p := range networks {
		if !p.IsValid() {
			return nil, fmt.Errorf("networks[%d] (%s) must be an address and a mask", i, p)
		}
		if p.Addr().Is4In6() {
			if p.Bits() < 96 {
				return nil, fmt.Errorf("networks[%d] (%s) must not be wider than ::ffff:0:0/96, which is all of IPv4", i, p)
			}
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		list = append(list, p.Masked())
	}
	slices.SortFunc(list, func(a, b netip.Prefix) int {
		if c := a.Addr().Compare(b.Addr()); c != 0 {
			return c
		}
		return a.Bits() - b.Bits() // what contains before what is contained
	})
	var out []netip.Prefix
	for _, p := range list {
		if n := len(out); n > 0 && out[n-1].Overlaps(p) {
			continue
		}
		out = append(out, p)
		for n := len(out); n > 1 && siblings(out[n-2], out[n-1]); n = len(out) {
			out = append(out[:n-2], parent(out[n-1]))
		}
	}
	return out, nil
}

func parent(p netip.Prefix) netip.Prefix {
	return netip.PrefixFrom(p.Addr(), p.Bits()-1).Masked()
}

// siblings says whether two different networks are the halves of one.
func siblings(a, b netip.Prefix) bool {
	return a.Bits() == b.Bits() && a.Bits() > 0 && a.Addr().Is4() == b.Addr().Is4() && parent(a) == parent(b)
}

// Widen covers networks with at most so many, for a firewall whose list
// is short. It adds as few foreign addresses as that allows, but makes no
// network wider than minBits; what was wider before stays as it is. If most
// networks are not enough for that, it is an error that names the least number.
//
// What it adds belongs to others. Use it only where letting them in as well is
// less bad than a longer list. The networks may be as for [Exact]; IPv4 and
// IPv6 are never covered together.
func Widen(networks []netip.Prefix, most, minBits int) ([]netip.Prefix, error) {
	if most < 1 {
		return nil, fmt.Errorf("most (%d) must be at least 1", most)
	}
	if minBits < 0 || minBits > 128 {
		return nil, fmt.Errorf("minBits (%d) must be 0 to 128", minBits)
	}
	exact, err := Exact(nil, networks...)
	if err != nil || len(exact) <= most {
		return exact, err
	}
	root := newCover(exact, most, minBits)
	if math.IsInf(root.extra[most], 1) {
		return nil, fmt.Errorf("most (%d) is too few for networks no wider than /%d: it takes %d",
			most, minBits, least(exact, minBits))
	}
	return root.take(nil, most), nil
}

// least counts the networks of width minBits that exact ones lie in.
func least(exact []netip.Prefix, minBits int) int {
	least := map[netip.Prefix]bool{}
	for _, p := range exact {
		least[netip.PrefixFrom(p.Addr(), min(p.Bits(), minBits)).Masked()] = true
	}
	return len(least)
}

// cover is a node of the tree of networks: a leaf is one of the exact ones,
// any other node the narrowest network around the leaves below it. The best
// cover of a node by n networks is either the node itself or the best of its
// halves, so the best of all follows from the leaves up.
type cover struct {
	network     netip.Prefix // invalid for the pair of IPv4 and IPv6
	covered     float64      // addresses of the leaves
	left, right *cover       // nil for a leaf
	// extra[n] is how many foreign addresses the best cover by at most n
	// networks has; share[n] is how many of the n go to the left half, 0 if
	// the node itself is the cover.
	extra []float64
	share []int
}

func newCover(exact []netip.Prefix, most, minBits int) *cover {
	c := &cover{extra: make([]float64, min(most, len(exact))+1)}
	c.share = make([]int, len(c.extra))
	c.extra[0] = math.Inf(1)
	if len(exact) == 1 {
		c.network, c.covered = exact[0], Count(exact[0])
		return c
	}
	c.network = around(exact[0], exact[len(exact)-1])
	split := slices.IndexFunc(exact, func(p netip.Prefix) bool {
		if !c.network.IsValid() {
			return !p.Addr().Is4()
		}
		return bit(p.Addr(), c.network.Bits())
	})
	c.left, c.right = newCover(exact[:split], most, minBits), newCover(exact[split:], most, minBits)
	c.covered = c.left.covered + c.right.covered
	for n := 1; n < len(c.extra); n++ {
		c.extra[n] = math.Inf(1)
		if c.network.IsValid() && c.network.Bits() >= minBits {
			c.extra[n] = Count(c.network) - c.covered
		}
		for i := max(1, n-len(c.right.extra)+1); i < min(n, len(c.left.extra)); i++ {
			if both := c.left.extra[i] + c.right.extra[n-i]; both < c.extra[n] {
				c.extra[n], c.share[n] = both, i
			}
		}
	}
	return c
}

// take lists the best cover by at most n networks.
func (c *cover) take(out []netip.Prefix, n int) []netip.Prefix {
	n = min(n, len(c.extra)-1)
	if c.left == nil || c.share[n] == 0 {
		return append(out, c.network)
	}
	return c.right.take(c.left.take(out, c.share[n]), n-c.share[n])
}

// around is the narrowest network that holds both; invalid if none does.
func around(a, b netip.Prefix) netip.Prefix {
	if a.Addr().Is4() != b.Addr().Is4() {
		return netip.Prefix{}
	}
	bits := 0
	for bits < min(a.Bits(), b.Bits()) && bit(a.Addr(), bits) == bit(b.Addr(), bits) {
		bits++
	}
	return netip.PrefixFrom(a.Addr(), bits).Masked()
}

// bit is a bit of an address, counted from the highest.
func bit(a netip.Addr, i int) bool {
	b := a.AsSlice()
	return b[i/8]&(0x80>>(i%8)) != 0
}

// Count is exact for IPv4 and for IPv6 within what a float64 holds.
func Count(p netip.Prefix) float64 {
	return math.Ldexp(1, p.Addr().BitLen()-p.Bits())
}
