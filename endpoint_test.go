package eip

import (
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// regionFact is an entry of testdata/endpoints.json: the hosts of a region,
// those of the vendor's metadata before those of its SDKs.
type regionFact struct {
	Region  string `json:"region"`
	Public  string `json:"public"`
	VPC     string `json:"vpc"`
	Listed  bool   `json:"listed"`
	Central bool   `json:"central"`
}

func readRegionFacts(t *testing.T) []regionFact {
	t.Helper()
	text, err := os.ReadFile("testdata/endpoints.json")
	require.NoError(t, err)
	var facts []regionFact
	require.NoError(t, json.Unmarshal(text, &facts))
	require.Len(t, facts, 74)
	return facts
}

func TestResolveEndpointOfEveryRegion(t *testing.T) {
	t.Parallel()
	facts := readRegionFacts(t)
	var listed []string
	inFacts := map[string]bool{}
	for _, fact := range facts {
		host, err := resolveEndpoint(fact.Region, false)
		require.NoError(t, err, fact.Region)
		assert.Equal(t, fact.Public, host)
		if fact.Central && !fact.Listed {
			assert.Equal(t, "vpc.aliyuncs.com", host, "central, and no host of its own")
		}
		if fact.Listed {
			assert.NotEqual(t, "vpc.aliyuncs.com", host, "the metadata has a host for it")
			listed = append(listed, fact.Region)
		}
		host, err = resolveEndpoint(fact.Region, true)
		require.NoError(t, err, fact.Region)
		assert.Equal(t, fact.VPC, host)
		inFacts[fact.Region] = true
	}
	assert.Equal(t, listed, Regions())
	assert.True(t, slices.IsSorted(Regions()))
	for region, host := range unusualHosts {
		assert.True(t, inFacts[region], region)
		assert.NotEqual(t, "vpc."+region+".aliyuncs.com", host, "follows the rule, needs no entry")
	}
}

// The SDKs of the vendor send these to the central host, its metadata gives them
// hosts of their own (quirk Q-ENDPOINT).
func TestQuirkEndpoint(t *testing.T) {
	t.Parallel()
	for _, region := range []string{"cn-hangzhou", "cn-shanghai-finance-1", "cn-shenzhen-finance-1",
		"ap-south-1", "ap-southeast-2", "cn-zhengzhou-jva"} {
		host, err := resolveEndpoint(region, false)
		require.NoError(t, err)
		assert.Equal(t, "vpc."+region+".aliyuncs.com", host)
	}
}

func TestRegionsBelongsToTheCaller(t *testing.T) {
	t.Parallel()
	Regions()[0] = "changed"
	assert.Equal(t, "ap-northeast-1", Regions()[0])
}

func TestResolveEndpointOfNewRegion(t *testing.T) {
	t.Parallel()
	for _, region := range []string{"xx-newland-9", "a", "9", "a--b", strings.Repeat("a", 63)} {
		host, err := resolveEndpoint(region, false)
		require.NoError(t, err)
		assert.Equal(t, "vpc."+region+".aliyuncs.com", host)
		host, err = resolveEndpoint(region, true)
		require.NoError(t, err)
		assert.Equal(t, "vpc-vpc."+region+".aliyuncs.com", host)
	}
}

func TestResolveEndpointRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ region, shown string }{
		{"", "RegionID is empty"},
		{"evil.com/", `"evil.com/"`},
		{"evil.com", `"evil.com"`},
		{"a.b", `"a.b"`},
		{"a@b", `"a@b"`},
		{"a:80", `"a:80"`},
		{"a#", `"a#"`},
		{"a?b", `"a?b"`},
		{"a\\b", `"a\\b"`},
		{"a%2eb", `"a%2eb"`},
		{"cn hangzhou", `"cn hangzhou"`},
		{" cn-hangzhou", `" cn-hangzhou"`},
		{"cn-hangzhou\n", `"cn-hangzhou\n"`},
		{"cn-hangzhou\x00", `"cn-hangzhou\x00"`},
		{"CN-hangzhou", `"CN-hangzhou"`},
		{"cn_hangzhou", `"cn_hangzhou"`},
		{"-a", `"-a"`},
		{"a-", `"a-"`},
		{"-", `"-"`},
		{"杭州", `"\u676d\u5dde"`},
		{"ａ", `"\uff41"`},
		{strings.Repeat("a", 64), `"` + strings.Repeat("a", 64) + `"`},
		{strings.Repeat("a", 5000), `"` + strings.Repeat("a", 80) + `"...`},
	} {
		for _, internal := range []bool{false, true} {
			host, err := resolveEndpoint(tt.region, internal)
			require.Error(t, err, tt.region)
			assert.Empty(t, host)
			assert.Contains(t, err.Error(), "RegionID")
			assert.Contains(t, err.Error(), tt.shown)
			assert.Contains(t, err.Error(), `such as "cn-hangzhou"`, "the rule")
			assert.Less(t, len(err.Error()), 300)
		}
	}
}

func TestParseEndpoint(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"https://vpc.aliyuncs.com", "https://vpc.aliyuncs.com/", "http://127.0.0.1:8089", "http://[::1]:8089/a/b",
		"http://localhost", "HTTPS://vpc.aliyuncs.com", "http://proxy.example:443/eip%20api",
	} {
		u, err := parseEndpoint(raw)
		require.NoError(t, err, raw)
		want, err := url.Parse(raw)
		require.NoError(t, err)
		assert.Equal(t, want, u)
	}
}

func TestParseEndpointRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		raw   string
		shown []string
	}{
		{"", []string{"Endpoint is empty", "https://"}},
		{"  ", []string{"Endpoint is empty"}},
		{"vpc.aliyuncs.com", []string{`"vpc.aliyuncs.com" has no scheme`, "write https://vpc.aliyuncs.com"}},
		{"127.0.0.1:8089", []string{`"127.0.0.1:8089"`, "write https://127.0.0.1:8089"}},
		{"localhost:8089/x", []string{"has no scheme"}},
		{"//host", []string{"has no scheme"}},
		{"ftp://host", []string{`the scheme "ftp"`}},
		{"unix:///run/socket", []string{`the scheme "unix"`}},
		{"://host", []string{"is not a URL"}},
		{"https://", []string{"names no host"}},
		{"https://:443", []string{"names no host"}},
		{"https:///path", []string{"names no host"}},
		{"https://host?Action=X", []string{`"https://host"`, "query or fragment"}},
		{"https://host/#top", []string{`"https://host/"`, "query or fragment"}},
		{"https://host:0", []string{`the port "0"`, "1 to 65535"}},
		{"https://host:70000", []string{`the port "70000"`}},
		{"https://host:port", []string{"is not a URL"}},
		{"https://ho st", []string{"is not a URL"}},
		{"https://host\n", []string{"is not a URL"}},
		{"https://{host}", []string{"host name"}},
		{"vpc.aliyuncs.com?x=1", []string{`"vpc.aliyuncs.com"`, "query or fragment"}},
		{"https://[::1", []string{"is not a URL"}},
		{"https://host/%zz", []string{"is not a URL"}},
		{"https://" + strings.Repeat("h", 5000) + ":x", []string{"is not a URL"}},
	} {
		u, err := parseEndpoint(tt.raw)
		require.Error(t, err, tt.raw)
		assert.Nil(t, u)
		assert.Contains(t, err.Error(), "Endpoint")
		for _, shown := range tt.shown {
			assert.Contains(t, err.Error(), shown, tt.raw)
		}
		assert.Less(t, len(err.Error()), 400)
		assert.NotContains(t, err.Error(), "\n")
	}
}

func TestParseEndpointErrorsKeepUserPartSecret(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"https://user:CANARY@host", "https://CANARY@host", "https://user:CANARY@", "user:CANARY@host",
		"ftp://user:CANARY@host", "https://user:CANARY@host:port", "https://user:CANARY%zz@host",
		"https://user:CANARY@host?x=1", "https://host/@CANARY", "https://host?password=CANARY",
		"https://host#CANARY", "host?Signature=CANARY", "CANARY@://host@x", "user:CANARY@://host", "x?Signature=CANARY://host", "x#CANARY://host", "https://us er:CANARY@host\n",
	} {
		_, err := parseEndpoint(raw)
		require.Error(t, err, raw)
		assert.NotContains(t, err.Error(), "CANARY")
	}
}

func FuzzResolveEndpoint(f *testing.F) {
	for _, seed := range []string{"cn-hangzhou", "cn-wuhan", "evil.com/", "a.b", "a@b", "-a", "", "é", "a\x00", "eu-west-1-oxs"} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, region string, internal bool) {
		host, err := resolveEndpoint(region, internal)
		if err != nil {
			if host != "" || !strings.HasPrefix(err.Error(), "eip: RegionID ") || strings.ContainsAny(err.Error(), "\r\n\x1b") {
				t.Fatalf("%q: host %q, error %q", region, host, err)
			}
			return
		}
		u, err := url.Parse("https://" + host + "/")
		if err != nil || u.Host != host || u.Path != "/" || u.User != nil || !strings.HasSuffix(host, ".aliyuncs.com") {
			t.Fatalf("%q: host %q: %v", region, host, err)
		}
		if strings.ContainsFunc(host, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.'
		}) || len(host) > 253 {
			t.Fatalf("%q: host %q", region, host)
		}
	})
}

func FuzzParseEndpoint(f *testing.F) {
	for _, seed := range []string{"https://host", "http://[::1]:80/a", "https://u:p@h", "h", "https://h?x#y", "://"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := parseEndpoint(raw)
		if err != nil {
			if u != nil || strings.ContainsAny(err.Error(), "\r\n\x1b") {
				t.Fatalf("%q: %v, %q", raw, u, err)
			}
			return
		}
		if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			t.Fatalf("%q: accepted as %#v", raw, u)
		}
	})
}

func TestGuessRegion(t *testing.T) {
	t.Parallel()
	err := errors.New("no such host")
	for region, want := range map[string]string{
		"cn-hangzhou":     "no such host",
		"cn-wuhan":        "no such host",
		"cn-hangzou":      "no such host; region cn-hangzou is not in this library's table, but cn-hangzhou, cn-guangzhou: is it misspelt?",
		"eu-central-2":    "no such host; region eu-central-2 is not in this library's table, but eu-central-1, me-central-1: is it misspelt?",
		"mars-north-pole": "no such host; region mars-north-pole is not in this library's table (see Regions)",
	} {
		got := guessRegion(region, err)
		require.EqualError(t, got, want)
		require.ErrorIs(t, got, err)
	}
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "abc", 0}, {"abc", "abd", 1}, {"abc", "bc", 1}, {"kitten", "sitting", 3}, {"ab", "ba", 2}} {
		require.Equal(t, tt.want, editDistance(tt.a, tt.b), tt)
		require.Equal(t, tt.want, editDistance(tt.b, tt.a), tt)
	}
}
