package zenlayertest

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/eipkit/eip-go/internal/fake"
	"github.com/eipkit/eip-go/zenlayer"
)

type tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

func (c *call) allocate() (obj, *fake.Refusal) {
	zone, ref := c.zone()
	if ref != nil {
		return nil, ref
	}
	chargeType, period, ref := c.charge()
	if ref != nil {
		return nil, ref
	}
	amount, ref := c.number("amount", 1, 1, 100)
	if ref != nil {
		return nil, ref
	}
	netmask, ref := c.netmask(zone)
	if ref != nil {
		return nil, ref
	}
	group, ref := c.group()
	if ref != nil {
		return nil, ref
	}
	tags, ref := c.tags()
	if ref != nil {
		return nil, ref
	}
	s := c.s
	price := s.set.monthly * float64(period)
	switch {
	case zone.Stock >= 0 && zone.Stock < amount:
		return nil, refuse(zenlayer.CodeInvalidEipTypeZoneNoSell, "The zone %s has %d elastic IPs left.", zone.ID, zone.Stock)
	case s.balance <= 0 || s.balance < price*float64(amount):
		return nil, refuse(codeNoMoney, "The balance is too small.")
	}
	s.balance -= price * float64(amount)
	order := ""
	if chargeType == prepaid {
		s.orders++
		order = fmt.Sprintf("%016d", s.orders)
	}
	ids := make([]string, amount)
	for i := range ids {
		a := s.add(Address{ZoneID: zone.ID, Netmask: netmask, ChargeType: chargeType, Period: period,
			ResourceGroupID: group, Tags: maps.Clone(tags), OrderNumber: order, Call: c.seq}, c.now)
		a.paid = price
		s.take(a)
		if chargeType == prepaid {
			a.ExpiresAt = a.CreatedAt.AddDate(0, period, 0)
		}
		ids[i] = a.EipID
	}
	return obj{"eipIdSet": ids, "orderNumber": order}, nil
}

func (c *call) netmask(zone *Zone) (int, *fake.Refusal) {
	n, ref := c.number("netmask", zone.Netmask, 0, 128)
	if ref == nil && n != zone.Netmask {
		ref = refuse(zenlayer.CodeInvalidEipTypeZoneNoSell, "The zone %s has no netmask %d.", zone.ID, n)
	}
	return n, ref
}

func (c *call) group() (string, *fake.Refusal) {
	id, ref := c.text("resourceGroupId")
	if ref != nil {
		return "", ref
	}
	if id == "" {
		id = c.s.set.group
	}
	if !c.s.groupExists(id) {
		return "", refuse(zenlayer.CodeOperationFailedResourceGroupNotFound, "The resource group %q does not exist.", id)
	}
	return id, nil
}

func (c *call) tags() (map[string]string, *fake.Refusal) {
	var given struct {
		Tags []tag `json:"tags"`
	}
	if _, ref := c.read("tags", &given); ref != nil {
		return nil, ref
	}
	var out map[string]string
	for _, t := range given.Tags {
		for _, part := range []string{t.Key, t.Value} {
			if n := utf8.RuneCountInString(part); n < 1 || n > 128 {
				return nil, refuse(zenlayer.CodeInvalidParameterExceedLength, "A tag's key or value does not have 1 to 128 characters.")
			}
		}
		if _, twice := out[t.Key]; twice {
			return nil, refuse(zenlayer.CodeInvalidParameterValue, "The tag %s is there twice.", t.Key)
		}
		if out == nil {
			out = map[string]string{}
		}
		out[t.Key] = t.Value
	}
	return out, nil
}

func (c *call) price() (obj, *fake.Refusal) {
	zone, ref := c.zone()
	if ref != nil {
		return nil, ref
	}
	chargeType, period, ref := c.charge()
	if ref != nil {
		return nil, ref
	}
	amount, ref := c.number("amount", 1, 1, 100)
	if ref != nil {
		return nil, ref
	}
	if _, ref := c.netmask(zone); ref != nil {
		return nil, ref
	}
	if zone.Stock == 0 {
		return nil, refuse(zenlayer.CodeInvalidEipTypeZoneNoSell, "The zone %s has no elastic IPs to sell.", zone.ID)
	}
	out := obj{"discount": 100.0, "discountPrice": nil, "originalPrice": nil, "unitPrice": nil,
		"discountUnitPrice": nil, "chargeUnit": nil, "stepPrices": nil, "amountUnit": nil,
		"excessUnitPrice": nil, "excessDiscountUnitPrice": nil, "excessAmountUnit": nil, "category": "STANDARD"}
	round := func(v float64) float64 { return math.Round(v*1e6) / 1e6 }
	if chargeType == prepaid {
		sum := round(c.s.set.monthly * float64(period*amount))
		out["originalPrice"], out["discountPrice"], out["chargeUnit"] = sum, sum, "MONTH"
	} else {
		sum := round(c.s.set.hourly * float64(amount))
		out["unitPrice"], out["discountUnitPrice"], out["chargeUnit"] = sum, sum, "HOUR"
	}
	return obj{"eipPrice": out}, nil
}

func (c *call) stock() (obj, *fake.Refusal) {
	if _, _, ref := c.chargeTypeOnly(); ref != nil {
		return nil, ref
	}
	only, ref := c.text("zoneId")
	if ref != nil {
		return nil, ref
	}
	if only != "" && c.s.zones[only] == nil {
		return nil, refuse(zenlayer.CodeInvalidZoneNotFound, "The zone %s does not exist.", only)
	}
	list := []obj{}
	for _, id := range c.s.zoneOrder {
		z := c.s.zones[id]
		if only != "" && only != id {
			continue
		}
		status := "SELL"
		if z.Stock == 0 {
			status = "SOLD_OUT"
		} else if z.Stock > 0 && z.Stock <= 10 {
			status = "SELL_SHORTAGE"
		}
		list = append(list, obj{"zoneId": id, "status": status, "netmask": z.Netmask})
	}
	return obj{"eipResources": list}, nil
}

// chargeTypeOnly reads the charge type of a call that has no period.
func (c *call) chargeTypeOnly() (string, int, *fake.Refusal) {
	t, ref := c.needText("eipChargeType")
	if ref == nil && t != prepaid && t != postpaid {
		ref = refuse(zenlayer.CodeInvalidParameterValue, "The parameter eipChargeType is neither PREPAID nor POSTPAID.")
	}
	return t, 0, ref
}

func (c *call) describeZones() (obj, *fake.Refusal) {
	list := []obj{}
	for _, id := range c.s.zoneOrder {
		list = append(list, obj{"zoneId": id, "zoneName": id, "cityName": id[:min(3, len(id))], "areaName": "Fake",
			"isCloudRouterAvailable": false, "isByoipEnabled": false})
	}
	return obj{"zoneSet": list}, nil
}

func (c *call) describe() (obj, *fake.Refusal) {
	match, ref := c.filter()
	if ref != nil {
		return nil, ref
	}
	size, ref := c.number("pageSize", 20, 1, 1000)
	if ref != nil {
		return nil, ref
	}
	num, ref := c.number("pageNum", 1, 1, math.MaxInt32)
	if ref != nil {
		return nil, ref
	}
	total, first := 0, (num-1)*size
	list := []obj{}
	for _, a := range c.among() {
		if !c.visible(a) || !match(a) {
			continue
		}
		if total >= first && len(list) < size {
			list = append(list, c.show(a))
		}
		total++
	}
	return obj{"totalCount": total, "dataSet": list}, nil
}

// among gives the addresses that the filter has to look at, in order of
// creation.
func (c *call) among() []*address {
	ids, _ := c.list("eipIds", false)
	if len(ids) == 0 {
		return c.s.alive
	}
	var out []*address
	for _, id := range ids {
		if a := c.s.byID[id]; a != nil {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b *address) int { return cmp.Compare(a.number, b.number) })
	return slices.Compact(out)
}

// filter makes a predicate of the parameters of DescribeEipAddresses.
func (c *call) filter() (func(*address) bool, *fake.Refusal) {
	if _, ref := c.list("eipIds", false); ref != nil {
		return nil, ref
	}
	want := map[string]string{}
	for _, name := range []string{"eipChargeType", "ipAddress", "zoneId", "resourceGroupId", "eipStatus", "instanceId", "instanceName"} {
		v, ref := c.text(name)
		if ref != nil {
			return nil, ref
		}
		if v != "" {
			want[name] = v
		}
	}
	var keys []string
	if _, ref := c.read("tagKeys", &keys); ref != nil {
		return nil, ref
	}
	var tags []tag
	if _, ref := c.read("tags", &tags); ref != nil {
		return nil, ref
	}
	if len(keys) > 20 || len(tags) > 20 {
		return nil, refuse(zenlayer.CodeInvalidParameterExceedLength, "The parameters tags and tagKeys have at most 20 elements.")
	}
	return func(a *address) bool {
		for name, v := range want {
			if c.shown(a, name) != v {
				return false
			}
		}
		for _, k := range keys {
			if _, ok := a.Tags[k]; !ok {
				return false
			}
		}
		for _, t := range tags {
			if v, ok := a.Tags[t.Key]; !ok || v != t.Value {
				return false
			}
		}
		return true
	}, nil
}

// shown is the value of an address that a parameter of its filter is compared
// with.
func (c *call) shown(a *address, name string) string {
	switch name {
	case "eipChargeType":
		return a.ChargeType
	case "ipAddress":
		return a.IPAddress
	case "zoneId":
		return a.ZoneID
	case "resourceGroupId":
		return a.ResourceGroupID
	case "eipStatus":
		return a.Status
	case "instanceId":
		return a.InstanceID
	}
	return c.instanceName(a)
}

func (c *call) instanceName(a *address) string {
	if in := c.s.instances[a.InstanceID]; in != nil {
		return in.Name
	}
	return ""
}

func (c *call) show(a *address) obj {
	orNull := func(v string) any {
		if v == "" {
			return nil
		}
		return v
	}
	out := obj{"eipId": a.EipID, "zoneId": a.ZoneID, "ipAddress": a.IPAddress, "netmask": a.Netmask,
		"instanceId": orNull(a.InstanceID), "instanceName": orNull(c.instanceName(a)),
		"eipChargeType": a.ChargeType, "period": nil, "createTime": a.CreatedAt.Format(time.RFC3339),
		"expiredTime": nil, "resourceGroupId": a.ResourceGroupID, "resourceGroupName": a.ResourceGroupID,
		"eipStatus": a.Status, "tags": nil}
	if a.ChargeType == prepaid {
		out["period"], out["expiredTime"] = a.Period, a.ExpiresAt.Format(time.RFC3339)
	}
	if len(a.Tags) > 0 {
		list := []tag{}
		for _, k := range slices.Sorted(maps.Keys(a.Tags)) {
			list = append(list, tag{k, a.Tags[k]})
		}
		out["tags"] = obj{"tags": list}
	}
	return out
}

func (c *call) forInstance() (obj, *fake.Refusal) {
	id, ref := c.needText("instanceId")
	if ref != nil {
		return nil, ref
	}
	in := c.s.instances[id]
	switch {
	case in == nil:
		return nil, refuse(zenlayer.CodeInvalidInstanceNotFound, "The instance %s does not exist.", id)
	case in.ESXi:
		return nil, refuse(zenlayer.CodeInvalidEsxiNotSupport, "Instances with ESXi are not supported.")
	}
	list := []obj{}
	for _, a := range c.s.alive {
		if c.visible(a) && a.Status == available && a.ZoneID == in.ZoneID {
			list = append(list, obj{"eipId": a.EipID, "ipAddress": a.IPAddress, "netmask": a.Netmask})
		}
	}
	return obj{"instanceEipResources": list}, nil
}
