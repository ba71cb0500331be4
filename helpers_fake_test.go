package eip_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

// onFake runs a test against the fake service over in-memory connections, in
// fake time.
func onFake(t *testing.T, opts []eiptest.Option, f func(t *testing.T, srv *eiptest.Server, c *eip.Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, append([]eiptest.Option{eiptest.WithPipe()}, opts...)...)
		f(t, srv, srv.Client(t))
	})
}

// mortal is the connection of a process that dies at its n-th request: that
// one is answered to nobody, or not sent at all, and no other one is sent.
type mortal struct {
	base   http.RoundTripper
	n      int64
	before bool // the n-th request is not sent
	seen   atomic.Int64
}

var errDead = errors.New("the process is dead")

func (m *mortal) RoundTrip(req *http.Request) (*http.Response, error) {
	n := m.seen.Add(1)
	if n > m.n || n == m.n && m.before {
		return nil, errDead
	}
	res, err := m.base.RoundTrip(req)
	if n == m.n && err == nil {
		_ = res.Body.Close()
		return nil, errDead
	}
	return res, err
}

func (m *mortal) died() bool { return m.seen.Load() >= m.n }

// dying makes a client that dies at its n-th request.
func dying(t *testing.T, srv *eiptest.Server, n int, before bool) (*eip.Client, *mortal) {
	t.Helper()
	m := &mortal{base: srv.Transport(), n: int64(n), before: before}
	return srv.Client(t, eip.WithHTTPClient(&http.Client{Transport: m}), eip.WithMaxAttempts(1)), m
}

// eachCut runs a helper that dies at request k, before and after the service
// has done it, for every k, and then again to the end, each time on a service
// of its own.
func eachCut(t *testing.T, opts []eiptest.Option, prepare func(t *testing.T, srv *eiptest.Server),
	run func(ctx context.Context, c *eip.Client) error, check func(t *testing.T, srv *eiptest.Server, err error),
) {
	t.Helper()
	for _, before := range []bool{true, false} {
		for k := 1; ; k++ {
			alive := false
			onFake(t, opts, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				prepare(t, srv)
				doomed, m := dying(t, srv, k, before)
				first := run(t.Context(), doomed)
				if alive = !m.died(); alive {
					check(t, srv, first)
					return
				}
				check(t, srv, run(t.Context(), c))
			})
			if t.Failed() {
				t.Fatalf("the process died at request %d, before it was done: %t", k, before)
			}
			if alive {
				require.Greater(t, k, 1, "the helper sends something")
				break
			}
			require.Less(t, k, 200, "the helper comes to an end")
		}
	}
}

// allocate makes an address on the fake.
func allocate(t *testing.T, c *eip.Client, req *eip.AllocateEipAddressRequest) string {
	t.Helper()
	if req == nil {
		req = new(eip.AllocateEipAddressRequest)
	}
	res, err := c.AllocateEipAddress(t.Context(), req)
	require.NoError(t, err)
	return res.AllocationID
}

// aliveIDs lists what there is on the fake.
func aliveIDs(srv *eiptest.Server) []string {
	ids := []string{}
	for _, a := range srv.Addresses() {
		ids = append(ids, a.AllocationID)
	}
	return ids
}

// requireTold compares what there is on the fake with what the caller knows:
// what it had before, and what the error lists. An address that the error does
// not list may exist only if the error names its token. One that it lists must
// exist, unless it says that nobody could see it.
func requireTold(t *testing.T, srv *eiptest.Server, err error, has ...string) {
	t.Helper()
	told := slices.Clone(has)
	var tokens, unseen []string
	var p *eip.PartialError
	if errors.As(err, &p) {
		for _, h := range p.Alive {
			told = append(told, h.AllocationID)
			if h.Status == "" {
				unseen = append(unseen, h.AllocationID)
			}
			if a, ok := srv.Address(h.AllocationID); ok && h.Status != "" {
				assert.Equal(t, a.Status, string(h.Status), "%v", err)
				assert.Equal(t, a.InstanceID, h.InstanceID, "%v", err)
			}
			assert.Contains(t, err.Error(), h.AllocationID)
		}
		for _, u := range p.Unsettled {
			tokens = append(tokens, u.ClientToken)
			assert.Contains(t, err.Error(), u.ClientToken)
		}
		assert.Equal(t, len(tokens) > 0, eip.OutcomeUnknown(err))
	}
	for _, a := range srv.Addresses() {
		if !slices.Contains(told, a.AllocationID) && !slices.Contains(tokens, a.Token) {
			t.Errorf("%s (%s) is there, and the caller was not told: %v", a.AllocationID, a.Status, err)
		}
	}
	for _, id := range told {
		if _, ok := srv.Address(id); !ok && !slices.Contains(unseen, id) {
			t.Errorf("%s is not there, and the caller was told it was: %v", id, err)
		}
	}
}
