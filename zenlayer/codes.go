package zenlayer

import (
	"net/http"
	"strconv"
	"strings"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/transport"
)

//go:generate go run ../internal/gencodes

// A Code is the error code of an answer, spelled as the service spells it. It
// is an error value itself, so that it can be looked for in an error:
//
//	if errors.Is(err, zenlayer.CodeInvalidEipNotFound) { … }
//
// The documents and the service write codes like INVALID_EIP_NOT_FOUND, the
// vendor's SDK has the same code as Invalid.Eip.Not.Found. Codes that differ
// in nothing but that are the same code to errors.Is and to every method here.
// The constants have the first spelling. A code without a constant is as good
// a Code as any: Code("SOME_NEW_CODE").
//
// The comment of a constant lists the actions whose pages have the code, with the
// HTTP status if one is given; "any action" marks codes of the gateway.
type Code string

// A codeRow is what is known of a code: a line of codes.tsv.
type codeRow struct {
	class error
	// cause is what the code says about the attempt, if that is not simply that
	// it was refused.
	cause transport.Cause
	hint  string
}

// folded is the code in the documents' spelling.
func (c Code) folded() Code {
	return Code(strings.ToUpper(strings.ReplaceAll(string(c), ".", "_")))
}

// Is says whether target is the same code in either spelling, or the class of
// the code. The HTTP status of an answer, which an eip.Error knows, is not
// considered.
func (c Code) Is(target error) bool { return c.matches(0, target) }

func (c Code) matches(httpStatus int, target error) bool {
	switch other := target.(type) {
	case Code:
		return other != "" && other.folded() == c.folded()
	case eip.Code: // that of an eip.Error
		return other != "" && Code(other).folded() == c.folded()
	}
	return c != "" && c.class(httpStatus) == target
}

// Error returns the code. What is not printable, or far longer than any known
// code, is quoted and cut, since the text comes from the network.
func (c Code) Error() string {
	const limit = 128
	s := string(c)
	if s == "" {
		return "no error code"
	}
	if len(s) > limit {
		return strconv.QuoteToASCII(s[:limit]) + "..."
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r < '!' || r > '~' }) {
		return strconv.QuoteToASCII(s)
	}
	return s
}

// Known reports whether the documents or the vendor's SDK have the code. The
// class of any other code is derived from its name and the HTTP status, and
// may be wrong; a write does not take an error with it for the service's own.
func (c Code) Known() bool {
	_, ok := codeTable[c.folded()]
	return ok
}

// Hint returns one line that says what to do about the code, empty if it is
// not [Code.Known].
func (c Code) Hint() string { return codeTable[c.folded()].hint }

// class returns the class of an answer with this code and HTTP status: from
// the table, else from the shape of the name, else from the status.
func (c Code) class(httpStatus int) error {
	folded := c.folded()
	if row, ok := codeTable[folded]; ok {
		return row.class
	}
	for _, rule := range shapes {
		if rule.matches(string(folded)) {
			return rule.class
		}
	}
	switch {
	case httpStatus == http.StatusTooManyRequests:
		return eip.ErrThrottled
	case httpStatus == http.StatusUnauthorized:
		return eip.ErrCredentials
	case httpStatus == http.StatusForbidden:
		return eip.ErrPermission
	case httpStatus >= 400 && httpStatus < 500:
		return eip.ErrInvalidParameter
	}
	return eip.ErrInternal
}

// shape classes codes that no table has by the words of their names. The
// shapes are those of the documented codes, and of the codes of the vendor's
// other resources in its SDK.
type shape struct {
	class         error
	begins, holds string
}

func (s shape) matches(code string) bool {
	return strings.HasPrefix(code, s.begins) && strings.Contains("_"+code+"_", s.holds)
}

// shapes are tried in order.
var shapes = []shape{
	{eip.ErrThrottled, "REQUEST_LIMIT", ""},
	{eip.ErrPermission, "AUTHFAILURE_UNAUTHORIZED", ""},
	{eip.ErrCredentials, "AUTHFAILURE", ""},
	{eip.ErrCredentials, "CREDENTIAL", ""},
	// Regions, zones and groups are parameters; see eip.ErrNotFound.
	{eip.ErrInvalidParameter, "", "_REGION_NOT_FOUND_"},
	{eip.ErrInvalidParameter, "", "_ZONE_NOT_FOUND_"},
	{eip.ErrInvalidParameter, "", "_GROUP_NOT_FOUND_"},
	{eip.ErrNotFound, "", "_NOT_FOUND_"},
	{eip.ErrAccount, "", "_BALANCE_"},
	{eip.ErrCapacity, "", "_OUT_OF_STOCK_"},
	{eip.ErrCapacity, "", "_SOLD_OUT_"},
	{eip.ErrCapacity, "", "_SOLDOUT_"},
	{eip.ErrCapacity, "", "_NO_SELL_"},
	{eip.ErrCapacity, "", "_INSUFFICIENT_"},
	{eip.ErrQuota, "", "_QUOTA_"},
	{eip.ErrQuota, "", "_EXCEED_LIMIT_"},
	{eip.ErrQuota, "", "_REACH_LIMIT_"},
	{eip.ErrConflict, "", "_STATUS_"},
	{eip.ErrConflict, "", "_RECYCLED_"},
	{eip.ErrConflict, "", "_RECYCLE_"},
	{eip.ErrConflict, "", "_PROCESSING_"},
	{eip.ErrConflict, "", "_CREATING_"},
	{eip.ErrUnsupported, "", "_NOT_SUPPORT_"},
	{eip.ErrUnsupported, "", "_NOT_SUPPORTED_"},
	{eip.ErrUnsupported, "", "_SUBSCRIPTION_"},
	{eip.ErrInvalidParameter, "INVALID_", ""},
	{eip.ErrInvalidParameter, "MISSING_", ""},
	{eip.ErrConflict, "OPERATION_DENIED_", ""},
	{eip.ErrInternal, "INTERNAL_", ""},
}
