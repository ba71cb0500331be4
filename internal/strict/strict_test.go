package strict

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type part struct {
	Name string            `json:"name"`
	At   time.Time         `json:"at,omitzero"`
	Tags map[string]string `json:"tags"`
}

type doc struct {
	part
	N     *int     `json:"n"`
	F     float64  `json:"f"`
	B     bool     `json:"b"`
	U     uint64   `json:"u"`
	Parts []part   `json:"parts"`
	List  []string `json:"list"`
}

func TestDecode(t *testing.T) {
	t.Parallel()
	text := "{\"name\": \"x\", \"n\": 3,\n\"parts\": [{\"name\":\"a\"},\n{\"name\":\"b\",\"tags\":{\"k\":\"v\"},\"at\":\"2026-01-01T00:00:00Z\"}], \"list\": null}"
	var d doc
	require.NoError(t, Decode([]byte(text), &d))
	assert.Equal(t, 3, *d.N)
	assert.Equal(t, "b", d.Parts[1].Name)
	assert.Equal(t, 2026, d.Parts[1].At.Year())
	assert.Equal(t, 3, Line([]byte(text), "parts[1].tags.k"))
	assert.Equal(t, 1, Line([]byte(text), "n"))
	assert.Equal(t, 0, Line([]byte(text), "parts[2]"))
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                "line 1: the document ends too early",
		"{\n\"n\": 1,\n":                  "line 3: the document ends too early",
		"{\"n\": }":                       "line 1: n: invalid character '}'",
		"null":                            "line 1: <nil> is not an object",
		"[]":                              "line 1: [ is not an object",
		"{}\n{}":                          "line 2: there is more after the end",
		"{\n\"x\": 1}":                    "line 2: x: is not a field of the document; known are at, b, f, list, n, name, parts, tags, u",
		"{\"parts\":[{},\n{\"Name\":1}]}": "line 2: parts[1].Name: is not a field of parts[1]; known are at, name, tags",
		"{\"n\": \"x\"}":                  `line 1: n: "x" is not an integer`,
		"{\"n\": 1.5}":                    "n: 1.5 is not an integer",
		"{\"u\": -1}":                     "u: -1 is not an integer from 0",
		"{\"f\": true}":                   "f: true is not a number",
		"{\"b\": 1}":                      "b: 1 is not true or false",
		"{\"name\": 1}":                   "name: 1 is not a string",
		"{\"n\":1,\"n\":2}":               "n: is there twice",
		"{\"parts\": {}}":                 "parts: { is not a list",
		"{\"tags\": \"t\"}":               `tags: "t" is not an object`,
		"{\"tags\": {\"a\": 1}}":          "tags.a: 1 is not a string",
		"{\"at\": \"soon\"}":              `at: "soon": `,
		"{\"list\": [1]}":                 "list[0]: 1 is not a string",
		"{\"list\": [\"a\" \"b\"]}":       "list",
	} {
		var d doc
		err := Decode([]byte(text), &d)
		require.Error(t, err, text)
		assert.Contains(t, err.Error(), want, text)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(`{"name":"x","parts":[{"tags":{"a":"b"}}],"at":"2026-01-01T00:00:00Z"}`)
	f.Add(`{"n":1e400,"list":["\ud800"]}`)
	f.Fuzz(func(t *testing.T, text string) {
		var d, same doc
		if err := Decode([]byte(text), &d); err != nil {
			if line := err.(*Error).Line; line > 1+strings.Count(text, "\n") {
				t.Errorf("line %d: %v", line, err)
			}
			return
		}
		require.NoError(t, json.Unmarshal([]byte(text), &same))
		assert.Equal(t, same, d)
	})
}
