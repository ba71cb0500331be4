package zenlayer

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/wiretest"
)

// The root package's types have this vendor's prefix, classes, hints and codes.
func TestErrorIsTheRoots(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, spelled := range []string{"INVALID_EIP_NOT_FOUND", "Invalid.Eip.Not.Found"} {
			c := wireClient(t, wiretest.New(refuse(404, spelled)))
			_, err := c.RenewEipAddress(t.Context(), &RenewEipAddressRequest{EipID: "e"})
			var e *eip.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, spelled, string(e.Code))
			assert.Equal(t, eip.ErrNotFound, e.Class())
			assert.Equal(t, CodeInvalidEipNotFound.Hint(), e.Hint())
			for _, target := range []error{
				CodeInvalidEipNotFound, Code("Invalid.Eip.Not.Found"), eip.Code(spelled), eip.ErrNotFound,
			} {
				assert.ErrorIs(t, err, target)
			}
			for _, target := range []error{
				CodeInvalidZoneNotFound, Code(""), eip.Code(""), eip.CodeInvalidAllocationIdNotFound, eip.ErrInvalidParameter,
				eip.FamilyThrottling, &eip.Error{Code: eip.Code(spelled)},
			} {
				assert.NotErrorIs(t, err, target)
			}
			text := fmt.Sprintf("zenlayer: RenewEipAddress: %s: a message (HTTP 404, request %s); %s", spelled, testRequest, CodeInvalidEipNotFound.Hint())
			assert.Equal(t, text, fmt.Sprintf("%v", err))
			assert.Equal(t, text, fmt.Sprintf("%+v", err))
			b, jsonErr := json.Marshal(err)
			require.NoError(t, jsonErr)
			var fields map[string]any
			require.NoError(t, json.Unmarshal(b, &fields))
			assert.Equal(t, spelled, fields["Code"])
			assert.Equal(t, testRequest, fields["RequestID"])
		}
	})
	// What a test with a mock of its own returns has no vendor, but its code.
	mocked := &eip.Error{Code: eip.Code(CodeInvalidEipNotFound)}
	require.ErrorIs(t, mocked, Code("Invalid.Eip.Not.Found"))
	require.NotErrorIs(t, mocked, CodeInvalidZoneNotFound)
	require.NotErrorIs(t, mocked, &eip.Error{Code: mocked.Code})
}

func TestTransportErrorIsTheRoots(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now().UTC().Round(0)
		c := wireClient(t, wiretest.New(refuse(500, "INTERNAL_SERVER_ERROR")))
		_, err := c.AllocateEipAddresses(t.Context(), allocation)
		var failed *eip.TransportError
		require.ErrorAs(t, err, &failed)
		assert.True(t, failed.OutcomeUnknown())
		assert.True(t, eip.OutcomeUnknown(err))
		assert.Equal(t, begun, failed.FirstAttempt)
		assert.Equal(t, "INTERNAL_SERVER_ERROR", string(failed.Last.Code))
		assert.NotErrorIs(t, err, eip.ErrInternal, "it does not say what became of the call")
		assert.NotErrorIs(t, err, CodeInternalServerError)
		assert.Equal(t, fmt.Sprintf("zenlayer: AllocateEipAddresses: outcome unknown: no answer tells whether it ran; "+
			"last answer: INTERNAL_SERVER_ERROR: a message (HTTP 500, request %s); look at the state before sending it again", testRequest), err.Error())
		b, jsonErr := json.Marshal(err)
		require.NoError(t, jsonErr)
		assert.Contains(t, string(b), `"OutcomeUnknown":true`)
		assert.NotContains(t, string(b), "ClientToken\":\"e", "there is none")
	})
	c := wireClient(t, wiretest.New())
	_, err := c.RenewEipAddress(t.Context(), &RenewEipAddressRequest{})
	var invalid *eip.ValidationError
	require.ErrorAs(t, err, &invalid)
	assert.EqualError(t, err, "zenlayer: RenewEipAddress: invalid request, nothing was sent: EipID: is required")
	assert.False(t, errors.Is(err, CodeMissingParameter))
}
