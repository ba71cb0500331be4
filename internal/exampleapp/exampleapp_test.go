package exampleapp_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/internal/exampleapp"
)

func parse(t *testing.T, args ...string) *exampleapp.Flags {
	t.Helper()
	fs := flag.NewFlagSet("example", flag.ContinueOnError)
	f := exampleapp.AddFlags(fs)
	require.NoError(t, exampleapp.Parse(fs, args))
	return f
}

func TestStart(t *testing.T) {
	t.Parallel()
	sim := eiptest.NewServer(t)
	for _, tc := range []struct {
		name     string
		args     []string
		in       string
		err      string // part of the error, "" for none
		embedded bool
		endpoint string
	}{
		{name: "embedded", embedded: true},
		{name: "endpoint", args: []string{"-endpoint", sim.URL()}, endpoint: sim.URL()},
		{name: "live, yes", args: []string{"-live", "-region", "cn-beijing"}, in: "yes\n", endpoint: "aliyuncs.com"},
		{name: "live, no", args: []string{"-live", "-region", "cn-beijing"}, in: "y\n", err: exampleapp.ErrDeclined.Error()},
		{name: "live, end of input", args: []string{"-live", "-region", "cn-beijing"}, err: exampleapp.ErrDeclined.Error()},
		{name: "live without region", args: []string{"-live"}, in: "yes\n", err: "-region"},
		{name: "live and endpoint", args: []string{"-live", "-region", "x", "-endpoint", sim.URL()}, in: "yes\n", err: "exclude"},
		{name: "the cloud by the back door", args: []string{"-endpoint", "https://vpc.aliyuncs.com/"}, err: "-live"},
		{name: "not a URL", args: []string{"-endpoint", "http://[::1"}, err: "-endpoint"},
		{name: "no scheme", args: []string{"-endpoint", "127.0.0.1"}, err: "WithEndpoint"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			app, err := parse(t, tc.args...).Start(t.Context(), strings.NewReader(tc.in), &out, "one address")
			if tc.err != "" {
				require.ErrorContains(t, err, tc.err)
				return
			}
			require.NoError(t, err)
			defer app.Close()
			assert.Equal(t, tc.embedded, app.Server != nil)
			assert.Contains(t, app.Client.Endpoint(), tc.endpoint)
			if strings.HasPrefix(tc.name, "live") {
				assert.Contains(t, out.String(), "one address")
				assert.Contains(t, out.String(), "cn-beijing")
				assert.Empty(t, app.Instance)
				return
			}
			assert.NotEmpty(t, app.Instance)
			_, err = app.Client.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{})
			require.NoError(t, err)
		})
	}
}

func TestStartWithAPlan(t *testing.T) {
	t.Parallel()
	f := parse(t, "-live", "-region", "cn-beijing")
	f.Plan = "It only reads."
	var out bytes.Buffer
	app, err := f.Start(t.Context(), strings.NewReader("yes\n"), &out, "")
	require.NoError(t, err)
	app.Close()
	assert.Contains(t, out.String(), "\nIt only reads.\nType yes to go on: ")
	assert.NotContains(t, out.String(), "create")
}

func TestInterruptedQuestion(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("interrupted")
	cancel(why)
	r, w := io.Pipe()
	defer w.Close() //nolint:errcheck // a pipe's end
	_, err := parse(t, "-live", "-region", "cn-beijing").Start(ctx, r, io.Discard, "one address")
	require.ErrorIs(t, err, why)
}

func TestParseRefusesArguments(t *testing.T) {
	t.Parallel()
	fs := flag.NewFlagSet("example", flag.ContinueOnError)
	var said bytes.Buffer
	fs.SetOutput(&said)
	require.Error(t, exampleapp.Parse(fs, []string{"live"}))
	assert.Contains(t, said.String(), `"live" is not a flag`)
}
