package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func getText(t *testing.T, url, host string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	require.NoError(t, err)
	req.Host = host
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(text)
}

// The program is steered on loopback, begins with a seed, and keeps its state.
func TestSteeredSeededKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	seed, state := filepath.Join(dir, "seed.json"), filepath.Join(dir, "state")
	require.NoError(t, os.WriteFile(seed, []byte("{\"addresses\": [\n  {\"id\": \"eip-seeded\"}\n]}"), 0o600))
	args := []string{"-listen", "127.0.0.1:0", "-seed-file", seed, "-state", state}
	endpoint, _, stop := start(t, args...)
	status, text := getText(t, endpoint+"/_eip/", "")
	require.Equal(t, 200, status)
	assert.Contains(t, text, "/_eip/snapshot")
	_, text = getText(t, endpoint, "")
	assert.Contains(t, text, "GET /_eip/")
	status, body := get(t, endpoint, "testid", "testsecret", map[string]string{"Action": "AllocateEipAddress", "RegionId": "cn-hangzhou", "Name": "second"})
	require.Equal(t, 200, status, body)
	_, text = getText(t, endpoint+"/_eip/calls", "")
	assert.Contains(t, text, "AllocateEipAddress")
	require.Zero(t, stop())
	endpoint, _, _ = start(t, args...)
	_, text = getText(t, endpoint+"/_eip/state", "")
	assert.Contains(t, text, "eip-seeded")
	assert.Contains(t, text, "second")
	assert.NotContains(t, text, "testsecret")
}

func TestSteerFlag(t *testing.T) {
	t.Parallel()
	endpoint, _, _ := start(t, "-listen", "127.0.0.1:0", "-steer", "box.example, other.example")
	for host, want := range map[string]int{"": 200, "box.example:80": 200, "other.example": 200, "evil.example": 403} {
		status, text := getText(t, endpoint+"/_eip/state", host)
		assert.Equal(t, want, status, "%s: %s", host, text)
	}
	endpoint, _, _ = start(t, "-listen", "127.0.0.1:0", "-steer", "off")
	status, text := getText(t, endpoint+"/_eip/state", "")
	assert.Equal(t, 403, status)
	assert.Contains(t, text, "switched off")
}

func TestSteerArguments(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	for _, tt := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"-steer", "a,,b"}, 2, "empty name"},
		{[]string{"-steer", "http://box"}, 1, "without port"},
		{[]string{"-seed-file", filepath.Join(dir, "none")}, 2, "no such file"},
		{[]string{"-seed-file", file("typo", "{\"addresses\": [\n{\"regoin\": \"x\"}]}")}, 1, "line 2: addresses[0].regoin: is not a field"},
		{[]string{"-seed-file", file("value", "{\"addresses\": [\n\n{\"bandwidth\": 0.5}]}")}, 1, "line 3: addresses[0].bandwidth: 0.5 is not an integer"},
		{[]string{"-state", filepath.Join(dir, "none", "state")}, 1, "no such file"},
		{[]string{"-state", file("broken", "x")}, 1, "line 1: invalid character"},
		{[]string{"-vendor", "zenlayer", "-state", "x"}, 2, "state"},
	} {
		var stdout, stderr bytes.Buffer
		ctx, cancel := context.WithCancel(t.Context())
		assert.Equal(t, tt.status, run(ctx, append(tt.args, "-listen", "127.0.0.1:0"), &stdout, &stderr), strings.Join(tt.args, " "))
		cancel()
		assert.Contains(t, stderr.String(), tt.says, strings.Join(tt.args, " "))
	}
}
