package eip

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/eipkit/eip-go/internal/transport"
)

// The defaults of a Client that programs and tests reckon with.
const (
	// DefaultMaxAttempts is how often one call is sent at most: 8 times. Throttled
	// attempts do not count; they have DefaultThrottlePatience.
	DefaultMaxAttempts = transport.DefaultMaxAttempts
	// DefaultThrottlePatience is how long a call goes on after its first
	// throttled answer: 70 s. The service counts calls by the minute, so it has to
	// be more than a minute to be of use.
	DefaultThrottlePatience = transport.DefaultPatience
)

// Placement says where a request carries its parameters.
type Placement uint8

// The placements. All of them sign the same parameters. Those of the call as a
// whole, such as its signature, are headers with [SignatureV3].
const (
	// PlacementForm sends a POST with everything in the form body, so that no URL,
	// and so no proxy's log and no error text, holds a credential. It is the
	// default.
	PlacementForm Placement = iota
	// PlacementQuery sends a POST with everything in the query, as the vendor's
	// SDKs do.
	PlacementQuery
	// PlacementGET sends a GET with everything in the query, as the vendor's
	// reference shows.
	PlacementGET
)

// method is the HTTP method of the requests.
func (p Placement) method() string {
	if p == PlacementGET {
		return http.MethodGet
	}
	return http.MethodPost
}

// Option configures a Client. Options fill a private struct, so their order
// does not matter; of two that set the same thing the later one wins.
type Option func(*config) error

// config is what the options fill.
type config struct {
	transport.Settings
	regionID    string
	endpoint    *url.URL // nil: the region's
	internal    bool
	credentials CredentialsProvider
	placement   Placement
	signature   Signature

	// Set by the options of Client.With: what it cannot share.
	otherAccount, otherHost bool
}

func defaultConfig() config {
	c := config{Settings: transport.Defaults()}
	c.SkewFrom = skewFrom
	c.TimedOut = func(limit time.Duration) error { return &AttemptTimeoutError{Limit: limit} }
	return c
}

// WithRegion sets the region, for example "cn-beijing". It takes precedence over
// the one that NewClient is given, and is meant for [Client.With].
func WithRegion(regionID string) Option {
	return func(c *config) error {
		c.regionID = regionID
		return nil
	}
}

// WithCredentials sets where the access key comes from. The default is
// [EnvironmentCredentials].
func WithCredentials(p CredentialsProvider) Option {
	return func(c *config) error {
		if p == nil {
			return errors.New("WithCredentials: the provider is nil; leave the option out to use the environment")
		}
		c.credentials, c.otherAccount = p, true
		return nil
	}
}

// WithEndpoint sends everything to this URL instead of the region's endpoint:
// to a fake, or to a gateway of your own. It needs a scheme, http or https.
func WithEndpoint(rawURL string) Option {
	return func(c *config) error {
		u, err := parseEndpoint(rawURL)
		if err != nil {
			return fmt.Errorf("WithEndpoint: %w", err)
		}
		c.endpoint, c.otherHost = u, true
		return nil
	}
}

// WithInternalEndpoint picks the region's host that is reachable from inside a
// VPC, without Internet access. WithEndpoint overrides it.
func WithInternalEndpoint() Option {
	return func(c *config) error {
		c.internal, c.otherHost = true, true
		return nil
	}
}

// WithHTTPClient takes transport, cookie jar and time-out from hc, which is
// copied and never changed. If its Transport is nil, as that of
// http.DefaultClient is, the client uses its own transport, which obeys
// HTTP_PROXY, HTTPS_PROXY and NO_PROXY; a Transport that is given decides itself
// about proxies. A Timeout becomes the attempt time-out if it is
// the smaller of the two, since net/http would count waits between attempts
// too. Redirects are not followed whatever its CheckRedirect says; they count as
// answers that are not the service's own.
func WithHTTPClient(hc *http.Client) Option {
	return func(c *config) error { return c.SetHTTPClient(hc) }
}

// WithPlacement says where a request carries its parameters: [PlacementForm],
// the default, [PlacementQuery] or [PlacementGET].
func WithPlacement(p Placement) Option {
	return func(c *config) error {
		if p > PlacementGET {
			return fmt.Errorf("WithPlacement: %d is none of PlacementForm, PlacementQuery and PlacementGET", p)
		}
		c.placement = p
		return nil
	}
}

// WithSignature sets how requests are signed: [SignatureV1], which is HMAC-SHA1
// and the default, or [SignatureV3], which is ACS3-HMAC-SHA256. Both go with every
// placement. Every attempt is signed anew, with a fresh time and nonce.
func WithSignature(s Signature) Option {
	return func(c *config) error {
		if s > SignatureV3 {
			return fmt.Errorf("WithSignature: %d is neither SignatureV1 nor SignatureV3", s)
		}
		c.signature = s
		return nil
	}
}

// WithMaxAttempts sets how often one call is sent at most; 1 means that it is
// not repeated. Throttled attempts do not count (see WithThrottlePatience). Answers
// that are not the service's own, with a status below 500, end a call when there
// are four of them. Default: [DefaultMaxAttempts].
func WithMaxAttempts(n int) Option {
	return func(c *config) error { return c.SetMaxAttempts(n) }
}

// WithBackoff bounds the waits between attempts. Before attempt n+1 a random
// time up to lowest·2ⁿ⁻¹ passes, but never more than highest. The
// defaults are 200 ms and 20 s.
func WithBackoff(lowest, highest time.Duration) Option {
	return func(c *config) error { return c.SetBackoff(lowest, highest) }
}

// WithAttemptTimeout limits one attempt, the body of the answer included. It
// ends the attempt, not the call; for the call there is its context. The
// default is 15 s.
func WithAttemptTimeout(d time.Duration) Option {
	return func(c *config) error { return c.SetAttemptTimeout(d) }
}

// WithThrottlePatience sets how long a call goes on after its first throttled
// answer; 0 means that throttling is not waited out. Default:
// [DefaultThrottlePatience].
func WithThrottlePatience(d time.Duration) Option {
	return func(c *config) error { return c.SetPatience(d) }
}

// WithMaxResponseBytes limits the answers that are read. A larger one counts
// as no answer, so that the outcome of a write is unknown. Reading an answer
// allocates at most about four times its size. The default is 10 MiB.
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
// in the goroutine of the call, with its context, so it should be quick.
func WithAttemptHook(f func(ctx context.Context, a Attempt)) Option {
	return func(c *config) error { return c.SetObserver(observer(f)) }
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

// Attempt is what a hook learns of one attempt. It holds no secret.
type Attempt struct {
	// Action is the API action, a label with few values.
	Action string
	// Kind is the action's kind.
	Kind Kind
	// Number counts the attempts of the call, from 1.
	Number int
	// Start is when the signed request was ready to be sent, and Duration how
	// long it took from then to the last byte of the answer.
	Start    time.Time
	Duration time.Duration
	// HTTPStatus is 0 if there was no answer.
	HTTPStatus int
	// RequestID and Code are the answer's, if it had them. Code is empty for an
	// answer that is not the service's own.
	RequestID string
	Code      Code
	// Cause says in a few words what the attempt told, a label with few values:
	// "success", "throttled", "no answer", "not the service's answer".
	Cause string
	// OutcomeUnknown reports whether this attempt or an earlier one, or the call
	// that [Again] settles, may have done its work without a proof of what became
	// of it. Never true for a read.
	OutcomeUnknown bool
	// Repeat says whether the request is sent again, Wait after which time (a
	// throttled action may take longer), and Reason why or why not.
	Repeat bool
	Wait   time.Duration
	Reason string
	// Err is nil for a success.
	Err error
}
