package main

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/zenlayer"
	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
)

// lockedBuffer may be written to by several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func TestDefault(t *testing.T) {
	t.Parallel()
	var out, errs lockedBuffer
	assert.Zero(t, run(t.Context(), nil, strings.NewReader(""), &out, &errs))
	assert.Empty(t, errs.String())
	for _, word := range []string{"stock ", "price ", "allocated ", "available ", "released "} {
		assert.Contains(t, out.String(), word)
	}
	assert.Equal(t, 3, strings.Count(out.String(), "available "))
}

// TestWhateverHappens: nothing stays, or its ID is printed.
func TestWhateverHappens(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		args   []string
		stdin  string
		make   func(*zenlayertest.Server, context.CancelFunc)
		status int
		made   int
		says   string // in the output, or in the error
		stays  bool
	}{
		"all well":            {made: 3, says: "released "},
		"five":                {args: []string{"-n", "5", "-zone", "HKG-A"}, made: 5, says: "released "},
		"the answer is lost":  {make: fail("AllocateEipAddresses", zenlayertest.CutAfter()), made: 3, says: "settled "},
		"creation fails":      {make: func(s *zenlayertest.Server, _ context.CancelFunc) { s.FailCreation(1) }, status: 1, made: 3, says: "(CREATE_FAILED)"},
		"refused":             {make: fail("AllocateEipAddresses", zenlayertest.Refuse("INVALID_EIP_TYPE_ZONE_NO_SELL")), status: 1, says: "NO_SELL"},
		"no such zone":        {args: []string{"-zone", "NOWHERE"}, status: 1, says: "INVALID_ZONE_NOT_FOUND"},
		"nothing to sell":     {args: []string{"-zone", "FRA-A"}, status: 1, says: "no zone"},
		"waiting fails":       {make: fail("DescribeEipAddresses", zenlayertest.Refuse("AUTHFAILURE_UNAUTHORIZED_OPERATION")), status: 1, made: 3, says: "AUTHFAILURE"},
		"releasing fails":     {make: fail("ReleaseEipAddresses", zenlayertest.Refuse("AUTHFAILURE_UNAUTHORIZED_OPERATION")), status: 1, made: 3, says: "could not release eip-", stays: true},
		"interrupted":         {make: interrupt("DescribeEipAddresses"), status: 1, made: 3, says: "released "},
		"interrupted earlier": {make: interrupt("InquiryPriceCreateEipAddress"), status: 1, says: "cancel"},
		"live, no":            {args: []string{"-live"}, stdin: "no\n", says: "nothing was bought"},
		"live, nothing said":  {args: []string{"-live"}, says: "nothing was bought"},
		"live, yes":           {args: []string{"-live"}, stdin: "yes\n", made: 3, says: "released "},
		"wrong number":        {args: []string{"-n", "101"}, status: 2, says: "-n is 1 to 100"},
		"both":                {args: []string{"-live", "-endpoint", "http://127.0.0.1:1"}, status: 2, says: "exclude each other"},
		"not asked":           {args: []string{"-endpoint", "https://Console.Zenlayer.com./x"}, status: 2, says: "real service: use -live"},
		"no URL":              {args: []string{"-endpoint", "http://a b\x7f"}, status: 2, says: "not a URL"},
		"wrong key":           {args: []string{"-access-key-id", "somebody"}, status: 1, says: "AUTHFAILURE"},
		"wrong flag":          {args: []string{"-x"}, status: 2, says: "-x"},
		"help":                {args: []string{"-h"}, says: "-endpoint"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := zenlayertest.NewServer(t, zenlayertest.WithTransition(20*time.Millisecond))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if tt.make != nil {
				tt.make(srv, cancel)
			}
			var out, errs lockedBuffer
			args := tt.args
			if !slices.Contains(args, "-live") {
				args = append([]string{"-endpoint", srv.URL()}, args...)
			}
			status := run(ctx, args, strings.NewReader(tt.stdin), &out, &errs, srv.ClientOptions()...)
			assert.Equal(t, tt.status, status, errs.String())
			assert.Contains(t, out.String()+errs.String(), tt.says)
			assert.Len(t, srv.AddressesEverMade(), tt.made)
			if !tt.stays {
				assert.Empty(t, srv.Addresses())
				return
			}
			for _, a := range srv.Addresses() {
				assert.Contains(t, errs.String(), a.EipID)
			}
		})
	}
}

// TestEnvironmentIsForLiveAlone: an endpoint never sees the real keys.
func TestEnvironmentIsForLiveAlone(t *testing.T) { // not parallel: it sets the environment
	t.Setenv("ZENLAYERCLOUD_SECRET_KEY_ID", "realid")
	t.Setenv("ZENLAYERCLOUD_SECRET_KEY_PASSWORD", "realpassword")
	srv := zenlayertest.NewServer(t, zenlayertest.WithCredentials("realid", "realpassword"))
	var out, errs lockedBuffer
	assert.Equal(t, 1, run(t.Context(), []string{"-endpoint", srv.URL()}, strings.NewReader(""), &out, &errs))
	assert.Empty(t, srv.AddressesEverMade())
	assert.Zero(t, run(t.Context(), []string{"-live"}, strings.NewReader("yes\n"), &out, &errs,
		zenlayer.WithEndpoint(srv.URL()), zenlayer.WithPollDelay(10*time.Millisecond, 100*time.Millisecond)), errs.String())
	assert.Len(t, srv.AddressesEverMade(), 3)
	assert.Empty(t, srv.Addresses())
}

// TestReleaseGoesOn: one address that is gone does not keep the others.
func TestReleaseGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := zenlayertest.NewServer(t, zenlayertest.WithPipe())
		c, err := zenlayer.NewClient(srv.ClientOptions()...)
		require.NoError(t, err)
		ids := srv.Make("SEL-A", "POSTPAID", 3, nil)
		srv.Drop(ids[0])
		var out lockedBuffer
		require.NoError(t, release(t.Context(), c, ids, &out))
		assert.Empty(t, srv.Addresses())

		ids = append(srv.Make("SEL-A", "PREPAID", 1, nil), srv.Make("SEL-A", "POSTPAID", 2, nil)...)
		srv.Drop(ids[1])
		err = release(t.Context(), c, ids, &out)
		require.ErrorContains(t, err, "could not release "+ids[0]+":")
		assert.Len(t, srv.Addresses(), 1)
	})
}

func fail(action string, f zenlayertest.Fault) func(*zenlayertest.Server, context.CancelFunc) {
	return func(s *zenlayertest.Server, _ context.CancelFunc) { s.Fail(action, f) }
}

func interrupt(action string) func(*zenlayertest.Server, context.CancelFunc) {
	return func(s *zenlayertest.Server, cancel context.CancelFunc) {
		s.Before(func(c zenlayertest.Call) {
			if c.Action == action {
				cancel()
			}
		})
	}
}
