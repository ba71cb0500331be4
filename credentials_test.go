package eip

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	testKeyID  = "LTAIexample0000WXYZ"
	canary     = "CANARY"
	testSecret = canary + "-secret-0123456789"
	testToken  = canary + "-token-0123456789"
)

var testExpiry = time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)

func canaryCredentials() Credentials {
	return NewCredentials(testKeyID, testSecret, testToken, testExpiry)
}

func TestCredentialsParts(t *testing.T) {
	t.Parallel()
	c := canaryCredentials()
	assert.Equal(t, testKeyID, c.AccessKeyID())
	assert.Equal(t, testSecret, c.AccessKeySecret())
	assert.Equal(t, testToken, c.SecurityToken())
	assert.Equal(t, testExpiry, c.Expires())

	copied := c
	assert.True(t, copied == c, "comparable")
	assert.False(t, canaryCredentials() == c, "by identity, not by value")

	var zero Credentials
	assert.Empty(t, zero.AccessKeyID()+zero.AccessKeySecret()+zero.SecurityToken())
	assert.True(t, zero.Expires().IsZero())
	assert.Equal(t, "eip.Credentials{}", zero.String())
	assert.True(t, NewCredentials("a", "b", "", time.Time{}).Expires().IsZero())
}

func TestCredentialsShown(t *testing.T) {
	t.Parallel()
	c := canaryCredentials()
	const want = "eip.Credentials{AccessKeyID: LTAI****WXYZ, SecurityToken: (hidden), Expires: 2031-02-03T04:05:06Z}"
	assert.Equal(t, want, c.String())
	assert.Equal(t, want, fmt.Sprintf("%v", c))
	assert.Equal(t, want, fmt.Sprintf("%#v", c))
	text, err := json.Marshal(c)
	require.NoError(t, err)
	assert.JSONEq(t, `{"accessKeyId":"LTAI****WXYZ","hasSecurityToken":true,"expires":"2031-02-03T04:05:06Z"}`, string(text))
	text, err = json.Marshal(NewCredentials("testid", "s", "", time.Time{}))
	require.NoError(t, err)
	assert.JSONEq(t, `{"accessKeyId":"te****","hasSecurityToken":false}`, string(text))
}

func TestMaskMiddle(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"": "", "a": "****", "abcde": "****", "abcdef": "ab****", "abcdefghijklmno": "ab****",
		"abcdefghijklmnop": "abcd****mnop", "LTAIéxample0000WXYZ": "****", "LTAI\nexample0000WXYZ": "****",
	} {
		assert.Equal(t, want, maskMiddle(id), id)
	}
}

// holder is a struct of a user, with credentials where fmt calls no methods.
type holder struct {
	hidden  Credentials
	pointer *Credentials
	any     any
	list    []Credentials
	byName  map[string]Credentials
	byKey   map[Credentials]string
	prov    CredentialsProvider
	nested  struct{ deep Credentials }
	Shown   Credentials
	Pointer *Credentials
}

// things returns everything of this file that holds a secret, and containers.
func things(t *testing.T) map[string]any {
	t.Helper()
	c := canaryCredentials()
	static := StaticSecurityToken(testKeyID, testSecret, testToken)
	fn := CredentialsProviderFunc(func(context.Context) (Credentials, error) { return c, nil })
	cache := CachedCredentials(fn, 0)
	_, err := cache.Credentials(t.Context())
	require.NoError(t, err)
	chain := ChainCredentials(leakyProvider{testSecret}, static)
	h := holder{hidden: c, pointer: &c, any: c, list: []Credentials{c}, byName: map[string]Credentials{"a": c},
		byKey: map[Credentials]string{c: "a"}, prov: static, Shown: c, Pointer: &c}
	h.nested.deep = c
	return map[string]any{
		"credentials": c, "pointer": &c, "slice": []Credentials{c}, "pointers": []*Credentials{&c},
		"array": [1]Credentials{c}, "map": map[string]Credentials{"a": c}, "key": map[Credentials]int{c: 1},
		"any": []any{c, &c, cache}, "static": static, "static in slice": []CredentialsProvider{static, cache, chain},
		"func": fn, "chain": chain, "cache": cache, "cache value in struct": struct{ c *CredentialsCache }{cache},
		"cache of leaky": CachedCredentials(leakyProvider{testSecret}, 0),
		"holder":         h, "holder pointer": &h, "holders": []holder{h}, "holder map": map[string]*holder{"a": &h},
		"one field": struct{ c Credentials }{c}, "one field pointer": &struct{ c Credentials }{c},
		"box": c.box,
	}
}

// leakyProvider keeps its secret in plain sight, as a user's own might.
type leakyProvider struct{ Secret string }

func (leakyProvider) Credentials(context.Context) (Credentials, error) {
	return Credentials{}, ErrNoCredentials
}

// Every verb, with every flag that changes what fmt prints, and every standard
// encoder and logger.
func TestSecretsAreNeverPrinted(t *testing.T) {
	t.Parallel()
	for name, thing := range things(t) {
		check := func(how, text string) {
			t.Helper()
			assert.NotContains(t, text, canary, "%s by %s", name, how)
			// In hexadecimal, as %x would show it.
			assert.NotContains(t, strings.ToLower(text), fmt.Sprintf("%x", canary), "%s by %s", name, how)
		}
		for _, verb := range "vTtbcdoOqxXUeEfFgGsp!" {
			for _, flags := range []string{"", "+", "#", "+#", " ", "# "} {
				format := "%" + flags + string(verb)
				check(format, fmt.Sprintf(format, thing))
				check("errorf "+format, fmt.Errorf(format, thing).Error())
			}
		}
		check("print", fmt.Sprint(thing)+fmt.Sprintln(thing))
		if text, err := json.Marshal(thing); err != nil {
			check("json error", err.Error())
		} else {
			check("json", string(text))
		}
		if text, err := xml.Marshal(thing); err != nil {
			check("xml error", err.Error())
		} else {
			check("xml", string(text))
		}
		var buf bytes.Buffer
		err := gob.NewEncoder(&buf).Encode(thing)
		check("gob", buf.String()+fmt.Sprint(err))
		for _, handler := range []func(io.Writer) slog.Handler{
			func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, nil) },
			func(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, nil) },
		} {
			buf.Reset()
			logger := slog.New(handler(&buf))
			logger.Info("thing", "thing", thing, slog.Group("group", "thing", thing))
			check("slog", buf.String())
		}
		// testify's dumper follows pointers into unexported fields.
		check("dump", dump(thing))
	}
}

// dump returns what a failed comparison of testify prints.
func dump(thing any) string {
	recorder := &recordingT{}
	assert.Equal(recorder, reflect.Zero(reflect.TypeOf(thing)).Interface(), thing)
	return recorder.text
}

type recordingT struct{ text string }

func (r *recordingT) Errorf(format string, args ...any) { r.text += fmt.Sprintf(format, args...) }

// The check above can fail: the same things would leak if they held the secret
// as a plain field or behind a plain pointer.
func TestSecretsCheckSeesALeak(t *testing.T) {
	t.Parallel()
	type plain struct{ secret string }
	assert.Contains(t, fmt.Sprintf("%+v", plain{testSecret}), canary)
	assert.Contains(t, dump(struct{ p *plain }{&plain{testSecret}}), canary)
}

func TestStaticCredentials(t *testing.T) {
	t.Parallel()
	c, err := StaticCredentials(testKeyID, testSecret).Credentials(t.Context())
	require.NoError(t, err)
	assert.Equal(t, testKeyID, c.AccessKeyID())
	assert.Equal(t, testSecret, c.AccessKeySecret())
	assert.Empty(t, c.SecurityToken())
	assert.True(t, c.Expires().IsZero())

	c, err = StaticSecurityToken(testKeyID, testSecret, testToken).Credentials(t.Context())
	require.NoError(t, err)
	assert.Equal(t, testToken, c.SecurityToken())
}

func TestStaticCredentialsRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		id, secret, token string
		none              bool
		want              string
	}{
		{"", "", "", true, "access key ID and access key secret are empty"},
		{"", "", testToken, true, "are empty"},
		{"", testSecret, "", false, "access key ID is empty"},
		{testKeyID, "", "", false, "access key secret is empty"},
		{testKeyID + "\n", testSecret, "", false, "access key ID holds a space"},
		{testKeyID, testSecret + "\n", "", false, "access key secret holds a space"},
		{testKeyID, " " + testSecret, "", false, "access key secret holds a space"},
		{testKeyID, testSecret, testToken + "\r\n", false, "security token holds a space"},
		{testKeyID, testSecret + "\x00", "", false, "access key secret holds a space, line break or control character"},
		{testKeyID, testSecret + "\u00a0", "", false, "access key secret holds"},
	} {
		c, err := StaticSecurityToken(tt.id, tt.secret, tt.token).Credentials(t.Context())
		require.Error(t, err)
		assert.Equal(t, Credentials{}, c)
		assert.Contains(t, err.Error(), tt.want)
		assert.Equal(t, tt.none, errors.Is(err, ErrNoCredentials))
		assert.NotContains(t, err.Error(), canary)
		assert.NotContains(t, err.Error(), testKeyID)
	}
}

// Not parallel: it sets environment variables.
func TestEnvironmentCredentials(t *testing.T) {
	p := EnvironmentCredentials()
	t.Setenv(EnvAccessKeyID, testKeyID)
	t.Setenv(EnvAccessKeySecret, testSecret)
	t.Setenv(EnvSecurityToken, "")
	c, err := p.Credentials(t.Context())
	require.NoError(t, err)
	assert.Equal(t, testKeyID+testSecret, c.AccessKeyID()+c.AccessKeySecret()+c.SecurityToken())

	// Read at each use, not when the provider was made.
	t.Setenv(EnvAccessKeyID, "changed")
	t.Setenv(EnvSecurityToken, testToken)
	c, err = p.Credentials(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "changed", c.AccessKeyID())
	assert.Equal(t, testToken, c.SecurityToken())
}

// Not parallel: it sets environment variables.
func TestEnvironmentCredentialsRefuses(t *testing.T) {
	for _, tt := range []struct {
		id, secret, token string
		none              bool
		want              []string
	}{
		{"", "", "", true, []string{EnvAccessKeyID, EnvAccessKeySecret, EnvSecurityToken, "set "}},
		{"", "", testToken, true, []string{EnvAccessKeyID, EnvAccessKeySecret}},
		{testKeyID, "", "", false, []string{EnvAccessKeySecret + " is empty"}},
		{"", testSecret, "", false, []string{EnvAccessKeyID + " is empty"}},
		{testKeyID + "\n", testSecret, "", false, []string{EnvAccessKeyID + " holds"}},
		{testKeyID, testSecret + "\n", "", false, []string{EnvAccessKeySecret + " holds"}},
		{testKeyID, "\t" + testSecret, "", false, []string{EnvAccessKeySecret + " holds"}},
		{testKeyID, testSecret, testToken + " ", false, []string{EnvSecurityToken + " holds"}},
	} {
		t.Setenv(EnvAccessKeyID, tt.id)
		t.Setenv(EnvAccessKeySecret, tt.secret)
		t.Setenv(EnvSecurityToken, tt.token)
		c, err := EnvironmentCredentials().Credentials(t.Context())
		require.Error(t, err)
		assert.Equal(t, Credentials{}, c)
		for _, want := range tt.want {
			assert.Contains(t, err.Error(), want)
		}
		assert.Equal(t, tt.none, errors.Is(err, ErrNoCredentials))
		assert.NotContains(t, err.Error(), canary)
		assert.NotContains(t, err.Error(), testKeyID)
	}
}

// gives returns a provider that gives one of credentials or err.
func gives(credentials Credentials, err error) CredentialsProvider {
	return CredentialsProviderFunc(func(context.Context) (Credentials, error) { return credentials, err })
}

func TestChainCredentials(t *testing.T) {
	t.Parallel()
	errBroken := errors.New("broken")
	none := gives(Credentials{}, fmt.Errorf("%w: not on this machine", ErrNoCredentials))
	first, second := NewCredentials("first", "s", "", time.Time{}), NewCredentials("second", "s", "", time.Time{})
	for _, tt := range []struct {
		name  string
		chain []CredentialsProvider
		want  string
		errIs error
		text  string
	}{
		{name: "first", chain: []CredentialsProvider{gives(first, nil), gives(second, nil)}, want: "first"},
		{name: "none first", chain: []CredentialsProvider{none, none, gives(second, nil)}, want: "second"},
		{name: "empty counts as none", chain: []CredentialsProvider{gives(Credentials{}, nil), gives(second, nil)}, want: "second"},
		{name: "failure ends the chain", chain: []CredentialsProvider{none, gives(Credentials{}, errBroken), gives(second, nil)}, errIs: errBroken},
		{name: "half a key ends the chain", chain: []CredentialsProvider{StaticCredentials("id", ""), gives(second, nil)}, text: "secret is empty"},
		{name: "no more is asked", chain: []CredentialsProvider{gives(first, nil), gives(Credentials{}, errBroken)}, want: "first"},
		{name: "all none", chain: []CredentialsProvider{none, StaticCredentials("", "")}, errIs: ErrNoCredentials,
			text: "eip: no credentials: not on this machine; access key ID and access key secret are empty"},
		{name: "no providers", errIs: ErrNoCredentials, text: "has no providers"},
		{name: "nil provider", chain: []CredentialsProvider{nil, gives(second, nil)}, text: "provider is nil"},
		{name: "nil function", chain: []CredentialsProvider{CredentialsProviderFunc(nil)}, text: "provider is nil"},
	} {
		c, err := ChainCredentials(tt.chain...).Credentials(t.Context())
		assert.Equal(t, tt.want, c.AccessKeyID(), tt.name)
		assert.Equal(t, tt.want == "", err != nil, tt.name)
		if tt.errIs != nil {
			require.ErrorIs(t, err, tt.errIs, tt.name)
		} else {
			require.NotErrorIs(t, err, ErrNoCredentials, tt.name)
		}
		if tt.text != "" {
			require.ErrorContains(t, err, tt.text, tt.name)
		}
	}
}

func TestChainCredentialsKeepsItsOwnList(t *testing.T) {
	t.Parallel()
	list := []CredentialsProvider{StaticCredentials("first", "s")}
	chain := ChainCredentials(list...)
	list[0] = StaticCredentials("other", "s")
	c, err := chain.Credentials(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "first", c.AccessKeyID())
}

func TestChainCredentialsStopsWithItsContext(t *testing.T) {
	t.Parallel()
	errCause := errors.New("the user left")
	ctx, cancel := context.WithCancelCause(t.Context())
	asked := 0
	leaving := CredentialsProviderFunc(func(context.Context) (Credentials, error) {
		asked++
		cancel(errCause)
		return Credentials{}, ErrNoCredentials
	})
	_, err := ChainCredentials(leaving, leaving).Credentials(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, errCause)
	require.NotErrorIs(t, err, ErrNoCredentials)
	assert.Equal(t, 1, asked)
}
