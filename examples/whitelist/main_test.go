package main

import (
	"bytes"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

func example(t *testing.T, in string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), args, strings.NewReader(in), &out)
	return out.String(), err
}

var network = regexp.MustCompile(`\d+\.\d+\.\d+\.\d+/\d+`)

func TestFormatsAgree(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0))
	var q eip.WhitelistQuery
	_, err := populate(t.Context(), srv.Client(t), &q)
	require.NoError(t, err)
	args := []string{"-endpoint", srv.URL(), "-segment", q.SegmentIDs[0]}
	for _, id := range q.AllocationIDs {
		args = append(args, "-id", id)
	}
	var lists [][]string
	for _, format := range []string{"plain", "nft", "terraform"} {
		out, err := example(t, "", append(args, "-format", format)...)
		require.NoError(t, err)
		lists = append(lists, network.FindAllString(out, -1))
	}
	require.Len(t, lists[0], 7, "three addresses and a group of 13")
	assert.Equal(t, lists[0], lists[1])
	assert.Equal(t, lists[0], lists[2])
	out, err := example(t, "", append(args, "-format", "plain")...)
	require.NoError(t, err)
	assert.Equal(t, strings.Join(lists[0], "\n")+"\n", out, "plain is nothing but the list")
	out, err = example(t, "", append(args, "-whole")...)
	require.NoError(t, err)
	assert.Contains(t, out, "16 addresses in 3 networks, 3 foreign ones let in")
	assert.Len(t, srv.Addresses(), 16, "what was there before stays")
}

func TestEmbedded(t *testing.T) {
	t.Parallel()
	out, err := example(t, "")
	require.NoError(t, err)
	assert.Contains(t, out, "13 addresses of ours, 3 reserved")
	assert.Contains(t, out, "16 addresses in 7 networks, 0 foreign ones let in")
}

func TestEndpoint(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0))
	out, err := example(t, "", "-endpoint", srv.URL(), "-all")
	require.NoError(t, err)
	assert.Contains(t, out, "There is no address to let in")
	assert.NotContains(t, out, "nft")
	out, err = example(t, "", "-endpoint", srv.URL())
	require.NoError(t, err)
	assert.Contains(t, out, "16 addresses in 7 networks")
	assert.Empty(t, srv.Addresses(), "what it made is given back")
	assert.Empty(t, srv.Segments())

	res, err := srv.Client(t).AllocateEipAddress(t.Context(), nil)
	require.NoError(t, err)
	out, err = example(t, "", "-endpoint", srv.URL(), "-id", res.AllocationID)
	require.NoError(t, err)
	assert.Contains(t, out, "\n"+res.EipAddress+"/32\n")
	_, err = example(t, "", "-endpoint", srv.URL(), "-segment", "eipsg-gone")
	require.ErrorIs(t, err, eip.ErrNotFound)
	srv.Fail("AllocateEipAddress", eiptest.Pass(), eiptest.RefuseWith(403, "Forbidden.RAM", "no"))
	_, err = example(t, "", "-endpoint", srv.URL())
	require.ErrorIs(t, err, eip.ErrPermission)
	assert.Len(t, srv.Addresses(), 1, "half of it is given back, too")
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"-format":       {"-format", "csv"},
		"needs -all":    {"-live", "-region", "cn-hangzhou"},
		"not confirmed": {"-live", "-region", "cn-hangzhou", "-all"},
		"wrong flags":   {"-most", "x"},
		"MaxPrefixes":   {"-most", "-1"},
	} {
		_, err := example(t, "", args...)
		require.ErrorContains(t, err, want)
	}
}

// nft refuses a set whose list of elements is empty.
func TestNftWithoutElements(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	nft(&out, nil)
	assert.NotContains(t, out.String(), "elements")
	assert.Equal(t, strings.Count(out.String(), "{"), strings.Count(out.String(), "}"))
	out.Reset()
	nft(&out, []netip.Prefix{netip.MustParsePrefix("192.0.2.0/28")})
	assert.Contains(t, out.String(), "elements = {\n\t\t\t192.0.2.0/28,\n\t\t}")
}
