package pages

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// service is a list that can be changed between two pages.
type service struct {
	ids    []string
	calls  int
	before func(s *service) // each page
	total  func(n int) int  // what it says of a total of n
}

func (s *service) walk(size int) *Walk[string, int] {
	return &Walk[string, int]{
		First: 1, Size: size,
		ID: func(id *string) string { return *id },
		Get: func(number, size int) (Page[string, int], error) {
			s.calls++
			if s.before != nil {
				s.before(s)
			}
			from := min((number-1)*size, len(s.ids))
			p := Page[string, int]{
				Items: slices.Clone(s.ids[from:min(from+size, len(s.ids))]), Size: size, Total: len(s.ids), Meta: s.calls,
			}
			if s.total != nil {
				p.Total = s.total(p.Total)
			}
			return p, nil
		},
		Unproven: func(call int, reason string) error { return fmt.Errorf("call %d: %s", call, reason) },
	}
}

func ids(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = strconv.Itoa(i)
	}
	return out
}

// read walks to the end.
func read(t *testing.T, w *Walk[string, int]) (got []string, err error) {
	t.Helper()
	for id, walkErr := range w.All {
		if walkErr != nil {
			assert.Nil(t, id)
			require.NoError(t, err, "one error")
			err = walkErr
			continue
		}
		require.NoError(t, err, "nothing after an error")
		got = append(got, *id)
	}
	return got, err
}

func TestWalkEnds(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ n, size, calls int }{
		{0, 10, 1}, {1, 10, 1}, {9, 10, 1}, {10, 10, 1}, {11, 10, 2}, {30, 10, 3}, {7, 3, 3},
	} {
		s := &service{ids: ids(tc.n)}
		got, err := read(t, s.walk(tc.size))
		require.NoError(t, err)
		assert.Equal(t, s.ids, append([]string{}, got...), "%+v", tc)
		assert.Equal(t, tc.calls, s.calls, "%+v", tc)

		s = &service{ids: ids(tc.n), total: func(int) int { return 0 }}
		got, err = read(t, s.walk(tc.size))
		require.NoError(t, err)
		assert.Len(t, got, tc.n, "%+v without a total", tc)
	}
}

// The state belongs to the walk: the walk's caller can stop, and begin anew.
func TestWalkState(t *testing.T) {
	t.Parallel()
	s := &service{ids: ids(30)}
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
		assert.Equal(t, s.calls, state.Meta)
	}
	assert.Equal(t, 4, s.calls, "nothing is asked for after the loop stops")
}

// Whatever goes while the walk runs, up to a page's worth between two pages, what
// stays is seen, and nothing twice: the totals tell what has to be read again.
func TestWalkSeesWhatStays(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3000) {
		rng := rand.New(rand.NewPCG(seed, 0))
		s := &service{ids: ids(20 + rng.IntN(200))}
		size := 2 + rng.IntN(20)
		s.before = func(s *service) {
			for range rng.IntN(size) {
				if len(s.ids) > 5 {
					i := rng.IntN(len(s.ids))
					s.ids = slices.Delete(s.ids, i, i+1)
				}
			}
		}
		got, err := read(t, s.walk(size))
		require.NoError(t, err)
		seen := map[string]bool{}
		for _, id := range got {
			assert.False(t, seen[id], "seed %d: %s twice", seed, id)
			seen[id] = true
		}
		for _, id := range s.ids {
			assert.True(t, seen[id], "seed %d: %s was there all the time", seed, id)
		}
	}
}

func TestWalkErrors(t *testing.T) {
	t.Parallel()
	s := &service{ids: ids(30)}
	w := s.walk(10)
	get, why := w.Get, errors.New("no")
	w.Get = func(number, size int) (Page[string, int], error) {
		if number == 2 {
			return Page[string, int]{}, why
		}
		return get(number, size)
	}
	got, err := read(t, w)
	assert.Len(t, got, 10)
	assert.Equal(t, why, err)

	// The same page for ever, and a total that it will not reach.
	w.Get = func(_, size int) (Page[string, int], error) {
		p, err := get(1, size)
		p.Total = 1e9
		return p, err
	}
	got, err = read(t, w)
	assert.Len(t, got, 10)
	assert.EqualError(t, err, "call 5: page 4 and the 2 before it hold nothing new, although the service counts 1000000000 and gave 10")
}
