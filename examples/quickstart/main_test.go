package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
)

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

func TestOnTheEmbeddedFake(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), nil, strings.NewReader(""), &out))
	assert.Regexp(t, `^198\.1[89]\.\d+\.\d+ \(eip-\w+\) is released$`, lastLine(out.String()))
	for _, want := range []string{"allocated", "Available", "bound to EcsInstance i-test1", "traffic of the last hour", "unbound"} {
		assert.Contains(t, out.String(), want)
	}
}

func TestOnAnEndpoint(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-endpoint", srv.URL()}, strings.NewReader(""), &out))
	require.Len(t, srv.AddressesEverMade(), 1)
	assert.Empty(t, srv.Addresses())
	assert.Contains(t, lastLine(out.String()), srv.AddressesEverMade()[0].AllocationID)
	assert.Equal(t, "quickstart", srv.AddressesEverMade()[0].Name)
}

// Interrupted at any call, before or after it ran, the quickstart leaves
// nothing behind. In fake time.
func TestInterruptedAnywhere(t *testing.T) {
	t.Parallel()
	steps := 0
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe())
		require.NoError(t, life(t.Context(), srv.Client(t), "i-test1", io.Discard))
		steps = srv.Counts().Calls
	})
	require.Greater(t, steps, 6)
	for step := 1; step <= steps; step++ {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("step %d, after=%v", step, after), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { interrupted(t, step, after) })
			})
		}
	}
}

func interrupted(t *testing.T, step int, after bool) {
	srv := eiptest.NewServer(t, eiptest.WithPipe())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	srv.Before(func(call eiptest.Call) {
		if n++; n != step {
			return
		}
		if after {
			srv.Fail(call.Action, eiptest.CutAfter())
		}
		cancel()
	})
	var out bytes.Buffer
	err := life(ctx, srv.Client(t), "i-test1", &out)
	for _, a := range srv.Addresses() {
		assert.Fail(t, "left behind", "%+v\n%v\n%s", a, err, out.String())
	}
	if err != nil && len(srv.AddressesEverMade()) > 0 {
		assert.Contains(t, out.String(), srv.AddressesEverMade()[0].AllocationID+" is released")
	}
	assert.LessOrEqual(t, len(srv.AddressesEverMade()), 1)
}

// If it cannot release the address, it prints the ID.
func TestCannotRelease(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	srv.Fail("ReleaseEipAddress", eiptest.Refuse("Forbidden.RAM").Times(-1))
	var out bytes.Buffer
	err := run(t.Context(), []string{"-endpoint", srv.URL()}, strings.NewReader(""), &out)
	require.Error(t, err)
	require.Len(t, srv.Addresses(), 1)
	assert.ErrorContains(t, err, srv.Addresses()[0].AllocationID)
	assert.ErrorContains(t, err, "costs money")
}

func TestLiveAsksFirst(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := run(t.Context(), []string{"-live", "-region", "cn-hangzhou"}, strings.NewReader("no\n"), &out)
	require.Error(t, err)
	assert.Regexp(t, regexp.MustCompile(`(?s)real cloud.*cn-hangzhou.*one pay-as-you-go elastic IP`), out.String())

	err = run(t.Context(), []string{"-live"}, strings.NewReader("yes\n"), &out)
	assert.ErrorContains(t, err, "-region")
}
