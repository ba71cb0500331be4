package eip_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// tagWrites counts the calls that could have changed a tag.
func tagWrites(srv *eiptest.Server) int {
	n := srv.Counts().Actions
	return n["TagResources"] + n["UnTagResources"]
}

func tagsOn(t *testing.T, srv *eiptest.Server, id string) map[string]string {
	t.Helper()
	a, ok := srv.Address(id)
	require.True(t, ok)
	return a.Tags
}

// foreign are answers that are not the service's, of each kind, to a call that
// ran and to one that did not.
func foreign() (list []fault.Fault) {
	for _, body := range fault.ForeignBodies() {
		status := 403
		if body == fault.ForeignRedirect {
			status = 302
		}
		list = append(list, fault.Foreign(status, body), fault.Foreign(status, body).AfterRun())
	}
	return list
}

// For each start: what comes out, in how many writes, and what is told.
func TestEnsureTagsFromEveryState(t *testing.T) {
	t.Parallel()
	want := eip.Tags{"team": "edge", "env": "prod"}
	for name, tc := range map[string]struct {
		have    map[string]string
		others  bool
		then    map[string]string
		set     eip.Tags
		removed []string
		writes  int
	}{
		"none":           {nil, false, want, want, nil, 1},
		"as wanted":      {want, false, want, nil, nil, 0},
		"one lacks":      {map[string]string{"team": "edge"}, false, want, eip.Tags{"env": "prod"}, nil, 1},
		"another value":  {map[string]string{"team": "edge", "env": "test"}, false, want, eip.Tags{"env": "prod"}, nil, 1},
		"another case":   {map[string]string{"team": "Edge", "env": "prod"}, false, want, eip.Tags{"team": "edge"}, nil, 1},
		"more, kept":     {map[string]string{"team": "edge", "env": "prod", "x": ""}, false, map[string]string{"team": "edge", "env": "prod", "x": ""}, nil, nil, 0},
		"more, to go":    {map[string]string{"team": "edge", "env": "prod", "y": "1", "x": ""}, true, want, nil, []string{"x", "y"}, 1},
		"both":           {map[string]string{"env": "test", "x": ""}, true, want, want, []string{"x"}, 2},
		"system's":       {map[string]string{"team": "edge", "env": "prod", "acs:x": "1", "Aliyun-y": "1"}, true, map[string]string{"team": "edge", "env": "prod", "acs:x": "1", "Aliyun-y": "1"}, nil, nil, 0},
		"this library's": {map[string]string{"team": "edge", "env": "prod", eip.KeyTag: "k", eip.ReplacesTag: "eip-1"}, true, map[string]string{"team": "edge", "env": "prod", eip.KeyTag: "k", eip.ReplacesTag: "eip-1"}, nil, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				id := plain(t, srv, c)
				require.True(t, srv.SetTags(id, tc.have))
				opts := eip.EnsureTagsOptions{RemoveOthers: tc.others}
				changes, err := c.EnsureTags(t.Context(), "eip", []string{id, id}, want, opts)
				require.NoError(t, err)
				assert.Equal(t, []eip.TagChange{{ResourceID: id, Set: tc.set, Removed: tc.removed}}, changes)
				assert.Equal(t, tc.then, tagsOn(t, srv, id))
				assert.Equal(t, tc.writes, tagWrites(srv))
				changes, err = c.EnsureTags(t.Context(), "eip", []string{id}, want, opts)
				require.NoError(t, err)
				assert.Equal(t, []eip.TagChange{{ResourceID: id}}, changes)
				assert.Equal(t, tc.writes, tagWrites(srv), "the second run has nothing to do")
			})
		})
	}
}

// Twenty tags are as many as there may be: the others go first.
func TestEnsureTagsMakesRoom(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := plain(t, srv, c)
		full := map[string]string{}
		for i := range 20 {
			full[fmt.Sprint("k", i)] = "v"
		}
		require.True(t, srv.SetTags(id, full))
		want := eip.Tags{"k1": "v", "a": "1", "b": "2"}
		changes, err := c.EnsureTags(t.Context(), eip.ResourceTypeEIP, []string{id}, want, eip.EnsureTagsOptions{})
		require.ErrorIs(t, err, eip.ErrInvalidParameter)
		assert.Equal(t, []eip.TagChange{{ResourceID: id}}, changes)
		assert.Equal(t, full, tagsOn(t, srv, id))
		changes, err = c.EnsureTags(t.Context(), eip.ResourceTypeEIP, []string{id}, want, eip.EnsureTagsOptions{RemoveOthers: true})
		require.NoError(t, err)
		assert.Equal(t, map[string]string(want), tagsOn(t, srv, id))
		assert.Equal(t, eip.Tags{"a": "1", "b": "2"}, changes[0].Set)
		assert.Len(t, changes[0].Removed, 19)
	})
}

// Many resources: pages of tags, batches of IDs (Q-TAGLIMIT, Q-TFPAGE), and only
// those are written to that differ.
func TestEnsureTagsOfMany(t *testing.T) {
	t.Parallel()
	for _, atOnce := range []int{0, 20} {
		limit := 50
		if atOnce > 0 {
			limit = atOnce
		}
		onFake(t, []eiptest.Option{eiptest.WithQuota(120), eiptest.WithTaggedAtOnce(limit)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
			var ids []string
			fine := map[string]bool{}
			for i := range 110 {
				tags := eip.Tags{"old": fmt.Sprint(i), fmt.Sprint("own-", i%30): "1"}
				if i%11 == 0 {
					tags = eip.Tags{"team": "edge"}
				}
				id := allocate(t, c, &eip.AllocateEipAddressRequest{Tags: tags})
				ids, fine[id] = append(ids, id), i%11 == 0
			}
			changes, err := c.EnsureTags(t.Context(), eip.ResourceTypeEIP, ids, eip.Tags{"team": "edge"},
				eip.EnsureTagsOptions{AtOnce: atOnce, RemoveOthers: true})
			require.NoError(t, err)
			require.Len(t, changes, 110)
			for i, ch := range changes {
				require.Equal(t, ids[i], ch.ResourceID)
				require.Equal(t, map[string]string{"team": "edge"}, tagsOn(t, srv, ids[i]))
				require.Equal(t, fine[ids[i]], len(ch.Set) == 0 && len(ch.Removed) == 0)
			}
			for _, call := range srv.CallsOf("TagResources") {
				for n := 1; n <= limit; n++ {
					require.False(t, fine[call.Params[fmt.Sprint("ResourceId.", n)]])
				}
			}
			assert.Equal(t, (100+limit-1)/limit, len(srv.CallsOf("TagResources")))
			assert.Less(t, len(srv.CallsOf("UnTagResources")), 12)
		})
	}
}

func TestEnsureTagsRefusals(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		_, err := c.EnsureTags(t.Context(), "", []string{"eip-1", " "}, eip.Tags{"": "x"}, eip.EnsureTagsOptions{AtOnce: 51})
		require.EqualError(t, err, `eip: EnsureTags: invalid request, nothing was sent: kind: is required; ids[1] (" "): is required; `+
			`Tags (a tag without key, value "x"): must not have an empty key; AtOnce (51): must be 0 to 50`)
		_, err = c.EnsureTags(t.Context(), "EIP", nil, nil, eip.EnsureTagsOptions{})
		require.EqualError(t, err, "eip: EnsureTags: invalid request, nothing was sent: ids: is required; want: is required without RemoveOthers")
		assert.Zero(t, srv.Counts().Calls)

		// One that is not there: nothing is written, unless there is nothing to write.
		id := plain(t, srv, c)
		changes, err := c.EnsureTags(t.Context(), "EIP", []string{id, "eip-missing"}, eip.Tags{"a": "b"}, eip.EnsureTagsOptions{})
		require.ErrorIs(t, err, eip.CodeInvalidAllocationIdNotFound)
		assert.Equal(t, []eip.TagChange{{ResourceID: id}, {ResourceID: "eip-missing"}}, changes)
		assert.Empty(t, tagsOn(t, srv, id))
		_, err = c.EnsureTags(t.Context(), "EIP", []string{"eip-missing"}, nil, eip.EnsureTagsOptions{RemoveOthers: true})
		require.NoError(t, err)

		// A refusal for the state is met by looking again, but not for ever.
		srv.Fail("TagResources", fault.Refuse("TaskConflict"))
		_, err = c.EnsureTags(t.Context(), "EIP", []string{id}, eip.Tags{"a": "b"}, eip.EnsureTagsOptions{})
		require.NoError(t, err)
		srv.Fail("TagResources", fault.Refuse("TaskConflict").Times(-1))
		begin := time.Now()
		_, err = c.EnsureTags(t.Context(), "EIP", []string{id}, eip.Tags{"a": "c"}, eip.EnsureTagsOptions{})
		require.ErrorIs(t, err, eip.CodeTaskConflict)
		assert.InDelta(t, eip.DefaultConflictPatience.Seconds(), time.Since(begin).Seconds(), 2*pollMax.Seconds())
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err = c.EnsureTags(ctx, "EIP", []string{id}, eip.Tags{"a": "c"}, eip.EnsureTagsOptions{})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, eip.CodeTaskConflict, "what it was waiting for")
		assert.Equal(t, map[string]string{"a": "b"}, tagsOn(t, srv, id))
	})
}

// The list lags behind what was accepted: that is waited out, not sent again.
func TestEnsureTagsWhenTheListLags(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := plain(t, srv, c)
		require.True(t, srv.SetTags(id, map[string]string{"old": "1"}))
		stale := fault.Answer(200, nil, fmt.Sprintf(`{"RequestId":"r","TagResources":{"TagResource":[`+
			`{"ResourceId":%q,"ResourceType":"EIP","TagKey":"old","TagValue":"1"}]}}`, id))
		srv.Fail("ListTagResources", fault.Pass(), stale.Times(4))
		changes, err := c.EnsureTags(t.Context(), "EIP", []string{id}, eip.Tags{"a": "b"}, eip.EnsureTagsOptions{RemoveOthers: true})
		require.NoError(t, err)
		assert.Equal(t, []eip.TagChange{{ResourceID: id, Set: eip.Tags{"a": "b"}, Removed: []string{"old"}}}, changes)
		assert.Equal(t, 2, tagWrites(srv))

		// And a list about something else says nothing.
		srv.Fail("ListTagResources", fault.Answer(200, nil, `{"RequestId":"r","TagResources":{"TagResource":[`+
			`{"ResourceId":"eip-other","ResourceType":"EIP","TagKey":"old","TagValue":"1"}]}}`))
		_, err = c.EnsureTags(t.Context(), "EIP", []string{id}, eip.Tags{"a": "b"}, eip.EnsureTagsOptions{RemoveOthers: true})
		require.NoError(t, err)
		assert.Equal(t, 2, tagWrites(srv))
	})
}

// Every request meets every kind of broken answer, one at a time.
func TestEnsureTagsUnderFaults(t *testing.T) {
	t.Parallel()
	faults := append(foreign(), fault.CutBefore(), fault.CutAfter(), fault.CutBody(), fault.ServerError(503),
		fault.ServerError(500).AfterRun(), fault.Throttle(), fault.CutAfter().Times(9))
	want := eip.Tags{"a": "b", "c": "d"}
	for _, f := range faults {
		for step := range 6 {
			onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				ids := []string{plain(t, srv, c), plain(t, srv, c)}
				require.True(t, srv.SetTags(ids[0], map[string]string{"old": "1", "a": "x"}))
				if step > 0 {
					srv.Fail("", fault.Pass().Times(step))
				}
				srv.Fail("", f)
				changes, err := c.EnsureTags(t.Context(), "EIP", ids, want, eip.EnsureTagsOptions{RemoveOthers: true})
				require.Len(t, changes, 2)
				if err != nil {
					require.NotErrorIs(t, err, eip.ErrConflict)
					srv.Calm()
					_, err = c.EnsureTags(t.Context(), "EIP", ids, want, eip.EnsureTagsOptions{RemoveOthers: true})
					require.NoError(t, err)
				} else {
					assert.Equal(t, []eip.TagChange{
						{ResourceID: ids[0], Set: want, Removed: []string{"old"}}, {ResourceID: ids[1], Set: want},
					}, changes, "%s at step %d", f.Kind(), step)
				}
				for _, id := range ids {
					assert.Equal(t, map[string]string(want), tagsOn(t, srv, id))
				}
			})
		}
	}
}

func TestEnsureTagsCutAtEveryStep(t *testing.T) {
	t.Parallel()
	var ids []string
	want := eip.Tags{"a": "b", "c": "d"}
	eachCut(t, []eiptest.Option{eiptest.WithTaggedAtOnce(1)},
		func(t *testing.T, srv *eiptest.Server) {
			c := srv.Client(t)
			ids = []string{plain(t, srv, c), plain(t, srv, c), plain(t, srv, c)}
			require.True(t, srv.SetTags(ids[0], map[string]string{"old": "1", "a": "x"}))
			require.True(t, srv.SetTags(ids[1], want))
		},
		func(ctx context.Context, c *eip.Client) error {
			_, err := c.EnsureTags(ctx, "EIP", ids, want, eip.EnsureTagsOptions{RemoveOthers: true, AtOnce: 1})
			return err
		},
		func(t *testing.T, srv *eiptest.Server, err error) {
			require.NoError(t, err)
			for _, id := range ids {
				assert.Equal(t, map[string]string(want), tagsOn(t, srv, id))
			}
		})
}

// Somebody else changes the tags between every look and every call, for a while
// or without end.
func TestEnsureTagsUnderConcurrentChange(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		id := plain(t, srv, c)
		left := 6
		srv.Before(func(call eiptest.Call) {
			if left > 0 && call.Action == "ListTagResources" {
				left--
				srv.SetTags(id, map[string]string{fmt.Sprint("x", left): "1"})
			}
		})
		_, err := c.EnsureTags(t.Context(), "EIP", []string{id}, eip.Tags{"a": "b"}, eip.EnsureTagsOptions{RemoveOthers: true})
		require.NoError(t, err)
		assert.Zero(t, left)
		assert.Equal(t, map[string]string{"a": "b"}, tagsOn(t, srv, id))

		n := 0
		srv.Before(func(call eiptest.Call) {
			if call.Action == "ListTagResources" {
				n++
				srv.SetTags(id, map[string]string{"a": fmt.Sprint(n)})
			}
		})
		before := tagWrites(srv)
		_, err = c.EnsureTags(t.Context(), "EIP", []string{id}, eip.Tags{"a": "b"}, eip.EnsureTagsOptions{})
		require.ErrorIs(t, err, eip.ErrConflict)
		require.ErrorContains(t, err, "somebody else")
		assert.LessOrEqual(t, tagWrites(srv)-before, 20)
	})
}

// Callers that want different tags of the same resources, from one client and
// from several, in any order of the IDs.
func TestEnsureTagsFromManyCallers(t *testing.T) {
	t.Parallel()
	onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
		ids := []string{plain(t, srv, c), plain(t, srv, c), plain(t, srv, c)}
		var wg sync.WaitGroup
		for i := range 8 {
			client := c
			if i%2 == 0 {
				client = srv.Client(t)
			}
			mine := slices.Clone(ids)
			if i%3 == 0 {
				slices.Reverse(mine)
			}
			wg.Go(func() {
				_, err := client.EnsureTags(t.Context(), "EIP", mine, eip.Tags{fmt.Sprint("k", i): "v", "all": "v"}, eip.EnsureTagsOptions{})
				assert.NoError(t, err)
			})
		}
		wg.Wait()
		for _, id := range ids {
			assert.Len(t, tagsOn(t, srv, id), 9)
		}

		// A turn that does not come ends with the context.
		release := make(chan struct{})
		entered := make(chan struct{})
		var once sync.Once
		srv.Before(func(call eiptest.Call) {
			if call.Action == "ListTagResources" {
				once.Do(func() { close(entered); <-release })
			}
		})
		wg.Go(func() {
			_, err := c.EnsureTags(t.Context(), "EIP", ids[:1], eip.Tags{"all": "v"}, eip.EnsureTagsOptions{})
			assert.NoError(t, err)
		})
		<-entered
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.EnsureTags(ctx, "eip", ids[:1], eip.Tags{"all": "v"}, eip.EnsureTagsOptions{})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "another call")
		close(release)
		wg.Wait()
	})
}
