package eiptest

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// tagMap shows tags as an object; it is never nil.
func tagMap(tags []tag) map[string]string {
	out := make(map[string]string, len(tags))
	for _, t := range tags {
		out[t.key] = t.value
	}
	return out
}

// tagList is the list of an object's tags, in the order of their keys.
func tagList(tags map[string]string) []tag {
	var out []tag
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, tag{k, tags[k]})
	}
	return out
}

// doc shows the address without its tags.
func (a Address) doc() addressDoc {
	return addressDoc{ID: a.AllocationID, Region: a.RegionID, IP: a.IPAddress, Status: a.Status, Bandwidth: a.Bandwidth,
		InstanceID: a.InstanceID, InstanceType: a.InstanceType, Name: a.Name,
		BandwidthPackageID: a.BandwidthPackageID, PoolID: a.PoolID, SegmentID: a.SegmentID, CreatedAt: a.CreatedAt,
		InternetChargeType: a.InternetChargeType, ChargeType: a.ChargeType, ISP: a.ISP, Netmode: a.Netmode, Zone: a.Zone,
		Description: a.Description, ResourceGroupID: a.ResourceGroupID, Mode: a.Mode, PrivateIP: a.PrivateIPAddress,
		VpcID: a.VpcID, SecurityProtection: a.SecurityProtection, Locked: a.Locked, Owner: a.Owner,
		DeletionProtection: a.DeletionProtection, ServiceManaged: a.ServiceManaged, HDMonitor: a.HDMonitor,
		LogProject: a.LogProject, LogStore: a.LogStore, GlobalAccelerationID: a.GlobalAccelerationID, Quiet: a.Quiet,
		Token: a.Token, UnboundAt: a.UnboundAt, ReleasedAt: a.ReleasedAt, ExpiresAt: a.ExpiresAt}
}

func (a *address) doc() addressDoc {
	d := a.Address.doc()
	d.SecurityProtection = slices.Clone(a.SecurityProtection)
	d.Tags, d.Hidden, d.Changes, d.Number = tagMap(a.tags), a.hidden, a.change, a.number
	d.PrivateIPNamed, d.VpcNamed, d.InstanceRegion = a.namedPrivate, a.namedVPC, a.instanceRegion
	if a.visible.After(a.CreatedAt) && !a.gone {
		d.VisibleAt = a.visible
	}
	return d
}

func (g *segment) doc() segmentDoc {
	charge := g.charge.doc()
	return segmentDoc{ID: g.ID, Region: g.RegionID, Zone: g.Zone, Status: g.Status, Prefix: g.Prefix, Count: g.Count,
		Name: g.Name, Description: g.Description, Token: g.Token, CreatedAt: g.CreatedAt, Charge: &charge}
}

func (p *bandwidthPackage) doc() packageDoc {
	d := packageDoc{ID: p.ID, Region: p.RegionID, Zone: p.Zone, Status: p.Status, Bandwidth: p.Bandwidth,
		InternetChargeType: p.InternetChargeType, ChargeType: p.ChargeType, Ratio: p.Ratio, ISP: p.ISP, Name: p.Name,
		Description: p.Description, ResourceGroupID: p.ResourceGroupID, Tags: tagMap(p.tags),
		SecurityProtection: slices.Clone(p.SecurityProtection), DeletionProtection: p.DeletionProtection,
		ServiceManaged: p.ServiceManaged, Members: []memberDoc{}, Token: p.Token, CreatedAt: p.CreatedAt, Changes: p.change}
	if p.visible.After(p.CreatedAt) {
		d.VisibleAt = p.visible
	}
	for _, m := range p.members {
		d.Members = append(d.Members, memberDoc{m.address.AllocationID, m.status, m.leaving, m.limit, m.number})
	}
	return d
}

func (p *pool) doc() poolDoc {
	total, used := p.count()
	d := poolDoc{ID: p.ID, Region: p.RegionID, Status: p.Status, Free: p.loose, Total: total, Used: used,
		AntiDDoS: p.AntiDDoS, Blocks: []blockDoc{}, Name: p.Name, Description: p.Description, ISP: p.ISP, BizType: p.BizType,
		Zones: slices.Clone(p.Zones), ResourceGroupID: p.ResourceGroupID, Tags: tagMap(p.tags),
		DeletionProtection: p.DeletionProtection, Token: p.Token, CreatedAt: p.CreatedAt, Number: p.seq}
	for _, b := range p.blocks {
		d.Blocks = append(d.Blocks, blockDoc{b.Prefix, b.Status, b.size(), len(b.used), b.own, b.next.String(), b.CreatedAt, b.seq})
	}
	return d
}

func (in *Instance) doc() instanceDoc {
	return instanceDoc{in.ID, in.Type, in.RegionID, in.Status, in.Owner, in.VpcID, slices.Clone(in.PrivateIPs),
		in.Classic, in.DefaultVPC, in.Primary, in.PortMapped}
}

func (o *order) doc() orderDoc {
	d := orderDoc{ID: o.id, Action: o.call.action, Region: o.call.region, Params: map[string]string{}, Months: o.ask.months,
		Ask: o.ask.Address.doc()}
	d.Ask.Tags = tagMap(o.ask.tags)
	for k, v := range o.call.p {
		if !common[k] {
			d.Params[k] = v
		}
	}
	return d
}

// names are the action and the ClientToken.
func (t *done) names() (action, token string) {
	_, rest, _ := strings.Cut(t.key, "\x00")
	action, token, _ = strings.Cut(rest, "\x00")
	return action, token
}

func (t *done) doc() tokenDoc {
	key, _, _ := strings.Cut(t.key, "\x00")
	action, token := t.names()
	d := tokenDoc{AccessKeyID: key, Action: action, Token: token, At: t.at, Print: t.print}
	if t.ref != nil {
		d.Refusal = &refusalDoc{t.ref.Status, t.ref.Code, t.ref.Message}
	} else {
		d.Answer = json.RawMessage(renderJSON(t.body))
	}
	return d
}

// small fills in what every document has, changes included. It does not take long.
func (s *service) small(d *document) {
	quota, balance, open := s.quota, s.balance, s.poolOpen
	d.Quota, d.Balance, d.PoolServiceOpen = &quota, &balance, &open
	d.Failing = map[string]int{}
	for status, n := range s.failing {
		if n > 0 {
			d.Failing[status] = n
		}
	}
	d.Regions = []regionDoc{}
	for _, id := range s.set.regions {
		r := regionDoc{ID: id, Masks: maps.Clone(s.regions[id].masks)}
		if n := s.regions[id].stock; n >= 0 {
			r.Stock = &n
		}
		if r.Stock != nil || len(r.Masks) > 0 {
			d.Regions = append(d.Regions, r)
		}
	}
	d.Counters = &countersDoc{Serial: s.serial, Addresses: s.madeSeq, Pools: s.poolSeq, Due: s.due.seq, Members: s.memberSeq, NextIP: s.net.next, NextBlock: s.net.nextBlock}
	for size, all := range s.net.freeBlocks {
		for _, first := range all {
			if d.Counters.Free == nil {
				d.Counters.Free = map[string][]string{}
			}
			d.Counters.Free[strconv.Itoa(size)] = append(d.Counters.Free[strconv.Itoa(size)], first.String())
		}
	}
}

// whole is the document of everything. The service's mutex is held.
func (s *service) whole() *document {
	d := s.groups()
	s.some(d, 0, len(s.made))
	for _, t := range s.remembered() {
		d.Tokens = append(d.Tokens, t.doc())
	}
	return d
}

// wholeByParts is whole for when the mutex is not held. It takes the mutex for a
// short time again and again, and calls begun the first time. What changes
// meanwhile may be in the document or not, so that the changes have to follow it.
func (s *service) wholeByParts(begun func()) *document {
	const part = 256
	s.mu.Lock()
	begun()
	d, tokens := s.groups(), s.remembered()
	d.Addresses = make([]addressDoc, 0, len(s.byID))
	for from, more := 0, true; more; from += part {
		if from > 0 {
			s.mu.Lock()
		}
		more = from+part < len(s.made)
		s.some(d, from, from+part)
		s.mu.Unlock()
	}
	for _, t := range tokens {
		d.Tokens = append(d.Tokens, t.doc())
	}
	return d
}

// some adds the addresses of a part of those that were ever made.
func (s *service) some(d *document, from, to int) {
	for _, a := range s.made[min(from, len(s.made)):min(to, len(s.made))] {
		if s.byID[a.AllocationID] == a {
			d.Addresses = append(d.Addresses, a.doc())
		} else if s.pastByID[a.AllocationID] == a {
			d.Released = append(d.Released, a.doc())
		}
	}
}

// remembered lists the client tokens by age. They do not change.
func (s *service) remembered() []*done {
	out := make([]*done, 0, len(s.tokens.byKey))
	for _, t := range s.tokens.queue {
		if s.tokens.byKey[t.key] == t {
			out = append(out, t)
		}
	}
	return out
}

// groups is the document of everything but addresses and tokens.
func (s *service) groups() *document {
	d := &document{Format: formatName, Instances: []instanceDoc{}, Pools: []poolDoc{}}
	s.small(d)
	for _, id := range slices.Sorted(maps.Keys(s.instances)) {
		d.Instances = append(d.Instances, s.instances[id].doc())
	}
	for _, p := range s.poolList {
		d.Pools = append(d.Pools, p.doc())
	}
	for _, id := range s.set.regions {
		for _, g := range s.regions[id].segments {
			d.Segments = append(d.Segments, g.doc())
		}
	}
	for _, p := range s.packageOrder {
		d.Packages = append(d.Packages, p.doc())
	}
	for _, id := range slices.Sorted(maps.Keys(s.orders)) {
		d.Orders = append(d.Orders, s.orders[id].doc())
	}
	for _, it := range s.due.items {
		d.Due = append(d.Due, it.doc())
	}
	slices.SortFunc(d.Due, func(a, b dueDoc) int { return int(int64(a.Seq) - int64(b.Seq)) })
	return d
}
