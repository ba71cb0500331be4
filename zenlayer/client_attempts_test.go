package zenlayer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/transport"
	"github.com/eipkit/eip-go/internal/wire"
	"github.com/eipkit/eip-go/internal/wiretest"
)

// attempts makes the first attempt of a call end in some way. The second one,
// if there is one, succeeds.
var attempts = []struct {
	name    string
	first   func() wiretest.Step
	dial    error
	cause   transport.Cause
	repeats string // kinds: O once, R read, P repeatable
	outcome transport.Outcome
	write   transport.Cause // what a write takes it for, if that is something else: a write believes known codes with a requestId
}{
	{"success", ok, nil, transport.CauseSuccess, "", transport.Done, 0},
	{"connection refused", ok, &net.OpError{Op: "dial", Err: errors.New("connection refused")}, transport.CauseDial, "ORP", transport.NotSent, 0},
	{"unknown host", ok, &net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}, transport.CauseUnknownHost, "", transport.NotSent, 0},
	{"throttled", step(refuse(429, "REQUEST_LIMIT_EXCEEDED")), nil, transport.CauseThrottled, "ORP", transport.Refused, 0},
	{"throttled, dotted", step(refuse(400, "Request.Limit.Exceeded")), nil, transport.CauseThrottled, "ORP", transport.Refused, 0},
	{"throttled with 200", step(refuse(200, "REQUEST_LIMIT_EXCEEDED")), nil, transport.CauseThrottled, "ORP", transport.Refused, 0},
	{"throttled with 200, enveloped", step(wiretest.Answer(200, success(`"code":"REQUEST_LIMIT_EXCEEDED"`))), nil, transport.CauseThrottled, "ORP", transport.Refused, 0},
	{"throttled with 503", step(refuse(503, "REQUEST_LIMIT_EXCEEDED")), nil, transport.CauseThrottled, "ORP", transport.Refused, 0},
	{"429 without a body", step(wiretest.Answer(429, "")), nil, transport.CauseForeignThrottle, "RP", transport.Unknown, 0},
	{"408 with an unknown code", step(refuse(408, "SLOWER")), nil, transport.CauseRequestTimeout, "RP", transport.Unknown, transport.CauseForeign},
	{"429 with an unknown code", step(refuse(429, "SLOWER")), nil, transport.CauseTooManyRequests, "RP", transport.Refused, transport.CauseForeignThrottle},
	{"clock behind", func() wiretest.Step { return refuse(401, "AUTHFAILURE_SIGNATURE_EXPIRED", date(10*time.Minute)) }, nil, transport.CauseClockSkew, "ORP", transport.Refused, 0},
	{"clock ahead", func() wiretest.Step {
		return refuse(200, "Authfailure.Signature.Expired", date(-2*time.Minute))
	}, nil, transport.CauseClockSkew, "ORP", transport.Refused, 0},
	{"expired, clocks agree", func() wiretest.Step { return refuse(401, "AUTHFAILURE_SIGNATURE_EXPIRED", date(30*time.Second)) }, nil, transport.CauseRefusedCode, "", transport.Refused, 0},
	{"expired, no Date", step(refuse(401, "AUTHFAILURE_SIGNATURE_EXPIRED")), nil, transport.CauseRefusedCode, "", transport.Refused, 0},

	{"cut", step(wiretest.Cut()), nil, transport.CauseNoAnswer, "RP", transport.Unknown, 0},
	{"cut body", step(wiretest.CutBody(200, success(""))), nil, transport.CauseCutAnswer, "RP", transport.Unknown, 0},
	{"500", step(wiretest.Answer(500, "")), nil, transport.CauseForeignServerError, "RP", transport.Unknown, 0},
	{"HTML 502", step(wiretest.Answer(502, "<html>bad gateway</html>")), nil, transport.CauseForeignServerError, "RP", transport.Unknown, 0},
	{"internal", step(refuse(500, "INTERNAL_SERVER_ERROR")), nil, transport.CauseServerError, "RP", transport.Unknown, 0},
	{"internal with 200", step(refuse(200, "INTERNAL_SERVER_ERROR")), nil, transport.CauseServerError, "RP", transport.Unknown, 0},
	{"unknown code with 500", step(refuse(500, "NOBODY_KNOWS")), nil, transport.CauseServerError, "RP", transport.Unknown, transport.CauseForeignServerError},
	{"unknown code with 200", step(refuse(200, "NOBODY_KNOWS")), nil, transport.CauseForeign, "RP", transport.Unknown, 0},
	{"unavailable", step(refuse(503, "SERVICE_TEMPORARY_UNAVAILABLE")), nil, transport.CauseServiceUnavailable, "RP", transport.Unknown, 0},
	{"timed out inside", step(refuse(504, "REQUEST_TIMED_OUT")), nil, transport.CauseRequestTimeout, "RP", transport.Unknown, 0},
	{"operation timed out", step(refuse(400, "INVALID_OPERATION_TIMEOUT")), nil, transport.CauseRequestTimeout, "RP", transport.Unknown, 0},
	{"408", step(wiretest.Answer(408, "")), nil, transport.CauseForeign, "RP", transport.Unknown, 0},
	{"HTML 200", step(wiretest.Answer(200, "<html>hotel</html>")), nil, transport.CauseForeign, "RP", transport.Unknown, 0},
	{"empty 200", step(wiretest.Answer(200, "")), nil, transport.CauseForeign, "RP", transport.Unknown, 0},
	{"null", step(wiretest.Answer(200, "null")), nil, transport.CauseForeign, "RP", transport.Unknown, 0},
	{"no response", step(wiretest.Answer(200, `{"requestId":"r"}`)), nil, transport.CauseForeign, "RP", transport.Unknown, 0},
	{"response is a list", step(wiretest.Answer(200, `{"response":[]}`)), nil, transport.CauseForeign, "RP", transport.Unknown, 0},
	{"silence", step(wiretest.Stall()), nil, transport.CauseAttemptTimeout, "RP", transport.Unknown, 0},
	{"too long", step(wiretest.Answer(200, strings.Repeat(" ", 5000))), nil, transport.CauseOverLimit, "RP", transport.Unknown, 0},

	{"refused", step(refuse(400, "INVALID_EIP_TYPE_ZONE_NO_SELL")), nil, transport.CauseRefusedCode, "", transport.Refused, 0},
	{"refused with 200", step(refuse(200, "Invalid.Zone.Not.Found")), nil, transport.CauseRefusedCode, "", transport.Refused, 0},
	{"refused with 500", step(refuse(500, "OPERATION_DENIED_EIP_SUBSCRIPTION")), nil, transport.CauseRefusedCode, "", transport.Refused, 0},
	{"unknown code with 403", step(refuse(403, "NOBODY_KNOWS")), nil, transport.CauseRefusedCode, "P", transport.Refused, transport.CauseForeign},
	{"404 HTML", step(wiretest.Answer(404, "<html>")), nil, transport.CauseForeign, "RP", transport.Unknown, 0},
	{"refused without requestId", step(wiretest.Answer(400, `{"code":"MISSING_PARAMETER"}`)), nil, transport.CauseRefusedCode, "P", transport.Refused, transport.CauseForeign},
	{"code that is a number", step(wiretest.Answer(400, `{"code":7}`)), nil, transport.CauseForeign, "RP", transport.Unknown, 0},
	{"redirect", step(wiretest.Answer(302, "", "Location: http://evil.invalid/")), nil, transport.CauseForeign, "RP", transport.Unknown, 0},
	{"407", step(wiretest.Answer(407, "")), nil, transport.CauseProxyAuth, "", transport.Unknown, 0},
}

func step(s wiretest.Step) func() wiretest.Step { return func() wiretest.Step { return s } }

// TestAttemptTable: each way in which a first attempt can end, for each kind.
func TestAttemptTable(t *testing.T) {
	t.Parallel()
	kinds := map[eip.Kind]string{eip.KindOnce: "O", eip.KindRead: "R", eip.KindRepeatable: "P", eip.KindTokened: "O"}
	for _, tt := range attempts {
		for kind, letter := range kinds {
			t.Run(tt.name+"/"+kind.String(), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					// A Date in the year 2000, where a bubble begins, is not believed.
					time.Sleep(time.Until(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)))
					srv := wiretest.New(tt.first(), ok())
					if tt.dial != nil {
						srv.FailDials(tt.dial)
					}
					var first eip.Attempt
					c := wireClient(t, srv, WithMaxResponseBytes(4096), WithAttemptHook(func(_ context.Context, a eip.Attempt) {
						if a.Number == 1 {
							first = a
						}
					}))
					_, err := c.Do(t.Context(), RawRequest{Action: "TestAction", Kind: kind}, nil)
					repeats, cause, outcome := strings.Contains(tt.repeats, letter), tt.cause, tt.outcome
					if letter != "R" && tt.write != transport.CauseNone {
						cause, outcome = tt.write, transport.Unknown
					}
					assert.Equal(t, cause.String(), first.Cause)
					assert.Equal(t, repeats, first.Repeat)
					assert.Equal(t, outcome, cause.Outcome())
					if repeats || outcome == transport.Done {
						require.NoError(t, err)
						return
					}
					require.Error(t, err)
					assert.Equal(t, outcome == transport.Unknown && letter != "R", eip.OutcomeUnknown(err), "%v", err)
					if outcome == transport.Refused && first.Code != "" {
						var e *eip.Error
						assert.ErrorAs(t, err, &e)
					}
				})
			})
		}
	}
}

// TestOnceIsNeverRepeated: a call that creates or pays is sent once more only if
// it certainly did not run, and what is in doubt is said to be.
func TestOnceIsNeverRepeated(t *testing.T) {
	t.Parallel()
	calls := map[string]func(context.Context, *Client) error{
		actionAllocate: func(ctx context.Context, c *Client) error {
			_, err := c.AllocateEipAddresses(ctx, &AllocateEipAddressesRequest{ZoneID: "SEL-A", EipChargeType: ChargeTypePostpaid})
			return err
		},
		actionRenew: func(ctx context.Context, c *Client) error {
			_, err := c.RenewEipAddress(ctx, &RenewEipAddressRequest{EipID: "e"})
			return err
		},
	}
	for action, call := range calls {
		for _, tt := range attempts {
			if tt.outcome != transport.Unknown && tt.write == transport.CauseNone {
				continue
			}
			synctest.Test(t, func(t *testing.T) {
				srv := wiretest.New(tt.first())
				err := call(t.Context(), wireClient(t, srv, WithMaxResponseBytes(4096)))
				var failed *eip.TransportError
				require.ErrorAs(t, err, &failed, tt.name)
				assert.True(t, eip.OutcomeUnknown(err), tt.name)
				assert.Equal(t, 1, failed.Attempts)
				assert.Len(t, srv.Requests(), 1, "%s, %s", action, tt.name)
				assert.Contains(t, err.Error(), "outcome unknown")
				if failed.Last != nil {
					var e *eip.Error
					assert.NotErrorAs(t, err, &e, "the last answer must not pass for the outcome")
				}
			})
		}
	}
}

// TestSettled: a repeat that finds the work done, after an attempt in the dark,
// is a success; without that attempt it is a refusal.
func TestSettled(t *testing.T) {
	t.Parallel()
	terminate := func(ctx context.Context, c *Client) error {
		_, err := c.TerminateEipAddress(ctx, &TerminateEipAddressRequest{EipID: "e"})
		return err
	}
	release := func(n int) func(context.Context, *Client) error {
		return func(ctx context.Context, c *Client) error {
			_, err := c.ReleaseEipAddresses(ctx, &ReleaseEipAddressesRequest{EipIDs: many(n)})
			return err
		}
	}
	associate := func(ctx context.Context, c *Client) error {
		_, err := c.AssociateEipAddress(ctx, &AssociateEipAddressRequest{EipID: "e", InstanceID: "i"})
		return err
	}
	for _, tt := range []struct {
		name    string
		call    func(context.Context, *Client) error
		code    string
		settled bool
	}{
		{"in the bin", terminate, "OPERATION_DENIED_EIP_RECYCLED", true},
		{"in the bin, dotted", terminate, "Operation.Denied.Eip.Recycled", true},
		{"gone", terminate, "INVALID_EIP_NOT_FOUND", true},
		{"a subscription", terminate, "OPERATION_DENIED_EIP_SUBSCRIPTION", false},
		{"released", release(1), "INVALID_EIP_NOT_FOUND", true},
		{"released, other code", release(1), "OPERATION_FAILED_RESOURCE_NOT_FOUND", true},
		{"one of two released", release(2), "INVALID_EIP_NOT_FOUND", false},
		{"not in the bin", release(1), "OPERATION_DENIED_EIP_NOT_RECYCLED", false},
		{"bound, but to what", associate, "OPERATION_DENIED_EIP_STATUS_NOT_AVAILABLE", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				err := tt.call(t.Context(), wireClient(t, wiretest.New(wiretest.Cut(), refuse(403, tt.code))))
				if tt.settled {
					assert.NoError(t, err)
				} else {
					assert.True(t, eip.OutcomeUnknown(err), "%v", err)
					assert.NotErrorIs(t, err, Code(tt.code))
				}
				err = tt.call(t.Context(), wireClient(t, wiretest.New(refuse(403, tt.code))))
				assert.ErrorIs(t, err, Code(tt.code))
				assert.False(t, eip.OutcomeUnknown(err))
			})
		})
	}
}

// TestThrottlePatience: throttling is waited out, and reported as such in the
// end, with the service's hint; it never makes an outcome unknown.
func TestThrottlePatience(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := wiretest.New(refuse(200, "REQUEST_LIMIT_EXCEEDED"))
		began := time.Now()
		_, err := wireClient(t, srv).AllocateEipAddresses(t.Context(), &AllocateEipAddressesRequest{ZoneID: "z", EipChargeType: ChargeTypePostpaid})
		assert.ErrorIs(t, err, eip.ErrThrottled)
		assert.False(t, eip.OutcomeUnknown(err))
		assert.Greater(t, time.Since(began), time.Minute)
		assert.Less(t, time.Since(began), 2*time.Minute)

		srv = wiretest.New(refuse(429, "REQUEST_LIMIT_EXCEEDED", "Retry-After: 600"))
		_, err = wireClient(t, srv).DescribeEipAddresses(t.Context(), nil)
		var e *eip.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, 10*time.Minute, e.RetryAfter)
		assert.Contains(t, err.Error(), "retry after 10m0s")
	})
}

// TestUnknownStaysUnknown: once an attempt's outcome is unknown, a later
// refusal does not make the call refused.
func TestUnknownStaysUnknown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := wiretest.New(wiretest.Cut(), refuse(403, "OPERATION_DENIED_EIP_STATUS_NOT_SUPPORT"))
		_, err := wireClient(t, srv).UnAssociateEipAddress(t.Context(), &UnAssociateEipAddressRequest{EipID: "e"})
		var failed *eip.TransportError
		require.ErrorAs(t, err, &failed)
		assert.True(t, failed.OutcomeUnknown())
		require.NotNil(t, failed.Last)
		assert.Equal(t, CodeOperationDeniedEipStatusNotSupport, Code(failed.Last.Code))
		assert.Equal(t, testRequest, eip.RequestID(err))
		assert.Contains(t, err.Error(), "last answer: OPERATION_DENIED_EIP_STATUS_NOT_SUPPORT: a message")
	})
}

// TestCanary marks every secret and looks for it wherever a user may look.
func TestCanary(t *testing.T) {
	t.Parallel()
	const token = "bearer-CANARY"
	for _, bearer := range []bool{false, true} {
		for _, tt := range []struct {
			name string
			step wiretest.Step
			dial error
		}{
			{"dial", nil, fmt.Errorf("dialling with %s and %s", testPassword, token)},
			{"echo of the request", wiretest.AnswerWith(500, func(r *wiretest.Request) string {
				return "you sent " + r.Header.Get("Authorization") + " made with " + testPassword
			}), nil},
			{"echo in a code", wiretest.AnswerWith(400, func(r *wiretest.Request) string {
				return fmt.Sprintf(`{"requestId":%q,"code":%q,"message":%q}`, r.Header.Get("Authorization"),
					r.Header.Get("Authorization")+testPassword, r.Header.Get("Authorization")+testPassword)
			}), nil},
			{"echo as a code", wiretest.Answer(400, `{"requestId":"r","code":"`+testPassword+`"}`), nil},
			{"echo that is cut", wiretest.Answer(200, success(`"totalCount":"`+strings.Repeat("x", 50)+testPassword+token+`","dataSet":[]`)), nil},
			{"echo in a strange success", wiretest.AnswerWith(200, func(r *wiretest.Request) string {
				return fmt.Sprintf(`{"requestId":%q,"response":{"totalCount":%q}}`, r.Header.Get("Authorization"), testPassword)
			}, "Content-Type: x/"+testPassword), nil},
			{"cut", wiretest.Cut(), nil},
		} {
			t.Run(fmt.Sprintf("%s/bearer=%t", tt.name, bearer), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var log bytes.Buffer
					var hooked []eip.Attempt
					var signature string
					srv := wiretest.New(func(conn net.Conn, r *wiretest.Request) bool {
						_, signature, _ = strings.Cut(r.Header.Get("Authorization"), "Signature=")
						return tt.step(conn, r)
					})
					if tt.dial != nil {
						srv.FailDials(tt.dial)
					}
					hc := srv.Client()
					defer func() { hc.CloseIdleConnections(); srv.Close() }()
					opts := []Option{
						WithEndpoint("http://fake.invalid"), WithHTTPClient(hc), WithMaxAttempts(1),
						WithLogger(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))),
						WithAttemptHook(func(_ context.Context, a eip.Attempt) { hooked = append(hooked, a) }),
					}
					if bearer {
						opts = append(opts, WithBearerToken(token))
					} else {
						opts = append(opts, WithCredentials(eip.StaticCredentials(testKey, testPassword)))
					}
					c, err := NewClient(opts...)
					require.NoError(t, err)
					_, err = c.DescribeEipAddresses(t.Context(), nil)
					require.Error(t, err)
					type holder struct {
						c    *Client
						err  error
						hook []eip.Attempt
					}
					h := holder{c, err, hooked}
					text := log.String() + fmt.Sprintf("%v %+v %#v %s %q", h, h, h, err, err)
					for e := err; e != nil; e = errors.Unwrap(e) {
						text += fmt.Sprintf("%v %+v %#v", e, e, e)
					}
					for _, v := range []any{err, hooked} {
						b, jsonErr := json.Marshal(v)
						require.NoError(t, jsonErr)
						text += string(b)
					}
					secrets := []string{"bearer-CANARY"}
					if !bearer {
						// A token's client knows nothing of the password, so cannot hide it.
						secrets = []string{testPassword}
						if signature != "" {
							secrets = append(secrets, signature)
						}
					}
					for _, s := range secrets {
						if i := strings.Index(text, s); i >= 0 {
							t.Errorf("%q shows in …%s…", s, text[max(i-80, 0):min(i+80, len(text))])
						}
					}
					assert.NotContains(t, err.Error(), "http://")
				})
			})
		}
	}
}

func FuzzAnswer(f *testing.F) {
	for _, fields := range answers {
		f.Add(200, success(fields))
	}
	f.Add(200, "")
	f.Add(404, failure("INVALID_EIP_NOT_FOUND"))
	f.Add(200, success(`"code":"Request.Limit.Exceeded"`))
	f.Add(500, "\xff<html>")
	f.Add(200, `{"response":null,"error":{"code":1}}`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		status = 200 + (status%400+400)%400
		for action := range operations {
			out := new(DescribeEipAddressesResponse)
			r := newAnswerReader(action, operationOf(action), func(v wire.Value) error { return schema.Fill(v, out) })
			j := r.judge(&transport.Answer{Status: status, Header: http.Header{}, Body: []byte(body)})
			if (j.Err == nil) != (j.Cause == transport.CauseSuccess) {
				t.Fatalf("%s: cause %s with error %v", action, j.Cause, j.Err)
			}
			if j.Cause == transport.CauseSuccess && (status >= 300 || !json.Valid([]byte(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(body), "\ufeff"))))) {
				t.Fatalf("HTTP %d %q passes for a success", status, body)
			}
			if j.Err != nil {
				wiretest.RequireShort(t, j.Err)
			}
			if j.Cause == transport.CauseSuccess {
				text, err := json.Marshal(out)
				if err != nil {
					t.Fatalf("what was decoded cannot be encoded: %v", err)
				}
				again := new(DescribeEipAddressesResponse)
				if err := json.Unmarshal(text, again); err != nil {
					t.Fatalf("what was encoded cannot be decoded: %v", err)
				}
			}
		}
	})
}
