package pages

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// scroll is a list whose pages have tokens: the place at which each begins.
type scroll struct {
	ids   []string
	calls []string
	next  func(page int, token string) string // what it says instead
}

func (s *scroll) walk(size int) *TokenWalk[string, int] {
	return &TokenWalk[string, int]{
		ID: func(id *string) string { return *id },
		Get: func(token string) (TokenPage[string, int], error) {
			s.calls = append(s.calls, token)
			from, _ := strconv.Atoi(token)
			to := min(from+size, len(s.ids))
			p := TokenPage[string, int]{Items: slices.Clone(s.ids[min(from, to):to]), Meta: len(s.calls)}
			if to < len(s.ids) {
				p.Next = strconv.Itoa(to)
			}
			if s.next != nil {
				p.Next = s.next(len(s.calls), p.Next)
			}
			return p, nil
		},
		Unproven: func(call int, reason string) error { return fmt.Errorf("call %d: %s", call, reason) },
	}
}

// scan walks to the end.
func scan(t *testing.T, w *TokenWalk[string, int]) (got []string, err error) {
	t.Helper()
	for id, walkErr := range w.All {
		require.NoError(t, err, "nothing after an error")
		if walkErr != nil {
			assert.Nil(t, id)
			err = walkErr
			continue
		}
		got = append(got, *id)
	}
	return got, err
}

func TestTokenWalkEnds(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ n, size, calls int }{
		{0, 10, 1}, {1, 10, 1}, {10, 10, 1}, {11, 10, 2}, {30, 10, 3}, {7, 3, 3},
	} {
		s := &scroll{ids: ids(tc.n)}
		got, err := scan(t, s.walk(tc.size))
		require.NoError(t, err)
		assert.Equal(t, s.ids, append([]string{}, got...), "%+v", tc)
		assert.Len(t, s.calls, tc.calls, "%+v", tc)
	}
	// A short page, or an empty one, is not the last one: only the token says so.
	s := &scroll{ids: ids(3)}
	pages := map[string]TokenPage[string, int]{
		"":  {Next: "a"},
		"a": {Items: []string{"1"}, Next: "b"},
		"b": {Next: "c"},
		"c": {Items: []string{"1", "2"}},
	}
	w := s.walk(10)
	w.Get = func(token string) (TokenPage[string, int], error) { return pages[token], nil }
	got, err := scan(t, w)
	require.NoError(t, err)
	assert.Equal(t, []string{"1", "2"}, got, "each once")

	// It begins where it is told to.
	s = &scroll{ids: ids(30)}
	w = s.walk(10)
	w.Start = "20"
	got, err = scan(t, w)
	require.NoError(t, err)
	assert.Equal(t, s.ids[20:], got)
}

func TestTokenWalkState(t *testing.T) {
	t.Parallel()
	s := &scroll{ids: ids(30)}
	w := s.walk(10)
	for range 2 {
		state := w.Begin()
		n := 0
		for _, err := range w.From(state) {
			require.NoError(t, err)
			if n++; n == 15 {
				break
			}
		}
		assert.Equal(t, 15, state.List.Len())
		assert.Equal(t, len(s.calls), state.Meta)
	}
	assert.Equal(t, []string{"", "10", "", "10"}, s.calls, "nothing is asked for after the loop stops")
}

// Whatever tokens the service gives, the walk comes to an end.
func TestTokenWalkWithoutEnd(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		next  func(page int, token string) string
		calls int
		err   string
	}{
		"the same token": {
			func(int, string) string { return "10" }, 2,
			"call 2: page 2 names a next page that was read before",
		},
		"a ring": {
			func(page int, _ string) string { return []string{"20", "10", "0"}[page%3] }, 4,
			"call 4: page 4 names a next page that was read before",
		},
		"always another token": {
			func(page int, _ string) string { return fmt.Sprint(page * 10) }, 3 + maxBarren,
			"call 23: page 23 and the 19 before it hold nothing new, and the service names a next one",
		},
	} {
		s := &scroll{ids: ids(30), next: tc.next}
		got, err := scan(t, s.walk(10))
		require.EqualError(t, err, tc.err, name)
		assert.Len(t, s.calls, tc.calls, name)
		assert.GreaterOrEqual(t, len(got), 20, name)
	}
	n := 0
	w := (&scroll{}).walk(1)
	w.Get = func(string) (TokenPage[string, int], error) {
		n++
		return TokenPage[string, int]{Items: []string{strconv.Itoa(n)}, Next: strconv.Itoa(n), Meta: n}, nil
	}
	got, err := scan(t, w)
	require.EqualError(t, err, "call 100000: page 100000 is not the last one")
	assert.Len(t, got, maxTokenPages)
}

func TestTokenWalkErrors(t *testing.T) {
	t.Parallel()
	s := &scroll{ids: ids(30)}
	w := s.walk(10)
	get, why := w.Get, errors.New("no")
	w.Get = func(token string) (TokenPage[string, int], error) {
		if token == "10" {
			return TokenPage[string, int]{}, why
		}
		return get(token)
	}
	got, err := scan(t, w)
	assert.Len(t, got, 10)
	assert.Equal(t, why, err)
}
