package bench

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// The answers are built from the facts below, member by member, and not from
// the structs of any subject: the order of a struct's fields must not become
// the order of the answer's members.

// Sizes of the two large answers.
const (
	PageSize   = 50
	PointCount = 400
)

const (
	requestID = "B6B9F518-60F8-4D81-9242-1207B356754D"
	timeForm  = "2006-01-02T15:04:05Z"
)

// member is a member of a JSON object. Its value is a string, int64, bool,
// object or list.
type member struct {
	name  string
	value any
}

type (
	object []member
	list   []any
)

// allocated is the answer of AllocateEipAddress.
func allocated() object {
	return object{
		{"RequestId", requestID},
		{"EipAddress", "203.0.113.206"},
		{"AllocationId", "eip-25877c70gfdkh4r8q2v1x"},
		{"ResourceGroupId", "rg-acfmxazb4ph6aiy"},
	}
}

// smallest is the smallest successful answer of any action.
func smallest() object { return object{{"RequestId", requestID}} }

// address is element i of a page. It has every documented member, none of them
// empty. The first 19 are in the order of the example that the API reference
// prints, the others, which that example lacks, in alphabetical order.
func address(i int) object {
	id := func(prefix string) string {
		return fmt.Sprintf("%s%013x", prefix, uint64(i+1)*0x9E3779B97F4A7C15>>12)
	}
	pick := func(values ...string) string { return values[i%len(values)] }
	description := fmt.Sprintf("egress of service %d, team %d", i, i%7)
	if i%5 == 0 {
		description = fmt.Sprintf("第 %d 号服务的出口地址", i)
	}
	made := time.Date(2025, 3, 1, 8, 0, i, 0, time.UTC).AddDate(0, 0, i)
	return object{
		{"ChargeType", pick("PostPaid", "PrePaid", "PostPaid")},
		{"AllocationTime", made.Format(timeForm)},
		{"ResourceGroupId", pick("rg-acfmxazb4ph6aiy", "rg-acfm2kxqw7nqv3a")},
		{"InstanceId", id("i-bp1")},
		{"Description", description},
		{"IpAddress", fmt.Sprintf("203.0.113.%d", i+1)},
		{"AllocationId", id("eip-bp1")},
		{"InternetChargeType", pick("PayByTraffic", "PayByBandwidth")},
		{"InstanceType", pick("EcsInstance", "Nat", "SlbInstance", "NetworkInterface")},
		{"Name", fmt.Sprintf("egress-%03d", i)},
		{"Status", pick("InUse", "Available", "InUse")},
		{"BandwidthPackageId", id("cbwp-bp1")},
		{"InstanceRegionId", "cn-hangzhou"},
		{"BandwidthPackageType", "CommonBandwidthPackage"},
		{"RegionId", "cn-hangzhou"},
		{"OperationLocks", object{{"LockReason", list{object{{"LockReason", pick("financial", "security")}}}}}},
		{"ExpiredTime", made.AddDate(1, 0, 0).Format(timeForm)},
		{"AvailableRegions", object{{"AvailableRegion", list{"cn-hangzhou"}}}},
		{"Bandwidth", strconv.Itoa(5 + i)},

		{"BandwidthPackageBandwidth", strconv.Itoa(50 + i)},
		{"BizType", pick("CloudBox", "Default")},
		{"BusinessStatus", "Normal"},
		{"DeletionProtection", i%4 == 0},
		{"EipBandwidth", strconv.Itoa(1 + i)},
		{"HDMonitorStatus", pick("ON", "OFF")},
		{"HasReservationData", strconv.FormatBool(i%2 == 0)},
		{"ISP", pick("BGP", "BGP_PRO")},
		{"Mode", pick("NAT", "BINDED")},
		{"Netmode", "public"},
		{"PrivateIpAddress", fmt.Sprintf("192.168.7.%d", i+1)},
		{"PublicIpAddressPoolId", id("pippool-bp1")},
		{"ReservationActiveTime", made.AddDate(0, 6, 0).Format(timeForm)},
		{"ReservationBandwidth", strconv.Itoa(100 + i)},
		{"ReservationInternetChargeType", pick("PayByBandwidth", "PayByTraffic")},
		{"ReservationOrderType", pick("RENEWCHANGE", "TEMP_UPGRADE")},
		{"SecondLimited", i%3 == 0},
		{"SecurityProtectionTypes", object{{"SecurityProtectionType", list{"AntiDDoS_Enhanced"}}}},
		{"SegmentInstanceId", id("eipsg-bp1")},
		{"ServiceManaged", int64(i % 2)},
		{"Tags", object{{"Tag", list{
			object{{"Key", "env"}, {"Value", pick("prod", "staging", "test")}},
			object{{"Key", "team"}, {"Value", fmt.Sprintf("team-%d", i%7)}},
		}}}},
		{"VpcId", id("vpc-bp1")},
		{"Zone", pick("cn-hangzhou-i", "cn-hangzhou-j")},
	}
}

// page is the answer of DescribeEipAddresses.
func page() object {
	addresses := make(list, PageSize)
	for i := range addresses {
		addresses[i] = address(i)
	}
	return object{
		{"PageNumber", int64(1)},
		{"EipAddresses", object{{"EipAddress", addresses}}},
		{"TotalCount", int64(PageSize)},
		{"PageSize", int64(PageSize)},
		{"RequestId", requestID},
	}
}

// points is the answer of DescribeEipMonitorData, its members in the order of
// the API reference's example.
func points() object {
	start := time.Date(2026, 1, 21, 9, 0, 0, 0, time.UTC)
	data := make(list, PointCount)
	for i := range data {
		in, out := int64(32526540+i*7919), int64(140370+i*104729)
		data[i] = object{
			{"TimeStamp", start.Add(time.Duration(i) * time.Minute).Format(timeForm)},
			{"EipTX", out},
			{"EipFlow", in + out},
			{"EipPackets", int64(23700 + i)},
			{"EipRX", in},
			{"EipBandwidth", (in + out) / 60},
		}
	}
	return object{
		{"RequestId", requestID},
		{"EipMonitorDatas", object{{"EipMonitorData", data}}},
	}
}

// compact is the JSON text of v, its members in the order given.
func compact(v any) []byte { return appendJSON(nil, v, nil) }

// shuffled is the JSON text of v, the members of every object in an order of
// their own. The orders are the same in every process.
func shuffled(v any) []byte { return appendJSON(nil, v, rand.New(rand.NewPCG(1, 2))) }

func appendJSON(b []byte, v any, r *rand.Rand) []byte {
	switch v := v.(type) {
	case object:
		order := make([]int, len(v))
		for i := range order {
			order[i] = i
		}
		if r != nil {
			r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		}
		b = append(b, '{')
		for n, i := range order {
			if n > 0 {
				b = append(b, ',')
			}
			b = append(appendJSON(b, v[i].name, nil), ':')
			b = appendJSON(b, v[i].value, r)
		}
		return append(b, '}')
	case list:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, e, r)
		}
		return append(b, ']')
	default:
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return append(b, text...)
	}
}

// The descriptions of what a subject has to have decoded, from the facts.

func (o object) get(name string) any {
	for _, m := range o {
		if m.name == name {
			return m.value
		}
	}
	panic("no member " + name)
}

func wantAllocated() string {
	a := allocated()
	return a.get("AllocationId").(string) + " " + a.get("EipAddress").(string)
}

func wantPage() string {
	var d pageDigest
	for i := range PageSize {
		a := address(i)
		text := func(name string) string { return a.get(name).(string) }
		d.add(text("AllocationId"), text("IpAddress"), text("Bandwidth"), text("Status"), text("AllocationTime"))
	}
	return d.String()
}

func wantPoints() string {
	var d pointDigest
	for _, p := range points().get("EipMonitorDatas").(object).get("EipMonitorData").(list) {
		p := p.(object)
		d.add(p.get("TimeStamp").(string), p.get("EipFlow").(int64), p.get("EipPackets").(int64))
	}
	return d.String()
}

// pageDigest describes a decoded page by the members that every subject knows.
type pageDigest struct {
	n    int
	text strings.Builder
}

func (d *pageDigest) add(id, ip, bandwidth, status, made string) {
	d.n++
	fmt.Fprintf(&d.text, "\n%s %s %s %s %s", id, ip, bandwidth, status, made)
}

func (d *pageDigest) String() string { return fmt.Sprintf("%d addresses%s", d.n, &d.text) }

// pointDigest describes decoded monitor points.
type pointDigest struct {
	n             int
	flow, packets int64
	last          string
}

func (d *pointDigest) add(at string, flow, packets int64) {
	d.n++
	d.flow += flow
	d.packets += packets
	d.last = at
}

func (d *pointDigest) String() string {
	return fmt.Sprintf("%d points, %d bytes, %d packets, last at %s", d.n, d.flow, d.packets, d.last)
}
