package eip

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// keeper is a provider that keeps what it has given until it is told to forget.
type keeper struct{ fetched, given int }

func (k *keeper) Credentials(context.Context) (Credentials, error) {
	if k.given == 0 {
		k.fetched++
		k.given = k.fetched
	}
	return NewCredentials(fmt.Sprint("key", k.given), "a-secret-of-some-length", "token", time.Time{}), nil
}

func (k *keeper) Invalidate() { k.given = 0 }

// What was refused is forgotten by the provider itself, through caches and chains.
func TestForgetReachesTheProvider(t *testing.T) {
	t.Parallel()
	none := CredentialsProviderFunc(func(context.Context) (Credentials, error) { return Credentials{}, ErrNoCredentials })
	for name, wrap := range map[string]func(CredentialsProvider) CredentialsProvider{
		"bare":       func(p CredentialsProvider) CredentialsProvider { return p },
		"cached":     func(p CredentialsProvider) CredentialsProvider { return CachedCredentials(p, 0) },
		"in a chain": func(p CredentialsProvider) CredentialsProvider { return ChainCredentials(none, p) },
		"in a cached chain": func(p CredentialsProvider) CredentialsProvider {
			return CachedCredentials(ChainCredentials(none, p), 0)
		},
		"cached in a chain": func(p CredentialsProvider) CredentialsProvider {
			return ChainCredentials(none, CachedCredentials(p, 0))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inner := new(keeper)
			p := wrap(inner)
			first, err := p.Credentials(t.Context())
			require.NoError(t, err)
			forget(p, first)
			second, err := p.Credentials(t.Context())
			require.NoError(t, err)
			require.NotEqual(t, first, second)
			require.Equal(t, 2, inner.fetched)
		})
	}
	forget(nil, Credentials{})
}
