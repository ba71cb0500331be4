package zenlayer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/transport"
	"github.com/eipkit/eip-go/internal/vendor"
)

// Versions of the API. Requests and answers of the elastic IP actions are the
// same in both, but that the newer one has more in a price.
const (
	// APIVersion is the version that a Client speaks by default.
	APIVersion = "2026-02-01"
	// APIVersion20221120 is the version that the documents' pages are about.
	APIVersion20221120 = "2022-11-20"
)

// Option configures a Client. Options fill a private struct, so their order
// does not matter; of two that set the same thing the later one wins.
type Option func(*config) error

// config is what the options fill.
type config struct {
	transport.Settings
	endpoint      *url.URL
	version       string
	credentials   eip.CredentialsProvider
	bearer        func(context.Context) (string, error)
	requestClient string
	pollMin       time.Duration
	pollMax       time.Duration
}

func defaultConfig() config {
	c := config{Settings: transport.Defaults(), version: APIVersion, pollMin: time.Second, pollMax: 15 * time.Second}
	c.SkewFrom = skewFrom
	c.TimedOut = func(limit time.Duration) error { return &eip.AttemptTimeoutError{Limit: limit} }
	return c
}

// WithCredentials sets where the access key comes from: its ID, and what this
// vendor calls its password, as the secret. eip.StaticCredentials serves both
// vendors. The default is [EnvironmentCredentials].
func WithCredentials(p eip.CredentialsProvider) Option {
	return func(c *config) error {
		if p == nil {
			return errors.New("WithCredentials: the provider is nil; leave the option out to use the environment")
		}
		c.credentials = p
		return nil
	}
}

// WithBearerToken authorizes requests with a token instead of a signature.
// Unlike a signature the token is a secret that travels with each request.
func WithBearerToken(token string) Option {
	return func(c *config) error {
		if err := checkBearer(token); err != nil {
			return fmt.Errorf("WithBearerToken: %w", err)
		}
		c.bearer = func(context.Context) (string, error) { return token, nil }
		return nil
	}
}

// WithBearerTokenFunc is WithBearerToken for tokens that change: f is asked
// before each attempt. Its errors must not hold the token.
func WithBearerTokenFunc(f func(ctx context.Context) (string, error)) Option {
	return func(c *config) error {
		if f == nil {
			return errors.New("WithBearerTokenFunc: the function is nil")
		}
		c.bearer = func(ctx context.Context) (string, error) {
			token, err := f(ctx)
			if err == nil {
				err = checkBearer(token)
			}
			return token, err
		}
		return nil
	}
}

// checkBearer says what is wrong with a token without showing it.
func checkBearer(token string) error {
	if token == "" {
		return fmt.Errorf("the token is empty: %w", eip.ErrNoCredentials)
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("the token holds a blank or a character that no header can have")
	}
	return nil
}

// WithAPIVersion sets the version of the API, a date. Default: [APIVersion].
func WithAPIVersion(version string) Option {
	return func(c *config) error {
		if _, err := time.Parse(time.DateOnly, version); err != nil {
			return fmt.Errorf("WithAPIVersion: %s is not a date such as %q", shorten(version), APIVersion)
		}
		c.version = version
		return nil
	}
}

// WithEndpoint sends everything to this URL instead of the vendor's: to a fake,
// or to a gateway of your own. It needs a scheme, http or https; without a path
// it gets the vendor's, /api/v2/bmc.
func WithEndpoint(rawURL string) Option {
	return func(c *config) error {
		u, err := parseEndpoint(rawURL)
		if err != nil {
			return fmt.Errorf("WithEndpoint: %w", err)
		}
		c.endpoint = u
		return nil
	}
}

// parseEndpoint checks an endpoint. Its errors show nothing of a user part or
// a query, which may hold secrets.
func parseEndpoint(raw string) (*url.URL, error) {
	if strings.ContainsAny(raw, "@?#") {
		return nil, errors.New("the endpoint must have no user, query or fragment: write https://host or http://host:port")
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("%s is not a URL: write https://host or http://host:port", shorten(raw))
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || strings.HasSuffix(u.Host, ":") {
		return nil, fmt.Errorf("%s is not like https://host or http://host:port", shorten(raw))
	}
	// The signature covers the host as it is sent.
	if strings.ContainsFunc(u.Host, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("%\"<>\\^`{|}", r) }) {
		return nil, fmt.Errorf("%s has a host that is no host name in ASCII", shorten(raw))
	}
	u.Host = strings.ToLower(u.Host)
	if u.Path == "" || u.Path == "/" {
		u.Path = servicePath
	}
	return u, nil
}

// WithHTTPClient takes transport, cookie jar and time-out from hc, which is
// copied and never changed. A Timeout becomes the attempt time-out if it is
// the smaller of the two. Redirects are not followed whatever its
// CheckRedirect says; they count as answers that are not the service's own.
func WithHTTPClient(hc *http.Client) Option {
	return func(c *config) error { return c.SetHTTPClient(hc) }
}

// WithRequestClient names your program to the service, in the header
// X-ZC-Request-Client: 1 to 128 letters, digits and characters of "-_ ,;.".
func WithRequestClient(name string) Option {
	return func(c *config) error {
		bad := strings.ContainsFunc(name, func(r rune) bool {
			letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
			return !letter && !strings.ContainsRune("-_ ,;.", r)
		})
		if bad || strings.TrimSpace(name) != name || name == "" || len(name) > maxRequestClientLength {
			return fmt.Errorf("WithRequestClient: %s is not 1 to 128 letters, digits and -_ ,;. without blanks at the ends",
				shorten(name))
		}
		c.requestClient = name
		return nil
	}
}

// WithMaxAttempts sets how often one call is sent at most; 1 means that it is
// not repeated. Throttled attempts do not count. The default
// is 8.
func WithMaxAttempts(n int) Option {
	return func(c *config) error { return c.SetMaxAttempts(n) }
}

// WithBackoff bounds the waits between attempts, which grow by powers of two
// and are drawn at random. The defaults are 200 ms and 20 s.
func WithBackoff(lowest, highest time.Duration) Option {
	return func(c *config) error { return c.SetBackoff(lowest, highest) }
}

// WithPollDelay bounds the waits between two looks of a waiter and of
// [Client.Reconcile], which grow by half each time and are drawn at random.
// The defaults are 1 s and 15 s.
func WithPollDelay(lowest, highest time.Duration) Option {
	return func(c *config) error {
		if err := transport.CheckDelays("WithPollDelay", lowest, highest); err != nil {
			return err
		}
		c.pollMin, c.pollMax = lowest, highest
		return nil
	}
}

// WithAttemptTimeout limits one attempt, the body of the answer included. It
// ends the attempt, not the call; for the call there is its context. The
// default is 15 s.
func WithAttemptTimeout(d time.Duration) Option {
	return func(c *config) error { return c.SetAttemptTimeout(d) }
}

// WithThrottlePatience sets how long a call goes on after its first throttled
// answer; 0 means that throttling is not waited out. The default is
// 70 s.
func WithThrottlePatience(d time.Duration) Option {
	return func(c *config) error { return c.SetPatience(d) }
}

// WithMaxResponseBytes limits the answers that are read. A larger one counts
// as no answer. The default is 10 MiB.
func WithMaxResponseBytes(n int64) Option {
	return func(c *config) error { return c.SetMaxBody(n) }
}

// WithUserAgent names your program in front of the library's own User-Agent,
// for example "my-operator/1.4".
func WithUserAgent(product string) Option {
	return func(c *config) error { return c.SetProduct(product) }
}

// WithLogger writes one line for each attempt, with why it was or was not
// repeated: at level Debug if it succeeded, Warn otherwise. Nothing secret is
// written, and no parameters.
func WithLogger(l *slog.Logger) Option {
	return func(c *config) error { return c.SetLogger(l) }
}

// WithAttemptHook calls f after each attempt, for metrics and traces. f runs
// in the goroutine of the call, with its context, so it should be quick. The
// Code of the attempt is this vendor's.
func WithAttemptHook(f func(ctx context.Context, a eip.Attempt)) Option {
	return func(c *config) error { return c.SetObserver(vendor.Observer(f)) }
}

// WithoutValidation sends requests as they are, without the checks that need
// no network. It is for the day when the service allows what this library does
// not know of yet.
func WithoutValidation() Option {
	return func(c *config) error {
		c.NoValidation = true
		return nil
	}
}
