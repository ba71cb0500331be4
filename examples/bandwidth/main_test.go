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
	"time"

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

// move runs the example against a fake, with requests that go through a transport.
func move(ctx context.Context, t *testing.T, srv *eiptest.Server, out *bytes.Buffer, through roundTrip) error {
	t.Helper()
	if through == nil {
		through = srv.HTTPClient().Transport.RoundTrip
	}
	client := srv.Client(t, eip.WithHTTPClient(&http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
		res, err := through(req)
		assert.LessOrEqual(t, len(srv.BandwidthPackages()), 1, "one package at most")
		return res, err
	})}))
	return (&mover{client: client, instances: []string{"i-test1", "i-test2", "i-test3"}, out: out}).run(ctx)
}

// nothingLeft checks that the package is deleted and the addresses are released, or
// on their way.
func nothingLeft(t *testing.T, srv *eiptest.Server, msg ...any) {
	t.Helper()
	assert.Empty(t, srv.BandwidthPackages(), msg...)
	for _, a := range srv.Addresses() {
		assert.Equal(t, eiptest.Releasing, a.Status, msg...)
	}
}

func TestEmbedded(t *testing.T) {
	t.Parallel()
	out, err := example(t, "")
	require.NoError(t, err)
	assert.Contains(t, out, "on i-test2: 5 Mbit/s of its own, used ")
	assert.Contains(t, out, "on i-test2: shares 10 Mbit/s, used ")
	assert.Equal(t, 2, strings.Count(out, "paid for: 15 Mbit/s; used together: "))
	assert.Equal(t, 1, strings.Count(out, "paid for: 10 Mbit/s; used together: "))
	assert.Contains(t, out, "\ndone: 3 addresses shared 10 Mbit/s for a while, and are released\n")
}

// The processes are real, and so is the crash.
func TestCrashOfAProcess(t *testing.T) {
	t.Parallel()
	out, err := example(t, "", "-crash-after", "28")
	require.NoError(t, err, out)
	assert.Contains(t, out, "crash: ")
	assert.Contains(t, out, "what exists on the fake:\n   198.18.0.2")
	assert.Contains(t, out, "\nsurvived")
}

// The calls that change something: none too many, and the package with its tag.
func TestCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe(), eiptest.WithBandwidthPackageTime(time.Second))
		var out bytes.Buffer
		require.NoError(t, move(t.Context(), t, srv, &out, nil))
		nothingLeft(t, srv)
		for action, n := range map[string]int{
			"CreateCommonBandwidthPackage": 1, "AddCommonBandwidthPackageIps": 1, "RemoveCommonBandwidthPackageIp": 3,
			"DeleteCommonBandwidthPackage": 1, "AllocateEipAddress": 3, "AssociateEipAddress": 3, "ReleaseEipAddress": 3,
		} {
			assert.Len(t, srv.CallsOf(action), n, action)
		}
		assert.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "Bandwidth": "10", "Name": "eip-go-bandwidth",
			"Tag.1.Key": "made-by", "Tag.1.Value": "examples/bandwidth"}, srv.CallsOf("CreateCommonBandwidthPackage")[0].Params)
	})
}

// A crash at every request, in fake time, with a service that shows new things
// late: the next run finds the package and goes on with it.
func TestCrashAtEveryRequest(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]time.Duration{"at once": 0, "late": 20 * time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for k := 1; ; k++ {
				died := false
				synctest.Test(t, func(t *testing.T) {
					srv := eiptest.NewServer(t, eiptest.WithPipe(), eiptest.WithVisibilityDelay(late))
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					var n atomic.Int64
					var out bytes.Buffer
					err := move(ctx, t, srv, &out, func(req *http.Request) (*http.Response, error) {
						if n.Add(1) > int64(k) {
							cancel()
							return nil, ctx.Err()
						}
						return srv.HTTPClient().Transport.RoundTrip(req)
					})
					died = n.Load() > int64(k)
					assert.Equal(t, died, err != nil, "%v", err)
					require.NoError(t, move(t.Context(), t, srv, &out, nil), "died after %d requests\n%s", k, &out)
					nothingLeft(t, srv)
				})
				if !died {
					break
				}
			}
		})
	}
}

// An interrupt at every request, the ones of the clean-up included: everything
// goes, and if it does not, the error says so.
func TestInterruptAtEveryRequest(t *testing.T) {
	t.Parallel()
	for k := 1; ; k++ {
		over := false
		synctest.Test(t, func(t *testing.T) {
			srv := eiptest.NewServer(t, eiptest.WithPipe())
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var n atomic.Int64
			var out bytes.Buffer
			err := move(ctx, t, srv, &out, func(req *http.Request) (*http.Response, error) {
				if n.Add(1) == int64(k) {
					cancel()
					return nil, ctx.Err()
				}
				return srv.HTTPClient().Transport.RoundTrip(req)
			})
			if over = ctx.Err() == nil; over {
				require.NoError(t, err)
			} else if err != nil {
				require.ErrorIs(t, err, context.Canceled)
				require.ErrorContains(t, err, "is released")
			}
			nothingLeft(t, srv, "interrupted at request %d: %v", k, err)
		})
		if over {
			break
		}
	}
}

// One package at most, whatever becomes of the calls that make it, add to it,
// remove from it and delete it; and none is left.
func TestOnePackage(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"CreateCommonBandwidthPackage", "DescribeCommonBandwidthPackages", "AddCommonBandwidthPackageIps",
		"RemoveCommonBandwidthPackageIp", "DeleteCommonBandwidthPackage"} {
		for name, f := range map[string]fault.Fault{
			"lost answer": fault.CutAfter(), "lost request": fault.CutBefore(), "half an answer": fault.CutBody(),
			"gateway": fault.BadGateway(), "runs late": fault.Late(10 * time.Second), "throttled": fault.Throttle(),
		} {
			for _, times := range []int{eip.DefaultMaxAttempts, 2*eip.DefaultMaxAttempts + 1} {
				t.Run(action+"/"+name, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						srv := eiptest.NewServer(t, eiptest.WithPipe(), eiptest.WithVisibilityDelay(2*time.Second))
						srv.Fail(action, f.Times(times))
						var out bytes.Buffer
						if err := move(t.Context(), t, srv, &out, nil); err != nil {
							if !strings.Contains(err.Error(), "is released") {
								require.ErrorContains(t, err, "cost money")
								require.NoError(t, move(t.Context(), t, srv, &out, nil))
							}
						}
						time.Sleep(time.Minute) // for what runs late
						nothingLeft(t, srv, "%s", &out)
					})
				})
			}
		}
	}
}

// A creation whose outcome is unknown is settled before the program says that
// everything is released.
func TestUnsettledIsSettled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe())
		srv.Fail("CreateCommonBandwidthPackage", fault.CutAfter().Times(eip.DefaultMaxAttempts))
		var out bytes.Buffer
		err := move(t.Context(), t, srv, &out, nil)
		require.ErrorContains(t, err, "is released")
		assert.True(t, eip.OutcomeUnknown(err))
		calls := srv.CallsOf("CreateCommonBandwidthPackage")
		require.Len(t, calls, eip.DefaultMaxAttempts+1)
		assert.Equal(t, calls[0].Token, calls[len(calls)-1].Token)
		assert.Contains(t, out.String(), " is deleted\n")
		nothingLeft(t, srv)
	})
}

// While it is not known whether there is a package, the addresses stay: the next
// run has the same ones, and with them the same token.
func TestUnsettledAddressesStay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe())
		srv.Fail("CreateCommonBandwidthPackage", fault.CutBefore().Times(20*eip.DefaultMaxAttempts))
		var out bytes.Buffer
		require.ErrorContains(t, move(t.Context(), t, srv, &out, nil), "may still exist and cost money, run this again")
		assert.Len(t, srv.Addresses(), 3)
		srv.Calm()
		require.NoError(t, move(t.Context(), t, srv, &out, nil))
		nothingLeft(t, srv)
		assert.Len(t, srv.AddressesEverMade(), 3)
		for _, c := range srv.CallsOf("CreateCommonBandwidthPackage") {
			assert.Equal(t, srv.CallsOf("CreateCommonBandwidthPackage")[0].Token, c.Token)
		}
	})
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	const three = " -instances i-1,i-2,i-3"
	for _, tt := range []struct{ args, in, want string }{
		{"-live" + three, "yes\n", "-region"},
		{"-live -region cn-hangzhou", "yes\n", "-instances"},
		{"-live -region cn-hangzhou -endpoint http://127.0.0.1:1" + three, "yes\n", "no -endpoint"},
		{"-endpoint https://VPC.aliyuncs.com", "", "-live"},
		{"-live -region cn-hangzhou -instances i-1,i-2", "yes\n", "3 IDs are needed"},
		{"-instances i-1,,i-2", "", "3 IDs are needed"},
		{"-live -region cn-hangzhou" + three, "no\n", "not confirmed"},
		{"-live -region cn-hangzhou -crash-after 3" + three, "", "not confirmed"},
		{"surplus", "", "no arguments"},
		{"-crash-after x", "", "invalid value"},
	} {
		out, err := example(t, tt.in, strings.Fields(tt.args)...)
		require.ErrorContains(t, err, tt.want)
		assert.Equal(t, tt.want == "not confirmed", strings.Contains(out, "3 elastic IPs in cn-hangzhou, for real money, binds them to\n"+
			"i-1, i-2, i-3,\nand creates a bandwidth package of 10 Mbit/s.\n"))
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
