package eiptest

import (
	"hash/fnv"
	"math"
	"slices"
	"time"

	"github.com/eipkit/eip-go/internal/fake"
)

// monitorDays is how far back monitoring data go, from the SDK metadata.
const monitorDays = 31 * 24 * time.Hour

// monitor serves DescribeEipMonitorData.
func monitor(c *call) (obj, *fake.Refusal) {
	start, err := time.Parse(timeLayout, c.p["StartTime"])
	if err != nil {
		return nil, c.no("InvalidStartTime.Malformed")
	}
	end, err := time.Parse(timeLayout, c.p["EndTime"])
	if err != nil {
		return nil, c.no("InvalidEndTime.Malformed")
	}
	start, end = nextMinute(start), nextMinute(end)
	seconds, ok := c.p.number("Period", 60)
	if !ok || !slices.Contains(c.s.set.periods, seconds) {
		return nil, c.no("InvalidPeriod.ValueNotSupported")
	}
	a := c.find(c.p["AllocationId"])
	if ref := c.mine(a); ref != nil {
		return nil, ref
	}
	step := time.Duration(seconds) * time.Second
	switch {
	case !end.After(start):
		return nil, c.no("InvalidEndTime.Malformed")
	case c.now.Sub(start) > monitorDays:
		return nil, c.no("InvalidStartTime.TooEarly")
	case int64(end.Sub(start)/step) > int64(c.s.set.points):
		return nil, c.no("OperationDenied.TooManyDataQueried")
	}
	items := list{}
	for at := start; at.Before(end) && at.Before(c.now); at = at.Add(step) {
		var sum minuteData
		for m := range seconds / 60 {
			if a.Quiet {
				break
			}
			d := traffic(a.IPAddress, at.Add(time.Duration(m)*time.Minute))
			sum.rx, sum.tx, sum.packets = sum.rx+d.rx, sum.tx+d.tx, sum.packets+d.packets
		}
		flow := sum.rx + sum.tx // EipBandwidth is a sixtieth of it whatever the period
		items = append(items, obj{
			{"TimeStamp", at.UTC().Format(timeLayout)}, {"EipTX", sum.tx}, {"EipRX", sum.rx}, {"EipFlow", flow},
			{"EipPackets", sum.packets}, {"EipBandwidth", flow / 60},
		})
	}
	return obj{wrap("EipMonitorDatas", "EipMonitorData", items)}, nil
}

// nextMinute rounds as documented: seconds that are not zero mean the next minute.
func nextMinute(t time.Time) time.Time {
	if r := t.Truncate(time.Minute); !r.Equal(t) {
		return r.Add(time.Minute)
	}
	return t
}

type minuteData struct{ rx, tx, packets int64 }

// traffic is what an address carried in one minute: a day's swell that peaks
// in the afternoon, a share that is the address's own, and noise. It depends
// on nothing but the address and the minute, so that every look, every fake
// and every period agree.
func traffic(ip string, minute time.Time) minuteData {
	u := func(salt string, m int64) float64 { // 0 ≤ u < 1
		h := fnv.New64a()
		h.Write([]byte(ip + salt))
		h.Write([]byte{byte(m), byte(m >> 8), byte(m >> 16), byte(m >> 24), byte(m >> 32)})
		x := h.Sum64()
		x ^= x >> 33
		x *= 0xff51afd7ed558ccd
		x ^= x >> 33
		return float64(x>>11) / (1 << 53)
	}
	m := minute.Unix() / 60
	day := float64(m%1440) / 1440
	swell := 0.55 - 0.45*math.Cos(2*math.Pi*(day-0.1))
	base := 40_000 + 160_000*u("size", 0)
	rx := base * swell * (0.7 + 0.6*u("rx", m))
	tx := base * swell * (1.5 + 2*u("tx", m))
	if u("burst", m) > 0.98 {
		tx *= 4
	}
	d := minuteData{rx: int64(rx), tx: int64(tx)}
	d.packets = d.rx/420 + d.tx/780 + 1
	return d
}
