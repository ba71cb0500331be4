package oldwire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Every answer goes the same way: JSON and XML are parsed into one tree of
// map[string]any, []any, string, json.Number, bool and nil; the tree is judged
// (is it the documented answer, an error, or something else?); then
// tree.go walks a response struct and reads each field leniently.

// maxDepth bounds the nesting of an answer. The deepest documented one has
// seven levels.
const maxDepth = 64

type object = map[string]any

// AnswerError says that a body is not the documented answer of an action.
type AnswerError struct {
	Action string
	Reason string
}

// Error says what was wrong with the body.
func (e *AnswerError) Error() string {
	return "eip: not the documented answer of " + e.Action + ": " + e.Reason
}

// ErrorAnswer says that a body is an error of the service, whatever its status.
type ErrorAnswer struct {
	Action string
	Body   ErrorBody
}

// Error gives the service's code and message, cut to an excerpt.
func (e *ErrorAnswer) Error() string {
	return "eip: " + e.Action + " was answered with the error " + excerpt(e.Body.Code) + ": " + excerpt(e.Body.Message)
}

// ErrorBody is an error answer. Numbers and objects where a string is due are
// turned into their JSON text.
type ErrorBody struct {
	Code, Message, RequestID, HostID, Recommend string
	// AccessDeniedDetail tells which permission is missing, as JSON text.
	AccessDeniedDetail string
}

// DecodeResponse reads a 2xx body into out, a pointer to a response struct. An
// error answer gives an *ErrorAnswer; anything that is not the documented
// answer of the action, an *AnswerError.
func DecodeResponse(action string, body []byte, out any) error {
	tree, _, err := answerTree(action, body)
	if err != nil {
		return err
	}
	if b, bad := errorInSuccess(tree); bad && !hasKeyOf(reflect.TypeOf(out).Elem(), tree, false) {
		return &ErrorAnswer{action, b}
	}
	if err := fromTree(tree, out, true); err != nil {
		return &AnswerError{action, err.Error()}
	}
	return nil
}

// DecodeTree gives a 2xx body as JSON: without a byte-order mark, without an
// outer object named after the action, and with XML rewritten. For an action
// that the library does not know, all that can be demanded is a RequestId,
// which every answer of this product has, and one of the keys that the action
// needs.
func DecodeTree(action string, needs []string, body []byte) (json.RawMessage, error) {
	tree, raw, err := answerTree(action, body)
	if err != nil {
		return nil, err
	}
	if b, bad := errorInSuccess(tree); bad && onlyErrorKeys(tree) {
		return nil, &ErrorAnswer{action, b}
	}
	if text, _ := scalarText(tree["RequestId"]); text == "" {
		return nil, &AnswerError{action, "it has no RequestId"}
	}
	if len(needs) > 0 &&
		!slices.ContainsFunc(needs, func(key string) bool { return !isEmpty(tree[key]) }) {
		return nil, &AnswerError{action, "it lacks " + strings.Join(needs, " and ")}
	}
	if raw != nil {
		return bytes.Clone(raw), nil
	}
	raw, err = marshalTree(tree)
	if err != nil {
		return nil, &AnswerError{action, err.Error()}
	}
	return raw, nil
}

// onlyErrorKeys says that an answer has nothing but what errors have.
func onlyErrorKeys(tree object) bool {
	for key := range tree {
		switch key {
		case "Code", "Message", "RequestId", "HostId", "Recommend", "AccessDeniedDetail",
			"code", "message", "requestId", "Success", "success":
		default:
			return false
		}
	}
	return true
}

// DecodeErrorBody reads an error answer (a JSON object with a code, or XML with
// the root Error); ok is false if the body is neither.
func DecodeErrorBody(body []byte) (b ErrorBody, ok bool) {
	root, tree, _, err := parse(body)
	if err != nil || root != "" && root != "Error" {
		return ErrorBody{}, false
	}
	obj, isObject := tree.(object)
	if !isObject {
		return ErrorBody{}, false
	}
	if inner, isObject := obj["Error"].(object); isObject && len(obj) == 1 {
		obj = inner // XML converted to JSON, root and all
	}
	b = errorFrom(obj)
	return b, b.Code != ""
}

// Unmarshal is what the UnmarshalJSON methods do: it reads any part of an answer, not
// necessarily a whole one.
func Unmarshal(data []byte, out any) error {
	root, tree, _, err := parse(data)
	if err != nil {
		return fmt.Errorf("eip: %w", err)
	}
	if root != "" {
		return errors.New("eip: not JSON")
	}
	if err := fromTree(tree, out, false); err != nil {
		return fmt.Errorf("eip: %w", err)
	}
	return nil
}

// answerTree parses a 2xx body and refuses what is not an answer of the action.
// raw is the body's own JSON text, nil if the tree differs from it.
func answerTree(action string, body []byte) (tree object, raw []byte, err error) {
	root, parsed, raw, err := parse(body)
	if err != nil {
		return nil, nil, &AnswerError{action, err.Error()}
	}
	tree, isObject := parsed.(object)
	switch {
	case root == "Error":
		if !isObject {
			tree = object{}
		}
		return nil, nil, &ErrorAnswer{action, errorFrom(tree)}
	case root != "" && root != action && root != action+"Response":
		return nil, nil, &AnswerError{action, "its XML root is " + excerpt(root)}
	case !isObject:
		return nil, nil, &AnswerError{action, "it is " + describe(parsed) + ", not an object"}
	}
	if len(tree) == 1 {
		// XML converted to JSON, root and all, as the 2019 API reference prints it.
		for _, key := range []string{action, action + "Response"} {
			if inner, isObject := tree[key].(object); isObject {
				tree, raw = inner, nil
			}
		}
	}
	return tree, raw, nil
}

// errorInSuccess finds an error that came with a 2xx status and nothing of what
// the action answers. A Code alone proves nothing: DescribeEipGatewayInfo has
// one in its successful answers.
func errorInSuccess(tree object) (ErrorBody, bool) {
	b := errorFrom(tree)
	switch strings.ToLower(b.Code) {
	case "", "200", "ok", "success":
		return ErrorBody{}, false
	}
	return b, true
}

// errorFrom picks the keys of an error. The SDK also knows three of them in
// lower case.
func errorFrom(obj object) ErrorBody {
	get := func(keys ...string) string {
		for _, key := range keys {
			v := obj[key]
			if s, ok := scalarText(v); ok {
				if s != "" {
					return s
				}
				continue
			}
			if raw, err := marshalTree(v); err == nil {
				return string(raw)
			}
		}
		return ""
	}
	b := ErrorBody{
		Message:            get("Message", "message"),
		RequestID:          strings.TrimSpace(get("RequestId", "requestId")),
		HostID:             get("HostId"),
		Recommend:          get("Recommend"),
		AccessDeniedDetail: get("AccessDeniedDetail"),
	}
	for _, key := range []string{"Code", "code"} {
		// An object is no code.
		if code, ok := scalarText(obj[key]); ok && b.Code == "" {
			b.Code = strings.TrimSpace(code)
		}
	}
	return b
}

// Parse gives the tree of a body, and the name of its XML root. ok is false if
// it has none.
func Parse(body []byte) (root string, tree any, ok bool) {
	root, tree, _, err := parse(body)
	return root, tree, err == nil
}

// parse reads a body, XML or JSON by its first character. root is the name of
// the XML root and empty for JSON; raw is the JSON text.
func parse(body []byte) (root string, tree any, raw []byte, err error) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	if len(body) == 0 {
		return "", nil, nil, errors.New("it is empty")
	}
	if body[0] == '<' {
		root, tree, err = parseXML(body)
		return root, tree, nil, err
	}
	tree, err = parseJSON(body)
	return "", tree, body, err
}

func parseJSON(body []byte) (any, error) {
	if tooDeep(body) {
		return nil, fmt.Errorf("it is nested deeper than %d levels", maxDepth)
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber() // order numbers exceed what a float64 holds
	var tree any
	if err := dec.Decode(&tree); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			return nil, errors.New("it is cut off")
		}
		return nil, errors.New("it is not JSON: " + excerpt(string(body)))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows its JSON")
	}
	return tree, nil
}

// tooDeep looks for brackets beyond maxDepth, before anything is built.
func tooDeep(body []byte) bool {
	depth, inString := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// marshalTree writes a tree as JSON, leaving < > & as they are.
func marshalTree(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// excerpt quotes the beginning of a text from a peer for a message.
func excerpt(s string) string {
	const most = 60
	s = strings.ToValidUTF8(s, "\uFFFD")
	n := 0
	for i := range s {
		if n++; n > most {
			return strconv.Quote(s[:i]) + "…"
		}
	}
	return strconv.Quote(s)
}
