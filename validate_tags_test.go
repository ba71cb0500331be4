package eip

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ruled has each rule where it may stand.
type ruled struct {
	Free    string
	Text    string    `check:"required"`
	Token   string    `check:"token"`
	Count   int       `check:"required,min=0"`
	Least   int       `check:"min=2"`
	Range   int       `check:"required,min=24,max=28"`
	List    []string  `check:"required,max=2,filled,nocomma"`
	Any     []string  `check:"max=2"`
	Tags    Tags      `check:"required,max=1,filled"`
	Pointer *bool     `check:"required"`
	At      time.Time `check:"required"`
	Until   time.Time `layout:"2006-01-02"`
}

func TestRulesOfFields(t *testing.T) {
	t.Parallel()
	east := time.FixedZone("", 8*3600)
	full := ruled{Text: "a", Count: 1, Range: 25, List: []string{"a"}, Tags: Tags{"k": ""}, Pointer: Ptr(false), At: time.Unix(0, 0)}
	for _, tc := range []struct {
		name   string
		change func(*ruled)
		faults []string
	}{
		{"full", func(*ruled) {}, nil},
		{"zero", func(r *ruled) { *r = ruled{} }, []string{
			"Text: is required", "Count: is required", "Range: is required: 24 to 28", "List: is required", "Tags: is required",
			"Pointer: is required", "At: is required"}},
		{"empty", func(r *ruled) { r.List, r.Tags, r.At = []string{}, Tags{}, time.Time{}.In(east) },
			[]string{"List: is required", "Tags: is required", "At: is required"}},
		{"blank", func(r *ruled) { r.Text = "\t" }, []string{`Text ("\t"): is required`}},
		{"token", func(r *ruled) { r.Token = "é" }, []string{`ClientToken ("é"): must have printable ASCII characters only`}},
		{"negative", func(r *ruled) { r.Count, r.Least, r.Range = -1, -1, -1 },
			[]string{"Count (-1): must not be negative", "Least (-1): must be at least 2", "Range (-1): must be 24 to 28"}},
		{"too small", func(r *ruled) { r.Least, r.Range = 1, 23 }, []string{"Least (1): must be at least 2", "Range (23): must be 24 to 28"}},
		{"large", func(r *ruled) { r.Count, r.Least, r.Range = 1<<40, 1<<40, 29 }, []string{"Range (29): must be 24 to 28"}},
		{"long", func(r *ruled) { r.List, r.Any, r.Tags = many(3), many(3), manyTags(2) }, []string{
			"List (3 elements): must have at most 2 elements", "Any (3 elements): must have at most 2 elements", "Tags (2 tags): must have at most 1 tags"}},
		{"elements", func(r *ruled) { r.List, r.Any, r.Tags = []string{" ", "a,b"}, []string{"", "a,b"}, Tags{"": "v"} }, []string{
			`List[0] (" "): must not be empty`, `List[1] ("a,b"): must not contain a comma: give each value as an element of its own`,
			`Tags (a tag without key, value "v"): must not have an empty key`}},
		{"years", func(r *ruled) {
			r.At, r.Until = time.Date(10000, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC)
		},
			[]string{"At (year 10000): must lie in the years 1 to 9999", "Until (year -1): must lie in the years 1 to 9999"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := full
			tc.change(&r)
			var v validator
			v.request(&r)
			var faults []string
			for _, f := range v.faults {
				faults = append(faults, f.String())
			}
			require.Equal(t, tc.faults, faults)
		})
	}
}

func TestRulesThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for _, typ := range []reflect.Type{
		reflect.TypeFor[struct {
			A string `check:"requird"`
		}](),
		reflect.TypeFor[struct {
			A string `check:"max=3"`
		}](),
		reflect.TypeFor[struct {
			A int `check:"min"`
		}](),
		reflect.TypeFor[struct {
			A bool `check:"required"`
		}](),
	} {
		require.Panics(t, func() { checksOf(typ) }, typ)
	}
}

// Checking a request that has no fault costs no allocation. Not parallel:
// allocations are counted.
func TestValidationDoesNotAllocate(t *testing.T) {
	req := fullRequests()["AllocateEipAddress"].(*AllocateEipAddressRequest)
	req.InstanceID = ""
	require.NoError(t, validateRequest("Action", req))
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { _ = validateRequest("Action", req) }), 1.0) // the validator
}
