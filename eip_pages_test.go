package eip_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
	"github.com/eipkit/eip-go/internal/wiretest"
)

// manyAddresses makes a service with n addresses.
func manyAddresses(n int) []eiptest.Option {
	return []eiptest.Option{eiptest.WithQuota(n + 100), eiptest.WithRecord(100_000)}
}

func fill(t *testing.T, srv *eiptest.Server, c *eip.Client, n int) []string {
	t.Helper()
	for range n {
		allocate(t, c, nil)
	}
	return aliveIDs(srv)
}

func TestEipAddresses10000(t *testing.T) {
	t.Parallel()
	opts := []eiptest.Option{eiptest.WithSegmentQuota(40), eiptest.WithSegmentReserved(0), eiptest.WithTransition(0)}
	onFake(t, opts, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		for i := range 40 { // segments, since ten thousand allocations take their time
			mask := 24
			if i == 39 {
				mask = 28
			}
			_, err := c.AllocateEipSegmentAddress(t.Context(), &eip.AllocateEipSegmentAddressRequest{EipMask: mask}) //nolint:staticcheck // deprecated by the vendor
			require.NoError(t, err)
		}
		want := aliveIDs(srv)
		require.Len(t, want, 10_000)
		var got []string
		for a, err := range c.EipAddresses(t.Context(), nil) {
			require.NoError(t, err)
			got = append(got, a.AllocationID)
		}
		assert.Equal(t, want, got)
		assert.Equal(t, 100, srv.Counts().Actions["DescribeEipAddresses"])
	})
}

func TestEipAddressesEnds(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ n, size, calls int }{
		{0, 0, 1}, {1, 0, 1}, {99, 0, 1}, {100, 0, 1}, {101, 0, 2}, {200, 0, 2}, {250, 0, 3}, {7, 3, 3}, {6, 3, 2},
	} {
		t.Run(fmt.Sprintf("%d by %d", tc.n, tc.size), func(t *testing.T) {
			t.Parallel()
			onFake(t, manyAddresses(tc.n), func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				want := fill(t, srv, c, tc.n)
				got := []string{}
				for a, err := range c.EipAddresses(t.Context(), &eip.DescribeEipAddressesRequest{PageSize: tc.size}) {
					require.NoError(t, err)
					got = append(got, a.AllocationID)
				}
				assert.Equal(t, want, got)
				assert.Equal(t, tc.calls, srv.Counts().Actions["DescribeEipAddresses"])
			})
		})
	}
}

func TestEipAddressesStopsWithTheLoop(t *testing.T) {
	t.Parallel()
	onFake(t, manyAddresses(300), func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		fill(t, srv, c, 300)
		seq := c.EipAddresses(t.Context(), nil)
		assert.Zero(t, srv.Counts().Actions["DescribeEipAddresses"], "nothing is asked for before the loop")
		for range 2 { // each loop begins anew
			n := 0
			for _, err := range seq {
				require.NoError(t, err)
				if n++; n == 100 {
					break
				}
			}
		}
		assert.Equal(t, 2, srv.Counts().Actions["DescribeEipAddresses"])
	})
}

// The loop releases what it is given, so that the addresses move to the front.
func TestEipAddressesWhileTheyGo(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ n, size, batch int }{
		{450, 100, 1}, {450, 100, 30}, {450, 100, 100}, {450, 100, 250},
		{450, 10, 1}, {450, 10, 7}, {450, 10, 10}, {600, 100, 1}, {1000, 100, 1}, {1000, 100, 130}, {1000, 10, 3},
	} {
		onFake(t, append(manyAddresses(tc.n), eiptest.WithTransition(0)), func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
			want := fill(t, srv, c, tc.n)
			var got, held []string
			for a, err := range c.EipAddresses(t.Context(), &eip.DescribeEipAddressesRequest{Status: eip.StatusAvailable, PageSize: tc.size}) {
				require.NoError(t, err)
				got = append(got, a.AllocationID)
				held = append(held, a.AllocationID)
				if len(held) == tc.batch {
					for _, id := range held {
						srv.ForceRelease(id)
					}
					held = nil
				}
			}
			slices.Sort(want)
			slices.Sort(got)
			assert.Equal(t, want, got, "%+v", tc)
		})
	}
}

// Others release addresses of earlier pages between two pages.
func TestEipAddressesWhenTheTotalFalls(t *testing.T) {
	t.Parallel()
	for _, gone := range []int{1, 5, 10, 25} {
		onFake(t, append(manyAddresses(45), eiptest.WithTransition(0)), func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
			all := fill(t, srv, c, 45)
			calls := 0
			srv.Before(func(call eiptest.Call) {
				if calls++; calls == 4 { // three pages of ten were read
					for _, id := range all[:gone] {
						srv.ForceRelease(id)
					}
				}
			})
			var got []string
			for a, err := range c.EipAddresses(t.Context(), &eip.DescribeEipAddressesRequest{PageSize: 10}) {
				require.NoError(t, err)
				assert.NotContains(t, got, a.AllocationID, "none twice")
				got = append(got, a.AllocationID)
			}
			for _, id := range all[gone:] {
				assert.Contains(t, got, id, "%d gone", gone)
			}
			assert.LessOrEqual(t, calls, 10)
		})
	}
}

func TestEipAddressesYieldsTheErrorOnce(t *testing.T) {
	t.Parallel()
	onFake(t, manyAddresses(150), func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		fill(t, srv, c, 150)
		srv.Fail("DescribeEipAddresses", fault.Pass(), fault.Refuse("Forbbiden"))
		n, errs := 0, 0
		for a, err := range c.EipAddresses(t.Context(), nil) {
			if err != nil {
				errs++
				assert.Nil(t, a)
				require.ErrorIs(t, err, eip.ErrPermission)
				continue
			}
			n++
		}
		assert.Equal(t, 100, n)
		assert.Equal(t, 1, errs)

		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		why := errors.New("enough")
		n, errs = 0, 0
		for _, err := range c.EipAddresses(ctx, nil) {
			if err != nil {
				errs++
				require.ErrorIs(t, err, why)
				continue
			}
			n++
			cancel(why)
		}
		assert.Equal(t, 100, n)
		assert.Equal(t, 1, errs)
	})
}

// A request with everything set is sent as it was when the loop was made, and
// is never changed.
func TestEipAddressesCopiesTheRequest(t *testing.T) {
	t.Parallel()
	onFake(t, manyAddresses(3), func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		for range 3 {
			allocate(t, c, &eip.AllocateEipAddressRequest{Tags: eip.Tags{"a": "1"}})
		}
		req := &eip.DescribeEipAddressesRequest{
			AllocationIDs: aliveIDs(srv), Tags: eip.Tags{"a": "1"}, ServiceManaged: eip.Ptr(false),
			SecurityProtectionEnabled: eip.Ptr(false), Extra: url.Values{"X": {"y"}}, PageSize: 2,
		}
		seq := c.EipAddresses(t.Context(), req)
		req.AllocationIDs[0] = "eip-other"
		req.Tags["a"] = "2"
		*req.ServiceManaged = true
		*req.SecurityProtectionEnabled = true
		req.Extra["X"][0] = "z"
		req.PageSize = 1
		n := 0
		for _, err := range seq {
			require.NoError(t, err)
			n++
		}
		assert.Equal(t, 3, n)
		assert.Len(t, srv.CallsOf("DescribeEipAddresses"), 2)
		assert.Equal(t, 1, req.PageSize)
		assert.Zero(t, req.PageNumber)
		for _, call := range srv.CallsOf("DescribeEipAddresses") {
			assert.Equal(t, "y", call.Params["X"])
		}
	})
}

// Every field of a request that points to something is covered by the test
// above: a new one has to be added there and to the copying.
func TestRequestFieldsThatNeedCopying(t *testing.T) {
	t.Parallel()
	for typ, want := range map[reflect.Type][]string{
		reflect.TypeFor[eip.DescribeEipAddressesRequest](): {
			"AllocationIDs", "EipAddresses", "SecurityProtectionEnabled", "ServiceManaged", "Tags", "Extra"},
		reflect.TypeFor[eip.DescribeEipSegmentRequest](): {"Extra"},
		reflect.TypeFor[eip.DescribeRegionsRequest]():    {"Extra"},
		reflect.TypeFor[eip.AllocateEipAddressRequest](): {"AutoPay", "SecurityProtectionTypes", "Tags", "Extra"},
	} {
		var got []string
		for f := range typ.NumField() {
			switch typ.Field(f).Type.Kind() {
			case reflect.Slice, reflect.Map, reflect.Pointer:
				got = append(got, typ.Field(f).Name)
			}
		}
		assert.Equal(t, want, got, typ.Name())
	}
}

// pageClient talks to a service whose pages a test makes up.
func pageClient(t *testing.T, answer func(number, size int) (ids []string, total, told int)) (*eip.Client, *wiretest.Server) {
	t.Helper()
	srv := wiretest.New(wiretest.AnswerWith(http.StatusOK, func(r *wiretest.Request) string {
		number, _ := strconv.Atoi(r.Params.Get("PageNumber"))
		size, _ := strconv.Atoi(r.Params.Get("PageSize"))
		ids, total, told := answer(number, size)
		items := make([]string, len(ids))
		for i, id := range ids {
			items[i] = fmt.Sprintf(`{"AllocationId":%q}`, id)
		}
		return fmt.Sprintf(`{"RequestId":"r","PageNumber":%d,"PageSize":%d,"TotalCount":%d,"EipAddresses":{"EipAddress":[%s]}}`,
			number, told, total, strings.Join(items, ","))
	}))
	hc := srv.Client()
	t.Cleanup(func() {
		hc.CloseIdleConnections()
		srv.Close()
	})
	c, err := eip.NewClient("cn-hangzhou", eip.WithEndpoint("http://fake.invalid"),
		eip.WithCredentials(eip.StaticCredentials("id", "secret")), eip.WithHTTPClient(hc))
	require.NoError(t, err)
	return c, srv
}

func names(from, n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("eip-%d", from+i)
	}
	return ids
}

// Services that do not page as documented.
func TestEipAddressesFromStrangeServices(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		answer func(number, size int) ([]string, int, int)
		got    int
		calls  int
		err    bool
	}{
		{"the same full page for ever, no total", func(_, size int) ([]string, int, int) { return names(0, size), 0, size }, 100, 4, false},
		{"the same full page for ever, huge total", func(_, size int) ([]string, int, int) { return names(0, size), 1e9, size }, 100, 4, true},
		{"the same full page, total as on the page", func(_, size int) ([]string, int, int) { return names(0, size), size, size }, 100, 1, false},
		{"pages of at most 50, as it says", func(n, _ int) ([]string, int, int) { return names(n*50, min(50, 120-(n-1)*50)), 120, 50 }, 120, 3, false},
		{"pages of at most 50, though it says 100", func(n, _ int) ([]string, int, int) { return names(n*50, max(0, min(50, 120-(n-1)*50))), 120, 100 }, 120, 3, false},
		{"no totals", func(n, size int) ([]string, int, int) { return names(n*size, []int{100, 100, 7}[n-1]), 0, 0 }, 207, 3, false},
		{"no totals, full to the end", func(n, size int) ([]string, int, int) { return names(n*size, []int{100, 100, 0}[n-1]), 0, 0 }, 200, 3, false},
		{"an empty page before the total", func(n, size int) ([]string, int, int) { return names(n*size, []int{100, 0}[n-1]), 500, size }, 100, 2, false},
		{"larger pages than asked for", func(int, int) ([]string, int, int) { return names(0, 150), 150, 150 }, 150, 2, false},
		{"addresses without IDs for ever", func(_, size int) ([]string, int, int) { return make([]string, size), 0, size }, 0, 4, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c, srv := pageClient(t, tc.answer)
			n := 0
			var last error
			for _, err := range c.EipAddresses(t.Context(), nil) {
				if last = err; err == nil {
					n++
				}
				require.Less(t, n, 10_000)
			}
			assert.Equal(t, tc.got, n)
			assert.Equal(t, tc.err, last != nil, "%v", last)
			assert.LessOrEqual(t, len(srv.Requests()), tc.calls)
		})
	}
}

// A total that goes up and down for ever, over pages that are always new, is
// left by the loop; over pages that are not, it ends by itself.
func TestEipAddressesTotalThatNeverSettles(t *testing.T) {
	t.Parallel()
	for name, total := range map[string]func(calls int) int{
		"up and down":      func(calls int) int { return 100_000 - calls%2 },
		"down for ever":    func(calls int) int { return 1_000_000 - calls },
		"down by pages":    func(calls int) int { return 1_000_000 - 250*calls },
		"up for ever":      func(calls int) int { return 100_000 + calls },
		"down, then up":    func(calls int) int { return 100_000 - (calls%7)*500 },
		"to nothing known": func(calls int) int { return calls % 2 * 50_000 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls := 0
			c, _ := pageClient(t, func(n, size int) ([]string, int, int) {
				calls++
				return names(min(n, 20)*size, size), total(calls), size
			})
			n := 0
			for _, err := range c.EipAddresses(t.Context(), nil) {
				if err == nil {
					n++
				}
				require.Less(t, calls, 500)
			}
			assert.Equal(t, 2000, n)
			assert.Less(t, calls, 300)
		})
	}
}

func TestEipAddressesBadRequest(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		n := 0
		for a, err := range c.EipAddresses(t.Context(), &eip.DescribeEipAddressesRequest{PageNumber: -1}) {
			assert.Nil(t, a)
			require.ErrorIs(t, err, eip.ErrInvalidParameter)
			n++
		}
		assert.Equal(t, 1, n)
		assert.Zero(t, srv.Counts().Calls)
	})
}

func TestEipSegmentsAndRegions(t *testing.T) {
	t.Parallel()
	onFake(t, []eiptest.Option{eiptest.WithSegmentQuota(200)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		want := map[string]bool{}
		for range 120 {
			res, err := c.AllocateEipSegmentAddress(t.Context(), &eip.AllocateEipSegmentAddressRequest{EipMask: 28}) //nolint:staticcheck // it is deprecated by the vendor
			require.NoError(t, err)
			want[res.EipSegmentInstanceID] = true
		}
		got := map[string]bool{}
		for s, err := range c.EipSegments(t.Context(), nil) {
			require.NoError(t, err)
			assert.False(t, got[s.InstanceID])
			got[s.InstanceID] = true
		}
		assert.Equal(t, want, got)
		assert.Equal(t, 3, srv.Counts().Actions["DescribeEipSegment"])
	})
}
