package alicredentials

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aliyun/credentials-go/credentials"
	"github.com/aliyun/credentials-go/credentials/providers"

	eip "github.com/eipkit/eip-go"
)

// A question asks the vendor's library for the parts of a key.
type question func() (id, secret, token string, err error)

func ofCredential(c credentials.Credential) question {
	return func() (id, secret, token string, err error) {
		m, err := c.GetCredential()
		if err != nil || m == nil {
			return "", "", "", err
		}
		return text(m.AccessKeyId), text(m.AccessKeySecret), text(m.SecurityToken), nil
	}
}

func ofProvider(p providers.CredentialsProvider, err error) (question, error) {
	if err != nil {
		return nil, err
	}
	return func() (id, secret, token string, err error) {
		c, err := p.GetCredentials()
		if err != nil || c == nil {
			return "", "", "", err
		}
		return c.AccessKeyId, c.AccessKeySecret, c.SecurityToken, nil
	}, nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// A source is one place where credentials come from. Its errors are plain.
type source struct {
	name  string
	build func() (question, error)
	built question // with the keys that the library keeps; nil before the first use
}

func (s *source) rebuild() (err error) {
	s.built = nil
	built, err := s.build()
	if err != nil {
		return plain(err)
	}
	s.built = built
	return nil
}

// ask asks the library, or, if anew, one that keeps nothing yet.
func (s *source) ask(anew bool) (c eip.Credentials, err error) {
	defer func() {
		if v := recover(); v != nil { // in a goroutine of its own it would end the program
			s.built = nil // it may have left locks behind
			c, err = eip.Credentials{}, fmt.Errorf("the credentials library panicked with a %T", v)
		}
	}()
	if anew || s.built == nil {
		if err := s.rebuild(); err != nil {
			return eip.Credentials{}, err
		}
	}
	id, secret, token, err := s.built()
	switch {
	case err != nil:
		return eip.Credentials{}, plain(err)
	case id == "" && secret == "":
		return eip.Credentials{}, fmt.Errorf("the credentials library gave no access key: %w", eip.ErrNoCredentials)
	}
	// The library does not tell when they expire; it renews them itself.
	return eip.NewCredentials(id, secret, token, time.Time{}), nil
}

// A chain asks its sources in turn until one has given credentials, and from
// then on that one only. It takes the place of the library's own chain, which
// keeps the last source that it asked, also if that failed: once all of them
// failed, for example because the metadata service was not up yet, it asks none
// but the last ever again. A source that panics would end that chain, too.
type chain struct {
	sources []*source
	used    *source
}

func (c *chain) ask(anew bool) (eip.Credentials, error) {
	if c.used != nil {
		return c.used.ask(anew)
	}
	var failures []string
	for _, s := range c.sources {
		// Anew, because some read their file or variable only when built.
		found, err := s.ask(true)
		if err == nil {
			c.used = s
			return found, nil
		}
		failures = append(failures, s.name+": "+err.Error())
	}
	return eip.Credentials{}, errors.New("no source gave credentials: " + strings.Join(failures, "; "))
}

// defaultSources are those of the library's own chain, in its order.
func defaultSources() []*source {
	return []*source{
		{name: "environment", build: func() (question, error) {
			return ofProvider(providers.NewEnvironmentVariableCredentialsProviderBuilder().Build())
		}},
		{name: "OIDC", build: func() (question, error) {
			return ofProvider(providers.NewOIDCCredentialsProviderBuilder().Build())
		}},
		{name: "config file of the command-line tool", build: func() (question, error) {
			return ofProvider(providers.NewCLIProfileCredentialsProviderBuilder().Build())
		}},
		{name: "profile file", build: func() (question, error) {
			return ofProvider(providers.NewProfileCredentialsProviderBuilder().Build())
		}},
		{name: "metadata service", build: func() (question, error) {
			return ofProvider(providers.NewECSRAMRoleCredentialsProviderBuilder().Build())
		}},
		{name: "credentials URI", build: func() (question, error) {
			return ofProvider(providers.NewURLCredentialsProviderBuilder().Build())
		}},
	}
}
