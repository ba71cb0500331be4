package transport

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// DeadlineError says that a wait was not begun, because the context would
// have ended before it.
type DeadlineError struct{ Wait time.Duration }

func (e *DeadlineError) Error() string {
	return fmt.Sprintf("waiting %s would outlive the context's deadline", e.Wait.Round(time.Millisecond))
}

// Is makes it a context.DeadlineExceeded.
func (e *DeadlineError) Is(target error) bool { return target == context.DeadlineExceeded }

// Timeout and Temporary make it a net.Error.
func (e *DeadlineError) Timeout() bool { return true }

// Temporary says no more than Timeout.
func (e *DeadlineError) Temporary() bool { return true }

// BodyLimitError says that an answer was larger than is read.
type BodyLimitError struct{ Limit int64 }

func (e *BodyLimitError) Error() string {
	return fmt.Sprintf("the answer is larger than the limit of %d bytes", e.Limit)
}

// ContextError is the end of a context, with the cause that it was given. The
// cause is shown, and errors.Is finds it by identity; it is not among the
// wrapped errors, because it may be another call's error, with a code and a
// request ID that are not this call's.
type ContextError struct{ err, cause error }

func contextError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if cause == nil || cause == err { //nolint:errorlint // identity is meant
		return err
	}
	return &ContextError{err: err, cause: cause}
}

func (e *ContextError) Error() string { return e.err.Error() + ": " + e.cause.Error() }

// Unwrap gives the context's own error.
func (e *ContextError) Unwrap() error { return e.err }

// Is finds the cause, and what it wraps, by identity.
func (e *ContextError) Is(target error) bool {
	for cause := e.cause; cause != nil; cause = errors.Unwrap(cause) {
		if same(cause, target) {
			return true
		}
	}
	return false
}

// same compares two errors that may not be comparable.
func same(a, b error) (equal bool) {
	defer func() { _ = recover() }()
	return a == b //nolint:errorlint // identity is meant
}
