package alicredentials

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/credentials-go/credentials"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

// Whatever shows a canary has shown a secret.
const canary = "CANARY"

type recorder struct{ text strings.Builder }

func (r *recorder) Errorf(format string, args ...any) { _, _ = fmt.Fprintf(&r.text, format, args...) }

// shown is a value in every way in which values get printed.
func shown(v any) string {
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%t"} {
		_, _ = fmt.Fprintf(&out, verb+verb+verb+"\n", v, []any{v}, struct{ hidden any }{v})
	}
	text, err := json.Marshal(v)
	_, _ = fmt.Fprintln(&out, string(text), err)
	slog.New(slog.NewTextHandler(&out, nil)).Info("m", "v", v, "in", []any{v})
	slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "v", v, "in", []any{v})
	// testify's dumper follows pointers into unexported fields.
	var r recorder
	assert.Equal(&r, reflect.Zero(reflect.TypeOf(v)).Interface(), v)
	return out.String() + r.text.String()
}

// unwrapped lists an error and everything that it wraps.
func unwrapped(err error) []error {
	if err == nil {
		return nil
	}
	out := []error{err}
	switch u := err.(type) { //nolint:errorlint // walks the tree by hand
	case interface{ Unwrap() error }:
		out = append(out, unwrapped(u.Unwrap())...)
	case interface{ Unwrap() []error }:
		for _, e := range u.Unwrap() {
			out = append(out, unwrapped(e)...)
		}
	}
	return out
}

// noCanary uses a provider in every way and returns the error of a question.
func noCanary(t *testing.T, p eip.CredentialsProvider, opts ...eiptest.Option) error {
	t.Helper()
	var printed bytes.Buffer
	creds, asked := p.Credentials(t.Context())
	srv := eiptest.NewServer(t, opts...)
	_, called := srv.Client(t, eip.WithCredentials(p),
		eip.WithLogger(slog.New(slog.NewTextHandler(&printed, &slog.HandlerOptions{Level: slog.LevelDebug}))),
		eip.WithAttemptHook(func(_ context.Context, a eip.Attempt) { printed.WriteString(shown(a)) }),
	).DescribeRegions(t.Context(), nil)
	assert.False(t, asked != nil && called == nil, asked)
	for _, err := range append(unwrapped(asked), unwrapped(called)...) {
		printed.WriteString(shown(err))
	}
	printed.WriteString(shown(creds) + shown(p) + shown(&p))
	hideIn(t, printed.String())
	return asked
}

func hideIn(t *testing.T, text string) {
	t.Helper()
	if at := strings.Index(text, canary); at >= 0 {
		t.Errorf("shown: …%s…", text[max(0, at-300):min(len(text), at+100)])
	}
}

// quiet checks what the test and the library write to standard output and error.
func quiet(t *testing.T) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "output")
	file, err := os.Create(path)
	require.NoError(t, err)
	stdout, stderr := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = file, file
	t.Cleanup(func() {
		os.Stdout, os.Stderr = stdout, stderr
		require.NoError(t, file.Close())
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		hideIn(t, string(text))
	})
}

// spoils are answers in place of a key.
func spoils() map[string]func(w http.ResponseWriter) {
	const secrets = `"AccessKeyId":"CANARY","AccessKeySecret":"CANARY","SecurityToken":"CANARY"`
	out := map[string]func(w http.ResponseWriter){}
	answer := func(name string, status int, body string) {
		out[name] = func(w http.ResponseWriter) { w.WriteHeader(status); _, _ = w.Write([]byte(body)) }
	}
	raw := func(name, text string) {
		out[name] = func(w http.ResponseWriter) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				panic(err)
			}
			_, _ = conn.Write([]byte(text))
			_ = conn.Close()
		}
	}
	for _, status := range []int{200, 302, 400, 403, 404, 500} {
		for kind, body := range map[string]string{
			"text": "CANARY", "line": "\nCANARY", "quoted": `"CANARY\"CANARY"`, "empty": "", "HTML": "<p>CANARY</p>",
			"number": "123", "list": `["CANARY"]`, "half JSON": `{"AccessKeySecret":"CANARY`, "JSON and text": `{} CANARY`,
			"no expiry": "{" + secrets + "}", "STS without expiry": `{"Credentials":{` + secrets + "}}",
			"odd expiry":          `{"Code":"Success",` + secrets + `,"Expiration":"CANARY"}`,
			"STS with odd expiry": `{"Credentials":{` + secrets + `,"Expiration":"CANARY"}}`,
			"no token":            `{"Code":"Success","AccessKeyId":"CANARY","AccessKeySecret":"CANARY","Expiration":"2199-01-01T00:00:00Z"}`,
			"wrong type":          `{"Code":"Success","AccessKeyId":{"CANARY":1},"AccessKeySecret":["CANARY"]}`,
			"refusal":             `{"Code":"NoPermission.Role","Message":"CANARY",` + secrets + `,"Expiration":"2199-01-01T00:00:00Z"}`,
			"like an error":       "failed: message = stderr: CANARY http://CANARY/CANARY?CANARY",
		} {
			answer(fmt.Sprintf("%d %s", status, kind), status, body)
		}
	}
	raw("cut", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nCANARY")
	raw("nothing", "")
	raw("no HTTP", "CANARY CANARY\r\n\r\n")
	raw("odd version", "HTTP/CANARY 200 OK\r\n\r\n")
	raw("odd status", "HTTP/1.1 CANARY OK\r\n\r\n")
	raw("odd header", "HTTP/1.1 200 OK\r\nCANARY\r\n\r\n")
	raw("odd first header", "HTTP/1.1 200 OK\r\n CANARY\r\n\r\n")
	raw("odd length", "HTTP/1.1 200 OK\r\nContent-Length: CANARY\r\n\r\n")
	raw("odd encoding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: CANARY\r\n\r\n")
	raw("odd reason", "HTTP/1.1 500 CANARY\r\nContent-Length: 0\r\n\r\n")
	for name, to := range map[string]string{
		"elsewhere": "http://127.0.0.1:1/CANARY?CANARY", "nowhere": "http://u:CANARY@127.0.0.1:1/", "odd port": "http://127.0.0.1:CANARY/",
		"odd scheme": "CANARY://CANARY", "no URL": "%CANARY\x01",
	} {
		raw("redirect "+name, "HTTP/1.1 302 Found\r\nLocation: "+to+"\r\nContent-Length: 0\r\n\r\n")
	}
	return out
}

// Every source that is asked over HTTP, with every answer.
func TestCanaryInAnswers(t *testing.T) {
	for spoilt, answer := range spoils() {
		for name := range remote(newCloud(t, key{})) {
			t.Run(spoilt+"/"+name, func(t *testing.T) {
				quiet(t)
				c := newCloud(t, hour("id"))
				p, err := remote(c)[name](t)
				require.NoError(t, err)
				c.set(func() { c.spoil = func(w http.ResponseWriter, _ string) { answer(w) } })
				err = noCanary(t, p)
				if spoilt != "200 refusal" || !strings.HasSuffix(name, "URI") { // whose answers have no Code
					require.Error(t, err)
				}
			})
		}
	}
}

// Every source when all is well, and when its service does not answer.
func TestCanaryOfEachSource(t *testing.T) {
	for name, set := range configure {
		t.Run(name, func(t *testing.T) {
			quiet(t)
			k := hour("id")
			if name == "profile" {
				k.token = ""
			}
			c := newCloud(t, k)
			down(c, "metadata")
			c.set(func() { c.up[name] = true })
			set(t, c)
			p, err := Default()
			require.NoError(t, err)
			require.NoError(t, noCanary(t, p, eiptest.WithSecurityToken(k.id, k.secret, k.token, time.Time{})))
			if name == "OIDC" || name == "metadata" || name == "URI" {
				c.front.Close()
				c.sts.Close()
				p, err = Default()
				require.NoError(t, err)
				require.Error(t, noCanary(t, p))
			}
		})
	}
}

// Damaged configurations, with secrets in them.
func TestCanaryInConfigurations(t *testing.T) {
	variable := func(name, value string) func(*testing.T) { return func(t *testing.T) { t.Setenv(name, value) } }
	file := func(name, text string) func(*testing.T) {
		return func(t *testing.T) { t.Setenv(name, write(t, "file", text)) }
	}
	const config, profile, uri = "ALIBABA_CLOUD_CONFIG_FILE", "ALIBABA_CLOUD_CREDENTIALS_FILE", "ALIBABA_CLOUD_CREDENTIALS_URI"
	mode := func(mode, more string) func(*testing.T) {
		return file(config, `{"current":"p","profiles":[{"name":"p","mode":"`+mode+`","access_key_id":"CANARY",`+
			`"access_key_secret":"CANARY","sts_token":"CANARY","access_token":"CANARY","oauth_access_token":"CANARY",`+
			`"oauth_refresh_token":"CANARY","cloud_sso_access_token_expire":99999999999,"oauth_site_type":"CN",`+
			`"oidc_token":"CANARY","oidc_provider_arn":"p","ram_role_arn":"r","ram_session_name":"s"`+more+`}]}`)
	}
	for name, set := range map[string]func(t *testing.T){
		"half a key":               variable("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "CANARY"),
		"config: no JSON":          file(config, "access_key_secret = CANARY"),
		"config: half":             file(config, `{"profiles":[{"access_key_secret":"CANARY"`),
		"config: no profile":       file(config, `{"current":"CANARY"}`),
		"config: wrong type":       file(config, `{"profiles":[{"name":"p","access_key_secret":{"CANARY":"CANARY"}}]}`),
		"config: unknown mode":     mode("none", ""),
		"config: AssumeRole":       mode("RamRoleArn", ""),
		"config: OIDC":             mode("OIDC", ""),
		"config: chain":            mode("ChainableRamRoleArn", `,"source_profile":"other"`),
		"config: CloudSSO":         mode("CloudSSO", `,"cloud_sso_sign_in_url":"https://u:CANARY@cloudsso.example/CANARY?CANARY","cloud_sso_account_id":"1","cloud_sso_access_config":"c"`),
		"config: CloudSSO, port":   mode("CloudSSO", `,"cloud_sso_sign_in_url":"https://u:CANARY/x","cloud_sso_account_id":"1","cloud_sso_access_config":"c"`),
		"config: OAuth":            mode("OAuth", ""),
		"config: no command":       mode("External", `,"process_command":"/no/such/command CANARY"`),
		"config: command fails":    mode("External", `,"process_command":"sh -c 'echo CANARY; echo CANARY >&2; exit 1'"`),
		"config: unclosed quote":   mode("External", `,"process_command":"sh 'CANARY"`),
		"profile: a line":          file(profile, "[default]\nCANARY\n"),
		"profile: a section":       file(profile, "[CANARY\n"),
		"profile: a quote":         file(profile, "[default]\n\"CANARY = x\n"),
		"profile: three quotes":    file(profile, "[default]\ntype = \"\"\"CANARY\n"),
		"profile: other section":   file(profile, "[other]\naccess_key_secret = CANARY\n"),
		"profile: unknown type":    file(profile, "[default]\ntype = CANARY\naccess_key_secret = CANARY\n"),
		"profile: half a key":      file(profile, "[default]\ntype = access_key\naccess_key_secret = CANARY\n"),
		"profile: AssumeRole":      file(profile, "[default]\ntype = ram_role_arn\naccess_key_id = CANARY\naccess_key_secret = CANARY\nrole_arn = r\nrole_session_name = s\n"),
		"URI: refused":             variable(uri, "http://u:CANARY@127.0.0.1:1/CANARY?CANARY"),
		"URI: a port":              variable(uri, "http://u:CANARY/x@127.0.0.1:1"),
		"URI: a blank":             variable(uri, "http://127.0.0.1:1/a CANARY"),
		"URI: an escape":           variable(uri, "http://127.0.0.1:1/%zzCANARY"),
		"URI: a line":              variable(uri, "http://127.0.0.1:1/\nCANARY"),
		"URI: no scheme":           variable(uri, "CANARY"),
		"URI: another scheme":      variable(uri, "canary://CANARY"),
		"a file that is not there": variable(profile, "/no/such/file"),
	} {
		t.Run(name, func(t *testing.T) {
			quiet(t)
			c := newCloud(t, hour("id"))
			c.set(func() {
				c.spoil = func(w http.ResponseWriter, _ string) { http.Error(w, canary, http.StatusForbidden) }
			})
			set(t)
			p, err := Default()
			require.NoError(t, err)
			require.Error(t, noCanary(t, p))
		})
	}
}

// A credentials URI with secrets in it, up to an answer that the library quotes
// after it.
func TestCanaryInURI(t *testing.T) {
	for _, path := range []string{"/CANARY", "/?CANARY", "/a b CANARY", "/credentials?CANARY x"} {
		quiet(t)
		c := newCloud(t, hour("id"))
		c.set(func() { c.up["URI"] = false })
		p, err := FromConfig(new(credentials.Config).SetType("credentials_uri").
			SetURLCredential(strings.Replace(c.front.URL, "://", "://u:CANARY@", 1) + path))
		require.NoError(t, err)
		require.ErrorContains(t, noCanary(t, p), c.front.URL, "but its host is shown")
	}
}

// A proxy that refuses to connect, with a reason that net/http repeats.
func TestCanaryInProxysReason(t *testing.T) {
	quiet(t)
	c := newCloud(t, hour("id"))
	p, err := remote(c)["config OIDC"](t)
	require.NoError(t, err)
	c.set(func() { c.reason = "CANARY" })
	require.ErrorContains(t, noCanary(t, p), "Post https://sts.aliyuncs.com: (withheld)")
}

// The check can fail.
func TestCanaryCheckSeesALeak(t *testing.T) {
	t.Parallel()
	assert.Contains(t, shown(errors.New(canary)), canary)
	assert.Contains(t, shown(&struct{ p *key }{&key{secret: canary}}), canary)
	assert.Contains(t, shown(fake{}), "alicredentials.fake")
}
