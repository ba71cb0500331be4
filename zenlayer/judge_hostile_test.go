package zenlayer

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/wiretest"
)

// hostileUnits are those that begin as answers of this API do.
var hostileUnits = []wiretest.Hostile{
	{Name: "empty objects", Begin: `{"requestId":"r","response":{"requestId":"r","dataSet":[`, Unit: "{},", End: "{}]}}"},
	{Name: "numbers", Begin: `{"requestId":"r","response":{"requestId":"r","dataSet":[`, Unit: "1,", End: "1]}}"},
	{Name: "strings", Begin: `{"requestId":"r","response":{"requestId":"r","dataSet":[`, Unit: `"",`, End: `""]}}`},
	{Name: "addresses", Begin: `{"requestId":"r","response":{"requestId":"r","dataSet":[`, Unit: `{"eipId":"a"},`, End: `{"eipId":"a"}]}}`},
	{Name: "tags", Begin: `{"requestId":"r","response":{"requestId":"r","dataSet":[{"eipId":"a","tags":{"tags":[`, Unit: `{"key":"a"},`, End: `{"key":"a"}]}}]}}`},
	{Name: "IDs", Begin: `{"requestId":"r","response":{"requestId":"r","eipIdSet":[`, Unit: `"a",`, End: `0]}}`},
	{Name: "a message", Begin: `{"requestId":"r","code":"INVALID_PARAMETER","message":"`, Unit: "a\\n", End: `"}`},
	{Name: "a request ID", Begin: `{"code":"INVALID_PARAMETER","requestId":"`, Unit: "r", End: `"}`},
	{Name: "a code", Begin: `{"requestId":"r","code":"`, Unit: "Q", End: `"}`},
	{Name: "half a secret", Begin: `{"requestId":"r","code":"INVALID_PARAMETER","message":"`, Unit: "testsecre", End: `"}`},
}

// Megabytes of anything cost no more than four times as much memory, and end in
// an error of one short line: ten of them with EIP_LONG=1. It is not parallel,
// because it measures memory.
func TestHostileBodies(t *testing.T) {
	for _, h := range append(wiretest.HostileUnits(), hostileUnits...) {
		t.Run(h.Name, func(t *testing.T) {
			body := h.Body(wiretest.HostileSize())
			for _, status := range []int{200, 302, 403, 500} {
				c, err := NewClient(WithMaxAttempts(1), WithThrottlePatience(0), WithMaxResponseBytes(10<<20),
					WithHTTPClient(&http.Client{Transport: &wiretest.Bodies{Status: status, Body: body, Length: status == 403}}),
					WithCredentials(eip.StaticCredentials("testid", testPassword)))
				require.NoError(t, err)
				wiretest.RequireBounded(t, len(body), func() error {
					_, err := c.DescribeEipAddresses(t.Context(), &DescribeEipAddressesRequest{})
					return err
				})
				wiretest.RequireBounded(t, len(body), func() error {
					_, err := c.Do(t.Context(), RawRequest{Action: actionAllocate, Params: map[string]any{}}, nil)
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
	c, err := NewClient(WithMaxResponseBytes(1<<40), WithCredentials(eip.StaticCredentials("testid", testPassword)),
		WithHTTPClient(&http.Client{Transport: wiretest.EndlessBody{Reached: func() { cancel(gone) }}}))
	require.NoError(t, err)
	_, err = c.DescribeEipAddresses(ctx, &DescribeEipAddressesRequest{})
	require.ErrorIs(t, err, gone)
	wiretest.RequireShort(t, err)
}
