package main

import (
	"bufio"
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

func example(t *testing.T, in string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), args, strings.NewReader(in), &out)
	for line := range strings.Lines(out.String()) {
		assert.LessOrEqual(t, len(line), 81, line)
	}
	return out.String(), err
}

func TestEmbedded(t *testing.T) {
	t.Parallel()
	out, err := example(t, "")
	require.NoError(t, err)
	assert.Equal(t, 3, strings.Count(out, "would be released\n"))
	assert.Contains(t, out, "dry run: nothing is released")
	assert.Contains(t, out, "\nNot idle:\n  1 bound\n  2 in a bandwidth package\n  1 managed by a service\n")
	assert.Contains(t, out, "  150 d  100 Mbit/s  spare\n")
	assert.NotContains(t, out, "with a peak below")
	assert.Contains(t, out, "  212 d  none       load-test\n")

	out, err = example(t, "", "-release")
	require.NoError(t, err)
	assert.Equal(t, 2, strings.Count(out, " released\n"))
	assert.Equal(t, 1, strings.Count(out, "  kept: bound\n"), "what was bound since the report")

	out, err = example(t, "", "-package-peak", "0.01", "-no-packages")
	require.NoError(t, err)
	assert.Contains(t, out, "\nIn a bandwidth package, with a peak below 0.01 Mbit/s:\n")
	assert.Contains(t, out, "  140 d  none       old-shop\n")
	assert.NotContains(t, out, "  shop\n")
	assert.NotContains(t, out, "spare")

	out, err = example(t, "", "-age", "10000h")
	require.NoError(t, err)
	assert.Contains(t, out, "No address is idle.\n")
	assert.NotContains(t, out, "dry run")
}

func TestEndpoint(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t, eiptest.WithTransition(0))
	out, err := example(t, "", "-endpoint", srv.URL())
	require.NoError(t, err)
	assert.Contains(t, out, "No address is idle.\n")
	assert.NotContains(t, out, "Not idle")

	client := srv.Client(t)
	var ids []string
	for _, team := range []string{"a", "a", "b"} {
		res, err := client.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{
			Tags: eip.Tags{"team": team}, ResourceGroupID: "rg-" + team,
		})
		require.NoError(t, err)
		ids = append(ids, res.AllocationID)
		srv.Change(res.AllocationID, func(a *eiptest.Address) { a.CreatedAt = a.CreatedAt.Add(-36 * time.Hour) })
	}
	out, err = example(t, "", "-endpoint", srv.URL(), "-tag", "team=a", "-group", "rg-a", "-traffic", "0")
	require.NoError(t, err)
	assert.Contains(t, out, "  36 h  -")
	assert.NotContains(t, out, ids[2])
	require.Len(t, srv.Addresses(), 3, "a dry run")
	srv.Fail("ReleaseEipAddress", fault.Refuse("Forbidden.RAM"))
	out, err = example(t, "", "-endpoint", srv.URL(), "-tag", "team=a", "-release")
	require.ErrorIs(t, err, eip.ErrPermission)
	assert.Contains(t, out, "  failed\n")
	require.Len(t, srv.Addresses(), 2)
	_, err = example(t, "", "-endpoint", srv.URL(), "-age", "0", "-release")
	require.NoError(t, err)
	assert.Empty(t, srv.Addresses())
}

// The real cloud asks again before anything is released.
func TestReleaseAsks(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	client := srv.Client(t)
	_, err := client.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{})
	require.NoError(t, err)
	for _, answer := range []string{"no\n", "", "yes\n"} {
		var out bytes.Buffer
		j := job{release: true, ask: true, in: bufio.NewReader(strings.NewReader(answer)), out: &out}
		require.NoError(t, j.run(t.Context(), client))
		assert.Contains(t, out.String(), "Release these 1 for good? Type yes: ")
		assert.Equal(t, answer == "yes\n", strings.Contains(out.String(), "  released\n"))
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ args, in, want string }{
		{"-live", "yes\n", "-region"},
		{"-live -region cn-hangzhou -endpoint http://127.0.0.1:1", "yes\n", "no -endpoint"},
		{"-endpoint https://VPC.aliyuncs.com", "", "-live"},
		{"-live -region cn-hangzhou", "no\n", "not confirmed"},
		{"-live -region cn-hangzhou", "", "not confirmed"},
		{"release", "", "no arguments"},
		{"-nonsense", "", "-nonsense"},
		{"-tag novalue", "", "key=value"},
		{"-tag =x", "", "key=value"},
		{"-age x", "", "invalid value"},
		{"-traffic -1h", "", "TrafficOver"},
		{"-traffic 0 -package-peak 1", "", "PackagePeakBelow"},
	} {
		out, err := example(t, tt.in, strings.Fields(tt.args)...)
		require.ErrorContains(t, err, tt.want)
		assert.Equal(t, tt.want == "not confirmed", strings.Contains(out, "the elastic IPs of cn-hangzhou in the real cloud"))
	}
}
