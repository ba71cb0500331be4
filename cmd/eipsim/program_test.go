package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
)

// With the variable EIPSIM_AS_PROGRAM the test binary is the program itself, so
// that a test can start it as a process of its own.
func init() {
	if os.Getenv("EIPSIM_AS_PROGRAM") == "1" {
		main()
	}
}

// process starts the program as a process, and gives its first line.
func process(t *testing.T, cmd *exec.Cmd) (endpoint string) {
	t.Helper()
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	endpoint, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	require.True(t, ok, line)
	return endpoint
}

func healthy(t *testing.T, client *http.Client, endpoint string) {
	t.Helper()
	resp, err := client.Get(endpoint + "/healthz")
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, 200, resp.StatusCode)
	require.Equal(t, "ok", string(body))
}

// SIGTERM and SIGINT end the process with status 0.
func TestSignals(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signals to send")
	}
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		cmd := exec.Command(os.Args[0], "-listen", "127.0.0.1:0")
		cmd.Env = append(os.Environ(), "EIPSIM_AS_PROGRAM=1")
		healthy(t, http.DefaultClient, process(t, cmd))
		require.NoError(t, cmd.Process.Signal(signal))
		require.NoError(t, cmd.Wait(), signal.String())
	}
}

// containerBuild is the command by which Containerfile builds the program.
func containerBuild(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../Containerfile")
	require.NoError(t, err)
	found := regexp.MustCompile(`(?m)^RUN (CGO_ENABLED=0 go build .* -o /eipsim \./cmd/eipsim)$`).FindSubmatch(text)
	require.NotNil(t, found)
	return string(found[1])
}

// The image has the binary alone, runs it with flags that it has, and is built
// with the Go release that go.mod asks for.
func TestContainerfile(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../Containerfile")
	require.NoError(t, err)
	_, last, ok := strings.Cut(string(text), "\nFROM scratch\n")
	require.True(t, ok)
	require.Regexp(t, `(?m)^COPY --from=build /eipsim /eipsim$`, last)
	require.Equal(t, 1, strings.Count(last, "COPY"))
	require.NotContains(t, last, "RUN", "there is no shell")
	require.Contains(t, last, "ENTRYPOINT [\"/eipsim\"]\n")
	var args []string
	require.NoError(t, json.Unmarshal(regexp.MustCompile(`(?m)^CMD (.*)$`).FindSubmatch([]byte(last))[1], &args))
	var p program
	_, err = parse(&p, args, io.Discard)
	require.NoError(t, err)
	require.Equal(t, "0.0.0.0:8089", p.listen)
	mod, err := os.ReadFile("../../go.mod")
	require.NoError(t, err)
	release := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(mod)
	require.Contains(t, string(text), "golang:"+string(release[1])+" AS build\n")
}

// The binary needs nothing beside it: it answers in an empty directory, as it
// does in an image made from scratch.
func TestStaticBinary(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" || os.Getuid() != 0 {
		t.Skip("chroot needs root on Linux")
	}
	root := t.TempDir()
	build := exec.Command("sh", "-c", strings.ReplaceAll(containerBuild(t), " -o /eipsim ", " -o "+root+"/eipsim "))
	build.Dir = "../.."
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	for _, args := range [][]string{{"-listen", "127.0.0.1:0"}, {"-listen", "127.0.0.1:0", "-tls"}} {
		cmd := exec.Command("/eipsim", args...)
		cmd.Dir, cmd.Env = "/", []string{}
		cmd.SysProcAttr = chroot(root)
		client := &http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} //nolint:gosec // TestTLS verifies
		endpoint := process(t, cmd)
		healthy(t, client, endpoint)
		client.CloseIdleConnections()
		require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
		require.NoError(t, cmd.Wait())
	}
}

// A client that is given the certificate trusts the program, and one that is
// not does not. The printed SHA-256 is that of the certificate.
func TestTLS(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "eipsim.pem")
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"-listen", "127.0.0.1:0", "-tls", "-tls-cert", file}, w, io.Discard)
		w.Close()
	}()
	lines := bufio.NewReader(r)
	first, err := lines.ReadString('\n')
	require.NoError(t, err)
	second, err := lines.ReadString('\n')
	require.NoError(t, err)
	endpoint, _ := strings.CutPrefix(strings.TrimSpace(first), "listening on ")
	require.Regexp(t, `^https://127\.0\.0\.1:\d+$`, endpoint)

	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NotContains(t, string(text), "KEY")
	block, rest := pem.Decode(text)
	require.Empty(t, rest)
	sum := sha256.Sum256(block.Bytes)
	require.Equal(t, "certificate SHA-256 "+strings.ReplaceAll(fmt.Sprintf("% X", sum), " ", ":")+"\n", second)
	crt, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)

	pool := x509.NewCertPool()
	pool.AddCert(crt)
	for _, host := range []string{"127.0.0.1", "localhost", "::1"} {
		require.NoError(t, crt.VerifyHostname(host))
	}
	trusting := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	healthy(t, trusting, endpoint)
	client, err := eip.NewClient("cn-hangzhou", eip.WithEndpoint(endpoint), eip.WithHTTPClient(trusting),
		eip.WithCredentials(eip.StaticCredentials("testid", "testsecret")))
	require.NoError(t, err)
	_, err = client.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{})
	require.NoError(t, err)
	trusting.CloseIdleConnections()
	_, err = (&http.Client{Transport: &http.Transport{}}).Get(endpoint + "/healthz")
	var unknown x509.UnknownAuthorityError
	require.ErrorAs(t, err, &unknown)
	cancel()
	require.Zero(t, <-done)
}

// The host that the program listens on is in the certificate.
func TestCertificateNames(t *testing.T) {
	t.Parallel()
	machine, err := os.Hostname()
	require.NoError(t, err)
	for listen, host := range map[string]string{"127.0.0.2:1": "127.0.0.2", "sim.test:1": "sim.test", "[fd00::1]:1": "fd00::1",
		":1": machine, "0.0.0.0:1": machine, "[::]:1": machine} {
		made, err := selfSigned(listen, time.Now())
		require.NoError(t, err)
		crt, err := x509.ParseCertificate(made.Certificate[0])
		require.NoError(t, err)
		require.NoError(t, crt.VerifyHostname(host), listen)
		require.NoError(t, crt.VerifyHostname("127.0.0.1"), listen)
		require.Error(t, crt.VerifyHostname("example.com"), listen)
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-version"}, {"-vendor", "zenlayer", "-version"}} {
		var out, errs bytes.Buffer
		require.Zero(t, run(t.Context(), args, &out, &errs))
		require.Empty(t, errs.String())
		require.Regexp(t, `^eipsim `+regexp.QuoteMeta(eip.Version)+` \(module \S+, go\S+ \w+/\w+\)\n$`, out.String())
	}
	require.Error(t, printVersion(broken{}))
}

// broken is a writer that cannot write.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestProgramFlags(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"-tls-cert", "x.pem"}, 2, "-tls-cert needs -tls"},
		{[]string{"-tls", "-listen", "127.0.0.1:0", "-tls-cert", "/nowhere/x.pem"}, 1, "-tls-cert: open /nowhere/x.pem"},
		{[]string{"-read-timeout", "0s"}, 2, "-read-timeout 0s is not positive"},
		{[]string{"-write-timeout", "-1s"}, 2, "-write-timeout -1s is not positive"},
		{[]string{"-log=xml"}, 2, "neither text nor json"},
		{[]string{"-log", "xml"}, 2, "not flags"},
		{[]string{"-h"}, 0, "-tls-cert"},
	} {
		for _, vendor := range []string{"alibaba", "zenlayer"} {
			var out, errs bytes.Buffer
			assert.Equal(t, tt.code, run(t.Context(), append([]string{"-vendor", vendor}, tt.args...), &out, &errs), tt.args)
			assert.Contains(t, errs.String(), tt.says)
			assert.Empty(t, out.String())
		}
	}
	require.Equal(t, 1, run(t.Context(), []string{"-listen", "127.0.0.1:0"}, broken{}, io.Discard))
}

// unsigned sends a request that either service refuses.
func unsigned(t *testing.T, endpoint string) {
	t.Helper()
	resp, err := http.PostForm(endpoint, url.Values{"Action": {"AllocateEipAddress"}})
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
}

// The forms of -log, however they are written.
func TestLogFlag(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args []string
		json bool
	}{
		{[]string{"-log"}, false}, {[]string{"--log"}, false}, {[]string{"-log=true"}, false}, {[]string{"-log", "text"}, false},
		{[]string{"-log", "json"}, true}, {[]string{"-log=json"}, true}, {[]string{"--log", "json"}, true},
		{[]string{"-log=json", "-latency", "0s"}, true},
	} {
		for _, vendor := range []string{"alibaba", "zenlayer"} {
			endpoint, stderr, stop := start(t, append([]string{"-vendor", vendor, "-listen", "127.0.0.1:0"}, tt.args...)...)
			unsigned(t, endpoint)
			require.Zero(t, stop())
			line := stderr.String()
			require.Equal(t, 1, strings.Count(line, "\n"), tt.args)
			var got struct{ Ran *bool }
			err := json.Unmarshal([]byte(line), &got)
			require.Equal(t, tt.json, err == nil, line)
			if tt.json {
				require.False(t, *got.Ran)
			} else {
				require.Contains(t, line, " ran=false ")
			}
		}
	}
	endpoint, stderr, stop := start(t, "-listen", "127.0.0.1:0", "-log=false")
	unsigned(t, endpoint)
	require.Zero(t, stop())
	require.Empty(t, stderr.String())
}
