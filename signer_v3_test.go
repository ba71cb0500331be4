package eip

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// vectorV3 is one signed request of testdata/signatures_v3.json.
type vectorV3 struct {
	Name, Method, Body, Secret          string
	Canonical, Signature, Authorization string
	Query, Headers                      map[string]string
}

// canonical is the canonical request by the code under test.
func (v vectorV3) canonical(t testing.TB) (headers []param, request []byte) {
	t.Helper()
	for name, value := range v.Headers {
		if name == "host" || name == "content-type" || strings.HasPrefix(name, "x-acs-") {
			headers = append(headers, param{name, value})
		}
	}
	slices.SortFunc(headers, func(a, b param) int { return strings.Compare(a.key, b.key) })
	hash := hashHex([]byte(v.Body))
	return headers, canonicalRequest(v.Method, "/", canonicalize(pairsOf(valuesOf(v.Query), 0)), headers, hash[:])
}

type wrongV3 struct{ Vector, Mistake, Signature string }

func loadVectorsV3(t testing.TB) (map[string]vectorV3, []wrongV3) {
	t.Helper()
	raw, err := os.ReadFile("testdata/signatures_v3.json")
	require.NoError(t, err)
	var file struct {
		Vectors []vectorV3
		Wrong   []wrongV3
	}
	require.NoError(t, json.Unmarshal(raw, &file))
	require.Len(t, file.Vectors, 16)
	require.Len(t, file.Wrong, 9)
	byName := map[string]vectorV3{}
	for _, v := range file.Vectors {
		byName[v.Name] = v
	}
	return byName, file.Wrong
}

func TestSignatureV3Vectors(t *testing.T) {
	t.Parallel()
	vectors, _ := loadVectorsV3(t)
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			headers, request := v.canonical(t)
			assert.Equal(t, v.Canonical, string(request))
			signature := hmacSHA256(v.Secret, stringToSignV3(request))
			assert.Equal(t, v.Signature, string(signature))
			assert.Equal(t, v.Authorization, authorizationV3("testid", headers, signature))
		})
	}
}

// The vectors again, through the signer that the client uses: it makes the
// headers itself.
func TestSignV3GivesTheVectors(t *testing.T) {
	t.Parallel()
	vectors, _ := loadVectorsV3(t)
	// These have a header that the client does not send, lack one, or split the
	// parameters.
	for _, other := range []string{"extra-acs-header", "official-engine-form", "official-engine-query", "no-host", "header-blanks", "form-and-query"} {
		require.Contains(t, vectors, other)
		delete(vectors, other)
	}
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			at, err := time.Parse(timestampLayout, v.Headers["x-acs-date"])
			require.NoError(t, err)
			params, placement, header := valuesOf(v.Query), PlacementQuery, http.Header{"Accept": {"application/json"}}
			if v.Body != "" {
				params, err = url.ParseQuery(v.Body)
				require.NoError(t, err)
				placement = PlacementForm
				header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			params.Set("Action", v.Headers["x-acs-action"])
			params.Set("Version", v.Headers["x-acs-version"])
			params.Set("Format", "JSON")
			before := header.Clone()
			out := signV3(signInput{
				method: v.Method, params: params, nonce: v.Headers["x-acs-signature-nonce"], at: at.In(time.FixedZone("", 3600)),
				creds: NewCredentials("testid", v.Secret, v.Headers["x-acs-security-token"], time.Time{}),
				host:  v.Headers["host"], path: "/", placement: placement, header: header,
			})
			assert.Equal(t, before, header, "the client's headers are changed")
			assert.Equal(t, v.Signature, out.signature)
			assert.Equal(t, v.Authorization, out.authorization)
			want := http.Header{"Authorization": {v.Authorization}, "Accept": {"application/json"}}
			for name, value := range v.Headers {
				if name != "host" && name != "user-agent" {
					want.Set(name, value)
				}
			}
			assert.Equal(t, want, out.header)
			if placement == PlacementForm {
				assert.Equal(t, v.Body, string(out.encoded))
			}
			sent, err := url.ParseQuery(string(out.encoded))
			require.NoError(t, err)
			params.Del("Action")
			params.Del("Version")
			params.Del("Format")
			assert.Equal(t, params, sent)
		})
	}
}

// What a signer gives that makes a mistake is not what ours gives.
func TestSignatureV3NegativeControls(t *testing.T) {
	t.Parallel()
	vectors, wrong := loadVectorsV3(t)
	for _, w := range wrong {
		v, ok := vectors[w.Vector]
		require.True(t, ok)
		_, request := v.canonical(t)
		assert.NotEqual(t, w.Signature, string(hmacSHA256(v.Secret, stringToSignV3(request))), w.Mistake)
	}
	// Each of them is what it claims to be.
	form := vectors["form-body"]
	for mistake, change := range map[string]func() (string, []byte){
		"one byte of the body": func() (string, []byte) {
			form.Body = strings.Replace(form.Body, "Bandwidth=5", "Bandwidth=6", 1)
			_, request := form.canonical(t)
			return form.Secret, request
		},
		"another date": func() (string, []byte) {
			v := vectors["query-post"]
			v.Headers = maps.Clone(v.Headers)
			v.Headers["x-acs-date"] = "2026-01-02T03:04:06Z"
			_, request := v.canonical(t)
			return v.Secret, request
		},
		"keys in reverse order": func() (string, []byte) {
			v := vectors["key-order"]
			pairs := pairsOf(valuesOf(v.Query), 0)
			slices.SortFunc(pairs, func(a, b param) int { return strings.Compare(b.key, a.key) })
			var reversed []string
			for _, p := range pairs {
				reversed = append(reversed, p.key+"="+p.value)
			}
			headers, _ := v.canonical(t)
			hash := hashHex(nil)
			return v.Secret, canonicalRequest(v.Method, "/", []byte(strings.Join(reversed, "&")), headers, hash[:])
		},
		"the secret and an ampersand as the key": func() (string, []byte) {
			v := vectors["query-post"]
			_, request := v.canonical(t)
			return v.Secret + "&", request
		},
	} {
		i := slices.IndexFunc(wrong, func(w wrongV3) bool { return w.Mistake == mistake })
		require.GreaterOrEqual(t, i, 0, mistake)
		secret, request := change()
		assert.Equal(t, wrong[i].Signature, string(hmacSHA256(secret, stringToSignV3(request))), mistake)
	}
}

// Each attempt is signed with all its headers: to change any of them, or a
// parameter, or the host, gives another signature.
func TestSignV3SignsEverything(t *testing.T) {
	t.Parallel()
	make := func(change func(*signInput)) string {
		in := signInput{
			method: "POST", params: allocateParams(), nonce: "n", at: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
			creds: NewCredentials("testid", "testsecret", "token", time.Time{}), host: "a.invalid", path: "/",
			header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		}
		change(&in)
		return signV3(in).signature
	}
	seen := map[string]string{make(func(*signInput) {}): "nothing"}
	for what, change := range map[string]func(*signInput){
		"method": func(in *signInput) { in.method = "GET" }, "path": func(in *signInput) { in.path = "/x" },
		"host": func(in *signInput) { in.host = "b.invalid" }, "nonce": func(in *signInput) { in.nonce = "m" },
		"time":         func(in *signInput) { in.at = in.at.Add(time.Second) },
		"token":        func(in *signInput) { in.creds = NewCredentials("testid", "testsecret", "tokem", time.Time{}) },
		"no token":     func(in *signInput) { in.creds = NewCredentials("testid", "testsecret", "", time.Time{}) },
		"secret":       func(in *signInput) { in.creds = NewCredentials("testid", "testsecreu", "token", time.Time{}) },
		"action":       func(in *signInput) { in.params.Set("Action", "X") },
		"version":      func(in *signInput) { in.params.Set("Version", "X") },
		"a parameter":  func(in *signInput) { in.params.Set("Name", "X") },
		"placement":    func(in *signInput) { in.placement = PlacementQuery },
		"content type": func(in *signInput) { in.header = http.Header{"Content-Type": {"text/plain"}} },
	} {
		got := make(change)
		assert.Empty(t, seen[got], "%s changes as little as", what)
		seen[got] = what
	}
}

func TestSentHostAndPath(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string][2]string{
		"https://vpc.aliyuncs.com":       {"vpc.aliyuncs.com", "/"},
		"https://vpc.aliyuncs.com:/":     {"vpc.aliyuncs.com", "/"},
		"https://vpc.aliyuncs.com:443/":  {"vpc.aliyuncs.com:443", "/"},
		"http://VPC.invalid:8089/a b/c":  {"VPC.invalid:8089", "/a%20b/c"},
		"http://[::1]:80/x%2Fy":          {"[::1]:80", "/x%2Fy"},
		"http://[fe80::1%25eth0]:80":     {"[fe80::1]:80", "/"},
		"http://[fe80::1%25eth0]":        {"[fe80::1]", "/"},
		"http://127.0.0.1:8089/gateway/": {"127.0.0.1:8089", "/gateway/"},
	} {
		u, err := parseEndpoint(raw)
		require.NoError(t, err)
		assert.Equal(t, want, [2]string{sentHost(u), sentPath(u)}, raw)
	}
}

// plainQuery says the rule for parameters in the slowest and most obvious way.
func plainQuery(params map[string]string) string {
	encode := func(s string) string {
		out := ""
		for _, c := range []byte(s) {
			if c < 0x80 && strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~", rune(c)) {
				out += string(rune(c))
			} else {
				out += fmt.Sprintf("%%%02X", c)
			}
		}
		return out
	}
	var pairs []string
	for _, k := range slices.Sorted(maps.Keys(params)) {
		pairs = append(pairs, encode(k)+"="+encode(params[k]))
	}
	return strings.Join(pairs, "&")
}

// plainAuthorization says the rule for a whole request so.
func plainAuthorization(method, path, query string, headers map[string]string, body, id, secret string) string {
	lines, names := "", slices.Sorted(maps.Keys(headers))
	for _, k := range names {
		lines += k + ":" + strings.TrimSpace(headers[k]) + "\n"
	}
	signed := strings.Join(names, ";")
	request := fmt.Sprintf("%s\n%s\n%s\n%s\n%s\n%x", method, path, query, lines, signed, sha256.Sum256([]byte(body)))
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "ACS3-HMAC-SHA256\n%x", sha256.Sum256([]byte(request)))
	return "ACS3-HMAC-SHA256 Credential=" + id + ",SignedHeaders=" + signed + ",Signature=" + hex.EncodeToString(mac.Sum(nil))
}

// The whole signer against the rule, for any parameters, placements, hosts and
// tokens.
func FuzzCanonicalRequest(f *testing.F) {
	f.Add("AllocateEipAddress", "Name", "a b*c~d+e", "Tag.1.Key", "中文😀", "vpc.cn-hangzhou.aliyuncs.com", "token", uint8(0))
	f.Add("", "", "%", "%25", "\x00\xff", "127.0.0.1:80", "", uint8(1))
	f.Add("Release", "a", "1", "A", "2", " h ", " t ", uint8(2))
	f.Add("Tag", "A.10", "1", "A.2", "2", "h", "", uint8(0))
	f.Fuzz(func(t *testing.T, action, k1, v1, k2, v2, host, token string, place uint8) {
		business := map[string]string{k1: v1, k2: v2}
		for _, own := range []string{"Action", "Version", "Format", "Signature"} {
			delete(business, own)
		}
		params := valuesOf(business)
		params.Set("Action", action)
		params.Set("Version", "v")
		params.Set("Format", "JSON")
		in := signInput{
			params: params, nonce: "n", at: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), creds: NewCredentials("id", "s", token, time.Time{}),
			host: host, path: "/p", placement: Placement(place % 3), header: http.Header{},
		}
		in.method = in.placement.method()
		query, body := plainQuery(business), ""
		headers := map[string]string{
			"host": host, "x-acs-action": action, "x-acs-date": "2026-01-02T03:04:05Z", "x-acs-signature-nonce": "n", "x-acs-version": "v",
		}
		if in.placement == PlacementForm {
			query, body = "", query
			in.header.Set("Content-Type", "form")
			headers["content-type"] = "form"
		}
		headers["x-acs-content-sha256"] = fmt.Sprintf("%x", sha256.Sum256([]byte(body)))
		if token != "" {
			headers["x-acs-security-token"] = token
		}
		want := plainAuthorization(in.method, "/p", query, headers, body, "id", "s")
		out := signV3(in)
		if got := string(out.encoded); got != query+body {
			t.Fatalf("parameters %q, want %q", got, query+body)
		}
		if got := out.header.Get("Authorization"); got != want || out.authorization != want || !strings.HasSuffix(want, "="+out.signature) {
			t.Fatalf("Authorization\n got %q\nwant %q", got, want)
		}
		delete(headers, "host")
		headers["authorization"] = want
		if len(out.header) != len(headers) {
			t.Fatalf("headers %v, want %v", out.header, headers)
		}
		for name, value := range headers {
			if got := out.header.Get(name); got != value {
				t.Fatalf("header %s: got %q, want %q", name, got, value)
			}
		}
	})
}

// floorSignV3 is what a careful program would write for itself: the parameters of
// the action and the signed headers, without anything that is kept.
func floorSignV3(action, id, secret, nonce string, at time.Time, business []param) ([]byte, http.Header) {
	slices.SortFunc(business, func(a, b param) int { return strings.Compare(a.key, b.key) })
	form := make([]byte, 0, 512)
	for i, p := range business {
		if i > 0 {
			form = append(form, '&')
		}
		form = append(percentEncode(form, p.key), '=')
		form = percentEncode(form, p.value)
	}
	sum := sha256.Sum256(form)
	hash, date := hex.EncodeToString(sum[:]), at.UTC().Format(time.RFC3339)
	const names = "content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"
	request := "POST\n/\n\ncontent-type:application/x-www-form-urlencoded\nhost:vpc.cn-hangzhou.aliyuncs.com\nx-acs-action:" + action +
		"\nx-acs-content-sha256:" + hash + "\nx-acs-date:" + date + "\nx-acs-signature-nonce:" + nonce +
		"\nx-acs-version:2016-04-28\n\n" + names + "\n" + hash
	sum = sha256.Sum256([]byte(request))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("ACS3-HMAC-SHA256\n" + hex.EncodeToString(sum[:])))
	return form, http.Header{
		"User-Agent": {"floor"}, "Accept": {"application/json"}, "Content-Type": {"application/x-www-form-urlencoded"},
		"X-Acs-Action": {action}, "X-Acs-Version": {"2016-04-28"}, "X-Acs-Date": {date}, "X-Acs-Signature-Nonce": {nonce},
		"X-Acs-Content-Sha256": {hash},
		"Authorization": {"ACS3-HMAC-SHA256 Credential=" + id + ",SignedHeaders=" + names + ",Signature=" +
			hex.EncodeToString(mac.Sum(nil))},
	}
}

// benchmarkInputV3 is the request that has 15 parameters with signature V1.
func benchmarkInputV3() signInput {
	params := url.Values{
		"Action": {"DescribeZones"}, "Version": {APIVersion}, "Format": {"JSON"}, "RegionId": {"cn-hangzhou"},
		"AcceptLanguage": {"zh-CN"}, "Bandwidth": {"10"}, "ClientToken": {"02fb3da4-130e-11e9-8e44-0016e04115b0"},
		"Description": {"egress of the shop, 第 1 号"}, "InternetChargeType": {"PayByTraffic"}, "Name": {"egress-001"},
	}
	return signInput{
		method: "POST", params: params, nonce: "0f7cc4b8e8b24c4d8b1c6f0a2b9d5e31", at: time.Date(2026, 1, 21, 9, 50, 23, 0, time.UTC),
		creds: NewCredentials("testid", "testsecret", "", time.Time{}), host: "vpc.cn-hangzhou.aliyuncs.com", path: "/",
		header: http.Header{
			"User-Agent": {"floor"}, "Accept": {"application/json"}, "Content-Type": {"application/x-www-form-urlencoded"},
		},
	}
}

// floorV3 signs the same by hand.
func floorV3(in signInput) ([]byte, http.Header) {
	business := make([]param, 0, len(in.params))
	for k, v := range in.params {
		if k != "Action" && k != "Version" && k != "Format" {
			business = append(business, param{k, v[0]})
		}
	}
	return floorSignV3("DescribeZones", "testid", "testsecret", in.nonce, in.at, business)
}

func TestSignV3IsWhatTheFloorSends(t *testing.T) {
	t.Parallel()
	in := benchmarkInputV3()
	out := signV3(in)
	form, header := floorV3(in)
	assert.Equal(t, string(form), string(out.encoded))
	assert.Equal(t, header, out.header)
}

// BenchmarkSignV3 beside its floor, the same by hand.
func BenchmarkSignV3(b *testing.B) {
	in := benchmarkInputV3()
	b.Run("request", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			signV3(in)
		}
	})
	b.Run("floor", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			floorV3(in)
		}
	})
}
