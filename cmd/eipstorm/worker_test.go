package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

// A release that a kill interrupted can run late, between the look and the next
// release. That one is refused then, and all is well.
func TestLateReleaseAfterALook(t *testing.T) {
	t.Parallel()
	for name, quicker := range map[string]func(*eiptest.Server, string){
		"gone":  func(s *eiptest.Server, id string) { s.ForceRelease(id) },
		"going": func(s *eiptest.Server, id string) { s.SetStatus(id, eiptest.Releasing) },
	} {
		for _, interrupted := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				srv := eiptest.NewServer(t)
				client := srv.Client(t, eip.WithMaxAttempts(1))
				res, err := client.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{})
				require.NoError(t, err)
				srv.Before(func(c eiptest.Call) {
					if c.Action == stageAction[release] {
						quicker(srv, res.AllocationID)
					}
				})
				b := newBooks()
				w := &worker{client: client, books: b}
				c := cycle{id: res.AllocationID, next: release, tried: interrupted}
				e := entry{Step: release}
				err = w.release(t.Context(), &c, &e)
				assert.NoError(t, err)
				assert.Equal(t, interrupted, b.denied == 0, "nobody else can have released it")
			})
		}
	}
}

// An address that somebody takes out of the package, or whose tag goes, is
// noticed while it should be there.
func TestAstray(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*eiptest.Address){
		"nothing":     func(*eiptest.Address) {},
		"the package": func(a *eiptest.Address) { a.BandwidthPackageID = "" },
		"the tag":     func(a *eiptest.Address) { a.Tags = map[string]string{} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := eiptest.NewServer(t, eiptest.WithInstances(eiptest.Instances(eiptest.ECS, 1)...))
			b := newBooks()
			w := &worker{client: srv.Client(t), books: b}
			srv.Before(func(c eiptest.Call) {
				if c.Action == stageAction[associate] {
					srv.Change(srv.Addresses()[0].AllocationID, spoil)
				}
			})
			err := w.run(t.Context(), cycle{})
			assert.Equal(t, name == "nothing", b.astray == 0)
			if name == "the package" {
				require.ErrorIs(t, err, eip.CodeOperationUnsupportedIpNotInCbwp)
				return
			}
			require.NoError(t, err)
			assert.Empty(t, srv.Addresses())
			require.Len(t, srv.BandwidthPackages(), 1)
			assert.Empty(t, srv.BandwidthPackages()[0].Members)
		})
	}
}
