package eip_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

// knownToProxy is the host of the service, which only the proxy can reach.
const knownToProxy = "example.com"

const proxyPassword = "canary-of-the-proxy"

// proxyWorld is a fake service, over HTTP and HTTPS, and a proxy in front of it.
type proxyWorld struct {
	fake      *eiptest.Server
	secure    *httptest.Server
	proxy     *httptest.Server
	proxyURL  string // with user and password
	authority string // file with the certificate of the service

	mu      sync.Mutex
	answers []int    // to the next requests, 0 for what was asked
	asked   []string // method and host of each request
}

func newProxyWorld(t *testing.T, answers ...int) *proxyWorld {
	t.Helper()
	w := &proxyWorld{fake: eiptest.NewServer(t), answers: answers}
	service, err := url.Parse(w.fake.URL())
	require.NoError(t, err)
	w.secure = httptest.NewTLSServer(httputil.NewSingleHostReverseProxy(service))
	t.Cleanup(w.secure.Close)
	w.authority = filepath.Join(t.TempDir(), "authority.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: w.secure.Certificate().Raw})
	require.NoError(t, os.WriteFile(w.authority, block, 0o600))
	w.proxy = httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(w.proxy.Close)
	w.proxyURL = strings.Replace(w.proxy.URL, "://", "://user:"+proxyPassword+"@", 1)
	return w
}

// serve is the proxy.
func (w *proxyWorld) serve(out http.ResponseWriter, req *http.Request) {
	w.mu.Lock()
	w.asked = append(w.asked, req.Method+" "+req.Host)
	answer := 0
	if len(w.answers) > 0 {
		answer, w.answers = w.answers[0], w.answers[1:]
	}
	w.mu.Unlock()
	_, password, _ := (&http.Request{Header: http.Header{"Authorization": req.Header["Proxy-Authorization"]}}).BasicAuth()
	req.Header.Del("Proxy-Authorization")
	switch {
	case answer == 302:
		out.Header().Set("Location", "http://login.invalid/")
		fallthrough
	case answer != 0:
		http.Error(out, "<html>go away", answer)
	case password != proxyPassword:
		http.Error(out, "who are you?", http.StatusProxyAuthRequired)
	case req.Method == http.MethodConnect:
		w.tunnel(out)
	default:
		service, _ := url.Parse(w.fake.URL())
		httputil.NewSingleHostReverseProxy(service).ServeHTTP(out, req)
	}
}

func (w *proxyWorld) tunnel(out http.ResponseWriter) {
	there, err := net.Dial("tcp", w.secure.Listener.Addr().String())
	if err != nil {
		http.Error(out, err.Error(), http.StatusBadGateway)
		return
	}
	out.WriteHeader(http.StatusOK)
	here, buf, err := out.(http.Hijacker).Hijack()
	if err != nil {
		_ = there.Close()
		return
	}
	go func() { _, _ = io.Copy(there, buf); _ = there.Close() }()
	go func() { _, _ = io.Copy(here, there); _ = here.Close() }()
}

// proxyOutcome is what became of one allocation.
type proxyOutcome struct {
	ID, Err       string
	Sent, Unknown bool
	Attempts      int
}

func allocateThrough(endpoint string, opts ...eip.Option) (out proxyOutcome) {
	opts = append([]eip.Option{
		eip.WithEndpoint(endpoint), eip.WithMaxAttempts(3), eip.WithBackoff(time.Microsecond, time.Millisecond),
		eip.WithCredentials(eip.StaticCredentials(eiptest.DefaultAccessKeyID, eiptest.DefaultAccessKeySecret)),
	}, opts...)
	c, err := eip.NewClient("cn-hangzhou", opts...)
	if err != nil {
		return proxyOutcome{Err: err.Error()}
	}
	defer c.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	res, err := c.AllocateEipAddress(ctx, &eip.AllocateEipAddressRequest{})
	if err == nil {
		return proxyOutcome{ID: res.AllocationID, Sent: true, Attempts: res.Attempts}
	}
	out = proxyOutcome{Err: fmt.Sprintf("%v|%+v|%#v", err, err, err), Unknown: eip.OutcomeUnknown(err)}
	var failed *eip.TransportError
	if errors.As(err, &failed) {
		out.Sent, out.Attempts = failed.Sent, failed.Attempts
	}
	return out
}

// TestProxyChild is the program that the other tests run with proxy variables
// in its environment, which net/http reads once.
func TestProxyChild(t *testing.T) {
	endpoint := os.Getenv("EIP_TEST_PROXY_ENDPOINT")
	if endpoint == "" {
		t.Skip("run by TestProxyFromEnvironment")
	}
	var opts []eip.Option
	if os.Getenv("EIP_TEST_PROXY_BARE_CLIENT") != "" {
		opts = append(opts, eip.WithHTTPClient(&http.Client{}))
	}
	text, err := json.Marshal(allocateThrough(endpoint, opts...))
	require.NoError(t, err)
	fmt.Printf("outcome %s\n", text)
}

// run runs the child with some variables.
func (w *proxyWorld) run(t *testing.T, endpoint string, env ...string) proxyOutcome {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestProxyChild$", "-test.v")
	for _, v := range os.Environ() {
		if !strings.Contains(strings.ToLower(v), "proxy=") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "EIP_TEST_PROXY_ENDPOINT="+endpoint, "SSL_CERT_FILE="+w.authority)
	cmd.Env = append(cmd.Env, env...)
	text, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", text)
	_, text2, found := strings.Cut(string(text), "outcome ")
	require.True(t, found, "%s", text)
	line, _, _ := strings.Cut(text2, "\n")
	var out proxyOutcome
	require.NoError(t, json.Unmarshal([]byte(line), &out))
	require.NotContains(t, string(text), proxyPassword)
	return out
}

func TestProxyFromEnvironment(t *testing.T) {
	t.Parallel()
	secure, plain := "https://"+knownToProxy+":8443", "http://"+knownToProxy+":8080"
	for name, tt := range map[string]struct {
		endpoint string // "" is the fake itself, on loopback
		env      []string
		answers  []int
		asked    []string
		fails    string
		sent     bool
		unknown  bool
		attempts int
	}{
		"HTTPS":               {endpoint: secure, env: []string{"HTTPS_PROXY"}, asked: []string{"CONNECT example.com:8443"}, attempts: 1},
		"https in lower case": {endpoint: secure, env: []string{"https_proxy"}, asked: []string{"CONNECT example.com:8443"}, attempts: 1},
		"HTTP":                {endpoint: plain, env: []string{"HTTP_PROXY"}, asked: []string{"POST example.com:8080"}, attempts: 1},
		"an HTTP client without a transport": {
			endpoint: secure, env: []string{"HTTPS_PROXY", "EIP_TEST_PROXY_BARE_CLIENT=1"},
			asked: []string{"CONNECT example.com:8443"}, attempts: 1},
		"loopback": {env: []string{"HTTP_PROXY", "HTTPS_PROXY"}, attempts: 1},
		"a CGI program": {
			endpoint: plain, env: []string{"HTTP_PROXY", "REQUEST_METHOD=GET"},
			fails: "not sent: refusing to use HTTP_PROXY value in CGI environment", attempts: 1},
		"CONNECT is refused": {
			endpoint: secure, env: []string{"HTTPS_PROXY"}, answers: []int{403}, asked: []string{"CONNECT example.com:8443"},
			fails: "refused to connect to example.com:8443: 403 Forbidden", attempts: 1},
		"CONNECT wants credentials": {
			endpoint: secure, env: []string{"HTTPS_PROXY"}, answers: []int{407}, asked: []string{"CONNECT example.com:8443"},
			fails: "refused to connect to example.com:8443: 407 Proxy Authentication Required", attempts: 1},
		"CONNECT is redirected": {
			endpoint: secure, env: []string{"HTTPS_PROXY"}, answers: []int{302}, asked: []string{"CONNECT example.com:8443"},
			fails: "302 Found", attempts: 1},
		"CONNECT fails for a while": {
			endpoint: secure, env: []string{"HTTPS_PROXY"}, answers: []int{502, 503},
			asked: []string{"CONNECT example.com:8443", "CONNECT example.com:8443", "CONNECT example.com:8443"}, attempts: 3},
		"407 to a plain request": {
			endpoint: plain, env: []string{"HTTP_PROXY"}, answers: []int{407}, asked: []string{"POST example.com:8080"},
			fails: "a proxy wants credentials", sent: true, unknown: true, attempts: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newProxyWorld(t, tt.answers...)
			var env []string
			for _, v := range tt.env {
				if !strings.Contains(v, "=") {
					v += "=" + w.proxyURL
				}
				env = append(env, v)
			}
			endpoint := tt.endpoint
			if endpoint == "" {
				endpoint = w.fake.URL()
			}
			got := w.run(t, endpoint, env...)
			require.Equal(t, tt.asked, w.asked, "%+v", got)
			require.Equal(t, tt.attempts, got.Attempts, "%+v", got)
			if tt.fails == "" {
				require.Empty(t, got.Err)
				require.Len(t, w.fake.Addresses(), 1)
				return
			}
			require.Contains(t, got.Err, tt.fails)
			require.Equal(t, tt.sent, got.Sent)
			require.Equal(t, tt.unknown, got.Unknown)
			require.Empty(t, w.fake.AddressesEverMade())
		})
	}
}

// A transport that the caller brings decides itself about proxies.
func TestProxyOfCallersTransport(t *testing.T) {
	t.Parallel()
	secure := "https://" + knownToProxy + ":8443"
	for name, tt := range map[string]struct {
		answers  []int
		asked    int
		fails    string
		attempts int
	}{
		"let through":               {asked: 1, attempts: 1},
		"CONNECT is refused":        {answers: []int{403}, asked: 1, fails: "Forbidden", attempts: 1},
		"CONNECT wants credentials": {answers: []int{407}, asked: 1, fails: "Proxy Authentication Required", attempts: 1},
		"CONNECT is redirected":     {answers: []int{302}, asked: 1, fails: "Found", attempts: 1},
		"CONNECT fails for a while": {answers: []int{502, 502}, asked: 3, attempts: 3},
		"CONNECT fails for long":    {answers: []int{502, 502, 502}, asked: 3, fails: "Bad Gateway", attempts: 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newProxyWorld(t, tt.answers...)
			roots := x509.NewCertPool()
			roots.AddCert(w.secure.Certificate())
			proxy, err := url.Parse(w.proxyURL)
			require.NoError(t, err)
			tr := &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: roots}}
			defer tr.CloseIdleConnections()
			got := allocateThrough(secure, eip.WithHTTPClient(&http.Client{Transport: tr}))
			require.Len(t, w.asked, tt.asked, "%+v", got)
			require.Equal(t, tt.attempts, got.Attempts)
			require.NotContains(t, got.Err, proxyPassword)
			if tt.fails == "" {
				require.Empty(t, got.Err)
				return
			}
			require.Contains(t, got.Err, tt.fails)
			require.False(t, got.Sent)
			require.False(t, got.Unknown)
			require.Empty(t, w.fake.AddressesEverMade())
		})
	}

	t.Run("no proxy", func(t *testing.T) {
		t.Parallel()
		w := newProxyWorld(t)
		got := allocateThrough(w.fake.URL(), eip.WithHTTPClient(&http.Client{Transport: new(http.Transport)}))
		require.Empty(t, got.Err)
		require.Empty(t, w.asked)
	})
	t.Run("no such proxy", func(t *testing.T) {
		t.Parallel()
		tr := &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: "127.0.0.1:1", User: url.UserPassword("user", proxyPassword)})}
		got := allocateThrough(secure, eip.WithHTTPClient(&http.Client{Transport: tr}))
		require.Contains(t, got.Err, "proxyconnect tcp: dial tcp 127.0.0.1:1")
		require.NotContains(t, got.Err, proxyPassword)
		require.False(t, got.Sent)
		require.Equal(t, 3, got.Attempts)
	})
}
