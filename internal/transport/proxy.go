package transport

import (
	"context"
	"net/http"
	"net/url"
)

// ProxyError says that a proxy did not open a connection to the service, or that
// no proxy could be asked. Nothing was sent.
type ProxyError struct {
	// Host is the proxy, without the credentials that its URL may have. It is
	// empty if it is not known.
	Host string
	// Target is what the proxy was to connect to.
	Target string
	// Status is the proxy's answer to CONNECT, or 0.
	Status int
	// Reason is the text of the answer, or why no proxy was asked.
	Reason string
}

func (e *ProxyError) Error() string {
	if e.Status == 0 {
		return e.Reason
	}
	return "the proxy " + e.Host + " refused to connect to " + e.Target + ": " + oneLine(e.Reason, MaxExcerpt)
}

// final reports whether a repeat would be told the same.
func (e *ProxyError) final() bool { return e.Status < 500 }

// proxyFromEnvironment is http.ProxyFromEnvironment with an error of its own
// type: it refuses HTTP_PROXY in a CGI program.
func proxyFromEnvironment(req *http.Request) (*url.URL, error) {
	proxy, err := http.ProxyFromEnvironment(req)
	if err != nil {
		return nil, &ProxyError{Reason: err.Error()}
	}
	return proxy, nil
}

// connectAnswered is an http.Transport's OnProxyConnectResponse.
func connectAnswered(_ context.Context, proxy *url.URL, req *http.Request, resp *http.Response) error {
	if resp.StatusCode < 300 {
		return nil
	}
	return &ProxyError{Host: proxy.Host, Target: req.Host, Status: resp.StatusCode, Reason: resp.Status}
}

// refusedConnect recognises the error that net/http makes of a proxy's answer to
// CONNECT if the transport is not this package's: the bare text of a status.
func refusedConnect(err error) bool {
	for status := 300; status < 500; status++ {
		if text := http.StatusText(status); text != "" && err.Error() == text {
			return true
		}
	}
	return false
}
