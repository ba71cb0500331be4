package eiptest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/eipkit/eip-go/internal/fake"
	"github.com/eipkit/eip-go/internal/strict"
)

// SteerPrefix begins the paths under which a server is steered over HTTP. The API
// is served at every other path. GET of the prefix itself lists the endpoints.
const SteerPrefix = "/_eip/"

// The sizes of bodies that the endpoints take.
const (
	mostSteerBody    = 1 << 20
	mostSnapshotBody = 64 << 20
)

// endpoint is one thing that can be done under SteerPrefix.
type endpoint struct {
	method, path string // below the prefix; {id} stands for one segment
	does         string
	body         string // an example; empty if it takes none
	gives        string // an example of the answer; empty if it is {}
	most         int64  // bytes of a body, 0 for mostSteerBody
	run          func(s *Server, q *steerRequest) (any, error)
}

// steerRequest is a request to an endpoint after the guards have passed it.
type steerRequest struct {
	query url.Values
	id    string // what stands for {id}
	body  []byte
}

// read reads the body strictly.
func (q *steerRequest) read(v any) error { return strict.Decode(q.body, v) }

// steerError is an error with a status of its own; others are 400.
type steerError struct {
	status int
	text   string
}

func (e *steerError) Error() string { return e.text }

func steerErrorf(status int, format string, args ...any) error {
	return &steerError{status, fmt.Sprintf(format, args...)}
}

// raw is an answer that is JSON already.
type raw func(w io.Writer) error

// steer answers a request under SteerPrefix.
func (s *Server) steer(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	answer, err := s.steered(w, r)
	status := http.StatusOK
	if err != nil {
		status = http.StatusBadRequest
		var own *steerError
		var large *http.MaxBytesError
		switch {
		case errors.As(err, &own):
			status = own.status
		case errors.As(err, &large):
			status = http.StatusRequestEntityTooLarge
			err = fmt.Errorf("body: it has more than %d bytes", large.Limit)
		}
		answer = map[string]string{"error": strings.TrimPrefix(err.Error(), "eiptest: ")}
	}
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return
	}
	if write, ok := answer.(raw); ok {
		write(w)
		return
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	enc.Encode(answer)
}

func (s *Server) steered(w http.ResponseWriter, r *http.Request) (any, error) {
	if err := s.maySteer(r); err != nil {
		return nil, err
	}
	e, id, err := findEndpoint(w, r)
	if err != nil {
		return nil, err
	}
	q := &steerRequest{id: id}
	if q.query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		return nil, fmt.Errorf("query: %.64q is not one", r.URL.RawQuery)
	}
	for name := range q.query {
		if name != "since" || e.path != "calls" {
			return nil, fmt.Errorf("query: %.64q is not a parameter of this endpoint", name)
		}
	}
	most := e.most
	if most == 0 {
		most = mostSteerBody
	}
	if r.ContentLength > most {
		return nil, steerErrorf(http.StatusRequestEntityTooLarge, "body: it has more than %d bytes", most)
	}
	if q.body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, most)); err != nil {
		return nil, err
	}
	switch {
	case e.body == "" && len(q.body) > 0:
		return nil, errors.New("body: this endpoint takes none")
	case e.body != "":
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
			return nil, steerErrorf(http.StatusUnsupportedMediaType, "Content-Type: %.64q is not application/json", r.Header.Get("Content-Type"))
		}
	}
	return e.run(s, q)
}

// findEndpoint finds the endpoint of a request, and what stands for {id}.
func findEndpoint(w http.ResponseWriter, r *http.Request) (found endpoint, id string, err error) {
	path := strings.TrimPrefix(r.URL.EscapedPath(), SteerPrefix)
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	var allowed []string
	for _, e := range endpoints {
		of, given := "", e.path == path
		if before, ok := strings.CutSuffix(e.path, "{id}"); ok {
			if of, given = strings.CutPrefix(path, before); of == "" || strings.Contains(of, "/") {
				continue
			}
		}
		if !given {
			continue
		}
		if e.method != method {
			allowed = append(allowed, e.method)
			continue
		}
		id, err := url.PathUnescape(of)
		if err != nil {
			return e, "", fmt.Errorf("path: %.64q is not an ID", of)
		}
		return e, id, nil
	}
	if len(allowed) > 0 {
		if slices.Contains(allowed, http.MethodGet) {
			allowed = append(allowed, http.MethodHead)
		}
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		return found, "", steerErrorf(http.StatusMethodNotAllowed, "method: %.16q is not %s", r.Method, strings.Join(allowed, " or "))
	}
	return found, "", steerErrorf(http.StatusNotFound, "path: %.128q is not an endpoint; GET %s lists them", r.URL.Path, SteerPrefix)
}

// maySteer refuses a request that comes from elsewhere: through a listener that is
// not on loopback, under a name of somebody else's (as a rebound DNS name is), or
// from a web page of another origin.
func (s *Server) maySteer(r *http.Request) error {
	no := func(format string, args ...any) error { return steerErrorf(http.StatusForbidden, format, args...) }
	if s.set.steerOff {
		return no("steering is switched off")
	}
	open := len(s.set.steerHosts) > 0
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok && !open {
		if !s.loopback || !onLoopback(local) {
			return no("steering is refused on the listener %s, which is not on loopback", local)
		}
	}
	host := hostName(r.Host)
	if !isLoopbackName(host) && !slices.ContainsFunc(s.set.steerHosts, func(h string) bool { return strings.EqualFold(h, host) }) &&
		!(s.set.pipe && "http://"+r.Host == fake.PipeURL) {
		return no("Host: %.128q is not a name of loopback, nor one that steering is allowed under", r.Host)
	}
	for _, origin := range r.Header.Values("Origin") {
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || !strings.EqualFold(u.Host, r.Host) {
			return no("Origin: %.128q is not this server, %.128q", origin, r.Host)
		}
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" || site == "same-site" {
		return no("Sec-Fetch-Site: %q is not this server", site)
	}
	return nil
}

// onLoopback reports whether a local address is one that only this machine
// reaches. An in-memory connection is.
func onLoopback(a net.Addr) bool {
	if tcp, ok := a.(*net.TCPAddr); ok {
		return tcp.IP.IsLoopback()
	}
	return a.Network() == "pipe" || a.Network() == "unix"
}

// hostName is the name in a Host header, without port and brackets.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}

func isLoopbackName(name string) bool {
	if strings.EqualFold(name, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.IsLoopback()
}

// listensOnLoopback reports whether the server's own listener, if it has one, is
// on loopback.
func (s *Server) listensOnLoopback() bool {
	if s.set.pipe {
		return true
	}
	host, _, err := net.SplitHostPort(s.set.listen)
	return err == nil && isLoopbackName(host)
}
