package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest/fault"
	"github.com/eipkit/eip-go/zenlayer"
	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
)

func TestEmbedded(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), nil, strings.NewReader(""), &out))
	for _, word := range []string{"stock ", "price ", "allocated ", "available ", "released "} {
		assert.Contains(t, out.String(), "\n"+word)
	}
	assert.Equal(t, 3, strings.Count(out.String(), "available "))
	for line := range strings.Lines(out.String()) {
		assert.LessOrEqual(t, len(line), 81, line)
	}
}

// TestWhateverHappens: nothing stays, or its ID is printed.
func TestWhateverHappens(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		args  []string
		stdin string
		make  func(*zenlayertest.Server, context.CancelFunc)
		fails bool
		made  int
		says  string // in the output, or in the error
		stays bool
	}{
		"all well":            {made: 3, says: "released "},
		"five":                {args: []string{"-n", "5", "-zone", "HKG-A"}, made: 5, says: "released "},
		"the answer is lost":  {make: fail("AllocateEipAddresses", fault.CutAfter()), made: 3, says: "settled "},
		"creation fails":      {make: func(s *zenlayertest.Server, _ context.CancelFunc) { s.FailCreation(1) }, fails: true, made: 3, says: "(CREATE_FAILED)"},
		"refused":             {make: fail("AllocateEipAddresses", fault.Refuse("INVALID_EIP_TYPE_ZONE_NO_SELL")), fails: true, says: "NO_SELL"},
		"no such zone":        {args: []string{"-zone", "NOWHERE"}, fails: true, says: "INVALID_ZONE_NOT_FOUND"},
		"nothing to sell":     {args: []string{"-zone", "FRA-A"}, fails: true, says: "no zone"},
		"waiting fails":       {make: fail("DescribeEipAddresses", fault.Refuse("AUTHFAILURE_UNAUTHORIZED_OPERATION")), fails: true, made: 3, says: "AUTHFAILURE"},
		"releasing fails":     {make: fail("ReleaseEipAddresses", fault.Refuse("AUTHFAILURE_UNAUTHORIZED_OPERATION")), fails: true, made: 3, says: "could not release eip-", stays: true},
		"interrupted":         {make: interrupt("DescribeEipAddresses"), fails: true, made: 3, says: "released "},
		"interrupted earlier": {make: interrupt("InquiryPriceCreateEipAddress"), fails: true, says: "cancel"},
		"live, no":            {args: []string{"-live"}, stdin: "no\n", fails: true, says: "nothing was bought"},
		"live, nothing said":  {args: []string{"-live"}, fails: true, says: "nothing was bought"},
		"live, yes":           {args: []string{"-live"}, stdin: "yes\n", made: 3, says: "released "},
		"wrong number":        {args: []string{"-n", "101"}, fails: true, says: "-n is 1 to 100"},
		"both":                {args: []string{"-live", "-endpoint", "http://127.0.0.1:1"}, fails: true, says: "no -endpoint"},
		"not asked":           {args: []string{"-endpoint", "https://Console.Zenlayer.com./x"}, fails: true, says: "needs -live"},
		"no URL":              {args: []string{"-endpoint", "http://a b\x7f"}, fails: true, says: "not a URL"},
		"wrong key":           {args: []string{"-access-key-id", "somebody"}, fails: true, says: "AUTHFAILURE"},
		"wrong flag":          {args: []string{"-x"}, fails: true, says: "-x"},
		"an argument":         {args: []string{"live"}, fails: true, says: "no arguments"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := zenlayertest.NewServer(t, zenlayertest.WithTransition(20*time.Millisecond))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if tt.make != nil {
				tt.make(srv, cancel)
			}
			var out bytes.Buffer
			args := tt.args
			if !slices.Contains(args, "-live") {
				args = append([]string{"-endpoint", srv.URL()}, args...)
			}
			err := run(ctx, args, strings.NewReader(tt.stdin), &out, srv.ClientOptions()...)
			assert.Equal(t, tt.fails, err != nil, "%v", err)
			assert.Contains(t, fmt.Sprint(out.String(), err), tt.says)
			assert.Len(t, srv.AddressesEverMade(), tt.made)
			if !tt.stays {
				assert.Empty(t, srv.Addresses())
				return
			}
			for _, a := range srv.Addresses() {
				assert.ErrorContains(t, err, a.EipID)
			}
		})
	}
}

// TestEnvironmentIsForLiveAlone: an endpoint never sees the real keys.
func TestEnvironmentIsForLiveAlone(t *testing.T) { // not parallel: it sets the environment
	t.Setenv("ZENLAYERCLOUD_SECRET_KEY_ID", "realid")
	t.Setenv("ZENLAYERCLOUD_SECRET_KEY_PASSWORD", "realpassword")
	srv := zenlayertest.NewServer(t, zenlayertest.WithCredentials("realid", "realpassword"))
	require.Error(t, run(t.Context(), []string{"-endpoint", srv.URL()}, strings.NewReader(""), io.Discard))
	assert.Empty(t, srv.AddressesEverMade())
	require.NoError(t, run(t.Context(), []string{"-live"}, strings.NewReader("yes\n"), io.Discard,
		zenlayer.WithEndpoint(srv.URL()), zenlayer.WithPollDelay(10*time.Millisecond, 100*time.Millisecond)))
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
		require.NoError(t, release(t.Context(), c, ids, io.Discard))
		assert.Empty(t, srv.Addresses())

		ids = append(srv.Make("SEL-A", "PREPAID", 1, nil), srv.Make("SEL-A", "POSTPAID", 2, nil)...)
		srv.Drop(ids[1])
		err = release(t.Context(), c, ids, io.Discard)
		require.ErrorContains(t, err, "could not release "+ids[0]+":")
		assert.Len(t, srv.Addresses(), 1)
	})
}

func fail(action string, f fault.Fault) func(*zenlayertest.Server, context.CancelFunc) {
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
