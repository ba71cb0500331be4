package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"
)

// NewHTTPTransport makes a transport that shares nothing with the rest of the
// process, and keeps as many idle connections to its one host as goroutines
// are likely to want. It obeys the proxy variables as http.DefaultTransport does.
// What a peer sends unasked does not get into the standard logger, except behind
// a proxy to an HTTPS endpoint.
func NewHTTPTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	t := &http.Transport{
		Proxy:                  proxyFromEnvironment,
		OnProxyConnectResponse: connectAnswered,
		TLSHandshakeTimeout:    5 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           512,
		MaxIdleConnsPerHost:    256,
		IdleConnTimeout:        60 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
	}
	t.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dialer.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &tidyConn{Conn: conn}, nil
	}
	t.DialTLSContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dialer.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return handshake(ctx, t, conn, addr)
	}
	return t
}

// errHandshakeTimeout has the text of net/http's own.
var errHandshakeTimeout = errors.New("net/http: TLS handshake timeout")

// handshake does what t would without a DialTLSContext. A connection on which
// HTTP/2 was agreed is left as it is: net/http knows it by its type, and HTTP/2
// has a framing that leaves nothing over.
func handshake(ctx context.Context, t *http.Transport, conn net.Conn, addr string) (net.Conn, error) {
	cfg := &tls.Config{} //nolint:gosec // the standard library's lowest version is high enough
	if t.TLSClientConfig != nil {
		cfg = t.TLSClientConfig.Clone() // with the protocols that net/http speaks
	}
	if cfg.ServerName == "" {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			_ = conn.Close()
			return nil, err
		}
		cfg.ServerName = host
	}
	limited, cancel := context.WithTimeoutCause(ctx, t.TLSHandshakeTimeout, errHandshakeTimeout)
	defer cancel()
	secure := tls.Client(conn, cfg)
	if err := secure.HandshakeContext(limited); err != nil {
		_ = conn.Close()
		if context.Cause(limited) == errHandshakeTimeout { //nolint:errorlint // identity is meant
			err = errHandshakeTimeout
		}
		return nil, err
	}
	if secure.ConnectionState().NegotiatedProtocol == "h2" {
		return secure, nil
	}
	return &tidyConn{Conn: secure}, nil
}
