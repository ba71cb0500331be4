package eip

import (
	"strconv"
	"strings"

	"github.com/eipkit/eip-go/internal/transport"
)

//go:generate go run ./internal/gencodes

// A Code is the error code of an answer, spelled as the service spells it. It is
// an error value itself, so that it can be looked for in an error:
//
//	if errors.Is(err, eip.CodeQuotaExceededEip) { … }
//
// A Code matches exactly: CodeThrottling does not match "Throttling.User". For
// groups of codes use a [Family] (FamilyThrottling) or a class (ErrPermission).
//
// There is a constant for every documented code. Its name is "Code" and the wire
// code without its dots and underscores, the first letter of each part raised
// and all other letters as they are: "QuotaExceeded.Eip" is CodeQuotaExceededEip,
// "VPC_TASK_CONFLICT" is CodeVPCTASKCONFLICT, and "Forbbiden", misspelt in the
// documents and on the wire, is CodeForbbiden. A code without a constant is as
// good a Code as any: Code("Some.NewCode").
//
// The comment of a constant lists the actions whose error table has the code,
// with the HTTP status given there; "any action" marks codes of the gateway and
// of the product as a whole.
type Code string

// A codeRow is what is known of a code: a line of codes.tsv. The class is this
// library's judgement of what a program does next, the hint is in its own words.
type codeRow struct {
	class errorClass
	// cause is what the code says about the attempt, if that is not simply that
	// it was refused.
	cause transport.Cause
	// neverRan: the form of the parameters is refused, and it was the same each
	// time, so that no earlier attempt with this token has run. Other refusals
	// may be the work of an earlier attempt (a quota or a balance that it used
	// up, a state that it changed, an address that it took) or come from in front
	// of the operation (credentials, permissions, throttling).
	neverRan bool
	hint     string
}

// Error returns the code. What is not printable, or far longer than any known
// code, is quoted and cut, since the text comes from the network.
func (c Code) Error() string {
	const limit = 128
	s := string(c)
	if s == "" {
		return "no error code"
	}
	plain := len(s) <= limit && strings.IndexFunc(s, func(r rune) bool { return r < '!' || r > '~' }) < 0
	if plain {
		return s
	}
	if len(s) > limit {
		return strconv.QuoteToASCII(s[:limit]) + "..."
	}
	return strconv.QuoteToASCII(s)
}

// Known reports whether the documents have the code. The class of any other code
// is derived from its name and the HTTP status, and may be wrong.
func (c Code) Known() bool {
	_, ok := codeTable[c]
	return ok
}

// Hint returns one line that says what to do about the code. For a code that is
// not [Code.Known] the line is that of the class its name suggests, and empty if
// the name suggests none.
func (c Code) Hint() string {
	if row, ok := codeTable[c]; ok {
		return row.hint
	}
	return classHints[classOfShape(c)]
}

// A Family is a group of codes with the same first part. It is an error value
// for errors.Is:
//
//	if errors.Is(err, eip.FamilyThrottling) { … } // Throttling, Throttling.User, …
type Family string

// FamilyThrottling is the family of the codes of the service's flow control.
// Rejected.Throttling, which is not part of it, is of the class ErrThrottled too.
const FamilyThrottling Family = "Throttling"

// Error returns the family's first part followed by ".*".
func (f Family) Error() string { return Code(f).Error() + ".*" }

// Contains reports whether c is the family's first part alone or begins with it
// and a dot. A longer word is not part of it: FamilyThrottling does not contain
// "ThrottlingException".
func (f Family) Contains(c Code) bool {
	rest, ok := strings.CutPrefix(string(c), string(f))
	return f != "" && ok && (rest == "" || rest[0] == '.')
}

// codeMatches reports whether an answer with code c and the given HTTP status is
// what target stands for: the same code, a family that has it, or its class.
func codeMatches(c Code, httpStatus int, target error) bool {
	switch t := target.(type) {
	case Code:
		return t != "" && t == c
	case Family:
		return t.Contains(c)
	case errorClass:
		return c.class(httpStatus) == t
	case interface {
		Known() bool
		Is(target error) bool
	}: // a code of another vendor, which knows its spellings
		return t.Is(c)
	}
	return false
}
