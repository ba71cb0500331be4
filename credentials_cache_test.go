package eip

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/wiretest"
)

// issuer is a provider that numbers what it gives: key-1, key-2 and so on.
type issuer struct {
	mu    sync.Mutex
	life  time.Duration // 0: the credentials do not expire
	delay time.Duration // time that an answer takes
	obey  bool          // heed the context while it takes that time
	fail  error
	calls int
}

func (p *issuer) Credentials(ctx context.Context) (Credentials, error) {
	p.mu.Lock()
	p.calls++
	n, fail, life, delay, obey := p.calls, p.fail, p.life, p.delay, p.obey
	p.mu.Unlock()
	if delay > 0 {
		var done <-chan struct{}
		if obey {
			done = ctx.Done()
		}
		select {
		case <-time.After(delay):
		case <-done:
			return Credentials{}, ctx.Err()
		}
	}
	if fail != nil {
		return Credentials{}, fail
	}
	var expires time.Time
	if life != 0 {
		expires = time.Now().Add(life)
	}
	return NewCredentials(fmt.Sprintf("key-%d", n), "secret", "token", expires), nil
}

func (p *issuer) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

func (p *issuer) setFail(err error) { p.set(func() { p.fail = err }) }

func (p *issuer) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls
}

// get asks for credentials and returns the ID, or what went wrong. It lets
// renewals in the background end.
func get(t *testing.T, p CredentialsProvider) string {
	t.Helper()
	c, err := p.Credentials(t.Context())
	synctest.Wait()
	if err != nil {
		return err.Error()
	}
	return c.AccessKeyID()
}

var errIssuer = errors.New("issuer is down")

func TestCacheKeepsWhatDoesNotExpire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &issuer{}
		cache := CachedCredentials(p, time.Minute)
		assert.Equal(t, "key-1", get(t, cache))
		time.Sleep(1000 * time.Hour) // fake time
		assert.Equal(t, "key-1", get(t, cache))
		assert.Equal(t, 1, p.count())
		cache.Invalidate()
		assert.Equal(t, "key-2", get(t, cache))
		assert.Equal(t, 2, p.count())
	})
}

func TestCacheRenewsBeforeExpiry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		at := func(d time.Duration) { time.Sleep(time.Until(start.Add(d))) } // fake time
		p := &issuer{life: time.Hour}
		cache := CachedCredentials(p, 8*time.Minute)
		assert.Equal(t, "key-1", get(t, cache))
		at(52*time.Minute - time.Nanosecond)
		assert.Equal(t, "key-1", get(t, cache))
		assert.Equal(t, 1, p.count(), "not yet")
		at(52 * time.Minute)
		assert.Equal(t, "key-1", get(t, cache), "the old one while a new one is fetched")
		assert.Equal(t, 2, p.count())
		assert.Equal(t, "key-2", get(t, cache))
		assert.Equal(t, 2, p.count())

		// key-2 expires at 1h52; in the last two minutes callers wait.
		at(110 * time.Minute)
		assert.Equal(t, "key-3", get(t, cache))

		// Long after expiry too.
		at(10 * time.Hour)
		assert.Equal(t, "key-4", get(t, cache))
		assert.Equal(t, 4, p.count())
	})
}

func TestCacheRenewsDefaultTimeBefore(t *testing.T) {
	t.Parallel()
	for _, refreshBefore := range []time.Duration{0, -time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			p := &issuer{life: time.Hour}
			cache := CachedCredentials(p, refreshBefore)
			get(t, cache)
			time.Sleep(time.Hour - defaultRefreshBefore - time.Nanosecond) // fake time
			get(t, cache)
			assert.Equal(t, 1, p.count())
			time.Sleep(time.Nanosecond) // fake time
			get(t, cache)
			assert.Equal(t, 2, p.count())
		})
	}
}

// Credentials that live shorter than the renewal time would otherwise be renewed
// at every call.
func TestCacheOfShortLivedCredentials(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &issuer{life: time.Minute}
		cache := CachedCredentials(p, time.Hour)
		for range 600 { // a minute, ten calls a second
			get(t, cache)
			time.Sleep(100 * time.Millisecond) // fake time
		}
		assert.Equal(t, 2, p.count())
	})
}

func TestCacheSingleFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &issuer{life: time.Hour, delay: time.Second}
		cache := CachedCredentials(p, 0)
		const callers = 100
		var wg sync.WaitGroup
		var good atomic.Int64
		for range callers {
			wg.Go(func() {
				c, err := cache.Credentials(t.Context())
				if err == nil && c.AccessKeyID() == "key-1" {
					good.Add(1)
				}
			})
		}
		wg.Wait()
		assert.EqualValues(t, callers, good.Load())
		assert.Equal(t, 1, p.count())

		// Again at expiry, and with a failure, which all of them get.
		time.Sleep(2 * time.Hour) // fake time
		p.setFail(errIssuer)
		for range callers {
			wg.Go(func() {
				if _, err := cache.Credentials(t.Context()); errors.Is(err, errIssuer) {
					good.Add(1)
				}
			})
		}
		wg.Wait()
		assert.EqualValues(t, 2*callers, good.Load())
		assert.Equal(t, 2, p.count())
	})
}

func TestCacheFailureIsNotKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &issuer{life: time.Hour, fail: errIssuer}
		cache := CachedCredentials(p, 0)
		assert.Equal(t, errIssuer.Error(), get(t, cache))
		assert.Equal(t, errIssuer.Error(), get(t, cache))
		assert.Equal(t, 2, p.count(), "each caller asks while there is nothing to use")
		p.setFail(nil)
		assert.Equal(t, "key-3", get(t, cache))
	})
}

func TestCacheFailedRenewalKeepsAValidKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &issuer{life: time.Hour}
		cache := CachedCredentials(p, 8*time.Minute)
		assert.Equal(t, "key-1", get(t, cache))
		p.setFail(errIssuer)

		time.Sleep(52 * time.Minute) // fake time
		for range 50 {
			assert.Equal(t, "key-1", get(t, cache))
		}
		assert.Equal(t, 2, p.count(), "a failed renewal is not repeated at once")
		time.Sleep(refreshPause) // fake time
		assert.Equal(t, "key-1", get(t, cache))
		assert.Equal(t, 3, p.count())

		// In the last two minutes callers wait, and still get the valid key.
		time.Sleep(7 * time.Minute) // fake time
		assert.Equal(t, "key-1", get(t, cache))
		assert.Equal(t, 4, p.count())

		// A second past expiry: within the pause, yet the key is no longer valid.
		time.Sleep(time.Until(time.Now().Truncate(time.Hour).Add(time.Hour)) - time.Second) // fake time
		assert.Equal(t, "key-1", get(t, cache))
		time.Sleep(2 * time.Second) // fake time
		assert.Equal(t, errIssuer.Error(), get(t, cache))

		p.setFail(nil)
		assert.Equal(t, "key-7", get(t, cache))
	})
}

func TestCacheCancelledWaiterReturnsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &issuer{life: time.Hour, delay: 30 * time.Second, obey: true}
		cache := CachedCredentials(p, 0)
		errCause := errors.New("the user left")
		start := time.Now()

		// The first caller begins the question and leaves after a second.
		type key struct{}
		first, cancel := context.WithCancelCause(context.WithValue(t.Context(), key{}, "kept"))
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := cache.Credentials(first)
			assert.ErrorIs(t, err, context.Canceled)
			assert.ErrorIs(t, err, errCause)
			assert.Equal(t, time.Second, time.Since(start))
		})
		// The second has a deadline, the third has none.
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			_, err := cache.Credentials(ctx)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, 2*time.Second, time.Since(start))
		})
		wg.Go(func() {
			c, err := cache.Credentials(t.Context())
			assert.NoError(t, err)
			assert.Equal(t, "key-1", c.AccessKeyID())
			assert.Equal(t, 30*time.Second, time.Since(start))
		})
		time.Sleep(time.Second) // fake time
		cancel(errCause)
		wg.Wait()
		assert.Equal(t, 1, p.count(), "the question outlived who asked it")

		// Who comes with an ended context begins no question, but gets what is there.
		c, err := cache.Credentials(first)
		require.NoError(t, err)
		assert.Equal(t, "key-1", c.AccessKeyID())
		cache.Invalidate()
		_, err = cache.Credentials(first)
		require.ErrorIs(t, err, context.Canceled)
		synctest.Wait()
		assert.Equal(t, 1, p.count())
	})
}

func TestCacheKeepsTheValuesOfTheContext(t *testing.T) {
	t.Parallel()
	type key struct{}
	var got any
	var deadline bool
	cache := CachedCredentials(CredentialsProviderFunc(func(ctx context.Context) (Credentials, error) {
		got = ctx.Value(key{})
		_, deadline = ctx.Deadline()
		return NewCredentials("id", "secret", "", time.Time{}), nil
	}), 0)
	_, err := cache.Credentials(context.WithValue(t.Context(), key{}, "kept"))
	require.NoError(t, err)
	assert.Equal(t, "kept", got)
	assert.True(t, deadline, "no caller's context bounds the question")
}

func TestCacheGivesUpOnASilentProvider(t *testing.T) {
	t.Parallel()
	for _, obey := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			p := &issuer{delay: 10 * time.Minute, obey: obey}
			cache := CachedCredentials(p, 0)
			start := time.Now()
			_, err := cache.Credentials(t.Context())
			require.ErrorIs(t, err, errCredentialsTimeout)
			require.ErrorContains(t, err, "no answer within 1m0s")
			require.NotErrorIs(t, err, context.DeadlineExceeded, "the caller's context is well")
			assert.Equal(t, credentialsTimeout, time.Since(start))
			time.Sleep(10 * time.Minute) // fake time: the late answer is not taken
			p.setFail(errIssuer)
			p.set(func() { p.delay = 0 })
			assert.Equal(t, errIssuer.Error(), get(t, cache))
			assert.Equal(t, 2, p.count())
		})
	}
}

func TestCacheInvalidateDuringAFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &issuer{life: time.Hour, delay: time.Second}
		cache := CachedCredentials(p, 0)
		var wg sync.WaitGroup
		wg.Go(func() { assert.Equal(t, "key-1", id(t, cache)) })
		synctest.Wait()
		cache.Invalidate()
		wg.Go(func() { assert.Equal(t, "key-2", id(t, cache)) })
		wg.Wait()
		assert.Equal(t, "key-2", id(t, cache), "the answer to the older question is not kept")
		assert.Equal(t, 2, p.count())
	})
}

func id(t *testing.T, p CredentialsProvider) string {
	c, err := p.Credentials(t.Context())
	assert.NoError(t, err)
	return c.AccessKeyID()
}

// A clock that is wrong must not keep good credentials from being tried.
func TestCachePassesOnWhatHasExpiredByTheLocalClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &issuer{life: -time.Hour}
		cache := CachedCredentials(p, 0)
		assert.Equal(t, "key-1", get(t, cache))
		assert.Equal(t, "key-2", get(t, cache), "but they are not kept")

		// A valid key is not given up for an expired one.
		p.set(func() { p.life = time.Hour })
		assert.Equal(t, "key-3", get(t, cache))
		p.set(func() { p.life = -time.Hour })
		time.Sleep(59 * time.Minute) // fake time
		assert.Equal(t, "key-3", get(t, cache))
		assert.Equal(t, 4, p.count())
	})
}

func TestCacheRefusesUnusableCredentials(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		provider CredentialsProvider
		none     bool
		want     string
	}{
		"nil provider": {nil, false, "provider is nil"},
		"nil function": {CredentialsProviderFunc(nil), false, "provider is nil"},
		"empty":        {gives(Credentials{}, nil), true, "are empty"},
		"half":         {StaticCredentials("id", ""), false, "secret is empty"},
		"line break":   {gives(NewCredentials("id", testSecret+"\n", "", time.Time{}), nil), false, "secret holds"},
		"none":         {gives(Credentials{}, ErrNoCredentials), true, "no credentials"},
	} {
		c, err := CachedCredentials(tt.provider, 0).Credentials(t.Context())
		require.ErrorContains(t, err, tt.want, name)
		assert.Equal(t, tt.none, errors.Is(err, ErrNoCredentials), name)
		assert.Equal(t, Credentials{}, c, name)
		assert.NotContains(t, err.Error(), canary, name)
	}
	_, err := (*CredentialsCache)(nil).Credentials(t.Context())
	require.ErrorIs(t, err, errNilProvider)
}

func TestCacheAroundChain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &issuer{life: time.Hour}
		cache := CachedCredentials(ChainCredentials(gives(Credentials{}, ErrNoCredentials), p), 0)
		assert.Equal(t, "key-1", get(t, cache))
		assert.Equal(t, "key-1", get(t, cache))
		assert.Equal(t, 1, p.count())
	})
}

// A provider that panics ends its call, not the program.
func TestCachedCredentialsPanic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cache := CachedCredentials(CredentialsProviderFunc(func(context.Context) (Credentials, error) {
			panic("CANARY-secret")
		}), time.Minute)
		_, err := cache.Credentials(t.Context())
		require.ErrorContains(t, err, "panicked with a string")
		require.NotContains(t, err.Error(), "CANARY")
	})
}

// A call that meets expired credentials is repeated once, signed with fresh
// ones; many at once ask the provider once more and not many times.
func TestExpiredCredentialsAreFetchedAnew(t *testing.T) {
	t.Parallel()
	setup := func(t *testing.T, expired int) (c *Client, srv *wiretest.Server, fetched *atomic.Int64) {
		fetched = new(atomic.Int64)
		cache := CachedCredentials(CredentialsProviderFunc(func(context.Context) (Credentials, error) {
			n := fetched.Add(1)
			return NewCredentials(fmt.Sprintf("key%d", n), wireSecret, fmt.Sprintf("token%d", n), time.Time{}), nil
		}), 0)
		srv = wiretest.New(func(conn net.Conn, r *wiretest.Request) bool {
			<-time.After(time.Second) // fake time
			for n := range expired {
				if r.Params.Get("AccessKeyId") == fmt.Sprintf("key%d", n+1) {
					return refuse(400, "InvalidSecurityToken.Expired")(conn, r)
				}
			}
			return ok()(conn, r)
		})
		return wireClient(t, srv, WithCredentials(cache)), srv, fetched
	}
	synctest.Test(t, func(t *testing.T) {
		c, srv, _ := setup(t, 1)
		meta, err := do(t.Context(), c, KindOnce)
		require.NoError(t, err)
		assert.Equal(t, 2, meta.Attempts)
		assert.Equal(t, "token1", srv.Requests()[0].Params.Get("SecurityToken"))
		assert.Equal(t, "key2", srv.Requests()[1].Params.Get("AccessKeyId"))
		assert.Equal(t, "token2", srv.Requests()[1].Params.Get("SecurityToken"))
	})
	synctest.Test(t, func(t *testing.T) {
		c, srv, _ := setup(t, 2)
		_, err := do(t.Context(), c, KindTokened)
		assert.ErrorIs(t, err, CodeInvalidSecurityTokenExpired)
		assert.ErrorIs(t, err, ErrCredentials)
		assert.False(t, OutcomeUnknown(err))
		assert.Len(t, srv.Requests(), 2)
	})
	synctest.Test(t, func(t *testing.T) {
		c, _, fetched := setup(t, 1)
		var calls sync.WaitGroup
		for range 20 {
			calls.Go(func() {
				_, err := do(t.Context(), c, KindOnce)
				assert.NoError(t, err)
			})
		}
		calls.Wait()
		assert.EqualValues(t, 2, fetched.Load())
	})
}
