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
)

// Versions of the API. Requests and answers of the elastic IP actions are the
// same in both, but that the newer one has more in a price.
const (
	// APIVersion is the version that a Client speaks by default.
	APIVersion = "2026-02-01"
	// APIVersion20221120 is the version that the documents' pages are about.
	APIVersion20221120 = "2022-11-20"
)

// The defaults of a Client beside those of the root package.
const (
	// DefaultPollMin and DefaultPollMax bound the waits between two looks of a
	// waiter.
	DefaultPollMin = time.Second
	DefaultPollMax = 15 * time.Second
)

// Option configures a Client. Options fill a private struct, so their order
// does not matter; of two that set the same thing the later one wins.
type Option func(*config) error

// config is what the options fill.
type config struct {
	endpoint         *url.URL
	version          string
	credentials      eip.CredentialsProvider
	bearer           func(context.Context) (string, error)
	httpClient       *http.Client
	requestClient    string
	maxAttempts      int
	backoffMin       time.Duration
	backoffMax       time.Duration
	attemptTimeout   time.Duration
	patience         time.Duration
	maxResponseBytes int64
	pollMin          time.Duration
	pollMax          time.Duration
	userAgent        string
	logger           *slog.Logger
	hook             func(context.Context, eip.Attempt)
	noValidation     bool
}

func defaultConfig() config {
	return config{
		version:          APIVersion,
		maxAttempts:      eip.DefaultMaxAttempts,
		backoffMin:       eip.DefaultBackoffMin,
		backoffMax:       eip.DefaultBackoffMax,
		attemptTimeout:   eip.DefaultAttemptTimeout,
		patience:         eip.DefaultThrottlePatience,
		maxResponseBytes: eip.DefaultMaxResponseBytes,
		pollMin:          DefaultPollMin,
		pollMax:          DefaultPollMax,
	}
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
	return func(c *config) error {
		if hc == nil {
			return errors.New("WithHTTPClient: the client is nil; leave the option out to use the library's own")
		}
		cp := *hc
		c.httpClient = &cp
		return nil
	}
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
// not repeated. Throttled attempts do not count. Default:
// eip.DefaultMaxAttempts.
func WithMaxAttempts(n int) Option {
	return func(c *config) error {
		if n < 1 {
			return fmt.Errorf("WithMaxAttempts: %d is less than 1", n)
		}
		c.maxAttempts = n
		return nil
	}
}

// WithBackoff bounds the waits between attempts, which grow by powers of two
// and are drawn at random. Defaults: eip.DefaultBackoffMin,
// eip.DefaultBackoffMax.
func WithBackoff(lowest, highest time.Duration) Option {
	return func(c *config) error {
		if lowest <= 0 || highest < lowest {
			return fmt.Errorf("WithBackoff: %s to %s is not a range of positive durations", lowest, highest)
		}
		c.backoffMin, c.backoffMax = lowest, highest
		return nil
	}
}

// WithPollDelay bounds the waits between two looks of a waiter and of
// [Client.Reconcile], which grow by powers of two and are drawn at random.
// Defaults: [DefaultPollMin], [DefaultPollMax].
func WithPollDelay(lowest, highest time.Duration) Option {
	return func(c *config) error {
		if lowest <= 0 || highest < lowest {
			return fmt.Errorf("WithPollDelay: %s to %s is not a range of positive durations", lowest, highest)
		}
		c.pollMin, c.pollMax = lowest, highest
		return nil
	}
}

// WithAttemptTimeout limits one attempt, the body of the answer included. It
// ends the attempt, not the call; for the call there is its context. Default:
// eip.DefaultAttemptTimeout.
func WithAttemptTimeout(d time.Duration) Option {
	return func(c *config) error {
		if d <= 0 {
			return fmt.Errorf("WithAttemptTimeout: %s is not positive", d)
		}
		c.attemptTimeout = d
		return nil
	}
}

// WithThrottlePatience sets how long a call goes on after its first throttled
// answer; 0 means that throttling is not waited out. Default:
// eip.DefaultThrottlePatience.
func WithThrottlePatience(d time.Duration) Option {
	return func(c *config) error {
		if d < 0 {
			return fmt.Errorf("WithThrottlePatience: %s is negative", d)
		}
		c.patience = d
		return nil
	}
}

// WithMaxResponseBytes limits the answers that are read. A larger one counts
// as no answer. Default: eip.DefaultMaxResponseBytes.
func WithMaxResponseBytes(n int64) Option {
	return func(c *config) error {
		if n < 1 {
			return fmt.Errorf("WithMaxResponseBytes: %d is less than 1", n)
		}
		c.maxResponseBytes = n
		return nil
	}
}

// WithUserAgent names your program in front of the library's own User-Agent,
// for example "my-operator/1.4".
func WithUserAgent(product string) Option {
	return func(c *config) error {
		if strings.TrimSpace(product) == "" || strings.ContainsFunc(product, func(r rune) bool { return r < ' ' || r > '~' }) {
			return fmt.Errorf("WithUserAgent: %q is not printable ASCII text", product)
		}
		c.userAgent = product
		return nil
	}
}

// WithLogger writes one line for each attempt, with why it was or was not
// repeated: at level Debug if it succeeded, Warn otherwise. Nothing secret is
// written, and no parameters.
func WithLogger(l *slog.Logger) Option {
	return func(c *config) error {
		if l == nil {
			return errors.New("WithLogger: the logger is nil; leave the option out to log nothing")
		}
		c.logger = l
		return nil
	}
}

// WithAttemptHook calls f after each attempt, for metrics and traces. f runs
// in the goroutine of the call, with its context, so it should be quick. The
// Code of the attempt is this vendor's.
func WithAttemptHook(f func(ctx context.Context, a eip.Attempt)) Option {
	return func(c *config) error {
		if f == nil {
			return errors.New("WithAttemptHook: the function is nil")
		}
		c.hook = f
		return nil
	}
}

// WithoutValidation sends requests as they are, without the checks that need
// no network. It is for the day when the service allows what this library does
// not know of yet.
func WithoutValidation() Option {
	return func(c *config) error {
		c.noValidation = true
		return nil
	}
}
