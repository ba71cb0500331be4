package eiptest

import (
	"net/netip"
	"slices"

	"github.com/eipkit/eip-go/internal/fake"
)

// fromPool settles a request for an address of a pool, or for an IP that belongs
// to one.
func (c *call) fromPool(w *wanted) *fake.Refusal {
	w.block, w.PoolID = nil, ""
	id := c.p["PublicIpAddressPoolId"]
	asked, byIP := parsedIP(w.IPAddress)
	if byIP {
		if w.block = c.s.blockWith(asked); w.block != nil && id == "" {
			id = w.block.pool.ID
		}
	}
	if id == "" {
		return nil
	}
	p, ref := c.poolNamed(id)
	switch {
	case ref != nil:
		return ref
	case p.Status != Created:
		return c.no("IncorrectStatus.PublicIpAddressPool")
	case p.AntiDDoS != slices.Contains(w.SecurityProtection, "AntiDDoS_Enhanced"):
		return c.no("Mismatch.EipSecurityProtectionTypeAndPoolSecurityProtectionType")
	case byIP && w.block != nil && w.block.pool != p:
		return c.no("Mismatch.IpAndPublicIpAddressPool")
	case p.ISP != "" && c.p["ISP"] != "" && c.p["ISP"] != p.ISP:
		return c.no("Mismatch.IpAndIsp")
	}
	if !byIP {
		w.block = p.withRoom()
	}
	switch {
	case w.block == nil && p.loose <= 0:
		return c.no("ResourceNotEnough.PublicIpAddressPool")
	case w.block != nil && w.block.Status != Created:
		return c.no("IncorrectStatus.PublicIpAddressPool")
	}
	if p.ISP != "" {
		w.ISP = p.ISP
	}
	w.PoolID = id
	return nil
}

// withRoom finds the first block of the pool that has an address left.
func (p *pool) withRoom() *block {
	for _, b := range p.blocks {
		if b.Status == Created && len(b.used) < b.size() {
			return b
		}
	}
	return nil
}

func parsedIP(text string) (netip.Addr, bool) {
	ip, err := netip.ParseAddr(text)
	return ip, err == nil
}

// poolISP is the line of the pool that a request names, if it names no line
// itself.
func (c *call) poolISP(isp string) string {
	if p := c.s.pools[c.p["PublicIpAddressPoolId"]]; p != nil && p.ISP != "" && c.p["ISP"] == "" {
		return p.ISP
	}
	return isp
}

// takeFromPool counts an address that was allocated from a pool. It gives the
// address an IP if it has none and is of a block.
func (s *service) takeFromPool(a *address, b *block) {
	if b != nil {
		ip, asked := parsedIP(a.IPAddress)
		if !asked {
			ip, _ = b.free() // fromPool saw room
		}
		a.block, a.IPAddress = b, ip.String()
		b.take(ip)
		s.touchPool(b.pool)
		return
	}
	if p := s.pools[a.PoolID]; p != nil {
		s.touchPool(p)
		p.loose--
		p.looseUsed++
	}
}

// giveBack counts an address of a pool that is gone.
func (s *service) giveBack(a *address) {
	if a.block != nil {
		if ip, ok := parsedIP(a.IPAddress); ok {
			delete(a.block.used, ip)
			s.touchPool(a.block.pool)
		}
	} else if p := s.pools[a.PoolID]; p != nil {
		s.touchPool(p)
		p.loose++
		p.looseUsed--
	}
}
