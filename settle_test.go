package eip

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-querystring/query"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/wiretest"
)

// peer is a wire whose next step a test can change at any time.
type peer struct {
	*wiretest.Server
	mu   sync.Mutex
	next wiretest.Step
}

func newPeer() *peer {
	p := &peer{next: wiretest.Cut()}
	p.Server = wiretest.New(func(conn net.Conn, r *wiretest.Request) bool {
		p.mu.Lock()
		step := p.next
		p.mu.Unlock()
		return step(conn, r)
	})
	return p
}

func (p *peer) does(s wiretest.Step) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = s
}

// allocated is an answer with everything that any of the actions is called for.
func allocated() wiretest.Step {
	return wiretest.Answer(200, `{"RequestId":"`+requestID+`","AllocationId":"eip-1","EipAddress":"192.0.2.1","EipSegmentInstanceId":"eipsg-1","BandwidthPackageId":"cbwp-1"}`)
}

// doubt makes an allocation whose outcome is unknown.
func doubt(t *testing.T, c *Client, req *AllocateEipAddressRequest) *TransportError {
	t.Helper()
	_, err := c.AllocateEipAddress(t.Context(), req)
	return openError(t, err)
}

// openError wants an unknown outcome with a token, and nothing by which it could
// be taken for a refusal.
func openError(t *testing.T, err error) *TransportError {
	t.Helper()
	require.True(t, OutcomeUnknown(err), "%v", err)
	var te *TransportError
	require.ErrorAs(t, err, &te)
	require.NotEmpty(t, te.ClientToken)
	require.Equal(t, te.ClientToken, ClientTokenOf(err))
	assert.True(t, te.Sent)
	assert.ErrorContains(t, err, "use Again")
	var e *Error
	assert.False(t, errors.As(err, &e), "%v", err)
	for _, class := range []error{
		ErrNotFound, ErrThrottled, ErrQuota, ErrAccount, ErrOrder, ErrPermission, ErrCredentials, ErrInvalidParameter,
		ErrConflict, ErrCapacity, ErrUnsupported, ErrInternal, ErrDryRun,
	} {
		assert.NotErrorIs(t, err, class)
	}
	return te
}

func TestAgainWithoutDoubt(t *testing.T) {
	t.Parallel()
	req := &AllocateEipAddressRequest{Bandwidth: 10, ClientToken: "mine"}
	for name, err := range map[string]error{
		"nil": nil, "refused": &Error{Code: CodeQuotaExceededEip}, "not sent": &TransportError{Err: ErrNoCredentials},
		"settled": &PartialError{Err: &TransportError{unknown: true, ClientToken: "x"}},
	} {
		got := Again(req, err)
		assert.NotSame(t, req, got, name)
		assert.Equal(t, req, got, name)
	}
	assert.Nil(t, Again((*AllocateEipAddressRequest)(nil), nil))
}

// What Again adds is not sent, not marshalled and not printed.
func TestAgainIsNotSeen(t *testing.T) {
	t.Parallel()
	err := &TransportError{Action: "AllocateEipAddress", ClientToken: "the-token", unknown: true, Err: errUnsettled}
	req := &AllocateEipAddressRequest{Bandwidth: 10}
	next := Again(req, err)
	require.Len(t, next.calls(), 1)
	for _, pair := range [][2]any{{req, next}, {&RawRequest{Action: "X"}, Again(&RawRequest{Action: "X"}, err)}} {
		var forms, texts [2]string
		for i, r := range pair {
			v, err := query.Values(r)
			require.NoError(t, err)
			b, err := json.Marshal(r)
			require.NoError(t, err)
			forms[i], texts[i] = v.Encode(), string(b)
			assert.NotContains(t, fmt.Sprintf("%+v %#v", r, r), "the-token")
			assert.NotContains(t, string(b), "settling")
		}
		if pair[0] == any(req) {
			assert.Equal(t, "Bandwidth=10", forms[1])
		}
		assert.Equal(t, texts[0], texts[1])
	}
}

// settles sends a request that is cut, and then settles it.
func settles[P tokened[R], R, Resp any](t *testing.T, srv *peer, send func(context.Context, P) (Resp, error), req P) {
	t.Helper()
	srv.does(wiretest.Cut())
	_, err := send(t.Context(), req)
	token := openError(t, err).ClientToken
	srv.does(refuse(400, "Forbidden.RAM"))
	_, err = send(t.Context(), Again(req, err))
	require.Equal(t, token, openError(t, err).ClientToken)
	srv.does(allocated())
	_, err = send(t.Context(), Again(req, err))
	require.NoError(t, err)
	list := srv.Requests()
	assert.Equal(t, token, list[len(list)-1].Params.Get("ClientToken"))
}

func TestAgainForEveryRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := newPeer()
		c := wireClient(t, srv.Server, WithMaxAttempts(1))
		settles(t, srv, c.AllocateEipAddress, &AllocateEipAddressRequest{Tags: Tags{"a": "b"}, Extra: url.Values{"New": {"1"}}})
		settles(t, srv, c.AllocateEipAddress, &AllocateEipAddressRequest{ClientToken: "mine"})
		settles(t, srv, c.AllocateEipAddress, &AllocateEipAddressRequest{Extra: url.Values{"ClientToken": {"mine"}}})
		settles(t, srv, c.AllocateEipAddressPro, &AllocateEipAddressProRequest{})
		settles(t, srv, c.AllocateEipSegmentAddress, &AllocateEipSegmentAddressRequest{EipMask: 28})
		settles(t, srv, c.AssociateEipAddress, &AssociateEipAddressRequest{AllocationID: "eip-1", InstanceID: "i-1"})
		settles(t, srv, c.UnassociateEipAddress, &UnassociateEipAddressRequest{AllocationID: "eip-1"})
		settles(t, srv, c.ReleaseEipSegmentAddress, &ReleaseEipSegmentAddressRequest{SegmentInstanceID: "eipsg-1"})
		raw := func(ctx context.Context, req *RawRequest) (*ResponseMeta, error) { return c.Do(ctx, *req, nil) }
		settles(t, srv, raw, &RawRequest{Action: "CreateCommonBandwidthPackage"})
		settles(t, srv, raw, &RawRequest{Action: "CreateThing", Kind: KindTokened, Params: url.Values{"A": {"1"}}})
		settles(t, srv, raw, &RawRequest{Action: "AllocateEipAddress", Kind: KindOnce})
	})
}

// The requests of the actions that carry a token are those that Again takes.
func TestTokenedRequestsAreCarriers(t *testing.T) {
	t.Parallel()
	for action, at := range actionTypes() {
		_, ok := at.newRequest().(carrier)
		assert.Equal(t, operationOf(action).kind == KindTokened, ok, action)
	}
}

// The requests of a PartialError carry what settles them, and so does its error.
func TestAgainOfAPartialError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := newPeer()
		c := wireClient(t, srv.Server, WithMaxAttempts(1))
		template := AllocateEipAddressRequest{Bandwidth: 10}
		_, err := c.AllocateMany(t.Context(), 1, &AllocateManyRequest{Allocate: template})
		var p *PartialError
		require.ErrorAs(t, err, &p)
		require.Len(t, p.Unsettled, 1)
		token := p.Unsettled[0].ClientToken
		require.NotEmpty(t, token)
		srv.does(refuse(403, "Forbidden.RAM"))
		for _, req := range []*AllocateEipAddressRequest{p.Unsettled[0], Again(p.Unsettled[0], err), Again(&template, err)} {
			_, again := c.AllocateEipAddress(t.Context(), req)
			assert.Equal(t, token, openError(t, again).ClientToken)
			assert.Equal(t, openError(t, p.Err).FirstAttempt, openError(t, again).FirstAttempt)
		}
		_, err = c.Adopt(t.Context(), &AdoptRequest{Unsettled: p.Unsettled})
		require.ErrorAs(t, err, &p)
		assert.True(t, OutcomeUnknown(err))
		assert.Equal(t, token, p.Unsettled[0].ClientToken)

		// One that a program has noted before it crashed.
		noted := &AllocateEipAddressRequest{Bandwidth: 10, ClientToken: "noted"}
		_, err = c.Adopt(t.Context(), &AdoptRequest{Unsettled: []*AllocateEipAddressRequest{noted, noted}})
		require.ErrorAs(t, err, &p)
		require.Len(t, p.Unsettled, 2)
		for _, u := range p.Unsettled {
			_, again := c.AllocateEipAddress(t.Context(), u)
			assert.Equal(t, "noted", openError(t, again).ClientToken)
		}
		// The token stands for another request: something exists.
		srv.does(refuse(400, "IdempotentParameterMismatch"))
		for range 2 {
			_, err = c.Adopt(t.Context(), &AdoptRequest{Unsettled: []*AllocateEipAddressRequest{noted}})
			require.ErrorAs(t, err, &p)
			require.Len(t, p.Unsettled, 1)
			noted = p.Unsettled[0]
			assert.ErrorContains(t, err, "IdempotentParameterMismatch")
		}
		noted = &AllocateEipAddressRequest{Bandwidth: 10, ClientToken: "noted"}
		srv.does(refuse(403, "Forbidden.RAM"))
		hand := &PartialError{Err: errUnsettled, Unsettled: []*AllocateEipAddressRequest{nil, noted}}
		_, err = c.AllocateEipAddress(t.Context(), Again(noted, error(hand)))
		assert.Equal(t, "noted", openError(t, err).ClientToken)
		assert.Empty(t, noted.calls())
	})
}

// One request and one error serve any number of goroutines.
func TestAgainConcurrently(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := newPeer()
		c := wireClient(t, srv.Server, WithMaxAttempts(1))
		req := &AllocateEipAddressRequest{Bandwidth: 10, Tags: Tags{"a": "b"}, Extra: url.Values{"New": {"1"}}}
		first := doubt(t, c, req)
		srv.does(allocated())
		var wg sync.WaitGroup
		once := Again(req, first)
		for range 10 {
			wg.Go(func() {
				for _, r := range []*AllocateEipAddressRequest{Again(req, first), once} {
					res, err := c.AllocateEipAddress(t.Context(), r)
					assert.NoError(t, err)
					assert.Equal(t, first.ClientToken, res.ClientToken)
				}
			})
		}
		wg.Wait()
		assert.Equal(t, &AllocateEipAddressRequest{Bandwidth: 10, Tags: Tags{"a": "b"}, Extra: url.Values{"New": {"1"}}}, req)
	})
}
