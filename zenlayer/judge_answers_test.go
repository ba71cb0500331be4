package zenlayer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/wiretest"
)

var allocation = &AllocateEipAddressesRequest{ZoneID: "z", EipChargeType: ChargeTypePostpaid, Amount: 2}

// TestSuccessIsScrubbed: a success that quotes a secret as its request ID shows
// it to nobody.
func TestSuccessIsScrubbed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		seen := ""
		c := wireClient(t, wiretest.New(wiretest.Answer(200, `{"requestId":"id `+testPassword+`","response":{"eipIdSet":["a","b"]}}`)),
			WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))),
			WithAttemptHook(func(_ context.Context, a eip.Attempt) { seen += a.RequestID }))
		res, err := c.AllocateEipAddresses(t.Context(), allocation)
		require.NoError(t, err)
		assert.Equal(t, "id REDACTED", res.RequestID)
		assert.Equal(t, "id REDACTED", seen)
		assert.NotContains(t, log.String(), testPassword)
	})
}

// TestCodeBesideAnAnswer: a code does not make a complete answer an error, and
// an answer does not make an error a success.
func TestCodeBesideAnAnswer(t *testing.T) {
	t.Parallel()
	const ids = `"eipIdSet":["a","b"]`
	for name, tt := range map[string]struct {
		status  int
		body    string
		is      error // nil: a success
		unknown bool
	}{
		"SUCCESS":             {200, `{"requestId":"r","code":"SUCCESS","message":"ok","response":{` + ids + `}}`, nil, false},
		"of an error, though": {200, `{"requestId":"r","code":"INVALID_ZONE_NOT_FOUND","response":{` + ids + `}}`, nil, false},
		"inside":              {200, `{"requestId":"r","response":{"code":"OK",` + ids + `}}`, nil, false},
		"empty response":      {200, `{"requestId":"r","code":"INVALID_ZONE_NOT_FOUND","response":{}}`, CodeInvalidZoneNotFound, false},
		"no IDs":              {200, `{"requestId":"r","code":"INVALID_ZONE_NOT_FOUND","response":{"eipIdSet":[]}}`, CodeInvalidZoneNotFound, false},
		"null":                {200, `{"requestId":"r","code":"INVALID_ZONE_NOT_FOUND","response":null}`, CodeInvalidZoneNotFound, false},
		"enveloped":           {200, `{"response":{"requestId":"r","code":"INVALID_ZONE_NOT_FOUND","message":"m"}}`, CodeInvalidZoneNotFound, false},
		"inside, no IDs":      {200, `{"response":{"code":"OK","state":"queued"}}`, nil, true},
		"error status":        {404, `{"requestId":"r","code":"INVALID_ZONE_NOT_FOUND","response":{` + ids + `}}`, CodeInvalidZoneNotFound, false},
		"error status, inner": {404, `{"response":{"requestId":"r","code":"INVALID_ZONE_NOT_FOUND","more":1}}`, CodeInvalidZoneNotFound, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				res, err := wireClient(t, wiretest.New(wiretest.Answer(tt.status, tt.body))).AllocateEipAddresses(t.Context(), allocation)
				assert.Equal(t, tt.unknown, eip.OutcomeUnknown(err), "%v", err)
				switch {
				case tt.is != nil:
					assert.ErrorIs(t, err, tt.is)
				case !tt.unknown:
					require.NoError(t, err)
					assert.Equal(t, []string{"a", "b"}, res.EipIDSet)
				}
			})
		})
	}
	t.Run("nothing to be complete about", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := wireClient(t, wiretest.New(wiretest.Answer(200, `{"requestId":"r","code":"INVALID_EIP_NOT_FOUND","response":{"eipId":"e"}}`)))
			_, err := c.TerminateEipAddress(t.Context(), &TerminateEipAddressRequest{EipID: "e"})
			assert.ErrorIs(t, err, CodeInvalidEipNotFound)
			_, err = c.Do(t.Context(), RawRequest{Action: "DescribeZones"}, nil)
			assert.ErrorIs(t, err, CodeInvalidEipNotFound)
		})
	})
	t.Run("raw", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			var out struct{ Code, Name string }
			c := wireClient(t, wiretest.New(wiretest.Answer(200, `{"response":{"requestId":"r","code":"SEL","name":"x"}}`)))
			_, err := c.Do(t.Context(), RawRequest{Action: "DescribeZones"}, &out)
			require.NoError(t, err)
			assert.Equal(t, "SEL", out.Code)
		})
	})
}

// TestIDsOfAnAnswer: empty IDs are none.
func TestIDsOfAnAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		res, err := wireClient(t, wiretest.New(wiretest.Answer(200, success(`"eipIdSet":["a",""," ","b","a"]`)))).AllocateEipAddresses(t.Context(), allocation)
		require.NoError(t, err)
		assert.Equal(t, []string{"a", "b"}, res.EipIDSet)
		_, err = wireClient(t, wiretest.New(wiretest.Answer(200, success(`"eipIdSet":[""," "]`)))).AllocateEipAddresses(t.Context(), allocation)
		assert.True(t, eip.OutcomeUnknown(err), err)
	})
}

// TestErrorsAreTheirOwn: what a hook keeps of an attempt is not changed by what
// the call, or another that was held back by it, adds later.
func TestErrorsAreTheirOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var kept []*eip.Error
		c := wireClient(t, wiretest.New(refuse(429, "REQUEST_LIMIT_EXCEEDED", "Retry-After: 600")),
			WithAttemptHook(func(_ context.Context, a eip.Attempt) { kept = append(kept, asError(a.Err)) }))
		_, err := c.DescribeEipAddresses(t.Context(), nil)
		var first *eip.Error
		require.ErrorAs(t, err, &first)
		require.Len(t, kept, 1)
		assert.NotSame(t, kept[0], first)
		assert.Zero(t, kept[0].Attempts)
		assert.Equal(t, 1, first.Attempts)

		// The next call is not sent, and quotes the answer as it was.
		_, err = c.DescribeEipAddresses(t.Context(), nil)
		var held *eip.TransportError
		require.ErrorAs(t, err, &held)
		assert.False(t, held.Sent)
		require.ErrorIs(t, err, eip.ErrThrottled)
		assert.Zero(t, kept[0].Attempts)
		assert.Equal(t, 1, first.Attempts)
		assert.Empty(t, eip.RequestID(err), "the answer was another call's")
	})
}

// TestAnswerWithoutACode stays reachable when the context ends, and matches no
// class if the outcome is unknown.
func TestAnswerWithoutACode(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const page = "<html>busy</html>"
		_, err := wireClient(t, wiretest.New(wiretest.Answer(502, page))).AllocateEipAddresses(t.Context(), allocation)
		var answer *eip.AnswerError
		require.ErrorAs(t, err, &answer)
		assert.Equal(t, 502, answer.HTTPStatus)
		assert.True(t, eip.OutcomeUnknown(err))
		assert.NotErrorIs(t, err, eip.ErrInternal)
		assert.Contains(t, err.Error(), "busy")

		_, err = wireClient(t, wiretest.New(wiretest.Answer(502, page)), WithMaxAttempts(1)).DescribeEipAddresses(t.Context(), nil)
		assert.ErrorIs(t, err, eip.ErrInternal)

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = wireClient(t, wiretest.New(wiretest.Answer(429, page, "Retry-After: 30"))).DescribeEipAddresses(ctx, nil)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorIs(t, err, eip.ErrThrottled)
		require.ErrorAs(t, err, &answer)
		assert.Equal(t, 429, answer.HTTPStatus)
	})
}

func TestTagFaultsAreInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		req := *allocation
		req.Tags = Tags{}
		for i := range 20 {
			req.Tags[fmt.Sprintf("%02d", i)] = ""
			req.Tags[strings.Repeat(string(rune('a'+i)), 129)] = "v"
		}
		c := wireClient(t, wiretest.New(ok()))
		_, first := c.AllocateEipAddresses(t.Context(), &req)
		require.Error(t, first)
		for range 10 {
			_, err := c.AllocateEipAddresses(t.Context(), &req)
			assert.EqualError(t, err, first.Error())
		}
	})
}

// TestAllocateManyErrorHoldsTheMark: what a crashed program wrote down is enough
// for Reconcile.
func TestAllocateManyErrorHoldsTheMark(t *testing.T) {
	t.Parallel()
	unknown := *allocation
	unknown.Mark, unknown.Extra = "the-mark", map[string]any{"newer": 1}
	err := &AllocateManyError{Want: 2, Unknown: &unknown, Err: context.Canceled}
	text, jsonErr := json.Marshal(err)
	require.NoError(t, jsonErr)
	assert.JSONEq(t, `{"EipIDs":null,"Want":2,"Err":"context canceled","Unknown":{"zoneId":"z","eipChargeType":"POSTPAID",
		"amount":2,"mark":"the-mark","extra":{"newer":1}}}`, string(text))
	assert.Contains(t, err.Error(), "2 more may, tagged eip-go-mark=the-mark")
}
