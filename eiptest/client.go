package eiptest

import eip "github.com/eipkit/eip-go"

// Client returns a client of the server. Further options come after those
// that ClientOptions gives.
func (s *Server) Client(tb TB, opts ...eip.Option) *eip.Client {
	tb.Helper()
	c, err := eip.NewClient(s.set.home, append(s.ClientOptions(), opts...)...)
	if err != nil {
		tb.Fatalf("eiptest: client: %v", err)
		return nil
	}
	return c
}

// ClientOptions returns what eip.NewClient needs to reach the server:
// endpoint, credentials (the first pair, without its security token) and HTTP
// client.
func (s *Server) ClientOptions() []eip.Option {
	return []eip.Option{
		eip.WithEndpoint(s.URL()),
		eip.WithCredentials(eip.StaticCredentials(s.set.keyID, s.set.keys[s.set.keyID].secret)),
		eip.WithHTTPClient(s.HTTPClient()),
	}
}
