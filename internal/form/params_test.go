package form

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParamsOf(t *testing.T) {
	t.Parallel()
	names := map[string][]string{}
	var order, required []string
	for _, p := range ParamsOf(reflect.TypeFor[sample]()) {
		names[p.Field] = p.Names
		order = append(order, p.Field)
		if p.Required() {
			required = append(required, p.Field)
		}
	}
	require.Equal(t, []string{"Plain", "Number", "IDs", "Joined", "Labels", "At", "From", "Until"}, order)
	require.Equal(t, []string{"Plain", "Number"}, required)
	require.Equal(t, map[string][]string{
		"Plain": {"Plain"}, "Number": {"Number"}, "IDs": {"Id.N"}, "Joined": {"Joined"},
		"Labels": {"Tag.N.Key", "Tag.N.Value"}, "At": {"At"},
		"From": {"Filter.N.Key", "Filter.N.Value"}, "Until": {"Filter.N.Key", "Filter.N.Value"},
	}, names)
}
