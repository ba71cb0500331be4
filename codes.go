package eip

import (
	"slices"
	"strconv"
	"strings"
)

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
type Code string

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

// CodeInfo is what the documents say of a code, and its class.
type CodeInfo struct {
	Code Code
	// Class is one of the class errors: ErrNotFound, ErrQuota and so on.
	Class error
	// Uses lists the error tables that have the code: first the actions, then,
	// with an empty Action, what holds for any action.
	Uses []CodeUse
	// HTTPStatuses holds the statuses of Uses, each once, ascending. It is empty
	// if no source gives one.
	HTTPStatuses []int
	// Actions holds the actions of Uses, each once, in alphabetical order. It is
	// empty for codes of the gateway alone, which any action may answer.
	Actions []string
	// MisspellingOf is the code that the documents meant, if they misspelt this
	// one. Of these only "Forbidden" and "InvalidInstanceId.NotFound" are known
	// to exist as well.
	MisspellingOf Code
	// Hint is what [Code.Hint] returns.
	Hint string
}

// A CodeUse is a code's place in a document: the table of an action, or, if
// Action is empty, a list that holds for any action, and the HTTP status there.
type CodeUse struct {
	Action     string
	HTTPStatus int
}

// Info returns what is known of the code, and false if it is not [Code.Known].
// The caller owns the slices.
func (c Code) Info() (CodeInfo, bool) {
	row, ok := codeTable[c]
	if !ok {
		return CodeInfo{}, false
	}
	info := CodeInfo{
		Code:          c,
		Class:         row.class,
		Uses:          slices.Clone(row.uses),
		MisspellingOf: row.misspells,
		Hint:          row.hint,
	}
	for _, use := range row.uses {
		info.HTTPStatuses = append(info.HTTPStatuses, use.HTTPStatus)
		if use.Action != inAny {
			info.Actions = append(info.Actions, use.Action)
		}
	}
	slices.Sort(info.HTTPStatuses)
	info.HTTPStatuses = slices.Compact(info.HTTPStatuses)
	slices.Sort(info.Actions)
	info.Actions = slices.Compact(info.Actions)
	return info, true
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
	}
	return false
}
