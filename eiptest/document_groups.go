package eiptest

import (
	"fmt"
	"net/netip"
)

// prefix is the network of the segment.
func (g *segment) prefix() netip.Prefix {
	p, _ := netip.ParsePrefix(g.Prefix)
	return p
}

func (l *loader) loadPools(d *document) error {
	if d.Pools == nil {
		return nil
	}
	var all []netip.Prefix
	for i, doc := range d.Pools {
		field := fmt.Sprintf("pools[%d].", i)
		if doc.Region != "" {
			if err := l.region(&doc.Region, field); err != nil {
				return err
			}
		}
		or(l, &doc.Status, Created)
		or(l, &doc.BizType, "Default")
		or(l, &doc.ResourceGroupID, defaultGroup)
		or(l, &doc.CreatedAt, l.now)
		if err := first(l.newID(&doc.ID, "pippool-", field), l.checkTags(doc.Tags, field), l.checkNames(doc.Name, doc.Description, field),
			oneOf(field+"status", doc.Status, Created, Modifying, Deleting)); err != nil {
			return err
		}
		if doc.Free < 0 && l.byHand {
			return wrong(field+"free", "%d is negative", doc.Free)
		}
		p := &pool{Pool: Pool{ID: doc.ID, RegionID: doc.Region, AntiDDoS: doc.AntiDDoS, Name: doc.Name, Description: doc.Description,
			ISP: doc.ISP, BizType: doc.BizType, Zones: doc.Zones, ResourceGroupID: doc.ResourceGroupID,
			DeletionProtection: doc.DeletionProtection, Token: doc.Token}, tags: tagList(doc.Tags), loose: doc.Free}
		l.enterPool(p, doc.CreatedAt)
		p.Status = doc.Status
		l.number(&p.seq, doc.Number)
		for j, b := range doc.Blocks {
			in := fmt.Sprintf("%sblocks[%d].", field, j)
			prefix, err := parseBlock(b.Prefix)
			if err != nil {
				return wrong(in+"prefix", "%v", err)
			}
			if l.byHand && prefix.Overlaps(ownNetwork) {
				return wrong(in+"prefix", "%s overlaps %s, which the service hands out", prefix, ownNetwork)
			}
			or(l, &b.Status, Created)
			or(l, &b.CreatedAt, l.now)
			if err := oneOf(in+"status", b.Status, Created, Modifying, Deleting); err != nil {
				return err
			}
			made := newBlock(p, prefix)
			made.own = b.Own
			if next, err := netip.ParseAddr(b.Next); err == nil && prefix.Contains(next) {
				l.next[made] = next
			}
			l.enterBlock(made, b.Status, b.CreatedAt)
			l.number(&made.seq, b.Number)
			l.passBlock(prefix)
			all = append(all, prefix)
		}
	}
	if prefix, twice := overlapping(all); twice {
		return wrong("pools", "block %s overlaps another one", prefix)
	}
	return nil
}

// number has a pool or a block keep its number.
func (l *loader) number(seq *uint64, given uint64) {
	if given > 0 {
		*seq = given
		l.poolSeq = max(l.poolSeq, given)
	}
}

// passBlock keeps a block of the service's own network from being handed out again.
func (l *loader) passBlock(prefix netip.Prefix) {
	if b := prefix.Addr().As4(); b[0] == 198 && b[1] == 19 {
		l.net.nextBlock = max(l.net.nextBlock, int(b[2])<<8+int(b[3])+1<<(32-prefix.Bits()))
	}
}

func (l *loader) loadSegments(d *document) error {
	var all []netip.Prefix
	for i, doc := range d.Segments {
		field := fmt.Sprintf("segments[%d].", i)
		if doc.Prefix != "" {
			prefix, err := netip.ParsePrefix(doc.Prefix)
			if err != nil || !prefix.Addr().Is4() || prefix.Masked() != prefix {
				return wrong(field+"prefix", "%.64q is not an IPv4 network", doc.Prefix)
			}
			if doc.Mask != 0 && doc.Mask != prefix.Bits() {
				return wrong(field+"mask", "%d is not that of the prefix, %d", doc.Mask, prefix.Bits())
			}
			if doc.Mask = prefix.Bits(); doc.Mask >= shortestMask && doc.Mask <= longestMask {
				l.passBlock(prefix)
			}
		}
		or(l, &doc.Mask, longestMask)
		if doc.Mask < shortestMask || doc.Mask > longestMask {
			return wrong(field+"mask", "%d is not between %d and %d", doc.Mask, shortestMask, longestMask)
		}
	}
	for i, doc := range d.Segments {
		field := fmt.Sprintf("segments[%d].", i)
		or(l, &doc.Status, Allocated)
		or(l, &doc.CreatedAt, l.now)
		if err := first(l.region(&doc.Region, field), l.newID(&doc.ID, "eipsg-", field),
			l.checkNames(doc.Name, doc.Description, field),
			oneOf(field+"status", doc.Status, Allocating, Allocated, Releasing)); err != nil {
			return err
		}
		or(l, &doc.Mask, longestMask)
		if doc.Prefix == "" {
			ip, ok := l.net.block(1 << (32 - doc.Mask))
			if !ok {
				return wrong(field+"mask", "the service has no block of a /%d left", doc.Mask)
			}
			doc.Prefix = netip.PrefixFrom(ip, doc.Mask).String()
		}
		g := &segment{Segment: Segment{ID: doc.ID, RegionID: doc.Region, Zone: doc.Zone, Status: doc.Status, Prefix: doc.Prefix,
			Count: doc.Count, Name: doc.Name, Description: doc.Description, Token: doc.Token, CreatedAt: doc.CreatedAt}}
		prefix := g.prefix()
		g.first, g.size = prefix.Addr(), 1<<(32-prefix.Bits())
		or(l, &g.Count, g.size-l.set.segmentLess)
		if g.Count < 1 || g.Count > g.size {
			return wrong(field+"count", "%d is not between 1 and %d", g.Count, g.size)
		}
		if doc.Charge != nil {
			g.charge = doc.Charge.address()
		}
		or(l, &g.charge.RegionID, g.RegionID)
		or(l, &g.charge.ChargeType, "PostPaid")
		or(l, &g.charge.InternetChargeType, "PayByBandwidth")
		or(l, &g.charge.ISP, "BGP")
		or(l, &g.charge.Netmode, "public")
		or(l, &g.charge.Bandwidth, 5)
		or(l, &g.charge.ResourceGroupID, defaultGroup)
		if g.charge.RegionID != g.RegionID {
			return wrong(field+"charge.region", "%.64q is not that of the segment, %s", g.charge.RegionID, g.RegionID)
		}
		l.segments[g.ID] = g
		rg := l.regions[g.RegionID]
		rg.segments = append(rg.segments, g)
		all = append(all, prefix)
	}
	if prefix, twice := overlapping(all); twice {
		return wrong("segments", "%s overlaps another one", prefix)
	}
	return nil
}

// fillSegments makes the addresses of segments of which a seed has none.
func (l *loader) fillSegments(*document) error {
	if !l.byHand {
		return nil
	}
	for _, id := range l.set.regions {
		for _, g := range l.regions[id].segments {
			if g.Status != Allocated || len(g.members) > 0 {
				continue
			}
			ip := g.first
			for range g.size {
				if l.byIP[ip.String()] != nil {
					return wrong("segments", "%s of %s is also an address of its own", ip, g.Prefix)
				}
				ip = ip.Next()
			}
			l.fill(g, g.CreatedAt)
		}
	}
	return nil
}

func (l *loader) loadPackages(d *document) error {
	for i, doc := range d.Packages {
		field := fmt.Sprintf("packages[%d].", i)
		or(l, &doc.Status, Available)
		or(l, &doc.ISP, "BGP")
		or(l, &doc.ChargeType, "PostPaid")
		or(l, &doc.ResourceGroupID, defaultGroup)
		or(l, &doc.CreatedAt, l.now)
		kind := "PayByBandwidth"
		if l.set.international {
			kind = "PayByTraffic"
		}
		or(l, &doc.InternetChargeType, kind)
		limits, known := packageBandwidths[doc.InternetChargeType]
		or(l, &doc.Bandwidth, max(10, limits[0]))
		if err := first(l.region(&doc.Region, field), l.newID(&doc.ID, "cbwp-", field), l.checkTags(doc.Tags, field),
			l.checkNames(doc.Name, doc.Description, field)); err != nil {
			return err
		}
		switch {
		case !l.byHand:
		case !known:
			return wrong(field+"internetChargeType", "%.64q is not a kind of metering", doc.InternetChargeType)
		case doc.Bandwidth < limits[0] || doc.Bandwidth > limits[1]:
			return wrong(field+"bandwidth", "%d is not between %d and %d", doc.Bandwidth, limits[0], limits[1])
		default:
			if err := first(oneOf(field+"status", doc.Status, Available, Modifying), oneOf(field+"isp", doc.ISP, isps...),
				oneOf(field+"chargeType", doc.ChargeType, "PostPaid", "PrePaid")); err != nil {
				return err
			}
		}
		p := &bandwidthPackage{BandwidthPackage: BandwidthPackage{ID: doc.ID, RegionID: doc.Region, Zone: doc.Zone, Status: doc.Status,
			Bandwidth: doc.Bandwidth, InternetChargeType: doc.InternetChargeType, Ratio: doc.Ratio, ISP: doc.ISP, Name: doc.Name,
			Description: doc.Description, ResourceGroupID: doc.ResourceGroupID, SecurityProtection: doc.SecurityProtection,
			DeletionProtection: doc.DeletionProtection, ServiceManaged: doc.ServiceManaged, ChargeType: doc.ChargeType,
			Token: doc.Token, CreatedAt: doc.CreatedAt}, tags: tagList(doc.Tags), change: doc.Changes, visible: doc.CreatedAt}
		if !doc.VisibleAt.IsZero() {
			p.visible = doc.VisibleAt
		}
		l.packages[p.ID] = p
		l.packageOrder = append(l.packageOrder, p)
		for j, m := range doc.Members {
			if err := l.loadMember(p, m, fmt.Sprintf("%smembers[%d].", field, j)); err != nil {
				return err
			}
		}
	}
	// An address that names its package is in it.
	for _, a := range l.made {
		if p := l.packages[a.BandwidthPackageID]; p != nil && a.in == nil && !a.gone {
			if p.RegionID != a.RegionID {
				return wrong("addresses", "%s of %s cannot be in package %s of %s", a.AllocationID, a.RegionID, p.ID, p.RegionID)
			}
			l.include(p, a, Binded)
		}
	}
	return nil
}

func (l *loader) loadMember(p *bandwidthPackage, m memberDoc, field string) error {
	a := l.byID[m.ID]
	or(l, &m.Status, Binded)
	switch {
	case a == nil:
		return wrong(field+"id", "%.64q is not an address of the document", m.ID)
	case a.in != nil:
		return wrong(field+"id", "%s is in two packages", m.ID)
	case a.RegionID != p.RegionID:
		return wrong(field+"id", "%s is of region %s, not of %s", m.ID, a.RegionID, p.RegionID)
	case m.Bandwidth < 0:
		return wrong(field+"bandwidth", "%d is negative", m.Bandwidth)
	case m.Status == Binding:
	case m.Status != Binded:
		return oneOf(field+"status", m.Status, Binding, Binded)
	default:
		a.BandwidthPackageID = p.ID
	}
	l.include(p, a, m.Status)
	a.in.leaving, a.in.limit = m.Leaving, m.Bandwidth
	if m.Number > 0 {
		a.in.number = m.Number
		l.memberSeq = max(l.memberSeq, m.Number)
	}
	return nil
}
