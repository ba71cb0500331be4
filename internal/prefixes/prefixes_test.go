package prefixes_test

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/prefixes"
)

func addrs(list ...string) []netip.Addr {
	var out []netip.Addr
	for _, s := range list {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}

func networks(list ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

func TestExact(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		addrs    []netip.Addr
		networks []netip.Prefix
		want     []netip.Prefix
	}{
		"nothing":             {},
		"one":                 {addrs("192.0.2.1"), nil, networks("192.0.2.1/32")},
		"twice":               {addrs("192.0.2.1", "192.0.2.1"), nil, networks("192.0.2.1/32")},
		"a pair":              {addrs("192.0.2.5", "192.0.2.4"), nil, networks("192.0.2.4/31")},
		"neighbours, no pair": {addrs("192.0.2.5", "192.0.2.6"), nil, networks("192.0.2.5/32", "192.0.2.6/32")},
		"a segment without its reserved ones": {
			addrs("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6", "192.0.2.7",
				"192.0.2.8", "192.0.2.9", "192.0.2.10", "192.0.2.11", "192.0.2.12", "192.0.2.13"), nil,
			networks("192.0.2.1/32", "192.0.2.2/31", "192.0.2.4/30", "192.0.2.8/30", "192.0.2.12/31"),
		},
		"within a network": {addrs("192.0.2.77"), networks("192.0.2.0/24"), networks("192.0.2.0/24")},
		"completes one":    {addrs("192.0.2.128"), networks("192.0.2.0/25", "192.0.2.129/32", "192.0.2.130/31", "192.0.2.132/30", "192.0.2.136/29", "192.0.2.144/28", "192.0.2.160/27", "192.0.2.192/26"), networks("192.0.2.0/24")},
		"bits beyond":      {nil, networks("192.0.2.77/24"), networks("192.0.2.0/24")},
		"4 in 6":           {addrs("::ffff:192.0.2.4", "192.0.2.5"), networks("::ffff:192.0.2.6/127"), networks("192.0.2.4/30")},
		"all of 4 in 6":    {nil, networks("::ffff:0:0/96"), networks("0.0.0.0/0")},
		"everything":       {addrs("10.0.0.1"), networks("0.0.0.0/1", "128.0.0.0/1"), networks("0.0.0.0/0")},
		"both families":    {addrs("2001:db8::1", "255.255.255.255", "2001:db8::", "0.0.0.0", "::"), nil, networks("0.0.0.0/32", "255.255.255.255/32", "::/128", "2001:db8::/127")},
		"0/0 and ::/0":     {addrs("10.0.0.1", "::1"), networks("::/0", "0.0.0.0/0"), networks("0.0.0.0/0", "::/0")},
		"the end of space": {addrs("255.255.255.255", "255.255.255.254"), nil, networks("255.255.255.254/31")},
	} {
		got, err := prefixes.Exact(c.addrs, c.networks...)
		require.NoError(t, err, name)
		assert.Equal(t, c.want, got, name)
	}
}

func TestExactFaults(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]func() ([]netip.Prefix, error){
		"addrs[1]":    func() ([]netip.Prefix, error) { return prefixes.Exact([]netip.Addr{netip.IPv4Unspecified(), {}}) },
		"zone":        func() ([]netip.Prefix, error) { return prefixes.Exact(addrs("fe80::1%eth0")) },
		"networks[0]": func() ([]netip.Prefix, error) { return prefixes.Exact(nil, netip.Prefix{}) },
		"all of IPv4": func() ([]netip.Prefix, error) { return prefixes.Exact(nil, netip.MustParsePrefix("::ffff:0:0/95")) },
		"most (0)":    func() ([]netip.Prefix, error) { return prefixes.Widen(networks("192.0.2.0/24"), 0, 0) },
		"minBits":     func() ([]netip.Prefix, error) { return prefixes.Widen(networks("192.0.2.0/24"), 1, 129) },
		"it takes 2": func() ([]netip.Prefix, error) {
			return prefixes.Widen(networks("192.0.2.0/24", "198.51.100.0/24"), 1, 8)
		},
		"it takes 2 ": func() ([]netip.Prefix, error) {
			return prefixes.Widen(networks("192.0.2.0/24", "2001:db8::/64"), 1, 0)
		},
	} {
		got, err := f()
		require.ErrorContains(t, err, strings.TrimSpace(want))
		assert.Nil(t, got)
	}
}

// space is a /22 whose sets are drawn as booleans, an address each.
const space = 1024

func at(i int) netip.Addr { return netip.AddrFrom4([4]byte{198, 51, byte(100 + i/256), byte(i)}) }

// covers draws a list of networks; it wants them inside the space.
func covers(t *testing.T, list []netip.Prefix) (set [space]bool) {
	t.Helper()
	for _, p := range list {
		require.Equal(t, p, p.Masked())
		for i := range space {
			if p.Contains(at(i)) {
				require.False(t, set[i], "%s is covered twice", at(i))
				set[i] = true
			}
		}
	}
	return set
}

// A list covers exactly what it should, and none of it can be merged: no block
// of the space is fully covered by more than one network.
func TestExactProperty(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 1))
	for round := range 400 {
		var owned [space]bool
		var list []netip.Addr
		var nets []netip.Prefix
		density := rnd.Float64()
		for i := range owned {
			if rnd.Float64() < density {
				owned[i] = true
				list = append(list, at(i))
			}
		}
		for range rnd.IntN(4) {
			p := netip.PrefixFrom(at(rnd.IntN(space)), 24+rnd.IntN(9))
			nets = append(nets, p)
			for i := range owned {
				owned[i] = owned[i] || p.Contains(at(i))
			}
		}
		rnd.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		before := slices.Clone(list)
		got, err := prefixes.Exact(list, nets...)
		require.NoError(t, err)
		require.Equal(t, before, list, "the input is left alone")
		require.Equal(t, owned, covers(t, got), "round %d", round)
		require.True(t, slices.IsSortedFunc(got, func(a, b netip.Prefix) int { return a.Addr().Compare(b.Addr()) }))

		// The least number, counted on the booleans alone: a full block is one
		// network, any other is its halves.
		var least func(from, n int) int
		least = func(from, n int) int {
			if full := !slices.Contains(owned[from:from+n], false); full {
				return 1
			}
			if n == 1 {
				return 0
			}
			return least(from, n/2) + least(from+n/2, n/2)
		}
		// 198.51.100.0/22 is aligned, so its blocks are those of the networks.
		require.Len(t, got, least(0, space), "round %d", round)
		again, err := prefixes.Exact(nil, got...)
		require.NoError(t, err)
		require.Equal(t, got, again)
	}
}

// Widening covers all that is owned with at most so many networks, none wider
// than allowed, and with the fewest foreign addresses, by trying all covers.
func TestWidenProperty(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 2))
	const small = 32 // a /27
	for round := range 600 {
		var owned [small]bool
		var list []netip.Addr
		for i := range owned {
			if rnd.IntN(3) == 0 {
				owned[i] = true
				list = append(list, at(i))
			}
		}
		exact, err := prefixes.Exact(list)
		require.NoError(t, err)
		most, minBits := 1+rnd.IntN(6), 27+rnd.IntN(4)

		// best is the fewest foreign addresses in a block with n networks, -1 if
		// it cannot be done.
		var best func(from, size, n int) int
		best = func(from, size, n int) int {
			if !slices.Contains(owned[from:from+size], true) {
				return 0
			}
			if n == 0 {
				return -1
			}
			least := -1
			if bits := 32 - log2(size); bits >= minBits || !slices.Contains(owned[from:from+size], false) {
				least = 0
				for _, own := range owned[from : from+size] {
					if !own {
						least++
					}
				}
			}
			if size == 1 {
				return least
			}
			for i := range n + 1 {
				l, r := best(from, size/2, i), best(from+size/2, size/2, n-i)
				if l >= 0 && r >= 0 && (least < 0 || l+r < least) {
					least = l + r
				}
			}
			return least
		}
		want := best(0, small, most)
		got, err := prefixes.Widen(exact, most, minBits)
		if want < 0 {
			require.ErrorContains(t, err, "too few", "round %d", round)
			continue
		}
		require.NoError(t, err, "round %d", round)
		require.LessOrEqual(t, len(got), most)
		set := covers(t, got)
		foreign := 0
		for i := range space {
			if i >= small {
				require.False(t, set[i])
				continue
			}
			require.False(t, owned[i] && !set[i], "%s is owned and not covered", at(i))
			if set[i] && !owned[i] {
				foreign++
			}
		}
		require.Equal(t, want, foreign, "round %d: %v by %d from /%d: %v", round, exact, most, minBits, got)
		for _, p := range got {
			require.True(t, p.Bits() >= minBits || slices.Contains(exact, p), "%v is too wide", p)
		}
	}
}

func log2(n int) int {
	bits := 0
	for ; n > 1; n /= 2 {
		bits++
	}
	return bits
}

func TestWiden(t *testing.T) {
	t.Parallel()
	list := networks("192.0.2.0/28", "192.0.2.32/28", "198.51.100.7/32", "2001:db8::/64", "2001:db8:0:2::/64", "10.0.0.0/8")
	exact, err := prefixes.Exact(nil, list...)
	require.NoError(t, err)
	for most, want := range map[int][]netip.Prefix{
		7: exact, 6: exact,
		5: networks("10.0.0.0/8", "192.0.2.0/26", "198.51.100.7/32", "2001:db8::/64", "2001:db8:0:2::/64"),
		4: networks("10.0.0.0/8", "192.0.2.0/26", "198.51.100.7/32", "2001:db8::/62"),
	} {
		got, err := prefixes.Widen(list, most, 16)
		require.NoError(t, err, most)
		assert.Equal(t, want, got, most)
	}
	_, err = prefixes.Widen(list, 3, 16)
	require.ErrorContains(t, err, "it takes 4")
	got, err := prefixes.Widen(list, 2, 0)
	require.NoError(t, err)
	assert.Equal(t, networks("0.0.0.0/0", "2001:db8::/62"), got, "what was asked for, and no narrower is possible")
	got, err = prefixes.Widen(nil, 1, 0)
	require.NoError(t, err)
	assert.Empty(t, got)
}

func FuzzExact(f *testing.F) {
	f.Add([]byte{192, 0, 2, 1, 32, 192, 0, 2, 0, 31}, []byte{1})
	f.Fuzz(func(t *testing.T, v4, v6 []byte) {
		var list []netip.Prefix
		for len(v4) >= 5 {
			list = append(list, netip.PrefixFrom(netip.AddrFrom4([4]byte(v4)), int(v4[4])%33))
			v4 = v4[5:]
		}
		for len(v6) >= 17 {
			list = append(list, netip.PrefixFrom(netip.AddrFrom16([16]byte(v6)), int(v6[16])%129))
			v6 = v6[17:]
		}
		got, err := prefixes.Exact(nil, list...)
		if err != nil {
			t.Skip() // a wide network around all of IPv4
		}
		for i, p := range got {
			if i > 0 && (got[i-1].Overlaps(p) || p.Addr().Less(got[i-1].Addr())) {
				t.Fatalf("%v before %v", got[i-1], p)
			}
		}
		for _, p := range list {
			a := p.Masked().Addr().Unmap()
			if !slices.ContainsFunc(got, func(g netip.Prefix) bool { return g.Contains(a) }) {
				t.Fatalf("%v is not covered by %v", p, got)
			}
		}
		if wide, err := prefixes.Widen(list, 3, 0); err != nil || len(wide) > 3 {
			t.Fatalf("%v, %v", wide, err)
		}
	})
}
