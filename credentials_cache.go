package eip

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	// defaultRefreshBefore is how long before they expire credentials are renewed.
	defaultRefreshBefore = 5 * time.Minute
	// credentialsTimeout bounds one question to the provider, which no caller's
	// context bounds.
	credentialsTimeout = time.Minute
	// refreshPause is the least time between two early renewals of which the
	// first failed.
	refreshPause = 10 * time.Second
)

// CachedCredentials keeps what provider gives, so that it is asked once and not
// before each attempt. It is for providers that ask somewhere else, such as one
// that assumes a role.
//
//   - Credentials that expire are renewed refreshBefore their expiry (0: the
//     default of 5 minutes; for short-lived ones at half their life if that is
//     later). Callers get the old ones meanwhile and do not wait, except in the
//     last quarter of that time. Credentials that do not expire are kept until
//     [CredentialsCache.Invalidate].
//   - Only one question is under way at a time, whatever the number of callers.
//     It keeps the values of the context that began it, but not its
//     cancellation: a caller whose context ends returns at once while the
//     question goes on for the others, for a minute at most.
//   - If a renewal fails, credentials that are still valid stay in use and the
//     provider is asked again after ten seconds. Otherwise all who wait get the
//     error, and the next caller asks again. Errors are not kept.
//   - Expiry is judged by the local clock. What the provider has just given is
//     passed on even if it has expired by that clock, which may be wrong.
func CachedCredentials(provider CredentialsProvider, refreshBefore time.Duration) *CredentialsCache {
	if refreshBefore <= 0 {
		refreshBefore = defaultRefreshBefore
	}
	return &CredentialsCache{fetch: fetchOf(provider), forget: forgetOf(provider), refreshBefore: refreshBefore}
}

// A CredentialsCache is what [CachedCredentials] returns. It is safe for
// concurrent use.
type CredentialsCache struct {
	fetch         CredentialsProviderFunc
	forget        func(refused Credentials)
	refreshBefore time.Duration

	mu        sync.Mutex
	have      Credentials // zero until the first success
	refreshAt time.Time   // zero: have does not expire
	waitFrom  time.Time   // from here on callers wait for the renewal
	flight    *credentialsFlight
}

// A credentialsFlight is one question to the provider. The fields are set before
// done is closed.
type credentialsFlight struct {
	done        chan struct{}
	credentials Credentials
	err         error
}

// Credentials returns the cached credentials, or asks the provider.
func (c *CredentialsCache) Credentials(ctx context.Context) (Credentials, error) {
	if c == nil || c.fetch == nil {
		return Credentials{}, errNilProvider
	}
	c.mu.Lock()
	have, now := c.have, time.Now()
	valid := usable(have, now)
	if valid && (c.refreshAt.IsZero() || now.Before(c.refreshAt)) {
		c.mu.Unlock()
		return have, nil
	}
	if c.flight == nil {
		if ctx.Err() != nil && !valid {
			c.mu.Unlock()
			return Credentials{}, credentialsContextError(ctx)
		}
		c.start(ctx)
	}
	flight, wait := c.flight, !valid || !now.Before(c.waitFrom)
	c.mu.Unlock()
	if !wait {
		return have, nil
	}

	select {
	case <-flight.done:
	case <-ctx.Done():
		// Both may be ready, and an answer is better than none.
		select {
		case <-flight.done:
		default:
			if usable(have, time.Now()) {
				return have, nil
			}
			return Credentials{}, credentialsContextError(ctx)
		}
	}
	if flight.err != nil {
		if usable(have, time.Now()) {
			return have, nil
		}
		return Credentials{}, flight.err
	}
	return flight.credentials, nil
}

// Invalidate forgets the credentials, for example because the service refused
// them or a key was replaced. The next caller asks the provider; an answer to a
// question that is under way goes to those who wait for it and is not kept.
func (c *CredentialsCache) Invalidate() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.invalidate()
}

// forget makes a provider that keeps credentials give fresh ones, because the
// service refused these, whatever caches and chains are around it. Of many callers
// with the same ones only the first empties a [CredentialsCache].
func forget(provider CredentialsProvider, refused Credentials) {
	switch p := provider.(type) {
	case *CredentialsCache:
		p.mu.Lock()
		same := p.have == refused
		if same {
			p.invalidate()
		}
		p.mu.Unlock()
		if same && p.forget != nil {
			p.forget(refused)
		}
	case chainProvider:
		for _, forget := range p.forget {
			forget(refused)
		}
	case interface{ Invalidate() }:
		p.Invalidate()
	}
}

func (c *CredentialsCache) invalidate() {
	c.have, c.refreshAt, c.waitFrom, c.flight = Credentials{}, time.Time{}, time.Time{}, nil
}

// String says no more than what it is.
func (c *CredentialsCache) String() string { return "eip.CredentialsCache" }

// GoString returns the same as String.
func (c *CredentialsCache) GoString() string { return c.String() }

// start begins a flight. The caller holds the lock.
func (c *CredentialsCache) start(ctx context.Context) {
	flight := &credentialsFlight{done: make(chan struct{})}
	c.flight = flight
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), credentialsTimeout)
	asked := make(chan struct{})
	var credentials Credentials
	// What stands if the provider ends its goroutine instead of returning.
	err := errors.New("eip: credentials: the provider ended without an answer")
	go func() {
		defer close(asked)
		defer func() {
			// It is nobody's goroutine: a panic in it would end the program. What
			// was panicked with may hold a secret.
			if p := recover(); p != nil {
				err = fmt.Errorf("eip: credentials: the provider panicked with a %T", p)
			}
		}()
		credentials, err = c.fetch.Credentials(ctx)
		if err == nil {
			err = credentials.check(plainNames)
		}
	}()
	go func() {
		defer cancel()
		select {
		case <-asked:
			if err != nil && ctx.Err() != nil {
				// Not the provider's context error: the callers' contexts are
				// well, and would seem to have ended.
				flight.err = errCredentialsTimeout
			} else {
				flight.credentials, flight.err = credentials, err
			}
		case <-ctx.Done():
			// A provider that does not heed its context is left behind.
			flight.err = errCredentialsTimeout
		}
		c.land(flight)
		close(flight.done)
	}()
}

var errCredentialsTimeout = fmt.Errorf("eip: credentials: the provider gave no answer within %v", credentialsTimeout)

// land keeps the outcome of a flight, unless the cache was invalidated since it
// began.
func (c *CredentialsCache) land(flight *credentialsFlight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.flight != flight {
		return
	}
	c.flight = nil
	now := time.Now()
	expires := flight.credentials.Expires()
	expired := !expires.IsZero() && !now.Before(expires)
	if flight.err != nil || expired && usable(c.have, now) {
		c.refreshAt = now.Add(refreshPause)
		if flight.err == nil {
			flight.credentials = c.have
		}
		return
	}
	c.have = flight.credentials
	if expires.IsZero() {
		c.refreshAt, c.waitFrom = time.Time{}, time.Time{}
		return
	}
	window := min(c.refreshBefore, expires.Sub(now)/2)
	c.refreshAt = expires.Add(-window)
	c.waitFrom = expires.Add(-window / 4)
}

// usable reports whether there are credentials that have not expired.
func usable(c Credentials, now time.Time) bool {
	expires := c.Expires()
	return c != Credentials{} && (expires.IsZero() || now.Before(expires))
}
