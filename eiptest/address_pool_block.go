package eiptest

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
)

// PoolBlock is what the service knows of one block of addresses of a pool.
// WithPools reads Prefix alone.
type PoolBlock struct {
	Prefix      string // such as 203.0.113.0/24
	Status      string
	Total, Used int
	CreatedAt   time.Time
}

// block is one block of a pool, from the moment that it is being added.
type block struct {
	PoolBlock
	seq    uint64 // order of creation
	pool   *pool
	prefix netip.Prefix
	used   map[netip.Addr]struct{}
	next   netip.Addr // where to begin to look for a free address
	own    bool       // it is of the network that the service hands out
	gone   bool
}

// The masks of a block that a caller names, and of one that the service picks.
// The SDK metadata have the latter; no document has the former.
const (
	shortestBlock, longestBlock = 16, 28
	shortestMask, longestMask   = 24, 28
)

// ownNetwork is what the service hands out by itself.
var ownNetwork = netip.MustParsePrefix("198.18.0.0/15")

func newBlock(p *pool, prefix netip.Prefix) *block {
	return &block{PoolBlock: PoolBlock{Prefix: prefix.String()}, pool: p, prefix: prefix,
		used: map[netip.Addr]struct{}{}, next: prefix.Addr()}
}

func (b *block) size() int { return 1 << (32 - b.prefix.Bits()) }

func (b *block) copy() PoolBlock {
	out := b.PoolBlock
	out.Total, out.Used = b.size(), len(b.used)
	return out
}

// free finds an address that is not taken, in turn, so that one that was given
// back comes last.
func (b *block) free() (netip.Addr, bool) {
	if len(b.used) >= b.size() {
		return netip.Addr{}, false
	}
	for ip := b.next; ; {
		if _, taken := b.used[ip]; !taken {
			return ip, true
		}
		if ip = ip.Next(); !b.prefix.Contains(ip) {
			ip = b.prefix.Addr()
		}
	}
}

// take marks an address of the block.
func (b *block) take(ip netip.Addr) {
	b.used[ip] = struct{}{}
	if b.next = ip.Next(); !b.prefix.Contains(b.next) {
		b.next = b.prefix.Addr()
	}
}

// enterBlock puts a block into its pool.
func (s *service) enterBlock(b *block, status string, now time.Time) {
	s.poolSeq++
	b.seq, b.Status, b.CreatedAt = s.poolSeq, status, now
	b.pool.blocks = append(b.pool.blocks, b)
	s.touchPool(b.pool)
}

// leaveBlock takes a block out of its pool.
func (s *service) leaveBlock(b *block) {
	if b.gone {
		return
	}
	b.gone = true
	s.touchPool(b.pool)
	b.pool.blocks = slices.DeleteFunc(b.pool.blocks, func(o *block) bool { return o == b })
	if b.own {
		s.net.free(b.prefix.Addr(), b.size())
	}
}

// blockWith finds the block that an address belongs to.
func (s *service) blockWith(ip netip.Addr) *block {
	for _, p := range s.poolList {
		for _, b := range p.blocks {
			if b.prefix.Contains(ip) {
				return b
			}
		}
	}
	return nil
}

// overlaps reports whether a block of some pool has an address of the prefix.
func (s *service) overlaps(prefix netip.Prefix) bool {
	for _, p := range s.poolList {
		for _, b := range p.blocks {
			if b.prefix.Overlaps(prefix) {
				return true
			}
		}
	}
	return false
}

// parseBlock reads a network with a mask of public addresses.
func parseBlock(text string) (netip.Prefix, error) {
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return prefix, err
	}
	ip := prefix.Addr()
	switch {
	case !ip.Is4() || prefix.Masked() != prefix:
		return prefix, fmt.Errorf("%s is not an IPv4 network", text)
	case prefix.Bits() < shortestBlock || prefix.Bits() > longestBlock:
		return prefix, fmt.Errorf("the mask of %s is not %d to %d", text, shortestBlock, longestBlock)
	case !ip.IsGlobalUnicast() || ip.IsPrivate():
		return prefix, fmt.Errorf("%s is not public", text)
	}
	return prefix, nil
}

// checkPools checks what WithPools was given.
func checkPools(pools []Pool) error {
	seen := []netip.Prefix{ownNetwork}
	ids := map[string]bool{"": true}
	for _, p := range pools {
		if ids[p.ID] {
			return fmt.Errorf("eiptest: pool ID %q is empty or given twice", p.ID)
		}
		ids[p.ID] = true
		for _, b := range p.Blocks {
			prefix, err := parseBlock(b.Prefix)
			if err != nil {
				return fmt.Errorf("eiptest: pool %s: block: %w", p.ID, err)
			}
			if slices.ContainsFunc(seen, prefix.Overlaps) {
				return fmt.Errorf("eiptest: pool %s: block %s overlaps another one, or %s, which the service hands out", p.ID, prefix, ownNetwork)
			}
			seen = append(seen, prefix)
		}
	}
	return nil
}

// addPools makes the pools of WithPools, which checkPools has passed.
func (s *service) addPools(pools []Pool) {
	now := s.clock()
	for _, given := range pools {
		p := &pool{Pool: given, loose: given.Free}
		p.Zones, p.Blocks, p.Tags = slices.Clone(given.Zones), nil, nil
		for k, v := range given.Tags {
			p.tags = append(p.tags, tag{k, v})
		}
		slices.SortFunc(p.tags, func(a, b tag) int {
			if a.key < b.key {
				return -1
			}
			return 1
		})
		s.enterPool(p, now)
		if given.Status != "" {
			p.Status = given.Status
		}
		if !given.CreatedAt.IsZero() {
			p.CreatedAt = given.CreatedAt
		}
		for _, b := range given.Blocks {
			if prefix, err := parseBlock(b.Prefix); err == nil {
				s.enterBlock(newBlock(p, prefix), Created, now)
			}
		}
	}
}

// addBlock serves AddPublicIpAddressPoolCidrBlock. A block that a caller names must
// be public addresses that no pool has and that are not of the network which this
// service hands out. No document names codes; those here are the documented ones
// that fit.
func addBlock(c *call) (obj, *fake.Refusal) {
	if ref := c.poolService(); ref != nil {
		return nil, ref
	}
	p, ref := c.poolNamed(c.p["PublicIpAddressPoolId"])
	if ref != nil {
		return nil, ref
	}
	named, mask := c.p["CidrBlock"], c.p["CidrMask"]
	var prefix netip.Prefix
	bits := 0
	switch {
	case named == "" && mask == "":
		return nil, missing("CidrBlock")
	case named != "" && mask != "":
		return nil, c.no("QueryParameter.Illegal")
	case named != "":
		var err error
		if prefix, err = parseBlock(named); err != nil {
			return nil, invalid("CidrBlock")
		}
		if prefix.Overlaps(ownNetwork) || c.s.overlaps(prefix) {
			return nil, c.no("Ip.Allocated")
		}
	default:
		var err error
		if bits, err = strconv.Atoi(mask); err != nil || bits < shortestMask || bits > longestMask {
			return nil, invalid("CidrMask")
		}
	}
	if p.Status != Created {
		return nil, c.no("IncorrectStatus.PublicIpAddressPool")
	}
	if ref := c.dry(); ref != nil {
		return nil, ref
	}
	if named == "" {
		first, ok := c.s.net.block(1 << (32 - bits))
		if !ok {
			return nil, c.no("OperationFailed.InsufficientEIP")
		}
		prefix = netip.PrefixFrom(first, bits)
	}
	b := newBlock(p, prefix)
	b.own = named == ""
	c.s.enterBlock(b, Modifying, c.now)
	c.s.after(c.now, c.s.set.poolTime, dueTask{Do: addBlockTask, ID: p.ID, Number: b.seq, Back: c.s.fails(Modifying)})
	return obj{{"CidrBlock", b.Prefix}}, nil
}

// deleteBlock serves DeletePublicIpAddressPoolCidrBlock. No document names codes; a
// block that the pool does not have is answered as a wrong parameter, and one that
// is in use or on its way to another state as a pool in such a state.
func deleteBlock(c *call) (obj, *fake.Refusal) {
	p, ref := c.poolNamed(c.p["PublicIpAddressPoolId"])
	if ref != nil {
		return nil, ref
	}
	i := slices.IndexFunc(p.blocks, func(b *block) bool { return b.Prefix == c.p["CidrBlock"] })
	if i < 0 {
		return nil, invalid("CidrBlock")
	}
	b := p.blocks[i]
	if p.Status != Created || b.Status != Created || len(b.used) > 0 {
		return nil, c.no("IncorrectStatus.PublicIpAddressPool")
	}
	if ref := c.dry(); ref != nil {
		return nil, ref
	}
	b.Status = Deleting
	c.s.after(c.now, c.s.set.poolTime, dueTask{Do: deleteBlockTask, ID: p.ID, Number: b.seq, Back: c.s.fails(Deleting)})
	return nil, nil
}

// listBlocks serves ListPublicIpAddressPoolCidrBlocks.
func listBlocks(c *call) (obj, *fake.Refusal) {
	page, ref := c.tokenPage("blocks")
	if ref != nil {
		return nil, ref
	}
	p, ref := c.poolNamed(c.p["PublicIpAddressPoolId"])
	if ref != nil {
		return nil, ref
	}
	if ref := c.dry(); ref != nil {
		return nil, ref
	}
	for _, b := range p.blocks {
		if want := c.p["CidrBlock"]; want != "" && want != b.Prefix || !page.takes(b.seq) {
			continue
		}
		page.items = append(page.items, obj{
			{"PublicIpAddressPoolId", p.ID}, {"CidrBlock", b.Prefix}, {"Status", b.Status},
			{"TotalIpNum", b.size()}, {"UsedIpNum", len(b.used)}, {"CreationTime", b.CreatedAt.UTC().Format(timeLayout)},
		})
	}
	return page.answer("PublicIpPoolCidrBlockList"), nil
}
