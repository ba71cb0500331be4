package alicredentials

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/credentials-go/credentials"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

// fake is a credential whose answer the test makes.
type fake struct {
	credentials.Credential
	get func() (*credentials.CredentialModel, error)
}

func (f fake) GetCredential() (*credentials.CredentialModel, error) { return f.get() }

func model(id, secret, token string) *credentials.CredentialModel {
	return &credentials.CredentialModel{AccessKeyId: &id, AccessKeySecret: &secret, SecurityToken: &token}
}

func TestCallsAreSignedWithTheVendorsKey(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	cfg := new(credentials.Config).SetType("access_key").
		SetAccessKeyId(eiptest.DefaultAccessKeyID).SetAccessKeySecret(eiptest.DefaultAccessKeySecret)
	c, err := credentials.NewCredential(cfg)
	require.NoError(t, err)
	res, err := srv.Client(t, eip.WithCredentials(From(c))).DescribeRegions(t.Context(), nil)
	require.NoError(t, err)
	assert.NotEmpty(t, res.Regions)
}

func TestAnswersOfTheLibrary(t *testing.T) {
	t.Parallel()
	none := errors.New("none")
	for name, tc := range map[string]struct {
		get  func() (*credentials.CredentialModel, error)
		is   error
		want string
	}{
		"a key":    {func() (*credentials.CredentialModel, error) { return model("id", "secret", "token"), nil }, nil, ""},
		"nil":      {func() (*credentials.CredentialModel, error) { return nil, nil }, eip.ErrNoCredentials, "no access key"},
		"empty":    {func() (*credentials.CredentialModel, error) { return &credentials.CredentialModel{}, nil }, eip.ErrNoCredentials, "no access key"},
		"an error": {func() (*credentials.CredentialModel, error) { return nil, none }, none, "none"},
		"a panic":  {func() (*credentials.CredentialModel, error) { panic("CANARY") }, nil, "panicked with a string"},
		"a URL": {func() (*credentials.CredentialModel, error) {
			return nil, fmt.Errorf("x: %w", &url.Error{Op: "Post", URL: "https://sts/?Signature=CANARY", Err: none})
		}, nil, "Post https://sts: (withheld) *errors.errorString"},
		"a URL in a text": {func() (*credentials.CredentialModel, error) {
			return nil, errors.New("refresh failed: Get https://sts/?SecurityToken=CANARY&x=1 refused")
		}, nil, "Get https://sts refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := From(fake{get: tc.get})
			creds, err := p.Credentials(t.Context())
			if tc.want == "" {
				require.NoError(t, err)
				assert.Equal(t, []string{"id", "secret", "token"}, []string{creds.AccessKeyID(), creds.AccessKeySecret(), creds.SecurityToken()})
				return
			}
			require.ErrorContains(t, err, tc.want)
			assert.NotContains(t, err.Error(), "CANARY")
			if tc.is != nil {
				assert.ErrorIs(t, err, tc.is)
			}
		})
	}
}

// The library is asked one call at a time, and a caller whose context ends does
// not wait for it.
func TestOneAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int64
		p := From(fake{get: func() (*credentials.CredentialModel, error) {
			most.Store(max(most.Load(), now.Add(1)))
			defer now.Add(-1)
			<-time.After(time.Second)
			return model("id", "secret", ""), nil
		}})
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				_, err := p.Credentials(t.Context())
				assert.NoError(t, err)
			})
		}
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err := p.Credentials(ctx)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 500*time.Millisecond, time.Since(start))
		wg.Wait()
		assert.EqualValues(t, 1, most.Load())
	})
}

func TestPrintsNoSecret(t *testing.T) {
	t.Parallel()
	p := From(fake{get: func() (*credentials.CredentialModel, error) { return model("id", "CANARY", ""), nil }})
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		assert.False(t, strings.Contains(fmt.Sprintf(verb, p), "CANARY"), verb)
	}
}
