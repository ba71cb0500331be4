package transport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"time"
)

// The defaults of both vendors' clients.
const (
	DefaultMaxAttempts = 8
	DefaultPatience    = 70 * time.Second

	defaultBackoffMin     = 200 * time.Millisecond
	defaultBackoffMax     = 20 * time.Second
	defaultAttemptTimeout = 15 * time.Second
	defaultMaxBody        = 10 << 20
)

// Settings is what the options of both vendors' clients set. The setters are
// the options, one for one: their errors name the option, the value and the rule.
type Settings struct {
	Config

	Product      string       // the user's program, first in the User-Agent
	NoValidation bool         // send requests without the checks that need no network
	Client       *http.Client // a copy of the user's, or nil
	// Own is the transport of a client whose user brought none. If it is nil,
	// Loop makes it.
	Own *http.Transport
}

// Defaults returns the settings of a client without options. SkewFrom and
// TimedOut are left to the vendor.
func Defaults() Settings {
	return Settings{Config: Config{
		AttemptTimeout: defaultAttemptTimeout,
		MaxAttempts:    DefaultMaxAttempts,
		BackoffMin:     defaultBackoffMin,
		BackoffMax:     defaultBackoffMax,
		Patience:       DefaultPatience,
		MaxBody:        defaultMaxBody,
	}}
}

// SetHTTPClient is WithHTTPClient.
func (s *Settings) SetHTTPClient(hc *http.Client) error {
	if hc == nil {
		return errors.New("WithHTTPClient: the client is nil; leave the option out to use the library's own")
	}
	cp := *hc
	s.Client = &cp
	return nil
}

// SetMaxAttempts is WithMaxAttempts.
func (s *Settings) SetMaxAttempts(n int) error {
	if n < 1 {
		return fmt.Errorf("WithMaxAttempts: %d is less than 1", n)
	}
	s.MaxAttempts = n
	return nil
}

// SetBackoff is WithBackoff.
func (s *Settings) SetBackoff(lowest, highest time.Duration) error {
	if err := CheckDelays("WithBackoff", lowest, highest); err != nil {
		return err
	}
	s.BackoffMin, s.BackoffMax = lowest, highest
	return nil
}

// CheckDelays checks the bounds of delays that grow, on behalf of an option.
func CheckDelays(option string, lowest, highest time.Duration) error {
	if lowest <= 0 || highest < lowest {
		return fmt.Errorf("%s: %s to %s is not a range of positive durations", option, lowest, highest)
	}
	return nil
}

// SetAttemptTimeout is WithAttemptTimeout.
func (s *Settings) SetAttemptTimeout(d time.Duration) error {
	if d <= 0 {
		return fmt.Errorf("WithAttemptTimeout: %s is not positive", d)
	}
	s.AttemptTimeout = d
	return nil
}

// SetPatience is WithThrottlePatience.
func (s *Settings) SetPatience(d time.Duration) error {
	if d < 0 {
		return fmt.Errorf("WithThrottlePatience: %s is negative", d)
	}
	s.Patience = d
	return nil
}

// SetMaxBody is WithMaxResponseBytes.
func (s *Settings) SetMaxBody(n int64) error {
	if n < 1 {
		return fmt.Errorf("WithMaxResponseBytes: %d is less than 1", n)
	}
	s.MaxBody = n
	return nil
}

// SetProduct is WithUserAgent.
func (s *Settings) SetProduct(product string) error {
	if strings.TrimSpace(product) == "" || strings.ContainsFunc(product, func(r rune) bool { return r < ' ' || r > '~' }) {
		return fmt.Errorf("WithUserAgent: %q is not printable ASCII text", product)
	}
	s.Product = product
	return nil
}

// SetLogger is WithLogger.
func (s *Settings) SetLogger(l *slog.Logger) error {
	if l == nil {
		return errors.New("WithLogger: the logger is nil; leave the option out to log nothing")
	}
	s.Logger = l
	return nil
}

// SetObserver is WithAttemptHook, with the vendor's hook made into observe. It
// is nil if the hook is.
func (s *Settings) SetObserver(observe func(context.Context, *Attempt)) error {
	if observe == nil {
		return errors.New("WithAttemptHook: the function is nil")
	}
	s.Observe = observe
	return nil
}

// UserAgent is the value of the header, for a version of the library.
func (s *Settings) UserAgent(version string) string {
	own := "eip-go/" + version + " (" + runtime.Version() + "; " + runtime.GOOS + "/" + runtime.GOARCH + ")"
	if s.Product == "" {
		return own
	}
	return s.Product + " " + own
}

// Loop returns a loop with these settings. own is its transport if the user
// brought none, else nil.
func (s *Settings) Loop() (l *Loop, own *http.Transport) {
	cfg := s.Config
	if hc := s.Client; hc != nil {
		cfg.Transport, cfg.Jar = hc.Transport, hc.Jar
		if hc.Timeout > 0 {
			cfg.AttemptTimeout = min(cfg.AttemptTimeout, hc.Timeout)
		}
	}
	if cfg.Transport == nil {
		if own = s.Own; own == nil {
			own = NewHTTPTransport()
		}
		cfg.Transport = own
	}
	return New(cfg), own
}
