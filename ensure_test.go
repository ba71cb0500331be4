package eip_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

// start brings an address into one of the states that it may have.
type start struct {
	name string
	opts []eiptest.Option
	make func(t *testing.T, srv *eiptest.Server, c *eip.Client) (id string)
}

func plain(t *testing.T, _ *eiptest.Server, c *eip.Client) string { return allocate(t, c, nil) }

func bound(instance string) func(*testing.T, *eiptest.Server, *eip.Client) string {
	return func(t *testing.T, srv *eiptest.Server, c *eip.Client) string {
		id := allocate(t, c, nil)
		require.True(t, srv.ForceBind(id, instance))
		return id
	}
}

func changed(first func(*testing.T, *eiptest.Server, *eip.Client) string, f func(*eiptest.Address)) func(*testing.T, *eiptest.Server, *eip.Client) string {
	return func(t *testing.T, srv *eiptest.Server, c *eip.Client) string {
		id := first(t, srv, c)
		require.True(t, srv.Change(id, f))
		return id
	}
}

// slowly makes transitions last, so that a helper meets an address in one.
var slowly = []eiptest.Option{eiptest.WithTransition(20 * time.Second)}

var starts = []start{
	{"missing", nil, func(*testing.T, *eiptest.Server, *eip.Client) string { return "eip-missing" }},
	{"released", nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) string {
		id := allocate(t, c, nil)
		require.True(t, srv.ForceRelease(id))
		return id
	}},
	{"available", nil, plain},
	{"here", nil, bound("i-test1")},
	{"elsewhere", nil, bound("i-test2")},
	{"associating here", slowly, func(t *testing.T, _ *eiptest.Server, c *eip.Client) string {
		id := allocate(t, c, nil)
		_, err := c.AssociateEipAddress(t.Context(), &eip.AssociateEipAddressRequest{AllocationID: id, InstanceID: "i-test1"})
		require.NoError(t, err)
		return id
	}},
	{"associating elsewhere", slowly, func(t *testing.T, _ *eiptest.Server, c *eip.Client) string {
		id := allocate(t, c, nil)
		_, err := c.AssociateEipAddress(t.Context(), &eip.AssociateEipAddressRequest{AllocationID: id, InstanceID: "i-test2"})
		require.NoError(t, err)
		return id
	}},
	{"unassociating", slowly, func(t *testing.T, srv *eiptest.Server, c *eip.Client) string {
		id := bound("i-test2")(t, srv, c)
		_, err := c.UnassociateEipAddress(t.Context(), &eip.UnassociateEipAddressRequest{AllocationID: id})
		require.NoError(t, err)
		return id
	}},
	{"releasing", slowly, func(t *testing.T, _ *eiptest.Server, c *eip.Client) string {
		id := allocate(t, c, nil)
		_, err := c.ReleaseEipAddress(t.Context(), &eip.ReleaseEipAddressRequest{AllocationID: id})
		require.NoError(t, err)
		return id
	}},
	{"locked", nil, changed(plain, func(a *eiptest.Address) { a.Locked = "financial" })},
	{"subscription", nil, changed(plain, func(a *eiptest.Address) { a.ChargeType = "PrePaid" })},
	{"protected", nil, changed(plain, func(a *eiptest.Address) { a.DeletionProtection = true })},
}

// For each helper and each state: what comes out. "" is success; otherwise a
// part of the error.
func TestEnsureFromEveryState(t *testing.T) {
	t.Parallel()
	here := eip.Instance{ID: "i-test1"}
	for _, tc := range []struct {
		name string
		run  func(ctx context.Context, c *eip.Client, id string) error
		// then is what a success has to look like.
		then  func(t *testing.T, a eiptest.Address, alive bool)
		want  map[string]string
		sends map[string]int // states in which nothing but looks is sent: 0
	}{
		{
			name: "EnsureAssociated",
			run: func(ctx context.Context, c *eip.Client, id string) error {
				a, err := c.EnsureAssociated(ctx, id, here)
				if err == nil && (a.InstanceID != here.ID || a.Status != eip.StatusInUse) {
					return errors.New("the result is not what was asked for")
				}
				return err
			},
			then: isHere,
			want: map[string]string{
				"missing": "no address", "released": "no address", "available": "", "here": "",
				"elsewhere": "bound elsewhere", "associating here": "", "associating elsewhere": "being bound elsewhere",
				"unassociating": "", "releasing": "being released", "locked": "locked (financial)",
				"subscription": "", "protected": "",
			},
			sends: map[string]int{"here": 0, "elsewhere": 0, "associating here": 0, "missing": 0, "locked": 0, "releasing": 0},
		},
		{
			name: "EnsureAssociated, MoveBound",
			run: func(ctx context.Context, c *eip.Client, id string) error {
				_, err := c.EnsureAssociated(ctx, id, here, eip.MoveBound)
				return err
			},
			then: isHere,
			want: map[string]string{
				"missing": "no address", "released": "no address", "available": "", "here": "",
				"elsewhere": "", "associating here": "", "associating elsewhere": "",
				"unassociating": "", "releasing": "being released", "locked": "locked (financial)",
				"subscription": "", "protected": "",
			},
			sends: map[string]int{"here": 0, "available": 1, "elsewhere": 2, "associating elsewhere": 2, "unassociating": 1},
		},
		{
			name: "EnsureUnassociated",
			run: func(ctx context.Context, c *eip.Client, id string) error {
				_, err := c.EnsureUnassociated(ctx, id)
				return err
			},
			then: func(t *testing.T, a eiptest.Address, alive bool) {
				assert.Empty(t, a.InstanceID)
			},
			want: map[string]string{
				"missing": "no address", "released": "no address", "available": "", "here": "",
				"elsewhere": "", "associating here": "", "associating elsewhere": "",
				"unassociating": "", "releasing": "", "locked": "", "subscription": "", "protected": "",
			},
			sends: map[string]int{"available": 0, "here": 1, "elsewhere": 1, "associating here": 1, "unassociating": 0, "releasing": 0},
		},
		{
			name: "EnsureReleased",
			run:  func(ctx context.Context, c *eip.Client, id string) error { return c.EnsureReleased(ctx, id) },
			then: isGone,
			want: map[string]string{
				"missing": "", "released": "", "available": "", "here": "may not unbind",
				"elsewhere": "may not unbind", "associating here": "may not unbind", "associating elsewhere": "may not unbind",
				"unassociating": "", "releasing": "", "locked": "", "subscription": "subscription", "protected": "deletion protection",
			},
			sends: map[string]int{"missing": 0, "released": 0, "available": 1, "here": 0, "subscription": 0, "protected": 0, "releasing": 0},
		},
		{
			name: "EnsureReleased, UnbindFirst",
			run: func(ctx context.Context, c *eip.Client, id string) error {
				return c.EnsureReleased(ctx, id, eip.UnbindFirst)
			},
			then: isGone,
			want: map[string]string{
				"missing": "", "released": "", "available": "", "here": "", "elsewhere": "",
				"associating here": "", "associating elsewhere": "", "unassociating": "", "releasing": "",
				"locked": "", "subscription": "subscription", "protected": "deletion protection",
			},
			sends: map[string]int{"here": 2, "associating here": 2, "unassociating": 1, "releasing": 0},
		},
	} {
		for _, s := range starts {
			t.Run(tc.name+"/"+s.name, func(t *testing.T) {
				t.Parallel()
				onFake(t, s.opts, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
					id := s.make(t, srv, c)
					before := writes(srv)
					err := tc.run(t.Context(), c, id)
					want, known := tc.want[s.name]
					require.True(t, known, "the table says what comes out")
					a, alive := srv.Address(id)
					if want == "" {
						require.NoError(t, err)
						tc.then(t, a, alive)
					} else {
						require.ErrorContains(t, err, want)
					}
					if n, counted := tc.sends[s.name]; counted {
						assert.Equal(t, n, writes(srv)-before, "writes")
					}
					// Again: nothing more is sent, and the same comes out.
					before = writes(srv)
					if want == "" && s.name != "releasing" {
						again := tc.run(t.Context(), c, id)
						require.NoError(t, again)
						assert.Zero(t, writes(srv)-before, "the second run has nothing to do")
					}
				})
			})
		}
	}
}

func isHere(t *testing.T, a eiptest.Address, _ bool) {
	t.Helper()
	assert.Equal(t, "i-test1", a.InstanceID)
	assert.Equal(t, eiptest.InUse, a.Status)
}

func isGone(t *testing.T, _ eiptest.Address, alive bool) {
	t.Helper()
	assert.False(t, alive)
}

// writes counts the calls that could have changed something.
func writes(srv *eiptest.Server) int {
	n := srv.Counts().Actions
	return n["AssociateEipAddress"] + n["UnassociateEipAddress"] + n["ReleaseEipAddress"] + n["DeletionProtection"]
}

func TestEnsureErrorsSayWhat(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := bound("i-test2")(t, srv, c)
		_, err := c.EnsureAssociated(t.Context(), id, eip.Instance{ID: "i-test1"})
		var s *eip.StateError
		require.ErrorAs(t, err, &s)
		require.ErrorIs(t, err, eip.ErrConflict)
		assert.Equal(t, "i-test2", s.InstanceID)

		srv.Change(id, func(a *eiptest.Address) { a.ChargeType = "PrePaid" })
		err = c.EnsureReleased(t.Context(), id, eip.UnbindFirst)
		require.ErrorIs(t, err, eip.CodeForbiddenChargeTypeIsPrepaid)
		a, _ := srv.Address(id)
		assert.Equal(t, "i-test2", a.InstanceID, "nothing was unbound")

		_, err = c.EnsureUnassociated(t.Context(), "eip-missing")
		require.ErrorIs(t, err, eip.ErrNotFound)
		_, err = c.EnsureAssociated(t.Context(), "", eip.Instance{ID: "i-test1"})
		require.ErrorIs(t, err, eip.ErrInvalidParameter)
		_, err = c.EnsureAssociated(t.Context(), id, eip.Instance{})
		require.ErrorIs(t, err, eip.ErrInvalidParameter)
		require.ErrorIs(t, c.EnsureReleased(t.Context(), "eip-1,eip-2"), eip.ErrInvalidParameter)

		calls := srv.Counts().Calls
		for name, err := range map[string]error{
			"opts[1] (MoveBound)":        c.EnsureReleased(t.Context(), id, eip.UnbindFirst, eip.MoveBound),
			"opts[0] (EnsureOption(99))": c.EnsureReleased(t.Context(), id, eip.EnsureOption(99)),
			"opts[0] (UnbindFirst)":      func() error { _, err := c.EnsureUnassociated(t.Context(), id, eip.UnbindFirst); return err }(),
		} {
			require.ErrorIs(t, err, eip.ErrInvalidParameter)
			require.ErrorContains(t, err, name)
		}
		assert.Equal(t, calls, srv.Counts().Calls)
	})
}
