package wire

import (
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// bySlot returns the names of a plan in the order of their slots, which begin
// at 1.
func bySlot(p *plan) []string {
	names := make([]string, len(p.slots))
	for name, slot := range p.slots {
		names[slot-1] = name
	}
	return names
}

func TestPlan(t *testing.T) {
	t.Parallel()
	s := newSchema()
	p := s.planOf(reflect.TypeFor[page]())
	require.Same(t, p, s.planOf(reflect.TypeFor[page]()))
	require.Equal(t, asStruct, p.shape)
	require.Equal(t, []string{"RequestId", "TotalCount", "Items", "One", "Names", "Days", "Table"}, bySlot(p))
	require.Equal(t, []int{0, 0}, p.fields[0].index)
	require.True(t, p.fields[0].trim)

	items := p.fields[2].plan
	require.Equal(t, asList, items.shape)
	require.Equal(t, "Item", items.key)
	one := items.elem
	require.Same(t, one, p.fields[3].plan)
	require.Equal(t, []string{"ID", "OldID", "Text", "Trim", "Kind", "Int", "Integer", "Long", "Flag", "Loose", "Number", "Time", "Locks", "Tags", "Parts"}, bySlot(one))
	require.Equal(t, field{index: []int{0}, name: "ID", alias: "OldID", slot: 1, aliasSlot: 2, plan: s.planOf(reflect.TypeFor[string]())}, one.fields[0])
	var shapes []shape
	for _, f := range one.fields {
		shapes = append(shapes, f.plan.shape)
	}
	require.Equal(t, []shape{asString, asString, asString, asString, asInt, asInt, asBool, asBool, asNumber, asTime, asList, asTags, asList}, shapes)
	require.True(t, one.fields[7].loose)

	// An alias that is another field's name has that field's slot; both options
	// of a tag count.
	parts := s.planOf(reflect.TypeFor[part]())
	require.Equal(t, "ID", parts.fields[1].alias)
	require.True(t, parts.fields[1].trim)
	require.Equal(t, 3, parts.fields[1].aliasSlot)
	require.Equal(t, "Name", parts.fields[3].plan.key)

	for _, typ := range []reflect.Type{
		reflect.TypeFor[float64](), reflect.TypeFor[int32](), reflect.TypeFor[uint](), reflect.TypeFor[any](),
		reflect.TypeFor[map[string]int](), reflect.TypeFor[map[colour]string](), reflect.TypeFor[chan int](), reflect.TypeFor[func()](),
	} {
		require.Equal(t, unreadable, s.planOf(typ).shape, typ)
	}
	require.Equal(t, asTags, s.planOf(reflect.TypeFor[map[string]string]()).shape)
	require.Equal(t, asInt, s.planOf(reflect.TypeFor[time.Duration]()).shape)
}

// A name that two fields have, one of them embedded, goes to both.
func TestPlanSharesSlots(t *testing.T) {
	t.Parallel()
	var both struct {
		meta
		ID    string `json:"RequestId"`
		Other int    `json:"Other" wire:"alias=RequestId"`
	}
	require.NoError(t, fillText(`{"RequestId":" 5 "}`, &both))
	require.Equal(t, "5", both.RequestID)
	require.Equal(t, " 5 ", both.ID)
	require.Equal(t, 5, both.Other)
}

func TestPlanFromManyGoroutines(t *testing.T) {
	t.Parallel()
	s := newSchema()
	var wg sync.WaitGroup
	plans := make([]*plan, 16)
	for i := range plans {
		wg.Go(func() { plans[i] = s.planOf(reflect.TypeFor[page]()) })
	}
	wg.Wait()
	for _, p := range plans {
		require.Same(t, plans[0], p)
	}
}
