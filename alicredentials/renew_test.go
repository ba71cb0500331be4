package alicredentials

import (
	"fmt"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/credentials-go/credentials"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// remote are the sources that give temporary keys and are asked over HTTP, as
// Default and as FromConfig.
func remote(c *cloud) map[string]func(t *testing.T) (eip.CredentialsProvider, error) {
	byDefault := func(name string) func(t *testing.T) (eip.CredentialsProvider, error) {
		return func(t *testing.T) (eip.CredentialsProvider, error) {
			if name == "URI" {
				down(c, "metadata") // which would come first
			}
			configure[name](t, c)
			return Default()
		}
	}
	byConfig := func(config *credentials.Config) func(t *testing.T) (eip.CredentialsProvider, error) {
		return func(*testing.T) (eip.CredentialsProvider, error) { return FromConfig(config) }
	}
	config := func(kind string) *credentials.Config { return new(credentials.Config).SetType(kind) }
	return map[string]func(t *testing.T) (eip.CredentialsProvider, error){
		"metadata":        byDefault("metadata"),
		"OIDC":            byDefault("OIDC"),
		"URI":             byDefault("URI"),
		"config metadata": byConfig(config("ecs_ram_role").SetRoleName("role-1").SetDisableIMDSv1(true)),
		"config OIDC": byConfig(config("oidc_role_arn").SetOIDCToken("CANARY-oidc-token").
			SetRoleArn("acs:ram::1:role/r").SetOIDCProviderArn("acs:ram::1:oidc-provider/p")),
		"config URI": byConfig(config("credentials_uri").SetURLCredential(c.uri())),
		"config AssumeRole": byConfig(config("ram_role_arn").SetAccessKeyId("user").SetAccessKeySecret("CANARY-of-user").
			SetRoleArn("acs:ram::1:role/r")),
	}
}

// A stage is a source and a service, in fake time.
type stage struct {
	cloud  *cloud
	srv    *eiptest.Server
	client *eip.Client
}

// onStage runs f once for each remote source. The source says that its keys live
// for an hour; for the service the first refused of three have expired after ten
// seconds.
func onStage(t *testing.T, refused int, f func(t *testing.T, s stage)) {
	for name := range remote(newCloud(t, key{})) {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			synctest.Test(t, func(t *testing.T) {
				opts := []eiptest.Option{eiptest.WithPipe()}
				for i := range 3 {
					k := hour(fmt.Sprintf("id%d", i+1))
					c.keys = append(c.keys, k)
					if i < refused {
						k.expires = time.Now().Add(10 * time.Second)
					}
					opts = append(opts, eiptest.WithSecurityToken(k.id, k.secret, k.token, k.expires))
				}
				p, err := remote(c)[name](t)
				require.NoError(t, err)
				srv := eiptest.NewServer(t, opts...)
				f(t, stage{c, srv, srv.Client(t, eip.WithCredentials(p))})
			})
		})
	}
}

func codes(srv *eiptest.Server) (out []string) {
	for _, call := range srv.Calls() {
		out = append(out, call.Code)
	}
	return out
}

// The token expires while a throttled call waits: it is fetched anew once, and
// the call goes on.
func TestTokenThatExpiresInACall(t *testing.T) {
	onStage(t, 1, func(t *testing.T, s stage) {
		s.srv.Fail("AllocateEipAddress", fault.ThrottleHint(15*time.Second))
		made, err := s.client.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{Bandwidth: 1})
		require.NoError(t, err)
		assert.Equal(t, 3, made.Attempts)
		assert.Equal(t, []string{"Throttling.User", "InvalidSecurityToken.Expired", ""}, codes(s.srv))
		assert.Len(t, s.cloud.questions(), 2)

		_, err = s.client.DescribeRegions(t.Context(), nil)
		require.NoError(t, err)
		assert.Len(t, s.cloud.questions(), 2, "the fresh one is kept")
	})
}

// A fresh token that is refused as well is reported, and so is a source that has
// none.
func TestTokenThatIsRefusedTwice(t *testing.T) {
	onStage(t, 2, func(t *testing.T, s stage) {
		s.srv.Fail("AllocateEipAddress", fault.ThrottleHint(15*time.Second))
		_, err := s.client.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{Bandwidth: 1})
		require.ErrorIs(t, err, eip.CodeInvalidSecurityTokenExpired)
		require.ErrorIs(t, err, eip.ErrCredentials)
		assert.False(t, eip.OutcomeUnknown(err))
		assert.Equal(t, []string{"Throttling.User", "InvalidSecurityToken.Expired", "InvalidSecurityToken.Expired"}, codes(s.srv))
		assert.Len(t, s.cloud.questions(), 2)

		// A call after a while asks for a third one.
		<-time.After(renewPause)
		_, err = s.client.DescribeRegions(t.Context(), nil)
		require.NoError(t, err)
		assert.Len(t, s.cloud.questions(), 3)

		s.cloud.set(func() { s.cloud.up = nil })
		<-time.After(2 * time.Hour)
		_, err = s.client.DescribeRegions(t.Context(), nil)
		require.ErrorContains(t, err, "alicredentials: ")
		require.NotContains(t, err.Error(), "CANARY")
	})
}

// Every code that says that the token is not good any more, in both calls that
// may and calls that may not be repeated.
func TestRefusalsThatRenew(t *testing.T) {
	for _, code := range []string{
		"InvalidSecurityToken.Expired", "InvalidSecurityToken.Malformed", "InvalidSecurityToken.MismatchWithAccessKey",
	} {
		onStage(t, 0, func(t *testing.T, s stage) {
			s.srv.Fail("", fault.Refuse(code))
			_, err := s.client.DescribeRegions(t.Context(), nil)
			require.NoError(t, err)
			<-time.After(renewPause)
			s.srv.Fail("", fault.Refuse(code).Times(2))
			_, err = s.client.AssociateEipAddress(t.Context(), &eip.AssociateEipAddressRequest{AllocationID: "eip-1", InstanceID: "i-1"})
			require.ErrorIs(t, err, eip.Code(code))
			assert.Len(t, s.cloud.questions(), 3)
			assert.Equal(t, []string{code, "", code, code}, codes(s.srv))
		})
	}
}

// The library knows when its keys expire and renews them before, also between
// two attempts of a call.
func TestTokenIsRenewedBeforeItExpires(t *testing.T) {
	onStage(t, 0, func(t *testing.T, s stage) {
		_, err := s.client.DescribeRegions(t.Context(), nil)
		require.NoError(t, err)
		<-time.After(57*time.Minute - 10*time.Second)
		s.srv.Fail("DescribeRegions", fault.ThrottleHint(15*time.Second))
		s.cloud.set(func() { s.cloud.keys[1].expires = time.Now().Add(time.Hour) })
		_, err = s.client.DescribeRegions(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, []string{"", "Throttling.User", ""}, codes(s.srv))
		assert.Len(t, s.cloud.questions(), 2)
	})
}

// Calls that run at the same time share the fresh token.
func TestManyCallsRenewOnce(t *testing.T) {
	onStage(t, 1, func(t *testing.T, s stage) {
		_, err := s.client.DescribeRegions(t.Context(), nil)
		require.NoError(t, err)
		<-time.After(time.Minute)
		var calls sync.WaitGroup
		for range 20 {
			calls.Go(func() {
				_, err := s.client.DescribeRegions(t.Context(), nil)
				assert.NoError(t, err)
			})
		}
		calls.Wait()
		assert.Len(t, s.cloud.questions(), 2)
	})
}

// The library reads a file once. After a refusal it is read again, as another
// program may have written a fresh token into it.
func TestProfileFileIsReadAgain(t *testing.T) {
	c := newCloud(t, hour("id1"), hour("id2"))
	configure["config file"](t, c)
	srv := eiptest.NewServer(t, eiptest.WithSecurityToken(c.keys[1].id, c.keys[1].secret, c.keys[1].token, time.Time{}),
		eiptest.WithSecurityToken(c.keys[0].id, c.keys[0].secret, c.keys[0].token, time.Now().Add(-time.Second)))
	p, err := Default()
	require.NoError(t, err)
	client := srv.Client(t, eip.WithCredentials(p))
	_, err = client.DescribeRegions(t.Context(), nil)
	require.ErrorIs(t, err, eip.CodeInvalidSecurityTokenExpired)

	p, err = Default()
	require.NoError(t, err)
	_, err = p.Credentials(t.Context())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(os.Getenv("ALIBABA_CLOUD_CONFIG_FILE"), []byte(cliConfig(c.keys[1])), 0o600))
	_, err = srv.Client(t, eip.WithCredentials(p)).DescribeRegions(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"InvalidSecurityToken.Expired", "InvalidSecurityToken.Expired", "InvalidSecurityToken.Expired", ""}, codes(srv))
}
