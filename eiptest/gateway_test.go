package eiptest_test

import (
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/eipkit/eip-go/eiptest"
)

// Any client of this cloud can use the service: method × placement × Format ×
// an extra signed empty parameter.
func TestEveryWayToSend(t *testing.T) {
	t.Parallel()
	id := regexp.MustCompile(`^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$`)
	for _, method := range []string{"GET", "POST"} {
		for _, place := range []string{"query", "form", "split"} {
			for _, format := range []string{"JSON", "json", "XML", "xml", "-"} {
				for _, extra := range []bool{false, true} {
					name := strings.Join([]string{method, place, format}, "/")
					if extra {
						name += "/SignatureType"
					}
					t.Run(name, func(t *testing.T) {
						t.Parallel()
						srv := eiptest.NewServer(t)
						c := newCaller(t, srv)
						c.method, c.place = method, place
						args := []string{"RegionId", "cn-hangzhou", "Format", format, "Description", "a b*~+/ü名", "Tag.1.Key", "k", "Tag.1.Value", "",
							"SomethingNew", "x"}
						if extra {
							args = append(args, "SignatureType", "")
						}
						a := c.ok("AllocateEipAddress", args...)
						made := srv.AddressesEverMade()
						if len(made) != 1 || made[0].AllocationID != a.str("AllocationId") || made[0].IPAddress != a.str("EipAddress") {
							t.Fatalf("answer %s, made %+v", a.body, made)
						}
						if made[0].Description != "a b*~+/ü名" {
							t.Errorf("description arrived as %q", made[0].Description)
						}
						if !id.MatchString(a.str("RequestId")) {
							t.Errorf("RequestId %q is not an upper-case UUID", a.str("RequestId"))
						}
						wantXML := !strings.EqualFold(format, "JSON")
						if gotXML := a.tree["root"] != nil; gotXML != wantXML {
							t.Errorf("XML %t, want %t", gotXML, wantXML)
						}
						if wantXML && a.str("root") != "AllocateEipAddressResponse" {
							t.Errorf("root %s", a.str("root"))
						}
						bad := c.refused(404, "InvalidRegionId.NotFound", "AllocateEipAddress", "RegionId", "mars-1", "Format", format)
						if wantXML && bad.str("root") != "Error" {
							t.Errorf("root %s", bad.str("root"))
						}
						for _, f := range []string{"RequestId", "HostId", "Code", "Message", "Recommend"} {
							if bad.str(f) == "" {
								t.Errorf("error without %s: %s", f, bad.body)
							}
						}
					})
				}
			}
		}
	}
}

func TestGatewayRefusals(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t,
		eiptest.WithCredentials("testid", "testsecret"),
		eiptest.WithSecurityToken("stsid", "stssecret", "the-token", time.Time{}),
		eiptest.WithSecurityToken("oldid", "oldsecret", "old-token", time.Now().Add(-time.Minute)))
	stamp := func(d time.Duration) string { return time.Now().Add(d).UTC().Format("2006-01-02T15:04:05Z") }
	for _, tt := range []struct {
		name   string
		status int
		code   string
		change func(*caller)
		args   []string
	}{
		{"wrong secret", 400, "SignatureDoesNotMatch", func(c *caller) { c.secret = "wrongsecret" }, nil},
		{"signature of another method", 400, "SignatureDoesNotMatch", nil, []string{"Signature", "gIhHoaSyyOBj5A2gmbUEb7THO+Y="}},
		{"unknown key", 404, "InvalidAccessKeyId.NotFound", func(c *caller) { c.key = "nobody" }, nil},
		{"old timestamp", 400, "InvalidTimeStamp.Expired", nil, []string{"Timestamp", stamp(-16 * time.Minute)}},
		{"early timestamp", 400, "InvalidTimeStamp.Expired", nil, []string{"Timestamp", stamp(16 * time.Minute)}},
		{"timestamp in local form", 400, "InvalidTimeStamp.Format", nil, []string{"Timestamp", "2016-02-23 12:46:24"}},
		{"no timestamp", 400, "MissingTimestamp", nil, []string{"Timestamp", "-"}},
		{"no action", 400, "MissingAction", nil, []string{"Action", "-"}},
		{"no key", 400, "MissingAccessKeyId", nil, []string{"AccessKeyId", "-"}},
		{"no nonce", 400, "MissingSignatureNonce", nil, []string{"SignatureNonce", ""}},
		{"no signature", 400, "MissingSignature", nil, []string{"Signature", ""}},
		{"unknown action", 404, "InvalidAction.NotFound", nil, []string{"Action", "MakeCoffee"}},
		{"other version", 400, "NoSuchVersion", nil, []string{"Version", "2014-05-26"}},
		{"other method of signing", 400, "InvalidSignatureMethod", nil, []string{"SignatureMethod", "HMAC-SHA256"}},
		{"other signature version", 400, "IncompleteSignature", nil, []string{"SignatureVersion", "2.0"}},
		{"unknown format", 400, "InvalidParameter.Format", nil, []string{"Format", "YAML"}},
		{"PUT", 403, "UnsupportedHTTPMethod", func(c *caller) { c.method = "PUT" }, nil},
		{"no security token", 400, "MissingSecurityToken", func(c *caller) { c.key, c.secret = "stsid", "stssecret" }, nil},
		{"other security token", 400, "InvalidSecurityToken.MismatchWithAccessKey",
			func(c *caller) { c.key, c.secret = "stsid", "stssecret" }, []string{"SecurityToken", "other"}},
		{"needless security token", 400, "InvalidSecurityToken.MismatchWithAccessKey", nil, []string{"SecurityToken", "other"}},
		{"expired security token", 400, "InvalidSecurityToken.Expired",
			func(c *caller) { c.key, c.secret = "oldid", "oldsecret" }, []string{"SecurityToken", "old-token"}},
		{"no region", 400, "MissingParameter", nil, []string{"RegionId", "-"}},
		{"long token", 400, "InvalidParameter", nil, []string{"ClientToken", strings.Repeat("x", 65)}},
		{"token that is not ASCII", 400, "InvalidParameter", nil, []string{"ClientToken", "ключ"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCaller(t, srv)
			if tt.change != nil {
				tt.change(c)
			}
			a := c.refused(tt.status, tt.code, "AllocateEipAddress", append([]string{"RegionId", "cn-hangzhou"}, tt.args...)...)
			for _, secret := range []string{"testsecret", "stssecret", "oldsecret", "the-token", "old-token"} {
				if strings.Contains(string(a.body), secret) {
					t.Errorf("the answer reveals %q: %s", secret, a.body)
				}
			}
		})
	}
	if n := len(srv.AddressesEverMade()); n != 0 {
		t.Errorf("%d addresses were made", n)
	}
	c := newCaller(t, srv)
	c.key, c.secret = "stsid", "stssecret"
	c.ok("DescribeRegions", "SecurityToken", "the-token")
	srv.DisableKey("testid", true)
	newCaller(t, srv).refused(400, "InvalidAccessKeyId.Inactive", "DescribeRegions")
}

func TestNonceIsUsedOnce(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	c := newCaller(t, srv)
	c.secret = "wrong"
	c.refused(400, "SignatureDoesNotMatch", "DescribeRegions", "SignatureNonce", "same") // does not use it up
	c.secret = "testsecret"
	c.ok("DescribeRegions", "SignatureNonce", "same")
	c.refused(400, "SignatureNonceUsed", "DescribeRegions", "SignatureNonce", "same")
	c.ok("DescribeRegions", "SignatureNonce", "other")
}

func TestBareVisitExplainsItself(t *testing.T) {
	t.Parallel()
	srv := eiptest.NewServer(t)
	resp, err := srv.HTTPClient().Get(srv.URL() + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 200 || !strings.Contains(string(body), "fake Elastic IP service") {
		t.Errorf("status %d\n%s", resp.StatusCode, body)
	}
}
