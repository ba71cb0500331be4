package zenlayer

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/wiretest"
)

const (
	testKey      = "testid"
	testPassword = "testsecret-CANARY"
	testRequest  = "T05992D0C-7E8B-4047-B0C0-780F2CD549D3"
)

// wireClient makes a client whose peer is scripted.
func wireClient(t testing.TB, srv *wiretest.Server, opts ...Option) *Client {
	t.Helper()
	hc := srv.Client()
	t.Cleanup(func() {
		hc.CloseIdleConnections()
		srv.Close()
	})
	c, err := NewClient(append([]Option{
		WithEndpoint("http://fake.invalid"),
		WithCredentials(eip.StaticCredentials(testKey, testPassword)),
		WithHTTPClient(hc),
	}, opts...)...)
	require.NoError(t, err)
	return c
}

// success is an answer as the service writes it; fields is what response has
// beside its request ID.
func success(fields string) string {
	if fields != "" {
		fields = "," + fields
	}
	return fmt.Sprintf(`{"requestId":%q,"response":{"requestId":%q%s}}`, testRequest, testRequest, fields)
}

func failure(code string) string {
	return fmt.Sprintf(`{"requestId":%q,"code":%q,"message":"a message"}`, testRequest, code)
}

func ok() wiretest.Step { return wiretest.Answer(200, success("")) }

func refuse(status int, code string, headers ...string) wiretest.Step {
	return wiretest.Answer(status, failure(code), headers...)
}

// date is a Date header, off by d.
func date(d time.Duration) string { return "Date: " + time.Now().Add(d).UTC().Format(http.TimeFormat) }

// load reads a file of facts.
func load[T any](t testing.TB, name string) T {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	var out T
	require.NoError(t, json.Unmarshal(raw, &out))
	return out
}

type actionFact struct {
	Name                        string
	Charges                     bool
	Request, Required, Response []string
	Errors                      []struct {
		Code   string
		Status int
	}
}

type facts struct {
	Actions []actionFact
	Types   map[string][]string
}

type codeFact struct {
	Code   Code
	Status int
	SDK    Code
}

// asError is what a judge or a hook holds, which nothing wraps.
func asError(err error) *eip.Error {
	e, _ := err.(*eip.Error) //nolint:errorlint // as above
	return e
}
