package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// buffer is a bytes.Buffer that two goroutines may use.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// start runs the program until stop is called, which returns its exit status.
func start(t *testing.T, args ...string) (endpoint string, stderr *buffer, stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	stderr = &buffer{}
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, args, w, stderr)
		w.Close()
	}()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("no first line: %v; stderr: %s", err, stderr)
	}
	endpoint, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "listening on ")
	if !ok || !strings.HasPrefix(endpoint, "http://127.0.0.1:") || strings.HasSuffix(endpoint, ":0") {
		t.Fatalf("first line %q", line)
	}
	stopped := sync.OnceValue(func() int { cancel(); return <-done })
	t.Cleanup(func() { stopped() })
	return endpoint, stderr, stopped
}

// get sends one signed GET, with a signer of its own.
func get(t *testing.T, endpoint, id, secret string, p map[string]string) (int, string) {
	t.Helper()
	q := url.Values{"Version": {"2016-04-28"}, "Format": {"JSON"}, "AccessKeyId": {id}, "SignatureMethod": {"HMAC-SHA1"},
		"SignatureVersion": {"1.0"}, "SignatureNonce": {t.Name() + time.Now().String()},
		"Timestamp": {time.Now().UTC().Format("2006-01-02T15:04:05Z")}}
	for k, v := range p {
		q.Set(k, v)
	}
	esc := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	mac := hmac.New(sha1.New, []byte(secret+"&"))
	io.WriteString(mac, "GET&%2F&"+esc(strings.ReplaceAll(q.Encode(), "+", "%20")))
	q.Set("Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	resp, err := http.Get(endpoint + "/?" + q.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestServesUntilInterrupted(t *testing.T) {
	t.Parallel()
	endpoint, stderr, stop := start(t, "-listen", "127.0.0.1:0", "-access-key-id", "key1", "-access-key-secret", "the-secret",
		"-region", "cn-beijing", "-instances", "ecs=2,slb=lb-mine", "-log", "-quota", "1")
	status, body := get(t, endpoint, "key1", "the-secret", map[string]string{"Action": "AllocateEipAddress", "RegionId": "cn-beijing"})
	if status != 200 || !strings.Contains(body, `"AllocationId":"eip-`) {
		t.Fatalf("allocate: %d %s", status, body)
	}
	status, body = get(t, endpoint, "key1", "the-secret", map[string]string{"Action": "AllocateEipAddress", "RegionId": "cn-beijing"})
	if status != 400 || !strings.Contains(body, "QuotaExceeded.Eip") {
		t.Fatalf("allocate over the quota: %d %s", status, body)
	}
	if status, body = get(t, endpoint, "key1", "wrong", map[string]string{"Action": "DescribeRegions"}); status != 400 {
		t.Fatalf("wrong secret: %d %s", status, body)
	}
	resp, err := http.Get(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	for _, want := range []string{"cn-beijing", "i-test2", "lb-mine", "HMAC-SHA1"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("GET / does not mention %s:\n%s", want, text)
		}
	}
	if code := stop(); code != 0 {
		t.Errorf("exit status %d", code)
	}
	log := stderr.String()
	if !strings.Contains(log, "AllocateEipAddress status=200") || !strings.Contains(log, "code=SignatureDoesNotMatch") {
		t.Errorf("log:\n%s", log)
	}
	if strings.Contains(log, "the-secret") {
		t.Errorf("the log holds the secret:\n%s", log)
	}
	if _, err := http.Get(endpoint); err == nil {
		t.Error("still listening after the end")
	}
}

func TestFaultsAndLimit(t *testing.T) {
	t.Parallel()
	endpoint, _, _ := start(t, "-listen", "127.0.0.1:0", "-fault", "server-error=1")
	if status, body := get(t, endpoint, "testid", "testsecret", map[string]string{"Action": "DescribeRegions"}); status != 503 ||
		!strings.Contains(body, "ServiceUnavailable") {
		t.Errorf("%d %s", status, body)
	}
}

func TestReference2019(t *testing.T) {
	t.Parallel()
	for want, flags := range map[int][]string{200: nil, 400: {"-reference-2019"}} {
		endpoint, _, _ := start(t, append(flags, "-listen", "127.0.0.1:0")...)
		status, body := get(t, endpoint, "testid", "testsecret",
			map[string]string{"Action": "DescribeEipAddresses", "RegionId": "cn-hangzhou", "PageSize": "51"})
		if status != want {
			t.Errorf("%v: 51 a page: %d %s", flags, status, body)
		}
	}
}

func TestWrongArguments(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"-nonsense"}, 2, "nonsense"},
		{[]string{"leftover"}, 2, "not flags"},
		{[]string{"-instances", "cow=3"}, 2, "cow=3"},
		{[]string{"-instances", "ecs=-1"}, 2, "-1"},
		{[]string{"-instances", "ecs=i-a,slb=i-a"}, 2, "twice"},
		{[]string{"-fault", "sneeze=0.1"}, 2, "sneeze"},
		{[]string{"-fault", "hang=2"}, 2, "hang"},
		{[]string{"-faults", "1.5"}, 2, "1.5"},
		{[]string{"-faults", "NaN"}, 2, "NaN"},
		{[]string{"-listen", "127.0.0.1:0", "-fault", "hang=0.6", "-fault", "throttle=0.6"}, 1, "add up"},
		{[]string{"-listen", "nowhere"}, 1, "nowhere"},
		{[]string{"-region", "mars-1"}, 1, "mars-1"},
		{[]string{"-access-key-secret", ""}, 1, "must not be empty"},
		{[]string{"-h"}, 0, "-listen"},
	} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), tt.args, &out, &errs); code != tt.code {
			t.Errorf("%v: exit status %d, want %d", tt.args, code, tt.code)
		}
		if !strings.Contains(errs.String(), tt.says) {
			t.Errorf("%v: stderr %q does not say %q", tt.args, errs.String(), tt.says)
		}
	}
}
