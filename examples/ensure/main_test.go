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
	"github.com/eipkit/eip-go/internal/exampleapp"
)

func TestMain(m *testing.M) {
	if exampleapp.IsChild() {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func lastLine(out *bytes.Buffer) string {
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	return lines[len(lines)-1]
}

func TestRun(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), nil, strings.NewReader(""), &out))
	assert.Contains(t, lastLine(&out), "done: 3 addresses were made and are released")
}

// The processes are real, and so is the crash.
func TestCrashOfAProcess(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-crash-after", "9"}, strings.NewReader(""), &out), "%s", &out)
	assert.Contains(t, out.String(), "the process is dead")
	assert.Contains(t, lastLine(&out), "survived")
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
					cancel()
					return nil, ctx.Err()
				}
				return srv.HTTPClient().Transport.RoundTrip(req)
			})
			doomed := srv.Client(t, eip.WithHTTPClient(&http.Client{Transport: dead}))
			var out bytes.Buffer
			err := steps(ctx, doomed, eip.Instance{ID: "i-test1"}, &out)
			died = n.Load() > int64(k)
			assert.Equal(t, died, err != nil, "%v", err)
			require.NoError(t, steps(t.Context(), srv.Client(t), eip.Instance{ID: "i-test1"}, &out), "died after %d requests\n%s", k, &out)
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
			var n atomic.Int64 // allocations go side by side
			client := srv.Client(t, eip.WithHTTPClient(&http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
				if n.Add(1) == int64(k) {
					cancel()
					return nil, ctx.Err()
				}
				return srv.HTTPClient().Transport.RoundTrip(req)
			})}))
			var out bytes.Buffer
			err := ensure(ctx, client, "i-test1", &out)
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
		srv.Fail("AllocateEipAddress", eiptest.CutBefore().Times(6*eip.DefaultMaxAttempts))
		var out bytes.Buffer
		err := ensure(t.Context(), srv.Client(t), "i-test1", &out)
		require.ErrorContains(t, err, "is released")
		assert.NotEmpty(t, srv.AddressesEverMade(), "its token was sent again")
		for _, a := range srv.Addresses() {
			assert.Equal(t, eiptest.Releasing, a.Status)
		}
	})
}

func TestLiveAsksAndNeedsAnInstance(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := run(t.Context(), []string{"-live", "-region", "cn-hangzhou"}, strings.NewReader("yes\n"), &out)
	require.ErrorContains(t, err, "-instance")
	err = run(t.Context(), []string{"-live", "-region", "cn-hangzhou", "-instance", "i-mine"}, strings.NewReader("no\n"), &out)
	require.ErrorIs(t, err, exampleapp.ErrDeclined)
	assert.Contains(t, out.String(), "i-mine")
	require.Error(t, run(t.Context(), []string{"surplus"}, strings.NewReader(""), &out))
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
