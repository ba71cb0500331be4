package form

import (
	"net/url"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// joined is a list with an encoder of its own.
type joined []string

func (j joined) EncodeValues(key string, v *url.Values) error {
	if len(j) > 0 {
		v.Set(key, j[0]+",…")
	}
	return nil
}

// labels is a map with an encoder.
type labels map[string]string

func (l labels) EncodeValues(key string, v *url.Values) error {
	for k := range l {
		v.Set(key+".1.Key", k)
		v.Set(key+".1.Value", l[k])
	}
	return nil
}

type sample struct {
	Plain  string     `url:"Plain,omitempty" check:"required"`
	Number int        `url:"Number,omitempty" check:"min=0,required"`
	IDs    []string   `url:"Id,omitempty"`
	Joined joined     `url:"Joined,omitempty" check:"max=2"`
	Labels labels     `url:"Tag,omitempty"`
	At     time.Time  `url:"At,omitempty" layout:"2006-01-02T15:04:05Z"`
	From   time.Time  `url:"-" filter:"Start" layout:"2006-01-02T15:04Z"`
	Until  time.Time  `url:"-" filter:"End" layout:"2006-01-02T15:04Z"`
	Extra  url.Values `url:"-"`
	hidden int
}

func TestValues(t *testing.T) {
	t.Parallel()
	f := Of(reflect.TypeFor[sample]())
	east := time.FixedZone("", 8*3600)
	noon := time.Date(2026, 1, 2, 20, 4, 5, 999, east)
	for _, tc := range []struct {
		name string
		req  sample
		want string
	}{
		{"zero", sample{Extra: url.Values{"A": {"1"}}, hidden: 1}, ""},
		{"zero in another zone", sample{At: time.Time{}.In(east), From: time.Time{}.In(east)}, ""},
		{"plain", sample{Plain: "a b", Number: -1}, "Number=-1&Plain=a+b"},
		{"list", sample{IDs: []string{"a", "", "c"}}, "Id.1=a&Id.2=&Id.3=c"},
		{"empty list", sample{IDs: []string{}}, ""},
		{"list with an encoder", sample{Joined: joined{"a"}}, "Joined=a%2C%E2%80%A6"},
		{"map with an encoder", sample{Labels: labels{"k": "v"}}, "Tag.1.Key=k&Tag.1.Value=v"},
		{"time", sample{At: noon}, "At=2026-01-02T12%3A04%3A05Z"},
		{"one filter", sample{Until: noon}, "Filter.1.Key=End&Filter.1.Value=2026-01-02T12%3A04Z"},
		{"two filters", sample{From: noon, Until: noon.Add(time.Minute)},
			"Filter.1.Key=Start&Filter.1.Value=2026-01-02T12%3A04Z&Filter.2.Key=End&Filter.2.Value=2026-01-02T12%3A05Z"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v, err := f.Values(&tc.req)
			require.NoError(t, err)
			require.Equal(t, tc.want, v.Encode())
			require.Equal(t, tc.req.Extra, f.Extra(&tc.req))
		})
	}
}

func TestWithoutExtra(t *testing.T) {
	t.Parallel()
	require.Nil(t, Of(reflect.TypeFor[struct{}]()).Extra(&struct{}{}))
}

func TestTagsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	type unnamed struct{ A string }
	type unsent struct {
		A string `url:"-"`
	}
	type noLayout struct {
		A time.Time `url:"A"`
	}
	type noTime struct {
		A string `url:"A" layout:"2006"`
	}
	type filterOfText struct {
		A string `url:"-" filter:"A"`
	}
	for _, typ := range []reflect.Type{
		reflect.TypeFor[unnamed](), reflect.TypeFor[unsent](), reflect.TypeFor[noLayout](), reflect.TypeFor[noTime](), reflect.TypeFor[filterOfText](),
	} {
		require.Panics(t, func() { Of(typ) }, typ)
	}
}
