package eip

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/wiretest"
)

// The canaries: whatever shows one of them has shown a secret.
const (
	canarySecret = "CANARY-secret+/=%"
	canaryToken  = "CANARY-token&+/="
)

// leaks says which secret s shows, in any of the forms that a URL, a form or a
// signed string may give it. Nothing shows the header Authorization, even without
// its signature.
func leaks(s, signature string) string {
	for _, part := range []string{"SignedHeaders=", "Credential=LTAI", "Credential%3DLTAI"} {
		if strings.Contains(s, part) {
			return "authorization"
		}
	}
	for name, secret := range map[string]string{"secret": canarySecret, "token": canaryToken, "signature": signature} {
		if secret == "" {
			continue
		}
		once := url.QueryEscape(secret)
		for _, form := range []string{
			secret, once, strings.ReplaceAll(once, "+", "%20"), url.PathEscape(secret),
			url.QueryEscape(strings.ReplaceAll(once, "+", "%20")), fmt.Sprintf("%q", secret),
		} {
			if strings.Contains(s, strings.Trim(form, `"`)) {
				return name
			}
		}
	}
	if strings.Contains(s, "CANARY") {
		return "part of a canary"
	}
	return ""
}

// forms prints a value in every way in which values get printed.
func forms(v any) map[string]string {
	out := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		out[verb] = fmt.Sprintf(verb, v)
		out["pointer "+verb] = fmt.Sprintf(verb, &v)
		out["slice "+verb] = fmt.Sprintf(verb, []any{v})
	}
	if b, err := json.Marshal(v); err == nil {
		out["json"] = string(b)
	}
	for name, h := range map[string]func(*bytes.Buffer) slog.Handler{
		"slog text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"slog json": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		var b bytes.Buffer
		slog.New(h(&b)).Info("value", "v", v)
		out[name] = b.String()
	}
	return out
}

// chain lists an error and everything it wraps.
func chain(err error) []error {
	if err == nil {
		return nil
	}
	out := []error{err}
	switch u := err.(type) { //nolint:errorlint // walks the tree by hand
	case interface{ Unwrap() error }:
		out = append(out, chain(u.Unwrap())...)
	case interface{ Unwrap() []error }:
		for _, e := range u.Unwrap() {
			out = append(out, chain(e)...)
		}
	}
	return out
}

// leakyTransport fails like a careless caller's transport: with the URL, the
// body and the headers of the request in its error.
type leakyTransport struct {
	wrap func(*http.Request, string) error
}

func (l leakyTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	body := new(bytes.Buffer)
	if r.Body != nil {
		_, _ = body.ReadFrom(r.Body)
		_ = r.Body.Close()
	}
	_ = r.Header.Write(body)
	return nil, l.wrap(r, body.String())
}

// authenticated is what of a request is secret and stands in its headers.
func authenticated(h http.Header) string {
	return h.Get("Authorization") + " " + h.Get("X-Acs-Security-Token")
}

type dumpError struct {
	Request string
	Header  http.Header
	inner   struct{ Deep string }
}

func (d dumpError) Error() string { return "proxy said no" }

// One test for all ways in which a secret could come out: errors, what they
// wrap, log lines, hook records, and every form of printing a value.
func TestCanary(t *testing.T) {
	t.Parallel()
	echo := func(status int, shape string) wiretest.Step {
		return wiretest.AnswerWith(status, func(r *wiretest.Request) string {
			// What the real service does for a wrong signature: it prints the
			// string to sign, and with it the security token.
			text := string(stringToSign(r.Method, canonicalize(pairsOf(r.Params, 0)))) + " " + r.URL + " " +
				r.Params.Get("Signature") + " " + r.Params.Get("SecurityToken") + " " + authenticated(r.Header) + " " + canarySecret
			return fmt.Sprintf(shape, text)
		})
	}
	quoted := func(status int) wiretest.Step {
		return wiretest.AnswerWith(status, func(r *wiretest.Request) string {
			b, _ := json.Marshal(map[string]string{
				"Code": "SignatureDoesNotMatch", "RequestId": requestID, "Recommend": "see " + r.Params.Get("Signature"),
				"HostId":  r.Params.Get("SecurityToken") + r.Header.Get("X-Acs-Security-Token"),
				"Message": authenticated(r.Header) + " server string to sign is:" + string(stringToSign(r.Method, canonicalize(pairsOf(r.Params, 0)))),
			})
			return string(b)
		})
	}
	cases := map[string]struct {
		step      wiretest.Step
		transport http.RoundTripper
	}{
		"success":                {step: ok()},
		"cut":                    {step: wiretest.Cut()},
		"refused":                {step: refuse(400, "QuotaExceeded.Eip")},
		"string to sign, JSON":   {step: quoted(400)},
		"string to sign, XML":    {step: echo(400, "<Error><Code>SignatureDoesNotMatch</Code><Message><![CDATA[%s]]></Message></Error>")},
		"string to sign, HTML":   {step: echo(502, "<html>%s</html>")},
		"string to sign, 200":    {step: echo(200, "%s")},
		"string to sign as JSON": {step: echo(200, `{"RequestId": {"x": %q}}`)},
		"redirect":               {step: wiretest.AnswerWith(302, func(r *wiretest.Request) string { return r.URL }, "Location: /?x=1")},
		"silence":                {step: wiretest.Stall()},
		"endless":                {step: wiretest.Endless(500)},
		"a transport that quotes the URL": {transport: leakyTransport{func(r *http.Request, body string) error {
			return &url.Error{Op: "Post", URL: r.URL.String(), Err: errors.New("no route to " + r.URL.String() + body)}
		}}},
		"a transport that wraps a URL error": {transport: leakyTransport{func(r *http.Request, body string) error {
			return fmt.Errorf("retrying: %w", &url.Error{Op: "Post", URL: r.URL.String() + "?" + body, Err: context.DeadlineExceeded})
		}}},
		"a transport that hides the request in a struct": {transport: leakyTransport{func(r *http.Request, body string) error {
			d := dumpError{Request: r.URL.String() + body, Header: r.Header}
			d.inner.Deep = body
			return d
		}}},
		"headers, JSON": {step: wiretest.AnswerWith(400, func(r *wiretest.Request) string {
			b, _ := json.Marshal(map[string]any{
				"Code": "IncompleteSignature", "RequestId": requestID, "Message": fmt.Sprint(r.Header), "Recommend": authenticated(r.Header),
			})
			return string(b)
		})},
		"headers, HTML": {step: wiretest.AnswerWith(403, func(r *wiretest.Request) string {
			return "<pre>" + fmt.Sprintf("%q", r.Header) + "</pre>"
		})},
		"a code that is the authorization": {step: wiretest.AnswerWith(400, func(r *wiretest.Request) string {
			return fmt.Sprintf(`{"Code":"a","RequestId":%q}`, authenticated(r.Header))
		})},
		"a transport that quotes the headers": {transport: leakyTransport{func(r *http.Request, _ string) error {
			return fmt.Errorf("bad header Authorization: %q; token %s", r.Header.Get("Authorization"), r.Header.Get("X-Acs-Security-Token"))
		}}},
		"a dial error": {transport: leakyTransport{func(r *http.Request, body string) error {
			return &net.OpError{Op: "dial", Net: "tcp", Err: errors.New(r.URL.String() + body)}
		}}},
	}
	setups := map[string][]Option{
		"form":      nil,
		"query":     {WithPlacement(PlacementQuery)},
		"GET":       {WithPlacement(PlacementGET)},
		"V3, form":  {WithSignature(SignatureV3)},
		"V3, query": {WithSignature(SignatureV3), WithPlacement(PlacementQuery)},
		"V3, GET":   {WithSignature(SignatureV3), WithPlacement(PlacementGET)},
	}
	for name, tc := range cases {
		for setup, opts := range setups {
			t.Run(name+"/"+setup, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { runCanary(t, tc.step, tc.transport, opts) })
			})
		}
	}
}

func runCanary(t *testing.T, step wiretest.Step, rt http.RoundTripper, opts []Option) {
	srv := wiretest.New(step)
	hc := srv.Client()
	t.Cleanup(hc.CloseIdleConnections)
	var signatures []string
	recorder := http.RoundTripper(hc.Transport)
	if rt != nil {
		recorder = rt
	}
	spy := &http.Client{Transport: roundTripFunc(func(r *http.Request) (*http.Response, error) {
		signatures = append(signatures, signatureOf(t, r))
		return recorder.RoundTrip(r)
	})}
	var logged bytes.Buffer
	var attempts []Attempt
	c := wireClient(t, srv, append([]Option{
		WithHTTPClient(spy), WithMaxAttempts(2), WithAttemptTimeout(time.Second),
		WithCredentials(StaticSecurityToken("LTAI-id", canarySecret, canaryToken)),
		WithLogger(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))),
		WithAttemptHook(func(_ context.Context, a Attempt) { attempts = append(attempts, a) }),
	}, opts...)...)

	req := &AssociateEipAddressRequest{AllocationID: "eip-1", InstanceID: "i-1"}
	res, err := c.AssociateEipAddress(t.Context(), req)
	again := Again(req, err)
	_, second := c.AssociateEipAddress(t.Context(), again)
	require.NotEmpty(t, signatures)
	require.NotEmpty(t, attempts)
	require.NotEmpty(t, logged.String())

	values := map[string]any{
		"response": res, "client": c, "client value": *c, "attempts": attempts,
		"again": again, "again value": *again, "open calls": again.calls(),
		"holder": struct {
			name   string
			client *Client
			creds  Credentials
			cp     CredentialsProvider
			err    error
		}{"x", c, NewCredentials("LTAI-id", canarySecret, canaryToken, time.Time{}), c.credentials, err},
	}
	for i, e := range append(chain(err), chain(second)...) {
		values[fmt.Sprintf("error %d (%T)", i, e)] = e
		assert.NotContains(t, e.Error(), "fake.invalid", "no URL in an error")
	}
	for i, a := range attempts {
		for j, e := range chain(a.Err) {
			values[fmt.Sprintf("attempt %d error %d", i, j)] = e
		}
	}
	for _, signature := range append(signatures, "") {
		assert.Empty(t, leaks(logged.String(), signature), "log: %s", logged.String())
		for name, v := range values {
			for form, text := range forms(v) {
				if what := leaks(text, signature); what != "" {
					t.Errorf("%s as %s shows the %s: %s", name, form, what, text)
				}
			}
		}
	}
	var ue *url.Error
	assert.False(t, errors.As(err, &ue), "a *url.Error can be reached")
}

type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func signatureOf(t *testing.T, r *http.Request) string {
	t.Helper()
	if authorization := r.Header.Get("Authorization"); authorization != "" {
		require.Contains(t, authorization, "SignedHeaders=")
		_, signature, _ := strings.Cut(authorization, ",Signature=")
		require.Len(t, signature, 64)
		return signature
	}
	params := r.URL.Query()
	if r.GetBody != nil {
		body, err := r.GetBody()
		require.NoError(t, err)
		var b bytes.Buffer
		_, err = b.ReadFrom(body)
		require.NoError(t, err)
		form, err := url.ParseQuery(b.String())
		require.NoError(t, err)
		for k, v := range form {
			params[k] = v
		}
	}
	require.NotEmpty(t, params.Get("Signature"))
	return params.Get("Signature")
}

// Everything that a program can get hold of and that knows a secret, in every
// form.
func TestCanaryHolders(t *testing.T) {
	t.Parallel()
	creds := NewCredentials("LTAI-id", canarySecret, canaryToken, time.Time{})
	static := StaticSecurityToken("LTAI-id", canarySecret, canaryToken)
	client, err := NewClient("cn-hangzhou", WithCredentials(static))
	require.NoError(t, err)
	for name, v := range map[string]any{
		"Credentials": creds, "static": static, "Client": client,
		"chain": ChainCredentials(static, EnvironmentCredentials()),
		"cache": CachedCredentials(static, time.Minute),
		"map":   map[string]Credentials{"x": creds}, "pointer": &creds,
		"func": CredentialsProviderFunc(func(context.Context) (Credentials, error) { return creds, nil }),
		"config": func() config {
			c := defaultConfig()
			require.NoError(t, WithCredentials(static)(&c))
			return c
		}(),
		"sign input": signInput{creds: creds},
		"client V3": func() *Client {
			c, err := NewClient("cn-hangzhou", WithCredentials(static), WithSignature(SignatureV3))
			require.NoError(t, err)
			return c
		}(),
		"user struct": struct{ c Credentials }{creds},
	} {
		for form, text := range forms(v) {
			assert.Empty(t, leaks(text, ""), "%s as %s: %s", name, form, text)
		}
	}
}
