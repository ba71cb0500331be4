package alicredentials

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/credentials-go/credentials"
	"github.com/aliyun/credentials-go/credentials/providers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

func hour(id string) key {
	return key{id: id, secret: "CANARY-secret-of-" + id, token: "CANARY-token-of-" + id, expires: time.Now().Add(time.Hour)}
}

func down(c *cloud, services ...string) {
	c.set(func() {
		for _, s := range services {
			c.up[s] = false
		}
	})
}

// Why Default has a chain of its own: the library's remembers the last source
// that it asked although that failed, and never asks the others again. If this
// test fails, the library was repaired.
func TestVendorsChainRemembersAFailure(t *testing.T) {
	c := newCloud(t, hour("id"))
	down(c, "metadata")
	vendor, err := credentials.NewCredential(nil)
	require.NoError(t, err)
	ours, err := Default()
	require.NoError(t, err)

	_, err = vendor.GetCredential()
	require.ErrorContains(t, err, "any of the providers in the chain")
	_, err = ours.Credentials(t.Context())
	require.ErrorContains(t, err, "no source gave credentials")

	configure["environment"](t, c)
	_, err = vendor.GetCredential()
	require.Error(t, err, "asks the metadata service only")
	require.NotContains(t, err.Error(), "any of the providers")
	creds, err := ours.Credentials(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "id", creds.AccessKeyID())
}

// Each source alone, up to a signed call.
func TestEachSource(t *testing.T) {
	for name, set := range configure {
		t.Run(name, func(t *testing.T) {
			k := hour("id")
			if name == "profile" {
				k.token = "" // not in such a file
			}
			c := newCloud(t, k)
			down(c, "metadata", "STS", "URI")
			p, err := Default()
			require.NoError(t, err)
			_, err = p.Credentials(t.Context())
			require.Error(t, err, "nothing is configured")

			c.set(func() { c.up[name], c.up["STS"], c.asked = true, true, nil })
			set(t, c)
			srv := eiptest.NewServer(t, eiptest.WithSecurityToken(k.id, k.secret, k.token, k.expires))
			client := srv.Client(t, eip.WithCredentials(p))
			for range 2 {
				_, err = client.DescribeRegions(t.Context(), nil)
				require.NoError(t, err)
			}
			want := map[string][]string{"OIDC": {"STS"}, "metadata": {"metadata"}, "URI": {"URI"}}[name]
			if want == nil {
				want = []string{}
			}
			assert.Equal(t, want, c.questions(), "kept by the library")
		})
	}
}

// With all of them, the first one is used; without it the next one.
func TestDefaultGoesByTheOrder(t *testing.T) {
	c := newCloud(t, hour("id"))
	for _, set := range configure {
		set(t, c)
	}
	for _, tt := range []struct {
		off   string // variable that switches the previous source off
		asked []string
	}{
		{"", []string{}},
		{"ALIBABA_CLOUD_ACCESS_KEY_ID", []string{"STS"}},
		{"ALIBABA_CLOUD_ROLE_ARN", []string{}},
		{"ALIBABA_CLOUD_CONFIG_FILE", []string{}},
		{"ALIBABA_CLOUD_CREDENTIALS_FILE", []string{"metadata"}},
	} {
		if tt.off != "" {
			t.Setenv(tt.off, "")
		}
		c.set(func() { c.asked = nil })
		p, err := Default()
		require.NoError(t, err)
		_, err = p.Credentials(t.Context())
		require.NoError(t, err)
		assert.Equal(t, tt.asked, c.questions(), tt.off)
	}
	t.Setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
	c.set(func() { c.asked = nil })
	p, err := Default()
	require.NoError(t, err)
	_, err = p.Credentials(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"URI"}, c.questions())
}

// The sources and their order are those of the library's own chain.
func TestDefaultSourcesAreTheVendors(t *testing.T) {
	c := newCloud(t, hour("id"))
	for _, set := range configure {
		set(t, c)
	}
	theirs := reflect.ValueOf(providers.NewDefaultCredentialsProvider()).Elem().FieldByName("providerChain")
	var want []string
	for i := range theirs.Len() {
		want = append(want, theirs.Index(i).Elem().Type().String())
	}
	types := map[string]string{
		"environment": "EnvironmentVariable", "OIDC": "OIDC", "config file of the command-line tool": "CLIProfile",
		"profile file": "Profile", "metadata service": "ECSRAMRole", "credentials URI": "URL",
	}
	var got []string
	for _, s := range defaultSources() {
		require.NoError(t, s.rebuild(), s.name)
		got = append(got, "*providers."+types[s.name]+"CredentialsProvider")
	}
	assert.Equal(t, want, got)
}

// Once a source has given credentials, no other one is asked: it might be
// another identity.
func TestDefaultStaysWithItsSource(t *testing.T) {
	soon := hour("id")
	soon.expires = time.Now().Add(time.Minute) // renewed at each question
	c := newCloud(t, soon)
	configure["OIDC"](t, c)
	p, err := Default()
	require.NoError(t, err)
	_, err = p.Credentials(t.Context())
	require.NoError(t, err)
	down(c, "STS")
	for range 2 {
		_, err = p.Credentials(t.Context())
		require.ErrorContains(t, err, "session token failed")
		p.(*provider).Invalidate()
	}
	c.set(func() { c.up["STS"] = true })
	_, err = p.Credentials(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"STS", "STS", "STS", "STS"}, c.questions())
}

// The library dereferences what an answer of the metadata service lacks. That
// ends neither the program nor the chain.
func TestDefaultSurvivesASourceThatPanics(t *testing.T) {
	c := newCloud(t, hour("id"))
	configure["URI"](t, c)
	c.set(func() {
		c.spoil = func(w http.ResponseWriter, _ string) {
			_, _ = w.Write([]byte(`{"AccessKeyId":"x","AccessKeySecret":"CANARY","SecurityToken":"CANARY"}`))
		}
	})
	p, err := Default()
	require.NoError(t, err)
	_, err = p.Credentials(t.Context())
	require.ErrorContains(t, err, "metadata service: the credentials library panicked with a runtime.")
	require.NotContains(t, err.Error(), "CANARY")
	c.set(func() {
		c.spoil = func(w http.ResponseWriter, service string) {
			body := `{"AccessKeyId":"x","AccessKeySecret":"y","SecurityToken":"z"`
			if service == "URI" {
				body += `,"Expiration":"2199-01-01T00:00:00Z"`
			}
			_, _ = w.Write([]byte(body + "}"))
		}
	})
	creds, err := p.Credentials(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "x", creds.AccessKeyID())
}

// A metadata service that gives no token is not asked without one.
func TestMetadataServiceWithoutTokens(t *testing.T) {
	c := newCloud(t, hour("id"))
	down(c, "metadata")
	configure["metadata"](t, c)
	p, err := FromConfig(new(credentials.Config).SetType("ecs_ram_role"))
	require.NoError(t, err)
	_, err = p.Credentials(t.Context())
	require.ErrorContains(t, err, "httpStatus: 403")
	assert.Empty(t, c.questions())
}

func TestFromConfig(t *testing.T) {
	c := newCloud(t, hour("id"))
	_, err := FromConfig(new(credentials.Config).SetType("none"))
	require.ErrorContains(t, err, "alicredentials: invalid type option")

	config := new(credentials.Config).SetType("credentials_uri").SetURLCredential(c.uri())
	p, err := FromConfig(config)
	require.NoError(t, err)
	config.SetType("bearer")
	p.(*provider).Invalidate()
	creds, err := p.Credentials(t.Context())
	require.NoError(t, err, "has a copy")
	assert.Equal(t, "id", creds.AccessKeyID())

	p, err = FromConfig(new(credentials.Config).SetType("bearer").SetBearerToken("CANARY"))
	require.NoError(t, err)
	_, err = p.Credentials(t.Context())
	require.ErrorIs(t, err, eip.ErrNoCredentials)

	p, err = FromConfig(nil)
	require.NoError(t, err)
	_, err = p.Credentials(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "URI metadata", strings.Join(c.questions(), " "))
}
