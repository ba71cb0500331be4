package eip

import (
	"context"
	"net/url"
)

// SetHighDefinitionMonitorLogStatusRequest turns the monitoring of an address by
// the second on or off. All fields are from the SDK metadata.
type SetHighDefinitionMonitorLogStatusRequest struct {
	// RegionID is the region of the address. Required by the service; empty means
	// the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// InstanceID is the ID of the address, "eip-…", and not of what it is bound
	// to. Required.
	InstanceID string `url:"InstanceId,omitempty" check:"required"`
	// InstanceType is the type of the resource. EIP is the only value.
	InstanceType ResourceType `url:"InstanceType,omitempty"`
	// LogProject is the project of the log service that gets the data. Required,
	// for OFF as well.
	LogProject string `url:"LogProject,omitempty" check:"required"`
	// LogStore is the log store within LogProject. Required, for OFF as well.
	LogStore string `url:"LogStore,omitempty" check:"required"`
	// Status is what is asked for: ON or OFF. Required.
	Status HDMonitorStatus `url:"Status,omitempty" check:"required"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

// SetHighDefinitionMonitorLogStatusResponse says whether the status is set.
type SetHighDefinitionMonitorLogStatusResponse struct {
	ResponseMeta
	// Success says that the status is set. It is a string on the wire; an answer
	// in which it is false is an error of the call.
	Success bool `json:"Success,string,omitempty"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *SetHighDefinitionMonitorLogStatusResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// SetHighDefinitionMonitorLogStatus turns the monitoring of an address by the
// second on or off. EipAddress.HDMonitorStatus tells whether it is on.
//
// It needs InstanceID, LogProject, LogStore and Status. The action takes no
// ClientToken; a repeat is safe, since it sets the same status again. Concurrent
// calls for one address are not supported by the service. No document lists
// error codes for it beyond the common ones.
func (c *Client) SetHighDefinitionMonitorLogStatus(ctx context.Context, req *SetHighDefinitionMonitorLogStatusRequest) (*SetHighDefinitionMonitorLogStatusResponse, error) {
	return opSetHighDefinitionMonitorLogStatus.call(ctx, c, req)
}

// DescribeHighDefinitionMonitorLogAttributeRequest asks where the data of an
// address's monitoring by the second go. All fields are from the SDK metadata.
type DescribeHighDefinitionMonitorLogAttributeRequest struct {
	// RegionID is the region of the address. Required by the service; empty means
	// the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// InstanceID is the ID of the address, "eip-…", and not of what it is bound
	// to. Required.
	InstanceID string `url:"InstanceId,omitempty" check:"required"`
	// InstanceType is the type of the resource. EIP is the only value.
	InstanceType ResourceType `url:"InstanceType,omitempty"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

// DescribeHighDefinitionMonitorLogAttributeResponse tells where the data go.
type DescribeHighDefinitionMonitorLogAttributeResponse struct {
	ResponseMeta
	// InstanceID is the ID of the address.
	InstanceID string `json:"InstanceId,omitempty"`
	// InstanceType is the type of the resource, EIP.
	InstanceType ResourceType `json:"InstanceType,omitempty"`
	// LogProject is the project of the log service that gets the data.
	LogProject string `json:"LogProject,omitempty"`
	// LogStore is the log store within LogProject.
	LogStore string `json:"LogStore,omitempty"`
	// Success says that the call succeeded. It is a string on the wire; an answer
	// in which it is false is an error of the call.
	Success bool `json:"Success,string,omitempty"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *DescribeHighDefinitionMonitorLogAttributeResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// DescribeHighDefinitionMonitorLogAttribute reads where the data of an address's
// monitoring by the second go.
//
// It needs InstanceID. It changes nothing: a repeat is safe. No document lists
// error codes for it beyond the common ones.
func (c *Client) DescribeHighDefinitionMonitorLogAttribute(ctx context.Context, req *DescribeHighDefinitionMonitorLogAttributeRequest) (*DescribeHighDefinitionMonitorLogAttributeResponse, error) {
	return opDescribeHighDefinitionMonitorLogAttribute.call(ctx, c, req)
}
