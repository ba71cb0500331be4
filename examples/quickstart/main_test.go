package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
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
	out, err := example(t, "")
	require.NoError(t, err)
	assert.Regexp(t, `\n198\.1[89]\.\d+\.\d+ \(eip-\w+\) is released\n$`, out)
	for _, want := range []string{"allocated", "Available", "bound to EcsInstance i-test1", "kB received", "unbound"} {
		assert.Contains(t, out, want)
	}
}

func TestEndpoint(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	out, err := example(t, "", "-endpoint", srv.URL())
	require.NoError(t, err)
	require.Len(t, srv.AddressesEverMade(), 1)
	assert.Empty(t, srv.Addresses())
	assert.Contains(t, out, srv.AddressesEverMade()[0].AllocationID+") is released\n")
	assert.Equal(t, "quickstart", srv.AddressesEverMade()[0].Name)
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	for signature, want := range map[string]bool{"v1": false, "v3": true} {
		srv := eiptest.NewServer(t, eiptest.WithPipe())
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, want, r.Header.Get("Authorization") != "")
			srv.ServeHTTP(w, r)
		}))
		_, err := example(t, "", "-endpoint", front.URL, "-signature", signature)
		front.Close()
		require.NoError(t, err)
		require.Len(t, srv.AddressesEverMade(), 1)
		assert.Empty(t, srv.Addresses())
		_, err = example(t, "", "-signature", signature)
		require.NoError(t, err)
	}
	_, err := example(t, "", "-signature", "v2")
	require.ErrorContains(t, err, "neither v1 nor v3")
}

func TestWithoutInstance(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, life(t.Context(), eiptest.NewServer(t).Client(t), "", &out))
	assert.Contains(t, out.String(), "not bound to anything")
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
			srv.Fail(call.Action, fault.CutAfter())
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
	srv.Fail("ReleaseEipAddress", fault.Refuse("Forbidden.RAM").Times(-1))
	_, err := example(t, "", "-endpoint", srv.URL())
	require.Len(t, srv.Addresses(), 1)
	require.ErrorContains(t, err, srv.Addresses()[0].AllocationID)
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
	} {
		out, err := example(t, tt.in, strings.Fields(tt.args)...)
		require.ErrorContains(t, err, tt.want)
		assert.Equal(t, tt.want == "not confirmed", strings.Contains(out, "an elastic IP in cn-hangzhou, for real money"))
	}
}
