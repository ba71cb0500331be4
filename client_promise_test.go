package eip_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// The promise: one call allocates at most one address, whatever the network
// does, and the caller always learns its ID, or the token that settles it.

func tokensAndNonces(srv *eiptest.Server) (tokens, nonces map[string]bool) {
	tokens, nonces = map[string]bool{}, map[string]bool{}
	for _, call := range srv.Calls() {
		if call.Action == "AllocateEipAddress" {
			tokens[call.Token], nonces[call.Nonce] = true, true
		}
	}
	return tokens, nonces
}

func TestOneAddressWhateverHappens(t *testing.T) {
	t.Parallel()
	cases := map[string][]fault.Fault{
		"answer cut off twice":             {fault.CutAfter().Times(2)},
		"cut in the middle of the body":    {fault.CutBody().Times(2)},
		"503 after it ran":                 {fault.ServerError(503).AfterRun().Times(2)},
		"500 after it ran":                 {fault.ServerError(500).AfterRun().Times(2)},
		"HTML 502 after it ran":            {fault.BadGateway().AfterRun().Times(2)},
		"HTML 502 before it ran":           {fault.BadGateway().Times(2)},
		"an attempt time-out after it ran": {fault.Latency(time.Minute).AfterRun().Times(2)},
		"an attempt time-out before":       {fault.Latency(time.Minute).Times(2)},
		"silence":                          {fault.Hang().Times(2)},
		"silence after it ran":             {fault.Hang().AfterRun().Times(2)},
		"cut before it ran":                {fault.CutBefore().Times(2)},
		"cut after, then throttled":        {fault.CutAfter(), fault.ThrottleHint(time.Second)},
		"throttled, then cut after":        {fault.Throttle(), fault.CutAfter()},
		"an empty object after it ran":     {fault.Answer(200, nil, "{}").AfterRun().Times(2)},
		"an answer without the address":    {fault.Answer(200, nil, `{"RequestId":"4C467B38-3910-447D-87BC-AC049166F216"}`).AfterRun().Times(2)},
		"a portal's page after it ran":     {fault.Answer(200, nil, "<html>log in</html>").AfterRun().Times(2)},
		"still in progress":                {fault.CutAfter(), fault.Refuse("LastTokenProcessing")},
		"SystemBusy after it ran":          {fault.Refuse("SystemBusy").AfterRun().Times(2)},
	}
	for name, faults := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := eiptest.NewServer(t, eiptest.WithPipe())
				client := srv.Client(t)
				srv.Fail("AllocateEipAddress", faults...)
				res, err := client.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{Bandwidth: 10})
				require.NoError(t, err)
				require.Len(t, srv.AddressesEverMade(), 1)
				assert.Equal(t, srv.AddressesEverMade()[0].AllocationID, res.AllocationID)
				assert.Equal(t, srv.AddressesEverMade()[0].IPAddress, res.EipAddress)
				assert.Equal(t, 3, res.Attempts)
				tokens, nonces := tokensAndNonces(srv)
				assert.Equal(t, map[string]bool{res.ClientToken: true}, tokens)
				assert.Len(t, nonces, 3)
			})
		})
	}
}

// The first attempt is cut off after it ran, and all later ones are throttled:
// the error says that the outcome is unknown, and the request that Again returns
// gives the address.
func TestUnknownOutcomeIsSettledByItsToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe())
		client := srv.Client(t)
		srv.Fail("AllocateEipAddress", fault.CutAfter(), fault.Throttle().Times(-1))
		req := &eip.AllocateEipAddressRequest{Bandwidth: 10, Name: "gateway"}
		_, err := client.AllocateEipAddress(t.Context(), req)
		require.Error(t, err)
		require.True(t, eip.OutcomeUnknown(err), "%v", err)
		assert.NotErrorIs(t, err, eip.ErrThrottled, "that is not what became of the call")
		var te *eip.TransportError
		require.ErrorAs(t, err, &te)
		require.NotNil(t, te.Last)
		assert.Equal(t, eip.CodeThrottlingUser, te.Last.Code)
		require.NotEmpty(t, te.ClientToken)
		assert.Equal(t, te.ClientToken, eip.ClientTokenOf(err))
		assert.Empty(t, req.ClientToken, "the caller's request is not changed")
		require.Len(t, srv.AddressesEverMade(), 1)

		srv.Calm()
		res, err := client.AllocateEipAddress(t.Context(), eip.Again(req, err))
		require.NoError(t, err)
		assert.Equal(t, srv.AddressesEverMade()[0].AllocationID, res.AllocationID)
		assert.Len(t, srv.AddressesEverMade(), 1)
	})
}

// A caller who gives up while the request is under way is told so.
func TestCancelledUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe())
		client := srv.Client(t)
		srv.Fail("AllocateEipAddress", fault.Latency(time.Second).AfterRun())
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		_, err := client.AllocateEipAddress(ctx, &eip.AllocateEipAddressRequest{})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.True(t, eip.OutcomeUnknown(err))
		require.Len(t, srv.AddressesEverMade(), 1)

		res, err := client.AllocateEipAddress(t.Context(), eip.Again(&eip.AllocateEipAddressRequest{}, err))
		require.NoError(t, err)
		assert.Equal(t, srv.AddressesEverMade()[0].AllocationID, res.AllocationID)
	})
}

// A release that ran, and whose answer was lost, succeeds when the repeat finds
// the address gone.
func TestReleaseAfterALostAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe(), eiptest.WithTransition(0))
		client := srv.Client(t)
		made, err := client.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{})
		require.NoError(t, err)
		srv.Fail("ReleaseEipAddress", fault.CutAfter())
		res, err := client.ReleaseEipAddress(t.Context(), &eip.ReleaseEipAddressRequest{AllocationID: made.AllocationID})
		require.NoError(t, err)
		assert.Equal(t, 2, res.Attempts)
		assert.NotEmpty(t, res.RequestID)
		assert.Empty(t, srv.Addresses())

		_, err = client.ReleaseEipAddress(t.Context(), &eip.ReleaseEipAddressRequest{AllocationID: made.AllocationID})
		require.ErrorIs(t, err, eip.CodeInvalidAllocationIdNotFound)
		assert.ErrorIs(t, err, eip.ErrNotFound)
	})
}
