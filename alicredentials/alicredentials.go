// Package alicredentials brings the vendor's own credentials library to package
// eip: profile files, the ECS instance's RAM role, OIDC (RRSA), AssumeRole and a
// credentials URI. It is a module of its own, so that only its users get that
// library's dependencies.
//
//	provider, err := alicredentials.Default()
//	client, err := eip.NewClient("cn-hangzhou", eip.WithCredentials(provider))
//
// The library keeps and renews keys itself, three minutes before they expire.
// [eip.CachedCredentials] around a provider of this package does nothing for it.
// If the service refuses a security token before that time, the client asks the
// provider for a fresh one, once in a call.
//
// No error of this package holds a secret, or text that a source answered with.
// The library itself writes to standard output in two cases: what the command of
// a profile of mode External printed, if it is not JSON, and all headers if the
// environment variable DEBUG holds "credential".
package alicredentials

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aliyun/credentials-go/credentials"

	eip "github.com/eipkit/eip-go"
)

// Default looks for credentials where the vendor's tools do, in this order:
//
//   - the environment: ALIBABA_CLOUD_ACCESS_KEY_ID,
//     ALIBABA_CLOUD_ACCESS_KEY_SECRET, ALIBABA_CLOUD_SECURITY_TOKEN
//   - OIDC: ALIBABA_CLOUD_ROLE_ARN, ALIBABA_CLOUD_OIDC_PROVIDER_ARN,
//     ALIBABA_CLOUD_OIDC_TOKEN_FILE
//   - the command-line tool's ~/.aliyun/config.json, or
//     ALIBABA_CLOUD_CONFIG_FILE
//   - the profile file ~/.alibabacloud/credentials, or
//     ALIBABA_CLOUD_CREDENTIALS_FILE
//   - the RAM role of the ECS instance
//   - ALIBABA_CLOUD_CREDENTIALS_URI
//
// It does not ask for them yet. A source that fails is passed over, and all are
// asked again at the next use, until one has given credentials. From then on
// only that one is asked, so that a process does not change its identity because
// a source fails for a while. Differently from the library's own chain, a source
// that has only failed is never the one that is kept.
//
// The error is nil in this version.
func Default() (eip.CredentialsProvider, error) {
	c := &chain{sources: defaultSources()}
	return newProvider(c.ask), nil
}

// From makes a provider of any credential of the vendor's library. This provider
// asks it one call at a time, because it does not lock, and gives up waiting
// when the context ends, because it takes none.
//
// The library has no way to make a credential forget its keys. If the service
// refuses them before the library renews them, the call fails; [FromConfig] does
// better. Use [Default] in place of From around the library's default chain.
func From(c credentials.Credential) eip.CredentialsProvider {
	s := &source{build: func() (question, error) { return ofCredential(c), nil }}
	return newProvider(s.ask)
}

// FromConfig makes a provider of a configuration of the vendor's library, for
// example one that assumes a role. It returns an error if the library refuses
// the configuration. After the service refused a security token, the credential
// is made anew, which reads files and asks services again.
//
// config is copied. If it is nil, FromConfig does the same as [Default].
func FromConfig(config *credentials.Config) (eip.CredentialsProvider, error) {
	if config == nil {
		return Default()
	}
	own := *config
	s := &source{build: func() (question, error) {
		c, err := credentials.NewCredential(&own)
		if err != nil {
			return nil, err
		}
		return ofCredential(c), nil
	}}
	if err := s.rebuild(); err != nil {
		return nil, fmt.Errorf("alicredentials: %w", err)
	}
	return newProvider(s.ask), nil
}

// renewPause is the least time between two renewals that refusals cause. The
// calls that the same token was refused in come within it, and all but the first
// find the renewed one.
const renewPause = 10 * time.Second

type provider struct {
	// ask is a function because what it holds has secrets in plain sight, and
	// dumpers that use reflection follow pointers.
	ask  func(anew bool) (eip.Credentials, error)
	turn chan struct{} // holds one while the library is being asked

	mu      sync.Mutex
	refused bool      // since the last question
	renewed time.Time // when the last renewal began
}

func newProvider(ask func(anew bool) (eip.Credentials, error)) *provider {
	return &provider{ask: ask, turn: make(chan struct{}, 1)}
}

// String says no more than what it is: the credential behind it holds secrets.
func (p *provider) String() string { return "alicredentials.provider" }

// GoString is the same as String.
func (p *provider) GoString() string { return p.String() }

// Invalidate makes the next question fetch credentials anew. The client calls it
// when the service refused a security token.
func (p *provider) Invalidate() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.renewed.IsZero() || time.Since(p.renewed) >= renewPause {
		p.refused = true
	}
}

// takeRefusal reports whether credentials were refused since the last question,
// and forgets it.
func (p *provider) takeRefusal() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	refused := p.refused
	if refused {
		p.refused, p.renewed = false, time.Now()
	}
	return refused
}

type answer struct {
	credentials eip.Credentials
	err         error
}

// Credentials asks the vendor's library.
func (p *provider) Credentials(ctx context.Context) (eip.Credentials, error) {
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return eip.Credentials{}, ctx.Err()
	}
	answers := make(chan answer, 1)
	go func() {
		defer func() { <-p.turn }()
		c, err := p.ask(p.takeRefusal())
		if err != nil {
			err = fmt.Errorf("alicredentials: %w", err)
		}
		answers <- answer{c, err}
	}()
	select {
	case a := <-answers:
		return a.credentials, a.err
	case <-ctx.Done():
		// The question goes on; the next caller waits for its end.
		return eip.Credentials{}, ctx.Err()
	}
}
