package eip

import (
	"context"
	"net/url"
)

// GetPublicIpAddressPoolServiceStatusRequest asks whether the account may have
// pools of public addresses. All fields are from the SDK metadata.
type GetPublicIpAddressPoolServiceStatusRequest struct {
	// RegionID is the region. Required by the service; empty means the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// ClientToken is accepted by the service although the action only reads: 1
	// to 64 ASCII characters. It is not filled in when empty.
	ClientToken string `url:"ClientToken,omitempty" check:"token"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`
}

// GetPublicIpAddressPoolServiceStatusResponse says whether the service is
// opened.
type GetPublicIpAddressPoolServiceStatusResponse struct {
	ResponseMeta
	// Enabled says whether the service is opened for the account.
	Enabled bool `json:"Enabled"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *GetPublicIpAddressPoolServiceStatusResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// GetPublicIpAddressPoolServiceStatus reads whether the service of the pools of
// public addresses is opened.
//
// It needs nothing and changes nothing: a repeat is safe. No document lists
// error codes for it beyond the common ones.
func (c *Client) GetPublicIpAddressPoolServiceStatus(ctx context.Context, req *GetPublicIpAddressPoolServiceStatusRequest) (*GetPublicIpAddressPoolServiceStatusResponse, error) {
	return opGetPublicIpAddressPoolServiceStatus.call(ctx, c, req)
}

// OpenPublicIpAddressPoolServiceRequest opens the service of the pools. All
// fields are from the SDK metadata.
type OpenPublicIpAddressPoolServiceRequest struct {
	// RegionID is the region. Required by the service; empty means the client's.
	RegionID string `url:"RegionId,omitempty" check:"defaulted"`
	// ClientToken makes repeats of the call one call: 1 to 64 ASCII characters,
	// unique among requests. Default: made for the call.
	ClientToken string `url:"ClientToken,omitempty" check:"token"`
	// Extra holds parameters newer than this library, by their wire names.
	Extra url.Values `url:"-"`

	settling `url:"-"`
}

// OpenPublicIpAddressPoolServiceResponse says that the service is opened. A
// success has a code of its own.
type OpenPublicIpAddressPoolServiceResponse struct {
	ResponseMeta
	// Code is the service's own, such as "200".
	Code string `json:"Code,omitempty"`
	// Message is the service's text.
	Message string `json:"Message,omitempty"`
}

// UnmarshalJSON reads the service's JSON as leniently as the client does.
func (r *OpenPublicIpAddressPoolServiceResponse) UnmarshalJSON(b []byte) error {
	return unmarshalLenient(b, r)
}

// OpenPublicIpAddressPoolService opens the service of the pools of public
// addresses for the account.
//
// It needs nothing but a region. A repeat with the same ClientToken is safe;
// concurrent calls are not supported by the service. No document lists error
// codes for it beyond the common ones.
func (c *Client) OpenPublicIpAddressPoolService(ctx context.Context, req *OpenPublicIpAddressPoolServiceRequest) (*OpenPublicIpAddressPoolServiceResponse, error) {
	return opOpenPublicIpAddressPoolService.call(ctx, c, req)
}
