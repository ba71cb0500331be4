package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDeadlineError(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("call: %w", &DeadlineError{Wait: 1500 * time.Millisecond})
	require.EqualError(t, err, "call: waiting 1.5s would outlive the context's deadline")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NotErrorIs(t, err, context.Canceled)
	var timeout net.Error
	require.ErrorAs(t, err, &timeout)
	assert.True(t, timeout.Timeout())
}

// incomparable cannot be compared with itself.
type incomparable []string

func (incomparable) Error() string { return "incomparable" }

// A cause is found by identity, and what it wraps is not this call's.
func TestContextError(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.Equal(t, context.Canceled, contextError(ctx), "no cause but itself")

	why := &BodyLimitError{Limit: 1}
	caused, stop := context.WithCancelCause(t.Context())
	stop(fmt.Errorf("sibling: %w", why))
	err := contextError(caused)
	require.EqualError(t, err, "context canceled: sibling: the answer is larger than the limit of 1 bytes")
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, why)
	require.NotErrorIs(t, err, &BodyLimitError{Limit: 1})
	var found *BodyLimitError
	assert.False(t, errors.As(err, &found))

	caused, stop = context.WithCancelCause(t.Context())
	stop(incomparable{})
	assert.NotPanics(t, func() { assert.False(t, errors.Is(contextError(caused), error(incomparable{}))) })
}
