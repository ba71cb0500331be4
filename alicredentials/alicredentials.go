// Package alicredentials brings the vendor's own credentials library to package
// eip: profile files, the ECS instance's RAM role, OIDC (RRSA) and AssumeRole.
// It is a module of its own, so that only its users get that library's
// dependencies.
//
//	provider, err := alicredentials.Default()
//	client, err := eip.NewClient("cn-hangzhou", eip.WithCredentials(provider))
package alicredentials

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"time"

	"github.com/aliyun/credentials-go/credentials"

	eip "github.com/eipkit/eip-go"
)

// Default looks for credentials where the vendor's tools do: environment,
// OIDC, profile files, the ECS instance's RAM role, a credentials URI. It does
// not ask for them yet.
func Default() (eip.CredentialsProvider, error) {
	c, err := credentials.NewCredential(nil)
	if err != nil {
		return nil, fmt.Errorf("alicredentials: %w", plain(err))
	}
	return From(c), nil
}

// From makes a provider of any credential of the vendor's library, for example
// one that assumes a role. The library keeps and renews its keys itself; this
// provider asks it one call at a time, because it does not lock, and gives up
// waiting when the context ends, because it takes none.
func From(c credentials.Credential) eip.CredentialsProvider {
	return &provider{credential: c, turn: make(chan struct{}, 1)}
}

type provider struct {
	credential credentials.Credential
	turn       chan struct{} // holds one while the library is being asked
}

// String says no more than what it is: the credential behind it holds secrets.
func (p *provider) String() string { return "alicredentials.provider" }

// GoString is the same as String.
func (p *provider) GoString() string { return p.String() }

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
		answers <- p.ask()
	}()
	select {
	case a := <-answers:
		return a.credentials, a.err
	case <-ctx.Done():
		// The question goes on; the next caller waits for its end.
		return eip.Credentials{}, ctx.Err()
	}
}

func (p *provider) ask() (a answer) {
	defer func() {
		if v := recover(); v != nil { // in nobody's goroutine it would end the program
			a = answer{err: fmt.Errorf("alicredentials: the credentials library panicked with a %T", v)}
		}
	}()
	model, err := p.credential.GetCredential()
	switch {
	case err != nil:
		return answer{err: fmt.Errorf("alicredentials: %w", plain(err))}
	case model == nil || text(model.AccessKeyId) == "" && text(model.AccessKeySecret) == "":
		return answer{err: fmt.Errorf("alicredentials: the credentials library gave no access key: %w", eip.ErrNoCredentials)}
	}
	// The library does not tell when they expire; it renews them itself.
	return answer{credentials: eip.NewCredentials(
		text(model.AccessKeyId), text(model.AccessKeySecret), text(model.SecurityToken), time.Time{})}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// query is what follows a URL's path. The library signs there.
var query = regexp.MustCompile(`(https?://[^\s"?]*)\?[^\s"]*`)

// plain takes key, token and signature off an error, which the library puts
// into the queries of its URLs and net/http into its errors.
func plain(err error) error {
	var u *url.Error
	text := query.ReplaceAllString(err.Error(), "$1?REDACTED")
	if text == err.Error() && !errors.As(err, &u) {
		return err
	}
	return errors.New(text)
}
