package eiptest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/eipkit/eip-go/internal/fake"
)

// TB is the part of *testing.T and *testing.B that this package needs.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// Server is a running service. It is safe for concurrent use.
type Server struct {
	set    settings
	svc    *service
	engine *fake.Engine
	host   *fake.Host
	client *http.Client

	loopback bool // the listener is reached from this machine alone
}

// usage answers a visit by a browser.
const usage = `This is a fake Elastic IP service (RPC interface, version ` + Version + `), for tests.
Send it signed requests as you would send them to the real endpoint: GET or
POST, parameters in the query, in the form body, or in both, signed with
HMAC-SHA1 or ACS3-HMAC-SHA256. GET ` + SteerPrefix + ` tells how it is steered.
`

// NewServer starts a server that closes itself when the test ends.
func NewServer(tb TB, opts ...Option) *Server {
	tb.Helper()
	s, err := New(opts...)
	if err != nil {
		tb.Fatalf("%v", err)
		return nil
	}
	tb.Cleanup(s.Close)
	return s
}

// New starts a server for a program, which has to Close it.
func New(opts ...Option) (*Server, error) {
	set := defaults()
	for _, o := range opts {
		if o == nil {
			continue
		}
		if err := o(&set); err != nil {
			return nil, err
		}
	}
	if err := set.finish(); err != nil {
		return nil, err
	}
	s := &Server{set: set, svc: newService(set)}
	if err := s.begin(); err != nil {
		return nil, err
	}
	ok := false
	defer func() {
		if !ok {
			s.svc.end()
		}
	}()
	engine, err := fake.NewEngine(s.svc, set.engine)
	if err != nil {
		return nil, fmt.Errorf("eiptest: %w", err)
	}
	s.engine = engine
	s.loopback = s.listensOnLoopback()
	if set.pipe {
		s.host = fake.Pipe(s)
	} else if s.host, err = fake.Listen(set.listen, s); err != nil {
		return nil, err
	}
	s.client = &http.Client{Transport: s.host.Transport()}
	ok = true
	return s, nil
}

// finish fills in what depends on other settings.
func (s *settings) finish() error {
	if len(s.keys) == 0 {
		s.keyID = DefaultAccessKeyID
		s.keys[s.keyID] = accessKey{secret: DefaultAccessKeySecret}
	}
	if len(s.regions) == 0 {
		for _, r := range regionNames {
			s.regions = append(s.regions, r[0])
		}
	}
	if !slices.Contains(s.regions, s.home) {
		return fmt.Errorf("eiptest: home region %q is not among the regions served", s.home)
	}
	if err := checkPools(s.pools); err != nil {
		return err
	}
	if s.instances == nil {
		s.instances = DefaultInstances()
	}
	s.engine.Clock, s.engine.Seed = s.clock, s.seed
	if s.engine.Usage == "" {
		s.engine.Usage = usage
	}
	return nil
}

// Close stops the server and waits until its goroutines have ended. It must
// not be called from a Before function.
func (s *Server) Close() {
	s.engine.End()
	s.host.Close()
	s.svc.end()
}

// URL is the endpoint, as http://127.0.0.1:port. With WithPipe it is a name
// that only HTTPClient can reach.
func (s *Server) URL() string { return s.host.URL() }

// HTTPClient returns a client whose transport connects to the server, however
// it is served. It is the same at every call, follows redirects as usual and
// has no time limit.
func (s *Server) HTTPClient() *http.Client { return s.client }

// Transport returns a new transport that connects to the server. Its idle
// connections are closed with the server.
func (s *Server) Transport() *http.Transport { return s.host.Transport() }

// Restart closes the listener and every connection, and listens again at the
// same address. The state stays.
func (s *Server) Restart() error { return s.host.Restart() }

// Stop closes the listener and every connection until Start.
func (s *Server) Stop() { s.host.Stop() }

// Start listens again after Stop.
func (s *Server) Start() error { return s.host.Start() }

// ServeHTTP lets a program mount the service on a server of its own. It serves the
// steering under SteerPrefix and the API at every other path.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, SteerPrefix) {
		s.steer(w, r)
		return
	}
	s.engine.ServeHTTP(w, r)
}
