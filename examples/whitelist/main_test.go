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
	"github.com/eipkit/eip-go/eiptest/fault"
)

func example(t *testing.T, in string, args ...string) (out, log string, err error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	err = run(t.Context(), args, strings.NewReader(in), &stdout, &stderr)
	for line := range strings.Lines(stderr.String()) {
		assert.LessOrEqual(t, len(line), 81, line)
	}
	return stdout.String(), stderr.String(), err
}

var network = regexp.MustCompile(`\d+\.\d+\.\d+\.\d+/\d+`)

func TestFormatsAgree(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0))
	var q eip.WhitelistQuery
	require.NoError(t, populate(t.Context(), srv.Client(t), &q))
	args := []string{"-endpoint", srv.URL(), "-segment", q.SegmentIDs[0]}
	for _, id := range q.AllocationIDs {
		args = append(args, "-id", id)
	}
	var lists [][]string
	for _, format := range []string{"plain", "nft", "terraform"} {
		out, _, err := example(t, "", append(args, "-format", format)...)
		require.NoError(t, err)
		lists = append(lists, network.FindAllString(out, -1))
	}
	require.Len(t, lists[0], 7, "three addresses and a group of 13")
	assert.Equal(t, lists[0], lists[1])
	assert.Equal(t, lists[0], lists[2])
	out, _, err := example(t, "", append(args, "-format", "plain")...)
	require.NoError(t, err)
	assert.Equal(t, strings.Join(lists[0], "\n")+"\n", out, "plain is nothing but the list")
	_, log, err := example(t, "", append(args, "-whole")...)
	require.NoError(t, err)
	assert.Contains(t, log, "16 addresses in 3 networks, 3 foreign addresses let in")
	assert.Len(t, srv.Addresses(), 16, "what was there before stays")
}

func TestEmbedded(t *testing.T) {
	t.Parallel()
	out, log, err := example(t, "")
	require.NoError(t, err)
	assert.Contains(t, log, "13 own addresses, 3 reserved")
	assert.Contains(t, log, "16 addresses in 7 networks, 0 foreign addresses let in")
	assert.Len(t, network.FindAllString(out, -1), 3*7)
}

func TestEndpoint(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0))
	out, log, err := example(t, "", "-endpoint", srv.URL(), "-all")
	require.NoError(t, err)
	assert.Contains(t, log, "There is no address")
	assert.Empty(t, out)
	_, log, err = example(t, "", "-endpoint", srv.URL())
	require.NoError(t, err)
	assert.Contains(t, log, "16 addresses in 7 networks")
	assert.Empty(t, srv.Addresses(), "what it allocated is released")
	assert.Empty(t, srv.Segments())

	res, err := srv.Client(t).AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{})
	require.NoError(t, err)
	out, _, err = example(t, "", "-endpoint", srv.URL(), "-id", res.AllocationID)
	require.NoError(t, err)
	assert.Contains(t, out, "\n"+res.EipAddress+"/32\n")
	_, _, err = example(t, "", "-endpoint", srv.URL(), "-segment", "eipsg-gone")
	require.ErrorIs(t, err, eip.ErrNotFound)
	srv.Fail("AllocateEipAddress", fault.Pass(), fault.Refuse("Forbidden.RAM"))
	_, _, err = example(t, "", "-endpoint", srv.URL())
	require.ErrorIs(t, err, eip.ErrPermission)
	assert.Len(t, srv.Addresses(), 1, "half of it is released, too")
	srv.Fail("ReleaseEipSegmentAddress", fault.Refuse("Forbidden.RAM").Times(-1))
	_, _, err = example(t, "", "-endpoint", srv.URL())
	require.ErrorContains(t, err, "not everything is released")
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ args, in, want string }{
		{"-live -all", "yes\n", "-region"},
		{"-live -all -region cn-hangzhou -endpoint http://127.0.0.1:1", "yes\n", "no -endpoint"},
		{"-endpoint https://VPC.aliyuncs.com", "", "-live"},
		{"-live -region cn-hangzhou", "yes\n", "needs -all"},
		{"-live -region cn-hangzhou -all", "no\n", "not confirmed"},
		{"-live -region cn-hangzhou -all", "", "not confirmed"},
		{"all", "", "no arguments"},
		{"-format csv", "", "want plain"},
		{"-most x", "", "invalid value"},
		{"-most -1", "", "MaxPrefixes"},
	} {
		_, log, err := example(t, tt.in, strings.Fields(tt.args)...)
		require.ErrorContains(t, err, tt.want)
		assert.Equal(t, tt.want == "not confirmed", strings.Contains(log, "elastic IPs of cn-hangzhou in the real cloud"))
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
