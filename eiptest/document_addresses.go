package eiptest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/eipkit/eip-go/internal/fake"
)

// address is the way back from addressDoc, without the tags.
func (d addressDoc) address() Address {
	return Address{AllocationID: d.ID, RegionID: d.Region, IPAddress: d.IP, Status: d.Status, Bandwidth: d.Bandwidth,
		InstanceID: d.InstanceID, InstanceType: d.InstanceType, Name: d.Name,
		BandwidthPackageID: d.BandwidthPackageID, PoolID: d.PoolID, SegmentID: d.SegmentID, CreatedAt: d.CreatedAt,
		InternetChargeType: d.InternetChargeType, ChargeType: d.ChargeType, ISP: d.ISP, Netmode: d.Netmode, Zone: d.Zone,
		Description: d.Description, ResourceGroupID: d.ResourceGroupID, Mode: d.Mode, PrivateIPAddress: d.PrivateIP,
		VpcID: d.VpcID, SecurityProtection: slices.Clone(d.SecurityProtection), Locked: d.Locked, Owner: d.Owner,
		DeletionProtection: d.DeletionProtection, ServiceManaged: d.ServiceManaged, HDMonitor: d.HDMonitor,
		LogProject: d.LogProject, LogStore: d.LogStore, GlobalAccelerationID: d.GlobalAccelerationID, Quiet: d.Quiet,
		Token: d.Token, UnboundAt: d.UnboundAt, ReleasedAt: d.ReleasedAt, ExpiresAt: d.ExpiresAt}
}

func (l *loader) loadAddresses(d *document) error {
	for i, doc := range d.Released {
		field := fmt.Sprintf("released[%d].", i)
		if err := first(l.region(&doc.Region, field), l.newID(&doc.ID, "eip-", field)); err != nil {
			return err
		}
		ip, err := netip.ParseAddr(doc.IP)
		if err != nil || !ip.Is4() {
			return wrong(field+"ip", "%.64q is not an IPv4 address", doc.IP)
		}
		or(l, &doc.ReleasedAt, l.now)
		or(l, &doc.CreatedAt, doc.ReleasedAt)
		a := &address{Address: doc.address(), tags: tagList(doc.Tags), change: doc.Changes, number: doc.Number, gone: true}
		a.Status = ""
		if l.pools[a.PoolID] != nil {
			a.block = l.blockWith(ip)
		}
		l.made = append(l.made, a)
		l.madeSeq = max(l.madeSeq, a.number)
		l.pastByID[a.AllocationID] = a
		l.pastQueue = append(l.pastQueue, a)
	}
	slices.SortStableFunc(l.pastQueue, func(a, b *address) int { return a.ReleasedAt.Compare(b.ReleasedAt) })
	for _, a := range l.pastQueue {
		l.past[a.IPAddress] = a // the last one that had it
	}
	for i, doc := range d.Addresses { // those that ask for an IP come first
		if doc.IP != "" {
			if err := l.reserveIP(doc.IP, fmt.Sprintf("addresses[%d].ip", i)); err != nil {
				return err
			}
		}
	}
	for i, doc := range d.Addresses {
		if err := l.loadAddress(doc, fmt.Sprintf("addresses[%d].", i)); err != nil {
			return err
		}
	}
	for b, next := range l.next {
		b.next = next
	}
	slices.SortStableFunc(l.made, func(a, b *address) int {
		if l.byHand {
			return a.CreatedAt.Compare(b.CreatedAt)
		}
		return cmp.Compare(a.number, b.number)
	})
	return nil
}

// reserveIP keeps an IP that an address of the document asks for from being given
// to another.
func (l *loader) reserveIP(text, field string) error {
	ip, err := netip.ParseAddr(text)
	switch {
	case err != nil || !ip.Is4():
		return wrong(field, "%.64q is not an IPv4 address", text)
	case ip.String() != text:
		return wrong(field, "%.64q is not written as %s", text, ip)
	case l.byIP[text] != nil:
		return wrong(field, "%s is there twice", text)
	case l.byHand && (ip.IsPrivate() || !ip.IsGlobalUnicast()):
		return wrong(field, "%s is not public", text)
	}
	l.byIP[text] = &address{}
	return nil
}

func (l *loader) loadAddress(doc addressDoc, field string) error {
	if err := first(l.region(&doc.Region, field), l.newID(&doc.ID, "eip-", field), l.checkTags(doc.Tags, field),
		l.checkNames(doc.Name, doc.Description, field)); err != nil {
		return err
	}
	or(l, &doc.ChargeType, "PostPaid")
	or(l, &doc.InternetChargeType, "PayByBandwidth")
	or(l, &doc.Netmode, "public")
	or(l, &doc.ResourceGroupID, defaultGroup)
	or(l, &doc.CreatedAt, l.now)
	or(l, &doc.Bandwidth, 5)
	if err := l.bindDoc(&doc, field); err != nil {
		return err
	}
	a := &address{tags: tagList(doc.Tags), change: doc.Changes, hidden: doc.Hidden}
	if err := l.place(a, &doc, field); err != nil {
		return err
	}
	or(l, &doc.ISP, "BGP")
	if most := mostBandwidth(doc.ChargeType, doc.InternetChargeType); l.byHand {
		if err := first(oneOf(field+"chargeType", doc.ChargeType, "PostPaid", "PrePaid"),
			oneOf(field+"internetChargeType", doc.InternetChargeType, "PayByBandwidth", "PayByTraffic"),
			oneOf(field+"isp", doc.ISP, isps...),
			oneOf(field+"locked", doc.Locked, "", "financial", "security")); err != nil {
			return err
		}
		if doc.Bandwidth < 1 || doc.Bandwidth > most {
			return wrong(field+"bandwidth", "%d is not between 1 and %d", doc.Bandwidth, most)
		}
	}
	a.Address = doc.address()
	pack := a.BandwidthPackageID
	l.enter(a, doc.CreatedAt)
	a.Status, a.visible = doc.Status, doc.CreatedAt
	if doc.Number > 0 {
		a.number = doc.Number
		l.madeSeq = max(l.madeSeq, a.number)
	}
	if !doc.VisibleAt.IsZero() {
		a.visible = doc.VisibleAt
	}
	if a.BandwidthPackageID = pack; a.InstanceID != "" {
		l.bound[a.InstanceID] = append(l.bound[a.InstanceID], a)
		if a.instanceRegion = doc.InstanceRegion; a.instanceRegion == "" {
			a.instanceRegion = a.RegionID
		}
	}
	a.namedPrivate, a.namedVPC = doc.PrivateIPNamed, doc.VpcNamed
	return nil
}

// bindDoc settles state and binding, which depend on each other.
func (l *loader) bindDoc(doc *addressDoc, field string) error {
	if doc.InstanceID == "" {
		or(l, &doc.Status, Available)
	} else {
		or(l, &doc.Status, InUse)
	}
	if !l.byHand {
		return nil
	}
	if err := oneOf(field+"status", doc.Status, Available, InUse, Associating, Unassociating, Releasing); err != nil {
		return err
	}
	unbound := doc.Status == Available || doc.Status == Releasing
	switch {
	case unbound && doc.InstanceID != "":
		return wrong(field+"status", "%s has no instance, but instanceId is %.64q", doc.Status, doc.InstanceID)
	case !unbound && doc.InstanceID == "":
		return wrong(field+"instanceId", "is missing, which %s needs", doc.Status)
	case unbound:
		return nil
	}
	if kind := shortTypes[doc.InstanceType]; kind != "" {
		doc.InstanceType = kind
	}
	in := l.instances[doc.InstanceID]
	switch {
	case doc.InstanceType == PrivateIP:
	case in == nil:
		return wrong(field+"instanceId", "%.64q is not an instance of this service", doc.InstanceID)
	case doc.InstanceType != "" && doc.InstanceType != in.Type:
		return wrong(field+"instanceType", "%.64q is not the type of %s, %s", doc.InstanceType, in.ID, in.Type)
	default:
		doc.InstanceType = in.Type
		or(l, &doc.VpcID, in.VpcID)
		if len(in.PrivateIPs) > 0 && in.Type != NAT {
			or(l, &doc.PrivateIP, in.PrivateIPs[0])
		}
	}
	or(l, &doc.Mode, "NAT")
	return nil
}

// place settles the IP, and the segment or pool that it is of.
func (l *loader) place(a *address, doc *addressDoc, field string) error {
	ip, given := parsedIP(doc.IP)
	var of *block
	if given {
		of = l.blockWith(ip)
	}
	p := l.pools[doc.PoolID]
	switch {
	case doc.SegmentID != "":
		g := l.segments[doc.SegmentID]
		switch {
		case g == nil:
			return wrong(field+"segmentId", "%.64q is not a segment of the document", doc.SegmentID)
		case g.RegionID != doc.Region:
			return wrong(field+"region", "%s is not that of the segment, %s", doc.Region, g.RegionID)
		case !given || !g.prefix().Contains(ip):
			return wrong(field+"ip", "%.64q is not an address of %s", doc.IP, g.Prefix)
		}
		g.members = append(g.members, a)
	case doc.PoolID != "" && p == nil:
		return wrong(field+"poolId", "%.64q is not a pool of this service", doc.PoolID)
	case given && of != nil && of.pool != p:
		return wrong(field+"ip", "%s is of pool %s, not of %.64q", ip, of.pool.ID, doc.PoolID)
	case p != nil:
		or(l, &doc.ISP, p.ISP)
		if !given && of == nil {
			of = p.withRoom()
		}
		if a.block = of; of == nil {
			p.looseUsed++
			break
		}
		if !given {
			for ip, _ = of.free(); l.byIP[ip.String()] != nil; ip, _ = of.free() {
				if of.take(ip); len(of.used) == of.size() {
					return wrong(field+"poolId", "pool %s has no address left", p.ID)
				}
			}
		}
		of.take(ip)
		doc.IP = ip.String()
	}
	if doc.IP == "" {
		ip, ok := l.single()
		if !ok {
			return wrong(field+"ip", "the service has no address left")
		}
		doc.IP = ip
	}
	return nil
}

func (t tokenDoc) refusal() *fake.Refusal {
	return &fake.Refusal{Status: t.Refusal.Status, Code: t.Refusal.Code, Message: t.Refusal.Message}
}

// deepestAnswer bounds how deep an answer is nested.
const deepestAnswer = 32

// parseAnswer reads the JSON of an answer back, with its members in their order.
func parseAnswer(text []byte) (obj, error) {
	if len(text) == 0 || string(text) == "null" {
		return nil, nil
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	v, err := parseValue(dec, 0)
	if err != nil {
		return nil, err
	}
	o, ok := v.(obj)
	if !ok {
		return nil, errors.New("is not an object")
	}
	return o, nil
}

func parseValue(dec *json.Decoder, depth int) (any, error) {
	tok, err := dec.Token()
	if err != nil {
		return nil, err
	}
	if depth > deepestAnswer {
		return nil, errors.New("is nested too deep")
	}
	switch v := tok.(type) {
	case string, bool:
		return v, nil
	case json.Number:
		return v.Int64()
	case json.Delim:
		o, all := obj{}, list{}
		for dec.More() {
			var name json.Token = ""
			if v == '{' {
				if name, err = dec.Token(); err != nil {
					return nil, err
				}
			}
			value, err := parseValue(dec, depth+1)
			if err != nil {
				return nil, err
			}
			o, all = append(o, field{name.(string), value}), append(all, value)
		}
		if _, err := dec.Token(); err != nil {
			return nil, err
		}
		if v == '[' {
			return all, nil
		}
		return o, nil
	}
	return nil, errors.New("has a null")
}
