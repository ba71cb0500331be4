package zenlayer_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest/fault"
	"github.com/eipkit/eip-go/zenlayer"
	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
)

// inBubble runs a test under fake time, with a service that takes seconds for
// what it does.
func inBubble(t *testing.T, f func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client), opts ...zenlayertest.Option) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		// A Date in the year 2000, where a bubble begins, is not believed.
		time.Sleep(time.Until(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)))
		srv := zenlayertest.NewServer(t, append([]zenlayertest.Option{
			zenlayertest.WithPipe(), zenlayertest.WithTransition(5 * time.Second),
		}, opts...)...)
		f(t, srv, srv.Client(t, zenlayer.WithPollDelay(time.Second, 15*time.Second)))
	})
}

func postpaid(n int) *zenlayer.AllocateEipAddressesRequest {
	return &zenlayer.AllocateEipAddressesRequest{ZoneID: "SEL-A", EipChargeType: zenlayer.ChargeTypePostpaid, Amount: n}
}

func allocate(t *testing.T, c *zenlayer.Client, req *zenlayer.AllocateEipAddressesRequest) []string {
	t.Helper()
	res, err := c.AllocateEipAddresses(t.Context(), req)
	require.NoError(t, err)
	return res.EipIDSet
}

// TestWholeLife takes addresses through all their states.
func TestWholeLife(t *testing.T) {
	inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
		ctx := t.Context()
		stock, err := c.DescribeEipAvailableResources(ctx, &zenlayer.DescribeEipAvailableResourcesRequest{EipChargeType: zenlayer.ChargeTypePostpaid, ZoneID: "SEL-A"})
		require.NoError(t, err)
		assert.Equal(t, zenlayer.StockStatusSell, stock.EipResources[0].Status)
		price, err := c.InquiryPriceCreateEipAddress(ctx, &zenlayer.InquiryPriceCreateEipAddressRequest{ZoneID: "SEL-A", EipChargeType: zenlayer.ChargeTypePostpaid, Amount: 3})
		require.NoError(t, err)
		assert.Equal(t, json.Number("0.015"), price.EipPrice.UnitPrice)

		ids := allocate(t, c, postpaid(3))
		began := time.Now()
		ready, err := c.WaitAllAvailable(ctx, ids)
		require.NoError(t, err)
		require.Len(t, ready, 3)
		for i, a := range ready {
			assert.Equal(t, ids[i], a.EipID)
			assert.Equal(t, zenlayer.EipStatusAvailable, a.EipStatus)
		}
		assert.GreaterOrEqual(t, time.Since(began), 5*time.Second)
		assert.Len(t, srv.Alive(), 3)

		free, err := c.DescribeInstanceAvailableEipResources(ctx, &zenlayer.DescribeInstanceAvailableEipResourcesRequest{InstanceID: "instance-sel-1"})
		require.NoError(t, err)
		assert.Len(t, free.InstanceEipResources, 3)
		_, err = c.AssociateEipAddress(ctx, &zenlayer.AssociateEipAddressRequest{EipID: ids[0], InstanceID: "instance-sel-1"})
		require.NoError(t, err)
		bound, err := c.WaitAssociated(ctx, ids[0], "instance-sel-1")
		require.NoError(t, err)
		assert.Equal(t, "sel-1", bound.InstanceName)
		_, err = c.UnAssociateEipAddress(ctx, &zenlayer.UnAssociateEipAddressRequest{EipID: ids[0]})
		require.NoError(t, err)
		_, err = c.WaitAllAvailable(ctx, ids[:1])
		require.NoError(t, err)
		_, err = c.ModifyEipAddressesResourceGroup(ctx, &zenlayer.ModifyEipAddressesResourceGroupRequest{EipIDs: ids, ResourceGroupID: "rg-2"})
		require.NoError(t, err)

		require.NoError(t, c.TerminateMany(ctx, ids))
		require.NoError(t, c.WaitAllRecycled(ctx, ids))
		_, err = c.RenewEipAddress(ctx, &zenlayer.RenewEipAddressRequest{EipID: ids[2]})
		require.NoError(t, err)
		assert.Len(t, srv.Alive(), 1, "renewing restores from the recycle bin")
		require.NoError(t, c.ReleaseMany(ctx, ids[:2]))
		require.NoError(t, c.WaitAllGone(ctx, ids[:2]))
		_, err = c.TerminateEipAddress(ctx, &zenlayer.TerminateEipAddressRequest{EipID: ids[2]})
		require.NoError(t, err)
		time.Sleep(25 * time.Hour)
		found, err := c.GetEips(ctx, ids)
		var missing *eip.NotFoundError
		require.ErrorAs(t, err, &missing)
		assert.Equal(t, ids, missing.IDs)
		assert.Empty(t, found, "the recycle bin empties itself after a day")
		assert.Len(t, srv.AddressesEverMade(), 3)
	})
}

func TestWaitAvailable(t *testing.T) {
	type state struct {
		srv *zenlayertest.Server
		c   *zenlayer.Client
		ids []string
	}
	for name, tt := range map[string]struct {
		do    func(t *testing.T, s state) error
		check func(t *testing.T, s state, err *zenlayer.WaitError)
	}{
		"creation fails": {func(t *testing.T, s state) error {
			s.srv.FailCreation(1)
			failing := allocate(t, s.c, postpaid(1))
			_, err := s.c.WaitAllAvailable(t.Context(), append(failing, s.ids...))
			return err
		}, func(t *testing.T, s state, err *zenlayer.WaitError) {
			require.ErrorIs(t, err, zenlayer.ErrCreateFailed)
			require.Len(t, err.Failed, 1)
			assert.Contains(t, err.Error(), err.Failed[0]+" (CREATE_FAILED)")
			assert.NotContains(t, s.ids, err.Failed[0])
		}},
		"the context ends": {func(t *testing.T, s state) error {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			_, err := s.c.WaitAllAvailable(ctx, s.ids)
			return err
		}, func(t *testing.T, s state, err *zenlayer.WaitError) {
			require.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, s.ids, err.Pending)
			assert.Equal(t, zenlayer.EipStatusCreating, err.Last[s.ids[0]].EipStatus)
			assert.Contains(t, err.Error(), "(CREATING)")
		}},
		"the caller leaves": {func(t *testing.T, s state) error {
			ctx, cancel := context.WithCancelCause(t.Context())
			go func() {
				time.Sleep(1500 * time.Millisecond)
				cancel(errors.New("enough"))
			}()
			_, err := s.c.WaitAllAvailable(ctx, s.ids)
			return err
		}, func(t *testing.T, _ state, err *zenlayer.WaitError) { require.ErrorContains(t, err, "enough") }},
		"an ID that never was": {func(t *testing.T, s state) error {
			_, err := s.c.WaitAllAvailable(t.Context(), []string{"eip-nobody"})
			return err
		}, func(t *testing.T, _ state, err *zenlayer.WaitError) {
			require.ErrorIs(t, err, eip.ErrNotFound)
			assert.Contains(t, err.Error(), "eip-nobody (not found)")
		}},
		"one that disappears": {func(t *testing.T, s state) error {
			if _, err := s.c.WaitAllAvailable(t.Context(), s.ids); err != nil {
				return err
			}
			_, err := s.c.AssociateEipAddress(t.Context(), &zenlayer.AssociateEipAddressRequest{EipID: s.ids[0], InstanceID: "instance-sel-1"})
			require.NoError(t, err)
			go func() {
				time.Sleep(2 * time.Second)
				_ = s.c.EnsureAllReleased(t.Context(), s.ids)
			}()
			_, err = s.c.WaitAllAvailable(t.Context(), s.ids[:1]) // bound: it waits for the unbinding
			return err
		}, func(t *testing.T, _ state, err *zenlayer.WaitError) {
			assert.True(t, errors.Is(err, eip.ErrNotFound) || errors.Is(err, zenlayer.ErrUnexpectedStatus), err)
		}},
		"a read fails": {func(t *testing.T, s state) error {
			s.srv.Fail("DescribeEipAddresses", fault.Refuse("AUTHFAILURE_UNAUTHORIZED_OPERATION"))
			_, err := s.c.WaitAllAvailable(t.Context(), s.ids)
			return err
		}, func(t *testing.T, _ state, err *zenlayer.WaitError) { require.ErrorIs(t, err, eip.ErrPermission) }},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
				s := state{srv, c, allocate(t, c, postpaid(2))}
				err := tt.do(t, s)
				var failed *zenlayer.WaitError
				require.ErrorAs(t, err, &failed)
				tt.check(t, s, failed)
				text, jsonErr := json.Marshal(failed)
				require.NoError(t, jsonErr)
				assert.Contains(t, string(text), failed.Want)
			})
		})
	}
}

// TestWaitManyTogether: 250 addresses take three calls a look, the first at
// once, and a late appearance is no failure.
func TestWaitManyTogether(t *testing.T) {
	inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
		res, err := c.AllocateMany(t.Context(), 250, postpaid(0))
		require.NoError(t, err)
		assert.Equal(t, 3, res.Calls)
		require.Len(t, res.EipIDs, 250)
		ready, err := c.WaitAllAvailable(t.Context(), res.EipIDs)
		require.NoError(t, err)
		assert.Len(t, ready, 250)
		looks := srv.Counts().Actions["DescribeEipAddresses"]
		assert.LessOrEqual(t, looks, 7*3)
		before := looks
		_, err = c.WaitAllAvailable(t.Context(), res.EipIDs)
		require.NoError(t, err)
		assert.Equal(t, before+3, srv.Counts().Actions["DescribeEipAddresses"], "the first look is at once, and enough")
	}, zenlayertest.WithVisibilityDelay(3*time.Second))
}

func TestWaitAssociatedFails(t *testing.T) {
	inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
		ids := allocate(t, c, postpaid(2))
		_, err := c.WaitAllAvailable(t.Context(), ids)
		require.NoError(t, err)
		srv.FailAssociation(1)
		_, err = c.AssociateEipAddress(t.Context(), &zenlayer.AssociateEipAddressRequest{EipID: ids[0], InstanceID: "instance-sel-1"})
		require.NoError(t, err)
		_, err = c.WaitAssociated(t.Context(), ids[0], "instance-sel-1")
		require.ErrorIs(t, err, zenlayer.ErrUnexpectedStatus)
		_, err = c.AssociateEipAddress(t.Context(), &zenlayer.AssociateEipAddressRequest{EipID: ids[1], InstanceID: "instance-sel-1"})
		require.NoError(t, err)
		_, err = c.WaitAssociated(t.Context(), ids[1], "instance-sel-2")
		require.ErrorIs(t, err, zenlayer.ErrUnexpectedStatus, "bound to another instance")
	})
}

func TestAddresses(t *testing.T) {
	inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
		made := srv.Make("SEL-A", "POSTPAID", 2500, nil)
		req := &zenlayer.DescribeEipAddressesRequest{ZoneID: "SEL-A"}
		walk := func(size int) (out []string, err error) {
			r := *req
			r.PageSize = size
			for a, e := range c.EipAddresses(t.Context(), &r) {
				if e != nil {
					return out, e
				}
				out = append(out, a.EipID)
			}
			return out, nil
		}
		got, err := walk(0)
		require.NoError(t, err)
		assert.Equal(t, made, got)
		assert.Equal(t, 3, srv.Counts().Actions["DescribeEipAddresses"])
		assert.Zero(t, req.PageSize, "the request is copied")

		n := 0
		for range c.EipAddresses(t.Context(), nil) {
			if n++; n == 3 {
				break
			}
		}
		assert.Equal(t, 4, srv.Counts().Actions["DescribeEipAddresses"], "no page is read in advance")

		// Addresses vanish between pages: the rest moves up, and is still found.
		n = 0
		srv.Before(func(call zenlayertest.Call) {
			if n++; call.Action == "DescribeEipAddresses" && n == 2 {
				srv.Drop(made[:300]...)
			}
		})
		got, err = walk(1000)
		require.NoError(t, err)
		seen := map[string]bool{}
		for _, id := range got {
			assert.False(t, seen[id], "twice")
			seen[id] = true
		}
		for _, id := range made[300:] {
			assert.True(t, seen[id], "left out")
		}
		srv.Before(nil)
		srv.Fail("DescribeEipAddresses", fault.Pass(), fault.Refuse("INVALID_PARAMETER_VALUE"))
		got, err = walk(1000)
		require.ErrorIs(t, err, eip.ErrInvalidParameter)
		assert.Len(t, got, 1000)
		got, err = walk(0)
		require.NoError(t, err)
		assert.Len(t, got, 2200)
	})
}

func TestBatches(t *testing.T) {
	inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
		ctx := t.Context()
		ids := srv.Make("SEL-A", "POSTPAID", 230, nil)
		time.Sleep(time.Minute)
		require.NoError(t, c.TerminateMany(ctx, append(ids, ids[0])))
		assert.Equal(t, 230, srv.Counts().Actions["TerminateEipAddress"])
		require.NoError(t, c.WaitAllRecycled(ctx, ids))
		srv.Fail("ReleaseEipAddresses", fault.Pass(), fault.Refuse("AUTHFAILURE_UNAUTHORIZED_OPERATION"))
		err := c.ReleaseMany(ctx, ids)
		var batch *zenlayer.BatchError
		require.ErrorAs(t, err, &batch)
		assert.Equal(t, ids[:100], batch.Done)
		assert.Equal(t, ids[100:], batch.Left)
		require.ErrorIs(t, err, eip.ErrPermission)
		require.NoError(t, c.ReleaseMany(ctx, batch.Left))
		assert.Equal(t, 4, srv.Counts().Actions["ReleaseEipAddresses"])
		assert.Empty(t, srv.Addresses())
		require.NoError(t, c.TerminateMany(ctx, ids[:2]), "gone is as good")
	})
}

// TestEnsureReleased starts from every state, and from a mixture.
func TestEnsureReleased(t *testing.T) {
	states := map[string]func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client, id string){
		"CREATING":  func(*testing.T, *zenlayertest.Server, *zenlayer.Client, string) {},
		"AVAILABLE": func(*testing.T, *zenlayertest.Server, *zenlayer.Client, string) { time.Sleep(time.Minute) },
		"ASSOCIATING": func(t *testing.T, _ *zenlayertest.Server, c *zenlayer.Client, id string) {
			time.Sleep(time.Minute)
			_, err := c.AssociateEipAddress(t.Context(), &zenlayer.AssociateEipAddressRequest{EipID: id, InstanceID: "instance-sel-1"})
			require.NoError(t, err)
		},
		"RECYCLING": func(t *testing.T, _ *zenlayertest.Server, c *zenlayer.Client, id string) {
			time.Sleep(time.Minute)
			require.NoError(t, c.TerminateMany(t.Context(), []string{id}))
		},
		"RECYCLE": func(t *testing.T, _ *zenlayertest.Server, c *zenlayer.Client, id string) {
			time.Sleep(time.Minute)
			require.NoError(t, c.TerminateMany(t.Context(), []string{id}))
			time.Sleep(time.Minute)
		},
		"gone": func(t *testing.T, _ *zenlayertest.Server, c *zenlayer.Client, id string) {
			require.NoError(t, c.EnsureAllReleased(t.Context(), []string{id}))
		},
	}
	for _, name := range []string{"ASSOCIATED", "UNASSOCIATING", "CREATE_FAILED"} {
		states[name] = func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client, id string) {
			if name == "CREATE_FAILED" {
				time.Sleep(time.Minute)
				return
			}
			states["ASSOCIATING"](t, srv, c, id)
			time.Sleep(time.Minute)
			if name == "UNASSOCIATING" {
				_, err := c.UnAssociateEipAddress(t.Context(), &zenlayer.UnAssociateEipAddressRequest{EipID: id})
				require.NoError(t, err)
			}
		}
	}
	for name, reach := range states {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
				if name == "CREATE_FAILED" {
					srv.FailCreation(1)
				}
				id := srv.Make("SEL-A", "POSTPAID", 1, nil)[0]
				reach(t, srv, c, id)
				if a, there := srv.Address(id); name != "gone" {
					require.True(t, there)
					assert.Equal(t, name, a.Status)
				}
				// Each step of the way may end in the dark.
				srv.Fail("TerminateEipAddress", fault.CutAfter())
				srv.Fail("ReleaseEipAddresses", fault.CutAfter())
				require.NoError(t, c.EnsureAllReleased(t.Context(), []string{id}))
				assert.Empty(t, srv.Addresses())
				require.NoError(t, c.EnsureAllReleased(t.Context(), []string{id}), "again")
			})
		})
	}
	t.Run("a batch in the dark", func(t *testing.T) {
		inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
			ids := srv.Make("SEL-A", "POSTPAID", 150, nil)
			srv.Fail("ReleaseEipAddresses", fault.CutAfter())
			require.NoError(t, c.EnsureAllReleased(t.Context(), ids))
			assert.Empty(t, srv.Addresses())
		})
	})
	t.Run("a subscription", func(t *testing.T) {
		inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
			sub := srv.Make("SEL-A", "PREPAID", 1, nil)
			ids := append(sub, srv.Make("SEL-A", "POSTPAID", 1, nil)...)
			err := c.EnsureAllReleased(t.Context(), ids)
			require.ErrorIs(t, err, zenlayer.CodeOperationDeniedEipSubscription)
			var batch *zenlayer.BatchError
			require.ErrorAs(t, err, &batch)
			assert.Equal(t, sub, batch.Left)
			assert.Equal(t, ids[1:], batch.Done)
			assert.Contains(t, err.Error(), sub[0])
		})
	})
}

func TestAllocateManyPartial(t *testing.T) {
	inBubble(t, func(t *testing.T, srv *zenlayertest.Server, c *zenlayer.Client) {
		srv.SetStock("SEL-A", 150)
		_, err := c.AllocateMany(t.Context(), 250, postpaid(0))
		var partial *zenlayer.AllocateManyError
		require.ErrorAs(t, err, &partial)
		require.ErrorIs(t, err, eip.ErrCapacity)
		assert.Len(t, partial.EipIDs, 100)
		assert.Nil(t, partial.Unknown)
		assert.False(t, eip.OutcomeUnknown(err))
		assert.Len(t, srv.AddressesEverMade(), 100)

		srv.SetStock("SEL-A", -1)
		srv.Fail("AllocateEipAddresses", fault.Pass(), fault.CutAfter())
		req := postpaid(0)
		req.Mark = zenlayer.NewMark()
		_, err = c.AllocateMany(t.Context(), 230, req)
		require.ErrorAs(t, err, &partial)
		assert.True(t, eip.OutcomeUnknown(err))
		require.NotNil(t, partial.Unknown)
		assert.Equal(t, 100, partial.Unknown.Amount)
		text, jsonErr := json.Marshal(partial)
		require.NoError(t, jsonErr)
		assert.Contains(t, string(text), partial.EipIDs[99])
		assert.Contains(t, err.Error(), "100 of 230 addresses exist")
		assert.Contains(t, err.Error(), "100 more may")
		rec, err := c.Reconcile(t.Context(), &zenlayer.ReconcileRequest{Request: partial.Unknown, Err: partial.Err})
		require.NoError(t, err)
		assert.Equal(t, zenlayer.VerdictMade, rec.Verdict)
		all := append(partial.EipIDs, rec.EipIDs...)
		assert.Len(t, all, 200)
		var made []string
		for _, a := range srv.AddressesEverMade()[100:] {
			made = append(made, a.EipID)
		}
		assert.ElementsMatch(t, made, all)
		assert.Empty(t, req.Tags, "the caller's request is not changed")

		srv.Fail("AllocateEipAddresses", fault.Answer(200, nil, fmt.Sprintf(`{"response":{"eipIdSet":["%s"]}}`, "eip-1")))
		_, err = c.AllocateMany(t.Context(), 2, postpaid(0))
		require.ErrorContains(t, err, "1 IDs for an amount of 2")
	})
}
