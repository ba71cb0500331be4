package eiptest_test

import (
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
)

func TestTokenPage(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0))
	c := newCaller(t, srv)
	var ids []string
	for range 20 {
		ids = append(ids, c.ok("CreatePublicIpAddressPool", args()...).str("PublicIpAddressPoolId"))
	}
	first := c.ok("ListPublicIpAddressPools", args()...)
	next := first.str("NextToken")
	require.Len(t, first.tree["PublicIpAddressPoolList"], 10)
	require.Equal(t, []string{"20", "10", ids[0]}, []string{first.str("TotalCount"), first.str("MaxResults"),
		first.str("PublicIpAddressPoolList", "PublicIpAddressPoolId")})
	require.NotEmpty(t, next)

	// What goes from the page before does not move the others, not even the last
	// one of it.
	c.ok("DeletePublicIpAddressPool", args("PublicIpAddressPoolId", ids[9])...)
	second := c.ok("ListPublicIpAddressPools", args("NextToken", next)...)
	require.Equal(t, []string{"19", "", ids[10]}, []string{second.str("TotalCount"), second.str("NextToken"),
		second.str("PublicIpAddressPoolList", "PublicIpAddressPoolId")})
	require.Len(t, second.tree["PublicIpAddressPoolList"], 10, "a full page that is the last has no token")

	for name, extra := range map[string][]string{
		"no token":       {"NextToken", "nonsense!"},
		"no number":      {"NextToken", base64.RawURLEncoding.EncodeToString([]byte("pools:x"))},
		"another list's": {"NextToken", base64.RawURLEncoding.EncodeToString([]byte("blocks:1"))},
		"too few":        {"MaxResults", "9"},
		"too many":       {"MaxResults", "101"},
		"no count":       {"MaxResults", "x"},
	} {
		a := c.refused(400, "InvalidParameter", "ListPublicIpAddressPools", args(extra...)...)
		require.Contains(t, a.str("Message"), extra[0], name)
	}
}
