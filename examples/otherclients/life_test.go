// Package otherclients has clients in other languages, and this test of them.
package otherclients

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// clients are the programs, with what each needs.
var clients = []struct {
	file, runs string
	needs      []string
}{
	{"life.sh", "bash", []string{"bash", "curl", "openssl", "sed", "sort", "seq"}},
	{"life.mjs", "node", []string{"node"}},
	{"life.py", "python3", []string{"python3"}},
}

// life runs a client against a server. It skips the test if the machine lacks
// what the client needs.
func life(t *testing.T, i int, endpoint string, env ...string) (stdout, stderr string, err error) {
	t.Helper()
	c := clients[i]
	for _, program := range c.needs {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not run: %v", c.file, err)
		}
	}
	var out, errs bytes.Buffer
	cmd := exec.Command(c.runs, c.file, endpoint)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// expected is what README.md says that they print, after the address.
func expected(t *testing.T) string {
	t.Helper()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(readme), "```text\nallocated 198.18.0.2\n")
	require.True(t, ok)
	text, _, ok := strings.Cut(rest, "```")
	require.True(t, ok)
	return text
}

// Each client makes one address and releases it, and prints what README.md says,
// whatever happens to its answers.
func TestLife(t *testing.T) {
	t.Parallel()
	want := expected(t)
	for i, c := range clients {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			for name, faults := range map[string]map[string][]fault.Fault{
				"no fault": nil,
				"lost answers": {
					"AllocateEipAddress":     {fault.CutAfter(), fault.CutBody(), fault.Pass(), fault.CutAfter()},
					"DescribeEipAddresses":   {fault.CutBefore(), fault.ServerError(503)},
					"AssociateEipAddress":    {fault.BadGateway().AfterRun(), fault.CutAfter()},
					"UnassociateEipAddress":  {fault.CutBody(), fault.Foreign(200, "html").AfterRun()},
					"ReleaseEipAddress":      {fault.CutAfter()},
					"NobodyCallsThisAction!": {fault.CutAfter()},
				},
			} {
				srv := eiptest.NewServer(t, eiptest.WithTransition(50*time.Millisecond), eiptest.WithCredentials("other id", "an&other=secret"))
				for action, list := range faults {
					srv.Fail(action, list...)
				}
				stdout, stderr, err := life(t, i, srv.URL(), "ALIBABA_CLOUD_ACCESS_KEY_ID=other id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=an&other=secret")
				require.NoError(t, err, name+": "+stdout+stderr)
				made := srv.AddressesEverMade()
				require.Len(t, made, 1, name)
				require.Empty(t, srv.Addresses(), name)
				require.Equal(t, "allocated "+made[0].IPAddress+"\n"+want, stdout, name)
				require.Regexp(t, `^by \w+: 50 % é$`, made[0].Description, name)
				require.Equal(t, len(faults) > 0, strings.Contains(stderr, "no answer to AllocateEipAddress, attempt 1"), name)
				require.NotContains(t, stderr, "secret")
			}
		})
	}
}

// A client that fails half-way says so, and leaves nothing.
func TestLifeFails(t *testing.T) {
	t.Parallel()
	for i, c := range clients {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			srv := eiptest.NewServer(t)
			_, stderr, err := life(t, i, srv.URL(), "EIP_INSTANCE=i-nobody")
			require.Error(t, err)
			require.Len(t, srv.AddressesEverMade(), 1)
			gone := func() bool { return len(srv.Addresses()) == 0 }
			require.Eventually(t, gone, 10*time.Second, 10*time.Millisecond)
			require.Contains(t, stderr, "failed: "+srv.AddressesEverMade()[0].AllocationID+" is left")
			require.Contains(t, stderr, "InvalidInstanId.NotFound") // as the service spells it

			// A bound address is unbound before it is released.
			srv = eiptest.NewServer(t, eiptest.WithTransition(50*time.Millisecond))
			srv.Fail("UnassociateEipAddress", fault.Throttle())
			_, stderr, err = life(t, i, srv.URL())
			require.Error(t, err, "clients do not repeat what is refused")
			require.Contains(t, stderr, "Throttling.User")
			require.Len(t, srv.AddressesEverMade(), 1)
			require.Eventually(t, gone, 10*time.Second, 10*time.Millisecond)

			_, stderr, err = life(t, i, srv.URL(), "ALIBABA_CLOUD_ACCESS_KEY_SECRET=wrong")
			require.Error(t, err)
			require.Contains(t, stderr, "SignatureDoesNotMatch")
			require.Len(t, srv.AddressesEverMade(), 1)

			_, stderr, err = life(t, i, "https://vpc.aliyuncs.com")
			require.Error(t, err)
			require.Contains(t, stderr, "not for the real cloud")
		})
	}
}

// The configuration of Terraform is in the form that its own program writes.
func TestTerraformFormat(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("terraform"); err != nil {
		t.Skipf("the format is not checked: %v", err)
	}
	out, err := exec.Command("terraform", "fmt", "-check", "-diff", "terraform").CombinedOutput()
	require.NoError(t, err, string(out))
}
