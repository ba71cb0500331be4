package eiptest

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"
)

// Instance is something that an address can be bound to.
type Instance struct {
	ID         string
	Type       string   // ECS, SLB, NAT, HaVip, ENI, NLB or GA
	RegionID   string   // empty means the home region
	Status     string   // empty means the state in which it can be bound
	Owner      string   // empty for the account under test
	VpcID      string   // empty means vpc-test1, unless Classic
	PrivateIPs []string // empty means one or, for an ENI, four made up
	Classic    bool     // not in a VPC
	DefaultVPC bool     // of a default VPC that does not allow the operation
	Primary    bool     // ENI: the instance's first interface
	PortMapped bool     // has port forwarding
}

func (in *Instance) check() error {
	if in.ID == "" {
		return fmt.Errorf("eiptest: instance without ID")
	}
	if ready[in.Type] == nil {
		return fmt.Errorf("eiptest: instance %s: type %q is not one of %v", in.ID, in.Type, slices.Sorted(maps.Keys(ready)))
	}
	for _, ip := range in.PrivateIPs {
		if _, err := netip.ParseAddr(ip); err != nil {
			return fmt.Errorf("eiptest: instance %s: private address %q: %w", in.ID, ip, err)
		}
	}
	return nil
}

// fill completes an instance; n tells apart what is made up.
func (in *Instance) fill(n int) {
	if in.Status == "" {
		in.Status = ready[in.Type][0]
	}
	if in.VpcID == "" && !in.Classic && in.Type != GA {
		in.VpcID = "vpc-test1"
	}
	in.PrivateIPs = slices.Clone(in.PrivateIPs)
	if len(in.PrivateIPs) == 0 && in.Type != NAT && in.Type != GA {
		count := 1
		if in.Type == ENI {
			count = 4
		}
		for i := range count {
			k := n*4 + i + 10
			in.PrivateIPs = append(in.PrivateIPs, fmt.Sprintf("172.16.%d.%d", k/250%256, k%250+1))
		}
	}
}

// idPrefix is how the real IDs of each type begin.
var idPrefix = map[string]string{ECS: "i-", SLB: "lb-", NAT: "ngw-", HaVip: "havip-", ENI: "eni-", NLB: "nlb-", GA: "ga-"}

// Instances makes n instances of a type: i-test1, i-test2, … for ECS, and
// likewise lb-test1, ngw-test1, havip-test1, eni-test1 (secondary), nlb-test1 and
// ga-test1.
func Instances(kind string, n int) []Instance {
	var out []Instance
	for i := range n {
		out = append(out, Instance{ID: fmt.Sprintf("%stest%d", idPrefix[kind], i+1), Type: kind})
	}
	return out
}

// DefaultInstances are those of a server without WithInstances: three ECS, two
// secondary ENI, one each of SLB, NAT and HaVip.
func DefaultInstances() []Instance {
	return slices.Concat(Instances(ECS, 3), Instances(ENI, 2), Instances(SLB, 1), Instances(NAT, 1), Instances(HaVip, 1))
}

// AddInstance adds an instance, or replaces the one with its ID.
func (s *Server) AddInstance(in Instance) error {
	if err := in.check(); err != nil {
		return err
	}
	return s.changed(func(v *service, _ time.Time) {
		v.addInstance(in)
		v.touchInstance(in.ID)
	})
}

func (s *service) addInstance(in Instance) {
	in.fill(len(s.instances))
	s.instances[in.ID] = &in
}

// RemoveInstance removes an instance; an address that is bound to it stays so.
func (s *Server) RemoveInstance(id string) {
	s.changed(func(v *service, _ time.Time) { v.removeInstance(id) })
}

func (s *service) removeInstance(id string) {
	delete(s.instances, id)
	s.touchInstance(id)
}

// SetInstanceStatus sets the state of an instance, such as "Starting".
func (s *Server) SetInstanceStatus(id, status string) bool {
	return s.changeInstance(id, func(in *Instance) { in.Status = status })
}

func (s *Server) changeInstance(id string, f func(*Instance)) (ok bool) {
	s.changed(func(v *service, _ time.Time) {
		if in := v.instances[id]; in != nil {
			f(in)
			v.touchInstance(id)
			ok = true
		}
	})
	return ok
}

// Change alters a living address as somebody else's action would: tags, lock,
// owner, protection, bandwidth package, status and so on. IDs, region and binding
// stay as they are; see ForceBind and ForceRelease. It reports whether the address
// exists.
func (s *Server) Change(id string, f func(*Address)) bool {
	return s.changeAddress(id, func(v *service, a *address, _ time.Time) {
		c := a.copy()
		f(&c)
		if c.Status != a.Status {
			a.change++ // whatever was under way is overtaken
		}
		if c.BandwidthPackageID != a.BandwidthPackageID {
			v.put(a, c.BandwidthPackageID)
		}
		c.AllocationID, c.IPAddress, c.RegionID, c.SegmentID = a.AllocationID, a.IPAddress, a.RegionID, a.SegmentID
		c.PoolID = a.PoolID
		c.InstanceID, c.InstanceType, c.ReleasedAt = a.InstanceID, a.InstanceType, a.ReleasedAt
		a.tags = a.tags[:0:0]
		for _, k := range slices.Sorted(maps.Keys(c.Tags)) {
			a.tags = append(a.tags, tag{k, c.Tags[k]})
		}
		c.Tags = nil
		a.Address = c
	})
}

// ChangeBandwidthPackage alters a package as somebody else's action would: name,
// description, bandwidth, status, tags, resource group, protection and so on. ID,
// region and addresses stay as they are; see Change. It reports whether the package
// exists.
func (s *Server) ChangeBandwidthPackage(id string, f func(*BandwidthPackage)) (ok bool) {
	s.changed(func(v *service, _ time.Time) {
		p := v.packages[id]
		if p == nil {
			return
		}
		c := p.copy()
		f(&c)
		if c.Status != p.Status {
			p.change++ // whatever was under way is overtaken
		}
		c.ID, c.RegionID = p.ID, p.RegionID
		p.tags = p.tags[:0:0]
		for _, k := range slices.Sorted(maps.Keys(c.Tags)) {
			p.tags = append(p.tags, tag{k, c.Tags[k]})
		}
		c.Tags, c.Members = nil, nil
		p.BandwidthPackage, ok = c, true
		v.touchPackage(p)
	})
	return ok
}

func (s *Server) changeAddress(id string, f func(*service, *address, time.Time)) (ok bool) {
	s.changed(func(v *service, now time.Time) {
		if a := v.byID[id]; a != nil {
			f(v, a, now)
			v.touchAddress(id)
			ok = true
		}
	})
	return ok
}

// SetStatus sets the state of an address and ends any transition.
func (s *Server) SetStatus(id, status string) bool {
	return s.Change(id, func(a *Address) { a.Status = status })
}

// SetVisible hides an address from every call, or shows it.
func (s *Server) SetVisible(id string, visible bool) bool {
	return s.changeAddress(id, func(_ *service, a *address, _ time.Time) {
		a.hidden = !visible
		if visible {
			a.visible = time.Time{}
		}
	})
}

// SetTags replaces the tags of an address.
func (s *Server) SetTags(id string, tags map[string]string) bool {
	return s.Change(id, func(a *Address) { a.Tags = tags })
}

// ForceRelease takes an address away, whatever its state, as if somebody had
// released it elsewhere.
func (s *Server) ForceRelease(id string) bool {
	return s.changeAddress(id, func(v *service, a *address, now time.Time) { v.leave(a, now) })
}

// ForceBind binds an address to an instance at once, as if somebody had done
// so elsewhere; an empty instance unbinds it.
func (s *Server) ForceBind(id, instance string) bool {
	return s.changeAddress(id, func(v *service, a *address, now time.Time) {
		a.change++
		if a.InstanceID != "" {
			v.unbind(a)
			a.UnboundAt = now
		}
		a.Status = Available
		if instance == "" {
			return
		}
		kind := ECS
		if in := v.instances[instance]; in != nil {
			kind, a.VpcID = in.Type, in.VpcID
			if len(in.PrivateIPs) > 0 {
				a.PrivateIPAddress = in.PrivateIPs[0]
			}
		}
		v.bind(a, instance, kind)
		a.Status, a.Mode = InUse, "NAT"
	})
}

// FailTransitions makes the next n transitions through a state (Associating,
// Unassociating or Releasing of an address, Binding of one in a bandwidth package,
// Modifying of a package, Modifying or Deleting of a pool or one of its blocks) end
// where they began.
func (s *Server) FailTransitions(status string, n int) {
	s.changed(func(v *service, _ time.Time) { v.failing[status] = n })
}

// SetBalance sets the account's money.
func (s *Server) SetBalance(money float64) {
	s.setBalance(money)
}

// SetQuota sets how many addresses may be alive at once.
func (s *Server) SetQuota(n int) { s.setQuota(n) }

func (s *Server) setBalance(money float64) error {
	return s.changed(func(v *service, _ time.Time) { v.balance = money })
}

func (s *Server) setQuota(n int) error {
	return s.changed(func(v *service, _ time.Time) { v.quota = n })
}

// SetStock sets how many addresses a region has left; -1 means no end.
func (s *Server) SetStock(region string, n int) bool {
	ok, _ := s.setStock(region, n)
	return ok
}

func (s *Server) setStock(region string, n int) (ok bool, err error) {
	err = s.changed(func(v *service, _ time.Time) {
		if r := v.regions[region]; r != nil {
			r.stock, ok = n, true
		}
	})
	return ok, err
}

// PayOrder pays for a subscription that was ordered without AutoPay, and
// returns the ID of the address that it makes. What an allocation would be
// refused for at this moment, the payment is refused for too: the quota, the
// stock, the balance, an IP that somebody has by now. The order stays unpaid then.
func (s *Server) PayOrder(id int64) (allocationID string, err error) {
	s.changed(func(v *service, now time.Time) {
		o := v.orders[id]
		if o == nil {
			err = fmt.Errorf("eiptest: no unpaid order %d", id)
			return
		}
		o.call.now = now
		price := v.set.price * float64(o.ask.Bandwidth*o.ask.months)
		ref := o.call.room(o.ask)
		if ref == nil && v.balance < price {
			ref = o.call.no("InsufficientBalance")
		}
		var a *address
		if ref == nil {
			a, ref = o.call.pay(o, price)
		}
		if ref != nil {
			err = fmt.Errorf("eiptest: order %d: %s", id, ref.Code)
			return
		}
		delete(v.orders, id)
		v.touchOrder(id)
		allocationID = a.AllocationID
	})
	return allocationID, err
}

// ForgetTokens drops the memory of all client tokens.
func (s *Server) ForgetTokens() {
	s.changed(func(v *service, _ time.Time) {
		clear(v.tokens.byKey)
		v.tokens.queue, v.dirty.tokens, v.dirty.whole = nil, nil, true
	})
}

// DisableKey disables an access key (InvalidAccessKeyId.Inactive), or enables
// it again.
func (s *Server) DisableKey(id string, disabled bool) {
	s.svc.keysMu.Lock()
	defer s.svc.keysMu.Unlock()
	if k, ok := s.svc.keys[id]; ok {
		k.disabled = disabled
		s.svc.keys[id] = k
	}
}
