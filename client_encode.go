package eip

import (
	"net/url"
	"strconv"
	"time"
)

// Requests are encoded by go-querystring from their url tags. Lists and tags
// bring an EncodeValues of their own, because the library would number from 0,
// put the number in the wrong place, or write a map as Go syntax. Times are
// plain time.Time in the requests, and go-querystring formats a time.Time in
// its own zone, so the two actions that send times hand the call path a wrapper
// (monitorForm, describeForm) that embeds the request and adds typed times.

// The layouts in which the service wants its times, always UTC.
const (
	layoutSeconds = "2006-01-02T15:04:05Z"
	layoutMinutes = "2006-01-02T15:04Z"
)

// timeSeconds is a time sent to the second.
type timeSeconds time.Time

// IsZero lets omitempty leave it out.
func (t timeSeconds) IsZero() bool { return time.Time(t).IsZero() }

// EncodeValues implements query.Encoder.
func (t timeSeconds) EncodeValues(key string, v *url.Values) error {
	v.Set(key, time.Time(t).UTC().Format(layoutSeconds))
	return nil
}

// monitorForm is a DescribeEipMonitorDataRequest with its times encoded.
type monitorForm struct {
	*DescribeEipMonitorDataRequest
	StartTime timeSeconds `url:"StartTime,omitempty"`
	EndTime   timeSeconds `url:"EndTime,omitempty"`
}

// describeForm is a DescribeEipAddressesRequest with its filters encoded.
type describeForm struct {
	*DescribeEipAddressesRequest
	Filter creationFilter `url:"Filter,omitempty"`
}

// creationFilter becomes Filter.N.Key and Filter.N.Value: one pair for each end
// that is set, numbered from 1 without a gap.
type creationFilter struct{ start, end time.Time }

// IsZero lets omitempty leave it out.
func (f creationFilter) IsZero() bool { return f.start.IsZero() && f.end.IsZero() }

// EncodeValues implements query.Encoder.
func (f creationFilter) EncodeValues(key string, v *url.Values) error {
	n := 0
	for _, c := range []struct {
		key string
		at  time.Time
	}{{"CreationStartTime", f.start}, {"CreationEndTime", f.end}} {
		if c.at.IsZero() {
			continue
		}
		n++
		prefix := key + "." + strconv.Itoa(n)
		v.Set(prefix+".Key", c.key)
		v.Set(prefix+".Value", c.at.UTC().Format(layoutMinutes))
	}
	return nil
}
