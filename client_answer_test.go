package eip

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/transport"
	"github.com/eipkit/eip-go/internal/wire"
)

// foreignCauses is what an answer proves that is not the service's own: nothing.
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

// Every status from 200 to 599 with every kind of body, for every kind of
// action: whose answer it is, and what it proves.
func TestWhoseAnswerItIs(t *testing.T) {
	t.Parallel()
	read, tokened, repeatable, once := "DescribeEipAddresses", "AllocateEipAddress", "ReleaseEipAddress", "CreateSomethingNew"
	refused := func(int, bool) transport.Cause { return transport.CauseRefusedCode }
	foreign := func(status int, _ bool) transport.Cause { return foreignCause(status) }
	// An answer that a write does not take for the service's own, and a read does.
	forReads := func(status int, write bool) transport.Cause {
		if write {
			return foreignCause(status)
		}
		return transport.CauseRefusedCode
	}
	unknownCode := func(status int, _ bool) transport.Cause {
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
	unknownLower := func(status int, write bool) transport.Cause {
		if write {
			return foreignCause(status)
		}
		return unknownCode(status, write)
	}
	success := func(status int, _ bool) transport.Cause {
		if status < 300 {
			return transport.CauseSuccess
		}
		return foreignCause(status)
	}
	const known = `{"Code":"QuotaExceeded.Eip","Message":"m","RequestId":"r","HostId":"h"}`
	for _, tc := range []struct {
		name, body, header string
		want               func(status int, write bool) transport.Cause
	}{
		{"documented", known, "", refused},
		{"documented, in an object", `{"Error":` + known + `}`, "", refused},
		{"documented, in XML", `<Error><RequestId>r</RequestId><Code>QuotaExceeded.Eip</Code></Error>`, "", refused},
		{"a GBK message", "{\"Code\":\"QuotaExceeded.Eip\",\"Message\":\"\xb3\xac\xb3\xf6\",\"RequestId\":\"r\"}", "", refused},
		{"RequestId in the header", `{"Code":"QuotaExceeded.Eip","Message":"m"}`, "r", refused},
		{"without RequestId", `{"Code":"QuotaExceeded.Eip","Message":"m"}`, "", forReads},
		{"with a blank RequestId", `{"Code":"QuotaExceeded.Eip","RequestId":" \t"}`, "", forReads},
		{"without RequestId, in XML", `<Error><Code>QuotaExceeded.Eip</Code></Error>`, "", forReads},
		{"an unknown code without RequestId", `{"Code":"Something.New","Message":"m"}`, "", foreign},
		{"an unknown code", `{"Code":"Something.New","RequestId":"r"}`, "", unknownCode},
		{"throttled", `{"Code":"Throttling.User","RequestId":"r"}`, "", func(int, bool) transport.Cause { return transport.CauseThrottled }},
		{"busy", `{"Code":"ServiceUnavailable","RequestId":"r"}`, "", func(int, bool) transport.Cause { return transport.CauseServiceUnavailable }},
		{"expired", `{"Code":"InvalidSecurityToken.Expired","RequestId":"r"}`, "", func(int, bool) transport.Cause { return transport.CauseExpiredCredentials }},
		{"lower-case keys", `{"code":"QuotaExceeded.Eip","message":"m","requestId":"r"}`, "", refused},
		{"lower-case keys, unknown code", `{"code":"Denied","message":"m","requestId":"r"}`, "", unknownLower},
		{"a gateway's JSON", `{"code":403,"message":"denied","requestId":"r"}`, "", foreign},
		{"a number for a code", `{"Code":403,"Message":"denied","RequestId":"r"}`, "", foreign},
		{"words for a code", `{"Code":"access denied","RequestId":"r"}`, "", foreign},
		{"without code", `{"Message":"m","RequestId":"r","HostId":"h"}`, "", func(status int, write bool) transport.Cause {
			return foreignCause(status)
		}},
		{"a name twice", `{"Code":"QuotaExceeded.Eip","RequestId":"r","Code":"Throttling"}`, "", foreign},
		{"cut", known[:len(known)-1], "", foreign},
		{"cut, but RequestId in the header", known[:len(known)-1], "r", foreign},
		{"two documents", known + known, "", foreign},
		{"empty", "", "", foreign},
		{"empty, but RequestId in the header", "", "r", foreign},
		{"HTML", "<html><head><title>403</title></head><body>denied</body></html>", "", foreign},
		{"XML of another root", `<Denied><RequestId>r</RequestId><Code>QuotaExceeded.Eip</Code></Denied>`, "", foreign},
		{"foreign JSON", `{"error":"denied"}`, "", foreign},
		{"a list", `[` + known + `]`, "", foreign},
		{"text", "denied", "", foreign},
		{"a success", `{"RequestId":"r","AllocationId":"eip-a","TotalCount":0}`, "", success},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for status := 200; status < 600; status++ {
				for _, action := range []string{read, tokened, repeatable, once} {
					write := action != read
					want := tc.want(status, write)
					if tc.name == "without code" && status < 300 && (action == repeatable || action == once) {
						want = transport.CauseSuccess // a RequestId is all that they return
					}
					header := http.Header{}
					if tc.header != "" {
						header.Set("x-acs-request-id", tc.header)
					}
					r := newAnswerReader(operationOf(action), url.Values{}, func(wire.Value) error { return nil })
					j := r.judge(&transport.Answer{Status: status, Header: header, Body: []byte(tc.body)})
					at := fmt.Sprintf("%s with %d", action, status)
					require.Equal(t, want, j.Cause, at)
					if want == transport.CauseSuccess {
						require.NoError(t, j.Err, at)
						continue
					}
					answer, isForeign := j.Err.(*AnswerError) //nolint:errorlint // the judge makes it
					require.Equal(t, asError(j.Err) == nil, isForeign, at)
					if isForeign {
						require.Contains(t, answer.Reason, fmt.Sprintf("HTTP %d", status))
						require.Equal(t, write, strings.Contains(answer.Reason, "it may have run"), answer.Reason)
						require.True(t, j.Cause.Outcome() == transport.Unknown, at)
					} else if write {
						require.NotEmpty(t, asError(j.Err).RequestID, at)
					}
				}
			}
		})
	}
}

// What a success must hold.
func TestSuccessHoldsWhatTheCallerCameFor(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 129)
	for _, tc := range []struct {
		name, action, params, body, lacks string
	}{
		{"an ID", "AllocateEipAddress", "", `{"AllocationId":"eip-a"}`, ""},
		{"an ID in XML", "AllocateEipAddress", "", `<AllocateEipAddressResponse><AllocationId>eip-a</AllocationId></AllocateEipAddressResponse>`, ""},
		{"no ID", "AllocateEipAddress", "", `{"RequestId":"r","EipAddress":"203.0.113.7"}`, "AllocationId"},
		{"a blank ID", "AllocateEipAddress", "", `{"AllocationId":"   "}`, "AllocationId"},
		{"an empty ID", "AllocateEipAddress", "", `{"AllocationId":""}`, "AllocationId"},
		{"a number for an ID", "AllocateEipAddress", "", `{"AllocationId":0}`, "AllocationId"},
		{"a boolean for an ID", "AllocateEipAddress", "", `{"AllocationId":false}`, "AllocationId"},
		{"an object for an ID", "AllocateEipAddress", "", `{"AllocationId":{}}`, "AllocationId"},
		{"an ID with a blank", "AllocateEipAddress", "", `{"AllocationId":"eip a"}`, "AllocationId"},
		{"an ID with a control character", "AllocateEipAddress", "", `{"AllocationId":"eip\u0007"}`, "AllocationId"},
		{"an ID that is too long", "AllocateEipAddress", "", `{"AllocationId":"` + long + `"}`, "AllocationId"},
		{"the longest ID", "AllocateEipAddress", "", `{"AllocationId":"` + long[1:] + `"}`, ""},
		{"an order for what is paid later", "AllocateEipAddress", "", `{"RequestId":"r","OrderId":1}`, "AllocationId"},
		{"an order", "AllocateEipAddress", "InstanceChargeType=PrePaid", `{"RequestId":"r","OrderId":1}`, ""},
		{"an order as text", "AllocateEipAddressPro", "InstanceChargeType=PrePaid", `{"RequestId":"r","OrderId":"9007199254740993"}`, ""},
		{"an order without a number", "AllocateEipAddressPro", "InstanceChargeType=PrePaid", `{"RequestId":"r","OrderId":0}`, "AllocationId"},
		{"an order that is none", "AllocateEipAddressPro", "InstanceChargeType=PrePaid", `{"RequestId":"r","OrderId":"soon"}`, "AllocationId"},
		{"a segment", "AllocateEipSegmentAddress", "", `{"EipSegmentInstanceId":"eipsg-a"}`, ""},
		{"a segment without ID", "AllocateEipSegmentAddress", "", `{"RequestId":"r","OrderId":1}`, "EipSegmentInstanceId"},
		{"a dry run", "AllocateEipAddress", "DryRun=true", `{"RequestId":"r"}`, ""},
		{"a package without ID", "CreateCommonBandwidthPackage", "", `{"RequestId":"r"}`, "BandwidthPackageId"},
		{"nothing but a RequestId", "ReleaseEipAddress", "", `{"RequestId":"r"}`, ""},
		{"nothing", "ReleaseEipAddress", "", `{}`, "RequestId"},
		{"a blank RequestId", "ReleaseEipAddress", "", `{"RequestId":" "}`, "RequestId"},
		{"no success", "SetHighDefinitionMonitorLogStatus", "", `{"RequestId":"r","Success":"false"}`, "Success: false"},
		{"no success, as a boolean", "DescribePublicIpAddress", "", `{"RequestId":"r","Success":false}`, "Success: false"},
		{"success", "SetHighDefinitionMonitorLogStatus", "", `{"RequestId":"r","Success":"true"}`, ""},
		{"a code of its own", "OpenPublicIpAddressPoolService", "", `{"RequestId":"r","Code":"Opened","Message":"m"}`, ""},
		{"a code and data", "DescribeEipGatewayInfo", "", `{"RequestId":"r","Code":"Fine","EipInfos":[{"Ip":"203.0.113.7"}]}`, ""},
		{"no list", "DescribeEipAddresses", "", `{"RequestId":"r","TotalCount":1}`, "EipAddresses"},
		{"a list that is null", "DescribeEipAddresses", "", `{"RequestId":"r","TotalCount":1,"EipAddresses":null}`, "EipAddresses"},
		{"no list of none", "DescribeEipAddresses", "", `{"RequestId":"r","TotalCount":"0"}`, ""},
		{"null for a list of none", "DescribeEipAddresses", "", `{"RequestId":"r","TotalCount":0,"EipAddresses":null}`, ""},
		{"an element without ID", "DescribeEipSegment", "", `{"RequestId":"r","EipSegments":{"EipSegment":[{"IpCount":16}]}}`, "EipSegments[0] lacks InstanceId"},
		{"a single element without ID", "DescribeEipAddresses", "", `{"EipAddresses":{"EipAddress":{"Status":"InUse"}}}`, "EipAddresses[0] lacks AllocationId"},
		{"the alias of an ID", "DescribeEipGatewayInfo", "", `{"RequestId":"r","EipInfos":{"EipInfo":[{"IP":"203.0.113.7"}]}}`, ""},
		{"as many as were asked for, twice", "DescribeEipAddresses", "PageSize=150", `{"EipAddresses":[` + strings.Repeat(`{"AllocationId":"a"},`, 299) + `{"AllocationId":"a"}]}`, ""},
		{"one more", "DescribeEipAddresses", "PageSize=150", `{"EipAddresses":[` + strings.Repeat(`{"AllocationId":"a"},`, 300) + `{"AllocationId":"a"}]}`, "more than 300 elements"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			params, err := url.ParseQuery(tc.params)
			require.NoError(t, err)
			r := newAnswerReader(operationOf(tc.action), params, func(wire.Value) error { return nil })
			j := r.judge(&transport.Answer{Status: 200, Header: http.Header{}, Body: []byte(tc.body)})
			if tc.lacks == "" {
				require.Equal(t, transport.CauseSuccess, j.Cause, "%v", j.Err)
				return
			}
			require.Equal(t, transport.CauseForeign, j.Cause)
			require.ErrorContains(t, j.Err, tc.lacks)
		})
	}
}

// A code in a 2xx answer is an error unless the action's data stand beside it. A
// count of none is no list.
func TestCodeInASuccess(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		action, body string
		refused      bool
	}{
		{"DescribeRegions", `{"RequestId":"r","Code":"Forbidden.RAM","TotalCount":0}`, true},
		{"DescribeEipAddresses", `{"RequestId":"r","Code":"Forbidden.RAM","TotalCount":0}`, true},
		{"DescribeEipAddresses", `{"RequestId":"r","Code":"Forbidden.RAM","TotalCount":0,"EipAddresses":null}`, true},
		{"DescribeEipAddresses", `{"RequestId":"r","Code":"Forbidden.RAM","TotalCount":0,"EipAddresses":{}}`, false},
		{"DescribeEipAddresses", `{"RequestId":"r","Code":"Forbidden.RAM","EipAddresses":[{"AllocationId":"a"}]}`, false},
		{"AllocateEipAddress", `{"RequestId":"r","Code":"Forbidden.RAM","EipAddress":"203.0.113.7"}`, true},
		{"AllocateEipAddress", `{"RequestId":"r","Code":"Forbidden.RAM","AllocationId":"a"}`, false},
		{"AssociateEipAddress", `{"RequestId":"r","Code":"Forbidden.RAM","Newer":"x"}`, true},
	} {
		j, _ := judgeBody(tc.action, 200, tc.body, nil)
		if tc.refused {
			require.Equal(t, transport.CauseRefusedCode, j.Cause, tc.body)
			require.ErrorIs(t, j.Err, ErrPermission)
		} else {
			require.Equal(t, transport.CauseSuccess, j.Cause, tc.body)
		}
	}
}

// A dry run has no data, unless it did what it should not have done.
func TestDryRunWithACode(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"AllocateEipAddress", "AssociateEipAddress", "DescribeEipAddresses", "CreateSomethingNew"} {
		for _, code := range []Code{CodeIdempotentFailed, CodeDryRunOperation} {
			r := newAnswerReader(operationOf(action), url.Values{"DryRun": {"true"}}, func(wire.Value) error { return nil })
			body := `{"RequestId":"r","Code":"` + string(code) + `","Message":"m","Newer":"x"}`
			j := r.judge(&transport.Answer{Status: 200, Header: http.Header{}, Body: []byte(body)})
			require.Equal(t, transport.CauseRefusedCode, j.Cause, action)
			require.ErrorIs(t, j.Err, code)
		}
	}
	r := newAnswerReader(operationOf("AllocateEipAddress"), url.Values{"DryRun": {"true"}}, func(wire.Value) error { return nil })
	j := r.judge(&transport.Answer{Status: 200, Header: http.Header{}, Body: []byte(`{"RequestId":"r","Code":"Fine","AllocationId":"eip-a"}`)})
	require.Equal(t, transport.CauseSuccess, j.Cause)
}
