// Program floor allocates one address with net/http alone. It is built for its
// size.
package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

func main() {
	form := url.Values{
		"Action": {"AllocateEipAddress"}, "Version": {"2016-04-28"}, "Format": {"JSON"},
		"AccessKeyId": {os.Getenv("ALIBABA_CLOUD_ACCESS_KEY_ID")}, "SignatureMethod": {"HMAC-SHA1"},
		"SignatureNonce": {rand.Text()}, "SignatureVersion": {"1.0"}, "ClientToken": {rand.Text()},
		"Timestamp": {time.Now().UTC().Format("2006-01-02T15:04:05Z")}, "RegionId": {"cn-hangzhou"},
	}
	text := "POST&%2F&" + url.QueryEscape(strings.ReplaceAll(form.Encode(), "+", "%20"))
	mac := hmac.New(sha1.New, []byte(os.Getenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET")+"&"))
	mac.Write([]byte(text))
	form.Set("Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	resp, err := http.PostForm("https://vpc.aliyuncs.com/", form)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var out struct{ AllocationId string } //nolint:revive,staticcheck // the wire's name
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(out.AllocationId)
}
