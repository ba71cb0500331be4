package eip

import (
	"context"
	"net/url"
	"time"
)

// DescribeEipMonitorDataRequest asks for the traffic of one address.
type DescribeEipMonitorDataRequest struct {
	// RegionID is the address's region. Default: the client's. The 2019 API
	// reference requires it, the SDK metadata does not.
	RegionID string `url:"RegionId,omitempty"`
	// AllocationID is the ID of the address. Required.
	AllocationID string `url:"AllocationId,omitempty" check:"required"`
	// StartTime is where the window begins. Required, and before EndTime. It is
	// sent in UTC to the second, as StartTime; the service rounds a time that is
	// not on a full minute up to the next. The SDK metadata lets it lie at most
	// 31 days back. (The 2019 API reference calls the times UTC+8 while
	// its examples are UTC; its example request even has start and end swapped.)
	StartTime time.Time `url:"StartTime,omitempty" layout:"2006-01-02T15:04:05Z" check:"required"`
	// EndTime is where the window ends, sent and rounded as StartTime is.
	// Required.
	EndTime time.Time `url:"EndTime,omitempty" layout:"2006-01-02T15:04:05Z" check:"required"`
	// Period is the length of one data point in seconds. Default: 60. The 2019
	// API reference allows 60, 600 and 3600, the SDK metadata 60, 300, 900 and
	// 3600. (EndTime-StartTime)/Period must not exceed the number of points of
	// one answer: 200 by the 2019 API reference, 400 by the newer SDK.
	Period int `url:"Period,omitempty" check:"min=0"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

func (r *DescribeEipMonitorDataRequest) validate(v *validator) {
	// Compared as they are sent: a window within one second is empty.
	if start, end := r.StartTime.Truncate(time.Second), r.EndTime.Truncate(time.Second); bothGiven(r.StartTime, r.EndTime) && !start.Before(end) {
		v.fault("StartTime", start.UTC().Format(layoutSeconds), "must be before EndTime (here "+end.UTC().Format(layoutSeconds)+")")
	}
}

// DescribeEipMonitorDataResponse holds the data points of a window.
type DescribeEipMonitorDataResponse struct {
	ResponseMeta
	// EipMonitorDatas are the data points, in the service's order.
	EipMonitorDatas EipMonitorDataList `json:"EipMonitorDatas"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *DescribeEipMonitorDataResponse) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, r) }

// EipMonitorData is one data point. Fields from the 2019 API reference, which
// calls the first three of them bandwidths while their units are amounts.
type EipMonitorData struct {
	// TimeStamp is the point's time, in UTC.
	TimeStamp time.Time `json:"TimeStamp,omitzero"`
	// EipRX is the inbound traffic in bytes.
	EipRX int64 `json:"EipRX"`
	// EipTX is the outbound traffic in bytes.
	EipTX int64 `json:"EipTX"`
	// EipFlow is the sum of inbound and outbound traffic, in bytes.
	EipFlow int64 `json:"EipFlow"`
	// EipBandwidth is EipFlow/60. The documents give its unit as bit/s; by the
	// formula and the printed examples it is bytes per second of a
	// one-minute point.
	EipBandwidth int64 `json:"EipBandwidth"`
	// EipPackets is the number of packets.
	EipPackets int64 `json:"EipPackets"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (d *EipMonitorData) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, d) }

// EipMonitorDataList is a list of data points, {"EipMonitorData":[…]} in JSON.
type EipMonitorDataList []EipMonitorData

// MarshalJSON gives the service's form.
func (l EipMonitorDataList) MarshalJSON() ([]byte, error) { return marshalList(l.listKey(), l) }

// UnmarshalJSON reads the service's form and a plain list.
func (l *EipMonitorDataList) UnmarshalJSON(b []byte) error { return unmarshalLenient(b, l) }

func (EipMonitorDataList) listKey() string { return "EipMonitorData" }

// DescribeEipMonitorData reads the traffic of one address over a window of time.
//
// It needs AllocationID, StartTime and EndTime, and changes nothing: a repeat
// is safe. A window with more points than one answer holds is refused with
// OperationDenied.TooManyDataQueried, or by the wording of the 2019 API
// reference answered with less than was asked for.
//
// Documented codes: InvalidInstanceId.NotFound, InvalidAllocationId.NotFound
// (here with status 400), InvalidStartTime.Malformed, InvalidEndTime.Malformed,
// InvalidStartTime.TooEarly, InvalidPeriod.ValueNotSupported,
// OperationDenied.TooManyDataQueried, Forbidden.RegionNotFound.
func (c *Client) DescribeEipMonitorData(ctx context.Context, req *DescribeEipMonitorDataRequest) (*DescribeEipMonitorDataResponse, error) {
	return opDescribeEipMonitorData.call(ctx, c, req)
}
