package zenlayer

import (
	"strconv"
	"strings"
	"unicode/utf8"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/vendor"
)

// validator collects the faults of one request.
type validator struct {
	faults []eip.FieldFault
}

func (v *validator) fault(field, value, rule string) {
	v.faults = append(v.faults, eip.FieldFault{Field: field, Value: value, Rule: rule})
}

// err gives all faults as one error, or nil.
func (v *validator) err(action string) error {
	if len(v.faults) == 0 {
		return nil
	}
	return vendor.Of(zenlayer, &eip.ValidationError{Action: action, Faults: v.faults})
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

// ids wants 1 to 100 IDs, none empty.
func (v *validator) ids(field string, ids []string) {
	if len(ids) == 0 {
		v.fault(field, "0 elements", "must have 1 to 100 elements")
	}
	v.optionalIDs(field, ids)
}

func (v *validator) optionalIDs(field string, ids []string) {
	if len(ids) > maxIDsPerCall {
		v.fault(field, strconv.Itoa(len(ids))+" elements", "must have at most 100 elements")
	}
	v.noneEmpty(field, ids)
}

func (v *validator) noneEmpty(field string, ids []string) {
	for i, id := range ids {
		if strings.TrimSpace(id) == "" {
			v.fault(field+"["+strconv.Itoa(i)+"]", shorten(id), "must not be empty")
		}
	}
}

// amount wants 1 to 100; 0 leaves it to the service, which takes 1.
func (v *validator) amount(n int) {
	if n < 0 || n > maxIDsPerCall {
		v.fault("Amount", strconv.Itoa(n), "must be 1 to 100, or 0 for the default of 1")
	}
}

// charge wants a charge type, and a period with a subscription.
func (v *validator) charge(t ChargeType, prepaid *ChargePrepaid) {
	v.required("EipChargeType", string(t))
	switch {
	case prepaid != nil && prepaid.Period < 1:
		v.fault("EipChargePrepaid.Period", strconv.Itoa(prepaid.Period), "must be at least 1 month")
	case prepaid == nil && t == ChargeTypePrepaid:
		v.fault("EipChargePrepaid", "", "is required when EipChargeType is PREPAID")
	}
}

func (v *validator) notNegative(field string, n int) {
	if n < 0 {
		v.fault(field, strconv.Itoa(n), "must not be negative")
	}
}

func (v *validator) tag(field, key, value string) {
	for _, part := range []struct{ name, text string }{{"key", key}, {"value", value}} {
		if n := utf8.RuneCountInString(part.text); n < 1 || n > maxTagLength {
			v.fault(field, shorten(part.text), "must have a "+part.name+" of 1 to 128 characters")
		}
	}
}

// shorten quotes a value for a message and cuts what is too long to read.
func shorten(s string) string {
	const most = 40
	if len(s) <= most {
		return strconv.Quote(s)
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return strconv.Quote(s[:cut]) + "… (" + strconv.Itoa(len(s)) + " bytes)"
}
