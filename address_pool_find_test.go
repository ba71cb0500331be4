package eip_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

func TestPublicIPAddressPools(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := srv.Client(t)
	var made []string
	for range 25 {
		made = append(made, newPool(t, c, &eip.CreatePublicIpAddressPoolRequest{Name: "n"}))
	}
	newPool(t, c, &eip.CreatePublicIpAddressPoolRequest{Name: "other"})
	req := &eip.ListPublicIpAddressPoolsRequest{Name: "n", MaxResults: 10}
	walk := c.PublicIPAddressPools(t.Context(), req)
	req.Name = "other" // it was copied
	for range 2 {
		var got []string
		for p, err := range walk {
			require.NoError(t, err)
			got = append(got, p.PublicIPAddressPoolID)
		}
		require.Equal(t, made, got)
	}
	calls := srv.CallsOf("ListPublicIpAddressPools")
	require.Len(t, calls, 6)
	require.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "Name": "n", "MaxResults": "10"}, calls[0].Params)
	require.NotEmpty(t, calls[1].Params["NextToken"])

	// It begins where the request says, and pools that go meanwhile move nothing.
	var got []string
	for p, err := range c.PublicIPAddressPools(t.Context(), &eip.ListPublicIpAddressPoolsRequest{
		Name: "n", MaxResults: 10, NextToken: calls[1].Params["NextToken"]}) {
		require.NoError(t, err)
		if len(got) == 0 {
			_, err := c.DeletePublicIpAddressPool(t.Context(), &eip.DeletePublicIpAddressPoolRequest{PublicIPAddressPoolID: made[19]})
			require.NoError(t, err)
			require.NoError(t, c.WaitPoolGone(t.Context(), made[19]))
		}
		got = append(got, p.PublicIPAddressPoolID)
	}
	require.Equal(t, made[10:], got)

	// All of the region are the default, 100 a page; a loop that stops asks for
	// nothing more, and an error comes once.
	for range c.PublicIPAddressPools(t.Context(), nil) {
		break
	}
	require.Equal(t, map[string]string{"RegionId": "cn-hangzhou", "MaxResults": "100"}, lastAsked(srv, "ListPublicIpAddressPools"))
	srv.Fail("ListPublicIpAddressPools", fault.Refuse("Forbidden.RAM"))
	n := 0
	for p, err := range c.PublicIPAddressPools(t.Context(), nil) {
		n++
		require.Nil(t, p)
		require.ErrorIs(t, err, eip.CodeForbiddenRAM)
	}
	require.Equal(t, 1, n)
}

// A service whose tokens lead nowhere does not keep a walk for ever.
func TestPublicIPAddressPoolsEnd(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := srv.Client(t)
	srv.Fail("ListPublicIpAddressPools", fault.Answer(200, nil,
		`{"RequestId":"r","NextToken":"again","TotalCount":9,"PublicIpAddressPoolList":[{"PublicIpAddressPoolId":"pippool-1"}]}`).Times(-1))
	var last error
	n := 0
	for p, err := range c.PublicIPAddressPools(t.Context(), nil) {
		if err == nil {
			n++
			require.Equal(t, "pippool-1", p.PublicIPAddressPoolID)
		}
		last = err
	}
	require.Equal(t, 1, n)
	var answer *eip.AnswerError
	require.ErrorAs(t, last, &answer)
	require.ErrorContains(t, last, "names a next page that was read before")
	require.Len(t, srv.CallsOf("ListPublicIpAddressPools"), 2)
}

func TestPublicIPAddressPoolCIDRBlocks(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0))
	c := srv.Client(t)
	id := newPool(t, c, nil)
	var made []string
	for range 21 {
		made = append(made, addBlock(t, c, id, "", 28))
	}
	var got []string
	for b, err := range c.PublicIPAddressPoolCIDRBlocks(t.Context(), &eip.ListPublicIpAddressPoolCidrBlocksRequest{
		PublicIPAddressPoolID: id, MaxResults: 10}) {
		require.NoError(t, err)
		got = append(got, b.CIDRBlock)
	}
	require.Equal(t, made, got)
	require.Len(t, srv.CallsOf("ListPublicIpAddressPoolCidrBlocks"), 3)

	for _, req := range []*eip.ListPublicIpAddressPoolCidrBlocksRequest{nil, {}} {
		for _, err := range c.PublicIPAddressPoolCIDRBlocks(t.Context(), req) {
			require.ErrorContains(t, err, "PublicIPAddressPoolID: is required")
		}
	}
	srv.Fail("ListPublicIpAddressPoolCidrBlocks", fault.Answer(200, nil, `{"RequestId":"r","NextToken":"t","TotalCount":0}`).Times(-1))
	n := 0
	for _, err := range c.PublicIPAddressPoolCIDRBlocks(t.Context(), &eip.ListPublicIpAddressPoolCidrBlocksRequest{PublicIPAddressPoolID: id}) {
		n++
		require.ErrorContains(t, err, "names a next page that was read before")
	}
	require.Equal(t, 1, n)
}

// poolLookup is something that looks for a pool or for a block of one.
type poolLookup struct {
	action, list, id string
	run              func(ctx context.Context, c *eip.Client, poolID, cidr string) (string, error)
}

var poolLookups = map[string]poolLookup{
	"pool": {"ListPublicIpAddressPools", "PublicIpAddressPoolList", "PublicIpAddressPoolId",
		func(ctx context.Context, c *eip.Client, poolID, _ string) (string, error) {
			p, err := c.GetPublicIPAddressPool(ctx, poolID)
			if err != nil {
				return "", err
			}
			return p.PublicIPAddressPoolID, nil
		}},
	"block": {"ListPublicIpAddressPoolCidrBlocks", "PublicIpPoolCidrBlockList", "CidrBlock",
		func(ctx context.Context, c *eip.Client, poolID, cidr string) (string, error) {
			b, err := c.GetPublicIPAddressPoolCIDRBlock(ctx, poolID, cidr)
			if err != nil {
				return "", err
			}
			return b.CIDRBlock, nil
		}},
}

// What is there is found; only a list that does not contradict itself proves that
// it is not there.
func TestGetPublicIPAddressPool(t *testing.T) {
	t.Parallel()
	for name, look := range poolLookups {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onFake(t, []eiptest.Option{eiptest.WithTransition(0)}, func(t *testing.T, srv *eiptest.Server, c *eip.Client) {
				poolID := newPool(t, c, nil)
				cidr := addBlock(t, c, poolID, "", 28)
				want, missing := poolID, "pippool-x"
				if name == "block" {
					want = cidr
				}
				got, err := look.run(t.Context(), c, poolID, cidr)
				require.NoError(t, err)
				require.Equal(t, want, got)

				if name == "block" {
					missing = poolID
				}
				_, err = look.run(t.Context(), c, missing, "203.0.113.0/28")
				var gone *eip.NotFoundError
				require.ErrorAs(t, err, &gone)
				require.ErrorIs(t, err, eip.ErrNotFound)
				require.Contains(t, err.Error(), map[string]string{
					"pool": "eip: no address pool pippool-x", "block": "eip: no block of an address pool 203.0.113.0/28"}[name])

				for lie, body := range map[string]string{
					"a count without a list": `"TotalCount":1,%q:[]`,
					"another one":            `"TotalCount":1,%q:[{%q:"other"}]`,
					"fewer than it counts":   `"TotalCount":3,%q:[{%q:"other"}]`,
					"a page to come":         `"TotalCount":0,"NextToken":"t",%q:[]`,
					"no ID":                  `"TotalCount":1,%q:[{"Status":"Created"}]`,
					"no list":                `"TotalCount":1`,
				} {
					switch lie {
					case "another one", "fewer than it counts":
						body = fmt.Sprintf(body, look.list, look.id)
					case "no list":
					default:
						body = fmt.Sprintf(body, look.list)
					}
					srv.Fail(look.action, fault.Answer(200, nil, `{"RequestId":"r",`+body+`}`))
					got, err := look.run(t.Context(), c, poolID, cidr)
					require.NoError(t, err, lie)
					require.Equal(t, want, got, lie)

					srv.Fail(look.action, fault.Answer(200, nil, `{"RequestId":"r",`+body+`}`).Times(-1))
					_, err = look.run(t.Context(), c, poolID, cidr)
					require.NotErrorIs(t, err, eip.ErrNotFound, lie)
					var answer *eip.AnswerError
					require.ErrorAs(t, err, &answer, lie)
					srv.Calm()
				}
				for _, spoil := range []fault.Fault{fault.EmptyPage(), fault.WrongID(), fault.MissingID(), fault.ShortPage()} {
					srv.Fail(look.action, spoil)
					got, err := look.run(t.Context(), c, poolID, cidr)
					require.NoError(t, err)
					require.Equal(t, want, got)
				}
			})
		})
	}
}

func TestGetPublicIPAddressPoolNeedsNames(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := eiptest.NewServer(t, eiptest.WithPipe())
		c := srv.Client(t)
		for _, err := range []error{
			errOf(c.GetPublicIPAddressPool(t.Context(), " ")),
			errOf(c.GetPublicIPAddressPoolCIDRBlock(t.Context(), "", "203.0.113.0/28")),
			errOf(c.GetPublicIPAddressPoolCIDRBlock(t.Context(), "pippool-1", "")),
		} {
			var invalid *eip.ValidationError
			require.ErrorAs(t, err, &invalid)
		}
		require.Empty(t, srv.Calls())
		// A pool that is not there is the service's own error, not an empty list.
		_, err := c.GetPublicIPAddressPoolCIDRBlock(t.Context(), "pippool-x", "203.0.113.0/28")
		require.ErrorIs(t, err, eip.CodeResourceNotFoundPublicIpAddressPool)
	})
}

func errOf[T any](_ T, err error) error { return err }
