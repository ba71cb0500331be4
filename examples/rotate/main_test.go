package main

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// The processes that rehearse starts run main instead of the tests.
func TestMain(m *testing.M) {
	const child = "EIP_EXAMPLE_CHILD"
	if os.Getenv(child) != "" {
		main()
		os.Exit(0)
	}
	if err := os.Setenv(child, "1"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

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
	assert.Contains(t, out, "\ndone: i-test1 had 198.18.0.3, which is released\n")
}

// The processes are real, and so is the crash.
func TestCrashOfAProcess(t *testing.T) {
	t.Parallel()
	out, err := example(t, "", "-crash-after", "9")
	require.NoError(t, err, out)
	assert.Contains(t, out, "crash: ")
	assert.Contains(t, out, "what exists on the fake:\n   198.18.0.2")
	assert.Contains(t, out, "\nsurvived")
}

// The same at every request, in fake time.
func TestCrashAtEveryRequest(t *testing.T) {
	t.Parallel()
	for k := 1; ; k++ {
		died := false
		synctest.Test(t, func(t *testing.T) {
			srv := eiptest.NewServer(t, eiptest.WithPipe())
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var n atomic.Int64
			dead := roundTrip(func(req *http.Request) (*http.Response, error) {
				if n.Add(1) > int64(k) {
					died = true
					cancel()
					return nil, ctx.Err()
				}
				return srv.HTTPClient().Transport.RoundTrip(req)
			})
			doomed := srv.Client(t, eip.WithHTTPClient(&http.Client{Transport: dead}))
			var out bytes.Buffer
			err := rotate(ctx, doomed, "i-test1", &out)
			assert.Equal(t, died, err != nil, "%v", err)
			require.NoError(t, rotate(t.Context(), srv.Client(t), "i-test1", &out), "died after %d requests\n%s", k, &out)
			assert.Empty(t, srv.Addresses())
		})
		if !died {
			break
		}
	}
}

// An interrupt at every request, the ones of the clean-up included: everything
// goes, and if it does not, the error names it.
func TestInterruptAtEveryRequest(t *testing.T) {
	t.Parallel()
	for k := 1; ; k++ {
		over := false
		synctest.Test(t, func(t *testing.T) {
			srv := eiptest.NewServer(t, eiptest.WithPipe())
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var n atomic.Int64
			client := srv.Client(t, eip.WithHTTPClient(&http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
				if n.Add(1) == int64(k) {
					cancel()
					return nil, ctx.Err()
				}
				return srv.HTTPClient().Transport.RoundTrip(req)
			})}))
			var out bytes.Buffer
			err := rotate(ctx, client, "i-test1", &out)
			if over = ctx.Err() == nil; over {
				require.NoError(t, err)
			} else if err != nil {
				require.ErrorIs(t, err, context.Canceled)
				require.ErrorContains(t, err, "is released")
			}
			for _, a := range srv.Addresses() {
				assert.Equal(t, eiptest.Releasing, a.Status, "interrupted at request %d: %v", k, err)
			}
		})
		if over {
			break
		}
	}
}

// An allocation of which nobody heard is settled before the program says that
// everything is released.
func TestUnsettledIsSettled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe())
		srv.Fail("AllocateEipAddress", fault.CutBefore().Times(2*eip.DefaultMaxAttempts))
		var out bytes.Buffer
		err := rotate(t.Context(), srv.Client(t), "i-test1", &out)
		require.ErrorContains(t, err, "is released")
		assert.NotEmpty(t, srv.AddressesEverMade(), "its token was sent again")
		for _, a := range srv.Addresses() {
			assert.Equal(t, eiptest.Releasing, a.Status)
		}
	})
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ args, in, want string }{
		{"-live -instance i-mine", "yes\n", "-region"},
		{"-live -region cn-hangzhou", "yes\n", "-instance"},
		{"-live -region cn-hangzhou -instance i-mine -endpoint http://127.0.0.1:1", "yes\n", "no -endpoint"},
		{"-endpoint https://VPC.aliyuncs.com", "", "-live"},
		{"-live -region cn-hangzhou -instance i-mine", "no\n", "not confirmed"},
		{"-live -region cn-hangzhou -instance i-mine -crash-after 3", "", "not confirmed"},
		{"surplus", "", "no arguments"},
		{"-crash-after x", "", "invalid value"},
	} {
		out, err := example(t, tt.in, strings.Fields(tt.args)...)
		require.ErrorContains(t, err, tt.want)
		assert.Equal(t, tt.want == "not confirmed", strings.Contains(out, "two elastic IPs in cn-hangzhou, for real money,\nand binds them to i-mine"))
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
