package transport

import (
	"net"
	"net/http"
	"time"
)

// NewHTTPTransport makes a transport that shares nothing with the rest of the
// process, and keeps as many idle connections to its one host as goroutines
// are likely to want. It does not look for a proxy in the environment.
func NewHTTPTransport() *http.Transport {
	return &http.Transport{
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:    5 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           512,
		MaxIdleConnsPerHost:    256,
		IdleConnTimeout:        60 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
	}
}
