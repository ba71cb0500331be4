package eip

import (
	"encoding/json"
	"os"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/internal/transport"
)

// FuzzDecodeResponse reads any body as the answer of every action. It must not
// panic; what it accepts is written and read again without a change, and has a
// raw form with the same values if it has a RequestId.
func FuzzDecodeResponse(f *testing.F) {
	types := actionTypes()
	var actions []string
	for action := range types {
		actions = append(actions, action)
	}
	sort.Strings(actions)
	for _, file := range answerFiles(f) {
		body, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(body)
	}
	full, err := json.Marshal(DescribeEipAddressesResponse{EipAddresses: EipAddressList{fullAddress()}, TotalCount: 1})
	require.NoError(f, err)
	f.Add(full)
	for _, body := range []string{
		`{"RequestId":" r\t","Regions":[{"RegionId":1}],"EipSegments":{"EipSegment":{"IpCount":"16","CreationTime":"2026-01-01T00:00Z"}}}`,
		`{"RequestId":"r","EipAddresses":[{"OperationLocks":{"LockReason":"a"},"Tags":{"Tag":{"TagKey":"a"}},"ExpiredTime":"2026-01-01T00:00:00.5+08:00"}]}`,
		`{"RequestId":"r","OrderId":"1e3","AllocationId":null,"EipSegmentInstanceId":5}`,
		`<Error><Code>c</Code></Error>`, `{"Code":"c","Message":{},"RequestId":"r"}`, "\xef\xbb\xbf{}", `[[`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, action := range actions {
			resp := types[action].newResponse()
			if err := decodeResponse(action, body, resp); err != nil {
				if !reflect.ValueOf(resp).Elem().IsZero() {
					t.Fatalf("%s: an error (%v), and yet a value: %+v", action, err, resp)
				}
				continue
			}
			written, err := json.Marshal(resp)
			if err != nil {
				t.Fatalf("%s: %+v cannot be written: %v", action, resp, err)
			}
			again := types[action].newResponse()
			if err := json.Unmarshal(written, again); err != nil {
				t.Fatalf("%s: %s cannot be read: %v", action, written, err)
			}
			if !reflect.DeepEqual(resp, again) {
				t.Fatalf("%s: %+v became %+v by %s", action, resp, again, written)
			}
			_, raw := judgeBody(action, 200, string(body), nil)
			if raw == "" {
				continue
			}
			fromRaw := types[action].newResponse()
			if err := decodeResponse(action, []byte(raw), fromRaw); err != nil || !reflect.DeepEqual(resp, fromRaw) {
				t.Fatalf("%s: %+v became %+v (%v) by %s", action, resp, fromRaw, err, raw)
			}
		}
	})
}

// FuzzDecodeErrorBody reads any body as an error. It must not panic, an error of
// the service always has a code and a request ID, and its text is one line.
func FuzzDecodeErrorBody(f *testing.F) {
	for _, body := range []string{
		`{"Code":"Forbbiden","Message":"no","RequestId":"r\t","HostId":"h","Recommend":"u","AccessDeniedDetail":{"AuthAction":"a"}}`,
		`<?xml version='1.0'?><Error><RequestId>r</RequestId><HostId>h</HostId><Code>c</Code><Message>m</Message></Error>`,
		`{"code":"c","message":"m","requestId":"r"}`, `{"Code":404,"Message":{"a":1}}`, `{"Error":{"Code":"c"}}`,
		`{"Code":["c"]}`, `<html><body>502</body></html>`, ``, `null`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, status := range []int{200, 302, 403, 500} {
			j, _ := judgeBody("ReleaseEipAddress", status, string(body), nil)
			if j.Cause == transport.CauseSuccess {
				continue
			}
			if text := j.Err.Error(); len(text) > 4096 || strings.ContainsFunc(text, func(r rune) bool { return !strconv.IsPrint(r) }) {
				t.Fatalf("%q", text)
			}
			if refused := asError(j.Err); refused != nil && (refused.Code == "" || refused.RequestID == "") {
				t.Fatalf("an error of the service without code or request ID: %+v", refused)
			}
		}
	})
}
