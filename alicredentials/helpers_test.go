package alicredentials

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The hosts that the vendor's library asks. It has no option for either of them
// in its default chain, but copies http.DefaultTransport for each request, with
// its proxy and its certificates, and replaces the dialer only.
const (
	metadataHost = "100.100.100.200"
	stsHost      = "sts.aliyuncs.com"
)

var (
	// world is where the requests of the test that runs go. It is one for the
	// process, as http.DefaultTransport is, so that tests with a cloud are not
	// parallel.
	world          atomic.Pointer[cloud]
	stsCertificate tls.Certificate
)

func TestMain(m *testing.M) {
	certificate, pool, err := newCertificate(stsHost)
	if err != nil {
		panic(err)
	}
	stsCertificate = certificate
	transport := http.DefaultTransport.(*http.Transport)
	transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	transport.Proxy = func(r *http.Request) (*url.URL, error) {
		if ip := net.ParseIP(r.URL.Hostname()); ip != nil && ip.IsLoopback() {
			return nil, nil
		}
		if c := world.Load(); c != nil {
			return url.Parse(c.front.URL)
		}
		return nil, errors.New("this test has no cloud")
	}
	os.Exit(m.Run())
}

// newCertificate is valid in the fake time of testing/synctest as well.
func newCertificate(host string) (tls.Certificate, *x509.CertPool, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{host}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2090, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool, nil
}

// A key is what a source gives.
type key struct {
	id, secret, token string
	expires           time.Time
}

// A cloud is what the sources ask, all on loopback: the metadata service, STS
// and the server of a credentials URI. Nothing else can be reached.
type cloud struct {
	front *httptest.Server // proxy to the first two; the third itself
	sts   *httptest.Server

	mu    sync.Mutex
	keys  []key    // to be given, the last one again and again
	given int      // keys so far
	asked []string // what was, without the steps of the metadata service before the key
	// The services that are up, by the name of their answers: metadata, STS, URI.
	up map[string]bool
	// spoil, if it is set, answers a request for a key in the service's place.
	spoil func(w http.ResponseWriter, service string)
	// reason, if it is set, is the one for which no connection to STS is made.
	reason string
}

// newCloud clears the environment, and makes a cloud with these keys.
func newCloud(t *testing.T, keys ...key) *cloud {
	t.Helper()
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "ALIBABA_CLOUD_") {
			t.Setenv(name, "")
		}
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	c := &cloud{keys: keys, up: map[string]bool{"metadata": true, "STS": true, "URI": true}}
	c.front = httptest.NewUnstartedServer(http.HandlerFunc(c.serve))
	c.sts = httptest.NewUnstartedServer(http.HandlerFunc(c.serveSTS))
	c.sts.TLS = &tls.Config{Certificates: []tls.Certificate{stsCertificate}}
	for _, s := range []*httptest.Server{c.front, c.sts} {
		// The library leaves its connections open, and a synctest bubble does not
		// end before they do.
		s.Config.SetKeepAlivesEnabled(false)
		t.Cleanup(s.Close)
	}
	c.front.Start()
	c.sts.StartTLS()
	world.Store(c)
	t.Cleanup(func() { world.Store(nil) })
	return c
}

func (c *cloud) uri() string { return c.front.URL + "/credentials" }

// set changes what may be changed while the servers run.
func (c *cloud) set(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

// questions are those for a key.
func (c *cloud) questions() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string{}, c.asked...)
}

const metadataToken = "metadata-token"

func (c *cloud) serve(w http.ResponseWriter, r *http.Request) {
	const roles = "/latest/meta-data/ram/security-credentials/"
	switch {
	case r.Method == http.MethodConnect:
		c.tunnel(w, r)
	case r.URL.Host == "" && r.URL.Path == "/credentials":
		c.give(w, "URI", func(k key) any { return urlAnswer(k) })
	case r.URL.Host != metadataHost:
		http.Error(w, "no such host", http.StatusBadGateway)
	case r.Method == http.MethodPut && r.URL.Path == "/latest/api/token" && c.isUp("metadata"):
		if r.Header.Get("X-Aliyun-Ecs-Metadata-Token-Ttl-Seconds") == "" {
			http.Error(w, "no TTL", http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(w, metadataToken)
	case r.Header.Get("X-Aliyun-Ecs-Metadata-Token") != metadataToken || !c.isUp("metadata"):
		http.Error(w, "Forbidden", http.StatusForbidden)
	case r.URL.Path == roles:
		_, _ = io.WriteString(w, "role-1\n")
	case r.URL.Path == roles+"role-1":
		c.give(w, "metadata", func(k key) any {
			answer := urlAnswer(k)
			answer["Code"] = "Success"
			return answer
		})
	default:
		http.NotFound(w, r)
	}
}

func urlAnswer(k key) map[string]any {
	return map[string]any{"AccessKeyId": k.id, "AccessKeySecret": k.secret, "SecurityToken": k.token,
		"Expiration": k.expires.UTC().Format("2006-01-02T15:04:05Z")}
}

func (c *cloud) serveSTS(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	if r.Form.Get("OIDCToken") == "" && r.Form.Get("Action") == "AssumeRoleWithOIDC" {
		http.Error(w, `{"Code":"MissingOIDCToken"}`, http.StatusBadRequest)
		return
	}
	c.give(w, "STS", func(k key) any { return map[string]any{"Credentials": urlAnswer(k)} })
}

func (c *cloud) isUp(service string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.up[service]
}

// give answers a request for a key.
func (c *cloud) give(w http.ResponseWriter, service string, form func(key) any) {
	c.mu.Lock()
	c.asked = append(c.asked, service)
	spoil, up := c.spoil, c.up[service]
	var k key
	if up && spoil == nil {
		k = c.keys[min(c.given, len(c.keys)-1)]
		c.given++
	}
	c.mu.Unlock()
	switch {
	case spoil != nil:
		spoil(w, service)
	case !up:
		http.Error(w, "down", http.StatusServiceUnavailable)
	default:
		_ = json.NewEncoder(w).Encode(form(k))
	}
}

// tunnel connects a client of STS with the fake.
func (c *cloud) tunnel(w http.ResponseWriter, r *http.Request) {
	if r.Host != stsHost+":443" {
		http.Error(w, "no such host", http.StatusBadGateway)
		return
	}
	c.mu.Lock()
	reason := c.reason
	c.mu.Unlock()
	if reason != "" {
		if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
			_, _ = fmt.Fprintf(conn, "HTTP/1.1 403 %s\r\nContent-Length: 0\r\n\r\n", reason)
			_ = conn.Close()
		}
		return
	}
	to, err := net.Dial("tcp", c.sts.Listener.Addr().String())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	from, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		_ = to.Close()
		return
	}
	_, _ = fmt.Fprint(from, "HTTP/1.1 200 OK\r\n\r\n")
	go func() {
		_, _ = io.Copy(to, buffered)
		_ = to.Close()
	}()
	_, _ = io.Copy(from, to)
	_ = from.Close()
}

// The sources that can be configured, each so that it gives the keys of a cloud.
var configure = map[string]func(t *testing.T, c *cloud){
	"environment": func(t *testing.T, c *cloud) {
		t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", c.keys[0].id)
		t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", c.keys[0].secret)
		t.Setenv("ALIBABA_CLOUD_SECURITY_TOKEN", c.keys[0].token)
	},
	"OIDC": func(t *testing.T, _ *cloud) {
		t.Setenv("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1:role/r")
		t.Setenv("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1:oidc-provider/p")
		t.Setenv("ALIBABA_CLOUD_OIDC_TOKEN_FILE", write(t, "token", "CANARY-oidc-token"))
	},
	"config file": func(t *testing.T, c *cloud) {
		t.Setenv("ALIBABA_CLOUD_CONFIG_FILE", write(t, "config.json", cliConfig(c.keys[0])))
	},
	"profile": func(t *testing.T, c *cloud) {
		t.Setenv("ALIBABA_CLOUD_CREDENTIALS_FILE", write(t, "credentials", fmt.Sprintf(
			"[default]\ntype = access_key\naccess_key_id = %s\naccess_key_secret = %s\n", c.keys[0].id, c.keys[0].secret)))
	},
	"metadata": func(t *testing.T, c *cloud) { t.Setenv("ALIBABA_CLOUD_IMDSV1_DISABLED", "true") },
	"URI":      func(t *testing.T, c *cloud) { t.Setenv("ALIBABA_CLOUD_CREDENTIALS_URI", c.uri()) },
}

func cliConfig(k key) string {
	return fmt.Sprintf(`{"current":"p","profiles":[{"name":"p","mode":"StsToken","access_key_id":%q,"access_key_secret":%q,"sts_token":%q}]}`,
		k.id, k.secret, k.token)
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}
