package eip

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
)

// mutate changes a body of an answer, JSON or XML, in one to three places: in
// its bytes, in its tokens, or in its structure as long as it has one. What comes
// out may or may not be an answer, or even JSON or XML.
func mutate(r *rand.Rand, body []byte) []byte {
	body = bytes.Clone(body)
	for range 1 + r.IntN(3) {
		switch r.IntN(8) {
		case 0:
			body = mutateBytes(r, body)
		case 1:
			body = mutateTokens(r, body)
		default: // otherwise most would fail to parse
			if root := parseNode(body); root != nil {
				mutateNode(r, root)
				body = root.text()
			} else {
				body = mutateTokens(r, body)
			}
		}
	}
	return body
}

func mutateBytes(r *rand.Rand, b []byte) []byte {
	if len(b) == 0 {
		return []byte{'{'}
	}
	from := r.IntN(len(b))
	to := min(len(b), from+1+r.IntN(12))
	switch r.IntN(6) {
	case 0:
		b[from] ^= 1 << r.IntN(8)
	case 1:
		b = slices.Delete(b, from, to)
	case 2:
		b = slices.Insert(b, to, b[from:to]...)
	case 3:
		b = b[:from]
	case 4:
		b = slices.Insert(b, from, []byte(oneOf(r, "\"", "\\", "{", "}", "[", "]", ",", ":", "<", ">", "&", "&amp;",
			"\x00", "\n", "\xff", "\xef\xbb\xbf", "\\u0041", "\\ud800", "null", "e5", "é", " "))...)
	case 5:
		b = slices.Concat([]byte(oneOf(r, "\xef\xbb\xbf", " \n", "{}", "\ufeff\ufeff", "//")), b, []byte(oneOf(r, "", " \r\n", "{}", "x", "\x00")))
	}
	return b
}

// A token is one of JSON or of XML.
var tokenPattern = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|<[^<>]*>|[{}\[\]:,]|[^\s"<>{}\[\]:,]+|\s+|[^\s]`)

func mutateTokens(r *rand.Rand, b []byte) []byte {
	tokens := tokenPattern.FindAll(b, -1)
	if len(tokens) == 0 {
		return append(b, '<')
	}
	tokens = slices.Clone(tokens)
	i, j := r.IntN(len(tokens)), r.IntN(len(tokens))
	switch r.IntN(4) {
	case 0:
		tokens[i], tokens[j] = tokens[j], tokens[i]
	case 1:
		tokens = slices.Delete(tokens, i, i+1)
	case 2:
		tokens = slices.Insert(tokens, j, tokens[i])
	case 3:
		tokens[i] = tokens[j]
	}
	return bytes.Join(tokens, nil)
}

// node is a value of an answer: an object or element if it has members, a list
// if it has items, and otherwise a scalar. Members keep their order, and two may
// have one name.
type node struct {
	xml     bool   // this and all below
	name    string // of an XML root
	scalar  string // JSON text, or the text of an element
	members []member
	items   []*node
	kind    byte // { [ or s
}

type member struct {
	name  string
	value *node
}

// parseNode gives the structure of a body, nil if it has none.
func parseNode(body []byte) *node {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	if bytes.HasPrefix(body, []byte("<")) {
		return parseElement(xml.NewDecoder(bytes.NewReader(body)))
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	n, err := parseValue(dec)
	if err != nil {
		return nil
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil
	}
	return n
}

func parseValue(dec *json.Decoder) (*node, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		n := &node{kind: '{'}
		for dec.More() {
			key, err := dec.Token()
			if err != nil {
				return nil, err
			}
			v, err := parseValue(dec)
			if err != nil {
				return nil, err
			}
			n.members = append(n.members, member{key.(string), v})
		}
		_, err = dec.Token()
		return n, err
	case json.Delim('['):
		n := &node{kind: '['}
		for dec.More() {
			v, err := parseValue(dec)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, v)
		}
		_, err = dec.Token()
		return n, err
	}
	text, err := json.Marshal(token)
	return &node{kind: 's', scalar: string(text)}, err
}

// parseElement reads a document of elements. Their text is kept where there are
// no elements beside it.
func parseElement(dec *xml.Decoder) *node {
	top := &node{kind: '{', xml: true}
	stack := []*node{top}
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) && len(stack) == 1 && len(top.members) == 1 {
			root := top.members[0]
			root.value.name = root.name
			return root.value
		}
		if err != nil {
			return nil
		}
		last := stack[len(stack)-1]
		switch t := token.(type) {
		case xml.StartElement:
			n := &node{kind: 's', xml: true}
			last.kind = '{'
			last.members = append(last.members, member{t.Name.Local, n})
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			last.scalar += string(t)
		}
	}
}

func (n *node) text() []byte {
	var b bytes.Buffer
	if n.xml {
		n.writeElement(&b, n.name)
	} else {
		n.writeJSON(&b)
	}
	return b.Bytes()
}

func (n *node) writeJSON(b *bytes.Buffer) {
	switch n.kind {
	case '{':
		b.WriteByte('{')
		for i, m := range n.members {
			if i > 0 {
				b.WriteByte(',')
			}
			b.Write(quoted(m.name))
			b.WriteByte(':')
			m.value.writeJSON(b)
		}
		b.WriteByte('}')
	case '[':
		b.WriteByte('[')
		for i, v := range n.items {
			if i > 0 {
				b.WriteByte(',')
			}
			v.writeJSON(b)
		}
		b.WriteByte(']')
	default:
		b.WriteString(n.scalar)
	}
}

func (n *node) writeElement(b *bytes.Buffer, name string) {
	b.WriteString("<" + name + ">")
	if n.kind == '{' {
		for _, m := range n.members {
			m.value.writeElement(b, m.name)
		}
	} else {
		_ = xml.EscapeText(b, []byte(n.scalar))
	}
	b.WriteString("</" + name + ">")
}

func quoted(s string) []byte {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return text
}

// all gives n and everything below it.
func (n *node) all() []*node {
	nodes := []*node{n}
	for _, m := range n.members {
		nodes = append(nodes, m.value.all()...)
	}
	for _, v := range n.items {
		nodes = append(nodes, v.all()...)
	}
	return nodes
}

// mutateNode changes one value of a structure.
func mutateNode(r *rand.Rand, root *node) {
	nodes := root.all()
	n := nodes[r.IntN(len(nodes))]
	switch n.kind {
	case '{':
		n.mutateObject(r)
	case '[':
		n.mutateList(r)
	default:
		n.mutateScalar(r)
	}
}

func (n *node) mutateObject(r *rand.Rand) {
	fresh := &node{kind: 's', xml: n.xml}
	fresh.mutateScalar(r)
	if len(n.members) == 0 {
		n.members = []member{{"New", fresh}}
		return
	}
	i := r.IntN(len(n.members))
	m := &n.members[i]
	switch r.IntN(9) {
	case 0:
		r.Shuffle(len(n.members), func(i, j int) { n.members[i], n.members[j] = n.members[j], n.members[i] })
	case 1: // an unknown member, or one that others have
		name := oneOf(r, "New", "Code", "Message", "RequestId", "TotalCount", "code", "Success", "HostId", "Error", "", "Tag", "é\"<")
		if n.xml {
			name = strings.TrimRight("New"+name, "é\"<")
		}
		n.members = slices.Insert(n.members, i, member{name, fresh})
	case 2:
		n.members = slices.Delete(n.members, i, i+1)
	case 3: // the same name twice
		n.members = slices.Insert(n.members, i, *m)
	case 4: // the same name with another value
		n.members = append(n.members, member{m.name, fresh})
	case 5:
		m.name = oneOf(r, strings.ToLower(m.name), strings.ToUpper(m.name), m.name+"s", strings.TrimSuffix(m.name, "s"))
		if m.name == "" {
			m.name = "s"
		}
	case 6: // unwrapped: the value of the only or of any member in its place
		if n.name == "" {
			*n = *m.value
		}
	case 7:
		n.wrap(r)
	case 8:
		m.value = fresh
	}
}

func (n *node) mutateList(r *rand.Rand) {
	if len(n.items) == 0 {
		n.items = []*node{{kind: 's', scalar: oneOf(r, scalars...)}}
		return
	}
	i := r.IntN(len(n.items))
	switch r.IntN(6) {
	case 0:
		r.Shuffle(len(n.items), func(i, j int) { n.items[i], n.items[j] = n.items[j], n.items[i] })
	case 1:
		n.items = slices.Delete(n.items, i, i+1)
	case 2:
		n.items = slices.Insert(n.items, i, n.items[i])
	case 3: // unwrapped
		*n = *n.items[i]
	case 4:
		n.items = slices.Insert(n.items, i, &node{kind: 's', scalar: oneOf(r, scalars...)})
	case 5:
		n.wrap(r)
	}
}

// wrap puts a value into an object or a list of its own, now and then into so
// many that the answer is too deep.
func (n *node) wrap(r *rand.Rand) {
	times := 1
	if r.IntN(20) == 0 {
		times = 58 + r.IntN(8)
	}
	for range times {
		n.wrapOnce(r)
	}
}

func (n *node) wrapOnce(r *rand.Rand) {
	inner := *n
	inner.name = ""
	switch {
	case n.xml || r.IntN(2) == 0:
		name := oneOf(r, "EipAddress", "EipInfo", "Region", "Tag", "AvailableRegion", "LockReason", "EipMonitorData", "Error", "New")
		*n = node{kind: '{', xml: n.xml, name: n.name, members: []member{{name, &inner}}}
	default:
		*n = node{kind: '[', items: []*node{&inner}}
	}
}

// scalars are JSON texts that an answer may have in the place of a value.
var scalars = []string{
	`null`, `""`, `" "`, `"\t\u00a0"`, `true`, `false`, `"true"`, `"0"`, `"1"`, `0`, `1`, `-1`, `10`, `1.0`, `1e3`, `"1e3"`, `0.5`, `-0`,
	`9007199254740993`, `"9223372036854775807"`, `9223372036854775808`, `1e400`, `"99999999999"`, `{}`, `[]`, `[[]]`, `{"A":1}`, `["a"]`,
	`"2026-01-01T00:00Z"`, `"2026-01-01T00:00:00.5+08:00"`, `"2026-01-01 00:00"`, `"0000-01-01T00:00:00Z"`, `"a\ufffd\n<é\">"`, `"\ud800"`,
	`"Throttling"`, `"Forbidden.RAM"`, `1e12`, `"9007199254740991.0"`, `9007199254740992.0`, `1.5e15`,
	strings.Repeat("1234567890", 5), `"` + strings.Repeat("é", 61) + `"`, `"` + strings.Repeat(`\\\"[`, 65) + `"`,
	strings.Repeat("[", 61) + strings.Repeat("]", 61), strings.Repeat(`{"A":`, 63) + "1" + strings.Repeat("}", 63),
}

func (n *node) mutateScalar(r *rand.Rand) {
	text := oneOf(r, scalars...)
	if r.IntN(3) > 0 && n.scalar != "" {
		text = n.otherType(r)
	}
	if n.xml {
		var s any
		if json.Unmarshal([]byte(text), &s) == nil {
			if plain, ok := s.(string); ok {
				text = plain
			}
		}
		n.scalar = text
		return
	}
	if other := parseNode([]byte(text)); other != nil {
		*n = *other
	} else {
		n.scalar = text
	}
}

// otherType gives the same value as a string, a number, with blanks, or in a
// list.
func (n *node) otherType(r *rand.Rand) string {
	s := n.scalar
	if n.xml {
		return oneOf(r, " "+s+"\n", s+s, "")
	}
	var plain string
	if json.Unmarshal([]byte(s), &plain) != nil {
		return oneOf(r, string(quoted(s)), "["+s+"]", string(quoted(" "+s+" ")), s+".0", "-"+s)
	}
	options := []string{string(quoted(" " + plain + "\t")), "[" + s + "]", string(quoted(plain + plain)), string(quoted(strings.ToLower(plain)))}
	if json.Valid([]byte(plain)) {
		options = append(options, plain, plain, plain)
	}
	return oneOf(r, options...)
}

func oneOf(r *rand.Rand, of ...string) string { return of[r.IntN(len(of))] }
