package eip

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type signatureVectors struct {
	Vectors []struct {
		Name, Method, Secret, StringToSign, Signature string
		Params                                        map[string]string
	}
	Masked   struct{ Published, Vector string }
	Controls []struct{ Action, Version, Separator, Nonce, Signature string }
	Wrong    []struct{ Vector, Mistake, StringToSign, Signature string }
}

func loadVectors(t testing.TB) signatureVectors {
	t.Helper()
	raw, err := os.ReadFile("testdata/signatures.json")
	require.NoError(t, err)
	var v signatureVectors
	require.NoError(t, json.Unmarshal(raw, &v))
	require.NotEmpty(t, v.Vectors)
	require.NotEmpty(t, v.Controls)
	require.NotEmpty(t, v.Wrong)
	return v
}

func valuesOf(params map[string]string) url.Values {
	out := url.Values{}
	for k, p := range params {
		out.Set(k, p)
	}
	return out
}

func TestSignatureVectors(t *testing.T) {
	t.Parallel()
	for _, v := range loadVectors(t).Vectors {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			text := stringToSign(v.Method, canonicalize(pairsOf(valuesOf(v.Params), 0)))
			assert.Equal(t, v.StringToSign, string(text))
			assert.Equal(t, v.Signature, hmacSHA1(v.Secret, text))
		})
	}
}

// The vectors again, through the signer that the client uses: it adds the
// common parameters itself.
func TestSignRPCGivesTheVectors(t *testing.T) {
	t.Parallel()
	tried := 0
	for _, v := range loadVectors(t).Vectors {
		at, err := time.Parse(timestampLayout, v.Params["Timestamp"])
		if err != nil {
			continue // the misprinted examples have the key TimeStamp
		}
		tried++
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			params := valuesOf(v.Params)
			for _, own := range []string{
				"AccessKeyId", "SecurityToken", "SignatureMethod",
				"SignatureNonce", "SignatureVersion", "Timestamp",
			} {
				params.Del(own)
			}
			out := signRPC(signInput{
				method: v.Method, params: params, nonce: v.Params["SignatureNonce"], at: at,
				creds: NewCredentials(v.Params["AccessKeyId"], v.Secret, v.Params["SecurityToken"], time.Time{}),
			})
			assert.Equal(t, v.Signature, out.signature)

			// What is sent reads back as what was signed.
			sent, err := url.ParseQuery(string(out.encoded))
			require.NoError(t, err)
			assert.Equal(t, v.Signature, sent.Get("Signature"))
			sent.Del("Signature")
			assert.Equal(t, valuesOf(v.Params), sent)
		})
	}
	require.Greater(t, tried, 15)
}

// The vendor's page prints a masked signature beside parameters that do not
// give it. Each control is one way to read the page; none may fit the mask,
// and the one reading that does is a vector.
func TestSignatureNegativeControls(t *testing.T) {
	t.Parallel()
	v := loadVectors(t)
	mask := regexp.MustCompile("^" + strings.Replace(regexp.QuoteMeta(v.Masked.Published), `\*\*\*\*\*\*\*\*`, ".{8,9}", 1) + "$")
	for _, c := range v.Controls {
		canonical := canonicalize(pairsOf(url.Values{
			"AccessKeyId": {"testid"}, "Action": {c.Action}, "Format": {"XML"},
			"SignatureMethod": {"HMAC-SHA1"}, "SignatureNonce": {c.Nonce}, "SignatureVersion": {"1.0"},
			"TimeStamp": {"2016-02-23T12:46:24Z"}, "Version": {c.Version},
		}, 0))
		text := string(stringToSign("GET", canonical))
		if c.Separator == "literal &" {
			head, rest, _ := strings.Cut(text, "&%2F&")
			text = head + "&%2F&" + strings.ReplaceAll(rest, "%26", "&")
		}
		got := hmacSHA1("testsecret", []byte(text))
		assert.Equal(t, c.Signature, got, "%+v", c)
		assert.NotRegexp(t, mask, got, "%+v", c)
	}
	fits := 0
	for _, x := range v.Vectors {
		if mask.MatchString(x.Signature) {
			fits++
			assert.Equal(t, v.Masked.Vector, x.Name)
		}
	}
	assert.Equal(t, 1, fits)
}

// What a signer gives that sorts wrongly is not what ours gives.
func TestSignatureWrongSorting(t *testing.T) {
	t.Parallel()
	v := loadVectors(t)
	for _, w := range v.Wrong {
		for _, x := range v.Vectors {
			if x.Name != w.Vector {
				continue
			}
			text := stringToSign(x.Method, canonicalize(pairsOf(valuesOf(x.Params), 0)))
			assert.NotEqual(t, w.StringToSign, string(text), w.Mistake)
			assert.NotEqual(t, w.Signature, hmacSHA1(x.Secret, text), w.Mistake)
			assert.Equal(t, w.Signature, hmacSHA1(x.Secret, []byte(w.StringToSign)), "the wrong result is what it claims to be")
		}
	}
}

func TestSignatureLeavesSignatureOut(t *testing.T) {
	t.Parallel()
	with := canonicalize(pairsOf(url.Values{"A": {"1"}, "Signature": {"x"}, "SignatureType": {""}}, 0))
	assert.Equal(t, "A=1&SignatureType=", string(with))
}

// plainCanonical says the rule in the slowest and most obvious way.
func plainCanonical(params map[string]string) string {
	const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"
	encode := func(s string) string {
		out := ""
		for _, c := range []byte(s) {
			if strings.Contains(unreserved, string(rune(c))) && c < 0x80 {
				out += string(rune(c))
			} else {
				out += fmt.Sprintf("%%%02X", c)
			}
		}
		return out
	}
	var keys []string
	for k := range params {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var parts []string
	for _, k := range keys {
		parts = append(parts, encode(k)+"="+encode(params[k]))
	}
	return "POST&" + encode("/") + "&" + encode(strings.Join(parts, "&"))
}

func FuzzCanonicalString(f *testing.F) {
	f.Add("Action", "AllocateEipAddress", "Name", "a b*c~d+e", "Tag.1.Key", "中文😀")
	f.Add("", "", "%", "%25", "\x00\xff", "&=+/")
	f.Add("a", "1", "A", "2", "a.", "3")
	f.Fuzz(func(t *testing.T, k1, v1, k2, v2, k3, v3 string) {
		params := map[string]string{k1: v1, k2: v2, k3: v3}
		delete(params, "Signature")
		want := plainCanonical(params)
		got := string(stringToSign("POST", canonicalize(pairsOf(valuesOf(params), 0))))
		if got != want {
			t.Fatalf("string to sign of %q\n got %q\nwant %q", params, got, want)
		}
		mac := hmac.New(sha1.New, []byte("s&"))
		mac.Write([]byte(want))
		if sum := base64.StdEncoding.EncodeToString(mac.Sum(nil)); hmacSHA1("s", []byte(got)) != sum {
			t.Fatalf("signature %q, want %q", hmacSHA1("s", []byte(got)), sum)
		}
	})
}

func allocateParams() url.Values {
	return url.Values{
		"Action": {"AllocateEipAddress"}, "Version": {APIVersion}, "Format": {"JSON"},
		"RegionId": {"cn-hangzhou"}, "Bandwidth": {"10"}, "ClientToken": {"eip-go-IHGZ3WBMYKQF4A5XJ2MLPNRTUV"},
		"Name": {"gateway seven"}, "Tag.1.Key": {"team"}, "Tag.1.Value": {"edge"},
	}
}

// BenchmarkSign beside its floor, the bare HMAC of the same string.
func BenchmarkSign(b *testing.B) {
	in := signInput{
		method: "POST", params: allocateParams(), nonce: "IHGZ3WBMYKQF4A5XJ2MLPNRTUV",
		at: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), creds: NewCredentials("testid", "testsecret", "", time.Time{}),
	}
	b.Run("request", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			signRPC(in)
		}
	})
	text := stringToSign("POST", signRPC(in).encoded)
	b.Run("floor-hmac", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			hmacSHA1("testsecret", text)
		}
	})
}
