package wire

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestXML(t *testing.T) {
	t.Parallel()
	many := strings.Repeat
	for name, tt := range map[string]struct{ text, want, fails string }{
		"text alone":              {text: `<a> x </a>`, want: `"x"`},
		"empty":                   {text: `<a></a>`, want: `""`},
		"self-closing":            {text: `<a/>`, want: `""`},
		"blanks alone":            {text: "<a> \n </a>", want: `""`},
		"children":                {text: "<a>\n <b>1</b>\n <c/>\n</a>", want: `{"b":"1","c":""}`},
		"text beside children":    {text: "<a>x<b>1</b>y</a>", want: `{"b":"1"}`},
		"list":                    {text: `<a><b>1</b><b>2</b><b>3</b></a>`, want: `{"b":["1","2","3"]}`},
		"list, then another":      {text: `<a><b>1</b><b>2</b><c>3</c><c/><d/></a>`, want: `{"b":["1","2"],"c":["3",""],"d":""}`},
		"list of objects":         {text: `<a><b><c>1</c></b><b><d>2</d></b></a>`, want: `{"b":[{"c":"1"},{"d":"2"}]}`},
		"lists in a list":         {text: `<a><b><c>1</c><c>2</c></b><b><c>3</c></b><e>4</e></a>`, want: `{"b":[{"c":["1","2"]},{"c":"3"}],"e":"4"}`},
		"name of the parent":      {text: `<a><a><a>1</a><a>2</a></a></a>`, want: `{"a":{"a":["1","2"]}}`},
		"names in any case":       {text: `<a><b>1</b><B>2</B></a>`, want: `{"b":"1","B":"2"}`},
		"repeated after others":   {text: `<a><b>1</b><c/><b>2</b></a>`, fails: `it has the name "b" twice in one object`},
		"namespaces":              {text: `<a xmlns="http://x/" xmlns:y="z"><y:b>1</y:b></a>`, want: `{"b":"1"}`},
		"namespaces in a list":    {text: `<a><x:b>1</x:b><y:b>2</y:b></a>`, want: `{"b":["1","2"]}`},
		"CDATA":                   {text: `<a><b><![CDATA[<c>&amp;"\]]></b></a>`, want: `{"b":"<c>&amp;\"\\"}`},
		"text in pieces":          {text: `<a> 1<![CDATA[2]]>3<!-- x -->4<?p?>5 </a>`, want: `"12345"`},
		"entities":                {text: `<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x4e2d;</a>`, want: `"<>&\"'A中"`},
		"surrogate reference":     {text: `<a>&#xD800;</a>`, want: `"�"`},
		"unknown entity":          {text: `<a>&nbsp;</a>`, fails: "it is not well-formed XML"},
		"line breaks and tabs":    {text: "<a>1\t2\r\n3\r4</a>", want: `"1\t2\n3\n4"`},
		"reference to a break":    {text: "<a>1&#13;2</a>", want: `"1\r2"`},
		"reference to a control":  {text: "<a>1&#1;2</a>", fails: "it is not well-formed XML"},
		"control character":       {text: "<a>1\x01</a>", fails: "it is not well-formed XML"},
		"NUL":                     {text: "<a>1\x00</a>", fails: "it is not well-formed XML"},
		"processing instruction":  {text: `<?xml version="1.0" encoding="UTF-8"?><a>1</a>`, want: `"1"`},
		"claims to be GBK":        {text: `<?xml version="1.0" encoding="GBK"?><a>1</a>`, want: `"1"`},
		"is GBK":                  {text: "<?xml version='1.0' encoding='gb2312'?><a><Code>A.B</Code><M>x\xc4\xe3\xba\xc3y\xff</M></a>", want: `{"Code":"A.B","M":"x�y�"}`},
		"GBK without saying so":   {text: "<a>\xc4\xe3 \xba\xc3</a>", want: `"� �"`},
		"GBK in a name":           {text: "<a><b\xc4>1</b\xc4></a>", fails: "it is not well-formed XML"},
		"XML 1.1":                 {text: `<?xml version="1.1"?><a>1</a>`, fails: "it is not well-formed XML"},
		"comments around":         {text: `<!-- x --><a/><!-- y --> `, want: `""`},
		"byte-order mark":         {text: "\xef\xbb\xbf<a/>", want: `""`},
		"names beyond ASCII":      {text: `<a><é>1</é></a>`, want: `{"é":"1"}`},
		"attribute":               {text: `<a b="c"/>`, fails: "it has XML attributes"},
		"attribute of a child":    {text: `<a><b id="1">x</b></a>`, fails: "it has XML attributes"},
		"attribute with a prefix": {text: `<a x:xmlns="1"/>`, fails: "it has XML attributes"},
		"attribute without value": {text: `<a b/>`, fails: "it is not well-formed XML"},
		"document type":           {text: `<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`, fails: "it is a document with a document type"},
		"HTML":                    {text: `<!DOCTYPE html><html></html>`, fails: "it is a document with a document type"},
		"HTML without a type":     {text: `<html><body><br></body></html>`, fails: "it is not well-formed XML"},
		"HTML with attributes":    {text: `<html lang="en"><p>`, fails: "it has XML attributes"},
		"mismatched":              {text: `<a><b></a></b>`, fails: "it is not well-formed XML"},
		"mismatched prefix":       {text: `<x:a></y:a>`, fails: "it is not well-formed XML"},
		"end alone":               {text: `</a>`, fails: "it is not well-formed XML"},
		"two ends":                {text: `<a></a></a>`, fails: "it is not well-formed XML"},
		"two roots":               {text: `<a/><b/>`, fails: "it has more than one XML root"},
		"text after it":           {text: `<a/>x`, fails: "it has text outside its XML root"},
		"text before it":          {text: `<?xml version="1.0"?>x<a/>`, fails: "it has text outside its XML root"},
		"no root":                 {text: `<!-- x -->`, fails: "it is cut off"},
		"cut":                     {text: `<a><b>`, fails: "it is cut off"},
		"cut in a tag":            {text: `<a><b`, fails: "it is not well-formed XML"},
		"a bracket":               {text: `<`, fails: "it is not well-formed XML"},
		"64 levels":               {text: many("<a>", 64) + many("</a>", 64), want: many(`{"a":`, 63) + `""` + many("}", 63)},
		"65 levels":               {text: many("<a>", 65) + many("</a>", 65), fails: "it is nested deeper than 64 levels"},
		"64 levels of lists":      {text: many("<a><a/>", 64) + many("</a>", 64), fails: "it is nested deeper than 64 levels"},
		"long list":               {text: "<a>" + many("<b>some text</b>", 10_000) + "</a>", want: `{"b":[` + many(`"some text",`, 9999) + `"some text"]}`},
		"list that is too long":   {text: "<a>" + many("<b>some text</b>", 10_001) + "</a>", fails: "it has a list of more than 10000 elements"},
		"many tags":               {text: "<a>" + many("<b/>", 1500) + "</a>", want: `{"b":[` + many(`"",`, 1499) + `""]}`},
		"too many tags":           {text: "<a>" + many("<b/>", 2500) + "</a>", fails: "it is an XML or HTML document of too many tags"},
		"too many attributes":     {text: "<a " + many(`xmlns="" `, 1_000) + "/>", fails: "it is an XML or HTML document of too many attributes"},
		"equals signs in text":    {text: "<a>" + many("=", 256) + "</a>", want: `"` + many("=", 256) + `"`},
		"256 KiB":                 {text: "<a>" + many("x", 256<<10-7) + "</a>", want: `"` + many("x", 256<<10-7) + `"`},
		"more than 256 KiB":       {text: "<a>" + many("x", 256<<10-6) + "</a>", fails: "it is an XML or HTML document of more than 262144 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := Parse([]byte(tt.text))
			if tt.fails != "" {
				require.EqualError(t, err, tt.fails)
				return
			}
			require.NoError(t, err)
			defer d.Release()
			require.Equal(t, tt.want, string(d.Root().JSON()))
			root := tt.text[strings.Index(tt.text, "<a"):]
			require.Equal(t, root[1:2], d.XMLRoot())
			tree, ok := oldXML([]byte(tt.text))
			if !ok {
				require.Contains(t, tt.text, "\xc4") // the first version refused what claims or has another encoding
				return
			}
			require.Equal(t, tree, treeOf(t, d.Root()))
		})
	}
	root, err := Parse([]byte(`<x:Error xmlns:x="y"><Code/></x:Error>`))
	require.NoError(t, err)
	require.Equal(t, "Error", root.XMLRoot())
	root.Release()
	root, err = Parse([]byte(`{}`))
	require.NoError(t, err)
	require.Empty(t, root.XMLRoot())
}

// oldXML reads a document as the first version of the library did, into a tree.
// It is the oracle for what is accepted.
func oldXML(body []byte) (tree any, ok bool) {
	dec := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))))
	dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	type node struct {
		name     string
		text     []byte
		children map[string]any
		lists    map[string]bool
	}
	var stack []*node
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return tree, true
		}
		if err != nil {
			return nil, false
		}
		switch x := token.(type) {
		case xml.StartElement:
			stack = append(stack, &node{name: x.Name.Local})
		case xml.CharData:
			if len(stack) > 0 {
				stack[len(stack)-1].text = append(stack[len(stack)-1].text, x...)
			}
		case xml.EndElement:
			last := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			var value any = strings.TrimSpace(string(last.text))
			if last.children != nil {
				value = last.children
			}
			if len(stack) == 0 {
				tree = value
				continue
			}
			parent := stack[len(stack)-1]
			if parent.children == nil {
				parent.children, parent.lists = map[string]any{}, map[string]bool{}
			}
			before, seen := parent.children[last.name]
			switch {
			case !seen:
				parent.children[last.name] = value
			case parent.lists[last.name]:
				parent.children[last.name] = append(before.([]any), value)
			default:
				parent.lists[last.name] = true
				parent.children[last.name] = []any{before, value}
			}
		}
	}
}

// FuzzXML demands that what is accepted was accepted before, with the same
// values, and that the text that is written is JSON and bounded.
func FuzzXML(f *testing.F) {
	for _, seed := range []string{
		`<?xml version="1.0" encoding="UTF-8"?><Error><RequestId>r</RequestId><Code>A.B</Code><Message>x &lt; y</Message></Error>`,
		"<?xml version='1.0' encoding='GBK'?><a><b>\xc4\xe3</b><b/></a>", `<a xmlns="x"><x:b><![CDATA[<]]></x:b><c/><c/><b>1</b></a>`,
		`<a><b><c>1</c><c>2</c></b><b>3</b></a>`, `<!DOCTYPE a><a/>`, `<a b="c"/>`, `<a></b>`, `<a/><b/>`, `x<a/>`, strings.Repeat("<a>", 65),
		"<a>\u2028\"\\\t\r\n&#13;&#x1F600;</a>", `<a>x<b/>y<!-- - --><?p q?></a>`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		body = bytes.TrimSpace(body)
		if len(body) == 0 || body[0] != '<' {
			return
		}
		root, text, err := fromXML(body)
		if err != nil {
			require.Empty(t, text)
			requireLine(t, err)
			return
		}
		require.NotEmpty(t, root)
		require.LessOrEqual(t, len(text), 4*len(body))
		require.NotContains(t, string(text), "\x00")
		d, err := Parse(body)
		if err != nil {
			// Beyond being JSON, the scanner has limits.
			require.Regexp(t, "^it (has the name|has more than|has a list|is nested)", err.Error())
			return
		}
		defer d.Release()
		require.Equal(t, text, d.text)
		if utf8.Valid(body) {
			want, ok := oldXML(body)
			require.True(t, ok)
			require.Equal(t, want, treeOf(t, d.Root()))
		}
	})
}
