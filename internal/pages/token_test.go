package pages

import (
	"errors"
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// tokenWalk walks over pages that are given by their tokens.
func tokenWalk(pages func(token string) (items []string, next string, err error)) *TokenWalk[string, string] {
	return &TokenWalk[string, string]{
		ID: func(s *string) string { return *s },
		Get: func(token string) (TokenPage[string, string], error) {
			items, next, err := pages(token)
			return TokenPage[string, string]{Items: items, Next: next, Meta: "page " + token}, err
		},
		Unproven: func(meta, reason string) error { return fmt.Errorf("%s: %s", meta, reason) },
	}
}

// gather reads a walk to its end.
func gather(t *testing.T, w *TokenWalk[string, string]) (got []string, err error) {
	t.Helper()
	for s, e := range w.All {
		require.NoError(t, err, "nothing comes after an error")
		if err = e; err != nil {
			require.Nil(t, s)
			continue
		}
		got = append(got, *s)
	}
	return got, err
}

func TestTokenWalk(t *testing.T) {
	t.Parallel()
	var asked []string
	w := tokenWalk(func(token string) ([]string, string, error) {
		asked = append(asked, token)
		switch token {
		case "":
			return []string{"a", "b"}, "one", nil
		case "one":
			return nil, "two", nil // filtered out
		}
		return []string{"b", "c", ""}, "", nil
	})
	got, err := gather(t, w)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b", "c", ""}, got, "each once; what has no ID is given as it comes")
	require.Equal(t, []string{"", "one", "two"}, asked)

	asked = nil
	for range w.All {
		break
	}
	require.Equal(t, []string{""}, asked, "nothing is asked for after the loop stops")

	asked = nil
	w.First = "two"
	got, err = gather(t, w)
	require.NoError(t, err)
	require.Equal(t, []string{"b", "c", ""}, got)
	require.Equal(t, []string{"two"}, asked)
}

func TestTokenWalkError(t *testing.T) {
	t.Parallel()
	fault := errors.New("no answer")
	got, err := gather(t, tokenWalk(func(token string) ([]string, string, error) {
		if token == "" {
			return []string{"a"}, "one", nil
		}
		return nil, "", fault
	}))
	require.Equal(t, []string{"a"}, got)
	require.ErrorIs(t, err, fault)
}

// A service that never comes to an end must not keep the walk for ever.
func TestTokenWalkEnds(t *testing.T) {
	t.Parallel()
	const again = "the token of the next page was that of a page before"
	fruitless := fmt.Sprintf("the last %d pages hold nothing new, and there is a token for one more", maxFruitlessTokens)
	count := 0
	next := func(p string) string { count++; return p + strconv.Itoa(count) }
	for name, c := range map[string]struct {
		page func(token string) ([]string, string, error)
		want string
		got  int
	}{
		"the same token": {func(string) ([]string, string, error) { return []string{next("x")}, "t", nil }, "page t: " + again, 2},
		"a circle of tokens": {func(token string) ([]string, string, error) {
			return []string{next("x")}, map[string]string{"": "a", "a": "b", "b": "a"}[token], nil
		}, "page b: " + again, 3},
		"nothing at all": {func(string) ([]string, string, error) { return nil, next("t"), nil }, fruitless, 0},
		"the same page":  {func(string) ([]string, string, error) { return []string{"a", "b"}, next("t"), nil }, fruitless, 2},
		"nameless things": {func(string) ([]string, string, error) { return []string{""}, next("t"), nil }, fruitless,
			maxFruitlessTokens},
	} {
		count = 0
		got, err := gather(t, tokenWalk(c.page))
		require.ErrorContains(t, err, c.want, name)
		require.Len(t, got, c.got, name)
	}

	// Pages that bring something new now and then are believed.
	got, err := gather(t, tokenWalk(func(token string) ([]string, string, error) {
		n, _ := strconv.Atoi(token)
		switch {
		case n == 10*maxFruitlessTokens:
			return []string{"end"}, "", nil
		case n%maxFruitlessTokens == 1:
			return []string{token}, strconv.Itoa(n + 1), nil
		}
		return nil, strconv.Itoa(n + 1), nil
	}))
	require.NoError(t, err)
	require.Len(t, got, 11)
}
