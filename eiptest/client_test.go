package eiptest_test

import (
	"testing"

	"github.com/eipkit/eip-go/eiptest"
)

// The helpers for the library's client work over both networks.
func TestClientHelpers(t *testing.T) {
	t.Parallel()
	for _, opts := range [][]eiptest.Option{nil, {eiptest.WithPipe()}} {
		srv := eiptest.NewServer(t, opts...)
		if srv.Client(t) == nil || len(srv.ClientOptions()) != 3 {
			t.Error("no client")
		}
	}
}
