package eip_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// made counts what an action has made, and gives the ID of the last one.
func made(srv *eiptest.Server, action string) (id string, n int) {
	if action == "AllocateEipSegmentAddress" {
		for _, s := range srv.Segments() {
			id = s.ID
		}
		return id, len(srv.Segments())
	}
	for _, a := range srv.AddressesEverMade() {
		id = a.AllocationID
	}
	return id, len(srv.AddressesEverMade())
}

// An attempt that ran is answered by somebody else, with any status and body.
func TestForeignAnswersAfterItRan(t *testing.T) {
	t.Parallel()
	statuses := append(fault.ForeignStatuses(), 407, 500, 502, 503, 504)
	// asks sends the request, or settles err with it, and gives the new ID.
	type asks func(ctx context.Context, c *eip.Client, err error) (id, token string, attempts int, failed error)
	for action, ask := range map[string]asks{
		"AllocateEipAddress": func(ctx context.Context, c *eip.Client, err error) (string, string, int, error) {
			res, err := c.AllocateEipAddress(ctx, eip.Again(&eip.AllocateEipAddressRequest{Bandwidth: 5}, err))
			if err != nil {
				return "", "", 0, err
			}
			return res.AllocationID, res.ClientToken, res.Attempts, nil
		},
		"AllocateEipSegmentAddress": func(ctx context.Context, c *eip.Client, err error) (string, string, int, error) {
			res, err := c.AllocateEipSegmentAddress(ctx, eip.Again(&eip.AllocateEipSegmentAddressRequest{EipMask: 28}, err))
			if err != nil {
				return "", "", 0, err
			}
			return res.EipSegmentInstanceID, res.ClientToken, res.Attempts, nil
		},
	} {
		for _, status := range statuses {
			for _, body := range fault.ForeignBodies() {
				if body == fault.ForeignRedirect && status/100 != 3 {
					continue
				}
				t.Run(fmt.Sprintf("%s/%d/%s", action, status, body), func(t *testing.T) {
					t.Parallel()
					// The next attempt meets the service itself. A proxy that wants
					// credentials will want them again.
					onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
						srv.Fail(action, fault.Foreign(status, body).AfterRun())
						id, token, attempts, err := ask(t.Context(), c, nil)
						if status == 407 {
							requireOpen(t, err, 1)
							return
						}
						require.NoError(t, err)
						known, n := made(srv, action)
						assert.Equal(t, 1, n)
						assert.Equal(t, known, id)
						assert.Equal(t, 2, attempts)
						assert.Equal(t, 2, srv.Attempts(token))
					})
					// No attempt is left, and three more repeats end so: the outcome is
					// unknown until the token settles it.
					onFake(t, nil, func(t *testing.T, srv *eiptest.Server, _ *eip.Client) {
						c := srv.Client(t, eip.WithMaxAttempts(1), eip.WithThrottlePatience(0))
						srv.Fail(action, fault.Foreign(status, body).AfterRun().Times(4))
						_, _, _, err := ask(t.Context(), c, nil)
						first := requireOpen(t, err, 1)
						for range 3 {
							_, _, _, err = ask(t.Context(), c, err)
							te := requireOpen(t, err, 1)
							assert.Equal(t, first.ClientToken, te.ClientToken)
							assert.Equal(t, first.FirstAttempt, te.FirstAttempt)
						}
						id, token, _, err := ask(t.Context(), c, err)
						require.NoError(t, err)
						known, n := made(srv, action)
						assert.Equal(t, 1, n)
						assert.Equal(t, known, id)
						assert.Equal(t, first.ClientToken, token)
						assert.Equal(t, 5, srv.Attempts(token))
					})
				})
			}
		}
	}
}

// requireOpen checks the error of a call whose outcome is unknown, after an
// answer that is not the service's own.
func requireOpen(t *testing.T, err error, attempts int) *eip.TransportError {
	t.Helper()
	var te *eip.TransportError
	require.ErrorAs(t, err, &te)
	require.True(t, eip.OutcomeUnknown(err), "%v", err)
	require.NotEmpty(t, te.ClientToken)
	require.Equal(t, attempts, te.Attempts)
	require.False(t, te.FirstAttempt.IsZero())
	var foreign *eip.AnswerError
	require.ErrorAs(t, err, &foreign)
	require.Contains(t, foreign.Reason, "it may have run")
	var refused *eip.Error
	require.False(t, errors.As(err, &refused), "%v", err)
	require.False(t, slices.ContainsFunc([]error{eip.ErrPermission, eip.ErrQuota, eip.ErrThrottled, eip.ErrNotFound},
		func(class error) bool { return errors.Is(err, class) }), "%v", err)
	return te
}
