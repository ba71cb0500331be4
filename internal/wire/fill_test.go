package wire

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The types of these tests have whatever the answers of both vendors have.
type (
	meta struct {
		RequestID string `json:"RequestId" wire:"trim"`
	}
	page struct {
		meta
		Total int       `json:"TotalCount"`
		Items itemList  `json:"Items"`
		One   item      `json:"One"`
		Names []string  `json:"Names"`
		Days  []weekday `json:"Days"`
		Table [][]int   `json:"Table"`

		Ignored  string `json:"-"`
		Untagged string
	}
	item struct {
		ID     string      `json:"ID,omitempty" wire:"alias=OldID"`
		Text   string      `json:"Text"`
		Trim   string      `json:"Trim" wire:"trim"`
		Kind   colour      `json:"Kind"`
		Int    int         `json:"Int" wire:"alias=Integer"`
		Long   int64       `json:"Long"`
		Flag   bool        `json:"Flag"`
		Loose  bool        `json:"Loose" wire:"loose"`
		Number json.Number `json:"Number"`
		Time   time.Time   `json:"Time"`
		Locks  lockList    `json:"Locks"`
		Tags   tags        `json:"Tags"`
		Parts  partList    `json:"Parts"`
	}
	// A part has names of an item in another order and with other types.
	part struct {
		Text  int      `json:"Text"`
		Time  string   `json:"Time" wire:"alias=ID,trim"`
		ID    bool     `json:"Flag"`
		Names nameList `json:"Names"`
	}
	lock struct {
		Reason string `json:"LockReason"`
	}
	colour   string
	weekday  time.Weekday
	itemList []item
	lockList []lock
	partList []part
	nameList []colour
	tags     map[string]string
)

func (itemList) listKey() string { return "Item" }
func (lockList) listKey() string { return "LockReason" }
func (nameList) listKey() string { return "Name" }
func (tags) listKey() string     { return "Tag" }

func newSchema() *Schema {
	return &Schema{
		ListKey: func(t reflect.Type) string {
			if l, ok := reflect.Zero(t).Interface().(interface{ listKey() string }); ok {
				return l.listKey()
			}
			return ""
		},
		TagKey:   [2]string{"Key", "TagKey"},
		TagValue: [2]string{"Value", "TagValue"},
	}
}

var testSchema = newSchema()

// fillText reads a text into out. The text is overwritten afterwards, so that
// anything that refers to it shows.
func fillText(text string, out any) error {
	body := []byte(text)
	d, err := Parse(body)
	if err != nil {
		return err
	}
	err = testSchema.Fill(d.Root(), out)
	d.Release()
	for i := range body {
		body[i] = 'Z'
	}
	return err
}

func TestFillItem(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]item{
		`{}`:   {},
		`null`: {},
		`" "`:  {},
		`{"ID":null,"Text":null,"Trim":null,"Int":null,"Flag":null,"Loose":null,"Number":null,"Time":null,"Locks":null,"Tags":null,"Parts":null}`: {},
		`{"ID":"","Text":"","Trim":" ","Int":" ","Long":"","Flag":"\t","Loose":"","Number":" ","Time":" ","Locks":"","Tags":" ","Parts":""}`:      {},

		`{"ID":"a","Text":" b ","Trim":" c\u00a0","Kind":"red"}`:      {ID: "a", Text: " b ", Trim: "c", Kind: "red"},
		`{"ID":5,"Text":1.50,"Trim":true,"Kind":false}`:               {ID: "5", Text: "1.50", Trim: "true", Kind: "false"},
		`{"\u0049D":"a\n\u00e9","Te\u0078t":"\ud83d\ude00 é"}`:        {ID: "a\né", Text: "😀 é"},
		`{"id":"a","TEXT":"b","Id":"c"}`:                              {},
		`{"Int":5,"Long":"-9223372036854775808","Number":12.50}`:      {Int: 5, Long: -1 << 63, Number: "12.50"},
		`{"Int":" 5 ","Long":1e3,"Number":" 0 "}`:                     {Int: 5, Long: 1000, Number: "0"},
		`{"Flag":true,"Loose":"TRUE"}`:                                {Flag: true, Loose: true},
		`{"Flag":1,"Loose":"1"}`:                                      {Flag: true, Loose: true},
		`{"Flag":0,"Loose":"what"}`:                                   {},
		`{"Flag":"0","Loose":{"a":1}}`:                                {},
		`{"Time":"2026-03-04T12:00:00Z"}`:                             {Time: noon},
		`{"Time":"2026-03-04T20:00+08:00"}`:                           {Time: noon},
		`{"OldID":"a","Integer":"7"}`:                                 {ID: "a", Int: 7},
		`{"OldID":"a","ID":"b"}`:                                      {ID: "b"},
		`{"OldID":"a","ID":" "}`:                                      {ID: "a"},
		`{"ID":null,"OldID":"a"}`:                                     {ID: "a"},
		`{"ID":" ","OldID":null}`:                                     {ID: " "},
		`{"OldID":"a","Integer":"7","ID":"b","Int":0}`:                {ID: "b"},
		`{"Unknown":{"ID":"x","Text":[{}]},"ID":"a","Other":[1,[2]]}`: {ID: "a"},

		`{"Locks":{"LockReason":[{"LockReason":"a"},{"LockReason":"b"}]}}`: {Locks: lockList{{"a"}, {"b"}}},
		`{"Locks":[{"LockReason":"a"}]}`:                                   {Locks: lockList{{"a"}}},
		`{"Locks":{"LockReason":["a",5]}}`:                                 {Locks: lockList{{"a"}, {"5"}}},
		`{"Locks":{"LockReason":"a"}}`:                                     {Locks: lockList{{"a"}}},
		`{"Locks":"a"}`:                                                    {Locks: lockList{{"a"}}},
		`{"Locks":{"LockReason":{"LockReason":"a"}}}`:                      {Locks: lockList{{"a"}}},
		`{"Locks":{"LockReason":[null,""," ",{}]}}`:                        {Locks: lockList{{}}},
		`{"Locks":{"LockReason":[]}}`:                                      {},
		`{"Locks":{"LockReason":null}}`:                                    {},
		`{"Locks":{"LockReason":{}}}`:                                      {},
		`{"Locks":{}}`:                                                     {},
		`{"Locks":[]}`:                                                     {},
		`{"Locks":{"x":1,"Lock\u0052eason":["a"]}}`:                        {Locks: lockList{{"a"}}},

		`{"Tags":{"Tag":[{"Key":"a","Value":"b"},{"TagKey":"c","TagValue":"d"}]}}`: {Tags: tags{"a": "b", "c": "d"}},
		`{"Tags":[{"Key":"a","Value":1},{"Value":"c","Key":true}]}`:                {Tags: tags{"a": "1", "true": "c"}},
		`{"Tags":{"Tag":{"Key":"a","Value":"b"}}}`:                                 {Tags: tags{"a": "b"}},
		`{"Tags":{"Key":"a","Value":"b"}}`:                                         {Tags: tags{"a": "b"}},
		`{"Tags":{"TagValue":"b"}}`:                                                {},
		`{"Tags":[{"Key":"a"},{"Value":"b"},{},null," ",{"Key":null}]}`:            {Tags: tags{"a": ""}},
		`{"Tags":[{"Key":"","TagKey":"a","Value":" ","TagValue":null}]}`:           {Tags: tags{"a": " "}},
		`{"Tags":[{"Key":"a","Value":"1"},{"Key":"a","Value":"2"}]}`:               {Tags: tags{"a": "2"}},
		`{"Tags":{}}`:           {},
		`{"Tags":[]}`:           {},
		`{"Tags":{"Tag":[]}}`:   {},
		`{"Tags":{"Tag":""}}`:   {},
		`{"Tags":{"Tag":{}}}`:   {},
		`{"Tags":{"Tag":[{}]}}`: {},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			var got item
			require.NoError(t, fillText(text, &got))
			require.Equal(t, want, got)
		})
	}
}

func TestFillPage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]page{
		`{"RequestId":" r\t","TotalCount":"2","Items":{"Item":[{"ID":"a"},{"ID":"b"}]}}`: {meta: meta{"r"}, Total: 2, Items: itemList{{ID: "a"}, {ID: "b"}}},
		`{"Items":[{"ID":"a"},{},{"Parts":[{"Text":5}]}],"RequestId":"r"}`:               {meta: meta{"r"}, Items: itemList{{ID: "a"}, {}, {Parts: partList{{Text: 5}}}}},
		`{"Items":{"ID":"a"}}`:                                     {Items: itemList{{ID: "a"}}},
		`{"Items":{"Item":{"OldID":"a"}}}`:                         {Items: itemList{{ID: "a"}}},
		`{"Items":[null,{"ID":"a"},""," ",{"ID":"b"}]}`:            {Items: itemList{{ID: "a"}, {ID: "b"}}},
		`{"Items":[null,"",null]}`:                                 {},
		`{"Items":{}}`:                                             {},
		`{"Items":{"Item":" "},"One":" "}`:                         {},
		`{"One":{"Parts":{"Names":{"Name":"a"}}}}`:                 {One: item{Parts: partList{{Names: nameList{"a"}}}}},
		`{"One":{"Parts":[{"Names":{"Name":["a","b",1]}}]}}`:       {One: item{Parts: partList{{Names: nameList{"a", "b", "1"}}}}},
		`{"Names":"a"}`:                                            {Names: []string{"a"}},
		`{"Names":["a",1,true,null," ","é\n"]}`:                    {Names: []string{"a", "1", "true", "é\n"}},
		`{"Days":[1,"2",3.0]}`:                                     {Days: []weekday{1, 2, 3}},
		`{"Table":5}`:                                              {Table: [][]int{{5}}},
		`{"Ignored":"a","Untagged":"b","":"d"}`:                    {},
		`{"One":{"Parts":[{"Time":" ","ID":" x "},{"Time":"y"}]}}`: {One: item{Parts: partList{{Time: "x"}, {Time: "y"}}}},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			var got page
			require.NoError(t, fillText(text, &got))
			require.Equal(t, want, got)
		})
	}
}

// What is not of the type is an error that names the path, and nothing of the
// answer is used.
func TestFillMismatch(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`5`:                                  "got 5, want an object",
		`[]`:                                 "got a list, want an object",
		`"a\n"`:                              `got "a", want an object`,
		`{"RequestId":{"a":1}}`:              "RequestId: got an object, want a string",
		`{"RequestId":[]}`:                   "RequestId: got a list, want a string",
		`{"TotalCount":"many"}`:              `TotalCount: got "many", want a whole number`,
		`{"TotalCount":1.5}`:                 "TotalCount: got 1.5, want a whole number",
		`{"TotalCount":true}`:                "TotalCount: got true, want a whole number",
		`{"TotalCount":[1]}`:                 "TotalCount: got a list, want a whole number",
		`{"TotalCount":9223372036854775808}`: "TotalCount: got 9223372036854775808, want a whole number",
		`{"TotalCount":` + strings.Repeat("1", 41) + `}`: "TotalCount: got a number of 41 digits, want a whole number",
		`{"One":5}`:                                                   "One: got 5, want an object",
		`{"One":[]}`:                                                  "One: got a list, want an object",
		`{"One":"x"}`:                                                 `One: got "x", want an object`,
		`{"One":{"Int":"\u0000\u001b[1m\r\n"}}`:                       `One.Int: got "\x00\x1b[1m", want a whole number`,
		`{"One":{"Integer":"x"}}`:                                     `One.Integer: got "x", want a whole number`,
		`{"One":{"Int":"y","Integer":"x"}}`:                           `One.Int: got "y", want a whole number`,
		`{"One":{"Flag":2}}`:                                          "One.Flag: got 2, want a boolean",
		`{"One":{"Flag":"yes"}}`:                                      `One.Flag: got "yes", want a boolean`,
		`{"One":{"Flag":{}}}`:                                         "One.Flag: got an object, want a boolean",
		`{"One":{"Number":"1x"}}`:                                     `One.Number: got "1x", want a number`,
		`{"One":{"Number":false}}`:                                    "One.Number: got false, want a number",
		`{"One":{"Time":5}}`:                                          "One.Time: got 5, want a time",
		`{"One":{"Time":"2026-02-30T00:00:00Z"}}`:                     `One.Time: got "2026-02-30T00:00:00Z", want a time`,
		`{"One":{"Time":true}}`:                                       "One.Time: got true, want a time",
		`{"One":{"Text":{}}}`:                                         "One.Text: got an object, want a string",
		`{"Items":5}`:                                                 "Items: got 5, want a list",
		`{"Items":"x"}`:                                               `Items: got "x", want a list`,
		`{"Items":{"x":1}}`:                                           "Items: got an object, want a list",
		`{"Items":{"ID":null}}`:                                       "Items: got an object, want a list",
		`{"Items":{"Item":5}}`:                                        "Items.Item: got 5, want a list",
		`{"Items":{"Item":{"x":1}}}`:                                  "Items.Item: got an object, want a list",
		`{"Items":[{"ID":"a"},null,5]}`:                               "Items[2]: got 5, want an object",
		`{"Items":[[]]}`:                                              "Items[0]: got a list, want an object",
		`{"Items":{"Item":[{"ID":"a"},{"Int":"x"}]}}`:                 `Items.Item[1].Int: got "x", want a whole number`,
		`{"Items":{"Item":{"Int":"x"}}}`:                              `Items.Item.Int: got "x", want a whole number`,
		`{"Items":{"Int":"x"}}`:                                       `Items.Int: got "x", want a whole number`,
		`{"Items":[{"Parts":[{},{"Names":{"Name":["a",{}]}}]}]}`:      "Items[0].Parts[1].Names.Name[1]: got an object, want a string",
		`{"Items":[{"Locks":{"LockReason":["a",[]]}}]}`:               "Items[0].Locks.LockReason[1]: got a list, want an object",
		`{"Items":[{"Locks":{"LockReason":[{"LockReason":{}}]}}]}`:    "Items[0].Locks.LockReason[0].LockReason: got an object, want a string",
		`{"Items":[{"Locks":{"x":1}}]}`:                               "Items[0].Locks: got an object, want a list",
		`{"Names":{"a":"b"}}`:                                         "Names: got an object, want a string",
		`{"Names":[["a"]]}`:                                           "Names[0]: got a list, want a single value",
		`{"Table":[[1]]}`:                                             "Table[0]: got a list, want a single value",
		`{"One":{"Tags":5}}`:                                          "One.Tags: got 5, want a list",
		`{"One":{"Tags":"x"}}`:                                        `One.Tags: got "x", want a list`,
		`{"One":{"Tags":{"x":1}}}`:                                    "One.Tags: got an object, want a list",
		`{"One":{"Tags":{"Tag":{"x":1}}}}`:                            "One.Tags.Tag: got an object, want a list",
		`{"One":{"Tags":{"Tag":[[]]}}}`:                               "One.Tags.Tag[0]: got a list, want an object",
		`{"One":{"Tags":{"Tag":[5]}}}`:                                "One.Tags.Tag[0]: got 5, want an object",
		`{"One":{"Tags":[{"Key":"a"},{"Key":{}}]}}`:                   "One.Tags[1].Key: got an object, want a string",
		`{"One":{"Tags":[{"TagKey":[]}]}}`:                            "One.Tags[0].TagKey: got a list, want a string",
		`{"One":{"Tags":{"Key":"a","Value":[]}}}`:                     "One.Tags.Value: got a list, want a string",
		`{"One":{"Tags":{"Key":"a","TagValue":{}}}}`:                  "One.Tags.TagValue: got an object, want a string",
		`{"One":{"Text":"kept?","Int":"x"},"TotalCount":1}`:           `One.Int: got "x", want a whole number`,
		`{"Names":["` + strings.Repeat("a", 100) + `",[]]}`:           "Names[1]: got a list, want a single value",
		`{"TotalCount":"` + strings.Repeat("é", 100) + `"}`:           `TotalCount: got "` + strings.Repeat("é", 60) + `"…, want a whole number`,
		`{"TotalCount":"` + strings.Repeat(`\udb40\udc01`, 99) + `"}`: `TotalCount: got "` + strings.Repeat(`\U000e0001`, 24) + `"…, want a whole number`,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			before := page{meta: meta{"before"}, Items: itemList{{ID: "i"}}, One: item{Tags: tags{"k": "v"}}}
			got := page{meta: meta{"before"}, Items: itemList{{ID: "i"}}, One: item{Tags: tags{"k": "v"}}}
			err := fillText(text, &got)
			require.EqualError(t, err, want)
			requireLine(t, err)
			require.Equal(t, before, got)
		})
	}
}

// What a Fill sets is the answer alone: nothing is left of what was there.
func TestFillReplaces(t *testing.T) {
	t.Parallel()
	got := page{meta: meta{"before"}, Names: []string{"a"}}
	require.NoError(t, fillText(`{"TotalCount":1}`, &got))
	require.Equal(t, page{Total: 1}, got)
}

// Parts of an answer are read as well, and what is not there is the zero value.
func TestFillPart(t *testing.T) {
	t.Parallel()
	d, err := Parse([]byte(`{"a":[{"ID":"x"}],"n":"5","t":[{"Key":"k"}]}`))
	require.NoError(t, err)
	defer d.Release()
	var list itemList
	require.NoError(t, testSchema.Fill(d.Root().Get("a"), &list))
	require.Equal(t, itemList{{ID: "x"}}, list)
	require.EqualError(t, testSchema.Fill(d.Root().Get("n"), &list), `got "5", want a list`)
	require.NoError(t, testSchema.Fill(d.Root().Get("none"), &list))
	require.Nil(t, list)
	n := 3
	require.NoError(t, testSchema.Fill(d.Root().Get("n"), &n))
	require.Equal(t, 5, n)
	require.NoError(t, testSchema.Fill(Value{}, &n))
	require.Zero(t, n)
	var got tags
	require.NoError(t, testSchema.Fill(d.Root().Get("t"), &got))
	require.Equal(t, tags{"k": ""}, got)
	var plain map[string]string
	require.NoError(t, testSchema.Fill(d.Root().Get("t"), &plain))
	require.Equal(t, map[string]string{"k": ""}, plain)
	var unreadable struct {
		F float64 `json:"n"`
	}
	require.EqualError(t, testSchema.Fill(d.Root(), &unreadable), `n: got "5", want nothing: no way to read a float64`)
}

func TestFillUnknownTypes(t *testing.T) {
	t.Parallel()
	var small struct {
		A int32 `json:"a"`
	}
	require.ErrorContains(t, fillText(`{"a":1}`, &small), "no way to read a int32")
}

// A Doc that is used again, and structs in any order of members, mix up nothing.
func TestFillMixesNothingUp(t *testing.T) {
	t.Parallel()
	d := new(Doc)
	read := func(text string, out any) {
		t.Helper()
		d.text, d.slots = []byte(text), d.slots[:0]
		require.NoError(t, d.scan())
		require.NoError(t, testSchema.Fill(d.Root(), out))
		require.Empty(t, d.slots)
	}
	for range 3 {
		var i item
		read(`{"ID":"a","Text":"b","Int":1}`, &i)
		require.Equal(t, item{ID: "a", Text: "b", Int: 1}, i)
		read(`{"Int":2,"Text":"c","OldID":"d"}`, &i)
		require.Equal(t, item{ID: "d", Text: "c", Int: 2}, i)
		read(`{"Text":"b","X":1,"ID":"a","Y":{"ID":"no"},"T\u0069me":"2026-01-01T00:00Z"}`, &i)
		require.Equal(t, item{ID: "a", Text: "b", Time: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}, i)
		var p part
		read(`{"ID":"a","Text":5,"Flag":1}`, &p)
		require.Equal(t, part{Time: "a", Text: 5, ID: true}, p)
		read(`{"Text":"6","Time":"t","ID":"a"}`, &p)
		require.Equal(t, part{Time: "t", Text: 6}, p)
		var all page
		read(`{"Items":[{"Text":"1","ID":"2"},{"ID":"3","Parts":[{"Text":4,"ID":"5"},{"ID":"6","Text":7}],"Text":"8"},{"Text":"9","ID":"10"}]}`, &all)
		require.Equal(t, itemList{
			{Text: "1", ID: "2"},
			{ID: "3", Text: "8", Parts: partList{{Text: 4, Time: "5"}, {Text: 7, Time: "6"}}},
			{Text: "9", ID: "10"},
		}, all.Items)
	}
}
