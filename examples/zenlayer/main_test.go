package main

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

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
			status := run(ctx, append([]string{"-endpoint", srv.URL()}, tt.args...), strings.NewReader(tt.stdin), &out, &errs)
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
