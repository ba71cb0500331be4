package zenlayertest_test

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest/fault"
	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
)

// wire sends one authorized call to a server with the bearer token "t", and
// returns what comes back, unread and with no redirect followed.
func wire(t *testing.T, srv *zenlayertest.Server, action, body string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL()+"/api/v2/bmc", strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("X-Zc-Action", action)
	req.Header.Set("X-Zc-Version", "2026-02-01")
	req.Header.Set("Authorization", "Bearer t")
	resp, err := srv.Transport().RoundTrip(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, resp.ContentLength, int64(len(raw)))
	return resp, string(raw)
}

const buyTwo = `{"zoneId":"SEL-A","eipChargeType":"POSTPAID","amount":2}`

// Every status and body, before and after the action: what comes back, and
// whether there are addresses.
func TestForeignAnswers(t *testing.T) {
	t.Parallel()
	want := map[fault.ForeignBody]string{
		fault.ForeignHTML:        `^<html>\r\n<head><title>%d `,
		fault.ForeignLogin:       `<input name="password" type="password">`,
		fault.ForeignEmpty:       `^$`,
		fault.ForeignCut:         `^\{"code":%d,"message":"[A-Z][A-Za-z ']*$`,
		fault.ForeignGateway:     `^\{"code":%d,"message":"[^"]+","requestId":"[^"]+"\}$`,
		fault.ForeignDenied:      `^\{"error":"denied"\}$`,
		fault.ForeignNoRequestID: `^\{"code":"AUTHFAILURE_UNAUTHORIZED_OPERATION","message":"[^"]+"\}$`,
		fault.ForeignRedirect:    `^<html>\r\n<head><title>%d `,
	}
	bodies := fault.ForeignBodies()
	require.Len(t, bodies, len(want))
	srv := zenlayertest.NewServer(t, zenlayertest.WithPipe(), zenlayertest.WithBearerToken("t"))
	made := 0
	for _, status := range append(fault.ForeignStatuses(), 202, 407) {
		for _, b := range bodies {
			if b == fault.ForeignRedirect && status/100 != 3 {
				continue
			}
			for _, after := range []bool{false, true} {
				f := fault.Foreign(status, b)
				if after {
					f = f.AfterRun()
					made += 2
				}
				srv.Fail("AllocateEipAddresses", f)
				resp, body := wire(t, srv, "AllocateEipAddresses", buyTwo)
				assert.Equal(t, status, resp.StatusCode)
				assert.Regexp(t, strings.ReplaceAll(want[b], "%d", fmt.Sprint(status)), body)
				assert.Equal(t, b == fault.ForeignRedirect, resp.Header.Get("Location") == "/login")
				calls := srv.Calls()
				c := calls[len(calls)-1]
				assert.Equal(t, []any{"foreign", after, status, ""}, []any{c.Fault, c.Ran, c.Status, c.Code})
				require.Len(t, srv.AddressesEverMade(), made, "%d %s after %t", status, b, after)
			}
		}
	}
	enveloped := zenlayertest.NewServer(t, zenlayertest.WithPipe(), zenlayertest.WithBearerToken("t"), zenlayertest.WithEnvelopedErrors())
	enveloped.Fail("", fault.Foreign(403, fault.ForeignNoRequestID))
	_, body := wire(t, enveloped, "AllocateEipAddresses", buyTwo)
	assert.Regexp(t, `^\{"response":\{"code":"AUTHFAILURE_UNAUTHORIZED_OPERATION","message":"[^"]+"\}\}$`, body)
}

// What the other faults make of an answer, and whether the action ran.
func TestSpoiltAnswers(t *testing.T) {
	t.Parallel()
	const id = `"eipId":"`
	for _, tt := range []struct {
		fault        fault.Fault
		action, body string
		status       int
		want         string // a pattern
		ran, met     bool
	}{
		{fault.CutError(""), "AllocateEipAddresses", buyTwo, 403, `^\{"code":"AUTHFAILURE_UNAUTHORIZED_OPERATION","[^}]*$`, false, true},
		{fault.CutError("INVALID_ZONE_NOT_FOUND").AfterRun(), "AllocateEipAddresses", buyTwo, 404, `^\{"code":"INVALID_ZONE_NOT_FOUND"[^}]*$`, true, true},
		{fault.EmptyPage(), "DescribeEipAddresses", `{}`, 200, `"dataSet":\[\].*"totalCount":2`, true, true},
		{fault.EmptyPage(), "DescribeEipAddresses", `{"zoneId":"HKG-A"}`, 200, `"dataSet":\[\].*"totalCount":1`, true, true},
		{fault.ShortPage(), "DescribeEipAddresses", `{}`, 200, `"dataSet":\[\{[^[]*\}\],.*"totalCount":2`, true, true},
		{fault.ShortPage(), "DescribeEipAddresses", `{"pageSize":1}`, 200, `"totalCount":3`, true, true},
		{fault.MissingID(), "DescribeEipAddresses", `{}`, 200, `"dataSet":\[\{"createTime":"[^"]+","eipChargeType":"POSTPAID","eipStatus":[^}]*\},\{[^}]*` + id, true, true},
		{fault.WrongID(), "DescribeEipAddresses", `{}`, 200, `"dataSet":\[\{[^}]*` + id + `eip-[0-9a-f]{16}"[^}]*\},\{[^}]*` + id, true, true},
		{fault.WrongID(), "DescribeEipAddresses", `{"zoneId":"HKG-A"}`, 200, `"dataSet":\[\].*"totalCount":0`, true, false},
		{fault.MissingID(), "DescribeZones", `{}`, 200, `"zoneId":"SEL-A"`, true, false},
		{fault.BlankID("   "), "AllocateEipAddresses", buyTwo, 200, `"eipIdSet":\["   ","   "\]`, true, true},
		{fault.BlankID(""), "AllocateEipAddresses", buyTwo, 200, `"eipIdSet":\["",""\]`, true, true},
		{fault.BlankID(0), "AllocateEipAddresses", buyTwo, 200, `"eipIdSet":\[0,0\]`, true, true},
		{fault.BlankID(false), "AllocateEipAddresses", buyTwo, 200, `"eipIdSet":\[false,false\]`, true, true},
		{fault.BlankID(nil), "AllocateEipAddresses", buyTwo, 200, `"eipIdSet":\[("   "|""|0|false),`, true, true},
		{fault.BlankID(nil), "DescribeEipAddresses", `{}`, 200, `"totalCount":2`, true, false},
		{fault.BlankID(nil), "UnAssociateEipAddress", `{"eipId":"nobody"}`, 404, `INVALID_EIP_NOT_FOUND`, true, false},
	} {
		name := tt.fault.Kind() + " " + tt.body
		srv := zenlayertest.NewServer(t, zenlayertest.WithPipe(), zenlayertest.WithBearerToken("t"), zenlayertest.WithTransition(0))
		made := len(srv.Make("SEL-A", "POSTPAID", 2, nil))
		srv.Fail("", tt.fault)
		resp, body := wire(t, srv, tt.action, tt.body)
		assert.Equal(t, tt.status, resp.StatusCode, name)
		assert.Regexp(t, tt.want, body, name)
		c := srv.Calls()[0]
		assert.Equal(t, []any{tt.ran, tt.met}, []any{c.Ran, c.Fault == tt.fault.Kind()}, name)
		if tt.action == "AllocateEipAddresses" && tt.ran {
			made += 2
		}
		assert.Len(t, srv.AddressesEverMade(), made, name)
		_, clean := wire(t, srv, "DescribeEipAddresses", `{}`)
		assert.Len(t, regexp.MustCompile(id+`[^"]+"`).FindAllString(clean, -1), made, name)
	}
}
