package eip_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// The outcome of the first binding is unknown. What its repeat meets does not
// make it known: only a look does.
func TestConvergeSettlesAnUnknownOutcome(t *testing.T) {
	t.Parallel()
	lost, ran := []fault.Fault{fault.CutBefore()}, []fault.Fault{fault.CutAfter()}
	for name, tc := range map[string]struct {
		faults []fault.Fault
		opts   []eiptest.Option
		err    error // in the error's chain
		ok     bool
		tokens int
	}{
		"repeated":                       {faults: lost, ok: true, tokens: 1},
		"it ran":                         {faults: ran, ok: true, tokens: 1},
		"then refused by the state once": {faults: append(lost, fault.Refuse("TaskConflict")), ok: true, tokens: 2},
		"then refused by the state twice": {
			faults: append(lost, fault.Refuse("TaskConflict").Times(2)), opts: []eiptest.Option{eiptest.WithRefusalReplay()}, ok: true, tokens: 3,
		},
		"then refused by the state for good": {faults: append(lost, fault.Refuse("TaskConflict").Times(-1)), err: eip.ErrConflict},
		"then forbidden once":                {faults: append(lost, fault.Refuse("Forbbiden")), ok: true, tokens: 1},
		"then forbidden for good":            {faults: append(lost, fault.Refuse("Forbbiden").Times(-1)), tokens: 1},
		"then still in progress":             {faults: append(lost, fault.Refuse("LastTokenProcessing")), ok: true, tokens: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onFake(t, tc.opts, func(t *testing.T, srv *eiptest.Server, _ *eip.Client) {
				c := srv.Client(t, eip.WithMaxAttempts(1))
				id := plain(t, srv, c)
				srv.Fail("AssociateEipAddress", tc.faults...)
				a, err := c.EnsureAssociated(t.Context(), id, eip.Instance{ID: "i-test1"})
				if tc.ok {
					require.NoError(t, err)
					assert.Equal(t, "i-test1", a.InstanceID)
				} else {
					require.True(t, eip.OutcomeUnknown(err), "%v", err)
					assert.NotErrorIs(t, err, eip.ErrPermission)
					assert.NotContains(t, err.Error(), "\n")
				}
				if tc.err != nil {
					require.ErrorIs(t, err, tc.err)
				}
				tokens := map[string]bool{}
				for _, call := range srv.CallsOf("AssociateEipAddress") {
					tokens[call.Token] = true
				}
				if tc.tokens > 0 {
					assert.Len(t, tokens, tc.tokens)
				}
			})
		})
	}
}
