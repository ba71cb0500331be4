package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

func example(t *testing.T, in string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), args, strings.NewReader(in), &out)
	for line := range strings.Lines(out.String()) {
		if !strings.HasPrefix(line, "This runs on the real cloud") { // all examples share it
			assert.LessOrEqual(t, len(line), 81, line)
		}
	}
	return out.String(), err
}

func TestEmbedded(t *testing.T) {
	t.Parallel()
	out, err := example(t, "")
	require.NoError(t, err)
	assert.Equal(t, 3, strings.Count(out, "would be released\n"))
	assert.Contains(t, out, "dry run: nothing is released")
	assert.Contains(t, out, "Not idle: 1 bound, 1 managed by a service")
	assert.Contains(t, out, "load-test  212 d       none\n")

	out, err = example(t, "", "-release")
	require.NoError(t, err)
	assert.Equal(t, 2, strings.Count(out, " released\n"))
	assert.Equal(t, 1, strings.Count(out, " kept      bound\n"), "what was bound since the report")

	out, err = example(t, "", "-age", "10000h")
	require.NoError(t, err)
	assert.Contains(t, out, "No address is idle.\n")
	assert.NotContains(t, out, "outcome")
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
	assert.Contains(t, out, " 36 h\n")
	assert.NotContains(t, out, "peak")
	assert.NotContains(t, out, ids[2])
	require.Len(t, srv.Addresses(), 3, "a dry run")
	srv.Fail("ReleaseEipAddress", eiptest.RefuseWith(403, "Forbidden.RAM", "no"))
	out, err = example(t, "", "-endpoint", srv.URL(), "-tag", "team=a", "-release")
	require.ErrorIs(t, err, eip.ErrPermission)
	assert.Contains(t, out, "failed")
	assert.Contains(t, out, "Forbidden.RAM")
	require.Len(t, srv.Addresses(), 2)
	_, err = example(t, "", "-endpoint", srv.URL(), "-age", "0", "-release")
	require.NoError(t, err)
	assert.Empty(t, srv.Addresses())
}

func TestLiveAsks(t *testing.T) {
	t.Parallel()
	out, err := example(t, "no\n", "-live", "-region", "cn-hangzhou", "-release")
	require.ErrorContains(t, err, "not confirmed")
	assert.Contains(t, out, "for good")
	out, err = example(t, "", "-live", "-region", "cn-hangzhou")
	require.ErrorContains(t, err, "not confirmed")
	assert.Contains(t, out, "creates and changes nothing")
}

func TestFlags(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-tag", "novalue"}, {"-tag", "=x"}, {"-age", "x"}, {"release"}} {
		_, err := example(t, "", args...)
		require.Error(t, err, args)
	}
	_, err := example(t, "", "-traffic", "-1h")
	require.ErrorIs(t, err, eip.ErrInvalidParameter)
}
