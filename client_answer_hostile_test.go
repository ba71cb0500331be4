package eip

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/wiretest"
)

// hostileUnits are those that begin as answers of this API do.
var hostileUnits = []wiretest.Hostile{
	{Name: "empty objects", Begin: `{"RequestId":"r","EipAddresses":[`, Unit: "{},", End: "{}]}"},
	{Name: "numbers", Begin: `{"RequestId":"r","EipAddresses":[`, Unit: "1,", End: "1]}"},
	{Name: "strings", Begin: `{"RequestId":"r","EipAddresses":[`, Unit: `"",`, End: `""]}`},
	{Name: "addresses", Begin: `{"RequestId":"r","EipAddresses":[`, Unit: `{"AllocationId":"eip-a"},`, End: `{"AllocationId":"eip-a"}]}`},
	{Name: "tags", Begin: `{"RequestId":"r","EipAddresses":[{"AllocationId":"eip-a","Tags":[`, Unit: `{"Key":"a"},`, End: `{"Key":"a"}]}]}`},
	{Name: "a message", Begin: `{"RequestId":"r","Code":"QuotaExceeded.Eip","Message":"`, Unit: "a\\n", End: `"}`},
	{Name: "an escaped message", Begin: `{"RequestId":"r","Code":"QuotaExceeded.Eip","Message":"`, Unit: `\u001b`, End: `"}`},
	{Name: "an object for a message", Begin: `{"RequestId":"r","Code":"QuotaExceeded.Eip","Message":{`, Unit: `"%010d":"a",`, End: `"a":1}}`, Numbered: true},
	{Name: "GBK", Begin: `{"RequestId":"r","Code":"QuotaExceeded.Eip","Message":"`, Unit: "\xb3\xac", End: `"}`},
	{Name: "GBK and ASCII", Begin: `{"RequestId":"r","Code":"QuotaExceeded.Eip","Message":"`, Unit: "\xb3a", End: `"}`},
	{Name: "a request ID", Begin: `{"Code":"QuotaExceeded.Eip","RequestId":"`, Unit: "r", End: `"}`},
	{Name: "a code", Begin: `{"RequestId":"r","Code":"`, Unit: "Q", End: `"}`},
	{Name: "half a secret", Begin: `{"RequestId":"r","Code":"QuotaExceeded.Eip","Message":"`, Unit: "testsecre", End: `"}`},
	{Name: "an ID", Begin: `{"RequestId":"r","AllocationId":"`, Unit: "a", End: `"}`},
	{Name: "an ID that is not UTF-8", Begin: `{"RequestId":"r","AllocationId":"`, Unit: "\xffa", End: `"}`},
}

// Megabytes of anything cost no more than four times as much memory, and end in
// an error of one short line: ten of them with EIP_LONG=1. It is not parallel,
// because it measures memory.
func TestHostileBodies(t *testing.T) {
	for _, h := range append(wiretest.HostileUnits(), hostileUnits...) {
		t.Run(h.Name, func(t *testing.T) {
			body := h.Body(wiretest.HostileSize())
			for _, status := range []int{200, 302, 403, 500} {
				c, err := NewClient("cn-hangzhou", WithMaxAttempts(1), WithThrottlePatience(0), WithMaxResponseBytes(10<<20),
					WithHTTPClient(&http.Client{Transport: &wiretest.Bodies{Status: status, Body: body, Length: status == 403}}),
					WithCredentials(StaticCredentials("testid", "testsecret")))
				require.NoError(t, err)
				wiretest.RequireBounded(t, len(body), func() error {
					_, err := c.DescribeEipAddresses(t.Context(), nil)
					return err
				})
				wiretest.RequireBounded(t, len(body), func() error {
					_, err := c.AllocateEipAddress(t.Context(), nil)
					return err
				})
				require.False(t, t.Failed(), "status %d", status)
			}
		})
	}
}

// A context that ends while an answer is read ends the call.
func TestHostileBodyWithoutEnd(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("gone")
	c, err := NewClient("cn-hangzhou", WithMaxResponseBytes(1<<40), WithCredentials(StaticCredentials("testid", "testsecret")),
		WithHTTPClient(&http.Client{Transport: wiretest.EndlessBody{Reached: func() { cancel(gone) }}}))
	require.NoError(t, err)
	_, err = c.DescribeEipAddresses(ctx, nil)
	require.ErrorIs(t, err, gone)
	wiretest.RequireShort(t, err)
}
