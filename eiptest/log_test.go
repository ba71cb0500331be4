package eiptest_test

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// Both forms of the log have a line per call. They say that a call ran if its
// action was carried out, whatever the client got, and only then.
func TestLogSaysWhatRan(t *testing.T) {
	t.Parallel()
	steps := []struct {
		name   string
		fault  fault.Fault
		ran    bool
		status int
		code   string
	}{
		{"no fault", nil, true, 200, ""},
		{"the answer is lost", fault.CutAfter(), true, 0, ""},
		{"the request is lost", fault.CutBefore(), false, 0, ""},
		{"throttled", fault.Throttle(), false, 400, "Throttling.User"},
		{"5xx before", fault.ServerError(503), false, 503, "ServiceUnavailable"},
		{"5xx after", fault.ServerError(503).AfterRun(), true, 503, "ServiceUnavailable"},
		{"wrong clock, refused", fault.WrongClock(-time.Hour), false, 400, "InvalidTimeStamp.Expired"},
		{"over the quota", nil, false, 400, "QuotaExceeded.Eip"},
		{"over the quota, and lost", fault.CutAfter(), false, 0, ""},
	}
	for _, form := range []string{"text", "json"} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			option := eiptest.WithLog(&log)
			if form == "json" {
				option = eiptest.WithJSONLog(&log)
			}
			srv := eiptest.NewServer(t, option, eiptest.WithQuota(3))
			c := newCaller(t, srv)
			for _, step := range steps {
				if step.fault != nil {
					srv.Fail("AllocateEipAddress", step.fault)
				}
				got := c.call("AllocateEipAddress", "RegionId", "cn-hangzhou", "ClientToken", "token \"of\" "+step.name)
				require.Equal(t, step.status, got.status, step.name)
			}
			srv.Close()
			lines := strings.Split(strings.TrimSuffix(log.String(), "\n"), "\n")
			require.Len(t, lines, len(steps))
			for i, step := range steps {
				if form == "text" {
					require.Contains(t, lines[i], " ran="+strconv.FormatBool(step.ran)+" ", step.name)
					require.Contains(t, lines[i], " status="+strconv.Itoa(step.status)+" ", step.name)
					continue
				}
				var got map[string]any
				require.NoError(t, json.Unmarshal([]byte(lines[i]), &got), step.name)
				require.Len(t, got, 9, step.name)
				at, err := time.Parse(time.RFC3339, got["time"].(string))
				require.NoError(t, err)
				require.False(t, at.IsZero())
				require.Equal(t, step.status != 0, got["requestId"] != "", step.name)
				delete(got, "time")
				delete(got, "requestId")
				kind := ""
				if step.fault != nil {
					kind = step.fault.Kind()
				}
				require.Equal(t, map[string]any{"seq": float64(i + 1), "action": "AllocateEipAddress", "token": "token \"of\" " + step.name,
					"fault": kind, "ran": step.ran, "status": float64(step.status), "code": step.code}, got, step.name)
			}
		})
	}
}

// A refused signature runs nothing, and what a peer makes up is cut short.
func TestLogOfStrangers(t *testing.T) {
	t.Parallel()
	for _, form := range []func(*bytes.Buffer) eiptest.Option{
		func(b *bytes.Buffer) eiptest.Option { return eiptest.WithLog(b) },
		func(b *bytes.Buffer) eiptest.Option { return eiptest.WithJSONLog(b) },
	} {
		var log bytes.Buffer
		srv := eiptest.NewServer(t, form(&log))
		resp, err := srv.HTTPClient().Get(srv.URL() + "/?Action=" + strings.Repeat("%0A%FFx", 1000))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		srv.Close()
		require.Equal(t, 1, strings.Count(log.String(), "\n"))
		require.Less(t, log.Len(), 2000)
		require.Regexp(t, `ran"?[=:]false`, log.String())
	}
}
