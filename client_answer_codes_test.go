package eip

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/wiretest"
)

func xmlError(code, message string) string {
	var b bytes.Buffer
	b.WriteString(`<?xml version='1.0' encoding='UTF-8'?><Error><RequestId>` + requestID + `</RequestId><HostId>vpc.aliyuncs.com</HostId><Code>`)
	_ = xml.EscapeText(&b, []byte(code))
	b.WriteString("</Code><Message>")
	_ = xml.EscapeText(&b, []byte(message))
	b.WriteString("</Message><Recommend>https://example.invalid/?a=1&amp;b=2</Recommend></Error>")
	return b.String()
}

func jsonError(code, message string) string {
	b, _ := json.Marshal(map[string]string{
		"Code": code, "Message": message, "RequestId": requestID, "HostId": "vpc.aliyuncs.com", "Recommend": "https://example.invalid/?a=1&b=2",
	})
	return string(b)
}

// Each row of the documents' error tables, served as JSON and as XML, arrives
// with everything that it says; and what the call made of it is what the retry
// table says.
func TestEveryDocumentedRowArrives(t *testing.T) {
	t.Parallel()
	facts := readCodeFacts(t)
	// The documented codes that leave the outcome open. InternalError is the
	// one row among them; the others are the gateway's.
	open := map[Code]bool{CodeInternalError: true}
	for i, row := range facts.rows {
		for format, body := range map[string]func(code, message string) string{"JSON": jsonError, "XML": xmlError} {
			t.Run(fmt.Sprintf("%03d %s %d %s %s", i, row.action, row.httpStatus, row.code, format), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					srv := wiretest.New(wiretest.Answer(row.httpStatus, body(string(row.code), row.message)))
					c := wireClient(t, srv, WithMaxAttempts(3))
					err := callAction(t.Context(), c, row.action)
					require.Error(t, err)
					op := operationOf(row.action)
					var e *Error
					if open[row.code] && op.kind != KindRead {
						require.True(t, OutcomeUnknown(err))
						var te *TransportError
						require.ErrorAs(t, err, &te)
						e = te.Last
						assert.Len(t, srv.Requests(), 3, "repeated")
					} else {
						require.False(t, OutcomeUnknown(err))
						require.True(t, errors.As(err, &e), "%T", err)
						assert.Len(t, srv.Requests(), 1, "not repeated")
						assert.ErrorIs(t, err, row.code)
						assert.ErrorIs(t, err, facts.class[row.code])
						assert.ErrorContains(t, err, row.code.Hint())
						if row.message != "" {
							assert.ErrorContains(t, err, row.message)
						}
					}
					assert.Equal(t, row.code, e.Code)
					assert.Equal(t, row.httpStatus, e.HTTPStatus)
					assert.Equal(t, row.message, e.Message)
					assert.Equal(t, error(facts.class[row.code]), e.Class())
					assert.Equal(t, requestID, e.RequestID)
					assert.Equal(t, "vpc.aliyuncs.com", e.HostID)
					assert.Equal(t, "https://example.invalid/?a=1&b=2", e.Recommend)
					assert.Equal(t, row.action, e.Action)
					if op.kind == KindTokened {
						assert.Equal(t, srv.Requests()[0].Params.Get("ClientToken"), e.ClientToken)
					}
				})
			})
		}
	}
}

// callAction sends a documented action with any parameters.
func callAction(ctx context.Context, c *Client, action string) error {
	_, err := c.Do(ctx, RawRequest{Action: action}, nil)
	return err
}
