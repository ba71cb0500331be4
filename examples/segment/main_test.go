package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

func example(t *testing.T, in string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), args, strings.NewReader(in), &out)
	for line := range strings.Lines(out.String()) {
		assert.LessOrEqual(t, len(line), 81, line)
	}
	return out.String(), err
}

func TestEmbedded(t *testing.T) {
	t.Parallel()
	for mask, addresses := range map[string]int{"28": 16, "24": 256} {
		t.Run(mask, func(t *testing.T) {
			t.Parallel()
			out, err := example(t, "", "-mask", mask)
			require.NoError(t, err)
			assert.Regexp(t, `\neipsg-\w+ is released\n$`, out)
			listed := strings.Count(out, "Available")
			assert.Contains(t, out, fmt.Sprintf("\n%d of the /%s's %d addresses", listed, mask, addresses))
			assert.Equal(t, addresses-3, listed)
		})
	}
}

func TestEndpoint(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	_, err := example(t, "", "-endpoint", srv.URL())
	require.NoError(t, err)
	assert.Len(t, srv.AddressesEverMade(), 13)
	assert.Empty(t, srv.Segments())
}

// Interrupted at any call, before or after it ran, it leaves nothing behind. In
// fake time.
func TestInterruptedAnywhere(t *testing.T) {
	t.Parallel()
	steps := 1
	for step := 1; step <= steps; step++ {
		for _, after := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				srv := eiptest.NewServer(t, eiptest.WithPipe())
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				n := 0
				srv.Before(func(call eiptest.Call) {
					if n++; n == step {
						if after {
							srv.Fail(call.Action, fault.CutAfter())
						}
						cancel()
					}
				})
				var out bytes.Buffer
				err := life(ctx, srv.Client(t), 28, &out)
				if n >= step { // there may be another one
					steps = step + 1
				}
				assert.Empty(t, srv.Segments(), "step %d, after=%v: %v\n%s", step, after, err, &out)
				assert.Empty(t, srv.Addresses())
			})
		}
	}
	assert.Greater(t, steps, 4)
}

// If it cannot release the group, it prints the ID.
func TestCannotRelease(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	srv.Fail("ReleaseEipSegmentAddress", fault.Refuse("Forbidden.RAM").Times(-1))
	_, err := example(t, "", "-endpoint", srv.URL())
	require.Len(t, srv.Segments(), 1)
	require.ErrorContains(t, err, srv.Segments()[0].ID)
	assert.ErrorContains(t, err, "costs money")
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ args, in, want string }{
		{"-live", "yes\n", "-region"},
		{"-live -region cn-hangzhou -endpoint http://127.0.0.1:1", "yes\n", "no -endpoint"},
		{"-endpoint https://VPC.aliyuncs.com", "", "-live"},
		{"-live -region cn-hangzhou", "no\n", "not confirmed"},
		{"-live -region cn-hangzhou", "", "not confirmed"},
		{"-region cn-hangzhou live", "", "no arguments"},
		{"-nonsense", "", "-nonsense"},
		{"-mask 23", "", "EipMask"},
	} {
		out, err := example(t, tt.in, strings.Fields(tt.args)...)
		require.ErrorContains(t, err, tt.want)
		assert.Equal(t, tt.want == "not confirmed", strings.Contains(out, "a /28 of elastic IPs in cn-hangzhou, for real money"))
	}
}
