package zenlayer

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/transport"
	"github.com/eipkit/eip-go/internal/wire"
	"github.com/eipkit/eip-go/internal/wiretest"
)

// judged reads an answer of an action. raw is the object of a success.
func judged(action string, status, page int, body string, unknownBefore bool) (j transport.Judgement, raw string) {
	r := newAnswerReader(action, operationOf(action), func(v wire.Value) error {
		raw = string(v.JSON())
		return nil
	})
	r.page = page
	return r.judge(&transport.Answer{Status: status, Header: http.Header{}, Body: []byte(body), UnknownBefore: unknownBefore}), raw
}

// What an answer that is not the service's own proves: nothing.
func foreignCause(status int) transport.Cause {
	switch {
	case status == 407:
		return transport.CauseProxyAuth
	case status == 429:
		return transport.CauseForeignThrottle
	case status >= 500:
		return transport.CauseForeignServerError
	}
	return transport.CauseForeign
}

// TestWhoseAnswerItIs: every status from 200 to 599 with every kind of body, for
// every kind of action.
func TestWhoseAnswerItIs(t *testing.T) {
	t.Parallel()
	const (
		read, repeatable, once = actionDescribe, actionTerminate, actionAllocate
		nobody                 = "CreateSomethingNew" // in no table
		doc                    = `{"requestId":"r","code":"MISSING_PARAMETER","message":"m"}`
	)
	always := func(c transport.Cause) func(string, int) transport.Cause {
		return func(string, int) transport.Cause { return c }
	}
	refused := always(transport.CauseRefusedCode)
	foreign := func(_ string, status int) transport.Cause { return foreignCause(status) }
	// forReads is what a read takes for the service's own, and a write does not.
	forReads := func(action string, status int) transport.Cause {
		if action == read {
			return transport.CauseRefusedCode
		}
		return foreignCause(status)
	}
	unknownCode := func(action string, status int) transport.Cause {
		if action != read {
			return foreignCause(status)
		}
		switch {
		case status < 300:
			return transport.CauseForeign
		case status == 408:
			return transport.CauseRequestTimeout
		case status == 429:
			return transport.CauseTooManyRequests
		case status >= 500:
			return transport.CauseServerError
		}
		return transport.CauseRefusedCode
	}
	// successOf is a success of these actions, and of no others.
	successOf := func(actions ...string) func(string, int) transport.Cause {
		return func(action string, status int) transport.Cause {
			if status < 300 && strings.Contains(strings.Join(actions, " "), action) {
				return transport.CauseSuccess
			}
			return foreignCause(status)
		}
	}
	for _, tc := range []struct {
		name, body string
		want       func(action string, status int) transport.Cause
	}{
		{"documented", doc, refused},
		{"inside response", `{"requestId":"r","response":{"code":"MISSING_PARAMETER","message":"m"}}`, refused},
		{"inside response, with its requestId", `{"response":` + doc + `}`, refused},
		{"inside error", `{"requestId":"r","error":{"code":"MISSING_PARAMETER","message":"m"}}`, refused},
		{"inside error, with its requestId", `{"error":` + doc + `}`, refused},
		{"in the SDK's spelling", `{"requestId":"r","code":"Missing.Parameter"}`, refused},
		{"with a byte-order mark", "\xef\xbb\xbf\r\n " + doc + "\n", refused},
		{"with an escaped code", `{"requestId":"r","cod\u0065":"MISSING\u005fPARAMETER"}`, refused},
		{"a GBK message", "{\"requestId\":\"r\",\"code\":\"MISSING_PARAMETER\",\"message\":\"\xc8\xb1\xc9\xd9\xb2\xce\xca\xfd\"}", refused},
		{"throttled", `{"requestId":"r","code":"REQUEST_LIMIT_EXCEEDED"}`, always(transport.CauseThrottled)},
		{"throttled, in the SDK's spelling", `{"requestId":"r","code":"Request.Limit.Exceeded"}`, always(transport.CauseThrottled)},
		{"away", `{"requestId":"r","code":"SERVICE_TEMPORARY_UNAVAILABLE"}`, always(transport.CauseServiceUnavailable)},
		{"failed", `{"requestId":"r","code":"Internal.Server.Error"}`, always(transport.CauseServerError)},
		{"expired", `{"requestId":"r","code":"AUTHFAILURE_SIGNATURE_EXPIRED"}`, always(transport.CauseClockSkew)},
		{"without requestId", `{"code":"MISSING_PARAMETER","message":"m"}`, forReads},
		{"with a blank requestId", `{"requestId":" \t","code":"MISSING_PARAMETER"}`, forReads},
		{"with a number for a requestId", `{"requestId":7,"code":"MISSING_PARAMETER"}`, forReads},
		{"in the SDK's spelling, without requestId", `{"code":"Missing.Parameter"}`, forReads},
		{"an unknown code", `{"requestId":"r","code":"NOBODY_KNOWS"}`, unknownCode},
		{"an unknown code without requestId", `{"code":"NOBODY_KNOWS"}`, foreign},
		{"upper-case keys", `{"RequestId":"r","Code":"MISSING_PARAMETER","Message":"m"}`, foreign},
		{"cut", doc[:len(doc)-1], foreign},
		{"cut in the code", doc[:30], foreign},
		{"two documents", doc + doc, foreign},
		{"a list", `[` + doc + `]`, foreign},
		{"a name twice", `{"requestId":"r","code":"MISSING_PARAMETER","code":"REQUEST_LIMIT_EXCEEDED"}`, foreign},
		{"HTML", "<html><head><title>403</title></head><body>denied</body></html>", foreign},
		{"XML", "<error><requestId>r</requestId><code>MISSING_PARAMETER</code></error>", foreign},
		{"empty", "", foreign},
		{"blanks", " \n", foreign},
		{"text", "denied", foreign},
		{"null", "null", foreign},
		{"an empty object", "{}", foreign},
		{"a gateway's JSON", `{"code":403,"message":"x","requestId":"y"}`, foreign},
		{"words for a code", `{"code":"access denied","message":"x","requestId":"y"}`, foreign},
		{"another gateway's JSON", `{"error":"denied"}`, foreign},
		{"without code", `{"requestId":"r","message":"m"}`, foreign},
		{"response is no object", `{"requestId":"r","response":"ok"}`, foreign},
		{"an empty response without requestId", `{"response":{}}`, foreign},
		{"response with requestId", `{"response":{"requestId":"r"}}`, successOf(repeatable, nobody)},
		{"response beside requestId", `{"requestId":"r","response":{}}`, successOf(repeatable, nobody)},
		{"response and a code of success", `{"requestId":"r","code":"Success","response":{}}`, func(action string, status int) transport.Cause {
			if status < 300 {
				return successOf(repeatable, nobody)(action, status)
			}
			return unknownCode(action, status)
		}},
		{"response and another code", `{"requestId":"r","code":"0","response":{}}`, foreign},
		{"IDs", `{"response":{"eipIdSet":["eip-a","eip-b"]}}`, successOf(once)},
		{"IDs and a number for a code", `{"code":0,"response":{"eipIdSet":["eip-a"]}}`, successOf(once)},
		{"no address", `{"response":{"totalCount":0}}`, successOf(read)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for status := 200; status < 600; status++ {
				for _, action := range []string{read, repeatable, once, nobody} {
					want, write := tc.want(action, status), action != read
					at := fmt.Sprintf("%s with %d", action, status)
					j, raw := judged(action, status, 0, tc.body, false)
					require.Equal(t, want.String(), j.Cause.String(), at)
					require.Equal(t, want == transport.CauseSuccess, raw != "", at)
					if want == transport.CauseSuccess {
						require.NoError(t, j.Err, at)
						continue
					}
					answer, isForeign := j.Err.(*eip.AnswerError) //nolint:errorlint // the judge makes it
					require.Equal(t, asError(j.Err) == nil, isForeign, at)
					if isForeign {
						require.Equal(t, transport.Unknown, j.Cause.Outcome(), at)
						require.Contains(t, answer.Reason, fmt.Sprintf("HTTP %d", status))
						require.Equal(t, write, strings.Contains(answer.Reason, "it may have run"), answer.Reason)
					} else if write {
						require.Equal(t, "r", asError(j.Err).RequestID, at)
					}
				}
			}
		})
	}
}

// TestSuccessHoldsWhatTheCallerCameFor: what a 2xx answer must hold.
func TestSuccessHoldsWhatTheCallerCameFor(t *testing.T) {
	t.Parallel()
	list := func(n int) string { return `"dataSet":[` + strings.Repeat(`{"eipId":"e"},`, n-1) + `{"eipId":"e"}]` }
	for _, tc := range []struct {
		name, action string
		page         int
		response     string
		lacks        string // "" for a success
	}{
		{"one ID", actionAllocate, 0, `"eipIdSet":["eip-a"]`, ""},
		{"an ID between blanks", actionAllocate, 0, `"eipIdSet":["","eip-a"," ",null]`, ""},
		{"an order and an ID", actionAllocate, 0, `"eipIdSet":["eip-a"],"orderNumber":"00012345678901234567890"`, ""},
		{"an order alone", actionAllocate, 0, `"orderNumber":"00012345678901234567890"`, "lacks eipIdSet"},
		{"no IDs", actionAllocate, 0, `"eipIdSet":[],"orderNumber":"1"`, "lacks eipIdSet"},
		{"null for IDs", actionAllocate, 0, `"eipIdSet":null`, "lacks eipIdSet"},
		{"blank IDs", actionAllocate, 0, `"eipIdSet":[""," "]`, "lacks eipIdSet"},
		{"an ID without a list", actionAllocate, 0, `"eipIdSet":"eip-a"`, "lacks eipIdSet"},
		{"a number among IDs", actionAllocate, 0, `"eipIdSet":["eip-a",5]`, "has 5, which is no ID"},
		{"an object among IDs", actionAllocate, 0, `"eipIdSet":[{"eipId":"eip-a"}]`, "which is no ID"},
		{"an ID with a blank", actionAllocate, 0, `"eipIdSet":["eip a"]`, "which is no ID"},
		{"an ID that is too long", actionAllocate, 0, `"eipIdSet":["` + strings.Repeat("e", 129) + `"]`, "which is no ID"},
		{"addresses", actionDescribe, 0, `"totalCount":2,` + list(2), ""},
		{"addresses without a count", actionDescribe, 0, list(2), ""},
		{"no addresses", actionDescribe, 0, `"totalCount":0,"dataSet":[]`, ""},
		{"no list of none", actionDescribe, 0, `"totalCount":0`, ""},
		{"null for a list of none", actionDescribe, 0, `"totalCount":0,"dataSet":null`, ""},
		{"neither list nor count", actionDescribe, 0, ``, "lacks dataSet"},
		{"null for both", actionDescribe, 0, `"totalCount":null,"dataSet":null`, "lacks dataSet"},
		{"a count without a list", actionDescribe, 0, `"totalCount":1`, "lacks dataSet"},
		{"an object for a list", actionDescribe, 0, `"totalCount":0,"dataSet":{}`, "lacks dataSet"},
		{"an empty text for a list", actionDescribe, 0, `"totalCount":1,"dataSet":""`, "lacks dataSet"},
		{"an address without ID", actionDescribe, 0, `"dataSet":[{"eipId":"e"},{"zoneId":"z"}]`, "an element of its dataSet lacks eipId"},
		{"an address with a blank ID", actionDescribe, 0, `"dataSet":[{"eipId":" "}]`, "an element of its dataSet lacks eipId"},
		{"null for an address", actionDescribe, 0, `"totalCount":1,"dataSet":[null]`, "an element of its dataSet lacks eipId"},
		{"as many as a page may have", actionDescribe, 0, list(200), ""},
		{"more than a page may have", actionDescribe, 0, list(201), "more than 200 elements"},
		{"as many as were asked for, twice", actionDescribe, 150, list(300), ""},
		{"one more", actionDescribe, 150, list(301), "more than 300 elements"},
		{"stock", actionDescribeStock, 0, `"eipResources":[{"zoneId":"z"}]`, ""},
		{"no stock", actionDescribeStock, 0, `"eipResources":[]`, ""},
		{"no list of stock", actionDescribeStock, 0, `"eipResources":null`, "lacks eipResources"},
		{"stock of nowhere", actionDescribeStock, 0, `"eipResources":[{"status":"SELL"}]`, "an element of its eipResources lacks zoneId"},
		{"much stock", actionDescribeStock, 0, `"eipResources":[` + strings.Repeat(`{"zoneId":"z"},`, 300) + `{"zoneId":"z"}]`, ""},
		{"too much stock", actionDescribeStock, 0, `"eipResources":[` + strings.Repeat(`{"zoneId":"zone-1-with-a-long-name"},`, 10_000) + `{"zoneId":"zone-1-with-a-long-name"}]`, "more than 10000 elements"},
		{"for an instance", actionDescribeInstance, 0, `"instanceEipResources":[{"eipId":"e"}]`, ""},
		{"no list for an instance", actionDescribeInstance, 0, ``, "lacks instanceEipResources"},
		{"without ID for an instance", actionDescribeInstance, 0, `"instanceEipResources":[{"ipAddress":"192.0.2.1"}]`, "lacks eipId"},
		{"a price", actionPrice, 0, `"eipPrice":{"unitPrice":0.1}`, ""},
		{"no price", actionPrice, 0, `"eipPrice":null`, "lacks eipPrice"},
		{"an empty price", actionPrice, 0, `"eipPrice":{}`, "lacks eipPrice"},
		{"a number for a price", actionPrice, 0, `"eipPrice":3`, "lacks eipPrice"},
		{"nothing else", actionTerminate, 0, `"requestId":"r"`, ""},
		{"nothing at all", actionTerminate, 0, ``, "lacks requestId"},
		{"a field called code", actionDescribeZones, 0, `"requestId":"r","code":"SEL","name":"x"`, ""},
		{"a field called code of an unknown action", "CreateSomethingNew", 0, `"requestId":"r","code":"SEL","name":"x"`, ""},
		{"a code where nothing is returned", actionTerminate, 0, `"requestId":"r","code":"SEL","name":"x"`, "unknown code SEL"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			j, _ := judged(tc.action, 200, tc.page, `{"response":{`+tc.response+`}}`, false)
			if tc.lacks == "" {
				require.Equal(t, transport.CauseSuccess, j.Cause, "%v", j.Err)
				return
			}
			require.Equal(t, transport.CauseForeign, j.Cause)
			require.ErrorContains(t, j.Err, tc.lacks)
		})
	}
}

// TestCodeBesideACountOfNone: a code is an error unless the data stand beside
// it, and a count is no list.
func TestCodeBesideACountOfNone(t *testing.T) {
	t.Parallel()
	for _, list := range []string{``, `,"dataSet":null`} {
		body := `{"requestId":"r","code":"Request.Limit.Exceeded","response":{"totalCount":0` + list + `}}`
		j, _ := judged(actionDescribe, 200, 0, body, false)
		assert.Equal(t, transport.CauseThrottled, j.Cause, body)
	}
	j, _ := judged(actionDescribe, 200, 0, `{"requestId":"r","code":"Request.Limit.Exceeded","response":{"totalCount":0,"dataSet":[]}}`, false)
	assert.Equal(t, transport.CauseSuccess, j.Cause)
	j, _ = judged(actionDescribe, 200, 0, `{"requestId":"r","response":{"totalCount":0}}`, false)
	assert.Equal(t, transport.CauseSuccess, j.Cause)
}

// TestForeignRefusalSettlesNothing: only the service's own refusal proves that
// an earlier attempt ran.
func TestForeignRefusalSettlesNothing(t *testing.T) {
	t.Parallel()
	j, _ := judged(actionTerminate, 403, 0, `{"requestId":"r","code":"Operation.Denied.Eip.Recycled"}`, true)
	assert.Equal(t, transport.CauseSuccess, j.Cause)
	for _, body := range []string{
		`{"code":"OPERATION_DENIED_EIP_RECYCLED"}`,
		`{"RequestId":"r","Code":"OPERATION_DENIED_EIP_RECYCLED"}`,
		`{"requestId":"r","code":"OPERATION_DENIED_EIP_RECYCLED"`,
	} {
		j, _ = judged(actionTerminate, 403, 0, body, true)
		assert.Equal(t, transport.CauseForeign, j.Cause, body)
	}
}

// TestForeignTextIsShort: what is shown of a foreign answer is one line of
// printable characters.
func TestForeignTextIsShort(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a\n\x1b[31m", 100_000)
	for name, body := range map[string]string{
		"text":    long,
		"message": fmt.Sprintf(`{"requestId":"r","code":"NOBODY_KNOWS","message":%q}`, strings.Repeat("x ", 100_000)),
		"code":    fmt.Sprintf(`{"requestId":"r","code":%q}`, strings.Repeat("x", 100_000)),
		"refusal": fmt.Sprintf(`{"requestId":%q,"code":"MISSING_PARAMETER","message":%q}`, strings.Repeat("r", 100_000), strings.Repeat("x ", 100_000)),
	} {
		j, _ := judged(actionAllocate, 400, 0, body, false)
		text := j.Err.Error()
		assert.Less(t, len(text), 4096, name)
		assert.NotContains(t, text, "\n", name)
		assert.NotContains(t, text, "\x1b", name)
	}
}

// TestPageSizeOfRequest: the bound of a page follows what the request asks for,
// however it says so.
func TestPageSizeOfRequest(t *testing.T) {
	t.Parallel()
	body := success(`"dataSet":[` + strings.Repeat(`{"eipId":"e"},`, 499) + `{"eipId":"e"}]`)
	c := wireClient(t, wiretest.New(wiretest.Answer(200, body)), WithMaxAttempts(1))
	_, err := c.DescribeEipAddresses(t.Context(), &DescribeEipAddressesRequest{PageSize: 250})
	require.NoError(t, err)
	_, err = c.DescribeEipAddresses(t.Context(), &DescribeEipAddressesRequest{Extra: map[string]any{"pageSize": "250"}})
	require.NoError(t, err)
	_, err = c.Do(t.Context(), RawRequest{Action: actionDescribe, Params: map[string]any{"pageSize": 250.0}}, nil)
	require.NoError(t, err)
	_, err = c.DescribeEipAddresses(t.Context(), nil)
	require.ErrorContains(t, err, "more than 200 elements")
}
