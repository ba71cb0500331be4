package wire

import (
	"reflect"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

var answerTypes = []reflect.Type{
	reflect.TypeFor[page](), reflect.TypeFor[item](), reflect.TypeFor[part](), reflect.TypeFor[itemList](), reflect.TypeFor[tags](),
}

// What is written in any of the forms is read back the same.
func TestFillReadsWhatWasWritten(t *testing.T) {
	t.Parallel()
	rounds := 500
	if raceEnabled {
		rounds = 100
	}
	for seed := range uint64(rounds) {
		for _, typ := range answerTypes {
			want, text := randomAnswer(seed, typ)
			got := reflect.New(typ)
			if err := fillText(text, got.Interface()); err != nil || !reflect.DeepEqual(want, got.Interface()) {
				require.NoError(t, err, "seed %d: %s", seed, text)
				require.Equal(t, want, got.Interface(), "seed %d: %s", seed, text)
			}
		}
	}
}

// FuzzFill reads any body: without a panic, with nothing set on an error, and
// with the same outcome whatever the Doc was used for before.
func FuzzFill(f *testing.F) {
	for seed := range uint64(20) {
		_, text := randomAnswer(seed, answerTypes[seed%3])
		f.Add([]byte(text))
	}
	f.Add([]byte("<page><Items><Item><ID>a</ID></Item><Item/></Items><One><Tags><Key>\xc4</Key></Tags></One></page>"))
	f.Add([]byte(`{"Items":{"Item":[{"Locks":{"LockReason":["a"]},"Tags":{"TagKey":1}}]},"Names":[{}],"Table":[1]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		known, err := Parse(body)
		if err != nil {
			requireLine(t, err)
			return
		}
		defer known.Release()
		fresh := &Doc{text: known.text}
		require.NoError(t, fresh.scan())
		for _, typ := range answerTypes {
			before, _ := randomAnswer(1, typ)
			got, want := reflect.New(typ), reflect.New(typ)
			got.Elem().Set(reflect.ValueOf(before).Elem())
			err := testSchema.Fill(known.Root(), got.Interface())
			freshErr := testSchema.Fill(fresh.Root(), want.Interface())
			require.Equal(t, freshErr, err)
			if err != nil {
				requireLine(t, err)
				require.True(t, want.Elem().IsZero())
				require.Equal(t, before, got.Interface())
				continue
			}
			require.Equal(t, want.Interface(), got.Interface())
		}
	})
}

// Many goroutines share the pool and the schema, and overwrite their bodies; a
// value that referred to one of them would change.
func TestFillFromManyGoroutines(t *testing.T) {
	t.Parallel()
	schema := newSchema() // its plans are compiled by all at once
	var wg sync.WaitGroup
	for g := range uint64(16) {
		wg.Go(func() {
			type pair struct{ want, got any }
			var pairs []pair
			for i := range uint64(60) {
				typ := answerTypes[(g+i)%uint64(len(answerTypes))]
				want, text := randomAnswer(1000*g+i, typ)
				body := []byte(text)
				got := reflect.New(typ).Interface()
				d, err := Parse(body)
				if err == nil {
					err = schema.Fill(d.Root(), got)
					d.Release()
				}
				if err != nil {
					t.Errorf("%v: %s", err, text)
				}
				for j := range body {
					body[j] = byte(i)
				}
				pairs = append(pairs, pair{want, got})
			}
			for _, p := range pairs {
				if !reflect.DeepEqual(p.want, p.got) {
					t.Errorf("got %+v, want %+v", p.got, p.want)
				}
			}
		})
	}
	wg.Wait()
}
