package census

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// walk makes the list of a walk over one page for each total.
func walk(ids []string, totals ...int) *List {
	l := new(List)
	for _, id := range ids {
		l.Add(id)
	}
	for _, total := range totals {
		l.Page(total)
	}
	return l
}

func TestDoubt(t *testing.T) {
	t.Parallel()
	stray := walk([]string{"a"}, 1)
	stray.Stray("something else")
	stray.Stray("a second thing")
	for name, tc := range map[string]struct {
		list *List
		want string
	}{
		"empty":                {walk(nil, 0), ""},
		"all":                  {walk([]string{"a", "b"}, 2), ""},
		"no count":             {walk([]string{"a", "b"}, 0), ""},
		"no count, many pages": {walk([]string{"a", "b"}, 0, 0, 0), ""},
		"count on some pages":  {walk([]string{"a", "b"}, 2, 0), ""},
		"nothing read":         {new(List), "no page of the list was read"},
		"hidden":               {walk(nil, 1), "the list names 0 of 1 things"},
		"one twice":            {walk([]string{"a", "a"}, 2), "the list names 1 of 2 things"},
		"too many":             {walk([]string{"a", "b"}, 1), "the list names 2 of 1 things"},
		"negative":             {walk(nil, -1), "the list names 0 of -1 things"},
		"without an ID":        {walk([]string{"a", ""}, 2), "the list holds an element without an ID"},
		"stray":                {stray, "the list holds something else"},
		"changed":              {walk([]string{"a", "b"}, 3, 2), "the count changed from 3 to 2 while the pages of the list were read"},
		"changed and back":     {walk([]string{"a", "b"}, 2, 3, 2), "the count changed from 2 to 3 while the pages of the list were read"},
		"an empty last page":   {walk([]string{"a"}, 2, 0), "the list names 1 of 2 things"},
	} {
		assert.Equal(t, tc.want, tc.list.Doubt("things"), name)
	}
}

func TestWhole(t *testing.T) {
	t.Parallel()
	assert.True(t, walk(nil, 0).Whole())
	assert.True(t, walk([]string{"a"}, 1).Whole())
	assert.False(t, walk([]string{"a"}, 2).Whole(), "doubt")
	assert.False(t, walk([]string{"a", "b"}, 2, 2).Whole(), "pages")
	assert.False(t, new(List).Whole())
}

func TestAdd(t *testing.T) {
	t.Parallel()
	l := new(List)
	for _, tc := range []struct {
		id  string
		new bool
	}{{"a", true}, {"b", true}, {"a", false}, {"", true}, {"", true}} {
		assert.Equal(t, tc.new, l.Add(tc.id), "%q", tc.id)
	}
	assert.Equal(t, 2, l.Len())
}

func TestComplete(t *testing.T) {
	t.Parallel()
	ab := []string{"a", "b"}
	for name, tc := range map[string]struct {
		list, before *List
		want         bool
	}{
		"one page":              {walk(ab, 2), nil, true},
		"one page after others": {walk(ab, 2), walk([]string{"c"}, 1), true},
		"one page, in doubt":    {walk(ab, 3), nil, false},
		"two pages":             {walk(ab, 2, 2), nil, false},
		"the same twice":        {walk(ab, 2, 2), walk(ab, 2, 2), true},
		"in another order":      {walk(ab, 2, 2), walk([]string{"b", "a"}, 2, 2), false},
		"another element":       {walk(ab, 2, 2), walk([]string{"a", "c"}, 2, 2), false},
		"more than before":      {walk(ab, 2, 2), walk([]string{"a"}, 1, 1), false},
		"in doubt before":       {walk(ab, 2, 2), walk(ab, 3, 2), false},
		"in doubt twice":        {walk(ab, 3, 3), walk(ab, 3, 3), false},
	} {
		assert.Equal(t, tc.want, tc.list.Complete(tc.before), name)
	}
}
