package eip_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// lies are answers that do not show an address and do not prove that it is
// gone, with a part of what the error says. An empty part stands for an answer
// that the decoder may refuse as a whole.
var lies = map[string]struct{ fields, says string }{
	"a count without a list": {`"TotalCount":1,"EipAddresses":{"EipAddress":[]}`, "the list names 0 of 1 addresses"},
	"another address": {`"TotalCount":1,"EipAddresses":{"EipAddress":[{"AllocationId":"eip-other"}]}`,
		"the list holds an address "},
	"fewer than it counts": {`"TotalCount":3,"EipAddresses":{"EipAddress":[{"AllocationId":"eip-other"}]}`,
		"the list holds an address "},
	"another region": {`"TotalCount":1,"EipAddresses":{"EipAddress":[{"AllocationId":"eip-other","RegionId":"cn-beijing"}]}`,
		"the list holds an address of another region"},
	"no ID":    {`"TotalCount":1,"EipAddresses":{"EipAddress":[{"Status":"Available"}]}`, ""},
	"no list":  {`"TotalCount":1`, ""},
	"no total": {`"PageNumber":1`, ""},
}

func lie(fields string) fault.Fault {
	return fault.Answer(200, nil, `{"RequestId":"r",`+fields+`}`)
}

// truth is what there is, before a look-up is lied to.
type truth struct {
	id, ip string // bound to i-test1, under the key "one"
	idle   *eip.IdleReport
	many   []string // under the key "many"
	made   int
}

func tell(t *testing.T, srv *eiptest.Server, c *eip.Client) truth {
	t.Helper()
	a, err := c.AllocateAssociated(t.Context(), &eip.AllocateAssociatedRequest{Instance: onTest1, Key: "one"})
	require.NoError(t, err)
	w := truth{id: a.AllocationID, ip: a.IPAddress}
	list, err := c.AllocateMany(t.Context(), 2, &eip.AllocateManyRequest{Key: "many"})
	require.NoError(t, err)
	for _, a := range list {
		w.many = append(w.many, a.AllocationID)
	}
	time.Sleep(time.Minute) // fake time: an address has an age
	w.idle, err = c.FindIdle(t.Context(), eip.IdleQuery{MinAge: time.Nanosecond})
	require.NoError(t, err)
	require.Len(t, w.idle.Idle, 2)
	w.idle.Idle = w.idle.Idle[:1]
	w.made = len(srv.AddressesEverMade())
	return w
}

// lookup is something that may conclude that an address is not there.
type lookup struct {
	run func(ctx context.Context, c *eip.Client, w truth) error
	// once says that it looks a few times, and does not go on until the context
	// ends.
	once bool
	// survey is how long it looks, when the context is over, what there is.
	survey time.Duration
	// after looks at what came of it, once the service has told the truth. If it
	// is nil there must be no error.
	after func(t *testing.T, srv *eiptest.Server, w truth, err error)
}

var errEmpty = errors.New("nothing was found")

func someOf[T any](list []T, err error) error {
	if err == nil && len(list) == 0 {
		return errEmpty
	}
	return err
}

func stillThere(t *testing.T, srv *eiptest.Server, w truth, err error) {
	t.Helper()
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "InUse (i-test1)")
	_, alive := srv.Address(w.id)
	assert.True(t, alive)
}

var onTest2 = eip.Instance{ID: "i-test2"}

var lookups = map[string]lookup{
	"GetEip": {once: true, run: func(ctx context.Context, c *eip.Client, w truth) error { _, err := c.GetEip(ctx, w.id); return err }},
	"GetEips": {once: true, run: func(ctx context.Context, c *eip.Client, w truth) error {
		_, err := c.GetEips(ctx, []string{w.many[0], w.id, w.many[1]})
		return err
	}},
	"FindEipByAddress": {once: true, run: func(ctx context.Context, c *eip.Client, w truth) error {
		_, err := c.FindEipByAddress(ctx, w.ip)
		return err
	}},
	"FindEipsByInstance": {once: true, run: func(ctx context.Context, c *eip.Client, _ truth) error {
		return someOf(c.FindEipsByInstance(ctx, onTest1))
	}},
	"FindEipsByTag": {once: true, run: func(ctx context.Context, c *eip.Client, _ truth) error {
		return someOf(c.FindEipsByTag(ctx, eip.Tags{eip.KeyTag: "one"}))
	}},
	"Whitelist": {once: true, run: func(ctx context.Context, c *eip.Client, w truth) error {
		_, err := c.Whitelist(ctx, eip.WhitelistQuery{AllocationIDs: []string{w.id}})
		return err
	}},
	"ReleaseIdle": {once: true, run: func(ctx context.Context, c *eip.Client, w truth) error {
		results, err := c.ReleaseIdle(ctx, w.idle, eip.ReleaseIdleOptions{})
		if results[0].Reason != "" {
			return fmt.Errorf("kept: %s", results[0].Reason)
		}
		return err
	}},
	"Adopt": {once: true, run: func(ctx context.Context, c *eip.Client, _ truth) error {
		return someOf(c.Adopt(ctx, &eip.AdoptRequest{Key: "one"}))
	}},
	"AllocateAssociated": {once: true,
		run: func(ctx context.Context, c *eip.Client, w truth) error {
			a, err := c.AllocateAssociated(ctx, &eip.AllocateAssociatedRequest{Instance: onTest1, Key: "one"})
			if err == nil && a.AllocationID != w.id {
				return errors.New("another address")
			}
			return err
		},
		after: func(t *testing.T, srv *eiptest.Server, w truth, err error) {
			t.Helper()
			require.NoError(t, err)
			assert.Len(t, srv.AddressesEverMade(), w.made)
		}},
	"AllocateAssociated under a new key": {once: true,
		run: func(ctx context.Context, c *eip.Client, _ truth) error {
			_, err := c.AllocateAssociated(ctx, &eip.AllocateAssociatedRequest{Instance: onTest2, Key: "new"})
			return err
		},
		after: func(t *testing.T, srv *eiptest.Server, w truth, err error) {
			t.Helper()
			require.NoError(t, err)
			assert.Len(t, srv.AddressesEverMade(), w.made+1)
		}},
	"AllocateMany": {once: true,
		run: func(ctx context.Context, c *eip.Client, _ truth) error {
			return someOf(c.AllocateMany(ctx, 2, &eip.AllocateManyRequest{Key: "many"}))
		},
		after: func(t *testing.T, srv *eiptest.Server, w truth, err error) {
			t.Helper()
			require.NoError(t, err)
			assert.Len(t, srv.AddressesEverMade(), w.made)
		}},
	"Rotate": {once: true, run: func(ctx context.Context, c *eip.Client, _ truth) error {
		_, err := c.Rotate(ctx, &eip.RotateRequest{Instance: onTest1})
		return err
	}},
	"Rotate an old one": {once: true, survey: 2 * time.Second, run: func(ctx context.Context, c *eip.Client, w truth) error {
		_, err := c.Rotate(ctx, &eip.RotateRequest{Instance: onTest1, Old: w.id})
		return err
	}},
	"WaitVisible": {run: func(ctx context.Context, c *eip.Client, w truth) error {
		_, err := c.WaitVisible(ctx, w.id)
		return err
	}},
	"WaitInUse": {run: func(ctx context.Context, c *eip.Client, w truth) error {
		_, err := c.WaitInUse(ctx, w.id, "i-test1")
		return err
	}},
	"WaitAllAvailable": {run: func(ctx context.Context, c *eip.Client, w truth) error {
		return someOf(c.WaitAllAvailable(ctx, w.many))
	}},
	"WaitAvailable": {after: stillThere,
		run: func(ctx context.Context, c *eip.Client, w truth) error {
			_, err := c.WaitAvailable(ctx, w.id)
			return err
		}},
	"WaitUnbound": {after: stillThere,
		run: func(ctx context.Context, c *eip.Client, w truth) error {
			_, err := c.WaitUnbound(ctx, w.id)
			return err
		}},
	"WaitGone": {after: stillThere, run: func(ctx context.Context, c *eip.Client, w truth) error { return c.WaitGone(ctx, w.id) }},
	"WaitAllGone": {after: stillThere,
		run: func(ctx context.Context, c *eip.Client, w truth) error {
			return c.WaitAllGone(ctx, []string{w.id, w.many[0]})
		}},
	"EnsureAssociated": {run: func(ctx context.Context, c *eip.Client, w truth) error {
		_, err := c.EnsureAssociated(ctx, w.id, onTest1)
		return err
	}},
	"EnsureUnassociated": {run: func(ctx context.Context, c *eip.Client, w truth) error {
		_, err := c.EnsureUnassociated(ctx, w.id)
		return err
	}},
	"EnsureReleased": {
		run: func(ctx context.Context, c *eip.Client, w truth) error {
			return c.EnsureReleased(ctx, w.id, eip.UnbindFirst)
		},
		after: func(t *testing.T, srv *eiptest.Server, w truth, err error) {
			t.Helper()
			require.NoError(t, err)
			assert.NotContains(t, aliveIDs(srv), w.id)
		}},
	"EnsureReleased of a new one": {
		run: func(ctx context.Context, c *eip.Client, w truth) error {
			return c.EnsureReleased(ctx, w.many[0], eip.JustAllocated)
		},
		after: func(t *testing.T, srv *eiptest.Server, w truth, err error) {
			t.Helper()
			require.NoError(t, err)
			assert.NotContains(t, aliveIDs(srv), w.many[0])
		}},
}

// eachLie runs every look-up against every lie.
func eachLie(t *testing.T, f func(t *testing.T, srv *eiptest.Server, c *eip.Client, l lookup, fields, says string)) {
	t.Helper()
	for name, l := range lookups {
		for which, tc := range lies {
			t.Run(name+"/"+which, func(t *testing.T) {
				t.Parallel()
				opts := []eiptest.Option{eiptest.WithTransition(time.Second)}
				onFake(t, opts, func(t *testing.T, srv *eiptest.Server, c *eip.Client) { f(t, srv, c, l, tc.fields, tc.says) })
			})
		}
	}
}

// A look that proves nothing is followed by another one, whose answer counts.
func TestAbsenceIsProven(t *testing.T) {
	t.Parallel()
	eachLie(t, func(t *testing.T, srv *eiptest.Server, c *eip.Client, l lookup, fields, _ string) {
		w := tell(t, srv, c)
		srv.Fail("DescribeEipAddresses", lie(fields).Times(3))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		err := l.run(ctx, c, w)
		if l.after != nil {
			l.after(t, srv, w, err)
			return
		}
		require.NoError(t, err)
	})
}

// If no look proves anything, the error says so, nothing is made, changed or
// called gone, and the looks are bounded.
func TestAbsenceIsNeverProven(t *testing.T) {
	t.Parallel()
	eachLie(t, func(t *testing.T, srv *eiptest.Server, c *eip.Client, l lookup, fields, says string) {
		w := tell(t, srv, c)
		alive, begin, before := srv.Addresses(), time.Now(), srv.Counts().Actions
		srv.Fail("DescribeEipAddresses", lie(fields).Times(-1))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		err := l.run(ctx, c, w)
		require.Error(t, err)
		require.NotErrorIs(t, err, errEmpty)
		require.NotErrorIs(t, err, eip.ErrNotFound)
		assert.NotContains(t, err.Error(), "not there")
		assert.NotContains(t, err.Error(), "gone (")
		assert.False(t, eip.OutcomeUnknown(err))
		var answer *eip.AnswerError
		require.ErrorAs(t, err, &answer)
		assert.Equal(t, alive, srv.Addresses())
		if says == "" {
			return
		}
		assert.Contains(t, answer.Reason, says)
		assert.Equal(t, "r", eip.RequestID(err))
		after := srv.Counts().Actions
		looks := after["DescribeEipAddresses"] - before["DescribeEipAddresses"]
		if l.once {
			assert.GreaterOrEqual(t, looks, 4)
			assert.LessOrEqual(t, looks, 12, "four times three pages, where the count asks for more")
			assert.Less(t, time.Since(begin), 3*time.Second+l.survey)
		} else {
			require.ErrorIs(t, err, context.DeadlineExceeded)
			assert.InDelta(t, 40, looks, 15)
			assert.Contains(t, err.Error(), "not seen")
		}
		after["DescribeEipAddresses"] = before["DescribeEipAddresses"]
		assert.Equal(t, before, after, "nothing else was called")
	})
}

// The context ends the looks, whether its deadline is known or it is cancelled.
func TestAbsenceAndTheContext(t *testing.T) {
	t.Parallel()
	why := errors.New("enough")
	for _, name := range slices.Sorted(maps.Keys(lookups)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				w := tell(t, srv, c)
				srv.Fail("DescribeEipAddresses", lie(lies["a count without a list"].fields).Times(-1))
				begin := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
				defer cancel()
				err := lookups[name].run(ctx, c, w)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.ErrorContains(t, err, "the list names 0 of 1 addresses")
				require.NotErrorIs(t, err, eip.ErrNotFound)
				assert.LessOrEqual(t, time.Since(begin), 300*time.Millisecond+lookups[name].survey)

				begin = time.Now()
				cancelled, stop := context.WithCancelCause(t.Context())
				time.AfterFunc(100*time.Millisecond, func() { stop(why) })
				err = lookups[name].run(cancelled, c, w)
				require.ErrorIs(t, err, context.Canceled)
				require.ErrorIs(t, err, why)
				require.NotErrorIs(t, err, eip.ErrNotFound)
				assert.LessOrEqual(t, strings.Count(err.Error(), "context canceled"), 1, "%v", err)
				assert.LessOrEqual(t, time.Since(begin), 100*time.Millisecond+lookups[name].survey)
			})
		})
	}
}

// An address that was just bought and cannot be seen is told, not forgotten.
func TestAbsenceOfANewAddress(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(ctx context.Context, c *eip.Client) error{
		"AllocateAssociated": func(ctx context.Context, c *eip.Client) error {
			_, err := c.AllocateAssociated(ctx, &eip.AllocateAssociatedRequest{Instance: onTest1})
			return err
		},
		"AllocateMany": func(ctx context.Context, c *eip.Client) error {
			_, err := c.AllocateMany(ctx, 3, &eip.AllocateManyRequest{})
			return err
		},
	} {
		for which, tc := range lies {
			t.Run(name+"/"+which, func(t *testing.T) {
				t.Parallel()
				onFake(t, nil, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
					srv.Fail("DescribeEipAddresses", lie(tc.fields).Times(-1))
					ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
					defer cancel()
					err := run(ctx, c)
					var p *eip.PartialError
					require.ErrorAs(t, err, &p)
					require.NotErrorIs(t, err, eip.ErrNotFound)
					requireTold(t, srv, err)
					assert.Len(t, p.Alive, len(srv.Addresses()))
					assert.NotEmpty(t, p.Alive)
				})
			})
		}
	}
}

// A release that was accepted goes on for a while. Until then the address is not
// gone, whatever a look does not show.
func TestAbsenceWhileReleasing(t *testing.T) {
	t.Parallel()
	for which, tc := range lies {
		t.Run(which, func(t *testing.T) {
			t.Parallel()
			onFake(t, slowly, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				w := tell(t, srv, c)
				times := 4
				if tc.says == "" {
					times = 3 // refused as a whole, which ends a call at the fourth
				}
				srv.Fail("DescribeEipAddresses", fault.Pass(), lie(tc.fields).Times(times))
				require.NoError(t, c.EnsureReleased(t.Context(), w.many[0]))
				assert.NotContains(t, aliveIDs(srv), w.many[0])
				assert.Equal(t, 1, srv.Counts().Actions["ReleaseEipAddress"])
			})
		})
	}
}
