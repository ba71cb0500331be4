package eip

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/wiretest"
)

const (
	wireKey    = "testid"
	wireSecret = "testsecret-CANARY"
	requestID  = "4C467B38-3910-447D-87BC-AC049166F216"
)

// wireClient makes a client whose peer is scripted.
func wireClient(t testing.TB, srv *wiretest.Server, opts ...Option) *Client {
	t.Helper()
	hc := srv.Client()
	t.Cleanup(func() {
		hc.CloseIdleConnections()
		srv.Close()
	})
	c, err := NewClient("cn-hangzhou", append([]Option{
		WithEndpoint("http://fake.invalid"),
		WithCredentials(StaticCredentials(wireKey, wireSecret)),
		WithHTTPClient(hc),
	}, opts...)...)
	require.NoError(t, err)
	return c
}

// errorJSON is an error answer as the service writes it.
func errorJSON(code string) string {
	return fmt.Sprintf(`{"Code":%q,"Message":"a message","RequestId":%q,"HostId":"vpc.aliyuncs.com","Recommend":"https://example.invalid"}`,
		code, requestID)
}

const (
	okJSON       = `{"RequestId":"` + requestID + `"}`
	allocateJSON = `{"RequestId":"` + requestID + `","AllocationId":"eip-1","EipAddress":"192.0.2.1"}`
)

func ok() wiretest.Step { return wiretest.Answer(200, okJSON) }

func refuse(status int, code string, headers ...string) wiretest.Step {
	return wiretest.Answer(status, errorJSON(code), headers...)
}

// date is a Date header, off by d.
func date(d time.Duration) string { return "Date: " + time.Now().Add(d).UTC().Format(http.TimeFormat) }

// today moves the clock of a bubble, which begins in the year 2000, to a year in
// which the client believes a Date.
func today() { time.Sleep(time.Until(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))) }

// do sends a raw action of a kind.
func do(ctx context.Context, c *Client, kind Kind) (*ResponseMeta, error) {
	return c.Do(ctx, RawRequest{Action: "TestAction", Kind: kind}, nil)
}

// netConn shortens the signature of a wiretest step.
type netConn = net.Conn
