package eip

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/eipkit/eip-go/internal/vendor"
)

// Limits that the documents state. Those that concern one field stand in its
// check tag. Bandwidths, prices, quotas and the largest page vary by account or
// by document and are left to the service.
const (
	maxClientTokenLength = 64 // the 2017 AllocateEipAddress page and the 2019 API reference
	maxListedAddresses   = 50 // AllocationId and EipAddress of DescribeEipAddresses, from the SDK metadata
	maxTags              = 20 // from the SDK metadata
)

// FieldFault is one fault of a request: the field (its Go name), the value it
// had, and the rule that it broke. The value is quoted and cut if it is long;
// no request has a field that holds a secret.
type FieldFault struct {
	Field string
	Value string
	Rule  string
}

// String gives the fault as one clause.
func (f FieldFault) String() string {
	if f.Value == "" {
		return f.Field + ": " + f.Rule
	}
	return f.Field + " (" + f.Value + "): " + f.Rule
}

// ValidationError tells everything that is wrong with a request that was
// therefore not sent. It matches ErrInvalidParameter, unless it is the cause of
// a [TransportError] whose outcome is unknown (see [Again]).
type ValidationError struct {
	Action string
	Faults []FieldFault

	muted  bool // it matches no class
	vendor *vendor.Vendor
}

// Error lists all faults.
func (e *ValidationError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s: invalid request, nothing was sent: ", prefix(e.vendor), e.Action)
	for i, f := range e.Faults {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(f.String())
	}
	return b.String()
}

// Is reports that target is ErrInvalidParameter.
func (e *ValidationError) Is(target error) bool { return !e.muted && target == ErrInvalidParameter }

// validator collects the faults of one request.
type validator struct {
	faults []FieldFault
}

// validateRequest gives all faults of a request as one *ValidationError, or nil:
// those of its fields in their order, then those of several fields together.
func validateRequest(action string, req any) error {
	var v validator
	v.request(req)
	if len(v.faults) == 0 {
		return nil
	}
	return &ValidationError{Action: action, Faults: v.faults}
}

func (v *validator) request(req any) {
	v.fields(req)
	if r, ok := req.(interface{ validate(*validator) }); ok {
		r.validate(v)
	}
}

func (v *validator) fault(field, value, rule string) {
	v.faults = append(v.faults, FieldFault{Field: field, Value: value, Rule: rule})
}

// required wants a value that is more than blanks.
func (v *validator) required(field, value string) {
	if strings.TrimSpace(value) == "" {
		shown := ""
		if value != "" {
			shown = shorten(value)
		}
		v.fault(field, shown, "is required")
	}
}

func (v *validator) notNegative(field string, n int) {
	if n < 0 {
		v.fault(field, strconv.Itoa(n), "must not be negative")
	}
}

// clientToken wants what can stand in a token. The documents say ASCII; control
// characters are refused with the rest, since no token survives them.
func (v *validator) clientToken(token string) {
	if len(token) > maxClientTokenLength {
		v.fault("ClientToken", shorten(token), "must have 1 to 64 ASCII characters")
		return
	}
	for i := 0; i < len(token); i++ {
		if token[i] < 0x20 || token[i] > 0x7e {
			v.fault("ClientToken", shorten(token), "must have printable ASCII characters only")
			return
		}
	}
}

func (v *validator) tags(tags Tags) {
	if len(tags) > 0 {
		k := check{field: "Tags", most: maxTags, filled: true}
		k.elements(v, reflect.ValueOf(tags))
	}
}

// exclusive wants at most one of IPAddress and InstanceID.
func (v *validator) exclusive(ipAddress, instanceID string) {
	if ipAddress != "" && instanceID != "" {
		v.fault("IPAddress", shorten(ipAddress), "excludes InstanceID (here "+shorten(instanceID)+"): give one of the two, or neither")
	}
}

// subscription wants what must accompany InstanceChargeType PrePaid. What has
// a documented default (PricingCycle: Month) may be left out.
func (v *validator) subscription(charge InstanceChargeType, metering InternetChargeType, period int) {
	if charge != InstanceChargeTypePrePaid {
		return
	}
	if period == 0 {
		v.fault("Period", "0", "must be at least 1 when InstanceChargeType is PrePaid")
	}
	if metering == InternetChargeTypePayByTraffic {
		v.fault("InternetChargeType", shorten(string(metering)), "must be PayByBandwidth (or empty) when InstanceChargeType is PrePaid")
	}
}

// writable wants a time that the documented layouts can express. The zero time
// stands for "not given" and passes.
func (v *validator) writable(field string, t time.Time) bool {
	if canWrite(t) {
		return true
	}
	v.fault(field, "year "+strconv.Itoa(t.UTC().Year()), "must lie in the years 1 to 9999")
	return false
}

func canWrite(t time.Time) bool {
	y := t.UTC().Year()
	return t.IsZero() || y >= 1 && y <= 9999
}

// bothGiven reports whether two times are there and can be compared.
func bothGiven(a, b time.Time) bool {
	return !a.IsZero() && !b.IsZero() && canWrite(a) && canWrite(b)
}

// shorten quotes a value for a message and cuts what is too long to read.
func shorten(s string) string {
	const most = 40
	if len(s) <= most {
		return strconv.Quote(s)
	}
	cut := most
	for cut > 0 && s[cut]&0xc0 == 0x80 { // not inside a character
		cut--
	}
	return strconv.Quote(s[:cut]) + "… (" + strconv.Itoa(len(s)) + " bytes)"
}

// needContext refuses a nil context, as the actions do.
func needContext(ctx context.Context, op string) error {
	if ctx == nil {
		return fmt.Errorf("eip: %s: the context is nil", op)
	}
	return nil
}
