package eiptest

import (
	"cmp"
	"container/heap"
	"fmt"
	"maps"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/eipkit/eip-go/internal/strict"
)

// loader makes books of a document. It refuses what contradicts itself. The values
// of a document without format, which somebody has written, also have to be ones
// that the actions take; a snapshot may hold whatever the Go methods can set.
type loader struct {
	*service // new, with the books that are being made
	now      time.Time
	byHand   bool
	next     map[*block]netip.Addr // where blocks go on once their addresses are there
}

// wrong names a field and what is wrong with it.
func wrong(field, rule string, args ...any) error {
	return &strict.Error{Field: field, Rule: fmt.Sprintf(rule, args...)}
}

// oneOf refuses a value that is not in the list.
func oneOf(field, value string, known ...string) error {
	if !slices.Contains(known, value) {
		return wrong(field, "%.64q is not one of %s", value, strings.Join(known, ", "))
	}
	return nil
}

// or is a value or, in a document that was written by hand, its default.
func or[T comparable](l *loader, value *T, otherwise T) {
	var zero T
	if l.byHand && *value == zero {
		*value = otherwise
	}
}

// first returns the first error.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// booksOf makes books of a document. IDs and numbers go on after those of the
// service, so that none is given twice.
func (s *service) booksOf(d *document, now time.Time) (books, error) {
	if d.Format != "" && d.Format != formatName {
		return books{}, wrong("format", "%.64q is not %q", d.Format, formatName)
	}
	set := s.set
	if d.Instances != nil {
		set.instances = nil
	}
	if d.Pools != nil {
		set.pools = nil
	}
	if d.Regions != nil {
		set.stock, set.masks = nil, nil
	}
	l := &loader{service: newService(set), now: now, byHand: d.Format == "", next: map[*block]netip.Addr{}}
	for _, load := range []func(*document) error{l.account, l.loadInstances, l.loadPools, l.loadSegments, l.loadAddresses,
		l.fillSegments, l.loadPackages, l.loadOrders, l.loadTokens, l.loadDue} {
		if err := load(d); err != nil {
			return books{}, err
		}
	}
	for _, o := range l.orders {
		o.call.s = s
	}
	if c := d.Counters; c != nil && !l.byHand {
		l.poolSeq, l.memberSeq, l.madeSeq = c.Pools, c.Members, c.Addresses // making them has counted too
	}
	l.serial, l.poolSeq = max(l.serial, s.serial), max(l.poolSeq, s.poolSeq)
	l.madeSeq = max(l.madeSeq, s.madeSeq)
	l.due.seq, l.memberSeq = max(l.due.seq, s.due.seq), max(l.memberSeq, s.memberSeq)
	return l.books, nil
}

// account loads the scalars.
func (l *loader) account(d *document) error {
	if d.Quota != nil {
		if l.quota = *d.Quota; l.quota < 0 {
			return wrong("quota", "%d is negative", l.quota)
		}
	}
	if d.Balance != nil {
		if l.balance = *d.Balance; math.Abs(l.balance) > 1e15 {
			return wrong("balance", "%v is more than 1e15 either way", l.balance)
		}
	}
	if d.PoolServiceOpen != nil {
		l.poolOpen = *d.PoolServiceOpen
	}
	for i, r := range d.Regions {
		rg, field := l.regions[r.ID], fmt.Sprintf("regions[%d].", i)
		if rg == nil {
			return wrong(field+"id", "%.64q is not a region of this service", r.ID)
		}
		if r.Stock != nil {
			if rg.stock = *r.Stock; rg.stock < -1 {
				return wrong(field+"stock", "%d is less than -1", rg.stock)
			}
		}
		rg.masks = maps.Clone(r.Masks)
	}
	for status, n := range d.Failing {
		if n < 0 {
			return wrong("failing."+status, "%d is negative", n)
		}
		l.failing[status] = n
	}
	if d.Counters == nil {
		return nil
	}
	c := *d.Counters
	if c.NextIP < 0 || c.NextIP > halfNetwork || c.NextBlock < 0 || c.NextBlock > halfNetwork {
		return wrong("counters", "nextIp and nextBlock are not between 0 and %d", halfNetwork)
	}
	l.serial, l.poolSeq, l.due.seq, l.memberSeq = c.Serial, c.Pools, c.Due, c.Members
	l.net.next, l.net.nextBlock = c.NextIP, c.NextBlock
	for text, all := range c.Free {
		size, err := strconv.Atoi(text)
		if err != nil || size < 1 || size > halfNetwork {
			return wrong("counters.free."+text, "is not a size of blocks")
		}
		for _, ip := range all {
			addr, err := netip.ParseAddr(ip)
			if err != nil || !addr.Is4() {
				return wrong("counters.free."+text, "%.64q is not an IPv4 address", ip)
			}
			l.net.free(addr, size)
		}
	}
	return nil
}

// shortTypes are the names of the types of instances that eipsim's flags have.
var shortTypes = map[string]string{"ecs": ECS, "eni": ENI, "slb": SLB, "nat": NAT, "havip": HaVip, "nlb": NLB, "ga": GA}

func shortNames() string {
	return strings.Join(slices.Sorted(maps.Keys(shortTypes)), ", ") + ", or the type on the wire"
}

// instanceOf reads an instance; field is where it is, with a point at the end.
func (s *service) instanceOf(d instanceDoc, field string) (Instance, error) {
	in := Instance{d.ID, d.Type, d.Region, d.Status, d.Owner, d.VpcID, d.PrivateIPs, d.Classic, d.DefaultVPC, d.Primary, d.PortMapped}
	if kind := shortTypes[strings.ToLower(in.Type)]; kind != "" {
		in.Type = kind
	}
	switch {
	case in.ID == "":
		return in, wrong(field+"id", "is missing")
	case len(in.ID) > 128:
		return in, wrong(field+"id", "%.64q is longer than 128 bytes", in.ID)
	case in.Type == "":
		return in, wrong(field+"type", "is missing")
	case ready[in.Type] == nil:
		return in, wrong(field+"type", "%.64q is not %s", in.Type, shortNames())
	case in.RegionID != "" && s.regions[in.RegionID] == nil:
		return in, wrong(field+"region", "%.64q is not a region of this service", in.RegionID)
	}
	for i, ip := range in.PrivateIPs {
		if _, err := netip.ParseAddr(ip); err != nil {
			return in, wrong(fmt.Sprintf("%sprivateIps[%d]", field, i), "%.64q is not an IP address", ip)
		}
	}
	return in, nil
}

func (l *loader) loadInstances(d *document) error {
	if d.Instances != nil {
		clear(l.instances)
	}
	for i, doc := range d.Instances {
		field := fmt.Sprintf("instances[%d].", i)
		in, err := l.instanceOf(doc, field)
		if err != nil {
			return err
		}
		if l.instances[in.ID] != nil {
			return wrong(field+"id", "%.64q is there twice", in.ID)
		}
		l.addInstance(in)
	}
	return nil
}

// region checks and completes the region of something.
func (l *loader) region(id *string, field string) error {
	or(l, id, l.set.home)
	if l.regions[*id] == nil {
		return wrong(field+"region", "%.64q is not a region of this service", *id)
	}
	return nil
}

// newIDs checks or makes an ID.
func (l *loader) newID(id *string, prefix, field string) error {
	switch {
	case *id == "":
		*id = l.id(prefix)
	case len(*id) > 128:
		return wrong(field+"id", "%.64q is longer than 128 bytes", *id)
	case l.byID[*id] != nil || l.pastByID[*id] != nil || l.segments[*id] != nil || l.packages[*id] != nil || l.pools[*id] != nil:
		return wrong(field+"id", "%.64q is there twice", *id)
	}
	return nil
}

// checkTags refuses tags that no resource can have.
func (l *loader) checkTags(tags map[string]string, field string) error {
	if !l.byHand {
		return nil
	}
	if len(tags) > mostTags {
		return wrong(field+"tags", "%d tags are more than %d", len(tags), mostTags)
	}
	for k, v := range tags {
		if k == "" || !validTag(k) || !validTag(v) {
			return wrong(field+"tags", "%.64q is not a tag that the service takes", k+"="+v)
		}
	}
	return nil
}

// checkNames refuses names and descriptions that no resource can have.
func (l *loader) checkNames(name, description, field string) error {
	switch {
	case !l.byHand:
	case !validText(name, 128):
		return wrong(field+"name", "is longer than 128 characters, or begins as a URL")
	case !validText(description, 256):
		return wrong(field+"description", "is longer than 256 characters, or begins as a URL")
	}
	return nil
}

func (l *loader) loadOrders(d *document) error {
	for i, doc := range d.Orders {
		field := fmt.Sprintf("orders[%d].", i)
		err := first(oneOf(field+"action", doc.Action, "AllocateEipAddress", "AllocateEipAddressPro"), l.region(&doc.Region, field))
		switch {
		case err != nil:
			return err
		case doc.ID <= 0 || l.orders[doc.ID] != nil:
			return wrong(field+"id", "%d is not an ID, or is there twice", doc.ID)
		case doc.Months < 1 || doc.Months > 60:
			return wrong(field+"months", "%d is not between 1 and 60", doc.Months)
		case doc.Ask.Bandwidth < 1 || doc.Ask.Bandwidth > 1000:
			return wrong(field+"ask.bandwidth", "%d is not between 1 and 1000", doc.Ask.Bandwidth)
		}
		p := params(maps.Clone(doc.Params))
		if p == nil {
			p = params{}
		}
		o := &order{id: doc.ID, call: &call{action: doc.Action, p: p, now: l.now, region: doc.Region, rg: l.regions[doc.Region]},
			ask: &wanted{Address: doc.Ask.address(), tags: tagList(doc.Ask.Tags), months: doc.Months}}
		l.orders[o.id] = o
	}
	return nil
}

func (l *loader) loadDue(d *document) error {
	for i, doc := range d.Due {
		field := fmt.Sprintf("due[%d].", i)
		if err := oneOf(field+"do", doc.Do, Associating, Unassociating, Releasing, fillTask, dissolveTask, packageTask,
			joinTask, leaveTask, deletePoolTask, addBlockTask, deleteBlockTask); err != nil {
			return err
		}
		l.due.items = append(l.due.items, dueItem{doc.At, doc.Seq, doc.dueTask})
		l.due.seq = max(l.due.seq, doc.Seq)
	}
	heap.Init(&l.due)
	return nil
}

func (l *loader) loadTokens(d *document) error {
	for i, doc := range d.Tokens {
		field := fmt.Sprintf("tokens[%d].", i)
		switch {
		case !actions[doc.Action].token:
			return wrong(field+"action", "%.64q is not an action that takes a ClientToken", doc.Action)
		case doc.Token == "" || !validToken(doc.Token):
			return wrong(field+"token", "%.70q is not 1 to 64 ASCII characters", doc.Token)
		case strings.Contains(doc.AccessKeyID, "\x00"):
			return wrong(field+"accessKeyId", "is not an access key ID")
		}
		t := &done{key: doc.AccessKeyID + "\x00" + doc.Action + "\x00" + doc.Token, at: doc.At, print: doc.Print}
		if r := doc.Refusal; r != nil {
			if r.Status < 200 || r.Status > 599 {
				return wrong(field+"refusal.status", "%d is not between 200 and 599", r.Status)
			}
			t.ref = doc.refusal()
		} else {
			body, err := parseAnswer(doc.Answer)
			if err != nil {
				return wrong(field+"answer", "%v", err)
			}
			t.body = body
		}
		l.tokens.keep(t)
	}
	slices.SortStableFunc(l.tokens.queue, func(a, b *done) int { return a.at.Compare(b.at) })
	return nil
}

// overlapping finds two networks of a list that have an address in common.
func overlapping(all []netip.Prefix) (netip.Prefix, bool) {
	all = slices.SortedFunc(slices.Values(all), func(a, b netip.Prefix) int {
		return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
	})
	for i := 1; i < len(all); i++ {
		if all[i-1].Overlaps(all[i]) {
			return all[i], true
		}
	}
	return netip.Prefix{}, false
}
