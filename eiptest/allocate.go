package eiptest

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
)

// reserveDays is how long a released address may be asked for again.
const reserveDays = 7 * 24 * time.Hour

// wanted is an allocation after its parameters were read.
type wanted struct {
	Address
	tags    []tag
	months  int
	autoPay bool
	reuse   *address // the released address that is asked for by ID
	block   *block   // of the pool that it is taken from
}

func (c *call) pro() bool { return c.action == "AllocateEipAddressPro" }

// bad names a wrong parameter with the code that the action's document has for it.
func (c *call) bad(name string) *fake.Refusal {
	switch {
	case name == "Bandwidth" && c.pro():
		return c.no("InvalidBandwidth.Malformed")
	case name == "Bandwidth" || name == "InternetChargeType":
		return c.noWhere("InvalidParameter", name)
	}
	return invalid(name)
}

// billing reads what an address and a segment have in common.
func (c *call) billing() (Address, *fake.Refusal) {
	a := Address{RegionID: c.region, ChargeType: "PostPaid", InternetChargeType: "PayByBandwidth", ISP: "BGP",
		Netmode: "public", Zone: c.p["Zone"], Token: c.token}
	traffic := c.s.set.traffic && c.action == "AllocateEipAddress"
	if traffic {
		a.InternetChargeType = "PayByTraffic"
	}
	switch v := c.p["InternetChargeType"]; v {
	case "":
	case "PayByBandwidth", "PayByTraffic":
		if traffic && v != "PayByTraffic" {
			return a, c.bad("InternetChargeType")
		}
		a.InternetChargeType = v
	default:
		return a, c.bad("InternetChargeType")
	}
	switch v := c.p["InstanceChargeType"]; v {
	case "", "PostPaid":
	case "PrePaid":
		a.ChargeType = v
		if a.InternetChargeType != "PayByBandwidth" {
			return a, c.bad("InternetChargeType")
		}
	default:
		return a, c.bad("InstanceChargeType")
	}
	n, ok := c.p.number("Bandwidth", 5)
	if !ok || n < 1 || n > mostBandwidth(a.ChargeType, a.InternetChargeType) {
		return a, c.bad("Bandwidth")
	}
	a.Bandwidth = n
	if v := c.p["Netmode"]; v != "" && !strings.EqualFold(v, "public") {
		return a, c.bad("Netmode")
	}
	isp := c.p["ISP"]
	if isp == "" {
		isp = c.p["Isp"]
	}
	if isp == "" && c.s.set.finance && c.region == financeRegion {
		return a, missing("ISP")
	}
	if isp != "" {
		if !c.sells(isp) {
			if c.pro() {
				return a, c.noWith("IllegalParam.Isp", isp)
			}
			return a, c.bad("ISP")
		}
		a.ISP = isp
	}
	var ref *fake.Refusal
	if a.ResourceGroupID, ref = c.group(); ref != nil {
		return a, ref
	}
	if z := a.Zone; z != "" && !c.validZone(z) {
		if c.action == "AllocateEipSegmentAddress" {
			return a, c.no("IllegalParam.Zone")
		}
		return a, c.bad("Zone")
	}
	if slices.Contains(closedRegions, c.region) {
		return a, c.no("InvalidRegion.NotSupport")
	}
	return a, nil
}

// defaultGroup is the resource group of whatever names none.
const defaultGroup = "rg-default"

// group reads the resource group.
func (c *call) group() (string, *fake.Refusal) {
	g := c.p["ResourceGroupId"]
	switch {
	case g == "":
		return defaultGroup, nil
	case !c.s.hasGroup(g):
		return "", c.no("InvalidResourceGroupId")
	}
	return g, nil
}

func mostBandwidth(charge, internet string) int {
	switch {
	case charge == "PrePaid":
		return 1000
	case internet == "PayByTraffic":
		return 200
	}
	return 500
}

// allocate serves AllocateEipAddress and AllocateEipAddressPro.
func allocate(c *call) (obj, *fake.Refusal) {
	common, ref := c.billing()
	if ref != nil {
		return nil, ref
	}
	w := &wanted{Address: common}
	if w.tags, ref = c.p.tags(); ref != nil {
		return nil, ref
	}
	w.Name, w.Description = c.p["Name"], c.p["Description"]
	if w.Name != "" && !c.s.validName(w.Name) {
		return nil, c.bad("Name")
	}
	if w.Description != "" && !c.s.validDescription(w.Description) {
		return nil, c.bad("Description")
	}
	w.SecurityProtection = c.p.indexed("SecurityProtectionTypes", "")
	for _, v := range w.SecurityProtection {
		if v != "AntiDDoS_Enhanced" {
			return nil, c.bad("SecurityProtectionTypes")
		}
	}
	if w.ChargeType == "PrePaid" {
		if ref := c.subscription(w); ref != nil {
			return nil, ref
		}
	}
	if ref := c.room(w); ref != nil {
		return nil, ref
	}
	if c.s.balance <= 0 && w.ChargeType == "PostPaid" {
		return nil, c.no("InsufficientBalance")
	}
	if w.ChargeType == "PrePaid" {
		return c.order(w)
	}
	a, ref := c.create(w)
	if ref != nil {
		return nil, ref
	}
	return obj{{"AllocationId", a.AllocationID}, {"EipAddress", a.IPAddress}, {"ResourceGroupId", a.ResourceGroupID}}, nil
}

// room checks what can change between an order and its payment: whether the
// reserved address can still be had, the pool, the quota and the stock.
func (c *call) room(w *wanted) *fake.Refusal {
	w.ISP = c.poolISP(w.ISP)
	if ref := c.reserve(w); ref != nil {
		return ref
	}
	if ref := c.fromPool(w); ref != nil {
		return ref
	}
	switch {
	case c.s.alive >= c.s.quota:
		return c.no("QuotaExceeded.Eip")
	case c.rg.stock == 0 && w.IPAddress == "" && w.block == nil:
		return c.outOfStock()
	}
	return nil
}

func (c *call) outOfStock() *fake.Refusal {
	if c.pro() {
		return c.no("OperationFailed.ResourceNotEnough")
	}
	return c.no("InsufficientEipCapacity")
}

// create makes the address.
func (c *call) create(w *wanted) (*address, *fake.Refusal) {
	s := c.s
	a := &address{Address: w.Address, tags: w.tags}
	if a.IPAddress == "" && w.block == nil {
		ip, ok := s.single()
		if !ok {
			return nil, c.outOfStock()
		}
		a.IPAddress = ip
	}
	s.takeFromPool(a, w.block)
	if w.reuse != nil {
		a.AllocationID, a.change = w.reuse.AllocationID, w.reuse.change+1
	} else {
		a.AllocationID = s.id("eip-")
	}
	if old := s.past[a.IPAddress]; old != nil {
		s.forget(old)
	}
	if c.rg.stock > 0 && a.block == nil {
		c.rg.stock--
	}
	s.enter(a, c.now)
	return a, nil
}

// subscription reads and checks what must accompany PrePaid.
func (c *call) subscription(w *wanted) *fake.Refusal {
	cycle := c.p["PricingCycle"]
	n, ok := c.p.number("Period", 0)
	switch {
	case w.Name != "" || w.Description != "":
		return invalid("Name")
	case c.p["Period"] == "":
		return missing("Period")
	case cycle == "" || cycle == "Month":
		w.months = n
		ok = ok && n >= 1 && n <= 9
	case cycle == "Year":
		most := 5
		if c.pro() {
			most = 3
		}
		w.months = 12 * n
		ok = ok && n >= 1 && n <= most
	default:
		return invalid("PricingCycle")
	}
	if !ok {
		return invalid("Period")
	}
	auto, set := c.p.flag("AutoPay")
	w.autoPay = auto || !set && c.pro()
	return nil
}

// order makes the order for a subscription, and the address once it is paid.
func (c *call) order(w *wanted) (obj, *fake.Refusal) {
	s := c.s
	price := s.set.price * float64(w.Bandwidth*w.months)
	if w.autoPay && s.balance < price {
		return nil, c.no("InsufficientBalance")
	}
	s.serial++
	o := &order{id: 200_000_000_000_000 + int64(s.serial), call: c, ask: w}
	if !w.autoPay {
		s.orders[o.id] = o
		s.touchOrder(o.id)
		return obj{{"OrderId", o.id}}, nil
	}
	a, ref := c.pay(o, price)
	if ref != nil {
		return nil, ref
	}
	return obj{{"OrderId", o.id}, {"AllocationId", a.AllocationID}}, nil
}

func (c *call) pay(o *order, price float64) (*address, *fake.Refusal) {
	o.ask.ExpiresAt = c.now.AddDate(0, o.ask.months, 0)
	a, ref := c.create(o.ask)
	if ref == nil {
		c.s.balance -= price
	}
	return a, ref
}

// reserve settles a request for one particular address, by IP or by the ID
// that it had. The page of AllocateEipAddressPro has a code for each reason;
// the older action has one for all.
func (c *call) reserve(w *wanted) *fake.Refusal {
	ip, id := c.p["IpAddress"], c.p["InstanceId"]
	if ip == "" && id == "" {
		return nil
	}
	ref := c.reserveWhy(w, ip, id)
	if ref != nil && !c.pro() {
		return c.no("ReserveIpFail")
	}
	return ref
}

func (c *call) reserveWhy(w *wanted, ip, id string) *fake.Refusal {
	s := c.s
	var old *address
	switch {
	case ip != "" && id != "":
		return c.no("QueryParameter.Illegal")
	case id != "":
		if s.byID[id] != nil {
			return c.no("INVALID_INSTANCE_STATUS")
		}
		if old = s.pastByID[id]; old == nil || old.RegionID != c.region {
			return c.no("OperationFailed.InstanceNotExist")
		}
		if s.byIP[old.IPAddress] != nil {
			return c.no("Ip.Allocated")
		}
		if old.block != nil && old.block.gone {
			return c.no("OperationFailed.InstanceNotExist")
		}
		w.reuse = old
	default:
		addr, err := netip.ParseAddr(ip)
		if err != nil || !addr.Is4() {
			return c.noWith("IllegalParam.IpAddress", ip)
		}
		ip = addr.String()
		if a := s.byIP[ip]; a != nil {
			switch {
			case a.Owner != "":
				return c.no("OperationDenied.IpBelongToOtherUser")
			case a.Status == Releasing:
				return c.no("IncorrectStatus.Ip")
			}
			return c.no("Ip.Allocated")
		}
		of := s.blockWith(addr)
		if old = s.past[ip]; old != nil && old.block != of {
			old = nil // it was of a block that is gone, or before there was one
		}
		switch id := c.p["PublicIpAddressPoolId"]; {
		case of != nil && id != "" && id != of.pool.ID:
			return c.no("Mismatch.IpAndPublicIpAddressPool")
		case of != nil && old == nil:
			w.IPAddress = ip // fromPool has the rest to say
			return nil
		}
		if old == nil || old.RegionID != c.region {
			switch {
			case addr.IsPrivate() || addr.IsLoopback() || addr.IsMulticast() || addr.IsUnspecified() || addr.IsLinkLocalUnicast():
				return c.no("Invalid.Reserve.Ip")
			case old == nil && !netip.MustParsePrefix("198.18.0.0/15").Contains(addr):
				return c.no("ResourceNotFound.Ip")
			}
			return c.no("OperationFailed.AllocateUnfamiliarIp")
		}
	}
	if old.block != nil && c.p["ISP"] == "" {
		w.ISP = old.ISP
	}
	switch {
	case old.Owner != "":
		return c.no("OperationDenied.IpBelongToOtherUser")
	case old.Locked != "":
		return c.no("OperationFailed.IpIsLocked")
	case c.now.Sub(old.ReleasedAt) > reserveDays:
		return c.no("OperationFailed.AllocateUnfamiliarIp")
	case c.now.Sub(old.ReleasedAt) < s.set.keepTime:
		return c.no("Ip.Keeped")
	case old.ISP != w.ISP:
		return c.no("Mismatch.IpAndIsp")
	case c.p["PublicIpAddressPoolId"] != "" && c.p["PublicIpAddressPoolId"] != old.PoolID:
		return c.no("Mismatch.IpAndPublicIpAddressPool")
	}
	w.IPAddress = old.IPAddress
	return nil
}

func itoa(n int) string { return strconv.Itoa(n) }
