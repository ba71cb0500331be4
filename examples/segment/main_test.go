package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
)

func TestOnTheEmbeddedFake(t *testing.T) {
	t.Parallel()
	for mask, addresses := range map[string]int{"28": 16, "24": 256} {
		t.Run(mask, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			require.NoError(t, run(t.Context(), []string{"-mask", mask}, strings.NewReader(""), &out))
			text := strings.TrimSpace(out.String())
			assert.Regexp(t, `eipsg-\w+ is released$`, text)
			listed := strings.Count(text, "Available")
			assert.Contains(t, text, fmt.Sprintf("%d of the /%s's %d addresses", listed, mask, addresses))
			assert.Less(t, listed, addresses)
			assert.GreaterOrEqual(t, listed, addresses-4)
		})
	}
}

func TestBadMask(t *testing.T) {
	t.Parallel()
	err := run(t.Context(), []string{"-mask", "23"}, strings.NewReader(""), &bytes.Buffer{})
	assert.ErrorContains(t, err, "EipMask")
}

// Interrupted at any call, before or after it ran, nothing is left behind.
func TestInterruptedAnywhere(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0))
	require.NoError(t, run(t.Context(), []string{"-endpoint", srv.URL()}, strings.NewReader(""), &bytes.Buffer{}))
	steps := srv.Counts().Calls
	require.Greater(t, steps, 3)
	for step := 1; step <= steps; step++ {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("step %d, after=%v", step, after), func(t *testing.T) {
				t.Parallel()
				srv := eiptest.NewServer(t, eiptest.WithTransition(0))
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				n := 0
				srv.Before(func(call eiptest.Call) {
					if n++; n == step {
						if after {
							srv.Fail(call.Action, eiptest.CutAfter())
						}
						cancel()
					}
				})
				var out bytes.Buffer
				err := run(ctx, []string{"-endpoint", srv.URL()}, strings.NewReader(""), &out)
				assert.Empty(t, srv.Segments(), "%v\n%s", err, out.String())
				assert.Empty(t, srv.Addresses())
			})
		}
	}
}
