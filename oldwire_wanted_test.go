package eip

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/eipkit/eip-go/internal/oldwire"
	"github.com/eipkit/eip-go/internal/transport"
)

// A difference is an answer that two readers judge differently, and what a third
// one sees in it, which is made of maps and of the standard library.
type difference struct {
	given
	old, new reading
	parses   bool
	root     string         // of XML
	tree     map[string]any // without what is around it
	wrapped  bool           // something is around it
	failed   bool           // what is around it is that of an error
	op       operation
}

func newDifference(g given, old, new reading) *difference {
	d := &difference{given: g, old: old, new: new, op: operationOf(g.action)}
	var v any
	d.root, v, d.parses = oldwire.Parse(g.body)
	d.failed, d.wrapped = d.root == "Error", d.root != ""
	d.tree, _ = v.(map[string]any)
	if len(d.tree) == 1 {
		for _, key := range []string{g.action, g.action + "Response", "Error"} {
			if inner, ok := d.tree[key].(map[string]any); ok {
				d.tree, d.failed, d.wrapped = inner, d.failed || key == "Error", true
				break
			}
		}
	}
	return d
}

func (d *difference) good() bool { return d.status >= 200 && d.status < 300 }

// foreign reports whether the new reader takes the answer for somebody else's,
// and says so as it should.
func (d *difference) foreign() bool {
	want := reading{Whose: "foreign", Cause: foreignCause(d.status).String(), Outcome: "unknown",
		RequestID: d.header.Get("x-acs-request-id"), RetryAfter: retryHint(d.header)}
	return d.new == want
}

// own reports whether the new reader takes the answer for an error of the
// service, with a code, and says so as it should.
func (d *difference) own() bool {
	code, lower := d.code()
	known := Code(code).Known()
	if code == "" || d.requestID() == "" && (d.kind != KindRead || !known) || lower && !known && d.kind != KindRead {
		return false
	}
	cause := causeOfCode(Code(code), d.status)
	if d.unknownBefore && d.action == "ReleaseEipAddress" {
		switch {
		case code == "InvalidAllocationId.NotFound":
			cause = transport.CauseSuccess
		case cause == transport.CauseRefusedCode && known && Code(code).class(d.status) == ErrConflict:
			cause = transport.CauseTokenProcessing
		}
	}
	new := d.new
	new.Whose, new.Texts, new.Value, new.JSON = "", [4]string{}, nil, nil
	want := reading{Cause: cause.String(), Outcome: cause.Outcome().String(), Code: code, RequestID: show(d.requestID())}
	if cause != transport.CauseSuccess {
		want.RetryAfter, want.Proves = retryHint(d.header), d.kind == KindTokened && codeTable[Code(code)].neverRan
	}
	return reflect.DeepEqual(new, want)
}

// show gives a request ID as it is shown.
func show(id string) string { return transport.Secrets{}.Show(id, maxRequestID) }

// scalar gives a member as text.
func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return map[bool]string{true: "true", false: "false"}[v], true
	}
	return "", false
}

func trimmed(v any) string { s, _ := scalar(v); return strings.TrimSpace(s) }

var codePattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._-]{0,127}$`)

// code gives the code of the answer, "" if what there is has not the form of
// one, and whether its key is in lower case.
func (d *difference) code() (code string, lower bool) {
	for _, key := range []string{"Code", "code"} {
		s, _ := d.tree[key].(string)
		if s = strings.TrimSpace(s); codePattern.MatchString(s) {
			return s, key == "code"
		}
	}
	return "", false
}

// requestID gives that of the body, and of the header otherwise.
func (d *difference) requestID() string {
	for _, key := range []string{"RequestId", "requestId"} {
		if id := trimmed(d.tree[key]); id != "" {
			return id
		}
	}
	return d.header.Get("x-acs-request-id")
}

// says reports whether a success has a code that is none of success.
func (d *difference) says() bool {
	for _, key := range []string{"Code", "code"} {
		s, ok := scalar(d.tree[key])
		if !ok || !slices.Contains([]string{"", "200", "ok", "success"}, strings.ToLower(strings.TrimSpace(s))) {
			return true
		}
	}
	return false
}

var idPattern = regexp.MustCompile(`^[!-~]{1,128}$`)

func isID(v any) bool { s, ok := v.(string); return ok && idPattern.MatchString(s) }

// lacks reports whether what may be a success lacks what the caller came for.
func (d *difference) lacks() bool {
	if strings.EqualFold(trimmed(d.tree["Success"]), "false") || strings.EqualFold(trimmed(d.tree["success"]), "false") {
		return true
	}
	list := d.op.list
	switch {
	case d.dryRun:
	case d.op.creates != "":
		order := trimmedDigits.MatchString(rawText(d.tree["OrderId"])) && strings.Trim(rawText(d.tree["OrderId"]), "0") != ""
		return !isID(d.tree[d.op.creates]) && (!d.prepaid || !order)
	case list.key != "":
		if d.tree[list.key] == nil && trimmed(d.tree["TotalCount"]) != "0" {
			return true
		}
		elements := elementsOf(d.tree[list.key], list.wrapper)
		return len(elements) > 200 || slices.ContainsFunc(elements, func(e any) bool {
			obj, _ := e.(map[string]any)
			return !isID(obj[list.id[0]]) && (list.id[1] == "" || !isID(obj[list.id[1]]))
		})
	}
	return trimmed(d.tree["RequestId"]) == ""
}

// data reports whether the data of the action are there.
func (d *difference) data() bool {
	switch {
	case d.op.creates != "":
		return isID(d.tree[d.op.creates]) || !d.dryRun && !d.lacks()
	case d.op.list.key != "" && !d.dryRun:
		return d.tree[d.op.list.key] != nil && !d.lacks()
	}
	return false
}

var trimmedDigits = regexp.MustCompile(`^[0-9]+$`)

func rawText(v any) string { s, _ := scalar(v); return s }

// elementsOf gives the elements of a list that are not empty.
func elementsOf(v any, wrapper string) []any {
	obj, isObject := v.(map[string]any)
	if inner, wrapped := obj[wrapper]; wrapped {
		v = inner
	} else if isObject && len(obj) == 0 {
		return nil
	}
	if obj, isObject := v.(map[string]any); isObject && len(obj) == 0 {
		return nil
	}
	list, isList := v.([]any)
	if !isList {
		list = []any{v}
	}
	return slices.DeleteFunc(slices.Clone(list), func(e any) bool {
		s, isString := e.(string)
		return e == nil || isString && strings.TrimSpace(s) == ""
	})
}

// wantedSeen counts how often each was met.
var wantedSeen [32]atomic.Int64

// wanted lists the differences that are meant, each with its reason: those that
// issue 12 and sections 3.4 and 4 of the design ask for.
var wanted = []struct {
	why  string
	when func(*difference) bool
}{
	{"what is not the service's own proves nothing, whatever its status says", func(d *difference) bool {
		return d.old.Whose == "foreign" && d.foreign()
	}},
	{"a name twice in one object makes an answer foreign", func(d *difference) bool {
		return nameTwice(d.body) && d.foreign()
	}},
	{"XML with attributes is refused", func(d *difference) bool {
		return d.root != "" && hasAttributes(d.body) && d.foreign()
	}},
	{"XML of more than 256 KiB is refused", func(d *difference) bool {
		return d.root != "" && len(d.body) > 256<<10 && d.foreign()
	}},
	{"a list has at most 10,000 elements, and a body about one value for each four bytes", func(d *difference) bool {
		values, longest := size(d.tree)
		return (values > 4096+len(d.body)/6 || longest > 10_000) && d.foreign()
	}},
	{"a code is a string of letters, digits, dots, underscores and hyphens", func(d *difference) bool {
		code, _ := d.code()
		return d.old.Whose == "error" && code == "" && d.foreign()
	}},
	{"an error has a RequestId, unless a read meets a known code", func(d *difference) bool {
		known := Code(d.old.Code).Known() && d.kind == KindRead
		return d.old.Code != "" && d.requestID() == "" && !known && d.foreign()
	}},
	{"with keys in lower case a write wants a known code", func(d *difference) bool {
		code, lower := d.code()
		return d.old.Whose == "error" && lower && !Code(code).Known() && d.kind != KindRead && d.foreign()
	}},
	{"a success holds what the caller came for", func(d *difference) bool {
		return d.good() && d.old.Whose == "success" && d.lacks() && d.foreign()
	}},
	{"an error in an object Error is one, whatever the status", func(d *difference) bool {
		return d.failed && d.good() && d.old.Whose == "foreign" && d.own()
	}},
	{"an error may be in what is named after the action, whatever the status", func(d *difference) bool {
		return !d.failed && !d.good() && d.old.Whose == "foreign" && d.wrapped && d.own()
	}},
	{"a code without the action's data is an error, whatever the status", func(d *difference) bool {
		return d.good() && d.says() && !d.data() && d.old.Whose != "error" && d.own()
	}},
	{"what is no code is no success either, without the action's data", func(d *difference) bool {
		code, _ := d.code()
		return d.good() && d.says() && code == "" && !d.data() && d.foreign()
	}},
	{"what is no code is passed over", func(d *difference) bool {
		code, lower := d.code()
		return d.old.Code != code && lower && d.own()
	}},
	{"an order does for any subscription", func(d *difference) bool {
		return d.prepaid && d.op.creates == "EipSegmentInstanceId" && d.old.Whose == "foreign" && d.new.Whose == "success" && d.new.Code == "" && !d.lacks()
	}},
	{"a dry run is answered with a RequestId", func(d *difference) bool {
		return d.dryRun && d.op.creates != "" && d.old.Whose == "foreign" && d.new.Whose == "success" && d.new.Code == "" && !d.lacks() && !d.says()
	}},
	{"a count of none is an empty list, of any action and with blanks around it", func(d *difference) bool {
		return d.old.Whose == "foreign" && d.new.Whose == "success" && d.op.list.key != "" && d.tree[d.op.list.key] == nil && !d.lacks() && !d.says()
	}},
}

// changed lists the differences between errors that are meant. What the old
// reader says is changed to what is said now.
var changed = []struct {
	why  string
	when func(*difference) bool
	old  func(*difference)
}{
	{"a RequestId in the header is as good as one in the body, where an object is none", func(d *difference) bool {
		return trimmed(d.tree["RequestId"]) == ""
	}, func(d *difference) { d.old.RequestID = show(d.requestID()) }},
	{"expired credentials have a row of their own", func(d *difference) bool {
		return codeTable[Code(d.old.Code)].cause == transport.CauseExpiredCredentials
	}, func(d *difference) { d.old.Cause = transport.CauseExpiredCredentials.String() }},
	{"an unknown code with a 3xx is a refusal as any other", func(d *difference) bool {
		return d.status/100 == 3 && d.old.Outcome == "refused" && !Code(d.old.Code).Known()
	}, func(d *difference) { d.old.Cause = transport.CauseRefusedCode.String() }},
}

// isWanted reports whether the difference is in one of the two lists.
func (d *difference) isWanted() bool {
	for i, w := range wanted {
		if w.when(d) {
			wantedSeen[i].Add(1)
			return true
		}
	}
	if d.old.Code == "" || d.new.Code == "" || !d.own() {
		return false
	}
	for i, c := range changed {
		if c.when(d) {
			wantedSeen[len(wanted)+i].Add(1)
			c.old(d)
		}
	}
	return reflect.DeepEqual(d.old, d.new)
}
