package eip

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"
	"unicode"
)

// The environment variables that [EnvironmentCredentials] reads, the same that
// the vendor's SDKs and command-line tool read.
const (
	EnvAccessKeyID     = "ALIBABA_CLOUD_ACCESS_KEY_ID"
	EnvAccessKeySecret = "ALIBABA_CLOUD_ACCESS_KEY_SECRET"
	EnvSecurityToken   = "ALIBABA_CLOUD_SECURITY_TOKEN"
)

// ErrNoCredentials says that a provider has no credentials to give, as opposed
// to having failed. [ChainCredentials] goes on to the next provider when it
// meets it.
var ErrNoCredentials = errors.New("eip: no credentials")

// Credentials are what signs a request: an access key ID, its secret, and, if
// they are temporary, a security token and the time when they expire. Make them
// with [NewCredentials]; the zero value is empty. They do not change and can be
// used by many goroutines at once.
//
// No form of printing, logging or marshalling shows the secret or the token, not
// even of a struct that holds Credentials in an unexported field.
type Credentials struct {
	// Masking methods are not enough: fmt does not call them below unexported
	// fields, and dumpers that use reflection follow pointers. What a function
	// has captured none of them can reach; the pointer around it keeps the type
	// comparable.
	box *credentialsBox
}

type credentialsBox struct {
	open func() *credentialsValues
}

type credentialsValues struct {
	accessKeyID, accessKeySecret, securityToken string
	expires                                     time.Time
}

// NewCredentials returns credentials of the given parts. securityToken is empty
// for the key of an account or RAM user; expires is zero if they do not expire.
func NewCredentials(accessKeyID, accessKeySecret, securityToken string, expires time.Time) Credentials {
	values := &credentialsValues{
		accessKeyID:     accessKeyID,
		accessKeySecret: accessKeySecret,
		securityToken:   securityToken,
		// Expiry is a matter of the calendar: a monotonic clock stands still
		// while a machine sleeps.
		expires: expires.Round(0),
	}
	return Credentials{box: &credentialsBox{open: func() *credentialsValues { return values }}}
}

// values returns the parts, all empty for the zero value.
func (c Credentials) values() credentialsValues {
	if c.box == nil {
		return credentialsValues{}
	}
	return *c.box.open()
}

// AccessKeyID returns the ID of the access key. It is not secret.
func (c Credentials) AccessKeyID() string { return c.values().accessKeyID }

// AccessKeySecret returns the secret of the access key.
func (c Credentials) AccessKeySecret() string { return c.values().accessKeySecret }

// SecurityToken returns the token of temporary credentials, or "".
func (c Credentials) SecurityToken() string { return c.values().securityToken }

// Expires returns the time when the credentials expire, or the zero time if they
// do not.
func (c Credentials) Expires() time.Time { return c.values().expires }

// String shows the ID with its middle masked, whether there is a token, and the
// expiry. The secret and the token are not shown.
func (c Credentials) String() string {
	v := c.values()
	if v == (credentialsValues{}) {
		return "eip.Credentials{}"
	}
	var b strings.Builder
	b.WriteString("eip.Credentials{AccessKeyID: ")
	b.WriteString(maskMiddle(v.accessKeyID))
	if v.securityToken != "" {
		b.WriteString(", SecurityToken: (hidden)")
	}
	if !v.expires.IsZero() {
		b.WriteString(", Expires: ")
		b.WriteString(v.expires.UTC().Format(time.RFC3339))
	}
	b.WriteString("}")
	return b.String()
}

// GoString returns the same as [Credentials.String].
func (c Credentials) GoString() string { return c.String() }

// MarshalJSON gives the parts that String shows. There is no way back.
func (c Credentials) MarshalJSON() ([]byte, error) {
	v := c.values()
	shown := struct {
		AccessKeyID      string     `json:"accessKeyId"`
		HasSecurityToken bool       `json:"hasSecurityToken"`
		Expires          *time.Time `json:"expires,omitempty"`
	}{AccessKeyID: maskMiddle(v.accessKeyID), HasSecurityToken: v.securityToken != ""}
	if !v.expires.IsZero() {
		expires := v.expires.UTC()
		shown.Expires = &expires
	}
	return json.Marshal(shown)
}

// LogValue gives log/slog the parts that String shows.
func (c Credentials) LogValue() slog.Value {
	v := c.values()
	attrs := []slog.Attr{
		slog.String("access_key_id", maskMiddle(v.accessKeyID)),
		slog.Bool("has_security_token", v.securityToken != ""),
	}
	if !v.expires.IsZero() {
		attrs = append(attrs, slog.Time("expires", v.expires.UTC()))
	}
	return slog.GroupValue(attrs...)
}

// maskMiddle keeps as much of an access key ID as tells keys apart.
func maskMiddle(id string) string {
	const mask = "****"
	if printable := strings.IndexFunc(id, func(r rune) bool { return r < '!' || r > '~' }) < 0; !printable {
		return mask
	}
	switch {
	case id == "":
		return ""
	case len(id) >= 16:
		return id[:4] + mask + id[len(id)-4:]
	case len(id) >= 6:
		return id[:2] + mask
	}
	return mask
}

// credentialsNames name the parts of credentials in an error.
type credentialsNames struct{ id, secret, token string }

var plainNames = credentialsNames{"access key ID", "access key secret", "security token"}

// check returns an error that wraps ErrNoCredentials if the credentials are
// empty, and another one if they cannot sign: half of a key, or characters that
// come from a careless copy. No error holds a value.
func (c Credentials) check(names credentialsNames) error {
	v := c.values()
	switch {
	case v.accessKeyID == "" && v.accessKeySecret == "":
		return fmt.Errorf("%w: %s and %s are empty", ErrNoCredentials, names.id, names.secret)
	case v.accessKeyID == "":
		return fmt.Errorf("eip: credentials: %s is empty although %s is given", names.id, names.secret)
	case v.accessKeySecret == "":
		return fmt.Errorf("eip: credentials: %s is empty although %s is given", names.secret, names.id)
	}
	for _, part := range []struct{ name, value string }{
		{names.id, v.accessKeyID}, {names.secret, v.accessKeySecret}, {names.token, v.securityToken},
	} {
		if !isPlain(part.value) && strings.ContainsFunc(part.value, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
			return fmt.Errorf("eip: credentials: %s holds a space, line break or control character: remove it", part.name)
		}
	}
	return nil
}

// isPlain reports whether a text has only ASCII characters that are no blanks, as
// every key has. Each attempt asks.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// A CredentialsProvider gives the credentials for one attempt of a call. The
// client asks before each attempt, so that a key that changes is used from the
// next attempt on; an implementation that has to ask somewhere else belongs in
// [CachedCredentials].
//
// Credentials has to be safe for concurrent use, to end soon after ctx ends, and
// to return an error that wraps [ErrNoCredentials] if it has none to give. It
// must not put secrets into its errors.
type CredentialsProvider interface {
	// Credentials gives the credentials to sign the next attempt with.
	Credentials(ctx context.Context) (Credentials, error)
}

// CredentialsProviderFunc makes a provider of a function.
type CredentialsProviderFunc func(ctx context.Context) (Credentials, error)

// Credentials calls f.
func (f CredentialsProviderFunc) Credentials(ctx context.Context) (Credentials, error) {
	if f == nil {
		return Credentials{}, errNilProvider
	}
	return f(ctx)
}

var errNilProvider = errors.New("eip: credentials: the provider is nil")

// StaticCredentials always gives the access key of an account or RAM user.
// If one of the parts is empty or holds white space, every use is an error.
func StaticCredentials(accessKeyID, accessKeySecret string) CredentialsProvider {
	return StaticSecurityToken(accessKeyID, accessKeySecret, "")
}

// StaticSecurityToken always gives the same temporary credentials, such as those
// that AssumeRole returns. They are used until the service refuses them; for
// credentials that are to be renewed use [CachedCredentials].
func StaticSecurityToken(accessKeyID, accessKeySecret, securityToken string) CredentialsProvider {
	return staticProvider{NewCredentials(accessKeyID, accessKeySecret, securityToken, time.Time{})}
}

type staticProvider struct{ credentials Credentials }

func (p staticProvider) Credentials(context.Context) (Credentials, error) {
	if err := p.credentials.check(plainNames); err != nil {
		return Credentials{}, err
	}
	return p.credentials, nil
}

// EnvironmentCredentials gives what the environment variables
// ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and, for
// temporary credentials, ALIBABA_CLOUD_SECURITY_TOKEN hold at each use.
//
// If both ID and secret are unset or empty, the error wraps [ErrNoCredentials].
// If only one of them is, or a value holds white space, the error names the
// variable and does not wrap it: going on with other credentials would hide the
// mistake.
func EnvironmentCredentials() CredentialsProvider { return environmentProvider{} }

type environmentProvider struct{}

func (environmentProvider) Credentials(context.Context) (Credentials, error) {
	credentials := NewCredentials(
		os.Getenv(EnvAccessKeyID), os.Getenv(EnvAccessKeySecret), os.Getenv(EnvSecurityToken), time.Time{})
	err := credentials.check(credentialsNames{EnvAccessKeyID, EnvAccessKeySecret, EnvSecurityToken})
	if errors.Is(err, ErrNoCredentials) {
		return Credentials{}, fmt.Errorf("%w in the environment: set %s and %s (and %s for temporary credentials)",
			ErrNoCredentials, EnvAccessKeyID, EnvAccessKeySecret, EnvSecurityToken)
	}
	if err != nil {
		return Credentials{}, err
	}
	return credentials, nil
}

// ChainCredentials gives the credentials of the first provider that has any,
// asked anew at each use. A provider that says [ErrNoCredentials] is passed
// over; any other error ends the chain and is returned, since falling back to
// another identity because one failed would act in the wrong account. If no
// provider has credentials, the error wraps ErrNoCredentials and says what each
// of them said.
func ChainCredentials(providers ...CredentialsProvider) CredentialsProvider {
	var chain chainProvider
	for _, p := range providers {
		chain.fetch = append(chain.fetch, fetchOf(p))
		chain.forget = append(chain.forget, forgetOf(p))
	}
	return chain
}

// fetchOf returns the method of a provider as a function, which hides the
// fields of a provider that is not ours from everything that prints.
func fetchOf(p CredentialsProvider) CredentialsProviderFunc {
	if p == nil {
		return nil
	}
	return p.Credentials
}

// forgetOf is the function by which a provider forgets what was refused, hidden
// for the same reason.
func forgetOf(p CredentialsProvider) func(refused Credentials) {
	return func(refused Credentials) { forget(p, refused) }
}

// A chainProvider is made by ChainCredentials.
type chainProvider struct {
	fetch  []CredentialsProviderFunc
	forget []func(refused Credentials)
}

func (chain chainProvider) Credentials(ctx context.Context) (Credentials, error) {
	var causes []error
	for _, fetch := range chain.fetch {
		if ctx.Err() != nil {
			return Credentials{}, credentialsContextError(ctx)
		}
		credentials, err := fetch.Credentials(ctx)
		if err == nil {
			err = credentials.check(plainNames)
		}
		if err == nil {
			return credentials, nil
		}
		if !errors.Is(err, ErrNoCredentials) {
			return Credentials{}, err
		}
		causes = append(causes, err)
	}
	if len(causes) == 0 {
		return Credentials{}, fmt.Errorf("%w: the chain has no providers", ErrNoCredentials)
	}
	texts := make([]string, len(causes))
	for i, cause := range causes {
		texts[i] = strings.TrimLeft(strings.TrimPrefix(cause.Error(), ErrNoCredentials.Error()), ": ")
	}
	return Credentials{}, &chainError{text: ErrNoCredentials.Error() + ": " + strings.Join(texts, "; "), causes: causes}
}

// A chainError holds what each provider of a chain said; all of it wraps
// ErrNoCredentials.
type chainError struct {
	text   string
	causes []error
}

func (e *chainError) Error() string   { return e.text }
func (e *chainError) Unwrap() []error { return e.causes }

// credentialsContextError says that the caller's context ended before there were
// credentials. It wraps the context's error and, if it has one of its own, the
// cause.
func credentialsContextError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return fmt.Errorf("eip: credentials: waiting for the provider: %w", cause)
	}
	return fmt.Errorf("eip: credentials: waiting for the provider: %w: %w", err, cause)
}
