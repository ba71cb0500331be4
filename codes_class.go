package eip

import (
	"net/http"
	"slices"
	"strings"
	"unicode"
)

// An errorClass groups error codes by what a program does next.
type errorClass string

// Error returns the text of the class.
func (e errorClass) Error() string { return "eip: " + string(e) }

// The classes of errors that the service answers, for errors.Is. A class is a
// judgement about what a program does next; the [Code] is the fact. A code that is
// [Code.Known] has its class from a table, any other from the shape of its name and
// the HTTP status. No class follows from status 404 alone: the
// documents use it for unknown regions, filters and orders as well.
const (
	// ErrNotFound: the address, segment, instance or pool that the call names
	// does not exist. An unknown region, resource group or filter is
	// ErrInvalidParameter. To learn whether an address is gone look for
	// CodeInvalidAllocationIdNotFound alone.
	ErrNotFound errorClass = "not found"
	// ErrThrottled: too many calls or purchases; the same call may succeed later.
	// The client itself repeats calls refused by Throttling codes,
	// Rejected.Throttling and HTTP 429, not those for buying too fast.
	ErrThrottled errorClass = "throttled"
	// ErrQuota: a limit of the account is reached.
	ErrQuota errorClass = "quota exceeded"
	// ErrAccount: the account's balance, payment or profile stands in the way.
	ErrAccount errorClass = "account problem"
	// ErrOrder: the order or sales system refused or failed.
	ErrOrder errorClass = "order refused"
	// ErrPermission: the caller may not do this, or not with this resource.
	ErrPermission errorClass = "permission denied"
	// ErrCredentials: the access key, security token, signature or time stamp was
	// not accepted.
	ErrCredentials errorClass = "credentials not accepted"
	// ErrInvalidParameter: the request has to be changed.
	ErrInvalidParameter errorClass = "invalid parameter"
	// ErrConflict: the resource is in another state than the call needs, or busy.
	ErrConflict errorClass = "conflict with the present state"
	// ErrCapacity: the vendor has no more of what was asked for.
	ErrCapacity errorClass = "out of stock"
	// ErrUnsupported: the endpoint, region or resource does not offer this.
	ErrUnsupported errorClass = "unsupported"
	// ErrInternal: the service failed.
	ErrInternal errorClass = "service failure"
	// ErrDryRun: a dry run passed; the call would have succeeded.
	ErrDryRun errorClass = "dry run passed"
)

// classHints are the hints for codes that no document has.
var classHints = map[errorClass]string{
	ErrNotFound:         "What the request names does not exist: check IDs and region.",
	ErrThrottled:        "Too many calls: wait, then send fewer at once.",
	ErrQuota:            "A quota is used up: free something or ask for more in Quota Center.",
	ErrAccount:          "Check balance, payment and profile of the account in the console.",
	ErrOrder:            "The order failed: look in the billing console for open orders before you try again.",
	ErrPermission:       "Check what the caller's RAM policies allow.",
	ErrCredentials:      "Check access key, secret, security token and the local clock.",
	ErrInvalidParameter: "Correct the parameter that the message names.",
	ErrConflict:         "Read the state of the resource, wait until it fits, then try again.",
	ErrCapacity:         "Out of stock: try later, another line type, zone or region.",
	ErrUnsupported:      "Not offered here: check action, region and the type of the resource.",
	ErrInternal:         "The service failed: try again later with the same client token.",
	ErrDryRun:           "The dry run passed and nothing was done: send the call without DryRun to do it.",
}

// class returns the class of an answer with this code and HTTP status: one of
// the class errors. The table comes first, then the shape of the name, then the
// status; without any of them the service did not say what is wrong, which is a
// failure of its own.
func (c Code) class(httpStatus int) error {
	if row, ok := codeTable[c]; ok {
		return row.class
	}
	if class := classOfShape(c); class != "" {
		return class
	}
	switch {
	case httpStatus == http.StatusTooManyRequests:
		return ErrThrottled
	case httpStatus == http.StatusForbidden:
		return ErrPermission
	case httpStatus >= 400 && httpStatus < 500:
		return ErrInvalidParameter
	}
	return ErrInternal
}

// A shapeRule names the words that give away the class of an unknown code. A
// code is cut into parts at its dots, and a part into words at capital letters
// and underscores; words are compared without regard to case.
type shapeRule struct {
	class errorClass
	// whole: the code's first part is these words and no more.
	whole []string
	// first: the code's first part begins with these words.
	first []string
	// last: the last part, of at least two, ends with these words.
	last []string
	// anywhere: some part holds these words next to each other.
	anywhere []string
}

// shapeRules are tried in order; not-found codes and the catch-all words of
// invalid parameters come after them. The shapes are those of the documented
// codes, and of further codes of this product in the vendor's SDKs and
// Terraform provider.
var shapeRules = []shapeRule{
	{class: ErrThrottled, first: []string{"throttling"},
		last: []string{"throttling"}, anywhere: []string{"frequent purchase", "too frequently"}},
	{class: ErrDryRun, first: []string{"dry run operation"}},
	{class: ErrCredentials, first: []string{
		"invalid access key", "missing access key", "invalid security token", "missing security token",
		"incomplete signature", "invalid signature", "missing signature", "signature",
		"invalid time stamp", "invalid timestamp", "illegal timestamp", "missing timestamp"},
		last: []string{"access key disabled"}},
	{class: ErrQuota, anywhere: []string{"quota exceeded", "quota exceed", "limit exceeded"}},
	{class: ErrAccount, whole: []string{"pay", "payfor"}, first: []string{"insufficient balance", "not enough balance"},
		last: []string{"insufficient balance", "not enough balance"}},
	{class: ErrPermission, first: []string{"forbidden", "forbbiden", "forbedden", "no permission",
		"unauthorized", "not authorized"}},
	{class: ErrInvalidParameter, first: []string{"unsupported parameter"}},
	{class: ErrUnsupported, first: []string{"unsupported", "operation unsupported", "operation denied",
		"invalid api", "invalid action", "invalid product", "invalid protocol", "invalid version", "no such version"}},
	{class: ErrConflict, first: []string{"incorrect status", "idempotent processing", "dependency violation"},
		last:     []string{"conflict", "duplicate", "duplicated"},
		anywhere: []string{"task conflict", "operation conflict", "last token processing", "already exist", "already exists"}},
	{class: ErrCapacity, anywhere: []string{"insufficient", "resource not enough", "out of stock"}},
	{class: ErrOrder, first: []string{"order", "trade"}, last: []string{"create order failed"}},
	{class: ErrInternal, first: []string{"internal error", "service unavailable", "system busy",
		"unknown error", "internal"}},
}

// invalidWords begin codes about the request's parameters, if nothing else
// about the code is known.
var invalidWords = []string{"invalid", "illegal", "illegal param", "missing", "missing param", "mismatch", "query parameter"}

// resourceNouns end the names of what an EIP call can name and miss. Anything
// else that is "not found", such as a region, zone, filter or resource group,
// is a wrong parameter.
var resourceNouns = []string{"allocation", "eip", "ip", "address", "segment", "instance", "pool", "package",
	"interface", "eni", "gateway", "nat", "balancer", "slb", "vip", "vpc", "vswitch", "switch", "resource"}

// classOfShape returns the class that the name of a code suggests, or "".
func classOfShape(c Code) errorClass {
	const limit = 256
	if len(c) > limit {
		return ""
	}
	var parts []string
	for _, part := range strings.Split(string(c), ".") {
		parts = append(parts, splitWords(part))
	}
	first, last := parts[0], ""
	if len(parts) > 1 {
		last = parts[len(parts)-1]
	}
	if class := classOfNotFound(parts); class != "" {
		return class
	}
	if last == "not support" || last == "not supported" {
		return ErrUnsupported
	}
	for _, rule := range shapeRules {
		if slices.Contains(rule.whole, first) {
			return rule.class
		}
		for _, words := range rule.first {
			if hasWordPrefix(first, words) {
				return rule.class
			}
		}
		for _, words := range rule.last {
			if hasWordSuffix(last, words) {
				return rule.class
			}
		}
		for _, words := range rule.anywhere {
			for _, part := range parts {
				if strings.Contains(" "+part+" ", " "+words+" ") {
					return rule.class
				}
			}
		}
	}
	if hasWordPrefix(first, "incorrect") && strings.Contains(first+" ", " status ") || hasWordSuffix(first, "conflict") {
		return ErrConflict
	}
	// A new code below a known one is most likely of the same class.
	for parent := string(c); strings.Contains(parent, "."); {
		parent = parent[:strings.LastIndexByte(parent, '.')]
		if row, ok := codeTable[Code(parent)]; ok {
			return row.class
		}
	}
	for _, words := range invalidWords {
		if hasWordPrefix(first, words) {
			return ErrInvalidParameter
		}
	}
	return ""
}

// classOfNotFound judges names such as InvalidX.NotFound, InvalidXId.NotFound,
// ResourceNotFound.X, XNotFound and Any.XNotExist, and returns "" for others.
// Forbidden codes and those of credentials and routing are left to the rules.
func classOfNotFound(parts []string) errorClass {
	for _, words := range []string{"forbidden", "invalid access key", "invalid security token", "invalid api",
		"invalid action", "invalid product", "invalid version"} {
		if hasWordPrefix(parts[0], words) {
			return ""
		}
	}
	for i, part := range parts {
		noun, ok := cutNotFound(part)
		if !ok {
			continue
		}
		// The noun stands before, or in the part before or after.
		if noun == "" && i > 0 {
			noun = parts[i-1]
		} else if (noun == "" || noun == "resource") && i+1 < len(parts) {
			noun = parts[i+1]
		}
		noun = strings.TrimPrefix(noun, "invalid ")
		for _, suffix := range []string{" id", " ids"} {
			noun = strings.TrimSuffix(noun, suffix)
		}
		for _, resource := range resourceNouns {
			if hasWordSuffix(noun, resource) {
				return ErrNotFound
			}
		}
		return ErrInvalidParameter
	}
	return ""
}

// cutNotFound removes the words that say "not found" from the end of a part.
func cutNotFound(part string) (noun string, ok bool) {
	for _, words := range []string{"not found", "not exist", "not exists"} {
		if hasWordSuffix(part, words) {
			return strings.TrimSpace(strings.TrimSuffix(part, words)), true
		}
	}
	return "", false
}

// splitWords turns a part of a code into lower-case words parted by blanks:
// "NatGateway", "NAT_GATEWAY" and "NATGateway" give "nat gateway".
func splitWords(part string) string {
	runes := []rune(part)
	var b strings.Builder
	for i, r := range runes {
		if r == '_' || unicode.IsSpace(r) {
			b.WriteByte(' ')
			continue
		}
		if i > 0 && unicode.IsUpper(r) && runes[i-1] != '_' {
			afterLower := !unicode.IsUpper(runes[i-1])
			beforeLower := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if afterLower || beforeLower {
				b.WriteByte(' ')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// hasWordPrefix reports whether s begins with the given words.
func hasWordPrefix(s, words string) bool { return strings.HasPrefix(s+" ", words+" ") }

// hasWordSuffix reports whether s ends with the given words.
func hasWordSuffix(s, words string) bool { return strings.HasSuffix(" "+s, " "+words) }
