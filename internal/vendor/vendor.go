// Package vendor lets the packages of other vendors return the error types of
// the root package, and share what makes them. The root package cannot export
// that without showing it to users, so it sets the functions here when it is
// initialized; log/internal does the same for log and log/slog.
package vendor

import (
	"context"

	"github.com/eipkit/eip-go/internal/transport"
)

// Vendor is what the error types have to know of another vendor.
type Vendor struct {
	// Name is the package's name, with which the texts of its errors begin.
	Name string
	// Class returns the class of a code, one of the root package's.
	Class func(code string, httpStatus int) error
	// Hint returns a line that says what to do about a code, or "".
	Hint func(code string) string
}

// Set by the root package.
var (
	// Mark makes an error that of a vendor. It is an *eip.Error, an
	// *eip.TransportError or an *eip.ValidationError that nobody else has yet.
	Mark func(v *Vendor, err error)
	// Failure makes the error of a call that failed.
	Failure func(v *Vendor, action, token string, res *transport.Result) error
	// Foreign judges an answer that is not the service's own. reason says why.
	Foreign func(a *transport.Answer, requestID, reason string, write bool) transport.Judgement
	// Observer makes a func(context.Context, eip.Attempt) one for the loop; nil
	// for a nil function.
	Observer func(hook any) func(context.Context, *transport.Attempt)
)

// Of is Mark for the place where the error is made.
func Of[E error](v *Vendor, err E) E {
	Mark(v, err)
	return err
}
